"""Opening the SQLite database: settings, schema version, integrity.

Leaves what is read and written to `store` and `outbox`.

Why apsw: a database file system (VFS) may be handed in by name. Why these settings, in this order:
- `locking_mode=EXCLUSIVE` before `journal_mode=WAL`: there is one process, and with exclusive locking SQLite keeps the
  WAL index in heap memory, so that no shared memory is asked of the file system;
- `journal_mode=WAL`: a commit is one append and one sync, and a torn append is detected by its checksum;
- `synchronous=FULL`: the WAL is synced at every commit, so that what was committed survives a power cut. NORMAL would
  lose the last commits;
- `secure_delete`, `mmap` and the like stay off: they cost writes and bring nothing here.
"""

from __future__ import annotations

import apsw

from reference_terminal.storage import reasons

SCHEMA_VERSION = 2

_SCHEMA = """
CREATE TABLE point (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE reading (
  slot_s INTEGER NOT NULL, point INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  value TEXT, raw TEXT NOT NULL, quality INTEGER NOT NULL, cause TEXT NOT NULL, total TEXT,
  PRIMARY KEY (slot_s, point)) WITHOUT ROWID;
CREATE TABLE anchor (
  point INTEGER PRIMARY KEY, slot_s INTEGER NOT NULL, value TEXT NOT NULL, total TEXT NOT NULL);
CREATE TABLE record (
  span INTEGER NOT NULL, start_s INTEGER NOT NULL, point INTEGER NOT NULL, end_s INTEGER NOT NULL,
  opening TEXT, closing TEXT, value TEXT, low TEXT, high TEXT, n INTEGER NOT NULL, total TEXT,
  flag TEXT NOT NULL, cause TEXT NOT NULL, revision INTEGER NOT NULL,
  PRIMARY KEY (span, start_s, point)) WITHOUT ROWID;
CREATE TABLE superseded (
  span INTEGER NOT NULL, start_s INTEGER NOT NULL, point INTEGER NOT NULL, revision INTEGER NOT NULL,
  value TEXT, flag TEXT NOT NULL, cause TEXT NOT NULL,
  PRIMARY KEY (span, start_s, point, revision)) WITHOUT ROWID;
CREATE TABLE outbox (
  centre TEXT NOT NULL, end_s INTEGER NOT NULL, span INTEGER NOT NULL, start_s INTEGER NOT NULL,
  ready INTEGER NOT NULL, PRIMARY KEY (centre, end_s, span)) WITHOUT ROWID;
CREATE TABLE sent (
  centre TEXT NOT NULL, span INTEGER NOT NULL, start_s INTEGER NOT NULL, end_s INTEGER NOT NULL,
  sent_ms INTEGER NOT NULL, PRIMARY KEY (centre, span, start_s)) WITHOUT ROWID;
CREATE TABLE gap (
  number INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, start_s INTEGER NOT NULL, end_s INTEGER,
  missed INTEGER NOT NULL, cause TEXT NOT NULL, from_s INTEGER, from_value TEXT, from_total TEXT,
  to_s INTEGER, to_value TEXT, quantity TEXT);
CREATE INDEX gap_subject ON gap (subject, start_s);
CREATE TABLE event (
  number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  en TEXT NOT NULL, zh TEXT NOT NULL, code TEXT NOT NULL);
CREATE INDEX event_at ON event (at_ms);
CREATE TABLE alarm (
  number INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, raised_ms INTEGER NOT NULL,
  cleared_ms INTEGER, en TEXT NOT NULL, zh TEXT NOT NULL, code TEXT NOT NULL);
CREATE TABLE setting (scope TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (scope, name))
  WITHOUT ROWID;
CREATE TABLE replacement (
  number INTEGER PRIMARY KEY, point TEXT NOT NULL, at_s INTEGER NOT NULL, final_old TEXT NOT NULL,
  initial_new TEXT NOT NULL, entered_ms INTEGER NOT NULL, used INTEGER NOT NULL);
"""

_CODES = (
    "ALTER TABLE event ADD COLUMN code TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE alarm ADD COLUMN code TEXT NOT NULL DEFAULT ''",
    "UPDATE alarm SET code=replace(kind, ' ', '-')",
)
"""What version 2 adds: an alarm's code is its kind in one word; entries of before have none."""


class StoreError(Exception):
    """A database that cannot be used; the text says which and why, in English and Chinese."""


def open_database(path: str, vfs: str | None) -> tuple[apsw.Connection, str]:
    """A checked connection and the path it is open at.

    A damaged database is left untouched and the next free name (`terminal.db.2` …) is used, so that measuring goes on;
    raises StoreError when there is no usable one.
    """
    damaged: list[str] = []
    for number in range(1, 10):
        name = path if number == 1 else f"{path}.{number}"
        try:
            connection = _open(name, vfs)
        except (apsw.CorruptError, apsw.NotADBError) as error:
            damaged.append(f"{name}: {error}")
            continue
        except apsw.Error as error:
            raise StoreError(str(reasons.DATABASE_CLOSED(name=name, error=error))) from None
        return connection, name
    raise StoreError(str(reasons.NO_DATABASE(found="; ".join(damaged))))


def _open(path: str, vfs: str | None) -> apsw.Connection:
    connection = apsw.Connection(path, vfs=vfs) if vfs else apsw.Connection(path)
    try:
        configure(connection)
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict is None or verdict[0] != "ok":
            raise apsw.CorruptError(str(verdict))
        migrate(connection)
        extend(connection)
    except apsw.Error:
        connection.close()
        raise
    return connection


def configure(connection: apsw.Connection) -> None:
    """Set how the database locks, journals and syncs (reasons: this module's head)."""
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA cache_size=-8000")


_BESIDE = """
CREATE TABLE IF NOT EXISTS reading_source (
  slot_s INTEGER NOT NULL, point INTEGER NOT NULL, source TEXT NOT NULL, PRIMARY KEY (slot_s, point)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reading_origin (
  slot_s INTEGER NOT NULL, point INTEGER NOT NULL, origin TEXT NOT NULL, PRIMARY KEY (slot_s, point)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record_source (
  span INTEGER NOT NULL, start_s INTEGER NOT NULL, point INTEGER NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (span, start_s, point)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS manual_entry (
  number INTEGER PRIMARY KEY, point TEXT NOT NULL, span INTEGER NOT NULL, start_s INTEGER NOT NULL,
  end_s INTEGER NOT NULL, value TEXT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL, entered_ms INTEGER NOT NULL,
  revision INTEGER NOT NULL, original TEXT, original_flag TEXT NOT NULL, verdict TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS estimate (
  point INTEGER NOT NULL, slot_s INTEGER NOT NULL, value TEXT NOT NULL, method TEXT NOT NULL,
  PRIMARY KEY (point, slot_s)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fingerprint (
  span INTEGER NOT NULL, start_s INTEGER NOT NULL, point INTEGER NOT NULL, revision INTEGER NOT NULL,
  digest TEXT NOT NULL, signature TEXT NOT NULL, deposited INTEGER NOT NULL,
  PRIMARY KEY (span, start_s, point, revision)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS package (
  number INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
  valid_from_s INTEGER NOT NULL, created TEXT NOT NULL, sm3 TEXT NOT NULL, issuer TEXT NOT NULL, source TEXT NOT NULL,
  taken_ms INTEGER NOT NULL, state TEXT NOT NULL, starts INTEGER NOT NULL, applied INTEGER NOT NULL,
  content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS classified (
  point TEXT NOT NULL, from_s INTEGER NOT NULL, emission_source TEXT NOT NULL,
  PRIMARY KEY (point, from_s)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS setting_code (
  scope TEXT NOT NULL, name TEXT NOT NULL, code TEXT NOT NULL, PRIMARY KEY (scope, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS emission (
  span INTEGER NOT NULL, start_s INTEGER NOT NULL, point INTEGER NOT NULL, mass TEXT NOT NULL,
  equivalent TEXT NOT NULL, method TEXT NOT NULL, version INTEGER NOT NULL,
  PRIMARY KEY (span, start_s, point)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS emission_before (
  span INTEGER NOT NULL, start_s INTEGER NOT NULL, point INTEGER NOT NULL, revision INTEGER NOT NULL,
  mass TEXT NOT NULL, equivalent TEXT NOT NULL, method TEXT NOT NULL, version INTEGER NOT NULL,
  PRIMARY KEY (span, start_s, point, revision)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounting_version (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL, from_s INTEGER NOT NULL, taken_ms INTEGER NOT NULL,
  author TEXT NOT NULL, reason TEXT NOT NULL, origin TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accounting_release (
  month_s INTEGER NOT NULL, version INTEGER NOT NULL, at_ms INTEGER NOT NULL, author TEXT NOT NULL,
  reason TEXT NOT NULL, PRIMARY KEY (month_s, at_ms)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounting_entry (
  number INTEGER PRIMARY KEY, source TEXT NOT NULL, input TEXT NOT NULL, start_s INTEGER NOT NULL,
  end_s INTEGER NOT NULL, value TEXT NOT NULL, unit TEXT NOT NULL, origin TEXT NOT NULL, author TEXT NOT NULL,
  reason TEXT NOT NULL, entered_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS stack_calibration (
  number INTEGER PRIMARY KEY, source TEXT NOT NULL, at_s INTEGER NOT NULL, zero TEXT NOT NULL, span TEXT NOT NULL,
  author TEXT NOT NULL, reason TEXT NOT NULL, entered_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS stack_calibration_of ON stack_calibration (source, at_s);
CREATE TABLE IF NOT EXISTS accounting_result (
  number INTEGER PRIMARY KEY, from_s INTEGER NOT NULL, to_s INTEGER NOT NULL, method TEXT NOT NULL,
  taken_ms INTEGER NOT NULL, author TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS accounting_entry_of ON accounting_entry (source, input, start_s);
CREATE INDEX IF NOT EXISTS fingerprint_to_deposit ON fingerprint (start_s) WHERE deposited=0;
"""
"""What stands beside readings and records: sources, entries by hand, estimates, fingerprints, emissions."""


def extend(connection: apsw.Connection) -> None:
    """Add the tables that stand beside readings and records, in one transaction."""
    with connection:
        for statement in _BESIDE.split(";\n"):
            if statement.strip():
                connection.execute(statement)


def migrate(connection: apsw.Connection) -> None:
    """Bring the schema to `SCHEMA_VERSION` in one transaction; refuses a database of a later version."""
    (version,) = connection.execute("PRAGMA user_version").fetchone() or (0,)
    if version == SCHEMA_VERSION:
        return
    if version == 1:
        with connection:
            for statement in _CODES:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        return
    if version != 0:
        raise StoreError(str(reasons.SCHEMA_VERSION(version=version, schema_version=SCHEMA_VERSION)))
    with connection:
        for statement in _SCHEMA.split(";\n"):
            if statement.strip():
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
