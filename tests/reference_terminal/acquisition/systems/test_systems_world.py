"""The terminal's drivers against OPC UA servers and databases in real time, and worlds of systems as files."""

from __future__ import annotations

import asyncio
import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from ports import free_port

from bench.dut.reference import configuration
from reference_terminal.acquisition.opcua.client import OpcUaClient
from reference_terminal.acquisition.opcua.driver import OpcUaMeter
from reference_terminal.crypto.certificates import identity, read
from reference_terminal.model import reading
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Alarm
from reference_terminal.platform import OffsetClock
from reference_terminal.security.systems import SystemKeys
from reference_terminal.settings.config import load_config
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.settings.systems import SystemConfig
from simulators.meters.faults import ForeignCertificate, Restarting
from simulators.serve import HostClock
from simulators.systems.opcua.descriptor import OpcUaPlace
from simulators.systems.sql.descriptor import SqlPlace
from simulators.tables import DescriptionError
from simulators.world import WORLDS_FOLDER, Site, World, load_world

SHIPPED = WORLDS_FOLDER / "systems.toml"


class Told:
    """A journal that remembers alarms."""

    def __init__(self) -> None:
        self.alarms: list[str] = []

    def raise_alarm(self, alarm: Alarm, subject: str, /, **fields: object) -> None:
        self.alarms.append(f"{alarm.kind} {subject}: {alarm(**fields).en}")

    def clear_alarm(self, alarm: Alarm, subject: str) -> None:
        del alarm, subject


def moved(world: World, security: str) -> World:
    """The shipped world on free ports, its server with security."""
    port, centre = free_port(), free_port()
    meters = tuple(
        dataclasses.replace(meter, place=replace(meter.place, port=port, security=security))
        if isinstance(meter.place, OpcUaPlace)
        else meter
        for meter in world.meters
    )
    return dataclasses.replace(
        world,
        meters=meters,
        centres=tuple(replace(each, port=centre) for each in world.centres),
        start_us=HostClock().now_us() // 60_000_000 * 60_000_000,
    )


def test_the_shipped_world_configures_a_terminal() -> None:
    text = configuration(moved(load_world(SHIPPED), "encrypt"), period_s=60, database="terminal.db", port=0)
    config = load_config(text)
    assert [(system.kind, system.security) for system in config.systems] == [("opcua", "encrypt"), ("sql", "none")]
    assert [meter.system for meter in config.meters] == ["s1", "s2", "s2"]
    assert config.meters[0].points[0].place.tag == "ns=2;s=cems.co2"


@pytest.mark.parametrize("security", ["none", "encrypt"])
def test_a_server_in_real_time_its_restart_and_its_double(security: str) -> None:
    async def main() -> None:
        world = moved(load_world(SHIPPED), security)
        site = Site(world, clock=HostClock(), observe=lambda event: None)
        await site.start()
        device = site.meters["cems"]
        config = load_config(configuration(world, period_s=60, database="terminal.db", port=0))
        system: SystemConfig = config.systems[0]
        meter: MeterConfig = config.meters[0]
        keys = None
        if security != "none":
            place = world.meters[0].place
            assert isinstance(place, OpcUaPlace)
            side = site.system_told(place)
            own = identity("own", side["certificate"], side["key"])
            keys = SystemKeys(own, tuple(read("trusted", side["trusted"])))
        clock, told = WallClock(OffsetClock()), Told()
        client = OpcUaClient(system, keys, clock, told)  # type: ignore[arg-type]
        driver = OpcUaMeter(meter, 0, client)
        try:
            device.preset("cems.co2", "8.5")
            first = (await driver.read(None, clock, 0)).readings
            assert [each.quality for each in first] == [reading.GOOD] * len(meter.points)
            assert first[0].value == Decimal("8.5")
            # A session that ended with its server is made again within the same reading.
            device.set_fault(Restarting(for_s=0.1))
            await asyncio.sleep(2)
            assert not device.troubled
            assert (await driver.read(None, clock, 0)).readings[0].value == Decimal("8.5")
            if security != "none":
                device.set_fault(ForeignCertificate())
                await asyncio.sleep(3)
                poll = await driver.read(None, clock, 0)
                assert poll.silent and {each.cause for each in poll.readings} == {reading.NO_CONNECTION}
                assert "shows a certificate that is not trusted (CN=cems)" in told.alarms[0]
        finally:
            client.close()
            await site.stop()

    asyncio.run(main())


def test_devices_of_one_server_share_its_database(tmp_path: Path) -> None:
    file = tmp_path / "world.toml"
    place = 'sql = "postgresql"\nhost = "127.0.0.1"\nport = 5432'
    file.write_text(SHIPPED.read_text("utf-8").replace("rows_s = 60", place), "utf-8")
    world = load_world(file)
    site = Site(world, clock=HostClock(), observe=lambda event: None)
    behind = {meter.name: meter.place for meter in world.meters if isinstance(meter.place, SqlPlace)}
    assert list(behind) == ["energy", "production"] and all(place.served for place in behind.values())
    urls = {site.system_told(place)["url"] for place in behind.values()}
    assert urls == {"postgresql://reader:reader@127.0.0.1:5432/plant"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('map = "cems_das"', 'map = "cjt188_gas"', "behind opcua a meter has a map of registers; cjt188_gas is none"),
        ("port = 4840", "port = 4840\nunit = 3", "a meter behind opcua has no such place; remove unit"),
        ("port = 4840", 'port = 4840\nsecurity = "tls"', "expected one of none, sign, encrypt, got 'tls'"),
        ('map = "energy_system"', 'map = "energy_system"\ndatabase = "x"', "database: expected a URL such as sqlite"),
        ("rows_s = 60", "rows_s = 0", "rows_s: expected 1 to 86400, got 0"),
        ("rows_s = 60", 'sql = "oracle"', "sql: expected one of sqlite, postgresql, mariadb, got 'oracle'"),
        ("rows_s = 60", "port = 5432", "a meter behind sql has no such place; remove port"),
        ("rows_s = 60", 'sql = "mariadb"\nhost = "127.0.0.1"', "port: is missing"),
        (
            "rows_s = 60",
            'database = "sqlite:///x.db"\nsql = "sqlite"',
            "a database given by URL is of the kind its URL names; remove sql or database",
        ),
        (
            "rows_s = 60",
            'sql = "mariadb"\nhost = "127.0.0.1"\nport = 4840',
            "127.0.0.1:4840 is OPC UA for meter cems; choose another port for mariadb",
        ),
        ("port = 9010", "port = 4840", "127.0.0.1:4840 is already meter cems; choose another port"),
    ],
)
def test_what_is_wrong_with_a_world_is_one_sentence(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "world.toml"
    file.write_text(SHIPPED.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(DescriptionError) as error:
        load_world(file)
    told: list[Any] = [line for line in map(str, error.value.problems) if sentence in line]
    assert told, list(map(str, error.value.problems))
