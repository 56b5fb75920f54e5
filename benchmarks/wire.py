"""Cost and truth of the real-time rigs' wire, beside a plain kernel bridge in the same run.

Leaves judging the numbers to the reader. Needs root, /dev/net/tun and iproute2; uses iperf3 where it is installed, else
a plain socket sender.

    sudo python benchmarks/wire.py [--json] [--rounds N]

1. `round trip`: UDP request and answer between two processes in two namespaces, over a bridge with veth pairs and over
   the wire without impairment, in turns; back to back, and one a millisecond (so that everything sleeps in between).
2. `throughput`: TCP over the same paths; the wire also while it captures and while a rule is in force.
3. `accuracy`: delay, loss and rate as set against as observed; whether the same seed lost the same packets.
4. `load`: processor share of the wire process while 174 requests a second are answered, each side captured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.real import netns
from bench.real.wire import prove
from bench.real.wire.rules import decisions
from bench.real.wire.wire import Segment, Wires
from bench.virtual import rules as r

SITE, TERMINAL = "10.253.0.10", "10.253.0.2"
SEGMENT = Segment("bench", (SITE,), TERMINAL)
PORT = 7
TRIPS = 5000
PACED_TRIPS = 1000
STREAM_S = 2
POINTS = 174


# The programs at both ends, run as processes of their own


def echo() -> None:
    """Answer every datagram with itself, for ever."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind((SITE, PORT))
        print("ready", flush=True)
        while True:
            door.sendto(*door.recvfrom(2048))


def ask(count: int, every_s: float) -> None:
    """Ask `count` times and print the round trips in microseconds as JSON."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.connect((SITE, PORT))
        asker.settimeout(5)
        trips: list[float] = []
        for _ in range(count + 10):
            begun = time.perf_counter()
            asker.send(b"?" * 60)
            asker.recv(2048)
            trips.append((time.perf_counter() - begun) * 1e6)
            if every_s:
                time.sleep(max(0.0, every_s - (time.perf_counter() - begun)))
        print(json.dumps(trips[10:]))


def sink() -> None:
    """Take one stream and print its octets a second."""
    with socket.create_server((SITE, PORT)) as door:
        print("ready", flush=True)
        stream, _ = door.accept()
        taken, begun = 0, time.perf_counter()
        while fresh := stream.recv(1 << 20):
            taken += len(fresh)
        print(taken / (time.perf_counter() - begun))


def flood() -> None:
    """Send as much as fits into the time."""
    with socket.create_connection((SITE, PORT)) as stream:
        end = time.perf_counter() + STREAM_S
        while time.perf_counter() < end:
            stream.sendall(bytes(1 << 18))


PROGRAMS = {"echo": echo, "sink": sink, "flood": flood}


# The two paths


@asynccontextmanager
async def bridged() -> AsyncGenerator[tuple[str, str], None]:
    """Site and terminal joined by a kernel bridge in a third namespace."""
    names = [netns.fresh_name(role) for role in ("site", "terminal", "bridge")]
    try:
        for name in names:
            netns.create(name)
        netns.configure(names[2], ["link add br0 type bridge", "link set br0 up"])
        for name, address in zip(names, (SITE, TERMINAL), strict=False):
            port = f"p{address.rpartition('.')[2]}"
            netns.configure(name, [f"link add bench type veth peer name {port} netns {names[2]}"])
            netns.configure(names[2], [f"link set {port} master br0 up"])
            netns.set_up(name, "bench", [address], prefix=24)
        yield names[0], names[1]
    finally:
        for name in names:
            netns.delete(name)


@asynccontextmanager
async def wired(captures: Path | None = None) -> AsyncGenerator[Wires, None]:
    """Site and terminal joined by the wire."""
    async with await Wires.open([SEGMENT], seed=1, peers={}, captures=captures, observe=lambda event: None) as wires:
        yield wires


async def ended(namespace: str, *words: str) -> str:
    """Run this file, or a program, in a namespace to its end and give what it printed."""
    started = await asyncio.create_subprocess_exec(*netns.inside(namespace, words), stdout=subprocess.PIPE)
    said, _ = await asyncio.wait_for(started.communicate(), 120)
    return said.decode()


@asynccontextmanager
async def server(namespace: str, *words: str) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    """A program that listens in a namespace for the length of a scope."""
    started = await asyncio.create_subprocess_exec(*netns.inside(namespace, words), stdout=subprocess.PIPE)
    assert started.stdout is not None
    await started.stdout.readline()
    try:
        yield started
    finally:
        # Those that serve once end by themselves.
        with suppress(TimeoutError):
            await asyncio.wait_for(started.wait(), 0.3)
        if started.returncode is None:
            started.kill()
        await started.wait()


async def trips(site: str, terminal: str, count: int, every_s: float) -> list[float]:
    """Round trips in microseconds, sorted."""
    async with server(site, sys.executable, __file__, "--program", "echo"):
        said = await ended(terminal, sys.executable, __file__, "--ask", str(count), str(every_s))
    return sorted(json.loads(said))


async def stream(site: str, terminal: str) -> float:
    """Gigabits a second of one TCP stream."""
    if shutil.which("iperf3"):
        async with server(site, "iperf3", "-s", "-1", "-B", SITE, "--forceflush"):
            await asyncio.sleep(0.3)
            said = await ended(terminal, "iperf3", "-c", SITE, "-t", str(STREAM_S), "-J")
        return json.loads(said)["end"]["sum_received"]["bits_per_second"] / 1e9
    async with server(site, sys.executable, __file__, "--program", "sink") as taker:
        await ended(terminal, sys.executable, __file__, "--program", "flood")
        assert taker.stdout is not None
        return float(await taker.stdout.readline()) * 8 / 1e9


# What is measured


async def round_trips(rounds: int) -> dict[str, float]:
    """Medians over the rounds of each round's median and 99th percentile."""
    found: dict[str, list[float]] = {}

    def note(name: str, sorted_trips: list[float]) -> None:
        found.setdefault(f"{name}_median_us", []).append(statistics.median(sorted_trips))
        found.setdefault(f"{name}_p99_us", []).append(sorted_trips[int(len(sorted_trips) * 0.99)])

    async with bridged() as (site, terminal), wired() as wires:
        for _ in range(rounds):
            for pace, count, every_s in (("busy", TRIPS, 0.0), ("paced", PACED_TRIPS, 0.001)):
                note(f"bridge_{pace}", await trips(site, terminal, count, every_s))
                there = wires.site_namespace, wires.terminal_namespace
                note(f"wire_{pace}", await trips(*there, count, every_s))
    numbers = {name: statistics.median(values) for name, values in found.items()}
    for pace in ("busy", "paced"):
        for figure in ("median", "p99"):
            name = f"{pace}_{figure}_us"
            numbers[f"added_{name}"] = numbers[f"wire_{name}"] - numbers[f"bridge_{name}"]
    return numbers


async def throughput(rounds: int) -> dict[str, float]:
    """Gigabits a second, median over the rounds."""
    found: dict[str, list[float]] = {"bridge": [], "wire": [], "wire_ruled": [], "wire_captured": []}
    for _ in range(rounds):
        async with bridged() as (site, terminal):
            found["bridge"].append(await stream(site, terminal))
        async with wired() as wires:
            ends = wires.site_namespace, wires.terminal_namespace
            found["wire"].append(await stream(*ends))
            async with wires.links["bench"].loss(0.0):
                found["wire_ruled"].append(await stream(*ends))
        with tempfile.TemporaryDirectory() as folder:
            async with wired(Path(folder)) as wires:
                found["wire_captured"].append(await stream(wires.site_namespace, wires.terminal_namespace))
    return {f"{name}_gbit_s": statistics.median(values) for name, values in found.items()}


async def accuracy() -> dict[str, float]:
    """Set against observed."""
    numbers: dict[str, float] = {}
    async with prove.scratch(1) as world:
        bare = sorted(each.delay_s for each in await prove.datagrams(world, 1000))
        numbers["one_way_us"] = statistics.median(bare) * 1e6
        for set_ms in (1, 10, 100):
            async with world.link.delay(set_ms / 1000):
                came = sorted(each.delay_s * 1000 for each in await prove.datagrams(world, 1000, every_s=0.001))
            numbers[f"delay_{set_ms}ms_median"] = statistics.median(came)
            numbers[f"delay_{set_ms}ms_p99"] = came[int(len(came) * 0.99)]
        lost: dict[float, list[list[int]]] = {}
        for before, share in enumerate((0.01, 0.1, 0.3)):
            async with world.link.loss(share, "out"):
                got = {each.number for each in await prove.datagrams(world, 5000, every_s=0.0001)}
            numbers[f"loss_{share}"] = 1 - len(got) / 5000
            fates = decisions(r.Loss(share), "1", "scratch", "out", prove.numbered(5000), installed_before=before)
            foretold = [number for number, fate in enumerate(fates) if not fate.arrives]
            lost[share] = [foretold, sorted(set(range(5000)) - got)]
        numbers["losses_as_foretold"] = float(all(each[0] == each[1] for each in lost.values()))
        for set_bits in (9_600, 1_000_000, 20_000_000):
            count = min(max(int(set_bits * 0.5 / 8000), 8), 900)
            async with world.link.rate(set_bits, "out"):
                came = await prove.datagrams(world, count, octets=972, every_s=0, quiet_s=2.0)
            # The first packet's own arrival is the start: what follows is spaced by the rate alone.
            took_s = came[-1].at_s - came[0].at_s
            numbers[f"rate_{set_bits}"] = (len(came) - 1) * 8000 / took_s
    return numbers


async def load() -> dict[str, float]:
    """Processor share of the wire process, percent of one core."""
    with tempfile.TemporaryDirectory() as folder:
        async with wired(Path(folder)) as wires:
            pid = wires.process_id
            before, begun = _cpu_s(pid), time.monotonic()
            await trips(wires.site_namespace, wires.terminal_namespace, 10 * POINTS, 1 / POINTS)
            return {"load_percent": (_cpu_s(pid) - before) / (time.monotonic() - begun) * 100}


def _cpu_s(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def told(n: dict[str, float]) -> Iterator[str]:
    """The numbers for people."""
    yield f"{'':<34}{'bridge':>12}{'wire':>12}{'added':>12}"
    for pace, words in (("busy", "back to back"), ("paced", "one a millisecond")):
        for figure in ("median", "p99"):
            name = f"{pace}_{figure}_us"
            values = "".join(f"{n[f'{kind}_{name}']:>12.1f}" for kind in ("bridge", "wire", "added"))
            yield f"round trip, {words}, {figure}".ljust(40)[:40] + values[6:] + " us"
    yield f"throughput: bridge {n['bridge_gbit_s']:.2f}, wire {n['wire_gbit_s']:.2f} Gbit/s"
    yield f"  with a rule in force {n['wire_ruled_gbit_s']:.2f}, capturing {n['wire_captured_gbit_s']:.2f} Gbit/s"
    yield f"one way through the clear wire {n['one_way_us']:.0f} us (two Python sockets included)"
    for name, value in n.items():
        if name.startswith(("delay_", "loss_", "rate_")):
            unit = {"d": "ms", "l": "", "r": "bit/s"}[name[0]]
            yield f"  {name.replace('_', ' '):<24} observed {value:,.4g} {unit}"
    yield f"losses one by one as foretold: {'yes' if n['losses_as_foretold'] else 'NO'}"
    yield f"wire process at {POINTS} requests a second, captured: {n['load_percent']:.1f} % of a core"


async def measure_all(rounds: int) -> dict[str, float]:
    """All numbers."""
    return {**await round_trips(rounds), **await throughput(rounds), **await accuracy(), **await load()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Cost and truth of the wire, beside a plain bridge in the same run.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each path in turns (default 5)")
    parser.add_argument("--program", choices=sorted(PROGRAMS), help=argparse.SUPPRESS)
    parser.add_argument("--ask", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.program:
        program: Callable[[], None] = PROGRAMS[options.program]
        program()
    elif options.ask:
        ask(int(options.ask[0]), float(options.ask[1]))
    else:
        numbers = asyncio.run(measure_all(options.rounds))
        print(json.dumps(numbers) if options.json else "\n".join(told(numbers)))


if __name__ == "__main__":
    main()
