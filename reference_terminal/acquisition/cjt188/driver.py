"""Reading CJ/T 188 meters on a line: one question for each identifier, fields by layout, units by code (facts 2).

Leaves octets to `frames`, layouts to `model.cjt188_layouts` and the line to `line`.
"""

from __future__ import annotations

from reference_terminal.acquisition.cjt188 import frames as cjt188
from reference_terminal.acquisition.cjt188.frames import Field, Frame
from reference_terminal.acquisition.cjt188.settings import Cjt188Own, Cjt188Place, fields_of
from reference_terminal.acquisition.closed_frames import ANSWER, no_answer
from reference_terminal.acquisition.driver import Content, Poll, stamped
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.line import Line, Question
from reference_terminal.model import numbers, reading, units
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import BadContent
from reference_terminal.model.seams import seam
from reference_terminal.settings.meters import MeterConfig, PointConfig


def question(
    kind: str,
    address: str,
    control: int,
    data: bytes,
    accepted: tuple[bytes, ...],
    *,
    serials: tuple[int, ...],
    preamble: int,
) -> Question[Frame]:
    """A question whose answer has this control code, address, one of the `accepted` identifiers and running numbers.

    No `serials`: any running number will do.
    """
    request = cjt188.encode(kind, address, control, data, preamble)

    def answers(frame: Frame) -> bool:
        if frame.control != control | ANSWER or frame.data[:2] not in accepted:
            return False
        return not serials or frame.data[2:3] in (bytes([serial]) for serial in serials)

    def own(frame: Frame) -> bool:
        return cjt188.matches(address, frame.address) and cjt188.is_kind(kind, frame.kind)

    def find(octets: bytes) -> Frame | None:
        for found in cjt188.scan(octets):
            frame = found.frame
            if frame is None or not frame.answer or not own(frame):
                continue
            if frame.abnormal and frame.control & 0x1F == control:
                raise ReadFailed(f"{reading.ERROR_ANSWER}: {frame.data.hex().upper() or 'no status'}")
            if answers(frame):
                return frame
        return None

    def flaw(octets: bytes) -> str:
        return no_answer(cjt188.scan(octets), own)

    return Question(request, find, flaw)


def own_of(meter: MeterConfig) -> Cjt188Own:
    """What only CJ/T 188 says of a meter."""
    assert isinstance(meter.own, Cjt188Own)
    return meter.own


def place_of(point: PointConfig) -> Cjt188Place:
    """Where a point of a CJ/T 188 meter stands."""
    assert isinstance(point.place, Cjt188Place)
    return point.place


class Cjt188Meter:
    """One meter, and the running number of its questions."""

    def __init__(self, config: MeterConfig, first_point: int, line: Line) -> None:
        self.config = config
        self.carrier = line
        self._first_point = first_point
        self._serial = 0
        self._unsure = False
        self._numbered = False
        self._identifiers = tuple(dict.fromkeys(place_of(point).identifier for point in config.points))

    async def read(self, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None) -> Poll:
        """Read every point once (see `Driver`)."""
        answers: dict[str, list[Field] | ReadFailed | BadContent] = {}
        silent: ReadFailed | None = None
        for identifier in self._identifiers:
            if silent is not None:
                answers[identifier] = silent
                continue
            try:
                answers[identifier] = self.fields(identifier, await self._data(identifier, retries, wait_s))
            except BadContent as error:
                answers[identifier] = error
            except ReadFailed as failure:
                answers[identifier] = failure
                silent = failure if failure.hopeless else None
        contents = [self._content(point, answers) for point in self.config.points]
        return Poll(
            stamped(self.config.points, contents, self._first_point, slot_s, clock.now_ms()), silent is not None
        )

    @seam
    def _content(self, point: PointConfig, answers: dict[str, list[Field] | ReadFailed | BadContent]) -> Content:
        place = place_of(point)
        answer = answers[place.identifier]
        if isinstance(answer, ReadFailed):
            return Content("", None, answer.cause)
        if isinstance(answer, BadContent):
            return Content("", None, str(answer))
        found = next(field for field in answer if field.layout.name == place.field)
        return content_of(found, point)

    def fields(self, identifier: str, data: bytes) -> list[Field]:
        """The fields of an answer behind DI and SER; raises BadContent for another layout."""
        return cjt188.fields_of(data, fields_of(own_of(self.config), identifier))

    async def _data(self, identifier: str, retries: int, wait_s: float | None) -> bytes:
        while True:
            try:
                return await self.fetch(identifier, wait_s)
            except ReadFailed as failure:
                self._unsure = self._unsure or failure.cause != reading.NO_CONNECTION
                if retries <= 0 or not failure.worth_retrying:
                    raise
                retries -= 1

    async def fetch(self, identifier: str, wait_s: float | None = None) -> bytes:
        """The octets behind DI and SER of one answer; raises ReadFailed.

        The running number tells an answer from a late one to an earlier question. Some meters always answer 00: for
        these the line is left silent for as long as an answer may take before the next question.
        """
        own = own_of(self.config)
        self._serial = self._serial % 0xFF + 1
        low, high = cjt188.identifiers(identifier)
        asked = low if own.identifier_order == "low" else high
        accepted: tuple[int, ...] = (self._serial,)
        if not self._numbered:
            if self._unsure:
                await self.carrier.settle(float(self.carrier.config.timeout_s) if wait_s is None else wait_s)
            accepted = (self._serial, 0)
        frame = await self.carrier.ask(
            question(
                own.kind,
                own.address,
                cjt188.READ,
                asked + bytes([self._serial]),
                (low, high),
                serials=accepted,
                preamble=own.preamble,
            ),
            wait_s,
        )
        self._numbered = self._numbered or frame.data[2] == self._serial
        self._unsure = False
        return frame.data[3:]


def content_of(field: Field, point: PointConfig) -> Content:
    """The number of one field in the unit the point's device is said to have."""
    raw = field.raw.hex().upper()
    if field.value is None:
        return Content(raw, None, field.cause)
    if not field.unit:
        return Content(raw, field.value)
    factor = units.factor(field.unit, point.source)
    exact = None if factor is None else units.as_decimal(factor)
    if exact is None:
        return Content(raw, None, reading.UNIT)
    return Content(raw, field.value if exact == 1 else numbers.CONTEXT.multiply(field.value, exact))
