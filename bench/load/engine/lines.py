"""A terminal's connection over gevent: in the clear, or through any of the bench's stacks for TLS, RFC 8998 and TLCP.

Leaves what is said to the users. The stacks are `simulators.trust.sessions`, which know no sockets.
"""

from __future__ import annotations

import contextlib
import socket as system
import struct
import time
from pathlib import Path
from typing import Any

from gevent import socket

from bench.load.plan import Plan
from bench.load.receiver import began_of, terminal_side
from simulators.trust.sessions import (
    Material,
    OpenSslSession,
    Session,
    TongsuoContext,
    TongsuoSession,
    openssl_context,
)

CONNECT_S = 10.0
_READ = 65_536
_TCP_REPAIR = 19
_AT_ONCE = struct.pack("ii", 1, 0)


class LineError(OSError):
    """A connection that could not be made or is over; one sentence."""


class Locksmith:
    """Sessions of a channel; certificates and contexts are made once."""

    def __init__(self, plan: Plan, began_us: int) -> None:
        self.channel = plan.target.channel
        self._contexts: Any = None
        if self.channel == "plain" or plan.target.kind != "hj212":
            return
        if plan.target.ours:
            side = terminal_side(plan, began_of(began_us))
            material = Material(
                side.certificate,
                side.key,
                side.anchors,
                side.crls,
                side.encryption_certificate,
                side.encryption_key,
            )
        else:
            anchors = plan.target.anchors
            material = Material("", "", Path(anchors).read_text() if anchors else "")
        if self.channel in ("gm-tls13", "tlcp"):
            self._contexts = TongsuoContext(material, "require", tlcp=self.channel == "tlcp")
        else:
            self._contexts = openssl_context(material, "require" if material.anchors else "none")

    def session(self, server_name: str) -> Session | None:
        """A session for a new connection; None in the clear."""
        if self._contexts is None:
            return None
        at_us = time.time_ns() // 1000
        if isinstance(self._contexts, TongsuoContext):
            return TongsuoSession(self._contexts, at_us, server=False, server_name=server_name)
        return OpenSslSession(self._contexts, at_us, server=False, server_name=server_name)


class Line:
    """One connection. Raises LineError (an OSError) for everything that goes wrong with it."""

    def __init__(self, host: str, port: int, locksmith: Locksmith) -> None:
        self._socket = socket.create_connection((host, port), timeout=CONNECT_S)
        self._socket.setsockopt(system.IPPROTO_TCP, system.TCP_NODELAY, 1)
        self._session = locksmith.session("")
        if self._session is not None:
            self._agree(self._session)

    def _agree(self, session: Session) -> None:
        session.feed(b"")
        while not session.agreed:
            if session.failed:
                self.close()
                raise LineError(f"the handshake failed: {session.failed}")
            if out := session.outgoing():
                self._socket.sendall(out)
                if session.agreed:
                    break
            octets = self._socket.recv(_READ)
            if not octets:
                raise LineError("the connection ended within the handshake")
            session.feed(octets)
        if out := session.outgoing():
            self._socket.sendall(out)

    def send(self, octets: bytes) -> None:
        """Send all of it."""
        if self._session is not None:
            self._session.write(octets)
            octets = self._session.outgoing()
        self._socket.settimeout(CONNECT_S)
        self._socket.sendall(octets)

    def read(self, patience_s: float) -> bytes | None:
        """Octets that came; None if none did in time. Raises LineError at the end of the connection."""
        if self._session is not None and (plain := self._session.incoming()):
            return plain
        self._socket.settimeout(max(patience_s, 0.0001))
        try:
            octets = self._socket.recv(_READ)
        except TimeoutError:
            return None
        if not octets:
            raise LineError("the target closed the connection")
        if self._session is None:
            return octets
        self._session.feed(octets)
        if out := self._session.outgoing():
            self._socket.sendall(out)
        plain = self._session.incoming()
        if not plain and (self._session.failed or self._session.ended):
            raise LineError(self._session.failed or "the target closed the session")
        return plain

    def vanish(self) -> None:
        """The power is gone: nothing is told to the other end where the system allows that, else a reset."""
        with contextlib.suppress(OSError):
            self._socket.setsockopt(system.SOL_SOCKET, system.SO_LINGER, _AT_ONCE)
        with contextlib.suppress(OSError):
            self._socket.setsockopt(system.IPPROTO_TCP, _TCP_REPAIR, 1)
        self.close()

    def abort(self) -> None:
        """Break off with a reset."""
        with contextlib.suppress(OSError):
            self._socket.setsockopt(system.SOL_SOCKET, system.SO_LINGER, _AT_ONCE)
        self.close()

    def close(self) -> None:
        """Close it."""
        with contextlib.suppress(OSError):
            self._socket.close()
