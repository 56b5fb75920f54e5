# pyright: reportPrivateUsage=false
"""Defects of the clock: what a step does to periods, counters, polling and the log.

Leaves refusing damaged clock commands to `protocol`. A defect that needs to know of steps counts them itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import changes_closed, changes_items, drops_items, hides_events
from reference_terminal.acquisition.poller import GatewayPoller, MeterPoller
from reference_terminal.hj212.message import Message
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import CLOCK_STEP, Reading
from reference_terminal.model.rows import Pending, Record
from reference_terminal.model.times import stamp
from reference_terminal.processing.interval import Boundary, IntervalBuilder, Open
from reference_terminal.processing.pipeline import Pipeline, PointState
from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212 import commands as command_module
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.commands import CommandSet
from reference_terminal.uplink.hj212.link import CentreLink


@dataclass
class _Steps:
    """How often the clock was stepped so far, and to which second (UTC) the last time."""

    count: int = 0
    to_s: int = 0
    back: bool = False


def _steps(patch: Patch) -> _Steps:
    steps = _Steps()

    def report(self: WallClock, before_ns: int, after_ns: int) -> None:
        steps.count += 1
        steps.to_s = after_ns // 1_000_000_000
        steps.back = after_ns < before_ns
        sound(self, before_ns, after_ns)

    sound = patch(WallClock, "_report", report)
    return steps


# The command


@defect(
    "clock-command-fails",
    en="1012 is accepted but not carried out",
    zh="校时命令已受理但未执行",
    clauses=("isc-2/7.3.1e",),
)
def clock_command_fails(patch: Patch) -> None:
    """The process that serves the centre has no right to set the clock."""

    async def refuse(self: CommandSet, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        return command_module.FAILED

    patch(CommandSet, "_set_clock", refuse)


@defect(
    "clock-step-unlogged",
    en="a clock step leaves no trace in the log",
    zh="时钟调整不记入日志",
    clauses=("isc-2/7.3.1e",),
)
def clock_step_unlogged(patch: Patch) -> None:
    """The log is for faults; setting the clock is taken for routine."""
    hides_events(patch, lambda kind, en: kind.startswith("clock") or "clock" in en)


# Periods


@defect(
    "open-period-sent-at-the-step",
    en="a clock step sends the period under way at once, and again with other content when it is over",
    zh="校时时立即上传未结束时段，结束后又以不同内容再传",
    clauses=("isc-2/7.3.1e",),
)
def open_period_sent_at_the_step(patch: Patch) -> None:
    """Data are saved before the clock is touched, under the key that the whole period will have."""

    async def set_clock(self: CommandSet, link: CentreLink, request: Message, fields: dict[str, str]) -> int:
        span = link.settings.spans()[0]
        start_s = span.start(self._clock.now_s())
        result = await sound(self, link, request, fields)
        last = self._store.period(span.code, start_s - span.code)
        items = packets.record_items(link.channels, last, link.reading_suffix)
        if items:
            await link.upload("2051", f"DataTime={stamp(start_s)}", items)
        return result

    sound = patch(CommandSet, "_set_clock", set_clock)


@defect(
    "step-booked-negative",
    en="the first period after a clock step is booked as a negative correction",
    zh="校时后首个时段记为负值冲减",
    clauses=("isc-2/7.3.1e",),
)
def step_booked_negative(patch: Patch) -> None:
    """What the step seems to have counted twice is taken off again in the period that follows."""
    steps = _steps(patch)
    booked: dict[tuple[int, int], int] = {}

    def take_off(each: Open, record: Record) -> None:
        key = (record.point, each.span.code)
        if record.value is not None and booked.get(key, 0) != steps.count:
            booked[key] = steps.count
            record.value = f"-{record.value}"

    changes_closed(patch, take_off)


@defect(
    "periods-run-from-the-step",
    en="after a clock step periods are counted from its second instead of the grid",
    zh="校时后时段以校时时刻起算，偏离整点",
    clauses=("isc-2/7.3.1e",),
)
def periods_run_from_the_step(patch: Patch) -> None:
    """A timer of fifteen minutes that is started anew by the clock command."""
    steps = _steps(patch)

    def late(record_start_s: int, record_end_s: int) -> str:
        shift_s = steps.to_s % 60 if record_start_s >= steps.to_s else 0
        return stamp(record_start_s + shift_s)

    patch(packets, "period_stamp", late)


@defect(
    "hour-after-step-discarded",
    en="what was recorded in the hour after a clock step is never sent",
    zh="校时后一小时内的数据不上传",
    clauses=("isc-2/7.3.1c",),
)
def hour_after_step_discarded(patch: Patch) -> None:
    """Data are held to be doubtful until the clock has proved steady, and are dropped instead of flagged."""
    steps = _steps(patch)
    drops_items(patch, lambda item: bool(steps.count) and steps.to_s <= item.end_s <= steps.to_s + 3600)


@defect(
    "opening-stays-at-the-step",
    en="after a clock step every period is counted from the register at the step",
    zh="校时后各时段均自校时时刻的读数起累计",
    clauses=("isc-2/7.3.1e", "csmt/8.2.1g"),
)
def opening_stays_at_the_step(patch: Patch) -> None:
    """The snapshot taken when the clock was set is restored at every boundary that follows."""
    steps = _steps(patch)
    kept: dict[tuple[int, int], tuple[int, Boundary]] = {}

    def opening(self: IntervalBuilder, each: Open, boundary: Boundary | None, cause: str) -> None:
        key = (self.point, each.span.code)
        if boundary is not None and steps.count:
            count, old = kept.get(key, (0, boundary))
            if count == steps.count:
                boundary = old
            kept[key] = (steps.count, boundary)
        sound(self, each, boundary, cause)

    sound = patch(IntervalBuilder, "_set_opening", opening)


@defect(
    "calibration-flag-after-step",
    en="after a clock step all data are flagged as calibration until the next start",
    zh="校时后所有数据一直标为校准状态",
    clauses=("isc-2/7.3.1c",),
)
def calibration_flag_after_step(patch: Patch) -> None:
    """The state entered for setting the clock is never left."""
    steps = _steps(patch)
    changes_items(patch, lambda channel, record, text: text.replace("-Flag=N", "-Flag=C") if steps.count else text)


@defect(
    "jumped-periods-filled",
    en="periods that a clock step jumped over are filled with shares of what was consumed",
    zh="被时钟跳过的时段以分摊值填补",
    clauses=("isc-2/7.3.1e",),
)
def jumped_periods_filled(patch: Patch) -> None:
    """No hole in the curve: every quarter-hour has a value, whether it ever was or not."""
    steps = _steps(patch)

    def fills(self: IntervalBuilder, skipped: str, length_s: int) -> bool:
        return True

    def empty(self: IntervalBuilder, span: Any, start_s: int, end_s: int, cause: str) -> Record:
        record: Record = sound(self, span, start_s, end_s, cause)
        if steps.count and self.counter and cause == CLOCK_STEP:
            record.value, record.flag, record.cause = "0.25", "N", ""
        return record

    patch(IntervalBuilder, "fills_skipped", fills)
    sound = patch(IntervalBuilder, "empty", empty)


@defect(
    "clock-back-stalls-polling",
    en="after the clock was set back nothing is polled until the old time is reached again",
    zh="时钟回拨后直至追上原时间才恢复采集",
    clauses=("isc-2/7.3.1c",),
)
def clock_back_stalls_polling(patch: Patch) -> None:
    """Waiting for an instant of the wall instead of a stretch of time."""

    def never(self: GatewayPoller, meter: MeterPoller, now_s: int) -> bool:
        return False

    patch(GatewayPoller, "went_back", never)


@defect(
    "clock-back-counts-again",
    en="after the clock was set back the periods of the same name are made and sent again with new content",
    zh="时钟回拨后同名时段重新生成并再次上传",
    clauses=("isc-2/7.3.1e",),
)
def clock_back_counts_again(patch: Patch) -> None:
    """Records are overwritten by key; what was sent before is forgotten."""
    steps = _steps(patch)

    def emit(self: IntervalBuilder, each: Open, closing: Boundary | None, cause: str, records: list[Record]) -> None:
        records.append(self.close(each, closing, cause))

    def accept(self: Pipeline, meter: int, readings: Sequence[Reading]) -> None:
        sound(self, meter, readings)
        if steps.count:
            for record in self._store._records:
                self._store.revise(record)

    def complete(self: Store, pending: Sequence[Pending], *, again: bool = False) -> None:
        enqueue(self, pending, again=True)

    patch(IntervalBuilder, "_emit", emit)
    sound = patch(Pipeline, "accept", accept)
    enqueue = patch(Store, "enqueue", complete)


@defect(
    "step-restarts-acquisition",
    en="a clock step restarts acquisition, which takes five minutes",
    zh="校时后采集程序重启，停采 5 分钟",
    clauses=("isc-2/7.3.1c",),
)
def step_restarts_acquisition(patch: Patch) -> None:
    """A watchdog compares wall times, takes the step for a hang and starts the process anew."""
    steps = _steps(patch)
    seen: dict[str, int] = {}

    async def poll(self: GatewayPoller, meter: MeterPoller) -> None:
        if seen.get(meter.config.gateway, 0) != steps.count:
            seen[meter.config.gateway] = steps.count
            await asyncio.sleep(300)
        await sound(self, meter)

    sound = patch(GatewayPoller, "_poll", poll)


@defect(
    "period-under-way-dropped-at-a-step",
    en="the period that was under way when the clock jumped is dropped without a word",
    zh="时钟跳变时正在进行的时段被无声丢弃",
    clauses=("isc-2/7.3.1c",),
)
def period_under_way_dropped_at_a_step(patch: Patch) -> None:
    """It would be neither whole nor of one time."""
    whole = IntervalBuilder._emit

    def emit(self: IntervalBuilder, each: Open, closing: Boundary | None, cause: str, records: list[Record]) -> None:
        if cause != CLOCK_STEP:
            whole(self, each, closing, cause, records)

    def miss(self: Pipeline, state: PointState, first_s: int, count: int, cause: str) -> None:
        if cause != CLOCK_STEP:
            missed(self, state, first_s, count, cause)

    missed = patch(Pipeline, "_miss", miss)
    patch(IntervalBuilder, "_emit", emit)


@defect(
    "counted-again-when-time-comes-round",
    en="what periods of a time set back have counted is counted again in the period that was under way",
    zh="时钟拨回后各时段已计的量，在恢复原时段时重复计入",
    clauses=("isc-2/7.3.1e",),
)
def counted_again_when_time_comes_round(patch: Patch) -> None:
    """The period goes on with the opening that it had."""
    patch(IntervalBuilder, "_count_off", lambda self, each, increment: None)


@defect(
    "step-wakes-nobody",
    en="who waits for an instant when the clock is set waits on as long as the old time had asked for",
    zh="时钟调整时，等待中的任务仍按原时间等待",
    clauses=("isc-2/7.3.1c",),
)
def step_wakes_nobody(patch: Patch) -> None:
    """The step is told, and timers were begun before it."""

    def report(self: WallClock, before_ns: int, after_ns: int) -> None:
        waiting, self._sleepers = self._sleepers, {}
        sound(self, before_ns, after_ns)
        self._sleepers = waiting

    sound = patch(WallClock, "_report", report)


@defect(
    "drift-taken-for-steps",
    en="each millisecond by which the clock drifts is taken for a step, and told of",
    zh="时钟每漂移 1 ms 即当作一次调整并记入日志",
    clauses=("isc-2/7.3.1e",),
)
def drift_taken_for_steps(patch: Patch) -> None:
    """A clock goes exactly, or it was set."""
    drifted: dict[WallClock, int] = {}

    def is_step(self: WallClock, difference_ns: int) -> bool:
        drifted[self] = drifted.get(self, 0) + difference_ns
        if abs(drifted[self]) < 1_000_000:
            return False
        drifted[self] = 0
        return True

    patch(WallClock, "is_step", is_step)
