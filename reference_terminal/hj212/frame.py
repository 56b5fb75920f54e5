"""Frames of HJ 212-2017 table 2: strict when written, tolerant when read.

Leaves the fields of the data segment to `message`. A stream of octets is cut into frames; what is no frame is
reported as refused and skipped, so that the next whole frame is always found (half, glued, prefixed frames, wrong LEN).
"""

from __future__ import annotations

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
    """Cuts a stream into frames. Holds at most one unfinished frame: 9999 octets at the longest receive limit."""

    def __init__(self, limit: int = 9999) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame | Refused]:
        """Take octets as they arrive; return what they complete, in order."""
        buffer = self._buffer
        buffer += data
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
        del buffer[:at]
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
        data = bytes(buffer[start + _HEADER : end])
        if self.crc_matches(data, bytes(buffer[end : end + _CRC])):
            found.append(Frame(data))
            return _HEADER + length + _CRC
        inner = buffer.find(HEAD, start + 2, end + _CRC)
        skip = inner - start if inner >= 0 else _HEADER + length + _CRC
        found.append(Refused("wrong CRC", skip, data if inner < 0 else b""))
        return skip

    @seam
    def crc_matches(self, data: bytes, text: bytes) -> bool:
        """Whether `text` is the CRC of `data`, in either letter case."""
        return text.upper() == crc.text(data)

    @seam
    def _whole_frame_after(self, at: int) -> int:
        """Where the next complete frame with a right CRC starts, -1 if there is none yet."""
        buffer = self._buffer
        while (at := buffer.find(HEAD, at)) >= 0:
            digits = bytes(buffer[at + 2 : at + _HEADER])
            if len(digits) == 4 and digits.isdigit():
                end = at + _HEADER + int(digits)
                text = bytes(buffer[end : end + _CRC])
                if len(text) == _CRC and self.crc_matches(bytes(buffer[at + _HEADER : end]), text):
                    return at
            at += 1
        return -1


def _noise(buffer: bytearray, start: int, end: int) -> int:
    """How many octets between two frames are more than line ends and blanks."""
    between = bytes(buffer[start:end])
    return len(between.strip(b"\r\n \x00")) and len(between)
