"""The truth of a case: what the meters' registers said, and what every interval must therefore hold.

Leaves what arrived at a centre to `delivery`. Truth is built from the answers the simulated meters really sent (R-17:
the reference is the reply frame), never from the plant: a reading nobody took is a gap, not a value.

Boundaries. The reading of boundary B is the first one served in [B, B + polling period) on the terminal's clock; with
polling slower than the interval the window shrinks to a few seconds, so that no value is made up between polls (R-11).
A counter's interval [s, e) holds reading(e) - reading(s) under R-19; a momentary quantity's holds minimum, maximum and
mean of what was served in [s, e).

Certainty. SURE: the terminal had everything, the record must be there, valid and right. UNSURE: something was missing
or may not have been durable yet (a poll without answer, a start, power lost within 5 s); a value given must be right,
but a flag or an absence is no fault. GAP: there is no value, and one that is sent is invented.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from itertools import pairwise
from typing import NamedTuple
from weakref import WeakKeyDictionary

from bench.case import VIRTUAL_RIG
from bench.history import (
    CentreSetup,
    History,
    MeterFault,
    Point,
    Power,
    Served,
    Unserved,
)
from conformance.common.circumstances import ClockLine, boots, clock_moves, excuses, power_losses, replacements
from conformance.common.doubtful import Doubtful
from conformance.common.readings import (
    EXACT,
    Increment,
    increment,
    is_float,
    number,
    plain,
    quantity,
    register_step,
    rounded,
)
from conformance.common.terminals import alone, terminals_of
from conformance.common.times import DAY, HOUR, MINUTE, SECOND, ceil, floor, local, seconds

# what was read less than this before power was lost need not have been durable yet.
VOLATILE_US = 5 * SECOND
# A boundary reading later than this after its boundary may honestly be treated as missed.
PUNCTUAL_US = 10 * SECOND
# a terminal's clock may be off by so much, so that what it reads on a boundary is read so much before or after.
CLOCK_OFF_US = 1 * SECOND
# an increment of a binary floating-point register may lie this part of the register's step from the exact one.
STEP_SHARE = Decimal(10)
# so long a terminal may take to acquire again after a start, lost power or a fault on the way to its meters.
RESUME_US = 600 * SECOND


class Certainty(StrEnum):
    """How much the bench may ask of the terminal for one interval."""

    SURE = "sure"
    UNSURE = "unsure"
    GAP = "gap"


@dataclass(slots=True)
class Series:
    """The valid readings of one point in the order they were served: instants (us) and texts.

    `missed` are the instants of requests without a usable reading, `invalid` readings outside the limits or no numbers.
    """

    point: Point
    period_us: int
    times: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)
    invalid: list[tuple[int, str]] = field(default_factory=list)
    _numbers: list[Decimal] | None = None
    _sums: list[Decimal] | None = None
    _falls: list[int] | None = None

    def between(self, start_us: int, end_us: int) -> range:
        """Indexes of the readings served in [start, end)."""
        return range(bisect_left(self.times, start_us), bisect_left(self.times, end_us))

    def numbers(self) -> list[Decimal]:
        """The readings as exact decimals; what is no number or lies outside the limits (R-20) counts as not read."""
        if self._numbers is None:
            low, high = number(self.point.low), number(self.point.high)
            values = [number(text) for text in self.texts]
            kept = [
                index
                for index, value in enumerate(values)
                if value is not None and (low is None or value >= low) and (high is None or value <= high)
            ]
            if len(kept) < len(values):
                good = frozenset(kept)
                self.invalid = [(at, self.texts[i]) for i, at in enumerate(self.times) if i not in good]
                self.missed = sorted([*self.missed, *(at for at, _ in self.invalid)])
                self.times = [self.times[index] for index in kept]
                self.texts = [self.texts[index] for index in kept]
            self._numbers = [value for index in kept if (value := values[index]) is not None]
        return self._numbers

    def total(self, span: range) -> Decimal:
        """Exact sum of the readings of a span."""
        if self._sums is None:
            running, sums = Decimal(0), [Decimal(0)]
            for value in self.numbers():
                running = EXACT.add(running, value)
                sums.append(running)
            self._sums = sums
        return EXACT.subtract(self._sums[span.stop], self._sums[span.start])

    def falls(self, first: int, last: int) -> bool:
        """Whether any reading from `first` to `last` is below the one before it."""
        if self._falls is None:
            numbers = self.numbers()
            self._falls = [index for index in range(1, len(numbers)) if numbers[index] < numbers[index - 1]]
        return bisect_right(self._falls, first) < bisect_right(self._falls, last)

    def failed(self, start_us: int, end_us: int) -> bool:
        """Whether a request for this point went without a usable answer in [start, end)."""
        return bisect_left(self.missed, start_us) < bisect_left(self.missed, end_us)


class Key(NamedTuple):
    """What makes a record unique for one device (R-25): point, value class, interval end (us)."""

    point: str
    kind: str
    end: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What one interval must hold. `fields` maps Cou, or Avg, Min, Max, to decimal text.

    `others` are further contents that follow from the same evidence (a repeated request, a clock that passed the
    boundary twice); `why` says what made the interval less than sure; `doubtful` holds readings that may be missing.
    `near` are the exact increments of a binary register. `begun` is what a counter advanced from the first reading of
    all, where that lies within the interval: a terminal that was started there may send it or leave it out.
    """

    key: Key
    start: int
    certainty: Certainty
    fields: dict[str, str]
    others: tuple[dict[str, str], ...] = ()
    why: str = ""
    doubtful: Doubtful | None = None
    near: tuple[Near, ...] = ()
    begun: Expected | None = None

    def or_else(self, other: Expected) -> Expected:
        """This, or what follows from the same readings dated otherwise; where only that has a value, it may be sent."""
        if other.certainty is Certainty.GAP:
            return self
        if self.certainty is Certainty.GAP:
            return replace(other, certainty=Certainty.UNSURE, why="the clock was wrong in the interval")
        return replace(self, others=(*self.others, other.fields, *other.others), near=(*self.near, *other.near))


@dataclass(frozen=True, slots=True)
class Near:
    """An increment of a binary floating-point register: the exact one, and how far from it one may lie (R-17)."""

    value: Decimal
    within: Decimal

    def holds(self, text: str) -> bool:
        """Whether a number as sent lies so near."""
        got = number(text)
        return got is not None and abs(EXACT.subtract(got, self.value)) <= self.within

    def __str__(self) -> str:
        return f"{plain(self.value.normalize(EXACT))} ± {self.within:.1g}"


class Truth:
    """Everything the meters said in one history, ready to be asked for any interval."""

    def __init__(self, history: History) -> None:
        began = history.began
        periods = {meter.name: round(meter.period_s * SECOND) for meter in began.meters}
        self.points = {point.id: point for point in began.points}
        self.series = {point.id: Series(point, periods.get(point.meter, MINUTE)) for point in began.points}
        self.clock = ClockLine(clock_moves(history), history.end_us)
        # In virtual time the terminal's clock is the bench's own, but for the steps that a case makes.
        self.clock_off_us = 0 if began.rig == VIRTUAL_RIG else CLOCK_OFF_US
        self.cuts = [event.t for event in history.of(Power) if event.state == "cut"]
        self.boots = boots(history)
        self.replacements = replacements(history)
        by_id = self.series
        dark = power_losses(history)
        told: dict[tuple[str, str], dict[str, None]] = {}
        for event in history.of(Served):
            if event.fault:
                continue
            known = told.setdefault((event.meter, event.request[4:]), {})
            if len(known) < len(event.values):
                known.update(dict.fromkeys(event.values))
        for event in history.of(Served):
            if event.fault:
                # A device's mark for "no value" is an answer without a reading.
                for point in told.get((event.meter, event.request[4:]), ()):
                    if point not in event.values and point in by_id:
                        by_id[point].missed.append(event.asked)
            # A reply on its way to a terminal without power was taken by nobody.
            unread = bool(dark) and any(cut <= event.t < restored for cut, restored in dark)
            for point, text in event.values.items():
                if point not in by_id:
                    continue
                series = by_id[point]
                if unread:
                    series.missed.append(event.asked)
                else:
                    series.times.append(event.asked)
                    series.texts.append(quantity(series.point, text))
        for event in history.of(Unserved):
            for point in event.points:
                if point in by_id:
                    by_id[point].missed.append(event.t)
        for series in by_id.values():
            series.missed.sort()
            if any(a > b for a, b in zip(series.times, series.times[1:], strict=False)):
                order = sorted(range(len(series.times)), key=series.times.__getitem__)
                series.times = [series.times[index] for index in order]
                series.texts = [series.texts[index] for index in order]
            series.numbers()
        self._known: dict[Key, Expected] = {}
        self._anew: dict[int, Truth] = {}
        self._excuses = excuses(history, dark)
        self._requests: dict[str, list[int]] = {}
        # Without any request at all the bench cannot tell a lazy terminal from one that was never wired.
        self._reached = bool(history.of(Served) or history.of(Unserved))
        self.began_us, self._end = began.t, history.watched_us

    def unasked(self, point: str, boundary_us: int) -> bool:
        """Whether the terminal of its own doing left out the cycle of a boundary: two periods without any request.

        Starts, lost power and faults that the bench put on the meters or on the way to them excuse it, and so much
        time after them as R-29 gives. After a clock step the question is not asked.
        """
        series = self.series[point]
        low, high = boundary_us - series.period_us // 2, boundary_us + series.period_us * 3 // 2
        settled = self.began_us + max(RESUME_US, 2 * series.period_us)
        if self.clock.moved or not self._reached or low < settled or high > self._end:
            return False
        if any(start < high and low < end + RESUME_US for start, end in self._excuses):
            return False
        requests = self._requests.get(point)
        if requests is None:
            requests = self._requests[point] = sorted([*series.times, *series.missed])
        return bisect_left(requests, low) == bisect_left(requests, high)

    @property
    def started_us(self) -> int | None:
        """When the first reading of any point was served."""
        return min((series.times[0] for series in self.series.values() if series.times), default=None)

    @property
    def count(self) -> int:
        """How many readings were served in all."""
        return sum(len(series.times) for series in self.series.values())

    def expected(self, point: str, kind: str, start_us: int, end_us: int) -> Expected:
        """What the interval [start, end) on the terminal's clock must hold."""
        key = Key(point, kind, end_us)
        known = self._known.get(key)
        if known is None or known.start != start_us:
            series = self.series[point]
            make = self._counter if series.point.kind == "counter" else self._instant
            made = make(series, key, start_us)
            for offset in self.clock.mended(start_us, end_us):
                made = made.or_else(self._dated_anew(offset).expected(point, kind, start_us, end_us))
            known = self._known[key] = made
        return known

    def _dated_anew(self, offset_us: int) -> Truth:
        """The truth by a clock that was never wrong but for a small offset.

        A terminal whose clock is set right may date what it read meanwhile anew, so that periods are those of true
        time (R-09); it may also leave them out.
        """
        other = self._anew.get(offset_us)
        if other is None:
            other = self._anew[offset_us] = copy(self)
            other.clock = ClockLine([], self._end, offset_us)
            other.clock_off_us = CLOCK_OFF_US
            other._known = {}
        return other

    def boundary(self, point: str, shown_us: int, length_us: int) -> list[int]:
        """Indexes of the readings that may stand for a boundary: the first served, then repeats of the same request.

        When lost power may have taken the first with it, the next that was kept may stand for it as well. In real time
        so may one just before, read by a clock that is ahead; the nearer of the two comes first.
        """
        series = self.series[point]
        period = series.period_us
        width = period if period <= length_us else min(period, PUNCTUAL_US)
        found: list[int] = []
        for low, high in self.clock.passes(shown_us, width):
            span = series.between(low, high)
            if span:
                first = series.times[span.start]
                found += [index for index in span if series.times[index] - first <= PUNCTUAL_US]
                if self._volatile(first):
                    kept = next((index for index in span if not self._volatile(series.times[index])), None)
                    found += [] if kept is None or kept in found else [kept]
            early = series.between(low - self._edge_us(series), low)
            if early:
                nearer = not span or low - series.times[early[-1]] <= series.times[span.start] - low
                found.insert(0 if nearer else len(found), early[-1])
        return found

    def _edge_us(self, series: Series) -> int:
        """So near to a boundary the bench cannot tell on which side of it the terminal read; 0 in virtual time."""
        return min(self.clock_off_us, series.period_us // 2)

    def _carried(self, point: str, start_us: int, length_us: int) -> list[int]:
        """Openings that a clock step carried into an interval: those of the interval that was open when it came.

        Counting on from there loses nothing and counts nothing twice, so that totals stay true (R-10).
        """
        found: list[int] = []
        for before, after in pairwise(self.clock.stretches):
            if start_us <= after.start + after.offset < start_us + length_us:
                found += self.boundary(point, floor(after.start + before.offset, length_us), length_us)
        return found

    def _volatile(self, at: int) -> bool:
        """Whether power was lost so soon after an instant that what was read then need not have been kept (R-29)."""
        index = bisect_left(self.cuts, at)
        return index < len(self.cuts) and self.cuts[index] < at + VOLATILE_US

    def _soft(self, series: Series, index: int, shown_us: int) -> str:
        """Why a boundary reading may honestly be treated as missing, empty if it may not."""
        at = series.times[index]
        if self._volatile(at):
            return "power was lost within 5 s of the reading"
        if not self.clock.moved and at - shown_us > PUNCTUAL_US:
            return "the boundary was read late"
        if any(boot <= at < boot + min(series.period_us, MINUTE) for boot in self.boots):
            return "the terminal had just started"
        return ""

    def _counter(self, series: Series, key: Key, start_us: int) -> Expected:
        length = key.end - start_us
        openings = self.boundary(key.point, start_us, length)
        if self.clock.moved:
            openings += [index for index in self._carried(key.point, start_us, length) if index not in openings]
        closings = self.boundary(key.point, key.end, length)
        if not openings or not closings:
            which, at = ("opening", start_us) if not openings else ("closing", key.end)
            width = series.period_us if series.period_us <= length else min(series.period_us, PUNCTUAL_US)
            why = f"no {which} reading was served within {seconds(width)} s after {local(at)} (R-11)"
            begun = self._begun(series, key, start_us, closings) if closings else None
            return Expected(key, start_us, Certainty.GAP, {}, (), why, begun=begun)
        results, near, events = self._increments(series, openings, closings, length)
        if not results:
            why = next((event for event in events if event), "no reading between the boundaries")
            return Expected(key, start_us, Certainty.GAP, {}, (), why)
        why = self._soft(series, openings[0], start_us) or self._soft(series, closings[0], key.end)
        why = why or self._partial(series, series.times[openings[0]], series.times[closings[0]], length)
        others = tuple({"Cou": text} for text in dict.fromkeys(results[1:]) if text != results[0])
        certainty = Certainty.UNSURE if why else Certainty.SURE
        return Expected(key, start_us, certainty, {"Cou": results[0]}, others, why, near=tuple(near))

    def _begun(self, series: Series, key: Key, start_us: int, closings: list[int]) -> Expected | None:
        """What was counted of the interval in which the terminal was first started: from its first reading of all."""
        if not start_us <= self.clock.shown(series.times[0]) < key.end:
            return None
        results, near, _ = self._increments(series, [0], closings, key.end - start_us)
        if not results:
            return None
        others = tuple({"Cou": text} for text in results[1:])
        why = "the terminal was started in the interval"
        return Expected(key, start_us, Certainty.UNSURE, {"Cou": results[0]}, others, why, near=tuple(near))

    def _increments(
        self, series: Series, openings: list[int], closings: list[int], length_us: int
    ) -> tuple[list[str], list[Near], list[str]]:
        """What the counter advanced from each opening to each closing: decimal texts, exact ones, and events."""
        results: list[str] = []
        near: list[Near] = []
        events: list[str] = []
        for first in openings:
            for last in closings:
                if last <= first:
                    continue
                step = self._step(series, first, last)
                events.append(step.event)
                if step.value is None:
                    continue
                results.append(plain(step.value))
                exact = _binary_step(series, first, last, step.value)
                if exact is not None:
                    near.append(exact)
                    results += [plain(exact.value)] if exact.value >= 0 else []
                    results += [plain(each) for each in _ties(series, first, last, step.value) if each >= 0]
                elsewhere = self._counted_elsewhere(series, length_us, first, last)
                if elsewhere:
                    results.append(plain(step.value - elsewhere))
                    near += [Near(exact.value - elsewhere, 2 * exact.within)] if exact is not None else []
        return results, near, events

    def _counted_elsewhere(self, series: Series, length_us: int, first: int, last: int) -> Decimal:
        """What intervals that a clock step brought, never there before, have counted between two readings.

        An interval that the clock came round to again may leave it to them: nothing is counted twice then (R-10).
        """
        total = Decimal(0)
        if not self.clock.moved:
            return total
        low, high = series.times[first], series.times[last]
        for stretch in self.clock.stretches:
            begin, end = max(stretch.start, low), min(stretch.end, high)
            for start in range(ceil(begin + stretch.offset, length_us), end + stretch.offset - length_us, length_us):
                passes = [each for each in self.clock.passes(start, length_us) if each[1] > series.times[0]]
                edges = [
                    [index for index in self.boundary(series.point.id, at, length_us) if first < index < last]
                    for at in (start, start + length_us)
                ]
                if len(passes) == 1 and edges[0] and edges[1]:
                    total += self._step(series, edges[0][-1], edges[1][-1]).value or 0
        return total

    def _step(self, series: Series, first: int, last: int) -> Increment:
        """The increment over consecutive readings, so that a rollover or reset in between is seen where it happened."""
        point = series.point
        numbers = series.numbers()
        total = Decimal(0)
        event = ""
        replaced = [
            item for item in self.replacements.get(point.id, ()) if series.times[first] < item.at <= series.times[last]
        ]
        if not replaced and not series.falls(first, last):
            return Increment(numbers[last] - numbers[first])
        for index in range(first, last):
            here = [item for item in replaced if series.times[index] < item.at <= series.times[index + 1]]
            if here:
                final_old, initial_new = number(here[-1].final_old), number(here[-1].initial_new)
                if final_old is None or initial_new is None:
                    return Increment(None, "replacement")
                total += (final_old - numbers[index]) + (numbers[index + 1] - initial_new)
                event = "replacement"
                continue
            elapsed = series.times[index + 1] - series.times[index]
            step = increment(point, series.texts[index], series.texts[index + 1], elapsed)
            if step.value is None:
                return step
            total += step.value
            event = step.event or event
        return Increment(total, event)

    def _instant(self, series: Series, key: Key, start_us: int) -> Expected:
        length = key.end - start_us
        windows = [
            (window, span) for window in self.clock.passes(start_us, length) if (span := series.between(*window))
        ]
        if not windows:
            return Expected(key, start_us, Certainty.GAP, {}, (), "no reading was served")
        spans = [span for _, span in windows]
        (low, high), span = windows[0]
        fields = self._statistics(series, span)
        why = self._partial(series, low, high, length)
        if any(low <= cut < high + VOLATILE_US for cut in self.cuts):
            why = "power was lost in the interval"
        elif any(low <= boot < high for boot in self.boots):
            why = "the terminal started in the interval"
        others = [self._statistics(series, other) for other in self._also(series, windows)]
        if len(spans) > 1:
            why = why or "the clock passed the interval twice"
        doubtful = self._doubtful(series, span) if self.cuts else None
        certainty = Certainty.UNSURE if why else Certainty.SURE
        return Expected(key, start_us, certainty, fields, tuple(others), why, doubtful)

    def _also(self, series: Series, windows: list[tuple[tuple[int, int], range]]) -> list[range]:
        """The readings that an interval may as well be of, besides those of its first window."""
        spans = [span for _, span in windows]
        (low, high), _ = windows[0]
        joined = [range(spans[0].start, spans[-1].stop)] if len(spans) > 1 else []
        return [*spans[1:], *self._shifted(series, low, high), *joined]

    def of_registers(self, point: str, start_us: int, end_us: int) -> list[tuple[dict[str, str], Decimal]]:
        """What an interval of a binary floating-point register holds by the exact values of the register, not by their
        shortest decimals; with each a tenth of the register's own step there (R-17). Nothing for other points.
        """
        series = self.series[point]
        if not is_float(series.point) or series.point.type not in ("f32", "f64"):
            return []
        windows = [
            (each, span) for each in self.clock.passes(start_us, end_us - start_us) if (span := series.between(*each))
        ]
        found: list[tuple[dict[str, str], Decimal]] = []
        for offset in self.clock.mended(start_us, end_us):
            found += self._dated_anew(offset).of_registers(point, start_us, end_us)
        for span in (windows[0][1], *self._also(series, windows)) if windows else ():
            registers = [_register(series, index) for index in span]
            known = [each for each in registers if each is not None]
            if len(known) == len(registers):
                values = [value for value, _ in known]
                mean = EXACT.divide(reduce(EXACT.add, values), Decimal(len(values)))
                content = {"Avg": plain(mean), "Min": plain(min(values)), "Max": plain(max(values))}
                found.append((content, EXACT.divide(max(step for _, step in known), STEP_SHARE)))
        return found

    def _shifted(self, series: Series, low: int, high: int) -> list[range]:
        """The readings of a window by a clock that is a little ahead or behind; none in virtual time."""
        edge = self._edge_us(series)
        if not edge:
            return []
        first = dict.fromkeys(bisect_left(series.times, low + shift) for shift in (0, -edge, edge))
        last = dict.fromkeys(bisect_left(series.times, high + shift) for shift in (0, -edge, edge))
        return [range(start, stop) for start in first for stop in last if start < stop][1:]

    def _doubtful(self, series: Series, span: range) -> Doubtful | None:
        """The readings of a span that power may have taken, apart from the others; None when there are none."""
        numbers = series.numbers()
        lost = [index for index in span if self._volatile(series.times[index])]
        if not lost:
            return None
        gone = frozenset(lost)
        sure = tuple(numbers[index] for index in span if index not in gone)
        return Doubtful(sure, tuple(numbers[index] for index in lost), series.point.decimals)

    def _statistics(self, series: Series, span: range) -> dict[str, str]:
        numbers = series.numbers()
        part = numbers[span.start : span.stop]
        low, high = min(part), max(part)
        mean = EXACT.divide(series.total(span), Decimal(len(span)))
        decimals = series.point.decimals
        return {
            "Avg": plain(rounded(mean, decimals) if decimals >= 0 else mean),
            "Min": plain(low),
            "Max": plain(high),
        }

    def _partial(self, series: Series, low: int, high: int, length: int) -> str:
        """Whether polls were missed between two instants, in words."""
        if series.period_us > length:
            return "polling is slower than the interval"
        if any(low < stretch.start <= high for stretch in self.clock.stretches[1:]):
            return "the clock was moved in the interval"
        if series.failed(low, high):
            return "a request went without an answer"
        held = len(series.between(low, high))
        due = (high - low + series.period_us // 2) // series.period_us
        return "a poll is missing" if held < due else ""


def _register(series: Series, index: int) -> tuple[Decimal, Decimal] | None:
    """The exact quantity of a binary register at a reading, and its step there."""
    ratio = Decimal(series.point.ratio)
    found = register_step(plain(EXACT.divide(series.numbers()[index], ratio)), series.point.type)
    return None if found is None else (EXACT.multiply(found[0], ratio), EXACT.multiply(found[1], ratio))


def _binary_step(series: Series, first: int, last: int, advanced: Decimal) -> Near | None:
    """For binary registers the exact difference, and a tenth of the register's own step there (R-17); None for others.

    `advanced` is the difference of the shortest decimals: what these leave of the exact values is added to it.
    """
    point = series.point
    if not is_float(point) or point.type not in ("f32", "f64"):
        return None
    numbers = series.numbers()
    value, largest = advanced, Decimal(0)
    for index, sign in ((first, -1), (last, 1)):
        found = _register(series, index)
        if found is None:
            return None
        value = EXACT.add(value, sign * EXACT.subtract(found[0], numbers[index]))
        largest = max(largest, found[1])
    return Near(value, EXACT.divide(largest, STEP_SHARE))


def _ties(series: Series, first: int, last: int, advanced: Decimal) -> list[Decimal]:
    """Differences of other shortest decimals than those that `advanced` was made of.

    Where a register lies in the middle between two of them, either is its shortest decimal (proposal P-04).
    """
    if series.point.ratio != "1":
        return []
    numbers = series.numbers()
    shifts: list[tuple[Decimal, ...]] = []
    for index in (first, last):
        found = _register(series, index)
        other = None if found is None else EXACT.subtract(2 * found[0], numbers[index])
        tied = other is not None and other != numbers[index] and _places(other) <= _places(numbers[index])
        shifts.append(
            (Decimal(0), EXACT.subtract(other, numbers[index])) if tied and other is not None else (Decimal(0),)
        )
    made = [EXACT.subtract(EXACT.add(advanced, late), early) for early in shifts[0] for late in shifts[1]]
    return made[1:]


def _places(number: Decimal) -> int:
    """Digits behind the point, without closing zeros."""
    exponent = number.normalize(EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def length_of(kind: str, centre: CentreSetup) -> int:
    """Length of a value class in microseconds; minute data have the length the centre asked for."""
    match kind:
        case "minute":
            return centre.minute_interval * MINUTE
        case "quarter":
            return 15 * MINUTE
        case "hour":
            return HOUR
        case "day":
            return DAY
        case _:
            raise ValueError(f"value class {kind!r}: expected minute, quarter, hour or day")


def intervals(truth: Truth, kind: str, length_us: int, until_us: int) -> Iterator[Expected]:
    """Every interval of a class that ended by `until`, per point, from the first in which anything was read."""
    for point, series in truth.series.items():
        if not series.times:
            continue
        start = ceil(truth.clock.shown(series.times[0]) - length_us + 1, length_us)
        last = truth.clock.shown(until_us)
        while start + length_us <= last:
            yield truth.expected(point, kind, start, start + length_us)
            start += length_us


class SharedTruth(Truth):
    """The truth of several terminals: what an interval of a point must hold is asked of the one that reads it."""

    def __init__(self, history: History) -> None:
        super().__init__(history)
        behind = terminals_of(history)
        parts = {name: Truth(alone(history, name)) for name in dict.fromkeys(behind.values())}
        self._parts = {point.id: parts[behind[point.meter]] for point in history.began.points}
        self.series = {point: part.series[point] for point, part in self._parts.items()}

    def expected(self, point: str, kind: str, start_us: int, end_us: int) -> Expected:
        """What the interval [start, end) on the clock of its terminal must hold."""
        return self._parts[point].expected(point, kind, start_us, end_us)

    def unasked(self, point: str, boundary_us: int) -> bool:
        """See `Truth`."""
        return self._parts[point].unasked(point, boundary_us)

    def of_registers(self, point: str, start_us: int, end_us: int) -> list[tuple[dict[str, str], Decimal]]:
        """See `Truth`."""
        return self._parts[point].of_registers(point, start_us, end_us)

    def boundary(self, point: str, shown_us: int, length_us: int) -> list[int]:
        """See `Truth`."""
        return self._parts[point].boundary(point, shown_us, length_us)


_truths: WeakKeyDictionary[History, Truth] = WeakKeyDictionary()


def truth_of(history: History) -> Truth:
    """The truth of a history; built once per history, since several judges ask for it."""
    known = _truths.get(history)
    if known is None:
        several = any(meter.terminal for meter in history.began.meters)
        known = _truths[history] = SharedTruth(history) if several else Truth(history)
    return known


def counter_events(history: History) -> list[MeterFault]:
    """Rollovers, resets and replacements that the bench made happen."""
    return [event for event in history.of(MeterFault) if event.fault in ("rollover-soon", "reset", "replaced")]


def latest(series: Series, at_us: int) -> int | None:
    """Index of the last reading served at or before an instant."""
    index = bisect_right(series.times, at_us) - 1
    return index if index >= 0 else None
