"""Values entered by hand: checked, put in the place of a missing or wrong period, delivered again (rulings R-20, R-22).

Leaves reading an entry to the web room. The original stays readable with its revision, the entry tells author, reason
and time, and the periods above it that lack a value are made up from their parts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from msgspec import structs

from reference_terminal.model import numbers
from reference_terminal.model.messages import Text
from reference_terminal.model.rows import BY_HAND as FLAG
from reference_terminal.model.rows import MADE_UP, Record
from reference_terminal.model.rows import MANUAL_ENTRY as CAUSE
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY, HOUR, MINUTE, MONTH, QUARTER, Span, iso, iso_ms, span_of
from reference_terminal.processing import messages
from reference_terminal.processing.pipeline import PointState
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

TWICE = Decimal(2)
_UPWARDS = (MINUTE, QUARTER, HOUR, DAY, MONTH)
VALID, UNCHECKED, INVALID = "valid", "not second-checked", "invalid"


@dataclass(frozen=True)
class Entry:
    """One value by hand for a period [start_s, end_s) of class `span`, in the point's unit, as decimal text."""

    point: str
    span: Span
    start_s: int
    value: str
    author: str
    reason: str
    entered_ms: int

    @property
    def end_s(self) -> int:
        """End of the period, UTC s."""
        return self.span.end(self.start_s)


class ManualEntries:
    """Takes entries; `deliver(span, start_s, end_s)` queues a new revision for the centres."""

    def __init__(self, store: Store, journal: Journal, deliver: Callable[[Span, int, int], None]) -> None:
        self._store = store
        self._journal = journal
        self._deliver = deliver

    def verdict(self, state: PointState, entry: Entry) -> str:
        """The second check: not above twice the valid total of the latest complete calendar month (R-20)."""
        if not state.counts:
            return UNCHECKED
        month_s = MONTH.start(MONTH.start(entry.entered_ms // 1000) - 1)
        record = self._record(state, MONTH, month_s)
        if record is None or record.value is None:
            return UNCHECKED
        limit = numbers.CONTEXT.multiply(Decimal(record.value), TWICE)
        return VALID if Decimal(entry.value) <= limit else INVALID

    def enter(self, state: PointState, entry: Entry) -> str | None:
        """Commit an entry and return its verdict; None if it cannot be committed, in which case nothing is kept.

        An entry that fails the second check is kept and told, and changes nothing else.
        """
        verdict = self.verdict(state, entry)
        original = self._record(state, entry.span, entry.start_s)
        revision = 0 if original is None else original.revision + 1

        def gather() -> None:
            self._keep(entry, verdict, original, revision)
            if verdict == INVALID:
                return
            self._put(state, self._made(state, entry, original, revision))
            self._make_up(state, entry)

        return verdict if self._store.attempt(gather) else None

    @seam
    def _keep(self, entry: Entry, verdict: str, original: Record | None, revision: int) -> None:
        was = None if original is None else original.value
        self._store.write(
            "INSERT INTO manual_entry (point, span, start_s, end_s, value, author, reason, entered_ms, revision,"
            " original, original_flag, verdict) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                entry.point,
                entry.span.code,
                entry.start_s,
                entry.end_s,
                entry.value,
                entry.author,
                entry.reason,
                entry.entered_ms,
                revision,
                was,
                "" if original is None else original.flag,
                verdict,
            ),
        )
        self._journal.event(
            messages.MANUAL,
            entry.point,
            author=entry.author,
            value=entry.value,
            span=entry.span.name,
            start=iso(entry.start_s),
            old=Text("no value", "无") if was is None else was,
            reason=entry.reason,
            verdict=verdict,
        )

    def _made(self, state: PointState, entry: Entry, original: Record | None, revision: int) -> Record:
        base = original or Record(
            entry.span.code, entry.start_s, state.number, entry.end_s, None, None, None, None, None, 0, None, "N", ""
        )
        made = structs.replace(base, value=entry.value, flag=FLAG, cause=CAUSE, revision=revision)
        return made if state.counts else structs.replace(made, low=entry.value, high=entry.value)

    @seam
    def _put(self, state: PointState, record: Record) -> None:
        self._store.revise(record)
        self._deliver(span_of(record.span), record.start_s, record.end_s)

    @seam
    def _make_up(self, state: PointState, entry: Entry) -> None:
        """Periods above that lack a value get the sum of their parts, once all parts have one (counters)."""
        if not state.counts or entry.span not in _UPWARDS:
            return
        changed = {(entry.span.code, entry.start_s): entry.value}
        for lower, upper in pairwise(_UPWARDS):
            if (lower.code, lower.start(entry.start_s)) not in changed:
                continue
            start_s = upper.start(entry.start_s)
            record = self._record(state, upper, start_s)
            if record is None or (record.value is not None and record.cause != MADE_UP):
                return
            parts = self._parts(state, lower, start_s, upper.end(start_s), changed)
            if parts is None:
                return
            total = numbers.text(sum(parts, Decimal(0)))
            changed[(upper.code, start_s)] = total
            self._put(
                state, structs.replace(record, value=total, flag=FLAG, cause=MADE_UP, revision=record.revision + 1)
            )

    def _parts(
        self, state: PointState, span: Span, start_s: int, end_s: int, changed: dict[tuple[int, int], str]
    ) -> list[Decimal] | None:
        """The values of all periods of a class in [start, end); None if one has none."""
        known = {
            record.start_s: record.value
            for record in self._store.records(span.code, state.number, start_s, end_s, 100_000)
        }
        parts: list[Decimal] = []
        at_s = start_s
        while at_s < end_s:
            value = changed.get((span.code, at_s), known.get(at_s))
            if value is None:
                return None
            parts.append(Decimal(value))
            at_s = span.end(at_s)
        return parts

    def _record(self, state: PointState, span: Span, start_s: int) -> Record | None:
        return next(iter(self._store.records(span.code, state.number, start_s, start_s + 1, 1)), None)

    def entries(self, point: str, from_s: int, to_s: int, limit: int) -> list[dict[str, Any]]:
        """Entries for a point's periods with from ≤ start < to, in the order they were made."""
        found = self._store.connection.execute(
            "SELECT point, span, start_s, end_s, value, author, reason, entered_ms, revision, original, original_flag,"
            " verdict FROM manual_entry WHERE point=? AND start_s>=? AND start_s<? ORDER BY number LIMIT ?",
            (point, from_s, to_s, limit),
        )
        rows: list[Any] = list(found)
        return [
            {
                "point": name,
                "class": span_of(span).name,
                "start": iso(start_s),
                "end": iso(end_s),
                "value": value,
                "author": author,
                "reason": reason,
                "entered": iso_ms(entered_ms),
                "revision": revision,
                "original": original,
                "original_flag": flag,
                "verdict": verdict,
            }
            for name, span, start_s, end_s, value, author, reason, entered_ms, revision, original, flag, verdict in rows
        ]
