"""Units of measured quantities and exact conversion between those of one quantity.

Leaves which units a point may have to `settings.meters`. A factor is a fraction of whole numbers, so that nothing is
lost before the one rounding at the last printed digit (ruling R-17).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from reference_terminal.model import numbers

_TABLE: dict[str, dict[str, Fraction | int | str]] = {
    "energy": {
        "J": "0.001", "kJ": 1, "MJ": 1000, "GJ": 1_000_000,
        "Wh": "3.6", "kWh": 3600, "MWh": 3_600_000,
    },
    "reactive energy": {"kvarh": 1},
    "apparent energy": {"kVAh": 1},
    "power": {
        "W": 1, "kW": 1000, "MW": 1_000_000,
        "J/h": Fraction(1, 3600), "kJ/h": Fraction(1000, 3600), "MJ/h": Fraction(10**6, 3600),
        "GJ/h": Fraction(10**9, 3600),
    },
    "reactive power": {"kvar": 1},
    "apparent power": {"kVA": 1},
    "voltage": {"V": 1, "kV": 1000},
    "current": {"mA": "0.001", "A": 1},
    "frequency": {"Hz": 1},
    "number": {"1": 1},
    "volume": {"L": "0.001", "m3": 1},
    "normal volume": {"Nm3": 1},
    "flow": {"L/h": "0.001", "m3/h": 1, "L/s": "3.6", "m3/s": 3600},
    "normal flow": {"Nm3/h": 1},
    "speed": {"m/s": 1},
    "mass": {"kg": 1, "t": 1000},
    "mass flow": {"kg/h": 1, "t/h": 1000, "kg/s": 3600},
    "pressure": {"Pa": 1, "kPa": 1000, "MPa": 1_000_000, "bar": 100_000},
    "concentration": {"mg/m3": 1, "g/m3": 1000},
}  # fmt: skip
"""Units by quantity, each with its size in the smallest natural one. Temperatures are shifted, not scaled."""

_OF = {unit: (quantity, Fraction(size)) for quantity, units in _TABLE.items() for unit, size in units.items()}


def factor(source: str, target: str) -> Fraction | None:
    """What a value in `source` is multiplied by to stand in `target`; None if they measure different quantities."""
    if source == target:
        return Fraction(1)
    one, other = _OF.get(source), _OF.get(target)
    if one is None or other is None or one[0] != other[0]:
        return None
    return one[1] / other[1]


def as_decimal(value: Fraction) -> Decimal | None:
    """The fraction as a decimal number with an end; None if it has none."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return None
    return numbers.CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def converted(value: Decimal, by: Fraction, decimals: int) -> Decimal:
    """`value` × `by`, exact where it has an end, else rounded half up to `decimals`."""
    if by == 1:
        return value
    exact = as_decimal(by)
    if exact is not None:
        return numbers.CONTEXT.multiply(value, exact)
    product = numbers.CONTEXT.multiply(value, Decimal(by.numerator))
    return numbers.rounded(numbers.CONTEXT.divide(product, Decimal(by.denominator)), decimals)


def quantity(unit: str) -> str:
    """What a unit measures; empty for a unit without relatives."""
    return _OF[unit][0] if unit in _OF else ""


_OVER_TIME = {
    "power": ("energy", Fraction(1, 1000)),
    "reactive power": ("reactive energy", Fraction(1, 3600)),
    "apparent power": ("apparent energy", Fraction(1, 3600)),
    "flow": ("volume", Fraction(1, 3600)),
    "normal flow": ("normal volume", Fraction(1, 3600)),
    "mass flow": ("mass", Fraction(1, 3600)),
}
"""What a rate is over time, and how much of its smallest natural unit one of the rate's brings in a second."""


def per_second(rate: str, amount: str) -> Fraction | None:
    """What a value in `rate` lasting one second is multiplied by to stand in `amount`; None if they do not belong."""
    one, other = _OF.get(rate), _OF.get(amount)
    if one is None or other is None or _OVER_TIME.get(one[0], ("", 0))[0] != other[0]:
        return None
    return one[1] * _OVER_TIME[one[0]][1] / other[1]
