"""The bench's time server of one case: what the terminal is told, every question it asks, in the history.

Leaves the protocol to `bench.lab.ntp` and the address to the rig.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal

from bench.facade import sentences
from bench.history import Event, TimeAsked
from bench.history.phases import SOURCE_AHEAD, SOURCE_BACK, SOURCE_SILENT, Ahead
from bench.lab.ntp import NtpServer

NTP_PORT = 123


class Timekeeping:
    """The facade's time server (`bench.facade.bench.TimeServerControl`). It serves nothing before `start`."""

    def __init__(self, record: Callable[[Event], None], now_us: Callable[[], int]) -> None:
        self._record = record
        self._now_us = now_us
        self._server = NtpServer(now_us, self._asked)
        self._standing = False

    async def start(self, host: str, port: int = NTP_PORT) -> None:
        """Serve. Raises OSError."""
        await self._server.start(host, port)
        self._standing = True

    def stop(self) -> None:
        """Serve no more; may be repeated."""
        self._server.stop()

    def hush(self) -> None:
        """Answer no more until the case ends: a centre has set the terminal's clock, which the server would undo."""
        if self._standing and not self._server.silent:
            self._server.silent = True
            self._record(SOURCE_SILENT.event(self._now_us()))

    async def lead(self, seconds: float) -> None:
        """From now on tell true time plus so much."""
        self._needed()
        self._server.ahead_s = seconds
        self._record(SOURCE_AHEAD.event(self._now_us(), Ahead(seconds=Decimal(f"{seconds:g}"))))

    def silent(self) -> AbstractAsyncContextManager[object]:
        """Answer nothing meanwhile."""
        self._needed()
        return self._silent()

    @asynccontextmanager
    async def _silent(self) -> AsyncGenerator[None, None]:
        self._server.silent = True
        self._record(SOURCE_SILENT.event(self._now_us()))
        try:
            yield
        finally:
            self._server.silent = False
            self._record(SOURCE_BACK.event(self._now_us()))

    def _needed(self) -> None:
        if not self._standing:
            raise LookupError(str(sentences.NO_TIME_SERVER()))

    def _asked(self, peer: str) -> None:
        ahead_us = round(self._server.ahead_s * 1_000_000)
        answered = not self._server.silent
        self._record(TimeAsked(t=self._now_us(), peer=peer, ahead_us=ahead_us, answered=answered))
