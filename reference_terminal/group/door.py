"""The door for slaves: mutual TLS, one address, and whoever reports is who the certificate says.

Leaves what becomes of records to `reported`, HTTP to `web.server`.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from reference_terminal.group import messages, reasons
from reference_terminal.group.reported import Reports, Row, Unusable
from reference_terminal.model import json_text
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.net import channel
from reference_terminal.net.channel import Line, PlainLine, Security
from reference_terminal.settings.config import ApiConfig
from reference_terminal.settings.group import GroupConfig, SlaveConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.web import refusals
from reference_terminal.web.server import Request, Server

ADDRESS = "/api/records"
_MOST_OCTETS = 4 << 20
_UNKNOWN = reasons.NO_SLAVE()
_ANOTHER = reasons.OTHER_CERTIFICATE()


class _Body(msgspec.Struct):
    source: str
    records: list[Row]


class GroupDoor:
    """Where slaves report."""

    def __init__(
        self, config: GroupConfig, security: Security, reports: Reports, clock: WallClock, journal: Journal
    ) -> None:
        self._slaves = {slave.id: slave for slave in config.slaves}
        self._security = security
        self._reports = reports
        self._clock = clock
        self._journal = journal
        given = ApiConfig(host=config.host, port=config.port)
        self._server = Server(given, self, journal, self._secure, messages.PEER_REFUSED)

    async def start(self) -> None:
        """Listen; raises OSError if the address cannot be used."""
        await self._server.start()

    async def stop(self) -> None:
        """Stop listening and drop connections."""
        await self._server.stop()

    @seam
    async def _secure(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> Line:
        return await channel.accept(PlainLine(reader, writer), self._security, peer, self._clock.now_s)

    def most_octets(self, head: Request) -> int:
        """See `web.server.Application`."""
        del head
        return _MOST_OCTETS

    async def answer(self, request: Request) -> Any:
        """See `web.server.Application`."""
        if request.path != ADDRESS or request.method != "POST":
            raise refusals.NOT_FOR_REPORTS(address=ADDRESS)
        try:
            body = json_text.read_as(request.body, _Body)
        except json_text.NoJson:
            raise refusals.BAD_REPORT() from None
        slave = self._slave(request, body.source)
        try:
            kept = self._reports.take(slave, body.records)
        except Unusable as error:
            raise refusals.REPORT_UNUSABLE(said=error.said) from None
        if not kept:
            raise refusals.REPORT_NOT_KEPT()
        return {"accepted": len(body.records)}

    def _slave(self, request: Request, name: str) -> SlaveConfig:
        """The slave that reports. Raises HttpError for whoever is none, or says he is another."""
        found = self._slaves.get(name)
        reason = _UNKNOWN if found is None else None if self.is_itself(request.certified, name) else _ANOTHER
        if found is None or reason is not None:
            self.tell_stranger(request.peer, name, reason)
            raise refusals.NO_SLAVE()
        return found

    @seam
    def tell_stranger(self, peer: str, name: str, reason: Text | None) -> None:
        """Put into the log who reported as somebody he is not."""
        self._journal.event(messages.STRANGER, peer, peer=peer, name=name[:60], reason=reason)

    @seam
    def is_itself(self, certified: str, name: str) -> bool:
        """Whether the certificate that was shown is that of the slave of this name."""
        return certified == name
