"""The medium of the lossy disk: files and directories as a program sees them, and what a power cut leaves of them.

Leaves FUSE to `fuse`, freezing and traps to `core`, and processes to `disk`; it is pure and knows no clock but
what it is told. The words (`Keep`, sectors, prefix) are those of the virtual disk.

Every file has its *content* and its *durable* content, every directory its entries and its durable entries; what lies
between is a list of operations in the order of the calls. Two models say what a sync of a file commits:

- `strict`, what POSIX promises: the file's octets and size, never its name. Names (create, link, rename, unlink, mkdir,
  rmdir, symlink) are durable after a sync of their directory. A rename is one transaction: a sync of either of its two
  directories commits it whole, with whatever earlier operations of those directories it stands on.
- `journaled`, like ext4 with data=ordered: a sync of any file or directory commits every directory operation before it,
  and a rename over an existing file takes the new file's octets along.

What a power cut leaves of the unsynced rest, by `Keep`: nothing; a prefix of all operations, the write at its edge torn
at a random sector; each 512-octet sector of each write by chance and a random prefix of the directory operations; or
everything. Owner, mode and times of a file are kept as last seen; they are not what is tested here.

Two limits bound the memory. A file with very many unsynced writes forgets versions that later writes replaced (page by
page, `FORGET_OCTETS`). Beyond `JOURNAL` pending directory operations the oldest become durable, as in a full journal.
"""

from __future__ import annotations

import itertools
import random
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from errno import EEXIST, EISDIR, EMLINK, ENAMETOOLONG, ENOENT, ENOSPC, ENOTDIR, ENOTEMPTY

import msgspec

from bench.virtual.disk import SECTOR, Keep

PAGE = 4096
FORGET_OCTETS = 16 << 20
"""Unsynced octets (with 256 for each write) of one file after which replaced versions are forgotten."""
JOURNAL = 20_000
"""Pending directory operations that the medium can hold back."""
NAME_OCTETS = 255
NAMES_TOLD = 200
"""The most names a loss report lists of one kind."""
MODELS = ("strict", "journaled")

_ZERO_PAGE = bytes(PAGE)


class LossReport(msgspec.Struct, frozen=True):
    """What a power cut did to the unsynced operations.

    Writes are counted as the program issued them (at most 128 KiB or so each); `torn_writes` kept some sectors only.
    `lost_names` existed for the program and do not any more, `returned_names` were removed or renamed away and are back
    (each at most `NAMES_TOLD`, sorted); `lost_octets` are the octets of the sectors dropped.
    """

    cut: int
    keep: Keep
    model: str
    kept_writes: int
    dropped_writes: int
    torn_writes: int
    kept_names: int
    dropped_names: int
    lost_octets: int
    lost_names: list[str]
    returned_names: list[str]


@dataclass(slots=True, eq=False)
class Write:
    """Octets at an offset; durable sector by sector. `part` tells apart what was made of one write."""

    serial: int
    offset: int
    data: bytes
    part: int = 0


@dataclass(slots=True, eq=False)
class Resize:
    """A truncation or extension to a size in octets."""

    serial: int
    size: int


@dataclass(slots=True, eq=False)
class Entries:
    """Directory entries set (or, without an inode, removed) as one transaction; `flush` goes along in a journal."""

    serial: int
    changes: tuple[tuple[Inode, str, Inode | None], ...]
    flush: Inode | None = None


@dataclass(slots=True, eq=False)
class Inode:
    """A file, directory, symbolic link, pipe or socket."""

    number: int
    mode: int
    uid: int = 0
    gid: int = 0
    mtime_ns: int = 0
    atime_ns: int = 0
    ctime_ns: int = 0
    links: int = 0
    opens: int = 0
    target: str = ""
    size: int = 0
    durable_size: int = 0
    pages: dict[int, bytes] = field(default_factory=dict[int, bytes])
    durable_pages: dict[int, bytes] = field(default_factory=dict[int, bytes])
    pending: list[Write | Resize] = field(default_factory=list["Write | Resize"])
    weight: int = 0
    entries: dict[str, Inode] = field(default_factory=dict[str, "Inode"])
    durable_entries: dict[str, Inode] = field(default_factory=dict[str, "Inode"])

    @property
    def is_directory(self) -> bool:
        """Whether it holds entries."""
        return stat.S_ISDIR(self.mode)

    def octets(self, *, durable: bool = False) -> bytes:
        """The whole content; as the medium holds it with `durable`."""
        size = self.durable_size if durable else self.size
        return _get(self.durable_pages if durable else self.pages, size, 0, size)


def _get(pages: dict[int, bytes], size: int, offset: int, length: int) -> bytes:
    end = min(size, offset + length)
    if end <= offset:
        return b""
    first, last = offset // PAGE, (end - 1) // PAGE
    whole = b"".join(pages.get(index, _ZERO_PAGE) for index in range(first, last + 1))
    return whole[offset - first * PAGE : end - first * PAGE]


def _put(pages: dict[int, bytes], offset: int, data: bytes) -> int:
    """Write into pages; returns how many pages are new."""
    new = 0
    at = 0
    while at < len(data):
        index, start = divmod(offset + at, PAGE)
        piece = data[at : at + PAGE - start]
        before = pages.get(index)
        new += before is None
        if len(piece) < PAGE:
            before = _ZERO_PAGE if before is None else before
            piece = before[:start] + piece + before[start + len(piece) :]
        pages[index] = piece
        at += PAGE - start
    return new


def _shrink(pages: dict[int, bytes], old: int, new: int) -> int:
    """Drop what lies beyond `new` octets; returns how many pages went."""
    keep = -(-new // PAGE)
    span = range(keep, -(-old // PAGE))
    gone = [index for index in span if index in pages] if len(span) <= len(pages) else [i for i in pages if i >= keep]
    for index in gone:
        del pages[index]
    edge = new % PAGE
    last = pages.get(new // PAGE) if edge else None
    if last is not None:
        pages[new // PAGE] = last[:edge] + bytes(PAGE - edge)
    return len(gone)


def sectors(write: Write) -> list[Write]:
    """The write in pieces that the medium stores whole or not at all."""
    edges = [0, *range(SECTOR - write.offset % SECTOR, len(write.data), SECTOR), len(write.data)]
    return [
        Write(write.serial, write.offset + start, write.data[start:end], write.part)
        for start, end in itertools.pairwise(edges)
    ]


class Medium:
    """A disk of `limit` octets. What a program can make fail raises OSError with the number the program would see."""

    def __init__(self, limit: int, *, model: str = "strict") -> None:
        if model not in MODELS:
            raise ValueError(f"the disk's model is one of {', '.join(MODELS)}, got {model!r}")
        self.limit_pages = limit // PAGE
        self.limit_inodes = self.limit_pages
        self.model = model
        self.used_pages = 0
        self.inodes = 1
        self.cuts = 0
        self.pending: list[Entries] = []
        self.hidden: Entries | None = None
        self._serial = 0
        self._numbers = 1
        self.root = Inode(1, stat.S_IFDIR | 0o755, links=1)

    # Looking

    def find(self, path: str) -> Inode:
        """The inode at an absolute path; ENOENT, ENOTDIR."""
        inode = self.root
        for name in path.split("/"):
            if name:
                if not inode.is_directory:
                    raise OSError(ENOTDIR, "not a directory")
                found = inode.entries.get(name)
                if found is None:
                    raise OSError(ENOENT, "no such file")
                inode = found
        return inode

    def exists(self, path: str) -> bool:
        """Whether there is something at an absolute path."""
        try:
            self.find(path)
        except OSError:
            return False
        return True

    def _place(self, path: str) -> tuple[Inode, str]:
        parent, _, name = path.rpartition("/")
        directory = self.find(parent)
        if not directory.is_directory:
            raise OSError(ENOTDIR, "not a directory")
        if len(name.encode("utf-8", "surrogateescape")) > NAME_OCTETS:
            raise OSError(ENAMETOOLONG, "name too long")
        return directory, name

    def walk(self, *, durable: bool = False) -> Iterator[tuple[str, Inode]]:
        """Every path and inode below the root, sorted by name in each directory, parents first."""
        waiting = [("", self.root)]
        while waiting:
            path, directory = waiting.pop()
            entries = directory.durable_entries if durable else directory.entries
            for name in sorted(entries):
                inode = entries[name]
                yield f"{path}/{name}", inode
                if inode.is_directory:
                    waiting.append((f"{path}/{name}", inode))

    # Files

    def read(self, inode: Inode, offset: int, length: int) -> bytes:
        """Octets of the content, fewer at its end."""
        return _get(inode.pages, inode.size, offset, length)

    def write(self, inode: Inode, offset: int, data: bytes, now_ns: int) -> None:
        """Put octets, in one piece or not at all; ENOSPC."""
        if not data:
            return
        first, last = offset // PAGE, (offset + len(data) - 1) // PAGE
        if self.used_pages + last - first + 1 > self.limit_pages:
            new = sum(index not in inode.pages for index in range(first, last + 1))
            if new and self.used_pages + new > self.limit_pages:
                raise OSError(ENOSPC, "the disk is full")
        self.used_pages += _put(inode.pages, offset, data)
        inode.size = max(inode.size, offset + len(data))
        inode.mtime_ns = inode.ctime_ns = now_ns
        self._note(inode, Write(self._next(), offset, data), len(data) + 256)

    def resize(self, inode: Inode, size: int, now_ns: int) -> None:
        """Truncate or extend with zeros that take no room."""
        if inode.is_directory:
            raise OSError(EISDIR, "a directory has no size to set")
        inode.mtime_ns = inode.ctime_ns = now_ns
        if size == inode.size:
            return
        if size < inode.size:
            self.used_pages -= _shrink(inode.pages, inode.size, size)
        inode.size = size
        self._note(inode, Resize(self._next(), size), 256)

    def _note(self, inode: Inode, operation: Write | Resize, weight: int) -> None:
        inode.pending.append(operation)
        inode.weight += weight
        if inode.weight > FORGET_OCTETS:
            self._forget_replaced(inode)

    def _forget_replaced(self, inode: Inode) -> None:
        """Put one write for each page that differs in place of the history of writes."""
        last: dict[int, int] = {}
        for operation in inode.pending:
            if isinstance(operation, Write):
                for index in range(operation.offset // PAGE, (operation.offset + len(operation.data) - 1) // PAGE + 1):
                    last[index] = operation.serial
            else:
                for index in inode.durable_pages:
                    if index * PAGE + PAGE > operation.size:
                        last[index] = operation.serial
        inside = [(serial, index) for index, serial in last.items() if index * PAGE < inode.size]
        writes: list[Write | Resize] = [
            Write(serial, index * PAGE, inode.pages.get(index, _ZERO_PAGE)[: inode.size - index * PAGE], index)
            for serial, index in sorted(inside)
        ]
        inode.pending = [*writes, Resize(inode.pending[-1].serial, inode.size)]
        inode.weight = 0

    def sync_data(self, inode: Inode) -> None:
        """Octets and size of one file are durable."""
        if not inode.pending:
            return
        if any(isinstance(operation, Resize) for operation in inode.pending):
            inode.durable_pages = dict(inode.pages)
        else:
            for operation in inode.pending:
                assert isinstance(operation, Write)
                end = (operation.offset + len(operation.data) - 1) // PAGE
                for index in range(operation.offset // PAGE, end + 1):
                    inode.durable_pages[index] = inode.pages[index]
        inode.durable_size = inode.size
        inode.pending = []
        inode.weight = 0

    def sync(self, inode: Inode) -> None:
        """What fsync of this file or directory promises under the model."""
        if self.model == "journaled":
            self._commit(len(self.pending))
            self.sync_data(inode)
        elif inode.is_directory:
            self._sync_directory(inode)
        else:
            self.sync_data(inode)

    def sync_all(self) -> None:
        """Everything is durable, as after sync(2)."""
        self._commit(len(self.pending))
        for _, inode in self.walk():
            self.sync_data(inode)

    # Names

    def create(self, path: str, mode: int, *, uid: int, gid: int, now_ns: int, target: str = "") -> Inode:
        """A new inode of the type in `mode` at a path; EEXIST, ENOENT, ENOSPC."""
        directory, name = self._place(path)
        if name in directory.entries:
            raise OSError(EEXIST, "the name exists")
        if self.inodes > self.limit_inodes:
            raise OSError(ENOSPC, "no more inodes")
        self._numbers += 1
        self.inodes += 1
        inode = Inode(self._numbers, mode, uid, gid, now_ns, now_ns, now_ns, target=target)
        inode.size = inode.durable_size = len(target.encode("utf-8", "surrogateescape"))
        self._change(now_ns, (directory, name, inode))
        return inode

    def link(self, old: str, new: str, now_ns: int) -> None:
        """A further name of a file."""
        inode = self.find(old)
        directory, name = self._place(new)
        if inode.is_directory:
            raise OSError(EMLINK, "a directory has one name")
        if name in directory.entries:
            raise OSError(EEXIST, "the name exists")
        self._change(now_ns, (directory, name, inode))

    def unlink(self, path: str, now_ns: int) -> None:
        """Remove a name of a file."""
        directory, name = self._place(path)
        inode = directory.entries.get(name)
        if inode is None:
            raise OSError(ENOENT, "no such file")
        if inode.is_directory:
            raise OSError(EISDIR, "a directory is removed by rmdir")
        self._change(now_ns, (directory, name, None))

    def hide(self, path: str, now_ns: int) -> Inode:
        """Remove a name of an open file: all of an unlink, or the first half of a rename over it.

        Until the next operation shows which, a power cut takes it back whatever is kept: half a rename never happened.
        """
        inode = self.find(path)
        self.unlink(path, now_ns)
        self.hidden = self.pending[-1] if self.pending else None
        return inode

    def rmdir(self, path: str, now_ns: int) -> None:
        """Remove an empty directory."""
        directory, name = self._place(path)
        inode = directory.entries.get(name)
        if inode is None:
            raise OSError(ENOENT, "no such directory")
        if not inode.is_directory:
            raise OSError(ENOTDIR, "not a directory")
        if inode.entries:
            raise OSError(ENOTEMPTY, "the directory is not empty")
        self._change(now_ns, (directory, name, None))

    def rename(self, old: str, new: str, now_ns: int, *, hidden: Entries | None = None) -> None:
        """Give an inode another place, over what is there or was just `hidden`; ENOENT, ENOTEMPTY, EISDIR, ENOTDIR."""
        source, old_name = self._place(old)
        inode = source.entries.get(old_name)
        if inode is None:
            raise OSError(ENOENT, "no such file")
        directory, new_name = self._place(new)
        there = directory.entries.get(new_name)
        if there is inode:
            return
        if there is not None:
            if there.is_directory and not inode.is_directory:
                raise OSError(EISDIR, "a directory is there")
            if inode.is_directory and not there.is_directory:
                raise OSError(ENOTDIR, "a file is there")
            if there.entries:
                raise OSError(ENOTEMPTY, "the directory there is not empty")
        if hidden is not None and self.pending[-1:] == [hidden] and hidden.changes == ((directory, new_name, None),):
            self.pending.pop()
            there = inode
        over = inode if there is not None and not inode.is_directory else None
        self._change(now_ns, (source, old_name, None), (directory, new_name, inode), flush=over)

    def _change(self, now_ns: int, *changes: tuple[Inode, str, Inode | None], flush: Inode | None = None) -> None:
        touched: list[Inode] = []
        for directory, name, inode in changes:
            before = directory.entries.pop(name, None)
            if before is not None:
                before.links -= 1
                before.ctime_ns = now_ns
                touched.append(before)
            if inode is not None:
                directory.entries[name] = inode
                inode.links += 1
                inode.ctime_ns = now_ns
            directory.mtime_ns = directory.ctime_ns = now_ns
        for inode in touched:
            self.free_if_gone(inode)
        self.pending.append(Entries(self._next(), changes, flush))
        if len(self.pending) > JOURNAL:
            self._commit(JOURNAL // 2)

    def free_if_gone(self, inode: Inode) -> None:
        """Give back the room of an inode without names that nobody holds open."""
        if inode.opens == 0 and inode.links == 0 and inode.number > 0:
            self.used_pages -= len(inode.pages)
            self.inodes -= 1
            inode.number = -inode.number

    def _commit(self, count: int) -> None:
        """Make the oldest directory operations durable."""
        for each in self.pending[:count]:
            self._make_durable(each)
        del self.pending[:count]

    def _make_durable(self, each: Entries) -> None:
        for directory, name, inode in each.changes:
            if inode is None:
                directory.durable_entries.pop(name, None)
            else:
                directory.durable_entries[name] = inode
        if each.flush is not None and self.model == "journaled":
            self.sync_data(each.flush)

    def _sync_directory(self, directory: Inode) -> None:
        involved = [directory]
        chosen: list[Entries] = []
        rest: list[Entries] = []
        for each in reversed(self.pending):
            places = [place for place, _, _ in each.changes]
            if any(place in involved for place in places):
                chosen.append(each)
                involved.extend(place for place in places if place not in involved)
            else:
                rest.append(each)
        for each in reversed(chosen):
            self._make_durable(each)
        self.pending = rest[::-1]

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    # Power

    def power_cut(self, keep: Keep, chance: random.Random) -> LossReport:
        """Fall back to what is durable plus what `keep` lets through; open files and pending operations are gone."""
        self.cuts += 1
        before = [path for path, _ in self.walk()]
        inodes = self._known()
        writes = [(each.serial, inode, each) for inode in inodes for each in inode.pending]
        operations: list[tuple[int, Inode | None, Write | Resize | Entries]] = [*writes]
        operations.extend((each.serial, None, each) for each in self.pending)
        operations.sort(key=lambda each: each[0])
        kept = [each for each in _survivors(operations, keep, chance) if each[2] is not self.hidden]
        self.hidden = None
        report = self._report(keep, operations, kept)
        for _, inode, each in kept:
            if isinstance(each, Entries):
                self._make_durable(each)
            elif inode is not None:
                _apply(inode, each)
        self.pending = []
        for inode in inodes:
            inode.pending = []
            inode.weight = 0
        self._reread()
        after = [path for path, _ in self.walk()]
        lost, returned = _missing(before, after), _missing(after, before)
        return msgspec.structs.replace(report, lost_names=lost, returned_names=returned)

    def _known(self) -> list[Inode]:
        """Every inode that a name reaches, may reach again, or would have reached."""
        known: dict[int, Inode] = {}
        waiting = [self.root]
        waiting.extend(inode for each in self.pending for _, _, inode in each.changes if inode is not None)
        while waiting:
            inode = waiting.pop()
            if abs(inode.number) not in known:
                known[abs(inode.number)] = inode
                waiting.extend(inode.entries.values())
                waiting.extend(inode.durable_entries.values())
        return [known[number] for number in sorted(known)]

    def _report(
        self,
        keep: Keep,
        operations: list[tuple[int, Inode | None, Write | Resize | Entries]],
        kept: list[tuple[int, Inode | None, Write | Resize | Entries]],
    ) -> LossReport:
        octets: dict[tuple[int, int], int] = {}
        for _, _, each in kept:
            if isinstance(each, Write):
                octets[each.serial, each.part] = octets.get((each.serial, each.part), 0) + len(each.data)
        whole = torn = dropped = lost = 0
        for _, _, each in operations:
            if isinstance(each, Write):
                arrived = octets.get((each.serial, each.part), 0)
                lost += len(each.data) - arrived
                whole += arrived == len(each.data)
                torn += 0 < arrived < len(each.data)
                dropped += arrived == 0
        names = sum(isinstance(each, Entries) for _, _, each in kept)
        return LossReport(
            self.cuts, keep, self.model, whole, dropped, torn, names, len(self.pending) - names, lost, [], []
        )

    def _reread(self) -> None:
        """The program's view is the durable one, as after mounting."""
        reached: dict[int, Inode] = {1: self.root}
        waiting = [self.root]
        while waiting:
            directory = waiting.pop()
            directory.entries = dict(directory.durable_entries)
            for inode in directory.entries.values():
                inode.number = abs(inode.number)
                if inode.number not in reached:
                    reached[inode.number] = inode
                    inode.links = 0
                    inode.opens = 0
                    inode.size = inode.durable_size
                    inode.pages = dict(inode.durable_pages)
                    if inode.is_directory:
                        waiting.append(inode)
                inode.links += 1
        self.used_pages = sum(len(inode.pages) for inode in reached.values())
        self.inodes = len(reached)


def _missing(some: list[str], others: list[str]) -> list[str]:
    there = dict.fromkeys(others)
    return sorted(path for path in some if path not in there)[:NAMES_TOLD]


def _apply(inode: Inode, operation: Write | Resize) -> None:
    if isinstance(operation, Write):
        _put(inode.durable_pages, operation.offset, operation.data)
        inode.durable_size = max(inode.durable_size, operation.offset + len(operation.data))
    else:
        if operation.size < inode.durable_size:
            _shrink(inode.durable_pages, inode.durable_size, operation.size)
        inode.durable_size = operation.size


def _survivors(
    operations: list[tuple[int, Inode | None, Write | Resize | Entries]], keep: Keep, chance: random.Random
) -> list[tuple[int, Inode | None, Write | Resize | Entries]]:
    """Operations, or pieces of writes, that reached the medium, in order."""
    if keep is Keep.NOTHING or not operations:
        return []
    if keep is Keep.EVERYTHING:
        return operations
    if keep is Keep.PREFIX:
        edge = chance.randrange(len(operations) + 1)
        kept = operations[:edge]
        if edge < len(operations):
            serial, inode, torn = operations[edge]
            if isinstance(torn, Write):
                pieces = sectors(torn)
                kept = kept + [(serial, inode, piece) for piece in pieces[: chance.randrange(len(pieces))]]
        return kept
    names = chance.randrange(sum(isinstance(each, Entries) for _, _, each in operations) + 1)
    kept = []
    for serial, inode, each in operations:
        if isinstance(each, Entries):
            if names > 0:
                names -= 1
                kept.append((serial, inode, each))
        else:
            pieces: list[Write] | list[Resize] = sectors(each) if isinstance(each, Write) else [each]
            kept.extend((serial, inode, piece) for piece in pieces if chance.random() < 0.5)
    return kept
