"""MQTT 5.0, QoS 2 and HJ 212 text at the terminal: a real Mosquitto, the collectors' broker, codecs of both sides.

Leaves MQTT 3.1.1, JSON forms and late readings to the tests of `acquisition/collectors`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from decimal import Decimal
from pathlib import Path

import pytest
from collector_terminal_kit import Bench, Mosquitto, config_text
from hypothesis import given
from hypothesis import strategies as st
from ports import free_port
from terminal_kit import platform

from reference_terminal import Terminal, load_config
from reference_terminal.acquisition.collectors.messages import MessageError, read_message
from reference_terminal.acquisition.mqtt.received import ReceivedIds
from reference_terminal.hj212 import frame
from reference_terminal.model import reading
from reference_terminal.net.mqtt import packets as mqtt_packets
from reference_terminal.net.mqtt import properties
from reference_terminal.net.mqtt.packets import LEVEL_5, BadPacket
from reference_terminal.net.mqtt.properties import BadProperties
from reference_terminal.net.mqtt.reasons import in_words
from reference_terminal.settings.config import ConfigError
from reference_terminal.storage.store import Store
from simulators.collectors import payloads
from simulators.collectors.hj212_text import mn_of, with_bad_check
from simulators.events import Event, Handed
from simulators.mqtt import packets
from simulators.mqtt.broker import Broker
from simulators.mqtt.octets import Fields
from simulators.mqtt.packets import Message
from simulators.mqtt.properties import Properties

Program = Callable[[str], str]
FIVE = 'version = "5.0"\nqos = 2'


class _Clock:
    def now_us(self) -> int:
        return time.time_ns() // 1000


@contextlib.asynccontextmanager
async def running(config: str) -> AsyncGenerator[Terminal]:
    """A terminal at the present time."""
    terminal = Terminal(load_config(config), platform(time.time()))
    task = asyncio.create_task(terminal.run())
    try:
        await asyncio.sleep(0)
        yield terminal
    finally:
        await terminal.stop()
        await task


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


def log_of(terminal: Terminal) -> list[tuple[str, str, str]]:
    """Kind, English and Chinese of every event."""
    terminal.store.flush()
    return list(terminal.store.connection.execute("SELECT kind, en, zh FROM event ORDER BY rowid"))


# A real Mosquitto.


def test_mosquitto_is_read_by_5_with_qos_2(program: Program, tmp_path: Path) -> None:
    async def scene() -> None:
        broker = Mosquitto(program("mosquitto"), tmp_path, free_port())
        broker.start()
        try:
            async with running(config_text(broker.port, collector=FIVE)) as terminal:
                bench = Bench(terminal, broker, program("mosquitto_pub"))
                await until(lambda: bench.connected)
                more = ("-q", "2", "-V", "mqttv5", "-D", "publish", "user-property", "k", "v")
                await bench.say(await bench.now_s(), "0.10", "-12.50", *more)
                await until(lambda: bench.good("power") == ["-12.50"])
                # What it keeps of the session outlasts its end; what comes then is taken once.
                broker.stop()
                await until(lambda: not bench.connected)
                broker.start()
                await until(lambda: bench.connected)
                await bench.say(await bench.now_s(), "0.20", "5.5", *more)
                await until(lambda: bench.good("energy") == ["0.10", "0.20"])
                await until(lambda: terminal.store.setting("mqtt received", "c1") == "")
        finally:
            broker.stop()

    asyncio.run(scene())


def test_why_mosquitto_refuses_is_in_the_log_in_both_languages(program: Program, tmp_path: Path) -> None:
    async def scene() -> None:
        broker = Mosquitto(program("mosquitto"), tmp_path, free_port())
        settings = tmp_path / "mosquitto.conf"
        settings.write_text(settings.read_text().replace("allow_anonymous true", "allow_anonymous false"))
        broker.start()
        try:
            async with running(config_text(broker.port, collector=FIVE)) as terminal:
                await until(lambda: any("0x87" in en for _, en, _ in log_of(terminal)))
                kind, en, zh = next(each for each in log_of(terminal) if "0x87" in each[1])
                assert kind == "alarm collector unreachable"
                assert en == "the broker refuses: this client is not allowed (reason code 0x87)"
                assert zh == "代理拒绝连接：此客户端未获授权（原因码 0x87）"
        finally:
            broker.stop()

    asyncio.run(scene())


# The collectors' broker.


@contextlib.asynccontextmanager
async def brokered(**more: str) -> AsyncGenerator[tuple[Broker, list[Event]]]:
    events: list[Event] = []
    broker = Broker("C", "127.0.0.1", free_port(), clock=_Clock(), observe=events.append, version="any")
    await broker.start()
    try:
        yield broker, events
    finally:
        await broker.stop()


def told(at_s: float, energy: str, power: str) -> bytes:
    return (
        f'{{"timestamp":{round(at_s * 1000)},"node":"E1","values":{{"energy":{energy},"有功功率":{power}}}}}'.encode()
    )


def test_a_server_says_why_it_ends_the_connection() -> None:
    async def scene() -> None:
        async with brokered() as (broker, _), running(config_text(broker.port, collector=FIVE)) as terminal:
            await until(lambda: bool(broker.sessions))
            await until(lambda: bool(broker.sessions["T1-c1"].wanted))
            broker.disconnect(code=0x89, reason="try later")
            await until(lambda: any("0x89" in en for _, en, _ in log_of(terminal)))
            _, en, zh = next(each for each in log_of(terminal) if "0x89" in each[1])
            assert en == "the broker ends the connection: the server is busy (reason code 0x89): try later"
            assert zh == "代理断开连接：服务器忙（原因码 0x89）: try later"
            session = broker.sessions["T1-c1"]
            assert session.expiry_s == 7 * 86_400
            await until(lambda: session.link is not None)

    asyncio.run(scene())


def test_identifiers_are_kept_over_a_restart_of_the_terminal(tmp_path: Path) -> None:
    """PUBREC was heard, PUBREL was not sent: the terminal that comes back knows the identifier and completes."""

    async def scene() -> None:
        path = str(tmp_path / "store.db")
        async with brokered() as (broker, events):
            config = config_text(broker.port, path=path, collector=FIVE)
            broker.behave(breaks="before-pubrel")
            async with running(config) as terminal:
                await until(lambda: bool(broker.sessions) and bool(broker.sessions["T1-c1"].wanted))
                clock = terminal.clock
                await clock.sleep_until((clock.now_s() + 1) * 1000 + 50)
                broker.publish(Message("/neuron/C/E1", told(clock.now_ms() / 1000, "1.5", "2.5"), 2, number=1))
                await until(lambda: any(isinstance(each, Handed) and each.state == "taken" for each in events))
                broker.behave(accept="refuse")
                broker.disconnect(abort=True)
            store = Store(path, None, 0.05)
            kept = store.setting("mqtt received", "c1")
            store.close()
            assert kept == "1"
            broker.behave(accept="accept")
            async with running(config):
                await until(lambda: any(isinstance(each, Handed) and each.state == "finished" for each in events))
            assert not any(isinstance(each, Handed) and each.state == "again" for each in events)

    asyncio.run(scene())


def test_a_repeated_message_is_known_after_a_restart(tmp_path: Path) -> None:
    async def scene() -> None:
        path = str(tmp_path / "store.db")
        store = Store(path, None, 0.05)
        ids = ReceivedIds(store, "c1")
        ids.add((7, 9))
        assert 7 in ids
        assert not ids.is_durable(7)
        store.flush()
        ids.committed()
        assert ids.is_durable(7)
        ids.remove(7)
        store.close()
        again = Store(path, None, 0.05)
        found = ReceivedIds(again, "c1")
        assert 7 not in found
        assert found.is_durable(9)
        found.clear()
        again.close()
        last = Store(path, None, 0.05)
        assert 9 not in ReceivedIds(last, "c1")
        last.close()

    asyncio.run(scene())


def test_refused_messages_are_counted_and_told_once_in_a_row() -> None:
    async def scene() -> None:
        config = config_text(free_port(), collector='form = "hj212"').replace('"有功功率"', '"power"')
        async with brokered() as (broker, _):
            config = config.replace('node = "E1"', f'node = "{mn_of("E1")}"')
            config = "\n".join(
                f"port = {broker.port}" if line.startswith("port") else line for line in config.splitlines()
            )
            async with running(config) as terminal:
                await until(lambda: bool(broker.sessions) and bool(broker.sessions["T1-c1"].wanted))
                entries = (payloads.Entry("energy", "5.0"), payloads.Entry("power", "1.5"))
                text = payloads.write("hj212", "E1", round(time.time()) * 1_000_000, entries).encode()
                for _ in range(3):
                    broker.publish(Message(f"hj212/{mn_of('E1')}", with_bad_check(text, 1), 1))
                broker.publish(Message(f"hj212/{mn_of('E1')}", text, 1))
                await until(lambda: sum(kind == "message refused" for kind, _, _ in log_of(terminal)) == 2)
                first, second = (each for each in log_of(terminal) if each[0] == "message refused")
                assert "wrong CRC (checksum); 1 refused since the start" in first[1]
                assert "启动以来共 1 条" in first[2]
                assert second[1] == "3 messages in a row were refused; 3 since the start"

    asyncio.run(scene())


# HJ 212 text.


def test_hj212_text_as_it_is_sent() -> None:
    data = (
        b"QN=20160801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=4;"
        b"CP=&&DataTime=20160801085857;w01018-Rtd=0.10,w01018-Flag=N;w01019-SampleTime=20160801085800,"
        b"w01019-Rtd=7,w01019-Flag=N;w01020-Rtd=9,w01020-Flag=M;w01021-Flag=B;w01022-Rtd=NaN,w01022-Flag=N&&"
    )
    found = read_message("hj212", frame.encode(data), texts=False)
    assert {each.node for each in found} == {"010000A8900016F000169DC0"}
    usual, sampled = found
    assert usual.at_ms is not None
    assert sampled.at_ms == usual.at_ms - 57_000
    assert str(usual.contents["w01018"].value) == "0.10"
    assert usual.contents["w01020"].cause == "error answer flag M"
    assert usual.contents["w01021"].cause == "error answer flag B"
    assert usual.contents["w01022"].cause == reading.NOT_A_NUMBER
    assert sampled.contents["w01019"].value == 7


VECTORS = {
    b"##0139ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817000;B01-Rtd=36.91;011-Rtd=231.0,"
    b"011-Flag=N;060-Rtd=1.803,060-Flag=N&&4980\r\n": (
        "LD130133000015",
        {"B01": "36.91", "011": "231.0", "060": "1.803"},
    ),
    b"##0140QN=20250301101500001;ST=31;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&DataTime=20250301101500;a05001-Rtd=14.0,a05001-Flag=N&&4680\r\n": (
        "010000A8900016F000169DC0",
        {"a05001": "14.0"},
    ),
}


@pytest.mark.parametrize("octets", list(VECTORS))
def test_the_vectors_of_the_facts(octets: bytes) -> None:
    node, values = VECTORS[octets]
    (said,) = read_message("hj212", octets, texts=False)
    assert (said.node, {tag: str(each.value) for tag, each in said.contents.items()}) == (node, values)


def test_the_check_word_of_modbus_is_refused() -> None:
    octets = (
        b"##0137ST=32;CN=2011;PW=123456;MN=C201801010001;Flag=5;CP=&&DataTime=20180611090000;"
        b"a34002-Rtd=30.1,a34002-Flag=N;a21026-Rtd=0.5,a21026-Flag=N&&ED94\r\n"
    )
    with pytest.raises(MessageError, match="wrong CRC"):
        read_message("hj212", octets, texts=False)


@pytest.mark.parametrize(
    ("octets", "cause"),
    [
        (
            frame.encode(b"QN=1;CN=2011;MN=1;CP=&&DataTime=20160801085857;a-Rtd=1&&")[:-6] + b"0000\r\n",
            reading.CHECKSUM,
        ),
        (frame.encode(b"QN=1;CN=2011;MN=1;CP=&&DataTime=20160801085857;a-Rtd=1&&")[:-8], reading.BAD_FRAME),
        (frame.encode(b"QN=1;CN=2051;MN=1;CP=&&DataTime=20160801085857;a-Avg=1&&"), reading.BAD_FRAME),
        (frame.encode(b"QN=1;CN=2011;MN=1;CP=&&DataTime=20161301085857;a-Rtd=1&&"), reading.BAD_FRAME),
        (frame.encode(b"QN=1;CN=2011;MN=1"), reading.BAD_FRAME),
        (b"", reading.BAD_FRAME),
        (b"rubbish", reading.BAD_FRAME),
    ],
)
def test_damaged_text_is_refused_whole(octets: bytes, cause: str) -> None:
    good = frame.encode(b"QN=1;CN=2011;MN=1;CP=&&DataTime=20160801085857;a-Rtd=1&&")
    for text in (octets, good + octets) if octets else (octets,):
        with pytest.raises(MessageError) as caught:
            read_message("hj212", text, texts=False)
        assert caught.value.cause == cause


@given(
    st.text("abcdefgh0123456789-", min_size=1, max_size=12),
    st.integers(0, 4 * 10**9),
    st.dictionaries(
        st.from_regex(r"[a-z][0-9]{5}", fullmatch=True), st.decimals(-(10**9), 10**9, places=3), max_size=70
    ),
)
def test_both_ends_agree_on_hj212_text(name: str, at_s: int, values: dict[str, Decimal]) -> None:
    entries = tuple(payloads.Entry(tag, f"{value:f}") for tag, value in values.items())
    found = read_message("hj212", payloads.write("hj212", name, at_s * 1_000_000, entries).encode(), texts=False)
    (only,) = found
    assert (only.node, only.at_ms) == (mn_of(name), at_s * 1000)
    assert {tag: each.value for tag, each in only.contents.items()} == values


# Codecs of 5.0.


@given(st.binary(max_size=80))
def test_no_octets_of_5_break_the_subscriber(octets: bytes) -> None:
    with contextlib.suppress(BadProperties):
        properties.take(octets, 0)
    for read in (mqtt_packets.welcome, mqtt_packets.granted):
        with contextlib.suppress(BadPacket):
            read(octets, LEVEL_5)
    for read in (mqtt_packets.goodbye, mqtt_packets.identifier):
        with contextlib.suppress(BadPacket):
            read(octets)
    for flags in range(16):
        with contextlib.suppress(BadPacket):
            mqtt_packets.arrived(flags, octets, LEVEL_5)


@given(st.integers(0, 2**32 - 1), st.integers(0, 65_535), st.text(max_size=20).filter(lambda text: "\0" not in text))
def test_the_subscriber_reads_what_the_broker_says(expiry_s: int, alias: int, text: str) -> None:
    said = Properties((("user", (text, text)), ("message-expiry", expiry_s), ("content-type", text)))
    said = said.plus(*((("topic-alias", alias),) if alias else ()), ("subscription-identifier", 300))
    octets = bytearray(
        packets.publish(Message("a/b", b"x", 2), 9, level=LEVEL_5, said=said, topic="" if alias else None)
    )
    taken = mqtt_packets.take(octets)
    assert taken is not None
    found = mqtt_packets.arrived(taken[1], taken[2], LEVEL_5)
    assert (found.topic, found.alias, found.payload, found.qos) == ("" if alias else "a/b", alias, b"x", 2)
    octets = bytearray(
        packets.goodbye(0x98, text) + packets.connack(LEVEL_5, True, 0x87, Properties((("reason", text),)))
    )
    for kind in (mqtt_packets.DISCONNECT, mqtt_packets.CONNACK):
        taken = mqtt_packets.take(octets)
        assert taken is not None
        assert taken[0] == kind
        if kind == mqtt_packets.CONNACK:
            welcome = mqtt_packets.welcome(taken[2], LEVEL_5)
            assert (welcome.code, welcome.present, welcome.report.reason) == (0x87, True, text)
        else:
            assert mqtt_packets.goodbye(taken[2]) == (0x98, text)


@given(st.integers(0, 2**32 - 1), st.integers(1, 65_535))
def test_the_broker_reads_what_the_subscriber_says(session_s: int, packet_id: int) -> None:
    octets = mqtt_packets.connect("t", 30, "u", "p", keep_session=True, level=LEVEL_5, session_s=session_s)
    octets += mqtt_packets.subscribe(packet_id, ("a/#",), 2, LEVEL_5) + mqtt_packets.received(packet_id)
    octets += mqtt_packets.completed(packet_id, LEVEL_5, mqtt_packets.UNKNOWN_ID) + mqtt_packets.GOODBYE_MALFORMED
    hello, wanted, taken, done, bye = packets.Splitter().feed(octets)
    asked = packets.read_connect(hello.body)
    assert (asked.level, asked.clean, asked.expiry_s) == (LEVEL_5, False, session_s)
    assert asked.properties.whole("receive-maximum") == mqtt_packets.WINDOW
    assert asked.properties.whole("alias-maximum") == mqtt_packets.MOST_ALIASES
    assert packets.read_subscribe(wanted.body, LEVEL_5) == (packet_id, [packets.Wish("a/#", 2)])
    assert packets.read_answer(taken, LEVEL_5) == (packet_id, 0)
    assert packets.read_answer(done, LEVEL_5) == (packet_id, mqtt_packets.UNKNOWN_ID)
    assert packets.read_goodbye(bye.body, LEVEL_5)[0] == 0x81
    assert Fields(b"\x00").variable() == 0


def test_codes_in_words() -> None:
    assert in_words(5, returned=True) == ("this client is not allowed", "此客户端未获授权")
    assert in_words(0xF0) == ("code 240 (reason code 0xF0)", "代码 240（原因码 0xF0）")


def test_what_a_collector_cannot_be_told() -> None:
    text = config_text(1883, collector='version = "4"\nqos = 3\nsession_s = 5')
    with pytest.raises(ConfigError) as caught:
        load_config(text)
    told_ = "\n".join(f"{each.where}: {each.en}" for each in caught.value.problems)
    assert "collectors[0].version: expected one of 3.1.1, 5.0" in told_
    assert "collectors[0].qos: expected a whole number from 0 to 2" in told_
    with pytest.raises(ConfigError, match="session_s"):
        load_config(config_text(1883, collector="session_s = 5"))
