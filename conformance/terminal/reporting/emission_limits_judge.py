"""Alarms of emissions against the oracle: once above a limit, ended with it, and never below (ISC-2 7.2.6, R-41).

Leaves the figures themselves to `figures_judge`. An alarm is found by the maker's codes; what it is about is not asked,
since one limit is told. Of an alarm that was there when nobody had asked yet its own stamps decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from bench.case import Check, Notice, criterion
from bench.history import History
from bench.history.accounting import Limit
from conformance.common.carbon.reckon import books_of, period
from conformance.common.notices import left_to_a_person, mapped, tells
from conformance.common.queries import answers
from conformance.common.times import SECOND, ceil, instant_of_iso, local
from conformance.common.truth import Certainty
from conformance.terminal.accounting.figures_judge import exact

RAISED = criterion(
    "emission-alarm-raised",
    en="an emission above its limit raises one alarm, at most 60 s after the end of its period",
    zh="排放量超过预警限值后 60 s 内告警一次",
    unit="times",
    timed=True,
    notices=(Notice.EMISSION_ABOVE_LIMIT,),
)
ONLY_ABOVE = criterion(
    "emission-alarm-only-above",
    en="no alarm is raised while the emission is not above its limit",
    zh="排放量未超过预警限值时不告警",
    unit="alarms",
    notices=(Notice.EMISSION_ABOVE_LIMIT,),
)
ENDED = criterion(
    "emission-alarm-ended",
    en="the alarm ends at most 60 s after the end of the first period that is not above its limit",
    zh="排放量恢复至限值以内后 60 s 内告警解除",
    unit="times",
    timed=True,
    notices=(Notice.EMISSION_ABOVE_LIMIT,),
)
ABOVE = Notice.EMISSION_ABOVE_LIMIT
_DUE_US = 60 * SECOND


@dataclass(frozen=True)
class _Stretch:
    """Periods in a row above a limit: the end of the first one, and of the first one that is not (0: none seen)."""

    begun: int
    ended: int
    told: str


def _stretches(history: History, limit: Limit, until: int) -> tuple[list[_Stretch], int]:
    """The stretches above a limit by the end of what was asked, and how many periods were not above it."""
    books = books_of(history)
    found: list[_Stretch] = []
    begun, told, below = 0, "", 0
    length = period(limit.kind, 0)[1]
    at = ceil(history.began.t, length)
    while at + length <= until:
        total = books.total(limit.of, limit.id, at, at + length)
        if total.state is Certainty.SURE and total.pieces:
            above = total.co2e * (1000 if limit.unit == "kg" else 1) > Fraction(limit.above)
            below += not above
            if above and not begun:
                begun, told = at + length, f"from {local(at)}: exactly {exact(total.co2e, limit.unit)}"
            elif begun and not above:
                found.append(_Stretch(begun, at + length, told))
                begun = 0
        at += length
    if begun:
        found.append(_Stretch(begun, 0, told))
    return found, below


def findings(history: History) -> Iterator[Check]:
    """The alarms of the last answer against what was above the limit by then."""
    asked = answers(history, "alarms")
    if asked and not mapped(history, ABOVE):
        rows = [row for event in asked for row in event.rows]
        for each in (RAISED, ONLY_ABOVE, ENDED):
            yield left_to_a_person(each, rows, ABOVE)
        return
    limits = books_of(history).emitter.limits
    if not asked or not limits:
        for each in (RAISED, ONLY_ABOVE, ENDED):
            yield each.none([], 0)
        return
    last = asked[-1]
    alarms = [
        (raised, instant_of_iso(row.get("cleared", "")))
        for row in last.rows
        if tells(history, row, ABOVE) and (raised := instant_of_iso(row.get("raised", ""))) is not None
    ]
    stretches, below = _stretches(history, limits[0], last.asked - _DUE_US)
    silent: list[str] = []
    standing: list[str] = []
    ended = 0
    matched: list[tuple[int, int | None]] = []
    for stretch in stretches:
        until = stretch.ended + _DUE_US if stretch.ended else last.asked
        own = [each for each in alarms if stretch.begun - SECOND <= each[0] <= until]
        matched += own
        if len(own) != 1 or own[0][0] > stretch.begun + _DUE_US:
            when = ", ".join(local(raised) for raised, _ in own) or "never"
            silent.append(f"{stretch.told}: alarm {when}")
        elif stretch.ended:
            ended += 1
            cleared = own[0][1]
            if cleared is None or not stretch.ended - SECOND <= cleared <= stretch.ended + _DUE_US:
                when = "never" if cleared is None else local(cleared)
                standing.append(f"{stretch.told}, not above in the period to {local(stretch.ended)}: cleared {when}")
    false = [f"alarm of {local(each[0])}: nothing was above the limit" for each in alarms if each not in matched]
    yield RAISED.none(silent, stretches)
    yield ONLY_ABOVE.none(false, below)
    yield ENDED.none(standing, ended)
