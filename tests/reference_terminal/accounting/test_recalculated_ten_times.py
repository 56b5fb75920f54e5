"""Recalculation asked ten times while data arrive: every old result is kept and named, and nothing grows by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any

from accounting_kit import EMITTER, Plant, at

from reference_terminal.model.times import HOUR, MINUTE

TWO_HOURS = {"from": "2025-03-01T00:00:00", "to": "2025-03-01T02:00:00"}
MARCH_1 = "2025-03-01T00:00:00"
_TABLES = ("record", "superseded", "emission", "emission_before", "record_source", "accounting_version")


def run(scene: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(scene())  # pyright: ignore[reportArgumentType]


def rows(plant: Plant) -> dict[str, int]:
    return {name: int(str(next(plant.store.connection.execute(f"SELECT count(*) FROM {name}"))[0])) for name in _TABLES}


async def change(plant: Plant, number: int) -> None:
    """A version of the grid factor that counts for the whole day."""
    factor = {"factor": "grid", "value": f"0.{50 + number}", "unit": "tCO2/MWh", "origin": f"notice {number}"}
    body = {"name": f"v{number}", "from": MARCH_1, "factors": [factor]}
    await plant.post("accounting-version", json.dumps(body).encode(), author="Wang", reason=f"notice {number}")


async def again(plant: Plant, number: int = 0) -> int:
    body = {**TWO_HOURS, "author": "Li", "reason": f"order {number}"}
    return (await plant.post("recalculate", json.dumps(body).encode()))["changed"]


def test_ten_recalculations_of_a_closed_month_keep_each_result_with_its_version() -> None:
    async def scene() -> None:
        plant = Plant("2025-04-20T00:00:00", "", EMITTER.replace("method =", "close_days = 5\nmethod =", 1))
        plant.day(MARCH_1, {"grid": 10, "coal": 3})
        first = plant.value("co2e.source.grid", HOUR, MARCH_1)
        told = [first]
        for number in range(1, 11):
            await change(plant, number)
            # The month is closed: a version alone changes nothing.
            assert plant.value("co2e.source.grid", HOUR, MARCH_1) == told[-1]
            assert await again(plant, number) > 0
            told.append(plant.value("co2e.source.grid", HOUR, MARCH_1))
        asked = {"figure": "co2e.source.grid", "class": "hour", "start": MARCH_1}
        before = (await plant.get("emission-history", **asked))["superseded"]
        assert [each["value"] for each in before] == told[:-1] and len(set(told)) == 11
        assert [each["revision"] for each in before] == list(range(10))
        assert [each["version"] for each in before] == list(range(10))
        assert {each["method"] for each in before} == {"steel-ndrc-2013 2013"}
        exact = [Fraction(each["exact_t"]) for each in before]
        assert exact == [Fraction(600, 1000) * Fraction(f"0.{50 + number}") for number in range(10)]
        logged = plant.store.connection.execute("SELECT count(*) FROM event WHERE code='recalculated'")
        assert next(logged)[0] == 10

    run(scene)


def test_ten_recalculations_that_change_nothing_leave_nothing() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00")
        plant.day(MARCH_1, {"grid": 10, "coal": 3})
        await change(plant, 1)
        there = rows(plant)
        assert [await again(plant) for _ in range(10)] == [0] * 10
        assert rows(plant) == there

    run(scene)


def test_recalculations_asked_at_once_while_data_arrive_end_as_one() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00")
        plant.day(MARCH_1, {"grid": 10, "coal": 3})
        still = Plant("2025-03-03T00:00:00")
        still.day(MARCH_1, {"grid": 10, "coal": 3})
        for each in (plant, still):
            await change(each, 3)

        async def arriving() -> None:
            for number in range(30):
                plant.add(MINUTE, at("2025-03-02T00:00:00") + number * 60, {"grid": "10", "coal": "3"})
                await asyncio.sleep(0)

        await asyncio.gather(*(again(plant, number) for number in range(10)), arriving())
        for number in range(30):
            still.add(MINUTE, at("2025-03-02T00:00:00") + number * 60, {"grid": "10", "coal": "3"})
        for name in ("record", "superseded", "emission", "emission_before"):
            statement = f"SELECT * FROM {name} ORDER BY 1, 2, 3"
            assert list(plant.store.connection.execute(statement)) == list(still.store.connection.execute(statement))

    run(scene)


def test_a_result_that_differs_below_its_last_shown_digit_is_a_revision_with_its_own_version() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00")
        plant.day(MARCH_1, {"grid": 10, "coal": 3})
        await change(plant, 1)
        factor = {"factor": "grid", "value": "0.5100000001", "unit": "tCO2/MWh", "origin": "more digits"}
        body = {"name": "fine", "from": MARCH_1, "factors": [factor]}
        await plant.post("accounting-version", json.dumps(body).encode(), author="Wang", reason="more digits")
        for span in (MINUTE, HOUR):
            for figure in ("co2e.source.grid", "co2e.scope.2"):
                asked = {"figure": figure, "class": span.name, "start": MARCH_1}
                before = (await plant.get("emission-history", **asked))["superseded"]
                kept = plant.kept(figure, span, MARCH_1)
                assert kept is not None and kept.version == 2 and kept.record.revision == len(before) == 2
                assert [each["version"] for each in before] == [0, 1]
                assert before[-1]["value"] == kept.record.value
                tonnes = Fraction(before[-1]["exact_t"])
                share = Fraction("0.5100000001") - Fraction("0.51")
                assert kept.equivalent - tonnes == share * Fraction(10 * span.code // 60, 1000)

    run(scene)


def test_a_version_that_changes_no_digit_of_a_result_makes_no_revision() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00")
        plant.day(MARCH_1, {"grid": 10, "coal": 3})
        boiler = plant.kept("co2e.source.boiler", HOUR, MARCH_1)
        await change(plant, 1)
        kept = plant.kept("co2e.source.boiler", HOUR, MARCH_1)
        assert boiler is not None and kept is not None and kept.version == 1
        assert (kept.record, kept.equivalent) == (boiler.record, boiler.equivalent)

    run(scene)
