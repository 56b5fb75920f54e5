"""Signals of 4-20 mA loops at the limits of NAMUR NE 43 (CSMT 7.1, 11.3 c; ISC-2 7.2.3-A(1)).

Leaves scaling within the range, and loops that are plainly broken, to `interfaces`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.bench import Bench
from bench.case import Case, Finding, Rig
from bench.history import History
from bench.scenario import Line, Scenario
from conformance.judges import signals
from conformance.terminal import HJ212, LOCAL
from conformance.terminal.interfaces import SERIAL
from conformance.terminal.moves import all_centres, points, read_readings
from simulators.meters.faults import Current


class KeepsTheLimitsOfSignals(Case):
    """Currents are measurements from 3.8 to 20.5 mA, faults from 3.6 mA down and 21.0 mA up, and in between neither."""

    zh = "4–20 mA 信号按 NAMUR NE 43 界限判定：3.8–20.5 mA 有效，≤3.6 与 ≥21.0 mA 为故障，其间不作为良好值。"
    clauses = ("csmt/11.3c-4", "csmt/7.1d")
    needs = (SERIAL, HJ212, LOCAL)
    rigs = Rig.VIRTUAL
    scenario = Scenario(circuits=0, lines=(Line(("analogue",)),), centres=("A",), realtime_interval_s=60, kinds=())
    currents = ("4", "20", "3.8", "20.5", "3.7", "20.8", "3.6", "21.0", "12")

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=10, seconds=30)
        meter = next(iter(bench.meters.values()))
        for ma in self.currents:
            meter.clear()
            meter.set_fault(Current(ma=ma))
            bench.phase("current", ma=ma)
            await bench.clock.sleep(minutes=4)
        bench.phase("current")
        meter.clear()
        await bench.clock.sleep(minutes=3)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from signals.findings(history, all_centres(history))
