"""Finds the frames of several protocols in the octets of one serial line.

Leaves to others: what a frame means (the codecs of `protocols`) and who answers (`bus`). Most protocols close a frame
by its length, Modbus ASCII by its line feed, Modbus RTU by silence; where a line has no silence (a serial server over
TCP), an RTU request is closed by the length its function gives it, if the CRC agrees.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulators.meters.modbus.codec import ASCII_LONGEST, COLON, ascii_flaw, request_length, rtu_flaw
from simulators.meters.protocols import codecs, families_of_their_own

RTU, ASCII = "rtu", "ascii"

Found = tuple[bytes, str, str]
"""Octets, the reason why they are no frame (empty for a frame), and the frame's family (empty: any by length)."""


class Splitter:
    """Finds frames of these protocols in octets that come in any pieces."""

    def __init__(self, families: Sequence[str]) -> None:
        known = codecs()
        self._codecs = [known[family] for family in families]
        self._starts = frozenset(codec.START for codec in self._codecs)
        self._octets = b""

    @property
    def waiting(self) -> bool:
        """True if octets are kept that may be the beginning of a frame."""
        return bool(self._octets)

    def clear(self) -> None:
        """Forget what is kept."""
        self._octets = b""

    def feed(self, octets: bytes, *, final: bool = False) -> list[tuple[bytes, str]]:
        """Whole frames (with an empty reason) and octets that are none (with the reason), in order.

        `final` gives up what is not whole.
        """
        buffer = self._octets + octets
        found: list[tuple[bytes, str]] = []
        at = junk = 0
        reason = ""
        while at < len(buffer):
            if buffer[at] not in self._starts:
                at += 1
                continue
            size, pending, why = self._look(buffer, at)
            if size:
                self._drop(found, buffer[junk:at], reason)
                found.append((buffer[at : at + size], ""))
                at = junk = at + size
                reason = ""
            elif pending and not final:
                break
            else:
                reason = reason or why
                at += 1
        self._drop(found, buffer[junk:at], reason)
        self._octets = buffer[at:]
        return found

    def _look(self, buffer: bytes, at: int) -> tuple[int, bool, str]:
        """Size of the right frame here (0: none), whether one may still come, and what is wrong with it."""
        pending, why = False, ""
        for codec in self._codecs:
            if buffer[at] != codec.START:
                continue
            size = codec.length_at(buffer, at)
            if size is None or (size and at + size > len(buffer)):
                pending = True
                why = why or "a frame is not whole"
            elif size:
                flaws = codec.flaws(buffer[at : at + size])
                if not flaws:
                    return size, False, ""
                why = flaws[0][0]
        return 0, pending, why

    @staticmethod
    def _drop(found: list[tuple[bytes, str]], octets: bytes, reason: str) -> None:
        if octets.strip(b"\xfe"):
            found.append((octets, reason or "there is no frame"))


class LineFrames:
    """Finds frames of any families on one line. `silent` lines tell of silence, others only of long gaps."""

    def __init__(self, families: Sequence[str], *, silent: bool) -> None:
        known = codecs()
        closed = [family for family in families if family in known]
        self._splitter = Splitter(closed)
        self._by_length = bool(closed)
        self._own_starts = {known[family].START: family for family in closed if family in families_of_their_own()}
        self._rtu = RTU in families
        self._ascii = ASCII in families
        self._silent = silent
        self._window = bytearray()
        self._line = bytearray()
        self._junk: list[Found] = []
        self._used = False
        self._flaw = ""

    @property
    def modbus(self) -> bool:
        """True if frames may be closed by silence."""
        return self._rtu

    @property
    def waiting(self) -> bool:
        """True if octets are kept that may be the beginning of a frame."""
        return self._splitter.waiting or bool(self._window) or bool(self._line)

    def broken(self, reason: str) -> None:
        """The octets since the last silence cannot be a frame of RTU."""
        self._flaw = reason

    def feed(self, octets: bytes) -> list[Found]:
        """Octets from the line: what they complete, in order."""
        found: list[Found] = []
        if self._rtu:
            self._window += octets
        if self._by_length:
            for taken, reason in self._splitter.feed(octets):
                if not reason:
                    self._used = True
                    if not self._silent:
                        self._window.clear()
                family = "" if reason else self._own_starts.get(taken[0], "")
                (self._junk if reason and self._rtu else found).append((taken, reason, family))
        if self._ascii:
            found += self._lines(octets)
        if self._rtu and not self._silent:
            found += self._counted()
        return found

    def _lines(self, octets: bytes) -> list[Found]:
        found: list[Found] = []
        for octet in octets:
            if octet == COLON:
                if self._line:
                    found.append((bytes(self._line), "a new frame began before the line feed", ASCII))
                self._line.clear()
            elif not self._line:
                continue
            self._line.append(octet)
            if octet == 0x0A or len(self._line) > ASCII_LONGEST:
                found.append((bytes(self._line), ascii_flaw(bytes(self._line)), ASCII))
                self._line.clear()
        return found

    def _counted(self) -> list[Found]:
        found: list[Found] = []
        while (size := request_length(self._window)) > 0 and len(self._window) >= size:
            octets = bytes(self._window[:size])
            if rtu_flaw(octets):
                break
            found.append((octets, "", RTU))
            del self._window[:size]
            self._splitter.clear()
            self._junk.clear()
        return found

    def silence(self) -> list[Found]:
        """The line has been silent long enough to close a frame of RTU."""
        window, self._window = bytes(self._window), bytearray()
        junk, self._junk = self._junk, []
        used, self._used = self._used, False
        flaw, self._flaw = self._flaw, ""
        if not window or not self._rtu:
            return junk
        flaw = flaw or rtu_flaw(window)
        if not flaw and not used:
            self._splitter.clear()
            return [(window, "", RTU)]
        if self._by_length or self._line:
            return junk
        return [] if used else [(window, flaw, RTU)]

    def give_up(self) -> list[Found]:
        """Nothing more comes: what is kept is no frame."""
        found = self.silence()
        found += [(octets, reason, "") for octets, reason in self._splitter.feed(b"", final=True)]
        if self._line:
            found.append((bytes(self._line), "a frame has no line feed", ASCII))
            self._line.clear()
        return found
