"""Defects of product footprints: shares, removals and declared units forgotten, figures grouped wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform import footprints
from simulators.platform.core.desk import Desk
from simulators.platform.core.ground import Ground
from simulators.platform.core.kinds import Kind
from simulators.platform.core.objects import Objects
from simulators.platform.footprints import Footprint, FootprintItem, Part

_FIGURES = ("isc-1/5.2.4-1", "isc-1/5.2.4b", "isc-1/4.6e")


@defect(
    "footprint-share-forgotten",
    en="a footprint counts the whole of an item, whatever share of it is the product's",
    zh="碳足迹核算忽略分配比例",
    clauses=_FIGURES,
)
def share_forgotten(patch: Patch) -> None:
    """Co-products are not thought of."""

    def allocated(item: FootprintItem) -> Fraction:
        return Fraction(item.amount)

    patch(footprints, "allocated", allocated)


@defect(
    "footprint-removals-added",
    en="removals are added to a footprint, not taken from it",
    zh="清除量被计为排放",
    clauses=("isc-1/5.2.4-1", "isc-1/5.2.4b"),
)
def removals_added(patch: Patch) -> None:
    """A number is a number."""

    def signed(nature: str, kg: Fraction) -> Fraction:
        del nature
        return kg

    patch(footprints, "signed", signed)


@defect(
    "footprint-of-everything",
    en="a footprint is that of everything that was made, not of one declared unit",
    zh="碳足迹未折算到声明单位",
    clauses=_FIGURES,
)
def of_everything(patch: Patch) -> None:
    """The quantity is not divided by."""

    def per_unit(study: Footprint) -> Fraction:
        del study
        return Fraction(1)

    patch(footprints, "per_unit", per_unit)


@defect(
    "footprint-stages-mixed",
    en="statistics put distribution into production",
    zh="统计将运输阶段并入生产阶段",
    clauses=("isc-1/5.2.4c",),
)
def stages_mixed(patch: Patch) -> None:
    """Two stages share a column."""

    def stage_of(part: Part) -> str:
        return "production" if part.stage == "distribution" else part.stage

    patch(footprints, "stage_of", stage_of)


@defect(
    "footprint-brands-by-region",
    en="a comparison by brand shows regions",
    zh="按品牌对比实际按地域分组",
    clauses=("isc-1/5.2.4d",),
)
def brands_by_region(patch: Patch) -> None:
    """The wrong column."""

    def group_of(study: Footprint, along: str) -> str:
        del along
        return study.region

    patch(footprints, "group_of", group_of)


@defect(
    "footprint-ranking-by-name",
    en="the ranking is by name, not by footprint",
    zh="排名按名称而非碳足迹",
    clauses=("isc-1/5.2.4e",),
)
def ranking_by_name(patch: Patch) -> None:
    """As the list has them, the best three first."""

    def order(figures: list[tuple[Fraction, str]]) -> list[tuple[Fraction, str]]:
        return sorted(figures, key=lambda each: each[1][::-1])

    patch(footprints, "order", order)


@defect(
    "footprint-nothing-abnormal",
    en="no item of a footprint is ever abnormal",
    zh="碳足迹数据异常从不提醒",
    clauses=("isc-1/5.2.4a-3",),
)
def nothing_abnormal(patch: Patch) -> None:
    """The reminder was not built."""

    def abnormal(item: FootprintItem, before: Iterable[FootprintItem]) -> bool:
        del item, before
        return False

    patch(footprints, "abnormal", abnormal)


@defect(
    "footprint-everything-abnormal",
    en="every item that was there before in another amount is told of as abnormal",
    zh="数量与以往不同即提醒异常",
    clauses=("isc-1/5.2.4a-3",),
)
def everything_abnormal(patch: Patch) -> None:
    """Whoever cries wolf."""

    def abnormal(item: FootprintItem, before: Iterable[FootprintItem]) -> bool:
        return any(each.amount != item.amount for each in before)

    patch(footprints, "abnormal", abnormal)


@defect(
    "footprint-shares-as-whole",
    en="an entered share of an item is kept as one",
    zh="填报的分配比例被保存为 1",
    clauses=("isc-1/5.2.4a-1", "isc-1/5.2.4a-2"),
)
def shares_as_whole(patch: Patch) -> None:
    """The form has the field, the table has not."""

    def create(self: Objects, desk: Desk, kind: Kind, values: Mapping[str, Any]) -> str:
        kept = {name: value for name, value in values.items() if name != "share" or kind.name != "footprint_item"}
        return own(self, desk, kind, kept)

    own = patch(Objects, "create", create)


@defect(
    "footprint-factor-of-nothing-refused",
    en="an item of a footprint whose factor is 0 is refused",
    zh="因子为 0 的碳足迹清单项（如绿电）被拒绝",
    clauses=("isc-1/5.2.4a-1",),
)
def factor_of_nothing_refused(patch: Patch) -> None:
    """What gives nothing off is taken for what was left empty."""

    def flaws(self: FootprintItem) -> Iterator[tuple[str, str, str]]:
        yield from own(self)
        if self.factor == 0:
            yield "factor", "is missing", "缺少因子"

    own = patch(FootprintItem, "flaws", flaws)


@defect(
    "platform-remembers-what-it-refused",
    en="what was found out of a change while it was looked at holds on after the change is refused",
    zh="导入被拒绝后，校验过程中读到的内容仍被当作有效",
    clauses=_FIGURES,
)
def remembers_what_it_refused(patch: Patch) -> None:
    """Only what was written is undone."""
    patch(Ground, "_undone", lambda self: None)
