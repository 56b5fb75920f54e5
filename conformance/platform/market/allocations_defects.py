"""Defects of allowances: coefficients left out, data taken unseen, origins forgotten, the wrong enterprises."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform import allowances
from simulators.platform.allowances import AllowanceBasis, AllowanceRule
from simulators.platform.core import Desk


@defect(
    "allowances-without-coefficient",
    en="Allowances leave out the coefficient of the year",
    zh="配额核算遗漏年度系数",
    clauses=("cpcif/5.4.2.2b", "isc-1/5.2.8a-1", "isc-1/4.6d"),
)
def without_coefficient(patch: Patch) -> None:
    """The coefficient was 1 when the formula was written."""
    own = allowances.allocation

    def allocation(basis: AllowanceBasis, rule: AllowanceRule) -> Fraction:
        return own(basis, rule) / Fraction(rule.coefficient)

    patch(allowances, "allocation", allocation)


@defect(
    "allowances-of-first-entry",
    en="Allowances are reckoned from the data as first entered, whatever they became",
    zh="配额始终按首次录入的数据核算",
    clauses=("ssea/5.4.8.1c",),
)
def of_first_entry(patch: Patch) -> None:
    """A result is not reckoned anew."""

    def counted(desk: Desk, basis: AllowanceBasis) -> AllowanceBasis:
        return desk.versions(AllowanceBasis, basis.id)[0].thing

    patch(allowances, "counted", counted)


@defect(
    "allowance-data-unseen",
    en="Allowance data below 0 or in a foreign unit are taken",
    zh="接受负值或单位不符的配额数据",
    clauses=("cpcif/5.4.2.2a-2",),
)
def data_unseen(patch: Patch) -> None:
    """Nobody looks at what is entered."""

    def flaws(basis: AllowanceBasis) -> Iterator[tuple[str, str, str]]:
        del basis
        return iter(())

    def unfit(basis: AllowanceBasis, rule: AllowanceRule) -> None:
        del basis, rule

    patch(allowances, "basis_flaws", flaws)
    patch(allowances, "unfit", unfit)


@defect(
    "allowance-data-never-abnormal",
    en="An output a hundred times that of last year goes unnoticed",
    zh="产量为上年百倍也无提醒",
    clauses=("cpcif/5.4.2.2a-3",),
)
def never_abnormal(patch: Patch) -> None:
    """No comparison with the past."""

    def abnormal(basis: AllowanceBasis, last: Decimal) -> bool:
        del basis, last
        return False

    patch(allowances, "abnormal", abnormal)


@defect(
    "allowances-without-origin",
    en="Beside an allocation stands the platform's own name as its source",
    zh="配额来源一律显示为平台自身",
    clauses=("cpcif/5.4.2.2a-4",),
)
def without_origin(patch: Patch) -> None:
    """The paper is not told."""
    own = allowances.origin

    def origin(desk: Desk, basis: AllowanceBasis) -> dict[str, Any]:
        return {**own(desk, basis), "source": "platform"}

    patch(allowances, "origin", origin)


@defect(
    "allowances-of-park-but-one",
    en="The park's list of allowances ends before its last enterprise",
    zh="园区配额清单缺少最后一家企业",
    clauses=("cpcif/5.4.2.2c",),
)
def of_park_but_one(patch: Patch) -> None:
    """A page too short."""
    own = allowances.reached

    def reached(desk: Desk, of: str, key: str) -> list[Any]:
        found = own(desk, of, key)
        return found if of == "enterprise" else found[:-1]

    patch(allowances, "reached", reached)


@defect(
    "allowances-compared-with-all",
    en="An enterprise is compared with every other, whatever the region and sector",
    zh="对比时不区分地区与行业",
    clauses=("cpcif/5.4.2.2d",),
)
def compared_with_all(patch: Patch) -> None:
    """The filter is not applied."""

    def alike(desk: Desk, region: str, sector: str) -> list[Any]:
        del region, sector
        return desk.objects("enterprise")

    patch(allowances, "alike", alike)
