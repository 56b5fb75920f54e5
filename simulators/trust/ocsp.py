"""Questions and answers on the status of a certificate (OCSP, RFC 6960), read and built with `asn1crypto`.

Leaves what is answered, and when it is a lie, to `responder`, and keys to `authority`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from asn1crypto import core, ocsp, x509

from simulators.trust.certificates import Key, signed_by
from simulators.trust.oracle import OracleError

Status = Literal["good", "revoked", "unknown"]


@dataclass(frozen=True)
class Question:
    """What somebody wants to know: a certificate by its issuer's hashes and its serial number, and a nonce or none."""

    algorithm: str
    name_hash: bytes
    key_hash: bytes
    serial: int
    nonce: bytes = b""


@dataclass(frozen=True)
class Signer:
    """Who signs answers: a key, and the certificate that goes along (DER); none where the issuer itself signs."""

    key: Key
    subject: x509.Name
    certificate: bytes = b""


def read_question(octets: bytes) -> Question:
    """The question in a request; of several the first. Raises OracleError for octets that are none."""
    try:
        whole = ocsp.OCSPRequest.load(octets, strict=True)
        wanted = whole["tbs_request"]["request_list"][0]["req_cert"]
        nonce = whole.nonce_value
        return Question(
            algorithm=wanted["hash_algorithm"]["algorithm"].native,
            name_hash=wanted["issuer_name_hash"].native,
            key_hash=wanted["issuer_key_hash"].native,
            serial=int(wanted["serial_number"].native),
            nonce=b"" if nonce is None else bytes(nonce.native),
        )
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise OracleError(f"expected an OCSP request, got octets that are none ({error})") from None


def _moment(at_us: int) -> core.GeneralizedTime:
    return core.GeneralizedTime(datetime.fromtimestamp(at_us // 1_000_000, UTC))


def answer(
    question: Question, status: Status, begin_us: int, end_us: int, signer: Signer, chance: random.Random
) -> bytes:
    """A signed answer (DER) that holds from `begin_us` until `end_us`, with the question's nonce if it has one."""
    told: dict[Status, ocsp.CertStatus] = {
        "good": ocsp.CertStatus("good", ocsp.StatusGood()),
        "revoked": ocsp.CertStatus("revoked", ocsp.RevokedInfo({"revocation_time": _moment(begin_us)})),
        "unknown": ocsp.CertStatus("unknown", ocsp.StatusUnknown()),
    }
    body: dict[str, Any] = {
        "responder_id": ocsp.ResponderId("by_name", signer.subject),
        "produced_at": _moment(begin_us),
        "responses": [
            {
                "cert_id": {
                    "hash_algorithm": {"algorithm": question.algorithm},
                    "issuer_name_hash": question.name_hash,
                    "issuer_key_hash": question.key_hash,
                    "serial_number": question.serial,
                },
                "cert_status": told[status],
                "this_update": _moment(begin_us),
                "next_update": _moment(end_us),
            }
        ],
    }
    if question.nonce:
        body["response_extensions"] = [{"extn_id": "nonce", "extn_value": core.OctetString(question.nonce)}]
    data = ocsp.ResponseData(body)
    basic: dict[str, Any] = {
        "tbs_response_data": data,
        "signature_algorithm": signed_by(signer.key.family),
        "signature": signer.key.sign(data.dump(), chance),
    }
    if signer.certificate:
        basic["certs"] = [x509.Certificate.load(signer.certificate)]
    whole = ocsp.OCSPResponse(
        {
            "response_status": "successful",
            "response_bytes": {
                "response_type": "basic_ocsp_response",
                "response": ocsp.BasicOCSPResponse(basic),
            },
        }
    )
    return whole.dump()


def refusal(word: Literal["malformed_request", "internal_error", "try_later", "unauthorized"]) -> bytes:
    """An answer without a status (DER)."""
    return ocsp.OCSPResponse({"response_status": word}).dump()
