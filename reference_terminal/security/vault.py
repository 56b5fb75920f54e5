"""Secrets at rest: sealed under a key that never lies beside them.

Leaves where a secret is kept to its owner. The key-encryption key comes from a passphrase, which stands in a file bound
to the machine or is handed in; what is sealed carries its own salt and is bound to its name, so that one secret cannot
be put in another's place.
"""

from __future__ import annotations

import random
from functools import lru_cache

from reference_terminal.crypto.symmetric import (
    BLOCK,
    NONCE,
    Unreadable,
    base64url,
    from_base64url,
    gcm_open,
    gcm_seal,
    hmac_sm3,
    stretched,
)
from reference_terminal.model.sealed import PREFIX, SealedError, is_sealed
from reference_terminal.security import reasons

ROUNDS = 20_000
"""Rounds of PBKDF2: some 20 ms of one core."""
_SALT = 16
_CODES = b"check codes over stored settings"


@lru_cache(maxsize=64)
def _key(passphrase: bytes, salt: bytes) -> bytes:
    return stretched(passphrase, salt, ROUNDS)


class Vault:
    """Seals and opens; `chance` gives salts and nonces."""

    def __init__(self, passphrase: bytes, chance: random.Random) -> None:
        self._passphrase = passphrase
        self._chance = chance
        self._salt = chance.randbytes(_SALT)

    def __repr__(self) -> str:
        return "Vault()"

    def seal(self, name: str, secret: bytes) -> str:
        """The sealed form of a secret, text."""
        nonce = self._chance.randbytes(NONCE)
        body = gcm_seal(_key(self._passphrase, self._salt), nonce, secret, name.encode())
        return PREFIX + base64url(self._salt + nonce + body)

    def code(self, text: str) -> str:
        """A check code over a text that only the holder of the passphrase can make (HMAC-SM3, hex)."""
        return hmac_sm3(_key(self._passphrase, _CODES), text.encode()).hex()

    def open(self, name: str, text: str) -> bytes:
        """The secret sealed under `name`. Raises SealedError."""
        try:
            octets = from_base64url(text.strip().removeprefix(PREFIX))
            salt, nonce, body = octets[:_SALT], octets[_SALT : _SALT + NONCE], octets[_SALT + NONCE :]
            if not is_sealed(text) or len(body) < BLOCK:
                raise ValueError
            return gcm_open(_key(self._passphrase, salt), nonce, body, name.encode())
        except (ValueError, Unreadable):
            raise SealedError(str(reasons.CANNOT_UNSEAL(name=name))) from None
