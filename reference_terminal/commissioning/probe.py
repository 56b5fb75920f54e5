"""`probe`: one device is read once, with everything that was sent and heard explained.

Leaves what is asked and what frames say to the protocols. Without one named, all are tried one after the other.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal

from reference_terminal.acquisition.explaining import hexes
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Heard, Line
from reference_terminal.acquisition.modbus.settings import TYPES
from reference_terminal.acquisition.protocol import Probe, Say, Wanted, probes
from reference_terminal.model import reading
from reference_terminal.platform import OpenSerial
from reference_terminal.settings.lines import LineConfig

AUTO = "auto"


def known() -> tuple[str, ...]:
    """What a device may be looked for by."""
    return (AUTO, *probes())


async def probe(wanted: Wanted, say: Say, opener: OpenSerial | None = None) -> bool:
    """Look and tell; whether anything answered."""
    line = Line(wanted.line, random.Random(0), opener)
    place, parity = wanted.line.place, wanted.line.parity
    # Speed and parity of a server's own port are set there.
    say(f"{place}, {wanted.line.baud} baud, {parity} parity / 校验 {parity}" if wanted.line.device else place)
    if not await line.connect():
        say(f"{place} cannot be opened ({line.trouble}): check name, cable, rights / 无法打开，请检查名称、接线和权限")
        return False
    heard: list[bytes] = []

    def watch(event: Heard) -> None:
        if event.sent:
            say(f"→ {hexes(event.octets)}")
        else:
            heard.append(event.octets)

    line.watch = watch
    try:
        if wanted.search:
            ways = [each.search for name, each in probes().items() if wanted.protocol in (AUTO, name)]
            return any([await way(line, say) for way in ways if way is not None])
        answered = False
        async for name, found in _attempts(wanted, line):
            octets = b"".join(heard)
            heard.clear()
            if octets:
                say(f"← {hexes(octets)}")
                for sentence in probes()[name].explain(octets):
                    say(f"    {sentence}")
            say(f"  {name}: {found}")
            answered = answered or found.startswith(_ANSWERED)
            if answered and wanted.protocol == AUTO:
                break
        return answered
    finally:
        line.close()


_ANSWERED = "answered"


async def _attempts(wanted: Wanted, line: Line) -> AsyncIterator[tuple[str, str]]:
    """Protocol by protocol: its name and what came of it."""
    for name, way in probes().items():
        if wanted.protocol not in (AUTO, name) or (way.network and wanted.line.device):
            continue
        try:
            yield name, f"{_ANSWERED} / 有应答: {await way.ask(wanted, line)}"
        except ReadFailed as failure:
            refused = failure.cause.startswith((reading.ERROR_ANSWER, reading.EXCEPTION))
            yield name, f"{_ANSWERED + ', refused / 有应答，拒绝' if refused else 'no / 无'}: {failure.cause}"


def run(wanted: Wanted, say: Say) -> int:
    """Probe in real time; 0 if something answered, 1 if not."""
    return 0 if asyncio.run(probe(wanted, say)) else 1


def line_of(place: str, *, baud: int, parity: str, stop_bits: str, data_bits: int, timeout_s: Decimal) -> LineConfig:
    """The line that a place names: a device, or host:port. Raises ValueError for neither."""
    host, colon, port = place.rpartition(":")
    if colon and port.isdigit() and host and 0 < int(port) < 65_536:
        place_keys: dict[str, str | int] = {"host": host, "port": int(port)}
    elif place and not colon:
        place_keys = {"device": place}
    else:
        raise ValueError(f"expected a device such as /dev/ttyUSB0 or host:port, got {place!r}")
    device, host = str(place_keys.get("device", "")), str(place_keys.get("host", ""))
    return LineConfig(
        id="probe",
        device=device,
        host=host,
        port=int(place_keys.get("port", 0)),
        baud=baud,
        parity=parity,
        stop_bits=stop_bits,
        data_bits=data_bits,
        timeout_s=timeout_s,
        retries=0,
    )


_LONGEST_S = 60


def flaws(wanted: Wanted) -> list[str]:
    """What cannot be meant, a sentence each in both languages."""
    found: list[str] = []
    protocol, line = wanted.protocol, wanted.line
    if not (line.timeout_s.is_finite() and 0 < line.timeout_s <= _LONGEST_S):
        found.append(
            f"--timeout: expected seconds above 0 and at most {_LONGEST_S}, got {line.timeout_s} / 超时应为 0 至 60 秒"
        )
    way = probes().get(protocol)
    lowest, highest = (0, 255) if way is not None and way.network else (1, 247)
    if not lowest <= wanted.unit <= highest:
        found.append(f"--unit: expected {lowest} to {highest}, got {wanted.unit} / 从站地址应为 {lowest} 至 {highest}")
    last = 65_536 - TYPES[wanted.type]
    if not 0 <= wanted.register <= last:
        found.append(
            f"--register: expected 0 to {last} for a {wanted.type}, got {wanted.register} / 寄存器地址超出范围"
        )
    if line.data_bits == 7 and line.parity == "none":
        found.append("--data-bits 7 comes with a parity; set --parity even or odd / 7 位数据位须配奇偶校验")
    if way is not None and way.network and line.device:
        found.append(
            f"{protocol} needs host:port such as 192.168.1.10:502, got {line.device!r} / {protocol} 需要 主机:端口"
        )
    return found + _address_flaws(way, wanted.address) + _identifier_flaws(way, wanted)


def _address_flaws(way: Probe | None, address: str) -> list[str]:
    if not address:
        return []
    if way is not None and not way.address[0]:
        return ["--address belongs to DL/T 645 and CJ/T 188; a Modbus device has --unit / Modbus 请用 --unit"]
    digits, allowed = max(each.address for each in probes().values()) if way is None else way.address
    if len(address) <= digits and set(address.upper()) <= set(allowed):
        return []
    return [f"--address: expected at most {digits} digits (A: any), got {address!r} / 表地址应为不超过 {digits} 位数字"]


def _identifier_flaws(way: Probe | None, wanted: Wanted) -> list[str]:
    if wanted.search and way is not None and way.search is None:
        able = " or ".join(each.title for each in probes().values() if each.search is not None)
        return [f"--search finds {able} meters, not {wanted.protocol}; leave --protocol out / 仅可搜索 {able}"]
    if way is None or not way.identifier:
        return []
    digits = way.identifier
    return [
        f"--identifier: {wanted.protocol} has {digits} hexadecimal digits, got {each!r} / 应为 {digits} 位数据标识"
        for each in wanted.identifiers
        if len(each) != digits
    ]


def identifiers(words: Sequence[str]) -> tuple[str, ...]:
    """Identifiers as typed; raises ValueError for one that is neither 4 nor 8 hexadecimal digits."""
    for word in words:
        if len(word) not in (4, 8) or not all(digit in "0123456789abcdefABCDEF" for digit in word):
            raise ValueError(f"expected 4 or 8 hexadecimal digits such as 901F or 00010000, got {word!r}")
    return tuple(word.upper() for word in words)
