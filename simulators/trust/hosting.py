"""A small host for what an authority publishes: HTTP in the clear, one request a connection.

Leaves what is asked and answered to `distribution` and `responder`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import h11

_REASONS = {
    200: b"OK",
    400: b"Bad Request",
    404: b"Not Found",
    415: b"Unsupported Media Type",
    503: b"Service Unavailable",
}
_MOST = 16_384
"""The most octets of a request's body that are looked at."""


@dataclass(frozen=True)
class Reply:
    """Status, media type and body."""

    status: int
    kind: str
    body: bytes = b""


Answer = Callable[[str, str, bytes, str], Reply | None]
"""What method, path, body and its media type (empty: not told) lead to; None for no answer at all."""


class Host:
    """A listening port."""

    def __init__(self, host: str, port: int, answer: Answer) -> None:
        self._host = host
        self._port = port
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._connections: dict[int, _Connection] = {}
        self._count = 0

    @property
    def port(self) -> int:
        """The port that is listened to; the one given while nothing listens."""
        return self._server.sockets[0].getsockname()[1] if self._server and self._server.sockets else self._port

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        self._server = await asyncio.get_running_loop().create_server(self._connection, self._host, self._port)

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in tuple(self._connections.values()):
            connection.close()

    def _connection(self) -> _Connection:
        self._count += 1
        return _Connection(self._answer, self._count, self._connections)


class _Connection(asyncio.Protocol):
    """One connection of a client; one request at a time."""

    def __init__(self, answer: Answer, number: int, others: dict[int, _Connection]) -> None:
        self._answer = answer
        self._number = number
        self._others = others
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_MOST)
        self._transport: asyncio.Transport | None = None
        self._asked = "", ""
        self._kind = ""
        self._body = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self._transport = cast(asyncio.Transport, transport)
        self._others[self._number] = self

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._transport = None
        self._others.pop(self._number, None)

    def close(self) -> None:
        """Close."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Octets in any pieces."""
        self._http.receive_data(data)
        while self._transport is not None:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError:
                self.close()
                return
            if isinstance(event, h11.Request):
                self._asked = event.method.decode("ascii", "replace"), event.target.decode("ascii", "replace")
                kinds = [value for name, value in event.headers if name == b"content-type"]
                self._kind = kinds[0].decode("ascii", "replace") if kinds else ""
            elif isinstance(event, h11.EndOfMessage):
                self._give(self._answer(*self._asked, bytes(self._body), self._kind))
                return
            elif isinstance(event, h11.Data):
                self._body += event.data[: _MOST - len(self._body)]
            else:
                return

    def _give(self, reply: Reply | None) -> None:
        if reply is None or self._transport is None:
            return
        length = str(len(reply.body))
        headers = [("Content-Type", reply.kind), ("Content-Length", length), ("Connection", "close")]
        head = h11.Response(status_code=reply.status, reason=_REASONS[reply.status], headers=headers)
        octets = self._http.send(head) or b""
        octets += (self._http.send(h11.Data(reply.body)) or b"") + (self._http.send(h11.EndOfMessage()) or b"")
        self._transport.write(octets)
        self._transport.close()
