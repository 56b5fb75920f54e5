"""`carbonbench parity`: runs cases in real and in virtual or accelerated time and shows where they differ (R-08).

Leaves comparing to `parity_items` and showing to `reports.parity`. Real time comes first: virtual time then begins at
the very instant at which real time began, so that the plant is the same.
"""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.case import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EXIT_USAGE, VIRTUAL_RIG, Case, CaseResult, Item, Mark, Verdict
from bench.commands import parity_items, sentences
from bench.commands.option import whole
from bench.commands.parity_items import Half
from bench.commands.running.house import commit
from bench.commands.running.options import MOST_TIMES, REFERENCE_PROFILES, RIGS, no_case, picks, seed_of, workers_of
from bench.commands.running.session import LOCAL, ledger_answers, ledger_entries, rig_named
from bench.dut import UnknownTerminal, adapter
from bench.dut.profile import ProfileError, load_profile
from bench.history import History, HistoryError, read_history
from bench.real.faketime import fast_requirements
from bench.run import Setup, run_case
from conformance.clauses.suite import case_classes
from reports import parity as shown
from reports import screen
from reports.html import parity as page
from reports.verdicts import write_whole
from simulators.sentences import Words

CHAPTERS = {Item.TERMINAL: "realtime/", Item.PLATFORM: "kept/"}
"""The cases that run unless others are named: short ones, made for both times."""
JSON = "parity.json"
ACCELERATED = "accelerated"
REAL_RIGS = tuple(rig for rig in RIGS if Mark.of_rig(rig) is Mark.REAL)


@dataclass(frozen=True)
class Plan:
    """What both halves share. `folder` gets a run's records under the name of each rig."""

    folder: Path
    profile: Path
    seed: int
    defect: str = ""
    accelerate: int = 1

    def setup(self, rig: str, *, at_us: int = 0) -> Setup:
        """The setup of a half; with `at_us` the accelerated one, which begins at that instant."""
        profile = load_profile(self.profile)
        return Setup(
            rig=rig_named(rig),
            profile=profile,
            adapter=lambda: adapter(profile.adapter),
            master_seed=self.seed,
            commit=commit(),
            folder=self.folder / (ACCELERATED if at_us else rig),
            accelerate=self.accelerate if at_us else 1,
            at_us=at_us,
            strengths={clause: entry.strength for clause, entry in ledger_entries().items()},
            **ledger_answers(),
            defect=self.defect,
        )


def beginning_at(case: type[Case], t: int) -> type[Case]:
    """The same case in a world that begins at an instant (us UTC), in whole seconds as a world in real time does."""
    start = datetime.fromtimestamp(t // 1_000_000, LOCAL).isoformat()
    same = {"__module__": case.__module__, "__doc__": case.__doc__, "scenario": case.scenario.but(start=start)}
    return type(case.__name__, (case,), same)


def both(name: str, plan: Plan, rig: str) -> tuple[CaseResult, CaseResult]:
    """Run one case in real time, then in the other from the same instant: results of the other, and of real time."""
    case = case_classes()[name]
    real = run_case(case, plan.setup(rig))
    if real.record:
        began = read_history(plan.folder / rig / real.record).began
        if plan.accelerate > 1:
            return run_case(case, plan.setup(rig, at_us=began.t)), real
        case = beginning_at(case, began.t)
    return run_case(case, plan.setup(VIRTUAL_RIG)), real


def _half(result: CaseResult, folder: Path) -> Half:
    history: History | None = read_history(folder / result.record) if result.record else None
    return Half(result, history)


def main(
    *,
    out: Path,
    cases: tuple[str, ...],
    rig: str,
    seed: str,
    workers: str,
    terminal: str = "",
    as_json: bool = False,
    defect: str = "",
    accelerate: str = "",
) -> int:
    """Run both halves, compare them, write page and file. 0 the same, 1 differs, 3 the bench's error, 4 wrong words."""
    suite = case_classes()
    problems = [told for word in cases if (told := no_case(word, suite))]
    named = [name for name in suite if any(picks(word, name) for word in cases)]
    if rig not in REAL_RIGS:
        problems.append(sentences.REAL_RIG(real_rigs=REAL_RIGS).after(f"--rig {rig}"))
    seed_of(seed, problems)
    workers_of(workers, problems)
    rate = whole("--accelerate", accelerate, problems, least=2, most=MOST_TIMES) if accelerate else 1
    if accelerate:
        problems += [f"--accelerate: {each}" for each in fast_requirements()]
    platforms = bool(named) and all(suite[each].item is Item.PLATFORM for each in named)
    item = Item.PLATFORM if platforms and not terminal else Item.TERMINAL
    profile_path = Path(terminal) if terminal else REFERENCE_PROFILES[item]
    name = ""
    try:
        profile = load_profile(profile_path)
        adapter(profile.adapter)
        name, item = profile.name, profile.kind
    except (ProfileError, UnknownTerminal) as error:
        problems += str(error).splitlines()
    chosen = [
        each
        for each, case in suite.items()
        if case.item is item and (each in named if cases else picks(CHAPTERS[item], each))
    ]
    if named and not chosen and not problems:
        problems.append(
            sentences.NO_CASE_OF_ITEM(item=Words(item, item.zh), profile_path=profile_path).after(
                f"--case {' '.join(cases)}"
            )
        )
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return EXIT_USAGE
    run = f"parity-{datetime.now(LOCAL):%Y%m%d-%H%M%S}-seed{seed}"
    plan = Plan((out / run).resolve(), profile_path.resolve(), int(seed), defect, rate)
    try:
        plan.folder.mkdir(parents=True)
    except OSError as error:
        print(
            sentences.NO_FOLDER_MADE(folder=plan.folder, strerror=error.strerror).after(f"--out {out}"), file=sys.stderr
        )
        return EXIT_USAGE
    try:
        rig_named(rig).self_test(plan.seed)
    except RuntimeError as error:
        print(sentences.SELF_TEST(error=error), file=sys.stderr)
        return EXIT_ERROR
    return _compared(plan, rig, chosen, int(workers), run, name, as_json=as_json)


def _compared(plan: Plan, rig: str, chosen: list[str], workers: int, run: str, name: str, *, as_json: bool) -> int:
    rows: list[shown.Row] = []
    broken: list[str] = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(chosen)), mp_context=context) as pool:
        futures = [pool.submit(both, case, plan, rig) for case in chosen]
        for case, future in zip(chosen, futures, strict=True):
            try:
                virtual, real = future.result()
                other = ACCELERATED if plan.accelerate > 1 else VIRTUAL_RIG
                halves = _half(virtual, plan.folder / other), _half(real, plan.folder / rig)
                rows += parity_items.rows(*halves)
            except HistoryError as error:
                broken.append(f"{case}: {error}")
                continue
            print(
                sentences.PARITY_VERDICTS(
                    first=Words(virtual.verdict.value, virtual.verdict.zh),
                    other=sentences.IN_ACCELERATED() if other == ACCELERATED else sentences.IN_VIRTUAL(),
                    real=Words(real.verdict.value, real.verdict.zh),
                ).after(case),
                file=sys.stderr,
            )
            broken += [
                f"{case}: {half.reason}" for half in (virtual, real) if half.verdict is Verdict.ERROR and half.reason
            ]
    found = shown.Parity(
        run=run, rig=rig, terminal=name, seed=plan.seed, commit=commit(), rows=tuple(rows), accelerated=plan.accelerate
    )
    text = shown.to_json(found)
    write_whole(plan.folder / JSON, text)
    written = page.write(found, plan.folder)
    for result in broken:
        print(result, file=sys.stderr)
    if as_json:
        print(text, end="")
    else:
        shown.print_parity(found, screen.console_for(sys.stdout))
        print(sentences.WRITTEN().after(written))
    return EXIT_ERROR if broken else EXIT_PASS if found.same else EXIT_FAIL
