"""An inventory report that states its unit in words is read by a person; one that states none fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.case import Verdict
from bench.dut import adapter
from bench.dut.profile import load_profile
from bench.rigs.virtual import RIG
from bench.run import Setup, run_case
from conformance.clauses.suite import case_classes
from reference_terminal.accounting.report import Report, Table
from reference_terminal.web import results

REFERENCE = Path(__file__).resolve().parents[4] / "fixtures" / "terminals" / "reference.toml"
WORDS = {"质量 / t": "mass", "tCO2e": "in metric tons of equivalents"}


def _in_words(table: Table) -> Table:
    return replace(table, head=tuple(WORDS.get(each, each) for each in table.head))


def _without(table: Table) -> Table:
    return replace(table, head=())


@pytest.mark.parametrize(("told", "expected"), [(_in_words, Verdict.REVIEW), (_without, Verdict.FAIL)])
def test_unit_in_words_is_left_to_a_person(
    told: Callable[[Table], Table], expected: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = results.WRITERS[".xlsx"]

    def written(report: Report) -> bytes:
        sections = (replace(each, tables=tuple(told(table) for table in each.tables)) for each in report.sections)
        return whole(replace(report, sections=tuple(sections)))

    monkeypatch.setattr(results, "WRITERS", {**results.WRITERS, ".xlsx": written})
    profile = load_profile(REFERENCE)
    setup = Setup(
        rig=RIG, profile=profile, adapter=lambda: adapter(profile.adapter), master_seed=1, commit="", folder=tmp_path
    )
    result = run_case(case_classes()["accounting/makes-the-inventory-report"], setup)
    assert {each.id: each.verdict for each in result.checks}["report-units"] is expected
