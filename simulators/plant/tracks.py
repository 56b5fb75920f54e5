"""Exact rates over time: piecewise linear functions of whole numbers, with exact integrals.

Leaves to others: what the rates mean and who decides them. Rates are whole millionths of a unit per hour (1e-6 kW is
one mW), times whole microseconds, integrals whole billionths (1e-9) of the unit that the rate gathers in. A track is
asked at any instant in any order and as often as one likes; the answer depends on the instant alone.
"""

from __future__ import annotations

from bisect import bisect_right

RATE_DIGITS = 6
COUNTER_DIGITS = 9
# rate [1e-6 unit/h] x time [us] / this = counter [1e-9 unit], since an hour has 3.6e9 us.
_PER_COUNT = 3_600_000


class Track:
    """A piecewise linear rate. Segments are appended in order of time; each may cut the one before it short."""

    __slots__ = ("_ends", "_finals", "_last", "_rates", "_starts", "_sums")

    def __init__(self, start_us: int, rate: int) -> None:
        self._starts = [start_us]
        self._rates = [rate]
        self._ends = [start_us]
        self._finals = [rate]
        self._sums = [0]
        self._last = 0

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
        self._sums.append(total)

    def _find(self, at_us: int) -> int:
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
        index = max(bisect_right(starts, at_us) - 1, 0)
        self._last = index
        return index

    def _sum(self, index: int, at_us: int) -> int:
        elapsed = at_us - self._starts[index]
        rate = self._rates[index]
        final = self._finals[index]
        if rate == final:
            return self._sums[index] + rate * elapsed
        length = self._ends[index] - self._starts[index]
        if elapsed <= length:
            return self._sums[index] + rate * elapsed + (final - rate) * elapsed * elapsed // (2 * length)
        return self._sums[index] + rate * length + (final - rate) * length // 2 + final * (elapsed - length)

    def rate(self, at_us: int) -> int:
        """The rate at an instant, in 1e-6 units per hour (or 1e-6 units for a level such as a temperature)."""
        index = self._find(at_us)
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
        return self._sum(index, at_us) // _PER_COUNT if at_us > self._starts[index] else self._sums[index] // _PER_COUNT
