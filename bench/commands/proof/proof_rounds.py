"""What a proof tries next, and what the pairs that have run show: pure functions over jobs and results.

Leaves running them to `prove` and the journal of them to `pairs`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.case import Case, CaseResult, Text, Verdict
from bench.commands.proof.pairs import SOUND, Job
from bench.commands.running.house import commit
from conformance.defects import Defect
from reports import prove as shown

_HELPERS = 3


def related(defect: Defect, cases: dict[str, type[Case]]) -> list[str]:
    """Cases that may notice a defect: of what it breaks, those it names and those sharing a clause with it.

    A case that decides no clause shares none: the defects beside it (`x_defects` of `x`) are tried.
    """
    mine = {name: case for name, case in cases.items() if case.item is defect.item}
    return [
        name
        for name, case in mine.items()
        if name in defect.cases or set(case.clauses) & set(defect.clauses) or _is_beside(defect, case)
    ]


def _is_beside(defect: Defect, case: type[Case]) -> bool:
    return not case.clauses and defect.breaks.__module__ == f"{case.__module__}_defects"


def untried(defects: Mapping[str, Defect], cases: dict[str, type[Case]]) -> list[str]:
    """Cases with which no defect is tried, because they share nothing with any."""
    tried = {name for defect in defects.values() for name in related(defect, cases)}
    return [name for name in cases if name not in tried]


def next_round(
    defects: dict[str, Defect],
    cases: dict[str, type[Case]],
    done: set[Job],
    proof: shown.Proof,
    *,
    costs: Mapping[str, float],
    hints: Mapping[str, Sequence[str]] | None = None,
    defects_only: bool = False,
) -> list[Job]:
    """Pairs that can still bring something new, dear ones first; empty when nothing can. `costs` are seconds by case.

    A defect that has survived so far tries one case in each round: those that are known to fail with it before the
    others it names, these before those that share a clause, the cheapest first. One that is caught helps wherever
    checks are unseen: in each case first the few that failed its open checks in an earlier proof (`hints`: defects by
    check), then, at most `_HELPERS` in one round, any other. With `defects_only` it does not help at all.
    """

    def cost(case: str) -> float:
        return costs.get(case, 0)

    unseen: dict[str, list[str]] = {}
    for seen in proof.checks:
        if not seen.seen_failing:
            unseen.setdefault(seen.id.rpartition(":")[0], []).append(seen.id)
    survived = {found.id for found in proof.defects if found.outcome != shown.CAUGHT}
    helpers: dict[str, list[str]] = {}
    jobs: list[Job] = []
    for name, defect in defects.items():
        named = sorted((case for case in defect.cases if case in cases), key=cost)
        named.sort(key=lambda case: case not in defect.proven)
        others = sorted(related(defect, cases), key=cost)
        open_ = [case for case in dict.fromkeys((*named, *others)) if Job(name, case) not in done]
        if name in survived:
            jobs += [Job(name, case) for case in open_[:1]]
        elif not defects_only:
            for case in open_:
                if case in unseen:
                    helpers.setdefault(case, []).append(name)
    for case, names in helpers.items():
        chosen = _cover(unseen[case], names, hints or {}) or names[:_HELPERS]
        jobs += [Job(name, case) for name in chosen]
    return sorted(jobs, key=lambda job: -cost(job.case))


def _cover(checks: Sequence[str], defects: Sequence[str], hints: Mapping[str, Sequence[str]]) -> list[str]:
    """As few of the defects as fail all of these checks that any of them is known to fail."""
    left, found = list(checks), list[str]()

    def fails(defect: str) -> int:
        return sum(defect in hints.get(check, ()) for check in left)

    while (best := max(defects, key=fails, default="")) and fails(best):
        found.append(best)
        left = [check for check in left if best not in hints.get(check, ())]
    return found


def tally(defects: dict[str, Defect], results: Sequence[tuple[Job, CaseResult]], *, run: str, seed: int) -> shown.Proof:
    """The matrix: what caught each defect, which checks were seen failing, what the sound terminal did."""
    caught: dict[str, list[str]] = {name: [] for name in defects}
    names: dict[str, Text] = {}
    seen: dict[str, list[str]] = {}
    reference: dict[str, str] = {}
    troubles: list[str] = []
    for job, result in results:
        if job.defect == SOUND:
            reference[job.case] = result.verdict.value
            for found in result.checks:
                seen.setdefault(f"{job.case}:{found.id}", [])
        names |= {f"{job.case}:{found.id}": found.name for found in result.checks}
        if result.verdict is Verdict.ERROR and job.defect != SOUND:
            troubles.append(f"{job.defect} × {job.case}: {result.reason.splitlines()[0] if result.reason else 'error'}")
            continue
        for found in result.checks:
            # What a dead terminal brings down shows no check, and a defect that only kills it was made wrong.
            if job.defect != SOUND and found.verdict is Verdict.FAIL and not found.because:
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
