"""Records as the management software and the third-party platform take them (docs/WIRE.md section 6).

Leaves answering to the platforms. Stamps are ISO 8601 with +08:00, values decimal text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from simulators.centres.base import Item
from simulators.centres.http import Record
from simulators.centres.json_text import DECIMAL, Number, objects_of, text_of
from simulators.stamps import from_iso, stamp

KINDS = ("reading", "minute", "quarter", "hour", "day", "month", "manual")
_MINUTES = re.compile(r"min([2-9]|[1-5]\d)")
"""Periods of so many minutes."""
_SORTS = {"reading": "realtime"}
"""Readings are kept as what HJ 212 calls real-time data, under the same name."""
_READ = "Rtd"
_FORM = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+08:00")
MEMBERS = ("point", "kind", "start", "end", "value", "unit", "flag")


def local_stamp(text: str) -> str:
    """YYYYMMDDhhmmss of an ISO 8601 instant with +08:00; empty if it is none."""
    if not _FORM.fullmatch(text):
        return ""
    try:
        return stamp(from_iso(text))
    except ValueError:
        return ""


def read_records(body: dict[str, object], items: Mapping[str, Item]) -> tuple[list[Record], str]:
    """The records of a body and an empty text, or no records and the first thing that is wrong with one."""
    source = text_of(body, "source")
    entries = objects_of(body, "records")
    if not source or entries is None:
        return [], "expected source and records"
    records: list[Record] = []
    for index, entry in enumerate(entries):
        wrong = _wrong(entry)
        if wrong:
            return [], f"record {index}: {wrong}"
        point, kind, value = text_of(entry, "point"), text_of(entry, "kind"), text_of(entry, "value")
        item = items.get(point)
        sort = "minute" if kind == "quarter" or _MINUTES.fullmatch(kind) else _SORTS.get(kind, kind)
        name = _READ if kind == "reading" else item.field if item else "Value"
        key = (source, sort, point, local_stamp(text_of(entry, "start")))
        records.append(Record(key, {name: value} if value else {}, text_of(entry, "flag")))
    return records, ""


def _wrong(entry: dict[str, object]) -> str:
    for name in MEMBERS:
        value = entry.get(name)
        if not isinstance(value, str) or isinstance(value, Number):
            return f"expected {name} as text, got {'nothing' if value is None else repr(value)}"
    kind = text_of(entry, "kind")
    if kind not in KINDS and not _MINUTES.fullmatch(kind):
        return f"expected kind as one of {', '.join(KINDS)} or min<minutes>, got {entry['kind']!r}"
    for name in ("start", "end"):
        if not local_stamp(text_of(entry, name)):
            return f"expected {name} such as 2026-03-02T00:00:00+08:00, got {entry[name]!r}"
    if text_of(entry, "end") < text_of(entry, "start"):
        return "end lies before start"
    value = text_of(entry, "value")
    if value and not DECIMAL.fullmatch(value):
        return f"expected value as decimal text, got {value!r}"
    if not value and text_of(entry, "flag") in ("", "N"):
        return "a record without value needs a flag other than N"
    return ""
