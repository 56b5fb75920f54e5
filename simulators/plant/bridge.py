"""A weighbridge of the works: trucks bring fuel, weighed full on the way in and empty on the way out.

Leaves to others: how an indicator shows the weight. A load is done when its truck has been weighed empty: then it
counts, and its net weight is gross less tare. Weights are whole divisions of 20 kg, as a bridge of this size has them.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Generator
from typing import Any

import simpy

from simulators.plant.tracks import COUNTER_DIGITS, RATE_DIGITS, Track

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_DIVISION = 2 * 10 ** (RATE_DIGITS - 2)
_NET_UNIT = 10 ** (COUNTER_DIGITS - RATE_DIGITS)
RATED_LOADS_PER_H, RATED_T_PER_H = "6", "220"
"""No more than this in an hour."""


class Weighbridge:
    """Weight on the bridge (1e-6 t) at every instant, and what has been delivered."""

    def __init__(self, start_us: int) -> None:
        self.weight = Track(start_us, 0)
        self._at: list[int] = []
        self._net: list[int] = []

    def loads(self, at_us: int) -> int:
        """Loads done by an instant."""
        return bisect_right(self._at, at_us)

    def net(self, at_us: int) -> int:
        """Tonnes delivered by an instant, in 1e-9 t."""
        done = bisect_right(self._at, at_us)
        return self._net[done - 1] * _NET_UNIT if done else 0

    def deliveries(
        self, env: Any, level: Callable[[int], int], chance: random.Random
    ) -> Generator[simpy.Event, Any, None]:
        """Trucks one after the other, by day and by shift; none while nobody works."""
        total = 0
        while True:
            yield env.timeout(chance.randrange(6 * _MINUTE, 25 * _MINUTE))
            if not level(env.now):
                continue
            gross = chance.randrange(1_600, 2_450) * _DIVISION
            tare = chance.randrange(650, 800) * _DIVISION
            yield from self._cross(env, gross, chance)
            yield env.timeout(chance.randrange(8 * _MINUTE, 20 * _MINUTE))
            yield from self._cross(env, tare, chance)
            total += gross - tare
            self._at.append(env.now)
            self._net.append(total)

    def _cross(self, env: Any, weight: int, chance: random.Random) -> Generator[simpy.Event, Any, None]:
        """A truck drives onto the bridge, stands and drives off."""
        self.weight.ramp(env.now, 0, env.now + 8 * _SECOND, weight)
        yield env.timeout(8 * _SECOND + chance.randrange(40 * _SECOND, 90 * _SECOND))
        self.weight.ramp(env.now, weight, env.now + 6 * _SECOND, 0)
        yield env.timeout(6 * _SECOND)
