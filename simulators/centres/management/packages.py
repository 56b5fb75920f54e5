"""Signed packages of the management software: methods, configuration, software (docs/WIRE.md section 5).

Leaves handing them out to `management`. A package is the same online and on a stick; wrong ones are made on demand.
"""

from __future__ import annotations

import base64
import random
from typing import Literal

from simulators.centres.json_text import write
from simulators.trust import oracle
from simulators.trust.authority import Credential

FORMAT = "carbonbench-package/1"
Kind = Literal["factors", "method", "boundary", "parameters", "configuration", "application", "removal", "upgrade"]
Wrong = Literal["sound", "altered", "wrong-digest", "wrong-signature", "unsigned", "truncated"]
"""How a package is wrong: its content changed, digest or signature of another, no signature, its end missing."""


def signed_text(kind: str, name: str, version: str, valid_from: str, created: str, digest: str) -> bytes:
    """What the issuer signs."""
    lines = (
        FORMAT,
        f"kind={kind}",
        f"name={name}",
        f"version={version}",
        f"validFrom={valid_from}",
        f"created={created}",
        f"sm3={digest}",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def package(
    issuer: Credential,
    private: int,
    kind: Kind,
    name: str,
    version: str,
    content: bytes,
    *,
    created: str,
    valid_from: str = "",
    chance: random.Random,
    wrong: Wrong = "sound",
) -> bytes:
    """A package file. `private` is the issuer's SM2 key, `created` and `valid_from` local time."""
    digest = oracle.sm3(content).hex()
    text = signed_text(kind, name, version, valid_from, created, digest)
    signature = oracle.signature_der(oracle.sign(private, text, chance))
    if wrong == "altered":
        content = content[:-1] + bytes([content[-1] ^ 1]) if content else b"x"
    elif wrong == "wrong-digest":
        digest = oracle.sm3(b"another").hex()
    elif wrong == "wrong-signature":
        signature = oracle.signature_der(oracle.sign(private, text + b"\n", chance))
    members: dict[str, object] = {
        "format": FORMAT,
        "kind": kind,
        "name": name,
        "version": version,
        "validFrom": valid_from,
        "created": created,
        "content": base64.b64encode(content).decode(),
        "sm3": digest,
        "certificate": issuer.certificate,
        "signature": base64.b64encode(signature).decode(),
    }
    if wrong == "unsigned":
        del members["signature"]
    # Parts of it travel as text: a part must not end within a character.
    octets = write(members).encode("ascii", "backslashreplace")
    return octets[: len(octets) // 2] if wrong == "truncated" else octets
