"""delivery.reconcile: an honest history is clean, and each bucket fills when its fault is there."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hand_made import COUNTER, MIDNIGHT, World, acknowledge, altered, changed

from bench.history import Began, Behaviour, Event, History, LinkRule, MeterFault, Power, Sent, Served, Stored
from conformance.common.delivery import Ledger, convention_finding, reach_finding, reconcile
from conformance.common.times import HOUR, MINUTE, SECOND, stamp_of
from conformance.common.truth import Certainty, increment, truth_of

BUCKETS = (
    "lost",
    "unacknowledged",
    "duplicated",
    "reordered",
    "altered",
    "mis_stamped",
    "wrongly_flagged",
    "invented",
)


def filled(ledger: Ledger) -> dict[str, int]:
    return {name: len(getattr(ledger, name)) for name in BUCKETS if getattr(ledger, name)}


def test_an_honest_terminal_has_a_clean_ledger() -> None:
    ledger = reconcile(World(hours=4).history(), "A")
    assert filled(ledger) == {}
    assert ledger.truths == ledger.sure == len(ledger.delivered) == 2 * (16 + 4)
    assert set(ledger.latencies_us()) == {SECOND + 20_000}


def test_every_point_is_to_come_to_every_centre() -> None:
    history = World(hours=4).history()
    assert reach_finding(history).verdict == "pass"

    def silent(event: Event) -> Event:
        return (
            msgspec.structs.replace(event, code="z") if isinstance(event, Stored) and event.code == "p00001" else event
        )

    found = reach_finding(changed(history, silent))
    assert (found.verdict, found.measured) == ("fail", "1")
    wrong = changed(history, lambda one: altered(one, flag="D", stamp="x") if isinstance(one, Stored) else one)
    assert reach_finding(wrong).verdict == "pass"
    unread = History([one for one in history.events if not isinstance(one, Served)])
    assert reach_finding(unread).verdict == "inconclusive"


def ahead(rig: str, by_us: int) -> Ledger:
    """The ledger of an honest terminal that reads and sends by a clock so much ahead, or behind."""

    def shift(event: Event) -> Event:
        if isinstance(event, Began):
            return msgspec.structs.replace(event, rig=rig)
        if isinstance(event, Served):
            return msgspec.structs.replace(event, t=event.t - by_us, asked=event.asked - by_us)
        if isinstance(event, Stored | Sent):
            # Not a second after the end, but at once.
            return msgspec.structs.replace(event, t=event.t - by_us - 990_000)
        return event

    return reconcile(changed(World(hours=4).history(), shift), "A")


@pytest.mark.parametrize("by_us", [-300_000, 0, 10_000, 900_000])
def test_in_real_time_a_clock_that_is_off_by_less_than_a_second_spoils_no_record(by_us: int) -> None:
    ledger = ahead("process", by_us)
    assert filled(ledger) == {}
    # The first reading of a clock that is ahead came before the bench began to count.
    assert len(ledger.delivered) == 2 * (16 + 4) and ledger.sure >= 30


def test_a_clock_that_is_off_by_more_spoils_records_and_in_virtual_time_by_anything() -> None:
    assert {"altered", "invented"} & filled(ahead("process", 1_100_000)).keys()
    assert {"altered", "invented"} & filled(ahead("virtual", 10_000)).keys()


def test_a_dropped_record_is_lost() -> None:
    ledger = reconcile(World().history(lambda records: records[1:]), "A")
    assert filled(ledger) == {"lost": 1}


def test_a_record_without_acknowledgement_is_not_delivered() -> None:
    ledger = reconcile(World().history(acks=lambda _record: ()), "A")
    assert ledger.delivered == []
    assert set(filled(ledger)) == {"unacknowledged"}


def test_an_acknowledgement_of_another_message_does_not_count() -> None:
    def wrong(record: Stored) -> list[object]:
        return [acknowledge(altered(record, qn="20000101000000000"))]

    assert reconcile(World().history(acks=wrong), "A").delivered == []  # type: ignore[arg-type]


def test_a_changed_digit_is_altered() -> None:
    def change(records: list[Stored]) -> list[Stored]:
        return [altered(records[0], fields={"Cou": "185.11"}), *records[1:]]

    assert filled(reconcile(World().history(change), "A")) == {"altered": 1}


def test_other_content_under_the_same_key_is_altered() -> None:
    def change(records: list[Stored]) -> list[Stored]:
        again = altered(records[0], t=records[0].t + SECOND, version=2, fields={"Cou": "1.00"})
        return [*records, again]

    assert "altered" in filled(reconcile(World().history(change), "A"))


def test_stamps_of_interval_ends_are_mis_stamped() -> None:
    uneven = World(energy=lambda us: f"{((us - MIDNIGHT) // MINUTE) ** 2 // 7}.00")

    def change(records: list[Stored]) -> list[Stored]:
        return [
            altered(record, stamp=stamp_of(record.t - SECOND)) if record.kind == "minute" else record
            for record in records
        ]

    found = filled(reconcile(uneven.history(change), "A", kinds=("minute",)))
    assert found["mis_stamped"] >= 15


def test_the_convention_of_stamps_is_decided() -> None:
    uneven = World(energy=lambda us: f"{((us - MIDNIGHT) // MINUTE) ** 2 // 7}.00")

    def ends(records: list[Stored]) -> list[Stored]:
        return [altered(record, stamp=stamp_of(record.t - SECOND)) for record in records if record.kind == "minute"]

    honest = convention_finding(uneven.history(), ("A",))
    assert (honest.verdict, honest.reading_b) == ("pass", "fail")
    other = convention_finding(uneven.history(ends), ("A",))
    assert (other.verdict, other.reading_b) == ("fail", "pass")
    assert convention_finding(uneven.history(lambda _records: []), ("A",)).verdict == "inconclusive"


@pytest.mark.parametrize(("hours", "told"), [(-8, "DataTime is -8 h off, a time of another zone"), (8, "is +8 h off")])
def test_stamps_of_another_zone_are_mis_stamped_and_the_zone_is_told(hours: int, told: str) -> None:
    uneven = World(hours=12, energy=lambda us: f"{((us - MIDNIGHT) // MINUTE) ** 2 // 7}.00")

    def change(records: list[Stored]) -> list[Stored]:
        return [altered(record, stamp=stamp_of(record.t - SECOND - HOUR + hours * HOUR)) for record in records]

    ledger = reconcile(uneven.history(change), "A", kinds=("hour",))
    assert filled(ledger)["mis_stamped"] >= 12
    assert any(told in problem.evidence for problem in ledger.mis_stamped)


def test_a_stamp_an_interval_off_is_no_other_zone() -> None:
    uneven = World(energy=lambda us: f"{((us - MIDNIGHT) // MINUTE) ** 2 // 7}.00")

    def change(records: list[Stored]) -> list[Stored]:
        return [altered(record, stamp=stamp_of(record.t - SECOND)) for record in records if record.kind == "minute"]

    ledger = reconcile(uneven.history(change), "A", kinds=("minute",))
    assert ledger.mis_stamped and not any("zone" in problem.evidence for problem in ledger.mis_stamped)


def test_a_stamp_off_the_grid_is_mis_stamped() -> None:
    def change(records: list[Stored]) -> list[Stored]:
        return [altered(records[0], stamp=records[0].stamp[:-2] + "07"), *records[1:]]

    assert filled(reconcile(World().history(change), "A")) == {"lost": 1, "mis_stamped": 1}


@pytest.mark.parametrize("flag", ["D", ""])
def test_a_wrong_flag_is_found(flag: str) -> None:
    def change(records: list[Stored]) -> list[Stored]:
        return [altered(records[0], flag=flag), *records[1:]]

    assert filled(reconcile(World().history(change), "A")) == {"wrongly_flagged": 1}


def quiet(us: int) -> bool:
    return MIDNIGHT + 50 * MINUTE <= us < MIDNIGHT + 70 * MINUTE


def test_a_flagged_gap_is_a_gap() -> None:
    ledger = reconcile(World(silent=quiet).history(), "A")
    assert filled(ledger) == {}
    assert ledger.gaps


def late_hours(us: int) -> bool:
    return us >= MIDNIGHT + 2 * HOUR


def test_a_terminal_that_stops_asking_loses_records() -> None:
    world = World(silent=late_hours, asks_silent=False)
    found = filled(reconcile(world.history(), "A"))
    # Boundaries 02:00 to 03:45 of the quarters and 02:00, 03:00 of the hours, for both points; what ended at 02:00 of
    # the power had all its readings, and 04:00 is too near the end to say that it was left out.
    assert found == {"lost": 18}
    asked = World(silent=late_hours)
    assert filled(reconcile(asked.history(), "A")) == {}


def test_a_point_never_asked_is_lost() -> None:
    def without_power(event: Event) -> Event | None:
        if isinstance(event, Served):
            return msgspec.structs.replace(event, values={"m1.energy": event.values["m1.energy"]})
        return None if isinstance(event, Stored) and event.code == "p00001" else event

    ledger = reconcile(changed(World().history(), without_power), "A")
    assert ledger.lost
    assert {problem.key.point for problem in ledger.lost} == {"m1.power"}


@pytest.mark.parametrize(
    "excuse",
    [
        [Power(t=MIDNIGHT + 2 * HOUR - SECOND, state="cut")],
        [MeterFault(t=MIDNIGHT + 2 * HOUR - SECOND, meter="m1", fault="silent", state="on")],
        [LinkRule(t=MIDNIGHT + 2 * HOUR - SECOND, link="field", rule="cut", state="on")],
    ],
)
def test_what_the_bench_did_excuses_not_asking(excuse: list[Event]) -> None:
    world = World(silent=late_hours, asks_silent=False)
    world.extra += excuse
    assert reconcile(world.history(), "A").lost == []


def test_a_cut_of_the_uplink_is_no_excuse_for_not_asking() -> None:
    world = World(silent=late_hours, asks_silent=False)
    world.extra.append(LinkRule(t=MIDNIGHT + 2 * HOUR - SECOND, link="uplink", rule="cut", state="on"))
    assert reconcile(world.history(), "A").lost


def test_numbers_no_register_holds_do_not_stop_the_judge() -> None:
    for text in ("1E+999999999", "9" * 4000, "NaN", "sNaN", "0." + "1" * 500):

        def change(records: list[Stored], text: str = text) -> list[Stored]:
            wild = dict.fromkeys(records[0].fields, text)
            return [altered(records[0], fields=wild), *records[1:]]

        assert filled(reconcile(World().history(change), "A")) == {"altered": 1}


def test_a_value_in_a_gap_is_invented() -> None:
    def change(records: list[Stored]) -> list[Stored]:
        return [
            altered(record, fields={"Cou": "185.10"}, flag="N") if record.flag == "B" else record for record in records
        ]

    found = filled(reconcile(World(silent=quiet).history(change), "A"))
    assert found["invented"] >= 3


def test_a_gap_marked_normal_is_wrongly_flagged() -> None:
    def change(records: list[Stored]) -> list[Stored]:
        return [altered(record, flag="N") if record.flag == "B" else record for record in records]

    assert "wrongly_flagged" in filled(reconcile(World(silent=quiet).history(change), "A"))


def test_a_record_before_its_interval_is_over_is_invented() -> None:
    def change(records: list[Stored]) -> list[Stored]:
        return [altered(records[0], t=records[0].t - 2 * MINUTE), *records[1:]]

    found = filled(reconcile(World(hours=1).history(change), "A"))
    assert "invented" in found or "mis_stamped" in found


def test_an_unknown_code_is_invented() -> None:
    def change(records: list[Stored]) -> list[Stored]:
        return [*records, altered(records[-1], code="zzzzzz")]

    assert filled(reconcile(World().history(change), "A")) == {"invented": 1}


def test_a_repeat_after_an_acknowledgement_is_a_duplicate() -> None:
    def change(records: list[Stored]) -> list[Stored]:
        return [*records, altered(records[0], t=records[0].t + 15 * SECOND, copies=2)]

    ledger = reconcile(World().history(change), "A")
    assert filled(ledger) == {"duplicated": 1}
    assert ledger.repeats == 1


def test_a_repeat_before_the_time_out_is_a_duplicate() -> None:
    def change(records: list[Stored]) -> list[Stored]:
        return [*records, altered(records[0], t=records[0].t + 10_000, copies=2)]

    assert filled(reconcile(World().history(change), "A")) == {"duplicated": 1}


def test_a_repeat_after_a_lost_acknowledgement_is_allowed() -> None:
    world = World()
    first = world.records()[0]
    world.extra += [
        LinkRule(t=first.t - SECOND, link="uplink", rule="cut", state="on"),
        LinkRule(t=first.t + SECOND, link="uplink", rule="cut", state="off"),
    ]
    again = altered(first, t=first.t + 15 * SECOND, copies=2)
    assert filled(reconcile(world.history(lambda records: [*records, again]), "A")) == {}


def test_a_repeat_while_the_centre_withholds_answers_is_allowed() -> None:
    world = World()
    first = world.records()[0]
    world.extra.append(Behaviour(t=first.t - SECOND, centre="A", switches={"ack": "never"}))
    again = altered(first, t=first.t + 15 * SECOND, copies=2)
    assert filled(reconcile(world.history(lambda records: [*records, again]), "A")) == {}


@pytest.mark.parametrize("switches", [{"ack": "twice"}, {"ack_after_s": "5"}])
def test_a_repeat_is_needless_when_answers_come_in_time(switches: dict[str, str]) -> None:
    world = World()
    first = world.records()[0]
    world.extra.append(Behaviour(t=first.t - SECOND, centre="A", switches=switches))
    again = altered(first, t=first.t + 15 * SECOND, copies=2)
    assert filled(reconcile(world.history(lambda records: [*records, again]), "A")) == {"duplicated": 1}


def test_order_is_counted() -> None:
    def change(records: list[Stored]) -> list[Stored]:
        late = altered(records[0], t=records[0].t + HOUR)
        return [late, *records[1:]]

    ledger = reconcile(World().history(change), "A")
    assert filled(ledger) == {"reordered": 1}
    assert len(ledger.late) == 1


def test_rollover_reset_and_modulus() -> None:
    minute = 60 * SECOND
    small = COUNTER.__class__(
        id="c", meter="m", kind="counter", unit="", decimals=0, modulus="10000", rated_per_h="600"
    )
    assert increment(small, "9998", "0003", minute).value == Decimal(5)
    assert increment(small, "9999", "0000", minute).value == Decimal(1)
    assert increment(small, "9999", "0000", minute, printed_modulus=True).value == Decimal(0)
    assert increment(small, "9000", "0000", minute).event == "reset"
    unrated = COUNTER.__class__(id="c", meter="m", kind="counter", unit="", decimals=0, modulus="10000")
    assert increment(unrated, "9000", "0000", minute).value == Decimal(1000)
    assert increment(unrated, "8999", "0000", minute).value is None


def test_a_reset_leaves_no_increment() -> None:
    def reset(us: int) -> str:
        minutes = (us - MIDNIGHT) // MINUTE
        return f"{minutes if minutes < 20 else minutes - 20}.00" if minutes < 20 else f"{minutes - 20}.00"

    history = World(hours=1, energy=reset).history()
    expected = truth_of(history).expected("m1.energy", "minute", MIDNIGHT + 15 * MINUTE, MIDNIGHT + 30 * MINUTE)
    assert expected.certainty is Certainty.GAP
    assert expected.why == "reset"
