"""Frames explained: the vectors of the facts, what is wrong by name, and any input at all."""

from __future__ import annotations

import json

import msgspec
import pytest
from hj212_vectors import N1, N2, V5, V7, V15, VECTORS
from hypothesis import given
from hypothesis import strategies as st

from simulators.explain import centres
from simulators.explain.centres import explain_hj212, explain_modbus, main, render_text


@pytest.mark.parametrize("name", VECTORS)
def test_a_right_hj212_frame_has_nothing_wrong(name: str) -> None:
    for shape in (
        VECTORS[name],
        VECTORS[name].encode(),
        VECTORS[name].replace("\r\n", "\\r\\n"),
        VECTORS[name].strip(),
    ):
        explained = explain_hj212(shape)
        assert explained.exact
        assert explained.check_found == explained.check_expected == VECTORS[name].strip()[-4:]
        assert "nothing wrong" in render_text(explained)


@pytest.mark.parametrize(
    ("frame", "fault", "sound"),
    [
        (V5, "pw-not-6", True),
        (V7, "datatime-17-digits", True),
        (V15, "crc-lower-case", True),
        (N1, "crc-modbus", False),
        (N2, "crc-stale", False),
        (VECTORS["V2"].replace("4400", "44"), "crc-wrong", False),
        (VECTORS["V2"].replace("4400", "4401"), "crc-stale", False),
        (VECTORS["V2"].replace("4400", "4402"), "crc-foreign", False),
        (VECTORS["V2"][:60], "crc-missing", False),
    ],
)
def test_what_is_wrong_with_an_hj212_frame_is_named(frame: str, fault: str, sound: bool) -> None:
    explained = explain_hj212(frame)
    assert fault in [each.name for each in explained.faults]
    assert explained.sound is sound
    assert not explained.exact


def test_the_modbus_check_word_is_told_from_the_right_one() -> None:
    explained = explain_hj212(N1)
    assert (explained.check_found, explained.check_expected) == ("ED94", "A441")
    assert "CRC-16/MODBUS" in render_text(explained)


def test_the_fields_are_explained() -> None:
    parts = {part.name: part for part in explain_hj212(VECTORS["V11a"]).fields}
    assert parts["CN"].meaning == "hour data"
    assert parts["Flag"].meaning == "edition 2017, answer wanted, split"
    assert parts["w00000-Cou"].value == "63.0"
    assert parts["w00000-Flag"].meaning_zh == "正常"
    assert (parts["PNUM"].value, parts["PNO"].value) == ("2", "1")
    assert {part.name: part.meaning for part in explain_hj212(VECTORS["V3a"]).fields}["QnRtn"] == "will be executed"


def test_more_than_one_frame_and_no_frame_are_said() -> None:
    several = explain_hj212("xx" + VECTORS["V1"] + VECTORS["V2"])
    assert several.title.startswith("CN=1062")
    assert next(part for part in several.fields if part.name == "besides").meaning == "1 more frames, 2 octets of junk"
    bare = explain_hj212(VECTORS["V1"][6:-6])
    assert not bare.sound
    assert bare.check_expected == "1C80"
    assert explain_hj212(b"").faults[0].name == "frame-missing"
    assert explain_hj212(VECTORS["V1"].encode()[:70]).faults[0].name == "frame-missing"


MODBUS = [
    ("MB-1", "01 04 00 00 00 02 71 CB", "request: read input registers"),
    ("MB-1 answer", "01 04 04 43 67 AF 55 E2 10", "answer: read input registers"),
    ("MB-2", "01 04 00 08 00 02 F0 09", "request: read input registers"),
    ("MB-2 answer", "01 04 04 40 88 FA 31 ED 1A", "answer: read input registers"),
    ("MB-3", "01 03 4A 38 00 02 53 DE", "request: read holding registers"),
    ("MB-3 answer", "01 03 04 00 00 00 00 FA 33", "answer: read holding registers"),
    ("MB-4", "01 03 02 08 D9 7E 1E", "answer: read holding registers"),
    ("MB-5", "01 02 00 00 00 06 F8 08", "request: read discrete inputs"),
    ("MB-5 answer", "01 02 01 00 A1 88", "answer: read discrete inputs"),
    ("exception", "01 83 02 C0 F1", "exception: read holding registers"),
    ("tcp", "0001 0000 0006 03 04 0156 0002", "request: read input registers"),
    ("tcp answer", "00010000000703040448B434C0", "answer: read input registers"),
    ("tcp exception", "0x00:05:00:00:00:03:02:83:02", "exception: read holding registers"),
]


@pytest.mark.parametrize(("name", "frame", "title"), MODBUS)
def test_right_modbus_frames(name: str, frame: str, title: str) -> None:
    explained = explain_modbus(frame)
    assert explained.title.startswith(title)
    assert explained.exact
    assert explained.protocol == ("Modbus TCP" if name.startswith("tcp") else "Modbus RTU")


def test_registers_are_shown_in_every_order() -> None:
    parts = {part.name: part.meaning for part in explain_modbus("01 04 04 43 67 AF 55 E2 10").fields}
    assert parts["as ABCD"].startswith("f32 231.68")
    assert parts["register 0"] == "17255"
    assert explain_modbus("01 03 02 08 D9 7E 1E").fields[3].meaning == "2265"


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        ("zz", "not-hex"),
        ("01 0", "not-hex"),
        ("", "not-hex"),
        ("01 04", "too-short"),
        ("01 04 00 00 00 02 CB 71", "crc-swapped"),
        ("01 04 00 00 00 02 00 00", "crc-wrong"),
        ("01 03 4A 38 00 02", "crc-missing"),
        ("0001 0001 0006 03 04 0156 0002", "protocol-id"),
        ("0001 0000 0007 03 04 0156 0002", "length-wrong"),
        ("0001 0000 0006 03 04 0156 007E", "quantity"),
        ("0001 0000 0006 03 04 FFFF 0002", "address"),
        ("0001 0000 0003 03 04 01", "shape"),
        ("0001 0000 0007 03 04 05 48B434C0", "byte-count"),
    ],
)
def test_what_is_wrong_with_a_modbus_frame_is_named(frame: str, fault: str) -> None:
    explained = explain_modbus(frame)
    assert fault in [each.name for each in explained.faults]
    assert not explained.sound


def test_an_rtu_check_word_is_expected_in_its_order_on_the_wire() -> None:
    explained = explain_modbus("01 04 00 00 00 02 00 00")
    assert (explained.check_found, explained.check_expected) == ("0000", "71CB")


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(bytes.hex)))
def test_nothing_given_upsets_the_explanations(given_text: str) -> None:
    render_text(explain_modbus(given_text))
    render_text(explain_hj212(given_text))


@given(st.binary(max_size=300))
def test_no_octets_upset_the_explanation(octets: bytes) -> None:
    render_text(explain_hj212(octets))


def test_the_explanation_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("hj212", N1, as_json=True) == 1
    shown = json.loads(capsys.readouterr().out)
    assert shown["check_expected"] == "A441"
    assert {each["name"] for each in shown["faults"]} >= {"crc-modbus"}
    assert msgspec.json.decode(msgspec.json.encode(shown), type=centres.Explanation) == explain_hj212(N1)
    assert main("modbus", "01 03 02 08 D9 7E 1E") == 0
    assert "check word" in capsys.readouterr().out
