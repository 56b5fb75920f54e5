"""The library of methods and tables of factors: read once from the files beside it (ISC-2 A.2, CSMT annex A).

Leaves using them to `account`. What the documents list and no text is at hand for is listed as absent, never guessed.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from reference_terminal.accounting.method import Absent, Method, Term, number, read_method
from reference_terminal.accounting.quantity import Quantity
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam

_HERE = files("reference_terminal.accounting")
_ABSENT = "absent.toml"
FUEL_COLUMNS = {"NCV": 0, "CC": 1, "OF": 2}


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """A default factor: value in `unit` (empty: that of the input), and where it comes from."""

    value: Fraction
    unit: str = ""
    source: str = ""


class Constant(msgspec.Struct, frozen=True):
    """A constant of formulas: value as text (44/12), unit, and what it is."""

    value: str
    unit: str
    en: str = ""
    zh: str = ""


class _Constants(msgspec.Struct, frozen=True):
    constants: dict[str, Constant]
    gwp: dict[str, dict[str, str]]


class _FuelTable(msgspec.Struct, frozen=True):
    title: str
    source: str
    fuels: dict[str, str]


class _Fuels(msgspec.Struct, frozen=True):
    gases: tuple[str, ...]
    names: dict[str, str]
    tables: dict[str, _FuelTable]


class _CarbonateTable(msgspec.Struct, frozen=True):
    title: str
    source: str
    carbonates: dict[str, str]


class _Carbonates(msgspec.Struct, frozen=True):
    tables: dict[str, _CarbonateTable]


class _National(msgspec.Struct, frozen=True, rename="kebab"):
    average: str
    without_market_non_fossil: str
    fossil: str
    source: str
    document: str


class _Electricity(msgspec.Struct, frozen=True):
    national: dict[str, _National]
    regions: dict[str, dict[str, str]]
    provinces: dict[str, dict[str, str]]


def _table(name: str, kind: Any) -> Any:
    return msgspec.toml.decode((_HERE / "tables" / name).read_bytes(), type=kind)


class _Key(msgspec.Struct, frozen=True):
    en: str
    zh: str


class _Keys(msgspec.Struct, frozen=True):
    keys: dict[str, _Key]


@cache
def source_keys() -> dict[str, Text]:
    """What the letters mean that stand for the source of a value or formula."""
    found: _Keys = _table("sources.toml", _Keys)
    return {key: Text(each.en, each.zh) for key, each in found.keys.items()}


def keys_in(source: str) -> list[str]:
    """The letters of a source such as `F, T (F1)` or `a title [T]`, in the order of the text."""
    inside = re.findall(r"\[([^\]]*)\]", source)
    words = re.split(r"[,\s\[\]]+", ", ".join(inside) or source)
    return [each for each in dict.fromkeys(words) if each in source_keys()]


@cache
def _constants() -> _Constants:
    return _table("constants.toml", _Constants)


@seam
def constant_as_written(name: str) -> Constant:
    """A constant as its table has it."""
    return _constants().constants[name]


@cache
def constants() -> dict[str, Quantity]:
    """Constants that formulas may name, such as CO2_C, 44/12 tCO2/tC."""
    return {name: Quantity.of(number(found.value), found.unit) for name, found in _constants().constants.items()}


def gwp(of: str, gas: str) -> Fraction | None:
    """Tonnes of CO2 equivalent of a tonne of gas in a set (SAR, AR4, …); None where the set has none."""
    if gas in ("CO2", "CO2e"):
        return Fraction(1)
    found = _constants().gwp.get(of, {}).get(gas)
    return number(found) if found else None


@cache
def methods() -> dict[str, Method]:
    """Every method by id, sorted. Raises MethodError for a file that is none."""
    common: dict[str, Term] = _table("terms.toml", dict[str, Term])
    found = sorted(each.name for each in (_HERE / "methods").iterdir() if each.name.endswith(".toml"))
    return {
        name.removesuffix(".toml"): read_method(
            name.removesuffix(".toml"), (_HERE / "methods" / name).read_bytes(), common, constants()
        )
        for name in found
        if name != _ABSENT
    }


class _AbsentFile(msgspec.Struct, frozen=True):
    absent: tuple[Absent, ...]


@cache
def absent() -> tuple[Absent, ...]:
    """Items of the lists that have no method here, each with the reason."""
    found: _AbsentFile = msgspec.toml.decode((_HERE / "methods" / _ABSENT).read_bytes(), type=_AbsentFile)
    return found.absent


@cache
def _fuels() -> _Fuels:
    return _table("fuels.toml", _Fuels)


def is_gas(fuel: str) -> bool:
    """Whether a fuel is measured in normal volume."""
    return fuel in _fuels().gases


def fuels(table: str) -> tuple[str, ...]:
    """The fuels of a table."""
    found = _fuels().tables.get(table)
    return tuple(found.fuels) if found else ()


def fuel_factor(table: str, fuel: str, name: str) -> Factor | None:
    """NCV, CC or OF of a fuel; None where the table gives none."""
    found = _fuels().tables.get(table)
    text = found.fuels.get(fuel, "").split("/")[FUEL_COLUMNS[name]] if found and fuel in found.fuels else "-"
    if found is None or text == "-":
        return None
    units = {"NCV": "GJ/10^4 Nm3" if is_gas(fuel) else "GJ/t", "CC": "tC/TJ", "OF": "%"}
    return Factor(value=number(text), unit=units[name], source=f"{found.title} [{found.source}]")


def carbonate_factor(table: str, carbonate: str) -> Factor | None:
    """tCO2 of a tonne of pure carbonate."""
    tables: _Carbonates = _table("carbonates.toml", _Carbonates)
    found = tables.tables.get(table)
    if found is None or carbonate not in found.carbonates:
        return None
    source = f"{found.title} [{found.source}]"
    return Factor(value=number(found.carbonates[carbonate]), unit="tCO2/t", source=source)


@cache
def _electricity() -> _Electricity:
    return _table("electricity.toml", _Electricity)


def electricity_factor(place: str, year: int) -> Factor | None:
    """tCO2/MWh of the grid: `place` is empty for the nation, or `fossil`, a region or a province.

    The factor of the accounting year is that of the data two years before; later years take the newest published.
    """
    data = max((each for each in map(int, _electricity().national) if each + 2 <= year), default=0)
    if not data:
        return None
    nation = _electricity().national[str(data)]
    if place in ("", "全国", "fossil"):
        value = nation.fossil if place == "fossil" else nation.average
        return Factor(value=number(value), unit="tCO2/MWh", source=f"{nation.document}, {data} [{nation.source}]")
    found = _electricity().regions[str(data)].get(place) or _electricity().provinces.get(place, {}).get(str(data))
    if found is None:
        return None
    source = "G" if data == 2023 else "F"
    return Factor(value=number(found), unit="tCO2/MWh", source=f"{place}, {data} [{source}]")
