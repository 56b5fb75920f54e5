"""Units that carry their substance: what an input must be multiplied by to be in the unit of its formula.

Leaves the inputs to `reckon`. A tonne of carbon is no tonne of CO2, a cubic metre at 0 °C none at 20 °C: what is not
listed here is not the same thing, and there is no factor for it (facts 7, 12.5).
"""

from __future__ import annotations

import re
from fractions import Fraction

_MASS = re.compile(
    r"(kg|t|千克|公斤|吨)(CO2(-?eq?)?|二氧化碳(当量)?|CH4|N2O|SF6|NF3|CF4|C2F6|HFC-?\d+[a-z]*)?", re.IGNORECASE
)
_WORDS = {"千克": "kg", "公斤": "kg", "吨": "t"}

_ZERO_OVER_TWENTY = Fraction(27315, 29315)
"""Volume at 0 °C of a gas that fills 1 at 20 °C, both at 101.325 kPa (facts 7)."""

_TO: dict[tuple[str, str], Fraction] = {
    ("kg", "t"): Fraction(1, 1000),
    ("t", "kg"): Fraction(1000),
    ("kWh", "MWh"): Fraction(1, 1000),
    ("MJ", "GJ"): Fraction(1, 1000),
    ("kPa", "MPa"): Fraction(1, 1000),
    ("kPa", "Pa"): Fraction(1000),
    ("Nm3", "1e4Nm3"): Fraction(1, 10_000),
    ("1e3Nm3", "1e4Nm3"): Fraction(1, 10),
    ("m3(20°C)", "1e4Nm3"): _ZERO_OVER_TWENTY / 10_000,
    ("kJ/kg", "GJ/t"): Fraction(1, 1000),
    ("MJ/kg", "GJ/t"): Fraction(1),
    ("kJ/Nm3", "GJ/1e4Nm3"): Fraction(1, 100),
    ("MJ/Nm3", "GJ/1e4Nm3"): Fraction(10),
    ("tC/GJ", "tC/TJ"): Fraction(1000),
    ("kgCO2/kWh", "tCO2/MWh"): Fraction(1),
    ("mgCOD/L", "kgCOD/m3"): Fraction(1, 1000),
    ("%", "1"): Fraction(1, 100),
    ("kgSF6", "tSF6"): Fraction(1, 1000),
    ("kg", "tSF6"): Fraction(1, 1000),
}


class UnlikeUnits(Exception):
    """An input in a unit that is not that of its formula in another size."""


def in_unit(value: Fraction, unit: str, wanted: str) -> Fraction:
    """A value in the unit of its formula. Raises UnlikeUnits."""
    if unit == wanted:
        return value
    try:
        return value * _TO[unit, wanted]
    except KeyError:
        raise UnlikeUnits(f"expected {wanted}, got {unit} / 单位不符") from None


def mass_unit(told: str) -> str:
    """The unit of an emission, kg or t, by a product's own word (kgCO2e, tCO2, 吨); any other as it is told."""
    found = _MASS.fullmatch(told.replace(" ", "").replace("₂", "2").replace("₄", "4"))
    return told if found is None else _WORDS.get(found[1], found[1].lower())
