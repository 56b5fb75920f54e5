"""Fingerprints of records: SM3 of the canonical form, signed by the device key (docs/WIRE.md section 4, ruling R-35).

Leaves keeping them to storage and depositing them to uplink.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache

from reference_terminal.crypto.sm2 import PrivateKey, PublicKey
from reference_terminal.crypto.symmetric import sm3
from reference_terminal.model.seams import seam

FORM = "carbonbench-record/1"


def canonical(
    *,
    device: str,
    point: str,
    kind: str,
    start: str,
    end: str,
    unit: str,
    flag: str,
    revision: int,
    fields: Mapping[str, str],
) -> bytes:
    """The canonical form. `start` and `end` are YYYYMMDDhhmmss; nothing is trimmed, padded or reformatted."""
    lines = [
        FORM,
        f"device={device}",
        f"point={point}",
        f"kind={kind}",
        f"start={start}",
        f"end={end}",
        f"unit={unit}",
        f"flag={flag}",
        f"revision={revision}",
        *(f"{name}={fields[name]}" for name in sorted(fields)),
    ]
    if any("\n" in line or "\r" in line for line in lines):
        raise ValueError("a value of a record contains a line break")
    return "".join(f"{line}\n" for line in lines).encode()


def digest(form: bytes) -> str:
    """SM3 of a canonical form, 64 hexadecimal digits."""
    return sm3(form).hex()


@seam
def sign(key: PrivateKey, digest_hex: str) -> str:
    """The device's signature over the 32 octets of a digest, DER in base64."""
    return base64.b64encode(key.sign(bytes.fromhex(digest_hex))).decode("ascii")


@lru_cache(maxsize=16384)
def is_signed(key: PublicKey, digest_hex: str, signature: str) -> bool:
    """Whether a signature is this device's over this digest; remembered, since stores are compared again."""
    try:
        return key.verify(bytes.fromhex(digest_hex), base64.b64decode(signature, validate=True))
    except ValueError:
        return False
