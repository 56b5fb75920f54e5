"""Ranges: readings outside the instrument's limits are invalid and never uploaded as valid (R-20).

Leaves the second check of manual entries to `entries_judge`. The limits themselves are valid.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Check, criterion
from bench.history import History, Observed, Point, Published, Stored
from conformance.common.delivery import VALUE_FIELDS, setup_of
from conformance.common.queries import answers, quality_of, questions
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
BELOW_MINIMUM_INVALID = criterion(
    "below-minimum-invalid",
    en="a reading below the minimum is stored as invalid and never sent as normal",
    zh="低于下限的读数标记为无效且不以正常标记上传",
    unit="readings",
    stamped=True,
)
ABOVE_MAXIMUM_INVALID = criterion(
    "above-maximum-invalid",
    en="a reading above the maximum is stored as invalid and never sent as normal",
    zh="高于上限的读数标记为无效且不以正常标记上传",
    unit="readings",
    stamped=True,
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

STORED_SIDES = {
    "below": criterion(
        "below-minimum-stored-invalid",
        en="a reading below the minimum is stored as invalid",
        zh="低于最小值的读数存储时判为无效",
        unit="readings",
        stamped=True,
    ),
    "above": criterion(
        "above-maximum-stored-invalid",
        en="a reading above the maximum is stored as invalid",
        zh="高于最大值的读数存储时判为无效",
        unit="readings",
        stamped=True,
    ),
}
"""What is asked of stored readings on each side of the limits, where nothing is sent."""


def _outside(history: History, point: str, at: int) -> tuple[int, str] | None:
    """The out-of-range reading that a stamp belongs to: when it was served, its text. None if there was none."""
    series = truth_of(history).series.get(point)
    if series is None:
        return None
    near = max(series.period_us // 2, 2 * SECOND)
    return next((each for each in series.invalid if at - SECOND <= each[0] < at + near), None)


def _side(point: Point, text: str) -> str:
    """On which side of the limits of its instrument a value lies: `below`, `above`, or `` for neither."""
    value, low, high = number(text), number(point.low), number(point.high)
    if value is not None and low is not None and value < low:
        return "below"
    return "above" if value is not None and high is not None and value > high else ""


class _Sides(dict[str, list[str]]):
    """Evidence by the side of the limits that it is about."""

    def note(self, side: str, line: str) -> None:
        self.setdefault(side, []).append(line)

    def all(self) -> list[str]:
        return [line for lines in self.values() for line in lines]


def findings(history: History, centres: Sequence[str], *, sides: Sequence[str] = ("above",)) -> Iterator[Check]:
    """Readings out of range are kept but marked, never sent as normal, and never enter minimum, maximum or mean.

    Unless readings were served on all `sides` (below, above) of the limits the question is open. Each side is judged by
    itself too.
    """
    truth = truth_of(history)
    served = {_side(series.point, text) for series in truth.series.values() for _, text in series.invalid}
    happened = set(sides) <= served
    unmarked, sent = _Sides(), _Sides()
    marked: set[tuple[str, int]] = set()
    kept: set[str] = set()
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
            outside = _outside(history, point, at) if at is not None else None
            if at is None or outside is None:
                continue
            when, text = outside
            side = _side(truth.points[point], text)
            if quality_of(row) == "good":
                unmarked.note(side, f"{local(at)} {point}: {row.get('value')} is good, the limits are passed")
            marked.add((point, when))
            kept.add(side)
    for point in sorted(asked & truth.series.keys()):
        series = truth.series[point]
        for when, text in series.invalid:
            if (point, when) not in marked:
                unmarked.note(_side(series.point, text), f"{local(when)} {point}: {text} is not in the store")
    yield OUT_OF_RANGE_MARKED.none(unmarked.all(), happened and marked, evidence=[*unmarked.all(), *problems])
    looked: set[str] = set()
    for centre in centres:
        codes = {code: point for point, code in setup_of(history, centre).codes.items()}
        for event in history.of(Stored):
            point = codes.get(event.code, "")
            series = truth.series.get(point)
            at = instant_of(event.stamp)
            if event.centre != centre or series is None or at is None or not series.invalid:
                continue
            looked |= {_side(series.point, text) for _, text in series.invalid}
            where = f"{local(event.t)} {centre} {event.kind} {event.code} DataTime={event.stamp} QN={event.qn}"
            if event.kind == "realtime":
                outside = _outside(history, point, at)
                if event.flag == "N" and event.fields.get("Rtd") and outside is not None:
                    sent.note(_side(series.point, outside[1]), f"{where}: Rtd={event.fields['Rtd']}")
                continue
            for name in VALUE_FIELDS:
                side = _side(series.point, event.fields.get(name, "")) if name != "Cou" else ""
                if side and event.flag == "N":
                    sent.note(side, f"{where}: {name}={event.fields[name]}")
    yield OUT_OF_RANGE_NOT_SENT_AS_VALID.none(sent.all(), happened and looked)
    for side, question in (("below", BELOW_MINIMUM_INVALID), ("above", ABOVE_MAXIMUM_INVALID)):
        if side in sides:
            wrong = [*unmarked.get(side, ()), *sent.get(side, ())]
            yield question.none(wrong, side in kept and side in looked, evidence=[*wrong, *problems])
    yield edge_finding(history)


def edge_finding(history: History) -> Check:
    """Readings equal to a limit are valid; open unless such readings were served and shown."""
    truth = truth_of(history)
    rows = [(point, text) for event in history.of(Published) for point, text in event.values.items()]
    edges = [
        text
        for point in history.began.points
        for text in dict.fromkeys([*truth.series[point.id].texts, *(text for name, text in rows if name == point.id)])
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
    return LIMIT_ITSELF_VALID.none(refused, edges and seen)


def _beyond(history: History, point: str) -> list[tuple[int, str]]:
    """Readings of a point outside its limits: when they were served, or stood in a database, and their text."""
    truth = truth_of(history)
    series = truth.series[point]
    if series.times or series.invalid:
        series.numbers()
        return series.invalid
    return [
        (event.stamp, text)
        for event in history.of(Published)
        if (text := event.values.get(point)) is not None and _side(truth.points[point], text)
    ]


def side_findings(history: History) -> Iterator[Check]:
    """Readings beyond one limit are in the store, none of them as valid; each side by itself."""
    truth = truth_of(history)
    rows: dict[tuple[str, int], list[str]] = {}
    beyond: dict[str, list[tuple[int, str]]] = {}
    for event in answers(history, "readings"):
        point = event.query.get("point", "")
        if point not in truth.series:
            continue
        outside = beyond.setdefault(point, _beyond(history, point))
        near = max(truth.series[point].period_us // 2, 2 * SECOND)
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            when = next((one for one, _ in outside if at is not None and at - SECOND <= one < at + near), None)
            if when is not None:
                rows.setdefault((point, when), []).append(row.get("quality", "good"))
    for side, question in STORED_SIDES.items():
        seen = 0
        wrong: list[str] = []
        for point, outside in beyond.items():
            for when, text in outside:
                if _side(truth.points[point], text) != side:
                    continue
                seen += 1
                found = rows.get((point, when), [])
                if not found or "good" in found:
                    wrong.append(f"{local(when)} {point}: {text} is {'good' if found else 'not in the store'}")
        yield question.none_among(seen, wrong)


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
