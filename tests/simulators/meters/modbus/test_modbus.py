"""Modbus TCP meters through a real pymodbus client, mbpoll and hand-written octets on loopback."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modbus_kit import Bus, run
from pymodbus.exceptions import ModbusIOException
from simulators_helpers import START_US, HandClock, Heard

from simulators.clock import seeded
from simulators.events import Connected, MeterFault, Rejected, Served, Unserved
from simulators.meters.channels import MeterError
from simulators.meters.faults import (
    AnyFault,
    Busy,
    Delayed,
    Garbage,
    Jump,
    Late,
    Refusing,
    RefusingPoints,
    Sentinel,
    SignFlip,
    Silent,
    Stuck,
    Truncated,
    WrongClock,
    WrongTransaction,
    WrongUnit,
)
from simulators.meters.maps import shipped_map
from simulators.meters.modbus.device import ModbusMeter
from simulators.meters.modbus.tcp import Gateway
from simulators.plant import Works


@pytest.mark.parametrize(
    "name", ["sdm630", "dtsu666", "iem3000", "adl3000", "tuf2000", "steam_vortex", "gas_vortex", "all_types"]
)
def test_every_register_of_every_map_is_served_and_noted(name: str) -> None:
    async def body(bus: Bus) -> None:
        for register in bus.meters[0].map.registers:
            for part in register.parts:
                registers = await bus.read(register.fc[0], part.address, part.count)
                assert isinstance(registers, list)
            if len(register.parts) == 1:
                assert bus.last.values[register.id] == bus.meters[0].text(register.id)

    heard = run(body, name)
    assert not heard.of(Unserved)


def test_the_registers_hold_the_truth() -> None:
    async def body(bus: Bus) -> None:
        client = bus.client
        floats = client.DATATYPE.FLOAT32
        registers = await bus.read(4, 0x156, 2)
        assert isinstance(registers, list)
        shown = client.convert_from_registers(registers, floats)
        truth = bus.works.value("e01.energy", bus.clock.now_us())
        assert abs(Decimal(str(shown)) - truth) < Decimal("0.05")
        registers = await bus.read(3, 0x0C83, 4, unit=2)
        assert isinstance(registers, list)
        shown = client.convert_from_registers(registers, client.DATATYPE.INT64)
        assert shown == int(bus.works.value("e02.energy", bus.clock.now_us()) * 1000)
        registers = await bus.read(3, 524, 2, unit=3)
        assert isinstance(registers, list)
        shown = client.convert_from_registers(registers, client.DATATYPE.UINT32, word_order="little")
        assert shown == int(bus.works.value("steam.mass", bus.clock.now_us()) * 100)

    run(body, "sdm630", "iem3000", "steam_vortex")


def test_what_was_said_is_noted_with_both_frames_and_the_instant() -> None:
    async def body(bus: Bus) -> None:
        await bus.read(3, 10, 2)
        served = bus.last
        assert served.t == served.asked == bus.clock.now_us()
        assert served.request == "0001000000060103000A0002"
        assert served.response.startswith("000100000007010304")
        raw = int(served.response[18:], 16)
        assert set(served.values) == {"energy"}
        assert Decimal(served.values["energy"]) == Decimal(raw) / 100

    run(body, "adl3000")


def test_half_a_value_is_served_but_not_noted_as_a_value() -> None:
    async def body(bus: Bus) -> None:
        assert isinstance(await bus.read(3, 10, 1), list)
        assert bus.last.values == {}

    run(body, "adl3000")


@pytest.mark.parametrize(
    ("name", "fc", "address", "count", "code"),
    [
        ("sdm630", 3, 0, 2, 1),
        ("sdm630", 4, 0x2000, 2, 2),
        ("sdm630", 4, 0x14C, 40, 2),
        ("adl3000", 3, 10, 20, 2),
        ("adl3000", 3, 65535, 1, 2),
        ("iem3000", 3, 0x0C83, 2, 2),
    ],
)
def test_wrong_questions_get_their_exception(name: str, fc: int, address: int, count: int, code: int) -> None:
    async def body(bus: Bus) -> None:
        assert await bus.read(fc, address, count) == code
        assert bus.failed.outcome == "exception"

    run(body, name)


def test_holes_read_as_zero_where_the_map_says_so() -> None:
    async def body(bus: Bus) -> None:
        registers = await bus.read(4, 0, 72)
        assert isinstance(registers, list)
        assert registers[0x14] == 0
        assert "power" in bus.last.values
        assert "voltage_l1" in bus.last.values

    run(body, "sdm630")


async def raw(port: int, octets: bytes, wanted: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(octets)
    try:
        async with asyncio.timeout(0.4):
            return await (reader.readexactly(wanted) if wanted else reader.read(1))
    except (TimeoutError, ConnectionError):
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("request_hex", "response_hex"),
    [
        ("000500000006 01 04 0000 007E", "000500000003 01 84 03"),  # 126 registers
        ("000500000006 01 04 0000 0000", "000500000003 01 84 03"),
        ("000500000004 01 04 0000", "000500000003 01 84 03"),  # half a request
        ("000500000006 01 06 0000 0001", "000500000003 01 86 01"),  # writing
        ("000500000002 01 07", "000500000003 01 87 01"),
        ("000500000006 63 04 0000 0002", "000500000003 63 84 0B"),  # nobody has unit 99
        ("000500000006 00 04 0000 0002", ""),  # broadcast
    ],
)
def test_octets_by_hand(request_hex: str, response_hex: str) -> None:
    async def body(bus: Bus) -> None:
        expected = bytes.fromhex(response_hex)
        assert await raw(bus.port, bytes.fromhex(request_hex), len(expected)) == expected

    run(body, "sdm630", "adl3000")


def test_a_meter_alone_is_silent_to_other_units_but_knows_255() -> None:
    async def body(bus: Bus) -> None:
        assert await raw(bus.port, bytes.fromhex("000500000006090400000002"), 0) == b""
        assert bus.failed.outcome == "silent"
        assert len(await raw(bus.port, bytes.fromhex("000500000006FF0400000002"), 13)) == 13

    run(body, "sdm630")


def test_requests_glued_or_octet_by_octet_are_all_answered_in_order() -> None:
    async def body(bus: Bus) -> None:
        ask = [bytes.fromhex(f"{number:04X}00000006010400000002") for number in range(1, 51)]
        answers = await raw(bus.port, b"".join(ask), 13 * 50)
        assert [answers[start : start + 2] for start in range(0, 650, 13)] == [each[:2] for each in ask]
        reader, writer = await asyncio.open_connection("127.0.0.1", bus.port)
        for octet in ask[6]:
            writer.write(bytes([octet]))
            await asyncio.sleep(0)
        assert (await reader.readexactly(13))[:2] == b"\0\7"
        writer.close()

    run(body, "sdm630")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=20))
def test_garbage_never_brings_a_gateway_down(pieces: list[bytes]) -> None:
    async def body(bus: Bus) -> None:
        for piece in pieces:
            reader, writer = await asyncio.open_connection("127.0.0.1", bus.port)
            writer.write(piece)
            writer.write_eof()
            try:
                await reader.read()
            except ConnectionError:
                assert bus.heard.of(Rejected)
            writer.close()
        assert isinstance(await bus.read(4, 0, 2), list)

    run(body, "sdm630", "adl3000")


def test_a_megabyte_of_hashes_is_refused_and_noted() -> None:
    async def body(bus: Bus) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", bus.port)
        writer.write(b"#" * 1_000_000)
        await bus.heard.until(lambda: bool(bus.heard.of(Rejected)))
        assert bus.heard.of(Rejected)[0].reason == "protocol id 2323 where Modbus has 0000"
        assert len(bus.heard.of(Rejected)[0].octets) == 512
        assert isinstance(await bus.read(4, 0, 2), list)
        writer.close()

    run(body, "sdm630")


def test_connections_are_noted() -> None:
    async def body(bus: Bus) -> None:
        await raw(bus.port, b"\0", 0)
        await bus.heard.until(lambda: "closed" in [each.state for each in bus.heard.of(Connected)])

    run(body, "sdm630")


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Silent(), "silent"),
        (Late(after_s=0.5), "late"),
        (WrongTransaction(), "spoiled"),
        (WrongUnit(), "spoiled"),
        (Truncated(octets=9), "spoiled"),
        (Truncated(octets=3), "spoiled"),
    ],
)
def test_faults_that_leave_no_usable_answer(fault: AnyFault, outcome: str) -> None:
    async def body(bus: Bus) -> None:
        bus.meters[0].set_fault(fault)
        with pytest.raises(ModbusIOException):
            await bus.read(3, 10, 2)
        await bus.heard.until(lambda: bool(bus.heard.of(Unserved)))
        assert bus.failed.outcome == outcome
        assert bus.failed.points == ("energy",)
        assert not bus.heard.of(Served)
        bus.meters[0].clear()
        bus.client.close()
        await bus.client.connect()
        assert isinstance(await bus.read(3, 10, 2), list)
        assert not bus.last.fault

    run(body, "adl3000")


def test_garbage_as_an_answer_is_noted_as_spoiled() -> None:
    async def body(bus: Bus) -> None:
        bus.meters[0].set_fault(Garbage())
        octets = await raw(bus.port, bytes.fromhex("0005000000060103000A0002"), 13)
        assert octets[:4] == b"\0\5\0\0"
        assert bus.failed.outcome == "spoiled"
        assert bus.failed.response == octets.hex().upper()

    run(body, "adl3000")


def test_a_delayed_answer_is_served_late_but_served() -> None:
    async def body(bus: Bus) -> None:
        bus.meters[0].set_fault(Delayed(after_s=0.05))
        asyncio.get_running_loop().call_later(0.02, setattr, bus.clock, "at_us", bus.clock.at_us + 50_000)
        assert isinstance(await bus.read(3, 10, 2), list)
        assert bus.last.fault == "delayed"
        assert bus.last.t - bus.last.asked == 50_000

    run(body, "adl3000")


def test_exceptions_and_busy_on_demand() -> None:
    async def body(bus: Bus) -> None:
        meter = bus.meters[0]
        meter.set_fault(Refusing(code=4))
        assert await bus.read(3, 10, 2) == 4
        meter.clear("exception")
        meter.set_fault(Busy(polls=2))
        assert [await bus.read(3, 10, 2) for _ in range(2)] == [6, 6]
        assert isinstance(await bus.read(3, 10, 2), list)
        states = [(each.fault, each.state) for each in bus.heard.of(MeterFault)]
        assert states == [("exception", "on"), ("exception", "off"), ("busy", "on"), ("busy", "off")]

    run(body, "adl3000")


def test_one_point_can_be_refused_alone() -> None:
    async def body(bus: Bus) -> None:
        meter = bus.meters[0]
        energy, *_, other = meter.points
        address = meter.points[energy].register.parts[0].address
        elsewhere = meter.points[other].register.parts[0].address
        meter.set_fault(RefusingPoints(code=4, points=(energy,)))
        assert await bus.read(3, address, 2) == 4
        assert isinstance(await bus.read(3, elsewhere, 1), list)
        meter.clear()
        assert isinstance(await bus.read(3, address, 2), list)

    run(body, "adl3000")


def test_stuck_sentinel_jump_and_sign_flip_change_the_values() -> None:
    async def body(bus: Bus) -> None:
        meter = bus.meters[0]

        async def both() -> dict[str, str]:
            bus.clock.at_us += 3_600_000_000
            await bus.read(3, 10, 2)
            energy = bus.last
            await bus.read(3, 106, 1)
            return {**energy.values, **bus.last.values}

        before = await both()
        meter.set_fault(Stuck(points=("energy",)))
        frozen = await both()
        assert (await both())["energy"] == frozen["energy"]
        meter.clear()
        assert Decimal((await both())["energy"]) > Decimal(before["energy"])
        meter.set_fault(Jump(by="1000.00", points=("energy",)))
        truth = bus.works.value("e01.energy", bus.clock.now_us() + 3_600_000_000)
        assert 999 < Decimal((await both())["energy"]) - truth <= 1000
        meter.clear()
        meter.set_fault(SignFlip())
        flipped = await both()
        assert flipped["power"].startswith("-")
        assert not flipped["energy"].startswith("-")
        meter.clear()
        meter.set_fault(Sentinel(points=("energy",)))
        assert "energy" not in await both()
        assert [each.fault for each in bus.heard.of(Served)[-2:]] == ["sentinel", ""], "only where it bites"
        assert await bus.read(3, 10, 2) == [0xFFFF, 0xFFFF]

    run(body, "adl3000")


def test_no_value_of_a_float_is_not_a_number() -> None:
    async def body(bus: Bus) -> None:
        bus.meters[0].set_fault(Sentinel())
        assert await bus.read(4, 0x34, 2) == [0x7FC0, 0]
        bus.meters[1].set_fault(Sentinel())
        assert await bus.read(3, 0x0C83, 4, unit=2) == [0x8000, 0, 0, 0]

    run(body, "sdm630", "iem3000")


def test_presets_scripts_and_release() -> None:
    async def body(bus: Bus) -> None:
        meter = bus.meters[0]
        address = meter.map.register("edge_u32_2").parts[0].address

        async def shown() -> str:
            await bus.read(3, address, 2)
            return bus.last.values["edge_u32_2"]

        meter.preset("edge_u32_2", "123456.78")
        assert await shown() == "123456.78"
        meter.script("edge_u32_2", ["0.10", "0.20", "42949672.95"])
        assert [await shown() for _ in range(4)] == ["0.10", "0.20", "42949672.95", "42949672.95"]
        meter.release("edge_u32_2")
        assert await shown() == "0.00"
        with pytest.raises(MeterError, match="not a multiple"):
            meter.preset("edge_u32_2", "0.001")
        with pytest.raises(MeterError, match="has no point"):
            meter.preset("nothing", "1")

    run(body, "all_types")


def test_rollover_reset_and_replacement() -> None:
    async def body(bus: Bus) -> None:
        meter = bus.meters[0]
        meter.rollover_soon("energy", "0.05")
        assert meter.text("energy") == "999999.95"
        bus.clock.at_us += 3_600_000_000
        after = meter.text("energy")
        assert Decimal(after) < 1000
        meter.reset("energy")
        assert meter.text("energy") == "0.00"
        bus.clock.at_us += 3_600_000_000
        old = meter.text("energy")
        noted = meter.replace({"energy": "12.34"}, serial=99)
        assert noted["energy"] == (old, "12.34")
        assert meter.text("energy") == "12.34"
        event = next(each for each in bus.heard.of(MeterFault) if each.detail.get("final_old") == old)
        assert event.detail == {"point": "energy", "final_old": old, "initial_new": "12.34", "serial": "99"}
        with pytest.raises(MeterError, match="no counter"):
            meter.reset("power")

    run(body, "adl3000")


def test_a_replaced_meter_has_another_serial_number() -> None:
    async def body(bus: Bus) -> None:
        assert await bus.read(3, 65100, 2) == [20_260_001 & 0xFFFF, 20_260_001 >> 16]
        bus.meters[0].replace({}, serial=7)
        assert await bus.read(3, 65100, 2) == [7, 0]

    run(body, "steam_vortex")


def test_the_meters_own_clock_can_be_wrong_and_drift() -> None:
    async def body(bus: Bus) -> None:
        meter = bus.meters[0]
        assert await bus.read(3, 0x2F, 6) == [0, 0, 10, 2, 3, 26]
        meter.set_fault(WrongClock(offset_s=-3661, drift_ppm=1_000_000))
        assert await bus.read(3, 0x2F, 6) == [59, 58, 8, 2, 3, 26]
        bus.clock.at_us += 60_000_000
        assert await bus.read(3, 0x2F, 3) == [59, 0, 9]

    run(body, "dtsu666")


def test_two_meters_of_one_unit_are_refused() -> None:
    clock = HandClock()
    works = Works(seeded(1), START_US, 1)

    def meter(name: str) -> ModbusMeter:
        return ModbusMeter(name, 1, shipped_map("sdm630"), works, clock=clock, chance=random.Random(1), observe=Heard())

    with pytest.raises(ValueError, match="same unit id"):
        Gateway("127.0.0.1", 1, [meter("a"), meter("b")], clock=clock, observe=Heard())


@pytest.mark.parametrize(
    ("unit", "options"),
    [(1, ["-t", "3:float", "-B", "-r", "52"]), (2, ["-t", "4:int", "-B", "-r", "10"])],
)
def test_mbpoll_reads_the_same(unit: int, options: list[str], program: Callable[[str], str]) -> None:
    mbpoll = program("mbpoll")

    async def body(bus: Bus) -> None:
        process = await asyncio.create_subprocess_exec(
            *(mbpoll, "-m", "tcp", "-a", str(unit), "-p", str(bus.port), "-0", "-1", "-q", *options, "127.0.0.1"),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        assert process.returncode == 0
        shown = out.decode().split("]:")[1].split()[0]
        raw_number = Decimal(next(iter(bus.last.values.values()))) * (100 if unit == 2 else 1)
        assert abs(Decimal(shown) - raw_number) <= abs(raw_number) / 100_000

    run(body, "sdm630", "adl3000", runner=asyncio.run)
