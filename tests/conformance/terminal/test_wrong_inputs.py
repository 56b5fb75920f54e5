"""What is reckoned from a refused input is told apart from figures that are wrong for another reason."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from bench.case import Verdict
from bench.dut import adapter
from bench.dut.profile import load_profile
from bench.rigs.virtual import RIG
from bench.run import Setup, run_case
from conformance.clauses.suite import case_classes
from conformance.defects import all_defects

REFERENCE = Path(__file__).resolve().parents[3] / "fixtures" / "terminals" / "reference.toml"


@pytest.mark.parametrize(
    ("defect", "expected"),
    (
        ("", Verdict.PASS),
        ("any-factor-taken", Verdict.FAIL),
        ("carbon-times-3.67", Verdict.INCONCLUSIVE),
    ),
)
def test_figures_that_were_wrong_before_say_nothing(defect: str, expected: Verdict, tmp_path: Path) -> None:
    profile = load_profile(REFERENCE)
    setup = Setup(
        rig=RIG, profile=profile, adapter=lambda: adapter(profile.adapter), master_seed=1, commit="", folder=tmp_path
    )
    with all_defects()[defect].applied() if defect else nullcontext():
        result = run_case(case_classes()["accounting/refuses-wrong-inputs"], setup)
    found = {check.id: check.verdict for check in result.checks}
    assert found["nothing-reckoned"] is expected
