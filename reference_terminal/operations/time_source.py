"""The terminal's time source: asks an NTP server and keeps the clock by it (SNTP version 4, RFC 5905 section 14).

Leaves what a step means for periods to the clock's sleepers. Small offsets are taken out quietly; a step is believed
only when a second answer agrees, so that one bad packet never moves the clock.
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass

from reference_terminal.model.clock import STEP_S, WallClock
from reference_terminal.model.messages import Refused, Text
from reference_terminal.model.seams import seam
from reference_terminal.operations import messages, reasons
from reference_terminal.settings.config import TimeConfig
from reference_terminal.storage.journal import Journal

ANSWER_S = 2.0
RETRY_S = 16.0
"""Wait after a question without an answer, unless the interval is shorter."""
LOST_AFTER = 8
"""So many questions in a row without a usable answer raise the alarm."""
_AGREE_NS = 100_000_000
_LEAST_NS = 5_000_000
"""Below this the clock is left alone: it is what the way of a packet may hide."""
_MOST_WAY_NS = 1_000_000_000
_SINCE_1900_S = 2_208_988_800
_MESSAGE = struct.Struct(">3Bb11I")
_ASK = 0b00_100_011


class NoTime(Refused):
    """A question brought no usable answer."""


@dataclass(frozen=True)
class Answer:
    """How much the server is ahead of the clock, and how long the question was under way, nanoseconds."""

    ahead_ns: int
    way_ns: int


def stamp_of(unix_ns: int) -> tuple[int, int]:
    """Nanoseconds since 1970 as the two 32-bit words of an NTP timestamp."""
    seconds, ns = divmod(unix_ns, 1_000_000_000)
    return (seconds + _SINCE_1900_S) & 0xFFFF_FFFF, (ns << 32) // 1_000_000_000


def instant_of(stamp: tuple[int, int], near_ns: int) -> int:
    """An NTP timestamp as nanoseconds since 1970; the era (136 years) is the one nearest to `near_ns`."""
    seconds, fraction = stamp
    plain_s = seconds - _SINCE_1900_S
    eras = (near_ns // 1_000_000_000 - plain_s + (1 << 31)) >> 32
    return (plain_s + (eras << 32)) * 1_000_000_000 + (fraction * 1_000_000_000 >> 32)


def question(sent_ns: int) -> bytes:
    """A client's question; the server gives its time stamp back, which ties the answer to it."""
    return _MESSAGE.pack(_ASK, 0, 0, 0, *(0,) * 9, *stamp_of(sent_ns))


def read_answer(octets: bytes, sent_ns: int, came_ns: int) -> Answer:
    """What an answer to the question of `sent_ns` says. Raises NoTime."""
    if len(octets) < _MESSAGE.size:
        raise NoTime(reasons.TIME_SHORT(octets=len(octets), size=_MESSAGE.size))
    words = _MESSAGE.unpack(octets[: _MESSAGE.size])
    head, stratum = words[0], words[1]
    # Origin, receive and transmit time stamps follow poll, precision, root delay, dispersion, reference id and time.
    origin, received, sent_back = words[9:11], words[11:13], words[13:15]
    if head & 7 != 4 or origin != stamp_of(sent_ns):
        raise NoTime(reasons.TIME_OTHER())
    if head >> 6 == 3 or not 1 <= stratum <= 15 or sent_back == (0, 0):
        raise NoTime(reasons.TIME_UNSYNCHRONISED(stratum=stratum))
    there_ns, back_ns = instant_of(received, sent_ns), instant_of(sent_back, sent_ns)
    way_ns = (came_ns - sent_ns) - (back_ns - there_ns)
    if not 0 <= way_ns <= _MOST_WAY_NS:
        raise NoTime(reasons.TIME_LATE(way_ns=way_ns / 1e9))
    return Answer(((there_ns - sent_ns) + (back_ns - came_ns)) // 2, way_ns)


class TimeSource:
    """Asks one server at its interval and moves the clock."""

    def __init__(self, config: TimeConfig, clock: WallClock, journal: Journal) -> None:
        self.config = config
        self._clock = clock
        self._journal = journal
        self._where = f"{config.server}:{config.port}"
        self._missed = 0
        self.known = False
        """Whether the source has answered since the start."""

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            wait_s = float(self.config.interval_s)
            try:
                await self.synchronise()
            except NoTime as error:
                wait_s = min(wait_s, RETRY_S)
                self._failed(error.en, error.zh)
            else:
                self._answered()
            await self._pause(wait_s)

    @seam
    async def _pause(self, seconds: float) -> None:
        """Wait for the next question, through steps of the clock."""
        await asyncio.sleep(seconds)

    async def synchronise(self) -> None:
        """Ask, and take the difference out of the clock. Raises NoTime."""
        answer = await self._ask()
        if abs(answer.ahead_ns) > STEP_S * 1e9:
            again = await self._ask()
            if abs(again.ahead_ns - answer.ahead_ns) > _AGREE_NS:
                raise NoTime(reasons.TIME_CONTRADICTS())
            answer = again
        self.correct(answer)

    def correct(self, answer: Answer) -> None:
        """Move the clock to the server's time."""
        if abs(answer.ahead_ns) > max(_LEAST_NS, answer.way_ns // 2):
            self._clock.move_ns(answer.ahead_ns)

    async def _ask(self) -> Answer:
        loop = asyncio.get_running_loop()
        came: asyncio.Future[tuple[bytes, int]] = loop.create_future()
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Line(self._clock, came), remote_addr=(self.config.server, self.config.port)
            )
        except OSError as error:
            raise NoTime(reasons.TIME_NOT_ASKED(error=error)) from None
        try:
            sent_ns = self._clock.now_ns()
            transport.sendto(question(sent_ns))
            octets, came_ns = await asyncio.wait_for(came, ANSWER_S)
        except TimeoutError:
            raise NoTime(reasons.TIME_SILENT(answer_s=ANSWER_S)) from None
        except OSError as error:
            raise NoTime(reasons.TIME_UNREACHED(error=error)) from None
        finally:
            transport.close()
        return read_answer(octets, sent_ns, came_ns)

    def _answered(self) -> None:
        self._missed = 0
        self._journal.clear_alarm(messages.TIME_SOURCE_LOST, self._where)
        if not self.known:
            self.known = True
            self._journal.event(messages.CLOCK_KEPT, self._where)

    @seam
    def _failed(self, en: str, zh: str) -> None:
        self._missed += 1
        if self._missed == LOST_AFTER:
            reason = Text(en, zh)
            self._journal.raise_alarm(messages.TIME_SOURCE_LOST, self._where, count=LOST_AFTER, reason=reason)


class _Line(asyncio.DatagramProtocol):
    """One question's port: the first datagram, with the instant at which it came."""

    def __init__(self, clock: WallClock, came: asyncio.Future[tuple[bytes, int]]) -> None:
        self._clock = clock
        self._came = came

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        if not self._came.done():
            self._came.set_result((data, self._clock.now_ns()))

    def error_received(self, exc: Exception) -> None:
        if not self._came.done():
            self._came.set_exception(exc)
