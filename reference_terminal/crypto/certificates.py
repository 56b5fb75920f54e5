"""Certificates and keys as the terminal is given them: read, looked at, and found fit or not.

Leaves checking a peer's chain to `net.channel`. Nothing here repeats a private key in a message.
"""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID
from OpenSSL import crypto

from reference_terminal.crypto import reasons
from reference_terminal.crypto.sm2 import CryptoError, PrivateKey, PublicKey
from reference_terminal.model.messages import Bilingual, Text

SM2_WITH_SM3 = "1.2.156.10197.1.501"
UNREADABLE = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)
"""What the library raises for altered or strange octets of X.509, at first sight or when a field is looked at."""
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


class CertificateError(Exception):
    """A certificate or key that cannot be used: `en` and `zh` say why and what to do."""

    def __init__(self, said: Bilingual) -> None:
        super().__init__(f"{said.en} / {said.zh}")
        self.en, self.zh = said.en, said.zh


@dataclass(frozen=True)
class Certificate:
    """A certificate with what the terminal asks of it; validity in UTC seconds."""

    pem: str
    subject: str
    serial: str
    begin_s: int
    end_s: int
    signs: bool
    signature: str

    def fault(self, now_s: int) -> Text | None:
        """Why it may not be used at `now_s`, None if it may."""
        if now_s < self.begin_s:
            return reasons.VALID_FROM(day=_day(self.begin_s))
        if now_s >= self.end_s:
            return reasons.EXPIRED_ON(day=_day(self.end_s))
        if not self.signs:
            return reasons.KEY_USAGE()
        return None


def _day(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d")


def blocks(text: str, label: str) -> list[str]:
    """The PEM blocks of a kind (`CERTIFICATE`, `X509 CRL`) in order."""
    return [f"{found[0]}\n" for found in _BLOCK.finditer(text) if found[1] == label]


def der_of(text: str) -> bytes:
    """The octets of the first PEM block of a text. Raises ValueError."""
    found = _BLOCK.search(text)
    if found is None:
        raise ValueError("no PEM block")
    lines = found[0].strip().splitlines()[1:-1]
    return base64.b64decode("".join(lines), validate=True)


@lru_cache(maxsize=256)
def look(loaded: x509.Certificate, pem: str) -> Certificate:
    """What the terminal wants to know of a parsed certificate."""
    names = loaded.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    try:
        usage = loaded.extensions.get_extension_for_class(x509.KeyUsage).value
        signs = usage.digital_signature
    except x509.ExtensionNotFound:
        signs = True
    return Certificate(
        pem=pem,
        subject=str(names[0].value) if names else loaded.subject.rfc4514_string(),
        serial=f"{loaded.serial_number:x}",
        begin_s=int(loaded.not_valid_before_utc.timestamp()),
        end_s=int(loaded.not_valid_after_utc.timestamp()),
        signs=signs,
        signature=loaded.signature_algorithm_oid.dotted_string,
    )


@lru_cache(maxsize=256)
def parsed(pem: str) -> x509.Certificate:
    """A certificate from PEM, taken apart once however often it is used. Raises ValueError."""
    return x509.load_pem_x509_certificate(pem.encode())


@lru_cache(maxsize=256)
def _for_openssl(pem: str) -> crypto.X509:
    return crypto.load_certificate(crypto.FILETYPE_PEM, pem.encode())


def read(what: str, text: str) -> list[Certificate]:
    """The certificates of a PEM text, at least one. Raises CertificateError naming `what`."""
    found: list[Certificate] = []
    for pem in blocks(text, "CERTIFICATE"):
        try:
            found.append(look(parsed(pem), pem))
        except ValueError:
            raise CertificateError(reasons.CERTIFICATE_UNREADABLE(what=what)) from None
    if not found:
        raise CertificateError(
            reasons.PEM_EXPECTED(what=what),
        )
    return found


def lists(what: str, text: str) -> list[x509.CertificateRevocationList]:
    """The revocation lists of a PEM text, possibly none. Raises CertificateError."""
    try:
        return [x509.load_pem_x509_crl(pem.encode()) for pem in blocks(text, "X509 CRL")]
    except ValueError:
        raise CertificateError(reasons.CRL_UNREADABLE(what=what)) from None


def key_of(what: str, text: str) -> crypto.PKey:
    """A private key from PEM. Raises CertificateError."""
    try:
        return crypto.load_privatekey(crypto.FILETYPE_PEM, text.encode(), passphrase=_no_passphrase)
    except (crypto.Error, ValueError, TypeError):
        raise CertificateError(
            reasons.KEY_EXPECTED(what=what),
        ) from None


def _no_passphrase(_: bool) -> bytes:
    """Refuse a prompt on the terminal's screen."""
    return b""


def check_pair(what: str, certificate: Certificate, key: crypto.PKey) -> None:
    """Raise CertificateError unless the key belongs to the certificate."""
    loaded = _for_openssl(certificate.pem)
    theirs = crypto.dump_publickey(crypto.FILETYPE_ASN1, loaded.get_pubkey())
    if theirs != crypto.dump_publickey(crypto.FILETYPE_ASN1, key):
        raise CertificateError(
            reasons.KEY_OF_OTHER(what=what, subject=certificate.subject),
        )


@dataclass(frozen=True)
class Identity:
    """The terminal's own certificate (leaf first, then its chain) and key."""

    what: str
    chain: tuple[Certificate, ...]
    key: crypto.PKey

    @property
    def leaf(self) -> Certificate:
        """The terminal's own certificate."""
        return self.chain[0]

    def check(self, now_s: int) -> None:
        """Raise CertificateError if it may not be used now: then nothing is sent by another way (R-34)."""
        for each in self.chain:
            fault = each.fault(now_s) if each is self.leaf else _authority_fault(each, now_s)
            if fault is not None:
                raise CertificateError(
                    reasons.OWN_FAULTY(subject=each.subject, fault=fault),
                )


def _authority_fault(each: Certificate, now_s: int) -> Text | None:
    fault = each.fault(now_s)
    return None if fault is not None and not each.signs and each.begin_s <= now_s < each.end_s else fault


def identity(what: str, certificates: str, key: str) -> Identity:
    """An identity from PEM texts. Raises CertificateError."""
    chain = tuple(read(f"{what} certificate", certificates))
    loaded = key_of(f"{what} key", key)
    check_pair(what, chain[0], loaded)
    return Identity(what, chain, loaded)


def sm2_key(what: str, text: str, chance: random.Random | None = None) -> PrivateKey:
    """A PEM key as an SM2 signing key that draws from `chance`. Raises CertificateError."""
    try:
        return PrivateKey(der_of(text), chance)
    except (CryptoError, ValueError):
        raise CertificateError(
            reasons.SM2_KEY_EXPECTED(what=what),
        ) from None


def sm2_public(what: str, text: str) -> PublicKey:
    """The SM2 public key of the first certificate of a PEM text. Raises CertificateError."""
    (first, *_) = read(what, text)
    loaded = _for_openssl(first.pem)
    try:
        return PublicKey(crypto.dump_publickey(crypto.FILETYPE_ASN1, loaded.get_pubkey()))
    except (CryptoError, crypto.Error):
        raise CertificateError(reasons.SM2_CERTIFICATE_EXPECTED(what=what)) from None


def verify_chain(what: str, certificates: str, anchors: str, now_s: int, revoked: str = "") -> None:
    """Raise CertificateError unless a chain ends in one of `anchors` at `now_s` and is not revoked."""
    (leaf, *rest) = read(what, certificates)
    context = crypto.X509StoreContext(
        store(f"anchors of {what}", anchors, lists(f"revocation list of {what}", revoked), now_s),
        _for_openssl(leaf.pem),
        [_for_openssl(each.pem) for each in rest],
    )
    try:
        context.verify_certificate()
    except crypto.X509StoreContextError as error:
        raise CertificateError(reasons.CHAIN_FAULTY(what=what, error=error)) from None


def store(
    what: str,
    anchors: str,
    revoked: Sequence[x509.CertificateRevocationList],
    now_s: int,
    to: crypto.X509Store | None = None,
) -> crypto.X509Store:
    """A store of trust anchors as of `now_s`, with revocation checked on the whole chain if there are lists."""
    made = to or crypto.X509Store()
    for each in read(what, anchors):
        made.add_cert(_for_openssl(each.pem))
    for each in revoked:
        made.add_crl(each)
    if revoked:
        made.set_flags(crypto.X509StoreFlags.CRL_CHECK | crypto.X509StoreFlags.CRL_CHECK_ALL)
    made.set_time(datetime.fromtimestamp(now_s, UTC))
    return made


@dataclass(frozen=True)
class Trusted:
    """Whose packages are taken: roots and their revocation lists (PEM)."""

    anchors: str
    crls: str = ""
