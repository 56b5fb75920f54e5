"""A sink for loads: takes HJ 212 frames or HTTP posts, acknowledges each at once and keeps nothing.

    python benchmarks/load_sink.py hj212|http

Leaves checking to the centres: this is what is left of a target when it costs next to nothing. Its port is its first
line of output; it ends with its standard input.
"""

from __future__ import annotations

import asyncio
import re
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulators.centres.hj212.codec import encode_frame

_FRAME = re.compile(rb"##\d{4}QN=(\d{17});[^&]*?MN=([^;]*);[^\n]*\r\n")
_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: (\d+)\r\n")
_ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{"accepted":1}'


class Hj212(asyncio.Protocol):
    """Every frame gets its 9014."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client."""
        self._out, self._rest = transport, b""

    def data_received(self, data: bytes) -> None:
        """Frames in any pieces."""
        data, at, out = self._rest + data, 0, list[bytes]()
        while match := _FRAME.match(data, at):
            at = match.end()
            out.append(encode_frame(b"QN=%b;ST=91;CN=9014;PW=123456;MN=%b;Flag=4;CP=&&&&" % match.groups()))
        self._rest = data[at:]
        if out:
            self._out.write(b"".join(out))  # type: ignore[attr-defined]


class Http(asyncio.Protocol):
    """Every request gets 200."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client."""
        self._out, self._rest = transport, b""

    def data_received(self, data: bytes) -> None:
        """Requests in any pieces."""
        self._rest += data
        while (head := self._rest.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._rest[: head + 2])
            end = head + 4 + (int(length[1]) if length else 0)
            if len(self._rest) < end:
                return
            self._rest = self._rest[end:]
            self._out.write(_ANSWER)  # type: ignore[attr-defined]


async def _serve(kind: type[asyncio.Protocol]) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    server = await loop.create_server(kind, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(ended.set)), daemon=True).start()
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(_serve(Hj212 if sys.argv[1] == "hj212" else Http))
