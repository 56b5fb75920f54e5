# pyright: reportPrivateUsage=false
"""Defects of the status of certificates: never asked, not obeyed, believed from anybody, staples overlooked.

Leaves revocation lists to `revocation`.
"""

# What a status leads to can only be reached where the terminal acts on it.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import random
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from conformance.defects import Patch, defect
from conformance.defects.seams import whispers_alarms
from reference_terminal.assembly import Terminal
from reference_terminal.crypto import status
from reference_terminal.crypto.status import GOOD, REVOKED, UNKNOWN, Standing, Watched
from reference_terminal.model.clock import WallClock
from reference_terminal.settings.config import Config
from reference_terminal.storage.journal import Journal
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.messages import CHANNEL_REFUSED, STATUS_UNKNOWN
from reference_terminal.uplink.status import ocsp as checks
from reference_terminal.uplink.status.ocsp import StatusChecks

_CLAUSES = ("isc-2/7.4.1b", "isc-2/7.4.1c")


@defect(
    "status-never-asked",
    en="nobody is asked whether a centre's certificate still counts, and staples are not looked at",
    zh="不查询中心证书状态，也不检查握手附带的状态",
    clauses=_CLAUSES,
)
def status_never_asked(patch: Patch) -> None:
    """The switch is on the screen alone."""

    def nobody(self: Terminal, config: Config) -> StatusChecks | None:
        return None

    patch(Terminal, "_status_checks", nobody)


@defect(
    "status-asked-as-any-octets",
    en="the question for a status is sent as any octets, not as what it is",
    zh="查询证书状态时未按规定的媒体类型发送请求",
    clauses=_CLAUSES,
)
def status_asked_as_any_octets(patch: Patch) -> None:
    """Responders that look at nothing but the octets answer all the same (RFC 6960, A.1)."""
    patch(checks, "_KIND", "application/octet-stream")


@defect(
    "status-looked-at-once",
    en="the status of a certificate is asked for in handshakes and never during a session",
    zh="仅在握手时查询证书状态，会话期间不再查询",
    clauses=_CLAUSES,
)
def status_looked_at_once(patch: Patch) -> None:
    """The connection is kept for weeks."""

    async def watch(self: CentreLink, status: Watched) -> None:
        return

    patch(CentreLink, "_watch_status", watch)


def _follows(patch: Patch, reads: dict[str, str]) -> None:
    """Words of a status taken for other words."""

    def follow(self: StatusChecks, known: Standing, leaf: x509.Certificate, host: str) -> int:
        return own(self, Standing(reads.get(known.word, known.word), known.until_s), leaf, host)

    own = patch(StatusChecks, "_follow", follow)


@defect(
    "revoked-status-is-noted",
    en="an answer that says revoked is taken note of and changes nothing",
    zh="证书状态为已吊销时仍继续使用",
    clauses=_CLAUSES,
)
def revoked_status_is_noted(patch: Patch) -> None:
    """An answer is an answer."""
    _follows(patch, {REVOKED: GOOD})


@defect(
    "unknown-status-is-good",
    en="an answer that the certificate is unknown counts as good",
    zh="证书状态未知视为有效",
    clauses=_CLAUSES,
)
def unknown_status_is_good(patch: Patch) -> None:
    """What is not revoked is good."""
    _follows(patch, {UNKNOWN: GOOD})


@defect(
    "one-bad-status-stops-all",
    en="one revoked certificate ends the sessions with all centres",
    zh="一个中心证书状态异常即断开全部中心",
    clauses=("isc-2/7.4.1b", "isc-2/7.2.4(3)a"),
)
def one_bad_status_stops_all(patch: Patch) -> None:
    """The state is kept for the terminal and not for the centre."""

    def follow(self: StatusChecks, known: Standing, leaf: x509.Certificate, host: str) -> int:
        bad = next((each for each in self._known.values() if each.word == REVOKED), known)
        return own(self, bad, leaf, host)

    own = patch(StatusChecks, "_follow", follow)


@defect(
    "old-answers-will-do",
    en="an answer that has run out counts",
    zh="过期的证书状态应答仍被采信",
    clauses=_CLAUSES,
)
def old_answers_will_do(patch: Patch) -> None:
    """Only the word is looked at."""

    def standing(each: ocsp.OCSPSingleResponse, now_s: int, look_s: int) -> Standing:
        found = own(each, int(each.this_update_utc.timestamp()), look_s)
        return Standing(found.word, max(found.until_s, now_s + look_s))

    own = patch(status, "standing", standing)


@defect(
    "any-signer-answers",
    en="an answer counts whoever has signed it",
    zh="不校验证书状态应答的签名者",
    clauses=_CLAUSES,
)
def any_signer_answers(patch: Patch) -> None:
    """It came from the right address."""

    def entitled(found: ocsp.OCSPResponse, issuer: x509.Certificate, now_s: int) -> bool:
        return True

    patch(status, "is_entitled", entitled)


def _has_signed(signer: x509.Certificate, delegate: x509.Certificate, strength: hashes.HashAlgorithm | None) -> bool:
    algorithm = delegate.signature_algorithm_oid.dotted_string
    return status._has_signed(signer, delegate.tbs_certificate_bytes, delegate.signature, algorithm, strength)


@defect(
    "any-subject-of-the-issuer-answers",
    en="whoever has a certificate of the issuer may answer, charged with it or not",
    zh="持有同一签发者证书者均可作为响应者，不核对授权",
    clauses=_CLAUSES,
)
def any_subject_of_the_issuer_answers(patch: Patch) -> None:
    """The chain is good; what the key is for was left for later."""

    def charged(delegate: x509.Certificate, issuer: x509.Certificate, now_s: int) -> bool:
        national = delegate.signature_algorithm_oid.dotted_string == status.SM2_WITH_SM3
        return _has_signed(issuer, delegate, None if national else delegate.signature_hash_algorithm)

    patch(status, "is_charged", charged)


@defect(
    "only-the-issuer-answers",
    en="a responder that the issuer has charged with answers is refused",
    zh="不接受签发者授权的响应者",
    clauses=("isc-2/7.4.1b",),
)
def only_the_issuer_answers(patch: Patch) -> None:
    """Certificates inside an answer are not read."""

    def charged(delegate: x509.Certificate, issuer: x509.Certificate, now_s: int) -> bool:
        return False

    patch(status, "is_charged", charged)


@defect(
    "any-certificate-is-meant",
    en="an answer counts whichever certificate it is about",
    zh="不核对应答所针对的证书",
    clauses=_CLAUSES,
)
def any_certificate_is_meant(patch: Patch) -> None:
    """One question, one answer: it must be ours."""

    def about(each: ocsp.OCSPSingleResponse, wanted: ocsp.OCSPRequest) -> bool:
        return True

    patch(status, "is_about", about)


@defect(
    "nonce-not-compared",
    en="an answer to another question counts: its nonce is not compared",
    zh="不核对应答随机数",
    clauses=_CLAUSES,
)
def nonce_not_compared(patch: Patch) -> None:
    """It is sent because the library can."""

    def nonce(found: ocsp.OCSPResponse) -> bytes:
        return b""

    patch(status, "nonce_of", nonce)


def _policy(patch: Patch, word: str) -> None:
    def begin(
        self: StatusChecks,
        policy: str,
        url: str,
        look_s: int,
        chance: random.Random,
        clock: WallClock,
        journal: Journal,
    ) -> None:
        own(self, word, url, look_s, chance, clock, journal)

    own = patch(StatusChecks, "__init__", begin)


@defect(
    "no-answer-is-good",
    en="a certificate for which nobody answers is taken for good, though the terminal was told to refuse",
    zh="策略为拒绝时，查询无应答仍视为有效",
    clauses=_CLAUSES,
)
def no_answer_is_good(patch: Patch) -> None:
    """As browsers do."""
    _policy(patch, "soft")


@defect(
    "silence-stops-everything",
    en="a responder that does not answer ends all uploads, though the terminal was told to go on",
    zh="策略为告警时，查询无应答仍停止上传",
    clauses=("isc-2/7.4.1b",),
)
def silence_stops_everything(patch: Patch) -> None:
    """The policy is shown and not used."""
    _policy(patch, "hard")


@defect(
    "missing-status-unsaid",
    en="nobody is told that the status of a certificate cannot be had",
    zh="无法获取证书状态时不告警",
    clauses=_CLAUSES,
)
def missing_status_unsaid(patch: Patch) -> None:
    """A line in the diagnostic log."""
    whispers_alarms(patch, lambda kind, en: kind in (STATUS_UNKNOWN.kind, CHANNEL_REFUSED.kind))


@defect(
    "staples-overlooked",
    en="what is stapled in the handshake is not looked at: the responder alone counts",
    zh="不检查握手附带的证书状态，仅查询响应者",
    clauses=_CLAUSES,
)
def staples_overlooked(patch: Patch) -> None:
    """The callback of the library was never set."""

    async def known_until(self: StatusChecks, chain: Sequence[x509.Certificate], staple: bytes, host: str) -> int:
        return await own(self, chain, b"", host)

    own = patch(StatusChecks, "known_until", known_until)
    must_staple_not_heeded.breaks(patch)


@defect(
    "staples-believed-unseen",
    en="a stapled status counts as good whatever it says",
    zh="握手附带的状态不经检查即视为有效",
    clauses=_CLAUSES,
)
def staples_believed_unseen(patch: Patch) -> None:
    """There is one: that is enough."""

    def stapled(
        self: StatusChecks, leaf: x509.Certificate, issuer: x509.Certificate, staple: bytes, host: str
    ) -> Standing | None:
        if not staple:
            return own(self, leaf, issuer, staple, host)
        return Standing(GOOD, self._clock.now_s() + self._look_s)

    own = patch(StatusChecks, "_stapled", stapled)


@defect(
    "must-staple-not-heeded",
    en="a certificate that insists on a stapled status is taken without",
    zh="证书要求附带状态时，未附带也予接受",
    clauses=_CLAUSES,
)
def must_staple_not_heeded(patch: Patch) -> None:
    """An extension that nobody reads."""

    def insists(leaf: x509.Certificate) -> bool:
        return False

    patch(checks, "must_staple", insists)
