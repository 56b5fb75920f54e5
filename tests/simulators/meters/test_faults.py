"""Every kind of fault on a meter, by the clock too; bits, writing, and analogue inputs."""

from __future__ import annotations

import asyncio
import random
from decimal import Decimal

import pytest
from house import ROOT
from hypothesis import given
from hypothesis import strategies as st
from modbus_kit import Bus, run
from simulators_helpers import START_US, HandClock, Heard
from virtually import virtually

from bench.virtual.loop import run as run_virtually
from simulators.clock import seeded
from simulators.collectors.collected import TOLD
from simulators.events import MeterFault, Served, Unserved
from simulators.meters import faults
from simulators.meters.analog import AnalogChannel
from simulators.meters.channels import MeterError
from simulators.meters.cjt188.meter import Cjt188Meter
from simulators.meters.dlt645.meter import Dlt645Meter
from simulators.meters.faults import BY_KIND
from simulators.meters.maps import build_map, shipped_map, shipped_names
from simulators.meters.modbus.device import ON_A_LINE, ON_TCP, Binding, ModbusMeter
from simulators.meters.schedule import Schedule
from simulators.meters.serial.maps import any_names
from simulators.meters.spec import FaultSpec
from simulators.plant import Works
from simulators.systems.opcua.descriptor import KIND as OPCUA
from simulators.systems.sql.descriptor import KIND as SQL
from simulators.tables import DescriptionError, parse_toml

NOW_US = START_US + 10 * 3600 * 1_000_000


def meter(name: str, source: str = "steam") -> tuple[ModbusMeter, HandClock, Heard]:
    device = shipped_map(name)
    clock, heard = HandClock(NOW_US), Heard()
    built = ModbusMeter(
        "M",
        1,
        device,
        Works(seeded(1), START_US, 2),
        clock=clock,
        chance=random.Random(1),
        observe=heard,
        source=source,
        bindings=[Binding(register.id, register.id) for register in device.registers],
    )
    return built, clock, heard


def test_every_kind_of_fault_is_known_to_some_meter() -> None:
    known = {
        *ON_TCP,
        *ON_A_LINE,
        *Dlt645Meter.known_faults,
        *Cjt188Meter.known_faults,
        *TOLD,
        *OPCUA.faults,
        *SQL.faults,
    }
    assert {kind for kind, fault in BY_KIND.items() if fault not in known} == set()


# Values.


def test_a_ramp_runs_away_and_ends() -> None:
    m, clock, _ = meter("sdm630", "e01")
    m.set_fault(faults.Ramp(per_s="5", points=("voltage_l1",)))
    before = Decimal(m.text("voltage_l1"))
    clock.at_us += 10_000_000
    assert Decimal(m.text("voltage_l1")) - before > 40
    m.clear()
    assert abs(Decimal(m.text("voltage_l1")) - before) < 10


def test_a_scaled_value_is_ten_times_the_truth() -> None:
    m, _, _ = meter("sdm630", "e01")
    truth = Decimal(m.text("frequency"))
    m.set_fault(faults.Scaled(by="10", points=("frequency",)))
    assert Decimal(m.text("frequency")) == 10 * truth


@pytest.mark.parametrize("raw", ["80000000", "7FFFFFFF"])
def test_a_sentinel_may_be_any_mark_of_the_registers_width(raw: str) -> None:
    m, _, _ = meter("sdm630", "e01")
    m.set_fault(faults.Sentinel(raw=raw, points=("power",)))
    assert m.channel("power").show(NOW_US) == ((bytes.fromhex(raw),), None)
    with pytest.raises(MeterError, match="expected a mark of 8 hex digits, got '8000'"):
        m.set_fault(faults.Sentinel(raw="8000", points=("power",)))


def test_calibration_shows_the_test_gas_and_says_so_in_its_bits() -> None:
    async def body(bus: Bus) -> None:
        m = bus.meters[0]

        async def bits() -> list[bool]:
            answer = await bus.client.read_discrete_inputs(14, count=5, device_id=1)
            return list(answer.bits[:5])

        assert await bits() == [False, False, False, False, True]
        m.set_fault(faults.Calibrating(level="0.02", mode="zero", points=("co2",)))
        assert await bits() == [True, True, False, False, True]
        await bus.read(4, 200, 2)
        assert bus.last.values == {"co2": "0.02"}
        assert bus.last.fault == "calibrating"
        m.set_fault(faults.Calibrating(level="15.00", mode="span", points=("co2",)))
        assert await bits() == [True, False, True, False, True]
        m.clear()
        await bus.read(4, 200, 2)
        assert bus.last.values == {"co2": "12.8"}
        missing = await bus.client.read_discrete_inputs(21, count=1, device_id=1)
        assert missing.exception_code == 2

    run(body, "cems_teledyne")


# Answers.


@pytest.mark.parametrize("fault", [faults.WrongFunction(), faults.Fewer(registers=1)])
def test_answers_that_look_right_and_are_not(fault: faults.AnyFault) -> None:
    async def body(bus: Bus) -> None:
        bus.meters[0].set_fault(fault)
        reader, writer = await asyncio.open_connection("127.0.0.1", bus.port)
        writer.write(bytes.fromhex("000100000006010400000002"))
        answer = await reader.read(100)
        writer.close()
        if isinstance(fault, faults.Fewer):
            assert (answer[5], answer[8], len(answer)) == (5, 2, 11)
        else:
            assert answer[7] == 5
        assert bus.failed.outcome == "spoiled"

    run(body, "sdm630")


def test_an_answer_twice_and_one_in_two_pieces_are_still_answers() -> None:
    async def body(bus: Bus) -> None:
        bus.meters[0].set_fault(faults.Duplicate())
        reader, writer = await asyncio.open_connection("127.0.0.1", bus.port)
        writer.write(bytes.fromhex("000100000006010400000002"))
        twice = await reader.readexactly(26)
        assert twice[:13] == twice[13:]
        bus.meters[0].clear()
        bus.meters[0].set_fault(faults.Split(octets=4, gap_s=0.05))
        writer.write(bytes.fromhex("000200000006010400000002"))
        assert len(await reader.readexactly(13)) == 13
        writer.close()
        assert [event.fault for event in bus.heard.of(Served)] == ["duplicate", "split"]

    run(body, "sdm630")


def test_mute_for_some_polls_then_well_again() -> None:
    async def body(bus: Bus) -> None:
        m = bus.meters[0]
        m.set_fault(faults.Mute(polls=2))
        pdu = bytes.fromhex("0400000002")
        assert [m.give(pdu, NOW_US).fault for _ in range(3)] == ["mute", "mute", ""]
        states = [(event.fault, event.state) for event in bus.heard.of(MeterFault)]
        assert states == [("mute", "on"), ("mute", "off")]

    run(body, "sdm630")


def test_a_device_wants_its_turnaround() -> None:
    m, clock, _ = meter("sdm630", "e01")
    m.set_fault(faults.MinimumGap(gap_s=0.05))
    pdu = bytes.fromhex("0400000002")
    given = m.give(pdu, clock.at_us)
    m.tell(clock.at_us, clock.at_us, b"", b"", given, "", "")
    assert m.give(pdu, clock.at_us + 49_000).fault == "minimum-gap"
    assert not m.give(pdu, clock.at_us + 50_000).mute


def test_a_restart_is_silent_and_may_lose_counts() -> None:
    m, clock, heard = meter("steam_vortex")
    before = Decimal(m.text("mass"))
    earlier = Decimal(m.channel("mass").text(clock.at_us - 3_600_000_000))
    m.set_fault(faults.Restarting(for_s=20, lost_s=3600))
    assert Decimal(m.text("mass")) == earlier < before
    assert m.give(bytes.fromhex("0400000002"), clock.at_us).fault == "restarting"
    clock.at_us += 20_000_000
    assert not m.give(bytes.fromhex("0400000002"), clock.at_us).mute
    assert not m.troubled
    assert "lost" in [event.fault for event in heard.of(MeterFault)]


# Writing.


def test_what_is_writable_is_written_whole_and_nothing_else() -> None:
    device = shipped_map("modbus_tariff")
    assert device.functions == (3, 16)
    text = (ROOT / "fixtures/meters/modbus_tariff.toml").read_text()
    wider = build_map(parse_toml(text.replace("[3, 16]", "[3, 6, 16]"), "wider"), "wider")
    assert 6 in wider.functions

    async def narrow(bus: Bus) -> None:
        assert (await bus.client.write_register(331, 1, device_id=1)).exception_code == 1

    run(narrow, "modbus_tariff")

    async def main() -> None:
        bus = Bus("modbus_tariff")
        bus.meters[0].map = wider
        async with bus:
            await bus.client.write_registers(331, [40], device_id=1)
            assert await bus.read(3, 331, 1) == [40]
            assert bus.last.values == {"ct": "40"}
            assert not (await bus.client.write_register(331, 50, device_id=1)).isError()
            assert await bus.read(3, 331, 1) == [50]
            assert (await bus.client.write_registers(0, [1, 2], device_id=1)).exception_code == 2
            assert (await bus.client.write_registers(331, [1, 2], device_id=1)).exception_code == 2

    virtually(main())


# Analogue inputs.


def test_an_input_means_the_truth_within_its_resolution_and_noise() -> None:
    m, clock, _ = meter("analog_8ch")
    works = Works(seeded(1), START_US, 2)
    for _ in range(20):
        clock.at_us += 60_000_000
        truth = works.value("steam.pressure", clock.at_us)
        # 1.5 microampere of noise are 0.15 kPa; five times that.
        assert abs(Decimal(m.text("pressure")) - truth) < Decimal("0.8")
    first = m.text("pressure")
    assert m.text("pressure") == first
    clock.at_us += 100_000
    later = [m.channel("pressure").text(clock.at_us + 100_000 * n) for n in range(10)]
    assert len(dict.fromkeys(later)) > 3


@pytest.mark.parametrize(
    ("ma", "raw", "text"),
    [
        ("4", 4000, "0.0"),
        ("12", 12000, "800.0"),
        ("20", 20000, "1600.0"),
        ("3.8", 3800, "-20.0"),
        ("20.5", 20500, "1650.0"),
    ],
)
def test_a_current_within_namur_limits_is_a_value(ma: str, raw: int, text: str) -> None:
    m, clock, _ = meter("analog_ua")
    m.set_fault(faults.Current(ma=ma, points=("pressure",)))
    assert m.channel("pressure").show(clock.at_us) == ((raw.to_bytes(2, "big"),), text)


@pytest.mark.parametrize("ma", ["0", "3.5", "3.6", "21.0", "21.5", "25"])
def test_a_current_beyond_them_is_no_value(ma: str) -> None:
    m, clock, _ = meter("analog_ua")
    m.set_fault(faults.Current(ma=ma, points=("pressure",)))
    octets, text = m.channel("pressure").show(clock.at_us)
    assert int.from_bytes(octets[0], "big") == round(Decimal(ma) * 1000)
    assert text is None
    assert m.give(bytes.fromhex("0300000001"), clock.at_us).values == {}


def test_a_transmitter_stays_within_its_limits_and_a_root_one_follows_the_square() -> None:
    m, clock, _ = meter("analog_8ch")
    flow = m.channel("flow")
    assert isinstance(flow, AnalogChannel)
    assert flow.current_ua(10_000) == 20_000
    assert flow.current_ua(2_500) == 5_000
    assert flow.current_ua(40) == 4_000
    pressure = m.channel("pressure")
    assert isinstance(pressure, AnalogChannel)
    assert pressure.current_ua(10_000_000) == 20_500
    assert pressure.current_ua(-10_000_000) == 3_800
    assert clock.at_us == NOW_US


@given(st.integers(0, 16_000))
def test_microamperes_carry_values_exactly(tenths: int) -> None:
    m, _, _ = meter("analog_ua")
    channel = m.channel("pressure")
    assert channel.encode(tenths)[1] == f"{Decimal(tenths) / 10:.1f}"


@pytest.mark.parametrize(
    ("name", "ma", "raw", "text"),
    [
        # Raw numbers from 0 mA: the module has them from 4 mA.
        ("analog_ua", "20", 20000, "1600.0"),
        ("analog_ua", "12", 10000, "600.0"),
        ("analog_ua", "4", 0, "-400.0"),
    ],
)
def test_a_module_set_to_the_other_range_shifts_every_value(name: str, ma: str, raw: int, text: str) -> None:
    m, clock, _ = meter(name)
    m.set_fault(faults.WrongRange(points=("pressure",)))
    m.set_fault(faults.Current(ma=ma, points=("pressure",)))
    assert m.channel("pressure").show(clock.at_us) == ((raw.to_bytes(2, "big"),), text)
    m.clear("wrong-range")
    m.set_fault(faults.Current(ma=ma, points=("pressure",)))
    assert m.channel("pressure").show(clock.at_us)[0] == (round(1000 * int(ma)).to_bytes(2, "big"),)


def test_only_an_analogue_input_has_a_current() -> None:
    m, _, _ = meter("sdm630", "e01")
    for fault in (faults.Current(ma="0", points=("power",)), faults.WrongRange(points=("power",))):
        with pytest.raises(MeterError, match="is no 4-20 mA input"):
            m.set_fault(fault)
    assert not m.troubled


def test_a_preset_beyond_the_loop_is_refused() -> None:
    m, _, _ = meter("analog_ua")
    with pytest.raises(MeterError, match="beyond the loop's 0 to 1600 kPa"):
        m.preset("pressure", "1700.0")
    m.preset("pressure", "812.5")
    assert m.text("pressure") == "812.5"


# Maps.


def test_every_device_of_the_facts_has_a_map() -> None:
    wanted = {
        "sdm630", "dtsu666", "iem3000", "adl3000", "tuf2000", "steam_vortex", "gas_vortex", "cems_teledyne",
        "belt_scale", "analog_8ch", "analog_ua", "water_em", "modbus_tariff", "all_types",
    }  # fmt: skip
    assert wanted <= set(shipped_names()) <= set(any_names())


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ('loop = { low = "0", high = "1", full = 100 }\ntype = "u32"', "an analogue input is one u16 register"),
        ('loop = { low = "2", high = "1", full = 100 }\ntype = "u16"', "expected more than low"),
        ('loop = { low = "0", high = "1", full = 0 }\ntype = "u16"', "full"),
        ('loop = { low = "0", high = "1", full = 9 }\ntype = "u16"\nkind = "counter"', "is no counter"),
    ],
)
def test_wrong_loops_are_told(row: str, sentence: str) -> None:
    text = f'[map]\nid = "x"\nname = "x"\nsource = "x"\nfunctions = [3]\n[[register]]\nid = "a"\naddress = 0\n{row}\n'
    with pytest.raises(DescriptionError) as caught:
        build_map(parse_toml(text, "x"), "x")
    assert sentence in str(caught.value)


def test_wrong_functions_and_bits_are_told() -> None:
    text = """
[map]
id = "x"
name = "x"
source = "x"
functions = [2, 3, 5]
[[register]]
id = "a"
address = 0
type = "u16"
[[bit]]
id = "one"
fc = [1]
address = 3
[[bit]]
id = "two"
address = 4
[[bit]]
id = "three"
address = 4
"""
    with pytest.raises(DescriptionError) as caught:
        build_map(parse_toml(text, "x"), "x")
    told = str(caught.value)
    assert "expected some of 1, 2, 3, 4, 6, 16, got 5" in told
    assert "function 1 is not served" in told
    assert "bit 4 (function 2) is given to 'two' and 'three'" in told


# By the clock.


def switched(spec: FaultSpec, seconds: int, seed: int = 1) -> list[tuple[float, str, str]]:
    """What a schedule switched: second, meter, state."""

    async def main() -> list[tuple[float, str, str]]:
        m, clock, heard = meter("sdm630", "e01")
        other, _, _ = meter("sdm630", "e02")
        schedule = Schedule([spec], {"M1": m, "N1": other}, seeded(seed))
        loop = asyncio.get_running_loop()
        found: list[tuple[float, str, str]] = []
        schedule.start()
        for _ in range(seconds):
            await asyncio.sleep(1)
            for event in heard.of(MeterFault):
                found.append((loop.time(), event.fault, event.state))
            heard.clear()
            clock.at_us += 1_000_000
        schedule.stop()
        assert not other.troubled
        return found

    return run_virtually(main())


def test_a_fault_comes_and_goes_at_its_times() -> None:
    spec = FaultSpec(("M*",), faults.Silent(), from_s=10, for_s=5, every_s=20)
    found = switched(spec, 40)
    assert [(round(at), state) for at, _, state in found] == [(10, "on"), (15, "off"), (30, "on"), (35, "off")]
    assert [state for _, _, state in switched(FaultSpec(("M1",), faults.Silent(), from_s=3), 30)] == ["on"]


def test_random_times_follow_the_seed() -> None:
    spec = FaultSpec(("M1",), faults.Silent(), for_s=4, mean_s=20)
    first = switched(spec, 300)
    assert len(first) > 8
    assert switched(spec, 300) == first
    assert switched(spec, 300, seed=2) != first


def test_faults_leave_no_trace_in_unserved_when_over() -> None:
    m, clock, heard = meter("sdm630", "e01")
    for kind, fault in BY_KIND.items():
        if fault not in ON_TCP or kind in (
            "busy",
            "mute",
            "exception",
            "exception-of-points",
            "current",
            "wrong-range",
            "delayed",
            "late",
            "jump",
            "ramp",
        ):
            continue
        m.set_fault(fault())  # pyright: ignore[reportCallIssue]
        m.clear(kind)
    assert not m.troubled
    assert m.give(bytes.fromhex("0400000002"), clock.at_us).outcome == ""
    assert not heard.of(Unserved)
