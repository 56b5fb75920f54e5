"""Synchronisation: what readings in whole seconds leave of the offset, and each check passing, failing and open."""

from __future__ import annotations

from hand_made import MIDNIGHT, World

from bench.case import Check, Verdict
from bench.history import Commanded, Event, History, Phase, TimeAsked
from conformance.common import clock_offset
from conformance.common.times import HOUR, SECOND, stamp_of

_RTT = 40_000


def reading(at: int, ahead_us: int) -> Commanded:
    """1011 answered by a clock that is ahead by so much, read in the middle of the exchange."""
    shown = stamp_of(at + _RTT // 2 + ahead_us)
    return Commanded(t=at + _RTT, centre="A", cn="1011", qn="1", sent=at, answer={"SystemTime": shown}, result="1")


def probe(at: int, ahead_us: int) -> list[Event]:
    events: list[Event] = [Phase(t=at, name="probe")]
    spacing = round(clock_offset.SPACING_S * SECOND)
    return [*events, *(reading(at + index * spacing, ahead_us) for index in range(clock_offset.READINGS))]


def history(*events: Event, hours: int = 26) -> History:
    began = World(hours=hours).history().began
    return History([began, *sorted(events, key=lambda event: event.t), Phase(t=MIDNIGHT + hours * HOUR, name="over")])


def found(history: History, id: str) -> Check:
    every = [
        *clock_offset.kept_findings(history),
        clock_offset.asking_finding(history),
        clock_offset.free_run_finding(history),
        clock_offset.found_again_finding(history),
    ]
    return next(check for check in every if isinstance(check, Check) and check.id == id)


def hourly(ahead_us: int = 0, count: int = 25) -> list[Event]:
    return [event for hour in range(1, count + 1) for event in probe(MIDNIGHT + hour * HOUR, ahead_us)]


def test_eight_readings_in_whole_seconds_bound_the_offset_to_a_tenth() -> None:
    for ahead_us in (-1_400_000, -999_999, -300_000, 0, 1, 499_000, 1_000_001):
        (seen,) = clock_offset.probes(history(*probe(MIDNIGHT + HOUR, ahead_us)))
        assert abs(seen.ahead_us - ahead_us) <= seen.within_us
        assert seen.within_us < 100_000


def test_the_offset_is_that_from_the_source_wherever_it_is() -> None:
    moved = Phase(t=MIDNIGHT + HOUR, name="source-ahead", detail={"seconds": "2.5"})
    (seen,) = clock_offset.probes(history(moved, *probe(MIDNIGHT + 2 * HOUR, 2_500_000)))
    assert abs(seen.ahead_us) <= seen.within_us


def test_a_clock_that_moves_within_a_probe_is_known_less_well() -> None:
    first, second = probe(MIDNIGHT + HOUR, 0), probe(MIDNIGHT + HOUR, 2_500_000)
    (seen,) = clock_offset.probes(history(*first[:5], *second[5:]))
    assert seen.within_us > 500_000


def test_kept_within_a_second() -> None:
    assert found(history(*hourly(300_000)), "kept-within-a-second").verdict is Verdict.PASS
    off = found(history(*hourly(1_300_000)), "kept-within-a-second")
    assert off.verdict is Verdict.FAIL
    assert "1.2" in off.evidence[0] or "1.3" in off.evidence[0]
    assert found(history(*hourly(count=10)), "kept-within-a-second").verdict is Verdict.INCONCLUSIVE


def test_within_an_hour_of_a_move_the_terminal_may_still_be_on_its_way() -> None:
    moved = Phase(t=MIDNIGHT + 5 * HOUR - 1, name="source-ahead", detail={"seconds": "-2.5"})
    late = hourly(0, 5) + [event for hour in range(6, 26) for event in probe(MIDNIGHT + hour * HOUR, -2_500_000)]
    assert found(history(moved, *late), "kept-within-a-second").verdict is Verdict.PASS


def test_a_source_that_is_not_asked_for_an_hour_is_not_asked() -> None:
    asked = [TimeAsked(t=MIDNIGHT + hour * HOUR + 1, peer="10.3.0.2", ahead_us=0, answered=True) for hour in range(26)]
    assert found(history(*asked), "asks-its-source").verdict is Verdict.PASS
    assert found(history(*asked[:7], *asked[8:]), "asks-its-source").verdict is Verdict.FAIL
    assert found(history(hours=0), "asks-its-source").verdict is Verdict.INCONCLUSIVE


def _alone(first_us: int, last_us: int, *, hours: int = 24, after_us: int = 0) -> History:
    back = MIDNIGHT + (hours + 2) * HOUR
    return history(
        Phase(t=MIDNIGHT + HOUR - 1, name="source-silent"),
        *probe(MIDNIGHT + HOUR, first_us),
        *probe(MIDNIGHT + (hours + 1) * HOUR, last_us),
        Phase(t=back, name="source-back"),
        *probe(back + HOUR, after_us),
        hours=hours + 4,
    )


def test_free_run() -> None:
    assert found(_alone(0, 600_000), "free-run-drift").verdict is Verdict.PASS
    assert found(_alone(0, 600_000), "free-run-drift").timed
    assert found(_alone(200_000, -1_100_000), "free-run-drift").verdict is Verdict.FAIL
    assert found(_alone(0, 0, hours=12), "free-run-drift").verdict is Verdict.INCONCLUSIVE


def test_follows_again() -> None:
    assert found(_alone(0, 0), "follows-again").verdict is Verdict.PASS
    assert found(_alone(0, 0, after_us=-2_500_000), "follows-again").verdict is Verdict.FAIL
    assert found(history(), "follows-again").verdict is Verdict.INCONCLUSIVE
