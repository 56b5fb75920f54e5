"""Secrets at rest, keys and certificates as they are given, protected payloads, fingerprints."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path
from typing import Any

import pytest
from house import ROOT
from security_kit import HOSTS, NAME, NOW_S, TRUST, authority
from terminal_kit import centre_text, config_text

from reference_terminal import load_config
from reference_terminal.crypto import certificates
from reference_terminal.crypto.certificates import CertificateError, verify_chain
from reference_terminal.crypto.sm2 import PrivateKey, PublicKey
from reference_terminal.hj212 import message as messages
from reference_terminal.hj212.message import Message
from reference_terminal.model.sealed import SealedError
from reference_terminal.security import fingerprint
from reference_terminal.security.keyring import Keyring, KeyringError
from reference_terminal.security.payload import ROOM, Payload, PayloadKeys, PayloadRefused
from reference_terminal.security.vault import Vault
from reference_terminal.settings.config import ConfigError

VECTORS: dict[str, Any] = json.loads((ROOT / "fixtures/vectors/payload.json").read_text())
GIVEN = VECTORS["payload"]
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
KEY = bytes.fromhex(GIVEN["key"])
SM2 = TRUST["sm2"]


def private() -> PrivateKey:
    body = bytes.fromhex("0201010420" + GIVEN["private"] + "a00a06082a811ccf5501822d")
    return PrivateKey(b"\x30" + bytes([len(body)]) + body, random.Random(6))


def public() -> PublicKey:
    return PublicKey(SPKI + bytes.fromhex(GIVEN["public"]))


def payload(*keys: bytes) -> Payload:
    return Payload(PayloadKeys(keys or (KEY,), private(), public()), random.Random(5))


# Vault


def test_what_is_sealed_opens_again_under_its_name_and_passphrase_only() -> None:
    vault = Vault(b"a passphrase", random.Random(1))
    sealed = vault.seal("centre A key", b"secret")
    assert vault.open("centre A key", sealed) == b"secret"
    assert Vault(b"a passphrase", random.Random(2)).open("centre A key", sealed) == b"secret"
    assert b"secret" not in sealed.encode() and vault.seal("centre A key", b"secret") != sealed
    with pytest.raises(SealedError, match="centre B key"):
        vault.open("centre B key", sealed)
    with pytest.raises(SealedError, match="another machine"):
        Vault(b"another", random.Random(1)).open("centre A key", sealed)
    for spoiled in (sealed[:-1] + ("A" if sealed[-1] != "A" else "B"), sealed[:-4], "sealed1.", "sealed1.é", ""):
        with pytest.raises(SealedError):
            vault.open("centre A key", spoiled)


# Keyring

LEAF = authority("mtls").leaf("client", NAME)
DEVICE = SM2.leaf("client", NAME)


def configuration(tmp_path: Path, key: str, *, security: str = "", extra: str = "") -> str:
    channel = f"""
channel = "mtls"
anchors = '''{authority("mtls").anchor}'''
certificate = '''{LEAF.certificate}'''
key = '''{key}'''
{extra}
"""
    top = security or f"passphrase_file = '{tmp_path / 'kek'}'"
    return config_text(centres=centre_text(1, extra=channel)) + f"\n[security]\n{top}\n"


def test_an_open_key_file_is_sealed_at_the_first_start_and_opens_at_the_next(tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    file.write_text(LEAF.key)
    config = load_config(configuration(tmp_path, str(file)))
    first = Keyring(config, random.Random(1))
    assert first.sealed_files == (str(file),)
    assert "PRIVATE" not in file.read_text() and file.read_text().startswith("sealed1.")
    assert file.stat().st_mode & 0o777 == 0o600 and (tmp_path / "kek").stat().st_mode & 0o777 == 0o600
    second = Keyring(load_config(configuration(tmp_path, str(file))), random.Random(2))
    assert second.sealed_files == () and second.security["A"].identity is not None
    (tmp_path / "kek").write_text("another machine's secret")
    with pytest.raises(KeyringError, match="sealed for another machine"):
        Keyring(config, random.Random(1))


def test_looking_only_changes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    file.write_text(LEAF.key)
    Keyring(load_config(configuration(tmp_path, str(file))), random.Random(1), only_look=True)
    assert file.read_text() == LEAF.key and not (tmp_path / "kek").exists()


def test_nothing_secret_is_in_what_a_configuration_prints_of_itself(tmp_path: Path) -> None:
    config = load_config(configuration(tmp_path, LEAF.key, security="passphrase = 'open sesame, open sesame'"))
    keyring = Keyring(config, random.Random(1))
    shown = f"{config!r} {keyring.vault!r} {keyring.security!r}"
    for secret in ("PRIVATE", "123456", "open sesame", LEAF.key.splitlines()[1]):
        assert secret not in shown


def test_every_wrong_certificate_and_key_has_its_sentence(tmp_path: Path) -> None:
    other = authority("mtls").leaf("server", "A", HOSTS)
    with pytest.raises(KeyringError, match="does not belong to the certificate"):
        Keyring(load_config(configuration(tmp_path, other.key)), random.Random(1))
    broken = LEAF.key.replace(LEAF.key.splitlines()[1], "AAAA")
    with pytest.raises(KeyringError, match="expected a private key as unencrypted PKCS#8 PEM"):
        Keyring(load_config(configuration(tmp_path, broken)), random.Random(1))
    text = configuration(tmp_path, LEAF.key, extra="payload = 'sm4-sm2'\npayload_keys = ['12']")
    with pytest.raises(ConfigError) as all_of_them:
        load_config(text.replace('channel = "mtls"', 'channel = "mtsl"'))
    said = str(all_of_them.value)
    assert "did you mean 'mtls'" in said and "32 hexadecimal digits" in said and "needs payload_keys" in said
    with pytest.raises(ConfigError, match="expected PEM text or a readable file"):
        load_config(configuration(tmp_path, str(tmp_path / "absent.key")))
    (tmp_path / "der").write_bytes(b"\x30\x82\xff")
    with pytest.raises(ConfigError, match="holds no PEM text"):
        load_config(configuration(tmp_path, str(tmp_path / "der")))
    with pytest.raises(ConfigError, match="passphrase_file"):
        load_config(configuration(tmp_path, LEAF.key, security="warn_days = 30"))


def test_certificates_without_a_word_on_the_channel_mean_mutual_tls(tmp_path: Path) -> None:
    text = configuration(tmp_path, LEAF.key, security="passphrase = 'open sesame, open sesame'")
    assert load_config(text.replace('channel = "mtls"\n', "")).centres[0].channel.kind == "mtls"


def test_a_device_key_must_fit_its_certificate(tmp_path: Path) -> None:
    lines = (
        "passphrase = 'open sesame, open sesame'\n"
        f"device_certificate = '''{DEVICE.certificate}'''\ndevice_key = '''{{}}'''\nfingerprints = ['day']"
    )
    good = Keyring(load_config(configuration(tmp_path, LEAF.key, security=lines.format(DEVICE.key))), random.Random(1))
    assert good.device is not None and good.device.name == NAME
    other = SM2.leaf("server", "A", HOSTS)
    with pytest.raises(KeyringError, match="does not belong to the device certificate"):
        Keyring(load_config(configuration(tmp_path, LEAF.key, security=lines.format(other.key))), random.Random(1))
    with pytest.raises(KeyringError, match="expected an SM2 private key"):
        Keyring(load_config(configuration(tmp_path, LEAF.key, security=lines.format(LEAF.key))), random.Random(1))


def test_chains_of_packages_and_payloads() -> None:
    good = SM2.leaf("server", "A", HOSTS)
    verify_chain("package", good.certificate, SM2.anchor, NOW_S, SM2.crls)
    for choice in ("expired", "not-yet-valid", "revoked", "unknown-issuer", "self-signed", "look-alike"):
        bad = SM2.leaf("server", "A", HOSTS, choice)
        with pytest.raises(CertificateError, match="package"):
            verify_chain("package", bad.certificate, SM2.anchor, NOW_S, SM2.crls)
    with pytest.raises(CertificateError, match="expected an SM2 certificate"):
        certificates.sm2_public("centre", LEAF.certificate)


# Payload


def test_a_packet_is_protected_as_the_example_shows() -> None:
    clear, nonce = GIVEN["D"].encode(), bytes.fromhex(GIVEN["nonce"])
    assert payload().sealed(clear, nonce, bytes.fromhex(GIVEN["signature"])).decode() == GIVEN["data"]


def from_centre(clear: str, first: int = 0x80, key: bytes = KEY, signer: PrivateKey | None = None) -> bytes:
    nonce = bytes([first]) + bytes(11)
    return payload(key).sealed(clear.encode(), nonce, (signer or private()).sign_raw(clear.encode()))


def test_an_answer_of_the_centre_is_opened() -> None:
    assert payload().open(from_centre(GIVEN["D"])).decode() == GIVEN["D"]
    old = bytes(16)
    assert payload(KEY, old).open(from_centre(GIVEN["D"], key=old)).decode() == GIVEN["D"]


def test_every_fault_of_a_protected_packet_has_its_name() -> None:
    good = from_centre(GIVEN["D"])
    cases = {
        "payload-missing": [GIVEN["D"].encode()],
        "payload-form": [
            from_centre(GIVEN["D"], first=0),
            good.replace(b"PW=000000", b"PW=123456"),
            good.replace(b"Sign=", b"Sign=A"),
            good.replace(b"Data=", b"Data=!"),
        ],
        "payload-key": [from_centre(GIVEN["D"], key=bytes(16))],
        "payload-cipher": [good.replace(b"CN=2051", b"CN=2061"), good.replace(b"QN=2026", b"QN=2027")],
        "payload-signature": [
            from_centre(GIVEN["D"], signer=certificates.sm2_key("other", DEVICE.key, random.Random(7)))
        ],
    }
    mine = payload()
    for name, packets in cases.items():
        for packet in packets:
            with pytest.raises(PayloadRefused, match=f"^{name}$"):
                mine.open(packet)


def test_no_nonce_comes_twice_and_all_begin_with_zero() -> None:
    each = payload()
    nonces = [each.protect(GIVEN["D"].encode()).split(b"Iv=")[1][:16] for _ in range(300)]
    assert len(set(nonces)) == 300
    assert all(base64.urlsafe_b64decode(nonce)[0] < 0x80 for nonce in nonces)


@pytest.mark.parametrize("mn", ["010000A8900016F000169DC0", "M1"])
def test_split_packets_stay_within_the_limits_once_protected(mn: str) -> None:
    each = payload()
    room = each.room("123456", messages.cp_segment("31", mn))
    items = [f"k{number:05d}-Cou={number}.00,k{number:05d}-Flag=N" for number in range(200)]
    parts = messages.split("DataTime=20260302000000", items, room)
    for number, cp in enumerate(parts, 1):
        packet = Message("20260302000000000", "31", "2051", "123456", mn, 7, cp, 9999, number)
        wire = each.protect(messages.encode(packet))
        assert len(wire) <= 1024 and len(wire[wire.index(b"CP=") :]) <= 950
        assert len(f"PW=123456;CP=&&{cp}&&") <= ROOM
    assert room > 500


# Fingerprints


def test_the_fingerprint_of_the_example() -> None:
    given = VECTORS["fingerprint"]
    lines = dict(line.split("=", 1) for line in given["canonical"].splitlines()[1:])
    form = fingerprint.canonical(
        device=lines["device"],
        point=lines["point"],
        kind=lines["kind"],
        start=lines["start"],
        end=lines["end"],
        unit=lines["unit"],
        flag=lines["flag"],
        revision=int(lines["revision"]),
        fields={"Cou": lines["Cou"]},
    )
    assert form.decode() == given["canonical"]
    assert fingerprint.digest(form) == given["digest"]
    assert fingerprint.is_signed(public(), given["digest"], given["signature"])
    assert fingerprint.is_signed(public(), given["digest"], fingerprint.sign(private(), given["digest"]))
    for digest, signature in (
        (given["digest"][::-1], given["signature"]),
        (given["digest"], given["signature"][:-4]),
        (given["digest"], "not base64!"),
        ("zz", given["signature"]),
    ):
        assert not fingerprint.is_signed(public(), digest, signature)


def test_a_line_break_cannot_make_another_record() -> None:
    with pytest.raises(ValueError, match="line break"):
        fingerprint.canonical(
            device="d", point="p\nkind=day", kind="day", start="", end="", unit="", flag="N", revision=0, fields={}
        )
