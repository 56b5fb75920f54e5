"""In real time a world begins at any instant: cases that need whole hours, days and months wait for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from platform_bench_kit import conducted

from bench.case import Case, Item, Verdict
from conformance.clauses.suite import case_classes

BEGINS = "2026-12-30T23:21:13.217+08:00"
"""No whole minute, hour or day, and soon another day; none of a case's own beginnings."""
CASES = (
    "exchange/passes-records-on",
    "hand_entries/takes-entries-for-missing-readings",
    "normal/counts-what-is-valid-and-whole",
    "supervision/supervises-online-data",
    "tracing/traces-forward-and-back",
)


def begun(case: type[Case], start: str) -> type[Case]:
    """The case, its world begun then."""
    return type(case.__name__, (case,), {"__doc__": case.__doc__, "scenario": case.scenario.but(start=start)})


@pytest.mark.parametrize("name", CASES)
def test_a_case_passes_whenever_it_begins(name: str, tmp_path: Path) -> None:
    result, _ = conducted(tmp_path, begun(case_classes(Item.PLATFORM)[name], BEGINS))
    assert result.verdict is Verdict.PASS, [(each.id, each.evidence) for each in result.checks]
