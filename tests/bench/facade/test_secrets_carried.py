"""Secrets looked for in a capture: put together over segments, in datagrams too, door by door."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address
from pathlib import Path

from bench import pcap
from bench.facade.secrets import forms_of
from bench.facade.secrets_carried import carried

ITEM, BENCH = ("10.3.0.2", 80), ("10.3.0.1", 40_000)
SECRETS = {"root password": forms_of("Deliver-1-root")}


def _frame(kind: int, source: tuple[str, int], target: tuple[str, int], rest: bytes) -> bytes:
    ends = IPv4Address(source[0]).packed + IPv4Address(target[0]).packed
    part = struct.pack(">HH", source[1], target[1]) + rest
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(part), 0, 0, 64, kind, 0) + ends
    return bytes(12) + b"\x08\x00" + head + part


def _tcp(source: tuple[str, int], target: tuple[str, int], seq: int, said: bytes) -> bytes:
    return _frame(6, source, target, struct.pack(">IIBBHHH", seq, 0, 0x50, 0x18, 0, 0, 0) + said)


def _udp(source: tuple[str, int], target: tuple[str, int], said: bytes) -> bytes:
    return _frame(17, source, target, struct.pack(">HH", 8 + len(said), 0) + said)


def _rows(folder: Path, *frames: bytes, secured: bool = False) -> list[tuple[str, str, str, str]]:
    path = folder / "local.pcap"
    path.write_bytes(pcap.HEAD + b"".join(pcap.record(number, frame) for number, frame in enumerate(frames)))
    rows = carried("local", path, {ITEM: ("pages", secured)}, SECRETS)
    return [(row.door, row.secured, row.connections, row.found) for row in rows]


def test_a_secret_in_two_segments_is_found(tmp_path: Path) -> None:
    rows = _rows(tmp_path, _tcp(BENCH, ITEM, 7, b'{"password":"Deliver'), _tcp(BENCH, ITEM, 27, b'-1-root"}'))
    assert rows == [("pages", "", "1", "root password")]


def test_a_datagram_is_searched_and_told_apart_from_doors(tmp_path: Path) -> None:
    rows = _rows(tmp_path, _udp((*ITEM[:1], 5), BENCH, b"<38>Deliver-1-root"), _tcp(ITEM, BENCH, 1, b"x"), secured=True)
    assert rows == [("", "", "1", "root password"), ("pages", "yes", "1", "")]


def test_secrets_count_in_hex_and_base64_too(tmp_path: Path) -> None:
    for form in SECRETS["root password"]:
        assert _rows(tmp_path, _tcp(BENCH, ITEM, 7, b"x" + form)) == [("pages", "", "1", "root password")]
