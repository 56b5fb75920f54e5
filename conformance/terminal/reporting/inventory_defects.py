# pyright: reportPrivateUsage=false
"""Defects of the inventory report: no document, figures, sources, activity or factors wrong or left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from conformance.defects import Patch, defect
from reference_terminal.accounting.report import Report, Table
from reference_terminal.processing.inventory import Inventory, Line
from reference_terminal.web import results

_REPORT = ("isc-2/7.2.7a", "csmt/11.11a")


@defect(
    "report-is-no-document",
    en="the inventory report ends in the middle of its file",
    zh="盘查报告文件残缺，无法打开",
    clauses=_REPORT,
)
def report_is_no_document(patch: Patch) -> None:
    """Half of the octets leave."""
    whole = dict(results.WRITERS)
    patch(results, "WRITERS", {end: lambda report, write=write: write(report)[:900] for end, write in whole.items()})


@defect(
    "report-total-without-energy",
    en="the total of the report leaves out purchased electricity and heat",
    zh="盘查报告总量遗漏购入电力和热力",
    clauses=_REPORT,
)
def report_total_without_energy(patch: Patch) -> None:
    """Direct emissions are told as the whole, once with and once without."""
    whole = Inventory._counted

    def counted(self: Inventory, lines: Sequence[Line]) -> list[Line]:
        return [each for each in whole(self, lines) if each.bound.term.category not in ("electricity", "heat")]

    patch(Inventory, "_counted", counted)


@defect(
    "report-with-another-total-beside",
    en="the chapter on the total states another one than the table of emissions has",
    zh="总量一章所给总量与排放量表不一致",
    clauses=_REPORT,
)
def report_with_another_total_beside(patch: Patch) -> None:
    """Where sums begin was moved once."""
    whole = Inventory._whole
    patch(Inventory, "_whole", lambda self, lines: whole(self, lines) + 1)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]


@defect(
    "report-in-another-unit",
    en="figures of sources stand in the report a thousand times too large",
    zh="盘查报告中各排放源数值放大一千倍",
    clauses=_REPORT,
)
def report_in_another_unit(patch: Patch) -> None:
    """Kilograms under a head of tonnes."""
    whole = Inventory._sources

    def sources(self: Inventory, lines: Sequence[Line]) -> Table:
        found = whole(self, lines)
        rows = tuple((*row[:5], *(f"{Decimal(each) * 1000:f}" for each in row[5:7]), *row[7:]) for row in found.rows)
        return replace(found, rows=rows)

    patch(Inventory, "_sources", sources)


@defect(
    "report-sheets-without-heads",
    en="the tables of the report have no headings in the spreadsheet",
    zh="盘查报告电子表格中各表没有表头",
    clauses=_REPORT,
)
def report_sheets_without_heads(patch: Patch) -> None:
    """The rows begin at once."""
    whole = dict(results.WRITERS)

    def bare(report: Report) -> bytes:
        sections = (
            replace(each, tables=tuple(replace(table, head=()) for table in each.tables)) for each in report.sections
        )
        return whole[".xlsx"](replace(report, sections=tuple(sections)))

    patch(results, "WRITERS", {**whole, ".xlsx": bare})


def _without(patch: Patch, title: str) -> None:
    whole = Inventory.compiled

    def compiled(self: Inventory, from_s: int, to_s: int, now_s: int, sector: str = "") -> Report:
        found = whole(self, from_s, to_s, now_s, sector)
        sections = tuple(replace(each, tables=()) if each.title.startswith(title) else each for each in found.sections)
        return replace(found, sections=sections)

    patch(Inventory, "compiled", compiled)


@defect(
    "report-without-activity",
    en="the report has no activity data",
    zh="盘查报告没有活动数据",
    clauses=_REPORT,
)
def report_without_activity(patch: Patch) -> None:
    """The section stays empty."""
    _without(patch, "活动数据")


@defect(
    "report-without-factors",
    en="the report has no factors",
    zh="盘查报告没有排放因子",
    clauses=_REPORT,
)
def report_without_factors(patch: Patch) -> None:
    """The section stays empty."""
    _without(patch, "排放因子")
