"""Whether lossy disks can be mounted on this machine, and the mounts that dead benches left behind.

Leaves mounting to `daemon`. A mount's source names its bench, `carbonbench:PID:START`, START in clock ticks since
the machine's boot, so that a process number used again is not taken for the bench.
"""

from __future__ import annotations

import ctypes
import importlib
import os
from pathlib import Path

from bench.real import sentences

SUBTYPE = "carbonbench-disk"
FILE_SYSTEM = f"fuse.{SUBTYPE}"
"""As what the kernel lists our mounts."""
DEVICE = Path("/dev/fuse")
_FORCE, _DETACH = 1, 2
_CAP_SYS_ADMIN = 1 << 21


def requirements() -> list[str]:
    """What is missing for lossy disks, a sentence each / 有损磁盘所缺的条件; empty when all is there."""
    problems: list[str] = []
    if not DEVICE.exists():
        problems.append(str(sentences.NO_FUSE(device=DEVICE)))
    elif not os.access(DEVICE, os.R_OK | os.W_OK):
        problems.append(str(sentences.FUSE_FORBIDDEN(device=DEVICE)))
    if not _may_mount():
        problems.append(str(sentences.NO_MOUNT()))
    try:
        importlib.import_module("mfusepy")
    except ImportError:
        problems.append(str(sentences.NO_MFUSEPY()))
    except (AttributeError, OSError) as error:
        problems.append(str(sentences.NO_LIBFUSE(error=error)))
    return problems


def _may_mount() -> bool:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) & _CAP_SYS_ADMIN)
    return False


def unmount_now(mount: str) -> None:
    """End the connection of a FUSE mount, whoever waits for an answer, and take it out of the tree, busy or not."""
    libc = ctypes.CDLL(None, use_errno=True)
    path = os.fsencode(mount)
    if libc.umount2(path, _FORCE) != 0:
        libc.umount2(path, _DETACH)


def owner_name(process: int) -> str:
    """The mount's source for a bench with this process number."""
    return f"carbonbench:{process}:{_started(process)}"


def _started(process: int) -> str:
    """Clock ticks from boot to the start of a process; "" for a dead one."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return ""
    fields = status.rpartition(")")[2].split()
    return "" if fields[0] in ("Z", "X") else fields[19]


def sweep_stale(*, also: int | None = None, mount: Path | None = None) -> list[Path]:
    """Unmount lossy disks whose bench is dead, and tell which; `also` counts this process as dead, for one `mount`."""
    swept: list[Path] = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, source = after.split()[:2]
        name, _, rest = source.partition(":")
        process, _, started = rest.partition(":")
        if kind != FILE_SYSTEM or name != "carbonbench" or not process.isdecimal():
            continue
        path = Path(_unescaped(before.split()[4]))
        dead = int(process) == also and path == mount
        if dead or not started or _started(int(process)) != started:
            unmount_now(str(path))
            swept.append(path)
    return swept


def _unescaped(field: str) -> str:
    for octal, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(octal, character)
    return field
