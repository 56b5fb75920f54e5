"""A store that takes no writes for a while, and one that is damaged when power comes back (ISC-2 7.2.3e, 9.2; R-29).

Leaves lost power to `storage`, a store that is full by itself to `overflow`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery
from conformance.common.actions import counters, reconciled
from conformance.terminal import LOCAL, MODBUS, UPLINK, read_out
from conformance.terminal.storage import hindered_judge

_WORLD = Scenario(circuits=1, points=2, maps=("adl3000",), centres=("A",), minute_interval=1, kinds=("minute",))


class OutlastsRefusingStore(Case):
    """While the store takes no writes nothing wrong is sent or shown; afterwards all is as if nothing had been."""

    zh = "存储拒绝写入期间不上送、不显示错误数据；恢复写入后继续工作，原有记录完好，缺失时段如实登记。"
    checks = {
        hindered_judge.WORKS_AGAIN: ("isc-2/7.2.3e",),
        hindered_judge.KEPT_THROUGH: ("isc-2/7.2.3e",),
        hindered_judge.NO_HOLE_IN_SILENCE: ("isc-2/7.3.1c",),
        **beside(delivery.NONE_ALTERED, delivery.NONE_INVENTED, delivery.NONE_MIS_STAMPED, delivery.FLAGS_RIGHT),
    }
    needs = (MODBUS, UPLINK, LOCAL)
    rigs = Rig.VIRTUAL | Rig.PROCESS
    scenario = _WORLD
    refusing_s = 740.0

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=20, seconds=10)
        now = bench.clock.now_us()
        await self.look(bench, start, now)
        async with bench.terminal.refusing():
            await bench.clock.sleep(self.refusing_s)
        await bench.clock.sleep(minutes=22)
        await self.look(bench, start, now)
        await bench.operator.gaps()
        await bench.centres.settle(minutes=6)

    async def look(self, bench: Bench, from_us: int, to_us: int) -> None:
        """The minutes of every counter before the store refused."""
        for point in counters(bench):
            await bench.operator.records("minute", point, from_us, to_us)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from hindered_judge.refused_findings(history, ledgers)
        asked = {each.id for each in self.checks}
        yield from (found for found in delivery.findings(ledgers) if found.id in asked)


class OutlastsDamagedStore(Case):
    """With a store that is damaged when power comes back the terminal says so, measures on and makes nothing up."""

    zh = "上电时存储已损坏：终端告知，继续采集和上传，不虚构数据。"
    checks = {
        hindered_judge.WORKS_AGAIN: ("isc-2/7.2.3e",),
        **beside(
            hindered_judge.DAMAGE_TOLD,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
        ),
    }
    needs = (MODBUS, UPLINK, read_out("damage-told"))
    rigs = Rig.VIRTUAL | Rig.PROCESS
    scenario = _WORLD

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=20, seconds=10)
        await bench.power.cut()
        bench.terminal.damage()
        await bench.clock.sleep(minutes=1)
        await bench.power.restore()
        await bench.clock.sleep(minutes=22)
        await bench.operator.alarms()
        await bench.operator.log(start)
        await bench.centres.settle(minutes=6)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from hindered_judge.damaged_findings(history, ledgers)
        asked = {each.id for each in self.checks}
        yield from (found for found in delivery.findings(ledgers) if found.id in asked)
