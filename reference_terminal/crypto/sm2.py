"""SM2 signatures and encryption (GB/T 32918) on the system's libcrypto: fast, strict about encodings.

Leaves certificates to `certificates`. Every signature is made and checked under an explicit identifier: the library's
own default differs between versions.

The nonce of a signature is drawn from key, message and the chance handed in, together: chance that repeats or is known
gives no key away, and with the bench's seeded chance a signature can be repeated octet for octet. The library takes no
nonce, therefore only the multiplication of the base point is its own (a ladder in constant time); the one product with
the secret that remains is blinded.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import random
import weakref
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from reference_terminal.crypto import reasons
from reference_terminal.crypto.symmetric import hmac_sm3, sm3

IDENTIFIER = b"1234567812345678"
"""The identifier of certificates, payloads and fingerprints."""
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
"""Order n of the curve (GB/T 32918.5)."""
_A = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_GX = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
_GY = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0
_PARAMETERS = b"".join(number.to_bytes(32, "big") for number in (_A, _B, _GX, _GY))
_NID = 1172
_RAW = 64
_Result = TypeVar("_Result")
_SM2_OID = bytes.fromhex("06082a811ccf5501822d")


class CryptoError(Exception):
    """A key, signature or ciphertext that cannot be used; one sentence."""


@cache
def _library() -> Any:
    name = ctypes.util.find_library("crypto")
    try:
        library = ctypes.CDLL(name or "libcrypto.so.3")
    except OSError:
        raise CryptoError(str(reasons.NO_OPENSSL())) from None
    pointer, size, octets = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
    size_out = ctypes.POINTER(size)
    for function, result, arguments in (
        ("d2i_AutoPrivateKey", pointer, [pointer, ctypes.POINTER(octets), ctypes.c_long]),
        ("d2i_PUBKEY", pointer, [pointer, ctypes.POINTER(octets), ctypes.c_long]),
        ("EVP_PKEY_free", None, [pointer]),
        ("EVP_MD_CTX_new", pointer, []),
        ("EVP_MD_CTX_free", None, [pointer]),
        ("EVP_MD_CTX_set_pkey_ctx", None, [pointer, pointer]),
        ("EVP_PKEY_CTX_new", pointer, [pointer, pointer]),
        ("EVP_PKEY_CTX_free", None, [pointer]),
        ("EVP_PKEY_CTX_set1_id", ctypes.c_int, [pointer, octets, ctypes.c_int]),
        ("EVP_sm3", pointer, []),
        ("EVP_DigestVerifyInit", ctypes.c_int, [pointer] * 5),
        ("EVP_DigestVerify", ctypes.c_int, [pointer, octets, size, octets, size]),
        ("EVP_PKEY_encrypt_init", ctypes.c_int, [pointer]),
        ("EVP_PKEY_encrypt", ctypes.c_int, [pointer, octets, size_out, octets, size]),
        ("EVP_PKEY_decrypt_init", ctypes.c_int, [pointer]),
        ("EVP_PKEY_decrypt", ctypes.c_int, [pointer, octets, size_out, octets, size]),
        ("EVP_PKEY_is_a", ctypes.c_int, [pointer, octets]),
        ("ERR_clear_error", None, []),
        ("EVP_PKEY_get_bn_param", ctypes.c_int, [pointer, octets, ctypes.POINTER(pointer)]),
        ("EC_GROUP_new_by_curve_name", pointer, [ctypes.c_int]),
        ("EC_POINT_new", pointer, [pointer]),
        ("EC_POINT_clear_free", None, [pointer]),
        ("EC_POINT_mul", ctypes.c_int, [pointer] * 6),
        ("EC_POINT_get_affine_coordinates", ctypes.c_int, [pointer] * 5),
        ("BN_new", pointer, []),
        ("BN_secure_new", pointer, []),
        ("BN_clear_free", None, [pointer]),
        ("BN_bin2bn", pointer, [octets, ctypes.c_int, pointer]),
        ("BN_bn2binpad", ctypes.c_int, [pointer, octets, ctypes.c_int]),
        ("BN_set_flags", None, [pointer, ctypes.c_int]),
    ):
        try:
            found = getattr(library, function)
        except AttributeError:
            raise CryptoError(str(reasons.OLD_OPENSSL(name=name, function=function))) from None
        found.restype, found.argtypes = result, arguments
    return library


class _Handle:
    """A key of the library, freed with the object that holds it."""

    def __init__(self, der: bytes, load: str, what: str) -> None:
        library = _library()
        octets = ctypes.c_char_p(der)
        self.pointer: int | None = getattr(library, load)(None, ctypes.byref(octets), len(der))
        library.ERR_clear_error()
        if not self.pointer or not library.EVP_PKEY_is_a(self.pointer, b"SM2"):
            if self.pointer:
                library.EVP_PKEY_free(self.pointer)
            raise CryptoError(str(reasons.DER_EXPECTED(what=what)))
        weakref.finalize(self, library.EVP_PKEY_free, self.pointer)

    def with_digest(self, identifier: bytes, use: Callable[[Any, Any, Any], _Result]) -> _Result:
        """`use(library, digest context, key)` under an identifier; both contexts are freed whatever happens."""
        library = _library()
        digest = library.EVP_MD_CTX_new()
        context = library.EVP_PKEY_CTX_new(self.pointer, None)
        try:
            if library.EVP_PKEY_CTX_set1_id(context, identifier, len(identifier)) != 1:
                raise CryptoError(str(reasons.SM2_IDENTIFIER()))
            library.EVP_MD_CTX_set_pkey_ctx(digest, context)
            return use(library, digest, self.pointer)
        finally:
            library.EVP_MD_CTX_free(digest)
            library.EVP_PKEY_CTX_free(context)
            library.ERR_clear_error()

    def crypt(self, verb: str, data: bytes) -> bytes:
        """EVP_PKEY_encrypt or EVP_PKEY_decrypt."""
        library = _library()
        context = library.EVP_PKEY_CTX_new(self.pointer, None)
        room = ctypes.c_size_t()
        try:
            run = getattr(library, f"EVP_PKEY_{verb}")
            if (
                getattr(library, f"EVP_PKEY_{verb}_init")(context) != 1
                or run(context, None, ctypes.byref(room), data, len(data)) != 1
            ):
                raise CryptoError(str(reasons.SM2_CANNOT(verb=verb)))
            buffer = ctypes.create_string_buffer(room.value)
            if run(context, buffer, ctypes.byref(room), data, len(data)) != 1:
                raise CryptoError(str(reasons.SM2_ALTERED(verb=verb)))
            return buffer.raw[: room.value]
        finally:
            library.EVP_PKEY_CTX_free(context)
            library.ERR_clear_error()


class PublicKey:
    """An SM2 public key from its SubjectPublicKeyInfo (DER). Raises CryptoError for anything else.

    Two of the same octets are equal.
    """

    def __init__(self, der: bytes) -> None:
        self._der = der
        if _SM2_OID not in der:
            raise CryptoError(str(reasons.PUBLIC_EXPECTED()))
        self._handle = _Handle(der, "d2i_PUBKEY", "public key")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self._der == other._der

    def __hash__(self) -> int:
        return hash(self._der)

    def verify(self, message: bytes, signature: bytes, identifier: bytes = IDENTIFIER) -> bool:
        """Whether a DER signature over `message` is this key's. Only strict DER with r and s in range is taken."""
        try:
            r, s = decode_dss_signature(signature)
        except ValueError:
            return False
        if not (0 < r < ORDER and 0 < s < ORDER) or encode_dss_signature(r, s) != signature:
            return False

        def check(library: Any, digest: Any, key: Any) -> bool:
            return (
                library.EVP_DigestVerifyInit(digest, None, library.EVP_sm3(), None, key) == 1
                and library.EVP_DigestVerify(digest, signature, len(signature), message, len(message)) == 1
            )

        return self._handle.with_digest(identifier, check)

    def verify_raw(self, message: bytes, signature: bytes, identifier: bytes = IDENTIFIER) -> bool:
        """As `verify` for r‖s, 64 octets."""
        if len(signature) != _RAW:
            return False
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        return self.verify(message, encode_dss_signature(r, s), identifier)

    def encrypt(self, data: bytes) -> bytes:
        """DER SM2Cipher { x, y, C3, C2 } of at least one octet. Raises CryptoError."""
        if not data:
            raise CryptoError(str(reasons.SM2_EMPTY()))
        return self._handle.crypt("encrypt", data)


@cache
def _group() -> int:
    group = _library().EC_GROUP_new_by_curve_name(_NID)
    if not group:
        raise CryptoError(str(reasons.NO_CURVE()))
    return group


_CONSTANT_TIME = 0x04
_COORDINATE = 32


def _times_base(scalar: int) -> tuple[int, int]:
    """`scalar` times the base point, by the library's ladder in constant time."""
    library = _library()
    point = library.EC_POINT_new(_group())
    number = library.BN_secure_new()
    x, y = library.BN_new(), library.BN_new()
    buffer = ctypes.create_string_buffer(_COORDINATE)
    try:
        library.BN_bin2bn(scalar.to_bytes(_COORDINATE, "big"), _COORDINATE, number)
        library.BN_set_flags(number, _CONSTANT_TIME)
        if (
            library.EC_POINT_mul(_group(), point, number, None, None, None) != 1
            or library.EC_POINT_get_affine_coordinates(_group(), point, x, y, None) != 1
        ):
            raise CryptoError(str(reasons.SM2_MULTIPLY()))
        found: list[int] = []
        for each in (x, y):
            library.BN_bn2binpad(each, buffer, _COORDINATE)
            found.append(int.from_bytes(buffer.raw, "big"))
        return found[0], found[1]
    finally:
        for each in (number, x, y):
            library.BN_clear_free(each)
        library.EC_POINT_clear_free(point)
        library.ERR_clear_error()


class PrivateKey:
    """An SM2 private key from PKCS#8 or SEC 1 DER. Raises CryptoError for anything else."""

    def __init__(self, der: bytes, chance: random.Random | None = None) -> None:
        self._handle = _Handle(der, "d2i_AutoPrivateKey", "private key")
        self._chance = chance or random.SystemRandom()
        self._secret = self._scalar()
        x, y = _times_base(self._secret)
        self._public = x.to_bytes(32, "big") + y.to_bytes(32, "big")
        self._inverse = pow(1 + self._secret, -1, ORDER)

    def __repr__(self) -> str:
        return "PrivateKey()"

    def _scalar(self) -> int:
        library = _library()
        number = ctypes.c_void_p()
        buffer = ctypes.create_string_buffer(_COORDINATE)
        try:
            if (
                library.EVP_PKEY_get_bn_param(self._handle.pointer, b"priv", ctypes.byref(number)) != 1
                or library.BN_bn2binpad(number, buffer, _COORDINATE) != _COORDINATE
            ):
                raise CryptoError(str(reasons.PRIVATE_EXPECTED()))
        finally:
            library.BN_clear_free(number)
            library.ERR_clear_error()
        secret = int.from_bytes(buffer.raw, "big")
        if not 0 < secret < ORDER - 1:
            raise CryptoError(str(reasons.KEY_RANGE()))
        return secret

    def sign(self, message: bytes, identifier: bytes = IDENTIFIER) -> bytes:
        """A DER signature over `message`."""
        return encode_dss_signature(*self._sign(message, identifier))

    def sign_raw(self, message: bytes, identifier: bytes = IDENTIFIER) -> bytes:
        """As `sign`, r‖s in 64 octets."""
        r, s = self._sign(message, identifier)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def _sign(self, message: bytes, identifier: bytes) -> tuple[int, int]:
        z = sm3((len(identifier) * 8).to_bytes(2, "big") + identifier + _PARAMETERS + self._public)
        digest = sm3(z + message)
        noise = self._chance.randbytes(32)
        for number in range(256):
            seed = digest + noise + bytes([number])
            key = self._secret.to_bytes(32, "big")
            wide = hmac_sm3(key, seed + b"\x00") + hmac_sm3(key, seed + b"\x01")
            found = self.sign_digest(int.from_bytes(digest, "big"), 1 + int.from_bytes(wide, "big") % (ORDER - 1))
            if found is not None:
                return found
        raise CryptoError(str(reasons.SM2_SIGN()))

    def sign_digest(self, e: int, k: int) -> tuple[int, int] | None:
        """r and s for a digest and a nonce (GB/T 32918.2); None if this nonce cannot be used."""
        x, _ = _times_base(k)
        r = (e + x) % ORDER
        if r == 0 or (r + k) % ORDER == 0:
            return None
        # s = (k - r d) / (1 + d) = (k + r) / (1 + d) - r, the product blinded.
        blind = 1 + int.from_bytes(self._chance.randbytes(40), "big") % (ORDER - 1)
        product = (self._inverse * blind % ORDER) * (k + r) % ORDER
        s = (product * pow(blind, -1, ORDER) - r) % ORDER
        return None if s == 0 else (r, s)

    def decrypt(self, data: bytes) -> bytes:
        """The plaintext of a DER SM2Cipher; an altered one is refused. Raises CryptoError."""
        if not data:
            raise CryptoError(str(reasons.NO_CIPHERTEXT()))
        return self._handle.crypt("decrypt", data)
