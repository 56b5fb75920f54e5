"""Whether the account of measured data is what the terminals sent comes to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from bench.case import Check, criterion
from bench.history import Created, History, ParkStands
from conformance.common.platforms.accounts import Stretch
from conformance.platform.accounting.answers_judge import TAKEN, answer, of, taken, tallies

__all__ = ["TAKEN"]

BY_HOUR = criterion(
    "measured-by-hour",
    en="emission and energy of each hour are what the terminals sent comes to, to the last digit",
    zh="各小时排放量与能耗量与终端上传数据的计算结果逐位一致",
    unit="figures",
)
SORTED = criterion(
    "measured-sorted",
    en="by class, process and carrier the measured amounts are sorted and summed exactly",
    zh="按类别、工序和能源品种的分类汇总逐位一致",
    unit="figures",
)
ANALYSED = criterion(
    "measured-analysed",
    en="the trend by hours has each hour with its change, exactly",
    zh="逐小时趋势及变化量逐位一致",
    unit="figures",
)


def measured(history: History) -> dict[str, list[Stretch]]:
    """The hours that terminals made, by point."""
    points = {(each.sender, each.code): each for stands in history.of(ParkStands) for each in stands.points}
    found: dict[str, dict[int, Stretch]] = {}
    for event in history.of(Created):
        if event.kind != "hour" or event.fault:
            continue
        for code, fields in event.values.items():
            point = points[event.sender, code]
            if "Cou" in fields:
                amount = Fraction(Decimal(fields["Cou"]))
                found.setdefault(point.id, {})[event.start] = Stretch(event.start, event.end, amount, point.sent_unit)
    return {point: list(hours.values()) for point, hours in found.items()}


def findings(history: History) -> Iterator[Check]:
    """Totals, their parts, their trend."""
    found = tallies(history, measured(history))
    totals = [of(found, name, thing) for name in ("emissions", "energy") for thing in ("enterprise", "park")]
    yield answer(BY_HOUR, *totals)
    yield answer(SORTED, of(found, "structure"))
    yield answer(ANALYSED, of(found, "trend"))
    yield taken(history)
