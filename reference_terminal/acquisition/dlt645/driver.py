"""Reading DL/T 645 meters on a line: questions, follow-up frames, refusals, which edition a meter speaks (facts 1).

Leaves octets to `frames`, digits to `model.bcd`, what is asked to `plan` and the line to `line`.
"""

from __future__ import annotations

from dataclasses import replace

from reference_terminal.acquisition.closed_frames import ANSWER, no_answer
from reference_terminal.acquisition.dlt645 import frames as dlt645
from reference_terminal.acquisition.dlt645 import plan
from reference_terminal.acquisition.dlt645.frames import Frame
from reference_terminal.acquisition.dlt645.settings import EDITION_1997, EDITION_2007, Dlt645Place
from reference_terminal.acquisition.driver import Content, Poll, number_content, stamped
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Line, Question
from reference_terminal.model import bcd, reading
from reference_terminal.model import dlt645_items as items
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import BadContent
from reference_terminal.model.seams import seam
from reference_terminal.settings.meters import MeterConfig

_MOST_FRAMES = 64
_MARKER = {"2007": "04000102", "1997": "C011"}
"""A question that no point asks: its answer proves that everything owed before has come (meters answer in order)."""
_MARKER_AFTER = {"2007": "04000101", "1997": "C010"}


def question(address: str, control: int, data: bytes, wanted: bytes, preamble: int) -> Question[Frame]:
    """A question whose answer has this control code (with or without more to follow), address and first octets."""
    request = dlt645.encode(address, control, data, preamble)
    good = control | ANSWER

    def own(frame: Frame) -> bool:
        return dlt645.matches(address, frame.address)

    def find(octets: bytes) -> Frame | None:
        for found in dlt645.scan(octets):
            frame = found.frame
            if frame is None or not frame.answer or not own(frame):
                continue
            if frame.abnormal and frame.control & dlt645.FUNCTION == control & dlt645.FUNCTION:
                raise ReadFailed(f"{reading.ERROR_ANSWER}: {dlt645.error_text(frame.data)}")
            if frame.control & ~dlt645.MORE == good and frame.data.startswith(wanted):
                return frame
        return None

    def flaw(octets: bytes) -> str:
        return no_answer(dlt645.scan(octets), own)

    return Question(request, find, flaw)


class Dlt645Meter:
    """One meter. `edition` is 2007 or 1997, or empty until an automatic detection has found it."""

    def __init__(self, config: MeterConfig, first_point: int, line: Line) -> None:
        self.config = config
        self.carrier = line
        self.edition = {EDITION_2007: "2007", EDITION_1997: "1997"}.get(config.protocol, "")
        self._first_point = first_point
        self._requests = plan.requests(config)
        self._unsure = False

    async def read(self, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None) -> Poll:
        """Read every point once (see `Driver`)."""
        contents: list[Content] = [Content("", None, reading.MISSED)] * len(self.config.points)
        silent: ReadFailed | None = None
        for request in self._requests:
            failure: ReadFailed | None = silent
            value = b""
            if failure is None:
                try:
                    value = await self._value(request, retries, wait_s)
                except ReadFailed as error:
                    failure = error
                    silent = error if error.hopeless else None
            for number, offset in request.places:
                contents[number] = self._content(number, value, offset, failure)
        at_ms = clock.now_ms()
        return Poll(stamped(self.config.points, contents, self._first_point, slot_s, at_ms), silent is not None)

    def _content(self, number: int, value: bytes, offset: int, failure: ReadFailed | None) -> Content:
        if failure is not None:
            return Content("", None, failure.cause)
        return content_of(value[offset:], self._place(plan.place_of(self.config.points[number])))

    def _place(self, place: Dlt645Place) -> Dlt645Place:
        """Digits as this meter's edition has them, where a point is configured in terms of the other."""
        if self.edition != "1997" or len(place.identifier) != 8:
            return place
        item = items.item(items.to_1997(place.identifier))
        return place if item is None else replace(place, form=item.form())

    # One value

    async def _value(self, request: plan.Request, retries: int, wait_s: float | None) -> bytes:
        """The octets behind an identifier; raises ReadFailed after `retries` further tries."""
        while True:
            try:
                if not self.edition:
                    return await self._detect(request, wait_s)
                await self._settle(wait_s)
                value = await self.fetch(self._identifier(request), self.edition, wait_s)
            except ReadFailed as failure:
                self._unsure = self._unsure or failure.cause != reading.NO_CONNECTION
                if retries <= 0 or not failure.worth_retrying:
                    raise
                retries -= 1
                continue
            return value

    def _identifier(self, request: plan.Request) -> str:
        if self.edition == "1997" and len(request.identifier) == 8:
            return items.to_1997(request.identifier)
        return request.identifier

    async def _settle(self, wait_s: float | None) -> None:
        """After a question without answer: ask something else first, so that a late answer is never taken for the next.

        A meter answers one question after the other. Once it has answered the marker, what it owed has come before.
        """
        if not self._unsure:
            return
        marker = _MARKER[self.edition]
        if any(request.identifier == marker for request in self._requests):
            marker = _MARKER_AFTER[self.edition]
        try:
            await self.fetch(marker, self.edition, wait_s)
        except ReadFailed as failure:
            if not failure.cause.startswith(reading.ERROR_ANSWER):
                raise
        self._unsure = False

    async def fetch(self, identifier: str, edition: str, wait_s: float | None = None, extra: bytes = b"") -> bytes:
        """The octets behind an identifier, follow-up frames joined; raises ReadFailed."""
        read, follow = (dlt645.READ, dlt645.FOLLOW) if edition == "2007" else (dlt645.READ_1997, dlt645.FOLLOW_1997)
        wanted = dlt645.identifier_octets(identifier)
        frame = await self._ask(read, wanted + extra, wanted, wait_s)
        value = frame.data[len(wanted) :]
        for number in range(1, _MOST_FRAMES):
            if not frame.more:
                return value
            # SEQ stands behind the identifier in the question and at the end of the answer.
            tail = bytes([number]) if edition == "2007" else b""
            frame = await self._follow(follow, wanted, tail, wait_s)
            value += self._part(frame, len(wanted), len(tail))
        raise ReadFailed(reading.BAD_FRAME)

    @staticmethod
    @seam
    def _part(frame: Frame, head: int, tail: int) -> bytes:
        """What a follow-up frame holds between identifier and number."""
        return frame.data[head : len(frame.data) - tail]

    async def recall(self, identifier: str, extra: bytes = b"") -> bytes:
        """The octets of a past record, asked for as in a poll: nothing owed is left behind. Raises ReadFailed."""
        try:
            await self._settle(None)
            return await self.fetch(identifier, "2007", None, extra)
        except ReadFailed as failure:
            self._unsure = self._unsure or failure.cause != reading.NO_CONNECTION
            raise

    @seam
    async def _follow(self, control: int, wanted: bytes, tail: bytes, wait_s: float | None) -> Frame:
        """The follow-up frame of this number; one that is lost or carries another number is asked for once more."""
        for last in (False, True):
            try:
                frame = await self._ask(control, wanted + tail, wanted, wait_s)
            except ReadFailed as failure:
                if last or not failure.worth_retrying:
                    raise
                continue
            if frame.data.endswith(tail):
                return frame
        raise ReadFailed(reading.OTHER_ANSWER)

    async def _ask(self, control: int, data: bytes, wanted: bytes, wait_s: float | None) -> Frame:
        own = plan.own_of(self.config)
        return await self.carrier.ask(question(own.address, control, data, wanted, own.preamble), wait_s)

    # Automatic detection

    async def _detect(self, request: plan.Request, wait_s: float | None) -> bytes:
        """Ask in terms of 2007, then of 1997; the edition that answers stays."""
        try:
            value = await self.fetch(request.identifier, "2007", wait_s)
            self.edition = "2007"
            return value
        except ReadFailed as failure:
            if failure.cause == reading.NO_CONNECTION:
                raise
            refused = failure if failure.cause.startswith(reading.ERROR_ANSWER) else None
        try:
            value = await self.fetch(items.to_1997(request.identifier), "1997", wait_s)
        except ReadFailed as failure:
            # A meter that refuses the one and is silent to the other speaks the edition in which it refused.
            if refused is not None and failure.hopeless:
                self.edition = "2007"
                raise refused from None
            raise
        self.edition = "1997"
        return value


def content_of(value: bytes, place: Dlt645Place) -> Content:
    """The number at the beginning of `value`; octets beyond its width are ignored (facts 1.5)."""
    raw = value[: place.form.width]
    try:
        return number_content(raw, bcd.value_of(raw, place.form))
    except BadContent as error:
        return number_content(raw, error)
