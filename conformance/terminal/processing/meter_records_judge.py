"""Gaps filled from the meters' own records: true values, under their own time, told apart from polls (R-18).

Leaves estimates to `filling`. The reference is what the simulated meter's memory says of an instant, which the case
writes into the history as `meter-record` phases; an instant is due if no poll of the point was answered in its period.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bench.case import Check, Notice, criterion
from bench.history import History, MeterFault, Stored
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common import notices
from conformance.common.delivery import horizon, setup_of
from conformance.common.queries import answers, questions
from conformance.common.times import HOUR, floor, instant_of, instant_of_iso, local
from conformance.common.truth import Series, Truth, increment, length_of, number, plain, quantity, truth_of

GAP_STAYS_RECORDED = criterion(
    "gap-stays-recorded",
    en="what was not polled stays on record as a gap",
    zh="补入后缺失时段的记录仍保留",
    unit="gaps",
)
BACKFILL_LOGGED = criterion(
    "backfill-logged",
    en="every filling from a meter's record is in the log",
    zh="每次由表计记录补入均记入日志",
    unit="gaps",
    notices=(Notice.METER_RECORDS_TAKEN,),
)
PERIODS_FROM_RECORDS = criterion(
    "periods-from-records",
    en="periods between recorded instants reach the centre with the true increment",
    zh="表计记录之间的时段以真实增量上传至中心",
    unit="records",
)
NO_PERIOD_INVENTED = criterion(
    "no-period-invented",
    en="a period whose ends neither a poll nor a record knows has no value",
    zh="两端既无采集也无表计记录的时段不给出数值",
    unit="records",
)
RECORDS_TAKEN_IN = criterion(
    "records-taken-in",
    en="every reading that the meter recorded in a gap is stored",
    zh="缺失时段内表计自身记录均已补入",
    unit="values",
)
RECORDS_EXACT = criterion(
    "records-exact",
    en="each is the meter's own value of that instant",
    zh="补入值与表计该时刻记录逐位一致",
    unit="values",
)
RECORDS_MARKED = criterion(
    "records-marked", en="each is marked as read from the meter's record", zh="补入值注明来自表计记录", unit="values"
)
NO_VALUE_BESIDE_RECORDS = criterion(
    "no-value-beside-records",
    en="no other value stands where nothing was polled",
    zh="未采集时刻除表计记录外无其他数值",
    unit="values",
)
WRONG_CLOCK_UNUSED = criterion(
    "wrong-clock-unused",
    en="nothing is stored from the records of a meter whose clock is wrong",
    zh="时钟错误的表计，其记录不被采用",
    unit="values",
)


TAKEN = Notice.METER_RECORDS_TAKEN
_LOGGED_US = HOUR


@dataclass(frozen=True, slots=True)
class Memory:
    """What the meters' memories say that polls do not: text by point and instant (us); `gaps` by point (from, to)."""

    due: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    gaps: dict[str, list[tuple[int, int]]] = field(default_factory=dict[str, list[tuple[int, int]]])


def _polled(series: Series, at: int) -> str | None:
    """What the poll of the period that begins at an instant brought; None if nothing."""
    found = series.between(at, at + series.period_us)
    return series.texts[found.start] if found else None


class Held(Words, frozen=True, kw_only=True):
    """What the meter of a point recorded of an instant (microseconds UTC), as it shows it."""

    point: str
    at: int
    text: str


METER_RECORD = Mark("meter-record", Held)
"""A record in a meter's own memory."""


def memory_of(history: History) -> Memory:
    """Records of instants that lie between two answered polls of their point and were not polled themselves."""
    truth = truth_of(history)
    memory = Memory()
    for mark in METER_RECORD.of(history):
        point, at = mark.detail.point, mark.detail.at
        series = truth.series[point]
        if series.times and series.times[0] < at < series.times[-1] and _polled(series, at) is None:
            memory.due[point, at] = quantity(series.point, mark.detail.text)
    for point in dict.fromkeys(point for point, _ in memory.due):
        series = truth.series[point]
        memory.gaps[point] = [
            (low, high)
            for low, high in zip(series.times, series.times[1:], strict=False)
            if high - low > series.period_us * 3 // 2
        ]
    return memory


def _same(one: str, other: str) -> bool:
    """The same number with the same digits."""
    first, second = number(one), number(other)
    return first is not None and second is not None and first.as_tuple() == second.as_tuple()


def _stored(history: History) -> tuple[dict[tuple[str, int], dict[str, str]], list[str], bool]:
    rows: dict[tuple[str, int], dict[str, str]] = {}
    problems: list[str] = []
    asked = False
    for event in questions(history, "readings"):
        asked = asked or not event.problem
        if event.problem:
            problems.append(event.problem)
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            if at is not None and row.get("value") and row.get("quality") != "bad":
                rows[event.query.get("point", ""), at] = row
    return rows, problems, asked


def findings(history: History, centre: str) -> Iterator[Check]:
    """Every record of a gap is in the store under its own time, exact and marked; periods are made anew from them."""
    memory = memory_of(history)
    rows, problems, asked = _stored(history)
    known = bool(memory.due) and asked
    absent, wrong, unmarked = list[str](), list[str](), list[str]()
    for (point, at), text in sorted(memory.due.items()):
        row = rows.get((point, at))
        where = f"{point} at {local(at)}"
        if row is None:
            absent.append(f"{where}: the meter's record says {text}, nothing is stored")
        elif not _same(row["value"], text):
            wrong.append(f"{where}: stored {row['value']}, the meter's record says {text}")
        elif not row.get("origin"):
            unmarked.append(f"{where}: {row['value']} looks like a poll")
    beside = _beside(history, memory, rows)
    due = len(memory.due)
    for question, bad, ready in (
        (RECORDS_TAKEN_IN, absent, known),
        (RECORDS_EXACT, wrong, known and len(absent) < due),
        (RECORDS_MARKED, unmarked, known and len(absent) + len(wrong) < due),
        (NO_VALUE_BESIDE_RECORDS, beside, known),
    ):
        yield question.none(bad, ready, evidence=[*bad[:20], *problems])
    yield _gaps_kept(history, memory)
    yield _logged(history, memory)
    yield from _periods(history, centre, memory)


def _beside(history: History, memory: Memory, rows: dict[tuple[str, int], dict[str, str]]) -> list[str]:
    """Good readings under instants that were neither polled nor recorded, and polls marked as records."""
    truth = truth_of(history)
    found: list[str] = []
    for (point, at), row in sorted(rows.items()):
        if point not in memory.gaps or (point, at) in memory.due:
            continue
        polled = _polled(truth.series[point], at)
        if polled is None:
            found.append(f"{point} at {local(at)}: {row['value']}, which nobody read")
        elif row.get("origin"):
            found.append(f"{point} at {local(at)}: {row['value']} from {row['origin']}, although it was polled")
    return found


def _gaps_kept(history: History, memory: Memory) -> Check:
    rows = [row for event in questions(history, "gaps") for row in event.rows]
    asked = bool(answers(history, "gaps"))
    absent: list[str] = []
    total = 0
    for point, stretches in memory.gaps.items():
        own = [
            (start, end)
            for row in rows
            if row.get("point") == point
            and (start := instant_of_iso(row.get("start", ""))) is not None
            and (end := instant_of_iso(row.get("end", ""))) is not None
        ]
        for low, high in stretches:
            total += 1
            if not any(start < high and end > low for start, end in own):
                absent.append(f"{point}: nothing was polled from {local(low)} to {local(high)}, no gap is recorded")
    return GAP_STAYS_RECORDED.decide(
        None if not total or not asked else not absent, measured=len(absent), limit=0, evidence=absent
    )


def _logged(history: History, memory: Memory) -> Check:
    logs = answers(history, "log")
    entries = [
        (at, row) for event in logs for row in event.rows if (at := instant_of_iso(row.get("at", ""))) is not None
    ]
    texts = [(at, " ".join(row.values()).lower()) for at, row in entries if notices.tells(history, row, TAKEN)]
    untold: list[str] = []
    total = 0
    points = {point.id: point.meter for point in history.began.points}
    for point, stretches in memory.gaps.items():
        for low, high in stretches:
            if not any(low < at < high for name, at in memory.due if name == point):
                continue
            total += 1
            names = (point.lower(), points[point].lower())
            if not any(high <= at <= high + _LOGGED_US and any(name in text for name in names) for at, text in texts):
                untold.append(f"{point}: nothing in the log in the hour after {local(high)}")
    if total and logs and not notices.mapped(history, TAKEN):
        return notices.left_to_a_person(BACKFILL_LOGGED, (row for _, row in entries), TAKEN)
    return BACKFILL_LOGGED.decide(
        None if not total or not logs else not untold, measured=len(untold), limit=0, evidence=untold
    )


# Periods


def _boundary(series: Series, memory: Memory, at: int) -> tuple[str | None, bool]:
    """The register at a boundary, and whether it comes from a record."""
    polled = _polled(series, at)
    if polled is not None:
        return polled, False
    text = memory.due.get((series.point.id, at))
    return text, text is not None


def _advance(truth: Truth, series: Series, opening: tuple[int, str], closing: tuple[int, str]) -> Decimal | None:
    """What was counted between two instants (us) with their registers: over a replacement by what was entered of it."""
    (start, first), (end, last) = opening, closing
    entered = [each for each in truth.replacements.get(series.point.id, ()) if start < each.at <= end]
    if not entered:
        return increment(series.point, first, last, end - start).value
    parts = [number(text) for text in (entered[-1].final_old, first, last, entered[-1].initial_new)]
    if len(entered) > 1 or any(part is None for part in parts):
        return None
    final_old, before, after, initial_new = (part for part in parts if part is not None)
    return (final_old - before) + (after - initial_new)


def _last_contents(history: History, centre: str) -> dict[tuple[str, str, int], Stored]:
    """The last content a centre has of each point, class and start."""
    codes = {code: point for point, code in setup_of(history, centre).codes.items()}
    found: dict[tuple[str, str, int], Stored] = {}
    for event in history.of(Stored):
        start = instant_of(event.stamp)
        if event.centre == centre and start is not None and event.code in codes and event.kind != "realtime":
            found[codes[event.code], event.kind, start] = event
    return found


def _periods(history: History, centre: str, memory: Memory) -> Iterator[Check]:
    truth, setup, until = truth_of(history), setup_of(history, centre), horizon(history)
    contents = _last_contents(history, centre)
    kinds = dict.fromkeys(kind for _, kind, _ in contents if kind != "month")
    wrong: list[str] = []
    invented: list[str] = []
    restored = unknown = 0
    for point, kind, start in _touched(memory, {kind: length_of(kind, setup) for kind in kinds}, until):
        series, event = truth.series[point], contents.get((point, kind, start))
        end = start + length_of(kind, setup)
        if start < series.times[0]:
            continue
        opening, first = _boundary(series, memory, start)
        closing, last = _boundary(series, memory, end)
        shown = number(event.fields.get("Cou", "")) if event is not None and event.flag == "N" else None
        where = f"{point} {kind} from {local(start)}"
        if opening is None or closing is None:
            unknown += 1
            if shown is not None:
                invented.append(f"{where}: {plain(shown)}, but nobody knows the register at both ends")
        elif first or last:
            restored += 1
            right = _advance(truth, series, (start, opening), (end, closing))
            if shown is None or shown != right:
                has = "nothing" if shown is None else plain(shown)
                wrong.append(f"{where}: the centre has {has}, the meter's records give {_text(right)}")
    yield PERIODS_FROM_RECORDS.none(wrong, restored, evidence=wrong[:20])
    yield NO_PERIOD_INVENTED.none(invented, unknown, evidence=invented[:20])


def _touched(memory: Memory, lengths: Mapping[str, int], until: int) -> Iterator[tuple[str, str, int]]:
    """Point, class and start of every period that a gap touches and that has ended by then, sent or not."""
    for point, gaps in sorted(memory.gaps.items()):
        for kind, length in lengths.items():
            starts = {at for low, high in gaps for at in range(floor(low, length), high, length)}
            yield from ((point, kind, start) for start in sorted(starts) if start + length <= until)


def _text(value: Decimal | None) -> str:
    return "none" if value is None else plain(value)


def wrong_clock_finding(history: History) -> Check:
    """No good value of a meter with a wrong clock stands where it was not polled, between two answered polls."""
    truth = truth_of(history)
    wrong = {event.meter for event in history.of(MeterFault) if event.fault == "wrong-clock" and event.state == "on"}
    rows, problems, asked = _stored(history)
    names = [point.id for point in history.began.points if point.meter in wrong]
    gaps = {
        point: any(
            high - low > series.period_us * 3 // 2 for low, high in zip(series.times, series.times[1:], strict=False)
        )
        for point in names
        if (series := truth.series[point])
    }
    taken = [
        f"{point} at {local(at)}: {row['value']} {row.get('origin', '')}"
        for (point, at), row in sorted(rows.items())
        if gaps.get(point)
        and truth.series[point].times[0] < at < truth.series[point].times[-1]
        and _polled(truth.series[point], at) is None
    ]
    return WRONG_CLOCK_UNUSED.none(taken, asked and any(gaps.values()), evidence=[*taken[:20], *problems])
