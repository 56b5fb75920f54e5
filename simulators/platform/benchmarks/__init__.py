"""Benchmarks: libraries of indicators, benchmarks and limits, gaps, peers, results sent to enterprises (SSEA 5.4.5)."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

import msgspec

from simulators.platform.accounting import book, check_reach, shown
from simulators.platform.accounting.lines import Book, Total
from simulators.platform.accounting.quantities import text, to
from simulators.platform.core import Amount, Desk, Instant, Span, Thing, action, analysis, kind, ref, seam
from simulators.platform.statistics import Quantity, amount_of, unit_of

Level = Literal["international", "national", "sector", "park", "outstanding", "advanced"]
_KEEPERS = ("administrator", "operator")


class Indicator(Thing, frozen=True, kw_only=True):
    """What is compared."""

    name: str = ""
    quantity: Quantity
    sector: str = ""
    unit: str = ""


class Benchmark(Thing, frozen=True, kw_only=True):
    """A level of an indicator."""

    indicator: Annotated[str, ref("indicator")]
    level: Level
    value: Amount
    unit: str
    source: str = ""
    valid_from: Instant = 0


class EmissionLimit(Thing, frozen=True, kw_only=True):
    """What an indicator may not exceed."""

    indicator: Annotated[str, ref("indicator")]
    value: Amount
    unit: str
    source: str = ""
    valid_from: Instant = 0


class BenchmarkNotice(Thing, frozen=True, kw_only=True):
    """A result of benchmarking that an enterprise gets."""

    enterprise: Annotated[str, ref("enterprise")]
    indicator: Annotated[str, ref("indicator")]
    product: str = ""
    from_: Instant = msgspec.field(name="from")
    to: Instant
    actual: Amount | None = None
    level: str = ""
    reference: Amount | None = None
    gap: Amount | None = None
    unit: str = ""
    suggestion: str = ""


KINDS = (
    kind("indicator", Indicator, en="indicator", zh="指标", tenant="park", write=_KEEPERS),
    kind("benchmark", Benchmark, en="benchmark", zh="标杆值", tenant="park", write=_KEEPERS),
    kind("emission_limit", EmissionLimit, en="limit of an indicator", zh="限额", tenant="park", write=_KEEPERS),
    kind("benchmark_notice", BenchmarkNotice, en="result sent", zh="对标结果", tenant="enterprise", write=_KEEPERS),
)


def _actual(
    account: Book, quantity: str, of: str, id: str, product: str, low: int, high: int
) -> tuple[Fraction, str] | None:
    """An indicator as it is, with its unit; None where there are no data."""
    total = account.total(of, id, low, high)
    amount = amount_of(total, quantity)
    if total.state == "missing":
        return None
    if quantity.endswith("intensity"):
        made = account.outputs(product, low, high)[0] if product else account.worth(of, id, low, high)[0]
        if not made:
            return None
        amount /= made
    return amount, unit_of(account, quantity, of, id, product, low, high)


# Gaps.


class AskedGap(Span, frozen=True, kw_only=True):
    """Whose indicator."""

    enterprise: str
    indicator: str
    product: str = ""


class GapRow(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator beside one benchmark or limit."""

    actual: str
    against: str
    reference: str
    gap: str
    percent: str
    unit: str


@seam
def _in_force(things: list[Benchmark], at: int) -> list[Benchmark]:
    """The newest of each level that counts at an instant."""
    newest: dict[str, Benchmark] = {}
    for each in sorted(things, key=lambda each: each.valid_from):
        if each.valid_from <= at:
            newest[each.level] = each
    return list(newest.values())


@seam
def _gap(actual: Fraction, reference: Fraction) -> Fraction:
    """How far above its reference an indicator is."""
    return actual - reference


def gaps(desk: Desk, query: AskedGap) -> list[tuple[str, Fraction, Fraction, str]]:
    """Level, actual, reference and unit for each benchmark and limit, the park's own average among them."""
    check_reach(desk, "enterprise", query.enterprise)
    indicator = desk.object(Indicator, query.indicator)
    whose = "product" if query.product else "enterprise"
    found = _actual(
        *(book(desk), indicator.quantity, whose, query.product or query.enterprise, query.product),
        query.from_,
        query.to,
    )
    if found is None:
        return []
    actual, unit = found
    rows: list[tuple[str, Fraction, Fraction, str]] = []
    listed = desk.objects(Benchmark, indicator=query.indicator)
    for each in _in_force(listed, query.from_):
        rows.append((each.level, actual, to(Fraction(each.value), each.unit, unit), unit))
    limits = [each for each in desk.objects(EmissionLimit, indicator=query.indicator) if each.valid_from <= query.from_]
    if limits:
        newest = max(limits, key=lambda each: each.valid_from)
        rows.append(("limit", actual, to(Fraction(newest.value), newest.unit, unit), unit))
    return rows


@seam
def _percent(actual: Fraction, reference: Fraction) -> str:
    """The gap by what it is a gap to; nothing where that is zero."""
    return text(_gap(actual, reference) * 100 / reference, 6) if reference else ""


@analysis("gap", en="gap to benchmarks and limits", zh="指标差距分析")
def gap(desk: Desk, query: AskedGap) -> list[GapRow]:
    """A row for each benchmark and limit in force."""
    return [
        GapRow(
            actual=shown(actual, 10),
            against=level,
            reference=shown(reference, 10),
            gap=shown(_gap(actual, reference), 10),
            percent=_percent(actual, reference),
            unit=unit,
        )
        for level, actual, reference, unit in gaps(desk, query)
    ]


# Peers.


class AskedPeers(Span, frozen=True, kw_only=True):
    """Beside whom."""

    enterprise: str
    quantity: Quantity
    among: Literal["sector", "region", "park"]


class PeersRow(msgspec.Struct, frozen=True, kw_only=True):
    """An enterprise beside the average of a group; of the others nothing is told."""

    actual: str
    average: str
    count: int
    place: int
    unit: str


@seam
def _fellow(own: object, other: object, among: str) -> bool:
    """Whether two enterprises are of the same group."""
    return getattr(own, among) == getattr(other, among)


@analysis("peers", en="comparison with peers", zh="同行对标")
def peers(desk: Desk, query: AskedPeers) -> list[PeersRow]:
    """One row; the average is that of all who have data."""
    check_reach(desk, "enterprise", query.enterprise)
    account = book(desk.as_system())
    own = account.enterprises[query.enterprise]
    amounts: dict[str, Fraction] = {}
    worths: dict[str, Fraction] = {}
    for key, other in account.enterprises.items():
        if not _fellow(own, other, query.among):
            continue
        total: Total = account.total("enterprise", key, query.from_, query.to)
        worth = account.worth("enterprise", key, query.from_, query.to)[0]
        if total.state != "missing" and (worth or not query.quantity.endswith("intensity")):
            amounts[key], worths[key] = amount_of(total, query.quantity), worth
    if query.enterprise not in amounts:
        return []
    per = query.quantity.endswith("intensity")
    values = {key: amount / worths[key] if per else amount for key, amount in amounts.items()}
    actual = values[query.enterprise]
    return [
        PeersRow(
            actual=shown(actual, 10),
            average=shown(_average(amounts, worths, per), 10),
            count=len(values),
            place=1 + sum(each < actual for each in values.values()),
            unit=unit_of(account, query.quantity, "enterprise", query.enterprise, "", query.from_, query.to),
        )
    ]


@seam
def _average(amounts: dict[str, Fraction], worths: dict[str, Fraction], per: bool) -> Fraction:
    """The whole by the whole output value, or by how many there are."""
    whole = sum(amounts.values(), Fraction(0))
    return whole / (sum(worths.values(), Fraction(0)) if per else len(amounts))


# Results that are sent.


class Sent(Span, frozen=True, kw_only=True):
    """To whom, of which indicator."""

    id: str = ""
    enterprise: str
    indicator: str
    product: str = ""


@action("benchmark_notice", en="send a result of benchmarking", zh="推送对标结果", roles=_KEEPERS)
def send(desk: Desk, body: Sent) -> list[dict[str, str]]:
    """One notice for the benchmark that is furthest away; the first row holds its key."""
    found = gaps(desk, AskedGap(from_=body.from_, to=body.to, enterprise=body.enterprise,
                                indicator=body.indicator, product=body.product))  # fmt: skip
    told: dict[str, str] = {}
    if found:
        level, actual, reference, unit = max(found, key=lambda each: each[1] - each[2])
        above = actual > reference
        told = {
            "actual": shown(actual, 10),
            "level": level,
            "reference": shown(reference, 10),
            "gap": shown(_gap(actual, reference), 10),
            "unit": unit,
            "suggestion": _advice(above),
        }
    key = desk.create(
        BenchmarkNotice,
        id=body.id,
        enterprise=body.enterprise,
        indicator=body.indicator,
        product=body.product,
        **{"from": body.from_, "to": body.to},
        **told,
    )
    return [{"id": key}]


@seam
def _advice(above: bool) -> str:
    """What to do about a gap."""
    if above:
        return "Examine fuels and main consumers first / 指标高于标杆，应优先核查燃料与主要用能设备"
    return "Keep what is reached / 已达到标杆水平，保持现有措施"
