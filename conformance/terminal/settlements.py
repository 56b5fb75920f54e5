"""Settlements: days and what is added up from them, across the ends of a year and a quarter (ISC-2 7.3; CSMT 8.2.1).

Leaves quarter-hours and hours to `processing`, and what centres get of it to `delivery`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.bench import Bench
from bench.case import Case, Finding, Rig
from bench.history import History
from bench.scenario import Scenario
from conformance.judges import settlement
from conformance.terminal import LOCAL, MODBUS
from conformance.terminal.moves import counters


class SettlesToTheQuarter(Case):
    """Days with their extremes, weeks, months and a quarter are exact, across 31 December and 29 February."""

    zh = "日结（含最大最小值）、周、月、季度累计逐位正确，跨 12 月 31 日与 2 月 29 日。"
    clauses = ("isc-2/7.3b", "isc-2/7.3c", "isc-2/7.3d", "csmt/8.2.1c", "csmt/8.2.1d")
    needs = (MODBUS, LOCAL)
    rigs = Rig.VIRTUAL
    scenario = Scenario(start="2027-12-30T22:00:00+08:00", circuits=1, points=1, period_s=10_800, centres=(), kinds=())

    # A year takes minutes of computing in virtual time; its rule is that of the quarter.
    kinds = ("day", "week", "month", "quarter_year")

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(days=94)
        for point in counters(bench):
            for kind in self.kinds:
                await bench.operator.records(kind, point, start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from settlement.findings(history, self.kinds)
