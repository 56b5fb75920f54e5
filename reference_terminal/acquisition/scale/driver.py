"""Weighbridge indicators with ASCII frames (facts 3.3, M10): XK3190, its reversed form, Toledo A12E.

Leaves the line to `line`, counting loads to `loads`. One that sends by itself stands on a line of its own, and a
reading is the first whole frame that comes; XK3190 in command mode is asked by its letter.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import xor

from reference_terminal.acquisition import messages
from reference_terminal.acquisition.driver import Content, Poll, stamped
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Line, Question
from reference_terminal.acquisition.scale.loads import WATCH_S, Bridge, Load
from reference_terminal.acquisition.scale.settings import LOADS, NET, ScaleOwn, counts, item_of
from reference_terminal.acquisition.systems import Memory
from reference_terminal.model import numbers, reading, units
from reference_terminal.model.clock import WallClock
from reference_terminal.model.seams import seam
from reference_terminal.settings.meters import MeterConfig, PointConfig
from reference_terminal.storage.journal import Journal

_XK3190 = re.compile(rb"\x02([+-])(\d{6})(\d)([0-9A-Fa-f]{2})\x03")
_ANSWER = re.compile(rb"\x02([A-Z])B([+-])(\d{6})(\d)([0-9A-Fa-f]{2})\x03")
_REVERSED = re.compile(rb"=([0-9. ]{7})([0-9 +-])")
_A12E = re.compile(rb"([A-Z]{2})([ +-]?[0-9. ]{1,8})(kg|g|t)([0-9A-Fa-f]{2})\r\n")
_OVER, _UNDER = b" OL", b" LO"
_SCOPE = "weighing"


@dataclass(frozen=True)
class Keeper:
    """Where what was weighed is kept and told."""

    memory: Memory
    journal: Journal


@seam
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


def command(address: str) -> Question[Content]:
    """The gross weight of the indicator with this letter; answers of others are nobody's."""
    body = f"{address}B".encode()
    request = b"\x02" + body + f"{check(body):02X}".encode() + b"\x03"

    def mine(octets: bytes) -> re.Match[bytes] | None:
        return next((found for found in _ANSWER.finditer(octets) if found[1] == address.encode()), None)

    def find(octets: bytes) -> Content | None:
        if _OVER in octets or _UNDER in octets:
            return Content(octets.hex().upper()[:48], None, reading.OVERLOAD)
        found = mine(octets)
        if found is None or int(found[5], 16) != check(found[0][1:-3]):
            return None
        value = Decimal(int(found[3])).scaleb(-int(found[4]))
        return Content(found[0].hex().upper(), value.copy_negate() if found[2] == b"-" and value else value)

    def flaw(octets: bytes) -> str:
        if mine(octets):
            return reading.CHECKSUM
        return reading.FOREIGN if _ANSWER.search(octets) else reading.BAD_FRAME

    return Question(request, find, flaw)


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
    """One indicator; a point of it is the weight shown, or what is counted from the weights.

    Where something is counted, `run` looks at the bridge all the time.
    """

    def __init__(self, config: MeterConfig, first_point: int, line: Line, keeper: Keeper | None = None) -> None:
        self.config = config
        self.carrier = line
        self._first_point = first_point
        self._keeper = keeper
        self._counts = counts(config.points)
        own = config.own
        assert isinstance(own, ScaleOwn)
        self._question = command(own.letter) if own.letter else question(config.protocol)
        self._loop = asyncio.get_running_loop()
        kept = keeper.memory.setting(_SCOPE, config.id) if keeper is not None else None
        self.bridge = Bridge(own.least, own.settled_s, kept or "")
        # Weights are added up in the unit of the sum.
        self._unit = next((point.source for point in config.points if item_of(point) == NET), "t")

    async def read(self, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None) -> Poll:
        """Read the weight once (see `Driver`); an indicator that is silent is not asked again."""
        silent = False
        try:
            content = await self._ask(wait_s)
        except ReadFailed as failure:
            content, silent = Content("", None, failure.cause), failure.hopeless
        contents = [self._content(point, content) for point in self.config.points]
        return Poll(stamped(self.config.points, contents, self._first_point, slot_s, clock.now_ms()), silent)

    def _content(self, point: PointConfig, weight: Content) -> Content:
        if item_of(point) not in (NET, LOADS):
            return in_unit(weight, point.source)
        if weight.value is None and weight.cause != reading.OVERLOAD:
            # Nobody knows whether a truck is being weighed.
            return weight
        return Content(weight.raw, self.bridge.total if item_of(point) == NET else Decimal(self.bridge.loads))

    async def run(self) -> None:
        """Look at the bridge until cancelled."""
        while True:
            await asyncio.sleep(WATCH_S)
            async with self.carrier.bus:
                with contextlib.suppress(ReadFailed):
                    await self._ask(None)

    async def _ask(self, wait_s: float | None) -> Content:
        try:
            content = await self.carrier.ask(self._question, wait_s)
        except ReadFailed:
            self.bridge.blind()
            raise
        weight = in_unit(content, self._unit)
        if weight.value is None:
            self.bridge.blind()
        elif self._counts and (load := self.bridge.look(self._loop.time(), weight.value)) is not None:
            self._keep(load)
        return content

    def _keep(self, load: Load) -> None:
        """A weighing outlasts a restart from its end on, and can be looked up."""
        if self._keeper is None:
            return
        self._keeper.memory.keep_setting(_SCOPE, self.config.id, self.bridge.kept)
        journal, name, unit = self._keeper.journal, self.config.id, self._unit
        if load.net is not None:
            weights = {"gross": load.gross, "tare": load.weight, "net": load.net}
            journal.event(messages.LOAD_WEIGHED, name, number=self.bridge.loads, **weights, unit=unit)
        elif load.lost is not None:
            journal.event(messages.TARE_MISSED, name, gross=load.weight, lost=load.lost, unit=unit)
        else:
            journal.event(messages.GROSS_WEIGHED, name, gross=load.weight, unit=unit)
