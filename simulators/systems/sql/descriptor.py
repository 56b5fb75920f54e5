"""Databases as one of the kinds of systems: files of SQLite, servers of the bench's own, or any that a URL names.

Leaves rows to `database`, servers to `server`, ways in by ODBC to `odbc`; only a world that has one pays for them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from simulators.meters.faults import (
    CommittedLate,
    Delayed,
    Duplicate,
    Locked,
    Misdated,
    Misnumbered,
    Omitted,
    Silent,
    Withheld,
)
from simulators.meters.protocols import Note, Surroundings
from simulators.meters.spec import MeterSpec
from simulators.sentences import MISSING
from simulators.settings import Flaw
from simulators.systems import sentences as said
from simulators.systems.kinds import SystemKind, SystemPlace
from simulators.systems.tagged import OF_VALUES, TaggedMeter

if TYPE_CHECKING:
    from simulators.systems.sql.database import SqlDatabase

_BACKENDS = ("sqlite", "postgresql", "mysql", "mariadb")
SERVERS = {"postgresql": 5432, "mariadb": 3306}
"""Kinds of servers that the bench can start, and where they usually listen."""


class SqlPlace(SystemPlace, frozen=True, kw_only=True, tag="sql"):
    """Rows of a database, one for each point every `rows_s`.

    `database` is the URL of SQLAlchemy; empty: one of the bench's own, of the kind `sql`: a file (sqlite, also where
    nothing is said), or a server at host and port (real time). `odbc`: a terminal is told to reach it by ODBC.
    """

    database: str = ""
    rows_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 60
    odbc: bool = False
    sql: Literal["", "sqlite", "postgresql", "mariadb"] = ""
    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0

    @property
    def served(self) -> bool:
        """Whether it is a server of the bench's own."""
        return self.sql in SERVERS

    @property
    def at(self) -> tuple[str, int]:
        """Where its server listens."""
        return self.host, self.port

    @property
    def door(self) -> Hashable:
        """The database."""
        return self.database, self.sql if self.served else "", self.at

    @property
    def spoken(self) -> str:
        """Its server's own protocol."""
        return self.sql if self.served else ""

    def flaws(self) -> Iterator[Flaw]:
        """A server has a place, a file has none."""
        if self.database and self.sql:
            yield said.URL_OR_SQL().at("sql")
        given = [key for key, value in (("host", self.host), ("port", self.port)) if value]
        if not self.served and given:
            yield said.NO_SUCH_PLACE(system="sql", keys=given).at("system")
        for key in ("host", "port") if self.served else ():
            if key not in given:
                yield MISSING().at(key)


class Sql(SystemKind[SqlPlace]):
    """Databases that devices' values are written to. The last three faults are the database's."""

    id = "sql"
    rank = 2
    settings = SqlPlace
    faults = (*OF_VALUES, Omitted, Delayed, Duplicate, CommittedLate, Misdated, Misnumbered, Locked, Withheld, Silent)

    def placed(self, options: Mapping[str, Any], host: str) -> SqlPlace:
        """A server at its usual port, a file nowhere."""
        place = SqlPlace(**options)
        return msgspec.structs.replace(place, host=host, port=SERVERS[place.sql]) if place.served else place

    def check(self, meters: Sequence[tuple[MeterSpec, SqlPlace]], note: Note) -> None:
        """A URL has to name a database that SQLAlchemy knows."""
        for meter, place in meters:
            if place.database and _backend(place.database) not in _BACKENDS:
                note(f"meter {meter.name}", said.URL(got=place.database))

    def line(self, place: SqlPlace, door: SqlDatabase) -> str:
        """Its URL."""
        del place
        return door.url

    def period_s(self, place: SqlPlace) -> int:
        """How often rows are written."""
        return place.rows_s

    def build(self, place: SqlPlace, meters: Sequence[TaggedMeter], surroundings: Surroundings) -> SqlDatabase:
        """One database, with a server of its own if it is one."""
        from simulators.systems.sql.database import SqlDatabase
        from simulators.systems.sql.server import DatabaseServer

        server = DatabaseServer(place.sql, place.host, place.port, meters[0].name) if place.served else None
        return SqlDatabase(
            place.database,
            meters,
            clock=surroundings.clock,
            observe=surroundings.observe,
            server=server,
            shared=surroundings.shared,
        )

    def told(self, place: SqlPlace, door: SqlDatabase) -> Mapping[str, Any]:
        """The URL at which a reader finds it, or the connection string of its ODBC driver."""
        from simulators.systems.sql.odbc import connection_string

        return {"url": connection_string(door.url) if place.odbc else door.url}


def _backend(url: str) -> str:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).get_backend_name()
    except ArgumentError:
        return ""


KIND = Sql()
