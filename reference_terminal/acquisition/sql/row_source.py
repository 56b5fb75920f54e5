"""A database asked for the rows since the last one known, and nothing else: read only, each row once.

Leaves what rows mean to `driver`, the dialects to SQLAlchemy or an ODBC driver. Where it stands is kept in the
store behind what was read, so that a restart neither loses a row nor counts one twice. Rows may be committed out of
the order of their ids: the last `overlap` of them are asked for again. An id far ahead of the others may be a
mistake, after which they go on where they were: it is passed only once enough rows have come above it.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, create_engine
from sqlalchemy import text as sql_text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from reference_terminal.acquisition import messages
from reference_terminal.acquisition.driver import Content
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.sql import errors, odbc
from reference_terminal.acquisition.systems import Memory
from reference_terminal.model import numbers, reading
from reference_terminal.model.clock import WallClock
from reference_terminal.model.seams import seam
from reference_terminal.settings.systems import SystemConfig
from reference_terminal.storage.journal import Journal

ALARM = messages.SYSTEM_REFUSED
_SCOPE = "system"
_MOST_DIGITS = 30
_CONFIRMED = 100
"""So many rows further ahead than the overlap show that the ids go on there."""


@dataclass(frozen=True)
class Row:
    """One row: its tag, its instant (ms UTC; None: none that can be read) and what it holds."""

    id: int
    tag: str
    at_ms: int | None
    content: Content


Take = Callable[[Row], None]


class RowSource:
    """One database; `add` says who takes the rows of a tag."""

    def __init__(self, config: SystemConfig, clock: WallClock, journal: Journal, memory: Memory) -> None:
        self.config = config
        self._clock = clock
        self._journal = journal
        self._memory = memory
        self._engine: Engine | None = None
        self._asking = asyncio.Lock()
        self._takers: dict[str, Take] = {}
        self._known: dict[int, None] = {}
        self._ahead: list[int] = []
        self._after = int(memory.setting(_SCOPE, config.id) or 0)
        self._kept = self._after
        self._owed = 0

    def add(self, tag: str, take: Take) -> None:
        """Rows of a tag go to `take`."""
        self._takers[tag] = take

    def owe(self) -> Callable[[], None]:
        """Rows were handed on that are not durable yet; call what this returns once they are."""
        self._owed += 1

        def durable() -> None:
            self._owed -= 1

        return durable

    async def fetch(self) -> None:
        """Take every row that has come. Raises ReadFailed."""
        async with self._asking:
            # All that was read before has gone into the store ahead of this mark.
            if self._after != self._kept and not self._owed:
                self._kept = self._after
                self._memory.keep_setting(_SCOPE, self.config.id, str(self._kept))
            self._take_fresh(await self.rows())
            if self._ahead:
                # An answer may hold so many rows only that known ones fill it.
                self._take_fresh(await self.rows(self._ahead[-1]))

    def _take_fresh(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if row.id > self._kept - self.config.overlap:
                self._note(row)

    @seam
    def _note(self, row: Row) -> None:
        self._known[row.id] = None
        self._advance(row.id)
        if len(self._known) > 4 * self.config.overlap + 2 * _CONFIRMED:
            oldest = self._after - 2 * self.config.overlap
            self._known = {number: None for number in self._known if number >= oldest}
        take = self._takers.get(row.tag)
        if take is not None:
            take(row)

    @seam
    def _advance(self, number: int) -> None:
        """The mark follows the ids; over a leap, under which the overlap does not reach, only once it is confirmed."""
        insort(self._ahead, number)
        leap = max(1, self.config.overlap)
        while self._ahead and (self._ahead[0] <= self._after + leap or len(self._ahead) >= _CONFIRMED):
            self._after = max(self._after, self._ahead.pop(0))

    async def rows(self, since: int | None = None) -> list[Row]:
        """Every row that is not known, since the mark (or this id) and some before it. Raises ReadFailed."""
        after = max(0, (self._after if since is None else since) - self.config.overlap)
        try:
            found = await asyncio.to_thread(self._ask, after)
        except DBAPIError as error:
            raise ReadFailed(self._cause(error.orig)) from None
        except odbc.NotAnswered as error:
            raise ReadFailed(self._cause(error.__cause__)) from None
        except OSError:
            # A driver hands on what its socket said when a server ends while a session begins.
            raise ReadFailed(reading.NO_CONNECTION) from None
        except (ImportError, SQLAlchemyError) as error:
            self._refused(str(error))
            raise ReadFailed(reading.ERROR_ANSWER) from None
        self._journal.clear_alarm(ALARM, self.config.id)
        sound = (each for each in found if len(each) == 4 and isinstance(each[0], int))
        return [self._row(each) for each in sound if each[0] not in self._known]

    def _cause(self, error: BaseException | None) -> str:
        """Why a database did not answer; an alarm for what will not mend itself."""
        meaning = errors.meaning(error)
        if meaning == errors.WRONG:
            self._refused(errors.said(error))
            return reading.ERROR_ANSWER
        return reading.LOCKED if meaning == errors.BUSY else reading.NO_CONNECTION

    @seam
    def _refused(self, reason: str) -> None:
        first = reason.strip().splitlines()[0][:200] if reason.strip() else "no reason"
        self._journal.raise_alarm(ALARM, self.config.id, reason=messages.QUERY_REFUSED(answer=first))

    # In a thread of its own: nothing here touches the terminal.

    def _ask(self, after: int) -> Sequence[Any]:
        if self.config.url.startswith(odbc.PREFIX):
            return odbc.ask(self.config.url, self.config.query, after, max(1, round(self.config.timeout_s)))
        if self._engine is None:
            self._engine = _engine(self.config)
        with self._engine.connect() as connection:
            if self._engine.dialect.name != "sqlite":
                connection.execute(sql_text("SET TRANSACTION READ ONLY"))
            return connection.execute(sql_text(self.config.query), {"after": after}).fetchall()

    # Contents.

    def _row(self, found: Any) -> Row:
        number, tag, moment, value = found
        return Row(int(number), str(tag), self._instant(moment), content_of(value))

    @seam
    def _instant(self, moment: Any) -> int | None:
        if isinstance(moment, str):
            try:
                moment = datetime.fromisoformat(moment)
            except ValueError:
                return None
        if not isinstance(moment, datetime):
            return None
        try:
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC) - timedelta(hours=self.config.zone_h)
            return round(moment.timestamp() * 1000)
        except (OverflowError, ValueError):
            # Zero dates and the last of all: an hour earlier or later there is no calendar.
            return None


def content_of(value: Any) -> Content:
    """What a column holds: a number as text, exact or binary; anything else is no number."""
    if isinstance(value, float):
        number: Decimal | None = Decimal(numbers.float64_text(value)) if value - value == 0 else None
    elif isinstance(value, int | str | Decimal) and not isinstance(value, bool):
        number = _decimal(value)
    else:
        number = None
    raw = ("" if value is None else str(value))[:64].encode(errors="backslashreplace").hex().upper()
    if number is None or not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return Content(raw, None, reading.NOT_A_NUMBER)
    return Content(raw, _shortened(number) if isinstance(value, Decimal) else number)


def _decimal(value: int | str | Decimal) -> Decimal | None:
    try:
        return Decimal(value.strip() if isinstance(value, str) else value)
    except ArithmeticError:
        return None


def _shortened(number: Decimal) -> Decimal:
    """Without the zeros that a NUMERIC column fills its scale with."""
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()


def _engine(config: SystemConfig) -> Engine:
    """An engine that opens a connection for each question and may only read."""
    url, patience_s = make_url(config.url), max(1, round(config.timeout_s))
    backend = url.get_backend_name()
    if backend == "sqlite":
        # Opened by name each time and read only: a database that is away must not be made anew by its reader.
        name = f"file:{quote(url.database or '')}?mode=ro&uri=true"
        return create_engine(f"sqlite:///{name}", poolclass=NullPool, connect_args={"timeout": 0})
    options: dict[str, Any]
    url = _with_driver(url)
    if url.drivername == "postgresql+pg8000":
        limit = f"-c statement_timeout={1000 * patience_s}"
        options = {"timeout": patience_s + 1, "startup_params": {"options": limit}}
    elif backend == "postgresql":
        options = {"connect_timeout": patience_s, "options": f"-c statement_timeout={1000 * patience_s}"}
    else:
        options = {"connect_timeout": patience_s}
        # The server gives up first and says why; a query it went on with would weigh on a plant's database.
        options |= {"read_timeout": patience_s + 1, "write_timeout": patience_s + 1}
        options["init_command"] = (
            f"SET SESSION lock_wait_timeout={patience_s} /*M!100100 , SESSION max_statement_time={patience_s} */"
        )
    return create_engine(url, poolclass=NullPool, connect_args=options)


def _with_driver(url: URL) -> URL:
    """A URL that names no driver gets one that is installed; of PostgreSQL the one that tells why it was refused."""
    if "+" in url.drivername:
        return url
    return url.set(drivername={"postgresql": "postgresql+pg8000"}.get(url.drivername, "mysql+pymysql"))
