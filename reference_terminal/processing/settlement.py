"""Weeks, quarters and years of a counter, added up from its daily settlements (ruling R-21).

Leaves building days and months to `interval`. Nothing is kept: a day that is settled anew changes what it is part of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from reference_terminal.model import numbers
from reference_terminal.model.rows import Record
from reference_terminal.model.times import DAY_S, ZONE_S


@dataclass(frozen=True)
class Long:
    """A period longer than a month: its name and where one starts and ends, as days of the local calendar."""

    name: str
    start: Callable[[datetime], datetime]
    end: Callable[[datetime], datetime]


def back(day: datetime, days: int) -> datetime:
    """So many days before a day."""
    return day - timedelta(days=days)


def _monday(day: datetime) -> datetime:
    return back(day, day.weekday())


def _quarter(day: datetime) -> datetime:
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _next_quarter(start: datetime) -> datetime:
    return _quarter(start + timedelta(days=95))


LONG = (
    Long("week", _monday, lambda start: start + timedelta(days=7)),
    Long("quarter_year", _quarter, _next_quarter),
    Long("year", lambda day: day.replace(month=1, day=1), lambda start: start.replace(year=start.year + 1)),
)
"""The week begins on Monday (R-21); a quarter of the year is no `quarter` of an hour."""


def long_named(name: str) -> Long | None:
    """The long period of this name, None if there is none."""
    return next((each for each in LONG if each.name == name), None)


def around(long: Long, at_s: int) -> tuple[int, int]:
    """Start and end (UTC s) of the long period that an instant lies in."""
    start = long.start(_local(at_s))
    return _utc(start), _utc(long.end(start))


def year_before(at_s: int) -> int:
    """The same instant of the year before; 29 February becomes 28 February."""
    local = _local(at_s)
    day = local.replace(day=28) if (local.month, local.day) == (2, 29) else local
    return _utc(day.replace(year=day.year - 1)) + (at_s - _utc(local))


@dataclass(frozen=True)
class Total:
    """What a long period holds; no value if a day of it has none. UTC seconds."""

    start_s: int
    end_s: int
    value: str | None
    low: str | None
    high: str | None
    days: int


def totals(long: Long, days: Sequence[Record]) -> Iterator[Total]:
    """The long periods that these days, in order, touch; those with a missing day have no value."""
    groups: dict[int, list[Record]] = {}
    for day in days:
        groups.setdefault(_utc(long.start(_local(day.start_s))), []).append(day)
    for start_s, members in groups.items():
        end_s = _utc(long.end(_local(start_s)))
        values = [Decimal(day.value) for day in members if day.value is not None]
        whole = len(values) == (end_s - start_s) // DAY_S
        total = Decimal(0)
        for value in values:
            total = numbers.CONTEXT.add(total, value)
        yield Total(
            start_s,
            end_s,
            numbers.text(total) if whole else None,
            numbers.text(min(values)) if whole else None,
            numbers.text(max(values)) if whole else None,
            len(values),
        )


def _local(at_s: int) -> datetime:
    moment = datetime.fromtimestamp(at_s + ZONE_S, UTC)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _utc(local: datetime) -> int:
    return int(local.timestamp()) - ZONE_S
