"""Which document has which formulas, with which tables, potentials and default factors (facts 3 to 5).

Leaves formulas to `formulas`. A factor that no document confirms (grade M) is not a default here: what it gives is left
to the document's own text, and a case gives it itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

from conformance.common.carbon import tables
from conformance.common.carbon.formulas import FORMULAS, Formula

_COMMON = ("fuel", "gas", "biomass", "electricity-in", "electricity-out", "heat-in", "heat-out", "steam-in",
           "steam-gauge-in", "water-in", "green-electricity")  # fmt: skip
_CETS = ("fuel", "gas", "electricity-in", "heat-in")
_DEFAULTS: dict[str, dict[str, str]] = {
    "heat-in": {"EF": "0.11"},
    "heat-out": {"EF": "0.11"},
    "steam-in": {"EN0": "83.74", "EF": "0.11"},
    "steam-gauge-in": {"PA": "0.101325", "EN0": "83.74", "EF": "0.11"},
    "water-in": {"T0": "20", "CP": "4.1868", "EF": "0.11"},
    "green-electricity": {"EF": "0"},
    "carbonate": {"PUR": "1"},
    "desulphurisation": {"I": "0.90", "TR": "1"},
    "raw-material": {"F": "1"},
    "carbon-powder": {"C": "1"},
    "recovered": {"RHO": "19.7"},
    "raw-meal": {"FR": "0.001"},
    "burn-off": {"CF": "1", "OF": "0.98"},
    "flare": {"OF": "0.98", "RHO": "19.7"},
    "flare-accident": {"OF": "0.98"},
    "wastewater": {"BO": "0.25", "S": "0", "R": "0"},
    "calcination": {"K1": "0.35"},
    "baking": {"K2": "0.35"},
    "graphitisation": {"K3": "0.35"},
    "methane-mine": {"RHO": "7.17"},
    "jet-a1": {"BF": "0"},
    "clinker-portland": {"EF": "0.535"},
    "clinker-white": {"EF": "0.550"},
    "clinker-sulphoaluminate": {"EF": "0.413"},
    "clinker-aluminate": {"EF": "0.292"},
    "substitute-lime": {"DF": "0.600"},
    "substitute-carbide-slag": {"DF": "0.480"},
    "substitute-white-mud": {"DF": "0.375"},
    "substitute-fly-ash-vanadium": {"DF": "0.305"},
    "substitute-gypsum": {"DF": "0.245"},
    "substitute-steel-slag": {"DF": "0.215"},
    "substitute-manganese-slag": {"DF": "0.135"},
    "substitute-copper-slag": {"DF": "0.055"},
    "nitric-acid-high-pressure": {"EF": "13.9", "ETA": "0", "MU": "0"},
    "nitric-acid-medium-pressure": {"EF": "11.8", "ETA": "0", "MU": "0"},
    "nitric-acid-atmospheric": {"EF": "9.7", "ETA": "0", "MU": "0"},
    "nitric-acid-double-pressure": {"EF": "8.0", "ETA": "0", "MU": "0"},
    "nitric-acid-combined": {"EF": "7.5", "ETA": "0", "MU": "0"},
    "nitric-acid-low-pressure": {"EF": "5.0", "ETA": "0", "MU": "0"},
    "adipic-acid": {"EF": "0.300", "ETA": "0", "MU": "0"},
    "limestone": {"EF": "0.440"},
    "dolomite": {"EF": "0.471"},
    "electrode": {"EF": "3.663"},
    "pig-iron": {"EF": "0.172"},
    "dri": {"EF": "0.073"},
    "ferronickel": {"EF": "0.037"},
    "high-carbon-ferrochrome": {"EF": "0.348"},
    "ferromolybdenum": {"EF": "0.018"},
    "stored-pig-iron": {"EF": "0.172"},
    "reductant-semi-coke": {"EF": "2.853"},
    "reductant-coke": {"EF": "2.862"},
    "reductant-anthracite": {"EF": "1.924"},
    "reductant-natural-gas": {"EF": "21.622"},
    "oxalic-acid": {"EF": "0.349", "PUR": "0.996"},
    "ferrosilicon": {"EF": "2.79"},
    "asphalt": {"EF": "0.05"},
}
"""Defaults of formulas, wherever a method has none of its own; shares as shares of 1."""
APART = ("biomass", "green-electricity", "stack-wet", "stack-state")
"""Terms that are shown beside a total and are no part of it (facts 1.2)."""


@dataclass(frozen=True)
class Method:
    """A document in one edition: its terms, tables of fuels and carbonates, set of GWP and defaults of its own."""

    id: str
    terms: tuple[str, ...]
    fuels: str = ""
    carbonates: str = "ndrc"
    gwp: str = "SAR"
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    gwp_own: Mapping[str, int] = field(default_factory=dict[str, int])
    named: Mapping[str, str] = field(default_factory=dict[str, str])
    """Formulas of a term, where another document calls another formula alike."""

    def formula(self, term: str) -> Formula:
        """Raises KeyError for a term that the document has not."""
        if term not in self.terms:
            raise KeyError(f"{self.id} has no {term}")
        return FORMULAS[self.named.get(term, term)]

    def defaults(self, term: str, item: str, year: int) -> dict[str, Fraction]:
        """What the document gives for inputs that nobody gives, in the units of the formula."""
        found = {name: Fraction(text) for name, text in _DEFAULTS.get(self.named.get(term, term), {}).items()}
        if term in ("fuel", "gas"):
            found |= tables.fuel(self.fuels, item)
        if term in ("carbonate", "desulphurisation", "raw-material"):
            found |= tables.carbonate(self.carbonates, item)
        if term in ("electricity-in", "electricity-out", "loss"):
            found |= tables.grid(item or "全国", year)
        return found | {name: Fraction(text) for name, text in self.own.get(term, {}).items()}

    def origin(self, term: str, symbol: str, item: str) -> str:
        """Where a default comes from: our table of the facts, or the facts' sheet of the method."""
        if term in ("fuel", "gas") and symbol in ("NCV", "CC", "OF") and symbol not in self.own.get(term, {}):
            return f"tables/fuels.csv {self.fuels}, {item} (facts 3.1)"
        if term in ("carbonate", "desulphurisation", "raw-material") and symbol == "EF":
            return f"tables/carbonates.csv {self.carbonates}, {item} (facts 3.2)"
        if term in ("electricity-in", "electricity-out", "loss") and symbol == "EF":
            return f"tables/grid.csv, {item or '全国'} (facts 3.3)"
        return f"facts {self.formula(term).place}"

    def potential(self, gas: str) -> Fraction:
        """Tonnes of CO2 that a tonne of a gas counts as."""
        return Fraction(self.gwp_own[gas]) if gas in self.gwp_own else tables.gwp(self.gwp, gas)


def _ndrc(id: str, *terms: str, fuels: str = "", **more: object) -> Method:
    return Method(id, (*_COMMON, *terms), fuels, **more)  # type: ignore[arg-type]


_CLINKERS = tuple(f"clinker-{kind}" for kind in ("portland", "white", "sulphoaluminate", "aluminate"))
_SUBSTITUTES = tuple(name for name in _DEFAULTS if name.startswith("substitute-"))
_NITRIC = tuple(name for name in _DEFAULTS if name.startswith("nitric-acid-"))
_A, _B = "ndrc-2013", "ndrc-2015"
METHODS: dict[str, Method] = {
    each.id: each
    for each in (
        Method("power-ets-2022", ("fuel", "gas", "fuel-carbon", "gas-carbon", "electricity-in"), "ets"),
        _ndrc(
            "power-ndrc-2013", "fuel-carbon", "gas-carbon", "desulphurisation", fuels=_A,
        ),
        _ndrc("grid-ndrc-2013", "sf6", "loss"),
        _ndrc(
            "steel-ndrc-2013",
            *("limestone", "dolomite", "electrode", "pig-iron", "dri", "ferronickel", "high-carbon-ferrochrome"),
            *("ferromolybdenum", "stored-pig-iron", "stored-steel", "stored-methanol"),
            fuels=_A,
        ),
        _ndrc("chemicals-ndrc-2013", "carbon-in", "carbon-out", "carbonate", "recovered", *_NITRIC, "adipic-acid",
              fuels=_A),
        _ndrc("aluminium-ndrc-2013", "anode", "cf4", "c2f6", "limestone", fuels=_A,
              own={"anode": {"S": "0.02", "A": "0.004"}, "limestone": {}}),
        Method("aluminium-cets-2024", (*_CETS, "carbonate", "anode", "cf4", "c2f6"), "ets", gwp="AR5",
               own={"anode": {"NC": "0.411", "S": "0.02", "A": "0.004"}, "cf4": {"EF": "0.02"},
                    "c2f6": {"EF": "0.0011"}}),
        _ndrc("magnesium-ndrc-2013", "ferrosilicon", "dolomite", fuels=_A, named={"dolomite": "dolomite-magnesium"},
              own={"dolomite": {"EF": "0.478", "PUR": "0.98"}}),
        _ndrc("glass-ndrc-2013", "carbon-powder", "raw-material", fuels=_A),
        _ndrc("cement-ndrc-2013", "clinker", "raw-meal", fuels=_A),
        Method("cement-cets-2024", (*_CETS, *_CLINKERS, *_SUBSTITUTES), "ets"),
        _ndrc("ceramics-ndrc-2013", "clay", fuels="ceramics-2013"),
        _ndrc("aviation-ndrc-2013", "jet-a1", fuels=_A),
        _ndrc("oil-gas-ndrc-2014", "recovered", "acid-gas", "devices"),
        _ndrc("petrochemicals-ndrc-2014", "carbon-in", "carbon-out", "recovered", "flare", "flare-accident",
              "burn-off", "regeneration", "asphalt"),
        _ndrc("coking-ndrc-2014", "carbon-in", "carbon-out"),
        _ndrc("coal-ndrc-2014", "methane", named={"methane": "methane-mine"}),
        _ndrc("paper-ndrc-2015", "wastewater", "limestone", fuels=_B, own={"wastewater": {"MCF": "0.5"}},
              named={"limestone": "carbonate"}),
        _ndrc("nonferrous-ndrc-2015", "carbonate", "reductant-semi-coke", "reductant-coke", "reductant-anthracite",
              "reductant-natural-gas", "oxalic-acid", fuels=_B),
        _ndrc("machinery-ndrc-2015", "welding", fuels=_B),
        _ndrc("mining-ndrc-2015", "carbonate", "calcination", "uptake", fuels=_B,
              named={"calcination": "calcination-ore"}),
        _ndrc("food-ndrc-2015", "wastewater", "co2-lost", fuels=_B, own={"wastewater": {"MCF": "0.7"}}),
        _ndrc("buildings-ndrc-2015", fuels=_B),
        _ndrc("transport-ndrc-2015", "methane", "nitrous-oxide", "urea", fuels=_B, named={"methane": "methane-road"}),
        _ndrc("fluorochemicals-ndrc-2015", "hfc23", "hfc23-destroyed", fuels=_B),
        _ndrc("other-industry-ndrc-2015", "carbonate", "wastewater", "recovered", fuels=_B,
              own={"recovered": {"RHO": "19.77"}}),
        Method("flue-gas-hj75-2017", ("stack-wet", "stack-state"), gwp="AR5"),
        Method("carbon-materials-2024",
               ("fuel", "gas", "gas-carbon", "desulphurisation", "electricity-in", "green-electricity", "heat-in",
                "calcination", "baking", "graphitisation"), "carbon-2024", "carbon-2024"),
    )
}  # fmt: skip
"""Every method of the lists whose formula the facts know, by document and edition."""


def reckon(
    method: str, term: str, item: str, year: int, given: Mapping[str, Fraction]
) -> tuple[str, Fraction, dict[str, Fraction]]:
    """The gas, its tonnes, and every input that was used. Raises KeyError naming what is missing or unknown."""
    document = METHODS[method]
    formula = document.formula(term)
    used = {**_defaults(method, term, item, year), **given}
    inputs = {symbol: used[symbol] for symbol in formula.units}
    return formula.gas, formula(inputs), inputs


@cache
def _defaults(method: str, term: str, item: str, year: int) -> Mapping[str, Fraction]:
    return METHODS[method].defaults(term, item, year)


def product(text: str, inputs: Mapping[str, Fraction]) -> Fraction:
    """Tonnes by a formula that is a product of symbols and decimal numbers (`AD * EF * 1.05`)."""
    tonnes = Fraction(1)
    for part in text.split("*"):
        tonnes *= inputs[part.strip()] if part.strip() in inputs else Fraction(part)
    return tonnes
