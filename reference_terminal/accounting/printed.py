"""Exact fractions as decimal text: rounded half up, once, at the last digit that is printed (ruling R-23)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from reference_terminal.model import numbers
from reference_terminal.model.seams import seam


@seam
def rounded(value: Fraction, digits: int) -> str:
    """The value with so many decimals; a half is rounded away from zero."""
    return numbers.text(numbers.rounded_fraction(value, digits))


@lru_cache(4096)
def short(value: Fraction, digits: int = 12) -> str:
    """The value for a reader: all its decimals where it has no more than `digits`, else rounded there, marked by …."""
    steps, rest = divmod(abs(value.numerator) * 10**digits, value.denominator)
    if rest:
        return f"{rounded(value, digits)}…"
    text = f"{steps:0{digits + 1}d}"
    decimals = text[-digits:].rstrip("0")
    sign = "-" if value < 0 else ""
    return f"{sign}{text[:-digits]}.{decimals}" if decimals else f"{sign}{text[:-digits]}"


def exactly(text: str) -> Fraction:
    """The number of a stored value, decimal text of our own."""
    whole, _, decimals = text.partition(".")
    return Fraction(int(whole + decimals), 10 ** len(decimals))


def fraction(text: str) -> Fraction:
    """The number that a decimal text says; none of `1e3`, `NaN`, `1_000`. Raises ValueError."""
    plain = text.strip()
    if not plain or not all(sign.isascii() and (sign.isdigit() or sign in "+-.") for sign in plain):
        raise ValueError(f"expected a decimal number such as 12.5, got {text!r}")
    try:
        return Fraction(Decimal(plain))
    except (InvalidOperation, ValueError):
        raise ValueError(f"expected a decimal number such as 12.5, got {text!r}") from None
