"""Joins the runs of a campaign, its reviews and external results into one result, in which the worse always counts.

Leaves reading and proving runs to `bench.commands.laboratory`. Pure. What was not run says nothing beside what was: a
time limit that virtual time cannot decide is decided by the real rig; a fail anywhere stays a fail everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from bench.campaign.book import Begun, External, Reviewed
from bench.case import VIRTUAL_RIG, CaseResult, ClauseResult, RunResult, Verdict, case_verdict
from bench.history import digest_of_run

_SAYS = (Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.REVIEW)
_ORDER = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.PASS, Verdict.NOT_APPLICABLE)


def attempts(runs: Sequence[RunResult]) -> tuple[CaseResult, ...]:
    """The attempts of all runs, numbered anew over each case; what others decided is not left open by who could not."""
    by_case: dict[str, list[CaseResult]] = {}
    for run in runs:
        shift = {name: len(held) for name, held in by_case.items()}
        for case in run.cases:
            by = shift.get(case.id, 0)
            moved = msgspec.structs.replace(
                case, attempt=case.attempt + by, instead_of=case.instead_of + by if case.instead_of else 0
            )
            by_case.setdefault(case.id, []).append(moved)
    return tuple(case for name in sorted(by_case) for case in _of_case(by_case[name]))


def _of_case(held: Sequence[CaseResult]) -> list[CaseResult]:
    """The attempts of one case: those that ran, if any did; their checks that were not run only where none was."""
    ran = [case for case in held if case.verdict in _SAYS or case.checks]
    if not ran:
        return [*held[:1]]
    decided = {check.id for case in ran for check in case.checks if check.verdict is not Verdict.NOT_RUN}
    return [_without(case, decided) for case in ran]


def _without(case: CaseResult, decided: set[str]) -> CaseResult:
    checks = tuple(check for check in case.checks if check.verdict is not Verdict.NOT_RUN or check.id not in decided)
    if checks == case.checks:
        return case
    executed = [check.verdict for check in checks if check.verdict is not Verdict.NOT_RUN]
    verdict = case_verdict(executed) if executed and case.verdict is Verdict.NOT_RUN else case.verdict
    return msgspec.structs.replace(case, checks=checks, verdict=verdict)


def joined(
    begun: Begun,
    runs: Sequence[RunResult],
    clauses: Sequence[ClauseResult],
    cases: tuple[CaseResult, ...],
    repeats: int,
) -> RunResult:
    """One result for all runs; `clauses` are those of the joined `cases`, with what people and laboratories decided."""
    rigs = list(dict.fromkeys(run.rig for run in runs))
    digests = ((f"{case.id}#{case.attempt}", case.digest) for case in cases if case.digest)
    return RunResult(
        run=begun.name,
        seed=runs[0].seed if runs else 0,
        commit=begun.commit,
        terminal=runs[0].terminal if runs else " ".join(begun.item.values()),
        rig=rigs[0] if len(rigs) == 1 else ", ".join(rigs) if rigs else VIRTUAL_RIG,
        history_digest=digest_of_run(digests),
        cases=cases,
        clauses=tuple(clauses),
        started=min((run.started for run in runs), default=""),
        wall_s=round(sum(run.wall_s for run in runs), 3),
        sittings=tuple(sitting for run in runs for sitting in run.sittings),
        repeats=repeats,
        parameters=_parameters(begun, runs),
        deviations=dict(runs[0].deviations) if runs else {},
        claims=dict(runs[0].claims) if runs else dict(begun.claims),
        not_claimed=runs[0].not_claimed if runs else (),
        versions=dict(runs[0].versions) if runs else {},
    )


def _parameters(begun: Begun, runs: Sequence[RunResult]) -> dict[str, str]:
    found = dict(begun.parameters)
    for run in runs:
        found |= run.parameters
    found["documents"], found["roles"] = ", ".join(begun.documents), ", ".join(begun.roles)
    return found


def decided(
    clauses: Sequence[ClauseResult], reviews: Sequence[Reviewed], externals: Sequence[External]
) -> list[ClauseResult]:
    """Clauses with what people and other laboratories decided: where cases decided too, the worse counts.

    What a case leaves open of a clause is closed by a pass of a person or laboratory (R-06).
    """
    told: dict[str, list[tuple[Verdict, str]]] = {}
    for review in reviews:
        words = f"review by {review.by}, {review.at[:10]}: {review.words} / 审查：{review.by}"
        told.setdefault(review.clause, []).append((review.verdict, words))
    for report in externals:
        words = (
            f"external report {report.report} of {report.laboratory} ({report.accreditation}), specimen "
            f"{report.specimen} / 外部报告：{report.laboratory}"
        )
        for clause in report.clauses:
            told.setdefault(clause, []).append((report.verdict, words))
    known = {clause.id: clause for clause in clauses}
    found = [_decided(clause, told.get(clause.id, ())) for clause in clauses]
    absent = [name for name in told if name not in known]
    return found + [_decided(ClauseResult(id=name, verdict=Verdict.NOT_RUN), told[name]) for name in absent]


def _decided(clause: ClauseResult, told: Sequence[tuple[Verdict, str]]) -> ClauseResult:
    if not told:
        return clause
    verdict, words = min(told, key=lambda each: _ORDER.index(each[0]))
    executed = bool(clause.cases) and clause.verdict in _SAYS
    if executed and _ORDER.index(_plain(clause.verdict)) <= _ORDER.index(verdict):
        closed = verdict is Verdict.PASS and clause.verdict is Verdict.PASS
        return msgspec.structs.replace(clause, open="", closed=words, reason=words) if closed else clause
    return msgspec.structs.replace(clause, verdict=verdict, reason=words, open="")


def _plain(verdict: Verdict) -> Verdict:
    return Verdict.INCONCLUSIVE if verdict is Verdict.REVIEW else verdict


def repeats(
    cases: Sequence[CaseResult], once: Mapping[str, bool], counting: Mapping[str, int]
) -> tuple[int, tuple[str, ...]]:
    """How often every case ran at least, those with a sample of their own apart; and the cases that ran least."""
    ran = {case.id for case in cases if case.verdict in _SAYS}
    counted = {name: counting[name] for name in sorted(ran) if not once.get(name, False)}
    least = min(counted.values(), default=0)
    return least, tuple(name for name, number in counted.items() if number == least)
