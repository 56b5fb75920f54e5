"""Terminals over MQTT: the embedded listener that is their broker, or a subscription at a broker elsewhere.

Leaves packets to `mqtt`, keeping to `taking`. The device interface of ThingsBoard: topic `v1/devices/me/telemetry`,
payload `{"ts": <ms UTC>, "values": {"<code>": "<text>", "<code>.flag": "<flag>"}}`, a list of such, or the values alone
(stamped on arrival). PUBACK (QoS 2: PUBREC) leaves once the values are kept. Nobody is ever given a message here.
At a broker elsewhere a terminal's topic is `v1/devices/<id>/telemetry`: the broker says who may publish it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import traceback
from collections.abc import Callable

import msgspec

from simulators.platform.core.intake import mqtt
from simulators.platform.core.intake.links import Door, admit
from simulators.platform.core.intake.mqtt import PacketError, Packets
from simulators.platform.core.intake.taking import Intake, Terminal, Value
from simulators.platform.core.sentences import one_line
from simulators.platform.core.serving import common_name
from simulators.platform.core.settings import Mqtt
from simulators.platform.core.times import within

_log = logging.getLogger("simulators.platform")
TOPIC = "v1/devices/me/telemetry"
_ELSEWHERE = re.compile(r"v1/devices/([^/]+)/telemetry")
_MOST, _MOST_FIRST = 1_048_576, 16_384
"""Octets of a packet, and of the one by which somebody says who it is."""
_DECIMAL = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
_CONNECT_S = 30.0
_AGAIN_S = 5.0
_KEEP_ALIVE_S = 60
_decoder = msgspec.json.Decoder(float_hook=str)


def read(payload: bytes, now_us: int) -> list[Value] | None:
    """The values of a message; None if it cannot be used."""
    try:
        told = _decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    found: list[Value] = []
    for each in told if isinstance(told, list) else [told]:
        if not isinstance(each, dict):
            return None
        at, values = (each["ts"], each["values"]) if "ts" in each and "values" in each else (now_us // 1_000, each)
        if not isinstance(at, int) or isinstance(at, bool) or not within(at * 1_000) or not isinstance(values, dict):
            return None
        for code, value in values.items():
            if code.endswith(".flag"):
                continue
            text = value if isinstance(value, str) else str(value) if type(value) is int else ""
            flag = values.get(f"{code}.flag", "N")
            if not _DECIMAL.fullmatch(text) or not isinstance(flag, str):
                return None
            found.append(Value(code, at * 1_000, 0, text, flag))
    return found if all(each.readable for each in found) else None


class MqttDoor(Door):
    """The embedded listener."""

    def __init__(self, intake: Intake, settings: Mqtt) -> None:
        super().__init__(settings, lambda: MqttLink(self))
        self.intake, self.settings = intake, settings
        self.clients: dict[tuple[str, str], MqttLink] = {}


class MqttLink(asyncio.Protocol):
    """One connection of a terminal."""

    def __init__(self, door: MqttDoor) -> None:
        self._door = door
        self._packets = Packets(_MOST_FIRST)
        self._transport: asyncio.Transport | None = None
        self._terminal: Terminal | None = None
        self._client = ("", "")
        self.proved = False
        self._certified = ""
        self._received: dict[int, None] = {}
        self._heard_s = 0.0
        self._patience_s = _CONNECT_S
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has connected and has to say who it is."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._certified = common_name(transport.get_extra_info("peercert"))
        admit(self._door.links, self)
        self._heard_s = asyncio.get_running_loop().time()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._transport = None
        self._door.links.pop(self, None)
        if self._door.clients.get(self._client) is self:
            del self._door.clients[self._client]
        if self._timer is not None:
            self._timer.cancel()

    def _watch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._patience_s:
            loop = asyncio.get_running_loop()
            left = self._heard_s + self._patience_s - loop.time()
            if left <= 0:
                self.close()
            else:
                self._timer = loop.call_later(left, self._watch)

    def close(self) -> None:
        """End the connection after what was sent has left."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Octets in any pieces; what is no packet ends this connection alone."""
        if self._terminal is not None:
            self._heard_s = asyncio.get_running_loop().time()
        try:
            for packet in self._packets.feed(data):
                if self._transport is None or self._transport.is_closing():
                    return
                self._take(packet)
        except PacketError:
            self.close()
        except Exception:
            _log.error("mqtt\n%s", traceback.format_exc())
            self.close()

    def _take(self, packet: mqtt.Packet) -> None:
        if self._terminal is None:
            if packet.kind != mqtt.CONNECT:
                raise PacketError("something comes before CONNECT")
            self._admit(mqtt.read_connect(packet.body))
        elif packet.kind == mqtt.PUBLISH:
            self._published(self._terminal, mqtt.read_publish(packet))
        elif packet.kind == mqtt.PUBREL:
            number = mqtt.number_of(packet.body)
            self._received.pop(number, None)
            self._send(mqtt.answer(mqtt.PUBCOMP, number))
        elif packet.kind == mqtt.SUBSCRIBE:
            granted = bytes(len(mqtt.filters_of(packet.body, with_qos=True)))
            self._send(mqtt.packet(mqtt.SUBACK, packet.body[:2] + granted))
        elif packet.kind == mqtt.UNSUBSCRIBE:
            self._send(mqtt.answer(mqtt.UNSUBACK, mqtt.number_of(packet.body)))
        elif packet.kind == mqtt.PINGREQ:
            self._send(mqtt.packet(mqtt.PINGRESP))
        elif packet.kind == mqtt.DISCONNECT:
            self.close()
        elif packet.kind not in (mqtt.PUBACK, mqtt.PUBREC, mqtt.PUBCOMP):
            raise PacketError("a packet that no client sends")

    def _admit(self, asked: mqtt.Connect) -> None:
        code = mqtt.ACCEPTED
        terminal = None
        if not asked.spoken:
            code = mqtt.WRONG_LEVEL
        elif not asked.client and not asked.clean:
            code = mqtt.BAD_CLIENT
        elif self._door.settings.tls.clients and not self._certified:
            code = mqtt.NOT_ALLOWED
        else:
            terminal = self._door.intake.known(asked.user or asked.client, asked.password, self._certified, "mqtt")
            code = mqtt.ACCEPTED if terminal is not None else mqtt.BAD_USER
        self._send(mqtt.packet(mqtt.CONNACK, bytes((0, code))))
        if terminal is None:
            self.close()
            return
        # A client's name is its terminal's own: nobody ends the connection of another by taking its name.
        self._terminal, self._client = terminal, (terminal.id, asked.client)
        self.proved, self._packets.most = True, _MOST
        older = self._door.clients.get(self._client)
        if older is not None and asked.client:
            older.close()
        self._door.clients[self._client] = self
        self._heard_s = asyncio.get_running_loop().time()
        self._patience_s = 1.5 * asked.keep_alive_s
        self._watch()

    def _published(self, terminal: Terminal, message: mqtt.Publish) -> None:
        if message.qos == 2 and message.number in self._received:
            self._send(mqtt.answer(mqtt.PUBREC, message.number))
            return
        # As it is known now: points are added while a terminal stays connected.
        terminal = self._door.intake.terminal(terminal.id) or terminal
        values = read(message.payload, self._door.intake.now_us()) if message.topic == TOPIC else []
        if values is None:
            return
        if not values:
            self._acknowledge(message, True)
            return
        self._door.intake.hand_in(terminal, values, "mqtt", lambda kept: self._acknowledge(message, kept))

    def _acknowledge(self, message: mqtt.Publish, kept: bool) -> None:
        """The answer that its QoS asks for, once the values are kept."""
        if not kept or not message.qos:
            return
        if message.qos == 2:
            self._received[message.number] = None
        self._send(mqtt.answer(mqtt.PUBACK if message.qos == 1 else mqtt.PUBREC, message.number))

    def _send(self, octets: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(octets)


class MqttAbroad:
    """A client of a broker elsewhere; it comes back whenever the connection ends, and its session is kept there."""

    def __init__(self, intake: Intake, settings: Mqtt, tell: Callable[[str], None]) -> None:
        self._intake, self._settings, self._tell = intake, settings, tell
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect from now on."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """No longer."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while True:
            try:
                await self._once()
            except (OSError, PacketError, EOFError) as error:
                self._tell(f"{self._settings.broker}:{self._settings.broker_port}: {error}")
            except Exception:
                _log.error("mqtt\n%s", traceback.format_exc())
            await asyncio.sleep(_AGAIN_S)

    async def _once(self) -> None:
        reader, writer = await asyncio.open_connection(self._settings.broker, self._settings.broker_port)
        beat: asyncio.TimerHandle | None = None
        loop = asyncio.get_running_loop()

        def ping() -> None:
            nonlocal beat
            writer.write(mqtt.packet(mqtt.PINGREQ))
            beat = loop.call_later(_KEEP_ALIVE_S, ping)

        try:
            user = mqtt.text(self._settings.user) + mqtt.text(self._settings.password) if self._settings.user else b""
            flags = bytes((0xC0 if user else 0x00,))
            head = mqtt.text("MQTT") + b"\x04" + flags + (2 * _KEEP_ALIVE_S).to_bytes(2)
            writer.write(mqtt.packet(mqtt.CONNECT, head + mqtt.text("carbonbench-platform") + user))
            packets = Packets(_MOST)
            beat = loop.call_later(_KEEP_ALIVE_S, ping)
            while octets := await reader.read(65_536):
                for packet in packets.feed(octets):
                    self._take(writer, packet)
            raise EOFError("the broker has closed the connection")
        finally:
            if beat is not None:
                beat.cancel()
            writer.close()

    def _take(self, writer: asyncio.StreamWriter, packet: mqtt.Packet) -> None:
        if packet.kind == mqtt.CONNACK:
            if packet.body[1:] != b"\x00":
                raise PacketError(f"the broker refuses the platform with code {packet.body[1:].hex()}")
            body = b"\x00\x01" + mqtt.text("v1/devices/+/telemetry") + b"\x01"
            writer.write(mqtt.packet(mqtt.SUBSCRIBE, body, 2))
        elif packet.kind == mqtt.PUBLISH:
            message = mqtt.read_publish(packet)
            found = _ELSEWHERE.fullmatch(message.topic)
            terminal = self._intake.terminal(found[1]) if found else None
            values = read(message.payload, self._intake.now_us())

            def done(kept: bool) -> None:
                if message.qos and kept:
                    writer.write(mqtt.answer(mqtt.PUBACK, message.number))

            if terminal is None or not values:
                # Handed over once more it would be as useless: a broker never gives up by itself.
                done(True)
                self._useless(terminal, message)
            else:
                self._intake.hand_in(terminal, values, "mqtt", done)

    def _useless(self, terminal: Terminal | None, message: mqtt.Publish) -> None:
        self._tell(f"{one_line(message.topic, 80)}: " + ("no such terminal" if terminal is None else "no telemetry"))
