"""What passed the terminal's network cards in virtual time, as pcap files that Wireshark opens.

Leaves carrying packets to the network, which tells of each one. The place of the capture is the terminal: a packet that
it sends is stamped when it leaves, whatever becomes of it; one that is sent to it is there only if it arrives.
"""

from __future__ import annotations

import hashlib
import ipaddress
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bench import pcap
from bench.virtual.redaction import redacted
from bench.virtual.rules import PacketKind

Address = tuple[str, int]

_FLAGS = {
    PacketKind.SYN: 0x02,
    PacketKind.SYN_ACK: 0x12,
    PacketKind.DATA: 0x18,
    PacketKind.ACK: 0x10,
    PacketKind.FIN: 0x11,
    PacketKind.RST: 0x14,
}
_TAKES_ONE = (PacketKind.SYN, PacketKind.SYN_ACK, PacketKind.FIN)
_TCP, _UDP = 6, 17
_WINDOW = 65_535


@dataclass(frozen=True, slots=True)
class Passed:
    """One packet at the terminal's card; `at_s` is world time, `seq` counts the octets of data sent before it."""

    at_s: float
    segment: str
    kind: PacketKind
    flow: int
    source: Address
    target: Address
    seq: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """A written capture: segment, file, SM3 of its content in hex, number of packets."""

    segment: str
    path: Path
    sm3: str
    packets: int


class Capture:
    """Takes packets from the network and writes one file for each segment it was told of."""

    def __init__(self) -> None:
        self._packets: list[Passed] = []

    def take(self, packet: Passed) -> None:
        """One packet; the order of calls settles ties of time."""
        self._packets.append(packet)

    def write(self, folder: Path, start_us: int) -> list[CaptureFile]:
        """Write `capture-<segment>.pcap` files into a folder; world time 0 is `start_us` (us UTC).

        Private keys are blanked out.
        """
        by_segment: dict[str, list[Passed]] = {}
        for packet in redacted(sorted(self._packets, key=lambda one: one.at_s)):
            by_segment.setdefault(packet.segment, []).append(packet)
        return [_write(folder, segment, packets, start_us) for segment, packets in sorted(by_segment.items())]


def _write(folder: Path, segment: str, packets: list[Passed], start_us: int) -> CaptureFile:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"capture-{segment}.pcap"
    heard: dict[tuple[int, Address], int] = {}
    with path.open("wb") as file:
        file.write(pcap.HEAD)
        for number, packet in enumerate(packets):
            at_ns = start_us * 1000 + round(packet.at_s * 1e9)
            file.write(pcap.record(at_ns, _frame(packet, number, heard)))
    return CaptureFile(segment, path, hashlib.new("sm3", path.read_bytes()).hexdigest(), len(packets))


def _frame(packet: Passed, number: int, heard: dict[tuple[int, Address], int]) -> bytes:
    source, target = _packed(packet.source[0]), _packed(packet.target[0])
    if packet.kind is PacketKind.DATAGRAM:
        protocol = _UDP
        body = struct.pack(">HHHH", packet.source[1], packet.target[1], 8 + len(packet.payload), 0) + packet.payload
    else:
        protocol = _TCP
        body = _segment(packet, heard)
    pseudo = source + target + struct.pack(">BBH", 0, protocol, len(body))
    checked = _checksum(pseudo + body)
    place = 6 if protocol == _UDP else 16
    body = body[:place] + struct.pack(">H", checked) + body[place + 2 :]
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), number & 0xFFFF, 0x4000, 64, protocol, 0) + source + target
    head = head[:10] + struct.pack(">H", _checksum(head)) + head[12:]
    return _card(target) + _card(source) + b"\x08\x00" + head + body


@lru_cache(maxsize=1024)
def _packed(address: str) -> bytes:
    return ipaddress.IPv4Address(address).packed


def _segment(packet: Passed, heard: dict[tuple[int, Address], int]) -> bytes:
    length = len(packet.payload) + (1 if packet.kind in _TAKES_ONE else 0)
    # SYN has number 0, the first octet of data number 1; `seq` counts octets of data from 0.
    own = packet.seq + (0 if packet.kind in (PacketKind.SYN, PacketKind.SYN_ACK) else 1)
    known = heard.get((packet.flow, packet.source), 0)
    key = (packet.flow, packet.target)
    heard[key] = max(heard.get(key, 0), own + length)
    return (
        struct.pack(
            ">HHIIBBHHH",
            packet.source[1],
            packet.target[1],
            own & 0xFFFF_FFFF,
            (0 if packet.kind is PacketKind.SYN else known) & 0xFFFF_FFFF,
            0x50,
            _FLAGS[packet.kind],
            _WINDOW,
            0,
            0,
        )
        + packet.payload
    )


def _card(address: bytes) -> bytes:
    """A locally administered hardware address made of the IPv4 address."""
    return b"\x02\x00" + address


def _checksum(octets: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(octets) % 2:
        octets += b"\x00"
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
