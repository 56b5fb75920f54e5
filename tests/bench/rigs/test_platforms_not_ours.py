"""A platform as its maker brings it, by profile alone: started by a command line, or found at an address."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomli_w
from house import ROOT
from platform_bench_kit import ran, told, works
from ports import free_port

from bench.case import Verdict
from bench.dut.command import CommandAdapter
from bench.dut.platform.vocabulary.base import SAMPLES
from bench.dut.profile import load_profile
from bench.history import Acknowledged, Created, CutShort, History
from bench.layout.scenario import BARE
from conformance.platform.driving import fed

PROFILE = ROOT / "fixtures" / "platforms" / "program" / "profile.toml"
KINTO = PROFILE.parents[1] / "kinto" / "profile.toml"
READINGS = BARE.but(park=works(kind="hj212", classes=("realtime",), realtime_s=1, lag_s=0.1))


async def _feeds(bench: Any) -> None:
    """Two readings go in by HJ 212, and come back over the API."""
    start_us = bench.clock.now_us()
    await fed(bench)
    desk = await bench.platform.login("administrator")
    for _ in range(1500):
        rows = await desk.ask(SAMPLES, point="A.coke", from_=start_us, to=bench.clock.now_us())
        if len(rows) >= 2:
            return
        await bench.clock.sleep(0.2)
    raise TimeoutError("no readings")


def _came_back(history: History) -> None:
    taken = [event for event in history.of(Acknowledged) if event.accepted]
    assert len(taken) >= 2
    assert len(told(history, "ask samples")[-1].rows) >= 2


def test_a_command_line_is_started_fed_and_asked(tmp_path: Path) -> None:
    result, history = ran(tmp_path, _feeds, READINGS, rig="loopback", profile=load_profile(PROFILE))
    assert result.verdict is Verdict.PASS, result.reason
    _came_back(history)


@contextmanager
def _standing(folder: Path) -> Generator[Path]:
    """The reference platform, started by nobody of the bench; the profile by which it is found."""
    given = tomllib.loads(PROFILE.read_text("utf-8"))
    people, terminals = free_port(), free_port()
    accounts = given["access"]["accounts"]
    settings = {
        "people": {"port": people, "argon_time": 1, "argon_kib": 8},
        "hj212": {"port": terminals},
        "first": {"account": "administrator", "password": accounts["administrator"]["password"]},
    }
    (folder / "platform.toml").write_text(tomli_w.dumps(settings), "utf-8")
    given["platform"]["adapter"] = "address"
    given["connection"] = {"hj212": {"host": "127.0.0.1", "port": terminals}}
    given["access"]["doors"]["api"]["base"] = f"http://127.0.0.1:{people}"
    profile = folder / "profile.toml"
    profile.write_text(tomli_w.dumps(given), "utf-8")
    words = [sys.executable, "-m", "simulators.platform", "--config", str(folder / "platform.toml")]
    program = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        assert program.stdout is not None and "listening" in program.stdout.readline()
        yield profile
    finally:
        program.kill()
        program.communicate()


def test_an_address_is_fed_and_asked_and_keeps_its_supply(tmp_path: Path) -> None:
    async def drive(bench: Any) -> None:
        await _feeds(bench)
        await bench.power.cut()

    (tmp_path / "elsewhere").mkdir()
    with _standing(tmp_path / "elsewhere") as profile:
        result, history = ran(tmp_path, drive, READINGS, rig="loopback", profile=load_profile(profile))
    assert result.verdict is Verdict.NOT_RUN, result.reason
    assert "cut its supply" in "".join(event.what for event in history.of(CutShort))
    _came_back(history)


def test_the_profile_is_in_order() -> None:
    assert CommandAdapter().problems(load_profile(PROFILE).connection, PROFILE.parent) == []


def test_a_platform_that_is_not_ours_is_fed_in_its_own_form(tmp_path: Path, peer: Callable[[str], str]) -> None:
    peer("kinto")
    readings = BARE.but(park=works(classes=("realtime",), realtime_s=1, lag_s=0.1))
    result, history = ran(tmp_path, _feeds, readings, rig="loopback", profile=load_profile(KINTO))
    assert result.verdict is Verdict.PASS, result.reason
    _came_back(history)
    sent = {text for event in history.of(Created) for value in event.values.values() for text in value.values()}
    assert {row["value"] for row in told(history, "ask samples")[-1].rows} <= sent
