"""Where a figure is from, and where a value went: from the account to records, samples, entries and factors, and back.

Leaves the figures themselves to the account. A trace is made from what is stored now, by the same code as the figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Literal

import msgspec

from simulators.platform.accounting import factors
from simulators.platform.accounting.lines import Book, Line, belongs
from simulators.platform.core import Desk, Instant, analysis, seam
from simulators.platform.core.times import end_of, start_of

_FINE = ("hour", "day", "month")
_LONG = ("day", "month", "year")


class Figure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure of the account: the emission of a thing over one period."""

    of: Literal["park", "region", "sector", "enterprise", "process", "facility", "product", "source_class", "point"]
    id: str
    period: Literal["hour", "day", "week", "month", "quarter", "year"]
    start: Instant


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value of a point at an instant."""

    point: str
    at: Instant


def _row(what: str, id: str, at: int, value: Any, unit: str, version: str = "") -> dict[str, Any]:
    return {"what": what, "id": id, "at": at, "value": value, "unit": unit, "version": version}


@analysis("trace_back", en="what a figure was made of", zh="逆向追溯：数值由何而来")
def back(desk: Desk, asked: Figure) -> list[dict[str, Any]]:
    """The figure, then each of its lines: record or entry, the factor in force with its version, the samples."""
    end = end_of(asked.period, asked.start)
    book = Book(desk)
    lines = [
        line
        for line in book.lines(asked.start, end, asked.period)
        if belongs(line, asked.of, asked.id) and not line.apart
    ]
    total = sum((line.tonnes or Fraction(0) for line in lines), Fraction(0))
    rows = [_row("figure", asked.id, asked.start, total, "tCO2")]
    for line in lines:
        rows += of_line(desk, line)
    return rows


@seam
def of_line(desk: Desk, line: Line) -> list[dict[str, Any]]:
    """One line of the account, down to what came in."""
    entries = [
        each
        for each in desk.objects("entry")
        if line.key in (each.point, each.id)
        and each.start == line.start
        and end_of(each.period, each.start) == line.end
    ]
    rows = [
        _row("entry", each.id, each.start, each.value, each.unit, str(desk.versions("entry", each.id)[-1].version))
        for each in entries
    ]
    if not entries:
        rows.append(_row("record", line.key, line.start, line.amount, line.unit))
        rows += [_row("sample", line.key, each.at, each.value, "") for each in samples(desk, line)]
    return [*rows, *factor_of(desk, line)]


@seam
def samples(desk: Desk, line: Line) -> list[Any]:
    """What came in for the stretch of a line."""
    return desk.samples(line.key, line.start, line.end)


@seam
def factor_of(desk: Desk, line: Line) -> list[dict[str, Any]]:
    """The factor that a line was reckoned by, with the version of it that was in force."""
    known = desk.objects("factor", as_of=line.start)
    chosen = factors.choose(known, line.carrier, line.enterprise, line.region, line.start)
    if chosen is None:
        return []
    for each in known:
        same = (each.carrier, Fraction(each.value), each.unit, each.valid_from or 0)
        if same == (line.carrier, chosen.value, chosen.unit, chosen.since):
            alike = [
                told.version
                for told in desk.as_system().versions("factor", each.id)
                if (told.after.get("value"), told.after.get("valid_from")) == (f"{each.value:f}", each.valid_from)
            ]
            version = alike[-1] if alike else 0
            return [_row("factor", each.id, each.valid_from or 0, each.value, each.unit, str(version))]
    return [_row("factor", chosen.origin, chosen.since, chosen.value, chosen.unit)]


@analysis("trace_forward", en="what a value was used in", zh="正向追溯：数值用于何处")
def forward(desk: Desk, asked: Value) -> list[dict[str, Any]]:
    """The records that a value counts in, and every figure of the account made with them."""
    point = desk.object("point", asked.point)
    rows: list[dict[str, Any]] = []
    for period in _FINE:
        start = start_of(period, asked.at)
        rows += [
            {"what": "record", "id": point.id, "period": period, "start": start, "value": each.value, "unit": each.unit}
            for each in desk.records(point.id, period, start, start + 1)
        ]
    book = Book(desk)
    for period in _LONG:
        start = start_of(period, asked.at)
        lines = [line for line in book.lines(start, end_of(period, start), period) if not line.apart]
        if not any(line.key == point.id and line.start <= asked.at < line.end for line in lines):
            continue
        for of, id in used_in(desk, point, lines):
            total = sum((line.tonnes or Fraction(0) for line in lines if belongs(line, of, id)), Fraction(0))
            rows.append({"what": of, "id": id, "period": period, "start": start, "value": total, "unit": "tCO2"})
    return rows


@seam
def used_in(desk: Desk, point: Any, lines: Iterable[Line]) -> list[tuple[str, str]]:
    """Whose figures a point has part in."""
    line = next(each for each in lines if each.key == point.id)
    names = ("point", "facility", "process", "product", "enterprise", "sector", "park", "region")
    found = [(name, point.id if name == "point" else getattr(line, name)) for name in names]
    return [(name, id) for name, id in found if id]
