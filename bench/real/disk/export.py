"""Copies the lossy disk's tree, as the program sees it or as the medium holds it, into an ordinary folder.

Leaves asking for it to `disk`; it never goes through the mount, so that it works on a frozen disk and without power.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bench.real.disk.model import Medium


def export(medium: Medium, folder: Path, *, durable: bool) -> None:
    """Write files, directories and symbolic links below a folder that is made here; OSError when it cannot be."""
    folder.mkdir(parents=True)
    for path, inode in medium.walk(durable=durable):
        target = folder / path.lstrip("/")
        if inode.is_directory:
            target.mkdir()
        elif stat.S_ISLNK(inode.mode):
            os.symlink(inode.target, target)
        elif stat.S_ISREG(inode.mode):
            target.write_bytes(inode.octets(durable=durable))
