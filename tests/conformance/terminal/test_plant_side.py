"""Judges of the plant side: calendar, second check, estimates, currents, ratios; each by numbers worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bench.history import Point
from conformance.common.times import MINUTE, instant_of, local
from conformance.common.truth import Series, quantity
from conformance.terminal.instruments.signals_judge import DOUBTFUL, FAULT, GOOD, meaning
from conformance.terminal.processing.filling_judge import LINEAR, NEAREST, Base, estimate
from conformance.terminal.processing.settlements_judge import periods


def _at(stamp: str) -> int:
    found = instant_of(stamp)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "first", "last", "count"),
    [
        ("day", "2028-02-29 00:00", "2028-03-01 00:00", 1),
        ("week", "2028-02-28 00:00", "2028-03-06 00:00", 1),
        ("month", "2028-02-01 00:00", "2028-03-01 00:00", 1),
        ("quarter_year", "2028-01-01 00:00", "2028-04-01 00:00", 1),
        ("year", "2028-01-01 00:00", "2029-01-01 00:00", 1),
    ],
)
def test_a_period_runs_from_its_first_midnight_to_the_next(kind: str, first: str, last: str, count: int) -> None:
    start, end = _at(first.translate(_PLAIN) + "00"), _at(last.translate(_PLAIN) + "00")
    found = list(periods(kind, start, end))
    assert len(found) == count
    assert [local(instant)[:16] for instant in found[0]] == [first, last]


_PLAIN = str.maketrans("", "", "- :")


def test_a_period_that_began_before_is_left_out() -> None:
    start, end = _at("20280102000000"), _at("20280301000000")
    assert [local(first)[:10] for first, _ in periods("month", start, end)] == ["2028-02-01"]
    assert list(periods("year", start, end)) == []


@pytest.mark.parametrize(
    ("ma", "what"),
    [
        ("3.6", FAULT),
        ("3.61", DOUBTFUL),
        ("3.79", DOUBTFUL),
        ("3.8", GOOD),
        ("20.5", GOOD),
        ("20.51", DOUBTFUL),
        ("20.99", DOUBTFUL),
        ("21.0", FAULT),
    ],
)
def test_limits_of_ne_43_belong_to_what_they_limit(ma: str, what: str) -> None:
    assert meaning(Decimal(ma)) == what


def _series(**changes: object) -> Series:
    fields: dict[str, object] = {"id": "m.e", "meter": "m", "kind": "counter", "unit": "kWh", "decimals": 2}
    return Series(Point(**{**fields, **changes}), MINUTE)  # type: ignore[arg-type]


def test_estimates_by_both_methods() -> None:
    base = Base(0, 4 * MINUTE, Decimal("10.00"), Decimal("0.05"), Decimal("10.05"))
    slots = [MINUTE, 2 * MINUTE, 3 * MINUTE]
    linear = [str(estimate(_series(), base, slot, LINEAR)) for slot in slots]
    # 10.0125, 10.025, 10.0375: half up at two decimals.
    assert linear == ["10.01", "10.03", "10.04"]
    # On a tie the earlier point.
    assert [str(estimate(_series(), base, slot, NEAREST)) for slot in slots] == ["10.00", "10.00", "10.05"]


def test_an_estimate_passes_full_scale() -> None:
    base = Base(0, 4 * MINUTE, Decimal("999.98"), Decimal("0.04"), Decimal("0.02"))
    series = _series(modulus="1000.00")
    found = [str(estimate(series, base, slot * MINUTE, LINEAR)) for slot in (1, 2, 3)]
    assert found == ["999.99", "0.00", "0.01"]


@pytest.mark.parametrize(
    ("ratio", "text", "expected"),
    [("1", "0.10", "0.10"), ("80", "0.10", "8.00"), ("6000", "999999.99", "5999999940.00"), ("1.5", "0.01", "0.015")],
)
def test_a_register_times_its_ratio_is_exact(ratio: str, text: str, expected: str) -> None:
    assert quantity(_series(ratio=ratio).point, text) == expected


def test_what_is_no_number_stays_as_it_is() -> None:
    assert quantity(_series(ratio="80").point, "NaN") == "NaN"
