"""HJ 212-2017 frames in a stream of octets: cut out, and every deviation of the framing named.

Leaves data segments to `codec` and check words to `check_word`. Frame: HJ 212-2017 table 2. Nothing here raises on any
octets; what is wrong is a list of names, explained in `faults`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from simulators.centres.hj212.check_word import check_word, modbus_check
from simulators.centres.hj212.faults import FATAL

RECEIVE_LIMIT = 9999
"""Largest data segment accepted, octets; the standard says 1024, the field sends more."""

EMIT_LIMIT = 1024


class Frame(msgspec.Struct, frozen=True):
    """Octets between `##` and the end, with what is wrong about their framing.

    `octets` is the whole as received, `data` the data segment, `crc` the check word as received, `expected` the right
    one (4 upper-case hex digits), `length` LEN as received.
    """

    octets: bytes
    data: bytes
    crc: str
    expected: str
    length: str
    faults: tuple[str, ...] = ()


class Junk(msgspec.Struct, frozen=True):
    """Octets that belong to no frame: the first 256 of them, how many, and why they were passed over."""

    octets: bytes
    count: int
    reason: str


_KEPT = 256
_MARGIN = 64
_SOUND = re.compile(rb"##(\d{4})")
_HEAD = re.compile(rb"##(\d{0,4})")
_NEXT = re.compile(rb"##\d")
_AFTER = re.compile(rb"[\r\n]*##\d")
_MAY_FOLLOW = re.compile(rb"[\r\n]*#{0,2}")
_HEX = re.compile(rb"[0-9A-Fa-f]+")


class Splitter:
    """Cuts a stream into frames and junk, in whatever pieces the octets come.

    A frame whose LEN and check word agree is taken at once. Otherwise the next line end, or the next `##` with a digit,
    ends it, so that a wrong LEN never swallows the frame after it. Memory is bounded by `limit` and a little more.
    """

    def __init__(self, limit: int = RECEIVE_LIMIT) -> None:
        self.limit = limit
        self._octets = b""
        self._at = 0
        self._tail_due = False
        self._final = False
        self._idle = False
        self._until = 0
        self._endless = 0

    @property
    def pending(self) -> bool:
        """True while octets wait for more."""
        return bool(self._octets)

    def feed(self, octets: bytes) -> list[Frame | Junk]:
        """Take octets in; give what is complete."""
        self._octets = self._octets + octets if self._octets else octets
        return self._drain()

    def flush(self, *, final: bool) -> list[Frame | Junk]:
        """Nothing has come for a while: give a whole frame that lacks its tail; if `final`, all else as junk."""
        self._idle, self._final = True, final
        found = self._drain()
        self._idle = self._final = False
        if final and self._octets:
            found.append(_junk(self._octets, "the stream ended within a frame"))
            self._octets = b""
        return found

    def _drain(self) -> list[Frame | Junk]:
        found: list[Frame | Junk] = []
        if len(self._octets) < self._until and not self._idle:
            # Nothing that comes before can change what was found so far.
            return found
        self._at = self._until = 0
        while self._at < len(self._octets):
            each = self._sound() or self._next()
            if each is None:
                break
            self._endless = 0
            if isinstance(each, Junk):
                if not each.count:
                    continue
                if found and isinstance(last := found[-1], Junk):
                    found[-1] = Junk((last.octets + each.octets)[:_KEPT], last.count + each.count, last.reason)
                    continue
            found.append(each)
        self._octets = self._octets[self._at :]
        self._at = 0
        return found

    def _skip(self, until: int, reason: str) -> Junk:
        junk = _junk(self._octets[self._at : until], reason)
        self._at = until
        return junk

    def _sound(self) -> Frame | None:
        """The next frame if it is whole and without any deviation; None for all else, to be looked at closely."""
        octets = self._octets
        match = _SOUND.match(octets, self._at)
        if match is None:
            return None
        start = match.end()
        end = start + int(match[1])
        data = octets[start:end]
        word = octets[end : end + 6]
        if len(word) < 6 or len(data) > EMIT_LIMIT or end - start > self.limit:
            return None
        if word != b"%04X\r\n" % check_word(data):
            return None
        at, self._at, self._tail_due = self._at, end + 6, False
        crc = word[:4].decode()
        return Frame(octets[at : end + 6], data, crc, crc, match[1].decode())

    def _next(self) -> Frame | Junk | None:
        octets, at = self._octets, self._at
        if self._tail_due and octets[at : at + 1] in (b"\r", b"\n"):
            # The tail of a frame that was given without waiting for it.
            self._tail_due = octets[at : at + 1] == b"\r"
            self._at += 1
            return Junk(b"", 0, "")
        self._tail_due = False
        head = octets.find(b"##", at)
        if head < 0:
            keep = octets.endswith(b"#")
            end = len(octets) - keep
            return self._skip(end, "no ## among these octets") if end > at else None
        if head > at:
            return self._skip(head, "octets before ##")
        body = at
        while octets.startswith(b"#" * 1024, body):
            body += 1024
        while octets[body : body + 1] == b"#":
            body += 1
        if body - at > 2:
            return self._skip(body - 2, "more than two # in a row")
        match = _HEAD.match(octets, at)
        digits = match[1] if match else b""
        start = at + 2 + len(digits)
        if start == len(octets) and len(digits) < 4:
            return None
        if not digits:
            following = octets.find(b"##", at + 2)
            end = following if following >= 0 else len(octets) - octets.endswith(b"#")
            return self._skip(end, "no digits of LEN after ##")
        return self._frame(start, digits)

    def _frame(self, start: int, digits: bytes) -> Frame | Junk | None:
        octets, at = self._octets, self._at
        length = int(digits)
        faults = ["len-not-4-digits"] if len(digits) < 4 else []
        if length > self.limit:
            faults.append("len-over-limit")
        need = start + length + 4
        if len(octets) >= need and length <= self.limit:
            crc = octets[start + length : need]
            data = octets[start : start + length]
            if _HEX.fullmatch(crc) and int(crc, 16) == check_word(data):
                return self._finish(at, start, data, crc, digits, faults, need)
        ended = self._end(start, max(start, at + self._endless - 2))
        if ended is None:
            self._endless = len(octets) - at
            if len(octets) - start > self.limit + _MARGIN:
                return self._skip(start, "no end of frame within the limit")
            return None
        end, resume, tail = ended
        body = octets[start:end]
        data, crc, found = _diagnose(body, length)
        sound = not FATAL.intersection(found)
        if not sound and len(octets) < need and length <= self.limit:
            if self._final and end == len(octets):
                return self._skip(resume, "the stream ended within a frame")
            if not self._final and tail != "tail-missing" and not _AFTER.match(octets, resume):
                # Perhaps a line end within the data of a longer frame: wait for what LEN promises.
                if not _MAY_FOLLOW.fullmatch(octets, resume):
                    self._until = need - at
                return None
        if b"=" not in data:
            return self._skip(resume, "nothing like a packet between ## and the end")
        faults += found
        if tail:
            faults.append(tail)
        self._at = resume
        return _frame(octets[at:resume], data, crc, digits, faults)

    def _finish(
        self, at: int, start: int, data: bytes, crc: bytes, digits: bytes, faults: list[str], end: int
    ) -> Frame | None:
        octets = self._octets
        tail = octets[end : end + 2]
        if tail == b"\r\n":
            end += 2
        elif tail[:1] == b"\n":
            faults.append("tail-lf-only")
            end += 1
        elif len(tail) == 2 or self._idle:
            faults.append("tail-cr-only" if tail[:1] == b"\r" else "tail-missing")
            end += tail[:1] == b"\r"
            self._tail_due = len(tail) < 2
        else:
            return None
        self._at = end
        if crc != crc.upper():
            faults.append("crc-lower-case")
        return _frame(octets[at:end], data, crc, digits, faults, crc.decode().upper())

    def _end(self, start: int, look: int) -> tuple[int, int, str] | None:
        """End of the body by its surroundings, where to go on, what is wrong with the tail; none is before `look`."""
        octets = self._octets
        horizon = start + self.limit + _MARGIN
        line = octets.find(b"\n", look, horizon)
        match = _NEXT.search(octets, look, horizon)
        if match and (line < 0 or match.start() < line):
            end = match.start()
            if octets[end - 1 : end] == b"\r":
                return end - 1, end, "tail-cr-only"
            return end, end, "tail-missing"
        if line >= 0:
            if octets[line - 1 : line] == b"\r":
                return line - 1, line + 1, ""
            return line, line + 1, "tail-lf-only"
        return (len(octets), len(octets), "tail-missing") if self._final else None


def _junk(octets: bytes, reason: str) -> Junk:
    return Junk(octets[:_KEPT], len(octets), reason)


def _frame(octets: bytes, data: bytes, crc: bytes, digits: bytes, faults: Iterable[str], expected: str = "") -> Frame:
    faults = list(faults)
    if len(data) > EMIT_LIMIT:
        faults.append("data-over-1024")
    return Frame(
        octets,
        data,
        crc.decode("ascii", "replace"),
        expected or f"{check_word(data):04X}",
        digits.decode(),
        tuple(dict.fromkeys(faults)) if faults else (),
    )


def _diagnose(body: bytes, length: int) -> tuple[bytes, bytes, list[str]]:
    """Where data end and the check word begins in a body whose LEN and check word do not agree, and what is wrong."""
    marks = [len(body) - 4, length, body.rfind(b"&&") + 2]
    cuts = [cut for cut in dict.fromkeys(marks) if 0 <= cut < len(body)]
    verdicts: list[tuple[int, int, str]] = []
    for index, cut in enumerate(cuts):
        verdict = _judge(body[:cut], body[cut:])
        if verdict is not None:
            verdicts.append((_RANK.index(verdict), index, verdict))
    if verdicts:
        _, index, verdict = min(verdicts)
        cut = cuts[index]
        faults = [verdict] if verdict else []
        if not verdict and body[cut:] != body[cut:].upper():
            faults.append("crc-lower-case")
    else:
        cut = _guess(body, length)
        crc = body[cut:]
        if not crc:
            faults = ["crc-missing"]
        elif len(crc) != 4:
            faults = ["crc-wrong"]
        else:
            # Only 8 low octets can come out of the algorithm of annex A.
            low = int(crc, 16) & 0xFF
            faults = ["crc-stale" if low in (0x00, 0x01, 0x40, 0x41, 0x80, 0x81, 0xC0, 0xC1) else "crc-foreign"]
    data = body[:cut]
    if length != len(data):
        faults.append(_length_fault(data, length))
    return data, body[cut:], faults


def _guess(body: bytes, length: int) -> int:
    """Where a check word that fits nothing begins: after the closing &&, or where LEN or the last 4 digits say."""
    closing = body.rfind(b"&&") + 2
    if closing >= 2 and len(body) - closing <= 4 and _HEX.fullmatch(body[closing:]):
        return closing
    near = len(body) - 4
    if abs(near - length) <= 8 and near >= 0 and _HEX.fullmatch(body[near:]):
        return near
    return len(body)


_RANK = ("", "crc-unpadded", "crc-swapped", "crc-modbus")


def _judge(data: bytes, crc: bytes) -> str | None:
    """What kind of check word of these data this is; None if of none known."""
    if not _HEX.fullmatch(crc) or len(crc) > 4:
        return None
    number = int(crc, 16)
    right = check_word(data)
    if len(crc) < 4:
        return "crc-unpadded" if number == right else None
    if number == right:
        return ""
    swapped = (number >> 8) | (number & 0xFF) << 8
    if swapped == right:
        return "crc-swapped"
    return "crc-modbus" if modbus_check(data) in (number, swapped) else None


def _length_fault(data: bytes, length: int) -> str:
    if length == len(data) + 6:
        return "len+6"
    try:
        characters = len(data.decode())
    except UnicodeDecodeError:
        characters = len(data)
    return "len-in-characters" if length == characters else "len-wrong"
