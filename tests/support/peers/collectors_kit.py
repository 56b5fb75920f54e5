"""What tests of collectors share: a small world with one, and Mosquitto's own clients beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from msgspec.structs import replace
from ports import free_port
from simulators_helpers import MN, Heard

from simulators.centres.kinds import centre_of
from simulators.collectors.mqtt.descriptor import MqttSpec
from simulators.collectors.spec import CollectorSpec
from simulators.meters.places import Collected
from simulators.world import MeterSpec, PlantSpec, PointSpec, Site, World

Program = Callable[[str], str]


class _WallClock:
    def now_us(self) -> int:
        return time.time_ns() // 1000


def world(*collectors: CollectorSpec) -> World:
    meters = tuple(
        MeterSpec(
            f"{each.name}-e{number}",
            kind,
            Collected(each.name, each.host, each.port),
            f"e0{number}",
            tuple(
                PointSpec(f"{each.name}{number}.{register}", register, code=f"k{place}{number}{index}", tag=tag)
                for index, (register, tag) in enumerate((("energy", ""), ("power", "有功功率")))
            ),
        )
        for place, each in enumerate(collectors)
        for number, kind in ((1, "adl3000"), (2, "sdm630"))
    )
    now_s = time.time_ns() // 1_000_000_000
    return World(
        "collectors",
        3,
        now_s * 1_000_000,
        PlantSpec(circuits=2),
        meters,
        (centre_of("A", "127.0.0.1", free_port(), MN),),
        collectors=collectors,
    )


@asynccontextmanager
async def standing(*collectors: CollectorSpec) -> AsyncGenerator[tuple[Site, Heard], None]:
    heard = Heard()
    site = Site(world(*collectors), clock=_WallClock(), observe=heard)
    await site.start()
    try:
        yield site, heard
    finally:
        await site.stop()


def mqtt(**changes: object) -> CollectorSpec:
    usual = MqttSpec(name="C", host="127.0.0.1", port=free_port(), period_s=1)
    return replace(usual, **changes)


async def lines(*words: str) -> list[str]:
    """What a program printed; it must end well."""
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(120):
        out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode().splitlines()


def sub(program: Program, port: int, *more: str) -> tuple[str, ...]:
    return (program("mosquitto_sub"), "-h", "127.0.0.1", "-p", str(port), "-V", "mqttv311", *more)
