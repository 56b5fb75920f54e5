"""What the bench and the process of a lossy disk tell each other, and the counters they share.

Leaves the meaning to `disk` (which asks) and `daemon` (which answers). One MessagePack message is one packet of a
SOCK_SEQPACKET pair; a request has a number that its `Done` repeats, an event has none.
"""

from __future__ import annotations

import mmap

import msgspec

from bench.real.disk.model import LossReport
from bench.virtual.disk import Keep, Moment

PACKET_OCTETS = 1 << 20


class DiskEvent(msgspec.Struct, frozen=True, tag="event", tag_field="is"):
    """Something that happened to the disk, with the instant in two clocks (nanoseconds).

    `kind` is mounted, unmounted (by somebody else), cut_at_sync (the disk stands still inside sync number `count` of
    `path`, on the side `detail`), sync (with `trace_syncs`), full, quota, read_only, writable, frozen, thawed,
    power_cut (`count` is the number of the cut, `detail` the policy), lost (the disk's process died).
    """

    kind: str
    path: str = ""
    detail: str = ""
    count: int = 0
    monotonic_ns: int = 0
    realtime_ns: int = 0


class Open(msgspec.Struct, frozen=True, tag=True):
    """Make the disk and mount it; the first request, once."""

    mount: str
    seed: int | str
    size_octets: int
    model: str
    quota_octets: int | None
    owner: str
    trace_syncs: bool
    watch_path: str


class Freeze(msgspec.Struct, frozen=True, tag=True):
    """No operation completes from the answer on; `on=False` goes on."""

    on: bool


class CutPower(msgspec.Struct, frozen=True, tag=True):
    """End the mount and forget what was not synced."""

    keep: Keep


class Restore(msgspec.Struct, frozen=True, tag=True):
    """Mount what the medium holds."""


class Arm(msgspec.Struct, frozen=True, tag=True):
    """Stand still inside the sync with this number, or the first one after it."""

    at: int
    moment: Moment


class ReadOnly(msgspec.Struct, frozen=True, tag=True):
    """Refuse every change."""

    on: bool


class Fill(msgspec.Struct, frozen=True, tag=True):
    """Let files grow by so many more octets; None gives the disk its size back."""

    room: int | None


class Fail(msgspec.Struct, frozen=True, tag=True):
    """A share of reads, writes or syncs ends with EIO; 0 none."""

    share: float
    on: str


class SyncAll(msgspec.Struct, frozen=True, tag=True):
    """The bench's own sync: all is durable, nothing is counted and no trap springs."""


class Export(msgspec.Struct, frozen=True, tag=True):
    """Copy the tree, or the durable one, into a folder."""

    folder: str
    durable: bool


Ask = Open | Freeze | CutPower | Restore | Arm | ReadOnly | Fill | Fail | SyncAll | Export


class Request(msgspec.Struct, frozen=True):
    """A numbered question."""

    number: int
    ask: Ask


class Done(msgspec.Struct, frozen=True, tag="done", tag_field="is"):
    """The answer to a request: an error sentence, or none; the report of a power cut."""

    number: int
    error: str = ""
    report: LossReport | None = None


class Counters:
    """Four numbers in memory that both processes see: syncs, writes, octets written, octets in use.

    Each is one machine word and stored whole: `struct.pack_into` would zero the memory first, for a reader to see.
    """

    def __init__(self, descriptor: int) -> None:
        self._words = memoryview(mmap.mmap(descriptor, mmap.PAGESIZE)).cast("Q")

    def put(self, syncs: int, writes: int, octets_written: int, octets_used: int) -> None:
        """Show the present numbers; one writer."""
        for at, number in enumerate((syncs, writes, octets_written, octets_used)):
            self._words[at] = number

    def get(self) -> tuple[int, int, int, int]:
        """The numbers last shown."""
        syncs, writes, octets_written, octets_used = self._words[:4]
        return syncs, writes, octets_written, octets_used
