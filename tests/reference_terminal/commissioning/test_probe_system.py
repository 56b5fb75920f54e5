"""`probe` at systems: rows of a database, nodes of an OPC UA server, and what cannot be had."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import sqlite3
from pathlib import Path

import pytest

from reference_terminal.commissioning.commands import main
from reference_terminal.commissioning.probe_system import Sought, probe
from simulators.clock import seeded
from simulators.meters.faults import BadStatus, Unstamped
from simulators.serve import HostClock
from simulators.systems.opcua.descriptor import OpcUaPlace
from simulators.world import WORLDS_FOLDER, Site, load_world


def test_rows_of_a_database_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plant.db"
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE readings (id INTEGER, tag TEXT, at TEXT, value TEXT)")
        rows = [(1, "E1", "2026-03-02 10:00:00", "0.10"), (2, "E1", "2026-03-02 10:01:00", None), (3, "E1", "?", "2")]
        made.executemany("INSERT INTO readings VALUES (?, ?, ?, ?)", rows)
    assert main(["probe", f"sqlite:///{file}"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("3 rows for SELECT id, tag, at, value FROM readings")
    assert told[1:] == [
        "id 1, E1, 2026-03-02T10:00:00.000+08:00: 0.10",
        "id 2, E1, 2026-03-02T10:01:00.000+08:00: no number (not a number) / 无数值",
        "id 3, E1, no time that can be read: 2",
    ]
    assert main(["probe", f"sqlite:///{file}", "--query", "SELECT worth FROM readings WHERE id > :after"]) == 1
    refused, unanswered = capsys.readouterr().out.splitlines()
    assert "the database refuses the query: no such column: worth" in refused
    assert unanswered == "no answer: error answer / 无应答"
    assert main(["probe", f"sqlite:///{tmp_path / 'absent.db'}"]) == 1
    assert capsys.readouterr().out == "no answer: no connection / 无应答\n"
    assert not (tmp_path / "absent.db").exists()


def test_nodes_of_a_server_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    async def main_() -> list[str]:
        world, told = load_world(WORLDS_FOLDER / "systems.toml"), list[str]()
        with socket.create_server(("127.0.0.1", 0)) as found:
            port: int = found.getsockname()[1]
        meters = tuple(each.moved(each.host, port) for each in world.meters if isinstance(each.place, OpcUaPlace))
        world = dataclasses.replace(world, meters=meters, faults=())
        site = Site(world, clock=HostClock(), observe=lambda event: None, chance=seeded(1))
        await site.gateways[0].start()
        sought = Sought(f"opc.tcp://127.0.0.1:{port}/", ("ns=2;s=cems.co2", "ns=2;s=cems.nothing"))
        device = site.meters["cems"]
        try:
            device.preset("cems.co2", "8.5")
            assert await probe(sought, told.append)
            device.set_fault(Unstamped())
            assert await probe(sought, told.append)
            device.set_fault(BadStatus(status="BadSensorFailure"))
            assert not await probe(sought, told.append)
        finally:
            await site.gateways[0].stop()
        assert not await probe(sought, told.append)
        return told

    told = asyncio.run(main_())
    assert told[0].startswith("ns=2;s=cems.co2: 8.5, source time 20")
    assert told[1].startswith("ns=2;s=cems.nothing: no number (bad status BadNodeIdUnknown) / 无数值, source time")
    assert told[2].startswith("ns=2;s=cems.co2: 8.5 (message without a time") and "source time none" in told[2]
    assert told[4].startswith("ns=2;s=cems.co2: no number (bad status BadSensorFailure)")
    assert told[-1] == "no answer: no connection / 无应答"
    assert main(["probe", "opc.tcp://127.0.0.1:1/"]) == 2
    assert "expected at least one node" in capsys.readouterr().err
