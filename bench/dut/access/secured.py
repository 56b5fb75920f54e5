"""A connection under a session of TLS that asyncio's own knows nothing of: the national suites (RFC 8998).

Leaves certificates to who makes the session. What is read and written is plaintext, by the names of asyncio's streams.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from bench.dut import sentences
from simulators.trust.sessions import Session, SessionError

_OCTETS = 65_536


class Stream(Protocol):
    """What an exchange needs of a connection."""

    async def read(self, n: int = -1, /) -> bytes:
        """What has come, empty at the end."""
        ...

    def at_eof(self) -> bool:
        """Whether nothing more will come."""
        ...

    def write(self, data: bytes, /) -> None:
        """Send."""
        ...

    def hold(self) -> None:
        """Take nothing any more of what comes."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class PlainStream:
    """A connection of asyncio's."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self, n: int = _OCTETS) -> bytes:
        """See `Stream`."""
        return await self._reader.read(n)

    def at_eof(self) -> bool:
        """See `Stream`."""
        return self._reader.at_eof()

    def write(self, data: bytes) -> None:
        """See `Stream`."""
        self._writer.write(data)

    def hold(self) -> None:
        """See `Stream`."""
        # Octets of the transport, which asyncio's reader would go on to take.
        self._writer.transport.pause_reading()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

    def close(self) -> None:
        """See `Stream`."""
        self._writer.close()


class SecuredStream:
    """The same under a session."""

    def __init__(self, plain: PlainStream, session: Session) -> None:
        self._plain, self._session = plain, session

    async def begin(self) -> None:
        """The handshake. Raises ConnectionError where the other side will not."""
        self._session.feed(b"")
        self._flush()
        while not self._session.agreed:
            await self._more()
            if self._plain.at_eof() and not self._session.agreed:
                raise ConnectionResetError(str(sentences.NO_SESSION()))

    async def read(self, n: int = _OCTETS) -> bytes:
        """See `Stream`."""
        del n
        while not (plain := self._session.incoming()) and not self.at_eof():
            await self._more()
        return plain

    async def _more(self) -> None:
        data = await self._plain.read()
        if data:
            try:
                self._session.feed(data)
            except SessionError as error:
                raise ConnectionResetError(str(error)) from None
            self._flush()
        if self._session.failed:
            raise ConnectionResetError(self._session.failed)

    def at_eof(self) -> bool:
        """See `Stream`."""
        return self._session.ended or self._plain.at_eof()

    def write(self, data: bytes) -> None:
        """See `Stream`."""
        self._session.write(data)
        self._flush()

    def _flush(self) -> None:
        if out := self._session.outgoing():
            self._plain.write(out)

    def hold(self) -> None:
        """See `Stream`."""
        self._plain.hold()

    def close(self) -> None:
        """See `Stream`."""
        self._plain.close()
