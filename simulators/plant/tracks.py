"""Exact rates over time: piecewise linear functions of whole numbers, with exact integrals.

Leaves to others: what the rates mean and who decides them. Rates are whole millionths of a unit per hour (1e-6 kW is
one mW), times whole microseconds, integrals whole billionths (1e-9) of the unit that the rate gathers in. A track is
asked at any instant in any order and as often as one likes; the answer depends on the instant alone.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from contextlib import suppress

from simulators.plant.older import Older

RATE_DIGITS = 6
COUNTER_DIGITS = 9
# rate [1e-6 unit/h] x time [us] / this = counter [1e-9 unit], since an hour has 3.6e9 us.
_PER_COUNT = 3_600_000
_LOW_BITS = 62
_LOW = (1 << _LOW_BITS) - 1
LATEST = 128
"""So many segments of a track stay in memory at least; when twice as many are there, the older half leaves."""


class Track:
    """A piecewise linear rate. Segments are appended in order of time; each may cut the one before it short."""

    __slots__ = ("_ends", "_finals", "_highs", "_last", "_lows", "_older", "_past", "_rates", "_starts")

    def __init__(self, start_us: int, rate: int) -> None:
        self._starts = array("q", (start_us,))
        self._rates = array("q", (rate,))
        self._ends = array("q", (start_us,))
        self._finals = array("q", (rate,))
        # A sum can need more than 64 bits.
        self._lows = array("q", (0,))
        self._highs = array("q", (0,))
        self._last = 0
        self._older: Older | None = None
        self._past: tuple[int, Track] | None = None

    @property
    def in_memory(self) -> int:
        """How many of its segments are in memory."""
        return len(self._starts)

    def hold(self, at_us: int, rate: int) -> None:
        """From `at_us` on the rate is `rate`, until the next segment."""
        self.ramp(at_us, rate, at_us, rate)

    def ramp(self, at_us: int, rate: int, until_us: int, final: int) -> None:
        """From `at_us` the rate goes in a straight line from `rate` to `final` at `until_us`, then stays there."""
        last = len(self._starts) - 1
        if at_us < self._starts[last]:
            raise ValueError(f"segments must follow in time: {at_us} is before {self._starts[last]}")
        total = self._sum(last, at_us)
        if at_us == self._starts[last]:
            self._rates[last], self._ends[last], self._finals[last] = rate, until_us, final
            return
        self._starts.append(at_us)
        self._rates.append(rate)
        self._ends.append(until_us)
        self._finals.append(final)
        self._lows.append(total & _LOW)
        self._highs.append(total >> _LOW_BITS)
        if not (last + 2) % LATEST and last + 2 >= 2 * LATEST:
            with suppress(OSError):
                self._let_go()

    def _let_go(self) -> None:
        """Have the older segments leave memory. Raises OSError; they stay then, and the next ones try again."""
        if self._older is None:
            self._older = Older(6)
        columns = (self._starts, self._rates, self._ends, self._finals, self._lows, self._highs)
        self._older.put([column[:-LATEST] for column in columns])
        for column in columns:
            del column[:-LATEST]
        self._last = 0

    def _before(self, at_us: int) -> Track:
        """The segments that have left memory around an instant, as a track."""
        assert self._older is not None
        block = self._older.at(at_us)
        if self._past is None or self._past[0] != block:
            past = Track(0, 0)
            columns = self._older.block(block)
            past._starts, past._rates, past._ends, past._finals, past._lows, past._highs = columns
            self._past = block, past
        return self._past[1]

    def _find(self, at_us: int) -> int:
        """The segment of an instant, the first for one before all; -1 for one that has left memory."""
        starts = self._starts
        index = self._last
        # Askers mostly move forward in small steps: the segment found last, or the next, is usually the right one.
        if starts[index] <= at_us:
            count = len(starts)
            if index + 1 == count or at_us < starts[index + 1]:
                return index
            index += 1
            if index + 1 == count or at_us < starts[index + 1]:
                self._last = index
                return index
        index = bisect_right(starts, at_us) - 1
        if index < 0:
            if self._older is not None:
                return -1
            index = 0
        self._last = index
        return index

    def _sum(self, index: int, at_us: int) -> int:
        begun = (self._highs[index] << _LOW_BITS) + self._lows[index]
        elapsed = at_us - self._starts[index]
        rate = self._rates[index]
        final = self._finals[index]
        if rate == final:
            return begun + rate * elapsed
        length = self._ends[index] - self._starts[index]
        if elapsed <= length:
            return begun + rate * elapsed + (final - rate) * elapsed * elapsed // (2 * length)
        return begun + rate * length + (final - rate) * length // 2 + final * (elapsed - length)

    def rate(self, at_us: int) -> int:
        """The rate at an instant, in 1e-6 units per hour (or 1e-6 units for a level such as a temperature)."""
        index = self._find(at_us)
        if index < 0:
            return self._before(at_us).rate(at_us)
        rate = self._rates[index]
        final = self._finals[index]
        if rate == final or at_us <= self._starts[index]:
            return rate
        length = self._ends[index] - self._starts[index]
        elapsed = at_us - self._starts[index]
        return final if elapsed >= length else rate + (final - rate) * elapsed // length

    def gathered(self, at_us: int) -> int:
        """The integral from the start to an instant, in 1e-9 units; 0 before the start."""
        index = self._find(at_us)
        if index < 0:
            return self._before(at_us).gathered(at_us)
        return self._sum(index, max(at_us, self._starts[index])) // _PER_COUNT
