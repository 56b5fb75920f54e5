# pyright: reportPrivateUsage=false
"""Defects of stacks: a wrong basis, in the total, a last concentration that goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import apsw

from conformance.defects import Patch, defect
from reference_terminal.accounting.boundary import Bound
from reference_terminal.processing import calibrations, emissions, stacks, tally
from reference_terminal.processing.emissions import Emissions
from reference_terminal.processing.outcomes import Outcome, Period
from reference_terminal.settings.accounting import StackConfig

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


@defect(
    "hour-of-stack-only-whole",
    en="an hour of a stack counts only if all of its minutes do",
    zh="烟气实测小时值须全部分钟有效方计",
    clauses=_CLAUSES,
)
def hour_of_stack_only_whole(patch: Patch) -> None:
    """A calibration of ten minutes costs the hour."""

    def enough(config: StackConfig, valid: int, of: int) -> bool:
        del config
        return valid == of

    patch(stacks, "enough", enough)


@defect(
    "hour-of-stack-added-up",
    en="an hour of a stack is the sum of the minutes that are valid",
    zh="烟气实测小时值仅为有效分钟之和",
    clauses=_CLAUSES,
)
def hour_of_stack_added_up(patch: Patch) -> None:
    """What was not measured was not emitted."""

    def mean(masses: Sequence[Fraction], of: int) -> Fraction:
        del of
        return sum(masses, Fraction(0))

    patch(stacks, "mean", mean)


@defect(
    "nothing-emitted-is-no-value",
    en="a valid minute or hour of a stack without any emission is left out of the mean",
    zh="烟气实测为零的有效分钟、小时不计入均值",
    clauses=_CLAUSES,
)
def nothing_emitted_is_no_value(patch: Patch) -> None:
    """Nought was how an analyser said that it was off."""
    whole, beside = stacks.mean, stacks.between

    def mean(masses: Sequence[Fraction], of: int) -> Fraction:
        return whole([each for each in masses if each] or masses, of)

    def between(masses: Sequence[Fraction]) -> Fraction:
        return beside([each for each in masses if each] or masses)

    patch(stacks, "mean", mean)
    patch(stacks, "between", between)


@defect(
    "last-hour-stands-for-failure",
    en="the last valid hour, not the largest, stands for a failure",
    zh="以最近一个有效小时值而非最大值替代",
    clauses=_CLAUSES,
)
def last_hour_stands(patch: Patch) -> None:
    """The rule is there to make failures dear."""
    patch(stacks, "largest", lambda masses: masses[-1])


@defect(
    "substitute-without-valid-hours",
    en="failures are stood in for however few hours of the quarter are valid",
    zh="季度有效率再低也自动替代",
    clauses=_CLAUSES,
)
def substitute_without_valid_hours(patch: Patch) -> None:
    """Nothing is left that bears it out."""

    def window(config: StackConfig, rate: Fraction, hours: int) -> int:
        del rate, hours
        return config.hours_poor

    patch(stacks, "window", window)


@defect(
    "three-quarters-are-too-few",
    en="where exactly three quarters of the quarter's hours are valid nothing stands for a failed one",
    zh="季度有效率恰为 75 % 时不替代无效小时",
    clauses=_CLAUSES,
)
def three_quarters_are_too_few(patch: Patch) -> None:
    """The limit itself is taken for below it."""
    whole = stacks.window

    def window(config: StackConfig, rate: Fraction, hours: int) -> int:
        return whole(config, rate, hours) if 100 * rate > Fraction(config.poor_percent) else 0

    patch(stacks, "window", window)


@defect(
    "substitute-as-measured",
    en="what stands for a failed hour is shown as measured",
    zh="替代值表现为实测值",
    clauses=_CLAUSES,
)
def substitute_as_measured(patch: Patch) -> None:
    """Nobody can tell it from a measured one."""
    whole = Emissions.work_out

    def work_out(self: Emissions, connection: apsw.Connection, period: Period, name: str) -> Outcome | None:
        found = whole(self, connection, period, name)
        if found is None or found.mass is None or name != "stack":
            return found
        return replace(found, flag="N", cause="")

    patch(Emissions, "work_out", work_out)


@defect(
    "hour-before-stands-for-failure",
    en="the valid hour before a failure, not the mean of those on either side, stands for its hours",
    zh="以失效前的有效小时值而非前后均值替代",
    clauses=_CLAUSES,
)
def hour_before_stands(patch: Patch) -> None:
    """What came after is not looked at."""
    patch(stacks, "between", lambda masses: masses[0])


@defect(
    "hour-stands-before-the-failure-ends",
    en="the hour before stands for a failed one at once, before the failure is over",
    zh="失效未结束即以前一小时值替代",
    clauses=_CLAUSES,
)
def stands_before_the_end(patch: Patch) -> None:
    """Nobody waits for the instrument."""
    whole = stacks.substitute

    def substitute(config: StackConfig, hours: Mapping[int, stacks.Hour], at_s: int) -> stacks.Substitute:
        found = whole(config, hours, at_s)
        before = [each.mass for start_s, each in sorted(hours.items()) if start_s < at_s and each.valid]
        return found if found.mass is not None or not before else stacks.Substitute(before[-1], found.cause)

    patch(stacks, "substitute", substitute)


@defect(
    "failed-calibration-ignored",
    en="a calibration that was not passed changes nothing",
    zh="校准不合格对排放量无任何影响",
    clauses=_CLAUSES,
)
def failed_calibration_ignored(patch: Patch) -> None:
    """It is kept, and nobody draws the consequence."""

    def lost_control(connection: apsw.Connection, source: str, config: StackConfig, start_s: int, end_s: int) -> str:
        del connection, source, config, start_s, end_s
        return ""

    patch(emissions, "lost_control", lost_control)


@defect(
    "withdrawn-emissions-still-summed",
    en="an emission that has become unknown is still counted by sums over any stretch",
    zh="已作废的排放量仍计入任意时段合计",
    clauses=_CLAUSES,
)
def withdrawn_still_summed(patch: Patch) -> None:
    """The record is revised; what is added up is another table, which has no marks."""
    patch(emissions, "_FORGET", "DELETE FROM emission WHERE 0 AND span=? AND start_s=? AND point=?")
    patch(tally, "_ROWS", tally._ROWS.replace("r.flag", "'N'"))


@defect(
    "days-of-mended-hours-left-alone",
    en="an hour that is stood in for later is not taken into its day",
    zh="小时值后补后，所属日值不重新计算",
    clauses=_CLAUSES,
)
def days_left_alone(patch: Patch) -> None:
    """The day was told already."""

    def above(self: Emissions, period: Period, names: Sequence[str]) -> list[Period]:
        del self, period, names
        return []

    patch(Emissions, "_above", above)


@defect(
    "out-of-control-since-it-was-found",
    en="what was measured is doubted since a calibration failed, not since the last that was passed",
    zh="失控时段自发现不合格起算，而非自上次合格校准起算",
    clauses=_CLAUSES,
)
def out_of_control_since_found(patch: Patch) -> None:
    """Nobody knows since when the instrument drifts."""

    def since(connection: apsw.Connection, source: str, at_s: int) -> None:
        del connection, source, at_s

    patch(calibrations, "since", since)


@defect(
    "drift-at-its-limit-fails",
    en="a drift at its limit is out of control",
    zh="漂移等于限值即判失控",
    clauses=_CLAUSES,
)
def drift_at_limit_fails(patch: Patch) -> None:
    """Hours are lost that were measured well."""

    def is_beyond(drift: Decimal, limit: Decimal) -> bool:
        return abs(drift) >= limit

    patch(calibrations, "is_beyond", is_beyond)


@defect(
    "zero-drift-alone-counts",
    en="only the drift of zero is looked at",
    zh="只看零点漂移，不看量程漂移",
    clauses=_CLAUSES,
)
def zero_drift_alone(patch: Patch) -> None:
    """The span may be wrong by any amount."""

    def cause(self: calibrations.Calibration, config: StackConfig) -> str:
        return calibrations.OUT_OF_CONTROL if abs(self.zero) > config.out_zero else ""

    patch(calibrations.Calibration, "cause", cause)
