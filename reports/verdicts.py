"""`verdicts.json`: the result of a run for machines, and reading it back.

Leaves the meaning of the fields to docs/FORMATS.md and the judging to the judges. The text is canonical: fixed order of
keys, two spaces of indent, one line feed at the end, no wall-clock instant but those the run itself carries. The shape
is that of `bench.case.RunResult`, a sentence in two languages being two keys (`name`, `name_zh`), so that no field is
declared twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_args, get_origin

import msgspec

from bench.case import CaseResult, ClauseResult, RunResult, Text
from reports.repeats import Repeatability, repeatability

FORMAT = "carbonbench-verdicts/2"
# What an older bench wrote has the same shape with fewer keys.
_READABLE = (FORMAT, "carbonbench-verdicts/1")
_LISTS: Mapping[str, type[msgspec.Struct]] = {
    "cases": CaseResult,
    "clauses": ClauseResult,
    "repeatability": Repeatability,
}

S = TypeVar("S", bound=msgspec.Struct)


class VerdictsError(Exception):
    """A verdicts file that cannot be used; `problems` holds one sentence for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class NoRun(VerdictsError):
    """A folder that was named is no run: a wrong word, no failure of the bench."""


def verdicts_json(run: RunResult) -> str:
    """The text of `verdicts.json` (shape in docs/FORMATS.md)."""
    flat = _flat(run)
    whole: dict[str, Any] = {"format": FORMAT}
    for key, value in flat.items():
        if key not in _LISTS:
            whole[key] = value
        if key == "history_digest":
            whole["summary"] = run.summary()
    whole |= {"cases": flat["cases"], "clauses": flat["clauses"]}
    whole["repeatability"] = [_flat(row) for row in repeatability(run)]
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _flat(value: msgspec.Struct) -> dict[str, Any]:
    """A struct as an object of JSON: each sentence becomes a text with its Chinese beside it."""
    made: dict[str, Any] = {}
    for name in value.__struct_fields__:
        held = getattr(value, name)
        if isinstance(held, Text):
            made[name], made[f"{name}_zh"] = held.en, held.zh
        elif isinstance(held, tuple):
            rows = cast(tuple[object, ...], held)
            made[name] = [_flat(row) if isinstance(row, msgspec.Struct) else row for row in rows]
        else:
            made[name] = msgspec.to_builtins(held)
    return made


@cache
def _row_type(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The shape in which `_flat` writes a struct; it refuses keys that the struct does not have."""
    fields: list[Any] = []
    for field in msgspec.structs.fields(kind):
        default = {} if field.required else {"default": field.default}
        if field.default_factory is not msgspec.NODEFAULT:
            default = {"default_factory": field.default_factory}
        if field.type is Text:
            fields += [(field.name, str), (f"{field.name}_zh", str, "")]
            continue
        inner = get_args(field.type)
        if get_origin(field.type) is tuple and isinstance(inner[0], type) and issubclass(inner[0], msgspec.Struct):
            fields.append((field.name, tuple[_row_type(inner[0]), ...], msgspec.field(**default)))
        else:
            fields.append((field.name, field.type, msgspec.field(**default)))
    return msgspec.defstruct(f"{kind.__name__}Row", fields, frozen=True, kw_only=True, forbid_unknown_fields=True)


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, bool, Any], ...]:
    """Name of each field, whether it is a text in two languages, what a tuple of it holds."""
    return tuple(
        (field.name, field.type is Text, next(iter(get_args(field.type)), None))
        for field in msgspec.structs.fields(kind)
    )


def _raised(row: Any, kind: type[S]) -> S:
    """The struct of a row."""
    fields: dict[str, Any] = {}
    for name, in_both, inner in _fields(kind):
        held = getattr(row, name)
        if in_both:
            held = Text(held, getattr(row, f"{name}_zh"))
        elif isinstance(held, tuple):
            rows = cast(tuple[object, ...], held)
            held = tuple(_raised(each, inner) if isinstance(each, msgspec.Struct) else each for each in rows)
        fields[name] = held
    return kind(**fields)


def write(run: RunResult, folder: Path) -> Path:
    """Write `verdicts.json` into the run folder in one piece and return its path."""
    return write_whole(folder / "verdicts.json", verdicts_json(run))


def write_whole(path: Path, text: str) -> Path:
    """Write a text file through a temporary name, so that no half file is ever seen under `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)
    return path


def read(path: Path) -> RunResult:
    """Read a `verdicts.json` (or the one in a run folder) back into a `RunResult`.

    Raises VerdictsError with every problem found: not readable, not JSON, a field missing or of the wrong type, a
    summary that does not count its own cases, a clause that names a case the file does not hold, a table of
    repeatability that does not follow from the attempts.
    """
    path = path / "verdicts.json" if path.is_dir() else path
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise VerdictsError([f"{path}: cannot be read ({error.strerror}) / 无法读取"]) from None
    return parse(octets, str(path))


def parse(octets: bytes, where: str) -> RunResult:
    """As `read`, from octets; `where` names them in the problems."""
    try:
        whole = msgspec.json.decode(octets)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise VerdictsError([f"{where}: not JSON ({error}); run the cases again / 不是 JSON 文件"]) from None
    if not isinstance(whole, dict):
        raise VerdictsError([f"{where}: expected an object with run, cases and clauses / 应为 JSON 对象"])
    fields = cast(dict[str, Any], whole)
    written = fields.pop("format", FORMAT)
    problems: list[str] = []
    if written not in _READABLE:
        problems.append(f"{where}: format is {written!r}, expected {FORMAT!r} / 文件格式版本不符")
    summary = _convert(fields.pop("summary", None), dict[str, int], f"{where}, summary", problems)
    if written == _READABLE[1]:
        fields.setdefault("repeatability", [])
    listed = {key: fields.pop(key, None) for key in _LISTS}
    head = _convert({**fields, "cases": [], "clauses": []}, _row_type(RunResult), where, problems)
    lists = {key: _rows(listed[key], key, kind, where, problems) for key, kind in _LISTS.items()}
    if head is None or problems:
        raise VerdictsError(problems)
    result = msgspec.structs.replace(
        _raised(head, RunResult),
        cases=tuple(_raised(row, CaseResult) for row in lists["cases"]),
        clauses=tuple(_raised(row, ClauseResult) for row in lists["clauses"]),
    )
    if summary != result.summary():
        problems.append(f"{where}: summary says {summary}, its cases count {result.summary()} / 汇总与用例不符")
    known = {case.id for case in result.cases}
    problems += [
        f"{where}: clause {clause.id} names case {name!r}, which the file does not hold / 条款引用了不存在的用例"
        for clause in result.clauses
        for name in clause.cases
        if name not in known
    ]
    told = tuple(_raised(row, Repeatability) for row in lists["repeatability"])
    if written == FORMAT and told != repeatability(result):
        problems.append(f"{where}: repeatability does not follow from the attempts / 重复性汇总与各次结果不符")
    if problems:
        raise VerdictsError(problems)
    return result


def _convert(value: object, kind: Any, where: str, problems: list[str]) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        problems.append(f"{where}: {error} / 字段缺失或类型不符")
        return None


def _rows(listed: object, key: str, kind: type[msgspec.Struct], where: str, problems: list[str]) -> list[Any]:
    if not isinstance(listed, list):
        problems.append(f"{where}: {key!r} must be a list / 缺少列表 {key}")
        return []
    found = [
        _convert(value, _row_type(kind), f"{where}, {key}[{index}]", problems)
        for index, value in enumerate(cast(list[object], listed))
    ]
    return [row for row in found if row is not None]
