"""Commands of a centre: reading at once, history requests, settings, refusals (ISC-2 7.2.3-A(2), 7.2.4, 9.1)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Collector, Scenario, System
from conformance.common import clock_steps
from conformance.common.phases import BETWEEN, OVER, PROBE, Probe
from conformance.common.settable import LIMIT, SETTABLE, Limit
from conformance.common.times import DAY, HOUR, MINUTE, SECOND, ceil, stamp_of
from conformance.terminal import HJ212, MODBUS, SQL, read_out
from conformance.terminal.acquisition import command_handling_judge, commands_judge, field_information_judge
from conformance.terminal.acquisition.command_handling_judge import (
    CLASS_SET,
    EVERY_COMMAND,
    MINUTE_SET,
    NEW_PASSWORD,
    OLD_PASSWORD,
    PASSWORD_SET,
    PATIENCE_SET,
    REALTIME_SET,
    RESTORED,
    RESUMED,
    STOPPED,
    WRONG_REQUEST,
    Interval,
    Password,
    Patience,
    When,
    WrongRequest,
)
from conformance.terminal.collectors.collectors import MQTT


class ReadsMetersOnCommand(Case):
    """A centre's request makes the terminal read its meters now and answer with that reading within 5 s."""

    zh = "数据中心下达命令后，终端立即读取表计并在 5 s 内以该读数应答。"
    checks = {
        commands_judge.READ_NOW_ANSWERED: ("isc-2/9.1e", "isc-2/7.2.3-A(2)c"),
        commands_judge.READ_NOW_READS_THE_METER: ("isc-2/9.1e",),
        commands_judge.READ_NOW_SENDS_THAT_VALUE: ("isc-2/9.1e",),
        commands_judge.READ_NOW_ANSWER_TIME: ("isc-2/9.1e",),
    }
    needs = (MODBUS, HJ212, "acquisition.on-command")
    scenario = Scenario(circuits=3, points=2, period_s=900, centres=("A",), kinds=("minute",))
    times = 5

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("command")
        await bench.clock.sleep(minutes=16)
        for _ in range(self.times):
            await bench.clock.sleep(chance.randrange(200_000, 700_000) / 1000)
            await bench.centres["A"].read_now()
        await bench.clock.sleep(minutes=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from commands_judge.read_now_findings(history, "A", needed=self.times)


class TellsWhatWasSaidLastOnCommand(Case):
    """A command to read is answered for sources that speak by themselves too, with what they said last."""

    zh = "对主动上送的数据源（MQTT 采集器、数据库），即时采集命令以其最近一次送出的数值应答。"
    checks = {
        commands_judge.READ_NOW_ANSWERED: ("isc-2/7.2.3-A(2)c",),
        **beside(commands_judge.SAID_LAST_SENT),
    }
    needs = (HJ212, MQTT, SQL, "acquisition.on-command")
    scenario = Scenario(
        circuits=0, behind=(Collector("mqtt", 2), System("sql", ("energy-system",))), centres=("A",), kinds=()
    )
    times = 5

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("command")
        await bench.clock.sleep(minutes=6)
        for _ in range(self.times):
            # Far from the full minute, about which sources speak.
            await bench.clock.sleep(60 + chance.randrange(20_000, 45_000) / 1000)
            await bench.centres["A"].read_now()
            due = ceil(bench.clock.now_us(), MINUTE)
            await bench.clock.sleep((due - bench.clock.now_us()) / SECOND)
        await bench.clock.sleep(minutes=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from commands_judge.said_last_findings(history, "A", needed=self.times * 6)


async def ask_for_history(bench: Bench, start: int) -> None:
    """Ask for minute, hour and day data of the day that begins at `start` (us UTC), and for some that cannot be."""
    quarter = 15 * MINUTE
    for kind, begin, end, empty in (
        ("minute", start + 4 * HOUR, start + 6 * HOUR, False),
        ("minute", start + 7 * HOUR, start + 7 * HOUR, False),
        ("hour", start + 3 * HOUR, start + 9 * HOUR, False),
        ("day", start, start, False),
        ("minute", start - 30 * DAY, start - 30 * DAY + quarter, True),
    ):
        first, last = stamp_of(begin), stamp_of(end)
        commands_judge.QUERY.put(
            bench, commands_judge.Query(kind=kind, empty="yes" if empty else "no", begin=first, end=last)
        )
        await bench.centres["A"].history(kind, first, last)
        await bench.clock.sleep(30)


class AnswersHistoryRequests(Case):
    """History requests for minute, hour and day data bring every record of the closed range, and nothing else."""

    zh = "历史数据请求返回所请求闭区间内的全部记录，不多不少、内容正确。"
    checks = {
        commands_judge.QUERY_ACCEPTED: ("isc-2/7.2.4i",),
        commands_judge.QUERY_COMPLETE: ("isc-2/7.2.4i", "isc-2/7.2.3-A(2)c", "isc-2/7.2.3-A(3)b"),
        commands_judge.QUERY_TRUE: ("isc-2/7.2.3-A(3)b",),
        commands_judge.QUERY_IN_RANGE: ("isc-2/7.2.3-A(3)b",),
        commands_judge.QUERY_EMPTY: ("isc-2/7.2.4k",),
    }
    needs = (MODBUS, HJ212, "uplink.query")
    scenario = Scenario(circuits=1, points=2, centres=("A",))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=25, minutes=10)
        await ask_for_history(bench, start)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from commands_judge.query_findings(history, "A")


_EXERCISED = dict.fromkeys(
    (
        command_handling_judge.REALTIME_INTERVAL,
        command_handling_judge.MINUTE_INTERVAL,
        command_handling_judge.PATIENCE,
        command_handling_judge.PASSWORD_CHANGED,
        command_handling_judge.REALTIME_STOPPED,
        command_handling_judge.REALTIME_RESUMED,
        command_handling_judge.SETTINGS_TOLD,
    ),
    ("isc-2/7.2.4k",),
)
"""What a centre sets, seen in what the terminal does."""


class ObeysItsCentre(Case):
    """Time-outs, intervals, password and real-time data follow what the centre sets, and outlast a power cut."""

    zh = "超时、重发、间隔、密码与实时数据开关均按中心的设定执行，断电后保持。"
    checks = {
        command_handling_judge.EXECUTES.of("1000"): ("isc-2/7.2.4k",),
        command_handling_judge.EXECUTES.of("1061"): ("isc-2/7.2.4k",),
        command_handling_judge.EXECUTES.of("1062"): ("isc-2/7.2.4k",),
        command_handling_judge.EXECUTES.of("1063"): ("isc-2/7.2.4k",),
        command_handling_judge.EXECUTES.of("1064"): ("isc-2/7.2.4k",),
        command_handling_judge.EXECUTES.of("1072"): ("isc-2/7.2.4k",),
        command_handling_judge.EXECUTES.of("2012"): ("isc-2/7.2.4k",),
        **_EXERCISED,
    }
    needs = (MODBUS, HJ212)
    scenario = Scenario(circuits=1, points=2, centres=("A",), realtime_interval_s=60, over_time_s=5)

    async def drive(self, bench: Bench) -> None:
        centre = bench.centres["A"]
        await bench.clock.sleep(minutes=4, seconds=10)
        await centre.set_realtime_interval(120)
        REALTIME_SET.put(bench, Interval(interval_s=120))
        await bench.clock.sleep(minutes=10)
        await centre.set_minute_interval(5)
        MINUTE_SET.put(bench, Interval(interval_s=300))
        await bench.clock.sleep(minutes=26)
        await self._probe(bench)
        await centre.set_timeouts(8, 2)
        PATIENCE_SET.put(bench, Patience(over_time_s=8, re_count=2))
        centre.behave(ack="never")
        await bench.clock.sleep(minutes=4)
        centre.behave(ack="always")
        await centre.set_password("7Kd93x")
        PASSWORD_SET.put(bench, Password(pw="7Kd93x"))
        await bench.clock.sleep(minutes=5)
        await centre.stop_realtime()
        STOPPED.put(bench)
        await bench.clock.sleep(minutes=7)
        RESUMED.put(bench)
        await centre.read_now()
        await bench.clock.sleep(minutes=7)
        await bench.power.off(30)
        await bench.clock.sleep(minutes=2)
        RESTORED.put(bench)
        await self._probe(bench)
        await bench.clock.sleep(minutes=6)

    async def _probe(self, bench: Bench) -> None:
        await bench.centres["A"].read_realtime_interval()
        await bench.centres["A"].read_minute_interval()

    def judge(self, history: History) -> Iterator[Finding]:
        yield from command_handling_judge.executed_findings(
            history, ("1000", "1061", "1062", "1063", "1064", "1072", "2012")
        )
        yield from command_handling_judge.interval_findings(history)
        yield command_handling_judge.patience_finding(history)
        yield command_handling_judge.password_finding(history)
        yield from command_handling_judge.realtime_findings(history)
        yield command_handling_judge.told_finding(history)


class KeepsWhatItsCentreSet(Case):
    """What a centre set is exercised once more after two power cuts: intervals, time-outs, password, real-time data."""

    zh = "中心下发的间隔、超时与重发、密码、实时数据开关，两次断电重启后逐项再验证，均按设定执行。"
    checks = _EXERCISED
    needs = (MODBUS, HJ212)
    scenario = ObeysItsCentre.scenario

    async def drive(self, bench: Bench) -> None:
        centre = bench.centres["A"]
        await bench.clock.sleep(minutes=3, seconds=10)
        await centre.set_realtime_interval(120)
        await centre.set_minute_interval(5)
        await centre.set_timeouts(8, 2)
        await centre.set_password("7Kd93x")
        await self._restart(bench)
        await self._restart(bench)
        PASSWORD_SET.put(bench, Password(pw="7Kd93x"))
        REALTIME_SET.put(bench, Interval(interval_s=120))
        await self._probe(bench)
        await bench.clock.sleep(minutes=10)
        MINUTE_SET.put(bench, Interval(interval_s=300))
        await bench.clock.sleep(minutes=21)
        PATIENCE_SET.put(bench, Patience(over_time_s=8, re_count=2))
        centre.behave(ack="never")
        await bench.clock.sleep(minutes=6)
        centre.behave(ack="always")
        OVER.put(bench)
        await bench.clock.sleep(minutes=1)
        await centre.stop_realtime()
        await self._restart(bench)
        STOPPED.put(bench)
        await bench.clock.sleep(minutes=7)
        BETWEEN.put(bench)
        await centre.read_now()
        await self._restart(bench)
        RESUMED.put(bench)
        await bench.clock.sleep(minutes=7)
        RESTORED.put(bench)
        await self._probe(bench)

    async def _restart(self, bench: Bench) -> None:
        await bench.clock.sleep(5)
        await bench.power.off(30)
        await bench.clock.sleep(minutes=2)

    async def _probe(self, bench: Bench) -> None:
        await bench.centres["A"].read_realtime_interval()
        await bench.centres["A"].read_minute_interval()

    def judge(self, history: History) -> Iterator[Finding]:
        yield from command_handling_judge.interval_findings(history)
        yield command_handling_judge.patience_finding(history)
        yield command_handling_judge.password_finding(history)
        yield from command_handling_judge.realtime_findings(history)
        yield command_handling_judge.told_finding(history)


class BuildsClassesFromWhatWasRead(Case):
    """A centre sets another interval just after a poll: values of the periods that begin then take that poll in."""

    zh = "中心在采集后即刻改设间隔时，此后时段的数据计入该次采集。"
    checks = {command_handling_judge.CLASSES_COMPLETE: ("isc-2/9.3c", "isc-2/7.3.1e")}
    needs = (MODBUS, HJ212)
    scenario = Scenario(circuits=2, points=2, centres=("A",), kinds=("minute",), period_s=10)
    orders = ((5, 0.03), (4, 0.06), (6, 0.1), (3, 0.2), (2, 0.4), (12, 0.8))
    """Intervals (min) that were not set before, and how long after a poll (s)."""

    async def drive(self, bench: Bench) -> None:
        centre = bench.centres["A"]
        for interval, after_s in self.orders:
            # The poll just before the order begins a period of the class.
            now_us = bench.clock.now_us()
            await bench.clock.sleep((ceil(now_us + SECOND, interval * MINUTE) - now_us) / SECOND + after_s)
            CLASS_SET.put(bench, Interval(interval_s=interval * 60))
            await centre.set_minute_interval(interval)
            await bench.clock.sleep(minutes=interval * 2 + 1)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield command_handling_judge.classes_finding(history)


class ObeysTheNewPasswordAlone(Case):
    """After a change the old password is refused and the new one obeyed; so it is after a restart, with time-outs."""

    zh = "修改密码后旧密码被拒绝、新密码有效；断电重启后依然如此，且超时与重发次数按设定执行。"
    checks = {
        command_handling_judge.OLD_PASSWORD_REFUSED: ("isc-2/7.2.4k",),
        command_handling_judge.NEW_PASSWORD_OBEYED: ("isc-2/7.2.4k",),
        command_handling_judge.PATIENCE: ("isc-2/7.2.4k",),
    }
    needs = (MODBUS, HJ212)
    scenario = Scenario(circuits=1, points=2, centres=("A",), minute_interval=1, over_time_s=5)

    async def drive(self, bench: Bench) -> None:
        centre = bench.centres["A"]
        await bench.clock.sleep(minutes=4, seconds=10)
        await centre.set_timeouts(8, 2)
        old, new = centre.pw, "7Kd93x"
        await centre.set_password(new)
        for when in ("at once", "after a restart"):
            for kind, pw in ((OLD_PASSWORD, old), (NEW_PASSWORD, new)):
                centre.pw = pw
                kind.put(bench, When(when=when))
                await centre.read_minute_interval()
                await centre.read_clock()
                await bench.clock.sleep(20)
            BETWEEN.put(bench)
            await bench.clock.sleep(minutes=1)
            if when == "at once":
                await bench.power.off(30)
                await bench.clock.sleep(minutes=2)
        PATIENCE_SET.put(bench, Patience(over_time_s=8, re_count=2))
        centre.behave(ack="never")
        await bench.clock.sleep(minutes=4)
        centre.behave(ack="always")
        OVER.put(bench)
        await bench.clock.sleep(minutes=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from command_handling_judge.password_findings(history)
        yield command_handling_judge.patience_finding(history)


WRONG: tuple[command_handling_judge.Wanted, ...] = (
    ("password", "1062", "QnRtn=3"),
    (command_handling_judge.OTHER_DEVICE, "1062", "QnRtn=4"),
    ("system-code", "1062", "QnRtn=5"),
    ("command", "1099", "QnRtn=8"),
    ("time-out", "1000", "ExeRtn=3"),
    ("realtime-interval", "1062", "ExeRtn=3"),
    ("minute-interval", "1064", "ExeRtn=3"),
    ("range", "2051", "ExeRtn=3"),
    ("time", "1012", "ExeRtn=3"),
)
_OTHER = "010000A8900016F000169FFF"
EVERY = (
    *("1000", "1011", "1012", "1061", "1062", "1063", "1064", "1072"),
    *("2012", "2021", "2022", "2031", "2041", "2051", "2061"),
    *("3011", "3012", "3013", "3014", "3015", "3016", "3017", "3018", "3019", "3020", "3021"),
)
"""The requests of table 9; 2011 has a case of its own."""


class RefusesWrongRequests(Case):
    """Wrong identity, command or parameter is refused by its own code and sets nothing; no request meets silence."""

    zh = "身份、命令或参数错误的请求以对应代码拒绝且不生效；任何命令都有应答。"
    checks = {
        command_handling_judge.REFUSES.of("password"): ("isc-2/7.2.4k",),
        command_handling_judge.REFUSES.of("device-number"): ("isc-2/7.2.4k",),
        command_handling_judge.REFUSES.of("system-code"): ("isc-2/7.2.4k",),
        command_handling_judge.REFUSES.of("command"): ("isc-2/7.2.4k",),
        command_handling_judge.REFUSES.of("time-out"): ("isc-2/7.2.4k",),
        command_handling_judge.REFUSES.of("realtime-interval"): ("isc-2/7.2.4k",),
        command_handling_judge.REFUSES.of("minute-interval"): ("isc-2/7.2.4k",),
        command_handling_judge.REFUSES.of("range"): ("isc-2/7.2.4k",),
        command_handling_judge.REFUSES.of("time"): ("isc-2/7.2.4k",),
        command_handling_judge.REFUSED_SETS_NOTHING: ("isc-2/7.2.4k",),
        clock_steps.CLOCK_NOT_SET_BY_JUNK: ("isc-2/7.2.4k",),
        command_handling_judge.NO_REQUEST_IN_SILENCE: ("isc-2/7.2.4k",),
        command_handling_judge.LIMITS_SETTABLE: ("isc-2/7.2.4k",),
        command_handling_judge.BEYOND_LIMITS_REFUSED: ("isc-2/7.2.4k",),
    }
    needs = (MODBUS, HJ212, "clock.centre")
    scenario = Scenario(circuits=1, points=2, centres=("A",), realtime_interval_s=60, over_time_s=5, re_count=1)

    async def drive(self, bench: Bench) -> None:
        centre = bench.centres["A"]
        await bench.clock.sleep(minutes=2, seconds=10)
        await self._probe(bench)
        sound = (("RtdInterval", "300"),)
        sent = {
            "password": sound,
            command_handling_judge.OTHER_DEVICE: sound,
            "system-code": sound,
            "time-out": (("OverTime", "0"), ("ReCount", "3")),
            "realtime-interval": (("RtdInterval", "5"),),
            "minute-interval": (("MinInterval", "7"),),
            "range": (("BeginTime", "20260302000000"), ("EndTime", "20260301000000")),
            "time": (("SystemTime", "20261332250000"),),
        }
        for what, cn, _ in WRONG:
            WRONG_REQUEST.put(bench, WrongRequest(what=what))
            pw, st = centre.pw, centre.st
            centre.pw = "000001" if what == "password" else pw
            centre.st = "22" if what == "system-code" else st
            await centre.command(
                cn, *sent.get(what, ()), mn=_OTHER if what == command_handling_judge.OTHER_DEVICE else ""
            )
            centre.pw, centre.st = pw, st
            await self._probe(bench)
        EVERY_COMMAND.put(bench)
        for cn in EVERY:
            await centre.command(cn, *self._sound(bench, cn), execution_s=20)
        await bench.clock.sleep(minutes=1)
        await centre.read_clock()
        await self._limits(bench)

    async def _limits(self, bench: Bench) -> None:
        """Each setting at its limits and one beyond, then as it was."""
        centre = bench.centres["A"]
        for each in SETTABLE:
            usual = dict(self._sound(bench, each.cn))
            for value in (each.low, each.high, *each.beyond):
                LIMIT.put(bench, Limit(field=each.field, value=str(value)))
                await centre.command(each.cn, *{**usual, each.field: str(value)}.items())
                await (centre.read_minute_interval if each.cn == "1064" else centre.read_realtime_interval)()
            await centre.command(each.cn, *usual.items())

    async def _probe(self, bench: Bench) -> None:
        centre = bench.centres["A"]
        await centre.read_realtime_interval()
        await centre.read_minute_interval()
        await centre.read_clock()

    def _sound(self, bench: Bench, cn: str) -> tuple[tuple[str, str], ...]:
        """Parameters with which nothing changes."""
        now = stamp_of(bench.clock.now_us())
        return {
            "1000": (("OverTime", "5"), ("ReCount", "1")),
            "1012": (("SystemTime", now),),
            "1062": (("RtdInterval", "60"),),
            "1064": (("MinInterval", "15"),),
            "1072": (("NewPW", bench.centres["A"].pw),),
            "2031": (("BeginTime", now), ("EndTime", now)),
            "2041": (("BeginTime", now), ("EndTime", now)),
            "2051": (("BeginTime", now), ("EndTime", now)),
            "2061": (("BeginTime", now), ("EndTime", now)),
            "3016": (("PolId", "a05001"), ("CstartTime", "000000"), ("Ctime", "4")),
            "3020": (("PolId", "a05001"), ("InfoId", "i22001")),
            "3021": (("PolId", "a05001"), ("InfoId", "i13007"), ("i13007-Info", "0")),
        }.get(cn, (("PolId", "a05001"),) if cn.startswith("3") else ())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from command_handling_judge.refusal_findings(history, WRONG)
        yield command_handling_judge.untouched_finding(history, least=2 * len(WRONG))
        yield from clock_steps.untouched_findings(history, probes=len(WRONG) + 1)
        yield command_handling_judge.silence_finding(history, EVERY)
        yield from command_handling_judge.limit_findings(history)


_ABSENT = "a99999"
"""An instrument that no terminal on this bench has."""


class DoesNothingForAbsentInstruments(Case):
    """Requests to an instrument that is not there (clock, calibration, sampling, identity) are refused as such."""

    zh = "对不存在仪表的请求（时钟、校准、采样、标识、状态、参数）按其代码拒绝，不虚报成功，不改动自身时钟。"
    checks = {
        field_information_judge.NOTHING_DONE_WITHOUT_INSTRUMENT: ("isc-2/7.2.4k",),
        field_information_judge.REFUSED_FOR_WHAT_IT_IS: ("isc-2/7.2.4k",),
        field_information_judge.CLOCK_OF_NOBODY_SET: ("isc-2/7.2.4k",),
    }
    needs = (MODBUS, HJ212, "clock.centre")
    scenario = Scenario(circuits=1, points=2, centres=("A",), over_time_s=5, re_count=1)

    async def drive(self, bench: Bench) -> None:
        centre = bench.centres["A"]
        await bench.clock.sleep(minutes=2, seconds=10)
        field_information_judge.INSTRUMENTS.put(bench, field_information_judge.Absent(device=_ABSENT))
        await centre.read_clock(_ABSENT)
        await centre.set_clock(bench.clock.now_us() + HOUR, _ABSENT)
        for cn in ("3011", "3012", "3013", "3014", "3017", "3018", "3019"):
            await centre.command(cn, ("PolId", _ABSENT), execution_s=20)
        await centre.set_sampling_period(_ABSENT, "000000", 4)
        await centre.information("i12001", _ABSENT)
        await centre.set_parameter("i13007", _ABSENT, "0.5")
        PROBE.put(bench, Probe())
        await centre.read_clock()
        await bench.clock.sleep(minutes=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from field_information_judge.instrument_findings(history)


class TellsItsStateAndLog(Case):
    """Field information on request (3020): state, link and log of the terminal as they are, of the range asked."""

    zh = "按请求上报现场信息（3020）：终端状态、通信状态与日志如实，且限于所请求时段。"
    checks = {
        field_information_judge.TELLS.of("i22001"): ("isc-2/7.2.4k",),
        field_information_judge.TELLS.of("i22003"): ("isc-2/7.2.4k",),
        field_information_judge.LOG_FORM: ("isc-2/7.2.4k",),
        field_information_judge.LOG_TOLD: ("isc-2/7.2.4k",),
        field_information_judge.NO_LOG_NO_DATA: ("isc-2/7.2.4k",),
    }
    needs = (MODBUS, HJ212, read_out("log-told"), "uplink.field-information")
    scenario = Scenario(circuits=1, points=2, centres=("A",), over_time_s=5, re_count=1)
    about = "a05001"

    async def drive(self, bench: Bench) -> None:
        centre = bench.centres["A"]
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=5, seconds=10)
        # A cut supply is in every log; what came before it is out of the range asked for.
        await bench.power.off(30)
        await bench.clock.sleep(minutes=3)
        begin, end = stamp_of(start + 4 * MINUTE), stamp_of(bench.clock.now_us())
        asked = field_information_judge.Range(begin=begin, end=end, about=self.about)
        field_information_judge.LOGGER.put(bench, asked)
        await centre.information("i22001", self.about)
        await centre.information("i22003", self.about)
        await centre.information("i21001", self.about, begin, end)
        field_information_judge.NO_LOG.put(bench)
        await centre.information("i21001", self.about, stamp_of(start - 30 * DAY), stamp_of(start - 29 * DAY))
        PROBE.put(bench, Probe())
        await bench.operator.log(start)
        await bench.clock.sleep(minutes=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from field_information_judge.logger_findings(history)
