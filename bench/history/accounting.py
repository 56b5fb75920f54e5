"""The emission boundary that a terminal is told: emitter, accounting units, sources, inputs of formulas, figures.

Leaves formulas and factors to the judges' oracle (`conformance.common.carbon`) and the telling to the adapters. The
same structs stand in a scenario and in the first event of a record. Symbols are those of the documents' formulas (FC,
NCV, CC, OF, AD, EF …); a unit carries its substance (`tC/GJ`, `tCO2/MWh`, `1e4Nm3`). Instants are local time +08:00,
numbers decimal text.
"""

from __future__ import annotations

import msgspec

SYSTEMS = ("main", "auxiliary", "ancillary")
"""Production systems that a unit belongs to (ISC-2 7.2.1)."""
TOTALS = ("source", "unit", "category", "scope", "emitter")
"""What a figure is the total of."""
PERIODS = ("minute", "quarter", "hour", "day", "month", "quarter_year", "year")
"""Classes of periods that figures are published for, shortest first."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of the parts of a boundary."""


class Feed(_Part, frozen=True):
    """Where an input of a formula comes from: a point of the terminal, entries by hand, or a constant.

    `point` is a counter (its increment is the activity) or an instant (its value counts as it was read). `entered` is
    the class of the periods (day, month) for which somebody enters it. `value` is a constant, which counts from `since`
    (empty: always) and comes from `origin`. An input of a source with several constants has versions (R-24). `code` is
    how factors that are issued to the terminal call it.
    """

    symbol: str
    unit: str
    point: str = ""
    entered: str = ""
    value: str = ""
    since: str = ""
    origin: str = ""
    code: str = ""


class EmissionSource(_Part, frozen=True):
    """One single source: the accounting unit it stands in, scope (1, 2), category, and how it is reckoned.

    `method` is a document with its edition (`power-ndrc-2013`), `term` one of its formulas, `item` the fuel, carbonate
    or region that defaults are looked up for. Inputs that are not given take the method's default.
    """

    id: str
    unit: str
    scope: int
    category: str
    method: str
    term: str
    item: str = ""
    inputs: tuple[Feed, ...] = ()
    valid_share: str = ""
    """Of what is measured in a stack: the percentage of its minutes from which on an hour counts; empty: all."""
    substitution: str = ""
    """How hours of a stack that do not count are stood in for: `hj75-2017`, `hjt75-2007`; empty: not at all."""
    zero_limit: str = ""
    span_limit: str = ""
    """The drift, in percent of full scale, beyond which a calibration finds a stack's instrument out of control."""

    def feeds(self, symbol: str) -> tuple[Feed, ...]:
        """The feeds of one input, in the order of their instants."""
        return tuple(feed for feed in self.inputs if feed.symbol == symbol)


class AccountingUnit(_Part, frozen=True):
    """An accounting unit: told apart by use or by site (CSMT 9.3), of one production system."""

    id: str
    system: str = "main"
    use: str = ""
    site: str = ""


class ProductFlow(_Part, frozen=True):
    """What an intensity is told per: a counter of electricity, heat or a product.

    `sources` is the boundary of its own footprint (empty: all that the emitter's total holds).
    """

    id: str
    point: str
    unit: str
    sources: tuple[str, ...] = ()


class Figure(_Part, frozen=True):
    """A figure that is delivered to centres: the total of one source, unit, category, scope or the emitter.

    `gas` is CO2, CH4, N2O … or CO2e; it is printed in `unit` (kg, t), half up at `decimals`.
    """

    of: str
    id: str = ""
    gas: str = "CO2e"
    unit: str = "kg"
    decimals: int = 3

    @property
    def name(self) -> str:
        """How records call it: `source/boiler`, `emitter`."""
        return f"{self.of}/{self.id}" if self.id else self.of


class Limit(_Part, frozen=True):
    """A warning limit of one total in periods of a class (ISC-2 7.2.6): the alarm is due above `above`, in `unit`."""

    of: str
    kind: str
    above: str
    id: str = ""
    unit: str = "kg"


class Emitter(_Part, frozen=True):
    """The emitter with everything inside its boundary. The year that a period lies in chooses its grid factor."""

    id: str
    name: str
    sector: str
    units: tuple[AccountingUnit, ...]
    sources: tuple[EmissionSource, ...]
    products: tuple[ProductFlow, ...] = ()
    figures: tuple[Figure, ...] = ()
    limits: tuple[Limit, ...] = ()
    outside: tuple[str, ...] = ()
    """Sources that are told and stand outside the boundary (an operator may move them in)."""

    def source(self, id: str) -> EmissionSource:
        """One source. Raises KeyError."""
        for each in self.sources:
            if each.id == id:
                return each
        raise KeyError(id)


def flaws(emitter: Emitter, points: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with a boundary, one sentence each: a case is wrong when loaded, not as it runs."""
    found: list[str] = []
    units = [unit.id for unit in emitter.units]
    names = [source.id for source in emitter.sources]
    found += [f"unit {unit.id}: system {unit.system!r}" for unit in emitter.units if unit.system not in SYSTEMS]
    found += [f"{name} stands there twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    found += [f"outside: no source {name!r}" for name in emitter.outside if name not in names]
    for source in emitter.sources:
        if source.unit not in units:
            found.append(f"source {source.id}: no unit {source.unit!r}")
        for feed in source.inputs:
            if sum(map(bool, (feed.point, feed.entered, feed.value))) != 1:
                found.append(f"source {source.id}, {feed.symbol}: expected one of point, entered, value")
            if points and feed.point and feed.point not in points:
                found.append(f"source {source.id}, {feed.symbol}: no point {feed.point!r}")
    found += [f"figure of {each.of!r}" for each in emitter.figures if each.of not in TOTALS]
    for each in emitter.limits:
        if each.of not in TOTALS or each.kind not in PERIODS or each.unit not in ("kg", "t"):
            found.append(f"limit of {each.of!r}: class {each.kind!r} in {each.unit!r}")
    return found
