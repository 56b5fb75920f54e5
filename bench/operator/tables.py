"""A table that a person types or pastes: a line of column names, then a line a row, cells apart by commas or tabs.

Leaves asking for it to `person`.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta, timezone

from bench.operator import sentences

_MOST_ROWS = 100_000


def table(text: str, wanted: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    """A typed or pasted table as rows. Raises LookupError naming what is wrong with it."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return ()
    found = list(csv.reader(lines, delimiter="\t" if "\t" in lines[0] else ","))
    head = [cell.strip() for cell in found[0]]
    missing = [name for name in wanted if name not in head]
    if missing:
        raise LookupError(str(sentences.COLUMNS(wanted=wanted, missing=missing)))
    if len(found) > _MOST_ROWS:
        raise LookupError(str(sentences.MOST_LINES(most_rows=_MOST_ROWS, found=len(found))))
    for number, cells in enumerate(found[1:], start=2):
        if len(cells) != len(head):
            raise LookupError(str(sentences.CELLS(number=number, head=len(head), cells=len(cells))))
    return tuple(
        {name: _instant(name, cell.strip()) for name, cell in zip(head, cells, strict=True)} for cells in found[1:]
    )


def _instant(name: str, cell: str) -> str:
    """A time as a terminal shows it, as microseconds UTC; anything else as it is."""
    if name not in ("at", "start", "end", "oldest") or cell.lstrip("-").isdecimal():
        return cell
    try:
        seen = datetime.fromisoformat(cell.replace("/", "-"))
    except ValueError:
        return cell
    seen = seen if seen.tzinfo is not None else seen.replace(tzinfo=timezone(timedelta(hours=8)))
    since = seen - datetime(1970, 1, 1, tzinfo=UTC)
    return str(since // timedelta(microseconds=1))
