"""Meters of several protocols on one serial line of the virtual world, asked octet by octet."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from house import ROOT
from hypothesis import given
from hypothesis import strategies as st
from simulators_helpers import MN, START_US, Heard

from bench.virtual.loop import VirtualLoop, run, running_loop
from bench.virtual.network import Network
from bench.virtual.serial import Babble, LineCarrier, Mistuned, SerialLine, SerialPorts
from bench.virtual.uart import Framing
from simulators.events import Rejected, Served, Unserved
from simulators.meters import faults
from simulators.meters.carriers import LineSettings
from simulators.meters.cjt188 import codec as cjt188_codec
from simulators.meters.cjt188.explain import read_cjt188
from simulators.meters.dlt645 import codec as dlt645_codec
from simulators.meters.dlt645.explain import read_dlt645
from simulators.meters.modbus.codec import (
    ascii_flaw,
    crc16,
    decode_ascii,
    decode_rtu,
    encode_ascii,
    encode_rtu,
    request_length,
    rtu_flaw,
)
from simulators.meters.serial.frames import LineFrames
from simulators.meters.spec import LineSpec
from simulators.tables import parse_toml
from simulators.world import Site, World, WorldError, build_world
from simulators.world.points import LineRow

WORLD = f"""
[world]
name = "line"
seed = 5
start = "2026-03-02T00:00:00+08:00"

[plant]
circuits = 3

[[lines]]
name = "ttyS1"
baud = 2400
parity = "E"

[[meters]]
repeat = [1, 2]
name = "E{{n:02}}"
map = "dlt645_three_phase"
line = "ttyS1"
address = "000000000161"
source = "e{{n:02}}"
points = [ {{ id = "e{{n:02}}.energy", register = "energy" }} ]

[[meters]]
name = "heat"
map = "cjt188_heat"
line = "ttyS1"
address = "78330011223344"
source = "heat"
points = [ {{ id = "heat.energy", register = "heat" }} ]

[[meters]]
name = "modbus"
map = "sdm630"
line = "ttyS1"
unit = 7
source = "e03"
points = [ {{ id = "m.voltage", register = "voltage_l1" }}, {{ id = "m.energy", register = "energy" }} ]

[[centres]]
name = "A"
host = "127.0.0.1"
port = 15212
mn = "{MN}"
"""

ENERGY = dlt645_codec.encode(dlt645_codec.Frame("000000000161", 0x11, bytes.fromhex("00000100")))
HEAT = cjt188_codec.encode(cjt188_codec.Frame(0x20, "78330011223344", 0x01, bytes.fromhex("1F9007")))
VOLTS = encode_rtu(7, bytes.fromhex("0400000002"))


def described(text: str = WORLD) -> World:
    return build_world(parse_toml(text, "line.toml"), "line.toml", Path("."))


class LoopClock:
    """True time of a virtual loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now_us(self) -> int:
        return START_US + 10 * 86_400_000_000 + round(self._loop.time() * 1_000_000)


class Bench:
    """A site with its line, and a master on it."""

    def __init__(self, text: str = WORLD) -> None:
        self.loop = running_loop()
        Network(self.loop)
        self.heard = Heard()
        self.ports = SerialPorts()
        self.site = Site(described(text), clock=LoopClock(self.loop), observe=self.heard, carriers=self._carrier)
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def _carrier(self, spec: LineSpec) -> LineCarrier:
        return LineCarrier(self.ports.add(spec.name, SerialLine(spec.name, Framing(*spec.settings))))

    @property
    def line(self) -> SerialLine:
        return self.ports.lines["ttyS1"]

    async def ask(self, octets: bytes, wait_s: float = 2.0) -> bytes:
        """What comes back within a time."""
        if self.streams is None:
            settings = self.line.framing
            self.streams = await self.ports.open("ttyS1", settings.baud, settings.parity, settings.stop_bits)
        reader, writer = self.streams
        writer.write(octets)
        try:
            async with asyncio.timeout(wait_s):
                await reader.readexactly(10_000)
        except TimeoutError:
            taken = bytes(reader._buffer)  # pyright: ignore[reportAttributeAccessIssue]
            reader._buffer.clear()  # pyright: ignore[reportAttributeAccessIssue]
            return taken
        raise AssertionError("a line never says so much")


def play(body: Callable[[Bench], Awaitable[None]], text: str = WORLD) -> Bench:
    async def main() -> Bench:
        bench = Bench(text)
        await bench.site.start(within=None)
        await body(bench)
        await bench.site.stop()
        return bench

    return run(main())


def test_three_protocols_answer_on_one_line() -> None:
    async def body(bench: Bench) -> None:
        energy = read_dlt645((await bench.ask(ENERGY)).hex()).decoded
        assert energy.values[0].value == bench.heard.of(Served)[-1].values["e01.energy"]
        heat = read_cjt188((await bench.ask(HEAT)).hex()).decoded
        assert bench.heard.of(Served)[-1].values["heat.energy"] in [value.value for value in heat.values]
        answer = await bench.ask(VOLTS)
        assert not rtu_flaw(answer)
        assert decode_rtu(answer)[0] == 7
        assert list(bench.heard.of(Served)[-1].values) == ["m.voltage"]

    bench = play(body)
    assert not bench.heard.of(Unserved)
    assert not bench.heard.of(Rejected)


def test_the_point_table_tells_line_and_settings() -> None:
    async def body(bench: Bench) -> None:
        rows = bench.site.points
        lines = [(row.protocol, row.line, row.host) for row in rows.values()]
        line = LineRow(name="ttyS1", baud=2400, parity="E", stop_bits=1)
        assert (lines[0], lines[-1]) == (("dlt645-2007", line, ""), ("modbus-rtu", line, ""))

    play(body)


def test_an_exchange_takes_what_its_octets_take() -> None:
    async def body(bench: Bench) -> None:
        began = bench.loop.time()
        answer = await bench.ask(VOLTS)
        served = bench.heard.of(Served)[-1]
        character_s = 11 / 2400
        # 8 octets, 3.5 characters of silence, 5 ms, and the answer; the instants are kept in whole microseconds.
        expected_s = 8 * character_s + 3.5 * character_s + 0.005 + len(answer) * character_s
        zero_us = START_US + 10 * 86_400_000_000
        assert (served.t - zero_us) / 1e6 - began == pytest.approx(expected_s, abs=2e-6)
        assert bench.line.busy_s == pytest.approx((8 + len(answer)) * character_s)

    play(body)


def test_rtu_wants_silence_before_and_none_within() -> None:
    async def body(bench: Bench) -> None:
        _, writer = await bench.ports.open("ttyS1", 2400, "E", 1)
        character_s = 11 / 2400
        writer.write(VOLTS[:4])
        await asyncio.sleep((4 + 1.4) * character_s)
        writer.write(VOLTS[4:])
        await asyncio.sleep(1)
        assert len(bench.heard.of(Served)) == 1
        writer.write(VOLTS[:4])
        await asyncio.sleep((4 + 1.6) * character_s)
        writer.write(VOLTS[4:])
        await asyncio.sleep(1)
        writer.write(VOLTS + VOLTS)
        await asyncio.sleep(1)

    bench = play(body)
    assert len(bench.heard.of(Served)) == 1


def test_a_line_of_modbus_alone_says_why_octets_are_no_frame() -> None:
    alone = described_alone("rtu")

    async def body(bench: Bench) -> None:
        assert await bench.ask(VOLTS[:-1] + b"\x00") == b""
        assert await bench.ask(b"\x01") == b""
        assert await bench.ask(bytes(300), 3.0) == b""
        assert await bench.ask(encode_rtu(9, VOLTS[1:-2])) == b""

    bench = play(body, alone)
    reasons = [event.reason for event in bench.heard.of(Rejected)]
    assert [reason.partition(",")[0] for reason in reasons] == [
        f"expected CRC {crc16(VOLTS[:-2]).hex().upper()}",
        "expected at least 4 octets between two silences",
        "expected at most 256 octets between two silences",
    ]
    assert [event.outcome for event in bench.heard.of(Unserved)] == ["silent"]


def described_alone(framing: str) -> str:
    """A line with Modbus devices only."""
    head, _, rest = WORLD.partition("[[meters]]")
    modbus = '[[meters]]\nname = "modbus"' + rest.partition('name = "modbus"')[2]
    return head + modbus.replace("unit = 7", f'unit = 7\nframing = "{framing}"')


def test_ascii_answers_and_refuses() -> None:
    async def body(bench: Bench) -> None:
        answer = await bench.ask(encode_ascii(7, VOLTS[1:-2]))
        assert not ascii_flaw(answer)
        assert decode_ascii(answer)[1][:2] == b"\x04\x04"
        wrong = bytearray(encode_ascii(7, VOLTS[1:-2]))
        wrong[3] ^= 1
        assert await bench.ask(bytes(wrong)) == b""
        assert await bench.ask(b":07 no hex\r\n") == b""
        exception = await bench.ask(encode_ascii(7, b"\x2b\x0e\x01\x00"))
        assert decode_ascii(exception)[1] == b"\xab\x01"

    bench = play(body, described_alone("ascii"))
    reasons = [event.reason for event in bench.heard.of(Rejected)]
    assert len(reasons) == 2
    assert reasons[0].startswith("expected LRC")
    assert reasons[1].startswith("expected pairs of hex digits")


def test_a_broadcast_is_never_answered() -> None:
    async def body(bench: Bench) -> None:
        assert await bench.ask(encode_rtu(0, VOLTS[1:-2])) == b""
        assert await bench.ask(encode_rtu(0, bytes.fromhex("0600000001"))) == b""

    bench = play(body)
    assert not bench.heard.of(Served)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (faults.BadCheck(), "spoiled"),
        (faults.WrongUnit(), "spoiled"),
        (faults.WrongFunction(), "spoiled"),
        (faults.Fewer(), "spoiled"),
        (faults.Truncated(octets=3), "spoiled"),
        (faults.Garbage(), "spoiled"),
        (faults.ExtraOctets(octets="FF", within=False), "spoiled"),
        (faults.Noise(before=2), "spoiled"),
        (faults.Refusing(code=4), "exception"),
        (faults.Mute(polls=1), "silent"),
        (faults.Silent(), "silent"),
        (faults.Late(after_s=1), "late"),
    ],
)
def test_faults_of_modbus_on_a_line(fault: faults.AnyFault, outcome: str) -> None:
    async def body(bench: Bench) -> None:
        good = await bench.ask(VOLTS)
        bench.site.meters["modbus"].set_fault(fault)
        bad = await bench.ask(VOLTS, 3)
        if outcome == "late":
            assert bad[:3] == good[:3]
        else:
            assert bool(rtu_flaw(bad)) or bad[:3] != good[:3]
        assert bench.heard.of(Unserved)[-1].outcome == outcome

    play(body)


def test_a_meter_at_another_speed_hears_nothing_and_the_others_go_on() -> None:
    async def body(bench: Bench) -> None:
        bench.site.meters["E01"].set_fault(faults.WrongLine(baud=9600))
        assert await bench.ask(ENERGY) == b""
        assert await bench.ask(HEAT)
        bench.site.meters["E01"].clear()
        assert await bench.ask(ENERGY)
        bench.site.meters["E01"].set_fault(faults.WrongLine(parity="O"))
        assert await bench.ask(ENERGY) == b""

    play(body)


def test_a_change_of_speed_is_answered_at_the_old_one() -> None:
    async def body(bench: Bench) -> None:
        to_4800 = dlt645_codec.encode(dlt645_codec.Frame("000000000161", 0x17, b"\x10"))
        answer = await bench.ask(to_4800)
        assert answer.endswith(dlt645_codec.encode(dlt645_codec.Frame("000000000161", 0x97, b"\x10")))
        assert await bench.ask(ENERGY) == b""
        reader, writer = await bench.ports.open("ttyS1", 4800, "E", 1)
        writer.write(ENERGY)
        assert (await reader.readexactly(4 + len(ENERGY) + 4))[:4] == b"\xfe" * 4

    play(body)


def test_two_meters_with_one_address_collide_on_the_wire() -> None:
    async def body(bench: Bench) -> None:
        anybody = dlt645_codec.encode(dlt645_codec.Frame("A" * 12, 0x13, b""))
        answer = await bench.ask(anybody)
        # On 8E1 octets that disagree fail their parity: what is left of two answers is no frame.
        assert not read_dlt645(answer.hex() or "00").decoded.valid
        assert [event.fault for event in bench.heard.of(Unserved)] == ["collision", "collision"]

    play(body)


def test_a_babbling_station_and_mistuned_meters_reach_no_value() -> None:
    async def body(bench: Bench) -> None:
        with bench.line.apply(Mistuned(Framing(9600, "E", 1))):
            assert not bench.heard.of(Served)
            await bench.ask(VOLTS)
        with bench.line.apply(Babble(b"\x00\x00", 0.03)):
            await bench.ask(VOLTS)
        assert not bench.heard.of(Served)

    play(body)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('line = "ttyS1"\nunit = 7', 'line = "ttyS9"\nunit = 7'), "the world has no line 'ttyS9'; it has ttyS1"),
        (("baud = 2400", "baud = 2401"), "expected one of 300, 600"),
        (('line = "ttyS1"\nunit = 7', 'line = "ttyS1"\nport = 5\nunit = 7'), "give either line or host and port"),
        (("[[lines]]", '[[lines]]\nname = "ttyS1"\n[[lines]]'), "the name is given to several lines"),
    ],
)
def test_contradictions_of_lines_are_told(change: tuple[str, str], sentence: str) -> None:
    with pytest.raises(WorldError) as caught:
        described(WORLD.replace(*change))
    assert sentence in str(caught.value)


def test_a_world_with_lines_where_there_are_none_says_so() -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="has serial lines"):
            Site(described(), clock=LoopClock(running_loop()), observe=Heard())

    run(main())


# Octets.


@given(st.integers(0, 255), st.binary(min_size=1, max_size=253))
def test_frames_of_modbus_come_back(unit: int, pdu: bytes) -> None:
    assert not rtu_flaw(encode_rtu(unit, pdu))
    assert decode_rtu(encode_rtu(unit, pdu)) == (unit, pdu)
    assert not ascii_flaw(encode_ascii(unit, pdu))
    assert decode_ascii(encode_ascii(unit, pdu)) == (unit, pdu)


@pytest.mark.parametrize(
    "frame", ["0104000000 0271CB", "010404436 7AF55E210", "01034A38000253DE", "01030208D97E1E", "01020000 0006F808"]
)
def test_the_vectors_of_the_facts(frame: str) -> None:
    assert not rtu_flaw(bytes.fromhex(frame.replace(" ", "")))


@given(st.binary(max_size=600), st.booleans(), st.sets(st.sampled_from(["dlt645", "cjt188", "rtu", "ascii"])))
def test_any_octets_are_taken(octets: bytes, silent: bool, families: set[str]) -> None:
    frames = LineFrames(sorted(families), silent=silent)
    cuts = sorted(random.Random(len(octets)).sample(range(len(octets) + 1), min(3, len(octets))))
    for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True):
        frames.feed(octets[start:end])
    frames.silence()
    frames.give_up()
    assert not frames.waiting


def test_rtu_over_tcp_finds_requests_by_their_length() -> None:
    frames = LineFrames(["rtu"], silent=False)
    write = encode_rtu(7, bytes.fromhex("10 0001 0002 04 00010002"))
    found = frames.feed(VOLTS + write + VOLTS[:3])
    assert [octets for octets, reason, _ in found if not reason] == [VOLTS, write]
    assert [octets for octets, _, _ in frames.feed(VOLTS[3:])] == [VOLTS]
    assert [request_length(bytes.fromhex(each)) for each in ("07", "0707", "0716", "072B", "0717")] == [0, 4, 10, -1, 0]


def test_the_shipped_serial_world_answers_on_both_lines() -> None:
    text = (ROOT / "fixtures" / "worlds" / "serial.toml").read_text()

    async def body(bench: Bench) -> None:
        energy = dlt645_codec.encode(dlt645_codec.Frame("202600000162", 0x01, bytes.fromhex("1090")))
        assert read_dlt645((await bench.ask(energy)).hex()).decoded.valid
        reader, writer = await bench.ports.open("ttyS2", 9600, "N", 1)
        writer.write(encode_rtu(3, bytes.fromhex("0300000002")))
        assert not rtu_flaw(await reader.readexactly(9))
        assert [list(event.values) for event in bench.heard.of(Served)] == [
            ["e02.energy"],
            ["steam.pressure", "steam.temperature"],
        ]

    play(body, text)


def test_settings_of_a_line() -> None:
    assert LineSettings(2400, "E", 1).character_s == 11 / 2400
    assert LineSettings(115_200).silence_s == 0.00175
    assert str(LineSettings(1200, "E", 2)) == "1200 8E2"


@pytest.mark.parametrize("asked", [ENERGY, VOLTS])
def test_answers_in_two_pieces_and_twice(asked: bytes) -> None:
    async def body(bench: Bench) -> None:
        bench.site.meters["E01"].preset("e01.energy", "123.45")
        bench.site.meters["modbus"].preset("m.voltage", "230")
        good = await bench.ask(asked)
        for meter in bench.site.meters.values():
            meter.set_fault(faults.Duplicate(after_s=0.1))
        assert await bench.ask(asked) == good + good
        for meter in bench.site.meters.values():
            meter.clear()
            meter.set_fault(faults.Split(octets=3, gap_s=0.3))
        began = bench.loop.time()
        assert await bench.ask(asked) == good
        assert bench.heard.of(Served)[-1].fault == "split"
        zero_us = START_US + 10 * 86_400_000_000
        assert (bench.heard.of(Served)[-1].t - zero_us) / 1e6 - began > 0.3

    play(body)
