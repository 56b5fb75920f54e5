"""Alarms and the log's clock: a fault is told in time, once, by name, cleared and logged (R-41); stamps (R-39).

Leaves which faults there are to the cases. A fault and its end are phases `fault` and `mended` with the names by which
the terminal knows what failed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from bench.case import Check, Measurement, criterion, measure
from bench.history import ClockMoved, History, Observed, Received
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.notices import Row, names
from conformance.common.phases import MENDED
from conformance.common.times import SECOND, instant_of_iso, local, seconds

LOG_BY_OWN_CLOCK = criterion(
    "log-by-own-clock",
    en="entries of the log carry the time of the terminal's own clock",
    zh="日志时间取自终端自身时钟",
    unit="entries",
)
ALARM_RAISED = criterion(
    "alarm-raised",
    en="every fault raises an alarm at most 60 s after it shows",
    zh="故障后 60 s 内告警",
    unit="faults",
    timed=True,
)
ALARM_ONCE = criterion("alarm-once", en="every fault raises one alarm", zh="每个故障仅一次告警", unit="faults")
ALARM_NAMES_FAULT = criterion(
    "alarm-names-fault", en="the alarm names what failed", zh="告警指明故障的端口、通道或对象", unit="faults"
)
ALARM_CLEARED = criterion("alarm-cleared", en="the alarm ends with its cause", zh="故障消除后告警解除", unit="faults")
ALARM_LOGGED = criterion("alarm-logged", en="every alarm is in the log", zh="告警记入日志", unit="faults")


TOLD_FROM_AFAR = criterion(
    "told-from-afar",
    en="every fault is told to the management software at most 60 s after it shows",
    zh="故障后 60 s 内上报至管理端碳软件",
    unit="faults",
    timed=True,
)
NAMED_FROM_AFAR = criterion(
    "named-from-afar", en="what is told from afar names what failed", zh="远程上报指明故障对象", unit="faults"
)
ENDED_FROM_AFAR = criterion(
    "ended-from-afar", en="a fault that is mended is told no more", zh="故障消除后不再上报", unit="faults"
)


BACKLOG_SHOWN = criterion(
    "backlog-shown",
    en="what waits for a platform that is not to be trusted is shown",
    zh="显示不可信平台的待传数据量",
    unit="platforms",
)
LOST_SHOWN = criterion(
    "lost-platform-shown",
    en="a centre that is lost, or a platform that is not to be trusted, is not shown as connected",
    zh="失联的中心和不可信的平台不显示为已连接",
    unit="centres",
)


# from the cause to the alarm; a link that is tried again every minute is found sound within two.
RAISED_US, CLEARED_US = 60 * SECOND, 120 * SECOND
# entries carry the device's time within so much.
STAMP_US = SECOND


@dataclass(frozen=True)
class Fault:
    """A fault from `start` to `end` (us); due to be told by `due`, under one of `names`."""

    what: str
    names: tuple[str, ...]
    start: int
    end: int
    due: int


class Failing(Words, frozen=True, kw_only=True):
    """What fails (meter, channel, centre, platform), under which names an alarm may tell it, and after how long."""

    what: str
    names: str
    after_s: int | None = None


FAULT = Mark("fault", Failing)
"""Something fails next, until `MENDED`."""


def faults(history: History) -> list[Fault]:
    """The faults of a case, each with its end."""
    found: list[Fault] = []
    ends = [mark.t for mark in MENDED.of(history)]
    begun = FAULT.of(history)
    for mark, later in zip_longest(begun, begun[1:]):
        end = next((at for at in ends if mark.t < at and (later is None or at <= later.t)), None)
        if end is not None:
            due = mark.t + (mark.detail.after_s or 0) * SECOND + RAISED_US
            found.append(Fault(mark.detail.what, tuple(mark.detail.names.split()), mark.t, end, due))
    return found


def _latest(history: History, what: str) -> tuple[dict[str, str], ...] | None:
    answers = [event for event in history.of(Observed) if event.what == what and not event.problem]
    return answers[-1].rows if answers else None


def findings(history: History) -> Iterator[Check | Measurement]:
    """Each fault raises one alarm in time, which names what failed, is logged, and ends with its cause."""
    rows, log = _latest(history, "alarms"), _latest(history, "log")
    tried = faults(history)
    late: list[str] = []
    several: list[str] = []
    nameless: list[str] = []
    standing: list[str] = []
    unlogged: list[str] = []
    worst = 0
    for fault in tried:
        where = f"{fault.what} {fault.names[0]} from {local(fault.start)}"
        mine = [
            (at, row)
            for row in rows or ()
            if (at := instant_of_iso(row.get("raised", ""))) is not None and fault.start <= at < fault.end
        ]
        if not mine:
            late.append(f"{where}: no alarm")
            continue
        first, row = min(mine, key=lambda pair: pair[0])
        worst = max(worst, first - fault.start)
        if first > fault.due:
            late.append(f"{where}: alarm {seconds(first - fault.start)} s later")
        located = [(at, each) for at, each in mine if names(each, fault.names)]
        if not located:
            nameless.append(f"{where}: {row.get('kind')} {row.get('subject')}")
        if len(located) > 1:
            several.append(f"{where}: {len(located)} alarms")
        for _, each in located or mine:
            cleared = instant_of_iso(each.get("cleared", ""))
            if cleared is None or not fault.end - SECOND <= cleared <= fault.end + CLEARED_US:
                shown = "never" if cleared is None else local(cleared)
                standing.append(f"{where}, mended {local(fault.end)}: cleared {shown}")
        told = [
            entry
            for entry in log or ()
            if (at := instant_of_iso(entry.get("at", ""))) is not None
            and abs(at - first) <= STAMP_US
            and names(entry, fault.names)
        ]
        if log is not None and not told:
            unlogged.append(f"{where}: no entry at {local(first)}")
    yield measure(
        "slowest-alarm", seconds(worst), en="longest time from fault to alarm", zh="故障至告警最长时间", unit="s"
    )
    known = bool(tried) and rows is not None
    for question, bad, ok in (
        (ALARM_RAISED, late, known),
        (ALARM_ONCE, several, known and not late),
        (ALARM_NAMES_FAULT, nameless, known and not late),
        (ALARM_CLEARED, standing, known and not late),
        (ALARM_LOGGED, unlogged, known and not late and log is not None),
    ):
        yield question.none(bad, ok)


def backlog_findings(history: History, centre: str) -> Iterator[Check]:
    """What the terminal shows of a centre that is lost, where it shows anything: no clause names such a list."""
    for rows, mine in _queues(history, centre):
        counted = [int(row["pending"]) for row in mine if row.get("pending", "").isdigit()]
        shown = None if mine and not counted else any(counted)
        yield BACKLOG_SHOWN.decide(shown, evidence=[str(row) for row in rows])


def connected_findings(history: History, centre: str) -> Iterator[Check]:
    """Whether it shows a centre as connected that is lost, where it shows that of centres at all."""
    for _, mine in _queues(history, centre):
        told = [row["connected"] for row in mine if row.get("connected")]
        if told:
            yield LOST_SHOWN.decide("true" not in told, evidence=told)


def _queues(history: History, centre: str) -> Iterator[tuple[Sequence[Row], list[Row]]]:
    """Each list of what waits: all its rows, and those of a centre."""
    for event in history.of(Observed):
        if event.what == "queue" and not event.problem:
            yield event.rows, [row for row in event.rows if row.get("centre", "") == centre]


def _reports(history: History, centre: str) -> list[tuple[int, tuple[str, ...]]]:
    """When the terminal reported to the management software, and the alarms that it told."""
    found: list[tuple[int, tuple[str, ...]]] = []
    for event in history.of(Received):
        if event.centre != centre or event.cn != "report":
            continue
        try:
            body: Any = json.loads(event.frame)
            found.append((event.t, tuple(str(each) for each in body.get("alarms", ()))))
        except (ValueError, AttributeError, TypeError):
            continue
    return found


def afar_findings(history: History, centre: str) -> Iterator[Check]:
    """Each fault stands in a report in time, by name, and in none two minutes after its end."""
    said, tried = _reports(history, centre), faults(history)
    untold, nameless, standing = list[str](), list[str](), list[str]()
    for fault in tried:
        where = f"{fault.what} {fault.names[0]} from {local(fault.start)}"
        before = {alarm for at, alarms in said if at < fault.start for alarm in alarms}
        fresh = [alarm for at, alarms in said if fault.start <= at <= fault.due for alarm in alarms]
        fresh = [alarm for alarm in fresh if alarm not in before]
        if not fresh:
            untold.append(f"{where}: no alarm by {local(fault.due)}")
            continue
        mine = [alarm for alarm in fresh if names({"text": alarm}, fault.names)]
        if not mine:
            nameless.append(f"{where}: {fresh[0]}")
        after = [at for at, alarms in said if at > fault.end + CLEARED_US and set(mine or fresh) & set(alarms)]
        standing += [f"{where}, mended {local(fault.end)}: still told {local(after[0])}"] if after else []
    known = bool(tried) and bool(said) and said[-1][0] > max(fault.end for fault in tried)
    yield TOLD_FROM_AFAR.none(untold, known)
    yield NAMED_FROM_AFAR.none(nameless, known and not untold)
    yield ENDED_FROM_AFAR.none(standing, known and not untold)


def clock_findings(history: History) -> Iterator[Check]:
    """What an operator does is in the log at the time of the terminal's own clock, wherever that stands.

    The case moves the clock between two entries; each author is one of its own.
    """
    log = _latest(history, "log")
    wrong: list[str] = []
    offsets: set[int] = set()
    seen = 0
    for event in history.of(Observed):
        author = event.query.get("author", "")
        if not author or event.problem:
            continue
        moves = [move.offset_us for move in history.of(ClockMoved) if move.t <= event.asked]
        offset = moves[-1] if moves else 0
        rows = [row for row in log or () if author in " ".join(row.values())]
        due = event.asked + offset
        if log is None:
            continue
        seen += 1
        offsets.add(offset)
        ats = [at for row in rows if (at := instant_of_iso(row.get("at", ""))) is not None]
        if not any(abs(at - due) <= STAMP_US for at in ats):
            shown = ", ".join(local(at) for at in ats) or "no entry"
            wrong.append(f"{author} by the terminal's clock at {local(due)}: {shown}")
    yield LOG_BY_OWN_CLOCK.none(wrong, seen and len(offsets) > 1)
