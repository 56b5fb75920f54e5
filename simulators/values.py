"""One value as its type: msgspec converts it, and its refusal becomes one sentence in two languages.

Leaves where a value stands, and tables within tables, to `tables` and `settings`.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import inspect

from simulators.sentences import Words

DECIMAL = r"-?[0-9]{1,20}(?:\.[0-9]{1,8})?"
"""A number as a description has it: as many digits as the widest register has, so that every quotient can be worked out
exactly (regular expression).
"""

PositiveText = Annotated[str, msgspec.Meta(pattern=rf"\A{DECIMAL}\Z", extra={"decimal": True, "positive": True})]
"""Decimal text greater than zero, in quotes, or a whole number: never a binary float."""
DecimalText = Annotated[str, msgspec.Meta(pattern=rf"\A{DECIMAL}\Z", extra={"decimal": True})]
"""The same of either sign."""


class Unfit(Exception):
    """A value that will not do, and the sentence that says so."""

    def __init__(self, said: Words) -> None:
        super().__init__(said.en)
        self.said = said


def wanting(en: str, zh: str) -> msgspec.Meta:
    """A value of several types; the sentences say what it should be."""
    return msgspec.Meta(extra={"hint": en, "zh": zh})


def matching(pattern: str, en: str, zh: str) -> msgspec.Meta:
    """Text that matches as a whole; the sentences say what it should be."""
    return msgspec.Meta(pattern=rf"\A(?:{pattern})\Z", extra={"hint": en, "zh": zh})


def words_of(en: str, zh: str) -> msgspec.Meta:
    """A list that is not empty; the sentences say what it should be."""
    return msgspec.Meta(min_length=1, extra={"hint": en, "zh": zh})


def one_of(choices: Sequence[str]) -> msgspec.Meta:
    """Text out of a list that is known only at run time (otherwise: Literal)."""
    words = tuple(choices)
    return msgspec.Meta(pattern=rf"\A(?:{'|'.join(map(re.escape, words))})\Z", extra={"choices": words})


def shown(value: object) -> str:
    """A value as a person reads it in a sentence, not too long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def got(wanted: Words, raw: object) -> Words:
    """What was expected and what came."""
    gap = " " if wanted.zh[:1].isascii() and wanted.zh[:1] != " " else ""
    return Words(f"expected {wanted.en}, got {shown(raw)}", f"应为{gap}{wanted.zh}，实际为 {shown(raw)}")


def near(word: str, known: Collection[str]) -> Words:
    """`; did you mean 'x'?` if one of `known` is close to `word`, else nothing."""
    close = difflib.get_close_matches(word, sorted(known), 1)
    return Words(f"; did you mean {close[0]!r}?", f"；是否应为 {close[0]!r}？") if close else Words("", "")


def hint(word: str, known: Collection[str]) -> Words:
    """The one of `known` that may be meant, or all there are."""
    meant, names = near(word, known), sorted(set(known))
    if meant.en or not names:
        return meant if names else Words("; none is known here", "，此处不应有任何键")
    return Words(f"; known here: {', '.join(names)}", f"，可用：{'、'.join(names)}")


def unknown(key: str, known: Collection[str]) -> Words:
    """A key that there is not."""
    meant = hint(key, known)
    return Words(f"unknown key{meant.en}", f"未知键名{meant.zh}")


def no_choice(choices: Sequence[object], raw: object) -> Words:
    """A value that is none of those there are."""
    words = [str(each) for each in choices if each != ""]
    meant = near(raw, words) if isinstance(raw, str) else Words("", "")
    said = got(Words(f"one of {', '.join(words)}", f" {'、'.join(words)} 之一"), raw)
    return Words(said.en + meant.en, said.zh + meant.zh)


def ways(kind: Any) -> tuple[Any, ...]:
    """The types that a value may have, None apart."""
    if get_origin(kind) is Annotated and get_origin(get_args(kind)[0]) in (Union, UnionType):
        kind = get_args(kind)[0]
    parts = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    return tuple(each for each in parts if each is not type(None))


@cache
def notes_of(kind: Any) -> tuple[inspect.Type, Mapping[str, Any]]:
    """A type without its notes, and the notes; the words of a Literal in the order in which they are written."""
    told, notes = inspect.type_info(kind), dict[str, Any]()
    while isinstance(told, inspect.Metadata):
        notes |= told.extra or {}
        told = told.type
    if get_origin(kind) is Literal:
        notes["choices"] = get_args(kind)
    return told, notes


def taken(raw: object, kind: Any) -> Any:
    """A value as its type. Raises Unfit."""
    notes = [notes_of(each)[1] for each in ways(kind)]
    if any(each.get("decimal") for each in notes) and isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    try:
        found = msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise Unfit(_refusal(raw, kind, error)) from None
    if isinstance(found, float) and not math.isfinite(found):
        raise Unfit(got(_wanted(*notes_of(ways(kind)[0]), raw), raw))
    if any(each.get("positive") for each in notes) and Decimal(found) <= 0:
        raise Unfit(got(Words("a number greater than zero", "大于零的数"), raw))
    return found


def _refusal(raw: object, kind: Any, error: Exception) -> Words:
    parts = ways(kind)
    if len(parts) == 1:
        told, notes = notes_of(parts[0])
        if "choices" in notes and (isinstance(raw, str) or not _of_text(notes["choices"])):
            return no_choice(notes["choices"], raw)
        if wanted := _wanted(told, notes, raw):
            return got(wanted, raw)
    elif "hint" in (notes := notes_of(kind)[1]):
        return got(Words(notes["hint"], notes["zh"]), raw)
    several = [_wanted(*notes_of(each), raw) for each in parts]
    if len(parts) > 1 and all(several):
        return got(Words(" or ".join(each.en for each in several), "或".join(each.zh for each in several)), raw)
    said = str(error)
    return Words(f"{said[:1].lower()}{said[1:]}, got {shown(raw)}", f"取值不符，实际为 {shown(raw)}")


def _of_text(choices: Sequence[object]) -> bool:
    return all(isinstance(each, str) for each in choices)


_NOTHING = Words("", "")


def _wanted(kind: inspect.Type, notes: Mapping[str, Any], raw: object) -> Words:
    """What a type expects; nothing where only msgspec can say it."""
    text = isinstance(raw, str)
    match kind:
        case inspect.StrType() if notes.get("decimal"):
            return _decimal(raw)
        case inspect.StrType() if text and "hint" in notes:
            return Words(notes["hint"], notes["zh"])
        case inspect.VarTupleType() if "hint" in notes:
            return Words(notes["hint"], notes["zh"])
        case inspect.StrType() | inspect.LiteralType() if not text or not notes:
            return Words("text in quotes", "带引号的文本")
        case inspect.IntType():
            whole = isinstance(raw, int) and not isinstance(raw, bool)
            return _within("" if whole else "a whole number", "整数", kind.ge, kind.le)
        case inspect.FloatType() if kind.gt is not None:
            return Words(f"a number greater than {kind.gt:g}", f"大于 {kind.gt:g} 的数")
        case inspect.FloatType():
            return _within("a number", "数", kind.ge, kind.le)
        case inspect.BoolType():
            return Words("true or false", " true 或 false")
        case inspect.DateType():
            return Words("a day such as 2026-12-31 without quotes", "日期，例如 2026-12-31，不带引号")
        case inspect.VarTupleType(item_type=item):
            return _listed(item.type if isinstance(item, inspect.Metadata) else item)
        case inspect.DictType(value_type=inspect.StrType()):
            return Words('a table of texts such as { A = "x" }', '文本表，例如 { A = "x" }')
        case inspect.DictType() | inspect.StructType():
            return Words("a table", "表")
        case _:
            return _NOTHING


def _listed(item: inspect.Type) -> Words:
    match item:
        case inspect.IntType():
            return _within("a list of whole numbers", "整数列表", item.ge, item.le)
        case inspect.StrType():
            return Words('a list of texts such as ["a", "b"]', '文本列表，例如 ["a", "b"]')
        case inspect.LiteralType():
            words = [str(each) for each in item.values]
            return Words(f"a list of {', '.join(words)}", f"列表，每项为 {'、'.join(words)} 之一")
        case _:
            return Words("a list", "列表")


def _decimal(raw: object) -> Words:
    """What was expected where a value is no decimal number, or one of too many digits."""
    if isinstance(raw, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", raw):
        return Words("at most 20 digits before the point and 8 behind it", "小数点前最多 20 位、后最多 8 位的数")
    return Words('decimal text in quotes such as "0.01"', '带引号的十进制文本，例如 "0.01"')


def _within(en: str, zh: str, low: Any, high: Any) -> Words:
    """A number, or several, within bounds; without words for it, it is one already and only beyond them."""
    if low is None and high is None:
        return Words(en or "another number", zh)
    if high is None:
        return Words(f"{en or 'a number'} not below {low}", f"不小于 {low} 的{zh}")
    if low is None:
        return Words(f"{en or 'a number'} not above {high}", f"不大于 {high} 的{zh}")
    return Words(f"{en} from {low} to {high}" if en else f"{low} to {high}", f" {low} 至 {high} 的{zh}")
