"""Judge of the delay of real-time data: what is traced to which answer, and what each check fails on."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from hand_made import CODES, MIDNIGHT, POWER, World, failing, verdicts

from bench.case import Verdict, as_seen_in
from bench.history import Event, History, Phase, Served, Stored, Timing
from conformance.common import timing
from conformance.common.times import SECOND, stamp_of
from conformance.terminal.realtime import delays_judge

STEP = 30 * SECOND
ANSWERED = 40_000


def value(number: int) -> str:
    return f"{10 + number / 10:.1f}"


def answer(number: int, text: str = "") -> Served:
    at = MIDNIGHT + number * STEP + ANSWERED
    values = {POWER.id: text or value(number)}
    return Served(t=at, meter="m1", unit=1, asked=at - 2000, request="00", response="00", values=values)


def record(number: int, late_us: int = 200_000, text: str = "", **more: object) -> Stored:
    at = MIDNIGHT + number * STEP
    fields: dict[str, object] = {
        "t": at + ANSWERED + late_us,
        "centre": "A",
        "mn": "MN",
        "kind": "realtime",
        "code": CODES[POWER.id],
        "stamp": stamp_of(at),
        "fields": {"Rtd": text or value(number)},
        "flag": "N",
        "qn": "",
    }
    return Stored(**(fields | more))  # type: ignore[arg-type]


def history(events: Iterable[Event], *, real: bool = True, uncertainty_us: int = 9000) -> History:
    began = msgspec.structs.replace(World().began(), rig="process" if real else "virtual")
    ordered = sorted(events, key=lambda event: event.t)
    end = (ordered[-1].t if ordered else MIDNIGHT) + SECOND
    timing = Timing(
        t=end,
        samples=9,
        loop_p50_us=1,
        loop_p99_us=2,
        loop_max_us=3,
        resolution_ns=50,
        host_moved_us=0,
        uncertainty_us=uncertainty_us,
    )
    return History([began, *ordered, timing, Phase(t=end, name="over")])


def honest(count: int = 1000, slow: int = 0, slow_us: int = 2_100_000) -> list[Event]:
    """So many records, the first few of them slow."""
    records = [record(number, slow_us if number < slow else 200_000) for number in range(count)]
    return [event for number in range(count) for event in (answer(number), records[number])]


def test_a_thousand_prompt_records_pass() -> None:
    assert verdicts(delays_judge.findings(history(honest()), "A")) == {
        "delay-p99": "pass",
        "every-record-has-its-answer": "pass",
    }


def test_p99_is_nearest_rank() -> None:
    assert failing(delays_judge.findings(history(honest(slow=10)), "A")) == []
    assert failing(delays_judge.findings(history(honest(slow=11)), "A")) == ["delay-p99"]


def test_the_limit_itself_is_allowed() -> None:
    assert failing(delays_judge.findings(history(honest(slow=11, slow_us=2_000_000)), "A")) == []


def test_too_few_records_or_too_large_an_uncertainty_decide_nothing() -> None:
    assert verdicts(delays_judge.findings(history(honest(999)), "A"))["delay-p99"] == "inconclusive"
    vague = history(honest(), uncertainty_us=400_001)
    assert verdicts(delays_judge.findings(vague, "A"))["delay-p99"] == "inconclusive"


def test_virtual_time_cannot_let_it_pass() -> None:
    (found, *_) = delays_judge.findings(history(honest(), real=False), "A")
    assert as_seen_in("virtual", found).verdict is Verdict.NOT_RUN  # type: ignore[arg-type]
    (found, *_) = delays_judge.findings(history(honest(slow=11), real=False), "A")
    assert as_seen_in("virtual", found).verdict is Verdict.FAIL  # type: ignore[arg-type]


def test_a_record_without_an_answer_is_found() -> None:
    for wrong in (record(3, text="99.9"), record(3, stamp=stamp_of(MIDNIGHT + 5 * STEP)), record(3, late_us=-1)):
        events = [answer(number) for number in range(8)]
        found = list(delays_judge.findings(history([*events, wrong]), "A", needed=1))
        assert failing(found) == ["every-record-has-its-answer"], wrong
        # On a starved machine a stamp may be late by that alone.
        assert [each.paced for each in found if each.id == "every-record-has-its-answer"] == [True]


def test_where_a_register_stands_still_the_earlier_answer_counts() -> None:
    events = [*(answer(number, "7.0") for number in range(3)), record(0, late_us=STEP * 2 + 50_000, text="7.0")]
    assert delays_judge.delays(history(events), "A").found_us == (STEP * 2 + 50_000,)
    both = [*events, record(1, late_us=STEP + 60_000, text="7.0")]
    assert delays_judge.delays(history(both), "A").found_us == (STEP * 2 + 50_000, STEP + 60_000)


def test_what_was_asked_for_repeated_or_empty_is_left_out() -> None:
    events = [answer(0), record(0, asked=True), record(0, copies=2), record(0, fields={}), record(0, centre="B")]
    assert delays_judge.delays(history(events), "A").found_us == ()


def test_classes_hold_their_upper_edge() -> None:
    assert delays_judge.histogram([1000, 1001, 1600, 4000, 6_300_001]).startswith("1:1 1.6:2 2.5:0 4:1 6.3:0 ")
    assert delays_judge.histogram([6_300_001]) == "10000:1"
    assert delays_judge.histogram([63_000_001]) == "more:1"
    assert delays_judge.histogram([]) == ""


def polled(*late_s: float, skipped: tuple[int, ...] = ()) -> timing.Cadence:
    """A meter asked every minute; the first cycles so much late, some not at all."""
    times = [
        MIDNIGHT + number * 60 * SECOND + round((late_s[number] if number < len(late_s) else 0) * SECOND)
        for number in range(20)
        if number not in skipped
    ]
    served = [
        Served(t=at + 9, meter="m1", unit=1, asked=at, request="", response="", values={POWER.id: "1"}) for at in times
    ]
    began = World(points=(POWER,)).began()
    found = timing.cadence(History([began, *served]), "m1")
    assert found is not None
    return found


def test_a_late_cycle_is_no_skipped_one() -> None:
    for late in ((0, 0, 0, 36), (0, 0, 0, 36, 12), (0, 0, 0, 55, 40, 20)):
        found = polled(*late)
        assert (found.skipped, found.error_percent) == (0, 0), late
        assert found.jitter_us >= 36 * SECOND


def test_a_skipped_cycle_is_seen_beside_a_late_one() -> None:
    assert polled(skipped=(5,)).skipped == 1
    assert polled(skipped=(5, 6)).skipped == 2
    assert polled(0, 0, 0, 36, skipped=(5,)).skipped == 1
    assert polled(skipped=(5, 9, 13)).skipped == 3


def _updates(gap_s: int, count: int = 20, codes: tuple[str, ...] = ("e00001", "p00001")) -> list[Event]:
    template = record(0, 0)
    return [
        msgspec.structs.replace(template, t=MIDNIGHT + number * gap_s * SECOND, code=code, asked=False)
        for number in range(count)
        for code in codes
    ]


def test_updates_within_five_minutes() -> None:
    def judged(events: list[Event]) -> dict[str, str]:
        return verdicts(timing.update_findings(history(events, real=False), "A", longest_s=300))

    assert judged(_updates(300)) == {"every-point-updated": "pass", "update-gap": "pass"}
    assert judged(_updates(301)) == {"every-point-updated": "pass", "update-gap": "fail"}
    assert judged(_updates(60, codes=("p00001",))) == {"every-point-updated": "fail", "update-gap": "pass"}
    assert judged([]) == {"every-point-updated": "inconclusive", "update-gap": "inconclusive"}
