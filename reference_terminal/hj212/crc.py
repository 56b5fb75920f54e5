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
