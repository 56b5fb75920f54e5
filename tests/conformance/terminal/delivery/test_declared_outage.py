"""The outage that a product declares: as long as it says, judged by what it says, open where it says nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bench.case import CaseResult, Verdict
from bench.commands.running.options import REFERENCE_PROFILE
from bench.dut import adapter
from bench.dut.profile import Profile, load_profile
from bench.rigs.virtual import VirtualRig
from bench.run import Setup, run_case
from conformance.terminal.delivery.declared_outage import BuffersDeclaredOutage


def submitted(**declared: str) -> Profile:
    profile = load_profile(REFERENCE_PROFILE)
    kept = {name: told for name, told in profile.declared.items() if name != "outage_buffer_h"}
    return msgspec.structs.replace(profile, documents=("ssea",), declared={**kept, **declared})


def attempt(profile: Profile, folder: Path) -> CaseResult:
    return run_case(
        BuffersDeclaredOutage, Setup(VirtualRig(), profile, lambda: adapter("reference"), 1, "test", folder)
    )


@pytest.mark.parametrize("hours", ["0.4", "1.5"])
def test_the_declared_time_is_bridged(hours: str, tmp_path: Path) -> None:
    found = attempt(submitted(outage_buffer_h=hours), tmp_path)
    assert found.verdict is Verdict.PASS
    assert float(hours) < found.simulated_s / 3600 < float(hours) + 1


def test_who_declares_nothing_shows_nothing(tmp_path: Path) -> None:
    found = attempt(submitted(), tmp_path)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert not [check.id for check in found.checks if check.verdict is Verdict.PASS and check.clauses]
