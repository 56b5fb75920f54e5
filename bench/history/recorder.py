"""A record while it grows: events are kept and chained, those of a long one leave memory.

Leaves the octets of a line to `chain`.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bench.history.chain import GENESIS, Chain, HistoryError, encoded, linked
from bench.history.events import Ended
from bench.history.reading import History, OnDisk, Places
from simulators.events import Event

SPOOL = "record.spool"
"""Events of a record under way that have left memory."""
_AT_ONCE = 2_000
"""So many events are chained and written together; of a record known to be long they leave memory then."""


class Recorder:
    """Keeps the events of a running case and chains them; `save` writes the record in one piece.

    Events must come in the order of their times; the recorder refuses a step back, since a history that runs backwards
    proves nothing. Once sealed it takes nothing more: what a dead program still says is no part of the history.
    `folder` is where the record will lie, and captures beside it. With `held` no more than so many events are in
    memory: then they go to a file in the folder (`SPOOL`), as do those that come afterwards, some at a time; `events`
    holds what came since. What the disk does not take stays in memory; `save` tells.
    """

    def __init__(self, folder: Path | None = None, *, held: int = 0) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self._last = 0
        self._sealed = False
        self._chain = Chain()
        self._spooled = Places()
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
        chain = self._chain.copy()
        lines = chain.lines(self.events)
        try:
            _write(self._spool, b"".join(lines))
        except OSError:
            with suppress(OSError):
                self._spool.seek(at)
                self._spool.truncate()
            raise
        self._spooled.extend(self.events, lines)
        self._chain = chain
        self.events.clear()
        self._due = min(self._held, _AT_ONCE)

    def history(self) -> History:
        """What was recorded so far, with the digest of its chain. Only for a recorder that holds all of it."""
        assert self._spool is None
        events: list[Event] = []
        digest = GENESIS
        for event in (*self.events,):
            kept, octets = encoded(event)
            events.append(kept)
            digest = linked(digest, octets)
        return History(events, digest.hex(), self.folder)

    def save(self, path: Path) -> History:
        """Write the record (a temporary file, then a rename, so that no half record exists) and return the history."""
        if self._spool is not None:
            self.events.append(Ended(t=self._last, events=len(self._spooled) + len(self.events)))
            self._put_away()
            self._spool.close()
            (path.parent / SPOOL).replace(path)
            return History(OnDisk(path, self._spooled), self._chain.digest, path.parent)
        path.parent.mkdir(parents=True, exist_ok=True)
        chain = self._chain.copy()
        partial = path.with_name(path.name + ".part")
        last = self.events[-1].t if self.events else 0
        events: list[Event] = [*self.events, Ended(t=last, events=len(self.events))]
        with partial.open("wb") as out:
            for begin in range(0, len(events), _AT_ONCE):
                some = events[begin : begin + _AT_ONCE]
                out.writelines(chain.lines(some))
                events[begin : begin + _AT_ONCE] = some
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
