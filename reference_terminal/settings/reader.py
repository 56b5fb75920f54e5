"""Settings as msgspec structs, read from a section of a file while problems are gathered instead of raised.

Leaves what settings there are to the structs, which stand beside what uses them. Every value is converted by msgspec
alone; here its refusal becomes one sentence in two languages. What is wrong is replaced by a usable stand-in, so that
what else is wrong is told too.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, TypeVar, cast, overload

import msgspec
from msgspec import inspect

from reference_terminal.model.messages import Text
from reference_terminal.settings.hosts import is_host
from reference_terminal.settings.problems import Problem

_MISSING: Any = object()
_MOST_DIGITS = 30
_NO_HINT = Text("", "")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """A table of settings. What types do not say of them, `flaws` does."""

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """What speaks against these settings together: the key, and a sentence in two languages."""
        return iter(())


S = TypeVar("S", bound=Settings)


def between(low: str | int, high: str | int) -> msgspec.Meta:
    """The limits of a decimal number, themselves allowed."""
    return msgspec.Meta(extra={"low": Decimal(low), "high": Decimal(high)})


def one_of(choices: Sequence[str]) -> msgspec.Meta:
    """A text out of a list, or several out of it."""
    return msgspec.Meta(extra={"choices": tuple(choices)})


def matching(pattern: str, en: str, zh: str) -> msgspec.Meta:
    """A text that matches as a whole; the sentences say what it should be."""
    return msgspec.Meta(extra={"pattern": re.compile(pattern), "en": en, "zh": zh})


Name = Annotated[
    str, matching(r"[\w.-]{1,64}", "at most 64 letters, digits, '.', '_' or '-'", "不超过 64 位的字母、数字、点、横线")
]
"""What may stand in paths and logs."""
Host = Annotated[str, msgspec.Meta(extra={"host": True})]
"""The name or address of a host."""
Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
"""A TCP or UDP port."""


def did_you_mean(word: str, known: Sequence[str]) -> Text:
    """`; did you mean 'x'?` if one of `known` is close to `word`, else nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return Text(f"; did you mean {close[0]!r}?", f"；是否应为 {close[0]!r}？") if close else _NO_HINT


def note_doubles(problems: list[Problem], where: str, what: str, values: Sequence[str]) -> None:
    """Note every value, empty ones apart, that stands at several places `where[n]`."""
    seen: dict[str, int] = {}
    for number, value in enumerate(values):
        if value and value in seen:
            problems.append(
                Problem(
                    f"{where}[{number}]",
                    f"{what} {value!r} is already used by {where}[{seen[value]}]; each must be different",
                    f"{what} {value!r} 与 {where}[{seen[value]}] 重复，应各不相同",
                )
            )
        seen.setdefault(value, number)


@cache
def _fields(kind: type[Settings]) -> tuple[tuple[inspect.Field, inspect.Type, Mapping[str, Any]], ...]:
    told = inspect.type_info(kind)
    assert isinstance(told, inspect.StructType)
    return tuple((each, *_plain(each.type)) for each in told.fields)


def _plain(kind: inspect.Type) -> tuple[inspect.Type, Mapping[str, Any]]:
    """A type without its notes and without None, and the notes."""
    notes: dict[str, Any] = {}
    while isinstance(kind, inspect.Metadata | inspect.UnionType):
        if isinstance(kind, inspect.Metadata):
            notes |= kind.extra or {}
            kind = kind.type
        else:
            (kind,) = (each for each in kind.types if not isinstance(each, inspect.NoneType))
    return kind, notes


def _stand_in(kind: inspect.Type, notes: Mapping[str, Any]) -> Any:
    """What is taken for a value that is missing or of another type, where there is no default."""
    match kind:
        case inspect.IntType():
            return kind.ge or 0
        case inspect.DecimalType():
            return notes.get("stand_in", Decimal(1))
        case inspect.BoolType():
            return False
        case inspect.VarTupleType():
            return ()
        case inspect.DictType():
            return {}
        case inspect.LiteralType():
            return kind.values[0]
        case _:
            return next(iter(notes.get("choices", ("",))))


class _Wrong(Exception):
    """A value that will not do: what was expected in two languages, and what is taken for it all the same."""

    def __init__(self, en: str, zh: str, got: Any, instead: Any = _MISSING, hint: Text = _NO_HINT) -> None:
        super().__init__(en)
        self.en = f"expected {en}, got {got!r}{hint.en}"
        self.zh = f"应为{zh}，实际为 {got!r}{hint.zh}"
        self.instead = instead


_TYPES: tuple[tuple[type[inspect.Type], Any, str, str], ...] = (
    (inspect.IntType, int, "a whole number", "整数"),
    (inspect.BoolType, bool, "true or false", " true 或 false"),
    (inspect.StrType, str, "text in quotes", "带引号的文本"),
    (inspect.LiteralType, str | int, "text in quotes", "带引号的文本"),
    (inspect.VarTupleType, tuple[str, ...], "a list of texts", "文本列表"),
    (inspect.DictType, dict[str, str], "a table of texts", "文本表"),
    (inspect.DecimalType, Decimal, 'a decimal number such as "0.01"', "十进制数，例如 “0.01”"),
)


def _converted(kind: inspect.Type, notes: Mapping[str, Any], raw: Any) -> Any:
    """A value as its type and notes demand. Raises _Wrong."""
    for each, target, en, zh in _TYPES:
        if isinstance(kind, each):
            try:
                found = msgspec.convert(raw, target)
            except msgspec.ValidationError:
                raise _Wrong(en, zh, raw) from None
            _look(kind, notes, raw, found)
            return found
    raise AssertionError(f"settings of {kind} cannot be read")


def _look(kind: inspect.Type, notes: Mapping[str, Any], raw: Any, found: Any) -> None:
    """What a value of the right type may be. Raises _Wrong."""
    choices: Sequence[Any] = kind.values if isinstance(kind, inspect.LiteralType) else notes.get("choices", ())
    match kind:
        case inspect.IntType(ge=low, le=high) if _beyond(found, low, high):
            raise _Wrong(f"a whole number from {low} to {high}", f" {low} 至 {high} 的整数", raw, found)
        case inspect.DecimalType():
            if isinstance(raw, float) or not found.is_finite() or abs(found.adjusted()) > _MOST_DIGITS:
                raise _Wrong('a decimal number such as "0.01"', "十进制数，例如 “0.01”", raw)
            low, high = notes.get("low"), notes.get("high")
            if _beyond(found, low, high):
                raise _Wrong(*_between(low, high), raw, found)
        case inspect.VarTupleType() if choices:
            for item in found:
                if item not in choices:
                    some = f"some of {', '.join(choices)}", f" {'、'.join(choices)} 中的项"
                    raise _Wrong(*some, item, found, did_you_mean(item, choices))
        case _ if choices and not isinstance(kind, inspect.VarTupleType) and found not in choices:
            words = [str(each) for each in choices]
            hint = did_you_mean(found, words) if isinstance(found, str) else _NO_HINT
            raise _Wrong(f"one of {', '.join(words)}", f" {'、'.join(words)} 之一", raw, choices[0], hint)
        case inspect.StrType() if "\0" in found:
            raise _Wrong("text without NUL", "不含空字符的文本", raw)
        case inspect.StrType() if found and "host" in notes and not is_host(found):
            raise _Wrong("the name or address of a host", "主机名或 IP 地址", raw, found)
        case inspect.StrType() if found and "pattern" in notes and not notes["pattern"].fullmatch(found):
            raise _Wrong(notes["en"], notes["zh"], raw, found)
        case _:
            pass


def _between(low: Any, high: Any) -> tuple[str, str]:
    """What a number with these bounds is called; None is no bound."""
    if high is None:
        return f"a number not below {low}", f"不小于 {low} 的数"
    if low is None:
        return f"a number not above {high}", f"不大于 {high} 的数"
    return f"a number from {low} to {high}", f" {low} 至 {high} 的数"


def _beyond(found: Any, low: Any, high: Any) -> bool:
    return (low is not None and found < low) or (high is not None and found > high)


class Section:
    """One table of the file; every reader returns a usable stand-in after noting a problem."""

    def __init__(self, data: dict[str, Any], where: str, problems: list[Problem]) -> None:
        self._data = data
        self._where = where
        self._problems = problems
        self._known: dict[str, None] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def problem(self, key: str, en: str, zh: str) -> None:
        """Note a problem at `key` of this section."""
        self._problems.append(Problem(self._path(key), en, zh))

    def _path(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key

    def read(self, kind: type[S]) -> S:
        """The settings of a kind; keys of others may stand beside them, and `done` tells of keys that are nobody's."""
        values: dict[str, Any] = {}
        for field, plain, notes in _fields(kind):
            key, default = field.encode_name, _MISSING if field.required else field.default
            if isinstance(plain, inspect.StructType):
                values[field.name] = self._inner(key, plain.cls, default)
            else:
                values[field.name] = self.value(key, plain, notes, default)
        made = kind(**values)
        for key, en, zh in made.flaws():
            self.problem(key, en, zh)
        return made

    def _inner(self, key: str, kind: type[Any], default: Any) -> Any:
        if key not in self and default is not _MISSING:
            self._known[key] = None
            return default
        return self.table(key, kind)

    def value(self, key: str, kind: inspect.Type, notes: Mapping[str, Any], default: Any) -> Any:
        """The value of a key, converted by msgspec to a type with notes; `default` where it is absent."""
        self._known[key] = None
        if key not in self._data:
            if default is not _MISSING:
                return default
            hint = notes.get("missing", ("add it", "请补上"))
            self.problem(key, f"{key} is missing; {hint[0]}", f"缺少 {key}，{hint[1]}")
            return _stand_in(kind, notes)
        raw = self._data[key]
        try:
            if raw == "" and isinstance(kind, inspect.StrType) and default != "" and "choices" not in notes:
                raise _Wrong("text in quotes", "带引号的文本", raw)
            return _converted(kind, notes, raw)
        except _Wrong as wrong:
            self.problem(key, wrong.en, wrong.zh)
            if wrong.instead is not _MISSING:
                return wrong.instead
            return _stand_in(kind, notes) if default is _MISSING else default

    # Single values, for settings whose limits are known only when others have been read.

    def _one(self, key: str, kind: Any, default: Any) -> Any:
        return self.value(key, *_plain(inspect.type_info(kind)), default)

    def text(self, key: str, default: str = _MISSING) -> str:
        """A text; empty only if the default is empty."""
        return self._one(key, str, default)

    def host(self, key: str) -> str:
        """The name or address of a host."""
        return self._one(key, Host, _MISSING)

    def name(self, key: str) -> str:
        """A text that may stand in paths and logs."""
        return self._one(key, Name, _MISSING)

    def choice(self, key: str, choices: Sequence[str], default: str = _MISSING) -> str:
        """One of `choices`."""
        return self.value(key, inspect.StrType(), {"choices": choices}, default)

    def integer(self, key: str, low: int | None, high: int | None, default: int = _MISSING) -> int:
        """A whole number from `low` to `high`."""
        return self.value(key, inspect.IntType(ge=low, le=high), {}, default)

    @overload
    def decimal(self, key: str, low: Decimal | None, high: Decimal | None, default: Decimal) -> Decimal: ...
    @overload
    def decimal(self, key: str, low: Decimal | None, high: Decimal | None, default: None) -> Decimal | None: ...
    def decimal(self, key: str, low: Decimal | None, high: Decimal | None, default: Decimal | None) -> Decimal | None:
        """A decimal number, written as text in quotes or as a number, from `low` to `high`."""
        return self.value(key, inspect.DecimalType(), {"low": low, "high": high}, default)

    def boolean(self, key: str, default: bool) -> bool:
        """true or false."""
        return self._one(key, bool, default)

    def texts(self, key: str, default: Sequence[str] = (), choices: Sequence[str] = ()) -> tuple[str, ...]:
        """A list of texts, each one of `choices` if given."""
        return self.value(key, inspect.VarTupleType(item_type=inspect.StrType()), {"choices": choices}, tuple(default))

    def mapping(self, key: str) -> dict[str, str]:
        """A table of texts."""
        return dict(self._one(key, dict[str, str], {}))

    # Tables

    def table(self, key: str, kind: type[S]) -> S:
        """The settings of a table inside this one, all of whose keys are theirs."""
        inner = self.section(key)
        made = inner.read(kind)
        inner.done()
        return made

    def section(self, key: str) -> Section:
        """A table inside this one; empty if it is absent."""
        self._known[key] = None
        value = self._data.get(key, {})
        if not isinstance(value, dict):
            self.problem(key, f"expected a table [{key}], got {value!r}", f"应为表 [{key}]，实际为 {value!r}")
            value = {}
        return Section(cast(dict[str, Any], value), self._path(key), self._problems)

    def sections(self, key: str, *, required: bool = False) -> list[Section]:
        """A list of tables inside this one."""
        self._known[key] = None
        if required and key not in self._data:
            self.problem(key, f"{key} is missing; add it", f"缺少 {key}，请补上")
        value = self._data.get(key, [])
        if not _is_list_of_tables(value) or (required and key in self._data and not value):
            wanted = f"one or more tables [[{key}]]", f"一个或多个表 [[{key}]]"
            self.problem(key, f"expected {wanted[0]}, got {value!r}", f"应为{wanted[1]}，实际为 {value!r}")
            return []
        return [Section(item, f"{self._path(key)}[{i}]", self._problems) for i, item in enumerate(value)]

    def tables(self, key: str) -> dict[str, Section]:
        """The tables inside a table, by their names; empty if it is absent."""
        inner = self.section(key)
        return {name: inner.section(name) for name in inner.names}

    @property
    def names(self) -> tuple[str, ...]:
        """The keys of the file in their order."""
        return tuple(self._data)

    def done(self) -> None:
        """Note every key of the file that nobody asked for."""
        for key in self._data:
            if key not in self._known:
                hint = did_you_mean(key, list(self._known))
                self.problem(key, f"unknown key {key!r}{hint.en}", f"未知的键 {key!r}{hint.zh or '，请删除或更正'}")


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in cast(list[Any], value))
