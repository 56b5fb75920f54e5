"""The shapes of people as they are shipped, made small, at the reference platform as a program; and one that fails."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from ports import free_port
from reference_platform_kit import Caller

from bench.case import Check, Verdict
from bench.commands import load
from bench.history import LoadStage, read_history
from reports.verdicts import read
from simulators.shipped import SHIPPED

ONLINE, ACTIVE = 6, 3
PATIENCE_S = (1, 8, 64)
"""Lengths of a stage, each tried where the one before was too short for anybody to ask."""


@contextmanager
def platform(folder: Path) -> Generator[int]:
    """The reference platform with the enterprise, point and account that the shapes name; its port."""
    port = free_port()
    accounts = [{"account": "manager-a", "password": "Manager-a-1", "role": "manager", "enterprise": "A"}]
    settings = {"people": {"port": port, "argon_time": 1, "argon_kib": 8}, "accounts": accounts}
    (folder / "platform.toml").write_text(tomli_w.dumps(settings))
    words = [sys.executable, "-m", "simulators.platform", "--config", str(folder / "platform.toml")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout and "listening" in program.stdout.readline()
            asyncio.run(furnish(port))
            yield port
        finally:
            program.kill()


async def furnish(port: int) -> None:
    """What people ask about."""
    admin = await Caller("127.0.0.1", port).login("administrator", "Administrator-1")
    for kind, body in (
        ("park", {"id": "P", "name": "p"}),
        ("enterprise", {"id": "A", "name": "a", "park": "P"}),
        ("point", {"id": "L01", "enterprise": "A", "code": "k01"}),
    ):
        assert (await admin.call("POST", f"/api/objects/{kind}", body)).status == 201


def small(shape: str, port: int) -> dict[str, Any]:
    """A shape with fewer people who think less, and as many stages as it has."""
    found = tomllib.loads((SHIPPED / "load" / f"{shape}.toml").read_text())
    found["target"]["port"] = port
    found["people"] |= {"online": ONLINE, "think_from_ms": 50, "think_to_ms": 100, "light_every_s": 1}
    for stage in found["stages"]:
        stage["active"] = min(stage.get("active", 0), ACTIVE)
    return found | {"settle_s": 0, "headroom": 1, "lag_ms": 10_000}


def made(folder: Path, shape: dict[str, Any], wanted: Verdict) -> tuple[Check, list[LoadStage]]:
    """The load made with stages so long that enough was asked for this verdict on failures; and its stages."""
    failures = None
    for seconds in PATIENCE_S:
        for stage in shape["stages"]:
            stage["for_s"] = seconds
        (folder / "load.toml").write_text(tomli_w.dumps(shape))
        out = folder / f"out-{seconds}"
        load.main(load.Asked(file=str(folder / "load.toml"), out=str(out)))
        (run,) = out.iterdir()
        (case,) = read(run).cases
        (failures,) = [check for check in case.checks if check.id == "few-failures"]
        if failures.verdict is wanted:
            return failures, list(read_history(run / case.record).of(LoadStage))
    raise AssertionError(failures)


@pytest.mark.parametrize("shape", ["morning-peak", "thousand-and-one"])
def test_a_shape_of_people_is_made_and_answered(tmp_path: Path, shape: str) -> None:
    with platform(tmp_path) as port:
        wanted = small(shape, port)
        failures, stages = made(tmp_path, wanted, Verdict.PASS)
    assert not failures.evidence
    assert [stage.name for stage in stages] == [each["name"] for each in wanted["stages"]]
    assert not sum(stage.evicted for stage in stages)


def test_answers_with_something_else_in_them_fail(tmp_path: Path) -> None:
    with platform(tmp_path) as port:
        shape = small("thousand-and-one", port)
        for action in shape["actions"]:
            if action["of"] != "login":
                action["contains"] = "what it never says"
        failures, _ = made(tmp_path, shape, Verdict.FAIL)
    assert "wrong content" in failures.evidence[0]
