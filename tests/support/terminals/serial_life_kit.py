"""A whole terminal and a world of serial meters, one life after another in virtual time."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import tomli_w

from bench.dut import Seat
from bench.dut.reference import render
from bench.virtual.loop import running_loop
from bench.virtual.network import Network
from bench.virtual.serial import LineCarrier, SerialLine, SerialPorts
from bench.virtual.uart import Framing
from reference_terminal.assembly import Terminal
from reference_terminal.platform import Platform
from reference_terminal.settings.config import load_config
from simulators.events import Event, Served
from simulators.tables import parse_toml
from simulators.world import Site, build_world

START_S = 1_772_380_800  # 2026-03-02T00:00:00+08:00


START_US = START_S * 1_000_000


WORLD = """
[world]
name = "serial"
seed = 5
start = "2026-03-02T00:00:00+08:00"

[plant]
circuits = 4

[[meters]]
repeat = [1, 4]
name = "E{n:02}"
maps = ["dlt645_three_phase", "dlt645_1997"]
host = "127.0.0.1"
port = 4001
address = "000000000161"
source = "e{n:02}"
ratio = "20"
points = [
  { id = "e{n:02}.energy", register = "energy", code = "k{n:02}001" },
  { id = "e{n:02}.power", register = "power", code = "k{n:02}002" },
  { id = "e{n:02}.voltage", register = "voltage_a", code = "k{n:02}003" },
]

[[meters]]
name = "heat"
map = "cjt188_heat"
host = "127.0.0.1"
port = 4001
address = "78330011223344"
source = "heat"
points = [
  { id = "heat.energy", register = "heat", code = "k82001" },
  { id = "heat.flow", register = "flow", code = "k82002" },
  { id = "heat.supply", register = "supply", code = "k82003" },
]

[[meters]]
name = "odd"
map = "cjt188_heat_unit_first"
host = "127.0.0.1"
port = 4001
address = "78330011223345"
source = "heat"
points = [{ id = "odd.energy", register = "heat", code = "k82101" }]

[[meters]]
name = "ultra"
map = "cjt188_ultrasonic"
host = "127.0.0.1"
port = 4001
address = "78330011223346"
source = "gas"
points = [{ id = "ultra.volume", register = "volume", code = "k83001" }]

[[meters]]
name = "gas"
map = "cjt188_gas"
host = "127.0.0.1"
port = 4001
address = "00000508000001"
source = "gas"
points = [{ id = "gas.volume", register = "volume", code = "k80001" }]

[[centres]]
name = "A"
host = "127.0.0.1"
port = 9010
mn = "010000A8900016F000169DC0"
"""


class Clock:
    """True time and the terminal's, alike."""

    def now_us(self) -> int:
        return START_US + round(running_loop().time() * 1e6)

    def time_ns(self) -> int:
        return self.now_us() * 1000

    def set_time_ns(self, time_ns: int, /) -> None:
        raise AssertionError("nobody sets the clock here")


class Life:
    """A world and a terminal in it for some time; what was served, and the terminal's store afterwards."""

    def __init__(self, text: str = WORLD, period_s: int = 60, standbys: dict[str, str] | None = None) -> None:
        self.text = text
        self.standbys = standbys or {}
        self.period_s = period_s
        self.served: list[Served] = []
        self.site: Site

    def hear(self, event: Event) -> None:
        if isinstance(event, Served):
            self.served.append(event)

    async def run(self, seconds: float, during: object = None) -> Terminal:

        Network()
        clock = Clock()
        ports = SerialPorts()
        self.site = Site(
            build_world(parse_toml(self.text, "w"), "w", Path(".")),
            clock=clock,
            observe=self.hear,
            carriers=lambda spec: LineCarrier(ports.add(spec.name, SerialLine(spec.name, Framing(*spec.settings)))),
        )
        await self.site.start()
        seat = Seat(
            site=self.site,
            settings={"period_s": self.period_s, "periods": {}, "buffer_h": 48, "standbys": self.standbys},
            clock=clock,
            chance=random.Random(1),
            local=("127.0.0.1", 0),
        )
        tables = render(seat)
        tables["storage"] = {"path": ":memory:"}
        platform = Platform(clock=clock, random=random.Random(1), open_serial=ports.open)
        terminal = Terminal(load_config(tomli_w.dumps(tables)), platform)
        task = asyncio.ensure_future(terminal.run())
        if callable(during):
            await during(self)
        await asyncio.sleep(seconds)
        self.terminal = terminal
        self.readings = {
            state.config.id: terminal.store.readings(state.number, 0, 4_000_000_000, 100_000)
            for state in terminal.pipeline.points
        }
        self.readings = {name: list(rows) for name, rows in self.readings.items()}
        self.sources = terminal.pipeline.sources.of_readings(terminal.pipeline.points[0].number, 0, 4_000_000_000)
        await terminal.stop()
        await task
        await self.site.stop()
        return terminal
