"""The status of certificates: the bench's responder against the terminal's reading, for both families.

What the terminal must not believe is built by the authority of the tests; the OpenSSL command line reads the same.
"""

from __future__ import annotations

import base64
import random
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from security_kit import HOSTS, NAME, NOW_S, Bridge
from virtually import virtually

from reference_terminal.crypto import certificates
from reference_terminal.crypto.status import (
    GOOD,
    REVOKED,
    UNKNOWN,
    Unusable,
    judged,
    must_staple,
    question,
    responder_of,
)
from reference_terminal.model.clock import WallClock
from reference_terminal.net.channel import ChannelRefused, Security, secure
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.uplink.status.ocsp import StatusChecks
from simulators.events import Event, StatusServed
from simulators.trust.authority import Choice, Trust
from simulators.trust.certificates import Family
from simulators.trust.distribution import DistributionPoint, RevocationSpec
from simulators.trust.responder import Answers, Staples
from simulators.trust.sessions import Material, OpenSslSession, openssl_context

FAMILIES: tuple[Family, ...] = ("ecdsa", "sm2")
NONCE = bytes(range(32))
URL = "http://127.0.0.1:1/ocsp"


class Clock:
    """The wall of terminal and host alike."""

    at_s = NOW_S

    def now_us(self) -> int:
        return self.at_s * 1_000_000

    def time_ns(self) -> int:
        return self.at_s * 1_000_000_000

    def set_time_ns(self, at_ns: int) -> None:
        self.at_s = at_ns // 1_000_000_000


class Stand:
    """Authorities with a responder."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.heard: list[Event] = []
        self.trust = Trust(
            NOW_S * 10**6, lambda name: random.Random(f"9/{name}"), [("server", "A"), ("client", NAME)], URL
        )
        self.host = DistributionPoint(
            RevocationSpec("127.0.0.1", 0, ocsp_valid_s=60),
            self.trust,
            chance=random.Random,
            clock=self.clock,
            observe=self.heard.append,
        )

    def chain(self, family: Family, choice: Choice = "good") -> tuple[x509.Certificate, x509.Certificate]:
        leaf, issuer = x509.load_pem_x509_certificates(
            self.trust[family].leaf("server", "A", HOSTS, choice).certificate.encode()
        )
        return leaf, issuer

    def answer(self, family: Family, word: Answers, choice: Choice = "good") -> bytes:
        """What the responder says to the terminal's question."""
        self.host.tell_status(answers=word)
        responder = self.host.responder
        assert responder is not None
        reply = responder.asked("POST", "/ocsp", question(*self.chain(family, choice), NONCE))
        assert reply is not None and reply.status == 200
        return reply.body

    def judged(self, family: Family, word: Answers, choice: Choice = "good", nonce: bytes = NONCE) -> str:
        answer = self.answer(family, word, choice)
        return judged(answer, *self.chain(family, choice), nonce, self.clock.at_s, 60).word


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("word", ["sound", "delegated", "no-nonce"])
def test_good_answers_are_believed(family: Family, word: Answers) -> None:
    stand = Stand()
    assert stand.judged(family, word) == GOOD
    assert stand.judged(family, word, "revoked") == REVOKED
    stand.host.hold(family, "server", "A")
    assert stand.judged(family, word) == REVOKED
    stand.host.release(family, "server", "A")
    assert stand.judged(family, word, "must-staple") == GOOD
    assert stand.judged(family, "unknown") == UNKNOWN


BAD: dict[Answers, str] = {
    "old": "has run out",
    "forged": "not signed by the issuer",
    "slander": "not signed by the issuer",
    "undelegated": "not signed by the issuer",
    "other": "about another certificate",
    "wrong-nonce": "its nonce differs",
    "junk": "no OCSP answer",
    "try-later": "try_later",
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("word", BAD)
def test_bad_answers_say_nothing(family: Family, word: Answers) -> None:
    with pytest.raises(Unusable, match=BAD[word]):
        Stand().judged(family, word)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_answer_with_one_bit_altered_is_never_believed_as_another(family: Family) -> None:
    stand = Stand()
    octets, chain = stand.answer(family, "delegated", "revoked"), stand.chain(family, "revoked")
    for place in range(0, len(octets) * 8, 7 if family == "ecdsa" else 61):
        altered = bytearray(octets)
        altered[place // 8] ^= 1 << place % 8
        try:
            assert judged(bytes(altered), *chain, NONCE, NOW_S, 60).word == REVOKED, place
        except Unusable:
            continue


def test_an_answer_holds_from_its_beginning_to_its_end() -> None:
    stand = Stand()
    octets, chain = stand.answer("ecdsa", "sound"), stand.chain("ecdsa")
    assert judged(octets, *chain, NONCE, NOW_S + 59, 60).until_s == NOW_S + 60
    with pytest.raises(Unusable, match="run out"):
        judged(octets, *chain, NONCE, NOW_S + 60, 60)
    with pytest.raises(Unusable, match="only later"):
        judged(octets, *chain, NONCE, NOW_S - 301, 60)


def test_what_certificates_say_of_their_status() -> None:
    stand = Stand()
    assert responder_of(stand.chain("ecdsa")[0]) == URL
    assert not must_staple(stand.chain("sm2")[0])
    assert must_staple(stand.chain("sm2", "must-staple")[0])


def test_the_responder_knows_its_own_and_tells_what_it_was_asked() -> None:
    stand = Stand()
    responder = stand.host.responder
    assert responder is not None
    request = question(*stand.chain("ecdsa"), b"")
    reply = responder.asked("GET", "/ocsp/" + quote(base64.b64encode(request).decode(), safe=""), b"")
    assert reply is not None
    assert judged(reply.body, *stand.chain("ecdsa"), NONCE, NOW_S, 60).word == GOOD
    for method, path, body in (("POST", "/ocsp", b"?"), ("GET", "/ocsp/%%%", b"")):
        refused = responder.asked(method, path, body)
        assert refused is not None
        with pytest.raises(Unusable, match="malformed_request"):
            judged(refused.body, *stand.chain("ecdsa"), b"", NOW_S, 60)
    stranger = x509.load_pem_x509_certificates(
        stand.trust["ecdsa"].leaf("server", "A", HOSTS, "unknown-issuer").certificate.encode()
    )
    refused = responder.asked("POST", "/ocsp", question(stranger[0], stranger[1], b""))
    assert refused is not None
    with pytest.raises(Unusable, match="unauthorized"):
        judged(refused.body, *stand.chain("ecdsa"), b"", NOW_S, 60)
    for kind, status in (("application/octet-stream", 415), ("", 415), ("Application/OCSP-Request; q=1", 200)):
        reply = responder.asked("POST", "/ocsp", request, kind)
        assert reply is not None and reply.status == status
    told = [event.status for event in stand.heard if isinstance(event, StatusServed)]
    wrong = ["unsupported_media_type"] * 2
    assert told == ["good", "malformed_request", "malformed_request", "unauthorized", *wrong, "good"]


def test_openssl_verifies_the_same_answer(tmp_path: Path) -> None:
    stand = Stand()
    leaf = stand.trust["ecdsa"].leaf("server", "A", HOSTS).certificate
    certificate, issuer = certificates.blocks(leaf, "CERTIFICATE")
    for name, text in (("leaf", certificate), ("issuer", issuer), ("root", stand.trust["ecdsa"].anchor)):
        (tmp_path / f"{name}.pem").write_text(text)
    for word in ("sound", "delegated", "forged"):
        (tmp_path / f"{word}.der").write_bytes(stand.answer("ecdsa", word))
        done = subprocess.run(
            [
                *("openssl", "ocsp", "-respin", f"{word}.der", "-issuer", "issuer.pem", "-cert", "leaf.pem"),
                *("-CAfile", "root.pem", "-no_nonce", "-attime", str(NOW_S), "-validity_period", "4000000000"),
            ],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ("Response verify OK" in done.stderr) is (word != "forged"), done.stderr
        assert "leaf.pem: good" in done.stdout


def scene(folder: Path, policy: str, play: Callable[[Stand, StatusChecks, Journal], Awaitable[None]]) -> None:
    async def run() -> None:
        stand = Stand()
        await stand.host.start()
        store = Store(str(folder / "t.db"), None, 0.2)
        wall = WallClock(stand.clock)
        journal = Journal(store, wall, None)
        url = f"http://127.0.0.1:{stand.host.port}/ocsp"
        try:
            await play(stand, StatusChecks(policy, url, 60, random.Random(1), wall, journal), journal)
        finally:
            await stand.host.stop()
            store.close()

    virtually(run())


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("policy", ["hard", "soft"])
def test_policies_over_http(tmp_path: Path, policy: str, family: Family) -> None:
    async def play(stand: Stand, checks: StatusChecks, journal: Journal) -> None:
        chain = stand.chain(family)
        assert await checks.known_until(chain, b"", "a") == NOW_S + 60
        asked = len(stand.heard)
        assert await checks.known_until(chain, b"", "a") == NOW_S + 60
        assert len(stand.heard) == asked
        for word in ("error", "try-later", "junk", "forged"):
            stand.clock.at_s += 60
            stand.host.tell_status(answers=word)
            if policy == "hard":
                with pytest.raises(ChannelRefused, match="nobody says"):
                    await checks.known_until(chain, b"", "a")
            else:
                assert await checks.known_until(chain, b"", "a") == stand.clock.at_s + 60
            assert journal.raised() == [("certificate status", "a")]
        stand.clock.at_s += 60
        stand.host.tell_status(answers="sound")
        stand.host.hold(family, "server", "A")
        with pytest.raises(ChannelRefused, match="is revoked"):
            await checks.known_until(chain, b"", "a")
        assert journal.raised() == []

    scene(tmp_path, policy, play)


STAPLED: tuple[tuple[Staples, Choice, str], ...] = (
    ("sound", "good", ""),
    ("sound", "must-staple", ""),
    ("none", "good", ""),
    ("none", "must-staple", "insists on a stapled status"),
    ("old", "must-staple", "insists on a stapled status"),
    ("forged", "must-staple", "insists on a stapled status"),
    ("other", "must-staple", "insists on a stapled status"),
    ("old", "good", ""),
)


@pytest.mark.parametrize(("staples", "choice", "refused"), STAPLED)
def test_what_is_stapled_in_a_real_handshake(tmp_path: Path, staples: Staples, choice: Choice, refused: str) -> None:
    async def play(stand: Stand, checks: StatusChecks, journal: Journal) -> None:
        stand.host.tell_status(staples=staples)
        by = stand.trust["ecdsa"]
        leaf = by.leaf("server", "A", HOSTS, choice)
        material = Material(
            leaf.certificate, leaf.key, by.anchor, staple=lambda: stand.trust.staple("ecdsa", "A", choice)
        )
        session = OpenSslSession(openssl_context(material, "none"), NOW_S * 10**6, server=True)
        given = Security("tls", HOSTS[1], by.anchor, status=checks)
        if refused:
            with pytest.raises(ChannelRefused, match=refused):
                await secure(Bridge(session), given, HOSTS[0], lambda: NOW_S)
            return
        line = await secure(Bridge(session), given, HOSTS[0], lambda: NOW_S)
        assert line.status is not None and line.status.until_s == NOW_S + 60
        asked = [event for event in stand.heard if isinstance(event, StatusServed) and not event.stapled]
        assert len(asked) == (0 if staples == "sound" else 1)

    scene(tmp_path, "hard", play)
