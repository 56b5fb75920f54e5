"""Uncertainty and decision rule of measured times and shares, and which of them virtual time may decide."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from reports_synthetic import began as first

from bench.case import Criterion, Measurement, Text, Verdict, as_seen_in, criterion
from bench.case.measuring import MEASURED_UNITS, of_span, stated
from bench.case.program_evidence import own_findings
from bench.history import Event, History, Power, Timing
from conformance.clauses.suite import case_classes

LIMIT = criterion("soon", en="soon", zh="及时", unit="s", timed=True)
BAND = criterion("between", en="between", zh="在两者之间", unit="s")


def history_of(rig: str, rule: str, *events: Event) -> History:
    start = msgspec.structs.replace(first("x", 1, 1), rig=rig, parameters={"decision_rule": rule})
    return History([start, *events])


def timing(us: int) -> Timing:
    return Timing(
        t=2,
        samples=100,
        loop_p50_us=1,
        loop_p99_us=us,
        loop_max_us=us,
        resolution_ns=100,
        host_moved_us=0,
        uncertainty_us=us,
    )


def real(us: int = 2_000, rule: str = "simple") -> History:
    return history_of("process", rule, timing(us))


def virtual(rule: str = "simple") -> History:
    return history_of("virtual", rule)


def test_a_time_gets_the_benchs_uncertainty_and_the_rule() -> None:
    found = stated(virtual(), LIMIT.decide(True, measured="4.000", limit=5, op="<="))
    assert (found.uncertainty, found.rule, found.verdict) == ("0.001", "simple", Verdict.PASS)


def test_the_rate_of_the_clock_counts_in_real_time_only() -> None:
    assert of_span(virtual(), Decimal(86400)) == Decimal("0.001")
    day = of_span(real(), Decimal(86400))
    assert day is not None and Decimal("9.9") < day < Decimal("10.0")
    minute = of_span(real(), Decimal(10))
    assert minute is not None and Decimal("0.002") < minute < Decimal("0.0024")


def test_an_uncertainty_above_a_fifth_of_the_limit_decides_nothing() -> None:
    found = stated(real(1_100_000), LIMIT.decide(True, measured="2.000", limit=5, op="<="))
    assert found.verdict is Verdict.INCONCLUSIVE and "U > limit/5" in found.actual


@pytest.mark.parametrize(
    ("measured", "expected"), [("4.900", Verdict.INCONCLUSIVE), ("4.000", Verdict.PASS), ("6.000", Verdict.FAIL)]
)
def test_a_guard_band_leaves_what_lies_near_the_limit_open(measured: str, expected: Verdict) -> None:
    asked = LIMIT.decide(Decimal(measured) <= 5, measured=measured, limit=5, op="<=")
    assert stated(real(500_000, "guarded"), asked).verdict is expected


def test_a_guard_band_holds_for_checks_that_bring_their_own_uncertainty() -> None:
    asked = LIMIT.compare(Decimal("4.9"), "<=", 5, uncertainty=Decimal("0.5"))
    assert asked.verdict is Verdict.PASS
    found = stated(virtual("guarded"), asked)
    assert (found.verdict, found.rule) == (Verdict.INCONCLUSIVE, "guarded")


@pytest.mark.parametrize(("measured", "ok"), [("10.402", True), ("9.000", False), ("11.500", False)])
def test_a_band_is_told_by_its_two_ends(measured: str, ok: bool) -> None:
    found = stated(virtual(), BAND.decide(ok, measured=measured, limit="10.000..11.000"))
    assert (found.op, found.expected) == ("in", "10.000 – 11.000 s")
    assert found.verdict is (Verdict.PASS if ok else Verdict.FAIL)


def test_a_band_narrower_than_five_uncertainties_decides_nothing() -> None:
    found = stated(real(250_000), BAND.decide(True, measured="10.402", limit="10.000..11.000"))
    assert found.verdict is Verdict.INCONCLUSIVE and "U > width/5" in found.actual


def test_what_fails_for_another_reason_is_not_decided_by_the_number() -> None:
    found = stated(real(1_100_000), LIMIT.decide(False, measured="2.000", limit=5, op="<="))
    assert found.verdict is Verdict.FAIL and found.uncertainty


def test_what_is_counted_says_why_it_has_no_uncertainty() -> None:
    days = criterion("days", en="days", zh="天数", unit="d", exact=Text("days are counted", "按日计数"))
    found = stated(virtual(), days.decide(True, measured=184, limit=184, op=">="))
    assert (found.uncertainty, found.exact) == ("", "days are counted / 按日计数")


def test_a_record_that_did_not_measure_the_bench_says_so() -> None:
    found = stated(history_of("process", "simple"), LIMIT.decide(True, measured="4.000", limit=5, op="<="))
    assert not found.uncertainty and "not measured" in found.exact


def criteria() -> list[tuple[str, Criterion]]:
    return [(name, each) for name, case in case_classes().items() for each in case.checks]


def test_no_limit_on_how_fast_a_terminal_is_passes_in_virtual_time() -> None:
    """A criterion of a time or share is `timed`, or says why its limit is none on the speed of the terminal (R-08)."""
    open_ = [
        f"{name}:{each.id}"
        for name, each in criteria()
        if each.unit in MEASURED_UNITS and not (each.timed or each.scheduled or each.exact or each.condition)
    ]
    # A lower bound: the terminal was without power for so long.
    assert [name for name in open_ if not name.endswith(":works-after-the-long-loss")] == []
    found = as_seen_in("virtual", LIMIT.decide(True, measured="4.000", limit=5, op="<="))
    assert found.verdict is Verdict.NOT_RUN


def test_the_switch_to_a_standby_is_no_equation() -> None:
    """Its limit is printed as the band that it is."""
    from conformance.terminal.acquisition.standby_judge import EARLIEST_US, LATEST_US, SWITCH_TIME

    asked = SWITCH_TIME.decide(True, measured="10.402", limit=f"{EARLIEST_US / 1e6:.3f}..{LATEST_US / 1e6:.3f}")
    assert asked.op == "in" and "=" not in asked.expected


def test_the_delay_of_a_relay_is_a_measurement_of_its_case() -> None:
    cuts = [Power(t=5_000_000 + late, state="cut", detail={"asked": "5000000"}) for late in (20_000, 45_000)]
    (found,) = own_findings(history_of("lab", "simple", *cuts))
    assert isinstance(found, Measurement) and (found.value, found.samples) == ("0.045000", 2)
    assert own_findings(virtual()) == ()
