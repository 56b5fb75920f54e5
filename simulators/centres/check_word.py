"""Check words: that of HJ 212-2017 annex A, and that of Modbus, for which it is often taken.

Leaves where a check word stands to `frames`.
"""

from __future__ import annotations

import struct


def _table() -> tuple[int, ...]:
    entries: list[int] = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
        entries.append(value)
    return tuple(entries)


_TABLE = _table()
_HIGH = bytes(entry >> 8 for entry in _TABLE)
# The low octet of the register is lost at each step, so that two steps are one look-up of 16 bits in 8 bits.
_TWO = bytes(_HIGH[_HIGH[pair & 0xFF] ^ pair >> 8] for pair in range(0x10000))


# A step is linear, so that many steps are one table, and halves of a text can be laid upon each other: what the first
# half does to the register is what its octets, each so many steps further on, do at the end.


def _powers() -> tuple[bytes, ...]:
    """Tables of 1, 2, 4, … steps at once."""
    found = [_HIGH]
    for _ in range(16):
        found.append(bytes(found[-1][octet] for octet in found[-1]))
    return tuple(found)


_STEPS = _powers()
_LONG, _SHORT = 200, 6


def _folded(data: bytes) -> bytes:
    """64 octets that leave the register as all but the last octet of a long text would, from zero."""
    count = len(data) - 1
    power = (count - 1).bit_length()
    rest = (int.from_bytes(data[:-1], "big") ^ 0xFF << 8 * (count - 1)).to_bytes(1 << power, "big")
    while power > _SHORT:
        power -= 1
        half = 1 << power
        first = int.from_bytes(rest[:half].translate(_STEPS[power]), "big")
        rest = (first ^ int.from_bytes(rest[half:], "big")).to_bytes(half, "big")
    return rest


def check_word(data: bytes) -> int:
    """The check word of HJ 212-2017 annex A: each octet meets the high octet of the register, the low one is lost."""
    if not data:
        return 0xFFFF
    if _LONG <= len(data) <= 1 << 16:
        high = 0
        for pair in struct.unpack("<32H", _folded(data)):
            high = _TWO[high ^ pair]
        return _TABLE[high ^ data[-1]]
    high = 0xFF
    pairs = (len(data) - 1) // 2
    for pair in struct.unpack_from(f"<{pairs}H", data):
        high = _TWO[high ^ pair]
    for octet in data[2 * pairs : -1]:
        high = _HIGH[high ^ octet]
    return _TABLE[high ^ data[-1]]


def modbus_check(data: bytes) -> int:
    """CRC-16/MODBUS as a number, for telling it from the check word of HJ 212."""
    register = 0xFFFF
    for octet in data:
        register = (register >> 8) ^ _TABLE[(register ^ octet) & 0xFF]
    return register
