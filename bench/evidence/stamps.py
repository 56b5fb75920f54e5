"""Time stamps of RFC 3161: asking an authority, being one for tests and offline work, and proving a token.

Leaves when something is stamped to `seals`. Proving asks nobody: message imprint, signed attributes, signature, purpose
of the certificate and its chain to a root that the reader trusts. Tokens over ECDSA, RSA and SM2 (GM/T 0033) are read.
"""

from __future__ import annotations

import hashlib
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from asn1crypto import algos, cms, core, tsp, x509
from cryptography import x509 as made_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from OpenSSL import crypto

from bench.evidence import sentences
from bench.evidence.keys import certificates_of, fingerprint, hash_of, is_sm2, name_of, proves

_POLICY = "1.3.6.1.4.1.99999.1"
_LONGEST_S = 20
_MOST_OCTETS = 1 << 20
_YEARS = 20
ROOT, LEAF, KEY = "authority-root.pem", "authority.pem", "authority.key.pem"

Stamper = Callable[[bytes], bytes]
"""Octets → the DER of a time stamp token over them. Raises StampTrouble."""


class StampTrouble(Exception):
    """No usable time stamp; one sentence says why."""


class _Answer(core.Sequence):
    """RFC 3161, 2.4.2: who refuses leaves the token out."""

    _fields = [("status", tsp.PKIStatusInfo), ("token", cms.ContentInfo, {"optional": True})]


@dataclass(frozen=True)
class Stamp:
    """What a token proves: the octets existed at `at`; `by` is the authority, `trusted` its chain reaches a root."""

    at: datetime
    by: str
    trusted: bool
    accuracy_s: float


def imprint(octets: bytes) -> tsp.MessageImprint:
    return tsp.MessageImprint(
        {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "hashed_message": hashlib.sha256(octets).digest(),
        }
    )


def asking(url: str) -> Stamper:
    """A stamper that asks an authority over HTTP (RFC 3161, 3.4)."""

    def stamp(octets: bytes) -> bytes:
        nonce = secrets.randbits(63)
        asked = tsp.TimeStampReq(
            {"version": "v1", "message_imprint": imprint(octets), "nonce": nonce, "cert_req": True}
        )
        request = urllib.request.Request(
            url, asked.dump(), {"Content-Type": "application/timestamp-query", "User-Agent": "carbonbench"}
        )
        try:
            with urllib.request.urlopen(request, timeout=_LONGEST_S) as answer:
                told = answer.read(_MOST_OCTETS)
        except (OSError, ValueError) as error:
            words = error.reason if isinstance(error, urllib.error.URLError) else error
            raise StampTrouble(str(sentences.NO_ANSWER(url=url, words=words))) from None
        token = token_of(told, url)
        info = _info(token, url)
        if info["nonce"].native != nonce:
            raise StampTrouble(str(sentences.OTHER_QUESTION(url=url)))
        proved(token, octets, ())
        return token

    return stamp


def token_of(answer: bytes, where: str) -> bytes:
    """The token of an authority's answer. Raises StampTrouble with its reason where it gave none."""
    try:
        read: Any = _Answer.load(answer, strict=True)
        status = str(read["status"]["status"].native)
        words = "; ".join(read["status"]["status_string"].native or ())
        token = read["token"]
    except (ValueError, TypeError, KeyError):
        raise StampTrouble(str(sentences.NO_RFC3161(where=where))) from None
    if status not in ("granted", "granted_with_mods") or isinstance(token, core.Void):
        raise StampTrouble(str(sentences.STAMP_REFUSED(where=where, status=status, words=words)))
    return token.dump()


def _info(token: bytes, where: str) -> Any:
    try:
        held: Any = cms.ContentInfo.load(token, strict=True)
        return held["content"]["encap_content_info"]["content"].parsed
    except (ValueError, TypeError, KeyError, AttributeError):
        raise StampTrouble(sentences.NO_TOKEN().after(where)) from None


def proved(token: bytes, octets: bytes, roots: Sequence[bytes]) -> Stamp:
    """What a token says of octets. Raises StampTrouble where it is not theirs or does not hold."""
    try:
        return _proved(token, octets, roots)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise StampTrouble(str(sentences.NO_TOKEN())) from None


def _proved(token: bytes, octets: bytes, roots: Sequence[bytes]) -> Stamp:
    held: Any = cms.ContentInfo.load(token, strict=True)
    signed = held["content"]
    content = signed["encap_content_info"]["content"]
    info: Any = content.parsed
    imprint = info["message_imprint"]
    if imprint["hashed_message"].native != _digest(imprint["hash_algorithm"]["algorithm"].native, octets):
        raise StampTrouble(str(sentences.OTHER_OCTETS()))
    given = [each.chosen.dump() for each in signed["certificates"]]
    row = signed["signer_infos"][0]
    leaf = _leaf(row, [*given, *roots])
    attributes = row["signed_attrs"]
    told = {each["type"].native: each["values"] for each in attributes}
    if told["content_type"][0].native != "tst_info" or told["message_digest"][0].native != _digest(
        row["digest_algorithm"]["algorithm"].native, bytes(content)
    ):
        raise StampTrouble(str(sentences.STAMP_ALTERED()))
    # Signed as a set of its own tag (RFC 5652, 5.4).
    octets_signed = b"\x31" + attributes.dump()[1:]
    algorithm = row["signature_algorithm"]
    named = hash_of(algorithm) or str(row["digest_algorithm"]["algorithm"].native)
    pss = algorithm["algorithm"].native == "rsassa_pss"
    if not proves(leaf, octets_signed, row["signature"].native, named, pss=pss):
        raise StampTrouble(str(sentences.STAMP_SIGNATURE()))
    if "signing_certificate_v2" in told:
        first: Any = told["signing_certificate_v2"][0]["certs"][0]
        if first["cert_hash"].native != _digest(first["hash_algorithm"]["algorithm"].native, leaf):
            raise StampTrouble(str(sentences.STAMP_CERTIFICATE()))
    purposes = cast(Any, x509.Certificate.load(leaf)).extended_key_usage_value
    if purposes is None or purposes.native != ["time_stamping"]:
        raise StampTrouble(sentences.NOT_FOR_STAMPS().after(name_of(leaf)))
    accuracy = info["accuracy"].native or {}
    spread = (accuracy.get("seconds") or 0) + (accuracy.get("millis") or 0) / 1e3 + (accuracy.get("micros") or 0) / 1e6
    at = cast(datetime, info["gen_time"].native)
    return Stamp(at, name_of(leaf), _reaches(leaf, given, roots, at), spread)


def _digest(name: str, octets: bytes) -> bytes:
    return hashlib.new("sm3" if name in ("sm3", "1.2.156.10197.1.401") else name, octets).digest()


def _leaf(row: Any, given: Sequence[bytes]) -> bytes:
    """The certificate that a signer names."""
    named = row["sid"].chosen
    for der in given:
        held: Any = x509.Certificate.load(der)
        if row["sid"].name == "subject_key_identifier":
            if held.key_identifier == named.native:
                return der
        elif held.serial_number == named["serial_number"].native and held.issuer == named["issuer"]:
            return der
    raise StampTrouble(str(sentences.STAMP_INCOMPLETE()))


def _reaches(leaf: bytes, given: Sequence[bytes], roots: Sequence[bytes], at: datetime) -> bool:
    """Whether a chain leads from a certificate to a root, all valid at that instant."""
    if not roots:
        return False
    if fingerprint(leaf) in map(fingerprint, roots):
        return True
    store = crypto.X509Store()
    load = crypto.load_certificate
    for root in roots:
        store.add_cert(load(crypto.FILETYPE_ASN1, root))
    store.set_time(at)
    between = [load(crypto.FILETYPE_ASN1, der) for der in given if der != leaf]
    try:
        crypto.X509StoreContext(store, load(crypto.FILETYPE_ASN1, leaf), between).verify_certificate()
    except (crypto.X509StoreContextError, crypto.Error):
        return False
    return True


def new_authority(folder: Path, name: str, *, now: datetime | None = None) -> None:
    """Make an authority of the bench's own in a folder: root, certificate for time stamps, key. Raises OSError.

    For tests and laboratories without a line: what it stamps is only as good as the clock and the people beside it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    begin = now or datetime.now(UTC)
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, leaf_name = _named(f"{name} root"), _named(name)
    end = begin + timedelta(days=365 * _YEARS)
    root = (
        _certificate(root_name, root_name, root_key.public_key(), begin, end)
        .add_extension(made_x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    leaf = (
        _certificate(leaf_name, root_name, leaf_key.public_key(), begin, end)
        .add_extension(made_x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(made_x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    (folder / ROOT).write_bytes(root.public_bytes(Encoding.PEM))
    (folder / LEAF).write_bytes(leaf.public_bytes(Encoding.PEM))
    write_secret(folder / KEY, leaf_key)


def new_key(folder: Path, name: str, stem: str = "laboratory") -> tuple[Path, Path]:
    """A key on P-256 and its certificate, signed by itself: for trials. Returns both paths. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    key, begin = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC) - timedelta(minutes=1)
    named = _named(name)
    made = (
        _certificate(named, named, key.public_key(), begin, begin + timedelta(days=365 * 5))
        .add_extension(made_x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret, public = folder / f"{stem}.key.pem", folder / f"{stem}.pem"
    write_secret(secret, key)
    public.write_bytes(made.public_bytes(Encoding.PEM))
    return secret, public


def write_secret(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a private key that only its owner may read. Raises OSError."""
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _named(name: str) -> made_x509.Name:
    return made_x509.Name([made_x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, authority: bool) -> made_x509.KeyUsage:
    return made_x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _certificate(
    subject: made_x509.Name,
    issuer: made_x509.Name,
    key: ec.EllipticCurvePublicKey,
    begin: datetime,
    end: datetime,
) -> made_x509.CertificateBuilder:
    return (
        made_x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(made_x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )


class OwnAuthority:
    """The bench's own authority: answers queries of RFC 3161 from the folder that `new_authority` made."""

    def __init__(self, folder: Path, now: Callable[[], datetime] | None = None) -> None:
        """Raises StampTrouble, KeyTrouble."""
        self._now = now or (lambda: datetime.now(UTC))
        self._leaf = certificates_of(folder / LEAF)[0]
        try:
            key = load_pem_private_key((folder / KEY).read_bytes(), None)
        except (OSError, ValueError, TypeError) as error:
            raise StampTrouble(sentences.KEY_UNUSABLE(error=error).after(folder / KEY)) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or is_sm2(self._leaf):
            raise StampTrouble(sentences.STAMP_CURVE().after(folder / KEY))
        self._key = key

    def __call__(self, octets: bytes) -> bytes:
        """A token over octets."""
        asked = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint(octets), "cert_req": True})
        return token_of(self.answer(asked.dump()), "of the bench")

    def answer(self, query: bytes) -> bytes:
        """The answer to a query (DER both): granted, or a refusal."""
        try:
            asked: Any = tsp.TimeStampReq.load(query, strict=True)
            imprint = asked["message_imprint"]
            _ = imprint.native
        except (ValueError, TypeError, KeyError):
            return _Answer({"status": {"status": "rejection", "fail_info": {"bad_data_format"}}}).dump()
        info: dict[str, Any] = {
            "version": "v1",
            "policy": _POLICY,
            "message_imprint": imprint,
            "serial_number": secrets.randbits(120),
            "gen_time": core.GeneralizedTime(self._now().replace(microsecond=0)),
            "accuracy": tsp.Accuracy({"seconds": 1}),
        }
        if asked["nonce"].native is not None:
            info["nonce"] = asked["nonce"].native
        content = tsp.TSTInfo(info).dump()
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(content).digest()]}),
                cms.CMSAttribute(
                    {
                        "type": "signing_certificate_v2",
                        "values": [
                            tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(self._leaf).digest()}]})
                        ],
                    }
                ),
            ]
        )
        held: Any = x509.Certificate.load(self._leaf)
        signer = {
            "version": "v1",
            "sid": {"issuer_and_serial_number": {"issuer": held.issuer, "serial_number": held.serial_number}},
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": self._key.sign(b"\x31" + attributes.dump()[1:], ec.ECDSA(hashes.SHA256())),
        }
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
                "certificates": [held],
                "signer_infos": [signer],
            }
        )
        token = cms.ContentInfo({"content_type": "signed_data", "content": signed})
        return _Answer({"status": {"status": "granted"}, "token": token}).dump()
