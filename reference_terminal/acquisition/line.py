"""One half-duplex line with many meters: open, rest, flush, ask, listen (facts 1.1, 3.1).

Leaves what a question and its answer look like to the drivers. A port of the machine and a transparent serial server
are the same line; only opening differs.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random as random_module
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.model import reading
from reference_terminal.model.seams import seam
from reference_terminal.net.serial_port import open_serial
from reference_terminal.platform import OpenSerial
from reference_terminal.settings.lines import LineConfig

_PIECE = 4096
_MOST_OCTETS = 1024
"""Noise beyond this is not searched any further."""
_MOST_LOOKS = 256
_LONGEST_FRAME = 270
_FAST_BAUD = 19_200
_FAST_GAP_S = 0.00175

T = TypeVar("T")


@dataclass(frozen=True)
class Question(Generic[T]):
    """What is sent and how its answer is recognised in everything heard since; pure functions over those octets.

    `find` gives the answer, or None to go on listening; it raises ReadFailed for an answer that settles the question
    without contents. `flaw` names the cause if time runs out after something was heard.
    """

    request: bytes
    find: Callable[[bytes], T | None]
    flaw: Callable[[bytes], str]


@dataclass(frozen=True)
class Heard:
    """What a line carried: `sent` by this end or heard, and the octets; for whoever watches the line."""

    sent: bool
    octets: bytes


class Line:
    """A line kept open as long as it works; after a failed opening the next try waits 1, 2, 4 … 60 s with jitter.

    One question at a time: callers hold `bus` for as long as their exchange with one meter takes.
    """

    def __init__(self, config: LineConfig, random: random_module.Random, opener: OpenSerial | None = None) -> None:
        self.config = config
        self.bus = asyncio.Lock()
        self.watch: Callable[[Heard], None] | None = None
        self.trouble = ""
        """Why it could not be opened last time."""
        self._random = random
        self._opener = opener or open_serial
        self._loop = asyncio.get_running_loop()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._failures = 0
        self._not_before_s = 0.0
        self._idle_since_s = -1e9
        octet_s = float(config.octet_s)
        silence_s = _FAST_GAP_S if config.baud > _FAST_BAUD else 3.5 * octet_s
        self._rest_s = max(float(config.turnaround_s), silence_s)
        self._octet_s = octet_s
        self._longest_s = 2 * _LONGEST_FRAME * octet_s

    @property
    def connected(self) -> bool:
        """Whether the line is open."""
        return self._streams is not None and not self._streams[1].is_closing()

    @property
    def shared_timeout_s(self) -> float | None:
        """How long one silent meter keeps all others waiting."""
        return float(self.config.timeout_s)

    def close(self) -> None:
        """Close the line."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def connect(self) -> bool:
        """Whether the line is open now; tries at most once, and not during a pause."""
        if self.connected:
            return True
        self.close()
        if self._loop.time() < self._not_before_s:
            return False
        try:
            async with asyncio.timeout(max(1.0, float(self.config.timeout_s))):
                self._streams = await self._open()
        except (OSError, TimeoutError) as error:
            number = error.errno or 0
            self.trouble = os.strerror(number) if number > 0 else str(error) or "no answer in time"
            self._failures += 1
            self._not_before_s = self._loop.time() + self.pause_s()
            return False
        self._failures = 0
        return True

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        config = self.config
        if config.host:
            return await asyncio.open_connection(config.host, config.port)
        # Seven bits and parity are eight bits without: the parity is made and taken off here.
        parity = "N" if config.data_bits == 7 else config.parity[0].upper()
        return await self._opener(config.device, config.baud, parity, int(config.stop_bits))

    def pause_s(self) -> float:
        """How long to leave a line alone that could not be opened."""
        config = self.config
        pause = min(float(config.reconnect_max_s), float(config.reconnect_min_s) * 2 ** min(self._failures - 1, 16))
        return pause * (0.8 + 0.2 * self._random.random())

    # Asking

    async def ask(self, question: Question[T], wait_s: float | None = None) -> T:
        """Send a question and return its answer; raises ReadFailed.

        `wait_s` bounds how long the first octet is waited for (None: the line's `timeout_s`).
        """
        reader, writer = await self._ready()
        try:
            writer.write(self._outward(question.request))
            await writer.drain()
            if self.watch is not None:
                self.watch(Heard(True, question.request))
            return await self._listen(reader, question, self._timeout_s(wait_s))
        except (OSError, EOFError):
            self.close()
            raise ReadFailed(reading.NO_CONNECTION) from None
        finally:
            self._idle_since_s = self._loop.time()

    async def _ready(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """An open line, rested and flushed; one that was closed at the other end meanwhile is opened again at once."""
        for _ in range(2):
            if not await self.connect() or self._streams is None:
                break
            try:
                await self._rest()
                await self._flush(self._streams[0])
                return self._streams
            except (OSError, EOFError):
                self.close()
        raise ReadFailed(reading.NO_CONNECTION)

    def _timeout_s(self, wait_s: float | None) -> float:
        timeout_s = float(self.config.timeout_s)
        return timeout_s if wait_s is None else min(timeout_s, wait_s)

    async def _rest(self) -> None:
        """Leave the line silent between two frames, so that meters know where one ends (t3.5, turnaround)."""
        wait_s = self._idle_since_s + self._rest_s - self._loop.time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    @seam
    async def _flush(self, reader: asyncio.StreamReader) -> None:
        """Drop what was heard since the last exchange: it belongs to no question any more. EOFError at the end."""
        # What a talkative device has sent for an hour lies in the reader and behind it: look until nothing is left.
        for _ in range(_MOST_LOOKS):
            if not await self._heard_before(reader):
                return
            await asyncio.sleep(0)

    async def _heard_before(self, reader: asyncio.StreamReader) -> bool:
        """Take everything out of the reader that is in it now; whether there was anything."""
        any_heard = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):
                while octets := await reader.read(_PIECE):
                    any_heard = True
                    if self.watch is not None:
                        self.watch(Heard(False, self._inward(octets)))
                raise EOFError
        return any_heard

    async def settle(self, silence_s: float) -> bytes:
        """Listen until the line has been silent for `silence_s`: what was owed has come by then, or will not."""
        heard = b""
        if self._streams is None:
            return heard
        reader = self._streams[0]
        with contextlib.suppress(TimeoutError, OSError):
            while len(heard) < _MOST_OCTETS:
                async with asyncio.timeout(silence_s):
                    octets = await reader.read(_PIECE)
                if not octets:
                    break
                heard += self._inward(octets)
        return heard

    async def _listen(self, reader: asyncio.StreamReader, question: Question[T], timeout_s: float) -> T:
        gap_s = float(self.config.gap_s)
        echo = self._outward(question.request) if self.config.echo else b""
        now_s = self._loop.time()
        until_s = now_s + len(question.request) * self._octet_s + timeout_s
        last_s = until_s + self._longest_s + gap_s
        heard = b""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until_s) as limit:
                while octets := await reader.read(_PIECE):
                    octets, echo = without_echo(octets, echo)
                    if not octets:
                        continue
                    octets = self._inward(octets)
                    if self.watch is not None:
                        self.watch(Heard(False, octets))
                    heard += octets
                    found = question.find(heard)
                    if found is not None:
                        return found
                    if len(heard) > _MOST_OCTETS:
                        break
                    limit.reschedule(min(self._loop.time() + gap_s, last_s))
                else:
                    raise EOFError
        raise ReadFailed(question.flaw(heard) if heard else reading.TIMEOUT)

    # Seven data bits

    def _outward(self, octets: bytes) -> bytes:
        if self.config.data_bits == 8:
            return octets
        odd = self.config.parity == "odd"
        return bytes(octet & 0x7F | ((octet & 0x7F).bit_count() % 2 ^ odd) << 7 for octet in octets)

    def _inward(self, octets: bytes) -> bytes:
        return octets if self.config.data_bits == 8 else bytes(octet & 0x7F for octet in octets)


def without_echo(octets: bytes, echo: bytes) -> tuple[bytes, bytes]:
    """What was heard without the request's own echo, and what of the echo is still to come.

    Octets that differ from the echo end it: somebody else was speaking too, and the frame check will tell.
    """
    common = min(len(octets), len(echo))
    if octets[:common] == echo[:common]:
        return octets[common:], echo[common:]
    return octets, b""
