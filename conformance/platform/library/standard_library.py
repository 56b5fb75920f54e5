"""The library of accounting standards: covers the inventory, serves the computation, keeps versions (SSEA 5.4.9)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import FACILITY, FACTOR
from bench.dut.platform.vocabulary.system import FORMULA, INVENTORY, LIBRARY, PARAMETER
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.common.times import HOUR
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.library import standard_library_judge


class ServesTheComputation(PlatformCase):
    """Formulas and factors of each source are kept by version, count from their instant on, and give the results."""

    zh = "各排放源的公式、因子按版本保存，自生效时刻起适用，并据以得出结果；设施字典与录入一致；更新依权限进行。"
    checks = {
        standard_library_judge.FROM_INVENTORY: ("ssea/5.4.9.1-1", "ssea/5.4.1h"),
        standard_library_judge.SERVES_COMPUTATION: ("ssea/5.4.9.1-2", "ssea/5.4.1h"),
        standard_library_judge.FACILITIES: ("ssea/5.4.9.1-2",),
        standard_library_judge.VERSIONS: ("ssea/5.4.9.2-1",),
        standard_library_judge.COUNTS_FROM: ("ssea/5.4.9.2-1",),
        standard_library_judge.ONLINE: ("ssea/5.4.9.2-2",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "library")
        works.tell_rights(bench)
        desk = await works.set_up(bench, chance)
        starts = works.hours(bench, 1, 2, 3, 4)
        clerk = await bench.platform.login("clerk-a")
        await works.enter(clerk, chance, works.POINTS_OF_A, starts)
        for name, usual, unit in (("NCV", "28.4", "GJ/t"), ("CC", "0.0295", "tC/GJ"), ("OF", "0.93", "1")):
            told = {"enterprise": works.A, "carrier": "coke", "name": name, "unit": unit, "valid_from": works.SINCE}
            await desk.create(
                PARAMETER, id=f"coke-{name}", value=min(works.drawn(chance, usual), 1 if name == "OF" else 99), **told
            )
        await self._ask(desk, starts)
        told = {"enterprise": works.A, "source_class": "fuel", "unit": "tCO2", "valid_from": works.SINCE}
        formula = await desk.create(FORMULA, id="fuel-of-a", expression="AD * EF", **told)
        own = "AD * NCV * CC * OF * 44 / 12"
        coke = await desk.create(
            FORMULA, id="coke-of-a", point="A.coke", **told | {"expression": own, "valid_from": starts[2]}
        )
        await self._ask(desk, starts)
        # New versions count from the third hour on; those without the right to it change nothing.
        operator = await bench.platform.login("operator-of-park")
        await operator.change(FACTOR, "F-electricity", value=works.drawn(chance, "0.61"), valid_from=starts[2])
        await operator.change(FACTOR, "F-limestone", value=works.drawn(chance, "0.47"), valid_from=starts[1])
        await operator.change(FORMULA, coke, expression=f"{own} * 0.99", valid_from=starts[3])
        await clerk.change(FACTOR, "F-heat", value=works.drawn(chance, "0.05"))
        await clerk.change(FORMULA, formula, expression="AD * EF * 0.5")
        await desk.change(FACILITY, "A-caster", name=f"连铸机 {chance.randint(2, 99)}")
        await self._ask(desk, starts)
        for kind, key in ((FACTOR, "F-electricity"), (FACTOR, "F-limestone"), (FORMULA, coke)):
            await desk.history(kind, key)

    async def _ask(self, desk: Desk, starts: list[int]) -> None:
        """The library, and the results before and from the instant of the versions on."""
        await desk.ask(LIBRARY, enterprise=works.A)
        for start in starts:
            await desk.ask(INVENTORY, of="enterprise", id=works.A, from_=start, to=start + HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from standard_library_judge.findings(history)
