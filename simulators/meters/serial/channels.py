"""Values of serial meters: digits instead of registers, with what they were at past instants, by tariff, as demand.

Leaves to others: which frame carries them (`dlt645`, `cjt188`). The truth and its conversion are those of `channels`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from simulators.meters.channels import Channel, Shown
from simulators.meters.serial.bcd import largest, pack
from simulators.meters.serial.maps import Entry
from simulators.plant import Quantity, Reader
from simulators.stamps import ZONE_US, local

_HOUR_US = 3_600_000_000
_WINDOW_US = 900_000_000


class BcdChannel(Channel):
    """A number of a serial meter. It remembers when its counter was moved, so that old records keep what they were."""

    def __init__(self, entry: Entry, point: str, quantity: Quantity | None, read: Reader | None, ratio: str) -> None:
        self.entry = entry
        self._moves: list[tuple[int, int]] = []
        super().__init__(entry, point, quantity, read, ratio)

    def _bounds(self) -> tuple[int, int]:
        most = largest(self.entry.width, signed=self.entry.signed)
        return (-most if self.entry.signed else 0), most

    def encode(self, steps: int) -> Shown:
        """Whole steps of the resolution as digits, and the text they hold."""
        raw = min(max(steps * self._raws, self._low), self._high)
        return (pack(raw, self.entry.width, signed=self.entry.signed),), self._whole_text(raw)

    def _no_value(self) -> tuple[bytes, ...]:
        return (b"\xff" * self.entry.width,)

    def move_to(self, steps: int, at_us: int) -> None:
        """From this instant the counter shows `steps` and goes on from there."""
        self._moves.append((at_us, self.offset))
        super().move_to(steps, at_us)

    def past(self, at_us: int) -> bytes:
        """The octets it showed at a past instant, without today's faults and presets."""
        return self._shown_then(at_us)[0][0]

    def past_text(self, at_us: int) -> str:
        """The decimal text of these octets: what a record of that instant says; empty where they hold no number."""
        return self._shown_then(at_us)[1] or ""

    def _shown_then(self, at_us: int) -> Shown:
        offset = next((before for moved, before in self._moves if at_us < moved), self.offset)
        steps = self.true_steps(at_us) + offset
        return self.encode(steps % self.modulus if self.modulus else steps)


class TariffClock:
    """Shares what a counter gathers among tariffs by the hour of the day (one digit for each hour, local time).

    What was there at `since_us` is shared equally; each hour belongs to one tariff.
    """

    def __init__(self, read: Reader, since_us: int, hours: str, count: int) -> None:
        self._read = read
        self._first_us = (since_us + ZONE_US) // _HOUR_US * _HOUR_US - ZONE_US
        self._hours = hours
        opening = read(self._first_us)
        share, rest = divmod(opening, count)
        self._sums = [[share + (rest if number == 0 else 0) for number in range(count)]]

    def reader(self, tariff: int) -> Reader:
        """The counter of one tariff, from 1."""
        return lambda at_us: self._value(tariff - 1, at_us)

    def _tariff_of(self, hour: int) -> int:
        return int(self._hours[local(self._first_us + hour * _HOUR_US).hour]) - 1

    def _value(self, index: int, at_us: int) -> int:
        hour = max((at_us - self._first_us) // _HOUR_US, 0)
        while len(self._sums) <= hour:
            done = len(self._sums) - 1
            start = self._first_us + done * _HOUR_US
            sums = list(self._sums[done])
            sums[self._tariff_of(done)] += self._read(start + _HOUR_US) - self._read(start)
            self._sums.append(sums)
        value = self._sums[hour][index]
        if self._tariff_of(hour) == index and at_us > self._first_us:
            value += self._read(at_us) - self._read(self._first_us + hour * _HOUR_US)
        return value


class DemandRecorder:
    """The largest mean of a quarter of an hour within a period, and when that quarter ended.

    Gives whole steps of 10^-digits of the counter's unit an hour.
    """

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._known: dict[int, tuple[int, int, int]] = {}

    def largest(self, start_us: int, end_us: int) -> tuple[int, int]:
        """(demand, instant) within a period; (0, 0) if no quarter has ended in it."""
        first = -(-start_us // _WINDOW_US) * _WINDOW_US
        done, best, when = self._known.get(first, (first, 0, 0))
        if done > end_us:
            done, best, when = first, 0, 0
        while done + _WINDOW_US <= end_us:
            demand = 4 * (self._read(done + _WINDOW_US) - self._read(done))
            done += _WINDOW_US
            if demand > best:
                best, when = demand, done
        self._known[first] = (done, best, when)
        return best, when


def moments(now_us: int, *, minute: int = 0, hour: int | None = None, day: int | None = None) -> Iterator[int]:
    """Past instants of a pattern, newest first, at or before now: hourly, daily (`hour`) or monthly (`day` too)."""
    now = local(now_us)
    at = datetime(now.year, now.month, now.day, now.hour if hour is None else hour, minute)
    if day is not None:
        at = at.replace(day=day)
    while True:
        if at <= now:
            yield now_us - (now - at) // timedelta(microseconds=1)
        if day is not None:
            at = at.replace(year=at.year - (at.month == 1), month=(at.month - 2) % 12 + 1)
        else:
            at -= timedelta(hours=1) if hour is None else timedelta(days=1)
