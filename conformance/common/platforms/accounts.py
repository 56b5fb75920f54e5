"""The account that a platform must come to, in exact numbers, from what people entered (R-21 to R-24).

Written from the documents' formulas (`conformance.common.carbon`) and docs/PLATFORM.md, never from a platform. Leaves
comparing to the judges. What was taken by file is in the history as phases `imported`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from typing import NamedTuple

from bench.history import Observed, Phase
from conformance.common.carbon import tables
from conformance.common.carbon.formulas import FORMULAS
from conformance.common.carbon.reckon import printed
from conformance.common.readings import number

_CHINA = timezone(timedelta(hours=8))
_ZERO = datetime(1970, 1, 1, 8, tzinfo=_CHINA)
KEPT = ("create", "change", "remove")


def here(year: int, month: int = 1, day: int = 1, hour: int = 0) -> int:
    """An instant of local time (+08:00), microseconds UTC."""
    return (datetime(year, month, day, hour, tzinfo=_CHINA) - _ZERO) // timedelta(microseconds=1)


def told(us: int) -> str:
    """An instant for the evidence."""
    return f"{_ZERO + timedelta(microseconds=us):%Y-%m-%d %H:%M}"


def end_of(period: str, start: int) -> int:
    """Where a period ends that starts here: calendar of +08:00, weeks from Monday (R-21)."""
    if period in ("minute", "quarter", "hour", "day", "week"):
        minutes = {"minute": 1, "quarter": 15, "hour": 60, "day": 1440, "week": 10080}[period]
        return start + minutes * 60_000_000
    at = _ZERO + timedelta(microseconds=start)
    whole = at.year * 12 + at.month - 1 + {"month": 1, "quarter_year": 3, "year": 12}[period]
    return here(whole // 12, whole % 12 + 1)


def begin_of(period: str, at: int) -> int:
    """Where the period begins that holds an instant."""
    moment = _ZERO + timedelta(microseconds=at)
    match period:
        case "hour":
            return here(moment.year, moment.month, moment.day, moment.hour)
        case "day":
            return here(moment.year, moment.month, moment.day)
        case "week":
            return here(moment.year, moment.month, moment.day) - moment.weekday() * 86_400_000_000
        case "month":
            return here(moment.year, moment.month)
        case "quarter_year":
            return here(moment.year, moment.month - (moment.month - 1) % 3)
        case _:
            return here(moment.year)


def spans(period: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    """The periods that begin at or after `low` and end by `high`."""
    start = begin_of(period, low)
    while start < high:
        end = end_of(period, start)
        if start >= low and end <= high:
            yield start, end
        start = end


# Units.

_SIZE: Mapping[str, tuple[str, Fraction]] = {
    "t": ("t", Fraction(1)),
    "kg": ("t", Fraction("0.001")),
    "MWh": ("MWh", Fraction(1)),
    "kWh": ("MWh", Fraction("0.001")),
    "GJ": ("GJ", Fraction(1)),
    "MJ": ("GJ", Fraction("0.001")),
    "kJ": ("GJ", Fraction("0.000001")),
    "TJ": ("GJ", Fraction(1000)),
    "tce": ("GJ", Fraction("29.307")),
    "kgce": ("GJ", Fraction("0.029307")),
    "1e4Nm3": ("1e4Nm3", Fraction(1)),
    "Nm3": ("1e4Nm3", Fraction("0.0001")),
    "%": ("1", Fraction("0.01")),
    "tCO2": ("tCO2", Fraction(1)),
    "tCO2e": ("tCO2", Fraction(1)),
    "kgCO2": ("tCO2", Fraction("0.001")),
    "kgCO2e": ("tCO2", Fraction("0.001")),
    "kgN2O": ("tN2O", Fraction("0.001")),
    "kgCH4": ("tCH4", Fraction("0.001")),
}


class Unlike(Exception):
    """A unit that does not measure what is asked for."""


def base_of(unit: str) -> tuple[str, Fraction]:
    """What a unit is counted in, and how much of that it is; also of one unit by another."""
    above, by, below = unit.partition("/")
    if by:
        (over, many), (under, part) = base_of(above), base_of(below)
        return f"{over}/{under}", many / part
    return _SIZE.get(unit, (unit, Fraction(1)))


def converted(value: Fraction, unit: str, wanted: str) -> Fraction:
    """A value in another unit. Raises Unlike."""
    (own, size), (other, part) = base_of(unit), base_of(wanted)
    if own != other:
        raise Unlike(f"{unit} is no {wanted}")
    return value * size / part


def agrees(text: str, unit: str, due: Fraction, base: str) -> bool:
    """Whether a number shows the exact one (in `base`), rounded half up at its own last digit (R-23).

    It must show four digits that count, or be exact.
    """
    value = number(text)
    bare = {"t": "tCO2", "kg": "kgCO2"}.get(unit, unit) if base == "tCO2" else unit
    if value is None:
        return False
    try:
        wanted = converted(due, base, bare)
    except Unlike:
        return False
    digits = len(text.partition(".")[2])
    if Fraction(value) == wanted:
        return True
    if Fraction(1, 10**digits) > abs(wanted) / 1000:
        return False
    return Fraction(value) == Fraction(printed(wanted, "t", digits))


# What was entered.


@dataclass
class Kept:
    """Objects by kind and id as people made, changed and removed them; refused ones are not here."""

    kinds: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict[str, dict[str, dict[str, str]]])
    keys: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    replaced: dict[tuple[str, str], list[dict[str, str]]] = field(
        default_factory=dict[tuple[str, str], list[dict[str, str]]]
    )
    """What an object was before it was changed, oldest first."""
    handed: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    """Rows of a file that is being handed over."""

    def of(self, kind: str) -> Mapping[str, dict[str, str]]:
        """The objects of a kind."""
        return self.kinds.get(kind, {})

    def take(self, event: Observed) -> None:
        """One event of a desk."""
        verb, _, kind = event.what.partition(" ")
        if verb == "import":
            self._handed_over(event)
        if verb not in KEPT or event.problem:
            return
        things = self.kinds.setdefault(kind, {})
        if verb == "create":
            fields = {name: text for name, text in event.query.items() if name != "by"}
            key = event.rows[0].get("object", "") if event.rows else ""
            own = fields.setdefault("id", key)
            self.keys[kind, key] = own
            things[own] = fields
            return
        key = event.query.get("object", "")
        own = self.keys.get((kind, key), key)
        if verb == "remove":
            things.pop(own, None)
        elif own in things:
            changed = {name: text for name, text in event.query.items() if name not in ("by", "object")}
            self.replaced.setdefault((kind, own), []).append(things[own])
            things[own] = {**things[own], **changed}

    def counting(self, kind: str, at: int) -> Iterator[dict[str, str]]:
        """Of each object the version that counts for a stretch beginning here: the last that is valid then (R-24)."""
        for own, newest in self.of(kind).items():
            versions = [*self.replaced.get((kind, own), []), newest]
            valid = [each for each in versions if int(each.get("valid_from") or 0) <= at]
            if valid:
                yield valid[-1]

    def imported(self, phase: Phase) -> None:
        """One row of a file that is about to be handed over."""
        self.handed.append(dict(phase.detail))

    def _handed_over(self, event: Observed) -> None:
        """A file counts once the product has answered for it, whatever it answered."""
        if event.outcome in ("done", "refused"):
            for fields in self.handed:
                self.kinds.setdefault(fields.pop("kind"), {})[fields["id"]] = fields
        self.handed = []


# The account.


class Line(NamedTuple):
    """One stretch of one point or source."""

    where: Mapping[str, str]
    start: int
    end: int
    tonnes: Fraction
    gas: str
    mass: Fraction
    energy: Fraction
    counted: bool
    known: bool = True


@dataclass
class Sum:
    """A total in tCO2e and GJ; `known` is false where a factor lacks, `lines` how many stretches it is of."""

    tonnes: Fraction = Fraction(0)
    energy: Fraction = Fraction(0)
    lines: int = 0
    known: bool = True


_GWP = {"CO2": 1, "CH4": 21, "N2O": 310}
"""Second assessment report: the set of GB/T 32150-2015, of the NDRC guides and of the provincial guide."""
_ALIKE = {
    "nitric-acid": "nitric-acid-high-pressure",
    "limestone": "limestone",
    "electricity-internal": "electricity-in",
}
_CLASS = {
    "fuel": "fuel",
    "gas": "fuel",
    "fuel-carbon": "fuel",
    "gas-carbon": "fuel",
    "electricity-in": "electricity",
    "electricity-out": "electricity",
    "heat-in": "heat",
    "heat-out": "heat",
    "recovered": "stored",
    "stored-steel": "stored",
    "stored-pig-iron": "stored",
    "stored-methanol": "stored",
    "biomass": "other",
    "green-electricity": "other",
    "electricity-internal": "other",
}
_ENERGY = {
    "fuel": 1,
    "gas": 1,
    "fuel-carbon": 1,
    "gas-carbon": 1,
    "electricity-in": 1,
    "electricity-out": -1,
    "heat-in": 1,
    "heat-out": -1,
}
_SUBSTANCES = {("nitric-acid", "EF"): "kgN2O/t"}
"""Units that the formulas' own table says without their substance."""
_PLAIN = {"process": ("tCO2/t", "CO2"), "methane": ("tCH4/t", "CH4"), "nitrous-oxide": ("tN2O/t", "N2O")}


class Stretch(NamedTuple):
    """An amount of a point over a period."""

    start: int
    end: int
    amount: Fraction
    unit: str


Measured = Mapping[str, Sequence[Stretch]]
"""What terminals sent, by point."""


class Account:
    """The account of what was entered before an instant, and of what was measured."""

    def __init__(self, entered: Kept, measured: Measured | None = None) -> None:
        self.entered = entered
        self.measured = measured or {}
        self._enterprises = entered.of("enterprise")
        self._lines: list[Line] | None = None

    @property
    def lines(self) -> Sequence[Line]:
        """Every stretch."""
        if self._lines is None:
            self._lines = [*self._of_points(), *self._of_sources()]
        return self._lines

    def sum(self, of: str, id: str, low: int, high: int, **also: str) -> Sum:
        """The total of what belongs to a thing within [low, high)."""
        found = Sum()
        for line in self.lines:
            if not (line.counted and low <= line.start and line.end <= high):
                continue
            if (id and line.where.get(of, "") != id) or any(
                line.where.get(name, "") != each for name, each in also.items()
            ):
                continue
            found.lines += 1
            found.tonnes += line.tonnes
            found.energy += line.energy
            found.known = found.known and line.known
        return found

    def parts(self, by: str, of: str, id: str, low: int, high: int) -> dict[str, Sum]:
        """The totals of what belongs to a thing, by something else."""
        names = dict.fromkeys(line.where.get(by, "") for line in self.lines)
        found = {name: self.sum(of, id, low, high, **{by: name}) for name in names}
        return {name: each for name, each in found.items() if each.lines}

    def made(self, product: str, low: int, high: int) -> tuple[Fraction, str]:
        """Output of a product, in its unit."""
        unit = self.entered.of("product").get(product, {}).get("unit", "t")
        amount = Fraction(0)
        for each in self.entered.of("output").values():
            start = int(each["start"])
            if each["product"] == product and low <= start and end_of(each["period"], start) <= high:
                amount += converted(Fraction(each["value"]), each.get("unit") or unit, unit)
        return amount, unit

    def worth(self, of: str, id: str, low: int, high: int) -> tuple[Fraction, str]:
        """Output value; of a sector, region or park that of its enterprises where it has none of its own."""
        rows = [each for each in self.entered.of("economy").values() if low <= int(each["start"]) < high]
        own = [each for each in rows if (each["of"], each["whose"]) == (of, id)]
        if not own:
            inside = {key for key, each in self._enterprises.items() if each.get(of) == id}
            own = [each for each in rows if each["of"] == "enterprise" and each["whose"] in inside]
        return sum((Fraction(each["value"]) for each in own), Fraction(0)), own[0]["unit"] if own else ""

    # Lines.

    def _where(self, thing: Mapping[str, str]) -> dict[str, str]:
        of = self._enterprises.get(thing.get("enterprise", ""), {})
        return {
            "enterprise": thing.get("enterprise", ""),
            **{name: of.get(name, "") for name in ("sector", "region", "park")},
            **{name: thing.get(name, "") for name in ("process", "facility", "product")},
        }

    def _entries(self, point: str) -> Iterator[Stretch]:
        yield from self.measured.get(point, ())
        unit = self.entered.of("point").get(point, {}).get("unit", "")
        for each in self.entered.of("entry").values():
            if each.get("point") == point:
                start = int(each["start"])
                yield Stretch(start, end_of(each["period"], start), Fraction(each["value"]), each.get("unit") or unit)

    def _of_points(self) -> Iterator[Line]:
        fed = {
            each.get("point")
            for kind in ("emission_source", "emission_input")
            for each in self.entered.of(kind).values()
        }
        for key, point in self.entered.of("point").items():
            if key in fed:
                continue
            where = self._where(point)
            kind = point.get("source_class", "")
            carrier = point.get("carrier", "")
            where |= {"point": key, "carrier": carrier, "source_class": kind}
            for start, end, amount, unit in self._entries(key):
                tonnes = self.by_factor(carrier, where, start, amount, unit, "tCO2")
                energy = None
                if kind in ("fuel", "electricity", "heat"):
                    energy = self.by_factor(carrier, where, start, amount, unit, "GJ")
                mass = (tonnes or Fraction(0)) * (-1 if kind == "stored" else 1)
                counted = kind != "other"
                yield Line(where, start, end, mass, "CO2", mass, energy or Fraction(0), counted, tonnes is not None)

    def factor(self, carrier: str, enterprise: str, region: str, start: int, what: str) -> tuple[Fraction, str] | None:
        """The factor in force for a stretch: the supplier's or own, the region's, a general one; None: a default."""
        fitting: list[tuple[int, int, Fraction, str]] = []
        for each in self.entered.counting("factor", start):
            whose, place = each.get("enterprise", ""), each.get("region", "")
            since = int(each.get("valid_from") or 0)
            if each.get("carrier") != carrier or base_of(each["unit"].partition("/")[0])[0] != what:
                continue
            rank = 2 if whose and whose == enterprise else 1 if not whose and place and place == region else 0
            if rank or not (whose or place):
                fitting.append((rank, since, Fraction(each["value"]), each["unit"]))
        if not fitting:
            return None
        _, _, value, unit = max(fitting, key=lambda each: each[:2])
        return value, unit

    def by_factor(
        self, carrier: str, where: Mapping[str, str], start: int, amount: Fraction, unit: str, what: str
    ) -> Fraction | None:
        """An amount times its factor; None where none is known."""
        found = self.factor(carrier, where["enterprise"], where["region"], start, what)
        found = found or _default(carrier, where["region"], start, what)
        if found is None:
            return None
        value, per = found
        above, _, below = per.partition("/")
        return converted(amount, unit, below) * value * base_of(above)[1]

    def _of_sources(self) -> Iterator[Line]:
        for key, source in self.entered.of("emission_source").items():
            term = source["term"]
            where = self._where(source)
            point = self.entered.of("point").get(source.get("point", ""), {})
            carrier = source.get("carrier") or point.get("carrier", "")
            kind = _CLASS.get(term, "process")
            where |= {"source": key, "point": source.get("point", ""), "carrier": carrier, "source_class": kind}
            for start, end, amount, unit in self._entries(source["point"]):
                inside = source.get("inside", "true") != "false"
                inside = inside and int(source.get("since") or 0) <= start < int(source.get("until") or end)
                reckoned = self._by_method(key, term, carrier, where, start, end, amount, unit)
                if reckoned is None:
                    nothing = Fraction(0)
                    yield Line(where, start, end, nothing, "", nothing, nothing, inside and kind != "other", False)
                    continue
                gas, mass, used = reckoned
                tonnes = mass * _GWP[gas]
                energy = Fraction(0)
                if sign := _ENERGY.get(term, 0):
                    burnt = used["FC"] * used["NCV"] if "NCV" in used else None
                    if burnt is None:
                        burnt = self.by_factor(carrier or kind, where, start, amount, unit, "GJ") or Fraction(0)
                    energy = sign * burnt
                yield Line(where, start, end, tonnes, gas, mass, energy, inside and kind != "other")

    def _by_method(
        self,
        source: str,
        term: str,
        carrier: str,
        where: Mapping[str, str],
        start: int,
        end: int,
        amount: Fraction,
        unit: str,
    ) -> tuple[str, Fraction, dict[str, Fraction]] | None:
        """The gas, its tonnes, and the inputs: all of them are entered, but for what the document fixes.

        None where one of them was not taken.
        """
        given: dict[str, tuple[Fraction, str]] = {}
        rows = [each for each in self.entered.counting("emission_input", start) if each["source"] == source]
        for each in sorted(rows, key=lambda each: int(each.get("valid_from") or 0)):
            if each.get("point"):
                parts = [part for part in self._entries(each["point"]) if start <= part[0] and part[1] <= end]
                own = each.get("unit") or (parts[0][3] if parts else "")
                if not parts:
                    continue
                given[each["symbol"]] = sum((converted(part[2], part[3], own) for part in parts), Fraction(0)), own
            else:
                given[each["symbol"]] = Fraction(each["value"]), each.get("unit", "")
        if term in _PLAIN:
            per, gas = _PLAIN[term]
            if "EF" not in given:
                return None
            value, own = given["EF"]
            ef = converted(value, own or per, per)
            used = {"AD": converted(amount, unit, "t"), "EF": ef}
            return gas, used["AD"] * used["EF"], used
        formula = FORMULAS[_ALIKE.get(term, term)]
        first = next(iter(formula.units))
        used = {first: converted(amount, unit, formula.units[first])}
        for symbol, (value, own) in given.items():
            wanted = _SUBSTANCES.get((term, symbol), formula.units[symbol])
            used[symbol] = converted(value, own or wanted, wanted)
        if "EF" in formula.units and "EF" not in used:
            found = self.factor(carrier, where["enterprise"], where["region"], start, "tCO2")
            found = found or _default(carrier, where["region"], start, "tCO2")
            if found is not None:
                used["EF"] = converted(found[0], found[1], formula.units["EF"])
        return (formula.gas, formula(used), used) if formula.units.keys() <= used.keys() else None


def _default(carrier: str, region: str, start: int, what: str) -> tuple[Fraction, str] | None:
    """Built-in values that the documents fix: electricity by region and year, heat, physical equivalents."""
    if what == "GJ":
        return {"electricity": (Fraction("3.6"), "GJ/MWh"), "heat": (Fraction(1), "GJ/GJ")}.get(carrier)
    if carrier == "heat":
        return Fraction("0.11"), "tCO2/GJ"
    if carrier == "electricity":
        year = (_ZERO + timedelta(microseconds=start)).year
        found = tables.grid(region, year)
        return (found["EF"], "tCO2/MWh") if found else None
    return None
