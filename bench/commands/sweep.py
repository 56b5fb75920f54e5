"""`carbonbench sweep`: a case with the power cut at every write barrier of its scenario, each judged by itself.

Leaves planning to `bench.real.sweep` and showing to `reports.sweep`. A dry run counts the barriers; then one trial
before and one after each of them is run. Every trial that ends is written down at once, so that a sweep of days that
was stopped goes on where it was (`--resume`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

import msgspec

from bench.case import (
    EXIT_ERROR,
    EXIT_FAIL,
    EXIT_INCONCLUSIVE,
    EXIT_PASS,
    EXIT_USAGE,
    VIRTUAL_RIG,
    CaseResult,
    Verdict,
)
from bench.case.swept import DRY, Swept, cut_of, syncs_of
from bench.commands import sentences
from bench.commands.cluster import ClusterError, put, with_files
from bench.commands.lines import Lines, whole_lines
from bench.commands.option import whole
from bench.commands.running.house import commit
from bench.commands.running.options import (
    REFERENCE_PROFILE,
    RIGS,
    seed_of,
    unknown_rig,
    workers_of,
    wrong_cluster,
    wrong_defect,
)
from bench.commands.running.session import LOCAL, ledger_answers, ledger_entries, rig_named
from bench.commands.workers import pool
from bench.dut import UnknownTerminal, adapter
from bench.dut.profile import ProfileError, load_profile
from bench.history import read_history
from bench.real.sweep import END, Outcome, Trial, plan, trial_of
from bench.run import Setup, run_case
from conformance.clauses.suite import case_classes
from conformance.defects import all_defects
from reports import screen
from reports import sweep as shown
from reports.html import sweep as page
from reports.verdicts import write_whole

PLAN, TRIALS, JSON = "plan.json", "trials.jsonl", "sweep.json"
CASE = "realtime/outlasts-cut-at-any-sync"
"""The case that is swept unless another is named."""


class SweepError(Exception):
    """A sweep that cannot begin or go on; one sentence a line. `code` is what the command ends with."""

    def __init__(self, text: str, code: int = EXIT_USAGE) -> None:
        super().__init__(text)
        self.code = code


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep has to do, kept in its folder: where, and which trials. `syncs` are those of the dry run."""

    run: str
    case: str
    rig: str
    profile: str
    terminal: str
    seed: int
    commit: str
    defect: str = ""
    syncs: int = 0
    trials: tuple[tuple[int, str], ...] = ()
    sample: bool = False

    def wanted(self) -> list[Trial]:
        """The trials in order."""
        return [trial_of(sync, side) for sync, side in self.trials]


@dataclass(frozen=True)
class Asked:
    """The words of the command line."""

    out: Path
    case: str
    rig: str
    terminal: str
    seed: str
    workers: str
    most: str
    syncs: str
    defect: str
    resume: str
    as_json: bool
    cluster: str = ""


def swept_cases() -> dict[str, type[Swept]]:
    """The cases that can be swept, by id."""
    return {name: case for name, case in case_classes().items() if issubclass(case, Swept)}


def attempt(planned: Planned, trial: Trial, folder: str) -> CaseResult:
    """Run the case once with this trial; its record is in a folder of its own."""
    case = swept_cases()[planned.case]
    profile = load_profile(Path(planned.profile))
    setup = Setup(
        rig=rig_named(planned.rig),
        profile=profile,
        adapter=lambda: adapter(profile.adapter),
        master_seed=planned.seed,
        commit=planned.commit,
        folder=Path(folder),
        strengths={clause: entry.strength for clause, entry in ledger_entries().items()},
        **ledger_answers(),
        defect=planned.defect,
    )
    same = {"__module__": case.__module__, "__doc__": case.__doc__, "trial": trial}
    defect = all_defects()[planned.defect] if planned.defect and planned.rig == VIRTUAL_RIG else None
    with defect.applied() if defect else nullcontext():
        return run_case(type(case.__name__, (case,), same), setup)


def row(trial: Trial, result: CaseResult, folder: Path) -> shown.Row:
    """What came of a trial."""
    cut = cut_of(read_history(folder / result.record), trial) if result.record else None
    failed = tuple(check.id for check in result.checks if check.verdict is Verdict.FAIL)
    open_ = tuple(check.id for check in result.checks if check.verdict is Verdict.INCONCLUSIVE)
    if cut is None and result.verdict is not Verdict.ERROR:
        outcome = Outcome.MISSED
    else:
        known = {Verdict.PASS: Outcome.SAFE, Verdict.FAIL: Outcome.LOST}
        outcome = known.get(result.verdict, Outcome.OPEN)
    return shown.Row(
        sync=trial.sync,
        moment=trial.side,
        outcome=outcome.value,
        verdict=result.verdict.value,
        file=cut.detail.get("file", "") if cut else "",
        at=int(cut.detail.get("sync", "0")) if cut else 0,
        failed=failed or (open_ if outcome is Outcome.OPEN else ()),
        evidence=tuple(line for check in result.checks if check.id in failed for line in check.evidence[:2])[:6],
        reason=result.reason.splitlines()[0] if result.reason else "",
        record=f"{folder.name}/{result.record}" if result.record else "",
        digest=result.digest,
    )


def run_trial(planned: Planned, trial: Trial, folder: Path) -> shown.Row:
    """Run one trial of a sweep in its folder."""
    own = folder / f"{trial.sync:05d}-{trial.side}"
    return row(trial, attempt(planned, trial, str(own)), own)


def chosen(syncs: int, asked: str, most: str, seed: int) -> tuple[list[Trial], bool]:
    """The trials of a sweep, and whether they are only part of all. Raises SweepError."""
    whole = [*plan(syncs), END]
    if asked == END.side:
        return [END], len(whole) > 1
    if asked:
        first, _, last = asked.partition("-")
        low, high = int(first), int(last or first)
        found = [trial for trial in whole if low <= trial.sync <= high]
        if not found:
            raise SweepError(sentences.FEWER_BARRIERS(syncs=syncs).after(f"--syncs {asked}"))
        return found, len(found) < len(whole)
    if most:
        found = [*plan(syncs, most=int(most) - 1, chance=Random(seed)), END]
        return found, len(found) < len(whole)
    return whole, False


def _problems(asked: Asked) -> list[str]:
    problems: list[str] = []
    known = swept_cases()
    if asked.case not in known:
        problems.append(sentences.NO_SWEEP_CASE(known=known).after(f"--case {asked.case}"))
    problems += unknown_rig(asked.rig)
    seed_of(asked.seed, problems)
    workers_of(asked.workers, problems)
    problems += wrong_cluster(asked.cluster, asked.rig, asked.workers)
    whole("--most", asked.most or "5", problems, least=5)
    parts = asked.syncs.split("-") if asked.syncs not in ("", END.side) else ["1"]
    if not all(part.isdecimal() and int(part) for part in parts) or len(parts) > 2 or int(parts[0]) > int(parts[-1]):
        problems.append(sentences.SYNCS_FORM(side=END.side).after(f"--syncs {asked.syncs}"))
    if asked.syncs and asked.most:
        problems.append(str(sentences.SYNCS_OR_MOST()))
    problems += wrong_defect(asked.defect, asked.rig)
    try:
        adapter(load_profile(_profile(asked)).adapter)
    except (ProfileError, UnknownTerminal) as error:
        problems += str(error).splitlines()
    return problems


def _profile(asked: Asked) -> Path:
    return Path(asked.terminal) if asked.terminal else REFERENCE_PROFILE


def _begun(asked: Asked) -> tuple[Planned, Path]:
    """A new sweep, after its dry run. Raises SweepError."""
    if problems := _problems(asked):
        raise SweepError("\n".join(problems))
    profile = _profile(asked).resolve()
    run = f"sweep-{datetime.now(LOCAL):%Y%m%d-%H%M%S}-seed{asked.seed}"
    folder = (asked.out / run).resolve()
    planned = Planned(
        run=run,
        case=asked.case,
        rig=asked.rig,
        profile=str(profile),
        terminal=load_profile(profile).name,
        seed=int(asked.seed),
        commit=commit(),
        defect=asked.defect,
    )
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise SweepError(
            sentences.NO_SWEEP_FOLDER(folder=folder, reason=error.strerror).after(f"--out {asked.out}")
        ) from None
    print(sentences.DRY_RUN(), file=sys.stderr)
    dry = attempt(planned, DRY, str(folder / "dry"))
    try:
        syncs = syncs_of(read_history(folder / "dry" / dry.record)) if dry.record else 0
    except LookupError as error:
        raise SweepError(f"{error}: {dry.reason}", EXIT_INCONCLUSIVE) from None
    if failed := [check.id for check in dry.checks if check.verdict is Verdict.FAIL]:
        told = sentences.FAILS_UNCUT(case=asked.case, checks=failed, record=folder / "dry" / str(dry.record))
        raise SweepError(str(told), EXIT_FAIL)
    if not dry.record:
        raise SweepError(f"{asked.case}: nothing to sweep: {dry.reason}", EXIT_INCONCLUSIVE)
    trials, sample = chosen(syncs, asked.syncs, asked.most, planned.seed)
    kept = tuple((trial.sync, trial.side) for trial in trials)
    planned = msgspec.structs.replace(planned, syncs=syncs, trials=kept, sample=sample)
    write_whole(folder / PLAN, msgspec.json.encode(planned).decode())
    return planned, folder


def _resumed(folder: Path) -> tuple[Planned, Path]:
    """The sweep in a folder. Raises SweepError."""
    try:
        planned = msgspec.json.decode((folder / PLAN).read_bytes(), type=Planned)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SweepError(sentences.NO_SWEEP(why=why).after(f"--resume {folder}")) from None
    if planned.commit != commit():
        raise SweepError(sentences.SWEEP_COMMIT(commit=planned.commit, now=commit()).after(f"--resume {folder}"))
    return planned, folder.resolve()


def done_in(folder: Path) -> dict[Trial, shown.Row]:
    """The trials that have ended."""
    try:
        lines, _ = whole_lines(folder / TRIALS)
    except FileNotFoundError:
        return {}
    found: dict[Trial, shown.Row] = {}
    for line in lines:
        with suppress(msgspec.DecodeError):
            row = msgspec.json.decode(line, type=shown.Row)
            found[trial_of(row.sync, row.moment)] = row
    return found


def _rows(planned: Planned, trials: Sequence[Trial], folder: Path, workers: int, at: str) -> Iterator[shown.Row]:
    """Run trials, in their order or as they end. `at` is the cluster that does it; raises ClusterError."""
    with pool(workers, at) as crew:
        if crew is None:
            for trial in trials:
                yield run_trial(planned, trial, folder)
            return
        try:
            if at:
                there = [crew.submit(with_files, run_trial, planned, trial) for trial in trials]
                for ended in as_completed(there):
                    found, files = ended.result()
                    put(files, folder)
                    yield found
                return
            futures: list[Future[shown.Row]] = [crew.submit(run_trial, planned, trial, folder) for trial in trials]
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            crew.shutdown(wait=False, cancel_futures=True)
            raise


def main(asked: Asked) -> int:
    """Sweep. 0 all safe, 1 a cut did harm, 2 missed or undecided, 3 the bench's own error, 4 wrong words."""
    try:
        if asked.resume:
            wrong: list[str] = []
            workers_of(asked.workers, wrong)
            if wrong:
                raise SweepError("\n".join(wrong))
            planned, folder = _resumed(Path(asked.resume))
            workers = asked.workers
        else:
            if asked.rig in RIGS:
                rig_named(asked.rig).self_test(int(asked.seed) if asked.seed.isdecimal() else 1)
            planned, folder = _begun(asked)
            workers = asked.workers
    except SweepError as error:
        print(error, file=sys.stderr)
        return error.code
    except RuntimeError as error:
        print(sentences.SELF_TEST(error=error), file=sys.stderr)
        return EXIT_ERROR
    ended = done_in(folder)
    left = [trial for trial in planned.wanted() if trial not in ended]
    told = sentences.TO_SWEEP(syncs=planned.syncs, trials=len(planned.trials), left=len(left))
    print(told, file=sys.stderr)
    try:
        trials = folder / TRIALS
        with Lines(trials, after=whole_lines(trials)[1] if trials.exists() else None) as journal:
            for found in _rows(planned, left, folder, int(workers), asked.cluster):
                journal.add(msgspec.json.encode(found))
                ended[trial_of(found.sync, found.moment)] = found
                print(shown.line(found), file=sys.stderr)
    except ClusterError as error:
        print(f"{error}; go on with: carbonbench sweep --resume {folder}", file=sys.stderr)
        return EXIT_USAGE
    except BrokenProcessPool:
        print(sentences.WORKER_DIED(folder=folder), file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        print(sentences.SWEEP_STOPPED(folder=folder), file=sys.stderr)
        return EXIT_ERROR
    return _told(planned, ended, folder, as_json=asked.as_json)


def _told(planned: Planned, ended: dict[Trial, shown.Row], folder: Path, *, as_json: bool) -> int:
    found = shown.Sweep(
        run=planned.run,
        case=planned.case,
        rig=planned.rig,
        terminal=planned.terminal,
        seed=planned.seed,
        commit=planned.commit,
        defect=planned.defect,
        syncs=planned.syncs,
        sample=planned.sample,
        rows=tuple(ended[trial] for trial in planned.wanted() if trial in ended),
    )
    text = shown.to_json(found)
    write_whole(folder / JSON, text)
    written = page.write(found, folder)
    if as_json:
        print(text, end="")
    else:
        shown.print_sweep(found, screen.console_for(sys.stdout))
        print(sentences.WRITTEN().after(written))
    if any(one.verdict == Verdict.ERROR.value for one in found.rows):
        return EXIT_ERROR
    if found.of(Outcome.LOST.value):
        return EXIT_FAIL
    return EXIT_PASS if found.whole else EXIT_INCONCLUSIVE
