"""A store that refuses writes or is damaged: what goes on, what stays, what is told (ISC-2 7.2.3e, 7.3.1; R-29).

Leaves right and wrong values to `delivery`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Check, Notice, criterion
from bench.history import History
from bench.history.phases import DAMAGED, STORAGE_REFUSES, STORAGE_TAKES
from conformance.common import notices
from conformance.common.delivery import Ledger, first_contents, setup_of
from conformance.common.queries import answers
from conformance.common.times import MINUTE, SECOND, floor, instant_of_iso, local
from conformance.common.truth import RESUME_US, Key, length_of

WORKS_AGAIN = criterion(
    "works-again-with-its-store",
    en="from 10 min after the store is there again every record comes",
    zh="存储恢复 10 min 后，各时段记录均送达",
    unit="records",
)
KEPT_THROUGH = criterion(
    "kept-through-refusal",
    en="what was readable before the store refused is the same afterwards",
    zh="拒绝写入前可读的记录，恢复后仍可读且一致",
    unit="records",
)
NO_HOLE_IN_SILENCE = criterion(
    "no-hole-in-silence",
    en="every interval in which the store refused has a record or a recorded gap",
    zh="拒绝写入期间各时段均有记录或登记的缺测",
    unit="intervals",
)
DAMAGE_TOLD = criterion(
    "damage-told",
    en="the log or an alarm tells that the store was damaged",
    zh="日志或告警说明存储已损坏",
    unit="entries",
    notices=(Notice.STORE_DAMAGED,),
)


def _works(history: History, ledgers: Sequence[Ledger], since: int | None) -> Check:
    """No record is missing whose interval began 10 min after an instant or later."""
    due = lost = 0
    evidence: list[str] = []
    begun = (since or 0) + RESUME_US
    for ledger in ledgers if since is not None else ():
        setup = setup_of(history, ledger.centre)
        gone = [each for each in ledger.lost if each.key.end - length_of(each.key.kind, setup) >= begun]
        due += len(gone) + sum(key.end - length_of(key.kind, setup) >= begun for key in ledger.records)
        lost += len(gone)
        evidence += [each.evidence for each in gone]
    return WORKS_AGAIN.decide(None if not due else not lost, measured=lost, limit=0, evidence=evidence)


def refused_findings(history: History, ledgers: Sequence[Ledger]) -> Iterator[Check]:
    """What a store that took no writes for a while left behind."""
    began, ended = STORAGE_REFUSES.last(history), STORAGE_TAKES.last(history)
    yield _works(history, ledgers, None if ended is None else ended.t)
    before: dict[Key, str] = {}
    after: dict[Key, str] = {}
    for event in answers(history, "records"):
        into = after if ended is not None and event.asked >= ended.t else before
        for row in event.rows:
            end = instant_of_iso(row.get("end", ""))
            if end is not None and (began is None or end <= began.t - 5 * SECOND):
                into[Key(event.query.get("point", ""), event.query.get("kind", ""), end)] = row.get("value", "")
    changed = [
        f"{key.point} {key.kind} ending {local(key.end)}: {value or 'no value'}, later {after.get(key, 'gone')}"
        for key, value in before.items()
        if after.get(key) != value
    ]
    yield KEPT_THROUGH.none(changed, before and after)
    yield _told(history, ledgers, None if began is None else began.t, None if ended is None else ended.t)


def _told(history: History, ledgers: Sequence[Ledger], began: int | None, ended: int | None) -> Check:
    gaps = [
        (row.get("point", ""), instant_of_iso(row.get("start", "")), instant_of_iso(row.get("end", "")))
        for event in answers(history, "gaps")
        for row in event.rows
    ]
    silent: list[str] = []
    due = 0
    if began is None or ended is None:
        return NO_HOLE_IN_SILENCE.none_among(0, silent)
    for ledger in ledgers:
        setup = setup_of(history, ledger.centre)
        for kind in ledger.kinds:
            length = length_of(kind, setup)
            arrived = first_contents(history, ledger.centre, (kind,))
            for start in range(floor(began, length), floor(ended, length), length):
                for point in setup.codes:
                    due += 1
                    end = start + length
                    told = any(
                        name == point and low is not None and low < end and (high is None or high > start)
                        for name, low, high in gaps
                    )
                    if Key(point, kind, end) not in arrived and not told:
                        silent.append(f"{ledger.centre} {point} {kind} from {local(start)}: no record, no gap")
    return NO_HOLE_IN_SILENCE.none_among(due, silent)


def damaged_findings(history: History, ledgers: Sequence[Ledger]) -> Iterator[Check]:
    """What comes after a start with a damaged store."""
    damaged = DAMAGED.last(history)
    yield _works(history, ledgers, None if damaged is None else damaged.t + MINUTE)
    told = [event for what in ("alarms", "log") for event in answers(history, what)]
    rows = [row for event in told for row in event.rows]
    if damaged is not None and rows and not notices.mapped(history, Notice.STORE_DAMAGED):
        yield notices.left_to_a_person(DAMAGE_TOLD, rows, Notice.STORE_DAMAGED)
        return
    found = [notices.line(row) for row in rows if notices.tells(history, row, Notice.STORE_DAMAGED)]
    known = damaged is not None and bool(told)
    yield DAMAGE_TOLD.decide(bool(found) if known else None, measured=len(found), limit=1, op=">=", evidence=found[:4])
