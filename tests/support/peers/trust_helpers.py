"""What the tests of channels share: a client of any channel over asyncio streams, and a small world."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ports import free_port
from simulators_helpers import MN, START_US, HandClock, Heard

from simulators.centres.kinds import centre_of
from simulators.centres.spec import CentreSpec
from simulators.meters.places import GatewayPort
from simulators.meters.spec import MeterSpec
from simulators.trust.authority import Choice, TerminalSide
from simulators.trust.sessions import (
    Material,
    OpenSslSession,
    Session,
    TongsuoContext,
    TongsuoSession,
    openssl_context,
)
from simulators.world import PlantSpec, PointSpec, Site, World


def world(*centres: CentreSpec, host: str = "127.0.0.1", meter_port: int = 0) -> World:
    meter = MeterSpec(
        "E01",
        "adl3000",
        GatewayPort(host, meter_port or free_port()),
        "e01",
        (PointSpec("e", "energy", code="k01001"), PointSpec("p", "power", code="k01002")),
    )
    return World("small", 3, START_US, PlantSpec(circuits=2), (meter,), centres)


def centre(**changes: Any) -> CentreSpec:
    usual: dict[str, Any] = {"name": "A", "host": "127.0.0.1", "port": free_port(), "mn": MN}
    return centre_of(**{**usual, "re_count": 1, "over_time_s": 1, **changes})


class Standing:
    """A site that stands, with its clock and what it told."""

    def __init__(self, *centres: CentreSpec, at_us: int = START_US + 86_400_000_000) -> None:
        self.clock = HandClock(at_us)
        self.heard = Heard()
        self.site = Site(world(*centres), clock=self.clock, observe=self.heard)

    async def __aenter__(self) -> Standing:
        await self.site.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.site.stop()
        await asyncio.sleep(0.02)


def material(side: TerminalSide) -> Material:
    return Material(
        side.certificate,
        side.key,
        side.anchors,
        side.crls,
        side.encryption_certificate,
        side.encryption_key,
    )


def client_session(
    side: TerminalSide, channel: str, at_us: int, *, stack: str = "", server_name: str = "", checks: bool = True
) -> Session:
    """A client of a channel; `stack` is openssl or tongsuo (default: the one the centre does not use)."""
    given = material(side)
    peers = "require" if checks else "none"
    if channel == "tlcp" or stack == "tongsuo":
        context = TongsuoContext(given, peers, tlcp=channel == "tlcp")
        return TongsuoSession(context, at_us, server=False, server_name=server_name)
    made = openssl_context(given, peers, national=channel == "gm-tls13")
    return OpenSslSession(made, at_us, server=False, server_name=server_name)


class Client:
    """A connection through a session: what goes in and comes out is plaintext."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, session: Session | None) -> None:
        self.reader = reader
        self.writer = writer
        self.session = session

    async def shake(self) -> bool:
        """Do the handshake; whether it was agreed on."""
        assert self.session is not None
        self.session.feed(b"")
        async with asyncio.timeout(120):
            while True:
                self.writer.write(self.session.outgoing())
                if self.session.failed:
                    return False
                if self.session.agreed:
                    return True
                octets = await self.reader.read(65_536)
                if not octets:
                    return False
                self.session.feed(octets)

    def send(self, data: bytes) -> None:
        if self.session is None:
            self.writer.write(data)
        else:
            self.session.write(data)
            self.writer.write(self.session.outgoing())

    async def until(self, done: Callable[[bytes], bool]) -> bytes:
        """Plaintext until `done`, or the end of the connection."""
        found = b""
        async with asyncio.timeout(120):
            while not done(found):
                octets = await self.reader.read(65_536)
                if not octets:
                    return found
                if self.session is None:
                    found += octets
                    continue
                self.session.feed(octets)
                found += self.session.incoming()
                if self.session.ended or self.session.failed:
                    return found
        return found

    def close(self) -> None:
        self.writer.close()


async def connect(
    standing: Standing,
    name: str = "A",
    *,
    choice: Choice = "good",
    stack: str = "",
    port: int = 0,
    checks: bool = True,
    side: TerminalSide | None = None,
) -> Client:
    """Connect to a centre; the handshake is still to be done (none for a plain channel)."""
    spec = next(each for each in standing.site.world.centres if each.name == name)
    reader, writer = await asyncio.open_connection(spec.host, port or spec.port)
    if spec.channel == "plain":
        return Client(reader, writer, None)
    given = side or standing.site.terminal_side(name, choice)
    session = client_session(given, spec.channel, standing.clock.now_us(), stack=stack, checks=checks)
    return Client(reader, writer, session)
