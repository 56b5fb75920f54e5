"""Kinds of phases: a drive marks by a type, a judge finds by it, the record holds texts by name."""

from __future__ import annotations

import pytest

from bench.history import History, HistoryError, Phase
from bench.history.marks import Mark, Marked
from bench.history.observation import Words


class Whose(Words, frozen=True, kw_only=True):
    """Whose, and why where it is told."""

    word: str
    why: str | None = None


OUT = Mark("logged-out", Whose)


class Record:
    """What was marked."""

    def __init__(self) -> None:
        self.events: list[Phase] = []

    def phase(self, name: str, **detail: object) -> None:
        self.events.append(Phase(t=7, name=name, detail={key: str(each) for key, each in detail.items()}))


def test_what_is_marked_is_found_as_it_was_marked() -> None:
    record = Record()
    OUT.put(record, Whose(word="clerk-a"))
    assert record.events == [Phase(t=7, name="logged-out", detail={"word": "clerk-a"})]
    assert OUT.of(History([*record.events, Phase(t=9, name="watched")])) == [Marked(7, Whose(word="clerk-a"))]


def test_a_phase_that_lacks_a_detail_is_one_sentence() -> None:
    with pytest.raises(
        HistoryError, match=r"^phase 'logged-out' at 7 us: .*missing required field `word`.* / .*无法评判$"
    ):
        OUT.of(History([Phase(t=7, name="logged-out")]))


def test_a_detail_of_no_kind_cannot_be_marked() -> None:
    with pytest.raises(TypeError, match="Unexpected keyword argument 'wrd'"):
        Whose(wrd="clerk-a")  # type: ignore[call-arg]
