"""What `deprived` tells of a judge that passes what nobody showed.

The cases of the suite are tried where their records are, in tests/bench/commands/running/test_run.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from deprived import passes_unseen, raises

from bench.case import Case, Check, criterion
from bench.history import History, Observed
from conformance.platform import PlatformCase

GONE = criterion("gone", en="What was removed is listed no more", zh="删除的对象不再列出")


def seen(what: str, *objects: str) -> Observed:
    rows = tuple({"object": each} for each in objects)
    return Observed(t=5, what=what, asked=5, query={"by": "a"}, rows=rows, outcome="done")


HISTORY = History([seen("list tree", "one", "two"), seen("remove tree"), seen("list tree", "two")])


def case_of(decides: Callable[[list[Observed]], bool | None]) -> type[Case]:
    class Removes(PlatformCase):
        """A tree is removed."""

        zh = "例。"
        checks = {GONE: ()}

        async def drive(self, bench: object) -> None:  # type: ignore[override]
            raise NotImplementedError

        def judge(self, history: History) -> Iterator[Check]:
            yield GONE.decide(decides([each for each in history.of(Observed) if each.what == "list tree"]))

    return Removes


def shown(lists: list[Observed]) -> list[set[str]]:
    return [{row["object"] for row in each.rows} for each in lists if each.outcome == "done"]


def sound(lists: list[Observed]) -> bool | None:
    found = shown(lists)
    return "one" not in found[1] if len(found) == 2 and "one" in found[0] else None


@pytest.mark.parametrize(
    ("decides", "told"),
    [
        (sound, []),
        (lambda lists: True, ["passes, and no order and no question was answered"]),
        (lambda lists: all("one" not in each for each in shown(lists)[1:]) if shown(lists) else None, ["being empty"]),
        (lambda lists: len(shown(lists)) > 1 and "one" not in shown(lists)[1], ["fails, all being unanswered"]),
        (
            lambda lists: "one" not in shown(lists)[-1] if shown(lists) else None,
            ["being empty", "fails, the last list tree not being answered"],
        ),
    ],
    ids=["sound", "blind", "takes silence for an empty list", "fails for silence", "takes the first list for the last"],
)
def test_a_judge_that_needs_no_answer_is_told_of(
    decides: Callable[[list[Observed]], bool | None], told: list[str]
) -> None:
    found = passes_unseen(case_of(decides), HISTORY)
    assert bool(found) == bool(told), found
    for words in told:
        assert any(words in line for line in found), found


@pytest.mark.parametrize(
    ("decides", "told"),
    [
        (sound, []),
        (lambda lists: "one" not in shown(lists)[1], ["left out: IndexError"]),
        (lambda lists: not lists or lists[0].rows[0] != {}, ["refused: IndexError", "empty: IndexError"]),
    ],
    ids=["sound", "takes a question for put", "takes an answer for given"],
)
def test_a_judge_that_raises_where_an_answer_lacks_is_told_of(
    decides: Callable[[list[Observed]], bool | None], told: list[str]
) -> None:
    found = raises(case_of(decides), HISTORY, each_one=True)
    assert bool(found) == bool(told), found
    for words in told:
        assert any(words in line for line in found), found
