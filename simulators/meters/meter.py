"""What every simulated meter is, whatever it speaks: points on channels, faults, presets, replacement, its own clock.

Leaves to others: requests and answers (`modbus`, `dlt645`, `cjt188`), the values (`channels`), the kinds of fault
(`faults`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NotRequired, TypedDict, Unpack

from simulators.clock import Clock, Observe
from simulators.events import MeterFault, NoAnswer, Served, Unserved
from simulators.meters import sentences as said
from simulators.meters.channels import Channel, Effect, MeterError
from simulators.meters.faults import (
    AnyFault,
    Busy,
    Calibrating,
    Current,
    Fault,
    Jump,
    MinimumGap,
    Mute,
    Ramp,
    Restarting,
    Scaled,
    Sentinel,
    SignFlip,
    Stuck,
    WrongClock,
    WrongLine,
    WrongRange,
    detail_of,
    kind_of,
)
from simulators.meters.maps import CLOCK_FIELDS, Register
from simulators.plant import Plant, Quantity, Reader
from simulators.stamps import local

_VALUE_FAULTS = (Stuck, Sentinel, Jump, SignFlip, Ramp, Scaled, Calibrating, Current, WrongRange)


@dataclass(frozen=True)
class Binding:
    """A point of the world on a register of a meter. `quantity` is empty to take what the register measures."""

    point: str
    register: str
    quantity: str = ""


class Wiring(TypedDict):
    """What every meter is given: its surroundings, and optionally how it is fitted.

    `source` is the plant's source whose measures its registers show (`e01`), `bindings` the points of the world on
    them, `ratio` the CT x PT ratio by which they are smaller than the truth, `serial` its serial number.
    """

    clock: Clock
    chance: random.Random
    observe: Observe
    source: NotRequired[str]
    bindings: NotRequired[Sequence[Binding]]
    ratio: NotRequired[str]
    serial: NotRequired[int]


class Channels(Mapping[str, Channel]):
    """The channels of a meter by register id, each made when it is first asked for."""

    def __init__(self, make: Callable[[str], Channel]) -> None:
        self.names: tuple[str, ...] = ()
        self._make = make
        self._made: dict[str, Channel] = {}

    def __getitem__(self, name: str) -> Channel:
        found = self._made.get(name)
        if found is None:
            if name not in self.names:
                raise KeyError(name)
            found = self._made[name] = self._make(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def made(self) -> tuple[Channel, ...]:
        """Those that somebody has asked for."""
        return tuple(self._made.values())


class Meter:
    """A simulated meter. `title` names the device, `unit` is its unit id where its protocol has one, else 0.

    Everything that happens is told to `observe` as events; `ratio` is the CT x PT ratio by which what it shows is
    smaller than the truth. A protocol builds on it: it names the faults it knows (`known_faults`) and fits channels.
    """

    known_faults: tuple[type[Fault], ...] = ()

    def __init__(self, name: str, title: str, unit: int, plant: Plant, **wiring: Unpack[Wiring]) -> None:
        self.name = name
        self.title = title
        self.unit = unit
        self.ratio = wiring.get("ratio", "1")
        self.serial = wiring.get("serial", 20_260_001)
        self._clock = wiring["clock"]
        self._chance = wiring["chance"]
        self._observe = wiring["observe"]
        self._plant = plant
        self._source = wiring.get("source", "")
        self._bindings = tuple(wiring.get("bindings", ()))
        self._faults: dict[str, Fault] = {}
        self._polls_left: dict[str, int] = {}
        self.retuned: Callable[[], None] = _nobody
        self._clock_set_us = 0
        self._clock_moved_us = 0
        self.changes = 0
        """Rises whenever something else than the truth may change what is shown."""
        self.channels = Channels(self._new_channel)
        self.points: dict[str, Channel] = {}
        self._registers: dict[str, Register] = {}
        self._bound = {binding.register: binding for binding in self._bindings}
        self._muted_until_us = 0
        self._answered_us = 0

    def _fit(self, registers: Sequence[Register]) -> None:
        """A channel for each register, made when it is first asked for: most registers never are."""
        self._registers = {register.id: register for register in registers}
        self.channels.names = tuple(self._registers)
        for binding in self._bindings:
            if binding.register in self._registers:
                self.points[binding.point] = self.channels[binding.register]

    def _new_channel(self, name: str) -> Channel:
        """A channel with its truth: the plant's quantity, the own clock or the serial number."""
        register = self._registers[name]
        binding = self._bound.get(name)
        quantity = binding.quantity if binding and binding.quantity else ""
        if not quantity and register.measure and self._source:
            quantity = f"{self._source}.{register.measure}"
        known = self._plant.quantities.get(quantity)
        read = self._plant.reader(quantity) if known else None
        if register.clock:
            read = self._clock_reader(CLOCK_FIELDS.index(register.clock))
        elif register.serial:
            read = self._read_serial
        return self._channel(register, binding.point if binding else "", known, read)

    def _channel(self, register: Register, point: str, known: Quantity | None, read: Reader | None) -> Channel:
        return Channel(register, point, known, read, self.ratio if known else "1")

    # The device's own clock and identity.

    def _clock_reader(self, field: int) -> Callable[[int], int]:
        def read(at_us: int) -> int:
            return _calendar(self.clock_us(at_us))[field]

        return read

    def clock_us(self, at_us: int) -> int:
        """What the device's own clock takes the instant to be, in microseconds UTC."""
        fault = self._faults.get("wrong-clock")
        shown = at_us + self._clock_moved_us
        if isinstance(fault, WrongClock):
            shown += fault.offset_s * 1_000_000 + (at_us - self._clock_set_us) * fault.drift_ppm // 1_000_000
        return shown

    def set_clock(self, to_us: int) -> None:
        """The device's own clock is set to this instant (microseconds UTC) now."""
        self._clock_moved_us += to_us - self.clock_us(self._clock.now_us())

    def _read_serial(self, _at_us: int) -> int:
        return self.serial

    # Faults and events of the device's life.

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that are on."""
        return tuple(self._faults.values())

    def when_retuned(self, call: Callable[[], None]) -> None:
        """Call this when the settings of its serial port have changed."""
        self.retuned = call

    @property
    def in_force(self) -> dict[str, Fault]:
        """The faults that are on, by kind, in the order they came."""
        return self._faults

    @property
    def troubled(self) -> bool:
        """True while any fault is on."""
        return bool(self._faults)

    def noise(self, octets: int) -> bytes:
        """Random octets of this meter."""
        return self._chance.randbytes(octets)

    def set_fault(self, fault: AnyFault) -> None:
        """Switch a fault on (replacing one of the same kind).

        Raises MeterError for a point this meter lacks and a kind of fault it cannot have.
        """
        kind = kind_of(fault)
        effects = self.effects_of(fault)
        now = self._clock.now_us()
        if kind in self._faults:
            self.clear(kind)
            effects = [(channel, _effect(fault, channel, now)) for channel, _ in effects]
        self._faults[kind] = fault
        self.changes += 1
        if isinstance(fault, Busy | Mute):
            self._polls_left[kind] = fault.polls
        elif isinstance(fault, WrongClock):
            self._clock_set_us = now
        elif isinstance(fault, Restarting):
            self._restart(fault, now)
        for channel, effect in effects:
            channel.effects[kind] = effect
            channel.refit()
        self._observe(MeterFault(t=now, meter=self.name, fault=kind, state="on", detail=detail_of(fault)))
        if isinstance(fault, WrongLine):
            self.retuned()

    def effects_of(self, fault: AnyFault) -> list[tuple[Channel, Effect]]:
        """What a fault would do to the values it alters, without switching it on. Raises MeterError as `set_fault`."""
        if not isinstance(fault, self.known_faults):
            known = [str(each.__struct_config__.tag) for each in self.known_faults]
            raise MeterError(said.NO_FAULT(meter=self.name, kind=kind_of(fault), known=known))
        affected = self._affected(getattr(fault, "points", ()))
        if not isinstance(fault, _VALUE_FAULTS):
            return []
        now = self._clock.now_us()
        return [(channel, _effect(fault, channel, now)) for channel in affected]

    def clear(self, kind: str = "") -> None:
        """Switch one kind of fault off, or all of them."""
        for each in [kind] if kind else list(self._faults):
            fault = self._faults.pop(each, None)
            if fault is None:
                continue
            self.changes += 1
            for channel in self._affected(getattr(fault, "points", ())) if isinstance(fault, _VALUE_FAULTS) else ():
                channel.effects.pop(each, None)
                channel.refit()
            self._observe(MeterFault(t=self._clock.now_us(), meter=self.name, fault=each, state="off"))
            if isinstance(fault, WrongLine):
                self.retuned()

    def _restart(self, fault: Restarting, now: int) -> None:
        self._muted_until_us = now + round(fault.for_s * 1_000_000)
        for channel in self.channels.made():
            if channel.counter and fault.lost_s:
                before = channel.text(now)
                channel.move_to(channel.steps(now - round(fault.lost_s * 1_000_000)), now)
                detail = {"final_old": before, "initial_new": channel.text(now)}
                self._happened("lost", channel.point or channel.register.id, detail)

    def _spends(self, kind: str) -> bool:
        """True while a fault of so many polls lasts; one poll less each time, and at the end it is over."""
        left = self._polls_left.get(kind, 0)
        if not left or kind not in self._faults:
            return False
        self._polls_left[kind] = left - 1
        if left == 1:
            self.clear(kind)
        return True

    def _mute(self, now: int) -> str:
        """The fault that leaves a request without an answer; empty if there is none."""
        if "silent" in self._faults:
            return "silent"
        if "restarting" in self._faults:
            if now < self._muted_until_us:
                return "restarting"
            self.clear("restarting")
        gap = self._faults.get("minimum-gap")
        if isinstance(gap, MinimumGap) and now < self._answered_us + round(gap.gap_s * 1_000_000):
            return "minimum-gap"
        return "mute" if self._spends("mute") else ""

    def _affected(self, points: Sequence[str]) -> list[Channel]:
        if not points:
            return [channel for channel in self.channels.values() if channel.quantity is not None]
        return [self.channel(point) for point in points]

    def channel(self, point: str) -> Channel:
        """The channel of a point (or of a register id). Raises MeterError naming what there is."""
        found = self.points.get(point) or self.channels.get(point)
        if found is None:
            names = [*self.points] or [*self.channels]
            raise MeterError(said.NO_POINT(meter=self.name, point=point, names=names))
        return found

    def preset(self, point: str, text: str, *, hold: bool = True) -> None:
        """Make the registers of a point hold exactly this decimal text, until `release` (hold) or as a new start.

        A text whose trailing zeros the register type cannot express (a binary float) is taken by its value. Raises
        MeterError if the registers cannot hold the value.
        """
        channel = self.channel(point)
        self.changes += 1
        steps = channel.parse(text)
        now = self._clock.now_us()
        before = channel.text(now)
        channel.script.clear()
        if hold:
            channel.held = channel.encode(steps)
        else:
            channel.move_to(steps, now)
        self._happened("preset", point, {"before": before, "after": channel.text(now), "hold": str(hold).lower()})

    def script(self, point: str, texts: Sequence[str]) -> None:
        """Each answer that holds the whole point shows the next of these texts; the last one stays until `release`."""
        channel = self.channel(point)
        self.changes += 1
        channel.held = None
        shown = [channel.encode(channel.parse(text)) for text in texts]
        channel.script.extend(shown)
        self._happened("script", point, {"texts": " ".join(text or "" for _, text in shown)})

    def release(self, point: str) -> None:
        """End a held preset or a script: the counter goes on from the truth."""
        channel = self.channel(point)
        self.changes += 1
        channel.held = None
        channel.script.clear()
        self._happened("released", point, {"after": channel.text(self._clock.now_us())})

    def rollover_soon(self, point: str, margin: str) -> None:
        """Preset a counter to its modulus less `margin` (decimal text), from where it counts on over the edge."""
        channel = self._counter(point)
        if not channel.modulus:
            raise MeterError(said.NO_MODULUS(point=point, meter=self.name))
        steps = channel.modulus - _steps(channel, margin)
        now = self._clock.now_us()
        before = channel.text(now)
        channel.move_to(steps % channel.modulus, now)
        self._happened("rollover-soon", point, {"before": before, "after": channel.text(now), "margin": margin})

    def reset(self, point: str) -> None:
        """A counter falls to zero and counts on from there."""
        channel = self._counter(point)
        now = self._clock.now_us()
        before = channel.text(now)
        channel.move_to(0, now)
        self._happened("reset", point, {"final_old": before, "initial_new": channel.text(now)})

    def replace(self, initial: Mapping[str, str], serial: int) -> dict[str, tuple[str, str]]:
        """Another device takes its place: new serial number, counters start at `initial` (point to text, others at 0).

        Gives for every counter point (final reading of the old, initial of the new), as a fitter would write them down.
        """
        now = self._clock.now_us()
        starts = {point: self._counter(point).parse(text) for point, text in initial.items()}
        noted: dict[str, tuple[str, str]] = {}
        self.serial = serial
        for point, channel in self.points.items():
            if channel.counter:
                before = channel.text(now)
                channel.move_to(starts.get(point, 0), now)
                noted[point] = (before, channel.text(now))
        for point, (before, after) in noted.items():
            self._happened("replaced", point, {"final_old": before, "initial_new": after, "serial": str(serial)})
        return noted

    def _counter(self, point: str) -> Channel:
        channel = self.channel(point)
        if not channel.counter:
            raise MeterError(said.NO_COUNTER(point=point, meter=self.name))
        return channel

    def _happened(self, what: str, point: str, detail: dict[str, str]) -> None:
        self.changes += 1
        detail = {"point": point, **detail}
        self._observe(MeterFault(t=self._clock.now_us(), meter=self.name, fault=what, state="happened", detail=detail))

    def text(self, point: str) -> str:
        """The decimal text that the registers of a point hold now."""
        return self.channel(point).text(self._clock.now_us())

    # What is told of requests.

    def _altering(self, channels: Sequence[Channel]) -> str:
        """Names of the faults that alter a value among these channels."""
        found: list[str] = []
        for kind, fault in self._faults.items():
            if isinstance(fault, _VALUE_FAULTS):
                affected = self._affected(fault.points)
                if any(channel in affected for channel in channels):
                    found.append(kind)
        return ",".join(found)

    def _served(self, sent: int, asked: int, frame: bytes, response: bytes, values: dict[str, str], fault: str) -> None:
        self._answered_us = sent
        self._observe(
            Served(
                t=sent,
                meter=self.name,
                unit=self.unit,
                asked=asked,
                request=frame.hex().upper(),
                response=response.hex().upper(),
                values=values,
                fault=fault,
            )
        )

    def _unserved(
        self, at_us: int, outcome: NoAnswer, frame: bytes, response: bytes, points: tuple[str, ...], fault: str
    ) -> None:
        self._observe(
            Unserved(
                t=at_us,
                meter=self.name,
                unit=self.unit,
                outcome=outcome,
                request=frame.hex().upper(),
                response=response.hex().upper(),
                points=points,
                fault=fault,
            )
        )


def _nobody() -> None:
    """No bus listens to changes yet."""


def _effect(fault: AnyFault, channel: Channel, now: int) -> Effect:
    """What a fault of values does to one channel from now on; MeterError if it cannot."""
    if isinstance(fault, Stuck):
        return Effect(shown=channel.show(now))
    if isinstance(fault, Sentinel):
        return Effect(shown=channel.marked(fault.raw))
    if isinstance(fault, Calibrating):
        return Effect(shown=channel.encode(channel.nearest(fault.level)))
    if isinstance(fault, Current):
        return Effect(shown=channel.carrying(fault.ma))
    if isinstance(fault, WrongRange):
        return Effect(zero_ma=channel.other_zero())
    if isinstance(fault, Jump):
        by = _steps(channel, fault.by)
        return Effect(bend=lambda steps, at_us: steps + by)
    if isinstance(fault, Ramp):
        pace = _decimal(fault.per_s) / channel.resolution / 1_000_000
        return Effect(bend=lambda steps, at_us: steps + int(pace * (at_us - now)))
    if isinstance(fault, Scaled):
        factor = _decimal(fault.by)
        return Effect(bend=lambda steps, at_us: int(steps * factor))
    return Effect(bend=None if channel.counter else lambda steps, at_us: -steps)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise MeterError(said.DECIMAL(got=text)) from None


def _steps(channel: Channel, text: str) -> int:
    try:
        steps = Decimal(text) / channel.resolution
    except ArithmeticError:
        raise MeterError(said.DECIMAL(got=text)) from None
    if steps != int(steps):
        raise MeterError(said.POINT_RESOLUTION(got=text, resolution=channel.resolution, point=channel.point))
    return int(steps)


def _calendar(at_us: int) -> tuple[int, int, int, int, int, int]:
    """Second, minute, hour, day, month and year of the century of an instant in local time."""
    moment = local(at_us)
    return moment.second, moment.minute, moment.hour, moment.day, moment.month, moment.year % 100
