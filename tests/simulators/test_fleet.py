"""Fleets: every contradiction of a description told, thousands of meters served in real time, and the command."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from fleet_kit import FLEET, command, moved
from house import ROOT
from pymodbus.client import AsyncModbusTcpClient

from simulators.events import SimulatorEvent
from simulators.fleet import Fleet, FleetError, Standing, build_fleet, load_fleet
from simulators.fleet_serve import HostClock, serve_fleet
from simulators.meters.dlt645.codec import Frame, encode, flaws
from simulators.meters.modbus.codec import encode_rtu, rtu_flaw
from simulators.tables import parse_toml

PARK = ROOT / "fixtures" / "fleets" / "park.toml"


def described(text: str = FLEET) -> Fleet:
    return build_fleet(parse_toml(text, "fleet.toml"), "fleet.toml", Path("."))


def test_the_shipped_fleet_has_ten_thousand_meters_of_four_protocols() -> None:
    fleet = load_fleet(PARK)
    assert fleet.count == 10_000
    assert [group.protocol for group in fleet.groups] == ["modbus-tcp", "modbus-rtu", "dlt645-2007", "cjt188-2004"]


def test_names_units_addresses_and_sources_count_up() -> None:
    standing = Standing(described(), clock=HostClock(), observe=lambda event: None)
    assert len(standing.meters) == 32
    assert [*standing.meters][:2] == ["power-01", "power-02"]
    assert standing.meters["power-11"].unit == 1
    assert standing.meters["power-25"].unit == 5
    assert getattr(standing.meters["tariff-3"], "address", "") == "202600000003"
    assert len(standing.doors) == 3 + 2 + 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("count = 25", "count = 0"), "count"),
        (('maps = ["sdm630", "iem3000"]', 'maps = ["sdm630", "sdm"]'), "got 'sdm'"),
        (('maps = ["sdm630", "iem3000"]', 'maps = ["sdm630", "cjt188_water"]'), "expected maps of one protocol"),
        (("per_port = 10", "per_port = 300"), "expected at most 247 units on a port, got 300"),
        (("first_port = 21010", "first_port = 21002"), "are also ports of group"),
        (("first_port = 21000", "first_port = 65535"), "go beyond 65535"),
        (('name = "rtu"', 'name = "power"'), "is given to several groups"),
        (('registers = ["energy"]', 'registers = ["volume"]'), "has no register 'volume'"),
        (("per_port = 10", 'per_port = 10\nsources = ["e9"]'), "the plant has no source 'e9'"),
        (('kind = "delayed"', 'kind = "sleepy"'), "expected one of"),
        (("with = { after_s = 0.05 }", "with = { after = 1 }"), "delayed has after_s; "),
        (('share = "0.4"', 'share = "1.4"'), "expected more than 0 and at most 1"),
        (('share = "0.4"', 'share = "0.4"\nmean_s = 5'), "give for_s in seconds"),
        (('first_address = "202600000001"', 'protocol = "modbus-rtu"'), "remove protocol"),
        (("seed = 3", "sed = 3"), "did you mean 'seed'"),
    ],
)
def test_what_is_wrong_with_a_description_is_told(change: tuple[str, str], sentence: str) -> None:
    assert change[0] in FLEET
    with pytest.raises(FleetError) as caught:
        described(FLEET.replace(*change, 1))
    assert sentence in str(caught.value)


def test_all_problems_of_a_file_come_at_once(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(
        FLEET.replace("count = 25", "count = -1").replace("seed = 3", 'seed = "x"').replace("= 4\n", "= 0\n")
    )
    with pytest.raises(FleetError) as caught:
        load_fleet(path)
    assert len(caught.value.problems) >= 3


def test_faults_fall_to_the_same_meters_for_the_same_seed() -> None:
    async def faulty() -> list[str]:
        text, _ = moved()
        standing = Standing(described(text), clock=HostClock(), observe=lambda event: None)
        await standing.start()
        await asyncio.sleep(0.05)
        found = [name for name, meter in standing.meters.items() if meter.troubled]
        await standing.stop()
        return found

    first = asyncio.run(faulty())
    assert len(first) == 1
    assert asyncio.run(faulty()) == first


async def talk(port: int, octets: bytes, count: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(octets)
    async with asyncio.timeout(120):
        answer = await reader.readexactly(count)
    writer.close()
    return answer


def test_every_protocol_of_a_fleet_answers_and_is_counted(tmp_path: Path) -> None:
    text, base = moved()
    record = tmp_path / "events.jsonl"
    out = io.StringIO()

    async def ask() -> None:
        client = AsyncModbusTcpClient("127.0.0.1", port=base, timeout=60)
        assert await client.connect()
        assert not (await client.read_input_registers(0, count=2, device_id=1)).isError()
        client.close()
        assert not rtu_flaw(await talk(base + 10, encode_rtu(2, bytes.fromhex("0400000002")), 9))
        energy = encode(Frame("202600000002", 0x11, bytes.fromhex("00000100")))
        assert not flaws((await talk(base + 20, energy, 24))[4:])

    async def main() -> None:
        asking: list[asyncio.Task[None]] = []
        await serve_fleet(
            described(text),
            out,
            as_json=True,
            seconds=1.5,
            record=record,
            ready=lambda standing: asking.append(asyncio.create_task(ask())),
        )
        await asking[0]

    asyncio.run(main())
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines[-1]["served"] == lines[-1]["requests"] == 3
    assert lines[-1]["meters"] == 32
    assert lines[-1]["faults"] == {"delayed": 1}
    decoder = msgspec.json.Decoder(SimulatorEvent)
    told = [decoder.decode(line) for line in record.read_text().splitlines()]
    assert sum(type(event).__name__ == "Served" for event in told) == 3


def test_a_port_in_use_leaves_nothing_open() -> None:
    text, base = moved()

    async def main() -> None:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", base + 20)
        with pytest.raises(OSError, match="address already in use"):
            await serve_fleet(described(text), io.StringIO(), seconds=1)
        probe = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", base)
        probe.close()
        server.close()

    asyncio.run(main())


def test_check_says_sound_or_everything_that_is_wrong(tmp_path: Path) -> None:
    good = command(str(PARK), "--check")
    assert (good.returncode, good.stderr) == (0, "")
    assert "sound / 描述有效" in good.stdout
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(FLEET.replace("count = 25", "count = 0").replace("per_port = 2\n", "per_port = 0\n"))
    bad = command(str(wrong), "--check")
    assert bad.returncode == 4
    assert "Traceback" not in bad.stderr
    assert bad.stderr.count(str(wrong)) >= 2
    absent = command(str(tmp_path / "absent.toml"), "--check")
    assert (absent.returncode, "cannot be read" in absent.stderr) == (4, True)


@pytest.mark.parametrize(
    ("number", "ignored"), [(signal.SIGINT, ""), (signal.SIGTERM, ""), (signal.SIGTERM, "trap '' INT; ")]
)
def test_ctrl_c_and_its_like_end_a_fleet_cleanly(tmp_path: Path, number: signal.Signals, ignored: str) -> None:
    """A script's background has SIGINT ignored."""
    path = tmp_path / "fleet.toml"
    path.write_text(moved()[0])
    process = subprocess.Popen(
        ["sh", "-c", ignored + 'exec "$@"', "sh", sys.executable, "-m", "bench.cli", "simulate", str(path), "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["meters"] == 32
    process.send_signal(number)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "stopped / 已停止" in told
    assert "Traceback" not in told
