"""Altering what the reference platform has stored, behind its back: its database, its power being off (R-35).

Leaves what is to be altered to the case. Writes as anybody could who gets at the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.dut import Alteration, sentences

_SPANS = {"realtime": 0, "hour": 3_600, "day": 86_400, "month": 2_678_400}
_STAMP_US = 1_000_000


def alter(database: Path, alterations: Sequence[Alteration]) -> tuple[dict[str, str], ...]:
    """Do it; a row how, point, kind, start for every value that is not as the platform left it. Raises LookupError."""
    connection = sqlite3.connect(database)
    try:
        rows = [row for each in alterations for row in _one(connection, each)]
        connection.commit()
        return tuple(rows)
    finally:
        connection.close()


def _one(connection: sqlite3.Connection, each: Alteration) -> Iterator[dict[str, str]]:
    span = _SPANS.get(each.kind)
    if span is None:
        raise LookupError(str(sentences.NO_CLASS(kind=each.kind, spans=_SPANS)))
    series, value = _find(connection, each.point, span, each.start_us)
    key = (series, span, each.start_us)
    yield _row(each, each.point)
    if each.how == "digit":
        last = str((int(value[-1]) + 1) % 10)
        _set(connection, "value", value[:-1] + last, key)
    elif each.how == "stamp":
        _set(connection, "at", each.start_us + _STAMP_US, key)
    elif each.how == "removed":
        connection.execute("DELETE FROM samples WHERE series = ? AND span = ? AND at = ?", key)
    elif each.how == "point":
        other, point, theirs = _other(connection, series, span, each.start_us, value)
        _set(connection, "value", theirs, key)
        _set(connection, "value", value, (other, span, each.start_us))
        yield _row(each, point)
    else:
        raise LookupError(str(sentences.NO_ALTERATION(how=each.how)))


def _row(each: Alteration, point: str) -> dict[str, str]:
    return {"how": each.how, "point": point, "kind": each.kind, "start": str(each.start_us)}


def _set(connection: sqlite3.Connection, column: str, value: str | int, key: tuple[int, int, int]) -> None:
    connection.execute(f"UPDATE samples SET {column} = ? WHERE series = ? AND span = ? AND at = ?", (value, *key))


def _find(connection: sqlite3.Connection, point: str, span: int, at: int) -> tuple[int, str]:
    found = connection.execute(
        "SELECT samples.series, samples.value FROM samples JOIN series ON series.number = samples.series "
        "WHERE series.point = ? AND samples.span = ? AND samples.at = ?",
        (point, span, at),
    ).fetchone()
    if found is None:
        raise LookupError(str(sentences.NO_VALUE(point=point, at=at)))
    return found


def _other(connection: sqlite3.Connection, series: int, span: int, at: int, value: str) -> tuple[int, str, str]:
    """Another point with another value at the same instant."""
    found = connection.execute(
        "SELECT samples.series, series.point, samples.value FROM samples JOIN series ON series.number = samples.series "
        "WHERE samples.series > ? AND samples.span = ? AND samples.at = ? AND samples.value <> ? "
        "ORDER BY samples.series LIMIT 1",
        (series, span, at, value),
    ).fetchone()
    if found is None:
        raise LookupError(str(sentences.NO_OTHER_VALUE(at=at)))
    return found
