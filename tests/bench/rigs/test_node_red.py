"""A second terminal that is not ours: a Node-RED flow by its profile alone, from registers to two centres."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from house import ROOT
from process_kit import LooksOn, conduct, record

from bench.case import Verdict
from bench.dut.command import CommandAdapter
from bench.dut.profile import load_profile
from bench.facade.bench import Bench
from bench.history import Sent, Served, Stored
from bench.rigs.process import RIG as PROCESS
from bench.rigs.real.bench import RealBench
from conformance.terminal.realtime.realtime import QUICK

PROFILE = ROOT / "fixtures" / "terminals" / "node-red" / "profile.toml"
RED = ROOT / ".venv" / "peers" / "node-red" / "node_modules" / ".bin" / "node-red"


class Delivers(LooksOn):
    """The bench waits until minute data of both centres are there."""

    scenario = QUICK

    async def drive(self, bench: Bench) -> None:
        assert isinstance(bench, RealBench)
        for _ in range(600):
            if all(centre.records for centre in bench.centres.values()):
                return
            await bench.clock.sleep(1)
        raise TimeoutError("no minute data")


def test_its_minute_data_reach_both_centres(program: Callable[[str], str], tmp_path: Path) -> None:
    program("faketime")
    program("cc")
    if not RED.exists():
        pytest.skip("NOT RUN HERE: node-red is not installed (tools/peers --for node-red) / 未执行：未安装")
    result = conduct(PROCESS, Delivers, load_profile(PROFILE), tmp_path, accelerate=6)
    assert result.verdict is Verdict.PASS, result.reason
    history = record(result, tmp_path)
    assert {event.centre for event in history.of(Stored)} == {"A", "B"}
    assert {event.kind for event in history.of(Stored)} == {"minute"}
    assert history.of(Served) and any(event.cn == "9014" for event in history.of(Sent))


def test_its_profile_is_in_order() -> None:
    told = CommandAdapter().problems(load_profile(PROFILE).connection, PROFILE.parent)
    assert [one for one in told if "no program" not in one] == []
