"""Boundaries of the accounting cases: a power unit, a cement line, a steel works, a glass furnace, a park, a building.

Leaves what is asked of them to the cases. Streams and their truth are series of fixtures/plants; factors that no
document confirms are given here with the laboratory as their source.
"""

from __future__ import annotations

import msgspec

from bench.history.accounting import AccountingUnit, EmissionSource, Emitter, Feed, Figure, ProductFlow
from bench.layout.scenario import Configuration, Scenario, Stream
from conformance.common.carbon.reckon import categories

LABORATORY = "laboratory, February 2026"


def read(symbol: str, unit: str, point: str) -> Feed:
    """An input that a point of the terminal gives."""
    return Feed(symbol=symbol, unit=unit, point=point)


def fixed(symbol: str, unit: str, value: str, origin: str = LABORATORY, code: str = "") -> Feed:
    """A constant; `code` is how factors that are issued call it."""
    return Feed(symbol=symbol, unit=unit, value=value, origin=origin, code=code)


def by_hand(symbol: str, unit: str, kind: str = "day") -> Feed:
    """An input that somebody enters for every day, or month."""
    return Feed(symbol=symbol, unit=unit, entered=kind)


def source(
    id: str, unit: str, category: str, method: str, term: str, *inputs: Feed, item: str = "", scope: int = 1
) -> EmissionSource:
    """A single source."""
    return EmissionSource(
        id=id, unit=unit, scope=scope, category=category, method=method, term=term, item=item, inputs=inputs
    )


def electricity(id: str, unit: str, method: str, point: str, item: str = "") -> EmissionSource:
    """Purchased electricity by the factor of the accounting year."""
    return source(id, unit, "electricity", method, "electricity-in", read("AD", "kWh", point), item=item, scope=2)


def heat(id: str, unit: str, method: str, point: str) -> EmissionSource:
    """Purchased heat by the default factor."""
    return source(id, unit, "heat", method, "heat-in", read("AD", "GJ", point), scope=2)


def figures(emitter: Emitter) -> tuple[Figure, ...]:
    """What goes to centres: every source, unit, category and scope, and the emitter."""

    def each(of: str, ids: tuple[str, ...]) -> tuple[Figure, ...]:
        return tuple(Figure(of=of, id=id) for id in dict.fromkeys(ids))

    return (
        *each("source", tuple(source.id for source in emitter.sources)),
        *each("unit", tuple(unit.id for unit in emitter.units)),
        *each("category", categories(emitter)),
        *each("scope", tuple(str(source.scope) for source in emitter.sources)),
        Figure(of="emitter", unit="t", decimals=6),
    )


def with_figures(emitter: Emitter) -> Emitter:
    """The emitter with everything that it is told to deliver."""
    return msgspec.structs.replace(emitter, figures=figures(emitter))


def scenario(plant: str, emitter: Emitter, streams: tuple[tuple[str, str], ...], **changes: object) -> Scenario:
    """A plant behind integrators, and the boundary that the terminal is told."""
    usual = Scenario(
        start="2026-03-02T08:53:00+08:00",
        circuits=0,
        plant=plant,
        behind=tuple(Stream(*each) for each in streams),
        centres=("A",),
        kinds=(),
        minute_interval=1,
        configuration=Configuration(emitter=emitter),
    )
    return usual.but(**changes)


_POWER = "power-ndrc-2013"
POWER_UNIT = Emitter(
    id="power-unit",
    name="示范发电厂",
    sector="power",
    units=(AccountingUnit(id="unit-1", use="发电"), AccountingUnit(id="offices", system="ancillary", use="办公")),
    sources=(
        source(
            *("coal", "unit-1", "fuel", _POWER, "fuel", read("FC", "t", "coal.mass")),
            *(read("NCV", "GJ/t", "coal_ncv.ncv"), fixed("CC", "tC/TJ", "26.18"), fixed("OF", "%", "98")),
            item="烟煤",
        ),
        source("diesel", "unit-1", "fuel", _POWER, "fuel", read("FC", "t", "diesel.mass"), item="柴油"),
        source(
            *("desulphurisation", "unit-1", "carbonate", _POWER, "desulphurisation"),
            *(read("AD", "t", "limestone.mass"),),
            item="CaCO3",
        ),
        electricity("grid", "offices", _POWER, "grid.energy"),
    ),
    products=(
        ProductFlow(id="electricity", point="sent.energy", unit="kWh"),
        ProductFlow(id="heat", point="heat.heat", unit="GJ"),
    ),
)
POWER_STREAMS = (
    ("coal", "mass"), ("coal_ncv", "ncv"), ("diesel", "mass"), ("limestone", "mass"), ("grid", "energy"),
    ("sent", "energy"), ("heat", "heat"),
)  # fmt: skip

_CEMENT = "cement-ndrc-2013"
CEMENT_LINE = Emitter(
    id="cement-line",
    name="示范水泥厂",
    sector="cement",
    units=(AccountingUnit(id="kiln", use="熟料"), AccountingUnit(id="mill", system="auxiliary", use="粉磨")),
    sources=(
        source(
            *("coal", "kiln", "fuel", _CEMENT, "fuel", read("FC", "t", "coal.mass")),
            *(read("NCV", "GJ/t", "coal_ncv.ncv"), fixed("CC", "tC/TJ", "26.1"), fixed("OF", "%", "98")),
            item="烟煤",
        ),
        source(
            *("clinker", "kiln", "carbonate", _CEMENT, "clinker"),
            *(read("QC", "t", "clinker.mass"), read("QK", "t", "kiln_dust.mass"), read("QB", "t", "bypass_dust.mass")),
            *(fixed("CAO", "%", "65.5"), fixed("CAO_NC", "%", "1.0"), fixed("MGO", "%", "1.5")),
            fixed("MGO_NC", "%", "0.2"),
        ),
        source("raw-meal", "kiln", "feedstock", _CEMENT, "raw-meal", read("Q", "t", "raw_meal.mass")),
        electricity("grid", "mill", _CEMENT, "grid.energy", "华东"),
    ),
    products=(ProductFlow(id="clinker", point="clinker.mass", unit="t"),),
)
CEMENT_STREAMS = (
    ("coal", "mass"), ("coal_ncv", "ncv"), ("clinker", "mass"), ("kiln_dust", "mass"), ("bypass_dust", "mass"),
    ("raw_meal", "mass"), ("grid", "energy"),
)  # fmt: skip

_STEEL = "steel-ndrc-2013"
STEEL_WORKS = Emitter(
    id="steel-works",
    name="示范钢铁厂",
    sector="steel",
    units=(AccountingUnit(id="iron", use="炼铁"), AccountingUnit(id="steel", use="炼钢")),
    sources=(
        source("coke", "iron", "fuel", _STEEL, "fuel", read("FC", "t", "coke.mass"), item="焦炭"),
        source("coal", "iron", "fuel", _STEEL, "fuel", read("FC", "t", "coal.mass"), item="无烟煤"),
        source("gas", "steel", "fuel", _STEEL, "gas", read("FC", "Nm3", "gas.volume"), item="天然气"),
        source("limestone", "iron", "carbonate", _STEEL, "limestone", read("AD", "t", "limestone.mass")),
        source("dolomite", "iron", "carbonate", _STEEL, "dolomite", read("AD", "t", "dolomite.mass")),
        source("electrode", "steel", "feedstock", _STEEL, "electrode", read("AD", "t", "electrode.mass")),
        source("pig-iron", "steel", "feedstock", _STEEL, "pig-iron", read("AD", "t", "pig_iron.mass")),
        source(
            *("stored", "steel", "stored", _STEEL, "stored-steel", read("AD", "t", "crude_steel.mass")),
            fixed("EF", "tCO2/t", "0.0154"),
        ),
        electricity("grid", "steel", _STEEL, "grid.energy"),
        heat("steam", "iron", _STEEL, "heat.heat"),
    ),
    products=(ProductFlow(id="steel", point="crude_steel.mass", unit="t"),),
)
STEEL_STREAMS = (
    ("coke", "mass"), ("coal", "mass"), ("gas", "volume"), ("limestone", "mass"), ("dolomite", "mass"),
    ("electrode", "mass"), ("pig_iron", "mass"), ("crude_steel", "mass"), ("grid", "energy"), ("heat", "heat"),
    ("water", "water"),
)  # fmt: skip

_GLASS = "glass-ndrc-2013"
GLASS_FURNACE = Emitter(
    id="glass-furnace",
    name="示范玻璃厂",
    sector="flat-glass",
    units=(AccountingUnit(id="works"),),
    sources=(
        source("gas", "works", "fuel", _GLASS, "gas", read("FC", "Nm3", "gas.volume"), item="天然气"),
        source("carbon", "works", "feedstock", _GLASS, "carbon-powder", read("Q", "t", "carbon.mass")),
        *(
            source(name, "works", "carbonate", _GLASS, "raw-material", read("M", "t", f"{name}.mass"), item=item)
            for name, item in (("limestone", "CaCO3"), ("dolomite", "CaMg(CO3)2"), ("soda", "Na2CO3"))
        ),
        electricity("grid", "works", _GLASS, "grid.energy", "浙江"),
        heat("steam", "works", _GLASS, "heat.heat"),
    ),
    products=(ProductFlow(id="glass", point="glass.mass", unit="t"),),
)
GLASS_STREAMS = (
    ("gas", "volume"), ("carbon", "mass"), ("limestone", "mass"), ("dolomite", "mass"), ("soda", "mass"),
    ("glass", "mass"), ("grid", "energy"), ("heat", "heat"),
)  # fmt: skip

_OTHER = "other-industry-ndrc-2015"
PARK = Emitter(
    id="park",
    name="示范园区",
    sector="other-industry",
    units=(
        AccountingUnit(id="site-a", site="A 厂区"),
        AccountingUnit(id="site-b", site="B 厂区"),
        AccountingUnit(id="boilers", system="auxiliary", use="锅炉房"),
    ),
    sources=(
        source("gas", "boilers", "fuel", _OTHER, "gas", read("FC", "Nm3", "gas.volume"), item="天然气"),
        electricity("grid-a", "site-a", _OTHER, "site_a.energy", "江苏"),
        electricity("grid-b", "site-b", _OTHER, "site_b.energy", "江苏"),
        source(
            *("exported", "site-b", "electricity", _OTHER, "electricity-out", read("AD", "kWh", "solar.energy")),
            item="江苏",
            scope=2,
        ),
        source(
            *("green", "site-a", "green-electricity", _OTHER, "green-electricity", read("AD", "kWh", "green.energy")),
            scope=2,
        ),
        heat("steam", "site-a", _OTHER, "heat.heat"),
        source(
            *("captured", "boilers", "recovered", _OTHER, "recovered", read("Q", "Nm3", "captured.volume")),
            fixed("PUR", "%", "97"),
        ),
        source(
            *("wood", "boilers", "biomass", _OTHER, "biomass", read("FC", "t", "wood.mass")),
            *(fixed("NCV", "GJ/t", "15.6"), fixed("CC", "tC/TJ", "30.5"), fixed("OF", "%", "97")),
        ),
    ),
    outside=("grid-b",),
)
PARK_STREAMS = (
    ("gas", "volume"), ("site_a", "energy"), ("site_b", "energy"), ("solar", "energy"), ("green", "energy"),
    ("heat", "heat"), ("captured", "volume"), ("wood", "mass"),
)  # fmt: skip

_PUBLIC = "buildings-ndrc-2015"
BUILDING = Emitter(
    id="building",
    name="示范公共建筑",
    sector="public-buildings",
    units=(AccountingUnit(id="building"),),
    sources=(
        source("gas", "building", "fuel", _PUBLIC, "gas", read("FC", "Nm3", "gas.volume"), item="天然气"),
        source("diesel", "building", "fuel", _PUBLIC, "fuel", read("FC", "t", "diesel.mass"), item="柴油"),
        electricity("grid", "building", _PUBLIC, "grid.energy", "北京"),
        heat("district-heat", "building", _PUBLIC, "heat.heat"),
    ),
)
BUILDING_STREAMS = (("gas", "volume"), ("diesel", "mass"), ("grid", "energy"), ("heat", "heat"))
