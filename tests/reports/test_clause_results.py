"""Clauses from the checks that decide them (R-06): no bystander of a case fails a clause or passes it."""

from __future__ import annotations

from bench.case import CaseResult, Check, Mark, Text, Verdict
from reports.clause_results import clause_results, verdict_on

V = Verdict
NAME = Text("a", "甲")
HTTPS, RESENT = "isc-2/7.2.3-B(6)a", "isc-2/7.2.4k"


def check(id: str, verdict: Verdict, *clauses: str, **more: object) -> Check:
    return Check(id=id, name=NAME, verdict=verdict, clauses=clauses, mark=Mark.VIRTUAL, **more)  # type: ignore[arg-type]


def case(*checks: Check, id: str = "security/a", verdict: Verdict = V.FAIL, attempt: int = 1) -> CaseResult:
    clauses = tuple(dict.fromkeys(clause for each in checks for clause in each.clauses))
    return CaseResult(id=id, title=NAME, clauses=clauses, verdict=verdict, checks=checks, attempt=attempt)


def verdicts(*cases: CaseResult) -> dict[str, Verdict]:
    return {clause.id: clause.verdict for clause in clause_results(cases)}


def test_a_repeated_record_does_not_fail_encryption() -> None:
    found = clause_results([case(check("secret", V.PASS, HTTPS), check("repeats", V.FAIL, RESENT))])
    assert {each.id: (each.verdict, each.checks) for each in found} == {
        HTTPS: (V.PASS, ("security/a:secret",)),
        RESENT: (V.FAIL, ("security/a:repeats",)),
    }


def test_a_check_that_decides_nothing_changes_no_clause() -> None:
    assert verdicts(case(check("secret", V.PASS, HTTPS), check("beside", V.FAIL))) == {HTTPS: V.PASS}


def test_all_checks_that_decide_a_clause_have_to_pass() -> None:
    for other, told in ((V.PASS, V.PASS), (V.INCONCLUSIVE, V.INCONCLUSIVE), (V.FAIL, V.FAIL)):
        assert verdicts(case(check("one", V.PASS, HTTPS), check("two", other, HTTPS)))[HTTPS] is told
    apart = (case(check("one", V.PASS, HTTPS)), case(check("two", V.FAIL, HTTPS), id="security/b"))
    assert verdicts(*apart)[HTTPS] is V.FAIL


def test_nothing_passes_where_the_stimulus_did_not_take_place() -> None:
    lost = check("packets-were-lost", V.INCONCLUSIVE, condition=True)
    assert verdicts(case(check("none-lost", V.PASS, RESENT), lost)) == {RESENT: V.INCONCLUSIVE}
    assert verdicts(case(check("none-lost", V.FAIL, RESENT), lost)) == {RESENT: V.FAIL}


def test_an_error_of_the_bench_outweighs_what_its_checks_say() -> None:
    assert verdicts(case(check("secret", V.PASS, HTTPS), verdict=V.ERROR)) == {HTTPS: V.ERROR}
    assert verdicts(case(check("secret", V.FAIL, HTTPS), verdict=V.ERROR)) == {HTTPS: V.ERROR}


def test_attempts_that_differ_on_a_clause_fail_it_and_no_other() -> None:
    attempts = [
        case(check("secret", V.PASS, HTTPS), check("repeats", told, RESENT), attempt=number)
        for number, told in ((1, V.PASS), (2, V.FAIL), (3, V.PASS))
    ]
    found = {each.id: each for each in clause_results(attempts)}
    assert (found[HTTPS].verdict, found[RESENT].verdict) == (V.PASS, V.FAIL)
    assert "not repeatable" in found[RESENT].reason and not found[HTTPS].reason


def test_a_time_limit_waits_for_real_time_beside_what_passes() -> None:
    prompt = check("prompt", V.NOT_RUN, RESENT, timed=True)
    (clause,) = clause_results([case(check("complete", V.PASS, RESENT), prompt)])
    assert (clause.verdict, clause.needs_real_time) == (V.PASS, ("security/a:prompt",))
    (clause,) = clause_results([case(prompt)])
    assert clause.verdict is V.NOT_RUN


def test_a_run_of_before_says_of_each_clause_what_its_case_came_to() -> None:
    old = CaseResult(id="a/b", title=NAME, clauses=(HTTPS,), verdict=V.FAIL, checks=(check("x", V.PASS),))
    assert verdict_on(HTTPS, old) is V.FAIL


def test_an_optional_check_that_was_not_yielded_says_nothing() -> None:
    here = case(check("one", V.PASS, HTTPS))
    there = CaseResult(
        id="security/b", title=NAME, clauses=(HTTPS, RESENT), verdict=V.PASS, checks=(check("two", V.PASS, RESENT),)
    )
    assert verdict_on(HTTPS, there) is None
    assert verdicts(here, there) == {HTTPS: V.PASS, RESENT: V.PASS}
