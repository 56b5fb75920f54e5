"""The local interface to emissions: figures, any period, versions, entries by hand, recalculation, explanations.

Leaves HTTP to `server`, the arithmetic to `processing.emissions`. Values are decimal text, exact ones fractions of
whole numbers as text, in tonnes. Who changes something names himself and a reason; it is in the event log in the same
transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Generator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol, cast

import msgspec

from reference_terminal.accounting.method import CATEGORIES
from reference_terminal.accounting.quantity import Quantity, UnitError
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text
from reference_terminal.model.rows import Record
from reference_terminal.model.seams import seam
from reference_terminal.model.times import (
    DAY,
    Span,
    floor_s,
    iso,
    iso_ms,
    span_named,
)
from reference_terminal.processing import messages, settlement
from reference_terminal.processing.emissions import Emissions, inside, shown
from reference_terminal.processing.explanation import Explanations, results_before
from reference_terminal.processing.outcomes import Period
from reference_terminal.processing.pipeline import Pipeline
from reference_terminal.processing.recalculation import Recalculation, StoreBusy
from reference_terminal.processing.tally import Tally, tally
from reference_terminal.processing.wording import class_text
from reference_terminal.settings.accounting import AMOUNT, ENTRY_CLASSES, EQUIVALENT, FigureSet, read_version
from reference_terminal.settings.config import Config, with_accounting
from reference_terminal.settings.overlay import ACCOUNTING, ACCOUNTING_TABLE, Overlay
from reference_terminal.settings.problems import InputError, Problem, as_text
from reference_terminal.settings.reader import Section, did_you_mean
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.web import messages as web_messages
from reference_terminal.web import refusals
from reference_terminal.web.entry import is_decimal
from reference_terminal.web.logged import refusal_logged
from reference_terminal.web.parameters import (
    DEFAULT_LIMIT,
    FOREVER_S,
    check_rows,
    check_stretch,
    instant,
    number,
)  # fmt: skip
from reference_terminal.web.parameters import (
    shown as quoted,
)
from reference_terminal.web.router import Addresses, Right, route
from reference_terminal.web.server import Request, Stream

_ENTRY = ("source", "input", "start", "end", "value", "unit", "origin", "author", "reason")
_MOST = {"author": 64, "reason": 500}


class Needs(Protocol):
    """What these addresses use of a terminal."""

    config: Config
    clock: WallClock
    store: Store
    journal: Journal
    pipeline: Pipeline
    recalculation: Recalculation | None
    overlay: Overlay

    def check_accounting(self, config: Config) -> None:
        """Raise InputError with everything that is wrong with the accounting of a configuration."""
        ...

    def restart_soon(self) -> None:
        """Start anew once whoever asked for it has had the answer."""
        ...


class AccountingApi(Addresses):
    """Emissions and what they come from."""

    def __init__(self, terminal: Needs) -> None:
        self.terminal = terminal

    # What is asked for

    def emissions_of(self) -> Emissions:
        """The emissions of this terminal. Raises HttpError where it has no accounting."""
        found = self.terminal.pipeline.emissions
        if found is None:
            raise refusals.NO_ACCOUNTING()
        return found

    def figure_of(self, query: Mapping[str, str]) -> FigureSet:
        """The figure that is asked for. Raises HttpError."""
        emissions, name = self.emissions_of(), query.get("figure", "")
        if name not in emissions.figures:
            hint = did_you_mean(name[:60], list(emissions.figures))
            raise refusals.NO_FIGURE(got=quoted(name), hint=hint)
        return emissions.figures[name]

    def _point(self, figure: FigureSet) -> int:
        return self.terminal.pipeline.by_id[figure.id].number

    # Reading

    @route("GET", "figures", right=Right.READ)
    def figures(self, query: dict[str, str]) -> Any:
        """Every published figure: what it is of, its measure, unit, decimals, classes of periods; the products."""
        del query
        emissions = self.emissions_of()
        return {
            "emitter": emissions.config.emitter,
            "figures": [
                {
                    "figure": each.id,
                    "of": each.of,
                    "key": each.key,
                    "measure": each.measure,
                    "unit": each.point.unit,
                    "decimals": each.point.decimals,
                    "classes": [span.name for span in emissions.spans_of_figure(each.id)],
                }
                for each in emissions.figures.values()
            ],
            "products": [{"product": each.id, "name": each.name} for each in emissions.config.products],
        }

    @route("GET", "boundary", right=Right.READ, query=("at",))
    def boundary(self, query: dict[str, str]) -> Any:
        """The boundary as it counts at an instant: units, sources, what feeds them, versions."""
        emissions = self.emissions_of()
        at_s = instant(query, "at", self.terminal.clock.now_s())
        found, wrong = emissions.versions.boundary(at_s)
        if found is None:
            raise refusals.BOUNDARY_UNUSABLE(problem=wrong)
        config = emissions.config
        return {
            "emitter": config.emitter,
            "sector": config.sector,
            "at": iso(at_s),
            "year": found.year,
            "versions": [each.number for each in emissions.versions.at(at_s)],
            "units": [
                {"unit": each.id, "name": each.name, "site": each.site, "use": each.use, "production": each.production}
                for each in config.units
            ],
            "sources": [
                {
                    "source": each.id,
                    "name": each.source.name,
                    "unit": each.source.unit,
                    "scope": each.term.scope,
                    "category": each.category,
                    "method": each.method.id,
                    "document": each.method.document,
                    "edition": each.edition,
                    "term": each.source.term,
                    "item": each.source.item,
                    "gas": each.term.gas,
                    "gwp": str(each.gwp),
                    "formula": each.formula.text,
                    "inside": each.inside and inside(each.source, at_s),
                    "counts": each.term.counts,
                    "instruments": list(each.source.instruments),
                    "inputs": [
                        {
                            "name": fed.wanted.name,
                            "unit": fed.wanted.unit,
                            "kind": fed.wanted.kind,
                            "point": fed.point,
                            "entry": fed.entry,
                            "value": None if fed.fixed is None else str(fed.fixed.value),
                            "origin": "" if fed.fixed is None else fed.fixed.origin,
                            "default": fed.fixed is not None and fed.fixed.default,
                        }
                        for fed in each.inputs
                    ],
                }
                for each in found.sources
            ],
        }

    @route("GET", "emissions", right=Right.READ, query=("figure", "class", "from", "to", "limit"), check=check_rows)
    async def emissions(self, query: dict[str, str]) -> Any:
        """Periods of a figure with from ≤ start < to; each with what it has added up to since its year began."""
        figure = self.figure_of(query)
        name = query.get("class", "")
        long = settlement.long_named(name)
        from_s, to_s = instant(query, "from", 0), instant(query, "to", FOREVER_S)
        limit = number(query, "limit", DEFAULT_LIMIT)
        rows = (
            self._rows(figure, self.span_of(name), from_s, to_s, limit + 1)
            if long is None
            else await self._long(figure, long, from_s, to_s, limit + 1)
        )
        return {
            "figure": figure.id,
            "unit": figure.point.unit,
            "class": name,
            "emissions": rows[:limit],
            "more": len(rows) > limit,
        }

    def span_of(self, name: str) -> Span:
        """The class of this name, up to months. Raises HttpError."""
        span = span_named(name) if name.isascii() and len(name) <= 10 else None
        if span is None:
            raise refusals.UNKNOWN_FIGURE_CLASS(got=quoted(name))
        return span

    @seam
    def _rows(self, figure: FigureSet, span: Span, from_s: int, to_s: int, most: int) -> list[dict[str, Any]]:
        store, point = self.terminal.store, self._point(figure)
        records = store.records(span.code, point, from_s, to_s, most)
        if not records:
            return []
        emissions = self.emissions_of()
        rows: list[dict[str, Any]] = []
        year_s = _year_s(records[0].start_s)
        total = _of(figure, tally(store, point, year_s, records[0].start_s))
        for record in records:
            if _year_s(record.start_s) != year_s:
                year_s, total = _year_s(record.start_s), Fraction(0)
            kept = emissions.kept(store.connection, span.code, record.start_s, point)
            exact = None
            if kept is not None and kept.mass is not None:
                exact = kept.equivalent if figure.measure == EQUIVALENT else kept.mass
                total += exact
            rows.append(
                {
                    **_told(record),
                    "exact_t": None if exact is None else str(exact),
                    "cumulative": shown(figure, total),
                    "method": "" if kept is None else kept.method,
                    "version": None if kept is None else kept.version,
                }
            )
        return rows

    async def _long(
        self, figure: FigureSet, long: settlement.Long, from_s: int, to_s: int, most: int
    ) -> list[dict[str, Any]]:
        """Weeks, quarters and years, as far as anything is stored of them."""
        store, point = self.terminal.store, self._point(figure)
        row: Any = store.connection.execute(
            "SELECT min(start_s), max(start_s) FROM emission WHERE point=?", (point,)
        ).fetchone()
        rows: list[dict[str, Any]] = []
        if row is None or row[0] is None:
            return rows
        start_s, end_s = settlement.around(long, row[0])
        while start_s <= row[1] and len(rows) < most:
            if from_s <= start_s < to_s:
                rows.append(self._tallied(figure, tally(store, point, start_s, end_s)))
                await asyncio.sleep(0)
            start_s, end_s = settlement.around(long, end_s)
        return rows

    def _tallied(self, figure: FigureSet, found: Tally) -> dict[str, Any]:
        exact = _of(figure, found)
        flags = list(dict.fromkeys(each.flag for each in found.pieces if each.flag != "N"))
        return {
            "start": iso(found.from_s),
            "end": iso(found.to_s),
            "value": shown(figure, exact) if found.whole else None,
            "known": shown(figure, exact),
            "exact_t": str(exact),
            "flags": flags,
            "versions": sorted(dict.fromkeys(each.version for each in found.pieces)),
            "revised": sum(1 for each in found.pieces if each.revision),
            "missing": [{"from": iso(begin_s), "to": iso(end_s)} for begin_s, end_s in found.missing[:100]],
            "recalculating": self.is_under_way(found.from_s, found.to_s),
        }

    @seam
    def is_under_way(self, from_s: int, to_s: int) -> bool:
        """Whether values of [from, to) are being worked out again: a sum may hold some of before and some of after."""
        return self._recalculation().is_under_way(from_s, to_s)

    @route("GET", "emission-total", right=Right.READ, query=("figure", "from", "to"), check=check_stretch)
    def total(self, query: dict[str, str]) -> Any:
        """A figure over any period: exact sum of the longest stored periods that fill it; what is missing is told."""
        figure = self.figure_of(query)
        from_s = instant(query, "from", 0)
        to_s = instant(query, "to", self.terminal.clock.now_s())
        spans = self.emissions_of().spans_of_figure(figure.id)
        if (
            spans
            and spans[0].code
            and (floor_s(from_s, spans[0].code) != from_s or floor_s(to_s, spans[0].code) != to_s)
        ):
            raise refusals.FIGURE_GRID(figure=figure.id, length=spans[0].name)
        found = tally(self.terminal.store, self._point(figure), from_s, to_s)
        return {"figure": figure.id, "unit": figure.point.unit, **self._tallied(figure, found)}

    @route("GET", "emission-sums", right=Right.READ, query=("from", "to"), check=check_stretch)
    def sums(self, query: dict[str, str]) -> Any:
        """Every figure over any period; what is kept out of the total stands apart."""
        emissions, store = self.emissions_of(), self.terminal.store
        from_s, to_s = instant(query, "from", 0), instant(query, "to", self.terminal.clock.now_s())
        boundary, _ = emissions.versions.boundary(max(from_s, to_s - 1))
        rows = [
            {
                "figure": each.id,
                "of": each.of,
                "key": each.key,
                "measure": each.measure,
                "unit": each.point.unit,
                **self._tallied(each, tally(store, self._point(each), from_s, to_s)),
            }
            for each in emissions.figures.values()
        ]
        sources = () if boundary is None else boundary.sources
        apart = [
            {
                "source": each.id,
                "category": each.category,
                "en": CATEGORIES[each.term.category].en,
                "zh": CATEGORIES[each.term.category].zh,
                "why": "outside the boundary" if not each.inside else "shown beside the total by its method",
            }
            for each in sources
            if not each.counts
        ]
        return {"from": iso(from_s), "to": iso(to_s), "sums": rows, "apart": apart}

    @route("GET", "emission-history", right=Right.READ, query=("figure", "class", "start"))
    def history(self, query: dict[str, str]) -> Any:
        """What a period said before it was revised (R-24: a recalculation keeps the old result)."""
        figure, span = self.figure_of(query), self.span_of(query.get("class", ""))
        start_s = instant(query, "start", 0)
        found = results_before(self.terminal.store, figure, span.code, start_s, self._point(figure))
        return {"figure": figure.id, "superseded": found}

    def explanations(self) -> Explanations:
        """What explains figures."""
        pipeline = self.terminal.pipeline
        return Explanations(
            self.emissions_of(),
            self.terminal.store,
            lambda name: pipeline.by_id[name].number,
            lambda name: pipeline.by_id[name].config,
        )

    def explained(self, figure: FigureSet, span: Span, start_s: int) -> dict[str, Any]:
        """The chain of a stored period. Raises HttpError where nothing is stored of it."""
        chain = self.explanations().of(figure, Period(span.code, start_s, span.end(start_s)))
        if chain is None:
            raise refusals.NOTHING_STORED(figure=figure.id, length=span.name, start=iso(start_s))
        return chain

    @route("GET", "emission-events", right=Right.READ)
    def events(self, query: dict[str, str]) -> Stream:
        """Server-sent events: the emission that each reading brings, as it comes (ISC-2 9.4)."""
        del query
        self.emissions_of()
        live = self.terminal.pipeline.live
        assert live is not None
        return Stream(live.listen)

    @contextmanager
    def refusal_logged(self, what: str, fields: Mapping[str, str]) -> Generator[None]:
        """Put into the log what is refused within: of what (as it was given), who wanted it, and why."""
        with refusal_logged(self.terminal, what, fields):
            yield

    # Settings

    @route("POST", "accounting", right=Right.CONFIGURE, query=("author", "reason"), most_octets=1_000_000)
    def set(self, query: dict[str, str], request: Request) -> Any:
        """Another accounting in place of that of the file, as JSON with the same members; {} switches it off."""
        terminal = self.terminal
        with self.refusal_logged("accounting", query):
            check_words(query)
            table = _table(request)
            try:
                terminal.check_accounting(with_accounting(terminal.config, table))
            except InputError as error:
                raise refusals.BAD_ACCOUNTING(said=as_text(error.problems)) from None
        author = query["author"].strip()

        def gather() -> None:
            terminal.overlay.put(ACCOUNTING, ACCOUNTING_TABLE, request.body.decode())
            terminal.journal.event(web_messages.ACCOUNTING_SET, author, author=author, reason=query["reason"].strip())

        if not terminal.store.attempt(gather):
            raise refusals.NOT_RECORDED()
        terminal.restart_soon()
        return {"result": "done"}

    # Versions

    @route("GET", "accounting-versions", right=Right.READ)
    def versions(self, query: dict[str, str]) -> Any:
        """Every version that was taken, and what it changes."""
        del query
        return {
            "versions": [
                {
                    "version": each.number,
                    "name": each.content.name,
                    "from": iso(each.from_s),
                    "taken": iso_ms(each.taken_ms),
                    "author": each.author,
                    "reason": each.reason,
                    "origin": each.origin,
                    "changes": msgspec.to_builtins(each.content),
                }
                for each in self.emissions_of().versions.every
            ]
        }

    @route("POST", "accounting-version", right=Right.CONFIGURE, query=("author", "reason"))
    async def take_version(self, query: dict[str, str], request: Request) -> Any:
        """A version entered on the spot: what it changes counts from its instant on."""
        self.emissions_of()
        check_words(query)
        problems: list[Problem] = []
        content = read_version(Section(_table(request), "version", problems))
        recalculation, author = self._recalculation(), query["author"].strip()
        if problems:
            recalculation.tell_refused(content.name, author, problems)
        problems = problems or recalculation.refused(content, author, "local")
        if problems:
            raise refusals.BAD_VERSION(said=as_text(problems))
        reason = query["reason"].strip()
        if not self.terminal.store.attempt(lambda: recalculation.gather(content, author, reason, "local")):
            raise refusals.NOT_RECORDED()
        number = recalculation.taken()
        changed = await _done(recalculation.catch_up())
        return {"version": number, "from": iso(content.from_s), "changed": changed}

    def _recalculation(self) -> Recalculation:
        found = self.terminal.recalculation
        assert found is not None
        return found

    @route("POST", "recalculate", right=Right.CONFIGURE, body=("from", "to", "author", "reason"))
    async def recalculate(self, fields: dict[str, str]) -> Any:
        """Work out again everything of [from, to), closed months too; what was there before is kept (R-24)."""
        self.emissions_of()
        check_words(fields)
        check_stretch(fields)
        from_s, to_s = instant(fields, "from", 0), min(instant(fields, "to", FOREVER_S), self.terminal.clock.now_s())
        author, reason = fields["author"].strip(), fields["reason"].strip()
        changed = await _done(self._recalculation().order(from_s, to_s, author, reason))
        return {"from": iso(from_s), "to": iso(to_s), "changed": changed}

    # Entries by hand

    @route("POST", "accounting-entry", right=Right.ENTER, body=_ENTRY)
    async def enter(self, fields: dict[str, str]) -> Any:
        """An amount or a value entered by hand for an input of a source, for a period."""
        terminal = self.terminal
        self.emissions_of()
        with self.refusal_logged(fields["source"], fields):
            check_words(fields)
            start_s, end_s = self._check_entry(fields)
        name, input_ = fields["source"], fields["input"]
        old = self._entries(name, input_, start_s, end_s)
        before: Any = next((row["value"] for row in reversed(old) if row["end"] == iso(end_s)), None)

        def gather() -> None:
            terminal.store.write(
                "INSERT INTO accounting_entry (source, input, start_s, end_s, value, unit, origin, author, reason,"
                " entered_ms) VALUES (?,?,?,?,?,?,?,?,?,?)",
                (
                    name, input_, start_s, end_s, fields["value"], fields["unit"], fields["origin"],
                    fields["author"].strip(), fields["reason"].strip(), terminal.clock.now_ms(),
                ),
            )  # fmt: skip
            said = {key: fields[key].strip() for key in ("author", "input", "value", "unit", "reason")}
            old_value = Text("no value", "无") if before is None else before
            terminal.journal.event(
                messages.ACTIVITY_ENTERED, name, **said, since=iso(start_s), until=iso(end_s), old=old_value
            )

        if not terminal.store.attempt(gather):
            raise refusals.NOT_RECORDED()
        changed = await _done(self._recalculation().redo(start_s, end_s, [name]))
        return {"recorded": fields, "in_place_of": before, "changed": changed}

    def _check_entry(self, fields: dict[str, str]) -> tuple[int, int]:
        """The period of an entry. Raises HttpError for what no source takes."""
        emissions, clock = self.emissions_of(), self.terminal.clock
        start_s, end_s = instant(fields, "start", 0), instant(fields, "end", 0)
        if not start_s < end_s:
            raise refusals.END_BEFORE_START()
        boundary, wrong = emissions.versions.boundary(start_s)
        if boundary is None:
            raise refusals.BOUNDARY_UNUSABLE(problem=wrong)
        source = boundary.named(fields["source"])
        if source is None:
            known = [each.id for each in boundary.sources]
            hint = did_you_mean(fields["source"][:60], known)
            raise refusals.NO_SOURCE(got=quoted(fields["source"]), hint=hint, known=", ".join(known))
        fed = next((each for each in source.inputs if each.wanted.name == fields["input"]), None)
        if fed is None or not fed.entry:
            taken = ", ".join(each.wanted.name for each in source.inputs if each.entry) or "none"
            raise refusals.INPUT_NOT_BY_HAND(source=source.id, known=taken, got=quoted(fields["input"]))
        if fed.entry == AMOUNT and fed.given is not None:
            span = ENTRY_CLASSES[fed.given.every]
            if span.start(start_s) != start_s or span.end(start_s) != end_s:
                raise refusals.INPUT_OFF_GRID(
                    key=fields["input"],
                    name=class_text(span.name),
                    start=iso(span.start(start_s)),
                    end=iso(span.end(span.start(start_s))),
                )
            if end_s > clock.now_s():
                raise refusals.INPUT_PERIOD_LASTS(name=class_text(span.name), end=iso(end_s))
        elif end_s - start_s > 366 * DAY.code or any(floor_s(at_s, 60) != at_s for at_s in (start_s, end_s)):
            raise refusals.BAD_INPUT_PERIOD()
        if not is_decimal(fields["value"]):
            raise refusals.INPUT_NOT_NUMBER(got=quoted(fields["value"]))
        try:
            value = Quantity.of(Fraction(fields["value"]), fields["unit"]).in_unit(fed.wanted.unit)
        except UnitError:
            name = Text(fed.wanted.en, fed.wanted.zh)
            raise refusals.INPUT_UNIT(name=name, unit=fed.wanted.unit, got=quoted(fields["unit"])) from None
        doubt = source.doubt(fed, value)
        if doubt:
            raise refusals.INPUT_DOUBTED(said=Text(doubt, source.doubt_zh(fed, value)))
        return start_s, end_s

    @seam
    def _entries(self, source: str, input_: str, from_s: int, to_s: int) -> list[dict[str, Any]]:
        rows = self.terminal.store.connection.execute(
            "SELECT number, source, input, start_s, end_s, value, unit, origin, author, reason, entered_ms"
            " FROM accounting_entry WHERE source=? AND (?='' OR input=?) AND start_s>=? AND start_s<? ORDER BY number",
            (source, input_, input_, from_s, to_s),
        )
        return [
            {
                "number": row[0],
                "source": row[1],
                "input": row[2],
                "start": iso(int(str(row[3]))),
                "end": iso(int(str(row[4]))),
                "value": row[5],
                "unit": row[6],
                "origin": row[7],
                "author": row[8],
                "reason": row[9],
                "entered": iso_ms(int(str(row[10]))),
            }
            for row in rows
        ]

    @route("GET", "accounting-entries", right=Right.READ, query=("source", "from", "to"), check=check_stretch)
    def entries(self, query: dict[str, str]) -> Any:
        """Entries by hand for the inputs of a source, in the order they were made; the last for a period counts."""
        self.emissions_of()
        rows = self._entries(query.get("source", ""), "", instant(query, "from", 0), instant(query, "to", FOREVER_S))
        return {"source": query.get("source", ""), "entries": rows}


@seam
def _told(record: Record) -> dict[str, Any]:
    return {
        "start": iso(record.start_s),
        "end": iso(record.end_s),
        "value": record.value,
        "flag": record.flag,
        "cause": record.cause,
        "revision": record.revision,
    }


@seam
def _of(figure: FigureSet, found: Tally) -> Fraction:
    return found.equivalent if figure.measure == EQUIVALENT else found.mass


def _year_s(at_s: int) -> int:
    return settlement.around(settlement.LONG[-1], at_s)[0]


def _table(request: Request) -> dict[str, Any]:
    """The JSON object of a request, numbers as they are written. Raises HttpError."""
    if request.content_type != "application/json":
        raise refusals.NOT_JSON()
    try:
        found: Any = msgspec.json.Decoder(float_hook=Decimal).decode(request.body)
    except (msgspec.MsgspecError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise refusals.NO_OBJECT()
    return cast(dict[str, Any], found)


def check_words(fields: Mapping[str, str]) -> None:
    """Who changes something says so, and why. Raises HttpError."""
    for key, most in _MOST.items():
        text = fields.get(key, "").strip()
        if not text or len(text) > most or not text.isprintable():
            raise refusals.WORDS_NOT_PRINTABLE(key=key, most=most)


async def _done(work: Awaitable[int]) -> int:
    """What was worked out. Raises HttpError where the store cannot be written."""
    try:
        return await work
    except StoreBusy:
        raise refusals.NOT_RECORDED() from None
