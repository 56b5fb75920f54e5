"""Packed decimal digits of DL/T 645 and CJ/T 188, low octet first, into exact values (facts 1.5, 2.4).

Leaves frames and what an identifier holds to the codecs and their tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from reference_terminal.model import numbers, reading
from reference_terminal.model.reading import BadContent


@dataclass(frozen=True)
class Format:
    """Digits before and after the point; `width` is the number of octets, `signed`: bit 7 of the highest octet."""

    whole: int
    decimals: int
    signed: bool = False

    @property
    def width(self) -> int:
        """Octets of one value."""
        return (self.whole + self.decimals + 1) // 2

    @property
    def step(self) -> Decimal:
        """The value of one unit in the last digit."""
        return Decimal(1).scaleb(-self.decimals)

    @property
    def modulus(self) -> Decimal:
        """Largest value + one step, where a counter starts again; a sign takes the highest bit of the first digit."""
        return (8 if self.signed else 10) * Decimal(10) ** (self.whole - 1)


@lru_cache(maxsize=256)
def parse_format(text: str, *, signed: bool = False) -> Format:
    """`XXXXXX.XX` as digits; raises ValueError unless it is at most 16 X with at most one point between them."""
    whole, point, part = text.partition(".")
    if not whole or bool(part) != bool(point) or set(whole + part) != {"X"} or len(whole + part) > 16:
        raise ValueError(f"expected 1 to 16 X with at most one point between them such as XXXXXX.XX, got {text!r}")
    return Format(len(whole), len(part), signed)


def value_of(octets: bytes, form: Format) -> Decimal:
    """The value of one field of `form.width` octets, all decimals kept; raises BadContent for what is no number.

    Only FF says that there is no data (facts 1.5); any other digit above 9 is damage or another coding.
    """
    if len(octets) < form.width:
        raise BadContent(reading.SHORT)
    octets = octets[: form.width]
    if all(octet == 0xFF for octet in octets):
        raise BadContent(reading.NO_DATA)
    negative = False
    if form.signed and octets[-1] & 0x80:
        negative = True
        octets = octets[:-1] + bytes([octets[-1] & 0x7F])
    digits = octets[::-1].hex()
    if not digits.isdigit():
        raise BadContent(reading.BAD_DIGITS)
    value = numbers.CONTEXT.multiply(Decimal(int(digits)), form.step)
    return value.copy_negate() if negative and value else value


def octets_of(value: Decimal, form: Format) -> bytes:
    """The octets of a value, as a meter sends them; raises ValueError if its digits do not fit."""
    scaled = numbers.CONTEXT.divide(abs(value), form.step)
    limit = numbers.CONTEXT.divide(form.modulus, form.step)
    if scaled != scaled.to_integral_value() or scaled >= limit or (value < 0 and not form.signed):
        raise ValueError(f"{value} does not fit {form}")
    octets = bytearray(bytes.fromhex(f"{int(scaled):0{2 * form.width}d}")[::-1])
    if value < 0:
        octets[-1] |= 0x80
    return bytes(octets)


def digits_of(octets: bytes) -> str:
    """Octets, low first, as a person writes them: hexadecimal digits, highest first."""
    return octets[::-1].hex().upper()
