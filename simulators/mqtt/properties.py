"""Properties of MQTT 5.0 (section 2.2.2) as a broker and a publisher need them: read, checked, written.

Leaves packets to `packets`. A property stands under a name of the field; which packets may hold it, and whether more
than once, is checked as the standard demands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from simulators.mqtt.octets import MALFORMED, PROTOCOL_ERROR, Fields, PacketError, number, text

Value = int | str | bytes | tuple[str, str]
"""A whole number, a text, octets, or a pair of texts (user property)."""

_PUBLISH, _WILL = "PUBLISH", "will"
_ANSWERS = ("CONNACK", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBACK", "UNSUBACK", "DISCONNECT")
_ALL = ("CONNECT", "CONNACK", _PUBLISH, _WILL, *_ANSWERS[1:-1], "SUBSCRIBE", "UNSUBSCRIBE", "DISCONNECT")


@dataclass(frozen=True)
class _Kind:
    """A property: its form (octets of a whole number; v: of variable length, t: text, b: octets, p: pair) and more."""

    name: str
    form: str
    within: tuple[str, ...]
    most: int = 2**32 - 1
    least: int = 0
    repeats: bool = False


_KINDS: dict[int, _Kind] = {
    0x01: _Kind("payload-format", "1", (_PUBLISH, _WILL), most=1),
    0x02: _Kind("message-expiry", "4", (_PUBLISH, _WILL)),
    0x03: _Kind("content-type", "t", (_PUBLISH, _WILL)),
    0x08: _Kind("response-topic", "t", (_PUBLISH, _WILL)),
    0x09: _Kind("correlation-data", "b", (_PUBLISH, _WILL)),
    0x0B: _Kind("subscription-identifier", "v", (_PUBLISH, "SUBSCRIBE"), least=1, repeats=True),
    0x11: _Kind("session-expiry", "4", ("CONNECT", "CONNACK", "DISCONNECT")),
    0x12: _Kind("assigned-client", "t", ("CONNACK",)),
    0x13: _Kind("server-keep-alive", "2", ("CONNACK",)),
    0x15: _Kind("authentication-method", "t", ("CONNECT", "CONNACK")),
    0x16: _Kind("authentication-data", "b", ("CONNECT", "CONNACK")),
    0x17: _Kind("request-problem", "1", ("CONNECT",), most=1),
    0x18: _Kind("will-delay", "4", (_WILL,)),
    0x19: _Kind("request-response", "1", ("CONNECT",), most=1),
    0x1A: _Kind("response-information", "t", ("CONNACK",)),
    0x1C: _Kind("server-reference", "t", ("CONNACK", "DISCONNECT")),
    0x1F: _Kind("reason", "t", _ANSWERS),
    0x21: _Kind("receive-maximum", "2", ("CONNECT", "CONNACK"), least=1),
    0x22: _Kind("alias-maximum", "2", ("CONNECT", "CONNACK")),
    0x23: _Kind("topic-alias", "2", (_PUBLISH,)),
    0x24: _Kind("maximum-qos", "1", ("CONNACK",), most=1),
    0x25: _Kind("retain-available", "1", ("CONNACK",), most=1),
    0x26: _Kind("user", "p", _ALL, repeats=True),
    0x27: _Kind("maximum-packet", "4", ("CONNECT", "CONNACK"), least=1),
    0x28: _Kind("wildcard-available", "1", ("CONNACK",), most=1),
    0x29: _Kind("identifiers-available", "1", ("CONNACK",), most=1),
    0x2A: _Kind("shared-available", "1", ("CONNACK",), most=1),
}
_CODES = {kind.name: code for code, kind in _KINDS.items()}
FORWARDED = ("payload-format", "content-type", "response-topic", "correlation-data", "user")
"""What a broker passes on with a message as it came (section 3.3.2.3)."""


@dataclass(frozen=True)
class Properties:
    """Properties in their order, by name."""

    pairs: tuple[tuple[str, Value], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def whole(self, name: str, usual: int = 0) -> int:
        """A whole number; `usual` where it is absent."""
        return cast(int, next((value for each, value in self.pairs if each == name), usual))

    def text(self, name: str) -> str:
        """A text; empty where it is absent."""
        return cast(str, next((value for each, value in self.pairs if each == name), ""))

    def has(self, name: str) -> bool:
        """Whether it is there."""
        return any(each == name for each, _ in self.pairs)

    def only(self, names: tuple[str, ...]) -> Properties:
        """Those with such names, in their order."""
        return Properties(tuple(pair for pair in self.pairs if pair[0] in names))

    def plus(self, *more: tuple[str, Value]) -> Properties:
        """These and more."""
        return Properties((*self.pairs, *more))


NONE = Properties()


def read(fields: Fields, within: str) -> Properties:
    """The properties of a packet (PUBLISH and so on) or of a will. Raises PacketError."""
    inner = Fields(fields.take(fields.variable()))
    found: list[tuple[str, Value]] = []
    while inner.left:
        code = inner.variable()
        kind = _KINDS.get(code)
        if kind is None or within not in kind.within:
            raise PacketError(f"expected no property {code:02X} in {within}", MALFORMED)
        if not kind.repeats and any(name == kind.name for name, _ in found):
            raise PacketError(f"expected {kind.name} in {within} once, got it twice", PROTOCOL_ERROR)
        value = _value(inner, kind.form)
        if isinstance(value, int) and not kind.least <= value <= kind.most:
            raise PacketError(f"expected {kind.name} from {kind.least} to {kind.most}, got {value}", PROTOCOL_ERROR)
        found.append((kind.name, value))
    return Properties(tuple(found))


def _value(fields: Fields, form: str) -> Value:
    if form == "t":
        return fields.text()
    if form == "b":
        return fields.blob()
    if form == "p":
        return fields.text(), fields.text()
    return fields.variable() if form == "v" else fields.whole(int(form))


def write(properties: Properties) -> bytes:
    """Properties behind their length. Raises KeyError for a name that none has."""
    made = bytearray()
    for name, value in properties.pairs:
        code = _CODES[name]
        made.append(code)
        made += _written(_KINDS[code].form, value)
    return number(len(made)) + bytes(made)


def _written(form: str, value: Value) -> bytes:
    if isinstance(value, tuple):
        return text(value[0]) + text(value[1])
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bytes):
        return len(value).to_bytes(2, "big") + value
    return number(value) if form == "v" else value.to_bytes(int(form), "big")
