"""A sender on a connection: an asyncio driver, the same in virtual time and on real sockets.

Leaves what is sent and when to `sender`, stacks of TLS to `trust.sessions`. A connection that fails or ends is tried
anew every `retry_s`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from simulators.clock import Clock, Observe
from simulators.events import Connected, ConnectionState
from simulators.senders.sender import NEVER, Sender
from simulators.trust.sessions import Session

_PATIENCE_S = 30.0


@dataclass(frozen=True)
class Target:
    """Where a sender connects to: address, port, and how its session begins (none: in the clear).

    `local` is the address that it calls from, empty for any.
    """

    host: str
    port: int
    local: str = ""
    session: Callable[[], Session] | None = None


class _Connection(asyncio.Protocol):
    """One connection; octets go through a session if there is one."""

    def __init__(self, line: Line, session: Session | None) -> None:
        self._line, self._session = line, session
        self.open = False
        self.reason = ""
        self.over = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self._session is None:
            self._begin()
        else:
            self._session.feed(b"")
            self._flush()

    def data_received(self, data: bytes) -> None:
        session = self._session
        if session is None:
            self._line.came(data)
            return
        session.feed(data)
        self._flush()
        if session.failed:
            self.reason = session.failed
            self.close()
            return
        if session.agreed and not self.open:
            self._begin()
        if plain := session.incoming():
            self._line.came(plain)
        if session.ended:
            self.close()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self.reason = self.reason or type(exc).__name__
        if not self.over.done():
            self.over.set_result(None)

    def send(self, octets: bytes) -> None:
        """Octets for the platform."""
        if self._transport is None or self._transport.is_closing():
            return
        if self._session is None:
            self._transport.write(octets)
        else:
            self._session.write(octets)
            self._flush()

    def close(self) -> None:
        """End it after what was sent has left."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """End it at once, as without supply."""
        if self._transport is not None:
            self._transport.abort()

    def _begin(self) -> None:
        self.open = True
        self._line.began()

    def _flush(self) -> None:
        if self._session is not None and self._transport is not None and (out := self._session.outgoing()):
            self._transport.write(out)


class Line:
    """Drives one sender. `target` says where to connect to, anew each time; `observe` is told of connections."""

    def __init__(self, sender: Sender, target: Callable[[], Target], clock: Clock, observe: Observe) -> None:
        self.sender = sender
        self._where = target
        self._peer = ""
        self._clock, self._observe = clock, observe
        self._wanted = False
        self._connection: _Connection | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Measure from now on; connect once `connect` is called."""
        self.pump()

    def connect(self) -> None:
        """Connect, and again whenever the connection ends."""
        if not self._wanted:
            self._wanted = True
            self._tasks = [asyncio.get_running_loop().create_task(self._keep(), name=f"sender {self.sender.spec.name}")]

    def disconnect(self, *, abort: bool = False) -> None:
        """End the connection and make no other; measuring goes on."""
        self._wanted = False
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        if self._connection is not None:
            self._connection.abort() if abort else self._connection.close()
            self._ended(self._connection)

    def stop(self) -> None:
        """End everything."""
        self.disconnect()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def pump(self) -> None:
        """See to what is due, send what is to be sent, and come back when the next is due."""
        now_us = self._clock.now_us()
        sender = self.sender
        sender.tick(now_us)
        if self._connection is not None and self._connection.open:
            if octets := sender.give(now_us):
                self._connection.send(octets)
            if sender.broken:
                self._connection.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if (due := sender.next_us()) < NEVER:
            delay_s = max((due - now_us) / 1_000_000, 0.0)
            self._timer = asyncio.get_running_loop().call_later(delay_s, self.pump)

    def came(self, data: bytes) -> None:
        """Octets from the platform."""
        self.sender.take(data, self._clock.now_us())
        self.pump()

    def began(self) -> None:
        """The connection is fit for use."""
        self._tell("opened", "")
        self.sender.opened(self._clock.now_us())
        self.pump()

    async def _keep(self) -> None:
        while self._wanted:
            await self._once()
            if self._wanted:
                await asyncio.sleep(self.sender.spec.retry_s)

    async def _once(self) -> None:
        target = self._where()
        self._peer = f"{target.host}:{target.port}"
        local = (target.local, 0) if target.local else None
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                session = target.session() if target.session is not None else None
                _, connection = await loop.create_connection(
                    lambda: _Connection(self, session), target.host, target.port, local_addr=local
                )
        except (OSError, TimeoutError) as error:
            self._tell("refused", type(error).__name__)
            return
        self._connection = connection
        await connection.over
        self._ended(connection)

    def _ended(self, connection: _Connection) -> None:
        if self._connection is not connection:
            return
        self._connection = None
        if connection.open:
            self._tell("closed", connection.reason)
            self.sender.closed()
            self.pump()
        else:
            self._tell("refused", connection.reason or "ended within the handshake")

    def _tell(self, state: ConnectionState, reason: str) -> None:
        name = f"sender {self.sender.spec.name}"
        number = self.sender.conn + (1 if state == "opened" else 0)
        self._observe(
            Connected(t=self._clock.now_us(), at=name, conn=number, peer=self._peer, state=state, reason=reason)
        )
