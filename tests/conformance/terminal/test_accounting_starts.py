"""Accounting cases that begin at any instant, as they do in real time: what they ask for is over by then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.case import Verdict
from bench.dut import adapter
from bench.dut.profile import load_profile
from bench.rigs.virtual import RIG
from bench.run import Setup, run_case
from conformance.clauses.suite import case_classes

REFERENCE = Path(__file__).resolve().parents[3] / "fixtures" / "terminals" / "reference.toml"


@pytest.mark.parametrize(
    "name", ["accounts-machinery", "refuses-wrong-inputs", "tells-intensities", "recalculates-on-command"]
)
def test_case_is_decided_whenever_it_begins(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = load_profile(REFERENCE)
    setup = Setup(
        rig=RIG, profile=profile, adapter=lambda: adapter(profile.adapter), master_seed=1, commit="", folder=tmp_path
    )
    case = case_classes()[f"accounting/{name}"]
    later = replace(case.scenario, start="2026-03-02T08:31:20+08:00")
    monkeypatch.setattr(case, "scenario", later)
    result = run_case(case, setup)
    assert result.verdict is Verdict.PASS, [(each.id, each.verdict, each.evidence) for each in result.checks]
