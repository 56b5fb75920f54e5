"""Centres: several destinations at once, each on its own (ISC-2 7.2.4(3); CSMT 7.3)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery
from conformance.common.actions import reconciled
from conformance.common.phases import FAILING, MENDED
from conformance.common.times import uncertainty_s
from conformance.terminal import LIVE, MODBUS
from conformance.terminal.delivery import centres_judge

BUSY = Scenario(circuits=6, points=4, minute_interval=1, kinds=("minute",))


class _OneFails:
    """What cases share in which centre B fails for three quarters of an hour and A must not notice."""

    checks = {
        centres_judge.NO_DELAY_FROM_THE_OTHER.of("a"): ("isc-2/7.2.4(3)b",),
        centres_judge.SERVED_MEANWHILE.of("a"): ("isc-2/7.2.4(3)a", "isc-2/7.2.4(3)b", "csmt/7.3a"),
        delivery.NONE_LOST: ("isc-2/7.2.4(3)a", "csmt/7.3a"),
        **beside(
            delivery.ALL_ACKNOWLEDGED,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
        ),
    }
    needs = (MODBUS, LIVE)
    scenario = BUSY

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=46, seconds=30)
        FAILING.put(bench)
        await self.fail(bench)
        MENDED.put(bench)
        await bench.clock.sleep(minutes=15)
        await bench.centres.settle(minutes=30)

    async def fail(self, bench: Bench) -> None:
        """Let centre B fail for 46 minutes."""
        raise NotImplementedError

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        sound = [ledger for ledger in ledgers if ledger.centre == "A"]
        failing, mended = FAILING.at(history), MENDED.at(history)
        yield from centres_judge.independence_findings(sound, failing, mended, uncertainty=uncertainty_s(history))
        yield from delivery.findings(ledgers)


class KeepsServingWhileOtherCentreIsDead(_OneFails, Case):
    """A centre that cannot be reached delays the other by nothing and gets everything afterwards."""

    zh = "一个中心不可达时另一中心不受影响，恢复后数据补齐。"

    async def fail(self, bench: Bench) -> None:
        async with bench.links["uplink.B"].cut():
            await bench.clock.sleep(minutes=46)


class KeepsServingWhileOtherCentreIsSlow(_OneFails, Case):
    """A centre that answers after 30 s delays the other by nothing and gets everything."""

    zh = "一个中心 30 s 后才应答时另一中心不受影响，其数据最终完整。"

    async def fail(self, bench: Bench) -> None:
        bench.centres["B"].behave(ack_after_s=30)
        await bench.clock.sleep(minutes=46)
        bench.centres["B"].behave(ack_after_s=0)


class KeepsServingWhileOtherCentreRefuses(_OneFails, Case):
    """A centre that refuses connections delays the other by nothing and gets everything afterwards."""

    zh = "一个中心拒绝连接时另一中心不受影响，恢复后数据补齐。"

    async def fail(self, bench: Bench) -> None:
        bench.centres["B"].behave(accept="refuse")
        bench.centres["B"].disconnect(abort=True)
        await bench.clock.sleep(minutes=46)
        bench.centres["B"].behave(accept="accept")


class KeepsServingWhileOtherCentreDenies(_OneFails, Case):
    """A centre that answers negatively delays the other by nothing and gets everything afterwards."""

    zh = "一个中心始终否定应答时另一中心不受影响，恢复后数据补齐。"

    async def fail(self, bench: Bench) -> None:
        bench.centres["B"].behave(ack="negative")
        await bench.clock.sleep(minutes=46)
        bench.centres["B"].behave(ack="always")


class SendsToTwoCentresAtOnce(Case):
    """Two centres receive every record side by side."""

    zh = "同一数据同时送达两个中心。"
    checks = {
        centres_judge.CENTRES_SERVED: ("isc-2/7.2.4(3)a", "isc-2/7.2.4(3)b", "csmt/7.3a"),
        centres_judge.SIDE_BY_SIDE: ("isc-2/7.2.4(3)b", "isc-2/7.3.1f"),
        delivery.NONE_LOST: ("isc-2/7.3.1c",),
        **beside(
            delivery.ALL_ACKNOWLEDGED,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
        ),
    }
    needs = (MODBUS, LIVE)
    scenario = Scenario(circuits=2, points=2, kinds=("minute", "hour"))
    least = 2

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=6, minutes=5)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from centres_judge.simultaneous_findings(history, ledgers, least=self.least)
        yield from delivery.findings(ledgers)


class SendsToThreeCentresAtOnce(SendsToTwoCentresAtOnce):
    """The internet platform and two further centres receive every record side by side."""

    zh = "互联网平台与另外两个中心同时收到同一数据。"
    checks = {
        centres_judge.CENTRES_SERVED: ("csmt/7.3a", "csmt/7.3b"),
        centres_judge.SIDE_BY_SIDE: ("csmt/7.3b",),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, LIVE, "centres.three")
    scenario = Scenario(circuits=2, points=2, kinds=("minute", "hour"), centres=("A", "B", "C"))
    least = 3
