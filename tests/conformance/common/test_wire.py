"""Judges of what happens on the uplink: frames, resending, split packets, commands, centres, counters, clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

import msgspec
import pytest
from hand_made import (
    COUNTER,
    MIDNIGHT,
    World,
    acknowledge,
    altered,
    failing,
    observed,
    verdicts,
)

from bench.case import Notice, criterion
from bench.history import (
    ClockMoved,
    Commanded,
    Event,
    History,
    MeterFault,
    Observed,
    Phase,
    Received,
    Rejected,
    Sent,
    Served,
    Stored,
)
from conformance.common import clock_steps, frames
from conformance.common.delivery import findings, reconcile
from conformance.common.times import HOUR, MINUTE, SECOND, stamp_of
from conformance.terminal.acquisition import commands_judge
from conformance.terminal.delivery import centres_judge
from conformance.terminal.processing import counters_judge

MN = "MN"


def frame(
    cn: str = "2051",
    qn: str = "20260302010000000",
    cp: str = "DataTime=20260302000000;e00001-Cou=1.0,e00001-Flag=N",
    **more: str,
) -> str:
    fields = {"QN": qn, "ST": "31", "CN": cn, "PW": "123456", "MN": MN, "Flag": "5", **more}
    data = ";".join(f"{name}={value}" for name, value in fields.items()) + f";CP=&&{cp}&&"
    return f"##{len(data.encode()):04d}{data}{frames.crc(data.encode()):04X}\r\n"


def qn(number: int) -> str:
    return f"20260302010000{number:03d}"


def received(text: str, at: int = 0, faults: tuple[str, ...] = (), conn: int = 1) -> Received:
    parsed = frames.parse(text)
    return Received(
        t=MIDNIGHT + at,
        centre="A",
        conn=conn,
        frame=text,
        faults=faults,
        qn=parsed.fields.get("QN", ""),
        cn=parsed.fields.get("CN", ""),
    )


def history(events: Iterable[Event]) -> History:
    world = World(hours=1)
    return History([world.began(), *sorted(events, key=lambda event: event.t)])


def many(change: Callable[[str], str] = lambda text: text) -> History:
    return history(received(change(frame(qn=qn(number))), number * SECOND) for number in range(30))


def test_good_frames_pass() -> None:
    assert set(verdicts(frames.format_findings(many(), ("A",))).values()) == {"pass"}
    assert set(verdicts(frames.format_findings(history([]), ("A",))).values()) == {"inconclusive"}


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda text: f"##0001{text[6:]}", "frame-length"),
        (lambda text: f"{text[:-6]}0000\r\n", "frame-crc"),
        (lambda text: frame(cp="DataTime=20260302000000;" + "x" * 1000), "frame-size"),
        (lambda text: frame(Flag="1"), "frame-fields"),
        (lambda text: frame(cp="DataTime=2026"), "frame-content"),
    ],
)
def test_each_fault_of_a_frame_has_its_check(change: Callable[[str], str], check: str) -> None:
    assert check in failing(frames.format_findings(many(change), ("A",)))


def test_octets_nobody_understands_count() -> None:
    junk = Rejected(t=MIDNIGHT + HOUR, at="A", conn=1, octets="00", count=1, reason="no frame")
    assert failing(frames.format_findings(history([*many().events[1:], junk]), ("A",))) == ["frame-fields"]


def test_identity() -> None:
    assert set(verdicts(frames.identity_findings(many(), ("A",))).values()) == {"pass"}
    other = many(lambda text: text.replace("MN=MN", "MN=XX"))
    assert failing(frames.identity_findings(other, ("A",))) == ["identity-mn"]
    for fault, check in (("pw-wrong", "identity-pw"), ("st-wrong", "identity-st")):
        told = history([*many().events[1:], received(frame(qn=qn(99)), HOUR, faults=(fault,))])
        assert failing(frames.identity_findings(told, ("A",))) == [check]
    twice = history([*many().events[1:], received(frame(qn=qn(1), cp="DataTime=20260302001500"), HOUR)])
    assert failing(frames.identity_findings(twice, ("A",))) == ["qn-names-one-message"]


def test_frames_of_one_centre_say_nothing_of_another() -> None:
    found = history(many().events[1:])
    both = History([World(hours=1, centres=("A", "B")).began(), *found.events[1:]])
    for judged in (frames.format_findings(both, ("A", "B")), frames.identity_findings(both, ("A", "B"))):
        assert set(verdicts(judged).values()) == {"inconclusive"}


def test_fields_that_are_no_numbers_stop_no_judge() -> None:
    odd = history(
        [
            part(1),
            received(frame(qn=qn(2), Flag="x", PNUM="x", PNO="y"), SECOND),
            received(frame(qn=qn(3), Flag="7", PNUM="99999999", PNO="1"), 2 * SECOND),
            received(frame(qn=qn(4), cn="9011", Flag="²"), 3 * SECOND),
        ]
    )
    assert "parts-complete" in failing(frames.split_findings(odd, ("A",)))
    assert "frame-fields" in failing(frames.format_findings(odd, ("A",)))
    assert "no-answer-to-an-answer" in failing(frames.answer_findings(odd, ("A",)))


def part(number: int, of: int = 2, at: int = 0, **more: str) -> Received:
    fields = {"Flag": "7", "PNUM": str(of), "PNO": str(number), **more}
    return received(frame(**{"qn": qn(number), **fields}), at)


def ack(number: str, at: int) -> Sent:
    return Sent(t=MIDNIGHT + at, centre="A", conn=1, frame="", cn="9014", qn=number)


GOOD_SPLIT = [part(1), ack(qn(1), SECOND), part(2, at=2 * SECOND), ack(qn(2), 3 * SECOND)]


@pytest.mark.parametrize(
    ("events", "check"),
    [
        ([part(1), ack(qn(1), SECOND), part(1, at=2 * SECOND)], "parts-complete"),
        (
            [part(1, cp="e-Cou=1"), ack(qn(1), SECOND), part(2, at=2 * SECOND, cp="e-Cou=1")],
            "parts-stamped",
        ),
        ([part(1), ack(qn(1), SECOND), part(2, at=2 * SECOND, qn=qn(1))], "parts-own-qn"),
        ([part(1), part(2, at=2 * SECOND), ack(qn(1), 3 * SECOND)], "parts-answered-first"),
        ([part(1), ack(qn(1), 0), part(2)], "parts-answered-first"),
    ],
)
def test_split_packets(events: list[Event], check: str) -> None:
    assert set(verdicts(frames.split_findings(history(GOOD_SPLIT), ("A",))).values()) == {"pass"}
    assert check in failing(frames.split_findings(history(events), ("A",)))
    assert set(verdicts(frames.split_findings(many(), ("A",))).values()) == {"inconclusive"}


def resends(times: list[int], change: Callable[[int, str], str] = lambda _number, text: text) -> list[str]:
    events = [received(change(number, frame()), at) for number, at in enumerate(times)]
    found = history(events)
    return failing(frames.resend_findings(found, "A", MIDNIGHT, MIDNIGHT + 40 * SECOND, patience_s=10))


def test_resending() -> None:
    assert resends([0, 10 * SECOND, 20 * SECOND, 30 * SECOND]) == []
    assert resends([0]) == ["is-resent"]
    assert resends([0, 2 * SECOND]) == ["answer-awaited"]
    assert "resent-unchanged" in resends(
        [0, 10 * SECOND], lambda number, _text: frame(cp=f"DataTime=20260302000000;e1-Cou={number}")
    )
    found = history([received(frame(), 0), received(frame(), 20 * SECOND)])
    late = frames.resend_findings(found, "A", MIDNIGHT, MIDNIGHT + HOUR, patience_s=10)
    assert failing(late) == ["pause-between-attempts"]
    nothing = history([])
    assert set(verdicts(frames.resend_findings(nothing, "A", MIDNIGHT, MIDNIGHT + HOUR, patience_s=10)).values()) == {
        "inconclusive"
    }


def test_answers() -> None:
    asked = Sent(t=MIDNIGHT, centre="A", conn=1, frame="", cn="1011", qn=qn(1))
    answer = received(frame(cn="9011", qn=qn(1), cp="QnRtn=1", Flag="4"), SECOND)
    assert set(verdicts(frames.answer_findings(history([asked, answer]), ("A",))).values()) == {"pass"}
    assert failing(frames.answer_findings(history([answer]), ("A",))) == ["no-answer-to-an-answer"]
    greedy = received(frame(cn="9011", qn=qn(1), cp="QnRtn=1"), SECOND)
    assert failing(frames.answer_findings(history([asked, greedy]), ("A",))) == ["answers-want-none"]
    assert set(verdicts(frames.answer_findings(many(), ("A",))).values()) == {"inconclusive"}


def read_now(
    *, value: str = "1012.34", fresh: bool = True, after_s: int = 1, accepted: str = "1", all_points: bool = True
) -> History:
    world = World(hours=1)
    sent = MIDNIGHT + MINUTE + 20 * SECOND
    end = sent + after_s * SECOND
    if fresh:
        world.extra.append(
            Served(
                t=sent + 2000,
                meter="m1",
                unit=1,
                asked=sent + 2000,
                request="00",
                response="00",
                values={"m1.energy": "1012.34", "m1.power": "10.7"},
            )
        )
    world.extra += [
        Received(t=end, centre="A", conn=1, frame="", cn="2011", qn="1"),
        *(
            Stored(
                t=end,
                centre="A",
                mn="MN",
                kind="realtime",
                code=code,
                stamp=stamp_of(sent),
                fields={"Rtd": text},
                flag="N",
                qn="1",
                asked=True,
            )
            for code, text in (("e00001", value), ("p00001", "10.7"))
            if all_points or code == "e00001"
        ),
        Commanded(t=end + SECOND, centre="A", cn="2011", qn="1", sent=sent, accepted=accepted, result="1", fetched=1),
    ]
    return world.history()


def test_reading_on_command() -> None:
    assert set(verdicts(commands_judge.read_now_findings(read_now(), "A", needed=1)).values()) == {"pass"}
    assert "read-now-answered" in failing(commands_judge.read_now_findings(read_now(accepted="2"), "A", needed=1))
    assert failing(commands_judge.read_now_findings(read_now(all_points=False), "A", needed=1)) == ["read-now-answered"]
    stale = list(commands_judge.read_now_findings(read_now(fresh=False), "A", needed=1))
    assert failing(stale) == ["read-now-reads-the-meter"]
    assert next(one for one in stale if one.id == "read-now-reads-the-meter").reading_b == "pass"  # type: ignore[union-attr]
    assert failing(commands_judge.read_now_findings(read_now(value="9"), "A", needed=1)) == [
        "read-now-sends-that-value"
    ]
    assert failing(commands_judge.read_now_findings(read_now(after_s=9), "A", needed=1)) == ["read-now-answer-time"]
    calm = commands_judge.read_now_findings(World(hours=1).history(), "A", needed=1)
    assert set(verdicts(calm).values()) == {"inconclusive"}


def test_what_the_terminal_waits_between_two_polls_is_no_bus_time() -> None:
    at = MIDNIGHT + HOUR
    assert (
        commands_judge.busy_us([(at, at + 300), (at + 200, at + 500), (at + 9 * SECOND, at + 9 * SECOND + 100)]) == 600
    )

    def polled_early(event: Event) -> list[Event]:
        early = isinstance(event, Served) and event.values.get("m1.energy") == "1012.34" and event.asked % MINUTE > 2000
        return [msgspec.structs.replace(event, t=event.t - 8 * SECOND, asked=event.asked - 8 * SECOND)] if early else []

    slow = read_now(after_s=9)
    more = [copy for event in slow.events for copy in polled_early(event)]
    found = History([slow.events[0], *sorted([*slow.events[1:], *more], key=lambda event: event.t)])
    assert "read-now-answer-time" in failing(commands_judge.read_now_findings(found, "A", needed=1))


def query(
    change: Callable[[list[Stored]], list[Stored]] = lambda found: found, result: str = "1", empty: str = "100"
) -> History:
    world = World(hours=4)
    first, last = MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR
    sent = world.end - 10 * MINUTE
    answers = [
        altered(one, t=sent + SECOND, asked=True, copies=2)
        for one in world.records()
        if one.kind == "minute" and stamp_of(first) <= one.stamp <= stamp_of(last)
    ]
    end = sent + 2 * SECOND
    asked = commands_judge.Query(kind="minute", empty="no", begin=stamp_of(first), end=stamp_of(last))
    world.extra += [
        commands_judge.QUERY.event(sent, asked),
        *change(answers),
        Commanded(t=end, centre="A", cn="2051", qn="1", sent=sent, accepted="1", result=result, fetched=5),
        commands_judge.QUERY.event(end, msgspec.structs.replace(asked, empty="yes")),
        Commanded(t=end + SECOND, centre="A", cn="2051", qn="2", sent=end, accepted="1", result=empty),
    ]
    return world.history()


@pytest.mark.parametrize(
    ("found", "check"),
    [
        (query(result="2"), "query-accepted"),
        (query(lambda found: found[1:]), "query-complete"),
        (query(lambda found: [altered(found[0], fields={"Cou": "7"}), *found[1:]]), "query-true"),
        (query(lambda found: [altered(found[0], stamp=stamp_of(MIDNIGHT)), *found]), "query-in-range"),
        (query(lambda found: [altered(found[0], stamp=stamp_of(MIDNIGHT), asked=False), *found]), "query-in-range"),
        (query(empty="1"), "query-empty"),
    ],
)
def test_history_requests(found: History, check: str) -> None:
    assert set(verdicts(commands_judge.query_findings(query(), "A")).values()) == {"pass"}
    assert failing(commands_judge.query_findings(found, "A")) == [check]
    calm = commands_judge.query_findings(World(hours=1).history(), "A")
    assert set(verdicts(calm).values()) == {"inconclusive"}


def test_one_centre_does_not_wait_for_another() -> None:
    failing_from, to = MIDNIGHT + 6 * HOUR, MIDNIGHT + 12 * HOUR

    def judged(change: Callable[[list[Stored]], list[Stored]]) -> list[str]:
        ledger = reconcile(World(hours=13).history(change), "A")
        return failing(centres_judge.independence_findings([ledger], failing_from, to, needed=10))

    assert judged(lambda records: records) == []
    slow = judged(
        lambda records: [altered(one, t=one.t + 20 * SECOND) if one.t > failing_from else one for one in records]
    )
    assert slow == ["no-delay-from-the-other-a"]
    assert judged(lambda records: [one for one in records if not one.stamp.endswith("083000")]) == [
        "served-meanwhile-a"
    ]
    few = reconcile(World(hours=13).history(), "A")
    found = verdicts(centres_judge.independence_findings([few], failing_from, to))
    assert found["no-delay-from-the-other-a"] == "inconclusive"


def test_side_by_side() -> None:
    def judged(delay: int, drop: bool = False) -> list[str]:
        def change(records: list[Stored]) -> list[Stored]:
            if records[0].centre == "A":
                return records
            return [] if drop else [altered(one, t=one.t + delay) for one in records]

        found = World(hours=2, centres=("A", "B")).history(change)
        ledgers = [reconcile(found, name) for name in "AB"]
        return failing(centres_judge.simultaneous_findings(found, ledgers, least=2))

    assert judged(0) == []
    assert judged(20 * SECOND) == []
    assert judged(90 * SECOND) == ["side-by-side"]
    assert judged(0, drop=True) == ["centres-served"]


def test_every_step_of_the_clock_is_logged() -> None:
    def judged(*logged: int) -> str:
        world = World(hours=4, codes={"clock-stepped": ("clock set",)})
        world.extra += [
            ClockMoved(t=MIDNIGHT + HOUR, offset_us=HOUR),
            ClockMoved(t=MIDNIGHT + 3 * HOUR, offset_us=0),
            ClockMoved(t=MIDNIGHT + 3 * HOUR + MINUTE, offset_us=SECOND),
            observed("log", world.end, [{"at": str(at), "kind": "clock set", "text": ""} for at in logged]),
        ]
        history = world.history()
        moments = clock_steps.step_moments(history)
        asked = criterion("x", en="x", zh="x")
        return counters_judge.log_finding(history, asked, Notice.CLOCK_STEPPED, moments=moments).verdict.value

    old, new = MIDNIGHT + HOUR, MIDNIGHT + 4 * HOUR
    assert judged(old, new) == judged(old + HOUR, new - HOUR) == "pass"
    assert judged(old - HOUR, new) == "fail"
    assert judged() == "fail"


def small(us: int) -> str:
    """Counts 5.13 a minute over full scale after 00:40."""
    minutes = (us - MIDNIGHT) // MINUTE
    return f"{(Decimal('999794.80') + minutes * Decimal('5.13')) % Decimal('1000000.00'):.2f}"


def rolled(change: Callable[[dict[str, str]], dict[str, str]] = lambda fields: fields) -> History:
    world = World(hours=2, energy=small)

    def honest(records: list[Stored]) -> list[Stored]:
        found: list[Stored] = []
        for one in records:
            value = Decimal(one.fields.get("Cou", "0"))
            if value < 0:
                one = altered(one, fields=change({"Cou": str(value + Decimal("1000000.00"))}))
            found.append(one)
        return found

    return world.history(honest)


def test_rollover() -> None:
    honest = list(counters_judge.rollover_findings(rolled(), ("A",)))
    assert verdicts(honest) == {"rollover-counted": "pass"}
    assert honest[0].reading_b == "fail"
    assert [one for one in findings([reconcile(rolled(), "A")]) if one.verdict != "pass"] == []
    printed = rolled(lambda fields: {"Cou": str(Decimal(fields["Cou"]) - Decimal("0.01"))})
    wrong = list(counters_judge.rollover_findings(printed, ("A",)))
    assert failing(wrong) == ["rollover-counted"]
    assert wrong[0].reading_b == "pass"
    calm = counters_judge.rollover_findings(World(hours=1).history(), ("A",))
    assert verdicts(calm) == {"rollover-counted": "inconclusive"}


def fallen(us: int) -> str:
    minutes = (us - MIDNIGHT) // MINUTE
    return f"{500000 + minutes if minutes < 40 else minutes - 40}.00"


def reset(
    change: Callable[[Stored], Stored] = lambda one: one, log: str = "reset", logged: int = MIDNIGHT + 40 * MINUTE
) -> History:
    world = World(hours=2, energy=fallen, codes={"counter-fell": ("reset",)})
    world.extra.append(observed("log", world.end, [{"at": str(logged), "kind": log, "text": ""}]))

    def honest(records: list[Stored]) -> list[Stored]:
        return [
            change(altered(one, fields={}, flag="D")) if Decimal(one.fields.get("Cou", "0")) < 0 else one
            for one in records
        ]

    return world.history(honest)


def test_reset() -> None:
    assert set(verdicts(counters_judge.event_findings(reset(), ("A",))).values()) == {"pass"}
    made = reset(lambda one: altered(one, fields={"Cou": "20.00"}))
    assert failing(counters_judge.event_findings(made, ("A",))) == ["no-increment-from-a-fall"]
    unflagged = reset(lambda one: altered(one, flag="N"))
    assert failing(counters_judge.event_findings(unflagged, ("A",))) == ["fall-flagged"]
    assert failing(counters_judge.event_findings(reset(log="connection reset"), ("A",))) == ["fall-logged"]
    # The same code half an hour before tells of something else.
    early = reset(logged=MIDNIGHT + 10 * MINUTE)
    assert failing(counters_judge.event_findings(early, ("A",))) == ["fall-logged"]
    calm = counters_judge.event_findings(World(hours=1).history(), ("A",))
    assert set(verdicts(calm).values()) == {"inconclusive"}


def swapped(us: int) -> str:
    minutes = (us - MIDNIGHT) // MINUTE
    return f"{500000 + minutes if minutes < 40 else minutes - 39}.00"


def replaced(value: str) -> History:
    world = World(hours=2, energy=swapped)
    at = MIDNIGHT + 39 * MINUTE + 30 * SECOND
    world.extra += [
        MeterFault(t=at, meter="m1", fault="replaced", state="happened"),
        Observed(
            t=at,
            asked=at,
            what="replacement",
            query={"point": "m1.energy", "at": str(at), "final_old": "500039.50", "initial_new": "0.00"},
        ),
    ]

    def honest(records: list[Stored]) -> list[Stored]:
        return [
            altered(one, fields={"Cou": value if one.kind == "minute" else "60.50"})
            if Decimal(one.fields.get("Cou", "0")) < 0
            else one
            for one in records
        ]

    return world.history(honest)


def test_replacement() -> None:
    # 00:30 to 00:45 by hand: old meter 500030.00 to 500039.50, new one 0.00 to 6.00.
    assert verdicts(counters_judge.replacement_findings(replaced("15.50"), ("A",))) == {"replacement-counted": "pass"}
    assert failing(counters_judge.replacement_findings(replaced("6.00"), ("A",))) == ["replacement-counted"]
    calm = counters_judge.replacement_findings(World(hours=1).history(), ("A",))
    assert verdicts(calm) == {"replacement-counted": "inconclusive"}


def test_totals() -> None:
    def judged(change: Callable[[list[Stored]], list[Stored]]) -> dict[str, str]:
        found = World(hours=25, kinds=("minute", "hour", "day"), points=(COUNTER,)).history(change)
        return verdicts(counters_judge.totals_findings(found, [reconcile(found, "A")]))

    assert set(judged(lambda records: records).values()) == {"pass"}
    day = judged(lambda records: [altered(one, fields={"Cou": "1"}) if one.kind == "day" else one for one in records])
    assert day["hours-add-up-to-the-day"] == "fail"
    hour = judged(
        lambda records: [altered(one, fields={"Cou": "1"}) if one.kind == "minute" else one for one in records]
    )
    assert hour["parts-add-up-to-the-hour"] == "fail"
    assert set(judged(lambda _records: []).values()) == {"inconclusive"}


def stepped(change: Callable[[list[Stored]], list[Stored]] = lambda records: records) -> History:
    """The clock is set an hour ahead at 02:07:20; the terminal polls on its own grid and says so in its stamps."""
    world = World(hours=6, kinds=("minute",), points=(COUNTER,))
    at = MIDNIGHT + 2 * HOUR + 7 * MINUTE + 20 * SECOND
    world.extra.append(ClockMoved(t=at, offset_us=HOUR))

    def honest(records: list[Stored]) -> list[Stored]:
        found: list[Stored] = []
        for one in records:
            if one.t < at:
                found.append(one)
            elif one.t > at + 8 * MINUTE:
                found.append(altered(one, stamp=stamp_of(one.t - SECOND - 15 * MINUTE + HOUR)))
        return change(found)

    return world.history(honest)


def step_findings(found: History) -> list[str]:
    ledgers = [reconcile(found, "A")]
    return [
        *failing(clock_steps.period_findings(found, ledgers)),
        *failing(clock_steps.total_findings(found, ledgers)),
        *failing(clock_steps.after_step_findings(found, ledgers, HOUR)),
    ]


def test_clock_steps() -> None:
    assert step_findings(stepped()) == []
    again = stepped(lambda records: [*records, altered(records[2], version=2, t=records[2].t + HOUR)])
    assert "no-duplicate-key" in step_findings(again)
    negative = stepped(lambda records: [altered(records[0], fields={"Cou": "-5.00"}), *records[1:]])
    assert "no-negative-period" in step_findings(negative)
    skew = stepped(lambda records: [*records[:-1], altered(records[-1], stamp=records[-1].stamp[:-2] + "20")])
    assert "no-overlapping-period" in step_findings(skew)
    assert "no-lost-period" in step_findings(stepped(lambda records: records[1:]))
    more = stepped(lambda records: [altered(one, fields={"Cou": "9999.00"}) for one in records])
    assert "nothing-counted-twice" in step_findings(more)
    assert "period-totals-true" in step_findings(more)
    assert step_findings(stepped(lambda records: records[:8]))[-1] == "goes-on-after-the-step"
    calm = World(hours=2).history()
    ledgers = [reconcile(calm, "A")]
    assert set(verdicts(clock_steps.period_findings(calm, ledgers)).values()) == {"inconclusive"}
    assert set(verdicts(clock_steps.total_findings(calm, ledgers)).values()) == {"inconclusive"}
    assert set(verdicts(clock_steps.after_step_findings(calm, ledgers, HOUR)).values()) == {"inconclusive"}


def test_polling_goes_on_through_a_step() -> None:
    def judged(silent: Callable[[int], bool]) -> str:
        world = World(hours=4, silent=silent, asks_silent=False)
        world.extra.append(ClockMoved(t=MIDNIGHT + HOUR, offset_us=-HOUR))
        return clock_steps.polling_finding(world.history()).verdict.value

    assert judged(lambda at: False) == "pass"
    assert judged(lambda at: at == MIDNIGHT + HOUR) == "pass"
    assert judged(lambda at: MIDNIGHT + HOUR <= at < MIDNIGHT + 2 * HOUR) == "fail"
    assert judged(lambda at: at >= MIDNIGHT + HOUR) == "fail"
    assert clock_steps.polling_finding(World(hours=1).history()).verdict == "inconclusive"


def test_a_command_1012_stands_for_the_clock_where_the_rig_sees_none() -> None:
    at = MIDNIGHT + HOUR
    shown = stamp_of(at + HOUR)
    events = [
        Sent(t=at, centre="A", conn=1, frame=f"##…CP=&&SystemTime={shown}&&", cn="1012", qn="1"),
        Commanded(t=at + 40_000, centre="A", cn="1012", qn="1", sent=at, accepted="1", result="1"),
    ]
    from conformance.common.truth import clock_moves

    assert clock_moves(history(events)) == [(at + 20_000, HOUR - 20_000)]
    refused = [events[0], msgspec.structs.replace(events[1], result="2")]
    assert clock_moves(history(refused)) == []


def test_commands_executed() -> None:
    one = Commanded(t=MIDNIGHT, centre="A", cn="1012", qn="1", sent=MIDNIGHT, accepted="1", result="1")
    assert clock_steps.accepted_finding(history([one]), "1012").verdict == "pass"
    refused = msgspec.structs.replace(one, accepted="2")
    assert clock_steps.accepted_finding(history([refused]), "1012").verdict == "fail"
    assert clock_steps.accepted_finding(history([]), "1012").verdict == "inconclusive"


def test_the_clock_is_probed() -> None:
    def judged(offset_s: int, probes: int = 24) -> dict[str, str]:
        found = [
            Commanded(
                t=MIDNIGHT + number * HOUR,
                centre="A",
                cn="1011",
                qn=str(number),
                sent=MIDNIGHT + number * HOUR,
                accepted="1",
                result="1",
                answer={"SystemTime": stamp_of(MIDNIGHT + number * HOUR + offset_s * SECOND)},
            )
            for number in range(probes)
        ]
        return verdicts(clock_steps.untouched_findings(history(found), probes=24))

    assert judged(0) == {"clock-not-set-by-junk": "pass"}
    assert judged(3) == {"clock-not-set-by-junk": "fail"}
    assert judged(0, probes=3) == {"clock-not-set-by-junk": "inconclusive"}


def test_the_checks_of_every_case_count_over_all_centres() -> None:
    world = World(hours=2, centres=("A", "B"))
    honest = world.history()
    ledgers = [reconcile(honest, name) for name in "AB"]
    assert set(verdicts(findings(ledgers)).values()) == {"pass"}
    nothing = History([world.began(), Phase(t=world.end, name="settle")])
    assert set(verdicts(findings([reconcile(nothing, "A")])).values()) == {"inconclusive"}
    silent = world.history(lambda records: [] if records[0].centre == "B" else records)
    assert failing(findings([reconcile(silent, name) for name in "AB"])) == ["none-lost"]
    unanswered = world.history(acks=lambda one: [] if one.centre == "B" else [acknowledge(one)])
    assert failing(findings([reconcile(unanswered, name) for name in "AB"])) == ["all-acknowledged"]
