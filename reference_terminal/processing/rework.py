"""Stored periods worked out again, many in one transaction: what a new version or an order changes (ruling R-24).

Leaves the arithmetic to `emissions` and what is to be worked out again to `recalculation`. Where activity alone
decides, an outcome depends on the values of the points and the versions that count, and on nothing else: it is worked
out once for each value that comes (`Emissions.of_own`), and rows are read and written by the thousand. Whatever else
a period needs (parts, entries by hand, something missing) goes the way of a single one; both give the same to the last
digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any, cast

import apsw

from reference_terminal.accounting.boundary import Bound, Boundary, Fed
from reference_terminal.accounting.printed import exactly, short
from reference_terminal.model.rows import Record
from reference_terminal.model.seams import seam
from reference_terminal.model.times import MONTH, Span
from reference_terminal.processing.emissions import (
    EMISSIONS,
    KEEP,
    RECORDS,
    SOURCE_TOLD,
    Emissions,
    called_of,
    cause_of,
    length_s,
)
from reference_terminal.processing.outcomes import Kept, Outcome, Period, Stored
from reference_terminal.settings.accounting import SOURCE, FigureSet, SourceConfig
from reference_terminal.storage.store import Store

_AT_ONCE, _ROWS_AT_ONCE = 200, 2000
"""Periods that are worked out again in one transaction, and about how many rows; acquisition goes on between them."""
_PERIODS_LOOKED_FOR = 1440
_MOST_RESULTS = 60_000
"""So many results are remembered (some 40 MB): what a counter brings in a minute are few different values."""
_NOTHING = Fraction(0)
_UPDATE = "UPDATE record SET value=?, flag=?, cause=?, revision=? WHERE span=? AND start_s=? AND point=?"
_SUPERSEDED = "INSERT OR IGNORE INTO superseded VALUES (?,?,?,?,?,?,?)"
_EMISSION_BEFORE = "INSERT OR IGNORE INTO emission_before VALUES (?,?,?,?,?,?,?,?)"
_FIRST = "SELECT min(start_s) FROM record WHERE span=?"
_ENTRIES = "SELECT DISTINCT start_s FROM accounting_entry WHERE source=? AND start_s>=? AND start_s<?"


@dataclass(slots=True)
class _Result:
    """An outcome as it is kept.

    `columns` are mass, equivalent, method and version as `EMISSIONS` reads them, `shown` value, flag and cause of its
    record; `mass` is None where it cannot be told, `rest` what the equivalent is more than it, None for nothing;
    `counted` whether a sum holds it as it is: numerator and denominator of the mass then.
    """

    shown: tuple[str | None, str, str]
    columns: tuple[str, str, str, int]
    told: str
    mass: Fraction | None
    rest: Fraction | None
    counted: tuple[int, int] | None

    @property
    def outcome(self) -> Outcome:
        """As `Emissions` keeps it."""
        mass = self.mass or Fraction(0)
        _, _, method, version = self.columns
        _, flag, cause = self.shown
        return Outcome(self.mass, mass + (self.rest or 0), flag, cause, method, version, self.told)


@dataclass(slots=True)
class _Only:
    """The one input that a point feeds, where all others are fixed.

    `before` and `after` are the sentence of an outcome around its value, `alike` whether gas and equivalent are one.
    """

    fed: Fed
    called: str
    before: str
    after: str
    alike: bool


@dataclass(slots=True)
class _Plain:
    """A source of which activity alone decides: its points, and what came of their values so far.

    `known` is by value where one point feeds it and the flag is normal, else by value, flag and cause of each.
    """

    bound: Bound
    figure: FigureSet
    number: int
    points: tuple[int, ...]
    group: int
    only: _Only | None
    limited: bool
    known: dict[Any, _Result] = field(default_factory=dict[Any, _Result])


@dataclass(slots=True)
class _Sum:
    """A figure of several sources: the groups of sources that it holds, and its sentence."""

    figure: FigureSet
    number: int
    groups: tuple[int, ...]
    told: str
    limited: bool


@dataclass(slots=True)
class _Plan:
    """What is done for each period of a class while one boundary counts.

    `others` are sources that are worked out one by one, with their group; a group are the sources of the same sums.
    """

    boundary: Boundary
    key: tuple[Any, ...]
    version: int
    plain: list[_Plain]
    others: list[tuple[str, int, int]]
    sums: list[_Sum]
    groups: int


class _Portion:
    """What is changed at once: rows to be written at its end, how many values, the records where they are wanted.

    `open` says of which period `put` speaks.
    """

    def __init__(self, span: Span, *, witnessed: bool) -> None:
        self._span = span
        self._witnessed = witnessed
        self.changed = 0
        self.made: list[Record] = []
        self._superseded: list[tuple[Any, ...]] = []
        self._before: list[tuple[Any, ...]] = []
        self._records: list[tuple[Any, ...]] = []
        self._emissions: list[tuple[Any, ...]] = []
        self._told: list[tuple[Any, ...]] = []

    def open(self, start_s: int, stored: Stored) -> None:
        """Another period from here."""
        self._start_s = start_s
        self._old = stored.records
        self._exact = stored.emissions

    def add(self, *records: Record | None) -> None:
        """What is kept already."""
        for each in records:
            if each is not None:
                self.changed += 1
                self.made.append(each)

    def put(self, number: int, result: _Result) -> bool:
        """Gather what changes of a figure; False, and nothing is gathered, where it was not told before."""
        row, exact = self._old.get(number), self._exact.get(number)
        if row is None or exact is None:
            return False
        before, shown = (row[6], row[11], row[12]), result.shown
        same = _is_same(row, exact, result)
        if same and exact == result.columns:
            return True
        key = (self._span.code, self._start_s, number)
        self._emissions.append(key + result.columns)
        self._told.append((*key, result.told))
        if same:
            return True
        revision = row[13]
        self._superseded.append((*key, revision, *before))
        self._before.append((*key, revision, *exact))
        self._records.append((*shown, revision + 1, *key))
        self.changed += 1
        if self._witnessed:
            self.made.append(_record(key, self._span.end(self._start_s), result, revision + 1))
        return True

    @seam
    def write(self, connection: apsw.Connection) -> None:
        """Write everything."""
        connection.executemany(_SUPERSEDED, self._superseded)
        connection.executemany(_EMISSION_BEFORE, self._before)
        connection.executemany(_UPDATE, self._records)
        connection.executemany(KEEP, self._emissions)
        connection.executemany(SOURCE_TOLD, self._told)


class Rework:
    """Of one emitter."""

    def __init__(self, emissions: Emissions, store: Store) -> None:
        self._emissions = emissions
        self._store = store
        self._plans: list[_Plan] = []
        self._remembered = 0
        self._limited = dict.fromkeys(each.figure for each in emissions.config.limits)

    # Which periods

    def plan(self, from_s: int, to_s: int, names: Sequence[str] | None = None) -> Iterator[tuple[Span, list[int]]]:
        """The stored periods that touch [from, to), the short classes first, in portions that are done at once."""
        self._emissions.begin()
        self._plans.clear()
        self._remembered = 0
        chosen = self._chosen(names)
        spans = dict.fromkeys(span for each in chosen for span in self._emissions.spans(each))
        rows = len(self._emissions.figures) + len(self._emissions.config.sources)
        most = max(1, min(_AT_ONCE, _ROWS_AT_ONCE // rows))
        for span in sorted(spans, key=length_s):
            waiting: list[int] = []
            for start_s in self._starts(span, from_s, to_s, chosen):
                waiting.append(start_s)
                if len(waiting) == most:
                    yield span, waiting
                    waiting = []
            if waiting:
                yield span, waiting

    def _chosen(self, names: Sequence[str] | None) -> list[SourceConfig]:
        return [each for each in self._emissions.config.sources if names is None or each.id in names]

    def _starts(self, span: Span, from_s: int, to_s: int, sources: Sequence[SourceConfig]) -> Iterator[int]:
        """The periods of a class that touch [from, to) and have activity: stored, or entered by hand; in order."""
        entered: dict[int, None] = {}
        for source in sources:
            rows: list[Any] = list(self._store.connection.execute(_ENTRIES, (source.id, MONTH.start(from_s), to_s)))
            starts = dict.fromkeys(span.start(row[0]) for row in rows)
            entered |= {start_s: None for start_s in starts if span.start(from_s) <= start_s < to_s}
        row: Any = self._store.connection.execute(_FIRST, (span.code,)).fetchone()
        at_s = max(span.start(from_s), to_s if row[0] is None else row[0])
        waiting = sorted(entered)
        while at_s < to_s:
            until_s = min(to_s, at_s + _PERIODS_LOOKED_FOR * length_s(span))
            found = dict.fromkeys(self._store.periods(span.code, at_s, until_s - 1))
            found |= {each: None for each in waiting if each < until_s}
            waiting = [each for each in waiting if each >= until_s]
            yield from sorted(found)
            at_s = until_s
        yield from waiting

    # Working out

    def redo(
        self,
        connection: apsw.Connection,
        span: Span,
        starts: Sequence[int],
        names: Sequence[str] | None = None,
        *,
        witnessed: bool = True,
    ) -> tuple[int, list[Record]]:
        """Work periods out again, in order: how many values changed; the records too, all of them if `witnessed`.

        All are kept and on their way.
        """
        key = (span.code, starts[0], starts[-1])
        records: dict[int, dict[int, Any]] = {start_s: {} for start_s in starts}
        emissions: dict[int, dict[int, Any]] = {start_s: {} for start_s in starts}
        for row in cast(Iterable[Any], connection.execute(RECORDS, key)):
            if (here := records.get(row[1])) is not None:
                here[row[2]] = row
        for row in cast(Iterable[Any], connection.execute(EMISSIONS, key)):
            if (here := emissions.get(row[0])) is not None:
                here[row[1]] = row[2:]
        portion = _Portion(span, witnessed=witnessed)
        for start_s in starts:
            period = Period(span.code, start_s, span.end(start_s))
            stored = Stored(records[start_s], emissions[start_s])
            before = portion.changed
            with self._emissions.opened(period, stored):
                self._period(connection, period, span, stored, names, portion)
            if portion.changed > before:
                self._emissions.deliver(span, start_s, period.end_s)
        portion.write(connection)
        return portion.changed, portion.made

    def _period(
        self,
        connection: apsw.Connection,
        period: Period,
        span: Span,
        stored: Stored,
        names: Sequence[str] | None,
        portion: _Portion,
    ) -> None:
        emissions = self._emissions
        plan = None if names is not None else self._plan(period, span)
        if plan is None:
            of = [each.id for each in self._chosen(names) if emissions.has_class(period)[each.id]]
            portion.add(*[emissions.revise(connection, period, name) for name in of])
            portion.add(*emissions.sum_up(connection, period, again=True))
            return
        gathered: list[tuple[int, _Result]] = []
        sums: list[dict[int, int]] = [{} for _ in range(plan.groups)]
        rests: list[dict[int, int]] = [{} for _ in range(plan.groups)]
        whole = True
        records = stored.records
        portion.open(period.start_s, stored)
        for source in plan.plain:
            row = records.get(source.points[0])
            result = source.known.get(row[6]) if row is not None and row[11] == "N" else None
            if result is None:
                result = self._result(connection, period, source, plan.version, records)
                if result is None:
                    whole = False
                    continue
            number = source.number
            if source.limited or result.mass is None or not portion.put(number, result):
                portion.add(emissions.keep(connection, period, source.figure, result.outcome))
            gathered.append((number, result))
            if result.counted is None:
                whole = False
            elif source.group >= 0:
                top, below = result.counted
                held = sums[source.group]
                held[below] = held.get(below, 0) + top
                if result.rest is not None:
                    _add(rests[source.group], result.rest)
        for name, number, group in plan.others:
            portion.add(emissions.revise(connection, period, name))
            kept = stored.get(number)
            if kept is None or kept.mass is None or kept.record.flag != "N":
                whole = False
            elif group >= 0:
                _add(sums[group], kept.mass)
                _add(rests[group], kept.equivalent - kept.mass)
        if whole:
            self._sum_up(connection, period, plan, sums, rests, portion)
            return
        for number, result in gathered:
            if number not in stored.kept_since and result.mass is not None:
                stored.put(number, _kept(period, number, result, stored))
        portion.add(*emissions.sum_up(connection, period, again=True))

    def _sum_up(
        self,
        connection: apsw.Connection,
        period: Period,
        plan: _Plan,
        sums: Sequence[Mapping[int, int]],
        rests: Sequence[Mapping[int, int]],
        portion: _Portion,
    ) -> None:
        """The figures of a period all of whose sources are told; of each group its numerators by denominator."""
        masses = [_fraction(each) for each in sums]
        more = [_fraction(each) for each in rests]
        method = self._emissions.config.method
        for each in plan.sums:
            mass = _total(masses, each.groups)
            rest = _total(more, each.groups)
            equivalent = mass + rest if rest else mass
            outcome = Outcome(mass, equivalent, "N", "", method, plan.version, each.told)
            result = self._kept_as(each.figure, outcome)
            if each.limited or not portion.put(each.number, result):
                portion.add(self._emissions.keep(connection, period, each.figure, outcome))

    def _plan(self, period: Period, span: Span) -> _Plan | None:
        """What is done for a period; None where versions change inside it, or its boundary cannot be used."""
        versions = self._emissions.versions
        boundary, _ = versions.boundary(period.start_s)
        if boundary is None or versions.changes(period.start_s, period.end_s):
            return None
        version = versions.number(period.start_s)
        key = (version, span.code, self._emissions.inside_at(period.start_s))
        for each in self._plans:
            if each.boundary is boundary and each.key == key:
                return each
        made = self._planned(boundary, key, version, period)
        self._plans.append(made)
        return made

    def _planned(self, boundary: Boundary, key: tuple[Any, ...], version: int, period: Period) -> _Plan:
        emissions = self._emissions
        has_class = emissions.has_class(period)
        sums = [(each, emissions.members_at(boundary, each, period.start_s)) for each in emissions.sums]
        held: dict[str, list[str]] = {}
        for figure, members in sums:
            for each in members:
                held.setdefault(each.id, []).append(figure.id)
        groups: dict[tuple[str, ...], int] = {}
        group_of = {
            name: groups.setdefault(tuple(figures), len(groups)) for name, figures in held.items() if has_class[name]
        }
        made = _Plan(boundary, key, version, [], [], [], len(groups))
        for source in boundary.sources:
            if not has_class[source.id]:
                continue
            number, group = emissions.number(source.id), group_of.get(source.id, -1)
            if _is_plain(source):
                points = tuple(emissions.number_of(each.point) for each in source.inputs if each.point)
                figure = emissions.of_source[source.id]
                limited = figure.id in self._limited
                made.plain.append(_Plain(source, figure, number, points, group, _only(source), limited))
            else:
                made.others.append((source.id, number, group))
        for figure, members in sums:
            here = [each.id for each in members if has_class[each.id]]
            if not here and (members or figure.of == SOURCE):
                continue
            without = [each.id for each in members if not has_class[each.id]]
            told = f"#{version}: " + (f"sum of {', '.join(here)}" if here else "no source")
            told += f"; without {', '.join(without)}" if without else ""
            mine = tuple(dict.fromkeys(group_of[name] for name in here))
            made.sums.append(_Sum(figure, emissions.number_of(figure.id), mine, told, figure.id in self._limited))
        return made

    def _result(
        self, connection: apsw.Connection, period: Period, source: _Plain, version: int, records: Mapping[int, Any]
    ) -> _Result | None:
        """The outcome of a source by the values of its points; None while one of them is still to come."""
        key: Any = ()
        for point in source.points:
            row = records.get(point)
            if row is None:
                return None
            key += (row[6], row[11], row[12])
        if len(source.points) == 1 and key[0] is not None and key[1] == "N":
            key = key[0]
        result = source.known.get(key)
        if result is None:
            row = records[source.points[0]]
            outcome = None if source.only is None else _of_value(source.bound, source.only, version, row[6], row[11])
            outcome = outcome or self._emissions.of_own(connection, period, source.bound, version)
            if outcome is None:
                return None
            self._remembered += 1
            if self._remembered > _MOST_RESULTS:
                self._forget()
            result = source.known[key] = self._kept_as(source.figure, outcome)
        return result

    def _forget(self) -> None:
        self._remembered = 0
        for plan in self._plans:
            for source in plan.plain:
                source.known.clear()

    def _kept_as(self, figure: FigureSet, outcome: Outcome) -> _Result:
        mass, equivalent = outcome.mass or Fraction(0), outcome.equivalent
        text = str(mass)
        alike = mass is equivalent or mass == equivalent
        value = None if outcome.mass is None else self._emissions.printed(figure, outcome)
        counted = None if outcome.mass is None or outcome.flag != "N" else mass.as_integer_ratio()
        return _Result(
            (value, outcome.flag, outcome.cause),
            (text, text if alike else str(equivalent), outcome.method, outcome.version),
            outcome.told, outcome.mass, None if alike else equivalent - mass, counted,
        )  # fmt: skip


def _is_plain(source: Bound) -> bool:
    """Whether the values of its points alone decide what a source emits."""
    return source.additive and all(each.point or not each.entry for each in source.inputs)


def _only(source: Bound) -> _Only | None:
    """The one input that is fed by a point; None where there are several, or it comes twice."""
    fed = [each for each in source.inputs if each.fixed is None]
    if len(fed) != 1 or not fed[0].extensive:
        return None
    told = [
        "" if each.fixed is None else f"{each.wanted.name}={short(each.fixed.value)} {each.wanted.unit}"
        for each in source.inputs
    ]
    at = source.inputs.index(fed[0])
    before = "".join(f"{each}, " for each in told[:at]) + f"{fed[0].wanted.name}="
    after = f" {fed[0].wanted.unit}" + "".join(f", {each}" for each in told[at + 1 :])
    return _Only(fed[0], called_of(source), before, after, source.gwp == 1)


def _of_value(source: Bound, only: _Only, version: int, text: str | None, flag: str) -> Outcome | None:
    """As `Emissions.of_own`, for one value of the one point that feeds a source; None where something is wrong."""
    if text is None:
        return None
    value = exactly(text) * only.fed.scale
    if source.doubt(only.fed, value):
        return None
    mass = source.mass({only.fed.wanted.name: value})
    told = f"{only.called} #{version}: {only.before}{short(value)}{only.after}"
    equivalent = mass if only.alike else mass * source.gwp
    return Outcome(mass, equivalent, flag, cause_of(flag), only.called, version, told)


def _add(by_denominator: dict[int, int], value: Fraction) -> None:
    below = value.denominator
    by_denominator[below] = by_denominator.get(below, 0) + value.numerator


def _fraction(by_denominator: Mapping[int, int]) -> Fraction:
    if not by_denominator:
        return _NOTHING
    common = lcm(*by_denominator)
    return Fraction(sum(number * (common // below) for below, number in by_denominator.items()), common)


def _total(of_groups: Sequence[Fraction], groups: Sequence[int]) -> Fraction:
    first, *others = [of_groups[each] for each in groups] or [_NOTHING]
    return sum(others, first)


def _is_same(row: Any, exact: Any, result: _Result) -> bool:
    """Whether a result is the stored one to the last digit, whatever version it is of now."""
    return (row[6], row[11], row[12]) == result.shown and exact[:2] == result.columns[:2]


def _kept(period: Period, number: int, result: _Result, stored: Stored) -> Kept:
    """What is kept of a figure once everything that is gathered is written."""
    outcome, row = result.outcome, stored.records[number]
    revision = row[13] + (not _is_same(row, stored.emissions[number], result))
    record = _record((period.span, period.start_s, number), period.end_s, result, revision)
    return Kept(record, outcome.mass, outcome.equivalent, outcome.method, outcome.version)


def _record(key: tuple[int, int, int], end_s: int, result: _Result, revision: int) -> Record:
    value, flag, cause = result.shown
    return Record(*key, end_s, None, None, value, None, None, 0, None, flag, cause, revision)
