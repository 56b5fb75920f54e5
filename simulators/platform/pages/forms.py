"""Forms and tables made from structs: a field for each member, what it takes from its type.

Leaves what is taken to the API, which checks everything again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from simulators.platform.core.times import local

_INSTANTS = (
    *("at", "start", "end", "from", "to", "raised", "cleared", "received", "written", "when", "since", "until"),
    *("valid_from", "valid_until", "verified_until", "replaced", "changed"),
)


@dataclass(frozen=True)
class Field:
    """A field of a form: `sort` is text, long, number, instant, choice or whole; `choices` of a choice."""

    name: str
    sort: str
    required: bool
    choices: tuple[str, ...] = ()
    ref: str = ""
    secret: bool = False


def fields_of(
    shape: type[msgspec.Struct],
    notes: Mapping[str, Mapping[str, Any]],
    *,
    secret: tuple[str, ...] = (),
    known: Callable[[str], tuple[str, ...]] | None = None,
) -> list[Field]:
    """The fields of a struct, by their names on the wire; `known` gives the keys of objects of a kind."""
    told = msgspec.inspect.type_info(shape)
    assert isinstance(told, msgspec.inspect.StructType)
    made: list[Field] = []
    for each in told.fields:
        note = notes.get(each.encode_name, {})
        sort, choices = _sort(each.type, note)
        target = str(note.get("ref", ""))
        if target and known is not None:
            choices = known(target)
            sort = "choice" if choices else sort
        if each.encode_name in ("body", "description"):
            sort = "long"
        made.append(
            Field(
                each.encode_name,
                sort,
                each.required,
                choices,
                target,
                each.encode_name in secret or "password" in each.encode_name,
            )
        )
    return made


def _sort(given: Any, note: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    if "instant" in note:
        return "instant", ()
    if "amount" in note:
        return "number", ()
    waiting = [given]
    while waiting:
        at = waiting.pop()
        if isinstance(at, msgspec.inspect.LiteralType):
            return "choice", tuple(str(value) for value in at.values if value != "")
        if isinstance(at, msgspec.inspect.IntType):
            return "whole", ()
        if isinstance(at, msgspec.inspect.Metadata):
            waiting.append(at.type)
        elif isinstance(at, msgspec.inspect.UnionType):
            waiting.extend(at.types)
    return "text", ()


def shown(name: str, value: Any) -> str:
    """A value for a reader: instants as local time."""
    if value is None or value == "":
        return ""
    if name in _INSTANTS and isinstance(value, int | str) and str(value).lstrip("-").isdigit():
        return "" if int(value) == 0 else when(int(value))
    if isinstance(value, bool):
        return "✓" if value else ""
    return str(value)


def when(at_us: int) -> str:
    """An instant as local time, to the minute where it is a whole one."""
    at = local(at_us)
    return f"{at:%Y-%m-%d %H:%M}" if at_us % 60_000_000 == 0 else f"{at:%Y-%m-%d %H:%M:%S}"


def into_input(sort: str, value: Any) -> str:
    """A value as an input takes it."""
    if value is None:
        return ""
    if sort == "instant":
        return f"{local(int(value)):%Y-%m-%dT%H:%M:%S}" if value else ""
    return str(value)
