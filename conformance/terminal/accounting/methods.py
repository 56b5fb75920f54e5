"""Each method of the library once, to the last digit (CSMT annex A, ISC-2 A.2; R-23).

Leaves whole plants to `figures`. A method's sources read streams of one plant, whatever these are called there; what no
meter counts is entered for the day before. Factors that the document does not give are the laboratory's.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Criterion, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import AccountingUnit, EmissionSource, Emitter
from bench.layout.scenario import Scenario
from conformance.common.times import DAY, MINUTE, floor
from conformance.terminal import MODBUS, UPLINK, read_out
from conformance.terminal.accounting import methods_judge
from conformance.terminal.accounting.boundaries import STEEL_STREAMS, by_hand, fixed, read, scenario, source
from conformance.terminal.accounting.figures import ACCOUNTING

FAMILY = "accounting"

_ENTERED = "3.5"
_FIRST = 3 * MINUTE
"""The minute that is asked for, after the one in which the case begins."""
"""What is entered of anything that no meter counts."""


def _method(method: str, *sources: EmissionSource) -> Scenario:
    """A world whose emitter has these sources and no others."""
    emitter = Emitter(
        id=method,
        name="示范企业",
        sector=method.rpartition("-")[0].rpartition("-")[0],
        units=(AccountingUnit(id="works"),),
        sources=sources,
    )
    return scenario("steel-works", emitter, STEEL_STREAMS, start="2026-03-02T08:57:00+08:00")


_EVERY = ("isc-2/7.2.8a", "csmt/9.2-1", "csmt/8.3.1e", "isc-2/5.1e", "csmt/5.2", "csmt/9.3c-1", "csmt/11.5c")


def _checks(method: str, *clauses: str) -> dict[Criterion, tuple[str, ...]]:
    return {methods_judge.METHOD.of(method, *methods_judge.NAMES[method]): (*clauses, *_EVERY)}


class _OneMethod:
    """Every source of a method for some minutes, or for the day before."""

    scenario: Scenario

    async def drive(self, bench: Bench) -> None:
        emitter = self.scenario.emitter
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
            await bench.operator.emissions(
                "source", each.id, kind, start, start + (DAY if kind == "day" else 2 * MINUTE)
            )

    def judge(self, history: History) -> Iterator[Finding]:
        yield from methods_judge.findings(history)


class AccountsPowerFacilities(_OneMethod, Case):
    """Every formula of the method for power facilities (MEE), to the last digit."""

    zh = "发电设施（生态环境部）核算方法的每个公式，逐位准确。"
    checks = _checks("power-ets-2022", "csmt/A-t3")
    needs = (ACCOUNTING, "accounting.method.mee-power", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "power-ets-2022",
        source(
            "fuel-carbon",
            "works",
            "",
            "power-ets-2022",
            "fuel-carbon",
            read("FC", "t", "coal.mass"),
            fixed("C_AR", "tC/t", "0.5417"),
            fixed("OF", "%", "99"),
        ),
        source("gas", "works", "", "power-ets-2022", "gas", read("FC", "Nm3", "gas.volume"), item="天然气"),
        source(
            "electricity-in",
            "works",
            "",
            "power-ets-2022",
            "electricity-in",
            read("AD", "kWh", "grid.energy"),
            scope=2,
        ),
    )


class AccountsPowerGeneration(_OneMethod, Case):
    """Every formula of the method for power generation, to the last digit."""

    zh = "发电企业核算方法的每个公式，逐位准确。"
    checks = _checks("power-ndrc-2013", "csmt/A-t6", "csmt/5.2-t1")
    needs = (ACCOUNTING, "accounting.method.ndrc-power", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "power-ndrc-2013",
        source("fuel", "works", "", "power-ndrc-2013", "fuel", read("FC", "t", "coal.mass"), item="无烟煤"),
        source(
            "fuel-carbon",
            "works",
            "",
            "power-ndrc-2013",
            "fuel-carbon",
            read("FC", "t", "coke.mass"),
            fixed("C_AR", "tC/t", "0.8392"),
            fixed("OF", "%", "93"),
        ),
        source("gas", "works", "", "power-ndrc-2013", "gas", read("FC", "Nm3", "gas.volume"), item="天然气"),
        source(
            "desulphurisation",
            "works",
            "",
            "power-ndrc-2013",
            "desulphurisation",
            read("AD", "t", "limestone.mass"),
            item="CaCO3",
        ),
        source(
            "electricity-in",
            "works",
            "",
            "power-ndrc-2013",
            "electricity-in",
            read("AD", "kWh", "grid.energy"),
            item="华北",
            scope=2,
        ),
    )


class AccountsPowerGrid(_OneMethod, Case):
    """Every formula of the method for power grid, to the last digit."""

    zh = "电网企业核算方法的每个公式，逐位准确。"
    checks = _checks("grid-ndrc-2013", "csmt/A-t7", "csmt/5.2-t2")
    needs = (ACCOUNTING, "accounting.method.ndrc-grid", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "grid-ndrc-2013",
        source(
            "loss",
            "works",
            "",
            "grid-ndrc-2013",
            "loss",
            read("FEED", "kWh", "grid.energy"),
            fixed("IMP", "MWh", "0"),
            fixed("EXP", "MWh", "0"),
            fixed("SOLD", "MWh", "0"),
            item="华东",
            scope=2,
        ),
        source("sf6", "works", "", "grid-ndrc-2013", "sf6", by_hand("CAP", "kgSF6"), fixed("REC", "kgSF6", "0")),
    )


class AccountsIronAndSteel(_OneMethod, Case):
    """Every formula of the method for iron and steel, to the last digit."""

    zh = "钢铁生产企业核算方法的每个公式，逐位准确。"
    checks = _checks("steel-ndrc-2013", "csmt/A-t8", "csmt/5.2-t3")
    needs = (ACCOUNTING, "accounting.method.ndrc-steel", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "steel-ndrc-2013",
        source("fuel", "works", "", "steel-ndrc-2013", "fuel", read("FC", "t", "coke.mass"), item="焦炭"),
        source("gas", "works", "", "steel-ndrc-2013", "gas", read("FC", "Nm3", "gas.volume"), item="高炉煤气"),
        source("limestone", "works", "", "steel-ndrc-2013", "limestone", read("AD", "t", "limestone.mass")),
        source("dolomite", "works", "", "steel-ndrc-2013", "dolomite", read("AD", "t", "dolomite.mass")),
        source("electrode", "works", "", "steel-ndrc-2013", "electrode", read("AD", "t", "electrode.mass")),
        source("pig-iron", "works", "", "steel-ndrc-2013", "pig-iron", read("AD", "t", "pig_iron.mass")),
        source("dri", "works", "", "steel-ndrc-2013", "dri", read("AD", "t", "coal.mass")),
        source("ferronickel", "works", "", "steel-ndrc-2013", "ferronickel", read("AD", "t", "electrode.mass")),
        source(
            "high-carbon-ferrochrome",
            "works",
            "",
            "steel-ndrc-2013",
            "high-carbon-ferrochrome",
            read("AD", "t", "electrode.mass"),
        ),
        source(
            "ferromolybdenum",
            "works",
            "",
            "steel-ndrc-2013",
            "ferromolybdenum",
            read("AD", "t", "electrode.mass"),
        ),
        source("stored-pig-iron", "works", "", "steel-ndrc-2013", "stored-pig-iron", read("AD", "t", "pig_iron.mass")),
        source(
            "stored-steel",
            "works",
            "",
            "steel-ndrc-2013",
            "stored-steel",
            read("AD", "t", "crude_steel.mass"),
            fixed("EF", "tCO2/t", "0.0154"),
        ),
        source(
            "stored-methanol",
            "works",
            "",
            "steel-ndrc-2013",
            "stored-methanol",
            read("AD", "t", "electrode.mass"),
            fixed("EF", "tCO2/t", "1.375"),
        ),
        source(
            "electricity-in",
            "works",
            "",
            "steel-ndrc-2013",
            "electricity-in",
            read("AD", "kWh", "grid.energy"),
            scope=2,
        ),
        source("heat-in", "works", "", "steel-ndrc-2013", "heat-in", read("AD", "GJ", "heat.heat"), scope=2),
    )


class AccountsChemicals(_OneMethod, Case):
    """Every formula of the method for chemicals, to the last digit."""

    zh = "化工生产企业核算方法的每个公式，逐位准确。"
    checks = _checks("chemicals-ndrc-2013", "csmt/A-t9", "csmt/5.2-t4")
    needs = (ACCOUNTING, "accounting.method.ndrc-chemicals", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "chemicals-ndrc-2013",
        source("fuel", "works", "", "chemicals-ndrc-2013", "fuel", read("FC", "t", "coal.mass"), item="烟煤"),
        source(
            "carbon-in",
            "works",
            "",
            "chemicals-ndrc-2013",
            "carbon-in",
            read("AD", "t", "coke.mass"),
            fixed("CC", "tC/t", "0.856"),
        ),
        source(
            "carbon-out",
            "works",
            "",
            "chemicals-ndrc-2013",
            "carbon-out",
            read("AD", "t", "pig_iron.mass"),
            fixed("CC", "tC/t", "0.375"),
        ),
        source(
            "carbonate",
            "works",
            "",
            "chemicals-ndrc-2013",
            "carbonate",
            read("AD", "t", "limestone.mass"),
            fixed("PUR", "%", "97.5"),
            item="CaCO3",
        ),
        source(
            "recovered",
            "works",
            "",
            "chemicals-ndrc-2013",
            "recovered",
            read("Q", "Nm3", "gas.volume"),
            fixed("PUR", "%", "99.2"),
        ),
        source(
            "nitric-acid-high-pressure",
            "works",
            "",
            "chemicals-ndrc-2013",
            "nitric-acid-high-pressure",
            read("AD", "t", "electrode.mass"),
            fixed("ETA", "%", "85"),
            fixed("MU", "%", "90"),
        ),
        source(
            "nitric-acid-medium-pressure",
            "works",
            "",
            "chemicals-ndrc-2013",
            "nitric-acid-medium-pressure",
            read("AD", "t", "electrode.mass"),
            fixed("ETA", "%", "85"),
            fixed("MU", "%", "90"),
        ),
        source(
            "nitric-acid-atmospheric",
            "works",
            "",
            "chemicals-ndrc-2013",
            "nitric-acid-atmospheric",
            read("AD", "t", "electrode.mass"),
            fixed("ETA", "%", "85"),
            fixed("MU", "%", "90"),
        ),
        source(
            "nitric-acid-double-pressure",
            "works",
            "",
            "chemicals-ndrc-2013",
            "nitric-acid-double-pressure",
            read("AD", "t", "electrode.mass"),
            fixed("ETA", "%", "85"),
            fixed("MU", "%", "90"),
        ),
        source(
            "nitric-acid-combined",
            "works",
            "",
            "chemicals-ndrc-2013",
            "nitric-acid-combined",
            read("AD", "t", "electrode.mass"),
            fixed("ETA", "%", "85"),
            fixed("MU", "%", "90"),
        ),
        source(
            "nitric-acid-low-pressure",
            "works",
            "",
            "chemicals-ndrc-2013",
            "nitric-acid-low-pressure",
            read("AD", "t", "electrode.mass"),
            fixed("ETA", "%", "85"),
            fixed("MU", "%", "90"),
        ),
        source(
            "adipic-acid",
            "works",
            "",
            "chemicals-ndrc-2013",
            "adipic-acid",
            read("AD", "t", "dolomite.mass"),
            fixed("ETA", "%", "92.5"),
            fixed("MU", "%", "100"),
        ),
        source(
            "electricity-out",
            "works",
            "",
            "chemicals-ndrc-2013",
            "electricity-out",
            read("AD", "kWh", "grid.energy"),
            item="山东",
            scope=2,
        ),
        source("heat-out", "works", "", "chemicals-ndrc-2013", "heat-out", read("AD", "GJ", "heat.heat"), scope=2),
    )


class AccountsElectrolyticAluminium(_OneMethod, Case):
    """Every formula of the method for electrolytic aluminium, to the last digit."""

    zh = "电解铝企业核算方法的每个公式，逐位准确。"
    checks = _checks("aluminium-ndrc-2013", "csmt/A-t10", "csmt/5.2-t5")
    needs = (ACCOUNTING, "accounting.method.ndrc-aluminium", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "aluminium-ndrc-2013",
        source(
            "anode",
            "works",
            "",
            "aluminium-ndrc-2013",
            "anode",
            read("P", "t", "pig_iron.mass"),
            fixed("NC", "tC/t", "0.42"),
        ),
        source(
            "cf4",
            "works",
            "",
            "aluminium-ndrc-2013",
            "cf4",
            read("P", "t", "pig_iron.mass"),
            fixed("EF", "kgCF4/t", "0.034"),
        ),
        source(
            "c2f6",
            "works",
            "",
            "aluminium-ndrc-2013",
            "c2f6",
            read("P", "t", "pig_iron.mass"),
            fixed("EF", "kgC2F6/t", "0.0034"),
        ),
        source(
            "limestone",
            "works",
            "",
            "aluminium-ndrc-2013",
            "limestone",
            read("AD", "t", "limestone.mass"),
            fixed("EF", "tCO2/t", "0.405"),
        ),
    )


class AccountsAluminiumSmelting(_OneMethod, Case):
    """Every formula of the method for aluminium smelting (MEE), to the last digit."""

    zh = "铝冶炼（生态环境部）核算方法的每个公式，逐位准确。"
    checks = _checks("aluminium-cets-2024", "csmt/A-t4")
    needs = (ACCOUNTING, "accounting.method.mee-aluminium", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "aluminium-cets-2024",
        source("anode", "works", "", "aluminium-cets-2024", "anode", read("P", "t", "pig_iron.mass")),
        source("cf4", "works", "", "aluminium-cets-2024", "cf4", read("P", "t", "pig_iron.mass")),
        source("c2f6", "works", "", "aluminium-cets-2024", "c2f6", read("P", "t", "pig_iron.mass")),
        source(
            "fuel",
            "works",
            "",
            "aluminium-cets-2024",
            "fuel",
            read("FC", "t", "coal.mass"),
            fixed("OF", "%", "85"),
            item="烟煤",
        ),
    )


class AccountsMagnesium(_OneMethod, Case):
    """Every formula of the method for magnesium, to the last digit."""

    zh = "镁冶炼企业核算方法的每个公式，逐位准确。"
    checks = _checks("magnesium-ndrc-2013", "csmt/A-t11")
    needs = (ACCOUNTING, "accounting.method.ndrc-magnesium", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "magnesium-ndrc-2013",
        source(
            "ferrosilicon",
            "works",
            "",
            "magnesium-ndrc-2013",
            "ferrosilicon",
            read("AD", "t", "pig_iron.mass"),
        ),
        source("dolomite", "works", "", "magnesium-ndrc-2013", "dolomite", read("AD", "t", "dolomite.mass")),
        source("fuel", "works", "", "magnesium-ndrc-2013", "fuel", read("FC", "t", "coal.mass"), item="洗精煤"),
    )


class AccountsFlatGlass(_OneMethod, Case):
    """Every formula of the method for flat glass, to the last digit."""

    zh = "平板玻璃企业核算方法的每个公式，逐位准确。"
    checks = _checks("glass-ndrc-2013", "csmt/A-t12", "csmt/5.2-t6")
    needs = (ACCOUNTING, "accounting.method.ndrc-flat-glass", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "glass-ndrc-2013",
        source("carbon-powder", "works", "", "glass-ndrc-2013", "carbon-powder", read("Q", "t", "electrode.mass")),
        source(
            "raw-material",
            "works",
            "",
            "glass-ndrc-2013",
            "raw-material",
            read("M", "t", "limestone.mass"),
            item="CaCO3",
        ),
        source(
            "raw-material-2",
            "works",
            "",
            "glass-ndrc-2013",
            "raw-material",
            read("M", "t", "dolomite.mass"),
            fixed("F", "%", "98.5"),
            item="CaMg(CO3)2",
        ),
        source("fuel", "works", "", "glass-ndrc-2013", "fuel", read("FC", "t", "coal.mass"), item="燃料油"),
    )


class AccountsCement(_OneMethod, Case):
    """Every formula of the method for cement, to the last digit."""

    zh = "水泥企业核算方法的每个公式，逐位准确。"
    checks = _checks("cement-ndrc-2013", "csmt/A-t13", "csmt/5.2-t7")
    needs = (ACCOUNTING, "accounting.method.ndrc-cement", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "cement-ndrc-2013",
        source(
            "clinker",
            "works",
            "",
            "cement-ndrc-2013",
            "clinker",
            read("QC", "t", "crude_steel.mass"),
            read("QK", "t", "electrode.mass"),
            read("QB", "t", "dolomite.mass"),
            fixed("CAO", "%", "65.5"),
            fixed("CAO_NC", "%", "1.0"),
            fixed("MGO", "%", "1.5"),
            fixed("MGO_NC", "%", "0.2"),
        ),
        source(
            "raw-meal",
            "works",
            "",
            "cement-ndrc-2013",
            "raw-meal",
            read("Q", "t", "coke.mass"),
            fixed("FR", "tC/t", "0.003"),
        ),
    )


class AccountsCementCets(_OneMethod, Case):
    """Every formula of the method for cement (CETS), to the last digit."""

    zh = "水泥（CETS）核算方法的每个公式，逐位准确。"
    checks = _checks("cement-cets-2024")
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "cement-cets-2024",
        source(
            "clinker-portland",
            "works",
            "",
            "cement-cets-2024",
            "clinker-portland",
            read("AD", "t", "crude_steel.mass"),
        ),
        source(
            "clinker-white",
            "works",
            "",
            "cement-cets-2024",
            "clinker-white",
            read("AD", "t", "crude_steel.mass"),
        ),
        source(
            "clinker-sulphoaluminate",
            "works",
            "",
            "cement-cets-2024",
            "clinker-sulphoaluminate",
            read("AD", "t", "crude_steel.mass"),
        ),
        source(
            "clinker-aluminate",
            "works",
            "",
            "cement-cets-2024",
            "clinker-aluminate",
            read("AD", "t", "crude_steel.mass"),
        ),
        source(
            "substitute-lime",
            "works",
            "",
            "cement-cets-2024",
            "substitute-lime",
            read("AD", "t", "pig_iron.mass"),
        ),
        source(
            "substitute-carbide-slag",
            "works",
            "",
            "cement-cets-2024",
            "substitute-carbide-slag",
            read("AD", "t", "pig_iron.mass"),
        ),
        source(
            "substitute-white-mud",
            "works",
            "",
            "cement-cets-2024",
            "substitute-white-mud",
            read("AD", "t", "pig_iron.mass"),
        ),
        source(
            "substitute-fly-ash-vanadium",
            "works",
            "",
            "cement-cets-2024",
            "substitute-fly-ash-vanadium",
            read("AD", "t", "pig_iron.mass"),
        ),
        source(
            "substitute-gypsum",
            "works",
            "",
            "cement-cets-2024",
            "substitute-gypsum",
            read("AD", "t", "pig_iron.mass"),
        ),
        source(
            "substitute-steel-slag",
            "works",
            "",
            "cement-cets-2024",
            "substitute-steel-slag",
            read("AD", "t", "pig_iron.mass"),
        ),
        source(
            "substitute-manganese-slag",
            "works",
            "",
            "cement-cets-2024",
            "substitute-manganese-slag",
            read("AD", "t", "pig_iron.mass"),
        ),
        source(
            "substitute-copper-slag",
            "works",
            "",
            "cement-cets-2024",
            "substitute-copper-slag",
            read("AD", "t", "pig_iron.mass"),
        ),
    )


class AccountsCeramics(_OneMethod, Case):
    """Every formula of the method for ceramics, to the last digit."""

    zh = "陶瓷企业核算方法的每个公式，逐位准确。"
    checks = _checks("ceramics-ndrc-2013", "csmt/A-t14")
    needs = (ACCOUNTING, "accounting.method.ndrc-ceramics", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "ceramics-ndrc-2013",
        source(
            "clay",
            "works",
            "",
            "ceramics-ndrc-2013",
            "clay",
            read("Q", "t", "dolomite.mass"),
            fixed("ETA", "%", "90"),
            fixed("W_CA", "%", "12.5"),
            fixed("W_MG", "%", "3.1"),
        ),
        source("fuel", "works", "", "ceramics-ndrc-2013", "fuel", read("FC", "t", "coal.mass"), item="型煤"),
    )


class AccountsCivilAviation(_OneMethod, Case):
    """Every formula of the method for civil aviation, to the last digit."""

    zh = "民航企业核算方法的每个公式，逐位准确。"
    checks = _checks("aviation-ndrc-2013", "csmt/A-t15", "csmt/5.2-t8")
    needs = (ACCOUNTING, "accounting.method.ndrc-aviation", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "aviation-ndrc-2013",
        source(
            "jet-a1",
            "works",
            "",
            "aviation-ndrc-2013",
            "jet-a1",
            read("FC", "t", "coke.mass"),
            fixed("NCV", "GJ/t", "44.1"),
            fixed("CC", "tC/TJ", "19.5"),
            fixed("OF", "%", "100"),
            fixed("BF", "%", "12"),
        ),
    )


class AccountsOilAndGas(_OneMethod, Case):
    """Every formula of the method for oil and gas, to the last digit."""

    zh = "石油天然气企业核算方法的每个公式，逐位准确。"
    checks = _checks("oil-gas-ndrc-2014", "csmt/A-t16")
    needs = (ACCOUNTING, "accounting.method.ndrc-oil-gas", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "oil-gas-ndrc-2014",
        source(
            "acid-gas",
            "works",
            "",
            "oil-gas-ndrc-2014",
            "acid-gas",
            read("Q_IN", "Nm3", "gas.volume"),
            fixed("V_IN", "%", "8.4"),
            fixed("Q_OUT", "1e4Nm3", "0"),
            fixed("V_OUT", "%", "0.5"),
        ),
        source(
            "devices",
            "works",
            "",
            "oil-gas-ndrc-2014",
            "devices",
            by_hand("NUM", "piece"),
            fixed("EF", "tCH4/piece", "0.23"),
        ),
        source(
            "recovered",
            "works",
            "",
            "oil-gas-ndrc-2014",
            "recovered",
            read("Q", "Nm3", "gas.volume"),
            fixed("PUR", "%", "98"),
        ),
    )


class AccountsPetrochemicals(_OneMethod, Case):
    """Every formula of the method for petrochemicals, to the last digit."""

    zh = "石油化工企业核算方法的每个公式，逐位准确。"
    checks = _checks("petrochemicals-ndrc-2014", "csmt/A-t17", "csmt/5.2-t9")
    needs = (ACCOUNTING, "accounting.method.ndrc-petrochemicals", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "petrochemicals-ndrc-2014",
        source(
            "flare",
            "works",
            "",
            "petrochemicals-ndrc-2014",
            "flare",
            read("Q", "Nm3", "gas.volume"),
            fixed("CC", "tC/1e4Nm3", "5"),
            fixed("V", "%", "2"),
        ),
        source(
            "flare-accident",
            "works",
            "",
            "petrochemicals-ndrc-2014",
            "flare-accident",
            by_hand("T", "h"),
            fixed("GF", "1e4Nm3/h", "2"),
            fixed("CN", "1", "1.5"),
        ),
        source("burn-off", "works", "", "petrochemicals-ndrc-2014", "burn-off", read("MC", "t", "coke.mass")),
        source(
            "regeneration",
            "works",
            "",
            "petrochemicals-ndrc-2014",
            "regeneration",
            read("MC", "t", "coal.mass"),
            fixed("CF_B", "%", "6"),
            fixed("CF_A", "%", "0.5"),
        ),
        source(
            "asphalt",
            "works",
            "",
            "petrochemicals-ndrc-2014",
            "asphalt",
            read("AD", "t", "pig_iron.mass"),
            fixed("EF", "tCO2/t", "0.05"),
        ),
        source(
            "carbon-in",
            "works",
            "",
            "petrochemicals-ndrc-2014",
            "carbon-in",
            read("AD", "t", "coke.mass"),
            fixed("CC", "tC/t", "0.817"),
        ),
        source(
            "carbon-out",
            "works",
            "",
            "petrochemicals-ndrc-2014",
            "carbon-out",
            read("AD", "t", "limestone.mass"),
            fixed("CC", "tC/t", "0.856"),
        ),
    )


class AccountsCoking(_OneMethod, Case):
    """Every formula of the method for independent coking, to the last digit."""

    zh = "独立焦化企业核算方法的每个公式，逐位准确。"
    checks = _checks("coking-ndrc-2014", "csmt/A-t18")
    needs = (ACCOUNTING, "accounting.method.ndrc-coking", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "coking-ndrc-2014",
        source(
            "carbon-in",
            "works",
            "",
            "coking-ndrc-2014",
            "carbon-in",
            read("AD", "t", "coal.mass"),
            fixed("CC", "tC/t", "0.7312"),
        ),
        source(
            "carbon-out",
            "works",
            "",
            "coking-ndrc-2014",
            "carbon-out",
            read("AD", "t", "coke.mass"),
            fixed("CC", "tC/t", "0.8392"),
        ),
    )


class AccountsCoalMining(_OneMethod, Case):
    """Every formula of the method for coal, to the last digit."""

    zh = "煤炭企业核算方法的每个公式，逐位准确。"
    checks = _checks("coal-ndrc-2014", "csmt/A-t19")
    needs = (ACCOUNTING, "accounting.method.ndrc-coal", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "coal-ndrc-2014",
        source(
            "methane",
            "works",
            "",
            "coal-ndrc-2014",
            "methane",
            read("VENT", "Nm3", "gas.volume"),
            fixed("DRAINED", "1e4Nm3", "0"),
            fixed("FLARED", "1e4Nm3", "0"),
            fixed("USED", "1e4Nm3", "0"),
        ),
    )


class AccountsPaper(_OneMethod, Case):
    """Every formula of the method for pulp and paper, to the last digit."""

    zh = "造纸企业核算方法的每个公式，逐位准确。"
    checks = _checks("paper-ndrc-2015", "csmt/A-t20", "csmt/5.2-t10")
    needs = (ACCOUNTING, "accounting.method.ndrc-paper", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "paper-ndrc-2015",
        source(
            "wastewater",
            "works",
            "",
            "paper-ndrc-2015",
            "wastewater",
            read("W", "m3", "water.water"),
            fixed("COD_IN", "kgCOD/m3", "2.4"),
            fixed("COD_OUT", "kgCOD/m3", "0.31"),
        ),
        source("fuel", "works", "", "paper-ndrc-2015", "fuel", read("FC", "t", "coal.mass"), item="烟煤"),
    )


class AccountsNonFerrousMetals(_OneMethod, Case):
    """Every formula of the method for other non-ferrous metals, to the last digit."""

    zh = "其他有色金属企业核算方法的每个公式，逐位准确。"
    checks = _checks("nonferrous-ndrc-2015", "csmt/A-t21", "csmt/5.2-t11")
    needs = (ACCOUNTING, "accounting.method.ndrc-nonferrous", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "nonferrous-ndrc-2015",
        source(
            "reductant-semi-coke",
            "works",
            "",
            "nonferrous-ndrc-2015",
            "reductant-semi-coke",
            read("AD", "t", "pig_iron.mass"),
        ),
        source(
            "reductant-coke",
            "works",
            "",
            "nonferrous-ndrc-2015",
            "reductant-coke",
            read("AD", "t", "coke.mass"),
        ),
        source(
            "reductant-anthracite",
            "works",
            "",
            "nonferrous-ndrc-2015",
            "reductant-anthracite",
            read("AD", "t", "coal.mass"),
        ),
        source(
            "reductant-natural-gas",
            "works",
            "",
            "nonferrous-ndrc-2015",
            "reductant-natural-gas",
            read("AD", "Nm3", "gas.volume"),
        ),
        source(
            "oxalic-acid",
            "works",
            "",
            "nonferrous-ndrc-2015",
            "oxalic-acid",
            read("AD", "t", "electrode.mass"),
        ),
        source(
            "carbonate",
            "works",
            "",
            "nonferrous-ndrc-2015",
            "carbonate",
            read("AD", "t", "limestone.mass"),
            item="CaCO3",
        ),
    )


class AccountsMachinery(_OneMethod, Case):
    """Every formula of the method for machinery, to the last digit."""

    zh = "机械设备企业核算方法的每个公式，逐位准确。"
    checks = _checks("machinery-ndrc-2015", "csmt/A-t23")
    needs = (ACCOUNTING, "accounting.method.ndrc-machinery", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "machinery-ndrc-2015",
        source(
            "welding",
            "works",
            "",
            "machinery-ndrc-2015",
            "welding",
            read("PURCHASED", "t", "electrode.mass"),
            fixed("OPENING", "t", "0"),
            fixed("CLOSING", "t", "0"),
            fixed("SOLD", "t", "0"),
            fixed("W", "tCO2/t", "0.21"),
        ),
    )


class AccountsMining(_OneMethod, Case):
    """Every formula of the method for mining, to the last digit."""

    zh = "矿山企业核算方法的每个公式，逐位准确。"
    checks = _checks("mining-ndrc-2015", "csmt/A-t24")
    needs = (ACCOUNTING, "accounting.method.ndrc-mining", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "mining-ndrc-2015",
        source(
            "calcination",
            "works",
            "",
            "mining-ndrc-2015",
            "calcination",
            read("AD", "t", "dolomite.mass"),
            fixed("ETA", "%", "95"),
            fixed("EF", "tCO2/t", "0.4397"),
            fixed("W", "%", "88"),
        ),
        source("uptake", "works", "", "mining-ndrc-2015", "uptake", by_hand("R", "tCO2")),
    )


class AccountsFood(_OneMethod, Case):
    """Every formula of the method for food, tobacco and beverages, to the last digit."""

    zh = "食品烟草及酒、饮料企业核算方法的每个公式，逐位准确。"
    checks = _checks("food-ndrc-2015", "csmt/A-t25")
    needs = (ACCOUNTING, "accounting.method.ndrc-food", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "food-ndrc-2015",
        source(
            "wastewater",
            "works",
            "",
            "food-ndrc-2015",
            "wastewater",
            read("W", "m3", "water.water"),
            fixed("COD_IN", "kgCOD/m3", "3.05"),
            fixed("COD_OUT", "kgCOD/m3", "0.1"),
            fixed("MCF", "1", "0.7"),
        ),
        source(
            "co2-lost",
            "works",
            "",
            "food-ndrc-2015",
            "co2-lost",
            by_hand("AD", "tCO2"),
            fixed("LOSS", "%", "40"),
        ),
    )


class AccountsPublicBuildings(_OneMethod, Case):
    """Every formula of the method for public buildings, to the last digit."""

    zh = "公共建筑运营企业核算方法的每个公式，逐位准确。"
    checks = _checks("buildings-ndrc-2015", "csmt/A-t26")
    needs = (ACCOUNTING, "accounting.method.ndrc-public-buildings", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "buildings-ndrc-2015",
        source("gas", "works", "", "buildings-ndrc-2015", "gas", read("FC", "Nm3", "gas.volume"), item="天然气"),
        source(
            "steam-in",
            "works",
            "",
            "buildings-ndrc-2015",
            "steam-in",
            read("MA", "t", "electrode.mass"),
            fixed("EN", "kJ/kg", "2777.12"),
            scope=2,
        ),
        source(
            "water-in",
            "works",
            "",
            "buildings-ndrc-2015",
            "water-in",
            read("MA", "t", "dolomite.mass"),
            fixed("TW", "°C", "95"),
            scope=2,
        ),
        source(
            "green-electricity",
            "works",
            "",
            "buildings-ndrc-2015",
            "green-electricity",
            read("AD", "kWh", "grid.energy"),
            scope=2,
        ),
    )


class AccountsLandTransport(_OneMethod, Case):
    """Every formula of the method for land transport, to the last digit."""

    zh = "陆上交通运输企业核算方法的每个公式，逐位准确。"
    checks = _checks("transport-ndrc-2015", "csmt/A-t27")
    needs = (ACCOUNTING, "accounting.method.ndrc-land-transport", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "transport-ndrc-2015",
        source("fuel", "works", "", "transport-ndrc-2015", "fuel", read("FC", "t", "electrode.mass"), item="柴油"),
        source(
            "methane",
            "works",
            "",
            "transport-ndrc-2015",
            "methane",
            by_hand("D", "km"),
            fixed("EF", "mgCH4/km", "5.3"),
        ),
        source(
            "nitrous-oxide",
            "works",
            "",
            "transport-ndrc-2015",
            "nitrous-oxide",
            by_hand("D", "km"),
            fixed("EF", "mgN2O/km", "48"),
        ),
        source("urea", "works", "", "transport-ndrc-2015", "urea", by_hand("M", "kg"), fixed("P", "%", "32.5")),
    )


class AccountsFluorochemicals(_OneMethod, Case):
    """Every formula of the method for fluorochemicals, to the last digit."""

    zh = "氟化工企业核算方法的每个公式，逐位准确。"
    checks = _checks("fluorochemicals-ndrc-2015", "csmt/A-t28")
    needs = (ACCOUNTING, "accounting.method.ndrc-fluorochemicals", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "fluorochemicals-ndrc-2015",
        source(
            "hfc23",
            "works",
            "",
            "fluorochemicals-ndrc-2015",
            "hfc23",
            by_hand("GEN", "tHFC-23"),
            fixed("DES", "tHFC-23", "0"),
        ),
        source(
            "hfc23-destroyed",
            "works",
            "",
            "fluorochemicals-ndrc-2015",
            "hfc23-destroyed",
            by_hand("DES", "tHFC-23"),
        ),
    )


class AccountsOtherIndustry(_OneMethod, Case):
    """Every formula of the method for other industry, to the last digit."""

    zh = "工业其他行业企业核算方法的每个公式，逐位准确。"
    checks = _checks("other-industry-ndrc-2015", "csmt/A-t29")
    needs = (ACCOUNTING, "accounting.method.ndrc-other", MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "other-industry-ndrc-2015",
        source("fuel", "works", "", "other-industry-ndrc-2015", "fuel", read("FC", "t", "coal.mass"), item="褐煤"),
        source(
            "gas",
            "works",
            "",
            "other-industry-ndrc-2015",
            "gas",
            read("FC", "Nm3", "gas.volume"),
            item="焦炉煤气",
        ),
        source(
            "recovered",
            "works",
            "",
            "other-industry-ndrc-2015",
            "recovered",
            read("Q", "Nm3", "gas.volume"),
            fixed("PUR", "%", "97"),
        ),
        source(
            "electricity-in",
            "works",
            "",
            "other-industry-ndrc-2015",
            "electricity-in",
            read("AD", "kWh", "grid.energy"),
            item="四川",
            scope=2,
        ),
    )


class AccountsCarbonMaterials(_OneMethod, Case):
    """Every formula of the method for carbon materials (GB/T 32151.34-2024), to the last digit."""

    zh = "炭素材料（GB/T 32151.34-2024）核算方法的每个公式，逐位准确。"
    checks = _checks("carbon-materials-2024", "csmt/9.3c-2")
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("method-*"))
    scenario = _method(
        "carbon-materials-2024",
        source(
            "calcination",
            "works",
            "",
            "carbon-materials-2024",
            "calcination",
            read("GC", "t", "coke.mass"),
            read("CC", "t", "pig_iron.mass"),
            read("UCC", "t", "electrode.mass"),
            fixed("DU", "t", "0"),
            fixed("WFC", "tC/t", "0.88"),
            fixed("WFCC", "tC/t", "0.985"),
            fixed("WV", "%", "10.5"),
            fixed("WVC", "%", "0.4"),
        ),
        source(
            "baking",
            "works",
            "",
            "carbon-materials-2024",
            "baking",
            read("BPM", "t", "electrode.mass"),
            read("BG", "t", "coke.mass"),
            fixed("BWT", "tC", "0"),
            read("BP", "t", "limestone.mass"),
            fixed("F_BPM", "tC/t", "0.9"),
            fixed("F_BG", "tC/t", "0.85"),
            fixed("F_BP", "tC/t", "0.97"),
            fixed("V_BPM", "%", "1.2"),
            fixed("V_BG", "%", "8.5"),
        ),
        source(
            "graphitisation",
            "works",
            "",
            "carbon-materials-2024",
            "graphitisation",
            read("GPM", "t", "electrode.mass"),
            read("GTA", "t", "coke.mass"),
            fixed("GWT", "tC", "0"),
            read("GP", "t", "limestone.mass"),
            fixed("F_GPM", "tC/t", "0.86"),
            fixed("F_GTA", "tC/t", "0.98"),
            fixed("F_GP", "tC/t", "0.995"),
            fixed("V_GPM", "%", "1.5"),
        ),
        source(
            "desulphurisation",
            "works",
            "",
            "carbon-materials-2024",
            "desulphurisation",
            read("AD", "t", "limestone.mass"),
            item="CaCO3",
        ),
        source("fuel", "works", "", "carbon-materials-2024", "fuel", read("FC", "t", "coal.mass"), item="烟煤"),
    )
