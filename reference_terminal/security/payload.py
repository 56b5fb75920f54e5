"""Packets of HJ 212 protected above the channel: profile `sm4-sm2` (docs/WIRE.md section 2).

Leaves frames to uplink. Works on whole data segments: what goes in is the segment in the clear, what comes out is the
segment on the wire, and the other way round.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from reference_terminal.crypto.sm2 import PrivateKey, PublicKey
from reference_terminal.crypto.symmetric import (
    NONCE,
    Unreadable,
    base64url,
    from_base64url,
    gcm_open,
    gcm_seal,
    sm3,
)

ROOM = 590
"""Octets that password and items of one packet may take together."""
_TAG = 16
_AROUND = len("CP=&&KeyId=00000000;Iv=;Data=;Sign=&&") + 16 + 86
_CLEAR = re.compile(rb"(.*?;)PW=([^;]*);(.*?;)CP=(&&.*&&)", re.DOTALL)
_SEALED = re.compile(rb"(.*?;)PW=000000;(.*?;)CP=&&KeyId=([0-9A-Fa-f]{8});Iv=([^;&]*);Data=([^;&]*);Sign=([^;&]*)&&")
_MARKED = re.compile(rb"CP=&&KeyId=[^;]*;Iv=")
_INNER = re.compile(rb"PW=([^;]*);CP=(&&.*&&)", re.DOTALL)


class PayloadRefused(Exception):
    """A packet that must not be used; the text is the name of its fault (docs/WIRE.md section 2)."""


@dataclass(frozen=True)
class PayloadKeys:
    """What both sides have: SM4 keys (the first one is used for sending), own signing key, the centre's public key."""

    keys: tuple[bytes, ...]
    own: PrivateKey
    centre: PublicKey


def key_id(key: bytes) -> str:
    """How a packet names its payload key."""
    return sm3(key).hex()[:8]


class Payload:
    """Protects what leaves and opens what comes."""

    def __init__(self, keys: PayloadKeys, chance: random.Random) -> None:
        self._keys = keys
        self._chance = chance

    def room(self, password: str, segment: int) -> int:
        """Octets left for the items of CP when the protected CP may take `segment` octets of the data segment."""
        most = min(ROOM, (segment - _AROUND) * 3 // 4 - _TAG)
        return most - len(password.encode()) - len("PW=;CP=&&&&")

    def protect(self, clear: bytes) -> bytes:
        """The data segment as it travels; a new nonce and a new signature every time."""
        nonce = bytearray(self._chance.randbytes(NONCE))
        nonce[0] &= 0x7F
        return self.sealed(clear, bytes(nonce), self._keys.own.sign_raw(clear))

    def sealed(self, clear: bytes, nonce: bytes, signature: bytes) -> bytes:
        """The data segment as it travels, with a given nonce and signature."""
        found = _CLEAR.fullmatch(clear)
        if found is None:
            raise PayloadRefused("payload-form")
        before, password, after, items = found.groups()
        head = before + b"PW=000000;" + after
        key = self._keys.keys[0]
        body = gcm_seal(key, nonce, b"PW=" + password + b";CP=" + items, head)
        return head + (
            f"CP=&&KeyId={key_id(key)};Iv={base64url(nonce)};Data={base64url(body)};Sign={base64url(signature)}&&"
        ).encode("ascii")

    def open(self, wire: bytes) -> bytes:
        """The data segment in the clear. Raises PayloadRefused with the first fault in the profile's order."""
        if not is_protected(wire):
            raise PayloadRefused("payload-missing")
        found = _SEALED.fullmatch(wire)
        if found is None:
            raise PayloadRefused("payload-form")
        before, after, named = found[1], found[2], found[3].decode("ascii").lower()
        try:
            nonce, body, signature = (from_base64url(text.decode("ascii")) for text in found.groups()[3:])
        except ValueError:
            raise PayloadRefused("payload-form") from None
        if len(nonce) != NONCE or len(signature) != 64 or not nonce[0] & 0x80:
            raise PayloadRefused("payload-form")
        head = before + b"PW=000000;" + after
        inner = _INNER.fullmatch(self._decrypt(named, nonce, body, head))
        if inner is None:
            raise PayloadRefused("payload-form")
        clear = before + b"PW=" + inner[1] + b";" + after + b"CP=" + inner[2]
        if not self._keys.centre.verify_raw(clear, signature):
            raise PayloadRefused("payload-signature")
        return clear

    def _decrypt(self, named: str, nonce: bytes, body: bytes, head: bytes) -> bytes:
        known: Sequence[bytes] = [key for key in self._keys.keys if key_id(key) == named]
        if not known:
            raise PayloadRefused("payload-key")
        try:
            return gcm_open(known[0], nonce, body, head)
        except Unreadable:
            raise PayloadRefused("payload-cipher") from None


def is_protected(wire: bytes) -> bool:
    """Whether a data segment has the profile's items."""
    return _MARKED.search(wire) is not None
