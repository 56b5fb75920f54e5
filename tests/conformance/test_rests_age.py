"""What tells that `rests.json` is not of this state: cases that changed are looked at, and some others."""

from __future__ import annotations

import pytest

from bench.case import Case
from bench.history import History
from conformance import rests, rests_age
from conformance.clauses.suite import case_classes

CASE = "sessions/ends-sessions"


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The cases that are looked at; all of them rest on the same thing."""
    seen: list[str] = []

    def found(case: type[Case], history: History) -> rests.Checks:
        del history
        seen.append(case.id())
        return {"summed": ("ask emissions by clerk-a",)}

    monkeypatch.setattr(rests, "found", found)
    return seen


def known(monkeypatch: pytest.MonkeyPatch, *changed: str, wrong: str = "") -> dict[str, type[Case]]:
    """The cases of the suite, of which the file knows all but some sources, and one wrongly."""
    cases = case_classes()
    rows = {name: {"summed": ("ask emissions by clerk-a",)} for name in cases if name != wrong}
    sources = {name: rests_age.fingerprint(case) for name, case in cases.items() if name not in changed}
    monkeypatch.setattr(rests, "read_rests", lambda: rests.Rests(cases=rows, sources=sources))
    return cases


def stale(cases: dict[str, type[Case]]) -> list[str]:
    return rests_age.stale(cases, lambda name: History([]))


def test_a_case_that_changed_is_looked_at(monkeypatch: pytest.MonkeyPatch, looked: list[str]) -> None:
    assert stale(known(monkeypatch, CASE)) == []
    assert looked[0] == CASE and len(looked) == 6
    (told,) = stale(known(monkeypatch, CASE, wrong=CASE))
    assert told.startswith(f"{CASE}: rests.json is not of this state")


def test_so_are_some_that_did_not(monkeypatch: pytest.MonkeyPatch, looked: list[str]) -> None:
    assert stale(known(monkeypatch)) == []
    others = list(looked)
    assert len(others) == 5
    assert stale(known(monkeypatch, wrong=others[2]))[0].startswith(others[2])
    assert looked[5:] == others


def test_a_fingerprint_is_of_the_judge_too() -> None:
    names = {path.name for path in rests_age.sources("conformance.platform.access.sessions")}
    assert {"sessions.py", "sessions_judge.py", "works.py"} <= names
    assert "works_defects.py" not in names and "api.py" not in names
