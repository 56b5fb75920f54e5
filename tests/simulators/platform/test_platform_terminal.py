"""Both references as programs on real sockets: what the terminal reads and uploads is what the platform accounts."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
import tomli_w
from house import ROOT
from ports import free_port
from reference_platform_kit import Caller
from terminal_kit import MN, SmallMeter, centre_text, config_text

from bench.real.faketime import FastStart, fast_requirements

_RATE = 30
"""The terminal's minute is two seconds long."""
_STANDS, _STEPS, _FIRST = 6, 15, 100_000
"""The counter stands, so that the first reads may be late, goes on by 70 kWh at each of so many reads, then stands."""
_TRUTH_KWH = Decimal(70 * _STEPS)
_FACTOR = Decimal("0.5703")
_HOUR_US = 3_600_000_000


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


async def _furnished(port: int) -> Caller:
    """Somebody who has told the platform of one enterprise with one meter behind one terminal."""
    admin = await Caller("127.0.0.1", port).login("administrator", "Administrator-1")
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


async def _sum(admin: Caller, words: str) -> Decimal:
    hour_us = time.time_ns() // 1_000 // _HOUR_US * _HOUR_US
    answer = await admin.call("GET", f"/api/analyses/{words}&from={hour_us - _HOUR_US}&to={hour_us + 3 * _HOUR_US}")
    assert answer.status == 200, answer.body
    return sum((Decimal(row["value"]) for row in answer.rows if row["value"]), Decimal(0))


async def _upload(folder: Path, clock: Mapping[str, str]) -> None:
    meter = SmallMeter()
    meter.put_u32(0, _FIRST)
    meter.put_f32(2, 0)

    def answer(octets: bytes) -> bytes:
        meter.put_u32(0, _FIRST + 7_000 * min(max(0, len(meter.requests) - _STANDS), _STEPS))
        return octets

    meter.answer = answer
    people, terminals, local = free_port(), free_port(), free_port()
    listens = {"people": {"port": people, "argon_time": 1, "argon_kib": 8}, "hj212": {"port": terminals}}
    (folder / "platform.toml").write_text(tomli_w.dumps(listens), "utf-8")
    async with _program("simulators.platform", "--config", str(folder / "platform.toml"), env={}) as platform:
        assert platform.stdout is not None and b"listening" in await platform.stdout.readline()
        admin = await _furnished(people)
        centre = centre_text(terminals).replace("overtime_s = 1", "overtime_s = 60")
        config = config_text(await meter.start(), centre, path=str(folder / "terminal.db"), period_s=5)
        config = config.replace('timeout_s = "0.3"', 'timeout_s = "4"')
        (folder / "terminal.toml").write_text(f"{config}\n[api]\nport = {local}\n", "utf-8")
        async with _program("reference_terminal", str(folder / "terminal.toml"), env=clock):
            while await _sum(admin, "records?point=A.power&period=minute") < _TRUTH_KWH:  # noqa: ASYNC110
                await asyncio.sleep(0.3)
            assert len(meter.requests) > _STANDS + _STEPS
        assert await _sum(admin, "records?point=A.power&period=hour") == _TRUTH_KWH
        assert await _sum(admin, "emissions?of=enterprise&id=A&period=hour") == _TRUTH_KWH * _FACTOR / 1000


def test_the_account_of_what_a_terminal_uploads_is_the_truth(tmp_path: Path) -> None:
    if missing := fast_requirements():
        pytest.skip(f"NOT RUN HERE: {missing[0]} / 未执行")
    with FastStart(tmp_path / "clock", _RATE) as clock:
        asyncio.run(asyncio.wait_for(_upload(tmp_path, clock.environment()), 120))
