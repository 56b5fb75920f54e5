"""Defects of stacks: a wrong basis, in the total, a last concentration that goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import apsw

from conformance.defects import Patch, defect
from reference_terminal.accounting.boundary import Bound
from reference_terminal.processing.emissions import Emissions, Outcome, Period

_CLAUSES = ("isc-2/5.1c",)


@defect(
    "stack-wet-times-dry",
    en="dry CO2 is multiplied with the wet volume of the stack",
    zh="干基 CO2 浓度与湿烟气量相乘",
    clauses=_CLAUSES,
)
def stack_wet_times_dry(patch: Patch) -> None:
    """One of each (facts 12.9)."""
    whole = Bound.mass

    def mass(self: Bound, values: Mapping[str, Fraction]) -> Fraction:
        return whole(self, {**values, "XSW": Fraction(0)} if "XSW" in values else values)

    patch(Bound, "mass", mass)


@defect(
    "stack-counted-with-its-fuel",
    en="what is measured in the stack is added to what its fuel gives",
    zh="烟气实测排放量与燃料核算结果重复计入总量",
    clauses=_CLAUSES,
)
def stack_counted(patch: Patch) -> None:
    """The carbon counts twice."""
    whole: property = Bound.__dict__["counts"]

    def counts(self: Bound) -> bool:
        return self.inside if self.term.category == "measured" else bool(whole.__get__(self))

    patch(Bound, "counts", property(counts))


@defect(
    "stack-goes-on-without-instrument",
    en="where the analyser is silent the stack's emission is told as nought and complete",
    zh="分析仪无值时实测排放量按 0 计且表现为完整",
    clauses=_CLAUSES,
)
def stack_goes_on(patch: Patch) -> None:
    """No concentration, no CO2."""
    whole = Emissions.work_out

    def work_out(self: Emissions, connection: apsw.Connection, period: Period, name: str) -> Outcome | None:
        found = whole(self, connection, period, name)
        if found is None or found.mass is not None or name != "stack":
            return found
        return replace(found, mass=Fraction(0), equivalent=Fraction(0), flag="N", cause="")

    patch(Emissions, "work_out", work_out)
