"""What the medium of a virtual disk holds: files, names, and the operations that a sync has not yet made durable.

Leaves handles, power and faults to the disk; `survivors` alone decides what a power cut lets through.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from bench.virtual.octets import Octets

SECTOR = 512


class Keep(StrEnum):
    """How much of the unsynced writes reached the medium when the power failed."""

    NOTHING = "nothing"
    PREFIX = "prefix"
    SECTORS = "sectors"
    EVERYTHING = "everything"


@dataclass(slots=True)
class Write:
    """Octets put at an offset; `serial` orders the operations of the whole disk."""

    serial: int
    offset: int
    data: bytes


@dataclass(slots=True)
class Truncate:
    """A file cut to, or extended with zeros to, a size."""

    serial: int
    size: int


@dataclass(slots=True)
class Link:
    """A directory entry set (or, with no inode, removed)."""

    serial: int
    name: str
    inode: Inode | None


_Before = tuple[int, bytes, int]
"""What an operation replaced: an offset, the octets from there, and the size that the file had."""


class Inode:
    """A file: its content, the operations not yet durable, and what they replaced, which is kept until they are."""

    __slots__ = ("_before", "content", "locks", "pending")

    def __init__(self) -> None:
        self.content = Octets()
        self.pending: list[Write | Truncate] = []
        self._before: list[_Before] = []
        self.locks: dict[int, int] = {}

    def change(self, operation: Write | Truncate) -> None:
        """Carry an operation out, durable with the next sync."""
        content, size = self.content, len(self.content)
        if isinstance(operation, Write):
            offset, data = operation.offset, operation.data
            replaced = content.read(offset, len(data))
            content.put(offset, data)
        else:
            offset = operation.size
            replaced = content.read(offset, max(0, size - offset))
            content.cut(offset)
        self.pending.append(operation)
        self._before.append((offset, replaced, size))

    def sync(self) -> None:
        """Make the content durable."""
        self.pending.clear()
        self._before.clear()

    @property
    def durable(self) -> bytes:
        """What the medium holds."""
        content = Octets(bytes(self.content))
        self._undo(content)
        return bytes(content)

    def fall_back(self) -> None:
        """Have what the medium holds for content."""
        self._undo(self.content)
        self.sync()

    def _undo(self, content: Octets) -> None:
        for offset, data, size in reversed(self._before):
            content.put(offset, data)
            content.cut(size)


def apply(medium: Octets, operation: Write | Truncate) -> None:
    """Carry an operation out."""
    if isinstance(operation, Write):
        medium.put(operation.offset, operation.data)
    else:
        medium.cut(operation.size)


def _sectors(write: Write) -> list[Write]:
    """The write in pieces that the medium stores whole or not at all."""
    pieces: list[Write] = []
    start = 0
    while start < len(write.data):
        end = min(len(write.data), start + SECTOR - (write.offset + start) % SECTOR)
        pieces.append(Write(write.serial, write.offset + start, write.data[start:end]))
        start = end
    return pieces


def survivors(
    operations: list[tuple[Inode | None, Write | Truncate | Link]], keep: Keep, chance: random.Random
) -> list[tuple[Inode | None, Write | Truncate | Link]]:
    """Which unsynced operations, given in the order of their issue, reached the medium."""
    if keep is Keep.NOTHING or not operations:
        return []
    if keep is Keep.EVERYTHING:
        return operations
    if keep is Keep.PREFIX:
        edge = chance.randrange(len(operations) + 1)
        kept = operations[:edge]
        if edge < len(operations):
            inode, torn = operations[edge]
            if isinstance(torn, Write):
                pieces = _sectors(torn)
                kept = kept + [(inode, piece) for piece in pieces[: chance.randrange(len(pieces))]]
        return kept
    kept = []
    for inode, operation in operations:
        pieces = _sectors(operation) if isinstance(operation, Write) else [operation]
        kept.extend((inode, piece) for piece in pieces if chance.random() < 0.5)
    return kept


def absolute(name: str) -> str:
    """A name with the leading slash that SQLite gives it."""
    return name if name.startswith("/") else "/" + name
