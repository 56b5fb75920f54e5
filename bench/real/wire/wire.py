"""The wires of a rig: segments between the site's and the terminal's namespaces, and the verbs that disturb them.

Leaves carrying to `process`, which this module starts, commands and outlives; and what the verbs mean to
`bench.virtual.rules`, so that a case says the same thing in virtual and in real time.

The site's namespace has one device for each segment with all addresses of the plant and the centres on it; the
terminal's has one with the terminal's address. Where a real device is on test, a network card is
the terminal's end instead. A terminal beside it has a namespace of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from types import TracebackType

import msgspec

from bench.real import netns, sentences
from bench.real.haste import of_the_wall
from bench.real.netns import NetworkTrouble
from bench.real.wire import tap
from bench.real.wire.messages import (
    Arm,
    Close,
    Command,
    Disarm,
    Done,
    Fault,
    Fired,
    Install,
    Matcher,
    Plan,
    Remove,
    Report,
    Reset,
    SegmentPlan,
    Statistics,
    WireEvent,
    rule_of,
)

SPIN_US = 50
"""How long the wire process looks for the next frame before it sleeps; sleeping costs about 15 µs at the next frame."""
_ANSWER_S = 10.0
_MESSAGE = 1 << 20
_SO_SNDBUFFORCE = 32


class WireBroken(RuntimeError):
    """The wire process is gone: what is in force on the wires is unknown, and no verdict may rest on it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One network of the bench: the addresses at the site, the terminal's, and the length of their common prefix.

    `beside` names the terminal at its end, where that is not the one on test; `between`: the other end is not the
    site's but that of the one on test, whose address stands as the site's.
    """

    name: str
    site: tuple[str, ...]
    terminal: str
    prefix: int = 24
    beside: str = ""
    between: bool = False


def requirements() -> list[str]:
    """What this machine lacks for real wires, one sentence each; empty when they can run."""
    return netns.requirements()


def problems(
    segments: Sequence[Segment], peers: Mapping[str, tuple[str, str]], terminal_ends: Mapping[str, str]
) -> list[str]:
    """What is wrong with a plan of wires, one sentence each."""
    found: list[str] = []
    names = [segment.name for segment in segments]
    for segment in segments:
        if names.count(segment.name) > 1 or not 0 < len(segment.name) <= 15 or not _plain(segment.name):
            found.append(f"segment {segment.name!r}: a name of 1 to 15 letters and digits, used once, is expected")
        if not segment.site:
            found.append(f"segment {segment.name!r}: at least one address at the site is expected")
        for address in (*segment.site, segment.terminal):
            try:
                inside = IPv4Address(address) in IPv4Network(f"{segment.terminal}/{segment.prefix}", strict=False)
            except ValueError:
                found.append(f"segment {segment.name!r}: {address!r} is not an IPv4 address, write it as 10.1.0.2")
            else:
                if not inside:
                    found.append(
                        f"segment {segment.name!r}: {address} is not in the network {segment.terminal}/{segment.prefix}"
                    )
        if (1 + len(segment.site)) != len({segment.terminal, *segment.site}):
            found.append(f"segment {segment.name!r}: an address is given twice")
    places: dict[tuple[str, str], str] = {}
    for link, (where, address) in peers.items():
        home = next((segment for segment in segments if segment.name == where), None)
        if link in names:
            found.append(f"link {link!r} has the name of a segment: another is expected, such as {link}.a")
        if home is None:
            found.append(f"link {link!r} is on segment {where!r}, which does not exist: there are {', '.join(names)}")
        elif address not in home.site:
            found.append(f"link {link!r} leads to {address}, which is no address of the site on segment {where!r}")
        if (where, address) in places:
            found.append(f"links {places[where, address]!r} and {link!r} lead to the same address {address}")
        places[where, address] = link
    known = [name for _, name in socket.if_nameindex() if name != "lo"]
    found += [
        str(sentences.NO_CARD(card=card, known=", ".join(sorted(known)) or "-"))
        for card in terminal_ends.values()
        if card not in known
    ]
    found += [
        f"card {card!r} is for segment {where!r}, which does not exist: there are {', '.join(names)}"
        for where, card in terminal_ends.items()
        if where not in names
    ]
    return sorted(set(found))


def _plain(name: str) -> bool:
    """Letters and digits, or two such words with a point between."""
    return all(word.isalnum() for word in name.split(".", 1))


class FaultScope:
    """A fault on a link for the length of an `async with`, or between `install()` and `remove()`."""

    def __init__(self, wires: Wires, link: str, fault: Fault) -> None:
        rule_of(fault)
        self._wires = wires
        self._link = link
        self._fault = fault
        self._rule = 0

    async def install(self) -> FaultScope:
        """Put the fault in force; returns when it is."""
        if self._rule:
            raise RuntimeError(
                f"fault {self._fault.verb} is already in force on link {self._link!r}: remove() it first"
            )
        self._rule = self._wires.fresh_number()
        await self._wires.ask(Install(self._wires.fresh_number(), self._rule, self._link, self._fault))
        return self

    async def remove(self) -> None:
        """Take the fault out of force; returns when it is. Does nothing when it is not in force."""
        if self._rule:
            rule, self._rule = self._rule, 0
            await self._wires.ask(Remove(self._wires.fresh_number(), rule))

    async def __aenter__(self) -> FaultScope:
        return await self.install()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._wires.closed:
            await self.remove()


class WireLink:
    """A segment, or the part of one that leads to one site address, under the common fault vocabulary.

    Directions are "out" (from the terminal), "in" and "both". See `bench.virtual.rules` for what each verb does to a
    packet; on a wire a refusal is a TCP reset, and a half-open connection's packets are acknowledged by the wire.
    """

    def __init__(self, wires: Wires, name: str) -> None:
        self._wires = wires
        self.name = name

    def _scope(
        self, verb: str, amount: float = 0.0, direction: str = "both", *, by_s: float = 0.05, checksum: bool = True
    ) -> FaultScope:
        return FaultScope(self._wires, self.name, Fault(verb, amount, direction, by_s, checksum))

    def cut(self, direction: str = "both") -> FaultScope:
        """Silence: every frame vanishes, address resolution included."""
        return self._scope("cut", direction=direction)

    def refuse(self) -> FaultScope:
        """New connections are refused with a reset."""
        return self._scope("refuse")

    async def reset(self) -> None:
        """Every connection over this link is reset at both ends now; the event reset_all tells how many."""
        await self._wires.ask(Reset(self._wires.fresh_number(), self.name))

    def delay(self, seconds: float, direction: str = "both") -> FaultScope:
        """Frames take `seconds` longer."""
        return self._scope("delay", seconds, direction)

    def jitter(self, seconds: float, direction: str = "both") -> FaultScope:
        """Frames take 0 to `seconds` longer."""
        return self._scope("jitter", seconds, direction)

    def loss(self, p: float, direction: str = "both") -> FaultScope:
        """A share of frames is lost."""
        return self._scope("loss", p, direction)

    def duplicate(self, p: float, direction: str = "both") -> FaultScope:
        """A share of frames arrives twice."""
        return self._scope("duplicate", p, direction)

    def reorder(self, p: float, by_s: float = 0.05, direction: str = "both") -> FaultScope:
        """A share of frames is held back `by_s` seconds and overtaken."""
        return self._scope("reorder", p, direction, by_s=by_s)

    def corrupt(self, p: float, checksum: bool = True, direction: str = "both") -> FaultScope:
        """A share of packets with payload is altered; with `checksum` TCP notices, without the application reads it."""
        return self._scope("corrupt", p, direction, checksum=checksum)

    def rate(self, bits_per_s: float, direction: str = "both") -> FaultScope:
        """The link carries no more than this each way, counted in octets of IP packets."""
        return self._scope("rate", bits_per_s, direction)

    def half_open(self, direction: str = "both") -> FaultScope:
        """Existing connections go dead without a word, for ever; new ones work."""
        return self._scope("half_open", direction=direction)

    def name_failure(self) -> FaultScope:
        """DNS answers for hosts beyond the link say that there is no such name.

        Needs a DNS server at a site address, port 53, that the terminal asks over one of the segments.
        """
        return self._scope("name_failure")


class Wires:
    """Namespaces, devices and the process that carries frames between them. Made by `open`."""

    def __init__(self, segments: Sequence[Segment], observe: Callable[[WireEvent], None]) -> None:
        self.segments = tuple(segments)
        self.links: dict[str, WireLink] = {}
        self.site_namespace = ""
        self.terminal_namespace = ""
        self.beside: dict[str, str] = {}
        """The namespace of each terminal beside the one on test."""
        self.closed = False
        self._closing = False
        self._observe = observe
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Done]] = {}
        self._armed: dict[int, asyncio.Future[Fired]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._gauge: socket.socket | None = None
        self._gone = asyncio.Event()
        self._broken = ""
        self._last: Statistics | None = None
        self._encode = msgspec.msgpack.Encoder().encode
        self._reports = msgspec.msgpack.Decoder(Report)

    @classmethod
    async def open(
        cls,
        segments: Sequence[Segment],
        *,
        seed: int | str,
        peers: Mapping[str, tuple[str, str]],
        captures: Path | None,
        observe: Callable[[WireEvent], None],
        terminal_ends: Mapping[str, str] | None = None,
        spin_us: int = SPIN_US,
    ) -> Wires:
        """Build everything; when it returns, frames travel.

        `peers` maps a link's name to (segment, site address); `captures` is a folder for the pcap files or None;
        `observe` is called in the running loop; `terminal_ends` maps a segment to the network card that takes the
        terminal's end. Raises NetworkTrouble with everything that is wrong, leaving nothing behind.
        """
        ends = dict(terminal_ends or {})
        wrong = [*requirements(), *problems(segments, peers, ends)]
        if wrong:
            raise NetworkTrouble("; ".join(wrong))
        netns.sweep()
        made = cls(segments, observe)
        try:
            await made._build(str(seed), dict(peers), captures, ends, spin_us)
        except BaseException:
            await made.close()
            raise
        return made

    async def _build(
        self, seed: str, peers: dict[str, tuple[str, str]], captures: Path | None, cards: dict[str, str], spin_us: int
    ) -> None:
        self.site_namespace = netns.fresh_name("site")
        netns.create(self.site_namespace)
        if any(segment.name not in cards for segment in self.segments):
            self.terminal_namespace = netns.fresh_name("terminal")
            netns.create(self.terminal_namespace)
        for name in dict.fromkeys(segment.beside for segment in self.segments if segment.beside):
            self.beside[name] = netns.fresh_name("beside")
            netns.create(self.beside[name])
        # With all addresses in one namespace, each device answers for its own and no other.
        netns.quiet(self.site_namespace, {"net/ipv4/conf/all/arp_ignore": "1", "net/ipv4/conf/all/arp_announce": "2"})
        if captures is not None:
            captures.mkdir(parents=True, exist_ok=True)
        plans: list[SegmentPlan] = []
        try:
            for index, segment in enumerate(self.segments):
                plans.append(self._ends(index, segment, cards.get(segment.name)))
            plan = Plan(tuple(plans), peers, seed, None if captures is None else str(captures.absolute()), spin_us)
            self._start([fd for each in plans for fd in (each.terminal_fd, each.site_fd)])
        finally:
            for each in plans:
                os.close(each.terminal_fd)
                os.close(each.site_fd)
        await self._send(plan, 0)
        self.links = {name: WireLink(self, name) for name in (*(each.name for each in self.segments), *peers)}

    def _ends(self, index: int, segment: Segment, card: str | None) -> SegmentPlan:
        near = self.terminal_namespace if segment.between else self.site_namespace
        far = self.beside.get(segment.beside, self.terminal_namespace)
        site_fd = tap.open_tap(near, segment.name)
        terminal_fd = -1
        try:
            mac = f"02:cb:00:{index:02x}:00"
            # Whoever is beside is in the same networks as the terminal, and found by this device alone.
            prefix = 32 if segment.beside else segment.prefix
            netns.set_up(near, segment.name, segment.site, prefix=prefix, mac=f"{mac}:01")
            if segment.beside:
                netns.configure(near, [f"route add {segment.terminal}/32 dev {segment.name} src {segment.site[0]}"])
            if card is not None:
                netns.configure("", [f"link set dev {card} up"])
                terminal_fd = tap.open_card(card)
            else:
                terminal_fd = tap.open_tap(far, segment.name)
                netns.set_up(far, segment.name, (segment.terminal,), prefix=segment.prefix, mac=f"{mac}:02")
        except BaseException:
            os.close(site_fd)
            if terminal_fd >= 0:
                os.close(terminal_fd)
            raise
        return SegmentPlan(segment.name, terminal_fd, site_fd, card is None, segment.site)

    def _start(self, fds: list[int]) -> None:
        control, far_control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        gauge, far_gauge = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # The wire must never wait for a bench that is busy: its reports have room for some ten thousand.
        far_control.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, 16 << 20)
        gauge.settimeout(_ANSWER_S)
        control.setblocking(False)
        self._control, self._gauge = control, gauge
        with far_control, far_gauge:
            far = (far_control.fileno(), far_gauge.fileno())
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.real.wire.process", *map(str, far)],
                pass_fds=(*fds, *far),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)},
            )
        asyncio.get_running_loop().add_reader(control.fileno(), self._on_report)

    @property
    def process_id(self) -> int:
        """The wire process, for whoever measures it; 0 before it was started."""
        return self._process.pid if self._process is not None else 0

    # Asking

    def fresh_number(self) -> int:
        """A number no command, rule or trigger of these wires has had."""
        return next(self._numbers)

    async def ask(self, command: Install | Remove | Reset | Arm | Disarm | Close) -> Done:
        """Have a command carried out. It is on its way before this first waits, so cancelling does not stop it.

        Raises WireBroken when the wire process is gone.
        """
        return await self._send(command, command.id)

    def _send(self, command: Command, number: int) -> asyncio.Future[Done]:
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        if self._broken or self._control is None or self.closed:
            future.set_exception(WireBroken(self._broken or str(sentences.WIRES_CLOSED())))
            return future
        self._waiting[number] = future
        self._control.send(self._encode(command))
        return future

    def _on_report(self) -> None:
        assert self._control is not None
        while True:
            try:
                octets = self._control.recv(_MESSAGE)
            except BlockingIOError:
                return
            except OSError:
                octets = b""
            if not octets:
                self._lose("it ended without a word")
                return
            report: Report = self._reports.decode(octets)
            match report:
                case Done():
                    future = self._waiting.pop(report.id, None)
                    if future is not None and not future.done():
                        future.set_result(report)
                case Fired():
                    armed = self._armed.pop(report.trigger, None)
                    if armed is not None and not armed.done():
                        armed.set_result(report)
                case WireEvent():
                    if report.kind == "wire_died":
                        self._lose(report.detail)
                        return
                    self._observe(report)

    def _lose(self, how: str) -> None:
        """The far side is gone: expected while closing, else a trouble of the bench."""
        assert self._control is not None
        asyncio.get_running_loop().remove_reader(self._control.fileno())
        self._gone.set()
        if not self._closing:
            self._broken = str(sentences.WIRE_GONE(how=how))
            self._observe(WireEvent("wire_died", detail=self._broken))
        for future in (*self._waiting.values(), *self._armed.values()):
            if not future.done():
                future.set_exception(WireBroken(self._broken or str(sentences.WIRES_WERE_CLOSED())))
                # Nobody may be waiting for a trigger any more.
                future.exception()
        self._waiting.clear()
        self._armed.clear()

    # For the rig

    async def trigger(self, segment: str, direction: str, matcher: Matcher, delay_us: int = 0) -> asyncio.Future[Fired]:
        """Arm a trigger; the future it gives is done `delay_us` after the moment. Cancelling the future disarms it.

        `direction` is out (from the terminal) or in; `matcher` is NthFrame, NthPayload or Contains of `messages`.
        """
        if segment not in {each.name for each in self.segments} or direction not in ("out", "in"):
            raise ValueError(
                f"a trigger expects a segment ({', '.join(each.name for each in self.segments)}) and a direction "
                f"(out or in), got {segment!r} and {direction!r}"
            )
        number = self.fresh_number()
        future: asyncio.Future[Fired] = asyncio.get_running_loop().create_future()
        self._armed[number] = future

        def forget(done: asyncio.Future[Fired]) -> None:
            if done.cancelled() and self._armed.pop(number, None) is not None and not (self._broken or self.closed):
                self._send(Disarm(self.fresh_number(), number), 0)

        future.add_done_callback(forget)
        await self.ask(Arm(number, segment, direction, matcher, delay_us))
        return future

    def statistics(self) -> Statistics:
        """Counts up to this instant; after `close`, up to then. Raises WireBroken."""
        if not self.closed and not self._broken and self._gauge is not None:
            try:
                self._gauge.send(b"?")
                found = msgspec.msgpack.decode(self._gauge.recv(_MESSAGE), type=Statistics)
                for name in self._namespaces():
                    for segment, count in netns.unsent(name).items():
                        if segment in found.overruns:
                            found.overruns[segment] += count
                self._last = found
            except (OSError, NetworkTrouble, msgspec.DecodeError) as error:
                raise WireBroken(str(sentences.WIRE_SILENT(error=error))) from None
        if self._last is None:
            raise WireBroken(self._broken or str(sentences.WIRES_NEVER()))
        return self._last

    async def close(self) -> None:
        """Flush captures, tell the last counts, end the process, remove devices and namespaces. May be called again."""
        if self.closed:
            return
        if self._process is not None and not self._broken:
            with suppress(WireBroken, TimeoutError):
                self.statistics()
                self._closing = True
                await asyncio.wait_for(self.ask(Close(self.fresh_number())), of_the_wall(_ANSWER_S))
        self._closing = self.closed = True
        if self._control is not None:
            if not self._gone.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._gone.wait(), of_the_wall(_ANSWER_S))
            asyncio.get_running_loop().remove_reader(self._control.fileno())
        self._discard()

    def _discard(self) -> None:
        for each in (self._control, self._gauge):
            if each is not None:
                each.close()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
        for name in self._namespaces():
            netns.delete(name)

    def _namespaces(self) -> list[str]:
        return [name for name in (self.site_namespace, self.terminal_namespace, *self.beside.values()) if name]

    async def __aenter__(self) -> Wires:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
