"""Registers to decimal text: types, orders, vectors of the facts, float text, blocks, pymodbus answers."""

from __future__ import annotations

import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terminal_kit import config_text

from reference_terminal.acquisition.modbus import blocks, decode
from reference_terminal.model import numbers, reading
from reference_terminal.settings.config import load_config
from reference_terminal.settings.meters import MeterConfig


def meter_of(points: str, meter: str = "") -> MeterConfig:
    return load_config(config_text(points=points, meter=meter)).meters[0]


def read(points: str, raw: bytes) -> reading.Reading:
    """The reading of the only point from the octets of its registers, which lie together from address 0."""
    plan = blocks.plan(meter_of(points), 0, 8)
    assert len(plan.blocks) == 1
    return decode.decode(plan.points[0], 0, 0, [raw])


def point(kind: str, more: str = "", unit: str = "kWh", type_: str = "counter") -> str:
    address = "" if "parts" in more else f'address = 0\ntype = "{kind}"'
    return f'[[meters.points]]\nid = "p"\nkind = "{type_}"\nunit = "{unit}"\ncode = "x1"\n{address}\n{more}\n'


def text(found: reading.Reading) -> str:
    assert found.quality == reading.GOOD and found.value is not None, found
    return numbers.text(found.value)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("4367AF55", "231.68489"),
        ("4088FA31", "4.280541"),
        ("4367AE14", "231.68"),
        ("00000000", "0"),
        ("4794C51A", "76170.2"),
    ],
)
def test_float_vectors(raw: str, expected: str) -> None:
    assert text(read(point("f32", unit="V", type_="instant"), bytes.fromhex(raw))) == expected


@pytest.mark.parametrize("order", ["ABCD", "CDAB", "BADC", "DCBA"])
@pytest.mark.parametrize(
    ("kind", "octets", "expected"),
    [
        ("u16", "08D9", "2265"),
        ("s16", "8000", "-32768"),
        ("u32", "FFFFFFFF", "4294967295"),
        ("s32", "FFFFFFFE", "-2"),
        ("u64", "FFFFFFFFFFFFFFFF", "18446744073709551615"),
        ("s64", "8000000000000000", "-9223372036854775808"),
        ("bcd32", "12345678", "12345678"),
        ("bcd16", "0815", "815"),
        ("bcd48", "123456789012", "123456789012"),
        ("bcd64", "9007199254740993", "9007199254740993"),
        ("f32", "4367AE14", "231.68"),
        ("f64", "3FB999999999999A", "0.1"),
    ],
)
def test_types_in_every_order(kind: str, octets: str, expected: str, order: str) -> None:
    big = bytes.fromhex(octets)
    words = [big[at : at + 2] for at in range(0, len(big), 2)]
    raw = {
        "ABCD": big,
        "CDAB": b"".join(words[::-1]),
        "BADC": b"".join(word[::-1] for word in words),
        "DCBA": big[::-1],
    }[order]
    assert text(read(point(kind, f'order = "{order}"'), raw)) == expected


@pytest.mark.parametrize(
    ("kind", "scale", "ratio", "octets", "expected"),
    [
        ("u16", "0.01", "1", "000A", "0.10"),
        ("u32", "0.01", "1", "00BC614E", "123456.78"),
        ("u32", "0.1", "1", "3B9AC9FF", "99999999.9"),
        ("u16", "0.1", "1", "08D9", "226.5"),
        ("u32", "0.01", "100", "0000000A", "10.00"),
        ("u16", "1", "0.5", "0003", "1.5"),
    ],
)
def test_every_digit_is_kept(kind: str, scale: str, ratio: str, octets: str, expected: str) -> None:
    found = read(point(kind, f'scale = "{scale}"\nratio = "{ratio}"'), bytes.fromhex(octets))
    assert text(found) == expected and found.raw == octets


def test_split_totals() -> None:
    parts = """
[[meters.points.parts]]
address = 0
type = "f32"
factor = "100"
[[meters.points.parts]]
address = 2
type = "f32"
"""
    raw = struct.pack(">ff", 1234.0, 87.89)
    assert text(read(point("", parts, unit="m3"), raw)) == "123487.89"


@pytest.mark.parametrize(
    ("kind", "more", "octets", "cause"),
    [
        ("f32", "", "7FC00000", reading.NOT_A_NUMBER),
        ("f32", "", "FF800000", reading.NOT_A_NUMBER),
        ("f64", "", "7FF0000000000000", reading.NOT_A_NUMBER),
        ("u16", 'sentinels = ["FFFF"]', "FFFF", reading.SENTINEL),
        ("u32", 'sentinels = ["ffffffff", "80000000"]', "80000000", reading.SENTINEL),
        ("bcd32", "", "FFFFFFFF", reading.BAD_DIGITS),
        ("bcd32", "", "1234567A", reading.BAD_DIGITS),
        ("bcd48", "", "12345678901F", reading.BAD_DIGITS),
        ("u16", 'max = "100"', "0065", reading.RANGE),
        ("s16", 'min = "-5"', "FFFA", reading.RANGE),
    ],
)
def test_what_is_no_valid_value_is_bad(kind: str, more: str, octets: str, cause: str) -> None:
    found = read(point(kind, more), bytes.fromhex(octets))
    assert (found.quality, found.cause) == (reading.BAD, cause)
    assert (found.value is None) == (cause != reading.RANGE)


@pytest.mark.parametrize(("more", "octets"), [('max = "100"', "0064"), ('min = "5"', "0005")])
def test_the_limits_themselves_are_valid(more: str, octets: str) -> None:
    assert read(point("u16", more), bytes.fromhex(octets)).good


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_float32_text_converts_back_and_is_shortest(value: float) -> None:
    bits = struct.pack(">f", value)
    shown = numbers.float32_text(value)
    assert "e" not in shown.lower() and struct.pack(">f", float(shown)) == bits
    digits = len(Decimal(shown).normalize().as_tuple().digits)
    for fewer in range(1, digits):
        assert struct.pack(">f", _near(value, fewer)) != bits


def _near(value: float, digits: int) -> float:
    near = float(f"{value:.{digits - 1}e}")
    return near if abs(near) < 3.4e38 else 0.0


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_float64_text_converts_back(value: float) -> None:
    assert struct.pack(">d", float(numbers.float64_text(value))) == struct.pack(">d", value)


@given(st.integers(-(10**18), 10**18), st.integers(1, 10_000), st.integers(0, 6))
def test_mean_is_exact_and_half_up(total: int, count: int, decimals: int) -> None:
    got = numbers.mean(Decimal(total), count, decimals)
    scaled = 10**decimals * abs(total) * 2 + count
    expected = scaled // (2 * count)
    assert abs(got).scaleb(decimals) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [("0.125", 2, "0.13"), ("-0.125", 2, "-0.13"), ("2.5", 0, "3"), ("0.1249", 2, "0.12"), ("1", 2, "1.00")],
)
def test_ties_are_rounded_up(value: str, decimals: int, expected: str) -> None:
    assert numbers.text(numbers.rounded(Decimal(value), decimals)) == expected


def test_blocks_bridge_small_gaps_only() -> None:
    def at(address: int, name: str) -> str:
        return f'[[meters.points]]\nid = "{name}"\nkind = "counter"\nunit = "kWh"\naddress = {address}\ntype = "u32"\n'

    meter = meter_of(at(0, "a") + at(10, "b") + at(21, "c") + at(300, "d"))
    assert [(b.address, b.count, b.holes) for b in blocks.plan(meter, 0, 8).blocks] == [
        (0, 12, True),
        (21, 2, False),
        (300, 2, False),
    ]
    assert [(b.address, b.count, b.holes) for b in blocks.plan(meter, 0, 0).blocks] == [
        (0, 2, False),
        (10, 2, False),
        (21, 2, False),
        (300, 2, False),
    ]


def test_blocks_stay_within_the_largest_request() -> None:
    points = "".join(
        f'[[meters.points]]\nid = "p{n}"\nkind = "counter"\nunit = "kWh"\naddress = {4 * n}\ntype = "u64"\n'
        for n in range(60)
    )
    plan = blocks.plan(meter_of(points), 0, 8)
    assert all(block.count <= 125 for block in plan.blocks) and sum(b.count for b in plan.blocks) == 240


@pytest.mark.parametrize(
    ("cause", "flag"),
    [
        ("", "N"),
        (reading.TIMEOUT, "B"),
        (reading.NO_CONNECTION, "B"),
        (reading.POWER_OFF, "B"),
        (reading.SENTINEL, "D"),
        (reading.RANGE, "T"),
        (reading.RESET, "D"),
        ("exception 4", "D"),
        ("exception 11", "B"),
        ("exception 6", "B"),
    ],
)
def test_flags(cause: str, flag: str) -> None:
    assert reading.flag_of(cause) == flag
