"""Online supervision: how every point stands now, what was abnormal, and reports of what came (CPCIF 5.2.2.2).

Leaves alarms to `watch`.
"""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import msgspec

from simulators.platform.alarms.watch import ACQUISITION, INSTRUMENT, TERMINAL, watch_of
from simulators.platform.core import Desk, Sample, Span, analysis, seam
from simulators.platform.core.times import end_of, periods
from simulators.platform.inventory.figures import figure

GOOD = "valid"
_DAY = 86_400_000_000


class MonitorQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose points."""

    enterprise: str


class EnterpriseSpan(Span, frozen=True, kw_only=True):
    """Whose points over which time."""

    enterprise: str


class ReportQuery(EnterpriseSpan, frozen=True, kw_only=True):
    """Of periods of a class."""

    period: Literal["hour", "day", "month", "year"]


@analysis("monitor", en="real-time monitoring", zh="实时监测")
def monitor(desk: Desk, query: MonitorQuery) -> list[dict[str, Any]]:
    """The newest value of each point, of which instant it is, and how the point stands."""
    watch = watch_of(desk.as_system())
    rows: list[dict[str, Any]] = []
    for point in desk.objects("point", enterprise=query.enterprise):
        newest = newest_of(desk, point.id)
        if newest is None:
            continue
        ill = any((kind, point.id) in watch.standing for kind in (INSTRUMENT, ACQUISITION))
        silent = (TERMINAL, point.terminal) in watch.standing
        rows.append(
            {
                "point": point.id,
                "taken": newest.at,
                "value": newest.value,
                "unit": point.unit,
                "quality": newest.quality,
                "state": state_of(silent, ill),
            }
        )
    return rows


@seam
def state_of(silent: bool, ill: bool) -> str:
    """How a point stands: silence of its terminal goes before what its last value said."""
    return "silent" if silent else "abnormal" if ill else "normal"


@seam
def newest_of(desk: Desk, point: str) -> Sample | None:
    """The newest reading of a point within a day."""
    now = desk.now_us
    found = desk.samples(point, now - _DAY, now + 1, 0)
    return found[-1] if found else None


@analysis("abnormal", en="abnormal online data", zh="异常监测数据")
def abnormal(desk: Desk, query: EnterpriseSpan) -> list[dict[str, Any]]:
    """Readings that are flagged or outside their range, oldest first of each point."""
    return [
        {
            "point": point.id,
            "taken": each.at,
            "value": each.value,
            "reason": each.flag if each.flag != "N" else each.quality,
        }
        for point in desk.objects("point", enterprise=query.enterprise)
        for each in desk.samples(point.id, query.from_, query.to, 0)
        if is_abnormal(each)
    ]


@seam
def is_abnormal(sample: Sample) -> bool:
    """Whether a reading is not good."""
    return sample.quality != GOOD


@analysis("monitoring-report", en="report of online monitoring data", zh="在线监测数据报表")
def report(desk: Desk, query: ReportQuery) -> list[dict[str, Any]]:
    """Mean, least and greatest of the good readings of each point and period, and how many there are."""
    rows: list[dict[str, Any]] = []
    points = desk.objects("point", enterprise=query.enterprise)
    starts = periods(query.period, query.from_, query.to) if points else []
    spans = [(start, end_of(query.period, start)) for start in starts]
    for point in points if spans else ():
        taken = desk.samples(point.id, spans[0][0], spans[-1][1], 0)
        instants = [each.at for each in taken]
        for start, end in spans:
            found = taken[bisect_left(instants, start) : bisect_left(instants, end)]
            good = [Decimal(each.value) for each in found if not is_abnormal(each)]
            if not found:
                continue
            rows.append(
                {
                    "point": point.id,
                    "start": start,
                    "end": end,
                    "mean": mean(good),
                    "least": min(good, default=None),
                    "most": max(good, default=None),
                    "valid": len(good),
                    "abnormal": len(found) - len(good),
                    "unit": point.unit,
                }
            )
    return rows


@seam
def mean(values: list[Decimal]) -> Decimal | None:
    """The arithmetic mean."""
    return figure(sum(map(Fraction, values), Fraction(0)) / len(values)) if values else None
