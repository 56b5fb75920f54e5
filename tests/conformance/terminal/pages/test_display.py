"""What a page may show of a reading: all its digits, or fewer, rounded (R-17); nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance.terminal.pages import display_judge


@pytest.mark.parametrize(
    ("shown", "said", "right"),
    [
        ("12.345", "12.345", True),
        ("12.35", "12.345", True),
        ("12", "12.345", True),
        ("12.3450", "12.345", True),
        ("1E+1", "10", True),
        ("12.34", "12.345", False),
        ("12.3451", "12.345", False),
        ("13", "12.345", False),
        ("1E+1", "12", False),
        ("0." + "1" * 300, "0.1", False),
        ("-", "12", False),
        ("", "0", False),
    ],
)
def test_a_page_may_round(shown: str, said: str, right: bool) -> None:
    assert display_judge._shows(shown, Decimal(said)) is right  # pyright: ignore[reportPrivateUsage]


def test_of_nothing_nothing_is_shown() -> None:
    assert not display_judge._shows("0", None)  # pyright: ignore[reportPrivateUsage]
