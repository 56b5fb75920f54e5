"""QN: the millisecond stamp that names one interaction (HJ 212 table 3), unique even when the clock goes back.

Leaves keeping the last one across restarts to the store.
"""

from __future__ import annotations

from reference_terminal.model.clock import WallClock
from reference_terminal.model.times import stamp_ms


class QnSource:
    """Gives every caller a QN nobody had before; `last_ms` is the highest so far."""

    def __init__(self, clock: WallClock, last_ms: int) -> None:
        self._clock = clock
        self.last_ms = last_ms

    def next(self) -> str:
        """A new QN: the wall's millisecond, or one more than the last QN if that is later."""
        self.last_ms = max(self._clock.now_ms(), self.last_ms + 1)
        return stamp_ms(self.last_ms)
