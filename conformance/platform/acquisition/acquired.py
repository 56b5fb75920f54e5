"""Every class of energy, material and gas that the documents name, sent by terminals and asked for point by point."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check
from bench.facade.bench import Bench
from bench.history import History
from conformance.platform import PlatformCase
from conformance.platform.acquisition import FED, acquired_judge
from conformance.platform.driving import READER, ask_points, fed, points_with
from conformance.platform.parks import TWO_WORKS, with_senders

_CLASSES = ("realtime", "minute", "hour")


class AcquiresEveryClass(PlatformCase):
    """Fuels, electricity, heat, processes, seven gases and operating parameters of two works are there to the digit."""

    zh = "两家企业的燃料、电、热、过程、七种温室气体及运行参数逐条、逐位入库。"
    checks = {
        acquired_judge.FUEL: ("ssea/5.2.1.4-1", "cpcif/5.1.1a", "cpcif/5.1.2.1a"),
        acquired_judge.POWER_USED: ("ssea/5.2.1.4-2", "cpcif/5.1.1a"),
        acquired_judge.POWER_BOUGHT: ("ssea/5.2.1.4-3",),
        acquired_judge.POWER_BOTH_WAYS: ("cpcif/5.1.4.1a",),
        acquired_judge.HEAT: ("ssea/5.2.1.4-4", "cpcif/5.1.1a", "cpcif/5.1.3.1a"),
        acquired_judge.PROCESS: ("cpcif/5.1.1b",),
        acquired_judge.DIRECT: ("cpcif/5.1.1c", "isc-1/4.2c"),
        acquired_judge.EVERY_GAS: ("cpcif/4.2.1a",),
        acquired_judge.OPERATION: ("ssea/5.1.1", "ssea/5.1.4a"),
        acquired_judge.ENERGY_NOW: ("ssea/5.1.4b",),
        acquired_judge.MATERIAL_NOW: ("ssea/5.1.4c",),
        acquired_judge.EVERY_PROCESS: ("ssea/5.2.1.1",),
        acquired_judge.SECTOR_QUANTITIES: ("ssea/5.2.1.3", "isc-1/4.2-2"),
        acquired_judge.GENERAL_QUANTITIES: ("isc-1/4.2-1",),
        acquired_judge.INVENTORY_QUANTITIES: ("isc-1/4.2-3",),
        acquired_judge.PRODUCT_QUANTITIES: ("isc-1/4.2-4",),
        acquired_judge.ALL_ACQUIRED: ("cpcif/5.1.1-0", "ssea/4.2.1a"),
        acquired_judge.NOTHING_ELSE: ("cpcif/5.1.1-0",),
        acquired_judge.OWN_ACCOUNT_ONLY: ("ssea/5.4.2.2",),
        acquired_judge.CONTINUOUS["fuel"]: ("cpcif/5.1.2.1b",),
        acquired_judge.CONTINUOUS["heat"]: ("cpcif/5.1.3.1b",),
        acquired_judge.CONTINUOUS["power"]: ("cpcif/5.1.4.1b",),
        acquired_judge.CONTINUOUS["stack"]: ("cpcif/5.1.7a",),
        acquired_judge.READ_FROM_AFAR["fuel"]: ("cpcif/5.1.2.1c",),
        acquired_judge.READ_FROM_AFAR["heat"]: ("cpcif/5.1.3.1c",),
        acquired_judge.READ_FROM_AFAR["power"]: ("cpcif/5.1.4.1c",),
    }
    needs = FED
    scenario = PlatformCase.scenario.but(
        park=with_senders(TWO_WORKS, classes=_CLASSES, realtime_s=300, minute_interval=30)
    )

    async def drive(self, bench: Bench) -> None:
        """Two hours of sending, then every point is asked for."""
        start_us = bench.clock.now_us()
        await fed(bench)
        await bench.clock.sleep(hours=2, seconds=20)
        await bench.senders.settle()
        desk = await bench.platform.login(READER)
        for kind in _CLASSES:
            await ask_points(desk, points_with(bench, kind), (kind,), start_us, bench.clock.now_us())
        stranger = await bench.platform.login("clerk-b")
        await ask_points(stranger, ("A.coke", "A.heat", "B.coal"), ("realtime", "hour"), start_us, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Check]:
        """What is there against what was sent."""
        yield from acquired_judge.findings(history)
