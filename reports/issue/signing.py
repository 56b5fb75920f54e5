"""Signing the PDF of a report: PAdES by pyHanko, with a key of a file, of a token, or of whoever can sign octets.

Leaves keys to their owners: a passphrase or PIN comes from the environment and is never written anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from asn1crypto import tsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.general import load_cert_from_pemder
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from reports.issue.reading import PaperError

FIELD = "Laboratory"
PIN = "CARBONBENCH_PIN"


class Hand(Protocol):
    """Whoever can sign octets: `certificate` is DER, a signature DER too (ECDSA)."""

    certificate: bytes

    def sign(self, octets: bytes) -> bytes:
        """A signature over octets."""
        ...


class HandSigner(signers.Signer):
    """A hand as pyHanko wants it."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        super().__init__(signing_cert=x509.Certificate.load(hand.certificate), cert_registry=SimpleCertificateStore())

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The signature; a dry run only wants its length."""
        del digest_algorithm
        return bytes(144) if dry_run else self._hand.sign(data)


class NearStamper(TimeStamper):
    """An authority that is no address: `answer` takes a query of RFC 3161 and gives its answer, both DER."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self._answer = answer

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The authority's answer."""
        return tsp.TimeStampResp.load(self._answer(req.dump()))


def of_file(key: Path, certificate: Path, chain: Path | None = None) -> signers.Signer:
    """A signer with the key of a PEM file (RSA or ECDSA). Raises PaperError."""
    secret = os.environ.get(PIN, "")
    try:
        made = signers.SimpleSigner.load(
            str(key),
            str(certificate),
            ca_chain_files=(str(chain),) if chain else None,
            key_passphrase=secret.encode() if secret else None,
        )
    except (OSError, ValueError, TypeError) as error:
        raise PaperError([f"{key}, {certificate}: cannot sign: {error} / 私钥或证书不可用"]) from None
    if made is None:
        raise PaperError(
            [f"{key}, {certificate}: no key and certificate in PEM, or {PIN} does not open the key / 私钥或证书不可用"]
        )
    if made.signing_cert is None or made.signing_cert.public_key.native != _public_of(made).native:
        raise PaperError([f"{certificate}: is not the certificate of {key} / 证书与私钥不匹配"])
    return made


def _public_of(signer: signers.SimpleSigner) -> Any:
    from asn1crypto.keys import PublicKeyInfo
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

    key = load_der_private_key(signer.signing_key.dump(), None)
    return PublicKeyInfo.load(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def of_token(module: Path, token: str, label: str, certificate: Path) -> signers.Signer:
    """A signer with a key that stays in its PKCS#11 token. Raises PaperError."""
    try:
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign import pkcs11

        session: Any = pkcs11.open_pkcs11_session(
            str(module), token_criteria=TokenCriteria(label=token), user_pin=os.environ.get(PIN, "")
        )
        return pkcs11.PKCS11Signer(session, signing_cert=load_cert_from_pemder(str(certificate)), key_label=label)
    except Exception as error:
        words = str(error) or type(error).__name__
        raise PaperError([f"{module}, token {token!r}: cannot sign ({words}) / 密码设备不可用"]) from None


def signed(
    octets: bytes,
    signer: signers.Signer,
    *,
    reason: str,
    stamp_url: str = "",
    answer: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """A PDF with a PAdES signature over the whole of it, stamped by an RFC 3161 authority where there is one.

    The authority is an address or something that answers queries.

    Raises PaperError where the signer or the authority fails.
    """
    writer = IncrementalPdfFileWriter(BytesIO(octets))
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        md_algorithm=_hash_of(signer),
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    stamper = HTTPTimeStamper(stamp_url) if stamp_url else NearStamper(answer) if answer else None
    try:
        made: BytesIO = signers.PdfSigner(meta, signer=signer, timestamper=stamper).sign_pdf(writer)
    except Exception as error:
        words = str(error) or type(error).__name__
        raise PaperError([f"the PDF cannot be signed: {words} / 无法签署 PDF"]) from None
    return made.getvalue()


def _hash_of(signer: signers.Signer) -> str:
    """SHA-384 for a key on P-384, SHA-256 for all others: what `bench.evidence` signs with."""
    held = signer.signing_cert
    if held is not None and held.public_key.algorithm == "ec" and held.public_key.curve == ("named", "secp384r1"):
        return "sha384"
    return "sha256"
