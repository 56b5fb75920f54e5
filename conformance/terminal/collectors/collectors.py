"""Collectors: data of devices that have read the meters already, by MQTT and HTTPS (CSMT 11.3 b, ISC-2 7.2.2(2)).

Leaves meters that the terminal reads itself to `acquisition` and `interfaces`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Collector, Scenario
from conformance.common import accuracy, gaps
from conformance.common.actions import all_centres, points, read_readings, read_records
from conformance.common.alarms_over import MENDED, Mended
from conformance.common.phases import WATCHED
from conformance.terminal import LOCAL, READ_GAPS, UPLINK, read_out
from conformance.terminal.collectors import collectors_judge
from conformance.terminal.security.channels import BAD, SHOWN
from simulators.meters.faults import (
    AnyFault,
    Duplicate,
    Garbage,
    Omitted,
    Silent,
    Stale,
    Token,
    Truncated,
    WrongClock,
)

MQTT, HTTPS, GAPS = "source.mqtt", "source.https", "acquisition.gap-record"
# How many values are compared with the messages, in the store and at the centre.
_COMPARED = 300
# how many polling periods are looked at.
_PERIODS = 60
# With fewer copies, retained messages or messages held back there was no stimulus.
_COPIES, _RETAINED, _HELD_BACK = 20, 4, 20


def world(*given: Collector) -> Scenario:
    return Scenario(circuits=0, behind=given, centres=("A",), realtime_interval_s=60, kinds=())


class Reads:
    """What cases share that compare every value of collectors, stored and sent, with the messages."""

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=1.5)
        await read_readings(bench, points(bench), start, bench.clock.now_us())
        WATCHED.put(bench)

    def judge(self, history: History) -> Iterator[Finding]:
        for aspect in ("digits", "reading"):
            for found in accuracy.findings(history, aspect, centres=all_centres(history), needed=_COMPARED):
                if aspect == "digits" or not found.id.startswith("compared"):
                    yield found
        yield collectors_judge.every_period_finding(history, _PERIODS)


class ReadsMqttCollectors(Reads, Case):
    """Values that collectors publish by MQTT, in every form in use, are stored and sent digit for digit."""

    zh = "采集器以 MQTT 各种常用报文格式发布的数值逐位一致地存储并上传。"
    checks = {
        accuracy.SAME_DIGITS.of("stored"): ("isc-2/9.3b",),
        accuracy.SAME_DIGITS.of("centre-a"): ("isc-2/9.3b",),
        accuracy.SAME_READING.of("stored"): (
            "csmt/11.3b-2",
            "isc-2/7.2.2(2)f",
            "csmt/11.3c-8",
            "csmt/4j",
            "isc-2/6.2a",
            "csmt/4d",
            "isc-2/9.3c",
        ),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
        collectors_judge.TAKEN_EVERY_PERIOD: ("isc-2/7.2.4b",),
    }
    needs = (MQTT, UPLINK, read_out("same-*-stored", "taken-every-period"))
    scenario = world(
        Collector("mqtt", 1, {"form": "neuron"}),
        Collector("mqtt", 1, {"form": "neuron-tags", "qos": 0}),
        Collector("mqtt", 1, {"form": "thingsboard", "numbers": "text"}),
        Collector("mqtt", 1, {"form": "properties", "channel": "tls"}),
    )


class ReadsHttpsCollectors(Reads, Case):
    """Values that collectors answer over HTTPS are stored and sent digit for digit."""

    zh = "采集器以 HTTPS 应答的数值逐位一致地存储并上传。"
    checks = {
        accuracy.SAME_DIGITS.of("stored"): ("isc-2/9.3b",),
        accuracy.SAME_DIGITS.of("centre-a"): ("isc-2/9.3b",),
        accuracy.SAME_READING.of("stored"): ("csmt/11.3b-3", "isc-2/7.2.2(2)g", "isc-2/6.2a", "csmt/4d", "isc-2/9.3c"),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
        collectors_judge.TAKEN_EVERY_PERIOD: ("isc-2/7.2.4b",),
    }
    needs = (HTTPS, UPLINK, read_out("same-*-stored", "taken-every-period"))
    scenario = world(
        Collector("https", 2, {"channel": "tls"}), Collector("https", 2, {"channel": "mtls", "form": "properties"})
    )


class CountsRepeatedMessagesOnce(Case):
    """A message that comes again, at once or after the next one, is one reading under its own time."""

    zh = "QoS 1 重复消息（立即或滞后到达）只计一次，且时刻为其自带时刻。"
    checks = {
        collectors_judge.OWN_TIME.of("stored"): ("csmt/11.3b-2", "isc-2/7.2.2(2)f", "isc-2/9.3a"),
        collectors_judge.OWN_TIME.of("centre-a"): ("isc-2/9.3a",),
        collectors_judge.COUNTED_ONCE: ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
    }
    needs = (MQTT, UPLINK, read_out("own-time-stored", "counted-once"))
    scenario = world(Collector("mqtt", 2))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=60, seconds=20)
        first, second = bench.meters.values()
        first.set_fault(Duplicate())
        second.set_fault(Duplicate(after_s=75))
        await bench.clock.sleep(minutes=15)
        first.clear()
        second.clear()
        bench.collectors["K1"].behave(deliver="twice")
        await bench.clock.sleep(minutes=15)
        bench.collectors["K1"].behave(deliver="always")
        await bench.clock.sleep(minutes=35)
        # A late repetition is tempting most where nothing else comes.
        second.set_fault(Duplicate(after_s=75))
        await bench.clock.sleep(minutes=2)
        bench.collectors["K1"].behave(publishing=False)
        await bench.clock.sleep(minutes=5)
        bench.collectors["K1"].behave(publishing=True)
        second.clear()
        await bench.clock.sleep(minutes=10)
        end = bench.clock.now_us()
        await read_readings(bench, points(bench), start, end)
        await read_records(bench, ("hour",), start, end)

    def judge(self, history: History) -> Iterator[Finding]:
        copies = collectors_judge.handed(history, copies=True)
        yield from collectors_judge.own_time_findings(history, "A", copies, _COPIES)
        yield from collectors_judge.counted_once_findings(history, copies, _COPIES)


class KeepsRetainedValuesOld(Case):
    """A retained value that a broker hands over on a new connection is never stamped as new."""

    zh = "重新连接时代理交付的保留消息不得按新数据打时标。"
    checks = {
        collectors_judge.OWN_TIME.of("stored"): ("csmt/11.3b-2", "isc-2/7.2.2(2)f", "isc-2/9.3a"),
        collectors_judge.OWN_TIME.of("centre-a"): ("isc-2/9.3a",),
    }
    needs = (MQTT, UPLINK, read_out("own-time-stored"))
    scenario = world(Collector("mqtt", 2, {"retain": True}))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        collector = bench.collectors["K1"]
        await bench.clock.sleep(minutes=15, seconds=20)
        collector.behave(publishing=False)
        for _ in range(3):
            await bench.clock.sleep(minutes=8)
            collector.disconnect(abort=True)
        await bench.clock.sleep(minutes=8)
        collector.behave(publishing=True)
        await bench.clock.sleep(minutes=15)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        retained = collectors_judge.handed(history, retained=True)
        yield from collectors_judge.own_time_findings(history, "A", retained, _RETAINED)


class TakesWhatBrokerKept(Case):
    """What a broker kept while the terminal was cut off or had no power is taken later, each under its own time."""

    zh = "断线或断电期间代理保留的消息恢复后全部取回，并按自带时刻入库。"
    checks = {
        collectors_judge.NOTHING_LOST: ("csmt/11.3b-2", "isc-2/7.2.2(2)f", "isc-2/7.2.4d"),
        collectors_judge.OWN_TIME.of("stored"): ("csmt/11.3b-2", "isc-2/7.2.2(2)f", "isc-2/9.3a"),
        **beside(collectors_judge.SESSION_KEPT, collectors_judge.LATE_PERIODS),
    }
    needs = (MQTT, UPLINK, LOCAL, "source.collectors")
    rigs = Rig.VIRTUAL | Rig.PROCESS
    scenario = world(Collector("mqtt", 2)).but(kinds=("minute",))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=15, seconds=20)
        async with bench.links["field"].cut():
            await bench.clock.sleep(minutes=30)
        await bench.clock.sleep(minutes=20)
        await bench.power.off(900)
        await bench.clock.sleep(minutes=20)
        bench.collectors["K1"].disconnect(abort=True)
        await bench.clock.sleep(minutes=10)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from collectors_judge.kept_findings(history, _HELD_BACK)
        yield collectors_judge.came_back_finding(history, _HELD_BACK)
        yield from collectors_judge.own_time_findings(history, "", collectors_judge.held_back(history), _HELD_BACK)
        yield collectors_judge.late_period_finding(history, "A")


class RefusesForeignCollectors(Case):
    """A collector with a bad certificate is not spoken to, by MQTT or HTTPS; with the good one it is heard again."""

    zh = "采集器证书异常时不建立 MQTT 和 HTTPS 会话；恢复合格证书后继续采集。"
    checks = {
        collectors_judge.REFUSED.of("expired", "k1"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.REFUSED.of("not-yet-valid", "k1"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.REFUSED.of("wrong-host", "k1"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.REFUSED.of("self-signed", "k1"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.REFUSED.of("unknown-issuer", "k1"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.REFUSED.of("look-alike", "k1"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.REFUSED.of("revoked", "k1"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.TAKEN_UP_AGAIN.of("k1"): ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
        collectors_judge.REFUSED.of("expired", "k2"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.REFUSED.of("not-yet-valid", "k2"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.REFUSED.of("wrong-host", "k2"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.REFUSED.of("self-signed", "k2"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.REFUSED.of("unknown-issuer", "k2"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.REFUSED.of("look-alike", "k2"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.REFUSED.of("revoked", "k2"): ("isc-2/7.4.2.1[2]i",),
        collectors_judge.TAKEN_UP_AGAIN.of("k2"): ("csmt/11.3b-3", "isc-2/7.2.2(2)g"),
        **beside(collectors_judge.REFUSAL_LOGGED.of("k1"), collectors_judge.REFUSAL_LOGGED.of("k2")),
    }
    needs = (MQTT, HTTPS, UPLINK, read_out("taken-up-again-*", "refusal-logged-*"))
    scenario = world(Collector("mqtt", 1, {"channel": "tls"}), Collector("https", 1, {"channel": "tls"}))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=5, seconds=20)
        for choice, kind in SHOWN.items():
            kind.put(bench)
            for collector in bench.collectors.values():
                collector.behave(certificate=choice)
                collector.disconnect(abort=True)
            if choice == "good":
                MENDED.put(bench, Mended(names=" ".join(bench.collectors)))
            await bench.clock.sleep(minutes=4)
        await bench.clock.sleep(minutes=6)
        await bench.operator.alarms()
        await bench.operator.log(start)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        for name in ("K1", "K2"):
            yield from collectors_judge.certificate_findings(history, name, BAD)


class Spoiled:
    """What cases share in which the messages about one device are of no use in every way, for `minutes` each."""

    minutes = 10
    faults: tuple[AnyFault, ...] = (
        Silent(),
        Omitted(),
        Token(text="NaN"),
        Token(text="null"),
        Token(text='"--"'),
        Token(text="true"),
        Token(text="1e400"),
        Garbage(),
        Truncated(octets=40),
        Stale(),
        WrongClock(offset_s=-1_700_000_000),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=20, seconds=40)
        meter = next(iter(bench.meters.values()))
        for fault in self.faults:
            meter.set_fault(fault)
            await bench.clock.sleep(minutes=self.minutes)
            meter.clear()
            await bench.clock.sleep(minutes=self.minutes)
        await bench.operator.gaps()
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from gaps.findings(history, all_centres(history))


class StoresNothingFromSpoiledMessages(Spoiled, Case):
    """What MQTT messages leave out, or give as NaN, null, word, rubbish or with an impossible time, is not stored."""

    zh = "MQTT 消息中缺失、NaN、null、文字、乱码、截断或时刻不可信的内容均不作为数值。"
    checks = {
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b",),
        gaps.GAP_BOUNDS: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_REPEATED_VALUE: ("isc-2/7.2.3-A(1)b", "csmt/11.3b-2", "isc-2/7.2.2(2)f"),
        gaps.NO_VALUE_SENT_AS_READ: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_FALSE_GAP: ("isc-2/7.2.3-A(1)b",),
    }
    needs = (MQTT, UPLINK, READ_GAPS, GAPS)
    scenario = world(Collector("mqtt", 2))


class StoresNothingFromSpoiledAnswers(Spoiled, Case):
    """What HTTPS answers leave out, or give as NaN, null, word, rubbish or told again as old, is not stored."""

    zh = "HTTPS 应答中缺失、NaN、null、文字、乱码、截断或陈旧的内容均不作为数值。"
    checks = {
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b",),
        gaps.GAP_BOUNDS: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_REPEATED_VALUE: ("isc-2/7.2.3-A(1)b", "csmt/11.3b-3", "isc-2/7.2.2(2)g"),
        gaps.NO_VALUE_SENT_AS_READ: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_FALSE_GAP: ("isc-2/7.2.3-A(1)b",),
    }
    needs = (HTTPS, UPLINK, READ_GAPS, GAPS)
    scenario = world(Collector("https", 2, {"channel": "tls"}))
