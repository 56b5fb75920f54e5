"""A signed package of the management software, read and verified (docs/WIRE.md section 5).

Leaves keeping it and putting it in force to `installer`. A package is good as a whole or refused as a whole.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any, cast

from reference_terminal.crypto.certificates import CertificateError, Trusted, read, sm2_public, verify_chain
from reference_terminal.crypto.symmetric import sm3
from reference_terminal.management import reasons
from reference_terminal.model import json_text
from reference_terminal.model.messages import Refused, text_of
from reference_terminal.model.times import parse_iso

FORMAT = "carbonbench-package/1"
KINDS = ("factors", "method", "boundary", "parameters", "configuration", "application", "removal", "upgrade")
ISSUER = "management"
MOST_OCTETS = 4_000_000
_TEXTS = ("name", "version", "created", "certificate", "signature", "content", "sm3")
_MEMBERS = {"format", "kind", "validFrom", *_TEXTS}
_VERSION = re.compile(r"\d{1,9}(\.\d{1,9}){0,5}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LINE = re.compile(r"[^\r\n]{1,200}")


class PackageRefused(Refused):
    """A package that is not taken over."""


@dataclass(frozen=True)
class Package:
    """A verified package. `valid_from_s` is UTC seconds, 0 for at once."""

    kind: str
    name: str
    version: str
    valid_from_s: int
    created: str
    content: bytes
    digest: str
    issuer: str

    @property
    def rank(self) -> tuple[int, ...]:
        """What versions are compared by."""
        return rank(self.version)


def rank(version: str) -> tuple[int, ...]:
    """The dot-separated numbers of a version, trailing zeros left out."""
    numbers = [int(part) for part in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def open_package(octets: bytes, trusted: Trusted, now_s: int) -> Package:
    """Read and verify a package. Raises PackageRefused with the first thing that is wrong."""
    members = _members(octets)
    content = _base64("content", members["content"])
    digest = sm3(content).hex()
    if digest != members["sm3"].lower():
        raise PackageRefused(reasons.DIGEST_DIFFERS())
    issuer = _issuer(members["certificate"], trusted, now_s)
    names = ("kind", "name", "version", "validFrom", "created", "sm3")
    signed = "".join(f"{line}\n" for line in (FORMAT, *(f"{name}={members[name]}" for name in names))).encode()
    try:
        good = sm2_public("issuer", members["certificate"]).verify(signed, _base64("signature", members["signature"]))
    except (CertificateError, ValueError):
        good = False
    if not good:
        raise PackageRefused(reasons.SIGNATURE_DIFFERS(issuer=repr(issuer)))
    return Package(
        kind=members["kind"],
        name=members["name"],
        version=members["version"],
        valid_from_s=_instant(members["validFrom"]),
        created=members["created"],
        content=content,
        digest=digest,
        issuer=issuer,
    )


def _members(octets: bytes) -> dict[str, str]:
    if len(octets) > MOST_OCTETS:
        raise PackageRefused(reasons.PACKAGE_TOO_LONG(most=MOST_OCTETS))
    try:
        found: Any = json_text.read(octets)
    except json_text.NoJson:
        found = None
    if not isinstance(found, dict):
        raise PackageRefused(reasons.PACKAGE_NO_JSON())
    members = cast(dict[str, Any], found)
    wrong = sorted(_MEMBERS ^ members.keys())
    if wrong:
        raise PackageRefused(reasons.MEMBERS_DIFFER(members=", ".join(wrong)[:200]))
    if not all(isinstance(value, str) for value in members.values()):
        raise PackageRefused(reasons.MEMBERS_NO_TEXT())
    if members["format"] != FORMAT:
        raise PackageRefused(reasons.FORMAT_DIFFERS(known=FORMAT, got=repr(members["format"][:40])))
    if members["kind"] not in KINDS:
        raise PackageRefused(reasons.KIND_UNKNOWN(known=", ".join(KINDS), got=repr(members["kind"][:40])))
    if not _VERSION.fullmatch(members["version"]):
        raise PackageRefused(reasons.VERSION_UNREADABLE(got=repr(members["version"][:40])))
    for name in ("name", "created"):
        if not _LINE.fullmatch(members[name]):
            raise PackageRefused(reasons.NOT_ONE_LINE(name=name))
    _instant(members["validFrom"])
    return members


def _instant(text: str) -> int:
    if not text:
        return 0
    whole = f"{text}T00:00:00" if _DAY.fullmatch(text) else text
    try:
        found = parse_iso(f"{whole}+08:00")
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise PackageRefused(reasons.VALID_FROM_UNREADABLE(got=repr(text[:40])))
    return found


def _base64(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise PackageRefused(reasons.NOT_ENCODED(name=name)) from None


def _issuer(certificate: str, trusted: Trusted, now_s: int) -> str:
    """The name of the issuer, whose certificate must lead to an anchor now."""
    try:
        verify_chain("the issuer's certificate", certificate, trusted.anchors, now_s, trusted.crls)
        leaf = read("issuer", certificate)[0]
    except CertificateError as error:
        raise PackageRefused(text_of(error)) from None
    if not leaf.signs:
        raise PackageRefused(reasons.NOT_FOR_SIGNING(subject=repr(leaf.subject)))
    if not leaf.subject.startswith(ISSUER):
        raise PackageRefused(reasons.NO_MANAGEMENT_SOFTWARE(subject=repr(leaf.subject)))
    return leaf.subject
