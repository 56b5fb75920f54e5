"""`carbonbench list`: the cases that a run with these words would have, their lengths, and why others would not run.

Leaves deciding to `bench.run`, which excuses a case before it runs, and lengths to `conformance/lengths.json`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text as Line

from bench.case import EXIT_PASS, EXIT_USAGE, Text, Verdict
from bench.commands import sentences
from bench.commands.running.lengths import lengths_of_the_suite
from bench.commands.running.options import Options, SessionError, workers_of
from bench.commands.running.session import Session
from bench.run import excused
from conformance.clauses.suite import case_classes
from reports.blocks import visible
from reports.screen import SIGNS, STYLES, console_for, span

FORMAT = "carbonbench-list/1"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A case: `verdict` and `reason` of one that would not run, empty for one that would.

    `simulated_s` is how long its world lasts with the reference terminal (s), None where that was not recorded; in real
    time it takes as long at least. `unanswered` are lines that the profile lacks for it.
    """

    id: str
    title: Text
    clauses: tuple[str, ...]
    rigs: tuple[str, ...]
    needs: tuple[str, ...]
    simulated_s: float | None
    verdict: str = ""
    reason: str = ""
    unanswered: tuple[str, ...] = ()


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What `list --json` writes (docs/FORMATS.md)."""

    format: str = FORMAT
    terminal: str
    rig: str
    cases: tuple[Listed, ...]


def listing_of(words: Mapping[str, Any]) -> Listing:
    """What a run with these words would do. Raises SessionError."""
    problems: list[str] = []
    workers = workers_of(str(words.get("workers") or "1"), problems)
    if problems:
        raise SessionError("\n".join(problems))
    session = Session(Options.parse(words, live=False))
    session.work_with(workers)
    left = session.fitting.left if session.options.within else {}
    setup, lengths = session.setup, lengths_of_the_suite()
    found: list[Listed] = []
    for name, case in sorted(case_classes().items()):
        if not session.means(case):
            continue
        excuse = excused(case, setup)
        verdict, reason = (excuse.verdict.value, excuse.reason) if excuse else ("", "")
        if name in left:
            verdict, reason = Verdict.NOT_RUN.value, left[name]
        found.append(
            Listed(
                id=name,
                title=case.title(),
                clauses=case.clauses,
                rigs=tuple(flag.name.lower() for flag in case.rigs if flag.name),
                needs=tuple(str(need) for need in case.needs),
                simulated_s=lengths.get(name),
                verdict=verdict,
                reason=reason,
                unanswered=excuse.unanswered if excuse else (),
            )
        )
    return Listing(terminal=str(session.profile.path), rig=session.options.rig, cases=tuple(found))


MOST_ALONE = 12
"""So many cases that would not run are listed with their reasons; more are counted by reason."""
MOST_REASONS = 8


def main(words: Mapping[str, Any], *, as_json: bool, every: bool = False) -> int:
    """Print the cases that the words select; with `every` also each that would not run.

    Exit code: 0, or 4 for words that cannot be used.
    """
    try:
        told = listing_of(words)
    except SessionError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(told), indent=2).decode())
        return EXIT_PASS
    console = console_for(sys.stdout)
    staying = [case for case in told.cases if case.verdict]
    counted = not every and len(staying) > MOST_ALONE
    for case in told.cases:
        if counted and case.verdict:
            continue
        verdict = Verdict(case.verdict) if case.verdict else None
        line = Line("  " if verdict is None else f"{SIGNS[verdict]} ", style="" if verdict is None else STYLES[verdict])
        line.append(visible(case.id))
        line.append(f"  {span(case.simulated_s)}" if case.simulated_s is not None else "", style="dim")
        line.append(f"  {visible(case.reason)}" if verdict else "", style="dim")
        console.print(line, soft_wrap=True)
    if counted:
        _count(console, staying)
    going = [case for case in told.cases if not case.verdict]
    total = sum(case.simulated_s or 0.0 for case in going)
    unknown = sum(case.simulated_s is None for case in going)
    open_ = sentences.LENGTHS_OPEN(unknown=unknown) if unknown else ""
    console.print(
        str(sentences.WOULD_RUN(going=len(going), cases=len(told.cases), rig=told.rig, span=span(total), open=open_)),
        soft_wrap=True,
    )
    return EXIT_PASS


def _count(console: Console, staying: Sequence[Listed]) -> None:
    """Cases that would not run, by what keeps them: what the profile does not answer, and the other reasons."""
    waiting = Counter(line for case in staying for line in case.unanswered)
    if waiting:
        number = sum(bool(case.unanswered) for case in staying)
        console.print(
            Line(
                str(sentences.WAIT_FOR_ANSWERS(number=number)),
                style=STYLES[Verdict.INCONCLUSIVE],
            )
        )
    for line, times in waiting.most_common(MOST_REASONS):
        console.print(Line(f"    {visible(line)}    × {times}", style="dim"), soft_wrap=True)
    others = Counter((case.verdict, case.reason) for case in staying if not case.unanswered)
    for (verdict, reason), times in others.most_common(MOST_REASONS):
        console.print(Line(f"{SIGNS[Verdict(verdict)]} {times} × {visible(reason)}", style="dim"), soft_wrap=True)
    rest = max(0, len(waiting) - MOST_REASONS) + max(0, len(others) - MOST_REASONS)
    more = sentences.MORE_REASONS(rest=rest) if rest else ""
    console.print(Line(str(sentences.ALL_LISTS(more=more)), style="dim"))
