"""Which period comes before another, and which is the same of the year before. The calendar itself is `core.times`."""

from __future__ import annotations

from datetime import datetime

from simulators.platform.core.sentences import wrong
from simulators.platform.core.times import DAY, PERIODS, check_few, end_of, local, of_local, start_of


def year_of(us: int) -> int:
    """The accounting year that an instant lies in."""
    return local(us).year


def before(period: str, start: int) -> int:
    """The start of the period before the one which starts here."""
    return start_of(period, start - 1)


def year_before(period: str, start: int) -> int:
    """The start of the same period of the year before; of a week the one 52 weeks ago."""
    if period == "week":
        return start - 52 * 7 * DAY
    at = local(start)
    return _moved(at, at.year - 1)


def _moved(at: datetime, year: int) -> int:
    """The same local time in another year; 28 February for the 29th."""
    day = 28 if (at.month, at.day) == (2, 29) else at.day
    return of_local(year, at.month, day, at.hour)


def spans(period: str, low: int, high: int) -> list[tuple[int, int]]:
    """The whole periods within [low, high). Raises Refused for an unknown period."""
    if period not in PERIODS:
        known = ", ".join(PERIODS)
        raise wrong("period", f"expected one of {known}", f"应为 {known} 之一")
    check_few(period, low, high)
    start = start_of(period, low)
    start = start if start >= low else end_of(period, start)
    found: list[tuple[int, int]] = []
    while (end := end_of(period, start)) <= high:
        found.append((start, end))
        start = end
    return found
