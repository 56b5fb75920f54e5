"""The maintenance port: a service of its own for everything that configures (ISC-2 7.4.1.2(4), ruling R-38).

Leaves what it answers to the same addresses as the local interface, which has none that configures while there is a
maintenance port. Delivered, only the loopback interface answers. The one for maintenance from afar answers once an
administrator has enabled it, over mutual TLS with the national suites, and stays enabled over a restart.
"""

from __future__ import annotations

import asyncio
from typing import Any

from reference_terminal.access.rights import Right
from reference_terminal.access.rules import SCOPE
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.net import channel
from reference_terminal.net.channel import Line, PlainLine, Security
from reference_terminal.settings.config import ApiConfig
from reference_terminal.settings.management import ManagementConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.web import messages, refusals
from reference_terminal.web.router import Addresses, route
from reference_terminal.web.server import Application, Server

_NAME = "remote_maintenance"
_ON, _OFF = "on", "off"
_STATES = {_ON: Text("enabled", "启用"), _OFF: Text("disabled", "停用")}


class Maintenance:
    """The listeners of the maintenance port."""

    def __init__(
        self,
        config: ManagementConfig,
        security: Security | None,
        store: Store,
        clock: WallClock,
        journal: Journal,
    ) -> None:
        self._config = config
        self._security = security
        self._store = store
        self._clock = clock
        self._journal = journal
        self._here: Application | None = None
        self._afar: Application | None = None
        self._servers: dict[str, Server] = {}

    @seam
    def serve(self, here: Application, afar: Application) -> None:
        """Who answers on the spot, and who answers from afar."""
        self._here, self._afar = here, afar

    @property
    @seam
    def enabled(self) -> bool:
        """Whether maintenance from afar is enabled."""
        return self.is_possible and self._store.setting(SCOPE, _NAME) == _ON

    @property
    def is_possible(self) -> bool:
        """Whether there is an interface that could be enabled."""
        return self._security is not None

    async def start(self) -> None:
        """Listen; raises OSError if an address cannot be used."""
        await self._listen("local", ApiConfig(host=self._config.host, port=self._config.port), secured=False)
        if self.enabled:
            await self._listen_afar()

    async def _listen_afar(self) -> None:
        given = ApiConfig(host=self._config.remote_host, port=self._config.remote_port)
        await self._listen("remote", given, secured=True)

    async def _listen(self, name: str, given: ApiConfig, *, secured: bool) -> None:
        application = self._afar if secured else self._here
        assert application is not None
        server = Server(given, application, self._journal, self._secure if secured else None)
        await server.start()
        self._servers[name] = server

    @seam
    async def _secure(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> Line:
        assert self._security is not None
        return await channel.accept(PlainLine(reader, writer), self._security, peer, self._clock.now_s)

    async def stop(self) -> None:
        """Stop listening and drop connections."""
        for name in list(self._servers):
            await self._servers.pop(name).stop()

    async def set(self, enabled: bool, author: str) -> bool:
        """Enable or disable maintenance from afar; False if the store cannot be written. Raises OSError."""
        state = _ON if enabled else _OFF

        def gather() -> None:
            self._store.keep_setting(SCOPE, _NAME, state)
            self._journal.event(messages.MANAGEMENT_SET, "maintenance", author=author, state=_STATES[state])

        if enabled and "remote" not in self._servers:
            await self._listen_afar()
        if not self._store.attempt(gather):
            return False
        if not enabled and "remote" in self._servers:
            server = self._servers.pop("remote")
            # Whoever asked for it through this very port still has the answer.
            asyncio.get_running_loop().call_later(1.0, _drop, server)
        return True

    def told(self) -> list[dict[str, Any]]:
        """The interfaces, and which of them answer."""
        given = self._config
        found = [{"interface": "local", "host": given.host, "port": given.port, "channel": "plain", "enabled": True}]
        if self.is_possible:
            found.append(
                {
                    "interface": "remote",
                    "host": given.remote_host,
                    "port": given.remote_port,
                    "channel": given.channel.kind,
                    "enabled": self.enabled,
                }
            )
        return found


def _drop(server: Server) -> None:
    asyncio.ensure_future(server.stop())  # noqa: RUF006


class MaintenanceApi(Addresses):
    """The maintenance port itself."""

    def __init__(self, maintenance: Maintenance) -> None:
        self._maintenance = maintenance

    @route("GET", "management", right=Right.STATE)
    def interfaces(self, query: dict[str, str]) -> Any:
        """The interfaces of the maintenance port."""
        del query
        return {"interfaces": self._maintenance.told()}

    @route("POST", "management-interface", right=Right.CONFIGURE, body=("enabled", "author"))
    async def set(self, fields: dict[str, str]) -> Any:
        """Enable (`yes`) or disable (`no`) maintenance from afar."""
        if fields["enabled"] not in ("yes", "no"):
            raise refusals.NOT_YES_OR_NO(key="enabled")
        if not self._maintenance.is_possible:
            raise refusals.NO_MANAGEMENT()
        try:
            kept = await self._maintenance.set(fields["enabled"] == "yes", fields["author"])
        except OSError as error:
            raise refusals.INTERFACE_UNUSABLE(problem=error.strerror) from None
        if not kept:
            raise refusals.INTERFACE_NOT_KEPT()
        return {"enabled": fields["enabled"]}
