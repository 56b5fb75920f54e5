"""What the READMEs say of the suite's size is true: both name the number of cases that `make run` shows."""

from __future__ import annotations

import re

import pytest
from house import ROOT

from bench.case import Case, Item, Rig
from bench.commands.running.options import REFERENCE_PROFILES
from bench.dut.profile import load_profile
from conformance.clauses.suite import case_classes

SHOWN = re.compile(r"\[ *\d+/(\d+)\]")
SUM = re.compile(r"✓ (\d+) pass 通过   – (\d+) not applicable 不适用   ○ (\d+) not run 未执行$", re.MULTILINE)


def _documents(case: type[Case]) -> set[str]:
    return {clause.partition("/")[0] for clause in case.clauses}


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_number_of_cases(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    suite = case_classes("terminal").values()
    claimed = set(load_profile(REFERENCE_PROFILES[Item.TERMINAL]).documents)
    concerned = [case for case in suite if not case.clauses or claimed & _documents(case)]
    here, beyond = sum(Rig.VIRTUAL in case.rigs for case in concerned), len(suite) - len(concerned)
    told = [int(word) for word in SHOWN.findall(text)]
    assert told == [len(suite)] * 2, f"{name} tells {told}, the suite has {len(suite)} cases"
    sums = [tuple(map(int, found)) for found in SUM.findall(text)]
    expected = (here, beyond, len(suite) - here - beyond)
    assert sums == [expected], f"{name} tells {sums}, of {len(suite)} cases it is {expected} in virtual time"
