"""Benchmarks: libraries of indicators, benchmarks and limits, gaps, peers and averages, results sent to enterprises."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.accounting import (
    BENCHMARK,
    BENCHMARK_NOTICE,
    EMISSION_LIMIT,
    GAP,
    INDICATOR,
    PEERS,
)
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.platforms.accounts import here
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.accounting import ACCOUNTING, BENCHMARKS, benchmarks_judge
from conformance.platform.accounting.plant import (
    PLACE,
    Row,
    drawn,
    enter,
    entries,
    factor,
    output,
    point,
    worth,
)

_YEAR = here(2025), here(2026)
_POINTS = tuple(
    point(f"{each}.gas", "natural-gas", "1e4Nm3", "fuel", **({"product": "A-methanol"} if each == "A" else {}))
    for each in "ABC"
)
_LEVELS = ("international", "national", "sector", "park", "outstanding")


class ComparesWithBenchmarks(PlatformCase):
    """Indicators, benchmarks and limits are kept; gaps to each and to the averages of peers are exact, and sent."""

    zh = "指标、标杆和限额可录入、修改、导入；与各标杆、限额及同行平均值的差距逐位准确，并可推送企业。"
    checks = benchmarks_judge.CHECKS
    needs = (OBJECTS, ACCOUNTING, BENCHMARKS)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("benchmarks")
        rows: list[Row] = [
            *PLACE,
            *_POINTS,
            factor("gas", "natural-gas", drawn(chance, 18, 24, 4), "tCO2/1e4Nm3"),
            factor("gas-heat", "natural-gas", drawn(chance, 350, 390, 2), "GJ/1e4Nm3"),
            *entries(chance, _POINTS, "month", (here(2025, 5), here(2025, 6))),
            output("A-methanol", here(2025, 5), drawn(chance, 9000, 20_000)),
            *(worth("enterprise", each, 2025, drawn(chance, 20_000, 90_000, 2)) for each in "ABC"),
        ]
        administrator = await bench.platform.login("administrator")
        await enter(administrator, rows)
        operator = await bench.platform.login("operator-of-park")
        indicators = {
            "methanol-carbon": ("emission-intensity", "tCO2e/t"),
            "methanol-energy": ("energy-intensity", "GJ/t"),
            "value-energy": ("energy-intensity", "GJ/万元"),
        }
        for id, (quantity, unit) in indicators.items():
            await operator.create(INDICATOR, id=id, name=id, quantity=quantity, sector="chemicals", unit=unit)
            for level in _LEVELS:
                await operator.create(
                    BENCHMARK,
                    id=f"{id}-{level}",
                    indicator=id,
                    level=level,
                    value=drawn(chance, 1, 9),
                    unit=unit,
                    source="GB 2025",
                    valid_from=here(2024),
                )
            await operator.create(
                EMISSION_LIMIT,
                id=f"{id}-limit",
                indicator=id,
                value=drawn(chance, 5, 12),
                unit=unit,
                source="DB 2025",
                valid_from=here(2024),
            )
        changed = "methanol-carbon"
        await operator.change(INDICATOR, changed, name="甲醇碳排放强度")
        await operator.change(BENCHMARK, f"{changed}-sector", value=drawn(chance, 1, 9))
        await operator.change(EMISSION_LIMIT, f"{changed}-limit", value=drawn(chance, 5, 12))
        spare = await operator.create(
            BENCHMARK,
            id="spare",
            indicator=changed,
            level="advanced",
            value="0.5",
            unit="tCO2e/t",
            valid_from=here(2024),
        )
        await operator.remove(BENCHMARK, spare)
        table = [
            {
                "id": f"value-energy-{year}",
                "indicator": "value-energy",
                "level": "national",
                "unit": "GJ/万元",
                "value": drawn(chance, 1, 9),
                "source": "import",
                "valid_from": here(year),
            }
            for year in (2025, 2027)
        ]
        if operator.table(BENCHMARK, table):
            for row in table:
                told = {name: text for name, text in row.items() if name != "id"}
                bench.phase("imported", kind="benchmark", id=row["id"], **told)
            await operator.take_in(BENCHMARK, operator.table(BENCHMARK, table))
        for kind in (INDICATOR, BENCHMARK, EMISSION_LIMIT):
            await operator.list(kind)
        manager = await bench.platform.login("manager-a")
        span = {"from_": _YEAR[0], "to": _YEAR[1]}
        for id in ("methanol-carbon", "methanol-energy"):
            await manager.ask(GAP, enterprise="A", indicator=id, product="A-methanol", **span)
        for id in "AB":
            await operator.ask(GAP, enterprise=id, indicator="value-energy", **span)
        for among in ("sector", "region", "park"):
            for quantity in ("emission-intensity", "energy-intensity"):
                await manager.ask(PEERS, enterprise="A", quantity=quantity, among=among, **span)
        await operator.create(
            BENCHMARK_NOTICE,
            id="notice-a",
            enterprise="A",
            indicator="methanol-energy",
            product="A-methanol",
            **span,
        )
        await manager.list(BENCHMARK_NOTICE)
        other = await bench.platform.login("clerk-b")
        await other.list(BENCHMARK_NOTICE)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from benchmarks_judge.findings(history)
