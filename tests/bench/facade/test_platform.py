"""The bench of a platform: desks, senders, power and links, in virtual time the same twice over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from platform_bench_kit import ran, told, works

from bench.case import Verdict
from bench.dut.platform.vocabulary import Misspelt
from bench.dut.platform.vocabulary.base import EMISSIONS, ENTERPRISE, FACTOR, PARK, RECORDS
from bench.history import CutShort, Power, TerminalState, Trouble
from bench.layout.scenario import BARE

SCENARIO = BARE.but(park=works(minute_interval=5))
HOUR_US = 3_600_000_000


async def feed(bench: Any) -> None:
    """An hour of a works, with the platform out for ten minutes of it."""
    await bench.park.set_up()
    start = bench.clock.now_us()
    bench.senders.connect()
    await bench.clock.sleep(minutes=20)
    await bench.power.off(600)
    await bench.clock.sleep(minutes=31)
    await bench.senders.settle()
    desk = await bench.platform.login("clerk-a")
    await desk.ask(RECORDS, point="A.coke", period="minute", from_=start, to=start + HOUR_US)


def test_what_terminals_send_is_there_after_a_power_cut_and_the_same_twice(tmp_path: Path) -> None:
    one, history = ran(tmp_path / "one", feed, SCENARIO)
    assert one.verdict is Verdict.PASS, one.reason
    assert history.of(Trouble) == [] and history.of(CutShort) == []
    assert [event.state for event in history.of(Power)] == ["cut", "restored"]
    assert [event.state for event in history.of(TerminalState)] == ["starting", "starting"]
    (records,) = told(history, "ask records")
    assert records.outcome == "done", records.problem
    assert len(records.rows) == 12 and {row["unit"] for row in records.rows} == {"t"}
    two, _ = ran(tmp_path / "two", feed, SCENARIO)
    assert two.digest == one.digest


async def refuse(bench: Any) -> None:
    """Somebody who may not, something that is not, and a platform that is gone."""
    clerk = await bench.platform.login("clerk-a")
    assert await clerk.create(PARK, id="Q", name="not mine") == ""
    administrator = await bench.platform.login("administrator")
    assert not await administrator.change(ENTERPRISE, "nobody", name="x")
    public = await bench.platform.login("public")
    assert await public.list(FACTOR) == ()
    async with bench.links["local"].cut():
        assert await administrator.ask(EMISSIONS, of="park", id="P", period="day", from_=0, to=1) == ()


def test_a_refusal_is_told_from_silence(tmp_path: Path) -> None:
    _, history = ran(tmp_path, refuse)
    found = {event.what: (event.outcome, event.status) for event in told_by(history)}
    assert found["create park"] == ("refused", 403)
    assert found["change enterprise"] == ("refused", 404)
    assert found["list factor"][0] == "refused"
    assert found["ask emissions"] == ("unanswered", 0)


def told_by(history: Any) -> list[Any]:
    return [
        event
        for what in ("create park", "change enterprise", "list factor", "ask emissions")
        for event in told(history, what)
    ]


async def misspell(bench: Any) -> None:
    desk = await bench.platform.login("administrator")
    with pytest.raises(Misspelt, match="did you mean carrier"):
        await desk.create(FACTOR, carier="coke")
    with pytest.raises(ValueError, match=r"factor.value: expected a decimal number as text"):
        await desk.create(FACTOR, value=2.86)


def test_a_misspelt_field_is_the_cases_own_fault(tmp_path: Path) -> None:
    result, _ = ran(tmp_path, misspell)
    assert result.verdict is Verdict.PASS, result.reason


async def insist(bench: Any) -> None:
    """What is not there, three times; what the account may not; what a case means to be refused."""
    administrator = await bench.platform.login("administrator")
    day = {"of": "enterprise", "period": "day"}
    for start in (HOUR_US, 2 * HOUR_US, 3 * HOUR_US):
        since = bench.clock.now_us() - start
        await administrator.ask(EMISSIONS, id="nobody", from_=since, to=since + HOUR_US, **day)
    await (await bench.platform.login("public")).list(FACTOR)
    administrator.insists = False
    await administrator.ask(EMISSIONS, id="nobody either", from_=0, to=1, **day)


def test_what_is_refused_is_asked_for_once_more(tmp_path: Path) -> None:
    _, history = ran(tmp_path, insist)
    asked = [(event.query["id"], event.asked) for event in told(history, "ask emissions")]
    assert [word for word, _ in asked] == ["nobody"] * 4 + ["nobody either"]
    assert asked[1][1] - asked[0][1] >= 10_000_000
    assert len(told(history, "list factor")) == 1
