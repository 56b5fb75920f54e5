"""DL/T 645 as the terminal reads it: every vector of the facts, the rules of numbers, and no crash on any octets."""

from __future__ import annotations

from decimal import Decimal

import pytest
from dlt645_vectors import VECTORS
from hypothesis import given
from hypothesis import strategies as st

from reference_terminal.acquisition.dlt645 import frames as dlt645
from reference_terminal.acquisition.dlt645.frames import Frame
from reference_terminal.model import bcd, reading
from reference_terminal.model import dlt645_items as items
from reference_terminal.model.bcd import Format, parse_format
from reference_terminal.model.reading import BadContent


def only(octets: bytes) -> Frame:
    frames = [found.frame for found in dlt645.scan(octets) if found.frame is not None]
    assert len(frames) == 1
    return frames[0]


@pytest.mark.parametrize("name", VECTORS)
def test_every_vector_is_read_and_written(name: str) -> None:
    text, address, control, data = VECTORS[name]
    octets = bytes.fromhex(text)
    assert only(octets) == Frame(address, control, bytes.fromhex(data)[::-1])
    preamble = len(octets) - len(octets.lstrip(b"\xfe"))
    assert dlt645.encode(address, control, bytes.fromhex(data)[::-1], preamble) == octets


@pytest.mark.parametrize(
    ("name", "identifier", "value"),
    [
        ("645-2", "00010000", "0.26"),
        ("645-3", "02010100", "100.1"),
        ("645-4", "00000000", "0.00"),
        ("645-13", "00010000", "26.37"),
        ("645-14", "00010000", "0.12"),
        ("645-16", "B611", "100"),
        ("645-17", "9010", "0.01"),
        ("645-19", "9020", "0.00"),
        ("645-E2", "02030000", "-1.2345"),
        ("645-E5", "00010000", "123456.78"),
        ("645-E6", "00010000", "123456.78"),
        ("645-E7", "00010000", "123456.78"),
    ],
)
def test_values_of_the_vectors(name: str, identifier: str, value: str) -> None:
    frame = only(bytes.fromhex(VECTORS[name][0]))
    item = items.item(identifier)
    assert item is not None
    assert str(bcd.value_of(frame.data[len(identifier) // 2 :], item.form())) == value


def test_block_of_three_voltages() -> None:
    for name, values in (("645-5", ["0.0", "0.0", "239.4"]), ("645-E3", ["220.1", "219.9", "225.0"])):
        data = only(bytes.fromhex(VECTORS[name][0])).data[4:]
        members = items.members("0201FF00", len(data))
        assert members == ["02010100", "02010200", "02010300"]
        assert [str(bcd.value_of(data[2 * n :], Format(3, 1))) for n in range(3)] == values


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("68 75 67 12 66 88 00 68 91 08 33 33 34 33 A4 56 79 38 F5 16", "checksum F5, expected BD"),
        ("68 61 01 00 00 00 00 68 91 08 33 33 34 33 59 33 33 33 8A 17", "ends with 17, expected 16"),
    ],
)
def test_damage_is_named(text: str, flaw: str) -> None:
    assert [found.flaw for found in dlt645.scan(bytes.fromhex(text))] == [flaw]


def test_an_address_of_five_octets_is_no_frame() -> None:
    assert list(dlt645.scan(bytes.fromhex("FE 68 95 32 06 00 00 68 11 04 33 33 34 33 7F 16"))) == []


def test_a_frame_behind_noise_and_a_false_start() -> None:
    good = bytes.fromhex(VECTORS["645-2"][0])
    assert only(bytes.fromhex("00 68 68 FE 68 11 22 33 44 55 66 68 91 C8 01 02") + good).address == "000000000161"


@pytest.mark.parametrize(
    ("identifier", "format", "unit", "signed"),
    [
        ("00000000", "XXXXXX.XX", "kWh", True),
        ("00020100", "XXXXXX.XX", "kWh", False),
        ("00030000", "XXXXXX.XX", "kvarh", True),
        ("00090000", "XXXXXX.XX", "kVAh", False),
        ("0001040C", "XXXXXX.XX", "kWh", False),
        ("00290000", "XXXXXX.XX", "kWh", False),
        ("01010000", "XX.XXXX", "kW", False),
        ("02020300", "XXX.XXX", "A", True),
        ("02060000", "X.XXX", "1", True),
        ("02070100", "XXX.X", "°", False),
        ("02800002", "XX.XX", "Hz", False),
        ("02800007", "XXX.X", "°C", True),
        ("B611", "XXX", "V", False),
        ("B621", "XX.XX", "A", False),
        ("B630", "XX.XXXX", "kW", False),
        ("B650", "X.XXX", "1", False),
        ("A010", "XX.XXXX", "kW", False),
        ("9414", "XXXXXX.XX", "kWh", False),
    ],
)
def test_identifiers(identifier: str, format: str, unit: str, signed: bool) -> None:
    item = items.item(identifier)
    assert item is not None
    assert (item.format, item.unit, item.signed) == (format, unit, signed)


@pytest.mark.parametrize(
    "identifier", ["0001FF00", "00014000", "0001000D", "00110000", "03010000", "901F", "9F10", "00"]
)
def test_identifiers_nobody_vouches_for(identifier: str) -> None:
    assert items.item(identifier) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("00010000", "9010"),
        ("0001FF00", "901F"),
        ("00010001", "9410"),
        ("00020300", "9023"),
        ("00010002", "9810"),
        ("02010100", "B611"),
        ("0201FF00", "B61F"),
        ("02020100", "B621"),
        ("02030000", "B630"),
        ("04000102", "C011"),
        ("04000402", "C032"),
        ("02800002", ""),
        ("00150000", ""),
    ],
)
def test_identifiers_of_2007_in_1997(one: str, other: str) -> None:
    assert items.to_1997(one) == other


@pytest.mark.parametrize(
    ("octets", "format", "signed", "cause"),
    [
        ("FFFFFFFF", "XXXXXX.XX", False, reading.NO_DATA),
        ("FFFF", "XXX.X", True, reading.NO_DATA),
        ("0A000000", "XXXXXX.XX", False, reading.BAD_DIGITS),
        ("00000081", "XXXXXX.XX", False, None),
        ("000000F1", "XXXXXX.XX", True, None),
        ("000000F1", "XXXXXX.XX", False, reading.BAD_DIGITS),
        ("0000", "XXXXXX.XX", False, reading.SHORT),
    ],
)
def test_what_is_no_number_never_becomes_one(octets: str, format: str, signed: bool, cause: str | None) -> None:
    form = parse_format(format, signed=signed)
    if cause is None:
        assert bcd.value_of(bytes.fromhex(octets), form).is_finite()
        return
    with pytest.raises(BadContent, match=cause):
        bcd.value_of(bytes.fromhex(octets), form)


def test_where_counters_start_again() -> None:
    assert parse_format("XXXXXX.XX").modulus == 1_000_000
    assert parse_format("XXXXXX.XX", signed=True).modulus == 800_000


def test_error_words_have_several_bits() -> None:
    assert dlt645.error_text(b"\x06") == "06 no such data, wrong password or not authorised"
    assert dlt645.error_text(b"") == "no error word"


addresses = st.text("0123456789A", min_size=12, max_size=12)


@given(addresses, st.integers(0, 255), st.binary(max_size=200), st.integers(0, 8), st.binary(max_size=12))
def test_round_trip(address: str, control: int, data: bytes, preamble: int, noise: bytes) -> None:
    octets = dlt645.encode(address, control, data, preamble)
    assert only(octets) == Frame(address, control, data)
    found = [each.frame for each in dlt645.scan(noise.replace(b"\x68", b"") + octets)]
    assert Frame(address, control, data) in found


@given(st.binary(max_size=400))
def test_no_octets_crash_the_search(octets: bytes) -> None:
    for found in dlt645.scan(octets):
        assert 0 <= found.start < found.end <= len(octets)


@given(st.text("0123456789ABCDEF", min_size=8, max_size=8) | st.text("0123456789ABCDEF", min_size=4, max_size=4))
def test_any_identifier_is_looked_up(identifier: str) -> None:
    item = items.item(identifier)
    assert item is None or not item.format or item.form().width
    assert items.to_1997(identifier) == "" or len(items.to_1997(identifier)) == 4
    items.members(identifier, 100)


forms = st.builds(Format, st.integers(1, 8), st.integers(0, 4), st.booleans()).filter(
    lambda form: (form.whole + form.decimals) % 2 == 0
)


@given(forms, st.data())
def test_digits_go_round(form: Format, data: st.DataObject) -> None:
    most = int(form.modulus / form.step) - 1
    number = data.draw(st.integers(-most if form.signed else 0, most))
    value = Decimal(number) * form.step
    octets = bcd.octets_of(value, form)
    if form.signed or octets != b"\xff" * form.width:
        assert bcd.value_of(octets, form) == value
        assert str(abs(bcd.value_of(octets, form))) == format(abs(Decimal(number)) * form.step, "f")


@given(st.binary(max_size=10), forms)
def test_any_octets_are_a_number_or_a_cause(octets: bytes, form: Format) -> None:
    try:
        assert abs(bcd.value_of(octets, form)) < form.modulus
    except BadContent as error:
        assert str(error)
