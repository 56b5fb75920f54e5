"""The reference terminal at collectors in real time: configured from a world, every message of theirs in its store."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from house import ROOT
from msgspec.structs import replace
from ports import free_port

from bench.dut import Seat
from bench.dut.command import variables
from bench.dut.manual import commissioning
from bench.dut.reference import configuration
from bench.dut.reference_meters import NoDriver
from reference_terminal.assembly import Terminal
from reference_terminal.platform import Platform
from reference_terminal.settings.config import load_config
from simulators.centres.kinds import centre_of
from simulators.collectors.https.descriptor import HttpsSpec
from simulators.collectors.mqtt.descriptor import MqttSpec
from simulators.collectors.spec import CollectorSpec
from simulators.events import Event, Handed, Published
from simulators.meters.places import Collected
from simulators.world import MeterSpec, PlantSpec, PointSpec, Site, World, load_world

WORLDS = ROOT / "fixtures" / "worlds"


class _WallClock:
    def now_us(self) -> int:
        return time.time_ns() // 1000


def world(*collectors: CollectorSpec) -> World:
    meters = tuple(
        MeterSpec(
            f"{each.name}-m",
            "adl3000",
            Collected(each.name, each.host, each.port),
            "e01",
            (
                PointSpec(f"{each.name}.energy", "energy", code=f"k{number}1"),
                PointSpec(f"{each.name}.power", "power", code=f"k{number}2", tag="有功功率"),
            ),
        )
        for number, each in enumerate(collectors)
    )
    start_us = time.time_ns() // 1_000_000_000 * 1_000_000
    centre = centre_of("A", "127.0.0.1", free_port(), "010000A8900016F000169DC0")
    return World("collectors", 5, start_us, PlantSpec(circuits=1), meters, (centre,), collectors=collectors)


def test_every_way_from_a_collector_into_the_store(program: Callable[[str], str]) -> None:
    program("mosquitto")
    usual = MqttSpec(name="", host="127.0.0.1", port=0, period_s=1)
    described = world(
        replace(usual, name="own", port=free_port(), channel="mtls", form="neuron-tags"),
        replace(usual, name="mosquitto", port=free_port(), broker="mosquitto", channel="tls", form="properties"),
        replace(usual, name="texts", port=free_port(), form="thingsboard", numbers="text", user="u", password="p"),
        HttpsSpec(name="asked", host="127.0.0.1", port=free_port(), period_s=1, channel="tls"),
    )

    async def scene() -> tuple[list[Event], dict[str, dict[int, str]]]:
        events: list[Event] = []
        site = Site(described, clock=_WallClock(), observe=events.append)
        await site.start()
        text = configuration(described, period_s=1, database=":memory:", port=0)
        # Certificates are drawn from the world's seed: this site and the one of the configuration have the same.
        terminal = Terminal(load_config(text), Platform.real(seed=1))
        task = asyncio.create_task(terminal.run())
        rows: dict[str, dict[int, str]] = {}
        until = time.monotonic() + 240
        while not rows or any(len(values) < 3 for values in rows.values()):
            assert time.monotonic() < until, rows
            await asyncio.sleep(0.2)
            terminal.store.flush()
            for state in terminal.pipeline.points:
                found = terminal.store.readings(state.number, 0, 2**40, 1000)
                rows[state.config.id] = {row[0]: row[2] for row in found if row[4] == 0}
        await terminal.stop()
        await task
        await site.stop()
        return events, rows

    events, rows = asyncio.run(scene())
    said: dict[tuple[str, int], str] = {}
    for event in events:
        if isinstance(event, Published):
            for point, text in event.values.items():
                said[point, event.stamp // 1_000_000] = text
    for point, values in rows.items():
        assert len(values) >= 3, point
        for slot_s, text in values.items():
            assert Decimal(said[point, slot_s]) == Decimal(text)
            assert said[point, slot_s] == text
    taken = [event for event in events if isinstance(event, Handed) and event.state == "taken" and event.number]
    assert {event.collector for event in taken} == {"own", "texts", "mosquitto"}
    for name in ("own", "texts", "mosquitto"):
        numbers = [event.number for event in taken if event.collector == name]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_the_shipped_world_configures_a_terminal() -> None:
    config = load_config(
        configuration(load_world(WORLDS / "collectors.toml"), period_s=10, database=":memory:", port=0)
    )
    assert [each.protocol for each in config.collectors] == ["mqtt", "mqtt", "https"]
    assert {meter.collector for meter in config.meters} == {"A", "B", "C"}
    assert config.points[1].place.tag == "有功功率"


def test_a_channel_the_terminal_lacks_is_told() -> None:
    described = world(HttpsSpec(name="own", host="127.0.0.1", port=free_port(), channel="tlcp"))
    with pytest.raises(NoDriver, match="collector own over tlcp"):
        configuration(described, period_s=1, database=":memory:", port=0)


class _NoClock:
    def now_us(self) -> int:
        return 0

    def time_ns(self) -> int:
        return 0

    def set_time_ns(self, time_ns: int, /) -> None:
        return None


def test_other_terminals_are_told_all_they_need() -> None:
    site = Site(load_world(WORLDS / "collectors.toml"), clock=_NoClock(), observe=lambda event: None)
    settings = {"period_s": 10, "periods": {}, "buffer_h": 168}
    seat = Seat(site=site, settings=settings, clock=_NoClock(), chance=random.Random(0), local=("127.0.0.1", 1))
    first, _, third = variables(seat, Path("state"))["collectors"]
    assert first["topic"] == {"a1": "/neuron/A/a1", "a2": "/neuron/A/a2"}
    assert third["path"] == {"c1": "/api/v1/devices/c1/values"}
    assert third["anchors"].startswith("-----BEGIN CERTIFICATE-----")
    sheet = commissioning(seat).splitlines()
    assert "A,mqtt,127.0.0.1,18830,plain,neuron,,,any,1" in sheet
    assert any(line.startswith("C,https") and line.endswith(",,,,") for line in sheet)
    assert "a1.power,A,a1,有功功率,kW,A1=k01002" in sheet
    # No register of a meter that the terminal never sees.
    assert [line for line in sheet if line.startswith("a1.power")] == ["a1.power,A,a1,有功功率,kW,A1=k01002"]
