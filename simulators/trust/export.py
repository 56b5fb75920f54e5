"""What a terminal is given to talk to a centre, as files in a folder: for terminals on a real network.

Leaves what is given to `authority`. Keys are readable by their owner alone; what a centre does not need makes no file.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from simulators.trust.authority import TerminalSide

_NAMES = {
    "server_name": "server_name.txt",
    "anchors": "anchors.pem",
    "crls": "crls.pem",
    "certificate": "certificate.pem",
    "key": "key.pem",
    "encryption_certificate": "encryption_certificate.pem",
    "encryption_key": "encryption_key.pem",
    "device_certificate": "device_certificate.pem",
    "device_key": "device_key.pem",
    "device_anchors": "device_anchors.pem",
    "device_crls": "device_crls.pem",
    "payload_key": "payload_key.hex",
    "centre_certificate": "centre_certificate.pem",
    "token": "token.txt",
}


class ExportError(Exception):
    """A folder that credentials cannot be put into; the text says why, and what to do."""


def folder_flaw(folder: Path, names: Sequence[str]) -> str:
    """Why files for these centres cannot go into folders of a folder; empty if they can."""
    for path in (folder, *(folder / name for name in names)):
        if path.exists() and not path.is_dir():
            return f"{path}: expected a folder for credentials, got a file; name another folder / 应为目录"
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not there.is_dir():
        return f"{folder}: {there} is a file, no folder can be made in it; name another folder / 无法创建目录"
    if not os.access(there, os.W_OK | os.X_OK):
        return f"{folder}: {there} is not writable for this user; name another folder or change its rights / 目录不可写"
    return ""


def export_side(side: TerminalSide, folder: Path) -> list[Path]:
    """Write one file for each thing that is given. Raises OSError if the folder cannot be made or written."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, file in _NAMES.items():
        text: str = getattr(side, name)
        if text:
            path = folder / file
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            # A file that was there already keeps its rights otherwise.
            os.fchmod(handle, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)
            written.append(path)
    return written
