"""Reading a TOML file as a tree of structs; every key that is wrong is one sentence, and all come at once.

Leaves what a missing field means to `demands`: a reader that knows only types.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin

import msgspec
from msgspec.structs import fields

S = TypeVar("S", bound=msgspec.Struct)
_TYPES: Mapping[object, str] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    date: "a date as 2026-11-30 without quotes",
}


class PaperError(Exception):
    """A file of the laboratory that cannot be used; `problems` holds one sentence for each thing wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text that reads differently in the two languages a report may have."""

    zh: str = ""
    en: str = ""


Said = str | Words
"""A text of the laboratory: one that is printed as it stands in either language, or one for each."""


def read_paper(path: Path, kind: type[S], *, beside: Collection[str] = ()) -> S:
    """A file as its struct. Raises PaperError with every problem of the file.

    Tables of the names `beside` belong to others and are left unread.
    """
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise PaperError([f"{path}: cannot be read: {error.strerror} / 无法读取"]) from None
    except UnicodeDecodeError as error:
        raise PaperError([f"{path}: expected UTF-8 text, octet {error.start} is not / 应为 UTF-8"]) from None
    except (ValueError, RecursionError) as error:
        raise PaperError([f"{path}: expected TOML: {error} / TOML 语法错误"]) from None
    problems: list[str] = []
    mine = {key: value for key, value in raw.items() if key not in beside}
    made = _struct(mine, kind, "", problems)
    if made is None or problems:
        raise PaperError([f"{path}: {problem}" for problem in problems])
    return made


def _struct(raw: Mapping[str, Any], kind: type[S], where: str, problems: list[str]) -> S | None:
    known = {each.name: each for each in fields(kind)}
    before = len(problems)
    for key in raw:
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            problems.append(f"{where}{key}: unknown key; {hint} / 未知键")
    values = {
        name: _value(raw[name], each.type, f"{where}{name}", problems) for name, each in known.items() if name in raw
    }
    return kind(**values) if len(problems) == before else None


def _value(value: Any, kind: Any, where: str, problems: list[str]) -> Any:
    wanted = [each for each in _ways(kind) if each is not NoneType]
    for each in wanted:
        if get_origin(each) is tuple and isinstance(value, list):
            inner = get_args(each)[0]
            listed = cast(list[Any], value)
            return tuple(_value(one, inner, f"{where}[{place}]", problems) for place, one in enumerate(listed, start=1))
        if isinstance(each, type) and issubclass(each, msgspec.Struct):
            if isinstance(value, dict):
                return _struct(cast(dict[str, Any], value), each, f"{where}.", problems)
        elif isinstance(each, type) and type(value) is each:
            return value.strip() if isinstance(value, str) else value
    problems.append(f"{where}: expected {' or '.join(map(_named, wanted))}, found {str(value)[:60]!r} / 类型不符")
    return None


def _ways(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _named(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return f"a list, each {' or '.join(map(_named, _ways(get_args(kind)[0])))}"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return f"a table with {', '.join(each.name for each in fields(kind))}"
    return _TYPES.get(kind, str(kind))
