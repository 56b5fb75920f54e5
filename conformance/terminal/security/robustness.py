"""What nobody foresaw: one message, row or answer that no decoder expects ends nothing and stays with nobody.

Leaves what is no number and still well-formed to `collectors`, junk on HJ 212 connections to `protocol`. Nothing here
is beyond what a peer can send by a slip of its own; all of it is small, and it is asked only that the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Collector, Scenario, System
from conformance.common import delivery, gaps
from conformance.common.actions import all_centres, points, read_readings, reconciled
from conformance.terminal import LOCAL, MODBUS, PLATFORM, READ_GAPS, SQL, UPLINK
from conformance.terminal.acquisition import systems_judge
from conformance.terminal.acquisition.collectors import GAPS, MQTT
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
    scenario = Scenario(
        circuits=0, collectors=(Collector("mqtt", 2),), centres=("A",), realtime_interval_s=60, kinds=()
    )

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
        systems=(System("sql", ("energy-system", "production-system")),),
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
        bench.phase("settle")
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
        bench.phase("settle")
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
