"""Files of lines that a stopped command goes on from: a line for each thing that ended, on the disk before the next.

Leaves what a line says, and which head must be the same when the work goes on, to the commands.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self


def whole_lines(path: Path) -> tuple[list[bytes], int]:
    """The lines of a file, and how many octets they are: a last one that a kill has torn does not count."""
    octets = path.read_bytes()
    whole = octets.rfind(b"\n") + 1
    return octets[:whole].splitlines(), whole


class Lines:
    """A file, open for more lines; use it as a context. Raises OSError where the disk takes no more."""

    def __init__(self, path: Path, *, after: int | None = None) -> None:
        """A new file, or one that exists `after` so many octets, which are all that it keeps."""
        self._out: BinaryIO = path.open("xb" if after is None else "r+b")
        if after is not None:
            self._out.truncate(after)
            self._out.seek(after)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """No more lines."""
        self._out.close()

    def add(self, line: bytes) -> None:
        """Put one more line on the disk."""
        self._out.write(line + b"\n")
        self._out.flush()
        os.fsync(self._out.fileno())
