"""Allowances: rules, the data they are reckoned from, results with their sources, comparison of enterprises.

Leaves what is held, traded and surrendered to `assets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec

from simulators.platform.allowances.figures import shown
from simulators.platform.core import Amount, Desk, Instant, Refused, Thing, Year, analysis, kind, on_change, ref, seam


class AllowanceRule(Thing, frozen=True, kw_only=True):
    """How allowances of a sector and year are reckoned. `value`: t per unit of output, of a benchmark."""

    year: Year
    sector: str = ""
    method: Literal["benchmark", "intensity", "total"]
    value: Amount = Decimal(0)
    unit: str = ""
    coefficient: Amount = Decimal(1)
    park: str = ""

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        if self.method == "benchmark" and self.value <= 0:
            yield "value", "a benchmark is more than 0", "基准值应大于 0"
        if self.coefficient <= 0:
            yield "coefficient", "is more than 0", "应大于 0"


class AllowanceBasis(Thing, frozen=True, kw_only=True):
    """What an enterprise reports. `history`: its own past t per unit (method intensity) or t (method total)."""

    enterprise: Annotated[str, ref("enterprise")]
    year: Year
    rule: Annotated[str, ref("allowance_rule")]
    output: Amount
    unit: str = ""
    history: Amount = Decimal(0)
    source: str = ""

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        yield from basis_flaws(self)


class ClosedAccount(Thing, frozen=True, kw_only=True):
    """Verified emission (t), energy (tce) and output of a closed period of an enterprise or a project."""

    of: Literal["enterprise", "project"] = "enterprise"
    subject: str
    enterprise: Annotated[str, ref("enterprise")]
    period: Literal["year", "month"]
    start: Instant
    emission: Amount
    energy: Amount = Decimal(0)
    output: Amount = Decimal(0)

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        if min(self.emission, self.energy, self.output) < 0:
            yield "emission", "figures are not below 0", "数值不得为负"


KINDS = (
    kind(
        "allowance_rule", AllowanceRule, en="rule by which allowances are allocated", zh="配额分配规则", tenant="park"
    ),
    kind(
        "allowance_basis",
        AllowanceBasis,
        en="data allowances are reckoned from",
        zh="配额核算数据",
        tenant="enterprise",
    ),
    kind(
        "closed_account",
        ClosedAccount,
        en="account of a period that is closed",
        zh="已结账期的核算结果",
        tenant="enterprise",
    ),
)

ABNORMAL = 10
"""How many times last year's output an output must be to be noticed, or the reverse."""


@seam
def basis_flaws(basis: AllowanceBasis) -> Iterator[tuple[str, str, str]]:
    """What of a basis cannot be, by itself (CPCIF 5.4.2.2 a)."""
    if basis.output <= 0:
        yield "output", "is more than 0", "应大于 0"
    if basis.history < 0:
        yield "history", "is not below 0", "不得为负"
    if not basis.source:
        yield "source", "name the paper that the figures come from", "应注明数据来源文件"


@on_change("allowance_basis")
def basis_checked(desk: Desk, before: AllowanceBasis | None, after: AllowanceBasis | None) -> None:
    """Refuse what does not fit its rule; notice an output far from that of the last closed year."""
    if after is None:
        return
    rule = desk.object(AllowanceRule, after.rule)
    problem = unfit(after, rule)
    if problem:
        raise Refused(400, *problem)
    if abnormal(after, _last_output(desk, after.enterprise)):
        desk.alarm("allowance-data", after.id, enterprise=after.enterprise)
    else:
        desk.clear("allowance-data", after.id)


@seam
def unfit(basis: AllowanceBasis, rule: AllowanceRule) -> tuple[str, str] | None:
    if basis.year != rule.year:
        return f"year: the rule is for {rule.year}", f"year：该规则适用于 {rule.year} 年"
    if rule.method != "total" and basis.unit != rule.unit:
        return f"unit: the rule counts {rule.unit}", f"unit：该规则的计量单位为 {rule.unit}"
    return None


def _last_output(desk: Desk, enterprise: str) -> Decimal:
    found = [each for each in desk.objects(ClosedAccount, subject=enterprise, period="year") if each.output > 0]
    return max(found, key=lambda each: each.start).output if found else Decimal(0)


@seam
def abnormal(basis: AllowanceBasis, last: Decimal) -> bool:
    """Whether an output is far from the last one (0: none is known)."""
    return bool(last) and not last / ABNORMAL <= basis.output <= last * ABNORMAL


@seam
def allocation(basis: AllowanceBasis, rule: AllowanceRule) -> Fraction:
    """Allowances in t by the rule given (SYSTEMS: arithmetic on given rules)."""
    output, history = Fraction(basis.output), Fraction(basis.history)
    amount = {
        "benchmark": output * Fraction(rule.value),
        "intensity": output * history,
        "total": history,
    }[rule.method]
    return amount * Fraction(rule.coefficient)


class Of(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a question covers, and for which year."""

    of: Literal["park", "sector", "enterprise"] = "park"
    id: str = ""
    year: Year


def covered(desk: Desk, of: str, key: str) -> list[Any]:
    """The enterprises that a question covers, of those that the account may see."""
    name = {"enterprise": "id", "sector": "sector", "park": "park"}[of]
    return [each for each in desk.objects("enterprise") if not key or getattr(each, name) == key]


@analysis("allocations", en="allowances reckoned", zh="配额核算结果")
def allocations(desk: Desk, query: Of) -> list[dict[str, Any]]:
    """Each enterprise's allowances of the year."""
    rows: list[dict[str, Any]] = []
    for enterprise in reached(desk, query.of, query.id):
        for basis in desk.objects(AllowanceBasis, enterprise=enterprise.id, year=query.year):
            basis = counted(desk, basis)
            rule = desk.object(AllowanceRule, basis.rule)
            rows.append(
                {
                    "enterprise": enterprise.id,
                    "rule": rule.id,
                    "output": basis.output,
                    "value": shown(allocation(basis, rule)),
                    "unit": "t",
                }
            )
    return rows


@seam
def counted(desk: Desk, basis: AllowanceBasis) -> AllowanceBasis:
    """The version of a basis that counts: the one in force."""
    del desk
    return basis


@seam
def reached(desk: Desk, of: str, key: str) -> list[Any]:
    """The enterprises whose allocation is told."""
    return covered(desk, of, key)


class Sources(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One enterprise and year."""

    enterprise: str
    year: Year


@analysis("allocation_sources", en="where reckoned allowances come from", zh="配额核算溯源")
def allocation_sources(desk: Desk, query: Sources) -> list[dict[str, Any]]:
    """Object, paper, author and instant behind an allocation (CPCIF 5.4.2.2 a)."""
    rows: list[dict[str, Any]] = []
    for basis in desk.objects(AllowanceBasis, enterprise=query.enterprise, year=query.year):
        rows.append({"basis": basis.id, "rule": basis.rule, "output": basis.output, **origin(desk, basis)})
    return rows


@seam
def origin(desk: Desk, basis: AllowanceBasis) -> dict[str, Any]:
    """Paper, author and instant of a basis as it is now."""
    last = desk.versions("allowance_basis", basis.id)[-1]
    return {"source": basis.source, "author": last.by, "entered": last.at}


class Comparison(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to compare."""

    year: Year
    region: str = ""
    sector: str = ""


@analysis(
    "allocation_comparison",
    en="allowances compared with those of the same region and sector",
    zh="同地区、同行业配额对比",
)
def allocation_comparison(desk: Desk, query: Comparison) -> list[dict[str, Any]]:
    """Enterprises of a region and sector, the largest allocation first."""
    found: list[tuple[Fraction, str, dict[str, Any]]] = []
    for enterprise in alike(desk, query.region, query.sector):
        for basis in desk.objects(AllowanceBasis, enterprise=enterprise.id, year=query.year):
            value = allocation(basis, desk.object(AllowanceRule, basis.rule))
            row = {"enterprise": enterprise.id, "output": basis.output, "value": shown(value)}
            row["intensity"] = intensity(desk, enterprise.id)
            found.append((value, enterprise.id, row))
    ordered = sorted(found, key=lambda each: (-each[0], each[1]))
    return [{"place": place, **row} for place, (_, _, row) in enumerate(ordered, 1)]


@seam
def alike(desk: Desk, region: str, sector: str) -> list[Any]:
    """Enterprises of the same region and sector."""
    return [each for each in desk.objects("enterprise") if each.region == region and each.sector == sector]


def intensity(desk: Desk, enterprise: str) -> Decimal | None:
    """Emission per output of the last closed year."""
    found = [each for each in desk.objects(ClosedAccount, subject=enterprise, period="year") if each.output > 0]
    if not found:
        return None
    last = max(found, key=lambda each: each.start)
    return shown(Fraction(last.emission) / Fraction(last.output))
