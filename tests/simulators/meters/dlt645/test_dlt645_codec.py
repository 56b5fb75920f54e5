"""DL/T 645 on bytes: the vectors of the facts, what is wrong by name, round trips, and any octets at all."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.explain.centres import main
from simulators.explain.meters import render
from simulators.meters.dlt645.codec import Frame, addressed, decode, encode, flaws
from simulators.meters.dlt645.explain import read_dlt645
from simulators.meters.dlt645.items import items_1997, items_2007, read_values
from simulators.meters.serial.bcd import largest, pack, read_text, unpack, width_of

FE = "FE FE FE FE "
# Name, frame, address, control, identifier, values.
VECTORS: list[tuple[str, str, str, str, str, list[tuple[str, str]]]] = [
    ("645-1", FE + "68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 16", "000000000161", "11", "00010000", []),
    (
        "645-2",
        "68 61 01 00 00 00 00 68 91 08 33 33 34 33 59 33 33 33 8A 16",
        "000000000161",
        "91",
        "00010000",
        [("0.26", "kWh")],
    ),
    (
        "645-3",
        "68 61 01 00 00 00 00 68 91 06 33 34 34 35 34 43 10 16",
        "000000000161",
        "91",
        "02010100",
        [("100.1", "V")],
    ),
    ("645-4", "68 03 20 12 22 20 65 68 11 04 33 33 33 33 8D 16", "652022122003", "11", "00000000", []),
    (
        "645-4 answer",
        "68 03 20 12 22 20 65 68 91 08 33 33 33 33 33 33 33 33 DD 16",
        "652022122003",
        "91",
        "00000000",
        [("0.00", "kWh")],
    ),
    ("645-5", FE + "68 18 20 12 22 20 65 68 11 04 33 32 34 35 A4 16", "652022122018", "11", "0201FF00", []),
    (
        "645-5 answer",
        FE + "68 18 20 12 22 20 65 68 91 0A 33 32 34 35 33 33 33 33 C7 56 13 16",
        "652022122018",
        "91",
        "0201FF00",
        [("0.0", "V"), ("0.0", "V"), ("239.4", "V")],
    ),
    ("645-6", "FE FE FE 68 AA AA AA AA AA AA 68 13 00 DF 16", "AAAAAAAAAAAA", "13", "", []),
    ("645-7", "68 AA AA AA AA AA AA 68 11 04 33 34 34 35 B1 16", "AAAAAAAAAAAA", "11", "02010100", []),
    (
        "645-7 answer",
        "68 AA AA AA AA AA AA 68 91 06 33 34 34 35 33 33 99 16",
        "AAAAAAAAAAAA",
        "91",
        "02010100",
        [("0.0", "V")],
    ),
    ("645-8", "68 90 78 56 34 12 00 68 11 04 33 33 33 33 55 16", "001234567890", "11", "00000000", []),
    ("645-9", "68 78 56 34 12 00 00 68 11 04 33 34 34 35 C9 16", "000012345678", "11", "02010100", []),
    ("645-10", "68 02 00 11 11 24 20 68 11 04 33 33 34 33 1A 16", "202411110002", "11", "00010000", []),
    ("645-11", "68 02 00 11 11 24 20 68 11 04 33 34 34 35 1D 16", "202411110002", "11", "02010100", []),
    ("645-12", FE + "68 78 56 34 12 00 00 68 11 04 33 33 34 33 C6 16", "000012345678", "11", "00010000", []),
    (
        "645-13",
        FE + "68 01 00 00 00 00 00 68 91 09 33 33 34 33 6A 59 33 33 34 95 16",
        "000000000001",
        "91",
        "00010000",
        [("26.37", "kWh")],
    ),
    (
        "645-14",
        FE + "68 01 00 00 00 00 00 68 91 09 33 33 34 33 45 33 33 33 34 4A 16",
        "000000000001",
        "91",
        "00010000",
        [("0.12", "kWh")],
    ),
    (
        "645-15",
        "68 11 11 11 11 11 11 68 08 06 58 73 43 38 39 4A 0D 16",
        "111111111111",
        "08",
        "",
        [("2017-06-05 10:40:25", "")],
    ),
    ("645-16", "68 03 00 00 00 00 00 68 01 02 44 E9 03 16", "000000000003", "01", "B611", []),
    (
        "645-16 answer",
        "68 03 00 00 00 00 00 68 81 04 44 E9 33 34 EC 16",
        "000000000003",
        "81",
        "B611",
        [("100", "V")],
    ),
    ("645-17", "68 54 07 13 00 80 13 68 01 02 43 C3 DA 16", "138000130754", "01", "9010", []),
    (
        "645-17 answer",
        "68 54 07 13 00 80 13 68 81 06 43 C3 34 33 33 33 2B 16",
        "138000130754",
        "81",
        "9010",
        [("0.01", "kWh")],
    ),
    ("645-18", "68 63 01 43 03 00 00 68 01 02 43 C3 83 16", "000003430163", "01", "9010", []),
    ("645-19", "68 99 99 99 99 99 99 68 01 02 53 C3 7F 16", "999999999999", "01", "9020", []),
    (
        "645-19 answer",
        "68 95 32 06 00 00 00 68 81 06 53 C3 33 33 33 33 06 16",
        "000000063295",
        "81",
        "9020",
        [("0.00", "kWh")],
    ),
    ("645-20", "68 67 45 23 01 00 00 68 11 02 44 E9 E0 16", "000001234567", "11", "B611", []),
    (
        "645-21",
        FE + "68 97 39 00 42 18 27 68 81 09 65 F3 CA 6C 33 75 4B 5A 36 BC 16",
        "271842003997",
        "81",
        "C032",
        [("271842003997", "")],
    ),
    ("645-E1", "68 12 90 78 56 34 12 68 D1 01 35 8D 16", "123456789012", "D1", "", [("2", "")]),
    (
        "645-E2",
        "68 12 90 78 56 34 12 68 91 07 33 33 36 35 78 56 B4 71 16",
        "123456789012",
        "91",
        "02030000",
        [("-1.2345", "kW")],
    ),
    (
        "645-E3",
        "68 12 90 78 56 34 12 68 91 0A 33 32 34 35 34 55 CC 54 83 55 70 16",
        "123456789012",
        "91",
        "0201FF00",
        [("220.1", "V"), ("219.9", "V"), ("225.0", "V")],
    ),
    ("645-E4", "68 99 99 99 99 99 99 68 16 04 CC CC CC CC B0 16", "999999999999", "16", "", [("99999999", "")]),
    (
        "645-E5",
        "68 68 68 56 34 68 12 68 91 08 33 33 34 33 AB 89 67 45 EA 16",
        "126834566868",
        "91",
        "00010000",
        [("123456.78", "kWh")],
    ),
    (
        "645-E6",
        "68 16 10 78 56 34 12 68 91 08 33 33 34 33 AB 89 67 45 50 16",
        "123456781016",
        "91",
        "00010000",
        [("123456.78", "kWh")],
    ),
    (
        "645-E7",
        "68 98 50 00 00 00 00 68 91 08 33 33 34 33 AB 89 67 45 FE 16",
        "000000005098",
        "91",
        "00010000",
        [("123456.78", "kWh")],
    ),
]


@pytest.mark.parametrize(("name", "frame", "address", "control", "identifier", "values"), VECTORS)
def test_vectors_of_the_facts(
    name: str, frame: str, address: str, control: str, identifier: str, values: list[tuple[str, str]]
) -> None:
    reading = read_dlt645(frame)
    decoded = reading.decoded
    assert decoded.valid, name
    assert not decoded.errors
    assert (decoded.address, decoded.control, decoded.data_identifier) == (address, control, identifier)
    assert [(each.value, each.unit) for each in decoded.values] == values
    old = control in ("01", "81") or name == "645-20"
    assert decoded.protocol == ("DL/T 645-1997" if old else "DL/T 645-2007")
    octets = bytes.fromhex(frame)
    body = octets.lstrip(b"\xfe")
    assert encode(decode(body, len(octets) - len(body))) == octets
    assert "nothing wrong" in render(reading)


@pytest.mark.parametrize("name", ["645-13", "645-14", "645-21"])
def test_octets_beyond_a_value_are_remarked_and_let_pass(name: str) -> None:
    frame = next(each[1] for each in VECTORS if each[0] == name)
    assert any("beyond the values" in remark for remark in read_dlt645(frame).remarks)


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        # 645-22: the check octet as printed; 645-23: an address of five octets.
        ("68 75 67 12 66 88 00 68 91 08 33 33 34 33 A4 56 79 38 F5 16", "expected check octet BD, got F5"),
        ("FE 68 95 32 06 00 00 68 11 04 33 33 34 33 7F 16", "expected the second 68"),
        ("68 61 01 00 00 00 00 68 91 08 33 33 34 33 59 33 33 33 8A 17", "expected the end 16, got 17"),
        ("68 61 01 00 00 00 00 68 91 08 33 33 34 33 59 33 33 33 8A 16 16", "1 octets follow"),
        ("68 61 01 00 00 00 00 68 91 08 33 33 34 33 59", "the length octet says 8: 20 octets, 15 are there"),
        ("61 01 00 00 00 00 68 91 08 33 33 34 33", "68 is expected first"),
        ("68 61", "at least 12 octets"),
        ("FE FE", "there is no frame"),
        ("6", "got 1 digits; one is missing or too many"),
        ("681x", "expected pairs of hex digits, got 'x'"),
        ("", "no octets are given"),
    ],
)
def test_what_is_wrong_is_said(frame: str, error: str) -> None:
    decoded = read_dlt645(frame).decoded
    assert not decoded.valid
    assert any(error in each for each in decoded.errors)


def test_the_value_of_645_22_is_still_shown() -> None:
    decoded = read_dlt645("68 75 67 12 66 88 00 68 91 08 33 33 34 33 A4 56 79 38 F5 16").decoded
    assert [each.value for each in decoded.values] == ["54623.71"]


def test_the_json_has_the_agreed_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("dlt645", "68 12 90 78 56 34 12 68 91 07 33 33 36 35 78 56 B4 71 16", as_json=True) == 0
    shown = json.loads(capsys.readouterr().out)
    assert list(shown) == ["protocol", "valid", "errors", "address", "control", "data_identifier", "values"]
    assert shown["values"] == [{"name": "active power total", "value": "-1.2345", "unit": "kW"}]
    assert main("dlt645", "68") == 1
    assert "fatal" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("identifier", "data", "values"),
    [
        ("0001FF00", "78563412 01000000 02000000", ["123456.78", "0.01", "0.02"]),
        ("000100FF", "01000000 FFFFFFFF", ["0.01", ""]),
        ("00000000", "78563492", ["-123456.78"]),
        ("00010000", "78563492", ["923456.78"]),
        ("01010000", "452301 3012010226", ["1.2345", "2602011230"]),
        ("02020100", "563492", ["-123.456"]),
        ("02060000", "0090", ["-1.000"]),
        ("02800002", "0150", ["50.01"]),
        ("028000FF", "000000 0050", ["0.000", "50.00"]),
        ("020A0101", "1200", ["0.12"]),
        ("020A01FF", "12001300", ["0.12", "0.13"]),
        ("04000101", "06210626", ["26062106"]),
        ("04000401", "905634127800", ["007812345690"]),
        ("04000404", "000056303232", ["220V"]),
        ("04000501", "1000", ["0010"]),
        ("040005FF", "10000000", ["0010", "0000"]),
        ("05060001", "0000010326", ["2603010000"]),
        ("05060101", "0100000002000000", ["0.01", "0.02"]),
        ("05060901", "4523013012010226", ["1.2345", "2602011230"]),
        ("05061001", "452381" * 8, ["-1.2345"] * 8),
        ("0504FF01", "0000010326" + "01000000" * 2, ["2603010000", "0.01", "0.01"]),
        ("00150000", "01000000", ["0.01"]),
        ("00FF0000", "01000000", []),
        ("09000000", "01", []),
    ],
)
def test_identifiers_of_2007(identifier: str, data: str, values: list[str]) -> None:
    octets = bytes.fromhex(data)
    assert [each.value for each in read_values(items_2007(identifier, len(octets)), octets)[0]] == values


@pytest.mark.parametrize(
    ("identifier", "data", "values"),
    [
        ("901F", "01000000 02000000", ["0.01", "0.02"]),
        ("9410", "01000000", ["0.01"]),
        ("A010", "452301", ["1.2345"]),
        ("B010", "30120102", ["02011230"]),
        ("B61F", "2002 2102 2202", ["220", "221", "222"]),
        ("B621", "3412", ["12.34"]),
        ("B630", "452301", ["1.2345"]),
        ("B650", "0010", ["1.000"]),
        ("C011", "301512", ["121530"]),
        ("9C10", "00", []),
        ("B610", "00", []),
    ],
)
def test_identifiers_of_1997(identifier: str, data: str, values: list[str]) -> None:
    octets = bytes.fromhex(data)
    assert [each.value for each in read_values(items_1997(identifier, len(octets)), octets)[0]] == values


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("123456789012", True),
        ("AAAAAAAAAAAA", True),
        ("AAAA56789012", True),
        ("AAA456789012", True),
        ("AAA356789012", False),
        ("12345678901A", False),
        ("999999999999", False),
    ],
)
def test_abbreviated_addresses(asked: str, meant: bool) -> None:
    assert addressed(asked, "123456789012") is meant


@given(
    st.text(string.digits, min_size=12, max_size=12),
    st.integers(0, 255),
    st.binary(max_size=255),
    st.integers(0, 8),
)
def test_frames_make_the_round_trip(address: str, control: int, data: bytes, preamble: int) -> None:
    frame = Frame(address, control, data, preamble)
    octets = encode(frame)
    assert not flaws(octets[preamble:])
    assert decode(octets[preamble:], preamble) == frame
    assert read_dlt645(octets.hex()).decoded.valid


@given(st.one_of(st.text(max_size=100), st.binary(max_size=300).map(bytes.hex)))
def test_nothing_given_upsets_the_explanation(given_text: str) -> None:
    render(read_dlt645(given_text))


@given(st.binary(min_size=4, max_size=4), st.binary(max_size=60), st.integers(0, 255))
def test_no_identifier_and_no_data_upset_the_explanation(identifier: bytes, data: bytes, control: int) -> None:
    render(read_dlt645(encode(Frame("000000000001", control, identifier + data)).hex()))


@given(st.sampled_from(["XXXXXX.XX", "XXX.X", "XX.XXXX", "X.XXX", "XXX"]), st.booleans(), st.data())
def test_numbers_make_the_round_trip(layout: str, signed: bool, data: st.DataObject) -> None:
    width = width_of(layout)
    most = largest(width, signed=signed)
    raw = data.draw(st.integers(-most if signed else 0, most))
    octets = pack(raw, width, signed=signed)
    assert len(octets) == width
    assert unpack(octets, signed=signed) == raw
    assert read_text(b"\xff" * width, layout, signed=signed) is None
