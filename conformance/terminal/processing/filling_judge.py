"""Filling: estimates for what was not read, by their method to the last digit, apart from what was measured (R-18).

Leaves the gap itself to `gaps`. Both methods are computed here from the replies on either side; the one a row names
must match. Stamps are those of the polling grid, which is what an estimate stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from bench.case import Check, Notice, criterion
from bench.history import History
from conformance.common import notices
from conformance.common.gaps import Silence, silences
from conformance.common.queries import answers, questions
from conformance.common.times import MINUTE, SECOND, floor, instant_of_iso, local
from conformance.common.truth import Increment, Series, Truth, increment, number, rounded, truth_of

GAP_FILLED = criterion(
    "gap-filled",
    en="every missed reading has an estimate that says so, with its method",
    zh="每个缺失读数均有注明方法的估计值",
    unit="values",
)
ESTIMATE_EXACT = criterion(
    "estimate-exact",
    en="every estimate is what its method gives, exactly",
    zh="估计值按所注方法计算，逐位正确",
    unit="values",
)
ONLY_GAPS_FILLED = criterion(
    "only-gaps-filled",
    en="nothing is estimated where readings were taken or a base is missing",
    zh="有读数处和无插补依据处不产生估计值",
    unit="values",
)
NO_BASE_NO_ESTIMATE = criterion(
    "no-base-no-estimate",
    en="nothing is estimated before the first reading of a point or after its last",
    zh="监测点首个读数之前、末个读数之后不产生估计值",
    unit="values",
)
FILLING_LOGGED = criterion(
    "filling-logged",
    en="every filling is in the log",
    zh="每次插补记入日志",
    unit="values",
    notices=(Notice.GAP_FILLED,),
)


LINEAR, NEAREST = "linear", "nearest"
FILLED = Notice.GAP_FILLED
_LOGGED_US = 5 * MINUTE
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Base:
    """What a missing stretch may be filled from: slots (us) and readings on either side, and the rise between them."""

    before: int
    after: int
    first: Decimal
    rise: Decimal
    last: Decimal


def base_of(series: Series, silence: Silence) -> Base | None:
    """The base of a stretch; None where a counter was reset in it."""
    low = series.between(silence.before, silence.before + 1)
    high = series.between(silence.end, silence.end + 1)
    if not low or not high:
        return None
    opening, closing = series.texts[low.start], series.texts[high.start]
    first, last = number(opening), number(closing)
    if first is None or last is None:
        return None
    step = Increment(last - first)
    if series.point.kind == "counter":
        step = increment(series.point, opening, closing, silence.end - silence.before)
    if step.value is None:
        return None
    period = series.period_us
    return Base(floor(silence.before, period), floor(silence.end, period), first, step.value, last)


def estimate(series: Series, base: Base, slot: int, method: str) -> Decimal:
    """What a method gives for a slot, rounded half up at the resolution of the point."""
    point = series.point
    if method == NEAREST:
        return base.first if slot - base.before <= base.after - slot else base.last
    part = _EXACT.divide(_EXACT.multiply(base.rise, Decimal(slot - base.before)), Decimal(base.after - base.before))
    value = rounded(_EXACT.add(base.first, part), point.decimals)
    modulus = number(point.modulus) if point.kind == "counter" and point.modulus else None
    return value - modulus if modulus is not None and value >= modulus else value


def _estimates(history: History) -> tuple[dict[tuple[str, int], dict[str, str]], list[str], bool]:
    rows: dict[tuple[str, int], dict[str, str]] = {}
    problems: list[str] = []
    asked = False
    for event in questions(history, "estimates"):
        asked = asked or not event.problem
        if event.problem:
            problems.append(event.problem)
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            if at is not None:
                rows[event.query["point"], at] = row
    return rows, problems, asked


def findings(history: History) -> Iterator[Check]:
    """Every missed slot with a base is estimated by a named method, exactly; nothing else is, and it is told."""
    truth = truth_of(history)
    rows, problems, asked = _estimates(history)
    absent: list[str] = []
    wrong: list[str] = []
    untold: list[str] = []
    allowed: set[tuple[str, int]] = set()
    due = 0
    for silence in silences(history):
        series = truth.series[silence.point]
        base = base_of(series, silence)
        if base is None:
            continue
        for slot in range(base.before + series.period_us, base.after, series.period_us):
            due += 1
            allowed.add((silence.point, slot))
            row = rows.get((silence.point, slot))
            where = f"{silence.point} at {local(slot)}"
            if row is None:
                absent.append(f"{where}: no estimate")
                continue
            method, shown = row.get("method", ""), number(row.get("value", ""))
            if method not in (LINEAR, NEAREST) or "estimat" not in row.get("quality", ""):
                absent.append(f"{where}: method {method or 'none'}, quality {row.get('quality') or 'none'}")
            elif shown != estimate(series, base, slot, method):
                right = estimate(series, base, slot, method)
                wrong.append(f"{where}: {row.get('value')}, {method} is {right}")
        if not _told(history, silence):
            untold.append(f"{silence.point}: nothing in the log after {local(silence.end)}")
    beside = [
        f"{point} at {local(at)}: {row.get('value')}"
        for (point, at), row in sorted(rows.items())
        if (point, at) not in allowed
    ]
    logged = bool(answers(history, "log"))
    known = due > 0 and asked
    texts = (
        (GAP_FILLED, absent, known),
        (ESTIMATE_EXACT, wrong, known and len(absent) < due),
        (ONLY_GAPS_FILLED, beside, known),
        (FILLING_LOGGED, untold, known and logged),
    )
    for question, bad, ready in texts:
        if question is FILLING_LOGGED and ready and not notices.mapped(history, FILLED):
            rows_of_log = (row for event in questions(history, "log") for row in event.rows)
            yield notices.left_to_a_person(question, rows_of_log, FILLED)
            continue
        yield question.none_among(ready, bad, evidence=[*bad, *problems])
    yield _based_finding(truth, rows, asked)


def _based_finding(truth: Truth, rows: dict[tuple[str, int], dict[str, str]], asked: bool) -> Check:
    """An estimate needs readings on both sides; open unless a point was asked in vain before it ever answered."""
    every = truth.series.values()
    wanting = any(one.missed and (not one.times or one.missed[0] < one.times[0]) for one in every)
    baseless: list[str] = []
    for (point, at), row in sorted(rows.items()):
        series = truth.series.get(point)
        if series is None:
            continue
        if not series.times or not floor(series.times[0], series.period_us) <= at <= series.times[-1]:
            baseless.append(f"{point} at {local(at)}: {row.get('value')}, with readings on one side only")
    return NO_BASE_NO_ESTIMATE.none_among(wanting and asked, baseless)


def _told(history: History, silence: Silence) -> bool:
    for event in questions(history, "log"):
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            text = " ".join(row.values()).lower()
            if at is None or not -SECOND <= at - silence.end <= _LOGGED_US:
                continue
            if silence.point.lower() in text and notices.tells(history, row, FILLED):
                return True
    return False
