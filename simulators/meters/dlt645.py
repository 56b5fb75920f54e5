"""A DL/T 645 meter, edition 2007 or 1997, on real bytes: what it answers to each request, and what it does.

Leaves to others: frames (`dlt645_codec`), values (`bcd_channels`), the line (`serial_bus`), what it holds (a map of
`fixtures/meters/serial`). A wrong check octet, a foreign address and an unknown function get no answer. Settlements and
freezes are taken by true local time; a wrong clock only shows the wrong time.

Order in which a request meets faults: silent, exception, busy, then its own error, then the values, then spoiling of
the frame, then delay.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from simulators.meters.bcd import digits_of
from simulators.meters.bcd_channels import moments
from simulators.meters.bus_maps import CLOCKS, Entry, Freeze
from simulators.meters.channels import Channel
from simulators.meters.dlt645_codec import (
    ABNORMAL,
    ANSWER,
    MORE,
    SPEEDS,
    Frame,
    addressed,
    decode,
    encode,
    flaws,
)
from simulators.meters.faults import LostFollowUp
from simulators.meters.serial_meter import Answer, Reply, SerialMeter
from simulators.stamps import from_stamp, local

OTHER, NO_DATA, NOT_ALLOWED, NO_SPEED = 1, 2, 4, 8
"""Error bits."""

_EVERYBODY = "9" * 12
_ANYONE = "A" * 12
_READ, _FOLLOW, _ADDRESS, _WRITE, _SET_ADDRESS = 0x11, 0x12, 0x13, 0x14, 0x15
_TIME, _FREEZE, _SPEED, _PASSWORD = 0x08, 0x16, 0x17, 0x18
_CLEAR_DEMAND, _CLEAR_METER, _CLEAR_EVENTS, _RELAY = 0x19, 0x1A, 0x1B, 0x1C
# Function codes of 1997 by those of 2007 that do the same; 03 repeats the last answer.
_AGAIN_97 = 0x03
_FROM_97 = {
    0x01: _READ,
    0x02: _FOLLOW,
    0x04: _WRITE,
    0x08: _TIME,
    0x0A: _SET_ADDRESS,
    0x0C: _SPEED,
    0x0F: _PASSWORD,
    0x10: _CLEAR_DEMAND,
}
_TRIP, _CLOSE_ALLOWED, _CLOSE = 0x1A, 0x1B, 0x1C
_DAY_S = 86_400
_KEPT_FREEZES = 254


class _Refused(Exception):
    """A request that gets an error answer."""

    def __init__(self, error: int) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True)
class _Piece:
    """One value of an answer: its octets and text at an instant, and the channel it shows now (None: a past one)."""

    show: Callable[[int], tuple[bytes, str | None]]
    channel: Channel | None = None


@dataclass(frozen=True)
class _Part:
    """Data of one frame of an answer, with the values whole in it."""

    data: bytes
    values: dict[str, str]
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class _Result:
    """A good answer: data (with identifier), what it holds, whether more follows and whether it has a number."""

    data: bytes
    values: dict[str, str]
    channels: tuple[Channel, ...] = ()
    more: bool = False
    numbered: bool = False


class Dlt645Meter(SerialMeter):
    """A simulated DL/T 645 meter; `address` is 12 digits as they stand on its plate."""

    known_faults = (*SerialMeter.known_faults, LostFollowUp)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.old = self.map.protocol == "dlt645-1997"
        if self.old and options.get("port") is None:
            self.port = self.port._replace(baud=1200)
        self.relay_open = False
        self._size = 2 if self.old else 4
        self._entries = sorted(
            (entry for entry in self.map.registers if entry.identifier), key=lambda entry: entry.identifier
        )
        self._passwords = {int(each[:2], 16): bytes.fromhex(each[2:])[::-1] for each in self.settings.passwords}
        self._written: dict[str, bytes] = {}
        self._chain: tuple[bytes, list[_Part]] = (b"", [])
        self._last: _Result | None = None
        self._frozen: list[int] = []
        self._pattern: dict[str, int | None] | None = None
        self._time_taken_day = -1

    @property
    def speed(self) -> int:
        """Bits per second of its port."""
        return self.port.baud

    # Requests.

    def hear(self, octets: bytes) -> tuple[bool, Reply | None]:
        """A whole frame has passed on the line."""
        if flaws(octets):
            return False, None
        frame = decode(octets)
        function = self._function(frame)
        if frame.control & (ANSWER | ABNORMAL | MORE) or not function or not self._meant(frame.address, function):
            return False, None
        asked = self._clock.now_us()
        if (frame.address == _EVERYBODY and function in (_TIME, _FREEZE)) or function == _TIME:
            self._broadcast(function, frame.data, asked)
            return True, None
        if function == _FOLLOW and "lost-follow-up" in self._faults:
            self._unserved(asked, "silent", octets, b"", (), "lost-follow-up")
            return True, None
        if function == _SET_ADDRESS and not self.settings.program_key:
            return True, None

        def build() -> Answer:
            error, fault = self._refusal()
            try:
                if error:
                    raise _Refused(error)
                result = self._do(function, frame, asked)
            except _Refused as refused:
                control = frame.function | ANSWER | ABNORMAL
                data = bytes((refused.error,))
                return Answer(_encoder(control, data), {}, "exception", fault)
            control = frame.function | ANSWER | (MORE if result.more else 0)
            fault = self._altering(result.channels)
            return Answer(_encoder(control, result.data), result.values, "", fault, result.numbered)

        return True, self._reply(octets, asked, self._asked(function, frame.data), build)

    def _function(self, frame: Frame) -> int:
        """The request's function in the code of 2007; 0 if this edition has none such."""
        if self.old:
            return _AGAIN_97 if frame.function == _AGAIN_97 else _FROM_97.get(frame.function, 0)
        return frame.function if frame.function in (_TIME, *range(_READ, _RELAY + 1)) else 0

    def _meant(self, address: str, function: int) -> bool:
        if address == _EVERYBODY:
            broadcast = (_TIME, _READ) if self.old else (_TIME, _FREEZE)
            return function in broadcast and (function != _READ or self.settings.wildcard)
        if address == _ANYONE:
            return function in (_ADDRESS, _SET_ADDRESS) or (function in (_READ, _FOLLOW) and self.settings.wildcard)
        return addressed(address, self.address)

    def _do(self, function: int, frame: Frame, at: int) -> _Result:
        data = frame.data
        if function == _READ:
            return self._read(data, at)
        if function == _FOLLOW:
            return self._follow(data)
        if function == _AGAIN_97:
            if self._last is None:
                raise _Refused(NO_DATA)
            return self._last
        if function == _ADDRESS:
            return _Result(bytes.fromhex(self.address)[::-1], {})
        if function == _SPEED:
            return self._change_speed(data)
        if function == _SET_ADDRESS:
            self._set_address(data)
        elif function == _WRITE:
            self._write(data, at)
        elif function == _FREEZE:
            self._freeze(data, at)
        elif function == _PASSWORD:
            self._change_password(data)
        elif function == _RELAY:
            self._relay(data)
        else:
            self._clear_something(function, data, at)
        return _Result(b"", {})

    def _asked(self, function: int, data: bytes) -> tuple[str, ...]:
        """Points a request asks for, for the record of a request that got no value."""
        if function != _READ or len(data) < self._size:
            return ()
        pieces = self._find(data[: self._size][::-1], self._clock.now_us())
        return tuple(piece.channel.point for piece in pieces if piece.channel is not None and piece.channel.point)

    # Reading.

    def _read(self, data: bytes, at: int) -> _Result:
        if len(data) < self._size:
            raise _Refused(OTHER)
        wire = data[: self._size]
        pieces = self._find(wire[::-1], at, data[self._size :])
        if not pieces:
            raise _Refused(NO_DATA)
        parts = self._parts(pieces, at, self._is_block(wire[::-1]))
        self._chain = (wire, parts)
        first = parts[0]
        self._last = _Result(wire + first.data, first.values, first.channels, len(parts) > 1)
        return self._last

    def _parts(self, pieces: Sequence[_Piece], at: int, block: bool) -> list[_Part]:
        """The pieces in frames, none cut in two."""
        # The identifier stands in every frame, the sequence number in all but the first.
        room = self.settings.answer_octets - self._size - 1
        parts: list[_Part] = []
        octets, values, channels = b"", dict[str, str](), list[Channel]()
        for piece in pieces:
            shown, text = piece.show(at)
            if octets and len(octets) + len(shown) > room:
                parts.append(_Part(octets, values, tuple(channels)))
                octets, values, channels = b"", {}, []
            octets += shown
            if piece.channel is not None:
                channels.append(piece.channel)
                if text is not None and piece.channel.point:
                    values[piece.channel.point] = text
        end = bytes.fromhex(self.settings.block_end) if block else b""
        return [*parts, _Part(octets + end, values, tuple(channels))]

    def _follow(self, data: bytes) -> _Result:
        wire, parts = self._chain
        if data[: self._size] != wire or not wire:
            raise _Refused(NO_DATA)
        if self.old:
            # 1997 counts itself: each request takes the next part.
            parts = parts[1:]
            self._chain = (wire, parts)
            if not parts:
                raise _Refused(NO_DATA)
            part = parts[0]
            self._last = _Result(wire + part.data, part.values, part.channels, len(parts) > 1)
            return self._last
        number = data[self._size] if len(data) > self._size else 0
        if not 1 <= number < len(parts):
            raise _Refused(NO_DATA)
        part = parts[number]
        data = wire + part.data + bytes((self._sequence(number),))
        return _Result(data, part.values, part.channels, number + 1 < len(parts), numbered=True)

    def _is_block(self, identifier: bytes) -> bool:
        return bool(identifier[-1] & 0x0F == 0x0F) if self.old else 0xFF in identifier[1:]

    def _find(self, identifier: bytes, at: int, more: bytes = b"") -> list[_Piece]:
        """Values behind an identifier (highest octet first), in the order of their identifiers.

        `more` is what a request says besides: for the load profile how many records, and from when.
        """
        if not self.old and identifier[0] == 0x06:
            return self._profile_pieces(identifier, more, at)
        if not self.old and identifier[0] == 0x05:
            return self._frozen_pieces(identifier, at)
        pieces: list[_Piece] = []
        for entry in self._entries:
            for period in self._periods(entry, bytes.fromhex(entry.identifier), identifier):
                piece = self._piece(entry, period, at)
                if piece is None:
                    return []
                pieces.append(piece)
            if self.old and entry.demand and self._is_time_of(entry, identifier):
                pieces.append(_Piece(lambda now, entry=entry: (self._demand_stamp(entry, now)[:4], None)))
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

    def _piece(self, entry: Entry, period: int, at: int) -> _Piece | None:
        """One value, now or at a past settlement; None if the record is not there and the meter says so."""
        if not period:
            channel = self.channels.get(entry.id)
            return _Piece(lambda now: self._show(entry, now), channel)
        then = self.settled(period, at)
        if not then and self.settings.missing == "error":
            return None
        return _Piece(lambda now: (self._past(entry, then), None))

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

    def _show(self, entry: Entry, at: int) -> tuple[bytes, str | None]:
        """Octets of a value now, and the text of a number."""
        if entry.identifier in self._written:
            return self._written[entry.identifier], None
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
        power = self.channels.get("power")
        if entry.id == "status_word_1" and power is not None and power.steps(self._clock.now_us()) < 0:
            word |= 1 << 4
        return word.to_bytes(size, "little")

    # Freezes.

    def _frozen_pieces(self, identifier: bytes, at: int) -> list[_Piece]:
        _, kind, code, number = identifier
        freeze = next((each for each in self.map.freezes if int(each.code, 16) == kind), None)
        if freeze is None or not 1 <= number <= freeze.count:
            return []
        then = self._frozen_at(freeze, number, at)
        if not then and self.settings.missing == "error":
            return []
        pieces: list[_Piece] = []
        for column in freeze.columns:
            if code not in (0xFF, int(column.code, 16)):
                continue
            for name in column.registers:
                if name == "time":
                    pieces.append(_Piece(lambda now: (_minute_stamp(then) if then else self._past_stamp(), None)))
                else:
                    entry = self.map.register(name)
                    pieces.append(_Piece(lambda now, entry=entry: (self._past(entry, then), None)))
        return pieces

    # Load profile.

    def _profile_pieces(self, identifier: bytes, more: bytes, at: int) -> list[_Piece]:
        """Records of the load profile: earliest (00), from a time (01) or newest (02); class 00 means all classes."""
        profile = self.map.profile
        _, wanted, zero, which = identifier
        if profile is None or zero or wanted > 6 or which > 2 or not more:
            return []
        step = profile.minutes * 60_000_000
        first, last = -(-self._since_us // step) * step, at // step * step
        count = digits_of(more[:1])
        if last < first or not count.isdecimal() or not int(count):
            return []
        begin = first
        if which == 2:
            begin = max(first, last - (int(count) - 1) * step)
        elif which == 1:
            fields = _pairs(more[1:6]) if len(more) >= 6 else None
            given = _instant([2000 + fields[4], *fields[3::-1], 0]) if fields is not None else None
            if given is None:
                raise _Refused(OTHER)
            begin = max(first, -(-given // step) * step)
        times = [begin + number * step for number in range(int(count)) if begin + number * step <= last]
        return [_Piece(lambda _now, then=then: (self._profile_record(wanted, then), None)) for then in times]

    def _profile_record(self, wanted: int, then: int) -> bytes:
        profile = self.map.profile
        body = _minute_stamp(then)
        classes = profile.classes if profile is not None else ()
        for number in range(1, 7):
            if number <= len(classes) and wanted in (0, number):
                body += b"".join(self._past(self.map.register(name), then) for name in classes[number - 1])
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

    def _freeze(self, data: bytes, at: int) -> None:
        """Freeze now, or from now on by a pattern (99 is any)."""
        fields = _pairs(data)
        if len(data) != 4 or fields is None:
            raise _Refused(OTHER)
        minute, hour, day, month = fields
        if fields == [99, 99, 99, 99]:
            self._frozen = [*self._frozen[1 - _KEPT_FREEZES :], at]
            self._happened("frozen", "", {})
            return
        if month != 99 or minute > 59 or (hour > 23 and hour != 99) or not (1 <= day <= 28 or day == 99):
            raise _Refused(OTHER)
        if day != 99 and hour == 99:
            raise _Refused(OTHER)
        self._pattern = {
            "minute": minute,
            "hour": None if hour == 99 else hour,
            "day": None if day == 99 else day,
        }

    # Time.

    def _broadcast(self, function: int, data: bytes, at: int) -> None:
        """A broadcast freeze or time; nothing is answered, a wrong one is passed over."""
        if function == _FREEZE:
            with contextlib.suppress(_Refused):
                self._freeze(data, at)
            return
        fields = _pairs(data)
        wanted = _instant([2000 + fields[5], *fields[4::-1]]) if fields and len(data) == 6 else None
        if wanted is None:
            return
        shown = self.clock_us(at)
        limits = self.settings
        day = (local(shown) - datetime(1970, 1, 1)).days
        second = int((local(shown) - datetime(1970, 1, 1)).total_seconds()) % _DAY_S
        if abs(wanted - shown) > limits.broadcast_limit_s * 1_000_000:
            return
        if limits.broadcast_daily and day == self._time_taken_day:
            return
        if min(second, _DAY_S - second) < limits.broadcast_guard_s:
            return
        self._time_taken_day = day
        self.set_clock(wanted)
        self._happened("clock-set", "", {"by_us": str(wanted - shown)})

    # Writing.

    def _allowed(self, password: bytes) -> int:
        """The level of a password as it travels (PA P0 P1 P2); refused if it is wrong."""
        if len(password) != 4 or self._passwords.get(password[0]) != password[1:]:
            raise _Refused(NOT_ALLOWED)
        return password[0]

    def _write(self, data: bytes, at: int) -> None:
        size = self._size
        entry = next((each for each in self._entries if each.identifier == data[:size][::-1].hex().upper()), None)
        if entry is None:
            raise _Refused(NO_DATA)
        self._allowed(data[size : size + 4])
        if not entry.writable:
            raise _Refused(NOT_ALLOWED)
        # 1997 has no operator code.
        value = data[size + (4 if self.old else 8) :]
        held, _ = self._show(entry, at)
        if len(value) != len(held):
            raise _Refused(OTHER)
        if entry.own in CLOCKS:
            self._set_own_clock(entry.own, value, at)
        elif entry.own == "address":
            self._set_address(value)
        else:
            if entry.id == "settlement_day_1":
                self._set_settlement(value)
            if entry.is_number and not digits_of(value).isdecimal():
                raise _Refused(OTHER)
            self._written[entry.identifier] = value
        self._happened("written", "", {"identifier": entry.identifier, "data": digits_of(value)})

    def _set_own_clock(self, which: str, value: bytes, at: int) -> None:
        now = local(self.clock_us(at))
        fields = {"YY": now.year % 100, "MM": now.month, "DD": now.day, "hh": now.hour, "mm": now.minute}
        fields["ss"] = now.second
        given = _pairs(value[::-1])
        if given is None:
            raise _Refused(OTHER)
        layout = CLOCKS[which]
        fields.update(zip((layout[index : index + 2] for index in range(0, len(layout), 2)), given, strict=False))
        wanted = _instant([2000 + fields["YY"], *(fields[name] for name in ("MM", "DD", "hh", "mm", "ss"))])
        if wanted is None:
            raise _Refused(OTHER)
        self.set_clock(wanted)

    def _set_settlement(self, value: bytes) -> None:
        digits = digits_of(value)
        if not digits.isdecimal() or not 1 <= int(digits[:2]) <= 28 or int(digits[2:]) > 23:
            raise _Refused(OTHER)
        self.settlement = digits

    def _set_address(self, data: bytes) -> None:
        digits = digits_of(data)
        if len(data) != 6 or not digits.isdecimal():
            raise _Refused(OTHER)
        self._happened("address-set", "", {"before": self.address, "after": digits})
        self.address = digits

    def _change_speed(self, data: bytes) -> _Result:
        speeds = [speed for bit, speed in SPEEDS.items() if data == bytes((1 << bit,))]
        if not speeds:
            raise _Refused(NO_SPEED)
        self.port = self.port._replace(baud=speeds[0])
        self.retuned()
        self._happened("speed-set", "", {"speed": str(self.speed)})
        return _Result(data, {})

    def _change_password(self, data: bytes) -> None:
        old, new = data[-8:-4], data[-4:]
        if len(data) not in (8, self._size + 8):
            raise _Refused(OTHER)
        self._allowed(old)
        self._passwords.pop(old[0])
        self._passwords[new[0]] = new[1:]
        self._happened("password-changed", "", {"level": f"{new[0]:02X}"})

    def _clear_something(self, function: int, data: bytes, at: int) -> None:
        first = 0 if self.settings.clear_order == "password-first" else self._size
        level = self._allowed(data[first : first + 4])
        if function == _CLEAR_METER:
            if level != 2:
                raise _Refused(NOT_ALLOWED)
            for channel in self.channels.values():
                if channel.counter:
                    channel.move_to(0, at)
        if function in (_CLEAR_DEMAND, _CLEAR_METER):
            self._cleared_us = at
        what = {_CLEAR_DEMAND: "demand-cleared", _CLEAR_METER: "meter-cleared"}.get(function, "events-cleared")
        self._happened(what, "", {})

    def _relay(self, data: bytes) -> None:
        self._allowed(data[:4])
        order = data[8] if len(data) > 8 else 0
        if order not in (_TRIP, _CLOSE_ALLOWED, _CLOSE):
            raise _Refused(OTHER)
        self.relay_open = order == _TRIP
        self._happened("relay", "", {"open": str(self.relay_open).lower()})


def _encoder(control: int, data: bytes) -> Callable[[str, bytes], bytes]:
    """What makes the frame for an address, with more octets in its data."""
    return lambda address, extra: encode(Frame(address, control, data + extra))


def _nibbles_match(own: int, asked: int) -> bool:
    """True if each digit is the same or asks for all with F."""
    return all(wanted in (0xF, has) for has, wanted in ((own >> 4, asked >> 4), (own & 0xF, asked & 0xF)))


def _pairs(octets: bytes) -> list[int] | None:
    """BCD octets as numbers, in their order; None if a digit is above 9."""
    digits = octets.hex()
    return [int(each) for each in (digits[i : i + 2] for i in range(0, len(digits), 2))] if digits.isdecimal() else None


def _instant(fields: Sequence[int]) -> int | None:
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
