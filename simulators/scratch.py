"""Folders in the temporary folder, named by the process they belong to, so that what a killed one left is cleared.

Leaves removing a folder of a living process to that process. The first folder that a process makes clears those of the
dead.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Generator
from functools import cache
from pathlib import Path

_PREFIX = "carbonbench-"
_OWNER = "owner"
"""File in a folder whose name does not say whose it is."""


def started(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None when there is none (a zombie counts as none)."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if words[0] in "ZX" else int(words[19])


def make(kind: str) -> Path:
    """A new folder; who makes it removes it. `kind` says what it is for."""
    return Path(tempfile.mkdtemp(prefix=_prefix(kind)))


def shared(kind: str, name: str) -> Path:
    """A new folder under a name that other processes can work out; who makes it removes it.

    Raises OSError where another process has it. What a dead one or this one left there goes.
    """
    own = os.getpid()
    _sweep_once(own)
    folder = place(kind, name)
    if _orphaned(folder) or _owner(folder) == owner():
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    (folder / _OWNER).write_text(owner(), "ascii")
    return folder


def place(kind: str, name: str) -> Path:
    """Where `shared` makes that folder."""
    return Path(tempfile.gettempdir()) / f"{_PREFIX}{kind}-{name}"


@contextlib.contextmanager
def room(kind: str) -> Generator[Path]:
    """A new folder until the scope ends, or the process in order."""
    with tempfile.TemporaryDirectory(prefix=_prefix(kind), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def sweep() -> list[Path]:
    """Remove the folders of processes that are no more (killed, or cut off); returns those removed.

    One in which something is still mounted is left, and so are those of another namespace of processes, of which
    nothing can be known here.
    """
    gone: list[Path] = []
    mounts = _mounts()
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        if not _orphaned(folder) or any(Path(each).is_relative_to(folder) for each in mounts):
            continue
        shutil.rmtree(folder, ignore_errors=True)
        gone.append(folder)
    return gone


def _prefix(kind: str) -> str:
    own = os.getpid()
    _sweep_once(own)
    return f"{_PREFIX}{kind}-{owner()}-"


def owner() -> str:
    """This process, as a word that no other process of this machine ever is."""
    own = os.getpid()
    return f"{namespace()}.{own}.{started(own)}"


def _owner(folder: Path) -> str:
    try:
        return (folder / _OWNER).read_text("ascii")
    except (OSError, ValueError):
        return folder.name.split("-")[-2]


def _orphaned(folder: Path) -> bool:
    """Whether its process, by what lies in it or by its name, is known to be no more."""
    where, *numbers = _owner(folder).split(".")
    if len(numbers) != 2 or not all(number.isdecimal() for number in numbers) or where != namespace():
        return False
    return str(started(int(numbers[0]))) != numbers[1]


@cache
def _sweep_once(own: int) -> None:
    """Once in each process, a forked one too."""
    del own
    sweep()


def namespace() -> str:
    """The namespace in which numbers of processes mean what they say."""
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return "0"


def _mounts() -> list[str]:
    try:
        return [line.split()[1] for line in Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines()]
    except OSError:
        return []
