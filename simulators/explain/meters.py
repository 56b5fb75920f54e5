"""Frames of meters, collectors and systems explained, by the kinds that have an explanation of theirs.

Leaves to others: the explanation (`explain` in the folder of each protocol).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from simulators.collectors.kinds import kinds as collectors
from simulators.explain.frames import Reading
from simulators.meters.protocols import protocols
from simulators.systems.kinds import kinds as systems


def readers() -> Mapping[str, Callable[[str], Reading]]:
    """Name of a protocol on the command line to what explains its frames."""
    plug_ins = (*protocols().values(), *collectors().values(), *systems().values())
    return {word: read for each in plug_ins for word, read in each.explainers.items()}


def render(reading: Reading) -> str:
    """The explanation for a person, one value a line."""
    decoded = reading.decoded
    lines = [f"{decoded.protocol}  {reading.title}"]
    for name, value in (
        ("address / 地址", decoded.address),
        ("control / 控制码", decoded.control),
        ("identifier / 标识", decoded.data_identifier),
    ):
        if value:
            lines.append(f"  {name}  {value}")
    lines += [f"  {each.name}  {each.value or 'no data / 无数据'} {each.unit}".rstrip() for each in decoded.values]
    lines += [f"  remark / 注: {text}" for text in reading.remarks]
    lines += [f"  fatal: {text}" for text in decoded.errors]
    if decoded.valid:
        lines.append("  nothing wrong / 无异常")
    return "\n".join(lines)


def main(protocol: str, frame: str, *, as_json: bool = False) -> int:
    """Print the explanation of a frame given as hex; 0 if a receiver takes it, 1 if not."""
    reading = readers()[protocol](frame)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(reading.decoded), indent=2).decode())
    else:
        print(render(reading))
    return 0 if reading.decoded.valid else 1
