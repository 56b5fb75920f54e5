"""Listening ports of the virtual network, as asyncio's servers.

Leaves connections to the transports and who hears on which port to the hosts.
"""

from __future__ import annotations

import asyncio
import contextvars
from asyncio import sslproto
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from bench.virtual.domain import CURRENT, PowerCut
from bench.virtual.tcp import TcpTransport
from bench.virtual.tcp_end import Address

if TYPE_CHECKING:
    from bench.virtual.network import Host, Network


class TcpServer(asyncio.AbstractServer):
    """Listening ports of one `create_server` call."""

    def __init__(
        self,
        net: Network,
        factory: Callable[[], asyncio.BaseProtocol],
        ports: list[tuple[Host, Address]],
        tls: Any,
        handshake_timeout_s: float | None,
        shutdown_timeout_s: float | None,
    ) -> None:
        self._net = net
        self._factory = factory
        self._ports = ports
        self._tls = tls
        self._handshake_timeout_s = handshake_timeout_s
        self._shutdown_timeout_s = shutdown_timeout_s
        self._serving = False
        self._forever: asyncio.Future[None] | None = None
        self._clients: dict[int, TcpTransport] = {}
        self.life = CURRENT.get()
        self.context = contextvars.copy_context()
        for host, address in ports:
            host.bind("tcp", address, self)

    @property
    def sockets(self) -> tuple[BoundSocket, ...]:
        """What is listened on, enough of a socket to tell its name."""
        return tuple(BoundSocket(address) for _, address in self._ports)

    @property
    def alive(self) -> bool:
        """Whether it still holds its ports."""
        return bool(self._ports) and not (self.life is not None and self.life.dead)

    @property
    def listening(self) -> bool:
        """Whether a connection is accepted."""
        return self._serving and self.alive

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The loop it runs on."""
        return self._net.loop

    def is_serving(self) -> bool:
        """Whether a connection is accepted."""
        return self._serving

    async def start_serving(self) -> None:
        """Accept from now on."""
        self._serving = True

    async def serve_forever(self) -> None:
        """Accept until cancelled, then close."""
        if self._forever is not None:
            raise RuntimeError(f"server {self!r} is already being awaited on serve_forever()")
        self._serving = True
        self._forever = self._net.loop.create_future()
        try:
            await self._forever
        finally:
            self._forever = None
            self.close()

    def close(self) -> None:
        """Stop listening; connections go on."""
        if self.life is not None and self.life.dead:
            return
        for host, address in self._ports:
            host.release("tcp", address, self)
        self._ports = []
        self._serving = False
        if self._forever is not None and not self._forever.done():
            self._forever.cancel()

    def close_clients(self) -> None:
        """Close every connection accepted here."""
        for transport in list(self._clients.values()):
            transport.close()

    def abort_clients(self) -> None:
        """Abort every connection accepted here."""
        for transport in list(self._clients.values()):
            transport.abort()

    async def wait_closed(self) -> None:
        """Returns at once, as Python 3.11's does after `close()`."""

    def welcome(self, transport: TcpTransport) -> None:
        """Give an accepted connection its protocol."""
        if not self.alive:
            transport.send_reset()
            transport.vanish()
            return
        self._clients[transport.flow] = transport
        transport.on_end = self._farewell
        try:
            protocol = self._factory()
        except (SystemExit, KeyboardInterrupt, PowerCut):
            raise
        except BaseException as error:
            self._net.loop.call_exception_handler(
                {"message": "Error on transport creation for incoming connection", "exception": error}
            )
            transport.abort()
            return
        if self._tls is not None:
            protocol = sslproto.SSLProtocol(
                self._net.loop,
                cast("asyncio.Protocol", protocol),
                self._tls,
                cast("asyncio.Future[Any]", None),
                server_side=True,
                ssl_handshake_timeout=cast(int, self._handshake_timeout_s),
                ssl_shutdown_timeout=self._shutdown_timeout_s,
            )
        transport.start(protocol)

    def _farewell(self, transport: TcpTransport) -> None:
        self._clients.pop(transport.flow, None)


class BoundSocket:
    """As much of a socket as servers are asked for: its name."""

    family = 2
    type = 1
    proto = 6

    def __init__(self, address: Address) -> None:
        self._address = address

    def getsockname(self) -> Address:
        """Address and port."""
        return self._address

    def fileno(self) -> int:
        """There is no descriptor behind a simulated socket."""
        return -1
