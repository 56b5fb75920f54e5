"""Statistics of emission and energy: hours to years, structure, comparison, trend, contribution, ranking, decoupling.

Leaves the account itself to `levels`, benchmarks to `benchmarks`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.accounting import (
    COMPARISON,
    DECOUPLING,
    EFFICIENCY,
    EFFICIENCY_WATCH,
    ENERGY_INTENSITY,
    RANKING,
    STRUCTURE,
    TREND,
)
from bench.dut.platform.vocabulary.base import INTENSITY
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.common.platforms.accounts import here
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.accounting import ACCOUNTING, STATISTICS, statistics_judge
from conformance.platform.accounting.plant import (
    EAST,
    NORTH,
    PLACE,
    Row,
    ask_totals,
    drawn,
    enter,
    entries,
    factor,
    output,
    point,
    worth,
)

_HOURS = (
    *(here(2024, 2, 29, hour) for hour in (22, 23)),
    *(here(2024, 3, 1, hour) for hour in (0, 1)),
    *(here(2024, 12, 29, hour) for hour in (22, 23)),
    *(here(2024, 12, 30, hour) for hour in (0, 1)),
    *(here(2024, 12, 31, hour) for hour in (22, 23)),
    *(here(2025, 1, 1, hour) for hour in (0, 1)),
)
"""Hours on both sides of the end of February of a leap year, of a week (Sunday to Monday), of a month and of a year."""
_SPANS = {
    "hour": ((here(2024, 12, 31, 20), here(2025, 1, 1, 4)), (here(2024, 2, 29, 20), here(2024, 3, 1, 4))),
    "day": ((here(2024, 12, 29), here(2025, 1, 2)), (here(2024, 2, 28), here(2024, 3, 2))),
    "week": ((here(2024, 12, 23), here(2025, 1, 6)),),
    "month": ((here(2024, 1), here(2025, 2)),),
    "year": ((here(2024), here(2026)),),
}


class SumsByPeriod(PlatformCase):
    """Hours add up to days, weeks from Monday, months and years, over the ends of each, to the last digit."""

    zh = "小时值逐级汇总为日、周（自周一）、月、年，跨越各级边界逐位一致。"
    checks = statistics_judge.PERIOD_CHECKS
    needs = (OBJECTS, ACCOUNTING)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("periods")
        points = (point("A.gas", "natural-gas", "1e4Nm3", "fuel"),)
        administrator = await bench.platform.login("administrator")
        await enter(administrator, [*PLACE, *points])
        await enter(
            administrator,
            [
                factor("gas", "natural-gas", drawn(chance, 18, 24, 4), "tCO2/1e4Nm3"),
                factor("gas-heat", "natural-gas", drawn(chance, 350, 390, 2), "GJ/1e4Nm3"),
                *entries(chance, points, "hour", _HOURS, 1, 90),
            ],
        )
        manager = await bench.platform.login("manager-a")
        for period, spans in _SPANS.items():
            for low, high in spans:
                await ask_totals(manager, "enterprise", "A", period, low, high)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from statistics_judge.period_findings(history)


_POINTS = (
    point("A.gas", "natural-gas", "1e4Nm3", "fuel", process="A-synthesis", facility="A-reactor", product="A-methanol"),
    point("A.power", "electricity", "MWh", "electricity", process="A-utilities", facility="A-boiler"),
    point("A.heat", "heat", "GJ", "heat", process="A-synthesis"),
    point("A.lime", "quicklime-feed", "t", "process", process="A-utilities"),
    point("B.gas", "natural-gas", "1e4Nm3", "fuel", process="B-process", product="B-urea"),
    point("B.power", "electricity", "MWh", "electricity", process="B-process", product="B-urea"),
    point("C.power", "electricity", "MWh", "electricity", process="C-furnace"),
)
_MONTHS = (here(2024, 1), here(2024, 12), here(2025, 1))
_SPAN = here(2024, 12), here(2025, 2)
_CARRIER_YEAR = here(2025), here(2026)


async def _lay_out(bench: Bench) -> None:
    """Three enterprises with amounts of three months in two years, output and output value."""
    chance = bench.chance("statistics")
    rows: list[Row] = [
        *PLACE,
        *_POINTS,
        factor("gas", "natural-gas", drawn(chance, 18, 24, 4), "tCO2/1e4Nm3"),
        factor("gas-heat", "natural-gas", drawn(chance, 350, 390, 2), "GJ/1e4Nm3"),
        factor("heat", "heat", f"0.1{chance.randrange(101, 999)}", "tCO2/GJ"),
        factor("lime", "quicklime-feed", f"0.7{chance.randrange(101, 999)}", "tCO2/t"),
        factor("power-east", "electricity", f"0.5{chance.randrange(1001, 9999)}", "tCO2/MWh", region=EAST),
        factor("power-north", "electricity", f"0.6{chance.randrange(1001, 9999)}", "tCO2/MWh", region=NORTH),
        *entries(chance, _POINTS, "month", _MONTHS),
        *(output("A-methanol", start, drawn(chance, 500, 5000)) for start in _MONTHS),
        *(
            worth("enterprise", each, year, drawn(chance, low, low + 9_000, 2))
            for each in "ABC"
            for year, low in ((2024, 20_000), (2025, 50_000))
        ),
    ]
    await enter(await bench.platform.login("administrator"), rows)


class AnalysesEmissionAndEnergy(PlatformCase):
    """Structure, comparison, trend, contribution, intensity and ranking agree with the account, share by share."""

    zh = "构成、定比、环比、同比、趋势、贡献、强度和排名与核算结果逐位一致。"
    checks = statistics_judge.ANALYSIS_CHECKS
    needs = (OBJECTS, ACCOUNTING, STATISTICS)

    async def drive(self, bench: Bench) -> None:
        await _lay_out(bench)
        manager = await bench.platform.login("manager-a")
        for quantity in ("emission", "energy"):
            for parts in ("source_class", "carrier", "process", "facility"):
                await manager.ask(
                    STRUCTURE, of="enterprise", id="A", quantity=quantity, parts=parts, from_=_SPAN[0], to=_SPAN[1]
                )
        comparing = {"of": "enterprise", "id": "A", "period": "month", "start": here(2025, 1), "fixed": here(2024, 12)}
        await manager.ask(COMPARISON, quantity="emission", **comparing)
        await manager.ask(COMPARISON, quantity="energy", **comparing)
        await _trend(manager, "enterprise", "A")
        await _trend(manager, "product", "A-methanol")
        await _trend(manager, "process", "A-synthesis")
        await manager.ask(INTENSITY, of="product", id="A-methanol", product="A-methanol", from_=_SPAN[0], to=_SPAN[1])
        await manager.ask(INTENSITY, of="enterprise", id="A", from_=_CARRIER_YEAR[0], to=_CARRIER_YEAR[1])
        await manager.ask(
            ENERGY_INTENSITY, of="product", id="A-methanol", product="A-methanol", from_=_SPAN[0], to=_SPAN[1]
        )
        await manager.ask(RANKING, of="process", quantity="emission", from_=_SPAN[0], to=_SPAN[1])
        operator = await bench.platform.login("operator-of-park")
        for quantity in ("emission", "energy"):
            for parts in ("enterprise", "sector", "process", "product", "facility", "carrier"):
                await operator.ask(
                    STRUCTURE, of="park", id="P", quantity=quantity, parts=parts, from_=_SPAN[0], to=_SPAN[1]
                )
        await operator.ask(RANKING, of="enterprise", quantity="emission", from_=_SPAN[0], to=_SPAN[1])
        for of, id in (("park", "P"), ("sector", "chemicals")):
            await _trend(operator, of, id)
            await operator.ask(INTENSITY, of=of, id=id, from_=_CARRIER_YEAR[0], to=_CARRIER_YEAR[1])
        government = await bench.platform.login("government")
        await government.ask(RANKING, of="enterprise", region=EAST, from_=_SPAN[0], to=_SPAN[1])
        for of, id in (("region", EAST), ("sector", "chemicals")):
            await _trend(government, of, id)
            await government.ask(INTENSITY, of=of, id=id, from_=_CARRIER_YEAR[0], to=_CARRIER_YEAR[1])
            await government.ask(ENERGY_INTENSITY, of=of, id=id, from_=_CARRIER_YEAR[0], to=_CARRIER_YEAR[1])
        await government.ask(
            STRUCTURE, of="region", id=EAST, quantity="energy", parts="carrier", from_=_SPAN[0], to=_SPAN[1]
        )

    def judge(self, history: History) -> Iterator[Finding]:
        yield from statistics_judge.analysis_findings(history)


class AnalysesDecoupling(PlatformCase):
    """Decoupling, efficiency and the enterprises whose efficiency fell follow from emission and output value."""

    zh = "脱钩状态、排放效率评价以及效率下降的企业由排放量与产值准确得出。"
    checks = {
        statistics_judge.DECOUPLED: ("isc-1/5.1.3a",),
        statistics_judge.EFFICIENT: ("isc-1/5.1.3b-1",),
        statistics_judge.WATCHED: ("isc-1/5.1.3b-2",),
        statistics_judge.TAKEN: (),
    }
    needs = (OBJECTS, ACCOUNTING, STATISTICS)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("decoupling")
        points = tuple(point(f"{each}.gas", "natural-gas", "1e4Nm3", "fuel") for each in "ABC")
        rows: list[Row] = [*PLACE, *points, factor("gas", "natural-gas", drawn(chance, 18, 24, 4), "tCO2/1e4Nm3")]
        years = (here(2024), here(2025))
        for year, start in zip((2024, 2025), years, strict=True):
            growth = year - 2024
            rows += entries(chance, points[:1], "year", (start,), 1000 + 100 * growth, 1090 + 100 * growth)
            rows += entries(chance, points[1:2], "year", (start,), 4000 - 900 * growth, 4500 - 900 * growth)
            rows += entries(chance, points[2:], "year", (start,), 2000 + 1500 * growth, 2200 + 1500 * growth)
            worths = (("A", 50_000, 20_000), ("B", 30_000, 9_000), ("C", 40_000, -5_000))
            rows += [worth("enterprise", each, year, drawn(chance, low + growth * more, low + growth * more + 900, 2))
                     for each, low, more in worths]  # fmt: skip
        await enter(await bench.platform.login("administrator"), rows)
        government = await bench.platform.login("government")
        operator = await bench.platform.login("operator-of-park")
        span = {"base": years[0], "year": years[1]}
        await government.ask(DECOUPLING, of="region", id=EAST, **span)
        for of, id in (("park", "P"), ("enterprise", "A"), ("enterprise", "B"), ("enterprise", "C")):
            await operator.ask(DECOUPLING, of=of, id=id, **span)
        for parts in ("region", "sector", "enterprise"):
            await operator.ask(EFFICIENCY, parts=parts, from_=years[1], to=here(2026))
        await operator.ask(EFFICIENCY_WATCH, **span)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from statistics_judge.decoupling_findings(history)


async def _trend(desk: Desk, of: str, id: str) -> None:
    await desk.ask(TREND, of=of, id=id, quantity="emission", period="month", from_=_SPAN[0], to=_SPAN[1])
