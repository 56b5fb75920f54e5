"""A small HTTP/1.1 server on asyncio streams with h11: requests in, JSON out.

Leaves what the addresses mean to `api`.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

from reference_terminal.config import ApiConfig
from reference_terminal.operations.journal import Journal

MAX_BODY = 65_536
_IDLE_S = 60.0


class HttpError(Exception):
    """A request that cannot be served: status and one sentence in each language."""

    def __init__(self, status: int, en: str, zh: str) -> None:
        super().__init__(en)
        self.status = status
        self.en = en
        self.zh = zh


class Application(Protocol):
    """Who answers requests."""

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> Any:
        """The JSON value to answer with; raises HttpError."""
        ...


class Server:
    """The listening socket; port 0 in the configuration: none."""

    def __init__(self, config: ApiConfig, application: Application, journal: Journal) -> None:
        self._config = config
        self._application = application
        self._journal = journal
        self._server: asyncio.Server | None = None
        self._tasks: dict[asyncio.Task[None], None] = {}

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

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks[task] = None
        try:
            await self._serve(reader, writer)
        except (OSError, TimeoutError, h11.ProtocolError):
            pass
        finally:
            del self._tasks[task]
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=16_384)
        while True:
            try:
                request, body = await self._request(connection, reader)
            except h11.RemoteProtocolError as error:
                if connection.our_state is h11.IDLE:
                    self._send(connection, writer, error.error_status_hint, _error("bad request", "请求格式错误"))
                return
            if request is None:
                return
            status, value = self.respond(request, body)
            self._send(connection, writer, status, value)
            await writer.drain()
            if connection.our_state is h11.MUST_CLOSE or connection.their_state is not h11.DONE:
                return
            connection.start_next_cycle()

    async def _request(
        self, connection: h11.Connection, reader: asyncio.StreamReader
    ) -> tuple[h11.Request | None, bytes | None]:
        """The next request and its body (None: too long)."""
        request: h11.Request | None = None
        body = b""
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                data = await asyncio.wait_for(reader.read(16_384), _IDLE_S)
                connection.receive_data(data)
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
                if len(body) > MAX_BODY:
                    return request, None
            elif isinstance(event, h11.EndOfMessage):
                return request, body
            else:
                return None, b""

    def respond(self, request: h11.Request, body: bytes | None) -> tuple[int, Any]:
        """Status and JSON value for one request."""
        if body is None:
            return 413, _error(f"the body is longer than {MAX_BODY} octets", f"请求体超过 {MAX_BODY} 字节")
        try:
            target = urlsplit(request.target.decode("ascii"))
            query = dict(parse_qsl(target.query, keep_blank_values=True, errors="strict"))
            path = unquote(target.path, errors="strict")
        except ValueError:
            return 400, _error("the address cannot be read; send it percent-encoded in UTF-8", "地址无法解析")
        try:
            return 200, self._application.answer(request.method.decode("ascii"), path, query, body)
        except HttpError as error:
            return error.status, _error(error.en, error.zh)

    def _send(self, connection: h11.Connection, writer: asyncio.StreamWriter, status: int, value: Any) -> None:
        body = json.dumps(value, ensure_ascii=False).encode()
        headers = [
            ("Content-Type", "application/json; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ]
        response = h11.Response(status_code=status, headers=headers)
        writer.write(
            (connection.send(response) or b"")
            + (connection.send(h11.Data(data=body)) or b"")
            + (connection.send(h11.EndOfMessage()) or b"")
        )


def _error(en: str, zh: str) -> dict[str, Any]:
    return {"error": {"en": en, "zh": zh}}
