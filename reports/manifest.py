"""`manifest.json`: the SM3 digest of every file of a run folder, and proving that none was altered since.

Leaves signing to whoever keeps the folder: the manifest's own digest is the one number to sign or to write down.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from bench.evidence.files import MANIFEST, FileRow, digest_of, survey
from bench.history import HistoryError
from reports.verdicts import write_whole

NAME = MANIFEST
FORMAT = "carbonbench-manifest/1"


class ManifestError(HistoryError):
    """A manifest that cannot be read, so that the folder cannot be trusted; one sentence says why."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All files sorted by path; `digest` is SM3 over the lines `<sm3> <size> <path>`, each ended by a line feed."""

    format: str
    algorithm: str
    digest: str
    files: tuple[FileRow, ...]


def write(folder: Path) -> Path:
    """Write the manifest of a folder, the last file of a run, and return its path."""
    files = survey(folder)
    manifest = Manifest(format=FORMAT, algorithm="SM3", digest=digest_of(files), files=files)
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2).decode() + "\n"
    return write_whole(folder / NAME, text)


def read(folder: Path) -> Manifest:
    """Read a folder's manifest. Raises ManifestError when there is none or it is not one."""
    path = folder / NAME
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read ({error.strerror}) / 无法读取清单") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ManifestError(f"{path}: not a manifest ({error}) / 不是有效清单") from None
    if found.format != FORMAT:
        raise ManifestError(f"{path}: format is {found.format!r}, expected {FORMAT!r} / 清单格式版本不符")
    return found


def verify(folder: Path, *, but: Collection[str] = (), present: Sequence[FileRow] | None = None) -> list[str]:
    """What differs from the manifest, one sentence each, in the order of paths; nothing if the folder is as written.

    `but` names files of which nothing is said; `present` are the folder's files where they were read already.
    Raises ManifestError when the manifest cannot be read. If its lines do
    not give its own digest, that is the first sentence.
    """
    manifest = read(folder)
    found: list[str] = []
    if digest_of(manifest.files) != manifest.digest:
        found.append(
            f"{folder / NAME}: its lines give digest {digest_of(manifest.files)}, it says {manifest.digest}; "
            "the manifest itself was altered / 清单本身被改动"
        )
    listed = {row.path: row for row in manifest.files}
    there = {row.path: row for row in (survey(folder) if present is None else present)}
    for name in but:
        listed.pop(name, None)
        there.pop(name, None)
    return found + _differences(folder, listed, there)


def _differences(folder: Path, listed: Mapping[str, FileRow], present: Mapping[str, FileRow]) -> list[str]:
    found: list[str] = []
    for name in sorted({*listed, *present}):
        then, now, path = listed.get(name), present.get(name), folder / name
        if then is None:
            found.append(f"{path}: is not in the manifest, it was added later / 清单中没有此文件，系事后添加")
        elif now is None:
            found.append(f"{path}: is in the manifest but missing / 清单中的文件缺失")
        elif then != now:
            found.append(
                f"{path}: was altered: expected SM3 {then.sm3} ({then.size} octets), "
                f"found {now.sm3} ({now.size} octets) / 文件被改动"
            )
    return found
