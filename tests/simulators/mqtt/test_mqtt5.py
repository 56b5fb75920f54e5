"""MQTT 5.0 and QoS 2 at the collectors' broker: Mosquitto's own clients and paho as peers, codecs by hypothesis.

Leaves what every collector does to the tests of `collectors`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from collectors_kit import lines, mqtt, standing, world
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as PahoProperties
from simulators_helpers import Heard

from simulators.centres.hj212.codec import Frame, Splitter, parse_data
from simulators.collectors import payloads
from simulators.collectors.entries import Entry
from simulators.collectors.hj212_text import mn_of, with_bad_check
from simulators.collectors.mqtt.collector import MqttCollector
from simulators.events import Connected, Handed, Published
from simulators.mqtt import octets, packets, properties
from simulators.mqtt.packets import LEVEL_5, Message
from simulators.mqtt.properties import Properties
from simulators.world import Site

Program = Callable[[str], str]


class WallClock:
    def now_us(self) -> int:
        return time.time_ns() // 1000


def sub(program: Program, port: int, *more: str) -> tuple[str, ...]:
    return (program("mosquitto_sub"), "-h", "127.0.0.1", "-p", str(port), "-V", "mqttv5", *more)


def pub(program: Program, port: int, *more: str) -> tuple[str, ...]:
    return (program("mosquitto_pub"), "-h", "127.0.0.1", "-p", str(port), "-V", "mqttv5", *more)


@pytest.mark.parametrize("broker", ["embedded", "mosquitto"])
def test_messages_say_what_they_are(program: Program, broker: str) -> None:
    if broker == "mosquitto":
        program("mosquitto")

    async def scene() -> None:
        spec = mqtt(version="5.0", qos=2, expiry_s=60, broker=broker)
        async with standing(spec) as (_, heard):
            form = "%q|%F|%C|%E|%P|%t|%p"
            words = sub(program, spec.port, "-q", "2", "-t", "/neuron/#", "-C", "4", "-F", form)
            told = [line.split("|") for line in await lines(*words)]
            said = {each.payload for each in heard.of(Published)}
        assert len(told) == 4
        for qos, payload_format, content, expiry, user, topic, payload in told:
            assert (qos, payload_format, content, user) == ("2", "1", "application/json", "collector:C")
            assert 0 < int(expiry) <= 60
            assert topic.startswith("/neuron/C/C-e")
            assert payload in said
            json.loads(payload)

    asyncio.run(scene())


class Subscriber:
    """A client of paho's, which counts a message of QoS 2 once; Mosquitto's library counts repetitions again."""

    def __init__(self, port: int, version: str) -> None:
        five = version == "5.0"
        protocol = MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311
        clean = None if five else False
        self.client = Client(CallbackAPIVersion.VERSION2, "p", clean_session=clean, protocol=protocol)
        self.got: list[tuple[str, str]] = []
        self.reasons: list[tuple[str, str]] = []
        self._five, self._port = five, port
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = self._connected
        self.client.on_message = self._heard
        self.client.on_disconnect = self._sent_away

    async def __aenter__(self) -> Subscriber:
        said = PahoProperties(PacketTypes.CONNECT)
        said.SessionExpiryInterval, said.TopicAliasMaximum = 600, 3
        more: dict[str, Any] = {"clean_start": False, "properties": said} if self._five else {}
        await asyncio.to_thread(self.client.connect, "127.0.0.1", self._port, **more)
        self.client.loop_start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.client.loop_stop)

    def _connected(self, client: Client, *_: object) -> None:
        client.subscribe("/neuron/#", qos=2)

    def _heard(self, client: Client, user: object, message: MQTTMessage) -> None:
        self.got.append((message.topic, message.payload.decode()))

    def _sent_away(self, client: Client, user: object, flags: object, code: object, said: object) -> None:
        self.reasons.append((str(code), str(getattr(said, "ReasonString", ""))))


@pytest.mark.parametrize("version", ["3.1.1", "5.0"])
@pytest.mark.parametrize("breaks", ["lost-pubrec", "before-pubrel", "lost-pubcomp"])
def test_qos_2_is_once_through_a_cut_at_each_step(version: str, breaks: str) -> None:
    async def scene() -> None:
        spec = mqtt(version=version, qos=2)
        async with standing(spec) as (site, heard), Subscriber(spec.port, version) as subscriber:
            await heard.until(lambda: any(each.state == "finished" for each in heard.of(Handed)))
            site.collectors["C"].behave(breaks=breaks)
            cut = len(heard)
            await heard.until(
                lambda: any(isinstance(each, Connected) and each.state == "opened" for each in heard[cut:])
            )
            site.collectors["C"].behave(breaks="never")
            last = max(each.number for each in heard.of(Handed))
            first = min(each.number for each in heard.of(Handed) if each.number)
            done = {("finished", number) for number in range(first, last + 2)}
            await heard.until(lambda: {(each.state, each.number) for each in heard.of(Handed)} >= done)
            told = [each.payload for each in heard.of(Published)]
            got = [payload for _, payload in subscriber.got]
            assert len(got) == len(set(got))
            assert set(told[first - 1 : last]) <= set(got)
            if breaks == "lost-pubrec":
                assert any(each.state == "again" for each in heard.of(Handed))

    asyncio.run(scene())


def test_aliases_that_a_client_offers_are_used() -> None:
    async def scene() -> None:
        spec = mqtt(version="5.0")
        async with standing(spec) as (_, heard), Subscriber(spec.port, "5.0") as subscriber:
            await heard.until(lambda: len(subscriber.got) >= 6)
        # paho leaves it to its user to resolve an alias: behind one it shows no topic.
        topics = [topic for topic, _ in subscriber.got]
        assert set(topics[:2]) == {"/neuron/C/C-e1", "/neuron/C/C-e2"}
        assert set(topics[2:6]) == {""}

    asyncio.run(scene())


def test_expired_messages_are_not_delivered(program: Program) -> None:
    async def scene() -> None:
        spec = mqtt(version="5.0", period_s=10_000)
        words = sub(program, spec.port, "-q", "1", "-t", "a/#", "-i", "keeper", "-c", "-x", "600", "-F", "%p %E")
        async with standing(spec) as (_, heard):
            await lines(*words, "-E")
            for text, expiry_s in (("short", "1"), ("long", "600")):
                more = ("-D", "publish", "message-expiry-interval", expiry_s)
                await lines(*pub(program, spec.port, "-q", "1", "-t", "a/b", "-m", text, *more))
            await asyncio.sleep(1.1)
            (only,) = await lines(*words, "-C", "1")
            text, left_s = only.split()
            assert text == "long"
            assert 500 < int(left_s) < 600
            await heard.until(lambda: any(each.state == "expired" for each in heard.of(Handed)))

    asyncio.run(scene())


def test_what_a_publisher_says_is_passed_on(program: Program) -> None:
    async def scene() -> None:
        spec = mqtt(version="5.0", period_s=10_000)
        async with standing(spec):
            listener = asyncio.create_task(
                lines(
                    *sub(program, spec.port, "-q", "2", "-t", "a/#", "-C", "3", "-F", "%q %C %R %D %P %p"),
                    *("-D", "subscribe", "subscription-identifier", "7"),
                    *("-D", "connect", "receive-maximum", "1"),
                )
            )
            await asyncio.sleep(0.3)
            for qos in ("0", "1", "2"):
                await lines(
                    *pub(program, spec.port, "-q", qos, "-t", "a/b", "-m", f"m{qos}"),
                    *("-D", "publish", "content-type", "text/plain", "-D", "publish", "response-topic", "back"),
                    *("-D", "publish", "correlation-data", "c1", "-D", "publish", "user-property", "k", "v"),
                    *("-D", "publish", "topic-alias", "1"),
                )
            assert await listener == [f"{qos} text/plain back c1 k:v m{qos}" for qos in ("0", "1", "2")]

    asyncio.run(scene())


def test_versions_that_a_broker_does_not_speak_are_refused(program: Program) -> None:
    async def scene() -> None:
        spec = mqtt(version="5.0")
        async with standing(spec):
            with pytest.raises(AssertionError, match=r"(?i)unacceptable protocol|unsupported protocol"):
                await lines(*sub(program, spec.port, "-V", "mqttv311", "-t", "#", "-C", "1"))
            assert await lines(*sub(program, spec.port, "-t", "$share/g/#", "-C", "1")) == [
                "All subscription requests were denied."
            ]

    asyncio.run(scene())


def test_a_client_hears_why_it_is_sent_away() -> None:
    async def scene() -> None:
        spec = mqtt(version="5.0")
        async with standing(spec) as (site, heard), Subscriber(spec.port, "5.0") as subscriber:
            await heard.until(lambda: any(each.state == "taken" for each in heard.of(Handed)))
            collector = site.collectors["C"]
            assert isinstance(collector, MqttCollector)
            collector.disconnect(code=0x89, reason="try later")
            await heard.until(lambda: bool(subscriber.reasons))
            assert subscriber.reasons[0] == ("Server busy", "try later")

    asyncio.run(scene())


# Codecs.

_TEXT = st.text(max_size=12).filter(lambda text: "\0" not in text)
_SAID = st.builds(
    lambda expiry, content, user, alias: Properties(
        (
            *((("message-expiry", expiry),) if expiry is not None else ()),
            ("content-type", content),
            *(("user", pair) for pair in user),
            *((("topic-alias", alias),) if alias else ()),
            ("correlation-data", content.encode()),
        )
    ),
    st.none() | st.integers(0, 2**32 - 1),
    _TEXT,
    st.lists(st.tuples(_TEXT, _TEXT), max_size=3),
    st.integers(0, 65_535),
)


@given(_SAID)
def test_properties_there_and_back(said: Properties) -> None:
    fields = octets.Fields(properties.write(said))
    assert properties.read(fields, "PUBLISH") == said
    assert fields.left == 0


@given(st.integers(0, 2**28 - 1))
def test_numbers_of_variable_length(value: int) -> None:
    assert octets.Fields(octets.number(value)).variable() == value


@given(_SAID, st.binary(max_size=50), st.integers(0, 2))
def test_messages_of_5_there_and_back(said: Properties, payload: bytes, qos: int) -> None:
    message = Message("a/b", payload, qos)
    (packet,) = packets.Splitter().feed(packets.publish(message, 9, level=LEVEL_5, said=said))
    found = packets.read_publish(packet, LEVEL_5) if said.whole("topic-alias") or not said.has("topic-alias") else None
    assert found is not None
    assert (found.message.payload, found.message.qos, found.packet_id) == (payload, qos, 9 if qos else 0)
    assert found.message.expiry_s == said.whole("message-expiry", -1)
    assert found.message.properties == said.only(properties.FORWARDED)


@given(st.binary(max_size=80))
def test_no_octets_break_the_reader(data: bytes) -> None:
    for within in ("CONNECT", "PUBLISH", "will", "SUBSCRIBE", "DISCONNECT"):
        with contextlib.suppress(packets.PacketError):
            properties.read(octets.Fields(data), within)
    for kind in range(1, 15):
        packet = packets.Packet(kind, data[0] & 15 if data else 0, data)
        for reader in (packets.read_publish, packets.read_answer):
            if reader is packets.read_answer and kind not in (4, 5, 6, 7):
                continue
            with contextlib.suppress(packets.PacketError):
                reader(packet, LEVEL_5)
    for read in (packets.read_subscribe, packets.read_unsubscribe, packets.read_goodbye):
        with contextlib.suppress(packets.PacketError):
            read(data, LEVEL_5)
    with contextlib.suppress(packets.PacketError):
        packets.read_connect(b"\0\4MQTT\5" + data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("0A02000000010200000001", "once, got it twice"),
        ("022102", "no property 21"),
        ("0201FF", "from 0 to 1"),
        ("027F00", "no property 7F"),
        ("0B02", "more octets"),
        ("FFFFFFFF01", "at most four octets"),
    ],
)
def test_properties_that_are_wrong_are_named(data: str, reason: str) -> None:
    with pytest.raises(packets.PacketError, match=reason):
        properties.read(octets.Fields(bytes.fromhex(data)), "PUBLISH")


# HJ 212 text.


@given(
    st.lists(st.from_regex(r"[a-z][0-9]{5}", fullmatch=True), unique=True, max_size=60),
    st.decimals(0, 10**9, places=3),
    st.integers(0, 4 * 10**9),
)
def test_hj212_text_is_whole_frames_within_its_limits(codes: list[str], value: Decimal, at_s: int) -> None:
    entries = tuple(Entry(code, f"{value:f}" if number % 3 else "") for number, code in enumerate(codes))
    text = payloads.write("hj212", "k1-1", at_s * 1_000_000, entries).encode()
    found: dict[str, tuple[str, str]] = {}
    for frame in Splitter().feed(text):
        assert isinstance(frame, Frame)
        packet, faults = parse_data(frame.data)
        assert not faults
        assert packet.mn == mn_of("k1-1") == "0000000000000000" + "6B312D31"
        for item in packet.cp[1:]:
            fields = dict(item)
            code = next(iter(fields)).rpartition("-")[0]
            found[code] = (fields.get(f"{code}-Rtd", ""), fields[f"{code}-Flag"])
    assert found == {each.tag: (each.token, "N" if each.token else "B") for each in entries}
    (*_, damaged) = Splitter().feed(with_bad_check(text, 1))
    assert isinstance(damaged, Frame)
    assert damaged.crc != damaged.expected


def test_hj212_text_at_mosquittos_client(program: Program) -> None:
    async def scene() -> None:
        spec = mqtt(form="hj212")
        described = world(spec)
        named = tuple(
            replace(meter, points=tuple(structs.replace(point, tag=point.code) for point in meter.points))
            for meter in described.meters
        )
        heard = Heard()
        site = Site(replace(described, meters=named), clock=WallClock(), observe=heard)
        await site.start()
        try:
            words = (program("mosquitto_sub"), "-h", "127.0.0.1", "-p", str(spec.port), "-t", "hj212/#", "-C", "1")
            got = await lines(*words, "-F", "%t %p")
        finally:
            await site.stop()
        topic, text = got[0].split(" ", 1)
        first = next(each for each in heard.of(Published) if each.payload.startswith(text))
        assert topic == first.topic == f"hj212/{mn_of('C-e1')}"
        assert first.payload.endswith("\r\n")
        assert all(f"-Rtd={value}," in text for value in first.values.values())

    asyncio.run(scene())
