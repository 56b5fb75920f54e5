"""What became of every true record at every centre: one fate each, counted, and binned over time for a picture.

Leaves deciding the fates to the judges (bench.commands.delivery asks them) and the page to `reports.html.delivery`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise

import msgspec
from rich.console import Console
from rich.table import Table as Grid

from bench.case import Text
from reports.blocks import visible

BINS = 240
MOST_LANES = 60
EVIDENCE = 10
"""Lines of evidence that a sheet keeps for each fate."""


class Fate(StrEnum):
    """What became of a record, the worst first; a record with several faults counts under the worst of them."""

    LOST = "lost"
    INVENTED = "invented"
    ALTERED = "altered"
    MIS_STAMPED = "mis-stamped"
    WRONGLY_FLAGGED = "wrongly flagged"
    UNACKNOWLEDGED = "unacknowledged"
    DUPLICATED = "duplicated"
    REORDERED = "reordered"
    LATE = "late"
    DELIVERED = "delivered"
    GAP = "no true value"

    @property
    def text(self) -> Text:
        """The fate in both languages."""
        return Text(self.value, _ZH[self])


_ZH = {
    Fate.LOST: "丢失",
    Fate.INVENTED: "虚构",
    Fate.ALTERED: "被改动",
    Fate.MIS_STAMPED: "时标错误",
    Fate.WRONGLY_FLAGGED: "标记错误",
    Fate.UNACKNOWLEDGED: "未获应答",
    Fate.DUPLICATED: "重复",
    Fate.REORDERED: "乱序",
    Fate.LATE: "迟到",
    Fate.DELIVERED: "按时送达",
    Fate.GAP: "无真值",
}
RANK = {fate: rank for rank, fate in enumerate(Fate)}
FAULTY = (*list(Fate)[:7],)
"""Fates that no ruling allows; late and reordered records are judged by limits of their own (R-25)."""


class Fated(msgspec.Struct, frozen=True, kw_only=True):
    """One record and its fate; `end_us` is its interval's end (us UTC), `evidence` a line to look up."""

    point: str
    kind: str
    end_us: int
    fate: Fate
    evidence: str = ""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """The worst fate within one bin of a lane, and how many of the bin's records share it."""

    bin: int
    fate: Fate
    count: int


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the picture: a point, or all points together where they are too many."""

    name: str
    cells: tuple[Cell, ...]


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one case at one centre. `counts` has every fate that occurs, `evidence` the first lines each.

    The picture has `bins` columns: never more than there are intervals, so that no column is empty by chance.
    """

    case: str
    attempt: int
    centre: str
    start_us: int
    end_us: int
    counts: dict[str, int]
    kinds: dict[str, dict[str, int]]
    bins: int
    lanes: tuple[Lane, ...]
    evidence: dict[str, tuple[str, ...]]

    @property
    def faulty(self) -> int:
        """How many records have a fate that no ruling allows."""
        return sum(self.counts.get(fate.value, 0) for fate in FAULTY)


class DeliveryTable(msgspec.Struct, frozen=True, kw_only=True):
    """The delivery table of a run."""

    run: str
    sheets: tuple[Sheet, ...]

    def totals(self) -> dict[str, int]:
        """Records by fate over all sheets, in the order of Fate."""
        return {
            fate.value: sum(sheet.counts.get(fate.value, 0) for sheet in self.sheets)
            for fate in Fate
            if any(fate.value in sheet.counts for sheet in self.sheets)
        }


def sheet(case: str, attempt: int, centre: str, start_us: int, end_us: int, records: Iterable[Fated]) -> Sheet:
    """Count and bin the fates of one case at one centre; the time covered is [start, end] (us UTC)."""
    found = sorted(records, key=lambda one: (one.end_us, one.point, one.kind))
    counts: dict[str, int] = {}
    kinds: dict[str, dict[str, int]] = {}
    evidence: dict[str, list[str]] = {}
    for one in found:
        counts[one.fate.value] = counts.get(one.fate.value, 0) + 1
        by_kind = kinds.setdefault(one.kind, {})
        by_kind[one.fate.value] = by_kind.get(one.fate.value, 0) + 1
        lines = evidence.setdefault(one.fate.value, [])
        if one.evidence and len(lines) < EVIDENCE:
            lines.append(one.evidence)
    ordered = sorted(counts, key=lambda name: RANK[Fate(name)])
    end_us = max(end_us, start_us + 1)
    bins = _bins(found, end_us - start_us)
    return Sheet(
        case=case,
        attempt=attempt,
        centre=centre,
        start_us=start_us,
        end_us=end_us,
        counts={name: counts[name] for name in ordered},
        kinds=kinds,
        bins=bins,
        lanes=_lanes(found, start_us, end_us, bins),
        evidence={name: tuple(evidence[name]) for name in ordered if evidence[name]},
    )


def _bins(records: Sequence[Fated], length_us: int) -> int:
    """As many columns as the shortest step between two ends of intervals of one kind allows, at most BINS."""
    ends: dict[str, list[int]] = {}
    for one in records:
        ends.setdefault(one.kind, []).append(one.end_us)
    steps = [late - early for found in ends.values() for early, late in pairwise(sorted(set(found)))]
    return max(1, min(BINS, length_us // min(steps))) if steps else BINS


def _lanes(records: Sequence[Fated], start_us: int, end_us: int, count: int) -> tuple[Lane, ...]:
    points = sorted({one.point for one in records})
    named = {point: point for point in points}
    if len(points) > MOST_LANES:
        bad = {one.point for one in records if one.fate in FAULTY}
        shown = sorted(bad)[: MOST_LANES - 1]
        rest = f"{len(points) - len(shown)} other points / 其余 {len(points) - len(shown)} 个监测点"
        named = {point: point if point in shown else rest for point in points}
    bins: dict[str, dict[int, dict[Fate, int]]] = {name: {} for name in dict.fromkeys(named.values())}
    for one in records:
        # An interval belongs to the time before its end.
        index = min(max((one.end_us - 1 - start_us) * count // (end_us - start_us), 0), count - 1)
        cell = bins[named[one.point]].setdefault(index, {})
        cell[one.fate] = cell.get(one.fate, 0) + 1
    return tuple(Lane(name=name, cells=_cells(cells)) for name, cells in bins.items())


def _cells(cells: dict[int, dict[Fate, int]]) -> tuple[Cell, ...]:
    made: list[Cell] = []
    for index, fates in sorted(cells.items()):
        worst = min(fates, key=RANK.__getitem__)
        made.append(Cell(bin=index, fate=worst, count=fates[worst]))
    return tuple(made)


def to_json(table: DeliveryTable) -> bytes:
    """The table for machines: every sheet with its counts, the picture left out."""
    rows = [
        {name: value for name, value in msgspec.to_builtins(one).items() if name not in ("bins", "lanes")}
        for one in table.sheets
    ]
    return msgspec.json.format(
        msgspec.json.encode({"run": table.run, "totals": table.totals(), "sheets": rows}), indent=2
    )


def print_table(table: DeliveryTable, console: Console) -> None:
    """The counts as a grid: a row for each case and centre, a column for each fate that occurs."""
    totals = table.totals()
    grid = Grid(title="Delivery / 传输对账", title_justify="left", box=None, pad_edge=False, header_style="bold")
    grid.add_column("case 用例", overflow="fold")
    grid.add_column("centre 中心")
    for name in totals:
        grid.add_column(f"{name}\n{Fate(name).text.zh}", justify="right")
    for one in table.sheets:
        label = f"{one.case}#{one.attempt}" if one.attempt != 1 else one.case
        grid.add_row(visible(label), visible(one.centre), *(_number(name, one.counts.get(name, 0)) for name in totals))
    grid.add_section()
    grid.add_row("total 合计", "", *(_number(name, count) for name, count in totals.items()))
    console.print(grid)


def _number(name: str, count: int) -> str:
    if not count:
        return "·"
    return f"[bold red]{count}[/]" if Fate(name) in FAULTY else str(count)
