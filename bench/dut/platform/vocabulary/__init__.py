"""What a platform can be asked and told: kinds of objects, analyses, and the types of their fields.

Leaves how a product is asked to its profile (`bench.dut.platform`). Every module of this folder declares words with
`kind` and `analysis`; they are found by walking, and no list knows of them. A word or a field that there is not is an
error where it is used, never an answer that fails to come.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Any, Final, Generic, TypeVar, get_type_hints

import msgspec

from bench.case import Text


class Misspelt(TypeError):
    """A case, a judge or a profile that names a field which its kind has not."""


@dataclass(frozen=True)
class FieldType:
    """The type of a field: `write` makes text of what a case says, `read` of what a product answers.

    Both raise ValueError with what was expected. `plain` is what templates of a profile are given: numbers that are
    whole and truth values as such, decimals as text, instants as microseconds UTC.
    """

    name: str
    write: Callable[[Any], str] = field(repr=False)
    read: Callable[[Any], str] = field(repr=False)
    plain: Callable[[str], Any] = field(repr=False, default=str)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"expected a text, found {value!r}")
    return str(value)


def _shown(value: Any) -> str:
    """A text as a product shows it; what is no text is told as it would be in JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _decimal(value: Any) -> str:
    if isinstance(value, bool | float):
        raise ValueError(f"expected a decimal number as text or Decimal, found {value!r}")
    try:
        made = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"expected a decimal number, found {str(value)[:60]!r}") from None
    if not made.is_finite():
        raise ValueError(f"expected a decimal number, found {value!r}")
    return format(made, "f")


def _whole(value: Any) -> str:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"-?\d+(\.0+)?", text):
        raise ValueError(f"expected a whole number, found {text[:60]!r}")
    return str(int(text.partition(".")[0]))


def _instant(value: Any) -> str:
    """Microseconds UTC; of a product also ISO 8601 with its zone."""
    text = str(value).strip()
    if re.fullmatch(r"-?\d+", text) and not isinstance(value, bool):
        return str(int(text))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError(f"expected an instant: microseconds UTC, or ISO 8601 with its zone, found {text[:60]!r}")
    # Whole microseconds: a float of seconds has not so many digits.
    whole = int(at.replace(microsecond=0).timestamp())
    return str(whole * 1_000_000 + at.microsecond)


def _flag(value: Any) -> str:
    words = {"true": "true", "1": "true", "yes": "true", "false": "false", "0": "false", "no": "false"}
    found = words.get(str(value).strip().lower())
    if found is None:
        raise ValueError(f"expected true or false, found {str(value)[:60]!r}")
    return found


ID = FieldType("id", _text, _shown)
TEXT = FieldType("text", _text, _shown)
DECIMAL = FieldType("decimal number", _decimal, _decimal)
INSTANT = FieldType("instant", _whole, _instant, int)
COUNT = FieldType("whole number", _whole, _whole, int)
FLAG = FieldType("truth value", _flag, _flag, lambda text: text == "true")


def one_of(*words: str) -> FieldType:
    """A text that is one of these words; what a product says besides is read as it is, and judged."""

    def write(value: Any) -> str:
        if value not in words:
            raise ValueError(f"expected one of {', '.join(words)}, found {value!r}")
        return str(value)

    return FieldType(f"one of {', '.join(words)}", write, _shown)


_RESERVED = ("by", "object")
"""What an event of the record holds besides the fields: who asked, and of which object."""
Id = Annotated[str, ID]
Str = Annotated[str, TEXT]
Number = Annotated[str, DECIMAL]
Instant = Annotated[str, INSTANT]
Count = Annotated[str, COUNT]


class _Absent(str):
    """A text that an answer does not have."""

    __slots__ = ()


ABSENT: Final[str] = _Absent()
"""What a row has of a field that the product's answer lacks: empty, and told from a field shown empty by `is`."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of an answer as judges and drives read it: texts by field, `ABSENT` where it lacks one."""


class Query(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A question as judges read it: texts by field, empty where nothing was said; `by` is the account that asked."""

    by: str = ""


class SpanQuery(Query, frozen=True, kw_only=True):
    """A question over [from, to)."""

    from_: Instant = ""
    to: Instant = ""


Q = TypeVar("Q", bound=Query)
R = TypeVar("R", bound=Row)
Fields = Mapping[str, FieldType]


def fields_of(struct: type[Query | Row]) -> Fields:
    """The fields of a question or a row with their types, in the order of a record; who asked is none of them."""
    hints = get_type_hints(struct, include_extras=True)
    told = [each for each in msgspec.structs.fields(struct) if each.name not in _RESERVED]
    return {each.encode_name: hints[each.name].__metadata__[0] for each in told}


SPAN: Fields = {"from": INSTANT, "to": INSTANT}
"""What an object over [from, to) has."""
FIGURE: Fields = {"value": DECIMAL, "unit": TEXT}
"""What a row with one figure has."""
VERSION_FIELDS: Fields = {"version": COUNT, "at": INSTANT, "author": TEXT, "action": TEXT}
"""What a row of an object's history has besides the object's own fields; action: created, changed, removed."""
LIST_FIELDS: Fields = {"object": ID}
"""What a row of a list has besides: by what the object is called when it is changed."""
IMPORT_FIELDS: Fields = {"line": COUNT, "object": ID, "problem": TEXT}
"""What a row of the answer to an import has: the line of the file, what came of it, why nothing did."""


@dataclass(frozen=True)
class Word:
    """What kinds and analyses share: a name, words for people, and fields by name that say what is written and read."""

    name: str
    title: Text

    def typed(self, fields: Fields, given: Mapping[str, Any]) -> dict[str, str]:
        """What a case says, as text; what is None is left out. Raises Misspelt for an unknown field, or ValueError.

        A field that Python has a word of its own for is said with `_` behind it (`from_`).
        """
        written: dict[str, str] = {}
        for said, value in given.items():
            name = said.removesuffix("_")
            if name not in fields:
                raise Misspelt(f"{self.name}: {unknown(name, fields)}")
            if value is None:
                continue
            try:
                written[name] = fields[name].write(value)
            except ValueError as error:
                raise ValueError(f"{self.name}.{name}: {error}") from None
        return written


@dataclass(frozen=True)
class Kind(Word):
    """A kind of object that people keep in a platform; `tenant` is whose they are: platform, park or enterprise."""

    tenant: str
    fields: Fields

    @property
    def listed(self) -> Fields:
        """The fields of a row of a list."""
        return {**LIST_FIELDS, **self.fields}

    @property
    def versioned(self) -> Fields:
        """The fields of a row of an object's history."""
        return {**self.fields, **VERSION_FIELDS}


@dataclass(frozen=True)
class Analysis(Word, Generic[Q, R]):
    """What a platform can be asked: the types of the question and of a row of its answer, and the fields of both."""

    asks: type[Q]
    row: type[R]
    query: Fields
    rows: Fields

    def question(self, query: Mapping[str, str]) -> Q:
        """A question as the record has it."""
        return msgspec.convert(query, self.asks)

    def shown(self, rows: Iterable[Mapping[str, str]]) -> tuple[R, ...]:
        """Rows as the record has them."""
        return tuple(msgspec.convert(row, self.row) for row in rows)


AnyAnalysis = Analysis[Any, Any]


def unknown(name: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    """What to say of a name that is not among those known."""
    near = difflib.get_close_matches(name, [*known], 1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known) or 'none'}"
    return f"no field {name!r}; {hint} / 无此字段"


_kinds: dict[str, Kind] = {}
_analyses: dict[str, AnyAnalysis] = {}
_TENANTS = ("platform", "park", "enterprise")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def _named(name: str, fields: Fields) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r}: a word is lower-case letters, digits, - and _")
    if name in _kinds or name in _analyses:
        raise ValueError(f"two words of the vocabulary are called {name!r}")
    if taken := [each for each in fields if each in _RESERVED]:
        raise ValueError(f"{name}: no field can be called {', '.join(taken)}: an event says something else by it")


def kind(name: str, *, en: str, zh: str, tenant: str, fields: Fields) -> Kind:
    """Declare a kind of object. Raises ValueError for a name that is taken or a field that cannot be."""
    _named(name, fields)
    if tenant not in _TENANTS:
        raise ValueError(f"{name}: tenant is one of {', '.join(_TENANTS)}, found {tenant!r}")
    if taken := [each for each in fields if each in VERSION_FIELDS]:
        raise ValueError(f"{name}: no field can be called {', '.join(taken)}: every version has it")
    made = _kinds[name] = Kind(name, Text(en, zh), tenant, dict(fields))
    return made


def analysis(name: str, *, en: str, zh: str, query: type[Q], row: type[R]) -> Analysis[Q, R]:
    """Declare what can be asked. Raises ValueError for a name that is taken or a field that cannot be."""
    fields = fields_of(query)
    _named(name, fields)
    made = Analysis(name, Text(en, zh), query, row, fields, fields_of(row))
    _analyses[name] = made
    return made


@cache
def _walked() -> None:
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)


def kinds() -> dict[str, Kind]:
    """Every kind by name, sorted."""
    _walked()
    return dict(sorted(_kinds.items()))


def analyses() -> dict[str, AnyAnalysis]:
    """Every analysis by name, sorted."""
    _walked()
    return dict(sorted(_analyses.items()))
