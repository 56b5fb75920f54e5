# pyright: reportPrivateUsage=false
"""Defects of emissions: what is reckoned, summed, rounded, kept and sent wrongly; traps of the facts among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

import apsw

from conformance.defects import Patch, defect
from reference_terminal.accounting import boundary
from reference_terminal.accounting.boundary import Bound, Boundary
from reference_terminal.accounting.quantity import Quantity
from reference_terminal.model.rows import Record
from reference_terminal.processing import emissions, versions
from reference_terminal.processing.emissions import Emissions
from reference_terminal.processing.outcomes import Entered, Outcome, Period
from reference_terminal.processing.rework import Rework
from reference_terminal.processing.versions import Version, VersionConfig, Versions
from reference_terminal.settings.accounting import FigureSet, ProductConfig
from reference_terminal.settings.problems import Problem
from reference_terminal.web import accounting as web
from reference_terminal.web import results
from reference_terminal.web.accounting import AccountingApi
from reference_terminal.web.results import ResultsApi

_FUEL, _TOTAL = ("isc-2/5.2a", "csmt/9.1a"), ("csmt/4f", "csmt/9.3-4")
_VERSIONS = ("isc-2/7.2.8c", "csmt/9.2-2")


@defect(
    "emission-cut-off",
    en="emissions are cut off at their last digit instead of rounded half up",
    zh="排放量末位截断而非四舍五入",
    clauses=("isc-2/5.1e", "isc-2/7.2.3-A(3)g"),
)
def emission_cut_off(patch: Patch) -> None:
    """What does not fit is left out."""

    def shown(figure: FigureSet, tonnes: Fraction) -> str:
        scaled = tonnes * (1000 if figure.mass == "kg" else 1)
        step = Decimal(1).scaleb(-figure.point.decimals)
        exact = Decimal(scaled.numerator) / Decimal(scaled.denominator)
        return f"{exact.quantize(step, ROUND_FLOOR):f}"

    patch(emissions, "shown", shown)
    patch(web, "shown", shown)


def _scaled(patch: Patch, factor: Fraction) -> None:
    whole = Bound.mass

    def mass(self: Bound, values: Mapping[str, Fraction]) -> Fraction:
        return whole(self, values) * factor

    patch(Bound, "mass", mass)


@defect(
    "carbon-times-3.67",
    en="carbon is turned into CO2 by 3.67 instead of 44/12",
    zh="碳换算为 CO2 时用 3.67 代替 44/12",
    clauses=_FUEL,
)
def carbon_times_367(patch: Patch) -> None:
    """As a public form does (facts 12.3): 0.09 % too much."""
    _scaled(patch, Fraction(367, 100) / Fraction(44, 12))


@defect(
    "carbon-not-turned-into-co2",
    en="tonnes of carbon are published as tonnes of CO2",
    zh="以碳的吨数作为 CO2 的吨数发布",
    clauses=_FUEL,
)
def carbon_not_turned(patch: Patch) -> None:
    """44/12 is missing (facts 7: a check of units without substances lets it pass)."""
    _scaled(patch, Fraction(12, 44))


@defect(
    "kilograms-for-tonnes",
    en="a unit slips: kilograms are taken for tonnes",
    zh="单位错位：以千克当吨",
    clauses=("isc-2/5.1e", "csmt/9.2-1", "csmt/9.2-5"),
)
def kilograms_for_tonnes(patch: Patch) -> None:
    """A thousand times too much (facts 12.5)."""
    _scaled(patch, Fraction(1000))


@defect(
    "process-emissions-zero",
    en="44 / 100 is divided as whole numbers: process emissions are 0",
    zh="44/100 按整数相除，过程排放恒为 0",
    clauses=("isc-2/5.2b",),
)
def process_zero(patch: Patch) -> None:
    """As a public implementation does (facts 12.1)."""
    whole = Bound.mass

    def mass(self: Bound, values: Mapping[str, Fraction]) -> Fraction:
        return Fraction(0) if self.term.category == "process" else whole(self, values)

    patch(Bound, "mass", mass)


@defect(
    "other-gwp-set",
    en="gases other than CO2 count by the potentials of another report than the method's",
    zh="非 CO2 气体未按核算方法规定的 GWP 取值",
    clauses=("isc-2/5.1e",),
)
def other_gwp_set(patch: Patch) -> None:
    """One set for the whole terminal (facts 12.7)."""
    whole = Emissions.work_out

    def work_out(self: Emissions, connection: apsw.Connection, period: Period, name: str) -> Outcome | None:
        found = whole(self, connection, period, name)
        if found is None or found.mass in (None, found.equivalent):
            return found
        return replace(found, equivalent=found.equivalent * Fraction(28, 21))

    patch(Emissions, "work_out", work_out)


@defect(
    "grid-factor-of-another-year",
    en="purchased electricity counts by the grid factor of the year before",
    zh="购入电力采用上一年度的电网因子",
    clauses=("isc-2/5.2c", "isc-2/7.2.5-15"),
)
def grid_factor_of_another_year(patch: Patch) -> None:
    """The year of the data is taken for the year of accounting (facts 12.6)."""
    whole = versions.year_of
    patch(versions, "year_of", lambda at_s: whole(at_s) - 1)


@defect(
    "total-without-last-source",
    en="a total leaves out the last of its sources",
    zh="汇总遗漏最后一个排放源",
    clauses=_TOTAL,
)
def total_without_last_source(patch: Patch) -> None:
    """The list is gone through to the last but one."""
    whole = Emissions.members

    def members(self: Emissions, boundary: Boundary, figure: FigureSet, at_s: int) -> list[Bound]:
        found = whole(self, boundary, figure, at_s)
        return found[:-1] if len(found) > 1 else found

    patch(Emissions, "members", members)


@defect(
    "boundary-not-heeded",
    en="sources outside the boundary, or shown apart, are in the totals",
    zh="边界之外或单列的排放源计入汇总",
    clauses=("csmt/9.3-3", "isc-2/7.2.1a"),
)
def boundary_not_heeded(patch: Patch) -> None:
    """Everything that is configured counts."""
    patch(Bound, "counts", property(lambda self: True))


@defect(
    "missing-emission-counts-as-zero",
    en="where an input is missing the emission is 0 and looks complete",
    zh="缺少输入时排放量按 0 计且表现为完整",
    clauses=("csmt/8.3.2-1",),
)
def missing_counts_as_zero(patch: Patch) -> None:
    """No value is nothing."""
    whole = Emissions.work_out

    def work_out(self: Emissions, connection: apsw.Connection, period: Period, name: str) -> Outcome | None:
        found = whole(self, connection, period, name)
        if found is None or found.mass is not None:
            return found
        return replace(found, mass=Fraction(0), equivalent=Fraction(0), flag="N", cause="")

    patch(Emissions, "work_out", work_out)


@defect(
    "method-not-named",
    en="figures do not say by which method they were reckoned",
    zh="排放量未注明核算方法",
    clauses=("csmt/9.2-7",),
)
def method_not_named(patch: Patch) -> None:
    """Only the number is kept."""
    patch(emissions, "_called", lambda source: "")


# What changes while the terminal runs.


@defect(
    "factors-count-at-once",
    en="a factor counts from the beginning of its month instead of its instant",
    zh="因子自当月起而非生效时刻起计算",
    clauses=_VERSIONS,
)
def factors_count_at_once(patch: Patch) -> None:
    """Whatever version there is counts."""

    def at(self: Versions, start_s: int) -> tuple[Version, ...]:
        return self.of_month(start_s)

    patch(Versions, "at", at)


@defect(
    "factors-never-count",
    en="factors and boundaries that are told are kept and never count",
    zh="更改的因子和边界仅保存而不生效",
    clauses=_VERSIONS,
)
def factors_never_count(patch: Patch) -> None:
    """The settings stay as they were."""

    def at(self: Versions, start_s: int) -> tuple[Version, ...]:
        return ()

    patch(Versions, "at", at)


@defect(
    "nothing-reckoned-anew",
    en="what was reckoned stays, whatever is entered or changed afterwards",
    zh="事后录入或更改后不重新计算",
    clauses=("csmt/8.3.1e", "csmt/11.6b"),
)
def nothing_reckoned_anew(patch: Patch) -> None:
    """A period that has its figure is done."""

    def redo(self: Rework, *words: Any, witnessed: bool = True) -> tuple[int, list[Record]]:
        return 0, []

    patch(Rework, "redo", redo)
    patch(Emissions, "revised", lambda self, connection, record: [])


@defect(
    "revision-stays",
    en="a result that was reckoned anew bears the revision of the old one",
    zh="重算结果沿用原版本号",
    clauses=("csmt/8.3.1e",),
)
def revision_stays(patch: Patch) -> None:
    """The local interface tells no revisions."""
    whole = web._told

    def told(record: Record) -> dict[str, Any]:
        return {**whole(record), "revision": 0}

    patch(web, "_told", told)


@defect(
    "entries-do-not-count",
    en="activity that is entered by hand is kept and never counts",
    zh="人工填报的活动数据仅保存而不计算",
    clauses=("csmt/11.6b", "csmt/9.2-6"),
)
def entries_do_not_count(patch: Patch) -> None:
    """Nobody looks for them."""

    def entered(
        self: Emissions, connection: apsw.Connection, period: Period, source: str, name: str, *, amount: bool
    ) -> Entered | None:
        return None

    patch(Emissions, "_entered", entered)


@defect(
    "units-listed-for-values",
    en="the list of entries by hand has units in the place of values",
    zh="填报清单中数值栏显示为单位",
    clauses=("csmt/6.2c",),
)
def units_listed_for_values(patch: Patch) -> None:
    """A column was added to the table."""
    whole = AccountingApi._entries

    def entries(self: AccountingApi, source: str, input_: str, from_s: int, to_s: int) -> list[dict[str, Any]]:
        return [{**row, "value": row["unit"]} for row in whole(self, source, input_, from_s, to_s)]

    patch(AccountingApi, "_entries", entries)


@defect(
    "sums-by-mass",
    en="the sum of a stretch is of the gas as it is, told as its equivalent",
    zh="任意时段合计将气体质量当作二氧化碳当量",
    clauses=("isc-2/5.1e", "csmt/8.3.1f"),
)
def sums_by_mass(patch: Patch) -> None:
    """Where all is CO2 it is the same."""
    patch(web, "_of", lambda figure, found: found.mass)


@defect(
    "intensities-by-mass",
    en="the emission of a unit of product is of the gases as they are, told as their equivalent",
    zh="单位产品排放强度将气体质量当作二氧化碳当量",
    clauses=("isc-2/7.2.3-A(3)p", "isc-2/7.2.3-A(3)q"),
)
def intensities_by_mass(patch: Patch) -> None:
    """Where all is CO2 it is the same."""
    patch(results, "_of", lambda figure, found: found.mass)


@defect(
    "intensities-know-no-product",
    en="the address of intensities knows no product, whichever is asked for",
    zh="单位产品排放强度的查询地址不认识任何产品",
    clauses=("isc-2/7.2.3-A(3)p", "isc-2/7.2.3-A(3)q"),
)
def intensities_know_no_product(patch: Patch) -> None:
    """The question of what there is was asked the wrong way round."""

    def product(self: ResultsApi, query: Mapping[str, str]) -> ProductConfig:
        return own(self, {name: value for name, value in query.items() if name != "product"})

    own = patch(ResultsApi, "_product", product)


# Wrong inputs.


@defect(
    "any-factor-taken",
    en="factors are taken as they come: 1000 times too large, above 100 %, in any unit, of any source",
    zh="不检查因子：放大 1000 倍、超过 100 %、任意单位、任意排放源均接受",
    clauses=("isc-2/7.2.3-B(2)c",),
)
def any_factor_taken(patch: Patch) -> None:
    """No version has a problem."""

    def problems(self: Versions, content: VersionConfig) -> list[Problem]:
        return []

    patch(Versions, "problems", problems)


@defect(
    "any-entry-taken",
    en="amounts are taken as they come, negative ones too",
    zh="不检查填报量，负值亦接受",
    clauses=("isc-2/7.2.3-B(2)c", "csmt/9.2-8"),
)
def any_entry_taken(patch: Patch) -> None:
    """Whoever enters it will know."""
    patch(Bound, "doubt", lambda self, fed, value: "")
    patch(web, "is_decimal", lambda text: True)


# What is told besides.


@defect(
    "cumulative-begins-anew",
    en="the cumulative emission of a minute is that minute's emission",
    zh="累积排放量每分钟重新开始",
    clauses=("isc-2/7.2.3-A(3)g", "isc-2/7.2.3-A(3)o"),
)
def cumulative_begins_anew(patch: Patch) -> None:
    """Nothing is carried over."""
    whole = AccountingApi._rows

    def rows(
        self: AccountingApi, figure: FigureSet, span: Any, from_s: int, to_s: int, most: int
    ) -> list[dict[str, Any]]:
        return [{**row, "cumulative": row["value"]} for row in whole(self, figure, span, from_s, to_s, most)]

    patch(AccountingApi, "_rows", rows)


@defect(
    "quotients-cut-off",
    en="intensities and footprints are cut off at their last digit",
    zh="排放强度和碳足迹末位截断",
    clauses=("isc-2/7.2.3-A(3)p", "csmt/9.4-4"),
)
def quotients_cut_off(patch: Patch) -> None:
    """What does not fit is left out."""

    def rounded(value: Fraction, decimals: int) -> str:
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_FLOOR):f}"

    patch(results, "rounded", rounded)


def _told_otherwise(patch: Patch, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    whole = getattr(ResultsApi, name)

    def told(self: ResultsApi, *words: Any) -> dict[str, Any]:
        return change(whole(self, *words))

    patch(ResultsApi, name, told)


@defect(
    "divided-by-zero-is-zero",
    en="where nothing was made the intensity is 0",
    zh="产量为零时排放强度为 0",
    clauses=("isc-2/7.2.5-4",),
)
def divided_by_zero(patch: Patch) -> None:
    """No product, no emission of it."""

    def change(found: dict[str, Any]) -> dict[str, Any]:
        return {**found, "intensity": found["intensity"] or "0"}

    _told_otherwise(patch, "_quotient", change)


@defect(
    "changes-the-wrong-way",
    en="comparisons tell a rise as a fall",
    zh="环比、同比的增减方向相反",
    clauses=("isc-2/7.2.5-16", "isc-2/7.2.5-17"),
)
def changes_the_wrong_way(patch: Patch) -> None:
    """The period is taken off the one before."""

    def change(found: dict[str, Any]) -> dict[str, Any]:
        text = found["change"]
        return {**found, "change": text[1:] if text and text.startswith("-") else f"-{text}"}

    _told_otherwise(patch, "_compared", change)


@defect(
    "litres-of-another-size",
    en="a litre is taken for a part in 1,001 of a cubic metre",
    zh="升按立方米的 1/1001 换算",
    clauses=("csmt/9.2-1",),
)
def litres_of_another_size(patch: Patch) -> None:
    """A slip in the table of units."""

    class Slipped(Quantity):
        @classmethod
        def of(cls, value: Fraction, name: str) -> Quantity:
            found = super().of(value, name)
            return Quantity(found.value * Fraction(1001, 1000), found.dimensions) if name.endswith("/L") else found

    patch(boundary, "Quantity", Slipped)


@defect(
    "classes-of-other-sources",
    en="the figure of one source is told in the classes of periods that the other sources have",
    zh="单个排放源的排放量按其他排放源的时段类别提供",
    clauses=("csmt/8.3.1f",),
)
def classes_of_other_sources(patch: Patch) -> None:
    """The comparison is the wrong way round."""
    patch(Emissions, "_is_of", lambda self, figure, source: figure.of != "source" or figure.key != source.id)  # pyright: ignore[reportUnknownLambdaType, reportUnknownMemberType]
