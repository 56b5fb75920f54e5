"""Bounds of the store: deleting by age, filling queues, size of the database (rulings R-28, R-30).

Leaves raising and clearing of other alarms to the rooms that see their causes.
"""

from __future__ import annotations

from collections.abc import Sequence

from reference_terminal.model.clock import WallClock
from reference_terminal.model.rows import Pending
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY_S, floor_s, iso
from reference_terminal.operations import messages
from reference_terminal.settings.config import Config
from reference_terminal.storage.bound import Bound
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.outbox import Outbox
from reference_terminal.storage.store import Store

PERIOD_S = 600
ALARM_PERCENT = 80
_ROWS_AT_ONCE = 5000


class Housekeeping:
    """Looks after the bounds every ten minutes."""

    def __init__(
        self, config: Config, store: Store, clock: WallClock, journal: Journal, outboxes: Sequence[Outbox]
    ) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._journal = journal
        self._outboxes = outboxes
        self._bound = Bound(store, config.storage.room_octets, outboxes)
        self._cleaned_s = 0
        self._told_s = 0

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self.look()
            await self._clock.sleep_until_or_step((floor_s(self._clock.now_s(), PERIOD_S) + PERIOD_S) * 1000)

    def look(self) -> None:
        """One round over queues, database size and, once a day, age."""
        for outbox in self._outboxes:
            self._look_at_queue(outbox)
        self._look_at_size()
        day_s = floor_s(self._clock.now_s(), DAY_S)
        if day_s != self._cleaned_s:
            self._cleaned_s = day_s
            self.clean(self._clock.now_s())

    def _look_at_queue(self, outbox: Outbox) -> None:
        percent = outbox.fill_percent()
        if percent >= ALARM_PERCENT:
            self._journal.raise_alarm(messages.QUEUE_FILLING, outbox.centre, percent=percent)
        else:
            self._journal.clear_alarm(messages.QUEUE_FILLING, outbox.centre)
        lost = outbox.expire()
        if lost:
            self._tell_given_up(outbox.centre, lost)
            self._store.flush()

    def _tell_given_up(self, centre: str, lost: Sequence[Pending]) -> None:
        first, last = iso(lost[0].start_s), iso(lost[-1].end_s)
        self._journal.event(messages.QUEUE_OVERFLOW, centre, count=len(lost), first=first, last=last)

    def _look_at_size(self) -> None:
        now_s = self._clock.now_s()
        percent = self._bound.percent()
        if percent >= ALARM_PERCENT:
            self._journal.raise_alarm(messages.STORE_FILLING, self._store.path, percent=percent)
        else:
            self._journal.clear_alarm(messages.STORE_FILLING, self._store.path)
        before_s, lost = self._bound.relieve(now_s)
        for centre in dict.fromkeys(item.centre for item in lost):
            self._tell_given_up(centre, [item for item in lost if item.centre == centre])
        if before_s and floor_s(now_s, DAY_S) != self._told_s:
            self._told_s = floor_s(now_s, DAY_S)
            self._journal.event(messages.STORE_OVERFLOW, self._store.path, before=iso(before_s))
        if before_s or lost:
            self._store.flush()

    def clean(self, now_s: int) -> None:
        """Delete what is older than its class must be kept; nothing that waits for delivery."""
        storage = self._config.storage
        raw_s, record_s = self.raw_border_s(now_s), now_s - storage.record_days * DAY_S
        self._delete("reading", "slot_s", "slot_s<?", raw_s)
        self._delete("reading_source", "slot_s", "slot_s<?", raw_s)
        self._delete("estimate", "slot_s", "slot_s<?", raw_s)
        self._delete("record", "start_s", "span>0 AND span<900 AND start_s<?", raw_s)
        self._delete("record", "start_s", "start_s<?", record_s)
        self._delete("fingerprint", "start_s", "span>0 AND span<900 AND start_s<?", raw_s)
        self._delete("emission", "start_s", "span>0 AND span<900 AND start_s<?", raw_s)
        self._delete("emission_before", "start_s", "span>0 AND span<900 AND start_s<?", raw_s)
        for table in (
            *("sent", "superseded", "gap", "record_source", "manual_entry", "fingerprint", "emission"),
            "emission_before",
        ):
            self._delete(table, "start_s", "start_s<?", record_s)
        self._delete("accounting_entry", "start_s", "start_s<?", record_s)
        self._delete("stack_calibration", "at_s", "at_s<?", record_s)
        self._delete("event", "at_ms", "at_ms<?", record_s * 1000)

    @seam
    def raw_border_s(self, now_s: int) -> int:
        """The instant before which raw readings and minute values may go."""
        return now_s - self._config.storage.raw_days * DAY_S

    def _delete(self, table: str, column: str, condition: str, border: int) -> None:
        """Delete in portions, each its own transaction, so that measuring is not held up for long."""
        connection = self._store.connection
        while True:
            row = connection.execute(
                f"SELECT {column} FROM {table} WHERE {condition} ORDER BY {column} LIMIT 1 OFFSET {_ROWS_AT_ONCE}",
                (border,),
            ).fetchone()
            upper = border if row is None else row[0]
            connection.execute(f"DELETE FROM {table} WHERE {condition}", (upper,))
            if row is None or upper == border:
                return
