"""What every plant offers: named quantities whose true value exists exactly at every instant.

Leaves to others: where the values come from (the works of `works`, the recorded series of `series`) and how meters show
them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

Reader = Callable[[int], int]
"""An instant (microseconds UTC) to the value in whole steps of 10^-digits units."""


@dataclass(frozen=True)
class Quantity:
    """A quantity of a plant.

    `kind` is counter (accumulates) or instant. A value is a whole number of steps of 10^-`digits` `unit`. `rated_per_h`
    is the largest increase of a counter in an hour, as decimal text in `unit`; empty for instants.
    """

    name: str
    kind: str
    unit: str
    digits: int
    rated_per_h: str = ""


class Plant(Protocol):
    """The truth. Answers depend on the instant alone, never on what was asked before."""

    @property
    def quantities(self) -> dict[str, Quantity]:
        """Every quantity by name."""
        ...

    def reader(self, quantity: str) -> Reader:
        """A function that gives the value of a quantity at an instant in whole steps; KeyError if it is unknown."""
        ...

    def value(self, quantity: str, at_us: int) -> Decimal:
        """The exact value at an instant (microseconds UTC), in the quantity's unit."""
        ...


def as_decimal(steps: int, digits: int) -> Decimal:
    """Whole steps of 10^-digits as an exact decimal that keeps its trailing zeros."""
    return Decimal(as_text(steps, digits))


def as_text(steps: int, digits: int) -> str:
    """Whole steps of 10^-digits as plain decimal text with exactly `digits` decimals."""
    if digits <= 0:
        return str(steps * 10**-digits)
    sign = "-" if steps < 0 else ""
    whole, part = divmod(abs(steps), 10**digits)
    return f"{sign}{whole}.{part:0{digits}d}"
