"""The emission that each reading brings, at a local subscription (ISC-2 9.4), and how it is asked for later."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Any

import pytest
from accounting_kit import at
from ports import free_port
from terminal_kit import SmallMeter, config_text, platform
from virtually import virtually

from reference_terminal import Terminal, load_config
from reference_terminal.commissioning import commands

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
EMITTER = """
[accounting]
emitter = "E"
method = "steel-ndrc-2013"
[[accounting.sources]]
id = "grid"
term = "electricity-in"
inputs.AD.point = "energy"
inputs.EF = { value = "0.5", unit = "tCO2/MWh" }
"""


async def _event(reader: asyncio.StreamReader) -> dict[str, Any]:
    while True:
        line = (await reader.readline()).decode()
        if line.startswith("data: "):
            return json.loads(line[6:])


@asynccontextmanager
async def _running(meter: SmallMeter, port: int) -> AsyncGenerator[Streams]:
    """A terminal that reads the meter, and a connection to its local interface."""
    text = config_text(await meter.start()) + f"[api]\nport = {port}\n" + EMITTER
    terminal = Terminal(load_config(text), platform(at("2026-03-02T10:00:05")))
    task = asyncio.create_task(terminal.run())
    while True:
        try:
            streams = await asyncio.open_connection("127.0.0.1", port)
            break
        except ConnectionRefusedError:
            await asyncio.sleep(0.05)
    try:
        yield streams
    finally:
        streams[1].close()
        await terminal.stop()
        await task


def _meter() -> SmallMeter:
    meter = SmallMeter()
    meter.put_u32(0, 100_000)
    meter.put_f32(2, 1.0)
    return meter


def test_a_reading_is_told_as_an_emission_before_its_minute_has_ended() -> None:
    async def scene() -> None:
        meter = _meter()
        async with _running(meter, 8080) as (reader, writer):
            writer.write(b"GET /api/v1/emission-events HTTP/1.1\r\nHost: t\r\n\r\n")
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert "text/event-stream" in head and "200" in head.splitlines()[0]
            found = await _event(reader)
            while found["figure"] != "co2e.source.grid":
                found = await _event(reader)
            assert Fraction(found["exact_t"]) == 0
            meter.put_u32(0, 100_250)
            # 2.50 kWh more, at half a tonne a MWh.
            while not Fraction(found["exact_t"]):
                found = await _event(reader)
            assert (found["figure"], found["value"], found["unit"]) == ("co2e.source.grid", "1.250000", "kgCO2e")
            assert not found["durable"] and found["cumulative"] == "1.250000"
            total = await _event(reader)
            assert (total["figure"], total["exact_t"]) == ("co2e.total", found["exact_t"])

    virtually(scene())


def test_a_figure_that_nobody_keeps_is_not_explained(capsys: pytest.CaptureFixture[str]) -> None:
    async def scene() -> None:
        port = free_port()
        async with _running(_meter(), port):
            words = ["explain-emission", f"127.0.0.1:{port}", "co2e.none", "--class", "minute"]
            start = ["--start", "2026-03-02T10:00:00"]
            assert await asyncio.to_thread(commands.main, [*words, *start]) == 2
        assert "no figure is called" in capsys.readouterr().err

    asyncio.run(scene())
