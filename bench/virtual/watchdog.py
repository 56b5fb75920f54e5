"""A watchdog outside the virtual world: a terminal that keeps the world from going on is named with its line of code.

Leaves the verdict to the rig. In virtual time a device that never yields, or starts itself over and over, stops time
for everybody. A thread looks at the wall clock, which nothing inside may do, and breaks the terminal's own code off
where it stands once the world has not gone on by a second for `patience_s`. It draws no chance and leaves no event, so
that a world that goes on never notices it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import sysconfig
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from bench.virtual.domain import CURRENT, Domain
from bench.virtual.loop import Livelock, VirtualLoop

PATIENCE_S = 120.0
"""How long (wall clock) the world may stand still. The busiest cases take a second of it for minutes of the world."""
_LOOK_S = 0.25
_AGAIN_S = 0.01
_GOES_ON_S = 1.0
_BLOWS = 600
"""So often a terminal is broken off that takes it for an error of its own and goes on; then the process ends."""
_FAILED = 1
"""The exit code of a run with a fail (docs/VENDORS.md)."""
_SIGNAL = signal.SIGUSR1
_OTHERS = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
_ROUNDS = VirtualLoop._run.__code__  # pyright: ignore[reportPrivateUsage]
_BENCH = str(Path(__file__).parents[1])


class Stuck(SystemExit):
    """The terminal keeps the world from going on; says where. No `except Exception` of its own holds it up."""


def where(frames: Iterable[tuple[CodeType, int]]) -> str:
    """File, line and function of the innermost frame that is neither a library's nor the bench's; empty of none."""
    for code, line in frames:
        path = code.co_filename
        if not path.startswith((*_OTHERS, _BENCH, "<")):
            return f"{'/'.join(Path(path).parts[-3:]).lstrip('/')}:{line} in {code.co_name}"
    return ""


def _stack(frame: FrameType | None) -> Iterator[tuple[CodeType, int]]:
    """Frames of the callback that runs, innermost first."""
    while frame is not None and frame.f_code is not _ROUNDS:
        yield frame.f_code, frame.f_lineno
        frame = frame.f_back


def _awaiting(coroutine: Any) -> Iterator[tuple[CodeType, int]]:
    """The frames of a task that is suspended, innermost first."""
    found: list[tuple[CodeType, int]] = []
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        found.append((frame.f_code, frame.f_lineno))
        coroutine = coroutine.cr_await
    return reversed(found)


def livelocked(error: Livelock, domain: Domain) -> str:
    """Where a device's own code goes round without end at one instant; empty where it is not the device's."""
    handle = error.upcoming
    if handle is None or handle._life is not domain.life:  # pyright: ignore[reportPrivateUsage]
        return ""
    task = getattr(handle._callback, "__self__", None)  # pyright: ignore[reportPrivateUsage]
    return where(_awaiting(task.get_coro() if isinstance(task, asyncio.Task) else None))


def _end_process(place: str) -> None:
    """The last resort against code that no exception ends: say whose fault it was, and go."""
    words = f"the terminal never lets time go on and cannot be broken off: it was at {place}"
    os.write(2, f"\n{words} / 终端程序占用不放，无法终止\n".encode())
    os._exit(_FAILED)


@contextlib.contextmanager
def watched(
    loop: VirtualLoop, device: Callable[[], Domain | None], patience_s: float = PATIENCE_S
) -> Generator[None, None, None]:
    """While the world runs: raises Stuck within the device's own code once the world has stood still for so long.

    It looks on from the main thread only (signals reach no other), and not while a debugger holds the world up.
    """
    if threading.current_thread() is not threading.main_thread() or sys.gettrace() is not None:
        yield
        return
    over = threading.Event()
    strikes: list[str] = []

    def strike(number: int, frame: FrameType | None) -> None:
        del number
        domain, life = device(), CURRENT.get()
        if domain is None or life is not domain.life or domain.life.dead:
            return
        # Between two callbacks of the device the loop's own code stands there: it is struck in one of them.
        if place := where(_stack(frame)):
            strikes.append(place)
            raise Stuck(strikes[0])

    def look() -> None:
        stood_s, at = 0.0, loop.time()
        while not over.wait(_AGAIN_S if stood_s >= patience_s else _LOOK_S):
            now = loop.time()
            if now - at >= _GOES_ON_S:
                stood_s, at = 0.0, now
            # Looks are counted, not the clock: a bench that was stopped itself has not waited.
            stood_s += _LOOK_S
            if len(strikes) > _BLOWS:
                _end_process(strikes[0])
            if stood_s >= patience_s and main.is_alive() and not over.is_set():
                signal.pthread_kill(main.ident or 0, _SIGNAL)

    main = threading.main_thread()
    before = signal.signal(_SIGNAL, strike)
    thread = threading.Thread(target=look, name="watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        signal.signal(_SIGNAL, before)
