"""Trades of allowances and of voluntary reductions, what is held after them, and who may see and change them.

Leaves negotiation of trades to an operator and prices of markets to nobody: figures are those typed in.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.case.criteria import Criterion
from bench.dut.platform.vocabulary.market import (
    ASSET_LEDGER,
    CARBON_HOLDING,
    CARBON_TRADE,
    CLOSED_ACCOUNT,
    SURRENDER,
    TRADE_STATISTICS,
)
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.platforms.calendar import month_start
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.market import trades_judge
from conformance.platform.market.parties import CHEMICAL, PARK_ID, Parties, gather, year

_CHECKS = (
    trades_judge.ENTERED,
    trades_judge.UPDATED,
    trades_judge.QUERIED,
    trades_judge.ANALYSED,
    trades_judge.HELD,
    trades_judge.HELD_ANALYSED,
)


def _checks(asset: str, *clauses: str) -> dict[Criterion, tuple[str, ...]]:
    words = trades_judge.NAMES[asset]
    return {check.of(asset, *words): (clause,) for check, clause in zip(_CHECKS, clauses, strict=True)}


async def _traded(parties: Parties, asset: str) -> None:
    """Units issued to three enterprises, and what they buy and sell: A is short at the end, B has too many."""
    operator = await parties.at("operator-of-park")
    for number, name in enumerate("ABC"):
        await operator.create(
            CARBON_HOLDING,
            id=f"issued-{asset}-{name}",
            enterprise=name,
            asset=asset,
            year=2025,
            volume=parties.draw(40_000, 60_000),
            when=month_start(2025, 2 + number),
        )
        desk = await parties.of(name)
        for turn, side in enumerate(("buy", "sell", "buy") if name == "A" else ("sell", "buy")):
            await desk.create(
                CARBON_TRADE,
                id=f"{asset}-{name}-{turn}",
                enterprise=name,
                asset=asset,
                year=2025,
                side=side,
                volume=parties.draw(500, 4_000),
                price=parties.draw(55, 99, 2),
                partner=f"Partner {parties.chance.randrange(100, 999)}",
                when=month_start(2025, 5 + 2 * turn) + parties.chance.randrange(1, 500_000) * 1_000_000,
            )


class TradesOf:
    """What both cases of trades do."""

    @staticmethod
    async def asked(parties: Parties, asset: str) -> None:
        """Lists and statistics by enterprises and by the park."""
        for name in "AB":
            desk = await parties.of(name)
            await desk.list(CARBON_TRADE)
            await desk.list(CARBON_TRADE, asset=asset, side="buy")
            await desk.ask(TRADE_STATISTICS, of="enterprise", id=name, asset=asset, year=2025)
        operator = await parties.at("operator-of-park")
        await operator.list(CARBON_TRADE, asset=asset)
        await operator.ask(TRADE_STATISTICS, of="park", id=PARK_ID, asset=asset, year=2025)
        await operator.ask(TRADE_STATISTICS, of="sector", id=CHEMICAL, asset=asset, year=2025)

    @staticmethod
    async def changed(parties: Parties, asset: str) -> None:
        """A trade gets another volume and price."""
        desk = await parties.of("A")
        found = {row.get("id", ""): row.get("object", "") for row in await desk.list(CARBON_TRADE, asset=asset)}
        key = found.get(f"{asset}-A-1", f"{asset}-A-1")
        await desk.change(CARBON_TRADE, key, volume=parties.draw(500, 4_000), price=parties.draw(55, 99, 2))


class TradesAllowances(PlatformCase):
    """Trades of allowances are entered, changed, found and analysed; surplus, shortage, cost and gain are right."""

    zh = "配额交易可录入、更新、查询与统计；盈缺、成本与收益正确；账目即时，权限分明。"
    checks = {
        **_checks(
            "allowance",
            "cpcif/5.4.3.2b-1",
            "cpcif/5.4.3.2b-2",
            "cpcif/5.4.3.2b-3",
            "cpcif/5.4.3.2b-4",
            "cpcif/5.4.3.2d-1",
            "cpcif/5.4.3.2d-2",
        ),
        trades_judge.SURPLUS: ("cpcif/5.4.3.2a", "cpcif/5.4.1a", "cpcif/5.4.5.2b-1"),
        trades_judge.COST: ("isc-1/5.2.8b-1", "cpcif/5.4.5.2b-1"),
        trades_judge.LEDGER: ("isc-1/5.2.8e-2",),
        trades_judge.RIGHTS: ("isc-1/5.2.8e-1",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """Issue, trade, ask; surrender, ask the ledger; strangers try; change, ask again."""
        parties = await gather(bench, "allowance trades")
        operator = await parties.at("operator-of-park")
        await _traded(parties, "allowance")
        await _traded(parties, "ccer")
        emissions = {"A": (80_000, 90_000), "B": (20_000, 30_000), "C": (30_000, 70_000)}
        for name, (low, high) in emissions.items():
            await operator.create(
                CLOSED_ACCOUNT,
                id=f"year-{name}",
                of="enterprise",
                subject=name,
                enterprise=name,
                period="year",
                start=year(2025),
                emission=parties.draw(low, high),
                energy=parties.draw(9_000, 20_000),
                output=parties.draw(20_000, 40_000),
            )
        await TradesOf.asked(parties, "allowance")
        clerk = await parties.of("A")
        await clerk.ask(ASSET_LEDGER, enterprise="A", asset="allowance")
        await clerk.create(
            SURRENDER,
            id="surrender-A",
            enterprise="A",
            year=2025,
            way="allowance",
            volume=parties.draw(10_000, 20_000),
            cost=parties.draw(1_000, 9_000, 2),
            when=bench.clock.now_us() - 60_000_000,
        )
        await clerk.ask(ASSET_LEDGER, enterprise="A", asset="allowance")
        await self._strangers(parties)
        await TradesOf.changed(parties, "allowance")
        await TradesOf.asked(parties, "allowance")
        await clerk.ask(TRADE_STATISTICS, of="enterprise", id="A", asset="ccer", year=2025)
        await clerk.ask(ASSET_LEDGER, enterprise="A", asset="allowance")

    async def _strangers(self, parties: Parties) -> None:
        """B's clerk, the auditor and whoever is not logged in try to enter and change trades of A."""
        fields = {
            "enterprise": "A",
            "asset": "allowance",
            "year": 2025,
            "side": "sell",
            "price": parties.draw(55, 99, 2),
            "partner": "nobody",
            "when": month_start(2025, 12),
        }
        for word in ("clerk-b", "auditor", "public"):
            desk = await parties.at(word)
            await desk.create(CARBON_TRADE, id=f"not-by-{word}", volume=parties.draw(500, 4_000), **fields)
        other = await parties.at("clerk-b")
        await other.change(CARBON_TRADE, "allowance-A-0", volume="1.001")
        await other.list(CARBON_TRADE)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from trades_judge.trade_findings(history, "allowance")
        yield from trades_judge.money_findings(history)
        yield trades_judge.ledger_finding(history)
        yield trades_judge.rights_finding(history)


class TradesVoluntaryReductions(PlatformCase):
    """Trades of voluntary reductions are entered, changed, found and analysed, by enterprise and by park."""

    zh = "自愿减排量交易可录入、更新、查询与统计，园区可查询统计。"
    checks = _checks(
        "ccer",
        "cpcif/5.4.4.2b-1",
        "cpcif/5.4.4.2b-2",
        "cpcif/5.4.4.2b-3",
        "cpcif/5.4.4.2b-4",
        "cpcif/5.4.4.2e-1",
        "cpcif/5.4.4.2e-2",
    )
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """Issue, trade, ask; change, ask again."""
        parties = await gather(bench, "voluntary trades")
        await _traded(parties, "ccer")
        await TradesOf.asked(parties, "ccer")
        await TradesOf.changed(parties, "ccer")
        await TradesOf.asked(parties, "ccer")

    def judge(self, history: History) -> Iterator[Finding]:
        yield from trades_judge.trade_findings(history, "ccer")
