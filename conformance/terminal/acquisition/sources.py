"""What stands in for a meter: a standby source (ISC-2 7.2.3-A(1)c), and a person (CSMT 11.3 d, ISC-2 7.2.2(2)i).

Leaves the meters themselves to `interfaces` and `acquisition`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Configuration, Scenario, Standby
from conformance.common.actions import read_readings
from conformance.common.phases import WATCHED
from conformance.common.times import HOUR, SECOND
from conformance.terminal import HJ212, MODBUS, UPLINK, read_out
from conformance.terminal.acquisition import commands_judge, standby_judge
from conformance.terminal.manual_entry import manual_entry_judge
from simulators.meters.faults import Silent

STANDBY, MANUAL = "source.standby", "acquisition.manual-entry"
_METER, _SPARE, _CENTRE = "e01", "e01-spare", "A"


class _Silences:
    """What cases share in which a meter with a standby is silent `times` times.

    It is polled every second: its faults come and go half a second after its replies. Each silence begins `apart_s`
    after the one before; `before_s` lie before the first, `after_s` behind the last.
    """

    times = 3

    silent_s = 0.0
    """From the meter's last reply to its next."""
    before_s = 1040.5
    apart_s = 180.0
    after_s = 2280.0
    settle_s = 120.0

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(self.before_s)
        meter = bench.meters[_METER]
        for _ in range(self.times):
            await self._between_replies(bench)
            meter.set_fault(Silent())
            await bench.clock.sleep(self.silent_s - 1)
            meter.clear()
            await bench.clock.sleep(self.apart_s + 1 - self.silent_s)
        await bench.operator.log(start)
        await bench.operator.alarms()
        await bench.operator.gaps()
        await read_readings(bench, tuple(meter.points), start, bench.clock.now_us())
        await bench.clock.sleep(self.after_s)
        await bench.centres.settle(seconds=self.settle_s)

    async def _between_replies(self, bench: Bench) -> None:
        """Wait for the half of a second, between two polls of a terminal that polls at whole seconds."""
        wait_us = (SECOND // 2 - bench.clock.now_us()) % SECOND
        if wait_us:
            await bench.clock.sleep(wait_us / SECOND)


class KeepsSourceThroughNineSecondsOfSilence(_Silences, Case):
    """Nine seconds without a reply do not bring the standby source into use."""

    zh = "9.0 s 无应答时不启用备用设备。"
    checks = {
        standby_judge.NO_SWITCH: ("isc-2/7.2.3-A(1)c",),
    }
    needs = (MODBUS, STANDBY)
    scenario = Scenario(circuits=2, behind=(Standby(_METER),), period_s=1, centres=(_CENTRE,), kinds=("minute", "hour"))
    silent_s = 9.0

    def judge(self, history: History) -> Iterator[Finding]:
        yield from standby_judge.kept_findings(history, _METER, _SPARE)


class KeepsSourceWhilePolledSlowly(Case):
    """Meters polled every 1 min and 15 min that answer every poll keep their place."""

    zh = "采集周期为 1 min 和 15 min、每次均有应答的表计不被替换。"
    checks = {
        standby_judge.ANSWERING_NOT_REPLACED: ("isc-2/7.2.3-A(1)c",),
    }
    needs = (MODBUS, STANDBY)
    scenario = Scenario(
        circuits=2,
        behind=(Standby(_METER), Standby("e02")),
        period_s=60,
        configuration=Configuration(periods=(("e02", 900),)),
        centres=(_CENTRE,),
        kinds=(),
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=2)
        WATCHED.put(bench)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from standby_judge.slow_findings(history, {_METER: _SPARE, "e02": "e02-spare"})


class SwitchesToStandbyAfterTenSeconds(_Silences, Case):
    """After ten seconds without a reply the standby source is read, told and recorded, and no unit is lost."""

    zh = "连续 10 s 无应答时自动改用备用设备，有提示、有来源记录，不漏计不重计。"
    checks = {
        standby_judge.ONE_SWITCH: ("isc-2/7.2.3-A(1)c",),
        standby_judge.SWITCH_TIME: ("isc-2/7.2.3-A(1)c",),
        standby_judge.STAFF_NOTIFIED: ("isc-2/7.2.3-A(1)d",),
        standby_judge.SOURCE_RECORDED: ("isc-2/7.2.3-A(1)c", "isc-2/7.3.1h"),
        standby_judge.MISSING_STRETCH_RECORDED: ("isc-2/7.2.3-A(1)b",),
        standby_judge.EVERY_UNIT_ONCE: ("isc-2/7.2.3-A(1)c",),
        **beside(standby_judge.OPERATOR_TOLD, standby_judge.ALARM_ENDS.sometimes()),
    }
    needs = (
        MODBUS,
        UPLINK,
        read_out("operator-told", "source-recorded", "missing-stretch-recorded", "staff-notified"),
        STANDBY,
        "acquisition.gap-record",
    )
    scenario = Scenario(circuits=2, behind=(Standby(_METER),), period_s=1, centres=(_CENTRE,), kinds=("minute", "hour"))
    silent_s = 12.0

    def judge(self, history: History) -> Iterator[Finding]:
        yield from standby_judge.taken_findings(history, _METER, _SPARE, _CENTRE)


class CountsStandbyOverFullScale(Case):
    """A standby whose register passes full scale while it stands in counts on, and the hour is the meter's own."""

    zh = "备用设备代采期间满度回零时继续正确计量，恢复后小时值与原表一致。"
    checks = {
        standby_judge.STANDBY_COUNTS_ON: ("isc-2/7.2.3-A(1)c", "csmt/8.2.2a"),
        standby_judge.HOUR_IS_THE_METERS_OWN: ("isc-2/7.2.3-A(1)c",),
    }
    needs = (MODBUS, UPLINK, STANDBY, "counters.rollover")
    scenario = Scenario(
        start="2026-03-02T00:50:00+08:00",
        circuits=1,
        points=1,
        maps=("adl3000",),
        behind=(Standby(_METER),),
        period_s=2,
        centres=(_CENTRE,),
        minute_interval=1,
        kinds=("minute", "hour"),
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=22, seconds=0.5)
        spare, register = bench.meters[_SPARE], f"{_SPARE}.energy"
        # A minute and a half of its rated power: between two and eight minutes at the load of any hour.
        spare.rollover_soon(register, str(round(Decimal(spare.points[register].rated_per_h or "100") / 40, 2)))
        bench.meters[_METER].set_fault(Silent())
        await bench.clock.sleep(minutes=9)
        bench.meters[_METER].clear()
        await bench.clock.sleep(minutes=41)
        await bench.centres.settle(minutes=2)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from standby_judge.full_scale_findings(history, _METER, _SPARE, _CENTRE)


class ReadsTheStandbyOnCommand(Case):
    """While a standby stands in for a silent meter, reading on command reads the standby and answers with its value."""

    zh = "备用设备代采期间收到即时采集命令：重新读取备用设备并以该读数应答。"
    checks = {
        commands_judge.READ_NOW_ANSWERED: ("isc-2/9.1e", "isc-2/7.2.3-A(2)c"),
        commands_judge.READ_NOW_READS_THE_METER: ("isc-2/9.1e",),
        commands_judge.READ_NOW_SENDS_THAT_VALUE: ("isc-2/9.1e",),
    }
    needs = (MODBUS, HJ212, STANDBY, "acquisition.on-command")
    scenario = Scenario(circuits=2, points=2, behind=(Standby(_METER),), period_s=60, centres=(_CENTRE,), kinds=())
    times = 5

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("command")
        await bench.clock.sleep(minutes=5, seconds=5)
        bench.meters[_METER].set_fault(Silent())
        # The silence counts from the next poll on, and the standby is in its place for some minutes by then.
        await bench.clock.sleep(minutes=4)
        for _ in range(self.times):
            await bench.clock.sleep(chance.randrange(60_000, 200_000) / 1000)
            await bench.centres[_CENTRE].read_now()
        await bench.clock.sleep(minutes=1)

    def judge(self, history: History) -> Iterator[Finding]:
        own = {point.id: point.id.replace(_METER, _SPARE, 1) for point in history.began.points if point.meter == _METER}
        asked = {each.id for each in self.checks}
        found = commands_judge.read_now_findings(history, _CENTRE, needed=self.times, stands_in=own)
        yield from (each for each in found if each.id in asked)


class TakesManualEntries(Case):
    """A value entered by hand is kept with author, reason and original, and sent to the centre."""

    zh = "人工填报值连同录入人、原因和原值一并保留，并上传至数据中心。"
    checks = {
        manual_entry_judge.ENTRY_KEPT: (
            "csmt/11.3d",
            "isc-2/7.2.2(2)i",
            "isc-2/7.2.2(1)-1",
            "csmt/11.6a",
            "isc-2/7.3.1h",
        ),
        manual_entry_judge.ORIGINAL_KEPT: ("isc-2/7.3.1h",),
        manual_entry_judge.ENTRY_SENT: ("csmt/11.3d", "isc-2/7.2.2(2)i"),
    }
    needs = (MODBUS, UPLINK, read_out("entry-kept", "original-kept"), MANUAL)
    scenario = Scenario(circuits=1, centres=(_CENTRE,), kinds=("hour",))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=90)
        meter = bench.meters[_METER]
        meter.set_fault(Silent())
        await bench.clock.sleep(minutes=60)
        meter.clear()
        await bench.clock.sleep(minutes=40)
        point = f"{_METER}.energy"
        await bench.operator.records("hour", point, start, start + 3 * HOUR)
        entries = (("12.50", "read from the panel"), ("13.75", "interpolated from the feeder"))
        for hour, (value, reason) in enumerate(entries):
            await bench.operator.manual_entry(point, "hour", start + hour * HOUR, value, "Li Wei", reason)
        await bench.operator.manual_entries(point, start, start + 3 * HOUR)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from manual_entry_judge.findings(history, _CENTRE)
