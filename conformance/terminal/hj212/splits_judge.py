"""Split uploads whose connection or supply fails between the parts (HJ 212-2017 C.49, C.50; R-26).

Leaves form and order of parts to `frames` and the records in them to `delivery`. A set is what one centre received
under one command and one time of data; a terminal may start it again at part 1 or go on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.case import Check, criterion
from bench.history import History, Sent
from conformance.common import frames
from conformance.common.times import SECOND, local

NO_SET_LEFT_HALF = criterion(
    "no-set-left-half",
    en="a set that was interrupted is finished afterwards: no half of it counts for the whole",
    zh="中断的分包组随后补齐，不以半组充整组",
    unit="sets",
)
PARTS_REPEATED_FOR_A_REASON = criterion(
    "parts-repeated-for-a-reason",
    en="an acknowledged part is sent again at most once for each interruption of its set",
    zh="已应答的分包，每次中断至多随整组重发一次",
    unit="parts",
)
SETS_WERE_INTERRUPTED = criterion(
    "sets-were-interrupted",
    en="the path failed between the parts of enough sets",
    zh="足够多的分包组在包间被中断",
    unit="sets",
    condition=True,
)


# An acknowledgement that left so long before the next arrival had the time to travel.
_TRAVEL_US = SECOND


@dataclass(frozen=True, slots=True)
class Part:
    """One arrival of one part: instant (us), connection, number, how many there are, when its 9014 left (or None)."""

    t: int
    conn: int
    number: int
    of: int
    acked: int | None


@dataclass(slots=True)
class Set:
    """The parts of one period at one centre in the order of their arrival."""

    name: str
    parts: list[Part] = field(default_factory=list[Part])

    @property
    def count(self) -> int:
        """How many parts the set has, as its last arrival says."""
        return self.parts[-1].of

    @property
    def missing(self) -> list[int]:
        """Numbers of parts that were never acknowledged."""
        done = {part.number for part in self.parts if part.acked is not None}
        return [number for number in range(1, self.count + 1) if number not in done]

    @property
    def interruptions(self) -> int:
        """How often the set stopped unfinished: the next arrival came over another connection, or never."""
        stops = 0
        done: set[int] = set()
        for index, part in enumerate(self.parts):
            later = self.parts[index + 1] if index + 1 < len(self.parts) else None
            if part.acked is not None:
                done.add(part.number)
            if len(done) < part.of and (later is None or later.conn != part.conn):
                stops += 1
        return stops

    def needless(self) -> list[Part]:
        """Arrivals of a part again although its acknowledgement had had a second to travel."""
        found: list[Part] = []
        done: dict[int, int] = {}
        for part in self.parts:
            before = done.get(part.number)
            if before is not None and before + _TRAVEL_US <= part.t:
                found.append(part)
            if part.acked is not None:
                done.setdefault(part.number, part.acked)
        return found


def sets(history: History, centre: str) -> list[Set]:
    """Every split set that a centre received, in the order in which they began."""
    acked: dict[tuple[int, str], list[int]] = {}
    for event in history.of(Sent):
        if event.centre == centre and event.cn == "9014" and not event.spoiled:
            acked.setdefault((event.conn, event.qn), []).append(event.t)
    found: dict[tuple[str, str], Set] = {}
    for event, frame in frames.received(history, centre):
        command, of, number = frame.fields.get("CN", ""), frame.fields.get("PNUM", ""), frame.fields.get("PNO", "")
        if command not in frames.UPLOADS or command == "2011" or not (of.isdigit() and number.isdigit()):
            continue
        stamp = frame.value("DataTime")
        answers = acked.get((event.conn, frame.fields.get("QN", "")), ())
        at = next((t for t in answers if t >= event.t), None)
        one = found.setdefault((command, stamp), Set(f"{centre} CN={command} DataTime={stamp}"))
        one.parts.append(Part(event.t, event.conn, int(number), int(of), at))
    return list(found.values())


def findings(history: History, centre: str, *, needed: int) -> Iterator[Check]:
    """Interrupted sets are finished, no set is left half, and what was repeated belongs to an interruption."""
    own = sets(history, centre)
    broken = [one for one in own if one.interruptions]
    known = len(broken) >= needed
    if not known:
        yield SETS_WERE_INTERRUPTED.decide(None, measured=len(broken), limit=needed, op=">=")
    half = [f"{one.name}: parts {one.missing} of {one.count} never acknowledged" for one in own if one.missing]
    yield NO_SET_LEFT_HALF.none(half, known, evidence=half[:10])
    again: list[str] = []
    for one in own:
        counts: dict[int, int] = {}
        for part in one.needless():
            counts[part.number] = counts.get(part.number, 0) + 1
            if counts[part.number] > one.interruptions:
                again.append(
                    f"{one.name}: part {part.number} of {part.of} again at {local(part.t)}, acknowledged before"
                )
    yield PARTS_REPEATED_FOR_A_REASON.none(again, known, evidence=again[:10])
