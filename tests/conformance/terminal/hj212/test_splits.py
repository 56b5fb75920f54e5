"""Judges of interrupted sets, power cuts and scenarios at declared maxima, each seen to say yes and no."""

from __future__ import annotations

import pytest
from hand_made import MIDNIGHT, World

from bench.case import Verdict
from bench.facade.event_cut import awaited
from bench.history import Behaviour, Event, History, Received, Sent
from bench.layout.scenario import Scenario, at_declared
from conformance.terminal.hj212 import splits_judge

SECOND = 1_000_000
STAMP = "20260302000000"


def part(number: int, at_s: float, conn: int, *, of: int = 3, acked: bool = True) -> list[Event]:
    """One part of a set at centre A, and its acknowledgement 20 ms later."""
    at = MIDNIGHT + round(at_s * SECOND)
    qn = f"202603020001{number:02d}{conn:03d}"
    frame = (
        f"##0000QN={qn};ST=31;CN=2051;PW=123456;MN=A;Flag=7;PNUM={of};PNO={number};"
        f"CP=&&DataTime={STAMP};e00001-Cou=1.00,e00001-Flag=N&&0000\r\n"
    )
    events: list[Event] = [Received(t=at, centre="A", conn=conn, frame=frame, qn=qn, cn="2051", pnum=of, pno=number)]
    if acked:
        events.append(Sent(t=at + 20_000, centre="A", conn=conn, frame="", cn="9014", qn=qn))
    return events


def verdicts(*parts: list[Event], needed: int = 1) -> dict[str, Verdict]:
    """The checks over a history that holds these parts."""
    began = World(hours=1).history().began
    history = History([began, *(event for group in parts for event in group)])
    return {check.id: check.verdict for check in splits_judge.findings(history, "A", needed=needed)}


def test_a_set_that_begins_again_and_one_that_goes_on_are_both_fine() -> None:
    again = verdicts(part(1, 900, 1), part(1, 960, 2), part(2, 960.1, 2), part(3, 960.2, 2))
    on = verdicts(part(1, 900, 1), part(2, 960, 2), part(3, 960.1, 2))
    fine = {"no-set-left-half": Verdict.PASS, "parts-repeated-for-a-reason": Verdict.PASS}
    assert again == fine
    assert on == fine


def test_half_a_set_is_found() -> None:
    assert verdicts(part(1, 900, 1), part(2, 900.1, 1))["no-set-left-half"] is Verdict.FAIL
    half = verdicts(part(1, 900, 1), part(2, 960, 2), part(3, 960.1, 2, acked=False))
    assert half["no-set-left-half"] is Verdict.FAIL


def test_a_part_again_without_an_interruption_is_found() -> None:
    twice = verdicts(part(1, 900, 1), part(1, 960, 2), part(2, 960.1, 2), part(3, 960.2, 2), part(1, 970, 2))
    assert twice["parts-repeated-for-a-reason"] is Verdict.FAIL


def test_without_an_interruption_nothing_is_decided() -> None:
    calm = verdicts(part(1, 900, 1), part(2, 900.1, 1), part(3, 900.2, 1))
    assert set(calm.values()) == {Verdict.INCONCLUSIVE}


def test_a_scenario_takes_the_declared_numbers_and_no_more_points_than_declared() -> None:
    scenario = Scenario(points=2, largest=True)
    full = at_declared(scenario, {"points": "256", "circuits_per_port": "29", "centres": "3"})
    assert (full.circuits, full.centres) == (29, ("A", "B", "C"))
    assert at_declared(scenario, {"points": "10", "circuits_per_port": "29"}).circuits == 5
    assert at_declared(scenario, {"circuits_per_port": "many"}).circuits == scenario.circuits
    assert at_declared(Scenario(), {"circuits_per_port": "29"}) == Scenario()
    assert [
        at_declared(scenario, {"outage_buffer_h": told}).outage_s for told in ("0.5", "168", "long", "-1", "NaN")
    ] == [
        1800,
        604800,
        0,
        0,
        0,
    ]


def test_a_cut_waits_for_an_upload_and_for_a_write_barrier() -> None:
    cut = awaited("upload", "A", 0, 10, sync=2, effective=True)
    (arrival, answer) = part(1, 900, 1)
    assert cut.meets(arrival)
    assert not cut.meets(answer)
    assert cut.detail(arrival)["why"] == "after write barrier 2, 0 s after upload at A"
    assert not awaited("upload", "B", 0, 10).meets(arrival)
    assert not cut.meets(Behaviour(t=0, centre="A", switches={}))
    with pytest.raises(ValueError, match="sync >= 0"):
        awaited("upload", "", 0, 10, sync=-1)
