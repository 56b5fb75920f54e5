"""The durable memory: what happened is gathered in a batch and committed in one transaction.

Leaves the queues of the centres to `outbox` and deleting by age to `operations.housekeeping`. Durable before use:
listeners hear of readings and records only after the commit that holds them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol

import apsw

from reference_terminal.model import numbers
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Anchor, Gap, Pending, Record, Replacement, StoredReading
from reference_terminal.model.seams import seam
from reference_terminal.storage.database import open_database

_RETRY_S = 1.0
_RETRY_MAX_S = 30.0
_MOST_WAITING = 500_000
_SHARE, _LONGEST_LINGER_S = 200, 1.0
"""Where somebody hears events a commit waits for so many times what the last one took, at most so long."""
_INSERT_READING = "INSERT OR IGNORE INTO reading VALUES (?,?,?,?,?,?,?,?)"
_INSERT_RECORD = "INSERT OR IGNORE INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


_COUNTERS = "terminal"
"""Settings of this scope are written with every batch and only ever grow; they bear no code."""


def _coded(scope: str, name: str, value: str) -> str:
    """What a check code is made over: a setting cannot take the place of another."""
    return f"{len(scope)} {scope} {len(name)} {name} {value}"


class Derives(Protocol):
    """Who keeps points that are computed from others; both return the records that they have written."""

    def added(self, connection: apsw.Connection, records: Sequence[Record]) -> list[Record]:
        """Records that were not there before are in the database now."""
        ...

    def revised(self, connection: apsw.Connection, record: Record) -> list[Record]:
        """A record has a new revision."""
        ...


class InTurn:
    """Two that keep computed points, the second also from what the first has made."""

    def __init__(self, first: Derives | None, second: Derives) -> None:
        self._all = [second] if first is None else [first, second]

    def added(self, connection: apsw.Connection, records: Sequence[Record]) -> list[Record]:
        """Records that were not there before are in the database now."""
        made: list[Record] = []
        for each in self._all:
            made += each.added(connection, [*records, *made])
        return made

    def revised(self, connection: apsw.Connection, record: Record) -> list[Record]:
        """A record has a new revision."""
        made: list[Record] = []
        for each in self._all:
            fresh = [each.revised(connection, one) for one in [record, *made]]
            made += [one for found in fresh for one in found]
        return made


class _Tried(Exception):
    """Nothing failed: what was done is undone."""


class Store:
    """One database. `changed` listeners are called after every commit that brought readings or records."""

    def __init__(self, path: str, vfs: str | None, linger_s: float) -> None:
        self.connection, self.path = open_database(path, vfs)
        self.replaced_damaged = self.path != path
        self.changed: list[Callable[[Sequence[Reading]], None]] = []
        self.on_failure: Callable[[str], None] | None = None
        self.on_left_out: Callable[[int, Exception], None] | None = None
        self.witness: Callable[[apsw.Connection, Sequence[Record]], None] | None = None
        self.derivation: Derives | None = None
        self._code: Callable[[str], str] | None = None
        self._altered: dict[tuple[str, str], None] = {}
        self.last_qn_ms: Callable[[], int] = lambda: 0
        self._loop = asyncio.get_running_loop()
        self._linger_s = linger_s
        self.gives_way: Callable[[], bool] = lambda: False
        self._took_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._failures = 0
        self._closed = False
        self._whole = False
        self._new_batch()

    def _new_batch(self) -> None:
        self._readings: list[tuple[Any, ...]] = []
        self._fresh: list[Reading] = []
        self._anchors: dict[int, Anchor] = {}
        self._records: list[Record] = []
        self._keys: tuple[dict[tuple[int, int, int], None], list[Record], int] = ({}, self._records, 0)
        self._steps: list[Callable[[apsw.Connection], None]] = []

    def close(self) -> None:
        """Commit what waits and close the database."""
        if not self._closed:
            self.flush()
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()
            self.connection.close()

    # Gathering

    def add_reading(self, reading: Reading, total: Decimal | None) -> None:
        """Gather a reading; `total` is the running total of a counter where it differs from the value."""
        value = reading.value
        self._readings.append(
            (
                reading.slot_s,
                reading.point,
                reading.at_ms,
                None if value is None else numbers.text(value),
                reading.raw,
                reading.quality,
                reading.cause,
                None if total is None else numbers.text(total),
            )
        )
        self._fresh.append(reading)

    def add_anchor(self, anchor: Anchor) -> None:
        """Gather the last good reading of a point."""
        self._anchors[anchor.point] = anchor

    def add_records(self, records: Sequence[Record]) -> None:
        """Gather closed periods; a key that exists already keeps its first content."""
        self._records += records

    def add_step(self, step: Callable[[apsw.Connection], None]) -> None:
        """Gather any other write, done after the rows of the same batch."""
        self._steps.append(step)

    @property
    def waiting(self) -> bool:
        """Whether readings or records are gathered that are not committed yet."""
        return bool(self._readings or self._records)

    def touch(self) -> None:
        """Commit soon: after the linger time, so that readings of one cycle share a transaction.

        Nothing else happens while the disk syncs: where that delays what somebody hears, commits are few.
        """
        if self._timer is None and not self._closed:
            linger_s = self._linger_s
            if self.gives_way():
                linger_s = max(linger_s, min(_SHARE * self._took_s, _LONGEST_LINGER_S))
            self._timer = self._loop.call_later(linger_s, self._flush_by_timer)

    def _flush_by_timer(self) -> None:
        self._timer = None
        begun_s = self._loop.time()
        self.flush()
        self._took_s = self._loop.time() - begun_s

    # Committing

    def flush(self) -> bool:
        """Commit the batch now; False if the store failed, in which case the batch waits and is tried again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not (self._readings or self._records or self._anchors or self._steps):
            return True
        try:
            self._commit_what_can_be()
        except apsw.Error as error:
            self._failures += 1
            if self.on_failure is not None and self._failures == 1:
                self.on_failure(str(error))
            self._bound()
            pause_s = min(_RETRY_MAX_S, _RETRY_S * 2 ** min(self._failures - 1, 10))
            self._timer = self._loop.call_later(pause_s, self._flush_by_timer)
            return False
        self._failures = 0
        fresh = self._fresh
        self._new_batch()
        for listener in self.changed:
            listener(fresh)
        return True

    def _commit_what_can_be(self) -> None:
        """Commit the batch without what no database could hold, so that it does not stop all that comes after it."""
        try:
            self.commit()
        except apsw.Error:
            raise
        except Exception as error:
            if self._whole:
                raise
            before = len(self._readings) + len(self._records) + len(self._steps)
            self._readings = [row for row in self._readings if self._can_hold(row)]
            self._records = [record for record in self._records if self._can_hold(_record_row(record))]
            self._steps = [step for step in self._steps if self._can_do(step)]
            left_out = before - len(self._readings) - len(self._records) - len(self._steps)
            if not left_out:
                raise
            self.commit()
            if self.on_left_out is not None:
                self._loop.call_soon(self.on_left_out, left_out, error)

    def _can_hold(self, row: Sequence[Any]) -> bool:
        """Whether the database can hold the values of a row at all."""
        return self._can_do(lambda connection: _run(connection, f"SELECT {','.join('?' * len(row))}", row))

    def _can_do(self, step: Callable[[apsw.Connection], None]) -> bool:
        """Whether a step fails, if at all, for a reason that may pass."""
        failure: Exception | None = None
        try:
            with self.connection:
                step(self.connection)
                raise _Tried
        except Exception as error:
            failure = error
        return isinstance(failure, _Tried | apsw.Error)

    def commit(self) -> None:
        """Write the batch in one transaction."""
        connection = self.connection
        with connection:
            if self._readings:
                connection.executemany(_INSERT_READING, self._readings)
            if self._anchors:
                connection.executemany(
                    "INSERT OR REPLACE INTO anchor VALUES (?,?,?,?)",
                    [(a.point, a.slot_s, a.value, a.total) for a in self._anchors.values()],
                )
            if self._records:
                looked_at = self.witness is not None or self.derivation is not None
                fresh = self._unknown(connection) if looked_at else []
                connection.executemany(_INSERT_RECORD, [_record_row(record) for record in self._records])
                if self.derivation is not None:
                    fresh += self.derivation.added(connection, fresh)
                if self.witness is not None:
                    self.witness(connection, fresh)
            for step in self._steps:
                step(connection)
            self._keep_qn(connection)

    def _unknown(self, connection: apsw.Connection) -> list[Record]:
        """Of the gathered records those whose key is not stored yet, each key once."""
        found: dict[tuple[int, int, int], Record] = {}
        for record in self._records:
            key = (record.span, record.start_s, record.point)
            known = connection.execute("SELECT 1 FROM record WHERE span=? AND start_s=? AND point=?", key).fetchone()
            if known is None:
                found.setdefault(key, record)
        return list(found.values())

    def _keep_qn(self, connection: apsw.Connection) -> None:
        connection.execute("INSERT OR REPLACE INTO setting VALUES ('terminal','qn_ms',?)", (str(self.last_qn_ms()),))

    def _bound(self) -> None:
        """While the store refuses to write, keep memory bounded: the oldest readings go, records and steps stay."""
        if len(self._readings) > _MOST_WAITING:
            del self._readings[: len(self._readings) - _MOST_WAITING]
        del self._fresh[:]

    def write(self, statement: str, values: Sequence[Any]) -> None:
        """Gather one statement."""
        self.add_step(lambda connection: _run(connection, statement, values))

    def attempt(self, gather: Callable[[], None]) -> bool:
        """Commit now what `gather` gathers with `write` and `add_step`; if that fails forget it, and return False.

        For what somebody waits to see confirmed: it must not come true later, after it was refused.
        """
        if not self.flush():
            return False
        before = len(self._steps)
        gather()
        try:
            self._whole = True
            if self.flush():
                return True
        except Exception as error:
            if self.on_failure is not None:
                self.on_failure(str(error))
        finally:
            self._whole = False
        del self._steps[before:]
        return False

    # Points and settings

    def number_points(self, ids: Sequence[str]) -> dict[int, int]:
        """Map the position of each point in the configuration to its number in the database, adding new ones."""
        with self.connection:
            for point in ids:
                self.connection.execute(
                    "INSERT INTO point (id) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM point WHERE id=?)", (point, point)
                )
        known: dict[str, int] = dict(self._rows("SELECT id, number FROM point"))
        return {position: known[point] for position, point in enumerate(ids)}

    def protect(self, code: Callable[[str], str]) -> None:
        """From now on settings are kept with a check code; those in hand without a right one count as altered.

        Whoever can write the store but has not the terminal's passphrase can make no code. An altered setting is not
        used: it is as if it had never been kept.
        """
        self._code = code
        codes = {(scope, name): text for scope, name, text in self._rows("SELECT scope, name, code FROM setting_code")}
        kept = {(scope, name): value for scope, name, value in self._rows("SELECT scope, name, value FROM setting")}
        for key in sorted({*codes, *kept}):
            if key[0] != _COUNTERS and (key not in kept or codes.get(key) != code(_coded(*key, kept[key]))):
                self._altered[key] = None

    @property
    def altered(self) -> tuple[tuple[str, str], ...]:
        """Scope and name of the settings that were altered or removed behind the terminal's back."""
        return tuple(self._altered)

    def setting(self, scope: str, name: str) -> str | None:
        """A setting kept across restarts."""
        if (scope, name) in self._altered:
            return None
        row = self._row("SELECT value FROM setting WHERE scope=? AND name=?", (scope, name))
        return None if row is None else row[0]

    def settings(self, scope: str) -> dict[str, str]:
        """All settings of a scope by name, in the order of their names."""
        rows = self._rows("SELECT name, value FROM setting WHERE scope=? ORDER BY name", (scope,))
        return {name: value for name, value in rows if (scope, name) not in self._altered}

    def keep_setting(self, scope: str, name: str, value: str) -> None:
        """Gather a setting."""
        self.write("INSERT OR REPLACE INTO setting VALUES (?,?,?)", (scope, name, value))
        self.add_step(lambda connection: self.vouch(connection, scope, name, value))

    def keep_latest(self, scope: str, name: str, value: Callable[[], str]) -> None:
        """Gather a setting as it will be when it is committed: what changes often is made into text once."""

        def step(connection: apsw.Connection) -> None:
            text = value()
            _run(connection, "INSERT OR REPLACE INTO setting VALUES (?,?,?)", (scope, name, text))
            self.vouch(connection, scope, name, text)

        self.add_step(step)

    def vouch(self, connection: apsw.Connection, scope: str, name: str, value: str) -> None:
        """Put the check code of a setting beside it, where there are codes, in the transaction that keeps it."""
        if self._code is not None:
            code = self._code(_coded(scope, name, value))
            _run(connection, "INSERT OR REPLACE INTO setting_code VALUES (?,?,?)", (scope, name, code))
            self._altered.pop((scope, name), None)

    # Reading back

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        return iter(self.connection.execute(statement, tuple(values)))

    def _row(self, statement: str, values: Sequence[Any] = ()) -> Any:
        return self.connection.execute(statement, tuple(values)).fetchone()

    def anchors(self) -> dict[int, Anchor]:
        """The last good reading of every point that has one."""
        return {row[0]: Anchor(*row) for row in self._rows("SELECT point, slot_s, value, total FROM anchor")}

    def last_slot_s(self, points: Sequence[int]) -> int | None:
        """The latest slot at which any of the points was read, good or bad."""
        marks = ",".join("?" * len(points))
        row = self._row(f"SELECT slot_s FROM reading WHERE point IN ({marks}) ORDER BY slot_s DESC LIMIT 1", points)
        return None if row is None else row[0]

    def readings(self, point: int, from_s: int, to_s: int, limit: int) -> list[StoredReading]:
        """What is kept of a point with from ≤ slot < to, in order."""
        found = self._rows(
            "SELECT slot_s, at_ms, value, raw, quality, cause, total FROM reading"
            " WHERE slot_s>=? AND slot_s<? AND point=? ORDER BY slot_s LIMIT ?",
            (from_s, to_s, point, limit),
        )
        return [StoredReading(*row) for row in found]

    def reading_slice_s(self, from_s: int, rows: int) -> int | None:
        """The slot before which at least `rows` readings of any point follow `from_s`; None if there are fewer."""
        row = self._row("SELECT slot_s FROM reading WHERE slot_s>=? ORDER BY slot_s LIMIT 1 OFFSET ?", (from_s, rows))
        return None if row is None else max(row[0], from_s + 1)

    def record_slice_s(self, span: int, from_s: int, rows: int) -> int | None:
        """As `reading_slice_s`, for the records of a class by their start."""
        row = self._row(
            "SELECT start_s FROM record WHERE span=? AND start_s>=? ORDER BY start_s LIMIT 1 OFFSET ?",
            (span, from_s, rows),
        )
        return None if row is None else max(row[0], from_s + 1)

    def has_record(self, span: int, start_s: int, point: int) -> bool:
        """Whether the period of this point is stored already."""
        key = (span, start_s, point)
        if key in self._gathered_keys():
            return True
        return self._row("SELECT 1 FROM record WHERE span=? AND start_s=? AND point=?", key) is not None

    def _gathered_keys(self) -> Container[tuple[int, int, int]]:
        """The keys of the gathered records; what came since the last question is looked at once."""
        keys, records, looked_at = self._keys
        if records is not self._records or looked_at > len(records):
            keys, records, looked_at = {}, self._records, 0
        if looked_at < len(records):
            keys.update(((each.span, each.start_s, each.point), None) for each in records[looked_at:])
            self._keys = keys, records, len(records)
        return keys

    def latest_start_s(self, span: int) -> int | None:
        """Start of the latest stored period of a class."""
        row = self._row("SELECT start_s FROM record WHERE span=? ORDER BY start_s DESC LIMIT 1", (span,))
        return None if row is None else row[0]

    def earliest_start_s(self, span: int) -> int:
        """The start of the oldest period of a class in the store; 0 if there is none."""
        row = self._row("SELECT min(start_s) FROM record WHERE span=?", (span,))
        return row[0] or 0

    def record_points(self, span: int, start_s: int) -> list[int]:
        """The points that have a record for this period."""
        return [row[0] for row in self._rows("SELECT point FROM record WHERE span=? AND start_s=?", (span, start_s))]

    def period(self, span: int, start_s: int) -> dict[int, Record]:
        """All records of one period by point."""
        rows = self._rows("SELECT * FROM record WHERE span=? AND start_s=?", (span, start_s))
        return {row[2]: Record(*row) for row in rows}

    def periods(self, span: int, begin_s: int, end_s: int) -> list[int]:
        """Starts of the stored periods from `begin_s` to `end_s`, both included."""
        rows = self._rows(
            "SELECT DISTINCT start_s FROM record WHERE span=? AND start_s>=? AND start_s<=? ORDER BY start_s",
            (span, begin_s, end_s),
        )
        return [row[0] for row in rows]

    def records(self, span: int, point: int, from_s: int, to_s: int, limit: int) -> list[Record]:
        """Records of a point with from ≤ start < to, in order."""
        rows = self._rows(
            "SELECT * FROM record WHERE span=? AND start_s>=? AND start_s<? AND point=? ORDER BY start_s LIMIT ?",
            (span, from_s, to_s, point, limit),
        )
        return [Record(*row) for row in rows]

    def revise(self, record: Record) -> None:
        """Gather a new revision of a record; the old content stays readable in `superseded`."""

        def step(connection: apsw.Connection) -> None:
            supersede(connection, record)
            derived = [] if self.derivation is None else self.derivation.revised(connection, record)
            if self.witness is not None:
                self.witness(connection, [record, *derived])

        self.add_step(step)

    def redo(
        self, work: Callable[[apsw.Connection, bool], tuple[int, list[Record]]], told: Callable[[int], None]
    ) -> None:
        """Gather computed points to be worked out again: how many change, and the records if they are asked for.

        `told` hears how many did.
        """

        def step(connection: apsw.Connection) -> None:
            changed, made = work(connection, self.witness is not None)
            if self.witness is not None:
                self.witness(connection, made)
            told(changed)

        self.add_step(step)

    # Gaps

    def open_gaps(self) -> list[Gap]:
        """Gaps of points that have not ended."""
        return [_gap(row) for row in self._rows("SELECT * FROM gap WHERE kind='point' AND end_s IS NULL")]

    def gaps(self, subject: str | None, from_s: int, to_s: int, limit: int) -> list[Gap]:
        """Gaps that touch [from, to), of one point or centre or of all."""
        rows = self._rows(
            "SELECT * FROM gap WHERE (? IS NULL OR subject=?) AND start_s<? AND (end_s IS NULL OR end_s>=?)"
            " ORDER BY start_s, number LIMIT ?",
            (subject, subject, to_s, from_s, limit),
        )
        return [_gap(row) for row in rows]

    def latest_gaps(self, subject: str | None, from_s: int, to_s: int, limit: int) -> list[Gap]:
        """As `gaps`, but of more than `limit` the latest; in order."""
        rows = self._rows(
            "SELECT * FROM gap WHERE (? IS NULL OR subject=?) AND start_s<? AND (end_s IS NULL OR end_s>=?)"
            " ORDER BY start_s DESC, number DESC LIMIT ?",
            (subject, subject, to_s, from_s, limit),
        )
        return [_gap(row) for row in rows][::-1]

    def next_gap_number(self) -> int:
        """A number no gap has had."""
        row = self._row("SELECT coalesce(max(number), 0) FROM gap")
        return int(row[0]) + 1

    @seam
    def keep_gap(self, gap: Gap) -> None:
        """Gather a gap as it stands now."""
        self.write(
            "INSERT OR REPLACE INTO gap VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                gap.number,
                gap.kind,
                gap.subject,
                gap.start_s,
                gap.end_s,
                gap.missed,
                gap.cause,
                gap.from_s,
                gap.from_value,
                gap.from_total,
                gap.to_s,
                gap.to_value,
                gap.quantity,
            ),
        )

    # Replacements

    def replacements(self, point: str) -> list[Replacement]:
        """Recorded changes of a point's meter, in order."""
        rows = self._rows(
            "SELECT point, at_s, final_old, initial_new, entered_ms, used, number FROM replacement"
            " WHERE point=? ORDER BY at_s, number",
            (point,),
        )
        return [Replacement(p, at, old, new, entered, bool(used), n) for p, at, old, new, entered, used, n in rows]

    def keep_replacement(self, entry: Replacement) -> None:
        """Gather a recorded change; a used one is marked by its number."""
        if entry.number:
            self.write("UPDATE replacement SET used=? WHERE number=?", (int(entry.used), entry.number))
        else:
            self.write(
                "INSERT INTO replacement (point, at_s, final_old, initial_new, entered_ms, used) VALUES (?,?,?,?,?,?)",
                (entry.point, entry.at_s, entry.final_old, entry.initial_new, entry.entered_ms, int(entry.used)),
            )

    # Outbox rows that belong to the transaction of their records

    def enqueue(self, pending: Sequence[Pending], *, again: bool = False) -> None:
        """Gather periods to deliver; one already delivered is queued only `again`, for a new revision."""

        def step(connection: apsw.Connection) -> None:
            for item in pending:
                if (
                    not again
                    and connection.execute(
                        "SELECT 1 FROM sent WHERE centre=? AND span=? AND start_s=?",
                        (item.centre, item.span, item.start_s),
                    ).fetchone()
                ):
                    continue
                connection.execute(
                    "INSERT OR REPLACE INTO outbox VALUES (?,?,?,?,1)",
                    (item.centre, item.end_s, item.span, item.start_s),
                )

        self.add_step(step)

    def size_bytes(self) -> int:
        """Octets the database takes."""
        pages, size = self._row("SELECT page_count, page_size FROM pragma_page_count, pragma_page_size")
        return int(pages) * int(size)

    def used_bytes(self) -> int:
        """Those of them that hold something; the others are taken again before the database grows."""
        pages, free, size = self._row(
            "SELECT page_count, freelist_count, page_size"
            " FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        )
        return (int(pages) - int(free)) * int(size)


def insert_record(connection: apsw.Connection, record: Record) -> None:
    """Write a record; a key that exists already keeps its first content."""
    connection.execute(_INSERT_RECORD, _record_row(record))


def supersede(connection: apsw.Connection, record: Record) -> None:
    """Write a new revision of a record, and keep the old content in `superseded`."""
    connection.execute(
        "INSERT OR IGNORE INTO superseded SELECT span, start_s, point, revision, value, flag, cause FROM record"
        " WHERE span=? AND start_s=? AND point=?",
        (record.span, record.start_s, record.point),
    )
    connection.execute(_INSERT_RECORD.replace("IGNORE", "REPLACE"), _record_row(record))


def _run(connection: apsw.Connection, statement: str, values: Sequence[Any]) -> None:
    connection.execute(statement, tuple(values))


def _record_row(record: Record) -> tuple[Any, ...]:
    return (
        record.span,
        record.start_s,
        record.point,
        record.end_s,
        record.opening,
        record.closing,
        record.value,
        record.low,
        record.high,
        record.n,
        record.total,
        record.flag,
        record.cause,
        record.revision,
    )


def _gap(row: Any) -> Gap:
    return Gap(*row[1:], number=row[0])
