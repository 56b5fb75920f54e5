"""Altered stores are found: exactly what was altered behind the platform's back is named, and nobody else is believed.

Leaves what was altered to the bench: it did it. A sample whose stamp was moved may be named by either stamp.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, EvidenceKind, criterion
from bench.dut.platform.vocabulary.base import SAMPLES
from bench.dut.platform.vocabulary.public import VERIFY, VerifyQuery, VerifyRow
from bench.history import Created, History, Observed, Uploaded
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.platforms.answers import Answered, answers, done
from conformance.common.platforms.figures import lines
from conformance.common.readings import number

UNTOUCHED_AGREES = criterion(
    "platform-untouched-agrees",
    en="a verification finds nothing in a store that nobody altered",
    zh="未被改动的存储经核验无异常",
    unit="records",
)
ALTERATIONS_FOUND = criterion(
    "platform-alterations-found",
    en="every record that was altered in the store is named by a verification",
    zh="存储中被改动的每条记录均被核验指出",
    unit="records",
    evidence=EvidenceKind.STORAGE,
)
NOTHING_ELSE_NAMED = criterion(
    "platform-nothing-else-named",
    en="no record is named that nobody altered",
    zh="核验不误报未改动的记录",
    unit="records",
    evidence=EvidenceKind.STORAGE,
)
FORGERIES_REFUSED = criterion(
    "platform-forgeries-refused",
    en="what somebody else sends in a terminal's name is not among its values",
    zh="冒充终端上报的数据不进入该终端的数据",
    unit="records",
)
LEAST_RECORDS = 1000
FORGERIES = ("pw", "mn")
"""Ways of sending in a terminal's name: with a password that is not its own, as a device that nobody knows."""


class Forged(Words, frozen=True, kw_only=True):
    """A forgery: the point, and the value that is sent."""

    point: str
    value: str


FORGED = Mark("forged", Forged)
"""Name of the phase before a forgery is sent; its details are the point and the value."""
_STAMP_US = 1_000_000
Name = tuple[str, int]
_Look = Answered[VerifyQuery, VerifyRow]


def store_findings(history: History) -> Iterator[Check]:
    """Verifications before and after the store was altered."""
    told = list(history.of(Observed))
    places = [place for place, event in enumerate(told) if event.what == "tampering" and not event.problem]
    at = places[0] if places else len(told)
    looks = done(answers(history, VERIFY))
    first = [event for event in told[:at] if any(event is look.event for look in looks)]
    before, after = looks[: len(first)], looks[len(first) :]
    compared = _compared(before[-1]) if before else 0
    named = [line for event in before for line in _named(event)]
    yield UNTOUCHED_AGREES.none_among(compared, named, evidence=[f"{compared} compared / 条已比对", *lines(named)])
    altered = {(row["point"], int(row["start"])): row["how"] for place in places for row in told[place].rows}
    found = set(_named(after[-1])) if after else set[Name]()
    decided = bool(altered) and bool(after) and compared >= LEAST_RECORDS
    missed = [
        f"{point} {start}: {how}" for (point, start), how in altered.items() if not _near(found, point, start, how)
    ]
    yield ALTERATIONS_FOUND.decide(
        False if missed and after else True if decided else None,
        measured=len(altered) - len(missed),
        limit=len(altered) or 1,
        evidence=lines(missed),
    )
    moved = {(point, start + _STAMP_US) for (point, start), how in altered.items() if how == "stamp"}
    others = [f"{point} {start}" for point, start in sorted(found) if (point, start) not in {*altered, *moved}]
    yield NOTHING_ELSE_NAMED.none(others, decided, evidence=lines(others))


def _near(found: set[Name], point: str, start: int, how: str) -> bool:
    return (point, start) in found or (how == "stamp" and (point, start + _STAMP_US) in found)


def _compared(event: _Look) -> int:
    return max((int(row.compared or 0) for row in event.rows), default=0)


def _named(event: _Look) -> list[Name]:
    return [(row.point, int(row.at or 0)) for row in event.rows if row.finding]


def forgery_finding(history: History) -> Check:
    """What strangers sent is in no answer; what the terminal itself sent is."""
    forged = [(mark.detail.point, mark.detail.value) for mark in FORGED.of(history)]
    looks = done(answers(history, SAMPLES))
    rows = [(event.query.point, row) for event in looks for row in event.rows]
    believed = [
        f"{point}: {value}"
        for point, value in forged
        if any(where == point and number(row.value) == number(value) for where, row in rows)
    ]
    sent = any(event.kind == "realtime" and not event.fault for event in history.of(Created))
    left = [event for event in history.of(Uploaded) if event.fault in FORGERIES]
    return FORGERIES_REFUSED.none(believed, rows and sent and len(left) >= len(forged) > 0)
