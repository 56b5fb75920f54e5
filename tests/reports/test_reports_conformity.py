"""The statement of conformity: each sentence of R-06 and what forbids a statement (R-03, R-07)."""

from __future__ import annotations

import pytest

from bench.case import ClauseResult, RunResult, Text, Verdict
from reports.conformity import Conformity, Entry, Statement, clause_order, documents, statements


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
    assert found.binding == {"pass": 1, "not run": 1}


@pytest.mark.parametrize("strength", ["should", "may"])
def test_should_and_may_have_no_effect(strength: str) -> None:
    result = run({"isc-2/1": Verdict.PASS, "isc-2/2": Verdict.FAIL})
    assert statement(result, entry("isc-2/1"), entry("isc-2/2", strength=strength)).conformity is Conformity.CONFORMS


@pytest.mark.parametrize(
    ("claims", "parameters", "conformity"),
    [
        ({"q": "yes"}, {}, Conformity.DOES_NOT_CONFORM),
        ({"q": "no"}, {}, Conformity.CONFORMS),
        ({}, {}, Conformity.CONFORMS),
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
