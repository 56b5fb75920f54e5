"""Short cases for real time: minutes instead of days, the same in virtual time, so that both can be compared.

Leaves the full lengths that the clauses ask for to the other chapters: what is decided here is decided for few records.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.bench import Bench
from bench.case import Case, Finding
from bench.history import History
from bench.scenario import Scenario
from conformance.terminal import HJ212, MODBUS
from conformance.terminal.moves import delivered

# Minute data every minute and real-time data every 30 s, the shortest that HJ 212 offers, of meters polled every 5 s.
QUICK = Scenario(circuits=2, points=2, period_s=5, minute_interval=1, realtime_interval_s=30, kinds=("minute",))


class DeliversWithinMinutes(Case):
    """Minute values and real-time values reach both centres within minutes of the start, once each and unaltered."""

    zh = "启动数分钟内，分钟数据与实时数据各一次、无误地到达两个中心。"
    clauses = ("isc-2/7.2.4(3)a",)
    needs = (MODBUS, HJ212)
    scenario = QUICK

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=2, seconds=5)
        await bench.centres.settle(seconds=8)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from delivered(history)
