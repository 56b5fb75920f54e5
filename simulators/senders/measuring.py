"""What a terminal has measured: samples and records of periods, cut from the truth by its instruments.

Leaves sending to `sender`. A reading is the true value cut to the instrument's resolution; an increase is the
difference of two readings, so that those of a day add up to the day's. Of an instant value a period holds mean, minimum
and maximum of twelve samples at equal distances; the mean is rounded half up to the resolution. All whole numbers,
never floats.
"""

from __future__ import annotations

from calendar import timegm
from collections.abc import Callable

from simulators.plant.plant import Plant, Reader, as_text
from simulators.senders.parcels import Entry, Fields
from simulators.senders.spec import PointSpec, SenderSpec
from simulators.stamps import ZONE_US, local

SAMPLES = 12
"""Samples in a period of an instant value."""
_SECOND = 1_000_000
_MINUTE, _HOUR, _DAY = 60 * _SECOND, 3600 * _SECOND, 86_400 * _SECOND


class Instrument:
    """One point as its instrument shows it: whole steps of its resolution."""

    __slots__ = ("_last", "_per", "_truth", "code", "decimals", "kind", "unit")

    def __init__(self, point: PointSpec, plant: Plant) -> None:
        quantity = plant.quantities[point.quantity]
        if quantity.digits < point.decimals:
            raise ValueError(
                f"{point.quantity} is known to {quantity.digits} decimals, asked for {point.decimals} / 小数位数过多"
            )
        self.code, self.kind, self.unit, self.decimals = point.code, point.kind, point.unit, point.decimals
        self._per = 10 ** (quantity.digits - point.decimals)
        self._truth: Reader = plant.reader(point.quantity)
        self._last = (-1, 0)

    def steps(self, at_us: int) -> int:
        """What it shows at an instant."""
        last = self._last
        if last[0] == at_us:
            return last[1]
        shown = self._truth(at_us) // self._per
        self._last = (at_us, shown)
        return shown

    def sample(self, at_us: int) -> Fields:
        """A real-time value."""
        return (("Rtd", as_text(self.steps(at_us), self.decimals)),)

    def record(self, start_us: int, end_us: int) -> Fields:
        """A record of the period [start, end)."""
        if self.kind == "counter":
            before = self.steps(start_us)
            return (("Cou", as_text(self.steps(end_us) - before, self.decimals)),)
        apart = (end_us - start_us) // SAMPLES
        found = [self.steps(start_us + apart * place) for place in range(SAMPLES)]
        mean = (2 * sum(found) + SAMPLES) // (2 * SAMPLES)
        texts = (as_text(each, self.decimals) for each in (mean, min(found), max(found)))
        return tuple(zip(("Avg", "Min", "Max"), texts, strict=True))


def month_start(at_us: int) -> int:
    """When the month of an instant began, local time."""
    moment = local(at_us)
    return timegm((moment.year, moment.month, 1, 0, 0, 0)) * _SECOND - ZONE_US


def month_end(start_us: int) -> int:
    """When the month that began then ends, local time."""
    moment = local(start_us)
    year, month = (moment.year + 1, 1) if moment.month == 12 else (moment.year, moment.month + 1)
    return timegm((year, month, 1, 0, 0, 0)) * _SECOND - ZONE_US


class Rhythm:
    """When the samples or records of one class are due: the last boundary of its grid, and the one after it."""

    __slots__ = ("_length", "kind", "next_us", "start_us")

    def __init__(self, kind: str, spec: SenderSpec, from_us: int) -> None:
        lengths = {
            "realtime": spec.realtime_s * _SECOND,
            "minute": spec.minute_interval * _MINUTE,
            "hour": _HOUR,
            "day": _DAY,
            "month": 0,
        }
        self.kind, self._length = kind, lengths[kind]
        if kind == "realtime":
            # A sample belongs to its instant: one is due where the grid begins too.
            self.start_us = self.next_us = from_us + -(from_us + ZONE_US) % self._length
        elif self._length:
            self.start_us = from_us - (from_us + ZONE_US) % self._length
            self.next_us = self.start_us + self._length
        else:
            self.start_us = month_start(from_us)
            self.next_us = month_end(self.start_us)

    def passed(self) -> None:
        """The boundary is over: the next one."""
        if self.kind == "realtime":
            self.start_us = self.next_us = self.next_us + self._length
            return
        self.start_us = self.next_us
        self.next_us = self.start_us + self._length if self._length else month_end(self.start_us)


def entries(
    instruments: tuple[Instrument, ...],
    kind: str,
    start_us: int,
    end_us: int,
    takes: Callable[[str], bool] | None = None,
) -> tuple[Entry, ...]:
    """The records of one class at one boundary; `takes` says by code which points have one."""
    chosen = instruments if takes is None else tuple(each for each in instruments if takes(each.code))
    if kind == "realtime":
        return tuple(Entry(each.code, each.sample(end_us), "N", each.unit) for each in chosen)
    return tuple(Entry(each.code, each.record(start_us, end_us), "N", each.unit) for each in chosen)
