"""Carbon assets: what is held, traded, valued and surrendered; surplus, trend, use, ledger, reminders, compliance.

Leaves how many allowances there are to be to `allowances`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec

from simulators.platform.allowances import ClosedAccount, Of, covered
from simulators.platform.allowances.figures import shown, total
from simulators.platform.core import Amount, Desk, Instant, Thing, Year, analysis, kind, on_change, on_time, ref, seam
from simulators.platform.core.times import check_few, end_of, local, of_local, start_of

Asset = Literal["allowance", "ccer", "local"]
ASSETS: tuple[Asset, ...] = ("allowance", "ccer", "local")


class CarbonHolding(Thing, frozen=True, kw_only=True):
    """Units issued to an account, t."""

    enterprise: Annotated[str, ref("enterprise")]
    asset: Asset
    year: Year
    volume: Amount
    when: Instant

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        if self.volume < 0:
            yield "volume", "is not below 0", "不得为负"


class CarbonTrade(Thing, frozen=True, kw_only=True):
    """A trade: volume t, price CNY/t."""

    enterprise: Annotated[str, ref("enterprise")]
    asset: Asset
    year: Year
    side: Literal["buy", "sell"]
    volume: Amount
    price: Amount
    partner: str = ""
    when: Instant

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        if self.volume <= 0:
            yield "volume", "is more than 0", "应大于 0"
        if self.price < 0:
            yield "price", "is not below 0", "不得为负"


class CarbonPrice(Thing, frozen=True, kw_only=True):
    """A price that values an asset from an instant on, CNY/t."""

    asset: Asset
    price: Amount
    valid_from: Instant
    park: str = ""


class Surrender(Thing, frozen=True, kw_only=True):
    """Units surrendered: volume t, cost CNY."""

    enterprise: Annotated[str, ref("enterprise")]
    year: Year
    way: Asset
    volume: Amount
    cost: Amount = Decimal(0)
    when: Instant

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        if self.volume <= 0:
            yield "volume", "is more than 0", "应大于 0"


class Reminder(Thing, frozen=True, kw_only=True):
    """A date, and the instant to remind of it."""

    enterprise: Annotated[str, ref("enterprise")]
    subject: Literal["compliance", "trade"]
    due: Instant
    remind: Instant

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        if self.remind > self.due:
            yield "remind", "is not after the date itself", "提醒时刻不得晚于节点"


KINDS = (
    kind("carbon_holding", CarbonHolding, en="units issued to an account", zh="碳资产入账", tenant="enterprise"),
    kind("carbon_trade", CarbonTrade, en="trade of carbon units", zh="碳资产交易", tenant="enterprise"),
    kind("carbon_price", CarbonPrice, en="price that values carbon units", zh="碳资产估值价格", tenant="park"),
    kind("surrender", Surrender, en="units surrendered for compliance", zh="履约清缴", tenant="enterprise"),
    kind("reminder", Reminder, en="reminder of a date", zh="履约、交易节点提醒", tenant="enterprise"),
)


@dataclass(frozen=True, order=True)
class Entry:
    """What moved a stock: instant, object, sort, signed volume, kind of the object."""

    when: int
    id: str
    sort: str
    volume: Fraction
    kind: str


def sign(trade: CarbonTrade) -> int:
    """How a trade counts in the stock."""
    return 1 if trade.side == "buy" else -1


def entries(desk: Desk, enterprise: str, asset: str) -> list[Entry]:
    """What moved the stock of an asset, in order of time."""
    found = [
        Entry(each.when, each.id, "holding", Fraction(each.volume), "carbon_holding")
        for each in desk.objects(CarbonHolding, enterprise=enterprise, asset=asset)
    ]
    found += [
        Entry(each.when, each.id, each.side, sign(each) * Fraction(each.volume), "carbon_trade")
        for each in desk.objects(CarbonTrade, enterprise=enterprise, asset=asset)
    ]
    found += [
        Entry(each.when, each.id, "surrender", -Fraction(each.volume), "surrender")
        for each in desk.objects(Surrender, enterprise=enterprise, way=asset)
    ]
    return sorted(found)


def stock(desk: Desk, enterprise: str, asset: str, until: int | None = None) -> Fraction:
    """What is held before an instant, else now."""
    moved = entries(desk, enterprise, asset)
    return sum((each.volume for each in moved if until is None or each.when < until), Fraction(0))


def emitted(desk: Desk, enterprise: str, year: int) -> Fraction:
    """Verified emission of a year."""
    rows = desk.objects(ClosedAccount, subject=enterprise, period="year")
    return total(each.emission for each in rows if each.start == of_local(year))


def surrendered(desk: Desk, enterprise: str, year: int) -> list[Surrender]:
    """What was surrendered for a year."""
    return desk.objects(Surrender, enterprise=enterprise, year=year)


@seam
def surplus(held: Fraction, owed: Fraction, given: Fraction) -> Fraction:
    """Allowances held less what is still to be surrendered; negative is a shortage (CPCIF 5.4.3.2 a)."""
    return held - (owed - given)


def surplus_of(desk: Desk, enterprise: str, year: int) -> Fraction:
    """An enterprise's surplus of allowances."""
    given = total(each.volume for each in surrendered(desk, enterprise, year))
    return surplus(stock(desk, enterprise, "allowance"), emitted(desk, enterprise, year), given)


class OfAsset(Of, frozen=True, kw_only=True):
    """Whom, for which year and asset."""

    asset: Asset


@seam
def money(trades: list[CarbonTrade], side: str) -> Fraction:
    """What trades of one side came to, CNY."""
    return sum((Fraction(each.volume) * Fraction(each.price) for each in trades if each.side == side), Fraction(0))


@seam
def gain(cost: Fraction, proceeds: Fraction) -> Fraction:
    """Proceeds less cost."""
    return proceeds - cost


@seam
def of_statistics(desk: Desk, of: str, key: str) -> list[Any]:
    """The enterprises of a statistic of trades or compliance."""
    return covered(desk, of, key)


@analysis("trade_statistics", en="statistics of trades", zh="交易统计")
def trade_statistics(desk: Desk, query: OfAsset) -> list[dict[str, Any]]:
    """Volume, price, cost, proceeds, stock and surplus of each enterprise (CPCIF 5.4.3.2, 5.4.4.2)."""
    rows: list[dict[str, Any]] = []
    for enterprise in of_statistics(desk, query.of, query.id):
        trades = desk.objects(CarbonTrade, enterprise=enterprise.id, asset=query.asset, year=query.year)
        if not trades:
            continue
        bought = total(each.volume for each in trades if each.side == "buy")
        sold = total(each.volume for each in trades if each.side == "sell")
        cost, proceeds = money(trades, "buy"), money(trades, "sell")
        row: dict[str, Any] = {
            "enterprise": enterprise.id,
            "asset": query.asset,
            "bought": shown(bought),
            "sold": shown(sold),
            "cost": shown(cost),
            "proceeds": shown(proceeds),
            "gain": shown(gain(cost, proceeds)),
            "price": shown((cost + proceeds) / (bought + sold)),
            "stock": shown(stock(desk, enterprise.id, query.asset)),
        }
        if query.asset == "allowance":
            row["surplus"] = shown(surplus_of(desk, enterprise.id, query.year))
        rows.append(row)
    return rows


@seam
def price(desk: Desk, asset: str) -> Decimal | None:
    """The price in force: the one that began last."""
    begun = [each for each in desk.objects(CarbonPrice, asset=asset) if each.valid_from <= desk.now_us]
    return max(begun, key=lambda each: each.valid_from).price if begun else None


@analysis("carbon_assets", en="carbon assets held and their value", zh="碳资产总览")
def carbon_assets(desk: Desk, query: Of) -> list[dict[str, Any]]:
    """Stock and value of each asset of each enterprise (SSEA 5.4.8.1, ISC-1 5.2.8 c)."""
    rows: list[dict[str, Any]] = []
    for enterprise in covered(desk, query.of, query.id):
        for asset in ASSETS:
            if not entries(desk, enterprise.id, asset):
                continue
            held = stock(desk, enterprise.id, asset)
            row: dict[str, Any] = {"enterprise": enterprise.id, "asset": asset, "stock": shown(held)}
            valued = price(desk, asset)
            if valued is not None:
                row |= {"price": valued, "value": shown(held * Fraction(valued))}
            if asset == "allowance":
                row["surplus"] = shown(surplus_of(desk, enterprise.id, query.year))
            rows.append(row)
    return rows


_MOST_MONTHS = 600
"""Of a trend."""


class Trend(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An enterprise's asset over [from, to)."""

    of: Literal["park", "sector", "enterprise"] = "enterprise"
    id: str
    asset: Asset
    from_: Instant = msgspec.field(name="from")
    to: Instant


@analysis("asset_trend", en="stock of carbon assets over time", zh="碳资产变化趋势")
def asset_trend(desk: Desk, query: Trend) -> list[dict[str, Any]]:
    """Stock at the end of each month that ends within (from, to]."""
    rows: list[dict[str, Any]] = []
    check_few("month", query.from_, query.to, _MOST_MONTHS)
    end = end_of("month", start_of("month", query.from_))
    while end <= query.to:
        held = sum((at_end(desk, each.id, query.asset, end) for each in covered(desk, query.of, query.id)), Fraction(0))
        rows.append({"end": end, "stock": shown(held)})
        end = end_of("month", end)
    return rows


@seam
def at_end(desk: Desk, enterprise: str, asset: str, end: int) -> Fraction:
    """What was held at an instant."""
    return stock(desk, enterprise, asset, end)


@seam
def predicted(months: list[Decimal]) -> Fraction:
    """Emission of the whole year from the months that are closed: their mean goes on."""
    return total(months) / len(months) * 12


@seam
def use_state(allowance: Fraction, whole: Fraction) -> str:
    """How an enterprise is marked."""
    return "excess" if whole > allowance else "within"


def use_of(desk: Desk, enterprise: str, year: int) -> dict[str, Any] | None:
    """One enterprise's allowances, use and remainder; None where nothing is known."""
    held = sum(
        (each.volume for each in entries(desk, enterprise, "allowance") if each.sort != "surrender"), Fraction(0)
    )
    first, last = of_local(year), of_local(year + 1)
    months = [
        each.emission
        for each in desk.objects(ClosedAccount, subject=enterprise, period="month")
        if first <= each.start < last
    ]
    if not months or not held:
        return None
    used, whole = total(months), predicted(months)
    return {
        "enterprise": enterprise,
        "allowance": shown(held),
        "used": shown(used),
        "remainder": shown(remainder(held, used)),
        "predicted": shown(whole),
        "excess": shown(max(Fraction(0), whole - held)),
        "state": use_state(held, whole),
    }


@seam
def remainder(held: Fraction, used: Fraction) -> Fraction:
    """What is left of the allowances."""
    return held - used


@analysis("allowance_use", en="allowances, their use and remainder", zh="配额使用与余量")
def allowance_use(desk: Desk, query: Of) -> list[dict[str, Any]]:
    """Allowance, use, remainder, prediction and mark of each enterprise (SSEA 5.4.8.2)."""
    rows = [use_of(desk, each.id, query.year) for each in covered(desk, query.of, query.id)]
    return [row for row in rows if row is not None]


class Ledger(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account."""

    enterprise: str
    asset: Asset


@analysis("asset_ledger", en="accounts of trades and compliance", zh="履约、交易账目明细")
def asset_ledger(desk: Desk, query: Ledger) -> list[dict[str, Any]]:
    """Every entry with the balance after it and who entered it (ISC-1 5.2.8 e)."""
    rows: list[dict[str, Any]] = []
    balance = Fraction(0)
    for each in ledger_entries(desk, query.enterprise, query.asset):
        balance += each.volume
        rows.append(
            {
                "when": each.when,
                "entry": each.id,
                "kind": each.sort,
                "volume": shown(each.volume),
                "balance": shown(balance),
                "author": desk.versions(each.kind, each.id)[-1].by,
            }
        )
    return rows


@seam
def ledger_entries(desk: Desk, enterprise: str, asset: str) -> list[Entry]:
    """What the ledger of an account shows."""
    return entries(desk, enterprise, asset)


def rate(given: Fraction, owed: Fraction) -> Fraction:
    """Share surrendered of what is due, %."""
    return given / owed * 100


@seam
def by_way(given: list[Surrender], way: str) -> Fraction:
    """What was surrendered in one way."""
    return total(each.volume for each in given if each.way == way)


@analysis("compliance_statistics", en="compliance: quantity, way, cost and rate", zh="履约统计")
def compliance_statistics(desk: Desk, query: Of) -> list[dict[str, Any]]:
    """What each enterprise had to surrender and has surrendered (CPCIF 5.4.5.2 c, d)."""
    rows: list[dict[str, Any]] = []
    for enterprise in of_statistics(desk, query.of, query.id):
        owed = emitted(desk, enterprise.id, query.year)
        if not owed:
            continue
        given = surrendered(desk, enterprise.id, query.year)
        whole = total(each.volume for each in given)
        rows.append(
            {
                "enterprise": enterprise.id,
                "due": shown(owed),
                "surrendered": shown(whole),
                **{way: shown(by_way(given, way)) for way in ASSETS},
                "rate": shown(rate(whole, owed)),
                "cost": shown(total(each.cost for each in given)),
            }
        )
    return rows


# --- warnings ---


@on_change("closed_account")
@on_change("carbon_holding")
@on_change("carbon_trade")
def use_changed(desk: Desk, before: Thing | None, after: Thing | None) -> None:
    """What enterprises use and hold is to be looked at again."""
    del before, after
    desk.call_at(desk.now_us, "allowance-use")


@on_time("allowance-use")
def watched(desk: Desk, subject: str) -> None:
    """Warn of whoever will emit more than there are allowances for (SSEA 5.4.8.2)."""
    del subject
    for enterprise in desk.objects("enterprise"):
        starts = [each.start for each in desk.objects(ClosedAccount, subject=enterprise.id, period="month")]
        use = use_of(desk, enterprise.id, max(local(start).year for start in starts)) if starts else None
        if use is not None and excess_told(use):
            desk.alarm("allowance-excess", enterprise.id, enterprise=enterprise.id)
        else:
            desk.clear("allowance-excess", enterprise.id)


@seam
def excess_told(use: dict[str, Any]) -> bool:
    """Whether an enterprise is warned."""
    return use["state"] == "excess"


@on_change("reminder")
def appointed(desk: Desk, before: Reminder | None, after: Reminder | None) -> None:
    """Remind at the set instant; what is not due any more is no alarm."""
    if before is not None and (after is None or after.remind > desk.now_us):
        desk.clear("reminder", before.id)
    if after is not None:
        desk.call_at(reminded_at(after), "reminder", after.id)


@seam
def reminded_at(reminder: Reminder) -> int:
    """When somebody is reminded."""
    return reminder.remind


@on_time("reminder")
def reminded(desk: Desk, subject: str) -> None:
    """Remind, unless the reminder has been removed."""
    found = desk.find(Reminder, subject)
    if found is not None:
        desk.alarm("reminder", found.id, enterprise=found.enterprise)
