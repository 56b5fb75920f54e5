"""Readings that come after their slot was given up: a broker's backlog, a meter's own records after a gap.

Leaves when a slot is over to the drivers. A late reading takes the place of the failed one of its slot, never that of a
good one; periods that lacked it are made again as a new revision and delivered again. What a person has entered by hand
stays (ruling R-22), and the gap stays on record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import structs

from reference_terminal.model import numbers
from reference_terminal.model.reading import BAD, RESET, Reading
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY, Span, iso
from reference_terminal.processing import messages
from reference_terminal.processing.counter import CounterTracker, bears_out
from reference_terminal.processing.interval import Boundary, IntervalBuilder, Open
from reference_terminal.processing.manual import CAUSE, FLAG
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

_LINGER_S = 0.2
_INSERT_ORIGIN = "INSERT OR REPLACE INTO reading_origin VALUES (?,?,?)"
_INSERT = "INSERT OR REPLACE INTO reading VALUES (?,?,?,?,?,?,?,?)"
_ADD, _SUBTRACT = numbers.CONTEXT.add, numbers.CONTEXT.subtract


@dataclass(frozen=True)
class Place:
    """Where the readings of a point go: its number, name, periods and counter."""

    number: int
    name: str
    builder: IntervalBuilder
    tracker: CounterTracker | None


class _Register(NamedTuple):
    """A counter at the slot of a good reading: its register and its running total."""

    slot_s: int
    value: Decimal
    total: Decimal


class LateReadings:
    """Gathers late readings for a moment; `deliver(span, start_s, end_s)` queues a new revision for the centres."""

    def __init__(self, store: Store, journal: Journal, deliver: Callable[[Span, int, int], None]) -> None:
        self._store = store
        self._journal = journal
        self._deliver = deliver
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[Place, Reading]] = []
        self._durable: list[Callable[[], None]] = []
        self._timer: asyncio.TimerHandle | None = None

    def take(self, places: Sequence[Place], readings: Sequence[Reading], durable: Callable[[], None]) -> None:
        """The readings of a meter at a slot that is over; `durable` is called once they need no repetition."""
        for place, reading in zip(places, readings, strict=True):
            if reading.good and reading.value is not None:
                self._waiting.append((place, reading))
        self._durable.append(durable)
        if self._timer is None:
            self._timer = self._loop.call_later(_LINGER_S, self._process)

    def close(self) -> None:
        """What still waits is the broker's to send again."""
        if self._timer is not None:
            self._timer.cancel()

    def _process(self) -> None:
        self._timer = None
        waiting, durable = self._waiting, self._durable
        self._waiting, self._durable = [], []
        if not (self._store.flush() and self._keep(waiting) and self._make_again(waiting)):
            # The store refuses: all of it again, in its place in the order.
            self._waiting, self._durable = waiting + self._waiting, durable + self._durable
            self._timer = self._loop.call_later(1.0, self._process)
            return
        for call in durable:
            call()

    def _keep(self, waiting: Sequence[tuple[Place, Reading]]) -> bool:
        """Put readings whose slot has no good one into the store."""
        fresh: list[tuple[Any, ...]] = []
        totals: dict[int, _Register] = {}
        told: dict[str, list[int]] = {}
        origins: list[tuple[int, int, str]] = []
        for place, reading in sorted(waiting, key=lambda one: one[1].slot_s):
            if self._is_known(place, reading.slot_s) or any(row[:2] == (reading.slot_s, place.number) for row in fresh):
                continue
            assert reading.value is not None
            total = self._total(place, reading.slot_s, reading.value, totals)
            fresh.append(
                (
                    reading.slot_s,
                    place.number,
                    reading.at_ms,
                    numbers.text(reading.value),
                    reading.raw,
                    reading.quality,
                    reading.cause,
                    None if total is None or total == reading.value else numbers.text(total),
                )
            )
            if reading.origin:
                # Whoever read the meter's record tells of it.
                origins.append((reading.slot_s, place.number, reading.origin))
            else:
                told.setdefault(place.name, []).append(reading.slot_s)
            self._fill_open(place, reading, total)
        if not fresh:
            return True

        def gather() -> None:
            for row in fresh:
                self._store.write(_INSERT, row)
            for row in origins:
                self._store.write(_INSERT_ORIGIN, row)
            for name, slots in told.items():
                stretch = {"since": iso(min(slots)), "until": iso(max(slots))}
                self._journal.event(messages.LATE_DATA, name, count=len(slots), **stretch)

        return self._store.attempt(gather)

    @seam
    def _is_known(self, place: Place, slot_s: int) -> bool:
        rows = self._store.readings(place.number, slot_s, slot_s + 1, 1)
        return any(row.quality != BAD for row in rows)

    def _total(self, place: Place, slot_s: int, value: Decimal, totals: dict[int, _Register]) -> Decimal | None:
        """The running total of a counter at a late reading: what its register advanced since the reading before."""
        if place.tracker is None:
            return None
        before = totals.get(place.number) or self._before(place, slot_s)
        total = value
        if before is not None:
            step = self.advance(place, place.tracker, before, slot_s, value)
            total = before.total if step is None else _ADD(before.total, step)
        totals[place.number] = _Register(slot_s, value, total)
        return total

    @seam
    def advance(
        self, place: Place, tracker: CounterTracker, before: _Register, slot_s: int, value: Decimal
    ) -> Decimal | None:
        """What a register advanced: over a recorded change of the meter by what was entered of it."""
        for entry in self._store.replacements(place.name):
            if before.slot_s <= entry.at_s <= slot_s and bears_out(entry, before.value, value):
                return tracker.across_replacement(before.value, value, entry)
        return tracker.between(before.value, value)

    def _before(self, place: Place, slot_s: int) -> _Register | None:
        found = self._store.connection.execute(
            "SELECT slot_s, value, total FROM reading WHERE slot_s<? AND point=? AND quality<>?"
            " ORDER BY slot_s DESC LIMIT 1",
            (slot_s, place.number, BAD),
        ).fetchone()
        row: Any = found
        return (
            None if row is None else _Register(row[0], Decimal(row[1]), Decimal(row[1] if row[2] is None else row[2]))
        )

    def _fill_open(self, place: Place, reading: Reading, total: Decimal | None) -> None:
        """Periods that are still under way take the reading in."""
        assert reading.value is not None
        boundary = None if total is None else Boundary(numbers.text(reading.value), total)
        place.builder.fill(reading.slot_s, reading.value, boundary)

    # Periods that are closed

    def _make_again(self, waiting: Sequence[tuple[Place, Reading]]) -> bool:
        touched: dict[tuple[int, int, int], tuple[Place, Span, int]] = {}
        for place, reading in waiting:
            for span in place.builder.spans():
                for start_s in dict.fromkeys((span.start(reading.slot_s), span.start(reading.slot_s - 1))):
                    touched.setdefault((place.number, span.code, start_s), (place, span, start_s))
        changed: dict[tuple[int, int], tuple[Span, int, int]] = {}

        def gather() -> None:
            for place, span, start_s in touched.values():
                if self._revise(place, span, start_s):
                    changed[(span.code, start_s)] = (span, start_s, span.end(start_s))
            for span, start_s, end_s in changed.values():
                self._deliver(span, start_s, end_s)

        return self._store.attempt(gather)

    @seam
    def _revise(self, place: Place, span: Span, start_s: int) -> bool:
        """Make a stored period again from the readings; whether it has changed."""
        record = next(iter(self._store.records(span.code, place.number, start_s, start_s + 1, 1)), None)
        if record is None or record.flag == FLAG or record.cause == CAUSE:
            return False
        if place.builder.counter and record.value is not None:
            return False
        opened, closing, cause = self._opened(place, span, start_s)
        made = place.builder.close(opened, closing, cause)
        if made.value is None or made.value == record.value:
            return False
        self._store.revise(structs.replace(made, revision=record.revision + 1))
        return True

    @seam
    def _opened(self, place: Place, span: Span, start_s: int) -> tuple[Open, Boundary | None, str]:
        """A period as its stored readings make it: samples, opening and closing."""
        opened, end_s = Open(span, start_s), span.end(start_s)
        opened.cause = record_cause = "late"
        closing: Boundary | None = None
        before: Decimal | None = None
        for row in self._store.readings(place.number, start_s, end_s + 1, 100_000):
            slot_s, value, cause = row.slot_s, row.value, row.cause
            if row.quality == BAD or value is None:
                continue
            now = Decimal(row.running)
            if not place.builder.counter:
                if slot_s < end_s:
                    opened.sample(Decimal(value))
                continue
            if cause == RESET and before is not None:
                opened.broken = RESET
            if before is not None and span is DAY:
                opened.sample(_SUBTRACT(now, before))
            before = now
            if slot_s == start_s:
                opened.opening, opened.cause = Boundary(value, now), ""
            elif slot_s == end_s:
                closing = Boundary(value, now)
        return opened, closing, "" if closing is not None else record_cause
