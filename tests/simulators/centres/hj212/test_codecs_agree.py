"""HJ 212 read twice: the bench's sound route against its close look, and the bench's codec against the terminal's.

The two codecs are written apart from the same standard. Both read the same octets, sound, deviating and mutated; they
must take the same packets and see the same fields, or differ in a way that has a name here.
"""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_terminal.hj212 import frame as terminal_frame
from reference_terminal.hj212 import message as terminal_message
from simulators.centres.hj212 import codec
from simulators.centres.hj212.codec import FATAL, Frame, Junk, Packet, Splitter, encode, encode_frame, parse_data

# Data segments: each field as it should be most of the time, and otherwise in one of the ways seen in the field.

_HEADS = {
    "QN": ["20260302001500001", "20260302001500001", "20260302001500001", "1772380800123", "", "2026030200150000x"],
    "ST": ["31", "31", "31", "91", "3", "", "é"],
    "CN": ["2051", "2011", "9014", "3020", "205", "", "20 51"],
    "PW": ["123456", "123456", "12345", "", "12/456", "12=456"],
    "MN": ["010000A8900016F000169DC0", "010000A8900016F000169DC0", "010000a8900016f000169dc0", "Z1340", "", "站"],
    "Flag": ["5", "4", "7", "0", "9", "12", "256", "x", "05", ""],
    "PNUM": ["2", "1", "02", "0", "10000", "x", ""],
    "PNO": ["1", "2", "3", "01", "0", ""],
}
_NAMES = ["k01001-Cou", "k01001-Rtd", "k01001-Flag", "DataTime", "QnRtn", "datatime", "PolId", "i11001-Info", "x", ""]
_VALUES = [
    "1.10",
    "-0",
    "N",
    "Z",
    "20260302001500",
    "20260230001500",
    "1",
    "",
    "12345678901234567890",
    "//a;b//",
    "管路",
]


@st.composite
def segments(draw: st.DrawFn) -> bytes:
    """A data segment that a careless terminal might send."""
    names = ["QN", "ST", "CN", "PW", "MN", "Flag"]
    if draw(st.booleans()):
        names += ["PNUM", "PNO"]
    if draw(st.integers(0, 9)) == 0:
        names = draw(st.permutations(names))
    if draw(st.integers(0, 9)) == 0:
        names.remove(draw(st.sampled_from(names)))
    careless = draw(st.integers(0, 3)) == 0
    pieces = [f"{name}={draw(st.sampled_from(_HEADS[name])) if careless else _HEADS[name][0]}" for name in names]
    if "PNUM" in names and not careless:
        pieces = [piece.replace("Flag=5", "Flag=7") for piece in pieces]
    separator = draw(st.sampled_from([";", ";", ";", ";", ",", "; "]))
    pair = st.tuples(st.sampled_from(_NAMES), st.sampled_from(["=", "=", "=", "=", " =", ""]), st.sampled_from(_VALUES))
    items = draw(st.lists(st.lists(pair.map("".join), min_size=1, max_size=3).map(",".join), max_size=4))
    opening, closing = draw(st.sampled_from([("CP=&&", "&&")] * 6 + [("CP =&&", "&&"), ("CP=&&", ""), ("", "")]))
    return f"{separator.join(pieces)};{opening}{';'.join(items)}{closing}".encode()


@st.composite
def sound_segments(draw: st.DrawFn) -> bytes:
    """A data segment as the standard wants it, of any length, up to one field that need not be right."""
    # Around 40 points a data segment becomes longer than CP, then the whole, may be.
    count = draw(st.one_of(st.integers(0, 4), st.integers(36, 46)))
    values = st.sampled_from(["1.10", "0", "-0.5", "1234567890.123", *_VALUES])
    first = draw(st.sampled_from(["", "", "QnRtn=1,", "PolId=k01001,"])) if count else ""
    items = [f"{first}k01001-Cou={draw(values)},k01001-Flag=N"] if count else []
    items += [f"k{number:02d}001-Cou=1.1,k{number:02d}001-Flag=N" for number in range(2, count + 1)]
    flag, part = draw(
        st.sampled_from([("5", ""), ("7", "PNUM=2;PNO=1;"), ("7", "PNUM=3;PNO=4;"), ("4", "PNUM=1;PNO=1;")])
    )
    head = f"QN=20260302001500001;ST=31;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag={flag};{part}"
    return f"{head}CP=&&{';'.join(['DataTime=20260302001500', *items])}&&".encode()


@st.composite
def spoiled(draw: st.DrawFn, octets: bytes) -> bytes:
    """Octets with up to three of them changed, dropped, doubled, or exchanged for what means something in a frame."""
    found = bytearray(octets)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, max(0, len(found) - 1)))
        what = draw(st.sampled_from([b"", b"#", b"##", b"&&", b"=", b";", b",", b"\r\n", b"0", b"\xff", b" ", b"//"]))
        found[at : at + draw(st.integers(0, 2))] = what
    return bytes(found)


def framed(data: bytes) -> st.SearchStrategy[bytes]:
    """A frame around data: right, or with a length, check word or tail that is not."""
    octets = encode_frame(data)
    return st.sampled_from(
        [
            octets,
            octets[:-2],
            octets[:-2] + b"\n",
            octets[:-6] + octets[-6:].lower(),
            octets[:-6] + b"%04X\r\n" % codec.modbus_check(data),
            b"##%04d%b" % ((len(data) + 6) % 10_000, octets[6:]),
            b"##%d%b" % (len(data), octets[6:]),
            octets[:-6] + octets[-6:].lstrip(b"0"),
        ]
    )


FRAMES = st.one_of(segments(), sound_segments()).flatmap(framed).flatmap(spoiled)


# The bench with itself.


class Close(Splitter):
    """A splitter that looks closely at every frame."""

    def _sound(self) -> Frame | None:
        return None


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(FRAMES, min_size=1, max_size=3), st.integers(1, 200), st.integers(0, 9))
def test_the_sound_route_and_the_close_look_see_the_same_frames(sent: list[bytes], size: int, paused: int) -> None:
    stream = b"".join(sent)
    quick, close = Splitter(), Close()
    for at in range(0, len(stream), size):
        piece = stream[at : at + size]
        assert quick.feed(piece) == close.feed(piece)
        if at // size % 5 == paused:
            assert quick.flush(final=False) == close.flush(final=False)
    assert quick.flush(final=True) == close.flush(final=True)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.one_of(segments(), sound_segments()).flatmap(spoiled))
def test_the_sound_route_and_the_close_look_read_the_same_packet(data: bytes) -> None:
    quick = parse_data(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "_sound", lambda data: None)
        close = parse_data(data)
    assert quick == close


@pytest.mark.parametrize(
    "data",
    [
        b"QN=20260302001500001;ST=31;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&&&",
        b"QN=20260302001500001;ST=31;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=7;PNUM=2;PNO=1;CP=&&&&",
    ],
)
def test_what_deviates_in_nothing_takes_the_sound_route(data: bytes) -> None:
    assert codec._sound(data) == parse_data(data)[0]  # pyright: ignore[reportPrivateUsage]
    assert parse_data(data)[1] == ()


def test_a_sound_frame_ends_the_waiting_for_the_tail_of_the_one_before() -> None:
    octets = encode_frame(b"QN=20260302001500001;ST=31;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&&&")
    for splitter in (Splitter(), Close()):
        assert splitter.feed(octets[:-2]) == []
        assert len(splitter.flush(final=False)) == 1
        assert [type(each) for each in splitter.feed(octets + b"\r\n" + octets)] == [Frame, Junk, Frame]


# The bench with the terminal. Every way in which they may differ stands here by the bench's name of the deviation.

BENCH_READS_FRAME = {"len+6", "len-in-characters", "len-wrong", "len-not-4-digits", "crc-unpadded"}
"""The bench finds the end of such a frame by its surroundings and names the mistake; the terminal refuses it."""
BENCH_READS_DATA = {"head-unknown", "cp-unclosed", "pnum-invalid", "blank"}
"""The terminal refuses such a data segment; the bench reads what it can."""
TERMINAL_READS_DATA = {"cn-missing", "cn-invalid", "mn-missing"}
"""The terminal's codec leaves these to its commands; the bench refuses the packet."""
OTHER_FIELDS = {"name-case", "flag-after-cp", "item-invalid", "log-unclosed"}
"""Both read the packet, each its own way: names mended or kept, Flag behind CP, remnants of items."""
NAMED = BENCH_READS_FRAME | BENCH_READS_DATA | TERMINAL_READS_DATA | OTHER_FIELDS


def terminal_frames(octets: bytes) -> list[bytes]:
    """The data segments that the terminal takes out of a stream."""
    return [each.data for each in terminal_frame.Decoder().feed(octets) if isinstance(each, terminal_frame.Frame)]


def terminal_packet(data: bytes) -> Packet | None:
    """What the terminal reads in a data segment, in the bench's words; None if it refuses it."""
    try:
        read = terminal_message.parse(data)
    except terminal_message.Malformed:
        return None
    fields = terminal_message.parameters(read.cp)
    return Packet(
        qn=read.qn,
        st=read.st,
        cn=read.cn,
        pw=read.pw,
        mn=read.mn,
        flag=-1 if read.flag is None else read.flag,
        pnum=read.pnum or 0,
        pno=read.pno or 0,
        cp=(tuple(sorted(fields.items())),) if fields else (),
    )


def frame_difference(octets: bytes) -> tuple[bool, set[str]]:
    """Whether the two take different frames out of a stream, and the bench's names for what is odd about it."""
    splitter = Splitter()
    found = [each for each in (*splitter.feed(octets), *splitter.flush(final=True)) if isinstance(each, Frame)]
    taken = [each for each in found if not FATAL.intersection(each.faults)]
    return [each.data for each in taken] != terminal_frames(octets), {fault for each in taken for fault in each.faults}


def data_difference(data: bytes) -> tuple[str, set[str]]:
    """Who alone reads a data segment (bench, terminal), or that the fields differ (fields), and the bench's names."""
    packet, faults = parse_data(data)
    other = terminal_packet(data)
    fatal = FATAL.intersection(faults)
    if other is None:
        return ("" if fatal else "bench"), set(faults)
    if fatal:
        return "terminal", set(fatal)
    fields = {name: value for item in packet.cp for name, value in item}
    mine = msgspec.structs.replace(packet, cp=(tuple(sorted(fields.items())),) if fields else ())
    return ("" if mine == other else "fields"), set(faults)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(FRAMES)
def test_bench_and_terminal_take_the_same_frames_or_differ_by_name(octets: bytes) -> None:
    differs, faults = frame_difference(octets)
    assert not differs or faults & BENCH_READS_FRAME


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(FRAMES, max_size=2), st.integers(1, 300))
def test_both_find_the_sound_frame_behind_anything(before: list[bytes], size: int) -> None:
    last = b"QN=20260302001500001;ST=31;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&QnRtn=1&&"
    stream = b"".join(before) + b"\r\n" + 2 * encode_frame(last)
    splitter, decoder = Splitter(), terminal_frame.Decoder()
    bench: list[bytes] = []
    terminal: list[bytes] = []
    for at in range(0, len(stream), size):
        bench += [each.data for each in splitter.feed(stream[at : at + size]) if isinstance(each, Frame)]
        terminal += [
            each.data for each in decoder.feed(stream[at : at + size]) if isinstance(each, terminal_frame.Frame)
        ]
    # Half a frame that promises more octets holds the bench until the line is silent.
    bench += [each.data for each in splitter.flush(final=True) if isinstance(each, Frame)]
    assert bench[-2:] == [last, last]
    assert terminal[-1:] == [last]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.one_of(segments(), sound_segments()).flatmap(spoiled))
def test_bench_and_terminal_read_the_same_fields_or_differ_by_name(data: bytes) -> None:
    who, faults = data_difference(data)
    named = {"bench": BENCH_READS_DATA, "terminal": TERMINAL_READS_DATA, "fields": OTHER_FIELDS, "": set[str]()}[who]
    assert not who or faults & named, f"{who} differs without a name: {sorted(faults)}"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(sound_segments())
def test_both_build_the_same_octets(data: bytes) -> None:
    packet, _ = parse_data(data)
    cp = ";".join(",".join(f"{name}={value}" for name, value in each) for each in packet.cp)
    other = terminal_message.Message(
        packet.qn,
        packet.st,
        packet.cn,
        packet.pw,
        packet.mn,
        packet.flag,
        cp,
        packet.pnum or None,
        packet.pno or None,
    )
    assert terminal_frame.encode(terminal_message.encode(other)) == encode(packet)


_HEAD = "QN=20260302001500001;ST=31;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=5;"
_CHINESE = f"{_HEAD}CP=&&i11001-Info=//管路//&&"
_DATA = f"{_HEAD}CP=&&DataTime=20260302001500&&"
_ZERO = f"{_HEAD}CP=&&QnRtn=14&&"


EXAMPLES = [
    ("len+6", b"##%04d%b" % (len(_DATA) + 6, encode_frame(_DATA.encode())[6:])),
    ("len-in-characters", b"##%04d%b" % (len(_CHINESE), encode_frame(_CHINESE.encode())[6:])),
    ("len-wrong", b"##%04d%b" % (len(_DATA) - 9, encode_frame(_DATA.encode())[6:])),
    ("len-not-4-digits", b"##%d%b" % (len(_DATA), encode_frame(_DATA.encode())[6:])),
    ("crc-unpadded", b"##%04d%b" % (len(_ZERO), encode_frame(_ZERO.encode())[6:].replace(b"&&0", b"&&"))),
    ("head-unknown", _DATA.replace("QN=", "QN").encode()),
    ("cp-unclosed", f"{_HEAD}CP=&&QnRtn=1".encode()),
    ("pnum-invalid", _DATA.replace("Flag=5;", "Flag=7;PNUM=x;PNO=1;").encode()),
    ("blank", _DATA.replace("CP=&&", "CP = &&").encode()),
    ("cn-missing", _DATA.replace("CN=2051", "CN=").encode()),
    ("cn-invalid", _DATA.replace("CN=2051", "CN=205").encode()),
    ("mn-missing", _DATA.replace("MN=010000A8900016F000169DC0", "MN=").encode()),
    ("name-case", _DATA.replace("DataTime", "datatime").encode()),
    ("flag-after-cp", f"{_HEAD.replace('Flag=5;', '')}CP=&&QnRtn=1&&;Flag=5".encode()),
    ("item-invalid", f"{_HEAD}CP=&&=QnRtn=1&&".encode()),
    ("log-unclosed", f"{_HEAD}CP=&&i11001-Info=//a;b//c&&".encode()),
]


@pytest.mark.parametrize(("name", "octets"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_every_named_difference_is_one(name: str, octets: bytes) -> None:
    assert name in NAMED
    if name in BENCH_READS_FRAME:
        differs, faults = frame_difference(octets)
        assert differs and name in faults
    else:
        who, faults = data_difference(octets)
        assert name in faults
        assert who == next(
            who
            for who, named in (("bench", BENCH_READS_DATA), ("terminal", TERMINAL_READS_DATA), ("fields", OTHER_FIELDS))
            if name in named
        )


def test_every_named_difference_has_an_example() -> None:
    assert {name for name, _ in EXAMPLES} == NAMED
