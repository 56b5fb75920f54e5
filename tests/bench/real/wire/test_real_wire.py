"""The wire with real namespaces, devices, sockets and processes. Needs root and /dev/net/tun, and says so."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.utils import rdpcap

from bench.real import netns
from bench.real.netns import NetworkTrouble
from bench.real.wire import prove, tap
from bench.real.wire.messages import Contains, NthFrame, NthPayload, WireEvent
from bench.real.wire.wire import Segment, WireBroken, WireLink, Wires, requirements

FIELD = Segment("field", ("10.1.0.10", "10.1.0.20"), "10.1.0.2")
UPLINK = Segment("uplink", ("10.2.0.10",), "10.2.0.2")
PEERS = {"field.circuits": ("field", "10.1.0.10"), "uplink.A": ("uplink", "10.2.0.10")}


@pytest.fixture(autouse=True)
def able() -> None:
    """Here everything must run; elsewhere the reason is counted at the end of the run."""
    missing = requirements()
    if missing:
        pytest.skip(f"NOT RUN HERE: {'; '.join(missing)}")


@pytest.fixture(autouse=True)
def nothing_left(able: None) -> Any:
    """Whatever a test does, no namespace, device or wire process of this process is there afterwards."""
    yield
    mine = f"cb-{os.getpid()}-"
    assert [name for name in os.listdir(netns.FOLDER) if name.startswith(mine)] == []
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert [pid for pid in children if b"wire_process" in Path(f"/proc/{pid}/cmdline").read_bytes()] == []


@asynccontextmanager
async def standing(
    *, seed: int = 1, captures: Path | None = None, ends: Mapping[str, str] | None = None
) -> AsyncGenerator[tuple[Wires, list[WireEvent]], None]:
    events: list[WireEvent] = []
    wires = await Wires.open(
        [FIELD, UPLINK], seed=seed, peers=PEERS, captures=captures, observe=events.append, terminal_ends=ends
    )
    try:
        yield wires, events
    finally:
        await wires.close()


async def pinged(namespace: str, address: str) -> bool:
    words = netns.inside(namespace, ["ping", "-c", "2", "-i", "0.02", "-W", "0.3", "-q", address])
    done = await asyncio.create_subprocess_exec(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return await done.wait() == 0


async def reached(namespace: str, address: str) -> bool:
    """The same where answers must come, however late."""
    words = netns.inside(namespace, ["ping", "-c", "2", "-i", "0.02", "-w", "60", "-q", address])
    done = await asyncio.create_subprocess_exec(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return await done.wait() == 0


def run(work: Awaitable[None]) -> None:
    async def whole() -> None:
        await asyncio.wait_for(work, 300)

    asyncio.run(whole())


# The injectors


def test_every_injector_does_what_it_says() -> None:
    proofs = asyncio.run(prove.prove(7))
    assert [str(proof) for proof in proofs if not proof.holds] == []
    assert len(proofs) == 32


def test_every_proof_fails_when_its_injector_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    scope = WireLink._scope  # pyright: ignore[reportPrivateUsage]

    def feigned(self: WireLink, verb: str, *amount: object, **more: object) -> object:
        return scope(self, "delay", 0.0)

    async def no_reset(self: WireLink) -> None:
        return None

    monkeypatch.setattr(WireLink, "_scope", feigned)
    monkeypatch.setattr(WireLink, "reset", no_reset)
    proofs = asyncio.run(prove.prove(7))
    # A healthy connection may or may not have acknowledged at that instant.
    uncertain = "wire: half-open: its octets are acknowledged"
    holding = sorted(proof.name for proof in proofs if proof.holds and proof.name != uncertain)
    assert holding == [
        "wire: every fault is lifted",
        "wire: half-open: new connections work",
        "wire: half-open: the connection lived before",
        "wire: name failure: lifted",
        "wire: names resolve",
        "wire: refuse: lifted",
        "wire: trigger: not before the last octet, then with its time",
        "wire: without a fault all arrive once, in order, unaltered",
    ]


def test_a_cut_concerns_its_peer_and_its_segment() -> None:
    async def work() -> None:
        async with standing() as (wires, events):
            there = wires.terminal_namespace
            assert await reached(there, "10.1.0.10")
            async with wires.links["field.circuits"].cut():
                assert not await pinged(there, "10.1.0.10")
                assert await reached(there, "10.1.0.20")
            async with wires.links["field"].cut():
                assert not await pinged(there, "10.1.0.20")
                assert await reached(there, "10.2.0.10")
            assert await reached(there, "10.1.0.10")
            told = [(each.kind, each.link, each.rule) for each in events]
            assert told == [
                ("rule_installed", "field.circuits", "cut"),
                ("rule_removed", "field.circuits", "cut"),
                ("dropped", "field.circuits", "cut"),
                ("rule_installed", "field", "cut"),
                ("rule_removed", "field", "cut"),
                ("dropped", "field", "cut"),
            ]
            assert events[2].count == wires.statistics().dropped["field.circuits"]["cut"] >= 2
            assert events[0].real_ns < events[1].real_ns
            assert events[0].monotonic_ns < events[1].monotonic_ns

    run(work())


def test_the_same_traffic_meets_the_same_fate() -> None:
    async def once(seed: int) -> list[int]:
        async with prove.scratch(seed) as world, world.link.loss(0.4), world.link.duplicate(0.3):
            return [each.number for each in await prove.datagrams(world, 100, quiet_s=1.0)]

    async def work() -> None:
        first, again, other = await once(5), await once(5), await once(6)
        assert first == again
        assert first != other

    run(work())


# Streams


async def streamed(world: prove.World, octets: int, during: Callable[[], Awaitable[None]] | None = None) -> bool:
    """Send octets over TCP while something happens; whether they arrive unaltered."""
    near, far = await world.pair()
    sent = hashlib.blake2b(b"carbon" * 1000).digest() * (octets // 64)
    loop = asyncio.get_running_loop()

    async def receive() -> bytes:
        got = bytearray()
        while len(got) < len(sent):
            got += await loop.sock_recv(far, 1 << 20)
        return bytes(got)

    reading = asyncio.create_task(receive())
    writing = asyncio.create_task(loop.sock_sendall(near, sent))
    if during is not None:
        await during()
    await writing
    return await reading == sent


def test_a_stream_survives_every_fault_at_once() -> None:
    async def work() -> None:
        async with prove.scratch(3) as world:
            link = world.link
            async with link.loss(0.005), link.corrupt(0.005), link.duplicate(0.1), link.reorder(0.01, 0.002):
                assert await streamed(world, 2_000_000)
            dropped = world.wires.statistics().dropped
            assert dropped["scratch"]["loss"] > 0
            assert dropped["scratch.a"]["corrupt"] > 0, "counted where the checksum is looked at, as in virtual time"

    run(work())


def test_a_stream_survives_a_wire_that_becomes_impaired_and_clear() -> None:
    async def work() -> None:
        async with prove.scratch(3) as world:

            async def weather() -> None:
                for _ in range(20):
                    async with world.link.delay(0.0005):
                        await asyncio.sleep(0.005)
                    await asyncio.sleep(0.005)

            assert await streamed(world, 100_000_000, weather)

    run(work())


def test_clear_wires_carry_uncut_streams_and_impaired_ones_frames() -> None:
    async def work() -> None:
        async with prove.scratch(3) as world:

            def mean() -> float:
                out = world.wires.statistics().segments["scratch"].out
                return (out.octets - before.octets) / (out.frames - before.frames)

            before = world.wires.statistics().segments["scratch"].out
            assert await streamed(world, 3_000_000)
            assert mean() > 1514, "the kernel hands over more than a frame at a time"
            async with world.link.delay(0):
                before = world.wires.statistics().segments["scratch"].out
                assert await streamed(world, 3_000_000)
                assert 1000 < mean() <= 1514

    run(work())


def test_unnoticed_corruption_reaches_the_application() -> None:
    async def work() -> None:
        async with prove.scratch(3) as world:
            near, far = await world.pair()
            async with world.link.corrupt(1.0, checksum=False):
                assert await prove.echoed(near, far, b"12.345") == "altered"
            async with world.link.corrupt(1.0):
                assert await prove.echoed(near, far, b"12.345", prove.QUIET_S) == "silence"
            assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(far, 99), 60) == b"12.345"

    run(work())


def test_a_busy_connection_is_reset() -> None:
    async def work() -> None:
        async with prove.scratch(3) as world:

            async def reset() -> None:
                await asyncio.sleep(0.05)
                await world.link.reset()
                assert (world.events[-1].kind, world.events[-1].count) == ("reset_all", 1)

            with pytest.raises(ConnectionResetError):
                await streamed(world, 400_000_000, reset)
            assert await prove.opened(world) == "heard"

    run(work())


def test_an_opening_under_way_is_reset() -> None:
    async def work() -> None:
        async with prove.scratch(3) as world, world.link.cut("out"):
            client = world.socket("terminal", socket.SOCK_STREAM)
            opening = asyncio.create_task(asyncio.get_running_loop().sock_connect(client, (prove.SITE, 9)))
            await asyncio.sleep(0.05)
            await world.link.reset()
            assert world.events[-1].count == 1
            with pytest.raises(ConnectionRefusedError):
                await asyncio.wait_for(opening, 60)

    run(work())


def test_half_open_answers_keep_alives() -> None:
    async def work() -> None:
        async with prove.scratch(3) as world:

            async def anxious() -> tuple[socket.socket, socket.socket]:
                """A connection whose terminal's end gives up some two seconds after the last sign of life."""
                near, far = await world.pair()
                near.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 1)):
                    near.setsockopt(socket.IPPROTO_TCP, option, value)
                return near, far

            dead, far = await anxious()
            async with world.link.half_open():
                assert await prove.echoed(dead, far, b"lost", prove.QUIET_S) == "silence"
                silent, _ = await anxious()
                async with world.link.cut():
                    await asyncio.sleep(3.3)
            assert dead.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
            assert silent.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ETIMEDOUT, "silence is noticed"

    run(work())


# Triggers


def test_triggers_count_frames_and_payloads() -> None:
    async def work() -> None:
        async with prove.scratch(3) as world:
            near, far = await world.pair()
            third = await world.wires.trigger("scratch", "out", NthPayload(3))
            inwards = await world.wires.trigger("scratch", "in", NthPayload(1))
            elsewhere = await world.wires.trigger("scratch", "out", NthPayload(1, port=9))
            frame = await world.wires.trigger("scratch", "out", NthFrame(1))
            for number in range(3):
                assert not third.done()
                assert await prove.echoed(near, far, b"%d" % number) == "heard"
            fired, first = await asyncio.wait_for(third, 60), await asyncio.wait_for(frame, 60)
            assert first.monotonic_ns < fired.monotonic_ns
            assert first.real_ns < fired.real_ns
            assert not inwards.done()
            assert not elsewhere.done()
            inwards.cancel()
            with pytest.raises(ValueError, match="expects a segment"):
                await world.wires.trigger("nowhere", "out", NthFrame())

    run(work())


def test_what_is_lost_triggers_nothing() -> None:
    async def work() -> None:
        async with prove.scratch(3) as world:
            armed = await world.wires.trigger("scratch", "out", NthFrame(1))
            async with world.link.cut():
                assert await prove.datagrams(world, 3) == []
                assert not armed.done()
            await prove.datagrams(world, 1)
            assert (await asyncio.wait_for(armed, 60)).segment == "scratch"

    run(work())


# Captures


def test_captures_show_what_each_side_saw(tmp_path: Path, program: Callable[[str], str]) -> None:
    async def work() -> None:
        async with standing(captures=tmp_path / "pcap") as (wires, _):
            assert await reached(wires.terminal_namespace, "10.1.0.10")
            async with wires.links["field"].cut("out"):
                assert not await pinged(wires.terminal_namespace, "10.1.0.20")
            async with wires.links["field"].loss(0.0):
                assert await reached(wires.terminal_namespace, "10.1.0.10")

    run(work())
    terminal = rdpcap(str(tmp_path / "pcap" / "field.terminal.pcap"))
    site = rdpcap(str(tmp_path / "pcap" / "field.site.pcap"))
    assert [len(list(file)) for file in (rdpcap(str(tmp_path / "pcap" / "uplink.site.pcap")),)] == [0]

    def asked(frames: Any) -> list[str]:
        return [frame[IP].dst for frame in frames if ICMP in frame and frame[ICMP].type == 8]

    assert asked(terminal) == ["10.1.0.10"] * 4
    assert asked(site) == ["10.1.0.10"] * 4
    assert len(terminal) > len(site), "what was cut is on the terminal's side alone"
    stamps = [frame.time for frame in terminal]
    assert stamps == sorted(stamps)
    assert (tmp_path / "pcap" / "field.site.pcap").read_bytes()[:4] == b"\x4d\x3c\xb2\xa1", "nanosecond stamps"


def test_captured_streams_have_every_checksum(tmp_path: Path) -> None:
    async def work() -> None:
        async with standing(captures=tmp_path) as (wires, _):
            with netns.entered(wires.site_namespace):
                receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with netns.entered(wires.terminal_namespace):
                sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with receiver, sender:
                receiver.bind(("10.1.0.10", 7))
                receiver.settimeout(5)
                sender.sendto(b"reading", ("10.1.0.10", 7))
                assert receiver.recv(99) == b"reading"

    run(work())
    frame = next(each for each in rdpcap(str(tmp_path / "field.site.pcap")) if UDP in each and each[UDP].dport == 7)
    told = frame[UDP].chksum
    del frame[UDP].chksum
    assert type(frame)(bytes(frame))[UDP].chksum == told


def test_a_captured_flood_is_whole_and_cut_as_on_a_cable(tmp_path: Path) -> None:
    sent = bytes(range(256)) * 16_384

    async def work() -> None:
        async with standing(captures=tmp_path) as (wires, _):
            with netns.entered(wires.site_namespace):
                door = socket.create_server(("10.1.0.10", 7))
            with netns.entered(wires.terminal_namespace):
                stream = socket.create_connection(("10.1.0.10", 7), 5)
            with door, stream:
                taken, _ = door.accept()
                with taken:
                    taken.settimeout(20)
                    sending = asyncio.get_running_loop().run_in_executor(None, stream.sendall, sent)
                    got = b""
                    while len(got) < len(sent):
                        got += await asyncio.to_thread(taken.recv, 1 << 20)
                    await sending
                    assert got == sent
                    async with wires.links["field"].loss(0.0):
                        assert await reached(wires.terminal_namespace, "10.1.0.10")

    run(work())
    for side in ("terminal", "site"):
        frames = rdpcap(str(tmp_path / f"field.{side}.pcap"))
        assert [frame.time for frame in frames] == sorted(frame.time for frame in frames)
        assert max(len(frame) for frame in frames) <= 1514
        kinds = ["ping" if ICMP in each else "data" if TCP in each and len(each) > 500 else "" for each in frames]
        assert kinds.index("ping") > len(kinds) - 1 - kinds[::-1].index("data"), "what followed the flood follows it"
        data = [frame for frame in frames if TCP in frame and frame[TCP].dport == 7]
        first = min(frame[TCP].seq for frame in data) + 1
        whole = bytearray(len(sent))
        for frame in data:
            piece = bytes(frame[TCP].payload)[: frame[IP].len - 20 - frame[TCP].dataofs * 4]
            at = frame[TCP].seq - first
            if piece:
                whole[at : at + len(piece)] = piece
        assert whole == sent
        for frame in data[:: max(len(data) // 20, 1)]:
            told = frame[IP].chksum, frame[TCP].chksum
            del frame[IP].chksum, frame[TCP].chksum
            again = type(frame)(bytes(frame))
            assert (again[IP].chksum, again[TCP].chksum) == told


def test_frames_that_nobody_took_in_time_are_told() -> None:
    async def work() -> None:
        async with standing() as (wires, _):
            assert await reached(wires.terminal_namespace, "10.1.0.10")
            assert wires.statistics().overruns == {"field": 0, "uplink": 0}
            netns.configure(wires.terminal_namespace, ["link set dev field txqueuelen 2"])
            with netns.entered(wires.terminal_namespace):
                sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            os.kill(wires.process_id, signal.SIGSTOP)
            with sender:
                for _ in range(50):
                    sender.sendto(b"reading", ("10.1.0.10", 7))
            os.kill(wires.process_id, signal.SIGCONT)
            found = wires.statistics()
            assert found.overruns["field"] > 30
            assert found.overruns["uplink"] == 0

    run(work())


# A real network card at the terminal's end


@asynccontextmanager
async def device() -> AsyncGenerator[tuple[str, str], None]:
    """A namespace that plays the device on the table, cabled to a network card of this machine."""
    name = netns.fresh_name("device")
    # The kernel removes a card some time after its namespace, so each has a name of its own.
    card = f"cb{os.getpid()}x{name.split('-')[3]}"
    netns.create(name)
    try:
        netns.configure("", [f"link add {card} type veth peer name eth0 netns {name}"])
        netns.set_up(name, "eth0", ["10.1.0.2"], prefix=24)
        netns.quiet(name, {"net/ipv6/conf/all/disable_ipv6": "1"})
        yield name, card
    finally:
        netns.delete(name)


def test_a_device_on_a_network_card_is_on_the_wire() -> None:
    async def work() -> None:
        async with device() as (name, card), standing(ends={"field": card}) as (wires, _):
            assert await reached(name, "10.1.0.10")
            async with wires.links["field.circuits"].cut():
                assert not await pinged(name, "10.1.0.10")
                assert await reached(name, "10.1.0.20")
            with netns.entered(wires.site_namespace):
                listener = socket.create_server(("10.1.0.10", 502))
            with netns.entered(name):
                near = socket.create_connection(("10.1.0.10", 502), timeout=60)
            far, _ = listener.accept()
            with listener, near, far:
                far.settimeout(60)
                for scope in (None, wires.links["field"].delay(0.0)):
                    if scope is not None:
                        await scope.install()
                    sent = os.urandom(400_000)
                    sending = asyncio.create_task(asyncio.to_thread(near.sendall, sent))
                    got = b""
                    while len(got) < len(sent):
                        got += await asyncio.to_thread(far.recv, 65536)
                    await sending
                    assert got == sent

    run(work())


# Ends that nobody planned


def test_a_killed_wire_process_is_a_named_trouble() -> None:
    async def work() -> None:
        async with standing() as (wires, events):
            armed = await wires.trigger("field", "out", NthFrame())
            os.kill(wires.process_id, signal.SIGKILL)
            with pytest.raises(WireBroken, match="nothing travels any more"):
                await asyncio.wait_for(armed, 60)
            with pytest.raises(WireBroken):
                await wires.links["field"].cut().install()
            assert events[-1].kind == "wire_died"

    run(work())


def test_a_lost_card_is_told() -> None:
    async def work() -> None:
        async with device() as (_, card), standing(ends={"field": card}) as (_, events):
            netns.configure("", [f"link delete {card}"])
            for _ in range(3000):
                await asyncio.sleep(0.02)
                if events:
                    break
            assert (events[0].kind, events[0].link) == ("end_lost", "field")

    run(work())


BESIDE = (
    Segment("s1.field", ("10.1.0.110",), "10.1.0.200", beside="s1"),
    Segment("group.s1", ("10.2.0.2",), "10.2.0.200", beside="s1", between=True),
)


def test_a_terminal_beside_has_wires_of_its_own_to_its_meters_and_to_the_one_on_test(tmp_path: Path) -> None:
    async def work() -> None:
        segments = (FIELD, UPLINK, *BESIDE)
        async with await Wires.open(segments, seed=1, peers={}, captures=tmp_path, observe=lambda _: None) as wires:
            slave = wires.beside["s1"]
            assert await pinged(slave, "10.1.0.110") and await pinged(slave, "10.2.0.2")
            assert await pinged(wires.terminal_namespace, "10.2.0.200")
            # Neither finds the meters of the other, nor the slave a centre.
            assert not await pinged(slave, "10.1.0.10") and not await pinged(slave, "10.2.0.10")
            assert not await pinged(wires.terminal_namespace, "10.1.0.110")
            async with wires.links["group.s1"].cut():
                assert not await pinged(slave, "10.2.0.2") and await pinged(slave, "10.1.0.110")
                assert await pinged(wires.terminal_namespace, "10.2.0.10")
            assert await pinged(slave, "10.2.0.2")
        assert not (netns.FOLDER / slave).exists()
        assert (tmp_path / "group.s1.terminal.pcap").stat().st_size > 24

    run(work())


def test_scopes_end_with_the_wires_and_are_used_once() -> None:
    async def work() -> None:
        async with standing() as (wires, _):
            scope = await wires.links["field"].cut().install()
            with pytest.raises(RuntimeError, match="already in force"):
                await scope.install()
            with pytest.raises(ValueError, match="from 0 to 1"):
                wires.links["field"].loss(2)
            leaving = wires.links["uplink"].cut()
            async with leaving:
                await wires.close()
            with pytest.raises(WireBroken, match="closed"):
                await wires.links["field"].cut().install()
            assert wires.statistics().segments.keys() == {"field", "uplink"}

    run(work())


@pytest.mark.parametrize(
    ("segments", "peers", "ends", "words"),
    [
        ([FIELD, FIELD], {}, {}, "used once"),
        ([Segment("a b", ("10.1.0.1",), "10.1.0.2")], {}, {}, "letters and digits"),
        ([Segment("field", (), "10.1.0.2")], {}, {}, "at least one address"),
        ([Segment("field", ("10.9.0.1",), "10.1.0.2")], {}, {}, "10.9.0.1 is not in the network"),
        ([Segment("field", ("meter",), "10.1.0.2")], {}, {}, "'meter' is not an IPv4 address"),
        ([Segment("field", ("10.1.0.2",), "10.1.0.2")], {}, {}, "given twice"),
        ([FIELD], {"field.x": ("attic", "10.1.0.10")}, {}, "does not exist: there are field"),
        ([FIELD], {"field.x": ("field", "10.1.0.99")}, {}, "no address of the site"),
        ([FIELD], {"field": ("field", "10.1.0.10")}, {}, "has the name of a segment"),
        ([FIELD], {"a": ("field", "10.1.0.10"), "b": ("field", "10.1.0.10")}, {}, "the same address"),
        ([FIELD], {}, {"field": "nosuchcard0"}, "'nosuchcard0'"),
        ([FIELD], {}, {"attic": "lo"}, "card 'lo' is for segment 'attic'"),
    ],
)
def test_wrong_plans_are_refused_in_words_and_leave_nothing(
    segments: list[Segment], peers: dict[str, tuple[str, str]], ends: dict[str, str], words: str
) -> None:
    async def work() -> None:
        with pytest.raises(NetworkTrouble, match=words):
            await Wires.open(segments, seed=1, peers=peers, captures=None, observe=print, terminal_ends=ends)

    run(work())


def test_an_exception_leaves_nothing() -> None:
    async def work() -> None:
        async with standing() as (wires, _):
            netns.set_resolver(wires.terminal_namespace, "10.2.0.10")
            said = netns.run(wires.terminal_namespace, ["cat", "/etc/resolv.conf"]).stdout
            assert said.startswith("nameserver 10.2.0.10\n")
            raise LookupError("the case went wrong")

    with pytest.raises(LookupError):
        run(work())


BENCH = """
import asyncio, os, subprocess, sys
from bench.real import netns
from bench.real.wire import Segment, Wires

async def main():
    wires = await Wires.open([Segment("field", ("10.1.0.10",), "10.1.0.2")], seed=1, peers={}, captures=None,
                             observe=print)
    program = subprocess.Popen(netns.inside(wires.terminal_namespace, ["sleep", "300"]))
    print(wires.site_namespace, wires.terminal_namespace, wires.process_id, program.pid, flush=True)
    await asyncio.sleep(300)

asyncio.run(main())
"""


def bench() -> tuple[subprocess.Popen[str], list[str], list[int]]:
    """Another bench with wires standing: its process, its namespaces, and the wire's and the terminal's process."""
    started = subprocess.Popen(
        [sys.executable, "-c", BENCH], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert started.stdout is not None
    words = started.stdout.readline().split()
    return started, words[:2], [int(word) for word in words[2:]]


def gone(pids: list[int]) -> bool:
    for _ in range(1200):
        if all(netns.started(pid) is None for pid in pids):
            return True
        signal.sigtimedwait((), 0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_bench_told_to_end_removes_everything(number: signal.Signals) -> None:
    started, names, pids = bench()
    with started:
        started.send_signal(number)
        started.wait(120)
    assert not any((netns.FOLDER / name).exists() for name in names)
    assert gone(pids)


def test_the_next_bench_removes_what_a_killed_one_left() -> None:
    started, names, pids = bench()
    with started:
        assert not any(netns.orphaned(name) for name in names)
        assert not set(names) & set(netns.sweep()), "a bench that lives keeps its own"
        started.kill()
        started.wait(120)
    assert all(netns.orphaned(name) for name in names)
    # Any other bench that starts meanwhile may be the one that does it.
    netns.sweep()
    assert not any((netns.FOLDER / name).exists() for name in names)
    assert gone(pids)


def test_a_number_given_to_somebody_else_is_no_owner() -> None:
    mine = netns.fresh_name("site")
    assert not netns.orphaned(mine)
    words = mine.split("-")
    assert netns.orphaned("-".join((*words[:2], str(int(words[2]) + 1), *words[3:])))
    assert not netns.orphaned("somebody-elses")
    with pytest.raises(ValueError, match="lower-case"):
        netns.fresh_name("A/B")


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netns, "effective_rights", lambda: 0)
    monkeypatch.setattr(netns.shutil, "which", lambda name: None)
    monkeypatch.setattr(netns.os.path, "exists", lambda path: False)
    said = netns.requirements()
    assert len(said) == 3
    for sentence, words in zip(
        said, ("CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN", "iproute2", "modprobe tun"), strict=True
    ):
        assert words in sentence


def test_a_namespace_that_is_gone_is_named() -> None:
    with pytest.raises(NetworkTrouble, match="'cb-gone' does not exist"), netns.entered("cb-gone"):
        pass
    with pytest.raises(NetworkTrouble, match="ip -n cb-gone"):
        netns.add_route("cb-gone", "default", "10.1.0.1")
    name = netns.fresh_name("scratch")
    netns.create(name)
    try:
        fd = tap.open_tap(name, "one")
        with pytest.raises(NetworkTrouble, match="'one' cannot be made"):
            tap.open_tap(name, "one")
        os.close(fd)
    finally:
        netns.delete(name)


def test_contains_expects_octets() -> None:
    with pytest.raises(ValueError, match="octets"):
        Contains(b"")
