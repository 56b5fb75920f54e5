"""Defects of data quality: blind or eager validation, cross-checks left out, reviews by anybody (CPCIF 8.4b, c)."""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.platform_seams import listed
from simulators.platform.quality import checks, reports, validation

_VALID, _CROSS, _CHECKS = ("cpcif/8.4b-1",), ("cpcif/8.4b-2",), ("cpcif/8.4c",)


@defect(
    "shares-not-validated",
    en="parameters are taken as they are typed",
    zh="参数按录入采用，不作校验",
    clauses=_VALID,
)
def shares_not_validated(patch: Patch) -> None:
    """Who types them knows them."""
    patch(validation, "parameter", lambda each: iter(()))


@defect(
    "negative-factors-welcome",
    en="factors are not validated, neither sign nor unit",
    zh="因子的符号和单位均不校验",
    clauses=_VALID,
)
def negative_factors_welcome(patch: Patch) -> None:
    """There are sinks, after all."""
    patch(validation, "factor", lambda each: iter(()))


@defect(
    "zero-is-suspect",
    en="a quantity of zero, and every small one, is held for wrong",
    zh="零值和较小的活动量均被判为错误",
    clauses=_VALID,
)
def zero_is_suspect(patch: Patch) -> None:
    """A works that stands still is suspicious."""

    def entry(each: Any) -> Any:
        if each.value < 1000:
            yield "value", "is small / 数值偏小"

    patch(validation, "entry", entry)


@defect(
    "balance-not-checked",
    en="the balance of a line of a report is not checked",
    zh="报表行的平衡不作核对",
    clauses=_CROSS,
)
def balance_not_checked(patch: Patch) -> None:
    """The form adds up by itself."""
    patch(reports, "_balance", lambda line: iter(()))


@defect(
    "reports-beside-entries",
    en="reports are not compared with what was entered",
    zh="报表不与录入量核对",
    clauses=_CROSS,
)
def reports_beside_entries(patch: Patch) -> None:
    """They come from another department."""
    patch(reports, "_entered", lambda line, entries: iter(()))


@defect(
    "stock-begins-anew",
    en="a line whose period begins where another ended is held for a contradiction",
    zh="相邻时段的报表行一律判为矛盾",
    clauses=_CROSS,
)
def stock_begins_anew(patch: Patch) -> None:
    """Every opening that is not the first is pointed out."""

    def neighbours(line: reports.ProductionReport, lines: list[reports.ProductionReport]) -> Any:
        for before in lines:
            if before.point == line.point and before.start < line.start:
                yield "opening", line.opening, before.closing, "neighbour"
                return

    patch(reports, "_neighbours", neighbours)


@defect(
    "checks-of-every-state",
    en="a query for checks does not heed their state",
    zh="质控记录查询不按状态筛选",
    clauses=_CHECKS,
)
def checks_of_every_state(patch: Patch) -> None:
    """Whoever looks for them sees them all."""

    def heed(filters: Any) -> dict[str, Any]:
        return {name: value for name, value in filters.items() if name != "state"}

    listed(patch, "quality_check", list, heed)


@defect(
    "checks-approved-by-anybody",
    en="whoever submitted a check approves it too",
    zh="提交人可自行审核质控记录",
    clauses=_CHECKS,
)
def checks_approved_by_anybody(patch: Patch) -> None:
    """Trust saves a signature."""
    patch(checks, "reviews", lambda desk: True)


@defect(
    "approved-checks-altered",
    en="a check that was approved can be altered",
    zh="已审核的质控记录仍可更改",
    clauses=_CHECKS,
)
def approved_checks_altered(patch: Patch) -> None:
    """A slip of the pen."""
    patch(checks, "same_content", lambda before, after: True)
