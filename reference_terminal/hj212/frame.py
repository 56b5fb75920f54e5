"""Frames of HJ 212-2017 table 2: strict when written, tolerant when read.

Leaves the fields of the data segment to `message`. A stream of octets is cut into frames; what is no frame is
reported as refused and skipped, so that the next whole frame is always found (half, glued, prefixed frames, wrong LEN).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from reference_terminal.hj212 import crc
from reference_terminal.model.seams import seam

HEAD = b"##"
TAIL = b"\r\n"
_HEADER = 6  # ## and four digits
_CRC = 4


@dataclass(frozen=True)
class Frame:
    """The data segment of a frame whose length and CRC are right."""

    data: bytes


@dataclass(frozen=True)
class Refused:
    """Octets that are no frame: why, how many, and for a wrong CRC the data segment they claim to be."""

    reason: str
    octets: int
    data: bytes = b""


@seam
def encode(data: bytes) -> bytes:
    """The frame around a data segment of at most 9999 octets."""
    return HEAD + b"%04d" % len(data) + data + crc.text(data) + TAIL


class Decoder:
    """Cuts a stream into frames. Holds at most one unfinished frame: 9999 octets at the longest receive limit.

    The time it takes grows with the octets alone, whatever they are: each possible frame is looked at once.
    """

    def __init__(self, limit: int = 9999) -> None:
        self._limit = limit
        self._crcs = crc.Stretches()
        self._buffer = self._crcs.octets
        # Octets already gone; places below are counted from the first octet of all.
        self._gone = 0
        self._looked = 0
        self._unfinished: list[tuple[int, int]] = []
        self._whole: list[int] = []

    def feed(self, data: bytes) -> list[Frame | Refused]:
        """Take octets as they arrive; return what they complete, in order."""
        buffer = self._buffer
        self._crcs.extend(data)
        found: list[Frame | Refused] = []
        junk = at = 0
        while True:
            start = buffer.find(HEAD, at)
            if start < 0:
                keep = 1 if buffer.endswith(b"#") and len(buffer) > at else 0
                junk += _noise(buffer, at, len(buffer) - keep)
                at = len(buffer) - keep
                break
            junk += _noise(buffer, at, start)
            at = start
            digits = bytes(buffer[start + 2 : start + _HEADER])
            if not digits.isdigit() and digits:
                junk += 1
                at += 1
                continue
            if len(digits) < 4:
                break
            if junk:
                found.append(Refused("no frame", junk))
                junk = 0
            step = self._frame(start, int(digits), found)
            if step == 0:
                break
            at += step
        if junk:
            found.append(Refused("no frame", junk))
        self._crcs.drop(at)
        self._gone += at
        return found

    def _frame(self, start: int, length: int, found: list[Frame | Refused]) -> int:
        """Judge the candidate at `start`; return how far to go on, 0 to wait for more octets."""
        buffer = self._buffer
        if length > self._limit:
            found.append(Refused(f"length {length} above the limit of {self._limit}", _HEADER))
            return _HEADER
        end = start + _HEADER + length
        if len(buffer) < end + _CRC:
            inner = self._whole_frame_after(start + 2)
            if inner < 0:
                return 0
            found.append(Refused("length points past the next frame", inner - start))
            return inner - start
        if self._fits(start, end):
            found.append(Frame(bytes(buffer[start + _HEADER : end])))
            return _HEADER + length + _CRC
        inner = buffer.find(HEAD, start + 2, end + _CRC)
        skip = inner - start if inner >= 0 else _HEADER + length + _CRC
        found.append(Refused("wrong CRC", skip, bytes(buffer[start + _HEADER : end]) if inner < 0 else b""))
        return skip

    def _fits(self, start: int, end: int) -> bool:
        """Whether the data segment of the frame at `start` ends in its CRC at `end`."""
        return self.crc_matches(self._crcs.text(start + _HEADER, end), bytes(self._buffer[end : end + _CRC]))

    @seam
    def crc_matches(self, right: bytes, text: bytes) -> bool:
        """Whether `text` is the CRC that is `right`, in either letter case."""
        return text.upper() == right

    @seam
    def _whole_frame_after(self, at: int) -> int:
        """Where the next complete frame with a right CRC starts, -1 if there is none yet."""
        self._look_for_heads(at)
        there = self._gone + len(self._buffer)
        while self._unfinished and self._unfinished[0][0] <= there:
            end, start = heapq.heappop(self._unfinished)
            if start >= self._gone + at and self._fits(start - self._gone, end - _CRC - self._gone):
                heapq.heappush(self._whole, start)
        while self._whole and self._whole[0] < self._gone + at:
            heapq.heappop(self._whole)
        return self._whole[0] - self._gone if self._whole else -1

    def _look_for_heads(self, at: int) -> None:
        """Note every place from `at` on that may be a frame and was not noted before."""
        buffer, gone = self._buffer, self._gone
        look = max(at, self._looked - gone)
        while (start := buffer.find(HEAD, look)) >= 0:
            digits = bytes(buffer[start + 2 : start + _HEADER])
            if len(digits) < 4:
                look = start
                break
            if digits.isdigit():
                heapq.heappush(self._unfinished, (gone + start + _HEADER + int(digits) + _CRC, gone + start))
            look = start + 1
        else:
            look = max(look, len(buffer) - 1)
        self._looked = gone + look


def _noise(buffer: bytearray, start: int, end: int) -> int:
    """How many octets between two frames are more than line ends and blanks."""
    between = bytes(buffer[start:end])
    return len(between.strip(b"\r\n \x00")) and len(between)
