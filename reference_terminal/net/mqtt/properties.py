"""Properties of MQTT 5.0 that a subscriber tells or is told; those it has no use for are read over.

Leaves packets to `packets`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

MESSAGE_EXPIRY, SESSION_EXPIRY, SERVER_KEEP_ALIVE = 0x02, 0x11, 0x13
REASON, RECEIVE_MAXIMUM, ALIAS_MAXIMUM, TOPIC_ALIAS, MAXIMUM_QOS = 0x1F, 0x21, 0x22, 0x23, 0x24
MAXIMUM_PACKET = 0x27
_NUMBERS = {
    **dict.fromkeys((0x01, 0x17, 0x19, MAXIMUM_QOS, 0x25, 0x28, 0x29, 0x2A), ">B"),
    **dict.fromkeys((SERVER_KEEP_ALIVE, RECEIVE_MAXIMUM, ALIAS_MAXIMUM, TOPIC_ALIAS), ">H"),
    **dict.fromkeys((MESSAGE_EXPIRY, SESSION_EXPIRY, 0x18, MAXIMUM_PACKET), ">I"),
}
_OCTETS = frozenset((0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1A, 0x1C, REASON))
_PAIR, _VARIABLE = 0x26, 0x0B
MOST_OCTETS = 65_536
"""Half a million pairs that nobody has a use for would take seconds to read over."""


class BadProperties(Exception):
    """Octets that are no properties; one sentence."""


@dataclass(frozen=True)
class Properties:
    """Whole numbers by identifier, and the reason in words."""

    numbers: Mapping[int, int] = field(default_factory=dict[int, int])
    reason: str = ""

    def number(self, identifier: int, usual: int = 0) -> int:
        """A whole number, `usual` where it is absent."""
        return self.numbers.get(identifier, usual)


def variable(octets: bytes, at: int) -> tuple[int, int]:
    """A whole number of one to four octets, and where it ends. Raises BadProperties."""
    found = 0
    for place in range(4):
        if at + place >= len(octets):
            break
        octet = octets[at + place]
        found += (octet & 127) << 7 * place
        if octet < 128:
            return found, at + place + 1
    raise BadProperties("expected a whole number of at most four octets")


def take(octets: bytes, at: int) -> tuple[Properties, int]:
    """The properties that begin at an octet, and where they end. Raises BadProperties."""
    length, at = variable(octets, at)
    if length > MOST_OCTETS:
        raise BadProperties(f"expected at most {MOST_OCTETS} octets of properties, got {length}")
    end = at + length
    if end > len(octets):
        raise BadProperties(f"expected {length} octets of properties, found {len(octets) - at}")
    numbers: dict[int, int] = {}
    reason = ""
    inner = octets[:end]
    while at < end:
        identifier, at = variable(inner, at)
        form = _NUMBERS.get(identifier)
        if form is not None:
            try:
                (numbers[identifier],) = struct.unpack_from(form, inner, at)
            except struct.error:
                raise BadProperties(f"expected a whole number in property {identifier:02X}") from None
            at += struct.calcsize(form)
        elif identifier == _VARIABLE:
            _, at = variable(inner, at)
        elif identifier in _OCTETS:
            text, at = _text(inner, at)
            if identifier == REASON:
                reason = text.decode("utf-8", "replace")
        elif identifier == _PAIR:
            _, at = _text(inner, at)
            _, at = _text(inner, at)
        else:
            raise BadProperties(f"expected a property of MQTT 5.0, got {identifier:02X}")
    return Properties(numbers, reason), end


def _text(octets: bytes, at: int) -> tuple[bytes, int]:
    try:
        (size,) = struct.unpack_from(">H", octets, at)
    except struct.error:
        raise BadProperties("expected the length of a text in properties") from None
    if at + 2 + size > len(octets):
        raise BadProperties(f"expected {size} octets of a text in properties, found {len(octets) - at - 2}")
    return octets[at + 2 : at + 2 + size], at + 2 + size


def told(numbers: Mapping[int, int]) -> bytes:
    """Whole numbers as properties, behind their length (of less than 128 octets)."""
    made = b"".join(bytes((each,)) + struct.pack(_NUMBERS[each], value) for each, value in numbers.items())
    return bytes((len(made),)) + made
