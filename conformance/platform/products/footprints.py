"""Product footprints: entered, imported, reckoned, compared, ranked; abnormal ones are told of (ISC-1 5.2.4)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

from bench.case import Finding
from bench.dut.platform.vocabulary.base import ALARMS
from bench.dut.platform.vocabulary.public import (
    FOOTPRINT,
    FOOTPRINT_COMPARISON,
    FOOTPRINT_ITEM,
    FOOTPRINT_RANKING,
    FOOTPRINT_RESULT,
    FOOTPRINT_STATISTICS,
)
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.products import footprints_judge
from conformance.platform.works import A

_YEAR = 2025
_ITEMS = (
    ("raw-material", "billet", "fossil", "t"),
    ("raw-material", "wood pallets", "biogenic", "kg"),
    ("raw-material", "sequestered in wood", "removal", "kg"),
    ("production", "electricity", "fossil", "kWh"),
    ("distribution", "diesel", "fossil", "L"),
    ("end-of-life", "recycling", "fossil", "t"),
)
_GREEN = ("production", "green power", "fossil", "kWh")
_OF_FILE = (
    ("use", "paint", "fossil", "kg"),
    ("production", "steam", "fossil", "GJ"),
    ("use", "wash water", "fossil", "m3"),
)


class ReckonsProductFootprints(PlatformCase):
    """Footprints of seeded products are what their items give, by nature, stage, region, brand and in rank."""

    zh = "按清单项核算产品碳足迹：总量、排放性质、阶段、地域、品牌及排名均与填报数据一致；异常数据有提醒。"
    checks = {
        footprints_judge.TOTALS_RIGHT: ("isc-1/5.2.4-1", "isc-1/5.2.4b", "isc-1/4.6e"),
        footprints_judge.NATURES_APART: ("isc-1/5.2.4-1",),
        footprints_judge.ENTERED: ("isc-1/5.2.4a-1",),
        footprints_judge.IMPORTED: ("isc-1/5.2.4a-2",),
        footprints_judge.ABNORMAL_TOLD: ("isc-1/5.2.4a-3",),
        footprints_judge.STAGES_RIGHT: ("isc-1/5.2.4c",),
        footprints_judge.COMPARED: ("isc-1/5.2.4d",),
        footprints_judge.RANKED: ("isc-1/5.2.4e",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "footprints")
        await works.set_up(bench, chance, ())
        clerk = await bench.platform.login("clerk-a")
        start = bench.clock.now_us()
        studies = [await self._study(clerk, chance, number) for number in range(4)]
        for study in studies[:3]:
            for number, item in enumerate(_ITEMS):
                await clerk.create(FOOTPRINT_ITEM, id=f"{study}-{number}", **self._item(chance, study, item))
        green = self._item(chance, studies[0], _GREEN) | {"factor": Decimal(0)}
        await clerk.create(FOOTPRINT_ITEM, id=f"{studies[0]}-green", **green)
        await self._file(bench, clerk, chance, studies[3])
        await clerk.list(FOOTPRINT_ITEM)
        for study in studies:
            await clerk.ask(FOOTPRINT_RESULT, footprint=study)
        await clerk.ask(FOOTPRINT_STATISTICS, enterprise=A, year=_YEAR)
        for along in ("stage", "region", "brand"):
            await clerk.ask(FOOTPRINT_COMPARISON, along=along, enterprise=A, year=_YEAR)
        await clerk.ask(FOOTPRINT_RANKING, enterprise=A, year=_YEAR)
        await self._abnormal(bench, clerk, chance, studies[0])
        await bench.clock.sleep(minutes=2)
        await clerk.ask(ALARMS, from_=start, to=bench.clock.now_us() + 1)
        await self._wrong_file(bench, clerk, chance, studies[3])

    async def _study(self, clerk: Desk, chance: random.Random, number: int) -> str:
        """A study of one grade of the product: two brands, two regions, no two alike."""
        return await clerk.create(
            FOOTPRINT,
            id=f"study-{number}",
            enterprise=A,
            product="rebar",
            brand=("Anfeng", "Taishan")[number % 2],
            region=("Hebei", "Shandong")[number // 2],
            year=_YEAR,
            quantity=Decimal(chance.randint(10_000, 99_999)) / 10,
            unit="t",
            boundary="cradle-to-grave",
        )

    def _item(self, chance: random.Random, study: str, item: tuple[str, str, str, str]) -> dict[str, object]:
        stage, name, nature, unit = item
        return {
            "enterprise": A,
            "footprint": study,
            "stage": stage,
            "name": name,
            "nature": nature,
            "amount": Decimal(chance.randint(100_000, 400_000)) / 100,
            "unit": unit,
            "factor": Decimal(chance.randint(1_000, 30_000)) / 10_000,
            "share": Decimal(chance.randint(50, 100)) / 100,
        }

    async def _file(self, bench: Bench, clerk: Desk, chance: random.Random, study: str) -> None:
        """The items of one study come as a file."""
        rows = [self._item(chance, study, item) for item in (*_ITEMS, *_OF_FILE)]
        for row in rows:
            told = {name: str(row[name]) for name in ("stage", "nature", "amount", "unit", "factor", "share")}
            item = footprints_judge.ItemOfFile(footprint=study, title=str(row["name"]), **told)
            footprints_judge.ITEM_OF_FILE.put(bench, item)
        await clerk.take_in(FOOTPRINT_ITEM, clerk.table(FOOTPRINT_ITEM, rows))

    async def _wrong_file(self, bench: Bench, clerk: Desk, chance: random.Random, study: str) -> None:
        """One more file, whose last item is of no study: whatever is taken of it, lists and figures agree."""
        footprints_judge.WRONG_FILE.put(bench, footprints_judge.FileOf(footprint=study))
        rows = [self._item(chance, study, _ITEMS[3]), self._item(chance, "not-a-study", _ITEMS[4])]
        await clerk.take_in(FOOTPRINT_ITEM, clerk.table(FOOTPRINT_ITEM, rows))
        await clerk.list(FOOTPRINT_ITEM)
        await clerk.ask(FOOTPRINT_RESULT, footprint=study)

    async def _abnormal(self, bench: Bench, clerk: Desk, chance: random.Random, study: str) -> None:
        """One more item like the others, and one a thousand times as large."""
        usual = self._item(chance, study, _ITEMS[3])
        await clerk.create(FOOTPRINT_ITEM, id=f"{study}-usual", **usual)
        footprints_judge.ABNORMAL.put(bench, footprints_judge.AbnormalItem(id=f"{study}-wild"))
        wild = usual | {"amount": Decimal(str(usual["amount"])) * 1000}
        await clerk.create(FOOTPRINT_ITEM, id=f"{study}-wild", **wild)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from footprints_judge.entry_findings(history)
        yield from footprints_judge.figure_findings(history)
        yield footprints_judge.abnormal_finding(history)
