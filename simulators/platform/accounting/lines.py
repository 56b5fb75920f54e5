"""The account: every stretch of every point and source as a line, and the totals of lines (R-21, R-23, R-24).

A line is one entry by hand, or one record where no entry covers it. Nothing is rounded. Leaves which factor counts to
`factors`, formulas to `methods`, and what is made of totals to the areas of statistics, benchmarks, energy and reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, get_args

from simulators.platform.accounting import defaults, factors, methods
from simulators.platform.accounting.calendar import year_of
from simulators.platform.accounting.quantities import UnlikeUnits, number, scale, to
from simulators.platform.accounting.versions import Versions, versions_of
from simulators.platform.core import Desk, seam
from simulators.platform.core.sentences import wrong
from simulators.platform.core.times import end_of, start_of

ENERGY_CLASSES = ("fuel", "electricity", "heat")
_BY_CARRIER = {"electricity": "electricity", "heat": "heat"}
EVIDENCE = ("meter", "settlement", "invoice", "test")


@dataclass(frozen=True)
class Line:
    """One stretch: whose, from what, how much of it, and what it gave off. `tonnes` is None where a factor lacks."""

    key: str
    enterprise: str
    sector: str
    region: str
    park: str
    process: str
    facility: str
    product: str
    source: str
    source_class: str
    carrier: str
    start: int
    end: int
    amount: Fraction
    unit: str
    tonnes: Fraction | None
    energy: Fraction | None
    method: str
    gas: str = "CO2"
    mass: Fraction | None = None
    """Tonnes of the gas itself."""
    apart: bool = False
    """Shown beside the totals and no part of them."""
    state: str = "complete"
    why: str = ""


@dataclass
class Total:
    """The sum of lines: tCO2e, GJ, and how far it is known (complete, partial, missing)."""

    tonnes: Fraction = Fraction(0)
    energy: Fraction = Fraction(0)
    state: str = "missing"
    methods: dict[str, None] = field(default_factory=dict[str, None])

    def add(self, line: Line) -> None:
        """One more line of the total."""
        if line.apart:
            return
        known = line.tonnes is not None and line.state == "complete"
        self.tonnes += line.tonnes or 0
        self.energy += line.energy or 0
        self.state = "partial" if not known or self.state == "partial" else "complete"
        if line.method:
            self.methods[line.method] = None


Of = Literal[
    "point", "enterprise", "sector", "region", "park", "process", "facility", "product", "source", "source_class"
]
"""What a figure may be of."""


def belongs(line: Line, of: str, id: str) -> bool:
    """Whether a line is one of a thing. Raises Refused for an unknown kind of thing."""
    if of == "point":
        return line.key == id
    if of not in get_args(Of):
        known = ", ".join(get_args(Of))
        raise wrong("of", f"expected one of {known}", f"应为 {known} 之一")
    return not id or getattr(line, of) == id


@dataclass(frozen=True)
class _Stretch:
    start: int
    end: int
    amount: Fraction
    unit: str
    state: str = "complete"


class Book:
    """The account of what a desk can see. Made for one question; keeps what it has read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._read: dict[str, list[Any]] = {}
        self._measured: dict[tuple[str, int, int, str], dict[str, list[Any]]] = {}

    def _all(self, kind: str) -> list[Any]:
        if kind not in self._read:
            self._read[kind] = list(self._desk.objects(kind))
        return self._read[kind]

    @cached_property
    def enterprises(self) -> Mapping[str, Any]:
        """Enterprises by id."""
        return {each.id: each for each in self._all("enterprise")}

    @cached_property
    def _points(self) -> Mapping[str, Any]:
        return {each.id: each for each in self._all("point")}

    @cached_property
    def _entries(self) -> Mapping[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for each in self._all("entry"):
            if each.state == "withdrawn":
                continue
            found.setdefault(each.point or "", []).append(each)
        return found

    @cached_property
    def _rules(self) -> list[RuleOf]:
        return [each(self._desk) for each in RULES]

    @cached_property
    def _factors(self) -> Versions:
        return versions_of(self._desk, "factor")

    @cached_property
    def _inputs(self) -> Versions:
        return versions_of(self._desk, "emission_input")

    @cached_property
    def _fed(self) -> frozenset[str]:
        """Points that feed a source: they count through it."""
        return frozenset(
            each.point for each in (*self._all("emission_source"), *self._all("emission_input")) if each.point
        )

    # Stretches.

    def _versions(self) -> set[int]:
        """Instants at which a factor or input begins to count, or a source comes inside or leaves."""
        return {
            *self._factors.since,
            *self._inputs.since,
            *(each.since or 0 for each in self._all("emission_source")),
            *(each.until or 0 for each in self._all("emission_source")),
        }

    def _grain(self, period: str, entries: list[Any], low: int, high: int) -> tuple[str, ...]:
        """The classes of records to sum for a period: the coarsest at whose edges every version and entry begins."""
        if period == "hour":
            return ("hour",)
        edges = [each for each in self._versions() if low < each < high]
        edges += [each.start for each in entries if low <= each.start < high]
        edges += [low, high]
        return ("day", "hour") if all(start_of("day", each) == each for each in edges) else ("hour",)

    def _stretches(self, point: Any, period: str, low: int, high: int) -> Iterator[_Stretch]:
        entries = self._entries.get(point.id, [])
        covered: list[tuple[int, int]] = []
        for each in entries:
            end = end_of(each.period, each.start)
            if point.terminal and not self._stands(point, each, end):
                continue
            covered.append((each.start, end))
            if low <= each.start and end <= high:
                amount = number(each.value)
                if amount is not None:
                    yield _Stretch(each.start, end, amount, each.unit or point.unit)
        if not point.terminal:
            return
        coarser = ""
        for grain in self._grain(period, entries, low, high):
            records = self._records(grain, low, high, coarser).get(point.id, [])
            coarser = grain
            for each in records:
                if each.end > high or any(start < each.end and each.start < stop for start, stop in covered):
                    continue
                amount = number(each.value)
                if amount is not None and each.state != "invalid":
                    state = "partial" if each.state == "incomplete" else "complete"
                    yield _Stretch(each.start, each.end, amount, each.unit or point.unit, state)
            if records:
                return

    def _stands(self, point: Any, entry: Any, end: int) -> bool:
        """Whether an entry counts at a point that is measured: only where what was measured is not whole."""
        for each in self._desk.records(point.id, entry.period, entry.start, end):
            return each.source in EVIDENCE
        return True

    def _records(self, grain: str, low: int, high: int, coarser: str = "") -> Mapping[str, list[Any]]:
        """The records of every point that is measured and has none of the coarser class, read once."""
        asked = (grain, low, high, coarser)
        if asked not in self._measured:
            found = self._measured[asked] = {}
            known = self._records(coarser, low, high) if coarser else {}
            points = [each.id for each in self._points.values() if each.terminal and each.id not in known]
            for each in self._desk.records(points, grain, low, high):
                found.setdefault(each.point, []).append(each)
        return self._measured[asked]

    # Lines.

    def lines(self, low: int, high: int, period: str = "year") -> Iterator[Line]:
        """Every stretch that lies in [low, high), as a line."""
        for point in self._points.values():
            if point.id in self._fed or (point.kind == "instant" and not self._entries.get(point.id)):
                continue
            for stretch in self._stretches(point, period, low, high):
                yield self._by_factor(point, stretch)
        for each in self._entries.get("", []):
            end = end_of(each.period, each.start)
            amount = number(each.value)
            if low <= each.start and end <= high and amount is not None and each.carrier:
                yield self._by_factor(each, _Stretch(each.start, end, amount, each.unit))
        for source in self._all("emission_source"):
            yield from self._of_source(source, period, low, high)

    def _place(self, thing: Any) -> dict[str, str]:
        of = self.enterprises.get(thing.enterprise)
        return {
            "enterprise": thing.enterprise or "",
            "sector": (of.sector or "") if of else "",
            "region": (getattr(thing, "region", "") or (of.region if of else "")) or "",
            "park": (of.park or "") if of else "",
            **{name: getattr(thing, name, "") or "" for name in ("process", "facility", "product")},
        }

    def _by_factor(self, thing: Any, stretch: _Stretch) -> Line:
        """A point (or an entry without one) by its carrier's factor."""
        place = self._place(thing)
        carrier = thing.carrier or ""
        given_class = getattr(thing, "source_class", "") or _BY_CARRIER.get(carrier, "fuel")
        sign = -1 if given_class == "stored" else 1
        chosen = (carrier, place["enterprise"], place["region"], stretch.start)
        factor = factors.choose(self._factors, *chosen)
        method = f"factor: {factor.origin}" if factor else ""
        rule = self._rule(thing, stretch)
        if rule is None:
            tonnes, why = _times(stretch, factor)
            tonnes = None if tonnes is None else sign * tonnes
        else:
            tonnes, why = self._ruled(rule, thing, stretch, factor), ""
            method = f"formula: {thing.id}"
        energy = Fraction(0)
        if given_class in ENERGY_CLASSES:
            energy, _ = _times(stretch, factors.choose(self._factors, *chosen, factors.ENERGY))
        return Line(
            **{**place, "key": thing.id, "source": "", "source_class": given_class, "carrier": carrier},
            start=stretch.start,
            end=stretch.end,
            amount=stretch.amount,
            unit=stretch.unit,
            tonnes=tonnes,
            mass=tonnes,
            energy=energy,
            method=method,
            apart=given_class == "other",
            state=stretch.state,
            why=why,
        )

    def _rule(self, thing: Any, stretch: _Stretch) -> Any:
        """The formula of the library that is in force for a point, if any."""
        if thing.id not in self._points:
            return None
        for rule_of in self._rules:
            if (rule := rule_of(thing, stretch.start)) is not None:
                return rule
        return None

    def _ruled(self, rule: Any, point: Any, stretch: _Stretch, factor: factors.Factor | None) -> Fraction | None:
        """Tonnes by a formula, which takes the amount in the point's unit and the factor per that unit."""
        try:
            quantity = to(stretch.amount, stretch.unit, point.unit)
            one, _ = _times(_Stretch(stretch.start, stretch.end, Fraction(1), point.unit), factor)
        except UnlikeUnits:
            return None
        return rule.emission(quantity, one)

    def _of_source(self, source: Any, period: str, low: int, high: int) -> Iterator[Line]:
        """A source by the term of its sector's method."""
        term = methods.term(source.method, source.term)
        point = self._points.get(source.point or "")
        if point is None:
            return
        place = self._place(source)
        for stretch in self._stretches(point, period, low, high):
            inside = _inside(source, stretch.start)
            carrier = source.carrier or point.carrier or ""
            used, why = self.used(source, term, carrier, place, stretch)
            mass = term.tonnes(used) if used is not None else None
            tonnes = None if mass is None else mass * defaults.POTENTIALS[term.gas]
            energy = self._energy_of(term, carrier, place, stretch, used) if inside else Fraction(0)
            yield Line(
                **{**place, "key": point.id, "source": source.id, "source_class": term.source_class},
                carrier=carrier,
                start=stretch.start,
                end=stretch.end,
                amount=stretch.amount,
                unit=stretch.unit,
                tonnes=tonnes,
                mass=mass,
                gas=term.gas,
                energy=energy,
                method=methods.EDITIONS[source.method],
                apart=term.apart or not inside,
                state=stretch.state,
                why=why,
            )

    def used(
        self, source: Any, term: methods.Term, carrier: str, place: Mapping[str, str], stretch: _Stretch
    ) -> tuple[dict[str, Fraction] | None, str]:
        """Every input of a source's formula in its unit, or None and what is missing."""
        used = methods.built_in(term, carrier, place["region"], year_of(stretch.start))
        if "EF" in term.units and (chosen := self._library(term, carrier, place, stretch.start)) is not None:
            used["EF"] = chosen
        try:
            used[term.activity] = to(stretch.amount, stretch.unit, term.units[term.activity])
            given = [each for each in self._inputs.counting(stretch.start) if each.source == source.id]
            for each in sorted(given, key=lambda each: (each.valid_from or 0, each.id)):
                if each.symbol in term.units and (amount := self._input(each, stretch)) is not None:
                    used[each.symbol] = to(amount, each.unit or term.units[each.symbol], term.units[each.symbol])
        except UnlikeUnits as error:
            return None, str(error)
        lacking = [symbol for symbol in term.units if symbol not in used]
        return (None, f"no {', '.join(lacking)} / 缺少输入") if lacking else (used, "")

    def _library(self, term: methods.Term, carrier: str, place: Mapping[str, str], start: int) -> Fraction | None:
        """The factor of the library for a term that takes one."""
        if not carrier:
            return None
        found = factors.choose(self._factors, carrier, place["enterprise"], place["region"], start)
        if found is None or found.origin.startswith("default"):
            return None
        try:
            return to(found.value, found.unit, term.units["EF"])
        except UnlikeUnits:
            return None

    def _input(self, given: Any, stretch: _Stretch) -> Fraction | None:
        if not given.point:
            return number(given.value)
        point = self._points.get(given.point)
        if point is None:
            return None
        unit = given.unit or point.unit
        parts = [
            to(each.amount, each.unit, unit) for each in self._stretches(point, "hour", stretch.start, stretch.end)
        ]
        return sum(parts, Fraction(0)) if parts else None

    @seam
    def _energy_of(
        self,
        term: methods.Term,
        carrier: str,
        place: Mapping[str, str],
        stretch: _Stretch,
        used: Mapping[str, Fraction] | None,
    ) -> Fraction | None:
        if not term.energy:
            return Fraction(0)
        if used is not None and "NCV" in used:
            return term.energy * used["FC"] * used["NCV"]
        carrier = carrier or term.source_class
        found = factors.choose(
            self._factors, carrier, place["enterprise"], place["region"], stretch.start, factors.ENERGY
        )
        energy, _ = _times(stretch, found)
        return None if energy is None else term.energy * energy

    # Totals.

    def total(self, of: str, id: str, low: int, high: int, *, period: str = "year") -> Total:
        """What a thing gave off and used in [low, high)."""
        found = Total()
        for line in self.lines(low, high, period):
            if belongs(line, of, id):
                found.add(line)
        return found

    def outputs(self, product: str, low: int, high: int) -> tuple[Fraction, str]:
        """How much of a product was made in [low, high), in its unit."""
        unit, made = "", Fraction(0)
        for each in self._all("product"):
            if each.id == product:
                unit = each.unit or ""
        for each in self._all("output"):
            if each.product == product and low <= each.start and end_of(each.period, each.start) <= high:
                made += to(number(each.value) or Fraction(0), each.unit or unit, unit)
        return made, unit

    def worth(self, of: str, id: str, low: int, high: int) -> tuple[Fraction, str]:
        """Output value of a park, region, sector or enterprise over the years in [low, high); of sectors the sum."""
        worth, unit = Fraction(0), ""
        own = [each for each in self._all("economy") if (each.of, each.whose) == (of, id)]
        if not own and of in ("park", "region", "sector"):
            inside = {key for key, each in self.enterprises.items() if not id or getattr(each, of) == id}
            own = [each for each in self._all("economy") if each.of == "enterprise" and each.whose in inside]
        for each in own:
            start = each.start
            if low <= start and end_of("year", start) <= high:
                worth += number(each.value) or Fraction(0)
                unit = each.unit or unit
        return worth, unit


def _times(stretch: _Stretch, factor: factors.Factor | None) -> tuple[Fraction | None, str]:
    """An amount times a factor per something of its kind."""
    if factor is None:
        return None, "no factor / 缺少因子"
    try:
        below = factor.unit.partition("/")[2]
        size = scale(factor.unit.partition("/")[0])[1]
        return to(stretch.amount, stretch.unit, below) * factor.value * size, ""
    except UnlikeUnits as error:
        return None, str(error)


@seam
def _inside(source: Any, start: int) -> bool:
    """Whether a source is inside the boundary when a stretch begins."""
    if not source.inside:
        return False
    return (source.since or 0) <= start and (not source.until or start < source.until)


RuleOf = Callable[[Any, int], Any]
"""The formula of a point for a stretch that begins at an instant, or None."""
RULES: list[Callable[[Desk], RuleOf]] = []
"""Who may have formulas: read once for each account (the area of the library adds itself)."""


@seam
def book(desk: Desk) -> Book:
    """The account of what a desk can see."""
    return Book(desk)


def summed(lines: Iterable[Line]) -> Total:
    """The total of lines."""
    found = Total()
    for line in lines:
        found.add(line)
    return found
