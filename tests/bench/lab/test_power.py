"""Power drivers against a real counterpart at a socket: a Modbus relay, a SCPI supply, and both when they misbehave."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from bench.lab.power import PowerTrouble, RelayPower, ScpiPower
from bench.lab.rigfile import ModbusRelay, ScpiSupply

HOST = "127.0.0.1"


@contextlib.asynccontextmanager
async def relay() -> AsyncGenerator[int]:
    """A relay board with 8 coils; gives its port."""
    coils = SimData(0, values=[False] * 16, datatype=DataType.BITS)
    words = SimData(0, values=[0], datatype=DataType.REGISTERS)
    device = SimDevice(1, simdata=([coils], [coils], [words], [words]))
    server = ModbusTcpServer(device, address=(HOST, 0))
    await server.serve_forever(background=True)
    try:
        assert server.transport is not None
        yield server.transport.sockets[0].getsockname()[1]  # pyright: ignore[reportAttributeAccessIssue]
    finally:
        await server.shutdown()


@pytest.mark.parametrize("normally_closed", [False, True])
def test_a_relay_switches_and_is_read_back(normally_closed: bool) -> None:
    async def run() -> None:
        async with relay() as port:
            power = RelayPower(ModbusRelay(HOST, coil=3, port=port, normally_closed=normally_closed))
            other = RelayPower(ModbusRelay(HOST, coil=3, port=port, normally_closed=not normally_closed))
            assert await power.state() is normally_closed
            for on in (True, False, True):
                await power.switch(on)
                assert await power.state() is on and await other.state() is not on
            await power.close()
            assert await power.state() is True, "it connects again by itself"
            await power.close()
            await other.close()

    asyncio.run(run())


def test_a_coil_that_is_not_there_is_named() -> None:
    async def run() -> None:
        async with relay() as port:
            power = RelayPower(ModbusRelay(HOST, coil=4000, port=port))
            with pytest.raises(PowerTrouble, match="coil 4000: refuses the write with exception 2"):
                await power.switch(True)
            await power.close()

    asyncio.run(run())


def test_a_relay_that_is_not_there_is_named() -> None:
    async def run() -> None:
        async with relay() as port:
            pass
        with pytest.raises(PowerTrouble, match=f"{HOST}:{port}.*does not accept a connection"):
            await RelayPower(ModbusRelay(HOST, coil=0, port=port, timeout_s=0.5)).state()

    asyncio.run(run())


class Supply:
    """A SCPI supply: an output, an error queue, and the ways in which one can be wrong (`mood`)."""

    def __init__(self, mood: str = "") -> None:
        self.mood = mood
        self.on = False
        self.errors: list[str] = []
        self.heard: list[str] = []

    def _answer(self, words: str) -> str | None:
        if words == "*IDN?":
            return "ACME,PS-1,42,1.0"
        if words == "OUTP?":
            return {"vague": "MAYBE", "long": "1" * 100_000}.get(self.mood, str(int(self.on)))
        if words == "SYST:ERR?":
            return self.errors.pop(0) if self.errors else '+0,"No error"'
        if words in ("OUTP ON", "OUTP OFF"):
            if self.mood != "stuck":
                self.on = words == "OUTP ON"
        elif not words.startswith("INST:NSEL "):
            self.errors.append('-113,"Undefined header"')
        return None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        while line := await reader.readline():
            self.heard.append(line.decode().strip())
            if self.mood == "hangs up":
                break
            answer = self._answer(self.heard[-1])
            if answer is not None and self.mood != "silent":
                writer.write(answer.encode() + b"\n")
        writer.close()


@contextlib.asynccontextmanager
async def supply(mood: str = "", **words: str) -> AsyncGenerator[tuple[Supply, ScpiPower]]:
    """A supply and its driver."""
    made = Supply(mood)
    server = await asyncio.start_server(made.serve, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    driver = ScpiPower(ScpiSupply(HOST, port=port, timeout_s=0.5, **words))
    try:
        yield made, driver
    finally:
        await driver.close()
        server.close()
        await server.wait_closed()


def test_a_scpi_supply_switches_and_is_read_back() -> None:
    async def run() -> None:
        async with supply(select="INST:NSEL 2") as (made, power):
            assert (await power.identity()).startswith("ACME")
            await power.switch(True)
            assert made.on and await power.state()
            await power.switch(False)
            assert not made.on and not await power.state()
            assert made.heard[1:5] == ["INST:NSEL 2", "OUTP ON", "SYST:ERR?", "INST:NSEL 2"]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        ("stuck", "was switched on and says that it is off"),
        ("silent", "no answer to 'SYST:ERR"),
        ("hangs up", "(ended the connection|no answer) (at|to) 'SYST:ERR"),
        ("vague", "expected 0 or 1 to 'OUTP"),
        ("long", "no answer to 'OUTP"),
    ],
)
def test_a_supply_that_misbehaves_is_named(mood: str, words: str) -> None:
    async def run() -> None:
        async with supply(mood) as (_, power):
            with pytest.raises(PowerTrouble, match=words):
                await power.switch(True)

    asyncio.run(run())


def test_an_error_in_the_supplys_queue_is_told() -> None:
    async def run() -> None:
        async with supply(on="OUTPUT:NOW") as (_, power):
            with pytest.raises(PowerTrouble, match="OUTPUT:NOW' with error -113"):
                await power.switch(True)

    asyncio.run(run())
