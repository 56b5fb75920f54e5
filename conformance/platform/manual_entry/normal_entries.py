"""What people enter by hand, made fit for use like what terminals send."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Check
from bench.dut.platform.vocabulary.base import ALARMS, RECORDS
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.times import DAY, HOUR
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.acquisition import ENTRIES
from conformance.platform.manual_entry import normal_entries_judge as judge

FAMILY = "normal"
_HOURS = 24


class NormalisesEntries(PlatformCase):
    """Hours entered in other units are there in the point's, add up to the day; gaps, impossible values are told."""

    zh = "以其他单位填报的小时数据换算为监测点单位并汇总为日值；缺失如实标明，不可能的填报值被拒绝、提醒或不计入。"
    checks = {
        judge.CONVERTED: ("ssea/5.2.3.3-3",),
        judge.SUMMED: ("ssea/5.2.3.3-2",),
        judge.IMPOSSIBLE: ("ssea/5.2.3.3-1",),
        judge.LACK_TOLD: ("ssea/5.2.3.3-4",),
    }
    needs = (OBJECTS, ENTRIES, "platform.readings")
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        """A day of two points, an hour of one left out; of a third three hours, two of them impossible."""
        chance = works.chance_of(bench, "entries")
        await works.set_up(bench, chance, ("A.coke", "A.grid", "A.lime"))
        clerk = await bench.platform.login("clerk-a")
        begun, day = bench.clock.now_us(), works.day(bench) - DAY
        gap = chance.randrange(1, _HOURS - 1)
        for number in range(_HOURS):
            start = day + number * HOUR
            await works.enter_one(clerk, "A.coke", start, works.drawn(chance, "3000", 2), unit="kg")
            if number != gap:
                await works.enter_one(clerk, "A.grid", start, works.drawn(chance, "900", 2), unit="kWh")
        await works.enter_one(clerk, "A.lime", day, works.drawn(chance, "40", 2))
        for place, (value, unit) in enumerate((("-38.25", "t"), ("41.75", "kWh")), 1):
            judge.IMPOSSIBLE_ENTRY.put(bench, judge.Impossible(start=str(day + place * HOUR)))
            await works.enter_one(clerk, "A.lime", day + place * HOUR, Decimal(value), unit=unit)
        await bench.clock.sleep(seconds=70)
        for point in ("A.coke", "A.grid", "A.lime"):
            for period in ("hour", "day"):
                await clerk.ask(RECORDS, point=point, period=period, from_=day, to=day + DAY)
        await clerk.ask(ALARMS, from_=begun, to=bench.clock.now_us() + 1)

    def judge(self, history: History) -> Iterator[Check]:
        """Hours, days, and what cannot be."""
        yield from judge.findings(history)
