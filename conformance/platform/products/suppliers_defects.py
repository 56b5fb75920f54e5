"""Defects of the supplier library: versions forgotten, footprints of the wrong day, tonnes for kilograms."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform import footprints, suppliers
from simulators.platform.core.desk import Desk
from simulators.platform.core.kinds import Kind
from simulators.platform.core.objects import Objects, Version
from simulators.platform.suppliers import Asked, Purchase, Supply


@defect(
    "supply-newest-always",
    en="scope 3 takes the newest footprint of a material for every purchase, whenever it was",
    zh="范围 3 一律采用原料最新的碳足迹，不论采购日期",
    clauses=("ssea/5.4.10b", "ssea/5.4.1i"),
)
def newest_always(patch: Patch) -> None:
    """The object as it is now."""

    def supply_at(desk: Desk, key: str, at_us: int) -> Supply | None:
        del at_us
        return desk.find(Supply, key)

    patch(suppliers, "supply_at", supply_at)


@defect(
    "supply-not-in-footprints",
    en="an item of a footprint that names a supplied material counts nothing",
    zh="产品碳足迹未计入引用供应商原料的清单项",
    clauses=("ssea/5.4.10b",),
)
def not_in_footprints(patch: Patch) -> None:
    """The two areas do not know each other."""

    def supply_at(desk: Desk, key: str, at_us: int) -> Supply | None:
        del desk, key, at_us
        return None

    patch(footprints, "supply_at", supply_at)


@defect(
    "scope3-first-purchase",
    en="scope 3 counts purchases of January alone",
    zh="范围 3 只计一月份的采购",
    clauses=("ssea/5.4.10b", "ssea/5.4.1i"),
)
def first_purchase(patch: Patch) -> None:
    """Whatever came later is not of this report."""

    def given_off(supply: Supply, purchase: Purchase) -> Fraction:
        return own(supply, purchase) if purchase.id.endswith("-1") else Fraction(0)

    own = patch(suppliers, "given_off", given_off)


@defect(
    "supplier-emission-dropped",
    en="the emission of a supplied material is taken and not kept",
    zh="原料碳排放量登记后未保存",
    clauses=("ssea/5.4.10a",),
)
def emission_dropped(patch: Patch) -> None:
    """The table has no such column."""

    def create(self: Objects, desk: Desk, kind: Kind, values: Mapping[str, Any]) -> str:
        kept = {name: value for name, value in values.items() if name != "emission" or kind.name != "supply"}
        return own(self, desk, kind, kept)

    own = patch(Objects, "create", create)


@defect(
    "supply-history-lost",
    en="the history of a material has its newest version alone",
    zh="原料历史只保留最新版本",
    clauses=("ssea/5.4.10a",),
)
def history_lost(patch: Patch) -> None:
    """Overwritten is overwritten."""

    def versions(self: Objects, desk: Desk, kind: Kind, key: str) -> list[Version]:
        return own(self, desk, kind, key)[-1:]

    own = patch(Objects, "versions", versions)


@defect(
    "indirect-without-heat",
    en="indirect emissions leave bought heat out",
    zh="间接排放漏计外购热力",
    clauses=("ssea/5.4.1i",),
)
def without_heat(patch: Patch) -> None:
    """Electricity is what everybody thinks of."""

    def bought_in(desk: Desk, asked: Asked, source: str) -> Fraction:
        return Fraction(0) if source == "heat" else own(desk, asked, source)

    own = patch(suppliers, "bought_in", bought_in)
