"""Many periods worked out again at once: every row is what it is when they are worked out one by one."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from accounting_kit import METERS, Plant, at

from reference_terminal.model.rows import Record
from reference_terminal.model.times import HOUR, MINUTE, QUARTER, Span
from reference_terminal.processing import rework
from reference_terminal.processing.rework import Rework

_EMITTER = """
[accounting]
emitter = "E"
method = "steel-ndrc-2013"
decimals = 3
[[accounting.units]]
id = "iron"
[[accounting.units]]
id = "empty"
production = "ancillary"
[[accounting.sources]]
id = "grid"
unit = "iron"
category = "power"
term = "electricity-in"
inputs.AD.point = "grid"
inputs.EF = { value = "0.5", unit = "tCO2/MWh", factor = "grid" }
[[accounting.sources]]
id = "grid-too"
unit = "iron"
category = "power"
term = "electricity-in"
inputs.AD.point = "grid"
inputs.EF = { value = "0.5", unit = "tCO2/MWh", factor = "grid" }
[[accounting.sources]]
id = "boiler"
unit = "iron"
category = "fuel"
since = "2025-03-01T00:10:00+08:00"
term = "fuel"
item = "烟煤"
inputs.FC.point = "coal"
inputs.NCV = { entry = "value", unit = "GJ/t", value = "20" }
[[accounting.sources]]
id = "oven"
category = "fuel"
term = "fuel"
item = "烟煤"
inputs.FC = { point = "coal", share = "0.3" }
inputs.NCV = { value = "21.1", unit = "GJ/t", factor = "ncv" }
[[accounting.sources]]
id = "cell"
method = "aluminium-ndrc-2013"
term = "cf4"
inputs.P.point = "steam"
inputs.EF = { value = "0.034", unit = "kgCF4/t", factor = "cf4" }
[[accounting.sources]]
id = "hand"
category = "fuel"
term = "fuel"
item = "焦炭"
inputs.FC = { entry = "amount", every = "hour", unit = "t" }
[[accounting.limits]]
figure = "co2e.unit.iron"
span = "minute"
above = "40"
"""
_TABLES = ("record", "superseded", "emission", "emission_before", "record_source", "alarm")


def _activity(plant: Plant) -> None:
    chance = random.Random(1)
    first_s = at("2025-03-01T00:00:00")
    for span in (MINUTE, QUARTER, HOUR):
        for start_s in range(first_s, first_s + 3600, span.code):
            made: list[Record] = []
            for name in ("grid", "coal", "steam"):
                lot = chance.random()
                if lot < 0.02:
                    continue
                value = None if lot < 0.04 else f"{chance.randrange(40)}.{chance.randrange(4)}"
                made.append(plant.record(name, span, start_s, value))
                if value is not None and lot > 0.97:
                    made[-1].flag, made[-1].cause = "S", "manual entry"
            plant.store.add_records(made)
            assert plant.store.flush()


async def _changed() -> tuple[list[Any], list[Any]]:
    """All that is stored, and delivered, after versions, an entry and an order."""
    plant = Plant("2025-03-02T00:00:00", emitter=_EMITTER, meters=METERS)
    _activity(plant)
    words = {"author": "bench", "reason": "another factor"}
    factors = [
        {"factor": "grid", "value": "0.61", "unit": "tCO2/MWh"},
        {"factor": "ncv", "value": "19.97", "unit": "GJ/t"},
    ]
    for change in (
        {"name": "a", "from": "2025-03-01T00:00:00", "factors": factors},
        {"name": "b", "from": "2025-03-01T00:20:00", "factors": [{**factors[0], "value": "0.7"}]},
        {"name": "c", "from": "2025-03-01T00:35:00", "sources": [{"id": "oven", "inside": False}]},
        {
            "name": "d",
            "from": "2025-03-01T00:00:00",
            "factors": [{"factor": "cf4", "value": "0.04", "unit": "kgCF4/t"}],
        },
    ):
        await plant.post("accounting-version", json.dumps(change).encode(), **words)
    entry = {"source": "hand", "input": "FC", "start": "2025-03-01T00:00:00", "end": "2025-03-01T01:00:00"}
    more = {"value": "1.5", "unit": "t", "origin": "scale", "author": "Li", "reason": "coke"}
    await plant.post("accounting-entry", json.dumps({**entry, **more}).encode())
    order = {"from": "2025-03-01T00:00:00", "to": "2025-03-01T01:00:00", "author": "Li", "reason": "once more"}
    answer = await plant.post("recalculate", json.dumps(order).encode())
    assert answer["changed"] == 0
    connection = plant.store.connection
    rows = [row for table in _TABLES for row in connection.execute(f"SELECT * FROM {table}")]
    return rows, plant.delivered


def test_every_row_is_as_if_it_was_worked_out_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    gathered = 0
    put = rework._Portion.put  # pyright: ignore[reportPrivateUsage]

    def counted(self: Any, number: int, result: Any) -> bool:
        nonlocal gathered
        done = put(self, number, result)
        gathered += done
        return done

    with monkeypatch.context() as patch:
        patch.setattr(rework._Portion, "put", counted)  # pyright: ignore[reportPrivateUsage]
        patch.setattr(rework, "_MOST_RESULTS", 50)
        many = asyncio.run(_changed())
    assert gathered > 300
    with monkeypatch.context() as patch:

        def none(self: Rework, period: object, span: Span) -> None:
            return None

        patch.setattr(Rework, "_plan", none)
        single = asyncio.run(_changed())
    assert many[0] == single[0]
    assert many[1] == single[1]
