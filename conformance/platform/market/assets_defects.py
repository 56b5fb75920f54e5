"""Defects of assets, of their use, of compliance and of reminders."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform import assets
from simulators.platform.assets import CarbonPrice, Reminder, Surrender
from simulators.platform.core import Desk


@defect(
    "assets-at-first-price",
    en="Assets are valued at the oldest price",
    zh="碳资产按最早的价格估值",
    clauses=("ssea/5.4.8.1a", "ssea/5.4.1g", "isc-1/5.2.8c", "cpcif/5.4.5.2b-1"),
)
def at_first_price(patch: Patch) -> None:
    """The list is sorted the other way round."""

    def price(desk: Desk, asset: str) -> Decimal | None:
        found = desk.objects(CarbonPrice, asset=asset)
        return min(found, key=lambda each: each.valid_from).price if found else None

    patch(assets, "price", price)


@defect(
    "trend-of-today",
    en="Every month of the trend shows the stock of today",
    zh="趋势各月均显示当前存量",
    clauses=("ssea/5.4.8.1b",),
)
def trend_of_today(patch: Patch) -> None:
    """The instant is not handed on."""

    def at_end(desk: Desk, enterprise: str, asset: str, end: int) -> Fraction:
        del end
        return assets.stock(desk, enterprise, asset)

    patch(assets, "at_end", at_end)


@defect(
    "remainder-is-allowance",
    en="The remainder of allowances is shown without what was used",
    zh="配额余量未扣除已用量",
    clauses=("ssea/5.4.8.2a", "isc-1/5.2.8c"),
)
def remainder_is_allowance(patch: Patch) -> None:
    """Nothing is taken off."""

    def remainder(held: Fraction, used: Fraction) -> Fraction:
        del used
        return held

    patch(assets, "remainder", remainder)


@defect(
    "year-ends-with-last-month",
    en="The emission predicted for the year is that of the months so far",
    zh="预测的全年排放量仅为已结账月份之和",
    clauses=("ssea/5.4.8.2b", "ssea/5.4.1e-1"),
)
def year_ends(patch: Patch) -> None:
    """Nothing is predicted."""

    def predicted(months: list[Decimal]) -> Fraction:
        return sum(map(Fraction, months), Fraction(0))

    patch(assets, "predicted", predicted)


@defect(
    "excess-not-marked",
    en="Whoever will exceed the allowances is marked as within them",
    zh="将超额的企业仍标识为正常",
    clauses=("ssea/5.4.8.2b",),
)
def not_marked(patch: Patch) -> None:
    """A mark that is always green."""

    def use_state(allowance: Fraction, whole: Fraction) -> str:
        del allowance, whole
        return "within"

    patch(assets, "use_state", use_state)


@defect(
    "excess-not-told",
    en="Nobody is told of an excess to come",
    zh="预计超额时不发出提醒",
    clauses=("ssea/5.4.8.2b",),
)
def not_told(patch: Patch) -> None:
    """It is shown, and no alarm is raised."""

    def excess_told(use: dict[str, Any]) -> bool:
        del use
        return False

    patch(assets, "excess_told", excess_told)


@defect(
    "ccer-not-surrendered",
    en="Statistics of compliance leave out what was surrendered in CCER",
    zh="履约统计遗漏以 CCER 抵销的部分",
    clauses=("cpcif/5.4.5.2c-4", "isc-1/5.2.8c"),
)
def ccer_left_out(patch: Patch) -> None:
    """A way that nobody thought of."""
    own = assets.by_way

    def by_way(given: list[Surrender], way: str) -> Fraction:
        return Fraction(0) if way == "ccer" else own(given, way)

    patch(assets, "by_way", by_way)


@defect(
    "reminders-on-the-day",
    en="A reminder comes at the date itself instead of the instant that was set",
    zh="提醒在节点当时而非设定时刻发出",
    clauses=("cpcif/5.4.5.2a-1", "isc-1/5.2.8d-1"),
)
def on_the_day(patch: Patch) -> None:
    """Ahead of nothing."""

    def reminded_at(reminder: Reminder) -> int:
        return reminder.due

    patch(assets, "reminded_at", reminded_at)
