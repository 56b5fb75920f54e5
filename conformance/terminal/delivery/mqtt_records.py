"""Records over MQTT: what counts as delivered there (ruling R-25). Judged by what judges every other uplink.

Leaves everything that is not about MQTT to the cases that take whatever uplink a product declares.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, EvidenceKind, Finding, beside, criterion
from bench.facade.bench import Bench
from bench.history import Connected, History
from bench.layout.scenario import Scenario
from conformance.common import accuracy, delivery, frames, phases
from conformance.common.actions import delivered
from conformance.common.times import local
from conformance.terminal import MODBUS, MQTT_RECORDS
from conformance.terminal.delivery import third_party_judge
from simulators.centres.mqtt_records.centre import MqttRecordsCentre
from simulators.mqtt.link import SILENT

KEPT_ALIVE = criterion(
    "connections-kept-alive",
    en="no connection falls silent for longer than the keep-alive that the terminal has named",
    zh="连接静默时间不超过终端声明的保活时间",
    unit="connections",
    evidence=EvidenceKind.WIRES,
)
ANSWERS: tuple[dict[str, object], ...] = (
    {"ack": "negative"},
    {"ack": "wrong-id", "persist": False},
    {"ack": "no-code", "persist": False},
    {"ack": "garbage", "persist": False},
    {"ack": "never"},
    {"ack": "close", "persist": False},
)
"""What comes in place of the answer, while the broker acknowledges everything; what `never` is about is kept."""
SOUND: dict[str, object] = {"ack": "always", "persist": True}


class BelievesThePlatformsAnswerAlone(Case):
    """Records over MQTT count as delivered once the platform has answered for them, not when the broker has them."""

    zh = "经 MQTT 上传的记录以平台应答为准，代理的 PUBACK 不算送达。"
    checks = {
        frames.IS_RESENT: ("isc-2/7.2.4(4)a", "csmt/7.6a"),
        delivery.NONE_LOST: ("isc-2/7.2.4(4)a", "csmt/7.6a"),
        delivery.ALL_ACKNOWLEDGED: ("csmt/7.6a",),
        **beside(KEPT_ALIVE),
    }
    needs = (MODBUS, MQTT_RECORDS)
    scenario = Scenario(
        circuits=1,
        points=2,
        minute_interval=5,
        centres=("A",),
        centre_options=(("A", {"kind": "mqtt-records", "channel": "tls"}),),
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=35)
        platform = bench.platforms.of(MqttRecordsCentre, "A")
        phases.FAULTY.put(bench)
        for answer in ANSWERS:
            platform.behave(**{**SOUND, **answer})
            await bench.clock.sleep(minutes=10)
        phases.SOUND.put(bench)
        platform.behave(**SOUND)
        await bench.clock.sleep(minutes=20)
        await bench.centres.settle(minutes=15)

    def judge(self, history: History) -> Iterator[Finding]:
        resent = frames.resend_findings(history, "A", phases.FAULTY.at(history), phases.SOUND.at(history), patience_s=0)
        for found in (*resent, *delivered(history, duplicates=False)):
            if found.id in {each.id for each in self.checks}:
                yield found
        connections = [event for event in history.of(Connected) if event.at == "A"]
        silent = [f"{local(event.t)} {event.peer}: {event.reason}" for event in connections if event.reason == SILENT]
        yield KEPT_ALIVE.none(silent, connections)


class TellsLiveReadings(Case):
    """The latest readings reach a platform over MQTT as the meters told them, beside the records of periods."""

    zh = "经 MQTT 上传时，实时读数与时段记录一并送达，且与仪表示值一致。"
    checks = {
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
        **beside(third_party_judge.READINGS_TOLD.of("a")),
    }
    needs = (MODBUS, MQTT_RECORDS)
    scenario = BelievesThePlatformsAnswerAlone.scenario.but(realtime_interval_s=60)

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=31)

    def judge(self, history: History) -> Iterator[Finding]:
        yield third_party_judge.readings_finding(history, "A")
        yield from accuracy.findings(history, "reading", centres=("A",), needed=40, stored=False)
