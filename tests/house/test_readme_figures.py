"""What the READMEs say of the suite's size is true: both name the number of cases that `make run` shows."""

from __future__ import annotations

import re

import pytest
from house import ROOT

from bench.case import Rig
from conformance.clauses.suite import case_classes

SHOWN = re.compile(r"\[ *\d+/(\d+)\]")
SUM = re.compile(r"✓ (\d+) pass 通过   ○ (\d+) not run 未执行$", re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_number_of_cases(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    suite = case_classes("terminal").values()
    here = sum(Rig.VIRTUAL in case.rigs for case in suite)
    told = [int(word) for word in SHOWN.findall(text)]
    assert told == [len(suite)] * 2, f"{name} tells {told}, the suite has {len(suite)} cases"
    sums = [(int(passed), int(rest)) for passed, rest in SUM.findall(text)]
    assert sums == [(here, len(suite) - here)], f"{name} tells {sums}, {here} of {len(suite)} run in virtual time"
