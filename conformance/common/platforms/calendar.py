"""The calendar of statistics: local time is UTC+08:00 without daylight saving; instants are microseconds UTC.

Leaves periods shorter than a month to `times`.
"""

from __future__ import annotations

from functools import lru_cache

_DAY = 86_400_000_000
_ZONE = 8 * 3_600_000_000
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _leaps_before(year: int) -> int:
    return (year - 1) // 4 - (year - 1) // 100 + (year - 1) // 400


@lru_cache(maxsize=4096)
def month_start(year: int, month: int) -> int:
    """The first instant of a month."""
    days = (year - 1970) * 365 + _leaps_before(year) - _leaps_before(1970)
    days += sum(_MONTHS[: month - 1]) + (1 if month > 2 and _leap(year) else 0)
    return days * _DAY - _ZONE


def year_start(year: str) -> int:
    """The first instant of a year."""
    return month_start(int(year), 1)


def month_ends(since: int, until: int) -> list[int]:
    """The ends of months within (since, until]."""
    year = 1970 + (since + _ZONE) // (366 * _DAY)
    found: list[int] = []
    for each in range(year - 1, year + 60):
        for month in range(1, 13):
            at = month_start(each, month)
            if at > until:
                return found
            if at > since:
                found.append(at)
    return found


def quarter_end(start: int) -> int:
    """The end of the three months that begin at an instant."""
    return month_ends(start, start + 93 * _DAY)[2]


def year_of(at: int) -> str:
    """The year that an instant lies in."""
    year = 1970 + (at + _ZONE) // (366 * _DAY)
    while month_start(year + 1, 1) <= at:
        year += 1
    return str(year)


def month_of(at: int) -> int:
    """The month (1 to 12) that an instant lies in."""
    year = int(year_of(at))
    return next(month for month in range(12, 0, -1) if month_start(year, month) <= at)
