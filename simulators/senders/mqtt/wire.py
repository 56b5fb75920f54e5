"""MQTT 3.1.1 from a device's side, in the form of the ThingsBoard device interface: samples, QoS 1.

Leaves packets to `simulators.mqtt`. Topic `v1/devices/me/telemetry`, payload `{"ts": <ms UTC>, "values": {"<code>":
"<text>"}}`; a data flag other than N stands beside its value as `<code>.flag`. A packet sent again has DUP and the
identifier it had. Ways of spoiling: `body` (no JSON), `value` (no number).
"""

from __future__ import annotations

import json

from simulators.mqtt.octets import PacketError
from simulators.mqtt.packets import CONNACK, PUBACK, Message, Splitter, connect, publish, read_answer
from simulators.senders.parcels import Entry, Parcel
from simulators.senders.spec import SenderSpec
from simulators.senders.wire import Answer, Asked

TOPIC = "v1/devices/me/telemetry"
_KEEPALIVE_S = 0
_MOST_VALUES = 200
_LAST_ID = 65_535


class MqttWire:
    """MQTT of one sender."""

    def __init__(self, spec: SenderSpec) -> None:
        self._spec = spec
        self._splitter = Splitter()
        self._id = 0
        self.ready = False

    def hello(self) -> bytes:
        """CONNECT as the device that it is."""
        return connect(self._spec.mn, _KEEPALIVE_S, user=self._spec.mn, password=self._spec.secret)

    def reset(self) -> None:
        """A new connection has to be let in first."""
        self._splitter, self.ready = Splitter(), False

    def cut(self, entries: tuple[Entry, ...]) -> list[tuple[Entry, ...]]:
        """So many values a message."""
        return [entries[at : at + _MOST_VALUES] for at in range(0, len(entries), _MOST_VALUES)]

    def octets(self, parcel: Parcel, now_us: int) -> bytes:
        """The PUBLISH of a parcel."""
        del now_us
        values: dict[str, str] = {}
        for each in parcel.entries:
            values[each.code] = each.fields[0][1]
            if each.flag != "N":
                values[f"{each.code}.flag"] = each.flag
        return self._publish(parcel, json.dumps({"ts": parcel.end_us // 1000, "values": values}).encode())

    def spoilt(self, parcel: Parcel, octets: bytes, how: str) -> bytes:
        """Spoilt as the module says."""
        del octets
        values = {each.code: "12,5x" for each in parcel.entries}
        body = json.dumps({"ts": parcel.end_us // 1000, "values": values}).encode()
        match how:
            case "body":
                return self._publish(parcel, body[: len(body) // 2])
            case "value":
                return self._publish(parcel, body)
            case _:
                raise ValueError(f"MQTT cannot be spoilt by {how!r} / 无此破坏方式")

    def unanswered(self) -> bool:
        """Answers name what they answer."""
        return False

    def feed(self, octets: bytes) -> list[Answer | Asked]:
        """CONNACK lets in, PUBACK takes a message."""
        found: list[Answer | Asked] = []
        try:
            for each in self._splitter.feed(octets):
                if each.kind == CONNACK and len(each.body) == 2:
                    self.ready = each.body[1] == 0
                    if not self.ready:
                        found.append(Answer("", False, f"CONNACK {each.body[1]}", ended=True))
                elif each.kind == PUBACK:
                    found.append(Answer(str(read_answer(each)[0]), True, "PUBACK"))
        except PacketError as error:
            found.append(Answer("", False, str(error), ended=True))
        return found

    def reply(self, asked: Asked, items: tuple[tuple[str, str], ...], now_us: int) -> bytes:
        """A platform asks nothing here."""
        del asked, items, now_us
        return b""

    def _publish(self, parcel: Parcel, payload: bytes) -> bytes:
        if not parcel.key:
            self._id = self._id % _LAST_ID + 1
            parcel.key = str(self._id)
        message = Message(TOPIC, payload, qos=1)
        return publish(message, int(parcel.key), dup=parcel.attempts > 0)
