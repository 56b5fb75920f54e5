"""Long outages: power that fails at every age of a backlog, and a backlog that drains for long (R-26, R-28).

Leaves outages without further trouble, and cuts while a backlog is sent, to `delivery`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery, retention
from conformance.common.actions import delivered, reconciled
from conformance.terminal import HJ212, MODBUS
from conformance.terminal.delivery import long_outages_judge

_NEEDS = (MODBUS, HJ212, "delivery.automatic-backfill")


class KeepsBacklogOverRestarts(Case):
    """Power fails early, late and after more than a day of an outage: everything undelivered arrives afterwards."""

    zh = "断网超过一日，期间于不同时刻多次断电重启，各龄期未送达数据恢复后全部补传。"
    checks = {
        retention.BACKFILL_COMPLETE: ("isc-2/7.2.4(5)a", "csmt/7.6a"),
        delivery.NONE_LOST: ("isc-2/7.2.4(5)a", "csmt/7.6a", "csmt/7.6b"),
        delivery.ALL_ACKNOWLEDGED: ("csmt/7.6b",),
        **beside(
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            retention.OUTAGE_TOOK_PLACE,
        ),
    }
    needs = _NEEDS
    once = True
    scenario = Scenario(circuits=1, points=2, period_s=300, centres=("A",))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=1, minutes=2)
        async with bench.links["uplink"].cut():
            # The oldest waiting record is minutes, hours, nearly a day and more than a day old.
            for hours in (0.4, 6, 17, 4, 3):
                await bench.clock.sleep(hours=hours)
                await bench.power.off(60)
            await bench.clock.sleep(hours=1)
        await bench.clock.sleep(hours=1)
        await bench.power.off(60)
        await bench.centres.settle(hours=1)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from retention.outage_findings(history, ledgers, hours=31, recovery=False)
        yield from delivery.findings(ledgers)


class SendsLiveValuesBesideLongBacklog(Case):
    """While a backlog drains for more than an hour against slow answers, live values stay within 60 s."""

    zh = "中心应答缓慢、积压补传持续一小时以上时，实时数据仍在 60 s 内送达（P99）。"
    checks = {
        long_outages_judge.LIVE_BESIDE_THE_BACKLOG: ("isc-2/7.3h",),
        long_outages_judge.DELAY_DOES_NOT_GROW: ("isc-2/7.3h",),
        delivery.NONE_LOST: ("isc-2/7.2.4(5)a", "csmt/7.6a"),
        **beside(
            long_outages_judge.DRAINED_FOR_LONG,
            delivery.ALL_ACKNOWLEDGED,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
        ),
    }
    needs = _NEEDS
    once = True
    scenario = Scenario(circuits=1, points=1, centres=("A",), minute_interval=1, kinds=("minute", "hour"))
    answer_s = 8
    """Slow, and within the time-out: some 720 packets take more than an hour and a half."""

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=32)
        bench.centres["A"].behave(ack_after_s=self.answer_s)
        async with bench.links["uplink"].cut():
            await bench.clock.sleep(hours=12)
        await bench.clock.sleep(hours=2)
        bench.centres["A"].behave(ack_after_s=0)
        await bench.centres.settle(minutes=30)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from long_outages_judge.live_findings(history, reconciled(history))
        yield from delivered(history)
