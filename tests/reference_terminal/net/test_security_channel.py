"""Channels of the terminal against a centre's stack in memory: what is agreed, and every certificate refused."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from security_kit import HOSTS, NAME, NOW_S, Bridge, authority, security, server
from virtually import virtually

from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.net.channel import ChannelRefused, Line, Security, secure
from simulators.trust.authority import Choice
from simulators.trust.sessions import OpenSslSession, Session

CHANNELS = ("tls", "mtls", "gm-tls13")


async def meet(session: Session, given: Security, host: str = HOSTS[0], now_s: int = NOW_S) -> tuple[Line, Bridge]:
    bridge = Bridge(session)
    async with asyncio.timeout(10):
        return await secure(bridge, given, host, lambda: now_s), bridge


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_good_centre_is_met_and_what_was_agreed_is_known(channel: str) -> None:
    async def scene() -> None:
        session = server(channel)
        line, _ = await meet(session, security(channel))
        line.write(b"a record" * 40_000)
        assert session.incoming() == b"a record" * 40_000
        session.write(b"an acknowledgement")
        assert await line.read(100) == b"an acknowledgement"
        assert line.agreed.startswith("TLSv1.3")
        if channel == "gm-tls13":
            assert line.agreed == "TLSv1.3 TLS_SM4_GCM_SM3 curveSM2"
        assert line.until_s > NOW_S

    virtually(scene())


BAD: dict[Choice, str] = {
    "expired": "has expired",
    "not-yet-valid": "is not yet valid",
    "revoked": "is revoked",
    "wrong-host": "is for another",
    "unknown-issuer": "unknown",
    "self-signed": "is self-signed",
    "look-alike": "unknown|wrong signature",
    "encryption": "is not for",
}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("shown", BAD)
def test_a_bad_certificate_is_refused_before_anything_is_sent(channel: str, shown: Choice) -> None:
    async def scene() -> None:
        session = server(channel, shown)
        with pytest.raises(ChannelRefused, match=BAD[shown]) as refused:
            await meet(session, security(channel))
        assert session.incoming() == b""
        assert refused.value.zh and "nothing was sent" in refused.value.en

    if channel != "gm-tls13" and shown == "encryption":
        # OpenSSL does not sign with such a key at all: there is no handshake that could be refused.
        with pytest.raises(ChannelRefused):
            virtually(meet(server(channel, shown), security(channel)))
        return
    virtually(scene())


@pytest.mark.parametrize("channel", CHANNELS)
def test_without_revocation_lists_a_revoked_certificate_cannot_be_told(channel: str) -> None:
    virtually(meet(server(channel, "revoked"), security(channel, crls=False)))


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("name", ["127.0.0.2", "b.centre.test", "centre.test"])
def test_the_name_must_stand_in_subject_alt_name(channel: str, name: str) -> None:
    with pytest.raises(ChannelRefused, match="another"):
        virtually(meet(server(channel), security(channel, server_name=name)))


@pytest.mark.parametrize("name", ["A", "xn--", "a..b", "x" * 300])
def test_a_name_that_the_library_would_not_check_is_refused(name: str) -> None:
    with pytest.raises(ChannelRefused, match="no host name"):
        virtually(meet(server("mtls"), security("mtls", server_name=name)))


@pytest.mark.parametrize("name", ["", "127.0.0.1"])
def test_the_address_counts_when_no_name_is_given(name: str) -> None:
    virtually(meet(server("mtls"), security("mtls", server_name=name)))


@pytest.mark.parametrize("channel", ["mtls", "gm-tls13"])
@pytest.mark.parametrize(("mine", "said"), [("expired", "expired on"), ("not-yet-valid", "is valid only from")])
def test_an_own_certificate_that_does_not_hold_sends_nothing(channel: str, mine: Choice, said: str) -> None:
    async def scene() -> None:
        session = server(channel)
        with pytest.raises(CertificateError, match=said):
            await meet(session, security(channel, mine))
        assert session.incoming() == b"" and session.outgoing() == b""

    virtually(scene())


@pytest.mark.parametrize("channel", ["mtls", "gm-tls13"])
def test_a_missing_own_certificate_sends_nothing(channel: str) -> None:
    with pytest.raises(CertificateError, match="has no certificate"):
        virtually(meet(server(channel), dataclasses.replace(security(channel), identity=None)))


def test_certificates_are_judged_by_the_terminals_clock() -> None:
    year_s = 365 * 86_400
    virtually(meet(server("mtls"), security("mtls"), now_s=NOW_S + 20 * year_s))
    with pytest.raises(ChannelRefused, match="has expired"):
        virtually(meet(server("tls"), security("tls", crls=False), now_s=NOW_S + 39 * year_s))
    with pytest.raises(ChannelRefused, match="out of date"):
        virtually(meet(server("tls"), security("tls"), now_s=NOW_S + 39 * year_s))


def test_a_centre_without_national_suites_is_refused() -> None:
    with pytest.raises(ChannelRefused, match="no secure channel"):
        virtually(meet(server("mtls"), security("gm-tls13")))


def test_a_centre_of_another_family_is_refused() -> None:
    given = dataclasses.replace(security("mtls"), anchors=authority("gm-tls13").anchor, crls="")
    with pytest.raises(ChannelRefused, match=r"unknown|no secure channel"):
        virtually(meet(server("mtls"), given))


@pytest.mark.parametrize(
    ("channel", "mine"), [("mtls", "unknown-issuer"), ("mtls", "revoked"), ("gm-tls13", "unknown-issuer")]
)
def test_the_centre_ends_it_when_the_terminals_certificate_is_bad(channel: str, mine: Choice) -> None:
    async def scene() -> None:
        session = server(channel)
        try:
            line, _ = await meet(session, security(channel, mine))
            assert await line.read(10) == b""
        except (ChannelRefused, ConnectionError):
            pass
        assert session.incoming() == b"" and (session.failed or not session.agreed)

    virtually(scene())


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_changed_octet_ends_the_connection(channel: str) -> None:
    async def scene() -> None:
        session = server(channel)
        line, bridge = await meet(session, security(channel))
        session.write(b"an acknowledgement")
        bridge._flips = (bridge._taken + 40,)  # pyright: ignore[reportPrivateUsage]
        with pytest.raises(ConnectionAbortedError, match="TLS"):
            while True:
                assert await line.read(100) != b"an acknowledgement"

    virtually(scene())


def test_old_versions_and_weak_suites_are_not_offered() -> None:
    hello: list[bytes] = []

    class Listener(OpenSslSession):
        def feed(self, octets: bytes) -> None:
            hello.append(octets)
            super().feed(octets)

    session = server("mtls")
    session.__class__ = Listener
    virtually(meet(session, security("mtls")))
    first = hello[0]
    length = first[43]
    suites = first[44 + length :]
    count = int.from_bytes(suites[:2])
    offered = [suites[2 + at : 4 + at].hex() for at in range(0, count, 2)]
    # TLS 1.3 with AES and ChaCha20; TLS 1.2 with ECDHE and authenticated encryption only.
    strong = {"1301", "1302", "1303", "c02b", "c02c", "c02f", "c030", "cca8", "cca9"}
    assert offered and set(offered) - {"00ff"} <= strong


def test_the_clients_name_is_the_terminals() -> None:
    async def scene() -> None:
        session = server("gm-tls13")
        await meet(session, security("gm-tls13"))
        assert NAME.encode() in session.peer()

    virtually(scene())
