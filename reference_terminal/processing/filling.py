"""Estimates for what was not read: a gap is filled between its last reading before and its first after (ruling R-18).

Leaves the gap itself to `gaps`. Estimates stand in a series of their own, flagged and with their method; the measured
series stays as it is, and nothing estimated is sent to a centre. What is read later after all supersedes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reference_terminal.model import numbers
from reference_terminal.model.rows import Gap
from reference_terminal.model.seams import seam
from reference_terminal.model.times import iso
from reference_terminal.processing import messages
from reference_terminal.settings.meters import PointConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

LINEAR, NEAREST = "linear", "nearest"
METHODS = (LINEAR, NEAREST)
BASE_S = 48 * 3600
"""So near to the gap a valid point must stand on either side (前后两天)."""
_MOST = 200_000
"""More slots than these in one gap are not filled, and that is told."""
_MULTIPLY, _ADD, _SUBTRACT, _DIVIDE = (
    numbers.CONTEXT.multiply,
    numbers.CONTEXT.add,
    numbers.CONTEXT.subtract,
    numbers.CONTEXT.divide,
)


def estimates(config: PointConfig, gap: Gap, period_s: int, method: str) -> Iterator[tuple[int, Decimal]]:
    """Slot and estimate for every missed slot of a gap that has ended; nothing without a base on both sides.

    A counter's register is interpolated over its end if need be, so that what is filled adds up to what it advanced.
    """
    if gap.end_s is None or gap.from_s is None or gap.to_s is None or gap.from_value is None or gap.to_value is None:
        return
    if gap.start_s - gap.from_s > BASE_S or gap.to_s - gap.end_s > BASE_S:
        return
    before, after = Decimal(gap.from_value), Decimal(gap.to_value)
    rise = _SUBTRACT(after, before)
    if config.kind == "counter":
        if gap.quantity is None:
            return
        rise = Decimal(gap.quantity)
    length = Decimal(gap.to_s - gap.from_s)
    modulus = None if config.modulus is None else _MULTIPLY(config.modulus, abs(config.ratio))
    for slot_s in range(gap.start_s, gap.end_s, period_s):
        if method == NEAREST:
            value = before if slot_s - gap.from_s <= gap.to_s - slot_s else after
        else:
            value = _ADD(before, _DIVIDE(_MULTIPLY(rise, Decimal(slot_s - gap.from_s)), length))
        value = numbers.rounded(value, config.decimals)
        if config.kind == "counter" and modulus is not None and value >= modulus:
            value = _SUBTRACT(value, modulus)
        yield slot_s, value


class Filling:
    """Fills gaps as they end by one method; an empty method fills none."""

    def __init__(self, method: str, store: Store, journal: Journal) -> None:
        self._method = method
        self._store = store
        self._journal = journal

    def fill(self, number: int, config: PointConfig, gap: Gap, period_s: int) -> None:
        """Keep estimates for a gap of the point with this number, and tell."""
        if not self._method or gap.end_s is None:
            return
        count = (gap.end_s - gap.start_s) // period_s
        made = list(estimates(config, gap, period_s, self._method)) if count <= _MOST else []
        since, until = iso(gap.start_s), iso(gap.end_s)
        if not made:
            self._journal.event(messages.GAP_NOT_FILLED, config.id, since=since, until=until)
            return
        for slot_s, value in made:
            self.keep(number, slot_s, value)
        stretch = {"method": self._method, "since": since, "until": until}
        self._journal.event(messages.GAP_FILLED, config.id, count=len(made), **stretch)

    @seam
    def keep(self, number: int, slot_s: int, value: Decimal) -> None:
        """Keep one estimate beside the readings."""
        self._store.write(
            "INSERT OR REPLACE INTO estimate VALUES (?,?,?,?)", (number, slot_s, numbers.text(value), self._method)
        )

    def rows(self, number: int, from_s: int, to_s: int, limit: int) -> list[dict[str, Any]]:
        """Estimates of a point with from ≤ slot < to; one is superseded when its slot was read after all."""
        found = self._store.connection.execute(
            "SELECT e.slot_s, e.value, e.method, EXISTS (SELECT 1 FROM reading r WHERE r.slot_s=e.slot_s AND"
            " r.point=e.point AND r.quality<2) FROM estimate e WHERE e.point=? AND e.slot_s>=? AND e.slot_s<?"
            " ORDER BY e.slot_s LIMIT ?",
            (number, from_s, to_s, limit),
        )
        return [
            {"at": iso(slot_s), "value": value, "method": method, "quality": "estimated", "superseded": bool(read)}
            for slot_s, value, method, read in found
        ]
