"""Private keys blanked out of what is captured: evidence is handed on, and a key is nobody's evidence.

Leaves packets to `capture`. Keys in PEM alone are seen, wherever packets cut them; lengths and numbers stay.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.virtual.capture import Address, Passed

_KEY = re.compile(rb"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(.*?)(?:-----END|\Z)", re.DOTALL)
_BLANK = b"*"

Span = tuple[int, int]


def redacted(packets: Sequence[Passed]) -> list[Passed]:
    """The packets, with the octets of every private key replaced by asterisks."""
    said: dict[tuple[int, Address], bytearray] = {}
    for packet in packets:
        if packet.payload:
            stream = said.setdefault((packet.flow, packet.source), bytearray())
            end = packet.seq + len(packet.payload)
            stream.extend(bytes(max(0, end - len(stream))))
            stream[packet.seq : end] = packet.payload
    spans = {key: [found.span(1) for found in _KEY.finditer(stream)] for key, stream in said.items()}
    return [_veil(packet, spans.get((packet.flow, packet.source), ())) for packet in packets]


def _veil(packet: Passed, spans: Sequence[Span]) -> Passed:
    payload = packet.payload
    for begin, end in spans:
        low, high = max(begin - packet.seq, 0), min(end - packet.seq, len(payload))
        if low < high:
            payload = payload[:low] + _BLANK * (high - low) + payload[high:]
    return packet if payload is packet.payload else dataclasses.replace(packet, payload=payload)
