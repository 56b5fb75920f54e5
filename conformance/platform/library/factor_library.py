"""The factor library: entered, imported, queried, updated, removed, exported (CPCIF 5.2.1.2a, d)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import FACTOR
from bench.facade.bench import Bench
from bench.history import History
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.library import factor_library_judge


class ManagesFactors(PlatformCase):
    """Factors are entered, taken in from a file, found by conditions, changed, removed, and given out as they are."""

    zh = "排放因子可录入、由文件导入、按条件查询、更新、删除并按现行内容导出。"
    checks = {
        factor_library_judge.MANAGED: ("cpcif/5.2.1.2a-1",),
        factor_library_judge.IMPORTED: ("cpcif/5.2.1.2d-1",),
        factor_library_judge.QUERIED: ("cpcif/5.2.1.2d-2",),
        factor_library_judge.UPDATED: ("cpcif/5.2.1.2d-3",),
        factor_library_judge.EXPORTED: ("cpcif/5.2.1.2d-4",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "factors")
        desk = await works.set_up(bench, chance, ())
        await desk.list(FACTOR)
        rows = [
            {
                "id": f"I-{number}",
                "carrier": carrier,
                "value": works.drawn(chance, usual),
                "unit": unit,
                "source": f'导入，第 {number} 行; "lot" {chance.randint(10, 99)}',
                "valid_from": works.SINCE,
                "region": region,
            }
            for number, (carrier, usual, unit, region) in enumerate(
                (
                    ("lignite", "1.2", "tCO2/t", "370000"),
                    ("electricity", "0.58", "tCO2/MWh", "320000"),
                    ("electricity", "0.42", "tCO2/MWh", "440000"),
                    ("anthracite", "2.7", "tCO2/t", "370000"),
                )
            )
        ]
        for row in rows:
            told = factor_library_judge.FactorOfFile.from_words({name: str(value) for name, value in row.items()})
            factor_library_judge.ROW_OF_FILE.put(bench, told)
        await desk.take_in(FACTOR, desk.table(FACTOR, rows))
        await desk.list(FACTOR)
        await desk.list(FACTOR, carrier="electricity")
        await desk.list(FACTOR, carrier="electricity", region="320000")
        await desk.change(FACTOR, "F-coke", value=works.drawn(chance, "2.9"), source="bench, second issue")
        await desk.change(FACTOR, "I-3", value=works.drawn(chance, "2.75"))
        await desk.remove(FACTOR, "F-heat")
        await desk.list(FACTOR)
        await desk.list(FACTOR, carrier="coke")
        await desk.export(FACTOR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from factor_library_judge.findings(history)
