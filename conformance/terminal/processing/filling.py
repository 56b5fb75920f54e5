"""Filling of gaps by estimates that never pass for measurements (CSMT 12.3.2; SSEA 5.2.3.1; R-18).

What a meter has recorded by itself comes before any estimate. Leaves recording gaps to `acquisition`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Configuration, Line, Scenario
from conformance.common import delivery, gaps
from conformance.common.actions import all_centres, counters, points, read_readings, reconciled
from conformance.common.times import HOUR, MINUTE, SECOND, ceil
from conformance.terminal import LOCAL, MODBUS, UPLINK, read_out
from conformance.terminal.acquisition.interfaces import DLT645
from conformance.terminal.processing import filling_judge, meter_records_judge
from simulators.meters.faults import Refusing, Silent, WrongClock
from simulators.meters.serial.channels import BcdChannel


class FillsGapsWithEstimates(Case):
    """Gaps are filled by a named method, exactly, in a series of their own; nothing estimated is sent as measured."""

    zh = "缺失时段按注明的方法插补，估计值逐位正确、单独存放并有标记，不作为测量值存储或上传。"
    checks = {
        filling_judge.GAP_FILLED: ("csmt/12.4c", "ssea/5.2.3.1b"),
        filling_judge.ESTIMATE_EXACT: ("csmt/12.4d", "ssea/5.2.3.1b"),
        filling_judge.FILLING_LOGGED: ("csmt/12.4f",),
        filling_judge.NO_BASE_NO_ESTIMATE: ("csmt/12.4e",),
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b",),
        gaps.GAP_BOUNDS: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_REPEATED_VALUE: ("csmt/12.3.2a",),
        gaps.NO_VALUE_SENT_AS_READ: ("csmt/12.3.2a",),
        gaps.NO_FALSE_GAP: ("isc-2/7.2.3-A(1)b",),
        delivery.NONE_INVENTED: ("csmt/12.3.2a",),
        **beside(filling_judge.ONLY_GAPS_FILLED),
    }
    needs = (
        MODBUS,
        UPLINK,
        read_out(
            "gap-filled",
            "estimate-exact",
            "only-gaps-filled",
            "filling-logged",
            "no-base-no-estimate",
            "gap-recorded",
            "gap-bounds",
            "no-repeated-value",
            "no-false-gap",
        ),
        "acquisition.gap-record",
        "acquisition.gap-filling",
    )
    scenario = Scenario(circuits=3, points=2, maps=("adl3000",), centres=("A",), realtime_interval_s=60)

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        one, two, three = bench.meters.values()
        # The first stretch of the third meter has nothing before it; the counter of the second rolls over unseen.
        three.set_fault(Silent())
        counter = next(point for point, channel in two.points.items() if channel.counter)
        two.rollover_soon(counter, "0.60")
        await bench.clock.sleep(minutes=20, seconds=20)
        three.clear()
        await bench.clock.sleep(minutes=9)
        two.set_fault(Refusing(code=4))
        await bench.clock.sleep(minutes=5)
        one.set_fault(Silent())
        await bench.clock.sleep(minutes=37)
        one.clear()
        await bench.clock.sleep(minutes=20)
        two.clear()
        await bench.clock.sleep(minutes=34)
        await bench.operator.gaps()
        await bench.operator.log(start)
        for point in points(bench):
            await bench.operator.estimates(point, start, bench.clock.now_us())
        await read_readings(bench, points(bench), start, bench.clock.now_us())
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from filling_judge.findings(history)
        yield from gaps.findings(history, all_centres(history))
        for found in delivery.findings(reconciled(history)):
            if found.id == "none-invented":
                yield found


def _tell_records(bench: Bench, steps_us: Iterable[tuple[str, int]], start_us: int) -> None:
    """What the memories of these meters hold since an instant, for the judge."""
    for name, step_us in steps_us:
        for point, channel in bench.meters[name].points.items():
            if isinstance(channel, BcdChannel) and channel.counter:
                for at in range(ceil(start_us, step_us), bench.clock.now_us(), step_us):
                    told = meter_records_judge.Held(point=point, at=at, text=channel.past_text(at))
                    meter_records_judge.METER_RECORD.put(bench, told)


class FillsGapsFromMetersRecords(Case):
    """What a meter recorded while the line or the terminal was dead is stored under its own time, exact and marked."""

    zh = "线路或终端中断期间，以表计自身冻结、负荷记录补入真实值：时刻、数值正确并注明来源。"
    checks = {
        meter_records_judge.RECORDS_TAKEN_IN: ("csmt/12.4b",),
        meter_records_judge.RECORDS_EXACT: ("csmt/12.4b",),
        meter_records_judge.RECORDS_MARKED: ("isc-2/7.3.1h",),
        meter_records_judge.NO_VALUE_BESIDE_RECORDS: ("csmt/12.3.2a",),
        meter_records_judge.GAP_STAYS_RECORDED: ("isc-2/7.2.3-A(1)b",),
        meter_records_judge.BACKFILL_LOGGED: ("csmt/12.4f",),
        meter_records_judge.PERIODS_FROM_RECORDS: ("csmt/12.4b",),
        meter_records_judge.NO_PERIOD_INVENTED: ("csmt/12.3.2a",),
    }
    needs = (
        DLT645,
        UPLINK,
        read_out(
            "records-taken-in",
            "records-exact",
            "records-marked",
            "no-value-beside-records",
            "gap-stays-recorded",
            "backfill-logged",
        ),
        "acquisition.meter-records",
        "acquisition.gap-record",
    )
    scenario = Scenario(
        start="2026-03-02T23:50:00+08:00",
        circuits=0,
        behind=(Line(("dlt645-2007", "dlt645-2007"), 2400, "E"),),
        configuration=Configuration(records=(("dlt645-2007", "load-profile"), ("dlt645-2007-2", "hourly-freeze"))),
        centres=("A",),
        period_s=900,
    )
    # What the memories hold (facts 1.4): energies every quarter of an hour, and every hour.
    steps_us = (("dlt645-2007", 15 * MINUTE), ("dlt645-2007-2", 60 * MINUTE))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=130)
        await bench.power.off(hours=2.35)
        await bench.clock.until("23:20")
        # Over midnight: the day is settled without its last reading first, and anew when the record has come.
        async with bench.buses["ttyS1"].cut():
            await bench.clock.sleep(minutes=75)
        await bench.clock.sleep(minutes=55)
        _tell_records(bench, self.steps_us, start)
        await bench.operator.gaps()
        await bench.operator.log(start)
        await read_readings(bench, counters(bench), start, bench.clock.now_us())
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from meter_records_judge.findings(history, "A")


async def _silent_while_fetched(bench: Bench, steps_us: Sequence[tuple[str, int]], minutes: int) -> None:
    """Both meters fall silent 4.5 s after the next quarter of an hour, just when their records are being fetched."""
    due = ceil(bench.clock.now_us(), 15 * MINUTE)
    await bench.clock.sleep((due - bench.clock.now_us()) / SECOND + 4.5)
    for name, _ in steps_us:
        bench.meters[name].set_fault(Silent())
    await bench.clock.sleep(minutes=minutes)
    for name, _ in steps_us:
        bench.meters[name].clear()
    await bench.clock.sleep(minutes=70)


async def _records_told(bench: Bench, steps_us: Sequence[tuple[str, int]], start_us: int) -> None:
    """What the meters recorded, what the terminal made of it, and time for it to arrive."""
    _tell_records(bench, steps_us, start_us)
    await read_readings(bench, counters(bench), start_us, bench.clock.now_us())
    await bench.centres.settle(minutes=5)


class CountsRecordsOverFullScale(Case):
    """A counter that passed full scale unread is counted right from its meter's records, fetched with a pause."""

    zh = "无人抄读期间计数器满度回零：由表计自身记录补入（补读中途再次失联）后，各时段增量按模计算，逐位正确。"
    checks = {
        meter_records_judge.RECORDS_EXACT: ("csmt/12.4b",),
        meter_records_judge.RECORDS_TAKEN_IN: ("csmt/12.4b",),
        meter_records_judge.PERIODS_FROM_RECORDS: ("csmt/8.2.2a", "csmt/8.2.2b"),
    }
    needs = (
        DLT645,
        UPLINK,
        read_out("records-exact", "records-taken-in"),
        "acquisition.meter-records",
        "counters.rollover",
    )
    scenario = FillsGapsFromMetersRecords.scenario.but(start="2026-03-02T07:50:00+08:00")
    steps_us = FillsGapsFromMetersRecords.steps_us

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        # What is used up to the middle of the gap.
        for (name, _), margin in zip(self.steps_us, ("27.00", "173.00"), strict=True):
            meter = bench.meters[name]
            meter.rollover_soon(next(point for point, channel in meter.points.items() if channel.counter), margin)
        await bench.clock.sleep(minutes=95)
        async with bench.buses["ttyS1"].cut():
            await bench.clock.sleep(minutes=75)
        # Both fall silent once more, just when their records are being fetched.
        await _silent_while_fetched(bench, self.steps_us, 3)
        await _records_told(bench, self.steps_us, start)

    def judge(self, history: History) -> Iterator[Finding]:
        asked = {each.id for each in self.checks}
        yield from (found for found in meter_records_judge.findings(history, "A") if found.id in asked)


class FillsOnAfterLongSilence(Case):
    """Meters that fall silent for ten minutes while their records are fetched are asked for the rest afterwards."""

    zh = "补读表计自身记录期间表计再失联 10 min，恢复后其余记录仍全部补入，数值正确。"
    checks = {
        meter_records_judge.RECORDS_TAKEN_IN: ("csmt/12.4b",),
        meter_records_judge.RECORDS_EXACT: ("csmt/12.4b",),
        meter_records_judge.PERIODS_FROM_RECORDS: ("csmt/12.4b",),
        meter_records_judge.NO_PERIOD_INVENTED: ("csmt/12.3.2a",),
        **beside(meter_records_judge.NO_VALUE_BESIDE_RECORDS),
    }
    needs = (
        DLT645,
        UPLINK,
        read_out("records-exact", "records-taken-in", "no-value-beside-records"),
        "acquisition.meter-records",
    )
    scenario = FillsGapsFromMetersRecords.scenario.but(start="2026-03-02T07:50:00+08:00")
    steps_us = FillsGapsFromMetersRecords.steps_us

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=50)
        async with bench.buses["ttyS1"].cut():
            await bench.clock.sleep(hours=2, minutes=5)
        # They answer the poll that ends the gap, and the one after the silence: no other gap asks for the records.
        await _silent_while_fetched(bench, self.steps_us, 10)
        await _records_told(bench, self.steps_us, start)

    def judge(self, history: History) -> Iterator[Finding]:
        asked = {each.id for each in self.checks}
        yield from (found for found in meter_records_judge.findings(history, "A") if found.id in asked)


class CountsRecordsOverReplacement(Case):
    """A meter replaced while nobody could read it: what the new one recorded meanwhile is counted right."""

    zh = "线路中断期间换表并登记：以新表自身记录补入后，跨换表及其后各时段增量按旧表止度、新表起度计算，逐位正确。"
    checks = {
        meter_records_judge.RECORDS_TAKEN_IN: ("csmt/12.4b",),
        meter_records_judge.RECORDS_EXACT: ("csmt/12.4b",),
        meter_records_judge.PERIODS_FROM_RECORDS: ("csmt/12.4b", "csmt/8.2.1a"),
        meter_records_judge.NO_PERIOD_INVENTED: ("csmt/12.3.2a",),
        **beside(meter_records_judge.NO_VALUE_BESIDE_RECORDS),
    }
    needs = (
        DLT645,
        UPLINK,
        read_out("records-exact", "records-taken-in", "no-value-beside-records"),
        "acquisition.meter-records",
        "counters.replacement",
    )
    scenario = FillsGapsFromMetersRecords.scenario.but(start="2026-03-02T07:50:00+08:00")
    steps_us = FillsGapsFromMetersRecords.steps_us

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=95)
        async with bench.buses["ttyS1"].cut():
            # Before the hour: the first record of the new meters closes an hour that the old ones opened.
            await bench.clock.sleep(minutes=25)
            at = bench.clock.now_us()
            for name, _ in self.steps_us:
                for point, (final_old, initial_new) in bench.meters[name].replace({}, serial=77_010).items():
                    await bench.operator.replacement(point, at, final_old, initial_new)
            await bench.clock.sleep(minutes=50)
        await bench.clock.sleep(minutes=70)
        _tell_records(bench, self.steps_us, at)
        await read_readings(bench, counters(bench), at - 2 * HOUR, bench.clock.now_us())
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        asked = {each.id for each in self.checks}
        yield from (found for found in meter_records_judge.findings(history, "A") if found.id in asked)


class TakesNoRecordsOfWrongClock(Case):
    """Records stamped by a clock half an hour fast are taken for no instant; those of a right neighbour are."""

    zh = "表计时钟快半小时，其自身记录不用于补数；同线时钟正确的表计记录照常补入。"
    checks = {
        meter_records_judge.WRONG_CLOCK_UNUSED: ("csmt/12.3.2a", "csmt/12.4b"),
        meter_records_judge.RECORDS_TAKEN_IN: ("csmt/12.4b",),
        **beside(meter_records_judge.RECORDS_EXACT),
    }
    needs = (DLT645, UPLINK, LOCAL, "acquisition.meter-records")
    scenario = FillsGapsFromMetersRecords.scenario.but(start="2026-03-02T07:50:00+08:00")

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        fast, right = FillsGapsFromMetersRecords.steps_us
        bench.meters[fast[0]].set_fault(WrongClock(offset_s=1800))
        await bench.clock.sleep(minutes=95)
        async with bench.buses["ttyS1"].cut():
            await bench.clock.sleep(minutes=75)
        await bench.clock.sleep(minutes=75)
        _tell_records(bench, (right,), start)
        await read_readings(bench, counters(bench), start, bench.clock.now_us())
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield meter_records_judge.wrong_clock_finding(history)
        asked = {each.id for each in self.checks}
        yield from (found for found in meter_records_judge.findings(history, "A") if found.id in asked)
