"""CJ/T 188 on bytes: the vectors of the facts, meters of every layout on a serial bus, round trips, any octets."""

from __future__ import annotations

import asyncio
import random
import string
from collections.abc import Awaitable, Callable
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ports import free_port
from simulators_helpers import START_US, HandClock, Heard, works_of_two

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from simulators.events import MeterFault, Served, Unserved
from simulators.explain.centres import main
from simulators.explain.frames import Decoded
from simulators.explain.meters import render
from simulators.meters import faults
from simulators.meters.cjt188.codec import ANYONE, Frame, decode, encode, flaws
from simulators.meters.cjt188.explain import read_cjt188
from simulators.meters.cjt188.meter import Cjt188Meter
from simulators.meters.dlt645.codec import Frame as Frame645
from simulators.meters.dlt645.codec import encode as encode645
from simulators.meters.dlt645.meter import Dlt645Meter
from simulators.meters.meter import Binding
from simulators.meters.serial.bus import SerialBus
from simulators.meters.serial.maps import BusMap, any_shipped
from simulators.stamps import from_stamp

DAY_US = 86_400_000_000
OWN = "78330011223344"
HEAT = (
    "68 20 44 33 22 11 00 33 78 81 2E 1F 90 01 78 56 34 12 05 78 56 34 12 05 78 56 34 12 17 78 56 34 12 35 "
    "78 56 34 12 2C 56 34 12 56 34 12 56 34 12 20 14 03 18 12 56 59 00 00 "
)
VECTORS: list[tuple[str, str, str, str, str, list[str]]] = [
    ("188-1", "FE FE FE FE 68 10 44 33 22 11 00 33 78 01 03 1F 90 00 80 16", OWN, "01", "901F", []),
    (
        "188-2",
        "68 10 44 33 22 11 00 33 78 81 16 1F 90 00 00 77 66 55 2C 00 77 66 55 2C 31 01 22 11 05 15 20 21 84 13 16",
        OWN,
        "81",
        "901F",
        ["556677.00 m3", "556677.00 m3", "2015-05-11 22:01:31", "2184"],
    ),
    (
        "188-3",
        "FE FE FE 68 10 01 00 00 05 08 00 00 81 16 90 1F 00 00 23 01 00 2C 00 00 00 00 2C"
        " 00 00 00 00 00 00 00 00 00 48 16",
        "00000805000001",
        "81",
        "901F",
        ["123.00 m3", "0.00 m3", "", "0000"],
    ),
    (
        "188-4",
        "FE FE FE 68 10 18 02 12 20 20 00 00 81 16 90 1F 00 00 02 00 00 2C 00 02 00 00 2C"
        " 00 00 00 00 00 00 00 00 FF 85 16",
        "00002020120218",
        "81",
        "901F",
        ["2.00 m3", "2.00 m3", "", "00FF"],
    ),
    (
        "188-5",
        "68 10 50 54 77 11 18 00 00 81 16 1F 90 00 00 00 00 00 2C 00 00 00 00 2C 00 00 00 00 00 00 00 00 00 5A 16",
        "00001811775450",
        "81",
        "901F",
        ["0.00 m3", "0.00 m3", "", "0000"],
    ),
    ("188-6", "68 10 01 00 00 05 08 00 00 01 03 1F 90 00 39 16", "00000805000001", "01", "901F", []),
    ("188-7", "68 AA AA AA AA AA AA AA AA 03 03 81 0A 00 49 16", "AAAAAAAAAAAAAA", "03", "810A", []),
    ("188-7 answer", "68 10 01 00 00 05 08 00 00 83 03 81 0A 00 97 16", "00000805000001", "83", "810A", []),
    (
        "188-8",
        "68 10 02 00 00 05 08 00 00 15 0A A0 18 00 01 00 00 05 08 00 00 6C 16",
        "00000805000002",
        "15",
        "A018",
        ["00000805000001"],
    ),
    ("188-8 answer", "68 10 01 00 00 05 08 00 00 95 03 A0 18 00 D6 16", "00000805000001", "95", "A018", []),
    ("188-9 open", "68 10 69 05 90 05 15 33 78 04 04 A0 17 01 55 50 16", "78331505900569", "04", "A017", ["open"]),
    ("188-9 close", "68 10 69 05 90 05 15 33 78 04 04 A0 17 01 99 94 16", "78331505900569", "04", "A017", ["close"]),
    (
        "188-9 opened",
        "68 10 69 05 90 05 15 33 78 84 05 A0 17 01 00 00 7C 16",
        "78331505900569",
        "84",
        "A017",
        ["0000"],
    ),
    (
        "188-10 open",
        "FE FE FE 68 10 01 00 00 05 08 00 00 2A 04 A0 17 00 55 C0 16",
        "00000805000001",
        "2A",
        "A017",
        ["open"],
    ),
    (
        "188-10 close",
        "FE FE FE 68 10 01 00 00 05 08 00 00 2A 04 A0 17 00 99 04 16",
        "00000805000001",
        "2A",
        "A017",
        ["close"],
    ),
    (
        "188-10 opened",
        "FE FE FE 68 10 01 00 00 05 08 00 00 AA 05 A0 17 00 00 FF EB 16",
        "00000805000001",
        "AA",
        "A017",
        ["00FF"],
    ),
    (
        "188-12",
        HEAT + "06 16",
        OWN,
        "81",
        "901F",
        [
            "123456.78 kWh",
            "123456.78 kWh",
            "123456.78 kW",
            "1234.5678 m3/h",
            "123456.78 m3",
            "1234.56 degC",
            "1234.56 degC",
            "123456 h",
            "2014-03-18 12:56:59",
            "0000",
        ],
    ),
]


@pytest.mark.parametrize(("name", "frame", "address", "control", "identifier", "values"), VECTORS)
def test_vectors_of_the_facts(
    name: str, frame: str, address: str, control: str, identifier: str, values: list[str]
) -> None:
    reading = read_cjt188(frame)
    decoded = reading.decoded
    assert decoded.valid, name
    assert (decoded.address, decoded.control, decoded.data_identifier) == (address, control, identifier)
    assert [f"{each.value} {each.unit}".rstrip() for each in decoded.values] == values
    octets = bytes.fromhex(frame)
    body = octets.lstrip(b"\xfe")
    assert encode(decode(body, len(octets) - len(body))) == octets
    assert "nothing wrong" in render(reading)


def test_188_11_is_refused_for_its_check_octet_and_188_12_has_its_clock_the_other_way() -> None:
    decoded = read_cjt188(HEAT + "91 16").decoded
    assert not decoded.valid
    assert "expected check octet 06, got 91" in decoded.errors[0]
    assert any("highest octet first" in each for each in read_cjt188(HEAT + "06 16").remarks)
    assert main("cjt188", HEAT + "91 16") == 1


def test_a_payload_without_units_in_their_places_is_no_number() -> None:
    data = bytes.fromhex("1F9000") + bytes(19)
    reading = read_cjt188(encode(Frame(0x10, OWN, 0x81, data)).hex())
    assert reading.decoded.valid
    assert [each.name for each in reading.decoded.values] == ["data"]
    assert any("bad quality" in each for each in reading.remarks)


@pytest.mark.parametrize(
    ("code", "text"), [("2C", "1.00 m3"), ("2D", "10.00 m3"), ("2E", "100.00 m3"), ("29", "1.00 L")]
)
def test_units_multiply(code: str, text: str) -> None:
    data = bytes.fromhex("D12000" + "00010000" + code)
    shown = read_cjt188(encode(Frame(0x10, OWN, 0x81, data)).hex()).decoded.values[0]
    assert f"{shown.value} {shown.unit}" == text


class Line:
    """A bus with one CJ/T 188 meter and a DL/T 645 one, and a master that writes octets."""

    def __init__(self, name: str) -> None:
        device = any_shipped(name)
        electric = any_shipped("dlt645_three_phase")
        assert isinstance(device, BusMap)
        assert isinstance(electric, BusMap)
        self.clock = HandClock(START_US + 70 * DAY_US + 10 * 3_600_000_000)
        self.heard = Heard()
        self.works = works_of_two()
        self.source = "heat" if "heat" in name else "gas"
        self.meter = Cjt188Meter(
            "W",
            OWN,
            device,
            self.works,
            clock=self.clock,
            chance=random.Random(1),
            observe=self.heard,
            since_us=START_US,
            source=self.source,
            bindings=[Binding(entry.id, entry.id) for entry in device.registers if entry.is_number],
        )
        other = Dlt645Meter(
            "E",
            "123456789012",
            electric,
            self.works,
            clock=self.clock,
            chance=random.Random(1),
            observe=self.heard,
            since_us=START_US,
            source="e01",
        )
        self.port = free_port()
        self.bus = SerialBus("127.0.0.1", self.port, [self.meter, other], clock=self.clock, observe=self.heard)
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def raw(self, octets: bytes, *, wanted: bool = True) -> bytes:
        """Write octets; what comes back."""
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(octets)
        try:
            async with asyncio.timeout(2 if wanted else 0.7):
                return await reader.read(4096)
        except TimeoutError:
            return b""

    async def ask(self, control: int, data: str, address: str = OWN, kind: int = 0) -> Decoded | None:
        """Send a frame; the decoded answer, or None."""
        frame = Frame(kind or self.meter.kind, address, control, bytes.fromhex(data))
        answer = await self.raw(encode(frame))
        return read_cjt188(answer.hex()).decoded if answer else None

    async def reply(self, control: int, data: str, address: str = OWN, kind: int = 0) -> Decoded:
        """Like `ask`, where an answer must come."""
        decoded = await self.ask(control, data, address, kind)
        assert decoded is not None
        assert decoded.valid
        return decoded


def run(body: Callable[[Line], Awaitable[None]], name: str) -> Heard:
    async def work() -> Heard:
        Network()
        line = Line(name)
        await line.bus.start()
        try:
            await body(line)
        finally:
            if line.streams is not None:
                line.streams[1].close()
            await line.bus.stop()
        return line.heard

    return run_virtually(work())


@pytest.mark.parametrize("name", ["cjt188_water", "cjt188_gas"])
def test_water_and_gas(name: str) -> None:
    async def body(line: Line) -> None:
        settled = from_stamp("20260501000000")
        now, then, clock, status = (await line.reply(0x01, "1F9007")).values
        assert now.value == line.meter.text("volume") == f"{line.works.value('gas.volume', line.clock.at_us):.4f}"[:-2]
        assert then.value == f"{line.works.value('gas.volume', settled):.4f}"[:-2]
        assert (now.unit, clock.value, status.value) == ("m3", "2026-05-11 10:00:00", "0000")
        served = line.heard.of(Served)[-1]
        assert served.values == {"volume": now.value}
        assert "1F9007" in served.response
        line.meter.set_fault(faults.StatusBits(bits=0x0007))
        assert (await line.reply(0x01, "1F9007")).values[-1].value == "0700"
        line.meter.clear()
        # Whichever order the master has, the answer has the same.
        assert (await line.reply(0x01, "901F08")).data_identifier == "901F"
        assert "901F08" in line.heard.of(Served)[-1].response

    run(body, name)


def test_the_order_of_the_identifier_may_be_the_meters_own() -> None:
    async def body(line: Line) -> None:
        for order, wire in (("low", "1F9000"), ("high", "901F00")):
            line.meter.settings = msgspec.structs.replace(line.meter.settings, identifier_order=order, echo=False)
            for asked in ("1F9007", "901F07"):
                assert (await line.reply(0x01, asked)).data_identifier == "901F"
                assert wire in line.heard.of(Served)[-1].response

    run(body, "cjt188_water")


def test_months_of_history() -> None:
    async def body(line: Line) -> None:
        for identifier, month in (("20D100", "20260501000000"), ("21D100", "20260401000000")):
            shown = (await line.reply(0x01, identifier)).values[0]
            assert shown.value == f"{line.works.value('gas.volume', from_stamp(month)):.4f}"[:-2]
        assert (await line.reply(0x01, "23D100")).values[0].value == ""
        assert (await line.reply(0x01, "2CD100")).control == "C1"

    run(body, "cjt188_water")


@pytest.mark.parametrize("name", ["cjt188_heat", "cjt188_heat_unit_first"])
def test_heat(name: str) -> None:
    async def body(line: Line) -> None:
        values = {each.name: each for each in (await line.reply(0x01, "1F9000")).values}
        assert (values["heat"].value, values["heat"].unit) == (line.meter.text("heat"), "GJ")
        assert values["power"].unit == "GJ/h"
        assert values["flow rate"].value == line.meter.text("flow")
        assert values["supply temperature"].value == line.meter.text("supply")
        assert Decimal(values["supply temperature"].value) > Decimal(values["return temperature"].value)
        assert values["running time"].value == "1234"
        assert values["clock"].value == "2026-05-11 10:00:00"

    heard = run(body, name)
    assert set(heard.of(Served)[-1].values) >= {"heat", "power", "flow", "volume", "supply", "return"}


def test_the_layout_without_units_is_served_and_not_taken_for_the_standard_one() -> None:
    async def body(line: Line) -> None:
        decoded = await line.reply(0x01, "1F9000")
        assert [each.name for each in decoded.values] == ["data"]
        assert len(bytes.fromhex(line.heard.of(Served)[-1].response)) == 13 + 22

    run(body, "cjt188_ultrasonic")


def test_valve_and_addresses() -> None:
    async def body(line: Line) -> None:
        assert (await line.reply(0x04, "A0170199")).values[0].value == "0100"
        assert not line.meter.valve_open
        assert (await line.reply(0x01, "1F9000")).values[-1].value == "0100"
        assert (await line.reply(0x04, "A0170155")).control == "84"
        assert line.meter.valve_open
        assert (await line.reply(0x04, "A0170111")).control == "C4"
        assert (await line.reply(0x03, "810A00", ANYONE, 0xAA)).address == OWN
        assert await line.ask(0x2A, "A0170055") is None
        assert await line.ask(0x01, "1F9000", "00000000000001") is None
        assert await line.ask(0x01, "1F9000", kind=0x30) is None
        assert (await line.reply(0x15, "A0180001000005080000")).address == "00000805000001"

    heard = run(body, "cjt188_water")
    assert [event.fault for event in heard.of(MeterFault)] == ["valve", "valve", "address-set"]


def test_both_protocols_share_a_line() -> None:
    async def body(line: Line) -> None:
        assert (await line.reply(0x01, "1F9000")).address == OWN
        answer = await line.raw(encode645(Frame645("123456789012", 0x11, bytes.fromhex("00000100"), 4)))
        assert answer.lstrip(b"\xfe")[:8] == bytes.fromhex("6812907856341268")
        assert (await line.reply(0x01, "1F9000")).address == OWN

    heard = run(body, "cjt188_water")
    assert [event.meter for event in heard.of(Served)] == ["W", "E", "W"]


def test_faults() -> None:
    async def body(line: Line) -> None:
        line.meter.set_fault(faults.Refusing(code=4))
        assert (await line.reply(0x01, "1F9000")).control == "C1"
        assert line.heard.of(Unserved)[-1].points == ("volume",)
        line.meter.clear()
        line.meter.set_fault(faults.DeadClock(octet="00"))
        line.meter.set_fault(faults.Sentinel())
        values = (await line.reply(0x01, "1F9000")).values
        assert (values[0].value, values[2].value) == ("", "")
        line.meter.clear()
        line.meter.set_fault(faults.BadCheck())
        assert not read_cjt188(
            (await line.raw(encode(Frame(0x10, OWN, 1, bytes.fromhex("1F9000"))))).hex()
        ).decoded.valid
        line.meter.clear()
        line.meter.set_fault(faults.Silent())
        assert await line.ask(0x01, "1F9000") is None
        assert [event.outcome for event in line.heard.of(Unserved)] == ["exception", "spoiled", "silent"]

    run(body, "cjt188_water")


def test_another_kind_and_a_question_that_is_refused_alone() -> None:
    async def body(line: Line) -> None:
        line.meter.set_fault(faults.RefusingPoints(code=4, points=("power",)))
        assert (await line.reply(0x01, "3F9000")).control == "C1"
        assert line.heard.of(Unserved)[-1].points == ("power",)
        assert (await line.reply(0x01, "1F9000")).control == "81"
        line.meter.clear()
        line.meter.set_fault(faults.WrongKind())
        assert (await line.raw(encode(Frame(0x20, OWN, 1, bytes.fromhex("3F9000")))))[1] == 0x10
        assert line.heard.of(Unserved)[-1].fault == "wrong-kind"

    run(body, "cjt188_heat_parts")


@given(
    st.sampled_from([0x10, 0x20, 0x30, 0x49, 0xAA]),
    st.text(string.hexdigits.upper()[:16], min_size=14, max_size=14).map(str.upper),
    st.integers(0, 255),
    st.binary(max_size=255),
    st.integers(0, 8),
)
def test_frames_make_the_round_trip(kind: int, address: str, control: int, data: bytes, preamble: int) -> None:
    frame = Frame(kind, address, control, data, preamble)
    octets = encode(frame)
    assert not flaws(octets[preamble:])
    assert decode(octets[preamble:], preamble) == frame
    assert read_cjt188(octets.hex()).decoded.valid


@given(st.one_of(st.text(max_size=100), st.binary(max_size=300).map(bytes.hex)))
def test_nothing_given_upsets_the_explanation(given_text: str) -> None:
    render(read_cjt188(given_text))


@given(st.sampled_from([0x81, 0x84, 0x01, 0x04, 0xC1, 0x95]), st.binary(max_size=50))
def test_no_data_upset_the_explanation(control: int, data: bytes) -> None:
    for head in (b"", b"\x1f\x90\x00", b"\xa0\x17\x00", b"\x20\xd1\x00"):
        render(read_cjt188(encode(Frame(0x10, OWN, control, head + data)).hex()))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 255), st.binary(max_size=20))
def test_no_request_upsets_a_meter(control: int, data: bytes) -> None:
    line = Line("cjt188_heat")
    taken, reply = line.meter.hear(encode(Frame(0x20, OWN, control, data)))
    assert taken or reply is None
