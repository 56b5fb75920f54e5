"""The record of a real-time case on the disk while it grows: a cut of the bench's own power loses at most seconds.

Leaves the events to the recorder and the world to the rig. Not for virtual time, where a case takes seconds and nothing
may run beside it: a thread of its own writes, so that no synchronisation of the disk ever delays the bench's loop.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from bench.history import (
    Chain,
    Ended,
    Event,
    History,
    HistoryError,
    Recorder,
    Trouble,
    read_history,
    read_unfinished,
    sentences,
)

EVERY_S = 1.0
"""So often what came is written and synchronised."""
GROWING = ".part"
INTERRUPTED = str(sentences.INTERRUPTED())


class GrowingRecord:
    """Writes a recorder's events to `<record>.part` as they come.

    Use it as a context around the case and call `finish` inside it: that ends the record and gives it its name. Left
    without `finish`, the part stays as it is, whole to the last line that came.
    """

    def __init__(self, recorder: Recorder, path: Path, *, every_s: float = EVERY_S) -> None:
        self._recorder = recorder
        self._path = path
        self._part = path.with_name(path.name + GROWING)
        self._every_s = every_s
        self._chain = Chain()
        self._written: list[Event] = []
        self._stop = threading.Event()
        self._problem: OSError | None = None
        self._out: BinaryIO | None = None
        self._thread = threading.Thread(target=self._grow, name="record", daemon=True)

    def __enter__(self) -> GrowingRecord:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._out = self._part.open("wb")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def finish(self) -> History:
        """End the record, name it, and return its history. Raises OSError if the disk did not take it."""
        self._end()
        if self._problem is not None:
            raise self._problem
        last = self._written[-1].t if self._written else 0
        end = Ended(t=last, events=len(self._written))
        with self._part.open("ab") as out:
            out.write(self._chain.line(end))
            out.flush()
            os.fsync(out.fileno())
        self._part.replace(self._path)
        sync_folder(self._path.parent)
        return History([*self._written, end], self._chain.digest, self._path.parent)

    def _grow(self) -> None:
        try:
            while not self._stop.wait(self._every_s):
                self._catch_up()
            self._catch_up()
        except OSError as error:
            self._problem = error

    def _catch_up(self) -> None:
        assert self._out is not None
        fresh = self._recorder.events[len(self._written) :]
        if not fresh:
            return
        for event in fresh:
            written, line = self._chain.written(event)
            self._out.write(line)
            self._written.append(written)
        self._out.flush()
        os.fsync(self._out.fileno())

    def _end(self) -> None:
        if self._out is None:
            return
        self._stop.set()
        self._thread.join()
        self._out.close()
        self._out = None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def whole_record(record: Path) -> History | None:
    """The record if it came to its end, even if it was cut off before it got its name; None where it did not.

    Raises HistoryError when a record that has its name cannot be trusted.
    """
    part = record.with_name(record.name + GROWING)
    if record.exists():
        return read_history(record)
    if not part.exists():
        return None
    try:
        read_history(part)
    except HistoryError:
        return None
    part.replace(record)
    return read_history(record)


def seal_interrupted(record: Path) -> tuple[History | None, str]:
    """End the record of an interrupted attempt with what there is of it; gives it, and a sentence about what that is.

    The part stays beside it, untouched. Nothing recorded gives None. Raises HistoryError when the part was altered.
    """
    part = record.with_name(record.name + GROWING)
    if not part.exists():
        return None, str(sentences.NOTHING_RECORDED())
    found = read_unfinished(part)
    if not found.events:
        return None, str(sentences.NOTHING_RECORDED())
    at = found.events[-1].t
    last = [Trouble(t=at, what=INTERRUPTED), Ended(t=at, events=len(found.events) + 1)]
    fresh = record.with_name(record.name + ".sealed")
    fresh.write_bytes(found.lines + b"".join(map(found.chain.line, last)))
    fresh.replace(record)
    lost = sentences.TORN(torn=found.torn) if found.torn else ""
    history = History([*found.events, *last], found.chain.digest, record.parent)
    return history, str(sentences.RECORDED(number=len(found.events), lost=lost))
