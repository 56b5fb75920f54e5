"""Trades of allowances and voluntary reductions: entered, changed, found, analysed; ledger and rights.

Leaves what figures must be to `market_truth` (CPCIF 5.4.3.2, 5.4.4.2; ISC-1 5.2.8 b, e).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.market import (
    ASSET_LEDGER,
    CARBON_TRADE,
    TRADE_STATISTICS,
    AssetLedgerQuery,
    AssetLedgerRow,
)
from bench.history import History, Observed
from conformance.common.platforms.books import Asked, Due, acts, asked, figure, wrong_rows
from conformance.common.platforms.objects import HOME, entered, queried, updated
from conformance.platform.market import market_truth

NAMES = {"allowance": ("allowances", "碳配额"), "ccer": ("voluntary reductions", "自愿减排量")}
ENTERED = criterion(
    "{0}-trades-entered",
    en="trades of {1} are shown as they were entered",
    zh="{2}交易按录入内容显示",
    unit="trades",
)
UPDATED = criterion(
    "{0}-trades-updated",
    en="trades of {1} that were changed are shown as changed",
    zh="更新后的{2}交易按更新内容显示",
    unit="trades",
)
QUERIED = criterion(
    "{0}-trades-queried",
    en="a query for trades of {1} shows exactly those that fit",
    zh="查询{2}交易，结果恰为符合条件者",
    unit="trades",
)
ANALYSED = criterion(
    "{0}-trades-analysed",
    en="volume, price and stock of {1} are what the trades of the enterprise give",
    zh="{2}交易量、价格与存量等于企业交易的统计结果",
    unit="figures",
)
HELD = criterion(
    "{0}-of-park-queried",
    en="the park sees trades and stock of {1} of each of its enterprises",
    zh="园区可查询所辖企业的{2}交易与存量",
    unit="figures",
)
HELD_ANALYSED = criterion(
    "{0}-of-park-analysed",
    en="the park's statistics of {1} by sector are those of the sector's enterprises",
    zh="园区按行业统计的{2}交易与该行业企业一致",
    unit="figures",
)
SURPLUS = criterion(
    "surplus-and-shortage",
    en="surplus and shortage are allowances held less what is still to be surrendered",
    zh="配额盈缺等于持有量减去尚需清缴量",
    unit="figures",
)
COST = criterion(
    "cost-and-gain",
    en="cost, proceeds and gain of trading are those of the trades",
    zh="交易成本、收益与交易记录一致",
    unit="figures",
)
LEDGER = criterion(
    "ledger-at-once",
    en="each trade and surrender stands in the ledger at once, with the balance after it",
    zh="每笔履约与交易即时记入账目，余额正确",
    unit="entries",
)
RIGHTS = criterion(
    "rights-by-user",
    en="nobody without the right enters, changes or sees another's trades",
    zh="无权用户不能录入、更改或查看他人的交易",
    unit="attempts",
)
_STOCK = ("bought", "sold", "price", "stock")
_MONEY = ("cost", "proceeds", "gain")


def _only(due: Due, *names: str) -> Due:
    return {key: {name: cells[name] for name in names if name in cells} for key, cells in due.items()}


def statistics(history: History, asset: str, names: Sequence[str], *of: str) -> tuple[list[str], int]:
    """Statistics of trades, those of these scopes: what of these cells is wrong, and how many rows there were."""
    wrong: list[str] = []
    known = 0
    for each in asked(history, TRADE_STATISTICS, asset=asset):
        if each.query.of in of:
            due = _only(market_truth.trades(each.books, each.query.of, each.query.id, asset, each.query.year), *names)
            wrong += wrong_rows(each.rows, ("enterprise",), due, each.told())
            known += len(due)
    return wrong, known


def trade_findings(history: History, asset: str) -> Iterator[Check]:
    """Trades of one asset."""
    words = NAMES[asset]
    for check, look in ((ENTERED, entered), (UPDATED, updated), (QUERIED, queried)):
        found = look(history, CARBON_TRADE, asset=asset)
        yield check.of(asset, *words).none(found.wrong, found.known)
    yield ANALYSED.of(asset, *words).none(*statistics(history, asset, (*_STOCK, *_MONEY), "enterprise"))
    names = (*_STOCK, "surplus")
    yield HELD.of(asset, *words).none(*statistics(history, asset, names, "park"))
    yield HELD_ANALYSED.of(asset, *words).none(*statistics(history, asset, (*names, *_MONEY), "sector"))


def money_findings(history: History) -> Iterator[Check]:
    """Surplus of allowances, cost and gain of every asset."""
    wrong, known = statistics(history, "allowance", ("surplus",), "enterprise")
    signs = {(figure(row.surplus) or 0) > 0 for each in asked(history, TRADE_STATISTICS) for row in each.rows}
    yield SURPLUS.none(wrong, known and (len(signs) > 1 or bool(wrong)))
    found = [statistics(history, asset, _MONEY, "enterprise") for asset in NAMES]
    yield COST.none([line for lines, _ in found for line in lines], sum(known for _, known in found))


def ledger_finding(history: History) -> Check:
    """The ledger after every entry."""
    wrong: list[str] = []
    known = 0
    for each in asked(history, ASSET_LEDGER):
        wrong += _ledger(each)
        known += 1
    return LEDGER.none(wrong, known > 1)


def _ledger(each: Asked[AssetLedgerQuery, AssetLedgerRow]) -> list[str]:
    due: Due = {}
    balance = market_truth.ZERO
    for when, name, _, volume in market_truth.entries(each.books, each.query.enterprise, each.query.asset):
        balance += volume
        due[name,] = {"when": str(when), "volume": volume, "balance": balance}
    lines = wrong_rows(each.rows, ("entry",), due, each.told())
    lines += [f"{each.told()}: {row.entry} names nobody" for row in each.rows if not row.author]
    return lines


def rights_finding(history: History) -> Check:
    """What strangers tried: entries called not-…, changes of another's trade, lists of another's trades."""
    wrong: list[str] = []
    known = 0
    owners = {act.key: act.fields.get("enterprise", "") for act in acts(history, CARBON_TRADE) if act.verb == "create"}
    for act in acts(history, CARBON_TRADE):
        if act.event.outcome not in ("done", "refused"):
            continue
        foreign = HOME.get(act.by, "") not in ("", owners.get(act.key, act.fields.get("enterprise", "")))
        if act.key.startswith("not-") or (act.verb == "change" and foreign):
            known += 1
            if act.taken:
                wrong.append(f"{act.by}: {act.event.what} {act.key} was carried out")
    for event in history.of(Observed):
        home = HOME.get(event.query.get("by", ""))
        if event.what == f"list {CARBON_TRADE.name}" and home and not event.problem:
            known += 1
            wrong += [
                f"{event.query['by']}: sees {row.get('id')} of {row['enterprise']}"
                for row in event.rows
                if row.get("enterprise", home) != home
            ]
    return RIGHTS.none(wrong, known > 2)
