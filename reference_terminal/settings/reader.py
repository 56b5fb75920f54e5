"""A section of a configuration file, read key by key while problems are gathered instead of raised.

Leaves what keys exist to `config`.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast, overload

from reference_terminal.settings.problems import Problem

_MISSING: Any = object()


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`; did you mean 'x'?` if one of `known` is close to `word`, else nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def note_doubles(problems: list[Problem], where: str, what: str, values: Sequence[str]) -> None:
    """Note every value, empty ones apart, that stands at several places `where[n]`."""
    seen: dict[str, int] = {}
    for number, value in enumerate(values):
        if value and value in seen:
            problems.append(
                Problem(
                    f"{where}[{number}]",
                    f"{what} {value!r} is already used by {where}[{seen[value]}]; each must be different",
                    f"{what} {value!r} 与 {where}[{seen[value]}] 重复,应各不相同",
                )
            )
        seen.setdefault(value, number)


class Section:
    """One table of the file; every reader returns a usable stand-in after noting a problem."""

    def __init__(self, data: dict[str, Any], where: str, problems: list[Problem]) -> None:
        self._data = data
        self._where = where
        self._problems = problems
        self._asked: dict[str, None] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def problem(self, key: str, en: str, zh: str) -> None:
        """Note a problem at `key` of this section."""
        self._problems.append(Problem(self._path(key), en, zh))

    def _path(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key

    def _take(self, key: str, default: Any) -> Any:
        self._asked[key] = None
        value = self._data.get(key, default)
        if value is _MISSING:
            self.problem(key, f"{key} is missing; add it", f"缺少 {key},请补上")
        return value

    def _expected(self, key: str, what: str, zh: str, value: Any) -> None:
        self.problem(key, f"expected {what}, got {value!r}", f"应为{zh},实际为 {value!r}")

    def text(self, key: str, default: str = _MISSING) -> str:
        """A text; empty only if the default is empty."""
        value = self._take(key, default)
        if value is _MISSING:
            return ""
        if not isinstance(value, str) or (not value and default != ""):
            self._expected(key, "text in quotes", "带引号的文本", value)
            return ""
        return value

    def name(self, key: str) -> str:
        """A text that may stand in paths and logs: letters, digits, `.`, `_`, `-`; at most 64 characters."""
        value = self.text(key)
        if value and (len(value) > 64 or not all(c.isalnum() or c in "._-" for c in value)):
            self._expected(
                key, "at most 64 letters, digits, '.', '_' or '-'", "不超过 64 位的字母、数字、点、横线", value
            )
        return value

    def choice(self, key: str, choices: Sequence[str], default: str = _MISSING) -> str:
        """One of `choices`."""
        value = self._take(key, default)
        if value is _MISSING:
            return choices[0]
        if value not in choices:
            hint = did_you_mean(value, choices) if isinstance(value, str) else ""
            self.problem(
                key,
                f"expected one of {', '.join(choices)}, got {value!r}{hint}",
                f"应为 {'、'.join(choices)} 之一,实际为 {value!r}",
            )
            return choices[0]
        return cast(str, value)

    def integer(self, key: str, low: int | None, high: int | None, default: int = _MISSING) -> int:
        """A whole number from `low` to `high`."""
        value = self._take(key, default)
        if value is _MISSING:
            return low or 0
        if isinstance(value, bool) or not isinstance(value, int):
            self._expected(key, "a whole number", "整数", value)
            return low or 0
        if (low is not None and value < low) or (high is not None and value > high):
            self._expected(key, f"a whole number from {low} to {high}", f" {low} 至 {high} 的整数", value)
        return value

    @overload
    def decimal(self, key: str, low: Decimal | None, high: Decimal | None, default: Decimal) -> Decimal: ...
    @overload
    def decimal(self, key: str, low: Decimal | None, high: Decimal | None, default: None) -> Decimal | None: ...
    def decimal(self, key: str, low: Decimal | None, high: Decimal | None, default: Decimal | None) -> Decimal | None:
        """A decimal number, written as text in quotes or as a number, from `low` to `high`."""
        value = self._take(key, default)
        if value is None:
            return None
        try:
            number = Decimal(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else None
        except ArithmeticError:
            number = None
        if number is None or not number.is_finite() or abs(number.adjusted()) > 30:
            self._expected(key, 'a decimal number such as "0.01"', '十进制数,例如 "0.01"', value)
            return default
        if (low is not None and number < low) or (high is not None and number > high):
            self._expected(key, f"a number from {low} to {high}", f" {low} 至 {high} 的数", value)
        return number

    def boolean(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            self._expected(key, "true or false", " true 或 false", value)
            return default
        return value

    def texts(self, key: str, default: Sequence[str] = (), choices: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts, each one of `choices` if given."""
        value = self._take(key, list(default))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in cast(list[Any], value)):
            self._expected(key, "a list of texts", "文本列表", value)
            return tuple(default)
        items = tuple(cast(list[str], value))
        for item in items:
            if choices is not None and item not in choices:
                self.problem(
                    key,
                    f"expected some of {', '.join(choices)}, got {item!r}{did_you_mean(item, choices)}",
                    f"应取自 {'、'.join(choices)},实际为 {item!r}",
                )
        return items

    def mapping(self, key: str) -> dict[str, str]:
        """A table of texts."""
        value = self._take(key, {})
        if not isinstance(value, dict) or not all(isinstance(i, str) for i in cast(dict[str, Any], value).values()):
            self._expected(key, "a table of texts", "文本表", value)
            return {}
        return dict(cast(dict[str, str], value))

    def section(self, key: str) -> Section:
        """A table inside this one; empty if it is absent."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            self._expected(key, f"a table [{key}]", f"表 [{key}]", value)
            value = {}
        return Section(cast(dict[str, Any], value), self._path(key), self._problems)

    def sections(self, key: str, *, required: bool = False) -> list[Section]:
        """A list of tables inside this one."""
        value = self._take(key, _MISSING if required else [])
        if value is _MISSING:
            return []
        if (
            not isinstance(value, list)
            or not all(isinstance(item, dict) for item in cast(list[Any], value))
            or (required and not value)
        ):
            self._expected(key, f"one or more tables [[{key}]]", f"一个或多个表 [[{key}]]", value)
            return []
        tables = cast(list[dict[str, Any]], value)
        return [Section(item, f"{self._path(key)}[{i}]", self._problems) for i, item in enumerate(tables)]

    def done(self) -> None:
        """Note every key of the file that nobody asked for."""
        for key in self._data:
            if key not in self._asked:
                self.problem(
                    key,
                    f"unknown key {key!r}{did_you_mean(key, list(self._asked))}",
                    f"未知的键 {key!r},请删除或更正",
                )
