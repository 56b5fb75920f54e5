"""The database behind the platform: SQLite in a file (the default) or PostgreSQL, by one URL; transactions.

Leaves the tables to `tables`. Everything is called in place, by one task at a time: a transaction never waits for
anything else, so that no two of them meet and virtual time needs no thread.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Insert, Table, create_engine, event, inspect, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from simulators.platform.core import tables
from simulators.platform.core.times import end_of, local, start_of


class Database:
    """An engine and its one session at a time. `sync` is what SQLite asks of its file: full, normal or off."""

    def __init__(self, url: str, *, sync: str = "full") -> None:
        self.sqlite = url.startswith("sqlite")
        self.engine = _sqlite(url, sync) if self.sqlite else create_engine(url, pool_size=1, max_overflow=4)
        self._session: Session | None = None
        self._upserts: dict[tuple[str, tuple[str, ...]], Insert] = {}
        self._months: set[int] = set()
        self.undone: list[Callable[[], None]] = []
        """Called after a transaction was undone: what was remembered within it holds no longer."""

    def prepare(self) -> None:
        """Make what is missing of the tables. Raises OSError with one sentence if there is no database."""
        try:
            with self.engine.connect() as connection:
                missing = not inspect(connection).has_table("kept")
            if missing:
                with self.engine.begin() as connection:
                    tables.Base.metadata.create_all(connection)
                    if not self.sqlite:
                        connection.execute(text("CREATE INDEX samples_at ON samples USING brin (at)"))
        except OperationalError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise OSError(f"the database cannot be opened: {reason} / 无法打开数据库：{reason}") from None

    @contextmanager
    def begin(self) -> Generator[Session]:
        """A transaction, committed at the end; within another one it is part of that."""
        if self._session is not None:
            yield self._session
            return
        with Session(self.engine, expire_on_commit=False) as session:
            self._session = session
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                self._months.clear()
                for each in self.undone:
                    each()
                raise
            finally:
                self._session = None

    def upsert(
        self, session: Session, table: Table, rows: Iterable[Mapping[str, Any]], changed: tuple[str, ...] = ()
    ) -> None:
        """Insert rows; where the key is there already set `changed`, or leave it as it is."""
        listed = list(rows)
        if not listed:
            return
        statement = self._upserts.get((table.name, changed))
        if statement is None:
            statement = self._upserts[table.name, changed] = self._upsert(table, changed)
        session.connection().execute(statement, listed)

    def room_for(self, session: Session, at_us: int) -> None:
        """PostgreSQL keeps samples by month: make the partition that an instant lies in, unless it is there."""
        if self.sqlite:
            return
        first = start_of("month", at_us)
        if first not in self._months:
            name = f"samples_{local(first):%Y_%m}"
            bounds = f"FROM ({first}) TO ({end_of('month', first)})"
            words = f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF samples FOR VALUES {bounds}"
            session.connection().execute(text(words))
            self._months.add(first)

    def _upsert(self, table: Table, changed: tuple[str, ...]) -> Insert:
        keys = [column.name for column in table.primary_key.columns]
        statement = (sqlite_insert if self.sqlite else postgresql_insert)(table)
        if not changed:
            return statement.on_conflict_do_nothing(index_elements=keys)
        taken = {name: statement.excluded[name] for name in changed}
        return statement.on_conflict_do_update(index_elements=keys, set_=taken)

    def close(self) -> None:
        """Let go of it; what was not committed is lost."""
        session, self._session = self._session, None
        if session is not None:
            session.invalidate()
        self.engine.dispose()


def _sqlite(url: str, sync: str) -> Engine:
    engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})

    def begun(connection: Any, record: Any) -> None:
        del record
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={sync}")
        connection.execute("PRAGMA busy_timeout=5000")

    event.listen(engine, "connect", begun)
    return engine
