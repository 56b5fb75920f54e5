"""Accuracy and correctness over many records (R-44), and the digits of each.

Leaves when they come to `updates`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Check, Measurement, Text, criterion
from bench.history import History
from conformance.common.platforms import answers as platform
from conformance.common.platforms import truth as truths
from conformance.common.platforms.truth import Key, Shown, Truth

LEAST = 10_000
"""Records that both figures need (R-44)."""
_COUNTED = Text("a count of records", "记录计数")
ACCURACY = criterion(
    "accuracy",
    en="Share of records whose value is right within one step of the instrument (R-44)",
    zh="数值在仪表一个分辨步长内正确的记录占比（R-44）",
    unit="%",
    exact=_COUNTED,
    reading_b_of="R-44",
)
CORRECTNESS = criterion(
    "correctness",
    en="Share of records under the right point, unit, stamp and quality (R-44)",
    zh="点位、单位、时标、质量标识均正确的记录占比（R-44）",
    unit="%",
    exact=_COUNTED,
)
DIGITS_KEPT = criterion(
    "digits-kept",
    en="Values have the decimals that they were sent with, trailing zeros too",
    zh="数值保留上传时的全部小数位，含末尾零",
    unit="records",
)


def _totals(truth: Truth, told: Shown) -> Decimal:
    """The worst over points of 1 less the relative error of the period total, percent (R-44, reading B)."""
    ends: dict[str, list[Key]] = {}
    for key, fact in truth.facts.items():
        if truth.points[key.point].kind == "counter" and fact.sent and told.covers(key):
            ends.setdefault(key.point, []).append(key)
    worst = Decimal(100)
    for keys in ends.values():
        first, last = min(keys, key=lambda each: each.start), max(keys, key=lambda each: each.start)
        shown = [platform.number(rows[0].value) for rows in (told.rows.get(first), told.rows.get(last)) if rows]
        total = truth.facts[last].value - truth.facts[first].value
        if len(shown) < 2 or shown[0] is None or shown[1] is None:
            return Decimal(0)
        if total:
            worst = min(worst, 100 - abs(100 * (shown[1] - shown[0] - total) / total))
    return worst


def findings(history: History) -> Iterator[Check | Measurement]:
    """Both shares over all samples that were asked for."""
    truth, told = truths.truth_of(history), truths.shown(history)
    exact = right = known = 0
    amiss: list[str] = []
    for key, fact in truth.facts.items():
        # Values that their own terminal calls invalid are no part of either.
        if not fact.sent or fact.flag != "N" or not told.covers(key):
            continue
        known += 1
        point = truth.points[key.point]
        rows = told.rows.get(key, [])
        row = rows[0] if len(rows) == 1 else None
        value = platform.number(row.value) if row is not None else None
        step = Decimal(1).scaleb(-point.decimals)
        near = value is not None and abs(value - fact.value) <= step
        quality = row is not None and row.quality == "valid"
        exact += near
        right += quality and row is not None and row.unit == point.unit
        if not near or not quality:
            shown = "nothing" if row is None else f"{row.value} {row.unit} {row.quality}"
            amiss.append(f"{truths.named(key)}: {shown}, sent {fact.text} {fact.flag} / 不符")
    for asked, found, least in ((ACCURACY, exact, 99), (CORRECTNESS, right, 98)):
        share = Decimal(100 * found) / known if known else None
        b = _totals(truth, told) >= least if known else None
        yield asked.compare(share, ">=", least, samples=known, needed=LEAST, evidence=amiss, reading_b=b)
    found = truths.compare(truth, told)
    yield DIGITS_KEPT.none_among(found.known - len(found.missing), found.digits)
