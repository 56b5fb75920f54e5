"""What stood around the instant that a failing check names: a line of time in text, and the frames before and after.

Leaves finding fault to the judges and frames to `simulators.explain`. Made only for cases that did not pass, while
their history is at hand; a check whose evidence names no instant has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from bench.case import CaseResult, Verdict
from bench.history import (
    ClockMoved,
    Connected,
    Event,
    History,
    LinkRule,
    MeterFault,
    Phase,
    Power,
    Received,
    Rejected,
    Sent,
    Served,
    TerminalState,
    Trouble,
    Unserved,
)
from reports.blocks import visible, width
from reports.timeline import Detail, Lane, Span, Timeline, gather, local_time, worded
from simulators.explain.centres import explain_hj212

BINS = 60
BEFORE, AFTER = 6, 4
MOST_LANES = 9
MOST_LETTERS = 110
_NAME = 22
INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? \+08:00")
_LEVELS = "·▁▂▃▄▅▆▇█"
_SESSION = "session"
_OPEN = (Verdict.FAIL, Verdict.ERROR)


def around(result: CaseResult, history: History) -> tuple[str, ...]:
    """The lines for a case that failed; none where no failing check names an instant of its evidence."""
    for check in result.checks:
        if check.verdict in _OPEN:
            for line in check.evidence:
                if found := INSTANT.search(line):
                    at_us = instant_us(found[0])
                    return (*_strip(gather(history, Detail(bins=BINS)), at_us), *_frames(history, at_us))
    return ()


def instant_us(text: str) -> int:
    seconds, dot, rest = text.removesuffix(" +08:00").partition(".")
    whole = datetime.strptime(f"{seconds} +0800", "%Y-%m-%d %H:%M:%S %z")
    return int(whole.timestamp()) * 1_000_000 + (int(rest.ljust(6, "0")[:6]) if dot else 0)


def _strip(line: Timeline, at_us: int) -> Iterator[str]:
    """Lanes of characters, the fuller the more; ─ connected, × impaired, | something that happened once."""
    lanes = [lane for lane in line.lanes if lane.spans or lane.marks or any(lane.totals.values())]
    yield f"{local_time(line.start_us, fraction=False)} … {local_time(line.end_us, fraction=False)}"
    for lane in lanes[:MOST_LANES]:
        name = visible(lane.name.en)[:_NAME]
        yield f"{name}{' ' * (_NAME - width(name))} {_lane(lane, line)}"
    yield f"{' ' * _NAME} {' ' * _column(at_us, line)}▲ {local_time(at_us)[11:23]}"


def _lane(lane: Lane, line: Timeline) -> str:
    cells = [" "] * BINS
    for first, last in _columns([each for each in lane.spans if each.kind == _SESSION], line):
        cells[first : last + 1] = "─" * (last + 1 - first)
    for series in lane.series.values():
        most = max(series, default=0)
        for column, count in enumerate(series):
            if count:
                cells[column] = _LEVELS[1 + (count * (len(_LEVELS) - 2)) // most]
    for first, last in _columns([each for each in lane.spans if each.kind != _SESSION], line):
        cells[first : last + 1] = "×" * (last + 1 - first)
    for mark in lane.marks:
        cells[_column(mark.at_us, line)] = "|"
    return "".join(cells).rstrip()


def _column(at_us: int, line: Timeline) -> int:
    return min(max((at_us - line.start_us) * BINS // (line.end_us - line.start_us), 0), BINS - 1)


def _columns(spans: Iterable[Span], line: Timeline) -> Iterator[tuple[int, int]]:
    return ((_column(each.start_us, line), _column(each.end_us, line)) for each in spans)


def _frames(history: History, at_us: int) -> Iterator[str]:
    """What was said and done just before and just after the instant, decoded."""
    told = [(event, words) for event in history.events if (words := words_of(event))]
    after = next((number for number, (event, _) in enumerate(told) if event.t > at_us), len(told))
    for event, words in told[max(after - BEFORE, 0) : after + AFTER]:
        words = visible(words)
        cut = words if len(words) <= MOST_LETTERS else f"{words[: MOST_LETTERS - 1]}…"
        yield f"{local_time(event.t)[11:23]}  {cut}"


def words_of(event: Event) -> str:
    """An event in a line; empty for what only the bench cares about."""
    match event:
        case Served():
            values = ", ".join(f"{point}={value}" for point, value in event.values.items())
            return f"{event.meter} → terminal: {values or event.response}" + (
                f" [{event.fault}]" if event.fault else ""
            )
        case Unserved():
            return f"{event.meter}: {event.outcome}" + (f" [{event.fault}]" if event.fault else "")
        case Received():
            faults = f" [{', '.join(event.faults)}]" if event.faults else ""
            return f"terminal → {event.centre}: {_title(event.frame)}{event.frame.strip()}{faults}"
        case Sent():
            return f"{event.centre} → terminal: {_title(event.frame)}{event.frame.strip()}"
        case Connected():
            return f"{event.at}: connection {event.state} {event.reason}".rstrip()
        case Rejected():
            return f"{event.at}: {event.count} octets refused: {event.reason}"
        case LinkRule():
            return f"link {event.link}: {worded(event.rule)} {event.state}"
        case Power():
            return f"power {event.state}"
        case ClockMoved():
            return f"terminal's clock moved: {event.offset_us / 1e6:+g} s"
        case MeterFault():
            return f"{event.meter}: {event.fault} {event.state}"
        case TerminalState():
            return f"terminal {event.state} {event.detail}".rstrip()
        case Trouble():
            return f"bench: {event.what}"
        case Phase():
            return f"phase {worded(event.name)}"
        case _:
            return ""


def _title(frame: str) -> str:
    """What a frame of HJ 212 is, before the frame itself; nothing for another form."""
    return f"{explain_hj212(frame).title}: " if frame.startswith("##") else ""
