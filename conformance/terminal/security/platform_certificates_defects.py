# pyright: reportPrivateUsage=false
"""Defects of certificates at energy platforms: none shown, none needed, the clear instead, the first one believed.

Leaves what all channels share to `channels_defects`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from OpenSSL import SSL, crypto

from conformance.defects import Patch, defect
from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.net import http
from reference_terminal.net.channel import TLS, ChannelRefused, Judge, Line, Security
from reference_terminal.net.http import HttpClient, Place
from reference_terminal.uplink.platforms.energy import EnergyLink
from reference_terminal.uplink.platforms.link import LinkContext, PlatformLink

_NATIONAL, _PROVINCIAL = "isc-2/7.4.1c", "isc-2/7.4.1d"
_NATIONAL_REGION = "100000"


def _one_sided(patch: Patch, is_meant: Callable[[LinkContext], bool]) -> None:
    """Platforms of a kind are shown no certificate."""

    def client(self: PlatformLink) -> HttpClient:
        context = self._context
        if not isinstance(self, EnergyLink) or not is_meant(context):
            return own(self)
        security = dataclasses.replace(context.security, channel=TLS)
        return HttpClient(security, context.config.host, context.clock.now_s, context.config.connect_timeout_s)

    own = patch(PlatformLink, "client", client)


@defect(
    "no-certificate-for-the-nation",
    en="the national platform is shown no certificate",
    zh="不向国家平台出示证书",
    clauses=(_NATIONAL,),
)
def no_certificate_for_the_nation(patch: Patch) -> None:
    """A platform added before certificates were asked for."""
    _one_sided(patch, lambda context: context.config.platform.region == _NATIONAL_REGION)


@defect(
    "no-certificate-for-the-province",
    en="a provincial platform is shown no certificate",
    zh="不向省级平台出示证书",
    clauses=(_PROVINCIAL,),
)
def no_certificate_for_the_province(patch: Patch) -> None:
    """Certificates were made for the national platform."""
    _one_sided(patch, lambda context: context.config.platform.region != _NATIONAL_REGION)


@defect(
    "platforms-without-certificate",
    en="where its own certificate is of no use the terminal goes to platforms without one",
    zh="自身证书不可用时以单向 TLS 连接平台",
    clauses=(_NATIONAL, _PROVINCIAL),
)
def platforms_without_certificate(patch: Patch) -> None:
    """Most platforms do not ask for one anyway."""

    async def opened(host: str, port: int, security: Security, now_s: Callable[[], int], timeout_s: float) -> Line:
        try:
            return await own(host, port, security, now_s, timeout_s)
        except CertificateError:
            return await own(host, port, dataclasses.replace(security, channel=TLS), now_s, timeout_s)

    own = patch(http, "open_line", opened)


@defect(
    "platforms-in-the-clear",
    en="where no secure channel to a platform comes about the terminal speaks HTTP in the clear",
    zh="与平台的安全通道建立失败后改用明文 HTTP",
    clauses=(_NATIONAL, _PROVINCIAL, "isc-2/7.2.3-B(6)a"),
)
def platforms_in_the_clear(patch: Patch) -> None:
    """A fallback for the sake of availability."""

    async def ask(
        self: HttpClient,
        place: Place,
        body: bytes | None,
        timeout_s: float,
        headers: Sequence[tuple[str, str]],
        kind: str = "application/json; charset=utf-8",
    ) -> tuple[int, bytes]:
        try:
            return await own(self, place, body, timeout_s, headers, kind)
        except (ChannelRefused, CertificateError, OSError):
            secure, self._security = self._security, Security()
            try:
                return await own(self, place, body, timeout_s, headers, kind)
            finally:
                self.close()
                self._security = secure

    own = patch(HttpClient, "_ask", ask)


@defect(
    "first-certificate-is-believed",
    en="a platform's certificate is believed if it was seen when the terminal first came there",
    zh="首次连接平台时见到的证书即被信任",
    clauses=("isc-2/7.4.1b", "isc-2/7.2.3-B(6)a"),
)
def first_certificate_is_believed(patch: Patch) -> None:
    """Trust on first use: a self-signed certificate at the start is good for ever."""
    believed: set[bytes] = set()
    strangers = True

    def verdict(
        self: Judge, connection: SSL.Connection, certificate: crypto.X509, number: int, depth: int, fine: int
    ) -> bool:
        nonlocal strangers
        shown = certificate.digest("sha256")
        if strangers:
            believed.add(shown)
            strangers = False
        return True if shown in believed else own(self, connection, certificate, number, depth, fine)

    own = patch(Judge, "__call__", verdict)
