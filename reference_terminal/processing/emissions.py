"""Emissions kept up with the activity they come from, in the same transaction (rulings R-13, R-16, R-21 to R-24).

Leaves the boundary to `accounting.boundary`, versions to `versions`. Of every period class that its points have, a
source has an emission: exact, in tonnes of the gas and of CO2 equivalent. Where activity alone decides, it comes from
the period's own activity; where a version changes inside the period, or a factor is measured, from the period's parts.
What a figure holds is the sum of the exact values of its sources, rounded once. A source without a value leaves the
sum without one: nothing is made up.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Any

import apsw
from msgspec import structs

from reference_terminal.accounting.boundary import Bound, Boundary, Fed
from reference_terminal.accounting.formula import FormulaError
from reference_terminal.accounting.printed import exactly, rounded, short
from reference_terminal.accounting.quantity import Quantity, UnitError
from reference_terminal.model.rows import BY_HAND, Record
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY, HOUR, MINUTE, MONTH, QUARTER, Span, span_of
from reference_terminal.processing import messages, stacks
from reference_terminal.processing.calibrations import OUT_OF_CONTROL, lost_control
from reference_terminal.processing.outcomes import (
    Entered,
    Kept,
    Outcome,
    Period,
    Shelf,
    Stored,
    Used,
    as_kept,
    is_alike,
)
from reference_terminal.processing.versions import Versions
from reference_terminal.settings.accounting import (
    AMOUNT,
    CATEGORY,
    ENTRY_CLASSES,
    EQUIVALENT,
    GAS,
    PRODUCTION,
    SCOPE,
    SOURCE,
    TOTAL,
    UNIT,
    VALUE,
    AccountingConfig,
    FigureSet,
    SourceConfig,
)
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store, insert_record, supersede

NO_ENTRY, NOT_YET = "nothing entered", "parts are missing"
_LOST, _INSTRUMENT = "B", "D"
_UPWARDS = (MINUTE, QUARTER, HOUR, DAY, MONTH)
_OF_PERIOD = "SELECT * FROM record WHERE span=? AND start_s=? AND point=?"
_EMISSION = "SELECT mass, equivalent, method, version FROM emission WHERE span=? AND start_s=? AND point=?"
RECORDS = "SELECT * FROM record WHERE span=? AND start_s BETWEEN ? AND ?"
EMISSIONS = (
    "SELECT start_s, point, mass, equivalent, method, version FROM emission WHERE span=? AND start_s BETWEEN ? AND ?"
)
"""What is stored of periods: records of every point, and what figures hold exactly."""
KEEP = "INSERT OR REPLACE INTO emission VALUES (?,?,?,?,?,?,?)"
_KEEP_BEFORE = (
    "INSERT OR IGNORE INTO emission_before SELECT span, start_s, point, ?, mass, equivalent, method, version"
    " FROM emission WHERE span=? AND start_s=? AND point=?"
)
_HOURS = (
    "SELECT r.start_s, e.mass, r.flag FROM record r LEFT JOIN emission e"
    " ON e.span=r.span AND e.start_s=r.start_s AND e.point=r.point"
    " WHERE r.span=? AND r.point=? AND r.start_s BETWEEN ? AND ?"
)
_LOOKED_BACK_S = 366 * DAY.code
"""So far back valid hours of a stack are looked for."""
_FORGET = "DELETE FROM emission WHERE span=? AND start_s=? AND point=?"
SOURCE_TOLD = "INSERT INTO record_source VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET source=excluded.source"
_ENTRIES = (
    "SELECT number, start_s, end_s, value, unit, origin, author, reason, entered_ms FROM accounting_entry"
    " WHERE source=? AND input=? AND start_s<? AND end_s>? ORDER BY number"
)


class Emissions:
    """The emissions of one emitter; `deliver(span, start_s, end_s)` queues a new revision for the centres."""

    def __init__(
        self,
        config: AccountingConfig,
        versions: Versions,
        numbers_of: Mapping[str, int],
        spans_of: Callable[[str], list[Span]],
        store: Store,
        journal: Journal,
        now_s: Callable[[], int],
    ) -> None:
        self._now_s = now_s
        self.config = config
        self.versions = versions
        self._numbers = numbers_of
        self._spans_of = spans_of
        self._store = store
        self._journal = journal
        self.deliver: Callable[[Span, int, int], None] = lambda span, start_s, end_s: None
        self.figures = {each.id: each for each in config.published}
        self.of_source = {each.key: each for each in config.published if each.of == SOURCE}
        self.sums = [each for each in config.published if each.of != SOURCE or each.measure != EQUIVALENT]
        self._units = {each.id: each for each in config.units}
        self._limits = [(self.figures[each.figure], each) for each in config.limits]
        self._open: tuple[int, int, Stored] | None = None
        self._known_members: dict[str, tuple[Boundary, list[Bound]]] = {}
        self._classes: dict[int, dict[str, bool]] = {}
        self._stacks = dict.fromkeys(each.id for each in config.sources if each.stack.valid)
        self._measured: dict[str, dict[int, stacks.Hour]] | None = None
        self._bounded = any(each.since_s or each.until_s for each in config.sources)
        self._dependent: dict[int, dict[str, None]] = {}
        for source in config.sources:
            for each in source.inputs.values():
                if each.point in numbers_of:
                    self._dependent.setdefault(numbers_of[each.point], {})[source.id] = None

    # Which classes there are

    def spans(self, source: SourceConfig) -> list[Span]:
        """The classes of periods in which a source has an emission, the shortest first."""
        found: list[Span] | None = None
        for each in source.inputs.values():
            if each.point:
                spans = self._spans_of(each.point)
            elif each.entry == AMOUNT:
                first = _UPWARDS.index(ENTRY_CLASSES[each.every])
                spans = list(_UPWARDS[first:])
            else:
                continue
            found = spans if found is None else [span for span in found if span in spans]
        return sorted(found or [], key=length_s)

    def spans_of_figure(self, name: str) -> list[Span]:
        """The classes that a figure has."""
        figure = self.figures[name]
        found = dict.fromkeys(
            span for each in self.config.sources if self._is_of(figure, each) for span in self.spans(each)
        )
        return sorted(found, key=length_s)

    @seam
    def _is_of(self, figure: FigureSet, source: SourceConfig) -> bool:
        """Whether a source may be part of a figure, by the settings."""
        return figure.key == source.id if figure.of == SOURCE else True

    # Keeping up

    def added(self, connection: apsw.Connection, records: Sequence[Record]) -> list[Record]:
        """Work out what new records complete; the records made, all kept."""
        made: list[Record] = []
        for period, sources in self._touched(records):
            done = [record for name in sources if (record := self._first(connection, period, name)) is not None]
            made += done
            if done:
                made += self.sum_up(connection, period, again=False)
                valid = [name for name in sources if self._is_measured(connection, period, name)]
                made += self._stand_in(connection, self._failed_beside(connection, period, valid))
        return made

    @seam
    def revised(self, connection: apsw.Connection, record: Record) -> list[Record]:
        """Work out again what a revised record is part of; the records revised, all kept."""
        return self._again(
            connection, self._touched([record]), told=[Period(record.span, record.start_s, record.end_s)]
        )

    def _touched(self, records: Sequence[Record]) -> list[tuple[Period, list[str]]]:
        """Periods with the sources that these records feed, the short ones first."""
        found: dict[Period, dict[str, None]] = {}
        for record in records:
            for name in self._dependent.get(record.point, ()):
                found.setdefault(Period(record.span, record.start_s, record.end_s), {})[name] = None
        ordered = sorted(found, key=lambda each: (each.end_s - each.start_s, each.start_s))
        return [(period, list(found[period])) for period in ordered]

    def _first(self, connection: apsw.Connection, period: Period, name: str) -> Record | None:
        """The record of a source's period unless it is kept already, or something is still to come."""
        number = self.number(name)
        if self._record(connection, period.span, period.start_s, number) is not None:
            return None
        outcome = self.work_out(connection, period, name)
        return None if outcome is None else self.keep(connection, period, self.of_source[name], outcome)

    def number_of(self, point: str) -> int:
        """The number of a point, a figure among them."""
        return self._numbers[point]

    def number(self, source: str) -> int:
        """The number of the figure of a source."""
        return self._numbers[self.of_source[source].id]

    def _again(
        self,
        connection: apsw.Connection,
        touched: list[tuple[Period, list[str]]],
        told: Sequence[Period] = (),
        *,
        beside: bool = True,
    ) -> list[Record]:
        """Work periods out again, and those above them that are made of parts; deliver what nobody else does.

        `beside`: failed hours of stacks beside them too.
        """
        made: list[Record] = []
        failed: dict[tuple[Period, str], None] = {}
        waiting = list(touched)
        while waiting:
            period, names = waiting.pop(0)
            changed = [each for name in names if (each := self.revise(connection, period, name)) is not None]
            sums = self.sum_up(connection, period, again=True)
            made += changed + sums
            if not (changed or sums):
                continue
            if period not in told:
                self.deliver(span_of(period.span), period.start_s, period.end_s)
            waiting += [(above, names) for above in self._above(period, names)]
            failed |= self._failed_beside(connection, period, names) if beside else {}
        return made + self._stand_in(connection, failed)

    def _is_measured(self, connection: apsw.Connection, period: Period, name: str) -> bool:
        """Whether a stack has a value of an hour that was measured, or entered."""
        if name not in self._stacks or period.span != HOUR.code:
            return False
        kept = self.kept(connection, period.span, period.start_s, self.number(name))
        return kept is not None and kept.mass is not None and kept.record.flag in stacks.VALID

    def _stand_in(self, connection: apsw.Connection, failed: Mapping[tuple[Period, str], None]) -> list[Record]:
        """What stands for failed hours of stacks, worked out again."""
        if not failed:
            return []
        self._measured = {}
        try:
            return self._again(connection, [(period, [name]) for period, name in failed], beside=False)
        finally:
            self._measured = None

    @seam
    def _above(self, period: Period, names: Sequence[str]) -> list[Period]:
        """The period of the next longer class that has this one as a part; of a stack all up to its hour."""
        later = [span for span in _UPWARDS if length_s(span) > length_s(span_of(period.span))]
        if any(name in self._stacks for name in names):
            later = [span for span in later if length_s(span) <= HOUR.code] or later[:1]
        else:
            later = later[:1]
        return [Period(span.code, span.start(period.start_s), span.end(span.start(period.start_s))) for span in later]

    def revise(self, connection: apsw.Connection, period: Period, name: str) -> Record | None:
        """A source's period worked out anew; None if nothing changes."""
        outcome = self.work_out(connection, period, name)
        if outcome is None:
            return None
        return self.keep(connection, period, self.of_source[name], outcome)

    def sum_up(self, connection: apsw.Connection, period: Period, *, again: bool) -> list[Record]:
        """The figures of a period that can be told now."""
        made: list[Record] = []
        shelf = self._shelf(connection, period)
        for figure in self.sums:
            if not again and self._numbers[figure.id] in shelf.kept:
                continue
            outcome = self.sum_of(connection, period, figure, shelf)
            if outcome is None:
                continue
            record = self.keep(connection, period, figure, outcome)
            made += [] if record is None else [record]
        return made

    def keep(self, connection: apsw.Connection, period: Period, figure: FigureSet, outcome: Outcome) -> Record | None:
        """Keep a result, as a new revision where it differs from what was kept; None if it does not.

        It differs where a digit of the exact value does, shown or not; another version alone is no other result.
        """
        number = self._numbers[figure.id]
        value = None if outcome.mass is None else self.printed(figure, outcome)
        record = Record(
            period.span, period.start_s, number, period.end_s,
            None, None, value, None, None, 0, None, outcome.flag, outcome.cause,
        )  # fmt: skip
        key = (period.span, period.start_s, number)
        old = self._record(connection, *key)
        before = None if self._open is None else self._open[2].get(number)
        if before is not None and is_alike(before, outcome):
            return None
        same = old is not None and (old.value, old.flag, old.cause) == (record.value, record.flag, record.cause)
        if same:
            exact = before or self.kept(connection, *key)
            same = exact is None or (exact.mass, exact.equivalent) == (outcome.mass, outcome.equivalent)
        if old is None:
            insert_record(connection, record)
        elif not same:
            record = structs.replace(record, revision=old.revision + 1)
            connection.execute(_KEEP_BEFORE, (old.revision, *key))
            supersede(connection, record)
        if outcome.mass is None:
            connection.execute(_FORGET, key)
        else:
            connection.execute(
                KEEP, (*key, str(outcome.mass), str(outcome.equivalent), outcome.method, outcome.version)
            )
        self._keep_source(connection, key, outcome)
        if self._open is not None:
            stored = old if same and old is not None else record
            kept = Kept(stored, outcome.mass, outcome.equivalent, outcome.method, outcome.version)
            self._open[2].put(number, kept)
        if not same:
            self._warn(figure, period, value)
        return None if same else record

    def _keep_source(self, connection: apsw.Connection, key: tuple[int, int, int], outcome: Outcome) -> None:
        connection.execute(SOURCE_TOLD, (*key, outcome.told))

    @seam
    def _warn(self, figure: FigureSet, period: Period, value: str | None) -> None:
        """Raise or clear the alarm of a warning limit (ISC-2 7.2.6)."""
        for limited, limit in self._limits:
            if limited.id != figure.id or limit.span != span_of(period.span).name or value is None:
                continue
            subject = f"{figure.id} {limit.span}"
            if Decimal(value) > limit.above:
                above = {"value": value, "limit": str(limit.above), "unit": figure.point.unit}
                self._journal.raise_alarm(messages.EMISSION_LIMIT, subject, **above)
            else:
                self._journal.clear_alarm(messages.EMISSION_LIMIT, subject)

    def printed(self, figure: FigureSet, outcome: Outcome) -> str:
        """What a figure shows of a result: rounded half up, once (R-23)."""
        tonnes = outcome.equivalent if figure.measure == EQUIVALENT else outcome.mass or Fraction(0)
        return shown(figure, tonnes)

    # One source

    def work_out(self, connection: apsw.Connection, period: Period, name: str) -> Outcome | None:
        """The emission of a source in a period; None while a record of one of its points is still to come."""
        boundary, wrong = self.versions.boundary(period.start_s)
        version = self.versions.number(period.start_s)
        if boundary is None:
            return Outcome(None, Fraction(0), _INSTRUMENT, wrong, "", version)
        source = boundary.named(name)
        assert source is not None
        if source.source.stack.valid:
            return self._of_stack(connection, period, source, version)
        split = self._is_split(connection, period, source)
        if split or not source.additive:
            parts = self._of_parts(connection, period, source)
            if parts is not None:
                return parts
        if split:
            told = self._is_over(connection, period, source)
            return Outcome(None, Fraction(0), _LOST, NOT_YET, _called(source), version) if told else None
        return self.of_own(connection, period, source, version)

    def _is_split(self, connection: apsw.Connection, period: Period, source: Bound) -> bool:
        """Whether something changes inside a period that has parts; for the shortest class its start decides."""
        if self._amounts_are_shorter(period, source):
            return True
        if self.part_of(span_of(period.span), self.spans(source.source)) is None:
            return False
        return self.versions.changes(period.start_s, period.end_s) or self._values_change(connection, period, source)

    def _is_over(self, connection: apsw.Connection, period: Period, source: Bound) -> bool:
        """Whether all that could still come of a period has come."""
        if period.end_s > self._now_s():
            return False
        return self._has_come(connection, period, source)

    def _has_come(self, connection: apsw.Connection, period: Period, source: Bound) -> bool:
        """Whether every point that feeds a source has its record."""
        numbers = [self._numbers[each] for each in source.points]
        return all(self._record(connection, period.span, period.start_s, number) for number in numbers)

    def of_own(self, connection: apsw.Connection, period: Period, source: Bound, version: int) -> Outcome | None:
        """The emission of a period by the period's own values."""
        used: list[Used] = []
        for fed in source.inputs:
            found = self._input(connection, period, source, fed)
            if found is None:
                return None
            if isinstance(found, str):
                flag, _, cause = found.partition(" ")
                return Outcome(None, Fraction(0), flag, cause, _called(source), version, bound=source)
            doubt = "" if found.fed.fixed is not None and found.entry is None else source.doubt(fed, found.value)
            if doubt:
                return Outcome(None, Fraction(0), _INSTRUMENT, f"{fed.wanted.name}: {doubt}", _called(source), version)
            used.append(found)
        try:
            mass = source.mass({each.fed.wanted.name: each.value for each in used})
        except FormulaError as error:
            return Outcome(None, Fraction(0), _INSTRUMENT, str(error), _called(source), version, bound=source)
        flags = [each.flag for each in used if each.flag != "N"]
        flag = BY_HAND if BY_HAND in flags else next(iter(flags), "N")
        cause = cause_of(flag)
        told = ", ".join(f"{each.fed.wanted.name}={short(each.value)} {each.fed.wanted.unit}" for each in used)
        return Outcome(
            mass, mass * source.gwp, flag, cause, _called(source), version,
            f"{_called(source)} #{version}: {told}", tuple(used), source,
        )  # fmt: skip

    def _input(self, connection: apsw.Connection, period: Period, source: Bound, fed: Fed) -> Used | str | None:
        """One input of a period; why there is none (flag and cause), or None while it is still to come."""
        name = fed.wanted.name
        if fed.point:
            record = self._record(connection, period.span, period.start_s, self._numbers[fed.point])
            if record is None:
                return None
            if record.value is None:
                return f"{record.flag} {fed.point}: {record.cause or 'no value'}"
            value = exactly(record.value)
            if not fed.extensive and record.flag != BY_HAND and record.total is not None and record.n:
                value = Fraction(record.total) / record.n
            return Used(fed, value * fed.scale, fed.point, record, None, record.flag)
        if fed.entry:
            entered = self._entered(connection, period, source.id, name, amount=fed.entry == AMOUNT)
            if entered is not None:
                try:
                    value = Quantity.of(Fraction(entered.value), entered.unit).in_unit(fed.wanted.unit)
                except UnitError as error:
                    return f"{_INSTRUMENT} {name}: {error}"
                return Used(fed, value, entered.origin, None, entered, BY_HAND)
            if fed.fixed is None:
                return f"{_LOST} {name}: {NO_ENTRY}"
        assert fed.fixed is not None
        return Used(fed, fed.fixed.value, fed.fixed.origin)

    @seam
    def _entered(
        self, connection: apsw.Connection, period: Period, source: str, name: str, *, amount: bool
    ) -> Entered | None:
        """The latest entry that counts: an amount of exactly this period, a value whose period holds this one."""
        latest: Entered | None = None
        rows: list[Any] = list(connection.execute(_ENTRIES, (source, name, period.end_s, period.start_s)))
        for each in (Entered(*row) for row in rows):
            whole = each.start_s <= period.start_s and period.end_s <= each.end_s
            if (each.start_s, each.end_s) == (period.start_s, period.end_s) or (whole and not amount):
                latest = each
        return latest

    def _amounts_are_shorter(self, period: Period, source: Bound) -> bool:
        """Whether amounts entered for shorter periods make a period up."""
        every = [fed.given.every for fed in source.inputs if fed.entry == AMOUNT and fed.given is not None]
        return any(ENTRY_CLASSES[each].code != period.span for each in every)

    def _values_change(self, connection: apsw.Connection, period: Period, source: Bound) -> bool:
        """Whether an entered value begins or ends inside a period."""
        for name in [fed.wanted.name for fed in source.inputs if fed.entry == VALUE]:
            rows: list[Any] = list(connection.execute(_ENTRIES, (source.id, name, period.end_s, period.start_s)))
            if any(row[1] > period.start_s or row[2] < period.end_s for row in rows):
                return True
        return False

    def _of_parts(self, connection: apsw.Connection, period: Period, source: Bound) -> Outcome | None:
        """The emission of a period as the sum of its parts; None unless all of them have one."""
        lower = self.part_of(span_of(period.span), self.spans(source.source))
        if lower is None:
            return None
        found = self._parts(connection, period, self.number(source.id), lower)
        if found is None:
            return None
        mass = sum((each.mass or Fraction(0) for each in found), Fraction(0))
        equivalent = sum((each.equivalent for each in found), Fraction(0))
        version, told = _of_versions(found, lower)
        told = f"{_called(source)} {told}"
        flag, cause = _carried(found)
        return Outcome(mass, equivalent, flag, cause, _called(source), version, told, (), source, lower)

    # Stacks

    def _of_stack(self, connection: apsw.Connection, period: Period, source: Bound, version: int) -> Outcome | None:
        """What was measured in a stack: of its shortest periods, of its hours, or a substitute for an hour."""
        spans = self.spans(source.source)
        if span_of(period.span) == spans[0]:
            return self._if_in_control(connection, period, self.of_own(connection, period, source, version))
        if length_s(span_of(period.span)) > HOUR.code:
            found = self._of_parts(connection, period, source)
            told = found is None and self._is_over(connection, period, source)
            return Outcome(None, Fraction(0), _LOST, NOT_YET, _called(source), version) if told else found
        if not self._has_come(connection, period, source):
            return None
        starts = range(period.start_s, period.end_s, length_s(spans[0]))
        number = self.number(source.id)
        found = [self.kept(connection, spans[0].code, at_s, number) for at_s in starts]
        known = [each for each in found if each is not None and each.mass is not None]
        valid = [each for each in known if each.record.flag in stacks.VALID]
        called, share = _called(source), f"{len(valid)} of {len(starts)} {spans[0].name} values"
        doubted = [each for each in found if each is not None and each.record.cause.startswith(OUT_OF_CONTROL)]
        share += f", {len(doubted)} {OUT_OF_CONTROL}" if doubted else ""
        if stacks.enough(source.source.stack, len(valid), len(starts)):
            mass = stacks.mean([each.mass or Fraction(0) for each in valid], len(starts))
            told = f"{called} #{version}: mean of {share} for the {span_of(period.span).name}"
            flag, cause = _carried(valid)
            return Outcome(mass, mass * source.gwp, flag, cause, called, version, told, (), source, spans[0])
        if span_of(period.span) != HOUR:
            return Outcome(None, Fraction(0), _LOST, f"{share} are too few", called, version, bound=source)
        hours = self._hours(connection, source.id, period.start_s)
        stands = stacks.substitute(source.source.stack, hours, period.start_s)
        told = f"{called} #{version}: {share}; {stands.cause}"
        mass = stands.mass or Fraction(0)
        return Outcome(
            stands.mass, mass * source.gwp, _LOST, f"{share}; {stands.cause}", called, version, told, (), source,
            stands=stands.hours,
        )  # fmt: skip

    def _if_in_control(self, connection: apsw.Connection, period: Period, outcome: Outcome | None) -> Outcome | None:
        """What a stack's instruments measured, unless a calibration says that they were out of control."""
        if outcome is None or outcome.bound is None or outcome.mass is None or outcome.flag == BY_HAND:
            return outcome
        source = outcome.bound.source
        cause = lost_control(connection, source.id, source.stack, period.start_s, period.end_s)
        if not cause:
            return outcome
        return Outcome(None, Fraction(0), _INSTRUMENT, cause, outcome.method, outcome.version, bound=outcome.bound)

    def failed_around(self, name: str, from_s: int, to_s: int) -> tuple[int, int]:
        """[from, to) of a stack, and the hours that are not valid on either side of it."""
        hours = self._hours(self._store.connection, name, to_s)
        first_s, last_s = HOUR.start(from_s), HOUR.start(max(from_s, to_s - 1))
        return min(from_s, stacks.failure(hours, first_s)[0]), max(to_s, stacks.failure(hours, last_s)[1])

    def _hours(self, connection: apsw.Connection, name: str, at_s: int) -> dict[int, stacks.Hour]:
        """The stored hours of a source that decide about one of them."""
        if self._measured is not None and name in self._measured:
            return self._measured[name]
        key = (HOUR.code, self.number(name), at_s - _LOOKED_BACK_S, self._now_s())
        rows: list[Any] = list(connection.execute(_HOURS, key))
        hours = {row[0]: stacks.Hour(None if row[1] is None else Fraction(row[1]), row[2]) for row in rows}
        if self._measured is not None:
            self._measured[name] = hours
        return hours

    def _failed_beside(
        self, connection: apsw.Connection, period: Period, names: Sequence[str]
    ) -> dict[tuple[Period, str], None]:
        """Hours of stacks beside one that was worked out, which are not valid: what stands for them may change."""
        found: dict[tuple[Period, str], None] = {}
        for name in names if period.span == HOUR.code else ():
            if name not in self._stacks:
                continue
            hours = self._hours(connection, name, period.start_s)
            for at_s in (period.start_s - HOUR.code, period.end_s):
                if at_s in hours and not hours[at_s].valid:
                    failed = range(*stacks.failure(hours, at_s), HOUR.code)
                    found |= {(Period(HOUR.code, each, each + HOUR.code), name): None for each in failed}
            found.pop((period, name), None)
        return found

    def part_of(self, span: Span, spans: Sequence[Span]) -> Span | None:
        """The longest class whose periods make up those of `span`; None if there is none."""
        known = [each for each in _UPWARDS if each in spans and length_s(each) < length_s(span)]
        return next((each for each in reversed(known) if _nests(each, span)), None)

    def _parts(self, connection: apsw.Connection, period: Period, number: int, lower: Span) -> list[Kept] | None:
        found: list[Kept] = []
        at_s = period.start_s
        while at_s < period.end_s:
            kept = self.kept(connection, lower.code, at_s, number)
            if kept is None or kept.mass is None:
                return None
            found.append(kept)
            at_s = lower.end(at_s)
        return found

    # Figures of several sources

    def _shelf(self, connection: apsw.Connection, period: Period) -> Shelf:
        """What is stored of a period, of all figures at once, and which sources have values of its class."""
        if self._open is not None and self._open[:2] == (period.span, period.start_s):
            return Shelf(self._open[2], self.has_class(period))
        key = (period.span, period.start_s, period.start_s)
        records: list[Any] = list(connection.execute(RECORDS, key))
        emissions: list[Any] = list(connection.execute(EMISSIONS, key))
        stored = Stored({row[2]: row for row in records}, {row[1]: row[2:] for row in emissions})
        return Shelf(stored, self.has_class(period))

    def has_class(self, period: Period) -> dict[str, bool]:
        """Which sources have values of a class; looked up once while many periods are worked out again."""
        known = None if self._open is None else self._classes.get(period.span)
        if known is None:
            span = span_of(period.span)
            known = self._classes[period.span] = {each.id: span in self.spans(each) for each in self.config.sources}
        return known

    def sum_of(
        self, connection: apsw.Connection, period: Period, figure: FigureSet, shelf: Shelf | None = None
    ) -> Outcome | None:
        """What a figure holds in a period; None while a source's value is still to come, or it has no sources there."""
        shelf = shelf or self._shelf(connection, period)
        version = self.versions.number(period.start_s)
        if self.versions.changes(period.start_s, period.end_s):
            lower = self.part_of(span_of(period.span), self.spans_of_figure(figure.id))
            parts = None if lower is None else self._parts(connection, period, self._numbers[figure.id], lower)
            if parts is not None and lower is not None:
                beside, lack = self._beside_parts(period, figure, shelf, lower)
                if lack is not None:
                    return Outcome(None, Fraction(0), *lack, self.config.method, version)
                every = [*parts, *beside.values()]
                mass = sum((each.mass or Fraction(0) for each in every), Fraction(0))
                equivalent = sum((each.equivalent for each in every), Fraction(0))
                version, told = _of_versions(parts, lower)
                told += f"; {', '.join(beside)} of the {span_of(period.span).name}" if beside else ""
                return Outcome(mass, equivalent, *_carried(every), self.config.method, version, told, parts=lower)
        boundary, wrong = self.versions.boundary(period.start_s)
        if boundary is None:
            return Outcome(None, Fraction(0), _INSTRUMENT, wrong, "", version)
        held: list[Kept] = []
        names: list[str] = []
        lack: tuple[str, str] | None = None
        members = self.members_at(boundary, figure, period.start_s)
        without = [each.id for each in members if not shelf.has_class[each.id]]
        for source in members:
            if not shelf.has_class[source.id]:
                continue
            kept = shelf.kept.get(self.number(source.id))
            if kept is None:
                if source.points:
                    return None
                lack = lack or (_LOST, f"{source.id}: {NO_ENTRY}")
            elif kept.mass is None:
                lack = lack or (kept.record.flag, f"{source.id}: {kept.record.cause or 'no value'}")
            else:
                held.append(kept)
                names.append(source.id)
        if not held and lack is None:
            return None if members or figure.of == SOURCE else self._empty(version)
        if lack is not None:
            return Outcome(None, Fraction(0), *lack, self.config.method, version)
        mass = sum((each.mass or Fraction(0) for each in held), Fraction(0))
        equivalent = sum((each.equivalent for each in held), Fraction(0))
        told = f"#{version}: sum of {', '.join(names)}" + (f"; without {', '.join(without)}" if without else "")
        return Outcome(mass, equivalent, *_carried(held), self.config.method, version, told)

    def _beside_parts(
        self, period: Period, figure: FigureSet, shelf: Shelf, lower: Span
    ) -> tuple[dict[str, Kept], tuple[str, str] | None]:
        """The sources of a figure that have values of a period and none of its parts; why one has none, if so."""
        boundary, wrong = self.versions.boundary(period.start_s)
        if boundary is None:
            return {}, (_INSTRUMENT, wrong)
        found: dict[str, Kept] = {}
        for source in self.members_at(boundary, figure, period.start_s):
            if not shelf.has_class[source.id] or lower in self.spans(source.source):
                continue
            kept = shelf.kept.get(self.number(source.id))
            if kept is None or kept.mass is None:
                flag, cause = (_LOST, NO_ENTRY) if kept is None else (kept.record.flag, kept.record.cause)
                return {}, (flag, f"{source.id}: {cause or 'no value'}")
            found[source.id] = kept
        return found, None

    def _empty(self, version: int) -> Outcome:
        """A figure of which no source has a part in a period: zero, as nothing of it was emitted."""
        return Outcome(Fraction(0), Fraction(0), "N", "", self.config.method, version, f"#{version}: no source")

    def members_at(self, boundary: Boundary, figure: FigureSet, at_s: int) -> list[Bound]:
        """The same as `members`, remembered as long as only the boundary decides."""
        if self._bounded:
            return self.members(boundary, figure, at_s)
        known = self._known_members.get(figure.id)
        if known is None or known[0] is not boundary:
            known = (boundary, self.members(boundary, figure, at_s))
            self._known_members[figure.id] = known
        return known[1]

    def inside_at(self, at_s: int) -> tuple[bool, ...]:
        """Which sources lie inside by the settings, where that changes at some instant; else nothing."""
        return tuple(inside(each, at_s) for each in self.config.sources) if self._bounded else ()

    @seam
    def members(self, boundary: Boundary, figure: FigureSet, at_s: int) -> list[Bound]:
        """The sources whose sum a figure is, at an instant."""
        shown_apart = figure.of == CATEGORY and not any(
            each.term.counts for each in boundary.sources if each.category == figure.key
        )
        return [each for each in boundary.sources if self._holds(figure, each, at_s, apart=shown_apart)]

    def _holds(self, figure: FigureSet, source: Bound, at_s: int, *, apart: bool) -> bool:
        """Whether a figure holds a source; `apart`: its category is one that the method shows beside the total."""
        if figure.of == SOURCE:
            return figure.key == source.id and figure.measure in (EQUIVALENT, source.term.gas)
        if not (source.counts or (apart and source.inside)) or not inside(source.source, at_s):
            return False
        if figure.measure not in (EQUIVALENT, source.term.gas):
            return False
        unit = self._units.get(source.source.unit)
        words = {
            TOTAL: "",
            UNIT: source.source.unit,
            CATEGORY: source.category,
            SCOPE: str(source.term.scope),
            GAS: source.term.gas,
            PRODUCTION: "" if unit is None else unit.production,
        }
        return words[figure.of] == figure.key

    # Stored values

    @contextmanager
    def opened(self, period: Period, stored: Stored) -> Generator[None]:
        """While a period is worked out again what is stored of it is read and kept here too."""
        self._open = (period.span, period.start_s, stored)
        try:
            yield
        finally:
            self._open = None

    def begin(self) -> None:
        """Much is worked out again from here: which classes the sources have is looked up once."""
        self._classes.clear()

    def _record(self, connection: apsw.Connection, span: int, start_s: int, number: int) -> Record | None:
        if self._open is not None and self._open[:2] == (span, start_s):
            found = self._open[2].get(number)
            return None if found is None else found.record
        row: Any = connection.execute(_OF_PERIOD, (span, start_s, number)).fetchone()
        return None if row is None else Record(*row)

    def kept(self, connection: apsw.Connection, span: int, start_s: int, number: int) -> Kept | None:
        """What is stored of a figure's period."""
        record = self._record(connection, span, start_s, number)
        if record is None:
            return None
        return as_kept(record, connection.execute(_EMISSION, (span, start_s, number)).fetchone())


@seam
def shown(figure: FigureSet, tonnes: Fraction) -> str:
    """Tonnes as a figure shows them."""
    return rounded(tonnes * (1000 if figure.mass == "kg" else 1), figure.point.decimals)


def inside(source: SourceConfig, at_s: int) -> bool:
    """Whether a source lies inside the boundary at an instant, by the settings."""
    return source.since_s <= at_s and (not source.until_s or at_s < source.until_s)


def length_s(span: Span) -> int:
    """The length of a class, to order them; a month has its longest."""
    return span.code or 31 * DAY.code


def _nests(lower: Span, upper: Span) -> bool:
    return not upper.code or (bool(lower.code) and upper.code % lower.code == 0)


def _of_versions(parts: Sequence[Kept], lower: Span) -> tuple[int, str]:
    """The newest version that parts were worked out with, and the sentence that tells all of them."""
    numbers = dict.fromkeys(each.version for each in parts)
    told = ", ".join(f"#{each}" for each in sorted(numbers))
    return max(numbers), f"{told}: sum of {len(parts)} {lower.name} values"


def called_of(source: Bound) -> str:
    """How a result names its method."""
    return _called(source)


def cause_of(flag: str) -> str:
    """Why a result bears the flag of what it was computed with."""
    return "" if flag == "N" else "computed with entries by hand" if flag == BY_HAND else "computed with such data"


@seam
def _called(source: Bound) -> str:
    return f"{source.method.id} {source.edition}"


def _carried(parts: Sequence[Kept]) -> tuple[str, str]:
    """Flag and cause of a sum: set by hand if any part is, else the first that is not normal."""
    marked = [each.record for each in parts if each.record.flag != "N"]
    hand = next((each for each in marked if each.flag == BY_HAND), None)
    found = hand or next(iter(marked), None)
    return ("N", "") if found is None else (found.flag, found.cause)
