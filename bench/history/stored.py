"""Records on the disk: read with their chain proved, proved unread, or read to where they were cut off.

Leaves what a judge asks of them to `reading`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.history import sentences
from bench.history.chain import GENESIS, SHOWN, Chain, HistoryError, decoder, linked
from bench.history.events import Ended
from bench.history.reading import History, OnDisk, Places
from simulators.events import Event
from simulators.sentences import LINE_OF, Words

MOST_HELD = 30_000
"""So many events of a history are held in memory (about 25 MB); a longer one lies on the disk."""


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as source:
        yield from enumerate(source, start=1)


def read_history(path: Path) -> History:
    """Read a record and prove its chain.

    Raises HistoryError naming file and line when an octet was altered, a line is missing or the end is cut off.
    """
    chain = Chain()
    events: list[Event] = []
    lines = Places()
    event: Event | None = None
    shown = ""
    try:
        for number, line in _lines(path):
            event, shown = chain.proven(line, _place(path, number))
            lines.extend((event,), (line,))
            if number <= MOST_HELD:
                events.append(event)
            elif events:
                events.clear()
        kept = events if len(events) == len(lines) else OnDisk(path, lines)
    except OSError as error:
        raise HistoryError(sentences.UNREADABLE(strerror=error.strerror).after(path)) from None
    if not isinstance(event, Ended) or event.events != len(lines) - 1 or shown != chain.digest:
        raise HistoryError(sentences.NO_END().after(path))
    return History(kept, chain.digest, path.parent)


def prove_record(path: Path) -> tuple[str, list[str]]:
    """The digest of a record whose chain is proved, and what is wrong with its captures: no event is looked at.

    Raises HistoryError as `read_history` does.
    """
    digest, wrong = GENESIS, list[str]()
    lines, last = 0, b""
    try:
        with path.open("rb") as source:
            for line in source:
                lines += 1
                end = line.find(b'"', 2)
                octets = line[end + 2 : -2]
                digest = linked(digest, octets)
                shown = digest.hex().encode() if end > SHOWN + 2 else digest[: SHOWN // 2].hex().encode()
                if line[:2] != b'["' or line[2:end] != shown or line[end : end + 2] != b'",' or line[-2:] != b"]\n":
                    return read_history(path).digest, []
                if octets.startswith(b'{"e":"captured"'):
                    wrong += History([decoder.decode(octets)], folder=path.parent).altered_captures()
                last = octets
        event = decoder.decode(last)
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
            if isinstance(event, Ended) or len(shown) > SHOWN:
                # Cut off between its last line and its name; what would follow an end is no record.
                raise HistoryError(sentences.EARLY_END().after(_place(path, number)))
            events.append(event)
            kept.append(line)
    except OSError as error:
        raise HistoryError(sentences.UNREADABLE(strerror=error.strerror).after(path)) from None
    lines = b"".join(kept)
    return Unfinished(events, chain, lines, whole - len(lines))


def _place(path: Path, number: int) -> Words:
    return LINE_OF(path=path, number=number)


def digest_of_run(digests: Iterable[tuple[str, str]]) -> str:
    """One digest over many records: SM3 of the sorted lines `<name> <digest>`."""
    text = "".join(f"{name} {digest}\n" for name, digest in sorted(digests))
    return hashlib.new("sm3", text.encode()).hexdigest()
