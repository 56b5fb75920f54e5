"""Settlements: days and what is added up from them, across the ends of a year and a quarter (ISC-2 7.3; CSMT 8.2.1).

Leaves quarter-hours and hours to `processing`, and what centres get of it to `delivery`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, Text, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common.actions import counters, read_readings, read_records
from conformance.common.phases import WATCHED
from conformance.terminal import LOCAL, MODBUS
from conformance.terminal.processing import settlements_judge

# A plant that costs little: a year is long.
_SLOW = Scenario(
    start="2027-12-30T22:00:00+08:00",
    circuits=1,
    points=1,
    maps=("adl3000",),
    period_s=10_800,
    centres=(),
    kinds=(),
    plant="year",
)


class SettlesToTheQuarter(Case):
    """Days with their extremes, weeks, months and a quarter are exact, across 31 December and 29 February."""

    zh = "日结（含最大最小值）、周、月、季度累计逐位正确，跨 12 月 31 日与 2 月 29 日。"
    checks = {
        settlements_judge.TOTALS.of("day"): ("isc-2/7.3b",),
        settlements_judge.TOTALS.of("week"): ("isc-2/7.3c",),
        settlements_judge.TOTALS.of("month"): ("isc-2/7.3d", "csmt/8.2.1d"),
        settlements_judge.DAILY_EXTREMES: ("csmt/8.2.1c",),
        settlements_judge.ASKED_TO_THE_END: ("isc-2/9.1f",),
        **beside(settlements_judge.TOTALS.of("quarter-year")),
    }
    needs = (MODBUS, LOCAL)
    rigs = Rig.VIRTUAL
    virtual_only = Text(
        "three months have to pass by the terminal's clock",
        "须按终端时钟经过三个月",
    )
    scenario = _SLOW

    kinds = ("day", "week", "month", "quarter_year")

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(days=94)
        for point in counters(bench):
            for kind in self.kinds:
                await bench.operator.records(kind, point, start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from settlements_judge.findings(history, self.kinds)
        yield settlements_judge.asked_finding(history)


class SettlesWeeksOverTheYearEnd(Case):
    """In a year of 53 weeks the week across its end is one week, exact, and so are those before and after it."""

    zh = "有 53 周的年份，跨年周为完整一周，其累计及前后各周累计逐位正确。"
    checks = {
        settlements_judge.TOTALS.of("week"): ("isc-2/7.3c",),
        settlements_judge.TOTALS.of("month"): ("isc-2/7.3d", "csmt/8.2.1d"),
        **beside(settlements_judge.DAILY_EXTREMES),
    }
    needs = (MODBUS, LOCAL)
    rigs = Rig.VIRTUAL
    virtual_only = Text(
        "six weeks over the end of a year of 53 weeks have to pass by the terminal's clock",
        "须按终端时钟经过跨年的六周",
    )
    scenario = _SLOW.but(start="2026-11-29T20:00:00+08:00", plant="works")
    kinds = ("day", "week", "month")

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(days=43)
        for point in counters(bench):
            for kind in self.kinds:
                await bench.operator.records(kind, point, start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        for found in settlements_judge.findings(history, self.kinds):
            if found.id != "day-totals":
                yield found


class SettlesTheYear(Case):
    """A calendar year of 366 days is the sum of its months and what the register advanced, exactly."""

    zh = "日历年（366 日）累计量等于各月之和，与表计读数增量逐位一致。"
    checks = {
        settlements_judge.TOTALS.of("year"): ("csmt/8.2.1e",),
        settlements_judge.SUM_OF_PARTS.of("year"): ("csmt/8.2.1e",),
        settlements_judge.ASKED_TO_THE_END: ("isc-2/9.1f",),
    }
    needs = (MODBUS, LOCAL)
    rigs = Rig.VIRTUAL
    virtual_only = Text(
        "a year has to pass by the terminal's clock",
        "须按终端时钟经过一年",
    )
    scenario = _SLOW
    kinds = ("month", "year")

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(days=368, hours=4)
        for point in counters(bench):
            for kind in self.kinds:
                await bench.operator.records(kind, point, start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        for found in settlements_judge.findings(history, ("year",)):
            if found.id == "year-totals":
                yield found
        yield settlements_judge.sum_finding(history, "year", "month")
        yield settlements_judge.asked_finding(history)


class SettlesTheSeconds(Case):
    """With a period of 1 s every second has its value, and minutes are the sums of what their seconds advanced."""

    zh = "采集周期 1 s 时每秒均有数值，分钟值等于各秒增量之和。"
    checks = {
        settlements_judge.EVERY_SECOND_STORED: ("csmt/8.2.1f",),
        settlements_judge.SECONDS_ADD_UP: ("csmt/8.2.1f", "csmt/8.2.1g"),
    }
    needs = (MODBUS, LOCAL)
    scenario = Scenario(circuits=2, points=1, maps=("adl3000",), period_s=1, centres=("A",), minute_interval=1)

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=5, seconds=10.5)
        WATCHED.put(bench)
        await read_readings(bench, counters(bench), start, bench.clock.now_us())
        await read_records(bench, ("minute",), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from settlements_judge.seconds_findings(history, 400)
