"""Messages of collectors become contents of points: the forms of facts 4.3, numbers as the text they are.

Leaves how a message came to the drivers, HJ 212 text to `messages_hj212`. What is no number is never one: null, NaN,
words, objects, true.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, cast

from reference_terminal.acquisition.collectors.device_report import DeviceReport, MessageError
from reference_terminal.acquisition.collectors.messages_hj212 import read_text
from reference_terminal.acquisition.driver import Content
from reference_terminal.model import reading
from reference_terminal.model.one_line import one_line
from reference_terminal.model.seams import seam

__all__ = ["DeviceReport", "MessageError", "content", "of_tags", "read_message"]

_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?")
_MOST_DIGITS = 30
HJ212 = "hj212"


class _Token(str):
    """A number of a JSON text, as written."""

    __slots__ = ()


class _NoNumber(str):
    """NaN or Infinity, which some writers put where JSON has no word."""

    __slots__ = ()


def read_message(form: str, payload: bytes, *, texts: bool) -> list[DeviceReport]:
    """Everything a message says. Raises MessageError; with `texts` a text that holds a number is one."""
    if form == HJ212:
        return read_text(payload, lambda value: content(value, texts=True))
    try:
        body: Any = json.loads(
            payload.decode("utf-8-sig"), parse_float=_Token, parse_int=_Token, parse_constant=_NoNumber
        )
    except (ValueError, RecursionError):
        raise MessageError("expected JSON in UTF-8") from None
    return _READERS[form](_object(body), texts)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MessageError(f"expected an object, got {_kind(value)}")
    return cast(dict[str, Any], value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise MessageError(f"expected a list, got {_kind(value)}")
    return cast(list[Any], value)


def _kind(value: Any) -> str:
    return "a number" if isinstance(value, _Token) else type(value).__name__


def _name(value: Any) -> str:
    if not isinstance(value, str) or isinstance(value, _Token | _NoNumber):
        raise MessageError(f"expected a name in quotes, got {_kind(value)}")
    return value


def _instant_ms(value: Any, unit_ms: int) -> int | None:
    """An instant of the form's unit; None where there is none. Anything else is no message of this form."""
    if value is None:
        return None
    if not isinstance(value, _Token) or not value.isdecimal() or len(value) > 15:
        raise MessageError(f"expected an instant as a whole number, got {str(value)[:30]!r}")
    return int(value) * unit_ms


def content(value: Any, *, texts: bool) -> Content:
    """What stands for one point."""
    if isinstance(value, _Token) or (texts and isinstance(value, str) and _NUMBER.fullmatch(value)):
        number = Decimal(str(value)) if _NUMBER.fullmatch(str(value)) else None
        if number is not None and abs(number.adjusted()) <= _MOST_DIGITS:
            return Content(_octets(value), Decimal(format(number, "f")))
    return Content(_octets(str(value)[:60]), None, reading.NOT_A_NUMBER)


@seam
def _octets(value: str) -> str:
    """A value as it came; half a surrogate pair, which JSON can hold and no octets can, is escaped."""
    return value.encode(errors="backslashreplace").hex().upper()


def _failure(code: Any) -> Content:
    return Content("", None, f"{reading.ERROR_ANSWER} {one_line(str(code)[:20])}")


def _neuron(body: dict[str, Any], texts: bool) -> list[DeviceReport]:
    contents = {tag: content(value, texts=texts) for tag, value in _object(body.get("values", {})).items()}
    contents |= {tag: _failure(code) for tag, code in _object(body.get("errors", {})).items()}
    return [DeviceReport(_name(body.get("node")), _instant_ms(body.get("timestamp"), 1), contents)]


def _neuron_tags(body: dict[str, Any], texts: bool) -> list[DeviceReport]:
    contents: dict[str, Content] = {}
    for row in map(_object, _list(body.get("tags"))):
        failed = "error" in row
        contents[_name(row.get("name"))] = _failure(row["error"]) if failed else content(row.get("value"), texts=texts)
    return [DeviceReport(_name(body.get("node")), _instant_ms(body.get("timestamp"), 1), contents)]


def _thingsboard(body: dict[str, Any], texts: bool) -> list[DeviceReport]:
    found: list[DeviceReport] = []
    for node, rows in body.items():
        for row in map(_object, _list(rows)):
            values = _object(row.get("values"))
            contents = {tag: content(value, texts=texts) for tag, value in values.items()}
            found.append(DeviceReport(node, _instant_ms(row.get("ts"), 1), contents))
    return found


def _properties(body: dict[str, Any], texts: bool) -> list[DeviceReport]:
    node, usual = _name(body.get("location_code")), _instant_ms(body.get("ts"), 1000)
    by_instant: dict[int | None, dict[str, Content]] = {}
    for row in map(_object, _list(body.get("properties"))):
        at_ms = _instant_ms(row["timestamp"], 1000) if "timestamp" in row else usual
        by_instant.setdefault(at_ms, {})[_name(row.get("key"))] = content(row.get("value"), texts=texts)
    return [DeviceReport(node, at_ms, contents) for at_ms, contents in by_instant.items()] or [
        DeviceReport(node, usual, {})
    ]


_READERS: dict[str, Callable[[dict[str, Any], bool], list[DeviceReport]]] = {
    "neuron": _neuron,
    "neuron-tags": _neuron_tags,
    "thingsboard": _thingsboard,
    "properties": _properties,
}


@seam
def of_tags(tags: Iterable[str], contents: dict[str, Content]) -> list[Content]:
    """The contents of these tags in their order; what is absent says so."""
    return [contents.get(tag) or Content("", None, reading.ABSENT) for tag in tags]
