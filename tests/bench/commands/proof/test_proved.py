"""What pieces of a proof show together, and what each forged, thin or bad one leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bench.case import CaseResult, Check, Text, Verdict
from bench.commands.proof.proved import Suite, borrowing, lacking, partly, relied_on
from reports.prove import CheckSeen, DefectResult, Proof

NAME = Text("n", "名")


def case(name: str, *checks: tuple[str, Verdict, str]) -> CaseResult:
    rows = tuple(Check(id=id, name=NAME, verdict=verdict, clauses=(clause,)) for id, verdict, clause in checks)
    return CaseResult(id=name, title=NAME, clauses=(), verdict=Verdict.PASS, checks=rows)


CASES = (
    case("a/x", ("one", Verdict.PASS, "cpcif/8.2a"), ("two", Verdict.PASS, "isc-2/9.3a")),
    case("b/y", ("three", Verdict.PASS, "cpcif/8.2b"), ("four", Verdict.NOT_RUN, "cpcif/6.1c-1")),
    case("a/x", ("one", Verdict.PASS, "cpcif/8.2a")),
)
FINDS = Suite({"a/x": ("rounds",), "b/y": ("forgets",), "c/z": ("elsewhere",)})


def piece(
    seen: Sequence[str],
    defects: Mapping[str, str],
    reference: Mapping[str, str],
    clause: str = "cpcif/8.2a",
    troubles: tuple[str, ...] = (),
) -> Proof:
    return Proof(
        defects=tuple(
            DefectResult(id=id, clauses=(clause,), outcome=outcome, caught_by=("x",) if outcome == "caught" else ())
            for id, outcome in defects.items()
        ),
        checks=tuple(CheckSeen(id=id, seen_failing=True, by=("d",)) for id in seen),
        reference=dict(reference),
        troubles=troubles,
    )


FIRST = piece(["a/x:one"], {"rounds": "caught"}, {"a/x": "pass"})
SECOND = piece(["b/y:three"], {"forgets": "caught"}, {"b/y": "pass"})


def told(*proofs: Proof) -> str:
    found = lacking(proofs, CASES, ("cpcif",), FINDS)
    assert bool(found.sentences) == bool(" ".join(each.zh for each in found.sentences))
    return "; ".join(each.en for each in found.sentences)


def test_only_what_a_statement_on_its_documents_rests_on_is_asked_for() -> None:
    assert relied_on(CASES, ("cpcif",)) == {"a/x:one": ("cpcif/8.2a",), "b/y:three": ("cpcif/8.2b",)}
    assert relied_on(CASES, ("isc-2",)) == {"a/x:two": ("isc-2/9.3a",)}


def test_pieces_that_show_everything_together_are_enough_and_none_alone_is() -> None:
    assert told(FIRST, SECOND) == told(SECOND, FIRST) == ""
    assert lacking((FIRST,), CASES, ("cpcif",), FINDS).cases == ("b/y",)
    assert lacking((), CASES, ("cpcif",), FINDS).cases == ("a/x", "b/y")


@pytest.mark.parametrize(
    ("spoiled", "words"),
    [
        (piece([], {"rounds": "caught"}, {"a/x": "pass"}), "relied on, never seen failing (1): a/x:one"),
        (piece(["a/x:one"], {}, {"a/x": "pass"}), "not tried (1): rounds"),
        (piece(["a/x:one"], {"rounds": "survived"}, {"a/x": "pass"}), "nothing noticed (1): rounds"),
        (piece(["a/x:one"], {"rounds": "survived"}, {"a/x": "pass"}, "isc-2/1"), "nothing noticed (1): rounds"),
        (piece(["a/x:one"], {"rounds": "caught", "new": "survived"}, {"a/x": "pass"}), "noticed (1): new"),
        (piece(["a/x:one"], {"rounds": "caught"}, {}), "not seen passing with the sound reference (1): a/x"),
        (piece(["a/x:one"], {"rounds": "caught"}, {"a/x": "not applicable"}), "not seen passing"),
        (piece(["a/x:one"], {"rounds": "caught"}, {"a/x": "fail"}), "not seen passing"),
        (
            piece(["a/x:one"], {"rounds": "caught"}, {"a/x": "pass"}, troubles=("boom",)),
            "faults of the bench (1): boom",
        ),
    ],
)
def test_each_thing_that_a_piece_leaves_open_is_named(spoiled: Proof, words: str) -> None:
    assert words in told(spoiled, SECOND)


def test_the_worse_of_two_counts_for_the_reference_and_the_better_for_a_defect() -> None:
    bad = piece(["a/x:one"], {"rounds": "caught"}, {"a/x": "inconclusive"})
    assert "not seen passing" in told(FIRST, SECOND, bad)
    elsewhere = piece([], {"forgets": "survived"}, {"a/x": "pass"})
    assert told(FIRST, SECOND, elsewhere) == ""


def test_a_survivor_of_other_documents_is_no_matter_of_this_statement() -> None:
    other = piece([], {"naps": "survived"}, {}, clause="isc-2/9.1a")
    assert told(FIRST, SECOND, other) == ""


def test_a_defect_that_another_case_finds_names_that_case() -> None:
    stray = piece([], {"elsewhere": "survived"}, {}, clause="cpcif/8.2a")
    assert lacking((FIRST, SECOND, stray), CASES, ("cpcif",), FINDS).cases == ("c/z",)
    found = piece([], {"elsewhere": "caught"}, {})
    assert lacking((FIRST, SECOND, stray, found), CASES, ("cpcif",), FINDS).sentences == ()


def test_clauses_that_pass_by_some_of_their_cases_are_told() -> None:
    idle = {"d/w": {"c": ("cpcif/8.2a",)}, "e/v": {"c": ("cpcif/8.9",)}}
    found = partly(("cpcif/8.2a",), idle)
    assert found and "1 clauses pass by some of their cases only; 1 cases were not run: d/w" in found.en
    assert partly(("cpcif/8.1",), idle) is None


def test_a_proof_of_an_attempt_that_failed_asks_for_nothing() -> None:
    assert relied_on((case("a/x", ("one", Verdict.FAIL, "cpcif/8.2a")),), ("cpcif",)) == {}


def test_a_check_may_be_seen_failing_in_another_case_that_asks_the_same_where_its_clause_has_one_of_its_own() -> None:
    """One judge answers in many cases; that this case's drive reaches it is shown by the clause's other checks."""
    cases = (case("a/x", ("one", Verdict.PASS, "cpcif/8.2a"), ("same", Verdict.PASS, "cpcif/8.2a")),)
    asks = {"a/x:same": "no record is lost", "c/z:same": "no record is lost", "d/w:same": "no message is lost"}
    suite = Suite({}, ("a/x:one", "c/z:same", "d/w:same"), asks)
    own = piece(["a/x:one"], {}, {"a/x": "pass"})
    alone = lacking((own,), cases, ("cpcif",), suite)
    assert "relied on, never seen failing (1): a/x:same" in alone.sentences[0].en and alone.cases == ("c/z",)
    # One name is not one question.
    assert lacking((own, piece(["d/w:same"], {}, {})), cases, ("cpcif",), suite).sentences == alone.sentences
    both = lacking((own, piece(["c/z:same"], {}, {})), cases, ("cpcif",), suite)
    assert both.sentences == () and both.borrowed == ("a/x:same",)
    assert "in another case only" in str(borrowing(both.borrowed)) and borrowing(()) is None
    bare = (case("a/x", ("one", Verdict.PASS, "cpcif/8.2a"), ("same", Verdict.PASS, "cpcif/8.2b")),)
    (words,) = lacking((own, piece(["c/z:same"], {}, {})), bare, ("cpcif",), suite).sentences
    assert "no check was seen failing in its own case (1): cpcif/8.2b" in words.en
