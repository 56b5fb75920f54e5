"""Listening for HTTP with uvicorn's protocol over the loop's own servers: no ticking server, any event loop, TLS.

Leaves the application to `api`. Every connection is served by itself; one that is malformed ends alone.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Iterator
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from simulators.platform.core.settings import Tls

KEEP_ALIVE_S, TERMINALS_S = 75, 3_600
"""How long a connection may say nothing, of people and of terminals."""
REQUEST_S = 120.0
"""How long a request may take to come in whole, and an answer to be read on."""
MOST_LINKS = 20_000
"""Connections of one listener; whoever comes beyond them is told to come later (503)."""
_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]


class _Ordered(dict[Any, None]):
    """A set in the order of its members' coming, so that closing them has one order."""

    def add(self, each: Any) -> None:
        self[each] = None

    def discard(self, each: Any) -> None:
        self.pop(each, None)


class _Protocol(H11Protocol):
    """One connection; the common name of its client's certificate is in the state of its requests."""

    _patience: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        begun = self.conn.their_state is h11.SEND_BODY or (
            self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        )
        self._wait(begun)

    def pause_writing(self) -> None:
        """What was said is not taken off."""
        super().pause_writing()
        self._wait(True)

    def resume_writing(self) -> None:
        """It is again."""
        super().resume_writing()
        self._wait(False)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._wait(False)
        super().connection_lost(exc)

    def _wait(self, begun: bool) -> None:
        """Somebody has begun and is not done: that ends at some time, however slowly the octets come."""
        if not begun and self._patience is not None:
            self._patience.cancel()
            self._patience = None
        elif begun and self._patience is None:
            self._patience = self.loop.call_later(REQUEST_S, self.transport.abort)

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "certified": common_name(transport.get_extra_info("peercert"))}
        # Who connects and asks nothing is not waited for longer than who has asked.
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)


def common_name(certificate: Any) -> str:
    """The common name of a client's certificate, as `ssl` gives it; empty: none was shown."""
    for parts in (certificate or {}).get("subject", ()):
        for name, value in parts:
            if name == "commonName":
                return value
    return ""


def context_of(tls: Tls) -> ssl.SSLContext | None:
    """The context of a listener. Raises OSError or ssl.SSLError (which is one) for files that are no good."""
    if not tls.certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls.certificate, tls.key)
    if tls.clients:
        context.load_verify_locations(tls.clients)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class HttpDoor:
    """A listener of the application."""

    def __init__(self, app: Any, host: str, port: int, tls: Tls, keep_alive_s: int = KEEP_ALIVE_S) -> None:
        for name in ("uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
            logger = logging.getLogger(name)
            logger.propagate = False
            if not logger.handlers:
                logger.addHandler(logging.NullHandler())
        self._host, self.port, self._tls = host, port, tls
        self._config = Config(
            app, lifespan="off", log_config=None, access_log=False, ws="none", timeout_keep_alive=keep_alive_s
        )
        self._config.limit_concurrency = MOST_LINKS
        self._state = ServerState()
        self._state.connections = _Ordered()  # pyright: ignore[reportAttributeAccessIssue]
        self._state.tasks = _Ordered()  # pyright: ignore[reportAttributeAccessIssue]
        self._state.default_headers = list(_HEADERS)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises OSError."""
        self._config.load()
        loop = asyncio.get_running_loop()

        def made() -> _Protocol:
            return _Protocol(config=self._config, server_state=self._state, app_state={}, _loop=loop)

        self._server = await loop.create_server(made, self._host, self.port, ssl=context_of(self._tls))
        if not self.port:
            self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is None:
            return
        self._server.close()
        for each in list(_each(self._state.connections)):
            each.transport.close()
        for task in list(_each(self._state.tasks)):
            task.cancel()
        self._server = None


def _each(members: Any) -> Iterator[Any]:
    return iter(members)
