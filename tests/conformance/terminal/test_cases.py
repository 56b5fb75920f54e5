"""Every case: what it claims exists, what it says is in both languages, and nothing passes because nothing happened."""

from __future__ import annotations

import random

import pytest

from bench.case import Case, Verdict
from bench.case.judging import Judgement, judge
from bench.dut.profile import Profile
from bench.history import Began, Event, History, Phase
from bench.layout import build
from conformance.clauses.ledger import load_ledger
from conformance.clauses.suite import case_classes
from simulators.meters.carriers import DrawnLine
from simulators.world import Site

CASES = list(case_classes().values())


class _Clock:
    def now_us(self) -> int:
        return 0


def opened(case: type[Case]) -> Began:
    """What would stand on the bench."""
    site = Site(
        build.build_world(case.scenario, 1),
        clock=_Clock(),
        observe=lambda _event: None,
        chance=lambda name: random.Random(name),
        carriers=lambda line: DrawnLine(line.name),
    )
    profile = Profile(path="", name="nobody", adapter="none")
    return build.opening(
        case.scenario, site, profile, case=case.id(), seed=1, commit="", rig="virtual", needs=case.needs
    )


def judged(case: type[Case], *events: Event) -> Judgement:
    return judge(case(), History([opened(case), *events]))


def test_there_are_cases() -> None:
    assert len(CASES) >= 60
    assert len({case.id() for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id())
def test_nothing_passes_because_nothing_happened(case: type[Case]) -> None:
    began = opened(case)
    for events in ((), (Phase(t=began.t + 1, name="settle"), Phase(t=began.t + 3_600_000_000, name="over"))):
        found = judge(case(), History([began, *events]))
        assert found.faults == ()
        assert found.checks
        assert found.verdict in (Verdict.INCONCLUSIVE, Verdict.FAIL)
        assert [one.id for one in found.checks if one.verdict is Verdict.PASS] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id())
def test_a_case_says_what_it_is(case: type[Case]) -> None:
    assert case.zh
    assert any("\u4e00" <= letter <= "\u9fff" for letter in case.zh)
    assert (case.__doc__ or "").strip().endswith(".")
    assert case.clauses or case.remark
    found = judged(case)
    for finding in (*found.checks, *found.measurements):
        assert finding.name.en
        assert any("\u4e00" <= letter <= "\u9fff" for letter in finding.name.zh), finding.id
        assert finding.id == finding.id.lower()
        assert " " not in finding.id


def test_every_clause_claimed_is_in_the_ledger() -> None:
    known = load_ledger().by_id
    assert [clause for case in CASES for clause in case.clauses if clause not in known] == []
