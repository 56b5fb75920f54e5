"""Units of quantities that convert exactly into each other; anything else is left as it came and told."""

from __future__ import annotations

from fractions import Fraction

_SIZES: dict[str, dict[str, Fraction]] = {
    "energy": {
        "J": Fraction(1),
        "kJ": Fraction(1_000),
        "MJ": Fraction(10**6),
        "GJ": Fraction(10**9),
        "TJ": Fraction(10**12),
        "Wh": Fraction(3_600),
        "kWh": Fraction(3_600_000),
        "MWh": Fraction(3_600 * 10**6),
        "GWh": Fraction(3_600 * 10**9),
    },
    "mass": {
        "mg": Fraction(1, 10**6),
        "g": Fraction(1, 10**3),
        "kg": Fraction(1),
        "t": Fraction(10**3),
        "kt": Fraction(10**6),
        "Mt": Fraction(10**9),
    },
    "volume": {"L": Fraction(1, 1_000), "m3": Fraction(1), "m³": Fraction(1), "km3": Fraction(10**9)},
    "standard volume": {"Nm3": Fraction(1), "Nm³": Fraction(1), "kNm3": Fraction(1_000), "10^4 Nm3": Fraction(10_000)},
    "power": {"W": Fraction(1), "kW": Fraction(10**3), "MW": Fraction(10**6)},
    "pressure": {"Pa": Fraction(1), "kPa": Fraction(10**3), "MPa": Fraction(10**6)},
}


def factor(given: str, wanted: str) -> Fraction | None:
    """What a number in one unit is multiplied by to be in the other; None: they have nothing in common."""
    if given == wanted or not given:
        return Fraction(1)
    for sizes in _SIZES.values():
        if given in sizes and wanted in sizes:
            return sizes[given] / sizes[wanted]
    return None
