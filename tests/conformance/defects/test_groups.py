"""Which defects are planted at once: what the file says fits the suite's proof, and what does not is told."""

from __future__ import annotations

from pathlib import Path

from conformance.clauses.suite import case_classes
from conformance.defects import all_defects
from conformance.defects.groups import Groups, disjoint, ordered, read_groups, seen, unfit, unseen, write_groups
from conformance.defects.proof import Flips, read_proof

FLIPS: Flips = {
    "a": {"x/1": ("p", "q"), "x/2": ("r",)},
    "b": {"x/1": ("s",)},
    "c": {"x/1": ("q",), "x/3": ()},
    "d": {"x/3": ()},
}


def test_each_of_a_group_fails_checks_of_its_own() -> None:
    """`prove --record` writes what is held here."""
    groups = read_groups()
    assert unfit(groups, read_proof().of("virtual")) == []
    assert groups.groups.keys() <= case_classes().keys()
    assert groups == ordered((case, group) for case, by_case in groups.groups.items() for group in by_case)
    defects = all_defects()
    for case, by_case in groups.groups.items():
        assert {defects[name].item for group in by_case for name in group} == {case_classes()[case].item}


def test_what_does_not_fit_the_proof_is_told() -> None:
    assert unfit(ordered([("x/1", "ab"), ("x/1", "c")]), FLIPS) == []
    shared, unknown, twice = (
        unfit(ordered(groups), FLIPS)
        for groups in (
            [("x/1", "ac"), ("x/1", "b")],
            [("x/1", "ab"), ("x/3", "c")],
            [("x/1", "ab"), ("x/1", "c"), ("x/2", "a")],
        )
    )
    assert len(shared) == 1 and "x/1: a + c do not fail checks of their own" in shared[0]
    assert len(unknown) == 1 and "x/3: c do not" in unknown[0]
    assert len(twice) == 1 and "a is placed twice" in twice[0]
    assert disjoint("x/1", ("a", "b"), FLIPS) and not disjoint("x/1", ("a", "d"), FLIPS)


def test_a_check_that_the_quick_proof_loses_is_told() -> None:
    old, new = ordered([("x/1", "ab"), ("x/1", "c")]), ordered([("x/2", "a"), ("x/1", "b"), ("x/1", "c")])
    assert seen(old, FLIPS)["x/1", "q"] == ["a", "c"]
    (told,) = unseen(old, FLIPS, new, FLIPS)
    assert "no longer sees x/1:p failing, the whole proof does (a → x/2)" in told
    (told,) = unseen(old, FLIPS, ordered([("x/1", "ab")]), {**FLIPS, "a": {"x/1": ("p",)}, "c": {}})
    assert "x/1:q failing, nothing does (a → x/1, c → -)" in told
    assert unseen(old, FLIPS, old, FLIPS) == []


def test_the_file_is_whole(tmp_path: Path) -> None:
    path, groups = tmp_path / "groups.json", ordered([("x/2", "ba"), ("x/1", "c")])
    assert read_groups(path) == Groups()
    write_groups(groups, path)
    assert read_groups(path) == groups and groups.placed() == {"a": "x/2", "b": "x/2", "c": "x/1"}
    assert [each.name for each in tmp_path.iterdir()] == ["groups.json"]
