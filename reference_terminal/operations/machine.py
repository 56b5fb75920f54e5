"""The state of the machine that the terminal runs on: processor, memory, disk, operating system (ISC-2 8.2).

Leaves reading it to the platform, which is the machine's own or, in a world that has none, nothing. Figures are looked
at every `LOOK_S` seconds, so that what is told is never older than that.
"""

from __future__ import annotations

from dataclasses import dataclass

from reference_terminal.model.clock import WallClock
from reference_terminal.model.seams import seam
from reference_terminal.platform import Machine, Used

LOOK_S = 15


@dataclass(frozen=True)
class Figures:
    """Percent in use, of the time since the look before for the processor; None: not known (yet)."""

    cpu: float | None = None
    memory: float | None = None
    disk: float | None = None


class MachineWatch:
    """Looks at the machine while the terminal runs."""

    def __init__(self, machine: Machine, path: str, clock: WallClock) -> None:
        self._machine = machine
        self._path = path
        self._clock = clock
        self._before: Used | None = None
        self.figures = Figures()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.look()
            await self._clock.nap(LOOK_S)

    @seam
    def look(self) -> None:
        """Read the machine now."""
        used = self._machine.used(self._path)
        self.figures = figures_of(self._before, used)
        self._before = used

    @property
    def system(self) -> tuple[str, str]:
        """Type and version of the operating system."""
        return self._machine.system()


@seam
def figures_of(before: Used | None, now: Used) -> Figures:
    """Percent in use between two looks."""
    total = 0.0 if before is None else now.all_s - before.all_s
    cpu = None if before is None or total <= 0 else round(100 * (now.busy_s - before.busy_s) / total, 1)
    return Figures(cpu, round(now.memory_percent, 1), round(now.disk_percent, 1))
