"""Short cases for real time: minutes instead of days, the same in virtual time, so that both can be compared.

Leaves the full lengths that the clauses ask for to the other chapters: what is decided here is decided for few records.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.case.swept import Swept
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Line, Revocation, Scenario, Standby
from conformance.common import accuracy, clock_steps, delivery, gaps, packages, retention, secrecy, timing
from conformance.common.actions import all_centres, counters, delivered, points, read_readings, read_records, reconciled
from conformance.common.phases import RIGHT
from conformance.common.times import MINUTE, SECOND, ceil
from conformance.terminal import LIVE, MODBUS, read_out
from conformance.terminal.accuracy.values import TakesOverEdgeValues
from conformance.terminal.acquisition import interfaces, standby_judge
from conformance.terminal.acquisition.interfaces import (
    KeepsCadenceBesideDeadMeter,
    ReadsCjt188Meters,
    ReadsDlt645Meters,
    ReadsModbusOnSerialLines,
    StoresNothingFromSpoiledDlt645Answers,
)
from conformance.terminal.acquisition.sources import (
    KeepsSourceThroughNineSecondsOfSilence,
    SwitchesToStandbyAfterTenSeconds,
)
from conformance.terminal.delivery import centres_judge, dynamic_centres_judge
from conformance.terminal.management import configuration_judge, software_judge
from conformance.terminal.management.configuration import ConfiguresFromAfar
from conformance.terminal.management.software import InstallsAndRemovesApplications, StopsUpgradesFromAfar
from conformance.terminal.security import renewal, renewal_judge, revocation_judge
from conformance.terminal.security.renewal import RenewsItsCertificateWhileRunning
from conformance.terminal.security.revocation import RefusesWhatIsRevokedMeanwhile
from conformance.terminal.storage import power_sweep_judge
from simulators.meters.faults import BadCheck, Silent

# Minute data every minute and real-time data every 30 s, the shortest that HJ 212 offers, of meters polled every 5 s.
QUICK = Scenario(circuits=2, points=2, period_s=5, minute_interval=1, realtime_interval_s=30, kinds=("minute",))
# What a terminal may take until it acts on what it was told, on a machine that is busy.
START_S = 10
# a record may be asked for 5 s after its end.
SHOWN_S = 6
# What a terminal may take from its start to its first connection or upload; one that takes longer is judged for what
# it does.
AT_WORK_S = 120


async def at_work(bench: Bench) -> None:
    """Wait until a centre has stored something: how long a terminal takes to start is no matter of these cases."""
    for _ in range(AT_WORK_S):
        if any(centre.records for centre in bench.centres.values()):
            return
        await bench.clock.sleep(1)


async def started(bench: Bench) -> None:
    """Wait until the terminal has a connection to a centre, which it opens as it begins to read its meters."""
    for _ in range(AT_WORK_S):
        if any(centre.connections for centre in bench.centres.values()):
            return
        await bench.clock.sleep(1)


async def whole_minute(bench: Bench) -> None:
    """Wait until a minute has passed whole, whenever the case began, and its record can be asked for."""
    await started(bench)
    now = bench.clock.now_us()
    await bench.clock.sleep((ceil(now + START_S * SECOND, MINUTE) + MINUTE - now) / SECOND + SHOWN_S)


class _RealTime:
    """What these cases share: their checks are those of other chapters, and have to be seen failing in real time."""

    proof = Rig.PROCESS


class DeliversWithinMinutes(_RealTime, Case):
    """Minute values and real-time values reach both centres within minutes of the start, once each and unaltered."""

    zh = "启动数分钟内，分钟数据与实时数据各一次、无误地到达两个中心。"
    checks = {
        centres_judge.CENTRES_SERVED: ("isc-2/7.2.4(3)a", "isc-2/7.2.4(3)b"),
        **beside(accuracy.SAME_READING.of("centre-a"), accuracy.SAME_READING.of("centre-b"), *delivery.ARRIVAL),
    }
    needs = (MODBUS, LIVE)
    scenario = QUICK

    async def drive(self, bench: Bench) -> None:
        await whole_minute(bench)
        await bench.centres.settle(seconds=8)

    def judge(self, history: History) -> Iterator[Finding]:
        yield centres_judge.served_finding(history, reconciled(history), least=2)
        yield from delivered(history)
        yield from accuracy.findings(history, "reading", centres=all_centres(history), needed=1, stored=False)


class BackfillsShortOutage(_RealTime, Case):
    """What fell due while both centres could not be reached for 100 s arrives within a minute afterwards, once each."""

    zh = "两个中心断网 100 s 期间的数据在恢复后一分钟内补齐，各一次。"
    checks = {
        retention.BACKFILL_COMPLETE: ("isc-2/7.2.4(4)a", "isc-2/7.2.4(4)b"),
        delivery.NONE_LOST: ("isc-2/7.2.4(4)a", "isc-2/7.2.4(4)b"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.4(4)a", "isc-2/7.2.4(4)b"),
        **beside(
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            retention.OUTAGE_TOOK_PLACE,
        ),
    }
    needs = (MODBUS, LIVE, "delivery.automatic-backfill")
    scenario = QUICK
    outage_s = 100.0

    async def drive(self, bench: Bench) -> None:
        # The outage ends after a minute that the terminal has read from its beginning.
        await started(bench)
        now = bench.clock.now_us()
        whole_s = (ceil(now + START_S * SECOND, MINUTE) + MINUTE - now) / SECOND
        await bench.clock.sleep(max(0, whole_s + 2 - self.outage_s))
        async with bench.links["uplink"].cut():
            await bench.clock.sleep(self.outage_s)
        await bench.centres.settle(seconds=42)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from retention.outage_findings(history, ledgers, hours=0, recovery=False)
        yield from delivered(history)


class _LosesPowerOnce(_RealTime):
    """What cases share in which power is lost once, after a whole minute was stored and shown."""

    needs = (MODBUS, LIVE, read_out("readable-stays-readable", "sent-as-stored", "same-reading-stored"))
    scenario = QUICK
    work_on_s = 12.0

    async def lose(self, bench: Bench) -> None:
        """Lose power and have it back."""
        raise NotImplementedError

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await whole_minute(bench)
        now = bench.clock.now_us()
        for point in counters(bench):
            await bench.operator.records("minute", point, now - 30 * MINUTE, now)
        await self.lose(bench)
        await bench.clock.sleep(self.work_on_s)
        await bench.centres.settle(seconds=8)
        await read_records(bench, ("minute",), start - MINUTE, bench.clock.now_us())
        await read_readings(bench, points(bench), start - MINUTE, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        if unmet := retention.never_struck(history):
            yield unmet
            return
        if self.work_on_s > power_sweep_judge.BACK_US / SECOND:
            # Where less is looked at, a terminal that takes its time to start could not be told from a dead one.
            yield power_sweep_judge.works_again(history)
        yield from retention.readable_before_findings(history)
        ledgers = reconciled(history)
        yield retention.sent_as_stored_finding(history, ledgers)
        yield from accuracy.findings(history, "reading", needed=1)
        yield from delivered(history)


class OutlastsCutAtSync(_LosesPowerOnce, Case):
    """Power lost just after a write barrier of the terminal, between two, harms nothing that it had shown before."""

    zh = "在两次落盘之间断电，此前可读的数据不受损。"
    checks = {
        retention.READABLE_STAYS_READABLE: ("isc-2/7.2.3e",),
        retention.SENT_AS_STORED: ("csmt/7.6b",),
        accuracy.SAME_READING.of("stored"): ("isc-2/7.2.3-A(2)a",),
        delivery.NONE_LOST: ("csmt/7.6b",),
        delivery.ALL_ACKNOWLEDGED: ("csmt/7.6b",),
        **beside(
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            retention.CUT_STRUCK,
        ),
    }

    async def lose(self, bench: Bench) -> None:
        bench.power.cut_at_sync(bench.chance("sync").randrange(1, 3), off_s=4, after=True)
        await bench.clock.sleep(16)


class OutlastsCutAtInstant(_LosesPowerOnce, Case):
    """Power lost at an instant, for longer than a moment, harms nothing shown before and no later time stamp."""

    zh = "任意时刻断电一段时间，此前可读的数据不受损，其后时标正确。"
    checks = {
        retention.READABLE_STAYS_READABLE: ("isc-2/7.2.3e",),
        retention.SENT_AS_STORED: ("csmt/7.6b",),
        accuracy.SAME_READING.of("stored"): ("isc-2/7.2.3-A(2)a",),
        delivery.NONE_LOST: ("csmt/7.6b",),
        delivery.ALL_ACKNOWLEDGED: ("csmt/7.6b",),
        **beside(
            power_sweep_judge.WORKS_AGAIN,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            retention.CUT_STRUCK,
        ),
    }
    work_on_s = 130.0

    async def lose(self, bench: Bench) -> None:
        await bench.clock.sleep(bench.chance("instant").randrange(0, 5000) / 1000)
        await bench.power.off(25)


class RecoversFromClockWrongAtBoot(_RealTime, Case):
    """A clock 150 s slow when power returns, until a centre sets it, spoils nothing recorded before."""

    zh = "来电时时钟慢 150 s、随后由中心校准，此前记录不受影响，其后记录正确。"
    checks = {
        retention.READABLE_STAYS_READABLE: ("isc-2/7.2.3e",),
        clock_steps.NO_DUPLICATE_KEY: ("csmt/8.2.1g", "isc-2/7.3.1e"),
        clock_steps.NO_NEGATIVE_PERIOD: ("csmt/8.2.1g", "isc-2/7.3.1e"),
        clock_steps.NO_OVERLAPPING_PERIOD: ("csmt/8.2.1g", "isc-2/7.3.1e"),
        clock_steps.NO_LOST_PERIOD: ("isc-2/7.3.1c",),
        clock_steps.NOTHING_COUNTED_TWICE: ("csmt/8.2.1g",),
        clock_steps.PERIOD_TOTALS_TRUE: ("csmt/8.2.1g",),
        clock_steps.GOES_ON_AFTER_THE_STEP: ("isc-2/7.3.1c",),
        **beside(clock_steps.COMMAND_EXECUTED.of("1012")),
    }
    needs = (MODBUS, LIVE, read_out("readable-stays-readable"), "clock.centre")
    scenario = QUICK
    slow_s = 150.0

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await whole_minute(bench)
        await read_records(bench, ("minute",), start - MINUTE, bench.clock.now_us())
        await bench.power.cut()
        await bench.clock.sleep(3)
        await bench.terminal.step_clock(-self.slow_s)
        await bench.power.restore()
        await bench.clock.sleep(75)
        RIGHT.put(bench)
        await bench.centres["A"].set_clock()
        await whole_minute(bench)
        await bench.centres.settle(seconds=8)
        await read_records(bench, ("minute",), start - MINUTE, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield clock_steps.accepted_finding(history, "1012")
        yield from retention.readable_before_findings(history)
        yield from clock_steps.period_findings(history, ledgers)
        yield from clock_steps.total_findings(history, ledgers)
        yield from clock_steps.after_step_findings(history, ledgers, round(self.slow_s * SECOND), least=2)


class OutlastsCutAtAnySync(_RealTime, Swept):
    """Power lost at any write barrier of the first two minutes, or when none is left, does no harm."""

    zh = "在最初两分钟内任一落盘时刻（生效前或生效后）或全部落盘之后断电，均无损害。"
    checks = {
        retention.SENT_AS_STORED: ("csmt/7.6b",),
        accuracy.SAME_READING.of("stored"): ("isc-2/7.2.3-A(2)a",),
        delivery.NONE_LOST: ("csmt/7.6b",),
        delivery.ALL_ACKNOWLEDGED: ("csmt/7.6b",),
        power_sweep_judge.READINGS_STAY.sometimes(): ("isc-2/7.2.3e", "isc-2/7.2.3-A(2)a"),
        retention.READABLE_STAYS_READABLE.sometimes(): ("isc-2/7.2.3e",),
        **beside(
            power_sweep_judge.WORKS_AGAIN,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
        ),
    }
    needs = (
        MODBUS,
        LIVE,
        read_out("readings-stay", "readable-stays-readable", "sent-as-stored", "same-reading-stored"),
    )
    scenario = QUICK
    swept_s = 105.0
    look_s = 7.5
    off_s = 4.0

    async def drive(self, bench: Bench) -> None:
        self.arm(bench, off_s=self.off_s)
        start = bench.clock.now_us()
        for _ in range(round(self.swept_s / self.look_s)):
            await bench.clock.sleep(self.look_s)
            await read_records(bench, ("minute",), start - MINUTE, bench.clock.now_us())
            await read_readings(bench, points(bench), start - MINUTE, bench.clock.now_us())
        await self.counted(bench, off_s=self.off_s)
        # A cut at the very end leaves time for one whole minute more.
        await whole_minute(bench)
        await bench.centres.settle(seconds=8)
        await read_records(bench, ("minute",), start - MINUTE, bench.clock.now_us())
        await read_readings(bench, points(bench), start - MINUTE, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from power_sweep_judge.findings(history)
        yield retention.sent_as_stored_finding(history, reconciled(history))
        yield from accuracy.findings(history, "reading", needed=1)
        yield from delivered(history)


class TakesOverEdgeValuesQuickly(_RealTime, TakesOverEdgeValues):
    """0.10, 123456.78, 99999999.9 and 4294967295 arrive digit for digit within half a minute each."""

    zh = "0.10、123456.78、99999999.9、4294967295 等边界值在半分钟内逐位一致地到达。"
    checks = {
        accuracy.EDGE_NUMBERS.of("stored"): ("isc-2/9.3c", "cpcif/8.2b"),
        accuracy.EDGE_VALUES.of("stored"): ("isc-2/9.3b", "cpcif/8.2a"),
        accuracy.EDGE_NUMBERS.of("centre-a"): ("isc-2/9.3c", "cpcif/8.2b"),
        accuracy.EDGE_VALUES.of("centre-a"): ("isc-2/9.3b", "cpcif/8.2a"),
        accuracy.EDGE_NUMBERS.of("centre-b"): ("isc-2/9.3c", "cpcif/8.2b"),
        accuracy.EDGE_VALUES.of("centre-b"): ("isc-2/9.3b", "cpcif/8.2a"),
    }
    scenario = Scenario(circuits=1, points=1, meters=("types",), period_s=5, realtime_interval_s=30, kinds=())
    before_s = 2.0
    shown_s = 34.0

    async def drive(self, bench: Bench) -> None:
        await at_work(bench)
        await super().drive(bench)


class _OnLinesQuickly(_RealTime):
    """What cases share that read meters on serial lines for a minute and a half."""

    hours = 0.026
    compared = 10

    async def drive(self, bench: Bench) -> None:
        await at_work(bench)
        await super().drive(bench)  # type: ignore[misc]


def _lines(*lines: Line) -> Scenario:
    return Scenario(circuits=0, behind=lines, period_s=10, centres=("A",), realtime_interval_s=30, kinds=())


class ReadsDlt645MetersQuickly(_OnLinesQuickly, ReadsDlt645Meters):
    """Values of DL/T 645-2007 and -1997 meters on one line arrive digit for digit within a minute and a half."""

    zh = "同一串行线上 DL/T 645-2007 与 1997 电能表的数值在一分半钟内逐位一致地存储并上传。"
    checks = {
        accuracy.SAME_READING.of("stored"): (
            "csmt/11.3a-2",
            "csmt/4l",
            "isc-2/7.2.2(2)o",
            "isc-2/7.2.2a-1",
            "isc-2/7.2.2a-2",
        ),
        **beside(
            accuracy.SAME_DIGITS.of("stored"),
            accuracy.SAME_DIGITS.of("centre-a"),
            accuracy.SAME_READING.of("centre-a"),
        ),
    }
    scenario = _lines(Line(("dlt645-2007", "dlt645-1997"), 2400, "E"))
    apart = {}


class ReadsCjt188MetersQuickly(_OnLinesQuickly, ReadsCjt188Meters):
    """Values of CJ/T 188 water, heat and gas meters on one line arrive digit for digit within a minute and a half."""

    zh = "同一串行线上 CJ/T 188 水表、热量表、燃气表的数值在一分半钟内逐位一致地存储并上传。"
    checks = {
        accuracy.SAME_READING.of("stored"): ("csmt/11.3a-3", "csmt/4m", "isc-2/7.2.2(2)p"),
        interfaces.GAS_VOLUME_STORED: ("isc-2/7.2.2c-2",),
        interfaces.WATER_VOLUME_STORED: ("isc-2/7.2.2d-2",),
        interfaces.HEAT_STORED: ("isc-2/7.2.2b-1",),
        **beside(
            accuracy.SAME_DIGITS.of("stored"),
            accuracy.SAME_DIGITS.of("centre-a"),
            accuracy.SAME_READING.of("centre-a"),
        ),
    }
    scenario = _lines(Line(("cjt188-water", "cjt188-heat", "cjt188-gas"), 2400, "E"))


class ReadsModbusOnSerialLinesQuickly(_OnLinesQuickly, ReadsModbusOnSerialLines):
    """Values of Modbus RTU and ASCII meters and 4-20 mA modules arrive digit for digit within a minute and a half."""

    zh = "Modbus RTU、ASCII 表计与 4–20 mA 模块的数值在一分半钟内逐位一致地存储并上传。"
    checks = {
        accuracy.SAME_READING.of("stored"): ("csmt/11.3a-1", "csmt/4e", "csmt/4k", "isc-2/7.2.2(2)n"),
        **beside(
            accuracy.SAME_DIGITS.of("stored"),
            accuracy.SAME_DIGITS.of("centre-a"),
            accuracy.SAME_READING.of("centre-a"),
        ),
    }
    scenario = _lines(Line(("modbus-rtu", "types-rtu", "analogue")), Line(("modbus-ascii", "modbus-ascii"), 9600, "E"))


class KeepsCadenceBesideDeadMeterQuickly(_OnLinesQuickly, KeepsCadenceBesideDeadMeter):
    """A dead meter on a line takes no cycle of ten seconds from the others within two minutes."""

    zh = "同一串行线上一块表无应答时，其余表计两分钟内的 10 s 采集周期不受影响。"
    checks = {
        accuracy.SAME_READING.of("stored"): ("csmt/11.3a-2",),
        timing.EVERY_METER_POLLED: ("csmt/11.3a-2", "isc-2/7.2.3-A(1)a"),
        timing.NO_CYCLE_SKIPPED: ("isc-2/7.2.3-A(1)a",),
        **beside(
            accuracy.SAME_DIGITS.of("stored"),
            accuracy.SAME_DIGITS.of("centre-a"),
            accuracy.SAME_READING.of("centre-a"),
        ),
    }
    scenario = _lines(Line(("dlt645-2007", "dlt645-2007", "dlt645-1997"), 2400, "E"))
    before_s = 5.0
    hours = 0.03
    cycles = 9

    def judge(self, history: History) -> Iterator[Finding]:
        # In so few cycles a single one that is late moves the mean by more than the limit.
        yield from (found for found in super().judge(history) if found.id != "period-error")


class StoresNothingFromSpoiledAnswersQuickly(_RealTime, StoresNothingFromSpoiledDlt645Answers):
    """Silence and damaged answers of a DL/T 645 meter, 40 s each, are not stored as values."""

    zh = "DL/T 645 无应答、校验错各 40 s，均不作为数值。"
    checks = {
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b",),
        gaps.GAP_BOUNDS: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_REPEATED_VALUE: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_FALSE_GAP: ("isc-2/7.2.3-A(1)b",),
        **beside(gaps.NO_VALUE_SENT_AS_READ),
    }
    # The period leaves room for every repetition that a terminal may try on a line of 2400 bit/s.
    scenario = _lines(Line(("dlt645-2007", "dlt645-2007"), 2400, "E")).but(period_s=20)
    faults = (Silent(), BadCheck())
    before_s = 40.0
    spoilt_s = 40.0

    async def drive(self, bench: Bench) -> None:
        await at_work(bench)
        # Faults come and go shortly before the next poll of a terminal that polls at multiples of its period: by then
        # it has tried again whatever it tries again.
        period_us = round(self.scenario.period_s * SECOND)
        await bench.clock.sleep((period_us * 19 // 20 - bench.clock.now_us()) % period_us / SECOND)
        await super().drive(bench)


class _SilentQuickly(_RealTime):
    """What cases share in which a meter with a standby is silent twice, within four minutes.

    No silence meets the end of a minute, whose closing reading nobody could then tell from outside.
    """

    times = 2
    before_s = 0.0
    apart_s = 60.0
    after_s = 1.0
    settle_s = 8.0

    async def drive(self, bench: Bench) -> None:
        await at_work(bench)
        await bench.clock.sleep(5 + (-bench.clock.now_us()) % MINUTE / SECOND)
        await super().drive(bench)  # type: ignore[misc]


_STANDBY = Scenario(
    circuits=2,
    behind=(Standby("e01"),),
    period_s=1,
    minute_interval=1,
    centres=("A",),
    realtime_interval_s=30,
    kinds=(),
)


class KeepsSourceQuickly(_SilentQuickly, KeepsSourceThroughNineSecondsOfSilence):
    """Nine seconds without a reply, twice within four minutes, do not bring the standby source into use."""

    zh = "四分钟内两次 9.0 s 无应答时不启用备用设备。"
    checks = {
        standby_judge.NO_SWITCH: ("isc-2/7.2.3-A(1)c",),
    }
    scenario = _STANDBY


class SwitchesToStandbyQuickly(_SilentQuickly, SwitchesToStandbyAfterTenSeconds):
    """After ten seconds without a reply, twice within four minutes, the standby is read, told and recorded."""

    zh = "四分钟内两次连续 10 s 无应答时自动改用备用设备，有提示、有来源记录，不漏计不重计。"
    checks = {
        standby_judge.ONE_SWITCH: ("isc-2/7.2.3-A(1)c",),
        standby_judge.SWITCH_TIME: ("isc-2/7.2.3-A(1)c",),
        standby_judge.STAFF_NOTIFIED: ("isc-2/7.2.3-A(1)d",),
        standby_judge.MISSING_STRETCH_RECORDED: ("isc-2/7.2.3-A(1)b",),
        **beside(standby_judge.OPERATOR_TOLD, standby_judge.SOURCE_RECORDED, standby_judge.EVERY_UNIT_ONCE),
    }
    scenario = _STANDBY.but(kinds=("minute",))


# The four below are other chapters' cases with shorter waits; their checks are seen failing where those of the
# chapters are, in virtual time.
_LOOK_S = 60


class RefusesWhatIsRevokedQuickly(RefusesWhatIsRevokedMeanwhile):
    """A centre whose certificate is revoked gets nothing two minutes later; a forged list changes nothing."""

    zh = "中心证书被吊销两分钟后不再发送，解除后补齐；伪造的吊销列表不起作用；全程不到一刻钟。"
    checks = {
        revocation_judge.REVOKED_GETS_NOTHING.of("a"): ("isc-2/7.4.1b",),
        revocation_judge.REVOKED_AT_NEXT_HANDSHAKE: ("isc-2/7.4.1b",),
        revocation_judge.FORGED_LIST_NOT_BELIEVED: ("isc-2/7.4.1b",),
        **beside(revocation_judge.LIST_RENEWED, revocation_judge.OTHERS_ARE_SERVED_MEANWHILE, *delivery.ARRIVAL),
    }
    scenario = RefusesWhatIsRevokedMeanwhile.scenario.but(
        services=(Revocation(publish_s=_LOOK_S, valid_s=6 * _LOOK_S, look_s=_LOOK_S),)
    )
    before_s = 205.0
    revoked_s = 205.0
    reinstated_s = 100.0
    forged_s = 80.0
    # Whatever the phase of the minute, a message of the last two minutes came over a session begun after the cut.
    cut_s = 150.0
    mended_s = 10.0
    settle_s = 70.0


class RenewsItsCertificateQuickly(RenewsItsCertificateWhileRunning):
    """A certificate is replaced within five minutes: unfit ones refused, the new one shown, nothing lost."""

    zh = "五分钟内在线更换终端证书：不合格证书被拒绝，新证书随即启用且断电后保持，数据不丢失。"
    checks = {
        renewal_judge.UNFIT_CERTIFICATES_REFUSED: ("isc-2/7.4.1b",),
        secrecy.NO_SECRET_IN_STORAGE: ("isc-2/7.4.1.4(2)a", "isc-2/7.4.1.4(2)b"),
        **beside(
            renewal_judge.RENEWAL_TAKEN,
            renewal_judge.NEW_CERTIFICATE_SHOWN,
            renewal_judge.WARNING_CLEARED.sometimes(),
            renewal.RENEWAL_LOGGED,
            *delivery.ARRIVAL,
        ),
    }
    scenario = RenewsItsCertificateWhileRunning.scenario.but(minute_interval=1)
    before_s = 20.0
    unfit_s = 5.0
    after_s = 75.0
    off_s = 5.0
    settle_s = 45.0

    async def drive(self, bench: Bench) -> None:
        await whole_minute(bench)
        await super().drive(bench)


_MANAGED = {"kind": "management", "channel": "mtls", "report_s": 10}


class InstallsApplicationsQuickly(InstallsAndRemovesApplications):
    """Applications and modules are installed, upgraded and removed within ten minutes; nothing else notices."""

    zh = "十分钟内远程安装、升级、卸载应用程序和模块，其他模块不受影响。"
    checks = {
        software_judge.INSTALLED_RUNS: ("csmt/10.6.4a", "isc-2/8.4d"),
        software_judge.UPGRADED_RUNS: ("csmt/10.6.4c", "isc-2/8.4f"),
        software_judge.REMOVED_IS_GONE: ("csmt/10.6.4b", "isc-2/8.4e"),
        software_judge.POLLING_UNDISTURBED: ("isc-2/4.3h",),
        software_judge.CONNECTION_UNDISTURBED: ("isc-2/4.3h",),
        software_judge.INTERFACE_UNDISTURBED: ("isc-2/4.3h",),
        packages.RECORDS_UNTOUCHED: ("csmt/10.6.4d", "csmt/10.6.4e", "isc-2/8.4g", "isc-2/8.4h"),
        packages.ISSUER_SEES_NO_DATA: ("csmt/10.6.4g", "isc-2/8.4j"),
        software_judge.NO_COPY_LEFT: ("csmt/10.6.4f", "isc-2/8.4i"),
        **beside(software_judge.BAD_APPLICATION_GIVEN_UP),
    }
    scenario = InstallsAndRemovesApplications.scenario.but(
        minute_interval=1, centre_options=(("A", {"channel": "mtls"}), ("M", _MANAGED))
    )
    kind = "minute"
    before_s = 200.0
    after_s = 90.0


class StopsUpgradesQuickly(StopsUpgradesFromAfar):
    """Upgrades are stopped from afar, completed after a lost network and taken as a file within ten minutes."""

    zh = "十分钟内：升级可远程切断，断网后可恢复完成，可以文件方式升级，数据不变。"
    checks = {
        software_judge.STOPPED_WHILE_FETCHING: ("isc-2/8.4c",),
        software_judge.STOPPED_ON_TRIAL: ("isc-2/8.4c",),
        software_judge.DONE_AFTER_LOST_NETWORK: ("csmt/10.6.4c", "isc-2/8.4f"),
        software_judge.UPGRADED_OVER_LOCAL_NETWORK: ("isc-2/8.4b",),
        packages.RECORDS_UNTOUCHED: ("csmt/10.6.4d", "csmt/10.6.4e", "isc-2/8.4g", "isc-2/8.4h"),
        packages.ISSUER_SEES_NO_DATA: ("csmt/10.6.4g", "isc-2/8.4j"),
        software_judge.NO_COPY_LEFT: ("csmt/10.6.4f", "isc-2/8.4i"),
        **beside(software_judge.NEVER_HALF_INSTALLED, packages.WORKS_AGAIN),
    }
    scenario = StopsUpgradesFromAfar.scenario.but(
        period_s=5, minute_interval=1, centre_options=(("A", {"channel": "mtls"}), ("M", _MANAGED))
    )
    kind = "minute"
    before_s = 200.0
    over_s = 45.0
    lost_s = 45.0


class ConfiguresQuickly(ConfiguresFromAfar):
    """Address, centre and item set by signed package act, formula and factor are in force, within twenty minutes."""

    zh = "二十分钟内以签名软件包远程配置地址、中心、数据项并起作用，公式和因子在用，断电后保持。"
    checks = {
        packages.OFFLINE_IN_FORCE: ("csmt/11.4b-3",),
        packages.FORMULA_IN_FORCE: ("isc-2/8.3e",),
        packages.FACTOR_IN_FORCE: ("isc-2/8.3a", "isc-2/8.3f"),
        packages.FACTOR_FROM_FILE_IN_FORCE: ("isc-2/8.3b",),
        configuration_judge.NEW_ADDRESS_GETS_EVERYTHING: ("isc-2/8.3c",),
        configuration_judge.OLD_ADDRESS_LEFT_ALONE: ("isc-2/8.3c",),
        configuration_judge.ITEM_NO_LONGER_ACQUIRED: ("isc-2/8.3d",),
        configuration_judge.CONFIGURATION_SURVIVES_RESTART: ("isc-2/8.3d",),
        configuration_judge.ITEM_ACQUIRED_AGAIN: ("csmt/11.4b-3",),
        dynamic_centres_judge.JOINED_IS_SERVED.of("c").sometimes(): ("isc-2/7.2.4(3)d",),
        configuration_judge.WRONG_CONFIGURATION_REFUSED: ("isc-2/7.4.1.4(3)b",),
        configuration_judge.REFUSED_CHANGES_NOTHING: ("isc-2/7.4.1.4(3)b",),
        **beside(packages.TAKEN_ONLINE, packages.ONLINE_IN_FORCE, configuration_judge.CONFIGURATION_LOGGED),
    }
    scenario = ConfiguresFromAfar.scenario.but(period_s=10, centre_options=(("M", _MANAGED),))
    before_s = 80.0
    away_s = 100.0
    without_s = 190.0
    off_s = 10.0
    restarted_s = 100.0
    again_s = 190.0
    settle_s = 45.0
