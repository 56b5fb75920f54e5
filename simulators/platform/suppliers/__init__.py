"""Suppliers, what they supply with its footprint, what was bought of it, and scope 3 from it (SSEA 5.4.10).

Leaves scope 2 to the figures of the account (`desk.emissions`).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any

from simulators.platform.accounting.lines import Book
from simulators.platform.core import Amount, Desk, Instant, Span, Thing, analysis, kind, ref, seam


class Supplier(Thing, frozen=True, kw_only=True):
    """Who supplies."""

    enterprise: Annotated[str, ref("enterprise")]
    name: str
    region: str = ""


class Supply(Thing, frozen=True, kw_only=True):
    """A material: `footprint` kgCO2e per `unit`, `emission` t CO2e that its supplier gives off for it in a year."""

    enterprise: Annotated[str, ref("enterprise")]
    supplier: Annotated[str, ref("supplier")]
    name: str
    unit: str
    footprint: Amount
    emission: Amount | None = None
    valid_from: Instant = 0

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """A footprint below zero is none."""
        if self.footprint < 0:
            yield "footprint", "is below zero", "不能为负"


class Purchase(Thing, frozen=True, kw_only=True):
    """What was bought of a material, at an instant; `unit` is that of the material, or kg for t and the reverse."""

    enterprise: Annotated[str, ref("enterprise")]
    supply: Annotated[str, ref("supply")]
    start: Instant
    amount: Amount
    unit: str


KINDS = (
    kind("supplier", Supplier, en="suppliers", zh="供应商", tenant="enterprise"),
    kind("supply", Supply, en="supplied materials", zh="供应商原料", tenant="enterprise"),
    kind("purchase", Purchase, en="purchases", zh="原料采购", tenant="enterprise"),
)


class Asked(Span, frozen=True, kw_only=True):
    """One enterprise, over [from, to)."""

    enterprise: Annotated[str, ref("enterprise")]


@seam
def supply_at(desk: Desk, key: str, at_us: int) -> Supply | None:
    """A material's data as they are in force at an instant."""
    return next((each for each in desk.objects(Supply, as_of=at_us, id=key)), None)


_SAME = {("kg", "t"): Fraction(1, 1000), ("t", "kg"): Fraction(1000)}


@seam
def given_off(supply: Supply, purchase: Purchase) -> Fraction:
    """t CO2e of one purchase."""
    factor = Fraction(1) if purchase.unit == supply.unit else _SAME[purchase.unit, supply.unit]
    return Fraction(purchase.amount) * factor * Fraction(supply.footprint) / 1000


def bought(desk: Desk, enterprise: str, from_us: int, to_us: int) -> list[Purchase]:
    """The purchases of an enterprise over [from, to)."""
    return [each for each in desk.objects(Purchase, enterprise=enterprise) if from_us <= each.start < to_us]


@analysis("scope3", en="scope 3 emissions by material", zh="按原料的范围 3 排放")
def scope3(desk: Desk, asked: Asked) -> list[dict[str, Any]]:
    """A row for each material that was bought, t CO2e; each purchase by the footprint in force on its day."""
    rows: list[dict[str, Any]] = []
    tonnes: dict[str, Fraction] = {}
    amounts: dict[str, Fraction] = {}
    for each in bought(desk, asked.enterprise, asked.from_, asked.to):
        supply = supply_at(desk, each.supply, each.start)
        if supply is not None:
            tonnes[each.supply] = tonnes.get(each.supply, Fraction(0)) + given_off(supply, each)
            amount = Fraction(each.amount) * _SAME.get((each.unit, supply.unit), Fraction(1))
            amounts[each.supply] = amounts.get(each.supply, Fraction(0)) + amount
    for key, total in tonnes.items():
        supply = desk.object(Supply, key)
        rows.append(
            {"supply": key, "supplier": supply.supplier, "amount": amounts[key], "value": total, "unit": "tCO2e"}
        )
    return rows


@seam
def bought_in(desk: Desk, asked: Asked, source: str) -> Fraction:
    """t CO2e of the electricity or heat that an enterprise took in, from its account."""
    lines = [each for each in Book(desk).lines(asked.from_, asked.to) if each.enterprise == asked.enterprise]
    return sum((each.tonnes or Fraction(0) for each in lines if each.source_class == source), Fraction(0))


@analysis("indirect", en="indirect emissions", zh="间接排放")
def indirect(desk: Desk, asked: Asked) -> list[dict[str, Any]]:
    """Scope 2 by electricity and heat from the account, scope 3 by what was bought, t CO2e."""
    rows = [
        {"scope": "2", "source": source, "value": bought_in(desk, asked, source), "unit": "tCO2e"}
        for source in ("electricity", "heat")
    ]
    supplied = sum((Fraction(row["value"]) for row in scope3(desk, asked)), Fraction(0))
    return [*rows, {"scope": "3", "source": "supply", "value": supplied, "unit": "tCO2e"}]
