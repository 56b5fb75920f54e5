"""The accounts that a platform must keep by what people told it: objects and their versions, formulas, exact figures.

Leaves what was told to the history (`platforms.answers`) and rounding to the judges. Quantities are those of `entry`
objects; written from R-23 and R-24, in exact fractions, apart from any platform.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from bench.case import Check, Criterion
from bench.history import History, Observed
from conformance.common.platforms.answers import Answered
from conformance.common.platforms.told import Told, conditions, lists, told
from conformance.common.times import DAY, HOUR, instant_of_iso

LENGTHS = {"hour": HOUR, "day": DAY}
"""Length of an entry's period by its word, microseconds."""
CLASSES = ("fuel", "process", "electricity", "heat", "stored", "other")
"""What an inventory is divided into (SSEA 5.4.3.2)."""

_OPERATIONS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def reckon(expression: str, symbols: Mapping[str, Fraction]) -> Fraction:
    """The value of a formula over + - * / and parentheses. Raises LookupError for a symbol without a value."""

    def of(node: ast.expr) -> Fraction:
        match node:
            case ast.BinOp(left, op, right) if type(op) in _OPERATIONS:
                return _OPERATIONS[type(op)](of(left), of(right))
            case ast.UnaryOp(ast.USub(), operand):
                return -of(operand)
            case ast.Name(name):
                if name not in symbols:
                    raise LookupError(name)
                return symbols[name]
            case ast.Constant(value) if isinstance(value, int | float):
                return Fraction(ast.get_source_segment(expression, node) or str(value))
            case _:
                raise ValueError(f"no formula: {expression!r}")

    return of(ast.parse(expression.strip(), mode="eval").body)


@dataclass(frozen=True)
class Version:
    """An object as it was told; `at` is the place in the history."""

    at: int
    by: str
    fields: Mapping[str, str]

    @property
    def valid_from(self) -> int:
        """From when it counts (us); always, where nothing is said."""
        return instant_of_iso(self.fields.get("valid_from", "")) or 0


@dataclass
class Thing:
    """An object with all its versions, and at which place of the history it was removed."""

    kind: str
    key: str
    versions: list[Version] = field(default_factory=list[Version])
    removed: int | None = None

    def known(self, at: int | None = None) -> list[Version]:
        """Versions told up to a place of the history; none once it is removed."""
        if self.removed is not None and (at is None or self.removed <= at):
            return []
        return [each for each in self.versions if at is None or each.at <= at]

    def now(self, at: int | None = None) -> Mapping[str, str]:
        """Its fields as last told up to a place; empty where there is none."""
        known = self.known(at)
        return known[-1].fields if known else {}

    def valid(self, start: int, at: int | None = None) -> Mapping[str, str]:
        """Its fields for an interval that starts at `start` (R-24); empty where none counts yet."""
        mine = [each for each in self.known(at) if each.valid_from <= start]
        return max(mine, key=lambda each: (each.valid_from, each.at)).fields if mine else {}


@dataclass(frozen=True)
class Item:
    """What one point adds to an inventory: its quantity in its own unit, and tonnes of CO2 as they count."""

    point: str
    source_class: str
    process: str
    carrier: str
    unit: str
    quantity: Fraction
    emission: Fraction


class Books:
    """What was told of every kind. `at` is always the place of the history up to which things count as told."""

    def __init__(self, history: History, kinds: Iterable[str] | None = None) -> None:
        self._places = {id(event): place for place, event in enumerate(history.of(Observed))}
        self._things: dict[tuple[str, str], Thing] = {}
        for each in told(history):
            if each.done and (kinds is None or each.kind in kinds):
                self._take(each)

    def place(self, event: Observed | Answered[Any, Any]) -> int:
        """Where in the history an event of it stands."""
        return self._places[id(event.event if isinstance(event, Answered) else event)]

    def _take(self, each: Told) -> None:
        thing = self._things.get((each.kind, each.key))
        if thing is None or (each.verb == "create" and thing.removed is not None):
            thing = self._things[each.kind, each.key] = Thing(each.kind, each.key)
        if each.verb == "remove":
            thing.removed = each.place
            return
        before = thing.versions[-1].fields if thing.versions else {}
        thing.versions.append(Version(each.place, each.by, {**before, **each.fields}))

    def things(self, kind: str, **fields: str) -> list[Thing]:
        """Objects of a kind whose last fields are these."""
        found = [each for (of, _), each in self._things.items() if of == kind and each.versions]
        return [
            each
            for each in found
            if all(each.versions[-1].fields.get(name, "") == text for name, text in fields.items())
        ]

    def all(self, kind: str) -> list[Thing]:
        """Every object of a kind that was ever told."""
        return [each for (of, _), each in self._things.items() if of == kind and each.versions]

    def point(self, id: str, at: int | None = None) -> Mapping[str, str]:
        """A point's fields; empty where there is none."""
        for each in self.things("point"):
            if each.now(at).get("id") == id:
                return each.now(at)
        return {}

    def _best(
        self, kind: str, start: int, at: int | None, ranks: Callable[[Mapping[str, str]], int | None]
    ) -> Mapping[str, str]:
        """Of the objects that apply, the nearest to the point, and of these the last to count."""
        found: list[tuple[int, int, Mapping[str, str]]] = []
        for thing in self.things(kind):
            fields = thing.valid(start, at)
            rank = ranks(fields) if fields else None
            if rank is not None:
                found.append((rank, instant_of_iso(fields.get("valid_from", "")) or 0, fields))
        return max(found, key=lambda each: each[:2])[2] if found else {}

    def formula(self, point: Mapping[str, str], start: int, at: int | None = None) -> Mapping[str, str]:
        """The formula of a point for an interval: its own before its class's; empty for none."""

        def rank(fields: Mapping[str, str]) -> int | None:
            if fields.get("point"):
                return 2 if fields["point"] == point["id"] else None
            if fields.get("enterprise", "") not in ("", point["enterprise"]):
                return None
            return (
                (1 if fields.get("enterprise") else 0) if fields.get("source_class") == point["source_class"] else None
            )

        return self._best("formula", start, at, rank)

    def factor(self, point: Mapping[str, str], start: int, at: int | None = None) -> Mapping[str, str]:
        """The factor of a point's carrier for an interval: the enterprise's own before everybody's; empty for none."""

        def rank(fields: Mapping[str, str]) -> int | None:
            if fields.get("carrier") != point["carrier"] or fields.get("enterprise", "") not in (
                "",
                point["enterprise"],
            ):
                return None
            return 1 if fields.get("enterprise") else 0

        return self._best("factor", start, at, rank)

    def symbols(self, point: Mapping[str, str], start: int, at: int | None = None) -> dict[str, Fraction]:
        """Every symbol that a formula of a point may name, but AD: parameters and EF."""
        factor = self.factor(point, start, at)
        found = {"EF": Fraction(factor["value"])} if factor else {}
        names = dict.fromkeys(thing.versions[-1].fields.get("name", "") for thing in self.things("parameter"))
        for name in names:

            def rank(fields: Mapping[str, str], name: str = name) -> int | None:
                if fields.get("name") != name:
                    return None
                if fields.get("point"):
                    return 2 if fields["point"] == point["id"] else None
                if fields.get("enterprise", "") not in ("", point["enterprise"]):
                    return None
                return (1 if fields.get("enterprise") else 0) if fields.get("carrier") == point["carrier"] else None

            fields = self._best("parameter", start, at, rank)
            if fields:
                found[name] = Fraction(fields["value"])
        return found

    def emission(
        self, point: Mapping[str, str], quantity: Fraction, start: int, at: int | None = None
    ) -> Fraction | None:
        """Tonnes of CO2 that a quantity of an interval counts for; None where formula or factor lack."""
        symbols = {**self.symbols(point, start, at), "AD": quantity}
        expression = self.formula(point, start, at).get("expression", "")
        if not expression:
            expression = "-(AD * EF)" if point["source_class"] == "stored" else "AD * EF"
        try:
            return reckon(expression, symbols) * (1 - self.recovered(point, start, at))
        except LookupError:
            return None

    def recovered(self, point: Mapping[str, str], start: int, at: int | None = None) -> Fraction:
        """The share of a point's CO2 that is recovered in an interval."""
        shares = [thing.valid(start, at) for thing in self.things("recovery", point=point["id"])]
        found = [(instant_of_iso(each["valid_from"]) or 0, Fraction(each["share"])) for each in shares if each]
        return max(found)[1] if found else Fraction(0)

    def entries(self, point: str, begin: int, end: int, at: int | None = None) -> list[tuple[int, Fraction]]:
        """Quantities entered for a point's periods that start in [begin, end), by start."""
        found: dict[int, Fraction] = {}
        for thing in self.things("entry", point=point):
            fields = thing.now(at)
            start = instant_of_iso(fields.get("start", "")) if fields else None
            if start is not None and begin <= start < end:
                found[start] = Fraction(fields["value"])
        return sorted(found.items())

    def inventory(self, of: str, id: str, begin: int, end: int, at: int | None = None) -> list[Item]:
        """The items of an enterprise or a process for the periods in [begin, end): one for each point that has any."""
        items: list[Item] = []
        for thing in self.things("point"):
            point = thing.now(at)
            if not point or point.get(of, "") != id:
                continue
            quantities = self.entries(point["id"], begin, end, at)
            emissions = [self.emission(point, quantity, start, at) for start, quantity in quantities]
            if not quantities or None in emissions:
                continue
            items.append(
                Item(
                    point["id"],
                    point["source_class"],
                    point.get("process", ""),
                    point.get("carrier", ""),
                    point.get("unit", ""),
                    sum((quantity for _, quantity in quantities), Fraction(0)),
                    sum((each for each in emissions if each is not None), Fraction(0)),
                )
            )
        return items


LEAST_DECIMALS = 3
"""Tonnes are shown to the kilogram at least, unless what is shown is exact."""


def shows(text: str, due: Fraction, least: int = LEAST_DECIMALS) -> bool:
    """Whether decimal text is the exact number, or that number rounded half up at `least` decimals or more."""
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return False
    if value == due:
        return True
    digits = len(text.partition(".")[2])
    return digits >= least and value == rounded(due, digits)


def rounded(value: Fraction, digits: int) -> Fraction:
    """Half up (away from zero) at so many decimals."""
    steps = abs(value) * 10**digits + Fraction(1, 2)
    whole = Fraction(steps.numerator // steps.denominator, 10**digits)
    return -whole if value < 0 else whole


def plain(value: Fraction, digits: int = 6) -> str:
    """An exact number as a reader of evidence sees it."""
    steps = rounded(value, digits) * 10**digits
    whole, rest = divmod(abs(steps.numerator), 10**digits)
    text = f"{whole}.{rest:0{digits}d}".rstrip("0").rstrip(".")
    return f"-{text}" if steps < 0 else text


def held(asked: Criterion, wrong: list[str], seen: int, least: int = 1) -> Check:
    """What is wrong fails, and as long as fewer than `least` were seen nothing is decided."""
    return asked.none(wrong, seen >= least)


def same(text: str, told_text: str) -> bool:
    """Whether a field shows what was told: the same text, number or instant."""
    if text == told_text:
        return True
    try:
        return Fraction(text) == Fraction(told_text)
    except (ValueError, ZeroDivisionError):
        return False


@dataclass(frozen=True)
class Listing:
    """One list of a kind that was asked for, beside what was told: `missing`, `altered` and `lasting` are lines."""

    kind: str
    by: str
    known: int
    missing: tuple[str, ...]
    altered: tuple[str, ...]
    lasting: tuple[str, ...]

    @property
    def wrong(self) -> list[str]:
        """Everything that is not as it was told."""
        return [*self.missing, *self.altered, *self.lasting]


def listings(history: History, books: Books, *kinds: str, whose: Mapping[str, str] | None = None) -> list[Listing]:
    """The lists of some kinds that were answered, each held against what was told up to then and fits its filter.

    `whose` are fields that objects must have to be expected; what was never told of is not looked at.
    """
    found: list[Listing] = []
    for kind, event in lists(history, *kinds):
        filter = conditions(event) | dict(whose or {})
        rows = {row.get("id", ""): row for row in event.rows}
        missing: list[str] = []
        altered: list[str] = []
        lasting: list[str] = []
        known = 0
        for thing in books.all(kind):
            fields = thing.now(books.place(event))
            id = thing.versions[-1].fields.get("id", thing.key)
            row = rows.get(id)
            fits = fields and all(same(fields.get(name, ""), text) for name, text in filter.items())
            if not fits:
                if row is not None and thing.versions[0].at <= books.place(event):
                    lasting.append(f"{kind} {id} is listed")
                continue
            known += 1
            if row is None:
                missing.append(f"{kind} {id} is not listed")
                continue
            altered += [
                f"{kind} {id}: {name} {row.get(name, '')!r}, told {text!r}"
                for name, text in fields.items()
                if name != "password" and not same(row.get(name, ""), text)
            ]
        found.append(Listing(kind, event.query["by"], known, tuple(missing), tuple(altered), tuple(lasting)))
    return found
