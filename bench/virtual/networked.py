"""What asyncio asks of a loop about the network, answered by the simulated one.

Leaves time and order to the virtual loop, which is built on this, and packets to the network.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.virtual.network import Network


class NetworkedLoop(asyncio.BaseEventLoop):
    """A loop whose connections, servers and names are those of `network`; a `Network` attaches itself."""

    network: Network | None = None

    def _net(self) -> Network:
        if self.network is None:
            raise NotImplementedError("this virtual loop has no network, expected one: make it with Network(loop)")
        return self.network

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        """Resolve a name of the simulated network; `socket.gaierror` when it is unknown."""
        return self._net().getaddrinfo(host, port, **options)

    async def getnameinfo(self, sockaddr: Any, flags: int = 0) -> tuple[str, str]:
        """The name of a simulated host by its address."""
        del flags
        return self._net().getnameinfo(sockaddr)

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """As asyncio's, over the simulated network."""
        return await self._net().create_connection(*args, **options)

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """As asyncio's, over the simulated network."""
        return await self._net().create_server(*args, **options)

    async def create_datagram_endpoint(self, *args: Any, **options: Any) -> Any:
        """As asyncio's, over the simulated network."""
        return await self._net().create_datagram_endpoint(*args, **options)
