"""Defects of the platform's account: what is left out, counted twice, taken by the wrong factor, kept from before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform import accounting
from simulators.platform.accounting import checks, defaults, factors, lines, methods, versions
from simulators.platform.accounting.lines import Line, Total
from simulators.platform.core import Desk, csv_text
from simulators.platform.core.desk import Desk as WholeDesk
from simulators.platform.core.kinds import Kind
from simulators.platform.core.objects import Objects
from simulators.platform.core.sentences import Refused


@defect(
    "platform-account-leaves-last-stretch-out",
    en="every total leaves out the last of its stretches",
    zh="每个汇总都遗漏最后一段数据",
    clauses=(
        *("cpcif/5.2.1.2g-1", "cpcif/5.2.1.2h-1", "isc-1/5.1.1a-1", "isc-1/5.2.1a-1", "isc-1/5.1.1a-2"),
        *("isc-1/5.2.1a-2", "ssea/5.4.4.1b", "ssea/5.4.4.1c", "ssea/5.1.4d"),
    ),
)
def leaves_last_out(patch: Patch) -> None:
    """The list is gone through to the last but one."""

    def summed(lines: Iterable[Line]) -> Total:
        found = Total()
        for line in list(lines)[:-1]:
            found.add(line)
        return found

    patch(lines, "summed", summed)
    whole = lines.Book.total

    def total(self: lines.Book, of: str, id: str, low: int, high: int, *, period: str = "year") -> Total:
        found = whole(self, of, id, low, high, period=period)
        found.tonnes, found.energy = found.tonnes * Fraction(9, 10), found.energy * Fraction(9, 10)
        return found

    patch(lines.Book, "total", total)


@defect(
    "platform-energy-of-electricity-slips",
    en="a unit slips: energy of a kilowatt-hour is counted for a megawatt-hour",
    zh="单位错位：以千瓦时的能量当兆瓦时",
    clauses=("cpcif/5.2.1.2g-1",),
)
def energy_slips(patch: Patch) -> None:
    """The physical equivalent of electricity is a thousandth."""
    whole = defaults.heating_value

    def slipped(carrier: str) -> tuple[Fraction, str] | None:
        found = whole(carrier)
        return (found[0] / 1000, found[1]) if found and carrier == "electricity" else found

    patch(defaults, "heating_value", slipped)


@defect(
    "platform-intensity-without-output",
    en="a month without output has an intensity all the same, that of one unit",
    zh="无产量的月份仍给出强度（按一个单位产量计算）",
    clauses=("cpcif/5.2.1.2g-3",),
)
def intensity_without_output(patch: Patch) -> None:
    """So that nobody divides by zero."""

    def outputs(self: lines.Book, product: str, low: int, high: int) -> tuple[Fraction, str]:
        made, unit = own(self, product, low, high)
        return made or Fraction(1), unit

    own = patch(lines.Book, "outputs", outputs)


@defect(
    "platform-energy-by-class",
    en="the energy of a source of a sector's method goes by its class in place of its carrier",
    zh="行业方法排放源的能量按类别而非能源品种折算",
    clauses=("isc-1/5.1.1-2", "cpcif/5.2.1.1"),
)
def energy_by_class(patch: Patch) -> None:
    """Fuel is fuel."""

    def energy_of(self: lines.Book, term: methods.Term, carrier: str, *told: Any) -> Fraction | None:
        return own(self, term, "", *told)

    own = patch(lines.Book, "_energy_of", energy_of)


@defect(
    "platform-default-of-another-table",
    en="built-in values are those of no table: heat and fuels are rounded to one digit",
    zh="内嵌缺省值被取整为一位，与任何官方表不符",
    clauses=("cpcif/5.1.1e",),
)
def other_defaults(patch: Patch) -> None:
    """Heat counts by 0.1, heating values are whole."""
    patch(defaults, "HEAT", "0.1")
    patch(defaults, "FUELS", {name: (unit, heating.partition(".")[0], carbon, share)
                              for name, (unit, heating, carbon, share) in defaults.FUELS.items()})  # fmt: skip


@defect(
    "platform-grid-of-another-year",
    en="the built-in factor of one region's grid for one year is another year's",
    zh="内嵌的某区域某年度电网因子误用了另一年度的值",
    clauses=("cpcif/5.1.1e",),
)
def grid_of_another_year(patch: Patch) -> None:
    """Two columns of the announcement were taken for each other."""
    north_west = {**defaults.GRID["西北"], 2024: defaults.GRID["西北"][2023]}
    patch(defaults, "GRID", {**defaults.GRID, "西北": north_west})


@defect(
    "platform-published-before-supplier",
    en="the published factor of heat goes before the supplier's",
    zh="热力优先采用公布因子而非供热单位因子",
    clauses=("cpcif/5.1.3.2",),
)
def published_first(patch: Patch) -> None:
    """What names an enterprise is looked at last."""
    patch(factors, "_steps", lambda enterprise, region: (("", region), ("", ""), (enterprise, "")))


@defect(
    "platform-grid-of-the-nation",
    en="power of every region counts by the nation's factor",
    zh="各区域电力均采用全国因子",
    clauses=("cpcif/5.1.4.2a",),
)
def grid_of_the_nation(patch: Patch) -> None:
    """Regions are not looked at."""
    patch(factors, "_steps", lambda enterprise, region: ((enterprise, ""), ("", "")))


@defect(
    "platform-factor-counts-from-entry",
    en="a new factor counts for everything from the moment of its entry, past days included",
    zh="新因子自录入起用于全部时段（含以往）",
    clauses=("cpcif/5.1.4.2b",),
)
def counts_from_entry(patch: Patch) -> None:
    """The newest version, whenever it is valid."""
    patch(versions, "_newest", lambda found, start: found[-1])


@defect(
    "platform-removed-factor-counts-on",
    en="a factor that was removed is in no list, and counts on",
    zh="已删除的因子不再列出，但仍参与核算",
    clauses=("isc-1/4.6-1",),
)
def removed_counts_on(patch: Patch) -> None:
    """Its versions are kept, as those of every object are."""

    def removed(found: dict[str, list[Any]], id: str) -> None:
        del found, id

    patch(versions, "_removed", removed)


@defect(
    "platform-oldest-factor-counts",
    en="of several factors in force the oldest counts",
    zh="多个有效因子中采用最早的一个",
    clauses=("cpcif/5.1.4.2b",),
)
def oldest_counts(patch: Patch) -> None:
    """The order is turned round."""
    patch(factors, "_newest", lambda factor: (-(factor.valid_from or 0), factor.id))


@defect(
    "platform-tests-cut-off",
    en="tested values are kept with one decimal",
    zh="检测值仅保留一位小数",
    clauses=("cpcif/5.1.1d",),
)
def tests_cut_off(patch: Patch) -> None:
    """The field is as wide as that."""
    whole = Objects.create

    def create(self: Objects, desk: WholeDesk, kind: Kind, values: Mapping[str, Any]) -> str:
        if kind.name == "emission_input" and "value" in values:
            text = str(values["value"])
            values = {**values, "value": text[: text.find(".") + 2] if "." in text else text}
        return whole(self, desk, kind, values)

    patch(Objects, "create", create)


@defect(
    "platform-defaults-before-tests",
    en="a built-in value goes before the tested one",
    zh="缺省值优先于检测值",
    clauses=("cpcif/5.1.1d",),
)
def defaults_first(patch: Patch) -> None:
    """Coal always has the heating value and the carbon of the table."""
    whole = lines.Book.used

    def used(self: lines.Book, *told: Any) -> tuple[dict[str, Fraction] | None, str]:
        found, why = whole(self, *told)
        if found is None:
            return found, why
        fixed = {"NCV": Fraction("19.570"), "CC": Fraction("26.18"), "C_AR": Fraction("0.5")}
        return {name: fixed.get(name, value) for name, value in found.items()}, why

    patch(lines.Book, "used", used)


@defect(
    "platform-account-not-made-anew",
    en="a figure that was shown once is shown again, whatever has been entered since",
    zh="已显示过的结果不再重新计算",
    clauses=("isc-1/4.6-1",),
)
def not_made_anew(patch: Patch) -> None:
    """Answers are remembered by their question."""
    whole = accounting.spread
    kept: dict[Any, Any] = {}

    def spread(desk: Desk, asked: accounting.Asked) -> list[tuple[int, int, list[Line]]]:
        key = desk.account.name, asked
        if key not in kept:
            kept[key] = whole(desk, asked)
        return kept[key]

    patch(accounting, "spread", spread)


def _terms(patch: Patch, change: Any) -> None:
    """Every term of every method as a defect has it."""
    whole = methods.term

    def term(method: str, name: str) -> methods.Term:
        return change(name, whole(method, name))

    patch(methods, "term", term)


@defect(
    "platform-stored-carbon-not-deducted",
    en="carbon that products keep is not deducted",
    zh="固碳产品的碳未扣除",
    clauses=("isc-1/4.6a", "isc-1/5.1.1-2"),
)
def stored_not_deducted(patch: Patch) -> None:
    """What is deducted is nothing."""

    def change(name: str, found: methods.Term) -> methods.Term:
        return replace(found, tonnes=lambda used: Fraction(0)) if name.startswith("stored") else found

    _terms(patch, change)


@defect(
    "platform-carbon-times-3.67",
    en="carbon is turned into CO2 by 3.67 instead of 44/12",
    zh="碳换算为 CO2 时用 3.67 代替 44/12",
    clauses=("cpcif/5.2.1.1", "isc-1/5.2.1-2"),
)
def carbon_times_367(patch: Patch) -> None:
    """As a public form does: 0.09 % too much."""
    patch(methods, "CARBON", Fraction(367, 100))


@defect(
    "platform-boundary-not-heeded",
    en="a source outside the boundary counts all the same",
    zh="边界之外的排放源仍计入总量",
    clauses=("isc-1/4.6-2",),
)
def boundary_not_heeded(patch: Patch) -> None:
    """Everything is inside."""
    patch(lines, "_inside", lambda source, start: True)


@defect(
    "platform-own-power-counted-twice",
    en="power from the enterprise's own plant counts as if it were bought",
    zh="自备电厂自用电按外购电力重复计入",
    clauses=("cpcif/5.2.1.2c",),
)
def own_power_twice(patch: Patch) -> None:
    """Inner power is no part of what stands apart."""

    def change(name: str, found: methods.Term) -> methods.Term:
        return replace(found, apart=False) if name == "electricity-internal" else found

    _terms(patch, change)


@defect(
    "platform-other-gases-by-another-set",
    en="methane and nitrous oxide count by the potentials of another report",
    zh="甲烷和氧化亚氮按另一版评估报告的 GWP 折算",
    clauses=("isc-1/5.1.1-1", "isc-1/5.2.1-1", "isc-1/5.1.1-3"),
)
def other_potentials(patch: Patch) -> None:
    """The fifth report's for everything."""
    patch(defaults, "POTENTIALS", {**defaults.POTENTIALS, "CH4": 28, "N2O": 265})
    patch(accounting, "_equivalent", lambda gas, tonnes: tonnes * {"CH4": 28, "N2O": 265}.get(gas, 1))


@defect(
    "platform-days-end-in-utc",
    en="days, weeks, months and years end at midnight of UTC",
    zh="日、周、月、年按世界时零点划分",
    clauses=("ssea/5.4.4.1b", "ssea/5.4.4.1c"),
)
def ends_in_utc(patch: Patch) -> None:
    """Eight hours of every period are in the next."""
    whole = accounting.spread

    def spread(desk: Desk, asked: accounting.Asked) -> list[tuple[int, int, list[Line]]]:
        found = whole(desk, asked)
        moved = [line for _, _, each in found for line in each]
        shift = 8 * 3_600_000_000
        return [(start, end, [line for line in moved if start <= line.start + shift < end]) for start, end, _ in found]

    patch(accounting, "spread", spread)


@defect(
    "platform-figures-cut-off",
    en="every figure is cut off after its first decimal",
    zh="所有数值在第一位小数后截断",
    clauses=("cpcif/5.2.3c", "ssea/5.4.4.1a"),
)
def figures_cut_off(patch: Patch) -> None:
    """What does not fit is left out."""

    def cut(value: Fraction, places: int = 6) -> str:
        steps = int(value * 10)
        return f"{steps // 10 if steps >= 0 else -(-steps // 10)}.{abs(steps) % 10}"

    patch(accounting, "shown", cut)


@defect(
    "platform-abnormal-entries-unnoticed",
    en="nobody is warned of an entry out of all proportion",
    zh="明显异常的填报数据无提醒",
    clauses=("isc-1/5.1.1a-3", "isc-1/5.2.1a-3"),
)
def unnoticed(patch: Patch) -> None:
    """Every entry is usual."""
    patch(checks, "_abnormal", lambda desk, entry: False)


@defect(
    "platform-warns-of-everything",
    en="every entry is warned of",
    zh="每次填报都发出异常提醒",
    clauses=("isc-1/5.1.1a-3", "isc-1/5.2.1a-3"),
)
def warns_of_everything(patch: Patch) -> None:
    """No entry is usual."""
    patch(checks, "_abnormal", lambda desk, entry: True)


@defect(
    "platform-import-leaves-last-row-out",
    en="the last row of a file that is handed over is left out",
    zh="导入文件的最后一行被遗漏",
    clauses=("isc-1/5.1.1a-2", "isc-1/5.2.1a-2", "cpcif/5.2.4.1a"),
)
def import_leaves_out(patch: Patch) -> None:
    """The table is read to the last but one."""
    whole = csv_text.read

    def read(octets: bytes) -> list[dict[str, Any]]:
        return whole(octets)[:-1]

    patch(csv_text, "read", read)


@defect(
    "platform-takes-whole-numbers-alone",
    en="numbers with decimals are refused",
    zh="拒绝录入带小数的数值",
    clauses=(
        *("isc-1/5.2.1a-1", "isc-1/5.1.1a-1", "cpcif/5.2.4.1a", "cpcif/5.3.1.2", "isc-1/5.1.1-3", "cpcif/5.2.1.2g-1"),
        *("cpcif/5.1.1e", "cpcif/5.1.1d", "isc-1/4.6-1", "isc-1/4.6a", "cpcif/5.2.1.2c", "isc-1/5.1.1-1"),
        *("ssea/5.4.4.1c", "ssea/5.4.1c", "isc-1/5.1.3a", "cpcif/5.2.1.2a-4", "ssea/5.1.4d"),
    ),
)
def whole_numbers_alone(patch: Patch) -> None:
    """The field is one of whole numbers."""
    whole = Objects.create

    def create(self: Objects, desk: WholeDesk, kind: Kind, values: Mapping[str, Any]) -> str:
        amounts = {name for name, notes in kind.fields.items() if "amount" in notes}
        if any("." in str(values.get(name, "")) for name in amounts):
            raise Refused(400, "expected a whole number", "应为整数")
        return whole(self, desk, kind, values)

    patch(Objects, "create", create)
