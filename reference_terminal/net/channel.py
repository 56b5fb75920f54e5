"""Channels to a centre: plain TCP, TLS, mutual TLS, and TLS 1.3 with the national suites (RFC 8998).

Leaves what is said to uplink. TLS runs over memory, so that it works on any event loop and certificates are judged by
the terminal's own clock. After each handshake what was agreed is checked; no channel falls back to a weaker one.
"""

# Group and signature algorithm of RFC 8998 and the host check can only be set through pyOpenSSL's own binding.
# pyright: reportPrivateUsage=false, reportPrivateImportUsage=false

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, cast

from cryptography import x509
from OpenSSL import SSL, crypto

from reference_terminal.crypto import certificates
from reference_terminal.crypto.certificates import SM2_WITH_SM3, CertificateError, Identity
from reference_terminal.crypto.status import StatusCheck, Watched
from reference_terminal.model.messages import Bilingual
from reference_terminal.model.seams import seam
from reference_terminal.net import reasons

PLAIN, TLS, MUTUAL, NATIONAL = "plain", "tls", "mtls", "gm-tls13"
CHANNELS = (PLAIN, TLS, MUTUAL, NATIONAL)
NATIONAL_SUITE, NATIONAL_GROUP, NATIONAL_SIGNATURE = "TLS_SM4_GCM_SM3", "curveSM2", "sm2sig_sm3"
_CHUNK = 65_536
_SUITES_12 = b"ECDHE+AESGCM:ECDHE+CHACHA20"
"""What is offered to a centre that knows TLS 1.2 only: forward secrecy and authenticated encryption."""
_NO_PARTIAL_WILDCARDS, _NEVER_THE_COMMON_NAME = 0x4, 0x20

# X509_V_ERR_…, as said to a person.
_REASONS = {
    3: reasons.NO_CRL(),
    9: reasons.NOT_YET_VALID(),
    10: reasons.HAS_EXPIRED(),
    12: reasons.CRL_OUT_OF_DATE(),
    18: reasons.SELF_SIGNED(),
    19: reasons.UNKNOWN_ROOT(),
    20: reasons.UNKNOWN_ISSUER(),
    21: reasons.UNKNOWN_ISSUER(),
    7: reasons.WRONG_SIGNATURE(),
    23: reasons.IS_REVOKED(),
    26: reasons.OTHER_PURPOSE(),
    30: reasons.UNKNOWN_ISSUER(),
    62: reasons.OTHER_HOST(),
    64: reasons.OTHER_ADDRESS(),
    92: reasons.NOT_MEANT_TO_SIGN(),
}


class ChannelRefused(Exception):
    """A channel that must not be used: nothing was sent over it. `en` and `zh` say why."""

    def __init__(self, said: Bilingual) -> None:
        super().__init__(f"{said.en} / {said.zh}")
        self.en, self.zh = said.en, said.zh


class Line(Protocol):
    """Octets to and from one peer. `until_s`: UTC second after which its certificates no longer hold, 0 if none.

    `status` is what the session stands on where the status of its certificate is asked for. `certified` is the name
    in the certificate that the peer has shown, empty if it showed none.
    """

    until_s: int
    certified: str
    agreed: str
    standing: Standing
    status: Watched | None

    async def read(self, most: int) -> bytes:
        """At least one octet; none when the peer has closed. Raises OSError."""
        ...

    def write(self, data: bytes) -> None:
        """Send. Raises OSError on a line that is gone."""
        ...

    async def drain(self) -> None:
        """Wait until the peer has taken most of what was written."""
        ...

    def closing(self) -> bool:
        """Whether the line is gone or going."""
        ...

    def abort(self) -> None:
        """Drop the line at once."""
        ...


class PlainLine:
    """TCP as it is."""

    agreed = PLAIN

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.until_s = 0
        self.certified = ""
        self.standing: Standing = ()
        self.status: Watched | None = None
        self._reader = reader
        self._writer = writer

    async def read(self, most: int) -> bytes:
        """See `Line`."""
        return await self._reader.read(most)

    def write(self, data: bytes) -> None:
        """See `Line`."""
        if self.closing():
            # asyncio would print a line for each piece.
            raise ConnectionResetError("the connection is closed")
        self._writer.write(data)

    async def drain(self) -> None:
        """See `Line`."""
        await self._writer.drain()

    def closing(self) -> bool:
        """See `Line`."""
        return self._writer.transport.is_closing()

    def abort(self) -> None:
        """See `Line`."""
        self._writer.transport.abort()


Standing = tuple[tuple[bytes, int], ...]
"""Certificates that a session stands on, each as its issuer's name (DER) and its serial number."""


class Revocation(Protocol):
    """Revocation lists that are fetched while the terminal works. `forgiven` are faults of X.509 it overlooks."""

    forgiven: frozenset[int]

    def lists(self) -> list[x509.CertificateRevocationList]:
        """The lists in hand."""
        ...

    def fault(self, standing: Standing, now_s: int) -> str:
        """Why a session that stands on these certificates must end; empty if it may go on."""
        ...

    async def changed(self) -> None:
        """Wait until `fault` may answer anew."""
        ...


@dataclass(frozen=True)
class Security:
    """How a centre's channel is secured: which it is, whom to trust, who the terminal is. PEM texts."""

    channel: str = PLAIN
    server_name: str = ""
    anchors: str = ""
    crls: str = ""
    identity: Identity | None = None
    revocation: Revocation | None = None
    status: StatusCheck | None = None


class TlsLine:
    """TLS over an inner line."""

    def __init__(self, inner: Line, connection: SSL.Connection) -> None:
        self._inner = inner
        self._tls = connection
        self.until_s = 0
        self.certified = ""
        self.agreed = ""
        self.standing: Standing = ()
        self.status: Watched | None = None
        self.chain: tuple[x509.Certificate, ...] = ()

    async def handshake(self) -> None:
        """Agree; raises SSL.Error or ConnectionError."""
        while True:
            try:
                self._tls.do_handshake()
            except SSL.WantReadError:
                self._flush()
                if not await self._fill():
                    raise ConnectionResetError("the peer closed during the handshake") from None
                continue
            finally:
                self._flush()
            return

    def _flush(self) -> None:
        """Put on the wire what TLS wants to say, alerts included."""
        while True:
            try:
                data = self._tls.bio_read(_CHUNK)
            except SSL.WantReadError:
                return
            if not self._inner.closing():
                self._inner.write(data)

    async def _fill(self) -> bool:
        data = await self._inner.read(_CHUNK)
        if data:
            self._tls.bio_write(data)
        return bool(data)

    async def read(self, most: int) -> bytes:
        """See `Line`."""
        while True:
            try:
                return self._tls.recv(most)
            except SSL.WantReadError:
                self._flush()
                if not await self._fill():
                    return b""
            except SSL.ZeroReturnError:
                return b""
            except SSL.Error as error:
                self._flush()
                raise ConnectionAbortedError(f"TLS: {reason_of(error)}") from None

    def write(self, data: bytes) -> None:
        """See `Line`."""
        try:
            for start in range(0, len(data), _CHUNK):
                self._tls.sendall(data[start : start + _CHUNK])
        except SSL.Error as error:
            raise ConnectionAbortedError(f"TLS: {reason_of(error)}") from None
        finally:
            self._flush()

    async def drain(self) -> None:
        """See `Line`."""
        await self._inner.drain()

    def closing(self) -> bool:
        """See `Line`."""
        return self._inner.closing()

    def abort(self) -> None:
        """See `Line`."""
        self._inner.abort()


def reason_of(error: SSL.Error) -> str:
    """What the library says, without its file names."""
    found: Any = error.args[0] if error.args else None
    if isinstance(found, list) and found:
        return str(cast(list[Any], found)[-1][-1])
    return str(error) or type(error).__name__


class Judge:
    """Remembers why the peer's certificate was refused; some faults may be forgiven."""

    def __init__(self, forgiven: frozenset[int] = frozenset()) -> None:
        self._forgiven = forgiven
        self.faults: list[tuple[int, str]] = []

    def __call__(self, _: SSL.Connection, certificate: crypto.X509, number: int, depth: int, fine: int) -> bool:
        if not fine and number in self._forgiven:
            return True
        if not fine:
            self.faults.append((number, certificates.look(certificate.to_cryptography(), "").subject))
        return bool(fine)

    def refusal(self, host: str) -> ChannelRefused | None:
        """The sentence about the first fault."""
        if not self.faults:
            return None
        number, subject = self.faults[0]
        why = _REASONS.get(number) or reasons.CERTIFICATE_REFUSED(number=number)
        return ChannelRefused(reasons.SHOWN_REFUSED(subject=subject, host=host, why=why))


def context_of(security: Security, now_s: int, judge: Judge) -> SSL.Context:
    """A client context for a channel at an instant. Raises ChannelRefused, CertificateError."""
    context = SSL.Context(SSL.TLS_METHOD)
    national = security.channel == NATIONAL
    context.set_min_proto_version(SSL.TLS1_3_VERSION if national else SSL.TLS1_2_VERSION)
    context.set_cipher_list(_SUITES_12)
    context.set_verify(SSL.VERIFY_PEER, judge)
    revoked = certificates.lists("crls", security.crls)
    revoked += [] if security.revocation is None else security.revocation.lists()
    store = context.get_cert_store()
    certificates.store("anchors", security.anchors, revoked, now_s, store)
    if security.revocation is not None and store is not None:
        # Without any list yet, too: what cannot be checked is not believed.
        store.set_flags(crypto.X509StoreFlags.CRL_CHECK | crypto.X509StoreFlags.CRL_CHECK_ALL)
    if national:
        _national(context)
    if needs_own(security.channel):
        _take_own(context, own_of(security, now_s))
    return context


def _take_own(context: SSL.Context, own: Identity) -> None:
    """Have a context show the terminal's own certificate."""
    first, *rest = [certificates.parsed(each.pem) for each in own.chain]
    context.use_certificate(first)
    for each in rest:
        context.add_extra_chain_cert(each)
    context.use_privatekey(own.key)
    context.check_privatekey()


@seam
def _server_context(own: Identity) -> SSL.Context:
    """The context of a server that anybody may come to: TLS 1.2 or later, its own certificate."""
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(_SUITES_12)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    _take_own(context, own)
    return context


def needs_own(channel: str) -> bool:
    """Whether the terminal shows a certificate of its own on a channel."""
    return channel in (MUTUAL, NATIONAL)


def own_of(security: Security, now_s: int) -> Identity:
    """The terminal's own certificate for a channel. Raises CertificateError unless it is there and valid."""
    own = security.identity
    if own is None:
        raise CertificateError(
            reasons.NO_CERTIFICATE(),
        )
    own.check(now_s)
    return own


@seam
def _national(context: SSL.Context) -> None:
    """Offer RFC 8998 and nothing else."""
    lib: Any = SSL._lib
    raw: Any = context._context
    try:
        context.set_tls13_ciphersuites(NATIONAL_SUITE.encode())
        done = (
            lib.SSL_CTX_set1_curves_list(raw, NATIONAL_GROUP.encode()) == 1
            and lib.SSL_CTX_set1_sigalgs_list(raw, NATIONAL_SIGNATURE.encode()) == 1
        )
    except SSL.Error:
        done = False
    if not done:
        raise ChannelRefused(
            reasons.NO_NATIONAL_SUITES(),
        )


def connection_of(context: SSL.Context, server_name: str) -> SSL.Connection:
    """A client connection over memory that insists on the name or address in subjectAltName. Raises ChannelRefused."""
    connection = SSL.Connection(context, None)
    connection.set_connect_state()
    if not _expect(connection, server_name):
        # The library would go on without any check of the name.
        raise ChannelRefused(
            reasons.NO_CHECKABLE_NAME(server_name=server_name),
        )
    return connection


def _expect(connection: SSL.Connection, server_name: str) -> bool:
    """Have the library check the peer's name; whether it takes it."""
    lib: Any = SSL._lib
    parameters = lib.SSL_get0_param(cast(Any, connection)._ssl)
    try:
        address = ipaddress.ip_address(server_name).packed
    except ValueError:
        try:
            name = server_name.encode("idna")
        except UnicodeError:
            return False
        if not name:
            return False
        connection.set_tlsext_host_name(name)
        lib.X509_VERIFY_PARAM_set_hostflags(parameters, _NO_PARTIAL_WILDCARDS | _NEVER_THE_COMMON_NAME)
        return lib.X509_VERIFY_PARAM_set1_host(parameters, name, len(name)) == 1
    return lib.X509_VERIFY_PARAM_set1_ip(parameters, address, len(address)) == 1


async def secure(inner: Line, security: Security, host: str, now_s: Callable[[], int]) -> Line:
    """The line as its channel demands. Raises ChannelRefused, CertificateError, OSError; nothing was said before."""
    if security.channel == PLAIN:
        return inner
    judge = Judge(frozenset() if security.revocation is None else security.revocation.forgiven)
    at_s = now_s()
    context = context_of(security, at_s, judge)
    staples = ask_for_staple(context) if security.status is not None else []
    connection = connection_of(context, security.server_name or host)
    if security.status is not None:
        connection.request_ocsp()
    line = TlsLine(inner, connection)
    try:
        await line.handshake()
    except SSL.Error as error:
        refused = judge.refusal(host)
        if refused is not None:
            raise refused from None
        raise ChannelRefused(reasons.NO_CHANNEL_TO(host=host, why=reason_of(error))) from None
    line.until_s = agreed(line, line._tls, security, host)
    if security.status is not None:
        line.status = await _watched(line.chain, b"".join(staples[-1:]), security.status, host)
    return line


async def accept(inner: Line, security: Security, peer: str, now_s: Callable[[], int]) -> TlsLine:
    """The other side of `secure`: a peer that came is asked for its certificate and shown the terminal's own.

    Raises ChannelRefused, CertificateError, OSError; nothing was said before.
    """
    judge = Judge()
    context = context_of(security, now_s(), judge)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, judge)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    connection = SSL.Connection(context, None)
    connection.set_accept_state()
    line = TlsLine(inner, connection)
    try:
        await line.handshake()
    except SSL.Error as error:
        raise judge.refusal(peer) or ChannelRefused(reasons.NO_CHANNEL_TO(why=reason_of(error), host=peer)) from None
    line.until_s = agreed(line, connection, security, peer)
    return line


async def show(inner: Line, security: Security, peer: str, now_s: Callable[[], int]) -> TlsLine:
    """TLS with a peer that shows no certificate: the terminal alone says who it is.

    Raises ChannelRefused, CertificateError, OSError; nothing was said before.
    """
    own = own_of(security, now_s())
    connection = SSL.Connection(_server_context(own), None)
    connection.set_accept_state()
    line = TlsLine(inner, connection)
    try:
        await line.handshake()
    except SSL.Error as error:
        raise ChannelRefused(reasons.NO_CHANNEL_TO(why=reason_of(error), host=peer)) from None
    line.agreed = f"{connection.get_protocol_version_name()} {connection.get_cipher_name()}"
    line.until_s = own.leaf.end_s
    return line


async def _watched(chain: tuple[x509.Certificate, ...], staple: bytes, check: StatusCheck, host: str) -> Watched:
    """The status of a peer's certificate. Raises ChannelRefused."""
    return Watched(await check.known_until(chain, staple, host), lambda: check.known_until(chain, b"", host))


def ask_for_staple(context: SSL.Context) -> list[bytes]:
    """Ask peers for a stapled status; it comes into the list returned, and is judged once the chain is."""
    came: list[bytes] = []

    def keep(_: SSL.Connection, octets: bytes, __: object) -> bool:
        came.append(octets)
        return True

    context.set_ocsp_client_callback(keep)
    return came


def agreed(line: TlsLine, connection: SSL.Connection, security: Security, host: str) -> int:
    """Check what a handshake agreed; UTC second until which all certificates in use hold. Raises ChannelRefused.

    Version, suite and group are read back and not assumed; the peer's certificate must be one for signing.
    """
    version, suite = connection.get_protocol_version_name(), connection.get_cipher_name() or ""
    group = connection.get_group_name() or ""
    line.agreed = f"{version} {suite} {group}"
    chain = connection.get_verified_chain() or []
    peers = [certificates.look(each.to_cryptography(), "") for each in chain]
    shown = [each.to_cryptography() for each in chain]
    line.standing = tuple((each.issuer.public_bytes(), each.serial_number) for each in shown)
    line.chain = tuple(shown)
    if not peers:
        raise ChannelRefused(reasons.SHOWED_NONE(host=host))
    line.certified = peers[0].subject
    if not peers[0].signs:
        raise ChannelRefused(
            reasons.SHOWN_NOT_FOR_SIGNING(subject=peers[0].subject, host=host),
        )
    if security.channel == NATIONAL:
        found = (version, suite, group, peers[0].signature)
        if found != ("TLSv1.3", NATIONAL_SUITE, NATIONAL_GROUP, SM2_WITH_SM3):
            raise ChannelRefused(
                reasons.NO_NATIONAL_SUITE(
                    host=host,
                    agreed=line.agreed,
                    signature=peers[0].signature,
                    national_suite=NATIONAL_SUITE,
                    national_group=NATIONAL_GROUP,
                ),
            )
    elif version not in ("TLSv1.2", "TLSv1.3"):
        raise ChannelRefused(reasons.OLD_TLS(host=host, version=version))
    ends = [each.end_s for each in peers]
    if security.identity is not None:
        ends.append(security.identity.leaf.end_s)
    return min(ends)


async def open_line(host: str, port: int, security: Security, now_s: Callable[[], int], timeout_s: float) -> Line:
    """Connect and secure. Raises OSError, TimeoutError, ChannelRefused, CertificateError."""
    if needs_own(security.channel):
        own_of(security, now_s())
    async with asyncio.timeout(timeout_s):
        try:
            reader, writer = await asyncio.open_connection(host, port, limit=_CHUNK)
        except ValueError as error:
            # Names that cannot be asked for, a name with NUL, a port that is none.
            raise OSError(f"{host!r} is no host: {error}") from None
        inner = PlainLine(reader, writer)
        try:
            return await secure(inner, security, host, now_s)
        except BaseException as error:
            # The alert must reach the peer before the connection goes.
            if isinstance(error, ChannelRefused):
                writer.close()
            else:
                inner.abort()
            raise
