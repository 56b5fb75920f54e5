"""The machine that an item runs on, under a known load, and the truth of its state (ISC-2 8.2; R-41).

Leaves what the item says of it to `people`. Where the machine is the bench's own (process and loopback rig) the load is
real; in virtual time it is figures that a simulated machine shows; a device on the table is loaded by nobody here.
Everything told is an `Observed` event (machine-truth).
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psutil

from bench.facade import sentences
from bench.facade.bench import Unable
from bench.history import Event, Observed

SAMPLE_S = 5.0
REMEMBERED_S = 60.0
_MOVED = 15
"""By so many percent of the whole memory and disk are loaded: more than a figure may be off."""
_MOST_FILLED = 1 << 30
"""No disk is loaded by more octets: of a large one the figure stays where it is."""
_SPINS = "import os\nos.nice(19)\nwhile True: pass"
"""Behind everything else, so that neither item nor bench waits for it."""


class MachineControl(Protocol):
    """The machine of the item."""

    def watch(self) -> AbstractAsyncContextManager[object]:
        """Look at it from now on, so that the truth of the last minute is known."""
        ...

    def busy(self) -> AbstractAsyncContextManager[object]:
        """Load its processors, and memory and disk where that can be done."""
        ...

    def truth(self, told: str) -> None:
        """Put its state of the last minute into the history."""
        ...


class _Told:
    def __init__(self, record: Callable[[Event], None], now_us: Callable[[], int]) -> None:
        self._record, self._now_us = record, now_us

    def _tell(self, told: str, row: dict[str, str]) -> None:
        now = self._now_us()
        self._record(Observed(t=now, what="machine-truth", asked=now, query={"told": told}, rows=(row,), problem=""))


class SimulatedMachine(_Told):
    """A machine of figures: what it shows is what it was set to. Seconds of processors go on with `now_us`."""

    system = ("Benchmark OS", "7.3.1")
    _LIGHT, _HEAVY = (7.0, 31.0, 44.0), (83.0, 67.0, 71.0)
    _CORES = 2

    def __init__(self, record: Callable[[Event], None], now_us: Callable[[], int]) -> None:
        super().__init__(record, now_us)
        self._since_us = self._begun_us = now_us()
        self._busy_s = 0.0
        self._now = self._LIGHT

    @property
    def busy_s(self) -> float:
        """Seconds for which its processors have worked."""
        return self._busy_s + self._CORES * (self._now_us() - self._since_us) / 1e6 * self._now[0] / 100

    @property
    def all_s(self) -> float:
        """Seconds of its processors at all."""
        return self._CORES * (self._now_us() - self._begun_us) / 1e6

    @property
    def memory_percent(self) -> float:
        """Memory in use."""
        return self._now[1]

    @property
    def disk_percent(self) -> float:
        """Disk in use."""
        return self._now[2]

    def _set(self, figures: tuple[float, float, float]) -> None:
        self._busy_s, self._since_us = self.busy_s, self._now_us()
        self._now = figures

    @asynccontextmanager
    async def watch(self) -> AsyncGenerator[None]:
        """See `MachineControl`."""
        yield

    @asynccontextmanager
    async def busy(self) -> AsyncGenerator[None]:
        """See `MachineControl`."""
        self._set(self._HEAVY)
        try:
            yield
        finally:
            self._set(self._LIGHT)

    def truth(self, told: str) -> None:
        """See `MachineControl`."""
        cpu, memory, disk = (f"{figure:g}" for figure in self._now)
        row = {"cpu_low": cpu, "cpu_high": cpu, "memory": memory, "disk": disk}
        self._tell(told, {**row, "system": self.system[0], "version": self.system[1]})


class OwnMachine(_Told):
    """The machine of the bench, on which the item is a program; `folder` is on its disk."""

    def __init__(self, record: Callable[[Event], None], now_us: Callable[[], int], folder: Path) -> None:
        super().__init__(record, now_us)
        self._folder = folder
        self._samples: deque[float] = deque(maxlen=int(REMEMBERED_S / SAMPLE_S))

    @asynccontextmanager
    async def watch(self) -> AsyncGenerator[None]:
        """See `MachineControl`."""
        task = asyncio.get_running_loop().create_task(self._sample(), name="machine")
        try:
            yield
        finally:
            task.cancel()

    async def _sample(self) -> None:
        before = _used()
        while True:
            await asyncio.sleep(SAMPLE_S)
            now = _used()
            total = now[1] - before[1]
            if total > 0:
                self._samples.append(100 * (now[0] - before[0]) / total)
            before = now

    @asynccontextmanager
    async def busy(self) -> AsyncGenerator[None]:
        """See `MachineControl`: every processor spins, memory is taken, a file lies on the item's disk."""
        memory = psutil.virtual_memory()
        take = min(memory.available // 2, memory.total * _MOVED // 100)
        held = f"held = bytearray({take}); held[::4096] = b'x' * len(held[::4096])\n"
        filling = self._folder / "filled-by-the-bench"
        await asyncio.to_thread(_fill, filling)
        spinning = [
            await asyncio.create_subprocess_exec(sys.executable, "-c", (held if not number else "") + _SPINS)
            for number in range(os.cpu_count() or 1)
        ]
        try:
            yield
        finally:
            for each in spinning:
                with suppress(ProcessLookupError):
                    each.kill()
            for each in spinning:
                await each.wait()
            with suppress(OSError):
                filling.unlink()

    def truth(self, told: str) -> None:
        """See `MachineControl`."""
        row = {"memory": f"{psutil.virtual_memory().percent:g}"}
        with suppress(OSError):
            row["disk"] = f"{psutil.disk_usage(str(self._folder)).percent:g}"
        if self._samples:
            row |= {"cpu_low": f"{min(self._samples):.1f}", "cpu_high": f"{max(self._samples):.1f}"}
        self._tell(told, {**row, "system": platform.system(), "version": platform.release()})


class NoMachine:
    """Of a device on the table only its wires are known."""

    def watch(self) -> AbstractAsyncContextManager[object]:
        """Never."""
        raise Unable(str(sentences.NO_MACHINE()))

    busy = watch

    def truth(self, told: str) -> None:
        """Never."""
        del told
        self.watch()


def _fill(path: Path) -> None:
    """Write a file of so much of its disk, where that is not too much; a disk that takes no more is full enough."""
    with suppress(OSError), path.open("wb") as file:
        octets = psutil.disk_usage(str(path.parent)).total * _MOVED // 100
        piece = bytes(1 << 20)
        for _ in range(octets >> 20 if octets <= _MOST_FILLED else 0):
            file.write(piece)


def _used() -> tuple[float, float]:
    times: Any = psutil.cpu_times()
    all_s = float(sum(times)) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return all_s - times.idle - getattr(times, "iowait", 0.0), all_s
