"""Green power, certificates and changes of process, and what they save (CPCIF 5.3.2, 5.3.3).

Leaves where saving potential lies to inspection.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import FACTOR, PROCESS
from bench.dut.platform.vocabulary.market import GREEN_POWER, GREEN_STATISTICS, PROCESS_REDUCTION, PROCESS_REDUCTIONS
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.platforms.calendar import month_start
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.market.parties import CHEMICAL, PARK_ID, Parties, gather
from conformance.platform.reductions import green_judge

_USED = (("power", "direct"), ("power", "own"), ("power", "market"), ("certificate", "market"))


class CountsGreenPowerAndProcesses(PlatformCase):
    """Green power and changes of process are counted with the factor in force, by enterprise, park and sector."""

    zh = "绿电、绿证消费与工艺减排按企业、园区、行业统计，减排量采用生效的最新因子。"
    checks = {
        green_judge.USED: ("cpcif/5.3.2.1",),
        green_judge.REDUCED: ("cpcif/5.3.2.2a",),
        green_judge.LATEST: ("cpcif/5.3.2.2b",),
        green_judge.OF_PARK: ("cpcif/5.3.2.3",),
        green_judge.PROCESS: ("cpcif/5.3.3.2a",),
        green_judge.PROCESS_OF_PARK: ("cpcif/5.3.3.3",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """Two factors, the newer entered first; use and changes of process; a newest factor, and questions again."""
        parties = await gather(bench, "green")
        operator = await parties.at("operator-of-park")
        for number, since in enumerate((month_start(2025, 4), month_start(2024, 1))):
            await self._published(parties, number, since)
        for name in "ABC":
            desk = await parties.of(name)
            for each in ("cracking", "drying"):
                await desk.create(PROCESS, id=f"{name}.{each}", enterprise=name, name=each)
            for number, (form, way) in enumerate(_USED):
                for month in (2, 5, 11) if name != "C" else (7,):
                    await desk.create(
                        GREEN_POWER,
                        id=f"green-{name}-{number}-{month}",
                        enterprise=name,
                        form=form,
                        way=way,
                        start=month_start(2025, month),
                        energy=parties.draw(50, 3_000),
                        number=parties.paper(),
                    )
            for number, each in enumerate(("cracking", "drying", "cracking")):
                before = parties.draw(2, 4)
                await desk.create(
                    PROCESS_REDUCTION,
                    id=f"change-{name}-{number}",
                    enterprise=name,
                    process=f"{name}.{each}",
                    start=month_start(2025, 3 + number),
                    output=parties.draw(1_000, 9_000),
                    unit="t",
                    before=before,
                    after=f"1.{parties.chance.randrange(100, 999)}",
                )
        for name in "AB":
            await (await parties.of(name)).ask(GREEN_STATISTICS, of="enterprise", id=name, year=2025)
            await (await parties.of(name)).ask(PROCESS_REDUCTIONS, of="enterprise", id=name, year=2025)
        for of, key in (("park", PARK_ID), ("sector", CHEMICAL)):
            await operator.ask(GREEN_STATISTICS, of=of, id=key, year=2025)
            await operator.ask(PROCESS_REDUCTIONS, of=of, id=key, year=2025)
        await self._published(parties, 2, month_start(2025, 10))
        await (await parties.of("A")).ask(GREEN_STATISTICS, of="enterprise", id="A", year=2025)

    async def _published(self, parties: Parties, number: int, since: int) -> None:
        operator = await parties.at("operator-of-park")
        await operator.create(
            FACTOR,
            id=f"grid-{number}",
            carrier="electricity",
            value=f"0.{parties.chance.randrange(4_000, 7_000)}",
            unit="tCO2/MWh",
            source=parties.paper(),
            valid_from=since,
            region="CN",
        )

    def judge(self, history: History) -> Iterator[Finding]:
        yield from green_judge.findings(history)
