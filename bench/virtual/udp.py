"""UDP as an application meets it: datagrams that arrive, or do not, or twice, late, altered.

Leaves the fate of packets to the route and hosts to the network.
"""

from __future__ import annotations

import asyncio
import contextvars
import errno
from typing import TYPE_CHECKING, Any, cast

from bench.virtual.domain import CURRENT
from bench.virtual.rules import PacketKind

if TYPE_CHECKING:
    from bench.virtual.links import Route
    from bench.virtual.network import Host, Network

Address = tuple[str, int]
MAX_OCTETS = 65_507


class UdpTransport(asyncio.DatagramTransport):
    """A bound UDP port, as an asyncio transport."""

    def __init__(self, net: Network, host: Host, local: Address, remote: Address | None) -> None:
        super().__init__({"sockname": local, "peername": remote})
        self._net = net
        self._loop = net.loop
        self._host = host
        self._local = local
        self._remote = remote
        self._protocol: asyncio.DatagramProtocol | None = None
        self._closing = False
        self.life = CURRENT.get()
        self.context = contextvars.copy_context()
        host.bind("udp", local, self)

    @property
    def alive(self) -> bool:
        """Whether it still holds its port."""
        return not self._closing and not (self.life is not None and self.life.dead)

    def start(self, protocol: asyncio.DatagramProtocol) -> None:
        """Hand the port to its protocol."""
        self._protocol = protocol
        protocol.connection_made(self)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Change who receives."""
        self._protocol = cast("asyncio.DatagramProtocol", protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who receives."""
        assert self._protocol is not None
        return self._protocol

    def sendto(self, data: bytes | bytearray | memoryview[Any], addr: Any = None) -> None:  # pyright: ignore
        """Send one datagram; errors of the network reach `error_received`."""
        if not self.alive:
            return
        target = self._remote if addr is None else (str(addr[0]), int(addr[1]))
        if target is None:
            raise ValueError("sendto() on an unconnected endpoint expects an address, got None")
        if self._remote is not None and target != self._remote:
            raise ValueError(f"sendto() on a connected endpoint expects {self._remote} or None, got {target}")
        payload = bytes(data)
        if len(payload) > MAX_OCTETS:
            self._fail(OSError(errno.EMSGSIZE, f"a datagram holds at most {MAX_OCTETS} octets, got {len(payload)}"))
            return
        try:
            route = self._net.route_to(target[0], self._host)
        except OSError as error:
            self._fail(error)
            return
        source = (route.source.address if self._local[0] == "0.0.0.0" else self._local[0], self._local[1])
        fate = route.carry(PacketKind.DATAGRAM, payload, 0, source, target)
        if not fate.arrives:
            return
        for after_s in (0.0, *fate.copies):
            route.later(fate.delay_s + after_s, self._arrive, route, fate.payload, source, target, self._net.epoch)

    def _arrive(self, route: Route, payload: bytes, source: Address, target: Address, epoch: int) -> None:
        if epoch != self._net.epoch and route.cut_since(epoch):
            return
        if not route.target.up:
            return
        bound = route.target.bound("udp", target)
        if isinstance(bound, UdpTransport):
            self._loop.schedule(self._loop.time(), bound.receive, (payload, source), bound.context, bound.life)
        elif self._remote is not None:
            back = self._net.route_between(route.target, route.source)
            if back.carry(PacketKind.RST, b"", 0).arrives:
                error = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
                at_s = self._loop.time() + back.latency_s
                self._loop.schedule(at_s, self._fail, (error,), self.context, self.life)

    def receive(self, payload: bytes, source: Address) -> None:
        """A datagram reached this port."""
        if not self.alive or self._protocol is None:
            return
        if self._remote is None or source == self._remote:
            self._protocol.datagram_received(payload, source)

    def _fail(self, error: OSError) -> None:
        if self.alive and self._protocol is not None:
            self._protocol.error_received(error)

    def get_write_buffer_size(self) -> int:
        """Datagrams never wait here."""
        return 0

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Low and high marks of flow control, in octets."""
        return 0, 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Accepted and without effect: datagrams never wait here."""

    def is_closing(self) -> bool:
        """Whether the port was given back."""
        return self._closing

    def close(self) -> None:
        """Give the port back."""
        if not self.alive:
            return
        self._closing = True
        self._host.release("udp", self._local, self)
        self._loop.call_soon(self._tell_lost, context=self.context)

    def abort(self) -> None:
        """The same as `close`."""
        self.close()

    def _tell_lost(self) -> None:
        protocol, self._protocol = self._protocol, None
        if protocol is not None:
            protocol.connection_lost(None)
