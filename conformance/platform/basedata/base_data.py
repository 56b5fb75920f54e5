"""Base data of enterprises and of the park, and what enterprises configure to suit them (CPCIF 5.2.1.2b, e, f)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bench.case import Finding
from bench.dut.platform.vocabulary.base import ENTERPRISE, FACTOR, PARK, POINT, PROCESS, PRODUCT
from bench.dut.platform.vocabulary.system import ACTIVITY, BUSINESS, FUEL, INVENTORY, RECOVERY, TECHNIQUE
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.common.times import DAY, HOUR
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.basedata import base_data_judge as judge

_ITEMS = {
    "product": ("钢坯", "t"),
    "fuel": ("焦炭 coke", "t"),
    "electricity": ("外购电力", "MWh"),
    "heat": ("外购蒸汽", "GJ"),
    "carbon_product": ("生铁", "t"),
    "feedstock": ("石灰石", "t"),
    "waste": ('高炉渣; "湿"', "t"),
    "facility_energy": ("高炉用电", "kWh"),
}


class KeepsEnterpriseBaseData(PlatformCase):
    """Base data of an enterprise, of every sort named, are kept as entered, changed and removed, by the enterprise."""

    zh = "企业各类基础数据按录入、更改、删除保存，由企业自行管理。"
    checks = {
        judge.ENTERPRISE_KEPT: ("cpcif/5.2.1.2b",),
        judge.ENTERPRISE_MANAGED: ("cpcif/5.2.1.2b",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "enterprise")
        admin = await works.set_up(bench, chance, ())
        clerk = await bench.platform.login("clerk-a")
        own = {"enterprise": works.A}
        business = await clerk.create(BUSINESS, id="B-2025", year=2025, **own, **self._business(chance))
        await clerk.create(BUSINESS, id="B-2024", year=2024, **own, **self._business(chance))
        keys = {item: await self._quantity(bench, clerk, chance, item) for item in _ITEMS}
        spare = await self._quantity(bench, clerk, chance, "waste", more="-2")
        told = {"process": "A-iron", "production": "高炉炼铁", "tail_gas": "TRT + 干法除尘", **own}
        technique = await clerk.create(TECHNIQUE, id="T-iron", efficiency=works.drawn(chance, "95", 1), **told)
        await self._lists(clerk)
        await admin.change(ENTERPRISE, works.A, name=f"示范企业 A，更名 {chance.randint(10, 99)}")
        await clerk.change(BUSINESS, business, staff=chance.randint(100, 999), legal_person="王芳")
        for item in ("product", "fuel", "feedstock", "facility_energy"):
            await clerk.change(ACTIVITY, keys[item], value=works.drawn(chance, "900"))
        await clerk.change(TECHNIQUE, technique, tail_gas="煤气余压发电")
        await clerk.remove(ACTIVITY, spare)
        await self._lists(clerk)

    def _business(self, chance: random.Random) -> dict[str, Any]:
        return {
            "output_value": works.drawn(chance, "50000", 2),
            "added_value": works.drawn(chance, "9000", 2),
            "staff": chance.randint(1000, 9999),
            "legal_person": "李伟",
            "address": f"工业路 {chance.randint(1, 99)} 号",
        }

    async def _quantity(self, bench: Bench, desk: Desk, chance: random.Random, item: str, more: str = "") -> str:
        name, unit = _ITEMS[item]
        place: dict[str, Any] = {"enterprise": works.A, "process": "A-iron"}
        if item == "facility_energy":
            place["facility"] = "A-furnace"
        told = {"period": "day", "start": works.day(bench) - DAY, "value": works.drawn(chance, "1000"), "unit": unit}
        return await desk.create(ACTIVITY, id=f"Q-{item}{more}", item=item, name=name, **place, **told)

    async def _lists(self, desk: Desk) -> None:
        for kind in (ENTERPRISE, BUSINESS, ACTIVITY, TECHNIQUE):
            await desk.list(kind, **({"id": works.A} if kind is ENTERPRISE else {"enterprise": works.A}))

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.enterprise_findings(history)


class KeepsParkBaseData(PlatformCase):
    """Base data of the park, of every sort named, are kept as entered, changed and removed by who operates it."""

    zh = "园区各类基础数据按录入、更改、删除保存，由园区管理。"
    checks = {
        judge.PARK_KEPT: ("cpcif/5.2.1.2f",),
        judge.PARK_MANAGED: ("cpcif/5.2.1.2f",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "park")
        admin = await works.set_up(bench, chance, ())
        operator = await bench.platform.login("operator-of-park")
        keys: dict[str, str] = {}
        for item in (*judge.PARK_ITEMS, "waste-2"):
            name, unit = _ITEMS[item.removesuffix("-2")]
            told = {
                "period": "day",
                "start": works.day(bench) - DAY,
                "value": works.drawn(chance, "4000"),
                "unit": unit,
            }
            of = item.removesuffix("-2")
            keys[item] = await operator.create(ACTIVITY, id=f"P-{item}", park=works.P, item=of, name=name, **told)
        await self._lists(operator)
        await admin.change(PARK, works.P, name=f"台架园区 {chance.randint(10, 99)} 期")
        for item in ("fuel", "heat"):
            await operator.change(
                ACTIVITY, keys[item], value=works.drawn(chance, "5000"), name=f"{_ITEMS[item][0]}（核定）"
            )
        await operator.remove(ACTIVITY, keys["waste-2"])
        await self._lists(operator)

    async def _lists(self, desk: Desk) -> None:
        await desk.list(PARK, id=works.P)
        await desk.list(ACTIVITY, park=works.P)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.park_findings(history)


class ConfiguresToSuit(PlatformCase):
    """Products, fuels, processes and recovery that an enterprise configures are kept and count in its results."""

    zh = "企业配置的产品、燃料、生产过程和 CO₂ 回收得以保存，并自生效起进入核算结果。"
    checks = {
        judge.CONFIGURED: ("cpcif/5.2.1.2e",),
        judge.CONFIGURATION_COUNTS: ("cpcif/5.2.1.2e",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "configuration")
        await works.set_up(bench, chance, ("A.coke", "A.lime", "B.coke"))
        manager = await bench.platform.login("manager-a")
        starts = works.hours(bench, 1, 2, 3)
        await works.enter(manager, chance, ("A.coke", "A.lime"), starts)
        await self._ask(manager, starts)
        own = {"enterprise": works.A}
        await manager.create(PROCESS, id="A-rolling", name="热轧 hot rolling", **own)
        await manager.create(PRODUCT, id="A-coil", process="A-rolling", name="热轧卷 coil", unit="t", **own)
        product = await manager.create(PRODUCT, id="A-slab", process="A-steel", name="板坯", unit="t", **own)
        fuel = await manager.create(FUEL, id="A-biogas", carrier="biogas", name="沼气", unit="1e4Nm3", **own)
        value = works.drawn(chance, "19.6")
        told = {"carrier": "biogas", "value": value, "unit": "tCO2/1e4Nm3", "source": "A", "valid_from": works.SINCE}
        await manager.create(FACTOR, id="F-biogas", **own, **told)
        place = {
            "process": "A-rolling",
            "carrier": "biogas",
            "unit": "1e4Nm3",
            "kind": "counter",
            "source_class": "fuel",
        }
        await manager.create(POINT, id="A.biogas", **own, **place)
        for start in starts:
            quantity = works.drawn(chance, "12")
            await works.enter_one(manager, "A.biogas", start, quantity, unit="1e4Nm3")
        share = Decimal(chance.randint(200, 600)) / 1000
        told = {"process": "A-iron", "point": "A.lime", "use": "食品级", "share": share, "valid_from": starts[1]}
        recovery = await manager.create(RECOVERY, id="A-recovery", **own, **told)
        await self._ask(manager, starts)
        await manager.change(RECOVERY, recovery, share=share / 2, valid_from=starts[2])
        await manager.change(FUEL, fuel, name="沼气（厌氧）")
        await manager.remove(PRODUCT, product)
        await self._ask(manager, starts)
        for kind in (PRODUCT, FUEL, PROCESS, RECOVERY):
            await manager.list(kind, enterprise=works.A)

    async def _ask(self, desk: Desk, starts: list[int]) -> None:
        for start in starts:
            await desk.ask(INVENTORY, of="enterprise", id=works.A, from_=start, to=start + HOUR)
        await desk.ask(INVENTORY, of="process", id="A-rolling", from_=starts[0], to=starts[-1] + HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.configuration_findings(history)
