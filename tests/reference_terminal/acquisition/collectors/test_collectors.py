"""Collectors at the terminal: messages, packets of MQTT, Mosquitto and its publisher in real time, late readings."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from collector_terminal_kit import Bench, Mosquitto, config_text
from hypothesis import given
from hypothesis import strategies as st
from ports import free_port
from terminal_kit import platform

from reference_terminal import Terminal, load_config
from reference_terminal.acquisition.collectors.messages import (
    DeviceReport,
    MessageError,
    content,
    of_tags,
    read_message,
)
from reference_terminal.acquisition.driver import Content
from reference_terminal.acquisition.mqtt.driver import MqttMeter
from reference_terminal.model import reading
from reference_terminal.model.reading import Reading
from reference_terminal.model.times import HOUR, MINUTE, QUARTER
from reference_terminal.net.mqtt import packets as mqtt_packets
from reference_terminal.net.mqtt.packets import BadPacket
from reference_terminal.processing.late import Place
from reference_terminal.settings.collectors import FORMS
from reference_terminal.settings.config import ConfigError
from simulators.collectors import payloads
from simulators.mqtt import packets

Program = Callable[[str], str]
T0 = 1_772_416_800  # 2026-03-02T10:00:00+08:00


# Messages.


def test_the_forms_as_the_facts_show_them() -> None:
    neuron = (
        b'{"timestamp":1650006388943,"node":"modbus","group":"grp","values":{"tag0":123},"errors":{"tag1":2014},'
        b'"metas":{}}'
    )
    (said,) = read_message("neuron", neuron, texts=False)
    assert (said.node, said.at_ms) == ("modbus", 1650006388943)
    assert said.contents["tag0"].value == Decimal(123)
    assert said.contents["tag1"].cause == "error answer 2014"
    tags = (
        b'{"timestamp":1650006388943,"node":"modbus","group":"grp",'
        b'"tags":[{"name":"tag0","value":0.10},{"name":"tag1","error":2014}]}'
    )
    (said,) = read_message("neuron-tags", tags, texts=False)
    assert str(said.contents["tag0"].value) == "0.10"
    assert said.contents["tag1"].value is None
    board = b'{"SDM630":[{"ts":1795220298949,"values":{"u1":231.679993,"p":-1234.5,"e":98765.429688}}]}'
    (said,) = read_message("thingsboard", board, texts=False)
    assert {tag: str(each.value) for tag, each in said.contents.items()} == {
        "u1": "231.679993",
        "p": "-1234.5",
        "e": "98765.429688",
    }
    project = (
        '{"version":"1.0","location_code":"L","ts":1688606685,"properties":[{"type":"AI","key":"A相电压",'
        '"value":220.5,"unit":"V","timestamp":1688354258},{"type":"AI","key":"B","value":1,"unit":"V"}]}'
    )
    first, second = read_message("properties", project.encode(), texts=False)
    assert (first.at_ms, str(first.contents["A相电压"].value)) == (1688354258000, "220.5")
    assert second.at_ms == 1688606685000


@pytest.mark.parametrize(
    "token", ["NaN", "Infinity", "-Infinity", "null", "true", '""', '"--"', '"12.5"', "{}", "[1]", "1e400", "1E+31"]
)
def test_what_is_no_number_is_never_one(token: str) -> None:
    text = f'{{"timestamp":1,"node":"n","values":{{"a":{token},"b":4294967295}}}}'
    (said,) = read_message("neuron", text.encode(), texts=False)
    assert (said.contents["a"].value, said.contents["a"].cause) == (None, reading.NOT_A_NUMBER)
    assert said.contents["b"].value == 4294967295
    absent, there = of_tags(["c", "b"], said.contents)
    assert (absent.value, absent.cause, there.cause) == (None, reading.ABSENT, "")


@pytest.mark.parametrize("text", ["0.10", "123456.78", "99999999.9", "4294967295", "-0.5", "1.20E2"])
def test_numbers_keep_every_digit_and_may_be_texts(text: str) -> None:
    (number,) = json.loads(f"[{text}]", parse_float=Decimal, parse_int=Decimal)
    (said,) = read_message("thingsboard", f'{{"n":[{{"ts":1,"values":{{"a":{text}}}}}]}}'.encode(), texts=False)
    found = said.contents["a"].value
    assert found == number
    if "E" not in text:
        assert str(found) == text
    assert content(text, texts=True).value == number
    assert content(text, texts=False).value is None


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("neuron", "[]"),
        ("neuron", '{"node":1,"timestamp":1}'),
        ("neuron", '{"node":"n","timestamp":"now"}'),
        ("neuron", '{"node":"n","timestamp":1.5}'),
        ("neuron-tags", '{"node":"n","timestamp":1,"tags":[1]}'),
        ("thingsboard", '{"n":{"ts":1}}'),
        ("properties", '{"location_code":"n","ts":1}'),
        ("neuron", '{"node":"n"'),
    ],
)
def test_messages_of_no_form_are_refused(form: str, text: str) -> None:
    with pytest.raises(MessageError):
        read_message(form, text.encode(), texts=False)


@given(st.sampled_from(FORMS), st.binary(max_size=200))
def test_no_octets_break_the_reader(form: str, octets: bytes) -> None:
    with contextlib.suppress(MessageError):
        read_message(form, octets, texts=True)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["values", "errors", "tags", "node", "ts", "timestamp", "name", "value", "properties", "key"]
            ),
            inner,
            max_size=4,
        )
    ),
)


@given(st.sampled_from(FORMS), _JSON)
def test_no_json_breaks_the_reader(form: str, value: Any) -> None:
    with contextlib.suppress(MessageError):
        for said in read_message(form, json.dumps(value).encode(), texts=True):
            for each in said.contents.values():
                assert each.value is None or each.value.is_finite()


@given(
    st.sampled_from([form for form in payloads.FORMS if form != "hj212"]),
    st.text(min_size=1, max_size=8),
    st.integers(0, 10**11),
    st.dictionaries(
        st.text(min_size=1, max_size=8), st.decimals(allow_nan=False, allow_infinity=False, places=3), max_size=4
    ),
)
def test_both_ends_agree_on_every_form(
    form: payloads.Form, node: str, seconds: int, values: dict[str, Decimal]
) -> None:
    values = {tag: value for tag, value in values.items() if abs(value.adjusted()) < 25}
    entries = tuple(payloads.Entry(tag, f"{value:f}", "kW") for tag, value in values.items())
    text = payloads.write(form, node, seconds * 1_000_000, entries)
    found = read_message(form, text.encode(), texts=False)
    assert [each.node for each in found] == [node]
    assert {each.at_ms for each in found} == {seconds * 1000}
    assert {tag: each.value for said in found for tag, each in said.contents.items()} == values


# Packets.


@given(
    st.text(min_size=1, max_size=20).filter(lambda text: not set(text) & set("+#\0")),
    st.binary(max_size=300),
    st.integers(0, 1),
    st.integers(1, 65_535),
    st.booleans(),
    st.integers(1, 40),
)
def test_messages_of_the_broker_in_any_pieces(
    topic: str, payload: bytes, qos: int, packet_id: int, dup: bool, piece: int
) -> None:
    octets = packets.publish(packets.Message(topic, payload, qos), packet_id, dup=dup and qos > 0, retain=dup) * 2
    stream, found = bytearray(), list[mqtt_packets.Arrived]()
    for at in range(0, len(octets), piece):
        stream += octets[at : at + piece]
        while (packet := mqtt_packets.take(stream)) is not None:
            found.append(mqtt_packets.arrived(packet[1], packet[2]))
    assert len(found) == 2
    assert (found[0].topic, found[0].payload, found[0].retained) == (topic, payload, dup)
    assert found[0].packet_id == (packet_id if qos else 0)


@given(st.binary(max_size=60))
def test_no_octets_break_the_subscriber_or_the_broker(octets: bytes) -> None:
    stream = bytearray(octets)
    with contextlib.suppress(BadPacket):
        while (packet := mqtt_packets.take(stream)) is not None:
            mqtt_packets.arrived(packet[1], packet[2])
    with contextlib.suppress(packets.PacketError):
        for each in packets.Splitter().feed(octets):
            for reader in (packets.read_connect, packets.read_subscribe, packets.read_unsubscribe):
                with contextlib.suppress(packets.PacketError):
                    reader(each.body)
            packets.read_publish(each)


def test_the_broker_reads_what_the_subscriber_writes() -> None:
    splitter = packets.Splitter()
    octets = mqtt_packets.connect("terminal", 30, "user", "pass", keep_session=True)
    octets += mqtt_packets.subscribe(7, ("a/#", "b/+"), 1) + mqtt_packets.acknowledge(9) + mqtt_packets.PING
    hello, wanted, taken, ping = splitter.feed(octets)
    said = packets.read_connect(hello.body)
    assert (said.client, said.clean, said.keepalive_s, said.user, said.password) == (
        "terminal",
        False,
        30,
        "user",
        "pass",
    )
    assert packets.read_subscribe(wanted.body) == (7, [packets.Wish("a/#", 1), packets.Wish("b/+", 1)])
    assert packets.read_answer(taken) == (9, 0)
    assert ping.kind == packets.PINGREQ


# Configuration.


def test_a_collector_has_its_usual_topics_port_and_name() -> None:
    (collector,) = load_config(config_text(1883)).collectors
    assert (collector.topics, collector.client, collector.qos) == (("/neuron/#",), "T1-c1", 1)


def test_wrong_collectors_are_told_all_at_once() -> None:
    text = (
        config_text(1883, collector='form = "nuron"\nqos = 3\nkeepalive_s = 1\npath = "/x"\nchannel = "tls"')
        .replace('collector = "c1"', 'collector = "c2"\ngateway = "g"')
        .replace('tag = "energy"', 'tag = "有功功率"')
    )
    with pytest.raises(ConfigError) as caught:
        load_config(text)
    told = "\n".join(f"{each.where}: {each.en}" for each in caught.value.problems)
    for words in (
        "collectors[0].form: expected one of neuron",
        "collectors[0].qos: expected a whole number from 0 to 2",
        "collectors[0].keepalive_s",
        "collectors[0].path: unknown key",
        "collectors[0].anchors: channel tls needs",
        "meters[0].gateway: stands beside collector",
        "meters[0].collector: no collector is called 'c2'",
        "tag '有功功率' is already used",
    ):
        assert words in told


# Mosquitto and its publisher.


@contextlib.asynccontextmanager
async def standing(program: Program, folder: Path, *, period_s: int = 1, start_s: float = T0) -> AsyncGenerator[Bench]:
    broker = Mosquitto(program("mosquitto"), folder, free_port())
    broker.start()
    terminal = Terminal(load_config(config_text(broker.port, period_s=period_s)), platform(start_s))
    task = asyncio.create_task(terminal.run())
    bench = Bench(terminal, broker, program("mosquitto_pub"))
    try:
        await asyncio.sleep(0)
        await bench.until(lambda: bench.connected)
        yield bench
    finally:
        await terminal.stop()
        await task
        broker.stop()


def test_what_mosquitto_pub_says_is_read(program: Program, tmp_path: Path) -> None:
    async def scene() -> None:
        async with standing(program, tmp_path) as bench:
            await bench.say(await bench.now_s(), "0.10", "-12.50")
            await bench.until(lambda: bench.good("power") == ["-12.50"])
            assert bench.good("energy") == ["0.10"]
            await bench.say(await bench.now_s(), "0.20", "101")
            await bench.until(lambda: any(cause == reading.RANGE for _, _, cause in bench.rows("power").values()))
            await bench.say(await bench.now_s(), "NaN", '"5"')
            causes = reading.NOT_A_NUMBER
            await bench.until(lambda: any(cause == causes for _, _, cause in bench.rows("power").values()))
            assert bench.good("energy") == ["0.10", "0.20"]
            await bench.publish("rubbish")
            await bench.until(lambda: any(cause == reading.BAD_FRAME for _, _, cause in bench.rows("power").values()))
            await bench.publish('{"node":"E1","values":{"energy":7}}')
            await bench.until(lambda: any(cause == reading.NO_INSTANT for _, _, cause in bench.rows("power").values()))
            await bench.say(1_000_000, "7", "7")
            await bench.until(
                lambda: any(cause == reading.SOURCE_CLOCK for _, _, cause in bench.rows("power").values())
            )
            assert bench.good("energy") == ["0.10", "0.20"]

    asyncio.run(scene())


def test_points_of_a_slot_may_come_in_several_messages(program: Program, tmp_path: Path) -> None:
    async def scene() -> None:
        async with standing(program, tmp_path, period_s=5) as bench:
            clock = bench.terminal.clock
            await clock.sleep_until((clock.now_s() // 5 * 5 + 5) * 1000 + 50)
            ms = clock.now_ms()
            for values in ('{"energy":1.0}', '{"energy":9.9,"有功功率":2.0}'):
                await bench.publish(f'{{"timestamp":{ms},"node":"E1","values":{values}}}')
            await bench.until(lambda: bench.good("power") == ["2.0"])
            assert bench.good("energy") == ["1.0"]
            await clock.sleep_until((clock.now_s() // 5 * 5 + 5) * 1000 + 50)
            await bench.publish(f'{{"timestamp":{clock.now_ms()},"node":"E1","values":{{"energy":3.0}}}}')
            await bench.until(lambda: bench.good("energy") == ["1.0", "3.0"])
            await bench.until(lambda: reading.ABSENT in [cause for _, _, cause in bench.rows("power").values()])

    asyncio.run(scene())


def test_copies_and_retained_messages_keep_their_own_time(program: Program, tmp_path: Path) -> None:
    async def scene() -> None:
        async with standing(program, tmp_path) as bench:
            at_s = bench.terminal.clock.now_ms() / 1000
            for more in ((), (), ("-r",)):
                await bench.say(at_s, "1.5", "2.5", *more)
            await bench.until(lambda: bench.good("energy") == ["1.5"])
            bench.broker.stop()
            await bench.until(lambda: not bench.connected)
            bench.broker.start()
            await bench.until(lambda: bench.connected)
            count = len(bench.rows("energy"))
            await bench.until(lambda: len(bench.rows("energy")) >= count + 2)
            # The retained message was handed over again on the new subscription.
            assert bench.good("energy") == ["1.5"]
            assert bench.terminal.carriers.of(bench.terminal.config.meters[0]).shared_timeout_s is None

    asyncio.run(scene())


def test_what_mosquitto_kept_is_taken_later_and_periods_are_made_again(program: Program, tmp_path: Path) -> None:
    async def scene() -> None:
        async with standing(program, tmp_path, start_s=T0 + 55.0) as bench:
            clock = bench.terminal.clock
            minute_s = T0 + 60
            await bench.until(lambda: clock.now_ms() / 1000 >= minute_s + 1.2)
            await bench.until(lambda: minute_s in bench.rows("energy"))
            assert bench.good("energy") == []
            number = bench.terminal.pipeline.by_id["energy"].number
            assert [each.value for each in bench.terminal.store.records(MINUTE.code, number, T0, T0 + 60, 9)] == [None]
            # A backlog in the wrong order, over the end of the register.
            for at_s, value in ((minute_s, "2.75"), (T0, "999.50"), (T0 + 30, "1.25")):
                await bench.say(at_s, value, "5")
            await bench.until(lambda: len(bench.good("energy")) >= 3)
            await bench.until(
                lambda: [r.value for r in bench.terminal.store.records(MINUTE.code, number, T0, T0 + 60, 9)] == ["3.25"]
            )
            (record,) = bench.terminal.store.records(MINUTE.code, number, T0, T0 + 60, 9)
            assert (record.revision, record.flag, record.opening, record.closing) == (1, "N", "999.50", "2.75")

    asyncio.run(scene())


# Late readings.


def at(slot_s: int, energy: str | None, power: str | None) -> list[Reading]:
    made: list[Reading] = []
    for point, text in enumerate((energy, power)):
        quality, cause = (reading.GOOD, "") if text is not None else (reading.BAD, reading.TIMEOUT)
        value = None if text is None else Decimal(text)
        made.append(Reading(point, slot_s, slot_s * 1000, value, "", quality, cause))
    return made


@pytest.fixture
def quiet() -> Iterator[Callable[[Callable[[Terminal], Any]], None]]:
    """Runs a scene with a terminal whose collector is not there."""

    def run(scene: Callable[[Terminal], Any]) -> None:
        async def main() -> None:
            text = config_text(free_port(), period_s=60)
            terminal = Terminal(load_config(text), platform(T0 + 7200.0))
            task = asyncio.create_task(terminal.run())
            await asyncio.sleep(0)
            try:
                await scene(terminal)
            finally:
                await terminal.stop()
                await task

        asyncio.run(main())

    yield run


def places(terminal: Terminal) -> list[Place]:
    return [
        Place(state.number, state.config.id, state.builder, state.tracker)
        for state in terminal.pipeline.meter_points[0]
    ]


def test_late_readings_make_periods_whole(quiet: Callable[[Callable[[Terminal], Any]], None]) -> None:
    async def scene(terminal: Terminal) -> None:
        pipeline = terminal.pipeline
        for minute in range(61):
            away = 10 <= minute < 40
            pipeline.accept(0, at(T0 + 60 * minute, None if away else f"{minute}.5", None if away else "10"))
        durable = asyncio.Event()
        for minute in range(10, 40):
            terminal.late.take(places(terminal), at(T0 + 60 * minute, f"{minute}.5", "40"), durable.set)
        await asyncio.wait_for(durable.wait(), 120)
        energy, power = (state.number for state in pipeline.meter_points[0])

        def value(span: Any, number: int, start_s: int) -> tuple[str | None, int]:
            (record,) = terminal.store.records(span.code, number, start_s, start_s + 1, 1)
            return record.value, record.revision

        assert value(MINUTE, energy, T0 + 900) == ("1.0", 1)
        assert value(MINUTE, energy, T0 + 300) == ("1.0", 0)
        assert value(QUARTER, energy, T0) == ("15.0", 1)
        assert value(HOUR, energy, T0) == ("60.0", 0)
        assert value(HOUR, power, T0) == ("25.0", 1)
        # A copy, and a late reading where a good one stands, change nothing.
        before = list(terminal.store.connection.execute("SELECT * FROM record ORDER BY 1, 2, 3"))
        durable.clear()
        terminal.late.take(places(terminal), at(T0 + 600, "99.5", "99"), durable.set)
        terminal.late.take(places(terminal), at(T0 + 300, "99.5", "99"), durable.set)
        await asyncio.wait_for(durable.wait(), 120)
        assert list(terminal.store.connection.execute("SELECT * FROM record ORDER BY 1, 2, 3")) == before
        kinds = [row[0] for row in terminal.store.connection.execute("SELECT kind FROM event")]
        assert kinds.count("late data") == 2

    quiet(scene)


def test_late_readings_complete_the_hour_that_is_under_way(
    quiet: Callable[[Callable[[Terminal], Any]], None],
) -> None:
    async def scene(terminal: Terminal) -> None:
        pipeline = terminal.pipeline
        for minute in range(31):
            away = minute < 20
            pipeline.accept(0, at(T0 + 60 * minute, None if away else f"{minute}.5", None if away else "10"))
        durable = asyncio.Event()
        for minute in range(20):
            terminal.late.take(places(terminal), at(T0 + 60 * minute, f"{minute}.5", "40"), durable.set)
        await asyncio.wait_for(durable.wait(), 120)
        for minute in range(31, 61):
            pipeline.accept(0, at(T0 + 60 * minute, f"{minute}.5", "10"))
        terminal.store.flush()
        energy, power = (state.number for state in pipeline.meter_points[0])
        (hour,) = terminal.store.records(HOUR.code, energy, T0, T0 + 1, 1)
        assert (hour.value, hour.opening, hour.revision) == ("60.0", "0.5", 0)
        (mean,) = terminal.store.records(HOUR.code, power, T0, T0 + 1, 1)
        assert (mean.value, mean.n) == ("20.0", 60)

    quiet(scene)


def test_a_value_entered_by_hand_stays(quiet: Callable[[Callable[[Terminal], Any]], None]) -> None:
    async def scene(terminal: Terminal) -> None:
        from reference_terminal.processing.manual import Entry

        pipeline = terminal.pipeline
        pipeline.accept(0, at(T0, "1", "1"))
        pipeline.accept(0, at(T0 + 60, None, None))
        pipeline.accept(0, at(T0 + 120, "3", "1"))
        state = pipeline.meter_points[0][0]
        entry = Entry("energy", MINUTE, T0, "0.75", "Li", "seen on the display", T0 * 1000)
        assert terminal.manual.enter(state, entry) is not None
        durable = asyncio.Event()
        terminal.late.take(places(terminal), at(T0 + 60, "2", "1"), durable.set)
        await asyncio.wait_for(durable.wait(), 120)
        values = [each.value for each in terminal.store.records(MINUTE.code, state.number, T0, T0 + 120, 9)]
        assert values == ["0.75", "1"]

    quiet(scene)


def test_after_a_step_back_of_the_clock_slots_are_not_over(
    quiet: Callable[[Callable[[Terminal], Any]], None],
) -> None:
    async def scene(terminal: Terminal) -> None:
        clock = terminal.clock
        client = terminal.carriers._clients["c1"]  # pyright: ignore[reportPrivateUsage]
        meter = MqttMeter(terminal.config.meters[0], 0, client, clock)
        late: list[list[Reading]] = []
        meter.late = lambda readings, durable: late.append(readings)
        slot_s = clock.now_s() // 60 * 60
        assert (await meter.read(slot_s + 3600, clock, 0, 0.01)).silent
        reader = asyncio.create_task(meter.read(slot_s, clock, 0, 5.0))
        await asyncio.sleep(0.01)
        number = Content("31", Decimal(1))
        meter.put(DeviceReport("E1", slot_s * 1000, {"energy": number, "有功功率": number}), None)
        poll = await reader
        assert [each.value for each in poll.readings] == [1, 1]
        assert late == []
        meter.put(DeviceReport("E1", slot_s * 1000 - 1, {"energy": number}), None)
        assert [each.slot_s for each in late[0]] == [slot_s - 60] * 2

    quiet(scene)
