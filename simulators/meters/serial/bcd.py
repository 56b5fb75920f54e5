"""Packed decimal digits as meters of DL/T 645 and CJ/T 188 send them: two digits an octet, lowest pair first.

Leaves to others: frames (`dlt645.codec`, `cjt188.codec`) and which value stands where. A format is written as the
standards print it: `XXXXXX.XX` is four octets with two decimals.
"""

from __future__ import annotations

import re

from simulators.plant import as_text

FORMAT = re.compile(r"X+(\.X+)?")


def width_of(layout: str) -> int:
    """Octets of a format: `XXX.X` has 2."""
    return (layout.count("X") + 1) // 2


def decimals_of(layout: str) -> int:
    """Decimals of a format: `XXX.X` has 1."""
    return len(layout.partition(".")[2])


def pack(raw: int, width: int, *, signed: bool = False) -> bytes:
    """A whole number in `width` octets; `signed` puts the sign into the highest bit. It must fit (`largest`)."""
    octets = bytearray(bytes.fromhex(f"{abs(raw):0{2 * width}d}")[::-1])
    if signed and raw < 0:
        octets[-1] |= 0x80
    return bytes(octets)


def largest(width: int, *, signed: bool = False) -> int:
    """Largest magnitude that fits: all nines, or 79.. where the highest bit is the sign."""
    return (8 if signed else 10) * 10 ** (2 * width - 1) - 1


def unpack(octets: bytes, *, signed: bool = False) -> int | None:
    """The whole number in these octets (lowest first); None if a digit is above 9 or there is no octet."""
    high_first = bytearray(octets[::-1])
    if not high_first:
        return None
    negative = signed and bool(high_first[0] & 0x80)
    if negative:
        high_first[0] &= 0x7F
    digits = high_first.hex()
    if not digits.isdecimal():
        return None
    return -int(digits) if negative else int(digits)


def read_text(octets: bytes, layout: str, *, signed: bool = False) -> str | None:
    """The decimal text of these octets in a format; None if they hold no number."""
    raw = unpack(octets, signed=signed)
    return None if raw is None else as_text(raw, decimals_of(layout))


def digits_of(octets: bytes) -> str:
    """Octets (lowest first) as digits as a person writes them, highest first; letters where they are no digits."""
    return octets[::-1].hex().upper()
