"""How soon what arises at a collector, or is entered, is visible at the platform (CPCIF 6.1; R-45)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, beside
from bench.dut.platform.vocabulary.base import ENTERPRISE, PARK, SAMPLES
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.park import Enterprise, Park, Terminal
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.acquisition import FED, freshness_judge
from conformance.platform.driving import READER, fed
from conformance.platform.parks import flow

_SENSORS = tuple(f"A.s{number}" for number in range(10))
_LOOKS, _EVERY_S = 12, 0.5
_LOOK_BACK_US = 8_000_000
_AHEAD_US = 2_000_000


class ShowsMasterDataAtOnce(PlatformCase):
    """Enterprises are entered one after the other, and each is seen by somebody else within two seconds."""

    zh = "逐个录入企业主数据，其他账户均在 2 s 内可见。"
    checks = {
        freshness_judge.STATIC_DELAY: ("cpcif/6.1a",),
        **beside(freshness_judge.STATIC_SEEN),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """One by one, looked for at once by somebody else."""
        keeper = await bench.platform.login("administrator")
        await keeper.create(PARK, id="P", name="台架园区 bench park", region="370000")
        reader = await bench.platform.login(READER)
        for number in range(bench.load.figures.samples):
            fields = {"id": f"E{number:04d}", "name": f"企业 {number}", "sector": "chemical", "region": "370000"}
            await keeper.create(ENTERPRISE, **fields, park="P")
            for _ in range(_LOOKS):
                if await reader.list(ENTERPRISE, id=fields["id"]):
                    break
                await bench.clock.sleep(seconds=_EVERY_S)

    def judge(self, history: History) -> Iterator[Check]:
        """From entering to the other's answer."""
        yield from freshness_judge.static_findings(history)


class ShowsReadingsAtOnce(PlatformCase):
    """Readings of ten sensors are each visible by query within two seconds of arising at the collector."""

    zh = "十个传感器的实时读数自采集端产生起 2 s 内可查询。"
    checks = {
        freshness_judge.SENSOR_DELAY: ("cpcif/6.1c-1",),
        **beside(freshness_judge.SENSOR_SEEN),
    }
    needs = FED
    scenario = PlatformCase.scenario.but(
        park=Park(
            enterprises=(
                Enterprise(
                    "A",
                    "Works 工厂",
                    "steel",
                    terminals=(Terminal("A1", {"classes": ("realtime",), "realtime_s": 1}),),
                    points=tuple(flow(name, "A1", "coke", "t", "61.25") for name in _SENSORS),
                ),
            ),
        )
    )

    async def drive(self, bench: Bench) -> None:
        """Everybody is asked for what came last, again and again."""
        await fed(bench)
        reader = await bench.platform.login(READER)
        seconds = bench.load.figures.samples // len(_SENSORS) + _LOOK_BACK_US // 1_000_000
        end = bench.clock.now_us() + seconds * 1_000_000
        while bench.clock.now_us() < end:
            for point in _SENSORS:
                now = bench.clock.now_us()
                await reader.ask(SAMPLES, point=point, from_=now - _LOOK_BACK_US, to=now + _AHEAD_US)
            await bench.clock.sleep(seconds=_EVERY_S)

    def judge(self, history: History) -> Iterator[Check]:
        """From creation to the first answer that has it."""
        yield from freshness_judge.sensor_findings(history)
