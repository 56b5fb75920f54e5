"""Kinds of observations: texts by name in the record, types for who writes and who judges."""

from __future__ import annotations

import pytest
from hand_made import observed

from bench.history import History, HistoryError, people
from bench.history.observation import Observation
from bench.history.people import LOGIN, LoginQuery, OutcomeRow

KINDS = [each for each in vars(people).values() if isinstance(each, Observation)]
QUERY = LoginQuery(door="api", account="operator", user="op", given="right", role="operator")


def test_what_is_none_is_not_written_and_comes_back_as_none() -> None:
    event = LOGIN.told(7, 5, QUERY, [OutcomeRow(outcome="unanswered")], "TimeoutError: ")
    assert event.query == {"door": "api", "account": "operator", "user": "op", "given": "right", "role": "operator"}
    assert event.rows == ({"outcome": "unanswered"},)
    (seen,) = LOGIN.of(History([event]))
    assert (seen.t, seen.asked, seen.query, seen.problem) == (7, 5, QUERY, "TimeoutError: ")
    assert seen.rows == (OutcomeRow(outcome="unanswered"),)
    assert LOGIN.answered(History([event])) == []


def test_a_text_of_no_kind_cannot_be_asked_for() -> None:
    with pytest.raises(TypeError, match="Unexpected keyword argument 'dor'"):
        LoginQuery(dor="api")  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        _ = OutcomeRow(outcome="entered").outcom  # type: ignore[attr-defined]


def test_a_record_that_lacks_a_text_is_refused_by_name() -> None:
    with pytest.raises(HistoryError, match=r"^'login' asked at 1 us: .*missing required field `account`.* / "):
        LOGIN.of(History([observed("login", 1, [], door="api")]))


def test_a_word_that_the_type_does_not_know_is_one_sentence() -> None:
    event = observed("login", 1, [{"outcome": "opened"}], **QUERY.words())
    with pytest.raises(HistoryError, match=r"^'login' asked at 1 us: Invalid enum value 'opened'.* / .*无法评判$"):
        LOGIN.of(History([event]))


def test_no_two_kinds_have_one_word() -> None:
    words = [kind.what for kind in KINDS]
    assert len(words) == len(set(words)) > 20
