"""Gaps of one point: a stretch of missed slots, with what the register advanced across it (ruling R-18).

Leaves periods to `interval`. A gap is durable from its first missed slot and is ended by the next good reading.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from reference_terminal.model import numbers
from reference_terminal.model.rows import Gap


class GapKeeper:
    """The gap of one point, if there is one. `keep(gap)` stores it as it stands, `number()` gives new gaps theirs."""

    def __init__(self, subject: str, keep: Callable[[Gap], None], number: Callable[[], int]) -> None:
        self._subject = subject
        self._keep = keep
        self._number = number
        self.current: Gap | None = None
        self._last: tuple[int, Decimal, Decimal | None] | None = None
        self._broken = False

    def restore(self, slot_s: int, value: Decimal, total: Decimal | None) -> None:
        """Continue after a stored good reading."""
        self._last = (slot_s, value, total)

    def miss(self, first_s: int, count: int, cause: str) -> bool:
        """Slots from `first_s` on were missed; whether this began a gap."""
        if self.current is not None:
            self.current.missed += count
            return False
        last = self._last
        self.current = Gap("point", self._subject, first_s, None, count, cause, number=self._number())
        if last is not None:
            self.current.from_s, self.current.from_value = last[0], numbers.text(last[1])
            self.current.from_total = None if last[2] is None else numbers.text(last[2])
        self._broken = False
        self._keep(self.current)
        return True

    def good(self, slot_s: int, value: Decimal, total: Decimal | None, broken: bool) -> Gap | None:
        """A good reading; ends and returns the gap if there was one."""
        gap, self.current = self.current, None
        self._last = (slot_s, value, total)
        if gap is None:
            return None
        gap.end_s, gap.to_s, gap.to_value = slot_s, slot_s, numbers.text(value)
        if gap.from_total is not None and total is not None and not broken:
            gap.quantity = numbers.text(numbers.CONTEXT.subtract(total, Decimal(gap.from_total)))
        self._keep(gap)
        return gap
