"""The console: live progress while cases run, the closing table, and a block for everything that did not pass.

Leaves the content of the blocks to `reports.blocks`. Reads well at 100 columns; without a terminal it prints plain
lines only, so that a log of a build stays readable.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.rule import Rule
from rich.table import Table
from rich.text import Text as Line

from bench.case import CaseResult, RunResult, Text, Verdict, shown_limit
from reports.blocks import LABELS, Block, block_text, blocks, blocks_of, visible, width
from reports.clause_results import deciding_checks, verdict_on
from reports.conformity import (
    SHORT,
    WHY,
    Conformity,
    Statement,
    clause_order,
    completed,
    document_of,
    documents,
    not_repeatable,
    standings,
    statements,
    unsupported,
)
from reports.entries import Entry
from reports.ledger import entries
from reports.readings import tally
from reports.repeats import attempts_of, mixed_reason, repeatability

# Colour is never alone: every verdict has its own sign.
SIGNS = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.INCONCLUSIVE: "?",
    Verdict.NOT_APPLICABLE: "–",
    Verdict.NOT_RUN: "○",
    Verdict.REVIEW: "◇",
    Verdict.ERROR: "!",
}
STYLES = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.NOT_RUN: "dim",
    Verdict.REVIEW: "cyan",
    Verdict.ERROR: "bold magenta",
}
_CONFORMITY_STYLES = {
    Conformity.CONFORMS: "bold green",
    Conformity.AUTOMATIC: "green",
    Conformity.DOES_NOT_CONFORM: "bold red",
    Conformity.NO_STATEMENT: "yellow",
}
# Blocks and lines of evidence beyond these would bury the table; the HTML report holds all of them.
MOST_BLOCKS = 50
MOST_EVIDENCE = 6
# What is told whole where the end of a run is to fit on one screen: a check of so many cases, the others a line each.
WHOLE_CASES = 2
WHOLE_EVIDENCE = 2
MOST_LINES = 12
LOOKED_EVERY_S, TOLD_EVERY_S = 2.0, 60.0
"""How often what a case waits for is looked at on a terminal, and told elsewhere."""


def console_for(stream: TextIO, environ: Mapping[str, str] | None = None) -> Console:
    """A console on a stream: coloured and live on a terminal, plain lines of 100 columns elsewhere or under CI."""
    values = os.environ if environ is None else environ
    if stream.isatty() and not values.get("CI"):
        return Console(file=getattr(stream, "drawn", stream), highlight=False)
    return Console(file=stream, highlight=False, force_terminal=False, no_color=True, width=100)


def verdict_line(verdict: Verdict) -> Line:
    """Sign and verdict in both languages, coloured."""
    return Line(f"{SIGNS[verdict]} {verdict.value} {verdict.zh}", style=STYLES[verdict])


class Progress:
    """Shows a run while it goes: `expect` how many, then `started` and `finished` as cases do, `close` at the end.

    On a terminal a live picture stands below the finished lines; elsewhere there is one line for each finished case.
    `waiting` says of a running case what it waits for: part of the picture, or a line a minute.
    """

    def __init__(
        self, console: Console | None = None, *, quiet: bool = False, waiting: Callable[[str], str] | None = None
    ) -> None:
        self._console = console or console_for(sys.stdout)
        self._quiet = quiet
        self._waiting = waiting
        self._under_way: dict[str, int] = {}
        self._told_at, self._told = 0.0, Group()
        self._over = threading.Event()
        self._total = 0
        self._done = 0
        self._counts: dict[Verdict, int] = {}
        self._running: dict[str, list[TaskID]] = {}
        self._overall = Bars(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )
        self._bar = self._overall.add_task("cases / 用例", total=None)
        self._current = Bars(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=self._console
        )
        self._live: Live | None = None
        if self._console.is_terminal:
            self._live = Live(get_renderable=self._picture, console=self._console, refresh_per_second=8, transient=True)
        elif waiting and not quiet:
            threading.Thread(target=self._tell_waiting, name="waiting", daemon=True).start()

    def expect(self, number: int) -> None:
        """How many attempts will run in all."""
        self._total = number
        self._overall.update(self._bar, total=number)

    def started(self, case: str) -> None:
        """A case began; several attempts of one case may run at the same time."""
        self._under_way[case] = self._under_way.get(case, 0) + 1
        if self._live:
            self._live.start()
            self._running.setdefault(case, []).append(self._current.add_task(escape(visible(case)), total=None))
            self._live.refresh()

    def finished(self, result: CaseResult) -> None:
        """A case ended: one line for it, and the bar moves on."""
        self._under_way[result.id] = self._under_way.get(result.id, 1) - 1
        self._done += 1
        self._total = max(self._total, self._done)
        self._counts[result.verdict] = self._counts.get(result.verdict, 0) + 1
        if not self._quiet or result.verdict is not Verdict.PASS:
            self._console.print(self._line(result), soft_wrap=True)
        if self._live:
            if self._running.get(result.id):
                self._current.remove_task(self._running[result.id].pop(0))
            self._overall.update(self._bar, completed=self._done, total=self._total)
            self._live.refresh()

    def _tell_waiting(self) -> None:
        """A line a minute for each case under way, where nobody sees a picture."""
        while not self._over.wait(TOLD_EVERY_S):
            for line in self._waiting_lines():
                self._console.print(line, soft_wrap=True)

    def _waiting_lines(self) -> list[Line]:
        """What each case under way waits for."""
        if self._waiting is None:
            return []
        told = ((case, self._waiting(case)) for case, number in list(self._under_way.items()) if number > 0)
        return [Line(visible(f"    {case}: {text}"), style="dim") for case, text in told if text]

    def close(self) -> None:
        """Take the live picture away; the lines of finished cases stay."""
        self._over.set()
        if self._live:
            self._live.stop()

    def _line(self, result: CaseResult) -> Line:
        digits = len(str(self._total))
        attempt = f" #{result.attempt}" if result.attempt > 1 else ""
        took = f"{result.wall_s:.1f} s" + (f", {span(result.simulated_s)} simulated" if result.simulated_s else "")
        line = Line(f"[{self._done:>{digits}}/{self._total}] ")
        line.append_text(verdict_line(result.verdict))
        line.append(f"  {visible(result.id)}{attempt}")
        line.append(f"  ({took})", style="dim")
        return line

    def _picture(self) -> RenderableType:
        line = Line("  ")
        for verdict in Verdict:
            if self._counts.get(verdict):
                line.append(f"{SIGNS[verdict]} {self._counts[verdict]} {verdict.value}   ", style=STYLES[verdict])
        if time.monotonic() - self._told_at > LOOKED_EVERY_S:
            self._told_at, self._told = time.monotonic(), Group(*self._waiting_lines())
        return Group(self._overall, line, self._current, self._told)


def span(seconds: float) -> str:
    """A length of simulated time as a person says it."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def closing(
    run: RunResult,
    where: Path | str = "",
    *,
    how: str = "full",
    around: Mapping[tuple[str, int], Sequence[str]] | None = None,
    seen: Mapping[tuple[str, str], str] | None = None,
    ledger: Sequence[Entry] | None = None,
    console: Console | None = None,
) -> None:
    """Print what stands on the screen when a run is over.

    `how` is quiet (counts, and a line for each case that did not pass), short (blocks of what did not pass, a line for
    each statement) or full (verdict per clause and every reason too). `where` is the run folder. Without `ledger` the
    clause ledger of the suite is read. `around` gives by case and attempt what stood around its fault, `seen` by
    case and check since when it fails.
    """
    ledger = entries() if ledger is None else ledger
    console = console or console_for(sys.stdout)
    run = completed(run, ledger)
    if how != "quiet":
        _print_blocks(console, run, around or {}, seen or {}, short=how == "short")
    if how == "full":
        _print_clauses(console, run, ledger)
    denied = unsupported(run, ledger)
    if denied and how == "full":
        console.print(_rule("declared unsupported: fails / 声明不支持：不通过", "red"))
        for entry in denied:
            console.print(_denied(entry))
    elif denied:
        named = _some([entry.id for entry in denied])
        told = f"{SIGNS[Verdict.FAIL]} {len(denied)} clauses fail, declared unsupported / 条声明不支持：{named}"
        console.print(Line(visible(told), style="bold red"), soft_wrap=True)
    mixed = not_repeatable(run)
    if mixed:
        console.print(_rule("not repeatable: counts as fail / 不可重复：按不通过计", "red"))
        attempts = attempts_of(run)
        for name in mixed:
            reason = mixed_reason(attempts[name])
            console.print(Line(visible(f"{SIGNS[Verdict.FAIL]} {reason.en}\n  {reason.zh}"), style="bold red"))
    _print_repeats(console, run, every=how == "full")
    if run.expected:
        console.print(_rule("expected failures / 预期不通过"))
        for line in expected_lines(run):
            console.print(line, soft_wrap=True)
    if how != "quiet":
        console.print(_rule("statement per draft / 各标准草案的声明"))
        for statement in statements(run, ledger):
            whole = how == "full"
            console.print(_statement(statement) if whole else _statement_line(statement), soft_wrap=not whole)
        console.print(_rule())
    console.print(summary_line(run))
    for line in lacking_lines(run):
        console.print(line, soft_wrap=True)
    if how != "quiet":
        console.print(_facts(run))
    if how == "short":
        hint = "all clauses and reasons: report.html, or run with -v / 全部条款与原因见 report.html，或加 -v"
        console.print(Line(hint, style="dim"))
    # Unbroken, so that it can be copied.
    console.print(Line(f"run folder / 运行目录  {visible(str(where) or run.run)}"), soft_wrap=True)


def _print_blocks(
    console: Console,
    run: RunResult,
    around: Mapping[tuple[str, int], Sequence[str]],
    seen: Mapping[tuple[str, str], str],
    *,
    short: bool,
) -> None:
    found = [block for block in blocks(run) if not block.case.unanswered]
    unanswered = [case for case in run.cases if case.unanswered]
    if not found and not unanswered:
        return
    console.print(_rule("what did not pass / 未通过项", "red"))
    shown = _first_of_cases(found) if short else found[:MOST_BLOCKS]
    for number, block in enumerate(shown):
        before, after = shown[number - 1] if number else None, shown[number + 1] if shown[number + 1 :] else None
        beside = _said_beside(block, before, after)
        since = seen.get((block.case.id, block.check.id if block.check else ""), "")
        near = () if "replay" in beside else around.get(_key(block), ())
        most = WHOLE_EVIDENCE if short else MOST_EVIDENCE
        print_block(console, block, without=beside, around=near, since=since, most=most)
    told = {id(block) for block in shown}
    rest = [block for block in found if id(block) not in told]
    if short and rest:
        _print_lines(console, rest)
    elif rest:
        console.print(Line(f"… and {len(rest)} more in the HTML report / 其余 {len(rest)} 项见 HTML 报告", style="dim"))
    _print_unanswered(console, unanswered)


def _first_of_cases(found: Sequence[Block]) -> list[Block]:
    """The worst block of each of the first cases."""
    first: dict[tuple[str, int], Block] = {}
    for block in found:
        first.setdefault(_key(block), block)
    return list(first.values())[:WHOLE_CASES]


def _print_lines(console: Console, found: Sequence[Block]) -> None:
    """What did not pass besides, a line each."""
    for block in found[:MOST_LINES]:
        line = verdict_line(block.verdict)
        actual = (block.check.actual or block.check.measured) if block.check else block.case.reason
        line.append(f"  {visible(block.heading)}" + (f": {visible(actual)}" if actual else ""))
        console.print(line, overflow="ellipsis", no_wrap=True)
    more = len(found) - MOST_LINES
    if more > 0:
        console.print(Line(f"… and {more} more in the HTML report / 其余 {more} 项见 HTML 报告", style="dim"))
    console.print()


def _print_unanswered(console: Console, cases: Sequence[CaseResult]) -> None:
    """Cases that wait for an answer of the profile: the lines that it wants, each with how many cases wait for it."""
    if not cases:
        return
    waiting = Counter(line for name in {case.id: case for case in cases}.values() for line in name.unanswered)
    head = verdict_line(Verdict.INCONCLUSIVE)
    number = len({case.id for case in cases})
    wait = "case waits" if number == 1 else "cases wait"
    head.append(f"  {number} {wait} for answers of the profile; add / 档案未作答，请补充：", style="bold")
    console.print(head)
    for line, times in waiting.most_common(MOST_BLOCKS):
        console.print(Line(f"    {visible(line)}    × {times}"), soft_wrap=True)
    if len(waiting) > MOST_BLOCKS:
        rest = len(waiting) - MOST_BLOCKS
        console.print(Line(f"    … and {rest} more lines in the HTML report / 其余 {rest} 行见 HTML 报告", style="dim"))
    console.print()


def _print_clauses(console: Console, run: RunResult, ledger: Sequence[Entry]) -> None:
    console.print(_rule("verdict per clause / 各条款判定"))
    for line in (*clause_lines(run, ledger), *_real_time_line(run), *_b_lines(run), *_left_over(run, ledger)):
        console.print(line, soft_wrap=True)


def failure_block(result: CaseResult) -> str:
    """Everything that keeps a case from passing, as plain text: one block for each open check."""
    return "\n\n".join(block_text(block) for block in blocks_of(result))


def _rule(title: str = "", style: str = "bright_black") -> Rule:
    return Rule(title, style=style, align="left")


def summary_line(run: RunResult) -> Line:
    """Counts of cases by verdict."""
    line = Line("cases / 用例:  ")
    for name, number in run.summary().items():
        verdict = Verdict(name)
        line.append(f"{SIGNS[verdict]} {number} {name} {verdict.zh}   ", style=STYLES[verdict])
    expected = sum(bool(case.expected_fail) for case in run.cases)
    if expected:
        line.append(f"({expected} expected 预期)", style="dim")
    if not run.cases:
        line.append("none was run: inconclusive / 未执行任何用例：无法判定", style=STYLES[Verdict.INCONCLUSIVE])
    return line


def lacking_lines(run: RunResult) -> list[Line]:
    """What this computer lacks, and the cases that were not run for it: one line a case."""
    lacking = {case.id: case.reason for case in run.cases if case.lacking}
    if not lacking:
        return []
    en, zh = ("the run is undecided", "本次运行无法判定") if run.complete else ("others decide", "由其余用例判定")
    head = f"! {len(lacking)} not run: this computer lacks a part, {en} / 本机缺件，未执行，{zh}"
    lines = (f"    {name}: {reason}" for name, reason in lacking.items())
    return [Line(head, style="bold yellow"), *(Line(visible(line), style="yellow") for line in lines)]


def clause_lines(run: RunResult, ledger: Sequence[Entry] = ()) -> list[Line]:
    """The closing table: clause, strength, verdict, how many attempts passed; below a clause the cases that did not.

    Clauses without a case are only counted, below the table.
    """
    strengths = {entry.id: entry.strength for entry in ledger}
    cases: dict[str, list[CaseResult]] = {}
    for case in run.cases:
        cases.setdefault(case.id, []).append(case)
    shown = sorted((clause for clause in run.clauses if clause.cases), key=lambda clause: clause_order(clause.id))
    lines = [_columns("clause / 条款", "strength / 强度", Line("verdict / 判定"), "cases / 用例", style="bold")]
    for document in documents(clause.id for clause in shown):
        for clause in (clause for clause in shown if document_of(clause.id) == document):
            attempts = [case for name in clause.cases for case in cases.get(name, [])]
            passed = sum(verdict_on(clause.id, case) is Verdict.PASS for case in attempts)
            strength = strengths.get(clause.id, "")
            told = f"{passed}/{len(attempts)} pass" + (" *" if clause.needs_real_time else "")
            part = clause.verdict is Verdict.PASS and clause.open
            shown_verdict = (
                Line("✓ in part 部分通过", style=STYLES[Verdict.PASS]) if part else verdict_line(clause.verdict)
            )
            lines.append(_columns(visible(clause.id), strength, shown_verdict, told))
            if clause.verdict is not Verdict.PASS:
                lines += _guilty(clause.id, attempts)
    return lines


def _real_time_line(run: RunResult) -> list[Line]:
    """What the star in the table means: time limits that this run could not decide."""
    checks = dict.fromkeys(check for clause in run.clauses for check in clause.needs_real_time)
    if not checks:
        return []
    return [
        Line(
            f"* {len(checks)} checks of time limits are not run: they need real time (R-08)"
            f" / {len(checks)} 项时限检查未执行：须在实时台架上判定（R-08）",
            style="dim",
        )
    ]


def _b_lines(run: RunResult) -> list[Line]:
    """What is known under reading B: the clauses that would come to another verdict, and how many have none there."""
    found = tally([clause for clause in run.clauses if clause.cases])
    if not any(found.values()):
        return []
    same, other, undecided = (len(found[key]) for key in ("same", "other", "open"))
    told = (
        f"reading B: {same} the same, {other} another verdict, {undecided} not evaluated (why: HTML report, clauses "
        f"show) / 解释 B：{same} 条相同，{other} 条不同，{undecided} 条未予评价（原因见 HTML 报告和 clauses show）"
    )
    by_id = {clause.id: clause for clause in run.clauses}
    lines = [Line(told, style="dim")]
    for name in found["other"]:
        b = by_id[name].reading_b
        assert b is not None
        lines.append(Line(f"    {name}: {SIGNS[b]} {b.value} {b.zh} under reading B / 按解释 B", style="dim"))
    return lines


# Quantities shown for each case; the HTML report and verdicts.json hold all of them.
MOST_SPREADS = 4


def repeat_lines(run: RunResult, *, every: bool = True) -> list[Line]:
    """The table of repeatability: each case with its attempts, below it the quantities that spread (R-07).

    Unless `every`, cases whose attempts all passed are left out.
    """
    lines: list[Line] = []
    for row in repeatability(run):
        if not every and all(attempt.verdict is Verdict.PASS for attempt in row.attempts):
            continue
        line = Line("  ").append_text(verdict_line(row.verdict)).append(f"  {visible(row.id)}  ")
        for attempt in row.attempts:
            line.append(f" #{attempt.attempt}{SIGNS[attempt.verdict]}", style=STYLES[attempt.verdict])
            if attempt.interrupted:
                line.append("(interrupted 中断)", style="dim")
            if attempt.instead_of:
                line.append(f"(for 代 #{attempt.instead_of})", style="dim")
        lines.append(line)
        spread = [each for each in row.spreads if each.least != each.most]
        for each in spread[:MOST_SPREADS]:
            unit = f" {each.unit}" if each.unit else ""
            limit = f"  ({shown_limit(each.op, each.limit)})" if each.limit else ""
            lines.append(
                Line(f"      {each.name}: {each.least} … {each.median} … {each.most}{unit}{limit}", style="dim")
            )
        if spread[MOST_SPREADS:]:
            rest = len(spread) - MOST_SPREADS
            lines.append(Line(f"      … and {rest} more in the HTML report / 其余 {rest} 项见 HTML 报告", style="dim"))
    return lines


def _print_repeats(console: Console, run: RunResult, *, every: bool) -> None:
    lines = repeat_lines(run, every=every)
    if lines:
        console.print(_rule("repeatability (R-07): least … median … most / 重复性：最小 … 中位 … 最大"))
        for line in lines:
            console.print(line, soft_wrap=True)


def expected_lines(run: RunResult) -> list[Line]:
    """What became of each expected failure; those that do not hold any more fail the run."""
    lines: list[Line] = []
    for each in run.expected:
        sign, style = (SIGNS[Verdict.FAIL], "bold red") if each.problem else ("·", "dim")
        about = each.case or each.clause
        lines.append(Line(visible(f"{sign} {about} ({each.owner}): {each.problem or each.note}"), style=style))
    return lines


# Columns of the closing table: clause, strength, verdict.
_COLUMNS = (24, 17, 25)


def _columns(clause: str, strength: str, verdict: Line, cases: str, style: str = "") -> Line:
    line = Line(style=style)
    for cell, columns in zip((Line(clause), Line(strength), verdict), _COLUMNS, strict=True):
        line.append_text(cell)
        line.append(" " * max(columns - width(cell.plain), 1))
    return line.append(cases)


def _guilty(clause: str, attempts: list[CaseResult], most: int = 5) -> list[Line]:
    """The checks behind a verdict that is not a pass, or the cases that have none to name, one a line."""
    found = list(dict.fromkeys(row for case in attempts for row in _behind(clause, case)))
    lines = [Line(f"    {SIGNS[verdict]} {visible(name)}", style=STYLES[verdict]) for verdict, name in found[:most]]
    return lines + ([Line(f"    … and {len(found) - most} more / 其余 {len(found) - most} 个")] if found[most:] else [])


def _behind(clause: str, case: CaseResult) -> Iterator[tuple[Verdict, str]]:
    told = verdict_on(clause, case)
    if told in (None, Verdict.PASS):
        return
    checks = [check for check in deciding_checks(clause, case) if check.verdict is not Verdict.PASS]
    if case.verdict is Verdict.ERROR or not checks:
        yield told, case.id
        return
    for check in checks:
        yield check.verdict, f"{case.id}:{check.id}"


def _left_over(run: RunResult, ledger: Sequence[Entry]) -> list[Line]:
    """Entries that no case decided, counted by verdict and why."""
    stands = standings(run, ledger)
    counts: dict[tuple[Verdict, str], int] = {}
    for clause in run.clauses:
        if not clause.cases:
            key = (clause.verdict, stands[clause.id].why if clause.id in stands else "told")
            counts[key] = counts.get(key, 0) + 1
    order = list(SIGNS)
    return [
        Line(f"{SIGNS[verdict]} {number:>4}  {verdict.value} {verdict.zh}: {WHY[why]}", style="dim")
        for (verdict, why), number in sorted(counts.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    ]


def _denied(entry: Entry) -> RenderableType:
    """A clause that the capability statement gives up, in words."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold red")
    table.add_column(overflow="fold")
    said = f"{entry.requirement.en}\n{entry.requirement.zh}\n{entry.claim} = no"
    table.add_row(f"{SIGNS[Verdict.FAIL]} {visible(entry.id)}", visible(said))
    return table


def _statement(statement: Statement) -> RenderableType:
    line = Line(f"{SHORT.get(statement.document, statement.document)}: ", style="bold")
    line.append(
        f"{statement.conformity.value} {statement.conformity.zh}", style=_CONFORMITY_STYLES[statement.conformity]
    )
    reasons = [Padding(Line(f"{reason.en}\n{reason.zh}", style="dim"), (0, 0, 0, 4)) for reason in statement.reasons]
    return Group(line, *reasons)


MOST_NAMED = 4


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")


def _brief(text: str) -> str:
    """A reason without the list of names behind it."""
    head, _, names = re.sub("：", ": ", text).partition(": ")
    return head if "," in names else text


def _statement_line(statement: Statement) -> Line:
    """One line: what is stated, the first reason, how many more there are."""
    line = Line(f"{SHORT.get(statement.document, statement.document)}: ", style="bold")
    line.append(
        f"{statement.conformity.value} {statement.conformity.zh}", style=_CONFORMITY_STYLES[statement.conformity]
    )
    for reason in statement.reasons[:1]:
        rest = f" (+{len(statement.reasons) - 1})" if len(statement.reasons) > 1 else ""
        line.append(f"  {_brief(reason.en)} / {_brief(reason.zh)}{rest}", style="dim")
    return line


def _haste(run: RunResult) -> str:
    rate = run.parameters.get("rig.accelerated", "")
    return f" · accelerated {rate}, until parity compares it / 加速，须经比对" if rate else ""


def _facts(run: RunResult) -> RenderableType:
    rows = [
        (Text("item under test", "被测件"), f"{run.terminal} · rig {run.rig}{_haste(run)}"),
        (Text("seed, commit", "种子、版本"), f"{run.seed} · {run.commit}"),
        (Text("history digest", "记录摘要 (SM3)"), run.history_digest),
    ]
    table = Table.grid(padding=(0, 2, 0, 0))
    for label, value in rows:
        table.add_row(Line(str(label), style="dim"), Line(visible(value), overflow="fold"))
    return table


def _said_beside(block: Block, before: Block | None, after: Block | None) -> frozenset[str]:
    """What its neighbours of the same case say: the one before the requirement, the one after record and replay."""
    own, ahead, behind = (dict(each.lines()) if each else {} for each in (block, before, after))
    said = {"record", "replay"} if behind.get("replay") == own.get("replay") else set[str]()
    alike = all(ahead.get(key) == own.get(key) for key in ("replay", "requirement"))
    return frozenset(said | {"requirement"} if alike else said)


def _key(block: Block) -> tuple[str, int]:
    return block.case.id, block.case.attempt


def print_block(
    console: Console,
    block: Block,
    *,
    without: Collection[str] = (),
    around: Sequence[str] = (),
    since: str = "",
    most: int = MOST_EVIDENCE,
) -> None:
    """Print a block: labels in a column of their own, the replay line unbroken so that it can be copied.

    `since` says since when it fails, `most` how many lines of evidence stand here.
    """
    head = verdict_line(block.verdict)
    head.append(f"  {visible(block.heading)}", style="bold")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    last: list[Line] = []
    for key, lines in block.lines():
        if key in without:
            continue
        if key == "evidence" and len(lines) > most:
            rest = len(lines) - most
            lines = (*lines[:most], f"… {rest} more lines in the HTML report / 其余 {rest} 行见 HTML 报告")
        text = visible("\n".join(lines))
        if key == "replay":
            last = [Line(f"  {LABELS[key]}", style="dim"), Line(f"  {text}", style="cyan")]
        else:
            table.add_row(str(LABELS[key]), Line(text, style=_LINE_STYLES.get(key, "")))
    if since:
        table.add_row(str(LABELS["seen"]), Line(visible(since)))
    console.print(head, Padding(table, (0, 0, 0, 2)), sep="\n")
    if around:
        console.print(Line("  around it / 前后", style="dim"))
        console.print(*(Line(f"    {line}") for line in around), sep="\n", soft_wrap=True)
    for line in last:
        console.print(line, soft_wrap=True)
    console.print()


_LINE_STYLES = {"actual": "bold", "record": "dim"}
