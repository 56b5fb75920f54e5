# pyright: reportPrivateUsage=false
"""Defects of points that are computed from others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import apsw
import msgspec

from conformance.defects import Patch, defect
from conformance.defects.seams import changes_stored
from reference_terminal.model import numbers
from reference_terminal.model.reading import BAD, MISSED, Reading
from reference_terminal.model.rows import Record
from reference_terminal.processing import derivation, formula
from reference_terminal.processing.derivation import Derivation
from reference_terminal.processing.formula import Operand, Outcome
from reference_terminal.processing.pipeline import Pipeline
from reference_terminal.settings.derived import DIFFERENCE, PRODUCT, QUOTIENT, SHARE, SUM, DerivedConfig

_SUM = ("isc-2/7.2.3-B(2)-2", "isc-2/7.2.3-B(2)a", "csmt/8.3.2-2", "csmt/8.3.2a")
_EVERY, _BRANCHES, _HONEST = (
    f"formulas/{name}" for name in ("adds-every-source", "computes-from-typical-branches", "keeps-sums-honest")
)
_LATE, _BELT, _HOURLY = (
    f"formulas/{name}" for name in ("adds-late-data", "adds-belt-and-trucks", "adds-systems-hour-by-hour")
)


def _evaluates(
    patch: Patch,
    change: Callable[[DerivedConfig, Mapping[str, Operand]], tuple[DerivedConfig, Mapping[str, Operand]]],
) -> None:
    """Compute from another formula, or from other points' periods, than there are."""
    whole = derivation.evaluate

    def evaluate(told: DerivedConfig, operands: Mapping[str, Operand], length_s: int) -> Outcome:
        return whole(*change(told, operands), length_s)

    patch(derivation, "evaluate", evaluate)


@defect(
    "sum-without-last-point",
    en="a sum leaves out the last of its points",
    zh="求和遗漏最后一个监测点",
    clauses=_SUM,
)
def sum_without_last_point(patch: Patch) -> None:
    """The list is gone through to the last but one."""

    def change(told: DerivedConfig, operands: Mapping[str, Operand]) -> tuple[DerivedConfig, Mapping[str, Operand]]:
        if told.operation != SUM:
            return told, operands
        return replace(told, of=told.of[:-1], scales=told.scales[:-1]), operands

    _evaluates(patch, change)


@defect(
    "difference-without-last-point",
    en="a difference does not take off the last of its points",
    zh="求差遗漏最后一个监测点",
    clauses=("isc-2/7.2.3-B(2)-3", "isc-2/7.2.3-B(2)b", "csmt/8.3.2-3", "csmt/8.3.2b"),
)
def difference_without_last_point(patch: Patch) -> None:
    """The list is gone through to the last but one."""

    def change(told: DerivedConfig, operands: Mapping[str, Operand]) -> tuple[DerivedConfig, Mapping[str, Operand]]:
        if told.operation != DIFFERENCE:
            return told, operands
        return replace(told, of=told.of[:-1], scales=told.scales[:-1]), operands

    _evaluates(patch, change)


@defect(
    "sum-of-mixed-units",
    en="points in kWh and a result in MWh are computed without converting",
    zh="不同单位未换算即计算",
    clauses=("isc-2/7.2.3-B(2)-3", "csmt/8.3.2-3"),
)
def sum_of_mixed_units(patch: Patch) -> None:
    """The unit is a label only."""

    def change(told: DerivedConfig, operands: Mapping[str, Operand]) -> tuple[DerivedConfig, Mapping[str, Operand]]:
        if told.operation not in (SUM, DIFFERENCE):
            return told, operands
        return replace(told, scales=tuple(Fraction(1) for _ in told.scales)), operands

    _evaluates(patch, change)


@defect(
    "factor-cut-to-whole-number",
    en="the factor of a typical branch is cut to a whole number",
    zh="典型支路的倍数被截为整数",
    clauses=("isc-2/7.2.3-B(2)-4", "isc-2/7.2.3-B(2)c", "csmt/8.3.2-4", "csmt/8.3.2c"),
)
def factor_cut_to_whole_number(patch: Patch) -> None:
    """It is kept in a column of whole numbers."""

    def change(told: DerivedConfig, operands: Mapping[str, Operand]) -> tuple[DerivedConfig, Mapping[str, Operand]]:
        if told.operation != PRODUCT:
            return told, operands
        return replace(told, factor=Decimal(int(told.factor))), operands

    _evaluates(patch, change)


@defect(
    "quotient-cut-off",
    en="a quotient is cut off at its last digit in place of rounded",
    zh="求商结果截断而非四舍五入",
    clauses=("isc-2/7.2.3-B(2)-5", "csmt/8.3.2-5"),
)
def quotient_cut_off(patch: Patch) -> None:
    """Further digits are not printed."""
    whole = formula.computed

    def computed(told: DerivedConfig, records: list[Record], length_s: int) -> Decimal | None:
        if told.operation != QUOTIENT:
            return whole(told, records, length_s)
        exact = whole(replace(told, decimals=told.decimals + 3), records, length_s)
        return None if exact is None else exact.quantize(Decimal(1).scaleb(-told.decimals), ROUND_DOWN)

    patch(formula, "computed", computed)


@defect(
    "shares-all-alike",
    en="a quantity is shared out in equal parts, whatever the weights",
    zh="不按权重而平均分摊",
    clauses=("csmt/8.3.2-6", "csmt/8.3.2d"),
)
def shares_all_alike(patch: Patch) -> None:
    """What to share by is looked at only for its number."""

    def change(told: DerivedConfig, operands: Mapping[str, Operand]) -> tuple[DerivedConfig, Mapping[str, Operand]]:
        if told.operation != SHARE:
            return told, operands
        return replace(told, weights=tuple(Decimal(1) for _ in (*told.weights, *told.by))), operands

    _evaluates(patch, change)


@defect(
    "shares-rounded-each-alone",
    en="each share is rounded by itself, and the parts are not the whole",
    zh="各分摊量单独舍入，合计不等于总量",
    clauses=("csmt/8.3.2-6", "csmt/8.3.2d"),
)
def shares_rounded_each_alone(patch: Patch) -> None:
    """Whole times weight by all weights, rounded."""

    def share(told: DerivedConfig, fractions: Mapping[str, Fraction]) -> Decimal | None:
        keys = [Fraction(weight) for weight in told.weights] or [fractions[name] for name in told.by]
        total = sum(keys, Fraction(0))
        if total == 0:
            return None
        return numbers.rounded_fraction(fractions[told.of[0]] * keys[told.part - 1] / total, told.decimals)

    patch(formula, "share", share)


@defect(
    "integral-adds-samples",
    en="an integral is the sum of the samples, whatever time lies between them",
    zh="积分仅为采样值之和，未乘以时间间隔",
    clauses=("isc-2/7.2.3-B(2)-6", "csmt/8.3.2-7"),
)
def integral_adds_samples(patch: Patch) -> None:
    """As if every sample stood for an hour."""

    def integral(told: DerivedConfig, record: Record, length_s: int) -> Decimal:
        return numbers.rounded(Decimal(record.total or "0"), told.decimals)

    patch(formula, "integral", integral)


@defect(
    "computed-points-not-sent",
    en="what is computed stays in the terminal and goes to no centre",
    zh="计算所得数据不上传",
    clauses=("csmt/11.3c-9", "isc-2/7.2.2(2)d", "isc-2/7.2.3-B(2)-1", "csmt/8.3.2-1"),
)
def computed_points_not_sent(patch: Patch) -> None:
    """Only points of meters have a channel."""
    patch(Pipeline, "every", property(lambda self: self.points))


@defect(
    "computed-values-without-origin",
    en="nothing tells what a computed value was made of",
    zh="计算值未注明来源",
    clauses=("isc-2/7.2.3-B(2)-1", "csmt/8.3.2-1"),
)
def computed_values_without_origin(patch: Patch) -> None:
    """The result alone is kept."""

    def keep(self: Derivation, connection: apsw.Connection, record: Record, source: str) -> None:
        return None

    patch(Derivation, "_keep_source", keep)


@defect(
    "partial-sum-looks-whole",
    en="a sum leaves out points without a value and looks whole",
    zh="缺数的监测点被忽略，汇总表现为完整",
    clauses=_SUM,
)
def partial_sum_looks_whole(patch: Patch) -> None:
    """Nothing is added for nothing."""

    def change(told: DerivedConfig, operands: Mapping[str, Operand]) -> tuple[DerivedConfig, Mapping[str, Operand]]:
        filled = {
            name: operand
            if operand.record is None or operand.record.value is not None
            else replace(operand, record=msgspec.structs.replace(operand.record, value="0", flag="N", cause=""))
            for name, operand in operands.items()
        }
        return told, filled

    _evaluates(patch, change)


@defect(
    "sum-computed-once",
    en="a sum stays as it was first computed, whatever its points become afterwards",
    zh="汇总仅计算一次，来源数据修订后不更新",
    clauses=_SUM,
)
def sum_computed_once(patch: Patch) -> None:
    """A period that is stored is done with."""

    def revised(self: Derivation, connection: apsw.Connection, record: Record) -> list[Record]:
        return []

    patch(Derivation, "revised", revised)


@defect(
    "late-data-over-entries-of-sums",
    en="data that come late overwrite what a person has entered for the sum itself",
    zh="补入的数据覆盖对汇总值的人工录入",
    clauses=_SUM,
)
def late_data_over_entries_of_sums(patch: Patch) -> None:
    """An entry is a value like any other."""
    patch(derivation, "MANUAL_ENTRY", "")
    patch(derivation, "MADE_UP", "")


@defect(
    "sums-with-their-first-origin",
    en="a sum that is computed again is told with what it was made of at first",
    zh="汇总重新计算后，仍注明首次计算时的来源",
    clauses=("isc-2/7.3.1h", *_SUM),
)
def sums_with_their_first_origin(patch: Patch) -> None:
    """What a sum is made of is kept with it once."""

    def keep(self: Derivation, connection: apsw.Connection, record: Record, source: str) -> None:
        if not record.revision:
            whole(self, connection, record, source)

    whole = patch(Derivation, "_keep_source", keep)


@defect(
    "entries-in-sums-unmarked",
    en="a sum with an entry by hand in it is flagged as if it were measured",
    zh="含人工录入值的汇总未带标记",
    clauses=_SUM,
)
def entries_in_sums_unmarked(patch: Patch) -> None:
    """The flag of a sum is its own."""
    patch(formula, "carried", lambda records: formula.GOOD)


@defect(
    "sum-of-registers",
    en="a sum is made of register differences, which are wrong when a counter rolls over",
    zh="以表底差求和，计数器翻转时结果错误",
    clauses=_SUM,
)
def sum_of_registers(patch: Patch) -> None:
    """Closing less opening register of each point, whatever its increment is."""

    def taken(operand: Operand) -> Operand:
        record = operand.record
        if record is None or record.value is None or record.opening is None or record.closing is None:
            return operand
        value = numbers.text(Decimal(record.closing) - Decimal(record.opening))
        return replace(operand, record=msgspec.structs.replace(record, value=value))

    def change(told: DerivedConfig, operands: Mapping[str, Operand]) -> tuple[DerivedConfig, Mapping[str, Operand]]:
        return told, {name: taken(operand) for name, operand in operands.items()}

    _evaluates(patch, change)


@defect(
    "sums-end-with-first-restart",
    en="after a restart nothing is computed any more",
    zh="重启后不再计算",
    clauses=_SUM,
)
def sums_end_with_first_restart(patch: Patch) -> None:
    """Formulas are set up together with a new database only."""
    whole = Derivation.added

    def added(self: Derivation, connection: apsw.Connection, records: list[Record]) -> list[Record]:
        starts = connection.execute("SELECT count(*) FROM event WHERE kind='start'").fetchone()
        return [] if starts is not None and int(str(starts[0])) > 1 else whole(self, connection, records)

    patch(Derivation, "added", added)


@defect(
    "every-second-hour-not-read",
    en="a system that is to be read every hour is read every second hour",
    zh="设为每小时采集的系统实际两小时采集一次",
    clauses=("csmt/11.2b-2",),
)
def every_second_hour_not_read(patch: Patch) -> None:
    """The answer of every other hour is thrown away."""

    def change(reading: Reading) -> Reading:
        if reading.slot_s % 7200:
            return reading
        return msgspec.structs.replace(reading, quality=BAD, cause=MISSED, value=None)

    changes_stored(patch, change)


@defect(
    "halves-to-the-even-digit",
    en="means and quotients are rounded to the even digit",
    zh="均值与商按银行家舍入（逢五取偶）",
    clauses=("csmt/8.2.1a", "isc-2/7.2.3-B(2)-5", "csmt/8.3.2-5"),
)
def halves_to_the_even_digit(patch: Patch) -> None:
    """What the language does unless it is told otherwise."""
    _rounds(patch, ROUND_HALF_EVEN)


@defect(
    "halves-upwards",
    en="means below zero are rounded towards zero at a half",
    zh="负均值恰为末位之半时向零取值",
    clauses=("csmt/8.2.1a",),
)
def halves_upwards(patch: Patch) -> None:
    """A half is added and the rest cut off."""
    patch(numbers, "rounded", lambda value, decimals: _floor(value + Decimal(5).scaleb(-decimals - 1), decimals))


def _floor(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_FLOOR)


def _rounds(patch: Patch, rounding: str) -> None:
    def rounded(value: Decimal, decimals: int) -> Decimal:
        return value.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)

    def rounded_fraction(value: Fraction, decimals: int) -> Decimal:
        return rounded(Decimal(value.numerator) / Decimal(value.denominator), decimals)

    patch(numbers, "rounded", rounded)
    patch(numbers, "rounded_fraction", rounded_fraction)
