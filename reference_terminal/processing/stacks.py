"""What is measured in a stack: which hours are valid, what stands for those that are not (HJ 75, facts 6.2 and 6.3).

Leaves storing to `emissions`. A quarter-hour or hour counts from a share of its shortest periods on and is then their
mean, for its whole length; the emission of an hour that is not valid is the largest of valid hours before it, once a
valid hour has followed. How many hours are looked at depends on how long the failure was, and on the share of valid
hours of the quarter of the year until it ended. By the older HJ/T 75-2007 it is the mean of the valid hours on either
side of a short failure. Numbers are settings, as no document at hand confirms them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from reference_terminal.model.rows import BY_HAND
from reference_terminal.model.seams import seam
from reference_terminal.model.times import HOUR
from reference_terminal.processing import settlement
from reference_terminal.settings.accounting import StackConfig

VALID = ("N", BY_HAND)
"""Flags of what was measured, or entered in its place; any other value is a substitute."""


@dataclass(frozen=True)
class Hour:
    """What is stored of an hour: tonnes of the gas (None: none) and its flag."""

    mass: Fraction | None
    flag: str

    @property
    def valid(self) -> bool:
        """Whether it was measured."""
        return self.mass is not None and self.flag in VALID


@dataclass(frozen=True)
class Substitute:
    """What stands for an hour: tonnes (None: nothing does), why, and the starts of the hours that it comes from."""

    mass: Fraction | None
    cause: str
    hours: tuple[int, ...] = ()


@seam
def enough(config: StackConfig, valid: int, of: int) -> bool:
    """Whether so many valid periods make up a whole; the share itself does (R-05)."""
    return bool(valid) and 100 * valid >= Fraction(config.valid) * of


@seam
def mean(masses: Sequence[Fraction], of: int) -> Fraction:
    """The emission of the whole by that of its valid parts."""
    return sum(masses, Fraction(0)) * of / len(masses)


def failure(hours: Mapping[int, Hour], at_s: int) -> tuple[int, int]:
    """The stretch of hours around one that are not valid: start, and start of the first valid hour after it.

    `hours` by their start. Without a valid hour on a side: the edge of what is stored there.
    """
    first, last = min(hours, default=at_s), max(hours, default=at_s)
    start_s, end_s = at_s, at_s + HOUR.code
    while start_s > first and not _is_valid(hours, start_s - HOUR.code):
        start_s -= HOUR.code
    while end_s <= last and not _is_valid(hours, end_s):
        end_s += HOUR.code
    return start_s, end_s


def substitute(config: StackConfig, hours: Mapping[int, Hour], at_s: int) -> Substitute:
    """What stands for an hour that is not valid, by the hours that are stored."""
    if not config.substitute:
        return Substitute(None, "too few valid values, and no substitution is set")
    hours = {**hours, at_s: Hour(None, "")}
    start_s, end_s = failure(hours, at_s)
    if not _is_valid(hours, end_s):
        return Substitute(None, "too few valid values; a substitute follows once there is a valid hour")
    count = (end_s - start_s) // HOUR.code
    if config.substitute == _OLDER:
        return _interpolated(config, hours, start_s, end_s)
    rate = _rate(hours, end_s)
    most = window(config, rate, count)
    told = f"failure of {count} h, {float(rate * 100):.1f} % of the quarter's hours valid"
    if not most:
        return Substitute(None, f"too few valid values; {told}: no rule, enter it by hand")
    before = [(each, hours[each].mass) for each in sorted(hours) if each < start_s and hours[each].valid]
    looked_at = {each: mass for each, mass in before[-most:] if mass is not None}
    if not looked_at:
        return Substitute(None, f"too few valid values; {told}: no valid hour before")
    found = largest(list(looked_at.values()))
    of = tuple(each for each, mass in looked_at.items() if mass == found)[:1]
    return Substitute(found, f"substituted: largest of {len(looked_at)} valid hours before ({told})", of)


def _interpolated(config: StackConfig, hours: Mapping[int, Hour], start_s: int, end_s: int) -> Substitute:
    """What stands for each hour of a failure by the hours on either side (HJ/T 75-2007, facts 6.3)."""
    count = (end_s - start_s) // HOUR.code
    if count > config.short_failure_h:
        most = f"more than {config.short_failure_h} h"
        return Substitute(None, f"too few valid values; failure of {count} h: no rule for {most}, enter it by hand")
    if not _is_valid(hours, start_s - HOUR.code):
        return Substitute(None, "too few valid values; no valid hour before")
    beside = (start_s - HOUR.code, end_s)
    sides = [hours[each].mass or Fraction(0) for each in beside]
    told = f"substituted: mean of the valid hours on either side (failure of {count} h)"
    return Substitute(between(sides), told, beside)


@seam
def between(masses: Sequence[Fraction]) -> Fraction:
    """What stands for an hour, by the valid hours before and after the failure."""
    return sum(masses, Fraction(0)) / len(masses)


@seam
def largest(masses: Sequence[Fraction]) -> Fraction:
    """What stands for an hour, by the valid hours that are looked at."""
    return max(masses)


@seam
def window(config: StackConfig, rate: Fraction, hours: int) -> int:
    """How many valid hours before a failure of so many hours are looked at; 0: there is no rule."""
    if 100 * rate < Fraction(config.poor_percent):
        return 0
    if 100 * rate < Fraction(config.good_percent):
        return config.hours_poor
    return config.hours_short if hours <= config.short_failure_h else config.hours_long


def _rate(hours: Mapping[int, Hour], end_s: int) -> Fraction:
    """The share of valid hours in the quarter of the year that a failure ended in, since it or the measuring began."""
    begin_s, _ = settlement.around(_QUARTER, end_s - 1)
    begin_s = max(begin_s, min(hours))
    valid = sum(1 for start_s, each in hours.items() if begin_s <= start_s < end_s and each.valid)
    return Fraction(valid * HOUR.code, end_s - begin_s)


def _is_valid(hours: Mapping[int, Hour], at_s: int) -> bool:
    found = hours.get(at_s)
    return found is not None and found.valid


_OLDER = "hjt75-2007"


def _named(name: str) -> settlement.Long:
    found = settlement.long_named(name)
    assert found is not None
    return found


_QUARTER = _named("quarter_year")
