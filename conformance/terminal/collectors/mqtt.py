"""Collectors by MQTT beyond the ordinary: version 5.0, QoS 2, HJ 212 text as messages (CSMT 11.3 b, ISC-2 7.2.2(2)).

Leaves what every terminal with MQTT is asked to `collectors`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Collector
from conformance.common import accuracy, gaps
from conformance.common.actions import points, read_readings, read_records
from conformance.common.times import MINUTE, SECOND
from conformance.terminal import LOCAL, READ_GAPS, UPLINK, read_out
from conformance.terminal.collectors import collectors_judge
from conformance.terminal.collectors.collectors import (
    GAPS,
    MQTT,
    Reads,
    Spoiled,
    TakesWhatBrokerKept,
    world,
)
from simulators.collectors.mqtt.collector import MqttCollector
from simulators.meters.faults import AnyFault, BadCheck, Omitted, Silent, Token, Truncated, WrongClock
from simulators.mqtt.broker import Broker
from simulators.mqtt.link import SILENT

MQTT_5, QOS_2, AS_HJ212 = "source.mqtt5", "source.mqtt-qos2", "source.mqtt-hj212"
# With fewer copies, or fewer messages that an outage held back, there was no stimulus.
_COPIES, _HELD_BACK = 20, 15
# Reason codes of 5.0 with which a broker ends connections.
_BUSY, _ADMINISTRATIVE = 0x89, 0x98


class ReadsMqtt5Collectors(Reads, Case):
    """Values that collectors publish by MQTT 5.0, with aliases and expiry, are stored and sent digit for digit."""

    zh = "采集器以 MQTT 5.0（含主题别名、消息过期、用户属性）发布的数值逐位一致地存储并上传。"
    checks = {
        accuracy.SAME_DIGITS.of("stored"): ("isc-2/9.3b",),
        accuracy.SAME_DIGITS.of("centre-a"): ("isc-2/9.3b",),
        accuracy.SAME_READING.of("stored"): ("csmt/11.3b-2", "isc-2/7.2.2(2)f", "isc-2/6.2a", "isc-2/9.3c"),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
        collectors_judge.TAKEN_EVERY_PERIOD: ("isc-2/7.2.4b",),
        **beside(collectors_judge.KEEP_ALIVE_HEEDED),
    }
    needs = (MQTT, MQTT_5, UPLINK, read_out("same-*-stored", "taken-every-period"))
    # Shorter than what is published: a client that keeps its own is silent for too long.
    scenario = world(
        Collector("mqtt", 1, {"version": "5.0", "expiry_s": 600, "keepalive_s": 10}),
        Collector("mqtt", 1, {"version": "5.0", "form": "properties", "qos": 0, "channel": "tls"}),
    )

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        yield collectors_judge.keep_alive_finding(history, "K1", SILENT)


class TakesWhatMqtt5BrokerKept(TakesWhatBrokerKept, Case):
    """By MQTT 5.0 a session outlasts cuts, lost power and a broker that ends it with a reason: nothing is missed."""

    zh = "MQTT 5.0 会话在断线、断电及代理以原因码断开后延续，期间的消息全部按自带时刻入库。"
    checks = {
        collectors_judge.NOTHING_LOST: ("isc-2/7.2.4d",),
        collectors_judge.SESSION_KEPT: ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
        collectors_judge.OWN_TIME.of("stored"): ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
        **beside(collectors_judge.LATE_PERIODS),
    }
    needs = (MQTT, MQTT_5, UPLINK, read_out("nothing-lost", "own-time-stored"), "source.collectors")
    scenario = world(Collector("mqtt", 2, {"version": "5.0"})).but(kinds=("minute",))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        collector = bench.collectors["K1"]
        assert isinstance(collector, MqttCollector)
        await bench.clock.sleep(minutes=10, seconds=20)
        collector.disconnect(code=_BUSY, reason="try again later")
        await bench.clock.sleep(minutes=5)
        meter = bench.meters["k1-1"]
        async with bench.links["field"].cut():
            # Amid what comes late a device has nothing to tell, so near the end of a quarter that this has its value.
            await bench.clock.sleep(minutes=12)
            meter.set_fault(Silent())
            await bench.clock.sleep(minutes=1)
            meter.clear()
            await bench.clock.sleep(minutes=2)
        await bench.clock.sleep(minutes=10)
        await bench.power.off(600)
        await bench.clock.sleep(minutes=10)
        collector.disconnect(code=_ADMINISTRATIVE)
        await bench.clock.sleep(minutes=10)
        await read_readings(bench, points(bench), start, bench.clock.now_us())


class TakesEachMessageExactlyOnce(Case):
    """Messages of QoS 2 are taken exactly once, wherever in their exchange the connection or the power is lost."""

    zh = "QoS 2 消息无论在交换的哪一步断线或断电，均恰好接收一次。"
    checks = {
        collectors_judge.REPEATS_ANSWERED: ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
        collectors_judge.RELEASED: ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
        collectors_judge.COUNTED_ONCE: ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
        collectors_judge.NOTHING_LOST: ("isc-2/7.2.4d",),
        collectors_judge.SESSION_KEPT: ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
        collectors_judge.OWN_TIME.of("stored"): ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
    }
    needs = (MQTT, QOS_2, UPLINK, read_out("counted-once", "own-time-stored", "nothing-lost"), "source.collectors")
    rigs = Rig.VIRTUAL | Rig.PROCESS
    scenario = world(Collector("mqtt", 2, {"qos": 2}))
    forgets = ((0, 20.0), (2, 0.01), (4, 0.02))
    """After so many minutes, so many seconds after messages were published; first while nothing is under way."""

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        collector = bench.collectors["K1"]
        await bench.clock.sleep(minutes=60, seconds=20)
        for breaks in ("lost-pubrec", "before-pubrel", "lost-pubcomp"):
            collector.behave(breaks=breaks)
            await bench.clock.sleep(minutes=12)
        collector.behave(breaks="never", deliver="twice")
        await bench.clock.sleep(minutes=24)
        collector.behave(deliver="always")
        # The power goes while messages have been taken and not released.
        collector.behave(breaks="before-pubrel")
        await bench.clock.sleep(minutes=1, seconds=20)
        await bench.power.off(600)
        collector.behave(breaks="never")
        await bench.clock.sleep(minutes=5)
        async with bench.links["field"].cut():
            await bench.clock.sleep(minutes=10)
        await bench.clock.sleep(minutes=15)
        await self._forgets(bench)
        end = bench.clock.now_us()
        await read_readings(bench, points(bench), start, end)
        await read_records(bench, ("hour",), start, end)

    async def _forgets(self, bench: Bench) -> None:
        """A broker without persistence restarts: identifiers begin anew, amid what a terminal may still wait to store.

        A message that lacks a value of its device may be kept open for a moment, in which its session is over.
        """
        collector = bench.collectors["K1"]
        assert isinstance(collector, MqttCollector) and isinstance(collector.broker, Broker)
        meter = next(iter(bench.meters.values()))
        for minutes, after_s in self.forgets:
            await bench.clock.sleep(minutes=minutes)
            if minutes:
                meter.set_fault(Omitted(points=(next(iter(meter.points)),)))
            now = bench.clock.now_us()
            await bench.clock.sleep((MINUTE - now % MINUTE) / SECOND + after_s)
            collectors_judge.FORGOTTEN.put(bench)
            collector.broker.restart(forget=True)
            await bench.clock.sleep(seconds=5)
            meter.clear()
        await bench.clock.sleep(minutes=8)

    def judge(self, history: History) -> Iterator[Finding]:
        copies = collectors_judge.handed(history, copies=True)
        yield from collectors_judge.exchange_findings(history, _COPIES)
        yield from collectors_judge.counted_once_findings(history, copies, _COPIES)
        yield from collectors_judge.kept_findings(history, _HELD_BACK)
        yield collectors_judge.came_back_finding(history, _HELD_BACK)
        yield from collectors_judge.own_time_findings(history, "", copies, _COPIES)


class CountsOnceOverCuts(Case):
    """Power lost as a collector's message is handed over, at its acknowledgement or just after counts none twice."""

    zh = "在采集器消息交付、应答的时刻及其后断电，每条消息恰计一次。"
    checks = {
        collectors_judge.COUNTED_ONCE_OVER_CUTS: ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
        collectors_judge.OWN_TIME.of("stored"): ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
        **beside(collectors_judge.CUT_AT_ACKNOWLEDGEMENTS),
    }
    needs = (MQTT, LOCAL, "source.collectors")
    rigs = Rig.VIRTUAL | Rig.PROCESS
    scenario = world(Collector("mqtt", 2)).but(period_s=300)
    moments = (
        *(("handed", after_s) for after_s in (0.0, 0.1, 0.2, 0.2005)),
        *(("taken", after_s) for after_s in (0.0, 0.001, 0.05, 1.0)),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=62, seconds=20)
        for what, after_s in self.moments:
            bench.power.cut_after(what, at="K1", after_s=after_s, off_s=40)
            await bench.clock.sleep(minutes=8)
        await bench.clock.sleep(minutes=62)
        end = bench.clock.now_us()
        await read_readings(bench, points(bench), start, end)
        await read_records(bench, ("hour",), start, end)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from collectors_judge.cut_findings(history, len(self.moments))
        yield from collectors_judge.own_time_findings(history, "", len(self.moments), len(self.moments))


class ReadsHj212Messages(Reads, Case):
    """Values that collectors publish by MQTT as HJ 212 text are stored and sent digit for digit."""

    zh = "采集器经 MQTT 以 HJ 212 文本发布的数值逐位一致地存储并上传。"
    checks = {
        accuracy.SAME_DIGITS.of("stored"): ("isc-2/9.3b",),
        accuracy.SAME_DIGITS.of("centre-a"): ("isc-2/9.3b",),
        accuracy.SAME_READING.of("stored"): ("csmt/11.3b-2", "isc-2/7.2.2(2)f", "isc-2/6.2a", "isc-2/9.3c"),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
        collectors_judge.TAKEN_EVERY_PERIOD: ("isc-2/7.2.4b",),
    }
    needs = (MQTT, AS_HJ212, UPLINK, read_out("same-*-stored", "taken-every-period"))
    scenario = world(Collector("mqtt", 2, {"form": "hj212"}))


class StoresNothingFromDamagedHj212Messages(Spoiled, Case):
    """HJ 212 text over MQTT with a wrong check word, cut short, or without a number or an instant is not stored."""

    zh = "经 MQTT 传送的 HJ 212 文本校验错误、截断、无有效数值或时刻不可信时不入库。"
    checks = {
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b",),
        gaps.GAP_BOUNDS: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_REPEATED_VALUE: ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
        gaps.NO_VALUE_SENT_AS_READ: ("csmt/11.3b-2", "isc-2/7.2.2(2)f"),
        gaps.NO_FALSE_GAP: ("isc-2/7.2.3-A(1)b",),
    }
    needs = (MQTT, AS_HJ212, UPLINK, READ_GAPS, GAPS)
    scenario = world(Collector("mqtt", 2, {"form": "hj212"}))
    minutes = 5
    faults: tuple[AnyFault, ...] = (
        BadCheck(),
        Truncated(octets=100),
        Silent(),
        Token(text="--"),
        WrongClock(offset_s=-1_700_000_000),
    )
