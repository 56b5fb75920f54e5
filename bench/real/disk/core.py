"""The lossy disk between the file system and the bench: one operation at a time, freezing, traps at syncs, faults.

Leaves what is stored to `model`, what the kernel asks to `fuse`, and who asks from outside to `daemon`.

Everything here happens with `turn` held, so that after the answer to a freeze no operation completes any more. An
operation that meets a frozen disk waits inside its call: it goes on when the disk is thawed, and ends with EIO, which
nobody is left to read, when the power is cut.

Order of evaluation. Reading: frozen, `io_error`. Writing: frozen, `read_only`, `io_error`, quota, full. Sync: frozen,
`io_error`, `cut_at_sync` before, the sync itself, `cut_at_sync` after.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from errno import EDQUOT, EIO, ENOSPC, EROFS

from bench.real.disk.model import PAGE, Inode, LossReport, Medium
from bench.real.disk.protocol import Counters, DiskEvent
from bench.virtual.chance import Chance
from bench.virtual.disk import Keep, Moment


@dataclass(frozen=True, slots=True)
class _Trap:
    at: int
    moment: Moment


class DiskCore:
    """A medium that can stand still. `tell` takes events and must not wait for the bench."""

    def __init__(
        self,
        medium: Medium,
        seed: int | str,
        tell: Callable[[DiskEvent], object],
        counters: Counters,
        *,
        quota_octets: int | None = None,
        trace_syncs: bool = False,
    ) -> None:
        self.medium = medium
        self.turn = threading.Condition()
        self.generation = 0
        self.frozen = False
        self.syncs = 0
        self._chance = Chance(seed)
        self._faults = self._chance.stream("disk/faults")
        self._tell = tell
        self._counters = counters
        self._quota = quota_octets
        self._trace = trace_syncs
        self._size_pages = medium.limit_pages
        self._writes = 0
        self._octets = 0
        self._traps: list[_Trap] = []
        self._read_only = False
        self._error_share = 0.0
        self._error_on = "all"
        self._told: list[str] = []

    def tell(self, kind: str, path: str = "", detail: str = "", count: int = 0) -> None:
        """Send an event stamped with this instant."""
        self._tell(DiskEvent(kind, path, detail, count, time.monotonic_ns(), time.time_ns()))

    # What an operation passes; the caller holds `turn`

    def wait(self) -> None:
        """Stand still while the disk is frozen; EIO when it lost power meanwhile."""
        if self.frozen:
            generation = self.generation
            while self.frozen and self.generation == generation:
                self.turn.wait()
            if self.generation != generation:
                raise OSError(EIO, "the disk lost power")
        self.medium.hidden = None

    def may_read(self) -> None:
        """EIO by chance, when the bench asked for it."""
        self.wait()
        self._fail("read")

    def may_write(self) -> None:
        """EROFS on a read-only disk, EIO by chance."""
        self.wait()
        if self._read_only:
            raise OSError(EROFS, "the disk is read-only")
        self._fail("write")

    def write(self, inode: Inode, offset: int, data: bytes) -> None:
        """Octets of a program; EDQUOT and ENOSPC besides."""
        self.may_write()
        if self._quota is not None and self._octets + len(data) > self._quota:
            self._tell_once("quota", self._quota)
            raise OSError(EDQUOT, "the quota of octets written is used up")
        try:
            self.medium.write(inode, offset, data, time.time_ns())
        except OSError as error:
            if error.errno == ENOSPC:
                self._tell_once("full", self.medium.limit_pages * PAGE)
            raise
        self._writes += 1
        self._octets += len(data)
        self.show()

    def sync(self, path: str, act: Callable[[], object]) -> None:
        """One sync of a program: counted, and a place where the power may fail."""
        self.wait()
        self._fail("sync")
        self.syncs += 1
        self.show()
        if self._trace:
            self.tell("sync", path, count=self.syncs)
        self._spring(Moment.BEFORE, path)
        act()
        self._spring(Moment.AFTER, path)

    def _spring(self, moment: Moment, path: str) -> None:
        due = [trap for trap in self._traps if trap.at <= self.syncs and trap.moment is moment]
        if due:
            self._traps = [trap for trap in self._traps if trap not in due]
            self.frozen = True
            self.tell("cut_at_sync", path, moment.value, self.syncs)
            self.wait()

    def _fail(self, operation: str) -> None:
        if self._error_share and self._error_on in ("all", operation) and self._faults.random() < self._error_share:
            raise OSError(EIO, f"input/output error during {operation}")

    def _tell_once(self, kind: str, count: int) -> None:
        if kind not in self._told:
            self._told.append(kind)
            self.tell(kind, count=count)

    def show(self) -> None:
        """Put the counters where the bench reads them."""
        self._counters.put(self.syncs, self._writes, self._octets, self.medium.used_pages * PAGE)

    # What the bench asks

    def freeze(self, on: bool) -> None:
        """No operation completes any more, or they go on."""
        with self.turn:
            if self.frozen != on:
                self.frozen = on
                self.tell("frozen" if on else "thawed")
                self.turn.notify_all()

    def let_go(self) -> None:
        """End every operation that stands still; the disk stays frozen for those to come."""
        with self.turn:
            self.frozen = True
            self.generation += 1
            self.turn.notify_all()

    def power_cut(self, keep: Keep) -> LossReport:
        """Forget what `keep` does not let through. What chance decides depends on seed, cut and syncs so far."""
        with self.turn:
            number = self.medium.cuts + 1
            report = self.medium.power_cut(keep, self._chance.stream(f"disk/cut/{number}/{self.syncs}"))
            self._traps.clear()
            self._told.clear()
            self.tell("power_cut", detail=keep.value, count=number)
            self.show()
            return report

    def restore(self) -> None:
        """Operations may come again."""
        with self.turn:
            self.frozen = False

    def arm(self, at: int, moment: Moment) -> None:
        """Stand still at sync number `at`, or the first one after it."""
        with self.turn:
            self._traps.append(_Trap(at, moment))

    def read_only(self, on: bool) -> None:
        """Refuse every change, or no longer."""
        with self.turn:
            self._read_only = on
            self.tell("read_only" if on else "writable")

    def fill(self, room: int | None) -> None:
        """Leave so many octets of room; None gives the size back."""
        with self.turn:
            used = self.medium.used_pages
            self.medium.limit_pages = self._size_pages if room is None else min(self._size_pages, used + room // PAGE)
            self._told = [kind for kind in self._told if kind != "full"]

    def fail(self, share: float, on: str) -> None:
        """A share of the operations of a kind ends with EIO."""
        with self.turn:
            self._error_share, self._error_on = share, on

    def sync_all(self) -> None:
        """The bench's own sync: uncounted."""
        with self.turn:
            self.medium.sync_all()
