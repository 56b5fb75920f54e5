"""docs/DOORS.md names tests, cases, pages and findings that there are."""

from __future__ import annotations

import re

from house import ROOT

from conformance.clauses.findings import load_findings
from conformance.clauses.suite import case_classes

PAGE = (ROOT / "docs" / "DOORS.md").read_text("utf-8")


def test_every_test_that_is_named_is_one() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    texts = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    known = {name for text in texts for name in re.findall(r"^(?:async )?def (test_\w+)\(", text, re.MULTILINE)}
    assert len(named) > 40 and named <= known, sorted(named - known)


def test_every_case_and_file_that_is_named_is_there() -> None:
    named = re.findall(r"`([a-z_]+/[a-z0-9_./-]+)`", PAGE)
    families = {name.partition("/")[0] for name in case_classes()}
    cases = {name for name in named if name.partition("/")[0] in families}
    files = [name for name in named if name.partition("/")[0] not in families and not name.endswith("/")]
    assert cases and cases <= set(case_classes())
    assert files and all((ROOT / name).exists() for name in files)


def test_every_finding_that_is_named_is_one() -> None:
    assert set(re.findall(r"\bF-[a-z0-9]+-\d+", PAGE)) <= {found.id for found in load_findings()}


def test_every_row_answers_in_four_columns() -> None:
    rows = [re.sub(r"`[^`]*`", "", line) for line in PAGE.splitlines() if line.startswith("| ")]
    assert len(rows) > 60 and {row.count("|") for row in rows} == {5}
