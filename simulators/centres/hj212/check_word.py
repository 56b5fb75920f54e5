"""Check words: that of HJ 212-2017 annex A, and that of Modbus, for which it is often taken.

Leaves where a check word stands to `frames`.
"""

from __future__ import annotations


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
_TWO = bytes(_HIGH[_HIGH[pair >> 8] ^ pair & 0xFF] for pair in range(0x10000))


def check_word(data: bytes) -> int:
    """The check word of HJ 212-2017 annex A: each octet meets the high octet of the register, the low one is lost."""
    count = len(data) - 1
    if count < 1:
        return _TABLE[0xFF ^ data[0]] if data else 0xFFFF
    # A step is linear, and eight of them leave the high octet as it was (a test proves both over the table): octets
    # eight places apart may be laid upon each other, and eight octets are left of any text.
    register = int.from_bytes(data, "big") >> 8
    bits = 32 << (count - 1 >> 2).bit_length()
    while bits >= 64:
        register ^= register >> bits
        bits >>= 1
    register ^= 0xFF << (8 * count - 8 & 63)
    high = _TWO[register >> 48 & 0xFFFF]
    high = _TWO[high << 8 ^ register >> 32 & 0xFFFF]
    high = _TWO[high << 8 ^ register >> 16 & 0xFFFF]
    return _TABLE[_TWO[high << 8 ^ register & 0xFFFF] ^ data[-1]]


def modbus_check(data: bytes) -> int:
    """CRC-16/MODBUS as a number, for telling it from the check word of HJ 212."""
    register = 0xFFFF
    for octet in data:
        register = (register >> 8) ^ _TABLE[(register ^ octet) & 0xFF]
    return register
