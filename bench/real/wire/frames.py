"""Ethernet frames on the wire: reading what is in them, and making the few that the wire answers with itself.

Leaves deciding to `rules` and `flows`. Reading never raises, whatever the octets: what cannot be read is of
kind `other`. Layouts: RFC 826 (ARP), RFC 791 (IPv4), RFC 9293 and RFC 7323 (TCP), RFC 768 (UDP), RFC 1035 (DNS), and
the virtio 1.2 network header (5.1.6). No frame is built here in the path of frames that nothing is done to.
"""

from __future__ import annotations

import struct

import msgspec

from bench.real.wire.tap import HEADER

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
PLAIN = bytes(HEADER)
"""A virtio header that asks for nothing."""
_NEEDS_CSUM = 1
_GSO_TCP4 = 1
_ECN = 0x80
_MASK = 0xFFFFFFFF
_ETHER = 14


class View(msgspec.Struct, frozen=True, gc=False):
    """What a frame says. Addresses are four octets; positions count from the frame's first octet.

    `kind` is tcp, udp, icmp, ip (any other, and later fragments), arp or other. `payload_at` and `end` enclose what is
    above TCP, UDP or ICMP. `size` is the octets of the IP packet (0 outside IP).
    """

    kind: str
    source: bytes = b""
    target: bytes = b""
    transport_at: int = 0
    payload_at: int = 0
    end: int = 0
    size: int = 0
    sport: int = 0
    dport: int = 0
    flags: int = 0
    seq: int = 0
    ack: int = 0
    window: int = 0

    @property
    def payload_octets(self) -> int:
        """Octets above TCP, UDP or ICMP."""
        return self.end - self.payload_at

    @property
    def next_seq(self) -> int:
        """The sequence number that follows this TCP segment."""
        return (self.seq + self.payload_octets + bool(self.flags & SYN) + bool(self.flags & FIN)) & _MASK

    @property
    def first(self) -> bool:
        """Whether this opens a TCP connection."""
        return self.kind == "tcp" and self.flags & (SYN | ACK) == SYN


OTHER = View("other")


def view(frame: bytes) -> View:
    """Read a frame (without virtio header)."""
    size = len(frame)
    ether = frame[12:14]
    if ether == b"\x08\x06":
        if size < 42:
            return OTHER
        return View("arp", frame[28:32], frame[38:42])
    if ether != b"\x08\x00" or size < 34 or frame[14] >> 4 != 4:
        return OTHER
    at = _ETHER + (frame[14] & 15) * 4
    total = int.from_bytes(frame[16:18], "big")
    end = _ETHER + total
    if at < 34 or end > size or at > end:
        return OTHER
    source, target = frame[26:30], frame[30:34]
    protocol = frame[23]
    bare = View("ip", source, target, at, end, end, total)
    if int.from_bytes(frame[20:22], "big") & 0x1FFF:
        return bare
    if protocol == 6 and end - at >= 20:
        sport, dport, seq, ack, offset, flags, window = struct.unpack_from("!HHIIBBH", frame, at)
        payload_at = at + (offset >> 4) * 4
        if payload_at < at + 20 or payload_at > end:
            return bare
        return View("tcp", source, target, at, payload_at, end, total, sport, dport, flags, seq, ack, window)
    if protocol == 17 and end - at >= 8:
        sport, dport = struct.unpack_from("!HH", frame, at)
        return View("udp", source, target, at, at + 8, end, total, sport, dport)
    if protocol == 1 and end - at >= 8:
        return View("icmp", source, target, at, at + 8, end, total)
    return bare


# Checksums and cutting


def _sum(data: bytes) -> int:
    """The ones' complement sum of 16-bit words (RFC 1071): a number modulo 65535, never 0 for data that are not."""
    number = int.from_bytes(data + b"\0" if len(data) & 1 else data, "big")
    return (number % 0xFFFF or 0xFFFF) if number else 0


def checksum(data: bytes) -> int:
    """The Internet checksum of octets whose checksum field is zero."""
    return 0xFFFF - _sum(data)


def transport_checksum(frame: bytes | bytearray, at: int, end: int) -> int:
    """The TCP or UDP checksum of a frame whose field is zero."""
    pseudo = bytes(frame[26:34]) + bytes((0, frame[23])) + (end - at).to_bytes(2, "big")
    return checksum(pseudo + bytes(frame[at:end]))


def _settle_ip(frame: bytearray) -> None:
    at = _ETHER + (frame[14] & 15) * 4
    frame[24:26] = b"\0\0"
    frame[24:26] = checksum(bytes(frame[_ETHER:at])).to_bytes(2, "big")


def _settle_tcp(frame: bytearray, at: int, end: int) -> None:
    frame[at + 16 : at + 18] = b"\0\0"
    frame[at + 16 : at + 18] = transport_checksum(frame, at, end).to_bytes(2, "big")


def normalised(buffer: bytes) -> list[bytes]:
    """The frames of a buffer (with virtio header) as they would be on a cable: cut to size, every checksum in place."""
    frame = buffer[HEADER:]
    flags, gso, _, gso_octets, start, offset = struct.unpack_from("=BBHHHH", buffer)
    if gso & ~_ECN == _GSO_TCP4 and gso_octets:
        seen = view(frame)
        if seen.kind == "tcp" and seen.payload_octets > gso_octets:
            return _cut(frame, seen, gso_octets)
    if flags & _NEEDS_CSUM and start + offset + 2 <= len(frame):
        whole = bytearray(frame)
        seen = view(frame)
        end = seen.end or len(frame)
        # The field already holds the sum of the pseudo header, so the sum runs over the field as it is.
        found = checksum(bytes(whole[start:end]))
        if seen.kind == "udp" and found == 0:
            found = 0xFFFF
        whole[start + offset : start + offset + 2] = found.to_bytes(2, "big")
        return [bytes(whole)]
    return [frame]


def _cut(frame: bytes, seen: View, octets: int) -> list[bytes]:
    head = frame[: seen.payload_at]
    at = seen.transport_at
    identity = int.from_bytes(frame[18:20], "big")
    made: list[bytes] = []
    for number, begin in enumerate(range(seen.payload_at, seen.end, octets)):
        last = begin + octets >= seen.end
        piece = bytearray(head + frame[begin : min(begin + octets, seen.end)])
        piece[16:18] = (len(piece) - _ETHER).to_bytes(2, "big")
        piece[18:20] = (identity + number & 0xFFFF).to_bytes(2, "big")
        piece[at + 4 : at + 8] = (seen.seq + begin - seen.payload_at & _MASK).to_bytes(4, "big")
        if not last:
            piece[at + 13] &= ~(FIN | PSH)
        _settle_ip(piece)
        _settle_tcp(piece, at, len(piece))
        made.append(bytes(piece))
    return made


# What the wire says itself


def _segment(macs: bytes, source: bytes, target: bytes, ports: bytes, rest: bytes) -> bytes:
    """A TCP segment without payload; `macs` is target then source, `rest` what follows the ports, checksum zero."""
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + 4 + len(rest), 0, 0x4000, 64, 6, 0, source, target)
    frame = bytearray(macs + b"\x08\x00" + ip + ports + rest)
    _settle_ip(frame)
    _settle_tcp(frame, 34, len(frame))
    return bytes(frame)


def _answer(frame: bytes, seen: View, rest: bytes) -> bytes:
    macs = frame[6:12] + frame[0:6]
    ports = struct.pack("!HH", seen.dport, seen.sport)
    return _segment(macs, seen.target, seen.source, ports, rest)


def _rest(seq: int, ack: int, flags: int, window: int = 0, options: bytes = b"") -> bytes:
    return struct.pack("!IIBBHHH", seq, ack, (20 + len(options)) << 2, flags, window, 0, 0) + options


def reset_answer(frame: bytes, seen: View) -> bytes:
    """The reset that the other end would give to a segment of no connection (RFC 9293, 3.10.7.1)."""
    if seen.flags & ACK:
        return _answer(frame, seen, _rest(seen.ack, 0, RST))
    return _answer(frame, seen, _rest(0, seen.next_seq, RST | ACK))


def reset_onwards(frame: bytes, seen: View) -> bytes:
    """A reset that follows this segment, as its sender would give it."""
    ports = struct.pack("!HH", seen.sport, seen.dport)
    return _segment(frame[0:12], seen.source, seen.target, ports, _rest(seen.next_seq, seen.ack, RST | ACK))


def acknowledgement(frame: bytes, seen: View, upto: int, window: int) -> bytes:
    """What the other end would say to a segment if it had received everything before `upto`."""
    stamp = _timestamp(frame, seen)
    options = b"\x01\x01\x08\x0a" + stamp[4:8] + stamp[0:4] if stamp else b""
    return _answer(frame, seen, _rest(seen.ack, upto, ACK, window, options))


def _timestamp(frame: bytes, seen: View) -> bytes:
    """The eight octets of a segment's timestamp option; empty when it has none."""
    at = seen.transport_at + 20
    while at < seen.payload_at:
        kind = frame[at]
        if kind == 0:
            return b""
        if kind == 1:
            at += 1
            continue
        length = frame[at + 1] if at + 1 < seen.payload_at else 0
        if length < 2 or at + length > seen.payload_at:
            return b""
        if kind == 8 and length == 10:
            return frame[at + 2 : at + 10]
        at += length
    return b""


def altered(frame: bytes, seen: View, payload: bytes, detectable: bool) -> bytes:
    """The frame with another payload of the same length.

    A TCP checksum is left wrong when the change is to be detectable, else mended; UDP then goes without (checksum 0).
    """
    made = bytearray(frame)
    made[seen.payload_at : seen.end] = payload
    at = seen.transport_at
    if seen.kind == "udp":
        made[at + 6 : at + 8] = b"\0\0"
    elif seen.kind == "tcp" and not detectable:
        _settle_tcp(made, at, seen.end)
    return bytes(made)


# Names


def dns_answer(payload: bytes) -> tuple[str, tuple[bytes, ...]] | None:
    """The name asked for and the IPv4 addresses given in a DNS answer; None for anything else (RFC 1035, 4.1)."""
    if len(payload) < 12 or not payload[2] & 0x80:
        return None
    asked, given = struct.unpack_from("!HH", payload, 4)
    at, name = 12, ""
    for number in range(asked):
        found = _dns_name(payload, at)
        if found is None:
            return None
        at, words = found
        name = name if number else words
        at += 4
    addresses: list[bytes] = []
    for _ in range(given):
        found = _dns_name(payload, at)
        if found is None or found[0] + 10 > len(payload):
            return None
        at = found[0]
        kind, _, _, length = struct.unpack_from("!HHIH", payload, at)
        at += 10
        if at + length > len(payload):
            return None
        if kind == 1 and length == 4:
            addresses.append(payload[at : at + 4])
        at += length
    return name, tuple(addresses)


def _dns_name(payload: bytes, at: int) -> tuple[int, str] | None:
    """Where a name ends and its labels up to the first pointer; None when it runs out of the message."""
    labels: list[str] = []
    while at < len(payload):
        length = payload[at]
        if length == 0:
            return at + 1, ".".join(labels)
        if length & 0xC0 == 0xC0:
            return at + 2, ".".join(labels)
        if length & 0xC0 or at + 1 + length > len(payload):
            return None
        labels.append(payload[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return None


def no_such_name(frame: bytes, seen: View) -> bytes:
    """A DNS answer in UDP turned into "no such name": the question stays, every record goes (RFC 1035, RCODE 3)."""
    payload = frame[seen.payload_at : seen.end]
    asked = int.from_bytes(payload[4:6], "big")
    at = 12
    for _ in range(asked):
        found = _dns_name(payload, at)
        at = min(found[0] + 4, len(payload)) if found else len(payload)
    told = bytearray(payload[:at])
    told[3] = told[3] & 0xF0 | 3
    told[6:12] = bytes(6)
    made = bytearray(frame[: seen.payload_at]) + told
    made[16:18] = (len(made) - _ETHER).to_bytes(2, "big")
    made[seen.transport_at + 4 : seen.transport_at + 6] = (8 + len(told)).to_bytes(2, "big")
    made[seen.transport_at + 6 : seen.transport_at + 8] = b"\0\0"
    _settle_ip(made)
    return bytes(made)
