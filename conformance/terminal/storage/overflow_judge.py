"""A buffer that overflows while a centre stays away: alarm, order of giving up, recorded gaps, log (R-28).

Leaves what arrived to `delivery`. The case says in phase `away` which centre is cut off and how many hours the terminal
was told to keep for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.case import Check, Measurement, Notice, Text, criterion, measure
from bench.history import History, Observed
from conformance.common import notices
from conformance.common.delivery import Ledger, Problem
from conformance.common.phases import AWAY
from conformance.common.retention import outages
from conformance.common.times import HOUR, instant_of_iso, local, seconds

OLDEST_GIVEN_UP_FIRST = criterion(
    "oldest-given-up-first",
    en="no record is given up while an older one of its class is kept",
    zh="按时间先后丢弃，不丢新存旧",
    unit="records",
)
ALARM_BEFORE_OVERFLOW = criterion(
    "alarm-before-overflow",
    en="an alarm is raised when {0} % of the buffer is used",
    zh="缓存用至 {0} % 时告警",
    unit="s",
    scheduled=Text("the instant in the outage at which the buffer is so full", "缓存用至该比例时在断网期间的时刻"),
    notices=(Notice.BUFFER_FILLING,),
)
NO_SILENT_LOSS = criterion(
    "no-silent-loss", en="every record given up lies in a recorded gap", zh="每条放弃的记录均有缺口登记", unit="records"
)
OVERFLOW_LOGGED = criterion(
    "overflow-logged",
    en="giving up records is in the log",
    zh="放弃记录一事记入日志",
    unit="entries",
    notices=(Notice.DATA_GIVEN_UP,),
)
NOTHING_ELSE_TOLD = criterion(
    "nothing-else-told-given-up",
    en="the log tells of giving up no record that was still kept and came",
    zh="仍在存储并已送达的记录，日志不称其已放弃",
    unit="entries",
    notices=(Notice.DATA_GIVEN_UP,),
)
BUFFER_OVERFLOWED = criterion(
    "buffer-overflowed",
    en="the centre stayed away longer than the buffer",
    zh="中心离线时间超过缓存时长",
    condition=True,
)


ALARM_PERCENT = 80
# How late the look at the buffer may come, and how much may be given up while the backlog is being sent.
SLACK_US = HOUR
FILLING, GIVEN_UP = Notice.BUFFER_FILLING, Notice.DATA_GIVEN_UP


def excused(ledger: Ledger, border_us: int) -> Ledger:
    """The ledger without the losses that the bound of the buffer explains: intervals ended by the border."""
    return replace(ledger, lost=[problem for problem in ledger.lost if problem.key.end > border_us])


def away(history: History) -> tuple[str, int, int, int] | None:
    """Centre, beginning and end of its absence (us), and what the buffer was set to (us); None without an absence."""
    mark = AWAY.last(history)
    if mark is None or mark.detail.buffer_h is None:
        return None
    centre = mark.detail.centre
    found = outages(history, f"uplink.{centre}")
    if not found:
        return None
    start, end = max(found, key=lambda cut: cut[1] - cut[0])
    return centre, start, end, mark.detail.buffer_h * HOUR


def findings(history: History, ledgers: Sequence[Ledger]) -> Iterator[Check | Measurement]:
    """The buffer overflowed; the alarm came in time, the oldest went first, every loss has a gap and is in the log."""
    stretch = away(history)
    ledger = next((one for one in ledgers if stretch is not None and one.centre == stretch[0]), None)
    if stretch is None or ledger is None or stretch[2] - stretch[1] <= stretch[3]:
        yield BUFFER_OVERFLOWED.decide(None)
        return
    centre, start, end, buffer_us = stretch
    lost = _lost(ledger, start, end)
    # The first record of the absence is as old as the buffer when this is over, and nothing is given up before.
    yield _told_without_cause(history, start, start + buffer_us - SLACK_US if lost else end + SLACK_US)
    if not lost:
        yield from _kept_all(ledger, start, end)
        return
    yield measure("given-up", len(lost), en="records given up", zh="放弃的记录数", unit="records")
    yield _alarm(history, centre, start, start + buffer_us)
    yield order_finding(ledger, lost, start, end)
    yield gaps_finding(history, centre, lost)
    yield logged_finding(history, start + buffer_us, end)


def _kept_all(ledger: Ledger, start: int, end: int) -> Iterator[Check | Measurement]:
    """Nothing was given up in an absence longer than the buffer that was asked for: more is kept than was asked.

    So no loss is silent, and nothing was to be told. A bound that a maker claims (`storage.octet-bound`) is another
    question: it has to be kept (R-03).
    """
    kept = [key for key, record in ledger.records.items() if start <= key.end < end and record.arrivals[0] >= end]
    yield measure("given-up", 0, en="records given up", zh="放弃的记录数", unit="records")
    yield NO_SILENT_LOSS.none([], kept, evidence=[f"{len(kept)} records that waited came, none was given up"])


def _told_without_cause(history: History, start: int, until: int) -> Check:
    """What the log says was given up in a stretch of which every record came."""
    rows, problems = rows_of(history, "log")
    near = [row for row in rows if start <= (instant_of_iso(row.get("at", "")) or 0) < until]
    if rows and not notices.mapped(history, GIVEN_UP):
        return notices.left_to_a_person(NOTHING_ELSE_TOLD, near, GIVEN_UP)
    told = [f"{row['at']} {row.get('text', '')}" for row in near if notices.tells(history, row, GIVEN_UP)]
    return NOTHING_ELSE_TOLD.decide(
        not told if rows else None, measured=len(told), limit=0, evidence=told[:5] + problems
    )


def order_finding(ledger: Ledger, lost: Sequence[Problem], start: int, end: int) -> Check:
    """Of the intervals of an absence [start, end) the oldest were given up, class by class."""
    kept = [key for key, record in ledger.records.items() if start <= key.end < end and record.arrivals[0] >= end]
    oldest = {kind: min((key.end for key in kept if key.kind == kind), default=None) for kind in ledger.kinds}
    younger = [
        problem.evidence
        for problem in lost
        if (first := oldest.get(problem.key.kind)) is not None and problem.key.end > first
    ]
    return OLDEST_GIVEN_UP_FIRST.none(younger, kept, evidence=younger[:10])


def _lost(ledger: Ledger, start: int, end: int) -> list[Problem]:
    return [problem for problem in ledger.lost if start <= problem.key.end < end]


def rows_of(history: History, what: str) -> tuple[list[dict[str, str]], list[str]]:
    answers = [event for event in history.of(Observed) if event.what == what]
    rows = [row for event in answers if not event.problem for row in event.rows]
    return rows, [event.problem for event in answers if event.problem]


def _alarm(history: History, centre: str, start: int, full: int) -> Check:
    """An alarm about the buffer is raised before it is full, at 80 % of its time and one look later."""
    rows, problems = rows_of(history, "alarms")
    due = start + (full - start) * ALARM_PERCENT // 100 + SLACK_US
    raised = {
        at: f"{row['raised']} {row.get('kind', '')} {row.get('subject', '')}"
        for row in rows
        if notices.tells(history, row, FILLING)
        and (at := instant_of_iso(row.get("raised", ""))) is not None
        and start <= at
    }
    if rows and not notices.mapped(history, FILLING):
        return notices.left_to_a_person(ALARM_BEFORE_OVERFLOW.of(ALARM_PERCENT), rows, FILLING)
    first = min(raised, default=None)
    return ALARM_BEFORE_OVERFLOW.of(ALARM_PERCENT).decide(
        None if not rows and problems else first is not None and first <= due,
        measured="none" if first is None else seconds(first - start),
        limit=seconds(due - start),
        op="<=",
        evidence=[raised[at] for at in sorted(raised)][:5] + problems,
    )


def gaps_finding(history: History, centre: str, lost: Sequence[Problem]) -> Check:
    """Every lost record lies in a gap that the terminal recorded for its centre or its point."""
    rows, problems = rows_of(history, "gaps")
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        low, high = instant_of_iso(row.get("start", "")), instant_of_iso(row.get("end", ""))
        if low is not None and high is not None:
            spans.setdefault(row.get("centre", "") or row.get("point", ""), []).append((low, high))
    covered = {name: _merged(found) for name, found in spans.items()}
    silent = [
        problem.evidence
        for problem in lost
        if not any(
            low < problem.key.end <= high for name in (centre, problem.key.point) for low, high in covered.get(name, ())
        )
    ]
    return NO_SILENT_LOSS.decide(
        None if problems and not rows else not silent, measured=len(silent), limit=0, evidence=silent[:10] + problems
    )


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def logged_finding(history: History, full: int, end: int) -> Check:
    """The log tells of the overflow, from the hour in which the buffer was full to the return of the centre."""
    rows, problems = rows_of(history, "log")
    told = [
        f"{row['at']} {row.get('text', '')}"
        for row in rows
        if notices.tells(history, row, GIVEN_UP)
        and (at := instant_of_iso(row.get("at", ""))) is not None
        and full - SLACK_US <= at <= end + SLACK_US
    ]
    if rows and not notices.mapped(history, GIVEN_UP):
        near = [row for row in rows if full - SLACK_US <= (instant_of_iso(row.get("at", "")) or 0) <= end + SLACK_US]
        return notices.left_to_a_person(OVERFLOW_LOGGED, near, GIVEN_UP)
    return OVERFLOW_LOGGED.decide(
        None if problems and not rows else bool(told),
        measured=len(told),
        limit=1,
        op=">=",
        evidence=told[:3] or [f"no entry between {local(full)} and {local(end)}", *problems],
    )
