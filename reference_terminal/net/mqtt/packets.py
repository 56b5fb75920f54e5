"""MQTT 3.1.1 and 5.0 as a client speaks them: the packets it sends, and those it takes out of the stream.

Leaves connections to whoever has one, properties of 5.0 to `properties`. `level` is 4 for 3.1.1, 5 for 5.0.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from reference_terminal.net.mqtt import properties
from reference_terminal.net.mqtt.properties import BadProperties, Properties

CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 0x20, 0x30, 0x40, 0x50, 0x60, 0x70
SUBACK, PINGRESP, DISCONNECT = 0x90, 0xD0, 0xE0
LEVEL, LEVEL_5 = 4, 5
PING = b"\xc0\x00"
GOODBYE = b"\xe0\x00"
GOODBYE_MALFORMED = b"\xe0\x01\x81"
REFUSED = 0x80
"""The first reason code that says no."""
UNKNOWN_ID = 0x92
MOST_OCTETS = 4_000_000
WINDOW, MOST_ALIASES = 100, 32
"""What the terminal takes by 5.0: messages in flight, and topic aliases."""


class BadPacket(Exception):
    """Octets that no broker sends; one sentence."""


@dataclass(frozen=True)
class Arrived:
    """An application message as it came. `packet_id` is 0 at QoS 0; `dup` and `retained` are its marks.

    By 5.0 the `topic` is empty where an `alias` stands for it.
    """

    topic: str
    payload: bytes
    packet_id: int
    dup: bool
    retained: bool
    qos: int = 0
    alias: int = 0


@dataclass(frozen=True)
class Welcome:
    """CONNACK: `code` 0 if the client is taken, whether its session is `present`, and what 5.0 tells beside."""

    code: int
    present: bool
    report: Properties


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


def connect(
    client: str,
    keepalive_s: int,
    user: str,
    password: str,
    *,
    keep_session: bool,
    level: int = LEVEL,
    session_s: int = 0,
) -> bytes:
    """CONNECT; with `keep_session` the broker holds back messages while the terminal is away (5.0: for `session_s`)."""
    flags = (0 if keep_session else 0x02) | (0x80 if user else 0) | (0x40 if password else 0)
    body = _string("MQTT") + struct.pack(">BBH", level, flags, keepalive_s)
    if level == LEVEL_5:
        body += properties.told(
            {
                properties.SESSION_EXPIRY: session_s if keep_session else 0,
                properties.RECEIVE_MAXIMUM: WINDOW,
                properties.MAXIMUM_PACKET: MOST_OCTETS,
                properties.ALIAS_MAXIMUM: MOST_ALIASES,
            }
        )
    body += _string(client)
    return _framed(0x10, body + (_string(user) if user else b"") + (_string(password) if password else b""))


def subscribe(packet_id: int, topics: tuple[str, ...], qos: int, level: int = LEVEL) -> bytes:
    """SUBSCRIBE to topics, all at one QoS."""
    head = struct.pack(">H", packet_id) + (b"\x00" if level == LEVEL_5 else b"")
    return _framed(0x82, head + b"".join(_string(topic) + bytes((qos,)) for topic in topics))


def publish(topic: str, payload: bytes, packet_id: int) -> bytes:
    """A PUBLISH of 3.1.1 at QoS 1."""
    return _framed(PUBLISH | 0x02, _string(topic) + struct.pack(">H", packet_id) + payload)


def acknowledge(packet_id: int) -> bytes:
    """PUBACK: from here on the message is the terminal's to keep."""
    return struct.pack(">BBH", PUBACK, 2, packet_id)


def received(packet_id: int) -> bytes:
    """PUBREC: from here on the message of QoS 2 is the terminal's to keep."""
    return struct.pack(">BBH", PUBREC, 2, packet_id)


def completed(packet_id: int, level: int = LEVEL, code: int = 0) -> bytes:
    """PUBCOMP: the identifier is forgotten; by 5.0 a code may say that it was never known."""
    if level == LEVEL_5 and code:
        return struct.pack(">BBHB", PUBCOMP, 3, packet_id, code)
    return struct.pack(">BBH", PUBCOMP, 2, packet_id)


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


def welcome(body: bytes, level: int = LEVEL) -> Welcome:
    """CONNACK. Raises BadPacket."""
    if len(body) < 2 or (level == LEVEL and len(body) != 2):
        raise BadPacket(f"expected a CONNACK, got {len(body)} octets")
    # A broker that speaks 3.1.1 only answers in its own form, without properties.
    report = _properties(body, 2)[0] if level == LEVEL_5 and len(body) > 2 else Properties()
    return Welcome(body[1], bool(body[0] & 1), report)


def granted(body: bytes, level: int = LEVEL) -> tuple[list[int], str]:
    """The codes of a SUBACK, and the reason in words. Raises BadPacket."""
    report, at = _properties(body, 2) if level == LEVEL_5 else (Properties(), 2)
    if len(body) <= at:
        raise BadPacket("expected a code for each topic in SUBACK")
    return list(body[at:]), report.reason


def goodbye(body: bytes) -> tuple[int, str]:
    """Code and reason of a server's DISCONNECT (5.0). Raises BadPacket."""
    report = _properties(body, 1)[0] if len(body) > 1 else Properties()
    return body[0] if body else 0, report.reason


def identifier(body: bytes) -> int:
    """The packet identifier of PUBREL. Raises BadPacket."""
    if len(body) < 2:
        raise BadPacket("expected a packet identifier")
    return int.from_bytes(body[:2], "big")


def _properties(body: bytes, at: int) -> tuple[Properties, int]:
    try:
        return properties.take(body, at)
    except BadProperties as error:
        raise BadPacket(str(error)) from None


def arrived(flags: int, body: bytes, level: int = LEVEL) -> Arrived:
    """The message of a PUBLISH. Raises BadPacket."""
    qos = flags >> 1 & 3
    try:
        (size,) = struct.unpack_from(">H", body)
        topic = body[2 : 2 + size].decode()
        at = 2 + size
        packet_id = struct.unpack_from(">H", body, at)[0] if qos else 0
    except (struct.error, UnicodeDecodeError):
        raise BadPacket("expected topic and packet identifier in PUBLISH") from None
    if qos > 2 or len(body) < at:
        raise BadPacket(f"expected QoS 0, 1 or 2, got {qos}")
    at += 2 if qos else 0
    report, at = _properties(body, at) if level == LEVEL_5 else (Properties(), at)
    alias = report.number(properties.TOPIC_ALIAS)
    return Arrived(topic, body[at:], packet_id, bool(flags & 8), bool(flags & 1), qos, alias)
