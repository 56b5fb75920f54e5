"""Emissions of days, months, quarters and years: entries by hand, late data, replaced meters, leap days, year ends.

Leaves minutes and hours to `figures`, and entries against the month before to the chapter of processing.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, Text, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import AccountingUnit, Emitter
from conformance.common.actions import all_centres
from conformance.common.carbon.reckon import period
from conformance.common.phases import CORRECTED, ENTERED, Data, Entered
from conformance.common.times import DAY, HOUR, MINUTE, ceil, floor, instant_of_iso
from conformance.terminal import MODBUS, UPLINK, read_out
from conformance.terminal.accounting import changes_judge, figures_judge, periods_judge
from conformance.terminal.accounting.boundaries import by_hand, electricity, fixed, read, scenario, source, with_figures
from conformance.terminal.accounting.figures import ACCOUNTING, class_checks
from conformance.terminal.acquisition.sources import MANUAL
from simulators.meters.faults import Silent

FAMILY = "accounting"

_METHOD = "buildings-ndrc-2015"
_WORDS = ("Li Wei", "delivery note")
_WHOLE_DAYS = Text(
    "days and months have to pass by the terminal's clock",
    "须按终端时钟经过若干日、月",
)
_TWO = Emitter(
    id="office",
    name="示范办公楼",
    sector="public-buildings",
    units=(AccountingUnit(id="office"),),
    sources=(
        electricity("grid", "office", _METHOD, "grid.energy"),
        source(
            *("boiler", "office", "fuel", _METHOD, "fuel", by_hand("FC", "t"), fixed("NCV", "GJ/t", "43.33")),
            item="柴油",
        ),
    ),
)


class CountsEntriesOfDays(Case):
    """What is entered for a day counts in that day, beside what meters gave, and in any period of whole days."""

    zh = "按日填报的活动数据计入当日及任意整日时段，与表计数据一并汇总。"
    checks = {
        periods_judge.ENTERED: ("csmt/11.6b", "csmt/6.2c", "csmt/9.2-6", "csmt/9.2-8"),
        periods_judge.ENTRIES_FOUND: ("csmt/6.2c",),
        **class_checks(
            ("day", "span"),
            {
                "day": ("isc-2/7.3b", "isc-2/7.2.5-3", "isc-2/7.2.5-14", "csmt/8.2.1b", "isc-2/7.2.3-A(3)l"),
                "span": ("isc-2/7.2.5-15", "csmt/8.3.1f", "isc-2/7.2.3-A(3)j", "csmt/11.11b"),
            },
        ),
        **beside(periods_judge.SUM_BESIDE_DAYS),
    }
    needs = (
        *(ACCOUNTING, MODBUS, UPLINK, MANUAL),
        read_out("figures-*", "entry-counted", "entries-found", "sum-beside-days"),
    )
    rigs = Rig.VIRTUAL
    virtual_only = _WHOLE_DAYS
    scenario = scenario(
        "building", _TWO, (("grid", "energy"),), start="2026-03-30T23:50:00+08:00", period_s=600, minute_interval=30
    )

    async def drive(self, bench: Bench) -> None:
        first = ceil(bench.clock.now_us(), DAY)
        await bench.clock.sleep(days=2, minutes=25)
        for day, value in ((0, "1.275"), (1, "0.93")):
            start = first + day * DAY
            await bench.operator.enter_activity("boiler", "FC", "day", start, start + DAY, value, *_WORDS)
        await bench.clock.sleep(minutes=2)
        for of, id in (("source", "boiler"), ("source", "grid"), ("emitter", ""), ("scope", "1")):
            await bench.operator.emissions(of, id, "day", first, first + 2 * DAY)
        for of, id in (("emitter", ""), ("source", "boiler"), ("source", "grid")):
            await bench.operator.emission_sum(of, id, first, first + 2 * DAY)
        # The other source has days alone.
        await bench.operator.emission_sum("source", "grid", first, first + 6 * HOUR)
        await bench.operator.activities("boiler", first, first + 2 * DAY)

    def judge(self, history: History) -> Iterator[Finding]:
        yield periods_judge.entered_finding(history, "boiler")
        yield periods_judge.found_again_finding(history, "boiler")
        yield periods_judge.sum_beside_days_finding(history, "grid")
        yield from figures_judge.findings(history, ("day", "span"))


MONTHLY = Emitter(
    id="office",
    name="示范办公楼",
    sector="public-buildings",
    units=(AccountingUnit(id="office"),),
    sources=(
        source(
            *("boiler", "office", "fuel", _METHOD, "fuel", by_hand("FC", "t", "month")),
            fixed("NCV", "GJ/t", "43.33"),
            item="柴油",
        ),
    ),
)
_LEAP_YEAR = "2024-01-01T00:00:00+08:00"


class CarriesEntriesThroughToTheYear(Case):
    """Entries of twelve months, a leap February among them, give months, quarters and the year; a late one goes on."""

    zh = "十二个月（含闰年二月）的填报得出月、季、年排放量；事后更正一个月，所在季、年随之更新。"
    checks = {
        periods_judge.CORRECTED_YEAR: ("isc-2/7.2.5-1", "csmt/11.6b"),
        **class_checks(
            ("month", "quarter_year", "year"),
            {
                "month": ("isc-2/7.3d", "csmt/8.2.1d", "isc-2/7.2.3-A(3)m", "csmt/11.11c"),
                "quarter_year": ("isc-2/7.2.5-11", "isc-2/7.2.3-A(3)n", "csmt/11.11d"),
                "year": ("csmt/8.2.1e", "csmt/11.11e", "isc-2/7.2.5-15"),
            },
        ),
        **beside(changes_judge.OLD_KEPT),
    }
    needs = (ACCOUNTING, MODBUS, UPLINK, MANUAL, read_out("figures-*", "year-corrected", "old-result-kept"))
    scenario = scenario("building", MONTHLY, (("grid", "energy"),), start="2025-01-02T08:57:00+08:00")

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=4)
        year = instant_of_iso(_LEAP_YEAR) or 0
        end = period("year", year)[1]
        at = year
        for number in range(1, 13):
            start, at = period("month", at)
            await bench.operator.enter_activity("boiler", "FC", "month", start, at, f"{number}.37", *_WORDS)
        await bench.clock.sleep(minutes=1)
        for kind in ("month", "quarter_year", "year"):
            await bench.operator.emissions("source", "boiler", kind, year, end)
        start, at = period("month", period("month", year)[1])
        await bench.operator.enter_activity("boiler", "FC", "month", start, at, "2.905", *_WORDS)
        await bench.clock.sleep(minutes=1)
        CORRECTED.put(bench, Data())
        for of, id in (("source", "boiler"), ("emitter", "")):
            for kind in ("month", "quarter_year", "year"):
                await bench.operator.emissions(of, id, kind, year, end)
        await bench.operator.emission_history("boiler", "month", start)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from figures_judge.findings(history, ("month", "quarter_year", "year"))
        yield periods_judge.corrected_year_finding(history)
        yield changes_judge.old_kept_finding(history)


class _RunsOver:
    """A short run over an instant of the calendar."""

    rigs = Rig.VIRTUAL
    virtual_only = Text(
        "29 February, or the end of a year, has to come by the terminal's clock while it runs",
        "运行期间终端时钟须经过 2 月 29 日或年末",
    )

    async def drive(self, bench: Bench) -> None:
        begun = bench.clock.now_us()
        midnight = ceil(begun, DAY)
        await bench.clock.sleep((midnight - begun) / 1_000_000 + 1260)
        hour = floor(begun, HOUR)
        for of, id in (("source", "grid"), ("source", "gas"), ("emitter", "")):
            await bench.operator.emissions(of, id, "minute", midnight - 10 * MINUTE, midnight + 10 * MINUTE)
            await bench.operator.emissions(of, id, "quarter", midnight - HOUR // 4, midnight + HOUR // 4)
            await bench.operator.emissions(of, id, "hour", hour, midnight)
        await bench.operator.emission_sum("emitter", "", midnight - 10 * MINUTE, midnight + 10 * MINUTE)
        await bench.centres.settle(minutes=2)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from figures_judge.findings(history, ("minute", "quarter", "span"))
        yield from figures_judge.sent_findings(history, all_centres(history), ("minute",))


_GAS = Emitter(
    id="office",
    name="示范办公楼",
    sector="public-buildings",
    units=(AccountingUnit(id="office"),),
    sources=(
        electricity("grid", "office", _METHOD, "grid.energy", "北京"),
        source("gas", "office", "fuel", _METHOD, "gas", read("FC", "Nm3", "gas.volume"), item="天然气"),
    ),
)
_OVER = {
    **class_checks(
        ("minute", "quarter", "span"), {"minute": ("isc-2/7.2.3-A(3)g",), "span": ("isc-2/7.2.5-15", "csmt/8.3.1f")}
    ),
    **beside(figures_judge.SENT),
}


class AccountsOverLeapDay(_RunsOver, Case):
    """29 February has its own figures, and 1 March begins at its midnight."""

    zh = "2 月 29 日单独核算，3 月 1 日自零时起。"
    checks = _OVER
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("figures-*"))
    scenario = scenario(
        "building", with_figures(_GAS), (("grid", "energy"), ("gas", "volume")), start="2028-02-29T23:45:00+08:00"
    )


class AccountsOverYearEnd(_RunsOver, Case):
    """At the end of a year the grid factor of the new accounting year counts from its first minute on."""

    zh = "跨年时自新年首分钟起采用新核算年度的电网因子。"
    checks = _OVER
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("figures-*"))
    scenario = scenario(
        "building", with_figures(_GAS), (("grid", "energy"), ("gas", "volume")), start="2024-12-31T23:45:00+08:00"
    )


class CountsReplacedMeters(Case):
    """A meter is replaced and another rolls over: the emission goes on with what was burnt, no more and no less."""

    zh = "更换表计和计数器翻转时，排放量按实际消耗连续计算，不多不少。"
    checks = {
        periods_judge.REPLACED: ("csmt/8.2.1a", "csmt/9.3e", "csmt/9.2-4"),
        periods_judge.ROLLED_OVER: ("csmt/8.2.2a", "csmt/8.2.2b"),
    }
    needs = (
        *(ACCOUNTING, MODBUS, UPLINK, "counters.rollover", "counters.replacement"),
        read_out("emission-over-*"),
    )
    scenario = scenario("building", _GAS, (("grid", "energy"), ("gas", "volume")), start="2026-03-02T09:57:00+08:00")

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        # Some half an hour of what the building draws.
        bench.meters["grid"].rollover_soon("grid.energy", "200")
        await bench.clock.sleep(minutes=23, seconds=20)
        at = bench.clock.now_us()
        noted = bench.meters["gas"].replace({"gas.volume": "12.00"}, serial=4711)
        for point, (final_old, initial_new) in noted.items():
            await bench.operator.replacement(point, at, final_old, initial_new)
        await bench.clock.sleep((hour + HOUR - bench.clock.now_us()) / 1_000_000 + 65)
        for name in ("gas", "grid"):
            await bench.operator.emissions("source", name, "minute", hour + 5 * MINUTE, hour + 40 * MINUTE)
            await bench.operator.emissions("source", name, "hour", hour, hour + HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from periods_judge.counter_findings(history, "gas", "grid")


class InventsNoEmission(Case):
    """While a meter is silent no figure that it feeds looks complete; entered by hand, its hour counts everywhere."""

    zh = "表计无应答期间，相关排放量不得表现为完整；人工录入该小时后各级汇总随之更新。"
    checks = {
        figures_judge.NONE_INVENTED: ("csmt/8.3.2-1", "isc-2/7.2.2(2)r"),
        periods_judge.CORRECTED: ("csmt/11.6b", "isc-2/7.2.5-1"),
    }
    needs = (ACCOUNTING, MODBUS, UPLINK, MANUAL, read_out("none-invented", "entry-carried"))
    scenario = scenario("building", _GAS, (("grid", "energy"), ("gas", "volume")), start="2026-03-02T08:57:00+08:00")

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        await bench.clock.sleep(minutes=30)
        bench.meters["gas"].set_fault(Silent())
        await bench.clock.sleep(minutes=50)
        bench.meters["gas"].clear()
        await bench.clock.sleep((hour + 2 * HOUR - bench.clock.now_us()) / 1_000_000 + 65)
        totals = (("source", "gas"), ("scope", "1"), ("emitter", ""))
        for of, id in totals:
            await bench.operator.emissions(of, id, "hour", hour, hour + 2 * HOUR)
            await bench.operator.emissions(of, id, "minute", hour + 35 * MINUTE, hour + 50 * MINUTE)
        for at, value in enumerate(("37.55", "41.20")):
            await bench.operator.manual_entry("gas.volume", "hour", hour + at * HOUR, value, *_WORDS)
        await bench.clock.sleep(minutes=2)
        ENTERED.put(bench, Entered())
        for of, id in totals:
            await bench.operator.emissions(of, id, "hour", hour, hour + 2 * HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from figures_judge.invented_findings(history)
        yield periods_judge.corrected_finding(history)
