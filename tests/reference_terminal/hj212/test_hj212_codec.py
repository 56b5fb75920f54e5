"""The terminal's HJ 212 codec against the vectors of the facts, damaged streams and arbitrary octets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_terminal.hj212 import crc, frame, message
from reference_terminal.hj212.frame import Decoder, Frame, Refused

MN = "010000A8900016F000169DC0"
V1 = f"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN={MN};Flag=5;CP=&&RtdInterval=30&&1C80\r\n"
V2 = f"##0101QN=20160801085857223;ST=32;CN=1062;PW=123456;MN={MN};Flag=5;CP=&&RtdInterval=30&&4400\r\n"
V3 = [
    f"##0094QN=20160801085857223;ST=91;CN=9011;PW=123456;MN={MN};Flag=4;CP=&&QnRtn=1&&1B00\r\n",
    f"##0095QN=20160801085857223;ST=91;CN=9012;PW=123456;MN={MN};Flag=4;CP=&&ExeRtn=1&&6240\r\n",
    f"##0087QN=20160801085857223;ST=91;CN=9013;PW=123456;MN={MN};Flag=4;CP=&&&&2A80\r\n",
    f"##0087QN=20160801085857223;ST=91;CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&3240\r\n",
]
V4 = (
    f"##0125QN=20160801085857223;ST=32;CN=1012;PW=123456;MN={MN};Flag=5;"
    "CP=&&PolId=w01018;SystemTime=20160801085857&&0880\r\n"
)
V5 = (
    "##0285QN=20190925181031464;ST=22;CN=2061;PW=BF470F88957588DE902D1A52;MN=Z13401000010301;Flag=5;"
    "CP=&&DataTime=20190924220000;a34006-Avg=2.69700,a34006-Flag=N;a34007-Avg=7.96600,a34007-Flag=N;"
    "a34048-Avg=3.30600,a34048-Flag=N;a34047-Avg=7.35700,a34047-Flag=N;a34049-Avg=10.66300,a34049-Flag=N&&C181\r\n"
)
V7 = (
    "##0139ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817000;B01-Rtd=36.91;"
    "011-Rtd=231.0,011-Flag=N;060-Rtd=1.803,060-Flag=N&&4980\r\n"
)
V9 = (
    f"##0152QN=20160801085857223;ST=32;CN=3020;PW=123456;MN={MN};Flag=5;"
    "CP=&&DataTime=20100301145000;PolId=w01018;i11001-Info=//清洗管路//&&9741\r\n"
)
V11A = (
    f"##0260QN=20160801085857534;ST=32;CN=2061;PW=123456;MN={MN};Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20160801080000;"
    "w00000-Cou=63.0,w00000-Min=16.4,w00000-Avg=17.5,w00000-Max=20.1,w00000-Flag=N;"
    "w01001-Min=7.1,w01001-Avg=7.5,w01001-Max=7.8,w01001-Flag=N&&D941\r\n"
)
V11B = (
    f"##0201QN=20160801085857535;ST=32;CN=2061;PW=123456;MN={MN};Flag=7;PNUM=2;PNO=2;CP=&&DataTime=20160801080000;"
    "w01018-Cou=63.0,w01018-Min=40.1,w01018-Avg=40.1,w01018-Max=40.1,w01018-Flag=N&&E2C1\r\n"
)
V12A = (
    f"##0140QN=20250301101500001;ST=31;CN=2011;PW=123456;MN={MN};Flag=5;"
    "CP=&&DataTime=20250301101500;a05001-Rtd=11.1,a05001-Flag=N&&4680\r\n"
)
V12B = V12A.replace("11.1", "14.0")
V13 = (
    f"##0328QN=20250301101500001;ST=31;CN=2011;PW=123456;MN={MN};Flag=5;CP=&&DataTime=20250301101500;"
    "a05001-Rtd=235714.286,a05001-Flag=N;a01011-Rtd=12.35,a01011-Flag=N;a01012-Rtd=52.4,a01012-Flag=N;"
    "a01013-Rtd=-0.125,a01013-Flag=N;a01014-Rtd=11.2,a01014-Flag=N;a19001-Rtd=6.5,a19001-Flag=N;"
    "a00000-Rtd=98.7,a00000-Flag=N&&AB41\r\n"
)
V15 = "##0087QN=20201015123632010;ST=91;CN=9014;PW=123456;MN=410183160889201000212505;Flag=4;CP=&&&&f001\r\n"
V17 = f"##0107QN=20160801085857223;ST=32;CN=1000;PW=123456;MN={MN};Flag=5;CP=&&OverTime=5;ReCount=3&&CAC1\r\n"
GOOD = [V1, V2, *V3, V4, V5, V7, V9, V11A, V11B, V12A, V12B, V13, V15, V17]
N1 = (
    "##0137ST=32;CN=2011;PW=123456;MN=C201801010001;Flag=5;CP=&&DataTime=20180611090000;"
    "a34002-Rtd=30.1,a34002-Flag=N;a21026-Rtd=0.5,a21026-Flag=N&&ED94\r\n"
)
N2 = (
    "##0136ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817;B01-Rtd=36.91;"
    "011-Rtd=231.0,011-Flag=N;060-Rtd=1.803,060-Flag=N&&4980\r\n"
)


def frames(found: list[Frame | Refused]) -> list[bytes]:
    return [item.data for item in found if isinstance(item, Frame)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"", 0xFFFF), (b"\0", 0x4040), (b"A", 0x7080), (b"123456789", 0x2F80), (b"##", 0xB381)],
)
def test_crc_of_the_primitive_vectors(data: bytes, expected: int) -> None:
    assert crc.of(data) == expected


@pytest.mark.parametrize("text", GOOD)
def test_good_vectors_are_read(text: str) -> None:
    raw = text.encode()
    found = Decoder().feed(raw)
    assert frames(found) == [raw[6:-6]] and len(found) == 1
    message.parse(found[0].data)


@pytest.mark.parametrize("text", [V1, V2, *V3, V4, V9, V11A, V11B, V12A, V12B, V13, V17, V5])
def test_good_vectors_are_written_octet_by_octet(text: str) -> None:
    raw = text.encode()
    assert frame.encode(message.encode(message.parse(raw[6:-6]))) == raw


@pytest.mark.parametrize("text", [N1, N2, V1.replace("1C80", "1C08")])
def test_negative_vectors_are_refused(text: str) -> None:
    (refused,) = Decoder().feed(text.encode())
    assert isinstance(refused, Refused) and refused.reason == "wrong CRC"


def test_leading_zero_of_the_crc_is_written() -> None:
    assert frame.encode(V2.encode()[6:-6].replace(b"=30", b"=41")).endswith(b"0500\r\n")


@pytest.mark.parametrize("text", GOOD)
def test_octet_by_octet_delivery(text: str) -> None:
    decoder = Decoder()
    found = [item for octet in text.encode() for item in decoder.feed(bytes([octet]))]
    assert frames(found) == [text.encode()[6:-6]] and len(found) == 1


def test_fifty_glued_frames_in_one_segment() -> None:
    assert len(frames(Decoder().feed(V3[3].encode() * 50))) == 50


@pytest.mark.parametrize(
    "prefix",
    [
        b"xx#",
        b"##zzzz",
        b"#",
        b"###",
        b"##81QN=1;",
        b"##0107QN=12",
        b"##9999",
        b"##0095QN=2016",
        b"\r\n",
        b"\xff\x00##",
    ],
)
def test_a_whole_frame_is_found_behind_junk(prefix: bytes) -> None:
    assert frames(Decoder().feed(prefix + V1.encode())) == [V1.encode()[6:-6]]


@pytest.mark.parametrize("length", [b"0107", b"0097", b"9999", b"0000", b"01x1", b"0101"])
def test_the_frame_after_one_with_a_wrong_length_is_found(length: bytes) -> None:
    broken = b"##" + length + V1.encode()[6:].replace(b"1C80", b"1C81")
    assert frames(Decoder().feed(broken + V2.encode())) == [V2.encode()[6:-6]]


@pytest.mark.parametrize("tail", [b"", b"\n", b"\r", b"\r\n"])
def test_line_ends_may_be_missing(tail: bytes) -> None:
    raw = V1.encode()[:-2] + tail
    assert frames(Decoder().feed(raw + raw)) == [raw[6:107]] * 2


def test_a_megabyte_of_hashes_leaves_the_decoder_small_and_working() -> None:
    decoder = Decoder()
    for _ in range(1024):
        decoder.feed(b"#" * 1024)
    assert len(decoder._buffer) < 16  # pyright: ignore[reportPrivateUsage]
    assert frames(decoder.feed(V1.encode())) == [V1.encode()[6:-6]]


def test_an_endless_header_is_bounded_by_the_limit() -> None:
    decoder = Decoder(limit=2000)
    decoder.feed(b"##2000" + b"x" * 1_000_000)
    assert len(decoder._buffer) < 2100  # pyright: ignore[reportPrivateUsage]


def test_the_printed_defects_of_the_standard_are_forgiven() -> None:
    c19 = message.parse(b"QN=1;ST=32;CN=2011;PW=1;MN=2;Flag=5CP=&&DataTime=20160801085857&&")
    assert c19.flag == 5
    c22 = message.parse(b"QN=534,ST=32;CN=2031;PW=1;MN=2;Flag=5;CP=&&BeginTime=20160801000000,EndTime=20160803000000&&")
    assert (c22.qn, c22.st) == ("534", "32")
    assert message.parameters(c22.cp) == {"BeginTime": "20160801000000", "EndTime": "20160803000000"}
    assert message.parameters(" PolId = w01018 ") == {"PolId": "w01018"}
    assert message.parameters("i11001-Info=//a;b,c=d//;X=1") == {"i11001-Info": "//a;b,c=d//", "X": "1"}


@given(st.binary(max_size=400), st.lists(st.integers(1, 40), max_size=20))
def test_no_octets_crash_the_decoder_and_a_frame_after_them_is_found(junk: bytes, cuts: list[int]) -> None:
    decoder = Decoder()
    stream = junk + b"\r\n" + V1.encode() + V2.encode() * 100
    found: list[Frame | Refused] = []
    at = 0
    for cut in cuts:
        found += decoder.feed(stream[at : at + cut])
        at += cut
    found += decoder.feed(stream[at:])
    assert V2.encode()[6:-6] in frames(found)
    for item in found:
        if isinstance(item, Frame):
            try:
                message.parse(item.data)
            except message.Malformed:
                continue


@given(st.binary(max_size=200))
def test_no_octets_crash_the_parser(data: bytes) -> None:
    for candidate in (data, b"CP=&&" + data + b"&&", data + b"CP=&&&&"):
        try:
            parsed = message.parse(candidate)
        except message.Malformed as error:
            assert str(error)
        else:
            message.parameters(parsed.cp)


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="&;,="), max_size=60).map(str.strip)
_WORD = st.text("0123456789ABCDEFabcdef", min_size=1, max_size=24)


@given(_WORD, _WORD, _WORD, st.integers(0, 255), _TEXT, st.none() | st.integers(1, 9999))
def test_round_trip(qn: str, pw: str, mn: str, flag: int, text: str, part: int | None) -> None:
    original = message.Message(qn, "31", "2011", pw, mn, flag, f"Info=//{text}//", part, part)
    (item,) = Decoder().feed(frame.encode(message.encode(original)))
    assert isinstance(item, Frame) and message.parse(item.data) == original


def test_a_cp_has_room_for_950_octets_and_a_segment_for_1024() -> None:
    assert message.cp_room("31", "123456", MN) == 1024 - len("QN=;ST=31;CN=2011;PW=123456;MN=;Flag=7;") - 17 - 24 - len(
        "PNUM=9999;PNO=9999;CP=&&&&"
    )
    assert message.cp_room("31", "1", "1") == 950 - len("CP=&&&&")


@pytest.mark.parametrize(("room", "parts"), [(67, 1), (66, 2), (45, 2), (44, 4)])
def test_split_fills_a_part_to_the_last_octet_and_no_further(room: int, parts: int) -> None:
    # DataTime takes 23 octets, each of the four items 10 (碳 takes 3) and a separator.
    found = message.split("DataTime=20250301101500", ["碳6789012" if n else "c123456789" for n in range(4)], room)
    assert len(found) == parts and max(len(part.encode()) for part in found) <= room


@given(st.lists(st.text("abc1", min_size=1, max_size=120), max_size=60), st.integers(150, 943))
def test_split_keeps_every_item_in_order_within_the_room(items: list[str], room: int) -> None:
    first = "DataTime=20250301101500"
    parts = message.split(first, items, room)
    assert all(len(part.encode()) <= room and part.startswith(first) for part in parts)
    assert [item for part in parts for item in part.split(";")[1:]] == items
    assert all(len(f"CP=&&{part}&&".encode()) <= 950 for part in parts)
