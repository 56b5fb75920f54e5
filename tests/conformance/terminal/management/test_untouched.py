"""What software leaves as it was: content that is gone fails, what nobody showed leaves the question open."""

from __future__ import annotations

import pytest
from hand_made import MIDNIGHT, World

from bench.case import Verdict
from bench.history import History, Observed, Phase
from conformance.terminal.management import untouched_judge

ROW = {"start": "2026-03-02T00:00:00+08:00", "value": "1.0"}


def verdict(name: str, *answers: Observed) -> Verdict:
    """What is said of a class after two looks, one answer in each beside one that is always given."""
    events = [
        part
        for number, (when, answer) in enumerate(zip(("before", "after"), answers, strict=True))
        for part in (
            Phase(t=MIDNIGHT + 10 * number, name="look", detail={"when": when}),
            answer,
            told(10 * number + 2, ROW, what="packages"),
        )
    ]
    found = untouched_judge.findings(History([World().began(), *events]))
    return next(check.verdict for check in found if check.id == f"same-{name}")


def told(at: int, *rows: dict[str, str], what: str = "records", problem: str = "") -> Observed:
    return Observed(t=MIDNIGHT + at, what=what, asked=MIDNIGHT + at, rows=rows, problem=problem)


@pytest.mark.parametrize(
    ("after", "expected"),
    (
        (told(11, ROW), Verdict.PASS),
        (told(11), Verdict.FAIL),
        (told(11, {**ROW, "value": "2.0"}), Verdict.FAIL),
        (told(11, problem="TimeoutError: "), Verdict.INCONCLUSIVE),
    ),
    ids=("the same", "gone", "changed", "not answered"),
)
def test_records(after: Observed, expected: Verdict) -> None:
    assert verdict("records", told(1, ROW), after) is expected


def test_the_log_may_grow_and_loses_nothing() -> None:
    first, more = {"at": "1", "text": "a"}, {"at": "2", "text": "b"}
    assert verdict("log", told(1, first, what="log"), told(11, first, more, what="log")) is Verdict.PASS
    assert verdict("log", told(1, first, what="log"), told(11, more, what="log")) is Verdict.FAIL
    assert verdict("log", told(1, first, what="log"), told(11, what="log", problem="no answer")) is Verdict.INCONCLUSIVE
