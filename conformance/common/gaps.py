"""Gaps: a stretch without data is recorded as one and nothing is put in its place (R-18).

Leaves the arithmetic of filling to `filling`. The stretch is the one the bench made: from the first request a meter
left without a usable answer to the first good reading afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.case import Check, criterion
from bench.history import History, MeterFault, Observed, Stored
from conformance.common.delivery import setup_of
from conformance.common.times import instant_of, instant_of_iso, local
from conformance.common.truth import truth_of

NO_REPEATED_VALUE = criterion(
    "no-repeated-value",
    en="no value is stored for an instant that was not read",
    zh="缺失时段无重复值或虚构值",
    unit="readings",
)
NO_VALUE_SENT_AS_READ = criterion(
    "no-value-sent-as-read",
    en="no value is sent as normal for an instant that was not read",
    zh="缺失时段不以正常标记上传数值",
    unit="values",
)
NO_FALSE_GAP = criterion(
    "no-false-gap",
    en="no gap is recorded where every reading was taken",
    zh="数据完整处无误报缺失",
    unit="gaps",
    stamped=True,
)
GAP_RECORDED = criterion(
    "gap-recorded", en="every missing stretch is recorded as a gap", zh="每段缺失均被记录", unit="gaps"
)
GAP_BOUNDS = criterion(
    "gap-bounds",
    en="its start and end are right within one polling period",
    zh="缺失起止时刻误差不超过一个采集周期",
    unit="gaps",
)


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch in which a point could not be read: from the first failed request to the next good reading."""

    point: str
    start: int
    end: int
    before: int
    period: int


def silences(history: History) -> list[Silence]:
    """The stretches the bench made, per point of the meters that had a fault and gave no reading meanwhile."""
    truth = truth_of(history)
    on: dict[tuple[str, str], int] = {}
    stretches: list[tuple[str, int, int]] = []
    for event in history.of(MeterFault):
        if event.state == "on":
            on[event.meter, event.fault] = event.t
        elif event.state == "off" and (event.meter, event.fault) in on:
            stretches.append((event.meter, on.pop((event.meter, event.fault)), event.t))
    found: list[Silence] = []
    for meter, low, high in stretches:
        own = [truth.series[point.id] for point in history.began.points if point.meter == meter]
        first = min((at for series in own for at in series.missed if low <= at < high), default=None)
        for series in own:
            after = [at for at in series.times if at >= high]
            before = [at for at in series.times if at < low]
            if first is None or not after or not before or series.between(low, high):
                continue
            start = next((at for at in series.missed if low <= at < high), first)
            found.append(Silence(series.point.id, start, after[0], before[-1], series.period_us))
    return found


def _rows(history: History, what: str) -> tuple[list[dict[str, str]], list[str]]:
    rows: list[dict[str, str]] = []
    problems: list[str] = []
    for event in history.of(Observed):
        if event.what == what:
            if event.problem:
                problems.append(event.problem)
            rows += [{**event.query, **row} for row in event.rows]
    return rows, problems


def findings(history: History, centres: tuple[str, ...]) -> Iterator[Check]:
    """A gap with start and end (plus or minus one polling period), no reading and no centre's value inside it."""
    quiet = silences(history)
    rows, problems = _rows(history, "gaps")
    asked = bool(history.of(Observed)) and not problems
    absent: list[str] = []
    wrong_ends: list[str] = []
    for stretch in quiet:
        own: list[tuple[int, int]] = []
        for row in rows:
            start = instant_of_iso(row.get("start", ""))
            end = instant_of_iso(row.get("end", ""))
            if row.get("point") == stretch.point and start is not None and end is not None:
                own.append((start, end))
        meeting = [(start, end) for start, end in own if start < stretch.end and end > stretch.before]
        shown = f"{stretch.point}: no reading from {local(stretch.start)} to {local(stretch.end)}"
        if not meeting:
            absent.append(f"{shown}, no gap recorded")
            continue
        start, end = min(low for low, _ in meeting), max(high for _, high in meeting)
        near = stretch.period
        if not stretch.before - near <= start <= stretch.start + near or abs(end - stretch.end) > near:
            wrong_ends.append(f"{shown}, recorded as {local(start)} to {local(end)}")
    known = bool(quiet) and asked
    yield GAP_RECORDED.decide(
        None if not known else not absent,
        measured=len(quiet) - len(absent),
        limit=len(quiet),
        evidence=[*absent, *problems],
    )
    yield GAP_BOUNDS.decide(
        None if not known or len(absent) == len(quiet) else not wrong_ends,
        measured=len(wrong_ends),
        limit=0,
        evidence=wrong_ends,
    )
    yield _no_reading_inside(history, quiet)
    yield _no_realtime_inside(history, quiet, centres)
    yield _no_false_gap(history, rows, asked and bool(quiet))


def _inside(quiet: list[Silence], point: str, at: int) -> Silence | None:
    return next((one for one in quiet if one.point == point and one.start <= at < one.end - one.period // 4), None)


def _no_reading_inside(history: History, quiet: list[Silence]) -> Check:
    rows, problems = _rows(history, "readings")
    made: list[str] = []
    looked = False
    for row in rows:
        at = instant_of_iso(row.get("at", ""))
        looked = looked or at is not None
        if at is None or row.get("quality") == "bad" or not row.get("value"):
            continue
        if _inside(quiet, row.get("point", ""), at):
            made.append(f"{row.get('point')}: {row.get('value')} at {local(at)}, while nothing was read")
    return NO_REPEATED_VALUE.none(made, looked and quiet, evidence=[*made, *problems])


def _no_realtime_inside(history: History, quiet: list[Silence], centres: tuple[str, ...]) -> Check:
    sent: list[str] = []
    looked = False
    for centre in centres:
        codes = {code: point for point, code in setup_of(history, centre).codes.items()}
        for event in history.of(Stored):
            if event.centre != centre or event.kind != "realtime":
                continue
            looked = True
            at = instant_of(event.fields.get("SampleTime") or event.stamp)
            point = codes.get(event.code, "")
            if at is not None and event.fields.get("Rtd") and event.flag == "N" and _inside(quiet, point, at):
                sent.append(f"{local(event.t)} {centre} {event.code} DataTime={event.stamp} Rtd={event.fields['Rtd']}")
    return NO_VALUE_SENT_AS_READ.none(sent, looked and quiet)


def _no_false_gap(history: History, rows: list[dict[str, str]], known: bool) -> Check:
    """A gap over a stretch in which every poll of the point was answered is itself a false statement."""
    truth = truth_of(history)
    false: list[str] = []
    for row in rows:
        start, end = instant_of_iso(row.get("start", "")), instant_of_iso(row.get("end", ""))
        series = truth.series.get(row.get("point", ""))
        if start is None or end is None or series is None or not series.times:
            continue
        near = series.period_us
        if start < series.times[0] + near or series.failed(start - near, end + near):
            continue
        held = len(series.between(start, end))
        if held >= (end - start) // near and end - start >= near:
            false.append(f"{series.point.id}: gap {local(start)} to {local(end)}, but {held} readings were taken")
    return NO_FALSE_GAP.decide(None if not known else not false, measured=len(false), limit=0, evidence=false)
