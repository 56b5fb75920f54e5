"""By a file that the product exports: CSV, xlsx or JSON. Leaves rows and fields to the profile's expressions."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.dut import sentences
from bench.dut.hooks import MOST_OCTETS, Question, Way, apart
from bench.dut.workbook import lines_of

_KINDS = ("csv", "xlsx", "json")


class Exported(Way):
    """`file` with a path or pattern, of which the newest counts; `format`, `encoding`, `delimiter`, `sheet`, `head`."""

    chooses = ("file",)
    keys = frozenset(("format", "encoding", "delimiter", "sheet", "head"))
    templates = frozenset(("file", "sheet"))

    def problems(self, asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Known words only."""
        if asked.get("format", "csv") not in _KINDS:
            yield "format", f"one of {', '.join(_KINDS)}"
        head = asked.get("head", 1)
        if isinstance(head, bool) or not isinstance(head, int) or head < 1:
            yield "head", "the number of the line with the names of columns, from 1"
        if len(str(asked.get("delimiter", ","))) != 1:
            yield "delimiter", "one character"

    async def fetch(self, asked: Mapping[str, Any], question: Question) -> Any:
        """Its rows by the names in the line of heads."""
        wanted = Path(question.fill(asked["file"]))
        path = wanted if wanted.is_absolute() else question.folder / wanted
        found = sorted(path.parent.glob(path.name), key=lambda each: (each.stat().st_mtime_ns, each.name))
        if not found:
            raise LookupError(str(sentences.NO_FILE(path=path)))
        kind = asked.get("format") or found[-1].suffix.lstrip(".").lower()
        sheet = question.fill(asked["sheet"]) if "sheet" in asked else ""
        return await apart(lambda: _read(found[-1], kind, asked, sheet))


def _read(path: Path, kind: str, asked: Mapping[str, Any], sheet: str) -> Any:
    if path.stat().st_size > MOST_OCTETS:
        raise LookupError(str(sentences.FILE_TOO_LONG(path=path, most=MOST_OCTETS >> 20)))
    try:
        if kind == "xlsx":
            return _named(lines_of(path, sheet), asked.get("head", 1))
        text = path.read_bytes().decode(asked.get("encoding", "utf-8-sig"))
        if kind == "json":
            return json.loads(text, parse_float=str, parse_int=str)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=asked.get("delimiter", ","))
        return _named([list(line) for line in lines], asked.get("head", 1))
    except (UnicodeDecodeError, LookupError, ValueError, csv.Error, RecursionError) as error:
        raise LookupError(str(sentences.FILE_UNREADABLE(path=path, kind=kind, error=error))) from None


def _named(lines: list[list[str]], head: int) -> list[dict[str, str]]:
    if len(lines) < head:
        raise ValueError(f"no line {head} with the names of columns")
    names = [name.strip() for name in lines[head - 1]]
    return [
        {name: cell.strip() for name, cell in zip(names, line, strict=False) if name}
        for line in lines[head:]
        if any(cell.strip() for cell in line)
    ]


WAY = Exported()
