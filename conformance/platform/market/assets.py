"""Carbon assets over a year: totals, trend, use of allowances and what will be too much; compliance and its dates.

Leaves trades to `trades`, advice to an operator.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import ALARMS
from bench.dut.platform.vocabulary.market import (
    ALLOWANCE_USE,
    ASSET_TREND,
    CARBON_ASSETS,
    CARBON_HOLDING,
    CARBON_PRICE,
    CARBON_TRADE,
    CLOSED_ACCOUNT,
    COMPLIANCE_STATISTICS,
    REMINDER,
    SURRENDER,
)
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.platforms.calendar import month_start
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.market import assets_judge
from conformance.platform.market.parties import CHEMICAL, PARK_ID, Parties, gather, year


async def _issued(parties: Parties, number: int, low: int, high: int, *assets: str) -> None:
    operator = await parties.at("operator-of-park")
    for asset in assets:
        for name in "ABC":
            await operator.create(
                CARBON_HOLDING,
                id=f"issued-{asset}-{name}",
                enterprise=name,
                asset=asset,
                year=number,
                volume=parties.draw(low, high),
                when=month_start(number, 1),
            )


class WatchesAssets(PlatformCase):
    """Assets, their value, trend and use come out right; who will exceed is predicted, marked and warned of."""

    zh = "碳资产总额、价值、趋势及配额使用与余量正确；预计超额者有预测、标识和提醒。"
    checks = {
        assets_judge.TOTALS: ("ssea/5.4.8.1a", "ssea/5.4.1g", "isc-1/5.2.8c", "cpcif/5.4.1a", "cpcif/5.4.5.2b-1"),
        assets_judge.TREND: ("ssea/5.4.8.1b",),
        assets_judge.USE: ("ssea/5.4.8.2a", "isc-1/5.2.8c"),
        assets_judge.PREDICTED: ("ssea/5.4.8.2b", "ssea/5.4.1e-1"),
        assets_judge.MARKED: ("ssea/5.4.8.2b",),
        assets_judge.NOTIFIED: ("ssea/5.4.8.2b",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """Issue, trade and value; close two equal months of which the second is of the year that is too much."""
        parties = await gather(bench, "assets")
        operator = await parties.at("operator-of-park")
        await _issued(parties, 2026, 60_000, 70_000, "allowance", "ccer")
        for asset in ("allowance", "ccer"):
            for number, since in enumerate((year(2026), year(2025))):
                await operator.create(
                    CARBON_PRICE,
                    id=f"price-{asset}-{number}",
                    asset=asset,
                    price=parties.draw(50, 99, 2),
                    valid_from=since,
                )
        for name in "AB":
            desk = await parties.of(name)
            for month, side in ((1, "buy"), (2, "sell")):
                await desk.create(
                    CARBON_TRADE,
                    id=f"trade-{name}-{month}",
                    enterprise=name,
                    asset="allowance",
                    year=2026,
                    side=side,
                    volume=parties.draw(500, 2_000),
                    price=parties.draw(55, 99, 2),
                    partner="Partner",
                    when=month_start(2026, month) + parties.chance.randrange(1, 2_000_000) * 1_000_000,
                )
        months = {"A": parties.draw(6_500, 7_000), "B": parties.draw(3_000, 4_000)}
        for name, emission in months.items():
            desk = await parties.of(name)
            for number, month in ((2025, 12), (2026, 1), (2026, 2)):
                await desk.create(
                    CLOSED_ACCOUNT,
                    id=f"month-{name}-{month}",
                    of="enterprise",
                    subject=name,
                    enterprise=name,
                    period="month",
                    start=month_start(number, month),
                    emission=emission if number == 2026 else parties.draw(900, 1_900),
                    energy=parties.draw(1_000, 2_000),
                    output=parties.draw(2_000, 4_000),
                )
        for name in "AB":
            desk = await parties.of(name)
            await desk.ask(CARBON_ASSETS, of="enterprise", id=name, year=2026)
            await desk.ask(ALLOWANCE_USE, of="enterprise", id=name, year=2026)
            span = {"from": month_start(2025, 12), "to": month_start(2026, 3)}
            await desk.ask(ASSET_TREND, of="enterprise", id=name, asset="allowance", **span)
        await operator.ask(CARBON_ASSETS, of="park", id=PARK_ID, year=2026)
        await operator.ask(ALLOWANCE_USE, of="park", id=PARK_ID, year=2026)
        await bench.clock.sleep(minutes=2)
        await operator.ask(ALARMS, **{"from": year(2020), "to": bench.clock.now_us()})

    def judge(self, history: History) -> Iterator[Finding]:
        yield from assets_judge.asset_findings(history)


class KeepsCompliance(PlatformCase):
    """Data of compliance are entered, changed, found and analysed, by enterprise and park; dates are reminded of."""

    zh = "履约数据可录入、更新、查询与统计，园区可查询统计；节点按时提醒。"
    checks = {
        assets_judge.ENTERED: ("cpcif/5.4.5.2c-1",),
        assets_judge.UPDATED: ("cpcif/5.4.5.2c-2",),
        assets_judge.QUERIED: ("cpcif/5.4.5.2c-3",),
        assets_judge.ANALYSED: ("cpcif/5.4.5.2c-4", "isc-1/5.2.8c", "cpcif/5.4.1a"),
        assets_judge.OF_PARK: ("cpcif/5.4.5.2d-1",),
        assets_judge.OF_SECTOR: ("cpcif/5.4.5.2d-2",),
        assets_judge.REMINDED: ("cpcif/5.4.5.2a-1", "isc-1/5.2.8d-1"),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """Emissions and surrenders of a year, questions, a change, questions; reminders set for soon and for later."""
        parties = await gather(bench, "compliance")
        operator = await parties.at("operator-of-park")
        await _issued(parties, 2025, 60_000, 80_000, "allowance", "ccer")
        for name in "ABC":
            desk = await parties.of(name)
            for number in (2024, 2025):
                await operator.create(
                    CLOSED_ACCOUNT,
                    id=f"year-{name}-{number}",
                    of="enterprise",
                    subject=name,
                    enterprise=name,
                    period="year",
                    start=year(number),
                    emission=parties.draw(30_000, 60_000),
                    energy=parties.draw(9_000, 20_000),
                    output=parties.draw(20_000, 40_000),
                )
            await desk.create(
                SURRENDER,
                id=f"surrender-{name}-2024",
                enterprise=name,
                year=2024,
                way="ccer",
                volume=parties.draw(100, 900),
                cost=parties.draw(1_000, 9_000, 2),
                when=month_start(2024, 12),
            )
            for way, low, high in (("allowance", 9_000, 20_000), ("ccer", 100, 900), ("allowance", 1_000, 5_000)):
                await desk.create(
                    SURRENDER,
                    id=f"surrender-{name}-{low}",
                    enterprise=name,
                    year=2025,
                    way=way,
                    volume=parties.draw(low, high),
                    cost=parties.draw(1_000, 90_000, 2),
                    when=month_start(2025, 12) + parties.chance.randrange(1, 2_000_000) * 1_000_000,
                )
        now = bench.clock.now_us()
        for number, (name, ahead) in enumerate((("A", 2), ("B", 3), ("A", 600))):
            desk = await parties.of(name)
            at = now + ahead * 60_000_000 + parties.chance.randrange(1, 30) * 1_000_000
            await desk.create(
                REMINDER,
                id=f"reminder-{number}",
                enterprise=name,
                subject="trade" if number == 1 else "compliance",
                due=at + 86_400_000_000,
                remind=at,
            )
        await self._asked(parties)
        clerk = await parties.of("A")
        keys = {row.get("id", ""): row.get("object", "") for row in await clerk.list(SURRENDER, way="allowance")}
        key = keys.get("surrender-A-1000", "surrender-A-1000")
        await clerk.change(SURRENDER, key, volume=parties.draw(1_000, 5_000), cost=parties.draw(1_000, 90_000, 2))
        await self._asked(parties)
        await bench.clock.sleep(minutes=6)
        await operator.ask(ALARMS, **{"from": year(2020), "to": bench.clock.now_us()})

    async def _asked(self, parties: Parties) -> None:
        for name in "AB":
            desk = await parties.of(name)
            await desk.list(SURRENDER)
            await desk.list(SURRENDER, year=2025, way="ccer")
            await desk.ask(COMPLIANCE_STATISTICS, of="enterprise", id=name, year=2025)
        operator = await parties.at("operator-of-park")
        await operator.ask(COMPLIANCE_STATISTICS, of="park", id=PARK_ID, year=2025)
        await operator.ask(COMPLIANCE_STATISTICS, of="sector", id=CHEMICAL, year=2025)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from assets_judge.compliance_findings(history)
        yield assets_judge.reminder_finding(history)
