"""What listens at a port and keeps its connections: doors, connections by number, switches of taking them, tasks.

Leaves what is said over a connection to those who speak a protocol: centres of HJ 212, platforms over HTTP, brokers.
"""

from __future__ import annotations

import asyncio
import contextvars
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Sequence
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec

from simulators.centres.channel import Clients, Door, Locks
from simulators.centres.switches import changed
from simulators.clock import Clock, Observe
from simulators.events import Behaviour, Connected, ConnectionState, Rejected
from simulators.trust.authority import Choice


class Taking(Protocol):
    """The switches that every listener has."""

    @property
    def accept(self) -> str:
        """Whether connections are taken (accept), refused (refuse), or closed at once (close)."""
        ...

    @property
    def certificate(self) -> Choice:
        """The certificate shown."""
        ...

    @property
    def clients(self) -> Clients:
        """What certificate is asked of clients."""
        ...


class Peer(asyncio.Protocol, ABC):
    """One connection of a client: its number, its address `host:port`, its end."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.peer = ""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.peer = f"{peer[0]}:{peer[1]}" if peer else ""

    def eof_received(self) -> bool:
        """The client has ended its sending: so does the listener."""
        return False

    def close(self) -> None:
        """Close after what was sent has left."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()


P = TypeVar("P", bound=Peer)
S = TypeVar("S", bound=msgspec.Struct)


class Listener(ABC, Generic[P, S]):
    """A listener of one name at one host; `more_ports` are further ports of the same.

    `switches` are of a struct that has those of `Taking`.
    """

    switches: S

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        switches: S,
        *,
        clock: Clock,
        observe: Observe,
        locks: Locks | None = None,
        more_ports: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.host = host
        self.port = port
        self.switches = switches
        self._clock = clock
        self._observe = observe
        self._doors = [
            Door(name, host, each, locks=locks, clock=clock, observe=observe) for each in (port, *more_ports)
        ]
        self._running = False
        self._context = contextvars.copy_context()
        self._count = 0
        self._connections: dict[int, P] = {}
        self._tasks: list[asyncio.Task[Any]] = []

    # What each protocol has of its own.

    @abstractmethod
    def _accepted(self, number: int) -> P:
        """What takes a connection with this number."""

    def _came(self, connection: P) -> None:
        """What follows a connection that was taken."""

    def _went(self, connection: P) -> None:
        """What follows the end of a connection that was taken."""

    def _ended(self, connection: P) -> None:
        """How a connection ends when the listener does."""
        connection.close()

    def _behaves(self, before: S, switches: dict[str, object]) -> None:
        """What follows a change of switches, besides what is taken and shown."""

    # Life.

    @property
    def _taking(self) -> Taking:
        return cast(Taking, self.switches)

    async def start(self) -> None:
        """Listen (unless the switches say refuse). Raises OSError if a port is taken."""
        self._running = True
        self._context = contextvars.copy_context()
        await self._listen()

    async def stop(self) -> None:
        """Close the ports and every connection."""
        self._running = False
        for door in self._doors:
            door.close()
        for connection in self.connections:
            self._ended(connection)
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    async def _listen(self) -> None:
        if self._running and self._taking.accept != "refuse":
            for door in self._doors:
                await door.open(self._connection)

    def _connection(self) -> P:
        self._count += 1
        return self._accepted(self._count)

    def _background(self, work: Coroutine[Any, Any, Any]) -> None:
        self._tasks = [task for task in self._tasks if not task.done()]
        # Whoever moves the switch, the work is the listener's own: it runs where the listener was started.
        self._tasks.append(asyncio.get_running_loop().create_task(work, context=self._context.copy()))

    @property
    def connections(self) -> tuple[P, ...]:
        """Open connections, oldest first."""
        return tuple(self._connections.values())

    def behave(self, **switches: object) -> None:
        """Change switches from now on. Raises SwitchError for an unknown switch or value."""
        before, refused = self.switches, self._taking.accept == "refuse"
        self.switches = changed(before, switches)
        for door in self._doors:
            door.set_locks(self._taking.certificate, self._taking.clients)
        self.tell({name: str(getattr(self.switches, name)) for name in switches})
        if self._taking.accept == "refuse":
            for door in self._doors:
                door.close()
        elif refused:
            self._background(self._listen())
        self._behaves(before, switches)

    def tell(self, switches: dict[str, str]) -> None:
        """Say in the history that the listener does something else from now on."""
        self._observe(Behaviour(t=self._clock.now_us(), centre=self.name, switches=switches))

    def disconnect(self, *, abort: bool = False) -> None:
        """Close (or abort) every open connection."""
        for connection in self.connections:
            if abort:
                connection.abort()
            else:
                connection.close()

    # Connections tell.

    def opened(self, connection: P) -> None:
        """A connection was made."""
        if self._taking.accept == "close":
            self._connected(connection, "refused", "closed at once")
            connection.close()
            return
        self._connections[connection.number] = connection
        self._connected(connection, "opened", "")
        self._came(connection)

    def lost(self, connection: P, exc: Exception | None) -> None:
        """A connection was lost or closed."""
        if self._connections.pop(connection.number, None) is not None:
            state = "reset" if isinstance(exc, ConnectionResetError) else "closed"
            self._connected(connection, state, str(exc or ""))
            self._went(connection)

    def _connected(self, connection: P, state: ConnectionState, reason: str) -> None:
        now = self._clock.now_us()
        event = Connected(t=now, at=self.name, conn=connection.number, peer=connection.peer, state=state, reason=reason)
        self._observe(event)

    def rejected(self, connection: P, octets: bytes, count: int, reason: str) -> None:
        """Octets that are of no use, `count` in all."""
        self._observe(
            Rejected(
                t=self._clock.now_us(),
                at=self.name,
                conn=connection.number,
                octets=octets.hex().upper(),
                count=count,
                reason=reason,
            )
        )
