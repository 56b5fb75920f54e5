"""Which defects are put together: what is tried, what takes a group apart, and what is not tried again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import pytest

from bench.case import CaseResult, Check, Text, Verdict
from bench.commands.proof.grouping import Costs, Regrouping, to_place
from bench.commands.proof.pairs import Group, Job
from bench.commands.proof.proof_rounds import fallen, group_shown, next_round, tally
from conformance.clauses.suite import case_classes
from conformance.defects import all_defects
from conformance.defects.groups import Groups, ordered
from conformance.defects.proof import Flips
from reports.prove import DefectResult, Proof

NAME = Text("a", "甲")
FLIPS: Flips = {
    "a": {"x/1": ("p",)},
    "b": {"x/1": ("q", "r")},
    "c": {"x/1": ("s",)},
    "d": {"x/1": ("p", "t")},
    "e": {"x/1": ("u",), "x/2": ("v",)},
}


def result(case: str, failed: Collection[str], *, because: str = "", verdict: Verdict = Verdict.FAIL) -> CaseResult:
    checks = tuple(Check(id=name, name=NAME, verdict=Verdict.FAIL, because=because) for name in failed)
    return CaseResult(id=case, title=NAME, clauses=(), verdict=verdict, checks=checks, seed=1)


class Reference:
    """Fails what each planted defect fails, but for what `masks` hides beside another, and with what `adds` brings."""

    def __init__(self, flips: Flips, masks: Collection[tuple[str, str]] = (), adds: Collection[str] = ()) -> None:
        self.tried: list[tuple[str, ...]] = []
        self._flips, self._masks, self._adds = flips, masks, {*adds}

    def __call__(self, groups: Sequence[Group]) -> Sequence[tuple[Group, CaseResult]]:
        return [(group, self._driven(group)) for group in groups]

    def _driven(self, group: Group) -> CaseResult:
        self.tried.append(group.planted)
        hidden = {lost for lost, by in self._masks if {lost, by} <= {*group.planted}}
        failed = {check for name in group.planted if name not in hidden for check in self._flips[name][group.case]}
        return result(group.case, failed | ({"extra"} if self._adds <= {*group.planted} and self._adds else set()))


def found(groups: Groups) -> set[str]:
    return {f"{case} {''.join(group)}" for case, by_case in groups.groups.items() for group in by_case}


def search(flips: Flips, reference: Reference, costs: dict[str, float] | None = None) -> Groups:
    return Regrouping(flips, Costs(costs or {"x/1": 1.0, "x/2": 2.0})).again(Groups(), flips, reference)


def test_those_that_fail_checks_of_their_own_go_together() -> None:
    reference = Reference(FLIPS)
    assert found(search(FLIPS, reference)) == {"x/1 bcde", "x/1 a"}
    assert reference.tried == [("b", "c", "d", "e")]


def test_one_that_is_hidden_by_another_is_apart_from_it_alone() -> None:
    reference = Reference(FLIPS, masks=[("c", "b")])
    assert found(search(FLIPS, reference)) == {"x/1 bde", "x/1 ac"}
    assert len(reference.tried) == 3


@pytest.mark.parametrize("adds", ["bc", "be", "bcde"])
def test_what_none_of_them_fails_takes_a_group_apart(adds: str) -> None:
    groups = search(FLIPS, Reference(FLIPS, adds=adds))
    assert all(not {*adds} <= {*group} for group in groups.groups["x/1"])
    assert len(groups.placed()) == len(FLIPS) and len(groups.groups["x/1"]) < len(FLIPS)


def test_what_is_cheap_or_brings_the_reference_down_stays_alone() -> None:
    cheap, down = Reference(FLIPS), Reference(FLIPS)
    assert found(search(FLIPS, cheap, {"x/1": 0.01, "x/2": 2.0})) == {f"x/1 {name}" for name in FLIPS}
    never = Regrouping(FLIPS, Costs({"x/1": 1.0}), never="b").again(Groups(), FLIPS, down)
    assert found(never) == {"x/1 b", "x/1 cde", "x/1 a"}
    assert cheap.tried == [] and all("b" not in group for group in down.tried)


def test_one_with_a_choice_joins_a_group_that_is_driven_anyway() -> None:
    flips: Flips = {"a": {"x/2": ("p",)}, "b": {"x/1": ("p",), "x/2": ("q",)}, "c": {"x/1": ("p", "r")}}
    assert found(search(flips, Reference(flips))) == {"x/2 ab", "x/1 c"}
    assert found(search(flips, Reference(flips, masks=[("b", "a")]))) == {"x/2 a", "x/2 b", "x/1 c"}
    # Unless a check would be seen no more that it fails in the cheaper case.
    flips["c"] = {"x/1": ("r",)}
    assert found(search(flips, Reference(flips))) == {"x/2 a", "x/1 bc"}


def test_only_what_was_recorded_anew_is_tried() -> None:
    old = ordered([("x/1", "bc"), ("x/1", "a"), ("x/1", "e")])
    widening, alone, same, doubtful = (Reference(FLIPS) for _ in range(4))
    assert Regrouping(FLIPS, Costs({"x/1": 1.0})).again(old, (), same) == old and same.tried == []
    assert Regrouping(FLIPS, Costs({"x/1": 1.0})).again(old, (), doubtful, ["x/1"]) == old and doubtful.tried == [
        ("b", "c")
    ]
    assert found(Regrouping(FLIPS, Costs({"x/1": 1.0})).again(old, {"d"}, widening)) == {"x/1 bcd", "x/1 a", "x/1 e"}
    assert widening.tried == [("b", "c", "d")]
    # One that does not fit leaves the group as it was.
    alone = Reference(FLIPS, masks=[("d", "b"), ("e", "d")])
    assert found(Regrouping(FLIPS, Costs({"x/1": 1.0})).again(old, {"d"}, alone)) == {
        "x/1 bc",
        "x/1 a",
        "x/1 e",
        "x/1 d",
    }
    assert alone.tried == [("b", "c", "d"), ("d", "e")]


def test_those_that_one_leaves_are_tried_without_it() -> None:
    old = ordered([("x/1", "bce"), ("x/1", "a")])
    flips = {name: cases for name, cases in FLIPS.items() if name not in "de"}
    reference = Reference(flips)
    assert found(Regrouping(flips, Costs({"x/1": 1.0})).again(old, (), reference)) == {"x/1 bc", "x/1 a"}
    assert reference.tried == [("b", "c")]


def test_which_defects_need_another_place() -> None:
    old = ordered([("x/1", "ab"), ("x/2", "e")])
    costs = {"x/1": 1.0, "x/2": 2.0}

    def moved(flips: Flips, costs: dict[str, float], pairs: dict[tuple[str, str], float] | None = None) -> set[str]:
        return to_place(old, FLIPS, flips, {"a", "b", "c", "e"}, Costs(costs, pairs or {}))

    assert moved(FLIPS, costs) == {"c", "e"}
    assert moved(FLIPS, {"x/1": 1.9, "x/2": 2.0}) == {"c"}
    # Some defects make a drive much dearer than the sound reference has it.
    assert moved(FLIPS, costs, {("e", "x/1"): 9.0}) == {"c"}
    assert moved({**FLIPS, "a": {"x/1": ("p", "q")}, "c": {"x/1": ()}}, {}) == {"a"}


MEMBERS, CASE = ("decimals-cut-off", "own-code-added"), "security/shows-its-own-certificate"
KNOWN: Flips = {MEMBERS[0]: {CASE: ("p", "q")}, MEMBERS[1]: {CASE: ("r",)}}
GROUP = Group(MEMBERS, CASE)
FELL: dict[str, Callable[[], CaseResult]] = {
    f"unseen {MEMBERS[0]} (q)": lambda: result(CASE, "pr"),
    "besides z": lambda: result(CASE, "pqrz"),
    "brought down": lambda: result(CASE, "pqr", because="the terminal crashed"),
    "cannot": lambda: CaseResult(id=CASE, title=NAME, clauses=(), verdict=Verdict.ERROR, reason="cannot"),
}


def matrix(groups: Sequence[tuple[Group, CaseResult]], pairs: Sequence[tuple[Job, CaseResult]] = ()) -> Proof:
    defects = {name: all_defects()[name] for name in MEMBERS}
    return tally(defects, pairs, run="r", seed=1, groups=groups, flips=KNOWN)


def test_a_group_catches_each_by_its_own_checks_and_says_beside_which() -> None:
    told = matrix([(GROUP, result(CASE, "pqr"))])
    assert [(row.caught_by, row.beside) for row in told.defects] == [
        ((f"{CASE}:p", f"{CASE}:q"), MEMBERS[1:]),
        ((f"{CASE}:r",), MEMBERS[:1]),
    ]
    assert {check.id: check.by for check in told.checks} == {
        f"{CASE}:p": MEMBERS[:1],
        f"{CASE}:q": MEMBERS[:1],
        f"{CASE}:r": MEMBERS[1:],
    }
    alone = matrix([(GROUP, result(CASE, "pqr"))], [(Job(MEMBERS[0], CASE), result(CASE, "pq"))])
    assert [row.beside for row in alone.defects] == [(), MEMBERS[:1]]


@pytest.mark.parametrize("why", FELL)
def test_a_group_that_shows_less_or_more_catches_nothing_and_is_told(why: str) -> None:
    ended = FELL[why]()
    assert not group_shown(GROUP, ended, KNOWN).holds
    told = matrix([(GROUP, ended)])
    assert [row.outcome for row in told.defects] == ["survived", "survived"] and not told.troubles
    (sentence,) = fallen([(GROUP, ended)], KNOWN)
    assert why in sentence and f"prove --groups --case {CASE} --record" in sentence
    assert fallen([(GROUP, result(CASE, "pqr"))], KNOWN) == []


def test_a_group_is_tried_once_then_its_members_alone_in_its_case() -> None:
    cases, defects = case_classes(), {name: all_defects()[name] for name in MEMBERS}

    def survivors(*names: str) -> Proof:
        rows = [
            DefectResult(id=name, clauses=(), outcome="survived" if name in names else "caught", caught_by=())
            for name in MEMBERS
        ]
        return Proof(defects=tuple(rows), checks=(), reference={})

    def next_of(done: set[Job | Group], proof: Proof, known: Collection[str] = MEMBERS) -> list[Job | Group]:
        mine = {name: defects[name] for name in known}
        return next_round(mine, cases, done, proof, costs={}, defects_only=True, groups=[GROUP])

    assert next_of(set(), survivors(*MEMBERS)) == [GROUP]
    assert next_of({GROUP}, survivors(*MEMBERS)) == [Job(name, CASE) for name in MEMBERS]
    assert next_of(set(), survivors(MEMBERS[0])) == [Job(MEMBERS[0], CASE)]
    assert next_of(set(), survivors(*MEMBERS), MEMBERS[:1]) == [Job(MEMBERS[0], CASE)]
    assert next_of({GROUP}, survivors()) == []
