"""Settings of descriptions (TOML) as msgspec structs: one reader for all, which tells everything wrong with a table.

Leaves to others: what the settings are (the structs, one a kind), how a file is opened and where a problem stands
(`tables`). Every value is converted by msgspec alone; here its refusal becomes one sentence. A value that is wrong is
replaced by its default, so that what else is wrong is told too: whoever reads looks at the problems in the end.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import inspect
from msgspec.structs import FieldInfo, fields

from simulators.tables import DECIMAL, Table, decimal_wanted, shown


class Settings(msgspec.Struct, frozen=True):
    """A table of settings. What types do not say of them, `flaws` does."""

    def flaws(self) -> Iterator[tuple[str, str]]:
        """What speaks against these settings together: the key and a sentence."""
        return iter(())


def matching(pattern: str, hint: str) -> msgspec.Meta:
    """Text that matches as a whole; `hint` says what it should be."""
    return msgspec.Meta(pattern=rf"\A(?:{pattern})\Z", extra={"hint": hint})


def one_of(choices: Sequence[str]) -> msgspec.Meta:
    """Text out of a list that is known only at run time (otherwise: Literal)."""
    words = tuple(choices)
    return msgspec.Meta(pattern=rf"\A(?:{'|'.join(map(re.escape, words))})\Z", extra={"choices": words})


_DECIMAL = rf"\A{DECIMAL}\Z"

Name = Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9_.-]*", "a name of letters, digits, - _ .")]
"""What a name in a description looks like."""
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
"""A TCP or UDP port."""
"""Decimal text in quotes, or a whole number: never a binary float."""
PositiveText = Annotated[str, msgspec.Meta(pattern=_DECIMAL, extra={"decimal": True, "positive": True})]
"""Decimal text greater than zero."""

S = TypeVar("S", bound=Settings)


@dataclass(frozen=True)
class _Key:
    """One key of a table: its type for msgspec, and what that type says."""

    field: FieldInfo
    kind: inspect.Type
    extra: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.field.encode_name

    def fallback(self) -> Any:
        """What stands in for a value that is missing or wrong."""
        if self.field.default is not msgspec.NODEFAULT:
            found: Any = self.field.default
        elif self.field.default_factory is not msgspec.NODEFAULT:
            found = self.field.default_factory()
        else:
            found = _empty(self.kind)
        return "1" if self.extra.get("decimal") and not found and not self.field.required else found


def _empty(kind: inspect.Type) -> Any:
    match kind:
        case inspect.IntType():
            return kind.ge or 0
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.BoolType():
            return False
        case inspect.VarTupleType():
            return ()
        case inspect.DictType():
            return {}
        case inspect.StructType():
            return read(Table({}, "", []), _settings(kind))
        case _:
            return ""


def _settings(kind: inspect.StructType) -> type[Settings]:
    """Tables within tables are settings too."""
    assert issubclass(kind.cls, Settings)
    return kind.cls


def _plain(kind: inspect.Type) -> tuple[inspect.Type, dict[str, Any]]:
    """A type without its notes and without None, and the notes."""
    notes: dict[str, Any] = {}
    while isinstance(kind, inspect.Metadata | inspect.UnionType):
        if isinstance(kind, inspect.Metadata):
            notes |= kind.extra or {}
            kind = kind.type
        else:
            (kind,) = (each for each in kind.types if not isinstance(each, inspect.NoneType))
    return kind, notes


@cache
def keys_of(kind: type[Settings]) -> tuple[_Key, ...]:
    """The keys of a table of this kind, in order."""
    told = inspect.type_info(kind)
    assert isinstance(told, inspect.StructType)
    types = {each.name: _plain(each.type) for each in told.fields}
    return tuple(_Key(each, types[each.name][0], types[each.name][1] | _choices(each.type)) for each in fields(kind))


def _choices(kind: Any) -> dict[str, Any]:
    """The words of Literals, in the order in which they are written."""
    parts = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    words = [word for part in parts if get_origin(part) is Literal for word in get_args(part)]
    return {"choices": words} if words else {}


def read(table: Table, kind: type[S], *, whole: bool = True) -> S:
    """The settings of a table; what is wrong goes into its problems. `whole`: other keys are wrong, too."""
    values: dict[str, Any] = {}
    for key in keys_of(kind):
        if table.has(key.name):
            values[key.field.name] = _value(table, key)
        else:
            if key.field.required:
                table.problem(key.name, "is missing; add it")
            values[key.field.name] = key.fallback() if key.field.required else _default(key)
    if whole:
        table.finish()
    made = kind(**values)
    for name, text in made.flaws():
        table.problem(name, text)
    return made


def read_kind(
    table: Table, kinds: Mapping[str, type[S]], default: str = "", *, tag: str = "kind", whole: bool = True
) -> S:
    """The settings of a table whose `tag` names their kind.

    A key that only other kinds have is told as theirs, not as unknown.
    """
    word = default
    if table.has(tag) or not default:
        word = table.choice(tag, tuple(kinds), default or None)
    if word not in kinds:
        word = next(iter(kinds))
    own = {key.name for key in keys_of(kinds[word])}
    for name in table.data:
        homes = [each for each, kind in kinds.items() if any(key.name == name for key in keys_of(kind))]
        if homes and name not in own:
            table.has(name)
            table.problem(name, f"belongs to {' and '.join(homes)}, this is {word}; remove it")
    return read(table, kinds[word], whole=whole)


def _default(key: _Key) -> Any:
    if key.field.default is not msgspec.NODEFAULT:
        return key.field.default
    return key.field.default_factory()


def _value(table: Table, key: _Key) -> Any:
    raw, name, kind = table.data[key.name], key.name, key.kind
    if isinstance(kind, inspect.StructType):
        inner = table.table(name)
        return key.fallback() if inner is None else read(inner, _settings(kind))
    if isinstance(kind, inspect.VarTupleType):
        item, _ = _plain(kind.item_type)
        if isinstance(item, inspect.StructType):
            return tuple(read(each, _settings(item)) for each in table.tables(name))
    if key.extra.get("decimal") and isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    try:
        found = msgspec.convert(raw, key.field.type)
    except msgspec.ValidationError:
        table.problem(name, sentence(kind, key.extra, raw))
        return key.fallback()
    if key.extra.get("positive") and Decimal(found) <= 0:
        table.problem(name, f"expected a number greater than zero, got {found}")
        return key.fallback()
    return found


def misfits(kind: type[Settings], options: Mapping[str, object]) -> list[str]:
    """What is wrong with some settings of a kind, each for itself: one sentence each, with its key."""
    known = {key.field.name: key for key in keys_of(kind)}
    table = Table(dict(options), "", [])
    for name in options:
        if name in known:
            _value(table, known[name])
        else:
            table.problem(name, f"unknown key; known here: {', '.join(sorted(known))}")
    return [f"{each.where.removeprefix('.')}: {each.text}" for each in table.problems]


def sentence(kind: inspect.Type, notes: Mapping[str, Any], raw: object) -> str:
    """What was expected where msgspec refused a value, and what came."""
    match kind:
        case inspect.StrType() if notes.get("decimal"):
            wanted = decimal_wanted(raw)
        case inspect.StrType() if not isinstance(raw, str):
            wanted = "expected text in quotes"
        case inspect.StrType() if "choices" in notes:
            return _no_choice(notes["choices"], str(raw))
        case inspect.StrType():
            wanted = f"expected {notes.get('hint', kind.pattern)}"
        case inspect.LiteralType() if isinstance(raw, str):
            return _no_choice(notes["choices"], raw)
        case inspect.LiteralType():
            words = all(isinstance(each, str) for each in kind.values)
            wanted = "expected text in quotes" if words else f"expected one of {', '.join(map(str, notes['choices']))}"
        case inspect.IntType() if isinstance(raw, bool) or not isinstance(raw, int):
            wanted = f"expected a whole number from {kind.ge} to {kind.le}"
        case inspect.IntType():
            wanted = f"expected {kind.ge} to {kind.le}"
        case inspect.BoolType():
            wanted = "expected true or false"
        case inspect.VarTupleType(item_type=item_type):
            item, _ = _plain(item_type)
            whole = isinstance(item, inspect.IntType)
            wanted = (
                f"expected a list of whole numbers from {item.ge} to {item.le}"
                if whole
                else 'expected a list of texts such as ["a", "b"]'
            )
        case inspect.DictType():
            wanted = 'expected a table of texts such as { A = "x" }'
        case _:
            wanted = "expected another value"
    return f"{wanted}, got {shown(raw)}"


def _no_choice(choices: Sequence[str], value: str) -> str:
    near = difflib.get_close_matches(value, choices, 1)
    suggestion = f"; did you mean {near[0]!r}?" if near else ""
    return f"expected one of {', '.join(filter(None, choices))}, got {shown(value)}{suggestion}"
