"""Standby source: when it takes a silent meter's place, who is told, and what is counted (R-12).

Leaves the values of intervals to `delivery`. Silence begins with the meter's last valid reply (polling every 5 s or
faster) and ends with the first request that its standby gets.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from bench.case import Check, criterion
from bench.history import History, MeterFault, Served, Stored, Unserved
from conformance.common import delivery
from conformance.common.queries import answers, questions
from conformance.common.readings import increment, number
from conformance.common.times import MINUTE, SECOND, floor, instant_of, instant_of_iso, local, seconds

OPERATOR_TOLD = criterion(
    "operator-told",
    en="the log names the standby within 10 s of the switch",
    zh="切换后 10 s 内在日志中提示",
    unit="switches",
    timed=True,
)
STAFF_NOTIFIED = criterion(
    "staff-notified",
    en="an alarm that names the silent meter or its standby stands at the latest 10 s after the switch",
    zh="切换后 10 s 内有指明失联表计或备用设备的告警",
    unit="switches",
    timed=True,
)
SOURCE_RECORDED = criterion(
    "source-recorded", en="readings of the standby carry their source", zh="备用设备的读数记录来源", unit="readings"
)
MISSING_STRETCH_RECORDED = criterion(
    "missing-stretch-recorded",
    en="what was missed before the standby was read is recorded, both edges right",
    zh="启用备用设备前的缺失时段已记录，起止正确",
    unit="gaps",
    stamped=True,
)
EVERY_UNIT_ONCE = criterion(
    "every-unit-once",
    en="no unit of the register is lost or counted twice",
    zh="不漏计、不重计",
    unit="records",
    stamped=True,
)
STANDBY_COUNTS_ON = criterion(
    "standby-counts-on",
    en="what is sent for minutes read from the standby alone is what its register advanced, over full scale too",
    zh="全由备用设备读得的分钟值等于其示值增量（含满度回零）",
    unit="records",
)
HOUR_IS_THE_METERS_OWN = criterion(
    "hour-is-the-meters-own",
    en="the hour in which a standby stood in holds what the meter's own register advanced",
    zh="含代采时段的小时值等于原表示值增量",
    unit="records",
)
NO_SWITCH = criterion("no-switch", en="the standby is not asked", zh="未启用备用设备", unit="switches")
ANSWERING_NOT_REPLACED = criterion(
    "no-switch",
    en="a meter that answers every poll is not replaced",
    zh="每次轮询均有应答的表计不被替换",
    unit="switches",
)
ONE_SWITCH = criterion(
    "one-switch", en="every silence brings one switch to the standby", zh="每次中断切换备用设备一次", unit="switches"
)
SWITCH_TIME = criterion(
    "switch-time",
    en="the switch comes 10.0 to 11.0 s after the last valid reply",
    zh="末次有效应答后 10.0–11.0 s 内切换",
    unit="s",
    timed=True,
    reading_b_of="R-12",
)


# the switch comes between these after the last valid reply, the notice within the last after the switch.
EARLIEST_US, LATEST_US, NOTICE_US = 10 * SECOND, 11 * SECOND, 10 * SECOND
_ENDED_US = 120 * SECOND
# Requests to a standby so far apart belong to two switches.
_APART_US = 20 * SECOND


ALARM_ENDS = criterion(
    "alarm-ends-with-the-standby",
    en="no alarm of the switch stands once the meter is back",
    zh="仪表恢复后备用设备告警解除",
    unit="alarms",
)


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch in which a meter gave no valid reply: its last one before and its first one afterwards."""

    start: int
    end: int


def silences(history: History, meter: str) -> list[Silence]:
    """The stretches that the bench made by faults of the meter."""
    replies = [event.t for event in history.of(Served) if event.meter == meter]
    found: list[Silence] = []
    for event in history.of(MeterFault):
        if event.meter == meter and event.state == "on":
            before = [at for at in replies if at <= event.t]
            after = [at for at in replies if at > event.t]
            if before and after:
                found.append(Silence(before[-1], after[0]))
    return found


def switches(history: History, spare: str) -> list[int]:
    """The first request of each run of requests to the standby (us)."""
    asked = sorted(
        [event.asked for event in history.of(Served) if event.meter == spare]
        + [event.t for event in history.of(Unserved) if event.meter == spare]
    )
    return [at for number, at in enumerate(asked) if not number or at - asked[number - 1] > _APART_US]


def kept_findings(history: History, meter: str, spare: str) -> Iterator[Check]:
    """A meter that was never silent for ten seconds keeps its place."""
    quiet, seen = silences(history, meter), switches(history, spare)
    yield NO_SWITCH.none(
        seen,
        quiet,
        evidence=[
            *(f"{spare} asked from {local(at)} on" for at in seen),
            *(f"{meter}: no reply for {seconds(one.end - one.start)} s from {local(one.start)}" for one in quiet),
        ],
    )


def slow_findings(history: History, pairs: dict[str, str]) -> Iterator[Check]:
    """Meters (and their standbys) that are polled slowly and answer every poll keep their place."""
    answered = {meter: sum(event.meter == meter for event in history.of(Served)) for meter in pairs}
    missed = {event.meter for event in history.of(Unserved)} & set(pairs)
    seen = [f"{spare} asked from {local(at)} on" for spare in pairs.values() for at in switches(history, spare)]
    watched = all(count >= 4 for count in answered.values()) and not missed
    yield ANSWERING_NOT_REPLACED.none(
        seen, watched, evidence=[*seen, *(f"{meter}: {count} polls answered" for meter, count in answered.items())]
    )


def taken_findings(history: History, meter: str, spare: str, centre: str) -> Iterator[Check]:
    """Every silence of the case brings one switch in time, which is told, recorded, and counts every unit once.

    Under reading B the switch is due after the larger of 10 s and three polling periods.
    """
    quiet, seen = silences(history, meter), switches(history, spare)
    yield ONE_SWITCH.decide(
        len(seen) == len(quiet) if quiet else None,
        measured=len(seen),
        limit=len(quiet),
        evidence=[f"{spare} asked from {local(at)} on" for at in seen],
    )
    waits = [at - one.start for one in quiet for at in seen if one.start < at < one.start + 2 * _APART_US]
    off = [f"{spare} asked {seconds(wait)} s after the last reply of {meter}" for wait in waits]
    late = [line for line, wait in zip(off, waits, strict=True) if not EARLIEST_US <= wait <= LATEST_US]
    period_us = next(int(setup.period_s * SECOND) for setup in history.began.meters if setup.name == meter)
    later = max(EARLIEST_US, 3 * period_us) - EARLIEST_US
    yield SWITCH_TIME.decide(
        not late if waits else None,
        measured=seconds(max(waits, key=lambda wait: abs(2 * wait - EARLIEST_US - LATEST_US))) if waits else "",
        limit=f"{seconds(EARLIEST_US)}..{seconds(LATEST_US)}",
        evidence=late or off,
        has_b=bool(waits),
        reading_b=all(EARLIEST_US + later <= wait <= LATEST_US + later for wait in waits),
    )
    yield _told(history, spare, seen)
    yield _notified(history, meter, spare, quiet, seen)
    yield from _ended(history, meter, spare)
    yield _recorded(history, meter, spare, quiet)
    yield _stretch(history, meter, spare, quiet)
    yield _counted(history, meter, centre)


def _told(history: History, spare: str, seen: list[int]) -> Check:
    rows = [row for event in questions(history, "log") for row in event.rows]
    asked = bool(answers(history, "log"))
    instants = [instant_of_iso(row.get("at", "")) for row in rows if spare in " ".join(row.values())]
    untold = [at for at in seen if not any(told is not None and -SECOND <= told - at <= NOTICE_US for told in instants)]
    return OPERATOR_TOLD.none_among(
        seen and asked,
        untold,
        evidence=[f"nothing in the log about {spare} after the switch of {local(at)}" for at in untold],
    )


def _notified(history: History, meter: str, spare: str, quiet: list[Silence], seen: list[int]) -> Check:
    """The alarm may be of the silence or of the switch, on the outlet for alarms (R-41), when staff can still act."""
    rows = [row for event in answers(history, "alarms") for row in event.rows]
    named = [
        raised
        for row in rows
        if meter in " ".join(row.values()) or spare in " ".join(row.values())
        if (raised := instant_of_iso(row.get("raised", ""))) is not None
    ]
    pairs = [(one.start, at) for one in quiet for at in seen if one.start < at < one.start + 2 * _APART_US]
    without = [
        f"no alarm from {local(start)} to {local(at + NOTICE_US)}"
        for start, at in pairs
        if not any(start - SECOND <= raised <= at + NOTICE_US for raised in named)
    ]
    return STAFF_NOTIFIED.none_among(pairs and answers(history, "alarms"), without)


def _ended(history: History, meter: str, spare: str) -> Iterator[Check]:
    """Two minutes after the standby was asked last no alarm stands (R-41); when that is, the maker says (R-12)."""
    asked = [event.asked for event in history.of(Served) if event.meter == spare]
    looks = [event for event in answers(history, "alarms") if asked and event.t >= asked[-1] + _ENDED_US]
    rows = [row for event in looks for row in event.rows if {meter, spare} & set(re.findall(r"[\w.]+", str(row)))]
    if rows:
        yield ALARM_ENDS.none([row.get("text", "") for row in rows if not row.get("cleared")], rows)


def _recorded(history: History, meter: str, spare: str, quiet: list[Silence]) -> Check:
    """Readings that only the standby can have given name another source than the meter's own readings do."""
    own = [event.t for event in history.of(Served) if event.meter == meter]
    spares = [event.t for event in history.of(Served) if event.meter == spare]
    points = [point.id for point in history.began.points if point.meter == meter]
    named: dict[bool, set[str]] = {False: set(), True: set()}
    wrong: list[str] = []
    for event in questions(history, "readings"):
        if event.query.get("point") not in points:
            continue
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            if at is None or not row.get("value"):
                continue
            by_meter, by_spare = (
                any(at - SECOND <= one < at + SECOND for one in those[_near(those, at) : _near(those, at) + 3])
                for those in (own, spares)
            )
            if by_meter != by_spare:
                named[by_spare].add(row.get("source", ""))
                if by_spare and row.get("source", "") in (meter, ""):
                    wrong.append(f"{event.query['point']} at {local(at)}: source {row.get('source') or 'none'}")
    mixed = named[True] & named[False]
    looked = bool(named[True])
    return SOURCE_RECORDED.decide(
        False if wrong or mixed else True if looked and quiet else None,
        measured=len(wrong),
        limit=0,
        evidence=[*wrong, *(f"source {name or 'none'} for both" for name in sorted(mixed))],
    )


def _stretch(history: History, meter: str, spare: str, quiet: list[Silence]) -> Check:
    """What was missed before the standby was read is recorded as a gap, both edges within a period and a second."""
    period = next((round(each.period_s * SECOND) for each in history.began.meters if each.name == meter), SECOND)
    points = [point.id for point in history.began.points if point.meter == meter]
    taken = [event.t for event in history.of(Served) if event.meter == spare]
    rows = [row for event in questions(history, "gaps") for row in event.rows]
    asked = bool(answers(history, "gaps"))
    wrong: list[str] = []
    due = 0
    for one in quiet:
        back = next((at for at in taken if at > one.start), None)
        if back is None:
            continue
        end = min(back, one.end)
        for point in points:
            due += 1
            own = [
                (start, until)
                for row in rows
                if row.get("point") == point
                and (start := instant_of_iso(row.get("start", ""))) is not None
                and (until := instant_of_iso(row.get("end", ""))) is not None
                and start < end
                and until > one.start
            ]
            shown = f"{point}: no reading from {local(one.start)} to {local(end)}"
            if not own:
                wrong.append(f"{shown}, no gap recorded")
                continue
            first, last = min(start for start, _ in own), max(until for _, until in own)
            near = period + SECOND
            if abs(first - one.start) > near or abs(last - end) > near:
                wrong.append(f"{shown}, recorded as {local(first)} to {local(last)}")
    return MISSING_STRETCH_RECORDED.none_among(due and asked, wrong)


def _near(instants: list[int], at: int) -> int:
    return bisect_left(instants, at - SECOND)


def _counted(history: History, meter: str, centre: str) -> Check:
    codes = delivery.setup_of(history, centre).codes
    counters = [point for point in history.began.points if point.meter == meter and point.kind == "counter"]
    points = [point.id for point in counters if point.id in codes]
    ledger = delivery.reconcile(history, centre, ("minute", "hour"))
    found = [*ledger.altered, *ledger.invented, *ledger.lost]
    problems = [problem for problem in found if problem.key.point in points]
    arrived = [key for key in ledger.records if key.point in points]
    return EVERY_UNIT_ONCE.none(problems, arrived, evidence=delivery.lines(problems))


def full_scale_findings(history: History, meter: str, spare: str, centre: str) -> Iterator[Check]:
    """Minutes both of whose ends the standby was read at, and the hour around them, of the meter's counters."""
    setup = delivery.setup_of(history, centre)
    points = {setup.codes[point.id]: point for point in history.began.points if point.id in setup.codes}
    counters = {code: point for code, point in points.items() if point.meter == meter and point.kind == "counter"}
    over = any(event.fault == "rollover-soon" and event.meter == spare for event in history.of(MeterFault))
    wrong: list[str] = []
    seen = wrapped = 0
    for code, point in counters.items():
        register = point.id.partition(".")[2]
        read = {
            floor(event.asked, SECOND): text
            for event in history.of(Served)
            if event.meter == spare
            for name, text in event.values.items()
            if name.partition(".")[2] == register
        }
        for event in history.of(Stored):
            start = instant_of(event.stamp)
            if (event.centre, event.kind, event.code) != (centre, "minute", code) or start is None:
                continue
            first, last = read.get(start), read.get(start + setup.minute_interval * MINUTE)
            if first is None or last is None:
                continue
            seen += "Cou" in event.fields
            step = increment(point, first, last, setup.minute_interval * MINUTE)
            wrapped += step.event == "rollover"
            if step.value is None or number(event.fields.get("Cou", "")) != step.value:
                told = f"{event.code} minute from {local(start)}: {event.fields.get('Cou', 'no value')}"
                wrong.append(f"{told}, {spare} went from {first} to {last}")
    # A product may send no value at all for what a standby said; one that sends some sends all.
    yield STANDBY_COUNTS_ON.none(wrong if seen else [], seen and wrapped and over)
    ledger = delivery.reconcile(history, centre, ("hour",))
    found = [*ledger.altered, *ledger.invented, *ledger.lost, *ledger.wrongly_flagged]
    hours = [problem for problem in found if any(problem.key.point == point.id for point in counters.values())]
    yield HOUR_IS_THE_METERS_OWN.none(hours, over and ledger.records, evidence=delivery.lines(hours))
