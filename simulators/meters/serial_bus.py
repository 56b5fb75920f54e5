"""Serial meters behind a transparent serial server: one TCP port is one half-duplex bus, with meters of any protocol.

Leaves to others: what a meter answers (`dlt645`, `cjt188`). Octets of any connection go to every meter; an answer goes
to every connection, as a server does that only passes octets on. While an answer is due, what comes in is lost: two
cannot speak at once. Meters that answer the same request spoil each other's answer. A frame is closed by its length, or
given up when nothing more comes for half a second (the longest gap between octets that DL/T 645 allows).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, cast

from simulators.clock import Clock, Observe
from simulators.events import Connected, Rejected, Unserved
from simulators.meters import cjt188_codec, dlt645_codec
from simulators.meters.bcd_channels import BcdChannel, DemandRecorder, TariffClock, moments
from simulators.meters.bus_maps import BusMap, Entry, Settings
from simulators.meters.channels import Channel
from simulators.meters.faults import (
    BadCheck,
    Busy,
    DeadClock,
    Delayed,
    ExtraOctets,
    Garbage,
    Jump,
    Late,
    Noise,
    Preamble,
    Refusing,
    Sentinel,
    SignFlip,
    Silent,
    Stuck,
    Truncated,
    WrongClock,
    WrongSequence,
    WrongUnit,
)
from simulators.meters.maps import Register
from simulators.meters.meter import Binding, Meter
from simulators.plant import Plant, Quantity, Reader

GAP_S = 0.5
_KEPT_OCTETS = 256
_PREAMBLE = 0xFE


class _Codec(Protocol):
    def length_at(self, octets: bytes, start: int) -> int | None: ...

    def flaws(self, octets: bytes) -> list[tuple[str, str]]: ...


CODECS: dict[str, _Codec] = {"dlt645": dlt645_codec, "cjt188": cjt188_codec}
"""What finds the frames of a protocol's family."""


@dataclass(frozen=True)
class Reply:
    """An answer a meter wants to give: `holds` keeps the line from the request to its end.

    `told` is called with the instant it left; `spoilt` with the instant and the octets that others made of it.
    """

    octets: bytes
    after_s: float
    holds: bool
    told: Callable[[int], None]
    spoilt: Callable[[int, bytes], None]


@dataclass(frozen=True)
class Answer:
    """An answer before faults: how it is encoded for an address with more octets in its data, and what it holds."""

    encode: Callable[[str, bytes], bytes]
    values: dict[str, str]
    outcome: str = ""
    fault: str = ""
    numbered: bool = False


class SerialMeter(Meter):
    """A meter on a bus. A protocol builds on it: `hear` takes each whole frame on the line."""

    known_faults = (
        Silent,
        Delayed,
        Late,
        Refusing,
        Busy,
        WrongUnit,
        Truncated,
        Garbage,
        Stuck,
        Sentinel,
        Jump,
        SignFlip,
        Preamble,
        ExtraOctets,
        Noise,
        BadCheck,
        WrongSequence,
        DeadClock,
        WrongClock,
    )

    def __init__(
        self,
        name: str,
        address: str,
        device: BusMap,
        plant: Plant,
        *,
        clock: Clock,
        chance: random.Random,
        observe: Observe,
        since_us: int,
        source: str = "",
        bindings: Sequence[Binding] = (),
        ratio: str = "1",
        serial: int = 20_260_001,
    ) -> None:
        super().__init__(name, device.name, 0, clock=clock, chance=chance, observe=observe, ratio=ratio, serial=serial)
        self.map = device
        self.settings: Settings = device.settings
        self.address = address
        self._since_us = since_us
        self._cleared_us = since_us
        self._tariffs: dict[str, TariffClock] = {}
        self._demands: dict[str, DemandRecorder] = {}
        self._fit([entry for entry in device.registers if entry.is_number], plant, source, bindings)

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

    # Settlements.

    def settlements(self, now_us: int) -> Iterator[int]:
        """Past settlements, newest first."""
        word = self.settings.settlement
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
        if "silent" in self._faults:
            self._unserved(asked, "silent", frame, b"", points, "silent")
            return None
        answer = build()
        octets, spoiled = self._spoil(answer)
        timing = self._faults.get("delayed") or self._faults.get("late")
        after_s = timing.after_s if isinstance(timing, Delayed | Late) else 0.0
        outcome, fault = answer.outcome, answer.fault
        if spoiled:
            outcome, fault = "spoiled", spoiled
        elif isinstance(timing, Late):
            outcome, fault = "late", "late"
        else:
            fault = ",".join(each for each in (fault, *self._harmless(), "delayed" if timing else "") if each)

        def told(sent: int) -> None:
            if outcome:
                self._unserved(sent, outcome, frame, octets, points, fault)
            else:
                self._served(sent, asked, frame, octets, answer.values, fault)

        def spoilt(sent: int, seen: bytes) -> None:
            self._unserved(sent, "spoiled", frame, seen, points, "collision")

        wait_s = self.settings.response_ms / 1000 + after_s
        return Reply(octets, wait_s, not isinstance(timing, Late), told, spoilt)

    def _harmless(self) -> list[str]:
        """Faults that change the octets around an answer but leave it usable."""
        return [kind for kind in ("preamble", "extra-octets", "noise") if kind in self._faults]

    def _refusal(self) -> tuple[int, str]:
        """The error octet a fault gives every request, and the fault's name; 0 if there is none."""
        refusing = self._faults.get("exception")
        if isinstance(refusing, Refusing):
            return refusing.code, "exception"
        if self._busy_left and "busy" in self._faults:
            self._busy_left -= 1
            if not self._busy_left:
                self.clear("busy")
            return 1, "busy"
        return 0, ""

    def _spoil(self, answer: Answer) -> tuple[bytes, str]:
        extra = self._faults.get("extra-octets")
        inside = bytes.fromhex(extra.octets) if isinstance(extra, ExtraOctets) and extra.within else b""
        wrong = self._faults.get("wrong-unit")
        address = self.address
        name = ""
        if isinstance(wrong, WrongUnit):
            address = f"{(int(address) + wrong.by) % 10 ** len(address):0{len(address)}d}"
            name = "wrong-unit"
        octets = answer.encode(address, inside)
        bad = self._faults.get("bad-check")
        if isinstance(bad, BadCheck):
            octets = octets[:-2] + bytes(((octets[-2] + bad.by) & 0xFF,)) + octets[-1:]
            name = "bad-check"
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

    def _sequence(self, number: int) -> int:
        fault = self._faults.get("wrong-sequence")
        return (number + fault.by) & 0xFF if isinstance(fault, WrongSequence) else number

    def _dead(self, octets: bytes) -> bytes:
        """A clock's octets as the dead clock shows them."""
        fault = self._faults.get("dead-clock")
        return bytes.fromhex(fault.octet) * len(octets) if isinstance(fault, DeadClock) else octets


class Splitter:
    """Finds frames of these protocols in octets that come in any pieces."""

    def __init__(self, families: Sequence[str]) -> None:
        self._codecs = [CODECS[family] for family in families]
        self._octets = b""

    @property
    def waiting(self) -> bool:
        """True if octets are kept that may be the beginning of a frame."""
        return bool(self._octets)

    def feed(self, octets: bytes, *, final: bool = False) -> list[tuple[bytes, str]]:
        """Whole frames (with an empty reason) and octets that are none (with the reason), in order.

        `final` gives up what is not whole.
        """
        buffer = self._octets + octets
        found: list[tuple[bytes, str]] = []
        at = junk = 0
        reason = ""
        while at < len(buffer):
            if buffer[at] != dlt645_codec.START:
                at += 1
                continue
            size, pending, why = self._look(buffer, at)
            if size:
                self._drop(found, buffer[junk:at], reason)
                found.append((buffer[at : at + size], ""))
                at = junk = at + size
                reason = ""
            elif pending and not final:
                break
            else:
                reason = reason or why
                at += 1
        self._drop(found, buffer[junk:at], reason)
        self._octets = buffer[at:]
        return found

    def _look(self, buffer: bytes, at: int) -> tuple[int, bool, str]:
        """Size of the right frame here (0: none), whether one may still come, and what is wrong with it."""
        pending, why = False, ""
        for codec in self._codecs:
            size = codec.length_at(buffer, at)
            if size is None or (size and at + size > len(buffer)):
                pending = True
                why = why or "a frame is not whole"
            elif size:
                flaws = codec.flaws(buffer[at : at + size])
                if not flaws:
                    return size, False, ""
                why = flaws[0][0]
        return 0, pending, why

    @staticmethod
    def _drop(found: list[tuple[bytes, str]], octets: bytes, reason: str) -> None:
        if octets.strip(b"\xfe"):
            found.append((octets, reason or "there is no frame"))


class _Wire(asyncio.Protocol):
    """One connection to the serial server."""

    def __init__(self, bus: SerialBus, number: int) -> None:
        self._bus = bus
        self.number = number
        self.peer = ""
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)
        peer = transport.get_extra_info("peername")
        self.peer = f"{peer[0]}:{peer[1]}" if peer else ""
        self._bus.connected(self, "opened", "")

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        state = "reset" if isinstance(exc, ConnectionResetError) else "closed"
        self._bus.connected(self, state, str(exc) if exc else "")

    def data_received(self, data: bytes) -> None:
        self._bus.received(self, data)


class SerialBus:
    """One host and port: a serial server with its bus and the meters on it."""

    def __init__(self, host: str, port: int, meters: Sequence[SerialMeter], *, clock: Clock, observe: Observe) -> None:
        self.host = host
        self.port = port
        self.meters = tuple(meters)
        self.name = f"{host}:{port}"
        places = [(meter.map.family, meter.address) for meter in meters]
        if len(dict.fromkeys(places)) != len(places):
            raise ValueError(f"two meters at {self.name} have the same address")
        self._clock = clock
        self._observe = observe
        self._splitter = Splitter(tuple(dict.fromkeys(meter.map.family for meter in meters)))
        self._server: asyncio.AbstractServer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wires: list[_Wire] = []
        self._count = 0
        self._due = 0
        self._gap: asyncio.TimerHandle | None = None
        self._sending: list[asyncio.TimerHandle] = []

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        self._loop = asyncio.get_running_loop()
        self._server = await self._loop.create_server(self._wire, self.host, self.port)

    async def stop(self) -> None:
        """Close the port and every connection; answers that are due are not given any more."""
        for timer in (*self._sending, *([self._gap] if self._gap else [])):
            timer.cancel()
        self._sending, self._gap, self._due = [], None, 0
        if self._server is not None:
            self._server.close()
            self._server = None
        for wire in list(self._wires):
            if wire.transport is not None:
                wire.transport.close()

    def _wire(self) -> _Wire:
        self._count += 1
        return _Wire(self, self._count)

    def connected(self, wire: _Wire, state: str, reason: str) -> None:
        """A connection changed."""
        if state == "opened":
            self._wires.append(wire)
        elif wire in self._wires:
            self._wires.remove(wire)
        now = self._clock.now_us()
        self._observe(Connected(t=now, at=self.name, conn=wire.number, peer=wire.peer, state=state, reason=reason))

    def received(self, wire: _Wire, octets: bytes) -> None:
        """Octets from a connection go onto the line."""
        if self._gap is not None:
            self._gap.cancel()
            self._gap = None
        if self._due:
            self._rejected(wire.number, octets, "an answer is due: the line is busy, the octets are lost")
            return
        self._take(wire.number, self._splitter.feed(octets))
        if self._splitter.waiting and self._loop is not None:
            self._gap = self._loop.call_later(GAP_S, self._give_up, wire.number)

    def _give_up(self, number: int) -> None:
        self._gap = None
        self._take(number, self._splitter.feed(b"", final=True))

    def _take(self, number: int, found: list[tuple[bytes, str]]) -> None:
        for octets, reason in found:
            if not reason and self._due:
                reason = "an answer is due: the line is busy, the octets are lost"
            if reason:
                self._rejected(number, octets, reason)
            else:
                self._ask(octets)

    def _ask(self, octets: bytes) -> None:
        heard = [meter.hear(octets) for meter in self.meters]
        replies = [reply for _, reply in heard if reply is not None]
        if not any(taken for taken, _ in heard):
            now = self._clock.now_us()
            self._observe(Unserved(t=now, meter=self.name, unit=0, outcome="silent", request=octets.hex().upper()))
        holding = [reply for reply in replies if reply.holds]
        if len(holding) > 1:
            self._send_later(max(reply.after_s for reply in holding), True, lambda: self._collide(holding))
        elif holding:
            self._send_later(holding[0].after_s, True, lambda: self._give(holding[0]))
        for reply in replies:
            if not reply.holds:
                self._send_later(reply.after_s, False, lambda reply=reply: self._give(reply))

    def _send_later(self, after_s: float, holds: bool, send: Callable[[], None]) -> None:
        self._due += holds

        def now() -> None:
            self._due -= holds
            self._sending = [each for each in self._sending if each is not timer]
            send()

        if self._loop is None:
            raise RuntimeError("the bus has not been started")
        timer = self._loop.call_later(after_s, now)
        self._sending.append(timer)

    def _give(self, reply: Reply) -> None:
        if self._write(reply.octets):
            reply.told(self._clock.now_us())

    def _collide(self, replies: Sequence[Reply]) -> None:
        # Of two drivers the one that pulls to zero wins: the line shows the bits that are one in all answers.
        size = max(len(reply.octets) for reply in replies)
        seen = bytearray(b"\xff" * size)
        for reply in replies:
            for index, octet in enumerate(reply.octets):
                seen[index] &= octet
        if self._write(bytes(seen)):
            for reply in replies:
                reply.spoilt(self._clock.now_us(), bytes(seen))

    def _write(self, octets: bytes) -> bool:
        sent = False
        for wire in self._wires:
            if wire.transport is not None and not wire.transport.is_closing():
                wire.transport.write(octets)
                sent = True
        return sent

    def _rejected(self, number: int, octets: bytes, reason: str) -> None:
        self._observe(
            Rejected(
                t=self._clock.now_us(),
                at=self.name,
                conn=number,
                octets=octets[:_KEPT_OCTETS].hex().upper(),
                count=len(octets),
                reason=reason,
            )
        )
