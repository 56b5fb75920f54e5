"""MQTT 3.1.1 packets as a broker reads and writes them (OASIS standard, sections 2 and 3).

Leaves connections to `mqtt_door`. What is wrong is a `PacketError`, whose sentence is told to nobody but the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK = range(1, 12)
PINGREQ, PINGRESP, DISCONNECT = 12, 13, 14
ACCEPTED, WRONG_LEVEL, BAD_CLIENT, BAD_USER, NOT_ALLOWED = 0, 1, 2, 4, 5
_LEVEL = 4


class PacketError(Exception):
    """Octets that are no packet of MQTT 3.1.1."""


@dataclass(frozen=True)
class Packet:
    """A control packet: its type, the flags of its first octet, and what follows the length."""

    kind: int
    flags: int
    body: bytes


class Packets:
    """Cuts a stream into packets of at most `most` octets."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._octets = bytearray()

    def feed(self, octets: bytes) -> Iterator[Packet]:
        """Whole packets. Raises PacketError."""
        self._octets += octets
        while len(self._octets) >= 2:
            length, used = 0, 1
            while True:
                if used >= len(self._octets):
                    return
                octet = self._octets[used]
                length |= (octet & 0x7F) << (7 * (used - 1))
                used += 1
                if not octet & 0x80:
                    break
                if used > 4:
                    raise PacketError("the remaining length is longer than four octets")
            if length > self.most:
                raise PacketError(f"a packet of {length} octets is longer than {self.most}")
            if len(self._octets) < used + length:
                return
            first, body = self._octets[0], bytes(self._octets[used : used + length])
            del self._octets[: used + length]
            yield Packet(first >> 4, first & 0x0F, body)


class _Reader:
    """Fields of a packet's body one after the other."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def whole(self, octets: int) -> int:
        return int.from_bytes(self.take(octets))

    def take(self, count: int) -> bytes:
        found = self._body[self._at : self._at + count]
        if len(found) < count:
            raise PacketError("a packet ends before its fields do")
        self._at += count
        return found

    def text(self) -> str:
        try:
            found = self.take(self.whole(2)).decode()
        except UnicodeDecodeError:
            raise PacketError("a text is not UTF-8") from None
        if "\0" in found:
            raise PacketError("a text has U+0000 [MQTT-1.5.3-2]")
        return found

    @property
    def rest(self) -> bytes:
        return self._body[self._at :]


@dataclass(frozen=True)
class Connect:
    """Who connects; `level` 4 is 3.1.1."""

    level: int
    clean: bool
    keep_alive_s: int
    client: str
    user: str
    password: str

    @property
    def spoken(self) -> bool:
        """Whether it is a level that is spoken here."""
        return self.level == _LEVEL


def read_connect(body: bytes) -> Connect:
    """CONNECT; a will is read and not kept. Raises PacketError."""
    reader = _Reader(body)
    if reader.text() not in ("MQTT", "MQIsdp"):
        raise PacketError("the protocol is not MQTT")
    level, flags, keep_alive = reader.whole(1), reader.whole(1), reader.whole(2)
    if level != _LEVEL:
        return Connect(level, True, keep_alive, "", "", "")
    client = reader.text()
    if flags & 0x04:
        reader.text()
        reader.take(reader.whole(2))
    user = reader.text() if flags & 0x80 else ""
    password = reader.take(reader.whole(2)).decode("utf-8", "replace") if flags & 0x40 else ""
    return Connect(level, bool(flags & 0x02), keep_alive, client, user, password)


@dataclass(frozen=True)
class Publish:
    """A message; `number` 0 at QoS 0."""

    topic: str
    payload: bytes
    qos: int
    number: int


def read_publish(packet: Packet) -> Publish:
    """PUBLISH. Raises PacketError."""
    reader = _Reader(packet.body)
    qos = packet.flags >> 1 & 3
    topic = reader.text()
    if qos == 3 or not topic or "#" in topic or "+" in topic:
        raise PacketError("a message without a topic of its own, or of no QoS that exists")
    number = reader.whole(2) if qos else 0
    if qos and not number:
        raise PacketError("a message of QoS 1 or 2 without a number")
    return Publish(topic, reader.rest, qos, number)


def number_of(body: bytes) -> int:
    """The number that an answer, SUBSCRIBE or UNSUBSCRIBE begins with. Raises PacketError."""
    return _Reader(body).whole(2)


def filters_of(body: bytes, *, with_qos: bool) -> list[str]:
    """The topics of SUBSCRIBE or UNSUBSCRIBE. Raises PacketError."""
    reader = _Reader(body)
    reader.whole(2)
    found: list[str] = []
    while reader.rest:
        found.append(reader.text())
        if with_qos:
            reader.whole(1)
    return found


def packet(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    """A packet as octets."""
    length, digits = len(body), bytearray()
    while True:
        length, digit = length >> 7, length & 0x7F
        digits.append(digit | (0x80 if length else 0))
        if not length:
            return bytes((kind << 4 | flags,)) + bytes(digits) + body


def answer(kind: int, number: int) -> bytes:
    """PUBACK, PUBREC, PUBREL, PUBCOMP or UNSUBACK of a number."""
    return packet(kind, number.to_bytes(2), 2 if kind == PUBREL else 0)


def text(value: str) -> bytes:
    """A text with its length."""
    octets = value.encode()
    return len(octets).to_bytes(2) + octets
