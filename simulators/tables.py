"""Tables of a description file (TOML), which know their place and collect every problem instead of stopping at one.

Leaves the values in them to `settings`, and what settings there are to the structs of their kinds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar, cast

from simulators.files import given_octets
from simulators.sentences import MISSING, MISSING_HINT, MISSING_TABLE, NOT_TOML, NOT_UTF8, UNREADABLE, Words
from simulators.values import Unfit, got, one_of, taken, unknown


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
    """One table of a description. Keys asked for are noted; `finish` reports those nobody asked for."""

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

    def absent(self, key: str, keys: Sequence[str] = (), wanted: Words | None = None) -> None:
        """Note that a field has to be there; `keys`: what a table needs, `wanted`: what a value should be."""
        if keys:
            self.problem(key, *MISSING_TABLE(place=self.place(key), names=keys))
        elif wanted is not None:
            self.problem(key, *MISSING_HINT(wanted=wanted))
        else:
            self.problem(key, *MISSING())

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of `choices`; required if there is no default. The first stands for one that is wrong."""
        if not self.has(key):
            if default is None:
                self.absent(key)
            return choices[0] if default is None else default
        try:
            return taken(self.data[key], Annotated[str, one_of(choices)])
        except Unfit as wrong:
            self.problem(key, *wrong.said)
            return default or choices[0]

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
