"""The laboratory's key: a PEM file (ECDSA, SM2), a PKCS#11 token (ECDSA), a program (both); and proving signatures.

Leaves what is signed to `seals` and `register`. A signature is DER; its algorithm follows from the certificate's key:
ECDSA with SHA-256 (P-256) or SHA-384 (P-384), SM2 with SM3 under the identifier 1234567812345678 (GB/T 32918, GM/T
0009), so that `openssl dgst` proves it too. SM2 is signed by the system's libcrypto and proved by the oracle.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from ctypes.util import find_library
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from asn1crypto import keys, pem, x509
from asn1crypto.algos import SignedDigestAlgorithm
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_private_key

from bench.evidence import sentences
from simulators.trust import oracle
from simulators.trust.certificates import SM2_CURVE, SM2_WITH_SM3

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_LONGEST_S = 60
_CURVES = {"secp256r1": "sha256", "secp384r1": "sha384", "secp521r1": "sha512"}


class KeyTrouble(Exception):
    """A key, token or certificate that cannot be used; one sentence says which and why."""


class Signer(Protocol):
    """Who can sign: `certificate` (DER) says who that is."""

    certificate: bytes

    def sign(self, octets: bytes) -> bytes:
        """A DER signature over octets. Raises KeyTrouble."""
        ...


class PemSigner:
    """An ECDSA key of a file."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: bytes) -> None:
        self._key = key
        self.certificate = certificate

    def sign(self, octets: bytes) -> bytes:
        """ECDSA with the hash of the curve."""
        return self._key.sign(octets, ec.ECDSA(_HASHES[_CURVES[self._key.curve.name]]))


class Sm2Signer:
    """An SM2 key of a file, used by libcrypto."""

    def __init__(self, der: bytes, certificate: bytes, where: str) -> None:
        self._der = der
        self._where = where
        self.certificate = certificate

    def sign(self, octets: bytes) -> bytes:
        """SM2 with SM3 under the identifier that is the rule."""
        lib = _libcrypto()
        place = ctypes.c_char_p(self._der)
        key = lib.d2i_AutoPrivateKey(None, ctypes.byref(place), len(self._der))
        if not key:
            lib.ERR_clear_error()
            raise KeyTrouble(sentences.NO_SM2_KEY().after(self._where))
        context, md = lib.EVP_PKEY_CTX_new(key, None), lib.EVP_MD_CTX_new()
        try:
            identity, length = oracle.DEFAULT_ID, ctypes.c_size_t(128)
            made = ctypes.create_string_buffer(128)
            done = lib.EVP_PKEY_CTX_set1_id(context, identity, len(identity)) > 0
            lib.EVP_MD_CTX_set_pkey_ctx(md, context)
            done = done and lib.EVP_DigestSignInit(md, None, lib.EVP_sm3(), None, key) > 0
            done = done and lib.EVP_DigestSign(md, made, ctypes.byref(length), octets, len(octets)) > 0
        finally:
            lib.EVP_MD_CTX_free(md)
            lib.EVP_PKEY_CTX_free(context)
            lib.EVP_PKEY_free(key)
            lib.ERR_clear_error()
        if not done:
            raise KeyTrouble(sentences.CANNOT_SIGN().after(self._where))
        return made.raw[: length.value]


@cache
def _libcrypto() -> Any:
    """OpenSSL 3 with every type that is used here told. Raises KeyTrouble."""
    try:
        lib = ctypes.CDLL(find_library("crypto") or "libcrypto.so.3")
        pointer, number, size = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
        for name, result, arguments in (
            ("d2i_AutoPrivateKey", pointer, (pointer, pointer, ctypes.c_long)),
            ("EVP_PKEY_free", None, (pointer,)),
            ("EVP_PKEY_CTX_new", pointer, (pointer, pointer)),
            ("EVP_PKEY_CTX_free", None, (pointer,)),
            ("EVP_PKEY_CTX_set1_id", number, (pointer, ctypes.c_char_p, number)),
            ("EVP_MD_CTX_new", pointer, ()),
            ("EVP_MD_CTX_free", None, (pointer,)),
            ("EVP_MD_CTX_set_pkey_ctx", None, (pointer, pointer)),
            ("EVP_sm3", pointer, ()),
            ("EVP_DigestSignInit", number, (pointer, pointer, pointer, pointer, pointer)),
            ("EVP_DigestSign", number, (pointer, ctypes.c_char_p, pointer, ctypes.c_char_p, size)),
            ("ERR_clear_error", None, ()),
        ):
            function = getattr(lib, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError):
        raise KeyTrouble(str(sentences.NO_OPENSSL())) from None
    return lib


def _session(token: Any, pin: str) -> Any:
    """A session on a token; a process is logged in once, however many of its sessions there are."""
    from pkcs11.exceptions import UserAlreadyLoggedIn

    try:
        return token.open(user_pin=pin)
    except UserAlreadyLoggedIn:
        return token.open()


class TokenSigner:
    """An ECDSA key that never leaves its PKCS#11 token."""

    def __init__(self, module: str, token: str, label: str, pin: str, certificate: bytes) -> None:
        self._module, self._token, self._label, self._pin = module, token, label, pin
        self.certificate = certificate

    def sign(self, octets: bytes) -> bytes:
        """ECDSA by the token, of the hash that its curve has."""
        import pkcs11
        from pkcs11.exceptions import PKCS11Error

        where = f"PKCS#11 token {self._token!r}, key {self._label!r}"
        digest = hashlib.new(_CURVES[_curve_of(self.certificate)], octets).digest()
        try:
            token: Any = pkcs11.lib(self._module).get_token(token_label=self._token)
            with _session(token, self._pin) as session:
                key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._label)
                raw = bytes(key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        except (PKCS11Error, RuntimeError, OSError) as error:
            words = str(error) or type(error).__name__
            raise KeyTrouble(sentences.TOKEN_CANNOT_SIGN(words=words).after(where)) from None
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))


class ProgramSigner:
    """A key behind a program that reads octets and writes a DER signature over them: SM2 on a device, by its maker.

    PKCS#11 has no mechanism for SM2; devices of GM/T 0016 come with programs of their own.
    """

    def __init__(self, words: Sequence[str], folder: Path, certificate: bytes) -> None:
        own = folder / words[0]
        self._words = [str(own) if own.is_file() else words[0], *words[1:]]
        self._folder = folder
        self.certificate = certificate

    def sign(self, octets: bytes) -> bytes:
        """What the program writes."""
        name = f"signing program {self._words[0]}"
        try:
            done = subprocess.run(
                self._words, input=octets, capture_output=True, cwd=self._folder, timeout=_LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise KeyTrouble(sentences.NO_SIGNATURE(longest_s=_LONGEST_S).after(name)) from None
        except OSError as error:
            raise KeyTrouble(sentences.NOT_STARTED(strerror=error.strerror).after(name)) from None
        if done.returncode or not done.stdout:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise KeyTrouble(
                sentences.SIGNER_FAILED(returncode=done.returncode, last=lines[-1] if lines else "-").after(name)
            )
        return done.stdout


def signer_of(
    key: str, certificate: Path, folder: Path, *, module: str = "", pin_env: str = "CARBONBENCH_PIN"
) -> Signer:
    """The signer of a row of lab.toml: `key` names a PEM file below `folder`, `pkcs11:token=…;object=…` (RFC 7512)
    or `program:` with the words of a command.

    A passphrase or PIN is taken from the environment variable `pin_env`, never from a file. Raises KeyTrouble; a key
    that does not belong to its certificate is refused.
    """
    der = certificates_of(certificate)[0]
    secret = os.environ.get(pin_env, "")
    if key.startswith("pkcs11:"):
        told = (part.partition("=") for part in key.removeprefix("pkcs11:").split(";"))
        parts = {name: value for name, _, value in told}
        if not module or not parts.get("token") or not parts.get("object"):
            raise KeyTrouble(str(sentences.TOKEN_PARTS(key=key)))
        if _curve_of(der) not in _CURVES:
            raise KeyTrouble(sentences.TOKEN_ALGORITHM().after(certificate))
        made: Signer = TokenSigner(module, parts["token"], parts["object"], secret, der)
    elif key.startswith("program:"):
        words = _split(key.removeprefix("program:"))
        if not words:
            raise KeyTrouble(str(sentences.PROGRAM_PARTS(key=key)))
        made = ProgramSigner(words, folder, der)
    else:
        made = _of_file(folder / key, der, secret)
    trial = b"carbonbench: the key and its certificate belong together"
    if not proves(der, trial, made.sign(trial)):
        raise KeyTrouble(sentences.OTHER_CERTIFICATE(key=key).after(certificate))
    return made


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _of_file(path: Path, certificate: bytes, secret: str) -> Signer:
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise KeyTrouble(sentences.UNREADABLE(reason=error.strerror).after(path)) from None
    if is_sm2(certificate):
        try:
            kind, _, der = cast(tuple[str, object, bytes], pem.unarmor(octets))
        except ValueError:
            raise KeyTrouble(sentences.NO_PEM_KEY().after(path)) from None
        if "ENCRYPTED" in kind:
            raise KeyTrouble(sentences.SM2_FORM().after(path))
        return Sm2Signer(der, certificate, str(path))
    try:
        key = load_pem_private_key(octets, secret.encode() or None)
    except (ValueError, TypeError) as error:
        # cryptography's words for a missing or needless passphrase are a sentence already.
        raise KeyTrouble(sentences.KEY_UNUSABLE(error=error).after(path)) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name not in _CURVES:
        raise KeyTrouble(sentences.KEY_CURVE().after(path))
    return PemSigner(key, certificate)


def certificates_of(path: Path) -> list[bytes]:
    """The certificates (DER) of a PEM or DER file, in its order. Raises KeyTrouble."""
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise KeyTrouble(sentences.UNREADABLE(reason=error.strerror).after(path)) from None
    found: list[bytes] = []
    with suppress(ValueError):
        blocks = cast(list[tuple[str, object, bytes]], [*cast(Any, pem.unarmor(octets, multiple=True))])
        found = [der for kind, _, der in blocks if kind == "CERTIFICATE"]
    found = found or ([octets] if octets[:1] == b"\x30" else [])
    for der in found:
        check_certificate(der, str(path))
    if not found:
        raise KeyTrouble(sentences.NO_CERTIFICATE_IN().after(path))
    return found


def check_certificate(der: bytes, where: str) -> None:
    """Raises KeyTrouble for octets that are no certificate."""
    try:
        _ = x509.Certificate.load(der, strict=True).native
    except (ValueError, TypeError, KeyError):
        raise KeyTrouble(sentences.NO_CERTIFICATE().after(where)) from None


def is_sm2(certificate: bytes) -> bool:
    """Whether a certificate's key is one of SM2."""
    return _curve_of(certificate) == "sm2p256v1"


def _curve_of(certificate: bytes) -> str:
    info: Any = x509.Certificate.load(certificate).public_key
    if info.algorithm != "ec":
        return ""
    named = info["algorithm"]["parameters"].chosen.native
    return "sm2p256v1" if named in ("sm2p256v1", SM2_CURVE) else str(named)


def proves(certificate: bytes, octets: bytes, signature: bytes, hash_name: str = "", *, pss: bool = False) -> bool:
    """Whether the key of a certificate signed these octets; `hash_name` where the key does not say it."""
    if is_sm2(certificate):
        point = cast(Any, x509.Certificate.load(certificate).public_key)["public_key"].native
        try:
            return oracle.verify(oracle.decode_point(point), octets, oracle.signature_raw(signature))
        except oracle.OracleError:
            return False
    info: keys.PublicKeyInfo = x509.Certificate.load(certificate).public_key
    try:
        key = load_der_public_key(info.dump())
        if isinstance(key, ec.EllipticCurvePublicKey):
            wanted = hash_name or _CURVES.get(key.curve.name, "sha256")
            key.verify(signature, octets, ec.ECDSA(_HASHES[wanted]))
        elif isinstance(key, rsa.RSAPublicKey):
            used = _HASHES[hash_name or "sha256"]
            key.verify(
                signature,
                octets,
                padding.PSS(padding.MGF1(used), padding.PSS.AUTO) if pss else padding.PKCS1v15(),
                used,
            )
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, KeyError):
        return False
    return True


def hash_of(algorithm: SignedDigestAlgorithm) -> str:
    """The name of the hash of a signature algorithm; empty where it does not say one."""
    if cast(Any, algorithm["algorithm"]).dotted == SM2_WITH_SM3:
        return "sm3"
    try:
        return str(algorithm.hash_algo)
    except ValueError:
        return ""


def name_of(certificate: bytes) -> str:
    """The subject as people read it."""
    held = cast(dict[str, str | list[str]], x509.Certificate.load(certificate).subject.native)
    return ", ".join(", ".join(each) if isinstance(each, list) else each for each in held.values())


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate, hex, as other tools print it."""
    return hashlib.sha256(certificate).hexdigest()


def valid_at(certificate: bytes, when: datetime) -> bool:
    """Whether an instant lies in a certificate's validity."""
    held = cast(Any, x509.Certificate.load(certificate))
    return held.not_valid_before <= when.astimezone(UTC) <= held.not_valid_after


def armored(certificates: Iterable[bytes]) -> str:
    """Certificates as PEM."""
    return "".join(pem.armor("CERTIFICATE", der).decode() for der in certificates)
