"""Revocation lists fetched while the terminal works: when, from where, which are believed, what follows from them.

Leaves checking a chain to the channels. A list is kept in the store, so that a restart without a network has the last
one; one that is no list, older than the one in hand, or not signed by a known issuer is refused and alarmed.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from OpenSSL import crypto

from reference_terminal.crypto.certificates import SM2_WITH_SM3, UNREADABLE, blocks
from reference_terminal.crypto.sm2 import CryptoError, PublicKey
from reference_terminal.model.clock import WallClock
from reference_terminal.model.seams import seam
from reference_terminal.net.channel import Security, Standing
from reference_terminal.net.http import HttpClient, HttpFailed, place_of
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store
from reference_terminal.uplink import messages

NO_LIST, OUT_OF_DATE = 3, 12
"""Faults of X.509 that a list would cure."""
_SCOPE = "revocation"
_ANSWER_S = 20.0
_AGAIN_S = 60


class RevocationLists:
    """The lists of one terminal. `issuers` are PEM texts in which their signers' certificates may be found."""

    def __init__(
        self,
        urls: Sequence[str],
        look_s: int,
        policy: str,
        issuers: Sequence[str],
        store: Store,
        clock: WallClock,
        journal: Journal,
    ) -> None:
        self.forgiven = frozenset((NO_LIST, OUT_OF_DATE)) if policy == "alarm" else frozenset[int]()
        self._urls = tuple(urls)
        self._look_s = look_s
        self._strict = policy == "refuse"
        self._issuers = [
            x509.load_pem_x509_certificate(pem.encode())
            for pem in dict.fromkeys(pem for text in issuers for pem in blocks(text, "CERTIFICATE"))
        ]
        self._store = store
        self._clock = clock
        self._journal = journal
        self._waiters: list[asyncio.Future[None]] = []
        self._held: dict[str, x509.CertificateRevocationList] = {}
        for url in self._urls:
            kept = store.setting(_SCOPE, url)
            if kept:
                self._held[url] = x509.load_der_x509_crl(base64.b64decode(kept))

    @seam
    def lists(self) -> list[x509.CertificateRevocationList]:
        """See `channel.Revocation`."""
        return list(self._held.values())

    def fault(self, standing: Standing, now_s: int) -> str:
        """See `channel.Revocation`."""
        for issuer, serial in standing:
            for held in self._held.values():
                if held.issuer.public_bytes() != issuer:
                    continue
                if held.get_revoked_certificate_by_serial_number(serial) is not None:
                    return f"the certificate with serial {serial:x} was revoked"
                if self._strict and now_s >= _end_s(held):
                    return "the revocation list of its issuer has run out and cannot be had"
        return ""

    async def changed(self) -> None:
        """See `channel.Revocation`."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        await waiter

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def run(self) -> None:
        """Fetch at the start, every `look_s`, and when a list runs out; until cancelled."""
        while True:
            whole = True
            for url in self._urls:
                whole = await self._fetch(url) and whole
            self._wake()
            now_s = self._clock.now_s()
            ends = [end for held in self._held.values() if (end := _end_s(held)) > now_s]
            pause_s = min([self._look_s if whole else min(self._look_s, _AGAIN_S), *(end - now_s for end in ends)])
            await self._clock.nap(max(1, pause_s))

    @seam
    async def _fetch(self, url: str) -> bool:
        place = place_of(url, "plain")
        client = HttpClient(Security(), place.host, self._clock.now_s, _ANSWER_S)
        try:
            status, octets = await client.get(place, _ANSWER_S)
            reason = "" if status == 200 else f"HTTP {status}"
        except (OSError, TimeoutError, HttpFailed) as error:
            octets, reason = b"", str(error) or type(error).__name__
        finally:
            client.close()
        if not reason and not self._take(url, octets):
            reason = "no list that could be believed"
        return self._tell(url, reason)

    def _tell(self, url: str, reason: str) -> bool:
        """Alarm a list that has run out or was never had; whether there was a good answer."""
        held = self._held.get(url)
        if held is None or self._clock.now_s() >= _end_s(held):
            what = messages.LIST_MISSING() if held is None else messages.LIST_PAST()
            follows = messages.CENTRES_REFUSED() if self._strict else messages.REVOCATION_UNCHECKED()
            self._journal.raise_alarm(messages.LIST_ENDED, url, what=what, reason=reason, follows=follows)
        else:
            self._journal.clear_alarm(messages.LIST_ENDED, url)
        return not reason

    def _take(self, url: str, octets: bytes) -> bool:
        """Believe a list, or refuse it with an alarm."""
        held = self._held.get(url)
        try:
            found = x509.load_der_x509_crl(octets)
            older = held is not None and (held.issuer != found.issuer or _number(found) < _number(held))
            fine = found.next_update_utc is not None and not older and self.is_signed(found)
        except UNREADABLE:
            found, fine = None, False
        if found is None or not fine:
            self._journal.raise_alarm(messages.LIST_REFUSED, url)
            return False
        self._journal.clear_alarm(messages.LIST_REFUSED, url)
        if held is None or _number(held) != _number(found):
            self._held[url] = found
            self._store.keep_setting(_SCOPE, url, base64.b64encode(octets).decode())
            self._store.flush()
        return True

    @seam
    def is_signed(self, found: x509.CertificateRevocationList) -> bool:
        """Whether a known issuer of that name has signed a list."""
        return any(each.subject == found.issuer and _signed(found, each) for each in self._issuers)


def _signed(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    if found.signature_algorithm_oid.dotted_string == SM2_WITH_SM3:
        loaded = crypto.X509.from_cryptography(issuer)
        try:
            public = PublicKey(crypto.dump_publickey(crypto.FILETYPE_ASN1, loaded.get_pubkey()))
            return public.verify(found.tbs_certlist_bytes, found.signature)
        except (CryptoError, crypto.Error):
            return False
    try:
        key = issuer.public_key()
        return found.is_signature_valid(key)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False


def _end_s(held: x509.CertificateRevocationList) -> int:
    end = held.next_update_utc
    return 0 if end is None else int(end.timestamp())


def _number(held: x509.CertificateRevocationList) -> int:
    try:
        return held.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound:
        return 0
