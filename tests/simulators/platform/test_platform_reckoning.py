"""The arithmetic of series held against sums made by hand: hours from readings, intervals, records; fills; units."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_platform_kit import START_US

from simulators.platform.core.numbers import quotient, rounded, text, total
from simulators.platform.core.reckoning import HOUR_S, MINUTE, Part, Point, converted, filled, hours_of, joined, own_of
from simulators.platform.core.times import DAY, HOUR, SECOND

COUNTER = Point("k", "A", "kWh", True, None, None)
INSTANT = Point("t", "A", "°C", False, None, None)


@dataclass
class Sample:
    """What the arithmetic looks at."""

    at: int
    value: str
    span: int = 0
    quality: str = "valid"
    revision: int = 1


def hour(point: Point, *samples: Sample, minute_s: int = 60) -> Part | None:
    return hours_of(point, sorted(samples, key=lambda each: each.at), START_US, minute_s)[START_US]


def readings(*told: tuple[int, str]) -> list[Sample]:
    return [Sample(START_US + minute * 60 * SECOND, value) for minute, value in told]


def test_a_counter_rises_by_its_readings_and_an_edge_belongs_to_both_hours() -> None:
    every = [(at, str(100 + at)) for at in range(-15, 76, 15)]
    assert hour(COUNTER, *readings(*every)) == Part(Decimal(60), HOUR_S)
    first = hour(COUNTER, *readings((30, "7"), (45, "9.5"), (60, "9.75")))
    assert first is not None and (first.total, first.seconds) == (Decimal("2.75"), 1_800)
    assert hour(COUNTER, *readings((30, "7"))) is None


def test_a_counter_that_falls_is_not_whole_and_its_fall_is_left_out() -> None:
    found = hour(COUNTER, *readings((0, "10"), (15, "12"), (30, "1"), (45, "4"), (60, "5")))
    assert found is not None and (found.total, found.seconds) == (Decimal(6), HOUR_S - 1)


def test_a_mean_weighs_each_reading_with_the_time_it_stands_for() -> None:
    found = hour(INSTANT, *readings((-5, "10"), (10, "20"), (40, "30")))
    # -5 stands to 10 (600 s of this hour), 10 for 15 min at most, 40 likewise.
    assert found is not None and (found.total, found.seconds) == (Decimal(600 * 10 + 900 * 20 + 900 * 30), 2_400)
    spoilt = readings((0, "10"), (15, "99"), (30, "30"))
    spoilt[1].quality = "limit"
    found = hour(INSTANT, *spoilt)
    assert found is not None and (found.total, found.seconds) == (Decimal(900 * 40), 1_800)


def test_the_span_that_covers_most_of_the_hour_counts_and_never_two_at_once() -> None:
    quarters = [Sample(START_US + at * 900 * SECOND, "5", 900) for at in range(4)]
    minutes = [Sample(START_US + at * 60 * SECOND, "1", MINUTE) for at in range(40)]
    assert hour(COUNTER, *quarters, *minutes) == Part(Decimal(20), HOUR_S)
    assert hour(COUNTER, *quarters[:2], *minutes) == Part(Decimal(40), 2_400)
    assert hour(INSTANT, *quarters) == Part(Decimal(5 * HOUR_S), HOUR_S)


def test_what_the_terminal_says_of_the_hour_goes_first_unless_it_is_invalid() -> None:
    own = Sample(START_US, "21", HOUR_S)
    quarters = [Sample(START_US + at * 900 * SECOND, "5", 900) for at in range(4)]
    assert hour(COUNTER, own, *quarters) == Part(Decimal(21), HOUR_S, "own")
    own.revision = 2
    assert hour(COUNTER, own) == Part(Decimal(21), HOUR_S, "own", "corrected")
    own.quality = "flag"
    assert hour(COUNTER, own, *quarters) == Part(Decimal(20), HOUR_S)
    assert hour(COUNTER, own, *quarters[:3]) == Part(Decimal(21), HOUR_S, "own", "invalid")


def test_parts_join_exactly_and_what_stands_in_is_told() -> None:
    parts = [Part(Decimal("0.1"), HOUR_S)] * 23
    assert joined([*parts, None], 86_400, None) == Part(Decimal("2.3"), 23 * HOUR_S)
    assert joined([*parts, Part(Decimal(1), HOUR_S, "fill", "filled")], 86_400, None) == Part(
        Decimal("3.3"), 86_400, "sum", "filled"
    )
    assert joined([None, Part(Decimal(1), HOUR_S, "own", "invalid")], 86_400, None) is None
    own = own_of([Sample(START_US, "5", 86_400)], START_US, 86_400, 86_400, COUNTER)
    assert joined(parts, 86_400, own) == own


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(st.lists(st.one_of(st.none(), st.decimals(-999, 999, places=3)), min_size=24, max_size=24))
def test_a_line_goes_from_the_hour_before_to_the_hour_after_and_edges_stay_open(values: list[Decimal | None]) -> None:
    hours = {START_US + at * HOUR: None if value is None else Part(value, HOUR_S) for at, value in enumerate(values)}
    known = [at for at, value in enumerate(values) if value is not None]
    for how in ("last", "linear"):
        found = filled(Point("k", "A", "kWh", True, None, None, fill=how), hours)
        assert list(found) == list(hours)
        for at, value in enumerate(values):
            part = found[START_US + at * HOUR]
            before = max((each for each in known if each < at), default=None)
            after = min((each for each in known if each > at), default=None)
            if value is not None:
                assert part == Part(value, HOUR_S)
            elif before is None or after is None:
                assert part is None
            else:
                low, high = Fraction(values[before] or 0), Fraction(values[after] or 0)
                line = low + (high - low) * Fraction(at - before, after - before) if how == "linear" else low
                assert part is not None and (part.total, part.state, part.source) == (rounded(line), "filled", "fill")


@pytest.mark.parametrize(
    ("value", "given_", "wanted", "found"),
    [
        ("1", "MWh", "kWh", "1000"),
        ("1", "kWh", "MJ", "3.6"),
        ("1", "kWh", "t", None),
        ("7", "", "t", "7"),
        ("1", "m³", "m3", "1"),
    ],
)
def test_units_convert_exactly_or_not_at_all(value: str, given_: str, wanted: str, found: str | None) -> None:
    told = converted(Decimal(value), given_, wanted)
    assert (None if told is None else text(told)) == found


def test_a_quotient_is_rounded_once_half_to_even_and_a_sum_never() -> None:
    assert text(quotient(Decimal(1), 3)) == "0.3333333333"
    assert text(quotient(Decimal("0.00000000025"), 1)) == "0.0000000002"
    assert total([Decimal("1e30"), Decimal("1e-30"), Decimal("-1e30")]) == Decimal("1e-30")
    assert DAY == 24 * HOUR
