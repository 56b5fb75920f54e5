"""The book of what was sent: a row for each record, and for each terminal what it had not sent in the end.

Leaves comparing it with what is held to `ledger`. Rows are of one length, so that pieces from several workers are
joined by laying them end to end, and a worker that died leaves whole rows.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.load.sender import Sending

SENT = "sent.rows"
_ROW = struct.Struct("<IIQQQHBx")
_BLOCK = 4096 * _ROW.size
LIVE, BACKLOG, UNSENT = 0, 1, 2


class Row(NamedTuple):
    """A record of a terminal: due, first sent, acknowledged (us; 0: never), how often it was sent.

    `sort` is `LIVE` or `BACKLOG`. A row of sort `UNSENT` says that so many records (`due_us` is their number) from this
    period on never left.
    """

    terminal: int
    period: int
    due_us: int
    first_us: int
    acked_us: int
    attempts: int
    sort: int


class Sheet:
    """Rows of one worker that were not handed on yet."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def add(self, terminal: int, sending: Sending, acked_us: int) -> None:
        """A record that was acknowledged, or never was (0)."""
        self._octets += _ROW.pack(
            terminal,
            sending.period,
            sending.due_us,
            sending.first_us,
            acked_us,
            min(sending.attempts, 65_535),
            LIVE if sending.live else BACKLOG,
        )

    def unsent(self, terminal: int, first: int, count: int) -> None:
        """So many records were due and never left."""
        if count:
            self._octets += _ROW.pack(terminal, max(first, 0), count, 0, 0, 0, UNSENT)

    def take(self) -> bytes:
        """The rows; begins anew."""
        found = bytes(self._octets)
        self._octets.clear()
        return found


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of a book; half a row at its end is passed over."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            whole = len(block) - len(block) % _ROW.size
            for fields in _ROW.iter_unpack(block[:whole]):
                yield Row(*fields)
