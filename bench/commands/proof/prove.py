"""Proves the suite: runs every defect of the reference terminal against the cases and shows which check catches it.

Leaves the defects to conformance.defects and what is tried when to `proof_rounds`. A defect is caught only by a check
that fails; inconclusive and error catch nothing. The suite is trusted while the sound terminal passes everything, no
defect survives and every check was seen to fail.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from bench.case import (
    EXIT_ERROR,
    EXIT_FAIL,
    EXIT_PASS,
    EXIT_USAGE,
    VIRTUAL_RIG,
    Case,
    CaseResult,
    Item,
    Rig,
    Verdict,
)
from bench.commands.cluster import ClusterError
from bench.commands.proof import sentences
from bench.commands.proof.grouping import Costs, Regrouping, to_place
from bench.commands.proof.pairs import SOUND, Group, Head, Job, Pairs, PairsError, Task
from bench.commands.proof.proof_rounds import brought_down, fallen, next_round, related, shows, tally, untried
from bench.commands.proof.sound import SoundError, results_of
from bench.commands.running.house import commit
from bench.commands.running.options import (
    REFERENCE_PROFILES,
    near,
    no_case,
    picks,
    seed_of,
    unknown_rig,
    workers_of,
    wrong_cluster,
    wrong_item,
)
from bench.commands.running.session import REFERENCE_ADAPTERS, ledger_answers, ledger_entries, rig_named
from bench.commands.sentences import NO_DEFECT, SELF_TEST
from bench.commands.workers import pool
from bench.dut import adapter
from bench.dut.profile import Profile, ProfileError, load_profile
from bench.run import Setup, run_case
from conformance.clauses.suite import case_classes
from conformance.defects import Defect, all_defects
from conformance.defects.groups import GROUPS, read_groups, unseen, write_groups
from conformance.defects.proof import PROOF, Flips, no_longer, read_proof, recorded, write_proof
from reports import prove as shown
from reports.html import prove as prove_page

PROOF_SEED = 1
"""The suite's own proof is made with the default seed; in worlds of another, other checks may fail."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The words of the command. `sound`, `hints`, `resume`, `record` and `item` as `main` says.

    `cluster` is the address of one whose workers run the pairs (virtual time only).
    """

    out: Path
    defects: tuple[str, ...]
    cases: tuple[str, ...]
    seed: str
    workers: str
    json_file: Path | None
    every: bool
    record: bool = False
    defects_only: bool = False
    rig: str = VIRTUAL_RIG
    sound: Path | None = None
    hints: Path | None = None
    resume: Path | None = None
    item: str = ""
    cluster: str = ""
    groups: bool = False


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What a proof is about: its defects and cases by name, and what is known before it starts.

    `flips` are what each defect fails alone, `groups` those that may be planted at once; empty where none may.
    """

    defects: dict[str, Defect]
    cases: dict[str, type[Case]]
    seed: int
    rig: str
    out: Path
    sound: Mapping[str, CaseResult] = field(default_factory=dict[str, CaseResult])
    hints: Mapping[str, Sequence[str]] = field(default_factory=dict[str, tuple[str, ...]])
    flips: Flips = field(default_factory=dict[str, dict[str, tuple[str, ...]]])
    groups: Sequence[Group] = ()


class WrongWords(Exception):
    """Words that a proof cannot use; a sentence each line."""


@cache
def _commit() -> str:
    """The commit, asked for once a process: what this has imported stays as it was."""
    return commit()


_OUTAGE_H = "30"
"""What the reference declares to bridge there: more than a day, and a fifth of the week that CPCIF asks for."""


@cache
def _reference(item: Item, documents: frozenset[str]) -> Profile:
    """The profile of the reference, read once a process; of documents that it does not claim when a case has no other.

    A proof is of what a check sees, not of what the reference is submitted for.
    """
    profile = load_profile(REFERENCE_PROFILES[item])
    if not documents or documents & {*profile.documents}:
        return profile
    declared = {**profile.declared, "outage_buffer_h": _OUTAGE_H}
    return msgspec.structs.replace(profile, documents=(*profile.documents, *sorted(documents)), declared=declared)


def run_job(job: Task, seed: int, folder: str, rig: str = VIRTUAL_RIG) -> CaseResult:
    """Run one job, or group, against the reference that its case tests; the record is kept for the time of it only.

    It lies below `folder` (empty: where the system likes). What cannot be planted together ends in an error.
    """
    case = case_classes()[job.case]
    profile = _reference(case.item, frozenset(clause.partition("/")[0] for clause in case.clauses))
    with tempfile.TemporaryDirectory(dir=folder or None) as room:
        setup = Setup(
            rig=rig_named(rig),
            profile=profile,
            adapter=lambda: adapter(REFERENCE_ADAPTERS[case.item]),
            master_seed=seed,
            commit=_commit(),
            folder=Path(room),
            strengths={clause: entry.strength for clause, entry in ledger_entries().items()},
            **ledger_answers(),
            defect=job.defect if isinstance(job, Job) else "",
        )
        with ExitStack() as planted:
            try:
                for name in job.planted if rig == VIRTUAL_RIG else ():
                    planted.enter_context(all_defects()[name].applied())
            except (AttributeError, TypeError) as error:
                if isinstance(job, Job):
                    raise
                return CaseResult(
                    id=job.case, title=case.title(), clauses=case.clauses, verdict=Verdict.ERROR, reason=str(error)
                )
            return run_case(case, setup)


class Prover:
    """Runs pairs and groups, journals each as it ends, and keeps them all."""

    def __init__(self, matter: Matter, journal: Pairs, crew: Executor | None, *, elsewhere: bool = False) -> None:
        self._matter = matter
        self._elsewhere = elsewhere
        self._journal = journal
        self._crew = crew
        self.results = [(job, found) for job, found in journal.found if isinstance(job, Job) and self._concerns(job)]
        self.grouped = [(group, found) for group, found in journal.found if isinstance(group, Group)]
        have = {job for job, _ in self.results}
        known = [(Job(SOUND, name), matter.sound[name]) for name in matter.cases if name in matter.sound]
        self.results += [(job, result) for job, result in known if job not in have]

    def _concerns(self, job: Job) -> bool:
        return job.case in self._matter.cases and (job.defect == SOUND or job.defect in self._matter.defects)

    def told(self) -> shown.Proof:
        """The matrix of what has run."""
        matter = self._matter
        run = f"prove-seed{matter.seed}"
        groups = [(group, result) for group, result in self.grouped if group in matter.groups]
        return tally(matter.defects, self.results, run=run, seed=matter.seed, groups=groups, flips=matter.flips)

    def fallen(self) -> list[str]:
        """A sentence for each group that does not show what its members fail alone."""
        groups = [(group, result) for group, result in self.grouped if group in self._matter.groups]
        return fallen(groups, self._matter.flips)

    def _done(self) -> set[Task]:
        return {job for job, _ in self.results} | {group for group, _ in self.grouped}

    def run(self, jobs: Sequence[Task]) -> None:
        """Run those of the jobs that have not run."""
        have = self._done()
        todo = [job for job in jobs if job not in have]
        progress = shown.ProofProgress(len(todo))
        for job, result in self._ended(todo):
            self._journal.add(job, result)
            if isinstance(job, Job):
                self.results.append((job, result))
            else:
                self.grouped.append((job, result))
            progress.step(" + ".join(job.planted) or "reference", job.case, result)
        progress.close()

    def together(self, groups: Sequence[Group]) -> Sequence[tuple[Group, CaseResult]]:
        """Plant the defects of each group at once."""
        print(sentences.GROUPS_TRIED(groups=len(groups)), flush=True)
        self.run(groups)
        return [(group, result) for group, result in self.grouped if group in groups]

    def costs(self) -> Costs:
        """Seconds that each case took with the sound terminal, and each pair that has run."""
        return Costs(
            {job.case: result.wall_s for job, result in self.results if job.defect == SOUND},
            {(job.defect, job.case): result.wall_s for job, result in self.results if job.defect != SOUND},
        )

    def _ended(self, jobs: Sequence[Task]) -> Iterable[tuple[Task, CaseResult]]:
        seed, rig, folder = self._matter.seed, self._matter.rig, "" if self._elsewhere else str(self._matter.out)
        if self._crew is None:
            for job in jobs:
                yield job, run_job(job, seed, folder, rig)
            return
        futures = {self._crew.submit(run_job, job, seed, folder, rig): job for job in jobs}
        for future in as_completed(futures):
            yield futures[future], future.result()

    def prove(self, *, every: bool, defects_only: bool) -> shown.Proof:
        """Run what the proof needs, or every pair."""
        matter = self._matter
        self.run([Job(SOUND, name) for name in matter.cases])
        if every:
            pairs = [(name, case) for name in matter.defects for case in matter.cases]
            self.run([Job(*pair) for pair in pairs if matter.defects[pair[0]].item is matter.cases[pair[1]].item])
            return self.told()
        costs = self.costs().cases
        while jobs := next_round(
            matter.defects,
            matter.cases,
            self._done(),
            self.told(),
            costs=costs,
            hints=matter.hints,
            defects_only=defects_only,
            groups=matter.groups,
        ):
            done = len(self._done())
            print(sentences.PAIRS_DONE(done=done, jobs=len(jobs)))
            self.run(jobs)
        return self.told()


def unwritable(out: Path, json_file: Path | None) -> list[str]:
    """What is in the way of the results, told before the work of making them; makes the folders."""
    problems: list[str] = []
    for option, folder in (("--out", out), ("--json", json_file.parent if json_file else None)):
        try:
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problems.append(sentences.NO_FOLDER(strerror=error.strerror).after(f"{option} {folder}"))
    if json_file and json_file.is_dir():
        problems.append(sentences.NOT_A_FILE().after(f"--json {json_file}"))
    return problems


def _unknown_defect(word: str, known: Mapping[str, Defect]) -> str:
    meant = near(word, known)
    told = NO_DEFECT(near=meant, where="") if meant.en else sentences.NO_SUCH_DEFECT(known=known)
    return told.after(f"--defect {word}")


def matter_of(asked: Asked) -> Matter:
    """What the words ask for. Raises WrongWords with everything that is wrong with them."""
    rig, seed = asked.rig, asked.seed
    mine = [asked.item] if asked.item else [*Item]
    known = {name: found for name, found in all_defects().items() if rig in found.rigs and found.item in mine}
    suite = {name: found for name, found in case_classes().items() if found.item in mine}
    problems = [_unknown_defect(word, known) for word in asked.defects if word not in known]
    seed_of(seed, problems)
    workers_of(asked.workers, problems)
    problems += wrong_item(asked.item)
    for item in {case.item: None for case in suite.values()}:
        try:
            load_profile(REFERENCE_PROFILES[item])
        except ProfileError as error:
            problems.append(str(error))
    problems += filter(None, (no_case(word, suite) for word in asked.cases))
    problems += unknown_rig(rig)
    problems += wrong_cluster(asked.cluster, rig, asked.workers)
    sound: dict[str, CaseResult] = {}
    of_run = REFERENCE_PROFILES[Item.PLATFORM if asked.item == Item.PLATFORM else Item.TERMINAL]
    if asked.sound is not None and seed.isdecimal() and not problems:
        try:
            held = results_of(asked.sound, commit=commit(), seed=int(seed), rig=rig, profile=of_run)
            sound = {name: case for name, case in held.items() if case.verdict is not Verdict.NOT_APPLICABLE}
        except SoundError as error:
            problems.append(str(error))
    hints: dict[str, tuple[str, ...]] = {}
    if asked.hints is not None:
        try:
            hints = shown.seen_in(asked.hints)
        except shown.MatrixError as error:
            problems.append(f"--hints {error}")
    problems = problems or unwritable(asked.out, asked.json_file)
    if problems:
        raise WrongWords("\n".join(problems))
    defects, cases = _chosen(asked, known, suite)
    return Matter(
        defects=defects,
        cases=cases,
        seed=int(seed),
        rig=rig,
        out=asked.out,
        sound=sound,
        hints=hints,
        flips=read_proof().of(rig),
        groups=_groups() if asked.defects_only and not asked.record and _quick(rig, int(seed)) else (),
    )


def _quick(rig: str, seed: int) -> bool:
    """Whether this is where the groups were found: in other worlds other checks may fail."""
    return (rig, seed) == (VIRTUAL_RIG, PROOF_SEED)


def _groups() -> tuple[Group, ...]:
    return tuple(Group(group, case) for case, groups in read_groups().groups.items() for group in groups)


def _chosen(
    asked: Asked, known: dict[str, Defect], suite: dict[str, type[Case]]
) -> tuple[dict[str, Defect], dict[str, type[Case]]]:
    """The defects and the cases that the words choose."""
    proving = Rig.VIRTUAL if asked.rig == VIRTUAL_RIG else Rig.PROCESS
    cases = {
        name: case
        for name, case in suite.items()
        if any(picks(word, name) for word in asked.cases) or (not asked.cases and proving in case.proof)
    }
    defects = {name: defect for name, defect in known.items() if not asked.defects or name in asked.defects}
    if asked.cases:
        defects = {name: found for name, found in defects.items() if asked.every or related(found, cases)}
    elif asked.rig != VIRTUAL_RIG:
        # Real time is dear: only what a defect and a case that is proved here name, not all that share a clause.
        defects = {name: found for name, found in defects.items() if set(found.cases) & set(cases)}
        named = [case for found in defects.values() for case in found.cases]
        cases = {name: case for name, case in cases.items() if not asked.defects or name in named}
    elif asked.defects:
        touched = {name for found in defects.values() for name in related(found, cases)}
        cases = {name: case for name, case in cases.items() if asked.every or name in touched}
    return defects, cases


def journal_of(asked: Asked, matter: Matter) -> Pairs:
    """The journal that this proof goes on with, or a new one. Raises WrongWords."""
    head = Head(commit=commit(), seed=matter.seed, rig=matter.rig)
    fresh = asked.out / f"prove-{datetime.now():%Y%m%d-%H%M%S-%f}-seed{matter.seed}.jsonl"
    try:
        return Pairs(asked.resume or fresh, head, resume=asked.resume is not None)
    except PairsError as error:
        raise WrongWords(f"--resume {error}" if asked.resume else str(error)) from None


def flips_of(results: Iterable[tuple[Job, CaseResult]]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Defect, case and the checks that were seen failing, of each pair; an error shows nothing."""
    return [
        (job.defect, job.case, tuple(check.id for check in result.checks if shows(check)))
        for job, result in results
        if job.defect != SOUND and result.verdict is not Verdict.ERROR
    ]


def keep_flips(rig: str, results: Iterable[tuple[Job, CaseResult]]) -> None:
    """Put into the suite's proof which checks each defect was seen failing."""
    pairs = flips_of(results)
    write_proof(recorded(read_proof(), rig, pairs, defects=all_defects(), cases=case_classes()))
    print(sentences.PAIRS_RECORDED(pairs=len(pairs)).after(PROOF))


def keep_groups(prover: Prover, matter: Matter, *, anew: bool, write: bool, doubtful: Collection[str] = ()) -> None:
    """Find which of the defects may be planted at once, and tell which checks the quick proof loses by it.

    All those of these cases have a new place (`anew`), else those only that were recorded and have none that holds; the
    groups of the `doubtful` cases are tried again.
    """
    old, flips = read_groups(), read_proof().of(matter.rig)
    places = old.placed()
    loose = {name for name in matter.defects if name in flips}
    if anew:
        loose = {name for name in loose if places.get(name, "") in ("", *matter.cases)}
        loose = {name for name in loose if {case for case, checks in flips[name].items() if checks} & {*matter.cases}}
    else:
        loose &= {job.defect for job, _ in prover.results}
        prover.run([Job(SOUND, case) for case in sorted({places[name] for name in loose if name in places})])
        loose = to_place(old, matter.flips, flips, loose, prover.costs())
    never = {job.defect for job, result in prover.results if job.defect != SOUND and brought_down(result)}
    made = Regrouping(flips, prover.costs(), never).again(old, loose, prover.together, doubtful)
    many = [group for groups in made.groups.values() for group in groups if len(group) > 1]
    print(sentences.DEFECTS_GROUPED(sum=sum(map(len, many)), many=len(many)).after(GROUPS))
    print("".join(f"{sentence}\n" for sentence in unseen(old, matter.flips, made, flips)), end="")
    if write:
        write_groups(made)


def main(asked: Asked) -> int:
    """Run the proof and print the matrix. 0 trusted, 1 not, 3 the bench's own error, 4 wrong words.

    What the run in `sound` says of the sound terminal is taken over; its other cases are run. The matrix in `hints`, of
    whatever commit, says what is tried first, and nothing else. `resume` is the journal of a proof that was stopped.
    With `record` what was seen failing is put into the suite's own proof (`conformance.defects.proof`), and what goes
    together beside it; without it, a pair that fails less than that proof says, or a group that shows less, is told,
    and the suite is not trusted. With `groups` only what goes together is found anew. `item` leaves only cases and
    defects of the terminal, or of the platform; without it both are proved, each case against its own reference.
    """
    try:
        matter = matter_of(asked)
        journal = journal_of(asked, matter)
    except WrongWords as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    with journal, ExitStack() as scope:
        try:
            crew = scope.enter_context(pool(int(asked.workers), asked.cluster))
        except ClusterError as error:
            print(error, file=sys.stderr)
            return EXIT_USAGE
        if matter.rig != VIRTUAL_RIG:
            try:
                rig_named(matter.rig).self_test(matter.seed)
            except RuntimeError as error:
                print(SELF_TEST(error=error), file=sys.stderr)
                return EXIT_ERROR
        print(sentences.JOURNAL_AT(path=journal.path), flush=True)
        prover = Prover(matter, journal, crew, elsewhere=bool(asked.cluster))
        if asked.groups:
            prover.run([Job(SOUND, name) for name in matter.cases])
            keep_groups(prover, matter, anew=True, write=asked.record)
            return EXIT_PASS
        proof = prover.prove(every=asked.every, defects_only=asked.defects_only)
        if asked.record:
            keep_flips(matter.rig, prover.results)
            if _quick(matter.rig, matter.seed):
                doubtful = () if asked.defects else tuple(matter.cases)
                keep_groups(prover, matter, anew=False, write=True, doubtful=doubtful)
    if asked.cases and not asked.defects and (idle := untried(matter.defects, matter.cases)):
        print(sentences.NONE_TO_TRY(idle=idle))
    shown.print_proof(proof)
    print(prove_page.write(proof, asked.out / f"{proof.run}.html"))
    if asked.json_file:
        asked.json_file.write_bytes(shown.to_json(proof))
    stale: list[str] = []
    if matter.seed == PROOF_SEED and not asked.record:
        stale = [*no_longer(read_proof(), matter.rig, flips_of(prover.results)), *prover.fallen()]
        print("".join(f"{sentence}\n" for sentence in stale), end="", file=sys.stderr)
    if proof.troubles:
        return EXIT_ERROR
    return EXIT_PASS if proof.trusted and not stale else EXIT_FAIL
