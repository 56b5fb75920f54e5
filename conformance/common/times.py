"""Instants, the +08:00 grid, and how a person reads them.

Leaves the meaning of an interval to `truth`. All instants are microseconds UTC; the zone is fixed (R-09).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache

from bench.case.measuring import base_s
from bench.history import History

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
ZONE = 8 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHINA = timezone(timedelta(hours=8))
_EPOCH_HERE = datetime(1970, 1, 1, 8)
_KNOWN = 1 << 16


def local(us: int) -> str:
    """An instant as a person in the plant reads it: local time +08:00 to the millisecond."""
    return f"{(_EPOCH_HERE + timedelta(microseconds=us)).isoformat(' ', 'milliseconds')} +08:00"


def stamp_of(us: int) -> str:
    """An instant as HJ 212 writes it: 14 digits of local time (platform facts 1.4)."""
    return f"{(_EPOCH + timedelta(microseconds=us)).astimezone(_CHINA):%Y%m%d%H%M%S}"


@lru_cache(maxsize=_KNOWN)
def instant_of(stamp: str) -> int | None:
    """The instant of a 14-digit local stamp, or None when it is not one."""
    if len(stamp) != 14 or not (stamp.isascii() and stamp.isdigit()):
        return None
    clock = int(stamp[8:10]), int(stamp[10:12]), int(stamp[12:14])
    try:
        moment = datetime(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]), *clock, tzinfo=_CHINA)
    except ValueError:
        return None
    return (moment - _EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=_KNOWN)
def instant_of_iso(text: str) -> int | None:
    """The instant of an ISO 8601 text (no zone means +08:00) or of a plain count of microseconds; None when neither."""
    if text.isascii() and text.isdigit() and 14 < len(text) <= 18:
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_CHINA)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def floor(us: int, length_us: int) -> int:
    """The last boundary of the local grid of this length at or before an instant."""
    return us - (us + ZONE) % length_us


def ceil(us: int, length_us: int) -> int:
    """The first boundary of the local grid of this length at or after an instant."""
    return us + -(us + ZONE) % length_us


def seconds(us: int) -> str:
    """A duration as decimal text in seconds, to the millisecond, half up."""
    sign = "-" if us < 0 else ""
    thousandths = (abs(us) + 500) // 1000
    return f"{sign}{thousandths // 1000}.{thousandths % 1000:03d}"


def uncertainty_s(history: History) -> Decimal | None:
    """Expanded uncertainty (k=2, seconds) of a time difference in a record (R-05), None where it was not measured.

    In virtual time events carry their exact instant; what is left is the millisecond to which `seconds` rounds. In
    real time the bench has measured its own delay while the case ran.
    """
    return base_s(history)
