"""A store bounded by octets: delivered data go first, then the oldest that wait, each with a recorded gap (R-28).

Leaves the time when to look, alarms and the log to operations. Day and month values, entries, gaps and the log stay.
What the current day is settled from after a restart goes last of what is delivered; the last two hours stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reference_terminal.model.rows import Pending
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY_S, HOUR, floor_s
from reference_terminal.storage.outbox import Outbox
from reference_terminal.storage.store import Store

FULL_PERCENT, RELIEVED_PERCENT = 95, 92
"""Above the first something goes, until no more than the second is used."""
_ROWS_AT_ONCE = 200
_PERIODS_AT_ONCE = 20
_KEPT_S = 7200
# Of a large store more goes at once: a row for so many octets of its room.
_ROOM_FOR_A_ROW = 50_000
_WAITS_NOT = "NOT EXISTS (SELECT 1 FROM outbox WHERE centre=? AND end_s=record.end_s AND span=record.span)"
_BY_SLOT = ("reading", "reading_source", "reading_origin", "estimate")
_BESIDE_RECORDS = ("superseded", "record_source", "emission", "emission_before")


class Bound:
    """Keeps one store within so many octets."""

    def __init__(self, store: Store, octets: int, outboxes: Sequence[Outbox]) -> None:
        self._store = store
        self._octets = octets
        self._outboxes = outboxes

    @seam
    def percent(self) -> int:
        """How much of the room is used."""
        return self._store.used_bytes() * 100 // self._octets

    @seam
    def relieve(self, now_s: int) -> tuple[int, list[Pending]]:
        """Make room if there is too little: the instant before which delivered data went (0: none), periods given up.

        Where what stays is too much by itself the store grows, and its alarm stands.
        """
        before_s, lost = 0, list[Pending]()
        if self.percent() < FULL_PERCENT:
            return before_s, lost
        latest_s = floor_s(now_s, HOUR.code) - _KEPT_S
        while self.percent() > RELIEVED_PERCENT:
            border_s = self._oldest_delivered(min(floor_s(now_s, DAY_S), latest_s)) or self._oldest_delivered(latest_s)
            if border_s is not None:
                self._drop(border_s)
                before_s = border_s
                continue
            given_up = self._give_up(latest_s)
            if not given_up:
                break
            lost += given_up
        return before_s, lost

    def _oldest_delivered(self, protected_s: int) -> int | None:
        """An instant before which a handful of delivered rows lie, None if there are none before `protected_s`."""
        connection = self._store.connection
        spans = connection.execute("SELECT DISTINCT span FROM record WHERE span>0 AND span<?", (DAY_S,))
        starts = f"SELECT start_s FROM record WHERE span=? AND start_s<? AND {self._delivered()} ORDER BY start_s"
        chosen: list[tuple[str, tuple[Any, ...]]] = [
            ("SELECT slot_s FROM reading WHERE slot_s<? ORDER BY slot_s", (protected_s,)),
            *((starts, (span, protected_s, *self._names())) for (span,) in list(spans)),
        ]
        at_once = max(_ROWS_AT_ONCE, self._octets // _ROOM_FOR_A_ROW)
        found: list[int] = []
        for statement, values in chosen:
            if connection.execute(f"{statement} LIMIT 1", values).fetchone() is not None:
                row = connection.execute(f"{statement} LIMIT 1 OFFSET {at_once}", values).fetchone()
                found.append(protected_s if row is None else int(row[0]) + 1)
        return min(found, default=None)

    @seam
    def _names(self) -> list[str]:
        return [outbox.centre for outbox in self._outboxes]

    @seam
    def _delivered(self) -> str:
        """Condition on a record: it waits for none of the centres, whose names are its values."""
        return " AND ".join(_WAITS_NOT for _ in self._outboxes) or "1"

    @seam
    def _drop(self, border_s: int) -> None:
        """Delete what is delivered and lies before an instant, with all that belongs to it, in one transaction."""
        connection = self._store.connection
        with connection:
            for table in _BY_SLOT:
                connection.execute(f"DELETE FROM {table} WHERE slot_s<?", (border_s,))
            short = "span>0 AND span<? AND start_s<?"
            connection.execute(
                f"DELETE FROM record WHERE {short} AND {self._delivered()}", (DAY_S, border_s, *self._names())
            )
            gone = "NOT EXISTS (SELECT 1 FROM record WHERE span={0}.span AND start_s={0}.start_s AND point={0}.point)"
            for table in _BESIDE_RECORDS:
                connection.execute(f"DELETE FROM {table} WHERE {short} AND {gone.format(table)}", (DAY_S, border_s))
            connection.execute(
                f"DELETE FROM fingerprint WHERE {short} AND deposited=1 AND {gone.format('fingerprint')}",
                (DAY_S, border_s),
            )
            connection.execute(f"DELETE FROM sent WHERE {short}", (DAY_S, border_s))

    @seam
    def _give_up(self, protected_s: int) -> list[Pending]:
        """The oldest periods that wait for any centre leave its queue, each with a gap; empty if none may."""
        rows = self._store.connection.execute(
            "SELECT centre, span, start_s, end_s FROM outbox WHERE end_s<? AND span>0 AND span<?"
            " ORDER BY end_s, span, centre LIMIT ?",
            (protected_s, DAY_S, _PERIODS_AT_ONCE),
        )
        oldest = [Pending(*row) for row in rows]
        for outbox in self._outboxes:
            outbox.give_up([item for item in oldest if item.centre == outbox.centre], "store full")
        return oldest if oldest and self._store.flush() else []
