"""Alarms for faults, by name and in time, and the clock of the log (ISC-2 8.2, 7.4.1.3(2); R-41, R-39).

Leaves alarms of the buffer to `overflow` and of certificates to `security`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import alarms_over
from conformance.common.phases import MENDED
from conformance.common.times import HOUR
from conformance.terminal import HJ212, HTTPS_RECORDS, LOCAL, MANAGEMENT, MODBUS, MUTUAL_TLS
from conformance.terminal.acquisition.sources import MANUAL
from conformance.terminal.management import alarms_judge
from conformance.terminal.management.alarms_judge import FAULT, Failing
from simulators.meters.faults import Silent


class _Faults:
    """What cases share in which a meter falls silent, a channel leaves its range and a centre is lost.

    A centre is missed at once only where a connection stays open, as in HJ 212; a platform when a record is due.
    """

    lasts_s = 300

    async def fail(self, bench: Bench) -> None:
        """One fault after the other, each marked with its beginning and its end."""
        await bench.clock.sleep(minutes=6, seconds=3)
        # Three periods of silence make the fault.
        FAULT.put(bench, Failing(what="meter", names="e02 e02.energy", after_s=30))
        bench.meters["e02"].set_fault(Silent())
        await self.mend(bench)
        bench.meters["e02"].clear()
        await bench.clock.sleep(minutes=6)
        meter = bench.meters["gas"]
        point = next(point for point, channel in meter.points.items() if channel.register.high)
        FAULT.put(bench, Failing(what="channel", names=point, after_s=10))
        meter.preset(point, str(int(float(meter.points[point].register.high)) + 20))
        await self.mend(bench)
        meter.release(point)
        await bench.clock.sleep(minutes=6)
        FAULT.put(bench, Failing(what="centre", names="B"))
        async with bench.links["uplink.B"].refuse():
            await bench.links["uplink.B"].reset()
            await bench.clock.sleep(self.lasts_s)
            await self.look(bench)
            MENDED.put(bench)
        await bench.clock.sleep(minutes=6)

    async def look(self, bench: Bench) -> None:
        """What is shown while the centre is lost."""

    async def mend(self, bench: Bench) -> None:
        """Let the fault last, then say that it is over."""
        await bench.clock.sleep(self.lasts_s)
        MENDED.put(bench)


class TellsFaults(_Faults, Case):
    """A silent meter, a channel out of range and a lost centre raise one alarm each, by name, while they last."""

    zh = "仪表无应答、通道超量程、中心失联各在 60 s 内告警一次，指明对象，消除后解除并记入日志。"
    checks = {
        alarms_judge.ALARM_RAISED: ("isc-2/8.2c",),
        alarms_judge.ALARM_ONCE: ("isc-2/8.2c",),
        alarms_judge.ALARM_NAMES_FAULT: ("isc-2/8.2d",),
        alarms_judge.ALARM_CLEARED: ("isc-2/8.2c",),
        alarms_judge.ALARM_LOGGED: ("isc-2/8.2c",),
        **beside(alarms_judge.LOST_SHOWN.sometimes()),
    }
    needs = (MODBUS, HJ212, LOCAL, "monitoring.fault-alarm", "monitoring.fault-location")
    scenario = Scenario(circuits=2, points=1, meters=("gas",), period_s=10, kinds=())

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await self.fail(bench)
        await bench.operator.alarms()
        await bench.operator.log(start)

    async def look(self, bench: Bench) -> None:
        await bench.operator.queue()

    def judge(self, history: History) -> Iterator[Finding]:
        yield from alarms_judge.findings(history)
        yield from alarms_judge.connected_findings(history, "B")


class TellsSilenceOfSlowPolling(Case):
    """A meter that is polled every two minutes is silent after three periods: told within 60 s, by name."""

    zh = "采集周期为 2 min 的仪表连续三个周期无应答后 60 s 内告警，指明对象，恢复后解除并记入日志。"
    checks = {
        each: clauses
        for each, clauses in TellsFaults.checks.items()
        if each.id not in (alarms_judge.ALARM_ONCE.id, alarms_judge.LOST_SHOWN.id)
    }
    needs = (MODBUS, LOCAL, "monitoring.fault-alarm", "monitoring.fault-location")
    scenario = Scenario(circuits=2, points=1, period_s=120, kinds=(), centres=())

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=6, seconds=3)
        FAULT.put(bench, Failing(what="meter", names="e02 e02.energy", after_s=3 * 120))
        bench.meters["e02"].set_fault(Silent())
        await bench.clock.sleep(minutes=15)
        MENDED.put(bench)
        bench.meters["e02"].clear()
        await bench.clock.sleep(minutes=6)
        await bench.operator.alarms()
        await bench.operator.log(start)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from (each for each in alarms_judge.findings(history) if each.id != alarms_judge.ALARM_ONCE.id)


class TellsFaultsFromAfar(_Faults, Case):
    """A silent meter, a channel out of range and a lost centre are told to management software afar, by name."""

    zh = "仪表无应答、通道超量程、中心失联在 60 s 内上报至远程管理端碳软件并指明对象，消除后不再上报。"
    checks = {
        alarms_judge.TOLD_FROM_AFAR: ("isc-2/8.2c",),
        alarms_judge.NAMED_FROM_AFAR: ("isc-2/8.2d",),
        alarms_judge.ENDED_FROM_AFAR: ("isc-2/8.2c",),
    }
    needs = (MODBUS, HJ212, MUTUAL_TLS, MANAGEMENT, "monitoring.fault-alarm", "monitoring.fault-location")
    scenario = Scenario(
        circuits=2,
        points=1,
        meters=("gas",),
        period_s=10,
        kinds=(),
        centres=("B", "M"),
        centre_options=(("M", {"kind": "management", "channel": "mtls", "report_s": 30}),),
    )

    async def drive(self, bench: Bench) -> None:
        await self.fail(bench)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from alarms_judge.afar_findings(history, "M")


class TellsUntrustedPlatforms(Case):
    """A platform over HTTPS whose certificate is not to be trusted is lost: one alarm, by name, while that lasts.

    What is told of one that refuses every record ends with that.
    """

    zh = "HTTPS 平台证书不可信时，终端在 60 s 内告警一次并指明平台，恢复可信证书后解除；平台不再拒收后，相关告警解除。"
    checks = {
        **TellsFaults.checks,
        **beside(alarms_judge.BACKLOG_SHOWN.sometimes(), alarms_judge.LOST_SHOWN.sometimes()),
    }
    needs = (MODBUS, HTTPS_RECORDS, LOCAL, "monitoring.fault-alarm", "monitoring.fault-location")
    scenario = Scenario(
        circuits=1,
        points=1,
        minute_interval=1,
        kinds=("minute",),
        centres=("T",),
        centre_options=(("T", {"kind": "third-party", "channel": "tls"}),),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        platform = bench.platforms["T"]
        await bench.clock.sleep(minutes=6, seconds=3)
        # It is called when a record is due.
        FAULT.put(bench, Failing(what="platform", names="T", after_s=70))
        platform.behave(certificate="self-signed")
        platform.disconnect(abort=True)
        await bench.clock.sleep(minutes=5)
        await bench.operator.queue()
        MENDED.put(bench)
        platform.behave(certificate="good")
        await bench.clock.sleep(minutes=6)
        platform.behave(ack="negative", negative_code="3")
        await bench.clock.sleep(minutes=4)
        platform.behave(ack="always")
        alarms_over.MENDED.put(bench, alarms_over.Mended(names="T"))
        await bench.clock.sleep(minutes=6)
        await bench.operator.alarms()
        await bench.operator.log(start)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from alarms_judge.findings(history)
        yield from alarms_judge.backlog_findings(history, "T")
        yield from alarms_judge.connected_findings(history, "T")


class LogsByItsOwnClock(Case):
    """Entries of the log carry the time of the terminal's own clock, before and after it was moved."""

    zh = "日志时间取自终端自身时钟，时钟变动前后均如此。"
    checks = {
        alarms_judge.LOG_BY_OWN_CLOCK: ("isc-2/7.4.1.3(2)f",),
    }
    needs = (MODBUS, LOCAL, MANUAL)
    rigs = Rig.VIRTUAL | Rig.PROCESS | Rig.LOOPBACK
    scenario = Scenario(start="2026-03-02T06:00:00+08:00", circuits=1, points=2, centres=("A",), kinds=())

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        authors = ("Li Wei", "Wang Fang", "Zhang Min")
        for author, step_s in zip(authors, (7200, -3 * 3600, 0), strict=True):
            await bench.clock.sleep(minutes=7, seconds=13)
            day = start - 54 * HOUR
            await bench.operator.manual_entry("e01.energy", "day", day, "120.00", author, "delivery note")
            await bench.clock.sleep(minutes=1)
            if step_s:
                await bench.terminal.step_clock(step_s)
        await bench.operator.log(start - 4 * HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from alarms_judge.clock_findings(history)
