"""Readings become periods: minute, 15 minutes, hour, day, month on the +08:00 grid (rulings R-09, R-18, R-21).

Leaves counting over to `counter`, and when a period goes out to `periods`. A reading exactly on a boundary closes one
period and opens the next; a period that lacks a boundary reading has a flag and no value.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from reference_terminal.model import numbers
from reference_terminal.model import reading as reading_module
from reference_terminal.model.reading import CLOCK_STEP, RESET, Reading, flag_of
from reference_terminal.model.rows import Record
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY, Span
from reference_terminal.settings.meters import PointConfig

_FILL_LIMIT_S = 31 * 86_400
"""A longer stretch of unread time is a clock that was wrong, not a time for which periods are owed."""
_ADD, _SUBTRACT = numbers.CONTEXT.add, numbers.CONTEXT.subtract


class Boundary:
    """A good counter reading on a boundary: register text and running total."""

    __slots__ = ("text", "total")

    def __init__(self, text: str, total: Decimal) -> None:
        self.text = text
        self.total = total


class Open:
    """The period of one class that is under way."""

    __slots__ = (
        "broken",
        "cause",
        "end_s",
        "high",
        "highest_end_s",
        "last_s",
        "low",
        "n",
        "opening",
        "span",
        "start_s",
        "sum",
        "suspended",
    )

    def __init__(self, span: Span, start_s: int) -> None:
        self.span = span
        self.highest_end_s = start_s
        self.opening: Boundary | None = None
        self.cause = ""
        self.broken = ""
        self.suspended: tuple[int, Boundary | None, str] | None = None
        self.begin(start_s)

    def begin(self, start_s: int) -> None:
        """Start over at `start_s`, without samples; the opening is the caller's."""
        self.start_s = start_s
        self.end_s = self.span.end(start_s)
        self.last_s = start_s - 1
        self.n = 0
        self.sum: Decimal | None = None
        self.low: Decimal | None = None
        self.high: Decimal | None = None

    def sample(self, value: Decimal) -> None:
        """Count a sample of an instant point, or an increment of a counter."""
        self.n += 1
        if self.sum is None or self.low is None or self.high is None:
            self.sum = self.low = self.high = value
            return
        self.sum = _ADD(self.sum, value)
        if value < self.low:
            self.low = value
        elif value > self.high:
            self.high = value


class IntervalBuilder:
    """All open periods of one point. `exists(span, start_s)` tells whether a period is stored already."""

    def __init__(
        self,
        point: int,
        config: PointConfig,
        period_s: int,
        min_valid_percent: int,
        exists: Callable[[int, int], bool],
    ) -> None:
        self.point = point
        self.config = config
        self.period_s = period_s
        self._min_valid_percent = min_valid_percent
        self._exists = exists
        self.counter = config.kind == "counter"
        self._binary = config.place.binary
        self.open: list[Open] = []

    def spans(self) -> list[Span]:
        """The classes being built."""
        return [each.span for each in self.open]

    def begin(self, span: Span, at_s: int, cause: str) -> Open:
        """Start building a class at `at_s`, in a period whose opening was not read for `cause`."""
        opened = Open(span, span.start(at_s))
        opened.cause = cause
        self.open.append(opened)
        return opened

    def end(self, span: Span) -> None:
        """Stop building a class."""
        self.open = [each for each in self.open if each.span != span]

    def add(
        self, reading: Reading, total: Decimal | None, increment: Decimal | None, skipped: str, broken: bool
    ) -> list[Record]:
        """Take the reading of the next slot; return the periods it closes.

        `total` and `increment` are a counter's; `skipped` says why slots before this one were not read; `broken` that
        the counter was reset between the last reading and this one.
        """
        records: list[Record] = []
        slot_s = reading.slot_s
        good = reading.quality != reading_module.BAD
        value = reading.value if good else None
        boundary: Boundary | None = None
        if self.counter:
            if total is not None and value is not None:
                boundary = Boundary(numbers.text(value), total)
            value = None
        else:
            increment = None
        for each in self.open:
            if broken:
                each.broken = RESET
            if increment is not None and each.span is DAY:
                each.sample(increment)
            if slot_s < each.start_s:
                self._step_back(each, slot_s)
            if slot_s >= each.end_s:
                self._cross(each, reading, boundary, skipped, records)
            elif boundary is not None and slot_s == each.start_s and each.opening is None:
                self._set_opening(each, boundary, "")
            if slot_s > each.last_s:
                if value is not None:
                    each.sample(value)
                each.last_s = slot_s
        return records

    @seam
    def _cross(
        self, each: Open, reading: Reading, boundary: Boundary | None, skipped: str, records: list[Record]
    ) -> None:
        """The reading lies on or beyond the end of an open period: close it and what lies between, open the next."""
        slot_s = reading.slot_s
        on_end = slot_s == each.end_s
        cause = "" if on_end and boundary is not None else (reading.cause if on_end else skipped)
        self._emit(each, boundary if on_end else None, cause, records)
        start_s = each.span.start(slot_s)
        at_s = each.end_s
        if at_s < start_s and self.fills_skipped(skipped, start_s - at_s):
            while at_s < start_s:
                next_s = each.span.end(at_s)
                self._emit_empty(each.span, at_s, next_s, skipped, records)
                at_s = next_s
        each.begin(start_s)
        if start_s > each.highest_end_s:
            each.highest_end_s = start_s
        if self._resume(each, start_s, records):
            return
        each.broken = ""
        if slot_s == start_s:
            self._set_opening(each, boundary, reading.cause)
        else:
            self._set_opening(each, None, skipped)

    @seam
    def fills_skipped(self, skipped: str, length_s: int) -> bool:
        """Whether periods that passed wholly unread get a record: yes, unless the clock jumped over them."""
        return skipped != CLOCK_STEP and length_s <= _FILL_LIMIT_S

    def expire(self, span: Span, start_s: int, cause: str) -> list[Record]:
        """Close a period whose boundary reading did not come in time; the next one has no opening yet."""
        records: list[Record] = []
        for each in self.open:
            if each.span == span and each.start_s == start_s:
                self._emit(each, None, cause, records)
                each.begin(each.end_s)
                each.broken = ""
                self._set_opening(each, None, cause)
        return records

    def fill(self, slot_s: int, value: Decimal, boundary: Boundary | None) -> None:
        """Take a reading of a slot that was passed over into the periods that are still under way."""
        for each in self.open:
            if not each.start_s <= slot_s < each.end_s:
                continue
            if not self.counter:
                each.sample(value)
            elif boundary is not None and slot_s == each.start_s and each.opening is None:
                self._set_opening(each, boundary, "")

    @seam
    def _set_opening(self, each: Open, boundary: Boundary | None, cause: str) -> None:
        each.opening = boundary
        each.cause = "" if boundary is not None else cause

    def _step_back(self, each: Open, slot_s: int) -> None:
        """The clock went back: go on in the period of the new time, which was not opened by a reading of this time.

        The period that was under way is suspended with its opening until the time comes round to it again, so that
        what was consumed meanwhile is counted there, once.
        """
        if each.suspended is None or each.suspended[0] < each.start_s:
            each.suspended = (each.start_s, each.opening, each.cause)
        each.begin(each.span.start(slot_s - 1))
        self._set_opening(each, None, CLOCK_STEP)

    @seam
    def _count_off(self, each: Open, increment: Decimal) -> None:
        """What a new period counts while another is suspended is not counted again when that one is taken up."""
        if each.suspended is None:
            return
        start_s, opening, cause = each.suspended
        if opening is not None:
            each.suspended = (start_s, Boundary(opening.text, _ADD(opening.total, increment)), cause)

    def _resume(self, each: Open, start_s: int, records: list[Record]) -> bool:
        """Take up the suspended period if this is it; one that was jumped over is recorded as lacking its readings."""
        if each.suspended is None or each.suspended[0] > start_s:
            return False
        suspended_s, opening, cause = each.suspended
        each.suspended = None
        if suspended_s == start_s:
            each.opening, each.cause = opening, cause
            return True
        self._emit_empty(each.span, suspended_s, each.span.end(suspended_s), CLOCK_STEP, records)
        return False

    @seam
    def _emit(self, each: Open, closing: Boundary | None, cause: str, records: list[Record]) -> None:
        """Make the record of an open period unless it exists."""
        if each.start_s < each.highest_end_s and self._exists(each.span.code, each.start_s):
            return
        record = self.close(each, closing, cause)
        records.append(record)
        if each.suspended is not None and self.counter and record.value is not None:
            self._count_off(each, Decimal(record.value))
        each.highest_end_s = max(each.highest_end_s, each.end_s)

    def _emit_empty(self, span: Span, start_s: int, end_s: int, cause: str, records: list[Record]) -> None:
        if not self._exists(span.code, start_s):
            records.append(self.empty(span, start_s, end_s, cause))

    def empty(self, span: Span, start_s: int, end_s: int, cause: str) -> Record:
        """The record of a period of which nothing is known."""
        flag = flag_of(cause)
        return Record(span.code, start_s, self.point, end_s, None, None, None, None, None, 0, None, flag, cause)

    def close(self, each: Open, closing: Boundary | None, cause: str) -> Record:
        """The record of an open period: with value and flag N if it is complete, else without value."""
        return self.close_counter(each, closing, cause) if self.counter else self.close_instant(each, cause)

    def close_counter(self, each: Open, closing: Boundary | None, cause: str) -> Record:
        """Closing minus opening on the running total, exact; needs both boundary readings and no reset between."""
        opening = each.opening
        lacking = each.broken or (cause if closing is None else "") or (each.cause if opening is None else "")
        record = Record(
            span=each.span.code,
            start_s=each.start_s,
            point=self.point,
            end_s=each.end_s,
            opening=None if opening is None else opening.text,
            closing=None if closing is None else closing.text,
            value=None,
            low=None if each.low is None else numbers.text(each.low),
            high=None if each.high is None else numbers.text(each.high),
            n=each.n,
            total=None,
            flag="N",
            cause="",
        )
        if opening is None or closing is None or each.broken:
            record.cause = lacking or reading_module.MISSED
            record.flag = flag_of(record.cause)
        else:
            record.value = numbers.text(self.increment(opening.total, closing.total))
        return record

    def increment(self, opening: Decimal, closing: Decimal) -> Decimal:
        """What the counter advanced between two running totals."""
        return _SUBTRACT(closing, opening)

    def close_instant(self, each: Open, cause: str) -> Record:
        """Mean, minimum and maximum of the samples in [start, end); needs the set share of the expected samples."""
        record = self.empty(each.span, each.start_s, each.end_s, cause or reading_module.MISSED)
        record.n = each.n
        record.total = None if each.sum is None else numbers.text(each.sum)
        if each.sum is None or each.low is None or each.high is None:
            record.cause = each.cause or record.cause
            record.flag = flag_of(record.cause)
            return record
        if not self.enough(each):
            return record
        record.value = numbers.text(numbers.mean(each.sum, each.n, self.decimals(each.sum)))
        record.low, record.high = numbers.text(each.low), numbers.text(each.high)
        record.flag, record.cause = "N", ""
        return record

    def decimals(self, total: Decimal) -> int:
        """Printed decimals of a mean: the point's, for binary floats as many as the finest sample if that is more."""
        exponent = total.as_tuple().exponent
        if not self._binary or not isinstance(exponent, int):
            return self.config.decimals
        return max(self.config.decimals, -exponent)

    def enough(self, each: Open) -> bool:
        """Whether an instant point has the set share of the samples its polling grid has in the period."""
        expected = (each.end_s - each.start_s) // self.period_s
        return each.n * 100 >= expected * self._min_valid_percent
