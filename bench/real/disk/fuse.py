"""What the kernel asks of the lossy disk through libfuse (mfusepy), turned into calls of the core.

Leaves storage, loss and faults to `core` and `model`; the process around it is `daemon`.

libfuse runs single-threaded, so that the order of operations is the order in which the kernel sent them. Attributes are
never cached by the kernel, because a hard link is another node to libfuse's path interface; names are, because they
change through the kernel only. An open file whose last name goes is renamed by libfuse to a name that nobody lists; we
take that for the removal it is. Locks are the kernel's own. The kernel never tells a FUSE server of sync(2) and of
syncfs(2): `notify` hears of them another way.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from errno import EBADF, EEXIST, EINVAL, ENOTDIR
from typing import Any

import mfusepy

from bench.real.disk.core import DiskCore
from bench.real.disk.model import NAME_OCTETS, PAGE, Inode
from bench.real.disk.mounts import SUBTYPE

_UTIME_NOW = (1 << 30) - 1
_UTIME_OMIT = (1 << 30) - 2
_RENAME_NOREPLACE = 1
_HIDDEN = ".fuse_hidden"
"""What libfuse calls an open file without a name."""
_SYNCHRONOUS = os.O_SYNC | os.O_DSYNC


@dataclass(slots=True)
class _Handle:
    """`told` is the kernel's own FSYNC after a write with O_SYNC, which is one sync, not two."""

    inode: Inode
    path: str
    synchronous: bool
    told: bool = False


class LossyOperations(mfusepy.Operations):
    """The operations of one mount; handles do not outlive it. `ready()` is called when the kernel talks to us."""

    use_ns = True

    def __init__(self, core: DiskCore, ready: Callable[[], object]) -> None:
        self._core = core
        self._medium = core.medium
        self._ready = ready
        self._handles: dict[int, _Handle] = {}
        self._hidden: dict[str, Inode] = {}
        self._last = 0

    def init(self, path: str) -> None:
        self._ready()

    def _handle(self, number: int) -> _Handle:
        handle = self._handles.get(number)
        if handle is None:
            raise OSError(EBADF, "no such handle")
        return handle

    def _hold(self, inode: Inode, path: str, flags: int) -> int:
        self._last += 1
        inode.opens += 1
        self._handles[self._last] = _Handle(inode, path, bool(flags & _SYNCHRONOUS))
        return self._last

    def _drop(self, number: int) -> int:
        with self._core.turn:
            handle = self._handles.pop(number, None)
            if handle is not None:
                handle.inode.opens -= 1
                self._medium.free_if_gone(handle.inode)
                self._core.show()
        return 0

    def _find(self, path: str) -> Inode:
        hidden = self._hidden.get(path.rpartition("/")[2]) if self._hidden else None
        return hidden if hidden is not None else self._medium.find(path)

    # Looking

    def getattr(self, path: str, fh: Any = None) -> dict[str, Any]:
        with self._core.turn:
            self._core.wait()
            inode = self._handle(fh.fh).inode if fh is not None else self._find(path)
            return {
                "st_ino": abs(inode.number),
                "st_mode": inode.mode,
                "st_nlink": 2 if inode.is_directory else inode.links,
                "st_uid": inode.uid,
                "st_gid": inode.gid,
                "st_size": inode.size,
                "st_blocks": len(inode.pages) * (PAGE // 512),
                "st_blksize": PAGE,
                "st_atime": inode.atime_ns,
                "st_mtime": inode.mtime_ns,
                "st_ctime": inode.ctime_ns,
            }

    def readlink(self, path: str) -> str:
        with self._core.turn:
            self._core.may_read()
            inode = self._medium.find(path)
            if not stat.S_ISLNK(inode.mode):
                raise OSError(EINVAL, "not a symbolic link")
            return inode.target

    def opendir(self, path: str) -> int:
        with self._core.turn:
            self._core.may_read()
            inode = self._medium.find(path)
            if not inode.is_directory:
                raise OSError(ENOTDIR, "not a directory")
            return self._hold(inode, path, 0)

    def readdir(self, path: str, fh: int) -> Iterator[tuple[str, dict[str, int], int]]:
        with self._core.turn:
            self._core.may_read()
            directory = self._handle(fh).inode
            entries = [
                (name, {"st_ino": each.number, "st_mode": each.mode}, 0) for name, each in directory.entries.items()
            ]
            here = {"st_ino": directory.number, "st_mode": directory.mode}
        return iter([(".", here, 0), ("..", here, 0), *entries])

    def releasedir(self, path: str, fh: int) -> int:
        return self._drop(fh)

    def statfs(self, path: str) -> dict[str, int]:
        with self._core.turn:
            self._core.wait()
            medium = self._medium
            free = max(0, medium.limit_pages - medium.used_pages)
            inodes = max(0, medium.limit_inodes - medium.inodes)
            return {
                "f_bsize": PAGE,
                "f_frsize": PAGE,
                "f_blocks": medium.limit_inodes,
                "f_bfree": free,
                "f_bavail": free,
                "f_files": medium.limit_inodes,
                "f_ffree": inodes,
                "f_favail": inodes,
                "f_namemax": NAME_OCTETS,
            }

    # Names

    def _create(self, path: str, mode: int, target: str = "") -> Inode:
        self._core.may_write()
        uid, gid, _ = mfusepy.fuse_get_context()
        return self._medium.create(path, mode, uid=uid, gid=gid, now_ns=time.time_ns(), target=target)

    def mknod(self, path: str, mode: int, dev: int) -> int:
        with self._core.turn:
            if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
                raise OSError(EINVAL, "no device nodes on this disk")
            self._create(path, mode if stat.S_IFMT(mode) else mode | stat.S_IFREG)
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        with self._core.turn:
            self._create(path, mode | stat.S_IFDIR)
        return 0

    def symlink(self, target: str, source: str) -> int:
        with self._core.turn:
            self._create(target, stat.S_IFLNK | 0o777, source)
        return 0

    def link(self, target: str, source: str) -> int:
        with self._core.turn:
            self._core.may_write()
            self._medium.link(source, target, time.time_ns())
        return 0

    def unlink(self, path: str) -> int:
        with self._core.turn:
            if self._hidden.pop(path.rpartition("/")[2], None) is not None:
                return 0
            self._core.may_write()
            self._medium.unlink(path, time.time_ns())
            self._core.show()
        return 0

    def rmdir(self, path: str) -> int:
        with self._core.turn:
            self._core.may_write()
            self._medium.rmdir(path, time.time_ns())
        return 0

    def rename(self, old: str, new: str, flags: int = 0) -> int:
        with self._core.turn:
            half = self._medium.hidden
            self._core.may_write()
            name = new.rpartition("/")[2]
            if name.startswith(_HIDDEN):
                self._hidden[name] = self._medium.hide(old, time.time_ns())
                return 0
            if flags & ~_RENAME_NOREPLACE:
                raise OSError(EINVAL, "this disk cannot exchange two names")
            if flags and self._medium.exists(new):
                raise OSError(EEXIST, "the name exists")
            self._medium.rename(old, new, time.time_ns(), hidden=half)
            self._core.show()
        return 0

    def chmod(self, path: str, mode: int) -> int:
        with self._core.turn:
            self._core.may_write()
            inode = self._find(path)
            inode.mode = stat.S_IFMT(inode.mode) | stat.S_IMODE(mode)
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        with self._core.turn:
            self._core.may_write()
            inode = self._find(path)
            inode.uid = inode.uid if uid == -1 else uid
            inode.gid = inode.gid if gid == -1 else gid
        return 0

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        with self._core.turn:
            self._core.may_write()
            inode = self._find(path)
            now = time.time_ns()
            accessed, changed = times if times is not None else (now, now)
            if accessed != _UTIME_OMIT:
                inode.atime_ns = now if accessed == _UTIME_NOW else accessed
            if changed != _UTIME_OMIT:
                inode.mtime_ns = now if changed == _UTIME_NOW else changed
        return 0

    # Files

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        with self._core.turn:
            inode = self._create(path, mode | stat.S_IFREG)
            fi.fh = self._hold(inode, path, fi.flags)
            fi.keep_cache = 1
        return 0

    def open(self, path: str, flags: Any) -> int:
        fi = flags
        with self._core.turn:
            writes = fi.flags & os.O_ACCMODE != os.O_RDONLY
            if writes or fi.flags & os.O_TRUNC:
                self._core.may_write()
            else:
                self._core.may_read()
            inode = self._medium.find(path)
            if fi.flags & os.O_TRUNC:
                self._medium.resize(inode, 0, time.time_ns())
            fi.fh = self._hold(inode, path, fi.flags)
            # Another name of the same file has a page cache of its own.
            fi.keep_cache = int(inode.links == 1 and not fi.flags & os.O_TRUNC)
        return 0

    def read(self, path: str, size: int, offset: int, fh: Any) -> bytes:
        with self._core.turn:
            self._core.may_read()
            return self._medium.read(self._handle(fh.fh).inode, offset, size)

    def write(self, path: str, data: bytes, offset: int, fh: Any) -> int:
        with self._core.turn:
            handle = self._handle(fh.fh)
            self._core.write(handle.inode, offset, data)
            if handle.synchronous:
                self._core.sync(handle.path, lambda: self._medium.sync(handle.inode))
                handle.told = True
        return len(data)

    def truncate(self, path: str, length: int, fh: Any = None) -> int:
        with self._core.turn:
            self._core.may_write()
            inode = self._handle(fh.fh).inode if fh is not None else self._find(path)
            self._medium.resize(inode, length, time.time_ns())
            self._core.show()
        return 0

    def release(self, path: str, fh: Any) -> int:
        return self._drop(fh.fh)

    def fsync(self, path: str, datasync: int, fh: Any) -> int:
        return self._sync(fh.fh)

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        return self._sync(fh)

    def _sync(self, number: int) -> int:
        with self._core.turn:
            handle = self._handle(number)
            if handle.told:
                handle.told = False
                return 0
            self._core.sync(handle.path, lambda: self._medium.sync(handle.inode))
        return 0


class _Session(mfusepy.FUSE):
    """The binding drops the flags of renameat2 and the handle of ftruncate."""

    def truncate_fuse_3(self, path: bytes | None, length: int, fip: Any) -> int:
        return self.ftruncate(path, length, fip)

    def rename_fuse_3(self, old: bytes, new: bytes, flags: int) -> int:
        return self.operations.rename(os.fsdecode(old), os.fsdecode(new), flags)


def serve(core: DiskCore, mount: str, owner: str, ready: Callable[[], object]) -> None:
    """Mount at a folder and answer until it is unmounted; RuntimeError when libfuse cannot mount.

    The page cache of the kernel is not ours: what a program wrote through a memory map and did not sync may never have
    come here, and is lost at a cut as it should be.
    """
    _Session(
        LossyOperations(core, ready),
        mount,
        raw_fi=True,
        foreground=True,
        nothreads=True,
        use_ino=True,
        allow_other=True,
        default_permissions=True,
        attr_timeout=0,
        entry_timeout=3600,
        fsname=owner,
        subtype=SUBTYPE,
    )
