"""What a platform answered to questions about its account, against the oracle, question by question (R-21, R-23, R-24).

Leaves what the account must be to `conformance.common.platforms.accounts`, and which answers decide what to the judges
beside this one. A question that the product has no way to answer is no evidence; one that it refuses, or answers
otherwise than its profile says, is a wrong answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from bench.case import Check, Criterion, criterion
from bench.dut.platform.vocabulary import Analysis, AnyAnalysis, Q, R
from bench.dut.platform.vocabulary.accounting import (
    COMPARISON,
    DECOUPLING,
    EFFICIENCY,
    EFFICIENCY_WATCH,
    ENERGY_INTENSITY,
    ENERGY_LEDGER,
    GAP,
    PEERS,
    RANKING,
    REGIONAL_INVENTORY,
    RENEWALS,
    REPORT_FIGURES,
    SAVINGS,
    STRUCTURE,
    TREND,
    WASTE_HEAT_ROOM,
    ComparisonQuery,
    ComparisonRow,
    DecouplingQuery,
    DecouplingRow,
    EfficiencyQuery,
    EfficiencyRow,
    EfficiencyWatchQuery,
    EfficiencyWatchRow,
    EnergyIntensityQuery,
    EnergyIntensityRow,
    EnergyLedgerQuery,
    EnergyLedgerRow,
    GapQuery,
    GapRow,
    PeersQuery,
    PeersRow,
    RankingQuery,
    RankingRow,
    RegionalInventoryQuery,
    RegionalInventoryRow,
    RenewalsQuery,
    RenewalsRow,
    ReportFiguresQuery,
    ReportFiguresRow,
    SavingsQuery,
    SavingsRow,
    StructureQuery,
    StructureRow,
    TrendQuery,
    TrendRow,
    WasteHeatRoomQuery,
    WasteHeatRoomRow,
)
from bench.dut.platform.vocabulary.base import (
    EMISSIONS,
    ENERGY,
    INTENSITY,
    EmissionsQuery,
    EmissionsRow,
    EnergyQuery,
    EnergyRow,
    IntensityQuery,
    IntensityRow,
)
from bench.history import History, Observed, Phase
from conformance.common.platforms.accounts import (
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
from conformance.common.platforms.answers import DONE, REFUSED, Answered, read
from conformance.common.platforms.figures import Figure
from conformance.common.readings import number

_BASE = {"emission": "tCO2", "energy": "GJ"}
_ITS_OWN_ERROR = 500


AnyAnswer = Answered[Any, Any]


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
    compared = _COMPARED.get(event.what.removeprefix("ask "))
    if compared is None:
        return
    if event.outcome == REFUSED:
        tally.known += 1
        if not _of_nothing(event, account):
            tally.wrong.append(f"{asked(event)}: {event.problem}")
    elif event.outcome == DONE:
        analysis, compare = compared
        compare(read(analysis, event), account, tally)


def asked(what: Observed | AnyAnswer) -> str:
    """A question for the evidence."""
    event = what.event if isinstance(what, Answered) else what
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


def _said(value: str, unit: str) -> str:
    return f"{value or 'nothing'} {unit}".strip()


def _shown(due: Fraction, base: str) -> str:
    return f"{float(due):.9g} {base}e" if base == "tCO2" else f"{float(due):.9g} {base}"


def _compare(tally: Tally, what: str, row: Figure | None, due: Fraction, base: str) -> None:
    """The figure of a row; of no row nothing is shown."""
    _cell(tally, what, row.value if row else "", row.unit if row else "", due, base)


def _cell(tally: Tally, what: str, shown: str, unit: str, due: Fraction, base: str) -> None:
    tally.known += 1
    if not agrees(shown, unit, due, base):
        tally.wrong.append(f"{what}: {_said(shown, unit)}; exactly {_shown(due, base)}")


def _per_cent(tally: Tally, what: str, text: str, due: Fraction) -> None:
    tally.known += 1
    if not agrees(text, "%", due, "%"):
        tally.wrong.append(f"{what}: {text or 'nothing'} %; exactly {float(due):.9g} %")


def _amount(total: Sum, quantity: str) -> Fraction:
    return total.energy if quantity.startswith("energy") else total.tonnes


class _Whose(Protocol):
    """A question about a thing."""

    @property
    def of(self) -> str: ...
    @property
    def id(self) -> str: ...


class _Within(Protocol):
    """A question over [from, to)."""

    @property
    def from_(self) -> str: ...
    @property
    def to(self) -> str: ...


def _of(query: _Whose) -> tuple[str, str]:
    return query.of, query.id


def _span(query: _Within) -> tuple[int, int]:
    return int(query.from_), int(query.to)


# Totals and intensities.


_Totals = Answered[EmissionsQuery, EmissionsRow] | Answered[EnergyQuery, EnergyRow]
_Intensities = Answered[IntensityQuery, IntensityRow] | Answered[EnergyIntensityQuery, EnergyIntensityRow]


def _totals(quantity: str) -> Callable[[_Totals, Account, Tally], None]:
    def compare(event: _Totals, account: Account, tally: Tally) -> None:
        query = event.query
        low, high = _span(query)
        also = {"carrier": query.carrier} if isinstance(query, EnergyQuery) and query.carrier else {}
        periods = list(spans(query.period, low, high)) if query.period else [(low, high)]
        rows = {row.start: row for row in event.rows}
        for start, end in periods:
            total = account.sum(*_of(query), start, end, **also)
            row = rows.pop(str(start), None)
            if total.lines and total.known:
                _compare(tally, f"{asked(event)}, from {told(start)}", row, _amount(total, quantity), _BASE[quantity])
            elif not total.lines and row is not None and number(row.value or "0") not in (0, None):
                tally.known += 1
                said = _said(row.value, row.unit)
                tally.wrong.append(f"{asked(event)}, from {told(start)}: {said}; nothing was entered")
        for row in rows.values():
            tally.known += 1
            tally.wrong.append(f"{asked(event)}: a row from {row.start} that was not asked for")

    return compare


def _intensity(quantity: str) -> Callable[[_Intensities, Account, Tally], None]:
    def compare(event: _Intensities, account: Account, tally: Tally) -> None:
        made, unit = _divisor(event.query, account)
        total = account.sum(*_of(event.query), *_span(event.query))
        row = event.rows[0] if event.rows else None
        if made and total.lines:
            _compare(tally, asked(event), row, _amount(total, quantity) / made, f"{_BASE[quantity]}/{unit}")
        elif total.lines:
            tally.known += 1
            if row is not None and number(row.value) is not None:
                tally.wrong.append(f"{asked(event)}: {row.value} {row.unit}, though there was no output")

    return compare


def _divisor(query: IntensityQuery | EnergyIntensityQuery, account: Account) -> tuple[Fraction, str]:
    """Output that an intensity is by, with its unit: of a product, else output value."""
    span = _span(query)
    return account.made(query.product, *span) if query.product else account.worth(*_of(query), *span)


def _of_nothing(event: Observed, account: Account) -> bool:
    """Whether a refusal says, and not as an error of the platform's own, that there is nothing to divide by."""
    if event.status >= _ITS_OWN_ERROR:
        return False
    if event.what == f"ask {INTENSITY.name}":
        return not _divisor(read(INTENSITY, event).query, account)[0]
    return (
        event.what == f"ask {ENERGY_INTENSITY.name}" and not _divisor(read(ENERGY_INTENSITY, event).query, account)[0]
    )


def measured(
    account: Account, of: str, id: str, low: int, high: int, *, quantity: str = "", product: str = ""
) -> tuple[Fraction, str] | None:
    """A quantity (emission, unless it is said) of a thing over a period with its base unit; None: nothing entered."""
    quantity = quantity or "emission"
    total = account.sum(of, id, low, high)
    base = _BASE[quantity.partition("-")[0]]
    if not total.lines:
        return None
    if not quantity.endswith("intensity"):
        return _amount(total, quantity), base
    made, unit = account.made(product, low, high) if product else account.worth(of, id, low, high)
    return (_amount(total, quantity) / made, f"{base}/{unit}") if made else None


# Statistics.


def _structure(event: Answered[StructureQuery, StructureRow], account: Account, tally: Tally) -> None:
    query = event.query
    quantity = query.quantity or "emission"
    low, high = _span(query)
    whole = _amount(account.sum(*_of(query), low, high), quantity)
    parts = {
        name: _amount(total, quantity) for name, total in account.parts(query.parts, *_of(query), low, high).items()
    }
    rows = {row.part: row for row in event.rows}
    for name, due in parts.items():
        if not due:
            continue
        row = rows.pop(name, StructureRow())
        _compare(tally, f"{asked(event)}, part {name or 'none'}", row, due, _BASE[quantity])
        if whole:
            _per_cent(tally, f"{asked(event)}, share of {name or 'none'}", row.share, due * 100 / whole)
    for name, row in rows.items():
        if number(row.value or "0") != 0:
            tally.known += 1
            tally.wrong.append(f"{asked(event)}: {_said(row.value, row.unit)} of {name}, of which nothing was entered")


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


def _measured(
    account: Account, query: ComparisonQuery | TrendQuery, low: int, high: int
) -> tuple[Fraction, str] | None:
    product = query.product if isinstance(query, TrendQuery) else ""
    return measured(account, *_of(query), low, high, quantity=query.quantity, product=product)


def _comparison(event: Answered[ComparisonQuery, ComparisonRow], account: Account, tally: Tally) -> None:
    query = event.query
    period, start = query.period, int(query.start)
    bases = {"previous": begin_of(period, start - 1), "year-before": _year_before(period, start)}
    if query.fixed:
        bases["fixed"] = int(query.fixed)
    value = _measured(account, query, start, end_of(period, start))
    rows = {row.basis: row for row in event.rows}
    for basis, other in bases.items():
        reference = _measured(account, query, other, end_of(period, other))
        if value is None or reference is None:
            continue
        row = rows.get(basis, ComparisonRow())
        what = f"{asked(event)}, {basis}"
        _compare(tally, what, row, value[0], value[1])
        _cell(tally, what, row.reference, row.unit, reference[0], value[1])
        _cell(tally, what, row.change, row.unit, value[0] - reference[0], value[1])
        if reference[0]:
            _per_cent(tally, what, row.percent, (value[0] - reference[0]) * 100 / reference[0])


def _trend(event: Answered[TrendQuery, TrendRow], account: Account, tally: Tally) -> None:
    query = event.query
    rows = {row.start: row for row in event.rows}
    last: tuple[Fraction, str] | None = None
    for start, end in spans(query.period, int(query.from_), int(query.to)):
        value = _measured(account, query, start, end)
        if value is not None:
            row = rows.get(str(start), TrendRow())
            what = f"{asked(event)}, from {told(start)}"
            _compare(tally, what, row, *value)
            if last is not None:
                _cell(tally, what, row.change, row.unit, value[0] - last[0], value[1])
                if last[0]:
                    _per_cent(tally, what, row.percent, (value[0] - last[0]) * 100 / last[0])
        last = value


_OWN = {"manager-a": "A", "clerk-a": "A", "clerk-b": "B"}
"""Whose enterprise an account sees alone."""


def _ranking(event: Answered[RankingQuery, RankingRow], account: Account, tally: Tally) -> None:
    query = event.query
    quantity, by = query.quantity or "emission", query.of or "enterprise"
    low, high = _span(query)
    where = ("region", query.region) if query.region else ("enterprise", _OWN.get(query.by, ""))
    sums = {name: total for name, total in account.parts(by, *where, low, high).items() if name}
    seen = {name: _amount(total, quantity) for name, total in sums.items()}
    due = sorted(seen, key=lambda name: -seen[name])
    rows = sorted((row for row in event.rows if number(row.place)), key=lambda row: int(row.place))
    tally.known += len(due)
    order = [row.id for row in rows]
    if order != due:
        tally.wrong.append(f"{asked(event)}: {', '.join(order) or 'nobody'}; the order is {', '.join(due)}")
    for row in rows:
        if row.id in seen:
            _compare(tally, f"{asked(event)}, {row.id}", row, seen[row.id], _BASE[quantity])


_TAPIO = (("weak", "expansive-coupling", "expansive-negative"), ("weak-negative", "recessive-coupling", "recessive"))


def _decoupling(event: Answered[DecouplingQuery, DecouplingRow], account: Account, tally: Tally) -> None:
    query = event.query
    years = [(begin_of("year", int(moment)), 0) for moment in (query.base, query.year)]
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
    row = event.rows[0] if event.rows else DecouplingRow()
    _per_cent(tally, f"{asked(event)}, change of emission", row.emission_change, emission)
    _per_cent(tally, f"{asked(event)}, change of output value", row.value_change, value)
    if row.model == "oecd":
        due, state = 1 - (new / later) / (old / worth), ""
    else:
        due, state = emission / value, tapio(emission, value)
    tally.known += 1
    if not agrees(row.index, "1", due, "1"):
        tally.wrong.append(f"{asked(event)}: index {row.index}; exactly {float(due):.9g}")
    if state and row.state != state:
        tally.wrong.append(f"{asked(event)}: {row.state or 'no state'}; by Tapio {state}")


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


def _efficiency(event: Answered[EfficiencyQuery, EfficiencyRow], account: Account, tally: Tally) -> None:
    query = event.query
    due = _efficiencies(account, query.parts, int(query.from_), int(query.to))
    rows = {row.part: row for row in event.rows}
    for name, (value, unit) in due.items():
        _compare(tally, f"{asked(event)}, {name}", rows.get(name), value, unit)


def _watch(event: Answered[EfficiencyWatchQuery, EfficiencyWatchRow], account: Account, tally: Tally) -> None:
    query = event.query
    old, new = (
        _efficiencies(account, "enterprise", start, end_of("year", start))
        for start in (begin_of("year", int(moment)) for moment in (query.base, query.year))
    )
    due = {name for name, (value, _) in new.items() if name in old and value > old[name][0]}
    shown = {row.id for row in event.rows}
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


def _gap(event: Answered[GapQuery, GapRow], account: Account, tally: Tally) -> None:
    query = event.query
    low, high = _span(query)
    indicator = account.entered.of("indicator").get(query.indicator)
    if indicator is None:
        return
    product = query.product
    whose = ("product", product) if product else ("enterprise", query.enterprise)
    found = measured(account, *whose, low, high, product=product, quantity=indicator["quantity"])
    if found is None:
        return
    actual, base = found
    rows = {row.against: row for row in event.rows}
    listed = {
        **_newest(account.entered.of("benchmark"), query.indicator, low),
        **_newest(account.entered.of("emission_limit"), query.indicator, low),
    }
    for level, each in listed.items():
        row = rows.get(level, GapRow())
        due = converted(Fraction(each["value"]), each["unit"], base)
        what = f"{asked(event)}, {level}"
        _cell(tally, what, row.actual, row.unit, actual, base)
        _cell(tally, what, row.reference, row.unit, due, base)
        _cell(tally, what, row.gap, row.unit, actual - due, base)
        if row.percent and due:
            _per_cent(tally, what, row.percent, (actual - due) * 100 / due)


def _peers(event: Answered[PeersQuery, PeersRow], account: Account, tally: Tally) -> None:
    query = event.query
    low, high = _span(query)
    enterprises = account.entered.of("enterprise")
    if query.enterprise not in enterprises:
        return
    group = enterprises[query.enterprise].get(query.among, "")
    amounts: dict[str, Fraction] = {}
    worths: dict[str, Fraction] = {}
    unit = ""
    for key, each in enterprises.items():
        total = account.sum("enterprise", key, low, high)
        if each.get(query.among) == group and total.lines:
            worth, unit = account.worth("enterprise", key, low, high)
            amounts[key], worths[key] = _amount(total, query.quantity), worth
    per = query.quantity.endswith("intensity")
    if query.enterprise not in amounts or (per and not all(worths.values())):
        return
    base = _BASE[query.quantity.partition("-")[0]] + (f"/{unit}" if per else "")
    own = amounts[query.enterprise] / (worths[query.enterprise] if per else 1)
    average = sum(amounts.values(), Fraction(0)) / (sum(worths.values(), Fraction(0)) if per else len(amounts))
    row = event.rows[0] if event.rows else PeersRow()
    _cell(tally, f"{asked(event)}, its own", row.actual, row.unit, own, base)
    _cell(tally, f"{asked(event)}, average", row.average, row.unit, average, base)


# Ledgers of energy.


def _inside(account: Account, kind: str, query: _Whose) -> list[dict[str, str]]:
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


def _over(rows: list[dict[str, str]], query: _Within) -> list[dict[str, str]]:
    low, high = _span(query)
    return [each for each in rows if low <= int(each["start"]) and end_of(each["period"], int(each["start"])) <= high]


def _ledger(event: Answered[EnergyLedgerQuery, EnergyLedgerRow], account: Account, tally: Tally) -> None:
    due: dict[tuple[str, str], Fraction] = {}
    for each in _over(_inside(account, "energy_flow", event.query), event.query):
        key = each["carrier"], each["direction"]
        due[key] = due.get(key, Fraction(0)) + _gigajoules(each)
    rows = {(row.carrier, row.direction): row for row in event.rows}
    for key, value in due.items():
        _compare(tally, f"{asked(event)}, {' '.join(key)}", rows.get(key), value, "GJ")


def _room(event: Answered[WasteHeatRoomQuery, WasteHeatRoomRow], account: Account, tally: Tally) -> None:
    flows = _over(_inside(account, "energy_flow", event.query), event.query)
    sums = {
        name: sum((_gigajoules(each) for each in flows if each["direction"] == name), Fraction(0))
        for name in ("waste", "recovered")
    }
    row = event.rows[0] if event.rows else WasteHeatRoomRow()
    _cell(tally, asked(event), row.room, row.unit, sums["waste"] - sums["recovered"], "GJ")


def _savings(event: Answered[SavingsQuery, SavingsRow], account: Account, tally: Tally) -> None:
    due: dict[str, Fraction] = {"total": Fraction(0)}
    for each in _over(_inside(account, "saving", event.query), event.query):
        due[each["measure"]] = due.get(each["measure"], Fraction(0)) + _gigajoules(each)
        due["total"] += _gigajoules(each)
    rows = {row.part: row for row in event.rows}
    for name, value in due.items():
        _compare(tally, f"{asked(event)}, {name}", rows.get(name), value, "GJ")


def _renewals(event: Answered[RenewalsQuery, RenewalsRow], account: Account, tally: Tally) -> None:
    until = int(event.query.until)
    listed = _inside(account, "equipment", event.query)
    due = {each["id"] for each in listed if int(each["renew_by"]) <= until}
    shown = {row.id for row in event.rows}
    tally.known += len(listed)
    if shown != due:
        tally.wrong.append(f"{asked(event)}: {', '.join(sorted(shown)) or 'nothing'}; due {', '.join(sorted(due))}")


# Inventory and reports.

_POTENTIALS = {"CO2": 1, "CH4": 21, "N2O": 310}
"""The guide for provincial inventories counts by the second assessment report."""


def _inventory(event: Answered[RegionalInventoryQuery, RegionalInventoryRow], account: Account, tally: Tally) -> None:
    query = event.query
    sums: dict[str, Fraction] = {}
    for each in account.entered.of("inventory_line").values():
        inside = int(query.from_) <= int(each["start"]) < int(query.to)
        if each["region"] != query.region or each["category"] == "memo" or not inside:
            continue
        above, _, below = each["factor_unit"].partition("/")
        mass = converted(Fraction(each["amount"]), each["unit"], below)
        mass *= converted(Fraction(each["factor"]), above, f"t{each['gas']}")
        sums[each["gas"]] = sums.get(each["gas"], Fraction(0)) + (-mass if each.get("removal") == "true" else mass)
    rows = {row.gas: row for row in event.rows}
    for gas, mass in sums.items():
        _compare(tally, f"{asked(event)}, {gas}", rows.get(gas), mass * _POTENTIALS[gas], "tCO2")
    total = sum((mass * _POTENTIALS[gas] for gas, mass in sums.items()), Fraction(0))
    _compare(tally, f"{asked(event)}, total", rows.get("total"), total, "tCO2")


def _report(event: Answered[ReportFiguresQuery, ReportFiguresRow], account: Account, tally: Tally) -> None:
    report = account.entered.of("emission_report").get(event.query.report)
    if report is None:
        return
    whose = report["of"], report["whose"]
    low = int(report["start"])
    high = end_of(report["period"], low)
    rows = {row.item: row for row in event.rows}
    total = account.sum(*whose, low, high)
    _compare(tally, f"{asked(event)}, total", rows.get("total"), total.tonnes, "tCO2")
    _compare(tally, f"{asked(event)}, energy", rows.get("energy"), total.energy, "GJ")
    for name, part in account.parts("source_class", *whose, low, high).items():
        _compare(tally, f"{asked(event)}, {name}", rows.get(f"class:{name}"), part.tonnes, "tCO2")


def _pair(
    analysis: Analysis[Q, R], compare: Callable[[Answered[Q, R], Account, Tally], None]
) -> tuple[str, tuple[AnyAnalysis, Callable[[AnyAnswer, Account, Tally], None]]]:
    return analysis.name, (analysis, compare)


_COMPARED = dict(
    [
        _pair(EMISSIONS, _totals("emission")),
        _pair(ENERGY, _totals("energy")),
        _pair(INTENSITY, _intensity("emission")),
        _pair(ENERGY_INTENSITY, _intensity("energy")),
        _pair(STRUCTURE, _structure),
        _pair(COMPARISON, _comparison),
        _pair(TREND, _trend),
        _pair(RANKING, _ranking),
        _pair(DECOUPLING, _decoupling),
        _pair(EFFICIENCY, _efficiency),
        _pair(EFFICIENCY_WATCH, _watch),
        _pair(GAP, _gap),
        _pair(PEERS, _peers),
        _pair(ENERGY_LEDGER, _ledger),
        _pair(WASTE_HEAT_ROOM, _room),
        _pair(SAVINGS, _savings),
        _pair(RENEWALS, _renewals),
        _pair(REGIONAL_INVENTORY, _inventory),
        _pair(REPORT_FIGURES, _report),
    ]
)


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
