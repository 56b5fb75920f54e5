"""The oracle against the official vectors, the OpenSSL command line, `cryptography`, and every trap of gmssl."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from gmssl import sm2 as gmssl_sm2
from gmssl import sm3 as gmssl_sm3
from house import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.trust import oracle
from simulators.trust.certificates import Key

KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
K = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
PUBLIC = (
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
R = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
S = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
C1 = (
    "04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73"
    "e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0"
)
C3 = "59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766"
C2 = "21886ca989ca9c7d58087307ca93092d651efa"
VECTORS = json.loads((ROOT / "fixtures" / "vectors" / "payload.json").read_text())


def test_sm3_and_hmac_by_the_vectors() -> None:
    assert oracle.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert oracle.sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    fox = b"The quick brown fox jumps over the lazy dog"
    assert oracle.hmac_sm3(b"key", fox).hex() == "bd4a34077888162b210645b8ebf74b9af357303789357a27c7fc457244ebd398"
    text = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2
    assert (
        oracle.hmac_sm3(bytes(range(1, 33)), text).hex()
        == "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"
    )
    assert (
        oracle.hmac_sm3(bytes(range(1, 0x26)), b"\xcd" * 50).hex()
        == "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae"
    )


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=150))
def test_sm3_and_hmac_agree_with_openssl_in_the_standard_library(message: bytes, key: bytes) -> None:
    assert oracle.sm3(message) == hashlib.new("sm3", message).digest()
    assert oracle.hmac_sm3(key, message) == hmac.digest(key, message, "sm3")


def test_sm3_agrees_with_gmssl() -> None:
    chance = random.Random(5)
    for size in (0, 1, 55, 56, 63, 64, 119, 120, 1000):
        message = chance.randbytes(size)
        assert oracle.sm3(message).hex() == gmssl_sm3.sm3_hash(list(message))
        key = chance.randbytes(64)
        assert oracle.kdf(key, size + 1).hex() == gmssl_sm3.sm3_kdf(key.hex().encode(), size + 1)


def test_hashing_twice_gives_the_same_and_leaves_the_input() -> None:
    message = bytearray(b"abc")
    assert oracle.sm3(bytes(message)) == oracle.sm3(bytes(message))
    assert message == b"abc"


def test_sm4_by_the_vectors() -> None:
    assert oracle.sm4_block(KEY, KEY).hex() == "681edf34d206965e86b3e94f536e4246"
    assert oracle.sm4_block(KEY, oracle.sm4_block(KEY, KEY), decrypting=True) == KEY
    plain = bytes.fromhex("".join(each * 8 for each in ("aa", "bb", "cc", "dd")))
    iv = bytes(range(16))
    cbc = oracle.sm4_cbc(KEY, iv, bytes.fromhex("aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffaaaaaaaabbbbbbbb"))
    assert cbc.hex() == "78ebb11cc40b0a48312aaeb2040244cb4cb7016951909226979b0d15dc6a8f6d"
    long = bytes.fromhex("".join(each * 8 for each in ("aa", "bb", "cc", "dd", "ee", "ff", "aa", "bb")))
    assert oracle.sm4_ctr(KEY, iv, long).hex() == (
        "ac3236cb970cc20791364c395a1342d1a3cbc1878c6f30cd074cce385cdd70c7"
        "f234bc0e24c11980fd1286310ce37b926e02fcd0faa0baf38b2933851d824514"
    )
    assert oracle.sm4_cbc(KEY, iv, oracle.sm4_cbc(KEY, iv, plain), decrypting=True) == plain


def test_sm4_gcm_by_rfc_8998() -> None:
    nonce = bytes.fromhex("00001234567800000000abcd")
    associated = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex("".join(each * 8 for each in ("aa", "bb", "cc", "dd", "ee", "ff", "ee", "aa")))
    cipher, tag = oracle.sm4_gcm(KEY, nonce, plain, associated)
    assert cipher.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    assert tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert oracle.sm4_gcm_open(KEY, nonce, cipher, tag, associated) == plain
    for wrong in ((KEY[::-1], nonce, associated), (KEY, nonce[::-1], associated), (KEY, nonce, b"")):
        with pytest.raises(oracle.OracleError, match="tag"):
            oracle.sm4_gcm_open(wrong[0], wrong[1], cipher, tag, wrong[2])


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=16, max_size=16), st.binary(min_size=12, max_size=12), st.binary(max_size=80), st.binary())
def test_sm4_agrees_with_the_openssl_of_cryptography(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> None:
    made = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    made.authenticate_additional_data(associated)
    cipher = made.update(data) + made.finalize()
    assert oracle.sm4_gcm(key, nonce, data, associated) == (cipher, made.tag)
    padded = oracle.pad(data)
    iv = nonce + b"\xff\xff\xff\xff"
    for ours, mode in (
        (oracle.sm4_ecb(key, padded), modes.ECB()),
        (oracle.sm4_cbc(key, iv, padded), modes.CBC(iv)),
        (oracle.sm4_ctr(key, iv, padded), modes.CTR(iv)),
    ):
        theirs = Cipher(algorithms.SM4(key), mode).encryptor()
        assert ours == theirs.update(padded) + theirs.finalize()
    assert oracle.unpad(oracle.sm4_ecb(key, oracle.sm4_ecb(key, padded), decrypting=True)) == data


def test_necc_field_vectors() -> None:
    for plain, cipher in VECTORS["necc"]["fields"].items():
        assert oracle.sm4_ecb(KEY, oracle.pad(plain.encode())).hex() == cipher
        assert oracle.unpad(oracle.sm4_ecb(KEY, bytes.fromhex(cipher), decrypting=True)).decode() == plain


def test_wrong_keys_and_paddings_are_errors_and_never_empty_results() -> None:
    chance = random.Random(3)
    cipher = oracle.sm4_ecb(KEY, oracle.pad(b"0123456789"))
    accepted = 0
    for _ in range(300):
        try:
            accepted += oracle.unpad(oracle.sm4_ecb(chance.randbytes(16), cipher, decrypting=True)) == b""
        except oracle.OracleError as error:
            assert "padding" in str(error)
    assert accepted < 5
    for wrong in (b"", b"\0" * 16, b"a" * 15 + b"\x11", b"a" * 14 + b"\x01\x02"):
        with pytest.raises(oracle.OracleError):
            oracle.unpad(wrong)
    for length in (0, 8, 24, 32):
        with pytest.raises(oracle.OracleError, match="16 octets"):
            oracle.sm4_block(bytes(length), bytes(16))
    with pytest.raises(oracle.OracleError, match="whole blocks"):
        oracle.sm4_ecb(KEY, bytes(20), decrypting=True)


# SM2.


def test_sm2_signature_by_the_vector() -> None:
    assert oracle.public_of(D) == PUBLIC
    assert oracle.identity_hash(PUBLIC).hex() == "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3"
    e = oracle.digest(b"message digest", PUBLIC)
    assert e.hex() == "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
    raw = oracle.sign_digest(D, e, K)
    assert raw is not None and raw.hex() == R + S
    assert oracle.verify(PUBLIC, b"message digest", raw)
    der = oracle.signature_der(raw)
    assert der.hex() == f"3046022100{R}022100{S}"
    assert oracle.signature_raw(der) == raw


def test_sm2_signature_under_the_identifier_of_tls() -> None:
    raw = oracle.sign_digest(D, oracle.digest(b"message digest", PUBLIC, oracle.TLS13_ID), K)
    assert raw is not None and raw.hex() == (
        "57547f5ff7170ab8c2829d1321d568aa3f6a8255a78ed3841677f4099a3bcb57"
        "fbf7205b3bf7c4509786c4cbebc92391f16a2f75403aa4b410d608f9efba3782"
    )


def test_only_the_same_identifier_verifies() -> None:
    chance = random.Random(8)
    names = (b"", oracle.DEFAULT_ID, b"terminal-01", oracle.TLS13_ID)
    for mine in names:
        made = oracle.sign(D, b"m", chance, mine)
        assert [oracle.verify(PUBLIC, b"m", made, other) for other in names] == [other == mine for other in names]


def test_sm2_encryption_by_the_vector_whose_x_begins_with_04() -> None:
    raw = oracle.encrypt_with(PUBLIC, b"encryption standard", K)
    assert raw is not None and raw.hex() == C1 + C3 + C2
    assert oracle.decrypt(D, raw) == b"encryption standard"
    assert oracle.decrypt(D, oracle.cipher_raw(oracle.cipher_der(raw))) == b"encryption standard"
    with pytest.raises(oracle.OracleError):
        oracle.decrypt(D, b"\x04" + raw)


def test_what_gmssl_lets_through_is_refused() -> None:
    raw = bytes.fromhex(C1 + C3 + C2)
    theirs = gmssl_sm2.CryptSM2(private_key=f"{D:064x}", public_key="", mode=1)
    for at in (70, len(raw) - 1):
        flipped = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        assert theirs.decrypt(flipped) is not None
        with pytest.raises(oracle.OracleError, match="C3"):
            oracle.decrypt(D, flipped)
    with pytest.raises(oracle.OracleError, match="curve"):
        oracle.decrypt(D, bytes(63) + b"\x01" + raw[64:])
    assert not oracle.on_curve((1, 1))
    assert not oracle.verify((1, 1), b"m", bytes(64))
    with pytest.raises(oracle.OracleError):
        oracle.encrypt(PUBLIC, b"", random.Random(1))


def test_signatures_out_of_range_are_refused() -> None:
    e = oracle.digest(b"m", PUBLIC)
    raw = oracle.sign_digest(D, e, K)
    assert raw is not None
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    wide = (1 << 256) - 1
    pairs = [(0, s), (r, 0), (oracle.N, s), (r, oracle.N), (r, oracle.N - r), (r ^ 1, s), (wide, s), (r, wide)]
    pairs += [(r, s + oracle.N)] if s + oracle.N <= wide else []
    for one, two in pairs:
        assert not oracle.verify(PUBLIC, b"m", one.to_bytes(32, "big") + two.to_bytes(32, "big"))
    assert not oracle.verify(PUBLIC, b"m", raw + b"\0")
    assert not oracle.verify(PUBLIC, b"m", oracle.signature_der(raw))
    assert oracle.verify(PUBLIC, b"m", raw)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda der: der + b"\0",
        lambda der: b"\x30\x81" + der[1:2] + der[2:],
        lambda der: b"\x30" + bytes([der[1] + 3]) + der[2:] + b"\x02\x01\x01",
        lambda der: b"\x30" + bytes([der[1] + 1]) + b"\x02" + bytes([der[3] + 1]) + b"\0" + der[4:],
        lambda der: der[:-1],
        lambda der: b"",
        lambda der: b"\x30\x06\x02\x01\xff\x02\x01\x01",
        lambda der: b"\x04" + der[1:],
    ],
)
def test_der_is_strict(spoil: Callable[[bytes], bytes]) -> None:
    der = oracle.signature_der(bytes.fromhex("11" * 32 + "22" * 32))
    assert oracle.signature_raw(der) == bytes.fromhex("11" * 32 + "22" * 32)
    with pytest.raises(oracle.OracleError):
        oracle.signature_raw(spoil(der))


@settings(max_examples=15, deadline=None)
@given(st.integers(min_value=0, max_value=2**32), st.binary(min_size=1, max_size=100))
def test_signing_and_enciphering_round_trips_for_any_key(seed: int, message: bytes) -> None:
    chance = random.Random(seed)
    private = oracle.new_key(chance)
    public = oracle.public_of(private)
    assert oracle.decode_point(oracle.encode_point(public)) == public
    made = oracle.sign(private, message, chance)
    assert oracle.verify(public, message, made)
    assert not oracle.verify(public, message + b"x", made)
    assert made != oracle.sign(private, message, chance)
    assert oracle.decrypt(private, oracle.encrypt(public, message, chance)) == message


def test_chance_is_the_one_handed_in() -> None:
    random.seed(42)
    one = oracle.sign(D, b"m", random.Random(1))
    random.seed(43)
    assert one == oracle.sign(D, b"m", random.Random(1))
    assert one != oracle.sign(D, b"m", random.Random(2))


def test_keys_that_begin_with_04_or_zeros_keep_every_digit() -> None:
    chance = random.Random(11)
    starts: list[str] = []
    while len(starts) < 3:
        private = oracle.new_key(chance)
        public = oracle.public_of(private)
        start = f"{public[0]:064x}"[:2]
        if start[0] == "0" or start[0] == "4":
            starts.append(start)
            assert oracle.verify(public, b"m", oracle.sign(private, b"m", chance))


def test_points_that_come_again_are_multiplied_to_the_same() -> None:
    plain = gmssl_sm2.CryptSM2(private_key="", public_key="", mode=1)
    chance = random.Random(7)
    point = oracle.multiply(chance.randrange(1, oracle.N))
    text = f"{point[0]:064x}{point[1]:064x}"
    edges = (1, 15, 16, 17, 1 << 252, oracle.N - 1)
    scalars = [*edges, *(chance.randrange(1, oracle.N) for _ in range(20))]
    for scalar in scalars + scalars:
        found = oracle.multiply(scalar, point)
        assert f"{found[0]:064x}{found[1]:064x}" == plain._kg(scalar, text)  # pyright: ignore[reportPrivateUsage]


def test_the_openssl_command_line_agrees_both_ways(program: Callable[[str], str], tmp_path: Path) -> None:
    openssl = program("openssl")
    key = Key("sm2", D, PUBLIC)
    (tmp_path / "key.pem").write_text(key.pem)
    message = tmp_path / "message"
    message.write_bytes(b"record 1")
    identity = ["-sigopt", "distid:1234567812345678"]
    signature = tmp_path / "signature"
    signature.write_bytes(oracle.signature_der(oracle.sign(D, b"record 1", random.Random(4))))
    public = tmp_path / "public.pem"

    def call(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([openssl, *arguments], capture_output=True, check=False)

    call("pkey", "-in", f"{tmp_path}/key.pem", "-pubout", "-out", str(public))
    check = ("dgst", "-sm3", *identity, "-verify", str(public), "-signature", str(signature))
    assert b"Verified OK" in call(*check, str(message)).stdout
    message.write_bytes(b"record 2")
    assert b"Verified OK" not in call(*check, str(message)).stdout
    call("dgst", "-sm3", *identity, "-sign", f"{tmp_path}/key.pem", "-out", str(signature), str(message))
    assert oracle.verify(PUBLIC, b"record 2", oracle.signature_raw(signature.read_bytes()))
    sealed = tmp_path / "sealed"
    call("pkeyutl", "-encrypt", "-pubin", "-inkey", str(public), "-in", str(message), "-out", str(sealed))
    assert oracle.decrypt(D, oracle.cipher_raw(sealed.read_bytes())) == b"record 2"
    sealed.write_bytes(oracle.cipher_der(oracle.encrypt(PUBLIC, b"record 3", random.Random(5))))
    assert call("pkeyutl", "-decrypt", "-inkey", f"{tmp_path}/key.pem", "-in", str(sealed)).stdout == b"record 3"


def test_the_key_exchange_vector_by_the_same_arithmetic() -> None:
    """GB/T 32918.3: the initiator's key from the oracle's points, SM3 and KDF."""
    da = 0x81EB26E941BB5AF16DF116495F90695272AE2CD63D6C4AE1678418BE48230029
    ra = 0xD4DE15474DB74D06491C440D305E012400990F3E390C7E87153C12DB2EA60BB3
    db = 0x785129917D45A9EA5437A59356B82338EAADDA6CEB199088F14AE10DEFA229B5
    rb = 0x7E07124814B309489125EAED101113164EBF0F3458C5BD88335C1F9D596243D6
    pa, pb, ta, tb = (oracle.multiply(each) for each in (da, db, ra, rb))
    za, zb = oracle.identity_hash(pa), oracle.identity_hash(pb)
    assert za.hex() == "3b85a57179e11e7e513aa622991f2ca74d1807a0bd4d4b38f90987a17ac245b1"

    def bar(x: int) -> int:
        return (1 << 127) + (x & ((1 << 127) - 1))

    t = (da + bar(ta[0]) * ra) % oracle.N
    # t * (P + x * R) without a point addition of our own: t * (d + x * r) * G.
    whole = oracle.multiply(t * (db + bar(tb[0]) * rb) % oracle.N)
    secret = bytes.fromhex(f"{whole[0]:064x}{whole[1]:064x}")
    assert oracle.kdf(secret + za + zb, 16).hex() == "6c89347354de2484c60b4ab1fde4c6e5"


def test_the_fingerprint_vector() -> None:
    found = VECTORS["fingerprint"]
    digest = oracle.sm3(found["canonical"].encode())
    assert digest.hex() == found["digest"]
    raw = oracle.sign_digest(D, oracle.digest(digest, PUBLIC), int(found["k"], 16))
    assert raw is not None and base64.b64encode(oracle.signature_der(raw)).decode() == found["signature"]
    assert oracle.verify(PUBLIC, digest, raw)
