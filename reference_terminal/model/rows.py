"""What the store keeps, as data.

Leaves writing and reading it to `store` and `outbox`.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

BY_HAND = "S"
"""Value set by hand (HJ 212 table 8)."""
MANUAL_ENTRY, MADE_UP = "manual entry", "sum with manual entries"
"""Causes of such a flag: the entry itself, and what was added up from entries."""


class Record(msgspec.Struct):
    """One value of one point for one period [start_s, end_s) of class `span` (its code), all numbers decimal text.

    Counter: `opening` and `closing` registers, `value` the increment, `low` and `high` the smallest and largest
    increment per acquisition interval, `n` their number. Instant: `value` the mean, `low`, `high`, `n` samples and
    `total` their sum. `flag` is the data flag of HJ 212 table 8; a record that lacks something has no value.
    """

    span: int
    start_s: int
    point: int
    end_s: int
    opening: str | None
    closing: str | None
    value: str | None
    low: str | None
    high: str | None
    n: int
    total: str | None
    flag: str
    cause: str
    revision: int = 0


class Gap(msgspec.Struct):
    """A stretch without data: missed slots from `start_s` to before `end_s` (None while it lasts).

    kind `point`: readings missed; `quantity` is what the register advanced between the last reading before and the
    first after. kind `centre`: an undelivered period lost to the bound of the buffer.
    """

    kind: str
    subject: str
    start_s: int
    end_s: int | None
    missed: int
    cause: str
    from_s: int | None = None
    from_value: str | None = None
    from_total: str | None = None
    to_s: int | None = None
    to_value: str | None = None
    quantity: str | None = None
    number: int = 0


class Anchor(msgspec.Struct):
    """The last good reading of a point: slot, value and running total, decimal text."""

    point: int
    slot_s: int
    value: str
    total: str


class Pending(msgspec.Struct, frozen=True):
    """A period waiting to be delivered to one centre."""

    centre: str
    span: int
    start_s: int
    end_s: int


class Replacement(msgspec.Struct):
    """A recorded change of a meter: last register of the old, first of the new, decimal text, UTC seconds."""

    point: str
    at_s: int
    final_old: str
    initial_new: str
    entered_ms: int
    used: bool = False
    number: int = 0


class StoredReading(NamedTuple):
    """A reading as it is kept: slot and instant, decimal text (None: bad), octets as hex, quality code, its cause.

    `total` is the running total of a counter where it differs from the value.
    """

    slot_s: int
    at_ms: int
    value: str | None
    raw: str | None
    quality: int
    cause: str
    total: str | None

    @property
    def shown(self) -> str:
        """The value of a good reading; a bad one has none (ValueError)."""
        if self.value is None:
            raise ValueError(f"the reading of slot {self.slot_s} has no value")
        return self.value

    @property
    def running(self) -> str:
        """The running total of a good reading of a counter."""
        return self.shown if self.total is None else self.total


class LoggedEvent(NamedTuple):
    """An entry of the log."""

    number: int
    at_ms: int
    kind: str
    subject: str
    en: str
    zh: str
    code: str


class LoggedAlarm(NamedTuple):
    """An alarm; `cleared_ms` is None while it stands."""

    kind: str
    subject: str
    raised_ms: int
    cleared_ms: int | None
    en: str
    zh: str
    code: str
