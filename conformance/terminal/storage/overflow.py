"""A centre that stays away longer than the buffer lasts (ISC-2 7.2.3-B(6), 7.2.4(5); CSMT 7.6; R-28)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Configuration, Scenario
from conformance.common import delivery
from conformance.common.actions import points, reconciled
from conformance.common.alarms_over import MENDED, Mended
from conformance.common.phases import AWAY, Absence
from conformance.common.times import HOUR
from conformance.terminal import LIVE, LOCAL, MODBUS, read_out
from conformance.terminal.storage import overflow_judge, storage_quota_judge

_BUFFER_H = 48
_AWAY_H = 3 * _BUFFER_H
# Whoever looks at his buffer now and then has looked by then.
_LOOKED_AFTER_MIN = 30


class GivesUpTheOldestAndSaysSo(Case):
    """A centre away for six days overflows a buffer of two: alarm at 80 %, oldest first, every loss a recorded gap."""

    zh = "中心离线六天致两天的缓存溢出：用至 80 % 告警，先弃最旧，逐条登记缺口，其他中心不受影响。"
    checks = {
        overflow_judge.NO_SILENT_LOSS: ("isc-2/7.2.4(5)a", "csmt/7.6a"),
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)d", "isc-2/7.2.4(5)a", "csmt/7.6a"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d", "isc-2/7.2.4(5)a", "csmt/7.6a"),
        **beside(
            overflow_judge.ALARM_BEFORE_OVERFLOW.sometimes(),
            overflow_judge.OLDEST_GIVEN_UP_FIRST.sometimes(),
            overflow_judge.OVERFLOW_LOGGED.sometimes(),
            overflow_judge.NOTHING_ELSE_TOLD.sometimes(),
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            overflow_judge.BUFFER_OVERFLOWED,
        ),
    }
    needs = (
        MODBUS,
        LIVE,
        read_out("alarm-before-overflow", "no-silent-loss", "overflow-logged", "nothing-else-told-given-up"),
        "delivery.automatic-backfill",
        "acquisition.gap-record",
    )
    once = True
    scenario = Scenario(circuits=1, points=1, period_s=900, configuration=Configuration(buffer_h=_BUFFER_H))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=3, minutes=5)
        AWAY.put(bench, Absence(centre="B", buffer_h=_BUFFER_H))
        async with bench.links["uplink.B"].cut():
            await bench.clock.sleep(hours=_AWAY_H)
            await bench.operator.alarms()
        await bench.clock.sleep(hours=3)
        await bench.operator.gaps()
        await bench.operator.log(start)
        await bench.centres.settle(hours=1)
        MENDED.put(bench, Mended(names="B"))
        await bench.clock.sleep(minutes=_LOOKED_AFTER_MIN)
        await bench.operator.alarms()

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from overflow_judge.findings(history, ledgers)
        stretch = overflow_judge.away(history)
        if stretch is not None:
            centre, _, end, buffer_us = stretch
            border = end + overflow_judge.SLACK_US - buffer_us
            ledgers = [overflow_judge.excused(one, border) if one.centre == centre else one for one in ledgers]
        yield from delivery.findings(ledgers)


_STORE_OCTETS = 260_000
_LOOKS_EVERY_H = 2


class OverwritesWhatIsDeliveredFirst(Case):
    """A store bounded by octets fills: delivered data go first, then the oldest waiting, each loss a recorded gap."""

    zh = "按容量限定的存储写满：先覆盖已送达数据，再弃最旧的未送达数据，逐条登记缺口，用至 80 % 告警。"
    checks = {
        storage_quota_judge.DELIVERED_DATA_GO_FIRST: ("isc-2/7.2.4(5)a", "csmt/7.6a"),
        overflow_judge.NO_SILENT_LOSS: ("isc-2/7.2.4(5)a", "csmt/7.6a"),
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)d", "isc-2/7.2.4(5)a", "csmt/7.6a"),
        delivery.ALL_ACKNOWLEDGED: ("isc-2/7.2.3-B(6)d", "isc-2/7.2.4(5)a", "csmt/7.6a"),
        **beside(
            storage_quota_judge.ROOM_KEPT,
            storage_quota_judge.ALARM_BEFORE_FULL,
            overflow_judge.OLDEST_GIVEN_UP_FIRST,
            overflow_judge.OVERFLOW_LOGGED,
            storage_quota_judge.OVERWRITING_TOLD_TRUTHFULLY,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            storage_quota_judge.STORE_OVERFLOWED,
        ),
    }
    needs = (MODBUS, LIVE, LOCAL, "delivery.automatic-backfill", "acquisition.gap-record", "storage.octet-bound")
    once = True
    scenario = Scenario(
        circuits=4,
        points=0,
        period_s=900,
        kinds=("minute", "hour"),
        configuration=Configuration(store_octets=_STORE_OCTETS),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        # B takes quarter-hours and refuses hours: what waits for it is older than much that is delivered.
        bench.centres["B"].behave(refused_cn="2061")
        storage_quota_judge.BOUNDED.put(bench, storage_quota_judge.Bound(centre="B", octets=_STORE_OCTETS))
        await self._pass(bench, hours=_LOOKS_EVERY_H)
        storage_quota_judge.NEARLY_EMPTY.put(bench)
        await bench.operator.records("quarter", points(bench)[0], start, start + HOUR)
        await bench.operator.log(start)
        await self._pass(bench, hours=self.filling_h - _LOOKS_EVERY_H)
        await self._look_back(bench, start)
        bench.centres["B"].behave(refused_cn="")
        await bench.clock.sleep(hours=2)
        AWAY.put(bench, Absence(centre="B", buffer_h=self.scenario.configuration.buffer_h))
        async with bench.links["uplink.B"].cut():
            await self._pass(bench, hours=self.away_h)
            await self._look_back(bench, start)
        await bench.clock.sleep(hours=3)
        await bench.operator.alarms()
        await bench.operator.gaps()
        await bench.operator.log(start)
        await bench.centres.settle(hours=1)

    filling_h = 22
    away_h = 30

    async def _pass(self, bench: Bench, *, hours: int) -> None:
        for _ in range(hours // _LOOKS_EVERY_H):
            await bench.clock.sleep(hours=_LOOKS_EVERY_H)
            await bench.operator.capacity()

    async def _look_back(self, bench: Bench, start: int) -> None:
        """What is still there of the first hours."""
        storage_quota_judge.LOOK_BACK.put(bench)
        for point in points(bench)[:2]:
            await bench.operator.records("quarter", point, start, start + 6 * HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from storage_quota_judge.findings(history, ledgers, slack_us=_LOOKS_EVERY_H * HOUR)
        yield from delivery.findings([storage_quota_judge.excused(history, one) for one in ledgers])
