"""An area: the toy of docs/PLATFORM.md is one, whole; analyses, hooks, times and what is declared twice."""

from __future__ import annotations

import asyncio
import re
import sys
import types
from pathlib import Path

import pytest
from house import ROOT
from reference_platform_kit import START_US, HandClock, caller, furnish, made
from virtually import virtually

from simulators.platform.core.desk import Desk
from simulators.platform.core.plans import PlanError, every, gather, installed, on_time
from simulators.platform.core.rights import SYSTEM


def toy(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The area that the guide shows, as it stands there."""
    guide = (ROOT / "docs" / "PLATFORM.md").read_text("utf-8")
    found = re.search(r"```python\n(.*?The area of trees.*?)```", guide, re.DOTALL)
    assert found
    module = types.ModuleType("toy_area")
    monkeypatch.setitem(sys.modules, "toy_area", module)
    exec(compile(found[1], "docs/PLATFORM.md", "exec"), vars(module))
    return module


def base() -> list[types.ModuleType]:
    return [sys.modules[name] for name in sorted(sys.modules) if name.startswith("simulators.platform.base.")]


def test_the_toy_of_the_guide_is_an_area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed()

    async def main() -> None:
        platform = made(tmp_path, plans=gather([*base(), toy(monkeypatch)]))
        await platform.start()
        furnish(platform.desk())
        clerk = await caller(platform).login("clerk-a")
        for binds in ("0.1", "0.2"):
            tree = await clerk.call("POST", "/api/objects/tree", {"binds": binds})
            assert tree.status == 201
        refused = await clerk.call("POST", "/api/objects/tree", {"binds": "-1"})
        assert refused.json["problem"] == "binds: a tree binds no less than nothing"
        assert len((await clerk.call("GET", "/api/objects/tree")).rows) == 2
        manager = await caller(platform).login("manager-a")
        rows = (await manager.call("GET", f"/api/analyses/bound?from={START_US}&to={START_US}")).rows
        assert rows == [{"value": "0.3", "unit": "t"}]
        assert (await clerk.call("GET", f"/api/analyses/bound?from={START_US}&to={START_US}")).status == 403
        assert (await manager.call("GET", "/api/analyses/bound")).json["problem"] == "from: is missing"
        await platform.stop()

    virtually(main())


def test_two_areas_do_not_share_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    module = toy(monkeypatch)
    other = types.ModuleType("other_area")
    other.__dict__["KINDS"] = tuple(type(each)(**{**vars(each), "en": "again"}) for each in module.__dict__["KINDS"])
    with pytest.raises(PlanError, match="tree is declared twice"):
        gather([module, other])


def test_what_is_called_again_and_again_and_fails_is_in_the_log_and_called_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    area = types.ModuleType("beat_area")
    called: list[int] = []

    @every(10)
    def beats(desk: Desk) -> None:
        called.append(desk.now_us)
        raise ArithmeticError("no such number")

    beats.__module__ = "beat_area"
    area.__dict__["beats"] = beats
    installed()

    async def main() -> None:
        platform = made(tmp_path, plans=gather([*base(), area]))
        await platform.start()
        await asyncio.sleep(25)
        await platform.stop()

    virtually(main())
    assert len(called) == 2
    assert [record.message.count("no such number") for record in caplog.records] == [2, 2]


def test_an_appointment_outlives_a_restart(tmp_path: Path) -> None:
    area = types.ModuleType("clock_area")
    called: list[tuple[str, int]] = []

    @on_time("clock/ring")
    def ring(desk: Desk, subject: str) -> None:
        assert desk.account is SYSTEM
        called.append((subject, desk.now_us))

    ring.__module__ = "clock_area"
    area.__dict__["ring"] = ring
    installed()
    clock = HandClock()

    async def main() -> None:
        first = made(tmp_path, clock, plans=gather([*base(), area]))
        await first.start()
        first.desk().call_at(START_US + 5_000_000, "clock/ring", "bell")
        first.desk().call_at(START_US + 9_000_000_000, "clock/ring", "later")
        await first.stop()
        clock.at_us += 60_000_000
        second = made(tmp_path, clock, plans=gather([*base(), area]))
        await second.start()
        await asyncio.sleep(0.05)
        await second.stop()

    virtually(main())
    assert called == [("bell", START_US + 60_000_000)]
