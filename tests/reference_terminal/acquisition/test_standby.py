"""The standby takes over after ten seconds of silence and gives back; nothing is lost or counted twice (R-12)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from line_kit import Peer
from standby_kit import TEXT, Clock, Plant

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from reference_terminal.assembly import Terminal
from reference_terminal.platform import Platform
from reference_terminal.settings.config import ConfigError, load_config
from reference_terminal.web.server import Request


def live(plant: Plant, seconds: float, *, period_s: int = 1, lives: int = 1, path: str = ":memory:") -> Any:
    """Run terminals one after the other; what the last one says."""

    async def main() -> dict[str, Any]:
        Network()
        server = await asyncio.start_server(Peer(plant.replies).serve, "127.0.0.1", 4001)
        config = load_config(TEXT.format(path=path, period_s=period_s))
        told: dict[str, Any] = {}
        for _ in range(lives):
            terminal = Terminal(config, Platform(clock=Clock(), random=random.Random(1)))
            task = asyncio.ensure_future(terminal.run())
            await asyncio.sleep(seconds / lives)
            api = terminal.server.application
            for name, query in (
                ("readings", (("point", "energy"), ("limit", "100000"))),
                ("records", (("point", "energy"), ("class", "minute"))),
                ("log", (("limit", "10000"),)),
                ("gaps", ()),
            ):
                terminal.store.flush()
                told[name] = (await api.answer(Request("GET", f"/api/v1/{name}", query)))[
                    {"log": "events"}.get(name, name)
                ]
            told["total"] = terminal.pipeline.points[0].tracker.total  # type: ignore[union-attr]
            await terminal.stop()
            await task
        server.close()
        return told

    return run_virtually(main())


def kinds(told: Any, *wanted: str) -> list[str]:
    return [event["kind"] for event in told["log"] if any(word in event["kind"] for word in wanted)]


@pytest.mark.parametrize(("silence_s", "switches"), [(9.0, 0), (12.0, 1)])
@pytest.mark.parametrize("spoil", [lambda answer: [], lambda answer: [answer[:-2] + b"\x00\x16"]])
def test_ten_seconds_at_the_shortest_period(
    silence_s: float, switches: int, spoil: Callable[[bytes], list[bytes]]
) -> None:
    plant = Plant(lambda now_s: 20.5 < now_s < 20.5 + silence_s, spoil)
    told = live(plant, 60)
    first = [now_s for now_s, address in plant.asked if address == "2"][:1]
    assert len(kinds(told, "alarm standby in use")) == 2 * switches
    if not switches:
        assert first == []
        return
    # The last valid reply came at 20.03 s and a little.
    assert 10.0 <= first[0] - 20.05 <= 11.0
    assert kinds(told, "standby") == ["alarm standby in use", "standby released", "alarm standby in use cleared"]


@pytest.mark.parametrize("period_s", [60, 900])
def test_a_channel_that_answers_every_poll_is_never_switched(period_s: int) -> None:
    plant = Plant(lambda now_s: False)
    live(plant, 3600, period_s=period_s)
    assert {address for _, address in plant.asked} == {"1"}


def test_slow_polling_switches_ten_seconds_after_the_due_time_and_loses_no_slot() -> None:
    plant = Plant(lambda now_s: 90 < now_s < 400)
    told = live(plant, 1000, period_s=60)
    first = next(now_s for now_s, address in plant.asked if address == "2")
    assert 120 + 10.0 <= first <= 120 + 11.0
    assert told["gaps"] == []
    sources = [row["source"] for row in told["readings"]]
    assert sources == ["main"] * 2 + ["spare"] * 9 + ["main"] * 6
    assert all(row["quality"] == "good" for row in told["readings"])


def test_nothing_is_lost_or_counted_twice() -> None:
    plant = Plant(lambda now_s: 100.5 < now_s < 290.5)
    told = live(plant, 430)
    registers = [row for row in told["readings"] if row["source"] == "main" and row["value"]]
    # At the end the running total is the main register's own advance, standby or not.
    assert told["total"] == Decimal(registers[-1]["value"])
    records = told["records"]
    assert [row["flag"] for row in records] == ["N"] * len(records)
    total = sum(Decimal(row["value"]) for row in records)
    last_end = Decimal(10) + Decimal(int(60 * len(records))) / 100
    assert total == last_end - Decimal(registers[0]["value"])
    assert [row["source"] for row in records] == ["main", *["main,spare"] * 4, *["main"] * (len(records) - 5)]
    assert all(Decimal(row["value"]) >= 0 for row in records)


def test_the_missing_stretch_is_a_gap() -> None:
    told = live(Plant(lambda now_s: 100.5 < now_s < 290.5), 330)
    (gap,) = told["gaps"]
    assert (gap["start"][-14:-6], gap["end"][-14:-6]) == ("00:01:41", "00:01:50")


def test_a_standby_in_place_survives_a_restart(tmp_path: object) -> None:
    plant = Plant(lambda now_s: 100.5 < now_s < 290.5)
    told = live(plant, 430, lives=2, path=f"{tmp_path}/t.db")
    registers = [row for row in told["readings"] if row["source"] == "main" and row["value"]]
    assert told["total"] == Decimal(registers[-1]["value"])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('standby_for = "main"', 'standby_for = "mian"', "did you mean 'main'"),
        ('points = [{{ id = "energy", kind = "counter", identifier = "00010000" }}]\n"""', "", ""),
        (
            'address = "2"\npoints = [{ id = "energy"',
            'address = "2"\npoints = [{ id = "enrgy"',
            "did you mean 'energy'",
        ),
        (
            'address = "2"\npoints = [{ id = "energy", kind = "counter"',
            'address = "2"\npoints = [{ id = "energy", unit = "MWh", kind = "counter"',
            "make them alike",
        ),
    ],
)
def test_contradictions(old: str, new: str, says: str) -> None:
    text = TEXT.format(path=":memory:", period_s=60)
    if not says:
        assert len(load_config(text).standbys) == 1 and len(load_config(text).points) == 1
        return
    assert old in text
    with pytest.raises(ConfigError, match=says):
        load_config(text.replace(old, new))
