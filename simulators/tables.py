"""Reading a table of a description file (TOML) field by field, collecting every problem instead of stopping at one.

Leaves the meaning of the fields to the caller: register maps, worlds, plants.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import msgspec

from simulators.files import given_octets
from simulators.sentences import MISSING, MISSING_TABLE, NOT_TOML, NOT_UTF8, UNREADABLE, Words
from simulators.values import DecimalText, PositiveText, Unfit, got, matching, one_of, taken, unknown


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one field: where it stands (file and path of keys) and one sentence in two languages."""

    where: str
    text: str
    zh: str

    def __str__(self) -> str:
        said = f"{self.text} / {self.zh}"
        return f"{self.where}: {said}" if self.where else said


class DescriptionError(Exception):
    """A description that cannot be used; `problems` holds every problem found, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


T = TypeVar("T")
_TEXT = Words("text", "文本")


def read_file(path: Path, build: Callable[[Table], T], *, first: int = 0) -> T:
    """What `build` makes of a TOML file. Raises DescriptionError with every problem, told by its key alone.

    `first`: the number of the first of several tables.
    """
    problems: list[Problem] = []
    made = build(Table(read_toml(path, ""), "", problems, first))
    if problems:
        raise DescriptionError(problems)
    return made


def read_toml(path: Path, where: str | None = None) -> dict[str, object]:
    """Parse a TOML file (UTF-8), whose problems are told `where`: its path, if nothing is said.

    Raises DescriptionError with one clear sentence if it cannot be read.
    """
    where = str(path) if where is None else where
    try:
        octets = given_octets(path)
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise DescriptionError([Problem(where, *UNREADABLE(reason=reason))]) from None
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        told = NOT_UTF8(octet=octets[error.start], offset=error.start)
        raise DescriptionError([Problem(where, *told)]) from None
    return parse_toml(text, where)


def parse_toml(text: str, where: str) -> dict[str, object]:
    """Parse TOML text; `where` names it in problems. Raises DescriptionError if it is not TOML."""
    try:
        return cast(dict[str, object], tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        raise DescriptionError([Problem(where, *NOT_TOML(error=error))]) from None


class Table:
    """One table of a description. Every getter notes its key; `finish` reports the keys nobody asked for."""

    def __init__(self, data: dict[str, object], where: str, problems: list[Problem], first: int = 0) -> None:
        self.data = data
        self.where = where
        self.problems = problems
        self.first = first
        """The number of the first of several tables."""
        self._known: list[str] = []

    def place(self, key: str) -> str:
        """The path of a key of this table, or of the table itself if `key` is empty."""
        return ".".join(filter(None, (self.where, key)))

    def problem(self, key: str, text: str, zh: str) -> None:
        """Note a problem of the field `key` of this table (or of the table itself if `key` is empty)."""
        self.problems.append(Problem(self.place(key), text, zh))

    def has(self, key: str) -> bool:
        """True if the key is present; the key counts as known."""
        self._known.append(key)
        return key in self.data

    def absent(self, key: str, keys: Sequence[str] = ()) -> None:
        """Note that a field has to be there; `keys`: what a table needs."""
        if keys:
            self.problem(key, *MISSING_TABLE(place=self.place(key), names=keys))
        else:
            self.problem(key, *MISSING())

    def _value(self, key: str, kind: Any, default: Any, instead: Any) -> Any:
        """A value as its type; required if there is no default, and then `instead` stands for one that is wrong."""
        if not self.has(key):
            if default is None:
                self.absent(key)
            return instead if default is None else default
        try:
            return taken(self.data[key], kind)
        except Unfit as wrong:
            self.problem(key, *wrong.said)
            return default or instead

    def text(self, key: str, default: str | None = None, pattern: str = "", hint: Words = _TEXT) -> str:
        """A string; required if there is no default. `pattern` must match the whole; `hint` says what it should be."""
        return self._value(key, Annotated[str, matching(pattern, *hint)] if pattern else str, default, "")

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of `choices`."""
        return self._value(key, Annotated[str, one_of(choices)], default, choices[0])

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high` inclusive."""
        return self._value(
            key, Annotated[int, msgspec.Meta(ge=low, le=high)], default, low if default is None else default
        )

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        return self._value(key, bool, default, False)

    def decimal(self, key: str, default: str | None = None, positive: bool = False) -> str:
        """Decimal text in quotes (numbers are never binary floats); optionally greater than zero."""
        return self._value(key, PositiveText if positive else DecimalText, default, "1")

    def names(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of strings."""
        return self._value(key, tuple[str, ...], None if default is None else tuple(default), ())

    def integers(self, key: str, low: int, high: int, default: Sequence[int] | None = None) -> tuple[int, ...]:
        """A list of whole numbers, each from `low` to `high`."""
        kind = tuple[Annotated[int, msgspec.Meta(ge=low, le=high)], ...]
        return self._value(key, kind, None if default is None else tuple(default), ())

    def inner(self, key: str, data: dict[str, object]) -> Table:
        """A table that stands within this one."""
        return Table(data, self.place(key), self.problems, self.first)

    def table(self, key: str, required: bool = False) -> Table | None:
        """A sub-table."""
        if not self.has(key):
            if required:
                self.absent(key)
            return None
        value = self.data[key]
        if isinstance(value, dict):
            return self.inner(key, cast(dict[str, object], value))
        self.problem(key, *got(Words("a table", "表"), value))
        return None

    def tables(self, key: str, required: bool = False) -> list[Table]:
        """An array of tables."""
        if not self.has(key):
            if required:
                self.absent(key)
            return []
        value = self.data[key]
        items = cast(list[object], value) if isinstance(value, list) else []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in items):
            self.problem(key, *got(Words(f"an array of tables ([[{key}]])", f"表数组 [[{key}]]"), value))
            return []
        return [
            self.inner(f"{key}[{number}]", cast(dict[str, object], item))
            for number, item in enumerate(items, start=self.first)
        ]

    def finish(self) -> None:
        """Report every key that no getter asked for, with the nearest known one."""
        for key in self.data:
            if key not in self._known:
                self.problem(key, *unknown(key, self._known))
