"""What a configuration says of weighing indicators: when a bridge is free or at rest; of their points: which item.

Leaves frames to `driver` and counting loads to `loads`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from reference_terminal.acquisition.scale import reasons
from reference_terminal.model.messages import Text, listing
from reference_terminal.settings.meters import PointConfig
from reference_terminal.settings.protocols import Own, Place
from reference_terminal.settings.reader import Section, Settings, one_of

COMMANDED = "xk3190-command"
WORDS = ("xk3190", COMMANDED, "xk3190-reversed", "toledo-a12e")
WEIGHT, NET, LOADS = "weight", "net", "loads"
ITEMS = (WEIGHT, NET, LOADS)
"""What a point is: the weight shown, the net weight of all trucks, how many they were."""
_WEIGHED = {WEIGHT: ("instant", ("kg", "t")), NET: ("counter", ("kg", "t")), LOADS: ("counter", ("1",))}


class ScaleOwn(Own, frozen=True, kw_only=True):
    """A bridge with less than `least` on it is free; a weight that stays the same for `settled_s` is at rest."""

    least: Decimal = Decimal(1)
    settled_s: Annotated[int, Meta(ge=1, le=60)] = 3

    @property
    def known_as(self) -> str:
        """Nobody asks it: it is alone on its line."""
        return "0"

    @property
    def letter(self) -> str:
        """What it is asked by; empty where it sends by itself."""
        return ""

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """The free bridge."""
        if self.least <= 0:
            yield ("least", reasons.LEAST_WEIGHT(least=self.least))


class CommandedOwn(ScaleOwn, frozen=True, kw_only=True):
    """An indicator that is asked by its letter."""

    address: str

    @property
    def known_as(self) -> str:
        """The letter."""
        return self.address

    @property
    def letter(self) -> str:
        """The letter."""
        return self.address

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """The letter, too."""
        yield from super().flaws()
        if self.address and not (len(self.address) == 1 and "A" <= self.address <= "Z"):
            yield ("address", reasons.INDICATOR_LETTER(address=self.address))


@dataclass(frozen=True)
class ScalePlace(Place):
    """What of an indicator a point is."""

    item: str = WEIGHT


class _PlaceKeys(Settings, frozen=True, kw_only=True):
    item: Annotated[str, one_of(ITEMS)] = WEIGHT


def read_place(section: Section) -> ScalePlace:
    """The item of a point."""
    return ScalePlace(item=section.read(_PlaceKeys).item)


def check(section: Section, point: PointConfig) -> None:
    """Note an item of another kind or unit."""
    item = item_of(point)
    kind, units = _WEIGHED[item]
    if point.kind != kind or point.source not in units:
        section.problem(
            "item",
            reasons.ITEM_UNLIKE(item=item, kind=kind, units=listing(units), kind2=point.kind, source=point.source),
        )


def item_of(point: PointConfig) -> str:
    """What of an indicator a point is."""
    assert isinstance(point.place, ScalePlace)
    return point.place.item


def counts(points: tuple[PointConfig, ...]) -> bool:
    """Whether loads are counted from an indicator's weights, for which it is watched all the time."""
    return any(item_of(point) in (NET, LOADS) for point in points)
