"""CJ/T 188 as the terminal reads it: every vector of the facts, vendors' layouts, and no crash on any octets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_terminal.acquisition.cjt188 import frames as cjt188
from reference_terminal.acquisition.cjt188.frames import Frame
from reference_terminal.model import cjt188_layouts as layouts
from reference_terminal.model import reading
from reference_terminal.model.cjt188_layouts import UNIT_CODES, fields_named
from reference_terminal.model.reading import BadContent

VECTORS = {
    "188-1": ("FE FE FE FE 68 10 44 33 22 11 00 33 78 01 03 1F 90 00 80 16", "10", "78330011223344", 0x01),
    "188-2": (
        "68 10 44 33 22 11 00 33 78 81 16 1F 90 00 00 77 66 55 2C 00 77 66 55 2C 31 01 22 11 05 15 20 21 84 13 16",
        "10", "78330011223344", 0x81,
    ),
    "188-3": (
        "FE FE FE 68 10 01 00 00 05 08 00 00 81 16 90 1F 00 00 23 01 00 2C 00 00 00 00 2C 00 00 00 00 00 00 00 00 00 "
        "48 16", "10", "00000805000001", 0x81,
    ),
    "188-4": (
        "FE FE FE 68 10 18 02 12 20 20 00 00 81 16 90 1F 00 00 02 00 00 2C 00 02 00 00 2C 00 00 00 00 00 00 00 00 FF "
        "85 16", "10", "00002020120218", 0x81,
    ),
    "188-5": (
        "68 10 50 54 77 11 18 00 00 81 16 1F 90 00 00 00 00 00 2C 00 00 00 00 2C 00 00 00 00 00 00 00 00 00 5A 16",
        "10", "00001811775450", 0x81,
    ),
    "188-6": ("68 10 01 00 00 05 08 00 00 01 03 1F 90 00 39 16", "10", "00000805000001", 0x01),
    "188-7q": ("68 AA AA AA AA AA AA AA AA 03 03 81 0A 00 49 16", "AA", "A" * 14, 0x03),
    "188-7": ("68 10 01 00 00 05 08 00 00 83 03 81 0A 00 97 16", "10", "00000805000001", 0x83),
    "188-8q": ("68 10 02 00 00 05 08 00 00 15 0A A0 18 00 01 00 00 05 08 00 00 6C 16", "10", "00000805000002", 0x15),
    "188-8": ("68 10 01 00 00 05 08 00 00 95 03 A0 18 00 D6 16", "10", "00000805000001", 0x95),
    "188-9o": ("68 10 69 05 90 05 15 33 78 04 04 A0 17 01 55 50 16", "10", "78331505900569", 0x04),
    "188-9c": ("68 10 69 05 90 05 15 33 78 04 04 A0 17 01 99 94 16", "10", "78331505900569", 0x04),
    "188-9": ("68 10 69 05 90 05 15 33 78 84 05 A0 17 01 00 00 7C 16", "10", "78331505900569", 0x84),
    "188-10o": ("FE FE FE 68 10 01 00 00 05 08 00 00 2A 04 A0 17 00 55 C0 16", "10", "00000805000001", 0x2A),
    "188-10c": ("FE FE FE 68 10 01 00 00 05 08 00 00 2A 04 A0 17 00 99 04 16", "10", "00000805000001", 0x2A),
    "188-10": ("FE FE FE 68 10 01 00 00 05 08 00 00 AA 05 A0 17 00 00 FF EB 16", "10", "00000805000001", 0xAA),
    "188-12": (
        "68 20 44 33 22 11 00 33 78 81 2E 1F 90 01 78 56 34 12 05 78 56 34 12 05 78 56 34 12 17 78 56 34 12 35 "
        "78 56 34 12 2C 56 34 12 56 34 12 56 34 12 20 14 03 18 12 56 59 00 00 06 16", "20", "78330011223344", 0x81,
    ),
}  # fmt: skip
"""Octets, type, address and control code of every vector of facts 2.6 that is right."""


def only(octets: bytes) -> Frame:
    frames = [found.frame for found in cjt188.scan(octets) if found.frame is not None]
    assert len(frames) == 1
    return frames[0]


@pytest.mark.parametrize("name", VECTORS)
def test_every_vector_is_read_and_written(name: str) -> None:
    text, kind, address, control = VECTORS[name]
    octets = bytes.fromhex(text)
    frame = only(octets)
    assert (frame.kind, frame.address, frame.control) == (kind, address, control)
    preamble = len(octets) - len(octets.lstrip(b"\xfe"))
    assert cjt188.encode(kind, address, control, frame.data, preamble) == octets


def water(name: str) -> list[cjt188.Field]:
    return cjt188.fields_of(only(bytes.fromhex(VECTORS[name][0])).data[3:], layouts.WATER)


@pytest.mark.parametrize(
    ("name", "value"), [("188-2", "556677.00"), ("188-3", "123.00"), ("188-4", "2.00"), ("188-5", "0.00")]
)
def test_totals_of_water_meters(name: str, value: str) -> None:
    total, settled, *_ = water(name)
    assert (str(total.value), total.unit, settled.unit) == (value, "m3", "m3")


def test_clock_and_status() -> None:
    *_, clock, status = water("188-2")
    assert cjt188.clock_text(clock.raw) == "2015-05-11 22:01:31"
    assert cjt188.status_text(status.raw, "standard") == ("valve closed", "阀门关")
    assert cjt188.status_text(status.raw, "high") == ("valve open, battery low", "阀门开，电池欠压")
    *_, clock, status = water("188-4")
    assert cjt188.clock_text(clock.raw) == ""


def test_heat_with_the_clock_highest_octet_first() -> None:
    frame = only(bytes.fromhex(VECTORS["188-12"][0]))
    fields = {field.layout.name: field for field in cjt188.fields_of(frame.data[3:], layouts.HEAT)}
    said = {name: f"{field.value} {field.unit}" for name, field in fields.items() if field.value is not None}
    assert said == {
        "settled_heat": "123456.78 kWh",
        "heat": "123456.78 kWh",
        "power": "123456.78 kW",
        "flow": "1234.5678 m3/h",
        "volume": "123456.78 m3",
        "supply": "1234.56 ",
        "return": "1234.56 ",
        "hours": "123456 ",
    }
    assert cjt188.clock_text(fields["clock"].raw) == "2014-03-18 12:56:59"


def test_a_wrong_sum_is_named() -> None:
    text = VECTORS["188-12"][0][:-5] + "91 16"
    assert {found.flaw for found in cjt188.scan(bytes.fromhex(text))} == {"checksum 91, expected 06"}


def test_lengths_of_the_layouts() -> None:
    assert [layouts.width(each) + 3 for each in (layouts.WATER, layouts.HEAT)] == [22, 46]
    assert layouts.width(layouts.HEAT_AND_COOLING) + 3 == 0x3E
    assert layouts.width(layouts.ULTRASONIC) + 3 == 22


def test_units_before_the_number_and_none_at_all() -> None:
    fields = cjt188.fields_of(
        bytes.fromhex("2C00230100 2C00220100") + bytes(9), fields_named("unit-first", (), "10", "901F")
    )
    assert [str(field.value) for field in fields[:2]] == ["123.00", "122.00"]
    data = bytes.fromhex("78563412 990000 341200 21 003010020326 0000")
    fields = cjt188.fields_of(data, fields_named("ultrasonic", (), "10", "901F"))
    assert [str(field.value) for field in fields[:4]] == ["12345678", "0.000099", "12.34", "21"]


def test_identifiers_of_one_value_have_its_width_whatever_the_meter() -> None:
    singles = [fields_named(name, layouts.WATER, "20", "903F") for name in ("standard", "own", "unit-first")]
    assert [[each.name for each in fields] for fields in singles] == [["power"]] * 3
    assert str(cjt188.fields_of(bytes.fromhex("78563412 49"), singles[0])[0].value) == "123456.78"
    assert (
        str(cjt188.fields_of(bytes.fromhex("563412"), fields_named("standard", (), "20", "905F"))[0].value) == "1234.56"
    )


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        ("00230100 99 00220100 2C" + "00" * 9, reading.LAYOUT),
        ("2C 00230100 2C 00220100" + "00" * 9, reading.LAYOUT),
        ("00230100 2C 00220100 2C" + "00" * 8, reading.LAYOUT),
    ],
)
def test_another_layout_is_no_reading(data: str, cause: str) -> None:
    with pytest.raises(BadContent, match=cause):
        cjt188.fields_of(bytes.fromhex(data), layouts.WATER)


def test_fields_without_number() -> None:
    total, settled, *_ = cjt188.fields_of(bytes.fromhex("FFFFFFFF FF 0A220100 2C" + "00" * 9), layouts.WATER)
    assert (total.value, total.cause) == (None, reading.NO_DATA)
    assert (settled.value, settled.cause) == (None, reading.BAD_DIGITS)


def test_unit_codes_of_the_facts() -> None:
    assert UNIT_CODES[0x05] == ("kWh", 1) and UNIT_CODES[0x2E] == ("m3", 100) and UNIT_CODES[0x12] == ("GJ", 10)
    assert UNIT_CODES[0x4B] == ("GJ/h", 100) and UNIT_CODES[0x01] == ("J", 1) and len(UNIT_CODES) == 50


def test_a_multiplied_unit() -> None:
    total, *_ = cjt188.fields_of(bytes.fromhex("00230100 2E 00000000 2C" + "00" * 9), layouts.WATER)
    assert str(total.value) == "12300.00"


digits = st.text("0123456789ABCDEF", min_size=14, max_size=14)


@given(
    st.sampled_from(["10", "20", "30", "AA"]), digits, st.integers(0, 255), st.binary(max_size=100), st.integers(0, 4)
)
def test_round_trip(kind: str, address: str, control: int, data: bytes, preamble: int) -> None:
    octets = cjt188.encode(kind, address, control, data, preamble)
    assert next(found.frame for found in cjt188.scan(octets)) == Frame(kind, address, control, data)


@given(st.binary(max_size=300), st.sampled_from([layouts.WATER, layouts.HEAT, layouts.ULTRASONIC]))
def test_no_octets_crash_anything(octets: bytes, layout: tuple[layouts.FieldLayout, ...]) -> None:
    for found in cjt188.scan(octets):
        assert 0 <= found.start < found.end <= len(octets)
    payload = octets[: layouts.width(layout)]
    try:
        for field in cjt188.fields_of(payload, layout):
            assert field.value is None or field.value.is_finite()
    except BadContent as error:
        assert str(error)
    cjt188.clock_text(octets[:7])
    cjt188.status_text((octets + b"\0\0")[:2], "standard")
