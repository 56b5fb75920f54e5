"""Drivers on a line with peers that behave, and peers that do not: nothing foreign, late or damaged becomes a value."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

import pytest
from line_kit import Peer, line_config, meter, on_line, shown

from reference_terminal.acquisition.cjt188 import frames as cjt188
from reference_terminal.acquisition.cjt188.driver import Cjt188Meter
from reference_terminal.acquisition.dlt645 import frames as dlt645
from reference_terminal.acquisition.dlt645.driver import Dlt645Meter
from reference_terminal.acquisition.line import Line, without_echo
from reference_terminal.acquisition.modbus import serial as modbus_serial
from reference_terminal.acquisition.modbus.driver import SerialModbusMeter
from reference_terminal.model.clock import WallClock
from reference_terminal.settings.lines import LineConfig

ADDRESS = "000000000161"
METER_645 = """
protocol = "dlt645-2007"
address = "161"
[[meters.points]]
id = "energy"
kind = "counter"
identifier = "00010000"
[[meters.points]]
id = "power"
kind = "instant"
identifier = "02030000"
"""
ENERGY, POWER = bytes.fromhex("00000100"), bytes.fromhex("00000302")
ENERGY_SAYS, POWER_SAYS = bytes.fromhex("26000000"), bytes.fromhex("452381")


def answer_645(request: bytes, value: bytes = b"", *, address: str = ADDRESS, control: int = 0x91) -> bytes:
    frame = next(found.frame for found in dlt645.scan(request) if found.frame)
    if not value:
        value = {ENERGY: ENERGY_SAYS, POWER: POWER_SAYS}.get(frame.data[:4], bytes(3))
    return dlt645.encode(address, control, frame.data[:4] + value, 2)


def read_645(
    replies: Callable[[bytes], list[tuple[float, bytes]]],
    *,
    text: str = METER_645,
    times: int = 1,
    retries: int = 0,
    config: LineConfig | None = None,
    pause_s: float = 2.0,
) -> tuple[list[list[str]], list[bytes]]:
    peer = Peer(replies)

    async def body(line: Line, clock: WallClock) -> list[list[str]]:
        driver = Dlt645Meter(meter(text), 0, line)
        found: list[list[str]] = []
        for _ in range(times):
            found.append(shown((await driver.read(0, clock, retries)).readings))
            await asyncio.sleep(pause_s)
        return found

    found = on_line(peer, body, config)
    assert isinstance(found, list)
    return found, peer.requests


def test_values_of_two_identifiers() -> None:
    found, requests = read_645(lambda request: [(0.02, answer_645(request))])
    assert found == [["0.26", "-1.2345"]]
    assert requests[0] == bytes.fromhex("FE FE FE FE 68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 16")


def test_octets_that_come_one_by_one() -> None:
    found, _ = read_645(
        lambda request: [(0.1 + 0.1 * n, bytes([octet])) for n, octet in enumerate(answer_645(request))]
    )
    assert found == [["0.26", "-1.2345"]]


def spoiled(octets: bytes) -> bytes:
    return octets[:-2] + bytes([octets[-2] ^ 1]) + octets[-1:]


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (lambda request: [], "timeout"),
        (lambda request: [(0.02, spoiled(answer_645(request)))], "checksum"),
        (lambda request: [(0.02, answer_645(request)[:-3])], "bad frame"),
        (lambda request: [(0.02, b"\x00\xff" * 20)], "bad frame"),
        (lambda request: [(0.02, answer_645(request, address="000000000162"))], "foreign address"),
        (lambda request: [(0.02, answer_645(request, b"\xff" * 4))], "all digits F"),
        (lambda request: [(0.02, answer_645(request, b"\x0a\x00\x00\x00"))], "bad digits"),
        (lambda request: [(0.02, answer_645(request, b"\x00\x00"))], "too few octets"),
        (lambda request: [(0.02, dlt645.encode(ADDRESS, 0xD1, b"\x02"))], "error answer: 02 no such data"),
        (lambda request: [(0.02, request)], "bad frame"),
    ],
)
def test_what_is_no_value_has_a_cause(reply: Callable[[bytes], list[tuple[float, bytes]]], cause: str) -> None:
    found, _ = read_645(reply)
    assert found == [[cause, cause]]


def test_an_answer_to_another_identifier_is_not_taken() -> None:
    other = dlt645.encode(ADDRESS, 0x91, bytes.fromhex("00000200") + ENERGY_SAYS)
    found, _ = read_645(lambda request: [(0.02, other)])
    assert found == [["answer to another question"] * 2]


def test_noise_before_and_a_foreign_frame_in_front_do_not_hide_the_answer() -> None:
    found, _ = read_645(
        lambda request: [(0.02, b"\x68\x00" + answer_645(request, address="000000000162") + answer_645(request))]
    )
    assert found == [["0.26", "-1.2345"]]


def test_an_echo_is_taken_off() -> None:
    found, _ = read_645(
        lambda request: [(0, request[:5]), (0.001, request[5:]), (0.1, answer_645(request))],
        config=line_config(echo=True),
    )
    assert found == [["0.26", "-1.2345"]]


def test_without_echo_cuts_only_what_was_sent() -> None:
    assert without_echo(b"ab", b"abc") == (b"", b"c")
    assert without_echo(b"abcdef", b"abc") == (b"def", b"")
    assert without_echo(b"xbc", b"abc") == (b"xbc", b"")


ONE_POINT = METER_645[: METER_645.rindex("[[meters.points]]")]


def test_a_late_answer_is_never_taken_for_the_next_question() -> None:
    """The first answer comes late, in the middle of the second poll, with what the register was then."""
    count = 0

    def replies(request: bytes) -> list[tuple[float, bytes]]:
        nonlocal count
        count += 1
        value = bytes([count, 0, 0, 0])
        # Every answer takes 3.2 s from its request but a meter answers in order.
        return [(3.2 if count == 1 else 0.3, answer_645(request, value))]

    found, requests = read_645(replies, text=ONE_POINT, times=2, pause_s=2.0)
    assert found[0] == ["timeout"]
    # Without the marker the second poll would have taken the first one's 0.01.
    assert found[1] == [f"0.0{count}"] and count == 3
    assert len(requests) == 3 and requests[1] != requests[0] == requests[2]


def test_stale_octets_are_dropped_before_asking() -> None:
    extra: list[tuple[float, bytes]] = []

    def replies(request: bytes) -> list[tuple[float, bytes]]:
        return [(0.02, answer_645(request)), (1.0, answer_645(request, b"\x99\x99\x99\x99"))]

    found, _ = read_645(replies, text=ONE_POINT, times=2)
    assert found == [["0.26"], ["0.26"]] and not extra


def test_follow_up_frames_are_joined() -> None:
    text = ONE_POINT.replace("00010000", "0001FF00").replace(
        'kind = "counter"', 'kind = "counter"\nformat = "XXXXXX.XX"\nunit = "kWh"'
    )
    parts = [bytes.fromhex("2600"), bytes.fromhex("00"), bytes.fromhex("00")]
    asked: list[tuple[int, bytes]] = []

    def replies(request: bytes) -> list[tuple[float, bytes]]:
        frame = next(found.frame for found in dlt645.scan(request) if found.frame)
        asked.append((frame.control, frame.data))
        if frame.control == 0x11:
            return [(0.02, answer_645(request, parts[0], control=0xB1))]
        number = frame.data[4]
        if len(asked) == 2:
            return []  # the first follow-up is lost and asked for again
        more = 0xB2 if number == 1 else 0x92
        return [(0.02, dlt645.encode(ADDRESS, more, frame.data[:4] + parts[number] + bytes([number])))]

    found, _ = read_645(replies, text=text)
    assert found == [["0.26"]]
    assert [data[4:] for _, data in asked] == [b"", b"\x01", b"\x01", b"\x02"]


AUTO = ONE_POINT.replace("dlt645-2007", "dlt645-auto")


def test_an_old_meter_is_detected_and_stays_so() -> None:
    def replies(request: bytes) -> list[tuple[float, bytes]]:
        frame = next(found.frame for found in dlt645.scan(request) if found.frame)
        if frame.control != 0x01:
            return []
        return [(0.02, dlt645.encode(ADDRESS, 0x81, frame.data[:2] + ENERGY_SAYS))]

    found, requests = read_645(replies, text=AUTO, times=2)
    assert found == [["0.26"], ["0.26"]]
    assert [found.frame.control for octets in requests for found in dlt645.scan(octets) if found.frame] == [0x11, 1, 1]


def test_a_new_meter_is_detected() -> None:
    found, requests = read_645(lambda request: [(0.02, answer_645(request))], text=AUTO, times=2)
    assert found == [["0.26"], ["0.26"]] and len(requests) == 2


def test_blocks_are_asked_where_the_meter_has_them() -> None:
    text = METER_645.replace('address = "161"', 'address = "161"\nblocks = true')
    for n in (1, 2, 3):
        text += f'[[meters.points]]\nid = "u{n}"\nkind = "instant"\nidentifier = "02010{n}00"\n'
    block = bytes.fromhex("00FF0102")

    def replies(request: bytes) -> list[tuple[float, bytes]]:
        frame = next(found.frame for found in dlt645.scan(request) if found.frame)
        return [(0.02, answer_645(request, bytes.fromhex("012299215022") if frame.data == block else b""))]

    found, requests = read_645(replies, text=text)
    assert found == [["0.26", "-1.2345", "220.1", "219.9", "225.0"]]
    assert len(requests) == 3


# CJ/T 188

METER_188 = """
protocol = "cjt188-2004"
address = "78330011223344"
[[meters.points]]
id = "volume"
kind = "counter"
unit = "m3"
"""
TAIL = bytes(7) + bytes(2)


def read_188(
    reply: Callable[[cjt188.Frame], list[tuple[float, bytes]]], *, text: str = METER_188, times: int = 1
) -> tuple[list[list[str]], list[cjt188.Frame]]:
    frames: list[cjt188.Frame] = []

    def replies(request: bytes) -> list[tuple[float, bytes]]:
        frame = next(found.frame for found in cjt188.scan(request) if found.frame)
        frames.append(frame)
        return reply(frame)

    async def body(line: Line, clock: WallClock) -> list[list[str]]:
        driver = Cjt188Meter(meter(text), 0, line)
        found: list[list[str]] = []
        for _ in range(times):
            found.append(shown((await driver.read(0, clock, 0)).readings))
            await asyncio.sleep(2)
        return found

    found = on_line(Peer(replies), body)
    assert isinstance(found, list)
    return found, frames


def answer_188(
    frame: cjt188.Frame, total: str = "00230100 2C", *, serial: bytes | None = None, order: str = "", kind: str = "10"
) -> bytes:
    data = bytes.fromhex(order) if order else frame.data[:2]
    data += frame.data[2:3] if serial is None else serial
    return cjt188.encode(kind, frame.address, 0x81, data + bytes.fromhex(total) * 2 + TAIL, 3)


def test_a_water_meter_in_either_order_of_its_identifier() -> None:
    for order in ("1F90", "901F"):
        assert read_188(lambda frame, order=order: [(0.05, answer_188(frame, order=order))])[0] == [["123.00"]]


def test_running_numbers_rise_and_00_is_accepted() -> None:
    found, frames = read_188(lambda frame: [(0.05, answer_188(frame, serial=b"\0"))], times=3)
    assert found == [["123.00"]] * 3
    assert [frame.data[2] for frame in frames] == [1, 2, 3]


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (lambda frame: [], "timeout"),
        (lambda frame: [(0.05, answer_188(frame, serial=b"\x77"))], "answer to another question"),
        (lambda frame: [(0.05, answer_188(frame, kind="30"))], "foreign address"),
        (lambda frame: [(0.05, answer_188(frame, "00230100 99"))], "unknown layout"),
        (lambda frame: [(0.05, answer_188(frame, "00230100 05"))], "unexpected unit"),
        (lambda frame: [(0.05, answer_188(frame, "FFFFFFFF FF"))], "all digits F"),
        (lambda frame: [(0.05, cjt188.encode("10", frame.address, 0xC1, b"\x02"))], "error answer: 02"),
    ],
)
def test_what_is_no_value_of_a_water_meter(
    reply: Callable[[cjt188.Frame], list[tuple[float, bytes]]], cause: str
) -> None:
    assert read_188(reply)[0] == [[cause]]


def test_a_late_answer_of_a_meter_that_numbers_its_answers() -> None:
    """The first answer comes 3.1 s late, 0.1 s after the second question: its number gives it away."""
    count = 0

    def reply(frame: cjt188.Frame) -> list[tuple[float, bytes]]:
        nonlocal count
        count += 1
        return [({1: 0.05, 2: 3.1}.get(count, 0.3), answer_188(frame, f"0{count}000000 2C"))]

    found, _ = read_188(reply, times=3)
    assert found == [["0.01"], ["timeout"], ["0.03"]]


def test_heat_is_converted_by_its_code() -> None:
    text = METER_188.replace("address", 'kind = "20"\naddress').replace('unit = "m3"', 'unit = "GJ"\nfield = "heat"')
    total = "00000000 11"
    for code, value in (("05", "0.36"), ("11", "100.00"), ("12", "1000.00"), ("08", "360.00")):
        tail = "".join(f"00000000{code}" for code in ("17", "35", "2C")) + "00" * 9

        def reply(frame: cjt188.Frame, code: str = code, tail: str = tail) -> list[tuple[float, bytes]]:
            data = frame.data[:3] + bytes.fromhex(total + f"00000100{code}" + tail) + TAIL
            return [(0.05, cjt188.encode("20", frame.address, 0x81, data))]

        found, _ = read_188(reply, text=text)

        assert Decimal(found[0][0]) == Decimal(value)


# Modbus on a line

METER_RTU = """
protocol = "modbus-rtu"
unit = 7
max_gap = 0
[[meters.points]]
id = "energy"
kind = "counter"
address = 0
type = "u32"
scale = "0.01"
unit = "kWh"
[[meters.points]]
id = "power"
kind = "instant"
address = 52
type = "f32"
unit = "W"
function = 4
"""


def registers(body: bytes) -> bytes:
    """The answer of a unit whose registers hold 12345678 and 231.68."""
    unit, function, count = body[0], body[1], int.from_bytes(body[4:6], "big")
    words = bytes.fromhex("00BC614E") if function == 3 else bytes.fromhex("4367AE14")
    return bytes([unit, function, 2 * count]) + (words * 40)[: 2 * count]


def read_modbus(
    reply: Callable[[bytes], list[tuple[float, bytes]]],
    framing: modbus_serial.Framing = modbus_serial.RTU,
    times: int = 1,
) -> list[list[str]]:
    def replies(request: bytes) -> list[tuple[float, bytes]]:
        if framing is modbus_serial.RTU:
            assert modbus_serial.crc(request[:-2]) == request[-2:]
            return reply(request[:-2])
        return reply(bytes.fromhex(request[1:-4].decode()))

    async def body(line: Line, clock: WallClock) -> list[list[str]]:
        text = METER_RTU.replace("modbus-rtu", framing.name)
        driver = SerialModbusMeter(meter(text), 0, line)
        found: list[list[str]] = []
        for _ in range(times):
            found.append(shown((await driver.read(0, clock, 0)).readings))
            await asyncio.sleep(2)
        return found

    found = on_line(Peer(replies), body)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("framing", [modbus_serial.RTU, modbus_serial.ASCII])
def test_registers_on_a_line(framing: modbus_serial.Framing) -> None:
    assert read_modbus(lambda body: [(0.02, framing.wrap(registers(body)))], framing) == [["123456.78", "231.68"]]


@pytest.mark.parametrize("framing", [modbus_serial.RTU, modbus_serial.ASCII])
@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda body, wrap: [], "timeout"),
        (lambda body, wrap: [(0.02, wrap(bytes([body[0], body[1] | 0x80, 2])))], "exception 2"),
        (lambda body, wrap: [(0.02, wrap(bytes([8]) + registers(body)[1:]))], "foreign address"),
        (lambda body, wrap: [(0.02, wrap(bytes([body[0], body[1], 2, 0, 0])))], "answer to another question"),
        (lambda body, wrap: [(0.02, b"\x00" * 3)], "bad frame"),
    ],
)
def test_what_is_no_register(
    framing: modbus_serial.Framing,
    change: Callable[[bytes, Callable[[bytes], bytes]], list[tuple[float, bytes]]],
    cause: str,
) -> None:
    assert read_modbus(lambda body: change(body, framing.wrap), framing) == [[cause, cause]]


def test_a_damaged_check() -> None:
    rtu = read_modbus(lambda body: [(0.02, modbus_serial.wrap_rtu(registers(body))[:-1] + b"\x00")])
    assert rtu == [["checksum", "checksum"]]
    text = read_modbus(
        lambda body: [(0.02, modbus_serial.wrap_ascii(registers(body))[:-4] + b"00\r\n")], modbus_serial.ASCII
    )
    assert text == [["checksum", "checksum"]]


def test_a_late_answer_of_a_unit_is_not_taken_for_the_next() -> None:
    count = 0

    def reply(body: bytes) -> list[tuple[float, bytes]]:
        nonlocal count
        count += 1
        answer = modbus_serial.wrap_rtu(registers(body)[:3] + bytes([count]) * (2 * body[5]))
        return [(3.2 if count == 1 else 0.3, answer)]

    found = read_modbus(reply, times=2)
    assert found[0] == ["timeout", "timeout"]
    # Request 2 was the marker (another number of registers), 3 the question.
    assert found[1][0] == "505290.27"
