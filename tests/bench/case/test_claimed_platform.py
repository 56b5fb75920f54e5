"""Of a platform: what is refused, or answered otherwise than its maker says, whenever it is asked for, fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.case import Check, Verdict, claimed, criterion
from bench.case.asked import NOT_LET_IN
from bench.history import History, LinkRule, Observed
from bench.history.people import LOGIN, LoginQuery, OutcomeRow

SUMMED = criterion("summed", en="It is summed", zh="已汇总")
KEPT = criterion("kept", en="It is kept", zh="已保存")
BEHIND = criterion("behind", en="One behind it is shown", zh="后续内容已显示")
ASKS = {
    "summed": ("ask emissions by clerk-a",),
    "kept": ("create factor by clerk-a",),
    "behind": ("ask disclosed by public A 2026",),
}
LATER = 10_000_001


@pytest.fixture(autouse=True)
def rests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(claimed, "_joined", [])
    claimed.join(lambda case: ASKS, [])
    yield


def put(t: int, what: str = "ask emissions", by: str = "clerk-a", status: int = 500, **more: str) -> Observed:
    query = {"by": by, "from": str(1_772_380_800_000_000 + t), **more}
    outcome = "done" if status == 200 else "refused"
    return Observed(t=t, what=what, asked=t, query=query, outcome=outcome, status=status, problem=f"status {status}")


def lost(t: int, what: str, outcome: str, by: str = "clerk-a", problem: str = "nothing came") -> Observed:
    return Observed(t=t, what=what, asked=t, query={"by": by}, outcome=outcome, problem=problem)  # type: ignore[arg-type]


def login(t: int, status: str, word: str = "clerk-a") -> Observed:
    query = LoginQuery(door="api", account=word, user=word, given="right", role="clerk")
    outcome = "entered" if status == "200" else "refused"
    return LOGIN.told(t, t, query, [OutcomeRow(outcome=outcome, status=status)])


def cut(t: int) -> LinkRule:
    return LinkRule(t=t, link="local", rule="cut", state="on")


def verdict(check: Check, *events: Observed | LinkRule) -> Verdict:
    (found,) = claimed.held("a/b", History(list(events)), [check])
    return found.verdict


@pytest.mark.parametrize(
    ("events", "fails"),
    [
        ((put(1), put(LATER)), True),
        ((put(1, status=404), put(LATER, status=500)), True),
        ((put(1),), False),
        ((put(1), put(LATER - 1)), False),
        ((put(1, of="A"), put(LATER, of="B")), False),
        ((put(1, by="clerk-b"), put(LATER, by="clerk-b")), False),
        ((put(1), put(LATER), put(LATER + 1, status=200)), False),
        ((put(1), put(LATER), put(LATER + 1, by="clerk-b", status=200)), True),
        ((put(1, status=403), put(LATER, status=429)), False),
        ((put(1, status=302), put(LATER, status=302)), False),
        ((cut(0), put(1), put(LATER)), False),
        ((cut(0), put(1, status=404), put(LATER, status=404)), True),
        ((lost(1, "ask emissions", "unanswered"), lost(LATER, "ask emissions", "unanswered")), False),
        ((lost(1, "ask emissions", "unmapped"), lost(LATER, "ask emissions", "unmapped")), False),
        ((lost(1, "ask emissions", "unfit"), lost(LATER, "ask emissions", "unfit")), True),
        ((lost(0, "create point", "unmapped"), put(1), put(LATER)), False),
        ((put(0, "create point", status=403), put(1), put(LATER)), False),
        ((put(0, "create point", "x", 403), put(1, "create point", status=200), put(2), put(LATER + 1)), True),
    ],
    ids=[
        *("twice", "error", "once", "at once", "two things", "a stranger", "answered once", "answered others"),
        *("rights", "elsewhere", "cut off by the bench", "refused though cut off", "silence", "no way", "unfit"),
        *("what is not told", "what nobody may tell", "what a stranger may not tell"),
    ],
)
def test_a_question_that_is_refused_throughout_fails(events: tuple[Observed | LinkRule, ...], fails: bool) -> None:
    assert verdict(SUMMED.decide(None), *events) is (Verdict.FAIL if fails else Verdict.INCONCLUSIVE)


def test_orders_of_a_kind_fail_where_none_is_ever_taken() -> None:
    refused = (put(1, "create factor", id="one"), put(2, "create factor", id="two"))
    assert verdict(KEPT.decide(None), *refused) is Verdict.FAIL
    assert verdict(KEPT.decide(None), refused[0]) is Verdict.INCONCLUSIVE
    taken = put(3, "create factor", status=200, id="three")
    assert verdict(KEPT.decide(None), *refused, taken) is Verdict.INCONCLUSIVE


def test_what_is_rightly_refused_counts_for_nothing_else() -> None:
    def asked(enterprise: str, t: int) -> Observed:
        return put(t, "ask disclosed", "public", 404, enterprise=enterprise, year="2026")

    assert verdict(BEHIND.decide(None), asked("B", 1), asked("B", LATER)) is Verdict.INCONCLUSIVE
    assert verdict(BEHIND.decide(None), asked("A", 1), asked("A", LATER)) is Verdict.FAIL


def test_who_gets_an_error_for_the_right_password_was_refused_everything() -> None:
    shut = [lost(LATER, "ask emissions", "unanswered", problem=f"clerk-a {NOT_LET_IN}")]
    assert verdict(SUMMED.decide(None), login(1, "500"), login(LATER, "500"), *shut) is Verdict.FAIL
    assert verdict(SUMMED.decide(None), login(1, "500"), login(LATER, "200"), *shut) is Verdict.INCONCLUSIVE
    assert verdict(SUMMED.decide(None), login(1, "401"), login(LATER, "401"), *shut) is Verdict.INCONCLUSIVE
    assert verdict(SUMMED.decide(None), login(1, "500"), login(LATER - 1, "500"), *shut) is Verdict.INCONCLUSIVE
    assert verdict(SUMMED.decide(None), cut(0), login(1, "500"), login(LATER, "500"), *shut) is Verdict.INCONCLUSIVE
