"""Inventory of emission data: each source of an enterprise or a process with quantity and emission (SSEA 5.4.3).

Leaves the account itself to `accounting`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from simulators.platform.accounting.lines import Line, belongs, book
from simulators.platform.accounting.quantities import UnlikeUnits, to
from simulators.platform.core import Desk, Span, analysis, seam
from simulators.platform.inventory.figures import figure


class InventoryQuery(Span, frozen=True, kw_only=True):
    """Whose inventory over which time."""

    of: Literal["enterprise", "process"]
    id: str


@dataclass
class _Item:
    """What one source has given so far; no emission where a factor lacks."""

    quantity: Fraction = Fraction(0)
    emission: Fraction | None = Fraction(0)

    def add(self, amount: Fraction, tonnes: Fraction | None) -> None:
        """One stretch more."""
        self.quantity += amount
        self.emission = None if self.emission is None or tonnes is None else self.emission + tonnes


@analysis("inventory", en="inventory of emission data", zh="碳排放数据清单")
def inventory(desk: Desk, query: InventoryQuery) -> list[dict[str, Any]]:
    """One row for each source with a quantity, by its class."""
    points = {each.id: each for each in desk.objects("point")}
    items: dict[tuple[str, str, str], _Item] = {}
    for line in _lines(desk, query):
        amount, unit = _in_unit(line, points[line.key].unit if line.key in points else line.unit)
        items.setdefault((source_class(line), line.key, unit), _Item()).add(amount, line.tonnes)
    return [
        {
            "source_class": of,
            "point": key,
            "process": points[key].process if key in points else "",
            "carrier": points[key].carrier if key in points else "",
            "quantity": figure(item.quantity),
            "unit": unit,
            "emission": None if item.emission is None else figure(item.emission),
        }
        for (of, key, unit), item in items.items()
    ]


def _in_unit(line: Line, unit: str) -> tuple[Fraction, str]:
    """The quantity of a line in the source's unit, or in its own where that is of another sort."""
    try:
        return to(line.amount, line.unit, unit), unit
    except UnlikeUnits:
        return line.amount, line.unit


def _lines(desk: Desk, query: InventoryQuery) -> Iterable[Line]:
    found = book(desk).lines(query.from_, query.to, "hour")
    return (line for line in found if _within(line, query))


@seam
def _within(line: Line, query: InventoryQuery) -> bool:
    """Whether a line is one of what was asked for."""
    return belongs(line, query.of, query.id)


@seam
def source_class(line: Line) -> str:
    """The class under which a line stands."""
    return line.source_class
