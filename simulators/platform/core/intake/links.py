"""A listener of terminals and the connections it holds: beyond a number the oldest that has proved nothing gives way.

Leaves what is said on a connection to the doors.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from simulators.platform.core.serving import context_of
from simulators.platform.core.settings import Tls

MOST = 20_000
"""Connections of one listener: twice the terminals of the largest park that is loaded here."""


class Link(Protocol):
    """A connection; `proved`: who is at its other end has shown to be a terminal that is known."""

    proved: bool

    def close(self) -> None:
        """End it."""
        ...


L = TypeVar("L", bound=Link)


def admit(links: dict[L, None], link: L, most: int = MOST) -> None:
    """One connection more, in place of another where there are too many."""
    if len(links) >= most:
        oldest = next((each for each in links if not each.proved), next(iter(links)))
        links.pop(oldest)
        oldest.close()
    links[link] = None


class Listening(Protocol):
    """Where a listener listens, and how its connections are protected."""

    @property
    def host(self) -> str:
        """Its address."""
        ...

    @property
    def port(self) -> int:
        """Its port; 0: any that is free."""
        ...

    @property
    def tls(self) -> Tls:
        """Certificate and key, or neither."""
        ...


class Door:
    """A port at which terminals are heard; `link` makes a connection."""

    def __init__(self, listening: Listening, link: Callable[[], asyncio.Protocol]) -> None:
        self.links: dict[Link, None] = {}
        self._listening = listening
        self._link = link
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Its port."""
        return self._server.sockets[0].getsockname()[1] if self._server else self._listening.port

    async def start(self) -> None:
        """Listen. Raises OSError."""
        loop, at = asyncio.get_running_loop(), self._listening
        self._server = await loop.create_server(self._link, at.host, at.port, ssl=context_of(at.tls))

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for link in list(self.links):
            link.close()
