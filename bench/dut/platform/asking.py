"""Puts what a case wants of a platform into the product's words, and its answer into ours.

Leaves the requests themselves to `bench.dut.access.visit` and recording to `bench.facade.platform`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, cast

from bench.dut import sentences
from bench.dut.access.exchange import Answer
from bench.dut.access.expressions import value
from bench.dut.platform import PLAIN_NAME, Mapped
from bench.dut.platform.vocabulary import Fields


class Outcome(StrEnum):
    """What came of a request."""

    DONE = "done"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    UNFIT = "unfit"
    UNMAPPED = "unmapped"


class Unfit(Exception):
    """An answer that is not what the profile says it is."""


@dataclass(frozen=True)
class Exact(Answer):
    """An answer whose numbers are decimals as they were written."""

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.octets, parse_float=Decimal)
        except (ValueError, RecursionError):
            return None

    @classmethod
    def of(cls, answer: Answer) -> Exact:
        """The same answer."""
        return cls(answer.status, answer.fields, answer.octets)


def theirs(mapped: Mapped, types: Fields, ours: Mapping[str, str], *, plain: bool) -> dict[str, Any]:
    """Fields by the product's names with its words; `plain`: numbers and truth values as such, else all texts."""
    told: dict[str, Any] = {}
    for name, text in ours.items():
        called = mapped.fields.get(name, name)
        if not PLAIN_NAME.fullmatch(called):
            continue
        word = mapped.words.get(name, {}).get(text)
        told[called] = word if word is not None else types[name].plain(text) if plain else text
    return told


def key_of(mapped: Mapped, answer: Answer) -> str:
    """By what a created object is called. Raises Unfit."""
    assert mapped.request is not None
    found = _value(mapped.request.key, answer=answer)
    if found is None or str(found) == "":
        raise Unfit(str(sentences.NO_KEY(key=mapped.request.key)))
    return str(found)


def rows_of(mapped: Mapped, types: Fields, answer: Answer) -> tuple[dict[str, str], ...]:
    """The rows of an answer by our names, each field as its type is read. Raises Unfit."""
    assert mapped.request is not None
    found = _value(mapped.request.rows, answer=answer)
    if found is None:
        raise Unfit(str(sentences.NO_ROWS(rows=mapped.request.rows)))
    listed = cast("list[Any]", found) if isinstance(found, list) else [found]
    return tuple(_row(mapped, types, row) for row in listed)


def _row(mapped: Mapped, types: Fields, row: Any) -> dict[str, str]:
    made: dict[str, str] = {}
    for name, kind in types.items():
        called = mapped.fields.get(name, name)
        if PLAIN_NAME.fullmatch(called):
            if not isinstance(row, dict):
                raise Unfit(str(sentences.ROWS_WITH_NAMES(row=str(row)[:60])))
            if called not in row:
                continue
            found = cast("dict[str, Any]", row)[called]
        else:
            found = _value(called, row=row)
        if found is None or found == "":
            made[name] = ""
            continue
        ours = {word: text for text, word in mapped.words.get(name, {}).items()}
        try:
            made[name] = ours[str(found)] if str(found) in ours else kind.read(found)
        except ValueError as error:
            raise Unfit(sentences.FIELD_FORM(error=error).after(name)) from None
    return made


def _value(expression: str, **known: Any) -> Any:
    try:
        return value(expression, **known)
    except LookupError as error:
        raise Unfit(str(error)) from None
