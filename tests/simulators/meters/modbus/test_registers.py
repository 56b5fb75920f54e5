"""Register types, octet orders and register maps."""

from __future__ import annotations

import re
import struct
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulators_helpers import START_US

from simulators.clock import seeded
from simulators.meters.channels import Channel, MeterError
from simulators.meters.maps import MapError, Register, build_map, load_map, shipped_map, shipped_names
from simulators.meters.modbus.registers import (
    ORDERS,
    TYPES,
    bounds,
    float_text,
    pack_float,
    pack_whole,
    reorder,
    unpack_whole,
)
from simulators.plant import Works
from simulators.tables import parse_toml


def test_the_four_orders_of_231_68_are_those_of_the_facts() -> None:
    big = pack_float(231.68, "f32")
    assert big.hex().upper() == "4367AE14"
    assert reorder(big, "CDAB").hex().upper() == "AE144367"
    assert reorder(big, "BADC").hex().upper() == "674314AE"
    assert reorder(big, "DCBA").hex().upper() == "14AE6743"


@given(st.binary(min_size=8, max_size=8), st.sampled_from(ORDERS))
def test_every_order_is_its_own_inverse(octets: bytes, order: str) -> None:
    assert reorder(reorder(octets, order), order) == octets
    assert reorder(reorder(octets[:4], order), order) == octets[:4]


@given(st.sampled_from([kind for kind in TYPES if kind[0] != "f"]), st.data())
def test_whole_numbers_come_back(kind: str, data: st.DataObject) -> None:
    raw = data.draw(st.integers(*bounds(kind)))
    octets = pack_whole(raw, kind)
    assert len(octets) == 2 * TYPES[kind]
    assert unpack_whole(octets, kind) == raw


def test_a_bcd_nibble_above_nine_is_no_number() -> None:
    assert unpack_whole(bytes.fromhex("1234567A"), "bcd32") is None
    assert unpack_whole(bytes.fromhex("F00000000000"), "bcd48") is None


@given(st.binary(min_size=4, max_size=4))
def test_float_text_is_the_shortest_with_the_same_bits(octets: bytes) -> None:
    text = float_text(octets, "f32")
    if text is None:
        assert octets[0] & 0x7F == 0x7F and octets[1] & 0x80
        return
    assert struct.pack(">f", float(text)) == octets
    assert "e" not in text.lower()
    digits = text.lstrip("-0.").replace(".", "").strip("0")
    shorter = f"{float(text):.{max(len(digits) - 1, 1)}g}"
    if len(digits) > 1:
        assert struct.pack(">f", float(shorter)) != octets


@pytest.mark.parametrize("text", ["0", "0.1", "231.685", "523456.78", "-1234.5", "16777216", "0.000001"])
def test_float_text_is_plain(text: str) -> None:
    assert float_text(struct.pack(">f", float(text)), "f32") == text


def test_every_shipped_map_loads_and_names_its_source() -> None:
    assert {"sdm630", "dtsu666", "iem3000", "adl3000", "tuf2000", "steam_vortex", "gas_vortex"} <= set(shipped_names())
    for name in shipped_names():
        device = shipped_map(name)
        assert device.source
        assert device.registers


@pytest.mark.parametrize(
    ("device", "register", "fc", "address", "kind", "order"),
    [
        ("sdm630", "energy", 4, 0x156, "f32", "ABCD"),
        ("sdm630", "power", 4, 0x34, "f32", "ABCD"),
        ("dtsu666", "energy", 3, 0x101E, "f32", "ABCD"),
        ("dtsu666", "power", 3, 0x2012, "f32", "ABCD"),
        ("iem3000", "energy", 3, 0x0C83, "s64", "ABCD"),
        ("iem3000", "power", 3, 0x0BF3, "f32", "ABCD"),
        ("adl3000", "energy", 3, 0x000A, "u32", "ABCD"),
        ("tuf2000", "flow", 3, 0, "f32", "CDAB"),
        ("steam_vortex", "mass", 3, 524, "u32", "CDAB"),
        ("steam_vortex", "flow", 3, 8, "f32", "CDAB"),
        ("gas_vortex", "flow", 3, 6, "f32", "ABCD"),
    ],
)
def test_maps_hold_the_addresses_of_the_facts(
    device: str, register: str, fc: int, address: int, kind: str, order: str
) -> None:
    found = shipped_map(device).register(register)
    part = found.parts[0]
    assert (found.fc[0], part.address, part.type, part.order) == (fc, address, kind, order)


BAD_MAP = """
[map]
id = "Bad Name"
name = "x"
functions = [3]
order = "ABDC"
colour = "red"

[[register]]
id = "energy"
address = 10
type = "u32"
kind = "count"
unit = "kwh"
scale = 0.01

[[register]]
id = "power"
address = 11
type = "f23"
unit = "kW"

[[register]]
id = "power"
address = 65535
type = "f32"
unit = "kW"
sentinel = "FF"
fc = [4]
modulus = "100"
"""


def test_all_problems_of_a_map_are_told_at_once() -> None:
    with pytest.raises(MapError) as caught:
        build_map(parse_toml(BAD_MAP, "bad.toml"), "bad.toml")
    shown = str(caught.value)
    assert all(re.search("[\u4e00-\u9fff]", str(problem)) for problem in caught.value.problems)
    for piece in (
        "bad.toml.map.id: expected a name",
        "bad.toml.map.source: is missing",
        "function 4 is not served",
        "bad.toml.map.order: expected one of ABCD, CDAB, BADC, DCBA",
        "bad.toml.map.colour: unknown key",
        "register[0].kind",
        "register[0].unit",
        "did you mean 'kWh'",
        'register[0].scale: expected decimal text in quotes such as "0.01", got 0.01',
        "register[1].type",
        "go beyond 65535",
        "register[2].sentinel: expected 8 hex digits",
        "only a counter has a modulus",
        "the register id 'power' comes twice",
        "address 11 (function 3)",
    ):
        assert piece in shown, piece


def test_a_map_that_is_not_toml_or_not_there_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    with pytest.raises(MapError, match="cannot be read"):
        load_map(path)
    path.write_text("[map\n")
    with pytest.raises(MapError, match="not valid TOML"):
        load_map(path)
    path.write_bytes(b"\xc4\xe3")
    with pytest.raises(MapError, match="expected UTF-8"):
        load_map(path)


def channel(device: str, name: str, quantity: str = "", ratio: str = "1") -> Channel:
    works = Works(seeded(1), START_US, 3)
    register: Register = shipped_map(device).register(name)
    known = works.quantities.get(quantity)
    return Channel(register, name, known, works.reader(quantity) if known else None, ratio)


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("edge_u16_2", "0.10", "0.10"),
        ("edge_u32_2", "123456.78", "123456.78"),
        ("edge_u32_1", "99999999.9", "99999999.9"),
        ("edge_u32_0", "4294967295", "4294967295"),
        ("edge_s32_3", "-0.005", "-0.005"),
        ("f32_cdab", "123456.78", "123456.78"),
        ("bcd32_abcd", "123456.78", "123456.78"),
        ("u64_dcba", "4294967296.125", "4294967296.125"),
    ],
)
def test_registers_hold_the_edge_values_to_the_digit(name: str, text: str, shown: str) -> None:
    each = channel("all_types", name)
    assert each.encode(each.parse(text))[1] == shown


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("edge_u16_2", "655.36", "cannot hold"),
        ("edge_u16_2", "0.105", "not a multiple"),
        ("edge_u32_0", "-1", "cannot hold"),
        ("f32_abcd", "123456789.123", "cannot hold"),
        ("edge_u16_2", "ten", "expected decimal text"),
        ("u32_abcd", "42949672.96", "cannot hold"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(name: str, text: str, reason: str) -> None:
    each = channel("all_types", name)
    with pytest.raises(MeterError, match=reason):
        each.parse(text)


def test_a_split_total_adds_up_as_in_the_facts() -> None:
    each = channel("gas_vortex", "volume")
    octets, text = each.encode(each.parse("123487.89"))
    assert [float_text(part, "f32") for part in octets] == ["1234", "87.89"]
    assert text == "123487.89"


def test_integer_and_fraction_add_up_low_word_first() -> None:
    each = channel("tuf2000", "energy")
    octets, text = each.encode(each.parse("70000.125"))
    assert octets[0].hex().upper() == "11700001"
    assert float_text(reorder(octets[1], "CDAB"), "f32") == "0.125"
    assert text == "70000.125"


@given(st.integers(0, 10**10 - 1))
def test_a_split_total_always_adds_up(steps: int) -> None:
    each = channel("tuf2000", "energy")
    assert Decimal(each.encode(steps)[1] or "") == Decimal(steps).scaleb(-3)


def test_counters_are_floored_and_instants_rounded() -> None:
    works = Works(seeded(1), START_US, 3)
    at = START_US + 123_456_789_012
    energy = channel("adl3000", "energy", "e01.energy")
    truth = works.value("e01.energy", at)
    assert Decimal(energy.text(at)) == truth.quantize(Decimal("0.01"), rounding="ROUND_FLOOR")
    power = channel("adl3000", "power", "e01.power")
    truth = works.value("e01.power", at)
    assert Decimal(power.text(at)) == truth.quantize(Decimal("0.1"), rounding="ROUND_HALF_UP")


def test_units_and_ratio_are_converted_exactly() -> None:
    works = Works(seeded(1), START_US, 3)
    at = START_US + 40_000_000_000
    kwh = works.value("e01.energy", at)
    assert Decimal(channel("iem3000", "energy", "e01.energy").text(at)) == (kwh * 1000).to_integral_value("ROUND_FLOOR")
    assert Decimal(channel("iem3000", "energy", "e01.energy", "40").text(at)) == (kwh * 25).to_integral_value(
        "ROUND_FLOOR"
    )
    flow = works.value("gas.flow", at)
    shown = Decimal(channel("gas_vortex", "flow", "gas.flow").text(at))
    assert abs(shown - flow / 3600) <= Decimal("0.0000006")


def test_a_counter_starts_again_at_its_modulus() -> None:
    each = channel("adl3000", "energy", "e01.energy")
    each.move_to(each.modulus - 1, START_US)
    assert each.text(START_US) == "999999.99"
    later = START_US + 60_000_000
    gained = each.true_steps(later) - each.true_steps(START_US)
    assert gained > 1
    assert Decimal(each.text(later)) == Decimal(gained - 1) / 100
