"""What a driver is: one meter read once, every point with its quality.

Leaves protocols to the drivers themselves and when to read to `poller`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from reference_terminal.acquisition.modbus import decode
from reference_terminal.model import reading, units
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import BadContent, Reading
from reference_terminal.settings.meters import PointConfig


@dataclass(frozen=True)
class Poll:
    """What one poll of a meter brought: a reading for each of its points in order; `silent`: it did not answer."""

    readings: list[Reading]
    silent: bool


class Carrier(Protocol):
    """A gateway or line: what several meters share, one exchange at a time under `bus`."""

    bus: asyncio.Lock

    @property
    def shared_timeout_s(self) -> float | None:
        """How long one silent meter may keep all others waiting, in seconds; None where nobody watches that."""
        ...

    def close(self) -> None:
        """Drop the connection."""
        ...


class Driver(Protocol):
    """One meter behind a carrier."""

    @property
    def carrier(self) -> Carrier:
        """The gateway or line it stands at."""
        ...

    async def read(self, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None) -> Poll:
        """Read all points once. `slot_s` None stamps them with the instant of the answer (reading on command).

        `wait_s` bounds how long an answer is waited for (None: the carrier's own patience).
        """
        ...


@dataclass(frozen=True)
class Content:
    """What an answer holds for one point: octets received (hexadecimal), and the number in them or why there is none.

    `questionable` is a cause that leaves the number usable.
    """

    raw: str
    value: Decimal | None
    cause: str = ""
    questionable: str = ""


def stamped(
    points: Sequence[PointConfig], contents: Sequence[Content], first: int, slot_s: int | None, at_ms: int
) -> list[Reading]:
    """Readings from contents, the first point being number `first`, all stamped alike."""
    stamp_s = at_ms // 1000 if slot_s is None else slot_s
    return [
        judged(config, content, first + number, stamp_s, at_ms)
        for number, (config, content) in enumerate(zip(points, contents, strict=True))
    ]


def judged(config: PointConfig, content: Content, point: int, slot_s: int, at_ms: int) -> Reading:
    """One reading: range, ratio and conversion applied to the number as printed."""
    value = content.value
    if value is None or content.cause:
        return Reading(point, slot_s, at_ms, None, content.raw, reading.BAD, content.cause or reading.NO_DATA)
    if content.raw in config.sentinels:
        return Reading(point, slot_s, at_ms, None, content.raw, reading.BAD, reading.SENTINEL)
    if config.scale != 1:
        value = decode.scaled(value, config.scale)
    valid = decode.in_range(config, value)
    value = units.converted(decode.scaled(value, config.ratio), config.convert, config.decimals)
    if not valid:
        return Reading(point, slot_s, at_ms, value, content.raw, reading.BAD, reading.RANGE)
    if content.questionable:
        return Reading(point, slot_s, at_ms, value, content.raw, reading.QUESTIONABLE, content.questionable)
    return Reading(point, slot_s, at_ms, value, content.raw, reading.GOOD, "")


def number_content(raw: bytes, value: Decimal | BadContent) -> Content:
    """The content of octets that were a number, or of what was wrong with them."""
    text = raw.hex().upper()
    return Content(text, None, str(value)) if isinstance(value, BadContent) else Content(text, value)
