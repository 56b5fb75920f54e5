"""By a file that the product exports: CSV, xlsx or JSON. Leaves rows and fields to the profile's expressions."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from bench.dut import sentences
from bench.dut.hooks import MOST_OCTETS, Question, Way, apart
from bench.dut.workbook import lines_of
from simulators.settings import Word
from simulators.values import matching, one_of


class Exported(Way, frozen=True, kw_only=True):
    """`file` with a path or pattern, of which the newest counts; `format`, `encoding`, `delimiter`, `sheet`, `head`."""

    chooses = ("file",)
    templates = ("file", "sheet")

    file: Word
    format: Annotated[str, one_of(("csv", "xlsx", "json"))] = ""
    encoding: str = "utf-8-sig"
    delimiter: Annotated[str, matching(".", *sentences.ONE_CHARACTER)] = ","
    sheet: str = ""
    head: Annotated[int, Meta(ge=1)] = 1
    """The number of the line with the names of columns."""

    async def fetch(self, question: Question) -> Any:
        """Its rows by the names in the line of heads."""
        wanted = Path(question.fill(self.file))
        path = wanted if wanted.is_absolute() else question.folder / wanted
        found = sorted(path.parent.glob(path.name), key=lambda each: (each.stat().st_mtime_ns, each.name))
        if not found:
            raise LookupError(str(sentences.NO_FILE(path=path)))
        kind = self.format or found[-1].suffix.lstrip(".").lower()
        sheet = question.fill(self.sheet)
        return await apart(lambda: _read(found[-1], kind, self, sheet))


def _read(path: Path, kind: str, asked: Exported, sheet: str) -> Any:
    if path.stat().st_size > MOST_OCTETS:
        raise LookupError(str(sentences.FILE_TOO_LONG(path=path, most=MOST_OCTETS >> 20)))
    try:
        if kind == "xlsx":
            return _named(lines_of(path, sheet), asked.head)
        text = path.read_bytes().decode(asked.encoding)
        if kind == "json":
            return json.loads(text, parse_float=str, parse_int=str)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=asked.delimiter)
        return _named([list(line) for line in lines], asked.head)
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


WAY = Exported
