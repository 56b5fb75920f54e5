"""Reading a table of a description file (TOML) field by field, collecting every problem instead of stopping at one.

Leaves the meaning of the fields to the caller: register maps, worlds, plants.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import cast

from simulators.files import given_octets
from simulators.translations import chinese

NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
"""What a name in a description looks like (regular expression)."""

DECIMAL = r"-?[0-9]{1,20}(?:\.[0-9]{1,8})?"
"""A number as a description has it: as many digits as the widest register has, so that every quotient can be worked out
exactly (regular expression).
"""
_DECIMAL = re.compile(DECIMAL)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one field: where it stands (file and path of keys) and one sentence about it."""

    where: str
    text: str

    def __str__(self) -> str:
        told = chinese(self.text)
        return f"{self.where}: {self.text}" + (f" / {told}" if told and told not in self.text else "")


class DescriptionError(Exception):
    """A description that cannot be used; `problems` holds every problem found, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def read_toml(path: Path) -> dict[str, object]:
    """Parse a TOML file (UTF-8). Raises DescriptionError with one clear sentence if it cannot be read."""
    try:
        octets = given_octets(path)
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise DescriptionError(
            [Problem(str(path), f"the file cannot be read ({reason}); check name and rights")]
        ) from None
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DescriptionError(
            [
                Problem(
                    str(path),
                    f"expected UTF-8, found octet {octets[error.start]:02X} at offset {error.start}; "
                    "save the file as UTF-8",
                )
            ]
        ) from None
    return parse_toml(text, str(path))


def parse_toml(text: str, where: str) -> dict[str, object]:
    """Parse TOML text; `where` names it in problems. Raises DescriptionError if it is not TOML."""
    try:
        return cast(dict[str, object], tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        raise DescriptionError([Problem(where, f"not valid TOML: {error}")]) from None


def decimal_wanted(given: object) -> str:
    """What was expected where a value is no decimal number, or one of too many digits."""
    if isinstance(given, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", given):
        return "expected at most 20 digits before the point and 8 behind it"
    return 'expected decimal text in quotes such as "0.01"'


class Table:
    """One table of a description. Every getter notes its key; `finish` reports the keys nobody asked for."""

    def __init__(self, data: dict[str, object], where: str, problems: list[Problem]) -> None:
        self.data = data
        self.where = where
        self.problems = problems
        self._known: list[str] = []

    def problem(self, key: str, text: str) -> None:
        """Note a problem of the field `key` of this table (or of the table itself if `key` is empty)."""
        self.problems.append(Problem(f"{self.where}.{key}" if key else self.where, text))

    def has(self, key: str) -> bool:
        """True if the key is present; the key counts as known."""
        self._known.append(key)
        return key in self.data

    def _take(self, key: str, required: bool) -> object | None:
        self._known.append(key)
        if key not in self.data:
            if required:
                self.problem(key, "is missing; add it")
            return None
        return self.data[key]

    def text(self, key: str, default: str | None = None, pattern: str = "", hint: str = "") -> str:
        """A string; required if there is no default. `pattern` must match the whole; `hint` says what it should be."""
        value = self._take(key, default is None)
        if value is None:
            return default or ""
        if not isinstance(value, str):
            self.problem(key, f"expected text in quotes, got {shown(value)}")
            return default or ""
        if pattern and not re.fullmatch(pattern, value):
            self.problem(key, f"expected {hint or pattern}, got {shown(value)}")
            return default or ""
        return value

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of `choices`."""
        value = self.text(key, default)
        if value and value not in choices:
            near = difflib.get_close_matches(value, choices, 1)
            suggestion = f"; did you mean {near[0]!r}?" if near else ""
            self.problem(key, f"expected one of {', '.join(filter(None, choices))}, got {shown(value)}{suggestion}")
            return default or choices[0]
        return value

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high` inclusive."""
        value = self._take(key, default is None)
        fallback = default if default is not None else low
        if value is None:
            return fallback
        if isinstance(value, bool) or not isinstance(value, int):
            self.problem(key, f"expected a whole number from {low} to {high}, got {shown(value)}")
            return fallback
        if not low <= value <= high:
            self.problem(key, f"expected {low} to {high}, got {value}")
            return fallback
        return value

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._take(key, False)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.problem(key, f"expected true or false, got {shown(value)}")
            return default
        return value

    def decimal(self, key: str, default: str | None = None, positive: bool = False) -> str:
        """Decimal text in quotes (numbers are never binary floats); optionally greater than zero."""
        value = self._take(key, default is None)
        if value is None:
            return "1" if default is None else default
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            self.problem(key, f"{decimal_wanted(value)}, got {shown(value)}")
            return default or "1"
        if positive and Decimal(value) <= 0:
            self.problem(key, f"expected a number greater than zero, got {value}")
            return default or "1"
        return value

    def names(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of strings."""
        value = self._take(key, default is None)
        if value is None:
            return tuple(default or ())
        items = cast(list[object], value) if isinstance(value, list) else []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in items):
            self.problem(key, f'expected a list of texts such as ["a", "b"], got {shown(value)}')
            return tuple(default or ())
        return tuple(cast(list[str], items))

    def integers(self, key: str, low: int, high: int, default: Sequence[int] | None = None) -> tuple[int, ...]:
        """A list of whole numbers, each from `low` to `high`."""
        value = self._take(key, default is None)
        if value is None:
            return tuple(default or ())
        items = cast(list[object], value) if isinstance(value, list) else []
        good = [item for item in items if isinstance(item, int) and not isinstance(item, bool) and low <= item <= high]
        if not isinstance(value, list) or len(good) != len(items):
            self.problem(key, f"expected a list of whole numbers from {low} to {high}, got {shown(value)}")
            return tuple(default or ())
        return tuple(good)

    def table(self, key: str, required: bool = False) -> Table | None:
        """A sub-table."""
        value = self._take(key, required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.problem(key, f"expected a table, got {shown(value)}")
            return None
        return Table(cast(dict[str, object], value), f"{self.where}.{key}", self.problems)

    def tables(self, key: str, required: bool = False) -> list[Table]:
        """An array of tables."""
        value = self._take(key, required)
        if value is None:
            return []
        items = cast(list[object], value) if isinstance(value, list) else []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in items):
            self.problem(key, f"expected an array of tables ([[{key}]]), got {shown(value)}")
            return []
        return [
            Table(cast(dict[str, object], item), f"{self.where}.{key}[{index}]", self.problems)
            for index, item in enumerate(items)
        ]

    def mapping(self, key: str) -> dict[str, str]:
        """A sub-table of texts, empty if absent."""
        value = self._take(key, False)
        if value is None:
            return {}
        items = cast(dict[str, object], value) if isinstance(value, dict) else {}
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in items.values()):
            self.problem(key, f'expected a table of texts such as {{ A = "x" }}, got {shown(value)}')
            return {}
        return cast(dict[str, str], dict(items))

    def finish(self) -> None:
        """Report every key that no getter asked for, with the nearest known one."""
        for key in self.data:
            if key not in self._known:
                near = difflib.get_close_matches(key, self._known, 1)
                known = ", ".join(dict.fromkeys(sorted(self._known)))
                suggestion = f"did you mean {near[0]!r}?" if near else f"known here: {known}"
                self.problem(key, f"unknown key; {suggestion}")


def shown(value: object) -> str:
    """A value as a person reads it in a sentence, not too long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
