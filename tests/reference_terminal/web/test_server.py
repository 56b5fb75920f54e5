"""The server of the local interface when the terminal ends: nobody is told an error because somebody was connected."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from virtually import virtually

from reference_terminal.settings.config import ApiConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.web.server import Application, Request, Server


class Slow:
    """An application that never comes to an end with its answers."""

    async def answer(self, request: Request) -> Any:
        """See `Application`."""
        await asyncio.sleep(3600)

    def most_octets(self, head: Request) -> int:
        """See `Application`."""
        return 0


def test_a_stop_with_connections_held_is_no_error() -> None:
    complaints: list[dict[str, Any]] = []

    async def work() -> list[bytes]:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        server = Server(ApiConfig(host="127.0.0.1", port=8080), cast(Application, Slow()), cast(Journal, None))
        await server.start()
        idle, _ = await asyncio.open_connection("127.0.0.1", 8080)
        busy, asks = await asyncio.open_connection("127.0.0.1", 8080)
        asks.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(1)
        await server.stop()
        return [await reader.read() for reader in (idle, busy)]

    assert virtually(work()) == [b"", b""]
    assert complaints == []
