"""Weighing indicators as one of the protocols of meters.

Leaves frames to `driver` and counting loads to `loads`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import cast

from reference_terminal.acquisition.driver import Carrier, Driver
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.protocol import AcquisitionProtocol, Surroundings
from reference_terminal.acquisition.scale import settings
from reference_terminal.acquisition.scale.driver import Keeper, ScaleMeter
from reference_terminal.acquisition.scale.loads import WATCH_S
from reference_terminal.acquisition.scale.settings import (
    COMMANDED,
    WORDS,
    CommandedOwn,
    ScaleOwn,
    ScalePlace,
    counts,
    read_place,
)
from reference_terminal.settings.meters import MeterConfig, PointConfig
from reference_terminal.settings.protocols import Own
from reference_terminal.settings.reader import Section

_EXCHANGE = 5, 24


class Scales(AcquisitionProtocol):
    """Weighbridges."""

    words = WORDS
    rank = 4

    def own(self, section: Section, word: str) -> ScaleOwn:
        """The letter of one that is asked; when its bridge is free."""
        return section.read(CommandedOwn if word == COMMANDED else ScaleOwn)

    def place(self, section: Section, word: str, own: Own) -> ScalePlace:
        """The item."""
        return read_place(section)

    def check(self, section: Section, point: PointConfig) -> None:
        """Kind and unit of the item."""
        settings.check(section, point)

    def exchanges(self, meter: MeterConfig) -> Sequence[tuple[int, int]]:
        """One question, one frame."""
        return [_EXCHANGE]

    def asked_every_s(self, meter: MeterConfig) -> int:
        """A bridge is watched while loads are counted."""
        return min(meter.period_s, WATCH_S) if counts(meter.points) else meter.period_s

    def driver(self, meter: MeterConfig, first_point: int, carrier: Carrier, around: Surroundings) -> Driver:
        """Its indicator on a line."""
        return ScaleMeter(meter, first_point, cast(Line, carrier), Keeper(around.memory, around.journal))

    def worker(self, driver: Driver) -> Callable[[], Awaitable[None]] | None:
        """The watch over a bridge whose loads are counted."""
        return driver.run if isinstance(driver, ScaleMeter) and counts(driver.config.points) else None


PROTOCOL = Scales()
