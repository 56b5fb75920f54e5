"""What the terminal stands on: wall clock, database file system, chance and screen, all handed in.

Leaves monotonic time to the running event loop. This is the only module that reads the host's clock.
"""

from __future__ import annotations

import asyncio
import os
import platform as host
import random as random_module
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import psutil

from reference_terminal.model.clock import Clock
from reference_terminal.model.seams import seam


class OffsetClock:
    """The host's clock plus an offset kept in software, so that setting it never touches the host."""

    def __init__(self) -> None:
        self._offset_ns = 0

    def time_ns(self) -> int:
        """Now, UTC, in nanoseconds."""
        return time.time_ns() + self._offset_ns

    def set_time_ns(self, value: int) -> None:
        """Move the software offset so that `time_ns` continues from `value`."""
        self._offset_ns = value - time.time_ns()


@dataclass(frozen=True)
class Used:
    """What the machine has used: seconds of all processors, busy and at all, since it began; memory and disk now."""

    busy_s: float
    all_s: float
    memory_percent: float
    disk_percent: float


class Machine(Protocol):
    """The machine that the terminal runs on."""

    def used(self, path: str) -> Used:
        """What is in use, of the disk that holds `path`."""
        ...

    def system(self) -> tuple[str, str]:
        """Type and version of the operating system."""
        ...


class RealMachine:
    """The machine as psutil reads it."""

    def used(self, path: str) -> Used:
        """See `Machine`."""
        times: Any = psutil.cpu_times()
        all_s = float(sum(times)) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        idle_s = times.idle + getattr(times, "iowait", 0.0)
        folder = os.path.dirname(os.path.abspath(path))
        disk = psutil.disk_usage(folder if os.path.isdir(folder) else os.sep).percent
        return Used(all_s - idle_s, all_s, psutil.virtual_memory().percent, disk)

    def system(self) -> tuple[str, str]:
        """See `Machine`."""
        return host.system(), host.release()


OpenSerial = Callable[[str, int, str, int], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
"""Opens a serial port of 8 data bits: device, baud, parity (E, O, N), stop bits (1, 2); raises OSError."""


@dataclass
class Platform:
    """The terminal's surroundings.

    `vfs` names an APSW VFS for the database (None: SQLite's own); `log` receives one screen line at a time;
    `open_serial` opens serial ports (None: those of the machine, through pyserial); `machine` is what it runs on (None:
    nothing is known of it); `password_kib` is the memory (KiB) in which a password is made for keeping and compared:
    OWASP's least for argon2id, some 20 ms of one core.
    """

    clock: Clock
    random: random_module.Random
    vfs: str | None = None
    log: Callable[[str], None] | None = None
    open_serial: OpenSerial | None = None
    machine: Machine | None = None
    password_kib: int = 19_456

    @classmethod
    @seam
    def real(cls, log: Callable[[str], None] | None = None, seed: int | None = None) -> Platform:
        """The real machine: host clock with a software offset, default VFS, chance from the operating system."""
        return cls(
            clock=OffsetClock(),
            random=random_module.SystemRandom() if seed is None else random_module.Random(seed),
            log=log,
            machine=RealMachine(),
        )
