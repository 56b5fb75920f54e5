"""Weighbridge indicators that send ASCII frames by themselves (facts 3.3, M10): XK3190, its reversed form, Toledo A12E.

Leaves the line to `line`. One indicator stands on a line of its own; a reading is the first whole frame that comes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from operator import xor

from reference_terminal import numbers, units
from reference_terminal.acquisition import reading
from reference_terminal.acquisition.driver import Content, Poll, stamped
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Line, Question
from reference_terminal.clock import WallClock
from reference_terminal.config_meters import MeterConfig

_XK3190 = re.compile(rb"\x02([+-])(\d{6})(\d)([0-9A-Fa-f]{2})\x03")
_REVERSED = re.compile(rb"=([0-9. ]{7})([0-9 +-])")
_A12E = re.compile(rb"([A-Z]{2})([ +-]?[0-9. ]{1,8})(kg|g|t)([0-9A-Fa-f]{2})\r\n")
_OVER, _UNDER = b" OL", b" LO"


def check(octets: bytes) -> int:
    """XOR of octets, as both families close their frames with."""
    return reduce(xor, octets, 0)


def xk3190(octets: bytes) -> Content | None:
    """The weight of the first frame `02 ± six digits, decimals, check 03`; None while there is none."""
    found = _XK3190.search(octets)
    if found is None:
        return None
    sign, digits, decimals, sum_text = found.groups()
    raw = found.group(0).hex().upper()
    if int(sum_text, 16) != check(sign + digits + decimals):
        return Content(raw, None, reading.CHECKSUM)
    value = Decimal(int(digits)).scaleb(-int(decimals))
    return Content(raw, value.copy_negate() if sign == b"-" and value else value)


def xk3190_reversed(octets: bytes) -> Content | None:
    """The weight of the first frame `=`, digits and point lowest first, sign last; it carries no check."""
    found = _REVERSED.search(octets)
    if found is None:
        return None
    text = (found.group(1) + found.group(2))[::-1].decode().replace(" ", "")
    raw = found.group(0).hex().upper()
    try:
        return Content(raw, Decimal(text))
    except ArithmeticError:
        return Content(raw, None, reading.BAD_DIGITS)


def a12e(octets: bytes) -> Content | None:
    """The weight of the first frame `WG004.139kg`, check, CR LF."""
    found = _A12E.search(octets)
    if found is None:
        return None
    raw = found.group(0).hex().upper()
    if int(found.group(4), 16) != check(found.group(0)[:-4]):
        return Content(raw, None, reading.CHECKSUM)
    try:
        return Content(raw, Decimal(found.group(2).decode().replace(" ", "")))
    except ArithmeticError:
        return Content(raw, None, reading.BAD_DIGITS)


FORMS: dict[str, Callable[[bytes], Content | None]] = {
    "xk3190": xk3190,
    "xk3190-reversed": xk3190_reversed,
    "toledo-a12e": a12e,
}


def question(protocol: str) -> Question[Content]:
    """Nothing is asked: the next whole frame, or what the indicator shows in place of a weight."""
    form = FORMS[protocol]

    def find(octets: bytes) -> Content | None:
        if _OVER in octets or _UNDER in octets:
            return Content(octets.hex().upper()[:48], None, reading.OVERLOAD)
        return form(octets)

    return Question(b"", find, lambda octets: reading.BAD_FRAME)


def in_unit(content: Content, source: str) -> Content:
    """The weight in the unit the device is said to have, where its frames name the unit they are in."""
    found = _A12E.search(bytes.fromhex(content.raw)) if content.value is not None else None
    if found is None or content.value is None:
        return content
    factor = units.factor(found.group(3).decode(), source)
    exact = None if factor is None else units.as_decimal(factor)
    if exact is None:
        return Content(content.raw, None, reading.UNIT)
    return content if exact == 1 else Content(content.raw, numbers.CONTEXT.multiply(content.value, exact))


class ScaleMeter:
    """One indicator; every point of it is the weight shown."""

    def __init__(self, config: MeterConfig, first_point: int, line: Line) -> None:
        self.config = config
        self.carrier = line
        self._first_point = first_point

    async def read(self, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None) -> Poll:
        """Read the weight once (see `Driver`); an indicator that is silent is not asked again."""
        silent = False
        try:
            content = await self.carrier.ask(question(self.config.protocol), wait_s)
        except ReadFailed as failure:
            content, silent = Content("", None, failure.cause), failure.hopeless
        contents = [in_unit(content, point.source) for point in self.config.points]
        return Poll(stamped(self.config.points, contents, self._first_point, slot_s, clock.now_ms()), silent)
