"""MQTT 3.1.1 as a subscriber speaks it: the packets it sends, and those it takes out of the stream.

Leaves the connection to `mqtt_client`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP = 0x20, 0x30, 0x40, 0x90, 0xD0
PING = b"\xc0\x00"
GOODBYE = b"\xe0\x00"
REFUSALS = {
    1: "it does not speak MQTT 3.1.1",
    2: "it does not want this client name",
    3: "its service is not available",
    4: "user or password is wrong",
    5: "this client is not allowed",
}
MOST_OCTETS = 4_000_000


class BadPacket(Exception):
    """Octets that no broker sends; one sentence."""


@dataclass(frozen=True)
class Arrived:
    """An application message as it came. `packet_id` is 0 at QoS 0; `dup` and `retained` are its marks."""

    topic: str
    payload: bytes
    packet_id: int
    dup: bool
    retained: bool


def _string(text: str) -> bytes:
    octets = text.encode()
    return struct.pack(">H", len(octets)) + octets


def _framed(first: int, body: bytes) -> bytes:
    length, size = bytearray(), len(body)
    while size > 127:
        length.append(size % 128 + 128)
        size //= 128
    length.append(size)
    return bytes((first,)) + bytes(length) + body


def connect(client: str, keepalive_s: int, user: str, password: str, *, keep_session: bool) -> bytes:
    """CONNECT; with `keep_session` the broker holds back QoS 1 messages while the terminal is away."""
    flags = (0 if keep_session else 0x02) | (0x80 if user else 0) | (0x40 if password else 0)
    body = _string("MQTT") + struct.pack(">BBH", 4, flags, keepalive_s) + _string(client)
    return _framed(0x10, body + (_string(user) if user else b"") + (_string(password) if password else b""))


def subscribe(packet_id: int, topics: tuple[str, ...], qos: int) -> bytes:
    """SUBSCRIBE to topics, all at one QoS."""
    return _framed(0x82, struct.pack(">H", packet_id) + b"".join(_string(topic) + bytes((qos,)) for topic in topics))


def acknowledge(packet_id: int) -> bytes:
    """PUBACK: from here on the message is the terminal's to keep."""
    return struct.pack(">BBH", PUBACK, 2, packet_id)


def take(octets: bytearray) -> tuple[int, int, bytes] | None:
    """Cut the first packet off: type, flags, body; None while it is not whole. Raises BadPacket."""
    length, place = 0, 1
    while True:
        if place >= len(octets):
            return None
        length += (octets[place] & 127) << 7 * (place - 1)
        place += 1
        if octets[place - 1] < 128:
            break
        if place > 4:
            raise BadPacket("expected a length of at most four octets")
    if length > MOST_OCTETS:
        raise BadPacket(f"expected at most {MOST_OCTETS} octets in a packet, got {length}")
    if len(octets) < place + length:
        return None
    first, body = octets[0], bytes(octets[place : place + length])
    del octets[: place + length]
    return first & 0xF0, first & 0x0F, body


def arrived(flags: int, body: bytes) -> Arrived:
    """The message of a PUBLISH. Raises BadPacket."""
    qos = flags >> 1 & 3
    try:
        (size,) = struct.unpack_from(">H", body)
        topic = body[2 : 2 + size].decode()
        at = 2 + size
        packet_id = struct.unpack_from(">H", body, at)[0] if qos else 0
    except (struct.error, UnicodeDecodeError):
        raise BadPacket("expected topic and packet identifier in PUBLISH") from None
    if qos > 1 or len(body) < at:
        raise BadPacket(f"expected QoS 0 or 1, as subscribed, got {qos}")
    return Arrived(topic, body[at + (2 if qos else 0) :], packet_id, bool(flags & 8), bool(flags & 1))
