"""Enthalpy of steam by IAPWS-IF97 for the oracle, through SEUIF97 (Rust, MIT); no library of the terminal's side.

Leaves how much steam there is to `formulas`. Pressures are absolute; a gauge reads what is above the air's.
"""

from __future__ import annotations

import importlib
from fractions import Fraction
from typing import Any

_ENTHALPY = 4
"""The property's number in SEUIF97."""


def saturated(pressure_mpa: Fraction) -> Fraction:
    """Enthalpy of saturated vapour, kJ/kg, to the nine digits of the release's own tables."""
    return _exact(_library().px(float(pressure_mpa), 1.0, _ENTHALPY))


def at(pressure_mpa: Fraction, temperature_c: Fraction) -> Fraction:
    """Enthalpy of water or steam, kJ/kg."""
    return _exact(_library().pt(float(pressure_mpa), float(temperature_c), _ENTHALPY))


def _library() -> Any:
    return importlib.import_module("seuif97")


def _exact(value: float) -> Fraction:
    return Fraction(f"{value:.9g}")
