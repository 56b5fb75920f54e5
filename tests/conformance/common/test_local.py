"""Judges of what happens at the terminal: cadence, minute values, accuracy, gaps, ranges, retention."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hand_made import (
    COUNTER,
    MIDNIGHT,
    POWER,
    World,
    altered,
    changed,
    failing,
    observed,
    readings_of,
    records_of,
    verdicts,
)

from bench.case import Check
from bench.history import (
    Event,
    History,
    LinkRule,
    MeterFault,
    Observed,
    Power,
    Served,
    Stored,
    Unserved,
)
from conformance.common import accuracy, gaps, retention, timing
from conformance.common.delivery import reconcile
from conformance.common.times import HOUR, MINUTE, SECOND, stamp_of
from conformance.common.truth import Certainty, truth_of
from conformance.terminal.processing import ranges_judge


def served_only(change: Callable[[Served], Event | None], hours: int = 4) -> History:
    history = World(hours=hours).history()
    return changed(history, lambda event: change(event) if isinstance(event, Served) else event)


def test_polling_as_set_passes() -> None:
    assert set(verdicts(timing.cadence_findings(World(hours=4).history())).values()) == {"pass"}


def test_too_few_cycles_are_inconclusive() -> None:
    found = verdicts(timing.cadence_findings(World(hours=1).history()))
    assert found["period-error"] == found["no-cycle-skipped"] == "inconclusive"


def test_a_skipped_cycle_fails() -> None:
    history = served_only(lambda event: None if event.asked // MINUTE % 50 == 7 else event)
    assert failing(timing.cadence_findings(history)) == ["no-cycle-skipped"]


def test_a_point_left_out_of_every_other_cycle_fails() -> None:
    def sparse(event: Served) -> Event:
        odd = event.asked // MINUTE % 2
        kept = {name: text for name, text in event.values.items() if name != "m1.power" or not odd}
        return msgspec.structs.replace(event, values=kept)

    assert "no-cycle-skipped" in failing(timing.cadence_findings(served_only(sparse, hours=8)))


def test_a_point_read_in_requests_of_changing_shape_is_polled() -> None:
    def other(event: Served) -> Event:
        return msgspec.structs.replace(event, request=f"0000{event.asked // MINUTE % 3}")

    assert set(verdicts(timing.cadence_findings(served_only(other))).values()) == {"pass"}


def test_a_wrong_period_fails() -> None:
    def stretch(event: Served) -> Served:
        late = (event.asked - MIDNIGHT) * 102 // 100 + MIDNIGHT
        return msgspec.structs.replace(event, t=late, asked=late)

    assert "period-error" in failing(timing.cadence_findings(served_only(stretch)))


def test_a_period_much_too_long_is_no_small_sample() -> None:
    def stretch(event: Served) -> Served:
        late = (event.asked - MIDNIGHT) * 13 // 10 + MIDNIGHT
        return msgspec.structs.replace(event, t=late, asked=late)

    history = served_only(lambda event: stretch(event) if event.asked < MIDNIGHT + 3 * HOUR else None)
    assert "period-error" in failing(timing.cadence_findings(history))


def test_polling_that_ends_early_skips_cycles() -> None:
    history = served_only(lambda event: event if event.asked < MIDNIGHT + 3 * HOUR else None)
    assert failing(timing.cadence_findings(history)) == ["no-cycle-skipped"]


def test_retries_are_no_cycles() -> None:
    history = World(hours=4).history()
    at = MIDNIGHT + 30 * MINUTE + 3 * SECOND
    lost = Unserved(t=at - 2 * SECOND, meter="m1", unit=1, outcome="silent", request="00", points=("m1.energy",))

    def change(event: Event) -> Event:
        if isinstance(event, Served) and event.asked == MIDNIGHT + 30 * MINUTE + 2000:
            return msgspec.structs.replace(event, t=at, asked=at)
        return event

    events = [*changed(history, change).events, lost]
    found = timing.cadence_findings(History([events[0], *sorted(events[1:], key=lambda event: event.t)]))
    assert failing(found) == []


def test_a_meter_never_polled_fails() -> None:
    assert "every-meter-polled" in failing(timing.cadence_findings(served_only(lambda _event: None)))


def minute_world(change: Callable[[Observed], Observed] = lambda event: event) -> History:
    world = World(hours=2)
    world.extra.append(change(records_of(world, "minute", MINUTE, COUNTER)))
    return world.history()


def rows_changed(event: Observed, change: Callable[[int, dict[str, str]], dict[str, str] | None]) -> Observed:
    rows = [new for number, row in enumerate(event.rows) if (new := change(number, row)) is not None]
    return msgspec.structs.replace(event, rows=tuple(rows))


def test_sixty_minute_values() -> None:
    assert set(verdicts(timing.minute_findings(minute_world(), MIDNIGHT)).values()) == {"pass"}
    nothing = verdicts(timing.minute_findings(World(hours=2).history(), MIDNIGHT))
    assert set(nothing.values()) == {"inconclusive"}


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda number, row: None if number == 7 else row, "sixty-values-an-hour"),
        (lambda number, row: {**row, "closing": "1.00"} if number == 7 else row, "never-decreasing"),
        (lambda number, row: {**row, "closing": "1000.01"} if number == 7 else row, "cumulative-is-the-register"),
    ],
)
def test_minute_values_can_fail(change: Callable[[int, dict[str, str]], dict[str, str] | None], check: str) -> None:
    history = minute_world(lambda event: rows_changed(event, change))
    assert check in failing(timing.minute_findings(history, MIDNIGHT))


def test_a_minute_value_not_readable_in_time_fails() -> None:
    world = World(hours=2)
    whole = records_of(world, "minute", MINUTE, COUNTER)
    early = MIDNIGHT + 10 * MINUTE + 50 * SECOND
    world.extra += [
        whole,
        msgspec.structs.replace(whole, t=early, asked=early, rows=whole.rows[:9]),
    ]
    assert "readable-within-a-minute" in failing(timing.minute_findings(world.history(), MIDNIGHT))


def test_minutes_without_an_answer_are_open() -> None:
    def mute(event: Event) -> Event:
        mine = isinstance(event, Observed) and event.what == "records"
        return msgspec.structs.replace(event, rows=(), problem="no answer") if mine else event

    found = verdicts(timing.minute_findings(changed(minute_world(), mute), MIDNIGHT))
    assert set(found.values()) == {"inconclusive"}


def test_a_minute_value_without_a_reading_fails() -> None:
    def every_second_poll(event: Event) -> Event | None:
        return None if isinstance(event, Served) and event.asked // MINUTE % 2 else event

    found = failing(timing.minute_findings(changed(minute_world(), every_second_poll), MIDNIGHT))
    assert "cumulative-is-the-register" in found


def test_a_minute_value_that_is_no_number_fails() -> None:
    history = minute_world(lambda event: rows_changed(event, lambda _at, row: {**row, "closing": "n/a"}))
    assert failing(timing.minute_findings(history, MIDNIGHT)) == ["cumulative-is-the-register"]


def index_history(change: Callable[[list[Stored]], list[Stored]] = lambda records: records) -> History:
    return World(hours=25, kinds=("minute",)).history(change)


def test_ninety_six_values() -> None:
    history = index_history()
    assert verdicts(timing.index_findings(history, reconcile(history, "A"), MIDNIGHT)) == {
        "ninety-six-values-a-day-a": "pass"
    }
    short = index_history(lambda records: [one for one in records if "0715" not in one.stamp[8:12]])
    assert failing(timing.index_findings(short, reconcile(short, "A"), MIDNIGHT))


def test_a_point_never_read_lacks_its_ninety_six_values() -> None:
    def without_power(event: Event) -> Event | None:
        if isinstance(event, Served):
            return msgspec.structs.replace(event, values={"m1.energy": event.values["m1.energy"]})
        return None if isinstance(event, Stored) and event.code == "p00001" else event

    history = changed(index_history(), without_power)
    assert failing(timing.index_findings(history, reconcile(history, "A"), MIDNIGHT)) == ["ninety-six-values-a-day-a"]


def test_late_values_fail_the_prompt_check() -> None:
    sound = index_history()
    assert failing(timing.prompt_findings([reconcile(sound, "A")])) == []
    late = index_history(lambda records: [altered(one, t=one.t + 2 * MINUTE) for one in records])
    assert failing(timing.prompt_findings([reconcile(late, "A")])) == ["prompt"]


def accurate(change: Callable[[str], str] = lambda text: text, point: object = COUNTER) -> History:
    world = World(hours=4)
    world.extra.append(readings_of(world, COUNTER, value=change))
    return world.history()


@pytest.mark.parametrize("aspect", ["information", "digits", "reading"])
def test_honest_readings_are_accurate(aspect: str) -> None:
    found = verdicts(accuracy.findings(accurate(), aspect, needed=200))
    assert found
    assert set(found.values()) == {"pass"}
    few = verdicts(accuracy.findings(accurate(), aspect, needed=10_000))
    assert set(few.values()) == {"inconclusive"}


def drop_zero(text: str) -> str:
    return text.rstrip("0").rstrip(".")


@pytest.mark.parametrize(
    ("change", "aspect", "check"),
    [
        (drop_zero, "digits", "same-digits-stored"),
        (lambda text: text[:-1] + ("1" if text[-1] != "1" else "2"), "reading", "same-reading-stored"),
        (lambda text: text[:-1] + ("1" if text[-1] != "1" else "2"), "information", "same-value-stored"),
    ],
)
def test_other_digits_are_found(change: Callable[[str], str], aspect: str, check: str) -> None:
    assert check in failing(accuracy.findings(accurate(change), aspect, needed=200))


def test_reading_b_of_digits_is_numerical_equality() -> None:
    found = [one for one in accuracy.findings(accurate(drop_zero), "digits", needed=200) if one.id.startswith("same")]
    assert found[0].reading_b == "pass"  # type: ignore[union-attr]


def moved(row: dict[str, str], by: int) -> dict[str, str]:
    return {**row, "at": str(int(row["at"]) + by)}


def reading_rows(change: Callable[[int, dict[str, str]], dict[str, str] | None]) -> History:
    world = World(hours=4)
    world.extra.append(rows_changed(readings_of(world, COUNTER), change))
    return world.history()


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (
            lambda number, row: {**row, "at": str(int(row["at"]) + MINUTE)} if number % 9 == 3 else row,
            "same-instant-stored",
        ),
        (lambda number, row: {**row, "quality": "bad"} if number == 3 else row, "same-status-stored"),
        (lambda number, row: {**row, "at": str(int(row["at"]) - HOUR)} if number == 3 else row, "known-origin-stored"),
    ],
)
def test_information_is_compared(change: Callable[[int, dict[str, str]], dict[str, str] | None], check: str) -> None:
    assert check in failing(accuracy.findings(reading_rows(change), "information", needed=200))


def test_a_value_read_in_parts_is_left_open_and_an_invented_one_is_not() -> None:
    def silent_about(history: History, *, parts: bool) -> History:
        def change(event: Event) -> Event | None:
            if not isinstance(event, Served) or event.asked // MINUTE % 2:
                return event
            return msgspec.structs.replace(event, values={}) if parts else None

        return changed(history, change)

    in_parts = list(accuracy.findings(silent_about(accurate(), parts=True), "reading", needed=50))
    assert set(verdicts(in_parts).values()) == {"inconclusive"}
    assert any("read in parts" in one.actual for one in in_parts if isinstance(one, Check))
    assert "same-reading-stored" in failing(
        accuracy.findings(silent_about(accurate(), parts=False), "reading", needed=50)
    )


def test_floats_are_compared_by_their_bits() -> None:
    point = msgspec.structs.replace(COUNTER, decimals=-1, type="f32")
    assert accuracy.same_number(point, "0.1", "0.100000001")
    assert not accuracy.same_number(point, "0.1", "0.10000002")


def realtime(change: Callable[[Stored], Stored] = lambda one: one) -> History:
    world = World(hours=4)
    for event in world.served():
        at = event.asked - 2000
        stored = Stored(
            t=event.asked + SECOND,
            centre="A",
            mn="MN",
            kind="realtime",
            code="e00001",
            stamp=stamp_of(at),
            fields={"Rtd": world.energy(at)},
            flag="N",
            qn="1",
        )
        world.extra.append(change(stored))
    return world.history()


def test_copies_at_a_centre_are_compared() -> None:
    history = realtime()
    found = accuracy.findings(history, "information", centres=("A",), needed=200, stored=False)
    assert set(verdicts(found).values()) == {"pass"}
    wrong = realtime(lambda one: altered(one, fields={"Rtd": "7"}))
    assert "same-digits-centre-a" in failing(accuracy.findings(wrong, "digits", centres=("A",), needed=9, stored=False))
    flagged = realtime(lambda one: altered(one, flag="D"))
    assert "same-status-centre-a" in failing(
        accuracy.findings(flagged, "information", centres=("A",), needed=9, stored=False)
    )


def test_edge_values() -> None:
    history = accurate()
    text = "1012.34"
    both = ["edge-numbers-stored", "edge-values-stored"]
    assert verdicts(accuracy.edge_findings(history, {"m1.energy": (text,)}, ())) == dict.fromkeys(both, "pass")
    unheld = accuracy.edge_findings(history, {"m1.energy": (text,)}, (), edges=(text, "0.10"))
    assert verdicts(unheld) == dict.fromkeys(both, "inconclusive")
    never = accuracy.edge_findings(history, {"m1.energy": ("4294967295",)}, ())
    assert verdicts(never) == dict.fromkeys(both, "inconclusive")
    lost = reading_rows(lambda number, row: None if row["value"] == text else row)
    assert failing(accuracy.edge_findings(lost, {"m1.energy": (text,)}, ())) == both
    zeros = reading_rows(lambda number, row: {**row, "value": row["value"] + "0"})
    assert failing(accuracy.edge_findings(zeros, {"m1.energy": (text,)}, ())) == ["edge-values-stored"]
    beside_absent = verdicts(accuracy.edge_findings(lost, {"m1.energy": (text,)}, (), edges=(text, "0.10")))
    assert beside_absent == dict.fromkeys(both, "fail")


def test_readings_of_some_points_alone_are_compared() -> None:
    history = accurate()
    whole = accuracy.local_readings(history).compared
    assert whole == accuracy.local_readings(history, {"m1.energy"}).compared > 0
    assert accuracy.local_readings(history, {"m2.energy"}).compared == 0


QUIET = (MIDNIGHT + 50 * MINUTE, MIDNIGHT + 70 * MINUTE)


def gap_history(
    rows: list[dict[str, str]] | None = None, made: list[dict[str, str]] | None = None, sent: bool = False
) -> History:
    world = World(hours=3, silent=lambda us: QUIET[0] <= us < QUIET[1])
    world.extra += [
        MeterFault(t=QUIET[0] - 30 * SECOND, meter="m1", fault="silent", state="on"),
        MeterFault(t=QUIET[1] - 30 * SECOND, meter="m1", fault="silent", state="off"),
    ]
    at = QUIET[0]
    while at < QUIET[1]:
        world.extra.append(
            Unserved(t=at, meter="m1", unit=1, outcome="silent", request="00", points=("m1.energy", "m1.power"))
        )
        at += MINUTE
    honest = [{"point": point, "start": str(QUIET[0]), "end": str(QUIET[1])} for point in ("m1.energy", "m1.power")]
    world.extra.append(observed("gaps", world.end, honest if rows is None else rows))
    stored = readings_of(world, COUNTER)
    world.extra.append(msgspec.structs.replace(stored, rows=(*stored.rows, *(made or []))))
    times = [QUIET[0] - MINUTE, *([QUIET[0] + 5 * MINUTE] if sent else [])]
    world.extra += [
        Stored(
            t=when + SECOND,
            centre="A",
            mn="MN",
            kind="realtime",
            code="e00001",
            stamp=stamp_of(when),
            fields={"Rtd": "1.00"},
            flag="N",
            qn="1",
        )
        for when in times
    ]
    return world.history()


def test_a_recorded_gap_passes() -> None:
    assert set(verdicts(gaps.findings(gap_history(), ("A",))).values()) == {"pass"}


def test_no_silence_is_inconclusive() -> None:
    world = World(hours=1)
    world.extra.append(observed("gaps", world.end, []))
    assert set(verdicts(gaps.findings(world.history(), ("A",))).values()) == {"inconclusive"}


@pytest.mark.parametrize(
    ("rows", "made", "sent", "check"),
    [
        ([], [], False, "gap-recorded"),
        (
            [
                {"point": point, "start": str(QUIET[0]), "end": str(QUIET[1] + 10 * MINUTE)}
                for point in ("m1.energy", "m1.power")
            ],
            [],
            False,
            "gap-bounds",
        ),
        (
            None,
            [{"at": str(QUIET[0] + 5 * MINUTE), "value": "1600.00", "quality": "good"}],
            False,
            "no-repeated-value",
        ),
        (None, [], True, "no-value-sent-as-read"),
        (
            [
                {"point": point, "start": str(start), "end": str(start + 20 * MINUTE)}
                for point in ("m1.energy", "m1.power")
                for start in (QUIET[0], QUIET[0] + HOUR)
            ],
            [],
            False,
            "no-false-gap",
        ),
    ],
)
def test_gaps_can_fail(rows: list[dict[str, str]] | None, made: list[dict[str, str]], sent: bool, check: str) -> None:
    assert check in failing(gaps.findings(gap_history(rows, made, sent), ("A",)))


def range_history(*, quality: str = "bad", limit_quality: str = "good", flag: str = "B") -> History:
    point = msgspec.structs.replace(POWER, high="16.5", low="0")

    def power(us: int) -> str:
        minute = (us - MIDNIGHT) // MINUTE
        return "20.0" if minute == 20 else "16.5" if minute == 25 else "12.0"

    world = World(hours=2, points=(COUNTER, point), power=power)
    stored = readings_of(world, point)
    rows = [
        {**row, "quality": quality if row["value"] == "20.0" else limit_quality if row["value"] == "16.5" else "good"}
        for row in stored.rows
    ]
    world.extra.append(msgspec.structs.replace(stored, rows=tuple(rows)))
    at = MIDNIGHT + 20 * MINUTE
    world.extra.append(
        Stored(
            t=at + SECOND,
            centre="A",
            mn="MN",
            kind="realtime",
            code="p00001",
            stamp=stamp_of(at),
            fields={"Rtd": "20.0"},
            flag=flag,
            qn="1",
        )
    )
    return world.history()


def test_ranges() -> None:
    honest = list(ranges_judge.findings(range_history(), ("A",)))
    assert verdicts(honest)["out-of-range-marked"] == "pass"
    assert verdicts(honest)["limit-itself-valid"] == "pass"
    assert "out-of-range-marked" in failing(ranges_judge.findings(range_history(quality="good"), ("A",)))
    assert "limit-itself-valid" in failing(ranges_judge.findings(range_history(limit_quality="bad"), ("A",)))
    assert "out-of-range-not-sent-as-valid" in failing(ranges_judge.findings(range_history(flag="N"), ("A",)))
    both = verdicts(ranges_judge.findings(range_history(), ("A",), sides=("below", "above")))
    assert both["out-of-range-marked"] == "inconclusive"

    def forgotten(event: Event) -> Event:
        mine = isinstance(event, Observed) and event.what == "readings"
        kept = tuple(row for row in event.rows if row["value"] != "20.0") if mine else ()
        return msgspec.structs.replace(event, rows=kept) if mine else event

    assert "out-of-range-marked" in failing(ranges_judge.findings(changed(range_history(), forgotten), ("A",)))
    nothing = verdicts(ranges_judge.findings(World(hours=1).history(), ("A",)))
    assert set(nothing.values()) == {"inconclusive"}


def test_each_side_of_the_limits_is_judged_by_itself() -> None:
    def sides(history: History) -> dict[str, str]:
        live = [event for event in history.events if not isinstance(event, Stored) or event.kind == "realtime"]
        found = verdicts(ranges_judge.findings(History(live), ("A",), sides=("below", "above")))
        return {name: said for name, said in found.items() if name.endswith("-invalid")}

    names = ("below-minimum-invalid", "above-maximum-invalid")
    assert sides(range_history()) == dict(zip(names, ("inconclusive", "pass"), strict=True))
    for wrong in (range_history(quality="good"), range_history(flag="N")):
        assert sides(wrong) == dict(zip(names, ("inconclusive", "fail"), strict=True))


def test_each_side_of_the_limits_by_itself_in_the_store() -> None:
    point = msgspec.structs.replace(POWER, high="16.5", low="5")

    def power(us: int) -> str:
        return {20: "20.0", 30: "4.0", 40: "16.5", 50: "5.0"}.get((us - MIDNIGHT) // MINUTE, "12.0")

    def found(*good: str, gone: str = "") -> dict[str, str]:
        world = World(hours=2, points=(COUNTER, point), power=power)
        stored = readings_of(world, point)
        bad = {"20.0", "4.0"} - {*good}
        rows = [{**row, "quality": "bad" if row["value"] in bad else "good"} for row in stored.rows]
        kept = tuple(row for row in rows if row["value"] != gone)
        world.extra.append(msgspec.structs.replace(stored, rows=kept))
        return verdicts(ranges_judge.side_findings(world.history()))

    below, above = "below-minimum-stored-invalid", "above-maximum-stored-invalid"
    assert found() == {below: "pass", above: "pass"}
    assert found("4.0") == {below: "fail", above: "pass"}
    assert found("20.0") == {below: "pass", above: "fail"}
    assert found(gone="20.0") == {below: "pass", above: "fail"}
    assert verdicts(ranges_judge.side_findings(range_history())) == {below: "inconclusive", above: "pass"}


def kept(change: Callable[[int, dict[str, str]], dict[str, str] | None] = lambda _number, row: row) -> History:
    world = World(hours=4)
    world.extra += [
        rows_changed(records_of(world, "hour", HOUR, COUNTER), change),
        rows_changed(records_of(world, "hour", HOUR, POWER), change),
    ]
    return world.history()


def test_the_store_is_compared_with_truth() -> None:
    assert set(verdicts(retention.local_findings(kept(), ("hour",))).values()) == {"pass"}
    assert failing(retention.local_findings(kept(lambda number, row: None if number == 1 else row), ("hour",))) == [
        "kept-locally"
    ]
    wrong = kept(lambda number, row: {**row, "value": "1"} if number == 1 else row)
    assert failing(retention.local_findings(wrong, ("hour",))) == ["kept-locally-unaltered"]
    unasked = retention.local_findings(World(hours=4).history(), ("hour",))
    assert set(verdicts(unasked).values()) == {"inconclusive"}


def test_a_class_or_point_that_is_never_shown_is_open() -> None:
    def mute(event: Event) -> Event:
        other = isinstance(event, Observed) and event.query.get("point") == "m1.power"
        return msgspec.structs.replace(event, rows=(), problem="no answer") if other else event

    found = retention.local_findings(changed(kept(), mute), ("hour",))
    assert set(verdicts(found).values()) == {"inconclusive"}
    assert set(verdicts(retention.local_findings(kept(), ("hour", "day"))).values()) == {"inconclusive"}


CUT = MIDNIGHT + 2 * HOUR + 30 * MINUTE


def power_history(*, later: str = "740.40", first_us: int = 0) -> History:
    world = World(hours=4, silent=lambda us: CUT <= us < CUT + MINUTE + first_us)
    world.extra += [
        Power(t=CUT, state="cut"),
        Power(t=CUT + MINUTE, state="restored"),
    ]
    row = {"start": str(MIDNIGHT), "end": str(MIDNIGHT + HOUR), "value": "740.40", "flag": "N"}
    world.extra += [
        observed("records", CUT - SECOND, [row], kind="hour", point="m1.energy"),
        observed("records", world.end, [{**row, "value": later}], kind="hour", point="m1.energy"),
    ]
    return world.history()


def test_power_cuts() -> None:
    honest = power_history()
    assert verdicts(retention.resume_findings(honest, cuts=1)) == {"resumes-by-itself": "pass"}
    assert verdicts(retention.resume_findings(honest, cuts=20)) == {"resumes-by-itself": "inconclusive"}
    assert failing(retention.resume_findings(power_history(first_us=11 * MINUTE), cuts=1)) == ["resumes-by-itself"]
    assert verdicts(retention.readable_before_findings(honest)) == {"readable-stays-readable": "pass"}
    again = [Power(t=CUT + HOUR, state="cut"), Power(t=CUT + HOUR + MINUTE, state="restored")]
    unseen = History([honest.events[0], *sorted([*honest.events[1:], *again], key=lambda event: event.t)])
    assert verdicts(retention.readable_before_findings(unseen)) == {"readable-stays-readable": "inconclusive"}
    assert failing(retention.readable_before_findings(power_history(later=""))) == ["readable-stays-readable"]
    assert retention.longest_loss_finding(honest, hours=48).verdict == "inconclusive"
    assert retention.longest_loss_finding(honest, hours=0).verdict == "pass"


def test_every_meter_has_to_come_back_after_lost_power() -> None:
    honest = power_history()
    first = honest.began.meters[0]
    began = msgspec.structs.replace(honest.began, meters=(first, msgspec.structs.replace(first, name="m2")))
    assert failing(retention.resume_findings(History([began, *honest.events[1:]]), cuts=1)) == ["resumes-by-itself"]


def test_a_reply_to_a_dark_terminal_is_no_reading() -> None:
    world = World(hours=1)
    at = MIDNIGHT + 30 * MINUTE
    world.extra += [Power(t=at + 1000, state="cut"), Power(t=at + 50 * SECOND, state="restored")]
    expected = truth_of(world.history()).expected("m1.energy", "minute", MIDNIGHT + 15 * MINUTE, at)
    assert expected.certainty is Certainty.GAP


def outage_history(*, live_late: bool = False, never: bool = False, pause_us: int = 30 * SECOND) -> History:
    start, end = MIDNIGHT + HOUR + MINUTE, MIDNIGHT + 5 * HOUR + 12 * MINUTE
    world = World(hours=8)
    world.extra += [
        LinkRule(t=start, link="uplink", rule="cut", state="on"),
        LinkRule(t=end, link="uplink", rule="cut", state="off"),
    ]

    def held(records: list[Stored]) -> list[Stored]:
        found: list[Stored] = []
        for one in records:
            if start <= one.t < end + pause_us:
                if never and one.kind == "hour":
                    continue
                found.append(altered(one, t=end + pause_us))
            elif live_late and one.t >= end:
                found.append(altered(one, t=one.t + 10 * MINUTE))
            else:
                found.append(one)
        return found

    return world.history(held)


def test_outages() -> None:
    honest = outage_history()
    ledgers = [reconcile(honest, "A")]
    assert set(verdicts(retention.outage_findings(honest, ledgers, hours=4)).values()) == {"pass"}
    # An outage shorter than the ruling's decides nothing.
    short = verdicts(retention.outage_findings(honest, ledgers, hours=5))
    assert short["backfill-complete"] == "inconclusive"
    late = outage_history(live_late=True)
    assert failing(retention.outage_findings(late, [reconcile(late, "A")], hours=4)) == ["live-during-backfill"]
    # As long as the terminal may pause between two attempts what ends meanwhile is not live.
    for minutes, failed in ((4, []), (9, []), (25, ["live-during-backfill"])):
        paused = outage_history(pause_us=minutes * MINUTE)
        assert failing(retention.outage_findings(paused, [reconcile(paused, "A")], hours=4)) == failed, minutes
    gone = outage_history(never=True)
    assert failing(retention.outage_findings(gone, [reconcile(gone, "A")], hours=4)) == ["backfill-complete"]
    calm = World(hours=2).history()
    assert verdicts(retention.outage_findings(calm, [reconcile(calm, "A")], hours=4)) == {
        "outage-took-place": "inconclusive"
    }


def test_what_is_stored_must_have_been_sent() -> None:
    world = World(hours=2)
    world.extra.append(records_of(world, "hour", HOUR, COUNTER))
    history = world.history()

    def verdict(of: History) -> str:
        finding = retention.sent_as_stored_finding(of, [reconcile(of, "A")])
        return finding.verdict.value

    assert verdict(history) == "pass"
    kept = changed(history, lambda event: None if isinstance(event, Stored) and event.kind == "hour" else event)
    assert verdict(kept) == "fail"
    unread = changed(history, lambda event: None if isinstance(event, Observed) else event)
    assert verdict(unread) == "inconclusive"


def test_a_gap_in_the_store_need_not_be_sent() -> None:
    world = World(hours=2)
    stored = records_of(world, "hour", HOUR, COUNTER)
    rows = tuple({**row, "value": "", "flag": "B"} for row in stored.rows)
    world.extra.append(msgspec.structs.replace(stored, rows=rows))
    gone = changed(world.history(), lambda event: None if isinstance(event, Stored) else event)
    assert retention.sent_as_stored_finding(gone, [reconcile(gone, "A")]).verdict.value == "inconclusive"
