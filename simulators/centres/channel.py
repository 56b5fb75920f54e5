"""The way into a centre: plain TCP, or a TLS session between the octets of the wire and the protocol behind it.

Leaves the stacks to `trust.sessions` and what is said inside to the centres. The certificate shown, and what is asked
of the client's, can change at any time and count from the next connection on. After every handshake version, suite,
group and the peer's certificate are told as an event; what the channel forbids ends the connection, whatever the stack
says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal, Protocol, cast, get_args

from simulators.clock import Clock, Observe
from simulators.events import HandshakeState, Secured
from simulators.trust.authority import Choice, Credential, Trust
from simulators.trust.certificates import Facts, Family, facts_of
from simulators.trust.hello import Reader
from simulators.trust.oracle import OracleError
from simulators.trust.sessions import (
    Material,
    OpenSslSession,
    Peers,
    Session,
    SessionError,
    TongsuoContext,
    TongsuoSession,
    openssl_context,
)

Channel = Literal["plain", "tls", "mtls", "gm-tls13", "tlcp"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
Clients = Literal["as-channel", "none", "request", "require"]
"""Whether a client's certificate is asked for; `mtls`, `gm-tls13` and `tlcp` require it, `tls` does not ask."""

HANDSHAKE_S = 30.0
"""How long a handshake may take before the centre ends it."""

NATIONAL = ("TLSv1.3", "TLS_SM4_GCM_SM3", "curveSM2")
_SM2_WITH_SM3 = "1.2.156.10197.1.501"


def family_of(channel: Channel) -> Family:
    """The family of certificates of a channel."""
    return "sm2" if channel in ("gm-tls13", "tlcp") else "ecdsa"


class Wire(Protocol):
    """A protocol of a centre that knows the number of its connection."""

    number: int

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A way to send is there."""
        ...

    def data_received(self, data: bytes) -> None:
        """Plaintext has come."""
        ...

    def eof_received(self) -> bool | None:
        """The other side has ended its sending."""
        ...

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        ...


class Locks:
    """What a centre shows in handshakes and asks of its clients; made once for each centre.

    `peer_name` is the common name a client's certificate must have, empty for any; `revoked` are serial numbers (hex)
    that no client may have, for stacks that read no lists.
    """

    def __init__(
        self,
        channel: Channel,
        show: Callable[[Choice], Material],
        *,
        peer_name: str = "",
        certificate: Choice = "good",
        revoked: tuple[str, ...] = (),
    ) -> None:
        self.channel: Channel = channel
        self.certificate: Choice = certificate
        self.clients: Peers = "none" if channel == "tls" else "require"
        self.peer_name = peer_name
        self.revoked = revoked
        self._show = show
        self._contexts: dict[tuple[Choice, Peers], Any] = {}

    def session(self, at_us: int) -> Session:
        """A session for a new connection as things stand now. Raises SessionError."""
        key = (self.certificate, self.clients)
        context = self._contexts.get(key)
        if context is None:
            material = self._show(self.certificate)
            if family_of(self.channel) == "sm2":
                context = TongsuoContext(material, self.clients, tlcp=self.channel == "tlcp")
            else:
                context = openssl_context(material, self.clients)
            self._contexts[key] = context
        if isinstance(context, TongsuoContext):
            return TongsuoSession(context, at_us, server=True)
        return OpenSslSession(context, at_us, server=True)


def locks_of(
    trust: Trust,
    channel: Channel,
    name: str,
    hosts: tuple[str, ...],
    *,
    peer_name: str = "",
    certificate: Choice = "good",
    own: Credential | None = None,
    anchors: str = "",
) -> Locks | None:
    """The locks of a centre; None for a plain channel. `own` and `anchors` (PEM) replace the world's for `good`."""
    if channel == "plain":
        return None
    authority = trust[family_of(channel)]

    def show(choice: Choice) -> Material:
        leaf = own if own and choice == "good" else authority.leaf("server", name, hosts, choice)
        pair = authority.leaf("server", name, hosts, "good", "encryption") if channel == "tlcp" else None
        return Material(
            leaf.certificate,
            leaf.key,
            anchors or authority.anchor,
            "" if anchors else authority.crls,
            pair.certificate if pair else "",
            pair.key if pair else "",
            lambda: trust.staple(authority.family, name, choice),
            trust.keys,
        )

    revoked = () if anchors else authority.revoked
    return Locks(channel, show, peer_name=peer_name, certificate=certificate, revoked=revoked)


class _SecuredTransport(asyncio.Transport):
    """What the protocol behind the session writes to."""

    def __init__(self, connection: SecuredConnection, under: asyncio.Transport) -> None:
        super().__init__()
        self._connection = connection
        self._under = under

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._connection.send(bytes(data))

    def close(self) -> None:
        self._connection.finish()

    def abort(self) -> None:
        self._under.abort()

    def is_closing(self) -> bool:
        return self._under.is_closing()

    def pause_reading(self) -> None:
        self._under.pause_reading()

    def resume_reading(self) -> None:
        self._under.resume_reading()

    def can_write_eof(self) -> bool:
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._connection.facts if name == "peer-certificate" else self._under.get_extra_info(name, default)


class SecuredConnection(asyncio.Protocol):
    """One connection through a session; the protocol behind it comes to life after the handshake."""

    def __init__(self, name: str, locks: Locks, inner: Wire, clock: Clock, observe: Observe) -> None:
        self.facts: Facts | None = None
        self._name = name
        self._locks = locks
        self._inner = inner
        self._clock = clock
        self._observe = observe
        self._reader = Reader()
        self._shown = locks.certificate
        self._session: Session | None = None
        self._transport: asyncio.Transport | None = None
        self._open = False
        self._told = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected; the handshake begins."""
        self._transport = cast(asyncio.Transport, transport)
        self._timer = asyncio.get_running_loop().call_later(HANDSHAKE_S, self._too_late)
        try:
            self._session = self._locks.session(self._clock.now_us())
        except (SessionError, OracleError) as error:
            self._fail(f"the centre itself cannot: {error}")

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        if self._timer is not None:
            self._timer.cancel()
        if self._open:
            self._open = False
            self._inner.connection_lost(exc)
        elif not self._told:
            self._tell("failed", "the client left within the handshake")

    def eof_received(self) -> bool:
        """The client has ended its sending: the connection ends."""
        if self._open:
            self._inner.eof_received()
        return False

    def data_received(self, data: bytes) -> None:
        """Octets of the wire."""
        session = self._session
        if session is None or self._transport is None or self._transport.is_closing():
            return
        self._reader.feed(data, from_client=True)
        session.feed(data)
        self._flush()
        if session.agreed and not self._open:
            wrong = self._examine(session)
            if wrong:
                self._fail(wrong)
                return
            self._begin()
        if session.failed:
            self._fail(session.failed)
            return
        plain = session.incoming()
        if plain and self._open:
            self._inner.data_received(plain)
            self._flush()
        if session.ended and not self._transport.is_closing():
            self._inner.eof_received()
            self.finish()

    def _examine(self, session: Session) -> str:
        """What the channel forbids though the stack allows it; empty if nothing."""
        der = session.peer()
        hello = self._reader.hello
        if self._locks.channel == "gm-tls13" and (hello.version, hello.suite, hello.group) != NATIONAL:
            return f"agreed on {hello.version}, {hello.suite}, {hello.group}; expected {', '.join(NATIONAL)}"
        if not der:
            return ""
        try:
            facts = self.facts = facts_of(der)
        except OracleError as error:
            return str(error)
        if facts.serial in self._locks.revoked:
            return "the client's certificate is revoked"
        if "digital_signature" not in facts.usage:
            return f"the client's certificate may not sign (keyUsage {', '.join(facts.usage) or 'absent'})"
        if family_of(self._locks.channel) == "sm2" and facts.algorithm != _SM2_WITH_SM3:
            return f"the client's certificate is signed with {facts.algorithm}, not with SM2 and SM3"
        if self._locks.peer_name and facts.subject != self._locks.peer_name:
            return f"the client's certificate is that of {facts.subject!r}, expected {self._locks.peer_name!r}"
        return ""

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._tell("agreed", "")
        self._open = True
        self._inner.connection_made(_SecuredTransport(self, cast(asyncio.Transport, self._transport)))

    def _too_late(self) -> None:
        self._fail(f"no handshake within {HANDSHAKE_S:g} s")

    def _fail(self, reason: str) -> None:
        if self._open:
            # Octets altered on the way, or a stack that lost its way: the connection is dead.
            cast(asyncio.Transport, self._transport).abort()
            return
        self._tell("failed", reason)
        self._session = None
        cast(asyncio.Transport, self._transport).close()

    def _tell(self, state: HandshakeState, reason: str) -> None:
        if self._told:
            return
        self._told = True
        hello, facts = self._reader.hello, self.facts
        if facts is None and self._session is not None and (der := self._session.peer()):
            try:
                facts = self.facts = facts_of(der)
            except OracleError:
                facts = None
        self._observe(
            Secured(
                t=self._clock.now_us(),
                at=self._name,
                conn=self._inner.number,
                channel=self._locks.channel,
                state=state,
                shown=self._shown,
                reason=reason,
                version=hello.version,
                suite=hello.suite,
                group=hello.group,
                server_name=hello.server_name,
                alert=hello.alert,
                offered_versions=hello.offered_versions,
                offered_suites=hello.offered_suites,
                offered_groups=hello.offered_groups,
                peer=facts.subject if facts else "",
                peer_serial=facts.serial if facts else "",
                peer_usage=facts.usage if facts else (),
                peer_algorithm=facts.algorithm if facts else "",
            )
        )

    def _flush(self) -> None:
        if self._session is None or self._transport is None:
            return
        octets = self._session.outgoing()
        if octets:
            self._reader.feed(octets, from_client=False)
            if not self._transport.is_closing():
                self._transport.write(octets)

    def send(self, data: bytes) -> None:
        """Plaintext from the protocol behind."""
        if self._session is not None:
            self._session.write(data)
            self._flush()

    def finish(self) -> None:
        """Say goodbye and close."""
        if self._session is not None:
            self._session.close()
            self._flush()
        if self._transport is not None:
            self._transport.close()


class Door:
    """A listening port with its channel. Closing it leaves the connections that are open."""

    def __init__(self, name: str, host: str, port: int, *, locks: Locks | None, clock: Clock, observe: Observe) -> None:
        self.name = name
        self.host = host
        self.port = port
        self.locks = locks
        self._clock = clock
        self._observe = observe
        self._server: asyncio.Server | None = None

    def set_locks(self, certificate: Choice, clients: Clients) -> None:
        """Which certificate is shown and what is asked of clients, from the next connection on."""
        if self.locks is not None:
            self.locks.certificate = certificate
            asked: Peers = "none" if self.locks.channel == "tls" else "require"
            self.locks.clients = asked if clients == "as-channel" else clients

    async def open(self, made: Callable[[], Wire]) -> None:
        """Listen; `made` gives a protocol for each connection. Raises OSError if the port is taken."""
        if self._server is not None:
            return

        def factory() -> asyncio.BaseProtocol:
            inner = made()
            if self.locks is None:
                return cast(asyncio.Protocol, inner)
            return SecuredConnection(self.name, self.locks, inner, self._clock, self._observe)

        self._server = await asyncio.get_running_loop().create_server(factory, self.host, self.port)

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
