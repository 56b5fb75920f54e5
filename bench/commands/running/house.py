"""Which bench this is: the commit of its checkout, and a digest of everything of it that takes part in a run.

Leaves what else a run says of its surroundings to `bench.evidence.opening`.
"""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench.commands.running.options import ROOT

TAKE_PART = (
    "bench",
    "conformance",
    "fixtures",
    "reference_terminal",
    "reports",
    "simulators",
    "constraints.txt",
    "pyproject.toml",
)
"""What a verdict may depend on, as paths of the checkout."""


def house_digest() -> str:
    """SM3 (hex) of everything of this bench that takes part in a run."""
    return _house(ROOT)


def commit() -> str:
    """Short commit of this checkout, with `-dirty` where something that takes part in a run was changed or added.

    A changed page of the documentation alters no verdict and hinders no `--resume`. Outside git, as where a wheel is
    installed: the version, and twelve digits of what takes part.
    """
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        # Others' checkouts may hold the environment that we are installed in.
        if _git("rev-parse", "--show-prefix") == "" and _git("ls-files", "--", *TAKE_PART):
            name = _git("describe", "--always", "--abbrev=12", "--exclude=*")
            changed = _git("status", "--porcelain", "--untracked-files=all", "--", *TAKE_PART)
            return f"{name}-dirty" if changed else name
    return f"{version('carbonbench')}-{_digest(ROOT)}"


def _digest(house: Path) -> str:
    """Twelve digits of `_house`."""
    return _house(house)[:12]


def _house(house: Path) -> str:
    """SM3 (hex) of every file below `house` that takes part in a run, names included."""
    found = hashlib.new("sm3")
    for part in (house / name for name in TAKE_PART):
        files = (path for path in part.rglob("*") if path.is_file()) if part.is_dir() else (part,)
        for path in sorted(path for path in files if path.is_file() and "__pycache__" not in path.parts):
            octets = path.read_bytes()
            found.update(f"{path.relative_to(house).as_posix()}\0{len(octets)}\0".encode() + octets)
    return found.hexdigest()


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
