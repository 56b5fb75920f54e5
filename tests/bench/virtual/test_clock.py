"""Clocks and chance: exact instants, drift in whole nanoseconds, and numbers that repeat for ever."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bench.virtual.chance import Chance
from bench.virtual.clock import DeviceClock, WorldClock
from bench.virtual.loop import VirtualLoop, run, running_loop

START_NS = 1_760_000_000_000_000_000


def test_a_timer_at_an_exact_instant_reads_it() -> None:
    async def main() -> tuple[list[int], list[int]]:
        loop = running_loop()
        truth = WorldClock(loop, START_NS // 1000)
        clock = DeviceClock(loop, START_NS)
        true_us: list[int] = []
        shown_ns: list[int] = []
        for minute in range(1, 2881):
            await asyncio.sleep(truth.loop_time_s(START_NS // 1000 + minute * 60_000_000) - loop.time())
            true_us.append(truth.now_us())
            shown_ns.append(clock.time_ns())
        return true_us, shown_ns

    true_us, shown_ns = run(main())
    assert true_us == [START_NS // 1000 + minute * 60_000_000 for minute in range(1, 2881)]
    assert shown_ns == [START_NS + minute * 60_000_000_000 for minute in range(1, 2881)]


def test_drift_jump_setting_and_a_dead_battery() -> None:
    async def main() -> tuple[list[int], list[tuple[int, int]]]:
        settings: list[tuple[int, int]] = []
        clock = DeviceClock(
            running_loop(), 0, drift_ppm=100, on_set=lambda before, after: settings.append((before, after))
        )
        seen: list[int] = []
        await asyncio.sleep(10_000)
        seen.append(clock.time_ns())
        clock.drift(-100)
        await asyncio.sleep(10_000)
        seen.append(clock.time_ns())
        clock.jump(-5_000_000_000)
        seen.append(clock.time_ns())
        clock.boot()
        seen.append(clock.time_ns())
        clock.wrong_at_boot = 946_684_800_000_000_000
        clock.boot()
        seen.append(clock.time_ns())
        return seen, settings

    seen, settings = run(main())
    second = 1_000_000_000
    assert seen == [10_001 * second, 20_000 * second, 19_995 * second, 19_995 * second, 946_684_800 * second]
    assert settings == [(20_000 * second, 19_995 * second), (19_995 * second, 946_684_800 * second)]


@given(st.integers(-500, 500), st.integers(1, 10**15))
def test_the_instant_at_which_a_clock_will_show_a_time(ppm: int, distance_ns: int) -> None:
    loop = VirtualLoop()
    try:
        clock = DeviceClock(loop, START_NS, drift_ppm=ppm)
        when_s = clock.loop_time_s(START_NS + distance_ns)
        loop.call_at(when_s, loop.stop)
        loop.run_forever()
        reached = clock.time_ns()
        assert START_NS + distance_ns <= reached <= START_NS + distance_ns + 1002
    finally:
        loop.close()


def test_streams_are_stable_and_independent() -> None:
    assert Chance(1).stream("link/uplink").random() == 0.46953269705209044
    assert Chance(1).stream("link/uplink").random() == Chance(1).stream("link/uplink").random()
    assert Chance(1).stream("a").random() != Chance(1).stream("b").random() != Chance(2).stream("b").random()
    assert Chance(1).child("a").stream("b").random() != Chance(1).stream("b").random()
