"""Status of a peer's certificate by OCSP (RFC 6960): the question, and which answers are to be believed.

Leaves asking, and what follows when nobody answers, to uplink. Works for ECDSA, RSA and SM2 issuers alike.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID
from OpenSSL import crypto

from reference_terminal.crypto.certificates import SM2_WITH_SM3, UNREADABLE
from reference_terminal.crypto.sm2 import CryptoError, PublicKey
from reference_terminal.model.seams import seam

GOOD, REVOKED, UNKNOWN = "good", "revoked", "unknown"
NONCE = 32
"""Octets of a nonce (RFC 9654)."""
_CLOCKS_DIFFER_S = 300


class Unusable(Exception):
    """An answer that says nothing; the text says why."""


@dataclass(frozen=True)
class Standing:
    """What is known of a certificate, and until which UTC second."""

    word: str
    until_s: int


class StatusCheck(Protocol):
    """Who finds out whether a peer's certificate still counts."""

    async def known_until(self, chain: Sequence[x509.Certificate], staple: bytes, host: str) -> int:
        """UTC second until which the peer's certificate may be used without looking again; 0 if for ever.

        `chain` is the verified one, leaf first; `staple` is what came with the handshake. Raises ChannelRefused.
        """
        ...


@dataclass
class Watched:
    """The status a session stands on: until when it is known, and how to find out anew (raises ChannelRefused)."""

    until_s: int
    again: Callable[[], Awaitable[int]]


def question(leaf: x509.Certificate, issuer: x509.Certificate, nonce: bytes) -> bytes:
    """A request (DER) about one certificate."""
    # SHA-1 names the issuer here and protects nothing; responders know no other (RFC 5019, 2.1.1).
    made = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA1())
    return made.add_extension(x509.OCSPNonce(nonce), critical=False).build().public_bytes(Encoding.DER)


def responder_of(leaf: x509.Certificate) -> str:
    """The address at which a certificate's status is told; empty if it names none."""
    try:
        told = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return ""
    places = (each.access_location for each in told if each.access_method == AuthorityInformationAccessOID.OCSP)
    return next((place.value for place in places if isinstance(place, x509.UniformResourceIdentifier)), "")


def must_staple(leaf: x509.Certificate) -> bool:
    """Whether a certificate counts only with its status stapled (RFC 7633)."""
    try:
        features = leaf.extensions.get_extension_for_class(x509.TLSFeature).value
    except x509.ExtensionNotFound:
        return False
    return x509.TLSFeatureType.status_request in features


def judged(
    octets: bytes, leaf: x509.Certificate, issuer: x509.Certificate, nonce: bytes, now_s: int, look_s: int
) -> Standing:
    """What an answer says of a certificate. Raises Unusable for one that is not to be believed.

    An answer without a nonce counts, one with another than asked for does not. Without an end it holds for `look_s`.
    """
    try:
        return _judged(ocsp.load_der_ocsp_response(octets), leaf, issuer, nonce, now_s, look_s)
    except UNREADABLE as error:
        raise Unusable(f"what came is no OCSP answer ({type(error).__name__})") from None


def _judged(
    found: ocsp.OCSPResponse, leaf: x509.Certificate, issuer: x509.Certificate, nonce: bytes, now_s: int, look_s: int
) -> Standing:
    if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise Unusable(f"the responder answered {found.response_status.name.lower()}")
    if not is_entitled(found, issuer, now_s):
        raise Unusable("the answer is not signed by the issuer or one it has charged with answers")
    told = nonce_of(found)
    if nonce and told and told != nonce:
        raise Unusable("the answer is to another question (its nonce differs)")
    wanted = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA1()).build()
    for each in found.responses:
        if is_about(each, wanted):
            return standing(each, now_s, look_s)
    raise Unusable("the answer is about another certificate")


@seam
def is_about(each: ocsp.OCSPSingleResponse, wanted: ocsp.OCSPRequest) -> bool:
    """Whether a part of an answer is about the certificate that was asked about."""
    return isinstance(each.hash_algorithm, hashes.SHA1) and (
        (each.serial_number, each.issuer_name_hash, each.issuer_key_hash)
        == (wanted.serial_number, wanted.issuer_name_hash, wanted.issuer_key_hash)
    )


def standing(each: ocsp.OCSPSingleResponse, now_s: int, look_s: int) -> Standing:
    """What a part of an answer says. Raises Unusable for one that does not hold now."""
    begin_s = int(each.this_update_utc.timestamp())
    end = each.next_update_utc
    end_s = begin_s + look_s if end is None else int(end.timestamp())
    if begin_s > now_s + _CLOCKS_DIFFER_S:
        raise Unusable("the answer counts only later")
    if now_s >= end_s:
        raise Unusable("the answer has run out")
    word = {ocsp.OCSPCertStatus.GOOD: GOOD, ocsp.OCSPCertStatus.REVOKED: REVOKED}.get(each.certificate_status, UNKNOWN)
    return Standing(word, end_s)


def nonce_of(found: ocsp.OCSPResponse) -> bytes:
    """The nonce of an answer, empty if it has none."""
    try:
        return found.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return b""


def is_entitled(found: ocsp.OCSPResponse, issuer: x509.Certificate, now_s: int) -> bool:
    """Whether the issuer has signed, or one whom it has certified for that (RFC 6960, 4.2.2.2)."""
    charged = [each for each in found.certificates if is_charged(each, issuer, now_s)]
    algorithm = found.signature_algorithm_oid.dotted_string
    strength = None if algorithm == SM2_WITH_SM3 else found.signature_hash_algorithm
    return any(
        _has_signed(each, found.tbs_response_bytes, found.signature, algorithm, strength) for each in (issuer, *charged)
    )


def is_charged(delegate: x509.Certificate, issuer: x509.Certificate, now_s: int) -> bool:
    """Whether a certificate of `issuer` charges its holder with answers, and holds now."""
    try:
        meant = delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    algorithm = delegate.signature_algorithm_oid.dotted_string
    strength = None if algorithm == SM2_WITH_SM3 else delegate.signature_hash_algorithm
    return (
        ExtendedKeyUsageOID.OCSP_SIGNING in meant
        and delegate.issuer == issuer.subject
        and delegate.not_valid_before_utc.timestamp() <= now_s < delegate.not_valid_after_utc.timestamp()
        and _has_signed(issuer, delegate.tbs_certificate_bytes, delegate.signature, algorithm, strength)
    )


def _has_signed(
    signer: x509.Certificate, body: bytes, signature: bytes, algorithm: str, strength: hashes.HashAlgorithm | None
) -> bool:
    """Whether the key of a certificate has signed these octets."""
    if algorithm == SM2_WITH_SM3:
        loaded = crypto.X509.from_cryptography(signer)
        try:
            public = PublicKey(crypto.dump_publickey(crypto.FILETYPE_ASN1, loaded.get_pubkey()))
            return public.verify(body, signature)
        except (CryptoError, crypto.Error):
            return False
    if strength is None:
        return False
    try:
        key = signer.public_key()
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, body, ec.ECDSA(strength))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, body, padding.PKCS1v15(), strength)
        else:
            return False
    except (InvalidSignature, *UNREADABLE):
        return False
    return True
