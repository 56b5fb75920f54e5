"""Serial lines of the virtual world: one shared half-duplex pair of wires, octet by octet at its real speed.

Leaves protocols to the stations, character times and mismatched settings to `uart`. A line has any number of stations,
masters and meters alike: what one sends, all others hear, each by its own settings, every octet when its last stop bit
is over. Two that send at once spoil each other (a wire pulled to 0 wins). Nobody is told of it: there is no carrier
sense and no acknowledgement on RS-485.

What can be wrong with a line is a rule, installed by scope (`with line.apply(Noise(0.01)):`), asked in this order:

1. `Cut`: nothing passes.
2. `Late`: bursts of the meters begin so much later.
3. `Mistuned`: the meters have other settings than they should.
4. `Noise`: octets change by chance. 5. `Echo`: a master hears itself.

`Static` and `Babble` are stations of their own that send when they should not.

A port belongs to the life that opened it: after a power cut it sends no further octet and hears nothing. A receiver
that finds a parity or framing error in a character loses it, unless its port was opened with `tolerant` (what pyserial
does by default: wrong parity is passed on).
"""

from __future__ import annotations

import asyncio
import contextvars
import errno
import random
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from bench.virtual.chance import Chance
from bench.virtual.domain import CURRENT, Life
from bench.virtual.handles import VirtualTimer
from bench.virtual.loop import VirtualLoop, running_loop
from bench.virtual.uart import Framing, heard

Hear = Callable[[bytes], object]
Done = Callable[[bytes], object]
"""Called when the last octet has left, with the octets as they were on the wire."""


@dataclass(frozen=True, slots=True)
class LineEvent:
    """Something on a line at `t_s` seconds of world time: a burst (`sent`), a collision, a rule that came or went.

    `octets` is how many octets the burst has, `began_s` when its first start bit fell.
    """

    t_s: float
    kind: str
    line: str
    station: str = ""
    detail: str = ""
    began_s: float = 0.0
    octets: int = 0


# What can be wrong with a line.


@dataclass(frozen=True, slots=True)
class Cut:
    """The wires are broken: nothing passes."""


@dataclass(frozen=True, slots=True)
class Late:
    """Bursts of meters begin `after_s` seconds later than they would."""

    after_s: float


@dataclass(frozen=True, slots=True)
class Mistuned:
    """The meters have these settings, whatever they should have."""

    framing: Framing


@dataclass(frozen=True, slots=True)
class Noise:
    """Each octet has the chance `share` (0 to 1) to have one of its bits turned."""

    share: float


@dataclass(frozen=True, slots=True)
class Echo:
    """A master hears its own octets, as behind a converter that leaves its receiver on."""


@dataclass(frozen=True, slots=True)
class Static:
    """Random octets, `octets` at a time, on average every `mean_s` seconds."""

    mean_s: float
    octets: int = 1


@dataclass(frozen=True, slots=True)
class Babble:
    """Another station that sends `octets` every `every_s` seconds, whoever is speaking."""

    octets: bytes
    every_s: float


LineRule = Cut | Late | Mistuned | Noise | Echo | Static | Babble


class LineScope:
    """A rule on a line: installed by `with`, `async with` or `install()`, gone with `remove()`."""

    def __init__(self, line: SerialLine, rule: LineRule) -> None:
        self._line = line
        self.rule = rule
        self._timer: VirtualTimer | None = None
        self._station: Station | None = None

    def install(self) -> LineScope:
        """From now on."""
        self._line.rules.append(self)
        self._line.tell("rule_installed", detail=repr(self.rule))
        if isinstance(self.rule, Static | Babble):
            self._station = Station(self._line, type(self.rule).__name__.lower(), self._line.framing, master=True)
            self._wait()
        return self

    def remove(self) -> None:
        """Not any more."""
        if self in self._line.rules:
            self._line.rules.remove(self)
            self._line.tell("rule_removed", detail=repr(self.rule))
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        rule, line = self.rule, self._line
        if isinstance(rule, Static):
            wait_s = line.chance.expovariate(1 / rule.mean_s)
        elif isinstance(rule, Babble):
            wait_s = rule.every_s
        else:
            return
        self._timer = line.loop.schedule(line.loop.time() + wait_s, self._disturb, (), line.root, None)

    def _disturb(self) -> None:
        if self._station is not None:
            rule = self.rule
            octets = rule.octets if isinstance(rule, Babble) else self._line.chance.randbytes(_count(rule))
            self._station.send(octets)
            self._wait()

    def __enter__(self) -> LineScope:
        return self.install()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    async def __aenter__(self) -> LineScope:
        return self.install()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


def _count(rule: LineRule) -> int:
    return rule.octets if isinstance(rule, Static) else 1


class _Burst:
    """Octets under way from one station."""

    __slots__ = (
        "began_s",
        "clashed",
        "done",
        "each_s",
        "end_s",
        "hearers",
        "life",
        "octets",
        "over",
        "parity",
        "seen",
        "station",
    )

    def __init__(
        self, station: Station, octets: bytes, began_s: float, framing: Framing, life: Life | None, done: Done | None
    ) -> None:
        self.station = station
        self.octets = octets
        self.seen = bytearray(octets)
        self.began_s = began_s
        self.each_s = framing.character_s
        self.end_s = began_s + len(octets) * self.each_s
        self.life = life
        self.done = done
        self.parity = framing.parity
        self.hearers: list[Station] = []
        self.clashed = False
        self.over = False

    def overlapping(self, begin_s: float, end_s: float) -> bytes:
        """Its octets that are on the line at some time between two instants."""
        if self.began_s >= end_s or begin_s >= self.end_s:
            return b""
        first = max(int((begin_s - self.began_s) / self.each_s), 0)
        last = first
        while last < len(self.octets) and self.began_s + last * self.each_s < end_s:
            last += 1
        return self.octets[first:last]


class Station:
    """One transmitter and receiver on a line, with its own settings.

    `hear` takes octets one by one. A burst begins when the one before it from the same station is over; `apart` bursts
    do not wait (several meters behind one station). `life` is the life of whose it is, None for the bench's.
    """

    def __init__(
        self,
        line: SerialLine,
        name: str,
        framing: Framing,
        *,
        hear: Hear | None = None,
        master: bool = False,
        tolerant: bool = False,
        life: Life | None = None,
    ) -> None:
        self.line = line
        self.name = name
        self.framing = framing
        self.hear = hear
        self.master = master
        self.tolerant = tolerant
        self.life = life
        self._context = contextvars.copy_context() if life is not None else line.root
        self._free_s = 0.0
        self.attached = False

    @property
    def up(self) -> bool:
        """Whether its owner has power."""
        return self.life is None or not self.life.dead

    @property
    def settings(self) -> Framing:
        """The settings in force, with a line whose meters are mistuned."""
        mistuned = None if self.master else self.line.rule(Mistuned)
        return mistuned.framing if mistuned else self.framing

    def send(self, octets: bytes, *, done: Done | None = None, apart: bool = False) -> float:
        """Put octets on the line, after those it is sending; gives the instant (world time, s) when the last is out."""
        if not octets or not self.up:
            return self.line.loop.time()
        now = self.line.loop.time()
        begin_s = now if apart else max(now, self._free_s)
        late = None if self.master else self.line.rule(Late)
        begin_s += late.after_s if late else 0.0
        end_s = begin_s + self.settings.duration_s(len(octets))
        if not apart:
            self._free_s = end_s
        self.line.transmit(self, octets, begin_s, done)
        return end_s

    def deliver(self, octet: int) -> None:
        """An octet has come in whole."""
        if self.hear is None or not self.attached:
            return
        if self.life is None:
            self.hear(bytes((octet,)))
        elif not self.life.dead:
            self.line.loop.schedule(self.line.loop.time(), self.hear, (bytes((octet,)),), self._context, self.life)


class SerialLine:
    """A pair of wires. `framing` is what everybody on it should have; `observe` gets every LineEvent."""

    def __init__(
        self,
        name: str,
        framing: Framing,
        *,
        loop: VirtualLoop | None = None,
        chance: Chance | None = None,
        observe: Callable[[LineEvent], object] | None = None,
    ) -> None:
        self.name = name
        self.framing = framing
        self.loop = loop if loop is not None else running_loop()
        self.chance: random.Random = (chance or Chance(0)).stream(f"line/{name}")
        self.root = contextvars.Context()
        self.rules: list[LineScope] = []
        self.busy_s = 0.0
        """Seconds of all bursts so far: divided by the time, the occupancy."""
        self._stations: list[Station] = []
        self._bursts: list[_Burst] = []
        self._observe = observe

    def tell(self, kind: str, **details: Any) -> None:
        """Report an event to the observer."""
        if self._observe is not None:
            self._observe(LineEvent(self.loop.time(), kind, self.name, **details))

    def apply(self, rule: LineRule) -> LineScope:
        """A scope for a rule."""
        return LineScope(self, rule)

    def rule(self, kind: type[Any]) -> Any:
        """The newest rule of a kind in force; None if there is none."""
        if not self.rules:
            return None
        return next((scope.rule for scope in reversed(self.rules) if isinstance(scope.rule, kind)), None)

    def attach(self, station: Station) -> Station:
        """A station hears the line from now on."""
        self._stations.append(station)
        station.attached = True
        return station

    def detach(self, station: Station) -> None:
        """A station does not hear the line any more."""
        if station in self._stations:
            self._stations.remove(station)
            station.attached = False

    # Octets under way.

    def transmit(self, station: Station, octets: bytes, begin_s: float, done: Done | None) -> None:
        """A station's burst begins at an instant."""
        self._at(begin_s, self._begin, station, octets, done)

    def _at(self, when_s: float, call: Callable[..., object], *arguments: Any) -> None:
        self.loop.schedule(when_s, call, arguments, self.root, None)

    def _begin(self, station: Station, octets: bytes, done: Done | None) -> None:
        if not station.up:
            return
        framing = station.settings
        burst = _Burst(station, octets, self.loop.time(), framing, station.life, done)
        self._clash(burst)
        self._bursts.append(burst)
        self.busy_s += burst.end_s - burst.began_s
        # One walk through the burst for those who have the sender's settings now, one more for each other setting.
        self._at(burst.began_s + burst.each_s, self._octet, burst, 0)
        others: dict[Framing, list[Station]] = {}
        echo = station.master and self.rule(Echo) is not None
        for each in self._stations:
            if each.settings == framing:
                if each is not station or echo:
                    burst.hearers.append(each)
            elif each is not station:
                others.setdefault(each.settings, []).append(each)
        for other, stations in others.items():
            self._misheard(burst, framing, other, stations)

    def _clash(self, burst: _Burst) -> None:
        for other in self._bursts:
            if other.end_s > burst.began_s:
                self.tell("collision", station=burst.station.name, detail=other.station.name)
                other.clashed = burst.clashed = True

    def _octet(self, burst: _Burst, index: int) -> None:
        """The last stop bit of an octet is over."""
        if burst.life is not None and burst.life.dead:
            burst.end_s = burst.began_s + index * burst.each_s
            self._end(burst, cut=True)
            return
        last = index + 1 == len(burst.octets)
        octet, heard_alone = self._on_wire(burst, index)
        burst.seen[index] = octet
        if heard_alone and self.rule(Cut) is None:
            spoilt = burst.clashed and octet != burst.octets[index] and burst.parity != "N"
            for station in burst.hearers:
                if not spoilt or station.tolerant:
                    station.deliver(octet)
        if last:
            self._end(burst)
        else:
            self._at(burst.began_s + (index + 2) * burst.each_s, self._octet, burst, index + 1)

    def _on_wire(self, burst: _Burst, index: int) -> tuple[int, bool]:
        """The octet as collisions and noise leave it, and whether a receiver takes it for one of its own.

        A receiver that is in the middle of an octet does not see another one begin.
        """
        octet = burst.octets[index]
        first = True
        if burst.clashed:
            begin_s, end_s = burst.began_s + index * burst.each_s, burst.began_s + (index + 1) * burst.each_s
            earlier = True
            for other in self._bursts:
                if other is burst:
                    earlier = False
                    continue
                for each in other.overlapping(begin_s, end_s):
                    octet &= each
                    first = first and not earlier
        noise = self.rule(Noise)
        if noise is not None and self.chance.random() < noise.share:
            octet ^= 1 << self.chance.randrange(8)
        return octet, first

    def _receive(self, station: Station, octet: int, flaw: str) -> None:
        if not flaw or (station.tolerant and flaw == "parity"):
            station.deliver(octet)

    def _misheard(self, burst: _Burst, sent: Framing, other: Framing, stations: list[Station]) -> None:
        def take(octet: int, flaw: str) -> None:
            if (burst.life is None or not burst.life.dead) and self.rule(Cut) is None:
                for station in stations:
                    self._receive(station, octet, flaw)

        for character in heard(burst.octets, sent, other):
            self._at(burst.began_s + character.end_s, take, character.octet, character.flaw)

    def _end(self, burst: _Burst, *, cut: bool = False) -> None:
        self.tell(
            "sent",
            station=burst.station.name,
            detail="cut" if cut else bytes(burst.seen).hex().upper(),
            began_s=burst.began_s,
            octets=len(burst.octets),
        )
        # A burst that is over stays while one that overlapped it goes on, whose octets it spoilt.
        burst.over = True
        going = [each.began_s for each in self._bursts if not each.over]
        self._bursts = [each for each in self._bursts if each.end_s > min(going)] if going else []
        if not cut and burst.done is not None:
            burst.done(bytes(burst.seen))


class _PortTransport(asyncio.Transport):
    """The writing side of an opened port."""

    def __init__(self, station: Station, reader: asyncio.StreamReader, name: str) -> None:
        super().__init__({"serial": name, "framing": str(station.framing)})
        self._station = station
        self._reader = reader
        self._protocol: asyncio.BaseProtocol | None = None
        self._closing = False

    def write(self, data: Any) -> None:
        """Send octets; the line takes them as fast as it can."""
        if not self._closing:
            self._station.send(bytes(data))

    def writelines(self, list_of_data: Any) -> None:
        """Send several pieces."""
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        """A line has no end of file."""
        return False

    def get_write_buffer_size(self) -> int:
        """Nothing waits here."""
        return 0

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._closing

    def close(self) -> None:
        """Leave the line."""
        if not self._closing:
            self._closing = True
            self._station.line.detach(self._station)
            self._reader.feed_eof()
            if self._protocol is not None:
                self._station.line.loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        """The same as closing."""
        self.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Who is told that it is closed."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who is told that it is closed. RuntimeError before anybody is."""
        if self._protocol is None:
            raise RuntimeError("the port has no protocol")
        return self._protocol


class SerialPorts:
    """The serial ports of a machine by device name, each at the end of a line."""

    def __init__(self) -> None:
        self.lines: dict[str, SerialLine] = {}

    def add(self, device: str, line: SerialLine) -> SerialLine:
        """Let a device name lead to a line. ValueError if it leads to one already."""
        if device in self.lines:
            raise ValueError(f"port {device!r} exists already, expected a new name")
        self.lines[device] = line
        return line

    async def open(
        self, device: str, baud: int, parity: str, stop_bits: int, *, tolerant: bool = True
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a port as asyncio streams, for the domain of the running code.

        FileNotFoundError if there is no such device, ValueError for settings no port has.
        """
        line = self.lines.get(device)
        if line is None:
            raise FileNotFoundError(errno.ENOENT, f"no serial port {device}; there are {', '.join(self.lines)}", device)
        reader = asyncio.StreamReader(loop=line.loop)
        station = Station(
            line,
            device,
            Framing(baud, parity, stop_bits),
            hear=reader.feed_data,
            master=True,
            tolerant=tolerant,
            life=CURRENT.get(),
        )
        protocol = asyncio.StreamReaderProtocol(reader, loop=line.loop)
        transport = _PortTransport(station, reader, device)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        line.attach(station)
        return reader, asyncio.StreamWriter(transport, protocol, reader, line.loop)


class LineCarrier:
    """The meters' end of a line: what a bus of simulated meters needs of it.

    `shared` tells that overlapping answers spoil each other here, on the wire.
    """

    shared = True

    def __init__(self, line: SerialLine) -> None:
        self.line = line
        self.name = line.name
        self.host = ""
        self._stations: dict[Framing, Station] = {}

    async def start(self) -> None:
        """A line is there as long as its world."""

    async def stop(self) -> None:
        """Leave the line."""
        for station in self._stations.values():
            self.line.detach(station)
        self._stations.clear()

    def ear(self, baud: int, parity: str, stop_bits: int, hear: Hear) -> None:
        """Hear the line with these settings."""
        self._station(Framing(baud, parity, stop_bits)).hear = hear

    def send(self, octets: bytes, baud: int, parity: str, stop_bits: int, done: Done) -> bool:
        """Send with these settings; True since a line takes everything."""
        self._station(Framing(baud, parity, stop_bits)).send(octets, done=done, apart=True)
        return True

    def _station(self, framing: Framing) -> Station:
        station = self._stations.get(framing)
        if station is None:
            station = self._stations[framing] = Station(self.line, f"meters {framing}", framing)
            self.line.attach(station)
        return station
