"""Results that are asked for while they are being worked out again.

Leaves what a recalculation brings in the end to `changes`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.times import HOUR, MINUTE, SECOND, ceil
from conformance.terminal import MODBUS, UPLINK, read_out
from conformance.terminal.accounting import boundaries, recalculated_judge
from conformance.terminal.accounting.boundaries import scenario
from conformance.terminal.accounting.figures import ACCOUNTING

FAMILY = "accounting"

_AUTHOR = "Li Wei"
_TURNS = 12
"""Questions are put one turn of the loop after the other, the order among them: in virtual time no time passes."""


class AnswersWhileItRecalculates(Case):
    """Figures that are asked for while a factor is counted back are those of before or of after, never some of each."""

    zh = "重新计算进行中查询排放量：所示要么是重算前的结果，要么是重算后的结果，不得混合；并注明所用因子版本。"
    checks = {
        recalculated_judge.WHOLE: ("csmt/8.3.1e", "isc-2/7.2.8c"),
        recalculated_judge.VERSION: ("isc-2/7.2.8c",),
        recalculated_judge.AFTER: ("csmt/8.3.1e",),
        **beside(recalculated_judge.TAKEN),
    }
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("*"))
    scenario = scenario("building", boundaries.BUILDING, boundaries.BUILDING_STREAMS, start="2026-03-02T10:58:00+08:00")

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        until = hour + 20 * MINUTE
        await bench.clock.sleep((until - bench.clock.now_us()) / SECOND + 65)
        await self._ask(bench, hour, until)
        for value, since, reason in (
            ("392.44", hour, "analysis of March"),
            ("391.17", hour, "analysis corrected"),
            # Amid a quarter of an hour that is stored: its parts are worked out by one version each.
            ("395.02", hour + 7 * MINUTE, "analysis of a delivery"),
        ):
            words = ("gas", "NCV", value, "GJ/1e4Nm3", since, reason, _AUTHOR)
            asking = (self._ask(bench, hour, until, turns) for turns in range(_TURNS))
            await asyncio.gather(*asking, self._later(_TURNS // 2, bench.operator.set_factor(*words)))
            await bench.clock.sleep(minutes=2)
            await self._ask(bench, hour, until)
            await bench.clock.sleep(seconds=5)

    async def _later(self, turns: int, order: Awaitable[None]) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        await order

    async def _ask(self, bench: Bench, low: int, high: int, turns: int = 0) -> None:
        """Periods of two classes, and a sum that needs both; so many turns of the loop after others that ask."""
        for _ in range(turns):
            await asyncio.sleep(0)
        operator = bench.operator
        await asyncio.gather(
            operator.emission_sum("emitter", "", low, high),
            operator.emissions("source", "gas", "quarter", low, low + 15 * MINUTE),
            operator.emissions("source", "gas", "minute", low, low + MINUTE),
        )

    def judge(self, history: History) -> Iterator[Finding]:
        yield from recalculated_judge.findings(history)
