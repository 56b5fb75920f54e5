"""A bus of Modbus TCP meters on loopback."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

from ports import free_port
from pymodbus.client import AsyncModbusTcpClient
from simulators_helpers import START_US, HandClock, Heard
from virtually import Runner, virtually

from simulators.clock import seeded
from simulators.events import Served, Unserved
from simulators.meters.maps import shipped_map
from simulators.meters.modbus.device import Binding, ModbusMeter
from simulators.meters.modbus.tcp import Gateway
from simulators.plant import Works


class Bus:
    """A gateway with meters of several maps, and somebody listening."""

    def __init__(self, *maps: str) -> None:
        self.clock = HandClock(START_US + 10 * 3600 * 1_000_000)
        self.heard = Heard()
        self.works = Works(seeded(1), START_US, max(len(maps), 2))
        self.port = free_port()
        sources = {"gas_vortex": "gas", "steam_vortex": "steam", "tuf2000": "heat"}
        self.meters = [
            ModbusMeter(
                name,
                unit,
                shipped_map(name),
                self.works,
                clock=self.clock,
                chance=random.Random(1),
                observe=self.heard,
                source=sources.get(name, f"e{unit:02}"),
                bindings=[Binding(register.id, register.id) for register in shipped_map(name).registers],
            )
            for unit, name in enumerate(maps, 1)
        ]
        self.gateway = Gateway("127.0.0.1", self.port, self.meters, clock=self.clock, observe=self.heard)
        self.client = AsyncModbusTcpClient("127.0.0.1", port=self.port, timeout=0.3, retries=0)

    async def __aenter__(self) -> Bus:
        await self.gateway.start()
        await self.client.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.client.close()
        await self.gateway.stop()

    async def read(self, fc: int, address: int, count: int, unit: int = 1) -> list[int] | int:
        """Registers, or the exception code."""
        ask = self.client.read_input_registers if fc == 4 else self.client.read_holding_registers
        response = await ask(address, count=count, device_id=unit)
        return response.exception_code if response.isError() else list(response.registers)

    @property
    def last(self) -> Served:
        return self.heard.of(Served)[-1]

    @property
    def failed(self) -> Unserved:
        return self.heard.of(Unserved)[-1]


def run(body: Callable[[Bus], Awaitable[None]], *maps: str, runner: Runner = virtually) -> Heard:
    async def main() -> Heard:
        async with Bus(*maps) as bus:
            await body(bus)
            return bus.heard

    return runner(main())
