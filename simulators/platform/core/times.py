"""Local time (+08:00, no daylight saving) and the periods of statistics, as whole microseconds UTC since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from simulators.platform.core.sentences import wrong

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
_ZONE = timezone(timedelta(hours=8))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OFFSET = 8 * HOUR
PERIODS = ("hour", "day", "week", "month", "quarter_year", "year")
"""Periods of statistics, shortest first. A week begins on Monday; quarter_year are three months (季度)."""
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years that are reckoned with; whatever says another time is told that there is none."""
MOST_PERIODS = 100_000
"""Periods of one question: eleven years of hours."""


def local(at_us: int) -> datetime:
    """The local time of an instant."""
    return (_EPOCH + timedelta(microseconds=at_us)).astimezone(_ZONE)


def of_local(year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """The instant of a local time. Raises ValueError."""
    return _us(datetime(year, month, day, hour, minute, second, tzinfo=_ZONE))


def within(at_us: int) -> bool:
    """Whether an instant lies in a year that is reckoned with."""
    return FIRST_US <= at_us < END_US


def _us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


FIRST_US, END_US = of_local(FIRST_YEAR), of_local(LAST_YEAR + 1)


def from_iso(text: str) -> int:
    """An ISO 8601 instant; without a zone it is local time. Raises ValueError, of another year than `within` too."""
    at = datetime.fromisoformat(text)
    return _known(_us(at if at.tzinfo else at.replace(tzinfo=_ZONE)))


def _known(at_us: int) -> int:
    if not within(at_us):
        raise ValueError(f"expected a year from {FIRST_YEAR} to {LAST_YEAR}")
    return at_us


def iso(at_us: int) -> str:
    """ISO 8601 with +08:00."""
    return local(at_us).isoformat()


def from_stamp(text: str) -> int:
    """YYYYMMDDhhmmss, with or without milliseconds. Raises ValueError, of another year than `within` too."""
    if not (text.isascii() and text.isdigit() and len(text) in (14, 17)):
        raise ValueError(f"expected YYYYMMDDhhmmss, got {text!r}")
    at = of_local(*(int(text[first:last]) for first, last in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))))
    return _known(at + int(text[14:] or 0) * 1_000)


def start_of(period: str, at_us: int) -> int:
    """The start of the period that an instant lies in; `minute` and `quarter` (15 min) too. KeyError."""
    if period in ("minute", "quarter"):
        return at_us - at_us % (60 * SECOND if period == "minute" else 900 * SECOND)
    if period == "hour":
        return at_us - (at_us + _OFFSET) % HOUR
    day = at_us - (at_us + _OFFSET) % DAY
    if period == "day":
        return day
    at = local(day)
    if period == "week":
        return day - at.weekday() * DAY
    month = {"month": at.month, "quarter_year": (at.month - 1) // 3 * 3 + 1, "year": 1}[period]
    return of_local(at.year, month)


def end_of(period: str, start_us: int) -> int:
    """The end of the period that begins at an instant."""
    if period in ("minute", "quarter"):
        return start_us + (60 if period == "minute" else 900) * SECOND
    if period == "hour":
        return start_us + HOUR
    if period in ("day", "week"):
        return start_us + (DAY if period == "day" else 7 * DAY)
    at = local(start_us)
    months = at.year * 12 + at.month - 1 + {"month": 1, "quarter_year": 3, "year": 12}[period]
    return of_local(months // 12, months % 12 + 1)


def check_few(period: str, from_us: int, to_us: int, most: int = MOST_PERIODS) -> None:
    """Raises Refused where [from, to) has more periods than anybody reads."""
    first = start_of(period, FIRST_US)
    if (to_us - from_us) // (end_of(period, first) - first) > most:
        raise wrong("to", f"more than {most} periods are asked for", f"查询超过 {most} 个周期")


def periods(period: str, from_us: int, to_us: int) -> list[int]:
    """The starts of the periods that begin within [from, to). Raises Refused for more than anybody reads."""
    check_few(period, from_us, to_us)
    start = start_of(period, from_us)
    if start < from_us:
        start = end_of(period, start)
    found: list[int] = []
    while start < to_us:
        found.append(start)
        start = end_of(period, start)
    return found
