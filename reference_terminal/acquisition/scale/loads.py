"""Loads counted from the weights on a bridge: each truck is weighed full and empty, and its net weight is added up.

Leaves reading the weights to `scale`. A weighing is the largest weight at which the bridge came to rest while something
stood on it: with less, not all axles were on it. It is over when the bridge is free again, so that whoever moves on the
bridge is not weighed twice. The first weighing is a truck's gross weight, the next lighter one its tare. A heavier one
in its place begins anew: the truck before it left unweighed, and nobody makes up its tare.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reference_terminal.model.seams import seam

WATCH_S = 1
"""How often a bridge is looked at; trucks stand on it for some seconds at least."""


@dataclass(frozen=True)
class Load:
    """What a weighing made: `net` of a whole load, or None for a gross weight, `lost` the gross weight it replaces."""

    weight: Decimal
    gross: Decimal | None = None
    net: Decimal | None = None
    lost: Decimal | None = None


class Bridge:
    """One bridge: `total` and `loads` so far, and the gross weight that waits for its tare.

    Below `least` the bridge is free; a weight that stays the same for `settled_s` is at rest.
    """

    def __init__(self, least: Decimal, settled_s: float, kept: str = "") -> None:
        self.total = Decimal(0)
        self.loads = 0
        self._least = least
        self._settled_s = settled_s
        self._gross: Decimal | None = None
        self._shown: Decimal | None = None
        self._since_s = 0.0
        self._rested: Decimal | None = None
        if kept:
            total, loads, gross = kept.split(" ")
            self.total, self.loads = Decimal(total), int(loads)
            self._gross = None if gross == "-" else Decimal(gross)

    @property
    @seam
    def kept(self) -> str:
        """What must outlast a restart, as text."""
        return f"{self.total} {self.loads} {'-' if self._gross is None else self._gross}"

    def look(self, at_s: float, weight: Decimal) -> Load | None:
        """The bridge shows a weight at an instant (s); what this made, if a weighing is over."""
        if weight != self._shown:
            self._shown, self._since_s = weight, at_s
        if weight >= self._least:
            if at_s - self._since_s >= self._settled_s:
                self._rested = weight if self._rested is None else max(self._rested, weight)
            return None
        weighed, self._rested = self._rested, None
        return None if weighed is None else self._weighed(weighed)

    def blind(self) -> None:
        """Nothing was seen: a weight is not at rest for having been seen before."""
        self._shown = None

    @seam
    def _weighed(self, weight: Decimal) -> Load:
        gross = self._gross
        if gross is None or weight >= gross:
            self._gross = weight
            return Load(weight, lost=gross)
        self._gross = None
        self.total += gross - weight
        self.loads += 1
        return Load(weight, gross, gross - weight)
