"""Accounting data of enterprise and park: entered on line, handed over as a file, warned of when abnormal."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.accounting import INVENTORY_LINE, REGIONAL_INVENTORY
from bench.dut.platform.vocabulary.base import ALARMS, EMISSIONS, ENTRY
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.common.platforms.accounts import here
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.accounting import ACCOUNTING, INVENTORY, entries_judge
from conformance.platform.accounting.plant import EAST, NORTH, PLACE, drawn, enter, entry, factor, point

_DAYS = tuple(here(2025, 6, day) for day in (2, 3, 4, 5, 6, 7))
_SPAN = here(2025, 6, 1), here(2025, 6, 10)
_NORMAL, _HIGH = (100, 200), "500"


class TakesAndWarnsOfEntries(PlatformCase):
    """Data entered on line and by file count in the account; an entry out of all proportion is warned of, no other."""

    zh = "在线填报和文件导入的数据计入核算结果；明显异常的数据有提醒，正常数据无提醒。"
    checks = entries_judge.CHECKS
    needs = (OBJECTS, ACCOUNTING)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("entries")
        administrator = await bench.platform.login("administrator")
        points = [point(f"{each}.gas", "natural-gas", "1e4Nm3", "fuel", low="0", high=_HIGH) for each in ("A", "B")]
        gas = factor("gas", "natural-gas", drawn(chance, 18, 24, 4), "tCO2/1e4Nm3")
        await enter(administrator, [*PLACE, *points, gas])
        clerk = await bench.platform.login("clerk-a")
        operator = await bench.platform.login("operator-of-park")
        for desk, id in ((clerk, "A"), (operator, "B")):
            own = f"{id}.gas"
            day = {"of": "enterprise", "id": id, "period": "day", "from_": _SPAN[0], "to": _SPAN[1]}
            entries_judge.TYPES.put(bench, entries_judge.By(by=desk.word))
            await enter(desk, [entry(own, "day", start, drawn(chance, *_NORMAL), "1e4Nm3") for start in _DAYS[:2]])
            await desk.ask(EMISSIONS, **day)
            entries_judge.HANDS_OVER.put(bench, entries_judge.By(by=desk.word))
            rows = [entry(own, "day", start, drawn(chance, *_NORMAL), "1e4Nm3")[1] for start in _DAYS[2:5]]
            octets = desk.table(ENTRY, rows)
            if octets:
                for row in rows:
                    told = {name: text for name, text in row.items() if name != "id"}
                    bench.phase("imported", kind="entry", id=row["id"], **told)
                await desk.take_in(ENTRY, octets)
            await desk.ask(EMISSIONS, **day)
            await self._alarms(bench, desk)
            entries_judge.ERRS.put(bench, entries_judge.By(by=desk.word))
            wild = entry(own, "day", _DAYS[5], drawn(chance, 40_000, 90_000), "1e4Nm3")
            await desk.create(wild[0], **wild[1])
            await self._alarms(bench, desk)

    async def _alarms(self, bench: Bench, desk: Desk) -> None:
        await bench.clock.sleep(seconds=59)
        now = bench.clock.now_us()
        await desk.ask(ALARMS, from_=now - 86_400_000_000, to=now + 1_000_000)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from entries_judge.findings(history)


_LINES = (
    ("power-coal", "energy", "CO2", False, "t", "tCO2/t"),
    ("clinker", "industry", "CO2", False, "t", "tCO2/t"),
    ("adipic", "industry", "N2O", False, "t", "kgN2O/t"),
    ("cattle", "agriculture", "CH4", False, "head", "kgCH4/head"),
    ("fertiliser", "agriculture", "N2O", False, "t", "kgN2O/t"),
    ("landfill", "waste", "CH4", False, "t", "kgCH4/t"),
    ("forest", "land", "CO2", True, "hm2", "tCO2/hm2"),
    ("imported-power", "memo", "CO2", False, "MWh", "tCO2/MWh"),
)


class AccountsRegionalInventory(PlatformCase):
    """A region's inventory by the provincial guide: gases with their potentials, sinks deducted, notes left out."""

    zh = "区域清单按省级清单编制指南核算：各气体按 GWP 折算，扣除碳汇，信息项不计入总量，逐位一致。"
    checks = {
        entries_judge.INVENTORY: ("isc-1/5.1.1-3", "isc-1/4.6b", "isc-1/4.6-2", "isc-1/5.1.1b"),
        entries_judge.TAKEN: (),
    }
    needs = (OBJECTS, INVENTORY)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("inventory")
        government = await bench.platform.login("government")
        for region in (EAST, NORTH):
            for id, category, gas, removal, unit, per in _LINES:
                await government.create(
                    INVENTORY_LINE,
                    id=f"{region}-{id}",
                    region=region,
                    category=category,
                    gas=gas,
                    removal=removal,
                    start=here(2025),
                    amount=drawn(chance, 1000, 90_000),
                    unit=unit,
                    factor=drawn(chance, 1, 9, 4),
                    factor_unit=per,
                )
        before = {"start": here(2024), "amount": "1000", "unit": "t", "factor": "1", "factor_unit": "tCO2/t"}
        await government.create(INVENTORY_LINE, id="earlier", region=EAST, category="energy", gas="CO2", **before)
        for region in (EAST, NORTH):
            await government.ask(REGIONAL_INVENTORY, region=region, from_=here(2025), to=here(2026))

    def judge(self, history: History) -> Iterator[Finding]:
        yield from entries_judge.inventory_findings(history)
