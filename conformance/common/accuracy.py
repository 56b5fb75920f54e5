"""Accuracy: the same value, the same digits, the same reading (R-17).

Leaves interval arithmetic to `delivery`. The reference is the reply frame a value was taken from. Stored readings are
seen through the local interface, copies at a centre as real-time data (2011).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from weakref import WeakKeyDictionary

from bench.case import Check, Measurement, criterion, measure
from bench.history import History, Point, Served, Stored
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.delivery import setup_of
from conformance.common.queries import questions
from conformance.common.readings import bits_of
from conformance.common.times import SECOND, instant_of, instant_of_iso, local
from conformance.common.truth import Series, Truth, number, truth_of

EDGE_VALUES = criterion(
    "edge-values-{0}",
    en="edge values are taken over digit for digit ({0})",
    zh="边界值逐位一致（{1}）",
    unit="values",
    stamped=True,
    reading_b_of="R-17",
)
EDGE_NUMBERS = criterion(
    "edge-numbers-{0}",
    en="edge values are taken over with their number ({0})",
    zh="边界值数值一致（{1}）",
    unit="values",
    stamped=True,
)
SAME_STATUS = criterion(
    "same-status-{0}",
    en="the status says what the connected system said ({0})",
    zh="状态一致（{1}）",
    unit="records",
    stamped=True,
)
KNOWN_ORIGIN = criterion(
    "known-origin-{0}",
    en="every value comes from a reply that was sent ({0})",
    zh="每个值均有来源应答（{1}）",
    unit="records",
    stamped=True,
)
SAME_INSTANT = criterion(
    "same-instant-{0}",
    en="every value carries the time of its own reply ({0})",
    zh="时刻一致（{1}）",
    unit="records",
    stamped=True,
)
SAME_VALUE = criterion(
    "same-value-{0}", en="every value equals the reply ({0})", zh="数值一致（{1}）", unit="records", stamped=True
)
SAME_DIGITS = criterion(
    "same-digits-{0}",
    en="every digit is kept ({0})",
    zh="有效位数一致（{1}）",
    unit="records",
    stamped=True,
    reading_b_of="R-17",
)
SAME_READING = criterion(
    "same-reading-{0}",
    en="every value equals the meter's reading ({0})",
    zh="与实际读数一致（{1}）",
    unit="records",
    stamped=True,
)


# how many records are compared.
RECORDS = 10_000
EDGES = ("0.10", "123456.78", "99999999.9", "4294967295")
# How far a stamp of whole seconds may stand before the reply it was taken from.
_STAMP_SLACK_US = 1 * SECOND
_SHOWN = 10
_without_values: WeakKeyDictionary[History, dict[str, list[int]]] = WeakKeyDictionary()
"""When each meter of a history answered without a whole value."""


@dataclass(slots=True)
class Comparison:
    """What came of comparing copies with replies: how many, and those that differ by kind of difference.

    `in_parts` are copies of which the bench cannot say what they were taken from: the meter was asked for a value's
    registers in several questions, so that no reply holds it. They are not compared, and leave open what is asked.
    """

    history: History
    compared: int = 0
    unknown: list[str] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)
    digits: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    absent: str = ""
    """Why there was nothing to compare, where the bench knows."""
    in_parts: list[str] = field(default_factory=list)
    values: dict[str, set[str]] = field(default_factory=dict)

    def decided(self, bad: Collection[str], needed: int) -> bool | None:
        """Whether the copies are as they should be, `bad` being those that are not; None while that is open."""
        return False if bad else True if self.compared >= needed and not self.in_parts else None

    def remark(self, bad: Collection[str], needed: int) -> str:
        """Why nothing is decided, in words; empty where it is."""
        if bad or (self.compared >= needed and not self.in_parts):
            return ""
        if self.in_parts:
            words = f"{len(self.in_parts)} values were read in parts, so that no reply holds one"
            return f"{words} / {len(self.in_parts)} 个数值分多次读取，没有一帧应答包含完整数值"
        return _few(self, needed)


def essence(point: Point, text: str) -> Decimal | bytes | None:
    """What texts of a point have in common when they are the same number; None for a text that is the same as none."""
    if point.type in ("f32", "f64") and point.decimals < 0 and point.ratio == "1":
        return bits_of(text, point.type)
    return number(text)


def same_number(point: Point, reply: str, copy: str) -> bool:
    """Equal numbers; for binary floating-point registers equal bits (R-17 c)."""
    found = essence(point, reply)
    return found is not None and found == essence(point, copy)


def same_digits(point: Point, reply: str, copy: str) -> bool:
    """Equal decimal text, trailing zeros included (R-17 b).

    A binary register has no fixed decimals, and behind transformers the meter's digits are not those of the quantity:
    equal value.
    """
    if point.decimals < 0 or point.ratio != "1":
        return same_number(point, reply, copy)
    return copy.lstrip("+") == reply


def _match(comparison: Comparison, truth: Truth, series: Series, at: int, text: str, where: str) -> None:
    """Find the reply that a copy stamped `at` was taken from and compare."""
    comparison.compared += 1
    point = series.point
    true = next((low for low, _high in truth.clock.passes(at - _STAMP_SLACK_US, SECOND)), at - _STAMP_SLACK_US)
    until = true + _STAMP_SLACK_US + max(series.period_us, 2 * SECOND)
    span = series.between(true, until)
    outside = [reply for when, reply in series.invalid if true <= when < true + 2 * SECOND + series.period_us // 2]
    if any(same_number(point, reply, text) for reply in outside):
        return
    if not span and _in_parts(comparison.history, point.meter, true, until):
        comparison.compared -= 1
        comparison.in_parts.append(f"{where}: {text}, read in parts")
        return
    if not span:
        comparison.unknown.append(f"{where}: {text}, but no reply was sent at that time")
        return
    near = [series.texts[index] for index in span]
    replies = [reply for reply in near if same_number(point, reply, text)]
    if not replies:
        elsewhere = next(
            (index for index in _around(series, span) if same_number(point, series.texts[index], text)), None
        )
        if elsewhere is None:
            comparison.unequal.append(
                f"{where}: {text}, the meter replied {near[0]} at {local(series.times[span.start])}"
            )
        else:
            line = f"{where}: {text} is the reply of {local(series.times[elsewhere])}, not of {local(at)}"
            comparison.misplaced.append(line)
        return
    comparison.values.setdefault(point.id, set()).add(replies[0])
    if not any(same_digits(point, reply, text) for reply in replies):
        comparison.digits.append(f"{where}: {text}, the meter replied {replies[0]}")


def _in_parts(history: History, meter: str, start_us: int, end_us: int) -> bool:
    """Whether a meter gave answers in [start, end) that hold no whole value."""
    known = _without_values.get(history)
    if known is None:
        known = _without_values[history] = _answers_without_values(history)
    times = known.get(meter, ())
    at = bisect_left(times, start_us)
    return at < len(times) and times[at] < end_us


def _answers_without_values(history: History) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for event in history.of(Served):
        if not event.values and not event.fault:
            found.setdefault(event.meter, []).append(event.t)
    return found


def _invalid(series: Series, at: int) -> bool:
    """Whether the reading of that instant was outside the limits, so that it may be kept as bad."""
    return any(at - SECOND <= when < at + max(series.period_us // 2, 2 * SECOND) for when, _ in series.invalid)


def _around(series: Series, span: range) -> range:
    return range(max(span.start - 5, 0), min(span.stop + 5, len(series.times)))


def local_readings(history: History, points: Collection[str] | None = None) -> Comparison:
    """Readings the terminal stored, as its local interface showed them, against the replies.

    Those of some `points` alone, of all if none are named.
    """
    truth = truth_of(history)
    comparison = Comparison(history)
    seen: set[tuple[str, str]] = set()
    for event in questions(history, "readings"):
        point = event.query.get("point", "")
        if points is not None and point not in points:
            continue
        if event.problem:
            comparison.problems.append(event.problem)
            continue
        series = truth.series.get(point)
        if series is None:
            continue
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            if at is None or (point, row["at"]) in seen:
                continue
            seen.add((point, row["at"]))
            text, quality = row.get("value", ""), row.get("quality", "good")
            where = f"{local(at)} {point} (local)"
            if text:
                _match(comparison, truth, series, at, text, where)
            if (not text and quality != "bad") or (text and quality == "bad" and not _invalid(series, at)):
                comparison.status.append(f"{where}: value {text or 'none'} with quality {quality}")
    return comparison


def at_centre(history: History, centre: str) -> Comparison:
    """Real-time data a centre stored against the replies; the stamp is the sampling instant (R-09).

    A point read at another instant than the packet's carries its own (SampleTime of HJ 212).
    """
    truth = truth_of(history)
    codes = {code: point for point, code in setup_of(history, centre).codes.items()}
    comparison = Comparison(history)
    for event in history.of(Stored):
        if event.centre != centre or event.kind != "realtime" or event.copies > 1:
            continue
        at = instant_of(event.fields.get("SampleTime") or event.stamp)
        series = truth.series.get(codes.get(event.code, ""))
        text = event.fields.get("Rtd", "")
        where = f"{local(event.t)} {centre} {event.code} DataTime={event.stamp} QN={event.qn}"
        if series is None or at is None:
            comparison.unknown.append(f"{where}: {text}, a code or stamp nobody knows")
            continue
        if text:
            _match(comparison, truth, series, at, text, where)
        if bool(text) != (event.flag == "N"):
            comparison.status.append(f"{where}: value {text or 'none'} with flag {event.flag or 'none'}")
    if not any(event.centre == centre and event.kind == "realtime" for event in history.of(Stored)):
        comparison.absent = "no real-time data came, in HJ 212 CN=2011 / 未收到实时数据"
    return comparison


def _few(found: Comparison, needed: int) -> str:
    absent = f"; {found.absent}" if found.absent else ""
    return f"only {found.compared} of {needed} records compared / 样本不足{absent}"


def findings(
    history: History, aspect: str, *, centres: tuple[str, ...] = (), needed: int = RECORDS, stored: bool = True
) -> Iterator[Check | Measurement]:
    """The checks of one aspect (`information` a, `digits` b, `reading` c) on the store and on every centre's copy."""
    places: list[tuple[str, str, Comparison]] = []
    if stored:
        places.append(("stored", "本地存储", local_readings(history)))
    for centre in centres:
        places.append((f"centre-{centre.lower()}", f"中心 {centre}", at_centre(history, centre)))
    for name, zh, found in places:
        enough = found.compared >= needed
        yield measure(
            f"compared-{name}", found.compared, en=f"values compared ({name})", zh=f"比对数量（{zh}）", unit="records"
        )
        aspects = {
            "information": (
                (SAME_STATUS, found.status),
                (KNOWN_ORIGIN, found.unknown),
                (SAME_INSTANT, found.misplaced),
                (SAME_VALUE, found.unequal),
            ),
            "digits": ((SAME_DIGITS, found.digits + found.unequal),),
            "reading": ((SAME_READING, found.unequal + found.unknown + found.misplaced),),
        }
        for asked, bad in aspects[aspect]:
            yield asked.of(name, zh).decide(
                found.decided(bad, needed),
                measured=len(bad),
                limit=0,
                evidence=[*bad, *found.in_parts[:_SHOWN], *found.problems],
                actual=found.remark(bad, needed),
                has_b=enough,
                reading_b=not found.unequal,
            )


def part_finding(history: History, name: str, zh: str, points: Collection[str], needed: int) -> Check:
    """Whether the stored readings of some points equal the meters', so that a fault of others is not theirs."""
    found = local_readings(history, points)
    bad = found.unequal + found.unknown + found.misplaced
    return SAME_READING.of(name, zh).decide(
        found.decided(bad, needed),
        measured=len(bad),
        limit=0,
        evidence=[*bad, *found.in_parts[:_SHOWN], *found.problems],
        actual=found.remark(bad, needed),
    )


class Edge(Words, frozen=True, kw_only=True):
    """What is shown, and which points show it, apart by blanks."""

    text: str
    points: str


EDGE = Mark("edge", Edge)
"""Meters show an edge value from now on."""


def edges_shown(history: History) -> dict[str, tuple[str, ...]]:
    """The edge values that meters were made to show, by point, in order."""
    wanted: dict[str, tuple[str, ...]] = {}
    for mark in EDGE.of(history):
        for point in mark.detail.points.split():
            wanted[point] = (*wanted.get(point, ()), mark.detail.text)
    return wanted


def edge_findings(
    history: History, wanted: dict[str, tuple[str, ...]], centres: tuple[str, ...], *, edges: tuple[str, ...] = ()
) -> Iterator[Check]:
    """Every edge value was taken over, number and digits, in the store and at each centre.

    One of the `edges` that stands in no register, or that no meter replied, leaves the question open unless another was
    altered. Under reading B the numbers are enough.
    """
    places = [("stored", "本地存储", local_readings(history))]
    places += [(f"centre-{centre.lower()}", f"中心 {centre}", at_centre(history, centre)) for centre in centres]
    truth = truth_of(history)
    for name, zh, found in places:
        shown: list[str] = []
        held = {text for texts in wanted.values() for text in texts}
        absent = [f"no register could hold {text}" for text in edges if text not in held]
        for point, texts in sorted(wanted.items()):
            served = truth.series[point].texts if point in truth.series else []
            for text in texts:
                if text not in served:
                    absent.append(f"{point}: the meter never replied {text}")
                elif text not in found.values.get(point, ()):
                    shown.append(f"{point}: {text} never seen ({name})")
        other = [*shown, *found.unequal, *found.misplaced, *found.unknown]
        for question, bad in ((EDGE_NUMBERS, other), (EDGE_VALUES, [*other, *found.digits])):
            yield question.of(name, zh).decide(
                None if not found.compared else False if bad else None if absent else True,
                measured=len(bad),
                limit=0,
                evidence=[*absent, *bad, *found.problems],
                has_b=not absent and found.compared > 0,
                reading_b=not other,
            )
