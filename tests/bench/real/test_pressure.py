"""The kernel's accounts of waiting for a CPU: read as they stand, absent without harm, and part of the uncertainty."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bench.real.pressure import CpuWait, PressureWatch, stalled_us, waited
from bench.real.realclock import LoopDelay, expanded_uncertainty_us

_PSI = "some avg10=1.50 avg60=0.20 avg300=0.00 total={}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [("12 34000 5\n", (34000, 5)), ("", None), ("1 2", None), ("1 -2 3", None), ("a b c", None)],
)
def test_schedstat(text: str, found: tuple[int, int] | None) -> None:
    assert waited(text) == found


@pytest.mark.parametrize(
    ("text", "found"), [(_PSI.format(123), 123), ("", None), ("full total=3\n", None), ("some total=x\n", None)]
)
def test_pressure(text: str, found: int | None) -> None:
    assert stalled_us(text) == found


def test_what_came_together_between_start_and_stop(tmp_path: Path) -> None:
    schedstat, pressure = tmp_path / "schedstat", tmp_path / "cpu"
    schedstat.write_text("1 1000000 10\n")
    pressure.write_text(_PSI.format(1_000_000))
    watch = PressureWatch(schedstat, pressure)
    schedstat.write_text("2 3000001 14\n")
    pressure.write_text(_PSI.format(9_000_000_000))
    assert watch.stop() == CpuWait(wait_us=501, stalled=Decimal("100.0"))


def test_a_kernel_without_accounts_is_no_fault(tmp_path: Path) -> None:
    assert PressureWatch(tmp_path / "none", tmp_path / "none").stop() == CpuWait(None, None)


def test_this_machine_tells_something_or_nothing_but_never_nonsense() -> None:
    told = PressureWatch().stop()
    assert told.wait_us is None or told.wait_us >= 0
    assert told.stalled is None or 0 <= told.stalled <= 100


def test_waiting_for_a_cpu_widens_the_uncertainty() -> None:
    quiet = LoopDelay(samples=100, p50_us=50, p99_us=300, max_us=400)
    # 2 · sqrt(2 · (300² + 0²) / 3) = 489.9; with 400 us of waiting 2 · sqrt(2 · (300² + 400²) / 3) = 816.5.
    assert expanded_uncertainty_us(quiet, 50) == 490
    assert expanded_uncertainty_us(quiet, 50, 400) == 817
