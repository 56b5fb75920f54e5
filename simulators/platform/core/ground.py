"""What every part of the platform stands on: database, plans, clock, chance, settings, and who is told of changes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from simulators.platform.core.database import Database
from simulators.platform.core.folder import Files
from simulators.platform.core.plans import Plans
from simulators.platform.core.seams import seam
from simulators.platform.core.settings import Settings


class Clock(Protocol):
    """The platform's own clock: UTC nanoseconds."""

    def time_ns(self) -> int:
        """Now."""
        ...


@dataclass
class Ground:
    """`files` are those beside the database.

    `changed` are called with the kind of every object that was created, changed or removed.
    """

    db: Database
    plans: Plans
    clock: Clock
    chance: random.Random
    settings: Settings
    files: Files
    changed: list[Callable[[str], None]] = field(default_factory=list[Callable[[str], None]])

    def __post_init__(self) -> None:
        self.db.undone.append(self._undone)

    @seam
    def _undone(self) -> None:
        for kind in self.plans.kinds:
            self.tell_changed(kind)

    def now_us(self) -> int:
        """Now by the platform's clock, microseconds UTC."""
        return self.clock.time_ns() // 1_000

    def tell_changed(self, kind: str) -> None:
        """What was remembered of objects of this kind holds no longer."""
        for each in self.changed:
            each(kind)
