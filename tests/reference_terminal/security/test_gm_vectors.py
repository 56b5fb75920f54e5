"""SM2, SM3 and SM4 of the terminal against published vectors, an independent oracle and the OpenSSL command line."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from house import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_terminal.crypto.certificates import der_of
from reference_terminal.crypto.sm2 import IDENTIFIER, ORDER, CryptoError, PrivateKey, PublicKey
from reference_terminal.crypto.symmetric import (
    Unreadable,
    base64url,
    ecb_text,
    from_base64url,
    gcm_open,
    gcm_seal,
    hmac_sm3,
    sm3,
    stretched,
)
from simulators.trust import oracle

VECTORS: dict[str, Any] = json.loads((ROOT / "fixtures/vectors/payload.json").read_text())
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
X, Y = (
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
)
R = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
S = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")


def public(x: str = X, y: str = Y) -> PublicKey:
    return PublicKey(SPKI + bytes.fromhex(x + y))


def private(d: int = D) -> PrivateKey:
    """SEC 1: version, d, curve."""
    body = bytes.fromhex("020101") + b"\x04\x20" + d.to_bytes(32) + bytes.fromhex("a00a06082a811ccf5501822d")
    return PrivateKey(b"\x30" + bytes([len(body)]) + body)


def der(r: str, s: str) -> bytes:
    return encode_dss_signature(int(r, 16), int(s, 16))


def test_sm3_and_its_hmac() -> None:
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    long = bytes.fromhex("".join(f"{n:02x}" for n in range(1, 0x26)))
    assert hmac_sm3(long, b"\xcd" * 50).hex() == "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae"
    text = b"The quick brown fox jumps over the lazy dog"
    assert hmac_sm3(b"key", text).hex() == "bd4a34077888162b210645b8ebf74b9af357303789357a27c7fc457244ebd398"
    assert stretched(b"password", b"salt", 2).hex() == "fee723a2bc966e11dffb66133f4e8df5"


def test_sm4_gcm_of_rfc_8998() -> None:
    nonce, associated = bytes.fromhex("00001234567800000000ABCD"), bytes.fromhex("FEEDFACEDEADBEEF" * 2 + "ABADDAD2")
    plain = b"".join(bytes([octet]) * 8 for octet in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    sealed = gcm_seal(KEY, nonce, plain, associated)
    assert sealed.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397"
        "b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert gcm_open(KEY, nonce, sealed, associated) == plain
    for spoiled in (sealed[:-1], bytes([sealed[0] ^ 1]) + sealed[1:], sealed[:-1] + bytes([sealed[-1] ^ 1]), b""):
        with pytest.raises(Unreadable):
            gcm_open(KEY, nonce, spoiled, associated)
    with pytest.raises(Unreadable):
        gcm_open(KEY, nonce, sealed, associated + b"x")


@pytest.mark.parametrize(("text", "cipher"), VECTORS["necc"]["fields"].items())
def test_single_values_as_energy_platforms_want_them(text: str, cipher: str) -> None:
    assert ecb_text(KEY, text) == cipher


def test_sm2_signature_of_the_standard() -> None:
    assert public().verify(b"message digest", der(R, S))
    assert public().verify_raw(b"message digest", bytes.fromhex(R + S))
    assert not public().verify(b"message digesu", der(R, S))
    tls = "57547f5ff7170ab8c2829d1321d568aa3f6a8255a78ed3841677f4099a3bcb57"
    tls_s = "fbf7205b3bf7c4509786c4cbebc92391f16a2f75403aa4b410d608f9efba3782"
    assert public().verify(b"message digest", der(tls, tls_s), b"TLSv1.3+GM+Cipher+Suite")


def test_the_standards_nonce_gives_the_standards_signature() -> None:
    e = 0xF0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640
    k = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
    assert private().sign_digest(e, k) == (int(R, 16), int(S, 16))


def test_a_nonce_depends_on_key_message_and_chance_together() -> None:
    def signature(message: bytes, seed: int, d: int = D) -> bytes:
        body = bytes.fromhex("0201010420") + d.to_bytes(32, "big") + bytes.fromhex("a00a06082a811ccf5501822d")
        return PrivateKey(b"\x30" + bytes([len(body)]) + body, random.Random(seed)).sign_raw(message)

    assert signature(b"m", 1) == signature(b"m", 1)
    found = {signature(b"m", 1)[:32], signature(b"n", 1)[:32], signature(b"m", 2)[:32], signature(b"m", 1, D + 1)[:32]}
    assert len(found) == 4
    # The same chance for two messages must not give the same nonce: then the key would follow from the signatures.
    r1, s1, r2, s2 = (
        int.from_bytes(s[at : at + 32], "big") for s in (signature(b"m", 1), signature(b"n", 1)) for at in (0, 32)
    )
    assert (s1 - s2) * pow(s2 + r2 - s1 - r1, -1, ORDER) % ORDER != D


def test_each_identifier_verifies_its_own_signatures_only() -> None:
    names = (b"", IDENTIFIER, b"a terminal", b"TLSv1.3+GM+Cipher+Suite")
    for mine in names:
        signature = private().sign(b"m", mine)
        assert [public().verify(b"m", signature, other) for other in names] == [other == mine for other in names]


def test_two_signatures_of_one_message_differ() -> None:
    assert private().sign(b"m") != private().sign(b"m")


def test_nearly_signatures_are_none() -> None:
    good = der(R, S)
    r, s = int(R, 16), int(S, 16)
    wrong = [
        good + b"\x00",
        b"",
        bytes.fromhex(R + S),
        b"\x30\x81" + good[1:],
        b"\x30" + bytes([len(good) + 1]) + good[2:4] + b"\x00" + good[4:],
        encode_dss_signature(r, s + ORDER),
        encode_dss_signature(r, s + 2**256),
        encode_dss_signature(0, s),
        encode_dss_signature(r, 0),
        encode_dss_signature(r, ORDER - r),
    ]
    assert [public().verify(b"message digest", each) for each in wrong] == [False] * len(wrong)
    assert not public().verify_raw(b"message digest", bytes.fromhex(R + S) + b"\x00")
    assert not public().verify_raw(b"message digest", good)


def test_sm2_encryption_of_the_standard_and_every_alteration() -> None:
    x1, y1 = (
        "04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73",
        "e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0",
    )
    c3, c2 = (
        "59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766",
        "21886ca989ca9c7d58087307ca93092d651efa",
    )
    body = bytes.fromhex(f"0220{x1}022100{y1}0420{c3}0413{c2}")
    sealed = b"\x30" + bytes([len(body)]) + body
    assert private().decrypt(sealed) == b"encryption standard"
    # One bit of C1, C3, C2.
    for place in (10, len(sealed) - 19 - 2 - 5, len(sealed) - 1):
        spoiled = bytearray(sealed)
        spoiled[place] ^= 1
        with pytest.raises(CryptoError):
            private().decrypt(bytes(spoiled))
    for nothing in (b"", b"\x30\x00"):
        with pytest.raises(CryptoError):
            private().decrypt(nothing)
    with pytest.raises(CryptoError):
        public().encrypt(b"")


@pytest.mark.parametrize("plain", [b"\x00", b"\x00" * 33, b"\x0f" + b"x" * 255, b"y" * 4096])
def test_sm2_encryption_keeps_every_octet(plain: bytes) -> None:
    assert private().decrypt(public().encrypt(plain)) == plain


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", SPKI + b"\x00" * 64, SPKI + b"\x01" * 64])
def test_what_is_no_key_is_said_to_be_none(junk: bytes) -> None:
    with pytest.raises(CryptoError, match="SM2"):
        PublicKey(junk)
    with pytest.raises(CryptoError, match="SM2"):
        PrivateKey(junk)


def test_a_key_of_another_curve_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    with pytest.raises(CryptoError, match="SM2"):
        PrivateKey(key.private_bytes(serialization.Encoding.DER, *form))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, ORDER - 2), st.binary(max_size=200))
def test_terminal_and_oracle_agree_both_ways(d: int, message: bytes) -> None:
    point = oracle.public_of(d)
    theirs = PublicKey(SPKI + oracle.encode_point(point)[-64:])
    raw = private(d).sign_raw(message)
    assert theirs.verify_raw(message, raw)
    assert oracle.verify(point, message, raw)
    assert not oracle.verify(point, message + b"x", raw)
    assert theirs.verify_raw(message, oracle.sign(d, message, random.Random(d)))


@given(st.binary(max_size=90))
def test_base64url_has_one_form(data: bytes) -> None:
    assert from_base64url(base64url(data)) == data


@pytest.mark.parametrize("text", ["YQ==", "YR", "Y", "Y+", "Y/", "é", "Y Q"])
def test_other_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_base64url(text)


def test_openssl_command_line_takes_the_signature(tmp_path: Path, program: Callable[[str], str]) -> None:
    openssl = program("openssl")
    key = tmp_path / "key.pem"
    subprocess.run([openssl, "genpkey", "-algorithm", "SM2", "-out", str(key)], check=True, capture_output=True)
    made = PrivateKey(der_of(key.read_text()))
    (tmp_path / "m").write_bytes(b"message")
    (tmp_path / "s").write_bytes(made.sign(b"message"))
    words = [openssl, "dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-prverify", str(key), "-signature"]
    run = subprocess.run([*words, str(tmp_path / "s"), str(tmp_path / "m")], capture_output=True, text=True)
    assert "Verified OK" in run.stdout
