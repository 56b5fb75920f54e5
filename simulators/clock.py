"""The clock and the other things every simulator is handed: true time, chance, and somebody who listens.

Leaves to others: where they come from (the virtual world, or the host's own clock in real time).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol

from simulators.events import Event


class Clock(Protocol):
    """True time."""

    def now_us(self) -> int:
        """Microseconds UTC since 1970."""
        ...


Chance = Callable[[str], random.Random]
"""A stream of chance by name; the same name gives a new generator with the same beginning."""

Observe = Callable[[Event], None]
"""Takes every event of the simulators as it happens."""
