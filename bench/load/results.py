"""What a generator leaves in its folder besides the book of what was sent: a line for each stage, and its end.

Leaves measuring to `measures`.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from bench.load.measures import Stretch

STAGES, GENERATOR = "stages.jsonl", "generator.json"


class StageLine(msgspec.Struct, frozen=True):
    """A stage that is over: its name, from when to when (us), and everything that was measured in it."""

    stage: str
    began_us: int
    ended_us: int
    stretch: Stretch


class Generator(msgspec.Struct, frozen=True):
    """That the generator came to its end: the load's first instant, how many processes made it, which were lost.

    `stopped`: somebody ended it before its stages were over. `missing`: terminals of the plan that never started.
    """

    t0_us: int
    ended_us: int
    workers: int
    lost: tuple[str, ...] = ()
    stopped: bool = False
    missing: int = 0
    locust: str = ""


def stages_of(folder: Path, skip: int = 0) -> list[StageLine]:
    """The stages that were written so far, but for the first few; a line that is not whole yet is left for later."""
    path = folder / STAGES
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    return [msgspec.json.decode(line, type=StageLine) for line in lines[skip:]]


def generator_of(folder: Path) -> Generator | None:
    """How it ended; None where it did not."""
    path = folder / GENERATOR
    return msgspec.json.decode(path.read_bytes(), type=Generator) if path.exists() else None
