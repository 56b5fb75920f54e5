"""An exact number as a decimal: as it is where it has an end, else rounded half up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

MOST = 8
"""Decimals of a number without an end; of one with an end up to twice as many."""


def figure(value: Fraction) -> Decimal:
    """Decimal of a fraction."""
    for digits in range(2 * MOST + 1):
        scaled = value * 10**digits
        if scaled.denominator == 1:
            return Decimal(scaled.numerator).scaleb(-digits)
    scaled = abs(value) * 10**MOST + Fraction(1, 2)
    whole = Decimal(scaled.numerator // scaled.denominator).scaleb(-MOST)
    return -whole if value < 0 else whole
