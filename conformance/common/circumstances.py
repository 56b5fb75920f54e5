"""What befell the terminal in a case: its clock moved, power lost, meters and links at fault, meters replaced.

Leaves what that means for an interval to `truth`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bench.history import (
    ClockMoved,
    Commanded,
    History,
    LinkRule,
    MeterFault,
    Power,
    Sent,
    TerminalState,
)
from conformance.common.queries import answers
from conformance.common.times import DAY, SECOND, instant_of, instant_of_iso

# after a clock step the terminal's time is known to the bench no better than this.
CLOCK_SLACK_US = 1 * SECOND


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of true time [start, end) in which the terminal's clock was so much ahead (us)."""

    start: int
    end: int
    offset: int
    slack: int


class ClockLine:
    """The terminal's clock against true time over the case."""

    def __init__(self, moves: list[tuple[int, int]], end_us: int, offset: int = 0) -> None:
        """`moves` are (true instant, offset in us afterwards) in order; before the first the offset is `offset`."""
        stretches: list[Stretch] = []
        at, slack = 0, 0
        for when, after in moves:
            if when > at:
                stretches.append(Stretch(at, when, offset, slack))
            at, offset, slack = when, after, CLOCK_SLACK_US
        stretches.append(Stretch(at, max(end_us, at) + DAY, offset, slack))
        self.stretches = tuple(stretches)
        self.moved = bool(moves)

    def passes(self, shown_us: int, width_us: int) -> Iterator[tuple[int, int]]:
        """True-time windows in which the terminal's clock showed [shown, shown + width), earliest first."""
        for stretch in self.stretches:
            low = shown_us - stretch.offset - stretch.slack
            high = low + width_us
            if low < stretch.end and high > stretch.start:
                yield max(low, stretch.start), min(high, stretch.end)

    def mended(self, start_us: int, end_us: int) -> list[int]:
        """The small offsets that set right a clock wrong within [start, end) of true time, the earliest first."""
        return [
            after.offset
            for wrong, after in pairwise(self.stretches)
            if abs(after.offset) <= CLOCK_SLACK_US < abs(wrong.offset) and wrong.start < end_us and start_us < wrong.end
        ]

    def shown(self, true_us: int) -> int:
        """What the terminal's clock showed at a true instant."""
        for stretch in self.stretches:
            if true_us < stretch.end:
                return true_us + stretch.offset
        return true_us + self.stretches[-1].offset


@dataclass(frozen=True, slots=True)
class Replacement:
    """A meter replacement that was entered (R-19)."""

    at: int
    final_old: str
    initial_new: str


def replacements(history: History) -> dict[str, list[Replacement]]:
    """The replacements that were entered, by point."""
    found: dict[str, list[Replacement]] = {}
    for event in answers(history, "replacement"):
        at = instant_of_iso(event.query.get("at", ""))
        if at is not None:
            point = event.query.get("point", "")
            entry = Replacement(at, event.query.get("final_old", ""), event.query.get("initial_new", ""))
            found.setdefault(point, []).append(entry)
    return found


_SYSTEM_TIME = re.compile(r"SystemTime=(\d{14})")


def clock_moves(history: History) -> list[tuple[int, int]]:
    """Moves of the terminal's clock: (true instant, offset in us afterwards), as the rig saw them.

    Where the rig cannot see the clock, a 1012 that the terminal executed stands for its move.
    """
    seen = [(move.t, move.offset_us) for move in history.of(ClockMoved)]
    frames = {(event.centre, event.qn): event.frame for event in history.of(Sent) if event.cn == "1012"}
    told: list[tuple[int, int]] = []
    for event in history.of(Commanded):
        if event.cn != "1012" or event.result != "1":
            continue
        if any(event.sent - SECOND <= at <= event.t + SECOND for at, _ in seen):
            continue
        found = _SYSTEM_TIME.search(frames.get((event.centre, event.qn), ""))
        shown = instant_of(found.group(1)) if found else None
        if shown is not None:
            at = (event.sent + event.t) // 2
            told.append((at, shown - at))
    return sorted([*seen, *told])


def power_losses(history: History) -> list[tuple[int, int]]:
    """Stretches [cut, restored) without power; one never ended runs to the end of the history."""
    found: list[tuple[int, int]] = []
    began: int | None = None
    for event in history.of(Power):
        if event.state == "cut" and began is None:
            began = event.t
        elif event.state == "restored" and began is not None:
            found.append((began, event.t))
            began = None
    if began is not None:
        found.append((began, history.end_us + 1))
    return found


def excuses(history: History, dark: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in which the bench itself kept the terminal from its meters: lost power, meters and links at fault."""
    found = list(dark)
    opened: dict[tuple[str, str], int] = {}
    switched = [(event.t, event.meter, event.fault, event.state) for event in history.of(MeterFault)]
    switched += [
        (rule.t, rule.link, rule.rule, rule.state)
        for rule in history.of(LinkRule)
        if not rule.link.startswith("uplink")
    ]
    for at, where, what, state in sorted(switched):
        if state == "on":
            opened.setdefault((where, what), at)
        elif state == "off" and (where, what) in opened:
            found.append((opened.pop((where, what)), at))
    return [*found, *((start, history.end_us + 1) for start in opened.values())]


def boots(history: History) -> list[int]:
    """Instants at which the terminal began to run: the start of the case and every return of power."""
    starts = [history.began.t]
    starts += [event.t for event in history.of(Power) if event.state == "restored"]
    starts += [event.t for event in history.of(TerminalState) if event.state in ("starting", "running")]
    return sorted(starts)
