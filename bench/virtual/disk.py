"""The virtual disk: an SQLite VFS in memory that knows what was synced, and forgets the rest when the power fails.

Leaves power to the domain (bind them with `domain.on_cut`), and what is stored to SQLite and the device.

A file has its *content*, what the device sees, and its *durable* content, what the medium holds. A write changes the
first; a sync makes both equal. A power cut falls back to the durable content plus what a policy lets through:

- `Keep.NOTHING`: every unsynced write is lost.
- `Keep.PREFIX`: unsynced writes up to a random one reached the medium, in the order in which they were issued over all
  files; the one at the edge is torn at a random 512-octet sector.
- `Keep.SECTORS`: each 512-octet sector of each unsynced write reached the medium or not, by chance, in any order.
- `Keep.EVERYTHING`: all of it arrived (the disk's cache had a battery).

The directory is a file of its own: creating, deleting and renaming are durable after the next *directory sync*. One
happens when SQLite asks for it at a deletion, and at the first sync of a journal, super-journal or WAL it created (as
its unix VFS does); syncing a database file makes its octets durable, never its name. That is what POSIX promises and
less than most file systems give.

Order of evaluation. Reading: revoked handle, `io_error`. Writing: revoked handle, `read_only`, `io_error`, `full`.
Sync: revoked handle, `io_error`, `cut_at_sync` before, the sync itself, `cut_at_sync` after.

A power cut revokes every handle and the VFS itself: `vfs_name` changes with each generation, and everything still in
the old one's hands raises, so that no dead connection, not even one that is garbage collected, touches the medium.

What a device reads back repeats from run to run; the raw octets of a WAL or journal do not, because SQLite salts them
from a generator that belongs to the whole process.

There is no shared memory: for WAL set `locking_mode=EXCLUSIVE` first, as one process that owns its store would.
"""

# Disk, VFS and file are three faces of one thing, and apsw's stubs leave out `extendedresult`.
# pyright: reportPrivateUsage=false, reportAttributeAccessIssue=false

from __future__ import annotations

import contextvars
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

import apsw

from bench.virtual.domain import PowerCut
from bench.virtual.medium import SECTOR, Inode, Keep, Link, Truncate, Write, absolute, apply, survivors
from bench.virtual.vfs import Moment, Vfs

__all__ = ["SECTOR", "DiskFault", "DiskRevoked", "Keep", "Moment", "VirtualDisk"]


class DiskRevoked(apsw.IOError):
    """A handle of a life before the power cut was used."""


class DiskFault:
    """A fault of the disk: in force from `install()` to `remove()`, or `with`, or `async with`."""

    def __init__(self, disk: VirtualDisk, kind: str, *, room: int = 0, share: float = 1.0, on: str = "all") -> None:
        self.disk = disk
        self.kind = kind
        self.room = room
        self.share = share
        self.on = on

    def install(self) -> DiskFault:
        """In force from now."""
        if self not in self.disk.faults:
            self.disk.faults.append(self)
        return self

    def remove(self) -> None:
        """No longer in force."""
        if self in self.disk.faults:
            self.disk.faults.remove(self)

    def __enter__(self) -> DiskFault:
        return self.install()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    async def __aenter__(self) -> DiskFault:
        return self.install()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


@dataclass(slots=True)
class _SyncTrap:
    at: int
    moment: Moment
    action: Callable[[], object]
    context: contextvars.Context


class VirtualDisk:
    """A disk of one device, open to SQLite under `vfs_name` (ask for the name again after every boot).

    `chance` decides what survives under the random policies; `clock_ns` is what SQLite takes for the time, nanoseconds
    of the Unix epoch (the epoch itself unless given). `syncs` and `writes` count calls since the beginning;
    `generation` grows by one with every power cut.
    """

    def __init__(self, chance: random.Random, *, name: str = "disk", clock_ns: Callable[[], int] | None = None) -> None:
        self.name = name
        self.chance = chance
        self.clock_ns = clock_ns if clock_ns is not None else _epoch
        self.generation = 0
        self.syncs = 0
        self.writes = 0
        self.octets_written = 0
        self.faults: list[DiskFault] = []
        self.on_sync: Callable[[str], object] | None = None
        self._names: dict[str, Inode] = {}
        self._durable_names: dict[str, Inode] = {}
        self._pending_names: list[Link] = []
        self._operations = 0
        self._handles = 0
        self._traps: list[_SyncTrap] = []
        self._unwound = -1
        self._springing = False
        self._busy_dead: list[apsw.Connection] = []
        self._vfs = self._mount()

    def __repr__(self) -> str:
        return f"<VirtualDisk {self.name}#{self.generation} {len(self._names)} files>"

    def _mount(self) -> Vfs:
        taken = apsw.vfs_names()
        wanted = f"{self.name}.{self.generation}"
        self.vfs_name = next(
            name for name in (wanted, *(f"{wanted}+{more}" for more in range(1, len(taken) + 2))) if name not in taken
        )
        return Vfs(self, self.vfs_name)

    def close(self) -> None:
        """Throw the disk away: no connection is valid any more and its VFS name is free again."""
        self.generation += 1
        self._vfs.unmount()
        self._busy_dead.extend(each for each in apsw.connections() if each.open_vfs == self.vfs_name)
        self.bury_connections()

    # Power

    def power_cut(self, keep: Keep | str = Keep.NOTHING) -> None:
        """The power failed: revoke every handle, keep what was synced and what `keep` lets through."""
        keep = Keep(keep)
        self.generation += 1
        self._vfs.unmount()
        self._busy_dead.extend(each for each in apsw.connections() if each.open_vfs == self.vfs_name)
        if not self._springing:
            # Within a sync a connection is in the middle of a call, and SQLite does not always notice: closing it
            # there would pull the statement from under it. It is freed when the next life opens a file.
            self.bury_connections()
        operations: list[tuple[int, Inode | None, Write | Truncate | Link]] = []
        inodes: dict[int, Inode] = {}
        for inode in (*self._names.values(), *self._durable_names.values()):
            if id(inode) not in inodes:
                inodes[id(inode)] = inode
                operations.extend((operation.serial, inode, operation) for operation in inode.pending)
        operations.extend((link.serial, None, link) for link in self._pending_names)
        operations.sort(key=lambda each: each[0])
        for inode in inodes.values():
            inode.fall_back()
        for inode, operation in survivors(
            [(inode, operation) for _, inode, operation in operations], keep, self.chance
        ):
            if isinstance(operation, Link):
                self._set_name(self._durable_names, operation)
            else:
                assert inode is not None
                apply(inode.content, operation)
        self._pending_names.clear()
        self._names = dict(self._durable_names)
        for inode in self._names.values():
            if id(inode) not in inodes:
                inodes[id(inode)] = inode
                inode.fall_back()
        for inode in inodes.values():
            inode.locks.clear()
        self._traps.clear()
        self._vfs = self._mount()

    def bury_connections(self) -> None:
        """Free what dead connections hold in memory; one in the middle of a call is left for the next time."""
        waiting, self._busy_dead = self._busy_dead, []
        for connection in waiting:
            try:
                connection.close(True)
            except apsw.ThreadingViolationError:
                self._busy_dead.append(connection)
            except (apsw.Error, PowerCut):
                continue

    def revoked(self, generation: int) -> BaseException:
        """What a handle of an earlier generation answers to every call."""
        sentence = f"disk {self.name} lost power, this handle is of an earlier life"
        return PowerCut(sentence) if generation == self._unwound else DiskRevoked(sentence)

    def cut_at_sync(self, n: int, callback: Callable[[], object], *, moment: Moment | str = Moment.BEFORE) -> None:
        """Call `callback()` at the `n`-th sync from now (1 is the next), before or after it takes effect.

        The callback runs in the context of this call and typically kills the domain. If it cuts this disk's power the
        code that was syncing is unwound by a PowerCut exception. A power cut calls off all that are waiting.
        """
        if n < 1:
            raise ValueError(f"cut_at_sync expects the number of a sync from now, at least 1, got {n}")
        self._traps.append(_SyncTrap(self.syncs + n, Moment(moment), callback, contextvars.copy_context()))

    def _spring(self, moment: Moment) -> None:
        due = [trap for trap in self._traps if trap.at == self.syncs and trap.moment is moment]
        for trap in due:
            if trap in self._traps:
                self._traps.remove(trap)
            generation = self.generation
            self._springing = True
            try:
                trap.context.copy().run(trap.action)
            finally:
                self._springing = False
            if self.generation != generation:
                self._unwound = generation
                _hush()
                raise PowerCut(f"power failed {moment.value} sync {self.syncs} of disk {self.name}")

    # Faults

    def full(self, room: int = 0) -> DiskFault:
        """Files may grow by `room` more octets in all, then SQLITE_FULL."""
        return DiskFault(self, "full", room=room)

    def read_only(self) -> DiskFault:
        """Nothing can be written, created or deleted."""
        return DiskFault(self, "read_only")

    def io_error(self, share: float = 1.0, on: str = "all") -> DiskFault:
        """A share (0..1) of operations fails; `on` is read, write, sync or all."""
        if on not in ("all", "read", "write", "sync"):
            raise ValueError(f"io_error expects on= read, write, sync or all, got {on!r}")
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"io_error expects a share of operations from 0 to 1, got {share}")
        return DiskFault(self, "io_error", share=share, on=on)

    def _check(self, operation: str, extended: int) -> None:
        for fault in self.faults:
            if fault.kind == "read_only" and operation == "write":
                raise apsw.ReadOnlyError(f"disk {self.name} is read-only")
            if fault.kind == "io_error" and fault.on in ("all", operation) and self.chance.random() < fault.share:
                error = apsw.IOError(f"disk {self.name}: input/output error during {operation}")
                error.extendedresult = extended
                raise error

    def _grow(self, octets: int) -> None:
        for fault in self.faults:
            if fault.kind == "full":
                if octets > fault.room:
                    raise apsw.FullError(f"disk {self.name} is full")
                fault.room -= octets

    # Files, for the device's own use and for evidence

    def names(self) -> list[str]:
        """The files the device sees, sorted."""
        return sorted(self._names)

    def image(self, name: str) -> bytes:
        """A file's content as the device sees it; FileNotFoundError."""
        return bytes(self._inode(name).content)

    def durable_image(self, name: str) -> bytes | None:
        """A file's content as the medium holds it, None when the medium has no such name."""
        inode = self._durable_names.get(absolute(name))
        return None if inode is None else inode.durable

    def snapshot(self) -> dict[str, bytes]:
        """Every file's content as the device sees it, by name, sorted."""
        return {name: bytes(self._names[name].content) for name in self.names()}

    def _inode(self, name: str) -> Inode:
        inode = self._names.get(absolute(name))
        if inode is None:
            raise FileNotFoundError(f"no file {name} on disk {self.name}, it has {', '.join(self.names()) or 'none'}")
        return inode

    def write_file(self, name: str, data: bytes, *, sync: bool = True) -> None:
        """Replace or create a plain file; with `sync` content and name are durable at once."""
        self._check("write", apsw.SQLITE_IOERR_WRITE)
        path = absolute(name)
        inode = self._names.get(path)
        self._grow(max(0, len(data) - (len(inode.content) if inode is not None else 0)))
        if inode is None:
            inode = self._create(path)
        self._truncate(inode, 0)
        self._write(inode, 0, data)
        if sync:
            inode.sync()
            self.sync_directory()

    def rename(self, name: str, to: str, *, sync: bool = True) -> None:
        """Give a file another name, replacing who had it; durable at once with `sync`, else at a directory sync."""
        self._check("write", apsw.SQLITE_IOERR_WRITE)
        inode = self._inode(name)
        self._link(absolute(to), inode)
        self._link(absolute(name), None)
        if sync:
            self.sync_directory()

    def delete(self, name: str, *, sync: bool = False) -> None:
        """Remove a file; durable at once with `sync`, else at a directory sync. FileNotFoundError."""
        self._check("write", apsw.SQLITE_IOERR_DELETE)
        self._inode(name)
        self._link(absolute(name), None)
        if sync:
            self.sync_directory()

    def sync_file(self, name: str) -> None:
        """Make a file's content durable; its name is at a directory sync."""
        inode = self._inode(name)
        self._check("sync", apsw.SQLITE_IOERR_FSYNC)
        self.syncs += 1
        if self.on_sync is not None:
            self.on_sync(absolute(name))
        self._spring(Moment.BEFORE)
        inode.sync()
        self._spring(Moment.AFTER)

    def sync_directory(self) -> None:
        """Make every name durable."""
        for link in self._pending_names:
            self._set_name(self._durable_names, link)
        self._pending_names.clear()

    # Inside

    def _set_name(self, names: dict[str, Inode], link: Link) -> None:
        if link.inode is None:
            names.pop(link.name, None)
        else:
            names[link.name] = link.inode

    def _link(self, path: str, inode: Inode | None) -> None:
        self._operations += 1
        link = Link(self._operations, path, inode)
        self._set_name(self._names, link)
        self._pending_names.append(link)

    def _create(self, path: str) -> Inode:
        inode = Inode()
        self._link(path, inode)
        return inode

    def _write(self, inode: Inode, offset: int, data: bytes) -> None:
        self._operations += 1
        self.writes += 1
        self.octets_written += len(data)
        inode.change(Write(self._operations, offset, data))

    def _truncate(self, inode: Inode, size: int) -> None:
        self._operations += 1
        inode.change(Truncate(self._operations, size))


def spoilt(octets: bytes) -> bytes:
    """A file whose first sectors a worn-out medium gives back wrong."""
    return bytes(each ^ 0x5A for each in octets[: 8 * SECTOR]) + octets[8 * SECTOR :]


def _epoch() -> int:
    return 0


class _Hush:
    """A hook for exceptions that nobody can be given, which keeps lost power to itself."""

    def __init__(self, before: Callable[[sys.UnraisableHookArgs], object]) -> None:
        self._before = before

    def __call__(self, told: sys.UnraisableHookArgs, /) -> None:
        if not isinstance(told.exc_value, (PowerCut, DiskRevoked)):
            self._before(told)


def _hush() -> None:
    """Where SQLite goes on after a failed sync (a change of the journal mode does), it must not print the power cut."""
    if not isinstance(sys.unraisablehook, _Hush):
        sys.unraisablehook = _Hush(sys.unraisablehook)
