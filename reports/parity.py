"""Parity: what the same cases came to in virtual and in real time, item by item, on a screen and for machines (R-08).

Leaves comparing to `bench.commands.parity` and the page to `reports.html.parity`.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec
from rich.console import Console
from rich.table import Table

from bench.case import Text
from reports.blocks import visible


class Likeness(StrEnum):
    """How an item of one time stands to the same item of the other, the worst first."""

    DIFFERS = "differs"
    LIMIT = "stated limit"
    SAME = "same"

    @property
    def text(self) -> Text:
        """In both languages."""
        return Text(self.value, {"differs": "不一致", "stated limit": "已说明的限制", "same": "一致"}[self.value])


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One item of one case: a check, a measured quantity, the keys or the values of records.

    `virtual` and `real` are what was found, `why` says what a difference or a limit rests on, `evidence` holds lines to
    look up.
    """

    case: str
    clauses: tuple[str, ...]
    item: str
    name: Text
    virtual: str
    real: str
    likeness: Likeness
    why: Text | None = None
    evidence: tuple[str, ...] = ()


class Parity(msgspec.Struct, frozen=True, kw_only=True):
    """A whole comparison. `rig` is the rig in real time; `commit`, `terminal` and `seed` are those of both halves.

    `accelerated` is the rate of the first half where that is no virtual time but the same rig so many times faster.
    """

    run: str
    rig: str
    terminal: str
    seed: int
    commit: str
    rows: tuple[Row, ...]
    accelerated: int = 1

    @property
    def first(self) -> Text:
        """What the first half is called (the field `virtual` of its rows)."""
        return Text("accelerated", "加速") if self.accelerated > 1 else Text("virtual", "虚拟")

    @property
    def same(self) -> bool:
        """Whether nothing differs: limits that are stated are no differences."""
        return all(row.likeness is not Likeness.DIFFERS for row in self.rows)

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases, in order."""
        return tuple(dict.fromkeys(row.case for row in self.rows))

    @property
    def clauses(self) -> dict[str, Likeness]:
        """The worst likeness of each clause, over all items of its cases."""
        rank = list(Likeness)
        found: dict[str, Likeness] = {}
        for row in self.rows:
            for clause in row.clauses:
                found[clause] = min(found.get(clause, Likeness.SAME), row.likeness, key=rank.index)
        return dict(sorted(found.items()))

    def of(self, case: str) -> tuple[Row, ...]:
        """The rows of one case."""
        return tuple(row for row in self.rows if row.case == case)

    def counts(self) -> dict[str, int]:
        """How many items came to each likeness."""
        return {kind.value: sum(row.likeness is kind for row in self.rows) for kind in Likeness}


def to_json(parity: Parity) -> str:
    """The comparison for machines."""
    found = {
        "format": "carbonbench-parity/1",
        **msgspec.to_builtins(parity),
        "same": parity.same,
        "counts": parity.counts(),
        "clauses": {clause: kind.value for clause, kind in parity.clauses.items()},
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"


_STYLES = {Likeness.DIFFERS: "bold red", Likeness.LIMIT: "yellow", Likeness.SAME: "green"}


def print_parity(parity: Parity, console: Console) -> None:
    """The clauses with their likeness, then every item that is not the same, then the sentence that counts."""
    grid = Table(title="Parity / 虚实一致性", title_justify="left", box=None, pad_edge=False, header_style="bold")
    first = parity.first
    for heading in ("clause 条款", f"{first.en} and real time {first.zh}与实时"):
        grid.add_column(heading, overflow="fold")
    for clause, kind in parity.clauses.items():
        grid.add_row(visible(clause), f"[{_STYLES[kind]}]{kind.text}[/]")
    console.print(grid)
    for row in parity.rows:
        if row.likeness is Likeness.SAME:
            continue
        console.print(f"\n[{_STYLES[row.likeness]}]{row.likeness.text}[/] ", end="")
        told = [f"{row.case}:{row.item}  {row.name}", f"  {first.en} {first.zh}: {row.virtual or '–'}"]
        told.append(f"  real 实时: {row.real or '–'}")
        told += [f"  {row.why}"] if row.why else []
        told += [f"    {line}" for line in row.evidence]
        console.print(visible(told[0]), markup=False, highlight=False)
        for line in told[1:]:
            console.print(visible(line), markup=False, highlight=False)
    console.print()
    console.print(sentence(parity), markup=False, highlight=False)


def sentence(parity: Parity) -> str:
    """What came of it, in one line."""
    counts = parity.counts()
    told = (
        f"{len(parity.cases)} cases, {counts['same']} items the same, {counts['stated limit']} stated limits, "
        f"{counts['differs']} differ"
    )
    en, zh = parity.first.en, parity.first.zh
    words = f"{en} and real time agree / {zh}与实时一致" if parity.same else f"they differ / {zh}与实时不一致"
    return f"{told}: {words}"
