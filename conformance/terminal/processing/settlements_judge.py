"""Settlement: days, weeks, months, quarters and years of a counter, and the extremes of a day (R-21).

Leaves what a centre gets to `delivery`. Periods are those of the calendar at +08:00, the week from Monday; each must be
what the register advanced from its first boundary to its last, and the sum of its days.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from itertools import pairwise

from bench.case import Check, criterion
from bench.history import History
from conformance.common.accuracy import same_number
from conformance.common.delivery import matches
from conformance.common.phases import WATCHED
from conformance.common.queries import quality_of, questions
from conformance.common.times import SECOND, floor, instant_of_iso, local
from conformance.common.truth import VOLATILE_US, Certainty, number, truth_of

SUM_OF_PARTS = criterion(
    "{0}-is-the-sum",
    en="what is shown of {1} is the sum of their {2}",
    zh="{3}累计等于各{4}之和",
    unit="periods",
)
DAILY_EXTREMES = criterion(
    "daily-extremes",
    en="a day holds the smallest and largest increment of its acquisition intervals",
    zh="日结含当日各采集间隔增量的最小值与最大值",
    unit="days",
    reading_b_of="R-21",
)
TOTALS = criterion(
    "{0}-totals", en="{1} hold what the register advanced, exactly", zh="{2}累计量逐位正确", unit="periods"
)
ASKED_TO_THE_END = criterion(
    "asked-to-the-end",
    en="every meter is asked in every period of the run, to its last day",
    zh="全程每个采集周期均有采集，直至末日",
    unit="cycles",
)
EVERY_SECOND_STORED = criterion(
    "every-second-stored", en="the value of every second is stored", zh="每秒的数值均有存储", unit="values"
)
SECONDS_ADD_UP = criterion(
    "seconds-add-up", en="a minute is the sum of what its seconds advanced", zh="分钟值等于各秒增量之和", unit="values"
)


KINDS = ("day", "week", "month", "quarter_year", "year")
_NAMES = {
    "day": ("days", "日"),
    "week": ("weeks", "周"),
    "month": ("months", "月"),
    "quarter_year": ("quarters of a year", "季度"),
    "year": ("years", "年"),
}
_CHINA = timezone(timedelta(hours=8))
_DAYS_OF = {"day": 1, "week": 7}
_MONTHS_OF = {"month": 1, "quarter_year": 3, "year": 12}


def _moment(us: int) -> datetime:
    return datetime.fromtimestamp(us // SECOND, _CHINA)


def _start_of(kind: str, moment: datetime) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if kind == "day":
        return day
    if kind == "week":
        return day - timedelta(days=day.weekday())
    months = _MONTHS_OF[kind]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def _end_of(kind: str, start: datetime) -> datetime:
    if kind in _DAYS_OF:
        return start + timedelta(days=_DAYS_OF[kind])
    return _start_of(kind, start + timedelta(days=31 * _MONTHS_OF[kind]))


def periods(kind: str, from_us: int, to_us: int) -> Iterator[tuple[int, int]]:
    """The whole periods of a kind within [from, to], as instants (us)."""
    start = _start_of(kind, _moment(from_us))
    while True:
        end = _end_of(kind, start)
        first, last = int(start.timestamp()) * SECOND, int(end.timestamp()) * SECOND
        if last > to_us:
            return
        if first >= from_us:
            yield first, last
        start = end


Rows = dict[tuple[str, str, int, int], dict[str, str]]


def _rows(history: History) -> tuple[Rows, list[str]]:
    """The latest answer about each kind, point and period."""
    rows: Rows = {}
    problems: list[str] = []
    for event in questions(history, "records"):
        if event.query.get("kind") not in KINDS:
            continue
        if event.problem:
            problems.append(event.problem)
        for row in event.rows:
            start, end = instant_of_iso(row.get("start", "")), instant_of_iso(row.get("end", ""))
            if start is not None and end is not None:
                rows[event.query["kind"], event.query["point"], start, end] = row
    return rows, problems


def findings(history: History, kinds: Sequence[str] = KINDS) -> Iterator[Check]:
    """Every whole period of every kind is right, is the sum of its days, and days hold their extremes."""
    truth = truth_of(history)
    rows, problems = _rows(history)
    for kind in kinds:
        wrong: list[str] = []
        due = 0
        for point in history.began.points:
            series = truth.series[point.id]
            if point.kind != "counter" or not series.times:
                continue
            for start, end in periods(kind, series.times[0] - series.period_us, series.times[-1]):
                expected = truth.expected(point.id, f"{kind} of the calendar", start, end)
                if expected.certainty is not Certainty.SURE:
                    continue
                due += 1
                row = rows.get((kind, point.id, start, end))
                shown = row.get("value", "") if row is not None else "nothing"
                if not matches(truth, expected, {"Cou": shown}):
                    where = f"{point.id} from {local(start)} to {local(end)}"
                    wrong.append(f"{where}: {shown or 'no value'}, the register advanced {expected.fields['Cou']}")
        en, zh = _NAMES[kind]
        yield TOTALS.of(kind.replace("_", "-"), en, zh).decide(
            None if not due or (problems and not rows) else not wrong,
            measured=len(wrong),
            limit=0,
            evidence=[*wrong, *problems],
        )
    yield _extremes(history, rows, problems)


def _extremes(history: History, rows: Rows, problems: list[str]) -> Check:
    """Reading B takes the smallest and largest reading of the day for its extremes."""
    truth = truth_of(history)
    wrong: list[str] = []
    seen = 0
    as_readings = True
    for (kind, name, start, end), row in sorted(rows.items()):
        point = truth.points.get(name)
        if kind != "day" or point is None or point.kind != "counter":
            continue
        expected = truth.expected(name, "day of the calendar", start, end)
        opening, closing = truth.boundary(name, start, end - start), truth.boundary(name, end, end - start)
        if expected.certainty is not Certainty.SURE or not opening or not closing:
            continue
        series = truth.series[name]
        if series.falls(opening[0], closing[0]):
            continue
        seen += 1
        numbers = series.numbers()[opening[0] : closing[0] + 1]
        steps = [after - before for before, after in pairwise(numbers)]
        got = (number(row.get("min", "")), number(row.get("max", "")))
        as_readings = as_readings and got == (min(numbers), max(numbers))
        if got != (min(steps, default=Decimal(0)), max(steps, default=Decimal(0))):
            shown = f"{row.get('min') or 'none'} and {row.get('max') or 'none'}"
            wrong.append(f"{name}, day from {local(start)}: {shown}, increments were {min(steps)} to {max(steps)}")
    return DAILY_EXTREMES.decide(
        None if not seen else not wrong,
        measured=len(wrong),
        limit=0,
        evidence=[*wrong, *problems],
        has_b=seen > 0,
        reading_b=as_readings,
    )


def asked_finding(history: History) -> Check:
    """No meter is left alone for two of its periods, from the first reading to the last hour of a long run.

    What was never asked for is a gap to every other judge: a run of months in which a terminal falls silent would pass.
    """
    truth = truth_of(history)
    found: list[str] = []
    seen = 0
    for series in truth.series.values():
        if not series.times:
            continue
        period = series.period_us
        for boundary in range(series.times[0] // period * period, history.end_us - 2 * period, period):
            seen += 1
            if truth.unasked(series.point.id, boundary):
                found.append(f"{series.point.id}: not asked about {local(boundary)}")
    return ASKED_TO_THE_END.none_among(seen, found)


def sum_finding(history: History, long: str, short: str) -> Check:
    """What is shown of each long period is the sum of what is shown of the short ones within it."""
    rows, problems = _rows(history)
    shown = [(kind, point, start, end, number(row.get("value", ""))) for (kind, point, start, end), row in rows.items()]
    wrong: list[str] = []
    seen = 0
    for kind, point, start, end, value in shown:
        parts = [
            each for each in shown if each[0] == short and each[1] == point and start <= each[2] and each[3] <= end
        ]
        values = [part for *_, part in parts if part is not None]
        covered = sum(part[3] - part[2] for part in parts)
        if kind != long or value is None or covered != end - start or len(values) < len(parts):
            continue
        seen += 1
        total = sum(values, Decimal(0))
        if total != value:
            wrong.append(f"{point} {long} from {local(start)}: {value}, its parts add up to {total}")
    en, zh = zip(_NAMES[long], _NAMES[short], strict=True)
    return SUM_OF_PARTS.of(long.replace("_", "-"), *en, *zh).decide(
        None if not seen else not wrong,
        measured=len(wrong),
        limit=0,
        evidence=[*wrong, *problems],
    )


def _stored_for(rows: Sequence[tuple[int, str]], taken: set[int], at: int, like: Callable[[str], bool]) -> int | None:
    """Which stored reading is that of a reply at an instant: one stamped by its second, or within half a second of it,
    that none has yet; one `like` the reply rather than another, of the same second rather than of its neighbour.
    """
    earliest = min(floor(at, SECOND), at - SECOND // 2)
    low, high = bisect_left(rows, earliest, key=_instant), bisect_right(rows, at + SECOND // 2, key=_instant)
    return min(
        (index for index in range(low, high) if index not in taken),
        key=lambda index: (
            not like(rows[index][1]),
            floor(rows[index][0], SECOND) != floor(at, SECOND),
            abs(rows[index][0] - at),
        ),
        default=None,
    )


def _instant(row: tuple[int, str]) -> int:
    return row[0]


def seconds_findings(history: History, needed: int) -> Iterator[Check]:
    """Each second that was polled is stored as answered, and a minute is the sum of what its seconds advanced.

    What was read in the last five seconds before `watched` may still be on its way into the store (R-29).
    """
    truth = truth_of(history)
    until = WATCHED.at(history) - VOLATILE_US
    stored: dict[str, dict[int, str]] = {}
    problems: list[str] = []
    for event in questions(history, "readings"):
        if event.problem:
            problems.append(event.problem)
        for row in event.rows:
            at, value = instant_of_iso(row.get("at", "")), row.get("value", "")
            if at is not None and number(value) is not None and quality_of(row) == "good":
                stored.setdefault(event.query.get("point", ""), {})[at] = value
    absent, wrong = list[str](), list[str]()
    polled = minutes = 0
    for point in history.began.points:
        series = truth.series[point.id]
        rows, taken = sorted(stored.get(point.id, {}).items()), set[int]()
        if point.kind != "counter":
            continue
        for at, text in zip(series.times, series.texts, strict=True):
            if at >= until:
                break
            polled += 1
            like = partial(same_number, point, text)
            index = _stored_for(rows, taken, at, like)
            if index is not None and like(rows[index][1]):
                taken.add(index)
                continue
            shown = "none" if index is None else rows[index][1]
            absent.append(f"{point.id} at {local(at)}: the meter answered {text}, stored is {shown}")
    for event in questions(history, "records"):
        if event.query.get("kind") != "minute":
            continue
        own = {floor(at, SECOND): number(value) for at, value in stored.get(event.query.get("point", ""), {}).items()}
        for row in event.rows:
            start, end = instant_of_iso(row.get("start", "")), instant_of_iso(row.get("end", ""))
            shown = number(row.get("value", ""))
            if start is None or end is None or shown is None:
                continue
            readings = [own.get(at) for at in range(start, end + 1, SECOND)]
            known = [value for value in readings if value is not None]
            if len(known) < len(readings):
                continue
            minutes += 1
            total = sum((after - before for before, after in pairwise(known)), Decimal(0))
            if total != shown:
                wrong.append(
                    f"{event.query['point']} minute from {local(start)}: {shown}, its seconds advanced {total}"
                )
    for question, bad, ready in (
        (EVERY_SECOND_STORED, absent, polled >= needed and bool(stored)),
        (SECONDS_ADD_UP, wrong, minutes > 0),
    ):
        yield question.none(bad, ready, evidence=[*bad[:10], *problems])
