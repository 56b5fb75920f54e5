"""Cumulative data across failures: what a counter advanced meanwhile is in the day's total (CSMT 12.4; R-19, R-21).

Leaves values estimated or fetched for the stretch itself to `filling`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery
from conformance.common.actions import reconciled
from conformance.terminal import MODBUS, UPLINK
from conformance.terminal.processing import failures_judge
from simulators.meters.faults import Silent


class CountsOnAcrossFailures(Case):
    """A day's total holds what the counter advanced while its meter, the field network or the terminal had failed."""

    zh = "表计、现场网络或终端故障期间计数器的增量包含在日累计中，不丢失。"
    checks = {
        failures_judge.DAY_HOLDS_THE_FAILURE: ("csmt/12.4b",),
        **beside(delivery.NONE_INVENTED),
    }
    needs = (MODBUS, UPLINK)
    scenario = Scenario(
        start="2026-03-01T23:30:00+08:00", circuits=3, points=1, period_s=300, centres=("A",), kinds=("hour", "day")
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=2, minutes=40)
        bench.meters["e01"].set_fault(Silent())
        failures_judge.FAILURE.put(bench, failures_judge.Failed(what="meter e01"))
        await bench.clock.sleep(hours=3)
        bench.meters["e01"].clear()
        await bench.clock.sleep(hours=2)
        failures_judge.FAILURE.put(bench, failures_judge.Failed(what="field network"))
        async with bench.links["field"].cut():
            await bench.clock.sleep(hours=2, minutes=30)
        await bench.clock.sleep(hours=2)
        failures_judge.FAILURE.put(bench, failures_judge.Failed(what="terminal"))
        await bench.power.off(5400)
        await bench.clock.sleep(hours=11, minutes=35)
        await bench.centres.settle(minutes=20)

    def judge(self, history: History) -> Iterator[Finding]:
        yield failures_judge.day_finding(history, "A")
        yield from (found for found in delivery.findings(reconciled(history)) if found.id == "none-invented")
