"""TLS sessions over memory: TLS with pyOpenSSL, RFC 8998 and TLCP with the stack inside `tongsuopy`.

No sockets, no clock: leaves the octets' way to the channels. Both stacks see the time they are told, so that a
certificate expires on the clock of the world. `tongsuopy` carries an old library (2022): a peer for tests, never a
product's channel.
"""

# Groups and signature algorithms of SM2 can only be set through pyOpenSSL's own binding.
# pyright: reportPrivateUsage=false, reportPrivateImportUsage=false

from __future__ import annotations

import ctypes
import importlib.util
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, Protocol

from asn1crypto import pem
from cryptography import x509
from OpenSSL import SSL, crypto

Peers = Literal["none", "request", "require"]
"""Whether a server asks its client for a certificate, and insists."""

_CHUNK = 65_536


class SessionError(RuntimeError):
    """A stack that cannot do what is asked of it, or certificates it cannot use; one sentence."""


@dataclass(frozen=True)
class Material:
    """What one side brings: its own certificates and keys, and whom it trusts (PEM).

    `encryption_*` are for TLCP. The stack under RFC 8998 and TLCP reads no revocation lists. `staple` gives what a
    server staples beside its certificate (OCSP, DER), none if empty. `keys` is told the secrets of each session of TLS
    1.2 and 1.3, a line of NSS's key log each, for whoever reads the wire afterwards.
    """

    certificate: str
    key: str
    anchors: str
    crls: str = ""
    encryption_certificate: str = ""
    encryption_key: str = ""
    staple: Callable[[], bytes] | None = None
    keys: Callable[[str], None] | None = None


class Session(Protocol):
    """One side of a handshake and what follows. Octets of the wire go in and come out, plaintext likewise.

    `agreed` is true after the handshake, `failed` says why it never will be, `ended` is true when the peer said
    goodbye.
    """

    agreed: bool
    failed: str
    ended: bool

    def feed(self, octets: bytes) -> None:
        """Octets from the wire (none to begin a client's handshake)."""
        ...

    def outgoing(self) -> bytes:
        """Octets for the wire."""
        ...

    def incoming(self) -> bytes:
        """Plaintext that has come."""
        ...

    def write(self, data: bytes) -> None:
        """Plaintext to send; only after `agreed`."""
        ...

    def close(self) -> None:
        """Say goodbye."""
        ...

    def peer(self) -> bytes:
        """The peer's certificate as DER, empty if it showed none."""
        ...


def pems(text: str, label: str = "CERTIFICATE") -> list[bytes]:
    """The DER octets of every block with a label."""
    if not text.strip():
        return []
    blocks: Any = pem.unarmor(text.encode(), multiple=True)
    return [octets for kind, _, octets in blocks if kind == label]


# pyOpenSSL.


class OpenSslSession:
    """A session of pyOpenSSL, either side."""

    def __init__(self, context: SSL.Context, at_us: int, *, server: bool, server_name: str = "") -> None:
        store = context.get_cert_store()
        if store is not None:
            store.set_time(datetime.fromtimestamp(at_us // 1_000_000, UTC))
        self.agreed = False
        self.failed = ""
        self.ended = False
        self._plain = b""
        self._connection = SSL.Connection(context, None)
        if server:
            self._connection.set_accept_state()
        else:
            self._connection.set_connect_state()
            if server_name:
                self._connection.set_tlsext_host_name(server_name.encode())

    def feed(self, octets: bytes) -> None:
        """Octets from the wire."""
        for at in range(0, len(octets), _CHUNK):
            self._connection.bio_write(octets[at : at + _CHUNK])
        try:
            if not self.agreed:
                self._connection.do_handshake()
                self.agreed = True
            while True:
                self._plain += self._connection.recv(_CHUNK)
        except SSL.WantReadError:
            return
        except SSL.ZeroReturnError:
            self.ended = True
        except SSL.Error as error:
            self.failed = self.failed or self._reason(error)

    def outgoing(self) -> bytes:
        """Octets for the wire."""
        found = b""
        try:
            while True:
                found += self._connection.bio_read(_CHUNK)
        except SSL.WantReadError:
            return found

    def incoming(self) -> bytes:
        """Plaintext that has come."""
        found, self._plain = self._plain, b""
        return found

    def write(self, data: bytes) -> None:
        """Plaintext to send."""
        for at in range(0, len(data), 16_384):
            self._connection.send(data[at : at + 16_384])

    def close(self) -> None:
        """Say goodbye."""
        try:
            self._connection.shutdown()
        except SSL.Error:
            # The peer broke off before; there is nobody to say it to.
            return

    def _reason(self, error: SSL.Error) -> str:
        """The stack's reasons in its own words."""
        if isinstance(error, SSL.SysCallError):
            return "the connection ended within the handshake"
        found = error.args[0] if error.args else ()
        words = [str(each[-1]) for each in found] if isinstance(found, list) else [str(found)]
        lib: Any = SSL._lib
        raw: Any = self._connection._ssl
        verdict = lib.SSL_get_verify_result(raw)
        if verdict and not self.agreed:
            ffi: Any = SSL._ffi
            words.append(ffi.string(lib.X509_verify_cert_error_string(verdict)).decode())
        return "; ".join(word for word in words if word) or type(error).__name__

    def peer(self) -> bytes:
        """The peer's certificate as DER."""
        found = self._connection.get_peer_certificate()
        return crypto.dump_certificate(crypto.FILETYPE_ASN1, found) if found else b""


def _asks(peers: Peers) -> int:
    return {
        "none": SSL.VERIFY_NONE,
        "request": SSL.VERIFY_PEER,
        "require": SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT,
    }[peers]


def openssl_context(material: Material, peers: Peers, *, national: bool = False) -> SSL.Context:
    """A context for TLS 1.2 and 1.3, or for RFC 8998 alone if `national`. Raises SessionError.

    RFC 8998 needs OpenSSL 4 (wheels of `cryptography` from 47 on).
    """
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_min_proto_version(SSL.TLS1_3_VERSION if national else SSL.TLS1_2_VERSION)
    # Resumption would let a client in without its certificate being looked at again.
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET)
    lib: Any = SSL._lib
    if national:
        raw: Any = context._context
        try:
            context.set_tls13_ciphersuites(b"TLS_SM4_GCM_SM3")
            fit = lib.SSL_CTX_set1_curves_list(raw, b"curveSM2") == 1
            fit = fit and lib.SSL_CTX_set1_sigalgs_list(raw, b"sm2sig_sm3") == 1
        except SSL.Error:
            fit = False
        if not fit:
            raise SessionError(
                "RFC 8998 needs the OpenSSL 4 inside the wheel of cryptography 47 or later; "
                f"this one has {SSL.SSLeay_version(0).decode()}; install the wheel from PyPI"
            )
    try:
        if material.certificate:
            first, *others = [x509.load_der_x509_certificate(der) for der in pems(material.certificate)]
            context.use_certificate(first)
            for other in others:
                context.add_extra_chain_cert(other)
            with warnings.catch_warnings():
                # The keys of `cryptography` know no SM2: the older form is the only one for all families.
                warnings.simplefilter("ignore", DeprecationWarning)
                context.use_privatekey(crypto.load_privatekey(crypto.FILETYPE_PEM, material.key.encode()))
            context.check_privatekey()
    except (SSL.Error, crypto.Error, ValueError, TypeError) as error:
        raise SessionError(f"certificate and key cannot be used together ({error})") from None
    store = context.get_cert_store()
    if store is None:
        raise SessionError("the stack has no store of anchors")
    for der in pems(material.anchors):
        store.add_cert(crypto.load_certificate(crypto.FILETYPE_ASN1, der))
    lists = pems(material.crls, "X509 CRL")
    for der in lists:
        store.add_crl(x509.load_der_x509_crl(der))
    if lists:
        store.set_flags(crypto.X509StoreFlags.CRL_CHECK | crypto.X509StoreFlags.CRL_CHECK_ALL)
    context.set_verify(_asks(peers))
    staple = material.staple
    if staple is not None:
        context.set_ocsp_server_callback(lambda _connection, _data: staple())
    keys = material.keys
    if keys is not None:
        context.set_keylog_callback(lambda _connection, line: keys(line.decode("ascii")))
    return context


# tongsuopy.

_P = ctypes.c_void_p
_I = ctypes.c_int
_L = ctypes.c_long
_S = ctypes.c_char_p
_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "TLS_method": (_P, ()),
    "NTLS_method": (_P, ()),
    "SSL_CTX_new": (_P, (_P,)),
    "SSL_CTX_free": (None, (_P,)),
    "SSL_CTX_enable_ntls": (None, (_P,)),
    "SSL_CTX_ctrl": (_L, (_P, _I, _L, _P)),
    "SSL_CTX_set_options": (ctypes.c_ulong, (_P, ctypes.c_ulong)),
    "SSL_CTX_set_ciphersuites": (_I, (_P, _S)),
    "SSL_CTX_set_cipher_list": (_I, (_P, _S)),
    "SSL_CTX_use_certificate": (_I, (_P, _P)),
    "SSL_CTX_use_PrivateKey": (_I, (_P, _P)),
    "SSL_CTX_use_sign_certificate": (_I, (_P, _P)),
    "SSL_CTX_use_sign_PrivateKey": (_I, (_P, _P)),
    "SSL_CTX_use_enc_certificate": (_I, (_P, _P)),
    "SSL_CTX_use_enc_PrivateKey": (_I, (_P, _P)),
    "SSL_CTX_get_cert_store": (_P, (_P,)),
    "SSL_CTX_add_client_CA": (_I, (_P, _P)),
    "SSL_CTX_set_verify": (None, (_P, _I, _P)),
    "X509_STORE_add_cert": (_I, (_P, _P)),
    "BIO_new": (_P, (_P,)),
    "BIO_s_mem": (_P, ()),
    "BIO_new_mem_buf": (_P, (_P, _I)),
    "BIO_read": (_I, (_P, _P, _I)),
    "BIO_write": (_I, (_P, _P, _I)),
    "BIO_free": (_I, (_P,)),
    "PEM_read_bio_PrivateKey": (_P, (_P, _P, _P, _P)),
    "EVP_PKEY_free": (None, (_P,)),
    "d2i_X509": (_P, (_P, _P, _L)),
    "i2d_X509": (_I, (_P, _P)),
    "X509_free": (None, (_P,)),
    "X509_VERIFY_PARAM_set_time": (None, (_P, ctypes.c_int64)),
    "X509_verify_cert_error_string": (_S, (_L,)),
    "SSL_get_verify_result": (_L, (_P,)),
    "SSL_new": (_P, (_P,)),
    "SSL_free": (None, (_P,)),
    "SSL_get0_param": (_P, (_P,)),
    "SSL_ctrl": (_L, (_P, _I, _L, _P)),
    "SSL_set_bio": (None, (_P, _P, _P)),
    "SSL_set_accept_state": (None, (_P,)),
    "SSL_set_connect_state": (None, (_P,)),
    "SSL_do_handshake": (_I, (_P,)),
    "SSL_read": (_I, (_P, _P, _I)),
    "SSL_write": (_I, (_P, _P, _I)),
    "SSL_shutdown": (_I, (_P,)),
    "SSL_get_error": (_I, (_P, _I)),
    "SSL_get_peer_certificate": (_P, (_P,)),
    "ERR_get_error": (ctypes.c_ulong, ()),
    "ERR_clear_error": (None, ()),
    "ERR_reason_error_string": (_S, (ctypes.c_ulong,)),
}
_WANT_READ, _ZERO_RETURN, _SYSCALL = 2, 6, 5
_SET_MIN, _SET_MAX, _SET_GROUPS, _SET_SIGALGS, _EXTRA_CHAIN = 123, 124, 92, 98, 14
_SET_HOST = 55
_NO_TICKET = 1 << 14
_TLS13 = 0x0304
TLCP_SUITES = (
    "ECC-SM2-SM4-GCM-SM3",
    "ECC-SM2-SM4-CBC-SM3",
    "ECDHE-SM2-SM4-GCM-SM3",
    "ECDHE-SM2-SM4-CBC-SM3",
)


@cache
def _library() -> Any:
    """The library inside the wheel. Raises SessionError if it is not there."""
    found = importlib.util.find_spec("tongsuopy")
    spec = importlib.util.find_spec("tongsuopy.backends._tongsuo") if found else None
    if spec is None or spec.origin is None:
        raise SessionError(
            "RFC 8998 and TLCP at a centre need the package tongsuopy 1.0.1 (x86-64); install it from PyPI, "
            "or give the centre another channel"
        )
    library = ctypes.CDLL(spec.origin)
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


class TongsuoContext:
    """A context for RFC 8998 alone, or for TLCP alone. Raises SessionError."""

    def __init__(self, material: Material, peers: Peers, *, tlcp: bool, suites: Sequence[str] = TLCP_SUITES) -> None:
        lib = self._lib = _library()
        self.pointer = lib.SSL_CTX_new(lib.NTLS_method() if tlcp else lib.TLS_method())
        if tlcp:
            lib.SSL_CTX_enable_ntls(self.pointer)
            self._need(lib.SSL_CTX_set_cipher_list(self.pointer, ":".join(suites).encode()), "the suites of TLCP")
        else:
            lib.SSL_CTX_ctrl(self.pointer, _SET_MIN, _TLS13, None)
            lib.SSL_CTX_ctrl(self.pointer, _SET_MAX, _TLS13, None)
            self._need(lib.SSL_CTX_set_ciphersuites(self.pointer, b"TLS_SM4_GCM_SM3"), "the suite of RFC 8998")
            self._need(lib.SSL_CTX_ctrl(self.pointer, _SET_GROUPS, 0, b"SM2"), "the group of RFC 8998")
            self._need(lib.SSL_CTX_ctrl(self.pointer, _SET_SIGALGS, 0, b"sm2sig_sm3"), "the signature of RFC 8998")
        lib.SSL_CTX_set_options(self.pointer, _NO_TICKET)
        if material.certificate:
            self._own(material, tlcp)
        store = lib.SSL_CTX_get_cert_store(self.pointer)
        for der in pems(material.anchors):
            anchor = self._certificate(der)
            lib.X509_STORE_add_cert(store, anchor)
            lib.SSL_CTX_add_client_CA(self.pointer, anchor)
            lib.X509_free(anchor)
        lib.SSL_CTX_set_verify(self.pointer, {"none": 0, "request": 1, "require": 3}[peers], None)

    def _own(self, material: Material, tlcp: bool) -> None:
        lib = self._lib
        first, *others = pems(material.certificate)
        kinds = (
            (
                ("sign_", first, material.key),
                ("enc_", pems(material.encryption_certificate)[0], material.encryption_key),
            )
            if tlcp
            else (("", first, material.key),)
        )
        for prefix, der, key_text in kinds:
            certificate = self._certificate(der)
            self._need(getattr(lib, f"SSL_CTX_use_{prefix}certificate")(self.pointer, certificate), "its certificate")
            lib.X509_free(certificate)
            text = key_text.encode()
            bio = lib.BIO_new_mem_buf(text, len(text))
            key = lib.PEM_read_bio_PrivateKey(bio, None, None, None)
            lib.BIO_free(bio)
            if not key:
                raise SessionError(f"the key cannot be read ({self._error()})")
            self._need(getattr(lib, f"SSL_CTX_use_{prefix}PrivateKey")(self.pointer, key), "its key")
            lib.EVP_PKEY_free(key)
        for der in others:
            # The context takes these over.
            self._need(lib.SSL_CTX_ctrl(self.pointer, _EXTRA_CHAIN, 0, self._certificate(der)), "its chain")

    def _certificate(self, der: bytes) -> int:
        buffer = ctypes.create_string_buffer(der, len(der))
        at = ctypes.c_void_p(ctypes.addressof(buffer))
        found = self._lib.d2i_X509(None, ctypes.byref(at), len(der))
        if not found:
            raise SessionError(f"a certificate cannot be read ({self._error()})")
        return found

    def _need(self, result: int, what: str) -> None:
        if result != 1:
            raise SessionError(f"the stack refuses {what} ({self._error()})")

    def _error(self) -> str:
        return errors(self._lib)

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            self._lib.SSL_CTX_free(self.pointer)
            self.pointer = None


def errors(lib: Any) -> str:
    """Everything in the library's queue of errors, in its own words."""
    words: list[str] = []
    while code := lib.ERR_get_error():
        words.append((lib.ERR_reason_error_string(code) or b"error").decode())
    return "; ".join(dict.fromkeys(words)) or "no reason given"


class TongsuoSession:
    """A session of the library inside `tongsuopy`, either side."""

    def __init__(self, context: TongsuoContext, at_us: int, *, server: bool, server_name: str = "") -> None:
        lib = self._lib = _library()
        self._context = context
        self.agreed = False
        self.failed = ""
        self.ended = False
        self._plain = b""
        self._in = lib.BIO_new(lib.BIO_s_mem())
        self._out = lib.BIO_new(lib.BIO_s_mem())
        self._ssl = lib.SSL_new(context.pointer)
        lib.SSL_set_bio(self._ssl, self._in, self._out)
        lib.X509_VERIFY_PARAM_set_time(lib.SSL_get0_param(self._ssl), at_us // 1_000_000)
        if server:
            lib.SSL_set_accept_state(self._ssl)
        else:
            lib.SSL_set_connect_state(self._ssl)
            if server_name:
                lib.SSL_ctrl(self._ssl, _SET_HOST, 0, server_name.encode())

    def feed(self, octets: bytes) -> None:
        """Octets from the wire."""
        lib = self._lib
        lib.ERR_clear_error()
        if octets:
            lib.BIO_write(self._in, octets, len(octets))
        if not self.agreed:
            result = lib.SSL_do_handshake(self._ssl)
            if result != 1:
                self._stopped(result)
                return
            self.agreed = True
        buffer = ctypes.create_string_buffer(_CHUNK)
        while (count := lib.SSL_read(self._ssl, buffer, _CHUNK)) > 0:
            self._plain += buffer.raw[:count]
        self._stopped(count)

    def _stopped(self, result: int) -> None:
        kind = self._lib.SSL_get_error(self._ssl, result)
        if kind == _WANT_READ:
            return
        if kind == _ZERO_RETURN:
            self.ended = True
        elif not self.failed:
            words = errors(self._lib)
            verdict = self._lib.SSL_get_verify_result(self._ssl)
            if verdict and not self.agreed:
                words += f"; {self._lib.X509_verify_cert_error_string(verdict).decode()}"
            self.failed = "the connection ended within the handshake" if kind == _SYSCALL else words

    def outgoing(self) -> bytes:
        """Octets for the wire."""
        found = b""
        buffer = ctypes.create_string_buffer(_CHUNK)
        while (count := self._lib.BIO_read(self._out, buffer, _CHUNK)) > 0:
            found += buffer.raw[:count]
        return found

    def incoming(self) -> bytes:
        """Plaintext that has come."""
        found, self._plain = self._plain, b""
        return found

    def write(self, data: bytes) -> None:
        """Plaintext to send."""
        for at in range(0, len(data), 16_384):
            piece = data[at : at + 16_384]
            self._lib.SSL_write(self._ssl, piece, len(piece))

    def close(self) -> None:
        """Say goodbye."""
        if self.agreed and not self.failed:
            self._lib.SSL_shutdown(self._ssl)

    def peer(self) -> bytes:
        """The peer's certificate as DER."""
        lib = self._lib
        found = lib.SSL_get_peer_certificate(self._ssl)
        if not found:
            return b""
        length = lib.i2d_X509(found, None)
        buffer = ctypes.create_string_buffer(length)
        at = ctypes.c_void_p(ctypes.addressof(buffer))
        lib.i2d_X509(found, ctypes.byref(at))
        lib.X509_free(found)
        return buffer.raw[:length]

    def __del__(self) -> None:
        if getattr(self, "_ssl", None):
            self._lib.SSL_free(self._ssl)
            self._ssl = None
