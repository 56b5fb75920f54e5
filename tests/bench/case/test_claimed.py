"""A claimed function that is refused throughout fails what rests on it; what could not be asked stays open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.case import Verdict, claimed, criterion
from bench.case.checks import Text
from bench.case.claimed import Left
from bench.history import History, LinkRule, Observed

TOLD = criterion("told", en="It is told", zh="已提供")
SECRET = criterion("secret", en="It is secret", zh="保密")

LATER = 10_000_001


@pytest.fixture(autouse=True)
def rests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(claimed, "_joined", [])
    asks = {"told": ("intensity",), "secret": ("intensity",)}
    claimed.join(lambda case: asks, [Left("*", "secret", Text("not exchanged", "未交互"))])
    yield


def asked(t: int, status: int = 404, product: str = "a") -> Observed:
    outcome = "refused" if status >= 400 else ""
    problem = f"LookupError: status {status}" if outcome else "" if status else "TimeoutError: nothing came"
    words = {"product": product, "from": str(t)}
    return Observed(t=t, what="intensity", asked=t, query=words, outcome=outcome, status=status, problem=problem)


def cut(t: int) -> LinkRule:
    return LinkRule(t=t, link="uplink", rule="cut", state="on")


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        ((asked(1), asked(LATER)), Verdict.FAIL),
        ((asked(1), asked(LATER, 503)), Verdict.FAIL),
        ((asked(1),), Verdict.INCONCLUSIVE),
        ((asked(1), asked(LATER - 1)), Verdict.INCONCLUSIVE),
        ((asked(1), asked(LATER, product="b")), Verdict.INCONCLUSIVE),
        ((asked(1), asked(LATER), asked(LATER + 1, 200)), Verdict.INCONCLUSIVE),
        ((asked(1, 0), asked(LATER, 0)), Verdict.INCONCLUSIVE),
        ((asked(1, 429), asked(LATER, 429)), Verdict.INCONCLUSIVE),
        ((asked(1, 403), asked(LATER, 401)), Verdict.INCONCLUSIVE),
        ((cut(0), asked(1, 503), asked(LATER, 503)), Verdict.INCONCLUSIVE),
    ],
    ids=[
        "twice",
        "error",
        "once",
        "at once",
        "two things",
        "answered",
        "silence",
        "later",
        "rights",
        "cut off by the bench",
    ],
)
def test_what_is_refused_whenever_it_is_asked_for_fails(events: tuple[Observed, ...], verdict: Verdict) -> None:
    (found,) = claimed.held("a/b", History(list(events)), [TOLD.decide(None)])
    assert found.verdict is verdict
    if verdict is Verdict.FAIL:
        assert "intensity a: put 2 times, refused each time" in found.actual


def test_what_stays_open_says_why() -> None:
    told = History([asked(1), asked(LATER)])
    (found,) = claimed.held("a/b", told, [SECRET.decide(None)])
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "not exchanged" in found.actual
