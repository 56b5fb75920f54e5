"""The history of a case: typed events, the append-only hash-chained record, and reading it back.

Leaves the verdicts to the judges and the pictures to the reports. A record is a text file of JSON lines
`["<chain>", {event}]`. The chain is SM3 over the previous digest and the event's octets; each line shows its first 16
hex digits and the last line the whole digest, so that one altered octet is found at its line. All times are true time
in microseconds UTC; all readings are decimal text.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import weakref
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import compress, count
from pathlib import Path
from typing import BinaryIO, TypeVar, cast, overload

import msgspec

from bench import captures
from bench.history.accounting import Emitter
from bench.history.load import LoadBegan, LoadEnded, LoadLedger, LoadStage, LoadTarget
from simulators.events import (
    Acknowledged,
    Behaviour,
    Commanded,
    Connected,
    Created,
    Event,
    Fingerprinted,
    Handed,
    ListServed,
    MeterFault,
    Published,
    Received,
    Rejected,
    Secured,
    Sent,
    Served,
    SimulatorEvent,
    StatusServed,
    Stored,
    Unserved,
    Uploaded,
)

__all__ = [
    "MOST_HELD",
    "SPOOL",
    "Acknowledged",
    "AnyEvent",
    "Began",
    "Behaviour",
    "Captured",
    "CentreSetup",
    "Chain",
    "ClockMoved",
    "Commanded",
    "Connected",
    "Created",
    "CutShort",
    "Ended",
    "Event",
    "Fingerprinted",
    "Handed",
    "History",
    "HistoryError",
    "LinkRule",
    "ListServed",
    "LoadBegan",
    "LoadEnded",
    "LoadLedger",
    "LoadStage",
    "LoadTarget",
    "MeterFault",
    "MeterSetup",
    "Observed",
    "ParkPoint",
    "ParkSender",
    "ParkStands",
    "Phase",
    "Point",
    "Power",
    "Published",
    "Received",
    "Recorder",
    "Rejected",
    "Secured",
    "Sent",
    "Served",
    "StatusServed",
    "Stored",
    "TerminalState",
    "TimeAsked",
    "Timing",
    "Trouble",
    "Unfinished",
    "Unserved",
    "Uploaded",
    "prove_record",
    "read_history",
    "read_unfinished",
]


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One measured quantity of one meter as the terminal is told to read it.

    `kind` is counter (a register that accumulates) or instant. `decimals` is the number of decimals the meter shows, -1
    for a binary floating-point register. `modulus` is the value at which a counter starts again at 0 (R-19), empty if
    none. `rated_per_h` is the largest increase an hour. `low` and `high` bound valid readings (R-20). `type` is the
    register type (u16, u32, s32, f32, ...). All numbers are decimal text in `unit`. `ratio` (CT x PT) is what a
    register must be multiplied by to give the quantity; the other numbers are those of the quantity.
    """

    id: str
    meter: str
    kind: str
    unit: str
    decimals: int = -1
    modulus: str = ""
    rated_per_h: str = ""
    low: str = ""
    high: str = ""
    type: str = ""
    ratio: str = "1"


class MeterSetup(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A meter on the bench: its register map, address, and the polling period (s) the terminal was told to keep.

    `terminal` is the slave that it is behind; empty: the terminal on test.
    """

    name: str
    map: str
    address: str
    unit: int
    period_s: float
    terminal: str = ""


class CentreSetup(msgspec.Struct, frozen=True, kw_only=True):
    """A centre and what the terminal was told to send there.

    `codes` maps point id to the code on the wire. `minute_interval` is in minutes, `realtime_interval_s` in seconds (0:
    no real-time data). `kinds` are the classes whose completeness is judged: minute, hour, day, and realtime only if
    the profile uses it for the 15-minute index (R-25). `kind`, `channel` and `payload` are those of
    `simulators.centres.spec`; `upload_time` opens the daily window of a centre that has one (HH:mm:ss). `figures` maps
    names of emission figures to their codes on the wire, where these are not the plain ones of `Began.emission_codes`.
    """

    name: str
    mn: str
    codes: dict[str, str]
    minute_interval: int
    realtime_interval_s: int
    kinds: tuple[str, ...]
    over_time_s: int = 10
    re_count: int = 3
    kind: str = "hj212"
    channel: str = "plain"
    payload: str = "clear"
    upload_time: str = ""
    figures: dict[str, str] = {}


class DerivedPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point that the terminal was told to compute from others; fields as in `bench.layout.scenario.Derived`.

    `codes` maps centre to the code on the wire.
    """

    id: str
    operation: str
    of: tuple[str, ...]
    unit: str
    kind: str
    decimals: int
    factor: str = "1"
    weights: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    part: int = 1
    codes: dict[str, str] = {}


class Began(Event, frozen=True, tag="began"):
    """First event: what stood on the bench and under which rules the case is judged.

    `parameters` are the values of the rulings in force that differ or matter (name → text). `claims` are the answers of
    the capability statement that the case depends on (question → yes, no, unanswered). `declared` are its maxima (name
    → text) where the case reckons with them. `units` are those in which points are to be kept, where another than the
    meter's. `codes` are the maker's codes of the events that it looks for in the log or among the alarms
    (`bench.case.Notice` → codes; an event that the profile does not map is absent).
    `accelerated`: so many times faster than the wall clock world and program ran; all times are the world's.
    `emitter` is the boundary that the terminal was told to account for, `emission_codes` the codes of its figures at
    every centre by `Figure.name`.
    `item` is the specimen as its profile names it, `kind` what it is (platform; empty: a terminal). `opening` is the
    SM3 of the statement that the laboratory signed before this attempt; empty in an unsigned run.
    """

    case: str
    seed: int
    commit: str
    terminal: str
    rig: str
    points: tuple[Point, ...]
    meters: tuple[MeterSetup, ...]
    centres: tuple[CentreSetup, ...]
    parameters: dict[str, str] = {}
    claims: dict[str, str] = {}
    declared: dict[str, str] = {}
    derived: tuple[DerivedPoint, ...] = ()
    units: dict[str, str] = {}
    codes: dict[str, tuple[str, ...]] = {}
    accelerated: int = 1
    emitter: Emitter | None = None
    emission_codes: dict[str, str] = {}
    item: dict[str, str] = {}
    kind: str = ""
    opening: str = ""


class ParkPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a park as the platform is told of it (`bench.layout.park.Measured`).

    `code` is its code on the wire of `sender` (`mn`), `sent_unit` the unit of what is sent, `unit` that in which the
    platform keeps it, `decimals` the resolution of its instrument.
    """

    id: str
    enterprise: str
    sender: str
    mn: str
    code: str
    kind: str
    carrier: str
    source_class: str
    unit: str
    sent_unit: str
    decimals: int
    process: str = ""
    facility: str = ""
    product: str = ""
    low: str = ""
    high: str = ""


class ParkSender(msgspec.Struct, frozen=True, kw_only=True):
    """A simulated terminal of a park: its way, channel, and what it tells how often (s, min)."""

    name: str
    mn: str
    kind: str
    channel: str
    classes: tuple[str, ...]
    realtime_s: int
    minute_interval: int


class ParkStands(Event, frozen=True, tag="park"):
    """What of a park stands around a platform on test."""

    park: str
    points: tuple[ParkPoint, ...] = ()
    senders: tuple[ParkSender, ...] = ()


class Phase(Event, frozen=True, tag="phase"):
    """The case says where it is. `settle` marks the instant before which every ended interval must arrive."""

    name: str
    detail: dict[str, str] = {}


class LinkRule(Event, frozen=True, tag="link"):
    """An impairment of a link was put on (`state` on), taken off (off), acted once (act), or its losses told (dropped).

    `detail` holds the rule's settings in words under `detail`, and under `count` how many packets or connections it
    hit.
    """

    link: str
    rule: str
    state: str
    detail: dict[str, str] = {}


class Power(Event, frozen=True, tag="power"):
    """The terminal's supply: `state` is cut, restored or brown-out. `detail` says what decided the instant.

    `terminal` names the slave whose it is; empty: the terminal on test. So in every event that has it.
    """

    state: str
    detail: dict[str, str] = {}
    terminal: str = ""


class ClockMoved(Event, frozen=True, tag="clock"):
    """The bench moved the terminal's own clock; `offset_us` is terminal minus true time afterwards."""

    offset_us: int
    why: str = ""
    terminal: str = ""


class TerminalState(Event, frozen=True, tag="terminal"):
    """The terminal's process as the rig sees it: starting, running, stopped, crashed. `detail` is its last words."""

    state: str
    detail: str = ""
    terminal: str = ""


class Observed(Event, frozen=True, tag="observed"):
    """Somebody asked the terminal through a local interface (or looked at it) and this is what it showed.

    `what` names the question (readings, records, gaps, status, queue, log, alarms). `asked` is when. `rows` are the
    answers normalised by the adapter; `problem` is set instead when there was no usable answer.

    Of a platform `what` is an action and its object (create factor, ask emissions, page) and `outcome` says what came
    of it: done; refused, with the `status` of HTTP; unanswered; unfit (the answer is not what the profile says it is);
    unmapped (the profile has no such function). `query` then has who asked (`by`, the word of an account) and, of an
    object that there is, what it is called (`object`).
    """

    what: str
    asked: int
    query: dict[str, str] = {}
    rows: tuple[dict[str, str], ...] = ()
    problem: str = ""
    outcome: str = ""
    status: int = 0
    terminal: str = ""


class TimeAsked(Event, frozen=True, tag="time-asked"):
    """The terminal asked the bench's time server (NTP), which told it true time plus `ahead_us`, or kept silent."""

    peer: str
    ahead_us: int
    answered: bool


class Captured(Event, frozen=True, tag="captured"):
    """What passed the terminal's card on one segment lies in a pcap file beside the record; `sm3` is its digest.

    In virtual time a capture that holds what no seed repeats has no `sm3` but the `outline` of what one does; its SM3
    is in the list beside the record (`bench.captures`).
    """

    segment: str
    file: str
    sm3: str = ""
    packets: int = 0
    outline: str = ""


class CutShort(Event, frozen=True, tag="cut-short"):
    """The case was not driven to its end. `because` says whose doing it was, `what` says what happened.

    `rig`: this rig cannot do what the case asked for, so that the case is not run. `terminal`: the terminal's program
    ended by itself or had to be stopped; what was seen until then is judged, but nothing can pass.
    """

    because: str
    what: str


class Timing(Event, frozen=True, tag="timing"):
    """What the bench measured of its own timing while a real-time case ran (R-05).

    The loop's delay (us): number of samples, median, 99th percentile, largest. `resolution_ns` of the bench's clock;
    `host_moved_us` is by how much the host's clock moved against it. `uncertainty_us` is the expanded uncertainty (k=2)
    of the difference of two instants in this record. `cpu_wait_us` is the mean wait of the bench's thread for a CPU
    (part of the uncertainty), `cpu_stalled` the share of the time in which some task of the machine waited (percent);
    -1 and empty where the kernel keeps no account.
    """

    samples: int
    loop_p50_us: int
    loop_p99_us: int
    loop_max_us: int
    resolution_ns: int
    host_moved_us: int
    uncertainty_us: int
    cpu_wait_us: int = -1
    cpu_stalled: str = ""


class Trouble(Event, frozen=True, tag="trouble"):
    """The bench itself failed: the case ends in `error`, whatever else was seen (R-06)."""

    what: str


class Ended(Event, frozen=True, tag="ended"):
    """Last event of a record; `events` counts those before it."""

    events: int


AnyEvent = (
    Began
    | ParkStands
    | Phase
    | LinkRule
    | Power
    | ClockMoved
    | TerminalState
    | Observed
    | TimeAsked
    | Captured
    | CutShort
    | Timing
    | Trouble
    | LoadBegan
    | LoadStage
    | LoadTarget
    | LoadLedger
    | LoadEnded
    | Ended
    | SimulatorEvent
)

E = TypeVar("E", bound=Event)
F = TypeVar("F", bound=Event)

# UTF-8 has no form for one alone: a JSON text of a product can hold it, and so can octets that were read as text.
_SURROGATE = re.compile("[\ud800-\udfff]")
_GENESIS = hashlib.new("sm3", b"carbonbench history 1").digest()
_SHOWN = 16
_BLOCK_OCTETS = 1 << 16

MOST_HELD = 30_000
"""So many events of a history are held in memory (about 25 MB); a longer one lies on the disk."""
MOST_READ = 250_000
"""So many events of a history on the disk stay in memory for judges who ask for them again (about 210 MB)."""
SPOOL = "record.spool"
"""Events of a record under way that have left memory."""
_EMPTY = hashlib.new("sm3")
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyEvent)
_line_decoder = msgspec.json.Decoder(tuple[str, msgspec.Raw])


def _encoded(event: Event) -> tuple[Event, bytes]:
    """An event as the record holds it, and its octets there."""
    try:
        return event, _encoder.encode(event)
    except UnicodeEncodeError:
        event = _legible(event)
        return event, _encoder.encode(event)


def _linked(digest: bytes, octets: bytes) -> bytes:
    """The next digest of a chain."""
    made = _EMPTY.copy()
    made.update(digest)
    made.update(octets)
    return made.digest()


class HistoryError(Exception):
    """A record that cannot be trusted or read; the text names file, line and what is wrong."""


class _Found(list[Event]):
    """Events of one type that were read from a record; a plain list cannot be referred to weakly."""

    __slots__ = ("__weakref__",)


class _Places:
    """Where each event of a record lies in its file, and of what type it is: ten octets an event."""

    def __init__(self) -> None:
        self._starts = array("Q", (0,))
        self._types = array("H")
        self._numbers: dict[type[Event], int] = {}

    def __len__(self) -> int:
        return len(self._types)

    def add(self, event: Event, octets: int) -> None:
        """The next event, whose line has so many octets."""
        self._types.append(self._numbers.setdefault(type(event), len(self._numbers)))
        self._starts.append(self._starts[-1] + octets)

    def place(self, number: int) -> tuple[int, int]:
        """First octet and length of a line."""
        start = self._starts[number]
        return start, self._starts[number + 1] - start

    def of(self, *kinds: type[Event]) -> Iterator[int]:
        """Numbers of the events of some types, in order."""
        wanted = {self._numbers[kind] for kind in kinds if kind in self._numbers}
        return compress(count(), map(wanted.__contains__, self._types)) if wanted else iter(())


class _OnDisk(Sequence[Event]):
    """Events of a record that are read from its file whenever somebody looks at them."""

    def __init__(self, path: Path, lines: _Places) -> None:
        self._lines = lines
        # A descriptor outlives what becomes of the file's name.
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        numbers = range(len(self))[index]
        if isinstance(numbers, int):
            return next(self._read((numbers,)))
        return [*self._read(numbers)]

    def __iter__(self) -> Iterator[Event]:
        return self._read(range(len(self)))

    def of(self, *kinds: type[Event]) -> _Found:
        """The events of some types, in order."""
        return _Found(self._read(self._lines.of(*kinds)))

    def _read(self, numbers: Iterable[int]) -> Iterator[Event]:
        block, begin, end = b"", 0, 0
        for number in numbers:
            start, octets = self._lines.place(number)
            if not begin <= start or start + octets > end:
                block = os.pread(self._file, max(_BLOCK_OCTETS, octets), start)
                begin, end = start, start + len(block)
            line = block[start - begin : start - begin + octets]
            yield _decoder.decode(line[line.index(b",") + 1 : -2])


class History:
    """The events of one case in order, indexed by type; what a judge sees. `folder` holds its captures.

    The events of a long one lie on the disk: those of one type are read when asked for, and go when nobody has them
    any more and so many others were asked for that memory would hold more than `MOST_READ`.
    """

    def __init__(self, events: Sequence[Event], digest: str = "", folder: Path | None = None) -> None:
        self.events = events
        self.digest = digest
        self.folder = folder
        self._by_type: dict[type[Event], list[Event]] = {}
        self._in_use: weakref.WeakValueDictionary[type[Event], _Found] = weakref.WeakValueDictionary()
        if isinstance(events, _OnDisk):
            return
        for event in events:
            self._by_type.setdefault(type(event), []).append(event)

    @property
    def began(self) -> Began:
        """The first event. Raises HistoryError when the record does not begin with it."""
        if not self.events or not isinstance(self.events[0], Began):
            raise HistoryError("the history does not begin with what stood on the bench / 记录缺少开头的台架说明")
        return self.events[0]

    @property
    def end_us(self) -> int:
        """Time of the last event, microseconds UTC."""
        return self.events[-1].t

    @property
    def watched_us(self) -> int:
        """Until when the terminal was watched: what the bench does afterwards to put a case away is no time of its own.

        In real time the bench closes its account of time (`Timing`) as soon as the case has been driven; in virtual
        time putting away takes none.
        """
        told = self.of(Timing)
        return told[-1].t if told else self.end_us

    def of(self, kind: type[E]) -> list[E]:
        """All events of one type, in order."""
        if isinstance(self.events, _OnDisk):
            found = self._in_use.get(kind)
            if found is None:
                found = self._in_use[kind] = self.events.of(kind)
            self._by_type.pop(kind, None)
            self._by_type[kind] = found
            while len(self._by_type) > 1 and sum(map(len, self._by_type.values())) > MOST_READ:
                del self._by_type[next(iter(self._by_type))]
            return found  # type: ignore[return-value]
        return self._by_type.get(kind, [])  # type: ignore[return-value]

    def either(self, one: type[E], other: type[F]) -> list[E | F]:
        """All events of two types, in the order of the record."""
        if isinstance(self.events, _OnDisk):
            return self.events.of(one, other)  # type: ignore[return-value]
        return [event for event in self.events if isinstance(event, (one, other))]

    def capture(self, segment: str) -> Path | None:
        """The pcap file of a segment, None if there is none. Raises HistoryError when it is not the one recorded."""
        event = next((each for each in self.of(Captured) if each.segment == segment), None)
        if event is None or self.folder is None:
            return None
        return _proven(event, self.folder)

    def altered_captures(self) -> list[str]:
        """The captures of the record that are not the ones recorded, one sentence each."""
        found: list[str] = []
        if self.folder is None:
            return found
        for event in self.of(Captured):
            try:
                _proven(event, self.folder)
            except HistoryError as error:
                found.append(str(error))
        return found

    def between(self, kind: type[E], start_us: int, end_us: int) -> Iterator[E]:
        """Events of one type with start_us <= t < end_us."""
        return (event for event in self.of(kind) if start_us <= event.t < end_us)

    def phase(self, name: str) -> Phase | None:
        """The last phase mark of that name."""
        marks = [mark for mark in self.of(Phase) if mark.name == name]
        return marks[-1] if marks else None


def _proven(event: Captured, folder: Path) -> Path:
    """The file of a capture. Raises HistoryError when it is not the one recorded."""
    path = folder / event.file
    try:
        expected = event.sm3 or captures.kept(folder).get(event.file, "")
        octets = path.read_bytes()
        outline = captures.outline(octets) if event.outline else ""
    except OSError as error:
        raise HistoryError(f"{path}: cannot be read ({error.strerror}) / 无法读取抓包文件") from None
    except captures.CapturesError as error:
        raise HistoryError(f"{path}: cannot be proven: {error}") from None
    for what, right, found in (
        ("SM3", expected, hashlib.new("sm3", octets).hexdigest()),
        ("outline", event.outline, outline),
    ):
        if found != right:
            raise HistoryError(f"{path}: expected {what} {right[:16]}…, found {found[:16]}… / 抓包文件与记录不符")
    return path


def _legible(event: Event) -> Event:
    """The event with every lone surrogate of its texts written out; what a product sends is evidence before all."""
    escaped = 0

    def written(text: str) -> str:
        nonlocal escaped
        text, found = _SURROGATE.subn(lambda match: f"\\u{ord(match[0]):04x}", text)
        escaped += found
        return text

    def tree(node: object) -> object:
        if isinstance(node, str):
            return written(node)
        if isinstance(node, dict):
            named = cast("dict[object, object]", node)
            return {tree(key): tree(value) for key, value in named.items()}
        if isinstance(node, list | tuple):
            return [tree(each) for each in cast("Sequence[object]", node)]
        return node

    fields = cast("dict[str, object]", tree(msgspec.to_builtins(event)))
    return msgspec.convert({**fields, "escaped": escaped}, type(event))


class Chain:
    """The chain of a record under way: gives each event its line; `digest` (hex) is that of all lines so far."""

    def __init__(self) -> None:
        self._digest = _GENESIS
        self.events = 0

    @property
    def digest(self) -> str:
        """SM3 over all events so far, in hex."""
        return self._digest.hex()

    def copy(self) -> Chain:
        """Another that goes on from here."""
        made = Chain()
        made._digest, made.events = self._digest, self.events
        return made

    def line(self, event: Event) -> bytes:
        """The line of the next event."""
        return self.written(event)[1]

    def written(self, event: Event) -> tuple[Event, bytes]:
        """The next event as the record holds it (see `Event.escaped`), and its line."""
        event, octets = _encoded(event)
        self._digest = digest = _linked(self._digest, octets)
        self.events += 1
        shown = digest.hex() if type(event) is Ended else digest[: _SHOWN // 2].hex()
        return event, b'["%b",%b]\n' % (shown.encode(), octets)

    def proven(self, line: bytes, place: str) -> tuple[Event, str]:
        """The next event, read from its line, and how much of the digest the line shows.

        Raises HistoryError, naming the place, for a line that is none or does not follow from those before it.
        """
        try:
            shown, raw = _line_decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise HistoryError(f"{place}: not a line of a record ({error}) / 不是记录行") from None
        octets = bytes(raw)
        self._digest = _linked(self._digest, octets)
        self.events += 1
        expected = self._digest.hex() if len(shown) > _SHOWN else self._digest.hex()[:_SHOWN]
        if shown != expected or line != b'["' + shown.encode() + b'",' + octets + b"]\n":
            raise HistoryError(
                f"{place}: the chain is broken: expected {expected}, found {shown}; this line or the one before "
                f"was altered, added or removed / 哈希链在此断开：记录被改动"
            )
        try:
            return _decoder.decode(octets), shown
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise HistoryError(f"{place}: unknown event ({error}) / 未知事件") from None


class Recorder:
    """Keeps the events of a running case and chains them; `save` writes the record in one piece.

    Events must come in the order of their times; the recorder refuses a step back, since a history that runs backwards
    proves nothing. Once sealed it takes nothing more: what a dead program still says is no part of the history.
    `folder` is where the record will lie, and captures beside it. With `held` no more than so many events are in
    memory: then they go to a file in the folder (`SPOOL`), and `events` holds those that came since. What the disk does
    not take stays in memory; `save` tells.
    """

    def __init__(self, folder: Path | None = None, *, held: int = 0) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self._last = 0
        self._sealed = False
        self._chain = Chain()
        self._spooled = _Places()
        self._held = held if folder is not None else 0
        self._due = self._held or sys.maxsize
        self._spool: BinaryIO | None = None

    def seal(self) -> None:
        """The world has ended: ignore whatever comes from now on."""
        self._sealed = True

    def __call__(self, event: Event) -> None:
        """Append one event. Raises HistoryError on a step back in time."""
        if self._sealed:
            return
        if event.t < self._last:
            raise HistoryError(f"event {type(event).__name__} at {event.t} µs comes after one at {self._last} µs")
        self._last = event.t
        self.events.append(event)
        if len(self.events) >= self._due:
            try:
                self._put_away()
            except OSError:
                # Who tells an event is not whom it concerns: `save` tries again.
                self._due += self._held

    def _put_away(self) -> None:
        """Write what is in memory behind what was written before. Raises OSError."""
        assert self.folder is not None
        if self._spool is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._spool = (self.folder / SPOOL).open("wb", buffering=0)
        at = self._spool.tell()
        chain, lines = self._chain.copy(), list[bytes]()
        for event in self.events:
            lines.append(chain.line(event))
        try:
            _write(self._spool, b"".join(lines))
        except OSError:
            with suppress(OSError):
                self._spool.seek(at)
                self._spool.truncate()
            raise
        for event, line in zip(self.events, lines, strict=True):
            self._spooled.add(event, len(line))
        self._chain = chain
        self.events.clear()
        self._due = self._held

    def history(self) -> History:
        """What was recorded so far, with the digest of its chain. Only for a recorder that holds all of it."""
        assert self._spool is None
        events: list[Event] = []
        digest = _GENESIS
        for event in (*self.events,):
            kept, octets = _encoded(event)
            events.append(kept)
            digest = _linked(digest, octets)
        return History(events, digest.hex(), self.folder)

    def save(self, path: Path) -> History:
        """Write the record (a temporary file, then a rename, so that no half record exists) and return the history."""
        if self._spool is not None:
            self.events.append(Ended(t=self._last, events=len(self._spooled) + len(self.events)))
            self._put_away()
            self._spool.close()
            (path.parent / SPOOL).replace(path)
            return History(_OnDisk(path, self._spooled), self._chain.digest, path.parent)
        path.parent.mkdir(parents=True, exist_ok=True)
        chain = self._chain.copy()
        partial = path.with_name(path.name + ".part")
        last = self.events[-1].t if self.events else 0
        events: list[Event] = [*self.events, Ended(t=last, events=len(self.events))]
        with partial.open("wb") as out:
            for number, event in enumerate(events):
                events[number], line = chain.written(event)
                out.write(line)
        partial.replace(path)
        return History(events, chain.digest, path.parent)

    def discard(self) -> None:
        """Nobody wants the record any more: remove what of it is on the disk."""
        if self._spool is not None:
            self._spool.close()
            assert self.folder is not None
            (self.folder / SPOOL).unlink(missing_ok=True)


def _write(out: BinaryIO, octets: bytes) -> None:
    """All of it. Raises OSError."""
    view = memoryview(octets)
    while view:
        view = view[out.write(view) :]


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as source:
        yield from enumerate(source, start=1)


def read_history(path: Path) -> History:
    """Read a record and prove its chain.

    Raises HistoryError naming file and line when an octet was altered, a line is missing or the end is cut off.
    """
    chain = Chain()
    events: list[Event] = []
    lines = _Places()
    event: Event | None = None
    shown = ""
    try:
        for number, line in _lines(path):
            event, shown = chain.proven(line, _place(path, number))
            lines.add(event, len(line))
            if number <= MOST_HELD:
                events.append(event)
            elif events:
                events.clear()
        kept = events if len(events) == len(lines) else _OnDisk(path, lines)
    except OSError as error:
        raise HistoryError(f"{path}: cannot be read ({error.strerror}) / 无法读取") from None
    if not isinstance(event, Ended) or event.events != len(lines) - 1 or shown != chain.digest:
        raise HistoryError(f"{path}: the record is not complete: its end line is missing / 记录不完整：缺少结束行")
    return History(kept, chain.digest, path.parent)


def prove_record(path: Path) -> tuple[str, list[str]]:
    """The digest of a record whose chain is proved, and what is wrong with its captures: no event is looked at.

    Raises HistoryError as `read_history` does.
    """
    digest, wrong = _GENESIS, list[str]()
    lines, last = 0, b""
    try:
        with path.open("rb") as source:
            for line in source:
                lines += 1
                end = line.find(b'"', 2)
                octets = line[end + 2 : -2]
                digest = _linked(digest, octets)
                shown = digest.hex().encode() if end > _SHOWN + 2 else digest[: _SHOWN // 2].hex().encode()
                if line[:2] != b'["' or line[2:end] != shown or line[end : end + 2] != b'",' or line[-2:] != b"]\n":
                    return read_history(path).digest, []
                if octets.startswith(b'{"e":"captured"'):
                    wrong += History([_decoder.decode(octets)], folder=path.parent).altered_captures()
                last = octets
        event = _decoder.decode(last)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return read_history(path).digest, wrong
    if not isinstance(event, Ended) or event.events != lines - 1:
        return read_history(path).digest, wrong
    return digest.hex(), wrong


@dataclass(frozen=True)
class Unfinished:
    """What there is of a record without its end: events, the chain to go on with, its whole lines, octets torn off."""

    events: list[Event]
    chain: Chain
    lines: bytes
    torn: int


def read_unfinished(path: Path) -> Unfinished:
    """Read a record that was cut off while it grew, to its last whole line.

    A power cut tears only the end: a last line without its line feed, or octets that the disk never got and shows as
    zero. Anything else that does not fit is no accident. Raises HistoryError naming the line.
    """
    chain = Chain()
    events: list[Event] = []
    kept: list[bytes] = []
    try:
        whole = path.stat().st_size
        for number, line in _lines(path):
            if not line.endswith(b"\n") or b"\0" in line:
                break
            event, shown = chain.proven(line, _place(path, number))
            if isinstance(event, Ended) or len(shown) > _SHOWN:
                # Cut off between its last line and its name; what would follow an end is no record.
                raise HistoryError(f"{_place(path, number)}: an end line in a record under way / 记录未完却有结束行")
            events.append(event)
            kept.append(line)
    except OSError as error:
        raise HistoryError(f"{path}: cannot be read ({error.strerror}) / 无法读取") from None
    lines = b"".join(kept)
    return Unfinished(events, chain, lines, whole - len(lines))


def _place(path: Path, number: int) -> str:
    return f"{path}, line {number} / 第 {number} 行"


def digest_of_run(digests: Iterable[tuple[str, str]]) -> str:
    """One digest over many records: SM3 of the sorted lines `<name> <digest>`."""
    text = "".join(f"{name} {digest}\n" for name, digest in sorted(digests))
    return hashlib.new("sm3", text.encode()).hexdigest()
