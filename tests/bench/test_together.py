"""Cases that are judged from one drive: who drives, what each keeps, what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from suite_kit import REFERENCE

from bench.case import Case, CaseResult, Verdict
from bench.case.shared_drive import SharedDrive
from bench.commands.running.session import ledger_answers, rig_named
from bench.dut import adapter
from bench.dut.profile import Claim, load_profile
from bench.facade.bench import Bench
from bench.history import read_history
from bench.run import Setup, run_case, seed_for, together
from conformance.clauses.suite import case_classes, shared_drives
from conformance.defects.proof import read_proof
from conformance.defects.shared import lacking, read_together
from conformance.terminal.realtime.realtime import BackfillsShortOutage, DeliversWithinMinutes

DROVE: list[int] = []


class Short(SharedDrive):
    """Two cases of a few minutes."""

    zh = "两个数分钟的用例。"
    judged = (DeliversWithinMinutes, BackfillsShortOutage)
    scenario = BackfillsShortOutage.scenario

    async def drive(self, bench: Bench) -> None:
        DROVE.append(bench.clock.now_us())
        await BackfillsShortOutage.drive(BackfillsShortOutage(), bench)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Setup]:
    DROVE.clear()
    profile = load_profile(REFERENCE)
    yield Setup(
        rig=rig_named("virtual"),
        profile=profile,
        adapter=lambda: adapter(profile.adapter),
        master_seed=5,
        commit="commit",
        folder=tmp_path,
        journaled=True,
        **ledger_answers(),
    )


def run_both(setup: Setup, attempt: int = 1) -> list[CaseResult]:
    return [run_case(case, setup, attempt) for case in Short.judged]


def test_each_case_holds_the_one_record_and_says_whose_it_is(alone: Setup) -> None:
    setup = replace(alone, together=together([Short], list(Short.judged), alone))
    first, second = run_both(setup)
    assert len(DROVE) == 1
    assert [each.verdict for each in (first, second)] == [Verdict.PASS, Verdict.PASS]
    assert first.digest == second.digest and first.record != second.record
    name = f"{Short.id()}#1"
    assert first.drive == second.drive == name
    assert first.seed == second.seed == seed_for(5, Short.id(), 1)
    assert "--together" in first.replay and all(f"--case {case.id()}" in first.replay for case in Short.judged)
    for each in (first, second):
        began = read_history(setup.folder / each.record).began
        assert began.case == Short.id() and began.claims.keys() >= {"delivery.automatic-backfill"}
    # What the attempt of one case wrote of itself is not another's.
    assert json.loads((setup.folder / second.record).with_name("result.json").read_bytes())["id"] == second.id


def test_a_further_attempt_is_a_further_drive(alone: Setup) -> None:
    setup = replace(alone, together=together([Short], list(Short.judged), alone))
    drives = [each.drive for attempt in (1, 2) for each in run_both(setup, attempt)]
    assert len(DROVE) == 2
    assert drives == [f"{Short.id()}#1"] * 2 + [f"{Short.id()}#2"] * 2


def test_what_the_bench_failed_of_is_not_waited_for_again(alone: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(self: Case, bench: Bench) -> None:
        DROVE.append(0)
        raise MemoryError("no room")

    monkeypatch.setattr(Short, "drive", broken)
    setup = replace(alone, together=together([Short], list(Short.judged), alone))
    first, second = run_both(setup)
    assert len(DROVE) == 1
    assert first.verdict is second.verdict is Verdict.ERROR


def test_a_drive_for_one_case_alone_is_its_own(alone: Setup) -> None:
    denied = msgspec.structs.replace(
        alone.profile, claims={**alone.profile.claims, "delivery.automatic-backfill": Claim.NO}
    )
    for setup, cases in ((alone, [DeliversWithinMinutes]), (replace(alone, profile=denied), list(Short.judged))):
        assert together([Short], cases, setup) == {}


@pytest.mark.parametrize("name", shared_drives())
def test_what_fails_in_its_own_drive_was_seen_failing_in_the_shared_one(name: str) -> None:
    """`prove --together --record` writes what is held here."""
    drive, cases = shared_drives()[name], case_classes()
    assert len(drive.judged) > 1 and all(cases[case.id()] is case for case in drive.judged)
    flips = {"virtual": read_proof().of("virtual")}
    assert lacking(name, {case.id(): case for case in drive.judged}, flips, read_together()) == []


def test_a_drive_shows_what_it_lacks() -> None:
    flips = {"virtual": {"d": {DeliversWithinMinutes.id(): ("x",)}}}
    found = lacking("nobody", {DeliversWithinMinutes.id(): DeliversWithinMinutes}, flips, read_together())
    assert found == [f"{DeliversWithinMinutes.id()}:x"]
