"""Rollover, reset and replacement of a counter (ruling R-19)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terminal_kit import config_text

from reference_terminal.model.rows import Replacement
from reference_terminal.processing.counter import CounterTracker
from reference_terminal.settings.config import load_config
from reference_terminal.settings.meters import PointConfig


def config(modulus: str, rated: str = "", ratio: str = "1") -> PointConfig:
    rating = f'rated_per_h = "{rated}"' if rated else ""
    text = config_text(
        points=f"""
[[meters.points]]
id = "p"
kind = "counter"
unit = "kWh"
address = 0
type = "u32"
modulus = "{modulus}"
ratio = "{ratio}"
{rating}
"""
    )
    return load_config(text).points[0]


def increments(point: PointConfig, values: list[str], step_s: int = 60) -> list[str | None]:
    tracker = CounterTracker(point)
    found = [tracker.step(Decimal(value), n * step_s, None) for n, value in enumerate(values)]
    return [None if step.increment is None else str(step.increment) for step in found[1:]]


def test_9998_9999_0_1_yields_1_1_1() -> None:
    assert increments(config("10000"), ["9998", "9999", "0", "1"]) == ["1", "1", "1"]


def test_9998_3_yields_5() -> None:
    assert increments(config("10000"), ["9998", "3"]) == ["5"]


def test_decimals_of_the_modulus() -> None:
    assert increments(config("1000000.00"), ["999999.99", "0.02"]) == ["0.03"]


def test_ratio_applies_to_the_modulus_too() -> None:
    assert increments(config("10000", ratio="30"), ["299970", "30"]) == ["60"]


@pytest.mark.parametrize(("after", "expected"), [("999", "1000"), ("1000", None)])
def test_without_rating_ten_percent_of_the_range_is_the_limit(after: str, expected: str | None) -> None:
    assert increments(config("10000"), ["9999", after]) == [expected]


@pytest.mark.parametrize(("after", "expected"), [("109", "110"), ("110", None)])
def test_with_rating_the_rated_quantity_and_ten_percent_is_the_limit(after: str, expected: str | None) -> None:
    assert increments(config("10000", rated="6000"), ["9999", after]) == [expected]


def test_a_reset_gives_no_increment_and_counting_goes_on() -> None:
    assert increments(config("10000"), ["5000", "10", "12"]) == [None, "2"]


def test_a_replacement_bridges_old_and_new_register() -> None:
    tracker = CounterTracker(config("10000"))
    tracker.step(Decimal("5000"), 0, None)
    step = tracker.step(Decimal("7"), 60, Replacement("p", 30, "5003", "2", 0))
    assert (step.kind, str(step.increment)) == ("replacement", "8")


@given(st.lists(st.integers(0, 900), min_size=1, max_size=50), st.integers(0, 9999))
def test_the_total_is_the_sum_of_what_was_counted_through_any_rollovers(steps: list[int], start: int) -> None:
    tracker = CounterTracker(config("10000"))
    true = start
    tracker.step(Decimal(start), 0, None)
    for number, step in enumerate(steps, 1):
        true += step
        tracker.step(Decimal(true % 10_000), 60 * number, None)
    assert tracker.total - start == sum(steps)
