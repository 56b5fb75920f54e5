"""Records that slaves report: checked, kept as their points' own, once each; what comes late or changed is a revision.

Leaves who a slave is to `door`, and what follows from a record to processing. A record is confirmed once it is durable;
one that is reported again as it is changes nothing, so that a lost confirmation counts nothing twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec
from msgspec import structs

from reference_terminal.group import messages, reasons
from reference_terminal.model import numbers
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Refused
from reference_terminal.model.rows import MADE_UP, MANUAL_ENTRY, Record
from reference_terminal.model.seams import seam
from reference_terminal.model.times import Span, iso, parse_iso, span_named, span_of
from reference_terminal.processing import messages as processing_messages
from reference_terminal.processing.pipeline import Pipeline
from reference_terminal.settings.group import GroupConfig, SlaveConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
_FLAG = re.compile(r"[A-Za-z]")
_GOOD = "N"
_CAUSE = "reported so"
"""Why a slave's record is not plain: the slave knows."""
_EARLY_S = 60
"""How far ahead of the master's clock a slave's may be."""


class Row(msgspec.Struct):
    """One record as a slave reports it (docs/WIRE.md section 6)."""

    point: str
    kind: str
    start: str
    end: str
    value: str
    unit: str
    flag: str


class Unusable(Refused):
    """A record that cannot be one of its slave's."""


class Reports:
    """Takes what slaves report; `deliver(span, start_s, end_s)` queues a new revision for the centres."""

    def __init__(
        self,
        config: GroupConfig,
        pipeline: Pipeline,
        store: Store,
        clock: WallClock,
        journal: Journal,
        deliver: Callable[[Span, int, int], None],
    ) -> None:
        self._spans = config.spans
        self._pipeline = pipeline
        self._store = store
        self._clock = clock
        self._journal = journal
        self._deliver = deliver

    @seam
    def take(self, slave: SlaveConfig, rows: Sequence[Row]) -> bool:
        """Keep the records of a slave, all or none; False if they cannot be committed. Raises Unusable."""
        records = [self._record(slave, row) for row in rows]
        if not self._store.flush():
            return False
        fresh: dict[tuple[int, int, int], Record] = {}
        changed: list[Record] = []
        for record in records:
            known = self._known(record)
            if known is None:
                fresh[record.span, record.start_s, record.point] = record
            elif self._differs(known, record):
                changed.append(structs.replace(record, revision=known.revision + 1))
        if fresh:
            self._store.add_records(list(fresh.values()))
            self._pipeline.book.note(list(fresh.values()))
            self._pipeline.waits()
        if not self._store.attempt(lambda: self._revise(slave, changed)):
            return False
        self._journal.clear_alarm(processing_messages.SLAVE_SILENT, slave.id)
        return True

    def _known(self, record: Record) -> Record | None:
        found = self._store.records(record.span, record.point, record.start_s, record.start_s + 1, 1)
        return found[0] if found else None

    @seam
    def _differs(self, known: Record, record: Record) -> bool:
        """Whether a record is a revision of the one that is kept; what a person has entered here stays (R-22)."""
        return known.cause not in (MANUAL_ENTRY, MADE_UP) and (known.value, known.flag) != (record.value, record.flag)

    def _revise(self, slave: SlaveConfig, changed: Sequence[Record]) -> None:
        periods: dict[tuple[int, int], Record] = {}
        for record in changed:
            self._store.revise(record)
            periods[record.span, record.start_s] = record
        for record in periods.values():
            self._deliver(span_of(record.span), record.start_s, record.end_s)
        if changed:
            starts = [record.start_s for record in changed]
            told = {"since": iso(min(starts)), "until": iso(max(record.end_s for record in changed))}
            self._journal.event(messages.LATE_RECORDS, slave.id, count=len(changed), **told)

    @seam
    def _record(self, slave: SlaveConfig, row: Row) -> Record:
        """A row as a record of this terminal. Raises Unusable."""
        config = slave.points.get(row.point)
        if config is None:
            raise Unusable(reasons.NO_POINT(got=repr(row.point[:60]), slave=slave.id))
        state = self._pipeline.by_id[config.id]
        if row.unit != state.config.unit:
            raise Unusable(reasons.UNIT_DIFFERS(point=row.point, unit=state.config.unit, got=repr(row.unit[:20])))
        span, start_s = span_named(row.kind), parse_iso(row.start)
        if span is None or span not in self._spans:
            raise Unusable(reasons.NO_CLASS(point=row.point, got=repr(row.kind[:20])))
        if start_s is None or span.start(start_s) != start_s or parse_iso(row.end) != span.end(start_s):
            raise Unusable(
                reasons.NO_PERIOD(point=row.point, start=repr(row.start[:40]), end=repr(row.end[:40]), name=span.name)
            )
        if span.end(start_s) > self._clock.now_s() + _EARLY_S:
            raise Unusable(reasons.NOT_OVER(point=row.point, start=iso(start_s)))
        if not _FLAG.fullmatch(row.flag) or not (_NUMBER.fullmatch(row.value) or (not row.value and row.flag != _GOOD)):
            raise Unusable(reasons.NO_VALUE(point=row.point, got=repr(row.value[:40]), flag=repr(row.flag[:8])))
        value = numbers.text(Decimal(row.value)) if row.value else None
        cause = "" if row.flag == _GOOD else _CAUSE
        end_s = span.end(start_s)
        return Record(span.code, start_s, state.number, end_s, None, None, value, None, None, 0, None, row.flag, cause)
