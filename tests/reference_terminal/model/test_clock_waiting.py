"""Waiting on the wall clock: a step wakes who waits within a minute, a fast or slow clock makes nobody late."""

from __future__ import annotations

import asyncio

import pytest

from bench.virtual.loop import run as run_virtually
from reference_terminal.model.clock import RECHECK_S, WallClock

START_NS = 1_772_380_800 * 10**9
HOUR_MS = 3_600_000


class _Clock:
    """The wall of a device whose oscillator gains `ppm`; `ahead_s` is by how much it was stepped."""

    def __init__(self, ppm: int = 0) -> None:
        self.ppm = ppm
        self.ahead_s = 0

    def time_ns(self) -> int:
        elapsed_ns = round(asyncio.get_running_loop().time() * 1e9)
        return START_NS + elapsed_ns + elapsed_ns * self.ppm // 1_000_000 + self.ahead_s * 10**9

    def set_time_ns(self, value: int) -> None:
        raise AssertionError(value)


@pytest.mark.parametrize("ppm", [-200, 0, 200])
def test_nobody_wakes_early_or_late(ppm: int) -> None:
    async def main() -> int:
        wall = _Clock(ppm)
        clock = WallClock(wall)
        until_ms = START_NS // 10**6 + 3 * HOUR_MS
        await clock.sleep_until(until_ms)
        return wall.time_ns() - until_ms * 10**6

    late_ns = run_virtually(main())
    assert isinstance(late_ns, int)
    assert 0 <= late_ns < 20_000_000


@pytest.mark.parametrize("ahead_s", [7200, -7200])
def test_a_step_wakes_who_waits_within_a_minute(ahead_s: int) -> None:
    async def main() -> tuple[float, int]:
        wall = _Clock()
        clock = WallClock(wall)
        loop = asyncio.get_running_loop()

        def step() -> None:
            wall.ahead_s = ahead_s

        loop.call_later(1000.5, step)
        await clock.sleep_until_or_step(START_NS // 10**6 + 3 * HOUR_MS)
        return loop.time(), clock.steps

    woke = run_virtually(main())
    assert isinstance(woke, tuple)
    assert 1000.5 <= woke[0] <= 1000.5 + RECHECK_S
    assert woke[1] == 1


def test_a_clock_that_nobody_waits_on_comes_to_rest() -> None:
    async def main() -> float:
        clock = WallClock(_Clock())
        await clock.nap(1)
        return asyncio.get_running_loop().time()

    assert run_virtually(main()) == 1
