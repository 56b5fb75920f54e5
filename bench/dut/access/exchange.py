"""One HTTP exchange, octet by octet where wanted: the same in virtual time and on real sockets.

Leaves sessions to `visit`. A library of HTTP alone (h11) speaks over asyncio's streams, because clients that look for a
socket behind the transport find none in virtual time.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

import h11

from bench.dut import sentences
from bench.dut.access.secured import PlainStream, SecuredStream, Stream
from simulators.trust.sessions import Session

ANSWER_S = 30.0
_TRIAL_S = 30.0
MOST_OCTETS = 16 << 20


@dataclass(frozen=True)
class Answer:
    """What came back; names of headers in lower case."""

    status: int
    fields: tuple[tuple[str, str], ...]
    octets: bytes

    @cached_property
    def headers(self) -> dict[str, str]:
        """Headers by name, the last of each."""
        return dict(self.fields)

    @cached_property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.octets.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.octets)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True)
class Place:
    """Where a door is."""

    host: str
    port: int
    secured: bool
    path: str
    session: Callable[[], Session] | None = None
    """Begins a session of the bench's own, where whoever comes has to show who it is."""
    anchor: str = ""
    """The root that its certificate is checked against (PEM); empty: it is not checked."""

    @classmethod
    @cache
    def of(cls, base: str) -> Place:
        """From its base, such as http://192.168.1.10:8080/api. Raises LookupError."""
        try:
            parts = urlsplit(base)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise LookupError(sentences.ADDRESS_WRONG(error=error).after(f"{base!r}")) from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise LookupError(str(sentences.BASE_FORM(base=base)))
        return cls(parts.hostname, port, parts.scheme == "https", parts.path.rstrip("/"))


@cache
def client_context(anchor: str) -> ssl.SSLContext:
    """TLS as a browser speaks it: with an `anchor` (PEM) the certificate has to end in it and to name the host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if anchor:
        context.load_verify_locations(cadata=anchor)
    else:
        # What a product shows of itself is asked by the cases of channels; here it only has to be reached.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


async def connect(place: Place, source: str = "") -> Stream:
    """A connection, from a given address of this machine where wanted. Raises OSError."""
    context = client_context(place.anchor) if place.secured and place.session is None else None
    given = (source, 0) if source else None
    plain = PlainStream(*await asyncio.open_connection(place.host, place.port, ssl=context, local_addr=given))
    if place.session is None:
        return plain
    secured = SecuredStream(plain, place.session())
    try:
        await secured.begin()
    except OSError:
        plain.close()
        raise
    return secured


async def tried(place: Place, trial: str) -> dict[str, str]:
    """What came of a session as `trial` begins it; version and suite, or the status of an answer in the clear.

    `checked` looks at the certificate, `old` offers TLS 1.1 at most, `clear` asks without TLS. Raises OSError.
    """
    if trial == "clear":
        answer = await ask(replace(place, secured=False), "GET", place.path or "/", answer_s=_TRIAL_S)
        return {"outcome": "answered", "status": str(answer.status)}
    context = client_context(place.anchor)
    if trial == "old":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    async with asyncio.timeout(_TRIAL_S):
        _, writer = await asyncio.open_connection(place.host, place.port, ssl=context)
    agreed = writer.get_extra_info("ssl_object")
    writer.close()
    return {"outcome": "agreed", "version": str(agreed.version()), "suite": str(agreed.cipher()[0])}


async def ask(
    place: Place,
    method: str,
    target: str,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    *,
    source: str = "",
    answer_s: float = ANSWER_S,
) -> Answer:
    """One request over a connection of its own. Raises OSError or TimeoutError without an answer."""
    named = {name.lower() for name, _ in headers}
    usual = [("Host", f"{place.host}:{place.port}"), ("Connection", "close")]
    if body or method not in ("GET", "HEAD"):
        usual.append(("Content-Length", str(len(body))))
    lines = [*(each for each in usual if each[0].lower() not in named), *headers]
    connection = h11.Connection(h11.CLIENT)
    async with asyncio.timeout(answer_s):
        stream = await connect(place, source)
        try:
            stream.write(connection.send(h11.Request(method=method, target=target or "/", headers=lines)) or b"")
            if body:
                stream.write(connection.send(h11.Data(data=body)) or b"")
            stream.write(connection.send(h11.EndOfMessage()) or b"")
            return await _answer(connection, stream)
        except (h11.RemoteProtocolError, h11.LocalProtocolError) as error:
            raise ConnectionError(f"no HTTP answer to {method} {target[:60]}: {error}") from None
        finally:
            stream.close()


async def send(place: Place, pieces: Sequence[bytes], *, pause_s: float = 0, answer_s: float = ANSWER_S) -> Answer:
    """Octets as they are, piece by piece, and the answer to them. Raises OSError or TimeoutError without one."""
    async with asyncio.timeout(answer_s + pause_s * len(pieces)):
        stream = await connect(place)
        connection = h11.Connection(h11.CLIENT)
        connection.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
        connection.send(h11.EndOfMessage())
        try:
            for number, piece in enumerate(pieces):
                if number and pause_s:
                    await asyncio.sleep(pause_s)
                if stream.at_eof():
                    break
                stream.write(piece)
            return await _answer(connection, stream)
        except h11.RemoteProtocolError as error:
            raise ConnectionError(f"no HTTP answer: {error}") from None
        finally:
            stream.close()


async def knock(place: Place, octets: bytes, *, answer_s: float) -> bytes:
    """Octets as they are to whoever listens, and what came back until the end or for a while. Raises OSError."""
    stream = await connect(place)
    came = bytearray()
    try:
        async with asyncio.timeout(answer_s):
            stream.write(octets)
            while len(came) < MOST_OCTETS and (piece := await stream.read(65_536)):
                came += piece
    except (OSError, TimeoutError):
        # Who closes upon it, or waits for more, has taken it.
        pass
    finally:
        stream.close()
    return bytes(came)


async def _answer(connection: h11.Connection, stream: Stream) -> Answer:
    status, fields, content = 0, tuple[tuple[str, str], ...](), bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await stream.read(65_536))
        elif isinstance(event, h11.Response):
            status = event.status_code
            fields = tuple((name.decode("latin-1"), text.decode("latin-1")) for name, text in event.headers)
        elif isinstance(event, h11.Data):
            content += event.data
            if len(content) > MOST_OCTETS:
                raise ConnectionError(str(sentences.ANSWER_LONG(most=MOST_OCTETS >> 20)))
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            return Answer(status, fields, bytes(content))
