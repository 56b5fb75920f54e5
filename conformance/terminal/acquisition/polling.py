"""Acquisition: polling periods, circuits behind one port, gaps (ISC-2 7.1.1, 7.2.3-A(1), 9.1; CSMT 11.2, 11.3)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside, criterion
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import accuracy, delivery, gaps, timing
from conformance.common.actions import all_centres, points, read_readings, reconciled
from conformance.common.phases import WATCHED
from conformance.common.times import MINUTE
from conformance.common.truth import truth_of
from conformance.terminal import MODBUS, READ_GAPS, UPLINK, read_out
from simulators.meters.faults import (
    AnyFault,
    Garbage,
    Late,
    Refusing,
    RefusingPoints,
    Sentinel,
    Silent,
    Truncated,
    WrongTransaction,
)

FAMILY = "acquisition"

NOTHING_MADE_UP_BETWEEN_POLLS = criterion(
    "nothing-made-up-between-polls",
    en="no value is sent for an interval in which nothing was read at its bounds",
    zh="两次采集之间不虚构区间数值",
    unit="records",
)
VALUES_ON_THEIR_OWN_POINT = criterion(
    "values-on-their-own-point", en="no value stands on another circuit's point", zh="无串点数据", unit="readings"
)


class _Polls:
    """What cases share that watch the meters' side of polling (R-11)."""

    needs = (MODBUS,)
    seconds = 0.0

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(self.seconds)
        # A terminal that fell silent leaves no event of its own that would show how long nothing was asked.
        WATCHED.put(bench)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from timing.cadence_findings(history)


class PollsEverySecond(_Polls, Case):
    """With a period of 1 s every meter is asked every second, none left out."""

    zh = "采集周期设为 1 s 时，每块表每秒采集一次，不漏采。"
    checks = {
        timing.EVERY_METER_POLLED: ("isc-2/9.1a", "isc-2/7.2.3-A(1)a", "isc-2/9.1f", "csmt/6.3a"),
        timing.PERIOD_ERROR: ("isc-2/9.1a", "isc-2/7.2.3-A(1)a", "isc-2/9.1d"),
        timing.NO_CYCLE_SKIPPED: ("isc-2/9.1a", "isc-2/7.2.3-A(1)a", "isc-2/9.1f", "csmt/6.3a"),
    }
    scenario = Scenario(circuits=3, points=2, period_s=1, centres=("A",))
    seconds = 215


class PollsEveryMinute(_Polls, Case):
    """With a period of 1 min every meter is asked every minute, none left out."""

    zh = "采集周期设为 1 min 时，每块表每分钟采集一次，不漏采。"
    checks = {
        timing.EVERY_METER_POLLED: (
            "isc-2/9.1b",
            "isc-2/9.1g",
            "isc-2/7.2.3-A(1)a",
            "csmt/11.2a-1",
            "isc-2/7.2.2(2)q",
            "csmt/6.3a",
            "isc-2/7.3.1c",
        ),
        timing.PERIOD_ERROR: (
            "isc-2/9.1b",
            "isc-2/9.1g",
            "isc-2/7.2.3-A(1)a",
            "csmt/11.2a-1",
            "isc-2/7.2.2(2)q",
            "csmt/11.2-1",
        ),
        timing.NO_CYCLE_SKIPPED: (
            "isc-2/9.1b",
            "isc-2/9.1g",
            "isc-2/7.2.3-A(1)a",
            "csmt/11.2a-1",
            "isc-2/7.2.2(2)q",
            "csmt/6.3a",
            "isc-2/7.3.1c",
        ),
    }
    scenario = Scenario(circuits=3, points=2, period_s=60, centres=("A",))
    seconds = 205 * 60


class PollsEveryQuarterHour(_Polls, Case):
    """With a period of 15 min every meter is asked every quarter of an hour, none left out."""

    zh = "采集周期设为 15 min 时，每块表每刻钟采集一次，不漏采。"
    checks = {
        timing.EVERY_METER_POLLED: ("isc-2/9.1b", "isc-2/7.2.3-A(1)a", "csmt/11.2a-1", "isc-2/7.3.1c"),
        timing.PERIOD_ERROR: ("isc-2/9.1b", "isc-2/7.2.3-A(1)a", "csmt/11.2a-1", "csmt/11.2-1"),
        timing.NO_CYCLE_SKIPPED: ("isc-2/9.1b", "isc-2/7.2.3-A(1)a", "csmt/11.2a-1", "isc-2/7.3.1c"),
    }
    scenario = Scenario(circuits=3, points=2, period_s=900, centres=("A",))
    seconds = 25 * 3600


class PollsEveryThreeHours(_Polls, Case):
    """With a period of 3 h every meter is asked every three hours, and nothing is made up in between."""

    zh = "采集周期设为 3 h 时，每块表每三小时采集一次，其间不虚构数值。"
    checks = {
        timing.EVERY_METER_POLLED: ("isc-2/9.1c", "isc-2/9.1g", "isc-2/7.2.3-A(1)a", "csmt/11.2a-2"),
        timing.PERIOD_ERROR: ("isc-2/9.1c", "isc-2/9.1g", "isc-2/7.2.3-A(1)a", "csmt/11.2a-2", "csmt/11.2-1"),
        timing.NO_CYCLE_SKIPPED: ("isc-2/9.1c", "isc-2/9.1g", "isc-2/7.2.3-A(1)a", "csmt/11.2a-2"),
        NOTHING_MADE_UP_BETWEEN_POLLS: ("csmt/12.3.2a",),
    }
    scenario = Scenario(circuits=3, points=2, period_s=10_800, centres=("A",), kinds=("minute", "hour"))
    needs = (MODBUS, UPLINK)
    seconds = 28 * 3600

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        made = [problem for ledger in reconciled(history) for problem in ledger.invented]
        yield NOTHING_MADE_UP_BETWEEN_POLLS.none_among(truth_of(history).count, made, evidence=delivery.lines(made))


class ServesTwentyNineCircuits(Case):
    """One network port serves 29 circuits in every cycle, and every value belongs to its own circuit."""

    zh = "一个网络接口每个周期采集 29 个回路，各回路数据互不混淆。"
    checks = {
        timing.EVERY_METER_POLLED: ("isc-2/7.1.1a-3", "csmt/11.3a-1", "csmt/11.3b-1"),
        timing.NO_CYCLE_SKIPPED: ("isc-2/7.1.1a-3",),
        VALUES_ON_THEIR_OWN_POINT: ("isc-2/7.1.1a-3", "csmt/11.3a-1", "csmt/11.3b-1"),
        **beside(timing.PERIOD_ERROR),
    }
    needs = (MODBUS, read_out("values-on-their-own-point"))
    scenario = Scenario(circuits=29, points=2, period_s=60, centres=("A",))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=204, seconds=30)
        await read_readings(bench, points(bench), start, start + 205 * MINUTE)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from timing.cadence_findings(history)
        stored = accuracy.local_readings(history)
        crossed = [*stored.unequal, *stored.misplaced, *stored.unknown]
        yield VALUES_ON_THEIR_OWN_POINT.none(
            crossed, stored.compared >= accuracy.RECORDS, evidence=[*crossed, *stored.problems]
        )


class _Gap:
    """What cases share in which one meter cannot be read for twenty minutes."""

    checks = {
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b", "isc-2/7.3.1c"),
        gaps.GAP_BOUNDS: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_REPEATED_VALUE: ("isc-2/7.2.3-A(1)b", "csmt/12.3.2a"),
        gaps.NO_VALUE_SENT_AS_READ: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_FALSE_GAP: ("isc-2/7.2.3-A(1)b",),
        **beside(*delivery.ARRIVAL),
    }
    needs = (
        MODBUS,
        UPLINK,
        READ_GAPS,
        "acquisition.gap-record",
    )
    scenario = Scenario(circuits=2, points=2, realtime_interval_s=60)
    fault: AnyFault

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=40, seconds=20)
        meter = next(iter(bench.meters.values()))
        meter.set_fault(self.fault)
        await self.spoil(bench)
        meter.clear()
        await bench.clock.sleep(minutes=64)
        await bench.operator.gaps()
        await read_readings(bench, tuple(meter.points), start, bench.clock.now_us())
        await bench.centres.settle(minutes=5)

    async def spoil(self, bench: Bench) -> None:
        """How long the fault lasts."""
        await bench.clock.sleep(minutes=20)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from gaps.findings(history, all_centres(history))
        ledgers = reconciled(history)
        yield from delivery.findings(ledgers)


class RecordsGapOfSilentMeter(_Gap, Case):
    """A meter that does not answer leaves a recorded gap and no repeated value."""

    zh = "表计无应答时记录缺失时段，不重复上一数值。"
    fault = Silent()


class RecordsGapOfRefusingMeter(_Gap, Case):
    """A meter that answers with exceptions leaves a recorded gap and no value."""

    zh = "表计返回异常码时记录缺失时段，不产生数值。"
    fault = Refusing(code=4)


class RecordsGapOfRefusedRegisters(_Gap, Case):
    """Where a meter refuses the registers of one point, that point has a gap and the others are read as before."""

    zh = "表计仅对某一监测点的寄存器返回异常码时，只有该点缺失，其余各点照常采集。"
    scenario = _Gap.scenario.but(maps=("sdm630",))
    fault = RefusingPoints(code=4, points=("e01.energy",))


class RecordsGapOfForeignAnswers(_Gap, Case):
    """Answers with another transaction's number are nobody's: a recorded gap and no value."""

    zh = "事务号不符的应答不予采用，记录缺失时段。"
    fault = WrongTransaction()


class RecordsGapOfLateAnswers(_Gap, Case):
    """Answers that come after the time-out are not taken for those to a later question."""

    zh = "超时后到达的应答不得当作后续请求的应答，记录缺失时段。"
    fault = Late(after_s=20)


class RecordsGapOfTruncatedAnswers(_Gap, Case):
    """Answers that break off leave a recorded gap and no value."""

    zh = "不完整的应答不予采用，记录缺失时段。"
    fault = Truncated()


class RecordsGapOfGarbledAnswers(_Gap, Case):
    """Garbled octets in place of answers leave a recorded gap and no value."""

    zh = "乱码应答不予采用，记录缺失时段。"
    fault = Garbage()


class RecordsGapOfMarkedValues(_Gap, Case):
    """A register that holds the device's mark for "no value" is not taken for a number."""

    zh = "寄存器为无效标志值时不作为数值采用，记录缺失时段。"
    fault = Sentinel()


class RecordsGapOfMarksOverRegisters(_Gap, Case):
    """A mark for "no value" that fills four registers is no number, and a number of which one looks like it is one."""

    zh = "占四个寄存器的无效标志值不作为数值；仅个别寄存器与标志相同的数值照常采用。"
    scenario = _Gap.scenario.but(maps=("iem3000",))
    fault = Sentinel()
    # In the registers: 8000 last, FFFF last, 8000 third, FFC0 last; the marks are 8000 0000 0000 0000 and FFC0 0000.
    alike = ("32768", "65535", "2147483648", "2147549120")

    async def drive(self, bench: Bench) -> None:
        other = bench.meters["e02"]
        point = next(point for point, channel in other.points.items() if channel.counter)
        other.preset(point, "32000")
        await super().drive(bench)

    async def spoil(self, bench: Bench) -> None:
        other = bench.meters["e02"]
        point = next(point for point, channel in other.points.items() if channel.counter)
        for text in self.alike:
            other.preset(point, text)
            await bench.clock.sleep(minutes=5)
