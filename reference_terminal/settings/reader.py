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

from reference_terminal.model.messages import Text, listing
from reference_terminal.settings import reasons
from reference_terminal.settings.hosts import is_host
from reference_terminal.settings.problems import Problem

_MISSING: Any = object()
_MOST_DIGITS = 30
_NO_HINT = Text("", "")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """A table of settings. What types do not say of them, `flaws` does."""

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """What speaks against these settings together: the key, and a sentence."""
        return iter(())


S = TypeVar("S", bound=Settings)


def between(low: str | int, high: str | int) -> msgspec.Meta:
    """The limits of a decimal number, themselves allowed."""
    return msgspec.Meta(extra={"low": Decimal(low), "high": Decimal(high)})


def one_of(choices: Sequence[str]) -> msgspec.Meta:
    """A text out of a list, or several out of it."""
    return msgspec.Meta(extra={"choices": tuple(choices)})


def matching(pattern: str, wanted: Text) -> msgspec.Meta:
    """A text that matches as a whole; `wanted` says what it should be."""
    return msgspec.Meta(extra={"pattern": re.compile(pattern), "wanted": wanted})


PlainDecimal = Annotated[Decimal, msgspec.Meta(extra={"plain": True})]
"""A decimal number without an exponent."""
Name = Annotated[str, matching(r"[\w.-]{1,64}", reasons.A_NAME())]
"""What may stand in paths and logs."""
Host = Annotated[str, msgspec.Meta(extra={"host": True})]
"""The name or address of a host."""
Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
"""A TCP or UDP port."""


def did_you_mean(word: str, known: Sequence[str]) -> Text:
    """`; did you mean 'x'?` if one of `known` is close to `word`, else nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return reasons.DID_YOU_MEAN(word=close[0]) if close else _NO_HINT


def note_doubles(problems: list[Problem], where: str, what: str, values: Sequence[str]) -> None:
    """Note every value, empty ones apart, that stands at several places `where[n]`."""
    seen: dict[str, int] = {}
    for number, value in enumerate(values):
        if value and value in seen:
            problems.append(
                Problem(f"{where}[{number}]", reasons.TWICE(what=what, value=value, first=f"{where}[{seen[value]}]"))
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
    """A value that will not do: what was expected, and what is taken for it all the same."""

    def __init__(self, wanted: Text, got: Any, instead: Any = _MISSING, hint: Text = _NO_HINT) -> None:
        super().__init__(wanted.en)
        self.said = reasons.EXPECTED(wanted=wanted, got=got, hint=hint)
        self.instead = instead


_TYPES: tuple[tuple[type[inspect.Type], Any, Text], ...] = (
    (inspect.IntType, int, reasons.A_WHOLE_NUMBER()),
    (inspect.BoolType, bool, reasons.A_BOOLEAN()),
    (inspect.StrType, str, reasons.A_TEXT()),
    (inspect.LiteralType, str | int, reasons.A_TEXT()),
    (inspect.VarTupleType, tuple[str, ...], reasons.A_LIST()),
    (inspect.DictType, dict[str, str], reasons.A_TABLE_OF_TEXTS()),
    (inspect.DecimalType, Decimal, reasons.A_DECIMAL()),
)
_NUMBERS = tuple[int, ...], reasons.A_LIST_OF_NUMBERS()
_PLAIN = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*")


def _converted(kind: inspect.Type, notes: Mapping[str, Any], raw: Any) -> Any:
    """A value as its type and notes demand. Raises _Wrong."""
    for each, target, wanted in _TYPES:
        if isinstance(kind, each):
            if isinstance(kind, inspect.VarTupleType) and isinstance(kind.item_type, inspect.IntType):
                target, wanted = _NUMBERS
            try:
                found = msgspec.convert(raw, target)
            except msgspec.ValidationError:
                raise _Wrong(wanted, raw) from None
            _look(kind, notes, raw, found)
            return found
    raise AssertionError(f"settings of {kind} cannot be read")


def _look(kind: inspect.Type, notes: Mapping[str, Any], raw: Any, found: Any) -> None:
    """What a value of the right type may be. Raises _Wrong."""
    choices: Sequence[Any] = kind.values if isinstance(kind, inspect.LiteralType) else notes.get("choices", ())
    match kind:
        case inspect.IntType(ge=low, le=high) if _beyond(found, low, high):
            raise _Wrong(reasons.A_WHOLE_NUMBER_BETWEEN(low=low, high=high), raw, found)
        case inspect.DecimalType():
            if isinstance(raw, float) or not found.is_finite() or abs(found.adjusted()) > _MOST_DIGITS:
                raise _Wrong(reasons.A_DECIMAL(), raw)
            if "plain" in notes and not _PLAIN.fullmatch(str(raw)):
                raise _Wrong(reasons.A_DECIMAL(), raw)
            low, high = notes.get("low"), notes.get("high")
            if _beyond(found, low, high):
                raise _Wrong(_between(low, high), raw, found)
        case inspect.VarTupleType() if choices:
            for item in found:
                if item not in choices:
                    wanted = reasons.SOME_OF(names=listing(choices))
                    raise _Wrong(wanted, item, found, did_you_mean(item, choices))
        case _ if choices and not isinstance(kind, inspect.VarTupleType) and found not in choices:
            words = [str(each) for each in choices]
            hint = did_you_mean(found, words) if isinstance(found, str) else _NO_HINT
            raise _Wrong(reasons.A_CHOICE(names=listing(words)), raw, choices[0], hint)
        case inspect.StrType() if "\0" in found:
            raise _Wrong(reasons.NO_NUL(), raw)
        case inspect.StrType() if found and "host" in notes and not is_host(found):
            raise _Wrong(reasons.A_HOST(), raw, found)
        case inspect.StrType() if found and "pattern" in notes and not notes["pattern"].fullmatch(found):
            raise _Wrong(notes["wanted"], raw, found)
        case _:
            pass


def _between(low: Any, high: Any) -> Text:
    """What a number with these bounds is called; None is no bound."""
    if high is None:
        return reasons.NOT_BELOW(low=low)
    if low is None:
        return reasons.NOT_ABOVE(high=high)
    return reasons.BETWEEN(low=low, high=high)


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

    def problem(self, key: str, said: Text) -> None:
        """Note a problem at `key` of this section."""
        self._problems.append(Problem(self._path(key), said))

    def _path(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key

    def read(self, kind: type[S]) -> S:
        """The settings of a kind; keys of others may stand beside them, and `done` tells of keys that are nobody's."""
        values: dict[str, Any] = {}
        for field, plain, notes in _fields(kind):
            key, default = field.encode_name, _default(field)
            if not _has_tables(plain):
                values[field.name] = self.value(key, plain, notes, default)
            elif key in self._data or default is _MISSING:
                values[field.name] = self._tables(key, plain, required=default is _MISSING)
            else:
                self._known[key] = None
                values[field.name] = default
        made = kind(**values)
        for key, said in made.flaws():
            self.problem(key, said)
        return made

    def _tables(self, key: str, kind: inspect.Type, *, required: bool) -> Any:
        """The settings of a table, of a list of tables, of tables by name, or texts by name in tables by name."""
        if required and isinstance(kind, inspect.DictType) and key not in self._data:
            self.problem(key, reasons.MISSING(key=key, hint=reasons.ADD_IT()))
        match kind:
            case inspect.VarTupleType(item_type=inspect.StructType(cls=cls)):
                return tuple(_whole(each, cls) for each in self.sections(key, required=required))
            case inspect.DictType(value_type=inspect.StructType(cls=cls)):
                return {name: _whole(each, cls) for name, each in self.tables(key).items()}
            case inspect.DictType():
                inner = self.section(key)
                return {name: inner.mapping(name) for name in inner.names}
            case _:
                assert isinstance(kind, inspect.StructType)
                return _whole(self.section(key), kind.cls)

    def value(self, key: str, kind: inspect.Type, notes: Mapping[str, Any], default: Any) -> Any:
        """The value of a key, converted by msgspec to a type with notes; `default` where it is absent."""
        self._known[key] = None
        if key not in self._data:
            if default is not _MISSING:
                return default
            self.problem(key, reasons.MISSING(key=key, hint=notes.get("missing", reasons.ADD_IT())))
            return _stand_in(kind, notes)
        raw = self._data[key]
        try:
            if raw == "" and isinstance(kind, inspect.StrType) and default != "" and "choices" not in notes:
                raise _Wrong(reasons.A_TEXT(), raw)
            return _converted(kind, notes, raw)
        except _Wrong as wrong:
            self.problem(key, wrong.said)
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
        return _whole(self.section(key), kind)

    def section(self, key: str) -> Section:
        """A table inside this one; empty if it is absent."""
        self._known[key] = None
        value = self._data.get(key, {})
        if not isinstance(value, dict):
            self.problem(key, reasons.NO_TABLE(key=key, value=value))
            value = {}
        return Section(cast(dict[str, Any], value), self._path(key), self._problems)

    def sections(self, key: str, *, required: bool = False) -> list[Section]:
        """A list of tables inside this one."""
        self._known[key] = None
        if required and key not in self._data:
            self.problem(key, reasons.MISSING(key=key, hint=reasons.ADD_IT()))
        value = self._data.get(key, [])
        if not _is_list_of_tables(value) or (required and key in self._data and not value):
            self.problem(key, reasons.NO_TABLES(key=key, value=value))
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
                self.problem(key, reasons.UNKNOWN_KEY(key=key, hint=hint if hint.en else reasons.REMOVE_IT()))


def read(data: dict[str, Any], kind: type[S]) -> tuple[S, list[Problem]]:
    """The settings of a whole file, and everything that is wrong with it, by the keys' places in it."""
    problems: list[Problem] = []
    return _whole(Section(data, "", problems), kind), problems


def _whole(section: Section, kind: type[Any]) -> Any:
    """The settings of a table, all of whose keys are theirs."""
    made = section.read(kind)
    section.done()
    return made


def _default(field: inspect.Field) -> Any:
    """What a value is that is not given; `_MISSING` where it has to be."""
    if field.required:
        return _MISSING
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _has_tables(kind: inspect.Type) -> bool:
    match kind:
        case inspect.StructType() | inspect.VarTupleType(item_type=inspect.StructType()):
            return True
        case inspect.DictType(value_type=inspect.StructType() | inspect.DictType()):
            return True
        case _:
            return False


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in cast(list[Any], value))
