# pyright: reportPrivateUsage=false
"""Defects of HTTPS on the local network: in the clear, anybody's certificate, a weak suite, nobody let in."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from OpenSSL import SSL, crypto

from conformance.defects import Patch, defect
from reference_terminal.net import channel
from reference_terminal.net.channel import Line, PlainLine
from reference_terminal.web.accounts import Door
from reference_terminal.web.errors import HttpError
from reference_terminal.web.lan import Lan
from reference_terminal.web.pages.site import Pages
from simulators.trust.authority import Trust

_ACCESS = ("isc-2/7.4.1.2(2)a",)


@defect("https-in-the-clear", en="the port of HTTPS speaks HTTP", zh="HTTPS 端口实际为明文 HTTP", clauses=_ACCESS)
def in_the_clear(patch: Patch) -> None:
    """The certificate was to come later."""

    async def secure(self: Lan, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> Line:
        return PlainLine(reader, writer)

    patch(Lan, "_secure", secure)


@defect("https-as-delivered", en="HTTPS shows a certificate of the factory", zh="HTTPS 出示出厂证书", clauses=_ACCESS)
def as_delivered(patch: Patch) -> None:
    """It is the same in all devices."""
    leaf = Trust(0, random.Random, [("server", "factory")])["ecdsa"].leaf("server", "factory", ("192.0.2.1",))

    def context(own: Any) -> SSL.Context:
        made = own_context(own)
        made.use_certificate(crypto.load_certificate(crypto.FILETYPE_PEM, leaf.certificate.encode()))
        made.use_privatekey(crypto.load_privatekey(crypto.FILETYPE_PEM, leaf.key.encode()))
        return made

    own_context = patch(channel, "_server_context", context)


@defect("https-weak-suite", en="HTTPS agrees on CBC suites alone", zh="HTTPS 仅协商 CBC 套件", clauses=_ACCESS)
def weak_suite(patch: Patch) -> None:
    """For an old browser."""

    def context(own: Any) -> SSL.Context:
        made = own_context(own)
        made.set_max_proto_version(SSL.TLS1_2_VERSION)
        made.set_cipher_list(b"ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA256")
        return made

    own_context = patch(channel, "_server_context", context)


@defect("https-old-version", en="HTTPS agrees on TLS 1.1 too", zh="HTTPS 同时接受 TLS 1.1", clauses=_ACCESS)
def old_version(patch: Patch) -> None:
    """For a browser older still."""

    def context(own: Any) -> SSL.Context:
        made = own_context(own)
        made.set_min_proto_version(SSL.TLS1_VERSION)
        made.set_cipher_list(b"ALL:@SECLEVEL=0")
        return made

    own_context = patch(channel, "_server_context", context)


@defect("https-without-login", en="nobody logs in over HTTPS", zh="HTTPS 无法登录", clauses=_ACCESS)
def without_login(patch: Patch) -> None:
    """The form was forgotten there."""
    secured: list[bool] = []

    async def secure(self: Lan, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> Line:
        line = await own_secure(self, reader, writer, peer)
        secured.append(True)
        return line

    def log_in(self: Door, *given: str) -> Any:
        if secured:
            raise HttpError(404, "not here", "此处无登录")
        return own(self, *given)

    own_secure = patch(Lan, "_secure", secure)
    own = patch(Door, "log_in", log_in)


@defect(
    "cookies-without-secure",
    en="the cookie of a session over TLS is not marked Secure",
    zh="经 TLS 建立的会话 Cookie 未标记 Secure",
    clauses=("isc-2/7.4.1.2(4)b",),
)
def cookies_without_secure(patch: Patch) -> None:
    """It is the same page at either port."""
    patch(Pages, "_mark", lambda self: "")
