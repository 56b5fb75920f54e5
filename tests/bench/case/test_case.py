"""Verdicts and decision rules (R-05, R-06)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bench.case import (
    Verdict,
    case_verdict,
    clause_verdict,
    criterion,
    exit_code,
    percentile,
)

V = Verdict


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((), V.INCONCLUSIVE),
        ((V.PASS,), V.PASS),
        ((V.PASS, V.INCONCLUSIVE), V.INCONCLUSIVE),
        ((V.INCONCLUSIVE, V.FAIL), V.FAIL),
        ((V.FAIL, V.ERROR), V.ERROR),
    ],
)
def test_a_case_is_as_bad_as_its_worst_check(found: tuple[Verdict, ...], expected: Verdict) -> None:
    assert case_verdict(found) is expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((), V.NOT_RUN),
        ((V.NOT_APPLICABLE,), V.NOT_APPLICABLE),
        ((V.NOT_APPLICABLE, V.PASS), V.PASS),
        ((V.NOT_RUN, V.PASS), V.NOT_RUN),
        ((V.ERROR, V.FAIL), V.FAIL),
        ((V.REVIEW, V.INCONCLUSIVE), V.REVIEW),
        ((V.ERROR, V.REVIEW), V.ERROR),
    ],
)
def test_a_clause_is_as_bad_as_its_worst_case(found: tuple[Verdict, ...], expected: Verdict) -> None:
    assert clause_verdict(found) is expected


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ((V.PASS, V.NOT_APPLICABLE), 0),
        ((V.PASS, V.FAIL, V.INCONCLUSIVE), 1),
        ((V.PASS, V.INCONCLUSIVE), 2),
        ((V.FAIL, V.ERROR), 3),
        ((), 2),
        ((V.NOT_APPLICABLE,), 2),
    ],
)
def test_exit_codes(found: tuple[Verdict, ...], code: int) -> None:
    assert exit_code(found) == code


def test_the_limit_itself_passes_where_the_relation_includes_it() -> None:
    assert criterion("x", en="x", zh="x", unit="s").compare(10, "<=", 10).verdict is V.PASS
    assert criterion("x", en="x", zh="x", unit="s").compare(10, "<", 10).verdict is V.FAIL


def test_too_large_an_uncertainty_is_inconclusive() -> None:
    assert criterion("x", en="x", zh="x", unit="s").compare(1, "<=", 10, uncertainty=2).verdict is V.PASS
    assert (
        criterion("x", en="x", zh="x", unit="s").compare(1, "<=", 10, uncertainty=Decimal("2.01")).verdict
        is V.INCONCLUSIVE
    )


@pytest.mark.parametrize(("value", "verdict"), [(8, V.PASS), (10, V.INCONCLUSIVE), (13, V.FAIL)])
def test_a_guard_band_leaves_the_middle_open(value: int, verdict: Verdict) -> None:
    found = criterion("x", en="x", zh="x", unit="s").compare(value, "<=", 10, uncertainty=1, guarded=True)
    assert found.verdict is verdict
    assert found.rule == "guarded"


def test_nothing_observed_is_never_a_pass() -> None:
    assert criterion("x", en="x", zh="x").decide(None).verdict is V.INCONCLUSIVE
    assert criterion("x", en="x", zh="x", unit="s").compare(None, "<=", 10).verdict is V.INCONCLUSIVE
    assert (
        criterion("x", en="x", zh="x", unit="s").compare(1, "<=", 10, samples=999, needed=1000).verdict
        is V.INCONCLUSIVE
    )


def test_percentiles_are_nearest_rank() -> None:
    values = list(range(1, 1001))
    assert percentile(values, 99) == 990
    assert percentile([7], 99) == 7
    assert percentile([], 99) is None
