"""The clock and the other things every simulator is handed: true time, chance, and somebody who listens.

Leaves to others: where they come from (the virtual world, or the host's own clock in real time).
"""

from __future__ import annotations

import hashlib
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


def seeded(seed: int) -> Chance:
    """Streams of chance from one seed, the same on every machine and in every process."""

    def stream(name: str) -> random.Random:
        digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=16).digest()
        return random.Random(int.from_bytes(digest, "big"))

    return stream
