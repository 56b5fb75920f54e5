"""What allowances, trades, assets and compliance must come to, reckoned from what was typed in and nothing else.

Leaves rounding to who compares. Masses are t CO2 equivalent, money is CNY, instants are microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from bench.dut.platform.vocabulary.base import ENTERPRISE
from bench.dut.platform.vocabulary.market import (
    ALLOWANCE_BASIS,
    ALLOWANCE_RULE,
    CARBON_HOLDING,
    CARBON_PRICE,
    CARBON_TRADE,
    CLOSED_ACCOUNT,
    SURRENDER,
)
from conformance.common.platforms.books import Books, Due, Row, figure
from conformance.common.platforms.calendar import month_ends, year_start

ASSETS = ("allowance", "ccer", "local")
ZERO = Fraction(0)


def number(row: Row, name: str) -> Fraction:
    """A field of an object. Raises ValueError if the case has typed in no number there."""
    found = figure(row.get(name, ""))
    if found is None:
        raise ValueError(f"{row.get('id')}: {name} is no number")
    return found


def enterprises(books: Books, of: str, key: str) -> list[str]:
    """Whom a question covers: one enterprise, those of a sector, or those of a park."""
    field = {"enterprise": "id", "sector": "sector", "park": "park"}[of]
    return [name for name, row in books.kinds.get(ENTERPRISE.name, {}).items() if {**row, "id": name}.get(field) == key]


# --- allowances ---


def allocation(books: Books, basis: Row) -> Fraction | None:
    """Allowances by the rule that a basis names; None where the platform did not take this rule."""
    rule = books.find(ALLOWANCE_RULE, basis["rule"])
    if rule is None:
        return None
    amount = number(rule, "coefficient")
    match rule["method"]:
        case "benchmark":
            return amount * number(basis, "output") * number(rule, "value")
        case "intensity":
            return amount * number(basis, "output") * number(basis, "history")
        case _:
            return amount * number(basis, "history")


def allocations(books: Books, of: str, key: str, year: str) -> Due:
    """Allowances of each enterprise that has a basis for the year; without `value` where its rule is not known."""
    due: Due = {}
    for name in enterprises(books, of, key):
        for basis in books.all(ALLOWANCE_BASIS, enterprise=name, year=year):
            value = allocation(books, basis)
            due[name,] = {"rule": basis["rule"], "output": number(basis, "output")}
            due[name,] |= {} if value is None else {"value": value}
    return due


def comparison(books: Books, year: str, region: str, sector: str) -> list[tuple[str, dict[str, Fraction | str]]] | None:
    """Enterprises of a region and sector by their allowances, the largest first; None where a rule is not known."""
    found: list[tuple[Fraction, str, dict[str, Fraction | str]]] = []
    for name in enterprises(books, "sector", sector):
        if books.kinds[ENTERPRISE.name][name].get("region") != region:
            continue
        for basis in books.all(ALLOWANCE_BASIS, enterprise=name, year=year):
            value = allocation(books, basis)
            if value is None:
                return None
            cells: dict[str, Fraction | str] = {"value": value, "output": number(basis, "output")}
            accounts = books.all(CLOSED_ACCOUNT, subject=name, period="year")
            if accounts:
                last = max(accounts, key=lambda row: int(row["start"]))
                cells["intensity"] = number(last, "emission") / number(last, "output")
            found.append((value, name, cells))
    ordered = sorted(found, key=lambda each: (-each[0], each[1]))
    return [(name, {"place": Fraction(place), **cells}) for place, (_, name, cells) in enumerate(ordered, 1)]


# --- what is held, traded and surrendered ---


def entries(books: Books, enterprise: str, asset: str) -> list[tuple[int, str, str, Fraction]]:
    """What moved the stock of an asset: instant, object, sort, signed volume; in order of time."""
    found: list[tuple[int, str, str, Fraction]] = []
    for row in books.all(CARBON_HOLDING, enterprise=enterprise, asset=asset):
        found.append((int(row["when"]), row["id"], "holding", number(row, "volume")))
    for row in books.all(CARBON_TRADE, enterprise=enterprise, asset=asset):
        sign = 1 if row["side"] == "buy" else -1
        found.append((int(row["when"]), row["id"], row["side"], sign * number(row, "volume")))
    for row in books.all(SURRENDER, enterprise=enterprise, way=asset):
        found.append((int(row["when"]), row["id"], "surrender", -number(row, "volume")))
    return sorted(found)


def stock(books: Books, enterprise: str, asset: str, until: int | None = None) -> Fraction:
    """What is held of an asset before an instant, else now."""
    moved = entries(books, enterprise, asset)
    return sum((volume for when, _, _, volume in moved if until is None or when < until), ZERO)


def emitted(books: Books, enterprise: str, year: str) -> Fraction:
    """Verified emission of a year: its closed account."""
    return books.amount(CLOSED_ACCOUNT, "emission", subject=enterprise, period="year", start=str(year_start(year)))


def surrendered(books: Books, enterprise: str, year: str) -> Fraction:
    """Units surrendered for a year, of all kinds."""
    return books.amount(SURRENDER, "volume", enterprise=enterprise, year=year)


def surplus(books: Books, enterprise: str, year: str) -> Fraction:
    """Allowances held, less what is still to be surrendered for the year; negative is a shortage."""
    return stock(books, enterprise, "allowance") - (
        emitted(books, enterprise, year) - surrendered(books, enterprise, year)
    )


def trades(books: Books, of: str, key: str, asset: str, year: str) -> Due:
    """Statistics of trades of an asset by enterprise."""
    due: Due = {}
    for name in enterprises(books, of, key):
        rows = books.all(CARBON_TRADE, enterprise=name, asset=asset, year=year)
        if not rows:
            continue
        bought, sold = (_volume(rows, side) for side in ("buy", "sell"))
        cost, proceeds = (_money(rows, side) for side in ("buy", "sell"))
        due[name,] = {
            "bought": bought,
            "sold": sold,
            "cost": cost,
            "proceeds": proceeds,
            "gain": proceeds - cost,
            "price": (cost + proceeds) / (bought + sold),
            "stock": stock(books, name, asset),
        }
        if asset == "allowance":
            due[name,]["surplus"] = surplus(books, name, year)
    return due


def _volume(rows: Iterable[Row], side: str) -> Fraction:
    return sum((number(row, "volume") for row in rows if row["side"] == side), ZERO)


def _money(rows: Iterable[Row], side: str) -> Fraction:
    return sum((number(row, "volume") * number(row, "price") for row in rows if row["side"] == side), ZERO)


def price(books: Books, asset: str, at: int) -> Fraction | None:
    """The price that values an asset: that in force, the latest that began."""
    begun = [row for row in books.all(CARBON_PRICE, asset=asset) if int(row["valid_from"]) <= at]
    return number(max(begun, key=lambda row: int(row["valid_from"])), "price") if begun else None


def assets(books: Books, of: str, key: str, year: str, at: int) -> Due:
    """Stock and value of every asset of every enterprise that has any."""
    due: Due = {}
    for name in enterprises(books, of, key):
        for asset in ASSETS:
            if not entries(books, name, asset):
                continue
            held = stock(books, name, asset)
            cells: dict[str, Fraction | str] = {"stock": held}
            valued = price(books, asset, at)
            if valued is not None:
                cells |= {"price": valued, "value": held * valued}
            if asset == "allowance":
                cells["surplus"] = surplus(books, name, year)
            due[name, asset] = cells
    return due


def trend(books: Books, enterprise: str, asset: str, since: int, until: int) -> Due:
    """Stock at the end of each month that ends within (since, until]."""
    return {(str(end),): {"stock": stock(books, enterprise, asset, end)} for end in month_ends(since, until)}


def use(books: Books, of: str, key: str, year: str) -> Due:
    """Allowances, use, remainder and what a year of equal months will come to."""
    due: Due = {}
    start = year_start(year)
    months = {str(at) for at in (start, *month_ends(start, year_start(str(int(year) + 1)))[:-1])}
    for name in enterprises(books, of, key):
        held = sum((v for _, _, sort, v in entries(books, name, "allowance") if sort != "surrender"), ZERO)
        closed = [
            number(row, "emission")
            for row in books.all(CLOSED_ACCOUNT, subject=name, period="month")
            if row["start"] in months
        ]
        if not closed or not held:
            continue
        used = sum(closed, ZERO)
        predicted = used / len(closed) * 12
        due[name,] = {
            "allowance": held,
            "used": used,
            "remainder": held - used,
            "predicted": predicted,
            "excess": max(ZERO, predicted - held),
            "state": "excess" if predicted > held else "within",
        }
    return due


def compliance(books: Books, of: str, key: str, year: str) -> Due:
    """What each enterprise had to surrender, has surrendered in which way, at what cost."""
    due: Due = {}
    for name in enterprises(books, of, key):
        owed, given = emitted(books, name, year), surrendered(books, name, year)
        if not owed:
            continue
        due[name,] = {
            "due": owed,
            "surrendered": given,
            **{way: books.amount(SURRENDER, "volume", enterprise=name, year=year, way=way) for way in ASSETS},
            "rate": given / owed * 100,
            "cost": books.amount(SURRENDER, "cost", enterprise=name, year=year),
        }
    return due
