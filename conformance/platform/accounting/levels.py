"""The account at every level: enterprise, key facility, process, main product, sector, park, region.

Leaves sectors' methods to `sectors`, statistics over periods to `statistics`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.accounting import ENERGY_INTENSITY
from bench.dut.platform.vocabulary.base import INTENSITY
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.common.platforms.accounts import here
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.accounting import ACCOUNTING, levels_judge
from conformance.platform.accounting.plant import (
    EAST,
    MONTHS,
    NORTH,
    PLACE,
    QUARTER,
    YEAR,
    ask_totals,
    drawn,
    enter,
    entries,
    factor,
    output,
    point,
    worth,
)

_A = {"process": "A-synthesis", "facility": "A-reactor", "product": "A-methanol"}
_POINTS = (
    point("A.gas", "natural-gas", "1e4Nm3", "fuel", **_A),
    point("A.heat", "heat", "GJ", "heat", **_A),
    point("A.power", "electricity", "kWh", "electricity", process="A-utilities", facility="A-boiler"),
    point("A.lime", "quicklime-feed", "kg", "process", process="A-utilities"),
    point("A.captured", "co2-captured", "t", "stored", **_A),
    point("A.biogas", "biogas", "1e4Nm3", "other", process="A-utilities"),
    point("B.coal", "bituminous-coal", "t", "fuel", process="B-process", product="B-urea"),
    point("B.power", "electricity", "MWh", "electricity", process="B-process", product="B-urea"),
    point("C.coke", "coke", "t", "fuel", process="C-furnace"),
    point("C.power", "electricity", "kWh", "electricity", process="C-furnace"),
)
_IDLE = here(2025, 4), here(2025, 5)
"""A month with emissions and without output."""
_WHOSE = (("enterprise", "A"), ("facility", "A-reactor"), ("process", "A-synthesis"), ("product", "A-methanol"))
_WIDE = (("park", "P"), ("sector", "chemicals"))
_PRODUCTS = ("A-methanol", "B-urea")


class AccountsEveryLevel(PlatformCase):
    """Emission, energy and both intensities are exact for enterprise, facility, process, product, sector and park."""

    zh = "企业、重点设施、工序、产品、行业、园区和区域的排放量、能耗量及其强度与填报数据逐位一致。"
    checks = levels_judge.CHECKS
    needs = (OBJECTS, ACCOUNTING)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("plant")
        rows = [
            *PLACE,
            *_POINTS,
            factor("gas", "natural-gas", drawn(chance, 18, 24, 4), "tCO2/1e4Nm3"),
            factor("gas-heat", "natural-gas", drawn(chance, 350, 390, 2), "GJ/1e4Nm3"),
            factor("coal", "bituminous-coal", drawn(chance, 1, 3, 5), "tCO2/t"),
            factor("coal-heat", "bituminous-coal", drawn(chance, 19, 26), "GJ/t"),
            factor("coke", "coke", drawn(chance, 2, 4, 5), "tCO2/t"),
            factor("coke-heat", "coke", drawn(chance, 27, 30), "GJ/t"),
            factor("heat", "heat", f"0.1{chance.randrange(101, 999)}", "tCO2/GJ"),
            factor("lime", "quicklime-feed", f"0.7{chance.randrange(101, 999)}", "tCO2/t"),
            factor("captured", "co2-captured", f"0.9{chance.randrange(101, 999)}", "tCO2/t"),
            factor("biogas", "biogas", drawn(chance, 11, 15), "tCO2/1e4Nm3"),
            factor("power-east", "electricity", f"0.5{chance.randrange(1001, 9999)}", "kgCO2/kWh", region=EAST),
            factor("power-north", "electricity", f"0.6{chance.randrange(1001, 9999)}", "tCO2/MWh", region=NORTH),
            *(output(product, start, drawn(chance, 500, 5000)) for product in _PRODUCTS for start in MONTHS),
            *(worth("enterprise", each, 2025, drawn(chance, 10_000, 90_000, 2)) for each in "ABC"),
        ]
        administrator = await bench.platform.login("administrator")
        await enter(administrator, rows)
        clerk, other = await bench.platform.login("clerk-a"), await bench.platform.login("clerk-b")
        made = entries(chance, _POINTS, "month", MONTHS)
        await enter(clerk, [row for row in made if row[1]["enterprise"] == "A"])
        await enter(other, [row for row in made if row[1]["enterprise"] == "B"])
        await enter(administrator, [row for row in made if row[1]["enterprise"] == "C"])
        await enter(clerk, entries(chance, _POINTS[:1], "month", _IDLE[:1]))
        manager = await bench.platform.login("manager-a")
        for of, id in _WHOSE:
            await ask_totals(manager, of, id, "month", *QUARTER)
            await _ask_intensities(manager, of, id, "" if of == "enterprise" else "A-methanol")
        idle = {"from_": _IDLE[0], "to": _IDLE[1], "product": "A-methanol"}
        await manager.ask(INTENSITY, of="product", id="A-methanol", **idle)
        operator = await bench.platform.login("operator-of-park")
        for of, id in _WIDE:
            await ask_totals(operator, of, id, "month", *QUARTER)
            await _ask_intensities(operator, of, id, "")
        for product in _PRODUCTS:
            await ask_totals(operator, "product", product, "month", *QUARTER)
            await _ask_intensities(operator, "product", product, product)
        government = await bench.platform.login("government")
        await ask_totals(government, "region", EAST, "month", *QUARTER)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from levels_judge.findings(history)


async def _ask_intensities(desk: Desk, of: str, id: str, product: str) -> None:
    span = {"from_": YEAR[0], "to": YEAR[1], **({"product": product} if product else {})}
    await desk.ask(INTENSITY, of=of, id=id, **span)
    await desk.ask(ENERGY_INTENSITY, of=of, id=id, **span)
