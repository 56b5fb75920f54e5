"""The matrix of access that was found: every function by every role at every door, plain and by tricks (R-37).

Leaves the verdict to the judge. It is read from the record alone: what the profile permits, and what came of each use.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from bench.case import Text
from bench.history import History, Observed


class Cell(StrEnum):
    """What was found of a function, a role and a door."""

    WORKED = "worked"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    BROKEN = "broken"
    UNTRIED = "untried"

    @property
    def sign(self) -> str:
        """As it is printed, for a printer without colours too."""
        return {"worked": "✓", "refused": "–", "forbidden": "✗", "broken": "!", "untried": ""}[self.value]

    @property
    def text(self) -> Text:
        """What the sign stands for."""
        return _TEXTS[self]


_TEXTS = {
    Cell.WORKED: Text("permitted, and works", "允许且可用"),
    Cell.REFUSED: Text("not permitted, and not carried out", "不允许且未执行"),
    Cell.FORBIDDEN: Text("not permitted, and carried out", "不允许却被执行"),
    Cell.BROKEN: Text("permitted, and does not work", "允许却不可用"),
    Cell.UNTRIED: Text("not tried", "未尝试"),
}


class Row(msgspec.Struct, frozen=True):
    """A function: its texts and a cell for each column."""

    en: str
    zh: str
    cells: tuple[Cell, ...]


class Matrix(msgspec.Struct, frozen=True):
    """Columns are (door, role or trick); rows are functions in the order of the profile."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]

    @property
    def doors(self) -> tuple[tuple[str, int], ...]:
        """Each door with the number of its columns."""
        found: dict[str, int] = {}
        for door, _ in self.columns:
            found[door] = found.get(door, 0) + 1
        return tuple(found.items())

    @property
    def legend(self) -> tuple[Cell, ...]:
        """The signs that it may have."""
        return tuple(cell for cell in Cell if cell.sign)


_FEWEST = 6
"""Uses below which there is nothing to draw."""


def matrix(history: History) -> Matrix | None:
    """What was found; None where few functions or none were tried."""
    listed = [row for event in history.of(Observed) if event.what == "functions" for row in event.rows]
    uses = [event for event in history.of(Observed) if event.what == "function" and event.rows]
    names = {row["function"]: row for row in listed}
    found: dict[tuple[str, str], dict[str, Cell]] = {}
    for event in uses:
        query = event.query
        function = names.get(query["function"])
        kind = query["trick"].partition(" ")[0] or query["role"]
        if function is None or (query["trick"] and kind not in _TRICKS):
            continue
        seen = found.setdefault((query["door"], kind), {})
        cell = _cell(function, query, event.rows[0]["outcome"])
        if cell is not Cell.UNTRIED:
            seen[query["function"]] = max(seen.get(query["function"], Cell.UNTRIED), cell, key=_WEIGHT.index)
    if sum(map(len, found.values())) < _FEWEST:
        return None
    doors = tuple(dict.fromkeys(door for row in listed for door in row["doors"].split()))
    columns = tuple(sorted(found, key=lambda column: doors.index(column[0]) if column[0] in doors else len(doors)))
    rows = tuple(
        Row(row["en"], row["zh"], tuple(found[column].get(name, Cell.UNTRIED) for column in columns))
        for name, row in names.items()
        if any(name in found[column] for column in columns)
    )
    return Matrix(columns, rows)


_TRICKS = ("forged", "ended", "idle", "unsigned", "other-object", "second-role", "own-role")
_WEIGHT = (Cell.UNTRIED, Cell.WORKED, Cell.REFUSED, Cell.BROKEN, Cell.FORBIDDEN)


def _cell(function: dict[str, str], query: dict[str, str], outcome: str) -> Cell:
    if outcome == "unanswered":
        return Cell.UNTRIED
    only = function.get("only", "").split()
    may = query["role"] in function["may"].split() or "nobody" in function["may"].split()
    permitted = may and not query["trick"] and (not only or query["door"] in only)
    if permitted:
        return Cell.WORKED if outcome == "executed" else Cell.BROKEN
    open_to_all = "nobody" in function["may"].split()
    return Cell.FORBIDDEN if outcome == "executed" and not open_to_all else Cell.REFUSED
