"""Serial meters in the world description: every contradiction told, and the same story in virtual and in real time."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from ports import free_port
from simulators_helpers import MN, START_US, HandClock, Heard

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from simulators.events import Served
from simulators.meters.cjt188 import codec as cjt188_codec
from simulators.meters.cjt188.explain import read_cjt188
from simulators.meters.dlt645 import codec as dlt645_codec
from simulators.meters.dlt645.explain import read_dlt645
from simulators.meters.serial.maps import BusMap, any_names, any_shipped, words
from simulators.meters.serial.protocol import IdentifiedRow
from simulators.serve import serve
from simulators.tables import parse_toml
from simulators.world import Site, World, WorldError, build_world
from simulators.world.points import told

WORLD = f"""
[world]
name = "serial"
seed = 5
start = "2026-03-02T00:00:00+08:00"

[plant]
circuits = 3

[[meters]]
repeat = [1, 3]
name = "E{{n:02}}"
maps = ["dlt645_three_phase", "dlt645_1997"]
host = "127.0.0.1"
port = 15030
address = "000000000161"
source = "e{{n:02}}"
ratio = "20"
points = [ {{ id = "e{{n:02}}.energy", register = "energy", code = "k{{n:02}}001", modulus = "500000.00" }} ]

[[meters]]
name = "heat"
map = "cjt188_heat"
host = "127.0.0.1"
port = 15030
address = "78330011223344"
source = "heat"
points = [ {{ id = "heat.energy", register = "heat", code = "k82001" }} ]

[[centres]]
name = "A"
host = "127.0.0.1"
port = 15212
mn = "{MN}"
"""


def described(port: int = 15030, centre: int = 15212) -> World:
    text = WORLD.replace("15030", str(port)).replace("15212", str(centre))
    return build_world(parse_toml(text, "serial.toml"), "serial.toml", Path("."))


def test_every_shipped_serial_map_is_sound() -> None:
    serial = [device for device in map(any_shipped, any_names()) if isinstance(device, BusMap)]
    assert len(serial) == 18
    assert {device.protocol for device in serial} == set(words())


def test_the_point_table_tells_protocol_address_and_identifier() -> None:
    site = Site(described(), clock=HandClock(), observe=Heard())
    rows = [site.points[name] for name in ("e01.energy", "e02.energy", "heat.energy")]
    asked = [row.of(IdentifiedRow) for row in rows]
    assert [(row.protocol, own.address, own.identifier, own.layout) for row, own in zip(rows, asked, strict=True)] == [
        ("dlt645-2007", "000000000161", "00010000", "XXXXXX.XX"),
        ("dlt645-1997", "000000000162", "9010", "XXXXXX.XX"),
        ("cjt188-2004", "78330011223344", "901F", "XXXXXX.XX"),
    ]
    assert [(row.kind, row.unit, row.decimals, row.type, told(row)["parts"]) for row in rows] == [
        ("counter", unit, 2, "bcd", ()) for unit in ("kWh", "kWh", "GJ")
    ]
    assert (rows[0].modulus, rows[0].ratio) == ("500000.00", "20")


async def story(world: World) -> list[str]:
    heard = Heard()
    site = Site(world, clock=HandClock(START_US + 10**12), observe=heard)
    await site.start()
    reader, writer = await asyncio.open_connection(world.meters[0].host, world.meters[0].port)
    values: list[str] = []
    for octets in (
        dlt645_codec.encode(dlt645_codec.Frame("000000000161", 0x11, bytes.fromhex("00000100"), 4)),
        dlt645_codec.encode(dlt645_codec.Frame("000000000162", 0x01, bytes.fromhex("1090"))),
        cjt188_codec.encode(cjt188_codec.Frame(0x20, "78330011223344", 0x01, bytes.fromhex("1F9001"))),
    ):
        writer.write(octets)
        answer = await reader.read(1000)
        values.append(answer.hex())
        await asyncio.sleep(0)
    writer.close()
    await site.stop()
    served = heard.of(Served)
    assert [event.response.lower() for event in served] == values
    assert read_dlt645(values[0]).decoded.values[0].value == served[0].values["e01.energy"]
    assert read_dlt645(values[1]).decoded.values[0].value == served[1].values["e02.energy"]
    assert read_cjt188(values[2]).decoded.values[1].value == served[2].values["heat.energy"]
    return values


def test_the_story_is_the_same_in_both_worlds() -> None:
    world = described(free_port(), free_port())

    async def virtually() -> list[str]:
        Network()
        return await story(world)

    assert asyncio.run(story(world)) == run_virtually(virtually())


def test_serving_tells_addresses_and_identifiers() -> None:
    introduced = asyncio.Event()

    class Screen(io.StringIO):
        def write(self, text: str) -> int:
            if "Ctrl-C" in text:
                introduced.set()
            return super().write(text)

    out = Screen()

    async def main() -> None:
        task = asyncio.ensure_future(serve(described(free_port(), free_port()), out))
        await introduced.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    assert "dlt645-2007 000000000161 E01" in out.getvalue()
    assert "heat.energy@901F" in out.getvalue()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('map = "cjt188_heat"', 'map = "sdm630"', "is Modbus, which has a unit id"),
        ('address = "78330011223344"', 'address = "000000000999"', "expected an address of 14 digits for cjt188_heat"),
        ('address = "78330011223344"', "unit = 7", "15030 is serial for meter E01; choose another port for Modbus"),
        ('address = "78330011223344"', 'address = "12"', "12 digits (DL/T 645) or 14 (CJ/T 188)"),
        ('address = "78330011223344"', "", "unit: is missing"),
        ('register = "heat"', 'register = "steam"', "has no register 'steam'"),
        ('maps = ["dlt645_three_phase", "dlt645_1997"]', 'map = "dlt645_2099"', "expected a path ending in .toml"),
        ('register = "energy"', 'register = "date"', "'date' of map dlt645_three_phase is no number of its own"),
    ],
)
def test_contradictions_are_told(old: str, new: str, problem: str) -> None:
    assert old in WORLD
    with pytest.raises(WorldError) as caught:
        build_world(parse_toml(WORLD.replace(old, new), "w.toml"), "w.toml", Path("."))
    assert problem in str(caught.value)


def test_two_meters_of_one_address_are_told() -> None:
    text = WORLD.replace('name = "heat"', 'name = "E04"').replace('map = "cjt188_heat"', 'map = "dlt645_1997"')
    text = text.replace("78330011223344", "000000000162").replace('register = "heat"', 'register = "energy"')
    with pytest.raises(WorldError, match=r"address 000000000162 at 127.0.0.1:15030 is already meter E02"):
        build_world(parse_toml(text, "w.toml"), "w.toml", Path("."))
