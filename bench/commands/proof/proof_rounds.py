"""What a proof tries next, and what the pairs and groups that have run show: pure functions over tasks and results.

Leaves running them to `prove`, the journal of them to `pairs`, and finding which defects go together to `grouping`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.case import Case, CaseResult, Check, Text, Verdict
from bench.commands.proof import sentences
from bench.commands.proof.pairs import SOUND, Group, Job, Task
from bench.commands.running.house import commit
from conformance.defects import Defect
from conformance.defects.groups import GROUPS
from conformance.defects.proof import Flips
from reports import prove as shown
from simulators.sentences import Words

_HELPERS = 3


def shows(found: Check) -> bool:
    """Whether a check was seen failing by what it asks; what a dead or silent terminal brought down shows nothing."""
    return found.verdict is Verdict.FAIL and not found.because


def brought_down(result: CaseResult) -> bool:
    """Whether the item, or the bench, came down with what was planted, so that the rest of the case says little."""
    return result.verdict is Verdict.ERROR or any(found.because for found in result.checks)


@dataclass(frozen=True)
class GroupShown:
    """What the drive of a group shows.

    `short` has by defect the checks that it fails alone and that did not fail here, `besides` are checks that failed
    and that no member is known to fail; `down` is why the drive says nothing, empty where it does.
    """

    short: Mapping[str, tuple[str, ...]]
    besides: tuple[str, ...]
    down: str = ""

    @property
    def holds(self) -> bool:
        """Whether every check that any member fails alone was seen failing, and no other."""
        return not (self.short or self.besides or self.down)


def group_shown(group: Group, result: CaseResult, flips: Flips) -> GroupShown:
    """What came of planting these at once, by what each fails alone (`flips`)."""
    failed = {found.id for found in result.checks if shows(found)}
    mine = {defect: flips.get(defect, {}).get(group.case, ()) for defect in group.planted}
    short = {defect: tuple(each for each in checks if each not in failed) for defect, checks in mine.items()}
    known = {check for checks in mine.values() for check in checks}
    return GroupShown(
        short={defect: checks for defect, checks in short.items() if checks or not mine[defect]},
        besides=tuple(sorted(failed - known)),
        down=(result.reason.splitlines() or [str(sentences.BROUGHT_DOWN())])[0] if brought_down(result) else "",
    )


def fallen(groups: Sequence[tuple[Group, CaseResult]], flips: Flips) -> list[str]:
    """A sentence for each group that no longer shows what its members fail alone."""
    found: list[str] = []
    for group, result in groups:
        shown_here = group_shown(group, result, flips)
        if not shown_here.holds:
            short = [f"{defect} ({', '.join(checks)})" for defect, checks in shown_here.short.items()]
            why = [sentences.UNSEEN(what=each) for each in short]
            why += [sentences.BESIDES(what=each) for each in shown_here.besides]
            if down := shown_here.down:
                why.append(Words.of(down))
            found.append(
                sentences.NO_LONGER_TOGETHER(
                    case=group.case,
                    planted=" + ".join(group.planted),
                    why=Words("; ".join(each.en for each in why), "；".join(each.zh for each in why)),
                ).after(GROUPS.name)
            )
    return found


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
    done: set[Task],
    proof: shown.Proof,
    *,
    costs: Mapping[str, float],
    hints: Mapping[str, Sequence[str]] | None = None,
    defects_only: bool = False,
    groups: Sequence[Group] = (),
) -> list[Task]:
    """Tasks that can still bring something new, dear ones first; empty when nothing can. `costs` are seconds by case.

    A group of `groups` is tried once, before any of its members is tried alone, unless one of these is caught already.
    The case of its group is the first that a defect is tried with alone.

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
    fresh = [group for group in groups if _fresh(group, defects, cases, done) and survived.issuperset(group.planted)]
    jobs: list[Task] = [*fresh]
    joined = {name for group in fresh for name in group.planted}
    places = {name: group.case for group in groups for name in group.planted}
    for name, defect in defects.items():
        if name in joined:
            continue
        named = sorted((case for case in defect.cases if case in cases), key=cost)
        named.sort(key=lambda case: (case != places.get(name), case not in defect.proven))
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


def _fresh(group: Group, defects: Mapping[str, Defect], cases: Mapping[str, type[Case]], done: set[Task]) -> bool:
    chosen = group.case in cases and all(name in defects for name in group.planted)
    return len(group.planted) > 1 and chosen and group not in done


def _cover(checks: Sequence[str], defects: Sequence[str], hints: Mapping[str, Sequence[str]]) -> list[str]:
    """As few of the defects as fail all of these checks that any of them is known to fail."""
    left, found = list(checks), list[str]()

    def fails(defect: str) -> int:
        return sum(defect in hints.get(check, ()) for check in left)

    while (best := max(defects, key=fails, default="")) and fails(best):
        found.append(best)
        left = [check for check in left if best not in hints.get(check, ())]
    return found


def tally(
    defects: dict[str, Defect],
    results: Sequence[tuple[Job, CaseResult]],
    *,
    run: str,
    seed: int,
    groups: Sequence[tuple[Group, CaseResult]] = (),
    flips: Flips | None = None,
) -> shown.Proof:
    """The matrix: what caught each defect, which checks were seen failing, what the sound terminal did.

    A group that holds catches each of its members by the checks that this one fails alone (`flips`), and by no other;
    one that does not catches nothing.
    """
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
            if job.defect != SOUND and shows(found):
                caught[job.defect].append(f"{job.case}:{found.id}")
                seen.setdefault(f"{job.case}:{found.id}", []).append(job.defect)
    beside: dict[str, tuple[str, ...]] = {}
    known = flips or {}
    for group, result in groups:
        names |= {f"{group.case}:{found.id}": found.name for found in result.checks}
        if not group_shown(group, result, known).holds:
            continue
        for defect in (defect for defect in group.planted if defect in defects):
            if not caught[defect]:
                beside[defect] = tuple(other for other in group.planted if other != defect)
            for check in known[defect][group.case]:
                caught[defect].append(f"{group.case}:{check}")
                seen.setdefault(f"{group.case}:{check}", []).append(defect)
    return shown.Proof(
        defects=tuple(
            shown.DefectResult(
                id=name,
                title=defect.title,
                clauses=defect.clauses,
                beside=beside.get(name, ()),
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
