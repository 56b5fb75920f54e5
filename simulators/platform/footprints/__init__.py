"""Product footprints after ISO 14067: studies, items, results per declared unit, comparison, ranking (ISC-1 5.2.4).

Leaves suppliers' footprints to `suppliers`. Fossil and biogenic emissions and removals are stated apart; a result is
kgCO2e for one declared unit; what of an item is allocated to the product is its share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec

from simulators.platform.core import Amount, Desk, Thing, Year, analysis, kind, on_change, ref, seam
from simulators.platform.suppliers import supply_at

STAGES = ("raw-material", "production", "distribution", "use", "end-of-life")
NATURES = ("fossil", "biogenic", "removal")
UNIT = "kgCO2e"


class Footprint(Thing, frozen=True, kw_only=True):
    """A study: its items stand for `quantity` of `unit` of the product."""

    enterprise: Annotated[str, ref("enterprise")]
    product: str
    brand: str = ""
    region: str = ""
    year: Year
    quantity: Amount
    unit: str
    boundary: Literal["cradle-to-gate", "cradle-to-grave"] = "cradle-to-grave"

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """Something must have been made."""
        if self.quantity <= 0:
            yield "quantity", "must be above zero", "必须大于零"


class FootprintItem(Thing, frozen=True, kw_only=True):
    """`factor` in kgCO2e per `unit`; without one the footprint of the `supply` counts."""

    enterprise: Annotated[str, ref("enterprise")]
    footprint: Annotated[str, ref("footprint")]
    stage: Literal["raw-material", "production", "distribution", "use", "end-of-life"]
    name: str
    nature: Literal["fossil", "biogenic", "removal"] = "fossil"
    amount: Amount
    unit: str
    factor: Amount | None = None
    share: Amount = Decimal(1)
    supply: Annotated[str, ref("supply")] = ""

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """Amounts and factors are not negative; a share is one; an item has a factor or a supply."""
        if self.amount < 0:
            yield "amount", "is below zero", "不能为负"
        if self.factor is not None and self.factor < 0:
            yield "factor", "is below zero", "不能为负"
        if not 0 <= self.share <= 1:
            yield "share", "is not between 0 and 1", "须在 0 至 1 之间"
        if self.factor is None and not self.supply:
            yield "factor", "is missing, and no supply is named", "缺少因子，也未指明供应商原料"


KINDS = (
    kind("footprint", Footprint, en="product footprints", zh="产品碳足迹", tenant="enterprise"),
    kind("footprint_item", FootprintItem, en="items of footprints", zh="碳足迹清单项", tenant="enterprise"),
)

_UNUSUAL = 10
"""An item is abnormal if it is so many times what the same item of the same product was before, or a part of it."""


@seam
def abnormal(item: FootprintItem, before: Iterable[FootprintItem]) -> bool:
    """Whether an amount is out of all proportion to the same item of other studies of the product."""
    known = [each for each in before if each.amount > 0]
    if not known:
        return False
    usual = sum((Fraction(each.amount) for each in known), Fraction(0)) / len(known)
    return not usual / _UNUSUAL <= Fraction(item.amount) <= usual * _UNUSUAL


@on_change("footprint_item")
def remind(desk: Desk, before: FootprintItem | None, after: FootprintItem | None) -> None:
    """An abnormal amount is kept and told; once it is right again the reminder ends."""
    if after is None:
        return
    study = desk.object(Footprint, after.footprint)
    alike = [
        item
        for other in desk.objects(Footprint, enterprise=study.enterprise)
        if other.product == study.product
        for item in desk.objects(FootprintItem, footprint=other.id)
        if item.id != after.id and (item.name, item.unit, item.stage) == (after.name, after.unit, after.stage)
    ]
    subject = f"footprint_item {after.id}"
    if abnormal(after, alike):
        desk.alarm("footprint-abnormal", subject, enterprise=after.enterprise)
    else:
        desk.clear("footprint-abnormal", subject)


@dataclass(frozen=True)
class Part:
    """What one item gives off per declared unit, kgCO2e; a removal is below zero."""

    stage: str
    nature: str
    kg: Fraction


@seam
def allocated(item: FootprintItem) -> Fraction:
    """The amount that the product answers for."""
    return Fraction(item.amount) * Fraction(item.share)


@seam
def per_unit(study: Footprint) -> Fraction:
    """How many declared units the items of a study stand for."""
    return Fraction(study.quantity)


@seam
def signed(nature: str, kg: Fraction) -> Fraction:
    """A removal takes from the total."""
    return -kg if nature == "removal" else kg


def parts(desk: Desk, study: Footprint) -> list[Part]:
    """The items of a study, reckoned."""
    found: list[Part] = []
    for item in desk.objects(FootprintItem, footprint=study.id):
        factor = item.factor
        if factor is None:
            supply = supply_at(desk, item.supply, desk.now_us)
            factor = supply.footprint if supply else Decimal(0)
        kg = allocated(item) * Fraction(factor) / per_unit(study)
        found.append(Part(item.stage, item.nature, signed(item.nature, kg)))
    return found


def net(found: Iterable[Part]) -> Fraction:
    """The footprint: all emissions less all removals."""
    return sum((each.kg for each in found), Fraction(0))


class OfFootprint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One study."""

    footprint: Annotated[str, ref("footprint")]


class OfYear(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The studies of a year, of one enterprise or of all that one may see."""

    enterprise: Annotated[str, ref("enterprise")] = ""
    year: Year | None = None


class Along(OfYear, frozen=True, kw_only=True):
    """What to compare along."""

    along: Literal["stage", "region", "brand"]


def studies(desk: Desk, asked: OfYear) -> list[Footprint]:
    """The studies that are asked for."""
    return [
        each
        for each in desk.objects(Footprint)
        if asked.enterprise in ("", each.enterprise) and asked.year in (None, each.year)
    ]


def _row(value: Fraction, **words: Any) -> dict[str, Any]:
    return {**words, "value": value, "unit": UNIT}


@analysis("footprint_result", en="result of a product footprint", zh="产品碳足迹结果")
def result(desk: Desk, asked: OfFootprint) -> list[dict[str, Any]]:
    """By stage and nature, then the total of each nature and the net."""
    found = parts(desk, desk.object(Footprint, asked.footprint))
    rows = [
        _row(net(mine), stage=stage, nature=nature)
        for stage in STAGES
        for nature in NATURES
        if (mine := [each for each in found if (each.stage, each.nature) == (stage, nature)])
    ]
    rows += [
        _row(net(each for each in found if each.nature == nature), stage="total", nature=nature) for nature in NATURES
    ]
    return [*rows, _row(net(found), stage="total", nature="net")]


@seam
def stage_of(part: Part) -> str:
    """The stage that statistics count a part in."""
    return part.stage


@analysis("footprint_statistics", en="footprints by life-cycle stage", zh="产品全生命周期各阶段排放统计")
def statistics(desk: Desk, asked: OfYear) -> list[dict[str, Any]]:
    """Each product, stage by stage."""
    rows: list[dict[str, Any]] = []
    for study in studies(desk, asked):
        found = parts(desk, study)
        for stage in STAGES:
            mine = [each for each in found if stage_of(each) == stage]
            if mine:
                rows.append(_row(net(mine), footprint=study.id, product=study.product, stage=stage))
    return rows


@seam
def group_of(study: Footprint, along: str) -> str:
    """The group of a study in a comparison by region or brand."""
    return study.brand if along == "brand" else study.region


@analysis("footprint_comparison", en="comparison of footprints", zh="产品碳足迹对比")
def comparison(desk: Desk, asked: Along) -> list[dict[str, Any]]:
    """A row for each study and each group that it has part in."""
    if asked.along == "stage":
        told = statistics(desk, OfYear(enterprise=asked.enterprise, year=asked.year))
        rows = [_row(row["value"], group=row["stage"], footprint=row["footprint"]) for row in told]
    else:
        rows = [
            _row(net(parts(desk, study)), group=group_of(study, asked.along), footprint=study.id)
            for study in studies(desk, asked)
        ]
    return sorted(rows, key=lambda row: (row["group"], row["value"], row["footprint"]))


@seam
def order(figures: list[tuple[Fraction, str]]) -> list[tuple[Fraction, str]]:
    """The smallest footprint first."""
    return sorted(figures)


@analysis("footprint_ranking", en="ranking of footprints", zh="产品碳足迹排名")
def ranking(desk: Desk, asked: OfYear) -> list[dict[str, Any]]:
    """Place 1 has the smallest footprint; equal ones share a place."""
    figures = order([(net(parts(desk, study)), study.id) for study in studies(desk, asked)])
    values = [value for value, _ in figures]
    return [_row(value, place=values.index(value) + 1, footprint=key) for value, key in figures]
