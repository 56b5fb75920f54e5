"""Packets of MQTT 3.1.1 and 5.0 as a broker and a publisher need them: cut, read, made.

Leaves fields to `octets`, properties of 5.0 to `properties`, sessions and who gets what to `broker`. `level` is the
protocol level of a connection: 4 for 3.1.1, 5 for 5.0. Reserved bits, lengths and texts are checked as they demand.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulators.mqtt import properties
from simulators.mqtt.octets import MALFORMED, PROTOCOL_ERROR, Fields, PacketError, number, text
from simulators.mqtt.properties import NONE, Properties

__all__ = ["MALFORMED", "PROTOCOL_ERROR", "PacketError"]

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 1, 2, 3, 4, 5, 6, 7
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = 8, 9, 10, 11, 12, 13, 14
_NAMES = {PUBACK: "PUBACK", PUBREC: "PUBREC", PUBREL: "PUBREL", PUBCOMP: "PUBCOMP"}
LEVEL, LEVEL_5 = 4, 5
"""Protocol levels of 3.1.1 and 5.0."""
MOST_OCTETS = 1_048_576
"""Largest packet taken."""
FOREVER = 2**32 - 1
"""The session expiry interval of a session that never ends."""
REFUSED = 0x80
"""The first reason code that says no."""
_FIXED_FLAGS = {PUBREL: 2, SUBSCRIBE: 2, UNSUBSCRIBE: 2}


@dataclass(frozen=True)
class Packet:
    """A packet cut from the stream: its type, the four flags of its first octet, what follows the length."""

    kind: int
    flags: int
    body: bytes


@dataclass(frozen=True)
class Message:
    """An application message. `number` is the sender's own count, 0 for none; it does not travel.

    `expiry_s` is its message expiry interval (5.0; -1: it never expires), `properties` those that travel with it.
    """

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    number: int = 0
    expiry_s: int = -1
    properties: Properties = NONE


@dataclass(frozen=True)
class Connect:
    """What a client says of itself. `will` is published `will_delay_s` after it has gone without a word.

    `expiry_s` is how long its session outlasts the connection (3.1.1: for ever, or not at all where it asks for a clean
    one), `properties` are those of 5.0.
    """

    client: str
    level: int
    clean: bool
    keepalive_s: int
    user: str
    password: str
    will: Message | None
    expiry_s: int = 0
    will_delay_s: int = 0
    properties: Properties = NONE


@dataclass(frozen=True)
class Publish:
    """A message on its way, with the packet identifier of QoS 1 and 2 (0 at QoS 0) and the mark of a repetition."""

    message: Message
    packet_id: int
    dup: bool
    alias: int = 0


@dataclass(frozen=True)
class Wish:
    """A filter that is subscribed to, with its options; all but `qos` are of 5.0."""

    topics: str
    qos: int
    no_local: bool = False
    as_published: bool = False
    retained: int = 0
    identifier: int = 0


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
                raise PacketError(f"expected a packet of MQTT, got first octet {self._octets[0]:02X}")
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
                    raise PacketError(f"expected at most {MOST_OCTETS} octets, got a packet of {length}", 0x95)
                return length, place + 2
        raise PacketError("expected a length of at most four octets, got more")


# Read.


def read_connect(body: bytes) -> Connect:
    """The CONNECT of a client; of a protocol level that is neither only that level is read. Raises PacketError."""
    fields = Fields(body)
    name, level = fields.text(), fields.whole(1)
    if name != "MQTT" or level not in (LEVEL, LEVEL_5):
        return Connect("", level if name == "MQTT" else 0, True, 0, "", "", None)
    flags, keepalive_s = fields.whole(1), fields.whole()
    if flags & 1:
        raise PacketError("expected the reserved flag of CONNECT to be 0")
    said = properties.read(fields, "CONNECT") if level == LEVEL_5 else NONE
    client, clean = fields.text(), bool(flags & 2)
    will: Message | None = None
    delay_s = 0
    if flags & 4:
        of_will = properties.read(fields, "will") if level == LEVEL_5 else NONE
        topic, payload = fields.text(), fields.blob()
        will = _message(topic, payload, min(flags >> 3 & 3, 2), bool(flags & 0x20), of_will)
        delay_s = of_will.whole("will-delay")
    user = fields.text() if flags & 0x80 else ""
    password = fields.blob().decode("utf-8", "replace") if flags & 0x40 else ""
    expiry_s = said.whole("session-expiry") if level == LEVEL_5 else 0 if clean else FOREVER
    return Connect(client, level, clean, keepalive_s, user, password, will, expiry_s, delay_s, said)


def _message(topic: str, payload: bytes, qos: int, retain: bool, said: Properties) -> Message:
    return Message(topic, payload, qos, retain, 0, said.whole("message-expiry", -1), said.only(properties.FORWARDED))


def read_publish(packet: Packet, level: int = LEVEL) -> Publish:
    """A PUBLISH. Raises PacketError. With a topic alias of 5.0 the topic may be empty."""
    qos = packet.flags >> 1 & 3
    if qos == 3:
        raise PacketError("expected QoS 0, 1 or 2, got 3")
    fields = Fields(packet.body)
    topic = fields.text()
    packet_id = fields.whole() if qos else 0
    if qos and not packet_id:
        raise PacketError("expected a packet identifier that is not 0", PROTOCOL_ERROR)
    said = properties.read(fields, "PUBLISH") if level == LEVEL_5 else NONE
    alias = said.whole("topic-alias")
    if said.has("topic-alias") and not alias:
        raise PacketError("expected a topic alias that is not 0", 0x94)
    if (not topic and not alias) or "+" in topic or "#" in topic:
        raise PacketError(f"expected a topic without wildcards, got {topic!r}", 0x90)
    message = _message(topic, fields.rest(), qos, bool(packet.flags & 1), said)
    return Publish(message, packet_id, bool(packet.flags & 8), alias)


def read_subscribe(body: bytes, level: int = LEVEL) -> tuple[int, list[Wish]]:
    """Packet identifier, and filters with what is asked for. Raises PacketError."""
    fields = Fields(body)
    packet_id, wanted = fields.whole(), list[Wish]()
    said = properties.read(fields, "SUBSCRIBE") if level == LEVEL_5 else NONE
    while fields.left:
        topics, options = fields.text(), fields.whole(1)
        if level == LEVEL_5:
            if options & 0xC0 or options & 3 == 3 or options >> 4 & 3 == 3:
                raise PacketError(f"expected options of a subscription, got {options:02X}", PROTOCOL_ERROR)
            identifier = said.whole("subscription-identifier")
            wish = Wish(topics, options & 3, bool(options & 4), bool(options & 8), options >> 4 & 3, identifier)
        else:
            wish = Wish(topics, min(options & 3, 2))
        wanted.append(wish)
    if not wanted:
        raise PacketError("expected a filter in SUBSCRIBE", PROTOCOL_ERROR)
    return packet_id, wanted


def read_unsubscribe(body: bytes, level: int = LEVEL) -> tuple[int, list[str]]:
    """Packet identifier and filters. Raises PacketError."""
    fields = Fields(body)
    packet_id, filters = fields.whole(), list[str]()
    if level == LEVEL_5:
        properties.read(fields, "UNSUBSCRIBE")
    while fields.left:
        filters.append(fields.text())
    return packet_id, filters


def read_answer(packet: Packet, level: int = LEVEL) -> tuple[int, int]:
    """Packet identifier and reason code of PUBACK, PUBREC, PUBREL or PUBCOMP. Raises PacketError."""
    fields = Fields(packet.body)
    packet_id = fields.whole()
    code = fields.whole(1) if level == LEVEL_5 and fields.left else 0
    if level == LEVEL_5 and fields.left:
        properties.read(fields, _NAMES[packet.kind])
    return packet_id, code


def read_goodbye(body: bytes, level: int = LEVEL) -> tuple[int, Properties]:
    """Reason code and properties of a DISCONNECT. Raises PacketError."""
    fields = Fields(body)
    code = fields.whole(1) if level == LEVEL_5 and fields.left else 0
    return code, properties.read(fields, "DISCONNECT") if level == LEVEL_5 and fields.left else NONE


# Made.


def packet(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    """The octets of a packet."""
    return bytes((kind << 4 | (flags or _FIXED_FLAGS.get(kind, 0)),)) + number(len(body)) + body


def connack(level: int, present: bool, code: int, said: Properties = NONE) -> bytes:
    """CONNACK; at level 5 with properties."""
    tail = properties.write(said) if level == LEVEL_5 else b""
    return packet(CONNACK, bytes((1 if present else 0, code)) + tail)


def publish(
    message: Message,
    packet_id: int,
    *,
    dup: bool = False,
    retain: bool = False,
    level: int = LEVEL,
    said: Properties = NONE,
    topic: str | None = None,
) -> bytes:
    """A PUBLISH; `retain` says that it is a retained message given to a new subscription.

    At level 5 `said` are all its properties, and `topic`, if given, stands in place of the message's (empty behind an
    alias).
    """
    flags = (8 if dup else 0) | message.qos << 1 | (1 if retain else 0)
    head = text(message.topic if topic is None else topic) + (packet_id.to_bytes(2, "big") if message.qos else b"")
    tail = properties.write(said) if level == LEVEL_5 else b""
    return packet(PUBLISH, head + tail + message.payload, flags)


def answer(kind: int, packet_id: int, level: int = LEVEL, code: int = 0) -> bytes:
    """PUBACK, PUBREC, PUBREL or PUBCOMP; the reason code is of level 5 and left out where it is 0."""
    return packet(kind, packet_id.to_bytes(2, "big") + (bytes((code,)) if level == LEVEL_5 and code else b""))


def granted(kind: int, packet_id: int, level: int, codes: list[int]) -> bytes:
    """SUBACK or UNSUBACK; 3.1.1 has no codes in an UNSUBACK."""
    head = packet_id.to_bytes(2, "big") + (b"\x00" if level == LEVEL_5 else b"")
    return packet(kind, head + (bytes(codes) if kind == SUBACK or level == LEVEL_5 else b""))


def goodbye(code: int, reason: str = "") -> bytes:
    """The DISCONNECT of a server (5.0 only), with a reason in words."""
    return packet(DISCONNECT, bytes((code,)) + properties.write(Properties((("reason", reason),) if reason else ())))


def connect(
    client: str,
    keepalive_s: int,
    *,
    clean: bool = True,
    will: Message | None = None,
    level: int = LEVEL,
    user: str = "",
    password: str = "",
) -> bytes:
    """A CONNECT, without user and password where they are empty; at level 5 without properties."""
    flags = 2 if clean else 0
    none = properties.write(NONE) if level == LEVEL_5 else b""
    tail = none + text(client)
    if will is not None:
        flags |= 4 | will.qos << 3 | (0x20 if will.retain else 0)
        tail += none + text(will.topic) + len(will.payload).to_bytes(2, "big") + will.payload
    if user:
        flags |= 0x80
        tail += text(user)
    if password:
        flags |= 0x40
        tail += text(password)
    return packet(CONNECT, text("MQTT") + bytes((level, flags)) + keepalive_s.to_bytes(2, "big") + tail)


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
