"""What nobody foresaw: one message, row or answer that no decoder expects ends nothing and stays with nobody.

Leaves what is no number and still well-formed to `collectors`, junk on HJ 212 connections to `protocol`. Nothing here
is beyond what a peer can send by a slip of its own; all of it is small, and it is asked only that the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside, criterion
from bench.facade.bench import Bench
from bench.history import History, Observed
from bench.history.marks import SETTLE
from bench.layout.scenario import Collector, Configuration, Scenario, System
from conformance.common import delivery, gaps
from conformance.common.actions import all_centres, points, read_readings, reconciled
from conformance.terminal import HJ212, LIVE, LOCAL, MODBUS, PLATFORM, READ_GAPS, SQL, UPLINK
from conformance.terminal.acquisition import command_handling_judge
from conformance.terminal.collectors import systems_judge
from conformance.terminal.collectors.collectors import GAPS, MQTT
from simulators.centres.malformed import MALFORMED
from simulators.meters.faults import AnyFault, Garbage, Misdated, Token

_TOKENS = (
    '"\\ud800"',
    "[" * 20_000 + "]" * 20_000,
    '{"a":' * 10_000 + "1" + "}" * 10_000,
    "9" * 6_000,
    "1e999999999",
    '"\\u0000\\r\\n"',
)
_LONG = "9" * 400
_ORDERS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("1000", (("OverTime", _LONG), ("ReCount", "3"))),
    ("1000", (("OverTime", "-1"), ("ReCount", "-1"))),
    ("1062", (("RtdInterval", ""),)),
    ("1062", (("RtdInterval", "-30"),)),
    ("1062", (("RtdInterval", "\u00b2"),)),
    ("1062", (("RtdInterval", "1e999"),)),
    ("1062", (("RtdInterval", "NaN"),)),
    ("1062", (("RtdInterval", "000030" + "0" * 20),)),
    ("1064", (("MinInterval", "0"),)),
    ("1064", (("MinInterval", "-5"),)),
    ("1064", (("MinInterval", "5.5"),)),
    ("1064", (("MinInterval", _LONG),)),
    ("2051", (("BeginTime", "20260230000000"), ("EndTime", "20260301000000"))),
    ("2051", (("BeginTime", ""), ("EndTime", ""))),
    ("2051", (("BeginTime", _LONG), ("EndTime", _LONG))),
    ("2051", (("BeginTime", "00010101000000"), ("EndTime", "99991231235959"))),
)
"""Requests with the right password and what nobody can work with."""
_HOSTS = ("a..b", ".", "x" * 70, "host name", "[::1", "\u0000", "y." * 200)
_AUTHOR = "inspector Zhou"
SOUND_ONE_TAKEN = criterion(
    "sound-one-taken",
    en="a centre with a sound address is taken at the terminal",
    zh="终端本地可新增地址有效的数据中心",
    unit="orders",
    condition=True,
)
_ANSWERS = [name for name in MALFORMED if not name.startswith("url-")]
_ADDRESSES = [name for name in MALFORMED if name.startswith("url-")]


class OutlastsMessagesNobodyForesaw(Case):
    """Half a surrogate pair, deep nesting or a number without end in a collector's message costs that value alone."""

    zh = "采集器消息中出现半个代理对、过深嵌套或超长数字时，仅该值不可用，其余采集不受影响。"
    checks = {
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b",),
        **beside(gaps.NO_FALSE_GAP, gaps.GAP_BOUNDS, gaps.NO_REPEATED_VALUE, gaps.NO_VALUE_SENT_AS_READ),
    }
    needs = (MQTT, UPLINK, READ_GAPS, GAPS)
    scenario = Scenario(circuits=0, behind=(Collector("mqtt", 2),), centres=("A",), realtime_interval_s=60, kinds=())

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=10, seconds=40)
        meter = next(iter(bench.meters.values()))
        faults: tuple[AnyFault, ...] = (*(Token(text=text) for text in _TOKENS), Garbage())
        for fault in faults:
            meter.set_fault(fault)
            await bench.clock.sleep(minutes=3)
            meter.clear()
            await bench.clock.sleep(minutes=3)
        await bench.operator.gaps()
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from gaps.findings(history, all_centres(history))


class OutlastsRowsNobodyForesaw(Case):
    """Rows of the year 1 or 9999, the zero dates of their writers, are no readings, and rows after them are."""

    zh = "数据库中年份为 1 或 9999 的行不作为读数，其后的行照常采集。"
    checks = {
        systems_judge.ROWS_KEPT: ("isc-2/7.2.2(2)l",),
        **beside(systems_judge.EMPTY_NO_NUMBER, systems_judge.VALUES_EXACT, systems_judge.ONCE_AND_NO_MORE),
    }
    needs = (SQL, LOCAL)
    rigs = Rig.VIRTUAL | Rig.PROCESS | Rig.LOOPBACK
    scenario = Scenario(
        circuits=0,
        behind=(System("sql", ("energy-system", "production-system")),),
        centres=("A",),
        realtime_interval_s=60,
        kinds=(),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=20, seconds=20)
        meter = next(iter(bench.meters.values()))
        for year in (1, 9999):
            meter.set_fault(Misdated(year=year))
            await bench.clock.sleep(minutes=3)
            meter.clear()
            await bench.clock.sleep(minutes=20)
        SETTLE.put(bench)
        await bench.clock.sleep(minutes=6)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        found = systems_judge.row_findings(history, needed=40)
        yield from (each for each in found if each.id != systems_judge.LATE_ROWS_KEPT.id)


class OutlastsAnswersNobodyForesaw(Case):
    """No answer of a platform, however deep, broken or misleading, stops what goes elsewhere or loses what is due."""

    zh = "平台应答无论嵌套过深、编码损坏或地址无效，均不影响其他上传，也不丢失待传数据。"
    checks = {
        delivery.NONE_LOST: ("isc-2/7.2.4(4)a",),
        **beside(
            delivery.ALL_ACKNOWLEDGED,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
        ),
    }
    needs = (MODBUS, PLATFORM)
    scenario = Scenario(
        start="2026-03-01T23:30:00+08:00",
        circuits=1,
        points=1,
        kinds=("minute", "day"),
        centres=("N",),
        centre_options=(("N", {"kind": "https", "channel": "tls", "upload_time": "02:17:00"}),),
    )

    async def drive(self, bench: Bench) -> None:
        platform = bench.platforms["N"]
        await bench.clock.sleep(minutes=30)
        SETTLE.put(bench)
        # Shortly before the window opens.
        await bench.clock.sleep(hours=2, minutes=16)
        for name in _ANSWERS:
            platform.behave(ack="malformed", malformed=name)
            await bench.clock.sleep(minutes=2)
        platform.behave(ack="negative", negative_code="3", operations="all")
        await bench.clock.sleep(minutes=3)
        for name in _ADDRESSES:
            platform.behave(ack="malformed", malformed=name, operations="all")
            await bench.clock.sleep(minutes=2)
        platform.behave(ack="always", operations="data")
        await bench.clock.sleep(minutes=45)

    def judge(self, history: History) -> Iterator[Finding]:
        # Sent again without an answer, as it has to be.
        yield from delivery.findings(reconciled(history), duplicates=False)


class OutlastsOrdersNobodyForesaw(Case):
    """No number, stamp or text in a centre's order, however wrong, stops data, is kept, or hinders the next start."""

    zh = "中心命令中的数值、时刻、文本无论如何错误，均不中断数据上传、不被保存为设置、不影响再次启动。"
    checks = {
        delivery.NONE_LOST: ("isc-2/7.2.4(4)a",),
        command_handling_judge.REFUSED_SETS_NOTHING: ("isc-2/7.2.4k",),
        **beside(delivery.NONE_ALTERED, delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    needs = (MODBUS, HJ212)
    scenario = Scenario(
        circuits=1,
        points=2,
        minute_interval=5,
        kinds=("minute",),
        centres=("A",),
        realtime_interval_s=60,
        over_time_s=5,
        re_count=1,
    )

    async def drive(self, bench: Bench) -> None:
        centre = bench.centres["A"]
        await bench.clock.sleep(minutes=6, seconds=10)
        await self._settings(bench)
        for cn, words in _ORDERS:
            shown = " ".join(f"{name}={text[:20]}" for name, text in words)
            command_handling_judge.WRONG_REQUEST.put(bench, command_handling_judge.WrongRequest(what=f"{cn} {shown}"))
            await centre.command(cn, *words, execution_s=20)
        await self._settings(bench)
        await bench.clock.sleep(minutes=11)
        await self._settings(bench)
        await bench.power.off(30)
        await bench.clock.sleep(minutes=12)
        await self._settings(bench)
        await bench.centres.settle(minutes=5)

    async def _settings(self, bench: Bench) -> None:
        await bench.centres["A"].read_realtime_interval()
        await bench.centres["A"].read_minute_interval()

    def judge(self, history: History) -> Iterator[Finding]:
        yield command_handling_judge.untouched_finding(history, least=4)
        # The last order asks for everything that is stored.
        yield from _arrival(history)


class OutlastsAddressesNobodyForesaw(Case):
    """A centre's address that nobody can connect to, given at the terminal, harms no other centre and no next start."""

    zh = "在终端本地设置无法连接的中心地址，不影响其他中心，也不影响再次启动。"
    checks = {
        SOUND_ONE_TAKEN: (),
        delivery.NONE_LOST: ("isc-2/7.2.4(3)a", "csmt/7.3a"),
        **beside(delivery.NONE_ALTERED, delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    needs = (MODBUS, LIVE, "centres.three", "centres.local-configuration")
    scenario = Scenario(
        circuits=1,
        points=2,
        minute_interval=5,
        kinds=("minute",),
        centres=("A", "B"),
        configuration=Configuration(later=("B",)),
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=6, seconds=10)
        await bench.operator.add_centre("B", _AUTHOR)
        await bench.clock.sleep(minutes=6)
        await bench.operator.remove_centre("B", _AUTHOR)
        for host in _HOSTS:
            await bench.clock.sleep(minutes=1)
            await bench.operator.add_centre("B", _AUTHOR, host=host)
            await bench.clock.sleep(minutes=2)
            await bench.operator.remove_centre("B", _AUTHOR)
        await bench.clock.sleep(minutes=1)
        await bench.operator.add_centre("B", _AUTHOR, host=_HOSTS[0])
        await bench.clock.sleep(minutes=1)
        await bench.power.off(30)
        await bench.clock.sleep(minutes=12)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        made = [event for event in history.of(Observed) if event.what == "centre-add"]
        sound = bool(made) and not made[0].problem
        yield SOUND_ONE_TAKEN.decide(sound, measured=int(sound), limit=1, op=">=")
        if sound:
            yield from _arrival(history)


def _arrival(history: History) -> Iterator[Finding]:
    """Everything due at centre A is there, as it was measured."""
    found = delivery.findings(reconciled(history, ("A",)), duplicates=False)
    yield from (each for each in found if each.id != delivery.ALL_ACKNOWLEDGED.id)
