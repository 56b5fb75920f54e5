"""Packets of MQTT 3.1.1 as a broker and a publisher need them: cut, read, made.

Leaves sessions and who gets what to `broker`. Reserved bits, lengths and texts are checked as the standard demands.
"""

from __future__ import annotations

from dataclasses import dataclass

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 1, 2, 3, 4, 5, 6, 7
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = 8, 9, 10, 11, 12, 13, 14
LEVEL = 4
"""Protocol level of 3.1.1."""
MOST_OCTETS = 1_048_576
"""Largest packet taken."""
_FIXED_FLAGS = {PUBREL: 2, SUBSCRIBE: 2, UNSUBSCRIBE: 2}


class PacketError(ValueError):
    """Octets that are no packet of MQTT 3.1.1; one sentence."""


@dataclass(frozen=True)
class Packet:
    """A packet cut from the stream: its type, the four flags of its first octet, what follows the length."""

    kind: int
    flags: int
    body: bytes


@dataclass(frozen=True)
class Message:
    """An application message. `number` is the sender's own count, 0 for none; it does not travel."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    number: int = 0


@dataclass(frozen=True)
class Connect:
    """What a client says of itself. `will` is published when it goes without a word."""

    client: str
    level: int
    clean: bool
    keepalive_s: int
    user: str
    password: str
    will: Message | None


@dataclass(frozen=True)
class Publish:
    """A message on its way, with the packet identifier of QoS 1 and 2 (0 at QoS 0) and the mark of a repetition."""

    message: Message
    packet_id: int
    dup: bool


class Splitter:
    """Cuts a stream into packets, whatever pieces it comes in."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def feed(self, data: bytes) -> list[Packet]:
        """The packets that are whole now. Raises PacketError; there is no way back into step after that."""
        self._octets += data
        found: list[Packet] = []
        while True:
            length, start = self._length()
            if start == 0 or len(self._octets) < start + length:
                return found
            kind, flags = self._octets[0] >> 4, self._octets[0] & 0x0F
            if kind in (0, 15) or (kind != PUBLISH and flags != _FIXED_FLAGS.get(kind, 0)):
                raise PacketError(f"expected a packet of MQTT 3.1.1, got first octet {self._octets[0]:02X}")
            found.append(Packet(kind, flags, bytes(self._octets[start : start + length])))
            del self._octets[: start + length]

    def _length(self) -> tuple[int, int]:
        """Remaining length, and where the body begins (0: not known yet)."""
        length = 0
        for place in range(4):
            if len(self._octets) < place + 2:
                return 0, 0
            octet = self._octets[place + 1]
            length |= (octet & 0x7F) << 7 * place
            if not octet & 0x80:
                if length > MOST_OCTETS:
                    raise PacketError(f"expected at most {MOST_OCTETS} octets, got a packet of {length}")
                return length, place + 2
        raise PacketError("expected a length of at most four octets, got more")


class _Body:
    """The fields of a body, one after the other."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, count: int) -> bytes:
        """So many octets."""
        if self._at + count > len(self._body):
            raise PacketError(f"expected {count} more octets in a packet, found {len(self._body) - self._at}")
        self._at += count
        return self._body[self._at - count : self._at]

    def whole(self, octets: int = 2) -> int:
        """A whole number of one or two octets."""
        return int.from_bytes(self.take(octets), "big")

    def blob(self) -> bytes:
        """Octets behind their length."""
        return self.take(self.whole())

    def text(self) -> str:
        """A text behind its length."""
        try:
            found = self.blob().decode()
        except UnicodeDecodeError:
            raise PacketError("expected UTF-8 in a text of a packet") from None
        if "\0" in found:
            raise PacketError("expected no U+0000 in a text of a packet")
        return found

    @property
    def left(self) -> int:
        """Octets not taken yet."""
        return len(self._body) - self._at


def read_connect(body: bytes) -> Connect:
    """The CONNECT of a client; of another protocol level only that level is read. Raises PacketError."""
    fields = _Body(body)
    name, level = fields.text(), fields.whole(1)
    if (name, level) != ("MQTT", LEVEL):
        return Connect("", level if name == "MQTT" else 0, True, 0, "", "", None)
    flags, keepalive_s, client = fields.whole(1), fields.whole(), fields.text()
    if flags & 1:
        raise PacketError("expected the reserved flag of CONNECT to be 0")
    will: Message | None = None
    if flags & 4:
        topic, payload = fields.text(), fields.blob()
        will = Message(topic, payload, min(flags >> 3 & 3, 2), bool(flags & 0x20))
    user = fields.text() if flags & 0x80 else ""
    password = fields.blob().decode("utf-8", "replace") if flags & 0x40 else ""
    return Connect(client, level, bool(flags & 2), keepalive_s, user, password, will)


def read_publish(packet: Packet) -> Publish:
    """A PUBLISH. Raises PacketError."""
    qos = packet.flags >> 1 & 3
    if qos == 3:
        raise PacketError("expected QoS 0, 1 or 2, got 3")
    fields = _Body(packet.body)
    topic = fields.text()
    if not topic or "+" in topic or "#" in topic:
        raise PacketError(f"expected a topic without wildcards, got {topic!r}")
    packet_id = fields.whole() if qos else 0
    message = Message(topic, fields.take(fields.left), qos, bool(packet.flags & 1))
    return Publish(message, packet_id, bool(packet.flags & 8))


def read_subscribe(body: bytes) -> tuple[int, list[tuple[str, int]]]:
    """Packet identifier, and filters with the QoS asked for. Raises PacketError."""
    fields = _Body(body)
    packet_id, wanted = fields.whole(), list[tuple[str, int]]()
    while fields.left:
        wanted.append((fields.text(), fields.whole(1) & 3))
    if not wanted:
        raise PacketError("expected a filter in SUBSCRIBE")
    return packet_id, wanted


def read_unsubscribe(body: bytes) -> tuple[int, list[str]]:
    """Packet identifier and filters. Raises PacketError."""
    fields = _Body(body)
    packet_id, filters = fields.whole(), list[str]()
    while fields.left:
        filters.append(fields.text())
    return packet_id, filters


def read_id(body: bytes) -> int:
    """The packet identifier of an acknowledgement. Raises PacketError."""
    return _Body(body).whole()


def packet(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    """The octets of a packet."""
    length, digits = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (0x80 if length else 0))
        if not length:
            return bytes((kind << 4 | (flags or _FIXED_FLAGS.get(kind, 0)),)) + bytes(digits) + body


def _text(text: str) -> bytes:
    octets = text.encode()
    return len(octets).to_bytes(2, "big") + octets


def publish(message: Message, packet_id: int, *, dup: bool = False, retain: bool = False) -> bytes:
    """A PUBLISH; `retain` says that it is a retained message given to a new subscription."""
    flags = (8 if dup else 0) | message.qos << 1 | (1 if retain else 0)
    head = _text(message.topic) + (packet_id.to_bytes(2, "big") if message.qos else b"")
    return packet(PUBLISH, head + message.payload, flags)


def acknowledgement(kind: int, packet_id: int) -> bytes:
    """PUBACK, PUBREC, PUBREL, PUBCOMP or UNSUBACK."""
    return packet(kind, packet_id.to_bytes(2, "big"))


def connect(client: str, keepalive_s: int, *, clean: bool = True, will: Message | None = None) -> bytes:
    """A CONNECT without user."""
    flags = 2 if clean else 0
    tail = _text(client)
    if will is not None:
        flags |= 4 | will.qos << 3 | (0x20 if will.retain else 0)
        tail += _text(will.topic) + len(will.payload).to_bytes(2, "big") + will.payload
    return packet(CONNECT, _text("MQTT") + bytes((LEVEL, flags)) + keepalive_s.to_bytes(2, "big") + tail)


def matches(wanted: str, topic: str) -> bool:
    """Whether a topic falls under a filter with + and # (section 4.7); a filter's wildcard never takes a `$` topic."""
    if topic.startswith("$") != wanted.startswith("$"):
        return False
    levels, parts = wanted.split("/"), topic.split("/")
    for place, level in enumerate(levels):
        if level == "#":
            return place == len(levels) - 1
        if place >= len(parts) or level not in ("+", parts[place]):
            return False
    return len(levels) == len(parts)


def filter_fault(wanted: str) -> str:
    """What is wrong with a filter; empty if nothing."""
    levels = wanted.split("/")
    wild = [level for level in levels if "+" in level or "#" in level]
    if not wanted or any(len(level) > 1 for level in wild) or "#" in levels[:-1]:
        return f"{wanted!r} is no topic filter"
    return ""
