"""What a DL/T 645-2007 meter has recorded by itself: hourly freezes and the load profile (facts 1.4).

Leaves when records are wanted to `backfill`. A record counts only under the time that the meter itself gives it: one
that bears another time is asked for again where it must lie by then, and not taken if that fails.
"""

from __future__ import annotations

from dataclasses import dataclass

from reference_terminal.acquisition.dlt645 import plan
from reference_terminal.acquisition.dlt645.driver import Dlt645Meter, content_of
from reference_terminal.acquisition.dlt645.settings import HOURLY_FREEZE, LOAD_PROFILE, NO_RECORDS
from reference_terminal.acquisition.driver import stamped
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.model import reading
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.model.seams import seam
from reference_terminal.model.times import floor_s, parse_stamp, stamp
from reference_terminal.settings.meters import PointConfig

_STAMP = 5
_LOOK_AGAIN_S, _CLOCK_OFF_S = 600, 60
_STEPS_S = {LOAD_PROFILE: 900, HOURLY_FREEZE: 3600}
_HOURS = 254
"""The largest number of a freeze; 01 is the newest."""
_ENERGIES = {"00010000": 0, "00020000": 4, "00030000": 8, "00040000": 12}
"""Where the registers stand in class 4 of the load profile; the first two stand so in an hourly freeze too."""
_PROFILE_CLASS = 4
_LEAD = b"\xa0\xa0"
_EMPTY = 0xAA


@dataclass(frozen=True)
class Remembered:
    """A record: the instant its meter gives it (UTC seconds, None: none) and the octets of its energies."""

    at_s: int | None
    energies: bytes


class Dlt645Records:
    """The records of one meter, for those of its points that they hold."""

    def __init__(self, meter: Dlt645Meter, first_point: int) -> None:
        self.carrier = meter.carrier
        self.kind = plan.own_of(meter.config).memory
        self.step_s = _STEPS_S[self.kind]
        self._meter = meter
        self._looked_s, self._right = 0, False
        self._held = [
            (first_point + number, point, _ENERGIES[place])
            for number, point in enumerate(meter.config.points)
            if (place := _place(point)) in _ENERGIES and (self.kind == LOAD_PROFILE or _ENERGIES[place] < 8)
        ]

    @property
    def points(self) -> tuple[int, ...]:
        """Numbers of the points whose values are recorded, in order."""
        return tuple(number for number, _, _ in self._held)

    async def read(self, at_s: int, clock: WallClock) -> list[Reading] | None:
        """The readings of `points` at a past instant of the grid of `step_s`; None if the meter has no such record.

        Raises ReadFailed where the meter does not answer.
        """
        try:
            if not await self._clock_right(clock):
                return None
            found = await (self._profile(at_s) if self.kind == LOAD_PROFILE else self._freeze(at_s, clock))
        except ReadFailed as failure:
            if failure.cause.startswith(reading.ERROR_ANSWER):
                return None
            raise
        if found is None or found.at_s != at_s:
            return None
        made: list[Reading] = []
        for number, point, offset in self._held:
            content = content_of(found.energies[offset:], plan.place_of(point))
            made += stamped((point,), (content,), number, at_s, clock.now_ms())
            made[-1].origin = self.kind
        return made

    @seam
    async def _clock_right(self, clock: WallClock) -> bool:
        """Whether the meter's clock agrees with the terminal's; asked anew when the last answer is 10 min old.

        What a meter stamps by a wrong clock was not there at the time that it says.
        """
        if abs(clock.now_s() - self._looked_s) >= _LOOK_AGAIN_S:
            date, time = await self._meter.recall("04000101"), await self._meter.recall("04000102")
            shown = (
                parse_stamp(f"20{date[:0:-1].hex()}{time[::-1].hex()}") if len(date) == 4 and len(time) == 3 else None
            )
            self._right = shown is not None and abs(shown - clock.now_s()) <= _CLOCK_OFF_S
            self._looked_s = clock.now_s()
        return self._right

    async def _profile(self, at_s: int) -> Remembered | None:
        """One record from this instant on (06 04 00 01)."""
        digits = stamp(at_s)
        # N and then mm hh DD MM YY, all BCD.
        extra = bytes.fromhex("01" + digits[10:12] + digits[8:10] + digits[6:8] + digits[4:6] + digits[2:4])
        return of_profile(await self._meter.recall(f"06{_PROFILE_CLASS:02X}0001", extra))

    @seam
    async def _freeze(self, at_s: int, clock: WallClock) -> Remembered | None:
        """The hourly freeze of this instant (05 04 FF nn): where it lies by the terminal's clock, then by its stamp."""
        number = (floor_s(clock.now_s(), self.step_s) - at_s) // self.step_s + 1
        for _ in range(2):
            if not 1 <= number <= _HOURS:
                return None
            found = of_freeze(await self._meter.recall(f"0504FF{number:02X}"))
            if found is None or found.at_s is None or found.at_s == at_s:
                return found
            # An hour has ended since, or the meter's clock is another than ours.
            number += (found.at_s - at_s) // self.step_s
        return None


def records_of(driver: object, first_point: int) -> Dlt645Records | None:
    """The records of a driver's meter; None where none are to be read, or none of its points is in them."""
    if not isinstance(driver, Dlt645Meter) or plan.own_of(driver.config).memory == NO_RECORDS:
        return None
    records = Dlt645Records(driver, first_point)
    return records if records.points else None


def _place(point: PointConfig) -> str:
    return plan.place_of(point).identifier


def _instant(octets: bytes) -> int | None:
    """UTC seconds of YYMMDDhhmm, lowest first."""
    digits = octets[::-1].hex()
    return parse_stamp(f"20{digits}00") if len(digits) == 2 * _STAMP and digits.isdecimal() else None


def of_profile(octets: bytes) -> Remembered | None:
    """A record of the load profile that holds class 4 alone: the classes before it are empty; None if it is none."""
    length = octets[2] if len(octets) > 2 else 0
    if octets[:2] != _LEAD or len(octets) < length + 5 or octets[length + 4] != 0xE5:
        return None
    if sum(octets[: length + 3]) & 0xFF != octets[length + 3]:
        return None
    body = octets[3 : length + 3]
    first = _STAMP + _PROFILE_CLASS - 1
    if len(body) < first + 4 or set(body[_STAMP:first]) != {_EMPTY}:
        return None
    return Remembered(_instant(body[:_STAMP]), body[first:])


def of_freeze(octets: bytes) -> Remembered | None:
    """Time, forward and reverse energy of a freeze; None if it is too short."""
    return Remembered(_instant(octets[:_STAMP]), octets[_STAMP:]) if len(octets) >= _STAMP + 4 else None
