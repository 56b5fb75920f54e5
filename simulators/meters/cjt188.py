"""A CJ/T 188 meter, edition 2004 or 2018, on real bytes: water, gas, heat and cooling, with the vendors' layouts.

Leaves to others: frames (`cjt188_codec`), values (`bcd_channels`), the line (`serial_bus`), what it holds (a map of
`fixtures/meters/serial`): its answers are blocks of fields there, so a vendor's layout is data. A wrong check octet and
a foreign address or type get no answer. An abnormal answer has the running number and the status (to be checked in the
bought standard).

Order in which a request meets faults: silent, exception, busy, then its own error, then the values, then spoiling of
the frame, then delay.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from simulators.meters.bcd_channels import moments
from simulators.meters.bus_maps import Block
from simulators.meters.channels import Channel
from simulators.meters.cjt188_codec import ABNORMAL, ANSWER, ANY_KIND, ANYONE, Frame, decode, encode, flaws
from simulators.meters.serial_meter import Answer, Reply, SerialMeter
from simulators.stamps import local

_READ, _READ_ADDRESS, _SET_ADDRESS = 0x01, 0x03, 0x15
_ADDRESS_OF, _VALVE, _NEW_ADDRESS = "810A", "A017", "A018"
_OPEN, _CLOSE = 0x55, 0x99
_HEAD = 3


class Cjt188Meter(SerialMeter):
    """A simulated CJ/T 188 meter; `address` is 14 digits, the maker's code first."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind = int(self.settings.kind, 16)
        self.valve_open = True

    def hear(self, octets: bytes) -> tuple[bool, Reply | None]:
        """A whole frame has passed on the line."""
        if flaws(octets):
            return False, None
        frame = decode(octets)
        meant = frame.kind in (self.kind, ANY_KIND) and frame.address in (self.address, ANYONE)
        valve = int(self.settings.valve_control, 16)
        known = (_READ, _READ_ADDRESS, _SET_ADDRESS, valve)
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
        known = [block.identifier for block in self.map.blocks] + list(self.map.history)
        known += [_ADDRESS_OF, _VALVE, _NEW_ADDRESS]
        return low_first if low_first in known or data[:2].hex().upper() not in known else data[:2].hex().upper()

    def _encoder(self, control: int, data: bytes) -> Any:
        kind = self.kind
        return lambda address, extra: encode(Frame(kind, address, control, data + extra))

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
        return None

    def _read(self, identifier: str, at: int) -> tuple[bytes, dict[str, str], tuple[Channel, ...]] | None:
        block = next((each for each in self.map.blocks if each.identifier == identifier), None)
        if block is not None:
            return self._block(block, at)
        for first, fields in self.map.history.items():
            ago = int(identifier, 16) - int(first, 16) + 1
            if 1 <= ago <= 12:
                then = self._kept(next(islice(moments(at, hour=0, day=1), ago - 1, None)))
                return b"".join(self._past(name, then) for name in fields), {}, ()
        return None

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
        high_first = bytes.fromhex(f"{local(self.clock_us(at)):%Y%m%d%H%M%S}")
        return high_first if self.settings.clock_order == "high" else high_first[::-1]

    def _status(self) -> bytes:
        closed = not self.valve_open
        first = (0x40 if closed else 0) if self.settings.status == "high" else int(closed)
        return bytes((first, 0))

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
