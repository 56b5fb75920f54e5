"""Weighing indicators, asked or sending by themselves: frames by hand, faults, which maps and worlds may be."""

from __future__ import annotations

import asyncio
import random
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulators_helpers import START_US, HandClock, Heard

from bench.virtual.loop import run as run_virtually
from bench.virtual.serial import LineCarrier, SerialLine
from bench.virtual.uart import Framing
from simulators.clock import seeded
from simulators.events import Rejected, Served, Unserved
from simulators.fleet import FleetError, build_fleet
from simulators.meters import faults
from simulators.meters.carriers import LineSettings
from simulators.meters.dlt645.meter import Dlt645Meter
from simulators.meters.faults import AnyFault
from simulators.meters.maps import MapError
from simulators.meters.meter import Binding
from simulators.meters.scale import frames as scale_frames
from simulators.meters.scale.frames import FORMS
from simulators.meters.scale.indicator import CommandScale, ScaleMeter
from simulators.meters.serial.bus import SerialBus
from simulators.meters.serial.frames import Splitter
from simulators.meters.serial.maps import BusMap, any_shipped, build_bus_map
from simulators.plant import Works
from simulators.tables import DescriptionError, parse_toml, read_toml
from simulators.world import MAPS_FOLDER, build_world

SHOWN = {"xk3190": "20.00", "xk3190_reversed": "20.00", "toledo_a12e": "4.139"}
"""Shipped maps, and the weight that stands on each in these tests."""


@pytest.mark.parametrize(
    ("form", "raw", "decimals", "unit", "octets"),
    [
        ("xk3190", 2000, 2, "t", "02 2B 30 30 32 30 30 30 32 31 42 03"),
        ("xk3190", -2000, 2, "t", "02 2D 30 30 32 30 30 30 32 31 44 03"),
        ("xk3190-reversed", -100, 2, "t", "3D 30 30 2E 31 30 30 30 2D"),
        ("toledo-a12e", 4139, 3, "kg", "57 47 30 30 34 2E 31 33 39 6B 67 33 44 0D 0A"),
    ],
)
def test_frames_of_the_facts(form: str, raw: int, decimals: int, unit: str, octets: str) -> None:
    assert FORMS[form](raw, decimals, unit) == bytes.fromhex(octets)


@given(st.integers(-1_200_000, 1_200_000), st.integers(0, 5), st.sampled_from(tuple(FORMS)))
def test_a_frame_is_as_long_as_its_kind_and_checks(raw: int, decimals: int, form: str) -> None:
    frame = FORMS[form](raw, decimals, "kg")
    assert len(frame) == {"xk3190": 12, "xk3190-reversed": 9, "toledo-a12e": 15}[form]
    told = re.search(rb"([0-9A-F]{2})(?:\x03|\r\n)$", frame)
    if told is not None:
        total = 0
        for octet in frame[1 if form == "xk3190" else 0 : told.start()]:
            total ^= octet
        assert int(told[1], 16) == total
    else:
        assert form == "xk3190-reversed"


def scale_map(name: str) -> BusMap:
    device = any_shipped(name)
    assert isinstance(device, BusMap)
    return device


class Bridge:
    """An indicator on a virtual line and everything that passes there, with the seconds when each octet was whole."""

    def __init__(self, name: str) -> None:
        self.heard = Heard()
        self.octets: list[tuple[float, int]] = []
        self.name = name

    async def run(self, seconds: float, fault: AnyFault | None = None, weight: str = "") -> bytes:
        loop = asyncio.get_running_loop()
        line = SerialLine("ttyS1", Framing(9600, "N", 1))
        clock = HandClock(START_US)
        self.meter = ScaleMeter(
            "bridge", "A", scale_map(self.name), Works(seeded(1), START_US, 1), clock=clock, chance=random.Random(1),
            observe=self.heard, since_us=START_US, bindings=[Binding("weight", "weight")], port=LineSettings(9600),
        )  # fmt: skip
        bus = SerialBus("", 0, [self.meter], clock=clock, observe=self.heard, carrier=LineCarrier(line))
        self.meter.preset("weight", weight or SHOWN[self.name], hold=bool(weight))
        if fault is not None:
            self.meter.set_fault(fault)
        carrier = LineCarrier(line)
        carrier.ear(9600, "N", 1, lambda octets: self.octets.append((loop.time(), octets[0])))
        await bus.start()
        await asyncio.sleep(seconds)
        await bus.stop()
        return bytes(octet for _, octet in self.octets)


@pytest.mark.parametrize("name", list(SHOWN))
def test_it_sends_ten_or_five_frames_a_second_and_never_two_at_once(name: str) -> None:
    bridge = Bridge(name)
    sent = run_virtually(bridge.run(2))
    device = scale_map(name)
    each_s = device.settings.interval_ms / 1000
    frames = round(2 / each_s)
    register = device.registers[0]
    steps = round(float(SHOWN[name]) / float(register.scale))
    frame = FORMS[device.protocol](steps, register.layout.partition(".")[2].count("X"), register.unit)
    assert sent == frame * frames
    ends = [at for at, _ in bridge.octets][len(frame) - 1 :: len(frame)]
    assert {round(later - earlier, 6) for earlier, later in pairwise(ends)} == {each_s}
    assert [event.values for event in bridge.heard.of(Served)] == [{"weight": SHOWN[name]}] * frames


@pytest.mark.parametrize(
    ("name", "fault", "weight", "pattern", "outcome"),
    [
        ("xk3190", faults.BadCheck(), "20.00", rb"\x02\+00200021C\x03", "spoiled"),
        ("toledo_a12e", faults.BadCheck(by=2), "4.139", rb"WG004\.139kg3F\r\n", "spoiled"),
        ("xk3190", faults.Truncated(octets=7), "20.00", rb"\x02\+00200", "spoiled"),
        ("xk3190", faults.SignFlip(points=("weight",)), "", rb"\x02-0020002..\x03", ""),
        ("xk3190", faults.Jump(by="9980.00", points=("weight",)), "", rb"\x02\+ OL   2..\x03", ""),
        ("xk3190", faults.Jump(by="-10040.00", points=("weight",)), "", rb"\x02- LO   2..\x03", ""),
        ("xk3190", faults.Sentinel(points=("weight",)), "", rb"\x02\+ OL   2..\x03", ""),
        ("toledo_a12e", faults.Sentinel(points=("weight",)), "", rb"WG OL    kg..\r\n", ""),
        ("xk3190_reversed", faults.Sentinel(points=("weight",)), "", rb"= OL     ", ""),
        ("xk3190", faults.Stuck(points=("weight",)), "", rb"\x02\+00200021B\x03", ""),
    ],
)
def test_faults_of_an_indicator(name: str, fault: AnyFault, weight: str, pattern: bytes, outcome: str) -> None:
    bridge = Bridge(name)
    sent = run_virtually(bridge.run(1.05, fault, weight))
    assert re.match(rb"(" + pattern + rb")+", sent), sent
    if outcome:
        assert {event.outcome for event in bridge.heard.of(Unserved)} == {outcome}
        assert not bridge.heard.of(Served)
    else:
        assert not bridge.heard.of(Unserved)


def test_a_silent_indicator_sends_nothing_and_tells_it() -> None:
    bridge = Bridge("xk3190")
    assert run_virtually(bridge.run(1.05, faults.Silent())) == b""
    assert {(event.outcome, event.points) for event in bridge.heard.of(Unserved)} == {("silent", ("weight",))}


def test_the_bridge_counts_a_load_when_its_truck_is_weighed_empty() -> None:
    works = Works(seeded(1), START_US, 1)
    tonne = 1_000_000
    at = [START_US + number * 5_000_000 for number in range(2 * 24 * 720)]
    weights = [works.reader("bridge.weight")(each) for each in at]
    loads = [works.reader("bridge.loads")(each) for each in at]
    nets = [works.reader("bridge.net")(each) for each in at]
    assert max(weights) <= 49 * tonne and min(weights) == 0
    assert loads[-1] > 40
    standing: list[int] = []
    for earlier, later, done, before in zip(weights, weights[1:], loads[1:], loads, strict=False):
        if earlier == later and later and (not standing or standing[-1] != later):
            standing.append(later)
        if done > before:
            # Full, then empty: the difference is what was added.
            gross, tare = standing[-2:]
            assert gross > tare and gross % 20_000 == tare % 20_000 == 0
    steps = [(later - earlier) for earlier, later in pairwise(nets) if later > earlier]
    assert len(steps) == loads[-1] and sum(steps) == nets[-1] - nets[0]
    assert nets[-1] == sum(gross - tare for gross, tare in zip(standing[0::2], standing[1::2], strict=False)) * 1000
    again = Works(seeded(1), START_US, 1)
    assert again.reader("bridge.net")(at[-1]) == nets[-1]


WORLD = """
[world]
name = "gate"
seed = 5
start = "2026-03-02T00:00:00+08:00"
[[lines]]
name = "ttyS1"
[[meters]]
name = "bridge"
map = "xk3190"
line = "ttyS1"
address = "A"
points = [{ id = "weight", register = "weight", code = "k90001" }]
[[meters]]
name = "other"
map = "%s"
line = "ttyS1"
%s
points = [{ id = "x", register = "%s" }]
[[centres]]
name = "A"
host = "127.0.0.1"
port = 9010
mn = "010000A8900016F000169DC0"
"""


@pytest.mark.parametrize(
    ("device", "place", "register", "says"),
    [
        ("sdm630", "unit = 1", "energy", "meter bridge: a scale sends all the time; give it line ttyS1 alone"),
        ("xk3190", 'address = "B"', "weight", "meter other: a scale sends all the time; give it line ttyS1 alone"),
        ("xk3190", 'address = "123456789012"', "weight", "expected an address of one letter for xk3190"),
        ("dlt645_three_phase", 'address = "B"', "energy", "expected an address of 12 digits for dlt645_three_phase"),
    ],
)
def test_a_scale_stands_alone(device: str, place: str, register: str, says: str) -> None:
    with pytest.raises(DescriptionError) as caught:
        build_world(parse_toml(WORLD % (device, place, register), "w"), "w", Path())
    assert any(says in str(problem) for problem in caught.value.problems), caught.value


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('format = "XXXX.XX"', 'format = "XXXXX.XX"', "a scale shows six digits, got the format XXXXX.XX; shorten it"),
        ('unit = "t"', 'unit = "kWh"', "a scale shows an instant weight in kg or t, got a instant in kWh"),
        ("interval_ms = 500", "interval_ms = 5", "interval_ms"),
        (
            '[[register]]\nid = "weight"',
            '[[register]]\nid = "tare"\nformat = "XX.XX"\nunit = "t"\n[[register]]\nid = "weight"',
            "a scale shows one number, got 2 registers; keep one",
        ),
        (
            'counted = "net"\nkind = "counter"',
            'counted = "net"\nkind = "counter"\nfixed = "1"',
            "only one of measure, fixed and serial may be given",
        ),
        ('counted = "loads"', 'counted = "net"', "net is a counter in kg or t, got a counter in 1"),
    ],
)
def test_a_wrong_map_of_a_scale(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = (MAPS_FOLDER / "serial" / "xk3190_loads.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "mine.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(MapError) as caught:
        build_bus_map(read_toml(tmp_path / "mine.toml"), "mine")
    assert any(says in str(problem) for problem in caught.value.problems), caught.value


def test_a_fleet_gives_each_scale_a_port() -> None:
    text = '[fleet]\nname = "f"\nseed = 1\n[[groups]]\nname = "g"\ncount = 3\nmap = "xk3190"\nfirst_port = 5000\n'
    fleet = build_fleet(parse_toml(text, "f"), "f", Path())
    assert fleet.groups[0].ports == 3
    with pytest.raises(FleetError, match="a scale sends all the time and needs a port of its own, got 2; give 1"):
        build_fleet(parse_toml(text + "per_port = 2\n", "f"), "f", Path())


class Commanded:
    """Two indicators in command mode and an electricity meter on one line, and the answers to what is asked there."""

    def __init__(self) -> None:
        self.heard = Heard()

    async def run(self, *asked: str, fault: AnyFault | None = None) -> list[str]:
        line = SerialLine("ttyS1", Framing(9600, "N", 1))
        clock = HandClock(START_US)
        works = Works(seeded(1), START_US, 1)
        scales = [
            CommandScale(
                f"bridge-{letter}", letter, scale_map("xk3190_command"), works, clock=clock, chance=random.Random(1),
                observe=self.heard, since_us=START_US, bindings=[Binding("weight", "weight")], port=LineSettings(9600),
            )
            for letter in "AB"
        ]  # fmt: skip
        meter = Dlt645Meter(
            "m", "202600000161", scale_map("dlt645_three_phase"), works, clock=clock, chance=random.Random(1),
            observe=self.heard, since_us=START_US, port=LineSettings(9600),
        )  # fmt: skip
        bus = SerialBus("", 0, [*scales, meter], clock=clock, observe=self.heard, carrier=LineCarrier(line))
        for scale, weight in zip(scales, ("20.00", "-1.24"), strict=True):
            scale.preset("weight", weight, hold=True)
        if fault is not None:
            scales[0].set_fault(fault)
        master, octets, answers = LineCarrier(line), bytearray(), list[str]()
        master.ear(9600, "N", 1, octets.extend)
        await bus.start()
        for each in asked:
            octets.clear()
            master.send(bytes.fromhex(each), 9600, "N", 1, lambda _: None)
            await asyncio.sleep(0.8)
            answers.append(octets.hex(" ").upper())
        await bus.stop()
        return answers


def test_commands_of_the_manual_and_their_answers() -> None:
    gross, hands, tare, net = "02 41 42 30 33 03", "02 41 41 30 30 03", "02 41 43 30 32 03", "02 41 44 30 35 03"
    found = run_virtually(Commanded().run(gross, hands, tare, net, "02 42 42 30 30 03"))
    assert found == [
        "02 41 42 2B 30 30 32 30 30 30 32 31 38 03",
        "02 41 41 30 30 03",
        "02 41 43 2B 30 30 30 30 30 30 32 31 42 03",
        "02 41 44 2B 30 30 32 30 30 30 32 31 45 03",
        "02 42 42 2D 30 30 30 31 32 34 32 31 38 03",
    ]


def test_a_wrong_check_a_foreign_letter_and_an_unknown_command_get_no_answer() -> None:
    commanded = Commanded()
    found = run_virtually(commanded.run("02 41 42 30 34 03", "02 43 42 30 31 03", "02 41 5A 31 42 03", "FE FE 02"))
    assert found == [""] * 4
    assert "the check of a request is wrong" in [event.reason for event in commanded.heard.of(Rejected)]


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (faults.Silent(), ""),
        (faults.WrongUnit(), "02 42 42 2B 30 30 32 30 30 30 32 31 42 03"),
        (faults.BadCheck(), "02 41 42 2B 30 30 32 30 30 30 32 31 39 03"),
        (faults.Truncated(octets=5), "02 41 42 2B 30"),
    ],
)
def test_faults_of_an_indicator_that_is_asked(fault: AnyFault, answer: str) -> None:
    assert run_virtually(Commanded().run("02 41 42 30 33 03", fault=fault)) == [answer]


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_requests_are_found_in_any_octets(before: bytes, after: bytes) -> None:
    splitter = Splitter(("weighing",))
    found = splitter.feed(before) + splitter.feed(after, final=True)
    for octets, reason in found:
        assert bool(scale_frames.flaws(octets)) or not reason
    request = bytes.fromhex("024142303303")
    assert (request, "") in Splitter(("weighing",)).feed(before.replace(b"\x02", b"") + request)
