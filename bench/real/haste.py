"""A world that runs N times faster than the wall clock, for programs that are not ours: the bench's side of it.

Leaves the program's clock to `faketime`. The loop's own time runs faster, and with it every timer of simulators and
cases: 48 hours of the world pass in one at a rate of 48. What the bench itself waits for (a program's start, an answer
of its own helpers) stays wall time: `of_the_wall`. Delays of the machine grow by the same rate, so the rate is found by
measuring: of the candidates the fastest at which a scratch program and the loop come to what is due within `LATE_S`
of the world's time.
"""

from __future__ import annotations

import asyncio
import selectors
import subprocess
import sys
import time
from pathlib import Path

from bench.real import faketime

CANDIDATES = (60, 48, 30, 20, 12, 6, 3, 2)
LATE_S = 0.5
"""By so much of the world's time a timer may be late at the rate that is taken."""
_LOOKS, _WAIT_S = 12, 6.0


class _Selector(selectors.DefaultSelector):
    """Waits for a share of the time it is asked to wait."""

    def __init__(self, rate: int) -> None:
        super().__init__()
        self._rate = rate

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As its parent's, in the wall's seconds."""
        return super().select(timeout if timeout is None or timeout <= 0 else timeout / self._rate)


class FastLoop(asyncio.SelectorEventLoop):
    """A loop whose seconds pass `rate` times faster than the wall's."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._origin = time.monotonic()
        super().__init__(_Selector(rate))

    def time(self) -> float:
        """Seconds of the world."""
        return self._origin + (time.monotonic() - self._origin) * self.rate


def rate_now() -> int:
    """How many times faster than the wall the running loop is; 1 for any other."""
    return getattr(asyncio.get_running_loop(), "rate", 1)


def of_the_wall(seconds: float) -> float:
    """So many seconds of the wall clock, as the running loop counts them."""
    return seconds * rate_now()


_PROOF = """
import sys, time
wait = float(sys.argv[2])
worst = 0.0
for _ in range(int(sys.argv[1])):
    began, first = time.time(), time.monotonic()
    time.sleep(wait)
    worst = max(worst, abs(time.time() - began - wait), abs(time.monotonic() - first - wait))
print(worst, flush=True)
"""


def late_s(folder: Path, rate: int) -> float:
    """By how much a scratch program and the loop were late at a rate, seconds of the world; infinite where it fails."""
    folder.mkdir(parents=True, exist_ok=True)

    async def loop_late() -> float:
        worst = 0.0
        for _ in range(_LOOKS):
            due = asyncio.get_running_loop().time() + _WAIT_S
            await asyncio.sleep(_WAIT_S)
            worst = max(worst, asyncio.get_running_loop().time() - due)
        return worst

    with faketime.FastStart(folder / f"rate-{rate}", rate) as start:
        program = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _PROOF, str(_LOOKS), str(_WAIT_S)],
            stdout=subprocess.PIPE,
            text=True,
            env=start.environment(),
        )
        with program, asyncio.Runner(loop_factory=lambda: FastLoop(rate)) as runner:
            own = runner.run(loop_late())
            try:
                told, _ = program.communicate(timeout=_LOOKS * _WAIT_S)
            except subprocess.TimeoutExpired:
                program.kill()
                return float("inf")
    return max(own, float(told)) if told.strip() else float("inf")


def found_rate(folder: Path) -> tuple[int, float]:
    """The fastest rate that this machine keeps now (1 if none), and by how much timers were late (world's seconds)."""
    for rate in CANDIDATES:
        late = late_s(folder, rate)
        if late <= LATE_S:
            return rate, late
    return 1, 0.0
