"""Time series: samples as they came, revisions beside them, and the records of hours to years that follow from them.

Leaves where samples come from to the intake and what points are to their objects. What comes in marks the days it
touches; their records are computed anew before anybody reads them, so that late and revised data count and nothing is
counted twice. A record takes what is best: whole automatic data, then entries by hand (a meter read, a settlement, an
invoice, a test), then whatever there is, told as incomplete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import gcd
from typing import Any, cast

import msgspec
from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from simulators.platform.core.ground import Ground
from simulators.platform.core.numbers import quotient, text
from simulators.platform.core.reckoning import (
    DAY_S,
    HOLD_US,
    HOUR_S,
    MINUTE,
    MONTH_S,
    SPANS,
    STAND_IN,
    Part,
    Point,
    converted,
    counts,
    filled,
    hours_of,
    joined,
    own_of,
    part_of,
)
from simulators.platform.core.seams import seam
from simulators.platform.core.tables import (
    DirtyRow,
    KeptRow,
    ObjectRow,
    RecordRow,
    RevisedRow,
    SampleRow,
    SeriesRow,
)
from simulators.platform.core.times import DAY, HOUR, PERIODS, SECOND, end_of, start_of

_CHUNK = 400
_ONE = Decimal(1)
_DAYS = 31
"""Days whose samples are held at once."""
_ACQUIRED: dict[str, tuple[int, ...]] = {
    "minute": tuple(each for each in SPANS if 0 < each < HOUR_S),
    "quarter": (900,),
}
"""Classes of records shorter than an hour: the spans of their samples."""
_EVIDENCE = ("meter", "settlement", "invoice", "test")
"""Evidence of an entry by hand, best first."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What came in: `span` in seconds (0: a reading), `way` it came, `quality` valid or invalid.

    `why` says what is wrong with an invalid one: flag, limit or empty. `value` is the text as sent.
    """

    point: str
    at: int
    span: int
    value: str
    flag: str
    quality: str
    why: str
    way: str
    received: int
    revision: int


class Revised(msgspec.Struct, frozen=True, kw_only=True):
    """A value that another took the place of at `replaced`."""

    point: str
    at: int
    span: int
    revision: int
    value: str
    flag: str
    received: int
    replaced: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A period of a point. `value`: the total of a counter, else the mean; `completeness` 0 to 1 of the period's time.

    `state`: complete, incomplete, running (not over yet), corrected (as acquired, and revised), invalid
    (shown, never summed), manual (from an entry), filled (as the point says). `source`: sum, own (as sent), fill, or
    the evidence of the entry.
    """

    point: str
    start: int
    end: int
    value: str
    unit: str
    state: str
    completeness: Decimal
    source: str


@dataclass(frozen=True)
class Arrival:
    """A value that has come for a point, text as sent; empty: none, and the flag says why. `fields`: what else came."""

    point: Point
    at: int
    span: int
    value: str
    flag: str
    way: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Taken:
    """What became of an arrival: new, copy (the same again) or revised."""

    arrival: Arrival
    quality: str
    outcome: str


@dataclass(frozen=True)
class _Given:
    """An entry by hand."""

    period: str
    start: int
    value: Decimal
    evidence: str
    at: int


class Series:
    """The time series of one platform."""

    def __init__(self, ground: Ground) -> None:
        self._ground = self.ground = ground
        self._minutes: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._points: dict[str, Point] | None = None
        self._entries: dict[str, list[_Given]] | None = None
        self._marked: set[tuple[int, int]] = set()
        ground.changed.append(self._forget)

    def _forget(self, kind: str) -> None:
        if kind == "point":
            self._points = None
        elif kind == "entry":
            self._entries = None

    # Points.

    def point(self, key: str) -> Point | None:
        """A point by its key, whoever asks."""
        if self._points is None:
            with self._ground.db.begin() as session:
                self._points = {
                    key: _point(key, msgspec.json.decode(body))
                    for key, body in session.execute(
                        select(ObjectRow.id, ObjectRow.body).where(ObjectRow.kind == "point").order_by(ObjectRow.number)
                    )
                }
        return self._points.get(key)

    def _number(self, session: Session, point: str, *, make: bool = False) -> int | None:
        number = self._numbers.get(point)
        if number is None:
            number = session.scalar(select(SeriesRow.number).where(SeriesRow.point == point))
            if number is None and make:
                row = SeriesRow(point=point)
                session.add(row)
                session.flush()
                number = row.number
            if number is not None:
                self._numbers[point] = number
        return number

    # Minute data.

    def learn(self, terminal: str, at: int) -> None:
        """Minute data of a terminal begin at this instant: its interval is what all its starts have in common."""
        known = self.minutes(terminal)
        found = gcd(known, at // (60 * SECOND) % 60)
        if found == known:
            return
        self._minutes[terminal] = found
        with self._ground.db.begin() as session:
            rows = [{"name": f"minutes/{terminal}", "value": str(found)}]
            self._ground.db.upsert(session, KeptRow.__table__, rows, ("value",))  # pyright: ignore[reportArgumentType]
        self.point("")
        for each in (self._points or {}).values():
            if each.terminal == terminal:
                self.mark_all(each.id)

    def minutes(self, terminal: str) -> int:
        """The interval of a terminal's minute data, in minutes; 60 until more is known."""
        known = self._minutes.get(terminal)
        if known is None:
            with self._ground.db.begin() as session:
                row = session.get(KeptRow, f"minutes/{terminal}")
            known = self._minutes[terminal] = int(row.value) if row is not None else 60
        return known

    # Taking.

    @seam
    def take(self, arrivals: Sequence[Arrival]) -> list[Taken]:
        """Keep what came, within the transaction that is open; nothing is counted twice, what differs is a revision."""
        try:
            with self._ground.db.begin() as session:
                return self._take(session, arrivals)
        except BaseException:
            self._numbers.clear()
            self._marked.clear()
            self._minutes.clear()
            raise

    def _take(self, session: Session, arrivals: Sequence[Arrival]) -> list[Taken]:
        now = self._ground.now_us()
        keys = [(self._number(session, each.point.id, make=True) or 0, each.span, each.at) for each in arrivals]
        there = self._there(session, keys)
        fresh: dict[tuple[int, int, int], dict[str, Any]] = {}
        told: list[Taken] = []
        for key, arrival in zip(keys, arrivals, strict=True):
            quality = quality_of(arrival)
            row = there.get(key)
            known = fresh.get(key) or row
            if known is not None and same(known, arrival.value, arrival.flag):
                known["copies"] += 1
                if row is not None:
                    self._counted(session, key, known["copies"])
                told.append(Taken(arrival, quality, "copy"))
                continue
            made = {
                "series": key[0],
                "span": key[1],
                "at": key[2],
                "value": arrival.value,
                "flag": arrival.flag,
                "quality": quality,
                "way": arrival.way,
                "received": now,
                "revision": 1,
                "copies": 1,
                "fields": msgspec.json.encode(arrival.fields).decode() if arrival.fields else "",
            }
            if known is not None:
                made["revision"] = known["revision"] + 1
                self._revise(session, key, known, now)
            if row is not None:
                row.update(made)
                session.execute(_where(update(SampleRow), key).values(**made))
            else:
                fresh[key] = made
            told.append(Taken(arrival, quality, "new" if known is None else "revised"))
            self._mark(session, key[0], key[1], key[2])
        for at in sorted({key[2] for key in fresh}):
            self._ground.db.room_for(session, at)
        if fresh:
            _run(session, _PUT_SAMPLES, list(fresh.values()))
        return told

    def _there(
        self, session: Session, keys: Sequence[tuple[int, int, int]]
    ) -> dict[tuple[int, int, int], dict[str, Any]]:
        """What is kept under these keys."""
        groups: dict[tuple[int, int], list[int]] = {}
        by_time = len({key[1:] for key in keys}) <= len({key[:2] for key in keys})
        for series, span, at in keys:
            groups.setdefault((span, at) if by_time else (series, span), []).append(series if by_time else at)
        found: dict[tuple[int, int, int], dict[str, Any]] = {}
        for (first, second), others in groups.items():
            for index in range(0, len(others), _CHUNK):
                asked = {"first": first, "second": second, "others": others[index : index + _CHUNK]}
                for row in _run(session, _THERE_AT if by_time else _THERE_OF, asked):
                    found[row.series, row.span, row.at] = dict(zip(_THERE, row, strict=True))
        return found

    def _counted(self, session: Session, key: tuple[int, int, int], copies: int) -> None:
        """The same came once more: only that is kept."""
        session.execute(_where(update(SampleRow), key).values(copies=copies))

    def _revise(self, session: Session, key: tuple[int, int, int], known: Mapping[str, Any], now: int) -> None:
        """Keep the value that another takes the place of."""
        names = ("revision", "value", "flag", "quality", "received")
        session.execute(
            insert(RevisedRow).values(
                series=key[0], span=key[1], at=key[2], replaced=now, **{name: known[name] for name in names}
            )
        )

    def _mark(self, session: Session, series: int, span: int, at: int) -> None:
        """The day that a sample lies in is to be computed anew, and one beside it whose edge a reading belongs to."""
        day = start_of("day", at)
        days = (day, day + DAY) if span == 0 and at >= day + DAY - HOLD_US else (day,)
        if span == 0 and at == day:
            days = (day - DAY, *days)
        for each in days:
            if (series, each) not in self._marked:
                self._ground.db.upsert(session, _DIRTY, [{"series": series, "day": each}])
                self._marked.add((series, each))

    def mark(self, point: str, at: int) -> None:
        """A day of a point is to be computed anew: an entry came, changed or went."""
        with self._ground.db.begin() as session:
            number = self._number(session, point, make=True)
            assert number is not None
            self._mark(session, number, MINUTE, at)

    def mark_all(self, point: str) -> None:
        """Everything of a point is to be computed anew: what it measures was changed."""
        with self._ground.db.begin() as session:
            number = self._number(session, point)
            if number is None:
                return
            asked = select(SampleRow.at).where(SampleRow.series == number, SampleRow.span.in_(SPANS))
            for day in sorted({start_of("day", at) for at in session.scalars(asked)}):
                self._mark(session, number, MINUTE, day)

    # Reading.

    def samples(self, point: str, from_us: int, to_us: int, span: int | None = None) -> list[Sample]:
        """What came in for a point in [from, to), by instant and span."""
        with self._ground.db.begin() as session:
            number = self._number(session, point)
            if number is None:
                return []
            spans = SPANS if span is None else (span,)
            asked = {"series": number, "spans": spans, "first": from_us, "last": to_us}
            rows = _run(session, _SAMPLES_OF, asked)
            return [
                Sample(
                    point=point,
                    quality="valid" if counts(row.quality) else "invalid",
                    why="" if counts(row.quality) else row.quality,
                    **{name: getattr(row, name) for name in _SAMPLE if name != "quality"},
                )
                for row in rows
            ]

    def revised(self, point: str, from_us: int, to_us: int) -> list[Revised]:
        """The values that others took the place of, oldest first."""
        names = ("at", "span", "revision", "value", "flag", "received", "replaced")
        with self._ground.db.begin() as session:
            number = self._number(session, point)
            asked = (
                select(RevisedRow)
                .where(RevisedRow.series == number, RevisedRow.at >= from_us, RevisedRow.at < to_us)
                .order_by(RevisedRow.number)
            )
            return [
                Revised(point=point, **{name: getattr(row, name) for name in names}) for row in session.scalars(asked)
            ]

    @seam
    def records(self, points: Sequence[str], period: str, from_us: int, to_us: int) -> list[Record]:
        """The records that begin in [from, to), by point and start."""
        if period in _ACQUIRED:
            return [each for name in points for each in self._acquired(name, period, from_us, to_us)]
        now = self._ground.now_us()
        found: list[Record] = []
        with self._ground.db.begin() as session:
            numbers = {name: number for name in points if (number := self._number(session, name)) is not None}
            self._flush(session, list(numbers.values()))
            rows = self._rows(session, list(numbers.values()), PERIODS.index(period), from_us, to_us)
        for name in points:
            known = self.point(name)
            for row in rows.get(numbers.get(name, 0), ()):
                end = end_of(period, row.start)
                whole = (end - row.start) // SECOND
                state = "running" if end > now and row.state in ("complete", "incomplete") else row.state
                found.append(
                    Record(
                        point=name,
                        start=row.start,
                        end=end,
                        value=row.value,
                        unit=known.unit if known else "",
                        state=state,
                        completeness=_ONE if row.seconds == whole else quotient(Decimal(row.seconds), whole),
                        source=row.source,
                    )
                )
        return found

    def _acquired(self, name: str, period: str, from_us: int, to_us: int) -> list[Record]:
        """Records shorter than an hour, as they came."""
        known = self.point(name)
        found: list[Record] = []
        for each in self.samples(name, from_us, to_us):
            span = 60 * self.minutes(known.terminal) if known and each.span == MINUTE else each.span
            if each.value and (span in _ACQUIRED[period] or (period == "minute" and each.span == MINUTE)):
                state = "invalid" if each.quality != "valid" else "corrected" if each.revision > 1 else "complete"
                found.append(
                    Record(
                        point=name,
                        start=each.at,
                        end=each.at + span * SECOND,
                        value=each.value,
                        unit=known.unit if known else "",
                        state=state,
                        completeness=Decimal(each.quality == "valid"),
                        source="own",
                    )
                )
        return found

    def _rows(
        self, session: Session, numbers: Sequence[int], period: int, from_us: int, to_us: int
    ) -> dict[int, list[Any]]:
        rows: dict[int, list[Any]] = {}
        for index in range(0, len(numbers), _CHUNK):
            asked = {"numbers": numbers[index : index + _CHUNK], "period": period, "first": from_us, "last": to_us}
            for row in _run(session, _RECORDS_OF, asked).all():
                rows.setdefault(row.series, []).append(row)
        return rows

    # Computing.

    def flush(self) -> None:
        """Compute all that waits."""
        with self._ground.db.begin() as session:
            self._flush(session, list(session.scalars(select(DirtyRow.series).distinct())))

    def flush_some(self, most: int) -> bool:
        """Compute at most so many days that are over; whether more wait. The day that runs is left to who asks."""
        today = start_of("day", self._ground.now_us())
        with self._ground.db.begin() as session:
            rows = list(_run(session, _DIRTY_BEFORE, {"before": today, "most": most + 1}))
            waiting: dict[int, list[int]] = {}
            for series, day in rows[:most]:
                waiting.setdefault(series, []).append(day)
            self._settle(session, waiting)
        return len(rows) > most

    def _flush(self, session: Session, numbers: Sequence[int]) -> None:
        """Compute the records of these series that are out of date."""
        for index in range(0, len(numbers), _CHUNK):
            waiting: dict[int, list[int]] = {}
            for series, day in _run(session, _DIRTY_OF, {"numbers": numbers[index : index + _CHUNK]}):
                waiting.setdefault(series, []).append(day)
            self._settle(session, waiting)

    def _settle(self, session: Session, waiting: Mapping[int, Sequence[int]]) -> None:
        """Compute days of series; they wait no longer."""
        if not waiting:
            return
        asked = select(SeriesRow.number, SeriesRow.point).where(SeriesRow.number.in_(list(waiting)))
        names = {row.number: row.point for row in session.execute(asked)}
        for series, days in waiting.items():
            point = self.point(names[series])
            if point is not None:
                self._compute(session, series, point, days)
            session.execute(delete(DirtyRow).where(DirtyRow.series == series, DirtyRow.day.in_(days)))
            self._marked.difference_update((series, day) for day in days)

    def _compute(self, session: Session, series: int, point: Point, days: Sequence[int]) -> None:
        minute_s, now = 60 * self.minutes(point.terminal), self._ground.now_us()
        for index in range(0, len(days), _DAYS):
            some = days[index : index + _DAYS]
            samples = self._of_days(session, series, some)
            hours: dict[int, Part | None] = {}
            for day in some:
                known = hours_of(point, samples.get(day, ()), day, minute_s)
                hours |= filled(point, known) if point.fill and day + DAY <= now else known
            settled = self._put(session, series, point, "hour", hours)
            wholes: dict[int, Part | None] = {}
            for day in some:
                parts = [settled[hour] for hour in range(day, day + DAY, HOUR) if hour in settled]
                wholes[day] = joined(parts, DAY_S, own_of(samples.get(day, ()), day, DAY_S, DAY_S, point))
            self._put(session, series, point, "day", wholes)
        for period, below in (("week", "day"), ("month", "day"), ("quarter_year", "month"), ("year", "month")):
            starts = sorted({start_of(period, day) for day in days})
            self._put(session, series, point, period, self._from(session, series, point, period, below, starts))

    def _from(
        self, session: Session, series: int, point: Point, period: str, below: str, starts: Sequence[int]
    ) -> dict[int, Part | None]:
        """What is known of longer periods from the shorter ones within them, and from what was sent for a month."""
        rows = self._rows(session, [series], PERIODS.index(below), starts[0], end_of(period, starts[-1]))
        parts: dict[int, list[Part]] = {}
        for row in rows.get(series, ()):
            state = row.state if row.state in STAND_IN else ""
            part = Part(Decimal(row.total), row.seconds, row.source, state)
            parts.setdefault(start_of(period, row.start), []).append(part)
        own: dict[int, Any] = {}
        if period == "month":
            asked = {"series": series, "spans": (MONTH_S,), "first": starts[0], "last": starts[-1]}
            own = {row.at: row for row in _run(session, _SHORT_OF, asked)}
        found: dict[int, Part | None] = {}
        for start in starts:
            whole = (end_of(period, start) - start) // SECOND
            sent = own_of([own[start]], start, MONTH_S, whole, point) if start in own else None
            found[start] = joined(parts.get(start, ()), whole, sent)
        return found

    def _of_days(self, session: Session, series: int, days: Sequence[int]) -> dict[int, list[Any]]:
        """Samples of each day; a reading near midnight is of both days."""
        first, last = days[0] - HOLD_US, days[-1] + DAY + HOLD_US
        asked = {"series": series, "spans": SPANS[:-1], "first": first, "last": last}
        found: dict[int, list[Any]] = {day: [] for day in days}
        for row in _run(session, _SHORT_OF, asked):
            if not row.value:
                continue
            for each in _near(row.span, row.at):
                if each in found:
                    found[each].append(row)
        return found

    def _put(
        self, session: Session, series: int, point: Point, period: str, parts: Mapping[int, Part | None]
    ) -> dict[int, Part]:
        """Keep the records of periods, with entries by hand where automatic data are not whole; what they come to."""
        rows: list[dict[str, Any]] = []
        settled: dict[int, Part] = {}
        number = PERIODS.index(period)
        span = {"first": min(parts), "last": max(parts) + 1, "period": number, "numbers": [series]}
        there = {row.start: row for row in _run(session, _RECORDS_OF, span)}
        gone: list[int] = []
        for start, found in parts.items():
            whole = (end_of(period, start) - start) // SECOND
            part = self._settled(point, period, start, found, whole)
            if part is None:
                if start in there:
                    gone.append(start)
                continue
            invalid = part.state == "invalid"
            if not invalid:
                settled[start] = part
            shown = part.total if point.counter else quotient(part.total, whole if invalid else part.seconds)
            rows.append(
                {
                    "series": series,
                    "period": number,
                    "start": start,
                    "value": text(shown),
                    "state": part.state or ("complete" if part.seconds == whole else "incomplete"),
                    "total": "0" if invalid else text(part.total),
                    "seconds": 0 if invalid else part.seconds,
                    "source": part.source,
                }
            )
        if gone:
            where = (RecordRow.series == series, RecordRow.period == number, RecordRow.start.in_(gone))
            session.execute(delete(RecordRow).where(*where))
        self._ground.db.upsert(session, _RECORDS, rows, ("value", "state", "total", "seconds", "source"))
        return settled

    @seam
    def _settled(self, point: Point, period: str, start: int, found: Part | None, whole: int) -> Part | None:
        """What a record is made of: whole automatic data, else an entry by hand, else what there is."""
        if found is not None and found.seconds >= whole and found.state not in ("invalid", "filled"):
            return found
        given = self._entry(point, period, start)
        if given is not None:
            return part_of(point, given.value, whole, given.evidence, "manual")
        return found

    # Entries by hand.

    @seam
    def _entry(self, point: Point, period: str, start: int) -> _Given | None:
        """The best entry by hand for this very period."""
        if self._entries is None:
            self._entries = self._given()
        fitting = [each for each in self._entries.get(point.id, ()) if (each.period, each.start) == (period, start)]
        return min(fitting, key=lambda each: (_EVIDENCE.index(each.evidence), -each.at), default=None)

    def _given(self) -> dict[str, list[_Given]]:
        found: dict[str, list[_Given]] = {}
        with self._ground.db.begin() as session:
            asked = select(ObjectRow.body, ObjectRow.changed).where(ObjectRow.kind == "entry")
            for body, changed in session.execute(asked.order_by(ObjectRow.number)):
                told: dict[str, Any] = msgspec.json.decode(body)
                point = self.point(told.get("point") or "")
                if point is None or told.get("state", "valid") != "valid":
                    continue
                value = converted(Decimal(told["value"]), told.get("unit") or "", point.unit)
                if value is not None:
                    given = _Given(told["period"], told["start"], value, told["evidence"], changed)
                    found.setdefault(point.id, []).append(given)
        return found


_SAMPLES = cast(Table, SampleRow.__table__)
_RECORDS = cast(Table, RecordRow.__table__)
_DIRTY = cast(Table, DirtyRow.__table__)
_THERE = ("series", "span", "at", "value", "flag", "quality", "received", "revision", "copies")
_SAMPLE = ("at", "span", "value", "flag", "quality", "way", "received", "revision")


# Statements are made once: to put one together costs more than to carry it out.
_S, _R, _D = _SAMPLES.c, _RECORDS.c, _DIRTY.c
_PUT_SAMPLES = insert(_SAMPLES)
_FOUND = select(*(_S[name] for name in _THERE))
_OTHERS = bindparam("others", expanding=True)
_THERE_AT = _FOUND.where(_S.span == bindparam("first"), _S.at == bindparam("second"), _S.series.in_(_OTHERS))
_THERE_OF = _FOUND.where(_S.series == bindparam("first"), _S.span == bindparam("second"), _S.at.in_(_OTHERS))
_OF = (_S.series == bindparam("series"), _S.span.in_(bindparam("spans", expanding=True)), _S.at >= bindparam("first"))
_SAMPLES_OF = select(*(_S[name] for name in _SAMPLE)).where(*_OF, _S.at < bindparam("last")).order_by(_S.at, _S.span)
_SHORT = ("span", "at", "value", "quality", "revision")
_SHORT_OF = select(*(_S[name] for name in _SHORT)).where(*_OF, _S.at <= bindparam("last")).order_by(_S.at, _S.span)
_NUMBERS = bindparam("numbers", expanding=True)
_RECORDS_OF = (
    select(_R.series, _R.start, _R.value, _R.state, _R.seconds, _R.source, _R.total)
    .where(_R.series.in_(_NUMBERS), _R.period == bindparam("period"))
    .where(_R.start >= bindparam("first"), _R.start < bindparam("last"))
    .order_by(_R.series, _R.start)
)
_DIRTY_OF = select(_D.series, _D.day).where(_D.series.in_(_NUMBERS)).order_by(_D.series, _D.day)
_DIRTY_BEFORE = (
    select(_D.series, _D.day).where(_D.day < bindparam("before")).order_by(_D.series, _D.day).limit(bindparam("most"))
)


def _run(session: Session, statement: Any, values: Any) -> Any:
    """A statement of tables alone, past what the ORM would add to it."""
    return session.connection().execute(statement, values)


def _where(statement: Any, key: tuple[int, int, int]) -> Any:
    return statement.where(SampleRow.series == key[0], SampleRow.span == key[1], SampleRow.at == key[2])


def _point(key: str, told: Mapping[str, Any]) -> Point:
    low, high = (None if told.get(name) in (None, "") else Decimal(told[name]) for name in ("low", "high"))
    words = [told.get(name) or "" for name in ("enterprise", "unit", "kind", "terminal", "fill")]
    return Point(key, words[0], words[1], words[2] == "counter", low, high, words[3], words[4])


@seam
def _near(span: int, at: int) -> tuple[int, ...]:
    """The days that a sample is of: a reading near midnight is of both."""
    day = start_of("day", at)
    if span:
        return (day,)
    return (day, *(day - DAY,) * (at - day <= HOLD_US), *(day + DAY,) * (day + DAY - at <= HOLD_US))


@seam
def same(known: Mapping[str, Any], value: str, flag: str) -> bool:
    """Whether what came is what is kept already."""
    if known["flag"] != flag:
        return False
    return known["value"] == value or bool(known["value"] and value and Decimal(known["value"]) == Decimal(value))


@seam
def quality_of(arrival: Arrival) -> str:
    """What a value is good for: valid, or why it is not (flag, limit, empty); HJ 212 table 8 has N for normal alone."""
    if not arrival.value:
        return "empty"
    if arrival.flag not in ("", "N"):
        return "flag"
    point, value = arrival.point, Decimal(arrival.value)
    if (point.low is not None and value < point.low) or (point.high is not None and value > point.high):
        return "limit"
    return "valid"
