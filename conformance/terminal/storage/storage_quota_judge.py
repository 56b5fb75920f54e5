"""A store bounded by octets that fills: its room kept, an alarm before, delivered data first, every loss told (R-28).

Leaves what arrived to `delivery`, and order, gaps and log of what is given up to `overflow`. In the phase `AWAY` the
centre that refuses hour data is cut off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.case import Check, Measurement, Notice, criterion, measure
from bench.history import History, Observed
from bench.history.marks import Mark, Plain
from bench.history.observation import Words
from conformance.common import notices
from conformance.common.delivery import Ledger, Problem
from conformance.common.times import HOUR, instant_of_iso, local, seconds
from conformance.terminal.storage import overflow_judge as overflow

STORE_OVERFLOWED = criterion(
    "store-overflowed", en="more was acquired than the store may hold", zh="采集量超过存储容量", condition=True
)
DELIVERED_DATA_GO_FIRST = criterion(
    "delivered-data-go-first",
    en="no record that waits for its centre is given up while delivered ones are kept",
    zh="先覆盖已送达数据，未送达数据不先丢弃",
    unit="records",
)
ROOM_KEPT = criterion(
    "room-kept", en="the store takes no more room than it was given", zh="存储占用不超过设定容量", unit="octets"
)
ALARM_BEFORE_FULL = criterion(
    "alarm-before-full",
    en="an alarm is raised when {0} % of the store is used",
    zh="存储用至 {0} % 时告警",
    notices=(Notice.STORE_FILLING,),
)

OVERWRITING_TOLD_TRUTHFULLY = criterion(
    "no-overwriting-told-before",
    en="while the first records are still there, the log tells of no overwriting",
    zh="最早的记录尚在时，日志不称数据已被覆盖",
    unit="entries",
    notices=(Notice.DATA_OVERWRITTEN,),
)


_QUARTERS = 3
"""Of the first hour, of which the first may be a part only."""


def excused(history: History, ledger: Ledger) -> Ledger:
    """The ledger without the losses of its centre's absence, which are judged by what the store could hold."""
    stretch = overflow.away(history)
    if stretch is None or ledger.centre != stretch[0]:
        return ledger
    _, start, end, _ = stretch
    return replace(ledger, lost=[problem for problem in ledger.lost if not start - HOUR <= problem.key.end < end])


class Bound(Words, frozen=True, kw_only=True):
    """How much the store may hold, and which centre refuses hour data meanwhile."""

    centre: str
    octets: int


BOUNDED = Mark("bounded", Bound)
"""The store begins to fill."""
NEARLY_EMPTY = Plain("nearly-empty")
"""The terminal is asked what it keeps while the store has room for all."""
LOOK_BACK = Plain("look-back")
"""It is asked for the oldest quarter-hours."""


def findings(history: History, ledgers: Sequence[Ledger], *, slack_us: int) -> Iterator[Check | Measurement]:
    """All that R-28 asks of a full store; `slack_us` is how far apart the looks at its size are."""
    stretch, bounded = overflow.away(history), BOUNDED.last(history)
    ledger = next((one for one in ledgers if stretch is not None and one.centre == stretch[0]), None)
    looks = LOOK_BACK.of(history)
    yield _told_before(history)
    if bounded is not None:
        yield from _room(history, bounded.detail.octets, slack_us)
    if stretch is None or ledger is None or bounded is None or len(looks) != 2:
        yield _filled(None, "the case did not come to its end")
        return
    centre, start, end, _ = stretch
    before, during = (_still_there(history, look.t) for look in looks)
    lost = [problem for problem in ledger.lost if start - HOUR <= problem.key.end < end]
    if before is None or during is None or (before and not lost):
        yield _filled(None, "the store has not overflowed, or its records were not told")
        return
    yield measure("given-up", len(lost), en="records given up", zh="放弃的记录数", unit="records")
    yield _delivered_first(ledger, start, lost, during)
    if lost:
        yield overflow.order_finding(ledger, lost, start, end)
        yield overflow.gaps_finding(history, centre, lost)
        yield overflow.logged_finding(history, start, end)
    else:
        yield _filled(None, "delivered data went, but nothing that waited")


def _filled(ok: bool | None, why: str) -> Check:
    return STORE_OVERFLOWED.decide(ok, evidence=[why])


def _still_there(history: History, at: int) -> list[str] | None:
    """The oldest quarter-hours that are still in the store at a look back; None without an answer."""
    asked = [
        event
        for event in history.of(Observed)
        if event.what == "records" and event.query.get("kind") == "quarter" and at <= event.t < at + HOUR
    ]
    if not asked or any(event.problem for event in asked):
        return None
    return [f"{event.query.get('point', '')} {row.get('start', '')}" for event in asked for row in event.rows]


STORE_FILLING = Notice.STORE_FILLING


def _told_before(history: History) -> Check:
    """What the log says of overwriting at the look at a nearly empty store, of which nothing has gone."""
    asked = OVERWRITING_TOLD_TRUTHFULLY
    mark = NEARLY_EMPTY.last(history)
    looks = [event for event in history.of(Observed) if mark is not None and mark.t <= event.t < mark.t + HOUR]
    records = next((event for event in looks if event.what == "records" and not event.problem), None)
    log = next((event for event in looks if event.what == "log" and not event.problem), None)
    if records is None or log is None or len(records.rows) < _QUARTERS:
        return asked.decide(None)
    if log.rows and not notices.mapped(history, Notice.DATA_OVERWRITTEN):
        return notices.left_to_a_person(asked, log.rows, Notice.DATA_OVERWRITTEN)
    told = [
        f"{row.get('at')} {row.get('text')}" for row in log.rows if notices.tells(history, row, Notice.DATA_OVERWRITTEN)
    ]
    return asked.none(told, log.rows)


def _room(history: History, room: int, slack_us: int) -> Iterator[Check]:
    """The store keeps within its room, and tells before it is full that it fills."""
    told = [
        (event.t, int(event.rows[0]["octets"]))
        for event in history.of(Observed)
        if event.what == "capacity" and event.rows and event.rows[0].get("octets", "").isdigit()
    ]
    most = max((octets for _, octets in told), default=None)
    yield ROOM_KEPT.decide(
        None if most is None else most <= room,
        measured="not told" if most is None else most,
        limit=room,
        op="<=",
        evidence=[f"{local(at)} {octets}" for at, octets in told if octets > room][:5],
    )
    filling = next((at for at, octets in told if octets * 100 >= room * overflow.ALARM_PERCENT), None)
    rows, problems = overflow.rows_of(history, "alarms")
    raised = sorted(
        at
        for row in rows
        if notices.tells(history, row, STORE_FILLING) and (at := instant_of_iso(row.get("raised", ""))) is not None
    )
    if filling is not None and rows and not notices.mapped(history, STORE_FILLING):
        yield notices.left_to_a_person(ALARM_BEFORE_FULL.of(overflow.ALARM_PERCENT), rows, STORE_FILLING)
        return
    first = raised[0] if raised else None
    yield ALARM_BEFORE_FULL.of(overflow.ALARM_PERCENT).decide(
        None
        if filling is None or (problems and not rows)
        else first is not None and first <= filling + overflow.SLACK_US,
        measured="none" if first is None else local(first),
        limit="not told" if filling is None else local(filling + overflow.SLACK_US),
        op="<=",
        evidence=[f"looks are {seconds(slack_us)} s apart", *problems],
    )


def _delivered_first(ledger: Ledger, away: int, lost: Sequence[Problem], during: Sequence[str]) -> Check:
    """Nothing that waits is given up while delivered records are kept."""
    early = [problem.evidence for problem in ledger.lost if problem.key.end < away - HOUR]
    kept = [f"delivered and kept: {each}" for each in during] if lost else []
    return DELIVERED_DATA_GO_FIRST.decide(
        not early and not kept, measured=len(early) + len(kept), limit=0, evidence=[*early[:10], *kept[:5]]
    )
