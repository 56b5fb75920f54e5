"""Looking into an attempt: its lanes as they grow, events around an instant, one event with its frame decoded.

Leaves verdicts to the judges. A record under way is read to its last whole line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
from markupsafe import Markup

from bench.captures import CapturesError, holding
from bench.case import CaseResult, Text
from bench.commands.running.around import INSTANT, instant_us, words_of
from bench.history import Captured, Event, History, read_history, read_unfinished
from bench.history.growing import GROWING
from bench.journal import attempts
from bench.run import RECORD
from reports.svg import timeline_svg
from reports.timeline import local_time
from simulators.explain.centres import explain_hj212

MOST_OCTETS = 64 << 20
"""A longer record under way is drawn only when it has ended."""
BEFORE, AFTER = 12, 12


@dataclass(frozen=True)
class Seen:
    """An attempt: what is recorded of it by now, whether it is still under way, its result where it ended."""

    history: History | None
    growing: bool
    result: CaseResult | None


@dataclass(frozen=True)
class Row:
    """One event in a line: its number in the record, its local time, its words."""

    number: int
    at_us: int
    at: str
    words: str
    here: bool = False


@dataclass(frozen=True)
class Said:
    """One line of a check's evidence, with the instant it names (µs), where it names one."""

    words: str
    at_us: int | None


@dataclass(frozen=True)
class Framed:
    """Where a frame lies in a capture: file, number of the packet from 1, local time."""

    file: str
    packet: int
    at: str


def seen(run: Path, case: str, number: int) -> Seen | None:
    """An attempt of a run; None where there is none. Raises HistoryError, JournalError."""
    found = next((each for each in attempts(run) if (each.begun.case, each.begun.attempt) == (case, number)), None)
    if found is None:
        return None
    record = found.folder / RECORD
    part = record.with_name(record.name + GROWING)
    if record.is_file():
        return Seen(read_history(record), False, found.result)
    if part.is_file() and part.stat().st_size <= MOST_OCTETS:
        events = read_unfinished(part).events
        return Seen(History(events, "", found.folder) if events else None, True, found.result)
    return Seen(None, found.result is None, found.result)


def lanes(found: Seen, title: Text) -> Markup:
    """Meters, links, terminal, power and centres over time, as a picture; empty where nothing is recorded."""
    if found.history is None or len(found.history.events) < 2:
        return Markup("")
    # The picture escapes every text it holds.
    return Markup(timeline_svg(found.history, id="lanes", title=title))


def said(lines: tuple[str, ...]) -> list[Said]:
    """Lines of evidence with their instants."""
    made: list[Said] = []
    for line in lines:
        named = INSTANT.search(line)
        made.append(Said(line, instant_us(named[0]) if named else None))
    return made


def near(history: History, at_us: int) -> list[Row]:
    """What was said and done around an instant."""
    told = [(number, event, words) for number, event in enumerate(history.events) if (words := words_of(event))]
    after = next((place for place, (_, event, _) in enumerate(told) if event.t > at_us), len(told))
    return [
        Row(number, event.t, local_time(event.t), words, event.t == at_us)
        for number, event, words in told[max(after - BEFORE, 0) : after + AFTER]
    ]


def as_json(event: Event) -> str:
    """An event as its record has it, for people."""
    return msgspec.json.format(msgspec.json.encode(event), indent=2).decode()


def explained(event: Event) -> tuple[tuple[str, str, str], ...]:
    """A frame of HJ 212 field by field: name, octets, meaning; nothing for other events."""
    frame = getattr(event, "frame", "")
    if not isinstance(frame, str) or not frame.startswith("##"):
        return ()
    told = explain_hj212(frame)
    fields = ((part.name, part.value, f"{part.meaning} {part.meaning_zh}".strip()) for part in told.fields)
    return (("", "", told.title), *fields)


def framed(history: History, event: Event) -> list[Framed]:
    """Where the captures of an attempt hold the frame of an event."""
    frame = getattr(event, "frame", "")
    if not isinstance(frame, str) or not frame.strip() or history.folder is None:
        return []
    needle = frame.strip().encode("utf-8", "surrogateescape")
    found: list[Framed] = []
    for name in dict.fromkeys(each.file for each in history.of(Captured)):
        try:
            octets = (history.folder / name).read_bytes()
            found += [Framed(name, number, local_time(at_ns // 1000)) for number, at_ns in holding(octets, needle)]
        except (OSError, CapturesError):
            continue
    return found
