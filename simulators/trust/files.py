"""Certificate and key files of a laboratory's own, for a centre of a world: read, checked, and told what is wrong with
them.

Leaves handshakes to the channels. All problems of a set of files are told at once, one sentence each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from asn1crypto import keys, pem
from cryptography.hazmat.primitives.asymmetric import ec

from simulators.settings import Flaw
from simulators.stamps import local
from simulators.trust import sentences as said
from simulators.trust.authority import Credential
from simulators.trust.certificates import SM2_CURVE, Facts, Family, facts_of
from simulators.trust.oracle import OracleError, public_of

_P256_CURVE = "1.2.840.10045.3.1.7"
_CURVES: dict[Family, tuple[str, str]] = {"sm2": (SM2_CURVE, "SM2"), "ecdsa": (_P256_CURVE, "P-256 (ECDSA)")}


@dataclass(frozen=True)
class OwnFiles:
    """Paths of a centre's own certificate (leaf first, then intermediates), its key, and the anchors of its clients."""

    certificate: Path
    key: Path
    anchors: Path


@dataclass(frozen=True)
class Own:
    """What the files hold, ready to be shown."""

    credential: Credential
    anchors: str


def read_own(files: OwnFiles, family: Family, hosts: Sequence[str], at_us: int) -> tuple[Own | None, list[Flaw]]:
    """The files of a centre and their problems (name of the file's role, sentence); None if there is any.

    `hosts` are the names a client may use for the centre, of which one must be in the certificate; `at_us` is the
    instant at which it must be valid.
    """
    problems: list[Flaw] = []
    texts = {
        role: _read(role, path, problems)
        for role, path in (("certificate", files.certificate), ("key", files.key), ("anchors", files.anchors))
    }
    chain = _certificates("certificate", texts["certificate"], problems)
    anchors = _certificates("anchors", texts["anchors"], problems)
    private, public = _key(texts["key"], problems)
    if chain:
        _check_leaf(chain[0][1], family, hosts, at_us, problems)
        if public and chain[0][1].public != public:
            problems.append(said.OTHER_KEY(subject=chain[0][1].subject).at("key"))
        _check_chain([facts for _, facts in chain], problems)
    problems += [
        said.ANCHOR_ENDED(subject=facts.subject, day=_day(facts.end_us)).at("anchors")
        for _, facts in anchors
        if facts.end_us < at_us
    ]
    if problems or not chain:
        return None, problems
    leaf = chain[0][1]
    return Own(Credential(texts["certificate"], texts["key"], leaf.serial, leaf.subject, private), texts["anchors"]), []


def _read(role: str, path: Path, problems: list[Flaw]) -> str:
    try:
        octets = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        problems.append(said.UNREADABLE(path=path, reason=reason).at(role))
        return ""
    try:
        text = octets.decode("ascii")
    except UnicodeDecodeError:
        text = ""
    if "-----BEGIN " not in text:
        kind = said.DER if octets[:1] == b"\x30" else said.SOMETHING
        problems.append(said.NOT_PEM(path=path, kind=kind).at(role))
        return ""
    return text


def _blocks(role: str, text: str, problems: list[Flaw]) -> list[tuple[str, bytes]]:
    if not text:
        return []
    try:
        found: Any = list(pem.unarmor(text.encode(), multiple=True))
    except (ValueError, TypeError) as error:
        problems.append(said.PEM_DAMAGED(reason=str(error).splitlines()[0]).at(role))
        return []
    return [(label, octets) for label, _, octets in found]


def _certificates(role: str, text: str, problems: list[Flaw]) -> list[tuple[bytes, Facts]]:
    blocks = _blocks(role, text, problems)
    ders = [octets for label, octets in blocks if label == "CERTIFICATE"]
    if blocks and not ders:
        problems.append(said.NO_CERTIFICATE(labels=[label for label, _ in blocks]).at(role))
    found: list[tuple[bytes, Facts]] = []
    for number, der in enumerate(ders, 1):
        try:
            found.append((der, facts_of(der)))
        except OracleError:
            problems.append(said.CERTIFICATE_DAMAGED(number=number).at(role))
    return found


def _key(text: str, problems: list[Flaw]) -> tuple[int, tuple[int, int] | None]:
    blocks = _blocks("key", text, problems)
    if not blocks:
        return 0, None
    labels = [label for label, _ in blocks]
    if "ENCRYPTED PRIVATE KEY" in labels or "Proc-Type: 4,ENCRYPTED" in text:
        problems.append(said.KEY_ENCRYPTED().at("key"))
        return 0, None
    for label, octets in blocks:
        try:
            if label == "PRIVATE KEY":
                info: Any = keys.PrivateKeyInfo.load(octets, strict=True)
                inner, curve = info["private_key"].parsed, info["private_key_algorithm"]["parameters"].chosen.dotted
            elif label == "EC PRIVATE KEY":
                inner = keys.ECPrivateKey.load(octets, strict=True)
                curve = inner["parameters"].chosen.dotted
            else:
                continue
            number = int(inner["private_key"].native)
            return number, _public(number, curve)
        except (ValueError, TypeError, AttributeError, KeyError):
            problems.append(said.KEY_DAMAGED().at("key"))
            return 0, None
    problems.append(said.NO_KEY(labels=labels).at("key"))
    return 0, None


def _public(number: int, curve: str) -> tuple[int, int]:
    if curve == SM2_CURVE:
        return public_of(number)
    found = ec.derive_private_key(number, ec.SECP256R1()).public_key().public_numbers()
    return found.x, found.y


def _curve(number: str) -> str:
    """The name of a curve for a reader: those of the channels by name, others by number."""
    return next((title for curve, title in _CURVES.values() if curve == number), number or "RSA")


def _day(at_us: int) -> str:
    return f"{local(at_us):%Y-%m-%d}"


def _check_leaf(leaf: Facts, family: Family, hosts: Sequence[str], at_us: int, problems: list[Flaw]) -> None:
    wanted, title = _CURVES[family]
    if leaf.curve != wanted:
        problems.append(said.CURVE(wanted=title, got=_curve(leaf.curve)).at("certificate"))
    if at_us < leaf.begin_us:
        problems.append(said.EARLY(day=_day(leaf.begin_us)).at("certificate"))
    if at_us > leaf.end_us:
        problems.append(said.ENDED(day=_day(leaf.end_us)).at("certificate"))
    if leaf.usage and "digital_signature" not in leaf.usage:
        problems.append(said.NO_SIGNING(usage=tuple(leaf.usage)).at("certificate"))
    if not set(hosts).intersection(leaf.hosts):
        problems.append(said.HOST(names=tuple(leaf.hosts) or said.NO_HOST, host=hosts[0]).at("certificate"))


def _check_chain(chain: Sequence[Facts], problems: list[Flaw]) -> None:
    for below, above in pairwise(chain):
        if below.issuer != above.subject:
            told = said.ORDER(below=below.subject, issuer=below.issuer, above=above.subject)
            problems.append(told.at("certificate"))
