"""The host of revocation lists: what it publishes and when, and what it answers over HTTP as its switches have it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

import h11
import msgspec
import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from ports import free_port
from simulators_helpers import START_US, HandClock, Heard
from virtually import virtually

from simulators.events import Behaviour, ListServed
from simulators.trust.authority import Role, Trust
from simulators.trust.certificates import Family
from simulators.trust.distribution import DistributionPoint, RevocationSpec

_SUBJECTS: list[tuple[Role, str]] = [("server", "A"), ("server", "B"), ("client", "T")]
_PATH = "/ecdsa-intermediate.crl"


def authorities() -> Trust:
    return Trust(START_US, lambda name: random.Random(f"5/{name}"), _SUBJECTS)


def point(publish_s: int = 300, valid_s: int = 1200, port: int = 80) -> tuple[DistributionPoint, HandClock, Heard]:
    clock, heard = HandClock(), Heard()
    spec = RevocationSpec("127.0.0.1", port, publish_s, valid_s)
    return DistributionPoint(spec, authorities(), chance=random.Random, clock=clock, observe=heard), clock, heard


def asked(host: DistributionPoint, path: str = _PATH) -> x509.CertificateRevocationList:
    found = host.asked(path)
    assert found is not None and found[0] == 200
    return x509.load_der_x509_crl(found[1])


def number(held: x509.CertificateRevocationList) -> int:
    return held.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def serials(held: x509.CertificateRevocationList) -> set[str]:
    return {f"{each.serial_number:x}" for each in held}


@pytest.mark.parametrize("family", ["ecdsa", "sm2"])
@pytest.mark.parametrize("tier", ["root", "intermediate"])
def test_every_list_bears_its_issuer_and_what_is_revoked_anyway(family: Family, tier: str) -> None:
    host, _, _ = point()
    held = asked(host, f"/{family}-{tier}.crl")
    assert held.issuer.rfc4514_string().startswith(f"CN=carbonbench {family.upper()} {tier}")
    trust = authorities()
    assert serials(held) == (set(trust[family].revoked) if tier == "intermediate" else set())


@settings(max_examples=15, deadline=None)
@given(
    publish_s=st.integers(60, 1000),
    more_s=st.integers(0, 1000),
    steps_s=st.lists(st.integers(1, 1500), min_size=1, max_size=6),
)
def test_a_list_in_hand_always_holds_and_is_never_older_than_its_period(
    publish_s: int, more_s: int, steps_s: list[int]
) -> None:
    host, clock, _ = point(publish_s, publish_s + more_s)
    last = 0
    for step in steps_s:
        clock.at_us += step * 1_000_000
        held = asked(host)
        assert held.next_update_utc is not None
        begin, end = held.last_update_utc.timestamp(), held.next_update_utc.timestamp()
        now = clock.at_us / 1_000_000
        assert begin <= now < end and now < begin + publish_s and end == begin + publish_s + more_s
        assert number(held) >= last
        last = number(held)


def test_the_list_stays_the_same_until_the_next_is_published() -> None:
    host, clock, _ = point()
    first = asked(host)
    clock.at_us += 299_000_000
    assert number(asked(host)) == number(first)
    clock.at_us += 1_000_000
    assert number(asked(host)) == number(first) + 1


def test_what_is_held_is_published_at_once_and_off_the_list_when_released() -> None:
    host, _, heard = point()
    before = serials(asked(host))
    host.hold("ecdsa", "server", "A")
    held = asked(host)
    (added,) = serials(held) - before - _encryption(host)
    trust = authorities()
    assert added == trust["ecdsa"].leaf("server", "A", ("127.0.0.1",)).serial
    assert number(held) == 2
    assert serials(asked(host, "/sm2-intermediate.crl")).isdisjoint({added})
    host.release("ecdsa", "server", "A")
    assert serials(asked(host)) == before
    told = [event.switches for event in heard.of(Behaviour)]
    assert told == [{"hold": "server A"}, {"release": "server A"}]


def _encryption(host: DistributionPoint) -> set[str]:
    """Serial numbers of certificates for enciphering, which go with those for signing."""
    trust = authorities()
    return {trust["ecdsa"].leaf("server", name, (), "good", "encryption").serial for name in "AB"}


def test_an_old_list_stays_the_old_one_beyond_its_end() -> None:
    host, clock, heard = point()
    first = asked(host)
    host.behave("old")
    clock.at_us += 3_600_000_000
    assert number(asked(host)) == number(first)
    assert heard.of(ListServed)[-1].fault == "old"


def test_a_forged_list_is_newer_names_everybody_and_is_not_the_issuers() -> None:
    host, _, heard = point()
    true = asked(host)
    host.behave("forged")
    forged = asked(host)
    trust = authorities()
    good = {trust["ecdsa"].leaf("server", name, ()).serial for name in "AB"}
    assert good <= serials(forged) and good.isdisjoint(serials(true))
    assert forged.issuer == true.issuer and number(forged) > number(true)
    chain = trust["ecdsa"].leaf("server", "A", ()).certificate
    issuer = x509.load_pem_x509_certificates(chain.encode())[1].public_key()
    assert true.is_signature_valid(issuer)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert not forged.is_signature_valid(issuer)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert heard.of(ListServed)[-1].fault == "forged"


@pytest.mark.parametrize(
    ("answers", "status", "body"), [("error", 503, b""), ("junk", 200, b"no list"), ("silent", 0, b"")]
)
def test_other_answers_are_as_told_and_give_no_number(answers: str, status: int, body: bytes) -> None:
    host, _, heard = point()
    host.behave(answers)
    found = host.asked(_PATH)
    assert found == (None if answers == "silent" else (status, body))
    (event,) = heard.of(ListServed)
    assert (event.status, event.number, event.until, event.fault) == (status, 0, 0, answers)


def test_an_unknown_word_and_an_unknown_path() -> None:
    host, _, heard = point()
    with pytest.raises(msgspec.ValidationError):
        host.behave("sulky")
    assert host.asked("/rsa-root.crl") == (404, b"")
    assert heard.of(ListServed)[0].status == 404


async def fetch(port: int, request: bytes) -> tuple[int, bytes]:
    """Status and body; (0, what came) without an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    http = h11.Connection(h11.CLIENT)
    http.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    http.send(h11.EndOfMessage())
    writer.write(request)
    status, body = 0, b""
    async with asyncio.timeout(10):
        while True:
            octets = await reader.read(65_536)
            http.receive_data(octets)
            event: Any = http.next_event()
            while event is not h11.NEED_DATA and not isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                if isinstance(event, h11.Response):
                    status = event.status_code
                if isinstance(event, h11.Data):
                    body += event.data
                event = http.next_event()
            if not octets or event is not h11.NEED_DATA:
                writer.close()
                return status, body


def standing(scene: Callable[[DistributionPoint, int], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        port = free_port()
        host, _, _ = point(port=port)
        await host.start()
        try:
            await scene(host, port)
        finally:
            await host.stop()

    virtually(run())


def test_a_list_comes_over_http_whatever_the_pieces() -> None:
    async def scene(host: DistributionPoint, port: int) -> None:
        status, body = await fetch(port, f"GET {_PATH} HTTP/1.1\r\nHost: lists\r\n\r\n".encode())
        assert status == 200 and number(x509.load_der_x509_crl(body)) == 1
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for piece in (b"GET /ecdsa", b"-root.crl HTTP/1.1\r\nHo", b"st: lists\r\n", b"\r\n"):
            writer.write(piece)
            await asyncio.sleep(0)
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
        writer.close()

    standing(scene)


def test_a_post_is_no_request_for_a_list_and_junk_ends_the_connection() -> None:
    async def scene(host: DistributionPoint, port: int) -> None:
        posted = f"POST {_PATH} HTTP/1.1\r\nHost: lists\r\nContent-Length: 2\r\n\r\nhi".encode()
        assert (await fetch(port, posted))[0] == 404
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x16\x03\x01 hello\r\n\r\n")
        assert await reader.read() == b""
        writer.close()

    standing(scene)


def test_a_silent_host_keeps_the_connection_and_stopping_ends_it() -> None:
    async def scene(host: DistributionPoint, port: int) -> None:
        host.behave("silent")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {_PATH} HTTP/1.1\r\nHost: lists\r\n\r\n".encode())
        done, _ = await asyncio.wait([asyncio.ensure_future(reader.read())], timeout=0.05)
        assert not done
        await host.stop()
        writer.close()

    standing(scene)
