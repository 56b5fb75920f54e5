"""What drivers of collectors share: a message's instant decides the slot, and what came too late is not lost.

Leaves messages to `messages` and the ways they come to `mqtt.driver` and `https.driver`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from reference_terminal.acquisition.collectors.messages import DeviceReport, of_tags
from reference_terminal.acquisition.driver import Content, judged
from reference_terminal.model import reading
from reference_terminal.model.reading import Reading
from reference_terminal.model.times import floor_s
from reference_terminal.settings.meters import MeterConfig

LATEST_S = 7 * 86_400
"""How old a message may be; an older one was stamped by a clock that was never set."""
EARLY_S = 60
"""How far ahead of the terminal's clock a message may be."""

Late = Callable[[list[Reading], Callable[[], None]], None]
"""Takes readings of a slot that is over, and what to do once they are durable."""


@runtime_checkable
class TakesLate(Protocol):
    """A driver that also hears of slots that are over."""

    late: Late | None


class OwnPace:
    """A carrier of one meter only: nobody waits behind it."""

    def __init__(self) -> None:
        self.bus = asyncio.Lock()

    @property
    def shared_timeout_s(self) -> float | None:
        """Nobody watches it."""
        return None

    def close(self) -> None:
        """The connection belongs to the collector's client."""


def patience_s(config: MeterConfig) -> float:
    """How long after its slot a reading is waited for."""
    return min(0.9 * config.period_s, 30.0)


def slot_of(config: MeterConfig, at_ms: int) -> int:
    """The slot that a message's own instant belongs to."""
    return floor_s(at_ms // 1000, config.period_s)


def instant_of(report: DeviceReport, now_ms: int) -> int | None:
    """The instant a message carries, ms UTC; None if it carries none that can be."""
    at_ms = report.at_ms
    if at_ms is None or at_ms > now_ms + EARLY_S * 1000 or at_ms < now_ms - LATEST_S * 1000:
        return None
    return at_ms


def readings_of(config: MeterConfig, first: int, report: DeviceReport, slot_s: int, at_ms: int) -> list[Reading]:
    """The readings of a meter's points from a message, the first point being number `first`."""
    contents = of_tags([point.place.tag for point in config.points], report.contents)
    return [
        judged(point, content, first + number, slot_s, at_ms)
        for number, (point, content) in enumerate(zip(config.points, contents, strict=True))
    ]


def nothing(config: MeterConfig, first: int, slot_s: int, at_ms: int, cause: str) -> list[Reading]:
    """Readings without a value, for a cause."""
    return [
        judged(point, Content("", None, cause), first + number, slot_s, at_ms)
        for number, point in enumerate(config.points)
    ]


def unusable(report: DeviceReport) -> str:
    """The cause for a message whose instant cannot be used."""
    return reading.NO_INSTANT if report.at_ms is None else reading.SOURCE_CLOCK
