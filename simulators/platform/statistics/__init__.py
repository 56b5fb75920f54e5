"""Statistics of the account: structure, comparison, trend, ranking, decoupling, efficiency; totals: `accounting`."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import msgspec

from simulators.platform.accounting import Asked, Period, book, check_reach, shown, spread
from simulators.platform.accounting import lines as accounts
from simulators.platform.accounting.calendar import before, year_before
from simulators.platform.accounting.lines import Book, Of, Total
from simulators.platform.accounting.quantities import text
from simulators.platform.core import Desk, Instant, Span, analysis, seam
from simulators.platform.core.times import end_of, start_of

Quantity = Literal["emission", "energy", "emission-intensity", "energy-intensity"]
UNITS = {"emission": "tCO2e", "energy": "GJ"}


@seam
def amount_of(total: Total, quantity: str) -> Fraction:
    """Tonnes or GJ of a total."""
    return total.energy if quantity.startswith("energy") else total.tonnes


@seam
def _share(part: Fraction, whole: Fraction) -> Fraction:
    """Per cent of a whole."""
    return part * 100 / whole if whole else Fraction(0)


# Structure and contribution.


class AskedStructure(Span, frozen=True, kw_only=True):
    """Of what, by what."""

    of: Of
    id: str = ""
    quantity: Literal["emission", "energy"] = "emission"
    parts: Literal["source_class", "carrier", "process", "facility", "product", "enterprise", "sector", "region"]


class PartRow(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a whole."""

    part: str
    value: str
    unit: str
    share: str


@analysis("structure", en="structure and contribution", zh="构成与贡献分析")
def structure(desk: Desk, query: AskedStructure) -> list[PartRow]:
    """Parts of a total, largest first, with their share."""
    asked = Asked(from_=query.from_, to=query.to, of=query.of, id=query.id)
    lines = [line for _, _, each in spread(desk, asked) for line in each]
    parts: dict[str, Total] = {}
    for line in lines:
        if not line.apart:
            parts.setdefault(getattr(line, query.parts), Total()).add(line)
    whole = amount_of(accounts.summed(lines), query.quantity)
    found = [(name, amount_of(total, query.quantity)) for name, total in parts.items()]
    return [
        PartRow(part=name, value=shown(each), unit=UNITS[query.quantity], share=text(_share(each, whole), 6))
        for name, each in sorted(found, key=lambda each: (-each[1], each[0]))
    ]


# Comparison and trend.


class AskedComparison(msgspec.Struct, frozen=True, kw_only=True):
    """Which period beside which."""

    of: Of
    id: str = ""
    quantity: Quantity = "emission"
    period: Period
    start: Instant
    fixed: Instant | None = None


class ComparisonRow(msgspec.Struct, frozen=True, kw_only=True):
    """A period beside another."""

    basis: str
    value: str
    reference: str
    change: str
    percent: str
    unit: str


def _measured(account: Book, of: str, id: str, quantity: str, product: str, low: int, high: int) -> Fraction | None:
    """A quantity over a period; None where there is none."""
    total = account.total(of, id, low, high)
    if total.state == "missing":
        return None
    amount = amount_of(total, quantity)
    if not quantity.endswith("intensity"):
        return amount
    made = account.outputs(product, low, high)[0] if product else account.worth(of, id, low, high)[0]
    return amount / made if made else None


def unit_of(account: Book, quantity: str, of: str, id: str, product: str, low: int, high: int) -> str:
    """The unit of a quantity."""
    own = UNITS[quantity.partition("-")[0]]
    if not quantity.endswith("intensity"):
        return own
    made = account.outputs(product, low, high)[1] if product else account.worth(of, id, low, high)[1]
    return f"{own}/{made}"


@seam
def _references(period: str, start: int, fixed: int | None) -> dict[str, int]:
    """Where the periods begin that one is compared with."""
    found = {"previous": before(period, start), "year-before": year_before(period, start)}
    return found if fixed is None else {"fixed": start_of(period, fixed), **found}


@analysis("comparison", en="comparison with a fixed period, the one before and the year before", zh="定比、环比、同比")
def comparison(desk: Desk, query: AskedComparison) -> list[ComparisonRow]:
    """A row for each basis that has data."""
    check_reach(desk, query.of, query.id)
    account = book(desk)
    end = end_of(query.period, query.start)
    value = _measured(account, query.of, query.id, query.quantity, "", query.start, end)
    rows: list[ComparisonRow] = []
    for basis, start in _references(query.period, query.start, query.fixed).items():
        other = _measured(account, query.of, query.id, query.quantity, "", start, end_of(query.period, start))
        if value is None or other is None:
            continue
        rows.append(
            ComparisonRow(
                basis=basis,
                value=shown(value),
                reference=shown(other),
                change=shown(value - other),
                percent=text(_share(value - other, other), 6) if other else "",
                unit=unit_of(account, query.quantity, query.of, query.id, "", query.start, end),
            )
        )
    return rows


class AskedTrend(Span, frozen=True, kw_only=True):
    """Which periods in a row."""

    of: Of
    id: str = ""
    quantity: Quantity = "emission"
    product: str = ""
    period: Period


class TrendRow(msgspec.Struct, frozen=True, kw_only=True):
    """A period with its change to the one before."""

    start: int
    end: int
    value: str
    unit: str
    change: str = ""
    percent: str = ""


@analysis("trend", en="trend", zh="趋势分析")
def trend(desk: Desk, query: AskedTrend) -> list[TrendRow]:
    """A row for each period that has data."""
    asked = Asked(from_=query.from_, to=query.to, of=query.of, id=query.id, period=query.period)
    account = book(desk)
    rows: list[TrendRow] = []
    last: Fraction | None = None
    for start, end, lines in spread(desk, asked):
        total = accounts.summed(lines)
        value: Fraction | None = None if total.state == "missing" else amount_of(total, query.quantity)
        if value is not None and query.quantity.endswith("intensity"):
            value = _measured(account, query.of, query.id, query.quantity, query.product, start, end)
        if value is not None:
            change = value - last if last is not None else None
            rows.append(
                TrendRow(
                    start=start,
                    end=end,
                    value=shown(value, 10 if query.quantity.endswith("intensity") else 6),
                    unit=unit_of(account, query.quantity, query.of, query.id, query.product, start, end),
                    change="" if change is None else shown(change, 10),
                    percent=text(_share(change, last), 6) if change is not None and last else "",
                )
            )
        last = value
    return rows


# Ranking.


class AskedRanking(Span, frozen=True, kw_only=True):
    """Whom to put in order."""

    of: Literal["enterprise", "process", "facility"] = "enterprise"
    quantity: Literal["emission", "energy"] = "emission"
    region: str = ""


class RankRow(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the order."""

    place: int
    id: str
    value: str
    unit: str


@seam
def _order(values: dict[str, Fraction]) -> list[tuple[str, Fraction]]:
    """Largest first."""
    return sorted(values.items(), key=lambda each: (-each[1], each[0]))


@analysis("ranking", en="ranking", zh="碳排放排名")
def ranking(desk: Desk, query: AskedRanking) -> list[RankRow]:
    """What an account may see, in order."""
    sums: dict[str, Total] = {}
    for line in book(desk).lines(query.from_, query.to):
        name = getattr(line, query.of)
        if name and (not query.region or line.region == query.region):
            sums.setdefault(name, Total()).add(line)
    values = {name: amount_of(total, query.quantity) for name, total in sums.items() if total.state != "missing"}
    return [
        RankRow(place=place, id=name, value=shown(value), unit=UNITS[query.quantity])
        for place, (name, value) in enumerate(_order(values), 1)
    ]


# Decoupling and efficiency.


class AskedDecoupling(msgspec.Struct, frozen=True, kw_only=True):
    """Between which years (any instants in them)."""

    of: Literal["park", "region", "sector", "enterprise"]
    id: str
    base: Instant
    year: Instant


class DecouplingRow(msgspec.Struct, frozen=True, kw_only=True):
    """Tapio's index with what it is made of."""

    model: str = "tapio"
    index: str
    state: str
    emission_change: str
    value_change: str


def _year(at: int) -> tuple[int, int]:
    start = start_of("year", at)
    return start, end_of("year", start)


@seam
def _tapio(emission: Fraction, worth: Fraction) -> str:
    """The state by the ratio of relative changes: coupling from 0.8 to 1.2 (Tapio 2005)."""
    if worth > 0:
        if emission < 0:
            return "strong"
        ratio = emission / worth
        return _band(ratio, "weak", "expansive-coupling", "expansive-negative")
    if emission > 0:
        return "strong-negative"
    ratio = emission / worth
    return _band(ratio, "weak-negative", "recessive-coupling", "recessive")


def _band(ratio: Fraction, below: str, within: str, above: str) -> str:
    return below if ratio < Fraction(4, 5) else within if ratio <= Fraction(6, 5) else above


@analysis("decoupling", en="decoupling", zh="脱钩分析")
def decoupling(desk: Desk, query: AskedDecoupling) -> list[DecouplingRow]:
    """One row, or none where a year has no emission or no output value."""
    check_reach(desk, query.of, query.id)
    account = book(desk)
    before_, now = _year(query.base), _year(query.year)
    old, new = (account.total(query.of, query.id, *each) for each in (before_, now))
    worth, later = (account.worth(query.of, query.id, *each)[0] for each in (before_, now))
    if "missing" in (old.state, new.state) or not (old.tonnes and worth and later) or later == worth:
        return []
    emission, value = _share(new.tonnes - old.tonnes, old.tonnes), _share(later - worth, worth)
    return [
        DecouplingRow(
            index=text(emission / value, 6),
            state=_tapio(emission, value),
            emission_change=text(emission, 6),
            value_change=text(value, 6),
        )
    ]


class AskedEfficiency(Span, frozen=True, kw_only=True):
    """By what."""

    parts: Literal["region", "sector", "enterprise"]


class EfficiencyRow(msgspec.Struct, frozen=True, kw_only=True):
    """Emission per output value, and the place: 1 is the least."""

    part: str
    value: str
    unit: str
    place: int


def _intensities(desk: Desk, by: str, low: int, high: int) -> dict[str, tuple[Fraction, str]]:
    """Emission per output value of each part that has both."""
    account = book(desk)
    sums: dict[str, Total] = {}
    for line in account.lines(low, high):
        if name := getattr(line, by):
            sums.setdefault(name, Total()).add(line)
    found: dict[str, tuple[Fraction, str]] = {}
    for name, total in sums.items():
        worth, unit = account.worth(by, name, low, high)
        if worth and total.state != "missing":
            found[name] = total.tonnes / worth, f"tCO2e/{unit}"
    return found


@analysis("efficiency", en="emission efficiency", zh="碳排放效率评价")
def efficiency(desk: Desk, query: AskedEfficiency) -> list[EfficiencyRow]:
    """Parts in order, the least emission per output value first."""
    if query.parts != "enterprise":
        check_reach(desk, query.parts, "")
    found = _intensities(desk, query.parts, query.from_, query.to)
    ordered = sorted(found.items(), key=lambda each: (each[1][0], each[0]))
    return [
        EfficiencyRow(part=name, value=shown(value, 10), unit=unit, place=place)
        for place, (name, (value, unit)) in enumerate(ordered, 1)
    ]


class AskedWatch(msgspec.Struct, frozen=True, kw_only=True):
    """Between which years."""

    base: Instant
    year: Instant


class WatchRow(msgspec.Struct, frozen=True, kw_only=True):
    """An enterprise that emits more per output value than before."""

    id: str
    before: str
    after: str
    unit: str


@analysis("efficiency_watch", en="enterprises of falling efficiency", zh="效率下降企业")
def efficiency_watch(desk: Desk, query: AskedWatch) -> list[WatchRow]:
    """Those whose emission per output value has risen."""
    old, new = (_intensities(desk, "enterprise", *_year(each)) for each in (query.base, query.year))
    return [
        WatchRow(id=name, before=shown(old[name][0], 10), after=shown(value, 10), unit=unit)
        for name, (value, unit) in new.items()
        if name in old and _worse(old[name][0], value)
    ]


@seam
def _worse(old: Fraction, new: Fraction) -> bool:
    """Whether efficiency has fallen."""
    return new > old
