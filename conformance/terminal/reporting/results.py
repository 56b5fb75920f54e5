"""What is told of emissions besides themselves: intensities, footprints of products, comparisons with other periods.

Leaves the emissions to `figures` and `periods`.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import ProductFlow
from conformance.common.carbon.reckon import period
from conformance.common.times import MINUTE, SECOND, ceil, instant_of_iso
from conformance.terminal import MODBUS, UPLINK, read_out
from conformance.terminal.accounting import boundaries
from conformance.terminal.accounting.boundaries import scenario
from conformance.terminal.accounting.figures import ACCOUNTING
from conformance.terminal.accounting.periods import MONTHLY
from conformance.terminal.reporting import results_judge

FAMILY = "accounting"
_UNIT = msgspec.structs.replace(
    boundaries.POWER_UNIT,
    sources=(
        *boundaries.POWER_UNIT.sources,
        # What is no CO2 weighs otherwise than its equivalent.
        boundaries.source(
            *("nitric-acid", "unit-1", "", "chemicals-ndrc-2013", "nitric-acid-high-pressure"),
            *(boundaries.read("AD", "t", "limestone.mass"), boundaries.fixed("ETA", "%", "85")),
            boundaries.fixed("MU", "%", "90"),
        ),
    ),
    products=(
        *boundaries.POWER_UNIT.products,
        ProductFlow(id="standby", point="standby.energy", unit="kWh"),
        ProductFlow(id="steam", point="heat.heat", unit="GJ", sources=("coal", "diesel")),
    ),
)


class TellsIntensities(Case):
    """Emission by kWh generated and by GJ supplied, a footprint with its own boundary, and nothing divided by zero."""

    zh = "单位发电量、单位供热量排放强度和自有边界的产品碳足迹逐位准确；产量为零时不给出强度。"
    checks = {
        results_judge.INTENSITY.of("electricity", *results_judge.OF["electricity"]): ("isc-2/7.2.3-A(3)p",),
        results_judge.INTENSITY.of("heat", *results_judge.OF["heat"]): ("isc-2/7.2.3-A(3)q",),
        results_judge.NOT_BY_ZERO: ("isc-2/7.2.5-4",),
        results_judge.FOOTPRINT: ("csmt/9.4-2", "csmt/9.4-3", "csmt/9.4-4", "csmt/8.3.1h", "csmt/11.7g"),
    }
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("intensity-*", "not-divided-by-zero", "footprint"))
    scenario = scenario(
        "power-unit", _UNIT, (*boundaries.POWER_STREAMS, ("standby", "energy")), start="2026-03-02T08:57:00+08:00"
    )

    async def drive(self, bench: Bench) -> None:
        quarter = ceil(bench.clock.now_us(), 15 * MINUTE)
        await bench.clock.sleep((quarter + 32 * MINUTE - bench.clock.now_us()) / SECOND)
        span = (quarter, quarter + 30 * MINUTE)
        for product in ("electricity", "heat", "standby"):
            await bench.operator.intensity(product, *span)
        await bench.operator.footprint("steam", *span)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from results_judge.intensity_findings(history)


class ComparesPeriods(Case):
    """A month beside the one before and beside the same of the year before, across a leap February."""

    zh = "某月排放量与上月（含闰年二月）及上年同月的比较逐位准确。"
    checks = {
        results_judge.BEFORE: ("isc-2/7.2.5-17",),
        results_judge.YEAR_BEFORE: ("isc-2/7.2.5-16",),
    }
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("period-before", "year-before"))
    scenario = scenario("building", MONTHLY, (("grid", "energy"),), start="2025-01-02T08:57:00+08:00")

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=4)
        for month, value in (("2023-03", "5.21"), ("2024-02", "4.6"), ("2024-03", "6.075")):
            start, end = period("month", instant_of_iso(f"{month}-01T00:00:00+08:00") or 0)
            words = ("Li Wei", "delivery note")
            await bench.operator.enter_activity("boiler", "FC", "month", start, end, value, *words)
        await bench.clock.sleep(minutes=1)
        start = instant_of_iso("2024-03-01T00:00:00+08:00") or 0
        await bench.operator.emission_comparison("source", "boiler", "month", start)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from results_judge.comparison_findings(history)
