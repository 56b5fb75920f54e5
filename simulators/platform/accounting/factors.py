"""Which factor counts for a carrier: supplier's or own, the region's, a general one, else a default (R-24).

Within each step the newest whose `valid_from` is not after the start of the stretch counts. Leaves lines to `lines`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from simulators.platform.accounting import defaults
from simulators.platform.accounting.calendar import year_of
from simulators.platform.accounting.quantities import number, scale
from simulators.platform.accounting.versions import Versions
from simulators.platform.core import seam

EMISSION, ENERGY = "tCO2", "GJ"


@dataclass(frozen=True)
class Factor:
    """A factor as it counts: its value in `unit`, where it is from, and since when."""

    value: Fraction
    unit: str
    origin: str
    since: int = 0


def measures(unit: str, what: str) -> bool:
    """Whether a factor's unit is one of emission (tCO2 per …) or of energy (GJ per …)."""
    above, slash, _ = unit.partition("/")
    return bool(slash) and scale(above)[0] == what


@seam
def _steps(enterprise: str, region: str) -> tuple[tuple[str, str], ...]:
    """Whose factors are looked at, in this order: enterprise and region that a factor must name."""
    return ((enterprise, ""), ("", region), ("", ""))


def choose(
    factors: Versions | Iterable[Any], carrier: str, enterprise: str, region: str, start: int, what: str = EMISSION
) -> Factor | None:
    """The factor of a carrier for a stretch that begins at `start`; None where there is none."""
    valid = factors.counting(start) if isinstance(factors, Versions) else factors
    known = [each for each in valid if each.carrier == carrier and measures(each.unit, what)]
    for whose, where in _steps(enterprise, region):
        fitting = [
            each for each in known if (each.enterprise or "") == whose and ((each.region or "") == where or whose)
        ]
        if fitting:
            newest = max(fitting, key=_newest)
            value = number(newest.value)
            if value is not None:
                return Factor(value, newest.unit, newest.source or newest.id, newest.valid_from or 0)
    found = defaults.factor(carrier, region, year_of(start)) if what == EMISSION else defaults.heating_value(carrier)
    return Factor(*found, "default / 缺省值") if found else None


@seam
def _newest(factor: Any) -> tuple[int, str]:
    return factor.valid_from or 0, factor.id
