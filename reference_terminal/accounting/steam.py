"""Enthalpy of steam by IAPWS-IF97, for formulas: kJ/kg at absolute pressure, rounded to the two decimals of its tables.

The arithmetic is CoolProp's, imported when it is first needed. A gauge reads pressure above the air's, not this.
"""

from __future__ import annotations

import importlib
from fractions import Fraction
from typing import Any

from reference_terminal.accounting import reasons
from reference_terminal.model.messages import Text

_ZERO_C = 273.15


class SteamError(ValueError):
    """No steam at this pressure and temperature."""

    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said


def superheated(pressure_mpa: Fraction, temperature_c: Fraction) -> Fraction:
    """Enthalpy of steam in kJ/kg. Raises SteamError where the water is liquid or IF97 does not reach."""
    boiling = _property("T", "Q", 1.0, pressure_mpa) - _ZERO_C
    # Saturated steam is read as such although its temperature is a rounded one.
    if abs(float(temperature_c) - boiling) < 0.05:
        return saturated(pressure_mpa)
    if float(temperature_c) < boiling:
        raise SteamError(
            reasons.LIQUID(pressure=float(pressure_mpa), temperature=float(temperature_c), boiling=boiling)
        )
    return _rounded(_property("H", "T", float(temperature_c) + _ZERO_C, pressure_mpa))


def saturated(pressure_mpa: Fraction) -> Fraction:
    """Enthalpy of saturated vapour in kJ/kg. Raises SteamError."""
    return _rounded(_property("H", "Q", 1.0, pressure_mpa))


def _property(wanted: str, name: str, value: float, pressure_mpa: Fraction) -> float:
    water: Any = importlib.import_module("CoolProp.CoolProp")
    try:
        return float(water.PropsSI(wanted, name, value, "P", float(pressure_mpa) * 1e6, "IF97::Water"))
    except ValueError:
        raise SteamError(reasons.NO_STEAM(pressure=float(pressure_mpa))) from None


def _rounded(joules: float) -> Fraction:
    return Fraction(f"{joules / 1000:.2f}")
