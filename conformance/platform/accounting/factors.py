"""Which factor counts: a supplier's before the default, the region's grid, the latest published, defaults, test data.

Leaves keeping and versions of the library to the chapter of the library.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.accounting import DEFAULTS, EMISSION_INPUT
from bench.dut.platform.vocabulary.base import EMISSIONS, FACTOR
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.platforms import defaults as platform_defaults
from conformance.common.platforms.accounts import here
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.accounting import ACCOUNTING, METHODS, factors_judge
from conformance.platform.accounting.plant import (
    EAST,
    NORTH,
    PLACE,
    drawn,
    enter,
    entries,
    entry,
    factor,
    given,
    point,
    source,
)

_DAYS = tuple(here(2025, 1, day) for day in (14, 15, 16, 17))
_SPAN = here(2025, 1, 14), here(2025, 1, 18)
_HEAT = (point("A.heat", "heat", "GJ", "heat"), point("B.heat", "heat", "GJ", "heat"))
_POWER = (
    point("A.power", "electricity", "kWh", "electricity"),
    point("C.power", "electricity", "MWh", "electricity"),
)


class TakesTheRightFactor(PlatformCase):
    """Heat counts by its supplier's factor first, power by the latest factor of its region, each from its day on."""

    zh = "热力优先采用供热单位因子；电力采用所在区域电网最新公布的因子，自生效日起计；缺省值内嵌。"
    checks = {
        factors_judge.DEFAULT_HEAT: ("cpcif/5.1.1e",),
        factors_judge.SUPPLIER: ("cpcif/5.1.3.2",),
        factors_judge.REGIONAL: ("cpcif/5.1.4.2a",),
        factors_judge.LATEST: ("cpcif/5.1.4.2b",),
        factors_judge.DEFAULTS_SHOWN: ("cpcif/5.1.1e",),
        factors_judge.TAKEN: (),
    }
    needs = (OBJECTS, ACCOUNTING)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("factors")
        administrator = await bench.platform.login("administrator")
        operator = await bench.platform.login("operator-of-park")
        await enter(administrator, [*PLACE, *_HEAT, *_POWER])
        await enter(administrator, entries(chance, (*_HEAT, *_POWER), "day", _DAYS))
        heat = {"of": "point", "period": "day", "from_": _SPAN[0], "to": _SPAN[1]}
        factors_judge.WITH_DEFAULTS.put(bench)
        await operator.ask(EMISSIONS, id="A.heat", **heat)
        for carrier, region, year in platform_defaults.ALL:
            place = {"region": region, "year": year} if region else {}
            await operator.ask(DEFAULTS, carrier=carrier, **place)
        factors_judge.WITH_SUPPLIERS.put(bench)
        values = iter(chance.sample(range(70_001, 99_999), 3))
        await enter(
            operator,
            [
                factor("heat-general", "heat", f"0.0{next(values)}", "tCO2/GJ", source="主管部门公布"),
                factor("heat-supplier", "heat", f"0.0{next(values)}", "tCO2/GJ", enterprise="A", source="供热单位提供"),
                factor("heat-newer", "heat", f"0.0{next(values)}", "tCO2/GJ", valid_from=_DAYS[2], source="公布"),
            ],
        )
        for id in ("A.heat", "B.heat"):
            await operator.ask(EMISSIONS, id=id, **heat)
        grid = [f"0.{value}" for value in chance.sample(range(40_001, 79_999), 5)]
        await enter(
            operator,
            [
                factor("grid-nation", "electricity", grid[0], "tCO2/MWh", source="公告"),
                factor("grid-east", "electricity", grid[1], "tCO2/MWh", region=EAST, source="公告"),
                factor("grid-north", "electricity", grid[2], "kgCO2/kWh", region=NORTH, source="公告"),
            ],
        )
        factors_judge.BY_REGION.put(bench)
        for id in ("A.power", "C.power"):
            await operator.ask(EMISSIONS, id=id, **heat)
        factors_judge.PUBLISHED.put(bench)
        await operator.create(
            FACTOR,
            **dict(factor("grid-east-newer", "electricity", grid[3], "tCO2/MWh", region=EAST, source="新公告")[1])
            | {"valid_from": _DAYS[1]},
        )
        await operator.change(FACTOR, "grid-north", value=grid[4], unit="tCO2/MWh", valid_from=_DAYS[3])
        for id in ("A.power", "C.power"):
            await operator.ask(EMISSIONS, id=id, **heat)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from factors_judge.findings(history)


_BOILER = (point("A.coal", "bituminous-coal", "t", "fuel"),)


class CountsTestedValues(PlatformCase):
    """Carbon and heating values that were tested are kept as entered, and count from the day they are valid."""

    zh = "元素碳含量与低位发热值等检测数据按录入保存，并自有效日起参与核算。"
    checks = {
        factors_judge.TEST_KEPT: ("cpcif/5.1.1d",),
        factors_judge.TEST_COUNTS: ("cpcif/5.1.1d",),
        factors_judge.TAKEN: (),
    }
    needs = (OBJECTS, ACCOUNTING, METHODS)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("tests")
        administrator = await bench.platform.login("administrator")
        points = (*_BOILER, point("A.coal2", "bituminous-coal", "t", "fuel"))
        await enter(administrator, [*PLACE, *points, *entries(chance, points, "day", _DAYS)])
        clerk = await bench.platform.login("clerk-a")
        rows = [
            source("A-carbon", "A.coal", "gbt-32151-1", "fuel-carbon"),
            given("A-carbon", "C_AR", f"0.5{chance.randrange(101, 999)}", "tC/t"),
            given("A-carbon", "OF", "99", "%"),
            source("A-heating", "A.coal2", "gbt-32151-1", "fuel"),
            given("A-heating", "NCV", drawn(chance, 19, 24), "GJ/t"),
            given("A-heating", "CC", drawn(chance, 25, 28), "tC/TJ"),
            given("A-heating", "OF", "98", "%"),
        ]
        await enter(clerk, rows)
        later = given("A-carbon", "C_AR", f"0.6{chance.randrange(101, 999)}", "tC/t", valid_from=_DAYS[2])[1]
        await clerk.create(EMISSION_INPUT, **{**later, "id": "A-carbon.C_AR-2"})
        ncv = given("A-heating", "NCV", drawn(chance, 24, 28), "GJ/t", valid_from=_DAYS[1])[1]
        await clerk.create(EMISSION_INPUT, **{**ncv, "id": "A-heating.NCV-2"})
        await clerk.list(EMISSION_INPUT, source="A-carbon")
        await clerk.list(EMISSION_INPUT, source="A-heating")
        for id in ("A-carbon", "A-heating"):
            await clerk.ask(EMISSIONS, of="source", id=id, period="day", from_=_SPAN[0], to=_SPAN[1])

    def judge(self, history: History) -> Iterator[Finding]:
        yield from factors_judge.test_findings(history)


_LATE = (point("A.gas", "natural-gas", "1e4Nm3", "fuel"),)


class AccountsAnew(PlatformCase):
    """Late, revised and removed data change the account of their period, and of no other."""

    zh = "迟到、修订和删除的数据使所属时段的核算结果重新计算，其他时段不变。"
    checks = {
        factors_judge.ANEW: ("isc-1/4.6-1",),
        factors_judge.REMOVED: ("isc-1/4.6-1",),
        factors_judge.TAKEN: (),
    }
    needs = (OBJECTS, ACCOUNTING)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("late")
        administrator = await bench.platform.login("administrator")
        await enter(administrator, [*PLACE, *_LATE, factor("gas", "natural-gas", drawn(chance, 18, 24), "tCO2/1e4Nm3")])
        clerk = await bench.platform.login("clerk-a")
        first, last = [entry("A.gas", "day", day, drawn(chance, 10, 90), "1e4Nm3") for day in (_DAYS[0], _DAYS[3])]
        await enter(clerk, [first, last])
        span = {"from_": _SPAN[0], "to": _SPAN[1]}

        async def ask() -> None:
            await clerk.ask(EMISSIONS, of="enterprise", id="A", period="day", **span)
            await clerk.ask(EMISSIONS, of="enterprise", id="A", period="month", from_=here(2025), to=here(2025, 2))

        await ask()
        late = entry("A.gas", "day", _DAYS[1], drawn(chance, 10, 90), "1e4Nm3")
        key = await clerk.create(late[0], **late[1])
        await ask()
        await clerk.change(late[0], key, value=drawn(chance, 91, 170))
        await ask()
        await clerk.remove(late[0], key)
        await ask()
        await administrator.change(FACTOR, "gas", value=drawn(chance, 25, 29))
        await ask()
        factors_judge.COMES_AND_GOES.put(bench)
        newer = factor("gas-newer", "natural-gas", drawn(chance, 30, 34), "tCO2/1e4Nm3", valid_from=_DAYS[2])
        gone = await administrator.create(newer[0], **newer[1])
        await administrator.remove(FACTOR, gone)
        await enter(clerk, [entry("A.gas", "day", _DAYS[2], drawn(chance, 10, 90), "1e4Nm3")])
        await clerk.ask(EMISSIONS, of="enterprise", id="A", period="day", from_=_DAYS[2], to=_DAYS[3])

    def judge(self, history: History) -> Iterator[Finding]:
        yield from factors_judge.anew_findings(history)
