"""The tables: few and generic, so that a platform is built at once and a new kind needs no change of them.

Leaves engines and what differs between SQLite and PostgreSQL to `database`. Instants are microseconds UTC, numbers
decimal text, bodies JSON text. On PostgreSQL `samples` is partitioned by month, with BRIN over its instants.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_BIG = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers its rows by INTEGER alone."""


class Base(DeclarativeBase):
    """All tables of the platform."""


class ObjectRow(Base):
    """An object as it is: `body` its fields; `enterprise`, `park`, `region` say whose it is (empty: nobody's own)."""

    __tablename__ = "objects"
    kind: Mapped[str] = mapped_column(String(80), primary_key=True)
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    enterprise: Mapped[str] = mapped_column(String(200), default="")
    park: Mapped[str] = mapped_column(String(200), default="")
    region: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (Index("objects_whose", "kind", "enterprise"), Index("objects_order", "kind", "number"))


class VersionRow(Base):
    """A version of an object: who changed it when, from what into what, and from when it counts."""

    __tablename__ = "versions"
    kind: Mapped[str] = mapped_column(String(80), primary_key=True)
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    what: Mapped[str] = mapped_column(String(10))
    at: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(Text, default="")
    enterprise: Mapped[str] = mapped_column(String(200), default="")
    park: Mapped[str] = mapped_column(String(200), default="")
    region: Mapped[str] = mapped_column(String(200), default="")


class PasswordRow(Base):
    """What is known of an account's password, and what stands against it. `locked_until` 0: it is not locked."""

    __tablename__ = "passwords"
    account: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[int] = mapped_column(BigInteger, default=0)
    set_at: Mapped[int] = mapped_column(BigInteger, default=0)


class SessionRow(Base):
    """A session by the digest of its token."""

    __tablename__ = "sessions"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(String(200))
    csrf: Mapped[str] = mapped_column(String(64))
    opened: Mapped[int] = mapped_column(BigInteger)
    seen: Mapped[int] = mapped_column(BigInteger)


class AuditRow(Base):
    """What somebody did, or tried: `outcome` is done or refused."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(_BIG, primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger, index=True)
    account: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(80), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    outcome: Mapped[str] = mapped_column(String(10))
    enterprise: Mapped[str] = mapped_column(String(200), default="")
    detail: Mapped[str] = mapped_column(Text, default="")


class AlarmRow(Base):
    """An alarm: raised, perhaps cleared (0: it stands)."""

    __tablename__ = "alarms"
    number: Mapped[int] = mapped_column(_BIG, primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(200))
    enterprise: Mapped[str] = mapped_column(String(200), default="")
    park: Mapped[str] = mapped_column(String(200), default="")
    raised: Mapped[int] = mapped_column(BigInteger)
    cleared: Mapped[int] = mapped_column(BigInteger, default=0)
    detail: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (Index("alarms_standing", "kind", "subject", "cleared"),)


class SeriesRow(Base):
    """A point of samples by a number."""

    __tablename__ = "series"
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    point: Mapped[str] = mapped_column(String(200), unique=True)


class SampleRow(Base):
    """What came in for a point: the newest revision of one instant and span.

    `span` is 0 for a reading, else the seconds of the period that begins at `at` (a month: 2,678,400). `way` is hj212,
    https or mqtt; `value` is the text as sent; `fields` what else came (Min, Max …) as JSON, empty if nothing. SQLite
    keeps the table in the order of its key.
    """

    __tablename__ = "samples"
    series: Mapped[int] = mapped_column(Integer, primary_key=True)
    span: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    value: Mapped[str] = mapped_column(String(90))
    flag: Mapped[str] = mapped_column(String(8))
    quality: Mapped[str] = mapped_column(String(12))
    way: Mapped[str] = mapped_column(String(10))
    received: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(Integer)
    copies: Mapped[int] = mapped_column(Integer)
    fields: Mapped[str] = mapped_column(Text)
    __table_args__ = {"sqlite_with_rowid": False, "postgresql_partition_by": "RANGE (at)"}


class RevisedRow(Base):
    """A value that another took the place of."""

    __tablename__ = "revised"
    number: Mapped[int] = mapped_column(_BIG, primary_key=True)
    series: Mapped[int] = mapped_column(Integer)
    span: Mapped[int] = mapped_column(Integer)
    at: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(Integer)
    value: Mapped[str] = mapped_column(String(90))
    flag: Mapped[str] = mapped_column(String(8))
    quality: Mapped[str] = mapped_column(String(12))
    received: Mapped[int] = mapped_column(BigInteger)
    replaced: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (Index("revised_of", "series", "span", "at"),)


class StrayRow(Base):
    """What a known terminal sent of a code that is no point yet: kept, told, and adopted once it is one."""

    __tablename__ = "strays"
    number: Mapped[int] = mapped_column(_BIG, primary_key=True)
    terminal: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    __table_args__ = (Index("strays_of", "terminal", "code"),)


class RecordRow(Base):
    """A period of a point, not shorter than an hour. `period` is the place of its name in times.PERIODS.

    `total` is exact: the sum of a counter, else the sum of value times seconds; `seconds` are those covered by good
    values; `value` is the total of a counter, else the mean.
    """

    __tablename__ = "records"
    series: Mapped[int] = mapped_column(Integer, primary_key=True)
    period: Mapped[int] = mapped_column(Integer, primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    value: Mapped[str] = mapped_column(String(90))
    state: Mapped[str] = mapped_column(String(12))
    total: Mapped[str] = mapped_column(String(120))
    seconds: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(12))
    __table_args__ = {"sqlite_with_rowid": False}


class DirtyRow(Base):
    """A day of a point whose records are to be computed anew before anybody reads them."""

    __tablename__ = "dirty"
    series: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    __table_args__ = {"sqlite_with_rowid": False}


class DueRow(Base):
    """What is to be done at an instant: `name` is the area's word for it."""

    __tablename__ = "due"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger, index=True)


class KeptRow(Base):
    """Small things an area or the machinery keeps between two lives, by name."""

    __tablename__ = "kept"
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
