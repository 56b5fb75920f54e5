"""How much escapes the suite: the figure of `prove --mutants`, on the screen and for machines.

Leaves trying mutants to the command, counting to `conformance.mutants.figure`, the page to `reports.html.mutants`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import msgspec
from rich.console import Console
from rich.rule import Rule
from rich.text import Text as Line

from bench.case import Text
from conformance.mutants.figure import Figure, Trial
from conformance.mutants.lines import Lines
from conformance.mutants.survivors import ESCAPE, KILLED, Sorted, sorted_as
from reports.blocks import visible
from reports.screen import console_for

UNSORTED = "unsorted"
KINDS = {
    "equivalent": Text("equivalent", "等价"),
    "free choice": Text("free choice of a maker", "制造商自由选择"),
    ESCAPE: Text("escape", "漏检"),
    KILLED: Text("killed by a case that its time did not reach", "由限时之外的用例发现"),
    UNSORTED: Text("nobody has looked at it: counts as an escape", "未分类，按漏检计"),
}
"""What a survivor can be."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to tell: the figure, every trial, what people found of survivors, the lines that no case runs."""

    figure: Figure
    trials: tuple[Trial, ...]
    known: Mapping[tuple[str, str, str, str, str], Sorted]
    never: Lines

    def survivors(self) -> dict[str, list[Trial]]:
        """The mutants that no check caught, by what they are, escapes first."""
        left = [trial for trial in self.trials if trial.outcome in ("survived", "undecided")]
        found: dict[str, list[Trial]] = {}
        for kind in (ESCAPE, UNSORTED, KILLED, "free choice", "equivalent"):
            same = [trial for trial in left if (sorted_as(trial.mutant, self.known) or UNSORTED) == kind]
            found[kind] = sorted(same, key=lambda trial: (trial.mutant.module, trial.mutant.line))
        return {kind: trials for kind, trials in found.items() if trials}

    def reason(self, trial: Trial) -> str:
        """Why a survivor is what it is; empty while unsorted."""
        found = self.known.get(trial.mutant.identity)
        return found.reason if found else ""


def sentence(figure: Figure) -> Text:
    """The figure in one sentence."""
    covered = f"{figure.lines_run / figure.lines:.1%}" if figure.lines else "–"
    if figure.interval is None or figure.escape_rate is None:
        return Text(
            f"no mutant of consequence was tried; the suite runs {covered} of the {figure.item}'s lines", "未试变异体"
        )
    low, high = figure.interval
    hits = figure.escaped + figure.unsorted
    return Text(
        f"{figure.killed} of {figure.consequential} consequential mutants killed, {hits} escaped: "
        f"{figure.escape_rate:.1%} (95 % interval {low:.1%} to {high:.1%}); "
        f"the suite runs {covered} of the {figure.item}'s lines",
        f"{figure.consequential} 个有影响的变异体中发现 {figure.killed} 个，漏检 {hits} 个，"
        f"漏检率 {figure.escape_rate:.1%}（95 % 区间 {low:.1%} 至 {high:.1%}）；"
        f"套件执行{figure.item.zh}代码行的 {covered}",
    )


def to_json(told: Told) -> bytes:
    """The octets of `mutants.json` (shape in docs/FORMATS.md)."""
    whole = {
        "figure": told.figure,
        "escape_rate": told.figure.escape_rate,
        "interval": told.figure.interval,
        "survivors": [
            {"is": kind, "reason": told.reason(trial), **msgspec.to_builtins(trial)}
            for kind, trials in told.survivors().items()
            for trial in trials
        ],
        "killed": [msgspec.to_builtins(trial) for trial in told.trials if trial.killed],
        "lines_never_run": told.never,
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def print_told(told: Told, console: Console | None = None) -> None:
    """Print the survivors and the figure."""
    console = console or console_for(sys.stdout)
    for kind, trials in told.survivors().items():
        console.print(Rule(f"{KINDS[kind]} ({len(trials)})", align="left"))
        for trial in trials:
            mutant = trial.mutant
            where = f"{mutant.module}:{mutant.line} {mutant.owner} [{mutant.kind}]"
            console.print(Line(f"  {visible(where)}"), soft_wrap=True)
            console.print(Line(f"    - {visible(mutant.before)}\n    + {visible(mutant.after)}"), soft_wrap=True)
            if reason := told.reason(trial):
                console.print(Line(f"    {visible(reason)}"), soft_wrap=True)
    console.print(Rule(align="left"))
    figure = told.figure
    words = f"{figure.drawn} drawn, {figure.stillborn} cannot be imported, {figure.killed} killed"
    words += f", {figure.equivalent} equivalent, {figure.free} free choices"
    console.print(Line(f"{words} / 抽取 {figure.drawn} 个"))
    console.print(Line(str(sentence(figure))), soft_wrap=True)
