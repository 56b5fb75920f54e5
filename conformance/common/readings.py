"""Numbers as registers say them: decimal text, rounding, ratio of transformers, and what a counter did in between.

Leaves which readings belong to an interval to `truth`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache

from bench.history import Point
from conformance.common.times import HOUR

# without a rating, a fall is a rollover when the increment is at most this share of the range.
PLAUSIBLE_SHARE = Decimal("0.1")
RATED_MARGIN = Decimal("1.1")

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
# Numbers beyond so many digits are no readings; a terminal's octets must not stop the bench's arithmetic.
_MOST_DIGITS = 40


@lru_cache(maxsize=1 << 16)
def number(text: str) -> Decimal | None:
    """The value of a decimal text, None when it is no finite number or none that any register could hold."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) <= _MOST_DIGITS else None


def plain(value: Decimal) -> str:
    """A number as text without exponent, digits as they are."""
    return format(value, "f")


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half up at so many decimals (R-17)."""
    return value.quantize(Decimal(1).scaleb(-decimals), context=EXACT)


@lru_cache(maxsize=1 << 16)
def bits_of(text: str, kind: str) -> bytes | None:
    """The binary floating-point register that a text converts to, None where there is none; `kind` is f32 or f64."""
    try:
        return struct.pack(">d" if kind == "f64" else ">f", float(text))
    except (ValueError, OverflowError):
        return None


def register_step(text: str, kind: str) -> tuple[Decimal, Decimal] | None:
    """The exact value of a binary floating-point register, and its step there: what the next one above it holds more.

    `text` is any decimal that converts to its bits, `kind` f32 or f64; None where there is no finite next value.
    """
    octets = bits_of(text, kind)
    if octets is None:
        return None
    magnitude = int.from_bytes(octets) & ~(1 << (len(octets) * 8 - 1))
    pattern = ">d" if kind == "f64" else ">f"
    value, above, at = (
        Decimal(struct.unpack(pattern, each)[0])
        for each in (octets, (magnitude + 1).to_bytes(len(octets)), magnitude.to_bytes(len(octets)))
    )
    return (value, EXACT.subtract(above, at)) if above.is_finite() else None


def quantity(point: Point, text: str) -> str:
    """What a register says of the quantity: its number times the ratio of the transformers, exactly (R-17 c)."""
    value = number(text) if point.ratio != "1" else None
    return text if value is None else plain(EXACT.multiply(value, Decimal(point.ratio)))


def is_float(point: Point) -> bool:
    """Whether the register of this point is binary floating point, so that its decimals are not fixed."""
    return point.decimals < 0


@dataclass(frozen=True, slots=True)
class Increment:
    """What a counter did between two readings: the quantity, or why there is none."""

    value: Decimal | None
    event: str = ""


def increment(point: Point, opening: str, closing: str, elapsed_us: int, *, printed_modulus: bool = False) -> Increment:
    """reading(e) - reading(s) with rollover (R-19).

    `event` is rollover, or reset when the fall is no plausible rollover (then there is no value). With
    `printed_modulus` the range is the largest display value as printed, one step less (reading B).
    """
    first, last = number(opening), number(closing)
    if first is None or last is None:
        return Increment(None, "not a number")
    if last >= first:
        return Increment(last - first)
    modulus = number(point.modulus) if point.modulus else None
    if modulus is None:
        return Increment(None, "reset")
    if printed_modulus:
        modulus -= Decimal(point.ratio).scaleb(-max(point.decimals, 0))
    step = last + modulus - first
    rated = number(point.rated_per_h) if point.rated_per_h else None
    ceiling = modulus * PLAUSIBLE_SHARE if rated is None else rated * RATED_MARGIN * elapsed_us / HOUR
    plausible = step <= ceiling
    return Increment(step, "rollover") if plausible and step >= 0 else Increment(None, "reset")
