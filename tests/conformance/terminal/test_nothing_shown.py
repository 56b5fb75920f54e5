"""Checks of silence and calm pass only where the terminal lives and the stimulus reached it."""

from __future__ import annotations

import msgspec
import pytest
from hand_made import COUNTER, MIDNIGHT, World

from bench.case import Check, Verdict
from bench.history import Commanded, Connected, Event, History, ListServed, Observed, Phase, Received, Served
from conformance.common.times import MINUTE, local
from conformance.terminal.acquisition import command_handling_judge, commands_judge, reconnections_judge
from conformance.terminal.hj212 import protection_judge
from conformance.terminal.management import software_judge
from conformance.terminal.security import revocation_judge


def at(minutes: float) -> int:
    return MIDNIGHT + round(minutes * MINUTE)


def received(minutes: float, cn: str, qn: str = "1") -> Received:
    return Received(t=at(minutes), centre="A", conn=1, frame="", qn=qn, cn=cn)


def asked(minutes: float, cn: str, *, qn: str, accepted: str = "", result: str = "", centre: str = "A") -> Commanded:
    return Commanded(t=at(minutes), centre=centre, cn=cn, qn=qn, sent=at(minutes), accepted=accepted, result=result)


def served(minutes: float) -> Served:
    instant = at(minutes)
    return Served(t=instant, meter="e01", unit=1, asked=instant, request="", response="", values={}, fault="")


def history(*events: Event) -> History:
    return History([World().began(), *sorted(events, key=lambda event: event.t)])


def verdict(found: object, id: str) -> Verdict:
    checks = [each for each in found if isinstance(each, Check)]  # type: ignore[union-attr]
    return next(check.verdict for check in checks if check.id == id)


@pytest.mark.parametrize(
    ("after", "expected"),
    (("", Verdict.INCONCLUSIVE), ("2051", Verdict.PASS), ("2011", Verdict.FAIL)),
    ids=("nothing at all", "minute data", "real-time data"),
)
def test_real_time_data_have_stopped_only_where_others_come(after: str, expected: Verdict) -> None:
    events: list[Event] = [received(1, "2011"), Phase(t=at(2), name="stopped"), Phase(t=at(9), name="resumed")]
    events += [received(5, after)] if after else []
    assert verdict(command_handling_judge.realtime_findings(history(*events)), "realtime-stopped") is expected


@pytest.mark.parametrize(
    ("genuine", "forged", "expected"),
    (("", "", Verdict.INCONCLUSIVE), ("1", "", Verdict.PASS), ("1", "1", Verdict.FAIL), ("", "1", Verdict.FAIL)),
)
def test_forged_commands_are_refused_only_where_genuine_ones_are_obeyed(
    genuine: str, forged: str, expected: Verdict
) -> None:
    events = [
        asked(1, "1012", qn="1", accepted=genuine),
        Phase(t=at(2), name="altered"),
        asked(3, "1012", qn="2", accepted=forged),
        Phase(t=at(4), name="genuine"),
    ]
    found = protection_judge.command_findings(history(*events), "A", ("altered",))
    assert verdict(found, "forged-commands-unanswered") is expected


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    (("", "", Verdict.INCONCLUSIVE), ("1", "", Verdict.PASS), ("1", "1", Verdict.FAIL), ("", "1", Verdict.FAIL)),
)
def test_an_old_password_is_refused_only_where_the_new_one_is_obeyed(new: str, old: str, expected: Verdict) -> None:
    events: list[Event] = []
    for start, when in ((1, "at once"), (11, "after a restart")):
        events += [
            Phase(t=at(start), name="old-password", detail={"when": when}),
            asked(start + 1, "1063", qn=f"{start}1", accepted=old),
            Phase(t=at(start + 2), name="new-password", detail={"when": when}),
            asked(start + 3, "1063", qn=f"{start}2", accepted=new),
            Phase(t=at(start + 4), name="between"),
        ]
    found = command_handling_judge.password_findings(history(*events))
    assert verdict(found, "old-password-refused") is expected


@pytest.mark.parametrize(
    ("accepted", "result", "expected"),
    (
        ("8", "", Verdict.INCONCLUSIVE),
        ("1", "3", Verdict.INCONCLUSIVE),
        ("1", "1", Verdict.FAIL),
        ("", "", Verdict.FAIL),
    ),
)
def test_an_order_that_was_refused_is_not_exercised(accepted: str, result: str, expected: Verdict) -> None:
    events: list[Event] = [
        asked(5, "1062", qn="1", accepted=accepted, result=result),
        asked(6, "1072", qn="2", accepted=accepted, result=result),
        Phase(t=at(8), name="password", detail={"pw": "7Kd93x"}),
        Phase(t=at(9), name="realtime", detail={"interval_s": "120"}),
    ]
    for minute in range(12, 20):
        frame = f"PW=000000;DataTime=202603020{minute:03d}00&&"
        events.append(msgspec.structs.replace(received(minute, "2011", qn=str(minute)), frame=frame))
    found = history(*events)
    assert verdict([command_handling_judge.password_finding(found)], "password-changed") is expected
    assert verdict(command_handling_judge.interval_findings(found), "realtime-interval") is expected
    (executed,) = command_handling_judge.executed_findings(found, ("1072",))
    assert executed.verdict is (Verdict.PASS if result == "1" else Verdict.FAIL)


def test_records_that_never_came_are_neither_right_nor_inside_the_range() -> None:
    wanted = commands_judge.Query(kind="hour", empty="no", begin="20260302010000", end="20260302030000")
    whole = World(hours=6).history()
    end = whole.end_us + MINUTE
    event = Commanded(t=end + MINUTE, centre="A", cn="2061", qn="1", sent=end, accepted="1", result="1")
    silent = History([*whole.events, commands_judge.QUERY.event(end, wanted), event])
    found = list(commands_judge.query_findings(silent, "A"))
    assert verdict(found, "query-complete") is Verdict.FAIL
    assert verdict(found, "query-true") is verdict(found, "query-in-range") is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("result", "problem", "expected"),
    (
        ("refused", "", Verdict.INCONCLUSIVE),
        ("done", "", Verdict.PASS),
        ("done", "no answer", Verdict.FAIL),
    ),
)
def test_refused_software_disturbs_nobody_and_shows_nothing(result: str, problem: str, expected: Verdict) -> None:
    events = [
        Connected(t=at(0.5), at="A", conn=1, state="opened", peer=""),
        Phase(t=at(1), name="module", detail={"software": "uplink"}),
        asked(2, "issue-application", qn="1", result=result, centre="M"),
        Observed(t=at(2), what="status", asked=at(2), rows=(), problem=problem),
        Phase(t=at(3), name="settle"),
    ]
    found = software_judge.undisturbed_findings(history(*events), "e01", "A", "M")
    assert verdict(found, "interface-undisturbed") is expected


@pytest.mark.parametrize(("reads", "expected"), ((False, Verdict.INCONCLUSIVE), (True, Verdict.PASS)))
def test_a_dead_terminal_obeys_no_list(reads: bool, expected: Verdict) -> None:
    events: list[Event] = [
        ListServed(t=at(0), at="lists", status=200, path="/a", number=1, until=at(5), fault=""),
        Phase(t=at(1), name="no-lists"),
        received(3, "2051"),
        Phase(t=at(20), name="mended"),
    ]
    events += [served(10)] if reads else []
    assert revocation_judge.stopped_finding(history(*events), "A").verdict is expected


@pytest.mark.parametrize(("after_min", "expected"), ((1, Verdict.PASS), (5, Verdict.INCONCLUSIVE)))
def test_first_readings_are_those_near_their_new_connection(after_min: int, expected: Verdict) -> None:
    resets = range(10, 250, 10)
    polls = [
        Served(t=at(minute), meter="m1", unit=1, asked=at(minute), request="", response="", values={COUNTER.id: "1.00"})
        for minute in range(260)
    ]
    rows = tuple(
        {"at": local(at(reset + late)).replace(" +", "+").replace(" ", "T"), "value": "1.00", "quality": "good"}
        for reset in resets
        for late in range(after_min, 10)
    )
    shown = Observed(t=at(260), asked=at(260), what="readings", query={"point": COUNTER.id}, rows=rows)
    began = msgspec.structs.replace(World().began(), points=(COUNTER,))
    marks = [Phase(t=at(reset + 0.2), name="reset") for reset in resets]
    record = History([began, *sorted([*polls, *marks, shown], key=lambda event: event.t)])
    assert verdict(reconnections_judge.findings(record), "first-readings-right") is expected
