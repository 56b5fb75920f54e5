"""Several cases judged from one drive: who drives, whose record is taken over, and where that stands.

Leaves the drive to the rig and judging to `bench.run`. The first of the cases drives in its own folder; a pointer
`drives/<drive>/<number>.json` names that folder, and every other case takes its files over, so that each attempt holds
the whole record it was judged from. A case takes a drive once: its next attempt drives anew.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.case import CaseResult
from bench.journal import RESULT, place_of, write_struct

DRIVES = "drives"


class Drive(msgspec.Struct, frozen=True, kw_only=True):
    """A drive that ended: of which case and attempt its files are, from which seed, seconds of its world.

    `failed` says what the bench failed of, so that nobody waits for the same again.
    """

    drive: str
    number: int
    case: str
    attempt: int
    seed: int
    simulated_s: float = 0.0
    failed: str = ""

    def name(self) -> str:
        """As a result names it."""
        return f"{self.drive}#{self.number}"


def split(name: str) -> tuple[str, int]:
    """The drive and the number of what a result names; an empty name and nought for what is no such name."""
    drive, _, number = name.rpartition("#")
    return (drive, int(number)) if drive and number.isascii() and number.isdecimal() else ("", 0)


def taken(folder: Path, blank: CaseResult, drive: str, conduct: Callable[[int], Drive]) -> Drive:
    """The drive that an attempt is judged from, its files in the attempt's folder.

    `conduct` drives in that folder under a number. One process at a time; who waits is given what the other left.
    """
    room = folder / DRIVES / drive
    room.mkdir(parents=True, exist_ok=True)
    with _alone(room):
        known = dict(_pointers(room))
        used = _used(folder, blank)
        fitting = next((known[number] for number in sorted(known) if known[number].name() not in used), None)
        if fitting is None:
            fitting = conduct(max([blank.attempt, *(number + 1 for number in known)]))
            write_struct(room / f"{fitting.number}.json", fitting, durable=True)
    if fitting.case != blank.id:
        _take_over(folder / place_of(fitting.case, fitting.attempt), folder / place_of(blank.id, blank.attempt))
    return fitting


def _pointers(room: Path) -> Iterator[tuple[int, Drive]]:
    for path in room.glob("*.json"):
        if path.stem.isdecimal():
            found = msgspec.json.decode(path.read_bytes(), type=Drive)
            yield found.number, found


def _used(folder: Path, blank: CaseResult) -> set[str]:
    """The drives that earlier attempts of the case were judged from."""
    found: set[str] = set()
    for attempt in range(1, blank.attempt):
        path = folder / place_of(blank.id, attempt) / RESULT
        if path.is_file():
            found.add(msgspec.json.decode(path.read_bytes(), type=CaseResult).drive)
    return found


@contextmanager
def _alone(room: Path) -> Generator[None]:
    handle = os.open(room, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _take_over(source: Path, place: Path) -> None:
    """Copy what a drive left, but not what the journal says of the attempt that drove."""
    own = {"attempt.json", RESULT}
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        inner = path.relative_to(source)
        if inner.as_posix() in own:
            continue
        (place / inner).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place / inner)
