# pyright: reportPrivateUsage=false
"""Defects of explanations: inputs with another value than the one that counted, units that are none, no answer."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from msgspec import structs

from conformance.defects import Patch, defect
from reference_terminal.accounting import library
from reference_terminal.accounting.formula import Formula
from reference_terminal.accounting.library import Constant
from reference_terminal.accounting.quantity import Quantity
from reference_terminal.processing.explanation import Explanations
from reference_terminal.processing.outcomes import Period, Used
from reference_terminal.settings.accounting import FigureSet

_REPORT = ("isc-2/7.2.7a", "csmt/11.11a")


@defect(
    "explanation-of-another-factor",
    en="the explanation of a figure shows factors with another value than the one that counted",
    zh="计算说明所示因子数值与实际采用的不一致",
    clauses=_REPORT,
)
def explanation_of_another_factor(patch: Patch) -> None:
    """It takes what the table has now."""

    def told(self: Explanations, used: Used) -> dict[str, Any]:
        found = own(self, used)
        return found if used.fed.wanted.kind == "activity" else {**found, "value": str(used.value * Fraction(11, 10))}

    own = patch(Explanations, "_input", told)


@defect(
    "explanation-with-units-twice",
    en="units in an explanation have above their line what stands below it too",
    zh="计算说明中单位的分母同时出现在分子中",
    clauses=_REPORT,
)
def explanation_with_units_twice(patch: Patch) -> None:
    """A constant is told by all its dimensions, and by those below its line once more."""

    def as_written(name: str) -> Constant:
        found = own(name)
        below = found.unit.partition("/")[2]
        return structs.replace(found, unit=f"{below}·{found.unit}") if below else found

    own = patch(library, "constant_as_written", as_written)


@defect(
    "nothing-explained-that-is-looked-up",
    en="how a figure came about cannot be told where its formula looks something up",
    zh="公式需查表的排放量无法给出计算说明",
    clauses=("csmt/9.4b(2)",),
)
def nothing_explained_that_is_looked_up(patch: Patch) -> None:
    """What is looked up is no input, and its unit is nowhere."""

    def calls(self: Formula, values: Mapping[str, Quantity]) -> list[tuple[str, Fraction, str]]:
        found = own(self, values)
        if found:
            raise KeyError(found[0][0])
        return found

    own = patch(Formula, "calls", calls)


@defect(
    "nothing-explained",
    en="every question how a figure came about ends in an error of the terminal's own",
    zh="任何排放量计算说明的查询均以内部错误结束",
    clauses=_REPORT,
)
def nothing_explained(patch: Patch) -> None:
    """It has no way to the records any more."""

    def of(self: Explanations, figure: FigureSet, period: Period) -> dict[str, Any] | None:
        raise AttributeError("_store")

    patch(Explanations, "of", of)
