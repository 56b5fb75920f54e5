"""Products of other makers at the judges of access: shown as text, turned away by address, told of hosts."""

from __future__ import annotations

import pytest

from bench.dut.access import Call, Function
from bench.facade.hostile import names_a_host
from bench.history import Began, Event, History, Served
from bench.history.people import (
    ATTACK,
    FUNCTION,
    LOGIN,
    SHOWN,
    AttackQuery,
    AttackRow,
    FunctionQuery,
    FunctionRow,
    LoginQuery,
    OutcomeRow,
    PageQuery,
    TextRow,
)
from conformance.common.times import SECOND
from conformance.terminal.access import hostile_judge
from conformance.terminal.pages import pages_judge

BEGAN = Began(t=0, case="c", seed=1, commit="", terminal="t", rig="virtual", points=(), meters=(), centres=())
SCALE = "\x02+00012.345kg\r"


def _line(shown: str, response: str) -> str:
    served = Served(t=5 * SECOND, asked=4 * SECOND, meter="scale", unit=1, request="", response=response)
    look = SHOWN.told(
        8 * SECOND, 8 * SECOND, PageQuery(function="listen", door="pages"), [TextRow(status="200", text=shown)]
    )
    rounds = [pages_judge.ROUND.event(at * SECOND, pages_judge.Round(number=at)) for at in (1, 9)]
    return pages_judge.lines_finding(History([BEGAN, rounds[0], served, look, rounds[1]])).verdict


@pytest.mark.parametrize(
    ("shown", "verdict"),
    [
        (f"RX {SCALE.encode().hex(' ').upper()}", "pass"),
        ("rx: +00012.345 kg", "pass"),
        ("rx: +00012.344 kg", "fail"),
        ("", "fail"),
    ],
)
def test_an_answer_in_characters_may_be_shown_as_octets_or_as_text(shown: str, verdict: str) -> None:
    assert _line(shown, SCALE.encode().hex().upper()) == verdict


def test_an_answer_that_is_no_text_is_looked_for_as_octets_alone() -> None:
    assert _line("h", "68AA68") == "fail"
    assert _line("68 AA 68", "68AA68") == "pass"


def _storm(outcome: str, answered_s: int) -> dict[str, str]:
    query = {"function": "log", "door": "api", "role": "auditor", "user": "a"}
    events: list[Event] = [
        FUNCTION.told(1, 1, FunctionQuery(**query, trick="before"), [FunctionRow(outcome="executed", answered="1")]),
        LOGIN.told(
            2,
            2,
            LoginQuery(door="api", account="", user="nobody", given="wrong", role="", step="storm"),
            [OutcomeRow(outcome="refused")],
        ),
        ATTACK.told(3, 3, AttackQuery(group="greedy", what="", door="api"), [AttackRow(outcome="answered")]),
        FUNCTION.told(
            4,
            4,
            FunctionQuery(**query, trick="storm"),
            [FunctionRow(outcome=outcome, answered=str(answered_s * SECOND))],
        ),
    ]
    found = hostile_judge.served_findings(History([BEGAN, *events]))
    return {each.id: each.verdict for each in found}


def test_who_turns_an_address_away_after_two_hundred_wrong_logins_kept_nobody_waiting() -> None:
    assert _storm("executed", 2)["served-meanwhile-storm"] == "pass"
    assert _storm("executed", 20)["served-meanwhile-storm"] == "fail"
    assert _storm("unanswered", 2)["served-meanwhile-storm"] == "fail"
    assert _storm("refused", 2)["served-meanwhile-storm"] == "inconclusive"


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("192.0.2.7", True),
        ("http://a/b", True),
        ("ntp.example:123", True),
        ("0.5", False),
        ("2026-03-02", False),
        ("e01.energy", False),
    ],
)
def test_a_field_that_holds_an_address_is_there_to_be_told_of_one(text: str, host: bool) -> None:
    call = Call(post="/set", json={"value": text})
    assert names_a_host(Function(name="set", en="", zh="", may=(), calls={"api": call}), "api") is host
