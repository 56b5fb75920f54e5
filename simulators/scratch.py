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
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*-*"):
        where, *numbers = folder.name.split("-")[-2].split(".")
        if len(numbers) != 2 or not all(number.isdecimal() for number in numbers) or where != namespace():
            continue
        if str(started(int(numbers[0]))) == numbers[1] or any(Path(each).is_relative_to(folder) for each in mounts):
            continue
        shutil.rmtree(folder, ignore_errors=True)
        gone.append(folder)
    return gone


def _prefix(kind: str) -> str:
    own = os.getpid()
    _sweep_once(own)
    return f"{_PREFIX}{kind}-{namespace()}.{own}.{started(own)}-"


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
