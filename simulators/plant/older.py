"""Segments of a track that have left memory: blocks of them in a nameless file of this computer.

Leaves what a segment means to `tracks`. A works that runs for weeks does not grow; who asks for the past gets the same.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from array import array
from bisect import bisect_right
from collections.abc import Sequence


class Older:
    """Blocks of columns of whole numbers, found again by the first number of their first column."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._firsts = array("q")
        self._places = array("q", (0,))
        with tempfile.TemporaryFile() as nameless:
            self._file = os.dup(nameless.fileno())
        weakref.finalize(self, os.close, self._file)

    def put(self, columns: Sequence[array[int]]) -> None:
        """Write another block, later than those before. Raises OSError; the block is then not here."""
        place = self._places[-1]
        octets = memoryview(b"".join(column.tobytes() for column in columns))
        while octets:
            written = os.pwrite(self._file, octets, place)
            place, octets = place + written, octets[written:]
        self._firsts.append(columns[0][0])
        self._places.append(place)

    def at(self, number: int) -> int:
        """Which block begins not later than `number`; the first where none does."""
        return max(bisect_right(self._firsts, number) - 1, 0)

    def block(self, index: int) -> list[array[int]]:
        """The columns of a block."""
        start, end = self._places[index], self._places[index + 1]
        octets = os.pread(self._file, end - start, start)
        length = (end - start) // self._columns
        return [array("q", octets[at : at + length]) for at in range(0, end - start, length)]
