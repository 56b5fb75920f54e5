"""Readings as products of others show them: stamped by the millisecond, without a quality, exact binary floats."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hand_made import COUNTER, MIDNIGHT, World

from bench.case import Check
from bench.history import Event, History, MeterSetup, Observed, Phase, Point, Served
from conformance.common.queries import quality_of
from conformance.common.times import SECOND, local
from conformance.terminal.acquisition import reconnections_judge
from conformance.terminal.processing.settlements_judge import seconds_findings

SECONDS = 120
PHASE_US = 132_000
"""When within each second the meter is asked."""


def polled(point: Point, texts: list[str], shown: list[tuple[int, str]], *more: Event) -> History:
    """A meter asked every second from midnight on, and what its terminal shows of it afterwards."""
    meter = MeterSetup(name="m1", map="hand", address="10.0.0.1:502", unit=1, period_s=1)
    began = msgspec.structs.replace(World(period_s=1).began(), points=(point,), meters=(meter,))
    polls = [
        Served(t=at, meter="m1", unit=1, asked=at, request="00", response="00", values={point.id: text})
        for at, text in zip(range(MIDNIGHT + PHASE_US, MIDNIGHT + SECONDS * SECOND, SECOND), texts, strict=True)
    ]
    end = MIDNIGHT + (SECONDS + 10) * SECOND
    rows = tuple({"at": f"{local(at).replace(' +', '+').replace(' ', 'T')}", "value": value} for at, value in shown)
    told = Observed(t=end + 1, asked=end, what="readings", query={"point": point.id}, rows=rows)
    events = sorted([*polls, *more, Phase(t=end, name="watched"), told], key=lambda event: event.t)
    return History([began, *events])


def advancing() -> list[str]:
    return [f"{100 + second // 3 / 100:.2f}" for second in range(SECONDS)]


@pytest.mark.parametrize("stamped_us", [0, PHASE_US - 12_000, PHASE_US + 40_000, PHASE_US + 400_000])
def test_a_second_may_be_stamped_by_the_millisecond(stamped_us: int) -> None:
    shown = [(MIDNIGHT + at * SECOND + stamped_us, text) for at, text in enumerate(advancing())]
    assert _every_second(polled(COUNTER, advancing(), shown)).verdict.value == "pass"
    for spoiled in (shown[:50] + shown[51:], [(at + SECOND, text) for at, text in shown], _altered(shown)):
        assert _every_second(polled(COUNTER, advancing(), spoiled)).verdict.value == "fail"


def _altered(shown: list[tuple[int, str]]) -> list[tuple[int, str]]:
    return [(at, text + "1" if index == 50 else text) for index, (at, text) in enumerate(shown)]


def _every_second(history: History) -> Check:
    (found,) = [each for each in seconds_findings(history, 100) if each.id == "every-second-stored"]
    return found


@pytest.mark.parametrize(("shown", "verdict"), [("233413.34375", "pass"), ("233413.34", "pass"), ("233413.4", "fail")])
def test_after_a_reset_a_binary_float_may_be_shown_in_full(shown: str, verdict: str) -> None:
    point = msgspec.structs.replace(COUNTER, decimals=-1, type="f32")
    resets = [Phase(t=MIDNIGHT + at * SECOND, name="reset") for at in range(5, 110, 5)]
    rows = [(MIDNIGHT + at * SECOND + PHASE_US, shown) for at in range(SECONDS)]
    history = polled(point, ["233413.34"] * SECONDS, rows, *resets)
    found = [each for each in reconnections_judge.findings(history) if isinstance(each, Check)]
    (first,) = [each for each in found if each.id == "first-readings-right"]
    assert first.verdict.value == verdict


@pytest.mark.parametrize(
    ("row", "quality"),
    [
        ({"value": "1"}, "good"),
        ({"value": "1", "quality": ""}, "good"),
        ({"value": "1", "quality": "bad"}, "bad"),
        ({"value": ""}, "bad"),
        ({}, "bad"),
    ],
)
def test_a_value_without_a_quality_is_offered_as_a_good_one(row: dict[str, str], quality: str) -> None:
    assert quality_of(row) == quality


def test_no_judge_leaves_out_what_has_no_quality() -> None:
    """Whoever looks for good readings asks `quality_of`: a product without that column is not passed over."""
    judges = Path(reconnections_judge.__file__).parents[1].rglob("*.py")
    assert not [path.name for path in judges if 'row.get("quality") == "good"' in path.read_text("utf-8")]
