"""Production reports, cross-checked with themselves, with each other and with what was entered (CPCIF 8.4b)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from simulators.platform.core import Amount, Desk, Instant, Span, Thing, analysis, kind, ref, seam

LENGTHS = {"hour": 3_600_000_000, "day": 86_400_000_000}
"""Length of a period of a report, microseconds."""


class ProductionReport(Thing, frozen=True, kw_only=True):
    """Stock of a material in a period: what there was, came, was used, and was left, in its unit."""

    enterprise: Annotated[str, ref("enterprise")]
    process: Annotated[str, ref("process")] = ""
    point: Annotated[str, ref("point")] = ""
    carrier: str = ""
    unit: str = ""
    period: Literal["hour", "day"] = "day"
    start: Instant
    opening: Amount
    received: Amount
    consumed: Amount
    closing: Amount


KINDS = (
    kind("production_report", ProductionReport, en="line of a production report", zh="生产报表行", tenant="enterprise"),
)


class ContradictionsQuery(Span, frozen=True, kw_only=True):
    """Whose reports of which time."""

    enterprise: str


@analysis("contradictions", en="contradictions of reports", zh="报表与其他数据的矛盾")
def contradictions(desk: Desk, query: ContradictionsQuery) -> list[dict[str, Any]]:
    """Lines that contradict their own balance, the quantities entered, or the stock of the line before."""
    lines = [
        each
        for each in desk.objects(ProductionReport, enterprise=query.enterprise)
        if query.from_ <= each.start < query.to
    ]
    entries = {
        (each.point, each.start): each.value
        for each in desk.objects("entry", enterprise=query.enterprise)
        if each.value is not None
    }
    rows: list[dict[str, Any]] = []
    for line in lines:
        for field, value, other, against in (
            *_balance(line),
            *_entered(line, entries),
            *_neighbours(line, lines),
        ):
            rows.append({"id": line.id, "field": field, "value": value, "other": other, "against": against})
    return rows


Found = Iterator[tuple[str, Decimal, Decimal, str]]


@seam
def _balance(line: ProductionReport) -> Found:
    """What there was and came, less what was used, is what was left."""
    due = line.opening + line.received - line.consumed
    if line.closing != due:
        yield "closing", line.closing, due, "balance"


@seam
def _entered(line: ProductionReport, entries: dict[tuple[str, int], Decimal]) -> Found:
    """What was used is what was entered for the point, where something was."""
    other = entries.get((line.point, line.start))
    if other is None:
        parts = [
            value
            for (point, start), value in entries.items()
            if point == line.point and line.start <= start < line.start + LENGTHS[line.period]
        ]
        other = sum(parts, Decimal(0)) if parts else None
    if other is not None and other != line.consumed:
        yield "consumed", line.consumed, other, "entry"


@seam
def _neighbours(line: ProductionReport, lines: list[ProductionReport]) -> Found:
    """A period begins with what the one before left."""
    for before in lines:
        meets = before.point == line.point and before.start + LENGTHS[before.period] == line.start
        if meets and before.closing != line.opening:
            yield "opening", line.opening, before.closing, "neighbour"
