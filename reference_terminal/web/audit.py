"""The local interface to the audit log: searched, sorted, exported, verified, cleared (ISC-2 7.4.1.3(4)(5), R-39).

Leaves the log to `access.audit`. All of it is the auditor's.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
from typing import Any, Protocol

from reference_terminal.access import audit_types, messages
from reference_terminal.access.audit import COLUMNS, SORTED_BY, Audit, Search, TooYoung, told
from reference_terminal.access.rights import Right
from reference_terminal.model.actor import actor
from reference_terminal.model.clock import WallClock
from reference_terminal.model.times import iso
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.web import refusals
from reference_terminal.web.parameters import DEFAULT_LIMIT, FOREVER_S, check_stretch, instant, number, shown
from reference_terminal.web.router import Addresses, route
from reference_terminal.web.server import File

_EQUAL = ("user", "origin", "type", "outcome", "code", "subject")
_QUERY = ("from", "to", *_EQUAL, "text", "sort", "order")
_FORMATS = ("csv", "jsonl")
_MOST_TEXT = 200
_SLICE_ROWS = 2000
_MOST_SKIPPED = 10_000_000


class Needs(Protocol):
    """What these addresses use of a terminal."""

    clock: WallClock
    store: Store
    journal: Journal


class AuditApi(Addresses):
    """The audit log."""

    def __init__(self, terminal: Needs, audit: Audit) -> None:
        self._terminal = terminal
        self._audit = audit

    @route("GET", "audit", right=Right.AUDIT, query=(*_QUERY, "limit", "skip"), check=check_stretch)
    def entries(self, query: dict[str, str]) -> Any:
        """The entries that meet all conditions, in the order asked for; `total` counts them all."""
        search = search_of(query)
        limit = number(query, "limit", DEFAULT_LIMIT)
        skip = number(query, "skip", 1, most=_MOST_SKIPPED) - 1 if "skip" in query else 0
        rows = self._audit.find(search, limit, skip)
        return {"entries": [told(row) for row in rows], "total": self._audit.count(search)}

    @route("GET", "audit-types", right=Right.AUDIT)
    def types(self, query: dict[str, str]) -> Any:
        """The types of entries."""
        del query
        return {"types": list(audit_types.NAMES)}

    @route("GET", "audit-export", right=Right.AUDIT, query=(*_QUERY, "format"), check=check_stretch)
    async def export(self, query: dict[str, str]) -> File:
        """A file of the entries that meet all conditions; that it was made is an entry too."""
        kind = query.get("format", "csv")
        if kind not in _FORMATS:
            raise refusals.UNKNOWN_LOG_FORMAT(got=shown(kind))
        search = search_of(query)
        text = io.StringIO()
        writer = csv.writer(text)
        names = list(told([0] * len(COLUMNS)))
        if kind == "csv":
            writer.writerow(names)
        count = 0
        while rows := self._audit.find(search, _SLICE_ROWS, count):
            for row in rows:
                entry = told(row)
                if kind == "csv":
                    writer.writerow([_cell(entry[name]) for name in names])
                else:
                    text.write(json.dumps(entry, ensure_ascii=False) + "\n")
            count += len(rows)
            await asyncio.sleep(0)
        journal = self._terminal.journal
        journal.event(messages.AUDIT_EXPORTED, "audit", author=actor().name, count=count)
        self._terminal.store.flush()
        day = iso(self._terminal.clock.now_s())[:10]
        if kind == "csv":
            return File(b"\xef\xbb\xbf" + text.getvalue().encode(), "text/csv; charset=utf-8", f"audit-{day}.csv")
        return File(text.getvalue().encode(), "application/jsonl", f"audit-{day}.jsonl")

    @route("GET", "audit-verify", right=Right.AUDIT)
    async def verify(self, query: dict[str, str]) -> Any:
        """Look at the whole chain: how many entries, and what is wrong with it."""
        del query
        found: list[str] = []
        entries = 0
        for seen, fault in self._audit.faults():
            entries = seen
            if fault:
                found.append(fault)
            else:
                await asyncio.sleep(0)
        if found:
            self._audit.alarm(found[0])
        else:
            self._audit.sound()
        self._terminal.store.flush()
        return {"entries": entries, "findings": found[:100]}

    @route("POST", "audit-clear", right=Right.AUDIT, body=("before", "author"))
    def clear(self, fields: dict[str, str]) -> Any:
        """Remove every entry before an instant that lies longer ago than the log is kept, as one range."""
        before_s = instant(fields, "before", 0)
        try:
            cleared = self._audit.clear(before_s * 1000, fields["author"])
        except TooYoung:
            days = self._audit.days()
            told_ = {"author": fields["author"], "before": iso(before_s), "days": days}
            self._terminal.journal.event(messages.AUDIT_CLEARING_REFUSED, "audit", **told_)
            self._terminal.store.flush()
            raise refusals.ENTRIES_TOO_YOUNG(days=days) from None
        if cleared is None:
            raise refusals.NOT_CLEARED()
        first, last, count = cleared
        return {"cleared": count, "first": first, "last": last}


def search_of(query: dict[str, str]) -> Search:
    """What entries a request asks for. Raises HttpError (400)."""
    by, order = query.get("sort", "at"), query.get("order", "descending")
    by = "number" if by == "at" else by
    if by not in SORTED_BY:
        raise refusals.UNKNOWN_SORTING(known=", ".join(SORTED_BY), got=shown(by))
    if order not in ("ascending", "descending"):
        raise refusals.UNKNOWN_SORT_ORDER(got=shown(order))
    text = query.get("text", "")
    if len(text) > _MOST_TEXT:
        raise refusals.SEARCHED_TEXT_TOO_LONG(most=_MOST_TEXT)
    return Search(
        from_ms=instant(query, "from", 0) * 1000,
        to_ms=instant(query, "to", FOREVER_S) * 1000,
        equal={name: query[name] for name in _EQUAL if name in query},
        text=text,
        by=by,
        descending=order == "descending",
    )


def _cell(value: Any) -> Any:
    """A cell of a table; a text that a spreadsheet would take for a formula gets a quotation mark."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
