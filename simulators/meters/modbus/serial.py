"""A Modbus device on a serial line, RTU or ASCII, or RTU over TCP: frames around what `modbus` answers.

Leaves to others: the line (`serial.bus`), the frames (`codec`). A wrong check octet and a foreign unit get no
answer, unit 0 is broadcast: what is written is taken, nothing is answered.
"""

from __future__ import annotations

from collections.abc import Callable

from simulators.clock import Clock
from simulators.meters.carriers import LineSettings
from simulators.meters.faults import BadCheck, Delayed, ExtraOctets, Garbage, Late, Noise, Truncated, WrongUnit
from simulators.meters.modbus.codec import decode_ascii, decode_rtu, encode_ascii, encode_rtu
from simulators.meters.modbus.device import ON_A_LINE, Given, ModbusMeter
from simulators.meters.modbus.pdu import WRITES
from simulators.meters.serial.meter import Reply, shape, tuned

FRAMINGS = ("rtu", "ascii")
_BROADCAST = 0


class ModbusStation:
    """A Modbus device at a serial port. `framing` is rtu or ascii, `port` the settings of its port."""

    def __init__(self, meter: ModbusMeter, framing: str, clock: Clock, port: LineSettings | None = None) -> None:
        self.meter = meter
        self.family = framing
        self.port = port or LineSettings()
        meter.known_faults = ON_A_LINE
        self._clock = clock

    def when_retuned(self, call: Callable[[], None]) -> None:
        """Call this when the settings of its port have changed."""
        self.meter.when_retuned(call)

    @property
    def place(self) -> str:
        """Its unit id."""
        return str(self.meter.unit)

    @property
    def line(self) -> LineSettings:
        """Settings of its port, or those that a fault gives it."""
        return tuned(self.port, self.meter.in_force.get("wrong-line"))

    @property
    def deaf(self) -> bool:
        """True while a fault keeps its port at other settings than the line's."""
        return self.line != self.port

    def hear(self, octets: bytes) -> tuple[bool, Reply | None]:
        """A whole frame has passed on the line."""
        unit, pdu = decode_ascii(octets) if self.family == "ascii" else decode_rtu(octets)
        now = self._clock.now_us()
        if unit == _BROADCAST:
            if pdu[0] in WRITES:
                self.meter.give(pdu, now)
            return True, None
        if unit != self.meter.unit:
            return False, None
        given = self.meter.give(pdu, now)
        if given.mute:
            self.meter.untold(now, octets, given)
            return True, None
        return True, self._reply(octets, given, now)

    def _reply(self, frame: bytes, given: Given, asked: int) -> Reply:
        faults = self.meter.in_force
        octets, spoiled = self._spoil(given)
        split, twice, shaped = shape(faults)
        timing = faults.get("delayed") or faults.get("late")
        after_s = timing.after_s if isinstance(timing, Delayed | Late) else 0.0
        outcome, fault = given.outcome, given.fault
        if spoiled:
            outcome, fault = "spoiled", spoiled
        elif isinstance(timing, Late):
            outcome, fault = "late", "late"
        else:
            fault = ",".join(each for each in (fault, *shaped, "delayed" if timing else "") if each)

        def told(sent: int) -> None:
            self.meter.tell(sent, asked, frame, octets, given, outcome, fault)

        def spoilt(sent: int, seen: bytes) -> None:
            self.meter.tell(sent, asked, frame, seen, given, "spoiled", "collision")

        wait_s = self.meter.map.response_ms / 1000 + after_s
        return Reply(octets, wait_s, not isinstance(timing, Late), told, spoilt, split, twice)

    def _spoil(self, given: Given) -> tuple[bytes, str]:
        faults = self.meter.in_force
        pdu, name = self.meter.spoil(given.pdu)
        wrong = faults.get("wrong-unit")
        unit = self.meter.unit
        if isinstance(wrong, WrongUnit):
            unit, name = (unit + wrong.by) & 0xFF, "wrong-unit"
        octets = encode_ascii(unit, pdu) if self.family == "ascii" else encode_rtu(unit, pdu)
        bad = faults.get("bad-check")
        if isinstance(bad, BadCheck):
            octets, name = self._bad_check(octets, bad.by), "bad-check"
        cut = faults.get("truncated")
        if isinstance(cut, Truncated):
            octets, name = octets[: cut.octets], "truncated"
        if isinstance(faults.get("garbage"), Garbage):
            octets, name = self.meter.noise(len(octets)), "garbage"
        extra = faults.get("extra-octets")
        if isinstance(extra, ExtraOctets):
            octets, name = octets + bytes.fromhex(extra.octets), "extra-octets"
        noise = faults.get("noise")
        if isinstance(noise, Noise):
            octets, name = self.meter.noise(noise.before) + octets + self.meter.noise(noise.after), "noise"
        return octets, name

    def _bad_check(self, octets: bytes, by: int) -> bytes:
        if self.family == "ascii":
            check = (int(octets[-4:-2], 16) + by) & 0xFF
            return octets[:-4] + f"{check:02X}".encode() + octets[-2:]
        return octets[:-1] + bytes(((octets[-1] + by) & 0xFF,))
