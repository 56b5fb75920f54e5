"""The arithmetic of series: what samples come to over an hour, a day and longer; exact, without a database.

Leaves what is kept to `series`. A sample is whatever has `at`, `span`, `value`, `quality` and `revision`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from simulators.platform.core import units
from simulators.platform.core.numbers import EXACT, rounded, text, total
from simulators.platform.core.times import DAY, HOUR, SECOND

HOUR_S, DAY_S, MONTH_S = 3_600, 86_400, 2_678_400
MINUTE = 1
"""The span of minute data whose sender does not say how long its interval is (HJ 212, CN 2051)."""
SPANS = (0, MINUTE, 60, 120, 180, 240, 300, 360, 600, 720, 900, 1_200, 1_800, HOUR_S, DAY_S, MONTH_S)
"""Seconds of what samples may stand for; 0 is a reading, MONTH_S stands for any month, MINUTE for minute data."""
HOLD_US = 900 * SECOND
"""How long a reading stands for what follows it, at most."""
STAND_IN = ("filled", "manual")
"""States of what stands in for data, told of every longer period too."""


@dataclass(frozen=True)
class Point:
    """What the series know of a point."""

    id: str
    enterprise: str
    unit: str
    counter: bool
    low: Decimal | None
    high: Decimal | None
    terminal: str = ""
    fill: str = ""


@dataclass(frozen=True)
class Part:
    """What is known of a period: its exact total, the seconds covered by it, where it is from, and its state.

    `state` empty: complete if the seconds are all of the period's.
    """

    total: Decimal
    seconds: int
    source: str = "sum"
    state: str = ""


def converted(value: Decimal, given: str, wanted: str) -> Decimal | None:
    """A number in the unit that is wanted, exact; None if the units have nothing in common."""
    factor = units.factor(given, wanted)
    if factor is None:
        return None
    if factor == 1:
        return value
    exact = Fraction(value) * factor
    return Decimal(text(exact)) if exact.denominator != 1 else Decimal(exact.numerator)


def counts(quality: str) -> bool:
    """Whether a value of this quality goes into records."""
    return quality == "valid"


def part_of(point: Point, value: Decimal, seconds: int, source: str, state: str = "") -> Part:
    """A period of which one value is known."""
    return Part(value if point.counter else EXACT.multiply(value, Decimal(seconds)), seconds, source, state)


def own_of(samples: Iterable[Any], start: int, span: int, whole: int, point: Point) -> Part | None:
    """What the terminal itself says of a whole period; `whole` are its seconds."""
    for row in samples:
        if row.span == span and row.at == start and row.value:
            state = "invalid" if not counts(row.quality) else "corrected" if row.revision > 1 else ""
            return part_of(point, Decimal(row.value), whole, "own", state)
    return None


def hours_of(point: Point, samples: Sequence[Any], day: int, minute_s: int) -> dict[int, Part | None]:
    """What is known of each hour of a day."""
    readings = [row for row in samples if row.span == 0]
    sorted_in: dict[int, list[Any]] = {}
    for row in samples:
        if row.span and row.span <= HOUR_S:
            sorted_in.setdefault(row.at - (row.at - day) % HOUR, []).append(row)
    instants = [row.at for row in readings]

    def read(hour: int) -> Sequence[Any]:
        return readings[bisect_left(instants, hour - HOLD_US) : bisect_right(instants, hour + HOUR)]

    hours = range(day, day + DAY, HOUR)
    return {hour: _hour(point, sorted_in.get(hour, ()), read(hour), hour, minute_s) for hour in hours}


def _hour(point: Point, samples: Sequence[Any], readings: Sequence[Any], start: int, minute_s: int) -> Part | None:
    """What is known of an hour: the terminal's own record, else the sum of the shorter ones, else readings."""
    own = own_of(samples, start, HOUR_S, HOUR_S, point)
    best = _intervals(point, samples, minute_s)
    if best is None and readings:
        best = (_increase if point.counter else _mean)(readings, start)
    return joined([best], HOUR_S, own)


def _intervals(point: Point, samples: Sequence[Any], minute_s: int) -> Part | None:
    """The sum of the intervals of an hour, of the span that covers most of it."""
    rows: dict[int, list[Decimal]] = {}
    for row in samples:
        if row.span < HOUR_S and counts(row.quality):
            value, span = Decimal(row.value), minute_s if row.span == MINUTE else row.span
            rows.setdefault(span, []).append(value if point.counter else EXACT.multiply(value, Decimal(span)))
    found = [Part(total(values), span * len(values)) for span, values in sorted(rows.items())]
    return max(found, key=lambda each: each.seconds, default=None)


def _increase(readings: Sequence[Any], start: int) -> Part | None:
    """What a counter rose in an hour by its readings: from the last one at its beginning to the last one at its end."""
    good = [row for row in readings if counts(row.quality)]
    before = [row for row in good if start - HOLD_US <= row.at <= start]
    within = [row for row in good if start < row.at <= start + HOUR]
    line = [*before[-1:], *within]
    if len(line) < 2:
        return None
    whole = bool(before) and line[-1].at >= start + HOUR - HOLD_US
    steps = [Decimal(later.value) - Decimal(earlier.value) for earlier, later in pairwise(line)]
    if any(step < 0 for step in steps):
        whole, steps = False, [step for step in steps if step >= 0]
    seconds = HOUR_S if whole else min((line[-1].at - line[0].at) // SECOND, HOUR_S - 1)
    return Part(total(steps), seconds)


def _mean(readings: Sequence[Any], start: int) -> Part | None:
    """Readings of an hour, each as long as it stands."""
    end = start + HOUR
    sums: list[Decimal] = []
    seconds = 0
    for index, row in enumerate(readings):
        follows = readings[index + 1].at if index + 1 < len(readings) else row.at + HOLD_US
        first, last = max(row.at, start), min(follows, row.at + HOLD_US, end)
        if last > first and counts(row.quality):
            held = (last - first) // SECOND
            seconds += held
            sums.append(EXACT.multiply(Decimal(row.value), Decimal(held)))
    return Part(total(sums), seconds) if seconds else None


def joined(parts: Iterable[Part | None], whole: int, own: Part | None) -> Part | None:
    """A period: as the terminal itself has it; else from the shorter ones within it."""
    if own is not None and own.state != "invalid":
        return own
    known = [each for each in parts if each is not None and each.state != "invalid"]
    seconds = sum(each.seconds for each in known)
    if own is not None and seconds < whole:
        return own
    if not seconds:
        return None
    state = next((word for word in STAND_IN if any(each.state == word for each in known)), "")
    return Part(total([each.total for each in known]), seconds, "sum", state if seconds == whole else "")


def filled(point: Point, hours: Mapping[int, Part | None]) -> dict[int, Part | None]:
    """The hours of a day with something in place of those that are missing, as the point says; edges are left open."""
    found = dict(hours)
    good = [
        start
        for start, part in hours.items()
        if part is not None and part.seconds == HOUR_S and part.state != "invalid"
    ]
    for before, after in pairwise(good):
        first, last = hours[before], hours[after]
        assert first is not None and last is not None
        for start in range(before + HOUR, after, HOUR):
            value = Fraction(first.total)
            if point.fill == "linear":
                value += Fraction(last.total - first.total) * Fraction(start - before, after - before)
            found[start] = Part(rounded(value), HOUR_S, "fill", "filled")
    return found
