"""A printed chain can be followed by hand: its lines, worked out from the text alone, give what they end with."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any

from accounting_kit import STACK, STACK_METERS, Plant, at

from reference_terminal.accounting import library
from reference_terminal.accounting.report import Table, legend
from reference_terminal.model.rows import Record
from reference_terminal.model.times import HOUR, MINUTE, QUARTER

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_GIVES = re.compile(r"(-?[0-9.]+)(…?)(?: \(= (-?[0-9]+/[0-9]+)\))? t")
COKING = """
[accounting]
emitter = "示范焦化厂"
method = "coking-ndrc-2014"
[[accounting.sources]]
id = "steam"
term = "steam-state-in"
inputs.MA.point = "steam"
inputs.P.point = "bar"
inputs.T.point = "hot"
[[accounting.sources]]
id = "coal"
term = "carbon-in"
inputs.AD.point = "coal"
inputs.CC = { value = "0.7312", unit = "tC/t", origin = "laboratory", factor = "cc" }
[[accounting.sources]]
id = "coke"
term = "carbon-out"
inputs.AD.point = "coal"
inputs.CC = { value = "0.5", unit = "tC/t", origin = "laboratory" }
[[accounting.sources]]
id = "boiler"
term = "fuel"
item = "烟煤"
inputs.FC.point = "coal"
[[accounting.sources]]
id = "grid"
term = "electricity-in"
item = "华北"
inputs.AD.point = "grid"
"""
_STATE = STACK.replace("stack-wet", "stack-state").replace('unit = "Nm3" }', 'unit = "m3" }\ninputs.P.point = "bar"')
_HOT = 'inputs.TS.point = "hot"\n'


def run(scene: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(scene())  # pyright: ignore[reportArgumentType]


async def lines(plant: Plant, **query: str) -> list[str]:
    return (await plant.get("emission-explain", form="text", **query)).octets.decode().splitlines()


def hour(plant: Plant, at_h: int, lost: int, gas: int) -> None:
    """An hour of a stack: minutes with 10 % CO2, the first of them lost, and the longer periods of the points."""
    start_s = at("2026-04-01T00:00:00") + at_h * HOUR.code
    plant.clock.now_s = start_s + HOUR.code + 5
    records: list[Record] = []
    for span in (MINUTE, QUARTER, HOUR):
        for begin_s in range(start_s, start_s + HOUR.code, span.code):
            lacks = span == MINUTE and begin_s < start_s + lost * 60
            records.append(plant.record("gas", span, begin_s, str(gas * span.code // 60)))
            records.append(plant.record("co2", span, begin_s, None if lacks else "10"))
    plant.store.add_records(records)
    assert plant.store.flush()


def worked_out(text: str) -> Fraction:
    """A line of arithmetic as printed."""
    plain = text.strip().replace("×", "*").replace("÷", "/").replace("−", "-")
    return eval(_NUMBER.sub(lambda found: f"Fraction('{found[0]}')", plain), {"Fraction": Fraction})


def ends_with(line: str) -> Fraction:
    """The mass that a line ends with; a fraction where it has one."""
    found = _GIVES.search(line)
    assert found is not None and (found[3] or not found[2]), line
    return Fraction(found[3] or found[1])


def end_of(told: list[str]) -> Fraction:
    """What a chain ends with."""
    return ends_with([line for line in told if "(6 decimals" in line][-1])


def followed(told: list[str]) -> int:
    """Follow every line of numbers; how many there were."""
    found = 0
    for number, line in enumerate(told):
        if not re.fullmatch(r"\s*−?\([0-9(][^a-zA-Z]*\)", text := line.partition("   (×")[0]):
            continue
        assert worked_out(text) == ends_with(told[number + 1]), line
        found += 1
    return found


def test_the_numbers_of_every_formula_give_what_stands_below_them() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00", "", COKING)
        values = {"grid": "7", "coal": "310", "steam": "3", "bar": "0.9", "hot": "300"}
        plant.add(MINUTE, at("2025-03-01T01:00:00"), values)
        told = await lines(plant, figure="co2e.total", **{"class": "minute", "start": "2025-03-01T01:00:00"})
        assert followed(told) == 5
        text = "\n".join(told)
        assert "× 0.00001)   (× 1/100000: t, GJ/t, tC/TJ, %, tCO2/tC → tCO2)" in text
        enthalpy = re.search(r"ENTHALPY\(P, T\) = (\S+) kJ/kg   IAPWS-IF97", text)
        assert enthalpy is not None and f"(({enthalpy[1]} × 0.001) − (83.74 × 0.001))" in text
        # The total is the sum of what its sources end with.
        ends = [ends_with(line) for line in told if "(6 decimals" in line]
        assert sum(ends[:-1]) == ends[-1]
        # Every letter that stands for a source is told once.
        assert {line[1] for line in told if line.startswith("[")} == {"F", "P", "G", "T"}

    run(scene)


def test_a_stack_at_its_state_is_followed_by_hand() -> None:
    async def scene() -> None:
        plant = Plant("2026-04-01T02:00:00", "", _STATE + _HOT, meters=STACK_METERS)
        plant.add(MINUTE, at("2026-04-01T00:00:00"), {"gas": "1000", "co2": "10.3", "bar": "0.1005", "hot": "93.4"})
        told = await lines(plant, figure="co2e.source.stack", **{"class": "minute", "start": "2026-04-01T00:00:00"})
        assert followed(told) == 1
        assert any("HJ 75" in line and "not 273.15" in line for line in told)

    run(scene)


def test_an_hour_of_a_stack_tells_its_lost_minutes_and_the_hour_that_stands_for_it() -> None:
    async def scene() -> None:
        plant = Plant("2026-04-01T00:00:00", "", STACK, meters=STACK_METERS)
        for at_h in range(20):
            hour(plant, at_h, 10 if at_h == 1 else 0, 1000 + at_h % 7)
        hour(plant, 20, 40, 1000)
        hour(plant, 21, 0, 1000)
        asked = {"figure": "co2e.source.stack", "class": "hour"}
        told = await lines(plant, **asked, start="2026-04-01T01:00:00")
        parts = [line for line in told if "(minute / 分钟" in line]
        assert len(parts) == 60 and sum(": - co2: timeout / co2: 超时无应答" in line for line in parts) == 10
        step = next(line for line in told if "× 60 ÷ 50" in line)
        assert sum(ends_with(line) for line in parts if "- co2" not in line) == ends_with(step)
        assert ends_with(step) * 60 / 50 == end_of(told)
        told = await lines(plant, **asked, start="2026-04-01T20:00:00")
        assert any("2026-04-01T06:00:00" in line and "explain?figure=co2e.source.stack" in line for line in told)
        there = await lines(plant, **asked, start="2026-04-01T06:00:00")
        assert end_of(there) == end_of(told)

    run(scene)


def test_entries_versions_and_what_stood_before_are_named() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00")
        plant.day("2025-03-01T00:00:00", {"grid": 10, "coal": 7})
        entry = {"source": "boiler", "input": "NCV", "start": "2025-03-01T10:00:00", "end": "2025-03-01T12:00:00"}
        entry |= {"value": "21.7", "unit": "GJ/t", "origin": "laboratory", "author": "Li", "reason": "sample 7"}
        await plant.post("accounting-entry", json.dumps(entry).encode())
        quarter = {"class": "quarter", "start": "2025-03-01T10:15:00"}
        minute = {"class": "minute", "start": "2025-03-01T10:15:00"}
        told = "\n".join(await lines(plant, figure="co2e.source.boiler", **minute))
        assert "entered by / 填报人 Li (sample 7), 2025-03-03T00:00:00" in told and ": 21.7 GJ/t, 2025-03-01T10" in told
        assert "before / 修订前 #0: 12.498332 kgCO2e, steel-ndrc-2013 2013 #0" in told
        factor = {"factor": "grid", "value": "0.6", "unit": "tCO2/MWh", "origin": "notice 30"}
        change = {"name": "mid", "from": "2025-03-01T15:00:00", "factors": [factor]}
        await plant.post("accounting-version", json.dumps(change).encode(), author="Wang", reason="notice")
        told = "\n".join(await lines(plant, figure="co2e.source.grid", **quarter | {"start": "2025-03-01T15:00:00"}))
        assert "#1 = mid, from / 自 2025-03-01T15:00:00+08:00, Wang: notice" in told
        history = await plant.get(
            "emission-history", figure="co2e.source.grid", **quarter | {"start": "2025-03-01T15:00:00"}
        )
        [before] = history["superseded"]
        assert before["version"] == 0 and before["method"] == "steel-ndrc-2013 2013" and before["exact_t"] == "3/40"

    run(scene)


def test_a_product_is_divided_in_the_unit_of_its_figure() -> None:
    async def scene() -> None:
        more = '[[accounting.products]]\nid = "electricity"\npoint = "grid"\n'
        plant = Plant("2025-03-03T00:00:00", more)
        plant.day("2025-03-01T00:00:00", {"grid": 10, "coal": 3})
        between = {"from": "2025-03-01T00:00:00", "to": "2025-03-02T00:00:00"}
        told = await lines(plant, figure="co2e.total", product="electricity", **between)
        dividend, divisor, quotient = (line.split() for line in told[-3:])
        assert dividend[1] == "kgCO2e" and divisor[2] == "kWh"
        shown = re.search(r"\(= ([0-9]+/[0-9]+)\)", told[-1])
        exact = Fraction(shown[1]) if shown else Fraction(quotient[1])
        assert Fraction(dividend[0]) / Fraction(divisor[1]) == exact

    run(scene)


def test_every_letter_of_the_library_is_explained() -> None:
    known = library.source_keys()
    for method in library.methods().values():
        for term in method.terms.values():
            assert library.keys_in(term.source), (method.id, term.id, term.source)
            letters = re.findall(r"(?<![\w.-])[A-Z](?![\w./-])", term.source)
            assert all(each in known for each in letters), term.source


def test_a_report_explains_the_letters_of_its_factors() -> None:
    rows = (("boiler", "default: a guide [T]"), ("grid", "supplier F"), ("gas", "a table [G, M]"))
    told = legend(Table(("source", "origin"), rows))
    assert [each[:3] for each in told] == ["[T]", "[G]", "[M]"] and "未经证实 / usual in the field" in told[2]
