"""Keys and time stamps: what the bench signs and stamps others can prove, and what others altered it refuses.

OpenSSL is the other side in both directions; SoftHSM stands for a PKCS#11 token.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from asn1crypto import cms
from softhsm import softhsm

from bench.evidence import keys, stamps
from bench.evidence.lab import LabError, load_lab

ID = "distid:1234567812345678"
SAID = "十二万三千四百五十六千瓦时".encode()


def openssl(*words: str | Path, room: Path, fails: bool = False) -> str:
    """What OpenSSL says."""
    done = subprocess.run(["openssl", *map(str, words)], cwd=room, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) is fails, done.stderr + done.stdout
    return done.stdout + done.stderr


def pair(room: Path, algorithm: str) -> keys.Signer:
    """A key and a certificate that OpenSSL made."""
    if algorithm == "sm2":
        openssl("genpkey", "-algorithm", "SM2", "-out", "k.pem", room=room)
        more = ("-sm3", "-sigopt", ID)
    else:
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{algorithm}", "-out", "k.pem", room=room)
        more = ()
    openssl("req", "-x509", "-new", "-key", "k.pem", *more, "-subj", "/CN=lab", "-out", "c.pem", room=room)
    return keys.signer_of("k.pem", room / "c.pem", room)


@pytest.mark.parametrize(("algorithm", "dgst"), [("P-256", "-sha256"), ("P-384", "-sha384"), ("sm2", "-sm3")])
def test_openssl_proves_what_we_sign_and_refuses_it_over_other_octets(
    tmp_path: Path, algorithm: str, dgst: str
) -> None:
    signer = pair(tmp_path, algorithm)
    (tmp_path / "said").write_bytes(SAID)
    (tmp_path / "other").write_bytes(SAID + b".")
    (tmp_path / "sig").write_bytes(signer.sign(SAID))
    openssl("x509", "-in", "c.pem", "-pubkey", "-noout", "-out", "pub.pem", room=tmp_path)
    more = ("-sigopt", ID) if algorithm == "sm2" else ()
    proof = ("dgst", dgst, *more, "-verify", "pub.pem", "-signature", "sig")
    assert "Verified OK" in openssl(*proof, "said", room=tmp_path)
    openssl(*proof, "other", room=tmp_path, fails=True)


@pytest.mark.parametrize(("algorithm", "dgst"), [("P-256", "-sha256"), ("P-384", "-sha384"), ("sm2", "-sm3")])
def test_we_prove_what_openssl_signed_and_nothing_else(tmp_path: Path, algorithm: str, dgst: str) -> None:
    signer = pair(tmp_path, algorithm)
    (tmp_path / "said").write_bytes(SAID)
    more = ("-sigopt", ID) if algorithm == "sm2" else ()
    openssl("dgst", dgst, *more, "-sign", "k.pem", "-out", "sig", "said", room=tmp_path)
    signature = (tmp_path / "sig").read_bytes()
    assert keys.proves(signer.certificate, SAID, signature)
    assert not keys.proves(signer.certificate, SAID + b" ", signature)
    assert not keys.proves(signer.certificate, SAID, signature[:-1] + bytes([signature[-1] ^ 1]))
    (tmp_path / "another").mkdir()
    assert not keys.proves(pair(tmp_path / "another", algorithm).certificate, SAID, signature)


def test_a_key_that_is_not_its_certificates_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        pair(tmp_path / name, "P-256")
    with pytest.raises(keys.KeyTrouble, match="is not the certificate of"):
        keys.signer_of("b/k.pem", tmp_path / "a" / "c.pem", tmp_path)


def test_a_key_with_a_passphrase_takes_it_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair(tmp_path, "P-256")
    openssl("pkcs8", "-topk8", "-in", "k.pem", "-out", "e.pem", "-passout", "pass:geheim", room=tmp_path)
    with pytest.raises(keys.KeyTrouble, match="cannot be used"):
        keys.signer_of("e.pem", tmp_path / "c.pem", tmp_path)
    monkeypatch.setenv("CARBONBENCH_PIN", "geheim")
    keys.signer_of("e.pem", tmp_path / "c.pem", tmp_path)


def test_a_token_signs_and_its_key_never_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with softhsm(tmp_path, monkeypatch) as module:
        pair(tmp_path, "P-256")
        util = ("softhsm2-util", "--token", "lab", "--pin", "1234")
        for words in (
            (*util, "--init-token", "--free", "--label", "lab", "--so-pin", "5678"),
            (*util, "--import", "k.pem", "--label", "sealing", "--id", "01"),
        ):
            subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
        (tmp_path / "k.pem").unlink()
        (tmp_path / "lab.toml").write_text(
            f'[[signer]]\nkey = "pkcs11:token=lab;object=sealing"\ncertificate = "c.pem"\nmodule = "{module}"\n'
        )
        with pytest.raises(LabError, match="cannot sign"):
            load_lab(tmp_path / "lab.toml")
        monkeypatch.setenv("CARBONBENCH_PIN", "1234")
        lab = load_lab(tmp_path / "lab.toml")
        (signature,) = lab.sign(SAID)
        assert keys.proves(lab.certificates[0], SAID, signature)


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """The folder of an authority of the bench's own."""
    stamps.new_authority(tmp_path / "tsa", "authority of tests")
    return tmp_path / "tsa"


def test_openssl_proves_our_stamps_and_we_prove_what_its_queries_get(authority: Path, tmp_path: Path) -> None:
    own = stamps.OwnAuthority(authority)
    (tmp_path / "said").write_bytes(SAID)
    (tmp_path / "token").write_bytes(own(SAID))
    root = authority / stamps.ROOT
    openssl("ts", "-verify", "-data", "said", "-in", "token", "-token_in", "-CAfile", root, room=tmp_path)
    openssl("ts", "-query", "-data", "said", "-sha384", "-cert", "-out", "query", room=tmp_path)
    (tmp_path / "answer").write_bytes(own.answer((tmp_path / "query").read_bytes()))
    openssl("ts", "-verify", "-queryfile", "query", "-in", "answer", "-CAfile", root, room=tmp_path)
    token = stamps.token_of((tmp_path / "answer").read_bytes(), "x")
    assert stamps.proved(token, SAID, keys.certificates_of(root)).trusted


@pytest.mark.parametrize("algorithm", ["rsa", "P-256"])
def test_we_prove_the_stamps_of_an_authority_of_openssl(tmp_path: Path, algorithm: str) -> None:
    made = ("-algorithm", "RSA") if algorithm == "rsa" else ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    openssl("genpkey", *made, "-out", "k.pem", room=tmp_path)
    purpose = ("-addext", "extendedKeyUsage=critical,timeStamping", "-addext", "keyUsage=critical,digitalSignature")
    openssl("req", "-x509", "-new", "-key", "k.pem", "-subj", "/CN=tsa", *purpose, "-out", "c.pem", room=tmp_path)
    (tmp_path / "serial").write_text("01")
    (tmp_path / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_cert=c.pem\nsigner_key=k.pem\nsigner_digest=sha256\n"
        "default_policy=1.2.3.4\ndigests=sha256\ncrypto_device=builtin\ness_cert_id_alg=sha256\n"
    )
    (tmp_path / "said").write_bytes(SAID)
    openssl("ts", "-query", "-data", "said", "-sha256", "-cert", "-out", "q", room=tmp_path)
    openssl("ts", "-reply", "-queryfile", "q", "-config", "tsa.cnf", "-out", "r", room=tmp_path)
    token = stamps.token_of((tmp_path / "r").read_bytes(), "openssl")
    roots = keys.certificates_of(tmp_path / "c.pem")
    assert stamps.proved(token, SAID, roots).trusted
    assert not stamps.proved(token, SAID, ()).trusted
    with pytest.raises(stamps.StampTrouble):
        stamps.proved(token, SAID + b"!", roots)


def test_an_altered_stamp_is_none(authority: Path) -> None:
    token = stamps.OwnAuthority(authority)(SAID)
    roots = keys.certificates_of(authority / stamps.ROOT)
    held = cms.ContentInfo.load(token)
    signed = held["content"]
    later = signed["encap_content_info"]["content"].parsed.copy()
    later["gen_time"] = later["gen_time"].native.replace(year=2031)
    content = later.dump(force=True)
    forged = token.replace(signed["encap_content_info"]["content"].parsed.dump(), content)
    assert forged != token and len(forged) == len(token)
    with pytest.raises(stamps.StampTrouble, match="altered"):
        stamps.proved(forged, SAID, roots)
    for place in range(0, len(token), 7):
        spoilt = token[:place] + bytes([token[place] ^ 0x41]) + token[place + 1 :]
        try:
            found = stamps.proved(spoilt, SAID, roots)
        except stamps.StampTrouble:
            continue
        # What is not signed in a token (the certificates that come with it) may change, what it says may not.
        assert found.at == stamps.proved(token, SAID, roots).at


def test_another_authority_is_not_trusted(authority: Path, tmp_path: Path) -> None:
    stamps.new_authority(tmp_path / "other", "authority of tests")
    found = stamps.proved(
        stamps.OwnAuthority(tmp_path / "other")(SAID), SAID, keys.certificates_of(authority / stamps.ROOT)
    )
    assert not found.trusted


@pytest.fixture
def served(authority: Path) -> Iterator[tuple[str, list[bytes]]]:
    """The authority over HTTP; what is put into the list is answered instead."""
    instead: list[bytes] = []
    own = stamps.OwnAuthority(authority)

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            told = instead.pop() if instead else own.answer(query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", instead
    server.shutdown()
    server.server_close()


def test_an_authority_is_asked_over_http(authority: Path, served: tuple[str, list[bytes]]) -> None:
    url, instead = served
    token = stamps.asking(url)(SAID)
    assert stamps.proved(token, SAID, keys.certificates_of(authority / stamps.ROOT)).trusted
    own = stamps.OwnAuthority(authority)
    for wrong, words in (
        (b"<html>", "none of RFC 3161"),
        (own.answer(b"no query"), "refuses"),
        (b"", "none of RFC 3161"),
    ):
        instead.append(wrong)
        with pytest.raises(stamps.StampTrouble, match=words):
            stamps.asking(url)(SAID)
    asked = stamps.tsp.TimeStampReq(
        {"version": "v1", "message_imprint": stamps.imprint(SAID), "nonce": 5, "cert_req": True}
    )
    instead.append(own.answer(asked.dump()))
    with pytest.raises(stamps.StampTrouble, match="nonce"):
        stamps.asking(url)(SAID)


def test_an_authority_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(stamps.StampTrouble, match="no answer"):
        stamps.asking("http://127.0.0.1:9/")(SAID)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[signer]]\nkey = 'x.pem'\ncertificate = 'no.pem'\n", "cannot be read"),
        ("[signer]\nkey = 'x.pem'\n", "expected an array of tables"),
        ("[regster]\npath = 'x'\n", "did you mean 'register'"),
        ("[[signer]]\nkey = 'x.pem'\nwrong = 1\n", "unknown key"),
        ("[stamp]\nurl = 'ftp://x'\n", "expected http"),
        ("[stamp]\nurl = 'http://x'\nown = 'y'\n", "one of them"),
        ("[stamp]\nurl = 'http://x'\n", "add a"),
        ("[register]\n", "path"),
        ("= nonsense", "TOML"),
    ],
)
def test_what_is_wrong_with_a_lab_toml_is_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "lab.toml").write_text(text)
    with pytest.raises(LabError, match=words) as told:
        load_lab(tmp_path / "lab.toml")
    assert all(" / " in each for each in told.value.problems)


def test_tables_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text("[laboratory]\nname = 'x'\n[[equipment]]\nid = 1\n")
    assert not load_lab(tmp_path / "lab.toml").signers


def test_a_program_signs_with_a_key_of_its_own(tmp_path: Path) -> None:
    pair(tmp_path, "sm2")
    words = f"openssl dgst -sm3 -sigopt {ID} -sign k.pem"
    row = f'[[signer]]\nkey = "program:{words}"\ncertificate = "c.pem"\n'
    (tmp_path / "lab.toml").write_text(row)
    lab = load_lab(tmp_path / "lab.toml")
    assert keys.is_sm2(lab.certificates[0]) and keys.proves(lab.certificates[0], SAID, lab.sign(SAID)[0])
    for wrong, told in (
        ("false", "ended with 1"),
        ("no-such-program", "cannot be started"),
        ("'", "quot"),
        ("cat", ""),
    ):
        (tmp_path / "lab.toml").write_text(row.replace(words, wrong))
        with pytest.raises(LabError) as error:
            load_lab(tmp_path / "lab.toml")
        assert told in str(error.value) or "引号" in str(error.value)
