"""What a DL/T 645 meter shows behind each identifier: values now and at settlements, freezes, load profile, own clock.

Leaves to others: requests, answers and orders (`dlt645`), values and their octets (`serial.channels`). Settlements and
freezes are taken by true local time; a wrong clock only shows the wrong time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from simulators.meters.channels import Channel
from simulators.meters.dlt645.codec import SPEEDS
from simulators.meters.faults import StatusBits
from simulators.meters.serial.bcd import digits_of
from simulators.meters.serial.channels import moments
from simulators.meters.serial.maps import Entry, Freeze
from simulators.meters.serial.meter import SerialMeter
from simulators.stamps import from_stamp, local

OTHER, NO_DATA, NOT_ALLOWED, NO_SPEED = 1, 2, 4, 8
"""Error bits."""

_KEPT_FREEZES = 254


class Refused(Exception):
    """A request that gets an error answer."""

    def __init__(self, error: int) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True)
class Piece:
    """One value of an answer: its octets and text at an instant, and the channel it shows now (None: a past one)."""

    show: Callable[[int], tuple[bytes, str | None]]
    channel: Channel | None = None


class Dlt645Records(SerialMeter):
    """The memory of a DL/T 645 meter: what it holds, by identifier, and what was written to it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.old = self.map.protocol == "dlt645-1997"
        """Edition 1997: identifiers of two octets."""
        self.relay_open = False
        self.entries = sorted(
            (entry for entry in self.map.registers if entry.identifier), key=lambda entry: entry.identifier
        )
        self.written: dict[str, bytes] = {}
        """Octets that were written, by identifier."""
        self._frozen: list[int] = []
        self._pattern: dict[str, int | None] | None = None

    @property
    def speed(self) -> int:
        """Bits per second of its port."""
        return self.port.baud

    # Values.

    def is_block(self, identifier: bytes) -> bool:
        """Whether an identifier (highest octet first) asks for several values."""
        return bool(identifier[-1] & 0x0F == 0x0F) if self.old else 0xFF in identifier[1:]

    def find(self, identifier: bytes, at: int, more: bytes = b"") -> list[Piece]:
        """Values behind an identifier (highest octet first), in the order of their identifiers.

        `more` is what a request says besides: for the load profile how many records, and from when.
        """
        if not self.old and identifier[0] == 0x06:
            return self._profile_pieces(identifier, more, at)
        if not self.old and identifier[0] == 0x05:
            return self._frozen_pieces(identifier, at)
        pieces: list[Piece] = []
        for entry in self.entries:
            for period in self._periods(entry, bytes.fromhex(entry.identifier), identifier):
                piece = self._piece(entry, period, at)
                if piece is None:
                    return []
                pieces.append(piece)
            if self.old and entry.demand and self._is_time_of(entry, identifier):
                pieces.append(Piece(lambda now, entry=entry: (self._demand_stamp(entry, now)[:4], None)))
        return pieces

    def _periods(self, entry: Entry, own: bytes, asked: bytes) -> Iterator[int]:
        """The settlements of an entry that an identifier asks for; 0 is now."""
        if self.old:
            if not _nibbles_match(own[1], asked[1]):
                return
            for period in range(min(entry.settlements, 2) + 1):
                if asked[0] == own[0] + 4 * period:
                    yield period
            return
        if own[0] != asked[0] or asked[1] not in (own[1], 0xFF) or asked[2] not in (own[2], 0xFF):
            return
        if asked[3] in (own[3], 0xFF):
            yield 0
        if own[3] == 0:
            for period in range(1, entry.settlements + 1):
                if asked[3] in (period, 0xFF):
                    yield period

    @staticmethod
    def _is_time_of(entry: Entry, asked: bytes) -> bool:
        own = bytes.fromhex(entry.identifier)
        return asked[0] == own[0] + 0x10 and _nibbles_match(own[1], asked[1])

    def _piece(self, entry: Entry, period: int, at: int) -> Piece | None:
        """One value, now or at a past settlement; None if the record is not there and the meter says so."""
        if not period:
            channel = self.channels.get(entry.id)
            return Piece(lambda now: self.show(entry, now), channel)
        then = self.settled(period, at)
        if not then and self.settings.missing == "error":
            return None
        return Piece(lambda now: (self._past(entry, then), None))

    def _past(self, entry: Entry, then: int) -> bytes:
        """Octets of a value at a past instant (0: no record of it)."""
        width = entry.width + (5 if entry.demand and not self.old else 0)
        if not then:
            return (b"\xff" if self.settings.missing == "ff" else b"\0") * width
        if entry.demand:
            # The period that ended at this instant, not the one that began.
            then -= 1
        octets = self.bcd(entry.id).past(then)
        return octets + self._demand_stamp(entry, then) if entry.demand and not self.old else octets

    def _demand_stamp(self, entry: Entry, at: int) -> bytes:
        when = self.demand_time(entry, at)
        return _minute_stamp(when) if when else bytes(5)

    def show(self, entry: Entry, at: int) -> tuple[bytes, str | None]:
        """Octets of a value now, and the text of a number."""
        if entry.identifier in self.written:
            return self.written[entry.identifier], None
        if entry.own:
            return self._own(entry, at), None
        if entry.ascii:
            return entry.ascii.encode("ascii", "replace")[::-1], None
        if entry.octets:
            return self._word(entry), None
        octets, text = self.channels[entry.id].serve(at)
        if entry.demand:
            return octets[0] + (b"" if self.old else self._demand_stamp(entry, at)), text
        return octets[0], text

    def _own(self, entry: Entry, at: int) -> bytes:
        if entry.own == "address":
            return bytes.fromhex(self.address)[::-1]
        if entry.own == "serial":
            return bytes.fromhex(f"{self.serial % 10**12:012d}")[::-1]
        return self._dead(_clock_octets(entry.own, self.clock_us(at)))

    def _word(self, entry: Entry) -> bytes:
        word = int(entry.octets, 16)
        size = len(entry.octets) // 2
        if entry.id == "speed_word":
            word = next((1 << bit for bit, speed in SPEEDS.items() if speed == self.speed), word)
        if entry.id == "status_word_3" and self.relay_open:
            word |= 1 << 4
        bits = self._faults.get("status-bits")
        if isinstance(bits, StatusBits) and entry.id == f"status_word_{bits.word}":
            word |= bits.bits & ((1 << 8 * size) - 1)
        power = self.channels.get("power")
        if entry.id == "status_word_1" and power is not None and power.steps(self._clock.now_us()) < 0:
            word |= 1 << 4
        return word.to_bytes(size, "little")

    # Freezes.

    def _frozen_pieces(self, identifier: bytes, at: int) -> list[Piece]:
        wrong = self.clock_us(at) - at
        _, kind, code, number = identifier
        freeze = next((each for each in self.map.freezes if int(each.code, 16) == kind), None)
        if freeze is None or not 1 <= number <= freeze.count:
            return []
        then = self._frozen_at(freeze, number, at + wrong)
        if not then and self.settings.missing == "error":
            return []
        pieces: list[Piece] = []
        for column in freeze.columns:
            if code not in (0xFF, int(column.code, 16)):
                continue
            for name in column.registers:
                if name == "time":
                    pieces.append(Piece(lambda now: (_minute_stamp(then) if then else self._past_stamp(), None)))
                else:
                    entry = self.map.register(name)
                    pieces.append(Piece(lambda now, entry=entry: (self._past(entry, then and then - wrong), None)))
        return pieces

    # Load profile.

    def _profile_pieces(self, identifier: bytes, more: bytes, at: int) -> list[Piece]:
        """Records of the load profile: earliest (00), from a time (01) or newest (02); class 00 means all classes."""
        profile = self.map.profile
        _, wanted, zero, which = identifier
        if profile is None or zero or wanted > 6 or which > 2 or not more:
            return []
        step, wrong = profile.minutes * 60_000_000, self.clock_us(at) - at
        first, last = -(-(self._since_us + wrong) // step) * step, (at + wrong) // step * step
        count = digits_of(more[:1])
        if last < first or not count.isdecimal() or not int(count):
            return []
        begin = first
        if which == 2:
            begin = max(first, last - (int(count) - 1) * step)
        elif which == 1:
            fields = pairs(more[1:6]) if len(more) >= 6 else None
            given = instant([2000 + fields[4], *fields[3::-1], 0]) if fields is not None else None
            if given is None:
                raise Refused(OTHER)
            begin = max(first, -(-given // step) * step)
        times = [begin + number * step for number in range(int(count)) if begin + number * step <= last]
        return [Piece(lambda _now, then=then: (self._profile_record(wanted, then, wrong), None)) for then in times]

    def _profile_record(self, wanted: int, then: int, wrong: int) -> bytes:
        """The record stamped so by a clock that is wrong by so much."""
        profile = self.map.profile
        body = _minute_stamp(then)
        classes = profile.classes if profile is not None else ()
        for number in range(1, 7):
            if number <= len(classes) and wanted in (0, number):
                body += b"".join(self._past(self.map.register(name), then - wrong) for name in classes[number - 1])
            body += b"\xaa"
        record = b"\xa0\xa0" + bytes((len(body),)) + body
        return record + bytes((sum(record) & 0xFF, 0xE5))

    def _past_stamp(self) -> bytes:
        return (b"\xff" if self.settings.missing == "ff" else b"\0") * 5

    def _frozen_at(self, freeze: Freeze, number: int, at: int) -> int:
        """The instant of a record (1 is the newest); 0 if there is none."""
        if freeze.every == "command":
            return self._frozen[-number] if number <= len(self._frozen) else 0
        if freeze.every == "pattern":
            if self._pattern is None:
                return 0
            when = moments(
                at, minute=self._pattern["minute"] or 0, hour=self._pattern["hour"], day=self._pattern["day"]
            )
        elif freeze.every == "hour":
            when = moments(at)
        elif freeze.every == "day":
            when = moments(at, hour=0)
        else:
            when = self.settlements(at)
        return self._kept(next(islice(when, number - 1, None)))

    def freeze(self, data: bytes, at: int) -> None:
        """Freeze now, or from now on by a pattern (99 is any)."""
        fields = pairs(data)
        if len(data) != 4 or fields is None:
            raise Refused(OTHER)
        minute, hour, day, month = fields
        if fields == [99, 99, 99, 99]:
            self._frozen = [*self._frozen[1 - _KEPT_FREEZES :], at]
            self._happened("frozen", "", {})
            return
        if month != 99 or minute > 59 or (hour > 23 and hour != 99) or not (1 <= day <= 28 or day == 99):
            raise Refused(OTHER)
        if day != 99 and hour == 99:
            raise Refused(OTHER)
        self._pattern = {
            "minute": minute,
            "hour": None if hour == 99 else hour,
            "day": None if day == 99 else day,
        }


def _nibbles_match(own: int, asked: int) -> bool:
    """True if each digit is the same or asks for all with F."""
    return all(wanted in (0xF, has) for has, wanted in ((own >> 4, asked >> 4), (own & 0xF, asked & 0xF)))


def pairs(octets: bytes) -> list[int] | None:
    """BCD octets as numbers, in their order; None if a digit is above 9."""
    digits = octets.hex()
    return [int(each) for each in (digits[i : i + 2] for i in range(0, len(digits), 2))] if digits.isdecimal() else None


def instant(fields: Sequence[int]) -> int | None:
    """Microseconds UTC of year, month, day, hour, minute, second local; None if there is no such time."""
    year, *rest = fields
    try:
        return from_stamp(f"{year:04d}" + "".join(f"{each:02d}" for each in rest))
    except ValueError:
        return None


def _minute_stamp(at_us: int) -> bytes:
    """YYMMDDhhmm, lowest first."""
    return bytes.fromhex(f"{local(at_us):%y%m%d%H%M}")[::-1]


def _clock_octets(which: str, at_us: int) -> bytes:
    moment = local(at_us)
    weekday = f"{moment.isoweekday() % 7:02d}"
    text = {
        "date": f"{moment:%y%m%d}{weekday}",
        "time": f"{moment:%H%M%S}",
        "date and time": f"{moment:%y%m%d}{weekday}{moment:%H%M%S}",
    }.get(which, f"{moment:%Y%m%d%H%M%S}")
    return bytes.fromhex(text)[::-1]
