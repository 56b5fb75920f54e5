"""Quantities with unit and substance, in exact fractions: a tonne of carbon is no tonne of CO2.

Leaves units of meters to `model.units`. Nm³ is at 0 °C and 101.325 kPa, `m3(20)` at 20 °C; nothing converts one into
the other by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from reference_terminal.accounting import reasons
from reference_terminal.model.messages import Message, Text

Dimensions = tuple[tuple[str, int], ...]
"""Base units with their exponents, sorted; none is a pure number."""

_MASS = {"t": Fraction(1), "kg": Fraction(1, 1000), "g": Fraction(1, 10**6), "mg": Fraction(1, 10**9)}
_OTHERS = {
    "GJ": ("GJ", Fraction(1)),
    "J": ("GJ", Fraction(1, 10**9)),
    "kJ": ("GJ", Fraction(1, 10**6)),
    "MJ": ("GJ", Fraction(1, 1000)),
    "TJ": ("GJ", Fraction(1000)),
    "Wh": ("GJ", Fraction(36, 10**7)),
    "kWh": ("GJ", Fraction(36, 10**4)),
    "MWh": ("GJ", Fraction(36, 10)),
    "Nm3": ("Nm3", Fraction(1)),
    "m3(20)": ("m3(20)", Fraction(1)),
    "m3": ("m3", Fraction(1)),
    "L": ("m3", Fraction(1, 1000)),
    "h": ("h", Fraction(1)),
    "min": ("h", Fraction(1, 60)),
    "d": ("h", Fraction(24)),
    "°C": ("°C", Fraction(1)),
    "MPa": ("MPa", Fraction(1)),
    "kPa": ("MPa", Fraction(1, 1000)),
    "Pa": ("MPa", Fraction(1, 10**6)),
    "bar": ("MPa", Fraction(1, 10)),
    "piece": ("piece", Fraction(1)),
    "km": ("km", Fraction(1)),
    "kmol": ("kmol", Fraction(1)),
}
SUBSTANCES = (
    "C", "CO2", "CO2e", "CH4", "N2O", "SF6", "NF3", "CF4", "C2F6", "HFC-23", "COD", "N", "Al", "HCFC-22",
)  # fmt: skip
"""What a mass can be of; a mass without a substance is of the material that is named beside it."""
_NUMBERS = {"1": Fraction(1), "%": Fraction(1, 100), "10^3": Fraction(10**3), "10^4": Fraction(10**4)}
_MASS_OF = re.compile(rf"(t|kg|g|mg)({'|'.join(sorted(map(re.escape, SUBSTANCES), key=len, reverse=True))})?")


class UnitError(ValueError):
    """A unit that is not known, or unlike things put together."""

    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said


@dataclass(frozen=True)
class Unit:
    """How many base units one of this is, and which."""

    name: str
    scale: Fraction
    dimensions: Dimensions


@cache
def unit(name: str) -> Unit:
    """The unit of a name such as `GJ/t`, `tC/GJ`, `10^4 Nm3`, `%`, `tCO2/MWh`. Raises UnitError."""
    scale, powers = Fraction(1), dict[str, int]()
    for place, part in enumerate(name.strip().split("/")):
        sign = -1 if place else 1
        words = part.strip("() ") if part.startswith("(") else part
        for word in words.replace("·", " ").split():
            each, base = _atom(word, name)
            scale *= each**sign
            if base:
                powers[base] = powers.get(base, 0) + sign
    if not name.strip():
        raise UnitError(reasons.NO_UNIT_GIVEN())
    return Unit(name, scale, _dimensions(powers))


def _atom(word: str, name: str) -> tuple[Fraction, str]:
    if word in _NUMBERS:
        return _NUMBERS[word], ""
    if word in _OTHERS:
        base, scale = _OTHERS[word]
        return scale, base
    if found := _MASS_OF.fullmatch(word):
        return _MASS[found[1]], f"t {found[2]}" if found[2] else "t"
    raise UnitError(reasons.UNKNOWN_UNIT(name=name, word=word))


def _dimensions(powers: Mapping[str, int]) -> Dimensions:
    return tuple(sorted((base, power) for base, power in powers.items() if power))


@dataclass(frozen=True)
class Quantity:
    """A value in base units, and which these are."""

    value: Fraction
    dimensions: Dimensions = ()

    @classmethod
    def of(cls, value: Fraction, name: str) -> Quantity:
        """A value in a named unit. Raises UnitError."""
        measured = unit(name)
        return cls(value * measured.scale, measured.dimensions)

    def in_unit(self, name: str) -> Fraction:
        """The value in a named unit. Raises UnitError where that measures something else."""
        wanted = unit(name)
        if wanted.dimensions != self.dimensions:
            raise UnitError(reasons.ANOTHER_UNIT(name=name, got=written(self.dimensions)))
        return self.value / wanted.scale

    def __add__(self, other: Quantity) -> Quantity:
        self._alike(other, reasons.ADDED_TO)
        return Quantity(self.value + other.value, self.dimensions)

    def __sub__(self, other: Quantity) -> Quantity:
        self._alike(other, reasons.TAKEN_FROM)
        return Quantity(self.value - other.value, self.dimensions)

    def __mul__(self, other: Quantity) -> Quantity:
        return Quantity(self.value * other.value, times(self.dimensions, other.dimensions, 1))

    def __truediv__(self, other: Quantity) -> Quantity:
        return Quantity(self.value / other.value, times(self.dimensions, other.dimensions, -1))

    def __neg__(self) -> Quantity:
        return Quantity(-self.value, self.dimensions)

    def _alike(self, other: Quantity, refusal: Message) -> None:
        if self.dimensions != other.dimensions:
            raise UnitError(refusal(other=written(other.dimensions), one=written(self.dimensions)))


def times(one: Dimensions, other: Dimensions, sign: int) -> Dimensions:
    """The dimensions of a product (`sign` 1) or a quotient (-1)."""
    powers = dict(one)
    for base, power in other:
        powers[base] = powers.get(base, 0) + sign * power
    return _dimensions(powers)


def written(dimensions: Dimensions) -> str:
    """Dimensions as a unit: `tCO2/MWh` in base units is `tCO2/GJ`."""
    above = [base.replace(" ", "") for base, power in dimensions for _ in range(max(power, 0))]
    below = [base.replace(" ", "") for base, power in dimensions for _ in range(max(-power, 0))]
    return "/".join(["·".join(above) or "1", *below])
