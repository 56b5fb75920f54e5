"""Converted numbers: exact where they end, rounded half up with digits enough where they do not."""

from __future__ import annotations

from fractions import Fraction

import pytest

from conformance.terminal.instruments.units_judge import says


@pytest.mark.parametrize(
    ("text", "exact", "good"),
    [
        ("940.257828", Fraction(26118273, 100) * Fraction(36, 10_000), True),
        ("940.26", Fraction(26118273, 100) * Fraction(36, 10_000), False),
        ("277.7778", Fraction(10_000, 36), True),
        ("277.7777", Fraction(10_000, 36), False),
        ("277.78", Fraction(10_000, 36), True),
        ("278", Fraction(10_000, 36), False),
        ("", Fraction(1), False),
        ("NaN", Fraction(1), False),
    ],
)
def test_a_number_is_the_converted_one_to_its_last_digit(text: str, exact: Fraction, good: bool) -> None:
    assert says(text, exact) is good
