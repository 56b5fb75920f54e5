"""The payload profile `sm4-sm2` of HJ 212 (docs/WIRE.md section 2), the centre's side: seal and open data segments.

Leaves frames and packets to `codec`. SM4-GCM and SM2 come from the bench's oracle, so that a terminal's own work is
never checked by itself. A segment that cannot be opened has one named fault and is of no use.
"""

from __future__ import annotations

import base64
import binascii
import random
import re
from collections.abc import Sequence
from typing import Literal

from simulators.trust import oracle

PLAIN_LIMIT = 573
"""Most octets of the protected text, so that the packet keeps within the limits of HJ 212-2017."""

Spoil = Literal["sound", "plain", "altered", "wrong-tag", "wrong-signature", "foreign-signer", "wrong-key"]
"""How a centre protects its own packets; everything but `sound` must be refused by the terminal.

`altered` flips one bit of the ciphertext (in the password, so that the rest stays readable), `wrong-tag` one of the
tag; `wrong-signature` signs other data, `foreign-signer` the right ones with another key; `wrong-key` is enciphered
with another payload key under the right name.
"""

_HEAD = re.compile(rb"(?P<before>.*?;)?PW=(?P<pw>[^;]*);(?P<after>.*?)CP=&&(?P<items>.*)&&", re.DOTALL)
_ITEMS = re.compile(
    rb"KeyId=(?P<key>[0-9a-fA-F]{8});Iv=(?P<iv>[A-Za-z0-9_-]{16});"
    rb"Data=(?P<data>[A-Za-z0-9_-]+);Sign=(?P<sign>[A-Za-z0-9_-]{86})"
)
_TEXT = re.compile(rb"PW=(?P<pw>[^;&]*);CP=&&(?P<items>.*)&&", re.DOTALL)
_HIDDEN = b"000000"
_IN_PASSWORD = len("PW=")


def key_id(key: bytes) -> str:
    """The name of a payload key on the wire."""
    return oracle.sm3(key).hex()[:8]


def _b64(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def _unb64(text: bytes) -> bytes:
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def is_protected(data: bytes) -> bool:
    """Whether a data segment carries the items of the profile."""
    match = _HEAD.fullmatch(data)
    return match is not None and match["items"].startswith(b"KeyId=")


class Guard:
    """Seals what the centre sends and opens what its terminal sends.

    `keys` are payload keys (16 octets), the first one to send with; `private` is the centre's SM2 key, `peer` the
    public one of the terminal. `centre` is false for a peer in tests, whose nonces are a terminal's.
    """

    def __init__(
        self, keys: Sequence[bytes], private: int, peer: oracle.Point, chance: random.Random, *, centre: bool = True
    ) -> None:
        # The first bit tells the centre's nonces from the terminal's, so that the two never meet under one key.
        self._mark, self._their_mark = (0x80, 0) if centre else (0, 0x80)
        self._keys = {key_id(key): key for key in keys}
        self._sending = keys[0]
        self._private = private
        self._peer = peer
        self._chance = chance

    def seal(self, data: bytes, spoil: Spoil = "sound") -> bytes:
        """The data segment as it travels. Raises ValueError for a segment without PW and CP."""
        if spoil == "plain":
            return data
        match = _HEAD.fullmatch(data)
        if match is None:
            raise ValueError("expected a data segment with PW and CP=&&...&&")
        head = (match["before"] or b"") + b"PW=" + _HIDDEN + b";" + match["after"]
        text = b"PW=" + match["pw"] + b";CP=&&" + match["items"] + b"&&"
        drawn = self._chance.randbytes(12)
        nonce = bytes([drawn[0] & 0x7F | self._mark]) + drawn[1:]
        key = self._sending if spoil != "wrong-key" else bytes(octet ^ 0x5A for octet in self._sending)
        cipher, tag = oracle.sm4_gcm(key, nonce, text, head)
        if spoil == "altered":
            cipher = cipher[:_IN_PASSWORD] + bytes([cipher[_IN_PASSWORD] ^ 1]) + cipher[_IN_PASSWORD + 1 :]
        if spoil == "wrong-tag":
            tag = bytes([tag[0] ^ 1]) + tag[1:]
        signed = data if spoil != "wrong-signature" else data + b" "
        private = self._private if spoil != "foreign-signer" else oracle.new_key(self._chance)
        signature = oracle.sign(private, signed, self._chance)
        # A wrong key goes under the right name: only the tag can tell.
        items = (key_id(self._sending).encode(), _b64(nonce), _b64(cipher + tag), _b64(signature))
        return head + b"CP=&&KeyId=%b;Iv=%b;Data=%b;Sign=%b&&" % items

    def open(self, data: bytes) -> tuple[bytes, str]:
        """The data segment in the clear and an empty text, or no octets and the name of the fault."""
        match = _HEAD.fullmatch(data)
        if match is None or not match["items"].startswith(b"KeyId="):
            return b"", "payload-missing"
        found = _ITEMS.fullmatch(match["items"])
        if found is None or match["pw"] != _HIDDEN:
            return b"", "payload-form"
        key = self._keys.get(found["key"].decode().lower())
        if key is None:
            return b"", "payload-key"
        head = (match["before"] or b"") + b"PW=" + _HIDDEN + b";" + match["after"]
        try:
            nonce, whole, signature = _unb64(found["iv"]), _unb64(found["data"]), _unb64(found["sign"])
        except (binascii.Error, ValueError):
            return b"", "payload-form"
        if len(whole) < 16 or nonce[0] & 0x80 != self._their_mark:
            return b"", "payload-form"
        try:
            text = oracle.sm4_gcm_open(key, nonce, whole[:-16], whole[-16:], head)
        except oracle.OracleError:
            return b"", "payload-cipher"
        inner = _TEXT.fullmatch(text)
        if inner is None:
            return b"", "payload-form"
        clear = (match["before"] or b"") + b"PW=" + inner["pw"] + b";" + match["after"]
        clear += b"CP=&&" + inner["items"] + b"&&"
        if not oracle.verify(self._peer, clear, signature):
            return b"", "payload-signature"
        return clear, ""
