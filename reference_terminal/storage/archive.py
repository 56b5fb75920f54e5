"""Stored data as a set: taken out of the store as one file, checked, and put into another store (ruling R-31).

Leaves HTTP to web. A set is text in UTF-8, one JSON array a line: the head, a line for each row, and at the end the
number of lines before it and their SM3. What a store holds already is never replaced by what a set brings; the event
log stays the terminal's own, and nothing secret is in a set unless it is sealed.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import apsw
import msgspec

from reference_terminal.crypto.symmetric import sm3
from reference_terminal.model import json_text
from reference_terminal.model.messages import Refused
from reference_terminal.model.sealed import is_sealed
from reference_terminal.model.seams import seam
from reference_terminal.model.times import iso, iso_ms
from reference_terminal.storage import reasons
from reference_terminal.storage.store import Store

FORM = "carbonbench-terminal-set/1"
_ROWS_AT_ONCE = 4000


class ArchiveError(Refused):
    """A set that is not taken."""


@dataclass(frozen=True)
class _Table:
    """A table of the store: `key` orders its rows, `same` tells a row that is there already, `time` when it is of."""

    columns: tuple[str, ...]
    key: tuple[str, ...]
    same: tuple[str, ...]
    time: str = ""
    bounded: str = ""


_TABLES: dict[str, _Table] = {
    "reading": _Table(
        ("slot_s", "point", "at_ms", "value", "raw", "quality", "cause", "total"),
        ("slot_s", "point"),
        ("slot_s", "point"),
        "slot_s",
    ),
    "reading_source": _Table(("slot_s", "point", "source"), ("slot_s", "point"), ("slot_s", "point"), "slot_s"),
    "reading_origin": _Table(("slot_s", "point", "origin"), ("slot_s", "point"), ("slot_s", "point"), "slot_s"),
    "record": _Table(
        (
            *("span", "start_s", "point", "end_s", "opening", "closing", "value", "low", "high"),
            *("n", "total", "flag", "cause", "revision"),
        ),
        ("span", "start_s", "point"),
        ("span", "start_s", "point"),
        "start_s",
    ),
    "superseded": _Table(
        ("span", "start_s", "point", "revision", "value", "flag", "cause"),
        ("span", "start_s", "point", "revision"),
        ("span", "start_s", "point", "revision"),
        "start_s",
    ),
    "record_source": _Table(
        ("span", "start_s", "point", "source"),
        ("span", "start_s", "point"),
        ("span", "start_s", "point"),
        "start_s",
    ),
    "estimate": _Table(("point", "slot_s", "value", "method"), ("point", "slot_s"), ("point", "slot_s"), "slot_s"),
    "fingerprint": _Table(
        ("span", "start_s", "point", "revision", "digest", "signature", "deposited"),
        ("span", "start_s", "point", "revision"),
        ("span", "start_s", "point", "revision"),
        "start_s",
    ),
    "emission": _Table(
        ("span", "start_s", "point", "mass", "equivalent", "method", "version"),
        ("span", "start_s", "point"),
        ("span", "start_s", "point"),
        "start_s",
    ),
    "emission_before": _Table(
        ("span", "start_s", "point", "revision", "mass", "equivalent", "method", "version"),
        ("span", "start_s", "point", "revision"),
        ("span", "start_s", "point", "revision"),
        "start_s",
    ),
    "accounting_version": _Table(
        ("name", "from_s", "taken_ms", "author", "reason", "origin", "body"),
        ("number",),
        ("name", "from_s", "taken_ms"),
    ),
    "accounting_release": _Table(
        ("month_s", "version", "at_ms", "author", "reason"), ("month_s", "at_ms"), ("month_s", "at_ms")
    ),
    "accounting_entry": _Table(
        ("source", "input", "start_s", "end_s", "value", "unit", "origin", "author", "reason", "entered_ms"),
        ("number",),
        ("source", "input", "start_s", "entered_ms"),
        "start_s",
    ),
    "stack_calibration": _Table(
        ("source", "at_s", "zero", "span", "author", "reason", "entered_ms"),
        ("number",),
        ("source", "at_s", "entered_ms"),
        "at_s",
    ),
    "accounting_result": _Table(
        ("from_s", "to_s", "method", "taken_ms", "author", "body"),
        ("number",),
        ("from_s", "to_s", "method", "taken_ms"),
    ),
    "classified": _Table(("point", "from_s", "emission_source"), ("point", "from_s"), ("point", "from_s")),
    "gap": _Table(
        (
            *("kind", "subject", "start_s", "end_s", "missed", "cause", "from_s", "from_value", "from_total"),
            *("to_s", "to_value", "quantity"),
        ),
        ("number",),
        ("kind", "subject", "start_s"),
        "start_s",
        bounded="end_s IS NOT NULL",
    ),
    "manual_entry": _Table(
        (
            *("point", "span", "start_s", "end_s", "value", "author", "reason", "entered_ms", "revision"),
            *("original", "original_flag", "verdict"),
        ),
        ("number",),
        ("point", "span", "start_s", "entered_ms"),
        "start_s",
    ),
    "replacement": _Table(
        ("point", "at_s", "final_old", "initial_new", "entered_ms", "used"),
        ("number",),
        ("point", "at_s", "entered_ms"),
        "at_s",
    ),
    "sent": _Table(
        ("centre", "span", "start_s", "end_s", "sent_ms"),
        ("centre", "span", "start_s"),
        ("centre", "span", "start_s"),
        "start_s",
    ),
    "package": _Table(
        (
            *("kind", "name", "version", "valid_from_s", "created", "sm3", "issuer", "source", "taken_ms", "state"),
            *("starts", "applied", "content"),
        ),
        ("number",),
        ("kind", "name", "version", "sm3"),
        bounded="kind IN ('factors','method','boundary','parameters')",
    ),
    "setting": _Table(("scope", "name", "value"), ("scope", "name"), ("scope", "name")),
}
"""What a set holds, in this order. Points stand in it by their ids where the store has numbers."""
_NUMBERED = (
    "reading",
    "reading_source",
    "reading_origin",
    "record",
    "superseded",
    "record_source",
    "estimate",
    "fingerprint",
    "emission",
    "emission_before",
)
_CENTRE_SET, _PERIODS, _OF_A_CENTRE = "centre set", "polling period", "centre/"
_NOT_KEPT = ("registration", "newest_request")


@dataclass(frozen=True)
class Described:
    """A point as the configuration has it."""

    unit: str
    kind: str


class _Head(msgspec.Struct):
    """What the first line of a set tells."""

    form: str
    points: dict[str, tuple[str, str]]


class _End(msgspec.Struct):
    """What its last line tells."""

    lines: int
    sm3: str


@dataclass(frozen=True)
class Taken:
    """What came of a set: rows put in, rows that were there already, and whether settings were among the former."""

    rows: int
    known: int
    settings: bool


async def collect(
    store: Store, name: str, points: Mapping[str, Described], from_s: int, to_s: int, now_ms: int
) -> bytes:
    """The set of everything of [from, to), with the settings; made in slices with a turn of the loop in between."""
    store.flush()
    head = {
        "form": FORM,
        "terminal": name,
        "made": iso_ms(now_ms),
        "from": iso(from_s),
        "to": iso(to_s),
        "points": {point: [described.unit, described.kind] for point, described in points.items()},
    }
    lines = [msgspec.json.encode([head])]
    names = {number: point for point, number in _numbers(store).items()}
    for table in _TABLES:
        async for row in _rows(store, table, from_s, to_s):
            lines.append(msgspec.json.encode([table, *_told(table, row, names)]))
    body = b"\n".join(lines) + b"\n"
    return body + msgspec.json.encode([{"lines": len(lines), "sm3": sm3(body).hex()}]) + b"\n"


def _numbers(store: Store) -> dict[str, int]:
    return {str(point): int(str(number)) for point, number in store.connection.execute("SELECT id, number FROM point")}


async def _rows(store: Store, name: str, from_s: int, to_s: int) -> AsyncIterator[Sequence[Any]]:
    """The rows of a table, slice by slice, in the order of its key."""
    table = _TABLES[name]
    key = ", ".join(table.key)
    marks = ", ".join("?" * len(table.key))
    where = " AND ".join(
        [f"({key}) > ({marks})"]
        + ([f"{table.time}>={from_s} AND {table.time}<{to_s}"] if table.time else [])
        + ([table.bounded] if table.bounded else [])
    )
    statement = f"SELECT {key}, {', '.join(table.columns)} FROM {name} WHERE {where} ORDER BY {key} LIMIT ?"
    # Below every text and every number, for each of which SQLite has an order of its own.
    after: tuple[Any, ...] = (-(2**62),) * len(table.key)
    while True:
        found: list[Any] = list(store.connection.execute(statement, (*after, _ROWS_AT_ONCE)))
        for row in found:
            if name != "setting" or _is_carried(*row[-3:]):
                yield row[len(table.key) :]
        if len(found) < _ROWS_AT_ONCE:
            return
        after = tuple(found[-1][: len(table.key)])
        await asyncio.sleep(0)


@seam
def _is_carried(scope: str, name: str, value: str) -> bool:
    """Polling periods and settings of centres; nothing of one device alone, a centre's table only where sealed."""
    if scope == _CENTRE_SET:
        return is_sealed(value) or "\n" not in value
    return scope == _PERIODS or (scope.startswith(_OF_A_CENTRE) and name not in _NOT_KEPT)


def _told(table: str, row: Sequence[Any], names: Mapping[int, str]) -> list[Any]:
    columns = _TABLES[table].columns
    told = list(row)
    if table in _NUMBERED:
        at = columns.index("point")
        told[at] = names.get(told[at], "")
    return [base64.b64encode(value).decode() if isinstance(value, bytes) else value for value in told]


def read(octets: bytes, points: Mapping[str, Described]) -> list[list[Any]]:
    """The rows of a set, each with the name of its table first. Raises ArchiveError for anything that is not sound."""
    body, _, last = octets.removesuffix(b"\n").rpartition(b"\n")
    body += b"\n"
    lines = body.splitlines()
    try:
        (end,) = json_text.read_as(last, tuple[_End])
        (head,) = json_text.read_as(lines[0], tuple[_Head])
    except json_text.NoJson:
        raise ArchiveError(reasons.SET_NOT_WHOLE(form=FORM)) from None
    if head.form != FORM:
        raise ArchiveError(reasons.SET_FORM(form=FORM, got=repr(head.form[:60])))
    if end.lines != len(lines) or end.sm3 != sm3(body).hex():
        raise ArchiveError(reasons.SET_ALTERED())
    _check_points(head, points)
    return [_row(number, line) for number, line in enumerate(lines[1:], start=2)]


def _row(number: int, line: bytes) -> list[Any]:
    try:
        name, *values = json_text.read_as(line, list[str | int | None])
    except (json_text.NoJson, ValueError):
        name, values = None, []
    table = _TABLES.get(name) if isinstance(name, str) else None
    sound = table is not None and len(values) == len(table.columns)
    if sound and name == "package":
        sound = isinstance(values[-1], str) and _is_base64(values[-1])
    if sound and name in _NUMBERED:
        sound = isinstance(values[_at(str(name))], str)
    if not sound or any(isinstance(value, int) and not -(2**63) <= value < 2**63 for value in values):
        raise ArchiveError(reasons.ROW_UNKNOWN(number=number))
    return [name, *values]


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True


def _check_points(head: _Head, points: Mapping[str, Described]) -> None:
    for point, (unit, kind) in head.points.items():
        mine = points.get(point)
        if mine is not None and (mine.unit, mine.kind) != (unit, kind):
            raise ArchiveError(
                reasons.POINT_DIFFERS(point=point, kind=kind, unit=unit, own_kind=mine.kind, own_unit=mine.unit)
            )


def put(store: Store, rows: Sequence[Sequence[Any]], tell: Callable[[], None]) -> Taken | None:
    """Put the rows into the store, and what `tell` gathers beside them, in one transaction; None if that fails."""
    numbers = _numbers(store)
    fresh = [str(row[1 + _at(str(row[0]))]) for row in rows if row[0] in _NUMBERED]
    if any(point not in numbers for point in fresh):
        store.number_points(list(dict.fromkeys(fresh)))
        numbers = _numbers(store)
    taken: list[Taken] = []

    def step(connection: apsw.Connection) -> None:
        before, settings = connection.total_changes(), 0
        new: list[Sequence[Any]] = []
        for row in rows:
            at = connection.total_changes()
            _insert(connection, str(row[0]), row[1:], numbers)
            if row[0] in ("setting", "package"):
                settings += connection.total_changes() - at
            if row[0] == "setting" and connection.total_changes() > at:
                new.append(row[1:])
        done = connection.total_changes() - before
        for scope, name, value in new:
            store.vouch(connection, scope, name, value)
        taken.append(Taken(done, len(rows) - done, settings > 0))

    def gather() -> None:
        store.add_step(step)
        tell()

    return taken[-1] if store.attempt(gather) else None


def _at(table: str) -> int:
    return _TABLES[table].columns.index("point")


@seam
def _insert(connection: apsw.Connection, name: str, values: Sequence[Any], numbers: Mapping[str, int]) -> None:
    table = _TABLES[name]
    row = list(values)
    if name in _NUMBERED:
        row[_at(name)] = numbers[str(row[_at(name)])]
    if name == "package":
        row[-1] = base64.b64decode(row[-1])
    same = " AND ".join(f"{column}=?" for column in table.same)
    key = [row[table.columns.index(column)] for column in table.same]
    connection.execute(
        f"INSERT INTO {name} ({', '.join(table.columns)}) SELECT {', '.join('?' * len(row))}"
        f" WHERE NOT EXISTS (SELECT 1 FROM {name} WHERE {same})",
        (*row, *key),
    )
