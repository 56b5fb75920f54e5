"""SM3, the rounds of SM4 and the curve of SM2 in Python integers: the arithmetic of the oracle, faster than gmssl's.

Leaves keys, signatures and every check of what is given to `oracle`. Written from GB/T 32905, 32907 and 32918.1, apart
from every stack that a terminal would use; the tests hold it against gmssl, OpenSSL and the official vectors.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache

from gmssl.sm4 import SM4_BOXES_TABLE

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF

Point = tuple[int, int]
"""A point of the curve, affine."""
Jacobian = tuple[int, int, int]
"""A point as (x, y, z) with affine (x / z^2, y / z^3); z is 0 for the point at infinity."""

_INFINITY: Jacobian = (1, 1, 0)

# SM3 (GB/T 32905).

_START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
_MASK = 0xFFFFFFFF
_WORDS = struct.Struct(">16I")
_STATE = struct.Struct(">8I")


def _rotated(word: int, count: int) -> int:
    return (word << count | word >> (32 - count)) & _MASK


_FIRST = tuple(_rotated(0x79CC4519, step) for step in range(16))
_OTHER = tuple(_rotated(0x7A879D8A, step % 32) for step in range(16, 64))


def sm3(message: bytes) -> bytes:
    """SM3 of a message, 32 octets."""
    size = len(message)
    padded = message + b"\x80" + bytes(-(size + 9) % 64) + (size * 8).to_bytes(8, "big")
    state = _START
    for words in _WORDS.iter_unpack(padded):
        state = _compressed(state, words)
    return _STATE.pack(*state)


def _compressed(state: tuple[int, ...], block: tuple[int, ...]) -> tuple[int, ...]:
    """The compression function (5.3.3); rotations stand in line, since a call costs more than the rest."""
    mask = _MASK
    w = list(block)
    for at in range(16, 68):
        x, y = w[at - 3], w[at - 13]
        x = w[at - 16] ^ w[at - 9] ^ ((x << 15 | x >> 17) & mask)
        x ^= (x << 15 | x >> 17) & mask ^ (x << 23 | x >> 9) & mask
        w.append(x ^ ((y << 7 | y >> 25) & mask) ^ w[at - 6])
    a, b, c, d, e, f, g, h = state
    for constant, word, later in zip(_FIRST, w, w[4:], strict=False):
        turned = (a << 12 | a >> 20) & mask
        ss = turned + e + constant & mask
        ss = (ss << 7 | ss >> 25) & mask
        one = (a ^ b ^ c) + d + (ss ^ turned) + (word ^ later) & mask
        two = (e ^ f ^ g) + h + ss + word & mask
        d, c, b, a = c, (b << 9 | b >> 23) & mask, a, one
        h, g, f = g, (f << 19 | f >> 13) & mask, e
        e = two ^ (two << 9 | two >> 23) & mask ^ (two << 17 | two >> 15) & mask
    for constant, word, later in zip(_OTHER, w[16:], w[20:], strict=False):
        turned = (a << 12 | a >> 20) & mask
        ss = turned + e + constant & mask
        ss = (ss << 7 | ss >> 25) & mask
        one = (a & b | a & c | b & c) + d + (ss ^ turned) + (word ^ later) & mask
        two = (e & f | ~e & g) + h + ss + word & mask
        d, c, b, a = c, (b << 9 | b >> 23) & mask, a, one
        h, g, f = g, (f << 19 | f >> 13) & mask, e
        e = two ^ (two << 9 | two >> 23) & mask ^ (two << 17 | two >> 15) & mask
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))


# SM4 (GB/T 32907). The S-box and the keys of rounds are gmssl's.


def _spread(word: int) -> int:
    """The linear transformation L."""
    return word ^ _rotated(word, 2) ^ _rotated(word, 10) ^ _rotated(word, 18) ^ _rotated(word, 24)


_T0, _T1, _T2, _T3 = (tuple(_spread(each << shift) for each in SM4_BOXES_TABLE) for shift in (24, 16, 8, 0))
_QUARTERS = struct.Struct(">4I")


def sm4_rounds(keys: Sequence[int], block: bytes) -> bytes:
    """32 rounds over a block of 16 octets with their keys (6.2), S-box and L from one table for each octet."""
    a, b, c, d = _QUARTERS.unpack(block)
    for key in keys:
        x = b ^ c ^ d ^ key
        a, b, c, d = b, c, d, a ^ _T0[x >> 24] ^ _T1[x >> 16 & 0xFF] ^ _T2[x >> 8 & 0xFF] ^ _T3[x & 0xFF]
    return _QUARTERS.pack(d, c, b, a)


# The curve y^2 = x^3 - 3x + b over the field of P (GB/T 32918.1, annex A; formulas for Jacobian coordinates).

_BITS = 4
_DIGITS = (1 << _BITS) - 1
_WINDOWS = 256 // _BITS
_PAYS_AFTER = 16
_seen: dict[Point, int] = {}


def multiply(scalar: int, point: Point) -> Point | None:
    """`scalar` (1 to 2^256 - 1) times a point of the curve; None for the point at infinity.

    Points that come again (the base point, a world's keys) are multiplied from a table.
    """
    return _affine(_by_table(scalar, _multiples(point)) if _comes_again(point) else _plainly(scalar, point))


def _plainly(scalar: int, point: Point) -> Jacobian:
    total = _INFINITY
    for bit in bin(scalar)[2:]:
        total = _doubled(total)
        if bit == "1":
            total = _sum(total, point)
    return total


def _by_table(scalar: int, table: list[list[Point]]) -> Jacobian:
    total = _INFINITY
    for row in table:
        if digit := scalar & _DIGITS:
            total = _sum(total, row[digit - 1])
        scalar >>= _BITS
    return total


def _doubled(point: Jacobian) -> Jacobian:
    x, y, z = point
    if not z or not y:
        return _INFINITY
    square = y * y % P
    middle = 4 * x * square % P
    zz = z * z % P
    slope = 3 * (x - zz) * (x + zz) % P
    new_x = (slope * slope - 2 * middle) % P
    return new_x, (slope * (middle - new_x) - 8 * square * square) % P, 2 * y * z % P


def _sum(one: Jacobian, other: Point) -> Jacobian:
    x1, y1, z1 = one
    x2, y2 = other
    if not z1:
        return x2, y2, 1
    zz = z1 * z1 % P
    across = (x2 * zz - x1) % P
    slope = (y2 * zz * z1 - y1) % P
    if not across:
        return _INFINITY if slope else _doubled(one)
    square = across * across % P
    cube = square * across % P
    middle = x1 * square % P
    new_x = (slope * slope - cube - 2 * middle) % P
    return new_x, (slope * (middle - new_x) - y1 * cube) % P, z1 * across % P


def _affine(point: Jacobian) -> Point | None:
    x, y, z = point
    if not z:
        return None
    inverse = pow(z, -1, P)
    square = inverse * inverse % P
    return x * square % P, y * square * inverse % P


def _comes_again(point: Point) -> bool:
    """Whether a point was multiplied so often that a table pays; counts this time."""
    if len(_seen) > 4096:
        _seen.clear()
    _seen[point] = times = _seen.get(point, 0) + 1
    return times > _PAYS_AFTER


@lru_cache(maxsize=32)
def _multiples(point: Point) -> list[list[Point]]:
    """In row i, column d - 1: d * 16^i times the point."""
    rows: list[list[Point]] = []
    base: Point | None = point
    for _ in range(_WINDOWS):
        assert base is not None
        row = [base]
        total: Jacobian = (*base, 1)
        for _ in range(_DIGITS):
            total = _sum(total, base)
            found = _affine(total)
            assert found is not None
            row.append(found)
        base = row.pop()
        rows.append(row)
    return rows
