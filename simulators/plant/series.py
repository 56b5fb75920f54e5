"""A plant that follows a recorded series: any user's own measurements from a CSV file.

Leaves to others: units other than the ones listed, and what meters show. Values are decimal text and stay exact.

File: UTF-8, comma-separated, first line headings. The first column `instant` holds ISO 8601 with zone
(`2026-03-02T00:15:00+08:00`), strictly rising. Every other heading is `source.measure [unit]`, e.g. `main.power [kW]`.
A rate (kW, m3/h, Nm3/h, t/h, GJ/h) also makes the counter of what it gathers: `main.energy` for kW, `x.volume` for
m3/h and Nm3/h, `x.mass` for t/h, `x.energy` for GJ/h. A column in kWh, m3, Nm3, t or GJ is a counter itself and must
not fall. Between instants a value follows a straight line (linear) or keeps the value before (step). Before the first
instant the first value holds; after the last one the series starts again if it repeats, else the last value holds and
rates are 0.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from decimal import Decimal
from pathlib import Path

from simulators.files import given_text
from simulators.plant import sentences as said
from simulators.plant.plant import Quantity, Reader, as_decimal
from simulators.plant.tracks import COUNTER_DIGITS, RATE_DIGITS
from simulators.sentences import INSTANT
from simulators.stamps import from_iso
from simulators.tables import DescriptionError, Problem

_HEADING = re.compile(r"([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*) \[([^\]]+)\]")
_GATHERS = {
    "kW": ("energy", "kWh"),
    "m3/h": ("volume", "m3"),
    "Nm3/h": ("volume", "Nm3"),
    "t/h": ("mass", "t"),
    "GJ/h": ("energy", "GJ"),
}
_COUNTERS = ("kWh", "m3", "Nm3", "t", "GJ")
_LEVELS = ("V", "A", "degC", "kPa", "kvar", "kVA", "Hz", "kg/m3", "GJ/t", "%", "1")
_MANY = 20


class _Column:
    """Values at instants (whole steps) and, for rates, the integral up to each instant."""

    def __init__(self, quantity: Quantity, instants: list[int], values: list[int], linear: bool) -> None:
        self.quantity = quantity
        self.instants = instants
        self.values = values
        self.linear = linear
        # Twice the integral, so that the area of a trapezoid stays whole.
        self.areas = [0]
        for index in range(len(instants) - 1):
            length = instants[index + 1] - instants[index]
            height = values[index] + values[index + 1] if linear else 2 * values[index]
            self.areas.append(self.areas[-1] + height * length)

    def at(self, index: int, elapsed: int) -> int:
        """The value `elapsed` us after row `index`."""
        value = self.values[index]
        if not self.linear or index + 1 >= len(self.values):
            return value
        length = self.instants[index + 1] - self.instants[index]
        return value + (self.values[index + 1] - value) * elapsed // length

    def doubled(self, index: int, elapsed: int) -> int:
        """Twice the integral `elapsed` us after row `index`, floored within the row so that it never falls."""
        value = self.values[index]
        slope = 0
        if self.linear and index + 1 < len(self.values):
            length = self.instants[index + 1] - self.instants[index]
            slope = (self.values[index + 1] - value) * elapsed * elapsed // length
        return self.areas[index] + 2 * value * elapsed + slope


class SeriesPlant:
    """The recorded series as a plant.

    `start_us` is the world's start: with `align` the first row is taken to lie there, else rows keep
    their own instants. With `repeat` the series starts over after its last row (counters go on from where they were).
    """

    def __init__(self, columns: list[_Column], start_us: int, *, align: bool = True, repeat: bool = True) -> None:
        self.quantities: dict[str, Quantity] = {}
        self._readers: dict[str, Reader] = {}
        self._columns = columns
        self._repeat = repeat
        instants = columns[0].instants
        self._first = start_us if align else instants[0]
        self._offsets = [instant - instants[0] for instant in instants]
        self._length = self._offsets[-1]
        for column in columns:
            self._add(column)

    def reader(self, quantity: str) -> Reader:
        """A function from instant (us UTC) to whole steps; KeyError names an unknown quantity."""
        return self._readers[quantity]

    def value(self, quantity: str, at_us: int) -> Decimal:
        """The exact value at an instant, in the quantity's unit."""
        return as_decimal(self._readers[quantity](at_us), self.quantities[quantity].digits)

    def _place(self, at_us: int) -> tuple[int, int, int]:
        """Rounds completed, row, and us since that row."""
        offset = max(at_us - self._first, 0)
        if offset >= self._length:
            if not self._repeat:
                return 0, len(self._offsets) - 1, 0
            rounds, offset = divmod(offset, self._length)
        else:
            rounds = 0
        row = bisect_right(self._offsets, offset) - 1
        return rounds, row, offset - self._offsets[row]

    def _add(self, column: _Column) -> None:
        quantity = column.quantity
        rise = column.values[-1] - column.values[0] if quantity.kind == "counter" else 0

        def value(at_us: int) -> int:
            rounds, row, elapsed = self._place(at_us)
            return column.at(row, elapsed) + rounds * rise

        def rate(at_us: int) -> int:
            if not self._repeat and at_us - self._first >= self._length:
                return 0
            return value(at_us)

        def gathered(at_us: int) -> int:
            rounds, row, elapsed = self._place(at_us)
            doubled = rounds * column.areas[-1] + column.doubled(row, elapsed)
            return doubled // 7_200_000

        gathers = _GATHERS.get(quantity.unit)
        self.quantities[quantity.name] = quantity
        self._readers[quantity.name] = rate if gathers else value
        if gathers:
            source = quantity.name.split(".")[0]
            name = f"{source}.{gathers[0]}"
            peak = max(column.values) // 10**RATE_DIGITS + 1
            self.quantities[name] = Quantity(name, "counter", gathers[1], COUNTER_DIGITS, str(peak))
            self._readers[name] = gathered


def load_series(
    path: Path, start_us: int, *, linear: bool = True, align: bool = True, repeat: bool = True
) -> SeriesPlant:
    """Read a recorded series. Raises DescriptionError with every problem of the file (at most 20, then a count)."""
    try:
        text = given_text(path)
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise DescriptionError([Problem(str(path), *said.UNREADABLE(reason=reason))]) from None
    except UnicodeDecodeError as error:
        raise DescriptionError([Problem(str(path), *said.NOT_UTF8(offset=error.start))]) from None
    rows = [(number, row) for number, row in enumerate(csv.reader(text.splitlines()), 1) if row]
    rows = [(number, [cell.strip() for cell in row]) for number, row in rows if not row[0].startswith("#")]
    problems: list[Problem] = []
    quantities = _headings(path, rows, problems)
    instants, cells = _cells(path, rows, quantities, problems)
    if not problems and len(instants) < 2:
        problems.append(Problem(str(path), *said.ROWS(got=len(instants))))
    if problems:
        shown = problems[:_MANY]
        if len(problems) > _MANY:
            shown.append(Problem(str(path), *said.MORE(more=len(problems) - _MANY)))
        raise DescriptionError(shown)
    columns = [_Column(quantity, instants, values, linear) for quantity, values in zip(quantities, cells, strict=True)]
    return SeriesPlant(columns, start_us, align=align, repeat=repeat)


def _headings(path: Path, rows: list[tuple[int, list[str]]], problems: list[Problem]) -> list[Quantity]:
    if not rows or rows[0][1][0] != "instant" or len(rows[0][1]) < 2:
        found = ",".join(rows[0][1])[:60] if rows else "nothing"
        problems.append(Problem(f"{path}:1", *said.HEADINGS(got=found)))
        return []
    quantities: list[Quantity] = []
    names: list[str] = []
    for heading in rows[0][1][1:]:
        match = _HEADING.fullmatch(heading)
        units = (*_GATHERS, *_COUNTERS, *_LEVELS)
        if not match or match[3] not in units:
            problems.append(
                Problem(
                    f"{path}:{rows[0][0]}",
                    *said.HEADING(units=units, got=heading),
                )
            )
            continue
        name = f"{match[1]}.{match[2]}"
        counter = match[3] in _COUNTERS
        gathered = [f"{match[1]}.{_GATHERS[match[3]][0]}"] if match[3] in _GATHERS else []
        for each in [name, *gathered]:
            if each in names:
                problems.append(Problem(f"{path}:{rows[0][0]}", *said.QUANTITY_TWICE(name=each)))
            names.append(each)
        digits = COUNTER_DIGITS if counter else RATE_DIGITS
        quantities.append(Quantity(name, "counter" if counter else "instant", match[3], digits))
    return quantities


def _cells(
    path: Path, rows: list[tuple[int, list[str]]], quantities: list[Quantity], problems: list[Problem]
) -> tuple[list[int], list[list[int]]]:
    instants: list[int] = []
    cells: list[list[int]] = [[] for _ in quantities]
    if problems:
        return instants, cells
    for number, row in rows[1:]:
        where = f"{path}:{number}"
        if len(row) != len(quantities) + 1:
            problems.append(Problem(where, *said.COLUMNS(wanted=len(quantities) + 1, got=len(row))))
            continue
        try:
            instant = from_iso(row[0])
        except ValueError:
            problems.append(Problem(where, *INSTANT(such="2026-03-02T00:15:00+08:00", got=row[0])))
            continue
        if instants and instant <= instants[-1]:
            problems.append(Problem(where, *said.ORDER(instant=row[0])))
            continue
        instants.append(instant)
        for quantity, cell, values in zip(quantities, row[1:], cells, strict=True):
            values.append(_steps(where, quantity, cell, values, problems))
    return instants, cells


def _steps(where: str, quantity: Quantity, cell: str, before: list[int], problems: list[Problem]) -> int:
    if not re.fullmatch(r"-?\d+(\.\d+)?", cell):
        problems.append(Problem(where, *said.NUMBER(name=quantity.name, got=cell)))
        return before[-1] if before else 0
    scaled = Decimal(cell).scaleb(quantity.digits)
    steps = int(scaled)
    if steps != scaled:
        problems.append(Problem(where, *said.DECIMALS(name=quantity.name, got=cell, digits=quantity.digits)))
    if quantity.kind == "counter" and before and steps < before[-1]:
        problems.append(Problem(where, *said.FALLS(name=quantity.name, got=cell)))
    if quantity.unit in _GATHERS and steps < 0:
        problems.append(Problem(where, *said.NEGATIVE(name=quantity.name, got=cell)))
    return steps
