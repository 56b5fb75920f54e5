"""Application certificates of OPC UA: self-signed, with the application's URI, as its trust lists hold them.

RSA 2048, but for the one that policies of elliptic curves go with.

Leaves the channels to the stack. The keys are new in every process: what they protect is in no record, and the time a
message takes does not depend on its octets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_BEGIN, _END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


CURVE = "curve"
"""An application's certificate for the policies of elliptic curves."""


@dataclass(frozen=True)
class Identity:
    """A certificate and its key: DER for the stack, PEM for people and configurations."""

    uri: str
    certificate: bytes
    key: bytes

    @cached_property
    def certificate_pem(self) -> str:
        """The certificate as PEM text."""
        loaded = x509.load_der_x509_certificate(self.certificate)
        return loaded.public_bytes(serialization.Encoding.PEM).decode()

    @cached_property
    def whole_key(self) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
        """The key itself; taking it out of its octets checks all of it."""
        loaded = serialization.load_der_private_key(self.key, None)
        assert isinstance(loaded, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        return loaded

    @cached_property
    def key_pem(self) -> str:
        """The key as PKCS#8 PEM text, not encrypted."""
        return self.whole_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()


@cache
def _key(holder: str, which: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    del holder
    if which == CURVE:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def identity(holder: str, which: str = "own") -> Identity:
    """The identity of an application, the same at every address and time.

    Another `which` is somebody else's, or its own of curves; all have the same names.
    """
    uri = f"urn:carbonbench:{holder}"
    key = _key(holder, which)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, holder)])
    names = [x509.UniformResourceIdentifier(uri), x509.DNSName(holder)]
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(f"{holder}/{which}".encode()[-8:], "big") | 1)
        .not_valid_before(_BEGIN)
        .not_valid_after(_END)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=True,
                data_encipherment=True,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return Identity(
        uri,
        built.public_bytes(serialization.Encoding.DER),
        key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
