# pyright: reportPrivateUsage=false
"""Defects of a local interface that expects of whoever connects what a client of its own would send.

Leaves files handed out and meters left alone to `attacks_defects`.
"""

from __future__ import annotations

from typing import Any

import h11

from conformance.defects import Patch, defect
from reference_terminal.web.server import Server, Session


@defect(
    "garbage-ends-the-interface",
    en="the first octets that are no request end the listening socket of the local interface",
    zh="首次收到不成请求的数据后，本地接口停止监听",
    clauses=("isc-2/4.1e",),
)
def garbage_ends_the_interface(patch: Patch) -> None:
    """What a connection raises ends the loop that accepts them."""

    async def head(self: Session) -> Any:
        try:
            return await own(self)
        except h11.RemoteProtocolError:
            listening = self._server._server
            if listening is not None:
                listening.close()
            raise

    own = patch(Session, "_head", head)


@defect(
    "idle-clients-keep-their-places",
    en="a request that was begun and left keeps its place for ever, and eight of them are all there are",
    zh="未完成的请求一直占用连接，八个即占满",
    clauses=("isc-2/4.1e",),
)
def idle_clients_keep_their_places(patch: Patch) -> None:
    """Places are counted where connections begin, and given back where answers end."""
    held = [0]

    async def connected(self: Server, reader: Any, writer: Any) -> None:
        if held[0] >= 8:
            writer.close()
            return
        await own(self, reader, writer)

    async def head(self: Session) -> Any:
        held[0] += 1
        found = await own_head(self)
        if found is not None:
            held[0] -= 1
        return found

    own = patch(Server, "_connected", connected)
    own_head = patch(Session, "_head", head)
