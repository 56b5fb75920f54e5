"""Functions of data management: access by every way, management, storage over a power failure, statistics (ISC-1)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import EMISSIONS, ENTERPRISE, ENTRY, FACILITY, FACTOR, POINT, PROCESS, SAMPLES
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from bench.layout.park import Enterprise, Measured, Named, Park, Terminal
from conformance.common.times import DAY, HOUR
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.basedata import data_functions_judge as judge
from simulators.plant.flows import Level

_WAYS = {"C1": "hj212", "C2": "https", "C3": "mqtt"}
_DOORS = {"hj212": "hj212", "https": "http", "mqtt": "mqtt"}
"""By which door of the profile a sender of a kind comes in the clear."""
PARK = Park(
    id="Q",
    name="接入园区 park of access",
    enterprises=(
        Enterprise(
            "C",
            "示范企业 C",
            "chemical",
            processes=(Named("C-work", "合成"),),
            terminals=tuple(
                Terminal(name, {"kind": kind, "classes": ("realtime",), "realtime_s": 20})
                for name, kind in _WAYS.items()
            ),
            points=tuple(
                Measured(f"C.{name}", name, Level(f"level-{name}", "%", "8", "16"), "co2", "other", "C-work")
                for name in _WAYS
            ),
        ),
    ),
)


class ManagesStoresAndCounts(PlatformCase):
    """Data come in by every way offered, are managed, outlast a failure of power, and give exact statistics."""

    zh = "数据经各种方式接入，可管理，断电重启不丢失，统计逐位准确。"
    checks = {
        judge.ACCESS: ("isc-1/6.3c", "cpcif/4.4b"),
        judge.MANAGED: ("isc-1/4.5e", "isc-1/6.3c"),
        judge.STORED: ("isc-1/4.5f", "cpcif/4.4b"),
        judge.STATISTICS: ("isc-1/4.5g", "cpcif/4.4b"),
    }
    needs = (OBJECTS, "platform.data-functions")
    scenario = works.SCENARIO.but(park=PARK)

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "functions")
        await bench.park.set_up()
        admin = await works.set_up(bench, chance)
        began = bench.clock.now_us()
        ways = [way for way in _WAYS.values() if _DOORS[way] in bench.platform.intakes]
        judge.WAYS.put(bench, judge.Ways(ways=" ".join(ways)))
        for name, way in _WAYS.items():
            if way in ways:
                bench.senders[name].connect()
        clerk = await bench.platform.login("clerk-a")
        day = works.day(bench)
        starts = [day + number * HOUR for number in range(8)]
        keys = await works.enter(clerk, chance, ("A.coke", "A.grid", "A.billet"), starts)
        await clerk.change(ENTRY, keys["A.coke", starts[1]], value=works.drawn(chance, "77"))
        await clerk.remove(ENTRY, keys["A.grid", starts[7]])
        await admin.change(FACTOR, "F-coke", value=works.drawn(chance, "2.9"))
        await admin.remove(FACTOR, "F-heat")
        await bench.clock.sleep(minutes=3)
        await self._look(bench, admin, began, ways)
        for of, id in (("enterprise", "A"), ("point", "A.coke"), ("point", "A.billet"), ("process", "A-steel")):
            await admin.ask(EMISSIONS, of=of, id=id, period="day", from_=day, to=day + DAY)
        await bench.power.off(seconds=chance.randint(20, 50))
        await bench.clock.sleep(seconds=40)
        judge.RESTARTED.put(bench)
        await bench.clock.sleep(minutes=2)
        await self._look(bench, await bench.platform.login("administrator"), began, ways)

    async def _look(self, bench: Bench, desk: Desk, began: int, ways: list[str]) -> None:
        """Everything that was told, and every value up to half a minute ago."""
        for kind in (ENTERPRISE, PROCESS, FACILITY, POINT, FACTOR, ENTRY):
            await desk.list(kind)
        until = bench.clock.now_us() - 30_000_000
        for name, way in _WAYS.items():
            if way in ways:
                await desk.ask(SAMPLES, point=f"C.{name}", from_=began - HOUR, to=until)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.findings(history)
