"""Standard values of points and how far periods are from them; warning values; communication settings.

Leaves alarms to `alarms`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any, Literal

from simulators.platform.accounting.lines import book
from simulators.platform.accounting.quantities import to
from simulators.platform.accounting.versions import Versions, versions_of
from simulators.platform.core import Amount, Desk, Instant, Span, Thing, analysis, kind, ref, seam
from simulators.platform.core.times import end_of, start_of
from simulators.platform.inventory.figures import figure

Period = Literal["hour", "day", "month", "year"]


class Communication(Thing, frozen=True, kw_only=True):
    """How a terminal is heard: it sends every `period_s`, and has failed after `silent_after_s` without a word."""

    enterprise: Annotated[str, ref("enterprise")]
    terminal: Annotated[str, ref("terminal")]
    period_s: int = 60
    silent_after_s: int = 180

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """Times that make no sense."""
        if self.period_s < 1:
            yield "period_s", "expected at least 1 s", "应不小于 1 s"
        if self.silent_after_s < self.period_s:
            yield "silent_after_s", "expected at least one period", "应不小于一个上报周期"


class StandardValue(Thing, frozen=True, kw_only=True):
    """What the quantity of a point in a period of this class should be, from an instant on."""

    enterprise: Annotated[str, ref("enterprise")]
    point: Annotated[str, ref("point")]
    period: Period = "hour"
    value: Amount
    unit: str = ""
    valid_from: Instant = 0


class WarningValue(Thing, frozen=True, kw_only=True):
    """An alarm is raised while the newest value of a point is above (or below) this one."""

    enterprise: Annotated[str, ref("enterprise")]
    point: Annotated[str, ref("point")]
    direction: Literal["above", "below"] = "above"
    value: Amount
    unit: str = ""


_MAY = ("administrator", "operator", "manager")
KINDS = (
    kind(
        "communication", Communication, en="communication settings", zh="终端通讯设置", tenant="enterprise", write=_MAY
    ),
    kind("standard_value", StandardValue, en="standard value", zh="标准值", tenant="enterprise", write=_MAY),
    kind("warning_value", WarningValue, en="warning value", zh="预警值", tenant="enterprise", write=_MAY),
)


class DeviationQuery(Span, frozen=True, kw_only=True):
    """Whose points over which time."""

    enterprise: str


@analysis("deviation", en="deviation from standard values", zh="与标准值的偏差")
def deviation(desk: Desk, query: DeviationQuery) -> list[dict[str, Any]]:
    """Each period that has a quantity and a standard value at its start: quantity, standard, and the difference."""
    points = {each.id: each for each in desk.objects("point", enterprise=query.enterprise)}
    quantities: dict[tuple[str, str, int], Fraction] = {}
    named = {(each.point, each.period) for each in desk.objects(StandardValue, enterprise=query.enterprise)}
    for line in book(desk).lines(query.from_, query.to, "hour"):
        for point, period in sorted(named):
            if line.key == point and point in points:
                key = (point, period, start_of(period, line.start))
                quantities[key] = quantities.get(key, Fraction(0)) + to(line.amount, line.unit, points[point].unit)
    known = versions_of(desk, "standard_value")
    rows: list[dict[str, Any]] = []
    for (point, period, start), quantity in sorted(quantities.items()):
        standard = standard_of(known, point, period, start)
        if standard is not None and start >= query.from_ and end_of(period, start) <= query.to:
            rows.append(
                {
                    "point": point,
                    "start": start,
                    "end": end_of(period, start),
                    "value": figure(quantity),
                    "standard": standard,
                    "difference": figure(quantity - Fraction(standard)),
                    "unit": points[point].unit,
                }
            )
    return rows


@seam
def standard_of(known: Versions, point: str, period: str, start: int) -> Amount | None:
    """The standard value in force at the start of a period."""
    found = [each for each in known.counting(start) if (each.point, each.period) == (point, period)]
    return max(found, key=lambda each: each.valid_from).value if found else None
