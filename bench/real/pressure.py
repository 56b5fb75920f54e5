"""How long the bench waited for a CPU of its machine, from the kernel's own accounts (schedstat, pressure stall).

Leaves to `realclock` what that does to the uncertainty of times. A machine whose kernel keeps no such accounts says so
by None.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

_SCHEDSTAT = Path("/proc/self/schedstat")
_PRESSURE = Path("/proc/pressure/cpu")


@dataclass(frozen=True)
class CpuWait:
    """What happened between start and stop.

    `wait_us` is the mean wait of the loop's thread for a CPU, each time it could run (microseconds, up), `stalled` the
    share of the time in which some task of the machine waited (percent, one decimal). None where the kernel keeps no
    account.
    """

    wait_us: int | None
    stalled: Decimal | None


def waited(text: str) -> tuple[int, int] | None:
    """Nanoseconds waited on a run queue and times run, of the text of a schedstat file; None of anything else."""
    words = text.split()
    if len(words) != 3 or not all(word.isdecimal() for word in words):
        return None
    return int(words[1]), int(words[2])


def stalled_us(text: str) -> int | None:
    """Microseconds in which some task waited for a CPU, of the text of /proc/pressure/cpu; None of anything else."""
    for line in text.splitlines():
        kind, *fields = line.split()
        if kind == "some":
            told = dict(field.split("=", 1) for field in fields if "=" in field)
            return int(told["total"]) if told.get("total", "").isdecimal() else None
    return None


class PressureWatch:
    """Reads both accounts at its start and at its stop, on the thread whose waiting is asked about."""

    def __init__(self, schedstat: Path = _SCHEDSTAT, pressure: Path = _PRESSURE) -> None:
        self._files = schedstat, pressure
        self._begun = self._read()

    def stop(self) -> CpuWait:
        """What has come together since the start; may be asked again."""
        (run, stall, at_ns), (run_then, stall_then, then_ns) = self._read(), self._begun
        wait_us = share = None
        if run is not None and run_then is not None:
            # At least one: the thread is running now.
            wait_us = -(-(run[0] - run_then[0]) // (max(run[1] - run_then[1], 1) * 1000))
        if stall is not None and stall_then is not None and at_ns > then_ns:
            share = min(Decimal((stall - stall_then) * 100_000) / (at_ns - then_ns), Decimal(100))
        return CpuWait(wait_us, None if share is None else share.quantize(Decimal("0.1")))

    def _read(self) -> tuple[tuple[int, int] | None, int | None, int]:
        schedstat, pressure = (_text(file) for file in self._files)
        return waited(schedstat), stalled_us(pressure), time.monotonic_ns()


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
