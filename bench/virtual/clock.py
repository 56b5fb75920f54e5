"""Clocks of the virtual world: the true time, and a device's own wall clock that drifts, jumps and loses its battery.

Leaves waiting to the loop: these clocks only read. All of it is integer arithmetic on microseconds of loop time, so
that a timer at an exact instant reads that instant.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.virtual.loop import VirtualLoop

PPM = 1_000_000


def loop_us(loop: VirtualLoop) -> int:
    """Microseconds since the beginning of the world, rounded to the nearest."""
    return round(loop.time() * 1_000_000)


class WorldClock:
    """The truth: UTC of the world, which began at `start_utc_us` microseconds of the Unix epoch."""

    def __init__(self, loop: VirtualLoop, start_utc_us: int) -> None:
        self.loop = loop
        self.start_utc_us = start_utc_us
        self._env = loop.env

    def now_us(self) -> int:
        """UTC in microseconds of the Unix epoch."""
        return self.start_utc_us + round(self._env._now * 1_000_000)  # pyright: ignore

    def loop_time_s(self, utc_us: int) -> float:
        """The loop time in seconds at which it is `utc_us`; for `loop.call_at`."""
        return (utc_us - self.start_utc_us) / 1_000_000


class DeviceClock:
    """The wall clock a device reads and sets; it starts at `start_utc_ns` nanoseconds of the Unix epoch.

    `drift_ppm` is how many parts per million it gains (negative: loses). The clock goes on while the power is off, as
    on a battery, unless `wrong_at_boot` is set. `on_set(before_ns, after_ns)` hears every setting and jump.
    """

    def __init__(
        self,
        loop: VirtualLoop,
        start_utc_ns: int,
        *,
        drift_ppm: int = 0,
        on_set: Callable[[int, int], object] | None = None,
    ) -> None:
        self.loop = loop
        self._env = loop.env
        self.drift_ppm = drift_ppm
        self.wrong_at_boot: int | None = None
        """What the clock shows after the next `boot()`, ns of the Unix epoch; None while the battery is good."""
        self._on_set = on_set
        self._base_ns = start_utc_ns
        self._base_us = loop_us(loop)

    def time_ns(self) -> int:
        """What the device takes for UTC, nanoseconds of the Unix epoch."""
        elapsed_us = round(self._env._now * 1_000_000) - self._base_us  # pyright: ignore
        ppm = self.drift_ppm
        return self._base_ns + elapsed_us * 1000 + (elapsed_us * ppm // 1000 if ppm else 0)

    def set_time_ns(self, time_ns: int) -> None:
        """Set the clock, as the device or its operator does."""
        before_ns = self.time_ns()
        self._rebase(time_ns)
        if self._on_set is not None:
            self._on_set(before_ns, time_ns)

    def jump(self, by_ns: int) -> None:
        """Move the clock forward (or, negative, back)."""
        self.set_time_ns(self.time_ns() + by_ns)

    def drift(self, ppm: int) -> None:
        """Gain `ppm` parts per million from now on; what was gained so far stays."""
        self._rebase(self.time_ns())
        self.drift_ppm = ppm

    def boot(self) -> None:
        """The device starts: with a dead battery the clock shows `wrong_at_boot`."""
        if self.wrong_at_boot is not None:
            self.set_time_ns(self.wrong_at_boot)

    def loop_time_s(self, time_ns: int) -> float:
        """The loop time in seconds, to the microsecond, at which this clock will first show at least `time_ns`.

        Valid until the clock is set or its drift changes.
        """
        distance_ns = time_ns - self._base_ns
        elapsed_us = -(-distance_ns * 1000 // (PPM + self.drift_ppm))
        while elapsed_us * 1000 + elapsed_us * self.drift_ppm // 1000 < distance_ns:
            elapsed_us += 1
        return (self._base_us + elapsed_us) / 1_000_000

    def _rebase(self, time_ns: int) -> None:
        self._base_ns = time_ns
        self._base_us = loop_us(self.loop)
