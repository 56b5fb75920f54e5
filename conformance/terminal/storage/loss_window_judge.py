"""The data-loss window: how long after an event on the wire a power cut still costs the data that the event was about.

Leaves delivery to `delivery` and stored records as such to `retention`. A cut is one that waited for an event
(`bench.facade.bench.PowerControl.cut_after`). What was lost is seen at the local interface after the end of all cuts.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bench.case import Check, Measurement, criterion, measure
from bench.history import History, Observed, Power, Served, Stored
from conformance.common.accuracy import same_number
from conformance.common.circumstances import power_losses
from conformance.common.delivery import setup_of
from conformance.common.queries import answers
from conformance.common.times import MINUTE, SECOND, instant_of, instant_of_iso, local
from conformance.common.truth import VOLATILE_US

ACKNOWLEDGED_KEPT = criterion(
    "acknowledged-kept",
    en="records acknowledged by a centre stay in the store, whenever power fails afterwards",
    zh="中心已应答的记录在其后任何时刻断电均完好保存",
    unit="records",
)
ANSWERS_KEPT = criterion(
    "answers-kept",
    en="readings that a meter answered 5 s or more before power failed stay in the store",
    zh="断电前 5 s 或更早取得的读数均保存完好",
    unit="readings",
    stamped=True,
)


_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Trial:
    """One cut: instant of the event and time from it to the cut (us); what was looked for, and what of it is gone."""

    event_us: int
    offset_us: int
    looked_for: int
    lost: tuple[str, ...]


def cuts(history: History, event: str) -> list[tuple[int, int, str]]:
    """Every cut that waited for this kind of event: instant of the event, offset (us), place."""
    return [
        (int(power.detail["event_us"]), power.t - int(power.detail["event_us"]), power.detail["at"])
        for power in history.of(Power)
        if power.state == "cut" and power.detail.get("event") == event
    ]


def after_answers(history: History) -> list[Trial]:
    """A trial for each cut after a meter's answer: are the values of that answer among the stored readings?"""
    replies = {(served.t, served.meter): served for served in history.of(Served)}
    kept = _readings(history)
    period_us = {meter.name: round(meter.period_s * SECOND) for meter in history.began.meters}
    trials: list[Trial] = []
    for event_us, offset_us, meter in cuts(history, "answer"):
        served = replies.get((event_us, meter))
        asked = {point: text for point, text in (served.values if served else {}).items() if point in kept}
        lost = tuple(
            f"{point}={text} answered {local(event_us)}, cut {offset_us / 1000:g} ms later"
            for point, text in asked.items()
            if not any(
                event_us - period_us[meter] < at <= event_us + SECOND and _same(text, value)
                for at, value in kept[point]
            )
        )
        trials.append(Trial(event_us, offset_us, len(asked), lost))
    return trials


def _readings(history: History) -> dict[str, list[tuple[int, str]]]:
    """Stored readings with a value by point, as the local interface gave them: instant (us), value."""
    return _rows(answers(history, "readings"))


def _rows(questions: Iterable[Observed]) -> dict[str, list[tuple[int, str]]]:
    """What such questions were answered, in the order of time where each point was asked for once."""
    found: dict[str, list[tuple[int, str]]] = {}
    for event in questions:
        rows = found.setdefault(event.query.get("point", ""), [])
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            if at is not None and row.get("value"):
                rows.append((at, row["value"]))
    return found


def _same(text: str, value: str) -> bool:
    try:
        return Decimal(text) == Decimal(value)
    except ArithmeticError:
        return text == value


def after_acknowledgements(history: History) -> list[Trial]:
    """A trial for each cut after an acknowledgement: are the acknowledged minute records still stored as sent?"""
    kept = _records(history)
    trials: list[Trial] = []
    for event_us, offset_us, centre in cuts(history, "acknowledgement"):
        setup = setup_of(history, centre)
        points = {code: point for point, code in setup.codes.items()}
        sent = [
            event
            for event in history.of(Stored)
            if event.centre == centre
            and event.kind == "minute"
            and event_us - 2 * SECOND <= event.t <= event_us
            and points.get(event.code) in {point for point, _ in kept}
        ]
        lost: list[str] = []
        for event in sent:
            start = instant_of(event.stamp)
            if start is None:
                continue
            end = start + setup.minute_interval * MINUTE
            row = kept.get((points[event.code], end))
            value = event.fields.get("Cou", event.fields.get("Avg", ""))
            if row is None or not _same(value, row):
                lost.append(
                    f"{points[event.code]} minute ending {local(end)}: {value} acknowledged {local(event_us)}, "
                    f"cut {offset_us / 1000:g} ms later, stored {row or 'nothing'}"
                )
        trials.append(Trial(event_us, offset_us, len(sent), tuple(lost)))
    return trials


def _records(history: History) -> dict[tuple[str, int], str]:
    """Stored minute records with a value, by point and end, as the local interface last gave them."""
    found: dict[tuple[str, int], str] = {}
    for event in answers(history, "records"):
        if event.query.get("kind") != "minute":
            continue
        for row in event.rows:
            end = instant_of_iso(row.get("end", ""))
            if end is not None:
                found[event.query.get("point", ""), end] = row.get("value", "")
    return found


def bound(samples: int) -> Decimal | None:
    """Without a loss in so many trials: the share of losses is below this with 95 % confidence (Clopper-Pearson), %."""
    if not samples:
        return None
    return Decimal(repr(round(100 * (1 - math.pow(1 - _CONFIDENCE, 1 / samples)), 2)))


def window(trials: Sequence[Trial], name: str, en: str, zh: str) -> Iterator[Measurement]:
    """The largest offset with a loss, the smallest above it without any, and how sure that is."""
    seen = [trial for trial in trials if trial.looked_for]
    losses = [trial.offset_us for trial in seen if trial.lost]
    longest = max(losses, default=None)
    beyond = sorted(trial.offset_us for trial in seen if longest is None or trial.offset_us > longest)
    yield measure(
        f"{name}-trials-with-loss",
        len(losses),
        en=f"cuts {en} that lost something",
        zh=f"丢失数据的断电次数（{zh}）",
        unit="cuts",
        samples=len(seen),
    )
    yield measure(
        f"{name}-window",
        Decimal(longest or 0) / 1000,
        en=f"data-loss window {en}: longest time to the cut with a loss",
        zh=f"数据丢失窗口（{zh}）：有丢失时至断电的最长时间",
        unit="ms",
        samples=len(seen),
    )
    if beyond:
        yield measure(
            f"{name}-safe-from",
            Decimal(beyond[0]) / 1000,
            en=f"no loss in any trial from here on {en}",
            zh=f"自此以后各次试验均无丢失（{zh}）",
            unit="ms",
            samples=len(beyond),
        )
        yield measure(
            f"{name}-share-bound",
            bound(len(beyond)) or 0,
            en="share of cuts beyond the window that could still lose data (Clopper-Pearson, one-sided, 95 %)",
            zh="窗口以外断电仍可能丢失数据的比例上限（Clopper-Pearson 单侧，95 % 置信）",
            unit="%",
            samples=len(beyond),
        )


def answers_kept_finding(history: History, *, needed: int) -> Check:
    """Of every reading that power could no longer take (R-29) a value is in the store at the end, as it was answered.

    One of several answers within half a polling period may stand for all of them. Open with fewer cuts than `needed`.
    """
    asked = {event.query["point"]: event for event in answers(history, "readings")}
    kept = _rows(asked.values())
    period_us = {meter.name: round(meter.period_s * SECOND) for meter in history.began.meters}
    dark = power_losses(history)
    told: dict[str, list[tuple[int, str]]] = {}
    for served in history.of(Served):
        for point, text in served.values.items():
            told.setdefault(point, []).append((served.t, text))
    points = {point.id: point for point in history.began.points}
    lost: list[str] = []
    seen = 0
    for point, event in asked.items():
        replies, rows = told.get(point, []), sorted(kept[point])
        first, last = instant_of_iso(event.query["from"]) or 0, event.asked - MINUTE
        period = period_us[points[point].meter]
        for at, text in replies:
            if not first <= at <= last or any(cut - VOLATILE_US < at < restored for cut, restored in dark):
                continue
            seen += 1
            near = [value for _, value in _between(rows, at - period + 1, at + SECOND)]
            alike = [reply for _, reply in _between(replies, at - period // 2, at + period // 2)]
            if not any(same_number(points[point], reply, value) for reply in alike for value in near):
                lost.append(f"{point}={text} answered {local(at)}: stored {', '.join(near) or 'nothing'}")
    return ANSWERS_KEPT.none(lost, seen and len(dark) >= needed)


def _between(values: Sequence[tuple[int, str]], low: int, high: int) -> Sequence[tuple[int, str]]:
    """Those of some values in the order of time whose instants lie from `low` to `high`."""
    return values[bisect_left(values, (low, "")) : bisect_left(values, (high + 1, ""))]


def acknowledged_finding(trials: Sequence[Trial], *, needed: int) -> Check:
    """Nothing that a centre has acknowledged is gone or altered, whenever the power failed after it (R-29)."""
    seen = [trial for trial in trials if trial.looked_for]
    lost = [line for trial in seen for line in trial.lost]
    return ACKNOWLEDGED_KEPT.none_among(lost or len(seen) >= needed, lost)
