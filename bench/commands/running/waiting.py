"""What a long case waits for, told while it runs: the phase it is in, how far its world is, when it will end.

Leaves the record to whoever writes it: only the end of the growing file is looked at. In virtual time, where a case
takes seconds and its record is written at its end, there is nothing to tell.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from bench.commands import sentences
from bench.commands.running.lengths import lengths_of_the_suite
from bench.commands.running.status import span
from bench.history.growing import GROWING
from bench.journal import LOCAL
from bench.run import RECORD
from reports.timeline import worded

SILENT_S = 60
"""So long a product that asked no meter and called no centre is told as silent, instead of an end that it moves."""
_HEARD = frozenset(
    (
        "served",
        "unserved",
        "connected",
        "rejected",
        "received",
        "stored",
        "commanded",
        "published",
        "created",
        "uploaded",
    )
)
TAIL_OCTETS = 1 << 16
_HEAD = 1 << 14


class _Line(msgspec.Struct):
    """What is read of an event."""

    t: int
    e: str = ""
    name: str = ""
    accelerated: int = 1


def waiting_for(folder: Path, case: str, now: datetime | None = None) -> str:
    """The sentence for a running case of a run folder; empty where nothing can be said."""
    parts = sorted((folder / "cases" / case).glob(f"*/{RECORD}{GROWING}"), key=lambda path: int(path.parent.name))
    if not parts:
        return ""
    try:
        with parts[-1].open("rb") as source:
            first = _events(source.read(_HEAD))
            size = source.seek(0, 2)
            source.seek(max(size - TAIL_OCTETS, 0))
            last = _events(source.read())
    except (OSError, ValueError):
        return ""
    if not first or not last:
        return ""
    phases = [line.name for line in (*first, *last) if line.e == "phase"]
    spent_s = (last[-1].t - first[0].t) / 1e6
    told = [f"phase {worded(phases[-1])}"] if phases else []
    length_s = lengths_of_the_suite().get(case)
    quiet_s = _quiet_s(first, last, (now or datetime.now(LOCAL)).timestamp())
    if quiet_s >= SILENT_S:
        told.append(str(sentences.NOTHING_HEARD(span=span(quiet_s))))
        return ", ".join(told)
    if length_s is None:
        return ", ".join([*told, str(sentences.WORLD_SO_FAR(span=span(spent_s)))])
    left_s = max(length_s - spent_s, 0.0)
    ends = (now or datetime.now(LOCAL)) + timedelta(seconds=left_s / first[0].accelerated)
    told += [f"{span(spent_s)} of about {span(length_s)}", str(sentences.ENDS_ABOUT(ends=ends))]
    return ", ".join(told)


def _quiet_s(first: list[_Line], last: list[_Line], now_s: float) -> float:
    """How long nothing was heard (s): since the record's last event where nothing ever was, else 0."""
    if any(line.e in _HEARD for line in (*first, *last)):
        return 0.0
    return max(0.0, now_s - last[-1].t / 1e6)


def _events(octets: bytes) -> list[_Line]:
    """The whole lines of a piece of a record."""
    found: list[_Line] = []
    for line in octets.splitlines(keepends=True):
        if line.endswith(b"\n"):
            try:
                found.append(msgspec.json.decode(line, type=tuple[str, _Line])[1])
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
    return found
