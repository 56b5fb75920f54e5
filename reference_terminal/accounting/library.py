"""The library of methods and tables of factors: read once from the files beside it (ISC-2 A.2, CSMT annex A).

Leaves using them to `account`. What the documents list and no text is at hand for is listed as absent, never guessed.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import TypeVar

import msgspec

from reference_terminal.accounting.method import Absent, Method, MethodError, Term, number, read_method, toml_of
from reference_terminal.accounting.quantity import Quantity
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.settings.problems import as_text
from reference_terminal.settings.reader import Settings, read

S = TypeVar("S", bound=Settings)
_HERE = files("reference_terminal.accounting")
_ABSENT = "absent.toml"
FUEL_COLUMNS = {"NCV": 0, "CC": 1, "OF": 2}


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """A default factor: value in `unit` (empty: that of the input), and where it comes from."""

    value: Fraction
    unit: str = ""
    source: str = ""


class Constant(Settings, frozen=True, kw_only=True):
    """A constant of formulas: value as text (44/12), unit, and what it is."""

    value: str
    unit: str
    en: str = ""
    zh: str = ""


class _Constants(Settings, frozen=True, kw_only=True):
    constants: dict[str, Constant]
    gwp: dict[str, dict[str, str]]


class _FuelTable(Settings, frozen=True, kw_only=True):
    title: str
    source: str
    fuels: dict[str, str]


class _Fuels(Settings, frozen=True, kw_only=True):
    gases: tuple[str, ...]
    names: dict[str, str]
    tables: dict[str, _FuelTable]


class _CarbonateTable(Settings, frozen=True, kw_only=True):
    title: str
    source: str
    carbonates: dict[str, str]


class _Carbonates(Settings, frozen=True, kw_only=True):
    tables: dict[str, _CarbonateTable]


class _National(Settings, frozen=True, kw_only=True, rename="kebab"):
    average: str
    without_market_non_fossil: str
    fossil: str
    source: str
    document: str


class _Electricity(Settings, frozen=True, kw_only=True):
    national: dict[str, _National]
    regions: dict[str, dict[str, str]]
    provinces: dict[str, dict[str, str]]


def read_table(name: str, kind: type[S]) -> S:
    """A file of the library. Raises MethodError with everything that is wrong with it."""
    found, problems = read(toml_of(name, (_HERE / name).read_bytes()), kind)
    if problems:
        raise MethodError(name, as_text(problems))
    return found


class _Key(Settings, frozen=True, kw_only=True):
    en: str
    zh: str


class _Keys(Settings, frozen=True, kw_only=True):
    keys: dict[str, _Key]


@cache
def source_keys() -> dict[str, Text]:
    """What the letters mean that stand for the source of a value or formula."""
    return {key: Text(each.en, each.zh) for key, each in read_table("tables/sources.toml", _Keys).keys.items()}


def keys_in(source: str) -> list[str]:
    """The letters of a source such as `F, T (F1)` or `a title [T]`, in the order of the text."""
    inside = re.findall(r"\[([^\]]*)\]", source)
    words = re.split(r"[,\s\[\]]+", ", ".join(inside) or source)
    return [each for each in dict.fromkeys(words) if each in source_keys()]


@cache
def _constants() -> _Constants:
    return read_table("tables/constants.toml", _Constants)


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


class _Terms(Settings, frozen=True, kw_only=True):
    terms: dict[str, Term]


@cache
def methods() -> dict[str, Method]:
    """Every method by id, sorted. Raises MethodError for a file that is none."""
    common = read_table("tables/terms.toml", _Terms).terms
    found = sorted(each.name for each in (_HERE / "methods").iterdir() if each.name.endswith(".toml"))
    return {
        name.removesuffix(".toml"): read_method(
            name.removesuffix(".toml"), (_HERE / "methods" / name).read_bytes(), common, constants()
        )
        for name in found
        if name != _ABSENT
    }


class _AbsentFile(Settings, frozen=True, kw_only=True):
    absent: tuple[Absent, ...]


@cache
def absent() -> tuple[Absent, ...]:
    """Items of the lists that have no method here, each with the reason."""
    return read_table(f"methods/{_ABSENT}", _AbsentFile).absent


@cache
def _fuels() -> _Fuels:
    return read_table("tables/fuels.toml", _Fuels)


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


@cache
def _carbonates() -> _Carbonates:
    return read_table("tables/carbonates.toml", _Carbonates)


def carbonate_factor(table: str, carbonate: str) -> Factor | None:
    """tCO2 of a tonne of pure carbonate."""
    found = _carbonates().tables.get(table)
    if found is None or carbonate not in found.carbonates:
        return None
    source = f"{found.title} [{found.source}]"
    return Factor(value=number(found.carbonates[carbonate]), unit="tCO2/t", source=source)


@cache
def _electricity() -> _Electricity:
    return read_table("tables/electricity.toml", _Electricity)


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
