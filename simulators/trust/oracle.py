"""SM2 and SM4 by `gmssl`, the bench's independent oracle: every trap of that library closed here.

Leaves certificates to `certificates`, SM3, rounds of SM4 and the multiplication of points to `arithmetic`. Slow beside
a library in C and not constant-time: it checks other people's work and never guards a secret. Chance is handed in,
because gmssl draws its nonces from `random`; C1 and C3 are checked, because gmssl checks neither; r and s are checked
for range; the forms (DER, raw) are converted at the edge. What `verify` found is remembered.
"""

# gmssl publishes no types and hides the curve arithmetic that an oracle needs behind an underscore.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import random
from functools import cache, lru_cache
from typing import Any, cast

from asn1crypto.core import Integer, OctetString, Sequence
from gmssl import sm2 as _sm2
from gmssl.sm4 import SM4_DECRYPT, SM4_ENCRYPT, CryptSM4

from simulators.trust import arithmetic
from simulators.trust.arithmetic import P, Point

A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)

DEFAULT_ID = b"1234567812345678"
TLS13_ID = b"TLSv1.3+GM+Cipher+Suite"


class OracleError(ValueError):
    """Something that cannot be a key, a signature, a ciphertext or a padding; the text says what."""


# SM3.


_SHORT = 1024
"""Octets of a message up to which its digest is remembered: records and signatures come again."""


def sm3(message: bytes) -> bytes:
    """SM3 of a message, 32 octets; apart from OpenSSL, from which terminals have theirs as a rule."""
    return _remembered(message) if len(message) <= _SHORT else arithmetic.sm3(message)


@lru_cache(maxsize=8192)
def _remembered(message: bytes) -> bytes:
    return arithmetic.sm3(message)


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """HMAC with SM3 (block of 64 octets)."""
    key = sm3(key) if len(key) > 64 else key
    key = key.ljust(64, b"\0")
    inner = sm3(bytes(octet ^ 0x36 for octet in key) + message)
    return sm3(bytes(octet ^ 0x5C for octet in key) + inner)


def kdf(shared: bytes, count: int) -> bytes:
    """Key derivation of GB/T 32918.4: `count` octets."""
    blocks = (sm3(shared + number.to_bytes(4, "big")) for number in range(1, (count + 31) // 32 + 1))
    return b"".join(blocks)[:count]


# SM2.


def on_curve(point: Point) -> bool:
    """Whether a point lies on the curve (infinity has no coordinates and never does)."""
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x * x + A * x + B)) % P == 0


def _text(point: Point) -> str:
    return f"{point[0]:064x}{point[1]:064x}"


def _point(text: str) -> Point:
    return int(text[:64], 16), int(text[64:128], 16)


class _Curve(_sm2.CryptSM2):
    """gmssl's SM2 on faster arithmetic."""

    def _kg(self, k: int, Point: str) -> str | None:
        if not 0 < k < 1 << 256:
            return super()._kg(k, Point)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        found = arithmetic.multiply(k, _point(Point))
        return None if found is None else _text(found)


def _curve(private: int = 0, public: Point | None = None) -> Any:
    # The constructor strips leading 0 and 4 from a public key; it gets none, and the attribute is set afterwards.
    made = _Curve(private_key=f"{private:064x}", public_key="", mode=1)
    made.public_key = _text(public) if public else ""
    return made


def multiply(scalar: int, point: Point | None = None) -> Point:
    """`scalar` (1 to n - 1) times a point of the curve, the base point by default. Raises OracleError."""
    if not 0 < scalar < N:
        raise OracleError("expected a scalar from 1 to n - 1")
    if point is not None and not on_curve(point):
        raise OracleError("the point is not on the curve of SM2")
    found = _curve()._kg(scalar, _text(point) if point else G)
    if found is None:
        raise OracleError("the product is the point at infinity")
    return _point(found)


@lru_cache(maxsize=256)
def public_of(private: int) -> Point:
    """The public key of a private key (1 to n - 2). Raises OracleError."""
    if not 0 < private < N - 1:
        raise OracleError("expected a private key from 1 to n - 2")
    return multiply(private)


def new_key(chance: random.Random) -> int:
    """A private key from the given chance (test keys only)."""
    return chance.randrange(1, N - 1)


def encode_point(point: Point) -> bytes:
    """Uncompressed: 04 and both coordinates, 65 octets."""
    return b"\x04" + bytes.fromhex(_text(point))


def decode_point(octets: bytes) -> Point:
    """From 65 octets (04 first) or the 64 of the coordinates alone. Raises OracleError if it is not on the curve."""
    if len(octets) == 65 and octets[0] == 4:
        octets = octets[1:]
    if len(octets) != 64:
        raise OracleError(f"expected a public key of 65 octets beginning with 04, got {len(octets)}")
    point = _point(octets.hex())
    if not on_curve(point):
        raise OracleError("the public key is not on the curve of SM2")
    return point


@lru_cache(maxsize=256)
def identity_hash(public: Point, identity: bytes = DEFAULT_ID) -> bytes:
    """Z of GB/T 32918.2: SM3 over the identifier, the curve and the public key."""
    curve = bytes.fromhex(f"{A:064x}{B:064x}") + bytes.fromhex(G)
    return sm3((len(identity) * 8).to_bytes(2, "big") + identity + curve + bytes.fromhex(_text(public)))


def digest(message: bytes, public: Point, identity: bytes = DEFAULT_ID) -> bytes:
    """What SM2 signs: SM3(Z, message)."""
    return sm3(identity_hash(public, identity) + message)


def sign(private: int, message: bytes, chance: random.Random, identity: bytes = DEFAULT_ID) -> bytes:
    """SM2 signature with SM3, raw r and s, 64 octets. Raises OracleError for a key out of range."""
    e = digest(message, public_of(private), identity)
    while True:
        found = sign_digest(private, e, chance.randrange(1, N))
        if found is not None:
            return found


def sign_digest(private: int, e: bytes, k: int) -> bytes | None:
    """Raw signature of a digest with a given nonce (official vectors); None if this nonce cannot be used."""
    found = _curve(private).sign(e, f"{k:064x}")
    return None if found is None else bytes.fromhex(found)


@lru_cache(maxsize=16384)
def verify(public: Point, message: bytes, signature: bytes, identity: bytes = DEFAULT_ID) -> bool:
    """Whether a raw signature (64 octets) belongs to message, key and identifier. A key off the curve: never."""
    if len(signature) != 64 or not on_curve(public):
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s < N) or (r + s) % N == 0:
        return False
    try:
        return bool(_curve(public=public).verify(signature.hex(), digest(message, public, identity)))
    except TypeError:
        # gmssl has no point at infinity: it stumbles over it, and no valid signature leads there.
        return False


class _Signature(Sequence):
    _fields = [("r", Integer), ("s", Integer)]


class _Cipher(Sequence):
    _fields = [("x", Integer), ("y", Integer), ("c3", OctetString), ("c2", OctetString)]


def _strict(kind: type[Sequence], octets: bytes, what: str) -> dict[str, Any]:
    """Parse DER and insist that it is the shortest form. Raises OracleError."""
    try:
        value = kind.load(octets, strict=True)
        native = cast(dict[str, Any], value.native)
        # asn1crypto keeps what it read; written anew from the numbers, only the one DER form comes out.
        if any(number is None for number in native.values()) or kind(native).dump() != octets:
            raise OracleError(f"the {what} is not in DER (shortest form, nothing before or after)")
    except (ValueError, TypeError, KeyError) as error:
        if isinstance(error, OracleError):
            raise
        raise OracleError(f"expected a {what} in DER, got octets that are none") from None
    return native


def signature_der(raw: bytes) -> bytes:
    """Raw r and s as DER."""
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    return _Signature({"r": r, "s": s}).dump()


def signature_raw(der: bytes) -> bytes:
    """DER as raw r and s. Raises OracleError unless it is strict DER of two numbers of at most 256 bits."""
    native = _strict(_Signature, der, "signature")
    if not all(0 <= native[name] < 1 << 256 for name in ("r", "s")):
        raise OracleError("r and s of a signature must have 256 bits at most and no sign")
    return native["r"].to_bytes(32, "big") + native["s"].to_bytes(32, "big")


def encrypt(public: Point, message: bytes, chance: random.Random) -> bytes:
    """SM2 encryption, raw C1 C3 C2 without the octet 04. Raises OracleError for an empty message."""
    while True:
        found = encrypt_with(public, message, chance.randrange(1, N))
        if found is not None:
            return found


def encrypt_with(public: Point, message: bytes, k: int) -> bytes | None:
    """The same with a given nonce (official vectors); None if this nonce cannot be used."""
    if not message:
        raise OracleError("expected a message of at least one octet, got none")
    shared = multiply(k, public)
    key = kdf(bytes.fromhex(_text(shared)), len(message))
    if not any(key):
        return None
    return bytes.fromhex(_text(multiply(k))) + _check(shared, message) + _xor(message, key)


def decrypt(private: int, cipher: bytes) -> bytes:
    """The message of raw C1 C3 C2 (without 04). Raises OracleError if C1 is off the curve or C3 does not fit."""
    if len(cipher) < 97:
        raise OracleError(f"expected a ciphertext of at least 97 octets, got {len(cipher)}")
    shared = multiply(private, decode_point(cipher[:64]))
    tag, body = cipher[64:96], cipher[96:]
    key = kdf(bytes.fromhex(_text(shared)), len(body))
    message = _xor(body, key)
    if not any(key) or _check(shared, message) != tag:
        raise OracleError("the ciphertext was altered, or belongs to another key (C3 does not fit)")
    return message


def cipher_der(raw: bytes) -> bytes:
    """Raw C1 C3 C2 as DER SM2Cipher."""
    x, y = _point(raw[:64].hex())
    return _Cipher({"x": x, "y": y, "c3": raw[64:96], "c2": raw[96:]}).dump()


def cipher_raw(der: bytes) -> bytes:
    """DER SM2Cipher as raw C1 C3 C2. Raises OracleError."""
    native = _strict(_Cipher, der, "ciphertext")
    if not (0 <= native["x"] < P and 0 <= native["y"] < P and len(native["c3"]) == 32):
        raise OracleError("expected coordinates below p and a check value of 32 octets in the ciphertext")
    return bytes.fromhex(_text((native["x"], native["y"]))) + native["c3"] + native["c2"]


def _check(shared: Point, message: bytes) -> bytes:
    whole = bytes.fromhex(_text(shared))
    return sm3(whole[:32] + message + whole[32:])


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


# SM4.


@cache
def _schedule(key: bytes, direction: int) -> tuple[int, ...]:
    if len(key) != 16:
        raise OracleError(f"expected an SM4 key of 16 octets, got {len(key)}")
    made = CryptSM4()
    made.set_key(key, direction)
    return tuple(made.sk)


def sm4_block(key: bytes, block: bytes, *, decrypting: bool = False) -> bytes:
    """One block of 16 octets. Raises OracleError for another length."""
    if len(block) != 16:
        raise OracleError(f"expected a block of 16 octets, got {len(block)}")
    return arithmetic.sm4_rounds(_schedule(key, SM4_DECRYPT if decrypting else SM4_ENCRYPT), block)


def _blocks(data: bytes, what: str) -> list[bytes]:
    if len(data) % 16:
        raise OracleError(f"expected {what} of whole blocks of 16 octets, got {len(data)} octets")
    return [data[at : at + 16] for at in range(0, len(data), 16)]


def pad(data: bytes) -> bytes:
    """PKCS7."""
    count = 16 - len(data) % 16
    return data + bytes([count]) * count


def unpad(data: bytes) -> bytes:
    """Undo PKCS7. Raises OracleError for octets that are no padding."""
    count = data[-1] if data else 0
    if not 1 <= count <= 16 or data[-count:] != bytes([count]) * count:
        raise OracleError("the padding is wrong: another key, or altered data")
    return data[:-count]


def sm4_ecb(key: bytes, data: bytes, *, decrypting: bool = False) -> bytes:
    """ECB over whole blocks, no padding."""
    return b"".join(sm4_block(key, block, decrypting=decrypting) for block in _blocks(data, "data"))


def sm4_cbc(key: bytes, iv: bytes, data: bytes, *, decrypting: bool = False) -> bytes:
    """CBC over whole blocks, no padding."""
    found: list[bytes] = []
    before = iv
    for block in _blocks(data, "data"):
        if decrypting:
            found.append(_xor(sm4_block(key, block, decrypting=True), before))
            before = block
        else:
            before = sm4_block(key, _xor(block, before))
            found.append(before)
    return b"".join(found)


def sm4_ctr(key: bytes, counter: bytes, data: bytes) -> bytes:
    """CTR, whole counter block of 128 bits; encryption and decryption are the same."""
    return _counter(key, counter, data, bits=128)


def _counter(key: bytes, counter: bytes, data: bytes, bits: int) -> bytes:
    if len(counter) != 16:
        raise OracleError(f"expected a counter block of 16 octets, got {len(counter)}")
    start = int.from_bytes(counter, "big")
    fixed, moving = start >> bits << bits, start & ((1 << bits) - 1)
    blocks = (len(data) + 15) // 16
    stream = b"".join(
        sm4_block(key, (fixed | (moving + index) % (1 << bits)).to_bytes(16, "big")) for index in range(blocks)
    )
    return _xor(data, stream[: len(data)]) if data else b""


def sm4_gcm(key: bytes, nonce: bytes, data: bytes, associated: bytes = b"") -> tuple[bytes, bytes]:
    """GCM with a nonce of 12 octets: ciphertext and tag of 16 octets."""
    cipher = _counter(key, _first(nonce, 2), data, bits=32)
    return cipher, _tag(key, nonce, cipher, associated)


def sm4_gcm_open(key: bytes, nonce: bytes, cipher: bytes, tag: bytes, associated: bytes = b"") -> bytes:
    """The plaintext of GCM. Raises OracleError if the tag does not fit."""
    if tag != _tag(key, nonce, cipher, associated):
        raise OracleError("the tag does not fit: altered data, or another key or nonce")
    return _counter(key, _first(nonce, 2), cipher, bits=32)


def _first(nonce: bytes, count: int) -> bytes:
    if len(nonce) != 12:
        raise OracleError(f"expected a nonce of 12 octets, got {len(nonce)}")
    return nonce + count.to_bytes(4, "big")


def _tag(key: bytes, nonce: bytes, cipher: bytes, associated: bytes) -> bytes:
    power = int.from_bytes(sm4_block(key, bytes(16)), "big")
    lengths = (len(associated) * 8).to_bytes(8, "big") + (len(cipher) * 8).to_bytes(8, "big")
    total = 0
    for part in (associated, cipher, lengths):
        for at in range(0, len(part), 16):
            total = _multiply(total ^ int.from_bytes(part[at : at + 16].ljust(16, b"\0"), "big"), power)
    return _xor(sm4_block(key, _first(nonce, 1)), total.to_bytes(16, "big"))


def _multiply(one: int, other: int) -> int:
    """The product in the field of GCM (NIST SP 800-38D, 6.3)."""
    product = 0
    for bit in range(127, -1, -1):
        if one >> bit & 1:
            product ^= other
        other = other >> 1 ^ (0xE1 << 120 if other & 1 else 0)
    return product
