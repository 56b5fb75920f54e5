"""Kinds of phases: a drive marks by a type, a judge finds by it, the record holds texts by name."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bench.history import History, HistoryError, Phase, Power
from bench.history.marks import SETTLE, Mark, Marked
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
    history = History([*record.events, Phase(t=9, name="watched")])
    assert OUT.of(history) == [Marked(7, Whose(word="clerk-a"), 9)] and OUT.last(history) == OUT.of(history)[-1]
    assert (OUT.at(history), SETTLE.at(history), SETTLE.last(history)) == (7, 9, None)


def test_a_phase_lasts_until_the_next_of_any_kind_or_the_end() -> None:
    events = [Phase(t=at, name=name, detail={"word": "a"}) for at, name in ((1, "logged-out"), (4, "x"), (6, "settle"))]
    assert [(mark.t, mark.until) for mark in OUT.of(History(events))] == [(1, 4)]
    ended = History([*events, Power(t=8, state="cut")])
    assert [(mark.t, mark.until) for mark in SETTLE.of(ended)] == [(6, 8)]


def test_a_phase_without_details_is_its_word_alone() -> None:
    record = Record()
    SETTLE.put(record)
    assert record.events == [SETTLE.event(7)] == [Phase(t=7, name="settle")]


def test_the_first_and_the_last_of_a_kind_are_found_and_what_an_event_says() -> None:
    events = [OUT.event(at, Whose(word=word)) for at, word in ((1, "a"), (2, "b"))]
    history = History([*events, SETTLE.event(3), Power(t=4, state="cut")])
    assert (OUT.first(history), OUT.last(history)) == (Marked(1, Whose(word="a"), 2), Marked(2, Whose(word="b"), 3))
    assert [OUT.read(event) for event in history.events] == [Whose(word="a"), Whose(word="b"), None, None]
    assert [SETTLE.read(event) is not None for event in history.events] == [False, False, True, False]
    assert (OUT.first(History([])), SETTLE.last(History([]))) == (None, None)


class Set(Words, frozen=True, kw_only=True):
    """What is set."""

    interval_s: int
    share: Decimal | None = None


SET = Mark("set", Set)


def test_numbers_are_texts_in_the_record_and_numbers_where_they_are_read() -> None:
    record = Record()
    SET.put(record, Set(interval_s=-120, share=Decimal("2.50")))
    assert record.events == [Phase(t=7, name="set", detail={"interval_s": "-120", "share": "2.50"})]
    assert SET.of(History(record.events)) == [Marked(7, Set(interval_s=-120, share=Decimal("2.50")), 7)]


def test_a_text_in_the_place_of_a_number_is_one_sentence() -> None:
    with pytest.raises(HistoryError, match=r"^phase 'set' at 7 us: Expected `int`.*interval_s.*无法评判$"):
        SET.of(History([Phase(t=7, name="set", detail={"interval_s": "soon"})]))


def test_a_phase_that_lacks_a_detail_is_one_sentence() -> None:
    with pytest.raises(
        HistoryError, match=r"^phase 'logged-out' at 7 us: .*missing required field `word`.* / .*无法评判$"
    ):
        OUT.of(History([Phase(t=7, name="logged-out")]))


def test_a_detail_of_no_kind_cannot_be_marked() -> None:
    with pytest.raises(TypeError, match="Unexpected keyword argument 'wrd'"):
        Whose(wrd="clerk-a")  # type: ignore[call-arg]
