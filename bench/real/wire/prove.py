"""Self tests of the wire: each injector shows, with real sockets on scratch namespaces, that it does what it says.

Leaves judging a run to others; a rig calls `prove_wire` before a run that depends on the injectors. What befalls
numbered datagrams is held against what `rules.decisions` foretells for the seed, one by one, and every proof
stands beside a control without the fault, so that it can fail.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import socket
import struct
import termios
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import cast

from bench.real import netns
from bench.real.wire.messages import Contains, WireEvent
from bench.real.wire.rules import decisions
from bench.real.wire.wire import Segment, WireLink, Wires
from bench.virtual import rules as r
from bench.virtual.prove import Proof

PACKETS = 300
SITE, TERMINAL = "10.254.0.10", "10.254.0.2"
SCRATCH = Segment("scratch", (SITE, "10.254.0.11"), TERMINAL)
QUIET_S = 0.15
"""How long nothing must come before it is said that nothing comes."""
HELD_S, HELD_OF = 0.3, 100
"""How long packets are held back to be overtaken, and of how many some are."""
_TRIES = 3
"""How often they are sent: a machine that stands still for so long lets nobody overtake."""
_UNDER_WAY_S = 1.5
"""How long packets are under way that are cut off."""
WAIT_S = 20.0
"""How long is waited for what must come, however busy the machine is."""
_RESET_S = 5.0


@dataclass(slots=True)
class World:
    """A scratch segment, the sockets made on it, and the events it told."""

    wires: Wires
    events: list[WireEvent] = field(default_factory=list[WireEvent])
    sockets: list[socket.socket] = field(default_factory=list[socket.socket])

    @property
    def link(self) -> WireLink:
        """The segment as a link."""
        return self.wires.links["scratch"]

    def socket(self, side: str, kind: socket.SocketKind, port: int = 0) -> socket.socket:
        """A socket at the terminal or the site, bound to its address."""
        terminal = side == "terminal"
        with netns.entered(self.wires.terminal_namespace if terminal else self.wires.site_namespace):
            made = socket.socket(socket.AF_INET, kind)
        made.setblocking(False)
        made.bind((TERMINAL if terminal else SITE, port))
        self.sockets.append(made)
        return made

    async def pair(self) -> tuple[socket.socket, socket.socket]:
        """A TCP connection: the terminal's end, the site's end. Raises OSError when it cannot be opened."""
        listener = self.socket("site", socket.SOCK_STREAM)
        listener.listen()
        client = self.socket("terminal", socket.SOCK_STREAM)
        loop = asyncio.get_running_loop()
        await asyncio.wait_for(loop.sock_connect(client, listener.getsockname()), WAIT_S)
        server, _ = await asyncio.wait_for(loop.sock_accept(listener), WAIT_S)
        server.setblocking(False)
        self.sockets.append(server)
        return client, server


@asynccontextmanager
async def scratch(seed: int | str) -> AsyncGenerator[World, None]:
    """A scratch segment with both ends knowing each other's hardware address."""
    events: list[WireEvent] = []
    peers = {"scratch.a": ("scratch", SITE)}
    wires = await Wires.open([SCRATCH], seed=seed, peers=peers, captures=None, observe=events.append)
    world = World(wires, events)
    try:
        assert len(await datagrams(world, 1, least=1)) == 1
        yield world
    finally:
        for each in world.sockets:
            each.close()
        await wires.close()


# Datagrams


@dataclass(frozen=True, slots=True)
class Arrival:
    """A numbered datagram that came: how long it took, what it held, and when (monotonic)."""

    number: int
    delay_s: float
    octets: bytes
    at_s: float


async def datagrams(
    world: World,
    count: int,
    *,
    least: int = 0,
    octets: int = 16,
    every_s: float = 0.0005,
    way: str = "out",
    quiet_s: float = QUIET_S,
) -> list[Arrival]:
    """Send numbered datagrams one way (out or in) and give the arrivals in order, until nothing came for a while.

    `least` of them are waited for with patience.
    """
    sides = ("site", "terminal") if way == "in" else ("terminal", "site")
    sender, receiver = (world.socket(side, socket.SOCK_DGRAM) for side in sides)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    loop = asyncio.get_running_loop()
    target = receiver.getsockname()
    sent: dict[int, float] = {}
    got: list[Arrival] = []
    enough = asyncio.Event()

    def receive() -> None:
        with suppress(BlockingIOError):
            while True:
                data = receiver.recv(2048)
                number, now = int.from_bytes(data[:4], "big"), time.monotonic()
                got.append(Arrival(number, now - sent.get(number, 0.0), data, now))
                if len(got) == least:
                    enough.set()

    loop.add_reader(receiver.fileno(), receive)
    try:
        for number in range(count):
            sent[number] = time.monotonic()
            sender.sendto(number.to_bytes(4, "big").ljust(octets, b"."), target)
            await asyncio.sleep(every_s)
        if least:
            with suppress(TimeoutError):
                await asyncio.wait_for(enough.wait(), WAIT_S)
        known = -1
        while known != len(got) and len(got) < 2 * count:
            known = len(got)
            await asyncio.sleep(quiet_s)
    finally:
        loop.remove_reader(receiver.fileno())
    return got


def numbered(count: int, octets: int = 16) -> list[bytes]:
    """The payloads of numbered datagrams."""
    return [number.to_bytes(4, "big").ljust(octets, b".") for number in range(count)]


async def _chances(seed: int | str) -> list[Proof]:
    """Loss, duplicate, reorder, corrupt and jitter, each packet as foretold, in both directions."""
    proofs: list[Proof] = []
    payloads = numbered(PACKETS)

    installed: Counter[str] = Counter()

    def foretold(rule: r.Rule, way: str) -> list[r.Fate]:
        """Asked once for each time that the rule is installed."""
        installed[rule.name] += 1
        return decisions(rule, str(seed), "scratch", way, payloads, installed_before=installed[rule.name] - 1)

    async with scratch(seed) as world:
        control = await datagrams(world, PACKETS, least=PACKETS)
        proofs.append(
            _proof("without a fault all arrive once, in order, unaltered", payloads, [each.octets for each in control])
        )
        for way in ("out", "in"):
            wanted = [number for number, fate in enumerate(foretold(r.Loss(0.3), way)) if fate.arrives]
            async with world.link.loss(0.3, way):
                got = sorted(each.number for each in await datagrams(world, PACKETS, least=len(wanted), way=way))
            proofs.append(_proof(f"loss, {way}: the foretold packets are lost", wanted, got))
            async with world.link.duplicate(0.2, way):
                got = sorted(each.number for each in await datagrams(world, PACKETS, least=PACKETS, way=way))
            fates = foretold(r.Duplicate(0.2), way)
            wanted = [number for number, fate in enumerate(fates) for _ in range(1 + len(fate.copies))]
            proofs.append(_proof(f"duplicate, {way}: the foretold packets arrive twice", wanted, got))
            proofs += await _reordered(world, way, foretold)
            async with world.link.corrupt(0.2, direction=way):
                arrivals = await datagrams(world, PACKETS, least=PACKETS, way=way)
            wanted = [fate.payload for fate in foretold(r.Corrupt(0.2), way)]
            name = f"corrupt, {way}: the foretold octets are altered"
            proofs.append(_proof(name, wanted, [each.octets for each in arrivals]))
        async with world.link.jitter(0.02, "out"):
            arrivals = await datagrams(world, PACKETS, least=PACKETS)
        least = [fate.delay_s for fate in foretold(r.Jitter(0.02), "out")]
        early = [each.number for each in arrivals if each.delay_s < least[each.number]]
        proofs.append(_proof("jitter: no packet earlier than foretold", ([], PACKETS), (early, len(arrivals))))
    return proofs


async def _reordered(world: World, way: str, foretold: Callable[[r.Rule, str], list[r.Fate]]) -> list[Proof]:
    """Packets that are held for longer than all of them take to send are overtaken, in one try of several."""
    proofs: list[Proof] = []
    for _ in range(_TRIES):
        async with world.link.reorder(0.1, HELD_S, way):
            arrivals = await datagrams(world, HELD_OF, least=HELD_OF, way=way, quiet_s=1.2 * HELD_S)
        fates = foretold(r.Reorder(0.1), way)[:HELD_OF]
        held = {number for number, fate in enumerate(fates) if fate.delay_s}
        ahead = [each.number for each in arrivals if each.number not in held]
        late = sorted(each.number for each in arrivals if each.number in held and each.delay_s >= HELD_S)
        order = [each.number for each in arrivals]
        overtaken = sorted(
            number for number in held if number in order and max(order[: order.index(number)], default=-1) > number
        )
        others = [number for number in range(HELD_OF) if number not in held]
        wanted = (others, sorted(number for number in held if number < others[-1]))
        proofs = [
            _proof(f"reorder, {way}: the foretold packets are held back", sorted(held), late),
            _proof(f"reorder, {way}: the others overtake them in order", wanted, (ahead, overtaken)),
        ]
        if all(proof.holds for proof in proofs):
            break
    return proofs


async def _times(seed: int | str) -> list[Proof]:
    """Delay, rate and cut, seen by datagrams."""
    async with scratch(seed) as world:
        async with world.link.delay(0.03):
            came = await datagrams(world, 20, least=20)
        least_s = min((each.delay_s for each in came), default=0.0)
        proofs = [
            Proof(
                "wire: delay: every packet takes 30 ms longer", least_s >= 0.03, "at least 0.03 s", f"{least_s:.4f} s"
            )
        ]
        async with world.link.rate(1_000_000, "out"):
            came = await datagrams(world, 50, least=50, octets=972, every_s=0)
        last_s = came[-1].at_s - (came[0].at_s - came[0].delay_s) if came else 0.0
        proofs.append(
            Proof(
                "wire: rate: 50 packets of 1000 octets take 0.4 s at 1 Mbit/s",
                len(came) == 50 and last_s >= 0.39,
                "50 packets, the last after 0.4 s",
                f"{len(came)} packets, the last after {last_s:.3f} s",
            )
        )
        for cut in ("out", "in", "both"):
            wanted = {"out": 0 if cut in ("out", "both") else 5, "in": 0 if cut in ("in", "both") else 5}
            async with world.link.cut(cut):
                seen = {way: len(await datagrams(world, 5, least=least, way=way)) for way, least in wanted.items()}
            proofs.append(_proof(f"cut, {cut}: nothing passes that way (out, in)", wanted, seen))
        async with world.link.delay(_UNDER_WAY_S):
            way = asyncio.create_task(datagrams(world, 5, quiet_s=1.2 * _UNDER_WAY_S))
            await asyncio.sleep(QUIET_S / 2)
            async with world.link.cut():
                caught = len(await way)
        proofs.append(_proof("cut: what is under way is lost", 0, caught))
        proofs.append(_proof("every fault is lifted", 5, len(await datagrams(world, 5, least=5))))
    return proofs


# Connections


async def echoed(near: socket.socket, far: socket.socket, words: bytes, within_s: float = WAIT_S) -> str:
    """Say something from one end of a connection and tell what became of it: heard, silence, or an error's name."""
    loop = asyncio.get_running_loop()
    try:
        await asyncio.wait_for(loop.sock_sendall(near, words), within_s)
        got = b""
        while len(got) < len(words):
            fresh = await asyncio.wait_for(loop.sock_recv(far, len(words) - len(got)), within_s)
            if not fresh:
                return "end"
            got += fresh
    except TimeoutError:
        return "silence"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    return "heard" if got == words else "altered"


async def opened(world: World) -> str:
    """Try to open a connection and say something: heard, silence, or an error's name."""
    try:
        near, far = await world.pair()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "silence")
    return await echoed(near, far, b"hello")


def unacknowledged(sender: socket.socket) -> int:
    """Octets that a TCP socket has sent or queued and that nobody acknowledged."""
    return struct.unpack("i", fcntl.ioctl(sender.fileno(), termios.TIOCOUTQ, bytes(4)))[0]


async def _connections(seed: int | str) -> list[Proof]:
    """Refuse, reset and half-open, seen by TCP."""
    async with scratch(seed) as world:
        near, far = await world.pair()
        async with world.link.refuse():
            during = (await opened(world), await echoed(near, far, b"still"))
        proofs = [_proof("refuse: new connections are refused, others live", ("ECONNREFUSED", "heard"), during)]
        proofs.append(_proof("refuse: lifted", "heard", await opened(world)))
        idle, _ = await world.pair()
        await world.link.reset()
        count = world.events[-1].count
        ends = await asyncio.gather(*(echoed(each, each, b"?", _RESET_S) for each in (near, far, idle)))
        # 3 pairs stand: the first, the one that opened after the refusal, the idle one.
        proofs.append(
            _proof("reset: both ends are told at once", (3, "ECONNRESET", "ECONNRESET", "ECONNRESET"), (count, *ends))
        )
        near, far = await world.pair()
        before = (await echoed(near, far, b"one"), await echoed(far, near, b"two"))
        async with world.link.half_open():
            during = (await echoed(near, far, b"three", QUIET_S), await echoed(far, near, b"four", QUIET_S))
            taken = (unacknowledged(near), unacknowledged(far))
            fresh = await opened(world)
        after = await echoed(near, far, b"five", QUIET_S)
        proofs.append(_proof("half-open: the connection lived before", ("heard", "heard"), before))
        proofs.append(_proof("half-open: it goes dead without a word", ("silence", "silence"), during))
        proofs.append(_proof("half-open: its octets are acknowledged", (0, 0), taken))
        proofs.append(_proof("half-open: new connections work", "heard", fresh))
        proofs.append(_proof("half-open: it stays dead", "silence", after))
    return proofs


# Names


class NameServer(asyncio.DatagramProtocol):
    """Answers every DNS question with one address."""

    def __init__(self, address: str) -> None:
        self._address = socket.inet_aton(address)
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        assert self._transport is not None
        record = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + self._address
        self._transport.sendto(data[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + data[12:] + record, addr)


async def resolve(world: World, name: str) -> str:
    """Ask the scratch name server: an address, `no such name`, or `silence`."""
    question = b"".join(bytes((len(each),)) + each.encode() for each in name.split(".")) + b"\0\0\1\0\1"
    asker = world.socket("terminal", socket.SOCK_DGRAM)
    asker.sendto(b"\xca\xfe\1\0\0\1\0\0\0\0\0\0" + question, (SITE, 53))
    try:
        answer = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(asker, 512), WAIT_S)
    except TimeoutError:
        return "silence"
    if answer[3] & 15 == 3:
        return "no such name"
    return socket.inet_ntoa(answer[-4:])


async def _names(seed: int | str) -> list[Proof]:
    """Name failure and the trigger at the end of an answer."""
    async with scratch(seed) as world:
        door = world.socket("site", socket.SOCK_DGRAM, 53)
        loop = asyncio.get_running_loop()
        server, _ = await loop.create_datagram_endpoint(lambda: NameServer(SITE), sock=door)
        proofs = [_proof("names resolve", SITE, await resolve(world, "centre-a.example"))]
        for link in ("scratch", "scratch.a"):
            async with world.wires.links[link].name_failure():
                said = (await resolve(world, "centre-a.example"), await opened(world))
            proofs.append(_proof(f"name failure, {link}: no such name, packets pass", ("no such name", "heard"), said))
        proofs.append(_proof("name failure: lifted", SITE, await resolve(world, "centre-a.example")))
        server.close()
        near, far = await world.pair()
        armed = await world.wires.trigger("scratch", "in", Contains(b"&&end", port=near.getsockname()[1]), 1000)
        quiet = (await echoed(far, near, b"head&"), armed.done())
        begun = time.monotonic_ns()
        said = await echoed(far, near, b"&end")
        fired = await asyncio.wait_for(armed, WAIT_S)
        between = begun <= fired.monotonic_ns <= time.monotonic_ns() - 1_000_000
        proofs.append(
            _proof(
                "trigger: not before the last octet, then with its time",
                ("heard", False, "heard", True),
                (*quiet, said, between),
            )
        )
    return proofs


def _proof(name: str, expected: object, seen: object) -> Proof:
    return Proof(f"wire: {name}", expected == seen, _short(expected), _short(seen))


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 120 else f"{text[:120]}…"


_PARTS: tuple[Callable[[int | str], Awaitable[list[Proof]]], ...] = (_chances, _times, _connections, _names)


async def prove(seed: int | str) -> list[Proof]:
    """All proofs of the wire. Raises NetworkTrouble where it cannot stand at all."""
    found = await asyncio.gather(*(part(seed) for part in _PARTS))
    return [proof for part in found for proof in part]


def prove_wire(seed: int | str) -> list[str]:
    """What the wire's injectors do not do as they say, one sentence each; empty when all hold.

    Takes some seconds. Must not be called from a running loop (await `prove` there).
    """
    return [str(proof) for proof in asyncio.run(prove(seed)) if not proof.holds]
