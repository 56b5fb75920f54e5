"""A small HTTP/1.1 client for JSON over a centre's channel, with h11: one connection, one request at a time.

Leaves what is asked and what an answer means to the links of the platforms. A redirection is never followed.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import h11

from reference_terminal.model.messages import Bilingual
from reference_terminal.model.seams import seam
from reference_terminal.net import reasons
from reference_terminal.net.channel import PLAIN, Line, Security, open_line
from reference_terminal.net.turns import Turns
from reference_terminal.settings.hosts import is_host

_PIECE = 65_536
_TARGET = re.compile("[!-~]*")
_JSON = "application/json; charset=utf-8"
MOST_OCTETS = 4_000_000
"""The most octets an answer may have."""


class HttpFailed(Exception):
    """An exchange without a usable answer; what was sent may have arrived. `en` and `zh` say what happened."""

    def __init__(self, said: Bilingual) -> None:
        super().__init__(said.en)
        self.en, self.zh = said.en, said.zh


@dataclass(frozen=True)
class Place:
    """An address taken apart: where to connect, and what to ask there."""

    host: str
    port: int
    target: str

    @property
    @seam
    def authority(self) -> str:
        """Host and port as the Host field has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@seam
def place_of(url: str, channel: str) -> Place:
    """An absolute address that keeps the channel. Raises HttpFailed for any other: nothing goes to plain HTTP."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    wanted = "http" if channel == PLAIN else "https"
    if parts.scheme != wanted or not host:
        raise HttpFailed(
            reasons.ABSOLUTE_ADDRESS(wanted=wanted, url=url[:100]),
        )
    if not is_host(host) or not _TARGET.fullmatch(parts.path + parts.query):
        raise HttpFailed(reasons.ADDRESS_OF_NOBODY(url=url[:100]))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(host, port or (80 if wanted == "http" else 443), target)


class HttpClient:
    """Requests to any host of one platform, over the channel the platform is configured with."""

    def __init__(self, security: Security, home: str, now_s: Callable[[], int], connect_timeout_s: float) -> None:
        self._security = security
        self._home = home
        self._now_s = now_s
        self._connect_timeout_s = connect_timeout_s
        self._line: Line | None = None
        self._http = h11.Connection(h11.CLIENT)
        self._where: tuple[str, int] = ("", 0)
        self._turns = Turns()

    @property
    def agreed(self) -> str:
        """What the channel of the open connection is; empty if there is none."""
        return "" if self._line is None else self._line.agreed

    def close(self) -> None:
        """Drop the connection if there is one."""
        if self._line is not None:
            self._line.abort()
            self._line = None

    @seam
    async def post(
        self,
        place: Place,
        body: bytes,
        timeout_s: float,
        headers: Sequence[tuple[str, str]] = (),
        kind: str = _JSON,
    ) -> tuple[int, bytes]:
        """Status and body of the answer.

        Raises HttpFailed, OSError, TimeoutError (no answer in time), ChannelRefused, CertificateError. One call is one
        attempt: a request that may have arrived is not sent again here.
        """
        return await self._ask(place, body, timeout_s, headers, kind)

    async def get(self, place: Place, timeout_s: float, headers: Sequence[tuple[str, str]] = ()) -> tuple[int, bytes]:
        """As `post`, for a question without a body."""
        return await self._ask(place, None, timeout_s, headers)

    @seam
    async def _ask(
        self,
        place: Place,
        body: bytes | None,
        timeout_s: float,
        headers: Sequence[tuple[str, str]],
        kind: str = _JSON,
    ) -> tuple[int, bytes]:
        await self._connect(place)
        try:
            async with asyncio.timeout(timeout_s):
                return await self._exchange(place, body, headers, kind)
        except h11.RemoteProtocolError as error:
            self.close()
            raise HttpFailed(reasons.NO_HTTP(error=error)) from None
        except h11.LocalProtocolError as error:
            self.close()
            raise HttpFailed(reasons.NOT_ASKABLE(error=error)) from None
        except BaseException:
            self.close()
            raise

    async def _connect(self, place: Place) -> None:
        """Have a connection there, a kept one if the peer has not ended it and its certificates still hold."""
        line = self._line
        if line is not None:
            stale = line.closing() or (line.until_s and self._now_s() >= line.until_s)
            revocation = self._security.revocation
            stale = stale or (revocation is not None and revocation.fault(line.standing, self._now_s()))
            stale = stale or (line.status is not None and self._now_s() >= line.status.until_s > 0)
            usable = self._where == (place.host, place.port) and self._http.our_state is h11.IDLE and not stale
            if usable and not await _has_ended(line):
                return
            self.close()
        security = self._security
        if place.host != self._home:
            security = replace(security, server_name=place.host)
        self._line = await open_line(place.host, place.port, security, self._now_s, self._connect_timeout_s)
        self._where = (place.host, place.port)
        self._http = h11.Connection(h11.CLIENT)

    async def _exchange(
        self, place: Place, body: bytes | None, headers: Sequence[tuple[str, str]], kind: str
    ) -> tuple[int, bytes]:
        line, http = self._line, self._http
        if line is None:
            raise ConnectionResetError("closed")
        fields = [("Host", place.authority)]
        if body is not None:
            fields += [("Content-Type", kind), ("Content-Length", str(len(body)))]
        fields += [*([("Accept", "application/json")] if kind == _JSON else []), *headers]
        method = "GET" if body is None else "POST"
        octets = http.send(h11.Request(method=method, target=place.target, headers=fields)) or b""
        octets += (http.send(h11.Data(data=body)) or b"") if body is not None else b""
        line.write(octets + (http.send(h11.EndOfMessage()) or b""))
        await line.drain()
        status, content = 0, bytearray()
        began_s = self._turns.begin()
        while True:
            began_s = await self._turns.rest(began_s)
            event: Any = http.next_event()
            if event is h11.NEED_DATA:
                octets = await line.read(_PIECE)
                began_s = self._turns.begin()
                http.receive_data(octets)
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                content += event.data
                if len(content) > MOST_OCTETS:
                    raise HttpFailed(reasons.ANSWER_LONG(most_octets=MOST_OCTETS))
            elif isinstance(event, h11.EndOfMessage):
                break
            elif isinstance(event, h11.ConnectionClosed):
                raise ConnectionResetError("closed before the answer was complete")
        if http.our_state is h11.DONE and http.their_state is h11.DONE:
            with contextlib.suppress(h11.LocalProtocolError):
                http.start_next_cycle()
        else:
            self.close()
        return status, bytes(content)


async def _has_ended(line: Line) -> bool:
    """Whether the peer has closed an idle connection, or says something nobody asked for."""
    try:
        async with asyncio.timeout(0):
            await line.read(1)
    except TimeoutError:
        return False
    except OSError:
        pass
    return True
