"""Daily records and monthly summaries of fuels, heat and electricity.

Leaves the ledger of the park as people see it to the chapters on reports and pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from bench.case import Check, criterion
from bench.history import History, ParkPoint
from conformance.common import times
from conformance.common.platforms import answers as platform
from conformance.common.platforms import truth as truths
from conformance.common.platforms.truth import Key, Shown, Truth

DAILY = criterion(
    "one-record-a-day-{0}",
    en="Each day has one record of every point of {0}, to the last digit",
    zh="{0}各监测点每日一条记录，逐位正确",
    unit="records",
)
MONTHLY = criterion(
    "summary-of-the-month-{0}",
    en="The month has one summary of every point of {0}: the sum of its days",
    zh="{0}各监测点每月汇总一次，等于各日之和",
    unit="summaries",
)
FUEL, HEAT, POWER = "fuel", "heat", "electricity"
GROUPS: dict[str, Callable[[ParkPoint], bool]] = {
    FUEL: lambda point: point.source_class == "fuel",
    HEAT: lambda point: point.carrier == "heat",
    POWER: lambda point: point.carrier == "electricity",
}


def findings(history: History) -> Iterator[Check]:
    """Group by group: days, and the months that have ended."""
    truth, told = truths.truth_of(history), truths.shown(history)
    for group, takes in GROUPS.items():
        found = truths.compare(truth, told, truth.of(("day",), takes))
        yield DAILY.of(group).none([*found.missing, *found.altered, *found.doubled, *found.unit], found.known)
        wrong, known = _months(truth, told, takes)
        yield MONTHLY.of(group).none(wrong, known)


def _months(truth: Truth, told: Shown, takes: Callable[[ParkPoint], bool]) -> tuple[list[str], int]:
    """Months that were asked for and differ from the sum of their days; how many were compared."""
    sums: dict[tuple[str, str], Decimal] = {}
    for key, fact in truth.of(("day",), takes).items():
        month = key.point, times.stamp_of(key.start)[:6]
        sums[month] = sums.get(month, Decimal(0)) + fact.value
    wrong: list[str] = []
    known = 0
    for point, kind in told.asked:
        if kind != "month" or not takes(truth.points[point]):
            continue
        for start, _ in told.asked[point, kind]:
            known += 1
            key = Key(point, "month", start)
            rows = told.rows.get(key, [])
            total = sums.get((point, times.stamp_of(start)[:6]))
            value = platform.number(rows[0].value) if rows else None
            if len(rows) != 1 or value != total:
                wrong.append(f"{truths.named(key)}: {value}, its days add up to {total} / 与各日之和不符")
    return wrong, known
