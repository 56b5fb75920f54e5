"""Each method of the library once, to the last digit (CSMT annex A, ISC-2 A.2; R-23).

Leaves whole plants to `figures`; what each method is tried with is a table, `methods.csv`. A method's sources read
streams of one plant, whatever these are called there; what no meter counts is entered for the day before. Factors that
the document does not give are the laboratory's.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from bench.case import Case, Criterion, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import AccountingUnit, EmissionSource, Emitter
from bench.layout.scenario import Scenario
from conformance.common.carbon.tables import rows_of
from conformance.common.times import DAY, MINUTE, floor
from conformance.terminal import MODBUS, UPLINK, read_out
from conformance.terminal.accounting import figures_judge, methods_judge
from conformance.terminal.accounting.boundaries import STEEL_STREAMS, by_hand, fixed, read, scenario, source
from conformance.terminal.accounting.figures import ACCOUNTING, FIGURES

FAMILY = "accounting"

_TABLE = rows_of(Path(__file__).with_name("methods.csv"))
_FED = {"point": read, "fixed": fixed, "entered": by_hand}
_ENTERED = "3.5"
"""What is entered of anything that no meter counts."""
_FIRST = 3 * MINUTE
"""The minute that is asked for, after the one in which the case begins."""


def _sources(method: str) -> tuple[EmissionSource, ...]:
    """The sources of a method: rows of `methods.csv`, one for each input, those of a source together."""
    found: list[EmissionSource] = []
    for name, rows in groupby((row for row in _TABLE if row["method"] == method), key=itemgetter("source")):
        each = list(rows)
        inputs = (_FED[row["by"]](row["input"], row["unit"], row["value"]) for row in each)
        head = each[0]
        found.append(
            source(name, "works", "", method, head["formula"], *inputs, item=head["item"], scope=int(head["scope"]))
        )
    return tuple(found)


def _scenario(method: str) -> Scenario:
    """A world whose emitter has the sources of this method and no others."""
    emitter = Emitter(
        id=method,
        name="示范企业",
        sector=method.rpartition("-")[0].rpartition("-")[0],
        units=(AccountingUnit(id="works"),),
        sources=_sources(method),
    )
    return scenario("steel-works", emitter, STEEL_STREAMS, start="2026-03-02T08:57:00+08:00")


_EVERY = ("isc-2/7.2.8a", "csmt/9.2-1", "csmt/8.3.1e", "isc-2/5.1e", "csmt/5.2", "csmt/9.3c-1", "csmt/11.5c")


def _checks(method: str, *clauses: str) -> dict[Criterion, tuple[str, ...]]:
    return {methods_judge.METHOD.of(method, *methods_judge.NAMES[method]): (*clauses, *_EVERY)}


class _OneMethod:
    """Every source of a method for some minutes, or for the day before."""

    scenario: Scenario
    summed: tuple[str, ...] = ()
    """Sources of which the sum of the same stretch is asked for too."""

    async def drive(self, bench: Bench) -> None:
        emitter = self.scenario.configuration.emitter
        assert emitter is not None
        begun = bench.clock.now_us()
        yesterday = floor(begun, DAY) - DAY
        await bench.clock.sleep(minutes=5)
        for each in emitter.sources:
            for feed in each.inputs:
                if feed.entered:
                    words = ("Li Wei", "stock book")
                    await bench.operator.enter_activity(
                        each.id, feed.symbol, "day", yesterday, yesterday + DAY, _ENTERED, *words
                    )
        await bench.clock.sleep(minutes=2)
        for each in emitter.sources:
            kind, start = ("day", yesterday) if any(feed.entered for feed in each.inputs) else ("minute", 0)
            start = start or floor(begun, MINUTE) + _FIRST
            end = start + (DAY if kind == "day" else 2 * MINUTE)
            await bench.operator.emissions("source", each.id, kind, start, end)
            if each.id in self.summed:
                await bench.operator.emission_sum("source", each.id, start, end)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from methods_judge.findings(history)
        if self.summed:
            yield from figures_judge.findings(history, ("span",))


class AccountsPowerFacilities(_OneMethod, Case):
    """Every formula of the method for power facilities (MEE), to the last digit."""

    zh = "发电设施（生态环境部）核算方法的每个公式，逐位准确。"
    checks = _checks("power-ets-2022", "csmt/A-t3")
    needs = (ACCOUNTING, "accounting.method.mee-power", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("power-ets-2022")


class AccountsPowerGeneration(_OneMethod, Case):
    """Every formula of the method for power generation, to the last digit."""

    zh = "发电企业核算方法的每个公式，逐位准确。"
    checks = _checks("power-ndrc-2013", "csmt/A-t6", "csmt/5.2-t1")
    needs = (ACCOUNTING, "accounting.method.ndrc-power", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("power-ndrc-2013")


class AccountsPowerGrid(_OneMethod, Case):
    """Every formula of the method for power grid, to the last digit."""

    zh = "电网企业核算方法的每个公式，逐位准确。"
    checks = _checks("grid-ndrc-2013", "csmt/A-t7", "csmt/5.2-t2")
    needs = (ACCOUNTING, "accounting.method.ndrc-grid", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("grid-ndrc-2013")


class AccountsIronAndSteel(_OneMethod, Case):
    """Every formula of the method for iron and steel, to the last digit."""

    zh = "钢铁生产企业核算方法的每个公式，逐位准确。"
    checks = _checks("steel-ndrc-2013", "csmt/A-t8", "csmt/5.2-t3")
    needs = (ACCOUNTING, "accounting.method.ndrc-steel", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("steel-ndrc-2013")


class AccountsChemicals(_OneMethod, Case):
    """Every formula of the method for chemicals, to the last digit."""

    zh = "化工生产企业核算方法的每个公式，逐位准确。"
    checks = {
        **_checks("chemicals-ndrc-2013", "csmt/A-t9", "csmt/5.2-t4"),
        **beside(FIGURES.of("span", *figures_judge.NAMES["span"])),
    }
    needs = (ACCOUNTING, "accounting.method.ndrc-chemicals", MODBUS, UPLINK, read_out("method-*", "figures-span"))
    scenario = _scenario("chemicals-ndrc-2013")
    summed = ("nitric-acid-high-pressure", "adipic-acid")


class AccountsElectrolyticAluminium(_OneMethod, Case):
    """Every formula of the method for electrolytic aluminium, to the last digit."""

    zh = "电解铝企业核算方法的每个公式，逐位准确。"
    checks = _checks("aluminium-ndrc-2013", "csmt/A-t10", "csmt/5.2-t5")
    needs = (ACCOUNTING, "accounting.method.ndrc-aluminium", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("aluminium-ndrc-2013")


class AccountsAluminiumSmelting(_OneMethod, Case):
    """Every formula of the method for aluminium smelting (MEE), to the last digit."""

    zh = "铝冶炼（生态环境部）核算方法的每个公式，逐位准确。"
    checks = _checks("aluminium-cets-2024", "csmt/A-t4")
    needs = (ACCOUNTING, "accounting.method.mee-aluminium", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("aluminium-cets-2024")


class AccountsMagnesium(_OneMethod, Case):
    """Every formula of the method for magnesium, to the last digit."""

    zh = "镁冶炼企业核算方法的每个公式，逐位准确。"
    checks = _checks("magnesium-ndrc-2013", "csmt/A-t11")
    needs = (ACCOUNTING, "accounting.method.ndrc-magnesium", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("magnesium-ndrc-2013")


class AccountsFlatGlass(_OneMethod, Case):
    """Every formula of the method for flat glass, to the last digit."""

    zh = "平板玻璃企业核算方法的每个公式，逐位准确。"
    checks = _checks("glass-ndrc-2013", "csmt/A-t12", "csmt/5.2-t6")
    needs = (ACCOUNTING, "accounting.method.ndrc-flat-glass", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("glass-ndrc-2013")


class AccountsCement(_OneMethod, Case):
    """Every formula of the method for cement, to the last digit."""

    zh = "水泥企业核算方法的每个公式，逐位准确。"
    checks = _checks("cement-ndrc-2013", "csmt/A-t13", "csmt/5.2-t7")
    needs = (ACCOUNTING, "accounting.method.ndrc-cement", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("cement-ndrc-2013")


class AccountsCementCets(_OneMethod, Case):
    """Every formula of the method for cement (CETS), to the last digit."""

    zh = "水泥（CETS）核算方法的每个公式，逐位准确。"
    checks = _checks("cement-cets-2024")
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("cement-cets-2024")


class AccountsCeramics(_OneMethod, Case):
    """Every formula of the method for ceramics, to the last digit."""

    zh = "陶瓷企业核算方法的每个公式，逐位准确。"
    checks = _checks("ceramics-ndrc-2013", "csmt/A-t14")
    needs = (ACCOUNTING, "accounting.method.ndrc-ceramics", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("ceramics-ndrc-2013")


class AccountsCivilAviation(_OneMethod, Case):
    """Every formula of the method for civil aviation, to the last digit."""

    zh = "民航企业核算方法的每个公式，逐位准确。"
    checks = _checks("aviation-ndrc-2013", "csmt/A-t15", "csmt/5.2-t8")
    needs = (ACCOUNTING, "accounting.method.ndrc-aviation", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("aviation-ndrc-2013")


class AccountsOilAndGas(_OneMethod, Case):
    """Every formula of the method for oil and gas, to the last digit."""

    zh = "石油天然气企业核算方法的每个公式，逐位准确。"
    checks = _checks("oil-gas-ndrc-2014", "csmt/A-t16")
    needs = (ACCOUNTING, "accounting.method.ndrc-oil-gas", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("oil-gas-ndrc-2014")


class AccountsPetrochemicals(_OneMethod, Case):
    """Every formula of the method for petrochemicals, to the last digit."""

    zh = "石油化工企业核算方法的每个公式，逐位准确。"
    checks = _checks("petrochemicals-ndrc-2014", "csmt/A-t17", "csmt/5.2-t9")
    needs = (ACCOUNTING, "accounting.method.ndrc-petrochemicals", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("petrochemicals-ndrc-2014")


class AccountsCoking(_OneMethod, Case):
    """Every formula of the method for independent coking, to the last digit."""

    zh = "独立焦化企业核算方法的每个公式，逐位准确。"
    checks = _checks("coking-ndrc-2014", "csmt/A-t18")
    needs = (ACCOUNTING, "accounting.method.ndrc-coking", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("coking-ndrc-2014")


class AccountsCoalMining(_OneMethod, Case):
    """Every formula of the method for coal, to the last digit."""

    zh = "煤炭企业核算方法的每个公式，逐位准确。"
    checks = _checks("coal-ndrc-2014", "csmt/A-t19")
    needs = (ACCOUNTING, "accounting.method.ndrc-coal", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("coal-ndrc-2014")


class AccountsPaper(_OneMethod, Case):
    """Every formula of the method for pulp and paper, to the last digit."""

    zh = "造纸企业核算方法的每个公式，逐位准确。"
    checks = _checks("paper-ndrc-2015", "csmt/A-t20", "csmt/5.2-t10")
    needs = (ACCOUNTING, "accounting.method.ndrc-paper", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("paper-ndrc-2015")


class AccountsNonFerrousMetals(_OneMethod, Case):
    """Every formula of the method for other non-ferrous metals, to the last digit."""

    zh = "其他有色金属企业核算方法的每个公式，逐位准确。"
    checks = _checks("nonferrous-ndrc-2015", "csmt/A-t21", "csmt/5.2-t11")
    needs = (ACCOUNTING, "accounting.method.ndrc-nonferrous", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("nonferrous-ndrc-2015")


class AccountsMachinery(_OneMethod, Case):
    """Every formula of the method for machinery, to the last digit."""

    zh = "机械设备企业核算方法的每个公式，逐位准确。"
    checks = _checks("machinery-ndrc-2015", "csmt/A-t23")
    needs = (ACCOUNTING, "accounting.method.ndrc-machinery", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("machinery-ndrc-2015")


class AccountsMining(_OneMethod, Case):
    """Every formula of the method for mining, to the last digit."""

    zh = "矿山企业核算方法的每个公式，逐位准确。"
    checks = _checks("mining-ndrc-2015", "csmt/A-t24")
    needs = (ACCOUNTING, "accounting.method.ndrc-mining", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("mining-ndrc-2015")


class AccountsFood(_OneMethod, Case):
    """Every formula of the method for food, tobacco and beverages, to the last digit."""

    zh = "食品烟草及酒、饮料企业核算方法的每个公式，逐位准确。"
    checks = _checks("food-ndrc-2015", "csmt/A-t25")
    needs = (ACCOUNTING, "accounting.method.ndrc-food", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("food-ndrc-2015")


class AccountsPublicBuildings(_OneMethod, Case):
    """Every formula of the method for public buildings, to the last digit."""

    zh = "公共建筑运营企业核算方法的每个公式，逐位准确。"
    checks = _checks("buildings-ndrc-2015", "csmt/A-t26")
    needs = (ACCOUNTING, "accounting.method.ndrc-public-buildings", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("buildings-ndrc-2015")


class AccountsLandTransport(_OneMethod, Case):
    """Every formula of the method for land transport, to the last digit."""

    zh = "陆上交通运输企业核算方法的每个公式，逐位准确。"
    checks = _checks("transport-ndrc-2015", "csmt/A-t27")
    needs = (ACCOUNTING, "accounting.method.ndrc-land-transport", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("transport-ndrc-2015")


class AccountsFluorochemicals(_OneMethod, Case):
    """Every formula of the method for fluorochemicals, to the last digit."""

    zh = "氟化工企业核算方法的每个公式，逐位准确。"
    checks = _checks("fluorochemicals-ndrc-2015", "csmt/A-t28")
    needs = (ACCOUNTING, "accounting.method.ndrc-fluorochemicals", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("fluorochemicals-ndrc-2015")


class AccountsOtherIndustry(_OneMethod, Case):
    """Every formula of the method for other industry, to the last digit."""

    zh = "工业其他行业企业核算方法的每个公式，逐位准确。"
    checks = _checks("other-industry-ndrc-2015", "csmt/A-t29")
    needs = (ACCOUNTING, "accounting.method.ndrc-other", MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("other-industry-ndrc-2015")


class AccountsCarbonMaterials(_OneMethod, Case):
    """Every formula of the method for carbon materials (GB/T 32151.34-2024), to the last digit."""

    zh = "炭素材料（GB/T 32151.34-2024）核算方法的每个公式，逐位准确。"
    checks = _checks("carbon-materials-2024", "csmt/9.3c-2")
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("method-*"))
    scenario = _scenario("carbon-materials-2024")
