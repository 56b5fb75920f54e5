"""What carries the octets between a bus of serial meters and those who ask: a transparent serial server over TCP.

Leaves to others: meters and frames (`serial.bus`), and the carriers of other worlds, which need no import to fit
`Carrier`: the line of the virtual world and the pseudo terminal of the real one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol, cast

from simulators.clock import Clock, Observe
from simulators.events import Connected, ConnectionState

Hear = Callable[[bytes], object]
Done = Callable[[bytes], object]


class LineSettings(NamedTuple):
    """Settings of a serial port: bits per second, parity (N, E, O), stop bits."""

    baud: int = 9600
    parity: str = "N"
    stop_bits: int = 1

    @property
    def character_s(self) -> float:
        """Seconds a character takes: start bit, eight data bits, parity bit if any, stop bits."""
        return (9 + (self.parity != "N") + self.stop_bits) / self.baud

    @property
    def silence_s(self) -> float:
        """Silence that ends a Modbus RTU frame: 3.5 characters, above 19200 bit/s 1.75 ms (facts §3.1)."""
        return 0.00175 if self.baud > 19_200 else 3.5 * self.character_s

    @property
    def gap_s(self) -> float:
        """Longest gap inside a Modbus RTU frame: 1.5 characters, above 19200 bit/s 0.75 ms."""
        return 0.00075 if self.baud > 19_200 else 1.5 * self.character_s

    def __str__(self) -> str:
        return f"{self.baud} 8{self.parity}{self.stop_bits}"


class Carrier(Protocol):
    """Carries octets. `name` names it in events, `host` the machine it listens on (empty: none).

    `shared` carriers are real lines: they hear and send with settings of a port, and answers that overlap spoil each
    other there. Over others whole segments travel, and the bus itself must see to it.
    """

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def host(self) -> str:
        """The machine it listens on."""
        ...

    @property
    def shared(self) -> bool:
        """Whether it is a line with settings."""
        ...

    async def start(self) -> None:
        """Begin. OSError if its place is taken."""
        ...

    async def stop(self) -> None:
        """End."""
        ...

    def ear(self, baud: int, parity: str, stop_bits: int, hear: Hear) -> None:
        """Call `hear` with what arrives at these settings."""
        ...

    def send(self, octets: bytes, baud: int, parity: str, stop_bits: int, done: Done) -> bool:
        """Send at these settings; `done` gets the octets as they were on the wire when the last is out.

        False if there is nobody to send to; then `done` is never called.
        """
        ...


class DrawnLine:
    """A line on paper: a world that is only looked at needs no ends to its lines, and cannot start them."""

    host, shared = "", True

    def __init__(self, name: str) -> None:
        self.name = name

    async def start(self) -> None:
        """Refuse. Raises OSError."""
        raise OSError(f"line {self.name} is only drawn; start the world where serial lines exist / 串行线路未敷设")

    async def stop(self) -> None:
        """Nothing was begun."""

    def ear(self, baud: int, parity: str, stop_bits: int, hear: Hear) -> None:
        """Nothing will ever arrive."""

    def send(self, octets: bytes, baud: int, parity: str, stop_bits: int, done: Done) -> bool:
        """There is nobody to send to."""
        return False


class _Wire(asyncio.Protocol):
    """One connection to the serial server."""

    def __init__(self, server: TcpCarrier, number: int) -> None:
        self._server = server
        self.number = number
        self.peer = ""
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)
        peer = transport.get_extra_info("peername")
        self.peer = f"{peer[0]}:{peer[1]}" if peer else ""
        self._server.connected(self, "opened", "")

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        state = "reset" if isinstance(exc, ConnectionResetError) else "closed"
        self._server.connected(self, state, str(exc) if exc else "")

    def data_received(self, data: bytes) -> None:
        self._server.received(self, data)


class TcpCarrier:
    """A transparent serial server: octets of any connection go onto the line, answers go to every connection."""

    shared = False

    def __init__(self, host: str, port: int, *, clock: Clock, observe: Observe) -> None:
        self.host = host
        self.port = port
        self.name = f"{host}:{port}"
        self.speaker = 0
        """Number of the connection that spoke last."""
        self._clock = clock
        self._observe = observe
        self._hear: Hear = _ignore
        self._server: asyncio.AbstractServer | None = None
        self._wires: list[_Wire] = []
        self._count = 0

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        self._server = await asyncio.get_running_loop().create_server(self._wire, self.host, self.port, backlog=1024)

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for wire in list(self._wires):
            if wire.transport is not None:
                wire.transport.close()

    def ear(self, baud: int, parity: str, stop_bits: int, hear: Hear) -> None:
        """Call `hear` with what arrives; the server's own port is set right."""
        del baud, parity, stop_bits
        self._hear = hear

    def send(self, octets: bytes, baud: int, parity: str, stop_bits: int, done: Done) -> bool:
        """Write to every connection."""
        del baud, parity, stop_bits
        sent = False
        for wire in self._wires:
            if wire.transport is not None and not wire.transport.is_closing():
                wire.transport.write(octets)
                sent = True
        if sent:
            done(octets)
        return sent

    def _wire(self) -> _Wire:
        self._count += 1
        return _Wire(self, self._count)

    def connected(self, wire: _Wire, state: ConnectionState, reason: str) -> None:
        """A connection changed."""
        if state == "opened":
            self._wires.append(wire)
        elif wire in self._wires:
            self._wires.remove(wire)
        now = self._clock.now_us()
        self._observe(Connected(t=now, at=self.name, conn=wire.number, peer=wire.peer, state=state, reason=reason))

    def received(self, wire: _Wire, octets: bytes) -> None:
        """Octets from a connection go onto the line."""
        self.speaker = wire.number
        self._hear(octets)


def _ignore(_octets: bytes) -> None:
    """Nobody listens yet."""
