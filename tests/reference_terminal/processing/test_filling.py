"""Estimates for gaps and totals of long periods: what is made, and what is left alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_terminal.model.rows import Gap, Record
from reference_terminal.model.times import DAY, DAY_S, parse_iso
from reference_terminal.processing.filling import BASE_S, LINEAR, NEAREST, estimates
from reference_terminal.processing.settlement import LONG, long_named, totals
from reference_terminal.settings.meters import PointConfig
from reference_terminal.settings.protocols import Place

COUNTER = PointConfig(
    id="e",
    kind="counter",
    place=Place(),
    scale=Decimal(1),
    ratio=Decimal(1),
    decimals=2,
    unit="kWh",
    modulus=Decimal("1000.00"),
    minimum=None,
    maximum=None,
    rated_per_h=None,
    sentinels=(),
    code="",
)
POWER = replace(COUNTER, kind="instant", unit="kW", modulus=None)


def gap(before: str, after: str, quantity: str | None, missed: int = 3, lead_s: int = 60) -> Gap:
    start_s = 600
    end_s = start_s + 60 * missed
    return Gap(
        "point", "e", start_s, end_s, missed, "timeout", start_s - lead_s, before, before, end_s, after, quantity
    )


def made(config: PointConfig, one: Gap, method: str) -> list[str]:
    return [str(value) for _, value in estimates(config, one, 60, method)]


def test_a_line_between_the_neighbours() -> None:
    assert made(POWER, gap("10.00", "10.05", None), LINEAR) == ["10.01", "10.03", "10.04"]
    assert made(POWER, gap("1.00", "-1.00", None), LINEAR) == ["0.50", "0.00", "-0.50"]


def test_the_nearest_neighbour_and_the_earlier_on_a_tie() -> None:
    assert made(POWER, gap("10.00", "10.05", None), NEAREST) == ["10.00", "10.00", "10.05"]


def test_a_register_goes_over_its_end() -> None:
    assert made(COUNTER, gap("999.98", "0.02", "0.04"), LINEAR) == ["999.99", "0.00", "0.01"]


@pytest.mark.parametrize(
    "one",
    [
        gap("5.00", "1.00", None),
        gap("5.00", "6.00", "1.00", lead_s=BASE_S + 60),
    ],
)
def test_no_estimate_after_a_reset_or_without_a_base(one: Gap) -> None:
    assert made(COUNTER, one, LINEAR) == []


def test_no_estimate_while_the_gap_lasts_or_with_nothing_before() -> None:
    lasting = gap("1.00", "2.00", "1.00")
    lasting.end_s = None
    orphan = gap("1.00", "2.00", "1.00")
    orphan.from_s = None
    assert made(COUNTER, lasting, LINEAR) == made(COUNTER, orphan, LINEAR) == []


@given(st.integers(0, 99_999), st.integers(0, 9_999), st.integers(1, 200))
def test_what_is_filled_never_falls_and_stays_between(before: int, rise: int, missed: int) -> None:
    first = Decimal(before).scaleb(-2)
    quantity = Decimal(rise).scaleb(-2)
    config = replace(COUNTER, modulus=None)
    one = gap(str(first), str(first + quantity), str(quantity), missed)
    values = [value for _, value in estimates(config, one, 60, LINEAR)]
    assert len(values) == missed
    assert [first, *values, first + quantity] == sorted([first, *values, first + quantity])


def day(text: str, value: str | None) -> Record:
    start_s = parse_iso(f"{text}T00:00:00+08:00")
    assert start_s is not None
    return Record(DAY.code, start_s, 0, start_s + DAY_S, None, None, value, value, value, 1, value, "N", "")


def test_a_week_is_the_sum_of_its_seven_days_from_monday() -> None:
    week = long_named("week")
    assert week is not None
    days = [day(f"2028-02-{number:02d}", "1.10") for number in range(27, 30)]
    days += [day(f"2028-03-{number:02d}", "2.25") for number in range(1, 7)]
    found = list(totals(week, days))
    # 27 February 2028 is a Sunday and ends the week before; 6 March is a Monday.
    assert [(one.value, one.days) for one in found] == [(None, 1), ("13.45", 7), (None, 1)]
    assert (found[1].low, found[1].high) == ("1.10", "2.25")


def test_a_day_without_a_value_leaves_its_periods_without_one() -> None:
    week = long_named("week")
    assert week is not None
    days = [day(f"2028-03-{number:02d}", None if number == 8 else "1") for number in range(6, 13)]
    assert [one.value for one in totals(week, days)] == [None]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("quarter_year", "2028-01-01", "2028-04-01"), ("year", "2028-01-01", "2029-01-01"), ("week", "2028-02-28", None)],
)
def test_long_periods_begin_and_end_by_the_calendar(name: str, first: str, last: str | None) -> None:
    long = long_named(name)
    assert long is not None
    (one,) = totals(long, [day("2028-02-29", "1")])
    assert one.start_s == day(first, None).start_s
    assert one.end_s == day(last or "2028-03-06", None).start_s
    assert {each.name for each in LONG} == {"week", "quarter_year", "year"}
    assert long_named("quarter") is None
