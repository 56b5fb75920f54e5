"""A centre that stays away longer than the buffer lasts (ISC-2 7.2.3-B(6), 7.2.4(5); CSMT 7.6; R-28)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.bench import Bench
from bench.case import Case, Finding
from bench.history import History
from bench.scenario import Scenario
from conformance.judges import delivery, overflow
from conformance.terminal import HJ212, LOCAL, MODBUS
from conformance.terminal.moves import reconciled

_BUFFER_H = 48
_AWAY_DAYS = 30


class GivesUpTheOldestAndSaysSo(Case):
    """A centre away for a month overflows its buffer: alarmed at 80 %, oldest first, every loss a recorded gap."""

    zh = "中心离线一个月致缓存溢出：用至 80 % 告警，先弃最旧，逐条登记缺口，其他中心不受影响。"
    clauses = ("isc-2/7.2.3-B(6)d", "isc-2/7.2.4(5)a", "csmt/7.6a")
    needs = (MODBUS, HJ212, LOCAL, "delivery.automatic-backfill", "acquisition.gap-record")
    once = True
    scenario = Scenario(circuits=1, points=1, period_s=900, buffer_h=_BUFFER_H)

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=3, minutes=5)
        bench.phase("away", centre="B", buffer_h=_BUFFER_H)
        async with bench.links["uplink.B"].cut():
            await bench.clock.sleep(days=_AWAY_DAYS)
            await bench.operator.alarms()
        await bench.clock.sleep(hours=3)
        await bench.operator.gaps()
        await bench.operator.log(start)
        await bench.centres.settle(hours=1)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from overflow.findings(history, ledgers)
        stretch = overflow.away(history)
        if stretch is not None:
            centre, _, end, buffer_us = stretch
            border = end + overflow.SLACK_US - buffer_us
            ledgers = [overflow.excused(one, border) if one.centre == centre else one for one in ledgers]
        yield from delivery.findings(ledgers)
