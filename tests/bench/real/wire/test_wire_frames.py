"""Reading and making frames: against scapy, and against octets nobody would send."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Packet

from bench.real.wire import frames as f
from bench.real.wire.flows import IN, OUT, Connections
from bench.real.wire.messages import Contains
from bench.real.wire.process import Watch
from bench.real.wire.tap import HEADER

ETHER = Ether(src="02:cb:00:00:00:02", dst="02:cb:00:00:00:01")
THERE = IP(src="10.1.0.2", dst="10.1.0.10", id=77)


def built(packet: Packet) -> bytes:
    return bytes(packet)


def tcp(payload: bytes = b"", **fields: object) -> bytes:
    values: dict[str, object] = {"sport": 4000, "dport": 502, "seq": 1000, "ack": 5000, "flags": "A", **fields}
    return built(ETHER / THERE / TCP(**values) / payload)


def right(frame: bytes) -> bool:
    """Whether every checksum of a frame is what scapy computes."""
    again = Ether(frame)
    for layer in (IP, TCP, UDP):
        if layer in again:
            del again[layer].chksum
    return built(again) == frame


def header(*, needs_sum: bool, gso: int = 0, octets: int = 0) -> bytes:
    return struct.pack("=BBHHHH", int(needs_sum), gso, 54, octets, 34, 16)


# Reading


def test_what_a_tcp_frame_says() -> None:
    frame = tcp(b"hello", flags="PA", window=512, options=[("NOP", None), ("NOP", None), ("Timestamp", (7, 9))])
    seen = f.view(frame)
    assert (seen.kind, seen.sport, seen.dport, seen.seq, seen.ack, seen.window) == ("tcp", 4000, 502, 1000, 5000, 512)
    assert frame[seen.payload_at : seen.end] == b"hello"
    assert seen.next_seq == 1005
    assert seen.source == bytes((10, 1, 0, 2))
    assert not seen.first


@pytest.mark.parametrize(
    ("packet", "kind"),
    [
        (ETHER / THERE / UDP(sport=1, dport=2) / b"x", "udp"),
        (ETHER / THERE / ICMP() / b"ping", "icmp"),
        (ETHER / IP(src="10.1.0.2", dst="10.1.0.10", frag=185) / b"later fragment....", "ip"),
        (ETHER / ARP(psrc="10.1.0.2", pdst="10.1.0.10"), "arp"),
        (Ether(type=0x88CC) / (b"lldp" * 10), "other"),
        (ETHER / THERE / TCP(dataofs=3), "ip"),
    ],
)
def test_kinds(packet: Packet, kind: str) -> None:
    assert f.view(built(packet)).kind == kind


def test_address_resolution_names_its_peers() -> None:
    seen = f.view(built(ETHER / ARP(psrc="10.1.0.2", pdst="10.1.0.10")))
    assert (seen.source, seen.target) == (bytes((10, 1, 0, 2)), bytes((10, 1, 0, 10)))


def test_a_syn_takes_a_number() -> None:
    seen = f.view(tcp(flags="S"))
    assert seen.first
    assert seen.next_seq == 1001
    assert f.view(tcp(flags="FA", seq=0xFFFFFFFF)).next_seq == 0


def mangled(draw: st.DrawFn) -> bytes:
    """A good frame with some octets changed and an end cut off."""
    frame = bytearray(
        draw(st.sampled_from([tcp(b"payload" * 5), tcp(flags="S"), built(ETHER / THERE / UDP(sport=53))]))
    )
    for _ in range(draw(st.integers(0, 6))):
        frame[draw(st.integers(0, len(frame) - 1))] = draw(st.integers(0, 255))
    return bytes(frame[: draw(st.integers(0, len(frame)))])


ANY_FRAME = st.binary(max_size=200) | st.composite(mangled)()


@given(
    st.lists(st.tuples(ANY_FRAME, st.sampled_from((OUT, IN))), max_size=6), st.binary(min_size=HEADER, max_size=HEADER)
)
def test_no_octets_break_the_reader(given_frames: list[tuple[bytes, int]], virtio: bytes) -> None:
    connections = Connections()
    watch = Watch(1, OUT, Contains(b"load"), 0)
    for frame, way in given_frames:
        seen = f.view(frame)
        assert 0 <= seen.payload_at <= seen.end <= len(frame)
        for piece in f.normalised(virtio + frame):
            f.view(piece)
        watch.sees(frame, seen)
        if len(frame) >= 54:
            connections.note(bytes(HEADER) + frame, way)
        if seen.kind == "tcp":
            f.reset_answer(frame, seen)
            f.acknowledgement(frame, seen, 1, 2)
    for connection in list(connections.live()):
        connections.kill(connection)


@given(st.binary(max_size=120) | st.binary(max_size=100).map(lambda tail: b"\0\1\x81\x80\0\1\0\1\0\0\0\0" + tail))
def test_no_octets_break_the_name_reader(payload: bytes) -> None:
    f.dns_answer(payload)
    frame = built(ETHER / THERE / UDP(sport=53, dport=9999) / payload)
    seen = f.view(frame)
    if len(payload) >= 12:
        assert f.view(f.no_such_name(frame, seen)).kind == "udp"


# Checksums and cutting


@given(st.binary(min_size=1, max_size=99))
def test_checksums_are_scapys(payload: bytes) -> None:
    frame = bytearray(tcp(payload))
    wanted = bytes(frame[50:52])
    frame[50:52] = b"\0\0"
    assert f.transport_checksum(frame, 34, len(frame)).to_bytes(2, "big") == wanted


def test_an_unfinished_checksum_is_finished() -> None:
    wanted = tcp(b"hello world")
    frame = bytearray(wanted)
    pseudo = wanted[26:34] + b"\0\6" + (len(wanted) - 34).to_bytes(2, "big")
    frame[50:52] = (0xFFFF - f.checksum(pseudo)).to_bytes(2, "big")
    assert f.normalised(header(needs_sum=True) + bytes(frame)) == [wanted]
    assert f.normalised(bytes(HEADER) + wanted) == [wanted]


def test_a_long_stream_is_cut_to_size() -> None:
    payload = bytes(range(256)) * 20
    pieces = f.normalised(header(needs_sum=True, gso=1, octets=1448) + tcp(payload, flags="PAF"))
    seen = [f.view(piece) for piece in pieces]
    assert b"".join(piece[each.payload_at : each.end] for piece, each in zip(pieces, seen, strict=True)) == payload
    assert [each.seq for each in seen] == [1000 + at for at in range(0, len(payload), 1448)]
    assert [each.flags & (f.FIN | f.PSH) for each in seen] == [0, 0, 0, f.FIN | f.PSH]
    assert all(right(piece) for piece in pieces)
    assert seen[-1].next_seq == 1000 + len(payload) + 1


# What the wire says


def test_the_reset_of_nobody() -> None:
    answered = Ether(f.reset_answer(tcp(b"x"), f.view(tcp(b"x"))))
    assert (answered[TCP].flags, answered[TCP].seq, answered[TCP].sport) == ("R", 5000, 502)
    assert (answered.src, answered[IP].src) == (ETHER.dst, "10.1.0.10")
    refused = f.reset_answer(tcp(flags="S"), f.view(tcp(flags="S")))
    assert right(refused)
    assert (Ether(refused)[TCP].flags, Ether(refused)[TCP].seq, Ether(refused)[TCP].ack) == ("RA", 0, 1001)


def test_a_connection_is_reset_both_ways_with_every_number_believed() -> None:
    connections = Connections()
    back = built(
        Ether(src=ETHER.dst, dst=ETHER.src)
        / IP(src="10.1.0.10", dst="10.1.0.2")
        / TCP(sport=502, dport=4000, seq=5000, ack=1003, flags="PA")
        / b"answer"
    )
    connections.note(bytes(HEADER) + tcp(b"question", seq=1003), OUT)
    connection = connections.note(bytes(HEADER) + back, IN)
    assert connection is not None
    made = [(way, Ether(frame)[TCP].seq) for way, frame in connections.kill(connection)]
    assert made == [(OUT, 1011), (OUT, 1003), (IN, 5006), (IN, 5000)]
    assert all(right(frame) for _, frame in connections.kill(connection))


def test_an_acknowledgement_carries_the_clock_back() -> None:
    options = [("NOP", None), ("NOP", None), ("Timestamp", (7, 9))]
    frame = tcp(b"abc", options=options)
    said = f.acknowledgement(frame, f.view(frame), 1003, 300)
    assert right(said)
    layer = Ether(said)[TCP]
    assert (layer.flags, layer.seq, layer.ack, layer.window) == ("A", 5000, 1003, 300)
    assert layer.options == [("NOP", None), ("NOP", None), ("Timestamp", (9, 7))]


def test_an_altered_payload_with_and_without_notice() -> None:
    frame = tcp(b"12.34")
    seen = f.view(frame)
    assert not right(f.altered(frame, seen, b"12.35", True))
    assert right(f.altered(frame, seen, b"12.35", False))
    frame = built(ETHER / THERE / UDP(sport=1, dport=2) / b"12.34")
    assert Ether(f.altered(frame, f.view(frame), b"12.35", True))[UDP].chksum == 0


def test_a_name_is_taken_out_of_an_answer() -> None:
    answer = DNS(
        id=5,
        qr=1,
        qd=DNSQR(qname="centre-a.example"),
        an=DNSRR(rrname="centre-a.example", rdata="10.2.0.10", ttl=60),
    )
    frame = built(ETHER / THERE / UDP(sport=53, dport=4444) / answer)
    seen = f.view(frame)
    assert f.dns_answer(frame[seen.payload_at : seen.end]) == ("centre-a.example", (bytes((10, 2, 0, 10)),))
    told = Ether(f.no_such_name(frame, seen))[DNS]
    assert (told.id, told.rcode, told.qdcount, told.ancount) == (5, 3, 1, 0)
    assert told.qd[0].qname == b"centre-a.example."
    assert f.dns_answer(bytes(DNS(qd=DNSQR(qname="a.example")))) is None


# Connections


def test_connections_are_numbered_and_end() -> None:
    connections = Connections()

    def note(way: int, **fields: object) -> object:
        return connections.note(bytes(HEADER) + tcp(**fields), way)  # pyright: ignore[reportArgumentType]

    first = note(OUT, flags="S", sport=1)
    assert note(OUT, flags="S", sport=1) is first
    assert note(OUT, sport=2) is not first
    assert connections.newest == 2
    assert len(list(connections.live())) == 2
    assert len(list(connections.live(bytes((10, 1, 0, 10))))) == 2
    assert len(list(connections.live(bytes((10, 1, 0, 20))))) == 0
    note(OUT, flags="R", sport=2)
    assert [each.number for each in connections.live()] == [1]
    assert note(OUT, flags="S", sport=1, seq=99) is not first
    assert connections.newest == 3


def test_a_dead_connection_acknowledges_what_it_swallows() -> None:
    connections = Connections()
    back = built(
        Ether(src=ETHER.dst, dst=ETHER.src)
        / IP(src="10.1.0.10", dst="10.1.0.2")
        / TCP(sport=502, dport=4000, seq=5000, ack=1000, flags="A", window=77)
    )
    connections.note(bytes(HEADER) + back, IN)

    def swallow(payload: bytes, **fields: object) -> tuple[int, int] | None:
        frame = tcp(payload, **fields)
        connection = connections.note(bytes(HEADER) + frame, OUT)
        assert connection is not None
        said = connections.swallowed(connection, frame, f.view(frame), OUT)
        return None if said is None else (Ether(said)[TCP].ack, Ether(said)[TCP].window)

    assert swallow(b"") is None
    assert swallow(b"abc") == (1003, 77)
    assert swallow(b"abc") == (1003, 77)
    assert swallow(b"", seq=1002) == (1003, 77), "a keep-alive is answered"
    assert swallow(b"", seq=1003) is None
    assert swallow(b"", seq=1003, flags="FA") == (1004, 77)
    assert swallow(b"", seq=1003, flags="R") is None


# Triggers


def test_a_trigger_finds_octets_across_segments_once() -> None:
    watch = Watch(1, OUT, Contains(b"&&\r\n", n=2), 0)

    def sees(payload: bytes, seq: int) -> bool:
        frame = tcp(payload, seq=seq)
        return watch.sees(frame, f.view(frame))

    assert not sees(b"##00&", 100)
    assert not sees(b"&\r\n", 105)
    assert not sees(b"&\r\n", 105), "a repeated segment counts once"
    assert not sees(b"more&&\r", 108)
    assert sees(b"\n", 115)
