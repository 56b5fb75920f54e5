"""Every scenario of a case is a world that can be built: a misspelt meter or point fails here, not as the case runs."""

from __future__ import annotations

import re

import pytest

from bench.case import Item
from bench.layout.build import build_world
from bench.layout.scenario import Scenario, Standby, System
from conformance.clauses.suite import case_classes


@pytest.mark.parametrize("item", list(Item))
def test_every_scenario_can_be_built(item: Item) -> None:
    cases = case_classes(item)
    assert cases
    for case in cases.values():
        build_world(case.scenario, 1)


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (Scenario(meters=("gass",)), "expected single meters of gas, steam, "),
        (Scenario(behind=(System("opcua", ("circut",)),)), "expected devices of circuit, types, "),
        (Scenario(circuits=1, behind=(Standby("e02"),)), "the scenario has no e02, of which it tells something"),
    ],
)
def test_a_kind_that_there_is_not_is_refused(described: Scenario, words: str) -> None:
    with pytest.raises(ValueError, match=f"{re.escape(words)}.*/ .*[\u4e00-\u9fff]"):
        build_world(described, 1)
