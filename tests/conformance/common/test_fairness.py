"""Fairness: what is not the terminal's fault does not fail it, what it claims and never does fails it."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hand_made import COUNTER, MIDNIGHT, World, altered, changed

from bench.case import Check, Text, Verdict, criterion
from bench.case.checks import in_words
from bench.case.judging import judge
from bench.case.lifeless import brought_down, cause, never_began
from bench.case.program_evidence import reasons
from bench.case.starved import conditioned
from bench.commands.proof.proof_rounds import shows
from bench.history import (
    Began,
    Behaviour,
    CentreSetup,
    Commanded,
    Connected,
    CutShort,
    Event,
    History,
    LinkRule,
    MeterFault,
    MeterSetup,
    Phase,
    Point,
    Power,
    Received,
    Served,
    Stored,
    TerminalState,
    Timing,
)
from bench.history.events import RuleState
from conformance.common import accuracy, delivery, retention, timing
from conformance.common.readings import register_step
from conformance.common.times import HOUR, MINUTE, SECOND, stamp_of
from conformance.common.truth import truth_of
from conformance.terminal.acquisition import command_handling_judge
from conformance.terminal.acquisition.command_handling_judge import REFUSES, refusal_findings
from conformance.terminal.realtime.realtime import OutlastsCutAtSync
from simulators.events import FaultState

FLOAT = Point(id="m1.energy", meter="m1", kind="counter", unit="kWh", decimals=-1, type="f32")


def timing_at(t: int, stalled: str = "") -> Timing:
    """The bench's account of its time, as soon as the case was driven."""
    return Timing(
        t=t,
        samples=1000,
        loop_p50_us=100,
        loop_p99_us=200,
        loop_max_us=900,
        resolution_ns=100,
        host_moved_us=0,
        uncertainty_us=300,
        cpu_stalled=stalled,
    )


def in_rig(history: History, rig: str, *more: Event) -> History:
    """The same events in another rig, with more of them."""
    began = msgspec.structs.replace(history.began, rig=rig)
    return History([began, *sorted((*history.events[1:], *more), key=lambda event: event.t)])


# The bench's own tear-down.


def polled_each_second(seconds: int, torn_down_s: float) -> History:
    """A meter asked every second; the case ends, and the bench takes so long to put it away."""
    started = MIDNIGHT - MINUTE
    world = World(period_s=1)
    polls = [
        Served(t=at, meter="m1", unit=1, asked=at, request="00", response="00", values={"m1.energy": "1.00"})
        for at in range(started, started + seconds * SECOND, SECOND)
    ]
    end = started + (seconds - 1) * SECOND + 880_000
    closed = Phase(t=end + round(torn_down_s * SECOND), name="put away")
    events = [Phase(t=end - 5000, name="watched"), timing_at(end), closed]
    began = msgspec.structs.replace(world.began(), rig="process", points=(COUNTER,))
    return History([began, *polls, *events])


def test_the_benchs_own_tear_down_skips_no_cycle_of_the_terminal() -> None:
    history = polled_each_second(300, torn_down_s=1.7)
    assert {
        found.id: found.verdict.value for found in timing.cadence_findings(history) if isinstance(found, Check)
    } == {
        "every-meter-polled": "pass",
        "period-error": "pass",
        "no-cycle-skipped": "pass",
    }
    assert history.watched_us < history.end_us


def test_an_interval_that_ends_while_the_bench_puts_the_case_away_is_not_due() -> None:
    whole = World(hours=2, minute_interval=1, kinds=("minute",)).history(settle=False)
    last = max(event.t for event in whole.of(Stored))
    history = in_rig(whole, "process", timing_at(last + SECOND), Phase(t=last + 3 * MINUTE, name="put away"))
    assert delivery.horizon(history) == last + SECOND


# A starved machine.


def slow_polls(stalled: str) -> History:
    """A terminal that leaves out every tenth cycle, on a machine whose CPU was wanted so much."""
    history = changed(
        World(hours=6).history(),
        lambda event: None if isinstance(event, Served) and event.asked // MINUTE % 10 == 3 else event,
    )
    return in_rig(history, "process", timing_at(history.end_us + 1, stalled))


@pytest.mark.parametrize(("stalled", "verdict"), [("79.7", "inconclusive"), ("3.0", "fail"), ("", "fail")])
def test_cycles_left_out_on_a_starved_machine_are_not_the_terminals(stalled: str, verdict: str) -> None:
    history = slow_polls(stalled)
    found = [each for each in timing.cadence_findings(history) if isinstance(each, Check)]
    (skipped,) = [each for each in conditioned(history, found) if each.id == "no-cycle-skipped"]
    assert skipped.verdict.value == verdict
    assert ("79.7 %" in skipped.actual) == (verdict == "inconclusive")


def test_a_starved_machine_is_told_only_where_a_check_waits_for_it() -> None:
    history = slow_polls("79.7")
    found = conditioned(history, [each for each in timing.cadence_findings(history) if isinstance(each, Check)])
    assert "machine-cpu-stalled 79.7 %" in reasons(history, found)
    others = [each for each in found if each.id != "no-cycle-skipped"]
    assert {each.verdict for each in others} == {Verdict.PASS}
    assert reasons(history, others) == reasons(slow_polls("3.0"), found) == ""


@pytest.mark.parametrize(("stalled", "verdict"), [("79.7", "inconclusive"), ("3.0", "fail")])
def test_records_that_lack_a_round_left_out_there_are_not_its_either(stalled: str, verdict: str) -> None:
    world = World(silent=lambda us: us >= MIDNIGHT + 2 * HOUR, asks_silent=False)
    history = in_rig(world.history(), "process", timing_at(world.history().end_us + 1, stalled))
    (lost, *_) = conditioned(history, list(delivery.findings([delivery.reconcile(history, "A")])))
    assert (lost.id, lost.measured, lost.verdict.value) == ("none-lost", "18", verdict)
    # One that was read, and never came, is nobody else's.
    unsent = changed(history, lambda event: None if isinstance(event, Stored) and event.code == "p00001" else event)
    (lost, *_) = conditioned(unsent, list(delivery.findings([delivery.reconcile(unsent, "A")])))
    assert lost.verdict.value == "fail"


def repeated(gaps_s: list[float], stalled: str) -> History:
    """One upload that nobody answered, and its repetitions so far apart, after 1000 set 8 s and two of them."""
    times = [MIDNIGHT + MINUTE]
    for gap in gaps_s:
        times.append(times[-1] + round(gap * SECOND))
    events: list[Event] = [
        World().began(),
        Phase(t=MIDNIGHT, name="patience", detail={"over_time_s": "8", "re_count": "2"}),
        *(Received(t=at, centre="A", conn=1, frame="", qn="1", cn="2051") for at in times),
        Phase(t=MIDNIGHT + 10 * MINUTE, name="over"),
    ]
    return in_rig(History(events), "process", timing_at(MIDNIGHT + 11 * MINUTE, stalled))


@pytest.mark.parametrize(
    ("gaps", "stalled", "verdict"),
    [
        ([8, 8], "79.7", "pass"),
        ([8, 9.4], "79.7", "inconclusive"),
        ([8, 9.4], "3.0", "fail"),
        # Once instead of twice, and the time-out of before: no want of a CPU makes these.
        ([], "79.7", "fail"),
        ([5, 5], "79.7", "fail"),
    ],
)
def test_a_repetition_that_is_late_on_a_starved_machine_is_not_the_terminals(
    gaps: list[float], stalled: str, verdict: str
) -> None:
    history = repeated(gaps, stalled)
    (found,) = conditioned(history, [command_handling_judge.patience_finding(history)])
    assert found.verdict.value == verdict


def test_a_device_with_a_cpu_of_its_own_is_not_excused() -> None:
    history = msgspec.structs.replace(slow_polls("79.7").began, rig="lab")
    lab = History([history, *slow_polls("79.7").events[1:]])
    found = [each for each in timing.cadence_findings(lab) if isinstance(each, Check)]
    assert "fail" in {each.verdict.value for each in conditioned(lab, found)}


def test_period_and_skipped_cycles_are_one_account() -> None:
    found = {each.id: each for each in timing.cadence_findings(slow_polls("")) if isinstance(each, Check)}
    (line,) = found["period-error"].evidence
    assert found["no-cycle-skipped"].evidence[0] == line
    assert line.startswith("m1: 32") and "36 skipped" in line and "60.000 s set" in line


# Increments of binary floating-point registers.


def float_energy(us: int) -> str:
    """A register that moves by 0.2 kWh a minute at 37 418 kWh, where one step of it is 1/256 kWh."""
    minutes = (us - MIDNIGHT) // MINUTE
    return str(Decimal("37418.20") + minutes * Decimal("0.20"))


@pytest.mark.parametrize(
    ("sent", "buckets"),
    [
        ("0.2", 0),  # difference of the shortest decimals
        ("0.19921875", 0),  # exact
        ("0.199218", 0),  # exact, cut at six decimals
        ("0.1992", 0),
        ("0.1996", 0),  # within a tenth of the step, 0.00039
        ("0.1997", 1),
        ("0.2041", 1),
        ("0.1953", 1),  # the step before
    ],
)
def test_an_increment_of_a_float_lies_within_a_tenth_of_the_registers_step(sent: str, buckets: int) -> None:
    world = World(hours=1, points=(FLOAT,), energy=float_energy, minute_interval=1, kinds=("minute",))
    # Between these two the exact difference is 51/256.
    end = MIDNIGHT + MINUTE
    honest = world.records()
    step = truth_of(world.history()).expected("m1.energy", "minute", end - MINUTE, end)
    assert step.near and step.near[0].value == Decimal("0.19921875")

    def one(records: list[Stored]) -> list[Stored]:
        return [
            altered(each, fields={"Cou": sent}) if each.stamp == stamp_of(end - MINUTE) else each for each in records
        ]

    ledger = delivery.reconcile(world.history(one), "A")
    assert len(ledger.altered) == buckets and honest
    if buckets:
        (line,) = delivery.lines(ledger.altered)
        assert "truth Cou=0.2" in line and "0.19921875 ± 0.0004" in line


@pytest.mark.parametrize(("sent", "buckets"), [("0.21", 0), ("0.2", 0), ("0.203125", 0), ("0.22", 1), ("0.19", 1)])
def test_either_shortest_decimal_of_a_register_in_the_middle_between_two_will_do(sent: str, buckets: int) -> None:
    """148643.125 is as near to .12 as to .13: programs print the one or the other (proposal P-04)."""

    def energy(us: int) -> str:
        minutes = (us - MIDNIGHT) // MINUTE
        return str(Decimal("148643.33") + (minutes - 1) * Decimal("0.75")) if minutes else "148643.12"

    world = World(hours=1, points=(FLOAT,), energy=energy, minute_interval=1, kinds=("minute",))
    end = MIDNIGHT + MINUTE

    def one(records: list[Stored]) -> list[Stored]:
        return [
            altered(each, fields={"Cou": sent}) if each.stamp == stamp_of(end - MINUTE) else each for each in records
        ]

    assert len(delivery.reconcile(world.history(one), "A").altered) == buckets


def test_the_step_of_a_register_is_what_its_next_value_holds_more() -> None:
    assert register_step("37418.2", "f32") == (Decimal("37418.19921875"), Decimal("0.00390625"))
    double = register_step("-1", "f64")
    assert double is not None and (double[0], float(double[1])) == (Decimal(-1), 2.0**-52)
    assert register_step("3.4028235e38", "f32") is None
    assert register_step("nonsense", "f32") is None


# The first interval of all, and zeros.


def started_at(second: int, first_record: dict[str, str]) -> delivery.Ledger:
    """A terminal started within a minute, whose record of that minute says so; its load may be idle."""
    begun = MIDNIGHT + 10 * MINUTE + second * SECOND

    def idle(us: int) -> str:
        return "1000.00" if us < MIDNIGHT + 20 * MINUTE else "1000.10"

    world = World(
        hours=1,
        period_s=5,
        points=(COUNTER,),
        energy=idle,
        minute_interval=1,
        kinds=("minute",),
        silent=lambda us: us < begun,
        asks_silent=False,
    )

    def own(records: list[Stored]) -> list[Stored]:
        kept = [each for each in records if each.fields]
        number = stamp_of(MIDNIGHT + 10 * MINUTE)
        first = altered(
            kept[0], stamp=number, t=MIDNIGHT + 11 * MINUTE + SECOND, fields=first_record, qn=number + "000"
        )
        return [first, *kept]

    return delivery.reconcile(world.history(own), "A")


def test_what_was_counted_since_the_first_reading_is_not_invented() -> None:
    ledger = started_at(5, {"Cou": "0.00"})
    assert not ledger.invented and not ledger.mis_stamped and not ledger.altered


def test_what_was_not_counted_since_the_first_reading_is_and_the_rule_is_told() -> None:
    ledger = started_at(5, {"Cou": "0.07"})
    (line,) = delivery.lines(ledger.invented)
    assert "no opening reading was served within 5.000 s after 2026-03-02 00:10:00" in line
    assert line.endswith("from its first reading to the first at or after the end it counted Cou=0.00")
    assert not ledger.mis_stamped


def test_zero_is_the_truth_of_every_idle_minute_and_no_stamp() -> None:
    world = World(hours=1, points=(COUNTER,), energy=lambda us: "5.00", minute_interval=1, kinds=("minute",))

    def early(records: list[Stored]) -> list[Stored]:
        stamp = stamp_of(MIDNIGHT - MINUTE)
        return [altered(records[0], stamp=stamp, qn=stamp + "000"), *records]

    ledger = delivery.reconcile(world.history(early), "A")
    assert not ledger.mis_stamped
    (line,) = delivery.lines(ledger.invented)
    assert "nothing was read before 2026-03-02 00:00:00" in line


def test_a_centre_that_got_no_real_time_data_says_so() -> None:
    history = World(hours=1, period_s=5, minute_interval=1, kinds=("minute",)).history()
    found = accuracy.findings(history, "reading", centres=("A",), stored=False)
    (check,) = [each for each in found if isinstance(each, Check)]
    assert check.verdict is Verdict.INCONCLUSIVE and "no real-time data came, in HJ 212 CN=2011" in check.actual


# A power cut that never struck.


def test_a_case_whose_cut_never_struck_decides_nothing() -> None:
    world = World(hours=1, period_s=5, minute_interval=1, kinds=("minute",))

    def invented(records: list[Stored]) -> list[Stored]:
        stamp = stamp_of(MIDNIGHT - MINUTE)
        return [altered(records[0], stamp=stamp, fields={"Cou": "9.99"}, qn=stamp + "000"), *records]

    history = world.history(invented)
    found = judge(OutlastsCutAtSync(), history)
    assert found.verdict is Verdict.INCONCLUSIVE and found.faults == ()
    (struck,) = [each for each in found.checks if each.id == retention.CUT_STRUCK.id]
    assert "the cut never struck" in struck.actual
    cut = [Power(t=MIDNIGHT + HOUR // 2, state="cut"), Power(t=MIDNIGHT + HOUR // 2 + SECOND, state="restored")]
    told = History([history.began, *sorted((*history.events[1:], *cut), key=lambda event: event.t)])
    assert judge(OutlastsCutAtSync(), told).verdict is Verdict.FAIL


# A started terminal that does nothing.


def bench_of(rig: str = "process", claims: tuple[str, ...] = ("protocol.modbus-tcp", "uplink.hj212")) -> Began:
    """A meter and a centre around a program."""
    return Began(
        t=MIDNIGHT,
        case="a/b",
        seed=1,
        commit="",
        terminal="x",
        rig=rig,
        points=(COUNTER,),
        meters=(MeterSetup(name="m1", map="hand", address="10.0.0.1:502", unit=1, period_s=5),),
        centres=(CentreSetup(name="A", mn="MN", codes={}, minute_interval=1, realtime_interval_s=0, kinds=()),),
        claims=dict.fromkeys(claims, "yes"),
    )


STARTED = TerminalState(t=MIDNIGHT, state="starting")
POLL = Served(t=MIDNIGHT + SECOND, meter="m1", unit=1, asked=MIDNIGHT + SECOND, request="", response="", values={})
CALL = Connected(t=MIDNIGHT + SECOND, at="A", peer="10.2.0.2:1", state="opened", conn=1)
UPLOAD = Received(t=MIDNIGHT + SECOND, centre="A", conn=1, frame="", cn="2011")
CUT = Power(t=MIDNIGHT + SECOND, state="cut")
BACK = Power(t=MIDNIGHT + 60 * SECOND, state="restored")
END = Phase(t=MIDNIGHT + 300 * SECOND, name="over")
SHORT = CutShort(t=END.t, because="terminal", what="the terminal's program ended with exit code 3 after 0.1 s")


@pytest.mark.parametrize(
    ("events", "names"),
    [
        ([STARTED, END], "did nothing in 300 s: it asked no meter and connected to no centre"),
        ([STARTED, CALL, UPLOAD, END], "asked no meter in 300 s"),
        ([STARTED, CALL, END], "asked no meter in 300 s"),
        ([STARTED, POLL, END], "connected to no centre in 300 s"),
        ([STARTED, POLL, CALL, END], "connected 1 times and sent nothing in 300 s"),
        ([STARTED, POLL, CALL, UPLOAD, END], ""),
        ([STARTED, SHORT], "exit code 3"),
        ([STARTED, TerminalState(t=MIDNIGHT + 1, state="crashed", detail="ValueError: x"), END], "crashed: ValueError"),
        ([END], ""),  # never started
        ([STARTED, Phase(t=MIDNIGHT + 30 * SECOND, name="over")], ""),  # too short a case to tell
    ],
)
def test_a_started_terminal_that_shows_nothing_is_named(events: list[Event], names: str) -> None:
    why = cause(History([bench_of(), *events]))
    assert (names in why) if names else why == ""


def fault(meter: str, state: FaultState = "on", t: int = MIDNIGHT) -> MeterFault:
    """A fault of a meter, put on or taken off."""
    return MeterFault(t=t, meter=meter, fault="silent", state=state)


def rule(link: str, state: RuleState = "on", **detail: str) -> LinkRule:
    """A cut of a link, put on, taken off, or told by what it dropped."""
    return LinkRule(t=MIDNIGHT, link=link, rule="cut", state=state, detail=detail)


@pytest.mark.parametrize(
    ("rig", "events", "after_s", "over"),
    [
        ("process", [STARTED], 611, True),
        ("process", [STARTED, Phase(t=MIDNIGHT + SECOND, name="settle")], 611, True),
        ("process", [STARTED], 609, False),  # a start may take ten minutes
        ("process", [STARTED, POLL], 611, False),
        ("process", [STARTED, CALL], 611, False),
        ("process", [STARTED, CUT], 6110, False),  # it has no power
        ("process", [STARTED, CUT, BACK], 611, False),
        ("process", [STARTED, CUT, BACK], 6110, True),
        ("process", [STARTED, TerminalState(t=MIDNIGHT + 30 * SECOND, state="unready")], 611, True),
        ("process", [STARTED, MeterFault(t=MIDNIGHT, meter="m1", fault="preset", state="happened")], 611, True),
        ("process", [STARTED, fault("m1"), fault("m1", "off", MIDNIGHT + 9 * SECOND)], 611, False),
        ("process", [STARTED, fault("m1"), fault("m1", "off", MIDNIGHT + 9 * SECOND)], 621, True),
        ("process", [STARTED, fault("m1")], 6110, False),  # nobody can be read
        ("process", [STARTED, fault("m2")], 611, True),
        ("process", [STARTED, Behaviour(t=MIDNIGHT, centre="A", switches={})], 611, True),
        ("process", [STARTED, rule("uplink.A")], 611, True),  # the meters are there
        ("process", [STARTED, rule("field")], 6110, False),
        ("process", [STARTED, rule("field", "act")], 611, True),  # nothing was there to be reset
        ("process", [STARTED, Commanded(t=MIDNIGHT, centre="A", cn="1061", qn="1", sent=0)], 611, True),  # no way
        ("process", [STARTED, Commanded(t=MIDNIGHT, centre="A", cn="1061", qn="1", sent=1)], 611, False),
        ("process", [STARTED, rule("field"), rule("field", "off")], 611, True),
        ("process", [STARTED, rule("uplink.A"), rule("uplink.A", "dropped", count="3")], 611, False),  # it dialled
        ("process", [], 611, False),
        ("lab", [STARTED], 611, False),
    ],
)
def test_a_case_need_not_go_on_when_no_start_takes_so_long(
    rig: str, events: list[Event], after_s: int, over: bool
) -> None:
    why = never_began([bench_of(rig), *events], MIDNIGHT + after_s * SECOND)
    assert why.startswith("the terminal did nothing in ") if over else why == ""


@pytest.mark.parametrize(
    ("says_s", "after_s", "over"), [(60, 69, False), (60, 71, True), (900, 609, False), (900, 611, True)]
)
def test_a_maker_may_say_that_his_product_starts_sooner(says_s: int, after_s: int, over: bool) -> None:
    why = never_began([bench_of(), STARTED], MIDNIGHT + after_s * SECOND, says_s * SECOND)
    assert bool(why) == over
    assert never_began([bench_of(), STARTED, POLL], MIDNIGHT + 6110 * SECOND, says_s * SECOND) == ""


def test_a_start_counts_from_the_instant_at_which_power_came_back() -> None:
    why = never_began([bench_of("process"), STARTED, CUT, BACK], BACK.t + 611 * SECOND)
    assert why.startswith("the terminal did nothing in 611 s")


def test_data_of_a_quarter_hour_are_not_due_after_five_minutes() -> None:
    centre = msgspec.structs.replace(bench_of().centres[0], minute_interval=15, realtime_interval_s=30)
    began = msgspec.structs.replace(bench_of(), centres=(centre,))
    assert cause(History([began, STARTED, POLL, END])) == ""
    late = Phase(t=MIDNIGHT + 1000 * SECOND, name="over")
    assert "connected to no centre" in cause(History([began, STARTED, POLL, late]))


def test_connections_to_meters_are_none_to_a_centre() -> None:
    meter = Connected(t=MIDNIGHT + SECOND, at="10.0.0.1:502", peer="10.1.0.2:1", state="opened", conn=1)
    assert "connected to no centre" in cause(History([bench_of(), STARTED, meter, POLL, END]))


UNSENT = Commanded(t=MIDNIGHT + SECOND, centre="A", cn="1062", qn="1", sent=0)
GIVEN = Commanded(t=MIDNIGHT + SECOND, centre="A", cn="1062", qn="1", sent=MIDNIGHT)
TAKEN = msgspec.structs.replace(GIVEN, result="1")


@pytest.mark.parametrize(
    ("orders", "verdict"),
    [([UNSENT], "inconclusive"), ([GIVEN], "fail"), ([TAKEN, UNSENT], "pass"), ([TAKEN, GIVEN], "fail")],
)
def test_an_order_that_no_connection_took_was_not_disobeyed(orders: list[Commanded], verdict: str) -> None:
    history = History([bench_of(), *orders, END])
    (found,) = command_handling_judge.executed_findings(history, ["1062"])
    assert found.verdict.value == verdict
    assert not any("1970" in line for line in found.evidence)


def test_what_was_never_ordered_needs_not_be_kept_to() -> None:
    mark = Phase(t=MIDNIGHT + 2 * SECOND, name="realtime", detail={"interval_s": "120"})
    for order, verdict in ((UNSENT, "inconclusive"), (GIVEN, "fail")):
        history = History([bench_of(), order, mark, Phase(t=MIDNIGHT + 1000 * SECOND, name="over")])
        found = {each.id: each for each in command_handling_judge.interval_findings(history)}
        assert found["realtime-interval"].verdict.value == verdict


def test_a_device_on_a_table_may_not_have_been_cabled() -> None:
    assert cause(History([bench_of("lab"), STARTED, END])) == ""


def test_a_case_that_claims_no_uplink_asks_for_none() -> None:
    assert cause(History([bench_of(claims=("protocol.modbus-tcp",)), STARTED, POLL, END])) == ""


def test_what_it_claims_then_fails_and_proves_no_check() -> None:
    asked = [
        criterion("seen", en="a", zh="甲").decide(None),
        criterion("kept", en="a", zh="甲").decide(True),
        criterion("met", en="a", zh="甲", condition=True).decide(None),
    ]
    found = brought_down(History([bench_of(), STARTED, END]), asked)
    assert [each.verdict.value for each in found] == ["fail", "pass", "inconclusive"]
    assert "claimed, not observed: the terminal did nothing" in found[0].actual
    assert not shows(found[0]) and shows(criterion("x", en="a", zh="甲").decide(False))


# Words.


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("LookupError: the profile has no section", "not answered: the profile has no section"),
        ("readings: TimeoutError: ", "readings: not answered in time"),
        ("e01 at 12:00: 5.0, later gone", "e01 at 12:00: 5.0, later gone"),
    ],
)
def test_no_name_of_an_exception_stands_in_a_report(line: str, said: str) -> None:
    assert in_words(line) == said


@pytest.mark.parametrize(("answer", "verdict"), [("8", "pass"), ("2", "pass"), ("5", "fail"), ("", "fail")])
def test_an_unknown_command_may_be_rejected_by_either_code(answer: str, verdict: str) -> None:
    mark = Phase(t=MIDNIGHT, name="wrong-request", detail={"what": "command"})
    event = Commanded(t=MIDNIGHT + 1, sent=MIDNIGHT, centre="A", cn="1099", qn="1", accepted=answer, result="")
    (found,) = refusal_findings(History([bench_of(), mark, event]), [("command", "1099", "QnRtn=8")])
    assert found.verdict.value == verdict
    assert found.expected == "QnRtn=8 or QnRtn=2 (HJ 212-2017, tables 6 and 7)"
    assert isinstance(REFUSES.name, Text)
