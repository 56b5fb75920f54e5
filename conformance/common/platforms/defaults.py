"""Default values that an official table has: what a platform may show as built in (facts 3.1 to 3.4).

A product has the tables that it has: one value of several official ones is as good as another. Leaves grids to
`carbon.tables`, and comparing to the judges.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from conformance.common.carbon import tables

_FUELS = {
    "anthracite": "无烟煤",
    "bituminous-coal": "烟煤",
    "lignite": "褐煤",
    "washed-coal": "洗精煤",
    "coke": "焦炭",
    "crude-oil": "原油",
    "fuel-oil": "燃料油",
    "gasoline": "汽油",
    "diesel": "柴油",
    "kerosene": "煤油",
    "lng": "LNG",
    "lpg": "LPG",
    "refinery-gas": "炼厂干气",
    "natural-gas": "天然气",
    "coke-oven-gas": "焦炉煤气",
    "blast-furnace-gas": "高炉煤气",
    "converter-gas": "转炉煤气",
}
_CARBONATES = {
    "calcium-carbonate": "CaCO3",
    "magnesium-carbonate": "MgCO3",
    "sodium-carbonate": "Na2CO3",
    "sodium-bicarbonate": "NaHCO3",
    "dolomite": "CaMg(CO3)2",
}
"""Carriers by the names that the documents' tables have."""
FUELS, CARBONATES = tuple(_FUELS), tuple(_CARBONATES)
_REGIONS = ("全国", "华北", "东北", "华东", "华中", "西北", "南方", "西南")
_YEARS = (2023, 2024, 2025)
"""Accounting years whose factors of grids were announced with those of regions; what was before is of lesser grade."""
_HEAT = Fraction("0.11")
_GASES = ("natural-gas", "coke-oven-gas", "blast-furnace-gas", "converter-gas")
_FUEL_TABLES = ("ndrc-2013", "ndrc-2015", "ets", "carbon-2024", "ceramics-2013", "database-2026")
_CARBONATE_TABLES = ("ndrc", "carbon-2024")


class BuiltIn(NamedTuple):
    """What may be built in: a carrier; of power also the grid's region and the accounting year."""

    carrier: str
    region: str = ""
    year: int = 0


NEEDED = (
    BuiltIn("natural-gas"),
    BuiltIn("diesel"),
    BuiltIn("coke"),
    BuiltIn("electricity", "华东", 2025),
    BuiltIn("electricity", "华北", 2025),
)
"""What every product that has defaults must have."""
ALL = (
    *(BuiltIn(carrier) for carrier in (*FUELS, *CARBONATES, "heat")),
    *(BuiltIn("electricity", region, year) for region in _REGIONS for year in _YEARS),
)


def energy_unit(carrier: str) -> str:
    """What the tables give a fuel's heating value in."""
    return "GJ/1e4Nm3" if carrier in _GASES else "GJ/t"


def factor_unit(carrier: str) -> str:
    """What a factor is given in."""
    return {"electricity": "tCO2/MWh", "heat": "tCO2/GJ"}.get(carrier, "tCO2/t")


def of_fuel(carrier: str) -> list[dict[str, Fraction]]:
    """NCV, CC and OF of a fuel in each official table that has it; without OF where that goes by the boiler."""
    found = [tables.fuel(table, _FUELS.get(carrier, carrier)) for table in _FUEL_TABLES]
    return [each for each in found if each]


def factors_of(what: BuiltIn) -> list[Fraction]:
    """The official factors of power, heat or a pure carbonate."""
    if what.carrier == "heat":
        return [_HEAT]
    if what.carrier == "electricity":
        found = [tables.grid(what.region, what.year)]
    else:
        found = [tables.carbonate(table, _CARBONATES.get(what.carrier, "")) for table in _CARBONATE_TABLES]
    return [each["EF"] for each in found if each]
