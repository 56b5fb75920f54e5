"""Ranges: readings outside the instrument's limits are invalid and never uploaded as valid (R-20).

Leaves the second check of manual entries to `entries_judge`. The limits themselves are valid.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Check, criterion
from bench.history import History, Observed, Stored
from conformance.common.delivery import VALUE_FIELDS, setup_of
from conformance.common.queries import answers, questions
from conformance.common.times import SECOND, instant_of, instant_of_iso, local
from conformance.common.truth import number, truth_of

OUT_OF_RANGE_MARKED = criterion(
    "out-of-range-marked",
    en="a reading outside the limits is stored as invalid",
    zh="超限读数标记为无效",
    unit="readings",
    stamped=True,
)
OUT_OF_RANGE_NOT_SENT_AS_VALID = criterion(
    "out-of-range-not-sent-as-valid",
    en="no reading outside the limits is sent as normal",
    zh="超限读数不以正常标记上传",
    unit="values",
)
LIMIT_ITSELF_VALID = criterion(
    "limit-itself-valid", en="a reading equal to a limit is valid", zh="等于限值的读数有效", unit="readings"
)
INVALID_READING_LOGGED = criterion(
    "invalid-reading-logged",
    en="every reading outside the limits is in the log with its value",
    zh="每个超限读数连同数值记入日志",
    unit="readings",
)


def _outside(history: History, point: str, at: int) -> int | None:
    """When the out-of-range reading was served that a stamp belongs to, None if there was none."""
    series = truth_of(history).series.get(point)
    if series is None:
        return None
    near = max(series.period_us // 2, 2 * SECOND)
    return next((when for when, _ in series.invalid if at - SECOND <= when < at + near), None)


def _sides(history: History) -> set[str]:
    """On which sides of the limits readings were served."""
    found: set[str] = set()
    for series in truth_of(history).series.values():
        low, high = number(series.point.low), number(series.point.high)
        for _, text in series.invalid:
            value = number(text)
            if value is not None and low is not None and value < low:
                found.add("below")
            if value is not None and high is not None and value > high:
                found.add("above")
    return found


def findings(history: History, centres: Sequence[str], *, sides: Sequence[str] = ("above",)) -> Iterator[Check]:
    """Readings out of range are kept but marked, never sent as normal, and never enter minimum, maximum or mean.

    Unless readings were served on all `sides` (below, above) of the limits the question is open.
    """
    truth = truth_of(history)
    happened = set(sides) <= _sides(history)
    unmarked: list[str] = []
    marked: set[tuple[str, int]] = set()
    asked: set[str] = set()
    problems: list[str] = []
    for event in questions(history, "readings"):
        if event.problem:
            problems.append(event.problem)
            continue
        point = event.query.get("point", "")
        asked.add(point)
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            when = _outside(history, point, at) if at is not None else None
            if at is None or when is None:
                continue
            if row.get("quality") == "good":
                unmarked.append(f"{local(at)} {point}: {row.get('value')} is good, the limits are passed")
            marked.add((point, when))
    for point in sorted(asked & truth.series.keys()):
        unmarked += [
            f"{local(when)} {point}: {text} is not in the store"
            for when, text in truth.series[point].invalid
            if (point, when) not in marked
        ]
    yield OUT_OF_RANGE_MARKED.none(unmarked, happened and marked, evidence=[*unmarked, *problems])
    sent: list[str] = []
    looked = False
    for centre in centres:
        codes = {code: point for point, code in setup_of(history, centre).codes.items()}
        for event in history.of(Stored):
            point = codes.get(event.code, "")
            series = truth.series.get(point)
            at = instant_of(event.stamp)
            if event.centre != centre or series is None or at is None or not series.invalid:
                continue
            looked = True
            where = f"{local(event.t)} {centre} {event.kind} {event.code} DataTime={event.stamp} QN={event.qn}"
            if event.kind == "realtime":
                if event.flag == "N" and event.fields.get("Rtd") and _outside(history, point, at) is not None:
                    sent.append(f"{where}: Rtd={event.fields['Rtd']}")
                continue
            for name in VALUE_FIELDS:
                value = number(event.fields.get(name, ""))
                high, low = number(series.point.high), number(series.point.low)
                over = (
                    value is not None
                    and name != "Cou"
                    and ((high is not None and value > high) or (low is not None and value < low))
                )
                if over and event.flag == "N":
                    sent.append(f"{where}: {name}={event.fields[name]}")
    yield OUT_OF_RANGE_NOT_SENT_AS_VALID.none(sent, happened and looked)
    edges = [
        text
        for point in history.began.points
        for text in dict.fromkeys(truth.series[point.id].texts)
        if number(text) in (number(point.low), number(point.high))
    ]
    refused: list[str] = []
    seen = 0
    for event in history.of(Observed):
        point = truth.points.get(event.query.get("point", ""))
        if event.what != "readings" or point is None:
            continue
        for row in event.rows:
            value = number(row.get("value", ""))
            if value is not None and value in (number(point.low), number(point.high)):
                seen += 1
                if row.get("quality") == "bad":
                    refused.append(f"{row.get('at')} {point.id}: {row['value']} marked bad")
    yield LIMIT_ITSELF_VALID.none(refused, edges and seen)


def logged_findings(history: History) -> Iterator[Check]:
    """Every reading outside the limits is in the log: the point, the value, at the time of the reading."""
    truth = truth_of(history)
    rows = [row for event in questions(history, "log") for row in event.rows]
    asked = bool(answers(history, "log"))
    told: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        at = instant_of_iso(row.get("at", ""))
        if at is not None:
            text = " ".join(row.values())
            for point in truth.series:
                if point in text:
                    told.setdefault(point, []).append((at, text))
    count = 0
    untold: list[str] = []
    for point, series in truth.series.items():
        for when, text in series.invalid:
            count += 1
            value = number(text)
            near = series.period_us
            named = any(
                -SECOND <= at - when < near and (value is None or any(number(word) == value for word in said.split()))
                for at, said in told.get(point, ())
            )
            if not named:
                untold.append(f"{local(when)} {point}: {text} is not in the log")
    yield INVALID_READING_LOGGED.none_among(count and asked, untold)
