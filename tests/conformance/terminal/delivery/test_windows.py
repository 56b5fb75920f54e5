"""Cases of windows that begin at any minute of the hour, as every case does in real time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from suite_kit import REFERENCE

from bench.case import VIRTUAL_RIG, Verdict
from bench.commands.parity import Plan, beginning_at
from bench.run import run_case
from conformance.terminal.delivery.windows import BackfillsByHand


def test_what_was_lost_is_ordered_again_whole_whenever_the_case_began(tmp_path: Path) -> None:
    began = datetime.fromisoformat("2026-03-02T13:10:12+08:00")
    case = beginning_at(BackfillsByHand, round(began.timestamp() * 1_000_000))
    found = run_case(case, Plan(tmp_path, REFERENCE, 1).setup(VIRTUAL_RIG))
    assert [check.id for check in found.checks if check.verdict is Verdict.FAIL] == []
