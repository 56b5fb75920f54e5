"""The clock of a program on the bench: wrong, stepped or drifting while it runs, by libfaketime.

Leaves to the rigs when. The library (Debian package `faketime`) is preloaded into any dynamically linked program and
reads its offset from a file at every look at the clock; the monotonic clock stays the host's. A statically linked
program does not notice.

The library's own clock_nanosleep takes an absolute monotonic instant for a faked one and fails (EINVAL), which breaks
every `time.sleep` of Python 3.11. So programs get a copy in which that name is another, and with it the kernel's sleep.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.real import sentences

_WHERE = ("/usr/lib", "/usr/lib64", "/usr/local/lib")
_NAME = "libfaketimeMT.so.1"
_SLEEP, _NO_SLEEP = b"\0clock_nanosleep\0", b"\0Clock_nanosleep\0"
_TICK_S = 0.05
_PROOF_STEP_S = 86_400.5
_TRIES = 3


def library() -> Path | None:
    """Where the library is installed, None where it is not."""
    for folder in map(Path, _WHERE):
        for found in sorted((*folder.glob(f"faketime/{_NAME}"), *folder.glob(f"*/faketime/{_NAME}"))):
            return found
    return None


def requirements() -> list[str]:
    """What is missing to move a program's clock: nothing, or one sentence."""
    if library() is None:
        return [str(sentences.NO_FAKETIME(name=_NAME))]
    return []


class FastStart:
    """The instant from which a program's clocks run `rate` times faster, the same for all it starts, life after life.

    The library reads it from shared memory (its own structure: two counters, then the four clocks) behind a semaphore;
    both carry the bench's pid and are gone with this object. `file` is where programs look for rate and offset.
    """

    def __init__(self, file: Path, rate: int, starts: tuple[int, ...] = (), ahead_us: int = 0) -> None:
        """`starts` are the clocks (ns) as `clocks_ns` read them; without them it is now. Programs are so much ahead."""
        self.file, self.rate = file, rate
        found = library()
        if found is None:
            raise RuntimeError(requirements()[0])
        self._libraries = f"{_waits(file.with_suffix('.waits.so'))} {found}"
        FastStart._made += 1
        self._name = f"/carbonbench-{os.getpid()}-{FastStart._made}"
        self._memory = Path(f"/dev/shm{self._name}-start")
        words = (part for ns in starts or clocks_ns() for part in divmod(ns, 1_000_000_000))
        self._memory.write_bytes(struct.pack("<QQ8q", 0, 0, *words))
        libc = ctypes.CDLL(None)
        libc.sem_open.restype = ctypes.c_void_p
        if not libc.sem_open(f"{self._name}-lock".encode(), os.O_CREAT | os.O_EXCL, 0o600, 1):
            self.close()
            raise RuntimeError("no semaphore for the clock of an accelerated program can be made (/dev/shm)")
        file.write_text(f"{ahead_us / 1e6:+.6f} x{rate}\n")

    _made = 0

    def __enter__(self) -> FastStart:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def environment(self) -> dict[str, str]:
        """What a program's environment needs; all of its clocks are faked, and whatever waits by them."""
        return {
            "LD_PRELOAD": self._libraries,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "CARBONBENCH_RATE": str(self.rate),
            "FAKETIME_SHARED": f"{self._name}-lock {self._name}-start",
            "FAKETIME_NO_CACHE": "1",
            "NO_FAKE_STAT": "1",
            "FAKETIME_DONT_RESET": "1",
        }

    def close(self) -> None:
        """Take memory and semaphore away; may be repeated."""
        self._memory.unlink(missing_ok=True)
        Path(f"/dev/shm/sem.{self._name[1:]}-lock").unlink(missing_ok=True)


def fast_requirements() -> list[str]:
    """What is missing to run a program's clocks faster: nothing, or a sentence each."""
    lacks = [] if shutil.which("cc") else ["no C compiler (cc) is here for bench/real/waits.c (apt-get install gcc)"]
    return [*requirements(), *(str(sentences.NOT_INSTALLED(each=each)) for each in lacks)]


def _waits(target: Path) -> Path:
    """The library of `waits.c`. Raises RuntimeError where it cannot be made."""
    words = ["cc", "-shared", "-fPIC", "-O1", "-o", str(target), str(Path(__file__).with_name("waits.c"))]
    try:
        subprocess.run(words, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise RuntimeError(fast_requirements()[-1]) from None
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"{' '.join(words)}: {error.stderr.strip()}") from None
    return target


def clocks_ns() -> tuple[int, ...]:
    """The four clocks of one instant: real, monotonic, raw, since boot (ns)."""
    names = (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC, time.CLOCK_MONOTONIC_RAW, time.CLOCK_BOOTTIME)
    return tuple(time.clock_gettime_ns(name) for name in names)


class FakeClock:
    """The clock of one program: the host's plus an offset that may drift. `now_us` is the bench's true time.

    `file` is where the program looks; the library's copy lies beside it. With `fast` its clocks run faster from that
    start on, the monotonic one too, and cannot be stepped. Raises RuntimeError where the library is missing.
    """

    def __init__(self, file: Path, now_us: Callable[[], int], fast: FastStart | None = None) -> None:
        self._fast = fast
        self._file = file
        self._now_us = now_us
        self._offset_us = 0.0
        self._rate = 0.0
        self._since_us = now_us()
        self._ticker: asyncio.Task[None] | None = None
        self._library = _own_copy(file.with_suffix(".so"))
        if fast is None:
            self._write()

    def environment(self) -> dict[str, str]:
        """What a program's environment needs."""
        if self._fast is not None:
            return self._fast.environment()
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "FAKETIME_DONT_RESET": "1",
        }

    @property
    def offset_us(self) -> int:
        """Terminal minus true time now."""
        return round(self._offset_us + self._rate * (self._now_us() - self._since_us))

    def step(self, seconds: float) -> None:
        """Move the clock by so much."""
        self._settle()
        self._offset_us += seconds * 1e6
        self._write()

    def drift(self, ppm: float) -> None:
        """From now on the clock gains so many parts per million; 0 ends it. The offset moves every 50 ms."""
        self._settle()
        self._rate = ppm / 1e6
        if self._rate and self._ticker is None:
            self._ticker = asyncio.get_running_loop().create_task(self._tick(), name="drift")

    async def _tick(self) -> None:
        while self._rate:
            await asyncio.sleep(_TICK_S)
            self._write()
        self._ticker = None

    def close(self) -> None:
        """Drift no more."""
        if self._ticker is not None:
            self._ticker.cancel()
        if self._fast is not None:
            self._fast.close()

    def _settle(self) -> None:
        now = self._now_us()
        self._offset_us += self._rate * (now - self._since_us)
        self._since_us = now

    def _write(self) -> None:
        """In one piece: the program may look at any instant."""
        partial = self._file.with_suffix(".part")
        partial.write_text(f"{self.offset_us / 1e6:+.6f}\n")
        partial.replace(self._file)


def _own_copy(target: Path) -> Path:
    """The library without its clock_nanosleep: the first occurrence of the name is that of the exported symbol."""
    found = library()
    if found is None:
        raise RuntimeError(requirements()[0])
    target.write_bytes(found.read_bytes().replace(_SLEEP, _NO_SLEEP, 1))
    return target


_PROOF = """
import sys, threading, time
for _ in range(2):
    sys.stdin.readline()
    began = time.monotonic_ns()
    time.sleep(0.02)
    threading.Event().wait(0.02)
    print(time.time_ns(), time.monotonic_ns(), time.monotonic_ns() - began, flush=True)
"""


def prove_clock(folder: Path) -> list[str]:
    """Show on a scratch program that its clock steps while it runs and its monotonic clock does not; what fails.

    It is shown in one try of several: a program that stands still between two looks tells nothing of its clock.
    """
    if problems := requirements():
        return problems
    found: list[str] = []
    for _ in range(_TRIES):
        if not (found := _clock_flaws(folder)):
            break
    return found


def _clock_flaws(folder: Path) -> list[str]:
    """What fails once."""
    true = _Host()
    clock = FakeClock(folder / "proof.clock", true.now_us)
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _PROOF],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **clock.environment()},
    ) as program:
        assert program.stdin is not None and program.stdout is not None

        def look() -> list[float]:
            assert program.stdin is not None and program.stdout is not None
            with contextlib.suppress(OSError):
                program.stdin.write("\n")
                program.stdin.flush()
            return [int(word) / 1e9 for word in program.stdout.readline().split()]

        before = look()
        clock.step(_PROOF_STEP_S)
        after = look()
    if len(before) != 3 or len(after) != 3:
        return ["a program with a clock of its own ended instead of telling the time"]
    wall, monotonic = after[0] - before[0], after[1] - before[1]
    found: list[str] = []
    if abs(wall - _PROOF_STEP_S - monotonic) > 0.05:
        found.append(f"a program's clock was to step by {_PROOF_STEP_S} s while it ran and moved by {wall:.3f} s")
    if not 0 <= monotonic < 5:
        found.append(f"a program's monotonic clock moved by {monotonic:.3f} s when its wall clock was stepped")
    if not 0.04 <= after[2] < 1:
        found.append(f"a program with a stepped clock was to wait for 0.040 s and waited for {after[2]:.3f} s")
    return found


class _Host:
    """The host's own time."""

    def now_us(self) -> int:
        """Now."""
        import time

        return time.time_ns() // 1000
