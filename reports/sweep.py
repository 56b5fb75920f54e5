"""A sweep: what a power cut at each write barrier of a scenario did, on a screen and for machines.

Leaves running it to `bench.commands.sweep` and the page to `reports.html.sweep`. Outcomes are the words of
`bench.real.sweep.Outcome`: safe, lost (the case failed), missed (the barrier never came), open (undecided).
"""

from __future__ import annotations

import msgspec
from rich.console import Console
from rich.table import Table

from bench.case import Text
from reports.blocks import visible

OUTCOMES: dict[str, Text] = {
    "safe": Text("no harm", "无损害"),
    "lost": Text("harm", "有损害"),
    "missed": Text("never came", "未到达"),
    "open": Text("undecided", "未判定"),
}
STATES = {"safe": "pass", "lost": "fail", "missed": "inconclusive", "open": "inconclusive"}
_STYLES = {"safe": "green", "lost": "bold red", "missed": "yellow", "open": "yellow"}
END = Text("at the end", "末尾")
_MOMENTS = {"before": Text("before it takes effect", "生效前"), "after": Text("after it took effect", "生效后")}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One trial: cut at the `sync`-th barrier, `moment` before or after it takes effect; 0 and end: after the last one.

    `at` is the barrier at which the cut came (0: it never did), `file` what was being made durable. `failed` are the
    checks that failed, or were open where the outcome is. `record` is below the sweep's folder.
    """

    sync: int
    moment: str
    outcome: str
    verdict: str
    file: str = ""
    at: int = 0
    failed: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    reason: str = ""
    record: str = ""
    digest: str = ""


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """A whole sweep. `syncs` are the barriers of the dry run, `sample` says that not all of them were tried."""

    run: str
    case: str
    rig: str
    terminal: str
    seed: int
    commit: str
    defect: str
    syncs: int
    sample: bool
    rows: tuple[Row, ...]

    def of(self, outcome: str) -> tuple[Row, ...]:
        """The trials with an outcome."""
        return tuple(row for row in self.rows if row.outcome == outcome)

    @property
    def whole(self) -> bool:
        """Whether something was tried and every trial did no harm."""
        return bool(self.rows) and len(self.of("safe")) == len(self.rows)

    @property
    def syncs_tried(self) -> dict[int, dict[str, Row]]:
        """The trials by barrier and moment, that at the end (0) last."""
        found: dict[int, dict[str, Row]] = {}
        for row in self.rows:
            found.setdefault(row.sync, {})[row.moment] = row
        return dict(sorted(found.items(), key=lambda each: (not each[0], each[0])))

    def counts(self) -> dict[str, int]:
        """How many trials came to each outcome."""
        return {outcome: len(self.of(outcome)) for outcome in OUTCOMES}


def to_json(sweep: Sweep) -> str:
    """The sweep for machines."""
    found = {"format": "carbonbench-sweep/1", **msgspec.to_builtins(sweep), "counts": sweep.counts()}
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"


def line(row: Row) -> str:
    """A trial in one line."""
    where = f"sync {row.sync} {row.moment}" if row.sync else "at the end"
    told = f"{where}: {OUTCOMES[row.outcome]}"
    words = [", ".join(row.failed), row.file, row.reason if row.outcome in ("open", "missed") else ""]
    return visible(" – ".join([told, *(word for word in words if word)]))


def sentence(sweep: Sweep) -> str:
    """What came of it, in one line."""
    counts = sweep.counts()
    what = "sample of a sweep / 抽样" if sweep.sample else "sweep / 全扫描"
    told = ", ".join(f"{count} {OUTCOMES[outcome]}" for outcome, count in counts.items() if count)
    return f"{what}: {sweep.syncs} write barriers / 落盘 {sweep.syncs} 次; {told or 'nothing was tried / 未执行'}"


def print_sweep(sweep: Sweep, console: Console) -> None:
    """A line for each barrier, harm explained, then the sentence that counts."""
    grid = Table(title="Sweep of power cuts / 断电扫描", title_justify="left", box=None, pad_edge=False)
    for heading in ("sync 落盘", "file 文件", *(str(text) for text in _MOMENTS.values())):
        grid.add_column(heading, overflow="fold")
    for sync, trials in sweep.syncs_tried.items():
        file = next((row.file for row in trials.values() if row.file), "")
        cells = [trials.get(moment) or (trials.get("end") if moment == "after" else None) for moment in _MOMENTS]
        shown = [f"[{_STYLES[row.outcome]}]{OUTCOMES[row.outcome]}[/]" if row else "–" for row in cells]
        grid.add_row(str(sync) if sync else str(END), visible(file), *shown)
    console.print(grid)
    for row in sweep.rows:
        if row.outcome != "safe":
            console.print(line(row), markup=False, highlight=False)
            for told in row.evidence:
                console.print(f"    {visible(told)}", markup=False, highlight=False)
    console.print(sentence(sweep), markup=False, highlight=False)
