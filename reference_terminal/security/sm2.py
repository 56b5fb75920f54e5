"""SM2 signatures and encryption (GB/T 32918) by the system's libcrypto: fast, in constant time, strict about encodings.

Leaves certificates to `certificates`. Every signature is made and checked under an explicit identifier: the library's
own default differs between versions.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import weakref
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

IDENTIFIER = b"1234567812345678"
"""The identifier of certificates, payloads and fingerprints."""
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
"""Order n of the curve (GB/T 32918.5)."""
_DER_ROOM = 80
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
        raise CryptoError(
            "SM2 needs OpenSSL 3 (libcrypto.so.3), which this machine lacks; install it / 缺少 OpenSSL 3 动态库"
        ) from None
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
        ("EVP_DigestSignInit", ctypes.c_int, [pointer] * 5),
        ("EVP_DigestSign", ctypes.c_int, [pointer, octets, size_out, octets, size]),
        ("EVP_DigestVerifyInit", ctypes.c_int, [pointer] * 5),
        ("EVP_DigestVerify", ctypes.c_int, [pointer, octets, size, octets, size]),
        ("EVP_PKEY_encrypt_init", ctypes.c_int, [pointer]),
        ("EVP_PKEY_encrypt", ctypes.c_int, [pointer, octets, size_out, octets, size]),
        ("EVP_PKEY_decrypt_init", ctypes.c_int, [pointer]),
        ("EVP_PKEY_decrypt", ctypes.c_int, [pointer, octets, size_out, octets, size]),
        ("EVP_PKEY_is_a", ctypes.c_int, [pointer, octets]),
        ("ERR_clear_error", None, []),
    ):
        try:
            found = getattr(library, function)
        except AttributeError:
            raise CryptoError(
                f"SM2 needs OpenSSL 3, {name} lacks {function}; install OpenSSL 3 / OpenSSL 版本过低,应为 3.x"
            ) from None
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
            raise CryptoError(f"expected an SM2 {what} in DER, found something else / 不是 SM2 密钥")
        weakref.finalize(self, library.EVP_PKEY_free, self.pointer)

    def with_digest(self, identifier: bytes, use: Callable[[Any, Any, Any], _Result]) -> _Result:
        """`use(library, digest context, key)` under an identifier; both contexts are freed whatever happens."""
        library = _library()
        digest = library.EVP_MD_CTX_new()
        context = library.EVP_PKEY_CTX_new(self.pointer, None)
        try:
            if library.EVP_PKEY_CTX_set1_id(context, identifier, len(identifier)) != 1:
                raise CryptoError("the SM2 identifier was not accepted / SM2 标识无效")
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
                raise CryptoError(f"SM2 cannot {verb} this / SM2 运算失败")
            buffer = ctypes.create_string_buffer(room.value)
            if run(context, buffer, ctypes.byref(room), data, len(data)) != 1:
                raise CryptoError(f"SM2 cannot {verb} this: altered, or for another key / SM2 运算失败")
            return buffer.raw[: room.value]
        finally:
            library.EVP_PKEY_CTX_free(context)
            library.ERR_clear_error()


class PublicKey:
    """An SM2 public key from its SubjectPublicKeyInfo (DER). Raises CryptoError for anything else."""

    def __init__(self, der: bytes) -> None:
        if _SM2_OID not in der:
            raise CryptoError("expected an SM2 public key in DER, found something else / 不是 SM2 公钥")
        self._handle = _Handle(der, "d2i_PUBKEY", "public key")

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
            raise CryptoError("SM2 encrypts at least one octet / SM2 不能加密空数据")
        return self._handle.crypt("encrypt", data)


class PrivateKey:
    """An SM2 private key from PKCS#8 or SEC 1 DER. Raises CryptoError for anything else."""

    def __init__(self, der: bytes) -> None:
        self._handle = _Handle(der, "d2i_AutoPrivateKey", "private key")

    def sign(self, message: bytes, identifier: bytes = IDENTIFIER) -> bytes:
        """A DER signature over `message`."""

        def make(library: Any, digest: Any, key: Any) -> bytes:
            room = ctypes.c_size_t(_DER_ROOM)
            buffer = ctypes.create_string_buffer(_DER_ROOM)
            if (
                library.EVP_DigestSignInit(digest, None, library.EVP_sm3(), None, key) != 1
                or library.EVP_DigestSign(digest, buffer, ctypes.byref(room), message, len(message)) != 1
            ):
                raise CryptoError("SM2 cannot sign with this key / SM2 签名失败")
            return buffer.raw[: room.value]

        return self._handle.with_digest(identifier, make)

    def sign_raw(self, message: bytes, identifier: bytes = IDENTIFIER) -> bytes:
        """As `sign`, r‖s in 64 octets."""
        r, s = decode_dss_signature(self.sign(message, identifier))
        return r.to_bytes(32) + s.to_bytes(32)

    def decrypt(self, data: bytes) -> bytes:
        """The plaintext of a DER SM2Cipher; an altered one is refused. Raises CryptoError."""
        if not data:
            raise CryptoError("expected an SM2 ciphertext, found nothing / SM2 密文为空")
        return self._handle.crypt("decrypt", data)
