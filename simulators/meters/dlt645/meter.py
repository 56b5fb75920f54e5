"""A DL/T 645 meter, edition 2007 or 1997, on real bytes: what it answers to each request, and what it does.

Leaves to others: what is behind each identifier (`records`, from a map of `fixtures/meters/serial`), frames
(`codec`), the line (`serial.bus`). A wrong check octet, a foreign address and an unknown function get no answer.

Order in which a request meets faults: silent, exception, busy, then its own error, then the values, then spoiling of
the frame, then delay.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulators.meters.channels import Channel
from simulators.meters.dlt645.codec import SPEEDS, Frame, addressed, decode, encode, flaws
from simulators.meters.dlt645.records import (
    NO_DATA,
    NO_SPEED,
    NOT_ALLOWED,
    OTHER,
    Dlt645Records,
    Piece,
    Refused,
    instant,
    pairs,
)
from simulators.meters.faults import LostFollowUp, StatusBits
from simulators.meters.serial.bcd import digits_of
from simulators.meters.serial.closing import ABNORMAL, ANSWER, MORE
from simulators.meters.serial.maps import CLOCKS
from simulators.meters.serial.meter import Answer, Reply
from simulators.stamps import local

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


class Dlt645Meter(Dlt645Records):
    """A simulated DL/T 645 meter; `address` is 12 digits as they stand on its plate."""

    known_faults = (*Dlt645Records.known_faults, LostFollowUp, StatusBits)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.old and options.get("port") is None:
            self.port = self.port._replace(baud=1200)
        self._size = 2 if self.old else 4
        self._passwords = {int(each[:2], 16): bytes.fromhex(each[2:])[::-1] for each in self.settings.passwords}
        self._chain: tuple[bytes, list[_Part]] = (b"", [])
        self._last: _Result | None = None
        self._time_taken_day = -1

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
                    raise Refused(error)
                result = self._do(function, frame, asked)
            except Refused as refused:
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
                raise Refused(NO_DATA)
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
            self.freeze(data, at)
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
        pieces = self.find(data[: self._size][::-1], self._clock.now_us())
        return tuple(piece.channel.point for piece in pieces if piece.channel is not None and piece.channel.point)

    # Reading.

    def _read(self, data: bytes, at: int) -> _Result:
        if len(data) < self._size:
            raise Refused(OTHER)
        wire = data[: self._size]
        pieces = self.find(wire[::-1], at, data[self._size :])
        if not pieces:
            raise Refused(NO_DATA)
        parts = self._parts(pieces, at, self.is_block(wire[::-1]))
        self._chain = (wire, parts)
        first = parts[0]
        self._last = _Result(wire + first.data, first.values, first.channels, len(parts) > 1)
        return self._last

    def _parts(self, pieces: Sequence[Piece], at: int, block: bool) -> list[_Part]:
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
            raise Refused(NO_DATA)
        if self.old:
            # 1997 counts itself: each request takes the next part.
            parts = parts[1:]
            self._chain = (wire, parts)
            if not parts:
                raise Refused(NO_DATA)
            part = parts[0]
            self._last = _Result(wire + part.data, part.values, part.channels, len(parts) > 1)
            return self._last
        number = data[self._size] if len(data) > self._size else 0
        if not 1 <= number < len(parts):
            raise Refused(NO_DATA)
        part = parts[number]
        data = wire + part.data + bytes((self._sequence(number),))
        return _Result(data, part.values, part.channels, number + 1 < len(parts), numbered=True)

    # Time.

    def _broadcast(self, function: int, data: bytes, at: int) -> None:
        """A broadcast freeze or time; nothing is answered, a wrong one is passed over."""
        if function == _FREEZE:
            with contextlib.suppress(Refused):
                self.freeze(data, at)
            return
        fields = pairs(data)
        wanted = instant([2000 + fields[5], *fields[4::-1]]) if fields and len(data) == 6 else None
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
            raise Refused(NOT_ALLOWED)
        return password[0]

    def _write(self, data: bytes, at: int) -> None:
        size = self._size
        entry = next((each for each in self.entries if each.identifier == data[:size][::-1].hex().upper()), None)
        if entry is None:
            raise Refused(NO_DATA)
        self._allowed(data[size : size + 4])
        if not entry.writable:
            raise Refused(NOT_ALLOWED)
        # 1997 has no operator code.
        value = data[size + (4 if self.old else 8) :]
        held, _ = self.show(entry, at)
        if len(value) != len(held):
            raise Refused(OTHER)
        if entry.own in CLOCKS:
            self._set_own_clock(entry.own, value, at)
        elif entry.own == "address":
            self._set_address(value)
        else:
            if entry.id == "settlement_day_1":
                self._set_settlement(value)
            if entry.is_number and not digits_of(value).isdecimal():
                raise Refused(OTHER)
            self.written[entry.identifier] = value
        self._happened("written", "", {"identifier": entry.identifier, "data": digits_of(value)})

    def _set_own_clock(self, which: str, value: bytes, at: int) -> None:
        now = local(self.clock_us(at))
        fields = {"YY": now.year % 100, "MM": now.month, "DD": now.day, "hh": now.hour, "mm": now.minute}
        fields["ss"] = now.second
        given = pairs(value[::-1])
        if given is None:
            raise Refused(OTHER)
        layout = CLOCKS[which]
        fields.update(zip((layout[index : index + 2] for index in range(0, len(layout), 2)), given, strict=False))
        wanted = instant([2000 + fields["YY"], *(fields[name] for name in ("MM", "DD", "hh", "mm", "ss"))])
        if wanted is None:
            raise Refused(OTHER)
        self.set_clock(wanted)

    def _set_settlement(self, value: bytes) -> None:
        digits = digits_of(value)
        if not digits.isdecimal() or not 1 <= int(digits[:2]) <= 28 or int(digits[2:]) > 23:
            raise Refused(OTHER)
        self.settlement = digits

    def _set_address(self, data: bytes) -> None:
        digits = digits_of(data)
        if len(data) != 6 or not digits.isdecimal():
            raise Refused(OTHER)
        self._happened("address-set", "", {"before": self.address, "after": digits})
        self.address = digits

    def _change_speed(self, data: bytes) -> _Result:
        speeds = [speed for bit, speed in SPEEDS.items() if data == bytes((1 << bit,))]
        if not speeds:
            raise Refused(NO_SPEED)
        self.port = self.port._replace(baud=speeds[0])
        self.retuned()
        self._happened("speed-set", "", {"speed": str(self.speed)})
        return _Result(data, {})

    def _change_password(self, data: bytes) -> None:
        old, new = data[-8:-4], data[-4:]
        if len(data) not in (8, self._size + 8):
            raise Refused(OTHER)
        self._allowed(old)
        self._passwords.pop(old[0])
        self._passwords[new[0]] = new[1:]
        self._happened("password-changed", "", {"level": f"{new[0]:02X}"})

    def _clear_something(self, function: int, data: bytes, at: int) -> None:
        first = 0 if self.settings.clear_order == "password-first" else self._size
        level = self._allowed(data[first : first + 4])
        if function == _CLEAR_METER:
            if level != 2:
                raise Refused(NOT_ALLOWED)
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
            raise Refused(OTHER)
        self.relay_open = order == _TRIP
        self._happened("relay", "", {"open": str(self.relay_open).lower()})


def _encoder(control: int, data: bytes) -> Callable[[str, bytes], bytes]:
    """What makes the frame for an address, with more octets in its data."""
    return lambda address, extra: encode(Frame(address, control, data + extra))
