"""The local interface to the store as a whole: how much it holds, sets out of it and into it, tables for a spreadsheet.

Leaves HTTP to `server`, what a set is to `storage.archive` and emission sources to `processing.classes`. Who brings a
set says so, and it is in the event log in the same transaction.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from typing import Any, Protocol

from reference_terminal.crypto.symmetric import sm3
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import QUALITIES
from reference_terminal.model.seams import seam
from reference_terminal.model.times import Span, iso, iso_ms, span_named
from reference_terminal.processing.classes import Classes
from reference_terminal.processing.pipeline import Pipeline, PointState
from reference_terminal.settings.config import Config
from reference_terminal.storage import archive
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.web import messages, refusals
from reference_terminal.web.parameters import FOREVER_S, check_stretch, instant, shown
from reference_terminal.web.router import Addresses, Right, route
from reference_terminal.web.server import File, Request

MOST_SET_OCTETS = 64 * 1024 * 1024
"""The longest set that is taken at once; a longer history is carried in several, each of a stretch."""
_ARCHIVE = ("from", "to", "author")
_MOST_AUTHOR = 64
_SLICE_ROWS = 4000
_READINGS = "reading"


class Needs(Protocol):
    """What these addresses use of a terminal."""

    config: Config
    clock: WallClock
    store: Store
    journal: Journal
    pipeline: Pipeline
    classes: Classes

    def restart_soon(self) -> None:
        """Start anew once whoever asked for it has had the answer."""
        ...


class StoredApi(Addresses):
    """Sets, tables and emission sources."""

    def __init__(self, terminal: Needs) -> None:
        self._terminal = terminal

    # Sets

    @route("GET", "archive", right=Right.OPERATE, query=_ARCHIVE, check=check_stretch)
    async def set_of(self, query: dict[str, str]) -> File:
        """The set of a stretch."""
        return await self.give(*_stretch(query))

    async def give(self, from_s: int, to_s: int) -> File:
        """The set of [from, to)."""
        terminal = self._terminal
        now_ms = terminal.clock.now_ms()
        octets = await archive.collect(terminal.store, terminal.config.name, self._described(), from_s, to_s, now_ms)
        terminal.journal.event(messages.ARCHIVE_MADE, terminal.config.name, octets=len(octets))
        return File(octets, "application/jsonl", f"{terminal.config.name}-{iso(now_ms // 1000)[:10]}.jsonl")

    @route("POST", "archive", right=Right.RESTORE, query=_ARCHIVE, most_octets=MOST_SET_OCTETS)
    def take(self, query: dict[str, str], request: Request) -> Any:
        """Put a set into the store; nothing of it if anything in it is not sound."""
        author = query.get("author", "").strip()
        if not author or len(author) > _MOST_AUTHOR or not author.isprintable():
            raise refusals.AUTHOR_NOT_PRINTABLE(most=64)
        if request.content_type != "application/json":
            raise refusals.NOT_JSON()
        terminal = self._terminal
        try:
            rows = archive.read(request.body, self._described())
        except archive.ArchiveError as error:
            refused = messages.ARCHIVE_REFUSED
            terminal.journal.event(refused, terminal.config.name, author=author, reason=error.said)
            raise refusals.SET_REFUSED(said=error.said) from None
        digest = sm3(request.body).hex()

        def tell() -> None:
            taken = {"author": author, "rows": len(rows), "digest": digest}
            terminal.journal.event(messages.ARCHIVE_TAKEN, terminal.config.name, **taken)

        taken = archive.put(terminal.store, rows, tell)
        if taken is None:
            raise refusals.NOT_IMPORTED()
        if taken.settings:
            terminal.restart_soon()
        return {"result": "taken", "rows": taken.rows, "known": taken.known}

    def _described(self) -> dict[str, archive.Described]:
        return {
            state.config.id: archive.Described(state.config.unit, state.config.kind)
            for state in self._terminal.pipeline.every
        }

    # Tables

    @route("GET", "export", right=Right.READ, query=("class", "point", "from", "to"), check=check_stretch)
    async def table(self, query: dict[str, str]) -> File:
        """A table of a class of periods, or of readings, of one point or of all, for a spreadsheet."""
        from_s, to_s = _stretch(query)
        wanted = query.get("class", _READINGS)
        span = None if wanted == _READINGS else self._span(wanted)
        if span is None:
            head = ("point", "unit", "at", "value", "quality", "cause")
        else:
            head = ("point", "unit", "start", "end", "value", "min", "max", "opening", "closing", "flag", "revision")
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(head)
        for state in self._points(query):
            at_s = from_s
            while at_s < to_s:
                rows, at_s = self._slice(state, span, at_s, to_s)
                writer.writerows(rows)
                await asyncio.sleep(0)
        # With a mark of the byte order spreadsheets read the text as UTF-8.
        return File(b"\xef\xbb\xbf" + text.getvalue().encode(), "text/csv; charset=utf-8", f"{wanted}.csv")

    def _points(self, query: dict[str, str]) -> Sequence[PointState]:
        pipeline = self._terminal.pipeline
        if "point" not in query:
            return pipeline.every
        state = pipeline.by_id.get(query["point"])
        if state is None:
            raise refusals.NO_POINT(got=shown(query["point"]))
        return (state,)

    def _span(self, name: str) -> Span:
        span = span_named(name) if name.isascii() and len(name) <= 10 else None
        if span is None:
            known = "reading, minute, quarter, hour, day or month"
            raise refusals.UNKNOWN_STORED_CLASS(known=known, got=shown(name))
        return span

    @seam
    def _slice(self, state: PointState, span: Span | None, from_s: int, to_s: int) -> tuple[list[list[Any]], int]:
        """Some rows of a point from an instant on, and the instant to go on from."""
        store, config = self._terminal.store, state.config
        if span is None:
            found = store.readings(state.number, from_s, to_s, _SLICE_ROWS)
            rows = [
                [config.id, config.unit, iso_ms(row.at_ms), row.value, QUALITIES[row.quality], row.cause]
                for row in found
            ]
            return rows, found[-1].slot_s + 1 if len(found) == _SLICE_ROWS else to_s
        records = store.records(span.code, state.number, from_s, to_s, _SLICE_ROWS)
        told = [
            [
                *(config.id, config.unit, iso(row.start_s), iso(row.end_s), row.value, row.low, row.high),
                *(row.opening, row.closing, row.flag, row.revision),
            ]
            for row in records
        ]
        return told, records[-1].start_s + 1 if len(records) == _SLICE_ROWS else to_s

    # The store

    @route("GET", "storage", right=Right.STATE, check=check_stretch)
    def storage(self, query: dict[str, str]) -> Any:
        """How much the store holds and may hold, and for how long each class is kept."""
        del query
        kept = self._terminal.config.storage
        return {
            "octets": self._terminal.store.size_bytes(),
            "reserved_octets": kept.room_octets,
            "raw_days": kept.raw_days,
            "settled_days": kept.record_days,
        }

    # Emission sources

    @route("GET", "emission-sources", right=Right.READ, check=check_stretch)
    def emission_sources(self, query: dict[str, str]) -> Any:
        """The emission sources and their points."""
        del query
        return {"emission_sources": self._terminal.classes.rows()}

    @route("GET", "classified", right=Right.READ, query=("emission_source", "class", "from", "to"), check=check_stretch)
    def classified(self, query: dict[str, str]) -> Any:
        """The periods of a class that are stored under an emission source, of all its points."""
        from_s, to_s = _stretch(query)
        name, span = query.get("emission_source", ""), self._span(query.get("class", ""))
        known = self._terminal.classes.names()
        if name not in known:
            raise refusals.NO_STORED_SOURCE(got=shown(name), known=", ".join(known) or "none")
        found = self._terminal.classes.records(name, span, from_s, to_s)
        return {
            "emission_source": name,
            "records": [
                {"point": point, "start": iso(row.start_s), "end": iso(row.end_s), "value": row.value, "flag": row.flag}
                for point, row in found
            ],
        }


def _stretch(query: dict[str, str]) -> tuple[int, int]:
    return instant(query, "from", 0), instant(query, "to", FOREVER_S)
