"""Periods of one point: values, flags, boundaries, gaps, steps of the clock."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from terminal_kit import config_text

from reference_terminal.model import reading
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Record
from reference_terminal.model.times import DAY, HOUR, MINUTE, MONTH, QUARTER, Span, parse_iso
from reference_terminal.processing.interval import IntervalBuilder
from reference_terminal.settings.config import load_config

POINTS = load_config(config_text()).points


def at(text: str) -> int:
    found = parse_iso(text)
    assert found is not None
    return found


T0 = at("2026-02-28T08:00:00")


class Bench:
    """A builder with a memory of what it closed."""

    def __init__(self, kind: str, *spans: Span, period_s: int = 60, start_s: int = T0) -> None:
        self.closed: dict[tuple[int, int], Record] = {}
        config = POINTS[0 if kind == "counter" else 1]
        self.builder = IntervalBuilder(1, config, period_s, 75, lambda span, start: (span, start) in self.closed)
        for span in spans:
            self.builder.begin(span, start_s, reading.MISSED)
        self.last: Decimal | None = None

    def put(self, slot_s: int, value: str, skipped: str = reading.MISSED, *, broken: bool = False) -> list[Record]:
        number = Decimal(value)
        increment = None if self.last is None or broken else number - self.last
        self.last = number
        found = Reading(1, slot_s, slot_s * 1000, number, "", reading.GOOD, "")
        return self.keep(self.builder.add(found, number, increment, skipped, broken))

    def bad(self, slot_s: int, cause: str = reading.TIMEOUT) -> list[Record]:
        return self.keep(
            self.builder.add(Reading(1, slot_s, slot_s * 1000, None, "", reading.BAD, cause), None, None, "", False)
        )

    def keep(self, records: list[Record]) -> list[Record]:
        for record in records:
            key = (record.span, record.start_s)
            assert key not in self.closed, f"closed twice: {record}"
            assert record.start_s < record.end_s
            self.closed[key] = record
        return records


def test_a_boundary_reading_closes_one_period_and_opens_the_next() -> None:
    bench = Bench("counter", MINUTE)
    bench.put(T0, "1.10")
    (first,) = bench.put(T0 + 60, "1.20")
    (second,) = bench.put(T0 + 120, "1.25")
    assert (first.value, first.opening, first.closing, first.flag) == ("0.10", "1.10", "1.20", "N")
    assert (second.value, second.opening, second.closing) == ("0.05", "1.20", "1.25")


def test_a_period_without_its_boundary_readings_has_a_flag_and_no_value() -> None:
    bench = Bench("counter", MINUTE)
    bench.put(T0, "1")
    (first,) = bench.bad(T0 + 60)
    (second,) = bench.put(T0 + 120, "3")
    (third,) = bench.put(T0 + 180, "4")
    assert [(r.value, r.flag) for r in (first, second, third)] == [(None, "B"), (None, "B"), ("1", "N")]


@pytest.mark.parametrize(("cause", "flag"), [(reading.RANGE, "T"), (reading.SENTINEL, "D"), (reading.TIMEOUT, "B")])
def test_the_flag_tells_what_the_boundary_reading_lacked(cause: str, flag: str) -> None:
    bench = Bench("counter", MINUTE)
    bench.put(T0, "1")
    (ending,) = bench.bad(T0 + 60, cause)
    (beginning,) = bench.put(T0 + 120, "3")
    assert (ending.flag, ending.cause, beginning.flag, beginning.cause) == (flag, cause, flag, cause)


def test_a_longer_period_around_a_gap_keeps_its_value() -> None:
    bench = Bench("counter", MINUTE, QUARTER)
    bench.put(T0, "1")
    for minute in range(1, 15):
        bench.bad(T0 + 60 * minute)
    records = bench.put(T0 + 900, "9")
    quarter = next(record for record in records if record.span == QUARTER.code)
    assert (quarter.value, quarter.flag) == ("8", "N")


def test_skipped_periods_are_recorded_as_lacking() -> None:
    bench = Bench("counter", MINUTE)
    bench.put(T0, "1")
    records = bench.put(T0 + 300, "2", reading.POWER_OFF)
    assert [(r.start_s - T0, r.value, r.flag) for r in records] == [(60 * n, None, "B") for n in range(5)]


def test_a_reset_flags_its_period_only() -> None:
    bench = Bench("counter", MINUTE)
    bench.put(T0, "100")
    (first,) = bench.put(T0 + 60, "5", broken=True)
    (second,) = bench.put(T0 + 120, "6")
    assert (first.value, first.flag) == (None, "D")
    assert (second.value, second.flag) == ("1", "N")


def test_mean_minimum_maximum() -> None:
    bench = Bench("instant", MINUTE, period_s=20)
    bench.put(T0, "1")
    bench.put(T0 + 20, "2")
    bench.put(T0 + 40, "2")
    (record,) = bench.put(T0 + 60, "9")
    assert (record.low, record.value, record.high, record.n, record.total) == ("1", "1.6667", "2", 3, "5")


@pytest.mark.parametrize(("good", "flag"), [(45, "N"), (44, "B")])
def test_an_hour_mean_needs_its_share_of_samples(good: int, flag: str) -> None:
    bench = Bench("instant", HOUR)
    for minute in range(60):
        if minute < good:
            bench.put(T0 + 60 * minute, "1")
        else:
            bench.bad(T0 + 60 * minute)
    (record,) = bench.put(T0 + 3600, "1")
    assert record.flag == flag and (record.value is None) == (flag == "B")


def test_day_and_month_end_on_the_grid_of_utc_plus_8() -> None:
    start = at("2026-02-28T23:00:00")
    bench = Bench("counter", HOUR, DAY, MONTH, period_s=3600, start_s=start)
    bench.put(start, "1")
    records = bench.put(start + 3600, "2")
    assert sorted(record.span for record in records) == [0, 3600, 86400]
    assert all(record.end_s == at("2026-03-01T00:00:00") for record in records)
    assert [r.start_s for r in records if r.span == 0] == [at("2026-02-01T00:00:00")]


@given(st.lists(st.integers(0, 10_000), min_size=97, max_size=97))
def test_quarters_hours_and_day_add_up(steps: list[int]) -> None:
    start = at("2026-03-01T00:00:00")
    bench = Bench("counter", QUARTER, HOUR, DAY, period_s=900, start_s=start)
    total = 0
    for number, step in enumerate(steps):
        total += step
        bench.put(start + 900 * number, str(Decimal(total).scaleb(-2)))
    sums = {
        span.code: sum(Decimal(r.value or "x") for r in bench.closed.values() if r.span == span.code)
        for span in (QUARTER, HOUR, DAY)
    }
    assert sums[QUARTER.code] == sums[HOUR.code] == sums[DAY.code] == Decimal(sum(steps[1:])).scaleb(-2)
    assert sum(r.span == QUARTER.code for r in bench.closed.values()) == 96


def test_clock_set_forward_invents_nothing_for_the_time_that_never_was() -> None:
    bench = Bench("counter", MINUTE)
    bench.put(T0, "1")
    bench.put(T0 + 60, "2")
    records = bench.put(T0 + 3600, "3", reading.CLOCK_STEP)
    assert [(r.start_s - T0, r.value, r.flag) for r in records] == [(60, None, "B")]


def test_clock_set_back_makes_no_period_twice_and_loses_nothing() -> None:
    bench = Bench("counter", MINUTE)
    for minute in range(6):
        bench.put(T0 + 60 * minute, str(minute))
    # At 08:05:30 the clock goes back to 08:02:30: 08:03 to 08:05 come round a second time.
    for number, minute in enumerate((3, 4, 5, 6, 7), 6):
        bench.put(T0 + 60 * minute, str(number))
    values = [bench.closed[60, T0 + 60 * minute].value for minute in range(7)]
    assert values == ["1", "1", "1", "1", "1", "4", "1"]
    assert sum(Decimal(value or 0) for value in values) == 10


def test_clock_set_back_by_two_seconds_counts_no_sample_twice() -> None:
    bench = Bench("instant", MINUTE, period_s=20)
    for slot, value in ((0, "1"), (20, "2"), (20, "2"), (40, "3")):
        bench.put(T0 + slot, value)
    (record,) = bench.put(T0 + 60, "9")
    assert (record.n, record.total) == (3, "6")


def test_clock_set_back_to_a_time_without_records_opens_new_periods() -> None:
    bench = Bench("counter", MINUTE)
    bench.put(T0, "1")
    bench.put(T0 + 60, "2")
    bench.put(T0 - 3600, "3")
    (record,) = bench.put(T0 - 3540, "4")
    assert (record.start_s, record.value, record.flag) == (T0 - 3600, "1", "N")


@example([(-1, 3)])
@given(st.lists(st.tuples(st.integers(-300, 300), st.integers(1, 5)), min_size=1, max_size=12))
def test_whatever_the_clock_does_no_period_is_closed_twice_or_negative(moves: list[tuple[int, int]]) -> None:
    bench = Bench("counter", MINUTE, QUARTER)
    slot, value = T0, 0
    bench.put(slot, "0")
    for jump, count in moves:
        target = (slot + 60 * jump) // 60 * 60
        skipped = reading.CLOCK_STEP if jump > 0 else reading.MISSED
        for number in range(count):
            value += 1
            slot = target + 60 * number
            bench.put(slot, str(value), skipped)
    increments = [Decimal(r.value) for r in bench.closed.values() if r.value is not None and r.span == 60]
    assert all(increment >= 0 for increment in increments)
    assert sum(increments) <= value
