"""Defects of progress, warnings, assessment and links."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform import targets
from simulators.platform.core import Desk
from simulators.platform.core.times import DAY
from simulators.platform.targets import Target, TargetPart


@defect(
    "progress-as-share",
    en="The share of a target that is used is told as a fraction instead of per cent",
    zh="目标完成率以小数而非百分数给出",
    clauses=("cpcif/5.5.4.1-1", "cpcif/5.5.1.2-3", "isc-1/5.1.5a"),
)
def as_share(patch: Patch) -> None:
    """A hundred is missing; the warnings never come either."""

    def progress_rate(value: Fraction, reached: Fraction) -> Fraction:
        return reached / value

    patch(targets, "progress_rate", progress_rate)


@defect(
    "progress-of-first-month",
    en="A target is assessed by the first closed month, and not again",
    zh="目标仅按首个结账月评估，此后不再更新",
    clauses=("cpcif/5.5.4.1-2",),
)
def first_month(patch: Patch) -> None:
    """What is reckoned once is kept."""
    own = targets.figures

    def figures(desk: Desk, enterprises: list[str], start: int, end: int) -> tuple[Fraction, Fraction]:
        return own(desk, enterprises, start, min(end, start + 31 * DAY))

    patch(targets, "figures", figures)


@defect(
    "progress-without-parts",
    en="Progress is told of the target alone, not of its parts",
    zh="仅显示总目标进展，不显示分解目标",
    clauses=("cpcif/5.5.4.1a",),
)
def without_parts(patch: Patch) -> None:
    """The parts are on another page."""

    def told_parts(desk: Desk, target: Target, parts: str) -> list[TargetPart]:
        del desk, target, parts
        return []

    patch(targets, "told_parts", told_parts)


@defect(
    "missed-parts-open",
    en="Parts that miss their target are told as open",
    zh="未达标的分解目标显示为进行中",
    clauses=("cpcif/5.5.4.1b-1",),
)
def missed_open(patch: Patch) -> None:
    """Nothing is missed before the year is over."""
    own = targets.state

    def state(value: Fraction, reached: Fraction, over: bool) -> str:
        found = own(value, reached, over)
        return "open" if found == "missed" else found

    patch(targets, "state", state)


@defect(
    "rest-is-target",
    en="The control value of the remaining time is the whole target",
    zh="剩余时段控制值等于全部目标值",
    clauses=("cpcif/5.5.4.1b-2",),
)
def rest_is_target(patch: Patch) -> None:
    """Nothing is taken off."""

    def rest(value: Fraction, reached: Fraction) -> Fraction:
        del reached
        return value

    patch(targets, "rest", rest)


@defect(
    "targets-never-warned-of",
    en="No target is ever warned of",
    zh="目标从不预警",
    clauses=("cpcif/5.5.4.2-0", "cpcif/5.5.1.2-3", "isc-1/5.1.5a", "isc-1/5.2.6a"),
)
def never_warned(patch: Patch) -> None:
    """Nobody is told."""

    def warned(limit: Fraction, used: Fraction) -> bool:
        del limit, used
        return False

    patch(targets, "warned", warned)


@defect(
    "threshold-fixed",
    en="Every target is warned of from 80 % on, whatever threshold was set",
    zh="预警阈值固定为 80%，设置无效",
    clauses=("cpcif/5.5.4.2a",),
)
def threshold_fixed(patch: Patch) -> None:
    """A number in the program."""

    def warned(limit: Fraction, used: Fraction) -> bool:
        del limit
        return used >= 80

    patch(targets, "warned", warned)


@defect(
    "limit-with-tolerance",
    en="An indicator is warned of only from 130 % of its threshold on",
    zh="指标达到阈值的 130% 才报警",
    clauses=("cpcif/5.5.4.2b-2",),
)
def with_tolerance(patch: Patch) -> None:
    """Somebody wanted fewer alarms."""

    def warned(limit: Fraction, used: Fraction) -> bool:
        return used >= limit * Fraction(13, 10)

    patch(targets, "warned", warned)


@defect(
    "every-target-met",
    en="The result of every assessment is that the target was met",
    zh="考核结果一律为达标",
    clauses=("isc-1/5.1.5b-1", "isc-1/5.2.6b-1"),
)
def every_met(patch: Patch) -> None:
    """A result before the account is there."""

    def passed(value: Fraction, reached: Fraction) -> str:
        del value, reached
        return "met"

    patch(targets, "passed", passed)


@defect(
    "worst-comes-first",
    en="Results of an assessment are placed from the worst to the best",
    zh="考核结果由差到好排名",
    clauses=("isc-1/5.1.5b-2", "isc-1/5.2.6b-2"),
)
def worst_first(patch: Patch) -> None:
    """The list is sorted the other way round."""
    own = targets.placed

    def placed(found: list[tuple[Fraction, str, dict[str, Any]]]) -> list[dict[str, Any]]:
        return own(found)[::-1]

    patch(targets, "placed", placed)


@defect(
    "contradictions-linked",
    en="Totals and intensities that contradict each other are told as linked",
    zh="相互矛盾的总量与强度目标被标为衔接",
    clauses=("cpcif/5.5.3.2",),
)
def contradictions_linked(patch: Patch) -> None:
    """Nobody compares."""

    def linked(difference: Fraction, value: Fraction) -> bool:
        del difference, value
        return True

    patch(targets, "linked", linked)
