"""What a platform answered to questions about its account, against the oracle, question by question (R-21, R-23, R-24).

Leaves what the account must be to `conformance.common.platform_accounts`, and which answers decide what to the judges
beside this one. A question that the product has no way to answer is no evidence; one that it refuses, or answers
otherwise than its profile says, is a wrong answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from bench.case import Check, Criterion, criterion
from bench.history import History, Observed, Phase
from conformance.common.platform_accounts import (
    Account,
    Kept,
    Measured,
    Sum,
    agrees,
    begin_of,
    converted,
    end_of,
    spans,
    told,
)
from conformance.common.platform_answers import DONE, REFUSED
from conformance.common.readings import number

_BASE = {"emission": "tCO2", "energy": "GJ"}


@dataclass
class Tally:
    """Answers of one sort: what was wrong, and how many figures were compared."""

    wrong: list[str] = field(default_factory=list[str])
    known: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally([*self.wrong, *other.wrong], self.known + other.known)


def questions(history: History, sent: Measured | None = None) -> Iterator[tuple[Observed, Account]]:
    """Every question with the account as it stood when it was asked; use it before the next."""
    entered = Kept()
    account: Account | None = None
    for event in history.events:
        if isinstance(event, Phase) and event.name == "imported":
            entered.imported(event)
            account = None
        elif isinstance(event, Observed):
            if event.what.startswith("ask "):
                account = account or Account(entered, sent)
                yield event, account
            else:
                entered.take(event)
                account = None


Tallies = Mapping[tuple[str, str, str], Tally]


def tallies(history: History, sent: Measured | None = None) -> Tallies:
    """Every question that this module knows, by its analysis, what it was asked of, and by whom.

    `sent` is what terminals sent, where the account is one of measured data.
    """
    found: dict[tuple[str, str, str], Tally] = {}
    for event, account in questions(history, sent):
        key = event.what.removeprefix("ask "), event.query.get("of", ""), event.query.get("by", "")
        weigh(event, account, found.setdefault(key, Tally()))
    return found


def weigh(event: Observed, account: Account, tally: Tally) -> None:
    """One answer into a tally: refused is wrong, otherwise not carried out says nothing."""
    compare = _COMPARED.get(event.what.removeprefix("ask "))
    if compare is None:
        return
    if event.outcome == REFUSED:
        tally.known += 1
        tally.wrong.append(f"{asked(event)}: {event.problem}")
    elif event.outcome == DONE:
        compare(event, account, tally)


def asked(event: Observed) -> str:
    """A question for the evidence."""
    words = {name: text for name, text in event.query.items() if name != "by"}
    for name in ("from", "to", "start", "fixed", "base", "year", "until"):
        if words.get(name, "").isdigit() and len(words[name]) > 8:
            words[name] = told(int(words[name]))
    return (
        f"{event.what} ({', '.join(f'{name} {text}' for name, text in words.items())}) by {event.query.get('by', '')}"
    )


def of(found: Tallies, name: str, of: str | None = None, by: str | None = None) -> Tally:
    """What was found of an analysis, of one thing and of one account where these are told."""
    whole = Tally()
    for (each, thing, who), tally in found.items():
        if each == name and of in (None, thing) and by in (None, who):
            whole += tally
    return whole


def answer(check: Criterion, *parts: Tally) -> Check:
    """A check that needs an answer of every part."""
    wrong = [line for part in parts for line in part.wrong]
    return check.none(wrong, all(part.known for part in parts))


def _said(row: Mapping[str, str], name: str = "value") -> str:
    return f"{row.get(name, '') or 'nothing'} {row.get('unit', '')}".strip()


def _shown(due: Fraction, base: str) -> str:
    return f"{float(due):.9g} {base}e" if base == "tCO2" else f"{float(due):.9g} {base}"


def _compare(tally: Tally, what: str, row: Mapping[str, str], due: Fraction, base: str, name: str = "value") -> None:
    tally.known += 1
    if not agrees(row.get(name, ""), row.get("unit", ""), due, base):
        tally.wrong.append(f"{what}: {_said(row, name)}; exactly {_shown(due, base)}")


def _per_cent(tally: Tally, what: str, text: str, due: Fraction) -> None:
    tally.known += 1
    if not agrees(text, "%", due, "%"):
        tally.wrong.append(f"{what}: {text or 'nothing'} %; exactly {float(due):.9g} %")


def _amount(total: Sum, quantity: str) -> Fraction:
    return total.energy if quantity.startswith("energy") else total.tonnes


def _of(query: Mapping[str, str]) -> tuple[str, str]:
    return query["of"], query.get("id", "")


# Totals and intensities.


def _totals(quantity: str) -> Callable[[Observed, Account, Tally], None]:
    def compare(event: Observed, account: Account, tally: Tally) -> None:
        query = event.query
        low, high = int(query["from"]), int(query["to"])
        also = {"carrier": query["carrier"]} if query.get("carrier") else {}
        periods = list(spans(query["period"], low, high)) if query.get("period") else [(low, high)]
        rows = {row.get("start", ""): row for row in event.rows}
        for start, end in periods:
            total = account.sum(*_of(query), start, end, **also)
            row = rows.pop(str(start), {})
            if total.lines and total.known:
                _compare(tally, f"{asked(event)}, from {told(start)}", row, _amount(total, quantity), _BASE[quantity])
            elif not total.lines and number(row.get("value", "") or "0") not in (0, None):
                tally.known += 1
                tally.wrong.append(f"{asked(event)}, from {told(start)}: {_said(row)}; nothing was entered")
        for row in rows.values():
            tally.known += 1
            tally.wrong.append(f"{asked(event)}: a row from {row.get('start', '')} that was not asked for")

    return compare


def _intensity(quantity: str) -> Callable[[Observed, Account, Tally], None]:
    def compare(event: Observed, account: Account, tally: Tally) -> None:
        query = event.query
        low, high = int(query["from"]), int(query["to"])
        product = query.get("product", "")
        made, unit = account.made(product, low, high) if product else account.worth(*_of(query), low, high)
        total = account.sum(*_of(query), low, high)
        if made and total.lines:
            row = event.rows[0] if event.rows else {}
            _compare(tally, asked(event), row, _amount(total, quantity) / made, f"{_BASE[quantity]}/{unit}")

    return compare


def measured(account: Account, query: Mapping[str, str], low: int, high: int) -> tuple[Fraction, str] | None:
    """A quantity of a thing over a period with its base unit; None where nothing was entered."""
    quantity = query.get("quantity", "emission")
    total = account.sum(*_of(query), low, high)
    base = _BASE[quantity.partition("-")[0]]
    if not total.lines:
        return None
    if not quantity.endswith("intensity"):
        return _amount(total, quantity), base
    product = query.get("product", "")
    made, unit = account.made(product, low, high) if product else account.worth(*_of(query), low, high)
    return (_amount(total, quantity) / made, f"{base}/{unit}") if made else None


# Statistics.


def _structure(event: Observed, account: Account, tally: Tally) -> None:
    query = event.query
    quantity = query.get("quantity", "emission")
    low, high = int(query["from"]), int(query["to"])
    whole = _amount(account.sum(*_of(query), low, high), quantity)
    parts = {
        name: _amount(total, quantity) for name, total in account.parts(query["parts"], *_of(query), low, high).items()
    }
    rows = {row.get("part", ""): row for row in event.rows}
    for name, due in parts.items():
        if not due:
            continue
        row = rows.pop(name, {})
        _compare(tally, f"{asked(event)}, part {name or 'none'}", row, due, _BASE[quantity])
        if whole:
            _per_cent(tally, f"{asked(event)}, share of {name or 'none'}", row.get("share", ""), due * 100 / whole)
    for name, row in rows.items():
        if number(row.get("value", "") or "0") != 0:
            tally.known += 1
            tally.wrong.append(f"{asked(event)}: {_said(row)} of {name}, of which nothing was entered")


def _year_before(period: str, start: int) -> int:
    if period == "week":
        return start - 364 * 86_400_000_000
    # The same local date of the year before: two days and a half into the year before the year's start are in it.
    year = begin_of("year", start)
    last = begin_of("year", year - 1)
    at = last + (start - year)
    if period in ("month", "quarter_year", "year"):
        return begin_of(period, at + 43_200_000_000 * 2)
    return at


def _comparison(event: Observed, account: Account, tally: Tally) -> None:
    query = event.query
    period, start = query["period"], int(query["start"])
    bases = {"previous": begin_of(period, start - 1), "year-before": _year_before(period, start)}
    if query.get("fixed"):
        bases["fixed"] = int(query["fixed"])
    value = measured(account, query, start, end_of(period, start))
    rows = {row.get("basis", ""): row for row in event.rows}
    for basis, other in bases.items():
        reference = measured(account, query, other, end_of(period, other))
        if value is None or reference is None:
            continue
        row = rows.get(basis, {})
        what = f"{asked(event)}, {basis}"
        _compare(tally, what, row, value[0], value[1])
        _compare(tally, what, row, reference[0], value[1], "reference")
        _compare(tally, what, row, value[0] - reference[0], value[1], "change")
        if reference[0]:
            _per_cent(tally, what, row.get("percent", ""), (value[0] - reference[0]) * 100 / reference[0])


def _trend(event: Observed, account: Account, tally: Tally) -> None:
    query = event.query
    rows = {row.get("start", ""): row for row in event.rows}
    last: tuple[Fraction, str] | None = None
    for start, end in spans(query["period"], int(query["from"]), int(query["to"])):
        value = measured(account, query, start, end)
        if value is not None:
            row = rows.get(str(start), {})
            what = f"{asked(event)}, from {told(start)}"
            _compare(tally, what, row, *value)
            if last is not None:
                _compare(tally, what, row, value[0] - last[0], value[1], "change")
                if last[0]:
                    _per_cent(tally, what, row.get("percent", ""), (value[0] - last[0]) * 100 / last[0])
        last = value


_OWN = {"manager-a": "A", "clerk-a": "A", "clerk-b": "B"}
"""Whose enterprise an account sees alone."""


def _ranking(event: Observed, account: Account, tally: Tally) -> None:
    query = event.query
    quantity, by = query.get("quantity", "emission"), query.get("of", "enterprise")
    low, high = int(query["from"]), int(query["to"])
    where = ("region", query["region"]) if query.get("region") else ("enterprise", _OWN.get(query["by"], ""))
    sums = {name: total for name, total in account.parts(by, *where, low, high).items() if name}
    seen = {name: _amount(total, quantity) for name, total in sums.items()}
    due = sorted(seen, key=lambda name: -seen[name])
    rows = sorted((row for row in event.rows if number(row.get("place", ""))), key=lambda row: int(row["place"]))
    tally.known += len(due)
    order = [row.get("id", "") for row in rows]
    if order != due:
        tally.wrong.append(f"{asked(event)}: {', '.join(order) or 'nobody'}; the order is {', '.join(due)}")
    for row in rows:
        if row.get("id", "") in seen:
            _compare(tally, f"{asked(event)}, {row['id']}", row, seen[row["id"]], _BASE[quantity])


_TAPIO = (("weak", "expansive-coupling", "expansive-negative"), ("weak-negative", "recessive-coupling", "recessive"))


def _decoupling(event: Observed, account: Account, tally: Tally) -> None:
    query = event.query
    years = [(begin_of("year", int(query[name])), 0) for name in ("base", "year")]
    (old, worth), (new, later) = (
        (
            account.sum(*_of(query), start, end_of("year", start)).tonnes,
            account.worth(*_of(query), start, end_of("year", start))[0],
        )
        for start, _ in years
    )
    if not (old and worth and later) or later == worth:
        return
    emission, value = (new - old) * 100 / old, (later - worth) * 100 / worth
    row = event.rows[0] if event.rows else {}
    _per_cent(tally, f"{asked(event)}, change of emission", row.get("emission_change", ""), emission)
    _per_cent(tally, f"{asked(event)}, change of output value", row.get("value_change", ""), value)
    if row.get("model") == "oecd":
        due, state = 1 - (new / later) / (old / worth), ""
    else:
        due, state = emission / value, tapio(emission, value)
    tally.known += 1
    if not agrees(row.get("index", ""), "1", due, "1"):
        tally.wrong.append(f"{asked(event)}: index {row.get('index', '')}; exactly {float(due):.9g}")
    if state and row.get("state", "") != state:
        tally.wrong.append(f"{asked(event)}: {row.get('state', '') or 'no state'}; by Tapio {state}")


def tapio(emission: Fraction, value: Fraction) -> str:
    """The state of decoupling by Tapio's bounds 0.8 and 1.2."""
    if value > 0 > emission:
        return "strong"
    if emission > 0 > value:
        return "strong-negative"
    ratio = emission / value
    at = 0 if ratio * 5 < 4 else 1 if ratio * 5 <= 6 else 2
    return _TAPIO[0 if value > 0 else 1][at]


def _efficiencies(account: Account, by: str, low: int, high: int) -> dict[str, tuple[Fraction, str]]:
    found: dict[str, tuple[Fraction, str]] = {}
    for name, total in account.parts(by, "park", "", low, high).items():
        worth, unit = account.worth(by, name, low, high)
        if name and worth:
            found[name] = total.tonnes / worth, f"tCO2/{unit}"
    return found


def _efficiency(event: Observed, account: Account, tally: Tally) -> None:
    query = event.query
    due = _efficiencies(account, query["parts"], int(query["from"]), int(query["to"]))
    rows = {row.get("part", ""): row for row in event.rows}
    for name, (value, unit) in due.items():
        _compare(tally, f"{asked(event)}, {name}", rows.get(name, {}), value, unit)


def _watch(event: Observed, account: Account, tally: Tally) -> None:
    query = event.query
    old, new = (
        _efficiencies(account, "enterprise", start, end_of("year", start))
        for start in (begin_of("year", int(query[name])) for name in ("base", "year"))
    )
    due = {name for name, (value, _) in new.items() if name in old and value > old[name][0]}
    shown = {row.get("id", "") for row in event.rows}
    tally.known += len(new)
    if shown != due:
        tally.wrong.append(f"{asked(event)}: {', '.join(sorted(shown)) or 'nobody'}; due {', '.join(sorted(due))}")


# Benchmarks.


def _newest(rows: Mapping[str, Mapping[str, str]], indicator: str, at: int) -> dict[str, Mapping[str, str]]:
    """By level the newest benchmark (or limit) of an indicator that counts at an instant."""
    found: dict[str, Mapping[str, str]] = {}
    for each in sorted(rows.values(), key=lambda each: int(each.get("valid_from") or 0)):
        if each["indicator"] == indicator and int(each.get("valid_from") or 0) <= at:
            found[each.get("level", "limit")] = each
    return found


def _gap(event: Observed, account: Account, tally: Tally) -> None:
    query = event.query
    low, high = int(query["from"]), int(query["to"])
    indicator = account.entered.of("indicator")[query["indicator"]]
    product = query.get("product", "")
    whose = {"of": "product", "id": product} if product else {"of": "enterprise", "id": query["enterprise"]}
    found = measured(account, {**whose, "product": product, "quantity": indicator["quantity"]}, low, high)
    if found is None:
        return
    actual, base = found
    rows = {row.get("against", ""): row for row in event.rows}
    listed = {
        **_newest(account.entered.of("benchmark"), query["indicator"], low),
        **_newest(account.entered.of("emission_limit"), query["indicator"], low),
    }
    for level, each in listed.items():
        row = rows.get(level, {})
        due = converted(Fraction(each["value"]), each["unit"], base)
        what = f"{asked(event)}, {level}"
        _compare(tally, what, row, actual, base, "actual")
        _compare(tally, what, row, due, base, "reference")
        _compare(tally, what, row, actual - due, base, "gap")


def _peers(event: Observed, account: Account, tally: Tally) -> None:
    query = event.query
    low, high = int(query["from"]), int(query["to"])
    enterprises = account.entered.of("enterprise")
    group = enterprises[query["enterprise"]].get(query["among"], "")
    amounts: dict[str, Fraction] = {}
    worths: dict[str, Fraction] = {}
    unit = ""
    for key, each in enterprises.items():
        total = account.sum("enterprise", key, low, high)
        if each.get(query["among"]) == group and total.lines:
            worth, unit = account.worth("enterprise", key, low, high)
            amounts[key], worths[key] = _amount(total, query["quantity"]), worth
    per = query["quantity"].endswith("intensity")
    if query["enterprise"] not in amounts or (per and not all(worths.values())):
        return
    base = _BASE[query["quantity"].partition("-")[0]] + (f"/{unit}" if per else "")
    own = amounts[query["enterprise"]] / (worths[query["enterprise"]] if per else 1)
    average = sum(amounts.values(), Fraction(0)) / (sum(worths.values(), Fraction(0)) if per else len(amounts))
    row = event.rows[0] if event.rows else {}
    _compare(tally, f"{asked(event)}, its own", row, own, base, "actual")
    _compare(tally, f"{asked(event)}, average", row, average, base, "average")


# Ledgers of energy.


def _inside(account: Account, kind: str, query: Mapping[str, str]) -> list[dict[str, str]]:
    of, id = _of(query)
    park = {key for key, each in account.entered.of("enterprise").items() if each.get("park") == id}
    return [
        each
        for each in account.entered.of(kind).values()
        if (each.get("enterprise") in park if of == "park" else each.get(of) == id)
    ]


def _gigajoules(each: Mapping[str, str]) -> Fraction:
    value = Fraction(each["value"])
    if each["unit"] in ("MWh", "kWh"):
        return converted(value, each["unit"], "MWh") * Fraction("3.6")
    return converted(value, each["unit"], "GJ")


def _within(rows: list[dict[str, str]], query: Mapping[str, str]) -> list[dict[str, str]]:
    low, high = int(query["from"]), int(query["to"])
    return [each for each in rows if low <= int(each["start"]) and end_of(each["period"], int(each["start"])) <= high]


def _ledger(event: Observed, account: Account, tally: Tally) -> None:
    due: dict[tuple[str, str], Fraction] = {}
    for each in _within(_inside(account, "energy_flow", event.query), event.query):
        key = each["carrier"], each["direction"]
        due[key] = due.get(key, Fraction(0)) + _gigajoules(each)
    rows = {(row.get("carrier", ""), row.get("direction", "")): row for row in event.rows}
    for key, value in due.items():
        _compare(tally, f"{asked(event)}, {' '.join(key)}", rows.get(key, {}), value, "GJ")


def _room(event: Observed, account: Account, tally: Tally) -> None:
    flows = _within(_inside(account, "energy_flow", event.query), event.query)
    sums = {
        name: sum((_gigajoules(each) for each in flows if each["direction"] == name), Fraction(0))
        for name in ("waste", "recovered")
    }
    row = event.rows[0] if event.rows else {}
    _compare(tally, asked(event), row, sums["waste"] - sums["recovered"], "GJ", "room")


def _savings(event: Observed, account: Account, tally: Tally) -> None:
    due: dict[str, Fraction] = {"total": Fraction(0)}
    for each in _within(_inside(account, "saving", event.query), event.query):
        due[each["measure"]] = due.get(each["measure"], Fraction(0)) + _gigajoules(each)
        due["total"] += _gigajoules(each)
    rows = {row.get("part", ""): row for row in event.rows}
    for name, value in due.items():
        _compare(tally, f"{asked(event)}, {name}", rows.get(name, {}), value, "GJ")


def _renewals(event: Observed, account: Account, tally: Tally) -> None:
    until = int(event.query["until"])
    listed = _inside(account, "equipment", event.query)
    due = {each["id"] for each in listed if int(each["renew_by"]) <= until}
    shown = {row.get("id", "") for row in event.rows}
    tally.known += len(listed)
    if shown != due:
        tally.wrong.append(f"{asked(event)}: {', '.join(sorted(shown)) or 'nothing'}; due {', '.join(sorted(due))}")


# Inventory and reports.

_POTENTIALS = {"CO2": 1, "CH4": 21, "N2O": 310}
"""The guide for provincial inventories counts by the second assessment report."""


def _inventory(event: Observed, account: Account, tally: Tally) -> None:
    query = event.query
    sums: dict[str, Fraction] = {}
    for each in account.entered.of("inventory_line").values():
        inside = int(query["from"]) <= int(each["start"]) < int(query["to"])
        if each["region"] != query["region"] or each["category"] == "memo" or not inside:
            continue
        above, _, below = each["factor_unit"].partition("/")
        mass = converted(Fraction(each["amount"]), each["unit"], below)
        mass *= converted(Fraction(each["factor"]), above, f"t{each['gas']}")
        sums[each["gas"]] = sums.get(each["gas"], Fraction(0)) + (-mass if each.get("removal") == "true" else mass)
    rows = {row.get("gas", ""): row for row in event.rows}
    for gas, mass in sums.items():
        _compare(tally, f"{asked(event)}, {gas}", rows.get(gas, {}), mass * _POTENTIALS[gas], "tCO2")
    total = sum((mass * _POTENTIALS[gas] for gas, mass in sums.items()), Fraction(0))
    _compare(tally, f"{asked(event)}, total", rows.get("total", {}), total, "tCO2")


def _report(event: Observed, account: Account, tally: Tally) -> None:
    report = account.entered.of("emission_report").get(event.query["report"])
    if report is None:
        return
    whose = {"of": report["of"], "id": report["whose"]}
    low = int(report["start"])
    high = end_of(report["period"], low)
    rows = {row.get("item", ""): row for row in event.rows}
    total = account.sum(*_of(whose), low, high)
    _compare(tally, f"{asked(event)}, total", rows.get("total", {}), total.tonnes, "tCO2")
    _compare(tally, f"{asked(event)}, energy", rows.get("energy", {}), total.energy, "GJ")
    for name, part in account.parts("source_class", *_of(whose), low, high).items():
        _compare(tally, f"{asked(event)}, {name}", rows.get(f"class:{name}", {}), part.tonnes, "tCO2")


_COMPARED: Mapping[str, Callable[[Observed, Account, Tally], None]] = {
    "emissions": _totals("emission"),
    "energy": _totals("energy"),
    "intensity": _intensity("emission"),
    "energy_intensity": _intensity("energy"),
    "structure": _structure,
    "comparison": _comparison,
    "trend": _trend,
    "ranking": _ranking,
    "decoupling": _decoupling,
    "efficiency": _efficiency,
    "efficiency_watch": _watch,
    "gap": _gap,
    "peers": _peers,
    "energy_ledger": _ledger,
    "waste_heat_room": _room,
    "savings": _savings,
    "renewals": _renewals,
    "regional_inventory": _inventory,
    "report_figures": _report,
}


TAKEN = criterion(
    "data-taken",
    en="what the case entered was taken, so that the account is known",
    zh="用例填报的数据均被接受，核算结果因此可知",
    unit="objects",
    condition=True,
)


def taken(history: History) -> Check:
    """What a case made or changed and the platform refused: without it the account cannot be known.

    What it has no way to take leaves everything open, and so does a case that entered nothing.
    """
    entered = [
        event
        for event in history.of(Observed)
        if event.what.partition(" ")[0] in ("create", "change", "remove", "import")
    ]
    lacking = [event for event in entered if event.outcome != DONE]
    refused = [
        f"{event.what} {event.query.get('id', event.query.get('object', ''))}: {event.problem}"
        for event in lacking
        if event.outcome == REFUSED
    ]
    return TAKEN.none(refused, bool(entered) and not lacking)
