"""Small parks that cases for platforms share: a steel works, and a chemical enterprise with a captive power plant.

Leaves what is sent and how often to the cases (`with_senders`). Flows are of the size of a middling works; codes of
points, MNs and secrets follow from their order.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bench.layout.park import Enterprise, Factor, Measured, Named, Park, Terminal
from simulators.plant.flows import Flow, Level


def flow(id: str, sender: str, carrier: str, unit: str, per_h: str, *, kept: str = "", **more: Any) -> Measured:
    """A point with a flow of its own; `kept` is the unit that the platform keeps it in, where that is another."""
    return Measured(id, sender, Flow(id.replace(".", "_").replace("-", "_"), unit, per_h), carrier, unit=kept, **more)


def level(id: str, sender: str, unit: str, least: str, most: str, **more: Any) -> Measured:
    """A point with a level of its own."""
    stream = Level(id.replace(".", "_").replace("-", "_"), unit, least, most)
    given: dict[str, Any] = {"decimals": 1, **more}
    return Measured(id, sender, stream, "operation", "other", **given)


COKING, SINTERING, IRON, STEEL, ROLLING, POWER = (
    f"A.{word}" for word in ("coking", "sintering", "iron", "steel", "rolling", "power")
)
STEEL_WORKS = Enterprise(
    "A",
    "Steel works 钢铁厂",
    "steel",
    processes=(
        Named(COKING, "coking 焦化"),
        Named(SINTERING, "sintering 烧结"),
        Named(IRON, "iron making 炼铁"),
        Named(STEEL, "steel making 炼钢"),
        Named(ROLLING, "rolling 轧钢"),
        Named(POWER, "power and steam 动力"),
    ),
    facilities=(
        Named("A.bf1", "blast furnace 1 一号高炉", IRON, key=True),
        Named("A.lf1", "ladle furnace 1 一号精炼炉", STEEL, key=True),
    ),
    products=(Named("A.slab", "slab 连铸坯", STEEL, unit="t"),),
    terminals=(Terminal("A1"),),
    points=(
        flow("A.coking-coal", "A1", "washed-coal", "t", "118.4", process=COKING),
        flow("A.coke", "A1", "coke", "t", "61.25", process=IRON, facility="A.bf1"),
        flow("A.natural-gas", "A1", "natural-gas", "Nm3", "2140", process=ROLLING, decimals=1),
        flow("A.diesel", "A1", "diesel", "t", "0.412", process=POWER),
        flow("A.limestone", "A1", "limestone", "t", "18.6", process=SINTERING, source_class="process"),
        flow("A.dolomite", "A1", "dolomite", "t", "7.3", process=SINTERING, source_class="process"),
        flow("A.electrode", "A1", "electrode", "t", "0.186", process=STEEL, source_class="process"),
        flow("A.pig-iron", "A1", "pig-iron", "t", "9.75", process=STEEL, source_class="process"),
        flow("A.steel", "A1", "crude-steel", "t", "142.5", process=STEEL, product="A.slab", source_class="stored"),
        flow("A.power-bought", "A1", "electricity", "kWh", "48600", source_class="electricity", decimals=2),
        flow("A.power-iron", "A1", "electricity", "kWh", "9200", process=IRON, source_class="other", decimals=2),
        flow("A.heat", "A1", "heat", "GJ", "36.4", process=POWER, source_class="heat"),
        level("A.top-temperature", "A1", "degC", "120", "260", process=IRON, facility="A.bf1"),
        level("A.blast-pressure", "A1", "kPa", "310", "420", process=IRON, facility="A.bf1"),
    ),
)
SYNTHESIS, ACID, CAPTIVE, WASTE = (f"B.{word}" for word in ("synthesis", "acid", "captive", "waste"))
CHEMICALS = Enterprise(
    "B",
    "Chemical works 化工厂",
    "chemical",
    processes=(
        Named(SYNTHESIS, "synthesis 合成"),
        Named(ACID, "nitric acid 硝酸"),
        Named(CAPTIVE, "captive power plant 自备电厂"),
        Named(WASTE, "waste treatment 废弃物处理"),
    ),
    facilities=(Named("B.boiler1", "boiler 1 一号锅炉", CAPTIVE, key=True),),
    products=(Named("B.ammonia", "ammonia 合成氨", SYNTHESIS, unit="t"),),
    terminals=(Terminal("B1"),),
    points=(
        flow("B.coal", "B1", "bituminous-coal", "t", "43.7", process=CAPTIVE, facility="B.boiler1"),
        flow("B.natural-gas", "B1", "natural-gas", "Nm3", "6420", process=SYNTHESIS, decimals=1),
        flow("B.power-own", "B1", "electricity", "kWh", "21500", process=CAPTIVE, source_class="other", decimals=2),
        flow("B.power-bought", "B1", "electricity", "kWh", "8300", source_class="electricity", decimals=2),
        flow("B.power-sold", "B1", "electricity", "kWh", "1200", source_class="other", decimals=2),
        flow("B.steam-bought", "B1", "heat", "GJ", "52.8", source_class="heat"),
        flow("B.steam-sold", "B1", "heat", "GJ", "11.1", source_class="other"),
        flow(
            "B.ammonia-made", "B1", "ammonia", "t", "31.2", process=SYNTHESIS, product="B.ammonia", source_class="other"
        ),
        flow("B.co2-process", "B1", "CO2", "t", "12.4", process=SYNTHESIS, source_class="process"),
        flow("B.co2-recovered", "B1", "CO2", "t", "4.05", process=SYNTHESIS, source_class="stored"),
        flow("B.co2-stack", "B1", "CO2", "t", "88.9", process=CAPTIVE, facility="B.boiler1", source_class="other"),
        flow("B.n2o", "B1", "N2O", "kg", "3.61", process=ACID, source_class="process"),
        flow("B.ch4", "B1", "CH4", "kg", "15.2", process=WASTE, source_class="process"),
        flow("B.hfc", "B1", "HFCs", "kg", "0.042", process=SYNTHESIS, source_class="process", decimals=4),
        flow("B.pfc", "B1", "PFCs", "kg", "0.017", process=SYNTHESIS, source_class="process", decimals=4),
        flow("B.sf6", "B1", "SF6", "kg", "0.009", process=CAPTIVE, source_class="process", decimals=4),
        flow("B.nf3", "B1", "NF3", "kg", "0.006", process=SYNTHESIS, source_class="process", decimals=4),
        flow("B.waste", "B1", "waste", "t", "2.34", process=WASTE, source_class="process"),
        level("B.boiler-pressure", "B1", "kPa", "9100", "9800", process=CAPTIVE, facility="B.boiler1"),
    ),
)
FACTORS = (
    Factor("f-coke", "coke", "2.8606", "tCO2/t"),
    Factor("f-gas", "natural-gas", "0.0021622", "tCO2/Nm3"),
    Factor("f-power", "electricity", "0.0005703", "tCO2/kWh"),
    Factor("f-heat", "heat", "0.11", "tCO2/GJ"),
    Factor("f-coal", "bituminous-coal", "2.1113", "tCO2/t"),
    Factor("f-limestone", "limestone", "0.44", "tCO2/t"),
)
TWO_WORKS = Park(enterprises=(STEEL_WORKS, CHEMICALS), factors=FACTORS)
"""A steel works and a chemical works: every class of energy, material and gas that the documents name."""
SMALL = Park(
    enterprises=(
        replace(
            STEEL_WORKS, points=tuple(each for each in STEEL_WORKS.points if each.id in ("A.coke", "A.power-bought"))
        ),
        replace(CHEMICALS, points=tuple(each for each in CHEMICALS.points if each.id in ("B.coal", "B.steam-bought"))),
    ),
    factors=FACTORS,
)
"""Two enterprises with two points each."""


def with_senders(park: Park, **options: Any) -> Park:
    """The park with these settings of all its senders."""
    return park.but(
        enterprises=tuple(
            replace(
                enterprise,
                terminals=tuple(replace(each, options={**each.options, **options}) for each in enterprise.terminals),
            )
            for enterprise in park.enterprises
        )
    )
