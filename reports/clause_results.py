"""The verdict of each clause from the checks that decide it, over all cases and attempts (R-03, R-06, R-07, R-08).

Leaves what a verdict means for the statement on a draft to `conformity`. Everything here is pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.case import CaseResult, Check, ClauseResult, Verdict, case_verdict, clause_verdict, weakest
from reports.repeats import counting, mixed, mixed_reason


def clause_results(cases: Sequence[CaseResult]) -> tuple[ClauseResult, ...]:
    """The verdict of every clause that a case names, sorted by id: the worst of the checks that decide it.

    Attempts of a case that come to different verdicts on a clause are not repeatable and fail (R-07). A case that a no
    of the capability statement kept from running speaks for the clauses which that no decides (R-03). Of its other
    clauses it says nothing where another case could be run, and "not run" where none could: a product is tested by the
    ways it has. The same holds for a case that this rig cannot run.
    """
    by_case: dict[str, list[CaseResult]] = {}
    for case in cases:
        by_case.setdefault(case.id, []).append(case)
    by_clause: dict[str, list[str]] = {}
    for name, attempts in by_case.items():
        for clause in dict.fromkeys(clause for attempt in attempts for clause in _spoken_of(attempt)):
            by_clause.setdefault(clause, []).append(name)
    return tuple(
        _result(clause, {name: by_case[name] for name in names}) for clause, names in sorted(by_clause.items())
    )


def _spoken_of(attempt: CaseResult) -> tuple[str, ...]:
    """The clauses of its case, and those of standing checks that failed in it."""
    return (*attempt.clauses, *(clause for check in attempt.checks for clause in check.clauses))


def verdict_on(clause: str, attempt: CaseResult) -> Verdict | None:
    """What one attempt says of one of its clauses; None where its history gave rise to no check that decides it.

    The checks that decide it, executed ones before those that this rig cannot decide; but nothing passes in a case
    whose conditions were not met. An attempt without checks says what it came to, and so does one of a run whose checks
    did not name their clauses yet.
    """
    if attempt.verdict is Verdict.ERROR or not any(check.clauses for check in attempt.checks):
        return attempt.verdict
    deciding = deciding_checks(clause, attempt)
    executed = [check.verdict for check in deciding if check.verdict is not Verdict.NOT_RUN]
    if not executed:
        return Verdict.NOT_RUN if deciding else None
    found = case_verdict(executed)
    unmet = any(check.condition and check.verdict is not Verdict.PASS for check in attempt.checks)
    return Verdict.INCONCLUSIVE if unmet and found is Verdict.PASS else found


def deciding_checks(clause: str, attempt: CaseResult) -> list[Check]:
    """The checks of an attempt that decide a clause."""
    return [check for check in attempt.checks if clause in check.clauses]


def _result(clause: str, cases: Mapping[str, Sequence[CaseResult]]) -> ClauseResult:
    speaking, verdict, reason = _said(clause, cases)
    deciding = {
        f"{name}:{check.id}": check
        for name in speaking
        for attempt in cases[name]
        for check in deciding_checks(clause, attempt)
    }
    return ClauseResult(
        id=clause,
        verdict=verdict,
        cases=tuple(speaking),
        checks=tuple(deciding),
        reason=reason,
        mark=weakest(check.mark for check in deciding.values()),
        needs_real_time=tuple(
            name for name, check in deciding.items() if check.timed and check.verdict is Verdict.NOT_RUN
        ),
    )


def verdict_of(clause: str, cases: Mapping[str, Sequence[CaseResult]]) -> Verdict:
    """The verdict of a clause by the attempts of its cases."""
    return _said(clause, cases)[1]


def _said(clause: str, cases: Mapping[str, Sequence[CaseResult]]) -> tuple[list[str], Verdict, str]:
    """The cases that speak for a clause, their verdict, and the first reason."""
    names = list(cases)
    denied = {name: attempts[0].denied for name, attempts in cases.items()}
    speaking = [name for name in names if not denied[name] or clause in cases[name][0].unsupported]
    speaking = [name for name in speaking if not cases[name][0].elsewhere] or speaking
    if not speaking:
        what = ", ".join(dict.fromkeys(question for name in names for question in denied[name]))
        if all(attempt.verdict is Verdict.NOT_APPLICABLE for name in names for attempt in cases[name]):
            return names, Verdict.NOT_APPLICABLE, cases[names[0]][0].reason
        return names, Verdict.NOT_RUN, f"its cases need {what}, which the profile denies / 相应用例所需能力未声明"
    told = {name: [verdict_on(clause, attempt) for attempt in counting(cases[name])] for name in speaking}
    found = {name: [verdict for verdict in each if verdict is not None] for name, each in told.items() if any(each)}
    if not found:
        return speaking, Verdict.INCONCLUSIVE, ""
    verdicts = [Verdict.FAIL if mixed(each) else clause_verdict(each) for each in found.values()]
    reasons = (_reason(cases[name], verdicts_of) for name, verdicts_of in found.items())
    return speaking, clause_verdict(verdicts), next(filter(None, reasons), "")


def _reason(attempts: Sequence[CaseResult], verdicts: Sequence[Verdict]) -> str:
    """Why the attempts of a case did not pass a clause, beyond their checks."""
    if mixed(verdicts):
        return str(mixed_reason(attempts, verdicts))
    if all(verdict is Verdict.PASS for verdict in verdicts):
        return ""
    return next((case.reason for case in attempts if case.verdict is not Verdict.PASS and case.reason), "")
