"""What a product tells by itself as it happens: server-sent events over one HTTP connection, in virtual and real time.

Leaves what an event says to the expressions of whoever declares the stream, and when it came to whoever follows. The
octets of an event are handed on before anything reads them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

import h11
import jinja2

from bench.dut import Seat, sentences
from bench.dut.access.exchange import Place, connect
from bench.dut.access.secured import Stream
from bench.dut.hooks import asked_of
from bench.dut.hooks.http import Http
from bench.dut.questions import environment, filling, text_of

ANSWER_S = 30.0
"""How long the beginning of a stream is waited for."""
MOST_OCTETS = 1 << 20
"""Of one event."""


@dataclass(frozen=True)
class Told:
    """Where a stream is (http or https), what the request says besides, and the fields of an event's JSON.

    `fields` are expressions over `row`, the JSON of one event.
    """

    address: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


@runtime_checkable
class Telling(Protocol):
    """An adapter whose terminal tells something by itself."""

    def stream(self, seat: Seat, what: str) -> Told:
        """Where it tells `what`. Raises LookupError where it does not."""
        ...


async def follow(told: Told, begun: Callable[[], None], take: Callable[[str], None]) -> None:
    """Hand on every event as it comes, until the product ends the stream; `begun` is called once it has answered.

    `take` is called in the same step of the loop in which the last octet of an event is read. Raises LookupError
    (no stream), OSError or TimeoutError.
    """
    place = Place.of(told.address)
    parts = urlsplit(told.address)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    headers = [("Host", f"{place.host}:{place.port}"), ("Accept", "text/event-stream"), *told.headers.items()]
    connection = h11.Connection(h11.CLIENT)
    async with asyncio.timeout(ANSWER_S):
        stream = await connect(place)
    try:
        stream.write(connection.send(h11.Request(method="GET", target=target, headers=headers)) or b"")
        stream.write(connection.send(h11.EndOfMessage()) or b"")
        async with asyncio.timeout(ANSWER_S):
            answer = await _next(connection, stream)
        if not isinstance(answer, h11.Response) or answer.status_code != 200:
            status = answer.status_code if isinstance(answer, h11.Response) else "none"
            raise LookupError(str(sentences.NO_STREAM(address=told.address, status=status)))
        begun()
        await _events(lambda: _next(connection, stream), take)
    except (h11.RemoteProtocolError, h11.LocalProtocolError) as error:
        raise ConnectionError(str(sentences.NO_HTTP(address=told.address, error=error))) from None
    finally:
        stream.close()


async def _next(connection: h11.Connection, stream: Stream) -> object:
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await stream.read(65_536))
    return event


async def _events(following: Callable[[], Awaitable[object]], take: Callable[[str], None]) -> None:
    """Events as the HTML standard has them: lines `data:` until an empty one; other fields and comments say nothing."""
    rest, data = b"", list[bytes]()
    while isinstance(event := await following(), h11.Data):
        *lines, rest = (rest + bytes(event.data)).split(b"\n")
        for line in lines:
            line = line.removesuffix(b"\r")
            if line.startswith(b"data:"):
                data.append(line[5:].removeprefix(b" "))
            elif not line and data:
                take(b"\n".join(data).decode("utf-8", "replace"))
                data = []
        if len(rest) + sum(map(len, data)) > MOST_OCTETS:
            raise ConnectionError(str(sentences.EVENT_LONG(most=MOST_OCTETS >> 10)))


def stream_by_hooks(seat: Seat, what: str, subject: Mapping[str, Any] | None = None) -> Told:
    """Where a product tells something by itself, as its profile says. Raises LookupError where it says nothing."""
    asked = asked_of(seat.connection, what)
    if not isinstance(asked, Http) or not asked.get:
        raise LookupError(str(sentences.NO_ASK(what=what)))
    fill = filling(environment(), seat, what, {}, subject)
    return Told(fill(asked.get), asked.headers, asked.fields)


def row_of_event(told: Told, text: str) -> dict[str, str]:
    """The fields of one event of a stream. Raises LookupError for what the expressions do not fit."""
    row = _json_of(text)
    try:
        columns = _columns(tuple(told.fields.items()))
        return {name: text_of(expression(row=row)) for name, expression in columns.items()}
    except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError, RecursionError) as error:
        raise LookupError(str(sentences.EVENT_UNFIT(kind=type(error).__name__, error=error))) from None


@cache
def _columns(fields: tuple[tuple[str, str], ...]) -> Mapping[str, Callable[..., Any]]:
    engine = environment()
    return {name: engine.compile_expression(text, undefined_to_none=True) for name, text in fields}


def _json_of(text: str) -> Any:
    """The JSON of an event, its numbers the text they were. Raises LookupError."""
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise LookupError(str(sentences.EVENT_NO_JSON(text=text[:60]))) from None
