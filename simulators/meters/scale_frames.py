"""Frames of weighing indicators that send by themselves: XK3190, its reversed form, Toledo A12E (facts 3.3, M10).

Leaves to others: the weight and when it is sent (`scale`). The check is the XOR of what stands before it, as two
hexadecimal characters; the reversed form has none. A weight beyond six digits is shown as the text OL or LO.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import xor

from simulators.plant import as_text

LARGEST = 999_999
"""Six digits, whatever their decimals."""
_OVER, _UNDER = " OL", " LO"
_MINUS_A12E = 99_999


def check(octets: bytes) -> bytes:
    """XOR of octets as two hexadecimal characters."""
    return f"{reduce(xor, octets, 0):02X}".encode()


def xk3190(raw: int | None, decimals: int, unit: str) -> bytes:
    """`02`, sign, six digits highest first, number of decimals, check of these eight, `03`. None: no weight."""
    del unit
    shown = f"{_text(raw):<6}" if _text(raw) else f"{abs(raw or 0):06d}"
    body = f"{'-' if raw is not None and raw < 0 else '+'}{shown}{decimals}".encode()
    return b"\x02" + body + check(body) + b"\x03"


def xk3190_reversed(raw: int | None, decimals: int, unit: str) -> bytes:
    """`=`, then six digits with their point and the sign (0 or -), all lowest first."""
    del unit
    if _text(raw):
        return f"={_text(raw):<8}".encode()
    value = raw or 0
    digits = as_text(abs(value), decimals).rjust(7, "0")
    return f"={digits[::-1]}{'-' if value < 0 else '0'}".encode()


def a12e(raw: int | None, decimals: int, unit: str) -> bytes:
    """`WG`, seven characters of the weight with its point, unit, check, CR LF."""
    beyond = _text(raw) or (_UNDER if raw is not None and raw < -_MINUS_A12E else "")
    value = raw or 0
    shown = as_text(abs(value), decimals).rjust(7, "0")
    if value < 0:
        shown = "-" + shown[1:]
    body = f"WG{f'{beyond:<7}' if beyond else shown}{unit}".encode()
    return body + check(body) + b"\r\n"


def _text(raw: int | None) -> str:
    """What is shown in place of digits; empty for a weight that can be shown."""
    if raw is None or raw > LARGEST:
        return _OVER
    return _UNDER if raw < -LARGEST else ""


FORMS: dict[str, Callable[[int | None, int, str], bytes]] = {
    "xk3190": xk3190,
    "xk3190-reversed": xk3190_reversed,
    "toledo-a12e": a12e,
}
"""How each kind of indicator writes a whole number of its smallest digits (None: overload), its decimals, its unit."""

CHECKED = {"xk3190": slice(-3, -1), "toledo-a12e": slice(-4, -2)}
"""Where the check stands in a frame."""
