"""Settings of descriptions (TOML) as msgspec structs: one reader for all, which tells everything wrong with a table.

Leaves to others: what the settings are (the structs, one a kind), how a file is opened and where a problem stands
(`tables`), one value and the sentence about it (`values`). A value that is wrong is replaced by its default, so that
what else is wrong is told too: whoever reads looks at the problems in the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin

import msgspec
from msgspec import inspect
from msgspec.structs import FieldInfo, fields

from simulators.sentences import OTHER_KIND, Words
from simulators.tables import Table
from simulators.values import Unfit, got, matching, notes_of, taken, unknown, ways

Flaw = tuple[str, str, str]
"""The key, and a sentence in both languages."""


class Settings(msgspec.Struct, frozen=True):
    """A table of settings. What types do not say of them, `flaws` does."""

    def flaws(self) -> Iterator[Flaw]:
        """What speaks against these settings together: the key and a sentence."""
        return iter(())


Name = Annotated[
    str, matching(r"[A-Za-z0-9][A-Za-z0-9_.-]*", "a name of letters, digits, - _ .", "由字母、数字、- _ . 组成的名称")
]
"""What a name in a description looks like."""
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
"""A TCP or UDP port."""
Word = Annotated[
    str, msgspec.Meta(pattern=r"\S", extra={"hint": "text that is not empty", "zh": "非空文本", "any": True})
]
"""Text that is not empty."""

S = TypeVar("S", bound=msgspec.Struct)


@dataclass(frozen=True)
class _Key:
    """One key of a table: its type for msgspec, and what that type says."""

    field: FieldInfo
    kind: inspect.Type
    extra: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.field.encode_name

    @property
    def wanted(self) -> Words | None:
        """What its notes say that it should be; None where any text will do."""
        told = "hint" in self.extra and "any" not in self.extra
        return Words(self.extra["hint"], self.extra["zh"]) if told else None

    def fallback(self) -> Any:
        """What stands in for a value that is missing or wrong."""
        if not self.field.required:
            return self.default()
        if self.extra.get("decimal"):
            return "1"
        return self.extra["choices"][0] if "choices" in self.extra else _empty(self.kind)

    def default(self) -> Any:
        """What a value is that is not given."""
        if self.field.default is not msgspec.NODEFAULT:
            return self.field.default
        return self.field.default_factory()  # pyright: ignore[reportCallIssue]


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
            return read(Table({}, "", []), kind.cls)
        case _:
            return ""


def _needed(kind: inspect.Type) -> tuple[str, ...]:
    """What a table needs, where the type is one of a table."""
    keys = keys_of(kind.cls) if isinstance(kind, inspect.StructType) else ()
    return tuple(key.name for key in keys if key.field.required)


@cache
def keys_of(kind: type[msgspec.Struct]) -> tuple[_Key, ...]:
    """The keys of a table of this kind, in order."""
    return tuple(_Key(each, *notes_of(ways(each.type)[0])) for each in fields(kind))


def read(table: Table, kind: type[S], *, whole: bool = True) -> S:
    """The settings of a table; what is wrong goes into its problems. `whole`: other keys are wrong, too."""
    values: dict[str, Any] = {}
    for key in keys_of(kind):
        if table.has(key.name):
            found = _made(table.data[key.name], key.field.type, table, key.name)
            values[key.field.name] = key.fallback() if found is _UNFIT else found
        else:
            if key.field.required:
                table.absent(key.name, _needed(key.kind), key.wanted)
            values[key.field.name] = key.fallback() if key.field.required else key.default()
    if whole:
        table.finish()
    made = kind(**values)
    if isinstance(made, Settings):
        for flaw in made.flaws():
            table.problem(*flaw)
    return made


def read_kind(
    table: Table, kinds: Mapping[str, type[S]], default: str = "", *, tag: str = "kind", whole: bool = True
) -> S:
    """The settings of a table whose `tag` names their kind.

    A key that only other kinds have is told as theirs, not as unknown.
    """
    word = table.choice(tag, tuple(kinds), default or None)
    if table.data.get(tag, word) != word:
        # Whatever else is there is judged once it is known what it is.
        return read(Table(table.data, "", []), kinds[word])
    own = {key.name for key in keys_of(kinds[word])}
    for name in table.data:
        homes = [each for each, kind in kinds.items() if any(key.name == name for key in keys_of(kind))]
        if homes and name not in own:
            table.has(name)
            table.problem(name, *OTHER_KIND(homes=homes, kind=word))
    return read(table, kinds[word], whole=whole)


def value(table: Table, key: str, kind: Any) -> Any:
    """The value of a key that is there; None where it will not do, which is a problem of the table then."""
    table.has(key)
    found = _made(table.data[key], kind, table, key)
    return None if found is _UNFIT else found


_UNFIT: Any = object()
"""What stands for a value that will not do, until its fallback does."""


def _made(raw: object, kind: Any, table: Table, key: str) -> Any:
    """A value of a key, with the tables inside it; `_UNFIT` where it will not do, which is noted then."""
    parts = ways(kind)
    if len(parts) == 1 and _are_tables(parts[0]) and not isinstance(raw, list):
        table.problem(key, *got(Words(f"an array of tables ([[{key}]])", f"表数组 [[{key}]]"), raw))
        return _UNFIT
    if isinstance(raw, dict):
        inner = cast(dict[str, object], raw)
        for each in parts:
            if _is_struct(each):
                return read(table.inner(key, inner), each)
            if get_origin(each) is dict:
                names, item = get_args(each)
                _named(inner, names, table.inner(key, inner))
                whole = {name: _made(value, item, table, f"{key}.{name}") for name, value in inner.items()}
                return {name: value for name, value in whole.items() if value is not _UNFIT}
    elif isinstance(raw, list):
        for each in parts:
            if get_origin(each) is tuple and _has_tables(item := get_args(each)[0]):
                numbered = enumerate(cast(list[object], raw), start=table.first)
                listed = [_made(value, item, table, f"{key}[{number}]") for number, value in numbered]
                return tuple(value for value in listed if value is not _UNFIT)
    try:
        return taken(raw, kind)
    except Unfit as wrong:
        table.problem(key, *wrong.said)
        return _UNFIT


def _named(inner: Mapping[str, object], kind: Any, table: Table) -> None:
    """Note the names in a table that are none of those there may be."""
    choices = notes_of(kind)[1].get("choices", ())
    for name in inner:
        if choices and name not in choices:
            table.problem(name, *unknown(name, choices))
        elif not choices:
            try:
                taken(name, kind)
            except Unfit as wrong:
                table.problem(name, *wrong.said)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _are_tables(kind: Any) -> bool:
    return get_origin(kind) is tuple and _is_struct(get_args(kind)[0])


def _has_tables(kind: Any) -> bool:
    """Whether a value of a type may have tables inside."""
    return any(
        _is_struct(each) or (get_origin(each) in (tuple, dict) and any(map(_has_tables, get_args(each))))
        for each in ways(kind)
    )


def misfits(kind: type[Settings], options: Mapping[str, object]) -> list[str]:
    """What is wrong with some settings of a kind, each for itself: each with its key."""
    known = {key.field.name: key for key in keys_of(kind)}
    table = Table(dict(options), "", [])
    for name, value in options.items():
        if name in known:
            _made(value, known[name].field.type, table, name)
        else:
            table.problem(name, *unknown(name, known))
    return [str(each) for each in table.problems]
