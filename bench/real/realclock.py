"""True time of a real-time rig, and how well the bench knows it: its loop's delay, its clock's resolution (R-05).

Leaves to `bench.history` the event that keeps the result. The bench's time is the host's at the start of a case and the
monotonic clock's since: a step of the host's clock does not move it, and is reported.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass

from bench.real.faketime import clocks_ns

SAMPLE_S = 0.02
_BUCKET_US = 10
_MOST_BUCKETS = 100_000


class RealClock:
    """Microseconds UTC that never step back, `rate` times faster than the host's; `starts` are its clocks at first."""

    def __init__(self, rate: int = 1, at_us: int = 0) -> None:
        """With `at_us` it shows that instant at the start, and is `ahead_us` of the host's clock."""
        self.rate = rate
        self.starts = clocks_ns()
        self._wall_ns, self._monotonic_ns = self.starts[:2]
        self.ahead_us = at_us - self._wall_ns // 1000 if at_us else 0

    def now_us(self) -> int:
        """Now."""
        return (self._wall_ns + self._passed_ns() * self.rate) // 1000 + self.ahead_us

    def _passed_ns(self) -> int:
        return time.monotonic_ns() - self._monotonic_ns

    def host_moved_us(self) -> int:
        """How far the host's clock has moved away from this one since the start (ahead is positive)."""
        return (time.time_ns() - self._wall_ns - self._passed_ns()) // 1000


def resolution_ns() -> int:
    """The smallest step seen between two different readings of the monotonic clock, nanoseconds."""
    smallest = 1_000_000_000
    for _ in range(200):
        first = time.monotonic_ns()
        while (second := time.monotonic_ns()) == first:
            pass
        smallest = min(smallest, second - first)
    return smallest


@dataclass(frozen=True)
class LoopDelay:
    """How late the loop came to what was due: samples, median, 99th percentile and largest, microseconds."""

    samples: int
    p50_us: int
    p99_us: int
    max_us: int


def expanded_uncertainty_us(delay: LoopDelay, resolution: int, wait_us: int = 0) -> int:
    """Expanded uncertainty (k=2) of the difference of two instants as the bench stamps them, microseconds.

    Each stamp is late by something between 0 and the loop's delay (rectangular, half width taken as its 99th
    percentile), by the wait for a CPU of whatever handed it the octets (rectangular, half width the mean wait of the
    bench's own thread, `wait_us`), and stands on the clock's grid (rectangular, `resolution` in ns); two stamps are
    independent.
    """
    one = (delay.p99_us**2 + wait_us**2) / 3 + (resolution / 1000) ** 2 / 12
    return math.ceil(2 * math.sqrt(2 * one))


class LoopWatch:
    """Measures the loop's delay for as long as it runs, in a histogram of bounded size, in the world's time.

    In a world that runs `rate` times faster each delay of the wall is so many times longer.
    """

    def __init__(self, rate: int = 1) -> None:
        self._rate = rate
        self._counts: dict[int, int] = {}
        self._samples = 0
        self._largest = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="loop watch")

    async def _run(self) -> None:
        while True:
            due = time.monotonic_ns() + round(SAMPLE_S * 1e9)
            await asyncio.sleep(SAMPLE_S * self._rate)
            self.add(max(time.monotonic_ns() - due, 0) * self._rate // 1000)

    def add(self, late_us: int) -> None:
        """One sample."""
        bucket = min(late_us // _BUCKET_US, _MOST_BUCKETS)
        self._counts[bucket] = self._counts.get(bucket, 0) + 1
        self._samples += 1
        self._largest = max(self._largest, late_us)

    def stop(self) -> LoopDelay:
        """End, and what came of it."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        return LoopDelay(self._samples, self._percentile(50), self._percentile(99), self._largest)

    def _percentile(self, percent: int) -> int:
        """Nearest rank (R-05), the upper edge of its bucket; 0 of nothing."""
        rank = max(-(-percent * self._samples // 100), 1)
        seen = 0
        for bucket, count in sorted(self._counts.items()):
            seen += count
            if seen >= rank:
                return min((bucket + 1) * _BUCKET_US, self._largest)
        return 0
