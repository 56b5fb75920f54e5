"""The reduced place: terminal and simulators on loopback addresses, joined by TCP forwarders; needs no rights.

Leaves forwarding to `bench.real.proxy.forwarder`. What it cannot do is named in `LIMITS`; a case that asks for it is
not run.
"""

from __future__ import annotations

import asyncio
import dataclasses
import socket
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import NoReturn

import msgspec

from bench.dut.platform import Intake
from bench.facade.bench import LinkControl, Unable
from bench.facade.timekeeping import NTP_PORT
from bench.history import Captured
from bench.history.events import RuleState
from bench.layout import build, group
from bench.real import netns
from bench.real.proxy.forwarder import Forwarder, Impairment
from bench.rigs import sentences
from bench.rigs.places.place import Beside, Door, LinkTold, peers
from simulators.world import World

LIMITS = (
    str(sentences.LINKS_ONLY()),
    str(sentences.NO_CAPTURES()),
    str(sentences.ONE_NETWORK()),
)
_FIRST_SLOT, _SLOTS = 100, 150
_MAPPED = bytes(8) + b"\xff\xff\0\0"
_PORTS = 20_000
"""Added to ports below 1024, which need a right that an ordinary user has not."""


Scope = AbstractAsyncContextManager[None]


class LoopbackLink:
    """One link under the bench's verbs, as far as forwarders can obey."""

    def __init__(self, name: str, impairment: Impairment, place: LoopbackPlace) -> None:
        self._name = name
        self._state = impairment
        self._place = place

    @asynccontextmanager
    async def _rule(self, rule: str, detail: str, change: Callable[[int], None]) -> AsyncGenerator[None, None]:
        place, state = self._place, self._state
        change(1)
        state.changed()
        await place.refresh()
        place.tell(self._name, rule, "on", detail)
        try:
            yield
        finally:
            change(-1)
            state.changed()
            await place.refresh()
            place.tell(self._name, rule, "off", detail)

    def cut(self, direction: str = "both", /) -> Scope:
        """Silence: octets are held back until it ends."""
        if direction not in ("both", "out", "in"):
            raise ValueError(f"cut expects both, out or in, got {direction!r}")

        def change(by: int) -> None:
            if direction != "in":
                self._state.cut_out += by
            if direction != "out":
                self._state.cut_in += by

        return self._rule("cut", f"direction {direction}", change)

    def refuse(self) -> Scope:
        """New connections are refused by the kernel."""

        def change(by: int) -> None:
            self._state.refuse += by

        return self._rule("refuse", "", change)

    async def reset(self) -> None:
        """Existing connections are reset now."""
        count = self._place.reset(self._state)
        self._place.tell(self._name, "reset", "act", "", count)

    def delay(self, seconds: float, /) -> Scope:
        """Every octet takes so much longer, each way."""
        if seconds < 0:
            raise ValueError(f"delay expects seconds of at least 0, got {seconds}")

        def change(by: int) -> None:
            self._state.delays.append(seconds) if by > 0 else self._state.delays.remove(seconds)

        return self._rule("delay", f"{seconds} s", change)

    def _unable(self, verb: str) -> NoReturn:
        raise Unable(str(sentences.LOOPBACK_CANNOT(verb=verb)))

    def jitter(self, seconds: float, /) -> Scope:
        """Not on loopback."""
        self._unable("jitter")

    def loss(self, share: float, /) -> Scope:
        """Not on loopback."""
        self._unable("lose")

    def duplicate(self, share: float, /) -> Scope:
        """Not on loopback."""
        self._unable("duplicate")

    def reorder(self, share: float, /) -> Scope:
        """Not on loopback."""
        self._unable("reorder")

    def corrupt(self, share: float, /) -> Scope:
        """Not on loopback."""
        self._unable("corrupt")

    def rate(self, bits_per_s: float, /) -> Scope:
        """Not on loopback."""
        self._unable("slow down")

    def half_open(self) -> Scope:
        """Not on loopback."""
        self._unable("swallow")

    def name_failure(self) -> Scope:
        """Not on loopback."""
        self._unable("withhold name service")


class LoopbackPlace:
    """Addresses 127.x.n.h for 10.n.0.h, x being this bench's own, so that several benches fit on one computer."""

    namespace = ""

    def __init__(self) -> None:
        self._slot, self._lock = _take_slot()
        self._doors: dict[str, int] = {}
        self._states: dict[str, Impairment] = {}
        self._forwarders: list[Forwarder] = []
        self._between: dict[str, Forwarder] = {}
        self._observe: Callable[[LinkTold], None] = lambda told: None
        self.links: Mapping[str, LinkControl] = {}

    def _host(self, host: str, *, inside: bool) -> str:
        if not host:
            return ""
        _, network, _, number = host.split(".")
        return f"127.{self._slot}.{int(network) + (100 if inside else 0)}.{number}"

    def _moved(self, world: World, *, inside: bool) -> World:
        return dataclasses.replace(
            world,
            meters=tuple(spec.moved(self._host(spec.host, inside=inside), _port(spec.port)) for spec in world.meters),
            centres=tuple(
                msgspec.structs.replace(spec, host=self._host(spec.host, inside=inside), port=_port(spec.port))
                for spec in world.centres
            ),
            collectors=tuple(
                msgspec.structs.replace(spec, host=self._host(spec.host, inside=inside), port=_port(spec.port))
                for spec in world.collectors
            ),
            revocation=None
            if (lists := world.revocation) is None
            else msgspec.structs.replace(lists, host=self._host(lists.host, inside=inside), port=_port(lists.port)),
        )

    def told(self, world: World) -> World:
        """The world at the forwarders' addresses."""
        return self._moved(world, inside=False)

    def local(self) -> tuple[str, int]:
        """The terminal's local interface, which is reached without a forwarder."""
        return self._door(build.TERMINAL_LOCAL)

    def _door(self, local: str) -> tuple[str, int]:
        """A local interface: at the usual port, or at a free one where somebody listens at that on every address."""
        host = self._host(local, inside=False)
        if host not in self._doors:
            self._doors[host] = _free_port(host, build.LOCAL_PORT)
        return host, self._doors[host]

    def uplink(self) -> str:
        """Behind the forwarders of the ways in."""
        return self._host(build.TERMINAL_UPLINK, inside=True)

    async def admit(self, ways: Sequence[Intake]) -> str:
        """A forwarder in front of every port; all of them are one link, the uplink."""
        host = self._host(build.TERMINAL_UPLINK, inside=False)
        for target, port in dict.fromkeys((each.host or self.uplink(), each.port) for each in ways):
            forwarder = Forwarder((host, _port(port)), (target, port), (self._states["uplink"],))
            await forwarder.start()
            self._forwarders.append(forwarder)
        return host

    def expect(self, slaves: Sequence[Beside]) -> None:
        """There is room for anybody."""
        del slaves

    def namespace_of(self, slave: str) -> str:
        """None: everything is on loopback."""
        del slave
        return ""

    def beside(self, number: int) -> Door:
        """Where a slave is; it finds its master behind a forwarder of its own."""
        _, uplink, local = group.addresses_of(number)
        found = self._host(uplink, inside=False)
        return Door(self._door(local), found, found)

    async def join(self, slave: str, number: int, port: int) -> None:
        """A forwarder between a slave and its master."""
        name = f"group.{slave}"
        state = self._states[name] = Impairment()
        self.links = {**self.links, name: LoopbackLink(name, state, self)}
        forwarder = Forwarder((self.beside(number).master, port), (self.uplink(), port), (state,))
        await forwarder.start()
        self._forwarders.append(forwarder)
        self._between[slave] = forwarder

    def came(self, slave: str) -> int:
        """How many connections a slave has opened to its master."""
        return self._between[slave].taken

    def cards(self) -> Mapping[str, str]:
        """The local one: a program on loopback has no others of its own."""
        return {"local": self.local()[0]}

    def desks(self) -> tuple[str, str]:
        """Two addresses of loopback."""
        return "127.0.0.1", "127.0.0.9"

    def time_server(self) -> tuple[str, int]:
        """The bench's time server, which is reached without a forwarder."""
        return self._host(build.BENCH_LOCAL, inside=False), _port(NTP_PORT)

    async def open(
        self, world: World, *, seed: int, captures: Path | None, observe: Callable[[LinkTold], None]
    ) -> World:
        """Start a forwarder in front of every port."""
        del seed, captures
        self._observe = observe
        names = ["field", "uplink", "local", *peers(world)]
        self._states = {name: Impairment() for name in names}
        self.links = {name: LoopbackLink(name, state, self) for name, state in self._states.items()}
        by_address = {address: name for name, (_, address) in peers(world).items()}
        lists = () if world.revocation is None else (world.revocation,)
        for host, port in dict.fromkeys(
            (spec.host, spec.port) for spec in (*world.meters, *world.centres, *lists) if spec.host
        ):
            name = by_address[host]
            forwarder = Forwarder(
                (self._host(host, inside=False), _port(port)),
                (self._host(host, inside=True), _port(port)),
                (self._states[name.partition(".")[0]], self._states[name]),
            )
            await forwarder.start()
            self._forwarders.append(forwarder)
        return self._moved(world, inside=True)

    def standing(self) -> AbstractContextManager[object]:
        """Nothing special."""
        return nullcontext()

    async def refresh(self) -> None:
        """Listen or not, as the rules say."""
        for forwarder in self._forwarders:
            await forwarder.listen(not any(link.refuse for link in forwarder.links))

    def reset(self, state: Impairment) -> int:
        """Reset the connections over a link."""
        return sum(forwarder.reset() for forwarder in self._forwarders if state in forwarder.links)

    def tell(self, link: str, rule: str, state: RuleState, detail: str, count: int = 0) -> None:
        """Tell of a rule."""
        words = {"detail": detail} if detail else {}
        self._observe(LinkTold(link, rule, state, {**words, "count": str(count)} if count else words))

    async def dark(self, on: bool) -> None:
        """Hold everything back, and drop the connections of the past when power returns."""
        for forwarder in self._forwarders:
            if not on:
                forwarder.reset()
            forwarder.set_dark(on)
        if not on:
            # Where the bench has the right to; elsewhere a port may stay taken for a minute.
            await asyncio.to_thread(netns.forget_connections, "", self.local()[0])

    def captured(self, now_us: int) -> list[Captured]:
        """None here."""
        del now_us
        return []

    async def close(self) -> None:
        """Stop the forwarders and give the addresses back."""
        for forwarder in self._forwarders:
            await forwarder.stop()
        self._forwarders.clear()
        self._lock.close()


def _port(port: int) -> int:
    return port if port >= 1024 else port + _PORTS


def _take_slot() -> tuple[int, socket.socket]:
    """A second octet that no other bench here uses; the lock dies with the process. Raises OSError if all are taken.

    Those come last of which the kernel still remembers connections (a minute long after their end): a program that
    does not ask for SO_REUSEADDR could not listen there.
    """
    remembered = _remembered()
    for slot in sorted(range(_FIRST_SLOT, _FIRST_SLOT + _SLOTS), key=remembered.__contains__):
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            lock.bind(f"\0carbonbench-loopback-{slot}")
        except OSError:
            lock.close()
            continue
        return slot, lock
    raise OSError(str(sentences.SLOTS_USED(slots=_SLOTS)))


def _free_port(host: str, usual: int) -> int:
    """The usual port of an address if it can be had, else one that the kernel gives."""
    for port in (usual, 0):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                trial.bind((host, port))
                return int(trial.getsockname()[1])
    return usual


def _remembered() -> set[int]:
    """Second octets of the addresses 127.x.x.x at which the kernel has TCP sockets, in whatever state."""
    found: set[int] = set()
    for name in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/net/{name}").read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            address = bytes.fromhex(line.split()[1].partition(":")[0])
            # IPv4 within IPv6 stands in the last four octets; each four are told in reverse.
            if address[-1] == 127 and address[:-4] in (b"", _MAPPED):
                found.add(address[-2])
    return found
