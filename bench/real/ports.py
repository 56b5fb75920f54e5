"""Which TCP ports of an address take a connection: a plain connect scan on real sockets.

Leaves who may be looked at to the rigs: only ever the item under test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

_AT_ONCE = 256
_PATIENCE_S = 3.0


async def open_ports(host: str, ports: Iterable[int] = range(1, 65_536)) -> list[int]:
    """The ports that took a connection, in their order."""
    room = asyncio.Semaphore(_AT_ONCE)
    found: list[int] = []

    async def knock(port: int) -> None:
        async with room:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    _, writer = await asyncio.open_connection(host, port)
            except (OSError, TimeoutError):
                return
            found.append(port)
            writer.close()

    async with asyncio.TaskGroup() as group:
        for port in ports:
            group.create_task(knock(port))
    return sorted(found)
