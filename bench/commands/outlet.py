"""Where the command line writes: standard output and error that survive a full disk, a closed pipe, a foreign encoding.

What was read from a file or a frame moves no cursor here: control characters are shown as escapes. Leaves what is
written to the commands. A run of hours must not be lost because nobody reads its screen any more.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from bench.commands import sentences

# Controls but tab and line feed, ends of lines of Unicode, marks that turn the direction of writing.
_MOVES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class OutletLost(Exception):
    """Standard output takes nothing any more (a full disk); one sentence says so."""


class _Outlet(io.TextIOWrapper):
    """A stream on a file descriptor. Once a write has failed it either raises or, `going_on`, swallows what follows."""

    def __init__(self, number: int, encoding: str, errors: str, *, going_on: bool) -> None:
        self._raw = open(number, "wb", buffering=0, closefd=False)  # noqa: SIM115 - lives as long as the stream
        super().__init__(io.BufferedWriter(self._raw), encoding=encoding, errors=errors, line_buffering=True)
        self._going_on = going_on
        self._lost = False

    def write(self, text: str, /) -> int:
        """Write what a person reads, or swallow after a loss."""
        self.draw(_MOVES.sub(_shown, text))
        return len(text)

    @property
    def drawn(self) -> TextIO:
        """The same stream for what draws a picture on a terminal."""
        return cast(TextIO, _Drawn(self))

    def draw(self, text: str) -> int:
        """Write as it stands, or swallow after a loss."""
        if not self._lost:
            try:
                return super().write(text)
            except OSError as error:
                self._lose(error)
        return len(text)

    def flush(self) -> None:
        """Flush, or nothing after a loss."""
        if not self._lost:
            try:
                super().flush()
            except OSError as error:
                self._lose(error)

    def _lose(self, error: OSError) -> None:
        self._lost = True
        # What the buffers still hold has to go somewhere when the process ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        if self._going_on:
            return
        if isinstance(error, BrokenPipeError):
            raise error
        raise OutletLost(str(sentences.NO_OUTPUT(strerror=error.strerror))) from None


def _shown(found: re.Match[str]) -> str:
    # The longer form is one that JSON knows, where these may stand bare.
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x20 else f"\\u{code:04x}"


class _Drawn:
    def __init__(self, outlet: _Outlet) -> None:
        self._outlet = outlet

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outlet, name)

    def write(self, text: str) -> int:
        return self._outlet.draw(text)


@contextmanager
def outlets(*, going_on: bool, for_machines: bool) -> Generator[None]:
    """Within it the process's own streams are such outlets; streams that somebody put in their place stay.

    `going_on` for commands that leave a folder: what cannot be shown is not worth stopping for. A character that the
    encoding lacks (a tick in GBK) becomes a question mark, or with `for_machines` an escape that JSON knows.
    """
    _occupy()
    kept = (sys.stdout, sys.stderr)
    errors = "backslashreplace" if for_machines else "replace"
    sys.stdout = _outlet(kept[0], sys.__stdout__, 1, errors, going_on=going_on)
    sys.stderr = _outlet(kept[1], sys.__stderr__, 2, "backslashreplace", going_on=True)
    try:
        yield
    finally:
        sys.stderr.flush()
        sys.stdout, sys.stderr = kept


def _occupy() -> None:
    """Put nothing in the place of standard streams that the shell closed (>&-): no other file may take their number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number free is the one that is given.
            os.open(os.devnull, os.O_RDWR)


def _outlet(stream: TextIO | None, own: TextIO | None, number: int, errors: str, *, going_on: bool) -> TextIO:
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    if stream is not own or stream.fileno() != number:
        return stream
    stream.flush()
    return _Outlet(number, stream.encoding, errors, going_on=going_on)
