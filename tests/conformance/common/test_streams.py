"""Streams of a capture beside what scapy makes of the same file: tags, fragments, repeats, other protocols."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw
from scapy.utils import wrpcap, wrpcapng

from conformance.common import secrecy


class Captured:
    """A history that holds a capture and nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def capture(self, segment: str) -> Path:
        return self._path


def said(path: Path) -> dict[Any, bytes]:
    return secrecy.streams(cast(Any, Captured(path)))


OUT = {"src": "10.1.0.2", "dst": "10.2.0.10"}
FLOW = ("10.1.0.2", 4000, "10.2.0.10", 443)


def segment(seq: int, octets: bytes, **fields: Any) -> Any:
    return IP(**OUT, **fields) / TCP(sport=4000, dport=443, seq=seq, options=[("NOP", None)] * 4) / Raw(octets)


@pytest.mark.parametrize("write", (wrpcap, wrpcapng))
def test_the_octets_of_a_connection_in_order_and_once(tmp_path: Path, write: Any) -> None:
    path = tmp_path / "uplink.pcap"
    frames = [
        Ether() / segment(6, b"world"),
        Ether() / Dot1Q(vlan=7) / segment(1, b"hello"),
        Ether() / segment(1, b"hel"),
        Ether() / IP(**OUT) / TCP(sport=4000, dport=443, seq=11, flags="A"),
        Ether() / IP(**OUT) / UDP(sport=4000, dport=443) / Raw(b"no stream"),
        Ether() / IPv6() / TCP(sport=4000, dport=443, seq=1) / Raw(b"elsewhere"),
        Ether() / ARP(),
        Ether() / IP(**OUT, frag=9, proto=6) / Raw(b"x" * 40),
        Ether() / segment(11, b"!"),
    ]
    write(str(path), frames)
    assert said(path) == {FLOW: b"helloworld!"}


def test_padding_is_nobodys_and_a_length_left_to_the_card_is_the_frames(tmp_path: Path) -> None:
    path = tmp_path / "uplink.pcap"
    padded = bytes(Ether() / segment(1, b"a")) + b"\0" * 6
    unfilled = bytes(Ether() / segment(2, b"bc", len=0))
    wrpcap(str(path), [Ether(padded), Ether(unfilled)])
    assert said(path) == {FLOW: b"abc"}
