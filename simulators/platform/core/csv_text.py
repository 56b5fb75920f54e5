"""Objects as CSV, UTF-8: a row each, a column for every field; what is taken in is all or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from simulators.platform.core.sentences import Refused

MOST_ROWS = 200_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A table with a head line. Text that a spreadsheet would run as a formula is given an apostrophe first."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    return page.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) and not _number(value) else value
    return str(value) if isinstance(value, int) else msgspec.json.encode(value).decode()


def _number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def read(octets: bytes) -> list[dict[str, Any]]:
    """The rows of a table. Raises Refused with the first thing that is wrong; empty cells are left out."""
    try:
        page = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(400, "the file is not UTF-8", "文件不是 UTF-8 编码") from None
    try:
        lines = list(csv.reader(io.StringIO(page), strict=True))
    except csv.Error as error:
        raise Refused(400, f"the file is no CSV: {error}", f"文件不是 CSV：{error}") from None
    if not lines or not any(lines[0]):
        raise Refused(400, "the file has no head line", "文件没有表头")
    head = [name.strip() for name in lines[0]]
    if len(set(head)) != len(head):
        raise Refused(400, "a column is named twice", "有重复的列名")
    if len(lines) > MOST_ROWS + 1:
        raise Refused(400, f"the file has more than {MOST_ROWS} rows", f"文件超过 {MOST_ROWS} 行")
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(lines[1:], 2):
        if not any(line):
            continue
        if len(line) != len(head):
            raise Refused(
                400,
                f"line {number}: expected {len(head)} cells, got {len(line)}",
                f"第 {number} 行：应有 {len(head)} 列，实有 {len(line)} 列",
            )
        cells = zip(head, line, strict=True)
        rows.append({name: _taken(text) for name, text in cells if text != ""})
    return rows


def _taken(text: str) -> Any:
    if text.startswith("'") and text[1:].startswith(_FORMULA):
        return text[1:]
    if text[:1] in "[{":
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return text
    return text
