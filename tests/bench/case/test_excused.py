"""Which cases the capability statement keeps from running, and what verdict follows (R-01, R-03)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from house import ROOT

from bench.case import Case, CaseResult, Text, Verdict, criterion
from bench.commands.running.options import Options
from bench.commands.running.session import Session
from bench.dut.profile import Claim, Parameters, Profile
from bench.run import Excuse, Setup, excused
from conformance.clauses import load_ledger
from reports.clause_results import clause_results

REFERENCE = ROOT / "fixtures" / "terminals" / "reference.toml"


class Named:
    """A rig that is asked for nothing but its name."""

    name = "virtual"


def told(
    strength: str, answers: dict[str, Claim], parameters: Parameters | None = None, owner: str | None = None
) -> Excuse | None:
    owners = {"source.dlt645": owner or strength, "source.standby": "shall"}
    if owner == "":
        owners = {}

    class Asks(Case):
        """A case that needs a standby source and DL/T 645."""

        zh = "需要备用源和 DL/T 645"
        checks = {criterion("a", en="a", zh="甲"): ("isc-2/1", "isc-2/2")}
        needs = ("source.standby", "source.dlt645")

    profile = Profile(
        path="x.toml",
        name="x",
        adapter="x",
        claims=answers,
        parameters=parameters or Parameters(),
        documents=("isc-2",),
    )
    rig: Any = Named()
    adapter: Any = None
    setup = Setup(
        rig=rig,
        profile=profile,
        adapter=adapter,
        master_seed=1,
        commit="c",
        folder=Path(),
        strengths={"isc-2/1": strength, "isc-2/2": strength},
        conditions=frozenset({"source.standby"}),
        owners=owners,
        decides={"source.dlt645": frozenset({"isc-2/1"})},
    )
    return excused(Asks, setup)


YES, NO = Claim.YES, Claim.NO


@pytest.mark.parametrize(
    ("strength", "standby", "dlt645", "parameters", "verdict", "words"),
    [
        ("shall", YES, NO, Parameters(), Verdict.FAIL, "declared unsupported: source.dlt645"),
        ("shall", NO, YES, Parameters(), Verdict.NOT_APPLICABLE, "condition written in the clause is absent"),
        ("shall", NO, NO, Parameters(), Verdict.NOT_APPLICABLE, "source.standby"),
        ("shall", YES, NO, Parameters(allow_partial_scope=True), Verdict.NOT_APPLICABLE, "not claimed"),
        ("statement", YES, NO, Parameters(), Verdict.NOT_APPLICABLE, "not claimed"),
        ("statement", YES, NO, Parameters(statement_as_shall=True), Verdict.FAIL, "declared unsupported"),
        ("shall", Claim.UNANSWERED, NO, Parameters(), Verdict.INCONCLUSIVE, '"source.standby" = "yes"'),
    ],
)
def test_a_no_is_a_fail_unless_the_clause_writes_the_condition(
    strength: str, standby: Claim, dlt645: Claim, parameters: Parameters, verdict: Verdict, words: str
) -> None:
    found = told(strength, {"source.standby": standby, "source.dlt645": dlt645}, parameters)
    assert found is not None
    assert found[0] is verdict and words in found[1]


def test_a_case_whose_questions_are_answered_yes_runs() -> None:
    assert told("shall", {"source.standby": YES, "source.dlt645": YES}) is None


def session(tmp_path: Path) -> Session:
    """A session whose profile denies OPC, which a clause demands."""
    profile = tmp_path / "without-opc.toml"
    told = REFERENCE.read_text("utf-8")
    assert '"source.opc" = "yes"' in told
    profile.write_text(told.replace('"source.opc" = "yes"', '"source.opc" = "no"'), "utf-8")
    words = {"terminal": str(profile), "case": ["*polls*"], "out": str(tmp_path)}
    options = Options.parse(words, live=False)
    return Session(options)


def test_a_run_knows_which_questions_are_conditions(tmp_path: Path) -> None:
    assert session(tmp_path).setup.conditions == load_ledger().conditions


def test_a_run_tells_apart_not_claimed_absent_and_unsupported(tmp_path: Path) -> None:
    result = session(tmp_path).result()
    assert "reports.print" in result.not_claimed
    for name in ("hardware.class-gateway", "source.opc"):
        assert result.claims[name] == "no" and name not in result.not_claimed
    assert result.claims["declared.points"] == "256"
    assert (result.parameters["documents"], result.parameters["roles"]) == ("isc-2, csmt, cpcif", "terminal, collector")
    verdicts = {clause.id: clause.verdict for clause in result.clauses}
    assert verdicts["csmt/11.3c-6"] is Verdict.FAIL
    assert verdicts["csmt/10.1b-1"] is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("owner", ["should", ""])
def test_a_binding_clause_is_not_failed_by_a_no_to_something_it_does_not_ask_for(owner: str) -> None:
    found = told("shall", {"source.standby": YES, "source.dlt645": NO}, owner=owner)
    assert found is not None and found[0] is Verdict.NOT_RUN and "source.dlt645" in found[1]


def test_a_no_fails_only_the_clauses_that_it_decides() -> None:
    found = told("shall", {"source.standby": YES, "source.dlt645": NO})
    assert found is not None and (found.denied, found.unsupported) == (("source.dlt645",), ("isc-2/1",))


def of(name: str, verdict: Verdict, *clauses: str, denied: str = "", unsupported: str = "") -> CaseResult:
    return CaseResult(
        id=name,
        title=Text(name, name),
        clauses=clauses,
        verdict=verdict,
        reason=f"needs {denied}" if denied else "",
        denied=(denied,) if denied else (),
        unsupported=(unsupported,) if unsupported else (),
    )


def test_a_clause_is_decided_by_the_ways_that_the_product_has() -> None:
    by_mqtt = of("collectors/mqtt", Verdict.PASS, "isc-2/6.2a", "isc-2/f")
    by_https = of(
        "collectors/https", Verdict.FAIL, "isc-2/6.2a", "isc-2/g", denied="source.https", unsupported="isc-2/g"
    )
    found = {clause.id: (clause.verdict, clause.cases) for clause in clause_results((by_mqtt, by_https))}
    assert found == {
        "isc-2/6.2a": (Verdict.PASS, ("collectors/mqtt",)),
        "isc-2/f": (Verdict.PASS, ("collectors/mqtt",)),
        "isc-2/g": (Verdict.FAIL, ("collectors/https",)),
    }


def test_a_clause_for_which_the_product_has_no_way_is_not_run() -> None:
    by_https = of("collectors/https", Verdict.FAIL, "isc-2/6.2a", denied="source.https")
    (clause,) = clause_results((by_https,))
    assert clause.verdict is Verdict.NOT_RUN and "source.https" in clause.reason
    unclaimed = of("collectors/https", Verdict.NOT_APPLICABLE, "isc-2/6.2a", denied="source.https")
    (clause,) = clause_results((unclaimed,))
    assert clause.verdict is Verdict.NOT_APPLICABLE


def test_a_case_of_another_rig_leaves_clauses_to_those_that_ran_and_is_not_run_alone() -> None:
    def case(name: str, verdict: Verdict, *, elsewhere: bool = False) -> CaseResult:
        return CaseResult(id=name, title=Text("a", "甲"), clauses=("a/1",), verdict=verdict, elsewhere=elsewhere)

    away = case("x/away", Verdict.NOT_RUN, elsewhere=True)
    for here in (Verdict.PASS, Verdict.FAIL, Verdict.NOT_RUN):
        (found,) = clause_results((away, case("x/here", here)))
        assert (found.verdict, found.cases) == (here, ("x/here",))
    (found,) = clause_results((away,))
    assert (found.verdict, found.cases) == (Verdict.NOT_RUN, ("x/away",))
