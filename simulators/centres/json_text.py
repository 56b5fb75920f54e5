"""JSON whose numbers stay decimal text: reading without binary floats, and writing numbers as they are.

Leaves what the members mean to the platforms.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn, cast

DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
"""Decimal text without exponent, as JSON allows it."""


class Number(str):
    """A number of a JSON text, digits as written."""

    __slots__ = ()


class JsonError(ValueError):
    """A text that is not the JSON object it should be; one sentence."""


def _no_constant(text: str) -> NoReturn:
    raise JsonError(f"expected JSON, found {text}, which is no number of JSON")


def _no_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise JsonError(f"the member {name!r} comes twice in one object")
        found[name] = value
    return found


def parse(octets: bytes) -> dict[str, object]:
    """A JSON object; numbers come as `Number`. Raises JsonError with one sentence."""
    try:
        text = octets.decode()
    except UnicodeDecodeError as error:
        raise JsonError(f"expected UTF-8, found octet {octets[error.start]:02X} at offset {error.start}") from None
    try:
        value: object = json.loads(
            text,
            parse_float=Number,
            parse_int=Number,
            parse_constant=_no_constant,
            object_pairs_hook=_no_repetition,
        )
    except json.JSONDecodeError as error:
        raise JsonError(f"expected JSON, it is broken at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise JsonError("expected JSON, got more nesting than any message has") from None
    if not isinstance(value, dict):
        raise JsonError(f"expected a JSON object, got {type(value).__name__}")
    return cast(dict[str, object], value)


def write(value: object) -> str:
    """JSON text without blanks; `Number` is written without quotes."""
    match value:
        case Number():
            return str(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case int():
            return str(value)
        case dict():
            members = cast(dict[str, object], value)
            return "{" + ",".join(f"{json.dumps(name)}:{write(each)}" for name, each in members.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(write(each) for each in cast(list[object], value)) + "]"
        case _:
            raise TypeError(f"JSON has no {type(value).__name__}")


def text_of(body: dict[str, object], name: str) -> str:
    """A text member; empty if it is absent or something else."""
    value = body.get(name)
    return value if isinstance(value, str) and not isinstance(value, Number) else ""


def objects_of(body: dict[str, object], name: str) -> list[dict[str, object]] | None:
    """A list of objects; None if the member is absent or something else."""
    value = body.get(name)
    if not isinstance(value, list):
        return None
    items = cast(list[object], value)
    if not all(isinstance(each, dict) for each in items):
        return None
    return cast(list[dict[str, object]], items)
