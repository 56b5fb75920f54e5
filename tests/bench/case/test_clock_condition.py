"""R-10 as a condition: a terminal's clock that is off by more than a second leaves what rests on times undecided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.case import Check, Verdict, criterion
from bench.case.clock_condition import ID, conditioned, offset_us
from bench.commands.proof.pairs import Job
from bench.commands.proof.prove import run_job
from bench.history import Began, ClockMoved, Event, History, LinkRule, Received, Sent

_START = 1_772_380_800_000_000
_MINUTE = 60_000_000


def qn(us: int) -> str:
    """The number a sender gives a request at an instant: its own time in China, to the millisecond."""
    moment = datetime.fromtimestamp(us // 1_000_000, UTC) + timedelta(hours=8)
    return f"{moment:%Y%m%d%H%M%S}{us // 1000 % 1000:03}"


def upload(at: int, ahead_us: int, *, cn: str = "2011") -> Received:
    """An upload that arrives at `at` 20 ms after it was sent, by a clock that is ahead by so much."""
    number = qn(at - 20_000 + ahead_us)
    return Received(t=at, centre="A", conn=1, frame=f"##0100QN={number};ST=31;CN={cn};", qn=number, cn=cn)


def told(*events: Event) -> History:
    """A history of these events."""
    began = Began(
        t=_START, case="a/b", seed=1, commit="", terminal="x", rig="process", points=(), meters=(), centres=()
    )
    return History([began, *events])


def uploads(ahead_us: int, count: int = 4) -> list[Received]:
    """Uploads a minute apart."""
    return [upload(_START + number * _MINUTE, ahead_us) for number in range(1, count + 1)]


def questions() -> list[Check]:
    """A limit kept, a limit missed, a comparison by stamps that failed, one that agreed, and one of neither kind."""
    return [
        criterion("fast", en="a", zh="甲", timed=True).decide(True),
        criterion("slow", en="a", zh="甲", timed=True).decide(False),
        criterion("altered", en="a", zh="甲", stamped=True).decide(False),
        criterion("same", en="a", zh="甲", stamped=True).decide(True),
        criterion("refused", en="a", zh="甲").decide(False),
    ]


@pytest.mark.parametrize("ahead_us", [3_000_000, -3_000_000])
def test_a_clock_off_by_seconds_decides_nothing_that_rests_on_times(ahead_us: int) -> None:
    found, (offset,) = conditioned(told(*uploads(ahead_us)), questions())
    open_, fail, good = Verdict.INCONCLUSIVE, Verdict.FAIL, Verdict.PASS
    assert [each.verdict for each in found] == [open_, open_, open_, good, fail]
    assert (
        "R-10" in found[0].actual and offset.id == ID and float(offset.value) == pytest.approx(ahead_us / 1e6, abs=0.03)
    )


def test_a_clock_off_by_a_period_misplaces_intervals_which_is_a_fail() -> None:
    found, _ = conditioned(told(*uploads(8 * 60 * _MINUTE)), questions())
    assert [each.verdict for each in found[:3]] == [Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE, Verdict.FAIL]


def test_a_clock_within_a_second_or_never_seen_changes_nothing() -> None:
    for history in (told(*uploads(900_000)), told(*uploads(-900_000)), told()):
        assert conditioned(history, questions()) == (tuple(questions()), ())


def test_what_may_have_waited_does_not_make_a_clock_late() -> None:
    rule = LinkRule(t=_START, link="uplink", rule="Delay", state="on")
    assert offset_us(told(rule, *uploads(-5_000_000))) is None
    assert offset_us(told(*uploads(-5_000_000, 2))) is None
    late = upload(_START + 9 * _MINUTE, -5_000_000)
    assert offset_us(told(*uploads(0), late)) == (-20_000, 5)


def test_a_case_that_moves_the_clock_is_not_asked_and_answers_carry_the_centres_number() -> None:
    moved = ClockMoved(t=_START, offset_us=3_000_000, why="stepped")
    assert offset_us(told(moved, *uploads(3_000_000))) is None
    fetched = upload(_START + _MINUTE, 5_000_000, cn="2061")
    asked = Sent(t=_START, centre="A", conn=1, frame="", cn="2061", qn=fetched.qn)
    assert offset_us(told(asked, fetched)) is None


def test_a_terminal_that_takes_gps_time_for_utc_gets_no_verdict_on_its_speed(tmp_path: Path) -> None:
    result = run_job(Job("leap-seconds-not-taken-off", "realtime/takes-over-edge-values-quickly"), 1, str(tmp_path))
    (offset,) = [each for each in result.measurements if each.id == ID]
    assert result.verdict is Verdict.INCONCLUSIVE and offset.value.startswith("+17.9")
