"""The CRC of HJ 212-2017 annex A, which is not the Modbus CRC though it shares polynomial and start value.

Leaves framing to `frame`.
"""

from __future__ import annotations


def _table() -> tuple[int, ...]:
    entries: list[int] = []
    for value in range(256):
        register = value
        for _ in range(8):
            register = (register >> 1) ^ (0xA001 if register & 1 else 0)
        entries.append(register)
    return tuple(entries)


_TABLE = _table()
_HIGH = bytes(entry >> 8 for entry in _TABLE)


def of(data: bytes) -> int:
    """The 16-bit CRC: for each octet the register's high byte XOR the octet selects the next register (annex A)."""
    if not data:
        return 0xFFFF
    # Of a register only its high byte is used again.
    high, known = 0xFF, _HIGH
    for octet in data[:-1]:
        high = known[high ^ octet]
    return _TABLE[high ^ data[-1]]


def text(data: bytes) -> bytes:
    """The CRC as it stands in a frame: four upper-case hexadecimal digits with leading zeros."""
    return b"%04X" % of(data)


def _powers() -> tuple[list[bytes], int]:
    """What 0, 1, 2, … octets of zero make of a high byte, as tables, and where the row of tables begins again."""
    tables, places = [bytes(range(256))], {bytes(range(256)): 0}
    while (following := tables[-1].translate(_HIGH)) not in places:
        places[following] = len(tables)
        tables.append(following)
    return tables, places[following]


_POWERS, _AGAIN = _powers()


class Stretches:
    """The CRC of any stretch of a growing text, each in constant time, so that no octet is worth going over twice.

    The step from octet to octet is linear over GF(2): what the octets before a stretch left in the register is taken
    out again.
    """

    def __init__(self) -> None:
        self.octets = bytearray()
        self._highs = bytearray(1)

    def extend(self, data: bytes) -> None:
        """Take octets at the end."""
        self.octets += data
        known, highs = _HIGH, self._highs
        high = highs[-1]
        for octet in data:
            high = known[high ^ octet]
            highs.append(high)

    def drop(self, count: int) -> None:
        """Forget the first `count` octets."""
        del self.octets[:count]
        del self._highs[:count]

    def text(self, start: int, end: int) -> bytes:
        """The CRC of the octets from `start` to before `end`, as it stands in a frame."""
        if start == end:
            return b"FFFF"
        before = end - 1 - start
        if before >= len(_POWERS):
            before = _AGAIN + (before - _AGAIN) % (len(_POWERS) - _AGAIN)
        high = self._highs[end - 1] ^ _POWERS[before][self._highs[start] ^ 0xFF]
        return b"%04X" % _TABLE[high ^ self.octets[end - 1]]
