"""The server's clock, kept by an NTP server (RFC 5905, client); without one it is the machine's (CPCIF 6.3).

Leaves who reads the clock to everybody: what is kept is how far the machine is off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from simulators.platform.core.ground import Clock
from simulators.platform.core.seams import seam
from simulators.platform.core.settings import Ntp

_NTP_EPOCH_S = 2_208_988_800
"""Seconds from 1900, where NTP begins, to 1970."""
_OCTETS, _CLIENT, _SERVER = 48, 0x23, 4
_PATIENCE_S = 4.0
STEP_NS = 1_000_000_000
"""A correction beyond this is told in the log."""


class KeptClock:
    """The machine's clock and how far it has to be corrected, nanoseconds."""

    def __init__(self, machine: Clock) -> None:
        self.machine = machine
        self.ahead_ns = 0

    def time_ns(self) -> int:
        """Now, UTC nanoseconds."""
        return self.machine.time_ns() + self.ahead_ns


class _Answer(asyncio.DatagramProtocol):
    """Waits for the one datagram that answers."""

    def __init__(self, came: asyncio.Future[bytes]) -> None:
        self._came = came

    def datagram_received(self, data: bytes, addr: object) -> None:
        """The first one counts."""
        if not self._came.done():
            self._came.set_result(data)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there."""
        if not self._came.done():
            self._came.set_exception(exc)


class Timekeeper:
    """Asks the server at the start and again and again, and corrects the clock."""

    def __init__(self, clock: KeptClock, settings: Ntp, stepped: Callable[[int], None]) -> None:
        self._clock, self._settings, self._stepped = clock, settings, stepped
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """From now on."""
        self._task = asyncio.get_running_loop().create_task(self._keep())

    async def stop(self) -> None:
        """No longer."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _keep(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    ahead_ns = await self._asked()
            except (OSError, TimeoutError, ValueError):
                ahead_ns = None
            if ahead_ns is not None:
                self._correct(ahead_ns)
            await asyncio.sleep(self._settings.every_s)

    async def _asked(self) -> int:
        """By how much the server is ahead of this clock. Raises OSError, TimeoutError, ValueError."""
        loop = asyncio.get_running_loop()
        came: asyncio.Future[bytes] = loop.create_future()
        place = (self._settings.server, self._settings.port)
        transport, _ = await loop.create_datagram_endpoint(lambda: _Answer(came), remote_addr=place)
        try:
            sent_ns = self._clock.time_ns()
            transport.sendto(bytes([_CLIENT]) + bytes(39) + _stamp(sent_ns))
            answer = await came
            came_ns = self._clock.time_ns()
        finally:
            transport.close()
        if len(answer) < _OCTETS or answer[0] & 7 != _SERVER or answer[24:32] != _stamp(sent_ns) or not answer[1]:
            raise ValueError("no answer of a time server to this question")
        received_ns, told_ns = _instant(answer[32:40]), _instant(answer[40:48])
        return (received_ns - sent_ns + told_ns - came_ns) // 2

    @seam
    def _correct(self, ahead_ns: int) -> None:
        """The clock follows the server."""
        self._clock.ahead_ns += ahead_ns
        if abs(ahead_ns) > STEP_NS:
            self._stepped(ahead_ns)


def _stamp(at_ns: int) -> bytes:
    """An instant as NTP writes it: seconds and 2^-32 s since 1900, modulo 2^32 s."""
    seconds, rest = divmod(at_ns, 1_000_000_000)
    whole = (seconds + _NTP_EPOCH_S) % (1 << 32)
    return ((whole << 32) | (rest << 32) // 1_000_000_000).to_bytes(8, "big")


def _instant(stamp: bytes) -> int:
    """The instant of a stamp, within the 136 years that began in 1968 (RFC 4330 section 3)."""
    whole, rest = int.from_bytes(stamp[:4], "big"), int.from_bytes(stamp[4:], "big")
    era = 0 if whole & (1 << 31) else 1 << 32
    return (whole + era - _NTP_EPOCH_S) * 1_000_000_000 + (rest * 1_000_000_000 >> 32)
