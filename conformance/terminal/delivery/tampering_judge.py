"""Records altered in the store or at a centre are found by their fingerprints, exactly those (R-35).

Leaves depositing to `platforms`. What was altered is in the record: the bench did it.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, EvidenceKind, criterion
from bench.history import Fingerprinted, History, Observed
from bench.history.looks import TAMPERING
from bench.history.marks import Mark, Plain
from bench.history.observation import Words
from conformance.common.times import instant_of, instant_of_iso, local

UNTOUCHED_STORE_AGREES = criterion(
    "untouched-store-agrees",
    en="every untouched record agrees with its fingerprint",
    zh="未改动的记录均与指纹一致",
    unit="records",
)
ALTERATIONS_FOUND = criterion(
    "alterations-found",
    en="every altered record is named by a verification on demand",
    zh="按需核验指出每条被改动的记录",
    unit="records",
    evidence=EvidenceKind.STORAGE,
)
NOTHING_ELSE_NAMED = criterion(
    "nothing-else-named",
    en="no record is named that nobody altered",
    zh="不误报未改动的记录",
    unit="records",
    evidence=EvidenceKind.STORAGE,
)
COPIES_AGREE = criterion(
    "copies-agree",
    en="what a centre received agrees with what was deposited",
    zh="中心收到的记录与存证指纹一致",
    unit="records",
)
ALTERED_COPIES_FOUND = criterion(
    "altered-copies-found",
    en="every record that was altered at the centre is found",
    zh="中心处被改动的每条记录均被查出",
    unit="records",
)
WAITING_NOT_ALTERED = criterion(
    "waiting-not-altered",
    en="what waits to be deposited is not called altered",
    zh="尚待存证的记录不被误报为改动",
    unit="records",
)
COMPARED_IN_THE_END = criterion(
    "compared-in-the-end",
    en="once it is deposited it is compared, and agrees",
    zh="存证后参与比对且一致",
    unit="records",
)


LEAST_RECORDS = 1000


class Copies(Words, frozen=True, kw_only=True):
    """Which records: point/start, apart by blanks."""

    records: str


ALTERED = Mark("altered-copies", Copies)
"""A centre has its copies compared next, these altered."""
DEPOSITS_WAIT, DEPOSITS_TAKEN = Plain("deposits-wait"), Plain("deposits-taken")
"""Deposits begin to wait, and can be taken again."""

Name = tuple[str, int]


def store_findings(history: History, kind: str) -> Iterator[Check]:
    """Before the alteration the store agrees; afterwards each altered record is named, and no other."""
    told = [event for event in history.of(Observed) if event.what in (TAMPERING.what, "verify") and not event.problem]
    tampering = [event for event in told if event.what == TAMPERING.what]
    at = told.index(tampering[0]) if tampering else len(told)
    before = [event for event in told[:at] if event.rows]
    after = [event for event in told[at:] if event.what == "verify" and event.rows]
    compared = int(before[-1].rows[0].get("compared", "0")) if before else 0
    named = {name: row.get("what", "") for event in before for row in event.rows[1:] if (name := _name(row))}
    yield UNTOUCHED_STORE_AGREES.none_among(
        compared,
        named,
        evidence=[f"{compared} compared / 条已比对", *(_line(name, what) for name, what in list(named.items())[:10])],
    )
    altered = {
        (row.point, row.start): row.how for event in tampering for row in TAMPERING.read(event).rows if row.kind == kind
    }
    found = {name: row.get("what", "") for event in after for row in event.rows[1:] if (name := _name(row))}
    decided = bool(altered) and bool(after) and compared >= LEAST_RECORDS
    missed = [_line(name, how) for name, how in altered.items() if name not in found]
    yield ALTERATIONS_FOUND.decide(
        False if missed and after else True if decided else None,
        measured=len(altered) - len(missed),
        limit=len(altered) or 1,
        evidence=missed[:20],
    )
    others = [_line(name, what) for name, what in found.items() if name not in altered]
    yield NOTHING_ELSE_NAMED.none(others, decided, evidence=others[:10])


def mended_finding(history: History) -> Check:
    """After a figure was worked out again (its history tells what it was before) no record is named."""
    told = [event for event in history.of(Observed) if not event.problem and event.rows]
    mended = any(event.what == "emission-history" for event in told)
    asked = [event for event in told if event.what == "verify"]
    named = [_line(name, row.get("what", "")) for event in asked for row in event.rows[1:] if (name := _name(row))]
    return UNTOUCHED_STORE_AGREES.none(named, asked and mended, evidence=named[:10])


def _name(row: dict[str, str]) -> Name | None:
    start = instant_of_iso(row.get("start", ""))
    return None if start is None else (row.get("point", ""), start)


def _line(name: Name, what: str) -> str:
    return f"{name[0]} {local(name[1])}: {what}"


def copies_findings(history: History, platform: str) -> Iterator[Check]:
    """A centre's copies agree with the deposits, but for those that were altered there, and these do not."""
    marks = ALTERED.of(history)
    altered = {word for mark in marks for word in mark.detail.records.split()}
    at = marks[0].t if marks else history.end_us
    compared = [
        event
        for event in history.of(Fingerprinted)
        if event.centre == platform and event.what == "verify" and event.t >= at
    ]
    results = {f"{event.point}/{event.start}": event.outcome for event in compared}
    wrong = [f"{name}: {outcome}" for name, outcome in results.items() if name not in altered and outcome != "same"]
    yield COPIES_AGREE.none(
        wrong, len(results) >= LEAST_RECORDS, evidence=[f"{len(results)} compared / 条已比对", *wrong[:10]]
    )
    missed = [
        f"{name}: {results.get(name, 'not compared')}" for name in sorted(altered) if results.get(name) != "altered"
    ]
    yield ALTERED_COPIES_FOUND.decide(
        not missed if altered and len(results) >= LEAST_RECORDS else None,
        measured=len(altered) - len(missed),
        limit=len(altered) or 1,
        evidence=missed[:20],
    )


def waiting_findings(history: History, platform: str) -> Iterator[Check]:
    """A comparison while deposits waited, and one after they were taken. Open unless some waited and came later."""
    held, taken = DEPOSITS_WAIT.last(history), DEPOSITS_TAKEN.last(history)
    asked = [event for event in history.of(Observed) if event.what == "verify" and not event.problem and event.rows]
    came = {
        (event.point, event.start)
        for event in history.of(Fingerprinted)
        if event.centre == platform and event.what == "deposit" and taken is not None and event.t > taken.t
    }
    during = [event for event in asked if held is not None and taken is not None and held.t < event.t <= taken.t]
    after = [event for event in asked if taken is not None and event.t > taken.t]
    named = [_line(name, row.get("what", "")) for event in during for row in event.rows[1:] if (name := _name(row))]
    yield WAITING_NOT_ALTERED.none(named, during and came, evidence=named[:20])
    wrong = [_line(name, row.get("what", "")) for event in after for row in event.rows[1:] if (name := _name(row))]
    first = int(during[-1].rows[0].get("compared", "0")) if during else 0
    last = int(after[-1].rows[0].get("compared", "0")) if after else 0
    due = len(_deposited(history, platform, after[-1])) if after else 0
    yield COMPARED_IN_THE_END.decide(
        None if not after or not came or not due else not wrong and last >= due,
        measured=last,
        limit=due,
        op=">=",
        evidence=[f"{first} compared while deposits waited, {last} afterwards / 条已比对", *wrong[:20]],
    )


def _deposited(history: History, platform: str, asked: Observed) -> set[tuple[str, str]]:
    """Code and start of every record of the class and range of a comparison that the platform had taken by then."""
    low, high = int(asked.query["from"]), int(asked.query["to"])
    return {
        (event.point, event.start)
        for event in history.of(Fingerprinted)
        if (event.centre, event.what, event.kind) == (platform, "deposit", asked.query["kind"])
        and event.outcome in ("accepted", "again")
        and event.t <= asked.asked
        and (start := instant_of(event.start)) is not None
        and low <= start < high
    }
