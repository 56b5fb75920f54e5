"""Default factors of the documents as data: fuels, carbonates, grid, global warming potentials (facts 3).

Leaves which document uses which table to `methods`. Numbers stay the decimal text that they are printed as.
"""

from __future__ import annotations

import csv
from fractions import Fraction
from functools import cache
from pathlib import Path

_TABLES = Path(__file__).parent / "tables"
_REPORTS = {2021: "0.5810", 2022: "0.5703"}
"""Factors of single accounting years that were published apart from the catalogue (facts 3.3)."""
_BASELINE = "0.6101"


def rows_of(path: Path) -> tuple[dict[str, str], ...]:
    """The rows of a table of ours (CSV with a row of heads; lines that begin with # are remarks)."""
    return tuple(csv.DictReader(line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")))


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    return rows_of(_TABLES / f"{name}.csv")


def fuel(table: str, item: str) -> dict[str, Fraction]:
    """NCV (GJ/t or GJ/1e4Nm3), CC (tC/TJ) and OF (share) of a fuel; OF is absent where it goes by the boiler."""
    for row in _rows("fuels"):
        if row["table"] == table and row["item"] == item:
            found = {name: Fraction(row[name]) for name in ("NCV", "CC", "OF") if row[name]}
            return {**found, "OF": found["OF"] / 100} if "OF" in found else found
    return {}


def carbonate(table: str, item: str) -> dict[str, Fraction]:
    """EF (tCO2/t) of a pure carbonate."""
    for row in _rows("carbonates"):
        if row["table"] == table and row["item"] == item:
            return {"EF": Fraction(row["EF"])}
    return {}


def grid(item: str, year: int) -> dict[str, Fraction]:
    """EF (tCO2/MWh) for an accounting year: data of two years before, or the latest that there are (facts 3.3)."""
    if item == "全国" and year <= 2022:
        return {"EF": Fraction(_REPORTS.get(year, _BASELINE))}
    years = {int(row["data_year"]): row["EF"] for row in _rows("grid") if row["item"] == item}
    known = [data for data in years if data <= year - 2]
    return {"EF": Fraction(years[max(known)])} if known else {}


@cache
def gwp(issue: str, gas: str) -> Fraction:
    """GWP-100 of a gas in a set (SAR, AR4, AR5, AR6). Raises KeyError for a gas that the set has not."""
    if gas == "CO2":
        return Fraction(1)
    for row in _rows("gwp"):
        if row["set"] == issue and row["gas"] == gas:
            return Fraction(row["GWP"])
    raise KeyError(f"{issue} has no GWP of {gas}")
