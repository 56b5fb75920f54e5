"""Channels of a centre on real sockets: good and bad certificates on either side, both national stacks, events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from simulators_helpers import MN, START_US, Heard, upload
from trust_helpers import Standing, centre, client_session, connect, material
from virtually import virtually

from simulators.centres.hj212.codec import encode
from simulators.events import Connected, Received, Secured, Sent, Stored
from simulators.trust.authority import CHOICES, SOUND, Choice
from simulators.trust.certificates import facts_of
from simulators.trust.hello import Reader
from simulators.trust.sessions import Session, SessionError, TongsuoContext, openssl_context

CHANNELS = ("tls", "mtls", "gm-tls13", "tlcp")
LOCKED = ("mtls", "gm-tls13", "tlcp")


def run(channel: str, body: Callable[[Standing], Awaitable[None]], **changes: object) -> Heard:
    async def main() -> Heard:
        async with Standing(centre(channel=channel, **changes)) as standing:
            await body(standing)
        return standing.heard

    return virtually(main())


@pytest.mark.parametrize("stack", ["openssl", "tongsuo"])
@pytest.mark.parametrize("channel", CHANNELS)
def test_an_upload_through_every_channel(channel: str, stack: str) -> None:
    if (channel in ("tls", "mtls") and stack == "tongsuo") or (channel == "tlcp" and stack == "openssl"):
        stack = ""

    async def body(standing: Standing) -> None:
        client = await connect(standing, stack=stack)
        assert await client.shake()
        client.send(encode(upload()))
        assert b"CN=9014" in await client.until(lambda found: b"\r\n" in found)
        client.close()
        await standing.heard.until(lambda: len(standing.heard.of(Connected)) == 2)

    heard = run(channel, body)
    assert [type(each) for each in heard if not isinstance(each, Connected)] == [Secured, Received, Stored, Sent]
    (event,) = heard.of(Secured)
    assert (event.at, event.state, event.channel, event.shown) == ("A", "agreed", channel, "good")
    assert event.peer == ("" if channel == "tls" else MN)
    if channel == "gm-tls13":
        assert (event.version, event.suite, event.group) == ("TLSv1.3", "TLS_SM4_GCM_SM3", "curveSM2")
        assert event.peer_algorithm == "1.2.156.10197.1.501"
    if channel == "tlcp":
        assert (event.version, event.suite) == ("TLCPv1.1", "ECC_SM4_GCM_SM3")
    if channel != "tls":
        assert "digital_signature" in event.peer_usage


@pytest.mark.parametrize("choice", [each for each in CHOICES if each not in SOUND])
@pytest.mark.parametrize("channel", LOCKED)
def test_no_bad_client_certificate_gets_in(channel: str, choice: Choice) -> None:
    async def body(standing: Standing) -> None:
        if channel == "tlcp" and choice == "encryption":
            with pytest.raises(SessionError):
                await connect(standing, choice=choice)
            return
        client = await connect(standing, choice=choice)
        agreed = await client.shake()
        if agreed:
            client.send(encode(upload()))
        assert b"9014" not in await client.until(lambda _: False)
        client.close()
        await standing.heard.until(lambda: bool(standing.heard.of(Secured)))
        (event,) = standing.heard.of(Secured)
        assert event.state == "failed" and event.reason

    heard = run(channel, body)
    assert not heard.of(Received) and not heard.of(Stored)


@pytest.mark.parametrize("channel", LOCKED)
def test_a_client_without_certificate_gets_in_only_where_none_is_required(channel: str) -> None:
    async def body(standing: Standing) -> None:
        side = standing.site.terminal_side("A")
        bare = type(side)(anchors=side.anchors)
        for clients, enters in (("as-channel", False), ("request", True), ("none", True)):
            standing.site.centres["A"].behave(clients=clients)
            client = await connect(standing, side=bare)
            await client.shake()
            client.send(encode(upload())) if client.session and client.session.agreed else None
            found = await client.until(lambda text: b"\r\n" in text)
            assert (b"CN=9014" in found) is enters, clients
            client.close()
            events = standing.heard.of(Secured)
            assert events[-1].state == ("agreed" if enters else "failed")

    run(channel, body)


@pytest.mark.parametrize("choice", [each for each in CHOICES if each not in SOUND])
@pytest.mark.parametrize("channel", ["tls", "mtls", "gm-tls13"])
def test_a_client_that_looks_refuses_every_bad_certificate_of_the_centre(channel: str, choice: Choice) -> None:
    """The certificates are bad in the way their names say: the client's stack or its eyes see it."""

    async def body(standing: Standing) -> None:
        standing.site.centres["A"].behave(certificate=choice)
        client = await connect(standing, stack="openssl")
        agreed = await client.shake()
        assert client.session is not None
        if choice in ("wrong-host", "encryption"):
            assert agreed
            facts = facts_of(client.session.peer())
            assert ("127.0.0.1" in facts.hosts) is (choice != "wrong-host")
            assert ("digital_signature" in facts.usage) is (choice != "encryption")
        else:
            assert not agreed
            words = {
                "expired": "expired",
                "not-yet-valid": "not yet valid",
                "revoked": "revoked",
                "self-signed": "self-signed",
            }.get(choice, "issuer")
            assert words in client.session.failed
        client.close()
        await standing.heard.until(lambda: bool(standing.heard.of(Secured)))
        assert standing.heard.of(Secured)[0].shown == choice

    run(channel, body)


def test_a_switched_certificate_counts_from_the_next_connection() -> None:
    async def body(standing: Standing) -> None:
        first = await connect(standing)
        assert await first.shake()
        standing.site.centres["A"].behave(certificate="expired")
        first.send(encode(upload()))
        assert b"CN=9014" in await first.until(lambda found: b"\r\n" in found)
        second = await connect(standing)
        assert not await second.shake()
        standing.site.centres["A"].behave(certificate="good")
        third = await connect(standing)
        assert await third.shake()
        for each in (first, second, third):
            each.close()

    run("mtls", body)


def test_certificates_expire_on_the_clock_of_the_world() -> None:
    async def body(standing: Standing) -> None:
        standing.clock.at_us = START_US + 31 * 365 * 86_400_000_000
        client = await connect(standing)
        assert not await client.shake()
        assert client.session is not None and "expired" in client.session.failed
        client.close()

    run("mtls", body)


def test_plain_talk_at_a_locked_door_is_told_and_ends() -> None:
    async def body(standing: Standing) -> None:
        spec = standing.site.world.centres[0]
        for octets in (encode(upload()), b"\x16\x03\x01\xff\xff" + b"\0" * 40, b"GET / HTTP/1.1\r\n\r\n"):
            reader, writer = await asyncio.open_connection(spec.host, spec.port)
            writer.write(octets)
            async with asyncio.timeout(40):
                answer = await reader.read()
            assert b"9014" not in answer
            writer.close()
        reader, writer = await asyncio.open_connection(spec.host, spec.port)
        writer.close()
        await standing.heard.until(lambda: len(standing.heard.of(Secured)) == 4)

    heard = run("mtls", body)
    assert {each.state for each in heard.of(Secured)} == {"failed"}
    assert heard.of(Secured)[-1].reason == "the client left within the handshake"
    assert not heard.of(Received)


def test_the_national_door_takes_no_other_suite() -> None:
    async def body(standing: Standing) -> None:
        side = standing.site.terminal_side("A")
        client = await connect(standing)
        # An ordinary TLS 1.3 client with the right certificates: it offers no suite the centre takes.
        client.session = client_session(side, "mtls", standing.clock.now_us())
        assert not await client.shake()
        client.close()
        await standing.heard.until(lambda: bool(standing.heard.of(Secured)))
        (event,) = standing.heard.of(Secured)
        assert event.state == "failed" and "TLS_AES_256_GCM_SHA384" in event.offered_suites

    run("gm-tls13", body)


def test_a_connection_altered_on_the_way_dies_unheard() -> None:
    async def body(standing: Standing) -> None:
        client = await connect(standing)
        assert await client.shake()
        session = client.session
        assert session is not None
        session.write(encode(upload()))
        octets = bytearray(session.outgoing())
        octets[-3] ^= 1
        client.writer.write(bytes(octets))
        await client.until(lambda _: False)
        client.close()

    heard = run("mtls", body)
    assert heard.of(Secured)[0].state == "agreed" and not heard.of(Received)


def test_files_of_one_side_cannot_be_mixed() -> None:
    side = Standing(centre(channel="mtls")).site.terminal_side("A")
    other = Standing(centre(channel="mtls", mn="OTHER")).site.terminal_side("A")
    with pytest.raises(SessionError, match="together"):
        openssl_context(material(type(side)(certificate=side.certificate, key=other.key)), "none")
    with pytest.raises(SessionError, match="key"):
        TongsuoContext(material(type(side)(certificate=side.certificate, key="no key")), "none", tlcp=False)


def test_the_reader_of_hellos_survives_anything() -> None:
    for octets in (
        b"",
        b"\x16",
        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
        b"\xff" * 70_000,
        b"\x15\x03\x03\x00\x02\x02\x30",
    ):
        reader = Reader()
        for direction in (True, False):
            reader.feed(octets, from_client=direction)
    assert reader.hello.alert == "unknown_ca"


def test_sessions_are_of_one_shape() -> None:
    standing = Standing(centre(channel="gm-tls13"))
    side = standing.site.terminal_side("A")
    for stack in ("openssl", "tongsuo"):
        session: Session = client_session(side, "gm-tls13", START_US, stack=stack)
        assert (session.agreed, session.failed, session.ended, session.peer()) == (False, "", False, b"")


@pytest.mark.parametrize("given", ["expired", "missing", "revoked"])
def test_a_world_may_give_a_terminal_a_bad_certificate_of_its_own(given: str) -> None:
    async def body(standing: Standing) -> None:
        side = standing.site.terminal_side("A")
        assert bool(side.certificate) is bool(side.key) is (given != "missing")
        assert side.anchors and side.crls
        sound = standing.site.terminal_side("A", "good")
        assert sound.certificate != side.certificate

    run("mtls", body, client_certificate=given)
