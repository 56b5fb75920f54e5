"""Files beside the database: what is not forced to the disk, octets and name, is lost with the power.

Leaves the database's own files to SQLite.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """Where files lie, by name."""

    def read(self, name: str) -> bytes | None:
        """Its octets; None where there is none."""
        ...

    def write(self, name: str, octets: bytes) -> None:
        """Make it, for nobody else to read, in the place of one that is there."""
        ...

    def sync(self, name: str) -> None:
        """Force its octets to the disk."""
        ...

    def rename(self, name: str, to: str) -> None:
        """Give it another name, in the place of whoever has it."""
        ...

    def sync_names(self) -> None:
        """Force all names to the disk."""
        ...


class Folder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, name: str) -> bytes | None:
        """See `Files`."""
        path = self._path / name
        return path.read_bytes() if path.exists() else None

    def write(self, name: str, octets: bytes) -> None:
        """See `Files`."""
        path = self._path / name
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(octets)

    def sync(self, name: str) -> None:
        """See `Files`."""
        _force(self._path / name)

    def rename(self, name: str, to: str) -> None:
        """See `Files`."""
        (self._path / name).replace(self._path / to)

    def sync_names(self) -> None:
        """See `Files`."""
        _force(self._path)


def _force(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
