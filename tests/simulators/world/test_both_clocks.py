"""One body, two loops: the simulators do the same on asyncio's own loop and in the virtual world."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from ports import free_port
from pymodbus.client import AsyncModbusTcpClient
from simulators_helpers import MN, START_US, HandClock, Heard, upload

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from simulators.centres.hj212.codec import encode
from simulators.centres.kinds import centre_of
from simulators.events import Connected, Event
from simulators.meters.faults import Delayed, Refusing
from simulators.meters.places import GatewayPort
from simulators.world import MeterSpec, PlantSpec, PointSpec, Site, World


async def story(host: str, meter_port: int, centre_port: int) -> list[Event]:
    """Poll, spoil, upload, command: what the site heard."""
    heard = Heard()
    meter = MeterSpec(
        "E01",
        "adl3000",
        GatewayPort(host, meter_port),
        "e01",
        (PointSpec("e", "energy", code="k1"), PointSpec("p", "power")),
    )
    centre = centre_of("A", host, centre_port, MN, re_count=1)
    world = World("small", 3, START_US, PlantSpec(circuits=2), (meter,), (centre,))
    clock = HandClock(START_US + 10**11)
    site = Site(world, clock=clock, observe=heard)
    await site.start()
    client = AsyncModbusTcpClient(host, port=meter_port)
    await client.connect()
    for fault in (None, Delayed(after_s=0.05), Refusing(code=4)):
        if fault:
            site.meters["E01"].set_fault(fault)
        clock.at_us += 60_000_000
        await client.read_holding_registers(10, count=2, device_id=1)
    client.close()
    reader, writer = await asyncio.open_connection(host, centre_port)
    for switches in ({}, {"sending": "octets"}, {"sending": "whole", "ack_after_s": 0.05}, {"ack_after_s": 0}):
        site.centres["A"].behave(**switches)
        writer.write(b"noise" + encode(upload()))
        await reader.readline()
    await site.centres["A"].command("1011", over_time_s=0.02)
    writer.write(encode(upload())[:-2])
    await reader.readuntil(b"CN=9014")
    writer.close()
    await site.stop()
    await asyncio.sleep(0.1)
    return list(heard)


def told(events: list[Event]) -> list[bytes]:
    """The story without the ports that the operating system chose."""
    return [
        msgspec.json.encode(event)
        for event in events
        if not isinstance(event, Connected)  # peers and the order of closing are the network's
    ]


def test_the_story_is_the_same_in_both_worlds() -> None:
    meter_port, centre_port = free_port(), free_port()
    real = asyncio.run(story("127.0.0.1", meter_port, centre_port))

    async def virtually(body: Callable[[], Coroutine[Any, Any, list[Event]]]) -> list[Event]:
        Network()
        return await body()

    virtual = run_virtually(virtually(lambda: story("127.0.0.1", meter_port, centre_port)))
    assert told(virtual) == told(real)
    assert len(told(real)) > 20
