"""What the READMEs say of the suite's size is true: both name the number of cases that `make run` shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.clauses.suite import case_classes

ROOT = Path(__file__).resolve().parents[2]
SHOWN = re.compile(r"\[ *\d+/(\d+)\]|✓ (\d+) pass 通过$", re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_number_of_cases(name: str) -> None:
    told = [int(word) for pair in SHOWN.findall((ROOT / name).read_text("utf-8")) for word in pair if word]
    assert len(told) == 3
    suite = len(case_classes())
    assert set(told) == {suite}, f"{name} tells {told}, the suite has {suite} cases: put it in all three places"
