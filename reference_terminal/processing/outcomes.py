"""The emission of a period: what it was worked out from, what it came to, and what is stored of it.

Leaves working it out to `emissions`, and when that is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reference_terminal.accounting.boundary import Bound, Fed
from reference_terminal.model.rows import Record
from reference_terminal.model.times import Span


@dataclass(frozen=True)
class Entered:
    """An entry by hand for [start, end): value in its unit as text, where it comes from, by whom, why, when."""

    number: int
    start_s: int
    end_s: int
    value: str
    unit: str
    origin: str
    author: str
    reason: str
    entered_ms: int


@dataclass(frozen=True)
class Used:
    """One input as it was used in a period: value in the input's unit, and where it came from."""

    fed: Fed
    value: Fraction
    origin: str
    record: Record | None = None
    entry: Entered | None = None
    flag: str = "N"


@dataclass(frozen=True)
class Outcome:
    """The emission of a period (t of the gas and of CO2 equivalent, exact); no mass where it cannot be told.

    `stands`: starts of the hours that stand for one of a stack.
    """

    mass: Fraction | None
    equivalent: Fraction
    flag: str
    cause: str
    method: str
    version: int
    told: str = ""
    used: tuple[Used, ...] = ()
    bound: Bound | None = None
    parts: Span | None = None
    stands: tuple[int, ...] = ()


@dataclass(frozen=True)
class Kept:
    """What is stored of a figure's period."""

    record: Record
    mass: Fraction | None
    equivalent: Fraction
    method: str
    version: int


class Stored:
    """What is stored of one period by the number of the figure's point; a row is read when it is asked for.

    `records` are rows of RECORDS, `emissions` the last four columns of EMISSIONS.
    """

    def __init__(self, records: Mapping[int, Any], emissions: Mapping[int, Any]) -> None:
        self.records = records
        self.emissions = emissions
        self.kept_since: dict[int, None] = {}
        self._made: dict[int, Kept] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._made or number in self.records

    def get(self, number: int) -> Kept | None:
        """What is kept of a figure; None if nothing."""
        found = self._made.get(number)
        if found is None and (row := self.records.get(number)) is not None:
            found = self._made[number] = as_kept(Record(*row), self.emissions.get(number))
        return found

    def put(self, number: int, kept: Kept) -> None:
        """Something else is kept now."""
        self._made[number] = kept
        self.kept_since[number] = None


@dataclass(frozen=True)
class Shelf:
    """What is stored of one period, and which sources have values of its class."""

    kept: Stored
    has_class: Mapping[str, bool]


@dataclass(frozen=True)
class Period:
    """[start, end) of a class."""

    span: int
    start_s: int
    end_s: int


def as_kept(record: Record, row: Any) -> Kept:
    """A record with its row of emission: mass, equivalent, method, version; None for none."""
    if row is None:
        return Kept(record, None, Fraction(0), "", 0)
    return Kept(record, Fraction(row[0]), Fraction(row[1]), row[2], row[3])


def is_alike(kept: Kept, outcome: Outcome) -> bool:
    """Whether a result is the one that is stored, exactly."""
    one = (kept.mass, kept.equivalent, kept.method, kept.version, kept.record.flag, kept.record.cause)
    return one == (
        outcome.mass, outcome.equivalent, outcome.method, outcome.version, outcome.flag, outcome.cause,
    )  # fmt: skip
