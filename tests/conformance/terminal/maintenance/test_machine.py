"""The state of the machine beside its truth: a figure that never moves shows nothing where the truth did not move."""

from __future__ import annotations

from bench.case import Check
from bench.history import History, Observed
from conformance.terminal.maintenance import machine_judge

LOOKS = ("light", "busy", "light again")


def _told(what: str, told: str, at: int, row: dict[str, str]) -> Observed:
    return Observed(t=at, what=what, asked=at, query={"told": told, "door": "api"}, rows=(row,), problem="")


def _verdicts(truth: tuple[str, str, str], shown: tuple[str, str, str]) -> dict[str, str]:
    events: list[Observed] = []
    for at, (told, right, said) in enumerate(zip(LOOKS, truth, shown, strict=True), 1):
        low, _, high = right.partition(" ")
        events.append(_told("machine-truth", told, at, {"cpu_low": low, "cpu_high": high or low, "disk": low}))
        events.append(_told("machine-shown", told, at, {"cpu": said, "disk": said}))
    found = [each for each in machine_judge.findings(History(events)) if isinstance(each, Check)]
    return {each.id: each.verdict for each in found if each.id in ("processor-follows", "disk-follows")}


def test_a_figure_that_follows_a_change_passes() -> None:
    assert _verdicts(("4 9", "97 100", "5 8"), ("6.5", "99 %", "7")) == {
        "processor-follows": "pass",
        "disk-follows": "pass",
    }


def test_a_truth_that_stayed_where_it_was_leaves_the_question_open() -> None:
    assert set(_verdicts(("100", "100", "100"), ("100", "100", "100")).values()) == {"inconclusive"}
    assert set(_verdicts(("0.2", "8", "0.3"), ("0", "4", "0")).values()) == {"inconclusive"}


def test_a_figure_far_from_the_truth_fails_moved_or_not() -> None:
    assert set(_verdicts(("100", "100", "100"), ("100", "40", "100")).values()) == {"fail"}
    assert set(_verdicts(("5", "98", "5"), ("50", "50", "50")).values()) == {"fail"}
