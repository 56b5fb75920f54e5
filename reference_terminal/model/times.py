"""Instants, stamps and periods on the UTC+08:00 grid (ruling R-09); pure arithmetic on integers.

Leaves waiting and the device's clock to `clock`. Instants are UTC seconds (`_s`) or milliseconds (`_ms`) since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reference_terminal.model.seams import seam

ZONE_S = 8 * 3600
DAY_S = 86_400
_EPOCH = datetime(1970, 1, 1)
_LAST_S = 4_102_444_800  # 2100-01-01: the four-digit stamps of HJ 212 are not used beyond


def floor_s(at_s: int, step_s: int) -> int:
    """The last grid instant at or before `at_s`, for a grid of `step_s` seconds aligned to midnight +08:00."""
    return (at_s + ZONE_S) // step_s * step_s - ZONE_S


def _local(at_s: int) -> datetime:
    return _EPOCH + timedelta(seconds=at_s + ZONE_S)


def stamp(at_s: int) -> str:
    """YYYYMMDDhhmmss in +08:00, the N14 of HJ 212 table 4."""
    local = _local(at_s)
    return f"{local.year:04d}{local.month:02d}{local.day:02d}{local.hour:02d}{local.minute:02d}{local.second:02d}"


def stamp_ms(at_ms: int) -> str:
    """YYYYMMDDhhmmsszzz in +08:00, the form of QN (HJ 212 table 3)."""
    return f"{stamp(at_ms // 1000)}{at_ms % 1000:03d}"


def parse_stamp(text: str) -> int | None:
    """UTC seconds of YYYYMMDDhhmmss in +08:00; a 17-digit stamp loses its milliseconds; None if it is no instant."""
    if len(text) not in (14, 17) or not (text.isascii() and text.isdigit()):
        return None
    try:
        month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(4, 14, 2))
        local = datetime(int(text[:4]), month, day, hour, minute, second)
    except ValueError:
        return None
    at_s = int((local - _EPOCH).total_seconds()) - ZONE_S
    return at_s if 0 <= at_s < _LAST_S else None


def iso(at_s: int) -> str:
    """ISO 8601 with +08:00, whole seconds."""
    return f"{_local(at_s).isoformat(timespec='seconds')}+08:00"


def iso_ms(at_ms: int) -> str:
    """ISO 8601 with +08:00, milliseconds."""
    return f"{_local(at_ms // 1000).isoformat(timespec='seconds')}.{at_ms % 1000:03d}+08:00"


def parse_iso(text: str) -> int | None:
    """UTC seconds of an ISO 8601 instant; without zone it is read as +08:00 (R-09); None if it is no instant."""
    try:
        value = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    if value.tzinfo is None:
        return int((value - _EPOCH).total_seconds()) - ZONE_S
    return int((value.astimezone(UTC).replace(tzinfo=None) - _EPOCH).total_seconds())


@dataclass(frozen=True)
class Span:
    """A class of periods [start, end): `code` is the length in seconds, 0 for the calendar month."""

    code: int
    name: str

    def start(self, at_s: int) -> int:
        """Start of the period that contains `at_s`."""
        if self.code:
            return floor_s(at_s, self.code)
        first = _local(at_s).replace(day=1, hour=0, minute=0, second=0)
        return int((first - _EPOCH).total_seconds()) - ZONE_S

    def end(self, start_s: int) -> int:
        """End of the period that starts at `start_s`: the first instant that no longer belongs to it."""
        if self.code:
            return start_s + self.code
        return self.start(start_s + 32 * DAY_S)

    @seam
    def holds(self, step_s: int) -> bool:
        """Whether a grid of `step_s` seconds has an instant on every boundary of this class."""
        return (self.code or DAY_S) % step_s == 0


MINUTE = Span(60, "minute")
QUARTER = Span(900, "quarter")
HOUR = Span(3600, "hour")
DAY = Span(DAY_S, "day")
MONTH = Span(0, "month")
STANDARD_SPANS = (MINUTE, QUARTER, HOUR, DAY, MONTH)


def minutes(count: int) -> Span:
    """The class of `count`-minute periods (MinInterval of HJ 212)."""
    if count == 1:
        return MINUTE
    if count == 15:
        return QUARTER
    return Span(60 * count, f"min{count}")


def span_of(code: int) -> Span:
    """The class with this code."""
    for span in STANDARD_SPANS:
        if span.code == code:
            return span
    return minutes(code // 60)


def span_named(name: str) -> Span | None:
    """The class with this name, None if there is none."""
    for span in STANDARD_SPANS:
        if span.name == name:
            return span
    if name.startswith("min") and name[3:].isdigit() and 1 <= int(name[3:]) <= 30:
        return minutes(int(name[3:]))
    return None
