"""Emitters of a region under a government's eye (ISC-1 5.1.7)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import AnyOf, Finding, beside
from bench.dut.platform.vocabulary.accounting import OUTPUT
from bench.dut.platform.vocabulary.base import ALARMS, EMISSIONS, ENTRY
from bench.dut.platform.vocabulary.market import CARBON_TRADE
from bench.dut.platform.vocabulary.public import EMITTER, EMITTERS_OVERVIEW
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.times import DAY, HOUR, MINUTE, ceil, floor
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.disclosure import emitters_judge
from conformance.platform.disclosure.emitters_judge import OVERVIEW, QUANTITIES
from conformance.platform.driving import sleep_until
from conformance.platform.works import A, B

_REGION = "370000"


class OverseesEmitters(PlatformCase):
    """A government keeps a list of emitters, sees their figures, and is warned of one while it is above its limit."""

    zh = "政府可维护碳排放单位名单、一览关键数据，单位排放超限期间平台主动预警。"
    checks = {
        emitters_judge.LIST_KEPT: ("isc-1/5.1.7a",),
        **{OVERVIEW.of(word, *told): ("isc-1/5.1.7b",) for word, told in QUANTITIES.items()},
        emitters_judge.WARNED: ("isc-1/5.1.7c",),
        # The clause asks for the warning, not for its end.
        **beside(emitters_judge.WARNING_ENDS),
    }
    needs = (
        OBJECTS,
        AnyOf("platform.gov-emitters-list", "platform.gov-emitters-overview", "platform.gov-emitters-warning"),
    )
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "emitters")
        desk = await works.set_up(bench, chance)
        start = bench.clock.now_us()
        day = await self._today(bench)
        hours = [day + number * HOUR for number in (1, 2, 3, 4)]
        await works.enter(desk, chance, ("A.coke", "A.grid", "B.coke"), hours[:2])
        government = await bench.platform.login("government")
        keys = {
            one: await government.create(
                EMITTER,
                id=f"emitter-{one}",
                enterprise=one,
                name=f"Emitter {one}",
                region=_REGION,
                sector="steel",
                limit=Decimal(900 if one == B else 1_000_000),
                unit="tCO2",
            )
            for one in (A, B)
        }
        extra = await government.create(
            EMITTER, id="emitter-old", enterprise=B, name="Closed works", region="410000", sector="lime"
        )
        await government.list(EMITTER)
        await government.change(EMITTER, keys[B], name="Emitter B renamed", sector="chemical")
        await government.remove(EMITTER, extra)
        await government.list(EMITTER)
        manager = await bench.platform.login("manager-a")
        await manager.create(
            OUTPUT,
            id="output-1",
            product="A-billet",
            enterprise=A,
            period="hour",
            start=hours[0],
            value=works.drawn(chance, "310", 2),
            unit="t",
        )
        for number, side in enumerate(("buy", "sell", "buy")):
            await manager.create(
                CARBON_TRADE,
                id=f"trade-{number}",
                enterprise=A,
                asset="allowance",
                year=2026,
                side=side,
                volume=chance.randint(100, 999),
                price=works.drawn(chance, "88", 2),
                partner="exchange",
                when=hours[number % 2],
            )
        for of, id in (("enterprise", A), ("enterprise", B), *(("point", each) for each in works.POINTS_OF_A)):
            await government.ask(EMISSIONS, of=of, id=id, period="day", from_=day, to=day + DAY)
        await government.ask(EMITTERS_OVERVIEW, region=_REGION, from_=day, to=day + DAY)
        await bench.clock.sleep(minutes=4)
        emitters_judge.OVER.put(bench, emitters_judge.Over(emitter=keys[B]))
        entered = await works.enter(desk, chance, ("B.coke",), hours[2:])
        await bench.clock.sleep(minutes=6)
        await government.ask(ALARMS, from_=start, to=bench.clock.now_us() + 1)
        emitters_judge.BELOW.put(bench, emitters_judge.Over(emitter=keys[B]))
        for key in entered.values():
            await desk.change(ENTRY, key, value=works.drawn(chance, "2", 3))
        await bench.clock.sleep(minutes=4)
        await government.ask(ALARMS, from_=start, to=bench.clock.now_us() + 1)

    async def _today(self, bench: Bench) -> int:
        """The beginning of today (+08:00), five hours of it over and a quarter of an hour left: a limit is a day's."""
        now = bench.clock.now_us()
        if floor(now, DAY) != floor(now + 15 * MINUTE, DAY):
            now = ceil(now, DAY)
        today = floor(now, DAY)
        await sleep_until(bench, max(today + 5 * HOUR, bench.clock.now_us()))
        return today

    def judge(self, history: History) -> Iterator[Finding]:
        yield emitters_judge.list_finding(history)
        yield from emitters_judge.overview_findings(history)
        yield emitters_judge.warning_finding(history)
        yield emitters_judge.end_finding(history)
