"""HJ 212 frames: the vectors of the standard and of the field, every deviation by name, and any octets at all."""

from __future__ import annotations

import random

import pytest
from hj212_vectors import N1, N2, V5, V7, V15, VECTORS, M, Q
from hypothesis import given
from hypothesis import strategies as st

from simulators.centres.hj212.codec import (
    FATAL,
    FAULTS,
    Frame,
    Junk,
    Packet,
    Splitter,
    check_word,
    encode,
    encode_data,
    encode_frame,
    modbus_check,
    parse_data,
    valid_stamp,
)


def split(octets: bytes) -> list[Frame | Junk]:
    splitter = Splitter()
    return [*splitter.feed(octets), *splitter.flush(final=True)]


def only(octets: bytes) -> Frame:
    found = split(octets)
    assert len(found) == 1, found
    assert isinstance(found[0], Frame)
    return found[0]


def names(octets: bytes) -> set[str]:
    frame = only(octets)
    return {*frame.faults, *parse_data(frame.data)[1]}


@pytest.mark.parametrize(
    ("octets", "right", "modbus"),
    [
        (b"", 0xFFFF, 0xFFFF),
        (b"\0", 0x4040, 0x40BF),
        (b"A", 0x7080, 0x707F),
        (b"123456789", 0x2F80, 0x4B37),
        (b"##", 0xB381, 0x5959),
    ],
)
def test_the_check_word_is_that_of_annex_a_and_not_modbus(octets: bytes, right: int, modbus: int) -> None:
    assert check_word(octets) == right
    assert modbus_check(octets) == modbus


@pytest.mark.parametrize("name", VECTORS)
def test_right_frames_are_read_without_a_word(name: str) -> None:
    assert names(VECTORS[name].encode()) == set()


@pytest.mark.parametrize("name", VECTORS)
def test_right_frames_are_built_to_the_octet(name: str) -> None:
    octets = VECTORS[name].encode()
    packet, _ = parse_data(only(octets).data)
    assert encode(packet) == octets


def test_a_leading_zero_of_the_check_word_is_written() -> None:
    data = f"{Q}ST=32;CN=1062;PW=123456;{M}Flag=5;CP=&&RtdInterval=41&&".encode()
    assert encode_frame(data).endswith(b"&&0500\r\n")


def test_length_counts_octets_not_characters() -> None:
    octets = VECTORS["V9"].encode()
    assert only(octets).length == "0152"
    assert names(octets.replace(b"##0152", b"##0144")) == {"len-in-characters"}
    gbk = VECTORS["V9"].encode("gbk").replace(b"##0152", b"##0148").replace(b"9741", b"DEC1")
    assert "not-utf8" in names(gbk)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (V5, {"pw-not-6", "mn-not-24-hex"}),
        (V7, {"qn-missing", "flag-missing", "mn-not-24-hex", "datatime-17-digits"}),
        (V15, {"crc-lower-case"}),
        (N1, {"crc-modbus", "qn-missing", "mn-not-24-hex"}),
        (N2, {"crc-stale", "qn-missing", "flag-missing", "mn-not-24-hex"}),
        (VECTORS["V1"].replace("1C80", "1C08"), {"crc-foreign"}),
        (VECTORS["V4"].replace("0880", "880"), {"crc-unpadded"}),
        (VECTORS["V2"].replace("4400", "0044"), {"crc-swapped"}),
        (VECTORS["V2"].replace("&&4400", "&&"), {"crc-missing"}),
        (VECTORS["V2"].replace("##0101", "##0107"), {"len+6"}),
        (VECTORS["V2"].replace("##0101", "##0097"), {"len-wrong"}),
        (VECTORS["V2"].replace("##0101", "##101"), {"len-not-4-digits"}),
        (VECTORS["V2"].replace("##0101", "##9999"), {"len-wrong"}),
        (VECTORS["V2"][:-1], {"tail-cr-only"}),
        (VECTORS["V2"][:-2], {"tail-missing"}),
        (VECTORS["V2"][:-2] + "\n", {"tail-lf-only"}),
    ],
)
def test_deviations_of_the_frame_are_named(octets: str, expected: set[str]) -> None:
    assert names(octets.encode()) == expected


def framed(data: str) -> bytes:
    return encode_frame(data.encode())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (f"{Q}ST=32;CN=2011;PW=123456;{M}CP=&&DataTime=20160801085857&&;Flag=0", {"flag-after-cp", "flag-2005"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5CP=&&DataTime=20160801085857&&", {"separator-missing"}),
        (f"{Q[:-1]},ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&&&", {"separator-comma"}),
        (
            f"{Q}ST=32;CN=2061;PW=123456;{M}Flag=5;CP=&&BeginTime=20160801080000,EndTime=20160801080000&&",
            {"separator-comma"},
        ),
        (f"{Q}ST=32;CN=1011;PW=123456;{M}Flag=5;CP=&& PolId=w01018&&", {"blank"}),
        (f"{Q}ST=91;CN=9013;PW=123456;{M}Flag=4;CP=&& &&", {"blank"}),
        (f"{Q}ST=32;CN=1000;PW=123456;{M}Flag=5;CP=&&Overtime=5;ReCount=3&&", {"name-case"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&DataTime=20160801085857;a05001-Rtd=1.5", {"cp-unclosed"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5", {"cp-missing"}),
        (f"QN=;ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&&&", {"qn-empty"}),
        (f"QN=1617937097417;ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&&&", {"qn-13-digits"}),
        (f"QN=20161301085857223;ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&&&", {"qn-invalid"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=7;PNO=2;PNUM=2;CP=&&&&", {"pno-before-pnum"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=7;PNUM=0002;PNO=0002;CP=&&&&", {"pno-padded"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5;PNUM=2;PNO=1;CP=&&&&", {"pno-without-flag"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=7;CP=&&&&", {"pnum-missing"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=7;PNUM=2;PNO=3;CP=&&&&", {"pno-beyond-pnum"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=7;PNUM=x;PNO=3;CP=&&&&", {"pnum-invalid"}),
        (f"{Q}ST=T;CN=2011;PW=123456;{M}Flag=5;CP=&&&&", {"st-invalid"}),
        (f"{Q}ST=32;CN=20111;PW=123456;{M}Flag=5;CP=&&&&", {"cn-invalid"}),
        (f"{Q}ST=32;PW=123456;{M}Flag=5;CP=&&&&", {"cn-missing"}),
        (f"{Q}ST=32;CN=2011;PW=123456;Flag=5;CP=&&&&", {"mn-missing"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=256;CP=&&&&", {"flag-invalid"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=9;CP=&&&&", {"flag-2025"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=61;CP=&&&&", {"flag-version"}),
        (f"ST=32;{Q}CN=2011;PW=123456;{M}Flag=5;CP=&&&&", {"head-order"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5;XX=1;CP=&&&&", {"head-unknown"}),
        (f"{Q}ST=32;ST=31;CN=2011;PW=123456;{M}Flag=5;CP=&&&&", {"head-repeated"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&DataTime=20160230000000&&", {"datatime-invalid"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&a-Rtd=1e5,a-Flag=N&&", {"value-invalid"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&a-Rtd=235.29275083383212345,a-Flag=N&&", {"value-too-long"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&a-Rtd=1,a-Flag=X&&", {"data-flag-unknown"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&a-Rtd=1;a-Rtd=2&&", {"item-repeated"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&a-Rtd=1;&&", {"item-empty"}),
        (f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&nonsense&&", {"item-invalid"}),
        (
            f"{Q}ST=32;CN=2011;PW=123456;{M}Flag=5;CP=&&" + ";".join(f"a{n:05}-Rtd=1.0" for n in range(70)) + "&&",
            {"cp-over-950", "data-over-1024"},
        ),
    ],
)
def test_deviations_of_the_data_are_named(data: str, expected: set[str]) -> None:
    assert names(framed(data)) == expected


def test_every_deviation_has_words_and_the_fatal_ones_are_among_them() -> None:
    assert set(FAULTS) >= FATAL
    assert all(english and chinese for english, chinese in FAULTS.values())


def test_log_text_may_hold_separators() -> None:
    data = f"{Q}ST=32;CN=3020;PW=123456;{M}Flag=5;CP=&&PolId=a;i11001-Info=//a=1;b,c//;i12001-Info=1&&"
    packet, faults = parse_data(data.encode())
    assert faults == ()
    assert packet.field("i11001-Info") == "//a=1;b,c//"
    assert packet.field("i12001-Info") == "1"


# The stream.

GOOD = VECTORS["V2"].encode()


def frames(found: list[Frame | Junk]) -> list[bytes]:
    return [each.data for each in found if isinstance(each, Frame)]


DATA = only(GOOD).data


@pytest.mark.parametrize(
    "noise",
    [
        b"#",
        b"xx#",
        b"##zzzz",
        b"##zz##",
        b"###",
        b"\r\n\r\n",
        b"##9999",
        b"##0101",
        b"##01",
        b"##0005QN=1\r\n",
        GOOD[:40],
        GOOD[:-3],
        GOOD[:40] + b"\r\n",
        GOOD.replace(b"##0101", b"##0300"),
        GOOD.replace(b"4400", b"4401"),
        bytes(range(256)),
        "乱码".encode("gbk"),
    ],
)
def test_a_whole_frame_is_never_lost_behind_noise(noise: bytes) -> None:
    for pieces in ([noise + GOOD + GOOD], [noise, GOOD, GOOD], [bytes([octet]) for octet in noise + GOOD + GOOD]):
        splitter = Splitter()
        found = [each for piece in pieces for each in splitter.feed(piece)]
        assert frames(found)[-2:] == [DATA, DATA]
        assert not splitter.pending


@given(st.lists(st.sampled_from([v.encode() for v in VECTORS.values()]), min_size=1, max_size=6), st.data())
def test_any_cutting_of_a_stream_gives_the_same_frames(sent: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    splitter = Splitter()
    found: list[Frame | Junk] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += splitter.feed(stream[start:end])
    assert [each.octets for each in found] == sent


@given(st.binary(max_size=400))
def test_no_octets_at_all_upset_the_receiver(octets: bytes) -> None:
    for each in split(octets):
        if isinstance(each, Frame):
            parse_data(each.data)


@given(
    st.lists(st.sampled_from([b"##", b"0101", b"#", b"9999", DATA, b"4400", b"\r", b"\n", b"&&", b"12"]), max_size=20)
)
def test_no_octet_is_forgotten(pieces: list[bytes]) -> None:
    octets = b"".join(pieces)
    found = split(octets)
    counted = sum(len(each.octets) if isinstance(each, Frame) else each.count for each in found)
    # Only line ends that follow a frame given early may pass unmentioned.
    assert len(octets) - counted in range(3)


text = st.text(
    st.characters(codec="utf-8", exclude_characters=";,=&#/ \r\n\t", exclude_categories=["Cc", "Zs", "Cs"]),
    min_size=1,
    max_size=8,
)


@given(st.lists(st.lists(st.tuples(text, text), min_size=1, max_size=3), max_size=6), st.integers(4, 7))
def test_what_is_built_is_read_back(items: list[list[tuple[str, str]]], flag: int) -> None:
    seen: set[str] = set()
    cp: list[tuple[tuple[str, str], ...]] = []
    for number, fields in enumerate(items):
        named = tuple(
            (f"x{number}{index}{name}-Rtd", value.strip() or "0") for index, (name, value) in enumerate(fields)
        )
        seen.update(name for name, _ in named)
        cp.append(named)
    packet = Packet(
        qn="20160801085857223",
        st="31",
        cn="2011",
        pw="123456",
        mn="010000A8900016F000169DC0",
        flag=flag,
        pnum=2 if flag & 2 else 0,
        pno=1 if flag & 2 else 0,
        cp=tuple(cp),
    )
    back, _ = parse_data(encode_data(packet))
    assert back == packet
    assert only(encode(packet)).data == encode_data(packet)


@pytest.mark.parametrize("octets", [b"#", b"##1", b"##0101", b"##9999a", b"\r\n", b"##0101QN=1\r\n", b"&&", b"\xff"])
def test_a_megabyte_of_anything_is_survived_in_bounded_memory(octets: bytes) -> None:
    splitter = Splitter()
    stream = octets * (1_000_000 // len(octets))
    for start in range(0, len(stream), 65536):
        splitter.feed(stream[start : start + 65536])
        assert len(splitter._octets) < 80_000
    found = splitter.feed(b"\r\n" + GOOD)
    assert frames(found)[-1:] == [DATA]


def test_a_frame_without_its_tail_is_given_when_nothing_follows() -> None:
    splitter = Splitter()
    assert splitter.feed(GOOD[:-2]) == []
    found = splitter.flush(final=False)
    assert frames(found) == [DATA]
    assert [each.octets for each in splitter.feed(b"\r\n" + GOOD)] == [GOOD]


def test_half_a_frame_is_kept_until_the_stream_ends() -> None:
    splitter = Splitter()
    splitter.feed(GOOD[:50])
    assert splitter.flush(final=False) == []
    ended = splitter.flush(final=True)
    assert [type(each) for each in ended] == [Junk]


@pytest.mark.parametrize(
    ("stamp", "right"),
    [
        ("20240229235959", True),
        ("20230229000000", False),
        ("20231301000000", False),
        ("20231201240000", False),
        ("2023120100000", False),
        ("2023120100000x", False),
        ("00000101000000", False),
    ],
)
def test_stamps(stamp: str, right: bool) -> None:
    assert valid_stamp(stamp) is right


def test_eight_steps_of_the_check_word_leave_the_high_octet_as_it_was() -> None:
    step = [_one_step(octet) >> 8 for octet in range(256)]
    assert all(step[a ^ b] == step[a] ^ step[b] for a in range(256) for b in range(256))
    for octet in range(256):
        high = octet
        for _ in range(8):
            high = step[high]
        assert high == octet


def _one_step(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


@pytest.mark.parametrize("length", [*range(1, 35), 199, 200, 201, 255, 256, 257, 1024, 9999, 65_536, 65_537])
def test_texts_of_any_length_have_the_same_check_word_as_octet_by_octet(length: int) -> None:
    data = random.Random(length).randbytes(length)
    register = 0xFFFF
    for octet in data:
        register = _one_step((register >> 8) ^ octet)
    assert check_word(data) == register
