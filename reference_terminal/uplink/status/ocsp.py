"""Asks whether a centre's certificate still counts (OCSP), and decides what follows when nobody can tell.

Leaves which answers are to be believed to `security.status`. Only the peer's own certificate is asked about; for
intermediates there are revocation lists. `hard`: without a good answer no session; `soft`: without one it goes on with
an alarm. A revoked certificate, or a missing staple that the certificate insists on, refuses the peer in any case.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from cryptography import x509

from reference_terminal.crypto.status import (
    GOOD,
    NONCE,
    REVOKED,
    Standing,
    Unusable,
    judged,
    must_staple,
    question,
    responder_of,
)
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.net.channel import ChannelRefused, Security
from reference_terminal.net.http import HttpClient, HttpFailed, place_of
from reference_terminal.storage.journal import Journal
from reference_terminal.uplink import messages, reasons

_ANSWER_S = 4.0
"""How long an answer may take: less than a connection has for its handshake."""
_AGAIN_S = 60
_KIND = "application/ocsp-request"


class StatusChecks:
    """The checks of one terminal. `url` is asked instead of the address in a certificate, if it is given."""

    def __init__(
        self, policy: str, url: str, look_s: int, chance: random.Random, clock: WallClock, journal: Journal
    ) -> None:
        self._hard = policy == "hard"
        self._url = url
        self._look_s = look_s
        self._chance = chance
        self._clock = clock
        self._journal = journal
        self._known: dict[tuple[bytes, int], Standing] = {}

    async def known_until(self, chain: Sequence[x509.Certificate], staple: bytes, host: str) -> int:
        """See `security.status.StatusCheck`."""
        leaf, issuer = chain[0], chain[min(1, len(chain) - 1)]
        if staple or must_staple(leaf):
            known = self._stapled(leaf, issuer, staple, host)
            if known is not None:
                return self._follow(known, leaf, host)
        name = (leaf.issuer.public_bytes(), leaf.serial_number)
        known = self._known.get(name)
        if known is None or self._clock.now_s() >= known.until_s:
            known = await self._asked(leaf, issuer, host)
            self._known[name] = known
        return self._follow(known, leaf, host)

    @seam
    def _stapled(self, leaf: x509.Certificate, issuer: x509.Certificate, staple: bytes, host: str) -> Standing | None:
        """What the staple says; None if it says nothing and need not. Raises ChannelRefused."""
        try:
            if not staple:
                raise Unusable("no status came with the handshake")
            return judged(staple, leaf, issuer, b"", self._clock.now_s(), self._look_s)
        except Unusable as error:
            if must_staple(leaf):
                raise self._refusal(leaf, host, reasons.INSISTS_ON_STAPLE(error=error)) from None
            return None

    async def _asked(self, leaf: x509.Certificate, issuer: x509.Certificate, host: str) -> Standing:
        """What the responder says; without a usable answer the status is unknown for a while."""
        now_s = self._clock.now_s()
        url = self._url or responder_of(leaf)
        try:
            found = await self._answer(url, leaf, issuer)
        except Unusable as error:
            self._journal.raise_alarm(messages.STATUS_UNKNOWN, host, error=error)
            return Standing("", now_s + min(self._look_s, _AGAIN_S))
        self._journal.clear_alarm(messages.STATUS_UNKNOWN, host)
        return Standing(found.word, min(found.until_s, now_s + self._look_s))

    async def _answer(self, url: str, leaf: x509.Certificate, issuer: x509.Certificate) -> Standing:
        if not url:
            raise Unusable("the certificate names no responder")
        nonce = self._chance.randbytes(NONCE)
        try:
            place = place_of(url, "plain")
            client = HttpClient(Security(), place.host, self._clock.now_s, _ANSWER_S)
            try:
                octets = question(leaf, issuer, nonce)
                status, answer = await client.post(place, octets, _ANSWER_S, [("Connection", "close")], _KIND)
            finally:
                client.close()
        except (OSError, TimeoutError, HttpFailed) as error:
            raise Unusable(f"no answer from {url} ({error or type(error).__name__})") from None
        if status != 200:
            raise Unusable(f"{url} answered HTTP {status}")
        return judged(answer, leaf, issuer, nonce, self._clock.now_s(), self._look_s)

    @seam
    def _follow(self, known: Standing, leaf: x509.Certificate, host: str) -> int:
        """Until when a session may stand on this. Raises ChannelRefused."""
        if known.word == REVOKED:
            raise self._refusal(leaf, host, reasons.REVOKED_BY_ISSUER())
        if known.word != GOOD and self._hard:
            raise self._refusal(leaf, host, reasons.STATUS_OPEN())
        return known.until_s

    def _refusal(self, leaf: x509.Certificate, host: str, why: Text) -> ChannelRefused:
        return ChannelRefused(reasons.STATUS_REFUSED(serial=f"{leaf.serial_number:x}", host=host, why=why))
