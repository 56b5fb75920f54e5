"""Self tests of the virtual world: each injector shows, on a scratch world, that it does what its name says.

Leaves judging a run to others; a rig calls `prove_all` before a run that depends on the injectors and refuses to start
when one of them lies. Every proof stands beside a control without the fault, so that it can fail.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import apsw

from bench.virtual.chance import Chance
from bench.virtual.disk import Keep, Moment, VirtualDisk
from bench.virtual.domain import Domain, PowerCut
from bench.virtual.links import Link, Scope
from bench.virtual.loop import VirtualLoop, finish
from bench.virtual.network import Network

PACKETS = 1000
"""So many show a share."""
FEW = 100
"""So many show what is done to all of them alike."""
BURST = 20
"""So many are sent at one instant, where a rule asks nothing of the time between them."""
UNREADABLE = -1
"""The count of rows of a store that cannot be opened."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One statement about an injector: what was expected, what was seen, and whether they agree."""

    name: str
    holds: bool
    expected: str
    seen: str

    def __str__(self) -> str:
        return f"{'holds' if self.holds else 'FAILS'}: {self.name}: expected {self.expected}, got {self.seen}"


class InjectorBroken(RuntimeError):
    """At least one injector does not do what its name says; `problems` are the failed proofs."""

    def __init__(self, problems: list[Proof]) -> None:
        self.problems = problems
        super().__init__("the bench's own injectors failed their self test: " + "; ".join(map(str, problems)))


def require_all(seed: int | str = 0) -> list[Proof]:
    """All proofs; InjectorBroken when one fails."""
    proofs = prove_all(seed)
    problems = [proof for proof in proofs if not proof.holds]
    if problems:
        raise InjectorBroken(problems)
    return proofs


def prove_all(seed: int | str = 0) -> list[Proof]:
    """Prove link rules, power cuts and the disk. Must not be called from a running loop."""
    return [*prove_links(seed), *prove_power(), *prove_disk(seed)]


# Links


class _Counter(asyncio.DatagramProtocol):
    """Remembers when which numbered datagram came."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[float, bytes]] = []

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        self.arrivals.append((asyncio.get_running_loop().time(), data))


class _Talker(asyncio.Protocol):
    """An echo (as a server) or a listener (as a client) that remembers what happened to it."""

    def __init__(self, echo: bool) -> None:
        self.echo = echo
        self.received = b""
        self.ended: list[BaseException | None] = []
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        if self.echo and self.transport is not None:
            self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.append(exc)


def _world(seed: int | str) -> tuple[VirtualLoop, Network, Link]:
    loop = VirtualLoop()
    net = Network(loop, chance=Chance(seed))
    net.host("far", "10.9.9.9")
    link = net.link("scratch", latency_s=0.01)
    net.path("bench", "far", [link])
    return loop, net, link


def _datagrams(
    seed: int | str, rule: Callable[[Link], Scope] | None, packets: int = PACKETS, *, at_once: int = BURST
) -> list[tuple[float, bytes]]:
    """Send numbered datagrams, one a millisecond in the mean, and tell (delay in s, octets) in order of arrival."""
    loop, net, link = _world(seed)

    async def drive() -> list[tuple[float, bytes]]:
        counter = _Counter()
        far = Domain("far")
        net.hosts["far"].domain = far
        await far.run(loop.create_datagram_endpoint(lambda: counter, local_addr=("0.0.0.0", 9)))
        sender, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("10.9.9.9", 9))
        if rule is not None:
            rule(link).install()
        sent: list[float] = []
        for number in range(packets):
            sent.append(loop.time())
            sender.sendto(number.to_bytes(4, "big"))
            if (number + 1) % at_once == 0:
                await asyncio.sleep(at_once / 1000)
        await asyncio.sleep(60)
        return [(at - sent[int.from_bytes(data, "big") % packets], data) for at, data in counter.arrivals]

    try:
        return loop.run_until_complete(drive())
    finally:
        finish(loop)


@dataclass(slots=True)
class _Story:
    """What a TCP connection and an attempt to open a second one went through."""

    echoed: bytes = b""
    second: str = ""
    client_end: list[BaseException | None] | None = None
    name: str = ""
    stranger: bool = False


def _connection(seed: int | str, act: Callable[[Link], object] | None) -> _Story:
    """Open a connection, let `act` do something to the link, say "ping", try a second connection and the name."""
    loop, net, link = _world(seed)
    story = _Story()

    async def drive() -> None:
        far = Domain("far")
        net.hosts["far"].domain = far
        await far.run(loop.create_server(lambda: _Talker(True), "0.0.0.0", 7))
        client = _Talker(False)
        transport, _ = await loop.create_connection(lambda: client, "10.9.9.9", 7)
        if act is not None:
            act(link)
        transport.write(b"ping")
        await asyncio.sleep(30)
        story.echoed = client.received
        story.client_end = client.ended
        story.stranger = link.stranger
        try:
            await loop.create_connection(lambda: _Talker(False), "10.9.9.9", 7)
            story.second = "connected"
        except OSError as error:
            story.second = type(error).__name__
        try:
            net.resolve("far")
            story.name = "resolved"
        except OSError as error:
            story.name = type(error).__name__

    try:
        loop.run_until_complete(drive())
    finally:
        finish(loop)
    return story


def _share(name: str, count: int, p: float) -> Proof:
    """A share of PACKETS within five standard deviations of `p`."""
    margin = 5 * (PACKETS * p * (1 - p)) ** 0.5
    low, high = PACKETS * p - margin, PACKETS * p + margin
    return Proof(name, low <= count <= high, f"{low:.0f} to {high:.0f} of {PACKETS}", str(count))


def _is(name: str, seen: object, expected: object) -> Proof:
    return Proof(name, seen == expected, repr(expected), repr(seen))


def prove_links(seed: int | str = 0) -> list[Proof]:
    """Every word of the link vocabulary, on datagrams or on a connection."""
    proofs: list[Proof] = []
    clear = _datagrams(seed, None)
    proofs.append(_is("control: a clear link delivers everything", len(clear), PACKETS))
    proofs.append(_is("control: in order", [data for _, data in clear] == sorted(data for _, data in clear), True))
    proofs.append(_is("control: after its latency", {round(delay, 6) for delay, _ in clear}, {0.01}))
    proofs.append(_is("cut cuts", len(_datagrams(seed, lambda link: link.cut(), FEW)), 0))
    proofs.append(_is("cut out cuts what goes out", len(_datagrams(seed, lambda link: link.cut("out"), FEW)), 0))
    proofs.append(_is("cut in spares what goes out", len(_datagrams(seed, lambda link: link.cut("in"), FEW)), FEW))
    lost = PACKETS - len(_datagrams(seed, lambda link: link.loss(0.1)))
    proofs.append(_share("loss loses its share", lost, 0.1))
    twice = _datagrams(seed, lambda link: link.duplicate(0.1))
    proofs.append(_share("duplicate doubles its share", len(twice) - PACKETS, 0.1))
    altered = _datagrams(seed, lambda link: link.corrupt(0.1))
    good = {number.to_bytes(4, "big") for number in range(PACKETS)}
    hit = sum(1 for (_, data), (_, sent) in zip(altered, clear, strict=False) if data != sent)
    proofs.append(_share("corrupt alters its share", hit, 0.1))
    proofs.append(_is("corrupt loses no datagram", len(altered), PACKETS))
    proofs.append(_is("control: nothing else alters", all(data in good for _, data in clear), True))
    late = _datagrams(seed, lambda link: link.delay(2.0), FEW)
    proofs.append(_is("delay delays", {round(delay, 6) for delay, _ in late}, {2.01}))
    wild = [delay for delay, _ in _datagrams(seed, lambda link: link.jitter(2.0))]
    spread = 0.01 <= min(wild) < 0.2 and 1.8 < max(wild) <= 2.01
    proofs.append(Proof("jitter spreads", spread, "0.01 to 2.01 s, evenly", f"{min(wild):.3f} to {max(wild):.3f} s"))
    swapped = [data for _, data in _datagrams(seed, lambda link: link.reorder(0.1), at_once=1)]
    held = sum(1 for before, after in pairwise(swapped) if after < before)
    proofs.append(
        Proof("reorder reorders", held > PACKETS * 0.02, f"more than {PACKETS * 0.02:.0f} inversions", str(held))
    )
    proofs.append(_is("reorder loses nothing", len(swapped), PACKETS))
    slow = [delay for delay, _ in _datagrams(seed, lambda link: link.rate(88_000), FEW, at_once=1)]
    last = round(slow[-1], 3)
    expected_s = round(0.01 + FEW * 44 * 8 / 88_000 - (FEW - 1) * 0.001, 3)
    proofs.append(_is("rate makes the last of a queue wait its time in s", last, expected_s))

    plain = _connection(seed, None)
    proofs.append(_is("control: a connection echoes", plain.echoed, b"ping"))
    proofs.append(_is("control: a second one opens", plain.second, "connected"))
    proofs.append(_is("control: the first stays", plain.client_end, []))
    proofs.append(_is("control: the name resolves", plain.name, "resolved"))
    refused = _connection(seed, lambda link: link.refuse().install())
    proofs.append(_is("refuse refuses new connections", refused.second, "ConnectionRefusedError"))
    proofs.append(_is("refuse spares existing ones", refused.echoed, b"ping"))
    reset = _connection(seed, lambda link: link.reset())
    proofs.append(
        _is("reset resets", [type(each).__name__ for each in reset.client_end or []], ["ConnectionResetError"])
    )
    proofs.append(_is("reset spares new connections", reset.second, "connected"))
    silent = _connection(seed, lambda link: link.cut().install())
    proofs.append(_is("cut says nothing to a connection", (silent.echoed, silent.client_end), (b"", [])))
    proofs.append(_is("cut lets a new connection wait in vain", silent.second, "TimeoutError"))
    half = _connection(seed, lambda link: link.half_open().install())
    proofs.append(_is("half-open swallows without a word", (half.echoed, half.client_end), (b"", [])))
    proofs.append(_is("half-open spares new connections", half.second, "connected"))
    garbled = _connection(seed, lambda link: link.corrupt(1.0, checksum=False).install())
    wrong = len(garbled.echoed) == 4 and garbled.echoed != b"ping"
    proofs.append(
        Proof("corrupt without checksum reaches the application", wrong, "4 altered octets", repr(garbled.echoed))
    )
    checked = _connection(seed, lambda link: link.corrupt(1.0).install())
    proofs.append(_is("corrupt with checksum is a loss to TCP", checked.echoed, b""))
    nameless = _connection(seed, lambda link: link.name_failure().install())
    proofs.append(_is("name failure fails names", nameless.name, "gaierror"))
    proofs.append(_is("name failure spares addresses", nameless.second, "connected"))
    strange = _connection(seed, lambda link: link.stranger_certificate().install())
    proofs.append(_is("stranger's certificate is flagged", (plain.stranger, strange.stranger), (False, True)))
    return proofs


# Power


def _device(cut: bool) -> list[str]:
    """What a ticking device writes down within 10 s, its power cut or not after 2.5 s."""
    loop = VirtualLoop()
    diary: list[str] = []
    open_diary = True

    def note(line: str) -> None:
        if open_diary:
            diary.append(line)

    async def device() -> None:
        try:
            while True:
                await asyncio.sleep(1)
                note("tick")
        finally:
            note("finally")

    async def drive() -> None:
        domain = Domain("device")
        task = domain.create_task(device())
        if cut:
            domain.kill_at(2.5)
        await asyncio.sleep(10)
        if not cut:
            task.cancel()
            await asyncio.wait([task])

    try:
        loop.run_until_complete(drive())
    finally:
        open_diary = False
        finish(loop)
    return diary


def prove_power() -> list[Proof]:
    """A cut ends everything of a domain, and nothing is told."""
    return [
        _is("control: a device ticks and tidies up", _device(False), ["tick"] * 9 + ["finally"]),
        _is("a power cut ends it without a word", _device(True), ["tick"] * 2),
    ]


# Disk


def _open(disk: VirtualDisk, synchronous: str) -> apsw.Connection:
    connection = apsw.Connection("proof.db", vfs=disk.vfs_name)
    connection.pragma("locking_mode", "EXCLUSIVE")
    connection.pragma("journal_mode", "WAL")
    connection.pragma("synchronous", synchronous)
    connection.execute("CREATE TABLE IF NOT EXISTS proof(number)")
    return connection


def _count(disk: VirtualDisk) -> int:
    connection = _open(disk, "FULL")
    try:
        return connection.execute("SELECT count(*) FROM proof").get
    finally:
        connection.close()


def _survivors(chance: random.Random, synchronous: str, keep: Keep) -> int:
    """How many of ten committed rows are there after a power cut, or UNREADABLE."""
    disk = VirtualDisk(chance, name="proof")
    try:
        connection = _open(disk, "FULL")
        connection.pragma("wal_checkpoint", "TRUNCATE")
        connection.pragma("synchronous", synchronous)
        for number in range(10):
            connection.execute("INSERT INTO proof VALUES(?)", (number,))
        disk.power_cut(keep)
        return _count(disk)
    except apsw.Error:
        return UNREADABLE
    finally:
        disk.close()


def _at_sync(chance: random.Random, moment: Moment) -> int:
    """Rows after a cut at the sync that makes the only row durable."""
    disk = VirtualDisk(chance, name="proof")
    try:
        connection = _open(disk, "FULL")
        disk.cut_at_sync(1, disk.power_cut, moment=moment)
        try:
            connection.execute("INSERT INTO proof VALUES(1)")
        except PowerCut:
            return _count(disk)
        return UNREADABLE
    except apsw.Error:
        return UNREADABLE
    finally:
        disk.close()


def _faulty(chance: random.Random, fault: str) -> str:
    """The error of an insert under a fault, and the count of rows after it is gone."""
    disk = VirtualDisk(chance, name="proof")
    try:
        connection = _open(disk, "FULL")
        connection.execute("INSERT INTO proof VALUES(1)")
        error = "none"
        with {"full": disk.full, "read_only": disk.read_only, "io_error": disk.io_error}[fault]():
            try:
                connection.execute("INSERT INTO proof VALUES(2)")
            except apsw.Error as caught:
                error = type(caught).__name__
        connection.close()
        return f"{error}, {_count(disk)} row"
    except apsw.Error as broken:
        return f"{type(broken).__name__} after the fault was gone"
    finally:
        disk.close()


def prove_disk(seed: int | str = 0) -> list[Proof]:
    """What was synced stays, what was not is lost, and faults are the faults SQLite knows."""
    chance = Chance(seed).stream("prove/disk")
    some = {_survivors(chance, "OFF", Keep.PREFIX) for _ in range(40)}
    return [
        _is("synced rows survive a power cut", _survivors(chance, "FULL", Keep.NOTHING), 10),
        _is("unsynced rows do not", _survivors(chance, "OFF", Keep.NOTHING), 0),
        _is("unsynced rows survive on a disk with a battery", _survivors(chance, "OFF", Keep.EVERYTHING), 10),
        Proof(
            "a random prefix keeps now more, now less", len(some) > 3, "more than 3 different counts", str(len(some))
        ),
        _is("synced rows survive torn sectors", {_survivors(chance, "FULL", Keep.SECTORS) for _ in range(10)}, {10}),
        _is("a cut before the sync loses the row", _at_sync(chance, Moment.BEFORE), 0),
        _is("a cut after the sync keeps the row", _at_sync(chance, Moment.AFTER), 1),
        _is("a full disk is full", _faulty(chance, "full"), "FullError, 1 row"),
        _is("a read-only disk is read-only", _faulty(chance, "read_only"), "ReadOnlyError, 1 row"),
        _is("an input/output error is one", _faulty(chance, "io_error"), "IOError, 1 row"),
    ]
