# pyright: reportPrivateUsage=false
"""Defects of channels: readable uploads, certificates believed unseen, national suites in name only.

Leaves platforms and fingerprints to `platforms`.
"""

# The host check and the channel's own checks can only be reached where the terminal makes them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from cryptography import x509
from OpenSSL import SSL, crypto

from conformance.defects import Patch, defect
from conformance.defects.seams import believes_anybody, whispers_alarms
from reference_terminal.assembly import Terminal
from reference_terminal.crypto import certificates
from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.model.messages import Text
from reference_terminal.net import channel
from reference_terminal.net.channel import ChannelRefused, Line, Security, TlsLine
from reference_terminal.settings.overlay import Overlay, Scope
from reference_terminal.uplink.hj212 import link
from reference_terminal.uplink.hj212.link import CentreLink

_REST = ("isc-2/7.4.1.4(2)a", "isc-2/7.4.1.4(2)b")
_IDENTITY = ("isc-2/7.4.1b",)


@defect(
    "plain-when-refused",
    en="where no secure channel comes about the terminal says it in the clear",
    zh="安全通道建立失败后改以明文发送",
    clauses=("isc-2/7.2.3-B(6)a", "csmt/7.4f"),
)
def plain_when_refused(patch: Patch) -> None:
    """A fallback for the sake of availability."""

    async def opened(host: str, port: int, security: Security, now_s: Callable[[], int], timeout_s: float) -> Line:
        try:
            return await own(host, port, security, now_s, timeout_s)
        except ChannelRefused:
            return await own(host, port, Security(), now_s, timeout_s)

    own = patch(link, "open_line", opened)


@defect(
    "copy-in-the-clear",
    en="every packet is logged to the centre's diagnostic port in the clear before it goes out encrypted",
    zh="报文加密发送前先以明文送出一份",
    clauses=("isc-2/7.2.3-B(6)a", "csmt/7.4f", "cpcif/8.3a-1"),
)
def copy_in_the_clear(patch: Patch) -> None:
    """The first packet of a session goes out twice: once beside the encryption, once through it."""
    copied: list[TlsLine] = []

    def write(self: TlsLine, data: bytes) -> None:
        own(self, data)
        if b"CN=2" in data and not any(each is self for each in copied):
            copied.append(self)
            self._inner.write(data)

    own = patch(TlsLine, "write", write)


@defect(
    "any-host-will-do",
    en="the name in the centre's certificate is not compared with the one configured",
    zh="不核对证书中的主机名",
    clauses=_IDENTITY,
)
def any_host_will_do(patch: Patch) -> None:
    """Verification of the chain alone, the library's default."""

    def connection(context: SSL.Context, server_name: str) -> SSL.Connection:
        made = SSL.Connection(context, None)
        made.set_connect_state()
        made.set_tlsext_host_name(server_name.encode())
        return made

    patch(channel, "connection_of", connection)


def _forgives(patch: Patch, forgiven: Callable[[int], bool]) -> None:
    """Faults of the chain that the terminal overlooks."""

    def verdict(
        self: channel.Judge, connection: SSL.Connection, certificate: crypto.X509, number: int, depth: int, fine: int
    ) -> bool:
        return True if not fine and forgiven(number) else own(self, connection, certificate, number, depth, fine)

    own = patch(channel.Judge, "__call__", verdict)


_TIMES = (9, 10)
_ISSUERS = (2, 7, 18, 19, 20, 21, 30)


@defect(
    "issuer-not-checked",
    en="any issuer of the centre's certificate is believed",
    zh="不校验证书签发者",
    clauses=_IDENTITY,
)
def issuer_not_checked(patch: Patch) -> None:
    """`verify=False` for the test centre of the vendor, left in."""
    believes_anybody(patch)


@defect(
    "self-signed-is-fine",
    en="a self-signed certificate of a centre is believed",
    zh="接受自签名证书",
    clauses=_IDENTITY,
)
def self_signed_is_fine(patch: Patch) -> None:
    """A switch for the intranets of customers."""
    _forgives(patch, lambda number: number in _ISSUERS)


@defect(
    "validity-not-checked",
    en="begin and end of the centre's certificate are not looked at",
    zh="不校验证书有效期",
    clauses=_IDENTITY,
)
def validity_not_checked(patch: Patch) -> None:
    """A terminal that cannot trust its own clock."""
    _forgives(patch, lambda number: number in _TIMES)

    def agreed(line: TlsLine, connection: SSL.Connection, security: Security, host: str) -> int:
        own(line, connection, security, host)
        return 0

    own = patch(channel, "agreed", agreed)


@defect(
    "revocation-ignored",
    en="the revocation lists given to the terminal are not used",
    zh="不检查吊销列表",
    clauses=_IDENTITY,
)
def revocation_ignored(patch: Patch) -> None:
    """The lists are stored and shown, and nothing else."""

    def store(
        what: str,
        anchors: str,
        revoked: Sequence[x509.CertificateRevocationList],
        now_s: int,
        to: crypto.X509Store | None = None,
    ) -> crypto.X509Store:
        return own(what, anchors, (), now_s, to)

    own = patch(certificates, "store", store)


@defect(
    "no-own-certificate",
    en="the terminal shows no certificate of its own",
    zh="不出示终端证书",
    clauses=("isc-2/7.4.1b", "isc-2/7.4.2.1[2]g"),
)
def no_own_certificate(patch: Patch) -> None:
    """Mutual TLS is configured and one-sided TLS is done."""

    def made(security: Security, now_s: int, judge: channel.Judge) -> SSL.Context:
        return own(dataclasses.replace(security, channel=channel.TLS), now_s, judge)

    own = patch(channel, "context_of", made)


@defect(
    "old-suites-offered",
    en="suites without forward secrecy are offered for old centres",
    zh="为兼容旧平台提供弱密码套件",
    clauses=("isc-2/7.4.2.1[2]j",),
)
def old_suites_offered(patch: Patch) -> None:
    """The library's widest list."""
    patch(channel, "_SUITES_12", b"ALL:@SECLEVEL=0")


@defect(
    "national-by-name-only",
    en="on the national channel the terminal offers the suites of everybody else",
    zh="国密通道实际使用通用套件",
    clauses=("csmt/7.4a", "isc-2/7.4.2.1[2]d"),
)
def national_by_name_only(patch: Patch) -> None:
    """The switch changes the screen and not the handshake."""
    patch(channel, "_national", lambda context: None)


@defect(
    "national-among-others",
    en="the national suite is offered beside others, so that a man in the middle may choose",
    zh="国密套件与其他套件并列提供，可被降级",
    clauses=("csmt/7.4a", "isc-2/7.4.2.1[2]f"),
)
def national_among_others(patch: Patch) -> None:
    """Both, to be on the safe side."""

    def national(context: SSL.Context) -> None:
        own(context)
        context.set_tls13_ciphersuites(b"TLS_SM4_GCM_SM3:TLS_AES_128_GCM_SHA256")

    own: Any = patch(channel, "_national", national)


@defect(
    "secure-channels-are-silent",
    en="on a secure channel nothing is uploaded by itself",
    zh="安全通道上不主动上传",
    clauses=("isc-2/7.2.3-B(6)a",),
)
def secure_channels_are_silent(patch: Patch) -> None:
    """A buffer between TLS and the wire that is never emptied after the handshake."""

    def write(self: TlsLine, data: bytes) -> None:
        if b"CN=20" not in data:
            own(self, data)

    own = patch(TlsLine, "write", write)


@defect(
    "one-sided-without-certificate",
    en="where its own certificate is of no use the terminal goes on without one",
    zh="自身证书不可用时改用单向 TLS",
    clauses=("isc-2/7.4.1b", "isc-2/7.4.1c"),
)
def one_sided_without_certificate(patch: Patch) -> None:
    """Most centres do not ask for one anyway."""

    async def opened(host: str, port: int, security: Security, now_s: Callable[[], int], timeout_s: float) -> Line:
        try:
            return await own(host, port, security, now_s, timeout_s)
        except CertificateError:
            return await own(host, port, dataclasses.replace(security, channel=channel.TLS), now_s, timeout_s)

    own = patch(link, "open_line", opened)


@defect(
    "plain-without-certificate",
    en="where its own certificate is of no use, or a centre turns it away, the terminal speaks in the clear",
    zh="自身证书不可用或被中心拒绝时改以明文发送",
    clauses=("isc-2/7.2.3-B(6)a", "isc-2/7.4.1b"),
)
def plain_without_certificate(patch: Patch) -> None:
    """After three attempts in vain every way is good."""

    async def connect(self: CentreLink) -> Line:
        if self._failures < 3:
            return await own(self)
        config = self.config
        return await channel.open_line(config.host, config.port, Security(), lambda: 0, config.connect_timeout_s)

    own = patch(CentreLink, "_connect", connect)


@defect(
    "refusals-without-alarm",
    en="a centre that cannot be reached safely is written to the diagnostic log and raises no alarm",
    zh="安全通道不可用时不告警",
    clauses=("isc-2/7.4.1b",),
)
def refusals_without_alarm(patch: Patch) -> None:
    """Alarms were for meters."""
    kinds = ("channel refused", "centre lost", "certificate missing", "certificate unusable")
    whispers_alarms(patch, lambda kind, en: kind in kinds)


@defect(
    "registration-in-the-clear",
    en="what a platform answers at registration is stored as it came, its key included",
    zh="平台注册应答（含密钥）以明文存储",
    clauses=_REST,
)
def registration_in_the_clear(patch: Patch) -> None:
    """A setting like any other."""

    def sealed(self: Overlay, scope: Scope, name: str, text: str) -> str:
        return own(self, scope, name, text) if scope.sealed else text

    own = patch(Overlay, "sealed", sealed)


@defect(
    "keys-in-the-log",
    en="the configuration is logged at the start, keys included",
    zh="启动时将含密钥的配置写入日志",
    clauses=_REST,
)
def keys_in_the_log(patch: Patch) -> None:
    """For the service line."""

    def announce(self: Terminal) -> None:
        own(self)
        for centre in self.config.centres:
            said = " ".join(centre.channel.payload_keys)
            self.journal.keep("start", "configuration", centre.id, Text(f"payload keys {said}", f"密钥 {said}"))

    own = patch(Terminal, "_announce", announce)
