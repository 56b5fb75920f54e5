# pyright: reportPrivateUsage=false
"""Defects of delivery over MQTT: what is taken for the platform's answer.

Leaves what is in a record to the defects of every other uplink.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from conformance.defects import Patch, defect
from reference_terminal.net.mqtt import packets
from reference_terminal.net.mqtt.courier import MqttCourier
from reference_terminal.uplink.platforms import records_mqtt
from reference_terminal.uplink.platforms.records_mqtt import MqttRecordsLink

_DELIVERY = ("isc-2/7.2.4(4)a", "csmt/7.6a")


@defect(
    "mqtt-broker-has-it",
    en="what the broker has acknowledged counts as delivered",
    zh="代理确认收到即视为已送达",
    clauses=_DELIVERY,
)
def mqtt_broker_has_it(patch: Patch) -> None:
    """QoS 1 is called at least once."""

    async def exchange(self: MqttCourier, topic: str, payload: bytes, is_answer: Callable[[bytes], bool]) -> bytes:
        line = self._line
        assert line is not None
        line.write(packets.publish(topic, payload, 1))
        await line.drain()
        await self._next(line, packets.PUBACK)
        return msgspec.json.encode({"id": msgspec.json.decode(payload)["id"], "accepted": 1})

    patch(MqttCourier, "_exchange", exchange)


@defect(
    "mqtt-any-answer-counts",
    en="an answer to another upload counts as the answer to this one",
    zh="对其他上传的应答被当作本次应答",
    clauses=_DELIVERY,
)
def mqtt_any_answer_counts(patch: Patch) -> None:
    """One topic, one terminal, one upload at a time: whose answer should it be?"""
    patch(records_mqtt, "_answers", lambda payload, number: payload.startswith(b"{"))


@defect(
    "mqtt-sent-once",
    en="records over MQTT that were not answered are not sent again",
    zh="经 MQTT 上传而未得到应答的记录不再重发",
    clauses=_DELIVERY,
)
def mqtt_sent_once(patch: Patch) -> None:
    """What became of it is in the log."""
    real = MqttRecordsLink._tell_rows

    async def tell_rows(
        self: MqttRecordsLink, what: str, rows: Sequence[dict[str, Any]], *, live: bool = False
    ) -> None:
        try:
            await real(self, what, rows, live=live)
        except (OSError, TimeoutError, records_mqtt.Refused):
            return

    patch(MqttRecordsLink, "_tell_rows", tell_rows)


@defect(
    "mqtt-keep-alive-only-named",
    en="over MQTT a keep-alive is named, and nothing is sent to keep it",
    zh="MQTT 连接声明了保活时间但不发送保活报文，也不主动断开",
    clauses=_DELIVERY,
)
def mqtt_keep_alive_only_named(patch: Patch) -> None:
    """The broker ends it, and the next upload makes another."""
    patch(MqttCourier, "_say_goodbye", lambda self: None)  # pyright: ignore[reportUnknownLambdaType]
