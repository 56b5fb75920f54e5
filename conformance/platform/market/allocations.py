"""Allowances reckoned by given rules, from data that are validated and can be traced (CPCIF 5.4.2.2).

Leaves whether a rule is that of a market and year to inspection.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import ALARMS
from bench.dut.platform.vocabulary.market import (
    ALLOCATION_COMPARISON,
    ALLOCATION_SOURCES,
    ALLOCATIONS,
    ALLOWANCE_BASIS,
    ALLOWANCE_RULE,
    CLOSED_ACCOUNT,
)
from bench.facade.bench import Bench
from bench.history import History
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.market import allocations_judge
from conformance.platform.market.parties import CHEMICAL, ENERGY, PARK_ID, REGION, gather, year

_RULES = {"A": ("benchmark", CHEMICAL, "t"), "B": ("intensity", CHEMICAL, "t"), "C": ("total", ENERGY, "MWh")}


class AllocatesByRule(PlatformCase):
    """Allowances follow from the rule and data given, by benchmark, past intensity or total; wrong data are told."""

    zh = "按所给规则与数据核算配额（基准法、历史强度法、历史总量法），异常数据有提示，结果可溯源、可统计对比。"
    checks = {
        allocations_judge.RECKONED: ("cpcif/5.4.2.2b", "isc-1/5.2.8a-1", "isc-1/4.6d", "cpcif/5.4.1a"),
        allocations_judge.FOLLOWS: ("ssea/5.4.8.1c",),
        allocations_judge.ACQUIRED: ("cpcif/5.4.2.2a-1",),
        allocations_judge.VALIDATED: ("cpcif/5.4.2.2a-2",),
        allocations_judge.NOTICED: ("cpcif/5.4.2.2a-3",),
        allocations_judge.TRACED: ("cpcif/5.4.2.2a-4",),
        allocations_judge.OF_PARK: ("cpcif/5.4.2.2c",),
        allocations_judge.COMPARED: ("cpcif/5.4.2.2d",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """Rules, data of three enterprises, questions; wrong and abnormal data; a change, and the questions again."""
        parties = await gather(bench, "allocations")
        operator = await parties.at("operator-of-park")
        outputs = {each: parties.draw(20_000, 90_000) for each in _RULES}
        for each, (method, sector, unit) in _RULES.items():
            await operator.create(
                ALLOWANCE_RULE,
                id=f"rule-{each}",
                year=2025,
                sector=sector,
                method=method,
                value=parties.draw(0, 3, 4) if method == "benchmark" else None,
                unit=unit,
                coefficient=f"0.9{parties.draw(1, 9, 0)}",
            )
            await operator.create(
                CLOSED_ACCOUNT,
                id=f"year-{each}",
                of="enterprise",
                subject=each,
                enterprise=each,
                period="year",
                start=year(2024),
                emission=parties.draw(30_000, 90_000),
                energy=parties.draw(9_000, 30_000),
                output=outputs[each],
            )
        keys: dict[str, str] = {}
        for each, (method, _, unit) in _RULES.items():
            desk = await parties.of(each)
            keys[each] = await desk.create(
                ALLOWANCE_BASIS,
                id=f"basis-{each}",
                enterprise=each,
                year=2025,
                rule=f"rule-{each}",
                output=parties.draw(25_000, 80_000),
                unit=unit,
                history=None
                if method == "benchmark"
                else parties.draw(1, 3)
                if method == "intensity"
                else parties.draw(30_000, 90_000),
                source=parties.paper(),
            )
            await desk.list(ALLOWANCE_BASIS)
            await desk.ask(ALLOCATIONS, of="enterprise", id=each, year=2025)
        await operator.ask(ALLOCATIONS, of="park", id=PARK_ID, year=2025)
        await operator.ask(ALLOCATIONS, of="sector", id=CHEMICAL, year=2025)
        await operator.ask(ALLOCATION_COMPARISON, year=2025, region=REGION, sector=CHEMICAL)
        clerk = await parties.at("clerk-a")
        await clerk.ask(ALLOCATION_SOURCES, enterprise="A", year=2025)
        sound = {"enterprise": "A", "year": 2025, "rule": "rule-A", "unit": "t", "source": parties.paper()}
        await clerk.create(ALLOWANCE_BASIS, id="wrong-sign", output="-" + parties.draw(20_000, 40_000), **sound)
        foreign = {**sound, "unit": "MWh"}
        await clerk.create(ALLOWANCE_BASIS, id="wrong-unit", output=parties.draw(20_000, 40_000), **foreign)
        before = bench.clock.now_us()
        await clerk.ask(ALARMS, **{"from": year(2020), "to": before + 1})
        await clerk.change(ALLOWANCE_BASIS, keys["A"], output=parties.draw(25_000, 80_000), source=parties.paper())
        await clerk.ask(ALLOCATIONS, of="enterprise", id="A", year=2025)
        await clerk.ask(ALLOCATION_SOURCES, enterprise="A", year=2025)
        much = f"{parties.chance.randrange(60, 99)}{outputs['A']}"
        await clerk.create(ALLOWANCE_BASIS, id="abnormal-A", output=much, **sound)
        await bench.clock.sleep(minutes=2)
        await clerk.ask(ALARMS, **{"from": year(2020), "to": bench.clock.now_us()})

    def judge(self, history: History) -> Iterator[Finding]:
        yield from allocations_judge.findings(history)
