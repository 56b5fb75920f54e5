"""Marks of evidence (R-08): what virtual time cannot decide, and how it shows in check, case, clause and statement."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from bench.case import (
    CaseResult,
    Check,
    Mark,
    RunResult,
    Text,
    Verdict,
    as_seen_in,
    case_verdict,
    criterion,
    weakest,
)
from reports.clause_results import clause_results
from reports.conformity import Conformity, statements
from reports.entries import Entry


def timed(seconds: str | None, **more: object) -> Check:
    value = None if seconds is None else Decimal(seconds)
    asked = criterion("answer", en="answered", zh="应答", unit="s", timed=True)
    return asked.compare(value, "<=", 5, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "virtual", "real"),
    [
        (timed("0.043"), Verdict.NOT_RUN, Verdict.PASS),
        (timed("5.001"), Verdict.FAIL, Verdict.FAIL),
        (timed(None), Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
        (timed("0.043", samples=1, needed=2), Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
        (criterion("a", en="a", zh="甲").decide(True), Verdict.PASS, Verdict.PASS),
    ],
)
def test_within_its_limit_a_timed_check_waits_for_real_time(found: Check, virtual: Verdict, real: Verdict) -> None:
    seen = as_seen_in("virtual", found)
    assert (seen.verdict, seen.mark) == (virtual, Mark.VIRTUAL)
    for rig in ("process", "loopback", "lab"):
        there = as_seen_in(rig, found)
        assert (there.verdict, there.mark, there.actual) == (real, Mark.REAL, found.actual)


def test_it_says_what_it_saw_and_what_it_needs() -> None:
    seen = as_seen_in("virtual", timed("0.043"))
    assert seen.actual.startswith("at least 0.043 s; needs real time (R-08)") and seen.measured == "0.043"
    count = criterion("late", en="none late", zh="无迟到", unit="values", timed=True).decide(True, measured=0, limit=0)
    assert as_seen_in("virtual", count).actual.startswith("needs real time (R-08)")


def test_evidence_that_a_case_marked_keeps_its_mark() -> None:
    stepped = msgspec.structs.replace(timed("0.043"), mark=Mark.STEPPED)
    seen = as_seen_in("lab", stepped)
    assert (seen.verdict, seen.mark) == (Verdict.PASS, Mark.STEPPED)


def test_a_check_that_is_not_run_decides_no_case_and_alone_leaves_it_open() -> None:
    waiting = as_seen_in("virtual", timed("0.043"))
    sound = as_seen_in("virtual", criterion("a", en="a", zh="甲").decide(True))
    assert case_verdict([waiting.verdict, sound.verdict]) is Verdict.PASS
    assert case_verdict([waiting.verdict]) is Verdict.INCONCLUSIVE


def test_the_weakest_evidence_marks_the_clause() -> None:
    assert weakest([Mark.REAL, Mark.VIRTUAL, None]) is Mark.VIRTUAL
    assert weakest([Mark.STEPPED, Mark.EXTRAPOLATED, Mark.VIRTUAL]) is Mark.EXTRAPOLATED
    assert weakest([]) is None


def run_of(rig: str) -> RunResult:
    seen = (as_seen_in(rig, each) for each in (timed("0.043"), criterion("a", en="a", zh="甲").decide(True)))
    checks = tuple(msgspec.structs.replace(each, clauses=("isc-2/9.1e",)) for each in seen)
    cases = tuple(
        CaseResult(
            id="a/b",
            title=Text("a", "甲"),
            clauses=("isc-2/9.1e",),
            verdict=case_verdict(check.verdict for check in checks),
            checks=checks,
            attempt=number,
        )
        for number in (1, 2, 3)
    )
    return RunResult(
        run="r",
        seed=1,
        commit="c",
        terminal="t",
        rig=rig,
        history_digest="",
        cases=cases,
        clauses=clause_results(cases),
        repeats=3,
        parameters={"documents": "isc-2", "roles": "terminal"},
    )


LEDGER = (
    Entry(
        id="isc-2/9.1e",
        document="isc-2",
        number="9.1e",
        strength="shall",
        object="terminal",
        disposition="automated",
        requirement=Text("a", "甲"),
    ),
)


def test_no_draft_is_met_before_its_time_limits_were_seen_in_real_time() -> None:
    run = run_of("virtual")
    (clause,) = run.clauses
    assert (clause.verdict, clause.mark, clause.needs_real_time) == (Verdict.PASS, Mark.VIRTUAL, ("a/b:answer",))
    (statement,) = statements(run, LEDGER)
    assert statement.conformity is Conformity.NO_STATEMENT
    assert any("virtual time cannot decide (R-08): isc-2/9.1e" in reason.en for reason in statement.reasons)
    run = run_of("lab")
    (clause,) = run.clauses
    assert (clause.verdict, clause.mark, clause.needs_real_time) == (Verdict.PASS, Mark.REAL, ())
    (statement,) = statements(run, LEDGER)
    assert statement.conformity is Conformity.CONFORMS
