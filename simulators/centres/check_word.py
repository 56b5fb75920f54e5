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


def check_word(data: bytes) -> int:
    """The check word of HJ 212-2017 annex A: each octet meets the high octet of the register, the low one is lost."""
    if not data:
        return 0xFFFF
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
