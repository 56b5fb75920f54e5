"""Register types of Modbus devices: whole numbers, BCD and binary floats in 1 to 4 registers, in four octet orders.

Leaves to others: which register holds what (`maps`) and how it travels (`modbus`). A register's value is decimal text
derived from its bits alone: raw times scale for whole numbers, the shortest text with the same bits for floats.
"""

from __future__ import annotations

import math
import struct
from decimal import Decimal

TYPES = {"u8": 1, "s8": 1, "u16": 1, "s16": 1, "u32": 2, "s32": 2, "u64": 4, "s64": 4, "f32": 2, "f64": 4} | {
    f"bcd{16 * count}": count for count in (1, 2, 3, 4)
}
"""Type name to number of registers; numbers of 8 bits take a whole one."""

ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
"""Octet orders of a value as seen on the wire: big-endian, low word first, octets swapped, little-endian."""


def reorder(octets: bytes, order: str) -> bytes:
    """Big-endian octets to wire octets of this order, and back (every order is its own inverse)."""
    if order == "ABCD":
        return octets
    if order == "DCBA":
        return octets[::-1]
    words = [octets[index : index + 2] for index in range(0, len(octets), 2)]
    if order == "CDAB":
        return b"".join(words[::-1])
    return b"".join(word[::-1] for word in words)


def is_bcd(kind: str) -> bool:
    """Whether a type has a decimal digit in each half octet."""
    return kind.startswith("bcd")


def bounds(kind: str) -> tuple[int, int]:
    """Smallest and largest raw number of a whole-number type."""
    if is_bcd(kind):
        return 0, 10 ** (4 * TYPES[kind]) - 1
    bits = 8 if kind in ("u8", "s8") else 16 * TYPES[kind]
    return (0, 2**bits - 1) if kind[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def pack_whole(raw: int, kind: str) -> bytes:
    """A raw number as big-endian octets; the number must lie within `bounds(kind)`."""
    size = 2 * TYPES[kind]
    if is_bcd(kind):
        return bytes.fromhex(f"{raw:0{2 * size}d}")
    return raw.to_bytes(size, "big", signed=kind[0] == "s")


def unpack_whole(octets: bytes, kind: str) -> int | None:
    """Big-endian octets as raw number; None if a BCD nibble is above 9."""
    if is_bcd(kind):
        digits = octets.hex()
        return int(digits) if digits.isdecimal() else None
    return int.from_bytes(octets, "big", signed=kind[0] == "s")


def pack_float(value: float, kind: str) -> bytes:
    """The nearest binary float of the type as big-endian octets; beyond the range it is infinite."""
    if kind == "f64":
        return struct.pack(">d", value)
    try:
        return struct.pack(">f", value)
    except OverflowError:
        return struct.pack(">f", math.copysign(math.inf, value))


def float_text(octets: bytes, kind: str) -> str | None:
    """The shortest plain decimal text that converts back to the same bits; None for NaN and infinity."""
    number: float = struct.unpack(">d" if kind == "f64" else ">f", octets)[0]
    if not math.isfinite(number):
        return None
    if kind == "f64":
        text = repr(number)
    else:
        text = f"{number:.6g}"
        digits = 6
        while struct.pack(">f", float(text)) != octets:
            digits += 1
            text = f"{number:.{digits}g}"
    if "e" in text:
        text = f"{Decimal(text):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
