"""What a third-party platform takes besides records: methods, boundaries, entries, statistics (docs/WIRE.md section 6).

Leaves answering to `third_party`. Every member is text; a document is kept like a record, its kind telling what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulators.centres.http import Record
from simulators.centres.json_text import DECIMAL, Number, objects_of, text_of, write
from simulators.centres.records import local_stamp

_METHOD = ("name", "version", "validFrom", "id", "edition", "formula")
_BOUNDARY = ("name", "version", "validFrom", "id", "enterprise", "edition")
_UNIT = ("unit", "sector", "source", "gas", "point")
_ENTRY = ("point", "kind", "start", "end", "value", "unit", "author", "reason", "original")
_STATISTIC = ("point", "kind", "start", "end", "value", "min", "max", "unit")
PERIODS = ("day", "week", "month", "quarter_year", "year")

Made = tuple[Record | None, str]
"""A record, or what is wrong."""


def read_documents(path: str, body: Mapping[str, object]) -> tuple[list[Record], str]:
    """The documents of a body and an empty text, or none and the first thing that is wrong. KeyError: no such path."""
    member, make = _PATHS[path]
    source, rows = text_of(dict(body), "source"), objects_of(dict(body), member)
    if not source or rows is None:
        return [], f"expected source and {member}"
    found: list[Record] = []
    for index, row in enumerate(rows):
        record, wrong = make(source, row)
        if record is None:
            return [], f"{member} {index}: {wrong}"
        found.append(record)
    return found, ""


def _missing(row: Mapping[str, object], names: tuple[str, ...], empty: tuple[str, ...] = ()) -> str:
    for name in names:
        value = row.get(name)
        if not isinstance(value, str) or isinstance(value, Number) or (not value and name not in empty):
            return f"expected {name} as text, got {'nothing' if value is None else repr(value)}"
    return ""


def _method(source: str, row: dict[str, object]) -> Made:
    wrong = _missing(row, _METHOD, ("validFrom",))
    fields = {name: text_of(row, name) for name in _METHOD[1:]}
    return (None, wrong) if wrong else (Record((source, "method", text_of(row, "name"), ""), fields, ""), "")


def _boundary(source: str, row: dict[str, object]) -> Made:
    wrong = _missing(row, _BOUNDARY, ("validFrom",))
    units = objects_of(row, "units")
    if wrong or not units:
        return None, wrong or "expected units"
    for unit in units:
        if wrong := _missing(unit, _UNIT):
            return None, wrong
    fields = {name: text_of(row, name) for name in _BOUNDARY[1:]} | {"units": write(units)}
    return Record((source, "boundary", text_of(row, "name"), ""), fields, ""), ""


def _timed(row: dict[str, object], names: tuple[str, ...], empty: tuple[str, ...]) -> str:
    wrong = _missing(row, names, empty)
    if wrong:
        return wrong
    for name in ("start", "end"):
        if not local_stamp(text_of(row, name)):
            return f"expected {name} such as 2026-03-02T00:00:00+08:00, got {row[name]!r}"
    for name in ("value", "original", "min", "max"):
        text = text_of(row, name) if name in names else ""
        if text and not DECIMAL.fullmatch(text):
            return f"expected {name} as decimal text, got {text!r}"
    return ""


def _entry(source: str, row: dict[str, object]) -> Made:
    wrong = _timed(row, _ENTRY, ("original",))
    key = (source, "manual", text_of(row, "point"), local_stamp(text_of(row, "start")))
    fields = {name: text_of(row, name) for name in ("kind", "value", "author", "reason", "original")}
    return (None, wrong) if wrong else (Record(key, fields, ""), "")


def _statistic(source: str, row: dict[str, object]) -> Made:
    kind = text_of(row, "kind")
    wrong = _timed(row, _STATISTIC, ("min", "max"))
    if not wrong and kind not in PERIODS:
        wrong = f"expected kind as one of {', '.join(PERIODS)}, got {kind!r}"
    key = (source, f"statistics-{kind}", text_of(row, "point"), local_stamp(text_of(row, "start")))
    fields = {name: text_of(row, name) for name in ("value", "min", "max")}
    return (None, wrong) if wrong else (Record(key, fields, ""), "")


_PATHS: dict[str, tuple[str, Callable[[str, dict[str, object]], Made]]] = {
    "/api/methods": ("methods", _method),
    "/api/boundaries": ("boundaries", _boundary),
    "/api/entries": ("entries", _entry),
    "/api/statistics": ("statistics", _statistic),
}
PATHS = tuple(_PATHS)
