"""Fields of MQTT packets in octets (section 1.5): whole numbers, texts, octets, numbers of variable length.

Leaves packets to `packets` and properties to `properties`.
"""

from __future__ import annotations

MALFORMED, PROTOCOL_ERROR = 0x81, 0x82


class PacketError(ValueError):
    """Octets that are no packet of MQTT; one sentence. `code` is the reason code that 5.0 gives for it."""

    def __init__(self, text: str, code: int = MALFORMED) -> None:
        super().__init__(text)
        self.code = code


class Fields:
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
        """A whole number of so many octets."""
        return int.from_bytes(self.take(octets), "big")

    def variable(self) -> int:
        """A whole number of one to four octets of seven bits."""
        found = 0
        for place in range(4):
            octet = self.whole(1)
            found |= (octet & 0x7F) << 7 * place
            if not octet & 0x80:
                return found
        raise PacketError("expected a number of at most four octets, got more")

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

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.left)

    @property
    def left(self) -> int:
        """Octets not taken yet."""
        return len(self._body) - self._at


def text(value: str) -> bytes:
    """A text behind its length."""
    octets = value.encode()
    return len(octets).to_bytes(2, "big") + octets


def number(value: int) -> bytes:
    """A whole number in octets of seven bits."""
    digits = bytearray()
    while True:
        value, digit = divmod(value, 128)
        digits.append(digit | (0x80 if value else 0))
        if not value:
            return bytes(digits)
