"""The page of emissions: its latest period beside earlier ones, and by each product."""

from __future__ import annotations

import asyncio
from fractions import Fraction

import pytest
from accounting_kit import Plant, at

from reference_terminal.model.times import DAY
from reference_terminal.web.pages.asks import Asks
from reference_terminal.web.pages.blocks import Table
from reference_terminal.web.pages.measured import emissions

PRODUCTS = """
[[accounting.products]]
id = "electricity"
point = "grid"
[[accounting.products]]
id = "iron"
name = "生铁"
unit = "t"
"""


def test_the_page_of_emissions_compares_its_latest_period_and_divides_it_by_each_product() -> None:
    async def scene() -> None:
        plant = Plant("2025-03-04T00:00:00", PRODUCTS)
        plant.day("2025-03-01T00:00:00", {"grid": 10, "coal": 3})
        plant.day("2025-03-02T00:00:00", {"grid": 20, "coal": 3})
        asks = Asks(
            get=lambda name, query: plant.get(name, **query),
            may=lambda right: True,
            sees=lambda name: True,
            now_s=at("2025-03-04T00:00:00"),
        )
        page = await emissions(asks, {"figure": "co2e.total", "class": "day"})
        tables = {each.title.en: each.rows for each in page.blocks if isinstance(each, Table)}
        days = [plant.kept("co2e.total", DAY, f"2025-03-0{day}T00:00:00") for day in (1, 2)]
        assert days[0] is not None and days[1] is not None
        (_, start, value, *_), (_, _, before, _, change, percent), (_, _, none, *_) = tables["Compared"]
        assert isinstance(start, str) and start.startswith("2025-03-02") and none is None
        assert Fraction(str(change)) == Fraction(str(value)) - Fraction(str(before)) > 0
        assert float(str(percent)) == pytest.approx(float(days[1].equivalent / days[0].equivalent - 1) * 100, abs=0.01)
        power, iron = tables["Carbon intensity"]
        assert float(str(power[3])) == pytest.approx(float(days[1].equivalent * 1000 / 28800), rel=1e-4)
        assert power[4] == "kgCO2e/kWh" and iron[0] == "生铁" and iron[3] is None
        assert "nothing to divide by" in str(iron[5])

    asyncio.run(scene())
