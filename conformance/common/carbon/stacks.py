"""Hours that a stack's instruments measured, and what stands for those that they did not (facts 6.2, 6.3).

Written from the facts alone. A quarter-hour or hour is valid when the told share of its minutes has values; it then
holds their mean for its whole length. For an hour that is not: the largest of the last 180 valid hours before the
failure, of 720 where the failure is longer than 24 h, of 2160 where less than 90 % of the hours of the quarter of the
year are valid; below 75 % there is no rule. A failure goes from the last valid hour before to the first after it, and
the share is that of the quarter's hours until it ended. By HJ/T 75-2007: the mean of the nearest valid hour before and
the nearest after, for a failure of at most 24 h; nothing for a longer one. A calibration that finds a drift beyond the
limit of zero or span says that the instrument was out of control since the last one that did not, and it is until the
next that does not: none of it is valid (facts 6.3 takes the largest of hours before the last calibration). Leaves
single minutes to `reckon`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fractions import Fraction

from conformance.common.times import HOUR, MINUTE

_CHINA = timezone(timedelta(hours=8))
_GOOD, _POOR = Fraction(90, 100), Fraction(75, 100)
_SHORT_HOURS, _LONG_HOURS, _POOR_HOURS, _SHORT_FAILURE = 180, 720, 2160, 24


@dataclass(frozen=True, slots=True)
class Amount:
    """What a period holds: tonnes (None: nothing can be told), and whether they stand for what was not measured.

    `of`: the beginnings of the valid hours that substitutes come from.
    """

    tonnes: Fraction | None
    why: str = ""
    substituted: bool = False
    of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a calibration found, and when somebody told the terminal of it."""

    at: int
    within: bool
    told: int


def is_within(zero: str, span: str, limits: tuple[str, str]) -> bool:
    """Whether neither drift is beyond its limit."""
    return all(abs(Fraction(drift)) <= Fraction(limit) for drift, limit in zip((zero, span), limits, strict=True))


def is_controlled(calibrations: Sequence[Calibration], start: int, end: int, told_before: int | None) -> bool:
    """Whether what was measured in [start, end) stands, by the calibrations that had been told by an instant."""
    begins: int | None = None
    failed = False
    last = {each.at: each for each in calibrations if told_before is None or each.told < told_before}
    for each in (last[at] for at in sorted(last)):
        if not each.within:
            failed = True
        else:
            if failed and start < each.at and (begins is None or end > begins):
                return False
            begins, failed = each.at, False
    return not (failed and (begins is None or end > begins))


def averaged(minutes: Sequence[Fraction | None], share: str) -> Fraction | None:
    """The emission of a period by those of its minutes; None where too few have one."""
    there = [each for each in minutes if each is not None]
    if not there or Fraction(len(there), len(minutes)) < Fraction(share) / 100:
        return None
    return sum(there, Fraction(0)) / len(there) * len(minutes)


def stands_for(hours: Mapping[int, Fraction | None], at: int) -> Amount:
    """What stands for the hour that begins at an instant; `hours` that are not valid have None."""
    after = next((start for start in sorted(hours) if start > at and hours[start] is not None), None)
    if after is None:
        return Amount(None, "the failure goes on")
    before = [start for start in sorted(hours) if start < at and hours[start] is not None]
    failed_since = before[-1] + HOUR if before else min(hours)
    quarter = max(_quarter(after - 1), min(hours))
    counted = [start for start in hours if quarter <= start < after]
    if not counted:
        return Amount(None, "nothing is known of the quarter")
    capture = Fraction(sum(hours[start] is not None for start in counted), len(counted))
    if capture < _POOR:
        return Amount(None, f"{capture} of the quarter's hours are valid: no rule")
    if not before:
        return Amount(None, "no valid hour before")
    longest = (after - failed_since) // HOUR > _SHORT_FAILURE
    looked_at = _POOR_HOURS if capture < _GOOD else _LONG_HOURS if longest else _SHORT_HOURS
    largest = max(before[-looked_at:], key=lambda start: hours[start] or Fraction(0))
    return Amount(hours[largest], "", substituted=True, of=(largest,))


def lies_between(hours: Mapping[int, Fraction | None], at: int) -> Amount:
    """What stands for the hour that begins at an instant by its valid neighbours (HJ/T 75-2007)."""
    known = {start: tonnes for start, tonnes in hours.items() if tonnes is not None}
    later = [start for start in known if start > at]
    earlier = [start for start in known if start < at]
    if not later or not earlier:
        return Amount(None, f"no valid hour {'after' if not later else 'before'}")
    low, high = max(earlier), min(later)
    if high - low - HOUR > _SHORT_FAILURE * HOUR:
        return Amount(None, "a failure of more than 24 h: no rule")
    return Amount((known[low] + known[high]) / 2, "", substituted=True, of=(low, high))


_RULES = {"hj75-2017": stands_for, "hjt75-2007": lies_between}


def over(start: int, end: int, stored: Mapping[int, Fraction | None], rule: str) -> Amount:
    """A whole number of hours; `rule` names how failures are stood in for, empty for not at all."""
    total, substituted, of = Fraction(0), False, tuple[int, ...]()
    for at in range(start, end, HOUR):
        measured = stored.get(at)
        if measured is None and not rule:
            return Amount(None, "too few minutes are valid")
        hour = Amount(measured) if measured is not None else _RULES[rule](stored, at)
        if hour.tonnes is None:
            return hour
        total += hour.tonnes
        substituted |= hour.substituted
        of += hour.of
    return Amount(total, "", substituted, of)


def _quarter(at: int) -> int:
    """The beginning of the quarter of the year that an instant lies in."""
    here = datetime.fromtimestamp(at // 1_000_000, _CHINA)
    first = here.replace(month=(here.month - 1) // 3 * 3 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return int(first.timestamp()) * 1_000_000


def is_whole(start: int, end: int) -> bool:
    """Whether a stretch is one for which validity is told: a quarter-hour, or whole hours."""
    length = end - start
    return (length == 15 * MINUTE and start % length == 0) or (length % HOUR == 0 and start % HOUR == 0)
