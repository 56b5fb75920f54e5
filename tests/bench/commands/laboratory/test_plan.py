"""The test plan for a device: what decides most in its time first, ceilings of R-08, and what is left out is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from suite_kit import REFERENCE, in_place

from bench.commands.laboratory.plan import DAY_S, ceiling_s, planned
from bench.commands.laboratory.plan import lengths as lengths_of_all
from bench.commands.running.lengths import Length, read_lengths
from bench.dut.profile import load_profile
from conformance.clauses.suite import case_classes, shared_drives


@pytest.fixture(scope="module")
def profile() -> object:
    return load_profile(REFERENCE)


def test_a_device_is_planned_into_fourteen_days(profile: object) -> None:
    found = planned(profile, case_classes(), read_lengths().cases, 14)
    assert found.days <= 14
    assert found.decided / found.decidable > 0.9
    starts = [step.at_h for step in found.steps]
    assert starts == sorted(starts) and len({step.case for step in found.steps}) == len(found.steps)
    total = sum(step.hours for step in found.steps)
    assert total == pytest.approx(found.days * 24, abs=1)


def test_every_case_is_planned_left_out_with_a_reason_or_unknown(profile: object) -> None:
    lengths = read_lengths().cases
    found = planned(profile, case_classes(), lengths, 5)
    names = [*(step.case for step in found.steps), *(left.case for left in found.left), *found.unknown]
    assert len(names) == len(set(names))
    assert all(left.why for left in found.left)
    decided = {clause for step in found.steps for clause in step.clauses}
    assert all(not set(left.open) & decided for left in found.left)
    assert len(decided) == found.decided


def test_more_days_decide_no_less(profile: object) -> None:
    found = [planned(profile, case_classes(), read_lengths().cases, days) for days in (2, 7, 14, 60)]
    assert [each.decided for each in found] == sorted(each.decided for each in found)


def test_what_lasts_longer_than_the_ruling_allows_is_not_planned(profile: object) -> None:
    lengths = {name: Length(s=DAY_S * 40) for name in case_classes()}
    found = planned(profile, case_classes(), lengths, 1000)
    assert found.steps == () and all("R-08" in left.why for left in found.left)


def test_ceilings_follow_the_ruling() -> None:
    assert ceiling_s(["isc-2/9.1e"], {}) < 2 * DAY_S
    assert 2 * DAY_S < ceiling_s(["isc-2/9.2a"], {"isc-2/9.2a": ("R-28",)}) < 3 * DAY_S
    assert 7 * DAY_S < ceiling_s(["cpcif/8.3b-1"], {}) < 9 * DAY_S


def test_the_plan_is_told_and_written_for_machines(tmp_path: Path) -> None:
    told = in_place("plan", "--days", "14", cwd=tmp_path)
    assert told.code in (0, 2) and "day 1 / 第 1 天" in told.out and "supply switched" in told.out
    held = json.loads(in_place("plan", "--json", cwd=tmp_path).out)
    assert held["format"] == "carbonbench-plan/1" and held["days"] <= 14
    assert in_place("plan", "--days", "0", cwd=tmp_path).code == 4
    assert in_place("plan", "--terminal", "none.toml", cwd=tmp_path).code == 4


def test_lengths_are_counted_in_a_whole_run_only(quick: Path, tmp_path: Path) -> None:
    told = in_place("plan", "--record", quick, cwd=tmp_path)
    assert told.code == 4 and "every case" in told.err


def test_cases_that_share_a_drive_cost_its_time_once(profile: object) -> None:
    cases, lengths, drives = case_classes(), lengths_of_all(), shared_drives()
    alone, shared = (planned(profile, cases, lengths, 14, given) for given in ({}, drives))
    assert shared.decided > alone.decided
    judged = [case for step in shared.steps for case in step.judged]
    assert judged and not {*judged} & {step.case for step in shared.steps}
    for step in shared.steps:
        if step.judged:
            assert step.hours < sum(lengths[case].s for case in step.judged) / 3600
    named = [*judged, *(step.case for step in shared.steps if not step.judged), *(left.case for left in shared.left)]
    assert sorted([*named, *shared.unknown]) == sorted(
        [*(step.case for step in alone.steps), *(left.case for left in alone.left), *alone.unknown]
    )
