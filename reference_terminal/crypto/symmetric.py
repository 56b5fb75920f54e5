"""SM3 and SM4 as the terminal uses them, and base64url without padding.

Leaves keys and nonces to the callers: a nonce must never be used twice with a key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16
"""Octets of an SM4 key, an SM4 block and an SM4-GCM tag."""
NONCE = 12
"""Octets of an SM4-GCM nonce."""


class Unreadable(Exception):
    """Octets that do not decrypt: another key, or altered on the way."""


def sm3(data: bytes) -> bytes:
    """The 32 octets of SM3 (GB/T 32905)."""
    return hashlib.new("sm3", data).digest()


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """HMAC with SM3, 32 octets."""
    return hmac.digest(key, data, "sm3")


def stretched(passphrase: bytes, salt: bytes, rounds: int) -> bytes:
    """An SM4 key from a passphrase: PBKDF2 with HMAC-SM3."""
    return hashlib.pbkdf2_hmac("sm3", passphrase, salt, rounds, BLOCK)


def gcm_seal(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes:
    """SM4-GCM: the ciphertext followed by its tag of 16 octets (RFC 8998 appendix A.1)."""
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(associated)
    return encryptor.update(data) + encryptor.finalize() + encryptor.tag


def gcm_open(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes:
    """The plaintext of SM4-GCM. Raises Unreadable."""
    if len(data) < BLOCK or len(nonce) != NONCE:
        raise Unreadable("too short")
    body, tag = data[:-BLOCK], data[-BLOCK:]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(associated)
    try:
        return decryptor.update(body) + decryptor.finalize()
    except InvalidTag:
        raise Unreadable("the tag does not fit") from None


def ecb_text(key: bytes, text: str) -> str:
    """SM4-ECB with PKCS7 padding, lower-case hexadecimal: how energy platforms want single values."""
    padder = padding.PKCS7(8 * BLOCK).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
    return (encryptor.update(padded) + encryptor.finalize()).hex()


def base64url(data: bytes) -> str:
    """RFC 4648 section 5 without `=`."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The octets of base64url text in its only form. Raises ValueError for any other text."""
    if not text.isascii() or "=" in text or "+" in text or "/" in text:
        raise ValueError("expected base64url without padding")
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64url(data) != text:
        raise ValueError("expected base64url in its only form")
    return data
