"""What a capture holds that a seed repeats, and the list of the digests of those captures that no seed repeats.

Leaves writing captures to the rigs and proving them to `bench.history`. TLS and OPC UA draw nonces and keys from the
operating system, where no seed reaches: what they encrypt, and by the length of an ECDSA signature how much of it
there is, differs from run to run. A capture of such a connection stands in the record by its outline instead of its
SM3, which lies in `captures.json` beside the record, under the run's manifest.
"""

from __future__ import annotations

import hashlib
import ipaddress
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec

from bench import sentences

LIST = "captures.json"
FORMAT = "carbonbench-captures/1"

_LITTLE, _BIG = b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d"
_FILE_HEAD, _RECORD_HEAD = 24, 16
_ETHERNET, _IPV4_LEAST, _TCP, _UDP = 14, 20, 6, 17
_TCP_LEAST, _UDP_HEAD = 20, 8
# How a connection begins that nobody can repeat: TLS (handshake, or the alert that refuses one) and OPC UA over TCP.
_DRAWN = (b"\x16\x03", b"\x15\x03", b"HELF", b"ACKF", b"ERRF")

End = tuple[str, int]


class CapturesError(ValueError):
    """A capture or a list of digests that cannot be read; the text says what was expected."""


class _List(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Frame:
    at_ns: int
    source: End
    target: End
    flags: str
    seq: int
    payload: bytes


def keep(folder: Path, digests: Mapping[str, str]) -> None:
    """Write the SM3 (hex) of captures, by file name, beside the record that does not hold them."""
    octets = msgspec.json.encode(_List(FORMAT, dict(sorted(digests.items()))))
    (folder / LIST).write_bytes(msgspec.json.format(octets, indent=2) + b"\n")


def kept(folder: Path) -> dict[str, str]:
    """The list in a folder: SM3 (hex) by file name. Raises CapturesError when there is none or it is not one."""
    path = folder / LIST
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_List)
    except OSError as error:
        raise CapturesError(sentences.CAPTURES_UNREADABLE(strerror=error.strerror).after(path)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CapturesError(sentences.NO_CAPTURES(error=error).after(path)) from None
    if found.format != FORMAT:
        raise CapturesError(sentences.CAPTURES_FORMAT(format=FORMAT, format2=found.format).after(path))
    return found.files


def outline(octets: bytes) -> str:
    """SM3 (hex) over what a seed repeats of a capture in virtual time; empty where it repeats all of it.

    Over one line for each frame (docs/FORMATS.md): its time, its ends, its flags, and its payload unless it belongs to
    a connection that draws from the operating system. Such a connection begins as TLS or OPC UA does, or its beginning
    is not in the capture. Raises CapturesError for what is no capture of Ethernet, IPv4 and TCP or UDP.
    """
    frames = list(_frames(octets))
    drawn = _drawn(frames)
    if not drawn:
        return ""
    digest = hashlib.new("sm3")
    for frame in frames:
        payload = "*" if frame.payload and _ends(frame) in drawn else frame.payload.hex()
        ends = " ".join(f"{host}:{port}" for host, port in (frame.source, frame.target))
        digest.update(f"{frame.at_ns} {ends} {frame.flags} {payload}\n".encode())
    return digest.hexdigest()


def streams(octets: bytes, *, datagrams: bool = False) -> dict[tuple[End, End], bytes]:
    """What each way of each TCP connection carried, put together by sequence numbers; other frames are passed over.

    Connections that had the same ends follow each other, as do `datagrams` (UDP) where they are wanted too. Raises
    CapturesError for what is no capture.
    """
    parts: dict[tuple[End, End], list[dict[int, bytes]]] = {}
    for frame in _frames(octets, strict=False, datagrams=datagrams):
        if frame.flags == "udp":
            parts.setdefault((frame.source, frame.target), []).append({0: frame.payload})
            continue
        way = parts.setdefault((frame.source, frame.target), [{}])
        if int(frame.flags, 16) & 0x02 and way[-1]:
            way.append({})
        if frame.payload and len(frame.payload) > len(way[-1].get(frame.seq, b"")):
            way[-1][frame.seq] = frame.payload
    return {ends: b"".join(map(_joined, each)) for ends, each in parts.items()}


def holding(octets: bytes, needle: bytes) -> list[tuple[int, int]]:
    """Packets of a capture that hold octets: number from 1, as other programs count, and time (ns).

    Raises CapturesError for what is no capture.
    """
    try:
        found = enumerate(_packets(octets), start=1)
        return [(number, at_ns) for number, (at_ns, packet) in found if needle in packet]
    except struct.error:
        raise CapturesError(str(sentences.FRAME_CUT())) from None


def _joined(pieces: Mapping[int, bytes]) -> bytes:
    """Pieces of one connection by sequence number, each octet once."""
    if not pieces:
        return b""
    first = next(iter(pieces))
    made, at = bytearray(), None
    for seq in sorted(pieces, key=lambda seq: (seq - first + (1 << 31)) % (1 << 32)):
        known = 0 if at is None else (at - seq) % (1 << 32)
        piece = pieces[seq]
        fresh = piece if known > 1 << 31 else piece[known:]
        made += fresh
        at = (seq + len(piece)) % (1 << 32) if fresh else at
    return bytes(made)


def _ends(frame: _Frame) -> frozenset[End]:
    return frozenset((frame.source, frame.target))


def _drawn(frames: list[_Frame]) -> set[frozenset[End]]:
    """The connections whose octets no seed repeats, by their ends."""
    begun: dict[tuple[End, End], bool] = {}
    for frame in frames:
        if frame.payload and frame.flags != "udp":
            way = (frame.source, frame.target)
            # The first octet of data has number 1; a way whose beginning was never seen may be anything.
            known = begun.setdefault(way, False)
            begun[way] = known or frame.seq == 1
    unknown = {frozenset(way) for way, known in begun.items() if not known}
    said = {
        _ends(frame) for frame in frames if frame.flags != "udp" and frame.seq == 1 and frame.payload.startswith(_DRAWN)
    }
    return unknown | said


def _frames(octets: bytes, *, strict: bool = True, datagrams: bool = False) -> Iterator[_Frame]:
    carried = (_TCP, _UDP) if datagrams else (_TCP,)
    try:
        for at_ns, frame in _packets(octets):
            if strict or _carries(frame, carried):
                yield _frame(at_ns, frame)
    except struct.error:
        raise CapturesError(str(sentences.FRAME_SHORT())) from None


def _packets(octets: bytes) -> Iterator[tuple[int, bytes]]:
    order = {_LITTLE: "<", _BIG: ">"}.get(octets[:4])
    if order is None:
        raise CapturesError(str(sentences.PCAP_EXPECTED()))
    at = _FILE_HEAD
    while at < len(octets):
        second, nanosecond, length, _ = struct.unpack_from(f"{order}IIII", octets, at)
        at += _RECORD_HEAD + length
        if at > len(octets):
            raise CapturesError(str(sentences.FRAME_CUT()))
        yield second * 1_000_000_000 + nanosecond, octets[at - length : at]


def _carries(frame: bytes, carried: tuple[int, ...]) -> bool:
    """Whether it is a whole frame of IPv4 with TCP (or UDP) in it."""
    if len(frame) < _ETHERNET + _IPV4_LEAST or frame[12:14] != b"\x08\x00" or frame[23] not in carried:
        return False
    return len(frame) >= _ETHERNET + _IPV4_LEAST + (_UDP_HEAD if frame[23] == _UDP else _TCP_LEAST)


@lru_cache(maxsize=1024)
def _address(octets: bytes) -> str:
    return str(ipaddress.IPv4Address(octets))


def _frame(at_ns: int, frame: bytes) -> _Frame:
    head = _ETHERNET + 4 * (frame[_ETHERNET] & 0x0F) if len(frame) > _ETHERNET else 0
    if head < _ETHERNET + _IPV4_LEAST or len(frame) < head:
        raise CapturesError(str(sentences.IPV4_EXPECTED()))
    source, target = _address(frame[26:30]), _address(frame[30:34])
    ports = struct.unpack_from(">HH", frame, head)
    ends = (source, ports[0]), (target, ports[1])
    if frame[23] == _UDP:
        return _Frame(at_ns, *ends, "udp", 0, frame[head + 8 :])
    if frame[23] != _TCP:
        raise CapturesError(str(sentences.TRANSPORT_EXPECTED(frame=frame[23])))
    seq, _, offset, flags = struct.unpack_from(">IIBB", frame, head + 4)
    return _Frame(at_ns, *ends, f"{flags:02x}", seq, frame[head + 4 * (offset >> 4) :])
