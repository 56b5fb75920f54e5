"""A clause under reading B: answered by its checks, carried over from A, or not evaluated with the reason."""

from __future__ import annotations

import msgspec
import pytest

from bench.case import CaseResult, Check, ClauseResult, RunResult, Text, Verdict
from reports.clause_results import clause_results
from reports.conformity import completed, statements
from reports.entries import Entry
from reports.html.view import clause_views
from reports.readings import differences, tally
from reports.verdicts import verdicts_json

V = Verdict
NAME = Text("a", "甲")
CLAUSE = "isc-2/9.2b"
ENTRY = Entry(
    id=CLAUSE,
    document="isc-2",
    number="9.2",
    strength="shall",
    object="terminal",
    disposition="automated",
    requirement=Text("five years", "五年"),
    readings=("R-30", "R-08"),
    reading_b=Text("five years for all data", "所有数据五年"),
    b_of="R-30",
    b_open=Text("nobody looked", "未查看"),
)


def run_of(*checks: Check, verdict: Verdict = V.PASS) -> RunResult:
    case = CaseResult(id="archive/keeps", title=NAME, clauses=(CLAUSE,), verdict=verdict, checks=checks)
    return RunResult(
        run="r",
        seed=1,
        commit="",
        terminal="t",
        rig="virtual",
        history_digest="",
        cases=(case,),
        clauses=clause_results((case,)),
        repeats=3,
        claims={},
    )


def check(verdict: Verdict, b: Verdict | None = None, of: str = "R-30", id: str = "age-set") -> Check:
    ruling = of if b else ""
    return Check(id=id, name=NAME, verdict=verdict, clauses=(CLAUSE,), reading_b=b, reading_b_of=ruling)


def clause(run: RunResult, **changes: object) -> ClauseResult:
    return completed(run, (msgspec.structs.replace(ENTRY, **changes),)).clauses[0]


def test_a_check_that_answers_decides_under_b_and_the_others_say_what_they_say() -> None:
    told = clause(run_of(check(V.PASS, V.FAIL), check(V.PASS, id="kept")))
    assert (told.verdict, told.reading_b, told.reading_b_open) == (V.PASS, V.FAIL, "")
    told = clause(run_of(check(V.FAIL, V.PASS), check(V.FAIL, id="kept"), verdict=V.FAIL))
    assert told.reading_b is V.FAIL
    told = clause(run_of(check(V.FAIL, V.PASS), check(V.PASS, id="kept"), verdict=V.FAIL))
    assert told.reading_b is V.PASS


def test_an_answer_under_reading_b_of_another_ruling_is_not_this_one() -> None:
    told = clause(run_of(check(V.PASS, V.FAIL, of="R-09")))
    assert (told.reading_b, told.reading_b_open) == (None, "nobody looked / 未查看")
    (found,) = differences(run_of(check(V.PASS, V.FAIL, of="R-09")), (ENTRY,))
    assert (found.rulings, found.b.en) == (("R-09",), "")
    (found,) = differences(run_of(check(V.PASS, V.FAIL)), (ENTRY,))
    assert (found.rulings, found.b.en) == (("R-30",), "five years for all data")


@pytest.mark.parametrize(
    ("carries", "verdict", "b"),
    [
        ("pass", V.PASS, V.PASS),
        ("pass", V.FAIL, None),
        ("fail", V.FAIL, V.FAIL),
        ("fail", V.PASS, None),
        ("both", V.PASS, V.PASS),
        ("both", V.FAIL, V.FAIL),
        ("both", V.INCONCLUSIVE, V.INCONCLUSIVE),
        ("none", V.PASS, None),
        ("none", V.FAIL, None),
    ],
)
def test_what_carries_over(carries: str, verdict: Verdict, b: Verdict | None) -> None:
    told = clause(run_of(check(verdict), verdict=verdict), b_carries=carries)
    assert told.reading_b is b
    assert told.reading_b_open == ("" if b else "nobody looked / 未查看")


def test_without_any_verdict_there_is_none_under_b() -> None:
    told = clause(run_of(check(V.NOT_RUN), verdict=V.NOT_RUN), b_carries="both")
    assert told.reading_b is None and "reading A decided nothing" in told.reading_b_open
    silent = msgspec.structs.replace(run_of(), cases=(), clauses=())
    told = completed(msgspec.structs.replace(silent, parameters={"documents": "isc-2"}), (ENTRY,)).clauses[0]
    assert told.reading_b is None and "no case decided it" in told.reading_b_open


def test_an_entry_without_reading_b_says_nothing_of_it() -> None:
    told = clause(run_of(check(V.PASS, V.FAIL)), reading_b=Text("", ""))
    assert (told.reading_b, told.reading_b_open) == (None, "")


def test_the_statement_names_what_differs_and_what_was_not_evaluated() -> None:
    (said,) = statements(run_of(check(V.PASS, V.FAIL)), (ENTRY,))
    assert any("another verdict under reading B" in reason.en and CLAUSE in reason.en for reason in said.reasons)
    (said,) = statements(run_of(check(V.PASS)), (ENTRY,))
    assert any("reading B that was not evaluated" in reason.en and CLAUSE in reason.en for reason in said.reasons)
    assert said.conformity == "conforms"


def test_verdicts_json_carries_it_and_it_is_counted() -> None:
    run = completed(run_of(check(V.PASS, V.FAIL)), (ENTRY,))
    (row,) = msgspec.json.decode(verdicts_json(run))["clauses"]
    assert (row["reading_b"], row["reading_b_open"]) == ("fail", "")
    assert tally(run.clauses) == {"same": (), "other": (CLAUSE,), "open": ()}


@pytest.mark.parametrize(
    ("rigs", "told"),
    [
        (("virtual",), "has cases in virtual time only: it says something of a program, not of a device"),
        (("virtual", "process", "lab"), "decided in virtual time can also be decided on the lab rig"),
    ],
)
def test_the_statement_says_what_virtual_time_leaves_to_other_rigs(rigs: tuple[str, ...], told: str) -> None:
    entry = msgspec.structs.replace(ENTRY, rigs=rigs, reading_b=Text("", ""))
    (said,) = statements(run_of(check(V.PASS)), (entry,))
    assert any(told in reason.en and CLAUSE in reason.en for reason in said.reasons)
    lab = msgspec.structs.replace(run_of(check(V.PASS)), rig="lab")
    (said,) = statements(lab, (entry,))
    assert not any("virtual time" in reason.en for reason in said.reasons)
    (row,) = clause_views(completed(run_of(check(V.PASS)), (entry,)), (entry,))
    assert (row.rig, row.elsewhere) == ("virtual", tuple(rig for rig in rigs if rig != "virtual"))
