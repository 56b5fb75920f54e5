"""The octets of a file of a virtual disk: a small one in memory, a large one in a nameless file of this computer.

Leaves what is durable to `medium`. A device that works for weeks fills its store, not the memory of the bench.
"""

from __future__ import annotations

import os
import tempfile
import weakref

MOST_HELD = 6 << 20
"""A file of more octets leaves memory. A WAL of SQLite's usual thousand pages stays below."""


class Octets:
    """What `bytearray` does for a file, in the few operations that a medium needs."""

    __slots__ = ("__weakref__", "_file", "_held", "_size")

    def __init__(self, octets: bytes = b"") -> None:
        self._held = bytearray(octets)
        self._size = len(octets)
        self._file: int | None = None

    def __len__(self) -> int:
        return self._size

    def __bytes__(self) -> bytes:
        return self.read(0, self._size)

    @property
    def in_memory(self) -> int:
        """How many of its octets are in memory."""
        return len(self._held)

    def read(self, offset: int, amount: int) -> bytes:
        """Octets from an offset on; fewer where the file ends before."""
        if self._file is None:
            return bytes(self._held[offset : offset + amount])
        pieces: list[bytes] = []
        while amount and (piece := os.pread(self._file, amount, offset)):
            pieces.append(piece)
            offset, amount = offset + len(piece), amount - len(piece)
        return b"".join(pieces)

    def put(self, offset: int, data: bytes) -> None:
        """Octets at an offset, with zeros up to it where the file is shorter."""
        end = offset + len(data)
        if self._file is None:
            if end <= MOST_HELD:
                if offset > self._size:
                    self._held.extend(bytes(offset - self._size))
                self._held[offset:end] = data
                self._size = len(self._held)
                return
            self._leave_memory()
        if end > self._size:
            self._cut_file(end)
        self._write(offset, data)

    def cut(self, size: int) -> None:
        """Cut the file to a size, or extend it with zeros."""
        if self._file is None and size <= MOST_HELD:
            del self._held[size:]
            self._held.extend(bytes(size - len(self._held)))
            self._size = size
            return
        if self._file is None:
            self._leave_memory()
        self._cut_file(size)

    def _leave_memory(self) -> None:
        with tempfile.TemporaryFile() as nameless:
            self._file = os.dup(nameless.fileno())
        weakref.finalize(self, os.close, self._file)
        self._write(0, self._held)
        self._held = bytearray()

    def _cut_file(self, size: int) -> None:
        assert self._file is not None
        os.ftruncate(self._file, size)
        self._size = size

    def _write(self, offset: int, data: bytes | bytearray) -> None:
        assert self._file is not None
        view = memoryview(data)
        while view:
            written = os.pwrite(self._file, view, offset)
            offset, view = offset + written, view[written:]
