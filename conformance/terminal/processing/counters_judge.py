"""Counters: rollover, reset and replacement (R-19).

Leaves completeness to `delivery`. The truth of an interval follows the readings one by one, so that a rollover is
counted where it happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from bench.case import Check, Criterion, Notice, criterion
from bench.history import History, MeterFault, Stored
from conformance.common import notices
from conformance.common.delivery import Ledger, first_contents, matches, setup_of
from conformance.common.queries import questions
from conformance.common.times import DAY, HOUR, MINUTE, instant_of_iso, local
from conformance.common.truth import (
    Certainty,
    Expected,
    Increment,
    Key,
    Series,
    increment,
    length_of,
    number,
    plain,
    truth_of,
)

FALL_LOGGED = criterion(
    "fall-logged", en="the fall is in the log", zh="复位记入日志", unit="entries", notices=(Notice.COUNTER_FELL,)
)
ROLLOVER_COUNTED = criterion(
    "rollover-counted",
    en="the increment across full scale is the modular one",
    zh="计数器满度跳转处增量正确",
    unit="records",
    stamped=True,
    reading_b_of="R-19",
)
NO_INCREMENT_FROM_A_FALL = criterion(
    "no-increment-from-a-fall",
    en="no increment is made up where a counter fell",
    zh="计数器复位处不产生增量",
    unit="records",
    stamped=True,
)
FALL_FLAGGED = criterion(
    "fall-flagged",
    en="the record of that interval is flagged",
    zh="该时段记录带有异常标记",
    unit="records",
    stamped=True,
)
REPLACEMENT_COUNTED = criterion(
    "replacement-counted",
    en="across a recorded replacement old and new meter add up",
    zh="换表前后增量衔接正确",
    unit="records",
    stamped=True,
)
HOURS_ADD_UP_TO_THE_DAY = criterion(
    "hours-add-up-to-the-day", en="24 hours add up to the day", zh="24 个小时合计等于日值", unit="totals"
)
PARTS_ADD_UP_TO_THE_HOUR = criterion(
    "parts-add-up-to-the-hour", en="the parts add up to the hour", zh="各时段合计等于小时值", unit="totals"
)

INCREMENTS_OF_THE_REGISTER = criterion(
    "{0}-increments-of-the-register",
    en="every {0} value of a counter is the difference of the register's readings",
    zh="计数量的{1}值等于表计读数之差",
    unit="records",
    stamped=True,
)


# What the terminal noticed it has to have written down so soon after: the hour's record is closed by then.
LOGGED_US = HOUR + MINUTE


def falls(history: History) -> list[tuple[Series, int]]:
    """Every reading of a counter that is below the one before it (series, index of the lower one)."""
    found: list[tuple[Series, int]] = []
    for series in truth_of(history).series.values():
        if series.point.kind == "counter":
            pairs = enumerate(pairwise(series.numbers()), start=1)
            found += [(series, index) for index, (before, after) in pairs if after < before]
    return found


def _touched(
    history: History, centre: str, kinds: Sequence[str], steps: Sequence[tuple[Series, int]]
) -> Iterator[tuple[Expected, Stored]]:
    """Records of a centre whose interval holds one of these steps, with what they must hold."""
    truth = truth_of(history)
    setup = setup_of(history, centre)
    by_point: dict[str, list[tuple[int, int]]] = {}
    for series, index in steps:
        by_point.setdefault(series.point.id, []).append((series.times[index - 1], series.times[index]))
    for key, event in first_contents(history, centre, kinds).items():
        start = key.end - length_of(key.kind, setup)
        if key.point not in by_point:
            continue
        period = truth.series[key.point].period_us
        if any(start <= before and after < key.end + period for before, after in by_point[key.point]):
            yield truth.expected(key.point, key.kind, start, key.end), event


def rollover_findings(history: History, centres: Sequence[str], kinds: Sequence[str] = ()) -> Iterator[Check]:
    """Across every rollover the increment at each centre is the modular one.

    Reading B takes the largest display value itself as modulus, one step of resolution less.
    """
    steps = [(series, index) for series, index in falls(history) if _step(series, index).event == "rollover"]
    wrong: list[str] = []
    seen = 0
    b_right = True
    for centre in centres:
        for expected, event in _touched(history, centre, kinds, steps):
            if expected.certainty is Certainty.GAP:
                continue
            seen += 1
            text = event.fields.get("Cou", "")
            if not matches(truth_of(history), expected, event.fields) or event.flag != "N":
                wrong.append(_shown(expected, event))
            smallest = Decimal(1).scaleb(-max(truth_of(history).points[expected.key.point].decimals, 0))
            modular = number(expected.fields["Cou"])
            b_right = b_right and modular is not None and text == plain(modular - smallest)
    yield ROLLOVER_COUNTED.none(wrong, seen, has_b=seen > 0, reading_b=b_right)


def _step(series: Series, index: int) -> Increment:
    elapsed = series.times[index] - series.times[index - 1]
    return increment(series.point, series.texts[index - 1], series.texts[index], elapsed)


def _is_replaced(history: History, series: Series, index: int) -> bool:
    """Whether a replacement of the meter was entered for the time between a reading and the one before it."""
    entries = truth_of(history).replacements.get(series.point.id, ())
    return any(series.times[index - 1] < entry.at <= series.times[index] for entry in entries)


def event_findings(history: History, centres: Sequence[str], kinds: Sequence[str] = ()) -> Iterator[Check]:
    """A fall that is no rollover, and no recorded replacement, yields no increment, a flag, and a log entry (R-19)."""
    steps = [
        (series, index)
        for series, index in falls(history)
        if _step(series, index).event == "reset" and not _is_replaced(history, series, index)
    ]
    made: list[str] = []
    unflagged: list[str] = []
    seen = 0
    for centre in centres:
        for expected, event in _touched(history, centre, kinds, steps):
            if expected.certainty is not Certainty.GAP:
                continue
            seen += 1
            if "Cou" in event.fields:
                made.append(_shown(expected, event))
            if event.flag in ("", "N"):
                unflagged.append(_shown(expected, event))
    yield NO_INCREMENT_FROM_A_FALL.none(made, seen)
    yield FALL_FLAGGED.none(unflagged, seen)
    fell = dict.fromkeys((series.point.meter, series.times[index]) for series, index in steps)
    yield log_finding(history, FALL_LOGGED, Notice.COUNTER_FELL, moments=[(at,) for _, at in fell])


def log_finding(history: History, asked: Criterion, notice: Notice, *, moments: Sequence[Sequence[int]]) -> Check:
    """Whether the terminal's log tells of every moment: an entry of its own, near its time, with a code of the event.

    A moment is given by the instants (us) that the terminal's clock may have shown for it. Entries of another time
    tell of something else, and one entry tells of one moment.
    """
    entries: Counter[tuple[int, str]] = Counter()
    problems: list[str] = []
    readable = False
    near: list[dict[str, str]] = []
    for event in questions(history, "log"):
        if event.problem:
            problems.append(event.problem)
            continue
        readable = True
        shown: Counter[tuple[int, str]] = Counter()
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            if at is not None and any(_near(at, moment) for moment in moments):
                near.append(row)
            if at is not None and notices.tells(history, row, notice):
                shown[at, f"{row['at']} {row.get('kind', '')} {row.get('text', '')}"] += 1
        entries |= shown
    if readable and moments and not notices.mapped(history, notice):
        return notices.left_to_a_person(asked, near, notice)
    lines = sorted(entries.elements())
    told = _one_each(moments, [at for at, _ in lines])
    untold = [f"no entry about {local(moment[0])}" for at, moment in enumerate(moments) if at not in told]
    return asked.decide(
        not untold if readable and moments else None,
        measured=len(told),
        limit=len(moments),
        evidence=[*untold, *dict.fromkeys(lines[at][1] for at in sorted(told.values())), *problems],
    )


def seldom_finding(
    history: History, asked: Criterion, notice: Notice, *, moments: Sequence[Sequence[int]], most: int
) -> Check:
    """At most so many entries of an event in the log away from these moments, where its codes are known."""
    looks = [event for event in questions(history, "log") if not event.problem]
    entries = {
        f"{row['at']} {row.get('kind', '')} {row.get('text', '')}": at
        for event in looks
        for row in event.rows
        if (at := instant_of_iso(row.get("at", ""))) is not None and notices.tells(history, row, notice)
    }
    others = [line for line, at in entries.items() if not any(_near(at, moment) for moment in moments)]
    known = looks and notices.mapped(history, notice)
    return asked.decide(len(others) <= most if known else None, measured=len(others), limit=most, evidence=others[:20])


def _one_each(moments: Sequence[Sequence[int]], entries: Sequence[int]) -> dict[int, int]:
    """As many moments as can be told by an entry of their own, each with its entry (both as places in their lists)."""
    told: dict[int, int] = {}
    taken: dict[int, int] = {}
    for moment in range(len(moments)):
        _place(moment, moments, entries, told, taken)
    return told


def _place(
    moment: int,
    moments: Sequence[Sequence[int]],
    entries: Sequence[int],
    told: dict[int, int],
    taken: dict[int, int],
) -> None:
    """Give a moment an entry; those that have one already take others where that leaves one free."""
    wanted_by: dict[int, int] = {}
    asking = [moment]
    for each in asking:
        for entry, at in enumerate(entries):
            if entry in wanted_by or not _near(at, moments[each]):
                continue
            wanted_by[entry] = each
            if entry in taken:
                asking.append(taken[entry])
                continue
            free: int | None = entry
            while free is not None:
                owner = wanted_by[free]
                before = told.get(owner)
                taken[free], told[owner] = owner, free
                free = before
            return


def _near(at: int, moment: Sequence[int]) -> bool:
    return any(one - MINUTE <= at <= one + LOGGED_US for one in moment)


def totals_findings(history: History, ledgers: Sequence[Ledger]) -> Iterator[Check]:
    """24 hours add up to the day, the finest class to the hour, exactly, as sent (R-21).

    Only days and hours all of whose parts came valid are judged; without any the checks are inconclusive.
    """
    counters = {point.id for point in history.began.points if point.kind == "counter"}
    for question, whole, length, part in (
        (HOURS_ADD_UP_TO_THE_DAY, "day", DAY, "hour"),
        (PARTS_ADD_UP_TO_THE_HOUR, "hour", HOUR, "minute"),
    ):
        wrong: list[str] = []
        judged = 0
        for ledger in ledgers:
            setup = setup_of(history, ledger.centre)
            step = length_of(part, setup)
            contents = first_contents(history, ledger.centre, (whole, part))
            for key, event in contents.items():
                value = number(event.fields.get("Cou", ""))
                if key.kind != whole or key.point not in counters or value is None or event.flag != "N":
                    continue
                ends = range(key.end - length + step, key.end + 1, step)
                parts = [contents.get(Key(key.point, part, end)) for end in ends]
                texts = [one.fields.get("Cou", "") for one in parts if one is not None and one.flag == "N"]
                values = [found for text in texts if (found := number(text)) is not None]
                if len(values) != len(ends):
                    continue
                judged += 1
                if sum(values, Decimal(0)) != value:
                    total = plain(sum(values, Decimal(0)))
                    wrong.append(f"{ledger.centre} {key.point} {whole} ending {local(key.end)}: {value}, parts {total}")
        yield question.none(wrong, judged)


def increment_findings(history: History, centres: Sequence[str]) -> Iterator[Check]:
    """Class by class the first value that a centre was sent for an interval is the register's difference over it.

    Only intervals of which everything was there to be read are judged; what did not come is no matter of this.
    """
    truth = truth_of(history)
    for kind, zh in (("minute", "分钟"), ("hour", "小时"), ("day", "日")):
        wrong: list[str] = []
        judged = 0
        for centre in centres:
            setup = setup_of(history, centre)
            for key, event in first_contents(history, centre, (kind,)).items():
                if truth.points[key.point].kind != "counter":
                    continue
                expected = truth.expected(key.point, kind, key.end - length_of(kind, setup), key.end)
                if expected.certainty is not Certainty.SURE:
                    continue
                judged += 1
                if not matches(truth, expected, event.fields):
                    wrong.append(_shown(expected, event))
        yield INCREMENTS_OF_THE_REGISTER.of(kind, zh).none(wrong, judged)


def replacement_findings(history: History, centres: Sequence[str], kinds: Sequence[str] = ()) -> Iterator[Check]:
    """With a recorded replacement the increment is (final old - previous) + (current - initial new)."""
    truth = truth_of(history)
    happened = [event for event in history.of(MeterFault) if event.fault == "replaced"]
    steps: list[tuple[Series, int]] = []
    for point, entries in truth.replacements.items():
        if point not in truth.series:
            continue
        series = truth.series[point]
        for entry in entries:
            index = len(series.between(0, entry.at))
            if 0 < index < len(series.times):
                steps.append((series, index))
    wrong: list[str] = []
    seen = 0
    for centre in centres:
        for expected, event in _touched(history, centre, kinds, steps):
            if expected.certainty is Certainty.GAP:
                continue
            seen += 1
            if not matches(truth, expected, event.fields):
                wrong.append(_shown(expected, event))
    yield REPLACEMENT_COUNTED.none(wrong, seen and happened)


def _shown(expected: Expected, event: Stored) -> str:
    want = expected.fields.get("Cou") or f"none ({expected.why})"
    return (
        f"{local(event.t)} {event.centre} {event.code} DataTime={event.stamp} QN={event.qn}: "
        f"{event.fields.get('Cou', 'no value')} flag {event.flag or 'none'}, expected {want}"
    )
