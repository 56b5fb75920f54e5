"""People at the doors of a product that is no maker's: what they try, what is told of it, and what judges find.

Leaves the reference terminal to the suite.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from hand_made import World
from toy_product import PROFILE, profile, serving

from bench.case import Check, Verdict
from bench.dut import access
from bench.dut.access.expressions import value
from bench.dut.access.visit import Session, Visits
from bench.dut.profile import ProfileError, load_profile
from bench.facade.one_time_codes import OneTimeCodes
from bench.facade.people import People
from bench.history import Event, History
from conformance.terminal.access import logins_judge, rights_judge
from conformance.terminal.access.logins import KnowsItsUsers
from conformance.terminal.access.rights import IsNotTaken, KeepsRightsByRole


class Clock:
    """True time, without its length."""

    def __init__(self) -> None:
        self.us = 0

    def now_us(self) -> int:
        """A microsecond later than before."""
        self.us += 1
        return self.us

    async def sleep(self, seconds: float = 0, **more: float) -> None:
        """At once."""
        self.us += round((seconds + more.get("minutes", 0) * 60) * 1_000_000)


class Desk:
    """What of a bench a case of people touches."""

    def __init__(self, path: Path, place: tuple[str, int]) -> None:
        self.clock = Clock()
        self.events: list[Event] = []
        self.people = People(self, load_profile(path).access, lambda: place, ("127.0.0.1", "127.0.0.9"))

    def record(self, event: Event) -> None:
        """Keep it."""
        self.events.append(event)


def _driven(case: Any, folder: Path, *faults: str) -> dict[str, Check]:
    async def drive() -> list[Event]:
        async with serving(*faults) as place:
            desk = Desk(profile(folder), place)
            await case.drive(desk)
            return desk.events

    history: History = World(hours=1, extra=asyncio.run(_soon(drive()))).history()
    return {check.id: check for check in case.judge(history) if isinstance(check, Check)}


async def _soon(work: Coroutine[Any, Any, list[Event]]) -> list[Event]:
    return await asyncio.wait_for(work, 120)


def test_a_product_that_keeps_its_rights(tmp_path: Path) -> None:
    """The matrix is whole: what may work works, what may not does not, by effect where there is one."""
    found = _driven(KeepsRightsByRole(), tmp_path)
    assert {name: check.verdict for name, check in found.items()} == dict.fromkeys(found, Verdict.PASS)
    assert rights_judge.API_WORKS.id in found


@pytest.mark.parametrize("limit", ["one-session", "three-sessions"])
def test_the_bench_throws_nobody_out_of_a_product_that_holds_few_sessions(tmp_path: Path, limit: str) -> None:
    """Its three accounts are logged in, and whoever looks at effects takes nobody's place."""
    found = _driven(KeepsRightsByRole(), tmp_path, limit)
    assert {name: check.verdict for name, check in found.items()} == dict.fromkeys(found, Verdict.PASS)
    found = _driven(KeepsRightsByRole(), tmp_path, limit, "everybody-sets")
    assert found[rights_judge.FORBIDDEN_BY_ROLE.id].verdict is Verdict.FAIL


@pytest.mark.parametrize(("fault", "seen", "logins"), [("", 12, 1), ("short-sessions", 12, 3), ("show-denied", 0, 1)])
def test_the_bench_logs_in_again_only_where_its_own_session_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, seen: int, logins: int
) -> None:
    """Twelve looks at the same thing: what is refused to a new session another login would not show either."""
    entered: list[str] = []

    async def entering(visits: Visits, session: Session) -> Any:
        entered.append(session.door)
        return await enter(visits, session)

    async def looks() -> list[Event]:
        async with serving(*fault.split()) as place:
            desk = Desk(profile(tmp_path), place)
            await desk.people.prepare()
            entered.clear()
            found = [await desk.people.look("show") for _ in range(12)]
            assert sum(answer is not None for answer in found) == seen
            return []

    enter = Visits.enter
    monkeypatch.setattr(Visits, "enter", entering)
    asyncio.run(_soon(looks()))
    assert len(entered) == logins


@pytest.mark.parametrize(
    ("fault", "check"),
    [("everybody-sets", rights_judge.FORBIDDEN_BY_ROLE)],
)
def test_a_role_too_many(tmp_path: Path, fault: str, check: Any) -> None:
    """It answers every order alike: only the effect tells that somebody without the right had it carried out."""
    found = _driven(KeepsRightsByRole(), tmp_path, fault)[check.id]
    assert found.verdict is Verdict.FAIL
    assert any("operator set" in line for line in found.evidence)


@pytest.mark.parametrize(("fault", "name"), [("guessable", "forged"), ("keeps-sessions", "ended")])
def test_what_passes_for_a_session(tmp_path: Path, fault: str, name: str) -> None:
    """A session that anybody can guess, and one that outlives its logout."""
    found = _driven(IsNotTaken(), tmp_path, fault)
    assert found[f"by-{name}"].verdict is Verdict.FAIL
    assert _driven(IsNotTaken(), tmp_path)[f"by-{name}"].verdict is Verdict.PASS


def test_a_delivered_password_that_opens_everything(tmp_path: Path) -> None:
    """It has to be changed before anything else."""
    assert _driven(KnowsItsUsers(), tmp_path, "default-opens")[logins_judge.FIRST_CHANGES.id].verdict is Verdict.FAIL
    assert _driven(KnowsItsUsers(), tmp_path)[logins_judge.FIRST_CHANGES.id].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('may = ["auditor"]', 'may = ["auditors"]', "no account has role 'auditors'"),
        ('name = "show"', 'name = "set"', "two functions have this name"),
        ('entered = "answer.status == 200"', 'entered = "answer.status =="', "doors.api.entered"),
        ('api = { get = "/log" }', "api = { fetch = '/log' }", "functions[log].api"),
        ("[rules]", "[rule]", "access.rule: unknown key"),
        ('function = "log"', 'function = "logs"', "no function 'logs'"),
        ('effect = { of = "show"', 'effect = { of = "shown"', "no function 'shown'"),
        ('may = ["administrator"]', 'may = ["administrator"]\nonly = ["port"]', "it cannot be called at 'port'"),
        (
            'entered = "answer',
            'opened_by = "gate"\nentered = "answer',
            "doors.api.opened_by: there is no function 'gate'",
        ),
        ("[rules]", "[state]\nof = 'states'\n[rules]", "access.state: there is no function 'states'"),
        ("[rules]", "[state]\nof = 'show'\ncpu = 'answer.'\n[rules]", "access.state.cpu"),
        ("[rules]", "[review]\nenter = 'set'\n[rules]", "access.review"),
        ("[rules]", "[codes]\ndoor = 'gate'\nturn_on = []\n[rules]", "access.codes.door: there is no door 'gate'"),
        ("[rules]", "[codes]\ndoor = 'api'\nturn_on = []\n[rules]", "access.codes.turn_on: expected keep"),
        ("[rules]", "[codes]\ndoor = 'api'\ndigits = 4\nturn_on = []\n[rules]", "access.codes: expected 6 to 8"),
        ("[rules]", "[bound]\nfunction = 'set'\naccount = 'x'\n[rules]", "access.bound.account: there is no account"),
        ('get = "/log"', 'get = "/log/{{ query | up }}"', "access.functions[log].api.get: No filter named 'up'"),
        ('get = "/log"', 'get = "/log", headers = { X = "{{ x | up }}" }', "functions[log].api.headers.X: No filter"),
    ],
)
def test_what_is_wrong_with_a_list_of_functions(tmp_path: Path, before: str, after: str, told: str) -> None:
    """Each mistake is one clear sentence when the profile is loaded."""
    path = profile(tmp_path)
    (tmp_path / "toy.access.toml").write_text(PROFILE.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ProfileError) as raised:
        load_profile(path)
    assert told in str(raised.value)


def test_the_cells_of_a_page() -> None:
    """Rows of all its tables, marks left out, letters that stand for others read."""
    page = "<p>x</p><table><tr><th>A</th></tr><tr><td> a&amp;<b>b</b>\n</td><td></td></tr></table>y<tr><td>z"
    assert value("answer | cells", answer=page) == [["A"], ["a&b", ""], ["z"]]


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B: eight digits by SHA-1 of the secret 12345678901234567890."""
    known = access.Codes(door="api", turn_on=(), digits=8)
    codes = OneTimeCodes.of(known, "GEZD GNBV gy3t qojq GEZDGNBVGY3TQOJQ")
    assert [codes.at(s * 1_000_000) for s in (59, 1_111_111_109, 20_000_000_000)] == [
        "94287082",
        "07081804",
        "65353130",
    ]
    assert codes.at(1_111_111_079_000_000, later=1) == codes.at(1_111_111_109_000_000)
    assert codes.wrong(1_111_111_109_000_000) not in {codes.at(1_111_111_109_000_000, each) for each in range(-20, 21)}
    assert codes.wait_s(1_111_111_109_000_000) == 16
    with pytest.raises(LookupError, match="no base32"):
        OneTimeCodes.of(known, "1!")


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    """The file that [access] names."""
    path = profile(tmp_path)
    (tmp_path / "toy.access.toml").unlink()
    with pytest.raises(ProfileError, match=r"toy\.access\.toml: the file cannot be read"):
        load_profile(path)


def test_a_product_without_a_list(tmp_path: Path) -> None:
    """Nobody knows its doors."""
    problems: list[str] = []
    assert access.read({}, tmp_path, problems) is None
    assert not problems
