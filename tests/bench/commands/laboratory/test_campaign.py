"""A campaign joins runs, reviews and external reports, never picks the better of two, and says what is open."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from campaign_kit import parity_of
from suite_kit import REFERENCE, in_place

from bench.campaign import joining
from bench.campaign.book import External, Reviewed
from bench.case import CaseResult, Check, ClauseResult, RunResult, Text, Verdict
from bench.case.reach import decided
from bench.commands.laboratory import campaign as laboratory
from bench.commands.laboratory.campaign import of_suite, waits_for_people
from bench.commands.proof.proved import lacking
from bench.dut.profile import Claim, Profile, load_profile
from conformance.clauses.suite import case_classes
from conformance.defects.proof import read_proof
from reports.clause_results import clause_results
from reports.conformity import Conformity, completed, statements
from reports.entries import Entry
from reports.ledger import entries
from reports.prove import CheckSeen, DefectResult, Proof, to_json
from reports.verdicts import read as read_verdicts

P, F, N = Verdict.PASS, Verdict.FAIL, Verdict.NOT_RUN


def check(name: str, verdict: Verdict, *clauses: str) -> Check:
    return Check(id=name, name=Text(name, name), verdict=verdict, clauses=clauses)


def case(verdict: Verdict, *checks: Check, name: str = "x/y", attempt: int = 1) -> CaseResult:
    return CaseResult(
        id=name, title=Text("t", "t"), clauses=("isc-2/1",), verdict=verdict, checks=checks, attempt=attempt
    )


def run(*cases: CaseResult, rig: str = "virtual", **more: object) -> RunResult:
    return RunResult(
        run="r",
        seed=1,
        commit="c",
        terminal="t",
        rig=rig,
        history_digest="",
        cases=cases,
        clauses=(),
        claims={},
        parameters={"documents": "isc-2", "roles": "terminal", **more},
        repeats=3,
    )


def verdict_of(runs: Sequence[RunResult]) -> Verdict:
    (clause,) = clause_results(joining.attempts(runs))
    return clause.verdict


def test_a_fail_in_one_run_is_not_outweighed_by_a_pass_in_another() -> None:
    good = run(case(P, check("a", P, "isc-2/1")), rig="process")
    bad = run(case(F, check("a", F, "isc-2/1")))
    assert verdict_of([good, bad]) is F
    assert verdict_of([bad, good, good, good]) is F
    assert verdict_of([good, good]) is P


def test_a_limit_that_virtual_time_left_open_is_decided_by_the_real_rig() -> None:
    virtual = run(case(P, check("a", P, "isc-2/1"), check("soon", N, "isc-2/1")))
    real = run(case(P, check("a", P, "isc-2/1"), check("soon", P, "isc-2/1")), rig="process")
    late = run(case(F, check("a", P, "isc-2/1"), check("soon", F, "isc-2/1")), rig="process")
    assert verdict_of([virtual, real]) is P
    assert not any(each.verdict is N for held in joining.attempts([virtual, real]) for each in held.checks)
    assert verdict_of([virtual, late]) is F
    assert any(each.verdict is N for held in joining.attempts([virtual]) for each in held.checks)


def test_a_case_that_one_rig_cannot_run_is_decided_where_it_ran() -> None:
    assert verdict_of([run(case(N)), run(case(P, check("a", P, "isc-2/1")), rig="lab")]) is P
    assert verdict_of([run(case(N)), run(case(N))]) is N


def test_attempts_are_numbered_over_all_runs() -> None:
    again = msgspec.structs.replace(case(P, check("a", P, "isc-2/1"), attempt=2), instead_of=1)
    found = joining.attempts([run(case(P, check("a", P, "isc-2/1"))), run(case(F, check("a", F)), again)])
    assert [(each.attempt, each.instead_of) for each in found] == [(1, 0), (2, 0), (3, 2)]


def reviewed(verdict: Verdict) -> Reviewed:
    return Reviewed(at="2026-11-22", by="Li Wei", clause="isc-2/1", verdict=verdict, words="seen")


def report(verdict: Verdict) -> External:
    return External(
        at="2026-11-22",
        by="Li Wei",
        clauses=("isc-2/1",),
        verdict=verdict,
        laboratory="L",
        accreditation="CNAS L0000",
        report="R-1",
        edition="GB/T 17626.2-2018",
        specimen="SN 1",
    )


@pytest.mark.parametrize(
    ("by_case", "said", "external", "expected"),
    [
        (Verdict.REVIEW, P, None, P),
        (Verdict.REVIEW, P, F, F),
        (Verdict.REVIEW, F, P, F),
        (F, P, P, F),
        (P, F, None, F),
        (P, P, P, P),
        (N, P, None, P),
        (Verdict.INCONCLUSIVE, None, P, P),
    ],
)
def test_what_people_decide_counts_where_it_is_worse_or_alone(
    by_case: Verdict, said: Verdict | None, external: Verdict | None, expected: Verdict
) -> None:
    cases = ("x/y",) if by_case in (P, F) else ()
    clause = ClauseResult(id="isc-2/1", verdict=by_case, cases=cases)
    (found,) = joining.decided([clause], [reviewed(said)] if said else [], [report(external)] if external else [])
    assert found.verdict is expected


def test_a_review_closes_what_cases_leave_open_of_a_clause() -> None:
    part = ClauseResult(id="isc-2/1", verdict=P, cases=("x/y",), open="the cover / 外壳")
    assert joining.decided([part], [reviewed(P)], [])[0].open == ""
    assert joining.decided([part], [], [])[0].open


def entry(name: str, disposition: str = "automated", **more: str) -> Entry:
    return Entry(
        id=f"isc-2/{name}",
        document="isc-2",
        number=name,
        strength="shall",
        object="terminal",
        disposition=disposition,
        requirement=Text("r", "r"),
        **more,
    )


def everything_passed(profile: Profile) -> tuple[CaseResult, ...]:
    """What a product with these claims leaves that passes every check of every case, three times."""
    yes = {question for question, answer in profile.claims.items() if answer is Claim.YES}
    found = {name: decided(case, yes) for name, case in case_classes("terminal").items()}
    return tuple(
        CaseResult(
            id=name,
            title=Text("t", "t"),
            clauses=tuple({clause for clauses in checks.values() for clause in clauses}),
            verdict=P,
            checks=tuple(check(each, P, *clauses) for each, clauses in checks.items()),
            attempt=attempt,
        )
        for name, checks in found.items()
        for attempt in (1, 2, 3)
        if checks
    )


def test_who_passes_everything_and_is_judged_by_people_where_no_case_does_conforms() -> None:
    """Under no draft is a clause left that nobody can decide."""
    profile, ledger = load_profile(REFERENCE), entries()
    cases = everything_passed(profile)
    told = {
        "claims": {question: answer.value for question, answer in profile.claims.items()},
        "parameters": {**profile.in_force(), "documents": ", ".join(profile.documents), "roles": "terminal, collector"},
    }
    passed = msgspec.structs.replace(run(*cases, rig="virtual, lab"), **told, clauses=clause_results(cases))
    whole = completed(passed, ledger)
    assert {each.conformity for each in statements(whole, ledger) if each.binding} == {Conformity.NO_STATEMENT}
    known = {entry.id: entry for entry in ledger}
    people = [
        Reviewed(at="2026-03-02", by="Li", clause=clause.id, verdict=P, words="seen", files={})
        for clause in whole.clauses
        if clause.open or waits_for_people(known[clause.id], clause.verdict)
    ]
    decided_too = joining.decided(clause_results(cases), people, [])
    # What a case leaves open of a clause is known once the ledger was asked.
    after = completed(msgspec.structs.replace(passed, clauses=tuple(decided_too)), ledger)
    found = {each.document: each for each in statements(after, ledger) if each.binding}
    assert found.keys() >= {"isc-2", "csmt", "cpcif"}
    assert {name: each.conformity for name, each in found.items()} == dict.fromkeys(found, Conformity.CONFORMS), [
        (name, each.reasons) for name, each in found.items()
    ]


@pytest.mark.parametrize("document", ["isc-2", "csmt", "cpcif", "ssea"])
def test_the_proof_of_the_suite_is_enough_for_who_passes_everything(document: str) -> None:
    """A whole proof of this commit lets every draft be stated: nothing is asked of it that no defect shows."""
    cases, flips = everything_passed(load_profile(REFERENCE)), read_proof().flips
    suite = of_suite(flips)
    by: dict[str, list[str]] = {}
    for defects in flips.values():
        for defect, found in defects.items():
            for case, checks in found.items():
                for name in checks:
                    by.setdefault(f"{case}:{name}", []).append(defect)
    proof = Proof(
        defects=tuple(
            DefectResult(id=defect, clauses=(), outcome="caught", caught_by=(case,))
            for case, defects in suite.finds.items()
            for defect in defects
        ),
        checks=tuple(CheckSeen(id=name, seen_failing=True, by=tuple(found)) for name, found in by.items()),
        reference={each.id: "pass" for each in cases},
    )
    assert lacking([proof], cases, (document,), suite).sentences == ()


def test_untestable_entries_do_not_count_and_are_listed() -> None:
    told = run(case(P, check("a", P, "isc-2/1")))
    told = msgspec.structs.replace(told, clauses=clause_results(told.cases), rig="process")
    (found,) = statements(told, [entry("1"), entry("2", "untestable")])
    assert found.conformity is Conformity.CONFORMS
    assert found.untestable == ("isc-2/2",) and sum(found.binding.values()) == 1
    assert any("untestable" in reason.en and "isc-2/2" in reason.en for reason in found.reasons)


def test_the_automatic_part_alone_conforms_under_its_own_name_only_where_asked() -> None:
    ledger = [entry("1"), entry("2", "inspection"), entry("3", "planned")]
    told = run(case(P, check("a", P, "isc-2/1")))
    told = msgspec.structs.replace(told, clauses=clause_results(told.cases), rig="process")
    assert statements(told, ledger)[0].conformity is Conformity.NO_STATEMENT
    asked = msgspec.structs.replace(told, parameters={**told.parameters, "automatic_part_only": "on"})
    assert statements(asked, ledger)[0].conformity is Conformity.AUTOMATIC
    more = [*ledger, entry("4")]
    assert statements(asked, more)[0].conformity is Conformity.NO_STATEMENT
    bad = msgspec.structs.replace(
        asked,
        cases=(case(F, check("a", F, "isc-2/1")),),
        clauses=clause_results((case(F, check("a", F, "isc-2/1")),)),
    )
    assert statements(bad, ledger)[0].conformity is Conformity.DOES_NOT_CONFORM


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    told = in_place("campaign", "new", "c", "--profile", REFERENCE, "--by", "Li Wei", cwd=tmp_path)
    assert told.code == 0, told.err
    return tmp_path / "c"


def call(campaign: Path, what: str, *words: str | Path, code: int = 0) -> str:
    told = in_place("campaign", what, campaign, *words, cwd=campaign.parent)
    assert told.code == code, told.out + told.err
    return told.out + told.err


def test_a_campaign_from_its_beginning_to_its_statement(campaign: Path, own: Path) -> None:
    call(campaign, "add", own)
    told = call(campaign, "status")
    assert "✗ proof of the suite" in told and "✗ parity" in told and "✓ virtual time" in told
    told = call(campaign, "add", proof_of(campaign, own))
    assert "defects caught" in told
    found = json.loads(call(campaign, "statement", "--json", code=2))
    assert not any("proof" in words for words in found["hindrances"])
    assert {each["conformity"] for each in found["documents"].values()} == {"no statement"}
    assert any("parity" in words for words in found["hindrances"])
    work = found["remaining"]
    # Least effort first: what a machine does in a day, people, what a machine does in more, other laboratories.
    place = {"review": 8.5, "own-test": 1e4, "laboratory": 2e4, "answer": 3e4, "mend": 4e4}
    order = [each["hours"] if each["hours"] is not None else place[each["work"]] for each in work]
    assert order == sorted(order) and {"parity", "repeat", "review", "run", "laboratory"} <= {w["work"] for w in work}
    assert all(
        each["what"]["zh"] and each["who"]["zh"] and (each["command"] or each["work"] == "mend") for each in work
    )
    clause = found["for_people"][0]
    photo = campaign.parent / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff")
    words = ("--clause", clause, "--verdict", "pass", "--by", "Li Wei")
    assert "needs --by and --words" in call(campaign, "review", *words, code=4)
    call(campaign, "review", *words, "--words", "looked at the cover", "--file", photo)
    after = json.loads(call(campaign, "status", "--json"))
    assert clause not in after["for_people"] and after["clauses"][clause] == "pass"
    call(campaign, "review", *words[:3], "fail", "--by", "Wang Fang", "--words", "the cover is loose")
    assert json.loads(call(campaign, "status", "--json"))["clauses"][clause] == "fail"
    # A development run makes no statement, whatever fails in it.
    assert f"binding clause failed: {clause}" in call(campaign, "statement", code=2)


def proof_of(campaign: Path, run: Path, name: str = "prove.json", **spoiled: object) -> Path:
    """A proof of the cases of a run, whole but for what is spoiled."""
    told = read_verdicts(run)
    ran = {each.id for each in told.cases}
    checks = {f"{each.id}:{found.id}" for each in told.cases for found in each.checks}
    flips = [found for held in read_proof().flips.values() for found in held.items()]
    finds = {defect for defect, cases in flips if ran & cases.keys()}
    proof = Proof(
        defects=tuple(
            DefectResult(id=each, clauses=("isc-2/1",), outcome="caught", caught_by=(min(checks),))
            for each in sorted(finds)
        ),
        checks=tuple(CheckSeen(id=each, seen_failing=True, by=("d",)) for each in sorted(checks)),
        reference={each.id: "pass" for each in told.cases},
        commit=told.commit,
    )
    path = campaign.parent / name
    path.write_bytes(to_json(msgspec.structs.replace(proof, **spoiled)))
    return path


def test_a_proof_that_says_more_than_its_rows_is_refused(campaign: Path, own: Path) -> None:
    path = proof_of(campaign, own)
    honest = json.loads(path.read_bytes())
    checks, defects = honest["checks"], honest["defects"]
    beside = [defects[0] | {"beside": ["another"]}, *defects[1:]]
    for forged, words in (
        (honest | {"checks": [], "defects": []}, "says trusted: true, its rows say otherwise"),
        (honest | {"checks": [checks[0] | {"by": []}, *checks[1:]]}, f"says of {checks[0]['id']} what its rows do not"),
        (honest | {"troubles": ["x"]}, "says trusted: true"),
        (honest | {"defects": beside}, f"proves {defects[0]['id']} while other defects were planted too"),
        ({"format": "carbonbench-prove/1", "commit": honest["commit"], "trusted": True}, "expected a file of prove"),
    ):
        path.write_text(json.dumps(forged), "utf-8")
        assert words in call(campaign, "add", path, code=4)


def test_a_proof_of_other_cases_does_not_carry_a_statement_and_pieces_do(campaign: Path, own: Path) -> None:
    call(campaign, "add", own)
    whole = json.loads(proof_of(campaign, own).read_bytes())
    relied = [row["id"] for row in whole["checks"]]
    seen = [CheckSeen(id=each, seen_failing=True, by=("d",)) for each in relied]
    first = proof_of(campaign, own, "first.json", checks=tuple(seen[:1]))
    call(campaign, "add", first)
    told = call(campaign, "status")
    assert "✗ proof of the suite" in told and "relied on, never seen failing" in told
    assert "to do before it conforms" in told and "  carbonbench prove --case" in told
    rest = proof_of(campaign, own, "rest.json", defects=(), checks=tuple(seen[1:]))
    call(campaign, "add", rest)
    told = call(campaign, "status")
    assert "✓ proof of the suite" in told and "2 pieces" in told
    rest.write_bytes(rest.read_bytes() + b"\n")
    told = call(campaign, "status")
    assert "✗ proof of the suite" in told and "was altered since it was joined" in told


def test_a_parity_is_joined_in_words(campaign: Path) -> None:
    told = call(campaign, "add", parity_of(campaign, minutes=3))
    assert "joined as parity: 0 differs, 1 stated limit, 8 same, 3 min" in told
    assert "已作为 parity 加入：0 项不一致，1 项已说明的限制，8 项一致, 3 min" in told


def test_virtual_runs_count_by_a_parity_of_an_hour_that_its_records_show(campaign: Path, own: Path) -> None:
    call(campaign, "add", own)
    call(campaign, "add", parity_of(campaign, minutes=59))
    told = call(campaign, "status")
    assert "✗ parity of virtual" in told and "stood 59 min in real time by its records, R-08 asks for 60" in told
    call(campaign, "add", parity_of(campaign, minutes=60, accelerated=20))
    assert "✗ parity of virtual" in call(campaign, "status")
    call(campaign, "add", parity_of(campaign, minutes=60))
    assert "✓ parity of virtual" in call(campaign, "status")
    call(campaign, "add", parity_of(campaign, minutes=61, same=False, rows=[{"case": "x/y", "likeness": "differs"}]))
    assert "✗ parity of virtual" in call(campaign, "status")


def test_a_parity_that_says_more_than_rows_and_records_is_refused(campaign: Path) -> None:
    forged = parity_of(campaign, rows=[{"case": "x/y", "likeness": "differs"}])
    assert "says same, its rows do not" in call(campaign, "add", forged, code=4)
    other = parity_of(campaign, minutes=60, item={"name": "another"})
    assert "is no record of this parity" in call(campaign, "add", other, code=4)
    record = other.parent / "process/cases/x/y/1/record.jsonl"
    record.write_bytes(record.read_bytes().replace(b"3600000000", b"3600000001"))
    assert "record.jsonl" in call(campaign, "add", other, code=4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": 3},
        {"rows": [1]},
        {"rows": [{"case": None}]},
        {"counts": []},
        {"counts": {"same": 10**400}},
        {"counts": {"same": "\ud800"}},
        {"commit": 1},
        {"same": "yes"},
        {"terminal": {}},
    ],
)
def test_a_result_that_was_damaged_is_a_sentence(campaign: Path, wrong: dict[str, object]) -> None:
    told = call(campaign, "add", parity_of(campaign, **wrong), code=4)
    assert "parity.json: " in told and len(told.splitlines()) == 1


def test_what_cannot_be_joined_is_a_sentence(campaign: Path, own: Path) -> None:
    assert "expected a folder of run" in call(campaign, "add", campaign.parent, code=4)
    (own / "report.html").write_text("x")
    assert "was altered" in call(campaign, "add", own, code=4)
    assert "this is no campaign" in call(campaign.parent / "none", "status", code=4)
    assert "holds a campaign already" in call(campaign, "new", "--profile", REFERENCE, code=4)


def test_a_run_is_joined_once_and_is_looked_at_again_each_time(campaign: Path, own: Path) -> None:
    call(campaign, "add", own)
    assert "joined already" in call(campaign, "add", own, code=4)
    shutil.rmtree(own / "cases")
    assert "was altered since it was joined" in call(campaign, "status", code=4)


def test_a_run_of_another_item_or_bench_is_refused(tmp_path: Path, own: Path) -> None:
    profile = tmp_path / "other.toml"
    profile.write_text(REFERENCE.read_text("utf-8").replace('model = "reference"', 'model = "R2"'), "utf-8")
    assert in_place("campaign", "new", "c", "--profile", profile, cwd=tmp_path).code == 0
    assert "this campaign of" in call(tmp_path / "c", "add", own, code=4)
    proof = proof_of(tmp_path / "c", own, commit="000000000000")
    assert "proves bench 000000000000" in call(tmp_path / "c", "add", proof, code=4)


def test_people_decide_only_what_is_theirs(campaign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--verdict", "pass", "--by", "Li Wei", "--words", "seen")
    assert "no such entry" in call(campaign, "review", "--clause", "isc-2/99.9", *words, code=4)
    assert "cases decide it" in call(campaign, "review", "--clause", "isc-2/9.1e", *words, code=4)
    ledger = [
        msgspec.structs.replace(entry, disposition="planned") if entry.id == "csmt/11.1c" else entry
        for entry in entries()
    ]
    monkeypatch.setattr(laboratory, "entries", lambda: ledger)
    assert "no case yet: --file" in call(campaign, "review", "--clause", "csmt/11.1c", *words, code=4)


def test_an_external_report_lacks_nothing_of_what_is_asked(campaign: Path) -> None:
    first = json.loads(call(campaign, "status", "--json"))["for_people"][0]
    told = call(campaign, "external", "--clause", first, "--verdict", "pass", "--by", "Li Wei", code=4)
    for name in ("laboratory", "accreditation", "report", "edition", "specimen", "file"):
        assert f"--{name}" in told
    file = campaign.parent / "report.pdf"
    file.write_bytes(b"%PDF-1.7")
    words = ["--clause", first, "--verdict", "pass", "--by", "Li Wei", "--laboratory", "Elsewhere", "--report", "R-7"]
    words += ["--accreditation", "CNAS L0000", "--edition", "GB/T 17626.2-2018", "--specimen", "SN 1"]
    call(campaign, "external", *words, "--file", file)
    assert json.loads(call(campaign, "status", "--json"))["clauses"][first] == "pass"
    (kept,) = (campaign / "files").iterdir()
    kept.write_bytes(b"%PDF-1.8")
    assert "was altered or removed since it was handed in" in call(campaign, "status", code=4)


def test_a_book_that_was_altered_is_refused(campaign: Path) -> None:
    book = campaign / "campaign.jsonl"
    book.write_bytes(book.read_bytes().replace(b"Li Wei", b"Li Hui"))
    assert "chain is broken" in call(campaign, "status", code=3)
