"""Both references together: what the terminal reads and uploads is what the platform accounts.

In virtual time to the last digit; as programs on real sockets as much as the machine lets the terminal read.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
import tomli_w
from house import ROOT
from ports import free_ports
from reference_platform_kit import HOUR_US, START_US, Caller, settings, standing
from terminal_kit import MN, SmallMeter, centre_text, config_text

from bench.real.faketime import FastStart, fast_requirements
from bench.virtual import loop as virtual
from bench.virtual.clock import DeviceClock
from bench.virtual.network import Network
from reference_terminal.assembly import Terminal
from reference_terminal.platform import Platform as Stand
from reference_terminal.settings.config import load_config
from simulators.platform.core.settings import Hj212

_FACTOR = Decimal("0.5703")
_STEP_KWH = 70
_READS = 150
"""Two hours and a half, so that the counter goes on over the end of an hour."""
_RATE = 20
"""A program's minute is three seconds long."""
_MINUTE, _HOUR = "records?point=A.power&period=minute", "records?point=A.power&period=hour"


def _counting(reads: Iterator[int]) -> SmallMeter:
    """A meter whose counter goes on by 70 kWh after each of so many reads."""
    meter = SmallMeter()
    meter.put_f32(2, 0)

    def answer(octets: bytes) -> bytes:
        if (read := next(reads, None)) is not None:
            meter.put_u32(0, 100_000 + 100 * _STEP_KWH * read)
        return octets

    answer(b"")
    meter.answer = answer
    return meter


async def _administrator(port: int) -> Caller:
    return await Caller("127.0.0.1", port).login("administrator", "Administrator-1")


async def _furnished(port: int) -> Caller:
    """Somebody who has told the platform of one enterprise with one meter behind one terminal."""
    admin = await _administrator(port)
    objects = {
        "enterprise": {"id": "A", "name": "Works 工厂", "sector": "steel"},
        "terminal": {"id": MN, "enterprise": "A", "secret": "123456"},
        "point": {
            "id": "A.power",
            "enterprise": "A",
            "terminal": MN,
            "code": "e10001",
            "kind": "counter",
            "unit": "kWh",
        }
        | {"carrier": "electricity", "source_class": "electricity"},
        "factor": {"id": "F", "carrier": "electricity", "value": str(_FACTOR), "unit": "kgCO2/kWh", "valid_from": 0},
    }
    for kind, fields in objects.items():
        answer = await admin.call("POST", f"/api/objects/{kind}", fields)
        assert answer.status == 201, answer.body
    return admin


async def _values(admin: Caller, words: str, now_us: int) -> list[Decimal]:
    hour_us = now_us // HOUR_US * HOUR_US
    span = f"from={hour_us - 24 * HOUR_US}&to={hour_us + 24 * HOUR_US}"
    answer = await admin.call("GET", f"/api/analyses/{words}&{span}")
    assert answer.status == 200, answer.body
    return [Decimal(row["value"]) for row in answer.rows if row["value"]]


async def _accounted(admin: Caller, now_us: int) -> Decimal:
    """What the platform has of the meter (kWh), the same by the minute, by the hour and in its account."""
    minutes, hours = [sum(await _values(admin, words, now_us)) for words in (_MINUTE, _HOUR)]
    emitted = sum(await _values(admin, "emissions?of=enterprise&id=A&period=hour", now_us))
    assert emitted == hours * _FACTOR / 1000
    assert minutes == hours
    return Decimal(minutes)


async def _read_for_hours(folder: Path) -> None:
    Network()
    clock = DeviceClock(virtual.running_loop(), START_US * 1_000)
    meter = _counting(iter(range(_READS)))
    async with standing(folder, clock, settings(hj212=Hj212(port=9010))) as platform:
        admin = await _furnished(platform.port)
        config = load_config(config_text(await meter.start(), centre_text(9010), period_s=60))
        terminal = Terminal(config, Stand(clock=clock, random=random.Random(1)))
        running = asyncio.create_task(terminal.run())
        await asyncio.sleep(_READS * 60 + 120)
        await terminal.stop()
        await running
        # A session does not last for hours.
        admin = await _administrator(platform.port)
        assert await _accounted(admin, START_US) == _STEP_KWH * (_READS - 1)


def test_the_account_of_what_a_terminal_uploads_is_the_truth(tmp_path: Path) -> None:
    virtual.run(_read_for_hours(tmp_path))


@asynccontextmanager
async def _program(module: str, *words: str, env: Mapping[str, str]) -> AsyncGenerator[asyncio.subprocess.Process]:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *words,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield program
    finally:
        program.kill()
        await program.communicate()


async def _as_programs(folder: Path, clock: Mapping[str, str]) -> None:
    meter = _counting(count())
    people, terminals, local = free_ports(3)
    listens = {"people": {"port": people, "argon_time": 1, "argon_kib": 8}, "hj212": {"port": terminals}}
    (folder / "platform.toml").write_text(tomli_w.dumps(listens), "utf-8")
    async with _program("simulators.platform", "--config", str(folder / "platform.toml"), env={}) as platform:
        assert platform.stdout is not None and b"listening" in await platform.stdout.readline()
        admin = await _furnished(people)
        centre = centre_text(terminals).replace("overtime_s = 1", "overtime_s = 60")
        config = config_text(await meter.start(), centre, path=str(folder / "terminal.db"), period_s=10)
        config = config.replace('timeout_s = "0.3"', 'timeout_s = "9"')
        (folder / "terminal.toml").write_text(f"{config}\n[api]\nport = {local}\n", "utf-8")
        async with _program("reference_terminal", str(folder / "terminal.toml"), env=clock):
            # A minute in which the machine kept the terminal from reading has no value; some other minute has.
            while not sum(await _values(admin, _MINUTE, _now_us())):  # noqa: ASYNC110
                await asyncio.sleep(0.3)
        found = await _accounted(admin, _now_us())
        assert found > 0 and found % _STEP_KWH == 0 and found <= _STEP_KWH * len(meter.requests)


def _now_us() -> int:
    return time.time_ns() // 1_000


def test_as_programs_on_real_sockets_they_understand_each_other(tmp_path: Path) -> None:
    if missing := fast_requirements():
        pytest.skip(f"NOT RUN HERE: {missing[0]} / 未执行")
    with FastStart(tmp_path / "clock", _RATE) as clock:
        asyncio.run(_as_programs(tmp_path, clock.environment()))
