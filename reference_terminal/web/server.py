"""A small HTTP/1.1 server on asyncio streams with h11: requests in, JSON out; bounded in octets, time and connections.

Leaves what the addresses mean to `api`. Whatever comes in, the peer gets an answer in JSON or a closed connection, and
the rest of the terminal does not notice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import apsw
import h11
import msgspec

from reference_terminal.access.desk import Gate
from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.model.actor import TERMINAL, act_for
from reference_terminal.model.messages import Message, text_of
from reference_terminal.model.seams import seam
from reference_terminal.net.channel import ChannelRefused, Line
from reference_terminal.net.turns import Turns
from reference_terminal.settings.config import ApiConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.web import messages, refusals
from reference_terminal.web.errors import HttpError
from reference_terminal.web.seats import Seat, Seats

MAX_OCTETS = 65_536
"""The most octets the head of a request may have, and the most its body may have (stored sets: more)."""
DEADLINE_S = 30.0
"""How long a request may take from the moment it is waited for to its last octet, and its answer to leave."""
MAX_CONNECTIONS = 32
_PIECE = 16_384
_HEARTBEAT_S = 15.0
"""A stream without events says so often that it lives."""
_ASK_AGAIN_S = 1.0
_MOST_UNSENT = 1_000_000
"""Octets of a stream that wait for a slow peer; beyond them it is ended."""
_LINGER_S = 2.0
_LINGER_OCTETS = 4 * MAX_OCTETS
_TOLD_REFUSALS = (20.0, 0.05)
"""Refused peers that are told at once, and then every second."""
_TELLING = ("host", "origin", "authorization", "cookie", "sec-fetch-site", "x-proof", "x-refresh", "accept-language")
"""The header fields that say whose a request is and where it comes from."""


@dataclass(frozen=True)
class Request:
    """A request as received: decoded path, parameters in order, media type in lower case, body.

    `fields` are those of its head that say whose it is, by lower-case name; `peer` is the address it came from,
    `certified` the name in the certificate that was shown there (empty: none).
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    content_type: str = ""
    body: bytes = b""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    peer: str = ""
    certified: str = ""


@dataclass(frozen=True)
class File:
    """A value that is no JSON: its octets, media type and the name it is saved under."""

    octets: bytes
    media_type: str
    name: str


@dataclass(frozen=True)
class Stream:
    """An answer without an end: server-sent events. `listen(send)` begins it and returns what ends it.

    `send` takes the octets of an event at once. `permitted` is asked once a second whether they may still be heard.
    """

    listen: Callable[[Callable[[bytes], None]], Callable[[], None]]
    permitted: Callable[[], bool] = lambda: True


@dataclass(frozen=True)
class Answer:
    """What goes back: status, octets, header fields besides those every answer has."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Application(Protocol):
    """Who answers requests."""

    async def answer(self, request: Request) -> Any:
        """The JSON value, or the File, to answer with; raises HttpError."""
        ...

    def most_octets(self, head: Request) -> int:
        """The most octets the body of a request with this head may have."""
        ...


class Reads(Protocol):
    """Where the octets of a connection come from."""

    async def read(self, n: int = -1, /) -> bytes:
        """Some octets; none when the peer has closed."""
        ...


class Writes(Protocol):
    """Where the octets of a connection go."""

    def write(self, data: bytes, /) -> None:
        """Send."""
        ...

    async def drain(self) -> None:
        """Wait until everything has left."""
        ...

    def can_write_eof(self) -> bool:
        """Whether the sending side can be closed alone."""
        ...

    def write_eof(self) -> None:
        """Close the sending side."""
        ...


class Secured:
    """A TLS line as reader and writer."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def read(self, n: int = -1, /) -> bytes:
        """See `Reads`."""
        return await self._line.read(n)

    def write(self, data: bytes, /) -> None:
        """See `Writes`."""
        self._line.write(data)

    async def drain(self) -> None:
        """See `Writes`."""
        await self._line.drain()

    def can_write_eof(self) -> bool:
        """See `Writes`: TLS is closed as a whole."""
        return False

    def write_eof(self) -> None:
        """See `Writes`."""


Secures = Callable[[asyncio.StreamReader, asyncio.StreamWriter, str], Awaitable[Line]]
"""Makes a connection of a peer a secured line; raises ChannelRefused, CertificateError, OSError."""


class Server:
    """The listening socket; port 0 in the configuration: none. `secures`: how its connections are secured.

    `refusal` is the message of the log about a peer that could not prove who it is.
    """

    def __init__(
        self,
        config: ApiConfig,
        application: Application,
        journal: Journal,
        secures: Secures | None = None,
        refusal: Message = messages.PEER_REFUSED,
    ) -> None:
        self._secures = secures
        self._refusal = refusal
        self._telling = Gate(*_TOLD_REFUSALS)
        self._config = config
        self.application = application
        self._journal = journal
        self._server: asyncio.Server | None = None
        self._tasks: dict[asyncio.Task[None], None] = {}
        self.seats = Seats()
        self.turns = Turns()

    async def start(self) -> None:
        """Listen; raises OSError if the address cannot be used."""
        if self._config.port:
            self._server = await asyncio.start_server(self._connected, self._config.host, self._config.port)

    async def stop(self) -> None:
        """Stop listening and drop connections."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @seam
    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks[task] = None
        named = writer.get_extra_info("peername")
        peer = str(named[0]) if isinstance(named, tuple) and named else ""
        seat = Seat(peer, writer.transport.abort)
        full = not self.seats.take(seat, MAX_CONNECTIONS)
        # With no room in the buffer `drain` returns when everything has left, so that its deadline means the answer.
        writer.transport.set_write_buffer_limits(high=0)
        try:
            if self._secures is None:
                await Session(reader, writer, self, seat).run(full=full)
            else:
                async with asyncio.timeout(DEADLINE_S):
                    line = await self._secures(reader, writer, peer)
                both, seat.certified = Secured(line), line.certified
                await Session(both, both, self, seat).run(full=full)
        except (ChannelRefused, CertificateError) as error:
            if self._telling.passes():
                self._journal.event(self._refusal, peer, reason=text_of(error))
        except (OSError, TimeoutError):
            writer.transport.abort()
        except asyncio.CancelledError:
            # The server stops. asyncio's streams tell a connection's task that ends cancelled as an error.
            pass
        finally:
            self.seats.leave(seat)
            del self._tasks[task]
            writer.close()

    async def respond(self, request: h11.Request, body: bytes, peer: str = "", certified: str = "") -> Answer | Stream:
        """The answer to one request, whatever happens inside."""
        act_for(TERMINAL)
        try:
            value = await self.application.answer(read_request(request, body, peer, certified))
            if isinstance(value, Answer | Stream):
                return value
            if isinstance(value, File):
                named = {"Content-Disposition": f'attachment; filename="{value.name}"'}
                return Answer(200, value.octets, {"Content-Type": value.media_type, **named})
            return Answer(200, msgspec.json.encode(value))
        except HttpError as error:
            return refused(error)
        except apsw.Error as error:
            self._tell(request, error)
            return refused(refusals.STORE_UNREADABLE())
        except Exception as error:
            self._tell(request, error)
            return refused(refusals.FAILED_INSIDE())

    def most_octets(self, head: h11.Request, peer: str) -> int:
        """The most octets the body of a request may have."""
        try:
            request = read_request(head, b"", peer)
        except HttpError:
            return MAX_OCTETS
        return self.application.most_octets(request)

    def _tell(self, request: h11.Request, error: Exception) -> None:
        method, target = request.method.decode("latin-1"), request.target.decode("latin-1")
        what = f"{type(error).__name__}: {error}"
        self._journal.say(messages.REQUEST_FAILED(method=method, target=target[:200], error=what))


class Session:
    """One connection: requests one after the other until somebody closes."""

    def __init__(self, reader: Reads, writer: Writes, server: Server, seat: Seat) -> None:
        self._reader = reader
        self._writer = writer
        self._server = server
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_OCTETS)
        self._heard = False
        self._seat = seat
        self._peer = seat.peer
        self._began_s = server.turns.begin()

    async def run(self, *, full: bool) -> None:
        """Serve until the connection ends; `full`: say that there are too many and end it."""
        if full:
            busy = refusals.TOO_MANY_CONNECTIONS()
            await self._send(refused(busy), whole=True, last=True)
            await self._swallow()
            return
        while await self._turn():
            self._http.start_next_cycle()

    async def _turn(self) -> bool:
        """One request and its answer; whether the connection may bring another."""
        head: h11.Request | None = None
        answer: Answer | Stream
        try:
            async with asyncio.timeout(DEADLINE_S):
                head = await self._head()
                if head is None:
                    return False
                body = await self._body(head)
            self._seat.answers()
            try:
                answer = await self._server.respond(head, body, self._peer, self._seat.certified)
            finally:
                self._server.seats.end_long(self._seat)
        except TimeoutError:
            if not self._heard:
                return False
            answer = refused(refusals.NOT_COMPLETE(seconds=f"{DEADLINE_S:g}"))
        except h11.RemoteProtocolError as error:
            answer = refused(refusals.NOT_HTTP.with_status(error.error_status_hint)(problem=error))
        except HttpError as error:
            answer = refused(error)
        if isinstance(answer, Stream):
            await self._stream(answer, told=head is None or head.method != b"HEAD")
            return False
        complete = self._http.their_state in (h11.DONE, h11.MUST_CLOSE, h11.CLOSED)
        await self._send(answer, whole=head is None or head.method != b"HEAD", last=not complete)
        if not complete:
            await self._swallow()
        self._heard = False
        self._seat.waits()
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def _stream(self, stream: Stream, *, told: bool) -> None:
        """Send events as they come until the peer closes, falls too far behind or may hear no more."""
        fields = [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"), ("Connection", "close")]
        self._writer.write(self._http.send(h11.Response(status_code=200, headers=fields)) or b"")
        if not told:
            self._writer.write(self._http.send(h11.EndOfMessage()) or b"")
            return
        came, ended, unsent = asyncio.Event(), asyncio.Event(), [0]
        loop = asyncio.get_running_loop()
        asked_s = [loop.time()]

        def send(octets: bytes) -> None:
            if ended.is_set():
                return
            if loop.time() - asked_s[0] >= _ASK_AGAIN_S:
                asked_s[0] = loop.time()
                if not stream.permitted():
                    ended.set()
            if unsent[0] > _MOST_UNSENT:
                ended.set()
            if not ended.is_set():
                self._writer.write(self._http.send(h11.Data(data=octets)) or b"")
                unsent[0] += len(octets)
            came.set()

        async def until_closed() -> None:
            while await self._reader.read(_PIECE):
                pass
            ended.set()
            came.set()

        reading = loop.create_task(until_closed())
        forget = stream.listen(send)
        send(b": listening\n\n")
        try:
            while not ended.is_set():
                try:
                    async with asyncio.timeout(_HEARTBEAT_S):
                        await came.wait()
                except TimeoutError:
                    send(b": \n\n")
                came.clear()
                unsent[0] = 0
                async with asyncio.timeout(DEADLINE_S):
                    await self._writer.drain()
        except asyncio.CancelledError:
            # The interface ends; the connection with it.
            return
        finally:
            forget()
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    @seam
    async def _head(self) -> h11.Request | None:
        """The head of the next request; None if the peer has closed. Raises HttpError, h11.RemoteProtocolError."""
        event = await self._event()
        return event if isinstance(event, h11.Request) else None

    async def _body(self, head: h11.Request) -> bytes:
        """The body that follows a head. Raises HttpError if it is too long, h11.RemoteProtocolError if it is broken."""
        announced = header(head, b"content-length")
        most = self._server.most_octets(head, self._peer)
        check_length(int(announced[:12]) if announced else 0, most)
        body = bytearray()
        while isinstance(event := await self._event(), h11.Data):
            body += event.data
            check_length(len(body), most)
            if len(body) > MAX_OCTETS and not self._server.seats.begin_long(self._seat):
                raise refusals.FILE_IN_HAND()
        return bytes(body)

    async def _event(self) -> Any:
        if self._http.trailing_data[0]:
            # What comes next is at hand: nothing is waited for that would let others work.
            self._began_s = await self._server.turns.rest(self._began_s)
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                self._writer.write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            octets = await self._reader.read(_PIECE)
            self._began_s = self._server.turns.begin()
            self._heard = self._heard or bool(octets)
            self._http.receive_data(octets)
        return event

    @seam
    async def _send(self, answer: Answer, *, whole: bool, last: bool) -> None:
        """Write one answer, without its body unless `whole`; TimeoutError if the peer does not take it in time."""
        fields = {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(answer.body)),
            "Cache-Control": "no-store",
            **answer.headers,
            **({"Connection": "close"} if last else {}),
        }
        octets = self._http.send(h11.Response(status_code=answer.status, headers=list(fields.items()))) or b""
        if whole:
            octets += self._http.send(h11.Data(data=answer.body)) or b""
        self._writer.write(octets + (self._http.send(h11.EndOfMessage()) or b""))
        async with asyncio.timeout(DEADLINE_S):
            await self._writer.drain()

    async def _swallow(self) -> None:
        """Take a little of what the peer is still sending: closing at once would reset the answer away from it."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        taken = 0
        async with asyncio.timeout(_LINGER_S):
            while taken < _LINGER_OCTETS and (octets := await self._reader.read(_PIECE)):
                taken += len(octets)


def read_request(head: h11.Request, body: bytes, peer: str = "", certified: str = "") -> Request:
    """A request with its address taken apart. Raises HttpError (400) if the address cannot be read."""
    try:
        target = urlsplit(head.target.decode("ascii"))
        query = parse_qsl(target.query, keep_blank_values=True, errors="strict")
        path = unquote(target.path, errors="strict")
    except ValueError:
        raise refusals.ADDRESS_UNREADABLE() from None
    content_type = header(head, b"content-type").partition(";")[0].strip().lower()
    told = {name: header(head, name.encode()) for name in _TELLING}
    return Request(head.method.decode("ascii"), path, tuple(query), content_type, body, told, peer, certified)


def header(head: h11.Request, name: bytes) -> str:
    """A header field by its lower-case name; empty if there is none."""
    return next((value.decode("latin-1") for key, value in head.headers if key == name), "")


def check_length(octets: int, most: int) -> None:
    """Raise HttpError (413) for a body of more octets than are taken."""
    if octets > most:
        raise refusals.TOO_LONG(most=most)


def refused(error: HttpError) -> Answer:
    """The answer that tells an error."""
    said = {"en": error.en, "zh": error.zh}
    if error.code:
        said = {"code": error.code, **said}
    return Answer(error.status, msgspec.json.encode({"error": said}), error.headers)
