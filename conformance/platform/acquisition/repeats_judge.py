"""Repeated, late, disordered and revised data: counted once, where they belong, by the last value that was sent.

Leaves damaged packets to `damage`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Check, criterion
from bench.history import History
from bench.history.sender_phases import LATE
from conformance.common import times
from conformance.common.platforms import answers as platform
from conformance.common.platforms import truth as truths
from conformance.common.platforms.truth import Fact, Key, Shown, Truth

NONE_DOUBLED = criterion(
    "repeats-counted-once",
    en="What a terminal sends twice, as it was or as another packet, is there once and counted once",
    zh="终端重复上传（原包或新包）的数据只存一次、只计一次",
    unit="records",
)
LATE_COUNTED = criterion(
    "late-counted",
    en="What comes late and in disorder is there under its own period",
    zh="迟到、乱序的数据归入其所属时段",
    unit="records",
)
REVISED_IN_FORCE = criterion(
    "revised-in-force",
    en="Of a revised record the last value is in force",
    zh="修订过的记录以最后一次的值为准",
    unit="records",
)
TOTALS_FOLLOW = criterion(
    "totals-follow",
    en="Totals by the hour are what their records add up to, late and revised ones with them",
    zh="小时合计等于其所含记录之和，迟到、修订的数据计入",
    unit="totals",
)
_HOUR_US = 3_600_000_000


def findings(history: History) -> Iterator[Check]:
    """By what was done to a record."""
    truth, told = truths.truth_of(history), truths.shown(history)
    made: dict[Key, Fact] = truth.of(("minute", "realtime"))
    repeated = {key: fact for key, fact in made.items() if {"copy", "again"} & set(fact.faults)}
    revised = {key: fact for key, fact in made.items() if "revised" in fact.faults}
    late = {key: fact for key, fact in made.items() if _late(history, key)}
    for asked, facts in ((NONE_DOUBLED, repeated), (LATE_COUNTED, late), (REVISED_IN_FORCE, revised)):
        found = truths.compare(truth, told, facts)
        yield asked.none([*found.missing, *found.altered, *found.doubled], found.known)
    wrong, known = totals(truth, told, made)
    yield TOTALS_FOLLOW.none(wrong, known)


def _late(history: History, key: Key) -> bool:
    """Whether a record's terminal held back what it made when the record was due."""
    sender = truths.points_of(history)[key.point].sender
    held = [(mark.detail.state, mark.t) for mark in LATE.of(history) if mark.detail.sender == sender]
    spans = zip([t for state, t in held if state == "on"], [t for state, t in held if state == "off"], strict=False)
    return any(start <= key.start < end for start, end in spans)


def totals(truth: Truth, told: Shown, made: dict[Key, Fact]) -> tuple[list[str], int]:
    """Hours of counters that differ from the sum of the records within, and how many were compared."""
    sums: dict[tuple[str, int], Decimal] = {}
    for key, fact in made.items():
        if truth.points[key.point].kind == "counter" and key.kind == "minute" and fact.sent and fact.flag == "N":
            hour = key.point, times.floor(key.start, _HOUR_US)
            sums[hour] = sums.get(hour, Decimal(0)) + fact.value
    wrong: list[str] = []
    known = 0
    for (point, start), total in sums.items():
        key = Key(point, "hour", start)
        if not told.covers(key):
            continue
        known += 1
        rows = told.rows.get(key, [])
        value = platform.number(rows[0].value) if rows else None
        if value != total or len(rows) != 1:
            wrong.append(f"{truths.named(key)}: {value}, the records add up to {total} / 合计不符")
    return wrong, known
