"""A CJ/T 188 meter, edition 2004 or 2018, on real bytes: water, gas, heat and cooling, with the vendors' layouts.

Leaves to others: frames (`codec`), values (`serial.channels`), the line (`serial.bus`), what it holds (a map of
`fixtures/meters/serial`): its answers are blocks of fields there, so a vendor's layout is data. A wrong check octet and
a foreign address or type get no answer. An abnormal answer has the running number and the status, days are one octet of
BCD, a new key is its version and eight octets, a new base is the digits and unit of the total (all to be checked in the
bought standard).

Order in which a request meets faults: silent, exception, busy, then its own error, then the values, then spoiling of
the frame, then delay.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from simulators.meters.channels import Channel
from simulators.meters.cjt188.codec import ANY_KIND, ANYONE, Frame, decode, encode, flaws
from simulators.meters.faults import RefusingPoints, StatusBits, WrongKind
from simulators.meters.serial.bcd import read_text
from simulators.meters.serial.channels import moments
from simulators.meters.serial.closing import ABNORMAL, ANSWER
from simulators.meters.serial.maps import Block, History
from simulators.meters.serial.meter import Answer, Reply, SerialMeter
from simulators.stamps import from_stamp, local

_READ, _READ_ADDRESS, _WRITE, _READ_KEY, _SET_ADDRESS, _SET_BASE = 0x01, 0x03, 0x04, 0x09, 0x15, 0x16
_ADDRESS_OF, _VALVE, _NEW_ADDRESS = "810A", "A017", "A018"
_SETTLEMENT_DAY, _READING_DAY, _KEY_VERSION = "8103", "8104", "8106"
_SET_SETTLEMENT_DAY, _SET_READING_DAY, _NEW_KEY, _SET_CLOCK, _BASE = "A011", "A012", "A014", "A015", "A016"
_KNOWN = (
    _ADDRESS_OF, _VALVE, _NEW_ADDRESS, _SETTLEMENT_DAY, _READING_DAY, _KEY_VERSION, _SET_SETTLEMENT_DAY,
    _SET_READING_DAY, _NEW_KEY, _SET_CLOCK, _BASE,
)  # fmt: skip
_OPEN, _CLOSE = 0x55, 0x99
_HEAD = 3


class Cjt188Meter(SerialMeter):
    """A simulated CJ/T 188 meter; `address` is 14 digits, the maker's code first."""

    known_faults = (*SerialMeter.known_faults, RefusingPoints, StatusBits, WrongKind)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind = int(self.settings.kind, 16)
        self.valve_open = True
        self.reading_day = "01"
        self.key_version = 0

    def hear(self, octets: bytes) -> tuple[bool, Reply | None]:
        """A whole frame has passed on the line."""
        if flaws(octets):
            return False, None
        frame = decode(octets)
        meant = frame.kind in (self.kind, ANY_KIND) and frame.address in (self.address, ANYONE)
        valve = int(self.settings.valve_control, 16)
        known = (_READ, _READ_ADDRESS, _WRITE, _READ_KEY, _SET_ADDRESS, _SET_BASE, valve)
        if not meant or frame.control not in known or len(frame.data) < _HEAD:
            return False, None
        if frame.control == _SET_ADDRESS and not self.settings.program_key:
            return True, None
        asked = self._clock.now_us()
        identifier = self._identifier(frame.data)
        number = frame.data[2] if self.settings.echo else 0
        order = self.settings.identifier_order
        high_first = bytes.fromhex(identifier)
        wire = {"low": high_first[::-1], "high": high_first}.get(order, frame.data[:2])
        head = wire + bytes((self._sequence(number),))

        def build() -> Answer:
            error, fault = self._refusal()
            part = self._faults.get("exception-of-points")
            if isinstance(part, RefusingPoints) and not set(part.points).isdisjoint(self._asked(frame, identifier)):
                error, fault = part.code, "exception-of-points"
            found = None if error else self._do(frame, identifier, asked)
            if found is None:
                data = head[2:] + self._status()
                return Answer(self._encoder(frame.control | ANSWER | ABNORMAL, data), {}, "exception", fault)
            data, values, channels = found
            answer = self._encoder(frame.control | ANSWER, head + data)
            return Answer(answer, values, "", self._altering(channels), True)

        return True, self._reply(octets, asked, self._asked(frame, identifier), build)

    def _identifier(self, data: bytes) -> str:
        """The identifier, highest octet first, whichever order the master sends it in."""
        low_first = data[1::-1].hex().upper()
        high_first = data[:2].hex().upper()
        known = [*(block.identifier for block in self.map.blocks), *_KNOWN]
        firsts = [(int(each.identifier, 16), each.count) for each in self.map.history]

        def sensible(identifier: str) -> bool:
            number = int(identifier, 16)
            return identifier in known or any(first <= number < first + count for first, count in firsts)

        return high_first if sensible(high_first) and not sensible(low_first) else low_first

    def _encoder(self, control: int, data: bytes) -> Any:
        wrong = self._faults.get("wrong-kind")
        kind = int(wrong.type, 16) if isinstance(wrong, WrongKind) else self.kind
        return lambda address, extra: encode(Frame(kind, address, control, data + extra))

    def _spoil(self, answer: Answer) -> tuple[bytes, str]:
        octets, name = super()._spoil(answer)
        return octets, name or ("wrong-kind" if "wrong-kind" in self._faults else "")

    def _do(self, frame: Frame, identifier: str, at: int) -> tuple[bytes, dict[str, str], tuple[Channel, ...]] | None:
        """Data after identifier and number, and what it holds; None if the request cannot be done."""
        given = frame.data[_HEAD:]
        if frame.control == _READ_ADDRESS:
            wire = bytes.fromhex(self.address)[::-1] if self.settings.address_within else b""
            return (wire, {}, ()) if identifier == _ADDRESS_OF else None
        if frame.control == _READ:
            return self._read(identifier, at)
        if frame.control == _SET_ADDRESS:
            return self._set_address(given) if identifier == _NEW_ADDRESS else None
        if identifier == _VALVE and frame.control == int(self.settings.valve_control, 16):
            return self._set_valve(given)
        if frame.control == _READ_KEY:
            return (bytes((self.key_version,)), {}, ()) if identifier == _KEY_VERSION else None
        if frame.control == _SET_BASE:
            return self._set_base(given, at) if identifier == _BASE else None
        return self._write(identifier, given)

    def _write(self, identifier: str, given: bytes) -> tuple[bytes, dict[str, str], tuple[Channel, ...]] | None:
        """A parameter is set: answered without data."""
        digits = given[::-1].hex()
        if identifier == _SET_CLOCK:
            if len(given) != 7 or not digits.isdecimal():
                return None
            try:
                wanted = from_stamp(digits)
            except ValueError:
                return None
            self.set_clock(wanted)
        elif identifier in (_SET_SETTLEMENT_DAY, _SET_READING_DAY):
            if len(given) != 1 or not digits.isdecimal() or not 1 <= int(digits) <= 28:
                return None
            if identifier == _SET_SETTLEMENT_DAY:
                self.settlement = digits + self.settlement[2:]
            else:
                self.reading_day = digits
        elif identifier == _NEW_KEY and len(given) == 9:
            self.key_version = given[0]
        else:
            return None
        self._happened("written", "", {"identifier": identifier, "data": digits.upper()})
        return b"", {}, ()

    def _set_base(self, given: bytes, at: int) -> tuple[bytes, dict[str, str], tuple[Channel, ...]] | None:
        """The total counts on from these digits; the unit must be the meter's own."""
        total = next((channel for channel in self.channels.values() if channel.counter), None)
        if total is None or len(given) != 5:
            return None
        entry = self.map.register(total.register.id)
        text = read_text(given[:4], entry.layout)
        if text is None or given[4:] != bytes.fromhex(entry.code):
            return None
        before = total.text(at)
        total.move_to(total.parse(text), at)
        self._happened("base-set", total.point, {"final_old": before, "initial_new": total.text(at)})
        return self._status(), {}, ()

    def _read(self, identifier: str, at: int) -> tuple[bytes, dict[str, str], tuple[Channel, ...]] | None:
        block = next((each for each in self.map.blocks if each.identifier == identifier), None)
        if block is not None:
            return self._block(block, at)
        for history in self.map.history:
            ago = int(identifier, 16) - int(history.identifier, 16)
            if 0 <= ago < history.count:
                return self._record(history, ago, at), {}, ()
        own = {_SETTLEMENT_DAY: self.settlement[:2], _READING_DAY: self.reading_day}.get(identifier)
        return (bytes.fromhex(own), {}, ()) if own is not None else None

    def _record(self, history: History, ago: int, at: int) -> bytes:
        patterns = {"hour": moments(at), "day": moments(at, hour=0), "month": moments(at, hour=0, day=1)}
        then = self._kept(next(islice(patterns[history.every], ago, None)))
        octets = b""
        for name in history.fields:
            if name != "clock":
                octets += self._past(name, then)
            elif then:
                octets += self._stamp_octets(then)
            else:
                octets += (b"\xff" if self.settings.missing == "ff" else b"\0") * 7
        return octets

    def _block(self, block: Block, at: int) -> tuple[bytes, dict[str, str], tuple[Channel, ...]]:
        octets, values, channels = b"", dict[str, str](), list[Channel]()
        for name in block.fields:
            if name == "clock":
                octets += self._dead(self._clock_octets(at))
            elif name == "status":
                octets += self._status()
            elif name.startswith("settled:"):
                octets += self._past(name.removeprefix("settled:"), self.settled(1, at))
            elif name in self.channels:
                channel = self.channels[name]
                shown, text = channel.serve(at)
                octets += self._with_unit(name, shown[0])
                channels.append(channel)
                if text is not None and channel.point:
                    values[channel.point] = text
            else:
                octets += bytes.fromhex(self.map.register(name).octets)[::-1]
        return octets, values, tuple(channels)

    def _past(self, name: str, then: int) -> bytes:
        entry = self.map.register(name)
        if not then:
            return self._with_unit(name, (b"\xff" if self.settings.missing == "ff" else b"\0") * entry.width)
        return self._with_unit(name, self.bcd(name).past(then))

    def _with_unit(self, name: str, octets: bytes) -> bytes:
        unit = bytes.fromhex(self.map.register(name).code)
        return unit + octets if self.settings.unit_first else octets + unit

    def _clock_octets(self, at: int) -> bytes:
        return self._stamp_octets(self.clock_us(at))

    def _stamp_octets(self, at: int) -> bytes:
        high_first = bytes.fromhex(f"{local(at):%Y%m%d%H%M%S}")
        return high_first if self.settings.clock_order == "high" else high_first[::-1]

    def _status(self) -> bytes:
        closed = not self.valve_open
        first = (0x40 if closed else 0) if self.settings.status == "high" else int(closed)
        bits = self._faults.get("status-bits")
        more = bits.bits if isinstance(bits, StatusBits) and bits.word == 1 else 0
        return (first | more).to_bytes(2, "little")

    def _set_valve(self, given: bytes) -> tuple[bytes, dict[str, str], tuple[Channel, ...]] | None:
        if given[:1] not in (bytes((_OPEN,)), bytes((_CLOSE,))):
            return None
        self.valve_open = given[0] == _OPEN
        self._happened("valve", "", {"open": str(self.valve_open).lower()})
        return self._status(), {}, ()

    def _set_address(self, given: bytes) -> tuple[bytes, dict[str, str], tuple[Channel, ...]] | None:
        if len(given) != 7:
            return None
        before, self.address = self.address, given[::-1].hex().upper()
        self._happened("address-set", "", {"before": before, "after": self.address})
        return b"", {}, ()

    def _asked(self, frame: Frame, identifier: str) -> tuple[str, ...]:
        """Points a request asks for, for the record of a request that got no value."""
        block = next((each for each in self.map.blocks if each.identifier == identifier), None)
        if frame.control != _READ or block is None:
            return ()
        channels = [self.channels[name] for name in block.fields if name in self.channels]
        return tuple(channel.point for channel in channels if channel.point)
