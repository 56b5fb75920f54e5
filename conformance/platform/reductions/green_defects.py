"""Defects of green power and of changes of process."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform import reductions
from simulators.platform.core import Desk
from simulators.platform.reductions import GreenPower, ProcessReduction


@defect(
    "own-power-is-direct",
    en="Power of own generation counts as directly supplied",
    zh="自发自用计入直连供电",
    clauses=("cpcif/5.3.2.1",),
)
def own_is_direct(patch: Patch) -> None:
    """One way too few."""

    def way_of(used: GreenPower) -> str:
        return "direct" if used.way == "own" else used.way

    patch(reductions, "way_of", way_of)


@defect(
    "green-power-at-fixed-factor",
    en="The reduction by green power is reckoned at a fixed 0.5 t/MWh",
    zh="绿电减排量按固定 0.5 t/MWh 计算",
    clauses=("cpcif/5.3.2.2a", "cpcif/5.3.2.2b"),
)
def at_fixed_factor(patch: Patch) -> None:
    """A number in the program."""

    def reduction(energy: Fraction, factor: Fraction) -> Fraction:
        del factor
        return energy / 2

    patch(reductions, "reduction", reduction)


@defect(
    "grid-factor-never-updated",
    en="Of the factors of the grid the two first published go on counting",
    zh="电网因子更新后仍沿用最早公布的两个因子",
    clauses=("cpcif/5.3.2.2b",),
)
def never_updated(patch: Patch) -> None:
    """What was published later is not looked at."""

    def grid_factor(desk: Desk, start: int) -> Fraction:
        found = [each for each in desk.objects("factor", carrier="electricity")[:2] if each.valid_from <= start]
        return Fraction(max(found, key=lambda each: each.valid_from).value) if found else Fraction(0)

    patch(reductions, "grid_factor", grid_factor)


def _all(desk: Desk, of: str, key: str) -> list[Any]:
    del of, key
    return desk.objects("enterprise")


@defect(
    "green-power-of-all-sectors",
    en="Green power of the chemical sector is that of all enterprises",
    zh="化工行业绿电统计包含全部企业",
    clauses=("cpcif/5.3.2.3",),
)
def green_of_all(patch: Patch) -> None:
    """The sector is not looked at."""
    patch(reductions, "green_of", _all)


@defect(
    "process-reduction-without-after",
    en="The reduction by a change of process is the whole emission before it",
    zh="工艺减排量按改造前排放量全额计算",
    clauses=("cpcif/5.3.3.2a",),
)
def without_after(patch: Patch) -> None:
    """What is still emitted is not taken off."""

    def saved(change: ProcessReduction) -> Fraction:
        return Fraction(change.before) * Fraction(change.output)

    patch(reductions, "saved", saved)


@defect(
    "process-reductions-of-all-sectors",
    en="Reductions by changes of process of the chemical sector are those of all enterprises",
    zh="化工行业工艺减排统计包含全部企业",
    clauses=("cpcif/5.3.3.3",),
)
def processes_of_all(patch: Patch) -> None:
    """The sector is not looked at."""
    patch(reductions, "processes_of", _all)
