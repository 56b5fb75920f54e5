"""Backups of an enterprise's monitoring data, and restoring them record by record (CPCIF 8.3; ISC-1 7.3; R-31).

Leaves copies of the whole platform to whoever runs its database. A set whose seal does not hold is refused.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from sqlalchemy import select

from simulators.platform.core import Desk, Instant, Refused, Thing, kind, on_change, ref, seam
from simulators.platform.core.kinds import plain
from simulators.platform.core.tables import SampleRow, SeriesRow
from simulators.platform.integrity import seals

_KEPT = "backup/"
KEEPERS = ("administrator", "operator")
_COLUMNS = ("span", "at", "value", "flag", "quality", "way", "received", "revision", "copies", "fields")
_OBJECTS = ("point", "entry")


class Backup(Thing, frozen=True, kw_only=True):
    """A copy of what came in for an enterprise over [from, to), made when the object is."""

    enterprise: Annotated[str, ref("enterprise")]
    from_: Instant = msgspec.field(name="from")
    to: Instant

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """It ends after it begins."""
        if self.to <= self.from_:
            yield "to", "is not after from", "应晚于开始时刻"


KINDS = (kind("backup", Backup, en="backups", zh="数据备份", tenant="enterprise", write=KEEPERS),)


@on_change("backup")
def make(desk: Desk, before: Backup | None, after: Backup | None) -> None:
    """Make the copy, or forget it."""
    whole = desk.as_system()
    if before is not None and after is not None:
        raise Refused(409, "a backup that was made stays as it is", "已生成的备份不能更改")
    if after is None:
        whole.keep(f"{_KEPT}{before.id if before else ''}", None)
        return
    body = msgspec.json.encode(content(desk, after))
    whole.keep(f"{_KEPT}{after.id}", {"body": body.decode(), "seal": seal(desk, body)})


def seal(desk: Desk, body: bytes) -> str:
    """What a set is known by."""
    return hmac.new(seals.key_of(desk), body, hashlib.sha256).hexdigest()


@seam
def content(desk: Desk, backup: Backup) -> dict[str, Any]:
    """Points and entries of the enterprise, and every value of them in the period."""
    points = [each.id for each in desk.objects("point", enterprise=backup.enterprise)]
    objects = {
        name: [plain(each) for each in desk.objects(name) if getattr(each, "enterprise", "") == backup.enterprise]
        for name in _OBJECTS
    }
    return {
        "enterprise": backup.enterprise,
        "from": backup.from_,
        "to": backup.to,
        "objects": objects,
        "samples": {point: rows_of(desk, point, backup) for point in points},
    }


@seam
def rows_of(desk: Desk, point: str, backup: Backup) -> list[list[Any]]:
    """Every value of a point in the period of a backup, as stored."""
    asked = (
        select(*[getattr(SampleRow, name) for name in _COLUMNS])
        .join(SeriesRow, SeriesRow.number == SampleRow.series)
        .where(SeriesRow.point == point, SampleRow.at >= backup.from_, SampleRow.at < backup.to)
    )
    with desk.office.ground.db.begin() as session:
        return [list(row) for row in session.execute(asked.order_by(SampleRow.at, SampleRow.span))]


def octets(desk: Desk, key: str) -> bytes:
    """The set of a backup as a file."""
    desk.object("backup", key)
    kept = desk.as_system().kept(f"{_KEPT}{key}")
    return msgspec.json.encode(kept)


def restore(desk: Desk, given: bytes) -> list[dict[str, Any]]:
    """Put back whatever of a set is not there as it was. Raises Refused for a set that was altered."""
    try:
        told = msgspec.json.decode(given)
        body, mark = told["body"].encode(), told["seal"]
    except (msgspec.DecodeError, RecursionError, UnicodeError, KeyError, TypeError, AttributeError):
        raise Refused(400, "this is no backup of this platform", "不是本平台的备份文件") from None
    if not intact(desk, body, mark):
        raise Refused(400, "the backup was altered", "备份文件已被改动")
    copy = msgspec.json.decode(body)
    desk.object("enterprise", copy["enterprise"])
    for name in _OBJECTS:
        for fields in copy["objects"][name]:
            if desk.find(name, fields["id"]) is None:
                desk.as_system().create(name, **fields)
    done = sum(put_back(desk, point, rows) for point, rows in copy["samples"].items())
    desk.note("restore", "backup", copy["enterprise"], {"values": done}, enterprise=copy["enterprise"])
    return [{"line": None, "object": copy["enterprise"], "problem": ""}]


@seam
def intact(desk: Desk, body: bytes, mark: str) -> bool:
    """Whether a set is as it was made."""
    return hmac.compare_digest(seal(desk, body).encode(), str(mark).encode())


@seam
def put_back(desk: Desk, point: str, rows: list[list[Any]]) -> int:
    """Put the values of a point back; how many were not there as they were."""
    series = desk.office.series
    found = 0
    with desk.office.ground.db.begin() as session:
        number = series._number(session, point, make=True)  # pyright: ignore[reportPrivateUsage]
        for row in rows:
            values = dict(zip(_COLUMNS, row, strict=True))
            key = (number, values["span"], values["at"])
            there = session.get(SampleRow, key)
            if there is not None and all(getattr(there, name) == value for name, value in values.items()):
                continue
            desk.office.ground.db.room_for(session, values["at"])
            session.merge(SampleRow(series=number, **values))
            series.mark(point, values["at"])
            found += 1
    return found
