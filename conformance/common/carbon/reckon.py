"""Figures of a history: what every source, unit, category, scope and the emitter gave off in any period (R-23, R-24).

Leaves what the terminal published to the judges. A period is cut wherever a factor, the boundary or an entry begins to
count, and each minute where an input is an instant that was read. A stretch's activity is what the registers advanced
from edge to edge (`truth`, R-17, R-19), or what somebody entered for that very period; factors are those in force at
the stretch's start. Nothing is rounded: `printed` does that once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar
from weakref import WeakKeyDictionary

from bench.history import History, Observed
from bench.history.accounting import EmissionSource, Emitter, Feed, Figure
from conformance.common.carbon import issued, stacks
from conformance.common.carbon.methods import APART, METHODS, product, reckon
from conformance.common.carbon.units import UnlikeUnits, in_unit
from conformance.common.readings import number
from conformance.common.times import DAY, HOUR, MINUTE, ceil, floor, instant_of_iso
from conformance.common.truth import Certainty, Truth, truth_of

_LENGTHS = {"minute": MINUTE, "quarter": 15 * MINUTE, "hour": HOUR, "day": DAY}
_ENTERED = {"hour": HOUR, "day": DAY, "month": 28 * DAY}
"""Classes of periods that inputs are entered for; a month has this length at least."""
_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Version:
    """A value that counts from an instant on; 0 counts from the beginning."""

    since: int
    value: Fraction
    told: int = 0
    """When somebody entered it (0: it stood in the settings)."""


@dataclass(frozen=True)
class Edition:
    """A formula of a method's term, a product as text, that was issued: it counts from `since` on."""

    since: int
    text: str
    told: int


@dataclass(frozen=True)
class Piece:
    """One stretch of one source: its inputs in the units of the formula, and the tonnes of gas that they give."""

    source: str
    start: int
    end: int
    gas: str
    tonnes: Fraction
    inputs: Mapping[str, Fraction]


@dataclass
class Reckoned:
    """A total over a period: the stretches it is made of, and what speaks against its being known.

    `state` is sure (all of it is known), unsure (something may honestly be missing) or gap (something is missing).
    """

    pieces: list[Piece] = field(default_factory=list[Piece])
    state: Certainty = Certainty.SURE
    why: str = ""
    co2e: Fraction = Fraction(0)
    gases: dict[str, Fraction] = field(default_factory=dict[str, Fraction])
    substituted: bool = False
    stands: tuple[int, ...] = ()
    """The beginnings of the valid hours that stand for others."""

    def tonnes(self, gas: str) -> Fraction:
        """Tonnes of one gas, or of CO2 equivalent."""
        return self.co2e if gas == "CO2e" else self.gases.get(gas, Fraction(0))

    def lack(self, state: Certainty, why: str) -> None:
        """Something of it is not known."""
        if state is Certainty.GAP or self.state is Certainty.SURE:
            self.state = state
        self.why = self.why or why


def printed(tonnes: Fraction, unit: str, decimals: int) -> str:
    """Tonnes as a figure in kg or t, rounded half up once (R-23)."""
    steps = abs(tonnes * (1000 if unit == "kg" else 1)) * 10**decimals + Fraction(1, 2)
    whole = steps.numerator // steps.denominator
    sign = "-" if tonnes < 0 and whole else ""
    text = f"{whole:0{decimals + 1}d}"
    return f"{sign}{text[:-decimals]}.{text[-decimals:]}" if decimals else f"{sign}{text}"


class Books:
    """The accounts of a history. Raises ValueError where the terminal was told of no emitter."""

    def __init__(self, history: History) -> None:
        emitter = history.began.emitter
        if emitter is None:
            raise ValueError("the terminal was told of no emitter / 未配置核算边界")
        self.emitter: Emitter = emitter
        self.truth: Truth = truth_of(history)
        self._began, self._watched = history.began.t, history.watched_us
        self._hours: dict[tuple[str, int, int], tuple[dict[int, Fraction | None], list[str]]] = {}
        self._parts: dict[tuple[str, int, int, int | None, bool], Reckoned] = {}
        self._sources = {source.id: source for source in emitter.sources}
        self.constants: dict[tuple[str, str], list[Version]] = {}
        for source in emitter.sources:
            for feed in source.inputs:
                if feed.value:
                    since = ceil(instant_of_iso(feed.since) or 0, MINUTE) if feed.since else 0
                    value = self._scaled(source, feed.symbol, Fraction(feed.value), feed.unit)
                    self.constants.setdefault((source.id, feed.symbol), []).append(Version(since, value))
        self.inside = {
            source.id: [Version(0, Fraction(source.id not in emitter.outside))] for source in emitter.sources
        }
        self.entered: dict[tuple[str, str], dict[tuple[int, int], list[Version]]] = {}
        self.by_hand: dict[str, dict[tuple[int, int], list[Version]]] = {}
        self.formulas: dict[tuple[str, str], list[Edition]] = {}
        self.calibrations: dict[str, list[stacks.Calibration]] = {}
        for event in history.of(Observed):
            # What no formula can take is nonsense that the terminal took: nothing follows from it.
            if not event.problem:
                with suppress(KeyError, StopIteration, UnlikeUnits):
                    self._told(event)
        for factor in issued.FACTOR_ISSUED.of(history):
            self._issued(factor.t, factor.detail)
        for boundary in issued.BOUNDARY_ISSUED.of(history):
            self._bounded(boundary.t, boundary.detail)
        for formula in issued.FORMULA_ISSUED.of(history):
            edition = Edition(ceil(formula.detail.since, MINUTE), formula.detail.formula, formula.t)
            self.formulas.setdefault((formula.detail.method, formula.detail.term), []).append(edition)
        for versions in (*self.constants.values(), *self.inside.values()):
            versions.sort(key=lambda version: version.since)

    def _told(self, event: Observed) -> None:
        """What an operator told the terminal, and it took."""
        query = event.query
        value = number(query.get("value", ""))
        if event.what == "factor" and value is not None:
            source = self._sources[query["source"]]
            scaled = self._scaled(source, query["symbol"], Fraction(value), query["unit"])
            version = Version(ceil(int(query["since"]), MINUTE), scaled, event.t)
            self.constants.setdefault((source.id, query["symbol"]), []).append(version)
        elif event.what == "boundary":
            inside = Fraction(query["inside"] == "yes")
            self.inside[query["source"]].append(Version(ceil(int(query["since"]), MINUTE), inside, event.t))
        elif event.what == "formula":
            edition = Edition(ceil(int(query["since"]), MINUTE), query["formula"], event.t)
            self.formulas.setdefault((query["method"], query["term"]), []).append(edition)
        elif event.what == "activity" and value is not None:
            source = self._sources[query["source"]]
            unit = next(feed.unit for feed in source.feeds(query["symbol"]) if feed.entered)
            version = Version(event.t, self._scaled(source, query["symbol"], Fraction(value), unit), event.t)
            span = int(query["start"]), int(query["end"])
            self.entered.setdefault((source.id, query["symbol"]), {}).setdefault(span, []).append(version)
        elif event.what == "calibration":
            source = self._sources[query["source"]]
            within = stacks.is_within(query["zero"], query["span"], (source.zero_limit, source.span_limit))
            found = stacks.Calibration(int(query["at"]), within, event.t)
            self.calibrations.setdefault(source.id, []).append(found)
        elif event.what == "manual entry" and value is not None:
            span = period(query["kind"], int(query["start"]))
            known = self.by_hand.setdefault(query["point"], {}).setdefault(span, [])
            known.append(Version(event.t, Fraction(value), event.t))

    def _issued(self, at: int, told: issued.Factor) -> None:
        """A factor that came as a package: it counts wherever an input is called so."""
        for source in self.emitter.sources:
            for feed in source.inputs:
                if feed.code and feed.code == told.code:
                    value = self._scaled(source, feed.symbol, Fraction(told.value), told.unit)
                    version = Version(ceil(told.since, MINUTE), value, at)
                    self.constants.setdefault((source.id, feed.symbol), []).append(version)

    def _bounded(self, at: int, told: issued.Boundary) -> None:
        """A boundary that came as a package: it names the sources that lie inside."""
        named = told.inside.split(",")
        for name, versions in self.inside.items():
            versions.append(Version(ceil(told.since, MINUTE), Fraction(name in named), at))

    def _scaled(self, source: EmissionSource, symbol: str, value: Fraction, unit: str) -> Fraction:
        return in_unit(value, unit, METHODS[source.method].formula(source.term).units[symbol])

    def ignore(self, told: Sequence[int]) -> None:
        """Leave out what was told at these instants, whether the terminal took it or not."""
        for versions in (*self.constants.values(), *self.inside.values()):
            versions[:] = [version for version in versions if version.told not in told]
        for entries in (*self.entered.values(), *self.by_hand.values()):
            for versions in entries.values():
                versions[:] = [version for version in versions if version.told not in told]
        self._parts.clear()

    # Totals.

    def members(self, of: str, id: str) -> list[EmissionSource]:
        """The sources of a total, inside the boundary or not; what a method shows apart is in no total but its own."""
        every = self.emitter.sources
        match of:
            case "source":
                return [source for source in every if source.id == id]
            case "unit":
                found = [source for source in every if source.unit == id]
            case "category":
                return [source for source in every if source.category == id]
            case "scope":
                found = [source for source in every if str(source.scope) == id]
            case _:
                found = list(every)
        return [source for source in found if source.term not in APART]

    def total(self, of: str, id: str, start: int, end: int, *, at: int | None = None) -> Reckoned:
        """A total over [start, end); `at` leaves out what was told or entered from that instant on."""
        whole = Reckoned()
        for source in self.members(of, id):
            if of != "source" and self._entered_for_longer(source, end - start):
                continue
            bounded = of != "source"
            part = self._part(source, start, end, at, bounded)
            whole.pieces += part.pieces
            whole.co2e += part.co2e
            whole.substituted |= part.substituted
            whole.stands += part.stands
            for gas, tonnes in part.gases.items():
                whole.gases[gas] = whole.gases.get(gas, Fraction(0)) + tonnes
            if part.state is not Certainty.SURE:
                whole.lack(part.state, f"{source.id}: {part.why}")
        return whole

    def _part(self, source: EmissionSource, start: int, end: int, at: int | None, bounded: bool) -> Reckoned:
        """As `source`; what was reckoned for one total serves the others that a source belongs to."""
        key = (source.id, start, end, at, bounded)
        found = self._parts.get(key)
        if found is None:
            found = self._parts[key] = self.source(source, start, end, at=at, bounded=bounded)
        return found

    def knows_all(self, of: str, id: str, length: int) -> bool:
        """Whether every source of a total is known for periods of this length.

        One that is entered for longer ones is no part of the oracle's total; a product may as well tell none.
        """
        return of == "source" or not any(self._entered_for_longer(each, length) for each in self.members(of, id))

    def _entered_for_longer(self, source: EmissionSource, length: int) -> bool:
        """Whether what somebody enters for a source is for longer periods: it is then no part of shorter totals."""
        return any(_ENTERED[feed.entered] > length for feed in source.inputs if feed.entered)

    def source(
        self, source: EmissionSource, start: int, end: int, *, at: int | None = None, bounded: bool = False
    ) -> Reckoned:
        """One source over [start, end); `bounded` leaves out what lies outside the boundary."""
        if source.valid_share and not (bounded and source.term in APART) and stacks.is_whole(start, end):
            return self._stack(source, start, end, at)
        found = Reckoned()
        for low, high in self._stretches(source, start, end, at):
            if bounded and not _in_force(self.inside[source.id], low, at):
                continue
            given: dict[str, Fraction] = {}
            for symbol in self._symbols(source):
                if not source.feeds(symbol) and _latest(self.constants[source.id, symbol], low, at) is None:
                    # Nothing was told of it by then: the method's default.
                    continue
                value, state, why = self._input(source, symbol, low, high, at)
                if value is None:
                    found.lack(Certainty.GAP, f"{symbol}: {why}")
                    break
                if state is not Certainty.SURE:
                    found.lack(state, f"{symbol}: {why}")
                given[symbol] = value
            else:
                gas, tonnes, inputs = reckon(source.method, source.term, source.item, _year(low), given)
                edition = _latest(self._editions(source), low, at)
                if edition is not None:
                    tonnes = product(edition.text, inputs)
                found.pieces.append(Piece(source.id, low, high, gas, tonnes, inputs))
                found.gases[gas] = found.gases.get(gas, Fraction(0)) + tonnes
                found.co2e += tonnes * METHODS[source.method].potential(gas)
        if not stacks.is_controlled(self.calibrations.get(source.id, ()), start, end, at):
            found.lack(Certainty.GAP, "the instrument was out of control")
        return found

    def _stack(self, source: EmissionSource, start: int, end: int, at: int | None) -> Reckoned:
        """What was measured in a stack whose hours count from a share of their minutes on."""
        gas = METHODS[source.method].formula(source.term).gas
        unsure: list[str] = []

        def minutes(low: int, high: int) -> Iterator[Fraction | None]:
            for minute in range(low, high, MINUTE):
                each = self.source(source, minute, minute + MINUTE, at=at)
                if each.state is Certainty.UNSURE:
                    unsure.append(each.why)
                yield None if each.state is Certainty.GAP else each.gases[gas]

        if end - start < HOUR:
            mean = stacks.averaged(list(minutes(start, end)), source.valid_share)
            amount = stacks.Amount(mean, "" if mean is not None else "too few minutes are valid")
        else:
            last = floor(self._watched if at is None else min(at, self._watched), HOUR)
            told = sum(at is None or each.told < at for each in self.calibrations.get(source.id, ()))
            known = self._hours.get((source.id, last, told))
            if known is None:
                hours = {
                    hour: stacks.averaged(list(minutes(hour, hour + HOUR)), source.valid_share)
                    for hour in range(ceil(self._began, HOUR), last, HOUR)
                }
                known = self._hours[source.id, last, told] = (hours, unsure)
            unsure = known[1]
            amount = stacks.over(start, end, known[0], source.substitution)
        found = Reckoned(substituted=amount.substituted, stands=amount.of)
        if amount.tonnes is None:
            found.lack(Certainty.GAP, amount.why)
        else:
            found.gases[gas] = amount.tonnes
            found.co2e = amount.tonnes * METHODS[source.method].potential(gas)
            found.pieces.append(Piece(source.id, start, end, gas, amount.tonnes, {}))
        if unsure:
            found.lack(Certainty.UNSURE, unsure[0])
        return found

    def _editions(self, source: EmissionSource) -> list[Edition]:
        return self.formulas.get((source.method, source.term), [])

    def _symbols(self, source: EmissionSource) -> dict[str, None]:
        """The inputs of a source that are fed, and those whose default somebody has replaced."""
        told = {symbol: None for id, symbol in self.constants if id == source.id}
        return {feed.symbol: None for feed in source.inputs} | told

    def _stretches(self, source: EmissionSource, start: int, end: int, at: int | None) -> Iterator[tuple[int, int]]:
        cuts = {start, end}
        for symbol in self._symbols(source):
            cuts |= {version.since for version in _known(self.constants.get((source.id, symbol), ()), at)}
        for feed in source.inputs:
            for spans in (self.by_hand.get(feed.point, {}), self.entered.get((source.id, feed.symbol), {})):
                cuts |= {edge for span in spans for edge in span if _known(spans[span], at)}
        cuts |= {version.since for version in _known(self.inside[source.id], at)}
        cuts |= {edition.since for edition in _known(self._editions(source), at)}
        if _year(start) != _year(end - 1):
            cuts |= set(_new_years(start, end))
        if any(self._is_instant(feed) for feed in source.inputs):
            cuts |= set(range(ceil(start, MINUTE), end, MINUTE))
        edges = sorted(cut for cut in cuts if start <= cut <= end)
        yield from pairwise(edges)

    def _is_instant(self, feed: Feed) -> bool:
        return bool(feed.point) and self.truth.series[feed.point].point.kind != "counter"

    def _input(
        self, source: EmissionSource, symbol: str, low: int, high: int, at: int | None
    ) -> tuple[Fraction | None, Certainty, str]:
        """One input of a stretch in the unit of its formula; None where there is none."""
        feed = next(iter(source.feeds(symbol)), None)
        if feed is None or feed.value:
            version = _latest(self.constants[source.id, symbol], low, at)
            if version is None:
                return None, Certainty.GAP, "no value counts yet"
            return version.value, Certainty.SURE, ""
        if feed.entered:
            for (begin, end), versions in self.entered.get((source.id, symbol), {}).items():
                known = _known(versions, at)
                if known and (begin, end) == (low, high):
                    return known[-1].value, Certainty.SURE, ""
            return None, Certainty.GAP, "nothing was entered for the period"
        for span, versions in self.by_hand.get(feed.point, {}).items():
            known = _known(versions, at)
            if known and span == (low, high):
                return self._scaled(source, symbol, known[-1].value, feed.unit), Certainty.SURE, ""
        expected = self.truth.expected(feed.point, "stretch", low, high)
        text = expected.fields.get("Avg" if self._is_instant(feed) else "Cou", "")
        value = number(text)
        if value is None:
            return None, Certainty.GAP, expected.why
        return self._scaled(source, symbol, Fraction(value), feed.unit), expected.certainty, expected.why

    def figure(self, figure: Figure, start: int, end: int, *, at: int | None = None) -> tuple[str, Reckoned]:
        """A figure as it must be printed, and what it is made of."""
        total = self.total(figure.of, figure.id, start, end, at=at)
        return printed(total.tonnes(figure.gas), figure.unit, figure.decimals), total

    def changes(self, source: str) -> list[int]:
        """Instants from which another factor of a source counts."""
        return sorted(
            {version.since for key, known in self.constants.items() if key[0] == source for version in known} - {0}
        )


_V = TypeVar("_V", Version, Edition)


def _known(versions: Sequence[_V], at: int | None) -> list[_V]:
    return [version for version in versions if at is None or version.told < at]


def _latest(versions: Sequence[_V], low: int, at: int | None) -> _V | None:
    """The version in force at an instant: of those that count by then the one that begins last, told last."""
    known = [version for version in _known(versions, at) if version.since <= low]
    return max(known, key=lambda version: (version.since, version.told)) if known else None


def _in_force(versions: Sequence[Version], low: int, at: int | None) -> bool:
    version = _latest(versions, low, at)
    return version is not None and version.value == 1


def categories(emitter: Emitter) -> tuple[str, ...]:
    """The categories that totals are made of, in the order of the sources; what stands apart has none of its own."""
    return tuple(dict.fromkeys(source.category for source in emitter.sources if source.term not in APART))


def period(kind: str, start: int) -> tuple[int, int]:
    """Start and end of the period of a class that begins at an instant, by the calendar of +08:00."""
    if kind in _LENGTHS:
        return start, start + _LENGTHS[kind]
    months = {"month": 1, "quarter_year": 3, "year": 12}[kind]
    return start, _months_on(start, months)


def _months_on(start: int, months: int) -> int:
    here = datetime.fromtimestamp(start // 1_000_000, _CHINA)
    year, month = divmod(here.year * 12 + here.month - 1 + months, 12)
    return int(here.replace(year=year, month=month + 1).timestamp()) * 1_000_000


def _new_years(start: int, end: int) -> Iterator[int]:
    """The beginnings of years within a period: from there another grid factor may count."""
    for year in range(_year(start) + 1, _year(end - 1) + 1):
        yield int(datetime(year, 1, 1, tzinfo=_CHINA).timestamp()) * 1_000_000


def _year(at: int) -> int:
    """The accounting year that an instant lies in."""
    return datetime.fromtimestamp(at // 1_000_000, _CHINA).year


_books: WeakKeyDictionary[History, Books] = WeakKeyDictionary()


def books_of(history: History) -> Books:
    """The accounts of a history, made once."""
    known = _books.get(history)
    if known is None:
        known = _books[history] = Books(history)
    return known
