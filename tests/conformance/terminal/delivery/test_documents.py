"""What third parties are told of a boundary: all that lies inside it, and nothing else."""

from __future__ import annotations

import json

from bench.case import Verdict
from bench.history import Began, Commanded, Event, History, Stored
from conformance.terminal.delivery.third_party_judge import document_finding

SECOND = 1_000_000
START = 1_772_380_800 * SECOND
HEAD = {"version": "1.0", "id": "plant-1"}
UNITS = (
    {"unit": "workshop 1", "gas": "CO2", "point": "e01.energy"},
    {"unit": "workshop 2", "gas": "CO2", "point": "e02.energy"},
)


def told(units: object) -> Verdict:
    start = Began(
        t=START, case="c", seed=1, commit="", terminal="t", rig="virtual", points=(), meters=(), centres=()
    )  # fmt: skip
    answer = {"name": "plant", "version": "1.0"}
    events: list[Event] = [
        start,
        Commanded(t=START, centre="M", cn="issue-boundary", qn="1", sent=START, result="done", answer=answer),
        Stored(
            t=START + SECOND, centre="T", mn="MN", kind="boundary", code="plant", stamp="",
            fields={**HEAD, "units": units if isinstance(units, str) else json.dumps(units)}, flag="", qn="2",
        ),
    ]  # fmt: skip
    return document_finding(History(events), "T", "boundary", "plant", HEAD, UNITS).verdict


def test_a_boundary_is_passed_with_all_its_units_in_any_order() -> None:
    assert told(UNITS) is told(UNITS[::-1]) is told([{**each, "sector": "other"} for each in UNITS]) is Verdict.PASS
    for wrong in ([], UNITS[:1], [UNITS[0], {**UNITS[1], "gas": "CH4"}], [*UNITS, UNITS[0]], "nothing", ["a", "b"]):
        assert told(wrong) is Verdict.FAIL
