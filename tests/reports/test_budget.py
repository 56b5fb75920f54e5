"""The budget of the uncertainty: what the run measured in real time, the rounding alone in virtual time."""

from __future__ import annotations

import msgspec

from bench.case import Measurement, RunResult, Text
from reports.issue.budget import budget


def measured(run: RunResult, **told: str) -> RunResult:
    found = tuple(
        Measurement(id=id.replace("_", "-"), name=Text("x", "x"), value=value, unit="s") for id, value in told.items()
    )
    case = msgspec.structs.replace(run.cases[0], measurements=found)
    return msgspec.structs.replace(run, rig="lab", cases=(case,))


def test_virtual_time_has_its_rounding_alone(run: RunResult) -> None:
    found = budget(run)
    assert len(found.rows) == 1 and {told for _, told in found.expanded} == {"0.001 s"}


def test_real_time_has_every_component_with_its_number(run: RunResult) -> None:
    real = measured(
        run, bench_loop_delay="0.003", bench_cpu_wait="0.001", bench_uncertainty="0.004", supply_delay="0.045"
    )
    rows = {row.name.en: row.standard for row in budget(real).rows}
    assert rows["late stamps of the bench's loop"] == "0.001732 s"
    assert rows["rate of the bench's clock"] == "58 ppm"
    assert rows["relay or supply"] == "0.045 s"
    expanded = dict(budget(real).expanded)
    assert expanded["1 s"] == "0.0040 s" and expanded["86400 s"].startswith("9.97")
