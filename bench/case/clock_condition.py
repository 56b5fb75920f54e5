"""Whether the terminal's clock let its times be judged: the condition of every check that rests on times (R-10).

Leaves the clock's own cases to `conformance.common.clock_offset`. HJ 212 numbers each request by the sender's own clock
(QN, milliseconds), so that every upload shows by how much the terminal's clock was ahead of the bench's at least: what
the way took can only make it look later. All of them together bound the offset from below, the fastest of them also
from above where nothing held them up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import msgspec

from bench.case import Check, Measurement, Text, Verdict
from bench.history import ClockMoved, Commanded, History, LinkRule, Received, Sent
from bench.history.phases import SOURCE_AHEAD, SOURCE_BACK, SOURCE_SILENT

LIMIT_US = 1_000_000
"""R-10: an offset beyond this leaves timed checks open."""
MISPLACED_US = 60_000_000
"""The shortest period of a record: by so much or more its intervals are misplaced, which is a fail (R-09, R-10)."""
ID = "terminal-clock-offset"
_FEWEST = 3
"""Uploads from which a clock is called late: a single one may have waited for whatever reason."""
_QN = re.compile(r"QN=(\d{17});")
_UPLOADS = ("2011", "2051", "2061", "2031")
_ZONE = timezone(timedelta(hours=8))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def offset_us(history: History) -> tuple[int, int] | None:
    """The terminal's clock against the bench's (positive: ahead), and from how many uploads; None: not observed.

    None also where the case itself moved the clock or its source. An offset that is negative is the smallest that the
    uploads allow.
    """
    if _moved(history):
        return None
    commands = {event.qn for event in history.of(Sent) if event.cn not in ("9014", "9013")}
    held = _held_up(history)
    seen: set[str] = set()
    ahead: list[int] = []
    undisturbed: list[int] = []
    for event in history.of(Received):
        found = _QN.search(event.frame) if event.cn in _UPLOADS and not event.faults else None
        if found is None or found[1] in seen or found[1] in commands:
            continue
        seen.add(found[1])
        shown = _instant(found[1])
        if shown is None:
            continue
        ahead.append(shown - event.t)
        if not any(start <= event.t <= end for start, end in held):
            undisturbed.append(shown - event.t)
    if not ahead:
        return None
    if max(ahead) > LIMIT_US:
        return max(ahead), len(ahead)
    if len(undisturbed) < _FEWEST:
        return None
    return max(undisturbed), len(undisturbed)


def _moved(history: History) -> bool:
    return (
        bool(history.of(ClockMoved))
        or any(event.cn == "1012" for event in history.of(Commanded))
        or any(kind.of(history) for kind in (SOURCE_AHEAD, SOURCE_SILENT, SOURCE_BACK))
    )


def _held_up(history: History) -> list[tuple[int, int]]:
    """Stretches in which a rule lay on a link, and a minute more for what it held back."""
    began: dict[tuple[str, str], int] = {}
    found: list[tuple[int, int]] = []
    for event in history.of(LinkRule):
        key = (event.link, event.rule)
        if event.state == "on":
            began.setdefault(key, event.t)
        elif key in began:
            found.append((began.pop(key), event.t + 60_000_000))
    return [*found, *((start, history.end_us) for start in began.values())]


def _instant(qn: str) -> int | None:
    try:
        moment = datetime.strptime(qn[:14], "%Y%m%d%H%M%S").replace(tzinfo=_ZONE)
    except ValueError:
        return None
    return (moment - _EPOCH) // timedelta(microseconds=1) + int(qn[14:]) * 1000


def conditioned(history: History, checks: Sequence[Check]) -> tuple[tuple[Check, ...], tuple[Measurement, ...]]:
    """The checks, undecided where the clock was off by more than R-10 allows, and then by how much it was off.

    A limit on how fast the terminal is can then neither be kept nor missed. What is compared by the terminal's stamps
    cannot fail either, unless the clock is off by a whole period: what agrees all the same still passes.
    """
    if not any(_rests(found, MISPLACED_US - 1) for found in checks):
        return tuple(checks), ()
    seen = offset_us(history)
    if seen is None or abs(seen[0]) <= LIMIT_US:
        return tuple(checks), ()
    off_s = f"{seen[0] / 1e6:+.3f}"
    why = f"the terminal's clock is off by {off_s} s, more than 1 s (R-10) / 终端时钟偏差超过 1 s，不予判定"
    told = Measurement(
        id=ID,
        name=Text("offset of the terminal's clock, shown by its uploads", "终端时钟偏差（据上传报文）"),
        value=off_s,
        unit="s",
        samples=seen[1],
    )
    return tuple(_open(found, why) if _rests(found, abs(seen[0])) else found for found in checks), (told,)


def _rests(found: Check, off_us: int) -> bool:
    """Whether the answer of a check means nothing with a clock that is off by so much."""
    if found.timed:
        return found.verdict in (Verdict.PASS, Verdict.FAIL)
    return found.stamped and found.verdict is Verdict.FAIL and off_us < MISPLACED_US


def _open(found: Check, why: str) -> Check:
    seen = f"{found.actual}; " if found.actual else ""
    under_b = None if found.reading_b is None else Verdict.INCONCLUSIVE
    return msgspec.structs.replace(found, verdict=Verdict.INCONCLUSIVE, reading_b=under_b, actual=f"{seen}{why}")
