"""A virtual disk as SQLite sees it: the VFS of one generation, and its open files.

Leaves contents and names to the medium, power and faults to the disk. Everything raises once its generation is over.
"""

# Disk, VFS and file are three faces of one thing, and apsw's stubs leave out `extendedresult`.
# pyright: reportPrivateUsage=false, reportAttributeAccessIssue=false

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

import apsw

from bench.virtual.medium import SECTOR, Inode, absolute

if TYPE_CHECKING:
    from bench.virtual.disk import VirtualDisk

JULIAN_EPOCH_MS = 210_866_760_000_000
"""The Unix epoch in milliseconds of the Julian day count, as SQLite counts."""

_NAME_SYNCED_KINDS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL


class Moment(Enum):
    """On which side of a sync the power fails."""

    BEFORE = "before"
    AFTER = "after"


class Vfs(apsw.VFS):
    """One generation of a disk, as SQLite sees it."""

    def __init__(self, disk: VirtualDisk, name: str) -> None:
        self._disk = disk
        self._generation = disk.generation
        super().__init__(name, None)

    def unmount(self) -> None:
        """No new connection can be opened on this generation."""
        self.unregister()

    def excepthook(self, etype: Any, evalue: Any, etraceback: Any) -> bool:
        """What SQLite cannot report it must not print."""
        return True

    def _alive(self) -> VirtualDisk:
        disk = self._disk
        if disk.generation != self._generation:
            raise disk.revoked(self._generation)
        return disk

    def xAccess(self, pathname: str, flags: int) -> bool:
        disk = self._alive()
        if flags == apsw.SQLITE_ACCESS_READWRITE and any(fault.kind == "read_only" for fault in disk.faults):
            return False
        return pathname in disk._names

    def xDelete(self, filename: str, syncdir: bool) -> None:
        disk = self._alive()
        if filename not in disk._names:
            error = apsw.IOError(f"no file {filename}")
            error.extendedresult = apsw.SQLITE_IOERR_DELETE_NOENT
            raise error
        disk.delete(filename, sync=syncdir)

    def xFullPathname(self, name: str) -> str:
        return absolute(name)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> Any:
        disk = self._alive()
        disk.bury_connections()
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None:
            return _File(disk, Inode(), None, flags[0])
        path = absolute(path)
        inode = disk._names.get(path)
        frozen = any(fault.kind == "read_only" for fault in disk.faults)
        if inode is None:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE or frozen:
                raise apsw.CantOpenError(f"no file {path} on disk {disk.name}")
            inode = disk._create(path)
            created = True
        else:
            created = False
        flags[1] = flags[0]
        if frozen and flags[0] & apsw.SQLITE_OPEN_READWRITE:
            flags[1] = (flags[0] & ~(apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)) | apsw.SQLITE_OPEN_READONLY
        return _File(disk, inode, path, flags[0], created=created)

    def xRandomness(self, numbytes: int) -> bytes:
        return self._disk.chance.randbytes(numbytes)

    def xSleep(self, microseconds: int) -> int:
        return microseconds

    def xCurrentTimeInt64(self) -> int:
        return JULIAN_EPOCH_MS + self._disk.clock_ns() // 1_000_000

    def xCurrentTime(self) -> float:
        return self.xCurrentTimeInt64() / 86_400_000

    def xGetLastError(self) -> tuple[int, str]:
        return 0, ""


class _File:
    """An open file, as SQLite sees it."""

    def __init__(self, disk: VirtualDisk, inode: Inode, path: str | None, flags: int, *, created: bool = False) -> None:
        disk._handles += 1
        self._number = disk._handles
        self._disk = disk
        self._generation = disk.generation
        self._inode = inode
        self._path = path
        self._delete_on_close = bool(flags & apsw.SQLITE_OPEN_DELETEONCLOSE) and path is not None
        self._sync_name = created and bool(flags & _NAME_SYNCED_KINDS)
        self._level = 0

    def excepthook(self, etype: Any, evalue: Any, etraceback: Any) -> bool:
        """What SQLite cannot report it must not print."""
        return True

    def _alive(self) -> VirtualDisk:
        disk = self._disk
        if disk.generation != self._generation:
            raise disk.revoked(self._generation)
        return disk

    def xRead(self, amount: int, offset: int) -> bytes:
        disk = self._alive()
        if disk.faults:
            disk._check("read", apsw.SQLITE_IOERR_READ)
        return self._inode.content.read(offset, amount)

    def xWrite(self, data: Any, offset: int) -> None:
        disk = self._alive()
        if disk.faults:
            disk._check("write", apsw.SQLITE_IOERR_WRITE)
            growth = offset + len(data) - len(self._inode.content)
            if growth > 0:
                disk._grow(growth)
        if self._path is None:
            self._inode.content.put(offset, bytes(data))
        else:
            disk._write(self._inode, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:
        disk = self._alive()
        if disk.faults:
            disk._check("write", apsw.SQLITE_IOERR_TRUNCATE)
        disk._truncate(self._inode, newsize)

    def xSync(self, flags: int) -> None:
        disk = self._alive()
        if disk.faults:
            disk._check("sync", apsw.SQLITE_IOERR_FSYNC)
        disk.syncs += 1
        if disk.on_sync is not None:
            disk.on_sync(self._path or "")
            self._alive()
        disk._spring(Moment.BEFORE)
        self._inode.sync()
        if self._sync_name:
            self._sync_name = False
            disk.sync_directory()
        disk._spring(Moment.AFTER)

    def xFileSize(self) -> int:
        self._alive()
        return len(self._inode.content)

    def xSectorSize(self) -> int:
        return SECTOR

    def xDeviceCharacteristics(self) -> int:
        # A torn write never touches octets outside itself, here as on real disks; SQLite's unix VFS claims the same.
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def xFileControl(self, op: int, ptr: int) -> bool:
        return False

    def xLock(self, level: int) -> None:
        self._alive()
        others = [each for number, each in self._inode.locks.items() if number != self._number]
        highest = max(others, default=0)
        if level == apsw.SQLITE_LOCK_SHARED:
            busy = highest >= apsw.SQLITE_LOCK_PENDING
        elif level == apsw.SQLITE_LOCK_RESERVED:
            busy = highest >= apsw.SQLITE_LOCK_RESERVED
        else:
            busy = highest >= apsw.SQLITE_LOCK_SHARED
            if busy and highest < apsw.SQLITE_LOCK_PENDING:
                self._set_level(max(self._level, apsw.SQLITE_LOCK_PENDING))
        if busy:
            raise apsw.BusyError("the file is locked by another connection")
        self._set_level(max(self._level, level))

    def _set_level(self, level: int) -> None:
        self._level = level
        self._inode.locks[self._number] = level

    def xUnlock(self, level: int) -> None:
        if self._disk.generation != self._generation:
            return
        if level < self._level:
            self._set_level(level)
        if level == 0:
            self._inode.locks.pop(self._number, None)

    def xCheckReservedLock(self) -> bool:
        self._alive()
        return any(level >= apsw.SQLITE_LOCK_RESERVED for level in self._inode.locks.values())

    def xClose(self) -> None:
        if self._disk.generation != self._generation:
            return
        self._inode.locks.pop(self._number, None)
        if self._delete_on_close and self._path is not None and self._path in self._disk.names():
            self._disk.delete(self._path)
