"""What became of every true record at every centre: one fate each, counted, and binned over time for a picture.

Leaves deciding the fates to the judges (bench.commands.finished asks them) and the page to `reports.html.delivery`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise

import msgspec
from rich.console import Console
from rich.table import Table as Grid

from bench.case import Check, Text, Verdict
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
    """One record and its fate; `end_us` is its interval's end (us UTC), `evidence` a line to look up.

    `delay_us` is from that end to the acknowledgement, -1 where there was none.
    """

    point: str
    kind: str
    end_us: int
    fate: Fate
    evidence: str = ""
    delay_us: int = -1


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

    The picture has `bins` columns: never more than there are intervals, so that no column is empty by chance. `delays`
    has the largest delay (s) of each column in which something was acknowledged. `verdict` is that of the case,
    `unexpected` are the faults of these records that it does not allow, `record` is the path below the run folder.
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
    delays: tuple[tuple[int, int], ...] = ()
    verdict: str = ""
    unexpected: tuple[str, ...] = ()
    record: str = ""

    @property
    def faulty(self) -> int:
        """How many records have a fault that their case does not allow."""
        return sum(self.counts.get(name, 0) for name in self.unexpected)

    @property
    def allowed(self) -> int:
        """How many records have a fault that their case allows: it removes centres, fills stores, enters by hand."""
        return sum(self.counts.get(fate.value, 0) for fate in FAULTY) - self.faulty


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


_ASKED = {
    "none-lost": Fate.LOST,
    "none-invented": Fate.INVENTED,
    "none-altered": Fate.ALTERED,
    "none-mis-stamped": Fate.MIS_STAMPED,
    "flags-right": Fate.WRONGLY_FLAGGED,
    "all-acknowledged": Fate.UNACKNOWLEDGED,
    "no-needless-repeats": Fate.DUPLICATED,
}
"""Checks that ask about one fault and no other."""
_OF_RECORDS = ("records", "values", "messages", "readings")


def unexpected(checks: Iterable[Check]) -> tuple[str, ...]:
    """The faults of records that a case does not allow, by what its own checks said of the same history.

    A fault that a check asks about alone is as that check says. Of any other fault the case says something only where
    a check that counts records, values or messages failed; where all of them passed, what happened was meant to.
    """
    found = [check for check in checks if not check.condition]
    asked = {_ASKED[check.id]: check.verdict for check in found if check.id in _ASKED}
    failed = any(check.verdict is Verdict.FAIL and check.unit in _OF_RECORDS for check in found)
    return tuple(fate.value for fate in FAULTY if (asked[fate] is Verdict.FAIL if fate in asked else failed))


def sheet(
    case: str,
    attempt: int,
    centre: str,
    start_us: int,
    end_us: int,
    records: Iterable[Fated],
    *,
    verdict: str = "",
    faults: tuple[str, ...] = (),
    record: str = "",
) -> Sheet:
    """Count and bin the fates of one case at one centre; the time covered is [start, end] (us UTC).

    `faults` are those that the case does not allow (`unexpected`).
    """
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
        delays=_delays(found, start_us, end_us, bins),
        verdict=verdict,
        unexpected=tuple(name for name in faults if name in counts),
        record=record,
    )


def _delays(records: Sequence[Fated], start_us: int, end_us: int, bins: int) -> tuple[tuple[int, int], ...]:
    """The largest delay (s, up) in each bin that has one."""
    found: dict[int, int] = {}
    for one in records:
        if one.delay_us >= 0:
            bin = min(max((one.end_us - 1 - start_us) * bins // (end_us - start_us), 0), bins - 1)
            found[bin] = max(found.get(bin, 0), -(-one.delay_us // 1_000_000))
    return tuple(sorted(found.items()))


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
        {name: value for name, value in msgspec.to_builtins(one).items() if name not in ("bins", "lanes", "delays")}
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
        cells = (_number(one.counts.get(name, 0), bad=name in one.unexpected) for name in totals)
        grid.add_row(visible(label), visible(one.centre), *cells)
    grid.add_section()
    bad = {name for one in table.sheets for name in one.unexpected}
    grid.add_row("total 合计", "", *(_number(count, bad=name in bad) for name, count in totals.items()))
    console.print(grid)
    wrong, allowed = sum(one.faulty for one in table.sheets), sum(one.allowed for one in table.sheets)
    console.print(
        f"{wrong} faults that their cases do not allow, {allowed} that they bring about themselves / "
        f"用例不允许的故障 {wrong} 条，用例自身造成的 {allowed} 条"
    )


def _number(count: int, *, bad: bool) -> str:
    if not count:
        return "·"
    return f"[bold red]{count}[/]" if bad else str(count)
