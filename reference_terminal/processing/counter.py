"""A counter's readings become one running total: rollover, reset and replacement of the meter (ruling R-19).

Leaves periods to `interval`. The total never falls; what a reset hides is not invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from reference_terminal.model import numbers
from reference_terminal.model.rows import Replacement
from reference_terminal.model.seams import seam
from reference_terminal.settings.meters import PointConfig

FIRST, NORMAL, ROLLOVER, RESET, REPLACED = "first", "normal", "rollover", "reset", "replacement"
STANDBY, RETURNED = "standby", "returned"
_MARGIN = Decimal("1.1")
_SHARE = Decimal("0.1")
_ADD, _SUBTRACT, _MULTIPLY = numbers.CONTEXT.add, numbers.CONTEXT.subtract, numbers.CONTEXT.multiply


@dataclass(frozen=True)
class Step:
    """What a reading did to the total: the new total, how, and the increment (None where it is not known)."""

    total: Decimal
    kind: str
    increment: Decimal | None


class Own(NamedTuple):
    """Where a counter stood by its own meter: value, slot (UTC s) and running total."""

    value: Decimal
    slot_s: int
    total: Decimal


class CounterTracker:
    """One counter: last value, its slot (UTC s) and the running total; `source` names a standby that is read now."""

    def __init__(self, config: PointConfig) -> None:
        self._modulus = None if config.modulus is None else _MULTIPLY(config.modulus, abs(config.ratio))
        self._rated_per_h = config.rated_per_h
        self._own_modulus = self._modulus
        self.source = ""
        self.own: Own | None = None
        self.value: Decimal | None = None
        self.slot_s = 0
        self.total = Decimal(0)

    def restore(self, value: Decimal, slot_s: int, total: Decimal) -> None:
        """Continue from a stored reading."""
        self.value, self.slot_s, self.total = value, slot_s, total

    def step(self, value: Decimal, slot_s: int, replacement: Replacement | None) -> Step:
        """Take the next good reading; `replacement` is a recorded change of the meter since the last one."""
        before, elapsed_s = self.value, slot_s - self.slot_s
        self.value, self.slot_s = value, slot_s
        if before is None:
            self.total = value
            return Step(value, FIRST, None)
        if replacement is not None:
            return self._advance(REPLACED, self.across_replacement(before, value, replacement))
        if value >= before:
            return self._advance(NORMAL, _SUBTRACT(value, before))
        if self._modulus is not None:
            wrapped = self.wrapped(before, value, self._modulus)
            if self.is_rollover(wrapped, elapsed_s, self._modulus):
                return self._advance(ROLLOVER, wrapped)
        return Step(self.total, RESET, None)

    def between(self, before: Decimal, value: Decimal) -> Decimal | None:
        """What the register advanced between two readings of the past, over its end if need be; None after a reset."""
        if value >= before:
            return _SUBTRACT(value, before)
        if self._own_modulus is None:
            return None
        wrapped = self.wrapped(before, value, self._own_modulus)
        return wrapped if 0 <= wrapped <= _MULTIPLY(self._own_modulus, _SHARE) else None

    def stand_in(self, source: str, modulus: Decimal | None, value: Decimal, slot_s: int) -> Step:
        """Another meter's first reading in place of the own one: its register goes its own way from here on.

        What passed since the last own reading is not known yet; it is counted when the own meter returns.
        """
        if self.source == "" and self.value is not None:
            self.own = Own(self.value, self.slot_s, self.total)
        first = self.value is None
        self.source, self._modulus = source, modulus
        self.value, self.slot_s = value, slot_s
        if first:
            self.total = value
        return Step(self.total, STANDBY, None)

    def stood_in(self, source: str, modulus: Decimal | None, own: Own | None) -> None:
        """Continue after a restart with a standby's register (value and total are those restored)."""
        self.source, self._modulus, self.own = source, modulus, own

    def go_home(self) -> Decimal:
        """The own meter is read again: go on where it was last; returns the running total as it was by the standby."""
        before, own = self.total, self.own
        self.source, self._modulus = "", self._own_modulus
        if own is not None:
            self.value, self.slot_s, self.total = own
        else:
            self.value = None
        return before

    def settle_home(self, before: Decimal, step: Step) -> Step:
        """What the first own reading after `go_home` did to the total, which never falls below `before`.

        The own register tells all that passed meanwhile, once. A standby that counted more, or a meter that was never
        read before, leaves the total as it was.
        """
        if self.own is None or self.total < before:
            self.total = before
        self.own = None
        kind = step.kind if step.kind in (RESET, REPLACED) else RETURNED
        return Step(self.total, kind, _SUBTRACT(self.total, before))

    def _advance(self, kind: str, increment: Decimal) -> Step:
        self.total = _ADD(self.total, increment)
        return Step(self.total, kind, increment)

    @seam
    def wrapped(self, before: Decimal, value: Decimal, modulus: Decimal) -> Decimal:
        """The increment of a counter that passed its largest value and went on from zero."""
        return _ADD(_SUBTRACT(value, before), modulus)

    def is_rollover(self, wrapped: Decimal, elapsed_s: int, modulus: Decimal) -> bool:
        """Whether the increment is plausible: ≤ rated maximum × time × 1.1, or without rating ≤ 10 % of the range."""
        if wrapped < 0:
            return False
        if self._rated_per_h is None:
            return wrapped <= _MULTIPLY(modulus, _SHARE)
        limit = _MULTIPLY(_MULTIPLY(self._rated_per_h, Decimal(max(elapsed_s, 1))), _MARGIN)
        return _MULTIPLY(wrapped, Decimal(3600)) <= limit

    def across_replacement(self, before: Decimal, value: Decimal, entry: Replacement) -> Decimal:
        """The increment over a recorded change: (final old − previous) + (current − initial new)."""
        old = _SUBTRACT(Decimal(entry.final_old), before)
        return _ADD(old, _SUBTRACT(value, Decimal(entry.initial_new)))


def bears_out(entry: Replacement, before: Decimal | None, value: Decimal) -> bool:
    """Whether the readings on either side of an entry bear it out: neither meter has gone backwards."""
    return (before is None or Decimal(entry.final_old) >= before) and value >= Decimal(entry.initial_new)
