"""A database that a plant's system writes its values to: one row for each tag and period, through SQLAlchemy.

Leaves to others: the devices (`tagged`), the engines: SQLite by default; in real time PostgreSQL and MariaDB, either
of the bench's own (`server`) or given by URL. The table `readings` has `id` (counting up, as rows are
committed), `tag`, `at` (local time, +08:00, without zone), `value` (text in SQLite, NUMERIC elsewhere; NULL: no
number). What is written is told as `Published`.

Faults: omitted (no row), delayed (rows come so much later, with their own time), duplicate (rows come twice), sentinel
(NULL), misnumbered (rows have the highest ids there are), locked (a writer keeps the table to itself), silent (an
SQLite file is away, a server of our own ends, one given by URL is as locked), withheld (a server of our own takes the
reader's right away, elsewhere the table is renamed). Rows that cannot be written meanwhile come afterwards, with their
own time.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Engine, Integer, MetaData, Numeric, String, Table, create_engine
from sqlalchemy import event as sql_event
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.mysql import DATETIME
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from simulators import scratch
from simulators.clock import Clock, Observe
from simulators.events import Published
from simulators.meters.faults import (
    CommittedLate,
    Delayed,
    Duplicate,
    Fault,
    Locked,
    Misdated,
    Misnumbered,
    Omitted,
    Silent,
    Withheld,
)
from simulators.systems.sql.server import DatabaseServer
from simulators.systems.tagged import TaggedMeter, tag_value

TABLE = "readings"
_HIDDEN = "readings_withheld"
QUERY = "SELECT id, tag, at, value FROM readings WHERE id > :after ORDER BY id LIMIT 1000"
"""What a reader asks: everything since the last row it knows."""
_DRIVERS = {"postgresql": "postgresql+psycopg2", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
"""The installed driver of a URL that names none."""
_ZONE = timedelta(hours=8)
_HIGHEST_ID = 2**63 - 1

_META = MetaData()
_READINGS = Table(
    TABLE,
    _META,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("tag", String(64), nullable=False),
    # MariaDB keeps no fraction of a second unless it is asked to.
    Column("at", DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
    Column("value", Numeric(24, 9).with_variant(String(40), "sqlite")),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True)
class Batch:
    """Rows of one device of one instant: tag to decimal text (empty: NULL); `first` is the id kept for them.

    `year` is that of the zero date they bear in place of their time (0: their time).
    """

    meter: TaggedMeter
    stamp: int
    rows: dict[str, str]
    fault: str
    copy: bool = False
    first: int = 0
    year: int = 0


class SqlDatabase:
    """One database and who writes to it: a server or an SQLite file of our own, or what a URL of SQLAlchemy gives.

    Our own is gone at the end; `shared` (of `World`) takes the place of the process's number in its name.
    """

    def __init__(
        self,
        url: str,
        meters: Sequence[TaggedMeter],
        *,
        clock: Clock,
        observe: Observe,
        server: DatabaseServer | None = None,
        shared: str = "",
    ) -> None:
        self.name = meters[0].name
        self.meters = tuple(meters)
        self.given = url
        self.server = server
        self.host = server.host if server is not None else ""
        self._room = f"{shared or scratch.owner()}-{self.name}"
        self._folder: Path | None = None
        self._clock = clock
        self._observe = observe
        self._engine: Engine | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._timers: list[asyncio.TimerHandle] = []
        self._altered = asyncio.Event()
        self._waiting: asyncio.Queue[Batch] = asyncio.Queue()
        self._putting = asyncio.Lock()
        self._lock: Connection | None = None
        self._away = False
        self._withheld = False
        self._here = asyncio.Event()
        self._here.set()
        self._batches = 0
        self._last_id = 0
        self._highest = _HIGHEST_ID
        for meter in self.meters:
            meter.altered = self._altered.set

    @property
    def url(self) -> str:
        """Where a reader finds it (SQLAlchemy URL with password)."""
        found = self._url if self.server is None else self.server.reader
        return found.render_as_string(hide_password=False)

    @property
    def _url(self) -> URL:
        if self.server is not None:
            return self.server.writer
        if self.given:
            url = make_url(self.given)
            return url if "+" in url.drivername else url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
        return URL.create("sqlite", database=str(scratch.place("sql", self._room) / "plant.db"))

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self._url.get_backend_name() == "sqlite"

    async def start(self) -> None:
        """Make the table and begin to write. Raises OSError if the database cannot be had."""
        if self.server is not None:
            await self.server.start()
        elif not self.given:
            self._folder = scratch.shared("sql", self._room)
        options: dict[str, Any] = {"check_same_thread": False, "timeout": 0} if self.is_sqlite else {}
        try:
            self._engine = create_engine(self._url, poolclass=NullPool, connect_args=options)
        except (ImportError, SQLAlchemyError) as error:
            raise OSError(f"database {self.name}: expected a driver that is installed, got: {error}") from None
        if self.is_sqlite and not self.given:
            sql_event.listen(self._engine, "connect", _carefree)
        try:
            await asyncio.to_thread(self._make)
        except SQLAlchemyError as error:
            await self._leave()
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise OSError(f"database {self.name}: expected one that can be written, got: {reason}") from None
        self._tasks = [
            asyncio.create_task(self._write(meter), name=f"sql {self.name} {meter.name}") for meter in self.meters
        ]
        self._tasks.append(asyncio.create_task(self._keep(), name=f"sql {self.name}"))
        self._tasks.append(asyncio.create_task(self._insert_all(), name=f"sql {self.name} rows"))

    async def stop(self) -> None:
        """Write no more; a file of our own goes."""
        for timer in self._timers:
            timer.cancel()
        # What has gone into the database is told.
        async with self._putting:
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await asyncio.to_thread(self._unlock)
        self._away = self._withheld = False
        await self._leave()

    async def _leave(self) -> None:
        """What is our own goes."""
        if self.server is not None:
            await self.server.stop()
        else:
            self.discard()

    def discard(self) -> None:
        """Take a file of our own off this machine; for a world that ends without `stop`."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _make(self) -> None:
        assert self._engine is not None
        with self._engine.begin() as connection:
            connection.execute(sql_text(f"DROP TABLE IF EXISTS {_HIDDEN}"))
            _META.drop_all(connection)
            _META.create_all(connection)
            if self.server is not None:
                connection.execute(sql_text(f"GRANT SELECT ON {TABLE} TO {self.server.who}"))

    # Writing.

    async def _write(self, meter: TaggedMeter) -> None:
        """Rows of one device on its grid; what is delayed is written when its time comes."""
        loop = asyncio.get_running_loop()
        while True:
            now = self._clock.now_us()
            due = (now // meter.period_us + 1) * meter.period_us
            await asyncio.sleep((due - now) / 1_000_000)
            # A timer may be early by what its float cannot hold; the rows are those of the grid.
            batch = self._batch(meter, due)
            late, twice, kept = meter.fault(Delayed), meter.fault(Duplicate), meter.fault(CommittedLate)
            if isinstance(late, Delayed):
                self._later(loop, late.after_s, batch)
            elif isinstance(kept, CommittedLate):
                self._later(loop, kept.after_s, replace(batch, first=self._numbered(len(batch.rows))))
            elif meter.fault(Misnumbered):
                self._highest -= len(batch.rows)
                self._insert(replace(batch, first=self._highest + 1))
            else:
                self._insert(batch)
            if isinstance(twice, Duplicate):
                again = Batch(meter, batch.stamp, batch.rows, batch.fault, copy=True)
                self._later(loop, max(twice.after_s, 0.001), again)

    def _numbered(self, count: int) -> int:
        """The first of so many ids, which are nobody else's from now on."""
        self._last_id += count
        return self._last_id - count + 1

    def _later(self, loop: asyncio.AbstractEventLoop, after_s: float, batch: Batch) -> None:
        self._timers.append(loop.call_later(after_s, self._insert, batch))

    def _batch(self, meter: TaggedMeter, stamp: int) -> Batch:
        rows: dict[str, str] = {}
        channels = [meter.channels[register] for register in meter.channels]
        wanted = [channel for channel in channels if channel.point]
        for channel in wanted:
            if not meter.hits(Omitted, channel):
                rows[f"{meter.name}.{channel.register.id}"] = tag_value(channel, stamp)[1]
        misdated = meter.fault(Misdated)
        year = misdated.year if isinstance(misdated, Misdated) else 0
        return Batch(meter, stamp, rows, meter.altering(wanted) or ("misdated" if year else ""), year=year)

    def _insert(self, batch: Batch) -> None:
        """A batch is to be written."""
        if batch.rows:
            self._waiting.put_nowait(batch)

    async def _insert_all(self) -> None:
        """Write what there is, in order; it waits while the database is away."""
        while True:
            batch = await self._waiting.get()
            written = False
            while not written:
                await self._here.wait()
                async with self._putting:
                    # It may have gone while the turn was waited for.
                    if written := self._here.is_set():
                        await asyncio.to_thread(self._put, batch)
                        self._tell(batch)

    def _tell(self, batch: Batch) -> None:
        self._batches += 1
        points = {f"{batch.meter.name}.{channel.register.id}": point for point, channel in batch.meter.points.items()}
        self._observe(
            Published(
                t=self._clock.now_us(),
                collector=self.name,
                meter=batch.meter.name,
                number=self._batches,
                stamp=batch.stamp,
                payload="; ".join(f"{tag}={value or 'NULL'}" for tag, value in batch.rows.items()),
                topic=TABLE,
                values={}
                if batch.year
                else {points[tag]: value for tag, value in batch.rows.items() if value and tag in points},
                copy=batch.copy,
                fault=batch.fault,
            )
        )

    def _put(self, batch: Batch) -> None:
        moment = datetime.fromtimestamp(batch.stamp // 1_000_000, UTC).replace(tzinfo=None) + _ZONE
        moment += timedelta(microseconds=batch.stamp % 1_000_000)
        if batch.year:
            moment = datetime(batch.year, 1, 1)
        first = batch.first or self._numbered(len(batch.rows))
        rows = [
            {"id": number, "tag": tag, "at": moment, "value": self._stored(value)}
            for number, (tag, value) in enumerate(batch.rows.items(), first)
        ]
        if self._lock is not None:
            self._lock.execute(_READINGS.insert(), rows)
            return
        assert self._engine is not None
        with self._engine.begin() as connection:
            connection.execute(_READINGS.insert(), rows)

    def _stored(self, value: str) -> str | Decimal | None:
        if not value:
            return None
        return value if self.is_sqlite else Decimal(value)

    # Keeping it from readers.

    async def _keep(self) -> None:
        """Lock and unlock, go away and come back, withhold and give again, as the faults want it."""
        while True:
            await self._altered.wait()
            self._altered.clear()
            silent, locked, withheld = (self._wanted(kind) for kind in (Silent, Locked, Withheld))
            if silent or withheld:
                self._here.clear()
            # What is being written is written first.
            async with self._putting:
                if self.server is None:
                    locked = locked or (silent and not self.is_sqlite)
                elif self.server.running == silent:
                    await asyncio.to_thread(self._unlock)
                    await (self.server.go_away() if silent else self.server.come_back())
                if self.server is None or not silent:
                    await asyncio.to_thread(self._apply, locked, silent and self.is_sqlite, withheld and not locked)
            if not (silent or (withheld and self.server is None)):
                self._here.set()

    def _wanted(self, kind: type[Fault]) -> bool:
        return any(meter.fault(kind) for meter in self.meters)

    def _apply(self, locked: bool, away: bool, withheld: bool) -> None:
        if not locked:
            self._unlock()
        if away != self._away:
            here = Path(self._url.database or "")
            there = here.with_suffix(".away")
            (here if away else there).rename(there if away else here)
            self._away = away
        if withheld != self._withheld and not away:
            self._withhold(withheld)
            self._withheld = withheld
        if locked and self._lock is None:
            self._take_lock()

    def _withhold(self, on: bool) -> None:
        """The reader is refused, or let in again."""
        if self.server is not None:
            words = f"REVOKE SELECT ON {TABLE} FROM" if on else f"GRANT SELECT ON {TABLE} TO"
            statement = f"{words} {self.server.who}"
        else:
            statement = "ALTER TABLE {} RENAME TO {}".format(*((TABLE, _HIDDEN) if on else (_HIDDEN, TABLE)))
        assert self._engine is not None
        with self._engine.begin() as connection:
            connection.execute(sql_text(statement))

    def _take_lock(self) -> None:
        assert self._engine is not None
        connection = self._engine.connect()
        if self.is_sqlite:
            raw: Any = connection.connection.dbapi_connection
            raw.isolation_level = None
            raw.execute("BEGIN EXCLUSIVE")
        else:
            statement = {
                "postgresql": f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE",
            }.get(self._url.get_backend_name(), f"LOCK TABLES {TABLE} WRITE")
            connection.execute(sql_text(statement))
        self._lock = connection

    def _unlock(self) -> None:
        connection, self._lock = self._lock, None
        if connection is None:
            return
        if self.is_sqlite:
            raw: Any = connection.connection.dbapi_connection
            raw.execute("COMMIT")
        else:
            connection.commit()
            if self._url.get_backend_name() != "postgresql":
                connection.execute(sql_text("UNLOCK TABLES"))
        connection.close()


def _carefree(connection: Any, record: object) -> None:
    """A file of our own need not survive the bench: no commit waits for the real disk."""
    del record
    connection.execute("PRAGMA synchronous=OFF")
