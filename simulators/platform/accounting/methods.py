"""Methods of accounting: which terms a document has, what each takes, and the tonnes of gas that it gives.

GB/T 32150-2015 (general), parts of GB/T 32151-2015 for power, steel, aluminium, glass, cement and chemicals (whose
formulas are those of the NDRC guides of 2013), and the guide for provincial inventories. A result is positive where gas
is given off and negative where it is taken off. Leaves where inputs come from to `lines`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from simulators.platform.accounting import defaults

Inputs = Mapping[str, Fraction]
CARBON = Fraction(44, 12)


@dataclass(frozen=True)
class Term:
    """One term of a method: its inputs with their units (the first is the activity), gas, class and defaults.

    One that stands `apart` is shown beside the total and is no part of it. `energy` is the sign with which the
    activity counts as energy used.
    """

    units: Mapping[str, str]
    tonnes: Callable[[Inputs], Fraction]
    source_class: str = "process"
    gas: str = "CO2"
    apart: bool = False
    energy: int = 0
    given: Mapping[str, str] | None = None

    @property
    def activity(self) -> str:
        """The symbol of its amount."""
        return next(iter(self.units))


def _burnt(x: Inputs) -> Fraction:
    return x["FC"] * x["NCV"] * x["CC"] / 1000 * x["OF"] * CARBON


def _measured_carbon(x: Inputs) -> Fraction:
    return x["FC"] * x["C_AR"] * x["OF"] * CARBON


def _times_factor(x: Inputs) -> Fraction:
    return x["AD"] * x["EF"]


def _less_factor(x: Inputs) -> Fraction:
    return -x["AD"] * x["EF"]


def _carbonate(x: Inputs) -> Fraction:
    return x["AD"] * x["EF"] * x["PUR"]


def _carbon(sign: int) -> Callable[[Inputs], Fraction]:
    return lambda x: sign * x["AD"] * x["CC"] * CARBON


_FUEL = {"FC": "t", "NCV": "GJ/t", "CC": "tC/TJ", "OF": "1"}
_GAS = {"FC": "1e4Nm3", "NCV": "GJ/1e4Nm3", "CC": "tC/TJ", "OF": "1"}
_MASS = {"AD": "t", "EF": "tCO2/t"}
_POWER = {"AD": "MWh", "EF": "tCO2/MWh"}
_HEAT = {"AD": "GJ", "EF": "tCO2/GJ"}


def _by_mass(factor: str = "", sign: int = 1, source_class: str = "process") -> Term:
    reckon = _times_factor if sign > 0 else _less_factor
    return Term(_MASS, reckon, source_class, given={"EF": factor} if factor else None)


_GENERAL: dict[str, Term] = {
    "fuel": Term(_FUEL, _burnt, "fuel", energy=1),
    "gas": Term(_GAS, _burnt, "fuel", energy=1),
    "fuel-carbon": Term({"FC": "t", "C_AR": "tC/t", "OF": "1"}, _measured_carbon, "fuel", energy=1),
    "gas-carbon": Term({"FC": "1e4Nm3", "C_AR": "tC/1e4Nm3", "OF": "1"}, _measured_carbon, "fuel", energy=1),
    "biomass": Term(_FUEL, _burnt, "other", apart=True),
    "electricity-in": Term(_POWER, _times_factor, "electricity", energy=1),
    "electricity-out": Term(_POWER, _less_factor, "electricity", energy=-1),
    "electricity-internal": Term(_POWER, _times_factor, "other", apart=True),
    "green-electricity": Term(_POWER, _times_factor, "other", apart=True, given={"EF": "0"}),
    "heat-in": Term(_HEAT, _times_factor, "heat", energy=1),
    "heat-out": Term(_HEAT, _less_factor, "heat", energy=-1),
}
_PROCESS: dict[str, Term] = {
    "carbonate": Term({"AD": "t", "EF": "tCO2/t", "PUR": "1"}, _carbonate, given={"PUR": "1"}),
    "carbon-in": Term({"AD": "t", "CC": "tC/t"}, _carbon(1)),
    "carbon-out": Term({"AD": "t", "CC": "tC/t"}, _carbon(-1)),
    "recovered": Term(
        {"Q": "1e4Nm3", "PUR": "1", "RHO": "t/1e4Nm3"},
        lambda x: -x["Q"] * x["PUR"] * x["RHO"],
        "stored",
        given={"RHO": "19.7"},
    ),
    "process": _by_mass(),
    "methane": Term({"AD": "t", "EF": "tCH4/t"}, _times_factor, gas="CH4"),
    "nitrous-oxide": Term({"AD": "t", "EF": "tN2O/t"}, _times_factor, gas="N2O"),
}
_DESULPHURISATION = Term(
    {"AD": "t", "I": "1", "EF": "tCO2/t", "TR": "1"},
    lambda x: x["AD"] * x["I"] * x["EF"] * x["TR"],
    given={"I": "0.90", "TR": "1"},
)
_NITRIC = Term(
    {"AD": "t", "EF": "kgN2O/t", "ETA": "1", "MU": "1"},
    lambda x: x["AD"] * x["EF"] / 1000 * (1 - x["ETA"] * x["MU"]),
    gas="N2O",
    given={"ETA": "0", "MU": "0"},
)
_ADIPIC = Term(
    {"AD": "t", "EF": "tN2O/t", "ETA": "1", "MU": "1"},
    lambda x: x["AD"] * x["EF"] * (1 - x["ETA"] * x["MU"]),
    gas="N2O",
    given={"EF": "0.300", "ETA": "0", "MU": "0"},
)
_ANODE = Term(
    {"P": "t", "NC": "tC/t", "S": "1", "A": "1"},
    lambda x: x["P"] * x["NC"] * (1 - x["S"] - x["A"]) * CARBON,
    given={"S": "0.02", "A": "0.004"},
)
_CLINKER = Term(
    {"QC": "t", "QK": "t", "QB": "t", "CAO": "1", "CAO_NC": "1", "MGO": "1", "MGO_NC": "1"},
    lambda x: (
        (x["QC"] + x["QK"] + x["QB"])
        * ((x["CAO"] - x["CAO_NC"]) * Fraction(44, 56) + (x["MGO"] - x["MGO_NC"]) * Fraction(44, 40))
    ),
    given={"QK": "0", "QB": "0"},
)
_STEEL: dict[str, Term] = {
    "limestone": _by_mass("0.440"),
    "dolomite": _by_mass("0.471"),
    "electrode": _by_mass("3.663"),
    "pig-iron": _by_mass("0.172"),
    "dri": _by_mass("0.073"),
    "ferronickel": _by_mass("0.037"),
    "ferromolybdenum": _by_mass("0.018"),
    "stored-pig-iron": _by_mass("0.172", -1, "stored"),
    "stored-steel": _by_mass("", -1, "stored"),
    "stored-methanol": _by_mass("", -1, "stored"),
}
_INVENTORY: dict[str, Term] = {
    "inventory-co2": Term({"AD": "t", "EF": "tCO2/t"}, _times_factor),
    "inventory-methane": Term({"AD": "t", "EF": "tCH4/t"}, _times_factor, gas="CH4"),
    "inventory-nitrous-oxide": Term({"AD": "t", "EF": "tN2O/t"}, _times_factor, gas="N2O"),
    "inventory-sink": Term({"AD": "t", "EF": "tCO2/t"}, _less_factor, "stored"),
}
METHODS: dict[str, dict[str, Term]] = {
    "gbt-32150": {**_GENERAL, **_PROCESS},
    "gbt-32151-1": {**_GENERAL, "desulphurisation": _DESULPHURISATION},
    "gbt-32151-4": {**_GENERAL, "anode": _ANODE, "limestone": _by_mass("0.440")},
    "gbt-32151-5": {**_GENERAL, **_STEEL},
    "gbt-32151-7": {**_GENERAL, "carbonate": _PROCESS["carbonate"]},
    "gbt-32151-8": {**_GENERAL, "clinker": _CLINKER},
    "gbt-32151-10": {**_GENERAL, **_PROCESS, "nitric-acid": _NITRIC, "adipic-acid": _ADIPIC},
    "provincial-inventory": {**_GENERAL, **_INVENTORY},
}
EDITIONS = {
    "gbt-32150": "GB/T 32150-2015",
    "gbt-32151-1": "GB/T 32151.1-2015",
    "gbt-32151-4": "GB/T 32151.4-2015",
    "gbt-32151-5": "GB/T 32151.5-2015",
    "gbt-32151-7": "GB/T 32151.7-2015",
    "gbt-32151-8": "GB/T 32151.8-2015",
    "gbt-32151-10": "GB/T 32151.10-2015",
    "provincial-inventory": "省级温室气体清单编制指南（试行）2011",
}
"""Document and edition that a result names."""


def term(method: str, name: str) -> Term:
    """A term of a method. Raises ValueError, one sentence, for what there is not."""
    if method not in METHODS:
        raise ValueError(f"method {method!r}: expected one of {', '.join(METHODS)} / 未知核算方法")
    if name not in METHODS[method]:
        raise ValueError(f"term {name!r}: {method} has {', '.join(METHODS[method])} / 方法中没有该项")
    return METHODS[method][name]


def built_in(found: Term, carrier: str, region: str, year: int) -> dict[str, Fraction]:
    """Inputs of a term that nobody gave, from the tables."""
    known = {symbol: Fraction(value) for symbol, value in (found.given or {}).items()}
    if found.units.get("NCV"):
        known |= defaults.fuel(carrier)
    if found.source_class == "heat":
        known["EF"] = Fraction(defaults.HEAT)
    if found.source_class == "electricity" and (factor := defaults.grid(region, year)) is not None:
        known["EF"] = factor
    if "PUR" in found.units and carrier in defaults.CARBONATES:
        known["EF"] = Fraction(defaults.CARBONATES[carrier])
    return known
