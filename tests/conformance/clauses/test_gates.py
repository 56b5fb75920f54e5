"""Every gate passes a sound ledger and is shown to fail a broken one; the real ledger passes them all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from clauses_small import Small, case, defect, finding

from conformance.clauses.gates import GATES, LONGEST_SHARED, Outcome, modal_words, run_gates
from conformance.clauses.ledger import FOLDER, LedgerError, json_schema, load_ledger
from conformance.clauses.suite import DefectNote

Judged = Callable[[], dict[str, Outcome]]


@pytest.mark.parametrize("gate", [gate.name for gate in GATES])
def test_real_ledger_passes(gate: str, real_outcomes: dict[str, Outcome]) -> None:
    outcome = real_outcomes[gate]
    assert list(outcome.problems) == []
    assert outcome.checked > 0 or outcome.not_checked


@pytest.mark.parametrize("gate", [gate.name for gate in GATES])
def test_small_ledger_passes(gate: str, judged: Judged) -> None:
    outcome = judged()[gate]
    assert list(outcome.problems) == []
    assert outcome.passed and outcome.checked > 0


ENTRY_FAULTS = {
    "requirement without strength": ({"strength": "none"}, "needs a strength"),
    "heading that asks": ({"kind": "heading"}, "asks for nothing"),
    "claims to be automated": ({"disposition": "automated"}, "derived from the cases"),
    "laboratory without reason": ({"disposition": "laboratory"}, "needs a reason"),
    "operator without prompt": ({"disposition": "operator"}, "needs a prompt"),
    "should for shall": ({"strength": "should"}, "means shall"),
    "unknown modal word": ({"modal": "要"}, "modal: expected one of"),
    "threshold in words": (
        {"threshold": [{"quantity": "q", "op": ">=", "value": "two", "unit": ""}]},
        "expected decimal text",
    ),
    "missing language": ({"requirement": {"zh": "", "en": "x"}}, "expected both languages"),
    "English under zh": ({"requirement": {"zh": "daily", "en": "daily"}}, "expected Chinese under zh"),
    "Chinese under en": ({"requirement": {"zh": "每日", "en": "每日"}}, "expected English under en"),
}


@pytest.mark.parametrize("fault", ENTRY_FAULTS)
def test_entries_gate_fails(fault: str, small: Small, judged: Judged) -> None:
    changes, told = ENTRY_FAULTS[fault]
    small.change("isc-2/1a", **changes)
    problems = judged()["entries"].problems
    assert len(problems) == 1
    assert problems[0].startswith("isc-2.yaml: isc-2/1a: ")
    assert told in problems[0]


def _b(**changes: object) -> dict[str, object]:
    why = {"zh": "无判据", "en": "No check"}
    return {"zh": "另一读法", "en": "Read otherwise", "of": "R-13", "open": why} | changes


B_FAULTS = {
    "no reason": (_b(open=None), "no check answers under it, and open does not say why"),
    "no ruling of its own": (_b(of="R-14"), "R-14 is none of its rulings R-13"),
    "no ruling": (_b(of=""), "expected one of R-13"),
    "carries without why": (_b(open=None, carries="pass"), "carries: open does not say why"),
}


@pytest.mark.parametrize("fault", B_FAULTS)
def test_reading_b_is_answered_or_says_why_not(fault: str, small: Small, judged: Judged) -> None:
    b, told = B_FAULTS[fault]
    small.cases.append(case("delivery/daily", "isc-2/1a"))
    assert judged()["reading-b"].passed
    small.change("isc-2/1a", reading_b=b)
    (problem,) = judged()["reading-b"].problems
    assert problem.startswith("isc-2.yaml: isc-2/1a: reading_b: ") and told in problem


def test_a_check_that_answers_under_reading_b_is_enough(small: Small, judged: Judged) -> None:
    small.change("isc-2/1a", reading_b=_b(open=None))
    small.cases.append(case("delivery/daily", "isc-2/1a", reading_b_of="R-13"))
    assert judged()["reading-b"].passed
    small.cases[:] = [case("delivery/daily", "isc-2/1a", reading_b_of="R-09")]
    assert not judged()["reading-b"].passed


def test_without_a_case_reading_b_needs_no_reason(small: Small, judged: Judged) -> None:
    small.change("isc-2/1a", reading_b=_b(open=None))
    small.cases.clear()
    assert judged()["reading-b"].passed


def test_a_question_has_one_wording(small: Small, judged: Judged) -> None:
    small.change("csmt/1b", claim={"id": "clock.small", "zh": "时钟准吗？", "en": "Is the clock right?"})
    assert any("one wording, found 2" in problem for problem in judged()["questions"].problems)


def test_a_question_is_a_condition_everywhere_or_nowhere(small: Small, judged: Judged) -> None:
    asked = {"id": "clock.small", "zh": "时钟误差小吗？", "en": "Is the clock error small?", "condition": True}
    small.change("csmt/1b", claim=asked)
    (problem,) = judged()["questions"].problems
    assert "clock.small: expected one value of condition" in problem and problem.endswith("only in csmt/1b")


def test_conditions_are_those_the_clauses_write() -> None:
    """R-03 (3), object or role not submitted, and what the entries themselves call conditional."""
    assert load_ledger().conditions == {
        "source.standby",
        "plant.power-generation",
        "plant.heat-supply",
        "source.cems",
        "platform.ghg-cems",
        "source.energy-system",
        "site.manual-ghg",
        "hardware.class-server",
        "hardware.class-gateway",
        "role.collector",
        "role.management-software",
        "platform.video",
        "platform.map",
    }


def test_a_question_id_is_dotted(small: Small, judged: Judged) -> None:
    small.change("csmt/1b", claim={"id": "Clock", "zh": "时钟准吗？", "en": "Is the clock right?"})
    assert any("dotted lower-case" in problem for problem in judged()["questions"].problems)


def test_a_statement_needs_a_question(small: Small, judged: Judged) -> None:
    small.change("csmt/1b", claim=None)
    assert [problem for problem in judged()["questions"].problems if "csmt/1b" in problem]


def test_case_questions_are_needed_and_bound(small: Small, judged: Judged) -> None:
    content = small.read("claims.yaml")
    content["questions"][0]["binding"] = ["csmt/9"]
    content["questions"].append({"id": "never.needed", "zh": "无用吗？", "en": "Unused?"})
    content["declared"][0]["least"]["isc-2"]["clause"] = "isc-2/8"
    content["one_of"] = [{"document": "csmt", "questions": ["no.such"], "zh": "择一", "en": "One of"}]
    small.write("claims.yaml", content)
    told = "\n".join(judged()["questions"].problems)
    for part in ("csmt/9", "never.needed: no case", "isc-2/8", "no.such"):
        assert part in told


def test_a_ruling_must_exist(small: Small, judged: Judged) -> None:
    small.change("isc-2/1a", readings=["R-99"])
    assert judged()["readings"].problems == ("isc-2.yaml: isc-2/1a: readings: no ruling R-99",)


CASE_FAULTS = {
    "unknown clause": (case("x/y", "isc-2/99"), "isc-2/99: no such entry"),
    "heading": (case("x/y", "isc-2/h1"), "asks for nothing"),
    "inspection": (case("x/y", "isc-2/1c"), "which no case can decide"),
    "no clause": (case("x/y"), "decides no clause and does not say why"),
    "twice": (case("x/y", "isc-2/1a", "isc-2/1a"), "names a clause twice"),
    "same id": (case("delivery/daily", "isc-2/1a"), "two cases have this id"),
    "unknown question": (case("x/y", "isc-2/1a", needs=("no.such",)), "no such question"),
}


@pytest.mark.parametrize("fault", CASE_FAULTS)
def test_cases_gate_fails(fault: str, small: Small, judged: Judged) -> None:
    broken, told = CASE_FAULTS[fault]
    small.cases.append(broken)
    assert told in "\n".join(judged()["cases"].problems)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (defect("isc-2/99"), "isc-2/99: no such entry"),
        (defect("isc-2/1a", cases=("no/case",)), "no/case: no such case"),
        (defect(), "names no clause"),
    ],
)
def test_defects_gate_fails(broken: DefectNote, told: str, small: Small, judged: Judged) -> None:
    small.defects.append(broken)
    assert told in "\n".join(judged()["defects"].problems)


def test_an_entry_whose_check_nothing_fails_is_told(small: Small, judged: Judged) -> None:
    small.cases.append(case("delivery/weekly", "isc-2/1d"))
    (problem,) = judged()["flips"].problems
    assert problem.startswith("isc-2/1d: no defect is known to fail delivery/weekly:once-a-day")


def test_a_proof_that_is_none_is_told(small: Small, judged: Judged) -> None:
    (small.folder.parent / "proof.json").write_text("[]", "utf-8")
    with pytest.raises(LedgerError, match="expected a file of prove --record"):
        judged()


def test_only_what_cases_decide_is_decided_in_part(small: Small, judged: Judged) -> None:
    words = {"zh": "半", "en": "half"}
    small.change("isc-2/1c", in_part={"decided": words, "open": words, "by": "operator"})
    assert any("in_part: only what cases decide" in problem for problem in judged()["entries"].problems)


def test_a_suite_without_cases_proves_nothing(small: Small, judged: Judged) -> None:
    small.cases.clear()
    assert "proves nothing" in judged()["cases"].problems[0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"clauses": ["isc-2/99"]}, "isc-2/99: no such entry"),
        ({"clauses": []}, "links no entry"),
        ({"why": {"zh": "", "en": "x"}}, "why: expected both languages"),
    ],
)
def test_findings_gate_fails(changes: dict[str, object], told: str, small: Small, judged: Judged) -> None:
    small.write("findings/small.yaml", [finding(**changes)])
    assert told in "\n".join(judged()["findings"].problems)


def test_an_address_without_text(small: Small, judged: Judged) -> None:
    small.change("isc-2/1d", at=["4", "9"])
    assert "isc-2.txt has no text there" in judged()["addresses"].problems[0]


def test_a_sentence_without_entry(small: Small, judged: Judged) -> None:
    small.change("isc-2/1b", at="2.1")
    assert judged()["coverage"].problems == ("isc-2.txt: 2.2: no entry covers this sentence",)


def test_an_obligation_covered_by_a_heading_only(small: Small, judged: Judged) -> None:
    plain = {
        "kind": "informative",
        "modal": "",
        "strength": "none",
        "disposition": "none",
        "readings": None,
        "threshold": None,
    }
    small.change("isc-2/1a", **plain)
    assert "2.1: says 应" in judged()["obligations"].problems[0]
    small.change("isc-2/1a", reason={"zh": "惯用语", "en": "A set phrase"})
    assert not judged()["obligations"].problems


def test_a_list_item_covered_by_an_introduction_only(small: Small, judged: Judged) -> None:
    plain = {"kind": "introduction", "modal": "", "strength": "none", "disposition": "none", "reason": None}
    small.change("isc-2/1c", **plain)
    assert "3.1: is a list item" in judged()["obligations"].problems[0]


def test_a_modal_word_that_is_not_printed(small: Small, judged: Judged) -> None:
    small.change("isc-2/1a", modal="必须")
    assert judged()["modals"].problems == ("isc-2.yaml: isc-2/1a: modal 必须 is not printed at 2.1",)
    small.change("isc-2/1a", modal="必须 (lead)")
    assert not judged()["modals"].problems


def test_an_edited_draft_makes_its_entries_stale(small: Small, judged: Judged) -> None:
    path = small.texts / "csmt.txt"
    path.write_text(path.read_text("utf-8").replace("一次", "两次"), "utf-8")
    problems = judged()["hashes"].problems
    assert len(problems) == 1
    assert problems[0].startswith("csmt.yaml: csmt/1a: stale")


def test_white_space_does_not_make_stale(small: Small, judged: Judged) -> None:
    path = small.texts / "csmt.txt"
    path.write_text(path.read_text("utf-8").replace("设备应", "设备 应"), "utf-8")
    assert not judged()["hashes"].problems


def test_an_entry_without_hash(small: Small, judged: Judged) -> None:
    small.change("csmt/1a", hash=None)
    assert "no hash" in judged()["hashes"].problems[0]


@pytest.mark.parametrize(("length", "found"), [(LONGEST_SHARED, 0), (LONGEST_SHARED + 1, 1)])
def test_sentences_of_the_drafts_are_not_copied(length: int, found: int, small: Small, judged: Judged) -> None:
    copied = "设备收集全部仪表读数并且按照规定时刻逐条送往上级平台"[:length]
    path = small.texts / "ssea.txt"
    path.write_text(path.read_text("utf-8") + f"前文{copied}后文\n", "utf-8")
    small.change("isc-2/1a", requirement={"zh": f"甲{copied}乙", "en": "x"})
    assert len(judged()["own-words"].problems) == found


def test_without_texts_gates_say_so_and_do_not_pass(small: Small) -> None:
    outcomes = run_gates(small.subject(with_texts=False))
    blind = {outcome.gate for outcome in outcomes if outcome.not_checked}
    assert blind == {gate.name for gate in GATES if gate.needs_texts}
    assert not any(outcome.passed for outcome in outcomes if outcome.gate in blind)


def test_all_problems_of_all_files_at_once(small: Small) -> None:
    small.change("isc-2/1a", kind="wish", topic="delivery")
    small.change("isc-2/1b", strengh="shall")
    small.write("csmt.yaml", ["nothing"])
    (small.folder / "ssea.yaml").write_text("a: [", "utf-8")
    small.write("findings/small.yaml", [finding(grade="bad")])
    with pytest.raises(LedgerError) as caught:
        small.subject()
    told = "\n".join(caught.value.problems)
    for part in ("isc-2.yaml: isc-2/1a", "isc-2.yaml: isc-2/1b", "csmt.yaml", "ssea.yaml: line", "F-small-01"):
        assert part in told


def test_ids_are_unique(small: Small) -> None:
    content = small.read("isc-2.yaml")
    content["entries"].append(content["entries"][1])
    small.write("isc-2.yaml", content)
    with pytest.raises(LedgerError, match="isc-2/1a: expected a unique id"):
        load_ledger(small.folder)


def test_finding_ids_are_unique(small: Small) -> None:
    small.write("findings/other.yaml", [finding()])
    with pytest.raises(LedgerError, match="F-small-01: expected a unique id"):
        small.subject()


def test_a_missing_file_is_one_sentence(small: Small) -> None:
    (small.folder / "isc-1.yaml").unlink()
    with pytest.raises(LedgerError, match=r"isc-1\.yaml: cannot be read"):
        load_ledger(small.folder)


def test_schema_file_is_the_code() -> None:
    assert (FOLDER / "schema.json").read_text("utf-8") == json_schema()


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("设备应上传", ("应",)),
        ("设备不得上传，只能保存", ("不得", "只能")),
        ("可靠性与适应能力，应用响应时间，供应需求", ()),
        ("宜每日上传", ("宜",)),
        ("需要时可查询", ("需", "可")),
    ],
)
def test_words_of_obligation(sentence: str, words: tuple[str, ...]) -> None:
    assert modal_words(sentence) == words
