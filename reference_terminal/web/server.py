"""The local interface's HTTP/1.1 server: h11 over asyncio streams, bounded in octets, time and connections.

Leaves meaning to `routes`. Nothing ticks: a connection waits for octets or for its one deadline. Whatever comes in, the
peer gets a proper answer or a closed connection, never a traceback, and the rest of the terminal does not notice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from http import HTTPStatus

import apsw
import h11
import msgspec

from reference_terminal.config import ApiConfig
from reference_terminal.problems import InputError, Problem
from reference_terminal.web.refusal import Refusal, refusal
from reference_terminal.web.routes import Request, Routes
from reference_terminal.web.views import Views

MOST_OCTETS = 65_536
"""The most octets the head of a request may take, and the most its body may take."""
IDLE_S = 30.0
"""How long a connection may take to bring its next request, from the first wait to the last octet."""
MOST_CONNECTIONS = 32
_PIECE = 65_536
_LINGER_S = 2.0
_LINGER_OCTETS = 4 * MOST_OCTETS
_LATEST_DATE_S = 253_402_300_799


class ApiUnavailable(InputError):
    """The local interface cannot listen where it is told to; measuring and uploading are not affected."""


class LocalApi:
    """The local interface. `log` receives a line about every request that failed inside the terminal."""

    def __init__(self, config: ApiConfig, views: Views, log: Callable[[str], None] | None = None) -> None:
        self._config = config
        self._views = views
        self._routes = Routes(views)
        self._log = log
        self._server: asyncio.Server | None = None
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._next_task = 0

    async def start(self) -> None:
        """Listen, unless the configured port is 0. Raises ApiUnavailable when the address cannot be had."""
        if not self._config.port:
            return
        try:
            self._server = await asyncio.start_server(self._connected, self._config.host, self._config.port)
        except OSError as error:
            where = f"api {self._config.host}:{self._config.port}"
            problem = Problem(
                where,
                f"cannot listen there: {error.strerror or error}; choose another host or port",
                "无法在该地址监听,请更换 host 或 port",
            )
            raise ApiUnavailable([problem]) from None

    async def stop(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = self._next_task
        self._next_task += 1
        session = Session(reader, writer, self._answer, self._views.now_s)
        task = asyncio.get_running_loop().create_task(session.run(full=len(self._tasks) >= MOST_CONNECTIONS))
        self._tasks[number] = task
        task.add_done_callback(lambda _: self._tasks.pop(number, None))

    async def _answer(self, request: Request) -> bytes:
        """The JSON of an answer. Raises Refusal; faults of the terminal itself become one, with a line in the log."""
        try:
            page = await self._routes.answer(request)
            return msgspec.json.encode({"rows": page.rows, "more": page.more})
        except Refusal:
            raise
        except apsw.Error as error:
            self._tell(request, error)
            raise refusal(
                503, "store", "the store cannot be read now; try again", "存储暂不可读,请稍后重试", {"Retry-After": "5"}
            ) from None
        except Exception as error:
            self._tell(request, error)
            raise refusal(
                500, "terminal", "the request failed inside the terminal; see its log", "终端内部错误,请查看日志"
            ) from None

    def _tell(self, request: Request, error: Exception) -> None:
        if self._log is not None:
            self._log(
                f"local interface: {request.method} {request.target[:200]} failed: {type(error).__name__}: {error}"
                " / 本地接口请求失败"
            )


class Session:
    """One connection: requests one after the other until somebody closes."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answer: Callable[[Request], Awaitable[bytes]],
        now_s: Callable[[], int],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._answer = answer
        self._now_s = now_s
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_OCTETS)

    async def run(self, *, full: bool) -> None:
        """Serve until the connection ends; `full` answers at once that there are too many connections."""
        try:
            if full:
                busy = refusal(503, "connection", "too many connections; close some", "连接过多,请先关闭其他连接")
                await self._send(busy.status, busy.body, {"Retry-After": "5"}, "", keep=False)
            else:
                while await self._turn():
                    self._http.start_next_cycle()
            await self._end()
        except OSError:
            self._writer.transport.abort()
        finally:
            self._writer.close()

    async def _turn(self) -> bool:
        """One request and its answer; whether the connection may bring another."""
        method = ""
        try:
            request = await self._receive()
            if request is None:
                return False
            method = request.method
            status, body, headers = 200, await self._answer(request), dict[str, str]()
        except Refusal as refused:
            status, body, headers = refused.status, refused.body, refused.headers
        keep = self._http.their_state is h11.DONE
        unread = self._http.their_state not in (h11.DONE, h11.MUST_CLOSE, h11.CLOSED)
        await self._send(status, body, headers, method, keep=keep)
        if unread:
            await self._swallow()
        return keep

    async def _receive(self) -> Request | None:
        """The next request; None when the peer has closed or stayed idle. Raises Refusal for octets that are none."""
        try:
            async with asyncio.timeout(IDLE_S):
                return await self._read()
        except TimeoutError:
            if self._http.their_state is h11.IDLE and not self._http.trailing_data[0]:
                return None
            raise refusal(
                408, "request", f"not complete within {IDLE_S:g} s", f"请求未在 {IDLE_S:g} 秒内完整到达"
            ) from None
        except h11.RemoteProtocolError as error:
            raise refusal(
                error.error_status_hint, "request", f"not a valid HTTP/1.1 request: {error}", "不是有效的 HTTP/1.1 请求"
            ) from None

    async def _read(self) -> Request | None:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                if self._http.they_are_waiting_for_100_continue:
                    self._write(h11.InformationalResponse(status_code=100, headers=[]))
                self._http.receive_data(await self._reader.read(_PIECE))
            elif isinstance(event, h11.Request):
                head = event
                self._check_size(int(_header(head, b"content-length") or "0"))
            elif isinstance(event, h11.Data):
                body += event.data
                self._check_size(len(body))
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return Request(
                    head.method.decode("latin-1"),
                    head.target.decode("latin-1"),
                    _header(head, b"content-type"),
                    bytes(body),
                )
            else:
                return None

    def _check_size(self, octets: int) -> None:
        if octets > MOST_OCTETS:
            raise refusal(
                413,
                "body",
                f"expected at most {MOST_OCTETS} octets, got {octets} or more",
                f"请求体不应超过 {MOST_OCTETS} 字节",
            )

    def _write(self, event: h11.Event) -> None:
        self._writer.write(self._http.send(event) or b"")

    async def _send(self, status: int, body: object, headers: Mapping[str, str], method: str, *, keep: bool) -> None:
        """Write one answer; a peer that does not take it within the idle time is given up (TimeoutError)."""
        octets = body if isinstance(body, bytes) else msgspec.json.encode(body)
        fields = {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(octets)),
            "Date": formatdate(min(max(self._now_s(), 0), _LATEST_DATE_S), usegmt=True),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **headers,
            **({} if keep else {"Connection": "close"}),
        }
        self._write(
            h11.Response(status_code=status, reason=HTTPStatus(status).phrase.encode(), headers=list(fields.items()))
        )
        if method != "HEAD":
            for start in range(0, len(octets), _PIECE):
                self._write(h11.Data(data=octets[start : start + _PIECE]))
                async with asyncio.timeout(IDLE_S):
                    await self._writer.drain()
        self._write(h11.EndOfMessage())

    async def _swallow(self) -> None:
        """Take a little of what the peer is still sending: closing at once would reset the answer away from it."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        taken = 0
        async with asyncio.timeout(_LINGER_S):
            while taken < _LINGER_OCTETS and (octets := await self._reader.read(_PIECE)):
                taken += len(octets)

    async def _end(self) -> None:
        """Close, giving the last answer a moment to leave."""
        self._writer.close()
        async with asyncio.timeout(_LINGER_S):
            await self._writer.wait_closed()


def _header(request: h11.Request, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in request.headers if key == name), "")
