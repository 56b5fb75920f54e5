"""The statement of conformity: each sentence of R-06 and what forbids a statement (R-03, R-07)."""

from __future__ import annotations

import re

import pytest

from bench.case import CaseResult, ClauseResult, RunResult, Text, Verdict
from reports.clause_results import clause_results
from reports.conformity import (
    DISPOSITIONS,
    WHY,
    Conformity,
    Statement,
    clause_order,
    completed,
    documents,
    not_repeatable,
    statements,
)
from reports.entries import Entry
from reports.ledger import entries as real_entries
from reports.repeats import outcome


def entry(id: str, **fields: object) -> Entry:
    common = {"strength": "shall", "object": "terminal", "disposition": "automated", "requirement": Text("a", "甲")}
    return Entry(id=id, document=id.partition("/")[0], number=id.partition("/")[2], **(common | fields))  # type: ignore[arg-type]


def run(verdicts: dict[str, Verdict], **fields: object) -> RunResult:
    clauses = tuple(ClauseResult(id=id, verdict=verdict, cases=("a/b",)) for id, verdict in verdicts.items())
    common = {
        "run": "r",
        "seed": 1,
        "commit": "c",
        "terminal": "t",
        "rig": "virtual",
        "history_digest": "",
        "cases": (),
    }
    return RunResult(clauses=clauses, **(common | {"repeats": 3} | fields))  # type: ignore[arg-type]


def statement(result: RunResult, *ledger: Entry) -> Statement:
    (found,) = statements(result, ledger)
    return found


def test_conforms_only_when_every_binding_clause_passes() -> None:
    found = statement(run({"isc-2/1": Verdict.PASS, "isc-2/2": Verdict.PASS}), entry("isc-2/1"), entry("isc-2/2"))
    assert found.conformity is Conformity.CONFORMS
    assert found.binding == {"pass": 2}


def test_a_pass_in_part_does_not_count_as_a_pass() -> None:
    whole = entry("isc-2/1", open=Text("the other half", "另一半"))
    result = completed(run({"isc-2/1": Verdict.PASS, "isc-2/2": Verdict.PASS}), (whole, entry("isc-2/2")))
    assert {clause.id: clause.open for clause in result.clauses} == {
        "isc-2/1": "the other half / 另一半",
        "isc-2/2": "",
    }
    found = statement(result, whole, entry("isc-2/2"))
    assert found.conformity is Conformity.NO_STATEMENT
    assert any(reason.en.startswith("1 binding clause passes in part") for reason in found.reasons)


@pytest.mark.parametrize(
    ("verdict", "conformity"),
    [
        (Verdict.PASS, Conformity.CONFORMS),
        (Verdict.FAIL, Conformity.DOES_NOT_CONFORM),
        (Verdict.INCONCLUSIVE, Conformity.NO_STATEMENT),
        (Verdict.ERROR, Conformity.NO_STATEMENT),
        (Verdict.REVIEW, Conformity.NO_STATEMENT),
        (Verdict.NOT_RUN, Conformity.NO_STATEMENT),
        (Verdict.NOT_APPLICABLE, Conformity.CONFORMS),
    ],
)
def test_one_clause_decides(verdict: Verdict, conformity: Conformity) -> None:
    found = statement(run({"isc-2/1": Verdict.PASS, "isc-2/2": verdict}), entry("isc-2/1"), entry("isc-2/2"))
    assert found.conformity is conformity


def test_a_fail_is_not_outweighed_by_open_clauses() -> None:
    found = statement(
        run({"isc-2/1": Verdict.FAIL, "isc-2/2": Verdict.ERROR}), entry("isc-2/1"), entry("isc-2/2"), entry("isc-2/3")
    )
    assert found.conformity is Conformity.DOES_NOT_CONFORM
    assert found.failed == ("isc-2/1",)


def test_a_binding_entry_that_no_case_touched_forbids_conforms() -> None:
    found = statement(run({"isc-2/1": Verdict.PASS}), entry("isc-2/1"), entry("isc-2/2", disposition="laboratory"))
    assert found.conformity is Conformity.NO_STATEMENT
    assert "isc-2/2" in found.reasons[-1].en
    assert found.automatic == {"pass": 1}
    assert found.binding == {"pass": 1, "review": 1}


@pytest.mark.parametrize("strength", ["should", "may"])
def test_should_and_may_have_no_effect(strength: str) -> None:
    result = run({"isc-2/1": Verdict.PASS, "isc-2/2": Verdict.FAIL})
    assert statement(result, entry("isc-2/1"), entry("isc-2/2", strength=strength)).conformity is Conformity.CONFORMS


@pytest.mark.parametrize(
    ("claims", "parameters", "conformity"),
    [
        ({"q": "yes"}, {}, Conformity.DOES_NOT_CONFORM),
        ({"q": "no"}, {}, Conformity.CONFORMS),
        ({}, {}, Conformity.NO_STATEMENT),
        ({"q": "no"}, {"statement_as_shall": "on"}, Conformity.DOES_NOT_CONFORM),
        ({"q": "no"}, {"statement_as_shall": "True"}, Conformity.DOES_NOT_CONFORM),
        ({"q": "no"}, {"statement_as_shall": "False"}, Conformity.CONFORMS),
    ],
)
def test_a_statement_counts_when_claimed_or_by_choice(
    claims: dict[str, str], parameters: dict[str, str], conformity: Conformity
) -> None:
    result = run({"isc-2/1": Verdict.PASS, "isc-2/2": Verdict.FAIL}, claims=claims, parameters=parameters)
    found = statement(result, entry("isc-2/1"), entry("isc-2/2", strength="statement", claim="q"))
    assert found.conformity is conformity


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"repeats": 2}, "R-07"),
        ({"selection": "--case a"}, "--case a"),
        ({"claims": {"centres.two": "unanswered"}}, "centres.two"),
    ],
)
def test_what_forbids_any_statement(fields: dict[str, object], told: str) -> None:
    for verdict in (Verdict.PASS, Verdict.FAIL):
        found = statement(run({"isc-2/1": verdict}, **fields), entry("isc-2/1"))
        assert found.conformity is Conformity.NO_STATEMENT
        assert any(told in reason.en and told in reason.zh for reason in found.reasons)


def test_questions_that_are_left_open_hinder_no_draft_that_nobody_claims() -> None:
    parameters = {"documents": "csmt", "roles": "terminal, collector"}
    result = run({"isc-2/1": Verdict.PASS}, claims={"centres.two": "unanswered"}, parameters=parameters)
    assert not any("centres.two" in reason.en for reason in statement(result, entry("isc-2/1")).reasons)


def test_a_partial_scope_is_named_in_the_statement() -> None:
    for value, named in (("True", True), ("False", False)):
        found = statement(run({"isc-2/1": Verdict.PASS}, parameters={"allow_partial_scope": value}), entry("isc-2/1"))
        assert found.conformity is Conformity.CONFORMS
        assert any("partial statement" in reason.en for reason in found.reasons) is named


def test_without_the_ledger_or_with_unknown_clauses_nothing_is_stated() -> None:
    assert statement(run({"isc-2/1": Verdict.PASS})).conformity is Conformity.NO_STATEMENT
    found = statement(run({"isc-2/1": Verdict.PASS, "isc-2/9": Verdict.PASS}), entry("isc-2/1"))
    assert found.conformity is Conformity.NO_STATEMENT
    assert "isc-2/9" in found.reasons[0].en


def test_nothing_binding_is_no_conformity() -> None:
    found = statement(run({"isc-2/1": Verdict.PASS}), entry("isc-2/1", strength="should"))
    assert found.conformity is Conformity.NO_STATEMENT


@pytest.mark.parametrize(
    "fields", [{"object": "platform"}, {"disposition": "organisational"}, {"asks": False, "strength": "shall"}]
)
def test_what_binds_somebody_else_is_left_out(fields: dict[str, object]) -> None:
    assert (
        statement(run({"isc-2/1": Verdict.PASS}), entry("isc-2/1"), entry("isc-2/2", **fields)).conformity == "conforms"
    )


def test_each_draft_has_its_own_statement() -> None:
    result = run({"csmt/1": Verdict.FAIL, "isc-2/1": Verdict.PASS})
    found = statements(result, [entry("isc-2/1"), entry("csmt/1"), entry("ssea/1")])
    assert [(one.document, one.conformity.value) for one in found] == [
        ("isc-2", "conforms"),
        ("csmt", "does not conform"),
    ]


def test_clauses_are_ordered_as_the_documents_are() -> None:
    ids = ["isc-2/7.10", "isc-2/7.2.4(5)b", "isc-2/7.2.4(5)a", "isc-2/7.2.4(10)", "isc-2/A.1", "isc-2/7.9"]
    assert sorted(ids, key=clause_order) == [
        "isc-2/7.2.4(5)a",
        "isc-2/7.2.4(5)b",
        "isc-2/7.2.4(10)",
        "isc-2/7.9",
        "isc-2/7.10",
        "isc-2/A.1",
    ]
    assert documents(["x/1", "csmt/1", "isc-2/1"]) == ["isc-2", "csmt", "x"]


def case(verdict: Verdict, attempt: int = 1, name: str = "a/b", clauses: tuple[str, ...] = ("isc-2/1",)) -> CaseResult:
    return CaseResult(id=name, title=Text("a", "甲"), clauses=clauses, verdict=verdict, attempt=attempt)


def stands(result: RunResult, *ledger: Entry) -> dict[str, ClauseResult]:
    return {clause.id: clause for clause in completed(result, ledger).clauses}


@pytest.mark.parametrize(
    ("fields", "claims", "parameters", "verdict", "told"),
    [
        ({"claim": "q"}, {"q": "no"}, {}, Verdict.FAIL, "declared unsupported: q"),
        ({"claim": "q", "condition": True}, {"q": "no"}, {}, Verdict.NOT_APPLICABLE, "condition"),
        ({"claim": "q"}, {"q": "no"}, {"allow_partial_scope": "on"}, Verdict.NOT_APPLICABLE, "not claimed"),
        ({"claim": "q", "strength": "statement"}, {"q": "no"}, {}, Verdict.NOT_APPLICABLE, "not claimed"),
        ({"claim": "q", "strength": "may"}, {"q": "no"}, {}, Verdict.NOT_APPLICABLE, "not claimed"),
        (
            {"claim": "q", "strength": "statement"},
            {"q": "no"},
            {"statement_as_shall": "on"},
            Verdict.FAIL,
            "declared unsupported",
        ),
        ({"claim": "q"}, {"q": "unanswered"}, {}, Verdict.INCONCLUSIVE, 'add "q" = "yes"'),
        ({"claim": "q"}, {}, {}, Verdict.INCONCLUSIVE, 'add "q" = "yes"'),
        ({"disposition": "planned"}, {}, {}, Verdict.NOT_RUN, "no case yet"),
        ({"disposition": "automated"}, {}, {}, Verdict.NOT_RUN, "none was selected"),
        ({"disposition": "inspection"}, {}, {}, Verdict.REVIEW, "inspection"),
        ({"disposition": "laboratory"}, {}, {}, Verdict.REVIEW, "laboratory"),
        ({"disposition": "operator"}, {}, {}, Verdict.REVIEW, "operator"),
        ({"disposition": "untestable"}, {}, {}, Verdict.INCONCLUSIVE, "untestable"),
        ({"disposition": "organisational"}, {}, {}, Verdict.NOT_APPLICABLE, "organisational"),
        ({"object": "platform"}, {}, {}, Verdict.NOT_APPLICABLE, "another object"),
        ({"object": "collector"}, {}, {"roles": "terminal"}, Verdict.NOT_APPLICABLE, "another object"),
        ({"object": "platform"}, {}, {"roles": "platform"}, Verdict.NOT_RUN, "none was selected"),
    ],
)
def test_an_entry_without_a_case_has_verdict_and_reason(
    fields: dict[str, object], claims: dict[str, str], parameters: dict[str, str], verdict: Verdict, told: str
) -> None:
    result = run({"isc-2/1": Verdict.PASS}, claims=claims, parameters={"documents": "isc-2", **parameters})
    found = stands(result, entry("isc-2/1"), entry("isc-2/2", **fields))["isc-2/2"]
    assert found.verdict is verdict
    assert told in found.reason and " / " in found.reason


def test_a_clause_that_is_declared_unsupported_fails_though_its_case_passed() -> None:
    result = run({"isc-2/1": Verdict.PASS}, cases=(case(Verdict.PASS),), claims={"q": "no"})
    found = stands(result, entry("isc-2/1", claim="q"))["isc-2/1"]
    assert found.verdict is Verdict.FAIL
    assert "remark: observed all the same" in found.reason


def test_what_is_declared_unsupported_decides_without_a_full_run() -> None:
    result = run({"isc-2/1": Verdict.PASS}, claims={"q": "no"}, repeats=1, selection="--case a")
    found = statement(result, entry("isc-2/1"), entry("isc-2/2", claim="q"))
    assert (found.conformity, found.unsupported) == (Conformity.DOES_NOT_CONFORM, ("isc-2/2",))
    assert "declared unsupported: isc-2/2 (q)" in found.reasons[0].en and "声明不支持" in found.reasons[0].zh
    absent = statement(result, entry("isc-2/1"), entry("isc-2/2", claim="q", condition=True))
    assert (absent.conformity, absent.unsupported) == (Conformity.NO_STATEMENT, ())


def test_completing_twice_changes_nothing() -> None:
    ledger = [
        entry("isc-2/1", claim="q"),
        entry("isc-2/2", disposition="laboratory"),
        entry("isc-2/3", claim="r"),
        entry("csmt/1"),
    ]
    result = run({"isc-2/1": Verdict.PASS}, cases=(case(Verdict.PASS),), claims={"q": "no"})
    once = completed(result, ledger)
    assert completed(once, ledger) == once
    assert [clause.id for clause in once.clauses] == ["isc-2/1", "isc-2/2", "isc-2/3"]


def test_every_entry_of_the_claimed_documents_gets_a_verdict_in_the_real_ledger() -> None:
    ledger = real_entries()
    wanted = {one.id for one in ledger if one.asks and one.document in ("isc-2", "csmt")}
    result = run({}, claims={"source.dlt645": "no"}, parameters={"documents": "isc-2, csmt", "roles": "terminal"})
    found = stands(result, *ledger)
    assert set(found) == wanted
    assert not [clause for clause in found.values() if clause.verdict is Verdict.PASS or " / " not in clause.reason]
    assert found["isc-2/7.2.2(2)b"].verdict is Verdict.FAIL
    told = {one.document: one.conformity for one in statements(result, ledger)}
    assert set(told) == {"isc-2", "csmt"}


def test_the_disposition_is_derived_from_the_cases() -> None:
    found = {one.id: one.disposition for one in real_entries()}
    assert found["isc-2/9.1a"] == "automated"
    assert found["isc-1/4.6c"] == "inspection"


def test_no_entry_lacks_a_language() -> None:
    chinese = re.compile("[\u4e00-\u9fff]")
    for one in real_entries():
        for text in (one.requirement, one.reason, one.prompt, one.reading_b, one.question):
            assert bool(text.en.strip()) == bool(text.zh.strip()), one.id
            assert not text.zh or chinese.search(text.zh), one.id
    for text in (*DISPOSITIONS.values(), *WHY.values()):
        assert chinese.search(text.zh) and not chinese.search(text.en)


@pytest.mark.parametrize(
    ("verdicts", "counted"),
    [
        ("pass pass pass", "pass"),
        ("pass fail pass", "fail"),
        ("pass inconclusive", "fail"),
        ("inconclusive inconclusive", "inconclusive"),
        ("error pass", "error"),
        ("error fail", "fail"),
    ],
)
def test_mixed_attempts_count_as_fail(verdicts: str, counted: str) -> None:
    attempts = [case(Verdict(word), number) for number, word in enumerate(verdicts.split(), start=1)]
    assert outcome(attempts) == counted
    mixed = len(set(verdicts.split()) - {"error"}) > 1
    assert bool(not_repeatable(run({}, cases=tuple(attempts)))) is mixed
    (clause,) = clause_results(tuple(attempts))
    assert clause.verdict == counted
    assert ("not repeatable" in clause.reason and "不可重复" in clause.reason) is mixed
