"""Exact numbers: sums never round, a mean is rounded once; decimal text without exponent or idle zeros."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

EXACT = Context(prec=120)
"""Wide enough that sums and products of what the platform takes are exact."""
_PLACES = 10
"""Decimals of a quotient, rounded half to even."""


def rounded(value: Fraction | Decimal, places: int = _PLACES) -> Decimal:
    """A number to so many decimals, half to even; exactly what it is where fewer do."""
    exact = Fraction(value)
    return Decimal(text(Decimal(round(exact * 10**places)).scaleb(-places, EXACT)))


def quotient(total: Decimal, by: int | Decimal) -> Decimal:
    """A mean or ratio, rounded once."""
    return rounded(Fraction(total) / Fraction(by))


def text(value: Decimal | Fraction | int) -> str:
    """Decimal text without exponent and without zeros that say nothing."""
    plain = f"{rounded(value) if isinstance(value, Fraction) else Decimal(value):f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("-0", "") else plain


def total(values: list[Decimal]) -> Decimal:
    """The exact sum."""
    found = Decimal(0)
    for each in values:
        found = EXACT.add(found, each)
    return found
