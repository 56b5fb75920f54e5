"""Exact quantities: units, what one is in another, and how a number is printed.

No binary floating point: numbers are fractions, text is decimal, rounded half up once (R-23). A tonne of carbon is no
tonne of CO2 and a cubic metre at 0 °C none at 20 °C: unlike units are refused.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

_SCALES: dict[str, tuple[str, Fraction]] = {
    "t": ("t", Fraction(1)),
    "kg": ("t", Fraction(1, 1000)),
    "g": ("t", Fraction(1, 1_000_000)),
    "1e4t": ("t", Fraction(10_000)),
    "MWh": ("MWh", Fraction(1)),
    "kWh": ("MWh", Fraction(1, 1000)),
    "GWh": ("MWh", Fraction(1000)),
    "GJ": ("GJ", Fraction(1)),
    "MJ": ("GJ", Fraction(1, 1000)),
    "kJ": ("GJ", Fraction(1, 1_000_000)),
    "TJ": ("GJ", Fraction(1000)),
    "tce": ("GJ", Fraction("29.307")),
    "kgce": ("GJ", Fraction("0.029307")),
    "1e4Nm3": ("1e4Nm3", Fraction(1)),
    "1e3Nm3": ("1e4Nm3", Fraction(1, 10)),
    "Nm3": ("1e4Nm3", Fraction(1, 10_000)),
    "tC": ("tC", Fraction(1)),
    "kgC": ("tC", Fraction(1, 1000)),
    "1": ("1", Fraction(1)),
    "%": ("1", Fraction(1, 100)),
    "tCO2": ("tCO2", Fraction(1)),
    "kgCO2": ("tCO2", Fraction(1, 1000)),
    "tCO2e": ("tCO2", Fraction(1)),
    "kgCO2e": ("tCO2", Fraction(1, 1000)),
    "tCH4": ("tCH4", Fraction(1)),
    "kgCH4": ("tCH4", Fraction(1, 1000)),
    "tN2O": ("tN2O", Fraction(1)),
    "kgN2O": ("tN2O", Fraction(1, 1000)),
}


class UnlikeUnits(ValueError):
    """A quantity in a unit that does not measure the thing asked for."""


def number(text: object) -> Fraction | None:
    """A decimal text as an exact number; None for nothing. Raises ValueError for what is no number."""
    if text is None or text == "":
        return None
    if isinstance(text, Fraction):
        return text
    value = Decimal(str(text))
    if not value.is_finite():
        raise ValueError(f"{text}: no finite number / 非有限数值")
    return Fraction(value)


def scale(unit: str) -> tuple[str, Fraction]:
    """The unit that a unit is counted in, and its size in it; a fraction of units as one."""
    above, slash, below = unit.partition("/")
    if not slash:
        return _SCALES.get(unit, (unit, Fraction(1)))
    over, size = scale(above)
    under, part = scale(below)
    return f"{over}/{under}", size / part


def to(value: Fraction, unit: str, wanted: str) -> Fraction:
    """A quantity in another unit. Raises UnlikeUnits."""
    base, size = scale(unit)
    other, part = scale(wanted)
    if base != other:
        raise UnlikeUnits(f"unit {unit!r}: expected {wanted} / 单位不符")
    return value * size / part


def text(value: Fraction, places: int = 6) -> str:
    """A number with so many decimals, rounded half up away from zero, once."""
    steps = abs(value) * 10**places
    whole = (2 * steps.numerator + steps.denominator) // (2 * steps.denominator)
    digits = f"{whole:0{places + 1}d}"
    sign = "-" if value < 0 and whole else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
