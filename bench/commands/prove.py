"""Proves the suite: runs every defect of the reference terminal against the cases and shows which check catches it.

Leaves the defects to conformance.defects. A defect is caught only by a check that fails; inconclusive and error catch
nothing. The suite is trusted while the sound terminal passes everything, no defect survives and every check was seen
to fail.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.case import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EXIT_USAGE, VIRTUAL_RIG, Case, CaseResult, Rig, Text, Verdict
from bench.commands.options import REFERENCE_PROFILE, RIGS, near, no_case, picks
from bench.commands.session import commit, ledger_answers, ledger_entries, rig_named
from bench.commands.sound import SoundError, results_of
from bench.commands.workers import pool
from bench.profile import ProfileError, load_profile
from bench.run import Setup, run_case
from bench.terminals import adapter
from conformance.clauses.suite import case_classes
from conformance.defects import Defect, all_defects
from reports import prove as shown
from reports.html import prove as prove_page

_SOUND = ""
_HELPERS = 3


class Job(msgspec.Struct, frozen=True):
    """One case against one defect; the empty defect is the sound terminal."""

    defect: str
    case: str


@dataclass(frozen=True)
class Plan:
    """What a proof runs: the jobs, and the seed and the rig of all of them."""

    jobs: tuple[Job, ...]
    seed: int
    rig: str = VIRTUAL_RIG


def related(defect: Defect, cases: dict[str, type[Case]]) -> list[str]:
    """Cases that may notice a defect: those it names and those sharing a clause with it."""
    return [name for name, case in cases.items() if name in defect.cases or set(case.clauses) & set(defect.clauses)]


def next_round(
    defects: dict[str, Defect],
    cases: dict[str, type[Case]],
    done: set[Job],
    proof: shown.Proof,
    *,
    costs: Mapping[str, float],
    defects_only: bool = False,
) -> list[Job]:
    """Pairs that can still bring something new, dear ones first; empty when nothing can. `costs` are seconds by case.

    A defect that has survived so far tries one case in each round: those it names before those that share a clause, the
    cheapest first. One that is caught helps wherever checks are unseen, but at most `_HELPERS` of them try the same
    case in one round; with `defects_only` it does not help at all.
    """

    def cost(case: str) -> float:
        return costs.get(case, 0)

    unseen = {seen.id.rpartition(":")[0] for seen in proof.checks if not seen.seen_failing}
    survived = {found.id for found in proof.defects if found.outcome != shown.CAUGHT}
    helpers: dict[str, int] = {}
    jobs: list[Job] = []
    for name, defect in defects.items():
        named = sorted((case for case in defect.cases if case in cases), key=cost)
        others = sorted(related(defect, cases), key=cost)
        open_ = [case for case in dict.fromkeys((*named, *others)) if Job(name, case) not in done]
        if name in survived:
            jobs += [Job(name, case) for case in open_[:1]]
        elif not defects_only:
            for case in open_:
                if case in unseen and helpers.get(case, 0) < _HELPERS:
                    helpers[case] = helpers.get(case, 0) + 1
                    jobs.append(Job(name, case))
    return sorted(jobs, key=lambda job: -cost(job.case))


def run_job(job: Job, seed: int, folder: str, rig: str = VIRTUAL_RIG) -> CaseResult:
    """Run one job; the record is kept only for the time of the job."""
    defect = all_defects()[job.defect] if job.defect else None
    profile = load_profile(REFERENCE_PROFILE)
    with tempfile.TemporaryDirectory(dir=folder) as room:
        setup = Setup(
            rig=rig_named(rig),
            profile=profile,
            adapter=lambda: adapter("reference"),
            master_seed=seed,
            commit=commit(),
            folder=Path(room),
            strengths={clause: entry.strength for clause, entry in ledger_entries().items()},
            **ledger_answers(),
            defect=job.defect,
        )
        with defect.applied() if defect and rig == VIRTUAL_RIG else nullcontext():
            return run_case(case_classes()[job.case], setup)


def _run_jobs(plan: Plan, crew: ProcessPoolExecutor | None, folder: str) -> Iterable[tuple[Job, CaseResult]]:
    if crew is None:
        for job in plan.jobs:
            yield job, run_job(job, plan.seed, folder, plan.rig)
        return
    futures = [crew.submit(run_job, job, plan.seed, folder, plan.rig) for job in plan.jobs]
    for job, future in zip(plan.jobs, futures, strict=True):
        yield job, future.result()


def tally(defects: dict[str, Defect], results: Sequence[tuple[Job, CaseResult]], *, run: str, seed: int) -> shown.Proof:
    """The matrix: what caught each defect, which checks were seen failing, what the sound terminal did."""
    caught: dict[str, list[str]] = {name: [] for name in defects}
    names: dict[str, Text] = {}
    seen: dict[str, list[str]] = {}
    reference: dict[str, str] = {}
    troubles: list[str] = []
    for job, result in results:
        if job.defect == _SOUND:
            reference[job.case] = result.verdict.value
            for found in result.checks:
                seen.setdefault(f"{job.case}:{found.id}", [])
        names |= {f"{job.case}:{found.id}": found.name for found in result.checks}
        if result.verdict is Verdict.ERROR and job.defect != _SOUND:
            troubles.append(f"{job.defect} × {job.case}: {result.reason.splitlines()[0] if result.reason else 'error'}")
            continue
        for found in result.checks:
            if job.defect != _SOUND and found.verdict is Verdict.FAIL:
                caught[job.defect].append(f"{job.case}:{found.id}")
                seen.setdefault(f"{job.case}:{found.id}", []).append(job.defect)
    return shown.Proof(
        defects=tuple(
            shown.DefectResult(
                id=name,
                title=defect.title,
                clauses=defect.clauses,
                outcome="caught" if caught[name] else "survived",
                caught_by=tuple(sorted(set(caught[name]))),
            )
            for name, defect in defects.items()
        ),
        checks=tuple(
            shown.CheckSeen(id=name, name=names[name], seen_failing=bool(by), by=tuple(sorted(set(by))))
            for name, by in sorted(seen.items())
        ),
        reference=reference,
        troubles=tuple(troubles),
        run=run,
        seed=seed,
        commit=commit(),
    )


def unwritable(out: Path, json_file: Path | None) -> list[str]:
    """What is in the way of the results, told before the work of making them; makes the folders."""
    problems: list[str] = []
    for option, folder in (("--out", out), ("--json", json_file.parent if json_file else None)):
        try:
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problems.append(f"{option} {folder}: cannot make this folder: {error.strerror} / 无法创建目录")
    if json_file and json_file.is_dir():
        problems.append(f"--json {json_file}: this is a folder; name a file / 应为文件，不是目录")
    return problems


def main(
    *,
    out: Path,
    defects: tuple[str, ...],
    cases: tuple[str, ...],
    seed: str,
    workers: str,
    json_file: Path | None,
    every: bool,
    defects_only: bool = False,
    rig: str = VIRTUAL_RIG,
    sound: Path | None = None,
) -> int:
    """Run the proof and print the matrix. 0 trusted, 1 not, 3 the bench's own error, 4 wrong words.

    What the run in `sound` says of the sound terminal is taken over; its other cases are run.
    """
    known, suite = {name: found for name, found in all_defects().items() if rig in found.rigs}, case_classes()
    proving = Rig.VIRTUAL if rig == VIRTUAL_RIG else Rig.PROCESS
    every_name = f"; known are {', '.join(known)}"
    problems = [
        f"--defect {word}: no such defect{near(word, known) or every_name} / 无此缺陷"
        for word in defects
        if word not in known
    ]
    for option, text in (("--seed", seed), ("-n", workers)):
        if not text.isdecimal():
            problems.append(f"{option} {text}: expected a whole number / 应为整数")
    try:
        load_profile(REFERENCE_PROFILE)
    except ProfileError as error:
        problems.append(str(error))
    chosen_cases = {
        name: case
        for name, case in suite.items()
        if any(picks(word, name) for word in cases) or (not cases and proving in case.proof)
    }
    problems += filter(None, (no_case(word, suite) for word in cases))
    if rig not in RIGS:
        problems.append(f"--rig {rig}: expected {', '.join(RIGS)} / 未知台架")
    known_sound: dict[str, CaseResult] = {}
    if sound is not None and seed.isdecimal() and not problems:
        try:
            known_sound = results_of(sound, commit=commit(), seed=int(seed), rig=rig, profile=REFERENCE_PROFILE)
        except SoundError as error:
            problems.append(str(error))
    problems = problems or unwritable(out, json_file)
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return EXIT_USAGE
    if rig != VIRTUAL_RIG:
        try:
            rig_named(rig).self_test(int(seed))
        except RuntimeError as error:
            print(f"the rig's self test failed, nothing was run: {error} / 台架自检失败", file=sys.stderr)
            return EXIT_ERROR
    chosen = {name: defect for name, defect in known.items() if not defects or name in defects}
    if cases:
        chosen = {name: found for name, found in chosen.items() if every or related(found, chosen_cases)}
    elif rig != VIRTUAL_RIG:
        # Real time is dear: only what a defect and a case that is proved here name, not all that share a clause.
        chosen = {name: found for name, found in chosen.items() if set(found.cases) & set(chosen_cases)}
        named = [case for found in chosen.values() for case in found.cases]
        chosen_cases = {name: case for name, case in chosen_cases.items() if not defects or name in named}
    elif defects:
        touched = {name for found in chosen.values() for name in related(found, chosen_cases)}
        chosen_cases = {name: case for name, case in chosen_cases.items() if every or name in touched}

    def told(results: list[tuple[Job, CaseResult]]) -> shown.Proof:
        return tally(chosen, results, run=f"prove-seed{seed}", seed=int(seed))

    with pool(int(workers)) as crew:

        def run(jobs: list[Job]) -> list[tuple[Job, CaseResult]]:
            done: list[tuple[Job, CaseResult]] = []
            progress = shown.ProofProgress(len(jobs))
            for job, result in _run_jobs(Plan(tuple(jobs), int(seed), rig), crew, str(out)):
                done.append((job, result))
                progress.step(job.defect or "reference", job.case, result)
            progress.close()
            return done

        results = [(Job(_SOUND, name), known_sound[name]) for name in chosen_cases if name in known_sound]
        results += run([Job(_SOUND, name) for name in chosen_cases if name not in known_sound])
        costs = {job.case: result.wall_s for job, result in results}
        if every:
            results += run([Job(name, case) for name in chosen for case in chosen_cases])

        def more() -> list[Job]:
            done = {job for job, _ in results}
            return next_round(chosen, chosen_cases, done, told(results), costs=costs, defects_only=defects_only)

        while not every and (jobs := more()):
            print(f"{len(results)} pairs done, {len(jobs)} more / 已完成 {len(results)} 组，再执行 {len(jobs)} 组")
            results += run(jobs)
    proof = told(results)
    shown.print_proof(proof)
    print(prove_page.write(proof, out / f"{proof.run}.html"))
    if json_file:
        json_file.write_bytes(shown.to_json(proof))
    if proof.troubles:
        return EXIT_ERROR
    return EXIT_PASS if proof.trusted else EXIT_FAIL
