"""The full place: the terminal in a network namespace of its own, field, uplink and local network as real wires.

Leaves frames to `bench.real.wire.wire`. Addresses are those of `layout`, the same as in virtual time; every segment is
captured at the terminal's end, beside the record.
"""

from __future__ import annotations

import asyncio
import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack
from pathlib import Path

from bench.dut import LaunchError
from bench.dut.platform import Intake
from bench.facade.bench import LinkControl
from bench.facade.timekeeping import NTP_PORT
from bench.history import Captured
from bench.history.events import RuleState
from bench.layout import build
from bench.layout.scenario import UPLINK_LATENCY_S
from bench.real import netns
from bench.real.haste import rate_now
from bench.real.wire.messages import WireEvent
from bench.real.wire.wire import Segment, Wires
from bench.rigs import sentences
from bench.rigs.places.place import LinkTold, peers
from simulators.world import World

_STATES: Mapping[str, RuleState] = {
    "rule_installed": "on",
    "rule_removed": "off",
    "reset_all": "act",
    "dropped": "dropped",
}
_RECORD = struct.Struct("<8xI4x")
# A terminal that has lost its power says nothing more: its kernel must soon give up what its dead program left.
_ORPHANS = {"net/ipv4/tcp_orphan_retries": "1"}


class NetworkPlace:
    """Three wires and two namespaces; `trouble` is told when the wires themselves fail.

    The uplink has the latency that it has in virtual time; what a field wire has there is less than a wire's own.

    With `cards` (network card by segment) the terminal is a device cabled to them, and only these segments are laid.
    """

    def __init__(self, trouble: Callable[[str], None], cards: Mapping[str, str] | None = None) -> None:
        self._trouble = trouble
        self._cards = dict(cards or {})
        self.wires: Wires | None = None
        self._dark: AsyncExitStack | None = None
        self._silent = False
        self._always = AsyncExitStack()
        self._captures: Path | None = None
        self._segments: tuple[str, ...] = ()
        self._dark_with_it: tuple[str, ...] = ()
        self._observe: Callable[[LinkTold], None] = lambda told: None
        self.links: Mapping[str, LinkControl] = {}
        self.namespace = ""

    def told(self, world: World) -> World:
        """The world as it is."""
        return world

    def local(self) -> tuple[str, int]:
        """The terminal's local interface."""
        return build.TERMINAL_LOCAL, build.LOCAL_PORT

    def uplink(self) -> str:
        """The terminal's card in the uplink network."""
        return build.TERMINAL_UPLINK

    async def admit(self, ways: Sequence[Intake]) -> str:
        """The wire is the way in; what stands elsewhere is beyond it. Raises LaunchError."""
        if any(each.host for each in ways):
            raise LaunchError(str(sentences.BEYOND_WIRES()))
        return build.TERMINAL_UPLINK

    def cards(self) -> Mapping[str, str]:
        """The terminal's three addresses; of a device those that are cabled."""
        cards = dict(zip(("field", "uplink", "local"), TERMINALS, strict=True))
        return {name: host for name, host in cards.items() if not self._cards or name in self._cards}

    def desks(self) -> tuple[str, str]:
        """Both at the bench's end of the local network."""
        return build.BENCH_LOCAL, build.STRANGER_LOCAL

    def time_server(self) -> tuple[str, int]:
        """At the bench's end of the local network; of the uplink where a device has no card in the former."""
        return build.BENCH_LOCAL if not self._cards or "local" in self._cards else build.FIRST_CENTRE, NTP_PORT

    async def open(
        self, world: World, *, seed: int, captures: Path | None, observe: Callable[[LinkTold], None]
    ) -> World:
        """Lay the wires. Raises bench.real.netns.NetworkTrouble."""
        self._observe = observe
        self._captures = captures
        segments = self.plan(world)
        homes = {host: segment.name for segment in segments for host in segment.site}
        self._segments = tuple(segment.name for segment in segments)
        self._dark_with_it = tuple(each.name for each in segments if each.between or not each.beside)
        self.wires = await Wires.open(
            segments,
            seed=seed,
            peers={name: (homes.get(host, where), host) for name, (where, host) in peers(world).items()},
            captures=captures,
            observe=self._on_wire,
            terminal_ends=self._cards,
        )
        self.links = self.wires.links
        self.namespace = self.wires.terminal_namespace
        if self.namespace:
            netns.quiet(self.namespace, _ORPHANS)
        self._silent = True
        for segment in segments:
            if segment.name == "uplink" or segment.between:
                await self._always.enter_async_context(self.links[segment.name].delay(UPLINK_LATENCY_S / rate_now()))
        self._silent = False
        return world

    def plan(self, world: World) -> tuple[Segment, ...]:
        """The segments to lay."""
        segments = (
            Segment("field", build.hosts(world) or ("10.1.0.1",), TERMINALS[0]),
            Segment("uplink", build.uplink_hosts(world) or ("10.2.0.1",), TERMINALS[1]),
            Segment("local", (build.BENCH_LOCAL, build.STRANGER_LOCAL), TERMINALS[2]),
        )
        return tuple(each for each in segments if not self._cards or each.name in self._cards)

    def standing(self) -> AbstractContextManager[object]:
        """Within the site's namespace."""
        if self.wires is None:
            return ExitStack()
        return netns.entered(self.wires.site_namespace)

    def _on_wire(self, event: WireEvent) -> None:
        if event.kind == "wire_died":
            self._trouble(event.detail)
        elif event.kind in _STATES and not (self._silent and event.rule in ("cut", "delay")):
            detail = {"detail": event.detail} if event.detail else {}
            if event.count:
                detail["count"] = str(event.count)
            self._observe(LinkTold(event.link, event.rule or "reset", _STATES[event.kind], detail))

    async def dark(self, on: bool) -> None:
        """Cut every segment, silently in the history too: the terminal is off, the networks are not at fault."""
        if self.wires is None or on == (self._dark is not None):
            return
        self._silent = True
        try:
            if on:
                self._dark = AsyncExitStack()
                for name in self._dark_with_it:
                    await self._dark.enter_async_context(self.wires.links[name].cut())
            elif self._dark is not None:
                # A device that was without power remembers no connection, and holds no port for one.
                if self.namespace:
                    await asyncio.to_thread(netns.forget_connections, self.namespace)
                stack, self._dark = self._dark, None
                await stack.aclose()
        finally:
            self._silent = False

    def captured(self, now_us: int) -> list[Captured]:
        """The capture of each segment at the terminal's end, with its digest."""
        found: list[Captured] = []
        for segment in self._segments if self._captures is not None else ():
            path = self._captures / f"{segment}.terminal.pcap" if self._captures else Path()
            if path.exists():
                octets = path.read_bytes()
                sm3 = hashlib.new("sm3", octets).hexdigest()
                found.append(Captured(t=now_us, segment=segment, file=path.name, sm3=sm3, packets=packets(octets)))
        return found

    async def close(self) -> None:
        """Take wires and namespaces away."""
        wires, self.wires = self.wires, None
        if wires is not None:
            self._silent = True
            self._always.pop_all()
            await wires.close()


TERMINALS = (build.TERMINAL_FIELD, build.TERMINAL_UPLINK, build.TERMINAL_LOCAL)


def packets(octets: bytes) -> int:
    """How many packets a capture of ours (pcap, little endian) holds."""
    at, count = 24, 0
    while at + 16 <= len(octets):
        (length,) = _RECORD.unpack_from(octets, at)
        at += 16 + length
        count += 1
    return count
