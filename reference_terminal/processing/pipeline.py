"""From readings to the store: counters, gaps and periods of every point, committed together.

Leaves polling to acquisition and delivery to uplink.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from reference_terminal.model import numbers
from reference_terminal.model import reading as reading_module
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import LATE, POWER_OFF, RANGE, RESET, Reading, flag_of
from reference_terminal.model.rows import Anchor, Gap, Record, Replacement
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY, MONTH, STANDARD_SPANS, Span, iso
from reference_terminal.processing import messages
from reference_terminal.processing.counter import FIRST, NORMAL, RETURNED, CounterTracker, bears_out
from reference_terminal.processing.counter import RESET as COUNTER_RESET
from reference_terminal.processing.derivation import Derivation
from reference_terminal.processing.emissions import Emissions
from reference_terminal.processing.filling import Filling
from reference_terminal.processing.gaps import GapKeeper
from reference_terminal.processing.interval import Boundary, IntervalBuilder, Open
from reference_terminal.processing.live import LiveEmissions
from reference_terminal.processing.periods import PeriodBook
from reference_terminal.processing.signals import SignalWatch
from reference_terminal.processing.sources import Sources
from reference_terminal.processing.versions import Versions
from reference_terminal.settings.accounting import AccountingConfig
from reference_terminal.settings.config import Config
from reference_terminal.settings.meters import PointConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import InTurn, Store

SILENT_PERIODS = 3
"""Polls in a row without answer after which a meter is reported silent (R-41)."""


class PointState:
    """Everything kept in memory about one point; all of it can be rebuilt from the store."""

    def __init__(self, number: int, meter: str, config: PointConfig, builder: IntervalBuilder, gap: GapKeeper) -> None:
        self.number = number
        self.meter = meter
        self.config = config
        self.builder = builder
        self.gap = gap
        self.tracker = CounterTracker(config) if config.kind == "counter" else None
        self.replacements: list[Replacement] = []

    @property
    def counts(self) -> bool:
        """Whether its periods hold quantities, which add up."""
        return self.config.kind == "counter"


class Pipeline:
    """Takes readings (it is the pollers' sink) and keeps what follows from them."""

    def __init__(self, config: Config, store: Store, clock: WallClock, journal: Journal) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self.on_complete: Callable[[Span, int, int], None] | None = None
        self.on_gap_end: Callable[[Gap], None] | None = None
        self.book = PeriodBook(self.members, store.record_points, self._complete)
        self._numbers = store.number_points([point.id for point in config.points])
        self._gap_number = store.next_gap_number()
        self._skipped: dict[int, str] = {}
        self._silent: dict[int, int] = {}
        self.resolved_s: dict[int, int] = {}
        self.sources = Sources(store)
        self._signals = SignalWatch(journal)
        self.filling = Filling(config.processing.fill, store, journal)
        self._periods = {meter.id: meter.period_s for meter in config.meters}
        self._waiters: list[asyncio.Future[None]] = []
        self._waiting_for_book: asyncio.Event = asyncio.Event()
        self.points: list[PointState] = []
        self.by_number: dict[int, PointState] = {}
        self.by_id: dict[str, PointState] = {}
        self.meter_points: list[list[PointState]] = []
        self.derived: list[PointState] = []
        self.reported: dict[int, str] = {}
        """The slave that reports a point, by the point's number."""
        self.emissions: Emissions | None = None
        self.live: LiveEmissions | None = None
        self._build()
        self._build_derived()

    def _build(self) -> None:
        position = 0
        minimum = self._config.processing.min_valid_percent
        for meter in self._config.meters:
            group: list[PointState] = []
            for point in meter.points:
                number = self._numbers[position]
                position += 1

                def exists(span: int, start_s: int, number: int = number) -> bool:
                    return self._store.has_record(span, start_s, number)

                builder = IntervalBuilder(number, point, meter.period_s, minimum, exists)
                gap = GapKeeper(point.id, self._store.keep_gap, self._next_gap_number)
                state = PointState(number, meter.id, point, builder, gap)
                state.replacements = [entry for entry in self._store.replacements(point.id) if not entry.used]
                group.append(state)
                self.points.append(state)
                self.by_number[number] = state
                self.by_id[point.id] = state
            self.meter_points.append(group)

    def _build_derived(self) -> None:
        """Points without readings: a slave reports their periods, or the store computes them (see `derivation`)."""
        first = len(self.points)
        for position, config in enumerate(self._config.points[first:], start=first):
            number = self._numbers[position]
            builder = IntervalBuilder(number, config, 0, 100, lambda span, start_s: True)
            state = PointState(number, "", config, builder, GapKeeper(config.id, self._store.keep_gap, lambda: 0))
            self.derived.append(state)
            self.by_number[number] = state
            self.by_id[config.id] = state
        for slave in () if self._config.group is None else self._config.group.slaves:
            self.reported |= {self.by_id[point.id].number: slave.id for point in slave.points.values()}
        numbers_of = {name: state.number for name, state in self.by_id.items()}
        if self._config.derived:
            self._store.derivation = Derivation(self._config.derived, numbers_of, self._period_of)
        if self._config.accounting is not None:
            self._build_emissions(self._config.accounting, numbers_of)

    def _build_emissions(self, config: AccountingConfig, numbers_of: Mapping[str, int]) -> None:
        """Emissions follow points, and what is computed from points."""
        points = {point.id: point for point in self._config.acquired}
        versions = Versions(config, points, self._store, self._clock)

        def spans_of(name: str) -> list[Span]:
            state = self.by_id.get(name)
            return [] if state is None else self.spans_of(state)

        self.emissions = Emissions(
            config, versions, numbers_of, spans_of, self._store, self._journal, self._clock.now_s
        )
        self._store.derivation = InTurn(self._store.derivation, self.emissions)
        names = {state.number: name for name, state in self.by_id.items()}

        def total_of(name: str) -> Decimal | None:
            tracker = self.by_id[name].tracker
            return None if tracker is None else tracker.total

        self.live = LiveEmissions(self.emissions, self._clock, names, total_of)

    def _period_of(self, point: str) -> int | None:
        """The polling period of a measured point; None for a derived one."""
        return self._periods.get(self.by_id[point].meter) if point in self.by_id else None

    @property
    @seam
    def every(self) -> list[PointState]:
        """The points of meters, those of slaves and the derived ones."""
        return [*self.points, *self.derived]

    def spans_of(self, state: PointState) -> list[Span]:
        """The classes that a point has: a derived one those that all it is computed from have."""
        if state.number in self.reported:
            return self._reported_spans()
        if self.emissions is not None and state.config.id in self.emissions.figures:
            return self.emissions.spans_of_figure(state.config.id)
        formula = next((each for each in self._config.derived if each.id == state.config.id), None)
        if formula is None:
            return state.builder.spans()
        of = [self.spans_of(self.by_id[name]) for name in formula.operands if name in self.by_id]
        return [span for span in of[0] if all(span in spans for spans in of)] if of else []

    def _reported_spans(self) -> list[Span]:
        return [] if self._config.group is None else self._config.group.spans

    def _next_gap_number(self) -> int:
        self._gap_number += 1
        return self._gap_number - 1

    # Restart

    def restore(self, spans: Sequence[Span], now_s: int) -> None:
        """Rebuild the state as of the last stored slot of every meter; the next reading does the rest."""
        anchors = self._store.anchors()
        open_gaps = {gap.subject: gap for gap in self._store.open_gaps()}
        for number, meter in enumerate(self._config.meters):
            group = self.meter_points[number]
            last_s = self._store.last_slot_s([state.number for state in group])
            if last_s is not None:
                self.resolved_s[number] = last_s
                self._skipped[number] = POWER_OFF
            for state in group:
                anchor = anchors.get(state.number)
                if anchor is not None:
                    total = Decimal(anchor.total) if state.tracker else None
                    if state.tracker and total is not None:
                        state.tracker.restore(Decimal(anchor.value), anchor.slot_s, total)
                    self._restore_source(state)
                    state.gap.restore(anchor.slot_s, Decimal(anchor.value), total)
                state.gap.current = open_gaps.get(state.config.id)
                for span in (*STANDARD_SPANS, *spans):
                    if span.holds(meter.period_s) and span not in state.builder.spans():
                        self._restore_span(state, span, now_s if last_s is None else last_s, fresh=last_s is None)

    def _restore_source(self, state: PointState) -> None:
        """Go on with a standby's register if that was read last (see `Sources`)."""
        kept = self.sources.kept(state.config.id)
        if kept is not None and state.tracker is not None:
            state.tracker.stood_in(kept.source, self._standby_modulus(kept.source, state), kept.own)

    def _keep_source(self, state: PointState, tracker: CounterTracker) -> None:
        self.sources.keep(state.config.id, tracker.source, tracker.own)

    def _standby_modulus(self, standby: str, state: PointState) -> Decimal | None:
        """Where the standby's counter of a point starts again, in the point's unit."""
        for meter in self._config.standbys:
            for point in meter.points:
                if meter.id == standby and point.id == state.config.id and point.modulus is not None:
                    return numbers.CONTEXT.multiply(point.modulus, abs(point.ratio))
        return None

    @seam
    def use_span(self, span: Span) -> None:
        """Build another class from now on (a centre has set another MinInterval)."""
        for number, meter in enumerate(self._config.meters):
            if span.holds(meter.period_s):
                last_s = self.resolved_s.get(number)
                for state in self.meter_points[number]:
                    if span not in state.builder.spans():
                        at_s = self._clock.now_s() if last_s is None else last_s
                        self._store.flush()
                        self._restore_span(state, span, at_s, fresh=last_s is None)

    @seam
    def _restore_span(self, state: PointState, span: Span, last_s: int, *, fresh: bool) -> None:
        """Open a class as it stood after the slot `last_s`."""
        opened = state.builder.begin(span, last_s, POWER_OFF if not fresh else reading_module.MISSED)
        latest_s = self._store.latest_start_s(span.code)
        if latest_s is not None:
            opened.highest_end_s = max(opened.highest_end_s, span.end(latest_s))
        if fresh:
            return
        opened.last_s = last_s
        if state.tracker is None:
            self._restore_samples(state, opened, last_s)
            return
        rows = self._store.readings(state.number, opened.start_s, opened.start_s + 1, 1)
        for row in rows:
            if row.quality != reading_module.BAD:
                opened.opening = Boundary(row.shown, Decimal(row.running))
                opened.cause = ""
        self._restore_break(state, opened, last_s)

    @seam
    def _restore_samples(self, state: PointState, opened: Open, last_s: int) -> None:
        from_s = opened.start_s
        if opened.span == MONTH:
            from_s = DAY.start(last_s)
            for record in self._store.records(DAY.code, state.number, opened.start_s, from_s, 31):
                if record.total is None or record.low is None or record.high is None:
                    continue
                for value in (Decimal(record.low), Decimal(record.high)):
                    opened.sample(value)
                before = numbers.CONTEXT.subtract(opened.sum or Decimal(0), Decimal(record.low))
                opened.sum = numbers.CONTEXT.add(
                    numbers.CONTEXT.subtract(before, Decimal(record.high)), Decimal(record.total)
                )
                opened.n += record.n - 2
        for row in self._store.readings(state.number, from_s, last_s + 1, 100_000):
            if row.quality != reading_module.BAD:
                opened.sample(Decimal(row.shown))

    @seam
    def _restore_break(self, state: PointState, opened: Open, last_s: int) -> None:
        """Find a reset within the open period, and for a day its smallest and largest increment."""
        before: Decimal | None = None
        if opened.span == MONTH:
            return
        for row in self._store.readings(state.number, opened.start_s, last_s + 1, 100_000):
            if row.quality == reading_module.BAD:
                continue
            now = Decimal(row.running)
            if row.cause == RESET and before is not None:
                opened.broken = RESET
            elif before is not None and opened.span == DAY:
                opened.sample(numbers.CONTEXT.subtract(now, before))
            before = now

    # Readings

    def missed(self, meter: int, first_s: int, last_s: int, cause: str) -> None:
        """Slots that were not read: a gap in every point of the meter."""
        cause = self._skipped.get(meter) or cause
        self._skipped[meter] = cause
        count = (last_s - first_s) // self._config.meters[meter].period_s + 1
        for state in self.meter_points[meter]:
            self._miss(state, first_s, count, cause)
        self._store.touch()

    @seam
    def _miss(self, state: PointState, first_s: int, count: int, cause: str) -> None:
        if state.gap.miss(first_s, count, cause):
            self._journal.event(messages.GAP, state.config.id, since=iso(first_s), cause=cause)

    def accept(self, meter: int, readings: Sequence[Reading]) -> None:
        """The readings of a meter at one slot."""
        skipped = self._skipped.pop(meter, reading_module.MISSED)
        group = self.meter_points[meter]
        for state, reading in zip(group, readings, strict=True):
            reading.point = state.number
            self._signals.look(state.config, self._periods[state.meter], reading)
            records = self.take(state, reading, skipped)
            if reading.source:
                self.sources.note(state.number, reading.slot_s, reading.source)
            if records:
                self.sources.mark(records, state.meter)
                self._store.add_records(records)
                self.book.note(records)
        if self.live is not None:
            self.live.accepted(readings)
        self._watch(meter, readings)
        self.resolved_s[meter] = readings[0].slot_s
        self.waits()
        self._store.touch()

    def waits(self) -> None:
        """Have periods closed that wait for a reading too long, if there are any."""
        if self.book.waits:
            self._waiting_for_book.set()

    def switched(self, meter: int, standby: str, silent_s: float) -> None:
        """A standby has taken a meter's place (ruling R-12)."""
        name = self._config.meters[meter].id
        self._journal.raise_alarm(messages.STANDBY_IN_USE, name, silent_s=silent_s, standby=standby)

    def returned(self, meter: int, standby: str) -> None:
        """A meter's own readings count again."""
        name = self._config.meters[meter].id
        self._journal.event(messages.STANDBY_RELEASED, name, standby=standby)
        self._journal.clear_alarm(messages.STANDBY_IN_USE, name)

    @seam
    def _watch(self, meter: int, readings: Sequence[Reading]) -> None:
        """Alarms: a meter silent for three periods, a channel out of range (ISC-2 8.1, ruling R-41)."""
        name = self._config.meters[meter].id
        if any(flag_of(reading.cause) != "B" for reading in readings):
            self._silent[meter] = 0
            self._journal.clear_alarm(messages.METER_SILENT, name)
        else:
            self._silent[meter] = self._silent.get(meter, 0) + 1
            if self._silent[meter] == SILENT_PERIODS:
                self._journal.raise_alarm(messages.METER_SILENT, name, cause=readings[0].cause)
        for state, reading in zip(self.meter_points[meter], readings, strict=True):
            if reading.cause == RANGE:
                self._journal.raise_alarm(messages.OUT_OF_RANGE, state.config.id, value=reading.value)
                at = iso(reading.slot_s)
                self._journal.event(messages.INVALID_READING, state.config.id, value=reading.value, at=at)
            elif reading.good:
                self._journal.clear_alarm(messages.OUT_OF_RANGE, state.config.id)

    def take(self, state: PointState, reading: Reading, skipped: str) -> list[Record]:
        """One reading of one point: counter, gap, periods."""
        total: Decimal | None = None
        increment: Decimal | None = None
        broken = False
        value = reading.value
        if reading.quality == reading_module.BAD or value is None:
            self._miss(state, reading.slot_s, 1, reading.cause)
            self._store.add_reading(reading, None)
            return state.builder.add(reading, None, None, skipped, False)
        if state.tracker is not None and reading.source and reading.source != state.tracker.source:
            step = state.tracker.stand_in(
                reading.source, self._standby_modulus(reading.source, state), value, reading.slot_s
            )
            total = step.total
            self._keep_source(state, state.tracker)
        elif state.tracker is not None:
            at_home = state.tracker.go_home() if reading.source != state.tracker.source else None
            replacement = self.replacement_for(state, state.tracker, reading.slot_s)
            before = state.tracker.value
            if replacement is not None and not bears_out(replacement, before, value):
                replacement = self._put_aside(state, replacement)
            step = state.tracker.step(value, reading.slot_s, replacement)
            if at_home is not None:
                step = state.tracker.settle_home(at_home, step)
                self._keep_source(state, state.tracker)
            total, increment = step.total, step.increment
            broken = step.kind == COUNTER_RESET
            if step.kind not in (NORMAL, FIRST, RETURNED):
                self._tell_step(state, step.kind, before, value, reading)
            if replacement is not None:
                self._use(state, replacement)
            if broken:
                reading.quality, reading.cause = reading_module.QUESTIONABLE, RESET
        self._store.add_reading(reading, None if total is None or total == value else total)
        shown = numbers.text(value)
        running = shown if total is None or total is value else numbers.text(total)
        self._store.add_anchor(Anchor(state.number, reading.slot_s, shown, running))
        gap = state.gap.good(reading.slot_s, value, total, broken)
        if gap is not None:
            since = {"since": iso(gap.start_s), "missed": gap.missed}
            self._journal.event(messages.GAP_END, state.config.id, at=iso(reading.slot_s), **since)
            self.filling.fill(state.number, state.config, gap, self._periods[state.meter])
            if self.on_gap_end is not None:
                self.on_gap_end(gap)
        return state.builder.add(reading, total, increment, skipped, broken)

    def is_known(self, points: Sequence[int], slot_s: int) -> bool:
        """Whether each of these points (by position) has a good reading at a slot, by what is committed."""
        numbers_of = [self.points[point].number for point in points]
        rows = [row for number in numbers_of for row in self._store.readings(number, slot_s, slot_s + 1, 1)]
        return sum(row.quality != reading_module.BAD for row in rows) == len(numbers_of)

    @seam
    def replacement_for(self, state: PointState, tracker: CounterTracker, slot_s: int) -> Replacement | None:
        """The recorded change of the meter that lies between the last reading and this one."""
        for entry in state.replacements:
            if tracker.slot_s <= entry.at_s <= slot_s:
                return entry
        return None

    def _put_aside(self, state: PointState, entry: Replacement) -> None:
        """Take an entry that the readings contradict out of use: the total never falls (R-19)."""
        self._use(state, entry)
        self._journal.event(messages.REPLACEMENT_CONTRADICTED, entry.point, at=iso(entry.at_s))

    @seam
    def _use(self, state: PointState, entry: Replacement) -> None:
        entry.used = True
        self._store.keep_replacement(entry)
        state.replacements.remove(entry)

    @seam
    def _tell_step(
        self, state: PointState, kind: str, before: Decimal | None, value: Decimal, reading: Reading
    ) -> None:
        old = "" if before is None else numbers.text(before)
        change = {"old": old, "new": numbers.text(value), "at": iso(reading.slot_s)}
        self._journal.event(messages.COUNTER_STEPS[kind], state.config.id, **change)

    def replace(self, entry: Replacement) -> bool:
        """Record a change of a meter, to be used by the reading that follows it; False if it cannot be committed.

        Entry and event are committed together or not at all.
        """

        def gather() -> None:
            self._store.keep_replacement(entry)
            shows = {"final_old": entry.final_old, "initial_new": entry.initial_new}
            self._journal.event(messages.REPLACEMENT_ENTERED, entry.point, at=iso(entry.at_s), **shows)

        if not self._store.attempt(gather):
            self._journal.say(messages.REPLACEMENT_NOT_RECORDED(point=entry.point))
            return False
        state = self.by_id[entry.point]
        state.replacements = [kept for kept in self._store.replacements(entry.point) if not kept.used]
        return True

    # Periods

    def members(self, span: Span) -> list[int]:
        """Numbers of the points that build a class, or are reported in it."""
        own = [state.number for state in self.points if span in state.builder.spans()]
        return [*own, *self.reported] if span in self._reported_spans() else own

    @seam
    def _complete(self, span: Span, start_s: int, end_s: int) -> None:
        if self.on_complete is not None:
            self.on_complete(span, start_s, end_s)

    async def close_overdue(self) -> None:
        """Close periods whose boundary readings do not come within the grace time; runs until cancelled."""
        grace_s = self._config.processing.grace_s
        while True:
            next_s = self.book.next_overdue_s(grace_s)
            if next_s is None:
                self._waiting_for_book.clear()
                await self._waiting_for_book.wait()
                continue
            await self._clock.sleep_until_or_step(next_s * 1000)
            self.expire(self._clock.now_s(), grace_s)

    def expire(self, now_s: int, grace_s: int) -> None:
        """Close what is overdue at `now_s` without the readings that are missing."""
        for span, start_s, points in self.book.overdue(now_s, grace_s):
            records = [record for point in points for record in self._expire_point(point, span, start_s)]
            self._store.add_records(records)
            closed = {record.point for record in records}
            self.book.note(records)
            if any(point not in closed for point in points):
                self._complete(span, start_s, self.book.drop(span, start_s))
            self._store.touch()

    def _expire_point(self, number: int, span: Span, start_s: int) -> list[Record]:
        state, slave = self.by_number[number], self.reported.get(number)
        if slave is None:
            return state.builder.expire(span, start_s, LATE)
        self._journal.raise_alarm(messages.SLAVE_SILENT, slave, span=span.name, start=iso(start_s))
        return [state.builder.empty(span, start_s, span.end(start_s), LATE)]

    # Waiting for readings

    def committed(self, readings: Sequence[Reading]) -> None:
        """A batch was committed: whoever waits for it looks again."""
        del readings
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    def pending_at(self, tick_s: int) -> bool:
        """Whether a meter has a slot at `tick_s` that is not committed yet."""
        return any(
            DAY.holds(meter.period_s)
            and (tick_s - DAY.start(tick_s)) % meter.period_s == 0
            and self.resolved_s.get(number, 0) < tick_s
            for number, meter in enumerate(self._config.meters)
        )

    async def settled(self, tick_s: int, timeout_s: float) -> None:
        """Return once all meters due at `tick_s` are read and committed, at the latest after `timeout_s`."""
        deadline_s = self._loop.time() + timeout_s
        while self.pending_at(tick_s) or self._store.waiting:
            left_s = deadline_s - self._loop.time()
            if left_s <= 0:
                return
            waiter: asyncio.Future[None] = self._loop.create_future()
            self._waiters.append(waiter)
            timer = self._loop.call_later(left_s, lambda w=waiter: None if w.done() else w.set_result(None))
            try:
                await waiter
            finally:
                timer.cancel()
