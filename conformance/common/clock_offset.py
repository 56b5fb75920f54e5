"""Synchronisation: how far the terminal's clock is from its source at each probe, and what it does without one (R-10).

Leaves steps of the clock and what they do to periods to `clock_steps`. A clock that is read in whole seconds is known
to far less than a second when it is read at several instants within the second: each reading bounds the offset on both
sides, and all of them together leave a narrow stretch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bench.case import Check, Measurement, Text, criterion, measure
from bench.history import Commanded, History, TimeAsked
from bench.history.phases import SOURCE_AHEAD, SOURCE_BACK, SOURCE_SILENT
from conformance.common.phases import PROBE
from conformance.common.times import HOUR, SECOND, instant_of, local, seconds

ASKS_ITS_SOURCE = criterion(
    "asks-its-source",
    en="the source is asked at least once an hour",
    zh="至少每小时向时间源对时一次",
    unit="h",
    exact=Text("whole hours are counted", "按整小时计数"),
)
FREE_RUN_DRIFT = criterion(
    "free-run-drift",
    en="without a source the clock drifts by at most 1 s in 24 h",
    zh="无时间源自由运行 24 h 漂移不超过 1 s",
    unit="s",
    timed=True,
)
FOLLOWS_AGAIN = criterion(
    "follows-again",
    en="once the source is back the clock follows it again",
    zh="时间源恢复后时钟重新跟随",
    unit="probes",
)
KEPT_WITHIN_A_SECOND = criterion(
    "kept-within-a-second",
    en="the clock is within 1 s of its source at every hourly probe",
    zh="每小时探测时钟与时间源偏差不超过 1 s",
    unit="probes",
)


LIMIT_S = 1
PROBES = 24
READINGS = 8
"""Readings of the clock in one probe, spread evenly over the second."""
SPACING_S = 1 + 1 / READINGS
SETTLES_S = 3600
"""So long after its source moved a terminal may still be on its way: NTP slews as well as steps."""
_WIDEST_US = SECOND // 5


@dataclass(frozen=True, slots=True)
class Probe:
    """The terminal's clock at an instant: ahead of its source by `ahead_us`, known to within `within_us` (k=2)."""

    at: int
    number: int
    ahead_us: int
    within_us: int

    def line(self) -> str:
        """For a person."""
        return f"probe {self.number} at {local(self.at)}: {seconds(self.ahead_us)} s ± {seconds(self.within_us)} s"


def source_at(history: History, at: int) -> int:
    """By how much the source was ahead of true time, us."""
    ahead = 0
    for mark in SOURCE_AHEAD.of(history):
        if mark.t <= at:
            ahead = round(mark.detail.seconds * SECOND)
    return ahead


def probes(history: History) -> list[Probe]:
    """Probes in order: readings by command 1011 after each phase `PROBE`, against the source of that instant."""
    marks = PROBE.of(history)
    found: list[Probe] = []
    for number, mark in enumerate(marks, 1):
        until = marks[number].t if number < len(marks) else history.end_us + 1
        readings = [
            (event.sent, event.t, shown)
            for event in history.of(Commanded)
            if event.cn == "1011"
            and mark.t <= event.sent < until
            and (shown := instant_of(event.answer.get("SystemTime", ""))) is not None
        ]
        if readings:
            found.append(_probe(readings, number, source_at(history, readings[0][0])))
    return found


def _probe(readings: Sequence[tuple[int, int, int]], number: int, ahead_us: int) -> Probe:
    """What readings (asked, answered, shown) leave: the clock showed a second that had begun and not yet ended."""
    low = max(shown - answered for _, answered, shown in readings)
    high = min(shown + SECOND - asked for asked, _, shown in readings)
    # A clock that moved in between satisfies no single offset: then all that any reading allows is left.
    first, last = min(low, high), max(low, high)
    return Probe(readings[0][0], number, (first + last) // 2 - ahead_us, (last - first + 1) // 2)


def _usable(found: Sequence[Probe]) -> list[Probe]:
    return [probe for probe in found if probe.within_us <= _WIDEST_US]


def _settled(history: History, found: Sequence[Probe]) -> list[Probe]:
    """Probes by which the terminal had had its time to follow: not within an hour of a move or of its start."""
    ahead, back = SOURCE_AHEAD.of(history), SOURCE_BACK.of(history)
    moves = [history.began.t, *(mark.t for mark in ahead), *(mark.t for mark in back)]
    return [probe for probe in found if not any(0 <= probe.at - move < SETTLES_S * SECOND for move in moves)]


def kept_findings(history: History) -> Iterator[Check | Measurement]:
    """The clock is within 1 s of its source at every probe, also after the source itself has moved."""
    every = probes(history)
    found = _usable(_settled(history, every))
    beyond = [probe.line() for probe in found if abs(probe.ahead_us) > LIMIT_S * SECOND]
    yield KEPT_WITHIN_A_SECOND.decide(
        False if beyond else True if len(found) >= PROBES else None,
        measured=len(found) - len(beyond),
        limit=max(len(found), PROBES),
        evidence=beyond or [probe.line() for probe in found],
    )
    worst = max(found, key=lambda probe: abs(probe.ahead_us), default=None)
    yield Measurement(
        id="largest-offset",
        name=measure("", "", en="largest offset from the source", zh="与时间源的最大偏差").name,
        value="" if worst is None else seconds(abs(worst.ahead_us)),
        unit="s",
        samples=len(found),
        uncertainty="" if worst is None else seconds(worst.within_us),
    )


def asking_finding(history: History) -> Check:
    """The terminal asks its source as long as the case lasts: at least once in each hour."""
    asked = [event.t for event in history.of(TimeAsked)]
    hours = (history.end_us - history.began.t) // HOUR
    begins = [history.began.t + hour * HOUR for hour in range(hours)]
    idle = [begin for begin in begins if not any(begin <= at < begin + HOUR for at in asked)]
    return ASKS_ITS_SOURCE.decide(
        None if hours < 1 else not idle,
        measured=hours - len(idle),
        limit=hours,
        evidence=[f"no question from {local(begin)} for an hour" for begin in idle] or [f"{len(asked)} questions"],
    )


def free_run_finding(history: History) -> Check:
    """Between the first and the last probe without source the clock drifts by at most 1 s in 24 h."""
    silent, back = SOURCE_SILENT.first(history), SOURCE_BACK.first(history)
    alone = (
        []
        if silent is None or back is None
        else [one for one in _usable(probes(history)) if silent.t <= one.at < back.t]
    )
    whole = len(alone) > 1 and alone[-1].at - alone[0].at >= 23 * HOUR
    drift_us = abs(alone[-1].ahead_us - alone[0].ahead_us) if whole else None
    within_us = alone[0].within_us + alone[-1].within_us if whole else 0
    return FREE_RUN_DRIFT.compare(
        None if drift_us is None else Decimal(seconds(drift_us)),
        "<=",
        LIMIT_S,
        uncertainty=Decimal(seconds(within_us)) if within_us <= _WIDEST_US else Decimal(LIMIT_S),
        samples=len(alone),
        evidence=[probe.line() for probe in alone],
    )


def found_again_finding(history: History) -> Check:
    """Once the source answers again the clock follows it, though it has moved meanwhile."""
    back = SOURCE_BACK.first(history)
    after = [] if back is None else [one for one in _usable(probes(history)) if one.at >= back.t + SETTLES_S * SECOND]
    off = [probe.line() for probe in after if abs(probe.ahead_us) > LIMIT_S * SECOND]
    return FOLLOWS_AGAIN.decide(
        None if not after else not off,
        measured=len(after) - len(off),
        limit=len(after),
        evidence=off or [probe.line() for probe in after],
    )
