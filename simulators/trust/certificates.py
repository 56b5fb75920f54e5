"""X.509 certificates, revocation lists and keys for tests, over SM2 or ECDSA P-256, built with `asn1crypto`.

Leaves which certificates there are to `authority`, and checking chains to the channels' stacks. SM2 signatures come
from the oracle, ECDSA ones from `cryptography` by RFC 6979: the same chance gives the same octets. Signature algorithm
of SM2: 1.2.156.10197.1.501 without parameters.
"""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, cast

from asn1crypto import algos, core, crl, keys, pem, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from simulators.trust import oracle

Family = Literal["sm2", "ecdsa"]
FAMILIES: tuple[Family, ...] = ("ecdsa", "sm2")

SM2_CURVE = "1.2.156.10197.1.301"
SM2_WITH_SM3 = "1.2.156.10197.1.501"
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

keys.NamedCurve.register("sm2p256v1", SM2_CURVE, 32)


def _register_algorithm() -> None:
    """Teach asn1crypto the signature algorithm of SM2."""
    kind = cast(Any, algos.SignedDigestAlgorithmId)
    kind._map[SM2_WITH_SM3] = "sm2_sm3"
    kind._reverse_map = None


_register_algorithm()

_STATUS_REQUEST = 5
"""The TLS extension (RFC 7633, 6066) that a certificate may insist on."""

Usage = Literal["authority", "signing", "encryption", "responder"]
"""`responder` signs OCSP answers for its issuer (RFC 6960, 4.2.2.2)."""
_USAGES: dict[Usage, set[str]] = {
    "authority": {"key_cert_sign", "crl_sign"},
    "signing": {"digital_signature", "non_repudiation"},
    "encryption": {"key_encipherment", "data_encipherment", "key_agreement"},
    "responder": {"digital_signature"},
}


@dataclass(frozen=True)
class Key:
    """A private key of a family, as a number; public coordinates with it."""

    family: Family
    private: int
    public: oracle.Point

    def sign(self, message: bytes, chance: random.Random) -> bytes:
        """DER signature: SM2 with SM3 under the default identifier, or ECDSA with SHA-256 (RFC 6979, no chance)."""
        if self.family == "sm2":
            return oracle.signature_der(oracle.sign(self.private, message, chance))
        made = ec.derive_private_key(self.private, ec.SECP256R1())
        return made.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))

    @property
    def identifier(self) -> bytes:
        """What certificates name it by."""
        return _id_of(oracle.encode_point(self.public))

    @property
    def public_info(self) -> keys.PublicKeyInfo:
        """What a certificate says of its public half."""
        return keys.PublicKeyInfo(
            {
                "algorithm": keys.PublicKeyAlgorithm.load(_on_curve(self.family)),
                "public_key": keys.ECPointBitString(oracle.encode_point(self.public)),
            }
        )

    @property
    def pem(self) -> str:
        """PKCS#8, not encrypted."""
        inner: Any = keys.ECPrivateKey(
            {
                "version": "ecPrivkeyVer1",
                "private_key": self.private,
                "public_key": keys.ECPointBitString(oracle.encode_point(self.public)),
            }
        )
        inner["private_key"].set_encoded_width(32)
        outer = keys.PrivateKeyInfo(
            {"version": 0, "private_key_algorithm": _key_algorithm(self.family), "private_key": inner}
        )
        return pem.armor("PRIVATE KEY", outer.dump()).decode()


@dataclass(frozen=True)
class EvenKey:
    """A private key over Ed25519, as a number of 32 octets: each of its signatures has 64 octets (RFC 8032)."""

    private: int

    @property
    def _loaded(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.private.to_bytes(32, "big"))

    @property
    def identifier(self) -> bytes:
        """What certificates name it by."""
        return _id_of(self._loaded.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    @property
    def public_info(self) -> keys.PublicKeyInfo:
        """What a certificate says of its public half (RFC 8410)."""
        octets = self._loaded.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return keys.PublicKeyInfo.load(octets)

    @property
    def pem(self) -> str:
        """PKCS#8, not encrypted."""
        return self._loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@lru_cache
def _on_curve(family: Family) -> bytes:
    """The algorithm of a family's public keys (DER)."""
    curve = keys.NamedCurve("sm2p256v1" if family == "sm2" else "secp256r1")
    return keys.PublicKeyAlgorithm({"algorithm": "ec", "parameters": keys.ECDomainParameters("named", curve)}).dump()


def new_key(family: Family, chance: random.Random) -> Key:
    """A key from the given chance (tests only)."""
    if family == "sm2":
        private = oracle.new_key(chance)
        return Key(family, private, oracle.public_of(private))
    private = chance.randrange(1, _P256_ORDER)
    numbers = ec.derive_private_key(private, ec.SECP256R1()).public_key().public_numbers()
    return Key(family, private, (numbers.x, numbers.y))


def _key_algorithm(family: Family) -> dict[str, Any]:
    named = "sm2p256v1" if family == "sm2" else "secp256r1"
    kind: Any = keys.PrivateKeyAlgorithm
    return kind({"algorithm": "ec", "parameters": keys.ECDomainParameters("named", keys.NamedCurve(named))})


def signed_by(family: Family) -> algos.SignedDigestAlgorithm:
    """The signature algorithm of a family."""
    return algos.SignedDigestAlgorithm.load(_signed_by(family))


@lru_cache
def _signed_by(family: Family) -> bytes:
    return algos.SignedDigestAlgorithm({"algorithm": "sm2_sm3" if family == "sm2" else "sha256_ecdsa"}).dump()


@dataclass(frozen=True)
class Certificate:
    """A certificate as DER, and what a judge wants to know of it. `serial` is lower-case hex."""

    der: bytes
    subject: str
    serial: int
    family: Family

    @property
    def pem(self) -> str:
        """PEM."""
        return pem.armor("CERTIFICATE", self.der).decode()


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a certificate is to say. Instants are microseconds UTC; `hosts` are DNS names and IP addresses.

    `ocsp_url` is where its status is told; with `must_staple` whoever shows it has to staple that (RFC 7633).
    """

    common_name: str
    usage: Usage
    begin_us: int
    end_us: int
    serial: int
    hosts: tuple[str, ...] = ()
    path_length: int | None = None
    ocsp_url: str = ""
    must_staple: bool = False


def name_of(common_name: str) -> x509.Name:
    """The distinguished name that a common name stands in here."""
    return x509.Name.load(_name_der(common_name))


@lru_cache(maxsize=1024)
def _name_der(common_name: str) -> bytes:
    words = {"country_name": "CN", "organization_name": "carbonbench test", "common_name": common_name}
    return x509.Name.build(words).dump()


@lru_cache
def _meant_for(usage: Usage, path_length: int | None) -> tuple[bytes, ...]:
    """The extensions (DER) that follow from what a certificate is for: limits of an authority, usage, purposes."""
    found = [x509.Extension({"extn_id": "key_usage", "critical": True, "extn_value": x509.KeyUsage(_USAGES[usage])})]
    if usage == "authority":
        limits: dict[str, Any] = {"ca": True}
        if path_length is not None:
            limits["path_len_constraint"] = path_length
        basic = x509.BasicConstraints(limits)
        found.insert(0, x509.Extension({"extn_id": "basic_constraints", "critical": True, "extn_value": basic}))
    else:
        meant = ["ocsp_signing"] if usage == "responder" else ["server_auth", "client_auth"]
        purposes = x509.ExtKeyUsageSyntax(meant)
        found.append(x509.Extension({"extn_id": "extended_key_usage", "critical": False, "extn_value": purposes}))
    return tuple(each.dump() for each in found)


def _time(at_us: int) -> x509.Time:
    moment = datetime.fromtimestamp(at_us // 1_000_000, UTC)
    # RFC 5280 4.1.2.5: two-digit years up to 2049.
    if moment.year < 2050:
        return x509.Time("utc_time", core.UTCTime(moment))
    return x509.Time("general_time", core.GeneralizedTime(moment))


@lru_cache(maxsize=1024)
def _id_of(public: bytes) -> bytes:
    return oracle.sm3(public)[:20]


def issue(wanted: Request, key: Key | EvenKey, issuer: str, issuer_key: Key, chance: random.Random) -> Certificate:
    """A certificate for `key` in the name of `wanted`, signed by `issuer_key` in the name of `issuer`."""
    meant = [x509.Extension.load(each) for each in _meant_for(wanted.usage, wanted.path_length)]
    before = 2 if wanted.usage == "authority" else 1
    extensions: list[dict[str, Any] | x509.Extension] = [
        *meant[:before],
        {"extn_id": "key_identifier", "critical": False, "extn_value": core.OctetString(key.identifier)},
        {
            "extn_id": "authority_key_identifier",
            "critical": False,
            "extn_value": x509.AuthorityKeyIdentifier({"key_identifier": issuer_key.identifier}),
        },
        *meant[before:],
    ]
    if wanted.hosts:
        names = x509.GeneralNames([_general_name(host) for host in wanted.hosts])
        extensions.append({"extn_id": "subject_alt_name", "critical": False, "extn_value": names})
    if wanted.ocsp_url:
        place = x509.GeneralName("uniform_resource_identifier", x509.URI(wanted.ocsp_url))
        told = x509.AuthorityInfoAccessSyntax([{"access_method": "ocsp", "access_location": place}])
        extensions.append({"extn_id": "authority_information_access", "critical": False, "extn_value": told})
    if wanted.must_staple:
        features = x509.Features([_STATUS_REQUEST])
        extensions.append({"extn_id": "tls_feature", "critical": False, "extn_value": features})
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": wanted.serial,
            "signature": signed_by(issuer_key.family),
            "issuer": name_of(issuer),
            "validity": {"not_before": _time(wanted.begin_us), "not_after": _time(wanted.end_us)},
            "subject": name_of(wanted.common_name),
            "subject_public_key_info": key.public_info,
            "extensions": extensions,
        }
    )
    whole = x509.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": signed_by(issuer_key.family),
            "signature_value": issuer_key.sign(body.dump(), chance),
        }
    )
    return Certificate(whole.dump(), wanted.common_name, wanted.serial, issuer_key.family)


def _general_name(host: str) -> x509.GeneralName:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return x509.GeneralName("dns_name", x509.DNSName(host))
    return x509.GeneralName("ip_address", x509.IPAddress(host))


def revocations(
    issuer: str, issuer_key: Key, serials: Sequence[int], begin_us: int, end_us: int, number: int, chance: random.Random
) -> str:
    """A revocation list (PEM) of an issuer."""
    body: dict[str, Any] = {
        "version": "v2",
        "signature": signed_by(issuer_key.family),
        "issuer": name_of(issuer),
        "this_update": _time(begin_us),
        "next_update": _time(end_us),
        "crl_extensions": [
            {
                "extn_id": "authority_key_identifier",
                "critical": False,
                "extn_value": x509.AuthorityKeyIdentifier({"key_identifier": issuer_key.identifier}),
            },
            {"extn_id": "crl_number", "critical": False, "extn_value": core.Integer(number)},
        ],
    }
    if serials:
        # An empty list is left out: some stacks refuse one that is there and empty.
        body["revoked_certificates"] = [
            {"user_certificate": serial, "revocation_date": _time(begin_us)} for serial in serials
        ]
    tbs = crl.TbsCertList(body)
    whole = crl.CertificateList(
        {
            "tbs_cert_list": tbs,
            "signature_algorithm": signed_by(issuer_key.family),
            "signature": issuer_key.sign(tbs.dump(), chance),
        }
    )
    return pem.armor("X509 CRL", whole.dump()).decode()


def der_of(text: str) -> bytes:
    """The octets of a PEM block."""
    found = cast(tuple[str, dict[str, str], bytes], pem.unarmor(text.encode()))
    return found[2]


def ids_of(der: bytes) -> tuple[bytes, bytes]:
    """What OCSP takes the hashes of for an issuer: its name (DER) and the octets of its public key."""
    body = x509.Certificate.load(der)["tbs_certificate"]
    return body["subject"].dump(), bytes(body["subject_public_key_info"]["public_key"].native)


@dataclass(frozen=True)
class Facts:
    """What a certificate says: for events, judges and people. Instants are microseconds UTC; serial is hex."""

    subject: str
    issuer: str
    serial: str
    begin_us: int
    end_us: int
    usage: tuple[str, ...]
    algorithm: str
    curve: str
    public: oracle.Point
    hosts: tuple[str, ...]


def facts_of(der: bytes) -> Facts:
    """Read a certificate. Raises OracleError if the octets are none."""
    try:
        whole = x509.Certificate.load(der, strict=True)
        body = whole["tbs_certificate"]
        validity = body["validity"]
        usage = whole.key_usage_value
        info = body["subject_public_key_info"]
        curve = _curve_of(info)
        names = whole.subject_alt_name_value
        octets = cast(bytes, info["public_key"].native)
        point = (int.from_bytes(octets[1:33], "big"), int.from_bytes(octets[33:65], "big")) if curve else (0, 0)
        return Facts(
            subject=str(body["subject"].native.get("common_name", "")),
            issuer=str(body["issuer"].native.get("common_name", "")),
            serial=f"{body['serial_number'].native:x}",
            begin_us=round(validity["not_before"].native.timestamp()) * 1_000_000,
            end_us=round(validity["not_after"].native.timestamp()) * 1_000_000,
            usage=tuple(sorted(cast(set[str], usage.native))) if usage else (),
            algorithm=whole["signature_algorithm"]["algorithm"].dotted,
            curve=curve,
            public=point,
            hosts=tuple(str(each) for each in names.native) if names else (),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise oracle.OracleError(f"expected an X.509 certificate, got octets that are none ({error})") from None


def _curve_of(info: Any) -> str:
    if info["algorithm"]["algorithm"].native != "ec":
        return ""
    return str(info["algorithm"]["parameters"].chosen.dotted)


def verify_signature(der: bytes, issuer_public: oracle.Point) -> bool:
    """Whether a certificate over SM2 was signed by this key (default identifier)."""
    whole = x509.Certificate.load(der)
    try:
        raw = oracle.signature_raw(whole["signature_value"].native)
    except oracle.OracleError:
        return False
    return oracle.verify(issuer_public, whole["tbs_certificate"].dump(), raw)
