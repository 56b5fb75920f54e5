# pyright: reportPrivateUsage=false
"""Defects of packets protected above the channel: believed unseen, numbered badly, heard twice.

Leaves channels to `security` and HJ 212 itself to `protocol`.
"""

# The payload room is broken where it opens packets.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import random

from conformance.defects import Patch, defect
from reference_terminal.crypto.sm2 import PublicKey
from reference_terminal.crypto.symmetric import NONCE
from reference_terminal.security import payload
from reference_terminal.security.payload import Payload, PayloadRefused
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.hj212.replay import RequestNumbers

_CIPHER = ("csmt/7.4a", "isc-2/7.4.2.1[2]b")
_INTEGRITY = ("isc-2/4.1i", "isc-2/7.4.2.1[2]c", "cpcif/8.3a-2")


@defect(
    "payload-in-the-clear",
    en="the payload profile is configured and packets leave as they are",
    zh="配置了载荷加密，报文仍以明文发送",
    clauses=_CIPHER,
)
def payload_in_the_clear(patch: Patch) -> None:
    """The switch was never wired."""
    patch(Payload, "protect", lambda self, clear: clear)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "nonces-from-a-counter",
    en="nonces are counted from one at every start",
    zh="随机数由计数器产生，重启后从头开始",
    clauses=_CIPHER,
)
def nonces_from_a_counter(patch: Patch) -> None:
    """A nonce is unique while the terminal runs; the counter is not kept."""

    counts: dict[str, int] = {}

    def made(self: Payload, keys: payload.PayloadKeys, chance: random.Random) -> None:
        own(self, keys, chance)
        counts[payload.key_id(keys.keys[0])] = 0

    def protect(self: Payload, clear: bytes) -> bytes:
        keys = self._keys
        name = payload.key_id(keys.keys[0])
        counts[name] += 1
        return self.sealed(clear, counts[name].to_bytes(NONCE, "big"), keys.own.sign_raw(clear))

    own = patch(Payload, "__init__", made)
    patch(Payload, "protect", protect)


@defect(
    "unprotected-is-fine",
    en="a packet without protection is taken as it is",
    zh="未加密的报文照常接受",
    clauses=_INTEGRITY,
)
def unprotected_is_fine(patch: Patch) -> None:
    """So that old centres can be served too."""

    def opened(self: Payload, wire: bytes) -> bytes:
        return own(self, wire) if payload.is_protected(wire) else wire

    own = patch(Payload, "open", opened)


def _deciphered(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes:
    """SM4-GCM without its tag: counter mode from 2 on."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    body = data[:-16]
    decryptor = Cipher(algorithms.SM4(key), modes.CTR(nonce + (2).to_bytes(4, "big"))).decryptor()
    return decryptor.update(body) + decryptor.finalize()


@defect(
    "tag-not-compared",
    en="the tag of a packet is not compared: the signature is taken for enough",
    zh="不核对认证标签",
    clauses=_INTEGRITY,
)
def tag_not_compared(patch: Patch) -> None:
    """Counter mode by hand, the tag cut off."""
    patch(payload, "gcm_open", _deciphered)


@defect(
    "signature-not-verified",
    en="the centre's signature is not verified: who has the payload key is believed",
    zh="不验证中心签名",
    clauses=_INTEGRITY,
)
def signature_not_verified(patch: Patch) -> None:
    """Verification is slow and was left for later."""

    def verified(self: PublicKey, message: bytes, signature: bytes, identifier: bytes = b"") -> bool:
        return True

    patch(PublicKey, "verify_raw", verified)


@defect(
    "altered-is-fine",
    en="neither tag nor signature of a packet is looked at",
    zh="标签和签名均不校验",
    clauses=_INTEGRITY,
)
def altered_is_fine(patch: Patch) -> None:
    """Enciphered is taken for safe."""
    tag_not_compared.breaks(patch)
    signature_not_verified.breaks(patch)


@defect(
    "acknowledged-by-the-head",
    en="an acknowledgement that cannot be opened is read off its head, which is in the clear",
    zh="应答无法解密时按明文头部采信",
    clauses=_INTEGRITY,
)
def acknowledged_by_the_head(patch: Patch) -> None:
    """QN and CN are all an acknowledgement needs."""

    def opened(self: CentreLink, data: bytes) -> bytes:
        try:
            return own(self, data)
        except PayloadRefused:
            if b";CN=9014;" in data:
                return data
            raise

    own = patch(CentreLink, "_opened", opened)


@defect(
    "replays-are-carried-out",
    en="a request that was heard before is carried out again",
    zh="重放的请求被再次执行",
    clauses=_INTEGRITY,
)
def replays_are_carried_out(patch: Patch) -> None:
    """Nobody looks at the number."""

    def fresh(self: RequestNumbers, centre: str, cn: str, qn: str) -> bool:
        return True

    patch(RequestNumbers, "is_fresh", fresh)


@defect(
    "request-numbers-forgotten",
    en="after a restart a request that was heard before is carried out again",
    zh="重启后重放的请求被再次执行",
    clauses=_INTEGRITY,
)
def request_numbers_forgotten(patch: Patch) -> None:
    """The numbers are kept in memory only."""

    def fresh(self: RequestNumbers, centre: str, cn: str, qn: str) -> bool:
        newest = self._heard.get(centre, ("", ""))[1]
        self._heard[centre] = (cn, max(qn, newest))
        return qn >= newest

    patch(RequestNumbers, "is_fresh", fresh)
