"""What the tests of channels share: test authorities, and a line whose other end is a centre's session in memory."""

from __future__ import annotations

import random
from collections.abc import Sequence

from reference_terminal.crypto import certificates
from reference_terminal.crypto.status import Watched
from reference_terminal.net.channel import Security, Standing
from simulators.trust.authority import Authority, Choice, Trust
from simulators.trust.sessions import (
    Material,
    OpenSslSession,
    Peers,
    Session,
    TongsuoContext,
    TongsuoSession,
    openssl_context,
)

NOW_S = 1_772_380_800
HOSTS = ("127.0.0.1", "a.centre.test")
NAME = "010000A8900016F000169DC0"


def trust() -> Trust:
    return Trust(NOW_S * 1_000_000, lambda name: random.Random(f"7/{name}"), [("server", "A"), ("client", NAME)])


TRUST = trust()


def authority(channel: str) -> Authority:
    return TRUST["sm2" if channel == "gm-tls13" else "ecdsa"]


def security(channel: str, mine: Choice = "good", *, server_name: str = HOSTS[1], crls: bool = True) -> Security:
    """The terminal's side of a channel with its own certificate of choice."""
    by = authority(channel)
    leaf = by.leaf("client", NAME, (), mine)
    own = None if channel == "tls" else certificates.identity("centre A", leaf.certificate, leaf.key)
    return Security(channel, server_name, by.anchor, by.crls if crls else "", own)


def server(channel: str, shown: Choice = "good", peers: Peers | None = None) -> Session:
    """The centre's side: pyOpenSSL for ECDSA, the independent stack of tongsuopy for RFC 8998."""
    by = authority(channel)
    leaf = by.leaf("server", "A", HOSTS, shown)
    given = Material(leaf.certificate, leaf.key, by.anchor, by.crls)
    asks: Peers = peers or ("none" if channel == "tls" else "require")
    if channel == "gm-tls13":
        return TongsuoSession(TongsuoContext(given, asks, tlcp=False), NOW_S * 1_000_000, server=True)
    return OpenSslSession(openssl_context(given, asks), NOW_S * 1_000_000, server=True)


class Bridge:
    """A line that ends in a session."""

    def __init__(self, session: Session, flips: Sequence[int] = ()) -> None:
        self.session = session
        self.until_s = 0
        self.agreed = "plain"
        self.certified = ""
        self.standing: Standing = ()
        self.status: Watched | None = None
        self.gone = False
        self._flips = tuple(flips)
        self._taken = 0

    async def read(self, most: int) -> bytes:
        if self.gone:
            return b""
        data = bytearray(self.session.outgoing())
        for place in self._flips:
            if self._taken <= place < self._taken + len(data):
                data[place - self._taken] ^= 1
        self._taken += len(data)
        return bytes(data)

    def write(self, data: bytes) -> None:
        self.session.feed(data)

    async def drain(self) -> None:
        return

    def closing(self) -> bool:
        return self.gone

    def abort(self) -> None:
        self.gone = True
