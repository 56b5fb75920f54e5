"""What a TLS or TLCP handshake says in the clear: offers of the client, choices of the server, alerts.

Leaves the handshake to the stacks. It reads the octets that cross the wire, so that suite and group are seen and not
taken on a stack's word. Nothing given here raises: what cannot be read stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

_HANDSHAKE, _ALERT, _CHANGE = 22, 21, 20
_LIMIT = 65_536

SUITES = {
    0x00C6: "TLS_SM4_GCM_SM3",
    0x00C7: "TLS_SM4_CCM_SM3",
    0x00FF: "TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
    0x1301: "TLS_AES_128_GCM_SHA256",
    0x1302: "TLS_AES_256_GCM_SHA384",
    0x1303: "TLS_CHACHA20_POLY1305_SHA256",
    0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    0xE011: "ECDHE_SM4_CBC_SM3",
    0xE013: "ECC_SM4_CBC_SM3",
    0xE051: "ECDHE_SM4_GCM_SM3",
    0xE053: "ECC_SM4_GCM_SM3",
}
GROUPS = {
    23: "secp256r1",
    24: "secp384r1",
    25: "secp521r1",
    29: "x25519",
    30: "x448",
    41: "curveSM2",
    0x11EC: "X25519MLKEM768",
}
VERSIONS = {0x0101: "TLCPv1.1", 0x0301: "TLSv1.0", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}
ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    40: "handshake_failure",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    90: "user_canceled",
    109: "missing_extension",
    112: "unrecognized_name",
    116: "certificate_required",
}


def _named(names: dict[int, str], code: int) -> str:
    return names.get(code, f"{code:04X}")


@dataclass
class Hello:
    """What has been read so far; empty texts are unknown."""

    version: str = ""
    suite: str = ""
    group: str = ""
    server_name: str = ""
    alert: str = ""
    offered_versions: tuple[str, ...] = ()
    offered_suites: tuple[str, ...] = ()
    offered_groups: tuple[str, ...] = ()


class _Cursor:
    """Reads numbers and vectors; raises IndexError at the end."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._octets) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise IndexError
        self._at += count
        return self._octets[self._at - count : self._at]

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def vector(self, width: int) -> bytes:
        return self.take(self.number(width))


def _extensions(cursor: _Cursor) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    if cursor.left < 2:
        return found
    inner = _Cursor(cursor.vector(2))
    while inner.left:
        kind = inner.number(2)
        found[kind] = inner.vector(2)
    return found


def _pairs(octets: bytes) -> list[int]:
    return [int.from_bytes(octets[at : at + 2], "big") for at in range(0, len(octets) - 1, 2)]


class Reader:
    """Takes the octets of both directions and fills a `Hello`."""

    def __init__(self) -> None:
        self.hello = Hello()
        self._rest = {True: b"", False: b""}
        self._messages = {True: b"", False: b""}
        self._done = {True: False, False: False}
        self._count = 0

    def feed(self, octets: bytes, *, from_client: bool) -> None:
        """Octets as they cross the wire; ignored once everything in the clear has been read."""
        if self._done[from_client]:
            return
        self._count += len(octets)
        if self._count > _LIMIT:
            self._done = {True: True, False: True}
            return
        rest = self._rest[from_client] + octets
        while len(rest) >= 5 and not self._done[from_client]:
            length = int.from_bytes(rest[3:5], "big")
            if len(rest) < 5 + length:
                break
            self._record(rest[0], rest[5 : 5 + length], from_client)
            rest = rest[5 + length :]
        self._rest[from_client] = rest

    def _record(self, kind: int, body: bytes, from_client: bool) -> None:
        if kind == _ALERT and len(body) == 2:
            self.hello.alert = ALERTS.get(body[1], str(body[1]))
        elif kind == _CHANGE:
            # What follows is encrypted.
            self._done[from_client] = True
        elif kind == _HANDSHAKE:
            rest = self._messages[from_client] + body
            while len(rest) >= 4:
                length = int.from_bytes(rest[1:4], "big")
                if len(rest) < 4 + length:
                    break
                self._message(rest[0], rest[4 : 4 + length])
                rest = rest[4 + length :]
            self._messages[from_client] = rest

    def _message(self, kind: int, body: bytes) -> None:
        try:
            if kind == 1:
                self._client(_Cursor(body))
            elif kind == 2:
                self._server(_Cursor(body))
            elif kind == 12 and body[:1] == b"\x03" and not self.hello.group:
                self.hello.group = _named(GROUPS, int.from_bytes(body[1:3], "big"))
        except IndexError:
            return

    def _client(self, cursor: _Cursor) -> None:
        version = cursor.number(2)
        cursor.take(32)
        cursor.vector(1)
        # Reserved values of RFC 8701 are noise.
        suites = [suite for suite in _pairs(cursor.vector(2)) if suite & 0x0F0F != 0x0A0A]
        cursor.vector(1)
        self.hello.offered_suites = tuple(_named(SUITES, suite) for suite in suites)
        self.hello.offered_versions = (_named(VERSIONS, version),)
        extensions = _extensions(cursor)
        if 43 in extensions:
            versions = [each for each in _pairs(extensions[43][1:]) if each & 0x0F0F != 0x0A0A]
            self.hello.offered_versions = tuple(_named(VERSIONS, each) for each in versions)
        if 10 in extensions:
            groups = [each for each in _pairs(extensions[10][2:]) if each & 0x0F0F != 0x0A0A]
            self.hello.offered_groups = tuple(_named(GROUPS, each) for each in groups)
        if 0 in extensions:
            names = _Cursor(extensions[0])
            names.number(2)
            if names.number(1) == 0:
                self.hello.server_name = names.vector(2).decode("ascii", "replace")

    def _server(self, cursor: _Cursor) -> None:
        version = cursor.number(2)
        cursor.take(32)
        cursor.vector(1)
        suite = cursor.number(2)
        cursor.number(1)
        extensions = _extensions(cursor)
        if len(extensions.get(43, b"")) == 2:
            version = int.from_bytes(extensions[43], "big")
        self.hello.version = _named(VERSIONS, version)
        self.hello.suite = _named(SUITES, suite)
        if len(extensions.get(51, b"")) >= 2:
            self.hello.group = _named(GROUPS, int.from_bytes(extensions[51][:2], "big"))
