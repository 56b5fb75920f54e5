"""Self test of the forwarders of the reduced rig: that they carry, cut, refuse, reset and delay as they say.

Leaves judging a run to others; the loopback rig runs it before a run that depends on them. Each proof has its control:
the same connection while nothing is in force.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from bench.real import sentences
from bench.real.proxy.forwarder import Forwarder, Impairment

Make = Callable[[tuple[str, int], tuple[str, int], tuple[Impairment, ...]], Forwarder]
_WAIT_S = 20.0
_QUIET_S = 0.25
_DELAY_S = 0.15
_WORD = b"proof"
_TRIES = 5


class _Link:
    """A forwarder in front of an echo server."""

    def __init__(self, make: Make, inner: tuple[str, int]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.outer: tuple[str, int] = probe.getsockname()
        self.state = Impairment()
        self.forwarder = make(self.outer, inner, (self.state,))

    async def talk(self, within_s: float = _WAIT_S) -> float:
        """Connect, send a word and have it back; the seconds it took. TimeoutError or OSError."""
        loop = asyncio.get_running_loop()
        reader, writer = await asyncio.open_connection(*self.outer)
        try:
            return await self.echo(reader, writer, within_s, loop.time())
        finally:
            writer.transport.abort()

    async def echo(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, within_s: float, began: float
    ) -> float:
        """The same on a connection that stands."""
        writer.write(_WORD)
        async with asyncio.timeout(within_s):
            if await reader.readexactly(len(_WORD)) != _WORD:
                raise OSError("other octets came back")
        return asyncio.get_running_loop().time() - began


async def _standing(make: Make, inner: tuple[str, int]) -> _Link:
    """A forwarder that listens. Its port was free when it was chosen; somebody else may have taken it since."""
    for _ in range(_TRIES):
        link = _Link(make, inner)
        try:
            await link.forwarder.start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            return link
    raise OSError(errno.EADDRINUSE, "every port that was free is taken when a forwarder wants it")


@asynccontextmanager
async def _linked(make: Make) -> AsyncGenerator[_Link, None]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(1000):
                writer.write(piece)
        except OSError:
            pass
        writer.close()

    echoes: list[asyncio.Task[None]] = []

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Tasks of our own: one of the server's that is cancelled prints a traceback.
        echoes.append(asyncio.create_task(echo(reader, writer)))

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    link = await _standing(make, server.sockets[0].getsockname())
    try:
        yield link
    finally:
        await link.forwarder.stop()
        server.close()
        for task in echoes:
            task.cancel()
        await asyncio.gather(*echoes, return_exceptions=True)


async def _carries(link: _Link) -> str:
    await link.talk()
    return ""


async def _cuts(link: _Link) -> str:
    reader, writer = await asyncio.open_connection(*link.outer)
    try:
        loop = asyncio.get_running_loop()
        await link.echo(reader, writer, _WAIT_S, loop.time())
        link.state.cut_out += 1
        link.state.changed()
        writer.write(_WORD)
        try:
            async with asyncio.timeout(_QUIET_S):
                await reader.read(1)
        except TimeoutError:
            link.state.cut_out -= 1
            link.state.changed()
            async with asyncio.timeout(_WAIT_S):
                return "" if await reader.readexactly(len(_WORD)) == _WORD else "what was held back came back altered"
        return "octets passed a cut link"
    finally:
        writer.transport.abort()


async def _refuses(link: _Link) -> str:
    await link.forwarder.listen(False)
    try:
        await link.talk()
    except ConnectionRefusedError:
        await link.forwarder.listen(True)
        await link.talk()
        return ""
    return "a connection was taken that should have been refused"


async def _resets(link: _Link) -> str:
    reader, writer = await asyncio.open_connection(*link.outer)
    try:
        await link.echo(reader, writer, _WAIT_S, asyncio.get_running_loop().time())
        link.forwarder.reset()
        async with asyncio.timeout(_WAIT_S):
            end = await reader.read(1)
        return f"the connection ended without a reset ({end!r})"
    except ConnectionResetError:
        return ""
    finally:
        writer.transport.abort()


async def _delays(link: _Link) -> str:
    plain = await link.talk()
    link.state.delays.append(_DELAY_S)
    slow = await link.talk()
    if slow < 2 * _DELAY_S:
        return f"a round trip over a link with {_DELAY_S} s each way took {slow:.3f} s, without {plain:.3f} s"
    return ""


async def _darkens(link: _Link) -> str:
    link.forwarder.set_dark(True)
    try:
        await link.talk(_QUIET_S)
    except TimeoutError:
        link.forwarder.set_dark(False)
        await link.talk()
        return ""
    return "octets passed while the terminal had no power"


_PROOFS: tuple[tuple[str, Callable[[_Link], Awaitable[str]]], ...] = (
    ("carry", _carries),
    ("cut", _cuts),
    ("refuse", _refuses),
    ("reset", _resets),
    ("delay", _delays),
    ("dark", _darkens),
)


async def prove_forwarder(make: Make = Forwarder) -> list[str]:
    """What is wrong with the forwarders, a sentence for each; empty if they do what they say."""
    found: list[str] = []
    for name, proof in _PROOFS:
        try:
            async with _linked(make) as link:
                why = await proof(link)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            why = f"{type(error).__name__}: {error}"
        if why:
            found.append(str(sentences.FORWARDER(name=name, why=why)))
    return found
