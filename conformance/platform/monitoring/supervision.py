"""Online monitoring and supervision: real time, states, queries, analysis, abnormal data, reports (CPCIF 5.2.2.2)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import EMISSIONS, INSTRUMENT, SAMPLES
from bench.dut.platform.vocabulary.system import ABNORMAL, COMMUNICATION, MONITOR, MONITORING_REPORT
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.park import Enterprise, Factor, Measured, Named, Park, Terminal
from bench.layout.scenario import BARE
from conformance.common.times import HOUR, MINUTE, SECOND, ceil
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.driving import sleep_until
from conformance.platform.monitoring import supervision_judge as judge
from simulators.plant.flows import Flow, Level

PARK = Park(
    enterprises=(
        Enterprise(
            "A",
            "示范企业 A",
            "steel",
            processes=(Named("A-iron", "炼铁"),),
            terminals=(
                Terminal("A1", {"classes": ("realtime",), "realtime_s": 60}),
                Terminal("A2", {"classes": ("realtime", "hour"), "realtime_s": 60}),
            ),
            points=(
                Measured("A.co2", "A1", Level("co2", "%", "8", "16"), "co2", "other", "A-iron", low="5", high="40"),
                Measured("A.heat", "A1", Level("temperature", "C", "100", "180"), "t", "other", "A-iron", decimals=1),
                Measured("A.coke", "A2", Flow("coke", "t", "30"), "coke", "fuel", "A-iron"),
                Measured("A.lime", "A2", Flow("lime", "t", "11"), "limestone", "process", "A-iron"),
            ),
        ),
    ),
    factors=(Factor("F-coke", "coke", "2.8617", "tCO2/t"), Factor("F-lime", "limestone", "0.4391", "tCO2/t")),
)


class SupervisesOnlineData(PlatformCase):
    """Online data are shown with their state in real time, queried, analysed, found when abnormal, reported exactly."""

    zh = "在线数据实时显示并标明状态，可查询、分析、查异常、出报表，逐位准确；基本信息可管理。"
    checks = {
        judge.REAL_TIME: ("cpcif/5.2.2.2a-1",),
        judge.STATES: ("cpcif/5.2.2.2b-1",),
        judge.QUERIED: ("cpcif/5.2.2.2a-4",),
        judge.ANALYSED: ("cpcif/5.2.2.2a-2",),
        judge.ABNORMAL: ("cpcif/5.2.2.2b-3",),
        judge.REPORTED: ("cpcif/5.2.2.2d",),
        judge.BASE_INFORMATION: ("cpcif/5.2.2.2b-4",),
    }
    needs = (OBJECTS,)
    scenario = BARE.but(start="2026-03-02T08:57:30+08:00", park=PARK)

    async def drive(self, bench: Bench) -> None:
        await bench.park.set_up()
        manager = await bench.platform.login("manager-a")
        for name in ("A1", "A2"):
            told = {"terminal": bench.senders[name].spec.mn, "period_s": 60, "silent_after_s": 200}
            await manager.create(COMMUNICATION, id=f"C-{name}", enterprise="A", **told)
        await self._base_information(bench)
        hour = ceil(bench.clock.now_us(), HOUR)
        bench.senders.connect()
        one = bench.senders["A1"]
        await sleep_until(bench, hour + 8 * MINUTE + 50 * SECOND)
        await manager.ask(MONITOR, enterprise="A")
        with one.flags("D", "A.heat"), one.wrong(5, 1, "A.co2"):
            await bench.clock.sleep(minutes=4)
            await manager.ask(MONITOR, enterprise="A")
        await bench.clock.sleep(minutes=20)
        with one.silent():
            await bench.clock.sleep(minutes=8)
            await manager.ask(MONITOR, enterprise="A")
        await sleep_until(bench, hour + HOUR + 40 * SECOND)
        await bench.senders.settle()
        for point in ("A.co2", "A.heat", "A.coke"):
            await manager.ask(SAMPLES, point=point, from_=hour, to=hour + HOUR)
        await manager.ask(ABNORMAL, enterprise="A", from_=hour, to=hour + HOUR)
        await manager.ask(MONITORING_REPORT, enterprise="A", period="hour", from_=hour, to=hour + HOUR)
        for of, id in (("point", "A.coke"), ("point", "A.lime"), ("enterprise", "A")):
            await manager.ask(EMISSIONS, of=of, id=id, period="hour", from_=hour, to=hour + HOUR)

    async def _base_information(self, bench: Bench) -> None:
        """Instruments of the points are added, changed and removed."""
        chance = bench.chance("instruments")
        manager = await bench.platform.login("manager-a")
        keys: list[str] = []
        for number, point in enumerate(("A.co2", "A.heat", "A.coke")):
            told = {"point": point, "name": f'CEMS {chance.randint(100, 999)}; 型号 "X"'}
            until = bench.clock.now_us() // 1_000_000 * 1_000_000 + (number + 1) * 86_400_000_000
            keys.append(
                await manager.create(INSTRUMENT, id=f"I-{number}", enterprise="A", verified_until=until, **told)
            )
        await manager.list(INSTRUMENT, enterprise="A")
        await manager.change(INSTRUMENT, keys[0], name=f"分析仪 {chance.randint(100, 999)}")
        await manager.remove(INSTRUMENT, keys[2])
        await manager.list(INSTRUMENT, enterprise="A")

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.findings(history)
