"""The pages and the interface on the local network over HTTPS: TLS 1.2 or 1.3 with the terminal's certificate (R-32).

Leaves what it answers to the addresses of the local interface, and maintenance, where both sides show who they are, to
`maintenance`.
"""

from __future__ import annotations

import asyncio

from reference_terminal.model.clock import WallClock
from reference_terminal.model.seams import seam
from reference_terminal.net import channel
from reference_terminal.net.channel import Line, PlainLine, Security
from reference_terminal.settings.config import ApiConfig
from reference_terminal.settings.lan import LanConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.web.server import Application, Server


class Lan:
    """Its listener."""

    def __init__(
        self, config: LanConfig, security: Security, clock: WallClock, journal: Journal, application: Application
    ) -> None:
        self._security = security
        self._clock = clock
        given = ApiConfig(host=config.host, port=config.port)
        self._server = Server(given, application, journal, self._secure)

    async def start(self) -> None:
        """Listen; raises OSError if the address cannot be used."""
        await self._server.start()

    async def stop(self) -> None:
        """Stop listening and drop connections."""
        await self._server.stop()

    @seam
    async def _secure(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> Line:
        return await channel.show(PlainLine(reader, writer), self._security, peer, self._clock.now_s)
