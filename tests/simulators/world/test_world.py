"""World files: every problem at once, and a world standing on loopback."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import random
import re
from collections.abc import Coroutine
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from ports import free_port
from pymodbus.client import AsyncModbusTcpClient
from simulators_helpers import MN, START_US, HandClock, Heard, upload
from virtually import virtually

from simulators.centres.hj212.codec import encode
from simulators.centres.kinds import centre_of
from simulators.events import Served
from simulators.meters.modbus.point_row import RegistersRow
from simulators.meters.modbus.registers import float_text, reorder, unpack_whole
from simulators.meters.places import GatewayPort
from simulators.meters.point_rows import HandedRow
from simulators.meters.serial.protocol import IdentifiedRow
from simulators.serve import HostClock, serve
from simulators.systems.kinds import SystemPlace
from simulators.tables import Problem, Table
from simulators.world import (
    WORLDS_FOLDER,
    MeterSpec,
    PlantSpec,
    PointSpec,
    Site,
    World,
    WorldError,
    load_world,
)
from simulators.world.points import names, told

SHIPPED = sorted(WORLDS_FOLDER.glob("*.toml"))


def moved(world: World) -> World:
    """The world on ports that are free here."""
    ports = {port: free_port() for port in {spec.port for spec in (*world.meters, *world.centres)}}
    return dataclasses.replace(
        world,
        meters=tuple(spec.moved(spec.host, ports[spec.port]) for spec in world.meters),
        centres=tuple(structs.replace(spec, port=ports[spec.port]) for spec in world.centres),
    )


def test_the_works_hold_29_circuits_behind_one_port_and_two_centres() -> None:
    world = load_world(WORLDS_FOLDER / "works.toml")
    first = world.meters[0]
    assert sum(spec.port == first.port for spec in world.meters) == 29
    assert [spec.unit for spec in world.meters[:29]] == list(range(1, 30))
    assert [centre.name for centre in world.centres] == ["A", "B"]
    assert world.start_us == START_US


def on_tcp(world: World) -> bool:
    return not (world.lines or world.collectors or any(isinstance(meter.place, SystemPlace) for meter in world.meters))


# Others are read elsewhere: serial lines in meters/serial, collectors and systems in the terminal's acquisition.
ON_TCP = [path for path in SHIPPED if on_tcp(load_world(path))]


@pytest.mark.parametrize("path", ON_TCP, ids=[path.stem for path in ON_TCP])
def test_every_point_of_every_shipped_world_on_tcp_reads_as_its_point_table_says(path: Path) -> None:
    async def main() -> None:
        heard = Heard()
        site = Site(moved(load_world(path)), clock=HandClock(START_US + 10**11), observe=heard)
        await site.start()
        clients: dict[tuple[str, int], AsyncModbusTcpClient] = {}
        try:
            for row in site.points.values():
                client = clients.get((row.host, row.port))
                if client is None:
                    client = clients[(row.host, row.port)] = AsyncModbusTcpClient(row.host, port=row.port)
                    await client.connect()
                asked = row.of(RegistersRow)
                ask = client.read_input_registers if asked.fc == 4 else client.read_holding_registers
                total = Decimal(0)
                for part in asked.parts:
                    response = await ask(part.address, count=part.count, device_id=asked.unit_id)
                    octets = b"".join(each.to_bytes(2, "big") for each in response.registers)
                    big = reorder(octets, part.order)
                    held = (
                        Decimal(float_text(big, part.type) or "NaN")
                        if part.type[0] == "f"
                        else Decimal(unpack_whole(big, part.type) or 0) * Decimal(row.scale)
                    )
                    total += held * Decimal(part.factor)
                assert total == Decimal(site.meters[row.meter].text(row.id))
                if len(asked.parts) == 1:
                    assert Decimal(heard.of(Served)[-1].values[row.id]) == total
        finally:
            for client in clients.values():
                client.close()
            await site.stop()

    virtually(main())


def small(**changes: Any) -> World:
    point = PointSpec("e01.energy", "energy", code="k01001")
    world = World(
        name="small",
        seed=1,
        start_us=START_US,
        plant=PlantSpec(circuits=2),
        meters=(MeterSpec("E01", "sdm630", GatewayPort("127.0.0.1", 15020), "e01", (point,)),),
        centres=(centre_of("A", "127.0.0.1", 15212, MN),),
    )
    return dataclasses.replace(world, **changes)


def test_the_point_table_tells_all_a_terminal_needs() -> None:
    site = Site(small(), clock=HandClock(), observe=Heard())
    row = site.points["e01.energy"]
    asked = row.of(RegistersRow)
    assert (row.meter, row.kind, row.unit, asked.fc, row.type) == ("E01", "counter", "kWh", 4, "f32")
    assert [(part.address, part.count) for part in asked.parts] == [(0x156, 2)] and row.decimals == -1
    assert (row.modulus, row.codes, asked.gaps) == ("1000000.00", {"A": "k01001"}, "zero")
    assert row.rated_per_h == "31"


@pytest.mark.parametrize("path", ON_TCP, ids=[path.stem for path in ON_TCP])
def test_a_row_has_in_tables_the_fields_of_every_kind(path: Path) -> None:
    """What templates of profiles may name at each point, whatever it is read by."""
    site = Site(moved(load_world(path)), clock=HandClock(START_US), observe=Heard())
    for row in site.points.values():
        assert told(row).keys() == names(), row.id
        assert told(row)["id"] == row.id and not isinstance(told(row)["line"], dict)
        own = row.own.behind if isinstance(row.own, HandedRow) else row.own
        if isinstance(own, RegistersRow):
            assert told(row)["fc"] == own.fc and told(row)["gaps"] == own.gaps
        with pytest.raises(TypeError, match=f"point {row.id} is read by {row.protocol} and has no IdentifiedRow"):
            row.of(IdentifiedRow)


def test_a_world_may_override_modulus_and_rating_and_codes() -> None:
    point = PointSpec("x", "energy", code="k1", codes={"B": ""}, modulus="10000.00", rated_per_h="77")
    meter = MeterSpec("E01", "adl3000", GatewayPort("127.0.0.1", 15020), "e01", (point,))
    centres = (centre_of("A", "127.0.0.1", 15212, MN), centre_of("B", "127.0.0.1", 15213, MN))
    site = Site(small(meters=(meter,), centres=centres), clock=HandClock(), observe=Heard())
    row = site.points["x"]
    assert (row.modulus, row.rated_per_h, row.codes) == ("10000.00", "77", {"A": "k1"})
    assert Decimal(site.meters["E01"].text("x")) < 10_000


def test_two_sites_of_one_world_tell_the_same_story() -> None:
    stories: list[list[str]] = []
    for _ in range(2):
        clock = HandClock()
        site = Site(load_world(WORLDS_FOLDER / "works.toml"), clock=clock, observe=Heard())
        story: list[str] = []
        order = list(site.points)
        random.Random(len(stories)).shuffle(order)
        for hour in range(24):
            clock.at_us = START_US + hour * 3_600_000_000
            shown = {point: site.meters[site.points[point].meter].text(point) for point in order}
            story += [shown[point] for point in site.points]
        stories.append(story)
    assert stories[0] == stories[1]


BAD = """
[world]
name = "bad"
seed = "one"
start = "2026-03-02T00:00:00"
colour = "red"

[plant]
kind = "works"
circuits = 2

[[meters]]
name = "E01"
map = "sdm631"
host = "127.0.0.1"
port = 15020
unit = 1
source = "e01"
points = [{ id = "a", register = "energy" }]

[[meters]]
name = "E01"
map = "sdm630"
host = "127.0.0.1"
port = 15020
unit = 1
source = "e09"
points = [{ id = "a", register = "enrgy", code = "k1" }, { id = "b", register = "power", quantity = "gas.volume" }]

[[meters]]
name = "E03"
map = "sdm630"
host = "127.0.0.1"
port = 99999
unit = 300
soruce = "e01"
points = [{ id = "c", register = "power", code = "k1", codes = { Z = "q" } }]

[[centres]]
name = "A"
host = "127.0.0.1"
port = 15020
mn = "not an mn!"
minute_interval = 7
realtime_interval_s = 5
"""


def test_all_problems_of_a_world_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(BAD, encoding="utf-8")
    with pytest.raises(WorldError) as caught:
        load_world(path)
    shown = str(caught.value)
    assert all(re.search("[\u4e00-\u9fff]", str(problem)) for problem in caught.value.problems)
    for piece in (
        "world.seed: expected a whole number",
        "world.start: expected an instant such as",
        "world.colour: unknown key",
        "map 'sdm631': expected a path ending in .toml or one of",
        "the name is given to several meters (2)",
        "unit 1 at 127.0.0.1:15020 is already meter E01",
        "the plant has no source 'e09'; it has bridge, e01, e02, gas, heat, site, stack, steam",
        "map sdm630 has no register 'enrgy'",
        "the point id 'a' is also at meter E01",
        "register in W, quantity gas.volume in m3; units do not match",
        "meters[2].port: expected 1 to 65535, got 99999",
        "meters[2].unit: expected 1 to 247, got 300",
        "meters[2].soruce: unknown key; did you mean 'source'?",
        "has a code for centre 'Z', which the world lacks",
        "centre A has the code 'k1' for 'a' and 'c'",
        "127.0.0.1:15020 is already meter E01",
        "centres[0].mn: expected 1 to 24 letters and digits",
        "minute_interval: 7 does not divide the hour",
        "realtime_interval_s: expected 0 (off) or 30 to 3600",
    ):
        assert piece in shown, piece
    assert all(str(path) in str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("octets", "piece"),
    [(b"[world", "not valid TOML"), (b"\xff\xfe", "expected UTF-8"), (b"", "world: is missing")],
)
def test_an_unreadable_world_is_a_sentence(tmp_path: Path, octets: bytes, piece: str) -> None:
    path = tmp_path / "w.toml"
    path.write_bytes(octets)
    with pytest.raises(WorldError, match=piece):
        load_world(path)


def test_a_missing_world_and_a_missing_series_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="cannot be read"):
        load_world(tmp_path / "none.toml")
    text = (WORLDS_FOLDER / "works.toml").read_text(encoding="utf-8")
    path = tmp_path / "w.toml"
    path.write_text(text.replace('kind = "works"', 'kind = "series"\nfile = "x.csv"'), encoding="utf-8")
    with pytest.raises(WorldError, match="series cannot be read"):
        load_world(path)


def test_a_world_built_by_hand_is_checked_too() -> None:
    centre = centre_of("A", "127.0.0.1", 15020, MN)
    with pytest.raises(WorldError, match="already meter E01"):
        Site(small(centres=(centre,)), clock=HandClock(), observe=Heard())


def test_a_taken_port_leaves_nothing_open() -> None:
    async def main() -> None:
        world = moved(small())
        blocker = await asyncio.start_server(lambda r, w: None, "127.0.0.1", world.centres[0].port)
        site = Site(world, clock=HandClock(), observe=Heard())
        with pytest.raises(OSError):
            await site.start()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", world.meters[0].port)
        blocker.close()

    virtually(main())


def test_each_device_may_be_started_on_its_own_host() -> None:
    async def main() -> None:
        site = Site(moved(small()), clock=HandClock(), observe=Heard())
        hosts: list[str] = []

        async def within(host: str, start: Coroutine[Any, Any, None]) -> None:
            hosts.append(host)
            await start

        await site.start(within)
        await site.stop()
        assert hosts == ["127.0.0.1", "127.0.0.1"]

    virtually(main())


class Screen(io.StringIO):
    """A screen that says when the introduction is over."""

    def __init__(self) -> None:
        super().__init__()
        self.ready = asyncio.Event()

    def write(self, text: str) -> int:
        if "Ctrl-C" in text:
            self.ready.set()
        return super().write(text)


def test_serving_tells_where_everything_is_and_what_arrives() -> None:
    async def main() -> str:
        out = Screen()
        world = moved(small())
        task = asyncio.create_task(serve(world, out))
        await out.ready.wait()
        reader, writer = await asyncio.open_connection("127.0.0.1", world.centres[0].port)
        writer.write(encode(upload()) + b"noise\n##")
        await reader.readline()
        client = AsyncModbusTcpClient("127.0.0.1", port=world.meters[0].port)
        await client.connect()
        response = await client.read_input_registers(0x156, count=2, device_id=1)
        assert not response.isError()
        client.close()
        writer.close()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", world.meters[0].port)
        return out.getvalue()

    shown = virtually(main())
    assert "Meters / 仪表" in shown
    assert "e01.energy@4:342" in shown
    assert f"MN={MN}" in shown
    assert "minute   20260302000000  k01001      Cou=0.10  Flag=N" in shown
    assert "refused 8 octets" in shown or "refused 6 octets" in shown


def test_the_host_clock_is_utc() -> None:
    assert HostClock().now_us() > START_US


def test_known_keys_are_named_once() -> None:
    problems: list[Problem] = []
    table = Table({"zzz": 1, "kind": "b"}, "x", problems)
    assert table.choice("kind", "ab") == table.choice("kind", "ab") == "b"
    table.finish()
    assert [problem.text for problem in problems] == ["unknown key; known here: kind"]
