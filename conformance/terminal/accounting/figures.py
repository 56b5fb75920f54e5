"""Emissions of whole plants: minute by minute to the quarter-hour and hour, by source, unit, category and scope.

Leaves single methods to `methods`, changes of factors and boundary to `changes`, days to years to `periods`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.case import Case, Criterion, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import Emitter
from bench.layout.scenario import Scenario
from conformance.common.actions import all_centres
from conformance.common.carbon.reckon import categories
from conformance.common.times import HOUR, MINUTE, SECOND, ceil
from conformance.terminal import MODBUS, UPLINK, read_out
from conformance.terminal.accounting import boundaries, figures_judge
from conformance.terminal.accounting.boundaries import figures, scenario

FAMILY = "accounting"

ACCOUNTING = "functions.accounting"
FIGURES, TOTALS = figures_judge.FIGURES, figures_judge.TOTALS_BY
READ = read_out("figures-*", "totals-by-*", "category-*", "method-named", "cumulative-*")


async def ask_totals(
    bench: Bench, emitter: Emitter, kind: str, from_us: int, to_us: int, *, sources: bool = True
) -> None:
    """Ask for every total of an emitter, in the order of its figures."""
    for figure in figures(emitter):
        if figure.of != "source" or sources:
            await bench.operator.emissions(figure.of, figure.id, kind, from_us, to_us)


def class_checks(kinds: Sequence[str], clauses: Mapping[str, tuple[str, ...]]) -> dict[Criterion, tuple[str, ...]]:
    """The checks on classes of periods, with what each decides."""
    return {FIGURES.of(kind, *figures_judge.NAMES[kind]): clauses.get(kind, ()) for kind in kinds}


def total_checks(totals: Sequence[str], clauses: Mapping[str, tuple[str, ...]]) -> dict[Criterion, tuple[str, ...]]:
    """The checks on totals, with what each decides."""
    return {TOTALS.of(of, *figures_judge.TOTALS[of]): clauses.get(of, ()) for of in totals}


_BY_PERIOD = {
    "minute": ("isc-2/7.2.3-A(3)g", "csmt/8.2.1g", "isc-2/5.4b", "isc-2/7.2.2-2"),
    "hour": (
        *("isc-2/7.3a", "csmt/8.2.1h", "isc-2/7.2.3-A(3)k", "isc-2/7.2.5-3"),
        *("isc-2/7.2.3-B(5)a", "csmt/9.2-10"),
    ),
}
_BY_TOTAL = {
    "source": ("csmt/9.1b", "isc-2/7.2.5-13", "csmt/9.2-11", "csmt/9.3d-2", "csmt/11.9b"),
    "unit": ("csmt/9.1c", "csmt/9.3-4", "isc-2/7.2.5-12", "csmt/8.3.1d", "isc-2/5.1a", "isc-2/7.2.3-B(5)b"),
    "category": ("csmt/9.1d", "csmt/9.4-1", "isc-2/7.2.3-B(5)b"),
    "scope": ("csmt/9.4a", "csmt/9.4b", "isc-2/7.2.5-9"),
    "emitter": (
        *("csmt/4f", "isc-2/5.4c", "isc-2/5.4d", "isc-2/7.1j", "isc-2/6.2j", "isc-2/6.2l", "isc-2/7.2.3d"),
        *("isc-2/7.2.3-B(2)-1", "isc-2/7.2.3-B(2)-2", "isc-2/7.2.3-B(2)a"),
    ),
}
_KINDS = ("minute", "quarter", "hour")
_TOTALS = tuple(figures_judge.TOTALS)


class _WholePlant:
    """A plant runs for some two hours; every total of it is read out and sent."""

    scenario: Scenario
    minutes_of_the_hour = 5

    async def drive(self, bench: Bench) -> None:
        emitter = self.scenario.configuration.emitter
        assert emitter is not None
        hour = ceil(bench.clock.now_us() + 6 * MINUTE, HOUR)
        await bench.clock.sleep((hour + 63 * MINUTE - bench.clock.now_us()) / SECOND)
        await ask_totals(bench, emitter, "minute", hour - 5 * MINUTE, hour + self.minutes_of_the_hour * MINUTE)
        await ask_totals(bench, emitter, "quarter", hour, hour + HOUR)
        await ask_totals(bench, emitter, "hour", hour, hour + HOUR)
        await bench.centres.settle(minutes=2)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from figures_judge.findings(history, _KINDS, _TOTALS)
        yield from figures_judge.sent_findings(history, all_centres(history))
        yield from figures_judge.named_findings(history)
        yield from figures_judge.category_findings(history)
        yield figures_judge.cumulative_finding(history)


def _checks(emitter: Emitter, *units: str) -> dict[Criterion, tuple[str, ...]]:
    return {
        **class_checks(_KINDS, _BY_PERIOD),
        **total_checks(_TOTALS, {**_BY_TOTAL, "unit": (*_BY_TOTAL["unit"], *units)}),
        figures_judge.SENT: ("isc-2/7.2.2-4", "isc-2/7.2.2(2)d", "csmt/4g"),
        figures_judge.NAMED: ("csmt/9.2-7",),
        figures_judge.CUMULATIVE: ("isc-2/7.2.3-A(3)g", "isc-2/7.2.3-A(3)o"),
        **{figures_judge.CATEGORY.of(name, *figures_judge.CATEGORIES[name]): _OF[name] for name in categories(emitter)},
    }


_OF = {
    "fuel": ("isc-2/5.2a", "csmt/9.1a", "csmt/9.4a(1)", "isc-2/7.2.5-7"),
    "carbonate": ("isc-2/5.2b", "isc-2/7.2.5-8", "csmt/9.4a(3)"),
    "feedstock": ("isc-2/5.2b", "isc-2/7.2.5-8", "csmt/9.4a(2)"),
    "recovered": ("isc-2/5.2d", "csmt/9.4a(4)"),
    "stored": ("csmt/9.4a(5)",),
    "electricity": ("isc-2/5.2c", "csmt/9.4b(1)", "isc-2/7.2.5-10"),
    "heat": ("isc-2/5.2c", "csmt/9.4b(2)"),
}


class AccountsPowerUnit(_WholePlant, Case):
    """A power unit: coal with a changing heating value, diesel, desulphurisation and purchased electricity, exactly."""

    zh = "发电机组：热值变化的煤、柴油、脱硫和购入电力的排放量逐位准确，各级汇总一致并上传。"
    checks = _checks(boundaries.POWER_UNIT, "isc-2/7.2.1c", "isc-2/7.2.1e")
    needs = (ACCOUNTING, MODBUS, UPLINK, READ)
    scenario = scenario("power-unit", boundaries.with_figures(boundaries.POWER_UNIT), boundaries.POWER_STREAMS)


class AccountsCementLine(_WholePlant, Case):
    """A cement line: coal, clinker with kiln-head and bypass dust, carbon of the raw meal and electricity, exactly."""

    zh = "水泥生产线：煤、熟料及窑头与旁路粉尘、生料非燃料碳和购入电力的排放量逐位准确。"
    checks = _checks(boundaries.CEMENT_LINE, "isc-2/7.2.1c", "isc-2/7.2.1d")
    needs = (ACCOUNTING, MODBUS, UPLINK, READ)
    scenario = scenario("cement-line", boundaries.with_figures(boundaries.CEMENT_LINE), boundaries.CEMENT_STREAMS)


class AccountsSteelWorks(_WholePlant, Case):
    """A steel works: fuels, fluxes, electrodes, pig iron, electricity and heat, less the carbon kept in its steel."""

    zh = "钢铁厂：燃料、熔剂、电极、生铁、电力和热力的排放量，扣除粗钢固碳，逐位准确。"
    checks = _checks(boundaries.STEEL_WORKS)
    needs = (ACCOUNTING, MODBUS, UPLINK, READ)
    scenario = scenario("steel-works", boundaries.with_figures(boundaries.STEEL_WORKS), boundaries.STEEL_STREAMS)


class AccountsGlassFurnace(_WholePlant, Case):
    """A glass furnace, undivided: gas, carbon powder, three carbonates, electricity and heat, exactly."""

    zh = "平板玻璃窑炉（不划分核算单元）：燃气、碳粉、三种碳酸盐、电力和热力的排放量逐位准确。"
    checks = _checks(boundaries.GLASS_FURNACE, "csmt/9.3b-3")
    needs = (ACCOUNTING, MODBUS, UPLINK, READ)
    scenario = scenario("glass-furnace", boundaries.with_figures(boundaries.GLASS_FURNACE), boundaries.GLASS_STREAMS)


class AccountsPublicBuilding(_WholePlant, Case):
    """A public building: gas, diesel, electricity and district heat, exactly, in each of 60 minutes of an hour."""

    zh = "公共建筑：燃气、柴油、电力和集中供热的排放量逐位准确，一小时内 60 个分钟值齐全。"
    checks = {
        **_checks(boundaries.BUILDING),
        **class_checks(("minute",), {"minute": (*_BY_PERIOD["minute"], "isc-2/9.4a")}),
    }
    needs = (ACCOUNTING, MODBUS, UPLINK, READ)
    minutes_of_the_hour = 60
    scenario = scenario("building", boundaries.with_figures(boundaries.BUILDING), boundaries.BUILDING_STREAMS)


class AccountsPark(_WholePlant, Case):
    """A park: gas, electricity bought and exported, heat, recovered CO2; biomass and green electricity beside it."""

    zh = "园区：燃气、购入与外供电力、热力、回收 CO2 逐位准确；生物质与绿色电力单列，不计入总量。"
    checks = _checks(boundaries.PARK, "csmt/9.3b-1", "csmt/9.3b-2")
    needs = (ACCOUNTING, MODBUS, UPLINK, READ)
    scenario = scenario("park", boundaries.with_figures(boundaries.PARK), boundaries.PARK_STREAMS)
