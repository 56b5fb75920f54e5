"""Emissions kept up with activity: minutes to any period, versions, entries, late data, what is refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any

import pytest
from accounting_kit import EMITTER, METERS, Plant, at

from reference_terminal.assembly import check_accounting
from reference_terminal.management.packages import Package, PackageRefused
from reference_terminal.model.times import DAY, HOUR, MINUTE, MONTH, QUARTER
from reference_terminal.settings.config import load_config
from reference_terminal.settings.problems import InputError
from reference_terminal.web.errors import HttpError

COAL = Fraction(20) * Fraction("0.02618") * Fraction("0.93") * Fraction(44, 12)
"""tCO2 of a tonne of 烟煤 of table A with 20 GJ/t."""


def run(scene: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(scene())  # pyright: ignore[reportArgumentType]


def body(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


async def entered(plant: Plant, **fields: str) -> Any:
    given = {"origin": "lab", "author": "Li", "reason": "analysis", **fields}
    return await plant.post("accounting-entry", body(**given))


def test_each_minute_has_an_emission_of_every_source_and_figure() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-01T00:02:00")
        plant.add(MINUTE, at("2025-03-01T00:00:00"), {"grid": "12", "coal": "600"})
        minute = "2025-03-01T00:00:00"
        assert plant.value("co2e.source.grid", MINUTE, minute) == "6.000000"
        coal = plant.kept("co2e.source.boiler", MINUTE, minute)
        assert coal is not None and coal.mass == Fraction(6, 10) * COAL
        total = plant.kept("co2e.total", MINUTE, minute)
        assert total is not None and total.equivalent == Fraction(6, 1000) + Fraction(6, 10) * COAL
        assert plant.value("co2e.scope.2", MINUTE, minute) == "6.000000"
        assert plant.value("co2e.unit.iron", MINUTE, minute) == plant.value("co2e.scope.1", MINUTE, minute)
        assert plant.value("co2e.production.auxiliary", MINUTE, minute) == "6.000000"

    run(scene)


def test_a_source_without_a_value_leaves_the_total_without_one_until_it_comes() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-01T00:02:00")
        start_s = at("2025-03-01T00:00:00")
        plant.add(MINUTE, start_s, {"grid": "12"})
        assert plant.kept("co2e.total", MINUTE, "2025-03-01T00:00:00") is None
        plant.add(MINUTE, start_s, {"coal": None})
        total = plant.kept("co2e.total", MINUTE, "2025-03-01T00:00:00")
        assert total is not None
        assert (total.record.value, total.record.flag, total.record.cause) == (None, "B", "boiler: coal: timeout")
        plant.revise("coal", MINUTE, start_s, "600")
        total = plant.kept("co2e.total", MINUTE, "2025-03-01T00:00:00")
        assert total is not None and total.record.revision == 1 and total.record.flag == "S"
        assert total.equivalent == Fraction(6, 1000) + Fraction(6, 10) * COAL

    run(scene)


def test_minutes_quarters_hours_and_the_day_agree_exactly() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-02T00:02:00")
        plant.day("2025-03-01T00:00:00", {"grid": 7, "coal": 11})
        whole = plant.kept("co2e.total", DAY, "2025-03-01T00:00:00")
        assert whole is not None
        for name in ("minute", "quarter", "hour"):
            found = await plant.get("emissions", **{"figure": "co2e.total", "class": name, "limit": "2000"})
            rows = found["emissions"]
            assert sum(Fraction(row["exact_t"]) for row in rows) == whole.equivalent
            assert rows[-1]["cumulative"] == whole.record.value
        total = await plant.get(
            "emission-total", figure="co2e.total", **{"from": "2025-03-01T06:00:00", "to": "2025-03-01T06:20:00"}
        )
        assert Fraction(total["exact_t"]) == whole.equivalent * 20 / 1440
        gone = await plant.get(
            "emission-total", figure="co2e.total", **{"from": "2025-02-28T23:59:00", "to": "2025-03-02T00:00:00"}
        )
        assert gone["value"] is None and gone["known"] == whole.record.value
        assert gone["missing"] == [{"from": "2025-02-28T23:59:00+08:00", "to": "2025-03-01T00:00:00+08:00"}]
        year = await plant.get("emissions", **{"figure": "co2e.total", "class": "year"})
        assert [row["known"] for row in year["emissions"]] == [whole.record.value]

    run(scene)


def test_a_factor_that_counts_from_the_middle_of_a_day_splits_it() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-02T00:02:00")
        plant.day("2025-03-01T00:00:00", {"grid": 10, "coal": 0})
        before = plant.kept("co2e.source.grid", DAY, "2025-03-01T00:00:00")
        assert before is not None and before.mass == Fraction(14400, 1000) * Fraction("0.5")
        answer = await plant.post(
            "accounting-version",
            body(
                name="2025b",
                **{"from": "2025-03-01T10:00:30"},
                factors=[{"factor": "grid", "value": "0.6", "unit": "tCO2/MWh", "origin": "notice"}],
            ),
            author="Wang",
            reason="new factor",
        )
        assert answer["version"] == 1
        # Counts for minutes that begin at 10:01 or later.
        old, new = Fraction(601 * 10, 1000), Fraction(839 * 10, 1000)
        day = plant.kept("co2e.source.grid", DAY, "2025-03-01T00:00:00")
        assert day is not None and day.mass == old * Fraction("0.5") + new * Fraction("0.6")
        assert (day.version, day.record.revision) == (1, 1)
        total = plant.kept("co2e.total", DAY, "2025-03-01T00:00:00")
        assert total is not None and total.equivalent == day.mass
        assert plant.value("co2e.source.grid", MINUTE, "2025-03-01T10:00:00") == "5.000000"
        assert plant.value("co2e.source.grid", MINUTE, "2025-03-01T10:01:00") == "6.000000"
        assert ("day", at("2025-03-01T00:00:00")) in plant.delivered
        history = await plant.get(
            "emission-history", figure="co2e.source.grid", **{"class": "day", "start": "2025-03-01T00:00:00"}
        )
        assert [row["value"] for row in history["superseded"]] == ["7200.000000"]

    run(scene)


def test_a_month_in_whose_middle_a_version_begins_still_holds_what_is_entered_for_months() -> None:
    async def scene() -> None:
        emitter = EMITTER.replace(
            'inputs.FC.point = "coal"', 'inputs.FC = { entry = "amount", every = "month", unit = "t" }'
        )
        plant = Plant("2025-03-01T00:00:00", emitter=emitter)
        plant.day("2025-02-01T00:00:00", {"grid": 10}, month=True)
        for day in range(1, 28):
            plant.add(DAY, at("2025-02-01T00:00:00") + day * DAY.code, {"grid": "14400"})
        change = body(name="mid", **{"from": "2025-02-15T00:00:00"}, factors=[_GRID_FACTOR])
        await plant.post("accounting-version", change, author="Wang", reason="notice")
        total = plant.kept("co2e.total", MONTH, "2025-02-01T00:00:00")
        assert total is not None and total.mass is None and "nothing entered" in total.record.cause
        month = {"start": "2025-02-01T00:00:00", "end": "2025-03-01T00:00:00"}
        await entered(plant, source="boiler", input="FC", value="3", unit="t", **month)
        grid = plant.kept("co2e.source.grid", MONTH, "2025-02-01T00:00:00")
        total = plant.kept("co2e.total", MONTH, "2025-02-01T00:00:00")
        assert grid is not None and total is not None and total.equivalent == grid.equivalent + 3 * COAL

    run(scene)


_GRID_FACTOR = {"factor": "grid", "value": "0.6", "unit": "tCO2/MWh", "origin": "notice"}


def test_a_closed_month_keeps_its_results_until_a_recalculation_is_ordered() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-05T00:00:00")
        plant.day("2025-02-01T00:00:00", {"grid": 10, "coal": 0}, month=True)
        month = "2025-02-01T00:00:00"
        kept = plant.kept("co2e.source.grid", MONTH, month)
        assert kept is not None and kept.mass == Fraction(14400 * 28, 1000) / 2
        change = body(
            name="late",
            **{"from": "2025-01-01T00:00:00"},
            factors=[{"source": "grid", "input": "EF", "value": 0.6, "unit": "tCO2/MWh"}],
        )
        await plant.post("accounting-version", change, author="Wang", reason="audit")
        again = plant.kept("co2e.source.grid", MONTH, month)
        assert again == kept
        # Late data of the closed month are worked out with the versions that it was closed with.
        plant.revise("grid", MONTH, at(month), "100000")
        later = plant.kept("co2e.source.grid", MONTH, month)
        assert later is not None and (later.mass, later.version) == (Fraction(50), 0)
        done = await plant.post(
            "recalculate",
            body(**{"from": month, "to": "2025-03-01T00:00:00", "author": "Wang", "reason": "audit"}),
        )
        assert done["changed"] > 0
        last = plant.kept("co2e.source.grid", MONTH, month)
        assert last is not None and (last.mass, last.version, last.record.revision) == (Fraction(60), 1, 2)
        codes = [row[6] for row in plant.terminal.journal.events(0, 1000)]
        assert "accounting-version" in codes and "recalculated" in codes

    run(scene)


def test_a_value_entered_by_hand_flows_up_and_what_is_weighted_comes_by_itself() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-02T00:02:00")
        plant.day("2025-03-01T00:00:00", {"grid": 0, "coal": 10})
        month = {"source": "boiler", "input": "NCV", "unit": "GJ/t"}
        await entered(plant, **month, start="2025-03-01T00:00:00", end="2025-03-01T06:00:00", value="22")
        day = plant.kept("co2e.source.boiler", DAY, "2025-03-01T00:00:00")
        share = (Fraction(1, 4) * 22 + Fraction(3, 4) * 20) / 20
        assert day is not None and day.mass == Fraction("14.4") * COAL * share and day.record.flag == "S"
        entries = await plant.get("accounting-entries", source="boiler")
        assert [row["value"] for row in entries["entries"]] == ["22"]
        again = await entered(plant, **month, start="2025-03-01T00:00:00", end="2025-03-01T06:00:00", value="21")
        assert again["in_place_of"] == "22"
        with pytest.raises(HttpError, match="look at the unit"):
            await entered(plant, **month, start="2025-03-01T00:00:00", end="2025-03-01T06:00:00", value="22000")
        with pytest.raises(HttpError, match="is in GJ/t"):
            await entered(
                plant, source="boiler", input="NCV", unit="GJ", value="1",
                start="2025-03-01T00:00:00", end="2025-03-01T06:00:00",
            )  # fmt: skip
        with pytest.raises(HttpError, match="takes NCV by hand"):
            await entered(
                plant, source="boiler", input="FC", unit="t", value="1",
                start="2025-03-01T00:00:00", end="2025-03-01T06:00:00",
            )  # fmt: skip

    run(scene)


COKE = """
[[accounting.sources]]
id = "coke"
unit = "iron"
category = "fuel"
term = "fuel"
item = "焦炭"
inputs.FC = { entry = "amount", every = "month", unit = "t" }
"""


def test_amounts_by_hand_are_part_of_the_periods_they_are_entered_for() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-05T00:00:00", COKE)
        plant.day("2025-02-01T00:00:00", {"grid": 0, "coal": 0}, month=True)
        day = plant.kept("co2e.total", DAY, "2025-02-01T00:00:00")
        assert day is not None and day.record.value == "0.000000"
        lacking = plant.kept("co2e.total", MONTH, "2025-02-01T00:00:00")
        assert lacking is not None and lacking.record.cause == "coke: nothing entered"
        await entered(
            plant, source="coke", input="FC", unit="t", value="100",
            start="2025-02-01T00:00:00", end="2025-03-01T00:00:00",
        )  # fmt: skip
        coke = Fraction(100) * Fraction("28.447") * Fraction("0.0295") * Fraction("0.93") * Fraction(44, 12)
        month = plant.kept("co2e.total", MONTH, "2025-02-01T00:00:00")
        assert month is not None and month.equivalent == coke and month.record.revision == 1

    run(scene)


def test_a_source_that_leaves_the_boundary_changes_the_total_by_exactly_itself() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-02T00:02:00")
        plant.day("2025-03-01T00:00:00", {"grid": 10, "coal": 3})
        before = plant.kept("co2e.total", DAY, "2025-03-01T00:00:00")
        source = plant.kept("co2e.source.grid", HOUR, "2025-03-01T23:00:00")
        await plant.post(
            "accounting-version",
            body(name="sold", **{"from": "2025-03-01T23:00:00"}, sources=[{"id": "grid", "inside": False}]),
            author="Wang",
            reason="sold",
        )
        after = plant.kept("co2e.total", DAY, "2025-03-01T00:00:00")
        assert before is not None and after is not None and source is not None
        assert before.equivalent - after.equivalent == source.equivalent
        assert plant.value("co2e.source.grid", HOUR, "2025-03-01T23:00:00") == source.record.value
        sums = await plant.get("emission-sums", **{"from": "2025-03-01T23:00:00", "to": "2025-03-02T00:00:00"})
        assert [row["source"] for row in sums["apart"]] == ["grid"]

    run(scene)


STEAM = """
[[accounting.sources]]
id = "steam"
unit = "power"
term = "steam-state-in"
inputs.MA.point = "steam"
inputs.P.point = "bar"
inputs.T.point = "hot"
"""


def test_where_pressure_and_temperature_are_measured_a_period_is_the_sum_of_its_parts() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-01T01:00:00", STEAM)
        start_s = at("2025-03-01T00:00:00")
        for minute in range(15):
            hot = "300" if minute < 5 else "350"
            values = {"grid": "0", "coal": "0", "steam": "1", "bar": "1.0", "hot": hot}
            plant.add(MINUTE, start_s + 60 * minute, values)
        plant.add(QUARTER, start_s, {"grid": "0", "coal": "0", "steam": "15", "bar": "1.0", "hot": "333"})
        minutes = [plant.kept("co2e.source.steam", MINUTE, f"2025-03-01T00:{at_:02}:00") for at_ in range(15)]
        quarter = plant.kept("co2e.source.steam", QUARTER, "2025-03-01T00:00:00")
        assert quarter is not None and minutes[0] is not None
        assert quarter.mass == sum((each.mass or Fraction(0) for each in minutes if each), Fraction(0))
        # 3051.70 kJ/kg at 1.0 MPa and 300 °C (IF97).
        assert minutes[0].mass == (Fraction("3051.70") - Fraction("83.74")) / 1000 * Fraction("0.11")

    run(scene)


def test_a_figure_is_explained_from_registers_to_the_printed_value() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-01T00:02:00")
        plant.add(MINUTE, at("2025-03-01T00:00:00"), {"grid": "12", "coal": "600"})
        query = {"figure": "co2e.total", "class": "minute", "start": "2025-03-01T00:00:00"}
        chain = await plant.get("emission-explain", **query)
        assert chain["agrees"] and [each["source"] for each in chain["sources"]] == ["grid", "boiler"]
        inputs = chain["sources"][1]["inputs"]
        assert [each["name"] for each in inputs] == ["FC", "NCV", "CC", "OF"]
        assert inputs[0]["point"]["value"] == "600" and inputs[2]["default"]
        text = (await plant.get("emission-explain", form="text", **query)).octets.decode()
        assert "FC * NCV * CC * OF * CO2_C" in text and "coal" in text and "half up" in text

    run(scene)


def test_a_warning_limit_raises_an_alarm_once_and_clears_it() -> None:
    async def scene() -> None:
        limit = '[[accounting.limits]]\nfigure = "co2e.total"\nspan = "minute"\nabove = "10"\n'
        plant = Plant("2025-03-01T00:05:00", limit)
        for minute, grid in enumerate(("12", "30", "40", "2")):
            plant.add(MINUTE, at("2025-03-01T00:00:00") + 60 * minute, {"grid": grid, "coal": "0"})
        plant.store.flush()
        codes = [row[6] for row in plant.terminal.journal.events(0, 100) if row[6].startswith("emission-above")]
        assert codes == ["emission-above-limit", "emission-above-limit.cleared"]

    run(scene)


def test_what_is_kept_survives_a_restart(tmp_path: Any) -> None:
    async def scene() -> None:
        path = tmp_path / "t.db"
        plant = Plant("2025-03-02T00:00:00", path=path)
        plant.day("2025-03-01T00:00:00", {"grid": 10, "coal": 3})
        await plant.post(
            "accounting-version",
            body(name="x", **{"from": "2025-03-01T12:00:00"}, sources=[{"id": "grid", "inside": False}]),
            author="Wang",
            reason="sold",
        )
        before = plant.kept("co2e.total", DAY, "2025-03-01T00:00:00")
        plant.store.close()
        again = Plant("2025-03-02T00:00:00", path=path)
        assert again.kept("co2e.total", DAY, "2025-03-01T00:00:00") == before
        boundary = await again.get("boundary", at="2025-03-01T12:00:00")
        assert [each["inside"] for each in boundary["sources"]] == [False, True]
        again.store.close()

    run(scene)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('term = "fuel"', 'term = "fule"', "did you mean 'fuel'"),
        ('item = "烟煤"', 'item = "木炭"', "missing: factor"),
        ('AD.point = "grid"', 'AD.point = "coal"', "measures kg"),
        ('AD.point = "grid"', 'AD.point = "grud"', "no point is called 'grud'"),
        ('FC.point = "coal"', 'FC.point = "bar"', "measures MPa"),
        ('method = "steel-ndrc-2013"', 'method = "steel-2013"', "no method"),
        ('method = "steel-ndrc-2013"', 'method = "cement-cets-2024"', "holds from 2024"),
        ('value = "0.5", unit = "tCO2/MWh"', 'value = "0.5", unit = "tC/MWh"', "is in tCO2/MWh"),
        ('value = "0.5", unit = "tCO2/MWh"', 'value = "500", unit = "tCO2/MWh"', "look at the unit"),
        ('value = "0.5", unit = "tCO2/MWh"', 'value = "-1", unit = "tCO2/MWh"', "0 or more"),
        ('value = "20"', 'value = "20000"', "look at the unit"),
        ('category = "fuel"', "scope = 2", "is of scope 1"),
        (
            '[[accounting.units]]\nid = "iron"',
            '[[accounting.figures]]\nof = "gas"\nkey = "CH4"\nmeasure = "CH4"\n[[accounting.units]]\nid = "iron"',
            "no source has it",
        ),
        ('unit = "iron"\ncategory', 'unit = "irom"\ncategory', "did you mean 'iron'"),
        ('inputs.FC.point = "coal"', 'inputs.FC = { value = "3", unit = "t" }', "no input is fed by a counter"),
        ('inputs.FC.point = "coal"', 'inputs.FX.point = "coal"', "not FX"),
        ('id = "boiler"', 'id = "grid"', "already used"),
    ],
)
def test_what_cannot_be_worked_out_is_refused_when_it_is_configured(old: str, new: str, told: str) -> None:
    assert old in EMITTER
    with pytest.raises(InputError) as caught:
        config = load_config(METERS + EMITTER.replace(old, new))
        check_accounting(config, at("2023-06-01T00:00:00"))
    assert any(told in each.en for each in caught.value.problems), caught.value
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in each.zh) for each in caught.value.problems)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"factors": [{"factor": "grit", "value": "1", "unit": "tCO2/MWh"}]}, "no input is linked"),
        ({"factors": [{"source": "grid", "input": "EF", "value": "1", "unit": "t"}]}, "is in tCO2/MWh"),
        ({"sources": [{"id": "grud", "inside": False}]}, "did you mean 'grid'"),
        ({"sources": [{"id": "boiler", "method": "grid-ndrc-2013"}]}, "no term"),
        ({"formulas": [{"method": "steel-ndrc-2013", "term": "fuel", "formula": "FC + NCV", "edition": "x"}]}, "sum"),
        ({"formulas": [{"method": "steel-ndrc-2013", "term": "fuel", "formula": "FC *", "edition": "x"}]}, "formula"),
        ({}, "changes nothing"),
    ],
)
def test_a_version_that_cannot_be_used_is_refused_with_a_sentence(change: dict[str, Any], told: str) -> None:
    async def scene() -> None:
        plant = Plant("2025-03-02T00:00:00")
        with pytest.raises(HttpError, match=told):
            await plant.post(
                "accounting-version",
                body(name="x", **{"from": "2025-03-01T00:00:00"}, **change),
                author="Wang",
                reason="try",
            )
        assert plant.emissions.versions.every == []

    run(scene)


def package(kind: str, content: Any, valid_from: str = "") -> Package:
    octets = json.dumps({kind: content}).encode()
    return Package(kind, "p", "1.0", at(valid_from) if valid_from else 0, "", octets, "", "management of A")


FACTOR = {"code": "grid", "value": "0.6", "unit": "tCO2/MWh", "gas": "CO2", "source": "notice", "region": "华北"}


@pytest.mark.parametrize(
    ("kind", "content", "figure", "share"),
    [
        ("factors", [{**FACTOR, "validFrom": "2025-03-01T12:00:00"}], "co2e.source.grid", "1.1"),
        ("factors", [{**FACTOR, "code": "grid.EF", "validFrom": ""}], "co2e.source.grid", "1.1"),
        (
            "method",
            {"id": "steel-ndrc-2013/electricity-in", "edition": "2025", "formula": "AD * EF * 3"},
            "co2e.source.grid",
            "2",
        ),
        (
            "boundary",
            {
                "id": "b",
                "enterprise": "e",
                "edition": "2",
                "units": [{"unit": "iron", "sector": "", "source": "boiler", "gas": "CO2", "point": "coal"}],
            },
            "co2e.scope.2",
            "0.5",
        ),
    ],
)
def test_packages_from_afar_count_from_their_instant(kind: str, content: Any, figure: str, share: str) -> None:
    async def scene() -> None:
        plant = Plant("2025-03-02T00:02:00")
        plant.day("2025-03-01T00:00:00", {"grid": 10, "coal": 0})
        before = plant.kept(figure, DAY, "2025-03-01T00:00:00")
        installer = plant.terminal.installer
        given = package(kind, content, "2025-03-01T12:00:00")
        installer._check(given)  # pyright: ignore[reportPrivateUsage]
        assert installer._keep(given, "task 7").result == "done"  # pyright: ignore[reportPrivateUsage]
        recalculation = plant.terminal.recalculation
        assert recalculation is not None
        await recalculation.catch_up()
        after = plant.kept(figure, DAY, "2025-03-01T00:00:00")
        assert before is not None and after is not None
        assert after.equivalent == before.equivalent * Fraction(share)

    run(scene)


def test_a_package_whose_factors_concern_nothing_here_is_refused() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-02T00:02:00")
        for row, en, zh in (
            ({**FACTOR, "code": "gird", "validFrom": ""}, "did you mean 'grid'", "关联"),
            ({**FACTOR, "unit": "t", "validFrom": ""}, "is in tCO2/MWh", "单位应为"),
            ({**FACTOR, "value": "x", "validFrom": ""}, "value cannot be read", "无法解析"),
        ):
            with pytest.raises(PackageRefused, match=f"{en}.*/ .*{zh}"):
                plant.terminal.installer._check(package("factors", [row]))  # pyright: ignore[reportPrivateUsage]

    run(scene)


def test_categories_are_the_emitters_own_words_and_green_electricity_is_nothing() -> None:
    async def scene() -> None:
        green = """
[[accounting.sources]]
id = "green"
category = "green electricity"
term = "green-electricity"
inputs.AD.point = "grid"
"""
        plant = Plant("2025-03-02T00:02:00", green)
        plant.add(MINUTE, at("2025-03-01T00:00:00"), {"grid": "12", "coal": "600"})
        assert plant.value("co2e.category.green-electricity", MINUTE, "2025-03-01T00:00:00") == "0.000000"

    run(scene)


ONLY = {
    "id": "only",
    "term": "electricity-in",
    "inputs": {"AD": {"point": "grid"}, "EF": {"value": 0.5, "unit": "tCO2/MWh"}},
}
TABLE: dict[str, Any] = {"emitter": "示范", "method": "steel-ndrc-2013", "sources": [ONLY]}


def test_another_accounting_is_set_at_the_local_interface_and_from_afar(tmp_path: Any) -> None:
    async def scene() -> None:
        plant = Plant("2025-03-02T00:00:00", path=tmp_path / "t.db")
        wrong = {**TABLE, "sources": [{**ONLY, "term": "electricity"}]}
        with pytest.raises(HttpError, match="has no term"):
            await plant.post("accounting", body(**wrong), author="Wang", reason="audit")
        configuration = plant.terminal.configuration
        assert "has no term" in configuration.set({"accounting": wrong}, "management of A", False)
        await plant.post("accounting", body(**TABLE), author="Wang", reason="audit")
        plant.store.close()
        again = Plant("2025-03-02T00:00:00", path=tmp_path / "t.db")
        assert [each.id for each in again.emissions.config.sources] == ["only"]
        more = {**TABLE, "emitter": "另一个"}
        configuration = again.terminal.configuration
        assert configuration.set({"accounting": more}, "management of A", True) == ""
        again.store.close()
        last = Plant("2025-03-02T00:00:00", path=tmp_path / "t.db")
        assert last.emissions.config.emitter == "另一个"
        last.store.close()

    run(scene)
