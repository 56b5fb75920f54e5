"""The history of a case as a judge sees it: events in order and by type, in memory or on the disk.

Leaves proving the record to `stored`.
"""

from __future__ import annotations

import hashlib
import os
import weakref
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import compress, count
from pathlib import Path
from typing import TypeVar, overload

from bench import captures
from bench.history import sentences
from bench.history.began import Began
from bench.history.chain import HistoryError, decoder
from bench.history.events import Captured, Phase, Timing
from simulators.events import Event

E = TypeVar("E", bound=Event)
F = TypeVar("F", bound=Event)
_GROUP = 64
"""So many lines of a record are read from the disk at once."""
MOST_READ = 250_000
"""So many events of a history on the disk stay in memory for judges who ask for them again (about 210 MB)."""


class _Found(list[Event]):
    """Events of one type that were read from a record; a plain list cannot be referred to weakly."""

    __slots__ = ("__weakref__",)


class Places:
    """Where each event of a record lies in its file, and of what type it is: little more than two octets an event.

    Where `_GROUP` lines begin is kept; which of them is meant their ends tell.
    """

    def __init__(self) -> None:
        self._groups = array("Q")
        self._end = 0
        self._types = array("H")
        self._numbers: dict[type[Event], int] = {}

    def __len__(self) -> int:
        return len(self._types)

    def extend(self, events: Iterable[Event], lines: Iterable[bytes]) -> None:
        """The next events and their lines."""
        numbers, types, end = self._numbers, self._types, self._end
        for event, line in zip(events, lines, strict=True):
            if not len(types) % _GROUP:
                self._groups.append(end)
            types.append(numbers.setdefault(type(event), len(numbers)))
            end += len(line)
        self._end = end

    def group(self, number: int) -> tuple[int, int]:
        """First octet and length of the lines of a group."""
        start = self._groups[number]
        end = self._groups[number + 1] if number + 1 < len(self._groups) else self._end
        return start, end - start

    def of(self, *kinds: type[Event]) -> Iterator[int]:
        """Numbers of the events of some types, in order."""
        wanted = {self._numbers[kind] for kind in kinds if kind in self._numbers}
        return compress(count(), map(wanted.__contains__, self._types)) if wanted else iter(())


class OnDisk(Sequence[Event]):
    """Events of a record that are read from its file whenever somebody looks at them."""

    def __init__(self, path: Path, lines: Places) -> None:
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
        lines: list[bytes] = []
        held = -1
        for number in numbers:
            if number // _GROUP != held:
                held = number // _GROUP
                start, octets = self._lines.group(held)
                lines = os.pread(self._file, octets, start).split(b"\n")
            line = lines[number % _GROUP]
            yield decoder.decode(line[line.index(b",") + 1 : -1])


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
        if isinstance(events, OnDisk):
            return
        for event in events:
            self._by_type.setdefault(type(event), []).append(event)

    @cached_property
    def began(self) -> Began:
        """The first event. Raises HistoryError when the record does not begin with it."""
        if not self.events or not isinstance(self.events[0], Began):
            raise HistoryError(str(sentences.NO_BEGINNING()))
        return self.events[0]

    @cached_property
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
        if isinstance(self.events, OnDisk):
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
        if isinstance(self.events, OnDisk):
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
        raise HistoryError(sentences.UNREADABLE(strerror=error.strerror).after(path)) from None
    except captures.CapturesError as error:
        raise HistoryError(f"{path}: cannot be proven: {error}") from None
    for what, right, found in (
        ("SM3", expected, hashlib.new("sm3", octets).hexdigest()),
        ("outline", event.outline, outline),
    ):
        if found != right:
            raise HistoryError(sentences.OTHER_CAPTURE(what=what, right=right[:16], found=found[:16]).after(path))
    return path
