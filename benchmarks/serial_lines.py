"""Virtual-time polls a second by protocol on a serial line, and its occupancy computed against observed.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/serial_lines.py [--json] [--polls N] [--planned S] [--cpu]

A master asks one meter again and again over the virtual line, octet by octet. The occupancy computed is what the octets
of request and answer take at the line's settings, times polls, over the time; the observed one is what the line saw.

Then the reference terminal polls the two lines of fixtures/worlds/serial.toml for half an hour. What it plans a line to
be taken (R-11: refused beyond 80 %) stands beside what it was: from the first octet of each request until the answer is
over and the line has rested.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import tomli_w

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.dut import Seat
from bench.dut.reference import render
from bench.virtual.loop import VirtualLoop, finish
from bench.virtual.network import Network
from bench.virtual.serial import LineCarrier, LineEvent, SerialLine, SerialPorts
from bench.virtual.uart import Framing
from reference_terminal.assembly import Terminal
from reference_terminal.platform import Platform
from reference_terminal.settings.config import Config, load_config
from reference_terminal.settings.occupancy import of_line
from simulators.clock import seeded
from simulators.events import Event
from simulators.meters import places
from simulators.meters.build import Surroundings, build_meter
from simulators.meters.carriers import LineSettings
from simulators.meters.cjt188 import codec as cjt188_codec
from simulators.meters.dlt645 import codec as dlt645_codec
from simulators.meters.modbus.codec import encode_ascii, encode_rtu
from simulators.meters.serial.bus import SerialBus
from simulators.meters.serial.maps import any_shipped
from simulators.meters.spec import LineSpec, MeterSpec
from simulators.plant import Works
from simulators.world import Site, load_world

START_US = 1_772_380_800_000_000
PERIOD_S = 5
VOLTS = bytes.fromhex("0400000002")
CASES: dict[str, tuple[str, str, str, bytes, Framing]] = {
    "modbus-rtu": ("sdm630", "e01", "", encode_rtu(1, VOLTS), Framing(9600)),
    "modbus-ascii": ("sdm630", "e01", "", encode_ascii(1, VOLTS), Framing(9600)),
    "dlt645-2007": (
        "dlt645_three_phase",
        "e01",
        "123456789012",
        dlt645_codec.encode(dlt645_codec.Frame("123456789012", 0x11, bytes.fromhex("00000100"))),
        Framing(2400, "E"),
    ),
    "dlt645-1997": (
        "dlt645_1997",
        "e01",
        "123456789012",
        dlt645_codec.encode(dlt645_codec.Frame("123456789012", 0x01, bytes.fromhex("1090"))),
        Framing(1200, "E"),
    ),
    "cjt188-2004": (
        "cjt188_heat",
        "heat",
        "78330011223344",
        cjt188_codec.encode(cjt188_codec.Frame(0x20, "78330011223344", 0x01, bytes.fromhex("1F9001"))),
        Framing(2400, "E"),
    ),
}


clock: Callable[[], float] = time.perf_counter
"""What seconds are read from; `--cpu` puts processor time here."""


class LoopClock:
    """True time of a virtual loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now_us(self) -> int:
        """Microseconds UTC."""
        return START_US + round(self._loop.time() * 1_000_000)

    def time_ns(self) -> int:
        """Nanoseconds UTC, as a terminal's clock tells them."""
        return self.now_us() * 1000

    def set_time_ns(self, time_ns: int, /) -> None:
        """Nobody sets the clock here."""
        raise AssertionError(time_ns)


def measure(name: str, polls: int) -> dict[str, Any]:
    """One protocol."""
    device, source, address, request, framing = CASES[name]
    loop = VirtualLoop()
    line = SerialLine("bus", framing, loop=loop)
    ports = SerialPorts()
    ports.add("ttyS1", line)
    settings = LineSettings(framing.baud, framing.parity, framing.stop_bits)
    events: list[Event] = []
    now = LoopClock(loop)
    surroundings = Surroundings(
        Works(seeded(1), START_US, 1), now, lambda _name: random.Random(1), events.append, START_US
    )
    spec = MeterSpec(
        name="M",
        map=device,
        place=places.SerialLine("ttyS1"),
        source=source,
        points=(),
        address=address,
        framing=name.removeprefix("modbus-") if name.startswith("modbus") else "",
    )
    _, station = build_meter(spec, any_shipped(device), surroundings, settings)
    assert station is not None
    bus = SerialBus("", 0, [station], clock=now, observe=events.append, carrier=LineCarrier(line), settings=settings)
    answers = 0

    async def main() -> None:
        nonlocal answers
        await bus.start()
        reader, writer = await ports.open("ttyS1", framing.baud, framing.parity, framing.stop_bits)
        for _ in range(polls):
            writer.write(request)
            answers += len(await reader.read(1))
            # The rest of the answer, until the line has been silent.
            while True:
                try:
                    async with asyncio.timeout(0.05):
                        answers += len(await reader.read(300))
                except TimeoutError:
                    break
        await bus.stop()

    begin = clock()
    loop.run_until_complete(main())
    wall_s = clock() - begin
    simulated_s = loop.time()
    finish(loop)
    assert len(events) == polls, f"expected {polls} answers, got {len(events)}"
    computed_s = framing.duration_s(polls * len(request) + answers)
    return {
        "protocol": name,
        "line": str(framing),
        "polls_per_s": polls / wall_s,
        "times_real": simulated_s / wall_s,
        "occupancy_computed": computed_s / simulated_s,
        "occupancy_observed": line.busy_s / simulated_s,
    }


def planned(seconds: float) -> list[dict[str, Any]]:
    """Each line of the shipped world: what the terminal plans, and what the line saw."""
    path = Path(__file__).parents[1] / "fixtures" / "worlds" / "serial.toml"
    world = dataclasses.replace(load_world(path), faults=())
    loop = VirtualLoop()
    seen: dict[str, list[LineEvent]] = {line.name: [] for line in world.lines}
    ports = SerialPorts()
    now = LoopClock(loop)

    def carrier(spec: LineSpec) -> LineCarrier:
        line = SerialLine(spec.name, Framing(*spec.settings), loop=loop, observe=seen[spec.name].append)
        return LineCarrier(ports.add(spec.name, line))

    async def run() -> Config:
        Network()
        site = Site(
            dataclasses.replace(world, start_us=START_US), clock=now, observe=lambda event: None, carriers=carrier
        )
        await site.start()
        seat = Seat(
            site=site,
            settings={"period_s": PERIOD_S, "periods": {}, "buffer_h": 48},
            clock=now,
            chance=random.Random(1),
            local=("127.0.0.1", 0),
        )
        tables = render(seat)
        tables["storage"] = {"path": ":memory:"}
        for line in tables["lines"]:
            # As quick as the simulated meters are; a plan usually allows 100 ms for each answer to begin.
            line["response_s"] = "0.02"
        config = load_config(tomli_w.dumps(tables))
        terminal = Terminal(config, Platform(clock=now, random=random.Random(1), open_serial=ports.open))
        task = asyncio.ensure_future(terminal.run())
        await asyncio.sleep(seconds)
        await terminal.stop()
        await task
        await site.stop()
        return config

    config = loop.run_until_complete(run())
    finish(loop)
    return [
        {
            "line": line.device,
            "meters": sum(meter.line == line.id for meter in config.meters),
            "planned": float(of_line(line, [meter for meter in config.meters if meter.line == line.id]).percent) / 100,
            "observed": taken_s(seen[line.device], float(line.turnaround_s)) / seconds,
        }
        for line in config.lines
    ]


def taken_s(events: Sequence[LineEvent], rest_s: float) -> float:
    """Seconds a line was taken: from each request until the end of its answer, and the rest after it."""
    bursts = [event for event in events if event.kind == "sent"]
    total_s = 0.0
    for asked, answered in pairwise(bursts):
        if asked.station != bursts[0].station:
            continue
        # A request that nobody answers is followed by the next request.
        end_s = answered.t_s if answered.station != asked.station else asked.t_s
        total_s += end_s - asked.began_s + rest_s
    return total_s


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Serial lines in virtual time.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--polls", type=int, default=2000, help="polls of each protocol (default 2000)")
    parser.add_argument("--planned", type=float, default=1800, help="simulated seconds of both lines (default 1800)")
    parser.add_argument("--cpu", action="store_true", help="processor time instead of wall time")
    options = parser.parse_args()
    if options.cpu:
        global clock
        clock = time.process_time
    rows = [measure(name, options.polls) for name in CASES]
    plans = planned(options.planned)
    if options.json:
        print(json.dumps({"protocols": rows, "planned": plans}))
        return
    print(f"{'protocol':<14}{'line':<12}{'polls/s':>10}{'x real':>10}{'computed':>10}{'observed':>10}")
    for row in rows:
        print(
            f"{row['protocol']:<14}{row['line']:<12}{row['polls_per_s']:>10,.0f}{row['times_real']:>10,.0f}"
            f"{row['occupancy_computed']:>10.2%}{row['occupancy_observed']:>10.2%}"
        )
    print(f"\n{'line':<14}{'meters':>8}{'planned':>10}{'observed':>10}")
    for plan in plans:
        print(f"{plan['line']:<14}{plan['meters']:>8}{plan['planned']:>10.2%}{plan['observed']:>10.2%}")


if __name__ == "__main__":
    main()
