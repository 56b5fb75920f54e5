# pyright: reportPrivateUsage=false
"""Defects of processing: periods, totals, counters, limits.

Leaves what goes out as a record to `egress_defects`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from conformance.defects import Patch, defect
from conformance.defects.seams import changes_added, changes_closed
from reference_terminal.acquisition.modbus import decode as decoding
from reference_terminal.model import numbers
from reference_terminal.model import reading as readings
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Record, Replacement
from reference_terminal.model.times import DAY, HOUR, MINUTE, floor_s
from reference_terminal.processing import counter
from reference_terminal.processing.counter import CounterTracker, Step
from reference_terminal.processing.interval import Boundary, IntervalBuilder, Open
from reference_terminal.processing.pipeline import Pipeline, PointState
from reference_terminal.settings.digits import DigitsPlace
from reference_terminal.settings.meters import PointConfig
from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.packets import Channel

# Totals


@defect(
    "days-in-whole-units",
    en="the day's total is kept in whole units",
    zh="日合计取整",
    clauses=("isc-2/7.3a", "isc-2/7.3b", "csmt/8.2.1a", "csmt/8.2.1h"),
)
def days_in_whole_units(patch: Patch) -> None:
    """The day is rounded for the bill before it is sent, so that 24 hours do not add up to it."""
    _rounds(patch, DAY.code, 0)


@defect(
    "hours-rounded",
    en="hourly totals are rounded to one decimal, quarters are not",
    zh="小时合计保留一位小数，刻钟值不舍入",
    clauses=("isc-2/7.3a", "isc-2/7.3b", "csmt/8.2.1a", "csmt/8.2.1b"),
)
def hours_rounded(patch: Patch) -> None:
    """Each class is rounded by itself for its own column of the report."""
    _rounds(patch, HOUR.code, 1)


def _rounds(patch: Patch, span: int, decimals: int) -> None:
    """Round the counters' increments of one class (its length in s) to so many decimals."""

    def short(each: Open, record: Record) -> None:
        if record.value is not None and record.span == span:
            record.value = numbers.text(numbers.rounded(Decimal(record.value), decimals))

    changes_closed(patch, short)


@defect(
    "boundary-counted-twice",
    en="the increment across a boundary is counted in both periods",
    zh="边界处增量在前后两个时段重复计入",
    clauses=("isc-2/7.3b", "csmt/8.2.1a", "csmt/8.2.1h"),
)
def boundary_counted_twice(patch: Patch) -> None:
    """A period opens with the reading before its boundary, for fear of losing something."""
    real = IntervalBuilder._set_opening
    before: dict[int, tuple[Boundary | None, Boundary | None]] = {}

    def opening(self: IntervalBuilder, each: Open, boundary: Boundary | None, cause: str) -> None:
        older = before.get(self.point, (None, None))[0]
        real(self, each, older if boundary is not None and older is not None else boundary, cause)

    added = IntervalBuilder.add

    def add(
        self: IntervalBuilder,
        reading: Reading,
        total: Decimal | None,
        increment: Decimal | None,
        skipped: str,
        broken: bool,
    ) -> list[Record]:
        if total is not None and reading.value is not None:
            before[self.point] = (
                before.get(self.point, (None, None))[1],
                Boundary(numbers.text(reading.value), total),
            )
        return added(self, reading, total, increment, skipped, broken)

    patch(IntervalBuilder, "_set_opening", opening)
    patch(IntervalBuilder, "add", add)


# Minute values


@defect(
    "no-minute-at-the-full-hour",
    en="the minute that ends with the hour is not kept",
    zh="整点结束的分钟值未保存",
    clauses=("isc-2/7.2.3-A(3)g", "isc-2/9.4a"),
)
def no_minute_at_the_full_hour(patch: Patch) -> None:
    """Minute and hour go into one slot of the buffer, and the hour comes last."""
    whole = Store.add_records

    def add(self: Store, records: Sequence[Record]) -> None:
        hours = any(record.span == HOUR.code for record in records)
        whole(self, [record for record in records if not (hours and record.span == MINUTE.code)])

    patch(Store, "add_records", add)


@defect(
    "minutes-shown-late",
    en="minute values can be read only three minutes after their end",
    zh="分钟值在结束三分钟后才可读取",
    clauses=("isc-2/7.2.3-A(3)g", "isc-2/9.4a"),
)
def minutes_shown_late(patch: Patch) -> None:
    """The page of the local interface is made by a task that runs behind the data."""
    whole = Store.records

    def records(self: Store, span: int, point: int, from_s: int, to_s: int, limit: int) -> list[Record]:
        newest = self._row("SELECT max(end_s) FROM record WHERE span=?", (span,))[0] or 0
        return [record for record in whole(self, span, point, from_s, to_s, limit) if record.end_s <= newest - 180]

    patch(Store, "records", records)


@defect(
    "closing-of-the-minute-before",
    en="the cumulative value of a minute is the one of its start",
    zh="分钟累计值取自该分钟起点",
    clauses=("isc-2/7.2.3-A(3)g",),
)
def closing_of_the_minute_before(patch: Patch) -> None:
    """The register is copied before the poll that ends the minute has come back."""

    def early(each: Open, record: Record) -> None:
        record.closing = record.opening

    changes_closed(patch, early)


@defect(
    "cumulative-begins-anew-each-hour",
    en="the cumulative value begins at nought with every hour",
    zh="累计值每小时清零",
    clauses=("isc-2/7.2.3-A(3)g",),
)
def cumulative_begins_anew_each_hour(patch: Patch) -> None:
    """What is shown as cumulative is the running total of the current hour."""
    first: dict[tuple[int, int], Decimal] = {}

    def since_the_hour(each: Open, record: Record) -> None:
        if record.opening is not None and record.closing is not None:
            hour = (record.point, floor_s(each.start_s, HOUR.code))
            base = first.setdefault(hour, Decimal(record.opening))
            record.closing = numbers.text(Decimal(record.closing) - base)

    changes_closed(patch, since_the_hour)


# Counters


@defect(
    "modulus-one-step-short",
    en="the largest value shown is taken for the range of a counter",
    zh="以最大显示值作为计数器模数，少一个末位",
    clauses=("csmt/8.2.2a", "csmt/8.2.2b"),
)
def modulus_one_step_short(patch: Patch) -> None:
    """9999 in place of 10000: every rollover loses one unit of the last digit (F7 of the meters)."""
    exact = CounterTracker.wrapped

    def wrapped(self: CounterTracker, before: Decimal, value: Decimal, modulus: Decimal) -> Decimal:
        exponent = value.as_tuple().exponent
        return exact(self, before, value, modulus) - Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)

    patch(CounterTracker, "wrapped", wrapped)


@defect(
    "digits-without-full-scale",
    en="a counter in digits has no full scale unless its settings say one",
    zh="未配置模数的数字式表计没有满度值",
    clauses=("csmt/8.2.2a", "csmt/8.2.2b"),
)
def digits_without_full_scale(patch: Patch) -> None:
    """That its digits say where it starts again was nobody's question."""
    patch(DigitsPlace, "modulus", lambda self, kind: None)


@defect(
    "rollover-taken-for-reset",
    en="a rollover is taken for a reset and its increment dropped",
    zh="将满度回零误判为复位并丢弃增量",
    clauses=("csmt/8.2.2a", "csmt/8.2.2b"),
)
def rollover_taken_for_reset(patch: Patch) -> None:
    """A guard that refuses every decrease (F8 of the meters)."""
    patch(CounterTracker, "is_rollover", lambda self, wrapped, elapsed_s, modulus: False)


@defect(
    "range-of-32-bits",
    en="every counter rolls over at 32 bits, whatever its display shows",
    zh="所有计数器均按 32 位满度处理",
    clauses=("csmt/8.2.2a", "csmt/8.2.2b"),
)
def range_of_32_bits(patch: Patch) -> None:
    """The width of the register is taken for the range of the count."""
    exact = CounterTracker.wrapped

    def wrapped(self: CounterTracker, before: Decimal, value: Decimal, modulus: Decimal) -> Decimal:
        return exact(self, before, value, Decimal(2**32).scaleb(-2))

    patch(CounterTracker, "wrapped", wrapped)
    patch(CounterTracker, "is_rollover", lambda self, wrapped, elapsed_s, modulus: True)


@defect(
    "every-fall-is-a-rollover",
    en="every fall of a counter is taken for a rollover",
    zh="计数器任何回落均按满度回零处理",
    clauses=("csmt/8.2.2a", "isc-2/7.2.3-B(3)b"),
)
def every_fall_is_a_rollover(patch: Patch) -> None:
    """No look at what the plant can consume: a reset yields almost the whole range as consumption."""
    patch(CounterTracker, "is_rollover", lambda self, wrapped, elapsed_s, modulus: True)


@defect(
    "negative-increments",
    en="a fall of a counter yields a negative increment",
    zh="计数器回落产生负增量",
    clauses=("csmt/8.2.2a", "csmt/8.2.2b", "isc-2/7.2.3-B(3)b"),
)
def negative_increments(patch: Patch) -> None:
    """Closing minus opening, and nothing else."""

    def step(self: CounterTracker, value: Decimal, slot_s: int, replacement: Replacement | None) -> Step:
        before, self.value, self.slot_s, self.total = self.value, value, slot_s, value
        return Step(
            value, counter.FIRST if before is None else counter.NORMAL, None if before is None else value - before
        )

    patch(CounterTracker, "step", step)


@defect(
    "reset-unmarked",
    en="after a reset the period has no value, but the flag says all is well",
    zh="复位时段无数值但标记仍为正常",
    clauses=("csmt/8.2.2a", "isc-2/7.2.3-B(3)b"),
)
def reset_unmarked(patch: Patch) -> None:
    """The cause is kept in the store but was left out of the table of flags."""
    patch(readings, "_FLAGS", {**readings._FLAGS, readings.RESET: "N"})


@defect(
    "reset-unlogged",
    en="rollover, reset and replacement leave no entry in the log",
    zh="满度、复位、换表均不记入日志",
    clauses=("isc-2/7.2.3-B(3)b",),
)
def reset_unlogged(patch: Patch) -> None:
    """The log was written for communication only."""

    def silent(
        self: Pipeline, state: PointState, kind: str, before: Decimal | None, value: Decimal, reading: Reading
    ) -> None:
        return None

    patch(Pipeline, "_tell_step", silent)


@defect(
    "replacement-not-used",
    en="a recorded replacement is kept and not used",
    zh="登记的换表信息未参与计算",
    clauses=("csmt/8.2.2a", "csmt/8.2.1a"),
)
def replacement_not_used(patch: Patch) -> None:
    """The entry goes to the log book, and the counter falls as if the old meter had been reset."""
    patch(Pipeline, "replacement_for", lambda self, state, tracker, slot_s: None)


@defect(
    "old-meter-forgotten",
    en="across a replacement only the new meter counts",
    zh="换表时仅计新表用量，遗漏旧表剩余量",
    clauses=("csmt/8.2.2a", "csmt/8.2.1a"),
)
def old_meter_forgotten(patch: Patch) -> None:
    """What the old meter counted between its last reading and its removal is lost."""

    def across(self: CounterTracker, before: Decimal, value: Decimal, entry: Replacement) -> Decimal:
        return value - Decimal(entry.initial_new)

    patch(CounterTracker, "across_replacement", across)


# Limits


@defect(
    "limits-not-looked-at",
    en="the limits of an instrument are not looked at",
    zh="不检查仪表量程上下限",
    clauses=("csmt/8.1.1a", "csmt/8.1.1b", "csmt/8.1.1c", "isc-2/7.2.3-B(3)b"),
)
def limits_not_looked_at(patch: Patch) -> None:
    """The limits can be configured, and that is all."""
    patch(decoding, "in_range", lambda config, value: True)


@defect(
    "minimum-not-looked-at",
    en="the lower limit of an instrument is not looked at",
    zh="不检查仪表量程下限",
    clauses=("csmt/8.1.1a", "csmt/8.1.1b"),
)
def minimum_not_looked_at(patch: Patch) -> None:
    """Only too much is feared."""
    patch(decoding, "in_range", lambda config, value: config.maximum is None or value <= config.maximum)


@defect(
    "maximum-not-looked-at",
    en="the upper limit of an instrument is not looked at",
    zh="不检查仪表量程上限",
    clauses=("csmt/8.1.1a", "csmt/8.1.1c"),
)
def maximum_not_looked_at(patch: Patch) -> None:
    """The field of the upper limit was left out of the comparison."""
    patch(decoding, "in_range", lambda config, value: config.minimum is None or value >= config.minimum)


@defect(
    "limits-themselves-refused",
    en="a reading equal to a limit counts as out of range",
    zh="等于限值的读数被判为超限",
    clauses=("csmt/8.1.1a", "csmt/8.1.1b"),
)
def limits_themselves_refused(patch: Patch) -> None:
    """< in place of <=."""

    def inside(config: PointConfig, value: Decimal) -> bool:
        return (config.minimum is None or value > config.minimum) and (config.maximum is None or value < config.maximum)

    patch(decoding, "in_range", inside)


@defect(
    "marked-but-sent-as-valid",
    en="readings out of range are marked in the store and sent as valid",
    zh="超限读数本地已标记但仍按正常上传",
    clauses=("csmt/8.1.1c", "isc-2/7.2.3-B(3)b"),
)
def marked_but_sent_as_valid(patch: Patch) -> None:
    """The check was added to the store; the packets are still made of the values as read."""

    def item(channel: Channel, reading: Reading, data_time: str) -> str:
        if reading.value is None:
            return f"{channel.code}-Flag={readings.flag_of(reading.cause)}"
        return f"{channel.code}-Rtd={numbers.text(reading.value)},{channel.code}-Flag=N"

    patch(packets, "realtime_item", item)


@defect(
    "marked-but-averaged",
    en="readings out of range are marked and enter minimum, maximum and mean all the same",
    zh="超限读数虽已标记仍计入最大、最小及均值",
    clauses=("csmt/8.1.1c", "isc-2/7.2.3-B(3)b"),
)
def marked_but_averaged(patch: Patch) -> None:
    """The statistics run over the column of values without looking at the column of states."""

    def taken(builder: IntervalBuilder, reading: Reading) -> Reading:
        if reading.cause == readings.RANGE and reading.value is not None:
            return msgspec.structs.replace(reading, quality=readings.GOOD, cause="")
        return reading

    changes_added(patch, taken)


@defect(
    "means-cut-off",
    en="means are cut off instead of rounded",
    zh="均值截断而非四舍五入",
    clauses=("isc-2/7.2.3d",),
)
def means_cut_off(patch: Patch) -> None:
    """The conversion to the printed decimals throws the rest away."""

    def mean(total: Decimal, count: int, decimals: int) -> Decimal:
        step = Decimal(1).scaleb(-decimals)
        return numbers.CONTEXT.multiply((total / count) // step, step)

    patch(numbers, "mean", mean)
