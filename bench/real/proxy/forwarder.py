"""A TCP forwarder on loopback that can be cut, refuse, reset and delay: the wire of the reduced rig.

Leaves frames to `wire`: a forwarder sees octets of connections, not packets. So a cut holds octets back until it ends
and lets connections open without an answer, and loss, order and checksums are beyond it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

_PIECE = 65_536
_RESET = struct.pack("ii", 1, 0)


@dataclass(eq=False)
class Impairment:
    """What is in force on one link; several scopes of a kind add up."""

    cut_out: int = 0
    cut_in: int = 0
    refuse: int = 0
    delays: list[float] = field(default_factory=list[float])
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def changed(self) -> None:
        """Wake whoever waits for the link to be free."""
        self.moved.set()
        self.moved = asyncio.Event()


class Forwarder:
    """Connections to `outer` go to `inner` under the impairments of all `links`; dark while the terminal is off."""

    def __init__(self, outer: tuple[str, int], inner: tuple[str, int], links: tuple[Impairment, ...]) -> None:
        self.outer = outer
        self.inner = inner
        self.links = links
        self._server: asyncio.Server | None = None
        self._pairs: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self._dark = False
        self.taken = 0
        """Connections that were opened over it."""

    async def start(self) -> None:
        """Listen. Raises OSError if the address is taken."""
        self._server = await asyncio.start_server(self._take, *self.outer, reuse_address=True)

    async def stop(self) -> None:
        """Close the port and every connection."""
        await self.listen(False)
        tasks = list(self._pairs)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def listen(self, on: bool) -> None:
        """Take new connections, or have the kernel refuse them."""
        if on and self._server is None:
            await self.start()
        elif not on and self._server is not None:
            self._server.close()
            self._server = None

    def reset(self) -> int:
        """Reset every connection on both sides; how many there were."""
        number = len(self._pairs)
        for writers in self._pairs.values():
            for writer in writers:
                _abort(writer)
        return number

    def set_dark(self, on: bool) -> None:
        """Without power nothing of the terminal reaches anybody, not even the end of its connections."""
        self._dark = on
        for link in self.links:
            link.changed()

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: asyncio would complain of one of its own that is cancelled, on the user's screen.
        writers = [writer]
        self.taken += 1
        task = asyncio.get_running_loop().create_task(self._connected(reader, writer, writers))
        self._pairs[task] = writers
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        for each in self._pairs.pop(task):
            _abort(each) if self._dark else each.close()

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, writers: list[asyncio.StreamWriter]
    ) -> None:
        try:
            await self._free(lambda link: bool(link.cut_out or link.cut_in))
            inner_reader, inner_writer = await asyncio.open_connection(*self.inner)
            writers.append(inner_writer)
            pumps = [
                asyncio.ensure_future(self._pump(reader, inner_writer, outwards=True)),
                asyncio.ensure_future(self._pump(inner_reader, writer, outwards=False)),
            ]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        except OSError:
            pass

    async def _free(self, held: Callable[[Impairment], bool]) -> None:
        while self._dark or any(held(link) for link in self.links):
            waits = [asyncio.ensure_future(link.moved.wait()) for link in self.links]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outwards: bool) -> None:
        """Carry octets one way until one side ends; the end goes the same way as the octets."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)

        async def take() -> None:
            while True:
                piece = await reader.read(_PIECE)
                await queue.put((loop.time() + sum(sum(link.delays) for link in self.links), piece))
                if not piece:
                    return

        taking = asyncio.ensure_future(take())
        try:
            while True:
                due, piece = await queue.get()
                await asyncio.sleep(max(due - loop.time(), 0))
                await self._free(lambda link: bool(link.cut_out if outwards else link.cut_in))
                if not piece:
                    return
                writer.write(piece)
                await writer.drain()
        finally:
            taking.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await taking


def _abort(writer: asyncio.StreamWriter) -> None:
    """End a connection with a reset."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
