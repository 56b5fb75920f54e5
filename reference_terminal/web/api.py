"""The local read interface (ISC-2 7.1.1 e): what each address answers.

Leaves HTTP to `server`, addresses to `router` and checking of an entered replacement to `entry`. Times are ISO 8601
with +08:00, values decimal text exactly as stored. Long answers are made in slices with a turn of the event loop in
between, so that a question over months delays neither polling nor uploading; an answer that its limit has cut says
`"more": true`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from reference_terminal.access.proposals import MOST_WAITING, WAITING, Proposal, Proposals
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import QUALITIES
from reference_terminal.model.rows import Gap, LoggedEvent, Record, Replacement
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY, Span, iso, iso_ms, span_named
from reference_terminal.processing import settlement
from reference_terminal.processing.manual import Entry, ManualEntries
from reference_terminal.processing.pipeline import Pipeline, PointState
from reference_terminal.settings.centre_parameters import CentreSettings
from reference_terminal.settings.config import Config, centre_code
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.outbox import Outbox
from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.platforms.link import PlatformLink
from reference_terminal.web import entry, refusals
from reference_terminal.web import manual as form
from reference_terminal.web.errors import HttpError
from reference_terminal.web.logged import refusal_logged
from reference_terminal.web.parameters import (
    DEFAULT_LIMIT,
    FOREVER_S,
    LAST_NUMBER,
    MOST_ROWS,
    check_rows,
    instant,
    number,
    shown,
)
from reference_terminal.web.router import Addresses, Right, route

_SLICE_ROWS = 4000
"""Rows looked at before the event loop gets its turn: some ten milliseconds."""
_STRETCH = ("from", "to", "limit")


class Needs(Protocol):
    """What these addresses use of a terminal."""

    config: Config
    clock: WallClock
    store: Store
    journal: Journal
    pipeline: Pipeline
    manual: ManualEntries
    links: dict[str, CentreLink | PlatformLink]
    outboxes: dict[str, Outbox]
    settings: dict[str, CentreSettings]

    @property
    def proposals(self) -> Proposals | None:
        """Where values by hand wait for release; None where they count at once."""
        ...

    def wake_centres(self) -> None:
        """Have every centre's queue looked at now."""
        ...


class Api(Addresses):
    """Readings, records and what the terminal says of itself; replacements and values entered by hand."""

    def __init__(self, terminal: Needs) -> None:
        self._terminal = terminal

    def wrong_method(self, name: str, expected: str, method: str) -> HttpError:
        """See `Addresses`."""
        return refusals.REPLACEMENT_BY_POST() if expected == "POST" else refusals.GET_EXPECTED_BUT(got=method)

    # Parameters

    def _point(self, query: dict[str, str]) -> PointState:
        name = query.get("point", "")
        state = self._terminal.pipeline.by_id.get(name)
        if state is None:
            raise refusals.UNKNOWN_POINT(got=shown(name))
        return state

    def _span(self, query: dict[str, str]) -> Span:
        name = query.get("class", "")
        span = span_named(name) if name.isascii() and len(name) <= 10 else None
        if span is None:
            raise refusals.UNKNOWN_CLASS(got=shown(name))
        return span

    # Slices

    async def _series(
        self,
        query: dict[str, str],
        read: Callable[[dict[str, str]], Any],
        name: str,
        end_s: Callable[[int], int | None],
    ) -> Any:
        """The answer to a long question, put to `read` slice by slice; `end_s` tells where a slice ends."""
        from_s, to_s = instant(query, "from", 0), instant(query, "to", FOREVER_S)
        limit = number(query, "limit", DEFAULT_LIMIT)
        rows: list[Any] = []
        while True:
            until_s = end_s(from_s)
            until_s = to_s if until_s is None else min(until_s, to_s)
            # One more than wanted, to know whether there are more.
            wanted = str(limit + 1 - len(rows))
            answer = read({**query, "from": iso(from_s), "to": iso(until_s), "limit": wanted})
            rows += answer[name]
            if until_s >= to_s or len(rows) > limit:
                return {**answer, name: rows[:limit], "more": len(rows) > limit}
            from_s = until_s
            await asyncio.sleep(0)

    def _reading_slice_s(self, from_s: int) -> int | None:
        return self._terminal.store.reading_slice_s(from_s, _SLICE_ROWS)

    def _record_slice_s(self, span: Span, from_s: int) -> int | None:
        return self._terminal.store.record_slice_s(span.code, from_s, _SLICE_ROWS)

    # Addresses

    @route("GET", "status", right=Right.STATE, check=check_rows)
    def status(self, query: dict[str, str]) -> Any:
        """Name, clock, store, links."""
        terminal = self._terminal
        return {
            "name": terminal.config.name,
            "time": iso_ms(terminal.clock.now_ms()),
            "points": len(terminal.config.points),
            "store": {"path": terminal.store.path, "bytes": terminal.store.size_bytes()},
            "alarms": terminal.journal.standing(),
            "centres": {name: {"connected": link.connected} for name, link in terminal.links.items()},
        }

    @route("GET", "points", right=Right.READ, check=check_rows)
    def points(self, query: dict[str, str]) -> Any:
        """Every point with its latest good reading; a computed one has no polling period and no readings."""
        terminal = self._terminal
        anchors = terminal.store.anchors()
        answer: list[dict[str, Any]] = []
        for state in terminal.pipeline.every:
            anchor = anchors.get(state.number)
            config = state.config
            codes = {centre.id: centre_code(centre, config) for centre in terminal.config.centres}
            answer.append(
                {
                    "point": config.id,
                    "kind": config.kind,
                    "unit": config.unit,
                    "emission_source": config.emission_source,
                    "period_s": state.builder.period_s or None,
                    "codes": codes,
                    "classes": [span.name for span in terminal.pipeline.spans_of(state)],
                    "latest": None if anchor is None else {"at": iso(anchor.slot_s), "value": anchor.value},
                }
            )
        return {"points": answer}

    @route("GET", "readings", right=Right.READ, query=("point", *_STRETCH), check=check_rows)
    async def readings_between(self, query: dict[str, str]) -> Any:
        """Raw readings of a point, slice by slice."""
        return await self._series(query, self.readings, "readings", self._reading_slice_s)

    @route("GET", "records", right=Right.READ, query=("class", "point", *_STRETCH), check=check_rows)
    async def records_between(self, query: dict[str, str]) -> Any:
        """Periods of a point and class, slice by slice; totals at once."""
        long = settlement.long_named(query.get("class", ""))
        if long is not None:
            return self._totals(long, query)
        span = self._span(query)
        return await self._series(query, self.records, "records", lambda from_s: self._record_slice_s(span, from_s))

    def readings(self, query: dict[str, str]) -> Any:
        """Raw readings of a point with from ≤ time < to, the first `limit` of them."""
        state = self._point(query)
        rows = self._terminal.store.readings(
            state.number,
            instant(query, "from", 0),
            instant(query, "to", FOREVER_S),
            number(query, "limit", DEFAULT_LIMIT, most=MOST_ROWS + 1),
        )
        between = (state.number, instant(query, "from", 0), instant(query, "to", FOREVER_S))
        sources = self._terminal.pipeline.sources.of_readings(*between)
        origins = self._terminal.pipeline.sources.origins(*between)
        return {
            "point": state.config.id,
            "unit": state.config.unit,
            "readings": [
                {
                    "at": iso(row.slot_s),
                    "read_at": iso_ms(row.at_ms),
                    "value": row.value,
                    "raw": row.raw,
                    "quality": QUALITIES[row.quality],
                    "cause": row.cause,
                    "source": sources.get(row.slot_s, state.meter),
                    "origin": origins.get(row.slot_s, ""),
                }
                for row in rows
            ],
        }

    def records(self, query: dict[str, str]) -> Any:
        """Periods of a point and class with from ≤ start < to, the first `limit` of them."""
        span = self._span(query)
        state = self._point(query)
        rows = self._terminal.store.records(
            span.code,
            state.number,
            instant(query, "from", 0),
            instant(query, "to", FOREVER_S),
            number(query, "limit", DEFAULT_LIMIT, most=MOST_ROWS + 1),
        )
        sources = self._terminal.pipeline.sources.of_records(
            span.code, state.number, instant(query, "from", 0), instant(query, "to", FOREVER_S)
        )
        return {
            "point": state.config.id,
            "unit": state.config.unit,
            "class": span.name,
            "records": [{**_record(state, row), "source": sources.get(row.start_s, state.meter)} for row in rows],
        }

    def _totals(self, long: settlement.Long, query: dict[str, str]) -> Any:
        """Weeks, quarters and years of a counter, from its daily settlements."""
        state = self._point(query)
        if not state.counts:
            raise refusals.NO_COUNTER(point=state.config.id)
        days = self._terminal.store.records(DAY.code, state.number, 0, FOREVER_S, MOST_ROWS)
        first, last = instant(query, "from", 0), instant(query, "to", FOREVER_S)
        found = [each for each in settlement.totals(long, days) if first <= each.start_s < last]
        limit = number(query, "limit", DEFAULT_LIMIT)
        return {
            "point": state.config.id,
            "unit": state.config.unit,
            "class": long.name,
            "records": [
                {
                    "start": iso(each.start_s),
                    "end": iso(each.end_s),
                    "value": each.value,
                    "min": each.low,
                    "max": each.high,
                    "n": each.days,
                }
                for each in found[:limit]
            ],
            "more": len(found) > limit,
        }

    @route("GET", "gaps", right=Right.READ, query=("point", "centre", *_STRETCH), check=check_rows)
    async def gaps(self, query: dict[str, str]) -> Any:
        """Gaps of a point (`point=`), of a centre's delivery (`centre=`), or all.

        If there are more than `limit` of them the latest; `to=` the start of the first leads to those before.
        """
        subject = query.get("centre")
        if subject is not None and subject not in self._terminal.outboxes:
            raise refusals.NO_CENTRE(got=shown(subject))
        if "point" in query:
            if subject is not None:
                raise refusals.POINT_AND_CENTRE()
            subject = self._point(query).config.id
        limit = number(query, "limit", DEFAULT_LIMIT)
        found = self._terminal.store.latest_gaps(
            subject, instant(query, "from", 0), instant(query, "to", FOREVER_S), limit + 1
        )
        rows: list[dict[str, Any]] = []
        for gap in found[-limit:]:
            rows.append(_gap(gap))
            if len(rows) % _SLICE_ROWS == 0:
                await asyncio.sleep(0)
        return {"gaps": rows, "more": len(found) > limit}

    @route("GET", "estimates", right=Right.READ, query=("point", *_STRETCH), check=check_rows)
    def estimates(self, query: dict[str, str]) -> Any:
        """Estimated values of a point for slots that were not read (R-18), with from ≤ slot < to."""
        state = self._point(query)
        limit = number(query, "limit", DEFAULT_LIMIT)
        rows = self._terminal.pipeline.filling.rows(
            state.number, instant(query, "from", 0), instant(query, "to", FOREVER_S), limit + 1
        )
        return {
            "point": state.config.id,
            "unit": state.config.unit,
            "estimates": rows[:limit],
            "more": len(rows) > limit,
        }

    @route("GET", "queue", right=Right.STATE, check=check_rows)
    def queue(self, query: dict[str, str]) -> Any:
        """Per centre: waiting, oldest, delivered."""
        answer: list[dict[str, Any]] = []
        for name, outbox in self._terminal.outboxes.items():
            counts = outbox.counts()
            oldest, last = counts["oldest_end_s"], counts["last_sent_ms"]
            answer.append(
                {
                    "centre": name,
                    "connected": self._terminal.links[name].connected,
                    "pending": counts["pending"],
                    "oldest": None if oldest is None else iso(oldest),
                    "sent": counts["sent"],
                    "last_sent": None if last is None else iso_ms(last),
                    "fill_percent": outbox.fill_percent(),
                }
            )
        return {"centres": answer}

    @route("GET", "log", right=Right.AUDIT, query=("from", "before", "limit"), check=check_rows)
    async def log(self, query: dict[str, str]) -> Any:
        """Events from `from` on, in order.

        If there are more than `limit` of them the latest; `before=` the number of the first leads to those before.
        """
        from_ms = instant(query, "from", 0) * 1000
        limit = number(query, "limit", DEFAULT_LIMIT)
        before = number(query, "before", LAST_NUMBER, most=LAST_NUMBER)
        slices: list[list[dict[str, Any]]] = []
        left = limit + 1
        while left:
            wanted = min(left, _SLICE_ROWS)
            found = self._terminal.journal.latest_events(from_ms, before, wanted)
            slices.append([_event(row) for row in found])
            left -= len(found)
            if len(found) < wanted:
                break
            before = found[0].number
            await asyncio.sleep(0)
        rows = [row for part in reversed(slices) for row in part]
        return {"events": rows[-limit:], "more": len(rows) > limit}

    @route("GET", "alarms", right=Right.STATE, query=("limit",), check=check_rows)
    def alarms(self, query: dict[str, str]) -> Any:
        """Alarms, latest first."""
        limit = number(query, "limit", DEFAULT_LIMIT)
        rows = self._terminal.journal.alarms(limit + 1)
        return {
            "alarms": [
                {
                    "code": row.code,
                    "kind": row.kind,
                    "subject": row.subject,
                    "raised": iso_ms(row.raised_ms),
                    "cleared": None if row.cleared_ms is None else iso_ms(row.cleared_ms),
                    "en": row.en,
                    "zh": row.zh,
                }
                for row in rows[:limit]
            ],
            "more": len(rows) > limit,
        }

    @route("GET", "config", right=Right.STATE, check=check_rows)
    def config(self, query: dict[str, str]) -> Any:
        """The settings in force, without secrets."""
        config = self._terminal.config
        return {
            "name": config.name,
            "gateways": [{"id": gateway.id, "host": gateway.host, "port": gateway.port} for gateway in config.gateways],
            "meters": [
                {
                    "id": meter.id,
                    "gateway": meter.gateway,
                    "unit": meter.own.bus_unit,
                    "period_s": meter.period_s,
                    "points": [point.id for point in meter.points],
                }
                for meter in config.meters
            ],
            "centres": [
                {
                    "id": centre.id,
                    "host": centre.host,
                    "port": centre.port,
                    "mn": centre.mn,
                    "st": centre.st,
                    "uploads": list(centre.uploads),
                    "realtime_s": settings.realtime_s,
                    "realtime_on": settings.realtime_on,
                    "minute_interval": settings.minute_interval,
                    "overtime_s": settings.overtime_s,
                    "recount": settings.recount,
                    "buffer_h": centre.buffer_h,
                }
                for centre in config.centres
                for settings in (self._terminal.settings[centre.id],)
            ],
        }

    @route("POST", "replacements", right=Right.ENTER, body=entry.KEYS)
    def replace(self, fields: dict[str, str]) -> Any:
        """Record a change of a meter (R-19); answered only once it is committed, and kept once however often it comes.

        Raises HttpError.
        """
        state = self._point(fields)
        terminal = self._terminal
        now_ms = terminal.clock.now_ms()
        made = entry.check(state, fields, now_ms)
        if not self._is_kept(made):
            entry.check_order(state, made)
            if not terminal.pipeline.replace(made):
                raise refusals.NOT_RECORDED()
        return {"recorded": fields}

    @route("GET", "manual", right=Right.READ, query=("point", *_STRETCH), check=check_rows)
    def manual(self, query: dict[str, str]) -> Any:
        """Values entered by hand for a point's periods with from ≤ start < to, with what stood there before."""
        state = self._point(query)
        limit = number(query, "limit", DEFAULT_LIMIT)
        rows = self._terminal.manual.entries(
            state.config.id, instant(query, "from", 0), instant(query, "to", FOREVER_S), limit + 1
        )
        return {"entries": rows[:limit], "more": len(rows) > limit}

    @route("POST", "manual", right=Right.ENTER, body=form.KEYS)
    def enter(self, fields: dict[str, str]) -> Any:
        """Take a value by hand (R-22); answered only once it is committed. Raises HttpError."""
        with refusal_logged(self._terminal, fields["point"], fields):
            state = self._point(fields)
            emissions = self._terminal.pipeline.emissions
            if emissions is not None and state.config.id in emissions.figures:
                raise refusals.WORKED_OUT(point=state.config.id)
            made = form.check(state, fields, self._terminal.clock.now_ms())
        proposals = self._terminal.proposals
        if proposals is not None:
            return self._propose(proposals, state, made, fields)
        verdict = self._terminal.manual.enter(state, made)
        if verdict is None:
            raise refusals.NOT_RECORDED()
        self._terminal.wake_centres()
        return {"recorded": fields, "verdict": verdict}

    @seam
    def _propose(self, proposals: Proposals, state: PointState, made: Entry, fields: dict[str, str]) -> Any:
        """Keep a value until another person has released it."""
        verdict = self._terminal.manual.verdict(state, made)
        if len(proposals.waiting()) >= MOST_WAITING:
            raise refusals.TOO_MANY_PROPOSALS()
        values = (made.point, made.span.code, made.start_s, made.value, made.author, made.reason, made.entered_ms)
        if not proposals.add(Proposal(0, *values, verdict)):
            raise refusals.NOT_RECORDED()
        return {"recorded": fields, "verdict": WAITING}

    def _is_kept(self, made: Replacement) -> bool:
        return any(
            kept.at_s == made.at_s
            and entry.same(kept.final_old, made.final_old)
            and entry.same(kept.initial_new, made.initial_new)
            for kept in self._terminal.store.replacements(made.point)
        )


def _event(row: LoggedEvent) -> dict[str, Any]:
    return {
        "number": row.number,
        "at": iso_ms(row.at_ms),
        "code": row.code,
        "kind": row.kind,
        "subject": row.subject,
        "text": f"{row.subject}: {row.en} / {row.zh}",
        "en": row.en,
        "zh": row.zh,
    }


@seam
def _record(state: PointState, row: Record) -> dict[str, Any]:
    common: dict[str, Any] = {
        "start": iso(row.start_s),
        "end": iso(row.end_s),
        "value": row.value,
        "min": row.low,
        "max": row.high,
        "n": row.n,
        "flag": row.flag,
        "cause": row.cause,
        "revision": row.revision,
    }
    if state.tracker is not None:
        common["opening"], common["closing"] = row.opening, row.closing
    return common


def _gap(row: Gap) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "point": row.subject if row.kind == "point" else "",
        "centre": row.subject if row.kind == "centre" else "",
        "start": iso(row.start_s),
        "end": None if row.end_s is None else iso(row.end_s),
        "missed": row.missed,
        "cause": row.cause,
        "from": None if row.from_s is None else {"at": iso(row.from_s), "value": row.from_value},
        "to": None if row.to_s is None else {"at": iso(row.to_s), "value": row.to_value},
        "quantity": row.quantity,
    }
