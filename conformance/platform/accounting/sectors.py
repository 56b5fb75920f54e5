"""Sectors' methods: GB/T 32150, parts of GB/T 32151, chemical enterprise with a captive power plant, boundaries.

Every factor is entered, so that the formulas alone decide and no edition's defaults. Leaves defaults to `factors`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from bench.case import Finding
from bench.dut.platform.vocabulary.accounting import EMISSION_SOURCE
from bench.dut.platform.vocabulary.base import EMISSIONS, ENERGY
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.platforms.accounts import here
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.accounting import ACCOUNTING, METHODS, sectors_judge
from conformance.platform.accounting.plant import PLACE, Row, drawn, enter, entry, factor, given, point, source

_YEAR = here(2025), here(2026)
_MONTH = here(2025, 3)
_UNITS = {"gas": "1e4Nm3", "electricity-in": "MWh", "electricity-out": "MWh", "electricity-internal": "MWh",
          "heat-in": "GJ", "heat-out": "GJ", "recovered": "1e4Nm3", "gas-carbon": "1e4Nm3"}  # fmt: skip
_CLASSES = {"electricity-in": "electricity", "electricity-out": "electricity", "heat-in": "heat", "heat-out": "heat",
            "fuel": "fuel", "fuel-carbon": "fuel", "gas": "fuel", "recovered": "stored",
            "stored-steel": "stored"}  # fmt: skip
_CARRIERS = {"electricity": "electricity", "heat": "heat", "fuel-carbon": "bituminous-coal"}
"""By class, or by term."""
Inputs = Mapping[str, tuple[str, str]]
Plan = tuple[str, str, str, Inputs]
"""Source, process, term, and every input but the activity: value and unit."""


def _fuel(chance: random.Random, gas: bool = False) -> Inputs:
    return {
        "NCV": (drawn(chance, 350, 390, 2), "GJ/1e4Nm3") if gas else (drawn(chance, 18, 30), "GJ/t"),
        "CC": (drawn(chance, 14, 29), "tC/TJ"),
        "OF": (drawn(chance, 93, 99, 1), "%"),
    }


def _ef(chance: random.Random, unit: str, low: int = 101, high: int = 999) -> Inputs:
    return {"EF": (f"0.{chance.randrange(low, high)}", unit)}


def _rows(chance: random.Random, method: str, plans: tuple[Plan, ...]) -> Iterator[Row]:
    """Point, source, inputs and one month's amount of every source."""
    for id, process, term, inputs in plans:
        own = f"{id}.amount"
        kind = _CLASSES.get(term, "process")
        carrier = _CARRIERS.get(term) or _CARRIERS.get(kind, term)
        yield point(own, carrier, _UNITS.get(term, "t"), kind, process=process)
        yield source(id, own, method, term, process=process)
        for symbol, (value, unit) in inputs.items():
            yield given(id, symbol, value, unit)
        yield entry(own, "month", _MONTH, drawn(chance, 200, 9000, 2), _UNITS.get(term, "t"))


class AccountsSteelWorks(PlatformCase):
    """A steel works by GB/T 32151.5: fuels, fluxes, electrodes, pig iron, power and heat, less what it stores."""

    zh = "钢铁企业按 GB/T 32151.5 核算：燃料、熔剂、电极、生铁、电力、热力，扣除固碳产品，逐位一致。"
    checks = {
        sectors_judge.SECTOR_METHOD: ("isc-1/5.1.1-2", "isc-1/4.6a", "isc-1/4.6-2", "cpcif/5.2.1.1"),
        sectors_judge.SOURCES: ("cpcif/5.2.1.1",),
        sectors_judge.OUTSIDE: ("isc-1/4.6-2",),
        sectors_judge.TAKEN: (),
    }
    needs = (OBJECTS, ACCOUNTING, METHODS)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("steel")
        furnace = "C-furnace"
        # Its carbon is measured, its heating value is that of its carrier.
        heating = factor("C-heating", "bituminous-coal", drawn(chance, 19, 26), "GJ/t")
        coal: Inputs = {"C_AR": (f"0.5{chance.randrange(101, 999)}", "tC/t"), "OF": (drawn(chance, 93, 99, 1), "%")}
        plans: tuple[Plan, ...] = (
            ("C-coke", furnace, "fuel", _fuel(chance)),
            ("C-gas", furnace, "gas", _fuel(chance, gas=True)),
            ("C-coal", furnace, "fuel-carbon", coal),
            ("C-limestone", furnace, "limestone", _ef(chance, "tCO2/t")),
            ("C-dolomite", furnace, "dolomite", _ef(chance, "tCO2/t")),
            ("C-electrode", furnace, "electrode", {"EF": (drawn(chance, 3, 4), "tCO2/t")}),
            ("C-pig-iron", furnace, "pig-iron", _ef(chance, "tCO2/t")),
            ("C-power", furnace, "electricity-in", _ef(chance, "tCO2/MWh")),
            ("C-heat", furnace, "heat-in", _ef(chance, "tCO2/GJ", 101, 130)),
            ("C-steel", furnace, "stored-steel", {"EF": (f"0.0{chance.randrange(101, 999)}", "tCO2/t")}),
        )
        administrator = await bench.platform.login("administrator")
        await enter(administrator, (*PLACE, heating))
        await enter(administrator, _rows(chance, "gbt-32151-5", plans))
        operator = await bench.platform.login("operator-of-park")
        whole = {"period": "year", "from_": _YEAR[0], "to": _YEAR[1]}
        await operator.ask(EMISSIONS, of="enterprise", id="C", **whole)
        await operator.ask(ENERGY, of="enterprise", id="C", **whole)
        for id in ("C-coke", "C-electrode", "C-steel"):
            await operator.ask(EMISSIONS, of="source", id=id, **whole)
        await administrator.change(EMISSION_SOURCE, "C-gas", inside="no")
        await operator.ask(EMISSIONS, of="enterprise", id="C", **whole)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from sectors_judge.findings(history)


class AccountsCaptivePowerPlant(PlatformCase):
    """A chemical enterprise with a power plant of its own: each by its sector's method, inner power counted once."""

    zh = "含自备电厂的化工企业：电厂与化工部分各按本行业方法核算并合并，自用电不重复计入，逐位一致。"
    checks = {
        sectors_judge.CAPTIVE: ("cpcif/5.2.1.2c",),
        sectors_judge.EACH_PART: ("cpcif/5.2.1.2c", "isc-1/5.2.1-2", "isc-1/4.6-2"),
        sectors_judge.TAKEN: (),
    }
    needs = (OBJECTS, ACCOUNTING, METHODS)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("captive")
        plant, chemistry = "A-utilities", "A-synthesis"
        power: tuple[Plan, ...] = (
            ("A-coal", plant, "fuel", _fuel(chance)),
            (
                "A-desulphurisation",
                plant,
                "desulphurisation",
                {"I": (drawn(chance, 85, 95, 1), "%"), "EF": ("0.440", "tCO2/t"), "TR": ("99.5", "%")},
            ),
        )
        chemicals: tuple[Plan, ...] = (
            ("A-fuel-gas", chemistry, "gas", _fuel(chance, gas=True)),
            ("A-feed", chemistry, "carbon-in", {"CC": (f"0.8{chance.randrange(101, 999)}", "tC/t")}),
            ("A-product", chemistry, "carbon-out", {"CC": (f"0.3{chance.randrange(101, 999)}", "tC/t")}),
            (
                "A-nitric",
                chemistry,
                "nitric-acid",
                {
                    "EF": (drawn(chance, 5, 14, 1), "kgN2O/t"),
                    "ETA": (drawn(chance, 80, 90, 1), "%"),
                    "MU": (drawn(chance, 90, 99, 1), "%"),
                },
            ),
            (
                "A-recovered",
                chemistry,
                "recovered",
                {"PUR": (drawn(chance, 95, 99, 1), "%"), "RHO": ("19.7", "t/1e4Nm3")},
            ),
            ("A-purchased", chemistry, "electricity-in", _ef(chance, "tCO2/MWh")),
            ("A-internal", chemistry, "electricity-internal", _ef(chance, "tCO2/MWh")),
            ("A-sold", plant, "electricity-out", _ef(chance, "tCO2/MWh")),
        )
        clerk = await bench.platform.login("clerk-a")
        await enter(await bench.platform.login("administrator"), PLACE)
        await enter(clerk, _rows(chance, "gbt-32151-1", power))
        await enter(clerk, _rows(chance, "gbt-32151-10", chemicals))
        manager = await bench.platform.login("manager-a")
        whole = {"period": "year", "from_": _YEAR[0], "to": _YEAR[1]}
        await manager.ask(EMISSIONS, of="enterprise", id="A", **whole)
        for process in (plant, chemistry):
            await manager.ask(EMISSIONS, of="process", id=process, **whole)
        for id in ("A-coal", "A-feed", "A-product", "A-nitric", "A-recovered"):
            await manager.ask(EMISSIONS, of="source", id=id, **whole)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from sectors_judge.captive_findings(history)


class AccountsByTheGeneralStandard(PlatformCase):
    """An enterprise by GB/T 32150: fuel, process, other gases, power and heat in and out; biomass beside the total."""

    zh = "按 GB/T 32150 核算：燃料、过程、其他温室气体、电力与热力的购入和输出；生物质单列，逐位一致。"
    checks = {
        sectors_judge.GENERAL.of("park", "the park", "园区"): ("isc-1/5.1.1-1",),
        sectors_judge.GENERAL.of("enterprise", "the enterprise", "企业"): ("isc-1/5.2.1-1",),
        sectors_judge.TAKEN: (),
    }
    needs = (OBJECTS, ACCOUNTING, METHODS)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("general")
        works = "A-synthesis"
        plans: tuple[Plan, ...] = (
            ("A-fuel", works, "fuel", _fuel(chance)),
            ("A-process", works, "process", _ef(chance, "tCO2/t")),
            ("A-methane", works, "methane", {"EF": (drawn(chance, 1, 9), "kgCH4/t")}),
            ("A-nitrous", works, "nitrous-oxide", {"EF": (drawn(chance, 1, 9), "kgN2O/t")}),
            ("A-in", works, "electricity-in", _ef(chance, "tCO2/MWh")),
            ("A-out", works, "electricity-out", _ef(chance, "tCO2/MWh")),
            ("A-warm", works, "heat-in", _ef(chance, "tCO2/GJ", 101, 130)),
            ("A-sent", works, "heat-out", _ef(chance, "tCO2/GJ", 101, 130)),
            ("A-wood", works, "biomass", _fuel(chance)),
        )
        administrator = await bench.platform.login("administrator")
        await enter(administrator, PLACE)
        await enter(administrator, _rows(chance, "gbt-32150", plans))
        whole = {"period": "year", "from_": _YEAR[0], "to": _YEAR[1]}
        manager = await bench.platform.login("manager-a")
        await manager.ask(EMISSIONS, of="enterprise", id="A", **whole)
        operator = await bench.platform.login("operator-of-park")
        await operator.ask(EMISSIONS, of="park", id="P", **whole)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from sectors_judge.general_findings(history)
