"""docs/CLAIMS.md names cases and defects that there are, and entries of the ledger."""

from __future__ import annotations

import re
from pathlib import Path

from conformance.clauses.ledger import load_ledger
from conformance.clauses.suite import case_classes
from conformance.defects import all_defects

PAGE = (Path(__file__).parents[3] / "docs" / "CLAIMS.md").read_text("utf-8")
WORDS = re.findall(r"`([a-z][a-z0-9_.-]*(?:/[a-z0-9_.-]+)?)`", PAGE)


def test_every_case_that_is_named_is_one() -> None:
    families = {name.partition("/")[0] for name in case_classes()}
    named = {word for word in WORDS if word.partition("/")[0] in families and "/" in word}
    assert len(named) > 60 and named <= set(case_classes())


def test_every_defect_that_is_named_is_one() -> None:
    known = set(all_defects())
    rows = [line for line in PAGE.splitlines() if line.startswith("| O-")]
    named = {word for line in rows for word in re.findall(r"`([a-z0-9-]+)`", line.split("|")[5])}
    assert len(rows) == 20 and named and named <= known


def test_every_defect_of_a_stimulus_is_one() -> None:
    _, _, rest = PAGE.partition("## Stimuli")
    rows = [line.split("|")[3] for line in rest.partition("## Systems")[0].splitlines() if line.count("|") == 4]
    named = {word for row in rows for word in re.findall(r"`([a-z0-9-]+)`", row)}
    assert len(named) > 40 and named <= set(all_defects())


def test_every_entry_that_is_named_is_one() -> None:
    known = {entry.id for entry in load_ledger().entries}
    rows = [line.split("|")[2] for line in PAGE.splitlines() if line.startswith("| O-")]
    named = {word.strip() for line in rows for word in line.split(",")}
    assert named <= known
