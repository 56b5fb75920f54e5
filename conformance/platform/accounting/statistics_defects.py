"""Defects of statistics, benchmarks, ledgers and reports of the platform."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, true

from conformance.defects import Patch, defect
from simulators.platform import benchmarks, energy, reports, statistics
from simulators.platform.accounting.lines import Book
from simulators.platform.accounting.quantities import text
from simulators.platform.core import Desk, rights
from simulators.platform.core.desk import Desk as WholeDesk
from simulators.platform.core.kinds import Kind, Thing
from simulators.platform.core.objects import Objects
from simulators.platform.core.rights import Account


@defect(
    "platform-share-of-the-wrong-whole",
    en="shares and changes are per cent of twice the whole",
    zh="占比和变化率的分母为两倍总量",
    clauses=(
        *("ssea/5.4.4.1a", "ssea/5.4.4.1b", "cpcif/5.2.3b", "cpcif/5.2.3c", "isc-1/5.1.2b", "isc-1/5.2.2a"),
        "ssea/5.1.4d",
    ),
)
def wrong_whole(patch: Patch) -> None:
    """The whole is counted twice."""
    patch(statistics, "_share", lambda part, whole: part * 50 / whole if whole else Fraction(0))


@defect(
    "platform-energy-shown-as-emission",
    en="where energy is asked for emission is shown",
    zh="查询能耗时显示碳排放量",
    clauses=("cpcif/5.2.3b",),
)
def energy_as_emission(patch: Patch) -> None:
    """The quantity is not looked at."""
    patch(statistics, "amount_of", lambda total, quantity: total.tonnes)


@defect(
    "platform-year-before-is-month-before",
    en="a period is compared with the one before under the name of the year before",
    zh="同比误用上期数据",
    clauses=("ssea/5.4.4.1b",),
)
def month_for_year(patch: Patch) -> None:
    """Both are the one before."""
    whole = statistics._references  # pyright: ignore[reportPrivateUsage]

    def references(period: str, start: int, fixed: int | None) -> dict[str, int]:
        found = whole(period, start, fixed)
        return {**found, "year-before": found["previous"]}

    patch(statistics, "_references", references)


@defect(
    "platform-ranking-upside-down",
    en="the smallest emitter is ranked first",
    zh="排名次序颠倒，排放最小者居首",
    clauses=("isc-1/5.1.2c", "isc-1/5.2.2b"),
)
def upside_down(patch: Patch) -> None:
    """The order is turned round."""
    patch(statistics, "_order", lambda values: sorted(values.items(), key=lambda each: (each[1], each[0])))


@defect(
    "platform-decoupling-by-sign-alone",
    en="decoupling is weak or strong by the sign of emission's change, whatever the ratio",
    zh="仅按排放变化的正负判定脱钩状态，不看弹性系数",
    clauses=("isc-1/5.1.3a",),
)
def by_sign_alone(patch: Patch) -> None:
    """Bounds are not looked at."""
    patch(statistics, "_tapio", lambda emission, worth: "strong" if emission < 0 else "weak")


@defect(
    "platform-output-value-of-all-years",
    en="efficiency takes the output value of all years together",
    zh="效率评价使用历年产值合计",
    clauses=("isc-1/5.1.3b-1",),
)
def worth_of_all_years(patch: Patch) -> None:
    """The year is not looked at."""
    whole = Book.worth

    def worth(self: Book, of: str, id: str, low: int, high: int) -> tuple[Fraction, str]:
        return whole(self, of, id, 0, 2**62)

    patch(Book, "worth", worth)


@defect(
    "platform-watches-those-who-improve",
    en="enterprises whose efficiency has risen are watched",
    zh="将效率提高的企业列为重点关注",
    clauses=("isc-1/5.1.3b-2",),
)
def watches_improvers(patch: Patch) -> None:
    """The comparison is the wrong way round."""
    patch(statistics, "_worse", lambda old, new: new < old)


_LIBRARY = ("indicator", "benchmark", "emission_limit")


@defect(
    "platform-benchmarks-cannot-be-changed",
    en="a changed indicator, benchmark or limit stays as it was",
    zh="指标、标杆、限额的修改未生效",
    clauses=("ssea/5.4.5.1-1", "ssea/5.4.5.1-2", "ssea/5.4.5.1-3"),
)
def cannot_be_changed(patch: Patch) -> None:
    """The change is confirmed and not kept."""
    whole = Objects.change

    def change(self: Objects, desk: WholeDesk, kind: Kind, key: str, values: Mapping[str, Any]) -> Thing:
        if kind.name in _LIBRARY:
            return self.get(desk, kind, key)
        return whole(self, desk, kind, key, values)

    patch(Objects, "change", change)


@defect(
    "platform-gap-in-per-cent-of-itself",
    en="the gap in per cent is one of the indicator in place of the benchmark",
    zh="差距百分比以指标自身而非基准值为分母",
    clauses=("ssea/5.4.5.2", "cpcif/5.2.4.1b"),
)
def gap_of_itself(patch: Patch) -> None:
    """Both are at hand."""
    patch(benchmarks, "_percent", lambda actual, reference: text((actual - reference) * 100 / actual, 6))


@defect(
    "platform-gap-the-wrong-way-round",
    en="the gap is the benchmark less the indicator",
    zh="差距的符号颠倒",
    clauses=("ssea/5.4.5.2", "cpcif/5.2.4.1b"),
)
def gap_turned(patch: Patch) -> None:
    """Better is worse."""
    patch(benchmarks, "_gap", lambda actual, reference: reference - actual)


@defect(
    "platform-benchmark-of-the-future",
    en="a benchmark counts before it is valid",
    zh="尚未生效的标杆值已用于对标",
    clauses=("ssea/5.4.5.2",),
)
def benchmark_of_the_future(patch: Patch) -> None:
    """The newest of each level, whenever it is valid."""

    def newest(things: list[benchmarks.Benchmark], at: int) -> list[benchmarks.Benchmark]:
        return list({each.level: each for each in sorted(things, key=lambda each: each.valid_from)}.values())

    patch(benchmarks, "_in_force", newest)


@defect(
    "platform-average-of-intensities",
    en="the average of peers is the mean of their intensities, whatever their size",
    zh="同行平均水平为各企业强度的简单平均，不计规模",
    clauses=("isc-1/5.2.3a-2", "cpcif/5.2.4.1b"),
)
def mean_of_intensities(patch: Patch) -> None:
    """A small works counts as much as a large one."""

    def average(amounts: dict[str, Fraction], worths: dict[str, Fraction], per: bool) -> Fraction:
        values = [amounts[key] / worths[key] if per else amounts[key] for key in amounts]
        return sum(values, Fraction(0)) / len(values)

    patch(benchmarks, "_average", average)


@defect(
    "platform-peers-are-everybody",
    en="an enterprise is compared with everybody, of whatever sector or region",
    zh="对标范围不区分行业和地区",
    clauses=("isc-1/5.2.3a-2",),
)
def peers_are_everybody(patch: Patch) -> None:
    """The group is not looked at."""
    patch(benchmarks, "_fellow", lambda own, other, among: True)


@defect(
    "platform-result-without-suggestion",
    en="results of benchmarking are sent without a suggestion",
    zh="推送的对标结果缺少改进建议",
    clauses=("cpcif/5.2.4.2",),
)
def without_suggestion(patch: Patch) -> None:
    """The field is empty."""
    patch(benchmarks, "_advice", lambda above: "")


@defect(
    "platform-ledger-takes-kilowatt-hours-for-megajoules",
    en="the ledger of energy takes kilowatt-hours for megajoules",
    zh="能量台账将千瓦时按兆焦计",
    clauses=("cpcif/5.3.1.2", "cpcif/5.3.1.3b"),
)
def kilowatt_hours(patch: Patch) -> None:
    """3.6 is forgotten."""
    whole = energy._gigajoules  # pyright: ignore[reportPrivateUsage]

    def gigajoules(value: Fraction, unit: str) -> Fraction:
        return value / 1000 if unit == "kWh" else whole(value, unit)

    patch(energy, "_gigajoules", gigajoules)


@defect(
    "platform-room-is-all-waste-heat",
    en="the room for waste heat is all of it, recovered or not",
    zh="余热利用空间未扣除已回收量",
    clauses=("cpcif/5.3.1.2",),
)
def room_is_all(patch: Patch) -> None:
    """What is recovered is not looked at."""
    patch(energy, "_room", lambda waste, recovered: waste)


@defect(
    "platform-all-equipment-is-due",
    en="all equipment is due for renewal",
    zh="所有设备均列为待更新",
    clauses=("cpcif/5.3.1.3b",),
)
def all_is_due(patch: Patch) -> None:
    """The day is not looked at."""
    patch(energy, "_due", lambda renew_by, until: True)


@defect(
    "platform-report-without-last-class",
    en="a report leaves out power and what it gives off",
    zh="报告遗漏电力排放",
    clauses=("cpcif/5.2.1.2a-4", "isc-1/5.1.1c", "isc-1/5.2.1c"),
)
def report_without_power(patch: Patch) -> None:
    """One class of sources is not in the template."""
    whole = reports._figures  # pyright: ignore[reportPrivateUsage]

    def figures(desk: Desk, of: str, id: str, low: int, high: int) -> list[reports.Item]:
        found = whole(desk, of, id, low, high)
        kept = [each for each in found if each.item != "class:electricity"]
        return [
            reports.Item(item=each.item, value="0.000000", unit=each.unit) if each.item == "energy" else each
            for each in kept
            if each.item != "class:fuel"
        ]

    patch(reports, "_figures", figures)


@defect(
    "platform-submits-the-month-before",
    en="what is submitted is the account of the month before",
    zh="报送的是上一期间的核算结果",
    clauses=("cpcif/5.2.1.2a-3",),
)
def submits_another_month(patch: Patch) -> None:
    """The period is one too early."""
    whole = reports._submitted  # pyright: ignore[reportPrivateUsage]

    def submitted(desk: Desk, enterprise: str, low: int, high: int) -> Any:
        return whole(desk, enterprise, low - 31 * 86_400_000_000, low)

    patch(reports, "_submitted", submitted)


@defect(
    "platform-submissions-seen-by-all",
    en="what an enterprise submits is seen by every other",
    zh="企业报送的数据其他企业可见",
    clauses=("cpcif/5.2.1.2a-3", "cpcif/5.2.4.2"),
)
def seen_by_all(patch: Patch) -> None:
    """Whose they are is not looked at."""
    whole = rights.visible

    def visible(account: Account, kind: Kind, *row: Any) -> ColumnElement[bool]:
        return true() if kind.name in ("submission", "benchmark_notice") else whole(account, kind, *row)

    patch(rights, "visible", visible)
