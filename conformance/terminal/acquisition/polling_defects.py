# pyright: reportPrivateUsage=false
"""Defects of acquisition: the polling grid, circuits behind one port, answers that are none, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from conformance.defects import Patch, defect
from conformance.defects.seams import forgets_last_meter
from reference_terminal.acquisition.driver import Poll
from reference_terminal.acquisition.modbus import decode as decoding
from reference_terminal.acquisition.modbus.blocks import Block
from reference_terminal.acquisition.modbus.client import GatewayClient, ReadFailed
from reference_terminal.acquisition.modbus.driver import BlockReader
from reference_terminal.acquisition.poller import GatewayPoller, MeterPoller
from reference_terminal.model import reading as readings
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Gap, Record
from reference_terminal.model.times import HOUR, Span, floor_s
from reference_terminal.processing.gaps import GapKeeper
from reference_terminal.processing.interval import Boundary, IntervalBuilder, Open
from reference_terminal.processing.pipeline import Pipeline, PointState

_PERIODS = ("isc-2/7.2.3-A(1)a", "isc-2/9.1a", "isc-2/9.1b", "isc-2/9.1c", "csmt/11.2-1")
GAPS = (
    "acquisition/records-gap-of-silent-meter",
    "acquisition/records-gap-of-refusing-meter",
    "acquisition/records-gap-of-foreign-answers",
    "acquisition/records-gap-of-late-answers",
    "acquisition/records-gap-of-truncated-answers",
    "acquisition/records-gap-of-garbled-answers",
    "acquisition/records-gap-of-marked-values",
)
_GAP = ("isc-2/7.2.3-A(1)b",)


@defect(
    "last-meter-left-out",
    en="the last meter behind a port is never polled",
    zh="同一接口下最后一块表从不采集",
    clauses=("isc-2/7.1.1a-3", "csmt/11.3a-1", *_PERIODS),
)
def last_meter_left_out(patch: Patch) -> None:
    """The table of meters has room for one less than may be configured."""
    forgets_last_meter(patch)


def _stretches_periods(patch: Patch, milliseconds: int) -> None:
    """Let every second of a polling period last so many milliseconds."""

    async def run(self: GatewayPoller) -> None:
        clock, meters = self._clock, self._meters
        due = {meter.number: meter.next_s * 1000 for meter in meters}
        try:
            while True:
                await clock.sleep_until(min(due.values()))
                for meter in meters:
                    if due[meter.number] <= clock.now_ms():
                        due[meter.number] += meter.config.period_s * milliseconds
                        slot_s = floor_s(clock.now_ms() // 1000, meter.config.period_s)
                        self._sink.accept(meter.number, await meter.read(slot_s, clock))
        finally:
            self._client.close()

    patch(GatewayPoller, "run", run)


@defect(
    "binary-ticks",
    en="the polling timer counts 1024 ticks to the second",
    zh="采集定时器按每秒 1024 个节拍计时",
    clauses=_PERIODS,
)
def binary_ticks(patch: Patch) -> None:
    """A timer of 1000 ticks a second is programmed with powers of two, and every period is 2.4 % too long."""
    _stretches_periods(patch, 1024)


@defect(
    "every-seventh-cycle-skipped",
    en="every seventh polling cycle is left out in silence",
    zh="每七个采集周期无提示地漏采一次",
    clauses=_PERIODS,
)
def every_seventh_cycle_skipped(patch: Patch) -> None:
    """The polling task spends a cycle on its weekly table of seven without asking anybody."""
    whole = GatewayPoller._poll
    turns: dict[int, int] = {}

    async def poll(self: GatewayPoller, meter: MeterPoller) -> None:
        turn = turns[meter.number] = turns.get(meter.number, 0) + 1
        if turn % 7:
            await whole(self, meter)
            return
        period_s = meter.config.period_s
        meter.next_s = floor_s(self._clock.now_s(), period_s) + period_s

    patch(GatewayPoller, "_poll", poll)


@defect(
    "hours-made-up-between-polls",
    en="with slow polling the last reading stands in for every hour in between",
    zh="采集周期较长时以上一读数顶替其间各小时的数值",
    clauses=("isc-2/9.1c", "isc-2/7.2.3-A(1)b"),
)
def hours_made_up_between_polls(patch: Patch) -> None:
    """Hours without a reading get the increment of a register that stood still: nought, flag N."""
    real = Span.holds

    def holds(self: Span, step_s: int) -> bool:
        return self == HOUR or real(self, step_s)

    def empty(self: IntervalBuilder, span: Span, start_s: int, end_s: int, cause: str) -> Record:
        return Record(span.code, start_s, self.point, end_s, None, None, "0", "0", "0", 0, "0", "N", "")

    patch(Span, "holds", holds)
    patch(IntervalBuilder, "empty", empty)


@defect(
    "circuits-in-order-of-text",
    en="circuits are numbered in the order of their names as text",
    zh="回路按名称文本顺序编号，导致串点",
    clauses=("isc-2/7.1.1a-3", "csmt/11.3a-1", "csmt/11.3b-1"),
)
def circuits_in_order_of_text(patch: Patch) -> None:
    """Circuit 10 is sorted before circuit 2, so that values stand on another circuit's point."""
    whole = Pipeline.accept

    def accept(self: Pipeline, meter: int, found: Sequence[Reading]) -> None:
        by_text = sorted(range(len(self.meter_points)), key=str)
        whole(self, by_text.index(meter), found)

    patch(Pipeline, "accept", accept)


@defect(
    "no-gap-noted",
    en="failed readings leave no trace",
    zh="采集失败不留任何记录",
    clauses=_GAP,
)
def no_gap_noted(patch: Patch) -> None:
    """A failed poll is dropped and the next one waited for; nobody writes the gap down."""

    def miss(self: GapKeeper, first_s: int, count: int, cause: str) -> bool:
        return False

    patch(GapKeeper, "miss", miss)


@defect(
    "gaps-by-whole-hours",
    en="gaps are recorded from full hour to full hour",
    zh="缺失时段按整点记录起止",
    clauses=_GAP,
)
def gaps_by_whole_hours(patch: Patch) -> None:
    """The record of gaps is a table of hours, so that start and end are an hour wide of the mark."""
    begins, ends = GapKeeper.miss, GapKeeper.good

    def miss(self: GapKeeper, first_s: int, count: int, cause: str) -> bool:
        return begins(self, floor_s(first_s, 3600), count, cause)

    def good(self: GapKeeper, slot_s: int, value: Decimal, total: Decimal | None, broken: bool) -> Gap | None:
        gap = ends(self, slot_s, value, total, broken)
        if gap is not None:
            gap.end_s = floor_s(slot_s, 3600) + 3600
            self._keep(gap)
        return gap

    patch(GapKeeper, "miss", miss)
    patch(GapKeeper, "good", good)


@defect(
    "gap-at-every-hour",
    en="the first reading of every hour is recorded as missing",
    zh="每小时首次采集被误记为缺失",
    clauses=_GAP,
)
def gap_at_every_hour(patch: Patch) -> None:
    """The count of polls is cleared at the change of the hour before it is compared with what was due."""
    whole = Pipeline.take

    def take(self: Pipeline, state: PointState, reading: Reading, skipped: str) -> list[Record]:
        slot_s = reading.slot_s
        records = whole(self, state, reading, skipped)
        if slot_s % 3600 == 0 and reading.good:
            state.gap.miss(slot_s, 1, readings.MISSED)
        return records

    patch(Pipeline, "take", take)


@defect(
    "repeats-last-value",
    en="when a meter cannot be read its last value is stored again",
    zh="表计无法读取时重复存储上一数值",
    clauses=(*_GAP, "cpcif/8.2b"),
)
def repeats_last_value(patch: Patch) -> None:
    """The table of current values is sampled at every cycle, whether or not anybody refreshed it."""
    whole = Pipeline.take
    last: dict[int, Decimal] = {}

    def take(self: Pipeline, state: PointState, reading: Reading, skipped: str) -> list[Record]:
        if reading.quality == readings.GOOD and reading.value is not None:
            last[reading.point] = reading.value
        elif reading.value is None and reading.point in last:
            reading.value, reading.quality, reading.cause = last[reading.point], readings.GOOD, ""
        return whole(self, state, reading, skipped)

    patch(Pipeline, "take", take)


@defect(
    "one-register-fails-them-all",
    en="where one block of a meter cannot be read, the values of its other blocks are dropped too",
    zh="表计的某一寄存器块读取失败时，同一表计其余各块的数据也被丢弃",
    clauses=_GAP,
)
def one_register_fails_them_all(patch: Patch) -> None:
    """A poll is a success or a failure, nothing between."""

    async def read(
        self: BlockReader, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None
    ) -> Poll:
        poll = await whole(self, slot_s, clock, retries, wait_s)
        bad = next((each for each in poll.readings if not each.good), None)
        if bad is not None:
            for each in poll.readings:
                each.value, each.raw, each.quality, each.cause = None, "", bad.quality, bad.cause
        return poll

    whole = patch(BlockReader, "read", read)


@defect(
    "answers-counted-without-the-failed",
    en="where one block of a meter cannot be read, its points get the octets of the next block",
    zh="表计的某一寄存器块读取失败时，其监测点误取下一块的数据",
    clauses=_GAP,
)
def answers_counted_without_the_failed(patch: Patch) -> None:
    """Answers stand in a list, and blocks are counted through it."""

    def reading(
        self: BlockReader,
        point: decoding.PointPlan,
        slot_s: int,
        at_ms: int,
        answers: list[bytes],
        failed: list[ReadFailed | None],
    ) -> Reading:
        came = [each for each in answers if each]
        if came and len(came) < len(answers):
            answers, failed = [*came, *came[-1:] * (len(answers) - len(came))], [None] * len(failed)
        return whole(self, point, slot_s, at_ms, answers, failed)

    whole = patch(BlockReader, "_reading", reading)


@defect(
    "unread-registers-as-zero",
    en="registers that could not be read count as zero",
    zh="未能读取的寄存器按零处理",
    clauses=_GAP,
)
def unread_registers_as_zero(patch: Patch) -> None:
    """The buffer is cleared before the request and the return code of the read is not looked at."""
    whole = GatewayClient.read

    async def read(self: GatewayClient, unit: int, block: Block, retries: int, wait_s: float | None = None) -> bytes:
        try:
            return await whole(self, unit, block, retries, wait_s)
        except ReadFailed as failure:
            if failure.illegal_address:
                raise
            return bytes(2 * block.count)

    patch(GatewayClient, "read", read)


@defect(
    "mark-of-no-value-as-number",
    en="a device's mark for no value is taken for a number",
    zh="将设备的无效标志值当作数值",
    clauses=_GAP,
)
def mark_of_no_value_as_number(patch: Patch) -> None:
    """Sentinels such as 7FFFFFFF and NaN are published as values (facts of the meters, F10)."""
    real = decoding.number

    def is_sentinel(plan: decoding.PointPlan, raw: str) -> bool:
        return False

    def number(raw: bytes, kind: str) -> Decimal:
        try:
            return real(raw, kind)
        except decoding.BadContent:
            return Decimal(0)

    patch(decoding, "is_sentinel", is_sentinel)
    patch(decoding, "number", number)


def ignore_transactions(patch: Patch) -> None:
    """Let the client take any answer of the right unit, whatever its transaction number."""
    whole = GatewayClient.__init__

    def made(self: GatewayClient, *args: Any) -> None:
        whole(self, *args)
        framer: Any = self._client.ctx.framer
        decode = framer.decode

        def without_number(data: bytes) -> tuple[int, int, int, bytes]:
            length, unit, _, pdu = decode(data)
            return length, unit, 0, pdu

        framer.decode = without_number

    def answers(self: GatewayClient, request: Any, answer: Any) -> bool:
        return bool(answer.dev_id == request.dev_id)

    patch(GatewayClient, "__init__", made)
    patch(GatewayClient, "answers", answers)


@defect(
    "transaction-number-ignored",
    en="answers with another transaction's number are taken",
    zh="采用事务号不符的应答",
    clauses=_GAP,
)
def transaction_number_ignored(patch: Patch) -> None:
    """Done in the field for gateways that put their own counter there; then nobody's answer is everybody's (F2)."""
    ignore_transactions(patch)


@defect(
    "late-answer-taken-for-the-next",
    en="an answer after the time-out is taken for the answer to the next question",
    zh="将超时后的应答当作下一请求的应答",
    clauses=_GAP,
)
def late_answer_taken_for_the_next(patch: Patch) -> None:
    """The socket's buffer is not emptied before a request and the transaction number is not compared."""
    ignore_transactions(patch)
    numberless = GatewayClient.__init__

    def made(self: GatewayClient, *args: Any) -> None:
        numberless(self, *args)
        manager: Any = self._client.ctx
        take, send = manager.callback_data, manager.pdu_send
        kept: list[bytes] = []

        def arrives(data: bytes, addr: Any = None) -> int:
            if manager.response_future.done():
                kept.append(data)
                return len(data)
            return int(take(data, addr))

        def ask(pdu: Any, addr: Any = None) -> None:
            send(pdu, addr)
            if kept:
                take(kept.pop(0))

        manager.callback_data, manager.pdu_send = arrives, ask

    patch(GatewayClient, "__init__", made)


@defect(
    "period-closed-with-next-reading",
    en="a period whose boundary was not read is closed with the next reading there is",
    zh="边界未读到时用其后最近的读数结算时段",
    clauses=(*_GAP, "isc-2/7.2.3-B(3)b"),
)
def period_closed_with_next_reading(patch: Patch) -> None:
    """Whatever comes first after the boundary closes the period, an hour late or not, and the flag says N."""
    real = IntervalBuilder._cross

    def cross(
        self: IntervalBuilder,
        each: Open,
        reading: Reading,
        boundary: Boundary | None,
        skipped: str,
        records: list[Record],
    ) -> None:
        if self.counter and boundary is None:
            return
        if reading.slot_s > each.end_s:
            at_end = msgspec.structs.replace(reading, slot_s=each.end_s)
            real(self, each, at_end, boundary, skipped, records)
        if reading.slot_s >= each.end_s:
            real(self, each, reading, boundary, skipped, records)

    def expire(self: IntervalBuilder, span: Span, start_s: int, cause: str) -> list[Record]:
        return []

    patch(IntervalBuilder, "_cross", cross)
    patch(IntervalBuilder, "expire", expire)


@defect(
    "polling-stops",
    en="polling stops after a while and nobody notices",
    zh="轮询运行一段时间后停止且无提示",
    clauses=("isc-2/9.1a", "isc-2/9.1b"),
)
def polling_stops(patch: Patch) -> None:
    """A count of polls in seven bits with a sign: after 127 the next one never becomes due."""
    whole = GatewayPoller._poll
    count: dict[int, int] = {}

    async def poll(self: GatewayPoller, meter: MeterPoller) -> None:
        count[meter.number] = count.get(meter.number, 0) + 1
        if count[meter.number] <= 127:
            await whole(self, meter)
        else:
            meter.next_s += 1_000_000

    patch(GatewayPoller, "_poll", poll)


@defect(
    "period-much-too-long",
    en="the pause after a poll is added to the period",
    zh="采集周期在轮询结束后另加停顿",
    clauses=_PERIODS,
)
def period_much_too_long(patch: Patch) -> None:
    """A pause of 30 % of the period follows every poll, and the period is counted from its end."""
    _stretches_periods(patch, 1300)


@defect(
    "one-register-of-a-mark-enough",
    en="a number counts as no value as soon as one of its registers looks like the mark",
    zh="任一寄存器与无效标志相同即判为无效值",
    clauses=_GAP,
)
def one_register_of_a_mark_enough(patch: Patch) -> None:
    """Registers are looked at one by one, before they are joined."""

    def is_sentinel(plan: decoding.PointPlan, raw: str) -> bool:
        words = {raw[at : at + 4] for at in range(0, len(raw), 4)}
        return any(mark[:4] in words for mark in plan.sentinels)

    patch(decoding, "is_sentinel", is_sentinel)


@defect(
    "marks-of-two-registers-at-most",
    en="a mark for no value that fills more than two registers is not known",
    zh="不识别占两个以上寄存器的无效标志值",
    clauses=_GAP,
)
def marks_of_two_registers_at_most(patch: Patch) -> None:
    """Marks are kept as 32 bits; a longer one is cut, and its number taken for zero."""
    patch(decoding, "is_sentinel", lambda plan, raw: len(raw) <= 8 and raw in plan.sentinels)

    def value_of(plan: decoding.PointPlan, pieces: list[bytes]) -> Decimal:
        value = whole(plan, pieces)
        return max(value, Decimal(0))

    whole = patch(decoding, "value_of", value_of)
