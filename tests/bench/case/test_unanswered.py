"""A pass hangs on no answer that nobody gave: one more answer, a refusal or a lost order could have made it a fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.case import Check, criterion
from bench.case.unanswered import settled
from bench.history import History, Observed

SHOWN = criterion("shown", en="All that was made is listed", zh="全部列出")
APART = criterion("apart", en="Nobody else's is listed", zh="不列出他人对象")
TAKEN = criterion("taken", en="Orders are taken", zh="命令被接受")


def seen(what: str, outcome: str = "done", *objects: str, by: str = "a") -> Observed:
    rows = tuple({"object": each} for each in objects)
    return Observed(t=5, what=what, asked=5, query={"by": by}, rows=rows, outcome=outcome, problem=outcome)


def judge(history: History) -> Iterator[Check]:
    """What lists that were answered show of what was made; whoever is `b` may see `theirs` alone."""
    events = history.of(Observed)
    made = {event.rows[0]["object"] for event in events if event.what == "create tree" and event.outcome == "done"}
    lists = [event for event in events if event.what == "list tree" and event.outcome == "done"]
    mine = [{row["object"] for row in event.rows} for event in lists if event.query["by"] == "a"]
    others = [row["object"] for event in lists for row in event.rows if event.query["by"] == "b"]
    yield SHOWN.none([key for shown in mine for key in made - shown], bool(mine))
    yield APART.none([key for key in others if key != "theirs"], bool(lists))
    yield TAKEN.none([event.what for event in events if event.outcome == "refused"], bool(made))


def verdicts(*events: Observed) -> dict[str, str]:
    history = History(list(events))
    return {each.id: each.verdict for each in settled(history, list(judge(history)), judge) if isinstance(each, Check)}


MADE = seen("create tree", "done", "mine")
LISTED = seen("list tree", "done", "mine")
SOUND = {"shown": "pass", "apart": "pass", "taken": "pass"}


def test_what_was_answered_whole_stays() -> None:
    assert verdicts(MADE, LISTED, seen("list tree", "done", "theirs", by="b")) == SOUND


@pytest.mark.parametrize("outcome", ["unanswered", "unmapped", "unfit"])
def test_one_list_of_two_is_not_all(outcome: str) -> None:
    assert verdicts(MADE, LISTED, seen("list tree", outcome)) == SOUND | {
        "shown": "inconclusive",
        "taken": "inconclusive",
    }


def test_what_another_account_would_have_been_shown_is_not_known() -> None:
    assert verdicts(MADE, LISTED, seen("list tree", "unanswered", by="b"))["apart"] == "inconclusive"


def test_an_order_of_which_nothing_is_known_may_have_been_carried_out_or_refused() -> None:
    lost = seen("create tree", "unanswered")
    assert verdicts(MADE, LISTED, lost) == SOUND | {"shown": "inconclusive", "taken": "inconclusive"}


def test_a_fail_stays_a_fail() -> None:
    assert verdicts(MADE, seen("list tree"), seen("list tree", "unanswered"))["shown"] == "fail"


def test_answers_that_make_no_sense_to_the_judge_decide_nothing() -> None:
    lost = seen("create tree", "unmapped")

    def reads_every_answer(history: History) -> Iterator[Check]:
        for event in history.of(Observed):
            if event.outcome == "refused":
                raise KeyError("object")
        yield SHOWN.decide(True)

    (found,) = settled(History([MADE, lost]), [SHOWN.decide(True)], reads_every_answer)
    assert isinstance(found, Check) and found.verdict == "inconclusive"
    assert "create tree: unmapped" in found.actual
