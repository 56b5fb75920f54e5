"""Inventories of emission data: by enterprise, by process, by class of source (SSEA 5.4.3)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.system import INVENTORY
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.times import HOUR
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.library import inventory_judge


class DividesEnterpriseAndProcess(PlatformCase):
    """Inventories of enterprises and processes hold each source with quantity and emission, by class, exactly."""

    zh = "企业和各工序的数据清单逐一列出排放源的活动量和排放量，按类别分项，逐位准确。"
    checks = {
        inventory_judge.OF_ENTERPRISE: ("ssea/5.4.1b", "ssea/5.4.3.1-1"),
        inventory_judge.OF_PROCESS: ("ssea/5.4.3.1-2",),
        inventory_judge.DIVIDED: ("ssea/5.4.3.2",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "inventory")
        await works.set_up(bench, chance)
        starts = works.hours(bench, 1, 2, 3)
        for word, points in (("clerk-a", works.POINTS_OF_A), ("clerk-b", ("B.coke", "B.grid"))):
            clerk = await bench.platform.login(word)
            await works.enter(clerk, chance, points, starts)
        desk = await bench.platform.login("operator-of-park")
        # The last hour lies outside what is asked for.
        span = {"from_": starts[0], "to": starts[1] + HOUR}
        for enterprise in (works.A, works.B):
            await desk.ask(INVENTORY, of="enterprise", id=enterprise, **span)
        for process in ("A-iron", "A-steel", "B-iron"):
            await desk.ask(INVENTORY, of="process", id=process, **span)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from inventory_judge.findings(history)
