"""What the terminal shows to OPC UA servers and whom it trusts there, by the trust lists of OPC UA Part 2.

Leaves sessions to acquisition and reading PEM to `certificates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization

from reference_terminal.crypto.certificates import Certificate, CertificateError, Identity
from reference_terminal.security import reasons


@dataclass(frozen=True)
class SystemKeys:
    """The terminal's own certificate and key, and the certificates of servers or their issuers."""

    identity: Identity
    trusted: tuple[Certificate, ...]


def trusted(name: str, shown: bytes, anchors: Sequence[Certificate], now_s: int) -> None:
    """Raise CertificateError unless a server's certificate (DER) is on the list, or issued by one on it, and valid."""
    try:
        server = x509.load_der_x509_certificate(shown)
    except ValueError:
        raise CertificateError(reasons.SERVER_UNREADABLE(name=name)) from None
    known = [x509.load_pem_x509_certificate(each.pem.encode()) for each in anchors]
    listed = any(each.public_bytes(serialization.Encoding.DER) == shown for each in known)
    if not listed and not any(_issued(server, each) for each in known):
        raise CertificateError(
            reasons.SERVER_UNTRUSTED(name=name, rfc4514_string=server.subject.rfc4514_string()),
        )
    now = datetime.fromtimestamp(now_s, UTC)
    if not server.not_valid_before_utc <= now < server.not_valid_after_utc:
        raise CertificateError(
            reasons.SERVER_EXPIRED(name=name, begin=server.not_valid_before_utc, end=server.not_valid_after_utc),
        )


def _issued(server: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        is_authority = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        server.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return is_authority
