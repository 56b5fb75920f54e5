"""Exact figures as they are shown: a fraction as decimal, whole where it ends, else rounded half up at six places."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

PLACES = 6


def shown(value: Fraction) -> Decimal:
    """A figure as it leaves."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    places = PLACES
    if rest == 1:
        while (value * 10**places).denominator != 1:
            places += 1
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    while places and whole % 10 == 0:
        whole, places = whole // 10, places - 1
    return Decimal((int(value < 0 and whole > 0), tuple(map(int, str(whole))), -places))


def total(values: Iterable[Decimal]) -> Fraction:
    """The exact sum."""
    return sum(map(Fraction, values), Fraction(0))
