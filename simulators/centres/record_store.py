"""The records that a centre has taken: every differing content as a version, every arrival counted.

Leaves what is said over the connection to the kinds. The latest are in memory, what came before lies in a nameless
database of this computer, so that a centre that takes records for weeks does not grow.
"""

from __future__ import annotations

import marshal
import sqlite3
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TypeAlias

Content: TypeAlias = tuple[dict[str, str], str]
"""Fields of a record and its data flag, as sent."""
RecordKey: TypeAlias = tuple[str, str, str, str]
"""Device, kind, code, stamp."""

MOST_HELD = 4_000
"""So many records are in memory at most; the oldest quarter of them leaves when they are more."""
_CACHE_KIB = 512
"""Of what has left memory SQLite keeps so much there: enough for the pages that the next ones go to."""


class RecordStore(Mapping[RecordKey, list[Content]]):
    """Records by key, in the order in which they first came: their versions, oldest first."""

    def __init__(self) -> None:
        self._latest: dict[RecordKey, tuple[list[Content], list[int]]] = {}
        self._older: sqlite3.Connection | None = None
        self._gone = 0
        self._last_gone: dict[tuple[str, str, str], str] = {}
        """The last stamp of each point among the older: a later one cannot be there."""

    def put(self, key: RecordKey, content: Content) -> tuple[int, int]:
        """Store a content: its version (from 1) and how many times this content has arrived under this key."""
        found = self._latest.get(key)
        if found is None and self._gone:
            found = self._recalled(key)
        if found is None:
            self._latest[key] = [content], [1]
            if len(self._latest) > MOST_HELD:
                self._let_go()
            return 1, 1
        versions, copies = found
        if content in versions:
            version = versions.index(content)
            copies[version] += 1
        else:
            version = len(versions)
            versions.append(content)
            copies.append(1)
        if key not in self._latest:
            self._put_back(key, found)
        return version + 1, copies[version]

    def __getitem__(self, key: RecordKey) -> list[Content]:
        found = self._latest.get(key) or self._recalled(key)
        if found is None:
            raise KeyError(key)
        return found[0]

    def __iter__(self) -> Iterator[RecordKey]:
        if self._older is not None:
            for (key,) in self._older.execute("SELECT key FROM record ORDER BY number"):
                yield marshal.loads(key)
        yield from self._latest

    def __len__(self) -> int:
        return self._gone + len(self._latest)

    # What has left memory. Octets are made by `marshal` in its first form, the same for the same texts, of any letters.

    def _let_go(self) -> None:
        if self._older is None:
            self._older = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._older.execute("PRAGMA journal_mode=OFF")
            self._older.execute("PRAGMA synchronous=OFF")
            self._older.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
            self._older.execute(
                "CREATE TABLE record (key BLOB PRIMARY KEY, number INTEGER, held BLOB NOT NULL) WITHOUT ROWID"
            )
        leaving = [*islice(self._latest, MOST_HELD // 4 or 1)]
        rows: list[tuple[bytes, int, bytes]] = []
        for key in leaving:
            rows.append((marshal.dumps(key, 0), self._gone + len(rows), marshal.dumps(self._latest.pop(key), 0)))
            if key[3] > self._last_gone.get(key[:3], ""):
                self._last_gone[key[:3]] = key[3]
        self._older.execute("BEGIN")
        self._older.executemany("INSERT INTO record VALUES (?,?,?)", rows)
        self._older.execute("COMMIT")
        self._gone += len(rows)

    def _recalled(self, key: RecordKey) -> tuple[list[Content], list[int]] | None:
        if self._older is None or key[3] > self._last_gone.get(key[:3], ""):
            return None
        row = self._older.execute("SELECT held FROM record WHERE key=?", (marshal.dumps(key, 0),)).fetchone()
        return None if row is None else marshal.loads(row[0])

    def _put_back(self, key: RecordKey, found: tuple[list[Content], list[int]]) -> None:
        assert self._older is not None
        self._older.execute("UPDATE record SET held=? WHERE key=?", (marshal.dumps(found, 0), marshal.dumps(key, 0)))
