"""Certificates of the test authorities before OpenSSL, their determinism, and what wrong files are told."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from simulators_helpers import MN, START_US
from trust_helpers import Standing, centre, world
from virtually import virtually

from simulators.centres.build import subjects_of
from simulators.centres.kinds import centre_of
from simulators.clock import seeded
from simulators.serve import serve
from simulators.trust.authority import CHOICES, TerminalSide, Trust
from simulators.trust.certificates import Family, facts_of, verify_signature
from simulators.trust.export import export_side
from simulators.trust.files import OwnFiles, read_own
from simulators.trust.oracle import OracleError
from simulators.trust.sessions import pems
from simulators.world import World, WorldError, build_world, check_world

FAMILIES: tuple[Family, ...] = ("sm2", "ecdsa")
HOSTS = ("127.0.0.1", "a.centre.test")


def trust(seed: int = 1) -> Trust:
    return Trust(START_US, seeded(seed), [("server", "A"), ("client", MN)])


def openssl(program: Callable[[str], str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program("openssl"), *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("family", FAMILIES)
def test_chains_before_the_openssl_command_line(family: Family, program: Callable[[str], str], tmp_path: Path) -> None:
    made = trust()[family].leaf("server", "A", HOSTS)
    leaf, middle = (tmp_path / name for name in ("leaf.pem", "middle.pem"))
    blocks = made.certificate.split("-----BEGIN")
    leaf.write_text("-----BEGIN" + blocks[1])
    middle.write_text("-----BEGIN" + blocks[2])
    (tmp_path / "root.pem").write_text(trust()[family].anchor)
    identity = ["-vfyopt", "distid:1234567812345678"] if family == "sm2" else []
    # OpenSSL 3.0 hands the identifier to the certificate at depth 0 only: hop by hop.
    for upper, lower in (("root.pem", middle), ("middle.pem", leaf)):
        partial = ["-partial_chain"] if upper == "middle.pem" else []
        found = openssl(program, "verify", *identity, *partial, "-CAfile", str(tmp_path / upper), str(lower))
        assert found.returncode == 0, found.stderr
    (tmp_path / "key.pem").write_text(made.key)
    public = openssl(program, "pkey", "-in", str(tmp_path / "key.pem"), "-pubout").stdout
    assert public and public == openssl(program, "x509", "-in", str(leaf), "-noout", "-pubkey").stdout
    text = openssl(program, "x509", "-in", str(leaf), "-noout", "-text").stdout
    assert "IP Address:127.0.0.1, DNS:a.centre.test" in text or "DNS:a.centre.test" in text
    assert "Basic Constraints" not in text
    wrong = trust(2)[family].anchor
    (tmp_path / "root.pem").write_text(wrong)
    assert openssl(program, "verify", *identity, "-CAfile", str(tmp_path / "root.pem"), str(middle)).returncode != 0


@pytest.mark.parametrize("family", FAMILIES)
def test_revocation_lists_name_the_revoked(family: Family) -> None:
    authority = trust()[family]
    lists = [x509.load_der_x509_crl(der) for der in pems(authority.crls, "X509 CRL")]
    assert len(lists) == 2
    serials = {f"{each.serial_number:x}" for each in lists[1]}
    assert serials == set(authority.revoked)
    assert authority.leaf("server", "A", HOSTS, "revoked").serial in serials
    assert authority.leaf("server", "A", HOSTS).serial not in serials


@pytest.mark.parametrize("family", FAMILIES)
def test_each_choice_is_bad_in_one_way(family: Family) -> None:
    authority = trust()[family]
    root = facts_of(pems(authority.anchor)[0])
    good = facts_of(pems(authority.leaf("server", "A", HOSTS).certificate)[0])
    for choice in CHOICES:
        made = authority.leaf("server", "A", HOSTS, choice)
        chain = [facts_of(der) for der in pems(made.certificate)]
        leaf = chain[0]
        assert (leaf.begin_us <= START_US <= leaf.end_us) is (choice not in ("expired", "not-yet-valid"))
        assert ("127.0.0.1" in leaf.hosts) is (choice != "wrong-host")
        assert ("digital_signature" in leaf.usage) is (choice != "encryption")
        assert (leaf.issuer == good.issuer) is (choice not in ("unknown-issuer", "self-signed"))
        assert leaf.subject == "A"
        same = len(chain) == 2 and (chain[1].public, chain[1].issuer) == (
            facts_of(pems(authority.leaf("server", "A", HOSTS).certificate)[1]).public,
            root.subject,
        )
        assert same is (choice not in ("unknown-issuer", "self-signed", "look-alike"))
        if family == "sm2" and len(chain) == 2:
            der = pems(made.certificate)[0]
            assert verify_signature(der, chain[1].public)
            assert not verify_signature(der, root.public)


def test_the_same_world_gives_the_same_octets_and_another_seed_gives_others() -> None:
    for family in FAMILIES:
        one, two = (trust(1)[family].leaf("client", MN) for _ in range(2))
        assert one == two
        assert one != trust(2)[family].leaf("client", MN)
        # The order of asking changes nothing.
        other = trust(1)[family]
        for choice in reversed(CHOICES):
            other.leaf("client", MN, (), choice)
        assert other.leaf("client", MN) == one and other.crls == trust(1)[family].crls


def test_octets_that_are_no_certificate() -> None:
    for octets in (b"", b"\x30\x00", b"x" * 40, pems(trust()["sm2"].anchor)[0][:-1]):
        with pytest.raises(OracleError, match=r"X\.509"):
            facts_of(octets)


def test_what_a_terminal_is_given_by_channel() -> None:
    filled = {
        "plain": set[str](),
        "tls": {"anchors", "crls"},
        "mtls": {"anchors", "crls", "certificate", "key"},
        "gm-tls13": {"anchors", "crls", "certificate", "key"},
        "tlcp": {"anchors", "crls", "certificate", "key", "encryption_certificate", "encryption_key"},
    }
    for channel, names in filled.items():
        side = Standing(centre(channel=channel)).site.terminal_side("A")
        assert {name for name in side.__struct_fields__ if getattr(side, name)} == names | {"server_name"}
    protected = Standing(centre(payload="sm4-sm2")).site.terminal_side("A")
    assert len(protected.payload_key) == 32 and protected.centre_certificate and protected.device_key
    with pytest.raises(KeyError):
        Standing(centre()).site.terminal_side("B")


# A laboratory's own files.


def own(tmp_path: Path, family: Family = "ecdsa", choice: Any = "good") -> OwnFiles:
    made = trust()[family].leaf("server", "A", HOSTS, choice)
    files = OwnFiles(*(tmp_path / name for name in ("certificate.pem", "key.pem", "anchors.pem")))
    files.certificate.write_text(made.certificate)
    files.key.write_text(made.key)
    files.anchors.write_text(trust()[family].anchor)
    return files


@pytest.mark.parametrize("family", FAMILIES)
def test_sound_files_are_shown_in_place_of_the_worlds(family: Family, tmp_path: Path) -> None:
    found, problems = read_own(own(tmp_path, family), family, HOSTS, START_US)
    assert problems == [] and found is not None
    assert found.credential.certificate == (tmp_path / "certificate.pem").read_text()
    assert found.credential.private == trust()[family].leaf("server", "A", HOSTS).private


def spoiled(tmp_path: Path, what: str) -> OwnFiles:
    files = own(tmp_path, choice=what if what in CHOICES else "good")
    other = trust()["ecdsa"].leaf("server", "A", HOSTS, "revoked")
    match what:
        case "missing":
            files.key.unlink()
        case "der":
            files.certificate.write_bytes(pems(files.certificate.read_text())[0])
        case "text":
            files.anchors.write_bytes(b"hello")
        case "exchanged":
            files.certificate.write_text(files.key.read_text())
        case "other key":
            files.key.write_text(other.key)
        case "encrypted":
            files.key.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n")
        case "damaged key":
            files.key.write_text("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n")
        case "damaged":
            files.certificate.write_text("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
        case "order":
            first, second = files.certificate.read_text().split("-----BEGIN")[1:]
            files.certificate.write_text(f"-----BEGIN{first}-----BEGIN{first}")
            assert second
        case "sm2":
            made = trust()["sm2"].leaf("server", "A", HOSTS)
            files.certificate.write_text(made.certificate)
            files.key.write_text(made.key)
        case _:
            assert what in CHOICES
    return files


@pytest.mark.parametrize(
    ("what", "role", "words"),
    [
        ("missing", "key", "cannot be read"),
        ("der", "certificate", "DER, expected PEM"),
        ("text", "anchors", "expected PEM"),
        ("exchanged", "certificate", "expected a certificate, found PRIVATE KEY"),
        ("other key", "key", "does not belong"),
        ("encrypted", "key", "is encrypted"),
        ("damaged key", "key", "damaged"),
        ("damaged", "certificate", "damaged"),
        ("order", "certificate", "put leaf first"),
        ("sm2", "certificate", "expected a certificate over P-256 (ECDSA) for this channel, got one over SM2"),
        ("expired", "certificate", "it ended"),
        ("not-yet-valid", "certificate", "valid from"),
        ("wrong-host", "certificate", "give one for this host"),
        ("encryption", "certificate", "may not sign"),
    ],
)
def test_wrong_files_get_one_clear_sentence(what: str, role: str, words: str, tmp_path: Path) -> None:
    found, problems = read_own(spoiled(tmp_path, what), "ecdsa", HOSTS, START_US)
    assert found is None
    assert [(each, words in text) for each, text, _ in problems] == [(role, True)]


def test_all_problems_of_the_files_are_told_at_once(tmp_path: Path) -> None:
    files = spoiled(tmp_path, "expired")
    files.key.unlink()
    files.anchors.write_bytes(b"")
    spec = centre(channel="mtls", files=files)
    with pytest.raises(WorldError) as told:
        Standing(spec)
    assert [str(each).split(": ")[2] for each in told.value.problems] == [
        "files.key",
        "files.anchors",
        "files.certificate",
    ]
    assert all(" / " in str(each) for each in told.value.problems)


# World files.

CENTRE = {"name": "N", "host": "127.0.0.1", "port": 9000, "mn": MN}


def made_of(**changes: object) -> World:
    meter = {
        "name": "E01",
        "map": "adl3000",
        "host": "127.0.0.1",
        "port": 1502,
        "unit": 1,
        "source": "e01",
        "points": [{"id": "e", "register": "energy", "code": "k01001", "codes": changes.pop("codes", {})}],
    }
    head = {"name": "w", "seed": 1, "start": "2026-03-02T00:00:00+08:00"}
    return build_world({"world": head, "meters": [meter], "centres": [{**CENTRE, **changes}]}, "w.toml", Path())


def test_a_world_file_says_kind_channel_and_certificate() -> None:
    spec = made_of(kind="https", channel="gm-tls13", certificate="expired", upload_time="03:00:00", data_port=9001)
    assert spec.centres[0] == centre_of(
        "N",
        "127.0.0.1",
        9000,
        MN,
        kind="https",
        channel="gm-tls13",
        certificate="expired",
        upload_time="03:00:00",
        data_port=9001,
    )
    assert subjects_of(spec.centres) == [("server", "N"), ("client", MN)]
    assert check_world(spec) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "htps"}, "did you mean 'https'"),
        ({"channel": "ssl"}, "expected one of plain, tls"),
        ({"certificate": "expired"}, "a plain channel shows no certificate"),
        ({"client_certificate": "missing"}, "over plain a terminal shows no certificate"),
        ({"channel": "tls", "client_certificate": "expired"}, "over tls a terminal shows no certificate"),
        ({"kind": "https", "payload": "sm4-sm2"}, "belongs to hj212"),
        ({"upload_time": "25:00:00"}, "time of day"),
        ({"edition": 2016}, "expected one of 2005, 2017, 2025"),
        ({"kind": "https", "enterprise": "x"}, "18 digits"),
        ({"kind": "https", "data_port": 1502}, "is already meter E01"),
        ({"kind": "https", "codes": {"N": "k01001"}}, "04-01-0000-040200-30"),
        ({"channel": "mtls", "files": {"certificate": "c.pem", "key": "k.pem"}}, "files.anchors: is missing"),
        ({"chanel": "tls"}, "did you mean 'channel'"),
    ],
)
def test_what_is_wrong_with_a_centre_of_a_world_file(changes: dict[str, object], words: str) -> None:
    with pytest.raises(WorldError) as told:
        made_of(**changes)
    assert words in str(told.value)
    assert all(" / " in str(each) for each in told.value.problems), str(told.value)


def test_a_site_with_every_kind_stands_and_stops() -> None:
    kinds = ("hj212", "https", "management", "fingerprint", "third-party")
    specs = [centre(kind=kind, channel="mtls", name=kind.title()) for kind in kinds]
    standing = Standing(*specs)
    assert list(standing.site.everyone) == [kind.title() for kind in kinds]
    assert list(standing.site.centres) == ["Hj212"]
    assert world(*specs).centres == tuple(specs)


def test_what_a_terminal_is_given_as_files_that_only_the_owner_reads(tmp_path: Path) -> None:
    side = Standing(centre(channel="tlcp", payload="sm4-sm2")).site.terminal_side("A")
    written = export_side(side, tmp_path / "A")
    assert {path.name for path in written} >= {"anchors.pem", "key.pem", "encryption_key.pem", "payload_key.hex"}
    assert all(path.stat().st_mode & 0o077 == 0 and path.read_text() for path in written)
    assert (tmp_path / "A" / "key.pem").read_text() == side.key
    assert not (tmp_path / "A" / "token.txt").exists()


def test_everything_a_terminal_can_be_given_is_written(tmp_path: Path) -> None:
    side = TerminalSide(**{name: f"{name} here" for name in TerminalSide.__struct_fields__})
    written = export_side(side, tmp_path)
    assert sorted(path.read_text() for path in written) == sorted(f"{n} here" for n in TerminalSide.__struct_fields__)
    # Files that were there with other rights are the owner's alone afterwards.
    written[0].chmod(0o644)
    export_side(side, tmp_path)
    assert written[0].stat().st_mode & 0o777 == 0o600


def test_a_served_world_names_kind_and_channel_and_gives_the_files_out(tmp_path: Path) -> None:
    out = io.StringIO()
    specs = [
        centre(channel="mtls", name="A"),
        centre(kind="https", channel="gm-tls13", name="N"),
    ]
    virtually(serve(world(*specs), out, seconds=0.05, credentials=tmp_path))
    shown = out.getvalue()
    assert "HJ 212-2017 mtls" in shown and "https gm-tls13" in shown
    assert (tmp_path / "A" / "certificate.pem").exists() and (tmp_path / "N" / "anchors.pem").exists()


def test_even_leaves_sign_in_one_length_and_are_trusted_by_the_same_anchors() -> None:
    even = Trust(START_US, seeded(7), [("server", "A"), ("client", MN)], even=True)["ecdsa"]
    plain = trust(7)["ecdsa"]
    assert (even.anchor, even.crls) == (plain.anchor, plain.crls)
    leaf = even.leaf("server", "A", ("a.centre.test",))
    assert (leaf.serial, leaf.subject) == (plain.leaf("server", "A").serial, plain.leaf("server", "A").subject)
    key = load_pem_private_key(leaf.key.encode(), None)
    assert isinstance(key, Ed25519PrivateKey)
    assert {len(key.sign(bytes([number]))) for number in range(64)} == {64}
    shown = x509.load_pem_x509_certificate(leaf.certificate.encode())
    assert shown.public_key() == key.public_key()
