"""Local time of HJ 212 and of meters' clocks: +08:00 without zone on the wire, from true microseconds and back.

Leaves to others: what the stamps mean.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

ZONE_US = 8 * 3600 * 1_000_000
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


def local(at_us: int) -> datetime:
    """The local wall time (+08:00, naive) at an instant."""
    return _EPOCH + timedelta(microseconds=at_us + ZONE_US)


def stamp(at_us: int) -> str:
    """YYYYMMDDhhmmss, local."""
    return local(at_us).strftime("%Y%m%d%H%M%S")


def stamp_ms(at_us: int) -> str:
    """YYYYMMDDhhmmsszzz, local."""
    moment = local(at_us)
    return f"{moment:%Y%m%d%H%M%S}{moment.microsecond // 1000:03d}"


def from_stamp(text: str) -> int:
    """Microseconds UTC of YYYYMMDDhhmmss local; ValueError if it is no time."""
    return (datetime.strptime(text, "%Y%m%d%H%M%S") - _EPOCH) // _MICROSECOND - ZONE_US


def from_iso(text: str) -> int:
    """Microseconds UTC of an ISO 8601 instant with zone; ValueError if it is none or the zone is missing."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("the zone is missing")
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // _MICROSECOND
