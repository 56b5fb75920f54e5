"""What the simulators write, the terminal's own codecs read the same, and the other way round: any value, any octets.

The two were written apart from the same facts; here they meet without a line between them.
"""

from __future__ import annotations

import asyncio
import random
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from line_kit import Clock, meter, shown

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from reference_terminal.acquisition.cjt188 import frames as cjt188
from reference_terminal.acquisition.dlt645 import frames as dlt645
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.modbus import blocks, decode, serial
from reference_terminal.acquisition.modbus.blocks import Block
from reference_terminal.acquisition.modbus.client import GatewayClient
from reference_terminal.acquisition.modbus.driver import ModbusMeter
from reference_terminal.acquisition.modbus.settings import ORDERS, TYPES
from reference_terminal.acquisition.scale import driver as scale
from reference_terminal.model import bcd
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import BadContent
from reference_terminal.settings.config import load_config
from reference_terminal.settings.meters import GatewayConfig
from simulators.meters.cjt188 import codec as cjt188_codec
from simulators.meters.dlt645 import codec as dlt645_codec
from simulators.meters.modbus import codec as modbus_codec
from simulators.meters.modbus import registers as sim_registers
from simulators.meters.scale import frames as scale_frames
from simulators.meters.serial import bcd as sim_bcd

digits = st.text("0123456789", min_size=12, max_size=12)
WHOLE = [kind for kind in TYPES if kind[0] != "f"]


def test_both_know_the_same_types_and_orders() -> None:
    # Numbers of one octet are nodes of OPC UA; in a register they are u16 or s16.
    assert {kind: size for kind, size in sim_registers.TYPES.items() if kind not in ("u8", "s8")} == TYPES
    assert tuple(sim_registers.ORDERS) == ORDERS


@given(st.sampled_from(WHOLE), st.sampled_from(ORDERS), st.data())
def test_whole_registers(kind: str, order: str, data: st.DataObject) -> None:
    raw = data.draw(st.integers(*sim_registers.bounds(kind)))
    octets = sim_registers.reorder(sim_registers.pack_whole(raw, kind), order)
    assert decode.number(decode.in_order(octets, order), kind) == raw


@given(st.sampled_from(["f32", "f64"]), st.sampled_from(ORDERS), st.data())
def test_any_octets_in_a_float_register_are_one_text_or_none_on_both_sides(
    kind: str, order: str, data: st.DataObject
) -> None:
    octets = data.draw(st.binary(min_size=2 * TYPES[kind], max_size=2 * TYPES[kind]))
    big = sim_registers.reorder(octets, order)
    assert decode.in_order(octets, order) == big
    text = sim_registers.float_text(big, kind)
    if text is None:
        with pytest.raises(BadContent):
            decode.number(big, kind)
    else:
        assert decode.number(big, kind) == Decimal(text)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("f32", "0.10"), ("f64", "0.10"), ("f64", "123456.78"), ("f64", "99999999.9"), ("f64", "4294967295"),
        ("u32", "4294967295"), ("u64", "18446744073709551615"), ("s32", "-2147483648"), ("s64", "-9223372036854775808"),
        ("bcd16", "4095"), ("bcd32", "99999999"), ("bcd48", "999999999999"), ("bcd64", "9007199254740993"),
        ("u16", "65535"), ("s16", "-32768"),
    ],
)  # fmt: skip
def test_the_numbers_of_the_issue_are_exact(kind: str, order: str, text: str) -> None:
    big = sim_registers.pack_float(float(text), kind) if kind[0] == "f" else sim_registers.pack_whole(int(text), kind)
    octets = sim_registers.reorder(big, order)
    assert decode.number(decode.in_order(octets, order), kind) == Decimal(text)


@given(
    st.binary(min_size=1, max_size=8),
    st.sampled_from(["XXXXXX.XX", "XXX.X", "XX.XXXX", "X.XXX", "XXXXXX"]),
    st.booleans(),
)
def test_any_octets_are_the_same_digits_or_none_on_both_sides(octets: bytes, layout: str, signed: bool) -> None:
    form = bcd.parse_format(layout, signed=signed)
    octets = (octets * 4)[: form.width]
    text = sim_bcd.read_text(octets, layout, signed=signed)
    if text is None:
        with pytest.raises(BadContent):
            bcd.value_of(octets, form)
    else:
        assert bcd.value_of(octets, form) == Decimal(text)


@given(digits, st.integers(0, 255), st.binary(max_size=200), st.integers(0, 4))
def test_frames_of_dlt645(address: str, control: int, data: bytes, preamble: int) -> None:
    sent = dlt645_codec.encode(dlt645_codec.Frame(address, control, data, preamble))
    assert sent == dlt645.encode(address, control, data, preamble)
    (found,) = [each.frame for each in dlt645.scan(sent) if each.frame is not None and not each.flaw][:1]
    assert (found.address, found.control, found.data) == (address, control, data)


@given(st.sampled_from([0x10, 0x19, 0x20, 0x22, 0x30, 0x40]), digits, st.integers(0, 255), st.binary(max_size=100))
def test_frames_of_cjt188(kind: int, number: str, control: int, data: bytes) -> None:
    address = "78" + number
    sent = cjt188_codec.encode(cjt188_codec.Frame(kind, address, control, data))
    assert sent == cjt188.encode(f"{kind:02X}", address, control, data)
    assert not cjt188_codec.flaws(sent)
    again = cjt188_codec.decode(sent)
    assert (again.kind, again.address, again.control, again.data) == (kind, address, control, data)
    (found,) = [each.frame for each in cjt188.scan(sent) if each.frame is not None][:1]
    assert (found.kind, found.address, found.control, found.data) == (f"{kind:02X}", address, control, data)


@given(st.binary(max_size=300))
def test_both_sides_take_the_same_octets_for_a_frame(octets: bytes) -> None:
    for flaws, frames in (
        (dlt645_codec.flaws, [each.frame for each in dlt645.scan(octets) if each.start == 0]),
        (cjt188_codec.flaws, [each.frame for each in cjt188.scan(octets) if each.start == 0]),
    ):
        if not flaws(octets):
            assert frames[:1] != [None] and frames


@given(
    st.integers(1, 247), st.sampled_from([3, 4]), st.binary(min_size=2, max_size=250), st.sampled_from(["rtu", "ascii"])
)
def test_answers_of_modbus_on_a_line(unit: int, function: int, words: bytes, name: str) -> None:
    words = words[: len(words) // 2 * 2]
    pdu = bytes((function, len(words))) + words
    encode = modbus_codec.encode_rtu if name == "rtu" else modbus_codec.encode_ascii
    framing = serial.FRAMINGS[f"modbus-{name}"]
    asked = serial.question(framing, unit, Block(function, 0, len(words) // 2, False))
    assert asked.find(encode(unit, pdu)) == words
    decoded = modbus_codec.decode_rtu if name == "rtu" else modbus_codec.decode_ascii
    assert decoded(asked.request) == (unit, bytes((function, 0, 0)) + (len(words) // 2).to_bytes(2, "big"))
    with pytest.raises(ReadFailed, match="exception 6"):
        asked.find(encode(unit, bytes((function | 0x80, 6))))


@given(st.binary(max_size=400), st.sampled_from(sorted(serial.FRAMINGS)), st.integers(1, 125))
def test_no_octets_are_taken_for_registers(octets: bytes, name: str, count: int) -> None:
    asked = serial.question(serial.FRAMINGS[name], 7, Block(3, 0, count, False))
    try:
        found = asked.find(octets)
    except ReadFailed as failure:
        assert failure.code
    else:
        assert found is None or len(found) == 2 * count
    assert asked.flaw(octets)


# Modbus vectors of the facts: what was asked, what came, what it says.
MODBUS = [
    ("01 04 00 00 00 02 71 CB", "01 04 04 43 67 AF 55 E2 10", "f32", "231.68489"),
    ("01 04 00 08 00 02 F0 09", "01 04 04 40 88 FA 31 ED 1A", "f32", "4.280541"),
    ("01 03 4A 38 00 02 53 DE", "01 03 04 00 00 00 00 FA 33", "u32", "0"),
    ("", "01 03 02 08 D9 7E 1E", "u16", "2265"),
]


@pytest.mark.parametrize(("request_text", "answer", "kind", "value"), MODBUS)
def test_the_modbus_vectors_of_the_facts(request_text: str, answer: str, kind: str, value: str) -> None:
    octets = bytes.fromhex(answer)
    asked = bytes.fromhex(request_text)
    block = Block(octets[1], int.from_bytes(asked[2:4], "big"), octets[2] // 2, False)
    question = serial.question(serial.RTU, 1, block)
    assert not asked or question.request == asked
    words = question.find(octets)
    assert words is not None
    assert decode.number(words, kind) == Decimal(value)
    assert question.find(octets[:-1] + bytes((octets[-1] ^ 1,))) is None


def test_discrete_inputs_are_never_taken_for_registers() -> None:
    question = serial.question(serial.RTU, 1, Block(3, 0, 6, False))
    assert question.find(bytes.fromhex("01 02 01 00 A1 88")) is None


@given(st.integers(-999_999, 999_999), st.integers(0, 5), st.sampled_from(sorted(scale_frames.FORMS)))
def test_weights(raw: int, decimals: int, form: str) -> None:
    assume(form != "toledo-a12e" or raw >= -99_999)
    frame = scale_frames.FORMS[form](raw, decimals, "kg")
    found = scale.FORMS[form](b"30\x03\r\n" + frame)
    assert found is not None
    assert found.value == Decimal(raw).scaleb(-decimals), (frame, found)


# Every point its own registers, at most four.
addresses = st.lists(
    st.tuples(st.integers(0, 16_000).map(lambda at: 4 * at), st.sampled_from(sorted(TYPES)), st.sampled_from([3, 4])),
    min_size=1,
    max_size=12,
    unique_by=lambda place: (place[0], place[2]),
)


@given(addresses, st.integers(0, 50))
def test_every_point_lies_in_a_block_that_a_frame_can_carry(places: list[tuple[int, str, int]], gap: int) -> None:
    points = "".join(
        f'[[meters.points]]\nid = "p{index}"\nkind = "instant"\naddress = {address}\ntype = "{kind}"\n'
        f'function = {function}\nunit = "kW"\n'
        for index, (address, kind, function) in enumerate(places)
    )
    config = meter(f'protocol = "modbus-rtu"\nunit = 1\n{points}')
    plan = blocks.plan(config, 0, gap)
    assert all(1 <= block.count <= 125 for block in plan.blocks)
    for (address, kind, function), point in zip(places, plan.points, strict=True):
        (part,) = point.parts
        block = plan.blocks[part.block]
        assert block.function == function
        assert block.address + part.offset == address
        assert part.offset + TYPES[kind] <= block.count
    if gap == 0:
        assert not any(block.holes for block in plan.blocks)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=4))
def test_whatever_a_gateway_says_is_no_value_and_no_end(pieces: list[bytes]) -> None:
    """Octets that are no answer bring a cause; the right answer after a new connection brings the value."""
    good = bytes.fromhex("000000000007 01 03 04 00BC614E".replace(" ", ""))

    async def main() -> tuple[list[str], list[str]]:
        Network()
        rounds = 0

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal rounds
            while asked := await reader.read(4096):
                rounds += 1
                if rounds > 1:
                    writer.write(asked[:2] + good[2:])
                    continue
                for piece in pieces:
                    writer.write(piece)
                    await asyncio.sleep(0.01)

        listening = await asyncio.start_server(serve, "127.0.0.1", 502)
        config = load_config(
            '[[gateways]]\nid = "g"\nhost = "127.0.0.1"\n[[meters]]\nid = "m"\ngateway = "g"\nunit = 1\n'
            '[[meters.points]]\nid = "p"\nkind = "counter"\naddress = 0\ntype = "u32"\nscale = "0.01"\nunit = "kWh"\n'
        ).meters[0]
        client = GatewayClient(GatewayConfig("g", "127.0.0.1"), random.Random(1))
        clock = WallClock(Clock())
        driver = ModbusMeter(config, 0, client)
        first = shown((await driver.read(0, clock, 0)).readings)
        client.close()
        await asyncio.sleep(5)
        second = shown((await driver.read(0, clock, 0)).readings)
        client.close()
        listening.close()
        return first, second

    # A random stretch that is the right answer by chance is no fault of the driver.
    assume(not any(b"\x01\x03\x04" in piece for piece in pieces))
    first, second = run_virtually(main())
    assert first[0] in ("timeout", "bad frame", "no connection") or first[0].startswith("exception")
    assert second == ["123456.78"]
