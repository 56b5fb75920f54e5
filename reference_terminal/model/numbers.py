"""Exact decimal arithmetic and its text, the only arithmetic values meet between register and centre (ruling R-17).

Leaves what is computed to the callers. Nothing here passes through a binary float except `float32_text`/`float64_text`,
whose input is one.
"""

from __future__ import annotations

import struct
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction

from reference_terminal.model.seams import seam

CONTEXT = Context(prec=100, rounding=ROUND_HALF_UP, traps=[InvalidOperation])


def text(value: Decimal) -> str:
    """Positional decimal text with every digit, trailing zeros included."""
    return format(value, "f")


@seam
def rounded(value: Decimal, decimals: int) -> Decimal:
    """`value` rounded half up (ties away from zero) to `decimals` printed decimals."""
    return value.quantize(Decimal(1).scaleb(-decimals), context=CONTEXT)


@seam
def rounded_fraction(value: Fraction, decimals: int) -> Decimal:
    """A fraction rounded half up (ties away from zero) by whole numbers alone: no digit of it is lost before."""
    whole, rest = divmod(abs(value.numerator) * 10**decimals, value.denominator)
    whole += rest * 2 >= value.denominator
    return CONTEXT.scaleb(Decimal(-whole if value < 0 else whole), -decimals)


@seam
def mean(total: Decimal, count: int, decimals: int) -> Decimal:
    """The mean of `count` samples with exact sum `total`, rounded half up."""
    if count == 1:
        return rounded(total, decimals)
    return rounded(CONTEXT.divide(total, Decimal(count)), decimals)


def float32_text(value: float) -> str:
    """The shortest decimal text that converts back to the same 32-bit float; `value` holds such a float exactly."""
    bits = struct.pack(">f", value)
    # Normal floats hold any six digits; the subnormal ones next to zero may need fewer than that.
    subnormal = not bits[0] & 0x7F and not bits[1] & 0x80
    for digits in range(1 if subnormal else 6, 10):
        short = f"{value:.{digits}g}"
        if _bits32(short) == bits:
            return text(Decimal(short))
        if not bits[1] & 0x7F and not bits[2] and not bits[3]:
            # At a power of two the floats below lie closer: a longer reach upwards may give a text of equal length.
            above = text_above(short)
            if _bits32(above) == bits:
                return text(Decimal(above))
    return text(Decimal(f"{value:.9g}"))


def _bits32(short: str) -> bytes:
    try:
        return struct.pack(">f", float(short))
    except OverflowError:
        return b""


def text_above(short: str) -> str:
    """The next decimal text of the same length away from zero."""
    number = Decimal(short)
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        return short
    return str(number + (-1 if sign else 1) * Decimal(1).scaleb(exponent)) if digits else short


def float64_text(value: float) -> str:
    """The shortest decimal text that converts back to the same 64-bit float."""
    return text(Decimal(repr(value)))
