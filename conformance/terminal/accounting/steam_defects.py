"""Defects of steam: gauge for absolute pressure, and enthalpy that rises without end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from conformance.defects import Patch, defect
from reference_terminal.accounting import formula

_CLAUSES = ("csmt/9.4b(2)",)
_SATURATED = "ENTHALPY_SATURATED"


def _instead(patch: Patch, work: Callable[[Fraction], Fraction]) -> None:
    known = formula.FUNCTIONS
    patch(formula, "FUNCTIONS", {**known, _SATURATED: replace(known[_SATURATED], work=work)})


@defect(
    "gauge-taken-for-absolute",
    en="the pressure of a gauge is taken for absolute pressure",
    zh="以表压作绝对压力查焓",
    clauses=_CLAUSES,
)
def gauge_taken_for_absolute(patch: Patch) -> None:
    """The air is left out (facts 12.8)."""
    whole = formula.FUNCTIONS[_SATURATED].work
    _instead(patch, lambda pressure: whole(pressure - Fraction("0.101325")))


@defect(
    "enthalpy-rises-without-end",
    en="the enthalpy of saturated steam rises in a straight line with its pressure",
    zh="饱和蒸汽焓随压力线性上升",
    clauses=_CLAUSES,
)
def enthalpy_rises_without_end(patch: Patch) -> None:
    """As a public tool has it (facts 12.2)."""
    _instead(patch, lambda pressure: Fraction(2750) + 34 * pressure)
