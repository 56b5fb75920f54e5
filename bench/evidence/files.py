"""The files of a run folder with their digests, and the evidence digest: the one number that a laboratory signs.

Leaves who signs it to `seals`. What reports are written anew is no evidence: a report in another language, or by a
later bench, leaves the signed digest as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

REPORTS = ("report.html", "junit.xml", "delivery.html", "delivery.json")
"""Files that the commands on a finished run write anew, from everything else."""
MANIFEST = "manifest.json"
ISSUED = "issued/"
"""Documents that a laboratory issues of a run lie below this folder."""
_CHUNK = 1 << 20


class FileRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file: its path below the run folder (with /), size in octets and SM3 in hex."""

    path: str
    size: int
    sm3: str


def survey(folder: Path) -> tuple[FileRow, ...]:
    """Every file below the folder but the manifest itself, sorted by path. Links are followed to nothing: they count as
    files with the digest of their target's name, so that a link put in place of a file shows."""
    found = sorted(
        (path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_symlink() or path.is_file()
    )
    return tuple(_row(name, path) for name, path in found if name not in (MANIFEST, MANIFEST + ".part"))


def _row(name: str, path: Path) -> FileRow:
    if path.is_symlink():
        target = b"link " + str(path.readlink()).encode("utf-8", "surrogateescape")
        return FileRow(path=name, size=len(target), sm3=hashlib.new("sm3", target).hexdigest())
    digest, size = hashlib.new("sm3"), 0
    with path.open("rb", buffering=0) as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return FileRow(path=name, size=size, sm3=digest.hexdigest())


def sm3_of(octets: bytes) -> str:
    """SM3 in hex."""
    return hashlib.new("sm3", octets).hexdigest()


def digest_of(files: Iterable[FileRow]) -> str:
    """SM3 over the lines `<sm3> <size> <path>` of files, each ended by a line feed."""
    text = "".join(f"{row.sm3} {row.size} {row.path}\n" for row in files)
    return sm3_of(text.encode("utf-8", "surrogateescape"))


def is_evidence(path: str, seal: str) -> bool:
    """Whether a file counts for the evidence digest that the seal of that name (`evidence/seal-0002`) holds."""
    return path not in (*REPORTS, MANIFEST) and not path.startswith((ISSUED, f"{seal}."))


def evidence_digest(files: Iterable[FileRow], seal: str) -> str:
    """The evidence digest: of every file that is neither a report nor of the seal that holds it."""
    return digest_of(row for row in files if is_evidence(row.path, seal))
