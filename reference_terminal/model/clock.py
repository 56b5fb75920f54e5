"""Waiting on the device's wall clock, which may be stepped at any time (ruling R-10).

Leaves what a step means for periods to the pollers. Schedules stand on the wall grid, waiting is monotonic. While
anybody waits the wall is read again at the latest after `RECHECK_S`, by one timer for all, so that a step is noticed;
who waits long also wakes a little before, so that a clock that runs fast or slow is no reason to be late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from reference_terminal.model.seams import seam

RECHECK_S = 60.0
_MOST = 0.95
STEP_S = 1.0
"""A difference between wall and monotonic progress beyond this is a step and goes to the event log (R-10)."""


class Clock(Protocol):
    """The device's UTC wall clock in nanoseconds since 1970; it may be wrong, drift or jump."""

    def time_ns(self) -> int:
        """Now, UTC, in nanoseconds."""
        ...

    def set_time_ns(self, value: int, /) -> None:
        """Set the device's clock to `value` nanoseconds UTC."""
        ...


class WallClock:
    """The device's clock with waiting and step detection; `on_step(before_ms, after_ms)` is told of every step."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._sleepers: dict[int, asyncio.Future[None]] = {}
        self._next_sleeper = 0
        self._watch: asyncio.TimerHandle | None = None
        self._wall_ns = clock.time_ns()
        self._mono_s = self._loop.time()
        self.steps = 0
        self.on_step: Callable[[int, int], None] | None = None

    def now_ns(self) -> int:
        """The wall now in nanoseconds UTC; notices and reports a step on the way."""
        wall_ns, mono_s = self._clock.time_ns(), self._loop.time()
        if wall_ns == self._wall_ns and mono_s == self._mono_s:
            return wall_ns
        expected_ns = self._wall_ns + round((mono_s - self._mono_s) * 1e9)
        self._wall_ns, self._mono_s = wall_ns, mono_s
        if self.is_step(wall_ns - expected_ns):
            self._report(expected_ns, wall_ns)
        return wall_ns

    def now_ms(self) -> int:
        """The wall now in whole milliseconds UTC."""
        return self.now_ns() // 1_000_000

    def now_s(self) -> int:
        """The wall now in whole seconds UTC."""
        return self.now_ns() // 1_000_000_000

    @seam
    def is_step(self, difference_ns: int) -> bool:
        """Whether a difference between wall and monotonic progress is a step rather than drift."""
        return abs(difference_ns) > STEP_S * 1e9

    def set_s(self, at_s: int) -> None:
        """Set the device's clock to `at_s` seconds UTC and wake every sleeper to look at it again."""
        before_ns = self.now_ns()
        self._clock.set_time_ns(at_s * 1_000_000_000)
        self._wall_ns, self._mono_s = self._clock.time_ns(), self._loop.time()
        self._report(before_ns, self._wall_ns)

    def move_ns(self, by_ns: int) -> None:
        """Move the device's clock by so much; a move beyond `STEP_S` is a step and told of, a smaller one is not."""
        before_ns = self.now_ns()
        self._clock.set_time_ns(self._clock.time_ns() + by_ns)
        self._wall_ns, self._mono_s = self._clock.time_ns(), self._loop.time()
        if self.is_step(by_ns):
            self._report(before_ns, self._wall_ns)

    @seam
    def _report(self, before_ns: int, after_ns: int) -> None:
        self.steps += 1
        if self.on_step is not None:
            self.on_step(before_ns // 1_000_000, after_ns // 1_000_000)
        for sleeper in self._sleepers.values():
            if not sleeper.done():
                sleeper.set_result(None)

    async def sleep_until(self, at_ms: int) -> None:
        """Return once the wall has reached `at_ms` milliseconds UTC, however it got there."""
        while (left_ns := at_ms * 1_000_000 - self.now_ns()) > 0:
            await self.nap(_stretch_s(left_ns))

    async def sleep_until_or_step(self, at_ms: int) -> None:
        """As `sleep_until`, but also return when the clock was stepped, so that the caller can plan anew."""
        self.now_ns()
        steps = self.steps
        while (left_ns := at_ms * 1_000_000 - self.now_ns()) > 0 and self.steps == steps:
            await self.nap(_stretch_s(left_ns))

    async def nap(self, seconds: float) -> None:
        """Wait `seconds` of monotonic time, less if the clock is stepped meanwhile."""
        sleeper: asyncio.Future[None] = self._loop.create_future()
        key = self._next_sleeper
        self._next_sleeper += 1
        self._sleepers[key] = sleeper
        timer = self._loop.call_later(seconds, _wake, sleeper)
        if self._watch is None:
            self._watch = self._loop.call_later(RECHECK_S, self._look)
        try:
            await sleeper
        finally:
            timer.cancel()
            del self._sleepers[key]

    def _look(self) -> None:
        """Read the wall, so that a step wakes those who wait; go on as long as there is anybody."""
        self._watch = None
        self.now_ns()
        if self._sleepers:
            self._watch = self._loop.call_later(RECHECK_S, self._look)


def _stretch_s(left_ns: int) -> float:
    """How long to wait at once for what is so far away: most of it, the last minute by itself."""
    left_s = left_ns / 1e9
    return left_s if left_s <= RECHECK_S else max(RECHECK_S, _MOST * left_s)


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
