"""Factors, boundaries and formulas that come to the terminal as packages: the phases that tell of them.

Leaves what follows from them to `reckon`. `since` is the instant from which one counts (microseconds UTC), `way` how it
comes (remote, file).
"""

from __future__ import annotations

from decimal import Decimal

from bench.history.marks import Mark
from bench.history.observation import Words


class Factor(Words, frozen=True, kw_only=True):
    """The code of the factor, and its value in a unit."""

    code: str
    value: Decimal
    unit: str
    since: int


FACTOR_ISSUED = Mark("factor-issued", Factor)
"""A factor is issued next."""


class Boundary(Words, frozen=True, kw_only=True):
    """The sources that lie inside, apart by commas."""

    way: str
    inside: str
    since: int


BOUNDARY_ISSUED = Mark("boundary-issued", Boundary)
"""A boundary is issued next."""


class Formula(Words, frozen=True, kw_only=True):
    """The formula of a term of a method."""

    way: str
    method: str
    term: str
    formula: str
    since: int


FORMULA_ISSUED = Mark("formula-issued", Formula)
"""A formula is issued next."""
