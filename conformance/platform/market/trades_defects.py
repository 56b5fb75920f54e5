"""Defects of what is entered, changed and found, of statistics of trades, of the ledger and of rights."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from conformance.defects import Patch, defect
from simulators.platform import assets
from simulators.platform.assets import CarbonTrade, Entry
from simulators.platform.core import Desk, Thing, rights
from simulators.platform.core.kinds import Kind
from simulators.platform.core.objects import Objects
from simulators.platform.core.rights import Account
from simulators.platform.core.tables import ObjectRow

_KINDS = (
    "carbon_trade",
    "surrender",
    "voluntary_project",
    "carbon_sink",
    "reduction_project",
    "intensive_project",
    "allowance_basis",
    "target",
    "target_part",
)
_ENTERED = (
    *("cpcif/5.4.3.2b-1", "cpcif/5.4.4.2a-1", "cpcif/5.4.4.2b-1", "cpcif/5.4.5.2c-1", "cpcif/5.5.5.1-1"),
    *("cpcif/5.4.2.2a-1", "isc-1/5.1.6a-1", "isc-1/5.1.6b-1", "isc-1/5.1.6c-1", "isc-1/5.2.7a-1"),
    *("cpcif/5.5.1.2-1", "cpcif/5.5.3.1-0", "cpcif/5.5.3.1a", "cpcif/5.5.3.1b", "cpcif/5.5.3.1c"),
)


@defect(
    "market-entries-cut-off",
    en="Numbers of assets, projects and targets are kept to whole units",
    zh="碳资产、项目与目标的数值仅保存整数",
    clauses=_ENTERED,
)
def entries_cut_off(patch: Patch) -> None:
    """The column of the table was a whole number."""
    own = Objects.create

    def create(self: Objects, desk: Desk, kind: Kind, values: Mapping[str, Any]) -> str:
        if kind.name not in _KINDS:
            return own(self, desk, kind, values)
        amounts = {name for name, notes in kind.fields.items() if "amount" in notes}
        cut = {
            name: str(Decimal(str(value)).quantize(Decimal(1), ROUND_DOWN)) if name in amounts and value else value
            for name, value in values.items()
        }
        return own(self, desk, kind, cut)

    patch(Objects, "create", create)


@defect(
    "market-changes-forgotten",
    en="Changes of assets, projects and targets are confirmed and not kept",
    zh="碳资产、项目与目标的更新返回成功但未保存",
    clauses=(
        *("cpcif/5.4.3.2b-2", "cpcif/5.4.4.2a-2", "cpcif/5.4.4.2b-2", "cpcif/5.4.5.2c-2"),
        *("cpcif/5.5.5.1-3", "cpcif/5.5.3.3b", "cpcif/5.5.1.2-4"),
    ),
)
def changes_forgotten(patch: Patch) -> None:
    """The form is read and thrown away."""
    own = Objects.change

    def change(self: Objects, desk: Desk, kind: Kind, key: str, values: Mapping[str, Any]) -> Thing:
        if kind.name not in _KINDS:
            return own(self, desk, kind, key, values)
        return self.get(desk, kind, key)

    patch(Objects, "change", change)


@defect(
    "market-filters-ignored",
    en="A query for assets, projects or targets shows all of them",
    zh="查询碳资产、项目、目标时忽略筛选条件",
    clauses=(
        *("cpcif/5.4.3.2b-3", "cpcif/5.4.4.2a-3", "cpcif/5.4.4.2b-3", "cpcif/5.4.5.2c-3", "cpcif/5.5.5.1-4"),
        *("isc-1/5.1.6a-2", "isc-1/5.1.6b-2", "isc-1/5.1.6c-1", "isc-1/5.2.7a-2"),
    ),
)
def filters_ignored(patch: Patch) -> None:
    """The parameters do not reach the database."""
    own = Objects.listed

    def listed(
        self: Objects,
        desk: Desk,
        kind: Kind,
        filters: Mapping[str, Any] | None = None,
        *,
        as_of: int | None = None,
    ) -> list[Thing]:
        return own(self, desk, kind, {} if kind.name in _KINDS else filters, as_of=as_of)

    patch(Objects, "listed", listed)


@defect(
    "trades-at-mean-price",
    en="Trades are valued at the plain mean of their prices",
    zh="交易额按各笔价格的简单平均计算",
    clauses=("cpcif/5.4.3.2b-4", "cpcif/5.4.4.2b-4", "isc-1/5.2.8b-1", "cpcif/5.4.5.2b-1"),
)
def at_mean_price(patch: Patch) -> None:
    """Volume times mean price."""

    def money(trades: list[CarbonTrade], side: str) -> Fraction:
        found = [each for each in trades if each.side == side]
        volume = sum((Fraction(each.volume) for each in found), Fraction(0))
        prices = sum((Fraction(each.price) for each in trades), Fraction(0))
        return volume * prices / len(trades)

    patch(assets, "money", money)


@defect(
    "gain-the-wrong-way",
    en="The gain of trading is cost less proceeds",
    zh="交易收益按成本减收入计算",
    clauses=("isc-1/5.2.8b-1", "cpcif/5.4.5.2b-1"),
)
def gain_wrong_way(patch: Patch) -> None:
    """A sign."""

    def gain(cost: Fraction, proceeds: Fraction) -> Fraction:
        return cost - proceeds

    patch(assets, "gain", gain)


@defect(
    "park-statistics-but-one",
    en="The park's statistics of trades and compliance leave out its first enterprise",
    zh="园区交易与履约统计遗漏第一家企业",
    clauses=("cpcif/5.4.3.2d-1", "cpcif/5.4.4.2e-1", "cpcif/5.4.5.2d-1"),
)
def park_but_one(patch: Patch) -> None:
    """Counted from one."""
    own = assets.of_statistics

    def of_statistics(desk: Desk, of: str, key: str) -> list[Any]:
        return own(desk, of, key)[1 if of == "park" else 0 :]

    patch(assets, "of_statistics", of_statistics)


@defect(
    "sector-is-everybody",
    en="Statistics of trades and compliance by sector are those of all enterprises",
    zh="按行业的交易与履约统计包含全部企业",
    clauses=("cpcif/5.4.3.2d-2", "cpcif/5.4.4.2e-2", "cpcif/5.4.5.2d-2"),
)
def sector_is_everybody(patch: Patch) -> None:
    """The filter is for a name that enterprises do not have."""
    own = assets.of_statistics

    def of_statistics(desk: Desk, of: str, key: str) -> list[Any]:
        return desk.objects("enterprise") if of == "sector" else own(desk, of, key)

    patch(assets, "of_statistics", of_statistics)


@defect(
    "surplus-forgets-surrender",
    en="Surplus and shortage forget what was surrendered already",
    zh="盈缺计算遗漏已清缴量",
    clauses=("cpcif/5.4.3.2a", "cpcif/5.4.5.2b-1"),
)
def surplus_forgets(patch: Patch) -> None:
    """All of the year's emission is held against the stock."""

    def surplus(held: Fraction, owed: Fraction, given: Fraction) -> Fraction:
        del given
        return held - owed

    patch(assets, "surplus", surplus)


@defect(
    "ledger-without-surrenders",
    en="What is surrendered does not stand in the ledger",
    zh="清缴未记入账目",
    clauses=("isc-1/5.2.8e-2",),
)
def ledger_without(patch: Patch) -> None:
    """Trades alone."""
    own = assets.ledger_entries

    def ledger_entries(desk: Desk, enterprise: str, asset: str) -> list[Entry]:
        return [each for each in own(desk, enterprise, asset) if each.sort != "surrender"]

    patch(assets, "ledger_entries", ledger_entries)


@defect(
    "clerks-of-every-enterprise",
    en="A clerk sees and enters data of every enterprise",
    zh="填报员可查看并录入所有企业的数据",
    clauses=("isc-1/5.2.8e-1",),
)
def clerks_of_every(patch: Patch) -> None:
    """The account's enterprise is not asked for."""

    def enterprises(account: Account) -> Any:
        del account
        return select(ObjectRow.id).where(ObjectRow.kind == "enterprise")

    patch(rights, "enterprises", enterprises)
