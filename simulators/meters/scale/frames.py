"""Frames of weighing indicators: XK3190, sending by itself or asked, its reversed form, Toledo A12E (facts 3.3, M10).

Leaves to others: the weight and when it is sent (`scale`). The check is the XOR of what stands before it, as two
hexadecimal characters; the reversed form has none. A weight beyond six digits is shown as the text OL or LO.

A request is `02`, address letter, command letter, check of these two, `03`. The answer repeats both letters and has the
sign, six digits and number of decimals between them and the check (manual of XK3190-A23p, page 24).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import xor

from simulators.plant import as_text

START = 0x02
REQUEST_OCTETS = 6
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


def xk3190_answer(address: str, command: str, shown: bytes) -> bytes:
    """The answer to a command: `shown` is sign, six digits and decimals (nothing in a handshake)."""
    body = f"{address}{command}".encode() + shown
    return b"\x02" + body + check(body) + b"\x03"


def xk3190_shown(raw: int | None, decimals: int, unit: str) -> bytes:
    """Sign, six digits and number of decimals, as an answer holds them."""
    return xk3190(raw, decimals, unit)[1:-3]


def length_at(octets: bytes, start: int) -> int | None:
    """Length of the request that begins here: six octets; None while they are not all there, 0 if it is none."""
    octets = octets[start : start + REQUEST_OCTETS]
    if not octets[1:3].isalpha() and len(octets) > 2:
        return 0
    return REQUEST_OCTETS if len(octets) == REQUEST_OCTETS else None


def flaws(octets: bytes) -> list[tuple[str, str]]:
    """What is wrong with a request (English, Chinese); empty for a right one."""
    if len(octets) != REQUEST_OCTETS or octets[0] != START or octets[-1:] != b"\x03":
        return [("a request is six octets from 02 to 03", "命令帧应为 02 至 03 六个字节")]
    if octets[3:5].upper() != check(octets[1:3]):
        return [("the check of a request is wrong", "命令帧校验错误")]
    return []


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
"""How each kind that sends by itself writes a whole number of its smallest digits (None: overload), decimals, unit."""

COMMANDED = "xk3190-command"
SHOWN = {**FORMS, COMMANDED: xk3190_shown}
"""The same for every kind; of one that is asked, what stands in the middle of its answers."""

CHECKED = {"xk3190": slice(-3, -1), COMMANDED: slice(-3, -1), "toledo-a12e": slice(-4, -2)}
"""Where the check stands in a frame."""
