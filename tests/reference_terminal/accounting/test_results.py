"""Results from emissions: intensity, footprint, comparison, trend, the inventory report of any period."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from fnmatch import fnmatchcase
from fractions import Fraction
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from accounting_kit import EMITTER, Plant, at
from ports import free_port

from reference_terminal.accounting.library import methods
from reference_terminal.accounting.sectors import GENERAL, templates
from reference_terminal.commissioning import commands
from reference_terminal.model.times import DAY, MONTH
from reference_terminal.web.errors import HttpError

PRODUCTS = """
[[accounting.products]]
id = "electricity"
point = "grid"
[[accounting.products]]
id = "iron"
name = "生铁"
unit = "t"
sources = ["boiler"]
[[accounting.instruments]]
id = "W2"
name = "皮带秤"
"""


def run(scene: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(scene())  # pyright: ignore[reportArgumentType]


def test_intensity_and_footprint_divide_exactly_and_say_when_there_is_nothing_to_divide_by() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00", PRODUCTS)
        plant.day("2025-03-01T00:00:00", {"grid": 10, "coal": 3})
        between = {"from": "2025-03-01T00:00:00", "to": "2025-03-02T00:00:00"}
        day = plant.kept("co2e.total", DAY, "2025-03-01T00:00:00")
        assert day is not None
        found = await plant.get("emission-intensity", figure="co2e.total", product="electricity", **between)
        assert Fraction(found["exact"]) == day.equivalent * 1000 / 14400
        assert found["unit"] == "kgCO2e/kWh" and found["intensity"] == found["known"]
        nothing = await plant.get("footprint", product="iron", **between)
        assert nothing["intensity"] is None and "nothing to divide by" in nothing["cause"]
        made = {"product": "iron", "start": between["from"], "end": between["to"], "value": "2.5"}
        body = json.dumps({**made, "author": "Li", "reason": "weighed"}).encode()
        await plant.post("product-amount", body)
        found = await plant.get("footprint", product="iron", **between)
        boiler = plant.kept("co2e.source.boiler", DAY, "2025-03-01T00:00:00")
        assert boiler is not None and Fraction(found["exact"]) == boiler.equivalent * 1000 / Fraction("2.5")
        assert found["boundary"] == ["boiler"] and found["amount_by_hand"]
        later = await plant.get(
            "footprint", product="iron", **{"from": "2025-03-01T00:00:00", "to": "2025-03-03T00:00:00"}
        )
        assert later["intensity"] is None and "incomplete" in later["cause"]
        with pytest.raises(HttpError, match="no product is called"):
            await plant.get("footprint", product="steel", **between)

    run(scene)


def test_a_report_over_a_change_shows_both_factors_and_its_total_is_the_published_one() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-01T00:00:00", PRODUCTS, EMITTER.replace("method =", "close_days = 5\nmethod =", 1))
        for day in range(28):
            plant.add(DAY, at("2025-02-01T00:00:00") + day * DAY.code, {"grid": "1000", "coal": "20000"})
        plant.add(MONTH, at("2025-02-01T00:00:00"), {"grid": "28000", "coal": "560000"})
        change = {
            "name": "mid",
            "from": "2025-02-15T00:00:00",
            "factors": [{"factor": "grid", "value": "0.6", "unit": "tCO2/MWh", "origin": "notice"}],
            "sources": [{"id": "boiler", "inside": False}],
        }
        await plant.post("accounting-version", json.dumps(change).encode(), author="Wang", reason="notice")
        between = {"from": "2025-02-01T00:00:00", "to": "2025-03-01T00:00:00"}
        total = await plant.get("emission-total", figure="co2e.total", **between)
        report = docx.Document(io.BytesIO((await plant.get("inventory-report", **between)).octets))
        told = [each.text for each in report.paragraphs]
        assert f"{float(Fraction(total['exact_t'])):.2f} tCO2e" in told
        rows = [[cell.text for cell in row.cells] for table in report.tables for row in table.rows]
        assert [row[3] for row in rows if row[0].startswith("grid (") and row[4:5] == ["tCO2/MWh"]] == ["0.5", "0.6"]
        assert any(row[0] == "boiler (2025-02-15 00:00 – 2025-03-01 00:00)" and "outside" in row[-1] for row in rows)
        assert any(row[-1].endswith("tCO2e/kWh") for row in rows)

    run(scene)


def test_every_kind_of_figure_is_explained_down_to_what_can_be_asked_for_by_itself() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00", PRODUCTS)
        plant.day("2025-03-01T00:00:00", {"grid": 10, "coal": 3})
        plant.add(MONTH, at("2025-02-01T00:00:00"), {"grid": "1000", "coal": "0"})
        day = plant.kept("co2e.total", DAY, "2025-03-01T00:00:00")
        assert day is not None
        between = {"from": "2025-03-01T00:00:00", "to": "2025-03-02T00:00:00"}

        total = await plant.get("emission-explain", figure="co2e.total", **between)
        assert Fraction(total["exact_t"]) == sum(Fraction(each["exact_t"]) for each in total["parts"]) == day.equivalent
        address, _, words = total["parts"][0]["explain"].partition("?")
        part = await plant.get(address, **dict(each.split("=") for each in words.split("&")))
        assert part["agrees"] and part["sources"][0]["inputs"][0]["point"]["id"] == "grid"

        year = {"class": "year", "start": "2025-03-01T00:00:00"}
        months = await plant.get("emission-explain", figure="co2e.total", **year)
        assert [each["class"] for each in months["parts"]] == ["month", "day"] and months["value"] is None
        assert months["missing"]

        intensity = await plant.get("emission-explain", figure="co2e.total", product="electricity", **between)
        assert Fraction(intensity["exact"]) == day.equivalent * 1000 / Fraction(intensity["amount"]["value"])
        assert intensity["emissions"][0]["exact_t"] == total["exact_t"]
        footprint = await plant.get("emission-explain", product="iron", **between)
        assert [each["key"] for each in footprint["emissions"]] == ["boiler"] and footprint["cause"]

        words = {"figure": "co2e.total", "class": "month", "start": "2025-03-01T00:00:00", "compare": "before"}
        compared = await plant.get("emission-explain", **words)
        assert compared["other"]["value"] == "500.000000" and compared["change"] is None
        for query in (between, year, {**between, "product": "electricity"}, words):
            file = await plant.get("emission-explain", form="text", **{"figure": "co2e.total", **query})
            assert "co2e.total" in file.octets.decode()
        with pytest.raises(HttpError, match="before or year_before"):
            await plant.get("emission-explain", **{**words, "compare": "x"})

    run(scene)


def test_a_month_stands_beside_the_month_and_the_year_before() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00")
        for month, grid in (("2024-02-01", "1000"), ("2025-01-01", "4000"), ("2025-02-01", "3000")):
            plant.add(MONTH, at(f"{month}T00:00:00"), {"grid": grid, "coal": "0"})
        found = await plant.get(
            "emission-comparison", figure="co2e.total", **{"class": "month", "start": "2025-02-01T00:00:00"}
        )
        assert found["period"]["value"] == "1500.000000"
        assert (found["before"]["change"], found["before"]["percent"]) == ("-500.000000", "-25.00")
        assert (found["year_before"]["start"], found["year_before"]["percent"]) == (
            "2024-02-01T00:00:00+08:00",
            "200.00",
        )
        trend = await plant.get(
            "emission-trend",
            figure="co2e.total",
            **{"class": "month", "from": "2025-01-01T00:00:00", "to": "2025-03-01T00:00:00"},
        )
        assert [row["change"] for row in trend["trend"]] == [None, "-500.000000"]
        assert (trend["mean"], trend["slope"]) == ("1750.000000", "-500.000000")

    run(scene)


def test_the_report_of_a_month_opens_in_word_and_excel_and_tells_what_is_missing() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-03T00:00:00", PRODUCTS)
        plant.day("2025-02-01T00:00:00", {"grid": 10, "coal": 3})
        query = {"class": "month", "start": "2025-02-01T00:00:00"}
        word = docx.Document(io.BytesIO((await plant.get("inventory-report", form="docx", **query)).octets))
        text = "\n".join(each.text for each in word.paragraphs)
        cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
        assert "示范钢铁厂" in text and "SM3: " in text and "未提供 / not given" in text
        assert "incomplete" in text
        assert "FC * NCV * CC * OF * CO2_C" in cells and "皮带秤" in cells
        assert "2025-02-02 00:00" in cells and "electricity / 净购入电力" in cells and "fuel / 燃料燃烧" in cells
        assert (
            abs(word.sections[0].page_width - docx.shared.Cm(21)) < 1000
            and "PAGE" in word.sections[0].footer._element.xml
        )
        table = word.tables[1]
        room = word.sections[0].page_width - word.sections[0].left_margin - word.sections[0].right_margin
        assert abs(sum(cell.width for cell in table.rows[0].cells) - room) < docx.shared.Cm(0.1)
        assert all("cantSplit" in row._tr.xml for row in table.rows)
        found = await plant.get("inventory-report", form="xlsx", **query)
        book = openpyxl.load_workbook(io.BytesIO(found.octets))
        sheet: Any = book["8 总量"]
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.orientation == "landscape"
        day = plant.kept("co2e.total", DAY, "2025-02-01T00:00:00")
        assert day is not None
        assert str(sheet["A2"].value).endswith(f"incomplete: {float(day.equivalent):.2f} tCO2e")
        any_period = {"from": "2025-02-01T06:00:00", "to": "2025-02-01T06:30:00"}
        assert (await plant.get("inventory-report", form="xlsx", **any_period)).octets
        with pytest.raises(HttpError, match="docx or xlsx"):
            await plant.get("inventory-report", form="pdf", **query)

    run(scene)


def test_a_template_without_rows_for_what_there_is_is_refused_and_the_own_one_tells_it() -> None:
    async def scene() -> None:
        flux = '[[accounting.sources]]\nid = "flux"\nterm = "dolomite"\ninputs.AD.point = "steam"\n'
        between = {"from": "2025-02-01T00:00:00", "to": "2025-02-02T00:00:00", "form": "docx"}

        async def cells(plant: Plant, **more: str) -> list[str]:
            plant.add(DAY, at("2025-02-01T00:00:00"), {"grid": "10", "coal": "3", "steam": "1"})
            word = docx.Document(io.BytesIO((await plant.get("inventory-report", **between, **more)).octets))
            return [cell.text for table in word.tables for row in table.rows for cell in row.cells]

        steel = Plant("2025-03-03T00:00:00", flux, EMITTER.replace("method =", 'sector = "steel"\nmethod ='))
        found = await cells(steel, sector="steel")
        assert "模板未列 / not in the template" not in found
        with pytest.raises(HttpError, match="the template of grid has no row for flux"):
            await steel.get("inventory-report", sector="grid", **between)
        found = await cells(Plant("2025-03-03T00:00:00", flux))
        assert found[found.index("模板未列 / not in the template") + 1] == "flux"

    run(scene)


def test_activity_goes_out_as_a_file_and_the_result_comes_back(tmp_path: Path) -> None:
    async def scene() -> None:
        plant = Plant("2025-03-02T00:00:00")
        plant.day("2025-03-01T00:00:00", {"grid": 10, "coal": 3})
        between = {"from": "2025-03-01T00:00:00", "to": "2025-03-02T00:00:00"}
        file = await plant.get("activity-export", **between)
        (tmp_path / "activity.toml").write_bytes(file.octets)
        words = ["account", str(tmp_path / "activity.toml"), "--json", str(tmp_path / "result.json")]
        assert commands.main(words) == 0
        answer = await plant.post("accounting-results", (tmp_path / "result.json").read_bytes(), author="Li", **between)
        assert [(row["source"], row["difference"]) for row in answer["sources"]] == [("grid", "0"), ("boiler", "0")]
        day = plant.kept("co2e.total", DAY, "2025-03-01T00:00:00")
        kept = await plant.get("accounting-results")
        assert day is not None and Fraction(kept["results"][0]["total_t"]) == day.equivalent
        with pytest.raises(HttpError, match="expected an account"):
            await plant.post("accounting-results", b"{}", author="Li", **between)
        with pytest.raises(HttpError, match="no source has the method"):
            await plant.get("activity-export", method="x", **between)

    run(scene)


def test_the_tool_says_what_a_terminal_that_is_not_there_does(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["explain-emission", f"127.0.0.1:{free_port()}", "co2e.total", "--start", "2025-03-01T00:00:00"]
    assert commands.main(words) == 2
    assert "does not answer" in capsys.readouterr().err


def test_every_term_of_a_sectors_template_is_one_of_a_method() -> None:
    terms = {term for method in methods().values() for term in method.terms}
    for template in templates().values():
        for item in template.rows:
            for word in item.terms:
                assert any(fnmatchcase(term, word) for term in terms), (template.en, word)
    assert {"power", "steel", "cement", GENERAL} <= templates().keys()
