"""What every meter on a serial line is: address, port, settlements, tariffs, and what faults make of an answer.

Leaves to others: requests and answers (`dlt645`, `cjt188`, `scale`), the line (`bus`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal, Protocol, Unpack, cast, runtime_checkable

from simulators.events import NoAnswer
from simulators.meters.carriers import LineSettings
from simulators.meters.channels import Channel
from simulators.meters.faults import (
    OF_ANSWERS,
    BadCheck,
    Busy,
    DeadClock,
    Delayed,
    Duplicate,
    ExtraOctets,
    Fault,
    Late,
    MinimumGap,
    Mute,
    Noise,
    Preamble,
    Refusing,
    Restarting,
    Silent,
    Split,
    Truncated,
    WrongClock,
    WrongLine,
    WrongSequence,
    WrongUnit,
)
from simulators.meters.maps import Register
from simulators.meters.meter import Meter, Wiring
from simulators.meters.serial.channels import BcdChannel, DemandRecorder, TariffClock, moments
from simulators.meters.serial.maps import Behaviour, BusMap, Entry
from simulators.plant import Plant, Quantity, Reader

_PREAMBLE = 0xFE


@dataclass(frozen=True)
class Reply:
    """An answer a meter wants to give: `holds` keeps the line from the request to its end.

    `told` is called with the instant it left; `spoilt` with the instant and the octets that others made of it. `split`
    sends it in two pieces, `twice` again afterwards.
    """

    octets: bytes
    after_s: float
    holds: bool
    told: Callable[[int], None]
    spoilt: Callable[[int, bytes], None]
    split: Split | None = None
    twice: Duplicate | None = None


def shape(faults: Mapping[str, Fault]) -> tuple[Split | None, Duplicate | None, list[str]]:
    """How faults have an answer sent: in pieces, twice, and the names of these faults."""
    split, twice = faults.get("split"), faults.get("duplicate")
    return (
        split if isinstance(split, Split) else None,
        twice if isinstance(twice, Duplicate) else None,
        [kind for kind in ("split", "duplicate") if kind in faults],
    )


class Station(Protocol):
    """What a bus needs of a meter."""

    @property
    def family(self) -> str:
        """The family of its frames: dlt645, cjt188, rtu, ascii."""
        ...

    @property
    def place(self) -> str:
        """Its address, unique within its family on one bus."""
        ...

    @property
    def line(self) -> LineSettings:
        """Settings of its port."""
        ...

    @property
    def deaf(self) -> bool:
        """True while a fault keeps its port at other settings than the line's."""
        ...

    def when_retuned(self, call: Callable[[], None]) -> None:
        """Call this when the settings of its port have changed."""
        ...

    def hear(self, octets: bytes) -> tuple[bool, Reply | None]:
        """A whole frame without preamble has passed on the line: was it for this meter, and its answer if any."""
        ...


@runtime_checkable
class Speaker(Protocol):
    """A station that sends without being asked."""

    @property
    def interval_s(self) -> float:
        """Seconds from the beginning of one frame to that of the next."""
        ...

    def say(self) -> Reply | None:
        """The next frame; None while it is silent."""
        ...


@dataclass(frozen=True)
class Answer:
    """An answer before faults: how it is encoded for an address with more octets in its data, and what it holds."""

    encode: Callable[[str, bytes], bytes]
    values: dict[str, str]
    outcome: NoAnswer | Literal[""] = ""
    fault: str = ""
    numbered: bool = False


class SerialMeter(Meter):
    """A meter on a bus. A protocol builds on it: `hear` takes each whole frame on the line.

    `port` are the settings of its port, by default those that its protocol recommends.
    """

    recommended = LineSettings(2400, "E", 1)

    known_faults = (
        Silent,
        Mute,
        MinimumGap,
        Restarting,
        Delayed,
        Late,
        Refusing,
        Busy,
        WrongUnit,
        *OF_ANSWERS,
        Preamble,
        ExtraOctets,
        Noise,
        BadCheck,
        WrongSequence,
        DeadClock,
        WrongClock,
        WrongLine,
    )

    def __init__(
        self,
        name: str,
        address: str,
        device: BusMap,
        plant: Plant,
        *,
        since_us: int,
        port: LineSettings | None = None,
        **wiring: Unpack[Wiring],
    ) -> None:
        super().__init__(name, device.name, 0, plant, **wiring)
        self.map = device
        self.settings: Behaviour = device.settings
        self.address = address
        self.port = port or self.recommended
        self.settlement = self.settings.settlement
        """When a period is settled, DDhh."""
        self._since_us = since_us
        self._cleared_us = since_us
        self._tariffs: dict[str, TariffClock] = {}
        self._demands: dict[str, DemandRecorder] = {}
        self._fit([entry for entry in device.registers if entry.is_number])

    def _channel(self, register: Register, point: str, known: Quantity | None, read: Reader | None) -> Channel:
        entry = cast(Entry, register)
        if known and read and entry.tariff:
            # Tariffs of one counter share its hours.
            shared = self._tariffs.setdefault(
                known.name, TariffClock(read, self._since_us, self.settings.tariff_hours, self.settings.tariffs)
            )
            read = shared.reader(entry.tariff)
        elif known and read and entry.demand:
            recorder = self._demands.setdefault(entry.id, DemandRecorder(read))

            def largest(at_us: int) -> int:
                return recorder.largest(self._period_start(at_us), at_us)[0]

            read = largest
        return BcdChannel(entry, point, known, read, self.ratio if known else "1")

    @property
    def family(self) -> str:
        """dlt645 or cjt188."""
        return self.map.family

    @property
    def place(self) -> str:
        """Its address."""
        return self.address

    @property
    def line(self) -> LineSettings:
        """Settings of its port, or those that a fault gives it."""
        return tuned(self.port, self._faults.get("wrong-line"))

    @property
    def deaf(self) -> bool:
        """True while a fault keeps its port at other settings than the line's."""
        return self.line != self.port

    # Settlements.

    def settlements(self, now_us: int) -> Iterator[int]:
        """Past settlements, newest first."""
        word = self.settlement
        return moments(now_us, hour=int(word[2:]), day=int(word[:2]))

    def _period_start(self, at_us: int) -> int:
        return max(next(self.settlements(at_us)), self._cleared_us, self._since_us)

    def demand_time(self, entry: Entry, at_us: int) -> int:
        """When the largest demand of the period of an instant was reached; 0 if there is none."""
        recorder = self._demands.get(entry.id)
        return recorder.largest(self._period_start(at_us), at_us)[1] if recorder else 0

    def settled(self, number: int, now_us: int) -> int:
        """The instant of the settlement so many times ago (from 1); 0 if that was before this meter came."""
        return self._kept(next(islice(self.settlements(now_us), number - 1, None)))

    def _kept(self, at_us: int) -> int:
        return at_us if at_us >= self._since_us else 0

    def bcd(self, name: str) -> BcdChannel:
        """The channel of a register of this map."""
        return cast(BcdChannel, self.channels[name])

    def replace(self, initial: Mapping[str, str], serial: int) -> dict[str, tuple[str, str]]:
        """Another device takes its place; it has no records of before, and counters without a point start at 0 too."""
        noted = super().replace(initial, serial)
        now = self._clock.now_us()
        self._since_us = self._cleared_us = now
        for channel in self.channels.values():
            if channel.counter and channel not in self.points.values():
                channel.move_to(0, now)
        return noted

    def hear(self, octets: bytes) -> tuple[bool, Reply | None]:
        """A whole frame without preamble has passed on the line: was it for this meter, and its answer if any."""
        raise NotImplementedError

    # What faults make of an answer.

    def _reply(self, frame: bytes, asked: int, points: tuple[str, ...], build: Callable[[], Answer]) -> Reply | None:
        """The answer that `build` makes as faults let it through; None if the meter stays silent."""
        mute = self._mute(asked)
        if mute:
            self._unserved(asked, "silent", frame, b"", points, mute)
            return None
        answer = build()
        octets, spoiled = self._spoil(answer)
        split, twice, shaped = shape(self._faults)
        timing = self._faults.get("delayed") or self._faults.get("late")
        after_s = timing.after_s if isinstance(timing, Delayed | Late) else 0.0
        outcome, fault = answer.outcome, answer.fault
        if spoiled:
            outcome, fault = "spoiled", spoiled
        elif isinstance(timing, Late):
            outcome, fault = "late", "late"
        else:
            fault = ",".join(each for each in (fault, *self._harmless(), *shaped, "delayed" if timing else "") if each)

        def told(sent: int) -> None:
            if outcome:
                self._unserved(sent, outcome, frame, octets, points, fault)
            else:
                self._served(sent, asked, frame, octets, answer.values, fault)

        def spoilt(sent: int, seen: bytes) -> None:
            self._unserved(sent, "spoiled", frame, seen, points, "collision")

        wait_s = self.settings.response_ms / 1000 + after_s
        return Reply(octets, wait_s, not isinstance(timing, Late), told, spoilt, split, twice)

    def _harmless(self) -> list[str]:
        """Faults that change the octets around an answer but leave it usable."""
        return [kind for kind in ("preamble", "extra-octets", "noise") if kind in self._faults]

    def _refusal(self) -> tuple[int, str]:
        """The error octet a fault gives every request, and the fault's name; 0 if there is none."""
        refusing = self._faults.get("exception")
        if isinstance(refusing, Refusing):
            return refusing.code, "exception"
        return (1, "busy") if self._spends("busy") else (0, "")

    def _spoil(self, answer: Answer) -> tuple[bytes, str]:
        extra = self._faults.get("extra-octets")
        inside = bytes.fromhex(extra.octets) if isinstance(extra, ExtraOctets) and extra.within else b""
        wrong = self._faults.get("wrong-unit")
        address = self.address
        name = ""
        if isinstance(wrong, WrongUnit):
            address = _other(address, wrong.by)
            name = "wrong-unit"
        octets = answer.encode(address, inside)
        bad = self._faults.get("bad-check")
        if isinstance(bad, BadCheck):
            octets, name = self._bad_check(octets, bad.by), "bad-check"
        if answer.numbered and "wrong-sequence" in self._faults:
            name = "wrong-sequence"
        fault = self._faults.get("preamble")
        count = fault.count if isinstance(fault, Preamble) else self.settings.preamble
        octets = bytes((_PREAMBLE,)) * count + octets
        cut = self._faults.get("truncated")
        if isinstance(cut, Truncated):
            octets, name = octets[: cut.octets], "truncated"
        if "garbage" in self._faults:
            octets, name = self._chance.randbytes(len(octets)), "garbage"
        if isinstance(extra, ExtraOctets) and not extra.within:
            octets += bytes.fromhex(extra.octets)
        noise = self._faults.get("noise")
        if isinstance(noise, Noise):
            octets = self._chance.randbytes(noise.before) + octets + self._chance.randbytes(noise.after)
        return octets, name

    def _bad_check(self, octets: bytes, by: int) -> bytes:
        return octets[:-2] + bytes(((octets[-2] + by) & 0xFF,)) + octets[-1:]

    def _sequence(self, number: int) -> int:
        fault = self._faults.get("wrong-sequence")
        return (number + fault.by) & 0xFF if isinstance(fault, WrongSequence) else number

    def _dead(self, octets: bytes) -> bytes:
        """A clock's octets as the dead clock shows them."""
        fault = self._faults.get("dead-clock")
        return bytes.fromhex(fault.octet) * len(octets) if isinstance(fault, DeadClock) else octets


def _other(address: str, by: int) -> str:
    """The address so many after this one: of digits, or a letter from A to Z."""
    if address.isalpha():
        return chr((ord(address) - ord("A") + by) % 26 + ord("A"))
    return f"{(int(address) + by) % 10 ** len(address):0{len(address)}d}"


def tuned(port: LineSettings, fault: Fault | None) -> LineSettings:
    """The settings of a port as a fault leaves them."""
    if not isinstance(fault, WrongLine):
        return port
    return LineSettings(fault.baud or port.baud, fault.parity or port.parity, fault.stop_bits or port.stop_bits)
