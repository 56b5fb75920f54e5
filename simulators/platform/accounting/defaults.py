"""Default values that are built in: fuels, carbonates, electricity of grids and regions, heat, potentials of gases.

From the published tables of the NDRC guides of 2013 to 2015, the announcements of grid factors for data of 2021 to 2023
(used for the accounting years 2023 to 2025), GB/T 32150 for heat, and IPCC's second report for the potentials.
Leaves which value counts to `lines`: one that somebody entered goes before a default.
"""

from __future__ import annotations

from fractions import Fraction

FUELS: dict[str, tuple[str, str, str, str]] = {
    "anthracite": ("t", "20.304", "27.49", "94"),
    "bituminous-coal": ("t", "19.570", "26.18", "93"),
    "lignite": ("t", "14.080", "28.0", "96"),
    "washed-coal": ("t", "26.344", "25.4", "90"),
    "coke": ("t", "28.447", "29.5", "93"),
    "crude-oil": ("t", "41.816", "20.1", "98"),
    "fuel-oil": ("t", "41.816", "21.1", "98"),
    "gasoline": ("t", "43.070", "18.9", "98"),
    "diesel": ("t", "42.652", "20.2", "98"),
    "kerosene": ("t", "44.750", "19.6", "98"),
    "lng": ("t", "41.868", "17.2", "98"),
    "lpg": ("t", "50.179", "17.2", "98"),
    "refinery-gas": ("t", "45.998", "18.2", "99"),
    "natural-gas": ("1e4Nm3", "389.31", "15.3", "99"),
    "coke-oven-gas": ("1e4Nm3", "173.54", "12.1", "99"),
    "blast-furnace-gas": ("1e4Nm3", "33.00", "70.8", "99"),
    "converter-gas": ("1e4Nm3", "84.00", "49.6", "99"),
}
"""Unit, heating value (GJ per unit), carbon (tC/TJ), share that is oxidised (%)."""
CARBONATES = {
    "calcium-carbonate": "0.4397",
    "magnesium-carbonate": "0.5220",
    "sodium-carbonate": "0.4149",
    "sodium-bicarbonate": "0.5237",
    "dolomite": "0.4773",
}
"""tCO2 per t of the pure carbonate."""
GRID: dict[str, dict[int, str]] = {
    "全国": {2023: "0.5568", 2024: "0.5366", 2025: "0.5306"},
    "华北": {2023: "0.7120", 2024: "0.6776", 2025: "0.6361"},
    "东北": {2023: "0.6012", 2024: "0.5564", 2025: "0.5122"},
    "华东": {2023: "0.5992", 2024: "0.5617", 2025: "0.5500"},
    "华中": {2023: "0.5354", 2024: "0.5395", 2025: "0.5271"},
    "西北": {2023: "0.5951", 2024: "0.5857", 2025: "0.5543"},
    "南方": {2023: "0.4326", 2024: "0.3869", 2025: "0.4042"},
    "西南": {2023: "0.2113", 2024: "0.2268", 2025: "0.2472"},
}
"""tCO2/MWh by region and accounting year."""
HEAT = "0.11"
"""tCO2/GJ."""
POTENTIALS = {"CO2": 1, "CH4": 21, "N2O": 310, "SF6": 23900, "CF4": 6500, "C2F6": 9200}


def grid(region: str, year: int) -> Fraction | None:
    """The factor of a region for an accounting year: its own, else the latest before it; None where there is none."""
    years = GRID.get(region, {})
    known = [each for each in years if each <= year]
    return Fraction(years[max(known)]) if known else None


def fuel(carrier: str) -> dict[str, Fraction]:
    """NCV, CC and OF (a share of 1) of a fuel; nothing for an unknown one."""
    if carrier not in FUELS:
        return {}
    _, heating, carbon, oxidised = FUELS[carrier]
    return {"NCV": Fraction(heating), "CC": Fraction(carbon), "OF": Fraction(oxidised) / 100}


def factor(carrier: str, region: str, year: int) -> tuple[Fraction, str] | None:
    """The emission factor of a carrier that nobody entered one for, with its unit."""
    if carrier == "electricity":
        found = grid(region, year)
        return (found, "tCO2/MWh") if found is not None else None
    if carrier == "heat":
        return Fraction(HEAT), "tCO2/GJ"
    if carrier in FUELS:
        given = fuel(carrier)
        return given["NCV"] * given["CC"] / 1000 * given["OF"] * Fraction(44, 12), f"tCO2/{FUELS[carrier][0]}"
    if carrier in CARBONATES:
        return Fraction(CARBONATES[carrier]), "tCO2/t"
    return None


def heating_value(carrier: str) -> tuple[Fraction, str] | None:
    """The energy that a carrier holds, with its unit."""
    if carrier == "electricity":
        return Fraction("3.6"), "GJ/MWh"
    if carrier == "heat":
        return Fraction(1), "GJ/GJ"
    if carrier in FUELS:
        return Fraction(FUELS[carrier][1]), f"GJ/{FUELS[carrier][0]}"
    return None
