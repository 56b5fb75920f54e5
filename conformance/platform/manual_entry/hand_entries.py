"""Entries by hand: from invoices and settlements where readings are missing, and what laboratories have tested."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bench.case import Check, beside
from bench.dut.platform.vocabulary.base import ENTRY, FACTOR
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.times import DAY, HOUR, ceil
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.acquisition import ENTRIES, FED
from conformance.platform.driving import READER, ask_points, fed, sleep_until
from conformance.platform.manual_entry import hand_entries_judge
from conformance.platform.manual_entry.hand_entries_judge import (
    ELEMENT_CARBON,
    HEATING_VALUE,
    PROCESS,
    PROCESS_FACTOR,
    RECOVERY,
    STACK,
    WASTE,
    WASTE_FACTOR,
)
from conformance.platform.parks import SMALL, with_senders

_KEEPER = "administrator"


class TakesEntriesForMissingReadings(PlatformCase):
    """Where meters told nothing of a day, what was entered from an invoice or a settlement is the day's record."""

    zh = "某日计量读数缺失时，以发票或结算单填报的值作为当日记录，并标明为人工填报。"
    checks = {
        hand_entries_judge.STANDS_IN.of("fuel"): ("cpcif/5.1.2.1f", "cpcif/4.2.3a", "isc-1/4.2a"),
        hand_entries_judge.STANDS_IN.of("heat"): ("cpcif/5.1.3.1f",),
        hand_entries_judge.STANDS_IN.of("electricity"): ("cpcif/5.1.4.1f",),
        **beside(hand_entries_judge.STANDS_BESIDE),
    }
    needs = (*FED, ENTRIES)
    scenario = PlatformCase.scenario.but(park=with_senders(SMALL, classes=("day",)))

    async def drive(self, bench: Bench) -> None:
        """Three whole days, nothing of the second; entries for the second, and one for the first, which was read."""
        start_us = ceil(bench.clock.now_us(), DAY)
        await fed(bench)
        one, two = bench.senders["A1"], bench.senders["B1"]
        await sleep_until(bench, start_us + DAY + HOUR)
        with one.withholds(), two.withholds():
            await bench.clock.sleep(hours=24)
        await bench.clock.sleep(hours=24)
        await bench.senders.settle()
        day_us = start_us + DAY
        clerk = await bench.platform.login("clerk-a")
        usual = {"period": "day", "start": day_us, "reason": "meter out of order / 表计故障"}
        first = {**usual, "start": start_us}
        await clerk.create(ENTRY, point="A.coke", value="1462.500", unit="t", evidence="invoice", **usual)
        await clerk.create(ENTRY, point="A.power-bought", value="1166.42", unit="MWh", evidence="settlement", **usual)
        await clerk.create(ENTRY, point="A.coke", value="99.000", unit="t", evidence="invoice", **first)
        clerk = await bench.platform.login("clerk-b")
        await clerk.create(ENTRY, point="B.steam-bought", value="1267.250", unit="GJ", evidence="settlement", **usual)
        desk = await bench.platform.login(READER)
        points = ("A.coke", "A.power-bought", "B.steam-bought")
        await ask_points(desk, points, ("day",), start_us, start_us + 3 * DAY)

    def judge(self, history: History) -> Iterator[Check]:
        """The days that were entered."""
        groups = (("fuel", "A.coke"), ("heat", "B.steam-bought"), ("electricity", "A.power-bought"))
        yield from hand_entries_judge.stand_in_findings(history, groups)


class KeepsWhatLaboratoriesFound(PlatformCase):
    """Activity of processes and waste, stack tests, recovery, test results and factors are kept as entered."""

    zh = "工业过程与废弃物活动水平、烟气监测、CO₂ 回收、检测结果及因子按填报内容保存。"
    checks = {
        PROCESS.kept: ("cpcif/5.1.5.1b",),
        WASTE.kept: ("cpcif/5.1.6.1b",),
        STACK.kept: ("cpcif/5.1.7c",),
        RECOVERY.kept: ("cpcif/5.1.8c",),
        ELEMENT_CARBON.kept: ("cpcif/5.1.2.2c",),
        HEATING_VALUE.kept: ("cpcif/5.1.2.3b",),
        PROCESS_FACTOR.kept: ("cpcif/5.1.5.2b",),
        WASTE_FACTOR.kept: ("cpcif/5.1.6.2b",),
        hand_entries_judge.LEDGER: ("cpcif/5.1.2.2b",),
    }
    needs = (OBJECTS, ENTRIES)
    scenario = PlatformCase.scenario.but(park=SMALL)

    async def drive(self, bench: Bench) -> None:
        """Enter and list."""
        await fed(bench, connect=False)
        desk = await bench.platform.login(_KEEPER)
        usual = {"enterprise": "B", "period": "month", "start": _month(1), "reason": "monthly / 月度"}
        await desk.create(ENTRY, carrier="limestone", value="13250.40", unit="t", evidence="meter", **usual)
        await desk.create(ENTRY, carrier="waste", value="1684.20", unit="t", evidence="meter", **usual)
        await desk.create(ENTRY, carrier="CO2-stack", value="63810.250", unit="t", evidence="test", **usual)
        await desk.create(ENTRY, carrier="CO2-recovered", value="2893.125", unit="t", evidence="meter", **usual)
        usual = {"enterprise": "B", "source": "laboratory 2026 / 实验室"}
        for number, value in enumerate(("0.5673", "0.5691", "0.5660"), 1):
            since = {"valid_from": _month(number)}
            await desk.create(FACTOR, carrier="bituminous-coal", value=value, unit="tC/t", **usual, **since)
        usual["valid_from"] = _month(1)  # type: ignore[assignment]
        await desk.create(FACTOR, carrier="bituminous-coal", value="22.350", unit="GJ/t", **usual)
        await desk.create(FACTOR, carrier="limestone", value="0.4397", unit="tCO2/t", **usual)
        await desk.create(FACTOR, carrier="waste", value="0.9120", unit="tCO2/t", **usual)
        await desk.list(ENTRY)
        await desk.list(FACTOR)

    def judge(self, history: History) -> Iterator[Check]:
        """As entered."""
        yield from hand_entries_judge.findings(history)


def _month(number: int) -> int:
    """When a month of 2026 began, us UTC."""
    return int(datetime.fromisoformat(f"2026-{number:02d}-01T00:00:00+08:00").timestamp()) * 1_000_000
