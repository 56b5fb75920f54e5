"""Means and extremes of an interval in which power was lost: every choice of kept readings, or what bounds them."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.common.doubtful import MOST, Doubtful

NUMBERS = st.integers(0, 40).map(lambda value: Decimal(value).scaleb(-1))


def doubt(sure: list[Decimal], doubtful: list[Decimal]) -> Doubtful:
    return Doubtful(tuple(sure), tuple(doubtful), 2)


@given(st.lists(NUMBERS, max_size=4), st.lists(NUMBERS, min_size=1, max_size=6))
def test_the_bounds_are_those_of_all_choices(sure: list[Decimal], doubtful: list[Decimal]) -> None:
    choices = chain.from_iterable(combinations(doubtful, size) for size in range(len(doubtful) + 1))
    means = [sum(kept) / len(kept) for choice in choices if (kept := [*sure, *choice])]
    low, high = doubt(sure, doubtful).means()
    assert (round(low, 9), round(high, 9)) == (round(min(means), 9), round(max(means), 9))


@given(st.lists(NUMBERS, max_size=4), st.lists(NUMBERS, min_size=1, max_size=6))
def test_what_a_choice_holds_is_allowed(sure: list[Decimal], doubtful: list[Decimal]) -> None:
    own = doubt(sure, doubtful)
    assert all(own.allows(content) for content in own.contents())


def test_what_no_choice_holds_is_not_allowed() -> None:
    own = doubt([Decimal(10)] * 60, [Decimal(12)] * (MOST + 1))
    assert not own.countable
    assert own.allows({"Avg": "10.39", "Min": "10", "Max": "12"})
    assert own.allows({"Avg": "10.00", "Min": "10", "Max": "10"})
    for wrong in ({"Avg": "10.41"}, {"Avg": "9.99"}, {"Min": "12"}, {"Max": "11"}, {"Avg": "ten"}):
        assert not own.allows({"Avg": "10.20", "Min": "10", "Max": "12", **wrong})


def test_choices_that_cannot_all_be_tried_are_refused() -> None:
    with pytest.raises(ValueError, match="too many"):
        next(doubt([], [Decimal(1)] * (MOST + 1)).contents())
